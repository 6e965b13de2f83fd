/* SPDX-License-Identifier: ISC */
#include "src/core/addendum.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/inventory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool
addendum_is_worse(const struct addendum_item *it)
{
	/* gates from the strictest to the mildest */
	return verdict_worst(it->was, it->verdict) != it->was ||
	       it->proposed < it->was_proposed;
}

/* --- writing ----------------------------------------------------------------------------- */

enum err
addendum_print_header(const struct addendum *a, struct buf *out)
{
	json_t *o = json_pack("{s:i, s:I, s:s, s:I, s:s, s:I}", "addendum", 1, "changed",
	    (json_int_t)a->changed, "inventory", a->inventory, "objects",
	    (json_int_t)a->objects, "transfer", a->transfer, "worse", (json_int_t)a->worse);
	if (o == NULL || a->worse > a->changed) {
		json_decref(o);
		return ERR_RANGE;
	}
	enum err e = canon_print(o, out);
	json_decref(o);
	return e != ERR_OK ? e : buf_add_byte(out, '\n');
}

enum err
addendum_print_item(const struct addendum_item *it, struct buf *out)
{
	if (it->was == it->verdict && it->was_proposed == it->proposed)
		return ERR_RANGE;
	json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "id", (json_int_t)it->id,
	    "name", it->name, "proposed", policy_proposed_print(it->proposed), "verdict",
	    verdict_print(it->verdict), "was", verdict_print(it->was), "was_proposed",
	    policy_proposed_print(it->was_proposed));
	if (o == NULL)
		return ERR_RANGE;
	enum err e = canon_print(o, out);
	json_decref(o);
	return e != ERR_OK ? e : buf_add_byte(out, '\n');
}

/* --- reading ----------------------------------------------------------------------------- */

static enum err
addendum_wrong(char why[ADDENDUM_WHY_SIZE], size_t line, const char *what)
{
	snprintf(why, ADDENDUM_WHY_SIZE, "addendum line %zu: %s", line, what);
	return ERR_SYNTAX;
}

static bool
addendum_parse_header(const json_t *o, struct addendum *ret)
{
	uint64_t version;
	ret->transfer = canon_text(o, "transfer");
	ret->inventory = canon_text(o, "inventory");
	return canon_only(o, "addendum changed inventory objects transfer worse") &&
	       ret->transfer != NULL && ret->inventory != NULL &&
	       canon_uint(o, "addendum", &version) && version == 1 &&
	       canon_uint(o, "changed", &ret->changed) &&
	       canon_uint(o, "objects", &ret->objects) && canon_uint(o, "worse", &ret->worse);
}

static bool
addendum_parse_item(const json_t *o, struct addendum_item *ret)
{
	const char *was = canon_str(o, "was"), *verdict = canon_str(o, "verdict");
	const char *was_proposed = canon_str(o, "was_proposed"),
		   *proposed = canon_str(o, "proposed");
	ret->name = canon_text(o, "name");
	return canon_only(o, "id name proposed verdict was was_proposed") && was != NULL &&
	       verdict != NULL && was_proposed != NULL && proposed != NULL &&
	       ret->name != NULL && canon_uint(o, "id", &ret->id) &&
	       verdict_parse(was, &ret->was) && verdict_parse(verdict, &ret->verdict) &&
	       policy_proposed_parse(was_proposed, &ret->was_proposed) &&
	       policy_proposed_parse(proposed, &ret->proposed) &&
	       (ret->was != ret->verdict || ret->was_proposed != ret->proposed);
}

/* The next line as canonical JSON, or NULL. */
static json_t *
addendum_line(const char **at, const char *end)
{
	json_t *o;
	const char *lf = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
	if (lf == NULL || lf - *at > LIM_INVENTORY_LINE_BYTES ||
	    canon_parse(*at, (size_t)(lf - *at), &o) != ERR_OK)
		return NULL;
	*at = lf + 1;
	return o;
}

enum err
addendum_walk(const void *bytes, size_t n, struct addendum *ret, void **ret_memory,
    bool (*each)(void *arg, const struct addendum_item *), void *arg,
    char ret_why[ADDENDUM_WHY_SIZE])
{
	const char *at = n > 0 ? bytes : "", *end = at + n;
	struct addendum a;
	uint64_t changed = 0, worse = 0;
	json_t *header = addendum_line(&at, end);
	enum err e = ERR_OK;
	if (header == NULL || !addendum_parse_header(header, &a))
		e = addendum_wrong(ret_why, 1, "not the header of an addendum");
	while (e == ERR_OK && at < end) {
		struct addendum_item it;
		json_t *o = addendum_line(&at, end);
		if (o == NULL || !addendum_parse_item(o, &it)) {
			e = addendum_wrong(ret_why, (size_t)changed + 2, "not an item");
		} else {
			changed++;
			worse += addendum_is_worse(&it);
			e = each == NULL || each(arg, &it) ? ERR_OK : ERR_AGAIN;
		}
		json_decref(o);
	}
	if (e == ERR_OK && (changed != a.changed || worse != a.worse))
		e = addendum_wrong(ret_why, 1, "it does not count its items right");
	if (e != ERR_OK) {
		json_decref(header);
		return e;
	}
	*ret = a;
	*ret_memory = header;
	return ERR_OK;
}

void
addendum_free(void *memory)
{
	json_decref(memory);
}

/* --- against what was sealed ---------------------------------------------------------------
 */

struct addendum_match {
	struct inventory *inventory;
	enum err error; /* of the walk over the inventory */
};

/* Both are in the same order: each item is found by going on. */
static bool
addendum_match(void *arg, const struct addendum_item *it)
{
	struct addendum_match *m = arg;
	const struct inventory_item *sealed;
	while ((m->error = inventory_next(m->inventory, &sealed)) == ERR_OK)
		if (sealed->id == it->id)
			return strcmp(sealed->name, it->name) == 0 &&
			       sealed->verdict == it->was &&
			       sealed->proposed == it->was_proposed;
	return false;
}

enum err
addendum_check(const void *bytes, size_t n, const struct addendum *said, const void *inventory,
    size_t inventory_len, char ret_why[ADDENDUM_WHY_SIZE])
{
	char why[INVENTORY_WHY_SIZE];
	struct addendum_match m = {.error = ERR_OK};
	struct addendum a;
	void *memory = NULL;
	enum err e = inventory_open(inventory, inventory_len, &m.inventory, why);
	if (e != ERR_OK) {
		snprintf(ret_why, ADDENDUM_WHY_SIZE, "%.200s", why);
		return e;
	}
	e = addendum_walk(bytes, n, &a, &memory, addendum_match, &m, ret_why);
	if (e == ERR_AGAIN) {
		snprintf(ret_why, ADDENDUM_WHY_SIZE,
		    "it tells of an item what the inventory does not say");
		e = ERR_DENIED;
	}
	if (e == ERR_OK &&
	    (strcmp(a.transfer, said->transfer) != 0 ||
		strcmp(a.inventory, said->inventory) != 0 || a.objects != said->objects ||
		a.changed != said->changed || a.worse != said->worse)) {
		snprintf(ret_why, ADDENDUM_WHY_SIZE,
		    "the document is another one than the entry tells of");
		e = ERR_DENIED;
	}
	addendum_free(memory);
	inventory_free(m.inventory);
	return e;
}
