/* SPDX-License-Identifier: ISC */
/* The custody report as JSON: sallyport-report(5) describes the keys. */
#ifndef CORE_REPORT_JSON_H
#define CORE_REPORT_JSON_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <jansson.h>

/* Appends the tree of report_build, indented, keys sorted, LF at the end. */
enum err report_json_print(const json_t *tree, struct buf *out);

#endif
