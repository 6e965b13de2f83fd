/* links: db/work db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
/*
 * lists FILE ITEMS: a work database of so many judged items, and what lists,
 * searches and decisions over it cost the desk.
 */
#include "db/work.h"
#include "db/work_pick.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/where.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROUNDS 5
#define TRIES  1024 /* as src/proc/desk/order.c */

static double
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
must(enum err e, const char *what)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err_str(e));
	exit(1);
}

static const struct {
	const char *ext, *type, *mime;
} sorts[] = {
    {"csv", "text", "text/csv"},
    {"json", "json", "application/json"},
    {"png", "png", "image/png"},
    {"whl", "wheel", "application/zip"},
    {"pdf", "pdf", "application/pdf"},
    {"exe", "pe", "application/vnd.microsoft.portable-executable"},
    {"safetensors", "safetensors", "application/octet-stream"},
};

/* Item n of all: its path sorts by n, its number is something else. */
static void
add(struct work *w, uint64_t n, uint64_t items)
{
	uint8_t sha256[32] = {0};
	bool is_new;
	/* a walk meets directories in another order than their paths have */
	uint64_t id = (n + items / 3) % items + 1, r = n * 2654435761u % 1000;
	size_t sort = r < 400 ? 0 : r < 700 ? 1 : r % 7;
	MEM_FREE char *base = mem_printf("sample-%06llu-of-%06llu.%s", (unsigned long long)n,
	    (unsigned long long)items, sorts[sort].ext);
	MEM_FREE char *path = mem_printf("v1/projects/brain-%03llu/session-%04llu/%s",
	    (unsigned long long)(n / 10000), (unsigned long long)(n / 100), base);
	struct work_item it = {.id = id,
	    .parent = 1,
	    .path = (const uint8_t *)path,
	    .path_len = strlen(path),
	    .name = path,
	    .base = base,
	    .ext = sorts[sort].ext,
	    .kind = "file",
	    .state = r == 999 ? "unreadable" : "read",
	    .why = "",
	    .mtime = "2024-01-02T03:04:05Z",
	    .zone = "none",
	    .size_bytes = r * r * 17,
	    .link = (const uint8_t *)"",
	    .links = 1};
	must(work_item_add(w, &it, base, strlen(base)), "item");
	memcpy(sha256, &id, sizeof(id));
	must(work_item_kept(w, id, sha256, it.size_bytes, &is_new), "object");
	must(work_object_type(w, sha256, sorts[sort].type, sorts[sort].mime), "type");
	struct work_judged j = {.item = id,
	    .place = n,
	    .kind = ITEM_FILE,
	    .state = r == 999 ? ITEM_UNREADABLE : ITEM_READ,
	    .gate = r >= 997   ? POLICY_BLOCK
	            : r >= 990 ? POLICY_REASON
	                       : POLICY_PASS,
	    .verdict = r >= 997 ? VERDICT_MALICIOUS : VERDICT_CLEAN,
	    .severity = r >= 997   ? FINDING_HIGH
	                : r >= 990 ? FINDING_MEDIUM
	                : r >= 900 ? FINDING_LOW
	                           : FINDING_NO_SEVERITY,
	    .classes = r >= 990 ? 1u << FINDING_MISMATCH : 0,
	    .size_bytes = it.size_bytes,
	    .type = sorts[sort].type,
	    .mime = sorts[sort].mime};
	must(work_judged_put(w, &j), "judged");
}

static void
fill(const char *path, uint64_t items)
{
	struct work *w;
	must(work_open(path, &w), path);
	for (uint64_t n = 0; n < items; n++)
		add(w, n, items);
	must(work_commit(w), "commit");
	work_close(w);
}

static struct where *
parse(const char *text)
{
	struct where *where = NULL;
	size_t at;
	char why[WHERE_WHY_SIZE];
	if (text != NULL)
		must(where_parse(text, strlen(text), &where, &at, why), text);
	return where;
}

/* A new list and the rows of its first page. */
static void
list(struct work *w, const char *text, enum work_sort sort, const char *name)
{
	double best = 1e9;
	size_t n = 0;
	struct where *where = parse(text);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t *ids;
		struct work_item it;
		double start = now_ms();
		must(work_pick(w, where, sort, false, &ids, &n), name);
		for (size_t k = 0; k < n && k < LIM_PAGE_ITEMS; k++)
			must(work_item_get(w, ids[k], &it), "row");
		double took = now_ms() - start;
		best = took < best ? took : best;
		free(ids);
	}
	printf("list  %7.1f ms  %8zu items  %s, by %s\n", best, n, text != NULL ? text : "all",
	    name);
	free(where);
}

