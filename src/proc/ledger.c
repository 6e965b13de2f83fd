/* SPDX-License-Identifier: ISC */
/*
 * sallyport-ledger: the custody record.
 *
 * May:   read and append ledger.db, keep documents, sign for the station and
 *        its logs: only in HOME/ledger; write a copy of each entry to the folder that
 *        station.conf names for it.
 * Must never: accept an entry whose signature, order or phase is wrong; sign
 *        what the table (transfer.def) does not let that role ask for; give a
 *        checkpoint out before its entry is durable; change or remove anything.
 * Dies when: the desk has gone (after station.stop, when it had begun), or has not followed a
 *        stager that went, the record does not verify at start, a peer breaks
 *        the protocol, or the file is not as it left it.
 */
#include "db/ledger.h"
#include "src/base/boot.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/ipc/channel.h"
#include "src/ipc/loop.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/service.h"
#include "src/ipc/spawn.h"
#include "src/proc/ledger/copy.h"
#include "src/proc/ledger/docs.h"
#include "src/proc/ledger/handout.h"
#include "src/proc/ledger/keeper.h"
#include "src/proc/ledger/recover.h"
#include "src/proc/ledger/second.h"
#include "src/proc/ledger/watch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEDGER_PROGRAM "sallyport-ledger"

struct service {
	struct loop *loop;
	struct channel *desk, *stager, *founder;
	struct keeper *keeper;
	bool up;                  /* the desk has asked */
	bool recording, watching; /* station.start is recorded; clock and disk are looked at */
	unsigned epoch;
	bool low; /* disk.low is, and there was no more room since */
	struct watch_clock clock;
	int dirfd;
	char *path;
	struct copy *copy; /* until the keeper has it; or NULL */
	int copyfd;        /* its folder, or -1 */
	char boot[BOOT_ID_SIZE];
};

static enum transfer_asker
asker_of(const struct channel *c)
{
	switch ((int)channel_peer(c)) {
	case ROLE_DESK:
		return ASK_DESK;
	case ROLE_STAGER:
		return ASK_STAGER;
	default:
		return ASK_UI;
	}
}

/* --- answers ------------------------------------------------------------------------- */

/* Desk and stager are of two conversations: only a new beginning brings them together. */
static void
alone(void *arg)
{
	struct service *s = arg;
	log_warn("The desk stayed without its stager; the ledger ends, to begin again.");
	loop_stop(s->loop);
}

static void
gone(void *arg, struct channel *c, enum err why)
{
	struct service *s = arg;
	if (why == ERR_PROTO)
		log_warn("A peer (%s) broke the protocol: %s.",
		    message_role_name(channel_peer(c)), channel_why(c));
	if (c != s->stager) {
		loop_stop(s->loop);
		return;
	}
	log_warn("The stager has gone; nothing can be released until it is back.");
	loop_add_timer(s->loop, LIM_ALONE_MS, alone, s);
}

static void
answer(struct service *s, struct channel *c, enum msg_id id, json_t *body, int fd)
{
	enum err err = channel_send(c, id, body, fd);
	if (err == ERR_OK)
		return;
	log_warn("An answer to the %s could not be sent: %s.",
	    message_role_name(channel_peer(c)), err_str(err));
	loop_del_channel(s->loop, c);
	gone(s, c, err);
}

static void
answer_refused(struct service *s, struct channel *c, enum err err, const char *why)
{
	bool fault = err == ERR_IO || err == ERR_NOSPACE;
	log_info("refused to the %s: %s", message_role_name(channel_peer(c)), why);
	json_t *body = json_pack("{s:b,s:s}", "fault", (int)fault, "why", why);
	if (s->keeper != NULL && !keeper_can_sign(s->keeper))
		json_object_set_new(body, "put_back", json_true());
	answer(s, c, MSG_LEDGER_REFUSED, body, -1);
}

