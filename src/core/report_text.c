/* SPDX-License-Identifier: ISC */
#include "src/core/report_text.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/fact.h"
#include "src/core/fold.h"
#include "src/core/report_exceptions.h"

#include <inttypes.h>
#include <string.h>

#define REPORT_LABEL     "  %-12s "
#define REPORT_INDENT    15
#define REPORT_TYPE_SIZE (2 * LIM_TYPE_BYTES + 4)

/* "  label        value", folded; nothing when there is no value. */
static void
report_text_row(struct buf *out, const char *label, const char *value)
{
	char first[32];
	if (value[0] == '\0')
		return;
	snprintf(first, sizeof(first), REPORT_LABEL, label);
	fold_text(out, first, REPORT_INDENT, value);
}

static void
report_text_field(struct buf *out, const char *label, const json_t *o, const char *key)
{
	report_text_row(out, label, fact_str(o, key));
}

static void
report_text_number(
    struct buf *out, const char *label, const json_t *o, const char *key, const char *unit)
{
	char digits[32];
	if (json_object_get(o, key) == NULL)
		return;
	char *text = mem_printf("%s %s", fold_number(fact_num(o, key), digits), unit);
	report_text_row(out, label, text);
	free(text);
}

static void
report_text_demo(const json_t *tree, struct buf *out)
{
	if (json_is_true(json_object_get(tree, "demo")))
		buf_add_str(out, "*** DEMO: made by a demo station, proves nothing ***\n");
}

static bool
report_text_delivered(const json_t *tree)
{
	return json_is_true(json_object_get(tree, "delivered"));
}

static void
report_text_head(const json_t *tree, struct buf *out)
{
	char *title = mem_printf("CUSTODY REPORT  %s", fact_str(tree, "transfer"));
	report_text_demo(tree, out);
	fold_heading(out, title);
	free(title);
	report_text_field(out, "state", tree, "state");
	report_text_row(out, "delivery",
	    report_text_delivered(tree) ? "DELIVERED, see below" : "NOT DELIVERED");
	report_text_field(out, "requester", tree, "requester");
	report_text_field(out, "opened by", tree, "officer");
	report_text_field(out, "opened", tree, "opened");
	report_text_field(out, "closed", tree, "closed");
	report_text_field(out, "log", tree, "origin");
	report_text_field(out, "report made", tree, "made");
	const json_t *fields = json_object_get(tree, "fields");
	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *f = json_array_get(fields, i);
		char *text = mem_printf("%s = %s%s", fact_str(f, "name"), fact_str(f, "value"),
		    fact_str(f, "from")[0] != '\0' ? "  (from the request)" : "");
		report_text_row(out, "field", text);
		free(text);
	}
	const json_t *classes = json_object_get(tree, "classes");
	for (size_t i = 0; i < json_array_size(classes); i++) {
		const json_t *c = json_array_get(classes, i);
		char *text = mem_printf("%s: %s", fact_str(c, "word"), fact_str(c, "limit"));
		report_text_row(out, "marked", text);
		free(text);
	}
}

/* The medium's line in the register, as it is when the report is made. */
static void
report_text_register(const json_t *tree, struct buf *out)
{
	const json_t *r = json_object_get(tree, "register");
	report_text_field(out, "control", tree, "control");
	if (r == NULL)
		return;
	report_text_field(out, "marked", r, "label");
	report_text_field(out, "owner", r, "owner");
	report_text_field(out, "class", r, "classification");
	report_text_field(out, "from", r, "from");
	report_text_field(out, "received", r, "received");
	report_text_field(out, "seal", r, "seal");
	report_text_field(out, "register", r, "state");
	report_text_field(out, "", r, "words");
	report_text_field(out, "by", r, "officer");
	report_text_field(out, "seen by", r, "witness");
	report_text_field(out, "since", r, "changed");
}

