/* SPDX-License-Identifier: ISC */
#include "ui/row.h"

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
