/* SPDX-License-Identifier: ISC */
/*
 * sallyport-stager: puts on the share what was approved, and nothing else.
 *
 * Holds     write access to the share and to HOME/stager: the pinned genesis
 *           and the largest head seen; descriptors 3 desk, 4 parent, 5 ledger, 6 vault.
 * May       ask the ledger for entries and documents and for the entries
 *           xfer.release, xfer.deliver, xfer.fault, xfer.recalled and xfer.retired; ask the
 * vault for objects; have the parent start scanners, and give them what it is about to publish;
 * write below the share. Must never release on anybody's word: the desk only says when.  What
 * is approved it reads from entries whose signatures it has verified itself, back to the pinned
 * genesis.  Never release twice, rename what was signed, or show a transfer that was not read
 * back. Dies      when the desk has gone or breaks the protocol.  What it was making is removed
 * at the next start.
 */
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/core/station.h"
#include "src/ipc/channel.h"
#include "src/ipc/conf.h"
#include "src/ipc/loop.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/service.h"
#include "src/ipc/spawn.h"
#include "src/proc/stager/anchors.h"
#include "src/proc/stager/delivery.h"
#include "src/proc/stager/paper.h"
#include "src/proc/stager/papers.h"
#include "src/proc/stager/recall.h"
#include "src/proc/stager/reconcile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGER_PROGRAM     "sallyport-stager"
#define STAGER_PROGRESS_MS 200

struct stager {
	struct loop *loop;
	struct channel *desk, *parent, *ledger, *vault;
	struct share share;
	struct record *record;
	struct papers *papers;
	bool sandboxed; /* this program, ledger and vault */
	int64_t told_ms;
};

/* Where things are, from options and station.conf. */
struct stager_setting {
	const char *home;
	const char *meet; /* the folder of the services' sockets, or NULL */
	char *share;
	uint64_t floor_bytes;
	bool demo;
};

/* --- answers ----------------------------------------------------------------------- */

static void
stager_progress(void *arg, const char *transfer, const char *step, uint64_t done,
    uint64_t total, uint64_t bytes, uint64_t bytes_total)
{
	struct stager *s = arg;
	int64_t now_ms = clock_mono_ms();
	if (done > 0 && done < total && now_ms - s->told_ms < STAGER_PROGRESS_MS)
		return;
	s->told_ms = now_ms;
	/* One that the desk cannot take now is not worth waiting for. */
	channel_send(s->desk, MSG_STAGE_PROGRESS,
	    json_pack("{s:s,s:s,s:I,s:I,s:I,s:I}", "transfer", transfer, "step", step, "done",
		(json_int_t)done, "total", (json_int_t)total, "bytes", (json_int_t)bytes,
		"bytes_total", (json_int_t)bytes_total),
	    -1);
}

/* Scanners for a scan at release: the parent starts them, and they answer to nobody else. */
static enum err
stager_bridge(void *arg, const json_t *names, int *ret_fd, char why[SHARE_WHY_SIZE])
{
	static const enum msg_id answers[] = {
	    MSG_PARENT_RESCAN, MSG_PARENT_NO_RESCAN, MSG_NONE};
	struct stager *s = arg;
	struct msg m;
	enum err e = channel_call(s->parent, MSG_STAGE_RESCAN,
	    json_pack("{s:O}", "scanners", names), -1, answers, &m);
	if (e != ERR_OK)
		return err_say(e, why, SHARE_WHY_SIZE,
		    "The parent does not answer: what was approved cannot be scanned again.");
	if (m.id == MSG_PARENT_RESCAN)
		*ret_fd = msg_take_fd(&m);
	else
		e = err_say(ERR_STATE, why, SHARE_WHY_SIZE,
		    "What was approved cannot be scanned again: %.300s.", msg_str(&m, "why"));
	msg_done(&m);
	return e;
}

