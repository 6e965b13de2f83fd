/* SPDX-License-Identifier: ISC */
/*
 * What kind of text a text is, by the words its lines begin with: libmagic's
 * rules for programs and markup, looked at in one pass where libmagic takes a
 * millisecond.  A text that begins like one of the formats libmagic has a name
 * for is left to libmagic.
 */
#include "scanners/identify.h"
#include "scanners/identify_line.h"

#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define SOURCE_BYTES 8192 /* so far lines are looked at; as libmagic does */
#define MARKUP_BYTES 4096 /* and words of markup */
#define CSV_LINES    10   /* with as many commas in each */

/* The first row that fits says what it is. */
static const struct {
	uint32_t all; /* these were seen */
	const char *mime;
} source_kinds[] = {
    {SEEN_PO, "text/x-po"},
    {SEEN_DIFF, "text/x-diff"},
    {SEEN_JS, "application/javascript"},
    {SEEN_RUBY_CLASS | SEEN_RUBY_DEF | SEEN_RUBY_END, "text/x-ruby"},
    {SEEN_PERL, "text/plain"}, /* libmagic knows modules and has no MIME type for them */
    {SEEN_JS_WEAK, "application/javascript"},
    {SEEN_CXX, "text/x-c++"},
    {SEEN_RUBY_REQUIRE | SEEN_RUBY_DEF | SEEN_RUBY_END, "text/x-ruby"},
    {SEEN_OBJC, "text/x-objective-c"},
    {SEEN_DOCSTRING, "text/plain"}, /* the same */
    {SEEN_PYTHON, "text/x-script.python"},
    {SEEN_M4, "text/x-m4"},
    {SEEN_C, "text/x-c"},
    {SEEN_HTML, "text/html"},
    {SEEN_TROFF_PAGE, "text/troff"},
    {SEEN_TEX, "text/x-tex"},
    {SEEN_MAKE, "text/x-makefile"},
    {SEEN_LISP, "text/x-lisp"},
    {SEEN_RUBY_DEF | SEEN_RUBY_END, "text/x-ruby"},
    {SEEN_RUBY_REQUIRE, "text/x-ruby"},
    {SEEN_POD, "text/plain"},
    {SEEN_C_WORD, "text/x-c"},
    {SEEN_TROFF, "text/troff"},
    {SEEN_ASM, "text/x-asm"},
    {SEEN_CLOJURE, "text/x-clojure"},
    {SEEN_JAVA, "text/x-java"},
};

static bool
begins_any_case(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(end - p) >= n && strncasecmp(p, word, n) == 0;
}

/* --- words anywhere in a line ----------------------------------------------------------- */

static bool
word_is_one(const char *p, const char *end, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (begins_any_case(p, end, words[i]))
			return true;
	return false;
}

/* <head>, \section, (defun: what begins with one of three signs. */
static uint32_t
source_markup(const char *p, const char *end)
{
	static const char *const html[] = {"<!doctype html", "<head>", "<head ", "<title>",
	    "<title ", "<html>", "<html ", "<script>", "<script ", "<style>", "<style ",
	    "<table>", "<table ", "<a href="};
	static const char *const tex[] = {"\\input", "\\begin", "\\section", "\\setlength",
	    "\\documentstyle", "\\chapter", "\\documentclass", "\\relax", "\\contentsline"};
	static const char *const lisp[] = {"(setq ", "(defvar ", "(defparam ", "(defun ",
	    "(autoload ", "(custom-set-variables "};
	uint32_t seen = 0;
	for (; p < end; p++) {
		if (*p == '<' && word_is_one(p, end, html, COUNT(html)))
			seen |= SEEN_HTML;
		else if (*p == '\\' && word_is_one(p, end, tex, COUNT(tex)))
			seen |= SEEN_TEX;
		else if (*p == '(' && word_is_one(p, end, lisp, COUNT(lisp)))
			seen |= SEEN_LISP;
	}
	return seen;
}

/* first, and then within so many bytes second. */
static bool
is_followed(
    const char *p, const char *end, const char *first, const char *second, size_t within)
{
	const char *at = find(p, end, first);
	if (at == NULL)
		return false;
	at += strlen(first);
	return find(at, (size_t)(end - at) > within ? at + within : end, second) != NULL;
}

static const char *
line_end(const char *p, const char *end)
{
	const char *at = memchr(p, '\n', (size_t)(end - p));
	return at != NULL ? at : end;
}

