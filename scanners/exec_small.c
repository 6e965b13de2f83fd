/* SPDX-License-Identifier: ISC */
/*
 * Small files that run or start something: scripts by their first line, byte
 * code by its mark, and what a desktop opens instead of itself: .desktop, .url
 * and autorun files.
 */
#include "scanners/exec_in.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 4096 /* of a line that is looked at */

/* --- marks -------------------------------------------------------------------------- */

static const struct {
	const char *bytes;
	size_t n;
	const char *what;
} marks[] = {
    {"\0asm", 4, "WebAssembly module"},
    {"dex\n0", 5, "Android byte code"},
    {"\x1bLua", 4, "Lua byte code"},
    {"BC\xc0\xde", 4, "LLVM byte code"},
    {"ITSF\3\0\0\0", 8, "Windows help file, which can run scripts"},
};

/* An OLE container whose root has the class of the Windows installer. */
static bool
small_is_msi(struct object *o)
{
	static const uint8_t class[16] = {
	    0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
	const uint8_t *p = object_get(o, 0, 512);
	if (p == NULL || memcmp(p, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) != 0)
		return false;
	unsigned shift = (unsigned)exec_number(p + 30, 2, false);
	uint64_t sector = exec_number(p + 48, 4, false);
	if (shift != 9 && shift != 12)
		return false;
	p = object_get(o, ((sector + 1) << shift) + 80, sizeof(class));
	return p != NULL && memcmp(p, class, sizeof(class)) == 0;
}

static bool
small_mark(struct object *o, struct exec *e)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const uint8_t *p = object_get(o, 0, marks[i].n);
		if (p != NULL && memcmp(p, marks[i].bytes, marks[i].n) == 0) {
			snprintf(e->what, sizeof(e->what), "%s", marks[i].what);
			return true;
		}
	}
	const uint8_t *p = object_get(o, 0, 16);
	if (p == NULL)
		return false;
	/* fat programs of macOS begin alike, with a small number */
	if (exec_number(p, 4, true) == 0xcafebabe && exec_number(p + 6, 2, true) >= 45)
		snprintf(e->what, sizeof(e->what), "Java class");
	else if (p[1] == 0x0d && p[2] == '\r' && p[3] == '\n' &&
		 exec_number(p + 4, 4, false) < 4)
		snprintf(e->what, sizeof(e->what), "Python byte code");
	else if (small_is_msi(o))
		snprintf(e->what, sizeof(e->what), "installer package of Windows (MSI)");
	return e->what[0] != '\0';
}

/* --- scripts ------------------------------------------------------------------------- */

/* The program of "#!/usr/bin/env -S python3 -u": what runs the script. */
static void
small_interpreter(const char *line, char out[64])
{
	char words[LINE_MAX_BYTES], *save = NULL, *base;
	snprintf(words, sizeof(words), "%s", line);
	snprintf(out, 64, "nothing");
	for (char *w = strtok_r(words, " \t\r", &save); w != NULL;
	     w = strtok_r(NULL, " \t\r", &save)) {
		base = strrchr(w, '/');
		base = base != NULL ? base + 1 : w;
		if (strcmp(base, "env") == 0 || *w == '-' || strchr(w, '=') != NULL)
			continue;
		size_t n = strspn(
		    base, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+_-");
		snprintf(out, 64, "%.*s", (int)(n < 40 ? n : 40), base);
		return;
	}
}

/* Where the first byte is that no text has; false: there is none. */
static bool
small_nul(struct object *o, uint64_t *ret_at)
{
	const uint8_t *p, *hit;
	size_t n;
	for (uint64_t at = 0; (p = object_some(o, at, &n)) != NULL; at += n)
		if ((hit = memchr(p, '\0', n)) != NULL) {
			*ret_at = at + (uint64_t)(hit - p);
			return true;
		}
	return false;
}

/* Scripts that bring what they install. */
static const struct {
	const char *words, *what;
} bundles[] = {
    {"generated using Makeself", "installer (Makeself)"},
    {"_offset_=`head -n", "installer (self-extracting script)"},
    {"# This is a shell archive", "shell archive"},
    {"\n__ARCHIVE_BELOW__\n", "installer (self-extracting script)"},
    {"\n__ARCHIVE__\n", "installer (self-extracting script)"},
    {"\n__PAYLOAD_BEGINS__\n", "installer (self-extracting script)"},
    {"\nPAYLOAD:\n", "installer (self-extracting script)"},
    {"\n@@END_HEADER@@\n", "installer (conda)"},
};

static const char *
small_bundle(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++)
		if (memmem(p, n, bundles[i].words, strlen(bundles[i].words)) != NULL)
			return bundles[i].what;
	return NULL;
}

static bool
small_script(struct object *o, struct exec *e)
{
	char line[LINE_MAX_BYTES], by[64];
	size_t n, len = 0;
	uint64_t at;
	const uint8_t *p = object_get(o, 0, 2);
	if (p == NULL || memcmp(p, "#!", 2) != 0)
		return false;
	/* Rust and Swift have an attribute that begins so */
	if ((p = object_some(o, 2, &n)) == NULL || *p == '[')
		return false;
	while (len < n && len < sizeof(line) - 1 && p[len] != '\n' && p[len] != '\0') {
		line[len] = (char)p[len];
		len++;
	}
	line[len] = '\0';
	const char *bundle = small_bundle(p, n);
	small_interpreter(line, by);
	snprintf(e->what, sizeof(e->what), "script for %s%s%s", by, bundle != NULL ? ": " : "",
	    bundle != NULL ? bundle : "");
	bool data = small_nul(o, &at);
	if (data || bundle != NULL)
		object_find(o, "exec/behind", "polyglot", "medium",
		    data ? "The script has data in it that is no text: it may unpack itself "
			   "when it runs."
			 : "The script brings an archive with it and unpacks it when it runs.",
		    bundle, data ? at : 0);
	return true;
}