static void
stager_answer(struct stager *s, enum msg_id id, json_t *body)
{
	assert(body != NULL);
	if (channel_send_wait(s->desk, id, body, -1) != ERR_OK)
		log_fatal("The desk has gone.");
}

static void
stager_failed(struct stager *s, const char *transfer, const struct delivery_result *r)
{
	log_warn("%s: %s: %s", transfer, r->step, r->why);
	stager_answer(s, MSG_STAGE_FAILED,
	    json_pack("{s:s,s:s,s:s,s:s}", "transfer", transfer, "step", r->step, "why", r->why,
		"next", r->next));
}

/* What failed may be the papers of what was delivered. */
static void
stager_behind(struct stager *s, const char *transfer, const struct delivery_result *r)
{
	const struct custody_transfer *t = record_transfer(s->record, transfer);
	stager_failed(s, transfer, r);
	if (t != NULL && share_there(&s->share, (char[SHARE_WHY_SIZE]){0}) == ERR_OK &&
	    papers_behind(&s->share, t))
		papers_failed(s->papers, transfer, r->why);
}

static struct delivery
stager_delivery(struct stager *s)
{
	return (struct delivery){
	    s->record, &s->share, s->vault, s->sandboxed, stager_progress, stager_bridge, s};
}

/* --- what the desk asks for ------------------------------------------------------------ */

static void
stager_do_check(struct stager *s, const struct msg *m)
{
	char why[SHARE_WHY_SIZE] = "";
	uint64_t free_bytes = 0;
	enum err e = share_ready(
	    &s->share, msg_uint(m, "files"), msg_uint(m, "bytes"), &free_bytes, why);
	if (e == ERR_OK)
		e = papers_share(s->record, &s->share, why);
	if (e == ERR_OK)
		snprintf(why, sizeof(why), "%s", papers_why(s->papers));
	stager_answer(s, MSG_STAGE_CHECKED,
	    json_pack("{s:b,s:I,s:s}", "ok", (int)(e == ERR_OK), "free", (json_int_t)free_bytes,
		"why", why));
}

static void
stager_do_release(struct stager *s, const struct msg *m)
{
	const struct delivery d = stager_delivery(s);
	const char *transfer = msg_str(m, "transfer");
	struct delivery_result r;
	if (delivery_release(&d, transfer, &r) != ERR_OK)
		stager_behind(s, transfer, &r);
	else
		stager_answer(s, MSG_STAGE_RELEASED,
		    json_pack("{s:s,s:I,s:I}", "transfer", transfer, "files",
			(json_int_t)r.files, "bytes", (json_int_t)r.bytes));
}

static void
stager_do_recall(struct stager *s, const struct msg *m)
{
	const struct delivery d = stager_delivery(s);
	const char *transfer = msg_str(m, "transfer");
	struct delivery_result r;
	if (recall_run(&d, transfer, &r) != ERR_OK) {
		stager_failed(s, transfer, &r);
		papers_failed(s->papers, transfer, r.why);
	} else {
		stager_answer(s, MSG_STAGE_RECALLED, json_pack("{s:s}", "transfer", transfer));
	}
}

static void
stager_do_reconcile(struct stager *s, const struct msg *m)
{
	const struct delivery d = stager_delivery(s);
	struct delivery_result r;
	json_t *rows = json_array();
	enum err e = reconcile(&d, msg_str(m, "transfer"), rows, &r);
	stager_answer(s, MSG_STAGE_RECONCILED,
	    json_pack("{s:I, s:o, s:s, s:s}", "req", (json_int_t)msg_uint(m, "req"), "rows",
		rows, "why", e == ERR_OK ? "" : r.why, "next", r.next));
}

static void
stager_do_custody(struct stager *s, const struct msg *m)
{
	const struct delivery d = stager_delivery(s);
	const char *transfer = msg_str(m, "transfer");
	struct delivery_result r;
	if (delivery_custody(&d, transfer, &r) != ERR_OK)
		stager_behind(s, transfer, &r);
	else
		stager_answer(s, MSG_STAGE_WRITTEN, json_pack("{s:s}", "transfer", transfer));
}

