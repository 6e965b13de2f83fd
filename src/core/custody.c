/* SPDX-License-Identifier: ISC */
#include "src/core/authority.h"
#include "src/core/custody_state.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/digest.h"
#include "src/core/shape.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err
custody_refuse(const struct custody_act *act, enum err e, const char *fmt, ...)
{
	va_list ap;
	if (act->why == NULL)
		return e;
	va_start(ap, fmt);
	vsnprintf(act->why, CUSTODY_WHY_SIZE, fmt, ap);
	va_end(ap);
	for (char *p = act->why; *p; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
	return e;
}

/* --- chains -------------------------------------------------------------------- */

static void
init_chain(struct custody_chain *l)
{
	merkle_init(&l->tree);
	l->cap = 64;
	l->leaves = mem_array(l->cap, sizeof(*l->leaves));
	l->roots = mem_array(l->cap + 1, sizeof(*l->roots));
	l->moments = mem_array(l->cap, sizeof(*l->moments));
	merkle_root(&l->tree, l->roots[0]);
}

static void
done_chain(struct custody_chain *l)
{
	free(l->leaves);
	free(l->roots);
	free(l->moments);
	map_done(&l->ids);
	map_done(&l->subjects);
}

static void
add_to_chain(struct custody_chain *l, const struct entry *e, uint64_t auth_size)
{
	int64_t at_s = 0;
	clock_parse(e->at, &at_s);
	if (l->size == l->cap) {
		l->cap *= 2;
		l->leaves = mem_resize(l->leaves, l->cap, sizeof(*l->leaves));
		l->roots = mem_resize(l->roots, l->cap + 1, sizeof(*l->roots));
		l->moments = mem_resize(l->moments, l->cap, sizeof(*l->moments));
	}
	map_put(&l->ids, e->id, l->size);
	map_put(&l->subjects, e->subj, l->size);
	memcpy(l->leaves[l->size], e->leaf, MERKLE_SIZE);
	l->newest_s = at_s > l->newest_s ? at_s : l->newest_s;
	l->moments[l->size] = (struct custody_moment){auth_size, l->newest_s};
	merkle_add(&l->tree, e->leaf);
	l->size++;
	merkle_root(&l->tree, l->roots[l->size]);
}

struct custody *
custody_new(void)
{
	struct custody *c = mem_alloc(sizeof(*c));
	init_chain(&c->logs[LOG_AUTHORITY]);
	init_chain(&c->logs[LOG_CUSTODY]);
	c->media = register_new();
	c->next_over_s = INT64_MAX;
	return c;
}

struct custody *
custody_free(struct custody *c)
{
	if (c == NULL)
		return NULL;
	authority_done(c);
	custody_suspect_done(c);
	custody_token_done(c);
	passage_done(c);
	register_free(c->media);
	done_chain(&c->logs[LOG_AUTHORITY]);
	done_chain(&c->logs[LOG_CUSTODY]);
	free(c->selftests);
	free(c->samples);
	free(c);
	return NULL;
}

void
custody_set_docs(struct custody *c, custody_doc_fn *fn, void *arg)
{
	c->doc = fn;
	c->doc_arg = arg;
	c->checked = false;
}

void
custody_trust_signatures(struct custody *c, bool trust)
{
	c->trust = trust;
}

void
custody_defer_signatures(struct custody *c, custody_signature_fn *fn, void *arg)
{
	c->defer = fn;
	c->defer_arg = arg;
}

void
custody_watch(struct custody *c, custody_entry_fn *fn, void *arg)
{
	c->watch = fn;
	c->watch_arg = arg;
}

enum err
custody_fetch(const struct custody *c, const char *what, const char *sha256,
    uint8_t **ret_bytes, size_t *ret_len, const struct custody_act *act)
{
	uint8_t *bytes, digest[DIGEST_SIZE];
	size_t n;
	char hex[HEX_DIGEST_SIZE];
	if (c->doc == NULL || c->doc(c->doc_arg, sha256, &bytes, &n) != ERR_OK)
		return custody_refuse(act, ERR_NOTFOUND,
		    "the %s %.16s... is not among the documents", what, sha256);
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), hex);
	if (strcmp(hex, sha256) != 0) {
		free(bytes);
		return custody_refuse(act, ERR_SIGNATURE,
		    "the %s %.16s... was changed: its bytes have another digest", what, sha256);
	}
	*ret_bytes = bytes;
	*ret_len = n;
	return ERR_OK;
}

/* --- station and sessions ---------------------------------------------------------- */