static void
report_text_medium(const json_t *tree, struct buf *out)
{
	const json_t *medium = json_object_get(tree, "medium");
	const json_t *volumes = json_object_get(medium, "volumes");
	char digits[32];
	const json_t *device = json_object_get(medium, "device");
	fold_heading(out, "Medium");
	report_text_field(out, "source", medium, "source");
	report_text_field(out, "kind", medium, "kind");
	report_text_field(out, "port", device, "port");
	report_text_field(out, "vendor", device, "vendor");
	report_text_field(out, "model", device, "model");
	report_text_field(out, "serial", device, "serial");
	report_text_number(out, "size", medium, "bytes", "bytes");
	report_text_field(out, "table", medium, "table");
	report_text_field(out, "written", medium, "write_protect");
	report_text_field(out, "before", medium, "before");
	report_text_field(out, "after", medium, "after");
	for (size_t i = 0; i < json_array_size(volumes); i++) {
		const json_t *v = json_array_get(volumes, i);
		char *text = mem_printf("%" PRIu64 ": %s, %s bytes, label \"%s\"",
		    fact_num(v, "n"), fact_str(v, "kind"),
		    fold_number(fact_num(v, "bytes"), digits), fact_str(v, "label"));
		report_text_row(out, "volume", text);
		free(text);
	}
	report_text_field(out, "read", medium, "read");
	report_text_field(out, "disposition", medium, "disposition");
	report_text_field(out, "left", medium, "left");
	report_text_register(tree, out);
}

/* What was asked for against what was read. */
static void
report_text_request(const json_t *tree, struct buf *out)
{
	const json_t *r = json_object_get(json_object_get(tree, "scan"), "request");
	const json_t *names = json_object_get(r, "missing_names");
	if (r == NULL)
		return;
	fold_heading(out, "Request");
	report_text_field(out, "id", r, "id");
	report_text_field(out, "requester", r, "requester");
	report_text_field(out, "purpose", r, "purpose");
	report_text_field(out, "approval", r, "approval");
	report_text_field(out, "target", r, "target");
	report_text_field(out, "class", r, "classification");
	report_text_field(out, "signature", r, "why");
	report_text_field(out, "key", r, "key");
	report_text_field(out, "where from", r, "source");
	report_text_field(out, "sha256", r, "document");
	report_text_number(out, "names", r, "names", "in the request");
	report_text_number(out, "asked for", r, "asked", "items");
	report_text_number(out, "differ", r, "differ", "items with another digest or size");
	report_text_number(out, "others", r, "other", "items that nobody asked for");
	if (fact_num(r, "left") > 0)
		report_text_number(
		    out, "left out", r, "left", "names that an officer left out");
	report_text_number(
	    out, "missing", r, "missing", "names that nothing on the medium has");
	for (size_t i = 0; i < json_array_size(names); i++)
		report_text_row(out, "", json_string_value(json_array_get(names, i)));
}

static void
report_text_scanners(const json_t *tree, struct buf *out)
{
	const json_t *scan = json_object_get(tree, "scan");
	const json_t *scanners = json_object_get(scan, "scanners");
	if (scan == NULL)
		return;
	fold_heading(out, "Scanners");
	for (size_t i = 0; i < json_array_size(scanners); i++) {
		const json_t *s = json_array_get(scanners, i);
		char *text = mem_printf(
		    "version %s, engine %s, signatures %s; self-test before %s, "
		    "after %s%s",
		    fact_str(s, "version"), fact_str(s, "engine"),
		    fact_str(s, "signatures")[0] != '\0' ? fact_str(s, "signatures")
							 : "not named",
		    fact_str(s, "before"), fact_str(s, "after"),
		    json_is_false(json_object_get(s, "sandbox")) ? "; WITHOUT SANDBOX" : "");
		report_text_row(out, fact_str(s, "name"), text);
		free(text);
	}
}

