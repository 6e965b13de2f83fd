/* SPDX-License-Identifier: ISC */
/*
 * What was signed against what lies in the documents: the manifest is derived
 * again from inventory and policy, and the inventory's header must tell the
 * same story as the log.
 */
#include "src/base/mem.h"
#include "src/core/addendum.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"
#include "src/core/inventory.h"
#include "src/core/release.h"
#include "src/core/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct papers {
	uint8_t *inventory, *policy, *findings;
	size_t inventory_len, policy_len, findings_len;
};

static enum err
fetch_all(const struct custody *c, const struct dossier_claim *claim,
    const struct custody_act *act, struct papers *p)
{
	enum err err = custody_fetch(
	    c, "inventory", claim->inventory, &p->inventory, &p->inventory_len, act);
	if (err == ERR_OK)
		err =
		    custody_fetch(c, "policy", claim->policy, &p->policy, &p->policy_len, act);
	if (err == ERR_OK)
		err = custody_fetch(
		    c, "findings", claim->findings, &p->findings, &p->findings_len, act);
	return err;
}

static bool
is_decider(const struct inventory_header *h, const char *officer)
{
	for (size_t i = 0; i < h->ndeciders; i++) {
		if (strcmp(h->deciders[i], officer) == 0)
			return true;
	}
	return false;
}

static enum err
check_header(const struct custody *c, const struct custody_transfer *t,
    const struct dossier_claim *claim, const struct inventory_header *h,
    const struct custody_act *act)
{
	if (strcmp(h->transfer, t->id) != 0 || strcmp(h->station, custody_station(c)) != 0)
		return custody_refuse(act, ERR_DENIED,
		    "the inventory is that of another transfer than %s", t->id);
	if (strcmp(h->requester, t->requester) != 0)
		return custody_refuse(act, ERR_DENIED, "the inventory names another requester");
	if (strcmp(h->policy, t->policy) != 0 || h->approvals != t->facts.slots_needed)
		return custody_refuse(act, ERR_DENIED,
		    "the inventory was made under another policy than %s was opened under",
		    t->id);
	if (h->items != claim->items)
		return custody_refuse(act, ERR_DENIED,
		    "the inventory has %" PRIu64 " items, %" PRIu64 " were signed", h->items,
		    claim->items);
	uint64_t read_items = 0;
	if (!canon_uint(t->read_data, "items", &read_items) || h->items != read_items)
		return custody_refuse(act, ERR_DENIED,
		    "the inventory has %" PRIu64 " items, %" PRIu64 " were found on the medium",
		    h->items, read_items);
	if (!json_equal(h->medium, canon_object(t->read_data, "medium")))
		return custody_refuse(
		    act, ERR_DENIED, "the inventory tells of another medium than was read");
	if (!json_equal(h->scanners, canon_array(t->scan_data, "scanners")))
		return custody_refuse(
		    act, ERR_DENIED, "the inventory names other scanners than have scanned");
	enum err err = custody_exception_check_rows(
	    c, h->exceptions, h->nexceptions, claim->exceptions, act);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < LIM_APPROVALS && claim->later[i] != NULL; i++) {
		if (is_decider(h, claim->later[i]))
			return custody_refuse(act, ERR_DENIED,
			    "%s decided items of %s and cannot be its second signer",
			    claim->later[i], t->id);
	}
	return ERR_OK;
}

static enum err
check_inventory(const struct custody *c, const struct custody_transfer *t,
    const struct dossier_claim *claim, const struct papers *p, const struct custody_act *act)
{
	char why[INVENTORY_WHY_SIZE];
	struct inventory *inv;
	enum err err = inventory_open(p->inventory, p->inventory_len, &inv, why);
	if (err != ERR_OK)
		return custody_refuse(act, err, "the inventory cannot be read: %s", why);
	err = check_header(c, t, claim, inventory_header(inv), act);
	inventory_free(inv);
	return err;
}

/* The classifications that items bear. */
struct borne {
	const struct custody_transfer *t;
	char wrong[LIM_FIELD_WORD_BYTES + 1]; /* the first that no limit gives; "" */
};

static bool
borne_see(void *arg, const struct inventory_item *it)
{
	struct borne *b = arg;
	if (it->class != NULL && b->wrong[0] == '\0' && !custody_fields_bear(b->t, it->class))
		snprintf(b->wrong, sizeof(b->wrong), "%s", it->class);
	return true;
}

static enum err
check_manifest(const struct custody_transfer *t, const struct dossier_claim *claim,
    const struct papers *p, const struct custody_act *act)
{
	struct borne borne = {.t = t};
	char why[RELEASE_WHY_SIZE] = "", sha256[HEX_DIGEST_SIZE], root[HEX_DIGEST_SIZE];
	struct release_manifest *m;
	enum err err = release_manifest_with(p->inventory, p->inventory_len, p->policy,
	    p->policy_len, borne_see, &borne, &m, why);
	if (err != ERR_OK)
		return custody_refuse(act, err, "the inventory gives no manifest: %.400s", why);
	hex_encode(m->sha256, sizeof(m->sha256), sha256);
	hex_encode(m->root, sizeof(m->root), root);
	bool same = strcmp(sha256, claim->manifest) == 0 &&
	            strcmp(root, claim->manifest_root) == 0 && m->nfiles == claim->files &&
	            m->bytes == claim->bytes && m->items == claim->items;
	release_manifest_free(m);
	if (borne.wrong[0] != '\0')
		return custody_refuse(act, ERR_DENIED,
		    "the inventory of %s has an item with the classification \"%s\", which "
		    "none "
		    "of its limits gives",
		    t->id, borne.wrong);
	if (!same)
		return custody_refuse(act, ERR_DENIED,
		    "the manifest that was signed is not the one the inventory gives");
	return ERR_OK;
}