static void
answer_place(struct service *s, struct channel *c, const struct keeper_place *p)
{
	answer(s, c, MSG_LEDGER_APPENDED,
	    json_pack("{s:s,s:I,s:s}", "log", p->log == LOG_AUTHORITY ? "authority" : "custody",
		"seq", (json_int_t)p->seq, "leaf", p->leaf),
	    -1);
}

/* Which log a message names; answers itself when there is no such log, or none yet. */
static bool
take_log(struct service *s, struct channel *c, const struct msg *m, enum transfer_log *ret)
{
	const char *name = msg_str(m, "log");
	if (s->keeper == NULL) {
		answer_refused(s, c, ERR_STATE, "the station has not been founded");
		return false;
	}
	if (strcmp(name, "authority") == 0) {
		*ret = LOG_AUTHORITY;
	} else if (strcmp(name, "custody") == 0) {
		*ret = LOG_CUSTODY;
	} else {
		answer_refused(s, c, ERR_NOTFOUND, "the logs are authority and custody");
		return false;
	}
	return true;
}

/* --- requests ------------------------------------------------------------------------- */

static void
do_hello(struct service *s, struct channel *c, struct msg *m)
{
	if (channel_accept_hello(c, m, NULL) == ERR_OK)
		return;
	log_warn("A peer speaks another protocol: %s.", channel_why(c));
	loop_del_channel(s->loop, c);
	gone(s, c, ERR_CLOSED);
}

static void
do_prepare(struct service *s, struct channel *c, struct msg *m)
{
	enum transfer_log log;
	if (!take_log(s, c, m, &log))
		return;
	if (transfer_subject_parse(msg_str(m, "subj"), NULL) == 0) {
		answer_refused(s, c, ERR_SYNTAX, "there is no such subject");
		return;
	}
	answer(s, c, MSG_LEDGER_PREPARED,
	    custody_prepare(keeper_custody(s->keeper), log, msg_str(m, "subj")), -1);
}

static void look_at_epoch(struct service *);

static void
do_append(struct service *s, struct channel *c, struct msg *m)
{
	char why[KEEPER_WHY_SIZE];
	enum transfer_log log;
	struct keeper_place place;
	uint8_t *entry;
	size_t n;
	if (!take_log(s, c, m, &log))
		return;
	enum err err = io_memfd_read(m->fd, LIM_ENTRY_BYTES, &entry, &n);
	if (err != ERR_OK) {
		answer_refused(s, c, ERR_SYNTAX, "an entry comes in one sealed memory file");
		return;
	}
	err = keeper_append(s->keeper, log, asker_of(c), entry, n, &place, why);
	free(entry);
	if (err == ERR_OK && s->up)
		look_at_epoch(s);
	if (err == ERR_OK)
		answer_place(s, c, &place);
	else
		answer_refused(s, c, err, why);
}

static void
do_event(struct service *s, struct channel *c, struct msg *m)
{
	char why[KEEPER_WHY_SIZE];
	struct keeper_place place;
	enum err err = keeper_event(s->keeper, asker_of(c), msg_str(m, "type"),
	    msg_str(m, "subj"), json_object_get(m->body, "data"), &place, why);
	if (err == ERR_OK)
		answer_place(s, c, &place);
	else
		answer_refused(s, c, err, why);
}

static void
do_next(struct service *s, struct channel *c, struct msg *m)
{
	char why[KEEPER_WHY_SIZE], vkey[NOTE_VKEY_SIZE], station[SSHSIG_LINE_SIZE];
	(void)m;
	if (s->keeper == NULL) {
		answer_refused(s, c, ERR_STATE, "the station has not been founded");
		return;
	}
	enum err err = keeper_next_keys(s->keeper, vkey, station, why);
	if (err == ERR_OK)
		answer(s, c, MSG_LEDGER_KEYS,
		    json_pack("{s:s,s:s}", "log", vkey, "station", station), -1);
	else
		answer_refused(s, c, err, why);
}

