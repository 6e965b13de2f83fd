/* SPDX-License-Identifier: ISC */
/* A small sealed transfer, made by the real printers, for tests of the domain. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/inventory.h"
#include "src/core/release.h"
#include "src/core/release_weigh.h"

#include <jansson.h>
#include <string.h>

#define SAMPLE_POLICY                                                                          \
	"name = \"sample\";\napprovals = 2;\n"                                                 \
	"required = ( { scanner = \"av\"; types = \"*\"; },\n"                                 \
	"             { scanner = \"type\"; types = \"*\"; part = true; } );\n"                \
	"rules = (\n"                                                                          \
	"  { class = \"malware\"; severity = \"medium\"; gate = \"block\"; why = "             \
	"\"malware\"; },\n"                                                                    \
	"  { types = \"pe-*\"; gate = \"block\"; why = \"no programs\"; },\n"                  \
	"  { class = \"name\"; severity = \"medium\"; gate = \"reason\"; why = \"odd name\"; " \
	"},\n"                                                                                 \
	"  { kind = \"file\"; verdict = \"clean\"; gate = \"pass\"; },\n"                      \
	"  { kind = [\"directory\", \"link\"]; gate = \"pass\"; }\n"                           \
	");\n"                                                                                 \
	"block_medium = ( { kind = \"region\"; state = \"encrypted\"; why = \"no encrypted "   \
	"volumes\"; } );\n"

#ifndef SAMPLE_ITEMS
#define SAMPLE_ITEMS 64
#endif

struct sample {
	struct inventory_item items[SAMPLE_ITEMS];
	char digests[SAMPLE_ITEMS][HEX_DIGEST_SIZE];
	size_t n;
	const char *policy;
	unsigned approvals;
	const char *deciders[4];
	size_t ndeciders;
	json_t *medium;   /* as xfer.read has it; NULL: says nothing */
	json_t *scanners; /* as xfer.scan has it; NULL: none */
	struct exception exceptions[LIM_EXCEPTIONS + 1];
	size_t nexceptions;
	struct buf bytes; /* after sample_seal */
};

__attribute__((unused)) static struct inventory_bytes
sample_bytes(const char *text)
{
	return (struct inventory_bytes){.data = (const uint8_t *)text, .len = strlen(text)};
}

__attribute__((unused)) static void
sample_init(struct sample *s)
{
	*s = (struct sample){.policy = SAMPLE_POLICY,
	    .approvals = 2,
	    .deciders = {"a.frey", "m.weber"},
	    .ndeciders = 2};
	buf_init(&s->bytes, 1 << 24);
}

__attribute__((unused)) static void
sample_done(struct sample *s)
{
	json_decref(s->medium);
	json_decref(s->scanners);
	buf_done(&s->bytes);
}

/* An item of any kind; paths must be added in order. */
__attribute__((unused)) static struct inventory_item *
sample_add(struct sample *s, enum item_kind kind, const char *path)
{
	uint8_t digest[DIGEST_SIZE];
	struct inventory_item *it = &s->items[s->n];
	digest_sha256("", 0, digest);
	*it = (struct inventory_item){.id = s->n + 1,
	    .kind = kind,
	    .state = ITEM_READ,
	    .path = sample_bytes(path),
	    .dest = sample_bytes(path),
	    .name = path,
	    .mode = 0644,
	    .mtime = "2024-01-02T03:04:05Z",
	    .sha256 = "",
	    .type = "",
	    .mime = "",
	    .by = "m.weber",
	    .reason = "",
	    .why = "",
	    .decision = ITEM_APPROVE};
	hex_encode(digest, sizeof(digest), it->finds_sha256);
	s->n++;
	return it;
}

/* A clean text file whose contents are its own name. */
__attribute__((unused)) static struct inventory_item *
sample_file(struct sample *s, const char *path)
{
	uint8_t digest[DIGEST_SIZE];
	struct inventory_item *it = sample_add(s, ITEM_FILE, path);
	digest_sha256(path, strlen(path), digest);
	hex_encode(digest, sizeof(digest), s->digests[s->n - 1]);
	it->sha256 = s->digests[s->n - 1];
	it->size_bytes = strlen(path);
	it->type = "text";
	it->mime = "text/plain";
	it->scans[0] =
	    (struct inventory_scan){"av", VERDICT_CLEAN, it->size_bytes, it->size_bytes, "", 0};
	it->scans[1] = (struct inventory_scan){"type", VERDICT_NA, it->size_bytes, 4, "", 0};
	it->nscans = 2;
	return it;
}

__attribute__((unused)) static struct inventory_item *
sample_link(struct sample *s, const char *path, const char *target)
{
	struct inventory_item *it = sample_add(s, ITEM_LINK, path);
	it->link = sample_bytes(target);
	return it;
}

__attribute__((unused)) static void
sample_decide(struct inventory_item *it, enum item_decision decision, const char *reason)
{
	it->decision = decision;
	it->by = decision == ITEM_NONE ? "" : "m.weber";
	it->reason = reason;
}

/* Verdicts, proposals and outcomes as the desk gives them. */
__attribute__((unused)) static enum err
sample_judge(struct sample *s, char why[RELEASE_WHY_SIZE])
{
	struct policy *policy = NULL;
	char words[POLICY_WHY_SIZE];
	enum err e = policy_parse(s->policy, strlen(s->policy), &policy, words);
	if (e != ERR_OK)
		return e;
	const struct release_under under = {policy, s->exceptions, s->nexceptions, s->scanners};
	for (size_t i = 0; i < s->n; i++)
		release_weigh_exceptions(&under, &s->items[i]);
	struct release_plan *plan = release_plan_new(&under);
	for (size_t i = 0; e == ERR_OK && i < s->n; i++)
		e = release_plan_add(plan, &s->items[i], why);
	if (e == ERR_OK)
		e = release_plan_settle(plan, why);
	for (size_t i = 0; e == ERR_OK && i < s->n; i++)
		release_judge(&under, release_plan_tree(plan), &s->items[i]);
	release_plan_free(plan);
	policy_free(policy);
	return e;
}

/* Prints header and items as they stand into bytes. */
__attribute__((unused)) static enum err
sample_seal(struct sample *s)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(s->policy, strlen(s->policy), digest);
	hex_encode(digest, sizeof(digest), hex);
	struct inventory_header h = {.transfer = "K1-000042",
	    .station = "K1",
	    .officer = "m.weber",
	    .requester = "r.haas",
	    .policy = hex,
	    .approvals = s->approvals,
	    .items = s->n,
	    .deciders = s->deciders,
	    .ndeciders = s->ndeciders,
	    .medium = s->medium != NULL ? json_incref(s->medium) : json_object(),
	    .exceptions = s->exceptions,
	    .nexceptions = s->nexceptions,
	    .scanners = s->scanners != NULL ? json_incref(s->scanners) : json_array()};
	buf_done(&s->bytes);
	enum err e = inventory_print_header(&h, &s->bytes);
	for (size_t i = 0; e == ERR_OK && i < s->n; i++)
		e = inventory_print_item(&s->items[i], &s->bytes);
	json_decref(h.medium);
	json_decref(h.scanners);
	return e;
}

__attribute__((unused)) static enum err
sample_manifest(struct sample *s, struct release_manifest **ret, char why[RELEASE_WHY_SIZE])
{
	return release_manifest(
	    s->bytes.data, s->bytes.len, s->policy, strlen(s->policy), ret, why);
}

#endif
