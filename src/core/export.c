/* SPDX-License-Identifier: ISC */
#include "src/core/export.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"
#include "src/core/transfer.h"

#include <stdio.h>
#include <string.h>

#define EXPORT_SHARE "reports/"

/* Reports, and behind them what is no report but the record itself. */
static const char *const export_formats[] = {
    "text", "json", "csv", "csv-findings", "html", "pdf", "slip"};
static const char *const export_records[] = {"bundle", "ledger", "leaves"};
static const char *const export_folders[] = {"period", "people", EXPORT_RECORD};

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

bool
export_is_record(const char *format)
{
	return export_is_one(export_records, sizeof(export_records) / sizeof(export_records[0]),
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

static bool
export_is_general(const char *inside, size_t folder)
{
	return export_is_one(
	    export_folders, sizeof(export_folders) / sizeof(export_folders[0]), inside, folder);
}

/* The record lies in its own folder, and a bundle is of one transfer. */
static bool
export_fits(const char *format, const char *inside, size_t folder)
{
	const bool record =
	    folder == strlen(EXPORT_RECORD) && memcmp(inside, EXPORT_RECORD, folder) == 0;
	if (strcmp(format, "bundle") == 0)
		return !export_is_general(inside, folder);
	return record == export_is_record(format);
}

/* Where it goes: below reports/ on the share, or to a person or a medium. */
static enum err
export_check_way(const struct custody *c, const struct custody_act *act, const char *name)
{
	const json_t *medium = canon_object(act->e->data, "medium");
	if (medium == NULL)
		return ERR_OK;
	if (export_inside(name) != name)
		return custody_refuse(
		    act, ERR_SYNTAX, "what goes to a medium is not below reports/");
	return custody_writing_check_export(c, medium, act);
}

enum err
export_check(const struct custody *c, const struct custody_act *act)
{
	const char *name = canon_str(act->e->data, "name"),
		   *officer = canon_str(act->e->data, "officer");
	const struct custody_person *p = custody_person_find(c, officer);
	char id[TRANSFER_ID_SIZE];
	const char *format = canon_str(act->e->data, "format");
	if (!export_is_format(format) && !export_is_record(format))
		return custody_refuse(act, ERR_SYNTAX, "there is no such format of a report");
	if (!export_is_name(name))
		return custody_refuse(act, ERR_SYNTAX, "no report has the name %.80s", name);
	if (p == NULL || (p->roles & ~(unsigned)CUSTODY_REQUESTER) == 0)
		return custody_refuse(
		    act, ERR_NOTFOUND, "%s is nobody to whom a report is given", officer);
	const char *inside = export_inside(name);
	const size_t folder = export_folder(inside);
	if (!export_fits(format, inside, folder))
		return custody_refuse(
		    act, ERR_SYNTAX, "%.80s is no place for the format %s", name, format);
	enum err e = export_check_way(c, act, name);
	if (e != ERR_OK || export_is_general(inside, folder))
		return e;
	memcpy(id, inside, folder);
	id[folder] = '\0';
	return c->partial || custody_transfer_find(c, id) != NULL
	           ? ERR_OK
	           : custody_refuse(act, ERR_NOTFOUND, "there is no transfer %s", id);
}
