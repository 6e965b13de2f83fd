/* SPDX-License-Identifier: ISC */
/*
 * sallyport-vault: keeps the bytes of every object, once, and hands them out.
 *
 * Holds     the object store, HOME/vault; descriptors 3 desk, 4 stager, 5 parent.
 * May       write objects that come through a reader's pipe, hash them on the
 *           way, and send a fresh read-only descriptor of an object to a
 *           scanner or previewer it was attached to, or to the stager.
 * Must never interpret what it stores; hand out anything that can be written
 *           to; keep an object under a name that is not the digest of the
 *           bytes it wrote; remove an object except by a purge of the desk.
 * Dies      when the desk or the parent has gone or breaks the protocol, or
 *           the desk has not followed a stager that went.  A scanner or reader
 *           that goes is forgotten; half an object is removed.
 */
#include "src/base/limits.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/setmark.h"
#include "src/ipc/channel.h"
#include "src/ipc/conf.h"
#include "src/ipc/loop.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/service.h"
#include "src/ipc/spawn.h"
#include "src/proc/vault/events.h"
#include "src/proc/vault/intake.h"
#include "src/proc/vault/store.h"
#include "src/proc/vault/supply.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define VAULT_PROGRAM     "sallyport-vault"
#define VAULT_RETRY_MS    2 /* a peer whose socket is full is asked again */
#define VAULT_ANSWER_ROOM 8 /* kept free of results of the pipes */
#define VAULT_ZEROS       "0000000000000000000000000000000000000000000000000000000000000000"

/* An answer to the desk or the parent that its socket could not take yet. */
struct vault_answer {
	struct channel *to;
	enum msg_id id;
	json_t *body;
};

struct vault_pipe {
	struct intake *intake; /* NULL: a free place */
	time_t since_s;
};

struct vault {
	struct loop *loop;
	struct store *store;
	struct events *events;
	struct supply *supply;
	struct channel *desk, *stager, *parent;
	struct vault_pipe pipes[LIM_VAULT_PIPES];
	struct vault_answer *answers; /* not taken yet, oldest first */
	size_t answers_len;
	int timer;
	uint64_t told;    /* objects that the desk was told of */
	size_t threads;   /* that sync or check objects now */
	bool events_held; /* the desk takes nothing: the queue is not polled */
};

struct sync_job {
	struct vault *vault;
	uint64_t request;
};

/* --- answers: never lost, never waited for ------------------------------------ */

static void vault_pump(void *arg);

static void
vault_again(struct vault *v)
{
	if (v->timer == 0)
		v->timer = loop_add_timer(v->loop, VAULT_RETRY_MS, vault_pump, v);
}

static void
vault_answer(struct vault *v, struct channel *to, enum msg_id id, json_t *body)
{
	assert(body != NULL);
	if (v->answers_len == 0 && channel_room(to) > 0) {
		channel_send(to, id, body, -1);
		return;
	}
	if (v->answers_len == LIM_VAULT_ANSWERS)
		log_fatal("A peer asks and does not take the answers; the vault ends.");
	v->answers = mem_resize(v->answers, v->answers_len + 1, sizeof(*v->answers));
	v->answers[v->answers_len++] = (struct vault_answer){to, id, body};
	vault_again(v);
}

static void
vault_flush_answers(struct vault *v)
{
	size_t i = 0;
	for (; i < v->answers_len && channel_room(v->answers[i].to) > 0; i++)
		channel_send(v->answers[i].to, v->answers[i].id, v->answers[i].body, -1);
	if (i == 0)
		return;
	v->answers_len -= i;
	memmove(v->answers, v->answers + i, v->answers_len * sizeof(*v->answers));
}

/* --- what the threads say -------------------------------------------------------- */

static void
vault_forget_pipe(struct vault *v, uint64_t tag)
{
	for (size_t i = 0; i < LIM_VAULT_PIPES; i++)
		if (v->pipes[i].intake != NULL && intake_tag(v->pipes[i].intake) == tag)
			v->pipes[i].intake = intake_free(v->pipes[i].intake);
}

