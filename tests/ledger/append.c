/* links: @rules tests/ledger/short_write db/ledger db/sql db/ledger_pool db/ledger_replay src/core/fold src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 db/ledger_form db/ledger_schema */
/* SPDX-License-Identifier: ISC */
/*
 * append FILE COUNT: appends station entries to a ledger of make_ledger, one
 * transaction each, and prints "ACK <seq>" for each that was acknowledged:
 * what a crash may not take back.  A write may be cut short: short_write.h.
 */
#include "db/ledger.h"
#include "db/ledger_replay.h"
#include "src/core/digest.h"
#include "src/core/note.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "tests/ledger/short_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct sshsig_key *
key_of(const char *name)
{
	uint8_t seed[SSHSIG_SEED_SIZE];
	struct sshsig_key *key;
	digest_sha256(name, strlen(name), seed);
	return sshsig_key_new(seed, &key) == ERR_OK ? key : NULL;
}

static enum err
append_one(struct ledger *l, struct custody *c, const struct sshsig_key *station,
    const struct sshsig_key *log_key)
{
	json_t *p = custody_prepare(c, LOG_CUSTODY, "station");
	json_t *data = json_pack("{s:s,s:s}", "source", "usb", "why", "a test");
	uint64_t seq = custody_size(c, LOG_CUSTODY);
	struct entry_new new = {
	    .log = custody_origin(c, LOG_CUSTODY),
	    .type = "device.refused",
	    .subj = "station",
	    .prev = json_string_value(json_object_get(p, "prev")),
	    .head = json_object_get(p, "head"),
	    .auth = json_object_get(p, "auth"),
	    .actor_id = custody_station(c),
	    .actor_key = custody_station_fingerprint(c),
	    .actor_name = "station K1",
	    .actor_role = "station",
	    .boot = "boot",
	    .data = data,
	};
	struct buf entry, note;
	struct entry *e = NULL;
	uint8_t root[32];
	buf_init(&entry, LIM_ENTRY_BYTES);
	buf_init(&note, LIM_NOTE_BYTES);
	enum err err = entry_make(&new, station, &entry);
	if (err == ERR_OK)
		err = entry_parse(entry.data, entry.len, NULL, &e);
	if (err == ERR_OK) {
		custody_next_root(c, LOG_CUSTODY, e->leaf, root);
		err = note_checkpoint_print(
		    custody_origin(c, LOG_CUSTODY), seq + 1, root, log_key, &note);
	}
	if (err == ERR_OK)
		err = ledger_append(l, LOG_CUSTODY, seq, e, note.data, note.len);
	if (err == ERR_OK) {
		printf("ACK %" PRIu64 "\n", seq);
		fflush(stdout);
		err = custody_apply(c, LOG_CUSTODY, entry.data, entry.len, NULL);
	}
	entry_free(e);
	buf_done(&entry);
	buf_done(&note);
	json_decref(data);
	json_decref(p);
	return err;
}

int
main(int argc, char **argv)
{
	struct ledger *l;
	struct ledger_replay r;
	char why[LEDGER_WHY_SIZE];
	if (argc != 3 || seal_init() != ERR_OK)
		return 2;
	ledger_init();
	if (!short_write_init())
		return 2;
	if (ledger_open(argv[1], &l, why) != ERR_OK) {
		fprintf(stderr, "open: %s\n", why);
		return 3;
	}
	struct custody *c = custody_new();
	struct sshsig_key *station = key_of("K1"), *log_key = key_of("the log");
	enum err err = ledger_replay(l, c, false, &r);
	if (err != ERR_OK)
		fprintf(stderr, "replay: %s\n", r.why);
	printf("SIZE %" PRIu64 "\n", custody_size(c, LOG_CUSTODY));
	for (long i = strtol(argv[2], NULL, 10); err == ERR_OK && i > 0; i--) {
		err = append_one(l, c, station, log_key);
		if (err != ERR_OK)
			fprintf(stderr, "append: %s: %s\n", err_str(err), ledger_why(l));
	}
	sshsig_key_free(station);
	sshsig_key_free(log_key);
	custody_free(c);
	ledger_close(l);
	return err == ERR_OK ? 0 : 1;
}
