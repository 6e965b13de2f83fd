/* SPDX-License-Identifier: ISC */
/* Programs of DOS and Windows: Microsoft's PE/COFF specification. */
#include "scanners/exec_in.h"

#include <stdio.h>
#include <string.h>

#define PE_SECTIONS    96 /* the loader takes no more */
#define PE_DLL         0x2000u
#define PE_SYSTEM      0x1000u
#define PE_RUN         0x20000000u
#define PE_WRITE       0x80000000u
#define PE_CERTIFICATE 4 /* number of the directory with the signature */
#define PE_NET         14
#define PE_SYMBOL      18u

static const struct {
	unsigned number;
	const char *name;
} machines[] = {
    {0x014c, "x86"},
    {0x0200, "Itanium"},
    {0x01c0, "ARM"},
    {0x01c4, "ARM"},
    {0x0ebc, "EFI byte code"},
    {0x5064, "RISC-V 64"},
    {0x8664, "x86-64"},
    {0xaa64, "ARM 64"},
};

/* Sections that packers name after themselves. */
static const struct {
	const char *name, *packer;
} packers[] = {
    {"UPX0", "UPX"},
    {"UPX1", "UPX"},
    {".aspack", "ASPack"},
    {".adata", "ASPack"},
    {".petite", "Petite"},
    {".MPRESS1", "MPRESS"},
    {".vmp0", "VMProtect"},
    {".vmp1", "VMProtect"},
    {".themida", "Themida"},
    {".enigma1", "Enigma"},
    {".nsp0", "NsPack"},
    {"pec1", "PECompact"},
};

struct pe {
	uint64_t at, end; /* of its header; of all sections */
	uint64_t optional_at, sections_at, directories_at;
	unsigned machine, sections, flags, subsystem, directories;
	const char *packer;
	bool open, empty; /* written and run; code that is nowhere in the file */
	uint64_t sign_at, sign_bytes;
	bool net;
};

static uint64_t
pe_number(const uint8_t *p, size_t n)
{
	return exec_number(p, n, false);
}

static const char *
pe_machine(unsigned number)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].number == number)
			return machines[i].name;
	return "an unknown machine";
}

static void
pe_reaches(struct pe *f, uint64_t at, uint64_t n)
{
	if (n > 0 && at + n > f->end)
		f->end = at + n;
}

static void
pe_section(struct object *o, struct pe *f, struct exec *e, const uint8_t *p)
{
	char name[9] = "";
	uint64_t memory = pe_number(p + 8, 4), bytes = pe_number(p + 16, 4);
	uint64_t at = pe_number(p + 20, 4), flags = pe_number(p + 36, 4);
	memcpy(name, p, 8);
	for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++)
		if (strcmp(name, packers[i].name) == 0)
			f->packer = packers[i].packer;
	pe_reaches(f, at, bytes);
	f->open |= (flags & (PE_RUN | PE_WRITE)) == (PE_RUN | PE_WRITE);
	f->empty |= (flags & PE_RUN) != 0 && bytes == 0 && memory > 0;
	if ((flags & PE_RUN) != 0 && bytes > 0)
		exec_code(o, e, at, bytes);
}

/* The header that the loader reads; false when it is not one. */
static bool
pe_optional(struct object *o, struct pe *f, size_t n)
{
	const uint8_t *p = object_get(o, f->optional_at, n);
	if (p == NULL || n < 96)
		return false;
	unsigned magic = (unsigned)pe_number(p, 2);
	size_t before = magic == 0x20b ? 112 : 96; /* the directories */
	if ((magic != 0x10b && magic != 0x20b) || n < before)
		return false;
	f->subsystem = (unsigned)pe_number(p + 68, 2);
	pe_reaches(f, 0, pe_number(p + 60, 4)); /* the headers */
	f->directories = (unsigned)pe_number(p + before - 4, 4);
	if (f->directories > (n - before) / 8)
		f->directories = (unsigned)((n - before) / 8);
	if (f->directories > PE_CERTIFICATE) {
		f->sign_at = pe_number(p + before + 8 * PE_CERTIFICATE, 4);
		f->sign_bytes = pe_number(p + before + 8 * PE_CERTIFICATE + 4, 4);
	}
	f->net = f->directories > PE_NET && pe_number(p + before + 8 * PE_NET, 4) != 0;
	return true;
}

