/* SPDX-License-Identifier: ISC */
/* authority policy: the bytes go into the ledger, the signature puts them in force. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/policy.h"
#include "ui/cmd_policy.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/sign.h"

#include <string.h>

static int
policy_read(const struct arg *a, uint8_t **ret_bytes, size_t *ret_len, struct policy **ret)
{
	char why[POLICY_WHY_SIZE];
	enum err e = io_slurp(a->fd, LIM_POLICY_BYTES, ret_bytes, ret_len);
	if (e != ERR_OK) {
		print_problemf("see sallyport-policy(5)", "the policy cannot be read: %s",
		    e == ERR_LIMIT ? "it is too long" : err_str(e));
		return UI_NO;
	}
	if (policy_parse(*ret_bytes, *ret_len, ret, why) == ERR_OK)
		return UI_DONE;
	print_problemf("mend it, see sallyport-policy(5); nothing was changed",
	    "this is no policy: %s", why);
	return UI_NO;
}

static int
policy_put(struct ui *ui, const void *bytes, size_t n, const char *sha256)
{
	MEM_CLOSE int fd = -1;
	if (io_memfd("policy", bytes, n, &fd) != ERR_OK) {
		print_problem("there is no memory for the policy", "end other programs");
		return UI_FAULT;
	}
	return desk_call(
	    ui, MSG_UI_DOC, json_pack("{s:s}", "sha256", sha256), fd, MSG_DESK_DONE, NULL);
}

json_t *
cmd_policy_said(const struct policy *p, size_t n, const char *sha256)
{
	json_t *data = json_pack("{s:i, s:I, s:s}", "approvals", (int)p->approvals, "bytes",
	    (json_int_t)n, "sha256", sha256);
	if (!p->token_pin)
		json_object_set_new(data, "token_pin", json_false());
	return data;
}

int
cmd_policy_set(struct ui *ui, struct args *a)
{
	uint8_t *bytes = NULL, sha256[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	size_t n = 0;
	struct policy *policy = NULL;
	int status = policy_read(args_at(a, "FILE", 0), &bytes, &n, &policy);
	if (status == UI_DONE) {
		digest_sha256(bytes, n, sha256);
		hex_encode(sha256, sizeof(sha256), hex);
		status = policy_put(ui, bytes, n, hex);
	}
	if (status == UI_DONE)
		status = sign_entry(ui, "authority", "policy.set", "policy",
		    cmd_policy_said(policy, n, hex), NULL);
	if (status == UI_DONE)
		status = desk_refresh(ui);
	if (status == UI_DONE) {
		bool in_force = strcmp(custody_policy(ui->authority), hex) == 0;
		print_out("%spolicy \"%s\": %s; %u signatures for a release\n  sha256 %s\n",
		    desk_mark(ui), policy->name,
		    in_force ? "in force" : "proposed, see sallyport authority pending",
		    policy->approvals, hex);
	}
	policy_free(policy);
	free(bytes);
	return status;
}
