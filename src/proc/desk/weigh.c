/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/weigh.h"
#include "src/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 5))) static void
weigh_say(
    struct worker_result *r, enum verdict v, char words[WEIGH_WHY_SIZE], const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(words, WEIGH_WHY_SIZE, fmt, ap);
	va_end(ap);
	r->verdict = v;
	r->why = words;
}

static bool
weigh_may_be_part(
    const struct policy *policy, const struct manifest *m, const struct work_todo *t)
{
	struct verdict_need needs[LIM_SCANNERS];
	size_t n =
	    policy != NULL ? policy_needs(policy, t->type, t->bytes, needs, LIM_SCANNERS) : 0;
	for (size_t i = 0; i < n; i++)
		if (strcmp(needs[i].scanner, m->name) == 0)
			return needs[i].part;
	return false;
}

void
weigh_result(const struct policy *policy, const struct manifest *m, const struct work_todo *t,
    struct worker_result *r, char words[WEIGH_WHY_SIZE])
{
	if (r->bytes != t->bytes || r->read_bytes > t->bytes) {
		weigh_say(r, VERDICT_ERROR, words,
		    "it answered for %ju bytes, the object has %ju",
		    (uintmax_t)(r->bytes != t->bytes ? r->bytes : r->read_bytes),
		    (uintmax_t)t->bytes);
		r->bytes = t->bytes;
		r->read_bytes = 0;
		return;
	}
	if (r->verdict != VERDICT_CLEAN || r->read_bytes == t->bytes ||
	    weigh_may_be_part(policy, m, t))
		return;
	if (r->read_bytes == 0)
		weigh_say(r, VERDICT_ERROR, words, "it said clean and had looked at nothing");
	else
		weigh_say(r, VERDICT_INCOMPLETE, words,
		    "it said clean and had looked at %ju of %ju bytes",
		    (uintmax_t)r->read_bytes, (uintmax_t)t->bytes);
}
