/* SPDX-License-Identifier: ISC */
#include "tests/ledger/maker.h"
#include "src/base/mem.h"
#include "src/core/addendum.h"
#include "src/core/canon.h"
#include "src/core/digest.h"
#include "src/core/inventory.h"
#include "src/core/note.h"
#include "src/core/policy.h"
#include "src/core/release.h"
#include "src/core/release_weigh.h"
#include "src/core/seal.h"

#include <stdio.h>
#include <string.h>

static const char policy_text[] = "name = \"Policy for tests\";\n"
				  "approvals = 2;\n"
				  "required = ( { scanner = \"av\"; types = \"*\"; } );\n"
				  "rules = ( { verdict = \"clean\"; gate = \"pass\"; } );\n";

#define NO_SCHEMA "5c5e3a0000000000000000000000000000000000000000000000000000000000"

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "maker: %s\n", what);
		abort();
	}
}

/* --- people and documents ------------------------------------------------------------ */

static void
make_key(const char *id, struct sshsig_key **ret)
{
	uint8_t seed[SSHSIG_SEED_SIZE];
	digest_sha256(id, strlen(id), seed);
	must(sshsig_key_new(seed, ret) == ERR_OK, "key");
}

static void
init_person(struct maker_person *p, const char *id, const char *name, const char *role)
{
	snprintf(p->id, sizeof(p->id), "%s", id);
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->role, sizeof(p->role), "%s", role);
	make_key(id, &p->secret);
	sshsig_fingerprint(sshsig_key_public(p->secret), p->key);
	sshsig_public_line(sshsig_key_public(p->secret), p->line);
}

struct maker_person *
maker_person(struct maker *m, const char *id, const char *name, const char *role)
{
	must(m->people_count < MAKER_PEOPLE, "too many people");
	struct maker_person *p = &m->people[m->people_count++];
	init_person(p, id, name, role);
	return p;
}

struct maker_person *
maker_find(struct maker *m, const char *id)
{
	for (size_t i = 0; i < m->people_count; i++) {
		if (strcmp(m->people[i].id, id) == 0)
			return &m->people[i];
	}
	must(false, id);
	return NULL;
}

const char *
maker_store(struct maker *m, const void *bytes, size_t n)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), hex);
	for (size_t i = 0; i < MAKER_DOCS; i++) {
		if (m->docs[i].bytes != NULL && strcmp(m->docs[i].sha256, hex) == 0)
			return m->docs[i].sha256;
	}
	/* Slot 0 is the policy's for ever. */
	size_t slot = m->docs_next == 0 ? 0 : 1 + (m->docs_next - 1) % (MAKER_DOCS - 1);
	struct maker_doc *d = &m->docs[slot];
	m->docs_next++;
	free(d->bytes);
	memcpy(d->sha256, hex, sizeof(d->sha256));
	d->bytes = mem_dup(n > 0 ? bytes : "", n);
	d->len = n;
	if (m->stored != NULL)
		m->stored(m->arg, hex, bytes, n);
	return d->sha256;
}

static enum err
fetch(void *arg, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	const struct maker *m = arg;
	for (size_t i = 0; i < MAKER_DOCS; i++) {
		const struct maker_doc *d = &m->docs[i];
		if (d->bytes != NULL && strcmp(d->sha256, sha256) == 0) {
			*ret_bytes = mem_dup(d->bytes, d->len);
			*ret_len = d->len;
			return ERR_OK;
		}
	}
	return ERR_NOTFOUND;
}

/* --- entries --------------------------------------------------------------------------- */

json_t *
maker_body(struct maker *m, enum transfer_log log, const char *type, const char *subj,
    const struct maker_person *who, json_t *data)
{
	json_t *p = custody_prepare(m->custody, log, subj);
	const char *origin = json_string_value(json_object_get(p, "origin"));
	enum transfer_event event = transfer_event_find(log, type);
	struct entry_new new = {
	    .log = origin,
	    .type = type,
	    .subj = subj,
	    .prev = json_string_value(json_object_get(p, "prev")),
	    .head = json_object_get(p, "head"),
	    .auth = json_object_get(p, "auth"),
	    .actor_id = who->id,
	    .actor_key = who->key,
	    .actor_name = who->name,
	    .actor_role = who->role,
	    .boot = "00000000-0000-4000-8000-000000000000",
	    .meaning = event != EVENT__MAX ? transfer_event_row(event)->meaning : "I say so.",
	    .data = data,
	};
	json_t *body = entry_body_new(&new);
	json_decref(data);
	json_decref(p);
	return body;
}

