/* SPDX-License-Identifier: ISC */
/* Members of a row of the desk's answers. */
#ifndef UI_ROW_H
#define UI_ROW_H

#include <jansson.h>
#include <stdint.h>

/* The text of a member, "" when it is not there; lives as long as the row. */
const char *row_text(const json_t *row, const char *key);
/* The number of a member, 0 when it is not there or negative. */
uint64_t row_uint(const json_t *row, const char *key);
/* The verdict under this key in words: "not applicable" for "na", "" when there is none. */
const char *row_verdict(const json_t *row, const char *key);
/* The same of a verdict. */
const char *row_verdict_words(const char *verdict);

#endif