static void
vault_tell(struct vault *v, const struct event *e)
{
	json_int_t tag = (json_int_t)e->tag, item = (json_int_t)e->item;
	json_int_t bytes = (json_int_t)e->bytes;
	switch (e->kind) {
	case EVENT_KEPT:
		v->told++;
		if (e->kept != 0)
			store_told(v->store, e->sha256, e->kept, v->told);
		channel_send(v->desk, MSG_VAULT_KEPT,
		    json_pack("{s:I,s:I,s:s,s:I}", "tag", tag, "item", item, "sha256",
			e->sha256, "bytes", bytes),
		    -1);
		return;
	case EVENT_FAILED:
		if (e->why[0] != '\0')
			log_warn("%s", e->why);
		channel_send(v->desk, MSG_VAULT_FAILED,
		    json_pack("{s:I,s:I,s:b,s:s,s:b}", "tag", tag, "item", item, "full",
			(int)e->full, "why", e->why, "cut", (int)e->cut),
		    -1);
		return;
	case EVENT_ENDED:
		vault_forget_pipe(v, e->tag);
		channel_send(v->desk, MSG_VAULT_ENDED,
		    json_pack("{s:I,s:I,s:I}", "tag", tag, "objects", item, "bytes", bytes),
		    -1);
		return;
	case EVENT_CHECKED:
		v->threads--;
		channel_send(v->desk, MSG_VAULT_CHECKED,
		    json_pack("{s:I,s:s}", "tag", tag, "good", e->sha256), -1);
		return;
	case EVENT_GONE:
		v->threads--;
		return;
	case EVENT_SYNCED:
		v->threads--;
		channel_send(v->desk, MSG_VAULT_SYNCED,
		    json_pack("{s:I,s:b,s:s}", "req", tag, "ok", (int)(e->why[0] == '\0'),
			"why", e->why),
		    -1);
		return;
	}
}

static void
vault_on_event(void *arg, int fd, short revents)
{
	struct vault *v = arg;
	struct event e;
	(void)fd;
	(void)revents;
	while (v->answers_len == 0 && channel_room(v->desk) > VAULT_ANSWER_ROOM) {
		if (!events_take(v->events, &e))
			return;
		vault_tell(v, &e);
	}
	/* The queue fills, the threads wait, the readers wait: until the desk has taken some.
	 */
	loop_del_fd(v->loop, events_fd(v->events));
	v->events_held = true;
	vault_again(v);
}

static void
vault_pump(void *arg)
{
	struct vault *v = arg;
	v->timer = 0;
	channel_flush(v->desk);
	vault_flush_answers(v);
	if (v->answers_len == 0 && v->events_held &&
	    channel_room(v->desk) > VAULT_ANSWER_ROOM) {
		v->events_held = false;
		loop_add_fd(v->loop, events_fd(v->events), POLLIN, vault_on_event, v);
	}
	if (supply_pump(v->supply) || v->answers_len > 0 || v->events_held)
		vault_again(v);
}

/* --- parent: readers and scanners come ------------------------------------------- */

static void vault_on_message(void *arg, struct channel *, struct msg *);

static void
vault_scanner_gone(void *arg, struct channel *c, enum err why)
{
	struct vault *v = arg;
	if (why == ERR_PROTO)
		log_warn("A scanner was cut off: %s.", channel_why(c));
	supply_del(v->supply, c);
}

static void
vault_attach_scanner(struct vault *v, uint64_t tag, enum role role, int fd)
{
	struct channel *c = channel_new(fd, ROLE_VAULT, role);
	enum err e = supply_add(v->supply, tag, c);
	if (e != ERR_OK) {
		/* Its closed socket tells the scanner, and the desk learns that it ended. */
		log_warn("A scanner could not be attached: %s.", err_str(e));
		channel_free(c);
		return;
	}
	channel_hello(c, VAULT_PROGRAM, sandbox_active());
	loop_add_channel(v->loop, c, vault_on_message, vault_scanner_gone, v);
}

static void
vault_refuse_pipe(struct vault *v, uint64_t tag, const char *why)
{
	vault_answer(v, v->desk, MSG_VAULT_FAILED,
	    json_pack(
		"{s:I,s:i,s:b,s:s}", "tag", (json_int_t)tag, "item", 0, "full", 0, "why", why));
	vault_answer(v, v->desk, MSG_VAULT_ENDED,
	    json_pack("{s:I,s:i,s:i}", "tag", (json_int_t)tag, "objects", 0, "bytes", 0));
}

