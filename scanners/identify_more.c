/* SPDX-License-Identifier: ISC */
/* What an object is besides its type: something else, too, or a part of itself. */
#include "scanners/identify_in.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define IDENTIFY_PDF_BYTES  1024      /* readers look that far for %PDF- */
#define IDENTIFY_ZERO_BYTES (1 << 20) /* zeros at the end that are worth a word */

/* --- more than one thing at once ---------------------------------------------------------- */

static bool
identify_type_is(const struct identify_look *l, const char *const *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(l->ret->type, types[i]) == 0)
			return true;
	return false;
}

/* A zip directory at the end of something else. */
static void
identify_polyglot_zip(struct identify_look *l)
{
	/* these hold their members' bytes as they are, the last one at the end */
	static const char *const holders[] = {"tar", "torch-tar", "iso9660", "ar", "deb"};
	struct identify_zip_end z;
	char detail[64];
	/* and these say at their beginning that a zip follows */
	static const char *const prefixed[] = {"jmod", "crx"};
	if (identify_has(l, 0, "PK\3\4", 4) || !identify_zip_find(l, &z) ||
	    identify_type_is(l, prefixed, COUNT(prefixed)))
		return;
	if (!z.exact && identify_type_is(l, holders, COUNT(holders)))
		return;
	snprintf(detail, sizeof(detail), "%s with a zip directory at byte %ju", l->ret->type,
	    (uintmax_t)z.directory);
	identify_find(l, "polyglot/zip", "polyglot", "high",
	    "A zip archive is attached to something else", detail, z.directory);
}

static void
identify_polyglot_pdf(struct identify_look *l)
{
	static const char *const texts[] = {
	    "text", "script", "json", "xml", "html", "clearsigned", "data", "other", "pyc"};
	size_t n = l->head_len < IDENTIFY_PDF_BYTES ? l->head_len : IDENTIFY_PDF_BYTES;
	const uint8_t *at = memmem(l->head, n, "%PDF-", 5);
	if (at == NULL || at == l->head)
		return;
	/* a text may speak of PDF; one that also ends like a PDF is one */
	if (identify_type_is(l, texts, COUNT(texts)) &&
	    memmem(l->tail, l->tail_len, "%%EOF", 5) == NULL)
		return;
	identify_find(l, "polyglot/pdf", "polyglot", "high",
	    "Readers will take it for a PDF, and it begins as something else", l->ret->type,
	    (uint64_t)(at - l->head));
}

/* Archives and images whose magic number is further on. */
static void
identify_polyglot_later(struct identify_look *l)
{
	static const char *const weak[] = {"tar", "torch-tar", "iso9660", "data", "text"};
	if (identify_type_is(l, weak, COUNT(weak)))
		return;
	if (identify_has(l, 257, "ustar", 5) && identify_is_tar(l))
		identify_find(l, "polyglot/tar", "polyglot", "high", "It is also a tar archive",
		    l->ret->type, 0);
	if (identify_is_iso9660(l) && strcmp(l->ret->type, "pe") != 0)
		identify_find(l, "polyglot/iso9660", "polyglot", "high",
		    "It is also a disc image", l->ret->type, IDENTIFY_ISO_AT);
}

void
identify_polyglot(struct identify_look *l)
{
	identify_polyglot_zip(l);
	identify_polyglot_pdf(l);
	identify_polyglot_later(l);
}

/* --- downloads that did not end -------------------------------------------------------------
 */

static bool
identify_is_zero(const uint8_t *p, size_t n)
{
	return n > 0 && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

void
identify_incomplete(struct identify_look *l)
{
	uint64_t size = l->in->size_bytes, at = size - IDENTIFY_ZERO_BYTES;
	if (size > 0 && (size + 1) % (UINT64_C(1) << 32) == 0)
		identify_find(l, "type/fat-limit", "incomplete", "medium",
		    "As long as FAT32 allows: probably cut off", NULL, 0);
	if (size < 2 * IDENTIFY_ZERO_BYTES || !identify_is_zero(l->tail, l->tail_len))
		return;
	MEM_FREE uint8_t *chunk = mem_alloc(IDENTIFY_WINDOW);
	for (; at < size - l->tail_len; at += IDENTIFY_WINDOW)
		if (!identify_get(l, at, chunk, IDENTIFY_WINDOW) ||
		    !identify_is_zero(chunk, IDENTIFY_WINDOW))
			return;
	identify_find(l, "type/zero-tail", "incomplete", "medium",
	    "It ends in a MiB of zeros: an unfinished download?", NULL,
	    size - IDENTIFY_ZERO_BYTES);
}
