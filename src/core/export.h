/* SPDX-License-Identifier: ISC */
/* What leaves the station as a document: audit.export. */
#ifndef CORE_EXPORT_H
#define CORE_EXPORT_H

#include "src/base/err.h"

#include <stdbool.h>

struct custody;
struct custody_act;

/* "text", "json", "csv", "csv-findings", "html", "pdf", "slip": a closed list. */
bool export_is_format(const char *format);
/* "bundle", "ledger", "leaves": no report, the record itself. */
bool export_is_record(const char *format);
/* The folder of "ledger" and "leaves", and of nothing else. */
#define EXPORT_RECORD "record"
/*
 * "reports/FOLDER/FILE" on the share or "FOLDER/FILE" to a person or a medium: FOLDER is a
 * transfer's id, "period", "people" or EXPORT_RECORD; at most LIM_EXPORT_NAME_BYTES.
 */
bool export_is_name(const char *name);
/* Whether the entry may be the next. */
enum err export_check(const struct custody *, const struct custody_act *);

#endif