void
maker_sign(json_t *body, const struct maker_person *who, struct buf *out)
{
	buf_init(out, LIM_ENTRY_BYTES);
	must(entry_sign(body, who->secret, out) == ERR_OK, "sign");
	json_decref(body);
}

enum err
maker_try(struct maker *m, enum transfer_log log, json_t *body, const struct maker_person *who)
{
	struct buf e;
	maker_sign(body, who, &e);
	enum err err = custody_check(m->custody, log, e.data, e.len, m->why);
	buf_done(&e);
	return err;
}

enum err
maker_put(struct maker *m, enum transfer_log log, json_t *body, const struct maker_person *who)
{
	struct buf e, note;
	maker_sign(body, who, &e);
	enum err err = custody_apply(m->custody, log, e.data, e.len, m->why);
	if (err == ERR_OK && m->taken != NULL) {
		uint64_t size = custody_size(m->custody, log);
		buf_init(&note, LIM_NOTE_BYTES);
		must(note_checkpoint_print(custody_origin(m->custody, log), size,
			 custody_root(m->custody, log, size), m->log_key, &note) == ERR_OK,
		    "checkpoint");
		m->taken(m->arg, log, e.data, e.len, note.data, note.len);
		buf_done(&note);
	}
	buf_done(&e);
	return err;
}

void
maker_add(struct maker *m, enum transfer_log log, const char *type, const char *subj,
    const struct maker_person *who, json_t *data)
{
	enum err err = maker_put(m, log, maker_body(m, log, type, subj, who, data), who);
	if (err != ERR_OK)
		fprintf(stderr, "maker: %s about %s: %s\n", type, subj, m->why);
	must(err == ERR_OK, "an entry was refused");
}

/* --- founding ---------------------------------------------------------------------------- */

static void
print_vkey(const struct maker *m, const char *origin, char out[NOTE_VKEY_SIZE])
{
	struct note_vkey v;
	must(note_vkey_new(origin, sshsig_key_public(m->log_key), &v) == ERR_OK, "vkey");
	note_vkey_print(&v, out);
}

static json_t *
genesis_data(const struct maker *m, const char *site, unsigned admins, unsigned threshold,
    const char *schema)
{
	char authority[128], custody[128], keys[2][NOTE_VKEY_SIZE];
	snprintf(authority, sizeof(authority), "%s/authority", site);
	snprintf(custody, sizeof(custody), "%s/K1/custody/1", site);
	print_vkey(m, authority, keys[0]);
	print_vkey(m, custody, keys[1]);
	json_t *list = json_array();
	for (unsigned i = 0; i < admins; i++)
		json_array_append_new(
		    list, json_pack("{s:s,s:s,s:s}", "id", m->people[i].id, "key",
			      m->people[i].line, "name", m->people[i].name));
	json_t *d = json_pack("{s:o,s:s,s:s,s:b,s:s,s:s,s:s,s:s,s:s,s:s,s:i}", "admins", list,
	    "custody_origin", custody, "custody_vkey", keys[1], "demo",
	    (int)(strcmp(site, "demo") == 0), "kind", "authority", "log_vkey", keys[0],
	    "schema", schema, "site", site, "station", "K1", "station_key", m->station.line,
	    "threshold", (int)threshold);
	must(d != NULL, "genesis");
	return d;
}

struct maker *
maker_new_with(const char *site, unsigned admins, unsigned threshold, const char *schema,
    void (*taken)(void *, enum transfer_log, const void *, size_t, const void *, size_t),
    void (*stored)(void *, const char *, const void *, size_t), void *arg)
{
	struct maker *m = mem_alloc(sizeof(*m));
	char origin[128], id[33], name[129];
	must(seal_init() == ERR_OK, "seal_init");
	m->taken = taken;
	m->stored = stored;
	m->arg = arg;
	m->custody = custody_new();
	make_key("the log", &m->log_key);
	init_person(&m->station, "K1", "station K1", "station");
	for (unsigned i = 1; i <= admins; i++) {
		snprintf(id, sizeof(id), "root%u", i);
		snprintf(name, sizeof(name), "Admin Number %u", i);
		maker_person(m, id, name, "admin");
	}
	json_t *b = maker_body(m, LOG_AUTHORITY, "ledger.genesis", "station", &m->station,
	    genesis_data(m, site, admins, threshold, schema));
	snprintf(origin, sizeof(origin), "%s/authority", site);
	json_object_set_new(b, "log", json_string(origin));
	must(maker_put(m, LOG_AUTHORITY, b, &m->station) == ERR_OK, m->why);
	maker_add(m, LOG_CUSTODY, "ledger.genesis", "station", &m->station,
	    json_pack("{s:i,s:s,s:s}", "epoch", 1, "kind", "custody", "schema", schema));
	custody_set_docs(m->custody, fetch, m);
	return m;
}

