/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/unlock.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/choice.h"
#include "src/proc/desk/tag.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNLOCK_WHY_SIZE   512
#define UNLOCK_KIND_BYTES 32 /* what an entry says of the kind */
#define UNLOCK_AGAIN      "try again"

struct unlock {
	struct intake *intake;
	uint64_t session; /* who waits for the answer, or 0 */
	char officer[LIM_PERSON_ID_BYTES + 1];
	uint64_t volume; /* from 1 */
	char kind[UNLOCK_KIND_BYTES + 1];
	json_t *pim; /* or NULL */
	uint64_t tag;
	struct channel *channel;
	int secret_fd; /* the terminal's pipe; -1 when it was passed on */
	int timer;
};

/* --- endings -------------------------------------------------------------------------- */

/* The program has nothing more to say, or never did. */
static void
unlock_end_program(struct unlock *u)
{
	struct desk *d = u->intake->desk;
	if (u->channel != NULL)
		loop_del_channel(d->loop, u->channel);
	u->channel = channel_free(u->channel);
	if (u->tag != 0) {
		tag_kill(d, u->tag);
		tag_drop(d, u->tag);
	}
	u->tag = 0;
	if (u->timer != 0)
		loop_del_timer(d->loop, u->timer);
	u->timer = 0;
	if (u->secret_fd >= 0)
		close(u->secret_fd);
	u->secret_fd = -1;
}

static void
unlock_free(struct intake *in)
{
	struct unlock *u = in->unlock;
	unlock_end_program(u);
	json_decref(u->pim);
	free(u);
	in->unlock = NULL;
}

void
unlock_end(struct intake *in)
{
	if (in->unlock == NULL)
		return;
	struct session *s = session_find(in->desk, in->unlock->session);
	if (s != NULL)
		session_refuse(
		    s, 1, "the reading ended while the volume was being opened", NEXT_STATUS);
	unlock_free(in);
}

/* An entry for each try; false when it cannot be recorded, and the intake has ended. */
static bool
unlock_record(struct intake *in, bool ok, const char *why)
{
	const struct unlock *u = in->unlock;
	char refused[BOOK_WHY_SIZE];
	enum err e = book_transfer(in->desk, "xfer.unlock", in->transfer,
	    json_pack("{s:s, s:s, s:b, s:I, s:s}", "kind", u->kind, "officer", u->officer, "ok",
		(int)ok, "volume", (json_int_t)u->volume, "why", why),
	    refused);
	if (e != ERR_OK)
		intake_fail(in, "reading", refused);
	return e == ERR_OK;
}

/* For whoever looks at the transfer. */
static void
unlock_remember(struct intake *in, bool ok, const char *why, const char *next)
{
	json_decref(in->tried);
	in->tried = json_pack("{s:I, s:b, s:s, s:s}", "volume", (json_int_t)in->unlock->volume,
	    "ok", (int)ok, "why", why, "next", next);
}

/* It stays closed. */
static void
unlock_failed(struct intake *in, bool wrong, const char *why, const char *next)
{
	uint64_t session = in->unlock->session;
	struct desk *d = in->desk;
	in->wrong += wrong;
	in->tried_ms = clock_mono_ms();
	in->stage = STAGE_HELD;
	unlock_remember(in, false, why, next);
	if (!unlock_record(in, false, why))
		return;
	unlock_free(in);
	struct session *s = session_find(d, session);
	if (s != NULL)
		session_refuse(s, 1, why, next);
	session_progress(d, in->transfer);
}

static void
unlock_on_time(void *arg)
{
	struct intake *in = arg;
	in->unlock->timer = 0;
	unlock_failed(in, false, "it took longer than five minutes and was given up",
	    "if the volume has a large number of iterations (PIM), it cannot be opened here");
}

bool
unlock_give_up(struct intake *in)
{
	if (in->unlock == NULL || in->stage != STAGE_HELD)
		return false;
	unlock_failed(in, false,
	    "an officer gave it up before it was known whether the secret fits", UNLOCK_AGAIN);
	return true;
}

/* --- what the program says -------------------------------------------------------------- */

