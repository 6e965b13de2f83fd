/* SPDX-License-Identifier: ISC */
/* What is inside objects: told to the desk, the bytes by pipe to the vault. */
#include "scanners/scan_in.h"
#include "src/base/io.h"
#include "src/ipc/frame.h"

#include <assert.h>
#include <string.h>

static bool
scan_child_frame(uint64_t child, enum frame_kind kind, const void *bytes, size_t n)
{
	const struct frame f = {kind, (uint32_t)n, child};
	uint8_t head[FRAME_HEADER_BYTES];
	frame_put(&f, head);
	return io_write_all(SCAN_FD_CHILDREN, head, sizeof(head)) == ERR_OK &&
	       (n == 0 || io_write_all(SCAN_FD_CHILDREN, bytes, n) == ERR_OK);
}

static size_t
scan_child_cut(size_t n, size_t most)
{
	return n < most ? n : most;
}

uint64_t
scan_put_child(struct scan *s, struct scan_job *job, const struct scan_child *c)
{
	assert(s->ops->children && s->child == 0);
	const uint64_t number = ++s->children;
	scan_say(s, MSG_SCAN_CHILD,
	    json_pack("{s:I, s:I, s:o, s:s, s:I, s:I, s:o, s:s}", "id", (json_int_t)job->id,
		"child", (json_int_t)number, "name",
		scan_bytes(c->name, scan_child_cut(c->name_len, LIM_PATH_BYTES)), "kind",
		c->kind, "size", (json_int_t)c->size_bytes, "mode", (json_int_t)c->mode, "link",
		scan_bytes(c->link, scan_child_cut(c->link_len, LIM_LINK_BYTES)), "why",
		c->why));
	if (strcmp(c->kind, "file") == 0 && c->why[0] == '\0') {
		s->child = number;
		/* a vault that has gone is met again at the next write */
		(void)scan_child_frame(number, FRAME_BEGIN, NULL, 0);
	}
	return number;
}

bool
scan_child_write(struct scan *s, uint64_t child, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	assert(child != 0 && s->child == child);
	while (n > 0) {
		size_t piece = n < LIM_FRAME_BYTES ? n : LIM_FRAME_BYTES;
		if (!scan_child_frame(child, FRAME_DATA, p, piece))
			return false;
		p += piece;
		n -= piece;
	}
	return true;
}

bool
scan_child_end(struct scan *s, uint64_t child, bool whole)
{
	assert(child != 0 && s->child == child);
	s->child = 0;
	return scan_child_frame(child, whole ? FRAME_END : FRAME_ABORT, NULL, 0);
}
