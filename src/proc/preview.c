/* SPDX-License-Identifier: ISC */
/*
 * sallyport-preview: windows of hex and text into one object, for the screens.
 *
 * Holds:  one read-only descriptor of an object, from the vault; descriptors
 *         3 desk, 4 vault.
 * May:    read the object where it is asked to, and answer with lines of
 *         printable ASCII.
 * Must never: open, connect or write; decode, decompress, highlight or
 *         interpret what it reads; look at a second object.
 * Dies when: the desk hangs up, a peer breaks the protocol, one answer takes
 *         LIM_PREVIEW_TICK_MS of processor time twice, all answers together
 *         LIM_PREVIEW_CPU_S.
 */
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/spawn.h"
#include "src/proc/preview/hexview.h"
#include "src/proc/preview/search.h"
#include "src/proc/preview/textview.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define PREVIEW_PROGRAM    "sallyport-preview"
#define PREVIEW_ROOM_BYTES (LIM_MESSAGE_BYTES - 512) /* for lines in a message */
#define PREVIEW_SEARCH_MS  500                       /* searched for one answer, at most */

struct preview {
	struct channel *desk, *vault;
	int fd;
	struct peek peek;
	struct textview text;
};

/* One question, checked. */
struct preview_look {
	uint64_t req, at;
	size_t lines;
	bool hex, back;
	uint8_t *find; /* NULL: no search */
	size_t find_len;
};

/* --- processor time for one answer ------------------------------------------------ */

static volatile sig_atomic_t preview_busy;   /* the answer under way, from 1; 0: none */
static volatile sig_atomic_t preview_ticked; /* the answer that has seen a tick */

static void
preview_on_tick(int signum)
{
	(void)signum;
	if (preview_busy != 0 && preview_busy == preview_ticked)
		_exit(3);
	preview_ticked = preview_busy;
}

/* The timer is set before the sandbox, which lets nobody change it. */
static void
preview_limit_answers(void)
{
	const struct timeval tick = {
	    LIM_PREVIEW_TICK_MS / 1000, LIM_PREVIEW_TICK_MS % 1000 * 1000};
	const struct itimerval timer = {tick, tick};
	struct sigaction action = {.sa_handler = preview_on_tick, .sa_flags = SA_RESTART};
	if (sigaction(SIGPROF, &action, NULL) != 0 || setitimer(ITIMER_PROF, &timer, NULL) != 0)
		log_fatal("no timer can be set");
}

/* --- answers -------------------------------------------------------------------------- */

static void
preview_fail(struct preview *p, uint64_t req, const char *why)
{
	channel_send_wait(p->desk, MSG_PREVIEW_FAILED,
	    json_pack("{s:I, s:s}", "req", (json_int_t)req, "why", why), -1);
}

static void
preview_put(json_t *row, const char *key, uint64_t n)
{
	if (n != 0)
		json_object_set_new(row, key, json_integer((json_int_t)n));
}

static json_t *
preview_lines(const struct window *w)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < w->n; i++) {
		const struct window_line *l = &w->lines[i];
		json_t *row = json_pack("{s:I, s:s}", "at", (json_int_t)l->at, "text", l->text);
		preview_put(row, "number", l->number);
		preview_put(row, "control", l->control);
		preview_put(row, "bidi", l->bidi);
		preview_put(row, "invisible", l->invisible);
		if (l->more)
			json_object_set_new(row, "more", json_true());
		if (l->goes_on)
			json_object_set_new(row, "goes_on", json_true());
		json_array_append_new(rows, row);
	}
	return rows;
}

static void
preview_answer(struct preview *p, const struct preview_look *l, const struct window *w,
    uint64_t at, uint64_t next, bool found)
{
	channel_send_wait(p->desk, MSG_PREVIEW_LINES,
	    json_pack("{s:I, s:s, s:I, s:I, s:I, s:b, s:o}", "req", (json_int_t)l->req, "mode",
		l->hex ? "hex" : "text", "at", (json_int_t)at, "next", (json_int_t)next,
		"total", (json_int_t)p->peek.size_bytes, "found", (int)found, "lines",
		preview_lines(w)),
	    -1);
}

static enum err
preview_fill(
    struct preview *p, const struct preview_look *l, uint64_t at, bool back, struct window *w)
{
	return l->hex ? hexview_window(&p->peek, at, back, w)
	              : textview_window(&p->text, at, back, w);
}

static enum err
preview_show(struct preview *p, const struct preview_look *l, struct window *w)
{
	enum err e = preview_fill(p, l, l->at, l->back, w);
	if (e == ERR_OK)
		preview_answer(p, l, w, window_at(w, l->at), window_next(w, l->at), false);
	return e;
}

