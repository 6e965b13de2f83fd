/* SPDX-License-Identifier: ISC */
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/inventory.h"
#include "src/core/inventory_check.h"

#include <string.h>

enum err
inventory_print_header(const struct inventory_header *h, struct buf *out)
{
	if (inventory_check_header(h) != NULL)
		return ERR_RANGE;
	json_t *deciders = json_array();
	for (size_t i = 0; i < h->ndeciders; i++)
		json_array_append_new(deciders, json_string(h->deciders[i]));
	json_t *exceptions = json_array();
	for (size_t i = 0; i < h->nexceptions; i++)
		json_array_append_new(exceptions, exception_print(&h->exceptions[i]));
	json_t *o = json_pack("{si so so si sI sO ss ss ss sO ss ss}", "approvals",
	    (int)h->approvals, "deciders", deciders, "exceptions", exceptions, "inventory", 1,
	    "items", (json_int_t)h->items, "medium", h->medium, "officer", h->officer, "policy",
	    h->policy, "requester", h->requester, "scanners", h->scanners, "station",
	    h->station, "transfer", h->transfer);
	if (o == NULL)
		return ERR_RANGE;
	enum err e = canon_print(o, out);
	json_decref(o);
	return e != ERR_OK ? e : buf_add_byte(out, '\n');
}

static json_t *
inventory_print_json_scans(const struct inventory_item *it)
{
	json_t *a = json_array();
	for (size_t i = 0; i < it->nscans; i++) {
		const struct inventory_scan *s = &it->scans[i];
		json_array_append_new(
		    a, json_pack("{sI sI sI ss ss ss}", "of", (json_int_t)s->of_bytes, "parts",
			   (json_int_t)s->parts, "read", (json_int_t)s->read_bytes, "scanner",
			   s->scanner, "verdict", verdict_print(s->verdict), "why", s->why));
	}
	return a;
}

static json_t *
inventory_print_json_inside(const struct inventory_item *it)
{
	const struct verdict_inside *in = &it->inside;
	return json_pack("{sI sI sI ss sb ss}", "links", (json_int_t)in->links, "members",
	    (json_int_t)in->members, "objects", (json_int_t)in->objects, "verdict",
	    verdict_print(in->verdict), "whole", (int)in->whole, "worst",
	    it->inside_worst != NULL ? it->inside_worst : "");
}

static json_t *
inventory_print_json_exceptions(const struct inventory_item *it)
{
	json_t *a = json_array();
	for (size_t i = 0; i < it->nexceptions; i++) {
		const struct inventory_exception *x = &it->exceptions[i];
		json_array_append_new(
		    a, json_pack("{sI ss ss}", "finds", (json_int_t)x->finds, "leaf", x->leaf,
			   "verdict", verdict_print(x->verdict)));
	}
	return a;
}

/* "class/severity" words, sorted. */
static json_t *
inventory_print_json_worst(const struct finding_worst *worst)
{
	json_t *a = json_array();
	for (unsigned c = 0; c < FINDING_CLASS__MAX; c++) {
		if (worst->of[c] == FINDING_NO_SEVERITY)
			continue;
		char word[64];
		snprintf(word, sizeof(word), "%s/%s",
		    finding_class_print((enum finding_class)c),
		    finding_severity_print(worst->of[c]));
		size_t at = 0;
		while (at < json_array_size(a) &&
		       strcmp(json_string_value(json_array_get(a, at)), word) < 0)
			at++;
		json_array_insert_new(a, at, json_string(word));
	}
	return a;
}

static json_t *
inventory_print_json_bytes(struct inventory_bytes b)
{
	return canon_b64_new(b.data, b.len);
}

static json_t *
inventory_print_json_name(struct inventory_bytes path)
{
	char *name = mem_alloc(ESCAPE_SIZE(path.len));
	escape_bytes(path.data, path.len, name, ESCAPE_SIZE(path.len), NULL);
	json_t *s = json_string(name);
	free(name);
	return s;
}

enum err
inventory_print_item(const struct inventory_item *it, struct buf *out)
{
	if (inventory_check_item(it) != NULL)
		return ERR_RANGE;
	json_t *finds = json_pack("{sI ss so}", "n", (json_int_t)it->finds, "sha256",
	    it->finds_sha256, "worst", inventory_print_json_worst(&it->worst));
	json_t *o =
	    json_pack("{ss ss so so sI so ss so ss si ss so ss so ss}", /* by .. proposed */
		"by", it->by, "decision", item_decision_print(it->decision), "dest",
		inventory_print_json_bytes(it->dest), "finds", finds, "id", (json_int_t)it->id,
		"inside", inventory_print_json_inside(it), "kind", item_kind_print(it->kind),
		"link", inventory_print_json_bytes(it->link), "mime", it->mime, "mode",
		(int)it->mode, "mtime", it->mtime, "name", inventory_print_json_name(it->path),
		"outcome", item_outcome_print(it->outcome), "path",
		inventory_print_json_bytes(it->path), "proposed",
		policy_proposed_print(it->proposed));
	json_t *rest = json_pack("{ss so ss sI ss ss ss ss ss}", /* reason .. zone */
	    "reason", it->reason, "scans", inventory_print_json_scans(it), "sha256", it->sha256,
	    "size", (json_int_t)it->size_bytes, "state", item_state_print(it->state), "type",
	    it->type, "verdict", verdict_print(it->verdict), "why", it->why, "zone",
	    it->zone_utc ? "utc" : "none");
	enum err e = ERR_RANGE;
	if (rest != NULL)
		json_object_set_new(rest, "exceptions", inventory_print_json_exceptions(it));
	if (o != NULL && it->class != NULL)
		json_object_set_new(o, "class", json_string(it->class));
	if (o != NULL && rest != NULL && json_object_update(o, rest) == 0)
		e = canon_print(o, out);
	json_decref(o);
	json_decref(rest);
	return e != ERR_OK ? e : buf_add_byte(out, '\n');
}
