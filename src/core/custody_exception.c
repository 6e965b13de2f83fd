/* SPDX-License-Identifier: ISC */
/*
 * Exceptions in the record: added and ended by administrators in the authority
 * log, used by transfers in the custody log.  Whether one holds is a question of
 * position: the size of the authority log that a signer was shown, and the later
 * of the time that the signer claims and the newest time in the record.
 */
#include "src/core/custody_state.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/canon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- asking --------------------------------------------------------------------------- */

size_t
custody_exception_count(const struct custody *c)
{
	return c->exceptions_count;
}

const struct custody_exception *
custody_exception_at(const struct custody *c, size_t i)
{
	return &c->exceptions[i];
}

const struct custody_exception *
custody_exception_find(const struct custody *c, const char *leaf)
{
	for (size_t i = 0; i < c->exceptions_count; i++)
		if (strcmp(c->exceptions[i].leaf, leaf) == 0)
			return &c->exceptions[i];
	return NULL;
}

bool
custody_exception_holds(const struct custody_exception *x, uint64_t auth_size, int64_t now_s)
{
	return x->since <= auth_size && auth_size < x->until &&
	       exception_lasts(&x->exception, now_s);
}

const struct custody_clock *
custody_clock(const struct custody *c)
{
	return &c->clock;
}

int64_t
custody_now(const struct custody *c, int64_t wall_s)
{
	return wall_s > c->clock.newest_s ? wall_s : c->clock.newest_s;
}

size_t
custody_exceptions_now(
    const struct custody *c, int64_t wall_s, struct exception *ret, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < c->exceptions_count && n < max; i++)
		if (custody_exception_holds(
			&c->exceptions[i], c->logs[LOG_AUTHORITY].size, custody_now(c, wall_s)))
			ret[n++] = c->exceptions[i].exception;
	return n;
}

json_t *
custody_exception_rows(const struct custody *c, const json_t *leaves)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < json_array_size(leaves); i++) {
		const struct custody_exception *x =
		    custody_exception_find(c, json_string_value(json_array_get(leaves, i)));
		if (x != NULL)
			json_array_append_new(
			    rows, json_pack("{s:s, s:s, s:s, s:s}", "at", x->at, "by", x->by,
				      "in_force_by", x->in_force_by, "leaf", x->leaf));
	}
	return rows;
}

/* --- adding and ending ------------------------------------------------------------------ */

static size_t
kept(const struct custody *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->exceptions_count; i++)
		n += c->exceptions[i].until == CUSTODY_EXCEPTION_OPEN;
	return n;
}

static enum err
check_add(const struct custody *c, const struct custody_act *act)
{
	struct exception x;
	int64_t at_s = 0, end_s = 0;
	exception_of_entry(act->e->data, act->leaf, &x);
	const char *wrong = exception_wrong(&x);
	if (wrong != NULL)
		return custody_refuse(act, ERR_SYNTAX, "the exception is malformed: %s", wrong);
	clock_parse(act->e->at, &at_s);
	exception_day(x.expires, &end_s);
	if (end_s <= at_s)
		return custody_refuse(
		    act, ERR_RANGE, "the last day, %s, is over already", x.expires);
	if (end_s - at_s > (int64_t)LIM_EXCEPTION_DAYS * 86400)
		return custody_refuse(act, ERR_RANGE,
		    "an exception holds for at most %d days; then it is looked at again",
		    LIM_EXCEPTION_DAYS);
	if (kept(c) >= LIM_EXCEPTIONS_KEPT)
		return custody_refuse(act, ERR_LIMIT,
		    "%d exceptions are kept already; end some that are over",
		    LIM_EXCEPTIONS_KEPT);
	return ERR_OK;
}

enum err
custody_exception_check_end(
    const struct custody *c, const json_t *data, const struct custody_act *act)
{
	const struct custody_exception *x = custody_exception_find(c, canon_str(data, "leaf"));
	const char *reason = canon_str(data, "reason");
	if (x == NULL)
		return custody_refuse(
		    act, ERR_NOTFOUND, "no exception with this leaf is in force");
	if (x->until != CUSTODY_EXCEPTION_OPEN)
		return custody_refuse(act, ERR_EXISTS, "this exception was ended already");
	if (reason[0] == '\0' || strlen(reason) > LIM_EXCEPTION_REASON_BYTES)
		return custody_refuse(act, ERR_RANGE,
		    "the reason is missing or longer than %d bytes",
		    LIM_EXCEPTION_REASON_BYTES);
	return ERR_OK;
}

enum err
custody_exception_check(const struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_EXCEPT)
		return check_add(c, act);
	return custody_exception_check_end(c, act->e->data, act);
}