static enum err
check_start(const struct custody *c, const struct custody_act *act)
{
	bool unclean = false;
	json_t *interrupted = custody_interrupted(c);
	bool same = json_equal(interrupted, canon_array(act->e->data, "interrupted"));
	json_decref(interrupted);
	canon_bool(act->e->data, "unclean", &unclean);
	if (unclean != c->running)
		return custody_refuse(act, ERR_DENIED,
		    c->running ? "the last run did not end with station.stop"
			       : "the last run ended with station.stop");
	if (!same)
		return custody_refuse(
		    act, ERR_DENIED, "the interrupted transfers are not those in the log");
	return ERR_OK;
}

static enum err
check_begin(const struct custody *c, const struct custody_act *act)
{
	uint64_t epoch = 0;
	const char *kind = canon_str(act->e->data, "kind");
	canon_uint(act->e->data, "epoch", &epoch);
	if (strcmp(kind, "custody") != 0 || epoch != 1)
		return custody_refuse(
		    act, ERR_DENIED, "kind or epoch of the genesis are wrong");
	if (strcmp(canon_str(act->e->data, "schema"), custody_schema(c)) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "the schema is not that of the authority's genesis");
	return ERR_OK;
}

/* An entry as the register takes it. */
static struct register_act
register_act_of(const struct custody_act *act)
{
	return (struct register_act){.number = act->subject_id,
	    .officer = act->e->actor_id,
	    .at = act->e->at,
	    .seq = act->seq,
	    .data = act->e->data};
}

static enum err
check_medium(const struct custody *c, const struct custody_act *act)
{
	char why[REGISTER_WHY_SIZE] = "";
	struct register_act move = register_act_of(act);
	enum err err = register_check(c->media, register_move_of(act->event), &move, why);
	return err == ERR_OK ? err : custody_refuse(act, err, "%s", why);
}

static enum err
check_custody(struct custody *c, const struct custody_act *act)
{
	const struct entry *e = act->e;
	if (act->event == EVENT_BEGIN)
		return check_begin(c, act);
	if (!c->founded)
		return custody_refuse(
		    act, ERR_STATE, "the administrators have not endorsed the genesis yet");
	if (act->event == EVENT_START)
		return check_start(c, act);
	if (!c->running && !c->partial)
		return custody_refuse(act, ERR_STATE, "no station.start came before");
	if (act->subject == SUBJ_XFER)
		return passage_check(c, act);
	if (act->subject == SUBJ_MEDIUM)
		return check_medium(c, act);
	if (act->event == EVENT_LOGIN && strcmp(act->subject_id, e->actor_id) != 0)
		return custody_refuse(act, ERR_DENIED, "one signs in for oneself only");
	if (act->event == EVENT_LOGOUT &&
	    strcmp(act->subject_id, canon_str(e->data, "officer")) != 0)
		return custody_refuse(act, ERR_DENIED, "officer is not the one it is about");
	if (act->event == EVENT_LOGOUT && canon_str(e->data, "why") != NULL)
		return authority_text_check(e->data, "why", act);
	if (act->event == EVENT_EXPORT)
		return export_check(c, act);
	enum err err = custody_anchor_check(c, act);
	if (err == ERR_OK)
		err = sample_check(c, act);
	return err == ERR_OK ? custody_sets_check(c, act) : err;
}

static void
custody_refused_words(const json_t *data, char *out, size_t size)
{
	static const char *const keys[] = {"vendor", "model", "serial"};
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < 3 && n < size; i++) {
		const char *word = canon_str(data, keys[i]);
		if (word != NULL && word[0] != '\0')
			n +=
			    (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? " " : "", word);
	}
}

static void
add_refused(struct custody *c, const struct entry *e)
{
	struct custody_refused *r =
	    &c->refused[c->refused_count++ % (sizeof(c->refused) / sizeof(c->refused[0]))];
	snprintf(r->source, sizeof(r->source), "%s", canon_str(e->data, "source"));
	custody_refused_words(e->data, r->device, sizeof(r->device));
	const char *port = canon_str(e->data, "port");
	snprintf(r->port, sizeof(r->port), "%s", port != NULL ? port : "");
	snprintf(r->why, sizeof(r->why), "%s", canon_str(e->data, "why"));
	snprintf(r->at, sizeof(r->at), "%s", e->at);
}

