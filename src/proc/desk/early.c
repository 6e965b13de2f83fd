/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/early.h"
#include "db/work.h"
#include "src/base/mem.h"
#include "src/proc/desk/asked.h"
#include "src/proc/desk/choosing.h"

#include <string.h>

#define EARLY_ITEMS 2 /* the request and its signature */

struct early {
	bool given;                  /* its documents are in the ledger */
	uint64_t items[EARLY_ITEMS]; /* on the medium; 0: none */
	bool waits[EARLY_ITEMS];     /* the vault has it not yet */
	bool told;                   /* by the reader, what it has read */
	struct asked *asked;         /* NULL: not read yet, or not to be read */
	bool *keep;                  /* by number of the item: it is asked for */
	size_t nkeep;
	uint64_t other_files, other_bytes;
};

static const struct custody_transfer *
early_transfer(const struct intake *in)
{
	return custody_transfer_find(in->desk->custody, in->transfer);
}

static bool
early_is_given(const struct intake *in)
{
	const struct custody_transfer *t = early_transfer(in);
	return t != NULL && t->request[0] != '\0';
}

bool
early_is_there(const struct intake *in)
{
	uint64_t items[EARLY_ITEMS];
	return early_is_given(in) || asked_find(in->work, in->prefix, items);
}

void
early_end(struct intake *in)
{
	if (in->early == NULL)
		return;
	asked_free(in->early->asked);
	free(in->early->keep);
	free(in->early);
	in->early = NULL;
}

/* --- against the names -------------------------------------------------------------- */

static bool
early_weigh_one(void *arg, const struct work_item *it)
{
	struct early *e = arg;
	if (it->id >= e->nkeep) {
		size_t n = it->id * 2 > 1024 ? (size_t)it->id * 2 : 1024;
		e->keep = mem_resize(e->keep, n, sizeof(*e->keep));
		memset(e->keep + e->nkeep, 0, (n - e->nkeep) * sizeof(*e->keep));
		e->nkeep = n;
	}
	bool asked = asked_foresee(e->asked, it) != REQUEST_OTHER;
	e->keep[it->id] = asked;
	if (!asked && strcmp(it->kind, "file") == 0) {
		e->other_files++;
		e->other_bytes += it->size_bytes;
	}
	return true;
}

void
early_weigh(struct intake *in)
{
	struct early *e = in->early;
	if (e == NULL || e->asked == NULL)
		return;
	free(e->keep);
	e->keep = NULL;
	e->nkeep = 0;
	e->other_files = e->other_bytes = 0;
	asked_begin(e->asked);
	intake_check(in, work_items(in->work, early_weigh_one, e));
}

/* --- reading it ----------------------------------------------------------------------- */

static void
early_on_read(void *arg)
{
	struct intake *in = arg;
	early_weigh(in);
	choosing_hold(in);
}

/* All of it has arrived, as far as it can. */
static void
early_start(struct intake *in)
{
	struct early *e = in->early;
	e->asked =
	    asked_start(in->desk, in->work, early_transfer(in), in->prefix, early_on_read, in);
	if (e->asked == NULL)
		choosing_hold(in);
}

static void
early_check(struct intake *in)
{
	const struct early *e = in->early;
	if (in->stage == STAGE_FIRST && e->told && e->asked == NULL && !e->waits[0] &&
	    !e->waits[1])
		early_start(in);
}

bool
early_begin(struct intake *in)
{
	struct early *e = mem_alloc(sizeof(*e));
	*e = (struct early){.given = early_is_given(in)};
	bool there = e->given || asked_find(in->work, in->prefix, e->items);
	bool known = in->early != NULL && in->early->given == e->given &&
	             memcmp(in->early->items, e->items, sizeof(e->items)) == 0;
	if (!there || known) {
		free(e);
		return false;
	}
	early_end(in);
	in->early = e;
	in->stage = STAGE_FIRST;
	if (e->given) {
		early_start(in);
		return true;
	}
	json_t *items = json_array();
	for (size_t i = 0; i < EARLY_ITEMS; i++)
		if (e->items[i] > in->base)
			json_array_append_new(
			    items, json_integer((json_int_t)(e->items[i] - in->base)));
	channel_send(in->reader, MSG_READ_FIRST, json_pack("{s:o}", "items", items), -1);
	return true;
}

/* --- what reader and vault say ---------------------------------------------------------- */

bool
early_is_its(const struct intake *in, uint64_t item)
{
	const struct early *e = in->early;
	return e != NULL && item != 0 && (e->items[0] == item || e->items[1] == item);
}

/* Contents come through the vault, so that they may have been there before this. */
static bool
early_is_waited_for(const struct intake *in, uint64_t item)
{
	struct work_item it;
	return work_item_get(in->work, item, &it) == ERR_OK && it.sha256 == NULL &&
	       strcmp(it.state, "read") == 0;
}

void
early_on_reader(struct intake *in, struct msg *m)
{
	struct early *e = in->early;
	size_t i;
	json_t *item;
	if (e->told || e->given) {
		intake_fail(in, "reading", "the reader spoke when it had nothing to say");
		return;
	}
	json_array_foreach (json_object_get(m->body, "items"), i, item)
		for (size_t k = 0; k < EARLY_ITEMS; k++)
			if (json_is_integer(item) && e->items[k] != 0 &&
			    (uint64_t)json_integer_value(item) + in->base == e->items[k])
				e->waits[k] = early_is_waited_for(in, e->items[k]);
	e->told = true;
	early_check(in); /* may end the intake */
}

void
early_arrived(struct intake *in, uint64_t item)
{
	struct early *e = in->early;
	if (!early_is_its(in, item))
		return;
	for (size_t k = 0; k < EARLY_ITEMS; k++)
		if (e->items[k] == item)
			e->waits[k] = false;
	early_check(in);
}

/* --- for whoever chooses ------------------------------------------------------------------ */

const bool *
early_keep(const struct intake *in, size_t *ret_n, const char **ret_why)
{
	const struct early *e = in->early;
	const struct request *r =
	    e != NULL && e->asked != NULL ? asked_request(e->asked) : NULL;
	if (e == NULL)
		*ret_why =
		    "no request was given, and none lies at the root of the medium: there "
		    "is no list to go by";
	else if (r == NULL)
		*ret_why = e->asked != NULL ? asked_why(e->asked)
		                            : "the request cannot be read from the medium";
	else if (r->nfiles == 0)
		*ret_why = "the request names no files: nothing would be left to read";
	else {
		*ret_n = e->nkeep;
		return e->keep;
	}
	return NULL;
}

json_t *
early_status(const struct intake *in)
{
	const struct early *e = in->early;
	if (e == NULL || in->stage == STAGE_FIRST)
		return NULL;
	if (e->asked == NULL)
		return json_pack("{s:s, s:b}", "why",
		    "the request cannot be read from the medium", "good", 0);
	json_t *all = asked_summary(e->asked);
	json_object_set_new(all, "good", json_boolean(asked_request(e->asked) != NULL));
	json_object_set_new(all, "other_files", json_integer((json_int_t)e->other_files));
	json_object_set_new(all, "other_bytes", json_integer((json_int_t)e->other_bytes));
	return all;
}
