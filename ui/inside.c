/* SPDX-License-Identifier: ISC */
#include "ui/inside.h"
#include "src/base/buf.h"
#include "src/core/account.h"
#include "ui/row.h"

#include <stdio.h>

/* A word nobody knows is no good news. */
static struct verdict_inside
inside_of(const json_t *row)
{
	const json_t *o = json_object_get(row, "inside");
	struct verdict_inside in = {.members = row_uint(o, "members"),
	    .links = row_uint(o, "links"),
	    .objects = row_uint(o, "objects"),
	    .verdict = o != NULL ? VERDICT_ERROR : VERDICT_NA,
	    .whole = json_is_true(json_object_get(o, "whole"))};
	verdict_parse(row_text(o, "verdict"), &in.verdict);
	return in;
}

const char *
inside_words(const json_t *row, char out[INSIDE_WORDS_SIZE])
{
	struct verdict_inside in = inside_of(row);
	struct buf words;
	buf_init(&words, INSIDE_WORDS_SIZE);
	account_inside(&in, row_text(json_object_get(row, "inside"), "worst"), &words);
	snprintf(out, INSIDE_WORDS_SIZE, "%s", buf_str(&words));
	buf_done(&words);
	return out;
}

const char *
inside_parts(const json_t *row, const json_t *scan, char out[INSIDE_WORDS_SIZE])
{
	struct verdict_inside in = inside_of(row);
	struct verdict_result r = {.verdict = VERDICT_ERROR, .parts = row_uint(scan, "parts")};
	struct buf words;
	verdict_parse(row_text(scan, "verdict"), &r.verdict);
	r.too_large = verdict_parts_word(r.verdict, row_text(scan, "why")) != NULL;
	buf_init(&words, INSIDE_WORDS_SIZE);
	if (verdict_in_parts(&r, &in))
		account_parts(r.parts, &words);
	snprintf(out, INSIDE_WORDS_SIZE, "%s", buf_str(&words));
	buf_done(&words);
	return out;
}

bool
inside_is_fine(const json_t *row)
{
	return inside_of(row).verdict <= VERDICT_CLEAN;
}
