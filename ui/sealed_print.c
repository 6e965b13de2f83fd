/* SPDX-License-Identifier: ISC */
#include "ui/sealed_print.h"
#include "src/core/field.h"
#include "ui/desk.h"
#include "ui/print.h"

#define SEALED_PRINT_ITEMS 40 /* named one by one */

static void
sealed_print_outcomes(const struct account *a)
{
	char size[PRINT_SIZE_SIZE];
	print_out("  %-11s %10s %7s\n", "OUTCOME", "ITEMS", "SIZE");
	for (unsigned o = 0; o < ITEM_OUTCOME__MAX; o++) {
		if (a->count[o] == 0)
			continue;
		print_size(a->size_bytes[o], size);
		print_out("  %-11s %10llu %7s\n", item_outcome_print((enum item_outcome)o),
		    (unsigned long long)a->count[o], size);
	}
	print_size(a->bytes, size);
	print_out("  %-11s %10llu %7s\n", "all", (unsigned long long)a->items, size);
}

/* How the items are marked that are marked otherwise than the transfer. */
static void
sealed_print_classes(const struct sealed *s)
{
	const char *own = field_value(s->fields, "classification");
	for (size_t i = 0; i < s->account.nclasses; i++)
		print_out("  %s: %llu items, of which %llu go\n", s->account.classes[i].word,
		    (unsigned long long)s->account.classes[i].items,
		    (unsigned long long)s->account.classes[i].went);
	if (s->account.nclasses > 0 && own != NULL)
		print_out("  all others: %s\n", own);
}

static void
sealed_print_look(const struct inventory_item *it)
{
	char name[PRINT_FIT_SIZE];
	print_fit(it->name, print_width() - 2, name);
	print_out("  %s\n", name);
	if (finding_worst_severity(&it->worst) > FINDING_NO_SEVERITY)
		print_out("      findings: %llu, worst %s; verdict %s\n",
		    (unsigned long long)it->finds,
		    finding_severity_print(finding_worst_severity(&it->worst)),
		    verdict_print(it->verdict));
	for (size_t i = 0; i < it->nexceptions; i++) {
		const struct inventory_exception *x = &it->exceptions[i];
		print_out("      the exception %.16s... sets aside: %s%s%llu findings\n",
		    x->leaf, x->verdict != VERDICT_NA ? verdict_print(x->verdict) : "",
		    x->verdict != VERDICT_NA ? ", " : "", (unsigned long long)x->finds);
	}
	if (it->reason[0] != '\0')
		print_out("      %s: %s\n", it->by, it->reason);
}

static void
sealed_print_must_look(const struct sealed *s, const char *transfer)
{
	struct inventory *inventory;
	const struct inventory_item *it;
	char why[INVENTORY_WHY_SIZE];
	uint64_t n = 0;
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return;
	while (inventory_next(inventory, &it) == ERR_OK) {
		if (!sealed_must_look(it))
			continue;
		if (n++ == 0)
			print_out("Goes although something speaks against it; look at each:\n");
		if (n <= SEALED_PRINT_ITEMS)
			sealed_print_look(it);
	}
	inventory_free(inventory);
	if (n > SEALED_PRINT_ITEMS)
		print_out(
		    "  and %llu more: sallyport --as ID items %s --where 'decision=approve "
		    "and (severity>=medium or gate=reason)'\n",
		    (unsigned long long)(n - SEALED_PRINT_ITEMS), transfer);
	if (n == 0)
		print_out("Nothing goes that has findings of weight or needed a reason.\n");
}

/* What the share does not keep. */
static void
sealed_print_losses(const struct account *a)
{
	const struct {
		uint64_t n;
		const char *what;
	} losses[] = {
	    {a->lost_zone, "times whose zone the medium does not say, taken as UTC"},
	    {a->lost_time, "items without any time"},
	    {a->lost_mode, "set-user, set-group or sticky bits"},
	    {a->lost_special, "devices, pipes and sockets, not made again"},
	    {a->lost_links, "approved links whose target does not go"},
	    {a->renamed, "names the share cannot hold as they are: renamed"},
	};
	bool first = true;
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
		if (losses[i].n == 0)
			continue;
		print_out("%s", first ? "The share does not keep:\n" : "");
		print_out("  %8llu %s\n", (unsigned long long)losses[i].n, losses[i].what);
		first = false;
	}
}