/* The request and the fields that policy asks for: that as it was when scanned, these as
 * signed. */
static enum err
check_asked(const struct custody *c, const struct custody_transfer *t, const struct papers *p,
    const struct custody_act *act)
{
	char why[POLICY_WHY_SIZE];
	struct policy *policy;
	enum err err = policy_parse(p->policy, p->policy_len, &policy, why);
	if (err != ERR_OK)
		return custody_refuse(act, err, "policy: %s", why);
	const char *stop =
	    release_stop_request(policy, canon_object(t->scan_data, "request"), t->requester);
	err = stop == NULL ? custody_fields_check_policy(c, t, &policy->fields, act)
	                   : custody_refuse(act, ERR_DENIED, "%s", stop);
	policy_free(policy);
	return err;
}

/* What the inventory says was found is what the findings document says. */
static enum err
check_findings(const struct papers *p, const struct custody_act *act)
{
	char why[INVENTORY_WHY_SIZE] = "";
	enum err err =
	    tally_check(p->inventory, p->inventory_len, p->findings, p->findings_len, why);
	if (err != ERR_OK)
		return custody_refuse(
		    act, err, "the findings are not the inventory's: %s", why);
	return ERR_OK;
}

enum err
dossier_check_addendum(const struct custody *c, const struct custody_transfer *t,
    const json_t *data, const struct custody_act *act)
{
	char why[ADDENDUM_WHY_SIZE] = "";
	struct papers p = {.inventory = NULL};
	uint8_t *bytes = NULL;
	size_t n = 0;
	enum err err =
	    custody_fetch(c, "addendum", canon_str(data, "document"), &bytes, &n, act);
	if (err == ERR_OK)
		err = custody_fetch(
		    c, "inventory", t->inventory, &p.inventory, &p.inventory_len, act);
	if (err == ERR_OK) {
		struct addendum said = {.transfer = t->id, .inventory = t->inventory};
		canon_uint(data, "objects", &said.objects);
		canon_uint(data, "changed", &said.changed);
		canon_uint(data, "worse", &said.worse);
		err = addendum_check(bytes, n, &said, p.inventory, p.inventory_len, why);
		if (err != ERR_OK)
			custody_refuse(act, err, "the addendum does not hold: %s", why);
	}
	free(bytes);
	free(p.inventory);
	return err;
}

enum err
dossier_policy(const struct custody *c, const struct custody_transfer *t,
    const struct custody_act *act, struct policy **ret)
{
	char why[POLICY_WHY_SIZE];
	uint8_t *bytes = NULL;
	size_t n = 0;
	enum err err = custody_fetch(c, "policy", t->policy, &bytes, &n, act);
	if (err != ERR_OK)
		return err;
	err = policy_parse(bytes, n, ret, why);
	free(bytes);
	return err == ERR_OK ? err : custody_refuse(act, err, "policy: %s", why);
}

/* Whether the policy the transfer was opened under asks for a scan at release. */
static enum err
rescan_asked(const struct custody *c, const struct custody_transfer *t,
    const struct custody_act *act, bool *ret)
{
	struct policy *policy;
	enum err err = dossier_policy(c, t, act, &policy);
	if (err != ERR_OK)
		return err;
	*ret = policy->rescan_at_release;
	policy_free(policy);
	return ERR_OK;
}

enum err
dossier_check_rescan(const struct custody *c, const struct custody_transfer *t,
    const json_t *rescan, const struct custody_act *act)
{
	uint64_t objects = 0, bytes = 0;
	bool asked = false;
	size_t i;
	json_t *s;
	if (rescan == NULL) {
		enum err err = c->doc != NULL ? rescan_asked(c, t, act, &asked) : ERR_OK;
		return err != ERR_OK || !asked
		           ? err
		           : custody_refuse(act, ERR_DENIED,
				 "policy asks that what goes is scanned again at release, and "
				 "the delivery of %s tells of no such scan",
				 t->id);
	}
	canon_uint(rescan, "objects", &objects);
	canon_uint(rescan, "bytes", &bytes);
	if (objects != t->files || bytes != t->bytes)
		return custody_refuse(act, ERR_DENIED,
		    "not everything that was delivered was scanned again at release");
	const json_t *scanners = canon_array(rescan, "scanners");
	if (json_array_size(scanners) == 0)
		return custody_refuse(act, ERR_DENIED, "no scanner scanned it at release");
	json_array_foreach (scanners, i, s) {
		bool sandbox = false;
		canon_bool(s, "sandbox", &sandbox);
		if (strcmp(canon_str(s, "before"), "pass") != 0 ||
		    strcmp(canon_str(s, "after"), "pass") != 0 || !sandbox)
			return custody_refuse(act, ERR_DENIED,
			    "a scanner at release did not prove itself, or had no sandbox");
	}
	return ERR_OK;
}

enum err
dossier_check(const struct custody *c, const struct custody_transfer *t,
    const struct dossier_claim *claim, const struct custody_act *act)
{
	struct papers p = {.inventory = NULL};
	enum err err = fetch_all(c, claim, act, &p);
	if (err == ERR_OK)
		err = check_inventory(c, t, claim, &p, act);
	if (err == ERR_OK)
		err = check_manifest(t, claim, &p, act);
	if (err == ERR_OK)
		err = check_asked(c, t, &p, act);
	if (err == ERR_OK)
		err = check_findings(&p, act);
	free(p.inventory);
	free(p.policy);
	free(p.findings);
	return err;
}
