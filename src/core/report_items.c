/* SPDX-License-Identifier: ISC */
#include "src/core/report_items.h"
#include "src/base/mem.h"
#include "src/core/account.h"
#include "src/core/digest.h"
#include "src/core/fact.h"
#include "src/core/fieldrule.h"
#include "src/core/finding.h"
#include "src/core/release.h"
#include "src/core/report_exceptions.h"
#include "src/core/tally.h"
#include "src/core/veil.h"

#include <string.h>

/* What a scanner looked at, over all items. */
struct report_cover {
	char scanner[LIM_PERSON_ID_BYTES + 1];
	uint64_t items, whole, verdicts[VERDICT__MAX];
};

struct report_walk {
	const struct policy *policy;
	struct account account;
	struct tally *tally;
	json_t *exceptions;
	struct report_cover cover[LIM_SCANNERS];
	size_t ncover;
	size_t severities[FINDING_SEVERITY__MAX];
};

/* Rows of one list, on their way to whoever prints them. */
struct report_each {
	const struct policy *policy;
	const uint8_t *veil;
	const char *list;
	report_row_fn *row;
	void *ctx;
};

static void
report_items_commit(
    const uint8_t *key, json_t *row, const char *name, const struct inventory_bytes *bytes)
{
	char hex[HEX_DIGEST_SIZE];
	veil_commit(key, bytes->data, bytes->len, hex);
	fact_text(row, name, hex);
}

/* One row to whoever prints it; takes its reference.  shown: the name to read. */
static enum err
report_items_row(struct report_each *each, const struct inventory_item *it, json_t *row,
    const struct inventory_bytes *shown)
{
	enum err e;
	if (each->veil == NULL) {
		e = each->row(each->ctx, row, shown->data, shown->len);
	} else {
		json_t *veiled = veil_facts(each->veil, each->list, row);
		report_items_commit(each->veil, veiled, "name", &it->path);
		if (json_object_get(row, "dest") != NULL)
			report_items_commit(each->veil, veiled, "dest", &it->dest);
		e = each->row(each->ctx, veiled, NULL, 0);
		json_decref(veiled);
	}
	json_decref(row);
	return e;
}

/* --- findings ------------------------------------------------------------------- */

static enum err
report_items_severity(void *ctx, const struct finding *f, const void *line, size_t line_len)
{
	struct report_walk *w = ctx;
	(void)line;
	(void)line_len;
	w->severities[f->severity]++;
	return ERR_OK;
}

static json_t *
report_items_finding(const struct finding *f, const char *name)
{
	json_t *row = json_object();
	fact_uint(row, "item", f->item);
	fact_text(row, "name", name);
	fact_text(row, "scanner", f->scanner);
	fact_text(row, "rule", f->rule);
	fact_text(row, "class", finding_class_print(f->class));
	fact_text(row, "severity", finding_severity_print(f->severity));
	fact_text(row, "title", f->title);
	fact_text(row, "detail", f->detail);
	if (f->has_at)
		fact_uint(row, "at", f->at_bytes);
	return row;
}

/* Where an item's findings begin: they lie by number, people know items by name. */
struct report_mark {
	uint64_t item;
	size_t offset;
};

struct report_marks {
	const uint8_t *bytes;
	size_t len, n, cap;
	struct report_mark *marks;
};

static enum err
report_items_mark(void *ctx, const struct finding *f, const void *line, size_t line_len)
{
	struct report_marks *m = ctx;
	(void)line_len;
	if (m->n > 0 && m->marks[m->n - 1].item == f->item)
		return ERR_OK;
	if (m->n == m->cap) {
		m->cap = m->cap == 0 ? 64 : m->cap * 2;
		m->marks = mem_resize(m->marks, m->cap, sizeof(*m->marks));
	}
	m->marks[m->n++] =
	    (struct report_mark){f->item, (size_t)((const uint8_t *)line - m->bytes)};
	return ERR_OK;
}

