/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/join.h"
#include "db/work_split.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/split.h"
#include "src/proc/desk/scan_in.h"

#include <stdio.h>
#include <string.h>

#define JOIN_KEY_SIZE  17 /* so much of a digest tells sets of one transfer apart */
#define JOIN_WHY_SIZE  256
#define JOIN_NOT       "as a set" /* how its word begins when it is no good one */
#define JOIN_UNREAD    "not all parts of the set were asked for"
#define JOIN_NOT_TAKEN "the scanner does not take split sets"

struct join {
	struct join *next;
	struct worker_parts parts; /* owned */
	char key[JOIN_KEY_SIZE];   /* of its parts, in their order */
	bool waits;                /* for the scanner's word */
	bool failed;               /* and that was not clean: not tried again by this scan */
	char why[JOIN_WHY_SIZE];   /* about the first of them */
};

/* The one that joins; NULL: nobody does. */
static struct scan_scanner *
join_scanner(struct scan *s)
{
	for (size_t i = 0; i < s->nscanners; i++)
		if (s->scanners[i].manifest->joins && !s->scanners[i].unfit)
			return &s->scanners[i];
	return NULL;
}

/* --- what is there ------------------------------------------------------------------------ */

struct join_names {
	struct split *split;
	enum err error;
	/* items that are named like parts */
	struct join_item {
		uint64_t item;
		const struct split_set *set;
	} * items;
	size_t n;
};

static bool
join_add(void *arg, const struct work_named *f)
{
	struct join_names *names = arg;
	struct split_file file = {
	    .holder = f->holder, .path = f->path, .path_len = f->path_len, .bytes = f->bytes};
	memcpy(file.sha256, f->sha256, 32);
	names->error = split_add(names->split, &file);
	return names->error == ERR_OK;
}

static void
join_seen(void *arg, const uint8_t sha256[32])
{
	split_seen(arg, sha256, 1);
}

/* What the joining scanner said of a part by itself. */
struct join_own {
	const char *scanner;
	enum verdict verdict; /* na: nothing */
	bool as_set, locked;
};

static bool
join_begins(const char *why, const char *word)
{
	return strncmp(why, word, strlen(word)) == 0;
}

static void
join_note_own(void *arg, const struct work_verdict *v)
{
	struct join_own *own = arg;
	if (strcmp(v->scanner, own->scanner) != 0)
		return;
	own->as_set = join_begins(v->why, JOIN_WORD) || join_begins(v->why, JOIN_NOT);
	own->verdict = own->as_set ? VERDICT_NA : verdict_parse_scanner(v->verdict);
	own->locked = strcmp(v->why, VERDICT_LOCKED) == 0;
}

/*
 * What a part is by itself, when that keeps its set apart, or NULL.  Whoever gets a
 * container opens it without the others, and nobody would have looked into it: what is
 * said of the whole would stand there.  A piece of a container may look like a broken one;
 * then the first begins like one, too.
 */
static const char *
join_is_alone(struct scan_scanner *sc, const uint8_t sha256[32], bool first, bool *begins)
{
	struct join_own own = {.scanner = sc->manifest->name};
	struct work *w = sc->scan->work;
	uint64_t inside = 0;
	scan_check(sc->scan, work_verdicts(w, sha256, join_note_own, &own));
	if (first)
		*begins = own.as_set || own.verdict != VERDICT_NA;
	if (own.verdict == VERDICT_NA)
		return NULL;
	if (own.verdict == VERDICT_ERROR || own.verdict == VERDICT_TIMEOUT)
		return "could not be looked at";
	if (!first)
		scan_check(sc->scan, work_child_inside(w, sha256, &inside));
	return own.verdict == VERDICT_CLEAN ||
	               (!first && (inside > 0 || own.locked || !*begins))
	           ? "is a container"
	           : NULL;
}

static void
join_sort_out(struct scan_scanner *sc, struct split *split)
{
	for (size_t i = 0; i < split_count(split) && sc->scan->lost == ERR_OK; i++) {
		const struct split_set *set = split_get(split, i);
		bool begins = false;
		for (size_t k = 0; k < set->n && set->why[0] == '\0'; k++) {
			const char *is =
			    join_is_alone(sc, set->parts[k].sha256, k == 0, &begins);
			if (is != NULL)
				split_alone(split, i, k, is);
		}
	}
}

