/* SPDX-License-Identifier: ISC */
/*
 * sallyport-desk: where transfers are worked on.
 *
 * May:   keep work databases, speak with terminals, ask the ledger for entries,
 *        the parent for programs, the vault for objects to be shown to
 *        scanners, the stager for a release.
 * Must never: hold a key, start a program, open an object, a device or the
 *        share, decide what may be released.
 * Dies when: the parent, ledger, vault or stager has gone, or the ledger does
 *        not answer.  What was recorded is in the ledger.  A work database that
 *        fails costs its transfer a fault, not the station.
 */
#include "src/proc/desk/desk.h"
#include "db/work.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/ipc/conf.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/spawn.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/deliver.h"
#include "src/proc/desk/failure.h"
#include "src/proc/desk/fault.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/image.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/loading.h"
#include "src/proc/desk/metrics.h"
#include "src/proc/desk/outcome.h"
#include "src/proc/desk/publish.h"
#include "src/proc/desk/renew.h"
#include "src/proc/desk/reuse.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/tag.h"
#include "src/proc/desk/trial.h"
#include "src/proc/desk/udev.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FD_PARENT = SPAWN_FD_FIRST, FD_LEDGER, FD_VAULT, FD_STAGER, FD_LISTEN };

/* --- work databases --------------------------------------------------------------- */

struct work_slot {
	struct work_slot *next;
	char transfer[TRANSFER_ID_SIZE];
	struct work *work;
};

char *
desk_work_dir(struct desk *d, const char *transfer)
{
	char *dir = mem_printf("%s/work/%s", d->home, transfer);
	mkdir(dir, 0700);
	return dir;
}

/* Each open database holds three descriptors: the one longest open and not at work is closed.
 */
static void
desk_work_spare(struct desk *d)
{
	const char *oldest = NULL;
	size_t n = 0;
	for (struct work_slot *s = d->works; s != NULL; s = s->next, n++)
		if (intake_find(d, s->transfer) == NULL && !renew_is(d, s->transfer))
			oldest = s->transfer;
	if (n < LIM_WORKS || oldest == NULL)
		return;
	MEM_FREE char *transfer = mem_strdup(oldest);
	desk_work_forget(d, transfer);
}

enum err
desk_work(struct desk *d, const char *transfer, struct work **ret_work)
{
	struct work_slot *s = d->works;
	while (s != NULL && strcmp(s->transfer, transfer) != 0)
		s = s->next;
	if (s != NULL) {
		*ret_work = s->work;
		return ERR_OK;
	}
	struct work *work;
	desk_work_spare(d);
	MEM_FREE char *dir = desk_work_dir(d, transfer);
	MEM_FREE char *path = mem_printf("%s/work.db", dir);
	enum err e = work_open(path, &work);
	if (e != ERR_OK)
		return e;
	s = mem_alloc(sizeof(*s));
	*s = (struct work_slot){.next = d->works, .work = work};
	snprintf(s->transfer, sizeof(s->transfer), "%s", transfer);
	d->works = s;
	*ret_work = work;
	return ERR_OK;
}

void
desk_work_forget(struct desk *d, const char *transfer)
{
	renew_drop(d, transfer);
	for (struct work_slot **at = &d->works; *at != NULL; at = &(*at)->next) {
		struct work_slot *s = *at;
		if (strcmp(s->transfer, transfer) != 0)
			continue;
		*at = s->next;
		work_close(s->work);
		free(s);
		return;
	}
}

/* --- messages of the services ------------------------------------------------------- */

static void
desk_on_parent(void *arg, struct channel *ch, struct msg *m)
{
	if (m->id == MSG_HELLO)
		channel_accept_hello(ch, m, NULL);
	else
		tag_dispatch(arg, msg_uint(m, "tag"), m);
}

static void
desk_on_vault(void *arg, struct channel *ch, struct msg *m)
{
	struct desk *d = arg;
	(void)ch;
	d->told += m->id == MSG_VAULT_KEPT;
	if (json_object_get(m->body, "tag") != NULL)
		tag_dispatch(d, msg_uint(m, "tag"), m);
}

static void
desk_on_stager(void *arg, struct channel *ch, struct msg *m)
{
	(void)ch;
	deliver_on_message(arg, m);
}

