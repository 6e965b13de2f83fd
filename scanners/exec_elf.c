/* SPDX-License-Identifier: ISC */
/* ELF: System V ABI, chapter 4; machines by the registry of e_machine. */
#include "scanners/exec_in.h"

#include <stdio.h>
#include <string.h>

#define ELF_LOAD     1u
#define ELF_INTERP   3u
#define ELF_STACK    0x6474e551u
#define ELF_X        1u
#define ELF_W        2u
#define ELF_NOBITS   8u
#define ELF_CODE     4u     /* flag of a section */
#define ELF_MANY     0xffff /* the number of segments is in the first section */
#define ELF_HEADERS  (1u << 20)
#define ELF_UPX_HEAD 512 /* its mark stands behind the headers, and at the very end */
#define ELF_UPX_TAIL 64

static const struct {
	unsigned number;
	const char *name;
} machines[] = {
    {0x02, "SPARC"},
    {0x03, "x86"},
    {0x04, "68000"},
    {0x08, "MIPS"},
    {0x14, "PowerPC"},
    {0x15, "PowerPC 64"},
    {0x16, "S/390"},
    {0x28, "ARM"},
    {0x2a, "SuperH"},
    {0x2b, "SPARC 64"},
    {0x32, "Itanium"},
    {0x3e, "x86-64"},
    {0x53, "AVR"},
    {0xb7, "ARM 64"},
    {0xbe, "CUDA"},
    {0xe0, "AMD GPU"},
    {0xf3, "RISC-V"},
    {0xf7, "BPF"},
    {0x102, "LoongArch"},
};

/* Where the fields are, in words of 32 or 64 bits. */
static const struct elf_shape {
	size_t header, word, segments_at, sections_at, segment_size_at, segment, section;
	size_t flags_at, offset_at, bytes_at; /* in a segment */
	size_t section_flags_at, section_offset_at, section_bytes_at,
	    info_at; /* in a section */
} shapes[] = {
    {52, 4, 28, 32, 42, 32, 40, 24, 4, 16, 8, 16, 20, 28},
    {64, 8, 32, 40, 54, 56, 64, 4, 8, 32, 8, 24, 32, 44},
};

struct elf {
	const struct elf_shape *shape;
	bool big, interpreter, open; /* open: a segment is both written and run */
	bool parts;                  /* sections say where its code is */
	bool debug;                  /* only what a debugger wants: its code is elsewhere */
	bool appimage;
	unsigned kind, machine;
	uint64_t end;    /* of what any header speaks of */
	uint64_t loaded; /* of what segments speak of */
	uint64_t segments_at, segments, segment_size;
	uint64_t sections_at, sections, section_size;
};

static void
elf_reaches(uint64_t *end, uint64_t at, uint64_t n)
{
	uint64_t sum;
	if (__builtin_add_overflow(at, n, &sum))
		sum = UINT64_MAX;
	if (n > 0 && sum > *end)
		*end = sum;
}

static uint64_t
elf_word(const struct elf *f, const uint8_t *p, size_t at)
{
	return exec_number(p + at, f->shape->word, f->big);
}

/* The program headers; false when they are not there. */
static bool
elf_segments(struct object *o, struct elf *f, struct exec *e)
{
	const struct elf_shape *s = f->shape;
	for (uint64_t i = 0; i < f->segments; i++) {
		const uint8_t *p = object_get(o, f->segments_at + i * s->segment, s->segment);
		if (p == NULL)
			return false;
		uint64_t type = exec_number(p, 4, f->big);
		uint64_t flags = exec_number(p + s->flags_at, 4, f->big);
		uint64_t at = elf_word(f, p, s->offset_at), n = elf_word(f, p, s->bytes_at);
		if (type == ELF_INTERP)
			f->interpreter = true;
		if ((type == ELF_LOAD || type == ELF_STACK) &&
		    (flags & (ELF_W | ELF_X)) == (ELF_W | ELF_X))
			f->open = true;
		if (type == ELF_LOAD && (flags & ELF_X) != 0)
			exec_code(o, e, at, n);
		if (type != ELF_STACK)
			elf_reaches(&f->loaded, at, n);
	}
	elf_reaches(&f->end, f->segments_at, f->segments * s->segment);
	return true;
}

/* The section headers; false when they are not there. */
static bool
elf_sections(struct object *o, struct elf *f, struct exec *e)
{
	const struct elf_shape *s = f->shape;
	for (uint64_t i = 0; i < f->sections; i++) {
		const uint8_t *p = object_get(o, f->sections_at + i * s->section, s->section);
		if (p == NULL)
			return false;
		bool code = (elf_word(f, p, s->section_flags_at) & ELF_CODE) != 0;
		uint64_t at = elf_word(f, p, s->section_offset_at);
		uint64_t n = elf_word(f, p, s->section_bytes_at);
		if (exec_number(p + 4, 4, f->big) == ELF_NOBITS) {
			f->debug |= code && n > 0;
			continue;
		}
		if (i > 0)
			elf_reaches(&f->end, at, n);
		if (i == 0 || !code)
			continue;
		/* segments hold data beside their code: sections know better */
		if (!f->parts)
			e->ncode = 0;
		f->parts = true;
		exec_code(o, e, at, n);
	}
	elf_reaches(&f->end, f->sections_at, f->sections * s->section);
	return true;
}

