/* links: @rules tests/ledger/maker db/ledger db/sql src/core/fold src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 db/ledger_form db/ledger_schema */
/* SPDX-License-Identifier: ISC */
/*
 * make_ledger DIR TRANSFERS [SPOIL]: a ledger.db with docs/ and vkeys in DIR,
 * as a station would have after that many transfers; checkpoint.early is of a
 * time when only two were done.  SPOIL "media": not spoiled, and with entries of
 * a register, a keyboard, a secret and a request besides; "exceptions": and with a transfer
 * that was sealed with an exception and scanned again.  Any other names something that one
 * who holds the log key and the station's key, but no officer's, could do to it afterwards:
 * entries are changed and the trees and checkpoints made again.
 */
#include "db/ledger.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/merkle.h"
#include "src/core/note.h"
#include "tests/ledger/maker.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct line {
	enum transfer_log log;
	uint8_t *bytes;
	size_t len;
};

struct plant {
	const char *dir;
	struct maker *maker;
	struct line *lines;
	size_t count;
	size_t disguised; /* this line's id column is another one: an id may not come twice */
};

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "make_ledger: %s\n", what);
		exit(3);
	}
}

static void
write_file(const char *dir, const char *name, const void *bytes, size_t n)
{
	MEM_FREE char *path = mem_printf("%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	must(f != NULL && fwrite(bytes, 1, n, f) == n && fclose(f) == 0, path);
}

static void
taken(void *arg, enum transfer_log log, const void *entry, size_t n, const void *note,
    size_t note_len)
{
	struct plant *p = arg;
	(void)note;
	(void)note_len;
	if ((p->count & (p->count - 1)) == 0)
		p->lines =
		    mem_resize(p->lines, p->count > 0 ? 2 * p->count : 1, sizeof(*p->lines));
	p->lines[p->count++] = (struct line){log, mem_dup(entry, n), n};
}

static void
stored(void *arg, const char *sha256, const void *bytes, size_t n)
{
	const struct plant *p = arg;
	MEM_FREE char *name = mem_printf("docs/%s", sha256);
	write_file(p->dir, name, bytes, n);
}

/* --- spoiling ------------------------------------------------------------------------ */

static json_t *
body_of(const struct line *l)
{
	const char *end = memchr(l->bytes, '\n', l->len);
	return json_loadb(
	    (const char *)l->bytes, (size_t)(end - (const char *)l->bytes), 0, NULL);
}

/* The nth custody entry of a type; counts from 0. */
static size_t
find(const struct plant *p, const char *type, size_t n)
{
	for (size_t i = 0; i < p->count; i++) {
		json_t *b = body_of(&p->lines[i]);
		bool same =
		    p->lines[i].log == LOG_CUSTODY && strcmp(canon_str(b, "type"), type) == 0;
		json_decref(b);
		if (same && n-- == 0)
			return i;
	}
	must(false, type);
	return 0;
}

static void
drop_line(struct plant *p, size_t i)
{
	free(p->lines[i].bytes);
	memmove(&p->lines[i], &p->lines[i + 1], (--p->count - i) * sizeof(*p->lines));
}

static void
resign(struct plant *p, size_t i, json_t *body, const struct maker_person *who)
{
	struct buf out;
	maker_sign(body, who, &out);
	free(p->lines[i].bytes);
	p->lines[i].bytes = buf_steal(&out, &p->lines[i].len);
}

static void
change_text(struct plant *p, size_t i, const char *from, const char *to)
{
	char *at = memmem(p->lines[i].bytes, p->lines[i].len, from, strlen(from));
	must(at != NULL && strlen(from) == strlen(to), from);
	memcpy(at, to, strlen(to));
}

static void
truncate_log(struct plant *p)
{
	for (int i = 0; i < 5; i++)
		drop_line(p, p->count - 1);
}

static void
edit_officer_body(struct plant *p)
{
	change_text(
	    p, find(p, "xfer.approve", 0), "transfers/K1-000001", "transfers/K1-000009");
}

static void
backdate_station(struct plant *p)
{
	size_t i = find(p, "xfer.open", 1);
	json_t *b = body_of(&p->lines[i]);
	json_object_set_new(b, "at", json_string("2001-01-01T00:00:00Z"));
	resign(p, i, b, &p->maker->station);
}

static void
delete_transfer(struct plant *p)
{
	for (size_t i = p->count; i-- > 0;) {
		json_t *b = body_of(&p->lines[i]);
		bool its = strcmp(canon_str(b, "subj"), "xfer:K1-000002") == 0;
		json_decref(b);
		if (its)
			drop_line(p, i);
	}
}

/* Ben's approval of the first transfer, once more under the second. */
static void
replay_approval(struct plant *p)
{
	size_t from = find(p, "xfer.approve", 1), to = find(p, "xfer.approve", 3);
	free(p->lines[to].bytes);
	p->lines[to].bytes = mem_dup(p->lines[from].bytes, p->lines[from].len);
	p->lines[to].len = p->lines[from].len;
	p->disguised = to;
}

static void
forge_officer(struct plant *p)
{
	size_t i = find(p, "xfer.approve", 1);
	resign(p, i, body_of(&p->lines[i]), &p->maker->station);
}

static void
same_officer_twice(struct plant *p)
{
	size_t first = find(p, "xfer.approve", 0), second = find(p, "xfer.approve", 1);
	json_t *b = body_of(&p->lines[second]), *a = body_of(&p->lines[first]);
	json_object_set(b, "actor", json_object_get(a, "actor"));
	json_decref(a);
	resign(p, second, b, maker_find(p->maker, "anna"));
}

static void
one_approval(struct plant *p)
{
	drop_line(p, find(p, "xfer.approve", 1));
}

static void
reorder_transfers(struct plant *p)
{
	size_t a = find(p, "xfer.open", 0), b = find(p, "xfer.open", 1);
	struct line keep = p->lines[a];
	p->lines[a] = p->lines[b];
	p->lines[b] = keep;
}

static void
foreign_entry(struct plant *p)
{
	size_t i = find(p, "xfer.open", 1);
	json_t *b = body_of(&p->lines[i]);
	json_object_set_new(b, "log", json_string("site7.example/K2/custody/1"));
	resign(p, i, b, &p->maker->station);
}

static void
two_geneses(struct plant *p)
{
	size_t i = find(p, "xfer.open", 1);
	free(p->lines[i].bytes);
	p->lines[i].bytes = mem_dup(p->lines[1].bytes, p->lines[1].len);
	p->lines[i].len = p->lines[1].len;
	p->disguised = i;
}

static void
swap_signatures(struct plant *p)
{
	size_t a = find(p, "xfer.approve", 0), b = find(p, "xfer.approve", 1);
	char *x = memchr(p->lines[a].bytes, '\n', p->lines[a].len);
	char *y = memchr(p->lines[b].bytes, '\n', p->lines[b].len);
	size_t n = p->lines[a].len - (size_t)(x - (char *)p->lines[a].bytes);
	must(n == p->lines[b].len - (size_t)(y - (char *)p->lines[b].bytes),
	    "signatures differ");
	MEM_FREE char *keep = mem_dup(x, n);
	memcpy(x, y, n);
	memcpy(y, keep, n);
}

static void
non_canonical(struct plant *p)
{
	size_t i = find(p, "xfer.open", 1);
	json_t *b = body_of(&p->lines[i]);
	MEM_FREE char *spaced = json_dumps(b, JSON_SORT_KEYS | JSON_ENSURE_ASCII);
	json_decref(b);
	struct line *l = &p->lines[i];
	const char *end = memchr(l->bytes, '\n', l->len);
	char *whole = mem_printf(
	    "%s%.*s", spaced, (int)(l->len - (size_t)(end - (const char *)l->bytes)), end);
	free(l->bytes);
	l->bytes = (uint8_t *)whole;
	l->len = strlen(whole);
}

static void
duplicate_key(struct plant *p)
{
	size_t i = find(p, "xfer.open", 1);
	struct line *l = &p->lines[i];
	char *whole = mem_printf("%.*s,\"v\":1}%s",
	    (int)((char *)memchr(l->bytes, '\n', l->len) - (char *)l->bytes - 1),
	    (char *)l->bytes, (char *)memchr(l->bytes, '\n', l->len));
	free(l->bytes);
	l->bytes = (uint8_t *)whole;
	l->len = strlen(whole);
}

static void
change_manifest(struct plant *p)
{
	size_t i = find(p, "xfer.release", 0);
	json_t *b = body_of(&p->lines[i]);
	json_object_set_new(json_object_get(json_object_get(b, "data"), "manifest"), "sha256",
	    json_string(ENTRY_ZEROS));
	resign(p, i, b, &p->maker->station);
}

static void
stale_auth(struct plant *p)
{
	size_t i = find(p, "xfer.open", 1);
	json_t *b = body_of(&p->lines[i]), *first = body_of(&p->lines[1]);
	json_object_set(b, "auth", json_object_get(first, "auth"));
	json_decref(first);
	resign(p, i, b, &p->maker->station);
}

static void
requester_approves(struct plant *p)
{
	size_t i = find(p, "xfer.open", 0);
	json_t *b = body_of(&p->lines[i]);
	json_object_set_new(json_object_get(b, "data"), "requester", json_string("ben"));
	resign(p, i, b, &p->maker->station);
}

/* --- spoiling what exceptions and addenda are in, with officers' keys ------------------- */

/* An approval of the last transfer, signed again by its officer. */
static void
resign_approval(struct plant *p, size_t slot, json_t *body)
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++) {
		json_t *b = body_of(&p->lines[i]);
		n += p->lines[i].log == LOG_CUSTODY &&
		     strcmp(canon_str(b, "type"), "xfer.approve") == 0;
		json_decref(b);
	}
	resign(p, find(p, "xfer.approve", n - 3 + slot), body,
	    maker_find(p->maker, slot == 1 ? "anna" : "ben"));
}

