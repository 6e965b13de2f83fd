/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/writing.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/outcome.h"
#include "src/proc/desk/parcel.h"
#include "src/proc/desk/publish.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/tag.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WRITING_LOOK "look at the port, and try again"

struct writing {
	struct desk *desk;
	struct session *session; /* whose it is: it ends with that */
	uint64_t tag;            /* 0 when the writer has ended */
	struct channel *channel;
	const struct station_port *port;
	char *source; /* as the parent opens it */
	json_t *medium;
	char words[DEVICE_WORDS_SIZE]; /* of the medium */
	uint64_t diskseq, bytes;       /* bytes: of the image */
	bool entered;                  /* the record says that it is on its way */
	bool begun;                    /* writing */
};

/* To be said once: how it ended. */
static void
writing_end(struct writing *w, enum custody_writing_end how, const char *why)
{
	if (w->entered)
		outcome_enter(w->desk, w->port->name, how, w->bytes, why);
	w->entered = false;
}

bool
writing_is_to(const struct writing *w, const char *port)
{
	return w != NULL && w->entered && strcmp(w->port->name, port) == 0;
}

struct writing *
writing_free(struct writing *w)
{
	if (w == NULL)
		return NULL;
	writing_end(w, w->begun ? CUSTODY_FAILED : CUSTODY_UNWRITTEN,
	    "the officer's session ended, or asked for something else");
	if (w->tag != 0) {
		tag_kill(w->desk, w->tag);
		tag_drop(w->desk, w->tag);
	}
	if (w->channel != NULL)
		loop_del_channel(w->desk->loop, w->channel);
	channel_free(w->channel);
	json_decref(w->medium);
	free(w->source);
	free(w);
	return NULL;
}

/* How what was begun has ended. */
static void
writing_tell(struct session *s, int status, const char *text, const char *why, const char *next)
{
	channel_send(s->channel, MSG_DESK_WRITTEN,
	    json_pack("{s:i, s:s, s:s, s:s}", "status", status, "text", text, "why", why,
		"next", next),
	    -1);
}

static void
writing_fail(struct writing *w, int status, const char *why, const char *next)
{
	struct session *s = w->session;
	const bool begun = w->begun;
	writing_end(w, begun ? CUSTODY_FAILED : CUSTODY_UNWRITTEN, why);
	s->writing = writing_free(w);
	if (begun)
		writing_tell(s, status, "", why, next);
	else
		session_refuse(s, status, why, next);
}

/* --- which medium ---------------------------------------------------------------------- */

static const struct station_port *
writing_port(const struct station *st, const char *name)
{
	for (size_t i = 0; i < st->nports; i++)
		if (strcmp(st->ports[i].name, name) == 0)
			return &st->ports[i];
	return NULL;
}

/* The only device in it; how many there are, and why one that is there is refused. */
static size_t
writing_find_device(struct writing *w, const char **ret_why)
{
	const struct follow_device *f = NULL;
	size_t n = 0;
	follow_refresh(w->desk);
	while ((f = follow_next(w->desk, f)) != NULL) {
		if (f->judgement.port == w->port && f->judgement.state == DEVICE_REFUSED)
			*ret_why = f->judgement.why;
		if (f->judgement.port != w->port || f->judgement.state != DEVICE_READY)
			continue;
		free(w->source);
		json_decref(w->medium);
		w->source = mem_strdup(f->source);
		w->diskseq = f->device.diskseq;
		device_words(&f->device, w->words);
		w->medium = json_pack("{s:s, s:s, s:s, s:s}", "model", f->device.model, "port",
		    w->port->name, "serial", f->device.serial, "vendor", f->device.vendor);
		n++;
	}
	return n;
}

static size_t
writing_find_image(struct writing *w)
{
	static const enum msg_id answers[] = {MSG_PARENT_PORTS, MSG_NONE};
	struct msg ports;
	const json_t *row;
	size_t i, n = 0;
	if (channel_call(w->desk->parent, MSG_DESK_PORTS, NULL, -1, answers, &ports) != ERR_OK)
		log_fatal("the parent does not answer");
	json_array_foreach (json_object_get(ports.body, "rows"), i, row) {
		uint8_t name[LIM_NAME_BYTES + 1];
		const char *port = json_string_value(json_object_get(row, "port")),
			   *text = json_string_value(json_object_get(row, "name"));
		size_t len = text != NULL ? strlen(text) : 0;
		if (port == NULL || strcmp(port, w->port->name) != 0 || len == 0 ||
		    len / 4 * 3 > LIM_NAME_BYTES || !hex_b64_decode(text, len, name, &len))
			continue;
		name[len] = '\0';
		free(w->source);
		w->source = mem_printf("%s/%s", w->port->path, (const char *)name);
		n++;
	}
	msg_done(&ports);
	snprintf(w->words, sizeof(w->words), "image file");
	w->medium = json_pack("{s:s, s:s, s:s, s:s}", "model", "image file", "port",
	    w->port->name, "serial", "", "vendor", "");
	return n;
}