static void
do_put(struct service *s, struct channel *c, struct msg *m)
{
	const char *sha256 = msg_str(m, "sha256");
	uint8_t *bytes;
	size_t n;
	if (s->keeper == NULL) {
		answer_refused(s, c, ERR_STATE, "the station has not been founded");
		return;
	}
	enum err err = io_memfd_read(m->fd, LIM_SEALED_BYTES, &bytes, &n);
	if (err != ERR_OK) {
		answer_refused(s, c, ERR_SYNTAX, "a document comes in one sealed memory file");
		return;
	}
	err = docs_put(keeper_docs(s->keeper), sha256, bytes, n);
	if (err == ERR_NOSPACE && keeper_give_up(s->keeper))
		err = docs_put(keeper_docs(s->keeper), sha256, bytes, n);
	free(bytes);
	if (err == ERR_OK)
		answer(s, c, MSG_LEDGER_STORED, json_pack("{s:s}", "sha256", sha256), -1);
	else if (err == ERR_SIGNATURE)
		answer_refused(s, c, err, "the document has another digest than its name");
	else
		answer_refused(s, c, err,
		    err == ERR_NOSPACE ? "the disk of the ledger is full; make room and repeat"
				       : "the document could not be written");
}

static void
do_get(struct service *s, struct channel *c, struct msg *m)
{
	const char *sha256 = msg_str(m, "sha256");
	uint8_t *bytes;
	size_t n;
	MEM_CLOSE int fd = -1;
	enum err err = docs_get(keeper_docs(s->keeper), sha256, &bytes, &n);
	if (err == ERR_OK) {
		err = io_memfd("document", bytes, n, &fd);
		free(bytes);
	}
	if (err == ERR_OK)
		answer(s, c, MSG_LEDGER_DOC,
		    json_pack("{s:s,s:I}", "sha256", sha256, "bytes", (json_int_t)n), fd);
	else
		answer_refused(s, c, err,
		    err == ERR_NOTFOUND    ? "there is no such document"
		    : err == ERR_SIGNATURE ? "the document was changed on the disk"
					   : "the document could not be read");
}

static void
do_read(struct service *s, struct channel *c, struct msg *m)
{
	enum transfer_log log;
	uint64_t count = 0, from = msg_uint(m, "from");
	const char *subj = msg_str(m, "subj");
	size_t max_bytes = subj != NULL ? LIM_TIMELINE_BYTES : LIM_SEALED_BYTES;
	struct buf list, note;
	MEM_CLOSE int fd = -1;
	if (!take_log(s, c, m, &log))
		return;
	const struct custody *custody = keeper_custody(s->keeper);
	buf_init(&list, max_bytes);
	buf_init(&note, LIM_NOTE_BYTES);
	uint64_t epoch = json_object_get(m->body, "epoch") != NULL ? msg_uint(m, "epoch") : 0;
	enum err err =
	    keeper_read(s->keeper, log, from, subj, epoch, max_bytes, &list, &count, &note);
	if (err == ERR_OK)
		err = io_memfd("entries", buf_str(&list), list.len, &fd);
	if (err == ERR_OK)
		answer(s, c, MSG_LEDGER_ENTRIES,
		    json_pack("{s:s,s:s,s:I,s:I,s:I,s:s}", "origin",
			custody_origin(custody, log), "vkey", custody_vkey(custody, log),
			"from", (json_int_t)from, "count", (json_int_t)count, "size",
			(json_int_t)custody_places(custody, log), "checkpoint", buf_str(&note)),
		    fd);
	else
		answer_refused(s, c, ERR_IO, "the entries could not be read");
	buf_done(&list);
	buf_done(&note);
}

static void
do_hand_out(struct service *s, struct channel *c, struct msg *m)
{
	char why[KEEPER_WHY_SIZE];
	MEM_CLOSE int fd = -1;
	if (s->keeper == NULL) {
		answer_refused(s, c, ERR_STATE, "the station has not been founded");
		return;
	}
	enum err err =
	    handout_make(s->keeper, s->path, json_object_get(m->body, "documents"), &fd, why);
	if (err == ERR_OK)
		answer(s, c, MSG_LEDGER_COPIED,
		    json_pack("{s:I}", "size",
			(json_int_t)custody_places(
			    keeper_custody(s->keeper), LOG_CUSTODY)),
		    fd);
	else
		answer_refused(s, c, err, why);
}