static json_t *
approval_body(const struct plant *p, size_t slot)
{
	size_t last = 0;
	for (size_t i = 0; i < p->count; i++) {
		json_t *b = body_of(&p->lines[i]);
		if (p->lines[i].log == LOG_CUSTODY &&
		    strcmp(canon_str(b, "type"), "xfer.approve") == 0 &&
		    json_integer_value(json_object_get(json_object_get(b, "data"), "slot")) ==
			(json_int_t)slot)
			last = i;
		json_decref(b);
	}
	return body_of(&p->lines[last]);
}

/* The authority log as it was at that size: 0 is now. */
static json_t *
authority_head(const struct plant *p, uint64_t before)
{
	uint64_t size = custody_size(p->maker->custody, LOG_AUTHORITY) - before;
	return json_pack("{s:o,s:I}", "root",
	    canon_hex_new(custody_root(p->maker->custody, LOG_AUTHORITY, size), 32), "size",
	    (json_int_t)size);
}

/* Ben signs after the exception was ended. */
static void
exception_ended(struct plant *p)
{
	json_t *b = approval_body(p, 2);
	json_object_set_new(b, "auth", authority_head(p, 0));
	resign_approval(p, 2, b);
}

/* Anna was shown the authority log as it was before the exception. */
static void
exception_early(struct plant *p)
{
	json_t *b = approval_body(p, 1);
	json_object_set_new(b, "auth", authority_head(p, 2));
	resign_approval(p, 1, b);
}