static void
unlock_on_hello(struct intake *in, struct msg *m)
{
	struct unlock *u = in->unlock;
	const struct custody_transfer *t =
	    custody_transfer_find(in->desk->custody, in->transfer);
	const json_t *place = json_array_get(in->places, (size_t)u->volume - 1);
	bool sandboxed = false;
	if (channel_accept_hello(u->channel, m, &sandboxed) != ERR_OK) {
		unlock_failed(in, false,
		    "the program that opens volumes speaks another protocol", NEXT_CHECKS);
		return;
	}
	/* that the transfer was served without a sandbox would not be in the record */
	if (!sandboxed && (t == NULL || !t->tainted)) {
		unlock_failed(
		    in, false, "the program that opens volumes has no sandbox", NEXT_SANDBOX);
		return;
	}
	json_t *body = json_pack("{s:O, s:O, s:s}", "offset", json_object_get(place, "offset"),
	    "bytes", json_object_get(place, "bytes"), "kind", u->kind);
	if (u->pim != NULL)
		json_object_set(body, "pim", u->pim);
	channel_send(u->channel, MSG_UNLOCK_OPEN, body, u->secret_fd);
	close(u->secret_fd);
	u->secret_fd = -1;
}

/* The key goes on to the reader as it came. */
static void
unlock_on_key(struct intake *in, struct msg *m)
{
	struct unlock *u = in->unlock;
	MEM_CLOSE int key = msg_take_fd(m);
	enum err e = channel_send(in->reader, MSG_READ_UNLOCK,
	    json_pack("{s:I, s:O}", "volume", (json_int_t)u->volume, "layout",
		json_object_get(m->body, "layout")),
	    key);
	unlock_end_program(u);
	if (e == ERR_OK)
		in->stage = STAGE_UNLOCKING;
	else
		unlock_failed(in, false, "the reader does not take the key", UNLOCK_AGAIN);
}

static void
unlock_on_failed(struct intake *in, struct msg *m)
{
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	unlock_failed(in, msg_bool(m, "wrong"), why, ""); /* it says what is next */
}

static const struct {
	enum msg_id id;
	void (*fn)(struct intake *, struct msg *);
} unlock_handlers[] = {
    {MSG_HELLO, unlock_on_hello},
    {MSG_UNLOCK_KEY, unlock_on_key},
    {MSG_UNLOCK_FAILED, unlock_on_failed},
};

static void
unlock_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct intake *in = arg;
	(void)ch;
	for (size_t i = 0; i < sizeof(unlock_handlers) / sizeof(unlock_handlers[0]); i++)
		if (unlock_handlers[i].id == m->id) {
			unlock_handlers[i].fn(in, m);
			return;
		}
}

static void
unlock_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)ch;
	unlock_failed(arg, false,
	    why == ERR_PROTO ? "the program that opens volumes broke the protocol"
			     : "the program that opens volumes ended while at work",
	    UNLOCK_AGAIN);
}

/* --- what the parent says ------------------------------------------------------------------
 */

static void
unlock_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct intake *in = arg;
	struct unlock *u = in->unlock;
	(void)tag;
	u->channel = channel_new(fd, ROLE_DESK, ROLE_UNLOCK);
	channel_hello(u->channel, "sallyport-desk", true);
	loop_add_channel(in->desk->loop, u->channel, unlock_on_message, unlock_on_gone, in);
}

static void
unlock_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct intake *in = arg;
	(void)tag;
	in->unlock->tag = 0;
	MEM_FREE char *text = escape_checked(why);
	unlock_failed(in, false, text, NEXT_CHECKS);
}

static void
unlock_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct intake *in = arg;
	char why[96];
	(void)tag;
	/* what it said last is still in the socket */
	if (in->unlock->channel != NULL)
		return;
	snprintf(why, sizeof(why), "the program that opens volumes ended with %s %d",
	    signum != 0 ? "signal" : "status", signum != 0 ? signum : status);
	unlock_failed(in, false, why, NEXT_CHECKS);
}

static const struct tag_handler unlock_tag = {
    .spawned = unlock_on_spawned,
    .refused = unlock_on_refused,
    .exited = unlock_on_exited,
};

/* --- what the reader says -------------------------------------------------------------------
 */

static json_t *
unlock_row(const struct intake *in, uint64_t volume)
{
	return volume == 0
	           ? NULL
	           : json_array_get(json_object_get(in->medium, "volumes"), (size_t)volume - 1);
}

