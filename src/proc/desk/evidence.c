/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/evidence.h"
#include "src/core/policy.h"

#include <stdio.h>
#include <string.h>

#define EVIDENCE_HEX 64

const char *
evidence_write_protect(bool image, bool hardware, bool kernel)
{
	if (image)
		return "image";
	/* what the device said once must still hold for the descriptor that is read */
	if (!kernel)
		return "not proved";
	return hardware ? "hardware" : "kernel";
}

/* "metadata:" and 64 hex digits, or "none:" and nothing. */
static bool
evidence_is_digest(const char *text, const char *kind)
{
	size_t n = strlen(kind);
	if (strncmp(text, kind, n) != 0 || text[n] != ':')
		return false;
	const char *hex = text + n + 1;
	size_t digits = strspn(hex, "0123456789abcdef");
	return hex[digits] == '\0' && digits == (strcmp(kind, "none") == 0 ? 0 : EVIDENCE_HEX);
}

static bool
evidence_account(json_t *medium, const struct msg *m)
{
	uint64_t tables = msg_uint(m, "tables"), volumes = msg_uint(m, "volume_bytes"),
		 regions = msg_uint(m, "regions");
	uint64_t all = (uint64_t)json_integer_value(json_object_get(medium, "bytes"));
	if (tables > all || volumes > all || regions > all || tables + volumes + regions != all)
		return false;
	json_object_set_new(medium, "counted",
	    json_pack("{s:I, s:I, s:I}", "regions", (json_int_t)regions, "tables",
		(json_int_t)tables, "volumes", (json_int_t)volumes));
	return true;
}

bool
evidence_take(json_t *medium, const struct msg *m, const struct policy *policy, bool after,
    char why[EVIDENCE_WHY_SIZE])
{
	const char *key = after ? "after" : "before", *digest = msg_str(m, key);
	if (digest == NULL || !evidence_is_digest(digest, policy->medium_digest)) {
		snprintf(why, EVIDENCE_WHY_SIZE,
		    "the reader gave no digest of the medium, or another than policy asks for");
		return false;
	}
	json_object_set_new(medium, key, json_string(digest));
	if (!evidence_account(medium, m)) {
		snprintf(why, EVIDENCE_WHY_SIZE,
		    "the reader does not account for every byte of the medium");
		return false;
	}
	return true;
}
