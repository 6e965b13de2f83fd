/* SPDX-License-Identifier: ISC */
#include "tests/screens/fixture.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/name.h"
#include "src/core/release.h"

#include <stdio.h>
#include <string.h>

#define FIXTURE_LONG                                       \
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv" \
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv" \
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv"

static const char fixture_policy_text[] =
    "name = \"Policy for screens\";\napprovals = 2;\n"
    "required = ( { scanner = \"av\"; types = \"*\"; },\n"
    "             { scanner = \"type\"; types = \"*\"; part = true; } );\n"
    "rules = (\n"
    "  { class = \"malware\"; severity = \"medium\"; gate = \"block\"; why = \"malware\"; },\n"
    "  { verdict = [\"suspicious\", \"incomplete\"]; gate = \"reason\"; why = \"nobody vouches "
    "for it\"; },\n"
    "  { severity = \"medium\"; gate = \"reason\"; why = \"a finding of weight\"; },\n"
    "  { kind = \"file\"; verdict = \"clean\"; gate = \"pass\"; },\n"
    "  { kind = [\"directory\", \"link\"]; gate = \"pass\"; },\n"
    "  { gate = \"block\"; why = \"not a file that was read and found clean\"; }\n"
    ");\n";

struct fixture_one {
	const char *path;
	size_t path_len;
	enum item_kind kind;
	enum item_state state;
	const char *type, *mime;
	uint64_t size_bytes;
	unsigned mode;
	enum verdict verdict;
	enum finding_class class;
	enum finding_severity severity;
	const char *title, *detail;
	enum item_decision decision;
	const char *reason, *extra;
	/* made */
	uint64_t id;
	char sha256[HEX_DIGEST_SIZE];
	char *name;
	char *said; /* a reason that was typed */
	struct buf dest;
	enum policy_gate gate;
};

static const struct fixture_one fixture_items[] = {
#define FINDING_0 FINDING_MALWARE
#define ITEM(path, kind, state, type, mime, bytes, mode, verdict, class, severity, title, \
    detail, decision, reason, extra)                                                      \
	{path, sizeof(path) - 1, ITEM_##kind, ITEM_##state, type, mime, bytes, mode,      \
	    VERDICT_##verdict, FINDING_##class, FINDING_##severity, title, detail,        \
	    ITEM_##decision, reason, extra, 0, "", NULL, NULL, {NULL, 0, 0, 0, ERR_OK},   \
	    POLICY_BLOCK},
#include "tests/screens/fixture_items.def"
#undef ITEM
#undef FINDING_0
};
#define FIXTURE_ITEMS (sizeof(fixture_items) / sizeof(fixture_items[0]))

struct fixture {
	uint64_t decided; /* decisions that could be taken back */
	struct fixture_one items[FIXTURE_ITEMS];
	size_t by_severity[FIXTURE_ITEMS];
	struct policy *policy;
};

const char *
fixture_policy(void)
{
	return fixture_policy_text;
}

static bool
fixture_is_read_file(const struct fixture_one *o)
{
	return o->kind == ITEM_FILE && o->state == ITEM_READ;
}

/* The item as an inventory has it; borrows. */
static void
fixture_fill(const struct fixture_one *o, struct inventory_item *it)
{
	static char empty[HEX_DIGEST_SIZE];
	uint8_t digest[DIGEST_SIZE];
	bool read = fixture_is_read_file(o);
	digest_sha256("", 0, digest);
	hex_encode(digest, sizeof(digest), empty);
	*it = (struct inventory_item){.id = o->id,
	    .kind = o->kind,
	    .state = o->state,
	    .path = {(const uint8_t *)o->path, o->path_len},
	    .name = o->name,
	    .mode = o->mode,
	    .mtime = o->id % 7 == 0 ? "" : "2024-10-03T08:15:00Z",
	    .zone_utc = o->id % 3 != 0,
	    .sha256 = read ? o->sha256 : "",
	    .size_bytes = o->size_bytes,
	    .type = read ? o->type : "",
	    .mime = read ? o->mime : "",
	    .finds = o->severity != FINDING_NO_SEVERITY,
	    .decision = o->decision,
	    .by = o->decision != ITEM_NONE ? "anna" : "",
	    .reason = o->reason,
	    .why = ""};
	if (read || o->kind == ITEM_LINK)
		it->dest = (struct inventory_bytes){o->dest.data, o->dest.len};
	if (o->kind == ITEM_LINK)
		it->link =
		    (struct inventory_bytes){(const uint8_t *)o->extra, strlen(o->extra)};
	if (o->severity != FINDING_NO_SEVERITY)
		finding_worst_add(&it->worst, o->class, o->severity);
	memcpy(it->finds_sha256, empty, sizeof(empty));
	if (!read)
		return;
	bool part = o->verdict == VERDICT_INCOMPLETE;
	it->nscans = 2;
	it->scans[0] = (struct inventory_scan){"av",
	    o->verdict == VERDICT_INCOMPLETE ? VERDICT_CLEAN : o->verdict, o->size_bytes,
	    part ? o->size_bytes / 2 : o->size_bytes, "", 0};
	it->scans[1] = (struct inventory_scan){"type", VERDICT_NA, o->size_bytes,
	    o->size_bytes < 512 ? o->size_bytes : 512, "", 0};
}