static void
stager_do_report(struct stager *s, const struct msg *m)
{
	const char *transfer = msg_str(m, "transfer"), *name = msg_str(m, "name");
	char why[SHARE_WHY_SIZE] = "";
	const enum err e = paper_put(s->record, &s->share, transfer, name, m->fd, why);
	if (e == ERR_OK) {
		stager_answer(s, MSG_STAGE_WRITTEN,
		    json_pack("{s:s,s:s}", "transfer", transfer, "name", name));
		return;
	}
	log_warn("%s: report: %s", transfer, why);
	stager_answer(s, MSG_STAGE_FAILED,
	    json_pack("{s:s,s:s,s:s,s:s,s:s}", "transfer", transfer, "step", "report", "why",
		why, "next",
		e == ERR_NOSPACE
		    ? "Make room on the share, then repeat it; until then the record names a "
		      "paper that did not leave."
		    : "Look at the share's disk, then repeat it.",
		"name", name));
}

static void
stager_do_bundle(struct stager *s, const struct msg *m)
{
	const struct delivery d = stager_delivery(s);
	const json_int_t req = (json_int_t)msg_uint(m, "req");
	struct delivery_result r;
	struct buf out;
	MEM_CLOSE int fd = -1;
	buf_init(&out, LIM_SEALED_BYTES);
	enum err e = delivery_bundle(&d, msg_str(m, "transfer"), &out, &r);
	if (e == ERR_OK && io_memfd("bundle", out.data, out.len, &fd) != ERR_OK) {
		snprintf(r.why, sizeof(r.why), "There is no memory for the bundle.");
		r.next = "Try it again when less is under way.";
		e = ERR_NOSPACE;
	}
	buf_done(&out);
	if (e != ERR_OK)
		stager_answer(s, MSG_STAGE_NOT_BUNDLED,
		    json_pack("{s:I,s:s,s:s}", "req", req, "why", r.why, "next", r.next));
	else if (channel_send_wait(s->desk, MSG_STAGE_BUNDLED,
		     json_pack("{s:I,s:s,s:I}", "req", req, "transfer", msg_str(m, "transfer"),
			 "size",
			 (json_int_t)custody_places(record_custody(s->record), LOG_CUSTODY)),
		     fd) != ERR_OK)
		log_fatal("The desk has gone.");
}

static void
stager_do_anchor(struct stager *s, const struct msg *m)
{
	char why[SHARE_WHY_SIZE] = "", root[HEX_DIGEST_SIZE] = "";
	struct anchors_seen seen = {.any = false};
	enum err e = anchors_check(s->record, &s->share, &seen, why);
	if (e == ERR_OK && msg_bool(m, "put") && (!seen.any || seen.agrees))
		e = anchors_write(s->record, &s->share, &seen, why);
	if (seen.any)
		hex_encode(seen.root, sizeof(seen.root), root);
	stager_answer(s, MSG_STAGE_ANCHORED,
	    json_pack("{s:b,s:s,s:b,s:b,s:b,s:I,s:s}", "ok", (int)(e == ERR_OK), "why", why,
		"any", (int)seen.any, "agrees", (int)seen.agrees, "anchors", (int)seen.anchors,
		"size", (json_int_t)seen.size, "root", root));
}

static const struct stager_row {
	enum msg_id id;
	void (*fn)(struct stager *, const struct msg *);
} stager_rows[] = {
    {MSG_STAGE_CHECK, stager_do_check},
    {MSG_STAGE_RELEASE, stager_do_release},
    {MSG_STAGE_RECALL, stager_do_recall},
    {MSG_STAGE_CUSTODY, stager_do_custody},
    {MSG_STAGE_RECONCILE, stager_do_reconcile},
    {MSG_STAGE_REPORT, stager_do_report},
    {MSG_STAGE_BUNDLE, stager_do_bundle},
    {MSG_STAGE_ANCHOR, stager_do_anchor},
};

