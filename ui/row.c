/* SPDX-License-Identifier: ISC */
#include "ui/row.h"

#include <string.h>

const char *
row_text(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));
	return text != NULL ? text : "";
}

uint64_t
row_uint(const json_t *row, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(row, key));
	return n > 0 ? (uint64_t)n : 0;
}

const char *
row_verdict_words(const char *verdict)
{
	return strcmp(verdict, "na") == 0 ? "not applicable" : verdict;
}

const char *
row_verdict(const json_t *row, const char *key)
{
	return row_verdict_words(row_text(row, key));
}