/* In the order of leaves: of two that cover the same thing the first is used, everywhere. */
static void
add(struct custody *c, const struct custody_pending *p, const char *by, uint64_t since)
{
	size_t at = 0;
	c->exceptions =
	    mem_resize(c->exceptions, c->exceptions_count + 1, sizeof(*c->exceptions));
	while (at < c->exceptions_count && strcmp(c->exceptions[at].leaf, p->leaf) < 0)
		at++;
	memmove(&c->exceptions[at + 1], &c->exceptions[at],
	    (c->exceptions_count++ - at) * sizeof(*c->exceptions));
	struct custody_exception *x = &c->exceptions[at];
	*x = (struct custody_exception){
	    .since = since, .until = CUSTODY_EXCEPTION_OPEN, .data = json_incref(p->data)};
	memcpy(x->leaf, p->leaf, sizeof(x->leaf));
	snprintf(x->by, sizeof(x->by), "%s", p->by);
	snprintf(x->in_force_by, sizeof(x->in_force_by), "%s", by);
	snprintf(x->at, sizeof(x->at), "%s", p->at);
	/* the array moves when it grows: the text of the leaf must not move with it */
	x->leaf_text = json_string(x->leaf);
	exception_of_entry(x->data, json_string_value(x->leaf_text), &x->exception);
}

static void
end(struct custody *c, const struct custody_pending *p, uint64_t until)
{
	const char *leaf = canon_str(p->data, "leaf");
	for (size_t i = 0; i < c->exceptions_count; i++) {
		struct custody_exception *x = &c->exceptions[i];
		if (strcmp(x->leaf, leaf) != 0 || x->until != CUSTODY_EXCEPTION_OPEN)
			continue;
		x->until = until;
		x->end_data = json_incref(p->data);
		snprintf(x->ended_by, sizeof(x->ended_by), "%s", p->by);
		snprintf(x->ended_at, sizeof(x->ended_at), "%s", p->at);
	}
}

void
custody_exception_apply(
    struct custody *c, const struct custody_pending *p, const char *by, uint64_t size)
{
	if (p->event == EVENT_EXCEPT)
		add(c, p, by, size);
	else
		end(c, p, size);
}

void
custody_exception_done(struct custody *c)
{
	for (size_t i = 0; i < c->exceptions_count; i++) {
		json_decref(c->exceptions[i].data);
		json_decref(c->exceptions[i].end_data);
		json_decref(c->exceptions[i].leaf_text);
	}
	free(c->exceptions);
}

/* --- use ---------------------------------------------------------------------------------- */

enum err
custody_exception_check_used(const struct custody *c, const json_t *leaves, uint64_t auth_size,
    const char *at, const struct custody_act *act)
{
	int64_t at_s = 0;
	const char *before = "";
	if (at == NULL || !clock_parse(at, &at_s))
		at_s = 0;
	if (json_array_size(leaves) > LIM_EXCEPTIONS)
		return custody_refuse(
		    act, ERR_LIMIT, "a transfer uses at most %d exceptions", LIM_EXCEPTIONS);
	for (size_t i = 0; i < json_array_size(leaves); i++) {
		const char *leaf = json_string_value(json_array_get(leaves, i));
		const struct custody_exception *x = custody_exception_find(c, leaf);
		if (strcmp(before, leaf) >= 0)
			return custody_refuse(act, ERR_SYNTAX,
			    "the exceptions are not sorted, or one comes twice");
		before = leaf;
		if (x == NULL || x->since > auth_size)
			return custody_refuse(
			    act, ERR_DENIED, "no exception %.16s... was in force", leaf);
		if (x->until <= auth_size)
			return custody_refuse(act, ERR_DENIED,
			    "the exception %.16s... was ended; return the transfer and "
			    "review it without it",
			    leaf);
		if (!exception_lasts(&x->exception, custody_now(c, at_s)))
			return custody_refuse(act, ERR_DENIED,
			    "the exception %.16s... held until %s; return the transfer and "
			    "review it without it",
			    leaf, x->exception.expires);
	}
	return ERR_OK;
}

enum err
custody_exception_check_rows(const struct custody *c, const struct exception *rows, size_t n,
    const json_t *leaves, const struct custody_act *act)
{
	if (json_array_size(leaves) != n)
		return custody_refuse(act, ERR_DENIED,
		    "the inventory was made with %zu exceptions, %zu were signed", n,
		    json_array_size(leaves));
	for (size_t i = 0; i < n; i++) {
		const struct custody_exception *x = custody_exception_find(c, rows[i].leaf);
		if (strcmp(json_string_value(json_array_get(leaves, i)), rows[i].leaf) != 0)
			return custody_refuse(act, ERR_DENIED,
			    "the inventory was made with other exceptions than were signed");
		if (x == NULL || !exception_same(&x->exception, &rows[i]))
			return custody_refuse(act, ERR_DENIED,
			    "the inventory tells of the exception %.16s... what its entry "
			    "does not say",
			    rows[i].leaf);
	}
	return ERR_OK;
}