static void
sealed_print_lost_items(const struct sealed *s)
{
	struct inventory *inventory;
	const struct inventory_item *it;
	char why[INVENTORY_WHY_SIZE], name[PRINT_FIT_SIZE];
	uint64_t n = 0;
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return;
	while (inventory_next(inventory, &it) == ERR_OK) {
		const char *loss = sealed_loss(it);
		if (loss == NULL || ++n > SEALED_PRINT_ITEMS)
			continue;
		print_fit(it->name, print_width() - 4, name);
		print_out("    %s\n      %s\n", name, loss);
	}
	inventory_free(inventory);
	if (n > SEALED_PRINT_ITEMS)
		print_out("    and %llu more, named in the report\n",
		    (unsigned long long)(n - SEALED_PRINT_ITEMS));
}

static void
sealed_print_exceptions(const struct sealed *s)
{
	struct inventory *inventory;
	char why[INVENTORY_WHY_SIZE];
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return;
	const struct inventory_header *h = inventory_header(inventory);
	if (h->nexceptions > 0)
		print_out("Exceptions, signed by administrators: this does not count\n");
	for (size_t i = 0; i < h->nexceptions; i++) {
		struct buf words;
		buf_init(&words, 4096);
		exception_words(&h->exceptions[i], &words);
		print_folded("  ", 4, "%s", buf_str(&words));
		print_folded("    ", 4, "until %s, because: %s; leaf %.16s...",
		    h->exceptions[i].expires, h->exceptions[i].reason, h->exceptions[i].leaf);
		buf_done(&words);
	}
	inventory_free(inventory);
	if (s->addendum_hex[0] != '\0')
		print_folded("", 2,
		    "Scanned again since it was submitted: %llu objects; nothing is worse, "
		    "%llu "
		    "items are judged otherwise. Your signature covers that, too.",
		    (unsigned long long)s->addendum_objects,
		    (unsigned long long)s->addendum_changed);
}

static void
sealed_print_people(const struct sealed *s)
{
	struct inventory *inventory;
	char why[INVENTORY_WHY_SIZE];
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return;
	const struct inventory_header *h = inventory_header(inventory);
	print_out("For %s.  Decided by:", h->requester);
	for (size_t i = 0; i < h->ndeciders; i++)
		print_out("%s %s", i > 0 ? "," : "", h->deciders[i]);
	print_out("%s.\n", h->ndeciders == 0 ? " nobody" : "");
	inventory_free(inventory);
}

void
sealed_print(struct ui *ui, const char *transfer, const struct sealed *s)
{
	char size[PRINT_SIZE_SIZE];
	print_size(s->bytes, size);
	print_out("%s%s: what your signature covers\n\n", desk_mark(ui), transfer);
	sealed_print_people(s);
	print_out("\n");
	sealed_print_outcomes(&s->account);
	print_out(
	    "\n%zu files (%s) and %zu links go to %s.\n", s->files, size, s->links, s->dest);
	sealed_print_classes(s);
	if (s->files == 0)
		print_out("Nothing goes: the signatures close the transfer, with a slip.\n");
	sealed_print_exceptions(s);
	sealed_print_must_look(s, transfer);
	sealed_print_losses(&s->account);
	sealed_print_lost_items(s);
	print_out("\n  inventory %s\n  policy    %s\n  manifest  %s\n", s->inventory_hex,
	    s->policy_hex, s->manifest_hex);
	print_out("  code      %.4s %.4s   (both signers see the same)\n\n", s->manifest_hex,
	    s->manifest_hex + 4);
}