struct maker *
maker_new(const char *site, unsigned admins, unsigned threshold)
{
	return maker_new_with(site, admins, threshold, NO_SCHEMA, NULL, NULL, NULL);
}

struct maker *
maker_free(struct maker *m)
{
	custody_free(m->custody);
	sshsig_key_free(m->log_key);
	sshsig_key_free(m->station.secret);
	for (size_t i = 0; i < m->people_count; i++)
		sshsig_key_free(m->people[i].secret);
	for (size_t i = 0; i < MAKER_DOCS; i++)
		free(m->docs[i].bytes);
	free(m);
	return NULL;
}

json_t *
maker_enroll_data(struct maker *m, const struct maker_person *p, json_t *roles)
{
	struct buf text, blob;
	char root[HEX_DIGEST_SIZE];
	uint64_t size = custody_size(m->custody, LOG_AUTHORITY);
	char proof[HEX_B64_SIZE(SSHSIG_BLOB_SIZE)];
	hex_encode(custody_root(m->custody, LOG_AUTHORITY, size), 32, root);
	buf_init(&text, 1024);
	buf_init(&blob, 1024);
	custody_proof_text(p->id, root, &text);
	must(sshsig_sign(p->secret, text.data, text.len, &blob) == ERR_OK, "proof");
	hex_b64_encode(blob.data, blob.len, proof);
	buf_done(&text);
	buf_done(&blob);
	return json_pack("{s:s,s:s,s:s,s:s,s:o}", "id", p->id, "key", p->line, "name", p->name,
	    "proof", proof, "roles", roles);
}

static void
enroll(struct maker *m, const char *id, const char *name)
{
	char subj[64];
	struct maker_person *p = maker_person(m, id, name, "officer");
	snprintf(subj, sizeof(subj), "person:%s", id);
	maker_add(m, LOG_AUTHORITY, "officer.enroll", subj, &m->people[0],
	    maker_enroll_data(m, p, json_pack("[s]", "officer")));
}

void
maker_demand(struct maker *m, const char *settings)
{
	snprintf(m->policy_text, sizeof(m->policy_text), "%s%s", policy_text, settings);
	size_t n = strlen(m->policy_text);
	snprintf(m->policy, sizeof(m->policy), "%s", maker_store(m, m->policy_text, n));
	json_t *data = json_pack(
	    "{s:i,s:I,s:s}", "approvals", 2, "bytes", (json_int_t)n, "sha256", m->policy);
	if (strstr(settings, "token_pin = false") != NULL)
		json_object_set_new(data, "token_pin", json_false());
	maker_add(m, LOG_AUTHORITY, "policy.set", "policy", &m->people[0], data);
}

void
maker_settle(struct maker *m)
{
	for (unsigned i = 0; !custody_founded(m->custody); i++)
		maker_add(m, LOG_AUTHORITY, "authority.endorse", "station", &m->people[i],
		    json_pack("{s:s}", "leaf", custody_genesis(m->custody)));
	enroll(m, "anna", "Anna Berg");
	enroll(m, "ben", "Ben Okafor");
	enroll(m, "cleo", "Cleo Lind");
	maker_add(m, LOG_AUTHORITY, "requester.enroll", "person:rita", &m->people[0],
	    json_pack("{s:s,s:s}", "id", "rita", "name", "Rita Voss"));
	maker_demand(m, "");
	maker_add(m, LOG_CUSTODY, "station.start", "station", &m->station,
	    json_pack("{s:[],s:b,s:b,s:s}", "interrupted", "sandbox", 1, "unclean", 0,
		"version", "1.0"));
}

/* --- transfers ------------------------------------------------------------------------------
 */

