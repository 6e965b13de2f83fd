/* SPDX-License-Identifier: ISC */
#include "src/core/period.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/entry.h"
#include "src/core/fact.h"
#include "src/core/fold.h"
#include "src/core/register.h"
#include "src/core/transfer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PERIOD_DAY 10 /* bytes of "2026-11-01" */

bool
period_is_span(const char *from, const char *to)
{
	char first[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE];
	int64_t first_s, last_s;
	if (strlen(from) != PERIOD_DAY || strlen(to) != PERIOD_DAY)
		return false;
	snprintf(first, sizeof(first), "%sT00:00:00Z", from);
	snprintf(last, sizeof(last), "%sT00:00:00Z", to);
	return clock_parse(first, &first_s) && clock_parse(last, &last_s) && first_s <= last_s;
}

/* Times are texts whose order is that of time. */
static bool
period_has(const struct period_input *in, const char *at)
{
	return strncmp(at, in->from, PERIOD_DAY) >= 0 && strncmp(at, in->to, PERIOD_DAY) <= 0;
}

uint64_t
period_size(const void *list, size_t len, const char *to)
{
	const uint8_t *bytes;
	size_t cursor = 0, n;
	uint64_t size = 0;
	for (uint64_t seq = 0; entry_list_next(list, len, &cursor, &bytes, &n) == ERR_OK;
	     seq++) {
		struct entry *e = NULL;
		if (entry_parse(bytes, n, NULL, &e) != ERR_OK)
			continue;
		if (strncmp(e->at, to, PERIOD_DAY) <= 0)
			size = seq + 1;
		entry_free(e);
	}
	return size;
}

/* One item of a list, its facts given away. */
static void __attribute__((format(printf, 5, 6))) period_item(
    struct sheet *out, const char *tag, const char *name, json_t *facts, const char *fmt, ...)
{
	char *line = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort(); /* no memory, as in mem.h */
	const struct sheet_item it = {.tag = tag,
	    .name = name,
	    .lines = {line},
	    .nlines = line[0] != '\0',
	    .facts = facts};
	sheet_item(out, &it);
	free(line);
	json_decref(facts);
}

/* --- transfers ----------------------------------------------------------------------- */

static bool
period_of(const struct period_input *in, const struct custody_transfer *t)
{
	return strncmp(t->opened_at, in->to, PERIOD_DAY) <= 0 &&
	       strncmp(t->changed_at, in->from, PERIOD_DAY) >= 0;
}

static json_t *
period_transfer_facts(const struct custody_transfer *t, const char *officers)
{
	json_t *row = json_object();
	fact_text(row, "transfer", t->id);
	fact_text(row, "state", transfer_state_name(t->facts.state));
	fact_text(row, "opened", t->opened_at);
	fact_text(row, "changed", t->changed_at);
	fact_text(row, "requester", t->requester);
	fact_text(row, "holder", t->holder);
	fact_text(row, "approved_by", officers);
	fact_uint(row, "items", t->items);
	fact_uint(row, "files", t->files);
	fact_uint(row, "bytes", t->bytes);
	fact_text(row, "manifest", t->manifest);
	fact_text(row, "control", t->control);
	fact_text(row, "disposition", t->disposition);
	fact_text(row, "why", t->why);
	return row;
}

static void
period_transfer(const struct custody_transfer *t, struct sheet *out)
{
	struct buf officers;
	buf_init(&officers, 4096);
	for (size_t i = 0; i < t->approvals_count; i++)
		buf_addf(&officers, "%s%s", i > 0 ? ", " : "", t->approvals[i].officer);
	json_t *row = period_transfer_facts(t, buf_str(&officers));
	MEM_FREE char *name = mem_printf(
	    "%s  for %s, %s to %s", t->id, t->requester, t->opened_at, t->changed_at);
	period_item(out, transfer_state_name(t->facts.state), name, row,
	    "%" PRIu64 " items, %" PRIu64 " files and %" PRIu64
	    " bytes in the manifest; approved by %s%s%s",
	    t->items, t->files, t->bytes, officers.len > 0 ? buf_str(&officers) : "nobody",
	    fact_str(row, "why")[0] != '\0' ? "; " : "", fact_str(row, "why"));
	buf_done(&officers);
}

