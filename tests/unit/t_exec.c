/* links: scanners/exec scanners/exec_elf scanners/exec_pe scanners/exec_macho scanners/exec_jar scanners/exec_link scanners/exec_small scanners/paper scanners/object src/base/mem */
/* SPDX-License-Identifier: ISC */
/* What runs: programs of this machine, and samples by hand of all others; cut, and lying. */
#include "scanners/exec.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct heard {
	const uint8_t *bytes;
	uint64_t fail_at;
	char rules[256], detail[LIM_FINDING_TEXT];
	uint64_t at;
};

static bool
read_bytes(void *arg, uint64_t at, void *out, size_t n)
{
	const struct heard *h = arg;
	if (at + n > h->fail_at)
		return false;
	memcpy(out, h->bytes + at, n);
	return true;
}

static void
hear(void *arg, const struct scan_finding *f)
{
	struct heard *h = arg;
	size_t n = strlen(h->rules);
	snprintf(h->rules + n, sizeof(h->rules) - n, "%s%s", n > 0 ? " " : "",
	    f->rule + strlen("exec/"));
	snprintf(h->detail, sizeof(h->detail), "%.*s", (int)f->detail_len,
	    f->detail != NULL ? f->detail : "");
	h->at = f->at;
}

static struct exec
look(const void *bytes, size_t n, struct heard *h)
{
	struct object *o = mem_alloc(sizeof(*o));
	struct exec e;
	*h = (struct heard){.bytes = bytes, .fail_at = UINT64_MAX};
	o->size_bytes = n;
	o->read = read_bytes;
	o->find = hear;
	o->arg = h;
	assert_int_equal(exec_look(o, &e), ERR_OK);
	free(o);
	return e;
}

static void
expect(const char *who, const void *bytes, size_t n, const char *what, const char *rules,
    enum scan_verdict verdict)
{
	struct heard h;
	struct exec e = look(bytes, n, &h);
	if (strcmp(e.what, what) != 0 || strcmp(h.rules, rules) != 0 || e.verdict != verdict)
		fail_msg("%s: %s, %s, %d", who, e.what, h.rules, (int)e.verdict);
	assert_int_equal(e.read_bytes, verdict == SCAN_NA ? 0 : n);
}

#define S(s) s, sizeof(s) - 1

/* A program under construction. */
struct made {
	uint8_t p[65536];
	size_t n;
};

static void
le(struct made *m, size_t at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		m->p[at + i] = (uint8_t)(v >> (8 * i));
	if (at + n > m->n)
		m->n = at + n;
}

