/* SPDX-License-Identifier: ISC */
/* What the parts of sallyport-reader share. */
#ifndef READER_READER_H
#define READER_READER_H

#include "src/ipc/channel.h"
#include "src/media/medium.h"

#define READER_VAULT_FD 4

struct reader {
	struct channel *desk;
	struct medium *medium;
	enum medium_digest digest; /* what is hashed before and after */
	uint64_t look_bytes;       /* of each region */
	struct medium_how how;
	uint64_t without[LIM_VOLUMES]; /* partitions that a reader stopped on */
	uint64_t files, bytes;         /* of contents, so far */
	const char *step;              /* what takes long besides them, or NULL */
	uint64_t at, of;               /* and how far that is, in bytes */
	int64_t told_ms;               /* when the desk was told */
	uint64_t said;                 /* messages to the desk */
	uint64_t said_stalled; /* before the read that took so long; 0: none for this item */
	uint64_t sending;      /* the item whose contents are in the pipe, or 0 */
	bool give_up;          /* an officer does not want to wait for this item */
};

/* A number in a message. */
json_int_t reader_uint(uint64_t);
enum err reader_say(struct reader *, enum msg_id, json_t *body);
/* How far it is, when that was not told lately; now: at once. */
enum err reader_progress(struct reader *, bool now);

/* --- contents.c --- */
/* What medium_read calls; arg: the reader. */
const struct medium_sink *reader_sink(void);
/* medium_digest's tick; listens, so that it can be paused.  arg: the reader. */
enum err reader_digest_tick(void *arg, uint64_t done, uint64_t total);
/* The vault drops what is half there. */
enum err reader_abort(struct reader *);

#endif
