/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/again.h"
#include "db/work.h"
#include "src/base/mem.h"
#include "src/core/addendum.h"
#include "src/core/inventory.h"
#include "src/proc/desk/book.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_NAME_BYTES 120 /* of the first item that is worse, in a sentence */

enum err
again_forget(struct desk *d, struct work *work)
{
	uint64_t n;
	enum err e = work_retry_errors(work, &n);
	for (size_t i = 0; i < d->nscanners && e == ERR_OK; i++)
		e = work_scanner_again(work, d->scanners[i].name, &n);
	return e;
}

struct again {
	struct work *work;
	struct addendum header;
	struct buf lines; /* of items that are judged otherwise */
	char first[256];  /* of those that are worse: in words */
};

/* One item as it was sealed against what is known of it now. */
static enum err
again_item(struct again *a, const struct inventory_item *sealed)
{
	struct work_item now;
	struct addendum_item it = {.id = sealed->id,
	    .name = sealed->name,
	    .was = sealed->verdict,
	    .was_proposed = sealed->proposed};
	enum err e = work_item_get(a->work, sealed->id, &now);
	if (e != ERR_OK)
		return e;
	if (!verdict_parse(now.verdict, &it.verdict))
		it.verdict = VERDICT_NA;
	if (!policy_gate_parse(now.gate, &it.proposed))
		it.proposed = POLICY_BLOCK;
	if (it.verdict == it.was && it.proposed == it.was_proposed)
		return ERR_OK;
	a->header.changed++;
	if (addendum_is_worse(&it) && a->header.worse++ == 0)
		snprintf(a->first, sizeof(a->first), "%.*s was %s and %s, is %s and %s",
		    AGAIN_NAME_BYTES, sealed->name, verdict_print(it.was),
		    policy_proposed_print(it.was_proposed), verdict_print(it.verdict),
		    policy_proposed_print(it.proposed));
	return addendum_print_item(&it, &a->lines);
}

static enum err
again_compare(struct again *a, const uint8_t *bytes, size_t n, char why[AGAIN_WHY_SIZE])
{
	char words[INVENTORY_WHY_SIZE];
	struct inventory *inv;
	const struct inventory_item *it;
	enum err e = inventory_open(bytes, n, &inv, words);
	if (e != ERR_OK) {
		snprintf(why, AGAIN_WHY_SIZE, "the inventory cannot be read: %s", words);
		return e;
	}
	while ((e = inventory_next(inv, &it)) == ERR_OK)
		if ((e = again_item(a, it)) != ERR_OK)
			break;
	inventory_free(inv);
	if (e != ERR_NOTFOUND)
		snprintf(why, AGAIN_WHY_SIZE,
		    "what was submitted and the work database do not hold the same items");
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static json_t *
again_data(const struct again *a, const char *document, const char *officer, json_t *scanners,
    const char *unfit)
{
	json_t *data = json_pack("{s:I, s:s, s:I, s:s, s:O, s:I}", "changed",
	    (json_int_t)a->header.changed, "document", document, "objects",
	    (json_int_t)a->header.objects, "officer", officer, "scanners", scanners, "worse",
	    (json_int_t)a->header.worse);
	if (a->header.worse > 0) {
		MEM_FREE char *words = mem_printf("scanned again, and %llu item%s worse than "
						  "what was submitted: %s%s%.200s",
		    (unsigned long long)a->header.worse, a->header.worse == 1 ? " is" : "s are",
		    a->first, unfit != NULL ? "; " : "", unfit != NULL ? unfit : "");
		json_object_set_new(data, "why", json_string(words));
	}
	return data;
}

enum err
again_record(struct desk *d, const struct custody_transfer *t, struct work *work,
    const char *officer, json_t *scanners, const char *unfit, char why[AGAIN_WHY_SIZE])
{
	struct again a = {
	    .work = work, .header = {.transfer = t->id, .inventory = t->inventory}};
	struct work_totals totals = {0};
	struct buf document;
	uint8_t *bytes = NULL;
	size_t n = 0;
	char digest[HEX_DIGEST_SIZE];
	snprintf(why, AGAIN_WHY_SIZE, "the ledger does not give what was submitted");
	buf_init(&a.lines, LIM_SEALED_BYTES);
	buf_init(&document, LIM_SEALED_BYTES);
	enum err e = work_totals(work, &totals);
	a.header.objects = totals.objects;
	if (e == ERR_OK)
		e = book_get(d, t->inventory, &bytes, &n);
	if (e == ERR_OK)
		e = again_compare(&a, bytes, n, why);
	if (e == ERR_OK)
		e = addendum_print_header(&a.header, &document);
	if (e == ERR_OK)
		e = buf_add(&document, a.lines.data, a.lines.len);
	if (e == ERR_OK)
		e = book_put(d, document.data, document.len, digest, why);
	if (e == ERR_OK)
		e = book_transfer(d, "xfer.addendum", t->id,
		    again_data(&a, digest, officer, scanners, unfit), why);
	buf_done(&document);
	buf_done(&a.lines);
	free(bytes);
	return e;
}
