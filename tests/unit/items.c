/* SPDX-License-Identifier: ISC */
#include "tests/unit/items.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

const uint8_t items_digest_a[32] = {1}, items_digest_b[32] = {2};

/* Six items: two clean files of one object, a blocked one, a link, a directory, a lost one. */
static const struct {
	uint64_t id;
	const char *path;
	enum item_kind kind;
	enum item_state state;
	enum policy_gate gate;
	enum verdict verdict;
	enum finding_severity severity;
	unsigned classes;
	uint64_t size;
	const uint8_t *sha256;
	const char *type;
} rows[ITEMS] = {
    {1, "a", ITEM_DIRECTORY, ITEM_READ, POLICY_PASS, VERDICT_NA, FINDING_NO_SEVERITY, 0, 0,
	NULL, ""},
    {2, "a/one.txt", ITEM_FILE, ITEM_READ, POLICY_PASS, VERDICT_CLEAN, FINDING_NO_SEVERITY, 0,
	10, items_digest_a, "text"},
    {3, "a/two.TXT", ITEM_FILE, ITEM_READ, POLICY_REASON, VERDICT_CLEAN, FINDING_MEDIUM,
	1u << FINDING_MISMATCH, 10, items_digest_a, "text"},
    {4, "bad.exe", ITEM_FILE, ITEM_READ, POLICY_BLOCK, VERDICT_MALICIOUS, FINDING_HIGH,
	1u << FINDING_MALWARE, 5000, items_digest_b, "pe"},
    {6, "link", ITEM_LINK, ITEM_READ, POLICY_PASS, VERDICT_NA, FINDING_NO_SEVERITY, 0, 0, NULL,
	""},
    {5, "lost", ITEM_FILE, ITEM_UNREADABLE, POLICY_BLOCK, VERDICT_NA, FINDING_NO_SEVERITY, 0, 7,
	NULL, ""},
};

void
items_add(struct work *w, uint64_t id, const char *path, const char *kind, const char *state,
    uint64_t size)
{
	const char *base = strrchr(path, '/');
	base = base != NULL ? base + 1 : path;
	const char *dot = strrchr(base, '.');
	struct work_item it = {.id = id,
	    .path = (const uint8_t *)path,
	    .path_len = strlen(path),
	    .name = path,
	    .base = base,
	    .ext = dot == NULL                ? ""
	           : strcmp(dot, ".exe") == 0 ? "exe"
	                                      : "txt",
	    .kind = kind,
	    .state = state,
	    .why = "",
	    .mtime = "",
	    .zone = "none",
	    .size_bytes = size,
	    .link = (const uint8_t *)"",
	    .links = 1};
	assert_int_equal(work_item_add(w, &it, base, strlen(base)), ERR_OK);
}

void
items_fill(struct work *w, bool judged)
{
	bool is_new;
	for (size_t i = 0; i < ITEMS; i++) {
		items_add(w, rows[i].id, rows[i].path, item_kind_print(rows[i].kind),
		    item_state_print(rows[i].state), rows[i].size);
		if (rows[i].sha256 != NULL)
			assert_int_equal(work_item_kept(w, rows[i].id, rows[i].sha256,
					     rows[i].size, &is_new),
			    ERR_OK);
		struct work_judged j = {.item = rows[i].id,
		    .place = i,
		    .kind = rows[i].kind,
		    .state = rows[i].state,
		    .gate = rows[i].gate,
		    .verdict = rows[i].verdict,
		    .severity = rows[i].severity,
		    .classes = rows[i].classes,
		    .size_bytes = rows[i].size,
		    .type = rows[i].type,
		    .mime = ""};
		if (judged)
			assert_int_equal(work_judged_put(w, &j), ERR_OK);
	}
	assert_int_equal(
	    work_object_type(w, items_digest_b, "pe", "application/x-dosexec"), ERR_OK);
}

struct work *
items_fixture(void)
{
	struct work *w;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	items_fill(w, true);
	return w;
}

/* The same on a disk, to be opened again. */
struct work *
items_file(char path[32])
{
	struct work *w;
	snprintf(path, 32, "/tmp/t_work.XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(work_open(path, &w), ERR_OK);
	items_fill(w, true);
	assert_int_equal(work_commit(w), ERR_OK);
	return w;
}

void
items_remove(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		MEM_FREE char *name = mem_printf("%s%s", path, ends[i]);
		unlink(name);
	}
}

struct work *
items_reopen(struct work *w, const char *path)
{
	work_close(w);
	assert_int_equal(work_open(path, &w), ERR_OK);
	return w;
}

struct where *
items_parse(const char *text)
{
	struct where *where;
	size_t at;
	char why[WHERE_WHY_SIZE];
	if (text == NULL)
		return NULL;
	if (where_parse(text, strlen(text), &where, &at, why) != ERR_OK)
		fail_msg("%s: %s", text, why);
	return where;
}

/* The ids of a list as "1 2 3". */
char *
items_listed(struct work *w, const char *text, enum work_sort sort, bool reverse)
{
	struct where *where = items_parse(text);
	uint32_t *ids;
	size_t n;
	char *out = mem_strdup("");
	assert_int_equal(work_pick(w, where, sort, reverse, &ids, &n), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		char *more = mem_printf("%s%s%u", out, i == 0 ? "" : " ", ids[i]);
		free(out);
		out = more;
	}
	free(ids);
	free(where);
	return out;
}

/* Decides what fits. */
enum err
items_decide(struct work *w, const char *text, enum item_decision decision, const char *by,
    const char *reason, uint64_t *changed)
{
	struct where *where = items_parse(text);
	uint32_t *ids;
	size_t n;
	assert_int_equal(work_pick(w, where, WORK_PATH, false, &ids, &n), ERR_OK);
	enum err e = work_decide(w, ids, n, decision, by, reason, changed);
	free(ids);
	free(where);
	return e;
}

void
items_assert(struct work *w, uint64_t id, const char *decision, const char *by)
{
	struct work_item it;
	assert_int_equal(work_item_get(w, id, &it), ERR_OK);
	if (strcmp(it.decision, decision) != 0 || strcmp(it.by, by) != 0)
		fail_msg("item %llu: %s by %s, not %s by %s", (unsigned long long)id,
		    it.decision, it.by, decision, by);
}