static void
do_found(struct service *s, struct channel *c, struct msg *m)
{
	char why[KEEPER_WHY_SIZE];
	struct keeper_founding f = {
	    .site = msg_str(m, "site"),
	    .station = msg_str(m, "station"),
	    .demo = msg_bool(m, "demo"),
	    .admins = json_object_get(m->body, "admins"),
	    .threshold = msg_uint(m, "threshold"),
	};
	if (s->keeper != NULL) {
		answer_refused(s, c, ERR_EXISTS, "the station has been founded already");
		return;
	}
	enum err err = keeper_found(s->dirfd, s->path, s->boot, &f, &s->keeper, why);
	if (err != ERR_OK) {
		answer_refused(s, c, err, why);
		return;
	}
	const struct custody *k = keeper_custody(s->keeper);
	answer(s, c, MSG_LEDGER_FOUNDED,
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "genesis", custody_genesis(k), "authority",
		custody_origin(k, LOG_AUTHORITY), "authority_vkey",
		custody_vkey(k, LOG_AUTHORITY), "custody", custody_origin(k, LOG_CUSTODY),
		"custody_vkey", custody_vkey(k, LOG_CUSTODY), "station_key",
		custody_station_key(k)),
	    -1);
}

static const struct row {
	enum msg_id id;
	void (*fn)(struct service *, struct channel *, struct msg *);
} rows[] = {
    {MSG_HELLO, do_hello},
    {MSG_LEDGER_FOUND, do_found},
    {MSG_LEDGER_PREPARE, do_prepare},
    {MSG_LEDGER_APPEND, do_append},
    {MSG_LEDGER_EVENT, do_event},
    {MSG_LEDGER_PUT, do_put},
    {MSG_LEDGER_GET, do_get},
    {MSG_LEDGER_READ, do_read},
    {MSG_LEDGER_COPY, do_hand_out},
    {MSG_LEDGER_NEXT, do_next},
};

static void
own_event(struct service *s, const char *type, json_t *data)
{
	char why[KEEPER_WHY_SIZE];
	struct keeper_place place;
	enum err err = keeper_event(s->keeper, ASK_LEDGER, type, "station", data, &place, why);
	json_decref(data);
	if (err != ERR_OK)
		log_fatal("The ledger cannot record %s: %s. Make sure that its disk has room.",
		    type, why);
}

/* --- clock and disk ----------------------------------------------------------------------- */

/* Worth an entry, not the ledger's end. */
static void
tell(struct service *s, const char *type, json_t *data)
{
	char why[KEEPER_WHY_SIZE];
	struct keeper_place place;
	if (keeper_event(s->keeper, ASK_LEDGER, type, "station", data, &place, why) != ERR_OK)
		log_warn("%s cannot be recorded: %s.", type, why);
	json_decref(data);
}

static void
tell_step(struct service *s, const struct watch_step *step)
{
	log_warn("The clock says %s and should say %s.", step->found, step->expected);
	tell(s, "clock.step",
	    json_pack("{s:s,s:s,s:s}", "expected", step->expected, "found", step->found, "kind",
		step->kind));
}

/* Before an entry is made, so that it stands behind the step of the clock it claims. */
static void
look_at_clock(struct service *s)
{
	struct watch_step step;
	if (watch_look(&s->clock, clock_wall_s(), clock_mono_ns(), &step))
		tell_step(s, &step);
}