/* The sets of the transfer.  NULL: there are too many names, or the database has failed. */
static struct split *
join_plan(struct scan_scanner *sc)
{
	struct scan *s = sc->scan;
	struct join_names names = {.split = split_new()};
	scan_check(s, work_split_names(s->work, WORK_SPLIT_NUMBERS, join_add, &names));
	if (names.error == ERR_OK && split_wants_letters(names.split))
		scan_check(s, work_split_names(s->work, WORK_SPLIT_LETTERS, join_add, &names));
	if (names.error == ERR_OK && split_wants_zips(names.split))
		scan_check(s, work_split_names(s->work, WORK_SPLIT_ZIPS, join_add, &names));
	split_find(names.split);
	join_sort_out(sc, names.split);
	for (size_t i = 0; i < split_digests(names.split) && s->lost == ERR_OK; i++) {
		uint64_t n = 0;
		const uint8_t *sha256 = split_digest(names.split, i);
		scan_check(s, work_split_items(s->work, sha256, &n));
		split_seen(names.split, sha256, n);
	}
	if (split_digests(names.split) > 0)
		scan_check(s, work_split_members(s->work, join_seen, names.split));
	split_settle(names.split);
	if (names.error != ERR_OK)
		log_warn("split sets are not joined: more than %d files of the transfer are "
			 "named like parts",
		    LIM_SPLIT_NAMES);
	return names.error == ERR_OK && s->lost == ERR_OK ? names.split
	                                                  : split_free(names.split);
}

static bool
join_note(void *arg, const struct work_named *f)
{
	struct join_names *names = arg;
	const struct split_set *set =
	    f->item != 0 ? split_of(names->split, NULL, f->path, f->path_len) : NULL;
	if (set == NULL || set->why[0] == '\0')
		return true;
	/* doubled at each power of two */
	if ((names->n & (names->n - 1)) == 0)
		names->items = mem_resize(
		    names->items, names->n == 0 ? 1 : names->n * 2, sizeof(*names->items));
	names->items[names->n++] = (struct join_item){f->item, set};
	return true;
}

/* For whoever judges the items: why their set is not joined. */
static void
join_tell_apart(struct scan *s, struct split *split)
{
	struct join_names names = {.split = split};
	scan_check(s, work_apart_clear(s->work));
	if (split_count(split) > 0)
		scan_check(s, work_split_names(s->work, WORK_SPLIT_NUMBERS, join_note, &names));
	if (split_wants_letters(split))
		scan_check(s, work_split_names(s->work, WORK_SPLIT_LETTERS, join_note, &names));
	for (size_t i = 0; i < names.n && s->lost == ERR_OK; i++)
		scan_check(
		    s, work_apart_put(s->work, names.items[i].item, names.items[i].set->why));
	free(names.items);
}

/* --- one set
 * ---------------------------------------------------------------------------------- */

static void
join_key(const struct split_set *set, char out[JOIN_KEY_SIZE])
{
	struct digest *d = digest_new();
	uint8_t sum[DIGEST_SIZE];
	digest_add(d, set->zip ? "z" : "p", 1);
	for (size_t i = 0; i < set->n; i++)
		digest_add(d, set->parts[i].sha256, 32);
	digest_final(d, sum);
	digest_free(d);
	hex_encode(sum, (JOIN_KEY_SIZE - 1) / 2, out);
}

struct join_said {
	const char *scanner, *key; /* key NULL: of any set */
	bool joined;
};

static void
join_note_verdict(void *arg, const struct work_verdict *v)
{
	struct join_said *said = arg;
	size_t n = strlen(v->why);
	if (strcmp(v->scanner, said->scanner) != 0 || !join_begins(v->why, JOIN_WORD))
		return;
	said->joined |=
	    said->key == NULL || (n >= JOIN_KEY_SIZE - 1 &&
				     strcmp(v->why + n - (JOIN_KEY_SIZE - 1), said->key) == 0);
}

/* Whether it was joined as a part of this set, or (key NULL) of any. */
static bool
join_was(struct scan_scanner *sc, const uint8_t sha256[32], const char *key)
{
	struct join_said said = {sc->manifest->name, key, false};
	scan_check(sc->scan, work_verdicts(sc->scan->work, sha256, join_note_verdict, &said));
	return said.joined;
}

static struct join *
join_find(struct scan *s, const char *key)
{
	struct join *j = s->joins;
	while (j != NULL && strcmp(j->key, key) != 0)
		j = j->next;
	return j;
}

static struct join *
join_new(struct scan *s, const struct split_set *set, const char *key)
{
	struct join *j = mem_alloc(sizeof(*j));
	struct split_part *parts = mem_array(set->n, sizeof(*parts));
	memcpy(parts, set->parts, set->n * sizeof(*parts));
	j->parts = (struct worker_parts){.name = mem_dup(set->name, set->name_len),
	    .name_len = set->name_len < LIM_PATH_BYTES ? set->name_len : LIM_PATH_BYTES,
	    .zip = set->zip,
	    .parts = parts,
	    .n = set->n,
	    .asked = mem_array(set->n, sizeof(bool))};
	snprintf(j->key, sizeof(j->key), "%s", key);
	j->next = s->joins;
	s->joins = j;
	return j;
}

