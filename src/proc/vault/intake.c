/* SPDX-License-Identifier: ISC */
#include "src/proc/vault/intake.h"

#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/frame.h"
#include "src/proc/vault/events.h"
#include "src/proc/vault/feed.h"
#include "src/proc/vault/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define INTAKE_PIPE_BYTES (1 << 20)
#define INTAKE_WHY_SIZE   256
/* A new file costs the disk more than its bytes. */
#define INTAKE_FILE_COST 4096

struct chunk {
	uint8_t *bytes; /* LIM_FRAME_BYTES */
	size_t len;
};

struct intake {
	struct store *store;
	struct events *events;
	uint64_t tag;
	bool inside; /* a scanner's */
	pthread_t writer, hasher;
	struct feed feed;

	/* Buffers between the threads: the writer fills, the hasher follows. */
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct chunk ring[LIM_VAULT_BUFFERS];
	uint64_t filled, hashed;
	bool stop;
	struct digest *digest; /* the hasher's while hashed < filled */

	/* The object in hand. */
	struct store_temp temp;
	uint64_t item, bytes, synced_bytes;
	bool large_frames;
	bool passing; /* there was no room for it: what is left of it is passed over */
	bool said;    /* that there is no room; once is enough */

	uint64_t objects, total_bytes;
	uint64_t unchecked_bytes; /* written since the disk was last asked for its room */
	char why[INTAKE_WHY_SIZE];
};

static void *
intake_hash(void *arg)
{
	struct intake *in = arg;
	pthread_mutex_lock(&in->lock);
	for (;;) {
		while (in->hashed == in->filled && !in->stop)
			pthread_cond_wait(&in->moved, &in->lock);
		if (in->hashed == in->filled)
			break;
		const struct chunk *c = &in->ring[in->hashed % LIM_VAULT_BUFFERS];
		pthread_mutex_unlock(&in->lock);
		digest_add(in->digest, c->bytes, c->len);
		pthread_mutex_lock(&in->lock);
		in->hashed++;
		pthread_cond_broadcast(&in->moved);
	}
	pthread_mutex_unlock(&in->lock);
	return NULL;
}

/* Waits until at most `left` filled buffers are not hashed. */
static void
intake_settle(struct intake *in, uint64_t left)
{
	pthread_mutex_lock(&in->lock);
	while (in->filled - in->hashed > left)
		pthread_cond_wait(&in->moved, &in->lock);
	pthread_mutex_unlock(&in->lock);
}

static void
intake_hand_over(struct intake *in)
{
	pthread_mutex_lock(&in->lock);
	in->filled++;
	pthread_cond_broadcast(&in->moved);
	pthread_mutex_unlock(&in->lock);
}

static enum err
intake_say(struct intake *in, enum err e, const char *what)
{
	snprintf(in->why, sizeof(in->why), "%s", what);
	return e;
}

static enum err
intake_say_errno(struct intake *in, enum err e, const char *what)
{
	const char *text = strerrordesc_np(errno);
	snprintf(in->why, sizeof(in->why),
	    "%s: %s. Look at the vault's disk, then read the "
	    "medium again.",
	    what, text != NULL ? text : "unknown error");
	return e;
}

/* Asks the disk for its room, at the start and each time enough was written. */
static enum err
intake_room(struct intake *in, uint64_t more_bytes)
{
	in->unchecked_bytes += more_bytes;
	if (in->unchecked_bytes < LIM_VAULT_SYNC_BYTES)
		return ERR_OK;
	in->unchecked_bytes = 0;
	if (in->inside)
		return store_room_inside(in->store) > 0 ? ERR_OK : ERR_NOSPACE;
	enum err e = store_room(in->store, 0, NULL);
	if (e != ERR_OK && e != ERR_NOSPACE)
		return intake_say_errno(in, e, "The room on the vault's disk cannot be told");
	return e;
}

