/* SPDX-License-Identifier: ISC */
#include "tests/ledger/maker_epoch.h"
#include "src/core/canon.h"
#include "src/core/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
make_key(const char *what, unsigned n, struct sshsig_key **ret)
{
	char text[32];
	uint8_t seed[SSHSIG_SEED_SIZE];
	snprintf(text, sizeof(text), "%s of epoch %u", what, n);
	digest_sha256(text, strlen(text), seed);
	if (sshsig_key_new(seed, ret) != ERR_OK)
		abort();
}

void
maker_next_station(struct maker_person *ret, unsigned n)
{
	*ret = (struct maker_person){.id = "K1", .name = "station K1", .role = "station"};
	make_key("station", n, &ret->secret);
	sshsig_fingerprint(sshsig_key_public(ret->secret), ret->key);
	sshsig_public_line(sshsig_key_public(ret->secret), ret->line);
}

void
maker_epoch_log_key(unsigned n, struct sshsig_key **ret)
{
	make_key("log", n, ret);
}

void
maker_vkey(const struct sshsig_key *key, const char *origin, char out[NOTE_VKEY_SIZE])
{
	struct note_vkey v;
	if (note_vkey_new(origin, sshsig_key_public(key), &v) != ERR_OK)
		abort();
	note_vkey_print(&v, out);
}

json_t *
maker_epoch_data(struct maker *m, unsigned n, uint64_t less)
{
	struct maker_person station;
	struct sshsig_key *log;
	char origin[160], vkey[NOTE_VKEY_SIZE];
	const struct custody *c = m->custody;
	uint64_t size = custody_size(c, LOG_CUSTODY) - less;
	snprintf(origin, sizeof(origin), "%s/K1/custody/%u", custody_site(c), n);
	maker_next_station(&station, n);
	maker_epoch_log_key(n, &log);
	maker_vkey(log, origin, vkey);
	json_t *d = json_pack("{s:{s:s,s:o,s:I},s:i,s:s,s:s,s:s,s:I,s:s}", "continues",
	    "origin", custody_origin(c, LOG_CUSTODY), "root",
	    canon_hex_new(custody_root(c, LOG_CUSTODY, size), 32), "size", (json_int_t)size,
	    "epoch", (int)n, "log", vkey, "reason", "check", "station", station.line,
	    "transfers", (json_int_t)custody_transfer_count(c), "why", "the share disagrees");
	sshsig_key_free(station.secret);
	sshsig_key_free(log);
	return d;
}

json_t *
maker_begin_data(struct maker *m)
{
	const struct custody *c = m->custody;
	const struct custody_epoch *e = custody_epoch_at(c, custody_epoch_count(c) - 1);
	return json_pack("{s:{s:s,s:o,s:I},s:i,s:o,s:s,s:s}", "continues", "origin",
	    custody_origin(c, LOG_CUSTODY), "root", canon_hex_new(e->continues_root, 32),
	    "size", (json_int_t)e->continues_size, "epoch", (int)e->number, "held",
	    custody_head(c, LOG_CUSTODY), "kind", "custody", "schema", custody_schema(c));
}

void
maker_move(struct maker *m, struct maker_person *station, struct sshsig_key **log_key)
{
	struct maker_person was = m->station;
	struct sshsig_key *key = m->log_key;
	m->station = *station;
	*station = was;
	m->log_key = *log_key;
	*log_key = key;
}