/* A whole set: its first part is given again, as such.  True when it waits now. */
static bool
join_queue(struct scan_scanner *sc, const struct split_set *set)
{
	struct scan *s = sc->scan;
	char key[JOIN_KEY_SIZE];
	bool done = true;
	join_key(set, key);
	for (size_t i = 0; i < set->n && done; i++)
		done = join_was(sc, set->parts[i].sha256, key);
	struct join *j = join_find(s, key);
	if (done || (j != NULL && (j->waits || j->failed)))
		return false;
	if (j == NULL)
		j = join_new(s, set, key);
	memset(j->parts.asked, 0, set->n * sizeof(*j->parts.asked));
	j->waits = scan_again(s, sc->manifest->name, set->parts[0].sha256, set->parts[0].bytes);
	return j->waits;
}

/* A set that is not joined, and once was: what was said of its parts was said of the whole. */
static bool
join_undo(struct scan_scanner *sc, const struct split_set *set)
{
	bool any = false;
	for (size_t i = 0; i < set->n; i++)
		if (join_was(sc, set->parts[i].sha256, NULL))
			any |= scan_again(sc->scan, sc->manifest->name, set->parts[i].sha256,
			    set->parts[i].bytes);
	return any;
}

bool
join_look(struct scan *s)
{
	struct scan_scanner *sc = join_scanner(s);
	bool any = false;
	/* nothing was said since */
	if (sc == NULL || s->looked == s->kept || s->lost != ERR_OK)
		return false;
	s->looked = s->kept;
	struct split *split = join_plan(sc);
	if (split == NULL)
		return false;
	join_tell_apart(s, split);
	for (size_t i = 0; i < split_count(split) && s->lost == ERR_OK; i++) {
		const struct split_set *set = split_get(split, i);
		any |= set->why[0] == '\0' ? join_queue(sc, set) : join_undo(sc, set);
	}
	split_free(split);
	return any;
}

/* --- what is said of it ---------------------------------------------------------------------
 */

static struct join *
join_waiting(const struct scan_scanner *sc, const uint8_t sha256[32])
{
	if (!sc->manifest->joins)
		return NULL;
	for (struct join *j = sc->scan->joins; j != NULL; j = j->next)
		if (j->waits && memcmp(j->parts.parts[0].sha256, sha256, 32) == 0)
			return j;
	return NULL;
}

const struct worker_parts *
join_of(const struct scan_scanner *sc, const uint8_t sha256[32])
{
	const struct join *j = join_waiting(sc, sha256);
	return j != NULL ? &j->parts : NULL;
}

/* What is kept as the word about a part: it is not about these bytes alone. */
static void
join_word(const struct join *j, size_t i, const struct work_verdict *v, char out[JOIN_WHY_SIZE])
{
	if (strcmp(v->verdict, "clean") == 0)
		snprintf(out, JOIN_WHY_SIZE,
		    JOIN_WORD "part %zu of %zu, looked at as one, set %s", i + 1, j->parts.n,
		    j->key);
	else
		snprintf(
		    out, JOIN_WHY_SIZE, JOIN_NOT "%s%s", v->why[0] != '\0' ? ": " : "", v->why);
}

/* Another part: what is inside the first is inside it; by itself it held nothing. */
static void
join_share(
    struct scan_scanner *sc, const struct join *j, size_t i, const struct work_verdict *v)
{
	struct scan *s = sc->scan;
	const struct split_part *part = &j->parts.parts[i];
	const char *name = sc->manifest->name;
	const bool clean = strcmp(v->verdict, "clean") == 0;
	char why[JOIN_WHY_SIZE];
	join_word(j, i, v, why);
	const struct work_verdict other = {
	    name, v->verdict, why, part->bytes, clean ? part->bytes : 0};
	scan_check(s, work_verdict_clear(s->work, part->sha256, name));
	inside_share(s->inside, j->parts.parts[0].sha256, part->sha256, name);
	scan_check(s, work_verdict_put(s->work, part->sha256, &other));
}

void
join_conclude(struct scan_scanner *sc, const struct work_todo *t, struct work_verdict *v)
{
	struct join *j = join_waiting(sc, t->sha256);
	bool asked = true;
	if (j == NULL)
		return;
	j->waits = false;
	for (size_t i = 0; i < j->parts.n; i++)
		asked &= j->parts.asked[i];
	bool clean = strcmp(v->verdict, "clean") == 0;
	/* it is no word about a set, or not about all of it */
	if (strcmp(v->verdict, "na") == 0 || (clean && (!asked || v->read_bytes != t->bytes))) {
		v->why = clean ? JOIN_UNREAD : JOIN_NOT_TAKEN;
		v->verdict = "incomplete";
		clean = false;
	}
	j->failed = !clean;
	for (size_t i = 1; i < j->parts.n; i++)
		if (memcmp(j->parts.parts[i].sha256, t->sha256, 32) != 0)
			join_share(sc, j, i, v);
	join_word(j, 0, v, j->why);
	v->why = j->why;
}

void
join_end(struct scan *s)
{
	while (s->joins != NULL) {
		struct join *j = s->joins;
		s->joins = j->next;
		free((void *)(uintptr_t)j->parts.name);
		free((void *)(uintptr_t)j->parts.parts);
		free(j->parts.asked);
		free(j);
	}
}