static enum err
intake_begin(struct intake *in, const struct frame *f)
{
	enum err e = intake_room(in, INTAKE_FILE_COST);
	if (e == ERR_OK)
		e = store_begin(in->store, in->tag, f->item, &in->temp);
	if (e == ERR_IO || e == ERR_NOTFOUND)
		return intake_say_errno(in, e, "A new object could not be created");
	if (e != ERR_OK)
		return e;
	in->item = f->item;
	in->bytes = in->synced_bytes = 0;
	in->large_frames = false;
	return ERR_OK;
}

/* Starts the disk on what was written, so that the end does not wait for all of it. */
static void
intake_push_out(struct intake *in)
{
	uint64_t n = in->bytes - in->synced_bytes;
	if (n < LIM_VAULT_SYNC_BYTES)
		return;
	sync_file_range(in->temp.fd, (off_t)in->synced_bytes, (off_t)n, SYNC_FILE_RANGE_WRITE);
	in->synced_bytes = in->bytes;
}

static enum err
intake_data(struct intake *in, const struct frame *f)
{
	intake_settle(in, LIM_VAULT_BUFFERS - 1);
	struct chunk *c = &in->ring[in->filled % LIM_VAULT_BUFFERS];
	c->len = f->len_bytes;
	in->large_frames = f->len_bytes == LIM_FRAME_BYTES;
	enum err e = feed_take(&in->feed, c->bytes, c->len, !in->large_frames);
	if (e != ERR_OK)
		return e == ERR_CLOSED ? ERR_SYNTAX : e;
	/* Most files are one short frame: waking the other thread costs more than hashing. */
	if (in->bytes == 0 && !in->large_frames)
		digest_add(in->digest, c->bytes, c->len);
	else
		intake_hand_over(in);
	e = intake_room(in, c->len);
	if (e == ERR_OK)
		e = io_write_all(in->temp.fd, c->bytes, c->len);
	if (e == ERR_IO && in->why[0] == '\0')
		return intake_say_errno(in, e, "An object could not be written");
	if (e != ERR_OK)
		return e;
	in->bytes += c->len;
	intake_push_out(in);
	return ERR_OK;
}

static enum err
intake_end(struct intake *in, const struct frame *f)
{
	struct event event = {
	    .kind = EVENT_KEPT, .tag = in->tag, .item = f->item, .bytes = in->bytes};
	uint8_t digest[DIGEST_SIZE];
	intake_settle(in, 0);
	digest_final(in->digest, digest);
	hex_encode(digest, sizeof(digest), event.sha256);
	enum err e = in->inside
	                 ? store_keep_inside(in->store, &in->temp, event.sha256, &event.kept)
	                 : store_keep(in->store, &in->temp, event.sha256, in->bytes);
	if (e == ERR_IO || e == ERR_NOTFOUND)
		return intake_say_errno(in, ERR_IO, "An object could not be kept");
	if (e != ERR_OK)
		return e;
	in->objects++;
	in->total_bytes += in->bytes;
	in->large_frames = false;
	events_put(in->events, &event);
	return ERR_OK;
}

static void
intake_forget(struct intake *in)
{
	uint8_t unused[DIGEST_SIZE];
	intake_settle(in, 0);
	digest_final(in->digest, unused);
	store_drop(in->store, &in->temp);
	in->large_frames = false;
}

static enum err
intake_abort(struct intake *in, const struct frame *f)
{
	struct event event = {
	    .kind = EVENT_FAILED, .tag = in->tag, .item = f->item, .cut = true};
	intake_forget(in);
	if (in->inside)
		events_put(in->events, &event);
	return ERR_OK;
}

/* --- a scanner's file that there is no room for ----------------------------------- */

