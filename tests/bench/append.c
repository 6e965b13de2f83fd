/* links: @rules src/proc/ledger/keeper src/proc/ledger/keys src/proc/ledger/docs db/ledger db/ledger_pool db/ledger_replay db/sql src/base/boot src/core/fold src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 db/ledger_form db/ledger_schema src/proc/ledger/watch src/proc/ledger/copy db/ledger_copy */
/* SPDX-License-Identifier: ISC */
/*
 * append LEDGER COUNT: appends so many entries of the station to the ledger in
 * that folder and, in turn, as many bare rows of the same length to another file
 * beside it, at the same settings; prints microseconds for one of each.
 */
#include "db/ledger.h"
#include "db/sql.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/seal.h"
#include "src/proc/ledger/keeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>

#define BODY_BYTES 1024 /* an entry with its signature and its checkpoint */

enum { BEGIN, INSERT, COMMIT };

static const char *const statements[] = {
    "BEGIN IMMEDIATE",
    "INSERT INTO t(seq, body) VALUES(?1, ?2)",
    "COMMIT",
};

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "append: %s\n", what);
	exit(1);
}

static void
event(struct keeper *k, enum transfer_asker asker, const char *type, json_t *data)
{
	char why[KEEPER_WHY_SIZE] = "";
	struct keeper_place place;
	must(keeper_event(k, asker, type, "station", data, &place, why) == ERR_OK, why);
	json_decref(data);
}

static void
append_entry(struct keeper *k)
{
	event(k, ASK_DESK, "scan.selftest",
	    json_pack("{s:s, s:b, s:s, s:s, s:s}", "scanner", "type", "pass", 1, "when",
		"manual", "engine", "libmagic 5.44", "signatures", ""));
}

static struct sql *
open_bare(const char *path)
{
	struct sql *db;
	MEM_FREE char *file = mem_printf("%s/bare.db", path);
	remove(file);
	must(sql_open(file, statements, 3, &db) == ERR_OK, file);
	must(sql_exec(db, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;"
			  "PRAGMA mmap_size=0; CREATE TABLE t(seq INTEGER PRIMARY KEY, "
			  "body BLOB NOT NULL) STRICT") == ERR_OK,
	    sql_why(db));
	return db;
}

static void
append_bare(struct sql *db, unsigned i)
{
	uint8_t body[BODY_BYTES];
	memset(body, 'x', sizeof(body));
	must(sql_run(sql_use(db, BEGIN)) == ERR_OK, sql_why(db));
	struct sql_stmt *s = sql_use(db, INSERT);
	sql_bind_uint(s, 1, i);
	sql_bind_bytes(s, 2, body, sizeof(body));
	must(sql_run(s) == ERR_OK, sql_why(db));
	must(sql_run(sql_use(db, COMMIT)) == ERR_OK, sql_why(db));
}

int
main(int argc, char **argv)
{
	unsigned count = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	if (count == 0 || seal_init() != ERR_OK) {
		fprintf(stderr, "usage: append LEDGER COUNT\n");
		return 2;
	}
	ledger_init();
	char why[KEEPER_WHY_SIZE] = "";
	struct keeper *k;
	int dirfd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(dirfd >= 0, argv[1]);
	must(keeper_open(dirfd, argv[1], "bench", &k, why) == ERR_OK, why);
	struct sql *db = open_bare(argv[1]);
	event(k, ASK_LEDGER, "station.start",
	    json_pack("{s:[], s:b, s:b, s:s}", "interrupted", "sandbox", 0, "unclean", 0,
		"version", "bench"));
	/* in turn, because a disk is not as fast at every moment */
	uint64_t ours_ns = 0, bare_ns = 0, at = clock_mono_ns();
	for (unsigned i = 0; i < count; i++) {
		append_entry(k);
		ours_ns += clock_mono_ns() - at;
		at = clock_mono_ns();
		append_bare(db, i);
		bare_ns += clock_mono_ns() - at;
		at = clock_mono_ns();
	}
	event(k, ASK_LEDGER, "station.stop", json_object());
	keeper_close(k);
	sql_close(db);
	printf("%.0f %.0f\n", (double)ours_ns / 1e3 / count, (double)bare_ns / 1e3 / count);
	return 0;
}