/* The headers behind "PE\0\0"; false when they are not there. */
static bool
pe_headers(struct object *o, struct pe *f, struct exec *e)
{
	const uint8_t *p = object_get(o, f->at, 24);
	if (p == NULL)
		return false;
	f->machine = (unsigned)pe_number(p + 4, 2);
	f->sections = (unsigned)pe_number(p + 6, 2);
	uint64_t symbols_at = pe_number(p + 12, 4), symbols = pe_number(p + 16, 4);
	size_t optional = (size_t)pe_number(p + 20, 2);
	f->flags = (unsigned)pe_number(p + 22, 2);
	f->optional_at = f->at + 24;
	f->sections_at = f->optional_at + optional;
	if (f->sections > PE_SECTIONS || !pe_optional(o, f, optional))
		return false;
	for (unsigned i = 0; i < f->sections; i++) {
		if ((p = object_get(o, f->sections_at + 40 * (uint64_t)i, 40)) == NULL)
			return false;
		pe_section(o, f, e, p);
	}
	/* what debuggers of GNU want, with its texts behind it */
	if (symbols_at != 0 && symbols != 0) {
		uint64_t at = symbols_at + PE_SYMBOL * symbols;
		pe_reaches(f, symbols_at, PE_SYMBOL * symbols);
		if ((p = object_get(o, at, 4)) != NULL)
			pe_reaches(f, at, pe_number(p, 4));
	}
	return true;
}

/* What is behind the sections, and behind the signature, which stands there, too. */
static void
pe_behind(struct object *o, const struct pe *f)
{
	uint64_t end = f->end, sign_end = f->sign_at + f->sign_bytes;
	if (f->sign_bytes == 0 || f->sign_at < end) {
		exec_behind(o, end);
		return;
	}
	/* it is padded to 8 bytes on both sides */
	if (f->sign_at - end > 8)
		exec_behind(o, end);
	else if (o->size_bytes > sign_end + 8)
		exec_behind(o, sign_end);
}

static void
pe_judge(struct object *o, struct pe *f, struct exec *e)
{
	if (f->end > o->size_bytes ||
	    (f->sign_bytes > 0 && f->sign_at + f->sign_bytes > o->size_bytes)) {
		exec_broken(o, e,
		    "The program is cut short: its headers speak of more than there is.",
		    o->size_bytes);
		return;
	}
	pe_behind(o, f);
	if (f->packer != NULL)
		exec_packed(o, e,
		    "The program is packed: scanners see the packing, not the program.",
		    f->packer, f->sections_at);
	else if (f->empty && e->ncode > 0)
		exec_packed(o, e,
		    "The program makes its own code when it runs, as packed programs do.", NULL,
		    f->sections_at);
	else if (f->open)
		object_find(o, "exec/write-and-run", "code-exec", "medium",
		    "The program has memory that is both written and run: it may change "
		    "itself.",
		    NULL, f->sections_at);
	if (f->sign_bytes > 0)
		exec_signed(o, f->sign_at);
}

/* "MZ" alone is the beginning of a text, too: the DOS header must fit. */
static bool
pe_is_dos(struct object *o, struct pe *f, struct exec *e)
{
	static const struct {
		char mark[3];
		const char *what;
	} kinds[] = {
	    {"NE", "Windows program of 16 bits"},
	    {"LE", "Windows driver of 16 bits"},
	    {"LX", "OS/2 program"},
	};
	const uint8_t *p = object_get(o, 0, 64);
	uint64_t last = pe_number(p + 2, 2), pages = pe_number(p + 4, 2);
	uint64_t header = 16 * pe_number(p + 8, 2);
	if (pages == 0 || last > 512 || header < 28 || header > pages * 512 ||
	    (pages - 1) * 512 > o->size_bytes)
		return false;
	snprintf(e->what, sizeof(e->what), "DOS program");
	p = object_get(o, f->at, 2);
	for (size_t i = 0; p != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (memcmp(p, kinds[i].mark, 2) == 0)
			snprintf(e->what, sizeof(e->what), "%s", kinds[i].what);
	return true;
}

bool
exec_pe(struct object *o, struct exec *e)
{
	struct pe f = {0};
	const uint8_t *p = object_get(o, 0, 64);
	if (p == NULL || memcmp(p, "MZ", 2) != 0)
		return false;
	f.at = pe_number(p + 60, 4);
	if ((p = object_get(o, f.at, 4)) == NULL || memcmp(p, "PE\0\0", 4) != 0)
		return !o->failed && pe_is_dos(o, &f, e);
	if (!pe_headers(o, &f, e))
		exec_broken(o, e, "The program's headers are not where they should be.", f.at);
	else
		pe_judge(o, &f, e);
	const char *kind = f.subsystem >= 10 && f.subsystem <= 13           ? "EFI program"
	                   : (f.flags & PE_DLL) != 0                        ? "Windows library"
	                   : f.subsystem == 1 || (f.flags & PE_SYSTEM) != 0 ? "Windows driver"
	                                                                    : "Windows program";
	snprintf(e->what, sizeof(e->what), "%s, %s%s%s", kind, pe_machine(f.machine),
	    f.net ? ", .NET" : "", f.sign_bytes > 0 ? ", signed (not checked)" : "");
	return true;
}