static void
stager_on_message(void *arg, struct channel *from, struct msg *m)
{
	(void)from;
	for (size_t i = 0; i < sizeof(stager_rows) / sizeof(stager_rows[0]); i++)
		if (stager_rows[i].id == m->id) {
			stager_rows[i].fn(arg, m);
			return;
		}
	/* The channel let it through: a row of messages.def without one here. */
	assert(m->id == MSG_NONE);
}

static void
stager_desk_gone(void *arg, struct channel *c, enum err why)
{
	struct stager *s = arg;
	if (why == ERR_PROTO)
		log_fatal("The desk broke the protocol: %s.", channel_why(c));
	loop_stop(s->loop);
}

/* --- start ------------------------------------------------------------------------------- */

static _Noreturn void
stager_usage(void)
{
	fprintf(stderr, "usage: %s -d HOME [-s SHARE] [-f BYTES] [-S DIR]\n", STAGER_PROGRAM);
	exit(2);
}

/* station.conf is the station's own; a missing one means the defaults. */
static void
stager_read_conf(struct stager_setting *set)
{
	char why[CONF_WHY_SIZE];
	struct station *station = NULL;
	enum err e = conf_read(set->home, &station, why);
	if (e == ERR_NOTFOUND)
		return;
	if (e != ERR_OK)
		log_fatal("%s", why);
	if (set->share == NULL)
		set->share = mem_strdup(station->share);
	if (set->floor_bytes == UINT64_MAX)
		set->floor_bytes = station->share_floor_bytes;
	set->demo = station->demo;
	station_free(station);
}

/*
 * As a service: the desk comes by a socket of the service manager, and then it
 * goes to the ledger and the vault; so does the parent.  Otherwise the parent has brought
 * all four.
 */
static void
stager_begin(const struct stager_setting *set)
{
	static const struct service_peer peers[] = {{"desk", NULL}, {"parent", NULL},
	    {"ledger", "ledger-stager"}, {"vault", "vault-stager"}};
	char why[SERVICE_WHY_SIZE];
	if (set->meet != NULL && service_begin(peers, 4, set->meet, why) != ERR_OK)
		log_fatal("The stager cannot begin: %s.", why);
}

static int
stager_open_dir(const char *path, mode_t mode)
{
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		log_fatal(
		    "%s: %s. Check the station's directory.", path, strerrordesc_np(errno));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		log_fatal(
		    "%s: %s. Check the station's directory.", path, strerrordesc_np(errno));
	return fd;
}

static void
stager_confine(int share, int own, const char *act)
{
	const struct sandbox_path paths[] = {
	    {own, SANDBOX_READ | SANDBOX_WRITE}, {share, SANDBOX_READ | SANDBOX_WRITE}};
	const char *why = "";
	if (sandbox_enter(ROLE_STAGER, paths, share >= 0 ? 2 : 1, &why) != ERR_OK)
		log_fatal("The stager cannot enter its sandbox: %s.", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("The stager could do what its contract forbids: %s.", act);
	}
}

