/* links: src/proc/desk/compose src/proc/desk/compose_item db/work db/work_child db/work_draft db/work_facts db/work_item db/work_step db/sql src/core/contain src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/release src/core/part src/core/release_weigh src/core/exception src/core/inventory src/core/inventory_check src/core/inventory_print src/core/tree src/core/canon src/core/digest src/base/clock src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/*
 * compose FILE MEMBERS: a work database of one archive with so many members, a tenth of
 * them with a finding and a hundredth archives of one member themselves, and what
 * composing it costs: all of it, and the longest time for which the desk serves nobody.
 * MEMBERS 0: the file is there from an earlier run.
 */
#include "db/work_child.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/policy.h"
#include "src/proc/desk/compose.h"

#include <stdio.h>
#include <string.h>

static const char policy_text[] =
    "name = \"bench\"; approvals = 2;\n"
    "required = ( { scanner = \"av\"; types = \"*\"; },\n"
    "  { scanner = \"archive\"; types = \"zip\"; part = true; } );\n"
    "rules = ( { verdict = \"clean\"; gate = \"pass\"; } );\n";

static void
must(enum err e, const char *what)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err_str(e));
	exit(1);
}

static void
object(uint64_t n, uint8_t out[DIGEST_SIZE])
{
	digest_sha256(&n, sizeof(n), out);
}

static void
say(struct work *w, const uint8_t sha256[32], const char *scanner, const char *verdict)
{
	struct work_verdict v = {scanner, verdict, "", 7, 7};
	must(work_verdict_put(w, sha256, &v), "verdict");
}

static void
add(struct work *w, uint64_t n, const uint8_t parent[32])
{
	uint8_t sha256[DIGEST_SIZE];
	bool is_new, zip = n % 100 == 0;
	char name[64];
	object(n, sha256);
	int len = snprintf(name, sizeof(name), "member-%08llu", (unsigned long long)n);
	struct work_child c = {.parent = parent,
	    .scanner = "archive",
	    .name = (const uint8_t *)name,
	    .name_len = (size_t)len,
	    .kind = "file",
	    .size_bytes = 7,
	    .link = (const uint8_t *)"",
	    .why = "",
	    .sha256 = sha256};
	must(work_child_add(w, &c), "child");
	must(work_child_object(w, sha256, 7, 1, &is_new), "object");
	must(work_object_type(w, sha256, zip ? "zip" : "text", "text/plain"), "type");
	say(w, sha256, "type", "clean");
	say(w, sha256, "av", "clean");
	say(w, sha256, "archive", zip ? "clean" : "na");
	struct work_finding f = {.sha256 = sha256,
	    .scanner = "text",
	    .rule = "text/long-line",
	    .class = "policy",
	    .severity = "info",
	    .title = "a long line",
	    .detail = "line 1"};
	if (n % 10 == 1)
		must(work_finding_add(w, &f), "finding");
}

static void
fill(struct work *w, uint64_t members)
{
	uint8_t top[DIGEST_SIZE], inner[DIGEST_SIZE];
	bool is_new;
	struct work_item it = {.id = 1,
	    .path = (const uint8_t *)"all.zip",
	    .path_len = 7,
	    .name = "all.zip",
	    .base = "all.zip",
	    .ext = "zip",
	    .kind = "file",
	    .state = "read",
	    .why = "",
	    .mtime = "",
	    .zone = "none",
	    .size_bytes = 7,
	    .link = (const uint8_t *)"",
	    .links = 1};
	object(0, top);
	must(work_item_add(w, &it, "all.zip", 7), "item");
	must(work_item_kept(w, 1, top, 7, &is_new), "kept");
	must(work_object_type(w, top, "zip", "application/zip"), "type");
	must(work_opener_add(w, "archive"), "opener");
	say(w, top, "type", "clean");
	say(w, top, "av", "clean");
	say(w, top, "archive", "clean");
	for (uint64_t n = 1; n <= members; n++) {
		object(n - 1, inner);
		add(w, n, n > 1 && n % 100 == 1 ? inner : top);
	}
	must(work_commit(w), "commit");
}

static void
measure(struct work *w, const struct release_under *under, int64_t slice_ms, const char *name)
{
	struct compose *c = compose_new(w, under);
	uint64_t begin = clock_mono_ns(), longest = 0, slices = 0;
	enum err e;
	do {
		uint64_t start = clock_mono_ns();
		e = compose_run(c, slice_ms == 0 ? INT64_MAX : clock_mono_ms() + slice_ms);
		uint64_t took = clock_mono_ns() - start;
		longest = took > longest ? took : longest;
		slices++;
	} while (e == ERR_AGAIN);
	must(e, "compose");
	compose_free(c);
	printf("%-28s %9.1f ms  longest %8.1f ms  %llu slices\n", name,
	    (double)(clock_mono_ns() - begin) / 1e6, (double)longest / 1e6,
	    (unsigned long long)slices);
}

int
main(int argc, char **argv)
{
	struct work *w;
	struct policy *policy;
	char why[POLICY_WHY_SIZE];
	bool is_new;
	uint8_t one[DIGEST_SIZE];
	if (argc != 3) {
		fprintf(stderr, "usage: compose FILE MEMBERS\n");
		return 2;
	}
	digest_init();
	must(policy_parse(policy_text, strlen(policy_text), &policy, why), why);
	must(work_open(argv[1], &w), argv[1]);
	uint64_t begin = clock_mono_ns();
	if (strcmp(argv[2], "0") != 0)
		fill(w, strtoull(argv[2], NULL, 10));
	printf("filled in %.0f ms\n", (double)(clock_mono_ns() - begin) / 1e6);
	struct release_under under = {.policy = policy};
	object(1, one);
	measure(w, &under, LIM_COMPOSE_MS, "in slices");
	measure(w, &under, LIM_COMPOSE_MS, "again, nothing changed");
	must(work_object_type(w, one, "text", "text/plain"), "type");
	measure(w, &under, 0, "in one piece, once changed");
	must(work_child_object(w, one, 7, 1, &is_new), "object");
	measure(w, &under, LIM_COMPOSE_MS, "in slices, once changed");
	policy_free(policy);
	work_close(w);
	return 0;
}
