/* SPDX-License-Identifier: ISC */
/* What scanners said besides verdicts and findings: facts, strikes, answers to whole sets. */
#include "db/work_in.h"

enum err
work_scan_fact_add(struct work *w, const struct work_scan_fact *f)
{
	struct sql_stmt *s = work_change(w, STMT_FACT_ADD);
	sql_bind_bytes(s, 1, f->sha256, 32);
	sql_bind_text(s, 2, f->scanner);
	sql_bind_text(s, 3, f->key);
	sql_bind_text(s, 4, f->value);
	return sql_run(s);
}

enum err
work_scan_facts(struct work *w, void (*fn)(void *arg, const struct work_scan_fact *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_FACT_EACH);
	enum err e;
	size_t n;
	while ((e = sql_step(s)) == ERR_OK) {
		const struct work_scan_fact f = {
		    sql_bytes(s, 0, &n), sql_text(s, 1), sql_text(s, 2), sql_text(s, 3)};
		fn(arg, &f);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_strike_get(
    struct work *w, const uint8_t sha256[32], const char *scanner, unsigned *ret_times)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_STRIKE_GET);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_text(s, 2, scanner);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		*ret_times = (unsigned)sql_uint(s, 0);
	if (e == ERR_NOTFOUND)
		*ret_times = 0;
	sql_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_strike_add(struct work *w, const uint8_t sha256[32], const char *scanner, const char *why,
    unsigned *ret_times)
{
	struct sql_stmt *s = work_change(w, STMT_STRIKE_ADD);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_text(s, 2, scanner);
	sql_bind_text(s, 3, why);
	enum err e = sql_run(s);
	return e == ERR_OK ? work_strike_get(w, sha256, scanner, ret_times) : e;
}

enum err
work_strike_tally(
    struct work *w, void (*fn)(void *arg, const char *scanner, uint64_t n), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_STRIKE_TALLY);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK)
		fn(arg, sql_text(s, 0), sql_uint(s, 1));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_set_begin(struct work *w, const char *scanner)
{
	/* the verdicts go last: they say what it is asked about again */
	static const enum work_stmt steps[] = {
	    STMT_AGAIN_TODO, STMT_FINDING_AGAIN, STMT_AGAIN_FACTS, STMT_AGAIN_VERDICTS};
	return work_run_all_of(w, steps, sizeof(steps) / sizeof(steps[0]), scanner);
}

enum err
work_set_end(struct work *w, const char *scanner, enum verdict verdict, const char *why)
{
	static const enum work_stmt steps[] = {STMT_SET_WORSE, STMT_SET_REST, STMT_SET_TODO};
	bool whole = verdict != VERDICT_INCOMPLETE && verdict != VERDICT_TIMEOUT &&
	             verdict != VERDICT_ERROR;
	enum err e = ERR_OK;
	for (size_t i = whole ? 1 : 0; i < 3 && e == ERR_OK; i++) {
		struct sql_stmt *s = work_change(w, steps[i]);
		sql_bind_text(s, 1, scanner);
		if (steps[i] != STMT_SET_TODO) {
			sql_bind_text(s, 2, verdict_print(verdict));
			sql_bind_text(s, 3, why);
		}
		if (steps[i] == STMT_SET_WORSE)
			sql_bind_uint(s, 4, (uint64_t)verdict);
		e = sql_run(s);
	}
	return e;
}