static void
vault_attach_pipe(struct vault *v, uint64_t tag, int fd, bool inside)
{
	struct vault_pipe *place = NULL;
	for (size_t i = 0; i < LIM_VAULT_PIPES; i++) {
		if (v->pipes[i].intake == NULL)
			place = place != NULL ? place : &v->pipes[i];
		else if (intake_tag(v->pipes[i].intake) == tag)
			log_fatal(
			    "The parent attached two pipes with one tag; the vault ends.");
	}
	if (place == NULL) {
		close(fd);
		vault_refuse_pipe(v, tag,
		    "The vault serves as many pipes as it can. Wait until one has ended.");
		return;
	}
	/* File times are cut to a second and a little late; what is inside is not purged. */
	place->since_s = inside ? (time_t)INT64_MAX : (time_t)clock_wall_s() - 2;
	if (intake_start(v->store, v->events, tag, fd, inside, &place->intake) != ERR_OK)
		vault_refuse_pipe(
		    v, tag, "The vault could not start a thread. Read the medium again.");
}

static void
vault_do_attach(struct vault *v, struct channel *from, struct msg *m)
{
	uint64_t tag = msg_uint(m, "tag");
	const char *kind = msg_str(m, "kind");
	if (strcmp(kind, "pipe") == 0)
		vault_attach_pipe(v, tag, msg_take_fd(m), false);
	else if (strcmp(kind, "children") == 0)
		vault_attach_pipe(v, tag, msg_take_fd(m), true);
	else if (strcmp(kind, "scanner") == 0)
		vault_attach_scanner(v, tag, ROLE_SCANNER, msg_take_fd(m));
	else if (strcmp(kind, "preview") == 0)
		vault_attach_scanner(v, tag, ROLE_PREVIEW, msg_take_fd(m));
	else if (strcmp(kind, "loader") == 0)
		vault_attach_scanner(v, tag, ROLE_LOADER, msg_take_fd(m));
	else
		log_fatal("The parent attached something unknown; the vault ends.");
	vault_answer(v, from, MSG_VAULT_ATTACHED, json_pack("{s:I}", "tag", (json_int_t)tag));
}

/* --- desk: what is given, synced, purged --------------------------------------------- */

static void
vault_missing(
    void *arg, uint64_t tag, const struct supply_item *item, bool gone, const char *why)
{
	struct vault *v = arg;
	vault_answer(v, v->desk, MSG_VAULT_MISSING,
	    json_pack("{s:I,s:I,s:s,s:s,s:b}", "tag", (json_int_t)tag, "id",
		(json_int_t)item->id, "sha256",
		item->sha256 != NULL ? item->sha256 : VAULT_ZEROS, "why", why, "gone",
		(int)gone));
}

static void
vault_give_item(struct vault *v, const struct msg *m, struct supply_item *item)
{
	supply_give(v->supply, msg_uint(m, "tag"), item);
	vault_again(v);
}

static void
vault_do_give(struct vault *v, struct channel *from, struct msg *m)
{
	(void)from;
	struct supply_item item = {.id = msg_uint(m, "id"),
	    .sha256 = mem_strdup(msg_str(m, "sha256")),
	    .type = mem_strdup(msg_str(m, "type")),
	    .mime = mem_strdup(msg_str(m, "mime")),
	    .opens = json_object_get(m->body, "room") != NULL,
	    .room_bytes = msg_uint(m, "room"),
	    .depth = msg_uint(m, "depth")};
	if (item.opens)
		store_spare(v->store, msg_uint(m, "spare"));
	vault_give_item(v, m, &item);
}