static void
add_selftest(struct custody *c, const struct entry *e)
{
	const char *scanner = canon_str(e->data, "scanner");
	struct custody_selftest *t = c->selftests;
	size_t i = 0;
	while (i < c->selftests_count && strcmp(t[i].scanner, scanner) != 0)
		i++;
	if (i == LIM_SCANNERS || strlen(scanner) >= sizeof(t->scanner))
		return;
	if (i == c->selftests_count) {
		t = c->selftests = mem_resize(t, i + 1, sizeof(*t));
		c->selftests_count++;
		t[i] = (struct custody_selftest){.pass = false};
		snprintf(t[i].scanner, sizeof(t[i].scanner), "%s", scanner);
	}
	snprintf(t[i].at, sizeof(t[i].at), "%s", e->at);
	canon_bool(e->data, "pass", &t[i].pass);
	if (!t[i].pass)
		return;
	/* the desk lets none pass whose signatures went back: the last are the newest */
	const char *date = canon_str(e->data, "date");
	snprintf(
	    t[i].signatures, sizeof(t[i].signatures), "%s", canon_str(e->data, "signatures"));
	snprintf(t[i].date, sizeof(t[i].date), "%s", date != NULL ? date : "");
}

/* --- the way in ---------------------------------------------------------------------- */

static enum err
judge(struct custody *c, struct custody_act *act)
{
	char field[128];
	enum err err = admit_place(c, act);
	if (err == ERR_OK && !shape_check(act->row->fields, act->e->data, field, sizeof(field)))
		err = custody_refuse(
		    act, ERR_SYNTAX, "%s: the field %s is wrong", act->e->type, field);
	if (err == ERR_OK)
		err = admit_actor(c, act);
	if (err != ERR_OK)
		return err;
	return act->log == LOG_AUTHORITY ? authority_check(c, act) : check_custody(c, act);
}

/* The entry stays the caller's. */
static enum err
begin_act(struct custody *c, enum transfer_log log, struct entry *e, char *why,
    struct custody_act *ret)
{
	*ret = (struct custody_act){.e = e, .log = log, .why = why, .seq = c->logs[log].size};
	if (why != NULL)
		why[0] = 0;
	ret->event = transfer_event_find(log, e->type);
	if (ret->event == EVENT__MAX)
		return custody_refuse(
		    ret, ERR_DENIED, "this log has no entries of the type %.40s", e->type);
	ret->row = transfer_event_row(ret->event);
	ret->subject = transfer_subject_parse(e->subj, &ret->subject_id);
	hex_encode(e->leaf, sizeof(e->leaf), ret->leaf);
	return ERR_OK;
}

static bool
was_checked(const struct custody *c, const struct custody_act *act)
{
	return c->checked && c->checked_log == act->log &&
	       memcmp(c->checked_leaf, act->e->leaf, MERKLE_SIZE) == 0;
}

enum err
custody_check(struct custody *c, enum transfer_log log, const void *entry, size_t n,
    char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act;
	struct entry *e;
	enum err err = entry_parse(entry, n, why, &e);
	if (err != ERR_OK)
		return err;
	err = begin_act(c, log, e, why, &act);
	if (err == ERR_OK)
		err = judge(c, &act);
	c->checked = err == ERR_OK;
	c->checked_log = log;
	memcpy(c->checked_leaf, e->leaf, MERKLE_SIZE);
	entry_free(e);
	return err;
}

static void
take_time(struct custody_clock *k, const struct custody_act *act)
{
	int64_t at_s = 0;
	clock_parse(act->e->at, &at_s);
	if (k->newest_s - at_s >= LIM_CLOCK_BACK_S && k->back++ == 0)
		k->back_seq = act->seq;
	if (at_s > k->newest_s)
		k->newest_s = at_s;
}

static void
take_in(struct custody *c, const struct custody_act *act)
{
	/* an act of the administrators is judged where it comes to stand */
	add_to_chain(&c->logs[act->log], act->e,
	    act->log == LOG_AUTHORITY ? act->seq : act->e->auth.size);
	c->checked = false;
	custody_token_apply(c, act);
	if (act->log == LOG_AUTHORITY) {
		authority_apply(c, act);
		return;
	}
	c->auth_size = act->e->auth.size;
	if (c->watch != NULL)
		c->watch(c->watch_arg, act->seq, act->e);
	take_time(&c->clock, act);
	if (c->clock.newest_s >= c->next_over_s)
		custody_people_settle(c);
	custody_anchor_apply(c, act);
	if (act->subject == SUBJ_XFER) {
		passage_apply(c, act);
	} else if (act->subject == SUBJ_MEDIUM) {
		struct register_act move = register_act_of(act);
		register_apply(c->media, register_move_of(act->event), &move);
	} else if (act->event == EVENT_START) {
		bool sandbox = false;
		canon_bool(act->e->data, "sandbox", &sandbox);
		c->running = true;
		c->unboxed = !sandbox;
		for (size_t i = 0; c->unboxed && i < c->transfers_count; i++)
			c->transfers[i]->tainted |=
			    !transfer_state_ended(c->transfers[i]->facts.state);
	} else if (act->event == EVENT_STOP) {
		c->running = false;
	} else if (act->event == EVENT_DEVICE) {
		add_refused(c, act->e);
	} else if (act->event == EVENT_SELFTEST) {
		add_selftest(c, act->e);
	} else {
		custody_sets_apply(c, act);
		sample_apply(c, act);
	}
}