static int
fixture_order(const void *a, const void *b)
{
	const struct fixture_one *x = a, *y = b;
	return inventory_compare(
	    (struct inventory_bytes){(const uint8_t *)x->path, x->path_len},
	    (struct inventory_bytes){(const uint8_t *)y->path, y->path_len});
}

static void
fixture_make(struct fixture *f, struct fixture_one *o, uint64_t id)
{
	struct inventory_item it;
	uint8_t digest[DIGEST_SIZE];
	o->id = id;
	digest_sha256(o->path, o->path_len, digest);
	hex_encode(digest, sizeof(digest), o->sha256);
	o->name = mem_alloc(ESCAPE_SIZE(o->path_len));
	escape_bytes(o->path, o->path_len, o->name, ESCAPE_SIZE(o->path_len), NULL);
	buf_init(&o->dest, LIM_PATH_BYTES);
	name_dest(o->path, o->path_len, &o->dest);
	fixture_fill(o, &it);
	release_judge(&(struct release_under){.policy = f->policy}, NULL, &it);
	o->gate = it.proposed;
	o->verdict = fixture_is_read_file(o) ? it.verdict : VERDICT_NA;
}

static void
fixture_sort_severity(struct fixture *f)
{
	size_t n = 0;
	for (int s = FINDING_CRITICAL; s >= FINDING_NO_SEVERITY; s--)
		for (size_t i = 0; i < FIXTURE_ITEMS; i++)
			if ((int)f->items[i].severity == s)
				f->by_severity[n++] = i;
}

struct fixture *
fixture_new(void)
{
	char why[POLICY_WHY_SIZE];
	struct fixture *f = mem_alloc(sizeof(*f));
	if (policy_parse(fixture_policy_text, strlen(fixture_policy_text), &f->policy, why) !=
	    ERR_OK) {
		fprintf(stderr, "fixture: %s\n", why);
		abort();
	}
	memcpy(f->items, fixture_items, sizeof(f->items));
	qsort(f->items, FIXTURE_ITEMS, sizeof(f->items[0]), fixture_order);
	for (size_t i = 0; i < FIXTURE_ITEMS; i++)
		fixture_make(f, &f->items[i], i + 1);
	fixture_sort_severity(f);
	return f;
}

void
fixture_free(struct fixture *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < FIXTURE_ITEMS; i++) {
		free(f->items[i].name);
		free(f->items[i].said);
		buf_done(&f->items[i].dest);
	}
	policy_free(f->policy);
	free(f);
}

/* --- as the desk tells it ------------------------------------------------------------ */

size_t
fixture_count(const struct fixture *f)
{
	(void)f;
	return FIXTURE_ITEMS;
}

size_t
fixture_find(const struct fixture *f, uint64_t id)
{
	(void)f;
	return id >= 1 && id <= FIXTURE_ITEMS ? (size_t)id - 1 : FIXTURE_ITEMS;
}

size_t
fixture_by_severity(const struct fixture *f, size_t i)
{
	return f->by_severity[i];
}

bool
fixture_has_finding(const struct fixture *f, size_t i)
{
	return f->items[i].severity > FINDING_INFO;
}