static void
exception_over(struct plant *p)
{
	json_t *b = approval_body(p, 2);
	json_object_set_new(b, "at", json_string("2999-01-01T00:00:00Z"));
	resign_approval(p, 2, b);
}

static void
exception_unnamed(struct plant *p)
{
	json_t *b = approval_body(p, 1);
	json_object_del(json_object_get(b, "data"), "exceptions");
	resign_approval(p, 1, b);
}

static void
addendum_unsigned(struct plant *p)
{
	json_t *b = approval_body(p, 2);
	json_object_del(json_object_get(b, "data"), "addendum");
	resign_approval(p, 2, b);
}

/* The station says afterwards that something was worse. */
static void
addendum_worse(struct plant *p)
{
	size_t i = find(p, "xfer.addendum", 0);
	json_t *b = body_of(&p->lines[i]), *d = json_object_get(b, "data");
	json_object_set_new(d, "worse", json_integer(1));
	json_object_set_new(d, "changed", json_integer(1));
	json_object_set_new(d, "why", json_string("one is worse"));
	resign(p, i, b, &p->maker->station);
}

/* Or that nothing was scanned again: an officer signed what is not there. */
static void
addendum_dropped(struct plant *p)
{
	drop_line(p, find(p, "xfer.addendum", 0));
}

