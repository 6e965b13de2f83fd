/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/digest.h"
#include "src/core/merkle.h"
#include "src/core/release.h"
#include "src/core/release_weigh.h"

#include <inttypes.h>
#include <string.h>

#define release_manifest_deny(why, ...) err_say(ERR_DENIED, why, RELEASE_WHY_SIZE, __VA_ARGS__)

enum err
release_manifest_line(const uint8_t sha256[32], struct inventory_bytes dest, struct buf *out)
{
	static const char special[] = "\\\n\r", letters[] = "\\nr";
	char hex[HEX_DIGEST_SIZE];
	bool escaped = false;
	for (size_t i = 0; i < dest.len; i++)
		escaped =
		    escaped || (dest.data[i] != '\0' && strchr(special, dest.data[i]) != NULL);
	hex_encode(sha256, 32, hex);
	if (escaped)
		buf_add_byte(out, '\\');
	buf_add_str(out, hex);
	buf_add_str(out, "  ");
	if (!escaped)
		return buf_add(out, dest.data, dest.len);
	for (size_t i = 0; i < dest.len; i++) {
		const char *c = dest.data[i] != '\0' ? strchr(special, dest.data[i]) : NULL;
		if (c != NULL) {
			buf_add_byte(out, '\\');
			buf_add_byte(out, (uint8_t)letters[c - special]);
		} else {
			buf_add_byte(out, dest.data[i]);
		}
	}
	return out->error;
}

/* The two-person rule counts deciders by the header: it must name them all. */
static bool
release_manifest_decider(const struct inventory_header *h, const char *id)
{
	for (size_t i = 0; i < h->ndeciders; i++)
		if (strcmp(h->deciders[i], id) == 0)
			return true;
	return false;
}

static enum err
release_manifest_item(struct release_plan *plan, const struct release_under *u,
    const struct inventory_header *h, const struct inventory_item *it,
    char why[RELEASE_WHY_SIZE])
{
	struct inventory_item judged = *it;
	enum release_why answer = release_judge(u, NULL, &judged);
	const char *medium = policy_blocks_medium(u->policy, it->kind, it->state, it->type);
	const char *wrong = release_weigh_wrong(u, it);
	if (wrong != NULL)
		return release_manifest_deny(why, "item %" PRIu64 ": %s", it->id, wrong);
	if (medium != NULL)
		return release_manifest_deny(
		    why, "item %" PRIu64 " blocks the whole medium: %s", it->id, medium);
	if (it->by[0] != '\0' && !release_manifest_decider(h, it->by))
		return release_manifest_deny(why,
		    "item %" PRIu64 " was decided by %s, who is not among the deciders", it->id,
		    it->by);
	if (judged.verdict != it->verdict)
		return release_manifest_deny(why,
		    "item %" PRIu64 " is sealed as %s, but its scans say %s", it->id,
		    verdict_print(it->verdict), verdict_print(judged.verdict));
	if (judged.proposed != it->proposed)
		return release_manifest_deny(why,
		    "item %" PRIu64 " is sealed as %s, but policy says %s", it->id,
		    policy_proposed_print(it->proposed),
		    policy_proposed_print(judged.proposed));
	/* Whether a link goes is known when everything else is. */
	if (answer != RELEASE_NO_TARGET && judged.outcome != it->outcome)
		return release_manifest_deny(why,
		    "item %" PRIu64 " is sealed as %s, but the rule says %s", it->id,
		    item_outcome_print(it->outcome), item_outcome_print(judged.outcome));
	return release_plan_add_judged(plan, &judged, answer, it->outcome, why);
}

/* Marks those of the header's exceptions that this item uses. */
static void
release_manifest_used(const struct inventory_header *h, const struct inventory_item *it,
    bool used[LIM_EXCEPTIONS])
{
	for (size_t i = 0; i < h->nexceptions; i++)
		for (size_t k = 0; k < it->nexceptions; k++)
			used[i] |= strcmp(h->exceptions[i].leaf, it->exceptions[k].leaf) == 0;
}

/* Somebody who looks on. */
struct release_manifest_eye {
	bool (*each)(void *arg, const struct inventory_item *); /* or NULL */
	void *arg;
};

static enum err
release_manifest_walk(struct inventory *inv, const struct policy *policy,
    const struct release_manifest_eye *eye, struct release_plan *plan,
    char why[RELEASE_WHY_SIZE])
{
	const struct inventory_header *h = inventory_header(inv);
	const struct release_under under = {policy, h->exceptions, h->nexceptions, h->scanners};
	const struct inventory_item *it;
	bool used[LIM_EXCEPTIONS] = {false};
	uint64_t item;
	enum err e;
	const char *stop = release_stop_medium(policy, h->medium);
	if (stop != NULL)
		return release_manifest_deny(why, "%s", stop);
	while ((e = inventory_next(inv, &it)) == ERR_OK) {
		e = release_manifest_item(plan, &under, h, it, why);
		if (e != ERR_OK)
			return e;
		release_manifest_used(h, it, used);
		if (eye->each != NULL && !eye->each(eye->arg, it)) {
			snprintf(why, RELEASE_WHY_SIZE, "it was stopped");
			return ERR_AGAIN;
		}
	}
	if (e != ERR_NOTFOUND) {
		snprintf(why, RELEASE_WHY_SIZE, "%s", inventory_why(inv));
		return e;
	}
	for (size_t i = 0; i < h->nexceptions; i++)
		if (!used[i])
			return release_manifest_deny(why,
			    "the header names the exception %.16s..., and no item uses it",
			    h->exceptions[i].leaf);
	e = release_plan_settle(plan, why);
	if (e == ERR_OK && release_plan_contradicts(plan, &item))
		return release_manifest_deny(why,
		    "item %" PRIu64
		    ", a link, is sealed with an outcome that the rule does not give",
		    item);
	return e;
}