json_t *
maker_open_data(struct maker *m)
{
	return json_pack("{s:[],s:{s:i,s:s,s:s},s:s,s:s,s:s,s:b}", "fields", "medium", "bytes",
	    1048576, "kind", "image", "source", "/media/stick.img", "officer", "anna", "policy",
	    custody_policy(m->custody), "requester", "rita", "sandbox", 1);
}

json_t *
maker_start_data(struct maker *m)
{
	(void)m;
	return json_pack("{s:s,s:b}", "officer", "anna", "sandbox", 1);
}

static json_t *
medium(void)
{
	return json_pack("{s:i,s:s,s:[{s:i,s:s,s:s,s:i}]}", "bytes", 1048576, "table", "gpt",
	    "volumes", "bytes", 1000000, "kind", "fat32", "label", "STICK", "n", 1);
}

static json_t *
scanners(void)
{
	return json_pack("[{s:s,s:s,s:s,s:s,s:b,s:s,s:s}]", "after", "pass", "before", "pass",
	    "engine", "1.4.3", "name", "av", "sandbox", 1, "signatures", "27500", "version",
	    "1");
}

json_t *
maker_read_data(struct maker *m, unsigned items)
{
	(void)m;
	return json_pack("{s:i,s:i,s:i,s:o,s:i}", "bytes", 12, "files", (int)items, "items",
	    (int)items, "medium", medium(), "unreadable", 0);
}

json_t *
maker_scan_data(struct maker *m)
{
	(void)m;
	return json_pack("{s:i,s:o,s:{s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}}", "objects", 1,
	    "scanners", scanners(), "verdicts", "clean", 1, "error", 0, "incomplete", 0,
	    "invalid", 0, "malicious", 0, "na", 0, "suspicious", 0, "timeout", 0, "unscanned",
	    0);
}

static void
fill_item(struct inventory_item *it, unsigned id, const char *path, const char *decider)
{
	uint8_t digest[DIGEST_SIZE];
	static char hex[HEX_DIGEST_SIZE], empty[HEX_DIGEST_SIZE];
	digest_sha256("", 0, digest);
	hex_encode(digest, sizeof(digest), empty);
	digest_sha256(path, strlen(path), digest);
	hex_encode(digest, sizeof(digest), hex);
	*it = (struct inventory_item){
	    .id = id,
	    .kind = ITEM_FILE,
	    .state = ITEM_READ,
	    .path = {(const uint8_t *)path, strlen(path)},
	    .dest = {(const uint8_t *)path, strlen(path)},
	    .name = path,
	    .mode = 0644,
	    .mtime = "2024-01-02T03:04:05Z",
	    .zone_utc = true,
	    .sha256 = hex,
	    .size_bytes = strlen(path),
	    .type = "text",
	    .mime = "text/plain",
	    .nscans = 1,
	    .decision = ITEM_APPROVE,
	    .by = decider,
	    .reason = "",
	    .why = "",
	};
	it->scans[0] =
	    (struct inventory_scan){"av", VERDICT_CLEAN, strlen(path), strlen(path), "", 0};
	memcpy(it->finds_sha256, empty, sizeof(empty));
}

/* The item as it is sealed, but for what follows from verdict and policy. */
static void
fill(const struct maker *m, const struct release_under *under, struct inventory_item *it,
    unsigned i, const char *path, const char *decider)
{
	fill_item(it, i + 1, path, decider);
	if (i == 0 && m->infected)
		it->scans[0].verdict = VERDICT_MALICIOUS;
	release_weigh_exceptions(under, it);
}

static void
print_items(const struct maker *m, struct buf *out, unsigned files, const char *decider,
    struct policy *policy)
{
	char why[RELEASE_WHY_SIZE], path[32];
	struct inventory_item it;
	const struct release_under under = {
	    .policy = policy, .exceptions = m->exceptions, .nexceptions = m->nexceptions};
	struct release_plan *plan = release_plan_new(&under);
	for (unsigned i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "file-%06u.txt", i);
		fill(m, &under, &it, i, path, decider);
		must(release_plan_add(plan, &it, why) == ERR_OK, why);
	}
	must(release_plan_settle(plan, why) == ERR_OK, why);
	for (unsigned i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "file-%06u.txt", i);
		fill(m, &under, &it, i, path, decider);
		release_judge(&under, release_plan_tree(plan), &it);
		must(inventory_print_item(&it, out) == ERR_OK, "item");
	}
	release_plan_free(plan);
}