static void
vault_do_test(struct vault *v, struct channel *from, struct msg *m)
{
	(void)from;
	const char *which = msg_str(m, "which"), *set = msg_str(m, "set");
	bool bad = strcmp(which, "bad") == 0, refused = strcmp(which, "refused") == 0;
	bool mark = set != NULL && (refused || strcmp(which, "loaded") == 0);
	char text[SETMARK_TEXT_SIZE] = "";
	if (!bad && !mark && strcmp(which, "good") != 0)
		log_fatal("The desk asked for an unknown self-test object; the vault ends.");
	if (mark)
		setmark_print(set, refused, text);
	struct supply_item item = {.id = msg_uint(m, "id"),
	    .bad = bad,
	    .text = mark ? mem_strdup(text) : NULL,
	    .type = mem_strdup("text"),
	    .mime = mem_strdup("text/plain")};
	vault_give_item(v, m, &item);
}

static void *
vault_sync_thread(void *arg)
{
	struct sync_job *job = arg;
	struct event done = {.kind = EVENT_SYNCED, .tag = job->request};
	if (store_sync(job->vault->store) != ERR_OK)
		snprintf(done.why, sizeof(done.why),
		    "The vault's disk could not be synced: %s. Look at the disk, then read the "
		    "medium again.",
		    strerrordesc_np(errno));
	events_put(job->vault->events, &done);
	free(job);
	return NULL;
}

static void
vault_do_sync(struct vault *v, struct channel *from, struct msg *m)
{
	struct sync_job *job = mem_alloc(sizeof(*job));
	pthread_t thread;
	*job = (struct sync_job){v, msg_uint(m, "req")};
	/* Seconds on a slow disk: scanners and pipes are served meanwhile. */
	if (pthread_create(&thread, NULL, vault_sync_thread, job) == 0) {
		v->threads++;
		pthread_detach(thread);
		return;
	}
	free(job);
	vault_answer(v, from, MSG_VAULT_SYNCED,
	    json_pack("{s:I,s:b,s:s}", "req", (json_int_t)msg_uint(m, "req"), "ok", 0, "why",
		"The vault could not start a thread. Try again."));
}

/* Objects that the desk would not like to have read again. */
struct check_job {
	struct vault *vault;
	uint64_t tag;
	size_t n;
	char objects[LIM_VAULT_CHECK][HEX_DIGEST_SIZE];
};

static void *
vault_check_thread(void *arg)
{
	struct check_job *job = arg;
	struct event done = {.kind = EVENT_CHECKED, .tag = job->tag};
	uint8_t good[LIM_VAULT_CHECK / 8] = {0};
	for (size_t i = 0; i < job->n; i++) {
		bool blank = false;
		enum err e = store_check(job->vault->store, job->objects[i], &blank);
		if (e == ERR_OK && !blank)
			good[i / 8] = (uint8_t)(good[i / 8] | 1u << i % 8);
		else if (e == ERR_SYNTAX)
			log_warn("The object %s was not what its name says; it was removed.",
			    job->objects[i]);
	}
	hex_encode(good, sizeof(good), done.sha256);
	events_put(job->vault->events, &done);
	free(job);
	return NULL;
}

static void
vault_do_check(struct vault *v, struct channel *from, struct msg *m)
{
	const json_t *objects = json_object_get(m->body, "objects"), *o;
	struct check_job *job = mem_alloc(sizeof(*job));
	pthread_t thread;
	size_t i;
	*job = (struct check_job){.vault = v, .tag = msg_uint(m, "tag")};
	json_array_foreach (objects, i, o) {
		const char *sha256 = json_string_value(o);
		if (i == LIM_VAULT_CHECK || sha256 == NULL || strlen(sha256) != 64)
			log_fatal("The desk asked for objects that are none; the vault ends.");
		memcpy(job->objects[job->n++], sha256, HEX_DIGEST_SIZE);
	}
	if (pthread_create(&thread, NULL, vault_check_thread, job) == 0) {
		v->threads++;
		pthread_detach(thread);
		return;
	}
	free(job);
	/* none of them is called good: they are read again */
	vault_answer(v, from, MSG_VAULT_CHECKED,
	    json_pack("{s:I,s:s}", "tag", (json_int_t)msg_uint(m, "tag"), "good", VAULT_ZEROS));
}