/* As far as one answer may search; then the desk is told where to go on. */
static enum err
preview_search(struct preview *p, const struct preview_look *l, struct window *w)
{
	struct search s = {.peek = &p->peek,
	    .what = l->find,
	    .what_len = l->find_len,
	    .back = l->back,
	    .at = l->at};
	int64_t until_ms = clock_mono_ms() + PREVIEW_SEARCH_MS;
	bool found = false;
	enum err e = ERR_OK;
	for (uint64_t done = 0; done < LIM_PREVIEW_SEARCH_BYTES; done += SEARCH_STEP_BYTES) {
		e = search_step(&s, &found);
		if (e != ERR_OK || found || search_over(&s) || clock_mono_ms() >= until_ms)
			break;
	}
	if (e == ERR_OK && found)
		e = preview_fill(p, l, s.at, false, w);
	if (e == ERR_OK)
		preview_answer(p, l, w, s.at, found ? window_next(w, s.at) : s.at, found);
	return e;
}

/* The question of a message; false, and it was told, when it is none. */
static bool
preview_parse(struct preview *p, const struct msg *m, struct preview_look *ret)
{
	const char *mode = msg_str(m, "mode");
	uint64_t lines = msg_uint(m, "lines");
	*ret = (struct preview_look){.req = msg_uint(m, "req"),
	    .at = msg_uint(m, "at"),
	    .hex = strcmp(mode, "hex") == 0,
	    .back = msg_bool(m, "back")};
	if (ret->at > p->peek.size_bytes)
		ret->at = p->peek.size_bytes;
	ret->find = msg_bytes(m, "find", &ret->find_len);
	if ((!ret->hex && strcmp(mode, "text") != 0) || lines == 0 ||
	    lines > LIM_PREVIEW_LINES ||
	    (ret->find != NULL &&
		(ret->find_len == 0 || ret->find_len > LIM_PREVIEW_FIND_BYTES))) {
		preview_fail(p, ret->req, "this cannot be asked of a preview");
		free(ret->find);
		return false;
	}
	ret->lines = (size_t)lines;
	return true;
}

static void
preview_look(struct preview *p, const struct msg *m)
{
	struct preview_look l;
	struct window w;
	if (!preview_parse(p, m, &l))
		return;
	window_init(&w, l.lines, PREVIEW_ROOM_BYTES);
	enum err e = (l.find != NULL ? preview_search : preview_show)(p, &l, &w);
	if (e != ERR_OK)
		preview_fail(p, l.req, "the object cannot be read");
	window_done(&w);
	free(l.find);
}

static void
preview_serve(struct preview *p)
{
	struct msg m;
	sig_atomic_t answers = 0;
	while (channel_recv_wait(p->desk, &m, -1) == ERR_OK) {
		answers = answers == SIG_ATOMIC_MAX ? 1 : answers + 1;
		preview_busy = answers;
		if (m.id == MSG_PREVIEW_LOOK)
			preview_look(p, &m);
		msg_done(&m);
		preview_busy = 0;
	}
}

/* --- life ------------------------------------------------------------------------------- */

static struct channel *
preview_meet(int fd, enum role peer)
{
	struct channel *c = channel_new(fd, ROLE_PREVIEW, peer);
	if (channel_hello(c, PREVIEW_PROGRAM, sandbox_active()) != ERR_OK ||
	    channel_greet(c, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("the %s does not answer", message_role_name(peer));
	return c;
}

/* One object, and then the vault is let go. */
static void
preview_take(struct preview *p)
{
	struct msg m;
	if (channel_recv_wait(p->vault, &m, LIM_CALL_MS) != ERR_OK)
		exit(0); /* the vault has told the desk why */
	p->fd = msg_take_fd(&m);
	if (peek_open(p->fd, msg_uint(&m, "size"), &p->peek) != ERR_OK)
		log_fatal("the object is not as long as the vault says");
	msg_done(&m);
	p->vault = channel_free(p->vault);
	textview_init(&p->text, &p->peek);
}

static _Noreturn void
preview_usage(void)
{
	fprintf(stderr, "usage: %s\nStarted by sallyportd with descriptors 3 desk, 4 vault.\n",
	    PREVIEW_PROGRAM);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct preview p = {.fd = -1};
	const char *why = NULL;
	const char *act = argc == 3 && strcmp(argv[1], "-T") == 0 ? argv[2] : NULL;
	if (act == NULL && argc != 1)
		preview_usage();
	log_init(PREVIEW_PROGRAM);
	signal(SIGPIPE, SIG_IGN);
	json_object_seed(0);
	preview_limit_answers();
	if (sandbox_enter(ROLE_PREVIEW, NULL, 0, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	if (act != NULL)
		sandbox_probe(act);
	p.desk = preview_meet(SPAWN_FD_FIRST, ROLE_DESK);
	p.vault = preview_meet(SPAWN_FD_FIRST + 1, ROLE_VAULT);
	preview_take(&p);
	preview_serve(&p);
	channel_free(p.desk);
	close(p.fd);
	return 0;
}
