/* SPDX-License-Identifier: ISC */
/*
 * What is worth a word besides the type: facts for other checks and for names,
 * and what operating systems leave behind.
 */
#include "scanners/digests.h"
#include "scanners/identify_in.h"
#include "src/base/mem.h"

#include <string.h>
#include <strings.h>

#define NOTE_PAGE_BYTES 4096 /* of a page that are looked at for what it says */

static const void *
note_find(const struct identify_look *l, const char *word, bool any_case)
{
	size_t n = l->head_len < NOTE_PAGE_BYTES ? l->head_len : NOTE_PAGE_BYTES;
	size_t len = strlen(word);
	if (!any_case)
		return memmem(l->head, n, word, len);
	for (size_t i = 0; i + len <= n; i++)
		if (strncasecmp((const char *)l->head + i, word, len) == 0)
			return l->head + i;
	return NULL;
}

/* --- a page that a server gave in place of a file -------------------------------------- */

static bool
note_is_error_html(const struct identify_look *l)
{
	static const char *const words[] = {"not found", "access denied", "forbidden",
	    "unauthorized", "error", "sign in", "log in", "login", "too many requests",
	    "bad gateway", "service unavailable", "just a moment", "redirecting", "moved"};
	const char *title = note_find(l, "<title", true), *end = NULL;
	if (title != NULL)
		end = memmem(
		    title, (size_t)((const char *)l->head + l->head_len - title), "</", 2);
	if (end == NULL)
		return false;
	for (const char *p = title; p < end; p++)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if ((size_t)(end - p) >= strlen(words[i]) &&
			    strncasecmp(p, words[i], strlen(words[i])) == 0)
				return true;
	return false;
}

static bool
note_is_error_json(const struct identify_look *l)
{
	static const char *const keys[] = {
	    "error", "errors", "message", "detail", "status", "statusCode", "code"};
	const char *p = (const char *)l->head, *end = p + l->head_len;
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t' || *p == '{'))
		p++;
	if (p == end || *p++ != '"' || l->in->size_bytes > NOTE_PAGE_BYTES)
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t n = strlen(keys[i]);
		if ((size_t)(end - p) > n && memcmp(p, keys[i], n) == 0 && p[n] == '"')
			return true;
	}
	return false;
}

static void
note_page(struct identify_look *l)
{
	const char *type = l->ret->type, *what = NULL;
	if (strcmp(type, "html") == 0 && note_is_error_html(l))
		what = "html";
	else if (strcmp(type, "json") == 0 && note_is_error_json(l))
		what = "json";
	else if (note_find(l, "<Error>", false) != NULL &&
		 note_find(l, "<Code>", false) != NULL)
		what = "xml";
	if (what != NULL)
		identify_fact(l, "error_page", what, strlen(what));
}

/* --- Git LFS: what the content should be ------------------------------------------------ */

static void
note_pointer(struct identify_look *l)
{
	static const char oid[] = "\noid sha256:", size[] = "\nsize ";
	const char *end = (const char *)l->head + l->head_len;
	const char *p = note_find(l, oid, false), *q = note_find(l, size, false);
	if (p != NULL && end - p >= (ptrdiff_t)(sizeof(oid) - 1 + 64) &&
	    strspn(p + sizeof(oid) - 1, "0123456789abcdef") == 64)
		identify_fact(l, "lfs_sha256", p + sizeof(oid) - 1, 64);
	if (q != NULL) {
		size_t n = 0;
		q += sizeof(size) - 1;
		while (q + n < end && q[n] >= '0' && q[n] <= '9' && n < 20)
			n++;
		if (n > 0)
			identify_fact(l, "lfs_bytes", q, n);
	}
}

/* --- leavings ----------------------------------------------------------------------------- */

static const struct {
	const char *type, *bytes;
	size_t n;
	const char *title;
} leavings[] = {
    {"ds-store", "\0", 1, "Leavings of macOS: how a folder was shown (.DS_Store)"},
    {"appledouble", "\0", 1, "Leavings of macOS: a file's other half (AppleDouble)"},
    {"text", "[.ShellClassInfo]", 17, "Leavings of Windows: how a folder is shown"},
    {"ole", "C\0a\0t\0a\0l\0o\0g\0\0\0", 16, "Leavings of Windows: small pictures (Thumbs.db)"},
};

static void
note_leavings(struct identify_look *l)
{
	for (size_t i = 0; i < sizeof(leavings) / sizeof(leavings[0]); i++)
		if (strcmp(l->ret->type, leavings[i].type) == 0 &&
		    memmem(l->head, l->head_len, leavings[i].bytes, leavings[i].n) != NULL)
			identify_find(
			    l, "type/leavings", "policy", "low", leavings[i].title, NULL, 0);
}

/* --- lists of digests ------------------------------------------------------------------------
 */

static bool
note_read(void *arg, uint64_t at, void *out, size_t n)
{
	const struct identify_look *l = arg;
	memcpy(out, l->head + at, n);
	return true;
}

static void
note_keep_quiet(void *arg, const struct scan_finding *f)
{
	(void)arg;
	(void)f;
}

/* Whether it is one, its beginning says; what it says, others read. */
static void
note_list(struct identify_look *l)
{
	struct digests d = {0};
	if (!digests_may_begin(l->head, l->head_len))
		return;
	MEM_FREE struct object *o = mem_alloc(sizeof(*o));
	o->size_bytes = l->head_len;
	o->read = note_read;
	o->find = note_keep_quiet;
	o->arg = l;
	if (digests(o, &d) == ERR_OK && d.verdict != SCAN_NA)
		identify_fact(l, "list", "digests", 7);
}

void
identify_notes(struct identify_look *l)
{
	if (strcmp(l->ret->type, "lfs-pointer") == 0)
		note_pointer(l);
	note_page(l);
	note_leavings(l);
	note_list(l);
}