static void
vault_do_space(struct vault *v, struct channel *from, struct msg *m)
{
	struct store_space space;
	(void)m;
	if (store_space(v->store, &space) != ERR_OK)
		log_fatal("The vault's directory cannot be read; the vault ends.");
	vault_answer(v, from, MSG_VAULT_SPACE_IS,
	    json_pack("{s:I,s:I,s:I,s:I}", "free", (json_int_t)space.free_bytes, "floor",
		(json_int_t)space.floor_bytes, "objects", (json_int_t)space.objects, "bytes",
		(json_int_t)space.bytes));
}

/* Objects kept since the oldest open pipe began may be news to the desk: they stay. */
static time_t
vault_purge_before(const struct vault *v)
{
	time_t before = (time_t)INT64_MAX;
	for (size_t i = 0; i < LIM_VAULT_PIPES; i++)
		if (v->pipes[i].intake != NULL && v->pipes[i].since_s < before)
			before = v->pipes[i].since_s;
	return before;
}

static void
vault_do_purge(struct vault *v, struct channel *from, struct msg *m)
{
	uint8_t *list = NULL;
	size_t n = 0;
	struct store_purged p = {0};
	enum err e = io_memfd_read(m->fd, LIM_SEALED_BYTES, &list, &n);
	if (e == ERR_OK)
		e = store_purge(v->store, (const char *)list, n, vault_purge_before(v), &p);
	free(list);
	if (e == ERR_SYNTAX || e == ERR_PROTO || e == ERR_LIMIT)
		log_fatal("The desk sent a purge list that is none; the vault ends.");
	if (e != ERR_OK)
		log_warn("Not every object could be purged: %s.", err_str(e));
	if (p.in_use > 0)
		log_warn("%ju objects stay: they were kept again while media are read.",
		    (uintmax_t)p.in_use);
	vault_answer(v, from, MSG_VAULT_PURGED,
	    json_pack("{s:I,s:I,s:I}", "objects", (json_int_t)p.objects, "bytes",
		(json_int_t)p.bytes, "missing", (json_int_t)p.missing));
}

/* What was found inside objects and is not scanned any more. */
struct goer_job {
	struct vault *vault;
	uint8_t *list;
	size_t len;
	uint64_t told;
};

static void *
vault_let_go_thread(void *arg)
{
	struct goer_job *job = arg;
	struct event done = {.kind = EVENT_GONE};
	if (store_let_go(job->vault->store, (const char *)job->list, job->len, job->told) !=
	    ERR_OK)
		log_warn("Not all that was inside objects could be removed: it goes at the "
			 "next start.");
	events_put(job->vault->events, &done);
	free(job->list);
	free(job);
	return NULL;
}

static void
vault_do_let_go(struct vault *v, struct channel *from, struct msg *m)
{
	struct goer_job *job = mem_alloc(sizeof(*job));
	pthread_t thread;
	(void)from;
	*job = (struct goer_job){.vault = v, .told = msg_uint(m, "told")};
	if (io_memfd_read(m->fd, LIM_SEALED_BYTES, &job->list, &job->len) != ERR_OK)
		log_fatal("The desk sent a list of what may go that is none; the vault ends.");
	/* Seconds for a million of them: scanners and pipes are served meanwhile. */
	if (pthread_create(&thread, NULL, vault_let_go_thread, job) == 0) {
		v->threads++;
		pthread_detach(thread);
		return;
	}
	free(job->list);
	free(job);
}

/* --- stager ------------------------------------------------------------------------------ */

/* Desk and stager are of two conversations: only a new beginning brings them together. */
static void
vault_alone(void *arg)
{
	struct vault *v = arg;
	log_warn("The desk stayed without its stager; the vault ends, to begin again.");
	loop_stop(v->loop);
}

static void
vault_stager_gone(void *arg, struct channel *c, enum err why)
{
	struct vault *v = arg;
	log_warn("The stager has gone: %s.", why == ERR_PROTO ? channel_why(c) : err_str(why));
	loop_add_timer(v->loop, LIM_ALONE_MS, vault_alone, v);
}