void
unlock_on_reader(struct intake *in, struct msg *m)
{
	uint64_t gone = 0, volume = in->unlock->volume;
	json_t *row = unlock_row(in, volume);
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	MEM_FREE char *kind = escape_checked(msg_str(m, "kind"));
	MEM_FREE char *label = escape_checked(msg_str(m, "label"));
	if (msg_uint(m, "volume") != volume) {
		intake_fail(in, "reading", "the reader spoke of a volume that nobody opened");
		return;
	}
	if (!msg_bool(m, "ok")) {
		unlock_failed(in, false, why, "");
		return;
	}
	if (!unlock_record(in, true, "opened"))
		return;
	json_object_del(row, "locked");
	MEM_FREE char *both =
	    mem_printf("%s in %s", kind, json_string_value(json_object_get(row, "kind")));
	json_object_set_new(row, "kind", json_string(both));
	json_object_set_new(row, "label", json_string(label));
	json_object_set(row, "bytes", json_object_get(m->body, "bytes"));
	intake_check(in, work_volume_opened(in->work, volume, &gone));
	in->items -= gone < in->items ? gone : in->items;
	in->stage = STAGE_RELISTING;
}

bool
unlock_is_of(const struct intake *in, const struct msg *item)
{
	return in->stage != STAGE_RELISTING || msg_uint(item, "volume") == in->unlock->volume;
}

void
unlock_listed(struct intake *in)
{
	struct session *s = session_find(in->desk, in->unlock->session);
	in->wrong = 0;
	unlock_remember(in, true, "", "");
	unlock_free(in);
	if (s != NULL)
		session_done(s, json_object());
}

/* --- ui.unlock --------------------------------------------------------------------------- */

uint64_t
unlock_volume(const struct intake *in)
{
	return in->unlock != NULL ? in->unlock->volume : 0;
}

uint64_t
unlock_wait_s(const struct intake *in)
{
	return (uint64_t)(hold_slow_ms(in->wrong, clock_mono_ms() - in->tried_ms) + 999) / 1000;
}

/* A pipe that can be read: nothing else carries a secret. */
static bool
unlock_is_pipe(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
	       (flags & O_ACCMODE) == O_RDONLY;
}

/* Why this volume cannot be opened now, or NULL. */
static const char *
unlock_refuse(
    const struct intake *in, const struct msg *m, int secret_fd, char why[UNLOCK_WHY_SIZE])
{
	uint64_t volume = msg_uint(m, "volume"), wait_s = unlock_wait_s(in);
	const json_t *row = unlock_row(in, volume);
	const char *kind = msg_str(m, "kind");
	if (row == NULL)
		return "the medium has no volume with this number";
	if (!json_is_true(json_object_get(row, "locked")))
		return "this volume is not locked: what is on it was listed";
	if (json_is_null(json_array_get(in->places, (size_t)volume - 1)))
		return "the reader did not say where this volume lies";
	if (!unlock_is_pipe(secret_fd) || kind[0] == '\0' || strlen(kind) > UNLOCK_KIND_BYTES)
		return "the terminal did not send a secret in the form that is asked for";
	if (wait_s == 0)
		return NULL;
	snprintf(why, UNLOCK_WHY_SIZE,
	    "%u secrets did not fit: the next one can be tried in %llu seconds", in->wrong,
	    (unsigned long long)wait_s);
	return why;
}

static void
unlock_begin(struct intake *in, struct session *s, const struct msg *m, int secret_fd)
{
	struct unlock *u = mem_alloc(sizeof(*u));
	*u = (struct unlock){.intake = in,
	    .session = msg_bool(m, "wait") ? s->number : 0,
	    .volume = msg_uint(m, "volume"),
	    .pim = json_incref(json_object_get(m->body, "pim")),
	    .secret_fd = secret_fd};
	snprintf(u->officer, sizeof(u->officer), "%s", s->officer);
	MEM_FREE char *kind = escape_dup(msg_str(m, "kind"));
	snprintf(u->kind, sizeof(u->kind), "%s", kind);
	in->unlock = u;
	u->tag = tag_new(in->desk, &unlock_tag, in);
	u->timer = loop_add_timer(in->desk->loop, LIM_UNLOCK_MS, unlock_on_time, in);
	channel_send(in->desk->parent, MSG_DESK_SPAWN_UNLOCK,
	    json_pack("{s:I}", "tag", (json_int_t)u->tag), in->medium_fd);
	if (u->session == 0)
		session_done(s, json_object());
	session_progress(in->desk, in->transfer);
}

void
unlock_answer(struct session *s, struct msg *m)
{
	char why[UNLOCK_WHY_SIZE];
	int secret_fd = msg_take_fd(m);
	struct intake *in =
	    session_is_officer(s) ? choice_find(s, msg_str(m, "transfer")) : NULL;
	const char *refused = in != NULL ? unlock_refuse(in, m, secret_fd, why) : NULL;
	if (in != NULL && refused == NULL) {
		unlock_begin(in, s, m, secret_fd);
		return;
	}
	close(secret_fd);
	if (refused != NULL)
		session_refuse(s, 1, refused, NEXT_STATUS);
}
