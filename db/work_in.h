/* SPDX-License-Identifier: ISC */
/* What the parts of work.db share: its statements, and what is kept in memory. */
#ifndef DB_WORK_IN_H
#define DB_WORK_IN_H

#include "db/sql.h"
#include "db/work.h"
#include "src/base/buf.h"

#define WORK_CHUNK 512 /* items whose decisions are written together */

/*
 * Names of files that may be parts of a split set (src/core/part decides), and of their
 * last ones.  Schema and statements say it in the same words: else no index is used.
 */
#define WORK_PART_NAMES(name)                                                \
	"(" name " GLOB '*.[0-9][0-9][0-9]' OR " name " GLOB '*aa' OR " name \
	" GLOB '*.[zZrRsS][0-9]*' OR " name " GLOB '*[0-9].[rR][aA][rR]')"
#define WORK_ZIP_NAMES(name) "(" name " GLOB '*.zip' OR " name " GLOB '*.ZIP')"

enum work_stmt {
#define STMT(id, text) STMT_##id,
#include "db/work_statements.def"
#undef STMT
	STMT__MAX
};

struct work_drafts;

struct work {
	struct sql *sql;
	struct work_drafts *drafts; /* NULL until somebody asks */
	uint64_t generation;        /* a new stamp when drafts may have changed */
	uint64_t facts;             /* a new stamp when items may have changed */
	uint64_t inputs;            /* and when what is composed may have */
	uint64_t composed;          /* the inputs it was composed from last; 0: not yet */
	uint8_t composed_key[32];   /* and under what */
	bool durable;               /* every commit waits for the disk */
};

/* What is known of an item without asking the database. */
enum work_flag {
	WORK_THERE = 1 << 0,  /* there is such an item */
	WORK_FILE = 1 << 1,   /* a file or a link */
	WORK_READ = 1 << 2,   /* state read */
	WORK_JUDGED = 1 << 3, /* its gate is known: */
	WORK_BLOCK = 1 << 4,
	WORK_REASON = 1 << 5,
};

/* One officer's decision, shared by the items that got it. */
struct work_choice {
	enum item_decision decision;
	char *reason, *by;
};

/* The same for limits and orders: values of closed lists, -1 before judging. */
struct work_fact {
	uint64_t size_bytes;
	uint32_t sort;    /* its type, MIME and extension, a row of `sort`; 0 before judging */
	uint32_t classes; /* bit n: a finding of class n */
	int8_t kind, state, gate, verdict, severity;
};

/* What is kept in memory of a transfer: 37 bytes and a name for each item. */
struct work_drafts {
	struct work_choice *choices; /* number 0 is "none" */
	size_t nchoices;
	uint32_t *of; /* by item number: its choice */
	size_t cap;   /* of `of`: a multiple of WORK_CHUNK */
	bool *dirty;  /* chunks of `of` that are not in the database */
	uint64_t undo, redo;
	/* the facts: made anew when the items changed */
	bool known;
	bool judged;             /* every item has its row in `judged` */
	uint8_t *flags;          /* by item number: set of enum work_flag */
	struct work_fact *facts; /* by item number */
	uint64_t nsorts;         /* largest number of a sort */
	char *names;        /* last components; NULL: over LIM_NAMES_BYTES, or not judged */
	uint32_t *name_at;  /* by item number: where its own begins */
	uint32_t *by_place; /* item numbers in the order of paths */
	size_t max, n;      /* largest item number; items */
	struct work_counts counts;
};

/*
 * Statements that change anything run inside the open transaction.  work_change: facts;
 * work_judge: what judging makes of them; work_derive: what is composed before that.
 */
struct sql_stmt *work_change(struct work *, enum work_stmt);
struct sql_stmt *work_judge(struct work *, enum work_stmt);
struct sql_stmt *work_derive(struct work *, enum work_stmt);
/* What was composed does not hold any more. */
void work_inputs_changed(struct work *);
/* Its depth is another one from now on, when it was WORK_CHILD_UNASKED. */
enum err work_object_ask(
    struct work *, const uint8_t sha256[32], uint64_t depth, bool *ret_new);
/* Runs a change of something that must be there: ERR_NOTFOUND when it is not. */
enum err work_run_found(struct work *, struct sql_stmt *);
/* Runs one after the other until one fails; the second with ?1 = scanner in each. */
enum err work_run_all(struct work *, const enum work_stmt *steps, size_t n);
enum err work_run_all_of(
    struct work *, const enum work_stmt *steps, size_t n, const char *scanner);
/* Reads one row of n numbers. */
enum err work_numbers(struct work *, enum work_stmt, uint64_t *out, int n);

/* --- drafts (work_draft.c) ------------------------------------------------------------ */
/* The decisions alone; belongs to the work. */
enum err work_draft_get(struct work *, struct work_drafts **ret_drafts);
/* The choice of an item; "none" for one nobody knows. */
const struct work_choice *work_draft_of(const struct work_drafts *, uint64_t item);
/* A number that no work had before. */
uint64_t work_draft_stamp(void);
/* The facts may have changed. */
void work_draft_stale(struct work *);
/* Everything is read again when it is needed. */
void work_draft_drop(struct work *);
/* Room for the choices of items up to n. */
void work_draft_room(struct work_drafts *, size_t n);

/* One transaction for drafts alone, on the disk when it ends. */
enum err work_draft_begin(struct work *);
/* Commits, or after an error takes everything back, in memory too. */
enum err work_draft_end(struct work *, enum err);
/* Another choice for an item that is there. */
void work_draft_set(struct work_drafts *, size_t id, uint32_t choice);
/* Puts what was set into the transaction. */
enum err work_draft_write(struct work *, struct work_drafts *);
/* 32 bits, lowest byte first. */
void work_draft_store(uint8_t *to, uint32_t v);
uint32_t work_draft_load(const uint8_t *from);

/* --- facts (work_facts.c) --------------------------------------------------------------- */
/* The decisions and the facts; belongs to the work. */
enum err work_facts(struct work *, struct work_drafts **ret_drafts);
/* Adds (sign 1) or takes away (UINT64_MAX) an item with this decision. */
void work_facts_count(struct work_counts *, unsigned flags, enum item_decision, uint64_t sign);

/* --- steps (work_step.c) ------------------------------------------------------------------ */
#define WORK_RUN_BYTES 12 /* first item, count, choice */

/* A run of items that had the same choice is being gathered behind those in out. */
struct work_runs {
	struct buf out;
	uint32_t first, count, choice;
	uint64_t items;
};
/* The item had this choice. */
void work_step_run_add(struct work_runs *, uint32_t id, uint32_t choice);
/* Ends the runs and puts by's step, which gave them this choice, into the transaction. */
enum err work_step_add(
    struct work *, struct work_drafts *, struct work_runs *, uint32_t choice, const char *by);

#endif