static enum err
report_items_findings_of(
    const struct report_marks *m, const struct inventory_item *it, struct report_each *each)
{
	size_t low = 0, high = m->n;
	enum err e = ERR_OK;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (m->marks[middle].item < it->id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == m->n || m->marks[low].item != it->id)
		return ERR_OK;
	for (size_t at = m->marks[low].offset, n; e == ERR_OK && at < m->len; at += n + 1) {
		struct finding f;
		void *memory;
		n = (size_t)((const uint8_t *)memchr(m->bytes + at, '\n', m->len - at) -
			     (m->bytes + at));
		e = finding_parse(m->bytes + at, n, &f, &memory);
		if (e != ERR_OK)
			break;
		bool mine = f.item == it->id;
		if (mine)
			e = report_items_row(
			    each, it, report_items_finding(&f, it->name), &it->path);
		finding_free(memory);
		if (!mine)
			break;
	}
	return e;
}

/* --- items ----------------------------------------------------------------------- */

/* What was in it, and who has read it only so. */
static void
report_items_inside(const struct inventory_item *it, json_t *row)
{
	struct buf words;
	buf_init(&words, LIM_INVENTORY_LINE_BYTES);
	account_inside(&it->inside, it->inside_worst != NULL ? it->inside_worst : "", &words);
	for (size_t i = 0; i < it->nscans && words.len > 0; i++) {
		const struct inventory_scan *s = &it->scans[i];
		const struct verdict_result r = {.verdict = s->verdict,
		    .too_large = verdict_parts_word(s->verdict, s->why) != NULL,
		    .parts = s->parts};
		if (!verdict_in_parts(&r, &it->inside))
			continue;
		buf_addf(&words, "; %s: ", s->scanner);
		account_parts(s->parts, &words);
	}
	if (words.len > 0)
		fact_text(row, "inside", buf_str(&words));
	buf_done(&words);
}

static enum err
report_items_went(struct report_each *each, const struct inventory_item *it)
{
	json_t *row = json_object();
	char *dest = mem_dup(it->dest.data, it->dest.len);
	fact_uint(row, "item", it->id);
	fact_text(row, "name", it->name);
	fact_text(row, "dest", dest);
	fact_text(row, "kind", item_kind_print(it->kind));
	fact_uint(row, "size", it->size_bytes);
	fact_text(row, "sha256", it->sha256);
	fact_text(row, "type", it->type);
	fact_text(row, "mime", it->mime);
	fact_text(row, "verdict", verdict_print(it->verdict));
	report_items_inside(it, row);
	fact_text(row, "by", it->by);
	fact_text(row, "reason", it->reason);
	if (it->class != NULL)
		fact_text(row, "classification", it->class);
	if (it->nexceptions > 0)
		fact_uint(row, "exceptions", it->nexceptions);
	free(dest);
	return report_items_row(each, it, row, &it->dest);
}

static enum err
report_items_not_gone(struct report_each *each, const struct inventory_item *it)
{
	struct buf why;
	json_t *row = json_object();
	buf_init(&why, 4 * LIM_PATH_BYTES);
	enum err e = account_sentence(it, each->policy, &why);
	fact_uint(row, "item", it->id);
	fact_text(row, "name", it->name);
	fact_text(row, "kind", item_kind_print(it->kind));
	fact_text(row, "outcome", item_outcome_print(it->outcome));
	fact_text(row, "type", it->type);
	fact_text(row, "mime", it->mime);
	fact_text(row, "verdict", verdict_print(it->verdict));
	fact_uint(row, "size", it->size_bytes);
	fact_text(row, "sha256", it->sha256);
	fact_text(row, "why", buf_str(&why));
	if (it->class != NULL)
		fact_text(row, "classification", it->class);
	buf_done(&why);
	if (e == ERR_OK)
		return report_items_row(each, it, row, &it->path);
	json_decref(row);
	return e;
}

/* --- what is counted ------------------------------------------------------------------ */