static void
report_text_account(const json_t *tree, struct buf *out)
{
	const json_t *account = json_object_get(tree, "account");
	const json_t *outcomes = json_object_get(account, "outcomes");
	bool delivered = report_text_delivered(tree);
	char items[32], bytes[32];
	fold_heading(out, "Accounting");
	for (size_t i = 0; i < json_array_size(outcomes); i++) {
		const json_t *o = json_array_get(outcomes, i);
		const char *word = fact_str(o, "outcome");
		bool released = strcmp(word, "released") == 0;
		buf_addf(out, "  %-12s %10s items %20s bytes%s\n", word,
		    fold_number(fact_num(o, "items"), items),
		    fold_number(fact_num(o, "bytes"), bytes),
		    released && !delivered ? "  approved, NOT DELIVERED" : "");
	}
	buf_addf(out, "  %-12s %10s items %20s bytes  as found on the medium\n", "in all",
	    fold_number(fact_num(account, "items"), items),
	    fold_number(fact_num(account, "bytes"), bytes));
}

/* One line for each thing a share does not keep. */
static void
report_text_lost(const json_t *tree, struct buf *out)
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
	fold_heading(out, "Not kept on the share");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fact_num(lost, rows[i].key) > 0)
			buf_addf(out, "  %10s %s\n",
			    fold_number(fact_num(lost, rows[i].key), digits), rows[i].text);
	fold_text(out, "  ", 2,
	    "Owners, permissions other than executable, extended attributes and the identity "
	    "of "
	    "hard links are never kept.");
}

static void
report_text_signatures(const json_t *tree, struct buf *out)
{
	const json_t *signatures = json_object_get(tree, "signatures");
	fold_heading(out, "Signatures");
	if (json_array_size(signatures) == 0)
		buf_add_str(out, "  none\n");
	for (size_t i = 0; i < json_array_size(signatures); i++) {
		const json_t *s = json_array_get(signatures, i);
		fold_printf(out, "  ", 4, "%" PRIu64 ". %s (%s, %s) at %s%s",
		    fact_num(s, "slot"), fact_str(s, "name"), fact_str(s, "id"),
		    fact_str(s, "role"), fact_str(s, "at"),
		    json_is_false(json_object_get(s, "stands")) ? "  [returned or withdrawn]"
								: "");
		fold_printf(out, "     ", 5, "\"%s\"", fact_str(s, "meaning"));
		fold_printf(out, "     ", 5, "key %s", fact_str(s, "key"));
		fold_printf(out, "     ", 5, "entry %" PRIu64 " leaf %s", fact_num(s, "seq"),
		    fact_str(s, "leaf"));
	}
}

static void
report_text_documents(const json_t *tree, struct buf *out)
{
	static const char *const documents[] = {"inventory", "findings", "policy", "manifest"};
	char digits[32];
	fold_heading(out, "Documents (SHA-256)");
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		report_text_field(
		    out, documents[i], json_object_get(tree, documents[i]), "sha256");
	const json_t *manifest = json_object_get(tree, "manifest");
	report_text_field(out, "merkle root", manifest, "root");
	report_text_number(out, "files", manifest, "files", "in the manifest");
	report_text_number(out, "bytes", manifest, "bytes", "in the manifest");
	report_text_number(out, "links", manifest, "links", "beside them");
	fold_printf(out, "  policy       ", REPORT_INDENT, "%s, %s approvals",
	    fact_str(json_object_get(tree, "policy"), "name"),
	    fold_number(fact_num(json_object_get(tree, "policy"), "approvals"), digits));
}

/* Policy rescan_at_release. */
static void
report_text_rescan(const json_t *rescan, struct buf *out)
{
	const json_t *scanners = json_object_get(rescan, "scanners");
	if (rescan == NULL)
		return;
	report_text_number(out, "again", rescan, "objects",
	    "files scanned again at release, none of them worse; by:");
	for (size_t i = 0; i < json_array_size(scanners); i++) {
		const json_t *s = json_array_get(scanners, i);
		fold_printf(out, "               ", REPORT_INDENT,
		    "%s, engine %s, signatures %s", fact_str(s, "name"), fact_str(s, "engine"),
		    fact_str(s, "signatures")[0] != '\0' ? fact_str(s, "signatures")
							 : "not named");
	}
}