static void
vault_do_want(struct vault *v, struct channel *from, struct msg *m)
{
	const char *sha256 = msg_str(m, "sha256");
	uint64_t bytes = 0;
	MEM_CLOSE int fd = -1;
	enum err e = store_get(v->store, sha256, &fd, &bytes);
	if (e == ERR_OK)
		e = channel_send(from, MSG_VAULT_OBJECT,
		    json_pack("{s:s,s:I}", "sha256", sha256, "bytes", (json_int_t)bytes), fd);
	else
		e = channel_send(from, MSG_VAULT_MISSING,
		    json_pack("{s:i,s:i,s:s,s:s}", "tag", 0, "id", 0, "sha256", sha256, "why",
			e == ERR_NOTFOUND ? "The object is not in the vault."
					  : "The object could not be opened."),
		    -1);
	if (e == ERR_OK)
		return;
	/* It takes at most LIM_IN_FLIGHT answers late: one that asks for more is broken. */
	loop_del_channel(v->loop, from);
	vault_stager_gone(v, from, e);
}

/* --- dispatch ------------------------------------------------------------------------------
 */

static void
vault_do_hello(struct vault *v, struct channel *from, struct msg *m)
{
	bool sandboxed = false;
	if (channel_accept_hello(from, m, &sandboxed) == ERR_OK) {
		vault_again(v);
		return;
	}
	if (channel_peer(from) != ROLE_SCANNER && channel_peer(from) != ROLE_PREVIEW &&
	    channel_peer(from) != ROLE_LOADER)
		log_fatal("A peer speaks another protocol: %s.", channel_why(from));
	log_warn("A scanner speaks another protocol: %s.", channel_why(from));
	loop_del_channel(v->loop, from);
	supply_del(v->supply, from);
}

static const struct vault_row {
	enum msg_id id;
	void (*fn)(struct vault *, struct channel *, struct msg *);
} vault_rows[] = {
    {MSG_HELLO, vault_do_hello},
    {MSG_VAULT_ATTACH, vault_do_attach},
    {MSG_VAULT_GIVE, vault_do_give},
    {MSG_VAULT_TEST, vault_do_test},
    {MSG_VAULT_SYNC, vault_do_sync},
    {MSG_VAULT_CHECK, vault_do_check},
    {MSG_VAULT_SPACE, vault_do_space},
    {MSG_VAULT_PURGE, vault_do_purge},
    {MSG_VAULT_LET_GO, vault_do_let_go},
    {MSG_STAGE_WANT, vault_do_want},
};

static void
vault_on_message(void *arg, struct channel *from, struct msg *m)
{
	for (size_t i = 0; i < sizeof(vault_rows) / sizeof(vault_rows[0]); i++)
		if (vault_rows[i].id == m->id) {
			vault_rows[i].fn(arg, from, m);
			return;
		}
	/* The channel let it through: a row of messages.def without one here. */
	assert(m->id == MSG_NONE);
}

static void
vault_master_gone(void *arg, struct channel *c, enum err why)
{
	struct vault *v = arg;
	if (why == ERR_PROTO)
		log_fatal("A peer broke the protocol: %s.", channel_why(c));
	loop_stop(v->loop);
}

/* --- start
 * ------------------------------------------------------------------------------------ */

static struct channel *
vault_meet(struct vault *v, int fd, enum role peer, loop_gone_fn *gone)
{
	struct channel *c = channel_new(fd, ROLE_VAULT, peer);
	if (channel_hello(c, VAULT_PROGRAM, sandbox_active()) != ERR_OK && peer != ROLE_STAGER)
		log_fatal("%s has gone before the vault began.", message_role_name(peer));
	loop_add_channel(v->loop, c, vault_on_message, gone, v);
	return c;
}

/* The sockets of a service manager, where the parent did not bring the connections. */
static void
vault_begin(void)
{
	static const struct service_peer peers[] = {
	    {"desk", NULL}, {"stager", NULL}, {"parent", NULL}};
	char why[SERVICE_WHY_SIZE];
	enum err e = service_begin(peers, 3, NULL, why);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		log_fatal("The vault cannot begin: %s.", why);
}