/* NULL, or why there is nothing to write to. */
static const char *
writing_find(struct writing *w)
{
	const char *none = "there is no medium in this port that can be written to";
	const size_t n = w->port->kind == STATION_BLOCK ? writing_find_device(w, &none)
	                                                : writing_find_image(w);
	return n == 1   ? NULL
	       : n == 0 ? none
	                : "there are several media in this port; leave one";
}

/* The medium, opened by the parent; -1 after a refusal. */
static int
writing_open(struct writing *w, bool write)
{
	static const enum msg_id answers[] = {
	    MSG_PARENT_OPENED, MSG_PARENT_NOT_OPENED, MSG_NONE};
	struct msg m;
	const size_t n = strlen(w->source);
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(n));
	hex_b64_encode((const uint8_t *)w->source, n, text);
	if (channel_call(w->desk->parent, MSG_DESK_OPEN_EXPORT,
		json_pack("{s:s, s:b}", "source", text, "write", (int)write), -1, answers,
		&m) != ERR_OK)
		log_fatal("the parent does not answer");
	MEM_FREE char *why = m.id == MSG_PARENT_OPENED ? NULL : mem_strdup(msg_str(&m, "why"));
	const uint64_t diskseq = why == NULL && json_object_get(m.body, "diskseq") != NULL
	                             ? msg_uint(&m, "diskseq")
	                             : 0;
	int fd = why == NULL ? msg_take_fd(&m) : -1;
	msg_done(&m);
	if (why == NULL && diskseq == w->diskseq)
		return fd;
	if (fd >= 0)
		close(fd);
	writing_fail(w, 3,
	    why != NULL ? why : "the medium was exchanged since it was looked at",
	    WRITING_LOOK);
	return -1;
}

/* --- the writer ------------------------------------------------------------------------- */

static void
writing_begin(struct writing *w)
{
	const struct parcel *p = w->session->parcel;
	MEM_CLOSE int fd = writing_open(w, false);
	if (fd < 0)
		return;
	enum err e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < p->n; i++)
		e = channel_send_wait(w->channel, MSG_WRITER_TAKE,
		    json_pack("{s:s}", "name", p->files[i].path), p->files[i].fd);
	if (e == ERR_OK)
		e = channel_send_wait(w->channel, MSG_WRITER_LOOK, NULL, fd);
	if (e != ERR_OK)
		writing_fail(w, 3, "the program that writes has ended", "try it again");
}

static void
writing_on_says(struct writing *w, const struct msg *m)
{
	if (msg_str(m, "why")[0] != '\0') {
		writing_fail(w, 3, msg_str(m, "why"), "nothing was written");
		return;
	}
	w->bytes = msg_uint(m, "needs");
	json_object_set_new(w->medium, "image", json_string(msg_str(m, "image")));
	channel_send(w->session->channel, MSG_DESK_WRITE,
	    json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s}", "port", w->port->name,
		"medium", w->words, "holds", msg_str(m, "holds"), "label", msg_str(m, "label"),
		"bytes", (json_int_t)msg_uint(m, "bytes"), "needs",
		(json_int_t)msg_uint(m, "needs"), "files", (json_int_t)w->session->parcel->n,
		"image", msg_str(m, "image")),
	    -1);
}

static void
writing_on_written(struct writing *w, const struct msg *m)
{
	struct session *s = w->session;
	if (!msg_bool(m, "ok")) {
		writing_fail(
		    w, 3, msg_str(m, "why"), "the record says what was to go there, and this");
		return;
	}
	MEM_FREE char *text =
	    mem_printf("%s: %s, written and read back", w->port->name, w->words);
	writing_end(w, CUSTODY_WRITTEN, "");
	s->writing = writing_free(w);
	s->parcel = parcel_free(s->parcel);
	writing_tell(s, 0, text, "", "");
}

static void
writing_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct writing *w = arg;
	if (m->id == MSG_HELLO) {
		if (channel_accept_hello(ch, m, NULL) == ERR_OK)
			writing_begin(w);
	} else if (m->id == MSG_WRITER_SAYS && !w->begun) {
		writing_on_says(w, m);
	} else if (m->id == MSG_WRITER_PROGRESS && w->begun) {
		if (channel_room(w->session->channel) >= 4)
			channel_send(
			    w->session->channel, MSG_DESK_WRITING, json_incref(m->body), -1);
	} else if (m->id == MSG_WRITER_WRITTEN && w->begun) {
		writing_on_written(w, m);
	}
}