static void
desk_on_ledger(void *arg, struct channel *ch, struct msg *m)
{
	(void)arg;
	(void)ch;
	(void)m; /* the ledger speaks only when asked, see book.c */
}

static void
desk_on_service_gone(void *arg, struct channel *ch, enum err why)
{
	struct desk *d = arg;
	d->lost = true;
	log_warn("the %s %s", message_role_name(channel_peer(ch)),
	    why == ERR_PROTO ? "broke the protocol" : "has gone");
	loop_stop(d->loop);
}

static void
desk_on_terminal(void *arg, int fd, short revents)
{
	(void)revents;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (client >= 0)
		session_new(arg, client);
}

static void
desk_on_signal(void *arg, int signum, short revents)
{
	struct desk *d = arg;
	(void)signum;
	(void)revents;
	loop_stop(d->loop);
}

/* --- life -------------------------------------------------------------------------------- */

/* A process for each engine's socket, at least: each gets one of them. */
static void
desk_share_engines(const struct desk *d, struct manifest *m)
{
	if (m->engine_socket && m->slots < d->station->nclamd)
		m->slots = (unsigned)d->station->nclamd;
}

/* Scanner manifests: the parent has checked who owns them when it starts one. */
static void
desk_read_manifests(struct desk *d, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	if (dir == NULL)
		log_fatal("cannot list the scanners in %s: %s", folder, strerror(errno));
	while ((e = readdir(dir)) != NULL && d->nscanners < LIM_SCANNERS) {
		size_t n = strlen(e->d_name), len;
		char why[MANIFEST_WHY_SIZE];
		uint8_t *text;
		if (n < 6 || strcmp(e->d_name + n - 5, ".conf") != 0)
			continue;
		MEM_CLOSE int fd =
		    openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || io_slurp(fd, LIM_MANIFEST_BYTES, &text, &len) != ERR_OK)
			log_fatal("cannot read %s/%s", folder, e->d_name);
		if (manifest_parse(text, len, &d->scanners[d->nscanners], why) != ERR_OK)
			log_fatal("%s/%s: %s", folder, e->d_name, why);
		reuse_note(d, d->nscanners, text, len);
		desk_share_engines(d, &d->scanners[d->nscanners]);
		d->nscanners++;
		free(text);
	}
	closedir(dir);
}

static void
desk_read_station(struct desk *d)
{
	char why[CONF_WHY_SIZE];
	if (conf_read(d->home, &d->station, why) != ERR_OK)
		log_fatal("%s", why);
}