/* (function, module.exports = : strong; a word that others have, too: weak. */
static uint32_t
source_javascript(const char *p, const char *end)
{
	uint32_t seen = 0;
	const char *at;
	if (find(p, end, "\"use strict\"") != NULL || find(p, end, "'use strict'") != NULL)
		seen |= SEEN_JS_WEAK;
	for (at = p; (at = find(at, end, "function")) != NULL; at++) {
		bool open = at > p && at[-1] == '(';
		open = open || (at - p >= 7 && memcmp(at - 7, "(async ", 7) == 0);
		if (open && at + 8 < end && (at[8] == '(' || at[8] == ' '))
			seen |= SEEN_JS;
	}
	for (at = p; (at = find(at, end, "typeof")) != NULL; at++) {
		const char *stop = line_end(at, end);
		if (find(at, stop, "===") != NULL || find(at, stop, "!==") != NULL)
			seen |= SEEN_JS_WEAK;
	}
	for (at = p; (at = find(at, end, "module")) != NULL; at++) {
		bool dot = begins(at + 6, end, ".exports") ||
		           begins(at + 6, end, "[\"exports") ||
		           begins(at + 6, end, "['exports");
		const char *stop = line_end(at, end);
		if (dot && memchr(at, '=', (size_t)(stop - at)) != NULL)
			seen |= SEEN_JS;
	}
	return seen;
}

static uint32_t
source_words_inside(const char *p, const char *end)
{
	uint32_t seen = source_javascript(p, end);
	const char *main = find(p, end, "main(");
	if (is_followed(p, end, "def __init__", "self", 64) ||
	    is_followed(p, end, "if __name__", "'__main__'", 64) ||
	    is_followed(p, end, "if __name__", "\"__main__\"", 64))
		seen |= SEEN_PYTHON;
	if (main != NULL) {
		const char *close = find(main, end, ")");
		const char *open = close != NULL ? skip_space(close + 1, end) : end;
		if (is_followed(main, end, "main(", "String", 64))
			seen |= SEEN_JAVA;
		else if (open < end && *open == '{')
			seen |= SEEN_C_WORD;
	}
	return seen;
}

/* --- the beginning, and the whole ----------------------------------------------------------
 */

/* Programs that scripts name in their first line. */
static const char *
source_interpreter(const char *p, const char *end)
{
	static const struct {
		const char *name, *mime;
	} programs[] = {
	    {"sh", "text/x-shellscript"},
	    {"bash", "text/x-shellscript"},
	    {"ksh", "text/x-shellscript"},
	    {"zsh", "text/x-shellscript"},
	    {"ash", "text/x-shellscript"},
	    {"csh", "text/x-shellscript"},
	    {"tcsh", "text/x-shellscript"},
	    {"fish", "text/x-shellscript"},
	    {"python", "text/x-script.python"},
	    {"perl", "text/x-perl"},
	    {"ruby", "text/x-ruby"},
	    {"node", "application/javascript"},
	    {"nodejs", "application/javascript"},
	    {"php", "text/x-php"},
	    {"lua", "text/x-lua"},
	    {"tclsh", "text/x-tcl"},
	    {"wish", "text/x-tcl"},
	    {"awk", "text/x-awk"},
	    {"gawk", "text/x-gawk"},
	    {"nawk", "text/x-nawk"},
	};
	static const char *const folders[] = {
	    "/usr/bin/env ", "/bin/", "/usr/bin/", "/usr/local/bin/"};
	const char *stop = line_end(p, end), *name = NULL;
	p = skip_blanks(p + 2, stop);
	for (size_t i = 0; i < COUNT(folders) && name == NULL; i++)
		if (begins(p, stop, folders[i]))
			name = skip_blanks(p + strlen(folders[i]), stop);
	/* elsewhere it may be anything */
	if (name == NULL)
		return NULL;
	for (p = name; p < stop && !isspace((unsigned char)*p);)
		p++;
	/* python3.11 is python */
	const char *bare = p;
	while (bare > name && (isdigit((unsigned char)bare[-1]) || bare[-1] == '.'))
		bare--;
	for (size_t i = 0; i < COUNT(programs); i++)
		if (strlen(programs[i].name) == (size_t)(bare - name) &&
		    memcmp(programs[i].name, name, (size_t)(bare - name)) == 0)
			return programs[i].mime;
	return NULL;
}

