/* SPDX-License-Identifier: ISC */
/*
 * Sets of signatures and rules in the record: brought in by an administrator,
 * confirmed by another person, then tried by the station; and what the station
 * says of its own machine.
 */
#include "src/core/custody_state.h"
#include "src/base/clock.h"
#include "src/core/canon.h"

#include <stdio.h>
#include <string.h>

const struct custody_set *
custody_set_at(const struct custody *c, size_t i)
{
	size_t room = sizeof(c->sets) / sizeof(c->sets[0]);
	if (i >= c->sets_count || i >= room)
		return NULL;
	return &c->sets[(c->sets_count - 1 - i) % room];
}

const struct custody_set *
custody_set_find(const struct custody *c, const char *scanner, unsigned states)
{
	const struct custody_set *s;
	for (size_t i = 0; (s = custody_set_at(c, i)) != NULL; i++)
		if (strcmp(s->scanner, scanner) == 0 && (states & s->state) != 0)
			return s;
	return NULL;
}

/* The newest of this scanner, to be changed. */
static struct custody_set *
custody_set_newest(struct custody *c, const char *scanner)
{
	size_t room = sizeof(c->sets) / sizeof(c->sets[0]);
	for (size_t i = 0; i < c->sets_count && i < room; i++) {
		struct custody_set *s = &c->sets[(c->sets_count - 1 - i) % room];
		if (strcmp(s->scanner, scanner) == 0)
			return s;
	}
	return NULL;
}

static enum err
custody_sets_check_import(const struct custody *c, const struct custody_act *act)
{
	const json_t *data = act->e->data;
	const char *scanner = canon_str(data, "scanner"), *set = canon_str(data, "set");
	const struct custody_set *s;
	int64_t date_s;
	bool back = false;
	canon_bool(data, "back", &back);
	if (strlen(scanner) >= sizeof(s->scanner) ||
	    strlen(canon_str(data, "version")) >= sizeof(s->version) ||
	    !clock_parse(canon_str(data, "date"), &date_s))
		return custody_refuse(
		    act, ERR_SYNTAX, "scanner, version or date are not what they must be");
	s = custody_set_find(c, scanner, CUSTODY_SET_TRIED);
	if (s != NULL)
		return custody_refuse(
		    act, ERR_STATE, "a set of this scanner is being tried at this moment");
	if (!back)
		return ERR_OK;
	for (size_t i = 0; (s = custody_set_at(c, i)) != NULL; i++)
		if (strcmp(s->scanner, scanner) == 0 && strcmp(s->set, set) == 0 &&
		    s->state == CUSTODY_SET_USED)
			return ERR_OK;
	return custody_refuse(
	    act, ERR_NOTFOUND, "the set to go back to was never in use at this station");
}

static enum err
custody_sets_check_confirm(const struct custody *c, const struct custody_act *act)
{
	const struct custody_set *s =
	    custody_set_find(c, canon_str(act->e->data, "scanner"), CUSTODY_SET_ANY);
	if (s == NULL || s->state != CUSTODY_SET_WAITS ||
	    strcmp(s->leaf, canon_str(act->e->data, "leaf")) != 0 ||
	    strcmp(s->set, canon_str(act->e->data, "set")) != 0)
		return custody_refuse(
		    act, ERR_STATE, "no such set waits for a second signature");
	if (strcmp(s->by, act->e->actor_id) == 0)
		return custody_refuse(act, ERR_DENIED,
		    "who brought the set in cannot confirm it; another person does");
	return ERR_OK;
}

static enum err
custody_sets_check_loaded(const struct custody *c, const struct custody_act *act)
{
	const struct custody_set *s =
	    custody_set_find(c, canon_str(act->e->data, "scanner"), CUSTODY_SET_ANY);
	if (s == NULL || s->state != CUSTODY_SET_TRIED ||
	    strcmp(s->set, canon_str(act->e->data, "set")) != 0)
		return custody_refuse(act, ERR_STATE, "this set is not being tried");
	return ERR_OK;
}

/* --- the machine: its clock and its disk ------------------------------------------------ */

bool
custody_no_ballast(const struct custody *c)
{
	return c->no_ballast;
}

