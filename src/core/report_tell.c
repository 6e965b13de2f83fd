/* SPDX-License-Identifier: ISC */
#include "src/core/report_tell.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/fact.h"
#include "src/core/fold.h"
#include "src/core/reading.h"
#include "src/core/report_exceptions.h"
#include "src/core/report_items.h"
#include "src/core/report_recall.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static bool
report_tell_delivered(const json_t *tree)
{
	return json_is_true(json_object_get(tree, "delivered"));
}

/* ", 1,234 bytes"; "" when it is not told how many.  Caller frees. */
static char *
report_tell_bytes(const json_t *row, const char *key)
{
	if (json_object_get(row, key) == NULL)
		return mem_printf("%s", "");
	return mem_printf(", %" PRIu64 " bytes", fact_num(row, key));
}

/* What is in the place of names. */
static void
report_tell_commitments(const json_t *tree, struct sheet *out)
{
	const char *mark = fact_str(tree, "commitments");
	if (mark[0] == '\0')
		return;
	sheet_section(out, "Names are not told");
	sheet_line(out, 0,
	    "In place of names, words and digests that could tell what was brought in there "
	    "are commitments: HMAC-SHA256 under a key made for this report, over "
	    "\"sallyport-name-v1\", a zero byte and the bytes. Who has the key can open each "
	    "of them: sallyport report --open NAME --key FILE. Sizes and types of single items "
	    "are left out.");
	sheet_field(out, "key's mark", mark);
}

static void
report_tell_head(const json_t *tree, struct sheet *out)
{
	sheet_field_of(out, "state", tree, "state");
	sheet_field(out, "delivery",
	    report_tell_delivered(tree) ? "DELIVERED, see below" : "NOT DELIVERED");
	sheet_field_of(out, "requester", tree, "requester");
	sheet_field_of(out, "opened by", tree, "officer");
	sheet_field_of(out, "opened", tree, "opened");
	sheet_field_of(out, "closed", tree, "closed");
	sheet_field_of(out, "log", tree, "origin");
	sheet_field_of(out, "report made", tree, "made");
	if (fact_str(tree, "commitments")[0] != '\0')
		sheet_field(out, "names", "not told: commitments in their place, see below");
	const json_t *fields = json_object_get(tree, "fields");
	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *f = json_array_get(fields, i);
		char *text = mem_printf("%s = %s%s", fact_str(f, "name"), fact_str(f, "value"),
		    fact_str(f, "from")[0] != '\0' ? "  (from the request)" : "");
		sheet_field(out, "field", text);
		free(text);
	}
	const json_t *classes = json_object_get(tree, "classes");
	for (size_t i = 0; i < json_array_size(classes); i++) {
		const json_t *c = json_array_get(classes, i);
		char *text = mem_printf("%s: %s", fact_str(c, "word"), fact_str(c, "limit"));
		sheet_field(out, "marked", text);
		free(text);
	}
}

/* The medium's line in the register, as it is when the report is made. */
static void
report_tell_register(const json_t *tree, struct sheet *out)
{
	const json_t *r = json_object_get(tree, "register");
	sheet_field_of(out, "control", tree, "control");
	if (r == NULL)
		return;
	sheet_field_of(out, "marked", r, "label");
	sheet_field_of(out, "owner", r, "owner");
	sheet_field_of(out, "class", r, "classification");
	sheet_field_of(out, "from", r, "from");
	sheet_field_of(out, "received", r, "received");
	sheet_field_of(out, "seal", r, "seal");
	sheet_field_of(out, "register", r, "state");
	sheet_field_of(out, "", r, "words");
	sheet_field_of(out, "by", r, "officer");
	sheet_field_of(out, "seen by", r, "witness");
	sheet_field_of(out, "since", r, "changed");
}

