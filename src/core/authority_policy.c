/* SPDX-License-Identifier: ISC */
/* The policy: its bytes are a document, and what an entry says of them is true. */
#include "src/base/mem.h"
#include "src/core/authority.h"
#include "src/core/canon.h"
#include "src/core/policy.h"

#include <stdio.h>
#include <string.h>

static enum err
check_text(const struct custody_act *act, const uint8_t *text, size_t n, uint64_t bytes,
    uint64_t approvals, bool token_pin)
{
	char why[POLICY_WHY_SIZE];
	struct policy *p;
	if (n != bytes)
		return custody_refuse(act, ERR_DENIED, "the policy has another length");
	if (policy_parse(text, n, &p, why) != ERR_OK)
		return custody_refuse(act, ERR_SYNTAX, "the policy cannot be read: %s", why);
	bool same = p->approvals == approvals, same_pin = p->token_pin == token_pin;
	policy_free(p);
	if (!same)
		return custody_refuse(
		    act, ERR_DENIED, "the policy asks for another number of approvals");
	if (!same_pin)
		return custody_refuse(
		    act, ERR_DENIED, "the policy says something else of the PIN of tokens");
	return ERR_OK;
}

/* Not said is yes. */
static bool
token_pin(const json_t *data)
{
	bool pin = true;
	canon_bool(data, "token_pin", &pin);
	return pin;
}

enum err
authority_policy_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	uint64_t approvals = 0, bytes = 0;
	uint8_t *text;
	size_t n;
	canon_uint(p->data, "approvals", &approvals);
	canon_uint(p->data, "bytes", &bytes);
	if (approvals < 2 || approvals > LIM_APPROVALS)
		return custody_refuse(
		    act, ERR_RANGE, "a policy asks for 2 to %d approvals", LIM_APPROVALS);
	if (c->doc == NULL)
		return ERR_OK;
	enum err err = custody_fetch(c, "policy", canon_str(p->data, "sha256"), &text, &n, act);
	if (err != ERR_OK)
		return err;
	err = check_text(act, text, n, bytes, approvals, token_pin(p->data));
	free(text);
	return err;
}

void
authority_policy_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	uint64_t approvals = 0;
	canon_uint(p->data, "approvals", &approvals);
	c->policies = mem_resize(c->policies, c->policies_count + 1, sizeof(*c->policies));
	struct custody_policy *new = &c->policies[c->policies_count++];
	new->since = deed->size;
	new->approvals = (unsigned)approvals;
	new->token_pin = token_pin(p->data);
	snprintf(new->sha256, sizeof(new->sha256), "%s", canon_str(p->data, "sha256"));
}