static void
be(struct made *m, size_t at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		m->p[at + i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	if (at + n > m->n)
		m->n = at + n;
}

static void
bytes(struct made *m, size_t at, const void *p, size_t n)
{
	memcpy(m->p + at, p, n);
	if (at + n > m->n)
		m->n = at + n;
}

/* --- ELF ----------------------------------------------------------------------------- */

#define PROGRAM_AT    120
#define PROGRAM_BYTES 64

/* One segment of code of 64 bytes behind the headers; no sections. */
static struct made *
make_elf(uint64_t kind, uint64_t machine, uint64_t flags)
{
	struct made *m = mem_alloc(sizeof(*m));
	bytes(m, 0,
	    "\x7f"
	    "ELF\2\1\1",
	    7);
	le(m, 16, kind, 2);
	le(m, 18, machine, 2);
	le(m, 32, 64, 8); /* segments */
	le(m, 54, 56, 2);
	le(m, 56, 1, 2);
	le(m, 64, 1, 4); /* LOAD */
	le(m, 68, flags, 4);
	le(m, 72, PROGRAM_AT, 8);
	le(m, 96, PROGRAM_BYTES, 8);
	le(m, PROGRAM_AT + PROGRAM_BYTES - 1, 0, 1);
	return m;
}

static void
elf_headers(void **state)
{
	struct made *m = make_elf(2, 0x3e, 5);
	(void)state;
	expect("whole", m->p, m->n, "ELF program, x86-64, 64 bits, static", "", SCAN_CLEAN);
	/* cut at every byte: in the header it is none or broken, then cut */
	for (size_t n = 0; n < m->n; n++) {
		struct heard h;
		struct exec e = look(m->p, n, &h);
		assert_int_equal(e.verdict, n < 52 ? SCAN_NA : SCAN_INVALID);
		assert_string_equal(h.rules, n < 52 ? "" : "broken");
	}
	le(m, 16, 3, 2);
	expect("library", m->p, m->n, "ELF library, x86-64, 64 bits", "", SCAN_CLEAN);
	le(m, 16, 9, 2);
	le(m, 18, 0x7777, 2);
	expect("nothing known", m->p, m->n,
	    "ELF file of an unknown kind, an unknown machine, 64 bits", "", SCAN_CLEAN);
	le(m, 16, 2, 2);
	le(m, 18, 0xb7, 2);
	le(m, 68, 7, 4);
	expect("written and run", m->p, m->n, "ELF program, ARM 64, 64 bits, static",
	    "write-and-run", SCAN_CLEAN);
	bytes(m, 8, "AI\2", 3);
	le(m, 68, 5, 4);
	bytes(m, m->n, "hsqs", 4);
	expect("AppImage", m->p, m->n,
	    "AppImage (ELF program with its own file system), ARM 64, 64 bits, static",
	    "behind", SCAN_CLEAN);
	free(m);
}

static void
elf_headers_that_lie(void **state)
{
	static const struct {
		const char *who;
		size_t at, n;
		uint64_t value;
		const char *rules;
	} rows[] = {
	    {"segments beyond the end", 32, 8, 1 << 20, "broken"},
	    {"segments at the end of all numbers", 32, 8, UINT64_MAX - 10, "broken"},
	    {"segments of another size", 54, 2, 55, "broken"},
	    {"more segments than there are", 56, 2, 9, "broken"},
	    {"a segment beyond the end", 96, 8, 1 << 20, "broken"},
	    {"a segment that wraps", 96, 8, UINT64_MAX, "broken"},
	    {"sections beyond the end", 40, 8, 1 << 20, ""},
	    {"one section, which is not there", 60, 2, 1, "broken"},
	    {"as many segments as a field cannot say", 56, 2, 0xffff, "broken"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made *m = make_elf(2, 0x3e, 5);
		struct heard h;
		le(m, rows[i].at, rows[i].value, rows[i].n);
		struct exec e = look(m->p, m->n, &h);
		if (strcmp(h.rules, rows[i].rules) != 0 ||
		    e.verdict != (rows[i].rules[0] != '\0' ? SCAN_INVALID : SCAN_CLEAN))
			fail_msg("%s: %s", rows[i].who, h.rules);
		free(m);
	}
}

static void
elf_packed_and_attached(void **state)
{
	struct made *m = make_elf(2, 0x3e, 5);
	struct heard h;
	uint32_t v = 1;
	(void)state;
	bytes(m, 150, "UPX!", 4);
	expect("UPX", m->p, m->n, "ELF program, x86-64, 64 bits, static", "packed", SCAN_CLEAN);
	memset(m->p + 150, 0, 4);
	/* zeros are padding; anything else is not */
	le(m, m->n + 100, 0, 1);
	expect("padding", m->p, m->n, "ELF program, x86-64, 64 bits, static", "", SCAN_CLEAN);
	bytes(m, PROGRAM_AT + PROGRAM_BYTES, "PK\3\4", 4);
	(void)look(m->p, m->n, &h);
	assert_string_equal(h.rules, "behind");
	assert_string_equal(h.detail, "101 bytes: a zip archive");
	assert_int_equal(h.at, PROGRAM_AT + PROGRAM_BYTES);
	m->n = PROGRAM_AT + PROGRAM_BYTES;
	bytes(m, m->n, S("signature~Module signature appended~\n"));
	expect(
	    "module", m->p, m->n, "ELF program, x86-64, 64 bits, static", "signed", SCAN_CLEAN);
	/* code as even as random bytes, and as code is */
	m->n = PROGRAM_AT;
	le(m, 96, 8192, 8);
	for (size_t i = 0; i < 8192; i++) {
		v = v * 1103515245 + 12345;
		le(m, PROGRAM_AT + i, v >> 16, 1);
	}
	expect(
	    "even", m->p, m->n, "ELF program, x86-64, 64 bits, static", "packed", SCAN_CLEAN);
	for (size_t i = 0; i < 8192; i += 2)
		m->p[PROGRAM_AT + i] = 0x48;
	expect("not even", m->p, m->n, "ELF program, x86-64, 64 bits, static", "", SCAN_CLEAN);
	free(m);
}

/* What this machine runs is whole, for it, and neither packed nor attached to anything. */
static void
programs_of_this_machine(void **state)
{
	static const char *const paths[] = {
	    "/bin/sh", "/bin/ls", "/usr/bin/perl", "/usr/bin/make", "/proc/self/exe"};
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		FILE *in = fopen(paths[i], "rb");
		struct heard h;
		size_t n, cap = 64 << 20;
		if (in == NULL)
			continue;
		uint8_t *all = mem_alloc(cap);
		n = fread(all, 1, cap, in);
		fclose(in);
		struct exec e = look(all, n, &h);
		if (e.verdict != SCAN_CLEAN || strncmp(e.what, "ELF program, ", 13) != 0 ||
		    h.rules[0] != '\0')
			fail_msg("%s: %s, %s", paths[i], e.what, h.rules);
		e = look(all, n - 1, &h);
		assert_int_equal(e.verdict, SCAN_INVALID);
		free(all);
	}
}

/* --- PE ----------------------------------------------------------------------------------- */

#define PE_AT      64
#define OPTIONAL   (PE_AT + 24)
#define SECTION_AT (OPTIONAL + 240)

static struct made *
make_pe(void)
{
	struct made *m = mem_alloc(sizeof(*m));
	bytes(m, 0, "MZ", 2);
	le(m, 60, PE_AT, 4);
	bytes(m, PE_AT, "PE\0\0", 4);
	le(m, PE_AT + 4, 0x8664, 2);
	le(m, PE_AT + 6, 1, 2);
	le(m, PE_AT + 20, 240, 2);
	le(m, PE_AT + 22, 2, 2);
	le(m, OPTIONAL, 0x20b, 2);
	le(m, OPTIONAL + 60, 512, 4);
	le(m, OPTIONAL + 68, 3, 2);
	le(m, OPTIONAL + 108, 16, 4);
	bytes(m, SECTION_AT, ".text\0\0\0", 8);
	le(m, SECTION_AT + 8, 64, 4);
	le(m, SECTION_AT + 16, 64, 4);
	le(m, SECTION_AT + 20, 512, 4);
	le(m, SECTION_AT + 36, 0x60000020, 4);
	le(m, 512 + 63, 0, 1);
	return m;
}

static void
programs_of_windows(void **state)
{
	static const struct {
		const char *who;
		size_t at, n;
		uint64_t value;
		const char *what, *rules;
		enum scan_verdict verdict;
	} rows[] = {
	    {"whole", 0, 1, 'M', "Windows program, x86-64", "", SCAN_CLEAN},
	    {"library", PE_AT + 22, 2, 0x2002, "Windows library, x86-64", "", SCAN_CLEAN},
	    {"driver", OPTIONAL + 68, 2, 1, "Windows driver, x86-64", "", SCAN_CLEAN},
	    {"EFI", OPTIONAL + 68, 2, 10, "EFI program, x86-64", "", SCAN_CLEAN},
	    {".NET", OPTIONAL + 112 + 8 * 14, 4, 1, "Windows program, x86-64, .NET", "",
		SCAN_CLEAN},
	    {"ARM", PE_AT + 4, 2, 0xaa64, "Windows program, ARM 64", "", SCAN_CLEAN},
	    {"run and written", SECTION_AT + 36, 4, 0xe0000020, "Windows program, x86-64",
		"write-and-run", SCAN_CLEAN},
	    {"packer", SECTION_AT, 8, 0x30585055 /* UPX0 */, "Windows program, x86-64",
		"packed", SCAN_CLEAN},
	    {"section beyond the end", SECTION_AT + 16, 4, 65, "Windows program, x86-64",
		"broken", SCAN_INVALID},
	    {"section far beyond the end", SECTION_AT + 20, 4, 0xffffffff,
		"Windows program, x86-64", "broken", SCAN_INVALID},
	    {"too many sections", PE_AT + 6, 2, 97, "Windows program, x86-64", "broken",
		SCAN_INVALID},
	    {"no header", PE_AT + 20, 2, 95, "Windows program, x86-64", "broken", SCAN_INVALID},
	    {"another header", OPTIONAL, 2, 0x107, "Windows program, x86-64", "broken",
		SCAN_INVALID},
	    {"directories without number", OPTIONAL + 108, 4, 0xffffffff,
		"Windows program, x86-64", "", SCAN_CLEAN},
	    {"symbols beyond the end", PE_AT + 16, 4, 9, "Windows program, x86-64", "",
		SCAN_CLEAN},
	};
	struct made *m;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m = make_pe();
		le(m, rows[i].at, rows[i].value, rows[i].n);
		expect(rows[i].who, m->p, m->n, rows[i].what, rows[i].rules, rows[i].verdict);
		free(m);
	}
	m = make_pe();
	le(m, OPTIONAL + 112 + 32, 576, 4);
	le(m, OPTIONAL + 112 + 36, 16, 4);
	le(m, 576 + 15, 0, 1);
	expect("signed", m->p, m->n, "Windows program, x86-64, signed (not checked)", "signed",
	    SCAN_CLEAN);
	bytes(m, m->n, S("12345678x"));
	expect("signed, and more behind it", m->p, m->n,
	    "Windows program, x86-64, signed (not checked)", "behind signed", SCAN_CLEAN);
	le(m, OPTIONAL + 112 + 36, 1000, 4);
	expect("signature beyond the end", m->p, m->n,
	    "Windows program, x86-64, signed (not checked)", "broken", SCAN_INVALID);
	free(m);
	m = make_pe();
	bytes(m, 576, S("\xef\xbe\xad\xdeNullsoftInst"));
	struct heard h;
	(void)look(m->p, m->n, &h);
	assert_string_equal(h.detail, "16 bytes: data of a Nullsoft installer");
	free(m);
}