/* station.conf is the station's own; a missing one means the defaults. */
static char *
vault_read_conf(const char *home, uint64_t *floor_bytes)
{
	char why[CONF_WHY_SIZE];
	struct station *station = NULL;
	enum err e = conf_read(home, &station, why);
	if (e == ERR_NOTFOUND)
		return mem_printf("%s/vault", home);
	if (e != ERR_OK)
		log_fatal("%s", why);
	char *path = mem_strdup(station->vault);
	if (*floor_bytes == UINT64_MAX)
		*floor_bytes = station->vault_floor_bytes;
	station_free(station);
	return path;
}

static int
vault_open_dir(const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		log_fatal(
		    "%s: %s. Check the station's directory.", path, strerrordesc_np(errno));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		log_fatal(
		    "%s: %s. Check the station's directory.", path, strerrordesc_np(errno));
	return fd;
}

static void
vault_confine(int dirfd, const char *act)
{
	const struct sandbox_path path = {dirfd, SANDBOX_READ | SANDBOX_WRITE};
	const char *why = "";
	if (sandbox_enter(ROLE_VAULT, &path, 1, &why) != ERR_OK)
		log_fatal("The vault cannot enter its sandbox: %s.", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("The vault could do what its contract forbids: %s.", act);
	}
}

static _Noreturn void
vault_usage(void)
{
	fprintf(stderr, "usage: %s -d HOME [-f BYTES]\n", VAULT_PROGRAM);
	exit(2);
}

static uint64_t
vault_parse_bytes(const char *text)
{
	char *end;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9')
		vault_usage();
	return n;
}

static void
vault_serve(struct vault *v)
{
	v->loop = loop_new();
	v->events = events_new();
	v->supply = supply_new(v->store, vault_missing, v);
	v->desk = vault_meet(v, SPAWN_FD_FIRST, ROLE_DESK, vault_master_gone);
	v->stager = vault_meet(v, SPAWN_FD_FIRST + 1, ROLE_STAGER, vault_stager_gone);
	v->parent = vault_meet(v, SPAWN_FD_FIRST + 2, ROLE_PARENT, vault_master_gone);
	loop_add_fd(v->loop, events_fd(v->events), POLLIN, vault_on_event, v);
	if (loop_run(v->loop) != ERR_OK)
		log_fatal("The vault's loop failed: %s.", strerrordesc_np(errno));
}

static _Noreturn void
vault_end(struct vault *v)
{
	bool busy = v->threads > 0;
	for (size_t i = 0; i < LIM_VAULT_PIPES; i++)
		busy |= v->pipes[i].intake != NULL;
	/* Threads that wait for a reader or a disk: what they hold goes at the next start. */
	if (busy)
		_exit(0);
	supply_free(v->supply);
	channel_free(v->desk);
	channel_free(v->stager);
	channel_free(v->parent);
	for (size_t i = 0; i < v->answers_len; i++)
		json_decref(v->answers[i].body);
	free(v->answers);
	loop_free(v->loop);
	events_free(v->events);
	store_free(v->store);
	exit(0);
}

int
main(int argc, char **argv)
{
	const char *home = NULL, *act = NULL;
	uint64_t floor_bytes = UINT64_MAX;
	struct vault v = {0};
	int option;
	while ((option = getopt(argc, argv, "d:f:T:")) != -1) {
		if (option == 'd')
			home = optarg;
		else if (option == 'f')
			floor_bytes = vault_parse_bytes(optarg);
		else if (option == 'T')
			act = optarg;
		else
			vault_usage();
	}
	if (home == NULL || optind != argc)
		vault_usage();
	log_init(VAULT_PROGRAM);
	vault_begin();
	signal(SIGPIPE, SIG_IGN);
	/* A file size limit is an error of write(2), not a death. */
	signal(SIGXFSZ, SIG_IGN);
	json_object_seed(0);
	digest_init();
	MEM_FREE char *path = vault_read_conf(home, &floor_bytes);
	int dirfd = vault_open_dir(path);
	vault_confine(dirfd, act);
	if (floor_bytes == UINT64_MAX)
		floor_bytes = LIM_VAULT_FLOOR_BYTES;
	enum err e = store_open(dirfd, floor_bytes, &v.store);
	if (e != ERR_OK)
		log_fatal(
		    "%s cannot be used: %s. Check the disk and who owns it.", path, err_str(e));
	vault_serve(&v);
	vault_end(&v);
}