static enum err
custody_sets_check_clock(const struct custody_act *act)
{
	const json_t *data = act->e->data;
	const char *kind = canon_str(data, "kind");
	int64_t expected, found;
	bool good = clock_parse(canon_str(data, "expected"), &expected) &&
	            clock_parse(canon_str(data, "found"), &found);
	bool unset = good && clock_judge(found, 0) == CLOCK_UNSET;
	if (good && strcmp(kind, "unset") == 0)
		good = unset;
	else if (good && strcmp(kind, "ahead") == 0)
		good = !unset && found - expected > LIM_CLOCK_STEP_S;
	else
		good = good && strcmp(kind, "back") == 0 && !unset &&
		       expected - found > LIM_CLOCK_STEP_S;
	return good ? ERR_OK
	            : custody_refuse(act, ERR_RANGE, "a step of the clock that is none");
}

static enum err
custody_sets_check_disk(const struct custody *c, const struct custody_act *act)
{
	const json_t *data = act->e->data;
	uint64_t bytes = 0, floor = 0, ballast = 0;
	if (act->event == EVENT_DISK_LOW) {
		canon_uint(data, "bytes", &bytes);
		canon_uint(data, "floor", &floor);
		return bytes < floor ? ERR_OK
		                     : custody_refuse(act, ERR_RANGE,
					   "a disk that is said to be low and is not");
	}
	canon_uint(data, "ballast", &ballast);
	if (ballast == 0)
		return custody_refuse(act, ERR_RANGE, "a ballast of no bytes");
	if (c->no_ballast == (act->event == EVENT_DISK_FULL))
		return custody_refuse(act, ERR_STATE,
		    c->no_ballast ? "the ballast was given up already"
				  : "the ballast was not given up");
	return ERR_OK;
}

enum err
custody_sets_check(const struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_SET_IMPORT)
		return custody_sets_check_import(c, act);
	if (act->event == EVENT_SET_CONFIRM)
		return custody_sets_check_confirm(c, act);
	if (act->event == EVENT_SET_LOADED)
		return custody_sets_check_loaded(c, act);
	if (act->event == EVENT_CLOCK)
		return custody_sets_check_clock(act);
	if (act->event == EVENT_DISK_LOW || act->event == EVENT_DISK_FULL ||
	    act->event == EVENT_DISK_ROOM)
		return custody_sets_check_disk(c, act);
	return ERR_OK;
}

static void
custody_sets_import(struct custody *c, const struct custody_act *act)
{
	const json_t *data = act->e->data;
	const char *scanner = canon_str(data, "scanner");
	struct custody_set *s = custody_set_newest(c, scanner);
	/* what nobody confirmed makes room for what came after it */
	if (s == NULL || s->state != CUSTODY_SET_WAITS)
		s = &c->sets[c->sets_count++ % (sizeof(c->sets) / sizeof(c->sets[0]))];
	*s = (struct custody_set){.state = CUSTODY_SET_WAITS};
	snprintf(s->scanner, sizeof(s->scanner), "%s", scanner);
	snprintf(s->set, sizeof(s->set), "%s", canon_str(data, "set"));
	snprintf(s->version, sizeof(s->version), "%s", canon_str(data, "version"));
	snprintf(s->date, sizeof(s->date), "%s", canon_str(data, "date"));
	snprintf(s->by, sizeof(s->by), "%s", act->e->actor_id);
	snprintf(s->at, sizeof(s->at), "%s", act->e->at);
	snprintf(s->leaf, sizeof(s->leaf), "%s", act->leaf);
	canon_bool(data, "back", &s->back);
}

void
custody_sets_apply(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_SET_IMPORT) {
		custody_sets_import(c, act);
		return;
	}
	if (act->event == EVENT_DISK_FULL || act->event == EVENT_DISK_ROOM)
		c->no_ballast = act->event == EVENT_DISK_FULL;
	if (act->event != EVENT_SET_CONFIRM && act->event != EVENT_SET_LOADED)
		return;
	struct custody_set *s = custody_set_newest(c, canon_str(act->e->data, "scanner"));
	if (act->event == EVENT_SET_CONFIRM && s != NULL) {
		s->state = CUSTODY_SET_TRIED;
		snprintf(s->confirmed_by, sizeof(s->confirmed_by), "%s", act->e->actor_id);
		s->confirmed_s = c->clock.newest_s;
	} else if (act->event == EVENT_SET_LOADED && s != NULL) {
		bool pass = false;
		canon_bool(act->e->data, "pass", &pass);
		s->state = pass ? CUSTODY_SET_USED : CUSTODY_SET_REFUSED;
		snprintf(s->why, sizeof(s->why), "%s", canon_str(act->e->data, "why"));
	}
}