/* Texts that Windows and web servers run; what they are is in their first words. */
static const struct {
	const char *words, *what;
	bool opens; /* when it is opened */
} beginnings[] = {
    {"@echo off", "batch script of Windows", true},
    {"<?php", "PHP script", false},
    {"REGEDIT4", "entries for the registry of Windows", true},
    {"Windows Registry Editor Version", "entries for the registry of Windows", true},
    {"<hta:application", "HTML application of Windows", true},
};

static bool
small_words(const char *text, size_t n, struct object *o, struct exec *e)
{
	while (n > 0 && (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')) {
		text++;
		n--;
	}
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t len = strlen(beginnings[i].words);
		if (n < len || strncasecmp(text, beginnings[i].words, len) != 0)
			continue;
		snprintf(e->what, sizeof(e->what), "%s", beginnings[i].what);
		if (beginnings[i].opens)
			object_find(o, "exec/opens", "code-exec", "medium",
			    "Opening this file on Windows runs it.", NULL, 0);
		return true;
	}
	return false;
}

/* --- what a desktop opens instead of itself --------------------------------------------- */

/* Texts with a section and a key that names what is started. */
static const struct {
	const char *section;
	bool first; /* nothing but comments may stand before it */
	const char *keys[5];
	const char *what, *rule, *title;
} starters[] = {
    {"[Desktop Entry]", true, {"Exec", "URL", "TryExec", NULL}, "desktop starter",
	"exec/desktop", "Opening this file starts a program."},
    {"[InternetShortcut]", false, {"URL", "IconFile", NULL}, "internet shortcut",
	"exec/shortcut", "Opening this file opens an address."},
    {"[autorun]", false,
	{"open", "shellexecute", "shell\\open\\command", "shell\\explore\\command", NULL},
	"autorun file", "exec/autorun",
	"Windows may start a program because of this file when the medium is opened."},
    {"[autorun.", false, {"open", "shellexecute", NULL}, "autorun file", "exec/autorun",
	"Windows may start a program because of this file when the medium is opened."},
    {"[Shell]", false, {"Command", "IconFile", NULL}, "command of the Windows desktop",
	"exec/shortcut", "Opening this file gives the desktop an order."},
};

static const char *
small_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* Value of the first of the keys that is there; "" when none is. */
static void
small_value(const char *text, size_t n, const char *const keys[5], char out[LIM_FINDING_TEXT])
{
	const char *end = text + n;
	out[0] = '\0';
	for (size_t k = 0; keys[k] != NULL && out[0] == '\0'; k++) {
		size_t len = strlen(keys[k]);
		for (const char *p = text, *eol; p < end && out[0] == '\0'; p = eol + 1) {
			eol = memchr(p, '\n', (size_t)(end - p));
			eol = eol != NULL ? eol : end;
			p = small_blanks(p, eol);
			if ((size_t)(eol - p) <= len || strncasecmp(p, keys[k], len) != 0)
				continue;
			const char *q = small_blanks(p + len, eol);
			if (q < eol && *q == '=')
				snprintf(
				    out, LIM_FINDING_TEXT, "%.*s", (int)(eol - q - 1), q + 1);
		}
	}
}

/* Where a section begins, at the beginning of a line; NULL when it does not. */
static const char *
small_section(const char *text, const char *end, const char *section, bool first)
{
	size_t len = strlen(section);
	for (const char *p = text; p < end;) {
		const char *q = small_blanks(p, end);
		if ((size_t)(end - q) >= len && strncasecmp(q, section, len) == 0)
			return q;
		if (first && q < end && strchr("#;\r\n", *q) == NULL)
			return NULL;
		if ((p = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return NULL;
		p++;
	}
	return NULL;
}

static bool
small_starter(const char *text, size_t n, struct object *o, struct exec *e)
{
	char value[LIM_FINDING_TEXT];
	for (size_t i = 0; i < sizeof(starters) / sizeof(starters[0]); i++) {
		const char *hit =
		    small_section(text, text + n, starters[i].section, starters[i].first);
		if (hit == NULL)
			continue;
		small_value(hit, n - (size_t)(hit - text), starters[i].keys, value);
		/* a text may speak of such a section; without an order it starts nothing */
		if (value[0] == '\0' && hit != text && !starters[i].first)
			continue;
		object_find(o, starters[i].rule, "code-exec", "high", starters[i].title,
		    value[0] != '\0' ? value : NULL, 0);
		snprintf(e->what, sizeof(e->what), "%s", starters[i].what);
		e->verdict = SCAN_SUSPICIOUS;
		e->why = starters[i].title;
		return true;
	}
	return false;
}

/* The first window as single bytes: Windows reads these texts in UTF-16, too. */
static bool
small_text(struct object *o, struct exec *e)
{
	size_t n, len = 0;
	const uint8_t *p = object_some(o, 0, &n);
	if (p == NULL)
		return false;
	MEM_FREE char *text = mem_alloc(n + 1);
	bool wide = n >= 2 && p[0] == 0xff && p[1] == 0xfe;
	size_t step = wide ? 2 : 1;
	for (size_t i = wide                                          ? 2
	                : n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3
	                                                              : 0;
	     i + step <= n; i += step) {
		text[len++] = wide && p[i + 1] != 0 ? '?' : (char)p[i];
		/* these are texts: what has other bytes at once is none */
		if (text[len - 1] == '\0' && len < 16)
			return false;
	}
	return small_starter(text, len, o, e) || small_words(text, len, o, e);
}

bool
exec_small(struct object *o, struct exec *e)
{
	return small_mark(o, e) || small_script(o, e) || small_text(o, e);
}