/* How many stand where, and in all. */
static void
period_totals(const struct period_input *in, struct sheet *out)
{
	enum { STATES = 16 };
	struct sheet_part parts[STATES + 1] = {{.word = NULL}};
	uint64_t items = 0, bytes = 0;
	size_t n = 0;
	for (size_t i = 0; i < custody_transfer_count(in->custody); i++) {
		const struct custody_transfer *t = custody_transfer_at(in->custody, i);
		const char *word = transfer_state_name(t->facts.state);
		size_t k = 0;
		if (!period_of(in, t))
			continue;
		while (k < n && strcmp(parts[k].word, word) != 0)
			k++;
		if (k == n && n < STATES)
			parts[n++] = (struct sheet_part){word, 0, 0, ""};
		parts[k].count++;
		parts[k].bytes += t->bytes;
		items++;
		bytes += t->bytes;
	}
	parts[n] = (struct sheet_part){"in all", items, bytes, "transfers, bytes of manifests"};
	sheet_section(out, "Totals: transfers by state");
	sheet_bar(out, parts, n + 1);
}

static void
period_transfers(const struct period_input *in, struct sheet *out)
{
	sheet_section(out, "Transfers");
	sheet_list(out, "transfers");
	for (size_t i = 0; i < custody_transfer_count(in->custody); i++) {
		const struct custody_transfer *t = custody_transfer_at(in->custody, i);
		if (period_of(in, t))
			period_transfer(t, out);
	}
	sheet_list(out, NULL);
}

/* --- entries of the log ------------------------------------------------------------------- */

static void
period_entry(const struct entry *e, uint64_t seq, const char *words, struct sheet *out)
{
	json_t *row = json_object();
	const json_t *data = json_object_get(e->body, "data");
	fact_uint(row, "seq", seq);
	fact_hex(row, "leaf", e->leaf);
	fact_text(row, "at", e->at);
	fact_text(row, "type", e->type);
	fact_text(row, "subject", e->subj);
	fact_text(row, "who", e->actor_id);
	fact_put(row, "data", fact_value(data));
	struct buf line;
	buf_init(&line, 65536);
	for (const char *p = words; *p != '\0';) {
		char key[32];
		size_t n = strcspn(p, " ");
		snprintf(key, sizeof(key), "%.*s", (int)n, p);
		const json_t *value = json_object_get(json_object_get(row, "data"), key);
		if (json_is_string(value) && json_string_length(value) > 0)
			buf_addf(&line, "%s%s: %s", line.len > 0 ? "; " : "", key,
			    json_string_value(value));
		else if (json_is_integer(value))
			buf_addf(&line, "%s%s: %" PRIu64, line.len > 0 ? "; " : "", key,
			    fact_num(json_object_get(row, "data"), key));
		p += n;
		p += strspn(p, " ");
	}
	MEM_FREE char *name = mem_printf("%" PRIu64 "  %s  %s by %s", seq, e->at,
	    fact_str(row, "type"), fact_str(row, "who"));
	period_item(out, "", name, row, "%s", buf_str(&line));
	buf_done(&line);
}

/* Kinds of entries that have a list of their own: types by their beginnings. */
static const struct period_kind {
	const char *title, *list, *types[5], *words;
} period_kinds[] = {
    {"Refused: media, sign-ins, transfers stopped", "refused",
	{"device.refused", "sess.fail", "xfer.abort", "xfer.block", "xfer.return"},
	"source officer why reason"},
    {"Anchors and witnesses", "anchors", {"anchor.", "witness.", "restore."},
	"kind witness size root why officer"},
    {"Documents that left", "exports", {"audit.", "export."},
	"name format document officer port how files image readback why"},
    {"Recalled and retired", "recalled", {"xfer.recall", "xfer.retire"}, "reason"},
};

static bool
period_kind_has(const struct period_kind *k, const char *type)
{
	for (size_t i = 0; i < sizeof(k->types) / sizeof(k->types[0]); i++)
		if (k->types[i] != NULL && strncmp(type, k->types[i], strlen(k->types[i])) == 0)
			return true;
	return false;
}