static void
report_tell_medium(const json_t *tree, struct sheet *out)
{
	const json_t *medium = json_object_get(tree, "medium");
	const json_t *volumes = json_object_get(medium, "volumes");
	char digits[32];
	const json_t *device = json_object_get(medium, "device");
	sheet_section(out, "Medium");
	sheet_field_of(out, "source", medium, "source");
	sheet_field_of(out, "kind", medium, "kind");
	sheet_field_of(out, "port", device, "port");
	sheet_field_of(out, "vendor", device, "vendor");
	sheet_field_of(out, "model", device, "model");
	sheet_field_of(out, "serial", device, "serial");
	sheet_number_of(out, "size", medium, "bytes", "bytes");
	sheet_field_of(out, "table", medium, "table");
	sheet_field_of(out, "written", medium, "write_protect");
	sheet_field_of(out, "before", medium, "before");
	sheet_field_of(out, "after", medium, "after");
	for (size_t i = 0; i < json_array_size(volumes); i++) {
		const json_t *v = json_array_get(volumes, i);
		MEM_FREE char *bytes =
		    json_object_get(v, "bytes") != NULL
			? mem_printf(", %s bytes", fold_number(fact_num(v, "bytes"), digits))
			: mem_printf("%s", "");
		char *text = mem_printf("%" PRIu64 ": %s%s, label \"%s\"", fact_num(v, "n"),
		    fact_str(v, "kind"), bytes, fact_str(v, "label"));
		sheet_field(out, "volume", text);
		free(text);
	}
	sheet_field_of(out, "read", medium, "read");
	sheet_field_of(out, "disposition", medium, "disposition");
	sheet_field_of(out, "left", medium, "left");
	report_tell_register(tree, out);
}

/* What was asked for against what was read. */
static void
report_tell_request(const json_t *tree, struct sheet *out)
{
	const json_t *r = json_object_get(json_object_get(tree, "scan"), "request");
	const json_t *names = json_object_get(r, "missing_names");
	if (r == NULL)
		return;
	sheet_section(out, "Request");
	sheet_field_of(out, "id", r, "id");
	sheet_field_of(out, "requester", r, "requester");
	sheet_field_of(out, "purpose", r, "purpose");
	sheet_field_of(out, "approval", r, "approval");
	sheet_field_of(out, "target", r, "target");
	sheet_field_of(out, "class", r, "classification");
	sheet_field_of(out, "signature", r, "why");
	sheet_field_of(out, "key", r, "key");
	sheet_field_of(out, "where from", r, "source");
	sheet_field_of(out, "sha256", r, "document");
	sheet_number_of(out, "names", r, "names", "in the request");
	sheet_number_of(out, "asked for", r, "asked", "items");
	sheet_number_of(out, "differ", r, "differ", "items with another digest or size");
	sheet_number_of(out, "others", r, "other", "items that nobody asked for");
	if (fact_num(r, "left") > 0)
		sheet_number_of(out, "left out", r, "left", "names that an officer left out");
	sheet_number_of(out, "missing", r, "missing", "names that nothing on the medium has");
	for (size_t i = 0; i < json_array_size(names); i++)
		sheet_field(out, "", json_string_value(json_array_get(names, i)));
}

/* What each scanner looked at, over the sealed items. */
static void
report_tell_coverage(const json_t *tree, struct sheet *out)
{
	const json_t *rows = json_object_get(tree, "coverage");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i), *count;
		json_t *verdicts = json_object_get(row, "verdicts");
		const char *word;
		struct buf text;
		buf_init(&text, 1024);
		json_object_foreach (verdicts, word, count)
			buf_addf(&text, "; %" PRIu64 " %s", fact_num(verdicts, word), word);
		sheet_line(out, 0, "%s: %" PRIu64 " items, %" PRIu64 " of them read whole%s",
		    fact_str(row, "scanner"), fact_num(row, "items"), fact_num(row, "whole"),
		    buf_str(&text));
		buf_done(&text);
	}
}

static void
report_tell_scanners(const json_t *tree, struct sheet *out)
{
	const json_t *scan = json_object_get(tree, "scan");
	const json_t *scanners = json_object_get(scan, "scanners");
	if (scan == NULL)
		return;
	sheet_section(out, "Scanners: what looked at it, and how far");
	for (size_t i = 0; i < json_array_size(scanners); i++) {
		const json_t *s = json_array_get(scanners, i);
		char *text = mem_printf(
		    "version %s, engine %s, signatures %s%s%s; self-test before %s, after %s%s",
		    fact_str(s, "version"), fact_str(s, "engine"),
		    fact_str(s, "signatures")[0] != '\0' ? fact_str(s, "signatures")
							 : "not named",
		    fact_str(s, "date")[0] != '\0' ? " of " : "", fact_str(s, "date"),
		    fact_str(s, "before"), fact_str(s, "after"),
		    json_is_false(json_object_get(s, "sandbox")) ? "; WITHOUT SANDBOX" : "");
		sheet_field(out, fact_str(s, "name"), text);
		free(text);
	}
	report_tell_coverage(tree, out);
}