static void
report_text_delivery(const json_t *tree, struct buf *out)
{
	const json_t *d = json_object_get(tree, "delivery");
	const json_t *manifest = json_object_get(d, "manifest");
	fold_heading(out, "Delivery");
	if (d == NULL) {
		buf_add_str(out, "  NOT DELIVERED: the ledger has no delivery entry.\n");
		return;
	}
	report_text_field(out, "at", d, "at");
	report_text_field(out, "where", d, "dest");
	report_text_number(out, "files", manifest, "files", "published");
	report_text_number(out, "bytes", manifest, "bytes", "published");
	report_text_field(out, "manifest", manifest, "sha256");
	report_text_field(out, "read back", d, "readback");
	report_text_rescan(json_object_get(d, "rescan"), out);
	fold_printf(out, "  entry        ", REPORT_INDENT, "%" PRIu64 " leaf %s",
	    fact_num(d, "seq"), fact_str(d, "leaf"));
}

static void
report_text_left_out(const json_t *list, struct buf *out)
{
	char digits[32];
	if (fact_num(list, "left_out") > 0)
		buf_addf(out, "  and %s more: see the inventory\n",
		    fold_number(fact_num(list, "left_out"), digits));
}

/* "spreadsheet, application/x": what an object is; the kind for what has no bytes. */
static const char *
report_text_type(const json_t *row, char out[REPORT_TYPE_SIZE])
{
	const char *type = fact_str(row, "type"), *mime = fact_str(row, "mime");
	if (mime[0] == '\0')
		return type[0] != '\0' ? type : fact_str(row, "kind");
	snprintf(out, REPORT_TYPE_SIZE, "%s, %s", type, mime);
	return out;
}

static void
report_text_not_gone(const json_t *tree, struct buf *out)
{
	const json_t *list = json_object_get(tree, "not_gone"),
		     *rows = json_object_get(list, "rows");
	fold_heading(out, "Did not go, and why");
	if (json_array_size(rows) == 0)
		buf_add_str(out, "  nothing\n");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *r = json_array_get(rows, i);
		char type[REPORT_TYPE_SIZE];
		fold_text(out, "  ", 6, fact_str(r, "name"));
		fold_printf(out, "      ", 6, "item %" PRIu64 ", %s, %" PRIu64 " bytes",
		    fact_num(r, "item"), report_text_type(r, type), fact_num(r, "size"));
		fold_printf(
		    out, "      ", 6, "%s: %s", fact_str(r, "outcome"), fact_str(r, "why"));
	}
	report_text_left_out(list, out);
}

static void
report_text_findings(const json_t *tree, struct buf *out)
{
	const json_t *list = json_object_get(tree, "findings"),
		     *rows = json_object_get(list, "rows");
	fold_heading(out, "Findings");
	fold_printf(out, "  ", 2,
	    "%" PRIu64 " critical, %" PRIu64 " high, %" PRIu64 " medium, %" PRIu64
	    " low, %" PRIu64 " info",
	    fact_num(list, "critical"), fact_num(list, "high"), fact_num(list, "medium"),
	    fact_num(list, "low"), fact_num(list, "info"));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *r = json_array_get(rows, i);
		const char *detail = fact_str(r, "detail");
		fold_text(out, "  ", 6, fact_str(r, "name"));
		fold_printf(out, "      ", 6, "%s %s, %s (%s): %s%s%s", fact_str(r, "severity"),
		    fact_str(r, "class"), fact_str(r, "rule"), fact_str(r, "scanner"),
		    fact_str(r, "title"), detail[0] != '\0' ? "; " : "", detail);
	}
	report_text_left_out(list, out);
}

