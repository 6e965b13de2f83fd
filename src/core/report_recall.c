/* SPDX-License-Identifier: ISC */
#include "src/core/report_recall.h"
#include "src/base/mem.h"
#include "src/core/fact.h"
#include "src/core/fold.h"

#include <string.h>

static void
note_signature(json_t *recall, const struct report_entry *e)
{
	json_t *row = json_object();
	fact_copy(row, json_object_get(e->body, "actor"), "id name role key");
	fact_copy(row, e->body, "at meaning");
	fact_uint(row, "seq", e->seq);
	fact_hex(row, "leaf", e->leaf);
	json_array_append_new(json_object_get(recall, "signatures"), row);
}

/* A recall that was done stays beside the retirement that follows it. */
static void
note_proposal(json_t *tree, const struct report_entry *e, const char *kind)
{
	json_t *before = json_object_get(tree, "recall");
	if (before != NULL)
		json_object_set(tree, "recalled", before);
	json_t *recall = json_object();
	fact_text(recall, "kind", kind);
	fact_copy(recall, json_object_get(e->body, "data"), "reason");
	fact_put(recall, "signatures", json_array());
	note_signature(recall, e);
	fact_put(tree, "recall", recall);
}

static void
note_keep(json_t *tree)
{
	json_t *before = json_object_get(tree, "recalled");
	if (before != NULL)
		json_object_set(tree, "recall", before);
	else
		json_object_del(tree, "recall");
	json_object_del(tree, "recalled");
}

void
report_recall_note(json_t *tree, const struct report_entry *e)
{
	const char *type = fact_str(e->body, "type");
	json_t *recall = json_object_get(tree, "recall");
	if (strcmp(type, "xfer.recall") == 0)
		note_proposal(tree, e, "recalled");
	else if (strcmp(type, "xfer.retire") == 0)
		note_proposal(tree, e, "retired");
	else if (strcmp(type, "xfer.keep") == 0)
		note_keep(tree);
	else if (strcmp(type, "xfer.confirm") == 0 && recall != NULL)
		note_signature(recall, e);
	else if ((strcmp(type, "xfer.recalled") == 0 || strcmp(type, "xfer.retired") == 0) &&
		 recall != NULL)
		fact_copy(recall, e->body, "at");
}

static void
tell(const json_t *recall, struct sheet *out)
{
	static const char *const words[] = {"proposed", "agreed"};
	const json_t *row;
	const char *kind = fact_str(recall, "kind"), *at = fact_str(recall, "at");
	size_t i;
	if (recall == NULL)
		return;
	sheet_section(out, strcmp(kind, "recalled") == 0 ? "Recall" : "Retirement");
	sheet_field_of(out, "reason", recall, "reason");
	json_array_foreach (json_object_get(recall, "signatures"), i, row) {
		MEM_FREE char *text = mem_printf("%s (%s) at %s, key %s, leaf %s",
		    fact_str(row, "id"), fact_str(row, "name"), fact_str(row, "at"),
		    fact_str(row, "key"), fact_str(row, "leaf"));
		sheet_field(out, words[i > 0], text);
	}
	if (at[0] != '\0') {
		MEM_FREE char *text = mem_printf("%s: the delivery is off the share", at);
		sheet_field(out, kind, text);
	} else {
		sheet_field(out, kind, "not yet: the delivery is where it was");
	}
}

void
report_recall_tell(const json_t *tree, struct sheet *out)
{
	tell(json_object_get(tree, "recalled"), out);
	tell(json_object_get(tree, "recall"), out);
}

void
report_recall_slip(const json_t *tree, struct buf *out)
{
	/* what was recalled is not to be used, whatever became of its files since */
	const json_t *recall = json_object_get(tree, "recalled");
	if (recall == NULL)
		recall = json_object_get(tree, "recall");
	if (json_array_size(json_object_get(recall, "signatures")) < 2)
		return;
	bool recalled = strcmp(fact_str(recall, "kind"), "recalled") == 0;
	fold_heading(out, recalled ? "RECALLED" : "Retired");
	fold_printf(out, "", 0, "Two officers have %s this delivery: %s",
	    fact_str(recall, "kind"), fact_str(recall, "reason"));
	fold_text(out, "", 0,
	    recalled ? "Do not use its files, nor copies of them."
		     : "Its files were removed from the share.");
}