static void
programs_of_dos(void **state)
{
	struct made *m = mem_alloc(sizeof(*m));
	(void)state;
	bytes(m, 0, "MZ", 2);
	le(m, 2, 100, 2);
	le(m, 4, 1, 2);
	le(m, 8, 4, 2);
	le(m, 99, 0, 1);
	expect("DOS", m->p, m->n, "DOS program", "", SCAN_CLEAN);
	le(m, 60, 80, 4);
	bytes(m, 80, "NE", 2);
	expect("16 bits", m->p, m->n, "Windows program of 16 bits", "", SCAN_CLEAN);
	free(m);
	expect("a text",
	    S("MZ is how this text begins, and it goes on for a while after that."), "", "",
	    SCAN_NA);
}

/* --- Mach-O
 * ------------------------------------------------------------------------------------ */

/* One segment of 16 bytes at 104, and a signature when asked for. */
static struct made *
make_macho(bool sign)
{
	struct made *m = mem_alloc(sizeof(*m));
	le(m, 0, 0xfeedfacf, 4);
	le(m, 4, 0x0100000c, 4);
	le(m, 12, 2, 4);
	le(m, 16, sign ? 2 : 1, 4);
	le(m, 20, sign ? 88 : 72, 4);
	le(m, 32, 0x19, 4);
	le(m, 36, 72, 4);
	bytes(m, 40, "__TEXT\0", 7);
	le(m, 72, sign ? 120 : 104, 8);
	le(m, 80, 16, 8);
	if (sign) {
		le(m, 104, 0x1d, 4);
		le(m, 108, 16, 4);
		le(m, 112, 136, 4);
		le(m, 116, 8, 4);
		le(m, 143, 0, 1);
	} else {
		le(m, 119, 0, 1);
	}
	return m;
}

