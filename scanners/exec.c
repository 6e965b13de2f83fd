/* SPDX-License-Identifier: ISC */
#include "scanners/exec.h"
#include "scanners/exec_in.h"
#include "scanners/paper.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EVEN_BYTES  4096 /* of code; less says nothing */
#define EVEN_VALUES 200  /* of 256: machine code uses about 40 alike, packed data all */

uint64_t
exec_number(const uint8_t *p, size_t n, bool big)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[big ? i : n - 1 - i];
	return v;
}

void
exec_broken(struct object *o, struct exec *e, const char *title, uint64_t at)
{
	/* one word is enough: what follows from it is no news */
	if (e->verdict != SCAN_INVALID)
		object_find(o, "exec/broken", "corruption", "high", title, NULL, at);
	e->verdict = SCAN_INVALID;
	e->why = title;
}

void
exec_packed(
    struct object *o, struct exec *e, const char *title, const char *detail, uint64_t at)
{
	if (!e->packed)
		object_find(o, "exec/packed", "code-exec", "medium", title, detail, at);
	e->packed = true;
}

void
exec_signed(struct object *o, uint64_t at)
{
	object_find(o, "exec/signed", "policy", "info",
	    "It carries a signature; this station has not checked it.", NULL, at);
}

void
exec_code(struct object *o, struct exec *e, uint64_t at, uint64_t bytes)
{
	if (e->ncode == EXEC_RANGES || at >= o->size_bytes)
		return;
	if (bytes > o->size_bytes - at)
		bytes = o->size_bytes - at;
	e->code[e->ncode++] = (struct exec_range){at, bytes};
}

/* --- what is attached -------------------------------------------------------------- */

/* What installers and archives begin with. */
static const struct {
	const char *bytes;
	size_t n;
	bool anywhere; /* in the first window, not only at its beginning */
	const char *name;
} behind[] = {
    {"\xef\xbe\xad\xdeNullsoftInst", 16, true, "data of a Nullsoft installer"},
    {"Inno Setup Setup Data", 21, true, "data of an Inno installer"},
    {"zlb\x1a", 4, false, "data of an Inno installer"},
    {"idska32\x1a", 8, false, "data of an Inno installer"},
    {";!@Install@!UTF-8!", 18, false, "a 7z archive with orders for its installer"},
    {"hsqs", 4, false, "a squashfs image (AppImage)"},
    {"PK\3\4", 4, false, "a zip archive"},
    {"7z\xbc\xaf\x27\x1c", 6, true, "a 7z archive"},
    {"Rar!\x1a\7", 6, true, "a rar archive"},
    {"MSCF\0\0\0\0", 8, true, "a cabinet archive"},
    {"\x1f\x8b\10", 3, false, "gzip data"},
    {"\xfd\x37zXZ", 6, true, "xz data"},
    {"BZh", 3, false, "bzip2 data"},
    {"\x28\xb5\x2f\xfd", 4, false, "zstd data"},
    {"\x7f\x45LF", 4, false, "another ELF program"},
    {"PK\3\4", 4, true, "a zip archive"},
};

static const char *
exec_behind_name(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
		if (behind[i].anywhere
			? memmem(p, n, behind[i].bytes, behind[i].n) != NULL
			: n >= behind[i].n && memcmp(p, behind[i].bytes, behind[i].n) == 0)
			return behind[i].name;
	return "data of an unknown kind";
}

void
exec_behind(struct object *o, uint64_t at)
{
	char detail[96];
	uint64_t left = at < o->size_bytes ? o->size_bytes - at : 0;
	size_t n = left < OBJECT_WINDOW ? (size_t)left : OBJECT_WINDOW;
	const uint8_t *p = n > 0 ? object_get(o, at, n) : NULL;
	/* padding */
	if (p == NULL || (n == left && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0))
		return;
	snprintf(detail, sizeof(detail), "%" PRIu64 " bytes: %s", left, exec_behind_name(p, n));
	object_find(o, "exec/behind", "polyglot", "medium",
	    "Something lies behind the end of the program: it may unpack itself when it runs.",
	    detail, at);
}

/* --- code that is as even as packed data --------------------------------------------- */

/* Counts the bytes of one piece; how many values would be as even: n * n / sum of squares. */
static unsigned
exec_evenness(struct object *o, const struct exec_range *r)
{
	uint64_t count[256] = {0}, done = 0;
	size_t n;
	double squares = 0, all = (double)r->bytes;
	while (done < r->bytes) {
		const uint8_t *p = object_some(o, r->at + done, &n);
		if (p == NULL)
			return 0;
		if (n > r->bytes - done)
			n = (size_t)(r->bytes - done);
		for (size_t i = 0; i < n; i++)
			count[p[i]]++;
		done += n;
	}
	for (size_t i = 0; i < 256; i++)
		squares += (double)count[i] * (double)count[i];
	return squares > 0 ? (unsigned)(all * all / squares) : 0;
}

static void
exec_evennesses(struct object *o, struct exec *e)
{
	char detail[96];
	for (unsigned i = 0; i < e->ncode && !e->packed; i++) {
		const struct exec_range *r = &e->code[i];
		unsigned even = r->bytes >= EVEN_BYTES ? exec_evenness(o, r) : 0;
		if (even < EVEN_VALUES)
			continue;
		snprintf(detail, sizeof(detail),
		    "%" PRIu64 " bytes, spread over %u of 256 values", r->bytes, even);
		exec_packed(o, e,
		    "The program's code is as even as packed or encrypted data: scanners see "
		    "the packing, not the program.",
		    detail, r->at);
	}
}

enum err
exec_look(struct object *o, struct exec *e)
{
	static bool (*const families[])(struct object *, struct exec *) = {
	    exec_elf, exec_pe, exec_macho, exec_jar, exec_link, exec_small};
	bool is = false;
	*e = (struct exec){.verdict = SCAN_CLEAN, .why = "", .read_bytes = o->size_bytes};
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && !is; i++)
		is = families[i](o, e);
	if (is) {
		if (e->verdict != SCAN_INVALID)
			exec_evennesses(o, e);
	} else {
		const char *paper = paper_look(o);
		*e = (struct exec){.verdict = SCAN_NA, .why = paper != NULL ? paper : ""};
	}
	return o->failed ? ERR_IO : ERR_OK;
}