/* Who brought the set of signatures in confirms it as well. */
static void
set_by_one(struct plant *p)
{
	size_t i = find(p, "signatures.confirm", 0);
	json_t *b = body_of(&p->lines[i]),
	       *import = body_of(&p->lines[find(p, "signatures.import", 0)]);
	json_object_set(b, "actor", json_object_get(import, "actor"));
	json_decref(import);
	resign(p, i, b, maker_find(p->maker, "root1"));
	drop_line(p, find(p, "signatures.loaded", 0));
}

/* Nobody did, and it was loaded. */
static void
set_unconfirmed(struct plant *p)
{
	size_t i = find(p, "signatures.loaded", 0), confirm = find(p, "signatures.confirm", 0);
	json_t *b = body_of(&p->lines[i]), *was = body_of(&p->lines[confirm]);
	json_object_set(b, "prev", json_object_get(was, "prev"));
	json_object_set(b, "head", json_object_get(was, "head"));
	json_decref(was);
	resign(p, i, b, &p->maker->station);
	drop_line(p, confirm);
}

static const struct spoil {
	const char *name;
	void (*fn)(struct plant *);
	bool excepted; /* of a ledger with exceptions and addenda */
} spoils[] = {
    {"exception-ended", exception_ended, true},
    {"exception-early", exception_early, true},
    {"exception-over", exception_over, true},
    {"exception-unnamed", exception_unnamed, true},
    {"addendum-unsigned", addendum_unsigned, true},
    {"addendum-worse", addendum_worse, true},
    {"addendum-dropped", addendum_dropped, true},
    {"set-by-one", set_by_one, true},
    {"set-unconfirmed", set_unconfirmed, true},
    {"truncate", truncate_log, false},
    {"edit-officer-body", edit_officer_body, false},
    {"backdate-station", backdate_station, false},
    {"delete-transfer", delete_transfer, false},
    {"replay-approval", replay_approval, false},
    {"forge-officer", forge_officer, false},
    {"same-officer-twice", same_officer_twice, false},
    {"one-approval", one_approval, false},
    {"reorder-transfers", reorder_transfers, false},
    {"foreign-entry", foreign_entry, false},
    {"two-geneses", two_geneses, false},
    {"swap-signatures", swap_signatures, false},
    {"non-canonical", non_canonical, false},
    {"duplicate-key", duplicate_key, false},
    {"change-manifest", change_manifest, false},
    {"stale-auth", stale_auth, false},
    {"requester-approves", requester_approves, false},
};

/* --- what is not in every ledger -------------------------------------------------------- */

static json_t *
device_of(const char *serial, const char *port)
{
	return json_pack("{s:s,s:s,s:s,s:s*}", "model", "Ultra", "serial", serial, "vendor",
	    "SanDisk", "port", port);
}

static void
receive(struct maker *m, const char *subj, const char *serial)
{
	maker_add(m, LOG_CUSTODY, "medium.register", subj, maker_find(m, "anna"),
	    json_pack("{s:s,s:o,s:s,s:s,s:s,s:s,s:b}", "classification", "open", "device",
		device_of(serial, NULL), "from", "K. Ode", "label", "blue", "owner", "", "seal",
		"", "sealed", 0));
}

