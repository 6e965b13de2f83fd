/* SPDX-License-Identifier: ISC */
#include "src/core/verdict.h"

#include <assert.h>
#include <string.h>

static const char *const verdict_words[VERDICT__MAX] = {
    [VERDICT_NA] = "na",
    [VERDICT_CLEAN] = "clean",
    [VERDICT_UNSCANNED] = "unscanned",
    [VERDICT_SUSPICIOUS] = "suspicious",
    [VERDICT_INCOMPLETE] = "incomplete",
    [VERDICT_TIMEOUT] = "timeout",
    [VERDICT_ERROR] = "error",
    [VERDICT_INVALID] = "invalid",
    [VERDICT_MALICIOUS] = "malicious",
};

const char *
verdict_print(enum verdict v)
{
	assert((unsigned)v < VERDICT__MAX);
	return verdict_words[v];
}

bool
verdict_parse(const char *word, enum verdict *ret)
{
	for (unsigned v = 0; v < VERDICT__MAX; v++)
		if (strcmp(verdict_words[v], word) == 0) {
			*ret = (enum verdict)v;
			return true;
		}
	return false;
}

enum verdict
verdict_parse_scanner(const char *word)
{
	enum verdict v;
	if (word == NULL || !verdict_parse(word, &v) || v == VERDICT_UNSCANNED)
		return VERDICT_ERROR;
	return v;
}

enum verdict
verdict_worst(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

bool
verdict_too_large(enum verdict v, const char *why)
{
	size_t n = strlen(VERDICT_TOO_LARGE);
	return v == VERDICT_INCOMPLETE && strncmp(why, VERDICT_TOO_LARGE, n) == 0 &&
	       (why[n] == '\0' || why[n] == ':');
}

const char *
verdict_parts_word(enum verdict v, const char *why)
{
	if (verdict_too_large(v, why))
		return VERDICT_TOO_LARGE;
	return v == VERDICT_INCOMPLETE && strcmp(why, VERDICT_LOCKED) == 0 ? VERDICT_LOCKED
	                                                                   : NULL;
}

bool
verdict_in_parts(const struct verdict_result *r, const struct verdict_inside *inside)
{
	return r->verdict == VERDICT_INCOMPLETE && r->too_large && inside != NULL &&
	       inside->whole && inside->objects > 0 && r->parts == inside->objects;
}

/* One result as it counts; need is NULL for a scanner that is not required. */
static enum verdict
verdict_count(uint64_t size_bytes, const struct verdict_need *need,
    const struct verdict_result *r, const struct verdict_inside *inside)
{
	if ((unsigned)r->verdict >= VERDICT__MAX || r->verdict == VERDICT_UNSCANNED)
		return VERDICT_ERROR;
	if (verdict_in_parts(r, inside) && r->of_bytes == size_bytes)
		return need == NULL || need->part ? VERDICT_NA : VERDICT_CLEAN;
	if (r->verdict != VERDICT_CLEAN)
		return r->verdict;
	if (need == NULL || need->part)
		return VERDICT_NA;
	if (r->of_bytes != size_bytes || r->read_bytes > r->of_bytes)
		return VERDICT_ERROR;
	if (r->read_bytes == 0 && size_bytes > 0)
		return VERDICT_ERROR;
	return r->read_bytes < size_bytes ? VERDICT_INCOMPLETE : VERDICT_CLEAN;
}

static const struct verdict_need *
verdict_need_find(const struct verdict_need *needs, size_t n, const char *scanner)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(needs[i].scanner, scanner) == 0)
			return &needs[i];
	return NULL;
}

static bool
verdict_has_result(const struct verdict_result *results, size_t n, const char *scanner)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(results[i].scanner, scanner) == 0)
			return true;
	return false;
}

enum verdict
verdict_item(uint64_t size_bytes, const struct verdict_need *needs, size_t nneeds,
    const struct verdict_result *results, size_t nresults, const struct verdict_inside *inside)
{
	enum verdict worst = VERDICT_NA;
	bool evidence = false;

	if (inside != NULL)
		worst =
		    (unsigned)inside->verdict < VERDICT__MAX ? inside->verdict : VERDICT_ERROR;

	for (size_t i = 0; i < nresults; i++) {
		const struct verdict_need *need =
		    verdict_need_find(needs, nneeds, results[i].scanner);
		enum verdict v = verdict_count(size_bytes, need, &results[i], inside);
		if (need != NULL && !need->part && v != VERDICT_NA)
			evidence = true;
		worst = verdict_worst(worst, v);
	}
	for (size_t i = 0; i < nneeds; i++)
		if (!verdict_has_result(results, nresults, needs[i].scanner))
			worst = verdict_worst(worst, VERDICT_ERROR);
	return evidence ? worst : verdict_worst(worst, VERDICT_UNSCANNED);
}

enum verdict
verdict_object(uint64_t size_bytes, const struct verdict_need *needs, size_t nneeds,
    const struct verdict_result *results, size_t nresults)
{
	return verdict_item(size_bytes, needs, nneeds, results, nresults, NULL);
}