static void
programs_of_macos(void **state)
{
	struct made *m = make_macho(false);
	(void)state;
	expect("whole", m->p, m->n, "macOS program, ARM 64", "", SCAN_CLEAN);
	for (size_t n = 28; n < m->n; n++) {
		struct heard h;
		assert_int_equal(look(m->p, n, &h).verdict, SCAN_INVALID);
		assert_string_equal(h.rules, "broken");
	}
	bytes(m, m->n, "x", 1);
	expect("more behind it", m->p, m->n, "macOS program, ARM 64", "behind", SCAN_CLEAN);
	le(m, 36, 71, 4);
	expect("a command that is too short", m->p, m->n, "macOS program, ARM 64", "broken",
	    SCAN_INVALID);
	le(m, 36, 72, 4);
	le(m, 72, UINT64_MAX, 8);
	expect("a segment that wraps", m->p, m->n, "macOS program, ARM 64", "broken",
	    SCAN_INVALID);
	le(m, 16, 5000, 4);
	expect(
	    "too many commands", m->p, m->n, "macOS program, ARM 64", "broken", SCAN_INVALID);
	free(m);
	m = make_macho(true);
	expect("signed", m->p, m->n, "macOS program, ARM 64, signed (not checked)", "signed",
	    SCAN_CLEAN);
	/* in a file for several machines */
	struct made *fat = mem_alloc(sizeof(*fat));
	be(fat, 0, 0xcafebabe, 4);
	be(fat, 4, 1, 4);
	be(fat, 8, 0x0100000c, 4);
	be(fat, 16, 64, 4);
	be(fat, 20, m->n, 4);
	bytes(fat, 64, m->p, m->n);
	expect("fat", fat->p, fat->n, "macOS file for ARM 64", "", SCAN_CLEAN);
	be(fat, 8, 7, 4);
	expect("fat, for another machine", fat->p, fat->n, "macOS file for x86", "broken",
	    SCAN_INVALID);
	be(fat, 16, 0xffffffff, 4);
	expect("fat, beyond the end", fat->p, fat->n, "macOS file for x86", "broken",
	    SCAN_INVALID);
	be(fat, 4, 3, 4);
	expect("fat, more than there are", fat->p, 40, "macOS file for x86", "broken",
	    SCAN_INVALID);
	be(fat, 4, 52, 4);
	expect("a class of Java begins alike", fat->p, fat->n, "Java class", "", SCAN_CLEAN);
	free(fat);
	free(m);
}