static void
desk_sandbox(struct desk *d, const char *act)
{
	const char *why = NULL;
	MEM_FREE char *work = mem_printf("%s/work", d->home);
	MEM_CLOSE int fd = open(work, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		log_fatal("cannot open %s: %s", work, strerror(errno));
	/* what udev announces is looked up where kernel and udev keep it */
	bool follows = follow_active(d);
	MEM_CLOSE int sys = follows ? open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	MEM_CLOSE int udev =
	    follows ? open(UDEV_WATCH_DATA, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (follows && (sys < 0 || udev < 0))
		log_fatal("cannot open /sys and " UDEV_WATCH_DATA ": %s", strerror(errno));
	struct sandbox_path paths[] = {
	    {fd, SANDBOX_READ | SANDBOX_WRITE}, {sys, SANDBOX_READ}, {udev, SANDBOX_READ}};
	if (sandbox_enter(ROLE_DESK, paths, follows ? 3 : 1, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	if (act != NULL)
		sandbox_probe(act);
}

/* Both ends say hello at once; nothing else goes before. */
static struct channel *
desk_connect(int fd, enum role peer, bool *ret_sandboxed)
{
	struct channel *ch = channel_new(fd, ROLE_DESK, peer);
	if (channel_hello(ch, "sallyport-desk", sandbox_active()) != ERR_OK ||
	    channel_greet(ch, LIM_CALL_MS, ret_sandboxed) != ERR_OK)
		log_fatal(
		    "the %s does not answer: %s", message_role_name(peer), channel_why(ch));
	return ch;
}

/* What was under way when the station stopped: reading is a fault, a release goes on. */
static void
desk_recover(struct desk *d)
{
	for (size_t i = 0; i < custody_transfer_count(d->custody); i++) {
		const struct custody_transfer *t = custody_transfer_at(d->custody, i);
		enum transfer_state state = t->facts.state;
		char id[TRANSFER_ID_SIZE], why[DELIVER_WHY_SIZE];
		snprintf(id, sizeof(id), "%s", t->id);
		if (state == TRANSFER_OPEN || state == TRANSFER_READING ||
		    state == TRANSFER_SCANNING) {
			log_warn("transfer %s was interrupted while %s", id,
			    transfer_state_name(state));
			fault_record(d, id, state == TRANSFER_SCANNING ? "scanning" : "reading",
			    "the station stopped in the middle; repeat the intake with "
			    "--resume: what was read is not read again");
		} else if (state == TRANSFER_REVIEW) {
			intake_block_again(d, id);
		} else if (state == TRANSFER_APPROVED) {
			log_warn("the release of %s was interrupted; it is taken up again", id);
			if (deliver_start(d, id, why) != ERR_OK)
				log_warn("transfer %s: %s", id, why);
		}
	}
}

static void
desk_serve(struct desk *d)
{
	loop_add_signal(d->loop, SIGTERM, desk_on_signal, d);
	loop_add_signal(d->loop, SIGINT, desk_on_signal, d);
	loop_add_channel(d->loop, d->parent, desk_on_parent, desk_on_service_gone, d);
	loop_add_channel(d->loop, d->vault, desk_on_vault, desk_on_service_gone, d);
	loop_add_channel(d->loop, d->stager, desk_on_stager, desk_on_service_gone, d);
	loop_add_channel(d->loop, d->ledger, desk_on_ledger, desk_on_service_gone, d);
	book_sync(d);
	desk_recover(d);
	outcome_settle(d, NULL);
	follow_start(d);
	loop_add_fd(d->loop, FD_LISTEN, POLLIN, desk_on_terminal, d);
	log_info("ready");
	trial_start(d);
	loading_start(d);
	loop_run(d->loop);
}

static void
desk_close(struct desk *d)
{
	intake_end_all(d);
	session_end_all(d);
	follow_close(d);
	image_end(d);
	flap_end(d);
	trial_end(d);
	loading_end(d);
	publish_end_all(d);
	failure_end(d);
	fault_end(d);
	json_decref(d->marked);
	while (d->works != NULL)
		desk_work_forget(d, d->works->transfer);
	reuse_free(d->reuse);
	metrics_free(d->metrics);
	custody_free(d->custody);
	station_free(d->station);
	channel_free(d->ledger);
	channel_free(d->vault);
	channel_free(d->stager);
	channel_free(d->parent);
	loop_free(d->loop);
}

int
main(int argc, char **argv)
{
	struct desk d = {.loop = NULL};
	const char *act = NULL, *scanners = NULL;
	int c;
	log_init("sallyport-desk");
	while ((c = getopt(argc, argv, "d:s:T:")) != -1) {
		if (c == 'd') {
			d.home = optarg;
		} else if (c == 's') {
			scanners = optarg;
		} else if (c == 'T') {
			act = optarg;
		} else {
			fprintf(stderr, "usage: sallyport-desk -d HOME -s SCANNERS\n");
			return 2;
		}
	}
	json_object_seed(0);
	digest_init();
	if (seal_init() != ERR_OK)
		log_fatal("the cryptographic library cannot be set up");
	if (d.home == NULL || (scanners == NULL && act == NULL))
		log_fatal("started by sallyportd only: see sallyport-desk(8)");
	d.metrics = metrics_new();
	d.reuse = reuse_new();
	if (act == NULL) {
		desk_read_station(&d);
		desk_read_manifests(&d, scanners);
		follow_open(&d);
	}
	desk_sandbox(&d, act);
	d.loop = loop_new();
	d.custody = custody_new();
	/* the ledger has verified them; the stager does so again before a release */
	custody_trust_signatures(d.custody, true);
	d.parent = desk_connect(FD_PARENT, ROLE_PARENT, NULL);
	d.ledger = desk_connect(FD_LEDGER, ROLE_LEDGER, &d.ledger_sandboxed);
	d.vault = desk_connect(FD_VAULT, ROLE_VAULT, &d.vault_sandboxed);
	d.stager = desk_connect(FD_STAGER, ROLE_STAGER, &d.stager_sandboxed);
	desk_serve(&d);
	desk_close(&d);
	return 0;
}
