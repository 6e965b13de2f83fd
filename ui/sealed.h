/* SPDX-License-Identifier: ISC */
/*
 * What an approval is about, worked out here and not believed: the inventory
 * is hashed, the policy is hashed, and the manifest is derived from the two.
 */
#ifndef UI_SEALED_H
#define UI_SEALED_H

#include "src/core/account.h"
#include "src/core/release.h"
#include "ui/ui.h"

struct sealed {
	uint8_t *inventory, *policy;
	size_t inventory_len, policy_len;
	char inventory_hex[HEX_DIGEST_SIZE], policy_hex[HEX_DIGEST_SIZE];
	char findings_hex[HEX_DIGEST_SIZE], scan_hex[HEX_DIGEST_SIZE]; /* as the desk says */
	char manifest_hex[HEX_DIGEST_SIZE], root_hex[HEX_DIGEST_SIZE];
	char dest[256];
	struct release_manifest *manifest;
	struct account account;
};

/*
 * Has the desk seal the transfer (or give what is sealed) and checks it.
 * Prints what is wrong; an enum ui_status.  sealed_done after either answer.
 */
int sealed_get(struct ui *, const char *transfer, struct sealed *ret);
void sealed_done(struct sealed *);
/* Everything a signer should know, before the passphrase is asked for. */
void sealed_print(struct ui *, const char *transfer, const struct sealed *);
/* data of xfer.approve. */
json_t *sealed_approval(const struct sealed *, unsigned slot);

#endif
