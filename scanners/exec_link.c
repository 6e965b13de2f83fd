/* SPDX-License-Identifier: ISC */
/* Shell links of Windows: MS-SHLLINK 2.1.  Opening one starts what it names. */
#include "scanners/exec_in.h"
#include "src/base/limits.h"

#include <stdio.h>
#include <string.h>

#define LINK_HEADER 76
#define LINK_LIST   (1u << 0) /* flags: which parts follow */
#define LINK_INFO   (1u << 1)
#define LINK_WIDE   (1u << 7)
#define LINK_PATH   3 /* numbers of the flags of texts */
#define LINK_ARGS   5
#define LINK_TEXTS  7
#define LINK_BLOCKS 64 /* more at the end than anybody has */

struct link {
	uint64_t at;
	uint64_t flags;
	char value[LIM_FINDING_TEXT];
	size_t used;
};

static void
link_add(struct link *f, const uint8_t *p, size_t n, size_t wide)
{
	if (f->used > 0 && f->used < sizeof(f->value) - 1)
		f->value[f->used++] = ' ';
	for (size_t k = 0; k + wide <= n && f->used < sizeof(f->value) - 1; k += wide) {
		char c = wide == 2 && p[k + 1] != 0 ? '?' : (char)p[k];
		if (c == '\0')
			break;
		f->value[f->used++] = c;
	}
}

/* Where the file is that it names. */
static bool
link_info(struct object *o, struct link *f)
{
	const uint8_t *p = object_get(o, f->at, 28);
	if (p == NULL)
		return false;
	uint64_t bytes = exec_number(p, 4, false), offset = exec_number(p + 16, 4, false);
	bool local = (exec_number(p + 8, 4, false) & 1) != 0;
	if (bytes < 28 || bytes > o->size_bytes - f->at)
		return false;
	if (local && offset < bytes) {
		size_t n = bytes - offset < 260 ? (size_t)(bytes - offset) : 260;
		if ((p = object_get(o, f->at + offset, n)) == NULL)
			return false;
		link_add(f, p, n, 1);
	}
	f->at += bytes;
	return true;
}

/* Name, relative path, folder, arguments, icon: a count of characters, then they. */
static bool
link_texts(struct object *o, struct link *f)
{
	size_t wide = (f->flags & LINK_WIDE) != 0 ? 2 : 1;
	for (unsigned i = 2; i < LINK_TEXTS; i++) {
		const uint8_t *p;
		if ((f->flags & 1u << i) == 0)
			continue;
		if ((p = object_get(o, f->at, 2)) == NULL)
			return false;
		uint64_t n = exec_number(p, 2, false) * wide;
		size_t look = n < OBJECT_WINDOW ? (size_t)n : OBJECT_WINDOW;
		if (n > o->size_bytes - f->at - 2 ||
		    (p = object_get(o, f->at + 2, look)) == NULL)
			return false;
		if (i == LINK_PATH || i == LINK_ARGS)
			link_add(f, p, look, wide);
		f->at += 2 + n;
	}
	return true;
}

/* Blocks up to one of less than 4 bytes; what is behind that belongs to nothing. */
static bool
link_blocks(struct object *o, struct link *f)
{
	for (unsigned i = 0; i < LINK_BLOCKS; i++) {
		const uint8_t *p;
		if (f->at == o->size_bytes)
			return true;
		if ((p = object_get(o, f->at, 4)) == NULL)
			return false;
		uint64_t n = exec_number(p, 4, false);
		if (n < 4) {
			exec_behind(o, f->at + 4);
			return true;
		}
		if (n > o->size_bytes - f->at)
			return false;
		f->at += n;
	}
	return false;
}

static bool
link_parts(struct object *o, struct link *f)
{
	const uint8_t *p;
	if ((f->flags & LINK_LIST) != 0) {
		if ((p = object_get(o, f->at, 2)) == NULL)
			return false;
		f->at += 2 + exec_number(p, 2, false);
	}
	if (f->at > o->size_bytes || ((f->flags & LINK_INFO) != 0 && !link_info(o, f)))
		return false;
	return link_texts(o, f) && link_blocks(o, f);
}

bool
exec_link(struct object *o, struct exec *e)
{
	static const uint8_t mark[20] = {
	    0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
	static const char title[] = "Opening this file starts a program.";
	const uint8_t *p = object_get(o, 0, LINK_HEADER);
	struct link f = {.at = LINK_HEADER};
	if (p == NULL || memcmp(p, mark, sizeof(mark)) != 0)
		return false;
	f.flags = exec_number(p + 20, 4, false);
	snprintf(e->what, sizeof(e->what), "Windows shortcut");
	e->verdict = SCAN_SUSPICIOUS;
	e->why = title;
	if (!link_parts(o, &f))
		exec_broken(o, e, "The shortcut is cut short.",
		    f.at < o->size_bytes ? f.at : o->size_bytes);
	f.value[f.used] = '\0';
	object_find(
	    o, "exec/shortcut", "code-exec", "high", title, f.used > 0 ? f.value : NULL, 0);
	return true;
}