/* --- JAR
 * -------------------------------------------------------------------------------------------
 */

static struct made *
make_zip(const char *const *names, size_t n)
{
	struct made *m = mem_alloc(sizeof(*m));
	size_t directory;
	bytes(m, 0, "PK\3\4", 4);
	le(m, 29, 0, 1);
	directory = m->n;
	for (size_t i = 0; i < n; i++) {
		size_t at = m->n;
		bytes(m, at, "PK\1\2", 4);
		le(m, at + 28, strlen(names[i]), 2);
		bytes(m, at + 46, names[i], strlen(names[i]));
	}
	size_t end = m->n;
	bytes(m, end, "PK\5\6", 4);
	le(m, end + 12, end - directory, 4);
	le(m, end + 16, directory, 4);
	le(m, end + 20, 0, 2);
	return m;
}

static void
archives_that_run(void **state)
{
	static const struct {
		const char *names[4];
		size_t n;
		const char *what, *rules;
	} rows[] = {
	    {{"META-INF/MANIFEST.MF", "A.class", "b/C.class"}, 3,
		"Java archive, 2 classes, 0 libraries of machine code", ""},
	    {{"A.class", "linux/x.so"}, 2,
		"Java archive, 1 classes, 1 libraries of machine code", ""},
	    {{"META-INF/MANIFEST.MF", "META-INF/X.RSA"}, 2,
		"Java archive, 0 classes, 0 libraries of machine code, signed (not checked)",
		"signed"},
	    {{"AndroidManifest.xml", "classes.dex"}, 2,
		"Android program, 1 classes, 0 libraries of machine code", ""},
	    {{"readme", "a.so"}, 2, "", ""},
	    {{"[Content_Types].xml", "word/document.xml"}, 2, "", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made *m = make_zip(rows[i].names, rows[i].n);
		expect(rows[i].names[0], m->p, m->n, rows[i].what, rows[i].rules,
		    rows[i].what[0] != '\0' ? SCAN_CLEAN : SCAN_NA);
		free(m);
	}
	struct made *m = make_zip((const char *const[]){"[Content_Types].xml"}, 1);
	struct heard h;
	assert_non_null(strstr(look(m->p, m->n, &h).why, "Office"));
	free(m);
}

/* --- small ones
 * ---------------------------------------------------------------------------------------- */

static void
small_files_that_run(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *what, *rules;
		enum scan_verdict verdict;
	} rows[] = {
	    {S("#!/bin/sh\n"), "script for sh", "", SCAN_CLEAN},
	    {S("#!/usr/bin/env -S A=1 python3.11 -u\n"), "script for python3.11", "",
		SCAN_CLEAN},
	    {S("#!\n"), "script for nothing", "", SCAN_CLEAN},
	    {S("#! /opt/\x1b[2J\n"), "script for ", "", SCAN_CLEAN},
	    {S("#![no_std]\n"), "", "", SCAN_NA},
	    {S("#!/bin/sh\nexit\n\x1f\x8b\10\0"), "script for sh", "behind", SCAN_CLEAN},
	    {S("#!/bin/sh\n# This script was generated using Makeself 2.4\n"),
		"script for sh: installer (Makeself)", "behind", SCAN_CLEAN},
	    {S("\0asm\1\0\0\0"), "WebAssembly module", "", SCAN_CLEAN},
	    {S("\x1bLua"), "Lua byte code", "", SCAN_CLEAN},
	    {S("\xca\xfe\xba\xbe\0\0\0\x34\0\0\0\0\0\0\0\0"), "Java class", "", SCAN_CLEAN},
	    {S("\x6f\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0"), "Python byte code", "", SCAN_CLEAN},
	    {S("[Desktop Entry]\nTryExec=x\nExec=sh -c evil\n"), "desktop starter", "desktop",
		SCAN_SUSPICIOUS},
	    {S("# comment\n\n[desktop entry]\n"), "desktop starter", "desktop",
		SCAN_SUSPICIOUS},
	    {S("text\n[Desktop Entry]\nExec=x\n"), "", "", SCAN_NA},
	    {S("[InternetShortcut]\r\nURL=http://x/\r\n"), "internet shortcut", "shortcut",
		SCAN_SUSPICIOUS},
	    {S("junk\r\n[AutoRun]\r\n open = x.exe\r\n"), "autorun file", "autorun",
		SCAN_SUSPICIOUS},
	    {S("A text about\n[autorun]\nsections.\n"), "", "", SCAN_NA},
	    {S("\xff\xfe[\0a\0u\0t\0o\0r\0u\0n\0]\0\n\0o\0p\0e\0n\0=\0x\0\n\0"), "autorun file",
		"autorun", SCAN_SUSPICIOUS},
	    {S("\r\n@ECHO OFF\r\n"), "batch script of Windows", "opens", SCAN_CLEAN},
	    {S("Windows Registry Editor Version 5.00\r\n"),
		"entries for the registry of Windows", "opens", SCAN_CLEAN},
	    {S("<?php echo 1;"), "PHP script", "", SCAN_CLEAN},
	    {S("hello\n"), "", "", SCAN_NA},
	    {S(""), "", "", SCAN_NA},
	    {S("#"), "", "", SCAN_NA},
	    {S("%PDF-1.4\n"), "", "", SCAN_NA},
	};
	struct heard h;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].bytes, rows[i].bytes, rows[i].n, rows[i].what, rows[i].rules,
		    rows[i].verdict);
	(void)look(S("[Desktop Entry]\nTryExec=x\nExec=sh -c evil\n"), &h);
	assert_string_equal(h.detail, "sh -c evil");
}