static void
report_items_cover(struct report_walk *w, const struct inventory_scan *s)
{
	size_t i = 0;
	while (i < w->ncover && strcmp(w->cover[i].scanner, s->scanner) != 0)
		i++;
	if (i == LIM_SCANNERS || strlen(s->scanner) >= sizeof(w->cover[i].scanner))
		return;
	struct report_cover *c = &w->cover[i];
	if (i == w->ncover) {
		w->ncover++;
		snprintf(c->scanner, sizeof(c->scanner), "%s", s->scanner);
	}
	c->items++;
	c->whole += s->read_bytes == s->of_bytes;
	c->verdicts[s->verdict]++;
}

static json_t *
report_items_coverage(const struct report_walk *w)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < w->ncover; i++) {
		const struct report_cover *c = &w->cover[i];
		json_t *row = json_object(), *verdicts = json_object();
		fact_text(row, "scanner", c->scanner);
		fact_uint(row, "items", c->items);
		fact_uint(row, "whole", c->whole);
		for (int v = 0; v < VERDICT__MAX; v++)
			if (c->verdicts[v] > 0)
				fact_uint(
				    verdicts, verdict_print((enum verdict)v), c->verdicts[v]);
		fact_put(row, "verdicts", verdicts);
		json_array_append_new(rows, row);
	}
	return rows;
}

static enum err
report_items_item(
    struct report_walk *w, const struct inventory_item *it, char why[REPORT_WHY_SIZE])
{
	if (!tally_agrees(w->tally, it)) {
		snprintf(why, REPORT_WHY_SIZE,
		    "item %llu is sealed with other findings than the document has",
		    (unsigned long long)it->id);
		return ERR_DENIED;
	}
	account_add(&w->account, it);
	report_exceptions_note(w->exceptions, it);
	for (size_t i = 0; i < it->nscans; i++)
		report_items_cover(w, &it->scans[i]);
	return ERR_OK;
}

static enum err
report_items_walk(const struct report_input *in, struct inventory *inv, struct report_walk *w,
    char why[REPORT_WHY_SIZE])
{
	const struct inventory_item *it;
	enum err e = ERR_OK;
	if (strcmp(inventory_header(inv)->transfer, in->transfer) != 0) {
		snprintf(why, REPORT_WHY_SIZE, "the inventory is of another transfer");
		e = ERR_DENIED;
	}
	while (e == ERR_OK && (e = inventory_next(inv, &it)) == ERR_OK)
		e = report_items_item(w, it, why);
	if (e == ERR_SYNTAX)
		snprintf(why, REPORT_WHY_SIZE, "%s", inventory_why(inv));
	if (e != ERR_NOTFOUND)
		return e;
	if (!tally_all_seen(w->tally) || !account_adds_up(&w->account)) {
		snprintf(why, REPORT_WHY_SIZE, "items, findings and outcomes do not add up");
		return ERR_DENIED;
	}
	return ERR_OK;
}

/* --- the tree ---------------------------------------------------------------------- */

static void
report_items_account(const struct account *a, json_t *tree)
{
	/* Outcomes in the order people ask for them. */
	static const enum item_outcome order[] = {ITEM_OUT_RELEASED, ITEM_OUT_REJECTED,
	    ITEM_OUT_HELD, ITEM_OUT_BLOCKED, ITEM_OUT_UNREADABLE, ITEM_OUT_ENCRYPTED,
	    ITEM_OUT_UNREAD, ITEM_OUT_EXCLUDED, ITEM_OUT_STRUCTURAL};
	json_t *o = json_object(), *outcomes = json_array();
	fact_uint(o, "items", a->items);
	fact_uint(o, "files", a->files);
	fact_uint(o, "bytes", a->bytes);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		json_t *row = json_object();
		fact_text(row, "outcome", item_outcome_print(order[i]));
		fact_uint(row, "items", a->count[order[i]]);
		fact_uint(row, "bytes", a->size_bytes[order[i]]);
		json_array_append_new(outcomes, row);
	}
	fact_put(o, "outcomes", outcomes);
	fact_put(tree, "account", o);

	json_t *lost = json_object();
	fact_uint(lost, "times_without_zone", a->lost_zone);
	fact_uint(lost, "no_time", a->lost_time);
	fact_uint(lost, "special_modes", a->lost_mode);
	fact_uint(lost, "special_files", a->lost_special);
	fact_uint(lost, "links_without_target", a->lost_links);
	fact_uint(lost, "renamed", a->renamed);
	fact_put(tree, "lost", lost);
}