static void
period_entries(const struct period_input *in, const struct period_kind *k, struct sheet *out)
{
	const uint8_t *bytes;
	size_t cursor = 0, n;
	uint64_t told = 0;
	sheet_section(out, k->title);
	sheet_list(out, k->list);
	for (uint64_t seq = 0;
	     entry_list_next(in->custody_list, in->custody_len, &cursor, &bytes, &n) == ERR_OK;
	     seq++) {
		struct entry *e = NULL;
		if (entry_parse(bytes, n, NULL, &e) != ERR_OK)
			continue;
		if (period_has(in, e->at) && period_kind_has(k, e->type)) {
			period_entry(e, seq, k->words, out);
			told++;
		}
		entry_free(e);
	}
	sheet_list(out, NULL);
	if (told == 0)
		sheet_line(out, 0, "none");
}

/* --- what stands at the end ------------------------------------------------------------------
 */

static void
period_media(const struct period_input *in, struct sheet *out)
{
	const struct register_book *book = custody_register(in->custody);
	uint64_t told = 0;
	sheet_section(out, "Media that are here, as the register has it now");
	sheet_list(out, "media");
	for (size_t i = 0; i < register_count(book); i++) {
		json_t *raw = register_row(register_at(book, i)), *row = fact_value(raw);
		const char *state = fact_str(row, "state");
		json_decref(raw);
		if (strcmp(state, "RETURNED") == 0 || strcmp(state, "DESTROYED") == 0) {
			json_decref(row);
			continue;
		}
		told++;
		period_item(out, state, fact_str(row, "number"), row,
		    "%s, from %s, owner %s; since %s", fact_str(row, "label"),
		    fact_str(row, "from"), fact_str(row, "owner"), fact_str(row, "changed"));
	}
	sheet_list(out, NULL);
	if (told == 0)
		sheet_line(out, 0, "none");
}

static void
period_exceptions(const struct period_input *in, struct sheet *out)
{
	uint64_t told = 0;
	sheet_section(out, "Exceptions that were in force");
	sheet_list(out, "exceptions");
	for (size_t i = 0; i < custody_exception_count(in->custody); i++) {
		const struct custody_exception *x = custody_exception_at(in->custody, i);
		const bool ended = x->until != CUSTODY_EXCEPTION_OPEN;
		if (strncmp(x->at, in->to, PERIOD_DAY) > 0 ||
		    (ended && strncmp(x->ended_at, in->from, PERIOD_DAY) < 0))
			continue;
		json_t *row = fact_value(x->data);
		struct buf words;
		buf_init(&words, 4096);
		exception_words(&x->exception, &words);
		fact_text(row, "words", buf_str(&words));
		fact_text(row, "leaf", x->leaf);
		fact_text(row, "by", x->by);
		fact_text(row, "in_force_by", x->in_force_by);
		fact_text(row, "at", x->at);
		fact_text(row, "ended", ended ? x->ended_at : "");
		period_item(out, ended ? "ended" : "", fact_str(row, "words"), row,
		    "by %s and %s at %s, until %s: %s", x->by, x->in_force_by, x->at,
		    fact_str(row, "expires"), fact_str(row, "reason"));
		buf_done(&words);
		told++;
	}
	sheet_list(out, NULL);
	if (told == 0)
		sheet_line(out, 0, "none");
}

static void
period_people(const struct period_input *in, struct sheet *out)
{
	const size_t count = in->people != NULL ? custody_person_count(in->people) : 0;
	MEM_FREE char *title = mem_printf(
	    "People and what they may, after %" PRIu64 " entries of authority", in->at);
	sheet_section(out, title);
	sheet_list(out, "people");
	for (size_t i = 0; i < count; i++) {
		const struct custody_person *p = custody_person_at(in->people, i);
		json_t *row = json_object();
		struct buf roles;
		buf_init(&roles, 256);
		for (unsigned bit = CUSTODY_OFFICER; bit <= CUSTODY_REQUESTER; bit <<= 1)
			if ((p->roles & bit) != 0)
				buf_addf(&roles, "%s%s", roles.len > 0 ? " " : "",
				    custody_role_name((enum custody_role)bit));
		fact_text(row, "id", p->id);
		fact_text(row, "name", p->name);
		fact_text(row, "roles", buf_str(&roles));
		fact_text(row, "key", p->has_key ? p->key : "");
		MEM_FREE char *name = mem_printf("%s  %s", p->id, fact_str(row, "name"));
		period_item(out, "", name, row, "%s%s%s",
		    roles.len > 0 ? buf_str(&roles) : "no role", p->has_key ? "; key " : "",
		    p->has_key ? p->key : "");
		buf_done(&roles);
	}
	sheet_list(out, NULL);
	if (count == 0)
		sheet_line(out, 0, "none");
}

