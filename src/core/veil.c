/* SPDX-License-Identifier: ISC */
#include "src/core/veil.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/fact.h"

#include <stdbool.h>
#include <string.h>

#define VEIL_DOMAIN "sallyport-name-v1" /* with its NUL */

/*
 * What says nothing of what was on the medium: who, when, how many, of which kind, and
 * where it stands in the record.  "a.*" is all below a.  Whatever is not here is veiled,
 * so that a fact nobody thought of is not told.
 */
static const char *const veil_kept[] = {
    "account.*",
    "addenda.at",
    "addenda.changed",
    "addenda.objects",
    "addenda.officer",
    "addenda.worse",
    "checkpoint.*",
    "closed",
    "coverage.*",
    "delivery.at",
    "delivery.leaf",
    "delivery.manifest.bytes",
    "delivery.manifest.files",
    "delivery.rescan.*",
    "delivery.seq",
    "entries.*",
    "exceptions.at",
    "exceptions.by",
    "exceptions.expires",
    "exceptions.findings",
    "exceptions.in_force_by",
    "exceptions.items",
    "exceptions.leaf",
    "fields.from",
    "fields.name",
    "findings.critical",
    "findings.high",
    "findings.info",
    "findings.low",
    "findings.medium",
    "findings.total",
    "genesis",
    "inventory.items",
    "lists.findings.class",
    "lists.findings.item",
    "lists.findings.scanner",
    "lists.findings.severity",
    "lists.not_gone.item",
    "lists.not_gone.kind",
    "lists.not_gone.outcome",
    "lists.not_gone.verdict",
    "lists.went.by",
    "lists.went.exceptions",
    "lists.went.item",
    "lists.went.kind",
    "lists.went.verdict",
    "lost.*",
    "made",
    "manifest.bytes",
    "manifest.files",
    "manifest.links",
    "medium.counted.*",
    "medium.kind",
    "medium.left",
    "medium.read",
    "medium.table",
    "medium.unreadable",
    "medium.volumes.kind",
    "medium.volumes.n",
    "medium.write_protect",
    "officer",
    "opened",
    "origin",
    "policy.*",
    "recall.at",
    "recall.kind",
    "recall.signatures.*",
    "register.changed",
    "register.officer",
    "register.received",
    "register.state",
    "register.witness",
    "report",
    "requester",
    "scan.at",
    "scan.objects",
    "scan.request.asked",
    "scan.request.differ",
    "scan.request.left",
    "scan.request.missing",
    "scan.request.names",
    "scan.request.other",
    "scan.request.requester",
    "scan.scanners.*",
    "scan.verdicts.*",
    "signatures.*",
    "state",
    "stops.at",
    "stops.step",
    "stops.type",
    "stops.who",
    "transfer",
};

/* Texts that are alike in many rows: their commitments would tell how many are of one kind. */
static const char *const veil_dropped[] = {
    "lists.not_gone.classification",
    "lists.not_gone.mime",
    "lists.not_gone.type",
    "lists.went.classification",
    "lists.went.mime",
    "lists.went.type",
};

static bool
veil_is_one(const char *const *paths, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		const size_t len = strlen(paths[i]);
		if (strcmp(paths[i], path) == 0 ||
		    (paths[i][len - 1] == '*' && strncmp(paths[i], path, len - 1) == 0))
			return true;
	}
	return false;
}

#define VEIL_IS(list, path) veil_is_one(list, sizeof(list) / sizeof((list)[0]), path)

void
veil_commit(
    const uint8_t key[VEIL_KEY_SIZE], const void *bytes, size_t n, char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	MEM_FREE uint8_t *text = mem_alloc(sizeof(VEIL_DOMAIN) + n);
	memcpy(text, VEIL_DOMAIN, sizeof(VEIL_DOMAIN));
	if (n > 0)
		memcpy(text + sizeof(VEIL_DOMAIN), bytes, n);
	digest_hmac(key, VEIL_KEY_SIZE, text, sizeof(VEIL_DOMAIN) + n, digest);
	hex_encode(digest, sizeof(digest), out);
}

static json_t *
veil_text(const uint8_t *key, const json_t *value)
{
	char hex[HEX_DIGEST_SIZE] = "";
	if (json_string_length(value) > 0)
		veil_commit(key, json_string_value(value), json_string_length(value), hex);
	return json_string(hex);
}

static json_t *veil_object(const uint8_t *key, const char *where, const json_t *from);

/* NULL: left out. */
static json_t *
veil_value(const uint8_t *key, const char *where, const json_t *value)
{
	if (json_is_object(value))
		return veil_object(key, where, value);
	if (json_is_array(value)) {
		json_t *copy = json_array();
		for (size_t i = 0; i < json_array_size(value); i++) {
			json_t *member = veil_value(key, where, json_array_get(value, i));
			if (member != NULL)
				json_array_append_new(copy, member);
		}
		return copy;
	}
	if (json_is_boolean(value) || VEIL_IS(veil_kept, where))
		return json_deep_copy(value);
	return json_is_string(value) && !VEIL_IS(veil_dropped, where) ? veil_text(key, value)
	                                                              : NULL;
}

static json_t *
veil_object(const uint8_t *key, const char *where, const json_t *from)
{
	json_t *copy = json_object(), *member, *veiled;
	const char *name;
	json_object_foreach ((json_t *)(uintptr_t)from, name, member) {
		MEM_FREE char *path =
		    mem_printf("%s%s%s", where, where[0] != '\0' ? "." : "", name);
		veiled = veil_value(key, path, member);
		if (veiled != NULL)
			fact_put(copy, name, veiled);
	}
	return copy;
}

json_t *
veil_facts(const uint8_t key[VEIL_KEY_SIZE], const char *where, const json_t *facts)
{
	return veil_object(key, where, facts);
}