/* Everything that has a name and lines: freed when it was told. */
struct report_said {
	struct sheet_item item;
	char *text[SHEET_LINES];
};

static void __attribute__((format(printf, 2, 3)))
report_tell_say(struct report_said *r, const char *fmt, ...)
{
	va_list ap;
	if (r->item.nlines == SHEET_LINES)
		return;
	va_start(ap, fmt);
	if (vasprintf(&r->text[r->item.nlines], fmt, ap) < 0)
		abort(); /* no memory, as in mem.h */
	va_end(ap);
	r->item.lines[r->item.nlines] = r->text[r->item.nlines];
	r->item.nlines++;
}

static void
report_tell_said(struct report_said *r)
{
	for (size_t i = 0; i < r->item.nlines; i++)
		free(r->text[i]);
}

static void
report_tell_account(const json_t *tree, struct sheet *out)
{
	const json_t *account = json_object_get(tree, "account");
	const json_t *outcomes = json_object_get(account, "outcomes");
	struct sheet_part parts[ITEM_OUTCOME__MAX + 1];
	size_t n = 0;
	bool delivered = report_tell_delivered(tree);
	sheet_section(out, "Accounting");
	for (size_t i = 0; i < json_array_size(outcomes) && n < ITEM_OUTCOME__MAX; i++) {
		const json_t *o = json_array_get(outcomes, i);
		const char *word = fact_str(o, "outcome");
		bool released = strcmp(word, "released") == 0;
		parts[n++] =
		    (struct sheet_part){word, fact_num(o, "items"), fact_num(o, "bytes"),
			released && !delivered ? "approved, NOT DELIVERED" : ""};
	}
	parts[n++] = (struct sheet_part){"in all", fact_num(account, "items"),
	    fact_num(account, "bytes"), "as found on the medium"};
	sheet_bar(out, parts, n);
}

static void
report_tell_classification(const json_t *tree, struct sheet *out)
{
	const json_t *c = json_object_get(tree, "classification"), *row;
	char all[32], went[32];
	size_t i;
	if (c == NULL)
		return;
	sheet_section(out, "Classification");
	sheet_field_of(out, "transfer", c, "transfer");
	json_array_foreach (json_object_get(c, "items"), i, row) {
		MEM_FREE char *text = mem_printf("%s: %s items, of which %s go",
		    fact_str(row, "word"), fold_number(fact_num(row, "items"), all),
		    fold_number(fact_num(row, "went"), went));
		sheet_field(out, "marked", text);
	}
	sheet_field_of(out, "highest", c, "highest");
}

/* One line for each thing a share does not keep. */
static void
report_tell_lost(const json_t *tree, struct sheet *out)
{
	static const struct {
		const char *key, *text;
	} rows[] = {
	    {"times_without_zone", "times whose zone the medium does not say (taken as UTC)"},
	    {"no_time", "items without a time"},
	    {"special_modes", "set-user, set-group or sticky bits"},
	    {"special_files", "devices, pipes and sockets"},
	    {"links_without_target", "links whose target is not released"},
	    {"renamed", "names the share cannot hold, released in escaped form"},
	};
	const json_t *lost = json_object_get(tree, "lost");
	char digits[32];
	sheet_section(out, "Not kept on the share");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fact_num(lost, rows[i].key) > 0)
			sheet_line(out, 0, "%s %s",
			    fold_number(fact_num(lost, rows[i].key), digits), rows[i].text);
	sheet_line(out, 0,
	    "Owners, permissions other than executable, extended attributes and the identity "
	    "of hard links are never kept.");
}