static void
look_at_disk(struct service *s)
{
	const struct custody *c = keeper_custody(s->keeper);
	uint64_t room = watch_room(s->dirfd), gave_up = keeper_gave_up(s->keeper);
	if (gave_up > 0 && !custody_no_ballast(c)) {
		log_warn(
		    "The disk of the ledger was full; what is kept free for that is used.");
		tell(s, "disk.full", json_pack("{s:I}", "ballast", (json_int_t)gave_up));
		return;
	}
	if (watch_ballast_make(s->dirfd, LIM_BALLAST_BYTES) == ERR_OK && custody_no_ballast(c))
		tell(s, "disk.room",
		    json_pack("{s:I}", "ballast", (json_int_t)LIM_BALLAST_BYTES));
	if (!s->low && room < LIM_LEDGER_FLOOR_BYTES)
		tell(s, "disk.low",
		    json_pack("{s:I,s:I}", "bytes", (json_int_t)room, "floor",
			(json_int_t)LIM_LEDGER_FLOOR_BYTES));
	s->low = room < (s->low ? 2 : 1) * (uint64_t)LIM_LEDGER_FLOOR_BYTES;
}

/* --- the copy on a second medium -------------------------------------------------------- */

static void
tell_copy(struct service *s)
{
	const char *type;
	json_t *data = second_news(keeper_copied(s->keeper), keeper_custody(s->keeper), &type);
	if (data != NULL)
		tell(s, type, data);
}

static void
look_at_copy(struct service *s)
{
	const struct copy *copy = keeper_copied(s->keeper);
	const char *why;
	if (copy != NULL && copy_state(copy, &why) != COPY_WHOLE)
		keeper_copy_again(s->keeper);
	tell_copy(s);
}

static void
look_for_backup(struct service *s)
{
	json_t *data = recover_take_note(s->dirfd);
	if (data != NULL)
		tell(s, "backup.made", data);
}

static void
on_watch(void *arg)
{
	struct service *s = arg;
	look_at_clock(s);
	look_at_disk(s);
	look_at_copy(s);
	look_for_backup(s);
	loop_add_timer(s->loop, LIM_WATCH_MS, on_watch, s);
}

static void
begin_watch(struct service *s, int64_t newest_s)
{
	struct watch_step step;
	if (watch_start(&s->clock, clock_wall_s(), clock_mono_ns(), newest_s, &step))
		tell_step(s, &step);
	look_at_disk(s);
	loop_add_timer(s->loop, LIM_WATCH_MS, on_watch, s);
}

/*
 * The desk asks for the first time: it has met the ledger, the vault and the stager.  A
 * station that comes no further, again and again, leaves no entries.
 */
static void
up(struct service *s)
{
	const struct custody *c = keeper_custody(s->keeper);
	json_t *interrupted = custody_interrupted(c);
	if (!custody_stopped(c))
		log_warn(
		    "The last run did not end in good order; %zu transfers were interrupted.",
		    json_array_size(interrupted));
	s->up = true;
	if (!keeper_can_sign(s->keeper)) {
		json_decref(interrupted);
		log_warn("This ledger was put back, or its keys are gone: nothing is recorded "
			 "until administrators have opened a new epoch.");
		return;
	}
	s->recording = true;
	int64_t newest_s = custody_clock(c)->newest_s;
	own_event(s, "station.start",
	    json_pack("{s:o,s:b,s:b,s:s}", "interrupted", interrupted, "sandbox",
		(int)sandbox_active(), "unclean", (int)!custody_stopped(c), "version",
		SALLYPORT_VERSION));
	if (!s->watching)
		begin_watch(s, newest_s);
	s->watching = true;
	tell_copy(s);
}

/* The administrators have opened an epoch: its log begins as a station begins. */
static void
look_at_epoch(struct service *s)
{
	const struct custody_epoch *now = custody_epoch_now(keeper_custody(s->keeper));
	if (s->epoch == now->number)
		return;
	s->epoch = now->number;
	log_warn("Epoch %u of the custody log has begun.", now->number);
	up(s);
}

static void
on_message(void *arg, struct channel *c, struct msg *m)
{
	struct service *s = arg;
	if (c == s->desk && m->id != MSG_HELLO && !s->up)
		up(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].id != m->id)
			continue;
		/* One who was prepared holds the last entry about its subject in his hands. */
		if (s->recording && m->id != MSG_LEDGER_APPEND)
			look_at_clock(s);
		rows[i].fn(s, c, m);
		if (s->recording && keeper_has_given_up(s->keeper))
			look_at_disk(s);
		if (s->recording)
			tell_copy(s);
		return;
	}
	/* The channel let it through: a row of messages.def without one here. */
	assert(m->id == MSG_NONE);
}

