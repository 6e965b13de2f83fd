/* SPDX-License-Identifier: ISC */
#include "ui/sealed.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>

#define SEALED_MUST_LOOK 40 /* items named one by one */

static int
sealed_wrong(const char *why)
{
	print_problem(
	    why, "nothing was signed; the station must be looked at before it is used");
	return UI_FAULT;
}

static bool
sealed_digest_is(const uint8_t *bytes, size_t n, const char *hex)
{
	uint8_t sha256[DIGEST_SIZE], said[DIGEST_SIZE];
	digest_sha256(bytes, n, sha256);
	return hex_decode(hex, strlen(hex), said, sizeof(said)) &&
	       memcmp(sha256, said, sizeof(said)) == 0;
}

static int
sealed_get_inventory(struct ui *ui, const char *transfer, struct sealed *s)
{
	struct msg m;
	int status = desk_call(
	    ui, MSG_UI_SEAL, json_pack("{s:s}", "transfer", transfer), -1, MSG_DESK_SEALED, &m);
	if (status != UI_DONE)
		return status;
	snprintf(s->inventory_hex, sizeof(s->inventory_hex), "%s", msg_str(&m, "inventory"));
	snprintf(s->findings_hex, sizeof(s->findings_hex), "%s", msg_str(&m, "findings"));
	snprintf(s->policy_hex, sizeof(s->policy_hex), "%s", msg_str(&m, "policy"));
	snprintf(s->scan_hex, sizeof(s->scan_hex), "%s", msg_str(&m, "scan"));
	snprintf(s->dest, sizeof(s->dest), "%s", msg_str(&m, "dest"));
	enum err e = io_memfd_read(m.fd, LIM_SEALED_BYTES, &s->inventory, &s->inventory_len);
	msg_done(&m);
	if (e != ERR_OK)
		return sealed_wrong("the inventory is not sealed, or cannot be read");
	if (!sealed_digest_is(s->inventory, s->inventory_len, s->inventory_hex))
		return sealed_wrong("the inventory is not the one the desk named");
	return UI_DONE;
}

static int
sealed_get_policy(struct ui *ui, struct sealed *s)
{
	struct msg m;
	int status = desk_call(
	    ui, MSG_UI_GET, json_pack("{s:s}", "sha256", s->policy_hex), -1, MSG_DESK_DOC, &m);
	if (status != UI_DONE)
		return status;
	enum err e = io_memfd_read(m.fd, LIM_POLICY_BYTES, &s->policy, &s->policy_len);
	msg_done(&m);
	if (e != ERR_OK)
		return sealed_wrong("the policy is not sealed, or cannot be read");
	if (!sealed_digest_is(s->policy, s->policy_len, s->policy_hex))
		return sealed_wrong("the policy is not the one the desk named");
	return UI_DONE;
}

/* The inventory is of this transfer, and its items add up. */
static int
sealed_account(const char *transfer, struct sealed *s)
{
	struct inventory *inventory;
	const struct inventory_item *it;
	char why[INVENTORY_WHY_SIZE];
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return sealed_wrong(why);
	const struct inventory_header *h = inventory_header(inventory);
	bool same = strcmp(h->transfer, transfer) == 0 && strcmp(h->policy, s->policy_hex) == 0;
	enum err e;
	while ((e = inventory_next(inventory, &it)) == ERR_OK)
		account_add(&s->account, it);
	inventory_free(inventory);
	if (!same)
		return sealed_wrong("the inventory is of another transfer or policy");
	if (e != ERR_NOTFOUND || !account_adds_up(&s->account))
		return sealed_wrong("the inventory does not account for every item");
	return UI_DONE;
}

int
sealed_get(struct ui *ui, const char *transfer, struct sealed *ret)
{
	char why[RELEASE_WHY_SIZE];
	*ret = (struct sealed){.inventory = NULL};
	int status = sealed_get_inventory(ui, transfer, ret);
	if (status == UI_DONE)
		status = sealed_get_policy(ui, ret);
	if (status == UI_DONE)
		status = sealed_account(transfer, ret);
	if (status != UI_DONE)
		return status;
	if (release_manifest(ret->inventory, ret->inventory_len, ret->policy, ret->policy_len,
		&ret->manifest, why) != ERR_OK)
		return sealed_wrong(why);
	hex_encode(ret->manifest->sha256, DIGEST_SIZE, ret->manifest_hex);
	hex_encode(ret->manifest->root, DIGEST_SIZE, ret->root_hex);
	return UI_DONE;
}