static void
report_tell_signatures(const json_t *tree, struct sheet *out)
{
	const json_t *signatures = json_object_get(tree, "signatures");
	sheet_section(out, "Signatures");
	if (json_array_size(signatures) == 0)
		sheet_line(out, 0, "none");
	for (size_t i = 0; i < json_array_size(signatures); i++) {
		const json_t *s = json_array_get(signatures, i);
		bool stands = !json_is_false(json_object_get(s, "stands"));
		struct report_said r = {.item.tag = stands ? "signed" : "returned"};
		MEM_FREE char *name =
		    mem_printf("%" PRIu64 ". %s (%s, %s) at %s%s", fact_num(s, "slot"),
			fact_str(s, "name"), fact_str(s, "id"), fact_str(s, "role"),
			fact_str(s, "at"), stands ? "" : "  [returned or withdrawn]");
		r.item.name = name;
		report_tell_say(&r, "\"%s\"", fact_str(s, "meaning"));
		report_tell_say(&r, "key %s", fact_str(s, "key"));
		report_tell_say(
		    &r, "entry %" PRIu64 " leaf %s", fact_num(s, "seq"), fact_str(s, "leaf"));
		sheet_item(out, &r.item);
		report_tell_said(&r);
	}
}

static void
report_tell_documents(const json_t *tree, struct sheet *out)
{
	static const char *const documents[] = {"inventory", "findings", "policy", "manifest"};
	const json_t *manifest = json_object_get(tree, "manifest"),
		     *policy = json_object_get(tree, "policy");
	sheet_section(out, "Documents (SHA-256)");
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		sheet_field_of(
		    out, documents[i], json_object_get(tree, documents[i]), "sha256");
	sheet_field_of(out, "merkle root", manifest, "root");
	sheet_number_of(out, "files", manifest, "files", "in the manifest");
	sheet_number_of(out, "bytes", manifest, "bytes", "in the manifest");
	sheet_number_of(out, "links", manifest, "links", "beside them");
	MEM_FREE char *text = mem_printf("%s, %" PRIu64 " approvals", fact_str(policy, "name"),
	    fact_num(policy, "approvals"));
	sheet_field(out, "policy", text);
}

/* Policy rescan_at_release. */
static void
report_tell_rescan(const json_t *rescan, struct sheet *out)
{
	const json_t *scanners = json_object_get(rescan, "scanners");
	if (rescan == NULL)
		return;
	sheet_number_of(out, "again", rescan, "objects",
	    "files scanned again at release, none of them worse; by:");
	for (size_t i = 0; i < json_array_size(scanners); i++) {
		const json_t *s = json_array_get(scanners, i);
		const char *signatures = fact_str(s, "signatures");
		MEM_FREE char *text = mem_printf("%s, engine %s, signatures %s",
		    fact_str(s, "name"), fact_str(s, "engine"),
		    signatures[0] != '\0' ? signatures : "not named");
		sheet_field(out, "", text);
	}
}

static void
report_tell_delivery(const json_t *tree, struct sheet *out)
{
	const json_t *d = json_object_get(tree, "delivery");
	const json_t *manifest = json_object_get(d, "manifest");
	sheet_section(out, "Delivery");
	if (d == NULL) {
		sheet_line(out, 0, "NOT DELIVERED: the ledger has no delivery entry.");
		return;
	}
	sheet_field_of(out, "at", d, "at");
	sheet_field_of(out, "where", d, "dest");
	sheet_number_of(out, "files", manifest, "files", "published");
	sheet_number_of(out, "bytes", manifest, "bytes", "published");
	sheet_field_of(out, "manifest", manifest, "sha256");
	sheet_field_of(out, "read back", d, "readback");
	report_tell_rescan(json_object_get(d, "rescan"), out);
	MEM_FREE char *entry =
	    mem_printf("%" PRIu64 " leaf %s", fact_num(d, "seq"), fact_str(d, "leaf"));
	sheet_field(out, "entry", entry);
}

/* --- lists ------------------------------------------------------------------------------- */

struct report_teller {
	struct sheet *out;
	enum report_list list;
	bool delivered;
	uint64_t rows;
};

/* "spreadsheet, application/x": what an object is; the kind for what has no bytes. */
static char *
report_tell_type(const json_t *row)
{
	const char *type = fact_str(row, "type"), *mime = fact_str(row, "mime");
	if (mime[0] == '\0')
		return mem_printf("%s", type[0] != '\0' ? type : fact_str(row, "kind"));
	return mem_printf("%s, %s", type, mime);
}

/* Of an item that is marked otherwise than the transfer. */
static void
report_tell_class(const json_t *row, struct report_said *r)
{
	const char *class = fact_str(row, "classification");
	if (class[0] != '\0')
		report_tell_say(r, "classification: %s", class);
}