static json_t *
scanned(struct maker *m)
{
	json_t *d = maker_scan_data(m);
	json_object_set_new(d, "request",
	    json_pack("{s:s,s:i,s:s,s:i,s:s,s:s,s:s,s:i,s:i,s:[],s:i,s:i,s:s,s:s,s:s,s:s,s:s,"
		      "s:s}",
		"approval", "", "asked", 1, "classification", "", "differ", 0, "document",
		ENTRY_ZEROS, "id", "R-1", "key", "", "left", 1, "missing", 0, "missing_names",
		"names", 2, "other", 0, "purpose", "p", "requester", "rita", "signed", "no",
		"source", "given", "target", "", "why", ""));
	return d;
}

/* Of a medium of the register: opened with a secret, blocked, given a request, kept. */
static void
media(struct maker *m)
{
	char id[TRANSFER_ID_SIZE], subj[80];
	const struct maker_person *k1 = &m->station;
	receive(m, "medium:M-1", "4C53");
	receive(m, "medium:M-2", "77AA");
	maker_add(m, LOG_CUSTODY, "device.keyboard", "station", k1,
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "kind", "keyboard", "model", "K", "port", "",
		"serial", "", "source", "usb 1-4", "vendor", "V"));
	custody_next_transfer(m->custody, id);
	snprintf(subj, sizeof(subj), "xfer:%s", id);
	json_t *opened = maker_open_data(m);
	json_object_set_new(opened, "control", json_string("M-1"));
	json_object_set_new(
	    json_object_get(opened, "medium"), "device", device_of("4C53", "front"));
	maker_add(m, LOG_CUSTODY, "xfer.open", subj, k1, opened);
	maker_add(m, LOG_CUSTODY, "xfer.start", subj, k1, maker_start_data(m));
	maker_add(m, LOG_CUSTODY, "xfer.unlock", subj, k1,
	    json_pack("{s:s,s:s,s:b,s:i,s:s}", "kind", "luks2", "officer", "anna", "ok", 0,
		"volume", 1, "why", "the secret does not open it"));
	maker_add(m, LOG_CUSTODY, "xfer.read", subj, k1, maker_read_data(m, 3));
	maker_add(m, LOG_CUSTODY, "xfer.scan", subj, k1, maker_scan_data(m));
	maker_add(m, LOG_CUSTODY, "xfer.block", subj, k1,
	    json_pack("{s:s}", "why", "policy asks for a request"));
	maker_add(m, LOG_CUSTODY, "xfer.request", subj, k1,
	    json_pack("{s:s,s:s}", "document", ENTRY_ZEROS, "officer", "anna"));
	maker_add(m, LOG_CUSTODY, "xfer.scan", subj, k1, scanned(m));
	for (unsigned slot = 1; slot <= 2; slot++)
		maker_add(m, LOG_CUSTODY, "xfer.approve", subj,
		    maker_find(m, slot == 1 ? "anna" : "ben"),
		    maker_approve_data(m, id, 3, "anna", slot));
	maker_add(m, LOG_CUSTODY, "xfer.release", subj, k1, maker_release_data(m, id));
	maker_add(m, LOG_CUSTODY, "xfer.deliver", subj, k1, maker_deliver_data(m, id));
	maker_add(m, LOG_CUSTODY, "xfer.medium", subj, k1,
	    json_pack("{s:s,s:s}", "disposition", "kept in the safe", "officer", "ben"));
	/* said again, in fewer words */
	maker_add(m, LOG_CUSTODY, "xfer.close", subj, maker_find(m, "anna"),
	    json_pack("{s:s}", "disposition", "kept"));
	maker_add(m, LOG_CUSTODY, "medium.destroy", "medium:M-2", maker_find(m, "anna"),
	    json_pack("{s:s,s:s}", "certificate", "", "method", "shredded"));
	maker_add(m, LOG_CUSTODY, "medium.confirm", "medium:M-2", maker_find(m, "ben"),
	    json_pack("{s:s}", "note", ""));
	receive(m, "medium:M-3", "77AA");
}

