/* SPDX-License-Identifier: ISC */
#include "src/proc/reader/unlock.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/media/medium_locked.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define UNLOCK_LABEL_CELLS 64

/* The key and nothing behind it. */
static bool
unlock_key(int fd, uint8_t *key, size_t n)
{
	uint8_t more;
	ssize_t r;

	if (io_read_all(fd, key, n) != ERR_OK)
		return false;
	do
		r = read(fd, &more, 1);
	while (r < 0 && errno == EINTR);
	return r == 0;
}

/* Everything about the message is foreign. */
static enum err
unlock_open(struct reader *r, const struct msg *m, int fd, const char **ret_why)
{
	uint64_t number = msg_uint(m, "volume");
	uint8_t key[LIM_VOLUME_KEY_BYTES];
	struct layout l;

	*ret_why = "The volume cannot be read: its place on the medium was not understood.";
	if (layout_parse(json_object_get(m->body, "layout"), &l) != ERR_OK ||
	    number > medium_volumes(r->medium))
		return ERR_RANGE;
	*ret_why = "The key of the volume did not arrive whole. Give the secret again.";
	enum err e = ERR_SYNTAX;
	if (unlock_key(fd, key, l.key_bytes))
		e = medium_unlock(r->medium, (unsigned)number, &l, key, ret_why);
	explicit_bzero(key, sizeof(key));
	return e;
}

static enum err
unlock_say(struct reader *r, uint64_t number, bool ok, const char *why)
{
	char label[UNLOCK_LABEL_CELLS + 1] = "";
	const char *kind = "";
	uint64_t bytes = 0;

	if (ok) {
		const struct volume *v = medium_volume(r->medium, (size_t)number - 1);
		escape_fit(
		    v->label, v->label_len, label, sizeof(label), UNLOCK_LABEL_CELLS, NULL);
		kind = v->kind;
		bytes = v->bytes;
	}
	return reader_say(r, MSG_READER_UNLOCKED,
	    json_pack("{s:I, s:b, s:s, s:s, s:s, s:I}", "volume", (json_int_t)number, "ok",
		(int)ok, "why", why, "kind", kind, "label", label, "bytes",
		reader_uint(bytes)));
}

enum err
reader_unlock(struct reader *r, struct msg *m, bool *ret_opened, const char **ret_why)
{
	MEM_CLOSE int fd = msg_take_fd(m);
	uint64_t number = msg_uint(m, "volume");
	const char *why = "";
	bool opened = unlock_open(r, m, fd, &why) == ERR_OK;
	enum err e = unlock_say(r, number, opened, why);

	if (e == ERR_OK && opened)
		e = medium_walk_unlocked(r->medium, (unsigned)number, ret_why);
	if (e == ERR_OK)
		*ret_opened = opened;
	return e;
}