/* --- start and end ------------------------------------------------------------------------ */

static struct channel *
meet(struct service *s, int fd, enum role peer)
{
	struct channel *c = channel_new(fd, ROLE_LEDGER, peer);
	if (channel_hello(c, LEDGER_PROGRAM, sandbox_active()) != ERR_OK)
		log_warn("The %s has gone before the ledger began.", message_role_name(peer));
	loop_add_channel(s->loop, c, on_message, gone, s);
	return c;
}

/* Before anything is appended: a ledger that is older than its copy appends nothing. */
static void
take_copy(struct service *s)
{
	if (s->copy == NULL)
		return;
	enum copy_state state = keeper_copy(s->keeper, s->copy);
	const char *why;
	s->copy = NULL;
	copy_state(keeper_copied(s->keeper), &why);
	if (state == COPY_AHEAD)
		second_ahead(why);
	if (state != COPY_WHOLE)
		log_warn("The copy on a second medium is not kept: %s.", why);
}

static void
begin_record(struct service *s)
{
	char why[KEEPER_WHY_SIZE];
	if (keeper_open(s->dirfd, s->path, s->boot, &s->keeper, why) != ERR_OK)
		log_fatal(
		    "The ledger does not verify: %s. Nothing is changed; keep a copy of %s and "
		    "look at it with sallyport-verify.",
		    why, s->path);
	if (!custody_founded(keeper_custody(s->keeper)))
		log_fatal(
		    "The founding of this station was not finished: run sallyport init again.");
	take_copy(s);
	if (keeper_finish_epoch(s->keeper, why) != ERR_OK)
		log_fatal("The next epoch cannot begin: %s.", why);
	s->epoch = custody_epoch_now(keeper_custody(s->keeper))->number;
}

static void
on_term(void *arg, int fd, short signum)
{
	struct service *s = arg;
	(void)fd;
	(void)signum;
	loop_stop(s->loop);
}

static void
serve_station(struct service *s)
{
	s->desk = meet(s, SPAWN_FD_FIRST, ROLE_DESK);
	s->stager = meet(s, SPAWN_FD_FIRST + 1, ROLE_STAGER);
	begin_record(s);
	if (loop_run(s->loop) != ERR_OK)
		log_fatal("The ledger's loop failed: %s.", strerrordesc_np(errno));
	if (s->recording)
		own_event(s, "station.stop", json_object());
}

static void
serve_founding(struct service *s)
{
	s->founder = meet(s, SPAWN_FD_FIRST, ROLE_UI);
	if (loop_run(s->loop) != ERR_OK)
		log_fatal("The ledger's loop failed: %s.", strerrordesc_np(errno));
}

/* The sockets of a service manager, where the parent did not bring the connections. */
static void
begin(void)
{
	static const struct service_peer peers[] = {{"desk", NULL}, {"stager", NULL}};
	char why[SERVICE_WHY_SIZE];
	enum err err = service_begin(peers, 2, NULL, why);
	if (err != ERR_OK && err != ERR_NOTFOUND)
		log_fatal("The ledger cannot begin: %s.", why);
}

/* HOME/ledger, held alone as long as the process lives. */
static void
open_folder(struct service *s, const char *home, bool found, bool alone)
{
	s->path = mem_printf("%s/ledger", home);
	if (found && mkdir(s->path, 0700) != 0 && errno != EEXIST)
		log_fatal(
		    "%s: %s. Check the station's directory.", s->path, strerrordesc_np(errno));
	s->dirfd = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->dirfd < 0)
		log_fatal("%s: %s. Check the station's directory, or make a station with "
			  "sallyport init.",
		    s->path, strerrordesc_np(errno));
	if (alone && flock(s->dirfd, LOCK_EX | LOCK_NB) != 0)
		log_fatal("Another ledger runs on %s.", s->path);
}