static const char *
elf_machine(unsigned number)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].number == number)
			return machines[i].name;
	return "an unknown machine";
}

static const char *
elf_kind(const struct elf *f)
{
	static const char *const kinds[] = {"ELF file of no kind", "ELF object file",
	    "ELF program", "ELF library", "ELF core dump"};
	if (f->appimage)
		return "AppImage (ELF program with its own file system)";
	if (f->debug)
		return "ELF debug data";
	if (f->kind == 3 && f->interpreter)
		return "ELF program";
	return f->kind < 5 ? kinds[f->kind] : "ELF file of an unknown kind";
}

/* Behind the end: the kernel's modules carry their signature there. */
static void
elf_behind(struct object *o, const struct elf *f)
{
	static const char mark[] = "~Module signature appended~\n";
	size_t n = sizeof(mark) - 1;
	const uint8_t *p = o->size_bytes >= n ? object_get(o, o->size_bytes - n, n) : NULL;
	if (p != NULL && memcmp(p, mark, n) == 0)
		exec_signed(o, f->end);
	else
		exec_behind(o, f->end);
}

static bool
elf_has_upx(struct object *o, uint64_t at, size_t n)
{
	const uint8_t *p = object_get(o, at, n);
	return p != NULL && memmem(p, n, "UPX!", 4) != NULL;
}

static void
elf_judge(struct object *o, struct elf *f, struct exec *e)
{
	uint64_t size = o->size_bytes;
	size_t head = size < ELF_UPX_HEAD ? (size_t)size : ELF_UPX_HEAD;
	size_t tail = size < ELF_UPX_TAIL ? (size_t)size : ELF_UPX_TAIL;
	if (f->debug)
		e->ncode = 0;
	else if (f->loaded > f->end)
		f->end = f->loaded;
	if (f->end > size)
		exec_broken(o, e,
		    "The program is cut short: its headers speak of more than there is.", size);
	else
		elf_behind(o, f);
	if (f->open)
		object_find(o, "exec/write-and-run", "code-exec", "medium",
		    "The program has memory that is both written and run: it may change "
		    "itself.",
		    NULL, 0);
	if (elf_has_upx(o, 0, head) || elf_has_upx(o, size - tail, tail))
		exec_packed(o, e,
		    "The program is packed (UPX): scanners see the packing, not the program.",
		    NULL, 0);
}

/* The first header, of which 52 bytes are there; false when it is cut. */
static bool
elf_header(struct object *o, struct elf *f)
{
	const struct elf_shape *s = f->shape;
	const uint8_t *p = object_get(o, 0, s->header);
	if (p == NULL)
		return false;
	f->appimage = p[8] == 'A' && p[9] == 'I' && (p[10] == 1 || p[10] == 2);
	f->kind = (unsigned)exec_number(p + 16, 2, f->big);
	f->machine = (unsigned)exec_number(p + 18, 2, f->big);
	f->segments_at = elf_word(f, p, s->segments_at);
	f->sections_at = elf_word(f, p, s->sections_at);
	f->segment_size = exec_number(p + s->segment_size_at, 2, f->big);
	f->segments = exec_number(p + s->segment_size_at + 2, 2, f->big);
	f->section_size = exec_number(p + s->segment_size_at + 4, 2, f->big);
	f->sections = exec_number(p + s->segment_size_at + 6, 2, f->big);
	elf_reaches(&f->end, 0, s->header);
	/* more than the fields can say: the first section says it */
	if (f->sections_at != 0 && (f->sections == 0 || f->segments == ELF_MANY)) {
		p = object_get(o, f->sections_at, s->section);
		if (p != NULL && f->sections == 0) {
			f->section_size = s->section;
			f->sections = elf_word(f, p, s->section_bytes_at);
		}
		if (p != NULL && f->segments == ELF_MANY)
			f->segments = exec_number(p + s->info_at, 4, f->big);
	}
	return true;
}

bool
exec_elf(struct object *o, struct exec *e)
{
	static const uint8_t mark[4] = {0x7f, 'E', 'L', 'F'};
	const uint8_t *p = object_get(o, 0, 52);
	struct elf f = {0};
	if (p == NULL || memcmp(p, mark, 4) != 0 || p[4] < 1 || p[4] > 2 || p[5] < 1 ||
	    p[5] > 2)
		return false;
	f.shape = &shapes[p[4] - 1];
	f.big = p[5] == 2;
	if (!elf_header(o, &f)) {
		exec_broken(o, e, "The program is cut short in its first header.", 0);
		return true;
	}
	if (f.segments > ELF_HEADERS || f.sections > ELF_HEADERS ||
	    (f.segments > 0 && f.segment_size != f.shape->segment) ||
	    (f.sections > 0 && f.section_size != f.shape->section) || !elf_segments(o, &f, e) ||
	    !elf_sections(o, &f, e))
		exec_broken(o, e, "The program's headers are not where they should be.",
		    f.segments_at < o->size_bytes ? f.segments_at : 0);
	else
		elf_judge(o, &f, e);
	snprintf(e->what, sizeof(e->what), "%s, %s, %d bits%s", elf_kind(&f),
	    elf_machine(f.machine), f.shape->word == 8 ? 64 : 32,
	    f.kind == 2 && !f.interpreter && !f.debug ? ", static" : "");
	return true;
}