static void
writing_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)ch;
	(void)why;
	writing_fail(arg, 3, "the program that writes has ended while at work",
	    "what is on the medium is not whole; try it again");
}

static void
writing_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct writing *w = arg;
	(void)tag;
	w->channel = channel_new(fd, ROLE_DESK, ROLE_WRITER);
	channel_hello(w->channel, "sallyport-desk", true);
	loop_add_channel(w->desk->loop, w->channel, writing_on_message, writing_on_gone, w);
}

static void
writing_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct writing *w = arg;
	(void)tag;
	w->tag = 0;
	writing_fail(w, 3, why, "try again in a moment");
}

static void
writing_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct writing *w = arg;
	(void)tag;
	(void)status;
	(void)signum;
	/* its last words, if there are any, come by the channel; so does that it has gone */
	if (w->channel == NULL)
		writing_fail(w, 3, "the program that writes cannot begin",
		    "an administrator looks at the station's log");
}

static const struct tag_handler writing_tag = {
    .spawned = writing_on_spawned,
    .refused = writing_on_refused,
    .exited = writing_on_exited,
};

/* --- what is asked for ----------------------------------------------------------------------
 */

void
writing_ask(struct session *s, struct msg *m)
{
	const struct station_port *port = writing_port(s->desk->station, msg_str(m, "port"));
	if (port == NULL || port->role != STATION_EXPORT) {
		session_refuse(s, 1,
		    port == NULL ? "the station has no such port"
				 : "this port is for media that are read, and is never "
				   "written to",
		    "use a port that station.conf names for exports");
		return;
	}
	if (s->parcel == NULL || s->parcel->n == 0) {
		session_refuse(s, 2, "there is nothing to write", "make an export first");
		return;
	}
	s->writing = writing_free(s->writing);
	struct writing *w = mem_alloc(sizeof(*w));
	*w = (struct writing){.desk = s->desk, .session = s, .port = port};
	s->writing = w;
	const char *why = writing_find(w);
	if (why != NULL) {
		writing_fail(w, 1, why, WRITING_LOOK);
		return;
	}
	w->tag = tag_new(s->desk, &writing_tag, w);
	channel_send(s->desk->parent, MSG_DESK_SPAWN,
	    json_pack(
		"{s:I, s:s, s:s}", "tag", (json_int_t)w->tag, "role", "writer", "name", ""),
	    -1);
}

/* Nothing leaves before its entry is in the record. */
static bool
writing_enter(struct writing *w)
{
	const struct parcel *p = w->session->parcel;
	char why[BOOK_WHY_SIZE];
	for (size_t i = 0; i < p->n; i++) {
		enum err e = publish_enter(w->desk, w->session->officer, p->files[i].format,
		    p->files[i].path, w->medium, p->files[i].fd, why);
		if (e != ERR_OK) {
			writing_fail(w, 3, why, "nothing was written");
			return false;
		}
		w->entered = true;
	}
	return true;
}

void
writing_go(struct session *s, struct msg *m)
{
	struct writing *w = s->writing;
	const char *image =
	    w != NULL ? json_string_value(json_object_get(w->medium, "image")) : NULL;
	if (image == NULL || w->begun || strcmp(image, msg_str(m, "image")) != 0) {
		session_refuse(s, 1, "this is not what was shown", "ask for it again");
		return;
	}
	outcome_settle(s->desk, w->port->name);
	if (!writing_enter(w))
		return;
	MEM_CLOSE int fd = writing_open(w, true);
	if (fd < 0)
		return;
	if (channel_send_wait(w->channel, MSG_WRITER_WRITE, NULL, fd) != ERR_OK) {
		writing_fail(w, 3, "the program that writes has ended", "try it again");
		return;
	}
	w->begun = true;
	channel_send(s->channel, MSG_DESK_WRITING,
	    json_pack(
		"{s:s, s:i, s:I}", "step", "write", "done", 0, "total", (json_int_t)w->bytes),
	    -1);
}

void
writing_stop(struct session *s, struct msg *m)
{
	struct writing *w = s->writing;
	const bool begun = w != NULL && w->begun;
	(void)m;
	if (w != NULL)
		writing_end(w, CUSTODY_CANCELLED, "");
	s->writing = writing_free(w);
	s->parcel = parcel_free(s->parcel);
	if (begun)
		writing_tell(s, 1, "", "it was cancelled: what is on the medium is not whole",
		    "write it again, or do not use the medium");
	session_done(s, json_pack("{s:s, s:i}", "text", "", "count", (int)begun));
}