static enum err
report_items_manifest(const struct report_input *in, json_t *tree, char why[REPORT_WHY_SIZE])
{
	struct release_manifest *m;
	char words[RELEASE_WHY_SIZE];
	enum err e = release_manifest(
	    in->inventory, in->inventory_len, in->policy, in->policy_len, &m, words);
	if (e != ERR_OK) {
		snprintf(why, REPORT_WHY_SIZE, "%.250s", words);
		return e;
	}
	json_t *o = json_object();
	fact_hex(o, "sha256", m->sha256);
	fact_hex(o, "root", m->root);
	fact_uint(o, "files", m->nfiles);
	fact_uint(o, "bytes", m->bytes);
	fact_uint(o, "links", m->nlinks);
	fact_put(tree, "manifest", o);
	release_manifest_free(m);
	return ERR_OK;
}

/* How the items are marked: those that differ from the transfer, and the highest that goes. */
static void
report_items_classification(const struct report_walk *w, json_t *tree)
{
	const char *own = field_value(json_object_get(tree, "fields"), "classification");
	const char *highest = own != NULL ? own : "";
	size_t top = 0, height;
	json_t *o = json_object(), *rows = json_array();
	if (own != NULL)
		fieldrule_class(&w->policy->fields, own, &top);
	for (size_t i = 0; i < w->account.nclasses; i++) {
		const struct account_class *c = &w->account.classes[i];
		json_t *row = json_object();
		fact_text(row, "word", c->word);
		fact_uint(row, "items", c->items);
		fact_uint(row, "went", c->went);
		json_array_append_new(rows, row);
		if (c->went > 0 && fieldrule_class(&w->policy->fields, c->word, &height) &&
		    height > top) {
			top = height;
			highest = c->word;
		}
	}
	fact_text(o, "transfer", own != NULL ? own : "");
	fact_text(o, "highest", highest);
	fact_put(o, "items", rows);
	fact_put(tree, "classification", o);
}

static void
report_items_documents(const struct report_input *in, const struct report_walk *w, json_t *tree)
{
	uint8_t digest[DIGEST_SIZE];
	json_t *inventory = json_object(), *findings = json_object(), *policy = json_object();
	digest_sha256(in->inventory, in->inventory_len, digest);
	fact_hex(inventory, "sha256", digest);
	fact_uint(inventory, "items", w->account.items);
	fact_put(tree, "inventory", inventory);

	digest_sha256(in->findings, in->findings_len, digest);
	fact_hex(findings, "sha256", digest);
	fact_uint(findings, "total", tally_total(w->tally));
	for (unsigned s = FINDING_INFO; s < FINDING_SEVERITY__MAX; s++)
		fact_uint(findings, finding_severity_print((enum finding_severity)s),
		    w->severities[s]);
	fact_put(tree, "findings", findings);

	digest_sha256(in->policy, in->policy_len, digest);
	fact_hex(policy, "sha256", digest);
	fact_text(policy, "name", w->policy->name);
	fact_uint(policy, "approvals", w->policy->approvals);
	fact_put(tree, "policy", policy);
}