static void
confine(const struct service *s, const char *act)
{
	const struct sandbox_path paths[] = {{s->dirfd, SANDBOX_READ | SANDBOX_WRITE},
	    {s->copyfd, SANDBOX_READ | SANDBOX_WRITE}};
	const char *why = "";
	if (sandbox_enter(ROLE_LEDGER, paths, s->copyfd >= 0 ? 2 : 1, &why) != ERR_OK)
		log_fatal("The ledger cannot enter its sandbox: %s.", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("The ledger could do what its contract forbids: %s.", act);
	}
}

static _Noreturn void
usage(void)
{
	fprintf(stderr, "usage: %s -d HOME [--found | --backup FOLDER | --tail FOLDER]\n",
	    LEDGER_PROGRAM);
	exit(2);
}

/*
 * For the scripts of an administrator: no peers, no keys, and an end.  A backup
 * is made beside a ledger that runs.
 */
static int
recover(struct service *s, bool tail, const char *folder)
{
	char why[CUSTODY_WHY_SIZE] = "";
	s->copyfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->copyfd < 0)
		log_fatal("%s: %s.", folder, strerrordesc_np(errno));
	confine(s, NULL);
	enum err err = tail ? recover_tail(s->path, s->copyfd, why)
	                    : recover_backup(s->path, s->copyfd, folder, why);
	if (err != ERR_OK)
		log_warn("%s.", why);
	close(s->copyfd);
	close(s->dirfd);
	free(s->path);
	return err == ERR_OK && fflush(stdout) == 0 ? 0 : 3;
}

static void
finish(struct service *s)
{
	channel_free(s->desk);
	channel_free(s->stager);
	channel_free(s->founder);
	keeper_close(s->keeper);
	if (s->copyfd >= 0)
		close(s->copyfd);
	loop_free(s->loop);
	close(s->dirfd);
	free(s->path);
}

struct options {
	const char *home, *act;
	const char *backup, *tail; /* folders, or NULL */
	bool found;
};

static void
take_options(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {{"found", no_argument, NULL, 'F'},
	    {"backup", required_argument, NULL, 'B'}, {"tail", required_argument, NULL, 'C'},
	    {0}};
	int option;
	while ((option = getopt_long(argc, argv, "d:T:", longs, NULL)) != -1) {
		if (option == 'd')
			ret->home = optarg;
		else if (option == 'T')
			ret->act = optarg;
		else if (option == 'F')
			ret->found = true;
		else if (option == 'B')
			ret->backup = optarg;
		else if (option == 'C')
			ret->tail = optarg;
		else
			usage();
	}
	if (ret->home == NULL || optind != argc ||
	    ret->found + (ret->backup != NULL) + (ret->tail != NULL) > 1)
		usage();
}

int
main(int argc, char **argv)
{
	struct service s = {.copyfd = -1};
	struct options o = {.found = false};
	take_options(argc, argv, &o);
	bool helps = o.backup != NULL || o.tail != NULL;
	log_init(LEDGER_PROGRAM);
	if (!helps)
		begin();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	json_object_seed(0);
	boot_id(s.boot);
	digest_init();
	ledger_init();
	if (seal_init() != ERR_OK)
		log_fatal("The cryptographic library does not start.");
	open_folder(&s, o.home, o.found, o.backup == NULL);
	if (helps)
		return recover(&s, o.tail != NULL, o.tail != NULL ? o.tail : o.backup);
	if (!o.found)
		s.copy = second_open(o.home, s.dirfd, &s.copyfd);
	s.loop = loop_new();
	if (loop_add_signal(s.loop, SIGTERM, on_term, &s) != ERR_OK)
		log_fatal("Signals cannot be watched: %s.", strerrordesc_np(errno));
	confine(&s, o.act);
	if (o.found)
		serve_founding(&s);
	else
		serve_station(&s);
	finish(&s);
	return 0;
}
