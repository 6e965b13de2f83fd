/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/shelf.h"

#include "src/base/buf.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define SHELF_COLUMNS \
	"transfer\tdelivered\trequester\trequest\tfiles\tbytes\tnot delivered\tstate\n"

static enum err
shelf_read(const struct share *s, bool demo, uint8_t **ret_text, size_t *ret_len)
{
	const char *head = demo ? "# DEMO " SHELF_COLUMNS : "# " SHELF_COLUMNS;
	MEM_CLOSE int fd = openat(s->root, "INDEX", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		return ERR_IO;
	if (fd >= 0) {
		enum err e = io_slurp(fd, LIM_SEALED_BYTES, ret_text, ret_len);
		/* an empty one is how an administrator begins a new share */
		if (e != ERR_OK || *ret_len > 0)
			return e;
		free(*ret_text);
	}
	*ret_text = mem_dup(head, strlen(head));
	*ret_len = strlen(head);
	return ERR_OK;
}

static void
shelf_print(const struct shelf_line *l, struct buf *out)
{
	MEM_FREE char *request = escape_dup(l->request);
	buf_addf(out, "%s\t%s\t%s\t%s\t%ju\t%ju\t%ju\t%s\n", l->transfer, l->date, l->requester,
	    request[0] != '\0' ? request : "-", (uintmax_t)l->files, (uintmax_t)l->bytes,
	    (uintmax_t)l->not_delivered, l->state);
}

static enum err
shelf_merge(const char *text, size_t len, const struct shelf_line *l, struct buf *out)
{
	size_t id_len = strlen(l->transfer);
	bool placed = false;
	for (const char *line = text; line < text + len;) {
		const char *end = memchr(line, '\n', (size_t)(text + len - line));
		const char *next = end != NULL ? end + 1 : text + len;
		size_t n = (size_t)(next - line);
		if (n > id_len && memcmp(line, l->transfer, id_len) == 0 &&
		    line[id_len] == '\t') {
			if (!placed)
				shelf_print(l, out);
			placed = true;
		} else {
			buf_add(out, line, n);
			if (end == NULL)
				buf_add_byte(out, '\n');
		}
		line = next;
	}
	if (!placed)
		shelf_print(l, out);
	return out->error;
}

enum err
shelf_put(const struct share *s, const struct shelf_line *l, char why[SHARE_WHY_SIZE])
{
	MEM_FREE uint8_t *text = NULL;
	size_t len = 0;
	struct buf out;
	enum err e = shelf_read(s, l->demo, &text, &len);
	if (e != ERR_OK)
		return share_errno(why, "INDEX cannot be read");
	buf_init(&out, LIM_SEALED_BYTES);
	e = shelf_merge((const char *)text, len, l, &out);
	if (e != ERR_OK)
		snprintf(why, SHARE_WHY_SIZE, "INDEX is too long.");
	else if (out.len != len || memcmp(out.data, text, len) != 0)
		e = io_replace_synced(s->root, "INDEX", 0644, out.data, out.len);
	if (e == ERR_IO || e == ERR_NOSPACE)
		e = share_errno(why, "INDEX cannot be replaced");
	buf_done(&out);
	return e;
}