/* A share that cannot be used is no end: the station says so, and releases nothing. */
static void
stager_begin_share(
    const struct stager_setting *set, int own, const char *act, struct share *ret_share)
{
	struct share s = {.root = -1, .transfers = -1, .custody = -1, .reports = -1};
	MEM_CLOSE int root = -1;
	if (mkdir(set->share, 0755) == 0 || errno == EEXIST || access(set->share, F_OK) == 0)
		root = open(set->share, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		s.broken = errno;
	stager_confine(root, own, act);
	if (root >= 0 && share_open(root, set->floor_bytes, &s) != ERR_OK)
		s.broken = errno;
	s.path = set->share;
	if (s.broken != 0)
		log_warn("%s cannot be used: %s. Nothing is released until it is.", s.path,
		    strerrordesc_np(s.broken));
	*ret_share = s;
}

static struct channel *
stager_meet(int fd, enum role peer)
{
	struct channel *c = channel_new(fd, ROLE_STAGER, peer);
	if (channel_hello(c, STAGER_PROGRAM, sandbox_active()) != ERR_OK)
		log_fatal("%s has gone before the stager began.", message_role_name(peer));
	return c;
}

static bool
stager_greet(struct channel *c)
{
	bool sandboxed = false;
	if (channel_greet(c, LIM_CALL_MS, &sandboxed) != ERR_OK)
		log_fatal("%s did not say hello: %s.", message_role_name(channel_peer(c)),
		    channel_why(c));
	return sandboxed;
}

static void
stager_serve(struct stager *s, int own, bool demo)
{
	s->desk = stager_meet(SPAWN_FD_FIRST, ROLE_DESK);
	s->parent = stager_meet(SPAWN_FD_FIRST + 1, ROLE_PARENT);
	s->ledger = stager_meet(SPAWN_FD_FIRST + 2, ROLE_LEDGER);
	s->vault = stager_meet(SPAWN_FD_FIRST + 3, ROLE_VAULT);
	bool ledger = stager_greet(s->ledger), vault = stager_greet(s->vault);
	stager_greet(s->desk);
	stager_greet(s->parent);
	s->sandboxed = sandbox_active() && ledger && vault;
	s->record = record_new(s->ledger, own, demo);
	s->loop = loop_new();
	if (share_sweep(&s->share) != ERR_OK)
		log_warn("What an interrupted run left on the share could not be removed.");
	const struct delivery d = stager_delivery(s);
	s->papers = papers_new(s->loop, &d);
	loop_add_channel(s->loop, s->desk, stager_on_message, stager_desk_gone, s);
	if (loop_run(s->loop) != ERR_OK)
		log_fatal("The stager's loop failed: %s.", strerrordesc_np(errno));
}

static void
stager_end(struct stager *s)
{
	papers_free(s->papers);
	loop_free(s->loop);
	record_free(s->record);
	channel_free(s->desk);
	channel_free(s->parent);
	channel_free(s->ledger);
	channel_free(s->vault);
	share_close(&s->share);
}

static struct stager_setting
stager_options(int argc, char **argv, const char **ret_act)
{
	struct stager_setting set = {.floor_bytes = UINT64_MAX};
	char *end;
	int option;
	while ((option = getopt(argc, argv, "d:s:S:f:T:")) != -1) {
		switch (option) {
		case 'S':
			set.meet = optarg;
			break;
		case 'd':
			set.home = optarg;
			break;
		case 's':
			set.share = mem_strdup(optarg);
			break;
		case 'f':
			errno = 0;
			set.floor_bytes = strtoull(optarg, &end, 10);
			if (errno != 0 || *end != '\0' || optarg[0] < '0' || optarg[0] > '9')
				stager_usage();
			break;
		case 'T':
			*ret_act = optarg;
			break;
		default:
			stager_usage();
		}
	}
	if (set.home == NULL || optind != argc)
		stager_usage();
	return set;
}

int
main(int argc, char **argv)
{
	const char *act = NULL;
	struct stager s = {0};
	log_init(STAGER_PROGRAM);
	struct stager_setting set = stager_options(argc, argv, &act);
	stager_begin(&set);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Clients of the share have to be able to read what is published. */
	umask(022);
	json_object_seed(0);
	digest_init();
	if (seal_init() != ERR_OK)
		log_fatal("The cryptographic library cannot be set up.");
	stager_read_conf(&set);
	if (set.share == NULL)
		set.share = mem_printf("%s/share", set.home);
	if (set.floor_bytes == UINT64_MAX)
		set.floor_bytes = LIM_SHARE_FLOOR_BYTES;
	MEM_FREE char *own_path = mem_printf("%s/stager", set.home);
	int own = stager_open_dir(own_path, 0700);
	stager_begin_share(&set, own, act, &s.share);
	stager_serve(&s, own, set.demo);
	stager_end(&s);
	free(set.share);
	return 0;
}