/* --- whole reports
 * ------------------------------------------------------------------------------ */

static json_t *
period_facts(const struct period_input *in, const char *kind)
{
	char now[CLOCK_TEXT_SIZE];
	const struct custody *c = in->custody;
	const uint64_t size = custody_size(c, LOG_CUSTODY);
	json_t *tree = json_object();
	clock_format(in->now_s, now);
	fact_uint(tree, "report", 1);
	fact_text(tree, "kind", kind);
	fact_text(tree, "made", now);
	fact_bool(tree, "demo", custody_demo(c));
	fact_text(tree, "site", custody_site(c));
	fact_text(tree, "station", custody_station(c));
	fact_text(tree, "genesis", custody_genesis(c));
	fact_uint(tree, "authority_size", custody_size(c, LOG_AUTHORITY));
	fact_hex(tree, "authority_root",
	    custody_root(c, LOG_AUTHORITY, custody_size(c, LOG_AUTHORITY)));
	fact_uint(tree, "custody_size", size);
	if (size > 0)
		fact_hex(tree, "custody_root", custody_root(c, LOG_CUSTODY, size));
	fact_text(tree, "from", in->from);
	fact_text(tree, "to", in->to);
	fact_uint(tree, "people_size", in->at);
	return tree;
}

static void
period_head(const struct period_input *in, const json_t *tree, struct sheet *out)
{
	char digits[32];
	sheet_field_of(out, "site", tree, "site");
	sheet_field_of(out, "station", tree, "station");
	sheet_field_of(out, "from", tree, "from");
	sheet_field_of(out, "to", tree, "to");
	sheet_field_of(out, "made", tree, "made");
	sheet_field_of(out, "genesis", tree, "genesis");
	sheet_number_of(out, "authority", tree, "authority_size", "entries, with the root");
	sheet_field_of(out, "", tree, "authority_root");
	if (custody_size(in->custody, LOG_CUSTODY) == 0)
		return;
	sheet_field(out, "custody", fold_number(fact_num(tree, "custody_size"), digits));
	sheet_field_of(out, "", tree, "custody_root");
	sheet_line(out, 0,
	    "Times are what the station's clock said; the order of entries is what is proved.");
}

enum err
period_tell(const struct period_input *in, struct sheet *out)
{
	json_t *tree = period_facts(in, "period");
	MEM_FREE char *id = mem_printf("%s to %s", in->from, in->to);
	const struct sheet_head head = {"period", "PERIOD REPORT", id, fact_str(tree, "made"),
	    SHEET_NAMES, custody_demo(in->custody), tree};
	sheet_begin(out, &head);
	period_head(in, tree, out);
	period_totals(in, out);
	period_transfers(in, out);
	for (size_t i = 0; i < sizeof(period_kinds) / sizeof(period_kinds[0]); i++)
		period_entries(in, &period_kinds[i], out);
	period_media(in, out);
	period_exceptions(in, out);
	period_people(in, out);
	sheet_end(out);
	json_decref(tree);
	return out->error;
}

enum err
period_tell_people(const struct period_input *in, struct sheet *out)
{
	json_t *tree = period_facts(in, "people");
	MEM_FREE char *id = mem_printf("after entry %" PRIu64, in->at);
	const struct sheet_head head = {"people", "PEOPLE", id, fact_str(tree, "made"), NULL,
	    custody_demo(in->custody), tree};
	sheet_begin(out, &head);
	period_head(in, tree, out);
	period_people(in, out);
	sheet_end(out);
	json_decref(tree);
	return out->error;
}
