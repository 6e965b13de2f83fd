/* SPDX-License-Identifier: ISC */
#include "src/core/export.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"
#include "src/core/transfer.h"

#include <stdio.h>
#include <string.h>

#define EXPORT_SHARE "reports/"

static const char *const export_formats[] = {
    "text", "json", "csv", "csv-findings", "html", "pdf", "slip"};
static const char *const export_folders[] = {"period", "people"};

static bool
export_is_one(const char *const *words, size_t n, const char *word, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
			return true;
	return false;
}

bool
export_is_format(const char *format)
{
	return export_is_one(export_formats, sizeof(export_formats) / sizeof(export_formats[0]),
	    format, strlen(format));
}

static const char *
export_inside(const char *name)
{
	const size_t n = strlen(EXPORT_SHARE);
	return strncmp(name, EXPORT_SHARE, n) == 0 ? name + n : name;
}

/* The folder's length: up to the one slash. */
static size_t
export_folder(const char *inside)
{
	return strcspn(inside, "/");
}

bool
export_is_name(const char *name)
{
	const char *inside = export_inside(name);
	const size_t folder = export_folder(inside);
	char subject[TRANSFER_ID_SIZE + 8];
	if (strlen(name) > LIM_EXPORT_NAME_BYTES || inside[folder] != '/')
		return false;
	const char *file = inside + folder + 1;
	const size_t n = strlen(file);
	if (n == 0 || n > LIM_EXPORT_FILE_BYTES || file[0] < 'a' || file[0] > 'z' ||
	    strspn(file, "abcdefghijklmnopqrstuvwxyz0123456789._-") != n)
		return false;
	if (export_is_one(export_folders, sizeof(export_folders) / sizeof(export_folders[0]),
		inside, folder))
		return true;
	if (folder == 0 || folder >= TRANSFER_ID_SIZE)
		return false;
	snprintf(subject, sizeof(subject), "xfer:%.*s", (int)folder, inside);
	return transfer_subject_parse(subject, NULL) == SUBJ_XFER;
}

enum err
export_check(const struct custody *c, const struct custody_act *act)
{
	const char *name = canon_str(act->e->data, "name"),
		   *officer = canon_str(act->e->data, "officer");
	const struct custody_person *p = custody_person_find(c, officer);
	char id[TRANSFER_ID_SIZE];
	if (!export_is_format(canon_str(act->e->data, "format")))
		return custody_refuse(act, ERR_SYNTAX, "there is no such format of a report");
	if (!export_is_name(name))
		return custody_refuse(act, ERR_SYNTAX, "no report has the name %.80s", name);
	if (p == NULL || (p->roles & ~(unsigned)CUSTODY_REQUESTER) == 0)
		return custody_refuse(
		    act, ERR_NOTFOUND, "%s is nobody to whom a report is given", officer);
	const char *inside = export_inside(name);
	const size_t folder = export_folder(inside);
	if (export_is_one(export_folders, sizeof(export_folders) / sizeof(export_folders[0]),
		inside, folder))
		return ERR_OK;
	memcpy(id, inside, folder);
	id[folder] = '\0';
	return c->partial || custody_transfer_find(c, id) != NULL
	           ? ERR_OK
	           : custody_refuse(act, ERR_NOTFOUND, "there is no transfer %s", id);
}