/* A set of signatures: brought in by one, confirmed by another, tried by the station. */
static void
signatures(struct maker *m)
{
	maker_add(m, LOG_CUSTODY, "signatures.import", "station", maker_find(m, "root1"),
	    json_pack("{s:b,s:i,s:s,s:i,s:s,s:s,s:s,s:s,s:s}", "back", 0, "bytes", 10, "date",
		"2026-06-01T00:00:00Z", "files", 1, "scanner", "yara", "set", ENTRY_ZEROS,
		"signer", "root1", "transfer", "", "version", "1"));
	maker_add(m, LOG_CUSTODY, "signatures.confirm", "station", maker_find(m, "anna"),
	    json_pack("{s:s,s:s,s:s}", "leaf",
		custody_set_find(m->custody, "yara", CUSTODY_SET_ANY)->leaf, "scanner", "yara",
		"set", ENTRY_ZEROS));
	maker_add(m, LOG_CUSTODY, "signatures.loaded", "station", &m->station,
	    json_pack("{s:b,s:s,s:s,s:s}", "pass", 1, "scanner", "yara", "set", ENTRY_ZEROS,
		"why", ""));
}

/* A false positive that goes by an exception, scanned again between the signatures. */
static void
excepted(struct maker *m)
{
	char text[CLOCK_TEXT_SIZE], day[16], subj[80];
	clock_format(clock_wall_s() + 30 * 86400, text);
	snprintf(day, sizeof(day), "%.10s", text);
	m->infected = true;
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	const char *id = subj + strlen("xfer:"), *leaf = maker_except(m, day);
	m->exceptions[0] = custody_exception_find(m->custody, leaf)->exception;
	m->nexceptions = 1;
	maker_add(m, LOG_CUSTODY, "xfer.approve", subj, maker_find(m, "anna"),
	    maker_approve_data(m, id, 3, "anna", 1));
	maker_add(
	    m, LOG_CUSTODY, "xfer.addendum", subj, &m->station, maker_addendum_data(m, id, 0));
	maker_add(m, LOG_CUSTODY, "xfer.approve", subj, maker_find(m, "ben"),
	    maker_approve_data(m, id, 3, "anna", 2));
	maker_add(m, LOG_CUSTODY, "xfer.release", subj, &m->station, maker_release_data(m, id));
	maker_add(m, LOG_CUSTODY, "xfer.deliver", subj, &m->station, maker_deliver_data(m, id));
	maker_add(m, LOG_CUSTODY, "xfer.close", subj, maker_find(m, "anna"),
	    json_pack("{s:s}", "disposition", "returned"));
	maker_add(m, LOG_AUTHORITY, "exception.end", "exception", maker_find(m, "root1"),
	    maker_except_end_data(leaf));
	signatures(m);
}

static bool
is_excepted(const char *spoil)
{
	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++)
		if (strcmp(spoils[i].name, spoil) == 0)
			return spoils[i].excepted;
	return strcmp(spoil, "exceptions") == 0;
}

/* --- writing -------------------------------------------------------------------------------
 */

static void
write_checkpoint(const struct plant *p, const char *name, enum transfer_log log, uint64_t size)
{
	struct buf note;
	buf_init(&note, LIM_NOTE_BYTES);
	must(
	    note_checkpoint_print(custody_origin(p->maker->custody, log), size,
		custody_root(p->maker->custody, log, size), p->maker->log_key, &note) == ERR_OK,
	    "note");
	write_file(p->dir, name, note.data, note.len);
	buf_done(&note);
}

/* An entry as a row, however wrong it is. */
static struct entry
row_of(const struct line *l, json_t **ret_body, char **ret_text)
{
	struct entry e = {.id = "", .type = "", .subj = ""};
	const char *end = memchr(l->bytes, '\n', l->len);
	static uint8_t sig[LIM_ENTRY_SIG_BYTES];
	*ret_body = body_of(l);
	e.text_len = (size_t)(end - (const char *)l->bytes);
	e.text = *ret_text = mem_dup(l->bytes, e.text_len);
	must(hex_b64_decode(end + 1, l->len - e.text_len - 2, sig, &e.sig_len), "base64");
	e.sig = sig;
	if (*ret_body != NULL) {
		e.id = canon_str(*ret_body, "id");
		e.type = canon_str(*ret_body, "type");
		e.subj = canon_str(*ret_body, "subj");
	}
	merkle_leaf(l->bytes, l->len, e.leaf);
	return e;
}

