/* SPDX-License-Identifier: ISC */
#include "scanners/paper.h"

#include <string.h>

#define PAPER_PDF_BYTES 1024 /* readers look that far for %PDF- */

#define PDF "A PDF document: scripts, links and files in it are not checked."
#define OFFICE \
	"A document of an Office program: macros, links and objects in it are not checked."

/* Beginnings; a zip is one by the name of a member that its directory has near the end. */
static const struct {
	const char *bytes;
	size_t n, at;
	const char *why;
} papers[] = {
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, 0, OFFICE},
    {"{\\rtf", 5, 0, OFFICE},
    {"mimetypeapplication/vnd.oasis.opendocument.", 43, 30, OFFICE},
};

/* The directory of a zip, or its first member, speaks of [Content_Types].xml. */
static bool
paper_is_openxml(struct object *o)
{
	static const char name[] = "[Content_Types].xml";
	uint64_t size = o->size_bytes;
	const uint8_t *p = object_get(o, 0, 4);
	if (p == NULL || memcmp(p, "PK\3\4", 4) != 0)
		return false;
	size_t n = size < OBJECT_WINDOW ? (size_t)size : OBJECT_WINDOW;
	if ((p = object_get(o, 0, n)) != NULL && memmem(p, n, name, sizeof(name) - 1) != NULL)
		return true;
	return (p = object_get(o, size - n, n)) != NULL &&
	       memmem(p, n, name, sizeof(name) - 1) != NULL;
}

const char *
paper_look(struct object *o)
{
	size_t n;
	const uint8_t *p = object_some(o, 0, &n);
	if (p == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(papers) / sizeof(papers[0]); i++)
		if (papers[i].at + papers[i].n <= n &&
		    memcmp(p + papers[i].at, papers[i].bytes, papers[i].n) == 0)
			return papers[i].why;
	/* a text may speak of PDF; what also ends like one is one */
	const uint8_t *pdf = memmem(p, n < PAPER_PDF_BYTES ? n : PAPER_PDF_BYTES, "%PDF-", 5);
	if (pdf == p)
		return PDF;
	if (pdf != NULL) {
		uint64_t size = o->size_bytes;
		n = size < PAPER_PDF_BYTES ? (size_t)size : PAPER_PDF_BYTES;
		p = object_get(o, size - n, n);
		if (p != NULL && memmem(p, n, "%%EOF", 5) != NULL)
			return PDF;
	}
	return paper_is_openxml(o) ? OFFICE : NULL;
}
