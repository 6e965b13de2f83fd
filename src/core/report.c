/* SPDX-License-Identifier: ISC */
#include "src/core/report.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/fact.h"
#include "src/core/report_epochs.h"
#include "src/core/report_exceptions.h"
#include "src/core/report_recall.h"
#include "src/core/report_items.h"
#include "src/core/veil.h"

#include <inttypes.h>
#include <string.h>

struct report_build {
	const struct report_input *in;
	json_t *tree;
	const json_t *last_approve; /* data of the newest approval that stands */
	const json_t *deliver;      /* data of the delivery entry */
	char *why;
};

#define report_deny(b, ...) err_say(ERR_DENIED, (b)->why, REPORT_WHY_SIZE, __VA_ARGS__)

static const json_t *
report_data(const struct report_entry *e)
{
	return json_object_get(e->body, "data");
}

static json_t *
report_sub(json_t *tree, const char *key)
{
	json_t *o = json_object_get(tree, key);
	if (o == NULL) {
		o = json_object();
		fact_put(tree, key, o);
	}
	return o;
}

/* --- one function for each kind of entry that says something ---------------------- */

static void
report_open(struct report_build *b, const struct report_entry *e)
{
	const json_t *data = report_data(e), *medium = json_object_get(data, "medium");
	json_t *out = report_sub(b->tree, "medium");
	fact_copy(b->tree, data, "fields officer requester control");
	fact_text(b->tree, "opened", fact_str(e->body, "at"));
	fact_copy(out, medium, "source kind bytes device");
}

/* The lists are whole: they stand for all that was said before. */
static void
report_fields(struct report_build *b, const struct report_entry *e)
{
	json_object_del(b->tree, "classes");
	fact_copy(b->tree, report_data(e), "fields classes");
}

static void
report_read(struct report_build *b, const struct report_entry *e)
{
	const json_t *data = report_data(e);
	json_t *out = report_sub(b->tree, "medium");
	fact_copy(out, json_object_get(data, "medium"),
	    "bytes table volumes write_protect before after counted");
	fact_copy(out, data, "unreadable");
	fact_text(out, "read", fact_str(e->body, "at"));
}

static void
report_scan(struct report_build *b, const struct report_entry *e)
{
	json_t *out = json_object();
	fact_copy(out, report_data(e), "objects scanners verdicts request");
	fact_text(out, "at", fact_str(e->body, "at"));
	fact_put(b->tree, "scan", out);
}

static void
report_addendum(struct report_build *b, const struct report_entry *e)
{
	json_t *rows = json_object_get(b->tree, "addenda");
	if (rows == NULL) {
		rows = json_array();
		fact_put(b->tree, "addenda", rows);
	}
	json_array_append_new(
	    rows, report_exceptions_addendum(report_data(e), fact_str(e->body, "at")));
}

/* Approvals that were signed before stand no more. */
static void
report_withdraw(struct report_build *b, const struct report_entry *e)
{
	json_t *signatures = json_object_get(b->tree, "signatures");
	(void)e;
	for (size_t i = 0; i < json_array_size(signatures); i++)
		fact_bool(json_array_get(signatures, i), "stands", false);
	b->last_approve = NULL;
}

static void
report_approve(struct report_build *b, const struct report_entry *e)
{
	const json_t *actor = json_object_get(e->body, "actor"), *data = report_data(e);
	json_t *row = json_object();
	fact_copy(row, actor, "id name role key");
	fact_copy(row, e->body, "at meaning");
	fact_copy(row, data, "slot");
	fact_uint(row, "seq", e->seq);
	fact_hex(row, "leaf", e->leaf);
	fact_bool(row, "stands", true);
	json_array_append_new(json_object_get(b->tree, "signatures"), row);
	fact_copy(b->tree, data, "dest");
	b->last_approve = data;
}

static void
report_deliver(struct report_build *b, const struct report_entry *e)
{
	const json_t *data = report_data(e);
	json_t *out = json_object();
	fact_copy(out, data, "dest manifest readback rescan");
	fact_text(out, "at", fact_str(e->body, "at"));
	fact_uint(out, "seq", e->seq);
	fact_hex(out, "leaf", e->leaf);
	fact_put(b->tree, "delivery", out);
	b->deliver = data;
}

static void
report_medium(struct report_build *b, const struct report_entry *e)
{
	json_t *out = report_sub(b->tree, "medium");
	fact_copy(out, report_data(e), "disposition");
	fact_text(out, "left", fact_str(e->body, "at"));
}

static void
report_close(struct report_build *b, const struct report_entry *e)
{
	report_medium(b, e);
	fact_text(b->tree, "closed", fact_str(e->body, "at"));
}

/* What stopped it, and in whose words. */
static void
report_stop(struct report_build *b, const struct report_entry *e)
{
	json_t *row = json_object();
	const json_t *data = report_data(e);
	fact_copy(row, e->body, "at type");
	fact_text(row, "who", fact_str(json_object_get(e->body, "actor"), "id"));
	fact_text(row, "why",
	    fact_str(data, "why")[0] != '\0' ? fact_str(data, "why")
					     : fact_str(data, "reason"));
	fact_copy(row, data, "step");
	json_array_append_new(json_object_get(b->tree, "stops"), row);
}

static void
report_return(struct report_build *b, const struct report_entry *e)
{
	report_withdraw(b, e);
	report_stop(b, e);
}