static enum err
release_manifest_text(struct release_manifest *m, char why[RELEASE_WHY_SIZE])
{
	struct buf text;
	struct merkle tree;
	uint8_t leaf[MERKLE_SIZE];
	buf_init(&text, LIM_SEALED_BYTES);
	merkle_init(&tree);
	for (size_t i = 0; i < m->nfiles; i++) {
		size_t start = text.len;
		if (release_manifest_line(m->files[i].sha256, m->files[i].dest, &text) !=
		    ERR_OK)
			break;
		merkle_leaf(text.data + start, text.len - start, leaf);
		merkle_add(&tree, leaf);
		buf_add_byte(&text, '\n');
		if (__builtin_add_overflow(m->bytes, m->files[i].size_bytes, &m->bytes) ||
		    m->bytes > CANON_UINT_MAX)
			text.error = ERR_LIMIT;
	}
	if (text.error != ERR_OK) {
		snprintf(why, RELEASE_WHY_SIZE, "the manifest, or what it names, is too large");
		enum err e = text.error;
		buf_done(&text);
		return e;
	}
	m->text = buf_steal(&text, &m->text_len);
	digest_sha256(m->text, m->text_len, m->sha256);
	merkle_root(&tree, m->root);
	return ERR_OK;
}

/* The policy must be the one the inventory was made under. */
static enum err
release_manifest_policy(const struct inventory_header *h, const struct policy *policy,
    const void *text, size_t n, char why[RELEASE_WHY_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(text, n, digest);
	hex_encode(digest, sizeof(digest), hex);
	if (strcmp(hex, h->policy) != 0)
		return release_manifest_deny(
		    why, "the inventory was made under another policy");
	if (h->approvals != policy->approvals)
		return release_manifest_deny(why,
		    "the inventory asks for %u approvals, the policy for %u", h->approvals,
		    policy->approvals);
	return ERR_OK;
}

static enum err
release_manifest_fill(struct release_manifest *m, struct inventory *inv,
    const struct policy *policy, const struct release_manifest_eye *eye,
    char why[RELEASE_WHY_SIZE])
{
	m->plan = release_plan_new(NULL);
	enum err e = release_manifest_walk(inv, policy, eye, m->plan, why);
	if (e != ERR_OK)
		return e;
	m->nfiles = release_plan_files(m->plan, &m->files);
	m->nlinks = release_plan_links(m->plan, &m->links);
	m->ndirs = release_plan_dirs(m->plan, &m->dirs);
	m->approvals = policy->approvals;
	m->items = inventory_header(inv)->items;
	return release_manifest_text(m, why);
}

enum err
release_manifest(const void *inventory, size_t inventory_len, const void *policy,
    size_t policy_len, struct release_manifest **ret, char ret_why[RELEASE_WHY_SIZE])
{
	return release_manifest_with(
	    inventory, inventory_len, policy, policy_len, NULL, NULL, ret, ret_why);
}

enum err
release_manifest_with(const void *inventory, size_t inventory_len, const void *policy,
    size_t policy_len, bool (*each)(void *arg, const struct inventory_item *), void *arg,
    struct release_manifest **ret, char ret_why[RELEASE_WHY_SIZE])
{
	const struct release_manifest_eye eye = {each, arg};
	struct policy *rules = NULL;
	struct inventory *inv = NULL;
	struct release_manifest *m = mem_alloc(sizeof(*m));
	char why[POLICY_WHY_SIZE], inventory_words[INVENTORY_WHY_SIZE];

	enum err e = policy_parse(policy, policy_len, &rules, why);
	if (e != ERR_OK) {
		snprintf(ret_why, RELEASE_WHY_SIZE, "policy: %s", why);
	} else {
		e = inventory_open(inventory, inventory_len, &inv, inventory_words);
		if (e != ERR_OK)
			snprintf(ret_why, RELEASE_WHY_SIZE, "%s", inventory_words);
	}
	if (e == ERR_OK)
		e = release_manifest_policy(
		    inventory_header(inv), rules, policy, policy_len, ret_why);
	if (e == ERR_OK)
		e = release_manifest_fill(m, inv, rules, &eye, ret_why);
	inventory_free(inv);
	policy_free(rules);
	if (e != ERR_OK) {
		release_manifest_free(m);
		return e;
	}
	*ret = m;
	return ERR_OK;
}

void
release_manifest_free(struct release_manifest *m)
{
	if (m == NULL)
		return;
	release_plan_free(m->plan);
	free(m->text);
	free(m);
}