static enum err
intake_no_room(struct intake *in, const struct frame *f)
{
	struct event event = {
	    .kind = EVENT_FAILED, .tag = in->tag, .item = f->item, .full = true};
	if (!in->said)
		snprintf(event.why, sizeof(event.why),
		    "The vault's disk has no room for what is inside objects.");
	in->said = true;
	intake_forget(in);
	in->item = f->item;
	in->passing = f->kind != FRAME_END;
	/* asked again at the next one */
	in->unchecked_bytes = LIM_VAULT_SYNC_BYTES;
	events_put(in->events, &event);
	return ERR_OK;
}

static enum err
intake_pass(struct intake *in, const struct frame *f)
{
	if (f->kind != FRAME_DATA) {
		in->passing = false;
		return ERR_OK;
	}
	enum err e = feed_take(&in->feed, in->ring[0].bytes, f->len_bytes, true);
	return e == ERR_CLOSED ? ERR_SYNTAX : e;
}

/* What is legal: with an object in hand or without, and how long. */
static const struct frame_rule {
	bool in_hand;
	uint32_t min_bytes, max_bytes;
	enum err (*fn)(struct intake *, const struct frame *);
} frame_rules[] = {
    [FRAME_BEGIN] = {false, 0, 0, intake_begin},
    [FRAME_DATA] = {true, 1, LIM_FRAME_BYTES, intake_data},
    [FRAME_END] = {true, 0, 0, intake_end},
    [FRAME_ABORT] = {true, 0, 0, intake_abort},
};

static enum err
intake_frame(struct intake *in, const struct frame *f)
{
	bool in_hand = in->temp.fd >= 0 || in->passing;
	if (f->kind >= sizeof(frame_rules) / sizeof(frame_rules[0]) ||
	    frame_rules[f->kind].fn == NULL)
		return intake_say(in, ERR_PROTO, "its pipe held a frame of an unknown kind");
	const struct frame_rule *rule = &frame_rules[f->kind];
	if (f->len_bytes < rule->min_bytes || f->len_bytes > rule->max_bytes)
		return intake_say(
		    in, ERR_PROTO, "its pipe held a frame of an impossible length");
	if (rule->in_hand != in_hand)
		return intake_say(in, ERR_PROTO,
		    in_hand ? "it began a file before the last one had ended"
			    : "it sent contents without beginning a file");
	if (in_hand && f->item != in->item)
		return intake_say(in, ERR_PROTO, "it mixed the contents of two files");
	enum err e = in->passing ? intake_pass(in, f) : rule->fn(in, f);
	return e == ERR_NOSPACE && in->inside ? intake_no_room(in, f) : e;
}

/* One frame; ERR_CLOSED at a clean end of the pipe. */
static enum err
intake_step(struct intake *in)
{
	uint8_t header[FRAME_HEADER_BYTES];
	enum err e = feed_take(&in->feed, header, sizeof(header), !in->large_frames);
	if (e == ERR_CLOSED && (in->temp.fd >= 0 || in->passing))
		return ERR_SYNTAX;
	if (e != ERR_OK)
		return e;
	struct frame f = frame_get(header);
	return intake_frame(in, &f);
}

/* Of a scanner the desk knows what to do next. */
static void
intake_explain_inside(const struct intake *in, enum err e, struct event *event)
{
	event->cut = e == ERR_SYNTAX;
	if (e == ERR_PROTO)
		snprintf(event->why, sizeof(event->why),
		    "A scanner broke the rules of its pipe: %s. It was cut off.", in->why);
	else if (e != ERR_SYNTAX)
		snprintf(event->why, sizeof(event->why),
		    "What is inside an object could not be kept. %s", in->why);
}