static const struct {
	const char *type;
	void (*tell)(struct report_build *, const struct report_entry *);
} report_types[] = {
    {"xfer.open", report_open},
    {"xfer.fields", report_fields},
    {"xfer.read", report_read},
    {"xfer.scan", report_scan},
    {"xfer.approve", report_approve},
    {"xfer.addendum", report_addendum},
    {"xfer.return", report_return},
    {"xfer.withdraw", report_return},
    {"xfer.deliver", report_deliver},
    {"xfer.medium", report_medium},
    {"xfer.close", report_close},
    {"xfer.block", report_stop},
    {"xfer.fault", report_stop},
    {"xfer.abort", report_stop},
};

static void
report_entry(struct report_build *b, const struct report_entry *e)
{
	const char *type = fact_str(e->body, "type");
	const json_t *actor = json_object_get(e->body, "actor");
	json_t *row = json_object();
	fact_uint(row, "seq", e->seq);
	fact_hex(row, "leaf", e->leaf);
	fact_copy(row, e->body, "type at meaning");
	fact_text(row, "who", fact_str(actor, "id"));
	fact_copy(row, actor, "name role key");
	json_array_append_new(json_object_get(b->tree, "entries"), row);
	for (size_t i = 0; i < sizeof(report_types) / sizeof(report_types[0]); i++)
		if (strcmp(report_types[i].type, type) == 0)
			report_types[i].tell(b, e);
	report_recall_note(b->tree, e);
}

/* --- head, and what must agree ------------------------------------------------------ */

/* Lines 2 and 3 of a checkpoint: size and root in base64. */
static void
report_checkpoint(struct report_build *b)
{
	const char *note = b->in->checkpoint != NULL ? b->in->checkpoint : "";
	const char *keys[] = {"origin", "size", "root"};
	json_t *out = json_object();
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t n = strcspn(note, "\n");
		char *line = mem_dup(note, n);
		fact_text(out, keys[i], line);
		free(line);
		note += n + (note[n] == '\n');
	}
	fact_put(b->tree, "checkpoint", out);
}

static void
report_head(struct report_build *b)
{
	const struct report_input *in = b->in;
	char now[CLOCK_TEXT_SIZE];
	clock_format(in->now_s, now);
	fact_uint(b->tree, "report", 1);
	fact_bool(b->tree, "demo", strncmp(in->origin, "demo/", 5) == 0);
	fact_text(b->tree, "transfer", in->transfer);
	fact_text(b->tree, "state", in->state);
	fact_text(b->tree, "origin", in->origin);
	fact_text(b->tree, "made", now);
	if (in->genesis != NULL)
		fact_hex(b->tree, "genesis", in->genesis);
	else
		fact_text(b->tree, "genesis", "");
	fact_put(b->tree, "signatures", json_array());
	fact_put(b->tree, "entries", json_array());
	fact_put(b->tree, "stops", json_array());
	report_checkpoint(b);
}

/* Compares a digest that was signed or recorded with the one of the documents. */
static enum err
report_same(
    struct report_build *b, const char *what, const char *recorded, const char *document)
{
	if (strcmp(fact_str(json_object_get(b->tree, document), "sha256"), recorded) == 0)
		return ERR_OK;
	return report_deny(b, "%s names another %s than was given", what, document);
}

static enum err
report_agree(struct report_build *b)
{
	const json_t *a = b->last_approve, *d = b->deliver;
	enum err e = ERR_OK;
	if (a != NULL) {
		e = report_same(b, "the approval",
		    fact_str(json_object_get(a, "inventory"), "sha256"), "inventory");
		if (e == ERR_OK)
			e = report_same(b, "the approval", fact_str(a, "policy"), "policy");
		if (e == ERR_OK)
			e = report_same(b, "the approval", fact_str(a, "findings"), "findings");
		if (e == ERR_OK)
			e = report_same(b, "the approval",
			    fact_str(json_object_get(a, "manifest"), "sha256"), "manifest");
	}
	if (e == ERR_OK && d != NULL)
		e = report_same(b, "the delivery",
		    fact_str(json_object_get(d, "manifest"), "sha256"), "manifest");
	if (e == ERR_OK && d != NULL)
		e = report_same(
		    b, "the delivery's read-back", fact_str(d, "readback"), "manifest");
	return e;
}

/* The commitment of no bytes says which key opens the others. */
static void
report_veil(const struct report_input *in, json_t **tree)
{
	char mark[HEX_DIGEST_SIZE];
	json_t *veiled = veil_facts(in->veil, "", *tree);
	veil_commit(in->veil, "", 0, mark);
	fact_text(veiled, "commitments", mark);
	json_decref(*tree);
	*tree = veiled;
}

enum err
report_build(const struct report_input *in, json_t **ret, char ret_why[REPORT_WHY_SIZE])
{
	struct report_build b = {.in = in, .tree = json_object(), .why = ret_why};
	enum err e = ERR_OK;
	bool sealed = in->inventory != NULL && in->policy != NULL;

	report_head(&b);
	for (size_t i = 0; i < in->nentries; i++)
		report_entry(&b, &in->entries[i]);
	report_epochs_add(b.tree, in->epochs);
	/* Only an entry of the ledger makes something delivered. */
	fact_bool(b.tree, "delivered", b.deliver != NULL);
	fact_bool(b.tree, "sealed", sealed);
	if (in->medium != NULL)
		fact_put(b.tree, "register", json_deep_copy(in->medium));
	if (sealed) {
		e = report_items_add(in, b.tree, ret_why);
		if (e == ERR_OK)
			e = report_agree(&b);
	} else if (b.last_approve != NULL) {
		e = report_deny(&b, "the documents that were approved are missing");
	}
	if (e != ERR_OK) {
		json_decref(b.tree);
		return e;
	}
	if (in->veil != NULL)
		report_veil(in, &b.tree);
	*ret = b.tree;
	return ERR_OK;
}