static void
write_ledger(const struct plant *p)
{
	const struct custody *c = p->maker->custody;
	struct merkle trees[2];
	struct ledger *l;
	char why[LEDGER_WHY_SIZE];
	MEM_FREE char *path = mem_printf("%s/ledger.db", p->dir);
	const char *const origins[] = {
	    custody_origin(c, LOG_AUTHORITY), custody_origin(c, LOG_CUSTODY)};
	const char *const vkeys[] = {
	    custody_vkey(c, LOG_AUTHORITY), custody_vkey(c, LOG_CUSTODY)};
	must(ledger_create(path, origins, vkeys, &l, why) == ERR_OK, why);
	merkle_init(&trees[0]);
	merkle_init(&trees[1]);
	for (size_t i = 0; i < p->count; i++) {
		uint8_t root[32];
		json_t *body;
		char *text;
		struct buf note;
		enum transfer_log log = p->lines[i].log;
		struct entry e = row_of(&p->lines[i], &body, &text);
		uint64_t seq = trees[log].size;
		if (p->disguised == i && i > 0)
			e.id = "ffffffffffffffffffffffffffffffff";
		merkle_add(&trees[log], e.leaf);
		merkle_root(&trees[log], root);
		buf_init(&note, LIM_NOTE_BYTES);
		must(note_checkpoint_print(
			 origins[log], seq + 1, root, p->maker->log_key, &note) == ERR_OK,
		    "note");
		enum err err = ledger_append(l, log, seq, &e, note.data, note.len);
		must(err == ERR_OK, ledger_why(l));
		buf_done(&note);
		json_decref(body);
		free(text);
	}
	ledger_close(l);
}

static void
write_keys(const struct plant *p)
{
	const struct custody *c = p->maker->custody;
	MEM_FREE char *text = mem_printf("%s\n%s\n%s\n", custody_vkey(c, LOG_AUTHORITY),
	    custody_vkey(c, LOG_CUSTODY), custody_genesis(c));
	write_file(p->dir, "vkeys", text, strlen(text));
}

int
main(int argc, char **argv)
{
	struct plant p = {.dir = argv[1]};
	char schema[HEX_DIGEST_SIZE], subj[80];
	if (argc < 3)
		return 2;
	MEM_FREE char *docs = mem_printf("%s/docs", p.dir);
	mkdir(p.dir, 0755);
	must(mkdir(docs, 0755) == 0, docs);
	ledger_init();
	ledger_schema(schema);
	p.maker = maker_new_with("site7.example", 1, 1, schema, taken, stored, &p);
	maker_settle(p.maker);
	unsigned long transfers = strtoul(argv[2], NULL, 10);
	uint64_t early = 0;
	for (unsigned long i = 0; i < transfers; i++) {
		maker_transfer(p.maker, MAKER_CLOSED, 3, subj);
		if (i == 1)
			early = custody_size(p.maker->custody, LOG_CUSTODY);
	}
	if (argc > 3 && strcmp(argv[3], "media") == 0) {
		media(p.maker);
		argc = 3;
	}
	if (argc > 3 && is_excepted(argv[3]))
		excepted(p.maker);
	if (argc > 3 && strcmp(argv[3], "exceptions") == 0)
		argc = 3;
	if (early > 0)
		write_checkpoint(&p, "checkpoint.early", LOG_CUSTODY, early);
	write_checkpoint(
	    &p, "checkpoint", LOG_CUSTODY, custody_size(p.maker->custody, LOG_CUSTODY));
	write_checkpoint(&p, "checkpoint.authority", LOG_AUTHORITY,
	    custody_size(p.maker->custody, LOG_AUTHORITY));
	for (size_t i = 0; argc > 3 && i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		if (strcmp(spoils[i].name, argv[3]) == 0) {
			spoils[i].fn(&p);
			argc = 3;
		}
	}
	must(argc == 3, "there is no such way to spoil it");
	write_ledger(&p);
	write_keys(&p);
	for (size_t i = 0; i < p.count; i++)
		free(p.lines[i].bytes);
	free(p.lines);
	maker_free(p.maker);
	return 0;
}
