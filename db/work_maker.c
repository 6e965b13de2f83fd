/* SPDX-License-Identifier: ISC */
/* Which engine and signatures the verdicts of a scanner are from. */
#include "db/work_in.h"

enum err
work_maker_get(struct work *w, const char *scanner, struct work_maker *ret_maker)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_MAKER_GET);
	sql_bind_text(s, 1, scanner);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		*ret_maker =
		    (struct work_maker){sql_text(s, 0), sql_text(s, 1), sql_text(s, 2)};
	return e;
}

enum err
work_maker_put(struct work *w, const char *scanner, const struct work_maker *m)
{
	struct sql_stmt *s = work_change(w, STMT_MAKER_PUT);
	sql_bind_text(s, 1, scanner);
	sql_bind_text(s, 2, m->engine);
	sql_bind_text(s, 3, m->signatures);
	sql_bind_text(s, 4, m->date);
	return sql_run(s);
}

enum err
work_findings_by(struct work *w, const uint8_t sha256[32], const char *scanner,
    void (*fn)(void *arg, const struct work_finding *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_FINDING_BY);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_text(s, 2, scanner);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		struct work_finding f = {.sha256 = sha256,
		    .scanner = sql_text(s, 0),
		    .rule = sql_text(s, 1),
		    .class = sql_text(s, 2),
		    .severity = sql_text(s, 3),
		    .title = sql_text(s, 4),
		    .detail = sql_text(s, 5),
		    .at = sql_uint(s, 6)};
		fn(arg, &f);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_scan_facts_by(struct work *w, const uint8_t sha256[32], const char *scanner,
    void (*fn)(void *arg, const struct work_scan_fact *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_FACT_BY);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_text(s, 2, scanner);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		struct work_scan_fact f = {sha256, scanner, sql_text(s, 0), sql_text(s, 1)};
		fn(arg, &f);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_scanner_again(struct work *w, const char *scanner, uint64_t *ret_n)
{
	/* the verdicts go last: they say what is to be scanned */
	static const enum work_stmt steps[] = {
	    STMT_AGAIN_TODO, STMT_AGAIN_FINDINGS, STMT_AGAIN_FACTS, STMT_AGAIN_VERDICTS};
	enum err e = work_run_all_of(w, steps, sizeof(steps) / sizeof(steps[0]), scanner);
	if (e == ERR_OK)
		*ret_n = sql_changes(w->sql);
	return e;
}