enum err
custody_apply_parsed(
    struct custody *c, enum transfer_log log, struct entry *e, char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act;
	enum err err = begin_act(c, log, e, why, &act);
	if (err == ERR_OK && !was_checked(c, &act))
		err = judge(c, &act);
	if (err == ERR_OK)
		take_in(c, &act);
	return err;
}

enum err
custody_apply_partial(
    struct custody *c, uint64_t seq, struct entry *e, char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act;
	c->partial = true;
	c->checked = false;
	enum err err = begin_act(c, LOG_CUSTODY, e, why, &act);
	if (err != ERR_OK)
		return err;
	if (seq < c->partial_next)
		return custody_refuse(&act, ERR_STATE, "the entries are not in order");
	act.seq = seq;
	err = judge(c, &act);
	if (err == ERR_OK) {
		take_in(c, &act);
		c->partial_next = seq + 1;
	}
	return err;
}

enum err
custody_apply(struct custody *c, enum transfer_log log, const void *entry, size_t n,
    char why[CUSTODY_WHY_SIZE])
{
	struct entry *e;
	enum err err = entry_parse(entry, n, why, &e);
	if (err != ERR_OK)
		return err;
	err = custody_apply_parsed(c, log, e, why);
	entry_free(e);
	return err;
}

enum err
custody_apply_list(struct custody *c, enum transfer_log log, const void *list, size_t n,
    char why[CUSTODY_WHY_SIZE])
{
	size_t cursor = 0, len;
	const uint8_t *entry;
	enum err err;
	while ((err = entry_list_next(list, n, &cursor, &entry, &len)) == ERR_OK) {
		err = custody_apply(c, log, entry, len, why);
		if (err != ERR_OK)
			return err;
	}
	if (err == ERR_NOTFOUND)
		return ERR_OK;
	if (why != NULL)
		snprintf(
		    why, CUSTODY_WHY_SIZE, "the list is not entries with blank lines between");
	return err;
}

enum err
custody_check_documents(
    struct custody *c, const struct custody_transfer *t, char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act = {.why = why};
	if (t->approvals_count == 0)
		return custody_refuse(&act, ERR_STATE, "%s is not submitted", t->id);
	struct dossier_claim claim = {
	    .inventory = t->inventory,
	    .findings = t->findings,
	    .manifest = t->manifest,
	    .manifest_root = t->manifest_root,
	    .policy = t->policy,
	    .items = t->items,
	    .files = t->files,
	    .bytes = t->bytes,
	    .exceptions = t->exceptions,
	};
	for (size_t i = 1; i < t->approvals_count; i++)
		claim.later[i - 1] = t->approvals[i].officer;
	return dossier_check(c, t, &claim, &act);
}

/* --- the logs --------------------------------------------------------------------------- */

uint64_t
custody_size(const struct custody *c, enum transfer_log log)
{
	return c->logs[log].size;
}

const uint8_t *
custody_root(const struct custody *c, enum transfer_log log, uint64_t size)
{
	return size <= c->logs[log].size ? c->logs[log].roots[size] : NULL;
}

void
custody_next_root(const struct custody *c, enum transfer_log log, const uint8_t leaf[32],
    uint8_t ret_root[32])
{
	struct merkle tree = c->logs[log].tree;
	merkle_add(&tree, leaf);
	merkle_root(&tree, ret_root);
}

const uint8_t *
custody_leaf(const struct custody *c, enum transfer_log log, uint64_t seq)
{
	return seq < c->logs[log].size ? c->logs[log].leaves[seq] : NULL;
}

const char *
custody_origin(const struct custody *c, enum transfer_log log)
{
	return c->logs[log].origin;
}

const char *
custody_vkey(const struct custody *c, enum transfer_log log)
{
	return c->logs[log].vkey;
}

void
custody_prev(const struct custody *c, enum transfer_log log, const char *subj,
    char ret_hex[HEX_DIGEST_SIZE])
{
	uint64_t seq;
	if (map_get(&c->logs[log].subjects, subj, &seq))
		hex_encode(c->logs[log].leaves[seq], MERKLE_SIZE, ret_hex);
	else
		memcpy(ret_hex, ENTRY_ZEROS, HEX_DIGEST_SIZE);
}