static void
seal(struct maker *m, const char *transfer, unsigned files, const char *decider,
    struct policy *policy, struct buf *out)
{
	const char *deciders[] = {decider};
	struct inventory_header h = {
	    .transfer = transfer,
	    .station = "K1",
	    .officer = "anna",
	    .requester = "rita",
	    .policy = m->policy,
	    .approvals = 2,
	    .items = files,
	    .deciders = deciders,
	    .ndeciders = files > 0 ? 1 : 0,
	    .medium = medium(),
	    .scanners = scanners(),
	    .exceptions = m->exceptions,
	    .nexceptions = m->nexceptions,
	};
	must(inventory_print_header(&h, out) == ERR_OK, "header");
	print_items(m, out, files, decider, policy);
	json_decref(h.medium);
	json_decref(h.scanners);
}

json_t *
maker_approve_data(
    struct maker *m, const char *transfer, unsigned files, const char *decider, unsigned slot)
{
	char policy_why[POLICY_WHY_SIZE], why[RELEASE_WHY_SIZE];
	struct policy *policy;
	struct release_manifest *manifest;
	struct buf inventory;
	must(
	    policy_parse(m->policy_text, strlen(m->policy_text), &policy, policy_why) == ERR_OK,
	    policy_why);
	buf_init(&inventory, 1 << 26);
	seal(m, transfer, files, decider, policy, &inventory);
	must(release_manifest(inventory.data, inventory.len, m->policy_text,
		 strlen(m->policy_text), &manifest, why) == ERR_OK,
	    why);
	const struct custody_transfer *t = custody_transfer_find(m->custody, transfer);
	char dest[128];
	snprintf(dest, sizeof(dest), "transfers/%s", transfer);
	json_t *d = json_pack("{s:s,s:s,s:s,s:s,s:{s:i,s:s},s:{s:I,s:i,s:o,s:o},s:s,s:s,s:i}",
	    "dest", dest, "dir", "in", "expires", "", "findings", maker_store(m, "", 0),
	    "inventory", "items", (int)files, "sha256",
	    maker_store(m, inventory.data, inventory.len), "manifest", "bytes",
	    (json_int_t)manifest->bytes, "files", (int)manifest->nfiles, "root",
	    canon_hex_new(manifest->root, 32), "sha256", canon_hex_new(manifest->sha256, 32),
	    "policy", m->policy, "scan", t->scan, "slot", (int)slot);
	must(d != NULL, "approval");
	for (size_t i = 0; i < m->nexceptions; i++) {
		if (i == 0)
			json_object_set_new(d, "exceptions", json_array());
		json_array_append_new(
		    json_object_get(d, "exceptions"), json_string(m->exceptions[i].leaf));
	}
	if (t->addendum[0] != 0)
		json_object_set_new(d, "addendum", json_string(t->addendum));
	release_manifest_free(manifest);
	policy_free(policy);
	buf_done(&inventory);
	return d;
}

json_t *
maker_except_data(const char *expires)
{
	uint8_t digest[DIGEST_SIZE];
	digest_sha256("file-000000.txt", 15, digest);
	return json_pack("{s:s,s:s,s:s,s:o}", "expires", expires, "reason",
	    "the vendor says that it is none", "scanner", "av", "sha256",
	    canon_hex_new(digest, sizeof(digest)));
}

json_t *
maker_except_end_data(const char *leaf)
{
	return json_pack("{s:s,s:s}", "leaf", leaf, "reason", "the vendor was wrong");
}

const char *
maker_except(struct maker *m, const char *expires)
{
	maker_add(m, LOG_AUTHORITY, "exception.add", "exception", maker_find(m, "root1"),
	    maker_except_data(expires));
	const struct custody_exception *x = NULL;
	for (size_t i = 0; i < custody_exception_count(m->custody); i++)
		if (x == NULL || custody_exception_at(m->custody, i)->since > x->since)
			x = custody_exception_at(m->custody, i);
	must(x != NULL, "exception");
	return x->exception.leaf;
}