static void
shortcuts_of_windows(void **state)
{
	struct made *m = mem_alloc(sizeof(*m));
	struct heard h;
	(void)state;
	bytes(m, 0, "L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 20);
	le(m, 20, 1u << 3 | 1u << 5 | 1u << 7 | 1u, 4); /* list, path, arguments, wide */
	le(m, 76, 2, 2);
	le(m, 78, 0, 2);
	le(m, 80, 3, 2);
	bytes(m, 82, "a\0.\0b\0", 6);
	le(m, 88, 2, 2);
	bytes(m, 90, "-\0c\0", 4);
	le(m, 94, 0, 4);
	expect("whole", m->p, m->n, "Windows shortcut", "shortcut", SCAN_SUSPICIOUS);
	(void)look(m->p, m->n, &h);
	assert_string_equal(h.detail, "a.b -c");
	for (size_t n = 76; n < 94; n++) {
		(void)look(m->p, n, &h);
		assert_string_equal(h.rules, "broken shortcut");
	}
	bytes(m, m->n, S("MZ and what it carries"));
	expect("more behind it", m->p, m->n, "Windows shortcut", "behind shortcut",
	    SCAN_SUSPICIOUS);
	free(m);
}

static void
a_failed_read_is_no_answer(void **state)
{
	struct made *m = make_pe();
	struct object *o = mem_alloc(sizeof(*o));
	(void)state;
	for (uint64_t at = 0; at < m->n; at += 50) {
		struct heard h = {.bytes = m->p, .fail_at = at};
		struct exec e;
		*o = (struct object){
		    .size_bytes = m->n, .read = read_bytes, .find = hear, .arg = &h};
		assert_int_equal(exec_look(o, &e), ERR_IO);
	}
	free(o);
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elf_headers),
	    cmocka_unit_test(elf_headers_that_lie),
	    cmocka_unit_test(elf_packed_and_attached),
	    cmocka_unit_test(programs_of_this_machine),
	    cmocka_unit_test(programs_of_windows),
	    cmocka_unit_test(programs_of_dos),
	    cmocka_unit_test(programs_of_macos),
	    cmocka_unit_test(archives_that_run),
	    cmocka_unit_test(small_files_that_run),
	    cmocka_unit_test(shortcuts_of_windows),
	    cmocka_unit_test(a_failed_read_is_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