static bool
fixture_decidable(const struct fixture_one *o)
{
	return (fixture_is_read_file(o) || o->kind == ITEM_LINK) && o->gate != POLICY_BLOCK;
}

bool
fixture_undecided(const struct fixture *f, size_t i)
{
	return fixture_decidable(&f->items[i]) && f->items[i].decision == ITEM_NONE;
}

json_t *
fixture_row(const struct fixture *f, size_t i)
{
	const struct fixture_one *o = &f->items[i];
	bool read = fixture_is_read_file(o);
	unsigned flags;
	char name[ESCAPE_SIZE(LIM_PATH_BYTES)], letters[24];
	const char *slash = memchr(o->path, '/', o->path_len);
	size_t from = slash != NULL ? (size_t)(slash - o->path) + 1 : 0;
	escape_bytes(o->path + from, o->path_len - from, name, sizeof(name), &flags);
	escape_letters(flags, letters);
	if (o->severity != FINDING_NO_SEVERITY && o->class == FINDING_MISMATCH)
		snprintf(letters + strlen(letters), 2, "X");
	return json_pack(
	    "{s:I, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, "
	    "s:s, s:s, s:s}",
	    "id", (json_int_t)o->id, "name", o->name, "kind", item_kind_print(o->kind), "state",
	    item_state_print(o->state), "why", o->state != ITEM_READ ? o->extra : "", "size",
	    (json_int_t)o->size_bytes, "type", read ? o->type : "", "mime", read ? o->mime : "",
	    "verdict", verdict_print(o->verdict), "gate", policy_gate_print(o->gate),
	    "severity",
	    o->severity != FINDING_NO_SEVERITY ? finding_severity_print(o->severity) : "none",
	    "decision", item_decision_print(o->decision), "finds",
	    (json_int_t)(o->severity != FINDING_NO_SEVERITY), "reason", o->reason, "by",
	    o->decision != ITEM_NONE ? "anna" : "", "flags", letters, "sha256",
	    read ? o->sha256 : "");
}

static json_t *
fixture_findings(const struct fixture_one *o)
{
	json_t *list = json_array();
	if (o->severity != FINDING_NO_SEVERITY)
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "scanner",
			      o->class == FINDING_MALWARE ? "av" : "type", "severity",
			      finding_severity_print(o->severity), "class",
			      finding_class_print(o->class), "rule", "test/rule", "title",
			      o->title, "detail", o->detail));
	return list;
}

static json_t *
fixture_scans(const struct inventory_item *it)
{
	json_t *list = json_array();
	for (size_t i = 0; i < it->nscans; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:I, s:I, s:s}", "scanner", it->scans[i].scanner,
			"verdict", verdict_print(it->scans[i].verdict), "bytes",
			(json_int_t)it->scans[i].of_bytes, "read",
			(json_int_t)it->scans[i].read_bytes, "why", it->scans[i].why));
	return list;
}

json_t *
fixture_item(const struct fixture *f, uint64_t id)
{
	size_t i = fixture_find(f, id);
	if (i == FIXTURE_ITEMS)
		return NULL;
	const struct fixture_one *o = &f->items[i];
	struct inventory_item it;
	char path[HEX_B64_SIZE(LIM_PATH_BYTES)], link[HEX_B64_SIZE(LIM_PATH_BYTES)] = "";
	json_t *row = fixture_row(f, i);
	fixture_fill(o, &it);
	hex_b64_encode((const uint8_t *)o->path, o->path_len, path);
	if (o->kind == ITEM_LINK)
		hex_b64_encode((const uint8_t *)o->extra, strlen(o->extra), link);
	json_object_update_new(row,
	    json_pack("{s:s, s:s, s:i, s:s, s:s, s:o, s:o}", "path", path, "link", link, "mode",
		(int)o->mode, "mtime", it.mtime, "zone", it.zone_utc ? "utc" : "none", "scans",
		fixture_scans(&it), "findings", fixture_findings(o)));
	return row;
}