static void
find(struct work *w, const char *text)
{
	struct where *where = parse(text);
	uint32_t *ids;
	uint8_t *bits;
	uint64_t max;
	size_t n, at;
	must(work_pick(w, NULL, WORK_PATH, false, &ids, &n), "list");
	double start = now_ms();
	enum err e = work_pick_first(w, where, ids, n < TRIES ? n : TRIES, false, &at);
	double near_ms = now_ms() - start;
	start = now_ms();
	must(work_pick_set(w, where, &bits, &max), "set");
	printf("find  %7.1f ms near (%s), %.1f ms far  %s\n", near_ms,
	    e == ERR_OK ? "found" : "not there", now_ms() - start, text);
	free(bits);
	free(ids);
	free(where);
}

static void
decide(struct work *w)
{
	uint32_t *ids, *change;
	size_t n;
	uint64_t changed, largest, bytes;
	struct work_weight weight;
	struct work_step step;
	must(work_pick(w, NULL, WORK_PATH, false, &ids, &n), "list");
	double start = now_ms();
	for (size_t i = 0; i < 100; i++)
		must(
		    work_decide(w, ids + i * (n / 100), 1, ITEM_HOLD, "otto", "wait", &changed),
		    "decide");
	printf("one decision, durable      %7.2f ms\n", (now_ms() - start) / 100);
	change = mem_array(n + 1, sizeof(*change));
	start = now_ms();
	must(work_weigh(w, ids, n, ITEM_APPROVE, &weight, change), "weigh");
	(void)work_pick_largest(w, change, weight.change, &largest, &bytes);
	printf("what a bulk would do       %7.1f ms  %llu of %zu\n", now_ms() - start,
	    (unsigned long long)weight.change, n);
	start = now_ms();
	must(work_decide(w, change, weight.change, ITEM_APPROVE, "otto", "all", &changed),
	    "bulk");
	printf("the bulk, durable          %7.1f ms  %llu items\n", now_ms() - start,
	    (unsigned long long)changed);
	start = now_ms();
	must(work_undo(w, false, "otto", &step), "undo");
	printf("undo of it, durable        %7.1f ms  %llu items\n", now_ms() - start,
	    (unsigned long long)step.items);
	start = now_ms();
	must(work_undo(w, true, "otto", &step), "redo");
	printf("redo of it, durable        %7.1f ms\n", now_ms() - start);
	free(change);
	free(ids);
}

int
main(int argc, char **argv)
{
	struct work *w;
	struct work_counts c;
	if (argc != 3) {
		fprintf(stderr, "usage: lists FILE ITEMS\n");
		return 2;
	}
	double start = now_ms();
	fill(argv[1], strtoull(argv[2], NULL, 10));
	printf("filled in %.0f ms\n", now_ms() - start);
	must(work_open(argv[1], &w), argv[1]);
	start = now_ms();
	must(work_counts(w, &c), "counts");
	printf(
	    "first look %6.1f ms  %llu items\n", now_ms() - start, (unsigned long long)c.items);
	list(w, NULL, WORK_PATH, "path");
	list(w, NULL, WORK_SEVERITY, "severity");
	list(w, NULL, WORK_TYPE, "type");
	list(w, NULL, WORK_SIZE, "size");
	list(w, NULL, WORK_VERDICT, "verdict");
	list(w, "severity>=medium", WORK_PATH, "path");
	list(w, "severity<medium", WORK_SEVERITY, "severity");
	list(w, "type=pdf or ext=csv", WORK_PATH, "path");
	list(w, "mime~text", WORK_SIZE, "size");
	list(w, "class=mismatch", WORK_SEVERITY, "severity");
	list(w, "decision=none and gate!=block", WORK_PATH, "path");
	list(w, "outcome=blocked", WORK_PATH, "path");
	list(w, "name~\"*77.csv\"", WORK_PATH, "path");
	list(w, "path~session-0042", WORK_PATH, "path");
	list(w, "not (name~sample or path~\"*zebra*\")", WORK_SEVERITY, "severity");
	find(w, "decision=none and gate!=block and state=read");
	find(w, "severity>=high");
	find(w, "name~nowhere");
	decide(w);
	list(w, NULL, WORK_DECISION, "decision");
	list(w, "decision=none and gate!=block and state=read", WORK_PATH, "path");
	work_close(w);
	return 0;
}