static enum err
report_items_fill(const struct report_input *in, const struct policy *policy, json_t *tree,
    char why[REPORT_WHY_SIZE])
{
	char words[TALLY_WHY_SIZE];
	struct report_walk w = {.policy = policy};
	struct inventory *inv = NULL;
	char opened[INVENTORY_WHY_SIZE];
	enum err e = inventory_open(in->inventory, in->inventory_len, &inv, opened);
	if (e != ERR_OK) {
		snprintf(why, REPORT_WHY_SIZE, "%s", opened);
	} else {
		const struct inventory_header *h = inventory_header(inv);
		w.exceptions = report_exceptions_new(h, in->exceptions);
		e = tally_new(in->findings, in->findings_len, h->exceptions, h->nexceptions,
		    &w.tally, words);
		if (e != ERR_OK)
			snprintf(why, REPORT_WHY_SIZE, "%s", words);
	}
	if (e == ERR_OK)
		e = finding_walk(
		    in->findings, in->findings_len, report_items_severity, &w, NULL);
	if (e == ERR_OK)
		e = report_items_walk(in, inv, &w, why);
	inventory_free(inv);
	if (e == ERR_OK) {
		report_items_account(&w.account, tree);
		if (policy->fields.nclasses > 0)
			report_items_classification(&w, tree);
		fact_put(tree, "coverage", report_items_coverage(&w));
		report_items_documents(in, &w, tree);
		fact_put(tree, "exceptions", json_incref(w.exceptions));
	}
	json_decref(w.exceptions);
	tally_free(w.tally);
	return e;
}

enum err
report_items_add(const struct report_input *in, json_t *tree, char ret_why[REPORT_WHY_SIZE])
{
	struct policy *policy;
	char words[POLICY_WHY_SIZE];
	enum err e = policy_parse(in->policy, in->policy_len, &policy, words);
	if (e != ERR_OK) {
		snprintf(ret_why, REPORT_WHY_SIZE, "policy: %.240s", words);
		return e;
	}
	e = report_items_manifest(in, tree, ret_why);
	if (e == ERR_OK)
		e = report_items_fill(in, policy, tree, ret_why);
	policy_free(policy);
	return e;
}

/* --- lists, item by item ------------------------------------------------------------------ */

static enum err
report_items_tell(enum report_list list, const struct report_marks *m,
    const struct inventory_item *it, struct report_each *each)
{
	bool went = it->outcome == ITEM_OUT_RELEASED;
	switch (list) {
	case REPORT_NOT_GONE:
		return went || it->outcome == ITEM_OUT_STRUCTURAL
		           ? ERR_OK
		           : report_items_not_gone(each, it);
	case REPORT_WENT:
		return went ? report_items_went(each, it) : ERR_OK;
	case REPORT_FINDINGS:
		break;
	}
	return it->finds > 0 ? report_items_findings_of(m, it, each) : ERR_OK;
}

enum err
report_items_each(
    const struct report_input *in, enum report_list list, report_row_fn *fn, void *ctx)
{
	static const char *const lists[] = {[REPORT_NOT_GONE] = "lists.not_gone",
	    [REPORT_WENT] = "lists.went",
	    [REPORT_FINDINGS] = "lists.findings"};
	struct report_each each = {
	    .veil = in->veil, .list = lists[list], .row = fn, .ctx = ctx};
	struct report_marks m = {.bytes = in->findings, .len = in->findings_len};
	struct policy *policy = NULL;
	struct inventory *inv = NULL;
	const struct inventory_item *it;
	char why[POLICY_WHY_SIZE], opened[INVENTORY_WHY_SIZE];
	enum err e = policy_parse(in->policy, in->policy_len, &policy, why);
	each.policy = policy;
	if (e == ERR_OK && list == REPORT_FINDINGS)
		e = finding_walk(in->findings, in->findings_len, report_items_mark, &m, NULL);
	if (e == ERR_OK)
		e = inventory_open(in->inventory, in->inventory_len, &inv, opened);
	while (e == ERR_OK && (e = inventory_next(inv, &it)) == ERR_OK)
		e = report_items_tell(list, &m, it, &each);
	inventory_free(inv);
	policy_free(policy);
	free(m.marks);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
