/* links: @rules tests/ledger/maker tests/ledger/maker_epoch src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * What may come next in a record: a settled station is given entries, one a line,
 *
 *   a|c TYPE SUBJECT WHO DATA
 *
 * (a authority log, c custody log).  Place, people's keys and signatures are as they
 * should be; what the data says is the fuzzer's.  In it %root and %size are the head of
 * the custody log, %open and %begin the data of epoch.open and of the genesis after it,
 * %last the leaf of the log's last entry, %policy the policy's digest, %key and %proof
 * those of dora.  After a first line %delivered there is a delivery, K1-000001.
 * What is checked is what is applied, and a refusal changes nothing.
 */
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/digest.h"
#include "tests/ledger/maker_epoch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RULES_LINES 32

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct rules {
	struct maker *m;
	struct maker_person *dora;
	enum transfer_log log;
};

static json_t *
last_leaf(const struct rules *r)
{
	uint64_t n = custody_places(r->m->custody, r->log);
	return canon_hex_new(custody_leaf(r->m->custody, r->log, n - 1), 32);
}

/* What stands for a value that cannot be known before; NULL for any other text. */
static json_t *
known(const struct rules *r, const char *word)
{
	struct custody *c = r->m->custody;
	const size_t epochs = custody_epoch_count(c);
	if (strcmp(word, "%root") == 0)
		return canon_hex_new(
		    custody_root(c, LOG_CUSTODY, custody_size(c, LOG_CUSTODY)), 32);
	if (strcmp(word, "%size") == 0)
		return json_integer((json_int_t)custody_size(c, LOG_CUSTODY));
	if (strcmp(word, "%policy") == 0)
		return json_string(r->m->policy);
	if (strcmp(word, "%last") == 0)
		return last_leaf(r);
	if (strcmp(word, "%key") == 0)
		return json_string(r->dora->line);
	if (strcmp(word, "%open") == 0)
		return maker_epoch_data(r->m, (unsigned)epochs + 1, 0);
	if (strcmp(word, "%begin") == 0 && epochs > 1)
		return maker_begin_data(r->m);
	if (strcmp(word, "%proof") != 0)
		return NULL;
	json_t *all = maker_enroll_data(r->m, r->dora, json_array());
	json_t *proof = json_incref(json_object_get(all, "proof"));
	json_decref(all);
	return proof;
}

/* Steals and returns. */
static json_t *
filled(const struct rules *r, json_t *v)
{
	const char *key;
	json_t *x, *value = json_is_string(v) ? known(r, json_string_value(v)) : NULL;
	size_t i;
	void *next;
	if (value != NULL) {
		json_decref(v);
		return value;
	}
	json_object_foreach_safe (v, next, key, x)
		json_object_set_new(v, key, filled(r, json_incref(x)));
	json_array_foreach (v, i, x)
		json_array_set_new(v, i, filled(r, json_incref(x)));
	return v;
}

static const struct maker_person *
person(const struct rules *r, const char *who)
{
	for (size_t i = 0; i < r->m->people_count; i++) {
		if (strcmp(r->m->people[i].id, who) == 0)
			return &r->m->people[i];
	}
	return &r->m->station;
}

/* The station signs by the keys of the epoch in force. */
static void
move_on(struct rules *r, unsigned epoch)
{
	struct maker_person station;
	struct sshsig_key *log;
	maker_next_station(&station, epoch);
	maker_epoch_log_key(epoch, &log);
	maker_move(r->m, &station, &log);
	sshsig_key_free(station.secret);
	sshsig_key_free(log);
}

static void
try_body(struct rules *r, json_t *body, const struct maker_person *who)
{
	struct custody *c = r->m->custody;
	struct buf e;
	char why[CUSTODY_WHY_SIZE];
	buf_init(&e, LIM_ENTRY_BYTES);
	if (entry_sign(body, who->secret, &e) == ERR_OK) {
		const uint64_t before = custody_places(c, r->log);
		const size_t epochs = custody_epoch_count(c);
		enum err checked = custody_check(c, r->log, e.data, e.len, why);
		assert(custody_places(c, r->log) == before);
		enum err applied = custody_apply(c, r->log, e.data, e.len, why);
		assert(checked == applied);
		assert(custody_places(c, r->log) == before + (applied == ERR_OK));
		if (custody_epoch_count(c) > epochs)
			move_on(r, (unsigned)epochs + 1);
	}
	buf_done(&e);
	json_decref(body);
}

static void
try_line(struct rules *r, char *line)
{
	char *word[4], *rest = line;
	for (size_t i = 0; i < 4; i++) {
		word[i] = strsep(&rest, " ");
		if (rest == NULL)
			return;
	}
	for (const char *p = line; p < rest; p++) {
		if (*p < 0)
			return;
	}
	json_t *data = json_loads(rest, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (data == NULL)
		return;
	r->log = word[0][0] == 'a' ? LOG_AUTHORITY : LOG_CUSTODY;
	data = filled(r, data);
	const struct maker_person *who = person(r, word[3]);
	try_body(r, maker_body(r->m, r->log, word[1], word[2], who, data), who);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct rules r = {.m = maker_new("site7.example", 3, 1)};
	char *text = malloc(n + 1), *rest = text, *line;
	digest_init();
	memcpy(text, bytes, n);
	text[n] = 0;
	custody_trust_signatures(r.m->custody, true);
	maker_settle(r.m);
	r.dora = maker_person(r.m, "dora", "Dora Falk", "officer");
	if (strncmp(text, "%delivered\n", 11) == 0)
		maker_transfer(r.m, MAKER_CLOSED, 1, (char[80]){0});
	for (size_t i = 0; i < RULES_LINES && (line = strsep(&rest, "\n")) != NULL; i++)
		try_line(&r, line);
	maker_free(r.m);
	free(text);
	return 0;
}