void
sealed_done(struct sealed *s)
{
	release_manifest_free(s->manifest);
	free(s->inventory);
	free(s->policy);
	*s = (struct sealed){.inventory = NULL};
}

json_t *
sealed_approval(const struct sealed *s, unsigned slot)
{
	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:{s:I, s:s}, s:{s:I, s:I, s:s, s:s}, s:s, s:s, s:I}", "dest",
	    s->dest, "dir", "in", "expires", "", "findings", s->findings_hex, "inventory",
	    "items", (json_int_t)s->manifest->items, "sha256", s->inventory_hex, "manifest",
	    "bytes", (json_int_t)s->manifest->bytes, "files", (json_int_t)s->manifest->nfiles,
	    "root", s->root_hex, "sha256", s->manifest_hex, "policy", s->policy_hex, "scan",
	    s->scan_hex, "slot", (json_int_t)slot);
}

/* --- for the signer's eyes ---------------------------------------------------------------- */

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

/* What goes although something speaks against it. */
static bool
sealed_must_look(const struct inventory_item *it)
{
	return it->outcome == ITEM_OUT_RELEASED &&
	       (finding_worst_severity(&it->worst) >= FINDING_MEDIUM ||
		   it->proposed != POLICY_PASS);
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
		if (n <= SEALED_MUST_LOOK)
			sealed_print_look(it);
	}
	inventory_free(inventory);
	if (n > SEALED_MUST_LOOK)
		print_out(
		    "  and %llu more: sallyport --as ID items %s --where 'decision=approve "
		    "and (severity>=medium or gate=reason)'\n",
		    (unsigned long long)(n - SEALED_MUST_LOOK), transfer);
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

/* What an item loses on the share, in a few words, or NULL: times are counted only. */
static const char *
sealed_loss(const struct inventory_item *it)
{
	bool approved = it->decision == ITEM_APPROVE;
	if (it->kind == ITEM_LINK)
		return approved && it->outcome != ITEM_OUT_RELEASED ? "link that leads nowhere"
		                                                    : NULL;
	if (it->kind == ITEM_FIFO || it->kind == ITEM_SOCKET || it->kind == ITEM_CHAR ||
	    it->kind == ITEM_BLOCK)
		return "not made again";
	if (it->outcome != ITEM_OUT_RELEASED)
		return NULL;
	if ((it->mode & 07000) != 0)
		return "loses set-user, set-group or sticky";
	return inventory_compare(it->path, it->dest) != 0 ? "renamed" : NULL;
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
		if (loss == NULL || ++n > SEALED_MUST_LOOK)
			continue;
		print_fit(it->name, print_width() - 4, name);
		print_out("    %s\n      %s\n", name, loss);
	}
	inventory_free(inventory);
	if (n > SEALED_MUST_LOOK)
		print_out("    and %llu more, named in the report\n",
		    (unsigned long long)(n - SEALED_MUST_LOOK));
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
	const struct release_manifest *m = s->manifest;
	print_size(m->bytes, size);
	print_out("%s%s: what your signature covers\n\n", desk_mark(ui), transfer);
	sealed_print_people(s);
	print_out("\n");
	sealed_print_outcomes(&s->account);
	print_out(
	    "\n%zu files (%s) and %zu links go to %s.\n", m->nfiles, size, m->nlinks, s->dest);
	if (m->nfiles == 0)
		print_out("Nothing goes: the signatures close the transfer, with a slip.\n");
	sealed_print_must_look(s, transfer);
	sealed_print_losses(&s->account);
	sealed_print_lost_items(s);
	print_out("\n  inventory %s\n  policy    %s\n  manifest  %s\n", s->inventory_hex,
	    s->policy_hex, s->manifest_hex);
	print_out("  code      %.4s %.4s   (both signers see the same)\n\n", s->manifest_hex,
	    s->manifest_hex + 4);
}