json_t *
fixture_counts(const struct fixture *f)
{
	uint64_t files = 0, undecided = 0, by[ITEM_DECISION__MAX] = {0}, blocked = 0,
		 unread = 0;
	for (size_t i = 0; i < FIXTURE_ITEMS; i++) {
		const struct fixture_one *o = &f->items[i];
		if (o->kind != ITEM_FILE && o->kind != ITEM_LINK)
			continue;
		files++;
		by[o->decision]++;
		undecided += fixture_undecided(f, i);
		unread += o->state != ITEM_READ;
		blocked += o->state == ITEM_READ && o->gate == POLICY_BLOCK;
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i}", "items",
	    (json_int_t)FIXTURE_ITEMS, "files", (json_int_t)files, "undecided",
	    (json_int_t)undecided, "approve", (json_int_t)by[ITEM_APPROVE], "reject",
	    (json_int_t)by[ITEM_REJECT], "hold", (json_int_t)by[ITEM_HOLD], "blocked",
	    (json_int_t)blocked, "unread", (json_int_t)unread, "none",
	    (json_int_t)by[ITEM_NONE], "undo", (json_int_t)f->decided, "redo", 0);
}

void
fixture_decide(struct fixture *f, uint64_t id, const char *decision, const char *reason)
{
	size_t i = fixture_find(f, id);
	if (i == FIXTURE_ITEMS)
		return;
	item_decision_parse(decision, &f->items[i].decision);
	f->decided++;
	free(f->items[i].said);
	f->items[i].said = mem_strdup(reason);
	f->items[i].reason = f->items[i].said;
}

/* --- sealed ------------------------------------------------------------------------------ */

static void
fixture_must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "fixture: %s\n", what);
		abort();
	}
}

/* What the desk escapes before it seals. */
static void
fixture_sealed_item(const struct fixture_one *o, struct inventory_item *it, char *reason[1])
{
	fixture_fill(o, it);
	reason[0] = escape_dup(o->reason);
	it->reason = reason[0];
	if (o->decision == ITEM_NONE && fixture_decidable(o)) {
		it->decision = ITEM_HOLD;
		it->by = "anna";
	}
	if (o->state != ITEM_READ)
		it->why = o->state == ITEM_ENCRYPTED ? o->extra : "read error at offset 12288";
}

static void
fixture_print(const struct fixture *f, struct buf *out)
{
	char why[RELEASE_WHY_SIZE], *reason[1];
	struct inventory_item it;
	const struct release_under under = {.policy = f->policy};
	struct release_plan *plan = release_plan_new(&under);
	for (size_t i = 0; i < FIXTURE_ITEMS; i++) {
		fixture_sealed_item(&f->items[i], &it, reason);
		fixture_must(release_plan_add(plan, &it, why) == ERR_OK, why);
		free(reason[0]);
	}
	fixture_must(release_plan_settle(plan, why) == ERR_OK, why);
	for (size_t i = 0; i < FIXTURE_ITEMS; i++) {
		fixture_sealed_item(&f->items[i], &it, reason);
		release_judge(&under, release_plan_tree(plan), &it);
		fixture_must(inventory_print_item(&it, out) == ERR_OK, f->items[i].name);
		free(reason[0]);
	}
	release_plan_free(plan);
}

void
fixture_seal(struct fixture *f, const char *policy_hex, struct buf *out)
{
	static const char *const deciders[] = {"anna"};
	struct inventory_header h = {.transfer = FIXTURE_TRANSFER,
	    .station = "K1",
	    .officer = "anna",
	    .requester = "rita",
	    .policy = policy_hex,
	    .approvals = 2,
	    .items = FIXTURE_ITEMS,
	    .deciders = deciders,
	    .ndeciders = 1,
	    .medium = json_pack("{s:i,s:s,s:[{s:i,s:s,s:s,s:i}]}", "bytes", 1048576, "table",
		"gpt", "volumes", "bytes", 1000000, "kind", "fat32", "label", "ACME", "n", 1),
	    .scanners = json_pack("[{s:s,s:s,s:s,s:s,s:b,s:s,s:s}]", "after", "pass", "before",
		"pass", "engine", "1.4.3", "name", "av", "sandbox", 1, "signatures", "27500",
		"version", "1")};
	fixture_must(inventory_print_header(&h, out) == ERR_OK, "header");
	fixture_print(f, out);
	json_decref(h.medium);
	json_decref(h.scanners);
}
