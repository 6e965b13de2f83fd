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
/*
 * "reports/FOLDER/FILE" on the share or "FOLDER/FILE" to a person: FOLDER is a transfer's id,
 * "period" or "people"; at most LIM_EXPORT_NAME_BYTES.
 */
bool export_is_name(const char *name);
/* Whether the entry may be the next. */
enum err export_check(const struct custody *, const struct custody_act *);

#endif
