/* SPDX-License-Identifier: ISC */
/*
 * The report of a span of days: every transfer in a line, what was refused, which media
 * are here, exceptions, anchors and people; and the people alone.
 */
#ifndef CORE_PERIOD_H
#define CORE_PERIOD_H

#include "src/core/custody.h"
#include "src/core/sheet.h"

struct period_input {
	struct custody *custody;  /* replayed by the caller */
	const void *custody_list; /* its custody log: entry, blank line, entry... */
	size_t custody_len;
	const char *from, *to; /* days, both in it: "2026-11-01" */
	/* For the people: replayed as far as they are asked for; NULL: there was nobody yet. */
	const struct custody *people;
	uint64_t at; /* how many entries of the authority log that are */
	int64_t now_s;
};

/* Whether both are days that exist, and from is not after to. */
bool period_is_span(const char *from, const char *to);
/* Entries of this log up to the last whose claimed day is not after to. */
uint64_t period_size(const void *list, size_t len, const char *to);
enum err period_tell(const struct period_input *, struct sheet *);
/* Who held which role with which key after so many entries of the authority log. */
enum err period_tell_people(const struct period_input *, struct sheet *);

#endif