static void
report_text_went(const json_t *tree, struct buf *out)
{
	const json_t *list = json_object_get(tree, "went"),
		     *rows = json_object_get(list, "rows");
	fold_heading(out, report_text_delivered(tree) ? "Released" : "Approved, NOT DELIVERED");
	if (json_array_size(rows) == 0)
		buf_add_str(out, "  nothing\n");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *r = json_array_get(rows, i);
		const char *reason = fact_str(r, "reason");
		char type[REPORT_TYPE_SIZE];
		fold_text(out, "  ", 6, fact_str(r, "dest"));
		fold_printf(out, "      ", 6, "%s, %" PRIu64 " bytes, %s",
		    report_text_type(r, type), fact_num(r, "size"), fact_str(r, "verdict"));
		if (fact_str(r, "inside")[0] != '\0')
			fold_text(out, "      ", 6, fact_str(r, "inside"));
		if (reason[0] != '\0')
			fold_printf(out, "      ", 6, "approved by %s because: %s",
			    fact_str(r, "by"), reason);
		if (fact_num(r, "exceptions") > 0)
			fold_text(out, "      ", 6, "judged with an exception, see above");
	}
	report_text_left_out(list, out);
}

static void
report_text_entries(const json_t *tree, struct buf *out)
{
	const json_t *entries = json_object_get(tree, "entries");
	fold_heading(out, "Entries of the custody log");
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *e = json_array_get(entries, i);
		fold_printf(out, "  ", 11, "%8" PRIu64 " %s  %-13s %s (%s)", fact_num(e, "seq"),
		    fact_str(e, "at"), fact_str(e, "type"), fact_str(e, "who"),
		    fact_str(e, "name"));
		buf_addf(out, "           leaf %s\n", fact_str(e, "leaf"));
	}
	const json_t *stops = json_object_get(tree, "stops");
	for (size_t i = 0; i < json_array_size(stops); i++) {
		const json_t *s = json_array_get(stops, i);
		fold_printf(out, "  ", 6, "%s by %s at %s: %s", fact_str(s, "type"),
		    fact_str(s, "who"), fact_str(s, "at"), fact_str(s, "why"));
	}
}

static void
report_text_verify(const json_t *tree, struct buf *out)
{
	const json_t *checkpoint = json_object_get(tree, "checkpoint");
	fold_heading(out, "How to check this without the station");
	report_text_field(out, "genesis", tree, "genesis");
	report_text_field(out, "log size", checkpoint, "size");
	report_text_field(out, "log root", checkpoint, "root");
	fold_text(out, "  ", 2,
	    "1. sallyport-verify checks the custody folder: signatures, order, two persons, "
	    "manifest.");
	fold_text(out, "  ", 2,
	    "2. Compare the genesis above with the founding page that was signed by hand, and "
	    "the "
	    "log's root with a checkpoint that somebody else holds.");
	fold_text(out, "  ", 2, "3. (cd files && sha256sum -c ../MANIFEST.sha256)");
	fold_text(out, "  ", 2,
	    "4. sha256sum of inventory, findings and policy must be the digests above; "
	    "ssh-keygen "
	    "-Y verify -n custody-event-v1@sallyport checks one signature.");
	fold_text(out, "  ", 2,
	    "Times are what the station's clock said; the order of entries is what is proved.");
}

enum err
report_text_print(const json_t *tree, struct buf *out)
{
	report_text_head(tree, out);
	report_text_medium(tree, out);
	report_text_request(tree, out);
	report_text_scanners(tree, out);
	if (json_is_true(json_object_get(tree, "sealed"))) {
		report_text_account(tree, out);
		report_text_lost(tree, out);
		report_text_documents(tree, out);
	}
	report_text_signatures(tree, out);
	report_exceptions_text(tree, out);
	report_text_delivery(tree, out);
	if (json_is_true(json_object_get(tree, "sealed"))) {
		report_text_not_gone(tree, out);
		report_text_went(tree, out);
		report_text_findings(tree, out);
	}
	report_text_entries(tree, out);
	report_text_verify(tree, out);
	report_text_demo(tree, out);
	return out->error;
}
