/* SPDX-License-Identifier: ISC */
/* The custody report as plain text, at most 96 columns, printable ASCII. */
#ifndef CORE_REPORT_TEXT_H
#define CORE_REPORT_TEXT_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <jansson.h>

/* Appends the report; tree is from report_build. */
enum err report_text_print(const json_t *tree, struct buf *out);

#endif