static void
report_tell_not_gone(const json_t *row, struct report_said *r)
{
	MEM_FREE char *type = report_tell_type(row), *bytes = report_tell_bytes(row, "size");
	r->item.tag = fact_str(row, "outcome");
	report_tell_say(r, "item %" PRIu64 ", %s%s, %s", fact_num(row, "item"), type, bytes,
	    fact_str(row, "verdict"));
	report_tell_say(r, "%s: %s", r->item.tag, fact_str(row, "why"));
	report_tell_class(row, r);
}

static void
report_tell_went(const json_t *row, struct report_said *r)
{
	const char *reason = fact_str(row, "reason"), *inside = fact_str(row, "inside");
	MEM_FREE char *type = report_tell_type(row), *bytes = report_tell_bytes(row, "size");
	r->item.tag = "released";
	r->item.name = fact_str(row, "dest");
	report_tell_say(r, "%s%s, %s", type, bytes, fact_str(row, "verdict"));
	report_tell_class(row, r);
	if (inside[0] != '\0')
		report_tell_say(r, "%s", inside);
	if (reason[0] != '\0')
		report_tell_say(r, "approved by %s because: %s", fact_str(row, "by"), reason);
	if (fact_num(row, "exceptions") > 0)
		report_tell_say(r, "judged with an exception, see above");
}

static void
report_tell_finding(const json_t *row, struct report_said *r)
{
	const char *detail = fact_str(row, "detail");
	r->item.tag = fact_str(row, "severity");
	report_tell_say(r, "%s %s, %s (%s): %s%s%s", r->item.tag, fact_str(row, "class"),
	    fact_str(row, "rule"), fact_str(row, "scanner"), fact_str(row, "title"),
	    detail[0] != '\0' ? "; " : "", detail);
}

static void (*const report_tellers[])(const json_t *, struct report_said *) = {
    [REPORT_NOT_GONE] = report_tell_not_gone,
    [REPORT_WENT] = report_tell_went,
    [REPORT_FINDINGS] = report_tell_finding,
};

static enum err
report_tell_row(void *ctx, const json_t *row, const void *name, size_t name_len)
{
	struct report_teller *t = ctx;
	struct report_said r = {.item = {.name = fact_str(row, "name"), .facts = row}};
	MEM_FREE char *reading = NULL;
	if (name != NULL && reading_is_safe(name, name_len))
		r.item.reading = reading = mem_dup(name, name_len);
	report_tellers[t->list](row, &r);
	if (t->list == REPORT_WENT && !t->delivered)
		r.item.tag = "approved";
	sheet_item(t->out, &r.item);
	report_tell_said(&r);
	t->rows++;
	return t->out->error;
}

static void
report_tell_list(const struct report_input *in, const json_t *tree, enum report_list list,
    const char *name, struct sheet *out)
{
	struct report_teller t = {
	    .out = out, .list = list, .delivered = report_tell_delivered(tree)};
	sheet_list(out, name);
	sheet_fail(out, report_items_each(in, list, report_tell_row, &t));
	sheet_list(out, NULL);
	if (t.rows == 0)
		sheet_line(out, 0, "nothing");
}

static void
report_tell_lists(const struct report_input *in, const json_t *tree, struct sheet *out)
{
	const json_t *findings = json_object_get(tree, "findings");
	sheet_section(out, "Did not go, and why");
	report_tell_list(in, tree, REPORT_NOT_GONE, "not_gone", out);
	sheet_section(
	    out, report_tell_delivered(tree) ? "Released" : "Approved, NOT DELIVERED");
	report_tell_list(in, tree, REPORT_WENT, "went", out);
	sheet_section(out, "Findings");
	sheet_line(out, 0,
	    "%" PRIu64 " critical, %" PRIu64 " high, %" PRIu64 " medium, %" PRIu64
	    " low, %" PRIu64 " info",
	    fact_num(findings, "critical"), fact_num(findings, "high"),
	    fact_num(findings, "medium"), fact_num(findings, "low"),
	    fact_num(findings, "info"));
	report_tell_list(in, tree, REPORT_FINDINGS, "findings", out);
}

/* --- the record ----------------------------------------------------------------------------
 */