/* The sentence for a person: what happened, why, what to do next. */
static void
intake_explain(struct intake *in, enum err e, struct event *event)
{
	char *out = event->why;
	size_t size = sizeof(event->why);
	uint64_t free_bytes = 0;
	switch ((int)e) {
	case ERR_NOSPACE:
		event->full = true;
		store_room(in->store, 0, &free_bytes);
		snprintf(out, size,
		    "The vault's disk is full: %ju MiB are free and %ju MiB have to stay free. "
		    "Everything kept so far stays. Purge what policy lets go or add room, "
		    "then read the medium again.",
		    (uintmax_t)(free_bytes >> 20), (uintmax_t)(store_floor(in->store) >> 20));
		break;
	case ERR_SYNTAX:
		event->cut = true;
		snprintf(out, size,
		    "The reader ended in the middle of a file. Read the medium again.");
		break;
	case ERR_PROTO:
		snprintf(out, size,
		    "The reader broke the rules of its pipe: %s. It was cut off; read the "
		    "medium "
		    "again.",
		    in->why);
		break;
	default:
		snprintf(out, size, "%s",
		    in->why[0] != '\0'
			? in->why
			: "The reader's pipe could not be read. Read the medium again.");
	}
}

static void
intake_finish(struct intake *in, enum err e)
{
	if (e != ERR_CLOSED) {
		struct event event = {.kind = EVENT_FAILED, .tag = in->tag};
		event.item = in->temp.fd >= 0 ? in->item : 0;
		if (in->inside)
			intake_explain_inside(in, e, &event);
		else
			intake_explain(in, e, &event);
		store_drop(in->store, &in->temp);
		events_put(in->events, &event);
	}
	/* Before the last word: a reader that still writes must not wait for us. */
	close(in->feed.fd);
	in->feed.fd = -1;
	pthread_mutex_lock(&in->lock);
	in->stop = true;
	pthread_cond_broadcast(&in->moved);
	pthread_mutex_unlock(&in->lock);
	pthread_join(in->hasher, NULL);
	struct event ended = {
	    .kind = EVENT_ENDED, .tag = in->tag, .item = in->objects, .bytes = in->total_bytes};
	events_put(in->events, &ended);
}

static void *
intake_write(void *arg)
{
	struct intake *in = arg;
	enum err e = in->inside ? ERR_OK : store_room(in->store, 0, NULL);
	while (e == ERR_OK)
		e = intake_step(in);
	intake_finish(in, e);
	return NULL;
}

static struct intake *
intake_release(struct intake *in)
{
	for (size_t i = 0; i < LIM_VAULT_BUFFERS; i++)
		free(in->ring[i].bytes);
	if (in->feed.fd >= 0)
		close(in->feed.fd);
	digest_free(in->digest);
	pthread_cond_destroy(&in->moved);
	pthread_mutex_destroy(&in->lock);
	free(in);
	return NULL;
}

enum err
intake_start(struct store *store, struct events *events, uint64_t tag, int fd, bool inside,
    struct intake **ret_intake)
{
	struct intake *in = mem_alloc(sizeof(*in));
	in->store = store;
	in->events = events;
	in->tag = tag;
	in->inside = inside;
	in->feed.fd = fd;
	in->temp.fd = -1;
	in->digest = digest_new();
	pthread_mutex_init(&in->lock, NULL);
	pthread_cond_init(&in->moved, NULL);
	for (size_t i = 0; i < LIM_VAULT_BUFFERS; i++)
		in->ring[i].bytes = mem_alloc(LIM_FRAME_BYTES);
	/* More room in the pipe saves switches between processes; without it, it just is
	 * slower. */
	fcntl(fd, F_SETPIPE_SZ, INTAKE_PIPE_BYTES);
	if (pthread_create(&in->hasher, NULL, intake_hash, in) != 0) {
		intake_release(in);
		return ERR_IO;
	}
	if (pthread_create(&in->writer, NULL, intake_write, in) != 0) {
		in->stop = true;
		pthread_cond_broadcast(&in->moved);
		pthread_join(in->hasher, NULL);
		intake_release(in);
		return ERR_IO;
	}
	*ret_intake = in;
	return ERR_OK;
}

uint64_t
intake_tag(const struct intake *in)
{
	return in->tag;
}

struct intake *
intake_free(struct intake *in)
{
	if (in == NULL)
		return NULL;
	pthread_join(in->writer, NULL);
	return intake_release(in);
}
