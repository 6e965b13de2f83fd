/* SPDX-License-Identifier: ISC */
/* Programs of macOS: mach-o/loader.h and mach-o/fat.h. */
#include "scanners/exec_in.h"

#include <stdio.h>
#include <string.h>

#define MACHO_ARCHES    32 /* in one fat file; Java classes begin alike, with 45 and more */
#define MACHO_COMMANDS  4096
#define MACHO_SEGMENT   0x01u
#define MACHO_SEGMENT64 0x19u
#define MACHO_SIGNATURE 0x1du
#define MACHO_OBJECT    1 /* its symbols lie outside of its segments */

static const struct {
	unsigned number;
	const char *name;
} machines[] = {
    {7, "x86"},
    {0x01000007, "x86-64"},
    {12, "ARM"},
    {0x0100000c, "ARM 64"},
    {18, "PowerPC"},
    {0x01000012, "PowerPC 64"},
};

static const char *const kinds[] = {"file of no kind", "object file", "program", "library",
    "core dump", "program", "library", "loader", "bundle", "library", "symbols",
    "kernel extension"};

struct macho {
	bool is, big, wide, sign;
	unsigned machine, kind;
	uint64_t headers, end; /* of the headers; of what they speak of */
};

static const char *
macho_machine(unsigned number)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].number == number)
			return machines[i].name;
	return "an unknown machine";
}

static const char *
macho_kind(unsigned kind)
{
	return kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind]
	                                               : "file of an unknown kind";
}

/* One command at `at + next` that says where something lies; false when it lies. */
static bool
macho_command(struct object *o, struct exec *e, uint64_t at, uint64_t next, uint64_t size,
    uint64_t n, struct macho *f)
{
	const uint8_t *p = object_get(o, at + next, 8);
	uint64_t what = exec_number(p, 4, f->big);
	bool wide = what == MACHO_SEGMENT64, segment = wide || what == MACHO_SEGMENT;
	uint64_t end = 0;
	if (!segment && what != MACHO_SIGNATURE)
		return true;
	size_t part = wide ? 72 : segment ? 56 : 16, w = wide ? 8 : 4, offset = wide ? 40 : 32;
	if (size < part || (p = object_get(o, at + next, part)) == NULL)
		return false;
	if (!segment)
		offset = 8;
	uint64_t from = exec_number(p + offset, w, f->big);
	uint64_t bytes = exec_number(p + offset + w, w, f->big);
	if (__builtin_add_overflow(from, bytes, &end) || end > n)
		return false;
	f->sign |= !segment;
	if (end > f->end)
		f->end = end;
	if (segment && memcmp(p + 8, "__TEXT\0", 7) == 0)
		exec_code(o, e, at + from, bytes);
	return true;
}

/* One program at `at`, of at most n bytes; false when its headers are broken. */
static bool
macho_one(struct object *o, struct exec *e, uint64_t at, uint64_t n, struct macho *f)
{
	const uint8_t *p = object_get(o, at, 28);
	uint64_t magic = p != NULL ? exec_number(p, 4, true) : 0, next;
	*f = (struct macho){.big = magic == 0xfeedface || magic == 0xfeedfacf,
	    .wide = magic == 0xfeedfacf || magic == 0xcffaedfe};
	f->is = f->big || magic == 0xcefaedfe || magic == 0xcffaedfe;
	if (!f->is)
		return false;
	f->machine = (unsigned)exec_number(p + 4, 4, f->big);
	f->kind = (unsigned)exec_number(p + 12, 4, f->big);
	uint64_t commands = exec_number(p + 16, 4, f->big);
	next = f->wide ? 32 : 28;
	f->end = f->headers = next + exec_number(p + 20, 4, f->big);
	if (commands > MACHO_COMMANDS || f->headers > n)
		return false;
	for (uint64_t i = 0; i < commands; i++) {
		if (next + 8 > f->headers || (p = object_get(o, at + next, 8)) == NULL)
			return false;
		uint64_t size = exec_number(p + 4, 4, f->big);
		if (size < 8 || size > f->headers - next ||
		    !macho_command(o, e, at, next, size, n, f))
			return false;
		next += size;
	}
	return true;
}

/* A library to link, of object files: no Mach-O by itself. */
static bool
macho_is_archive(struct object *o, uint64_t at)
{
	const uint8_t *p = object_get(o, at, 8);
	return p != NULL && memcmp(p, "!<arch>\n", 8) == 0;
}

/* Several programs in one file; false when this is none. */
static bool
macho_fat(struct object *o, struct exec *e, uint64_t n, bool wide)
{
	size_t used = 0, row = wide ? 32 : 20, w = wide ? 8 : 4;
	if (n == 0 || n > MACHO_ARCHES)
		return false;
	used += (size_t)snprintf(e->what, sizeof(e->what), "macOS file for");
	for (uint64_t i = 0; i < n; i++) {
		const uint8_t *p = object_get(o, 8 + row * i, row);
		struct macho f;
		uint64_t end;
		if (p == NULL) {
			exec_broken(o, e, "The program is cut short in its first header.", 0);
			return true;
		}
		unsigned machine = (unsigned)exec_number(p, 4, true);
		uint64_t at = exec_number(p + 8, w, true);
		uint64_t bytes = exec_number(p + 8 + w, w, true);
		bool inside = !__builtin_add_overflow(at, bytes, &end) && end <= o->size_bytes;
		if (!inside || (!macho_is_archive(o, at) &&
				   (!macho_one(o, e, at, bytes, &f) || f.machine != machine)))
			exec_broken(o, e,
			    "One of the programs in the file is not what the first header "
			    "says.",
			    at < o->size_bytes ? at : 0);
		if (used < sizeof(e->what))
			used += (size_t)snprintf(e->what + used, sizeof(e->what) - used,
			    "%s %s", i > 0 ? "," : "", macho_machine(machine));
	}
	return true;
}

bool
exec_macho(struct object *o, struct exec *e)
{
	const uint8_t *p = object_get(o, 0, 8);
	struct macho f;
	if (p == NULL)
		return false;
	uint64_t magic = exec_number(p, 4, true);
	if (magic == 0xcafebabe || magic == 0xcafebabf)
		return macho_fat(o, e, exec_number(p + 4, 4, true), magic == 0xcafebabf);
	bool whole = macho_one(o, e, 0, o->size_bytes, &f);
	if (!f.is)
		return false;
	if (!whole)
		exec_broken(o, e,
		    "The program is cut short: its headers speak of more than there is.", 0);
	else if (f.kind != MACHO_OBJECT)
		exec_behind(o, f.end);
	if (f.sign)
		exec_signed(o, 0);
	snprintf(e->what, sizeof(e->what), "macOS %s, %s%s", macho_kind(f.kind),
	    macho_machine(f.machine), f.sign ? ", signed (not checked)" : "");
	return true;
}