static void
report_tell_entries(const json_t *tree, struct sheet *out)
{
	const json_t *entries = json_object_get(tree, "entries");
	const json_t *stops = json_object_get(tree, "stops");
	sheet_section(out, "Entries of the custody log");
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *e = json_array_get(entries, i);
		struct report_said r = {.item.tag = fact_str(e, "type")};
		MEM_FREE char *who =
		    mem_printf("%s (%s)", fact_str(e, "who"), fact_str(e, "name"));
		r.item.name = who;
		report_tell_say(&r, "leaf %s", fact_str(e, "leaf"));
		sheet_event(out, fact_num(e, "seq"), fact_str(e, "at"), &r.item);
		report_tell_said(&r);
	}
	for (size_t i = 0; i < json_array_size(stops); i++) {
		const json_t *s = json_array_get(stops, i);
		sheet_line(out, 0, "%s by %s at %s: %s", fact_str(s, "type"),
		    fact_str(s, "who"), fact_str(s, "at"), fact_str(s, "why"));
	}
}

static void
report_tell_verify(bool veiled, struct sheet *out)
{
	const char *const steps[] = {
	    "1. sallyport-verify checks the custody folder: signatures, order, two persons, "
	    "manifest.",
	    "2. Compare the genesis of the checkpoint with the founding page that was signed "
	    "by hand, and "
	    "the log's root with a checkpoint that somebody else holds.",
	    "3. (cd files && sha256sum -c ../MANIFEST.sha256)",
	    veiled
		? "4. sha256sum of the policy must be the digest above. Those of inventory, "
		  "findings and manifest are commitments here: who has the key opens each "
		  "by sallyport report --open DIGEST --key FILE."
		: "4. sha256sum of inventory, findings and policy must be the digests above.",
	    "5. ssh-keygen -Y verify -n custody-event-v1@sallyport checks one signature.",
	    "Times are what the station's clock said; the order of entries is what is proved."};
	sheet_section(out, "How to check this without the station");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		sheet_line(out, 0, "%s", steps[i]);
}

/* What the record was when this was made; a code to hold against an anchor. */
static void
report_tell_checkpoint(const json_t *tree, struct sheet *out)
{
	const json_t *checkpoint = json_object_get(tree, "checkpoint");
	sheet_section(out, "Checkpoint");
	sheet_field_of(out, "genesis", tree, "genesis");
	sheet_field_of(out, "log", checkpoint, "origin");
	sheet_field_of(out, "log size", checkpoint, "size");
	sheet_field_of(out, "log root", checkpoint, "root");
	MEM_FREE char *note = mem_printf("%s\n%s\n%s\n", fact_str(checkpoint, "origin"),
	    fact_str(checkpoint, "size"), fact_str(checkpoint, "root"));
	if (fact_str(checkpoint, "root")[0] != '\0')
		sheet_code(out, note);
}

enum err
report_tell(const struct report_input *in, const json_t *tree, struct sheet *out)
{
	const bool sealed = json_is_true(json_object_get(tree, "sealed"));
	const struct sheet_head head = {.kind = "custody",
	    .title = in->veil != NULL ? "RELEASABLE CUSTODY REPORT" : "CUSTODY REPORT",
	    .note = in->veil != NULL ? NULL : SHEET_NAMES,
	    .id = fact_str(tree, "transfer"),
	    .made = fact_str(tree, "made"),
	    .demo = json_is_true(json_object_get(tree, "demo")),
	    .facts = tree};
	sheet_begin(out, &head);
	report_tell_head(tree, out);
	if (sealed)
		report_tell_account(tree, out);
	report_tell_classification(tree, out);
	report_tell_signatures(tree, out);
	report_tell_delivery(tree, out);
	report_recall_tell(tree, out);
	report_tell_checkpoint(tree, out);
	report_tell_commitments(tree, out);
	report_tell_medium(tree, out);
	report_tell_request(tree, out);
	report_tell_entries(tree, out);
	report_tell_scanners(tree, out);
	report_exceptions_tell(tree, out);
	if (sealed) {
		report_tell_lists(in, tree, out);
		report_tell_lost(tree, out);
		report_tell_documents(tree, out);
	}
	report_tell_verify(in->veil != NULL, out);
	sheet_end(out);
	return out->error;
}
