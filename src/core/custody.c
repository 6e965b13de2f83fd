/* SPDX-License-Identifier: ISC */
#include "src/core/authority.h"
#include "src/core/custody_state.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/digest.h"
#include "src/core/shape.h"

#include <inttypes.h>
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
add_root(struct custody_chain *l)
{
	if (l->roots_count == l->roots_cap) {
		l->roots_cap = l->roots_cap > 0 ? 2 * l->roots_cap : 64;
		l->roots = mem_resize(l->roots, l->roots_cap, sizeof(*l->roots));
	}
	merkle_root(&l->tree, l->roots[l->roots_count++]);
}

static void
init_chain(struct custody_chain *l)
{
	merkle_init(&l->tree);
	l->cap = 64;
	l->leaves = mem_array(l->cap, sizeof(*l->leaves));
	l->moments = mem_array(l->cap, sizeof(*l->moments));
	add_root(l);
}

void
custody_chain_restart(struct custody_chain *l)
{
	l->base += l->size;
	l->size = 0;
	l->roots_base = l->roots_count;
	merkle_init(&l->tree);
	add_root(l);
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
	uint64_t place = l->base + l->size;
	if (place == l->cap) {
		l->cap *= 2;
		l->leaves = mem_resize(l->leaves, l->cap, sizeof(*l->leaves));
		l->moments = mem_resize(l->moments, l->cap, sizeof(*l->moments));
	}
	map_put(&l->ids, e->id, place);
	map_put(&l->subjects, e->subj, place);
	memcpy(l->leaves[place], e->leaf, MERKLE_SIZE);
	l->newest_s = at_s > l->newest_s ? at_s : l->newest_s;
	l->moments[place] = (struct custody_moment){auth_size, l->newest_s};
	merkle_add(&l->tree, e->leaf);
	l->size++;
	add_root(l);
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
	custody_epoch_done(c);
	free(c->selftests);
	free(c->samples);
	custody_writing_forget(c);
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
		return custody_epoch_check_begin(c, act);
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
	if (err == ERR_OK)
		err = custody_copy_check(c, act);
	if (err == ERR_OK)
		err = custody_writing_check(c, act);
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
	*ret = (struct custody_act){.e = e, .log = log, .why = why, .own = c->logs[log].size};
	ret->seq = c->logs[log].base + ret->own;
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
	if (act->event == EVENT_BEGIN && custody_epoch_waits(c))
		custody_epoch_enter(c);
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
		c->watch(c->watch_arg, act->seq, act->own, act->e);
	c->epochs[c->epoch].begun = true;
	c->epochs[c->epoch].size = c->logs[LOG_CUSTODY].size;
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
		custody_copy_apply(c, act);
		custody_writing_apply(c, act);
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
custody_apply_partial(struct custody *c, uint64_t place, uint64_t seq, struct entry *e,
    char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act;
	const struct custody_epoch *epoch = custody_epoch_find(c, e->log);
	c->partial = true;
	c->checked = false;
	while (epoch != NULL && epoch->number > c->epoch + 1)
		custody_epoch_enter(c);
	enum err err = begin_act(c, LOG_CUSTODY, e, why, &act);
	if (err != ERR_OK)
		return err;
	if (place < c->partial_next || place < seq)
		return custody_refuse(&act, ERR_STATE, "the entries are not in order");
	act.seq = place;
	act.own = seq;
	/* what is taken in lies in a row, whatever its place */
	uint64_t base = c->logs[LOG_CUSTODY].base;
	c->logs[LOG_CUSTODY].base = place - seq;
	err = judge(c, &act);
	c->logs[LOG_CUSTODY].base = base;
	if (err == ERR_OK) {
		take_in(c, &act);
		c->partial_next = place + 1;
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
custody_places(const struct custody *c, enum transfer_log log)
{
	return c->logs[log].base + c->logs[log].size;
}

uint64_t
custody_size(const struct custody *c, enum transfer_log log)
{
	return c->logs[log].size;
}

const uint8_t *
custody_root(const struct custody *c, enum transfer_log log, uint64_t size)
{
	const struct custody_chain *l = &c->logs[log];
	return size <= l->size ? l->roots[l->roots_base + size] : NULL;
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
custody_leaf(const struct custody *c, enum transfer_log log, uint64_t place)
{
	return place < custody_places(c, log) ? c->logs[log].leaves[place] : NULL;
}

const uint8_t *
custody_leaves(const struct custody *c, enum transfer_log log)
{
	return c->logs[log].leaves[c->logs[log].base];
}

const char *
custody_origin(const struct custody *c, enum transfer_log log)
{
	return c->logs[log].origin;
}

const char *
custody_vkey(const struct custody *c, enum transfer_log log)
{
	if (log == LOG_CUSTODY || c->epochs_count == 0)
		return c->logs[log].vkey;
	return c->epochs[c->epochs_count - 1].authority_vkey;
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

static json_t *
head_at(const struct custody_chain *l, uint64_t size)
{
	return json_pack("{s:o,s:I}", "root",
	    canon_hex_new(l->roots[l->roots_base + size], MERKLE_SIZE), "size",
	    (json_int_t)size);
}

json_t *
custody_head(const struct custody *c, enum transfer_log log)
{
	return head_at(&c->logs[log], c->logs[log].size);
}

json_t *
custody_prepare(const struct custody *c, enum transfer_log log, const char *subj)
{
	char prev[HEX_DIGEST_SIZE];
	const struct custody_chain *l = &c->logs[log];
	/* the log of an epoch that was opened is empty, and the next entry is its first */
	bool first = log == LOG_CUSTODY && custody_epoch_waits(c);
	custody_prev(c, log, subj, prev);
	return json_pack("{s:o,s:o,s:s,s:s}", "auth", custody_head(c, LOG_AUTHORITY), "head",
	    head_at(l, first ? 0 : l->size), "origin",
	    first ? c->epochs[c->epoch + 1].origin : l->origin, "prev", prev);
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
	return c->epochs_count > 0 ? c->epochs[c->epoch].station_line : "";
}

const char *
custody_station_fingerprint(const struct custody *c)
{
	return c->epochs_count > 0 ? c->epochs[c->epoch].station_key : "";
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

bool
custody_token_pin(const struct custody *c)
{
	return c->policies_count == 0 || c->policies[c->policies_count - 1].token_pin;
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

uint64_t
custody_numbers(const struct custody *c)
{
	return c->numbers;
}

void
custody_next_transfer(const struct custody *c, char out[TRANSFER_ID_SIZE])
{
	out[0] = 0;
	if (c->genesis != NULL)
		snprintf(out, TRANSFER_ID_SIZE, "%.20s-%06" PRIu64, custody_station(c),
		    c->numbers + 1);
}

bool
custody_may_approve(const struct custody *c, const struct custody_transfer *t,
    const char *officer, char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act = {.why = why};
	return passage_may_approve(
		   c, t, officer, custody_moment_now(c, LOG_CUSTODY, 0), &act) == ERR_OK;
}
