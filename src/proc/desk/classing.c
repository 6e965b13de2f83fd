/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/classing.h"
#include "db/work_fit.h"
#include "db/work_pick.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/fieldrule.h"
#include "src/core/where.h"

#include <stdio.h>
#include <string.h>

#define CLASSING_FILES "kind!=directory"

struct classing {
	const json_t *classes;
	uint8_t *row; /* of each item, counted from 1; 0: none */
	uint64_t max; /* the largest item there is room for */
	size_t height[LIM_FIELD_CLASSES];
	uint64_t count[LIM_FIELD_CLASSES];
};

static const char *
classing_text(const json_t *classes, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(classes, i), key));
}

/* The items that a limit picks, as bits. */
static enum err
classing_pick(struct work *work, const char *limit, uint8_t **ret_bits, uint64_t *ret_max,
    char why[CLASSING_WHY_SIZE])
{
	struct where *where;
	size_t at;
	char detail[WHERE_WHY_SIZE];
	enum err e = where_parse(limit, strlen(limit), &where, &at, detail);
	if (e != ERR_OK) {
		snprintf(why, CLASSING_WHY_SIZE, "the limit %.200s: %s", limit, detail);
		return ERR_DENIED;
	}
	e = work_pick_set(work, where, ret_bits, ret_max);
	free(where);
	if (e != ERR_OK)
		snprintf(why, CLASSING_WHY_SIZE, "the work database cannot be read");
	return e;
}

/* What the i-th limit picks, unless another one gave it something as high. */
static void
classing_lay(struct classing *c, size_t i, const uint8_t *bits, const uint8_t *files)
{
	for (uint64_t id = 0; id <= c->max; id++) {
		size_t has = c->row[id];
		if ((bits[id / 8] & files[id / 8] & 1u << id % 8) == 0 ||
		    (has > 0 && c->height[has - 1] >= c->height[i]))
			continue;
		if (has > 0)
			c->count[has - 1]--;
		c->row[id] = (uint8_t)(i + 1);
		c->count[i]++;
	}
}

static enum err
classing_all(struct classing *c, struct work *work, const struct policy_fields *p,
    char why[CLASSING_WHY_SIZE])
{
	uint8_t *files = NULL;
	size_t n = json_array_size(c->classes);
	if (n == 0)
		return ERR_OK;
	enum err e = classing_pick(work, CLASSING_FILES, &files, &c->max, why);
	if (e != ERR_OK)
		return e;
	c->row = mem_alloc((size_t)c->max + 1);
	for (size_t i = 0; i < n && i < LIM_FIELD_CLASSES && e == ERR_OK; i++) {
		uint8_t *bits = NULL;
		uint64_t max;
		fieldrule_class(p, classing_text(c->classes, i, "word"), &c->height[i]);
		e = classing_pick(
		    work, classing_text(c->classes, i, "limit"), &bits, &max, why);
		if (e == ERR_OK)
			classing_lay(c, i, bits, files);
		free(bits);
	}
	free(files);
	return e;
}

enum err
classing_new(struct work *work, const struct policy_fields *p, const json_t *classes,
    struct classing **ret, char ret_why[CLASSING_WHY_SIZE])
{
	struct classing *c = mem_alloc(sizeof(*c));
	c->classes = classes;
	enum err e = classing_all(c, work, p, ret_why);
	if (e != ERR_OK) {
		classing_free(c);
		return e;
	}
	*ret = c;
	return ERR_OK;
}

void
classing_free(struct classing *c)
{
	if (c == NULL)
		return;
	free(c->row);
	free(c);
}

const char *
classing_of(const struct classing *c, uint64_t item)
{
	size_t has = c->row != NULL && item <= c->max ? c->row[item] : 0;
	return has > 0 ? classing_text(c->classes, has - 1, "word") : NULL;
}

uint64_t
classing_count(const struct classing *c, size_t i)
{
	return i < LIM_FIELD_CLASSES ? c->count[i] : 0;
}

static bool
classing_fits(struct work *work, const char *limit, uint64_t item)
{
	struct where *where;
	struct work_fit *fit;
	size_t at;
	char why[WHERE_WHY_SIZE];
	bool fits = false;
	if (where_parse(limit, strlen(limit), &where, &at, why) != ERR_OK)
		return false;
	if (work_fit_new(work, where, &fit) == ERR_OK) {
		fits = work_fit_item(fit, item, &fits) == ERR_OK && fits;
		work_fit_free(fit);
	}
	free(where);
	return fits;
}

const char *
classing_item(
    struct work *work, const struct policy_fields *p, const json_t *classes, uint64_t item)
{
	const char *word = NULL;
	size_t top = 0, height = 0;
	if (json_array_size(classes) == 0 || !classing_fits(work, CLASSING_FILES, item))
		return NULL;
	for (size_t i = 0; i < json_array_size(classes); i++) {
		const char *is = classing_text(classes, i, "word");
		if (!fieldrule_class(p, is, &height) || (word != NULL && height <= top) ||
		    !classing_fits(work, classing_text(classes, i, "limit"), item))
			continue;
		word = is;
		top = height;
	}
	return word;
}