json_t *
maker_addendum_data(struct maker *m, const char *transfer, unsigned worse)
{
	char path[32];
	struct buf text;
	const struct custody_transfer *t = custody_transfer_find(m->custody, transfer);
	const struct addendum a = {transfer, t->inventory, 1, worse, worse};
	buf_init(&text, 1 << 20);
	must(addendum_print_header(&a, &text) == ERR_OK, "addendum");
	for (unsigned i = 0; i < worse; i++) {
		snprintf(path, sizeof(path), "file-%06u.txt", i);
		const struct addendum_item it = {
		    i + 1, path, VERDICT_CLEAN, VERDICT_MALICIOUS, POLICY_PASS, POLICY_REASON};
		must(addendum_print_item(&it, &text) == ERR_OK, "item of an addendum");
	}
	json_t *d = json_pack("{s:i,s:s,s:i,s:s,s:o,s:i}", "changed", (int)worse, "document",
	    maker_store(m, text.data, text.len), "objects", 1, "officer", "ben", "scanners",
	    scanners(), "worse", (int)worse);
	if (worse > 0)
		json_object_set_new(d, "why", json_string("1 item is worse"));
	buf_done(&text);
	return d;
}

static json_t *
manifest_of(const struct custody_transfer *t)
{
	return json_pack("{s:I,s:I,s:s,s:s}", "bytes", (json_int_t)t->bytes, "files",
	    (json_int_t)t->files, "root", t->manifest_root, "sha256", t->manifest);
}

json_t *
maker_release_data(struct maker *m, const char *transfer)
{
	const struct custody_transfer *t = custody_transfer_find(m->custody, transfer);
	json_t *list = json_array();
	for (size_t i = 0; i < t->approvals_count; i++)
		json_array_append_new(list, json_string(t->approvals[i].leaf));
	return json_pack("{s:o,s:o}", "approvals", list, "manifest", manifest_of(t));
}

json_t *
maker_rescan_data(const struct custody_transfer *t)
{
	return json_pack("{s:I,s:I,s:[{s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s}]}", "bytes",
	    (json_int_t)t->bytes, "objects", (json_int_t)t->files, "scanners", "after", "pass",
	    "before", "pass", "engine", "libmagic 5.44", "kind", "type", "name", "type",
	    "sandbox", 1, "signatures", "", "version", "1");
}

json_t *
maker_deliver_data(struct maker *m, const char *transfer)
{
	const struct custody_transfer *t = custody_transfer_find(m->custody, transfer);
	json_t *d = json_pack("{s:s,s:o,s:s}", "dest", t->dest, "manifest", manifest_of(t),
	    "readback", t->manifest);
	if (strstr(m->policy_text, "rescan_at_release = true") != NULL)
		json_object_set_new(d, "rescan", maker_rescan_data(t));
	return d;
}

void
maker_transfer(struct maker *m, enum maker_until until, unsigned files, char ret_subj[80])
{
	char id[TRANSFER_ID_SIZE];
	const struct maker_person *k1 = &m->station;
	const enum transfer_log log = LOG_CUSTODY;
	custody_next_transfer(m->custody, id);
	snprintf(ret_subj, 80, "xfer:%s", id);
	maker_add(m, log, "xfer.open", ret_subj, k1, maker_open_data(m));
	if (until >= MAKER_READING)
		maker_add(m, log, "xfer.start", ret_subj, k1, maker_start_data(m));
	if (until >= MAKER_SCANNING)
		maker_add(m, log, "xfer.read", ret_subj, k1, maker_read_data(m, files));
	if (until >= MAKER_REVIEW)
		maker_add(m, log, "xfer.scan", ret_subj, k1, maker_scan_data(m));
	if (until >= MAKER_SUBMITTED)
		maker_add(m, log, "xfer.approve", ret_subj, maker_find(m, "anna"),
		    maker_approve_data(m, id, files, "anna", 1));
	if (until >= MAKER_APPROVED)
		maker_add(m, log, "xfer.approve", ret_subj, maker_find(m, "ben"),
		    maker_approve_data(m, id, files, "anna", 2));
	if (files == 0)
		return;
	if (until >= MAKER_RELEASED) {
		maker_add(m, log, "xfer.release", ret_subj, k1, maker_release_data(m, id));
		maker_add(m, log, "xfer.deliver", ret_subj, k1, maker_deliver_data(m, id));
	}
	if (until >= MAKER_CLOSED)
		maker_add(m, log, "xfer.close", ret_subj, maker_find(m, "anna"),
		    json_pack("{s:s}", "disposition", "returned"));
}