/* Beginnings of texts that libmagic has names of its own for. */
static bool
source_is_named(const char *p, const char *end)
{
	static const char *const beginnings[] = {"%!", "%PS", "%FDF-", "\n%PDF-", "*PPD-",
	    "-----BEGIN PGP", "#%Module", "#VRML", "#X3D", "#LyX", "#usda ", "#FIG", "#EXTM3U",
	    "#?RAD", "#PES", "#CDL", "# GIMP ", "# KDE ", "# xmcd", "# PaCkAgE", "# abook",
	    "# ImageMagick", "# vtk ", "# HTTP Cookie", "# This is a shell archive", "070701",
	    "070702", "070707", "ANDROID BACKUP", "ATF\t", "AUTOMATIC", "BEGIN:V", "begin:v",
	    "BEGMF", "begmf", "Brain Vision", "CAR 2.01", "ClamAV-VDB:", "CPC", "d4:info",
	    "d7:comment", "d8:announce", "d13:announce", "DDS |",
	    "Extended Module:", "FileId=TMSi", "filedesc://", "GALILEO", "GIF", "GIMP ",
	    "HEADER    ", "ID;P", "IGOR", "ISHNE", "MATLAB", "Microsoft C/C++", "P1", "P2",
	    "P3", "P4", "P5", "P6", "P7", "PuTTY-User-Key", "REGEDIT", "Windows Registry",
	    "WINE REGISTRY", "SIMPLE  =", "SplineFontDB:", "TABLE", "TADS2", "ToKyO CaBiNeT",
	    "WARC/", "WEBVTT", "push", "[BitmapInfo", "[KDE Desktop", "[InternetShortcut",
	    "{\\", "id=ImageMagick", "@", "Relay-Version:", "#! rnews", "N#! rnews",
	    "Forward to", "Pipe to", "Delivered-To:", "delivered-to:", "Return-Path:",
	    "return-path:", "Path:", "Xref:", "From:", "Date:", "Article",
	    "BABYL OPTIONS:", "Received:", "/* XPM", "! XPM2", "0       ", "1\n0", "1\r\n0",
	    "RIFF", "solid ", "ply\n", "OFF\n", "ISO-10303", "!<arch>", "<", "AC10",
	    "**** FRITZ!Box", "!<", "..OMR", "diff ", "*** ", "Only in ", "Common subdir",
	    "Index:", "\\input texinfo", "This is Info file", "BSDIFF", "cscope "};
	for (size_t i = 0; i < COUNT(beginnings); i++)
		if (beginnings[i][0] == *p && begins(p, end, beginnings[i]))
			return true;
	return find(p, end - p > 1024 ? p + 1024 : end, "EAPI=") != NULL ||
	       find(p, end - p > 128 ? p + 128 : end, "InternetShortcut") != NULL;
}

static bool
source_is_csv(const char *p, const char *end)
{
	size_t fields = 0, first = 0, lines = 0;
	while (p < end && lines < CSV_LINES) {
		if (*p == '"') {
			/* to the quote that ends it: two of them are one inside */
			for (p++; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); p++)
				p += *p == '"';
		} else if (*p == ',') {
			fields++;
		} else if (*p == '\n') {
			if (fields == 0 || (lines > 0 && fields != first))
				return false;
			first = fields;
			fields = 0;
			lines++;
		}
		p++;
	}
	return lines == CSV_LINES || lines > 2;
}

/* What a whole text is, when its beginning says so and its lines say nothing else. */
static uint32_t
source_beginning(const char *p, const char *end)
{
	static const char *const troff[] = {".\\\"", "'\\\"", "'.\\\"", "\\\""};
	if (begins(p, end, "\"\"\""))
		return SEEN_DOCSTRING;
	for (size_t i = 0; i < COUNT(troff); i++)
		if (begins(p, end, troff[i]))
			return SEEN_TROFF_PAGE;
	return 0;
}

const char *
identify_source(const uint8_t *bytes, size_t n)
{
	const char *p = (const char *)bytes, *end = p + n;
	const char *mime = begins(p, end, "#!") ? source_interpreter(p, end) : NULL;
	if (mime == NULL && begins_any_case(p, end, "<?php"))
		mime = "text/x-php";
	if (mime != NULL || n == 0)
		return mime;
	if (begins(p, end, "#!") || source_is_named(p, end))
		return NULL;
	if (source_is_csv(p, end))
		return "text/csv";
	end = n > SOURCE_BYTES ? p + SOURCE_BYTES : end;
	uint32_t seen = source_beginning(p, end) | identify_line_all(p, end) |
	                source_words_inside(p, end) |
	                source_markup(p, n > MARKUP_BYTES ? p + MARKUP_BYTES : end);
	for (size_t i = 0; i < COUNT(source_kinds); i++)
		if ((seen & source_kinds[i].all) == source_kinds[i].all)
			return source_kinds[i].mime;
	return "text/plain";
}
