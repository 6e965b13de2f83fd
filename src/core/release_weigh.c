/* SPDX-License-Identifier: ISC */
#include "src/core/release_weigh.h"

#include <string.h>

#define RELEASE_WEIGH_KIND "av" /* of a manifest: what counts as an engine */

/* --- stand-ins ------------------------------------------------------------------------- */

const char *
release_weigh_stand_in(const struct release_under *u, const struct inventory_item *it, size_t i)
{
	const struct inventory_scan *s = &it->scans[i];
	if (!verdict_too_large(s->verdict, s->why) || s->of_bytes != it->size_bytes)
		return NULL;
	for (size_t k = 0; k < it->nscans; k++) {
		const struct inventory_scan *by = &it->scans[k];
		if (by->verdict == VERDICT_CLEAN && by->of_bytes == it->size_bytes &&
		    by->read_bytes == it->size_bytes && it->size_bytes > 0 &&
		    policy_stands_in(u->policy, s->scanner, by->scanner, it->type))
			return by->scanner;
	}
	return NULL;
}

void
release_weigh_results(const struct release_under *u, const struct inventory_item *it,
    struct verdict_result results[])
{
	for (size_t i = 0; i < it->nscans; i++) {
		const struct inventory_scan *s = &it->scans[i];
		if (exception_find_verdict(u->exceptions, u->nexceptions, s->scanner,
			s->verdict, it->sha256) != EXCEPTION_NONE) {
			results[i].verdict = VERDICT_CLEAN;
		} else if (release_weigh_stand_in(u, it, i) != NULL) {
			results[i].verdict = VERDICT_CLEAN;
			results[i].read_bytes = it->size_bytes;
		}
	}
}

/* --- engines --------------------------------------------------------------------------- */

/* The row of the scanners that were at work, or NULL. */
static const json_t *
release_weigh_scanner(const struct release_under *u, const char *name)
{
	for (size_t i = 0; i < json_array_size(u->scanners); i++) {
		const json_t *row = json_array_get(u->scanners, i);
		const char *known = json_string_value(json_object_get(row, "name"));
		if (known != NULL && strcmp(known, name) == 0)
			return row;
	}
	return NULL;
}

/* The first word of what an antivirus scanner calls its engine; its length, 0: none. */
static size_t
release_weigh_engine(const struct release_under *u, const char *scanner, const char **ret)
{
	const json_t *row = release_weigh_scanner(u, scanner);
	const char *kind = json_string_value(json_object_get(row, "kind"));
	const char *engine = json_string_value(json_object_get(row, "engine"));
	if (kind == NULL || engine == NULL || strcmp(kind, RELEASE_WEIGH_KIND) != 0)
		return 0;
	*ret = engine;
	return strcspn(engine, " /");
}

static bool
release_weigh_required(const struct verdict_need *needs, size_t n, const char *scanner)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(needs[i].scanner, scanner) == 0)
			return !needs[i].part;
	return false;
}

unsigned
release_weigh_engines(const struct release_under *u, const struct inventory_item *it,
    const struct verdict_need *needs, size_t nneeds, const struct verdict_result results[])
{
	const char *seen[LIM_SCANNERS];
	size_t lengths[LIM_SCANNERS];
	unsigned n = 0;
	for (size_t i = 0; i < it->nscans; i++) {
		const struct verdict_result *r = &results[i];
		const char *word = NULL;
		unsigned k = 0;
		bool whole = r->verdict == VERDICT_CLEAN && r->of_bytes == it->size_bytes &&
		             r->read_bytes == it->size_bytes;
		if ((!whole && !verdict_in_parts(r, &it->inside)) ||
		    !release_weigh_required(needs, nneeds, it->scans[i].scanner) ||
		    release_weigh_stand_in(u, it, i) != NULL)
			continue;
		size_t length = release_weigh_engine(u, it->scans[i].scanner, &word);
		while (k < n && (lengths[k] != length || memcmp(seen[k], word, length) != 0))
			k++;
		if (length == 0 || k < n)
			continue;
		seen[n] = word;
		lengths[n++] = length;
	}
	return n;
}

/* --- exceptions that were used ----------------------------------------------------------- */

void
release_weigh_exceptions(const struct release_under *u, struct inventory_item *it)
{
	for (size_t i = 0; i < it->nscans; i++) {
		const struct inventory_scan *s = &it->scans[i];
		size_t x = exception_find_verdict(
		    u->exceptions, u->nexceptions, s->scanner, s->verdict, it->sha256);
		if (x != EXCEPTION_NONE)
			inventory_except(it, u->exceptions[x].leaf, s->verdict, 0);
	}
}

bool
release_weigh_finding(const struct release_under *u, struct inventory_item *it,
    const struct finding *f, const char *sha256, const char *type)
{
	size_t at = 0;
	while (at < u->nexceptions) {
		size_t more = exception_find_finding(
		    u->exceptions + at, u->nexceptions - at, f, sha256, type);
		if (more == EXCEPTION_NONE)
			return false;
		at += more;
		if (inventory_except(it, u->exceptions[at].leaf, VERDICT_NA, 1))
			return true;
		at++;
	}
	return false;
}

const char *
release_weigh_wrong(const struct release_under *u, const struct inventory_item *it)
{
	struct inventory_item own = {.nscans = it->nscans, .sha256 = it->sha256};
	memcpy(own.scans, it->scans, sizeof(own.scans));
	release_weigh_exceptions(u, &own);
	size_t found = 0;
	for (size_t i = 0; i < it->nexceptions; i++) {
		const struct inventory_exception *said = &it->exceptions[i];
		enum verdict verdict = VERDICT_NA;
		size_t k = 0;
		while (k < u->nexceptions && strcmp(u->exceptions[k].leaf, said->leaf) != 0)
			k++;
		if (k == u->nexceptions)
			return "it uses an exception that the header does not name";
		for (size_t j = 0; j < own.nexceptions; j++)
			if (strcmp(own.exceptions[j].leaf, said->leaf) == 0) {
				verdict = own.exceptions[j].verdict;
				found++;
			}
		/* of what is inside the object the item tells only the worst */
		bool inside = it->inside.objects > 0 && said->verdict > verdict &&
		              u->exceptions[k].sha256[0] != '\0' &&
		              u->exceptions[k].rule[0] == '\0';
		if (said->verdict != verdict && !inside)
			return "what an exception covers there is not what its scans say";
	}
	return found == own.nexceptions
	           ? NULL
	           : "an exception covers what a scanner says of it, and it "
	             "does not name that exception";
}