json_t *
custody_head(const struct custody *c, enum transfer_log log)
{
	const struct custody_chain *l = &c->logs[log];
	return json_pack("{s:o,s:I}", "root", canon_hex_new(l->roots[l->size], MERKLE_SIZE),
	    "size", (json_int_t)l->size);
}

json_t *
custody_prepare(const struct custody *c, enum transfer_log log, const char *subj)
{
	char prev[HEX_DIGEST_SIZE];
	custody_prev(c, log, subj, prev);
	return json_pack("{s:o,s:o,s:s,s:s}", "auth", custody_head(c, LOG_AUTHORITY), "head",
	    custody_head(c, log), "origin", c->logs[log].origin, "prev", prev);
}

/* --- the station ------------------------------------------------------------------------- */

static const char *
genesis_text(const struct custody *c, const char *field)
{
	const char *text = c->genesis != NULL ? canon_str(c->genesis, field) : NULL;
	return text != NULL ? text : "";
}

const struct register_book *
custody_register(const struct custody *c)
{
	return c->media;
}

const char *
custody_genesis(const struct custody *c)
{
	return c->genesis_leaf;
}

bool
custody_founded(const struct custody *c)
{
	return c->founded;
}

const char *
custody_site(const struct custody *c)
{
	return genesis_text(c, "site");
}

const char *
custody_station(const struct custody *c)
{
	return genesis_text(c, "station");
}

const char *
custody_schema(const struct custody *c)
{
	return genesis_text(c, "schema");
}

const char *
custody_station_key(const struct custody *c)
{
	return genesis_text(c, "station_key");
}

const char *
custody_station_fingerprint(const struct custody *c)
{
	return c->station_key;
}

bool
custody_demo(const struct custody *c)
{
	return c->demo;
}

bool
custody_stopped(const struct custody *c)
{
	return !c->running;
}

json_t *
custody_interrupted(const struct custody *c)
{
	json_t *ids = json_array();
	for (size_t i = 0; i < c->transfers_count; i++) {
		if (transfer_state_busy(c->transfers[i]->facts.state))
			json_array_append_new(ids, json_string(c->transfers[i]->id));
	}
	return ids;
}

const struct custody_refused *
custody_refused_at(const struct custody *c, size_t i)
{
	const size_t cap = sizeof(c->refused) / sizeof(c->refused[0]);
	if (i >= cap || i >= c->refused_count)
		return NULL;
	return &c->refused[(c->refused_count - 1 - i) % cap];
}

const struct custody_selftest *
custody_selftest_at(const struct custody *c, size_t i)
{
	return i < c->selftests_count ? &c->selftests[i] : NULL;
}

const struct custody_policy *
custody_policy_then(const struct custody *c, uint64_t auth_size)
{
	size_t i = c->policies_count;
	while (i > 0 && c->policies[i - 1].since > auth_size)
		i--;
	return i > 0 ? &c->policies[i - 1] : NULL;
}

const char *
custody_policy(const struct custody *c)
{
	return c->policies_count > 0 ? c->policies[c->policies_count - 1].sha256 : "";
}

unsigned
custody_policy_approvals(const struct custody *c)
{
	return c->policies_count > 0 ? c->policies[c->policies_count - 1].approvals : 0;
}

unsigned
custody_threshold(const struct custody *c)
{
	return c->threshold;
}

/* --- transfers ------------------------------------------------------------------------- */

size_t
custody_transfer_count(const struct custody *c)
{
	return c->transfers_count;
}

const struct custody_transfer *
custody_transfer_at(const struct custody *c, size_t i)
{
	return c->transfers[i];
}

const struct custody_transfer *
custody_transfer_find(const struct custody *c, const char *id)
{
	uint64_t i;
	return map_get(&c->transfers_by_id, id, &i) ? c->transfers[i] : NULL;
}

void
custody_next_transfer(const struct custody *c, char out[TRANSFER_ID_SIZE])
{
	out[0] = 0;
	if (c->genesis != NULL)
		snprintf(out, TRANSFER_ID_SIZE, "%.20s-%06zu", custody_station(c),
		    c->transfers_count + 1);
}

bool
custody_may_approve(const struct custody *c, const struct custody_transfer *t,
    const char *officer, char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act = {.why = why};
	return passage_may_approve(
		   c, t, officer, custody_moment_now(c, LOG_CUSTODY, 0), &act) == ERR_OK;
}
