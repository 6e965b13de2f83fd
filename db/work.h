/* SPDX-License-Identifier: ISC */
/*
 * work.db: items, objects, verdicts, findings and drafts of one transfer.
 * Disposable: what counts is sealed in the inventory.  Errors of the disk come
 * back as ERR_NOSPACE or ERR_IO; a caller that sees one must not go on.
 */
#ifndef DB_WORK_H
#define DB_WORK_H

#include "src/base/err.h"
#include "src/core/finding.h"
#include "src/core/item.h"
#include "src/core/policy.h"
#include "src/core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work;
struct work_scan_fact;
struct where;

/* One item as it stands.  Pointers live until the next call on the work. */
struct work_item {
	uint64_t id, parent, volume;
	const uint8_t *path; /* raw bytes */
	size_t path_len;
	const char *name; /* path, escaped */
	const char *base; /* last component, escaped */
	const char *ext;  /* only for work_item_add */
	const char *kind, *state, *why;
	uint64_t size_bytes, mode, links;
	uint64_t place; /* only for work_item_add: of its first byte; 0: not known */
	const char *mtime, *zone;
	const uint8_t *link;
	size_t link_len;
	const uint8_t *sha256; /* 32 bytes, or NULL */
	const char *type, *mime;
	const char *verdict, *gate, *severity; /* "" before it was judged */
	uint64_t finds;
	unsigned classes; /* bit n: it has a finding of enum finding_class n; WORK_EXCEPTED */
	const char *decision, *reason, *by;
};

/* Among classes: an exception covers something of it. */
#define WORK_EXCEPTED (1u << 30)

/* What scanners and policy make of an item. */
struct work_judged {
	uint64_t item;
	uint64_t place; /* in the order of raw paths, from 0 */
	enum item_kind kind;
	enum item_state state;
	enum policy_gate gate;
	enum verdict verdict;
	enum finding_severity severity;
	unsigned classes; /* as above */
	uint64_t finds, size_bytes;
	const char *type, *mime;
};

struct work_finding {
	const uint8_t *sha256; /* of an object, or NULL */
	uint64_t item;         /* of an item, or 0 */
	const char *scanner, *rule, *class, *severity, *title, *detail;
	uint64_t at;
	/* of an item: it is about something inside, this object (or NULL: several) of this type
	 */
	bool inside;
	const uint8_t *about;
	const char *about_type; /* only when it is read; "" without an object */
};

struct work_verdict {
	const char *scanner, *verdict, *why;
	uint64_t bytes, read_bytes;
};

struct work_todo {
	uint64_t n; /* position in the queue */
	uint8_t sha256[32];
	uint64_t bytes;
	char type[64], mime[128];
};

/* Opens or creates the file; ERR_STATE when another version of ours made it. */
enum err work_open(const char *path, struct work **ret_work);
struct work *work_close(struct work *);
const char *work_why(const struct work *);

/* Starts a transaction when none is open; work_commit ends it, or takes it back and fails. */
enum err work_begin(struct work *);
enum err work_commit(struct work *);
/* Commits; from here on every commit is on the disk when it returns. */
enum err work_durable(struct work *);

/* --- facts ------------------------------------------------------------------ */
/* Uses id (at most LIM_ITEMS), parent, volume, path, name, base, ext, and kind to links, and
 * place. */
enum err work_item_add(
    struct work *, const struct work_item *, const void *fold, size_t fold_len);
/* Raw path of an item; ERR_NOTFOUND when there is none. */
enum err work_item_path(struct work *, uint64_t id, const uint8_t **ret_path, size_t *ret_len);
/* The item's bytes are in the vault; ret_new when the object was not known yet.
 * ERR_NOTFOUND when there is no such file. */
enum err work_item_kept(
    struct work *, uint64_t id, const uint8_t sha256[32], uint64_t bytes, bool *ret_new);
/* File id is another name of file as; ERR_NOTFOUND unless both are files. */
enum err work_item_same(struct work *, uint64_t id, uint64_t as);
/* state: unreadable or unread.  ERR_NOTFOUND: it is not listed, or was left out. */
enum err work_item_bad(struct work *, uint64_t id, const char *state, const char *why);
/*
 * A region was looked through: its type is WORK_REGION_ZERO or WORK_REGION_DATA,
 * and the words follow its why.  ERR_NOTFOUND when there is no such region.
 */
#define WORK_REGION_ZERO "region-zero" /* every byte of it was read and is zero */
#define WORK_REGION_DATA "region-data" /* it is not, or not proved to be */
/* Or it is a volume on which the reader stopped, with the reason. */
#define WORK_REGION_STOPPED "region-stopped"
enum err work_item_looked(struct work *, uint64_t id, const char *type, const char *why);
/* Files that should have been read and were not: their number. */
enum err work_items_lost(struct work *, const char *why, uint64_t *ret_n);

/* --- scope (work_scope.c) -------------------------------------------------------- */
struct work_size {
	uint64_t id, parent;
	const char *kind;
	uint64_t bytes;
	uint64_t
	    saved; /* of them, when just this item is not read: its bytes have no other name */
};
/* All items in order of id; fn must not change the work. */
enum err work_sizes(struct work *, void (*fn)(void *arg, const struct work_size *), void *arg);
/* The item with this raw path; ERR_NOTFOUND when there is none. */
enum err work_item_find(struct work *, const uint8_t *path, size_t path_len, uint64_t *ret_id);
/*
 * The item is left out: it is `excluded`, for this reason, and the rows of what
 * lies below it go; ret_gone: how many.  ERR_NOTFOUND: no file or folder.
 */
enum err work_item_leave(struct work *, uint64_t id, const char *why, uint64_t *ret_gone);
/* An encrypted volume was opened: the item that stood for it goes. */
enum err work_volume_opened(struct work *, uint64_t volume, uint64_t *ret_gone);

/* What officers chose to leave out, by path: it holds for a repeated reading, too. */
struct work_scope {
	const uint8_t *path;
	size_t path_len;
	const char *by;
};
/* Both forget what is below the path, and are on the disk when they return. */
enum err work_scope_put(struct work *, const uint8_t *path, size_t path_len, const char *by);
enum err work_scope_del(struct work *, const uint8_t *path, size_t path_len);
/* The paths of so many items at once, and all of them: on the disk when they return. */
enum err work_scope_put_items(struct work *, const uint64_t *ids, size_t n, const char *by);
enum err work_scope_clear(struct work *);
/* In the order of paths; fn must not change the work. */
enum err work_scope_each(
    struct work *, void (*fn)(void *arg, const struct work_scope *), void *arg);

/* --- a reading that is repeated (work_resume.c) ------------------------------------ */
#define WORK_BEFORE_SIZE 80
/*
 * The digest of the medium before anything of it was read, and whether an
 * encrypted volume of it was opened since; ERR_NOTFOUND before the first reading.
 */
enum err work_medium_get(struct work *, char ret_before[WORK_BEFORE_SIZE], bool *ret_opened);
/* The medium is described (anew). */
enum err work_medium_put(struct work *, const char *before);
/* A reading begins again: what scanners said and officers drafted goes. */
enum err work_again(struct work *);
/*
 * The items are to be listed anew.  same: files whose bytes are in the vault are
 * remembered, with those remembered before; else those are forgotten, too.  left:
 * items of volumes that were stopped on stay as they are, and files of them that
 * were not read are `unread` for this reason; NULL: none does.
 */
enum err work_had_take(struct work *, bool same, const char *left);
/* The reader stopped on this volume: it is not listed any more. */
enum err work_stopped_add(struct work *, uint64_t volume);
/* How many items there are, and their largest number. */
enum err work_item_count(struct work *, uint64_t *ret_n, uint64_t *ret_last);

/* A file listed anew that is as it was when its bytes were kept. */
struct work_had {
	uint64_t item, bytes;
	uint8_t sha256[32];
	bool known; /* its object is known to this reading already */
};
/* How many there are, and their bytes. */
enum err work_had_count(struct work *, uint64_t *ret_files, uint64_t *ret_bytes);
/* At most max of them with larger numbers than after. */
enum err work_had_next(
    struct work *, uint64_t after, struct work_had *ret, size_t max, size_t *ret_n);
/* The next digest of an object in the vault for this transfer; ERR_NOTFOUND at the end. */
enum err work_bytes_next(struct work *, const uint8_t after[32], uint8_t ret_sha256[32]);

struct work_totals {
	uint64_t items, files, bytes, unread;
	uint64_t objects, object_bytes;
};
enum err work_totals(struct work *, struct work_totals *ret_totals);

/* --- objects, scanners -------------------------------------------------------- */
enum err work_object_type(
    struct work *, const uint8_t sha256[32], const char *type, const char *mime);
enum err work_object_get(struct work *, const uint8_t sha256[32], struct work_todo *ret_object);
enum err work_todo_add(struct work *, const char *scanner, const uint8_t sha256[32]);
enum err work_todo_del(struct work *, const char *scanner, const uint8_t sha256[32]);
/* At most max objects waiting for scanner after position n. */
enum err work_todo_next(struct work *, const char *scanner, uint64_t n,
    struct work_todo *ret_todo, size_t max, size_t *ret_n);
enum err work_todo_count(struct work *, uint64_t *ret_n);
/* How many objects wait for each scanner; fn must not change the work. */
enum err work_tally_todo(
    struct work *, void (*fn)(void *arg, const char *scanner, uint64_t n), void *arg);
enum err work_verdict_put(struct work *, const uint8_t sha256[32], const struct work_verdict *);
/* Forgets what a scanner said of an object, findings and facts too. */
enum err work_verdict_clear(struct work *, const uint8_t sha256[32], const char *scanner);
/* A scanner proved unfit: all it said becomes `error`. */
enum err work_distrust(struct work *, const char *scanner, const char *why);
/* Calls fn for each verdict of an object, by scanner name. */
enum err work_verdicts(struct work *, const uint8_t sha256[32],
    void (*fn)(void *arg, const struct work_verdict *), void *arg);
/* Puts every object whose verdict is error or timeout back into the queue. */
enum err work_retry_errors(struct work *, uint64_t *ret_n);
/* What a scanner said of itself when it gave its verdicts; texts live until the next call. */
struct work_maker {
	const char *engine, *signatures, *date;
};
/* ERR_NOTFOUND before the first. */
enum err work_maker_get(struct work *, const char *scanner, struct work_maker *ret_maker);
enum err work_maker_put(struct work *, const char *scanner, const struct work_maker *);
/* What one scanner said of one object, oldest first; fn must not change the work. */
enum err work_findings_by(struct work *, const uint8_t sha256[32], const char *scanner,
    void (*fn)(void *arg, const struct work_finding *), void *arg);
enum err work_scan_facts_by(struct work *, const uint8_t sha256[32], const char *scanner,
    void (*fn)(void *arg, const struct work_scan_fact *), void *arg);
/* All it said is forgotten, and those objects wait for it again: ret_n of them. */
enum err work_scanner_again(struct work *, const char *scanner, uint64_t *ret_n);
/* Something a scanner found in an object, for those that judge the whole transfer. */
struct work_scan_fact {
	const uint8_t *sha256; /* of the object */
	const char *scanner, *key, *value;
};
enum err work_scan_fact_add(struct work *, const struct work_scan_fact *);
/* In the order of digests and scanners; fn must not change the work. */
enum err work_scan_facts(
    struct work *, void (*fn)(void *arg, const struct work_scan_fact *), void *arg);
/* A process of the scanner ended, or had to be ended, over this object: so often by now. */
enum err work_strike_add(struct work *, const uint8_t sha256[32], const char *scanner,
    const char *why, unsigned *ret_times);
/* How often so far; 0 for none. */
enum err work_strike_get(
    struct work *, const uint8_t sha256[32], const char *scanner, unsigned *ret_times);
/* How often each scanner, all objects together. */
enum err work_strike_tally(
    struct work *, void (*fn)(void *arg, const char *scanner, uint64_t n), void *arg);
/*
 * A scanner of scope "transfer" is given the set: what it said before is forgotten,
 * and those objects wait for it again.
 */
enum err work_set_begin(struct work *, const char *scanner);
/*
 * It has answered: what waits gets this verdict; and when that is incomplete,
 * timeout or error, nothing it said stays better.
 */
enum err work_set_end(struct work *, const char *scanner, enum verdict, const char *why);
enum err work_finding_add(struct work *, const struct work_finding *);
enum err work_findings_clear_items(struct work *);
/* What somebody said of an item as such. */
enum err work_finding_cut(struct work *, uint64_t item, const char *scanner);
/* Findings of an object and of an item, oldest first; sha256 may be NULL. */
enum err work_findings(struct work *, const uint8_t *sha256, uint64_t item,
    void (*fn)(void *arg, const struct work_finding *), void *arg);

/* --- judged and drafted ---------------------------------------------------------- */
/* Names in the same directory that fold to the same key, this one included. */
enum err work_collisions(struct work *, uint64_t parent, uint64_t volume, const void *fold,
    size_t fold_len, uint64_t *ret_n);
enum err work_judged_put(struct work *, const struct work_judged *);
/* Nobody vouches for any contents until they are judged again. */
enum err work_judged_void(struct work *);
/* The first item whose path sorts after this one; ERR_NOTFOUND at the end. */
enum err work_item_after(
    struct work *, const uint8_t *path, size_t path_len, struct work_item *ret_item);
enum err work_item_get(struct work *, uint64_t id, struct work_item *ret_item);
/* All items in order of id, until fn returns false. */
enum err work_items(struct work *, bool (*fn)(void *arg, const struct work_item *), void *arg);
/* Number of items for each verdict word. */
enum err work_tally(
    struct work *, void (*fn)(void *arg, const char *word, uint64_t n), void *arg);

/* --- drafts (work_draft.c) ------------------------------------------------------------
 *
 * Only files and links that were read can be decided; approve is not possible
 * for what policy blocks or nobody judged, and without a reason not for what
 * needs one.  Every decision that changes something is a step that can be taken
 * back.  It is on the disk when these return; after a failure nothing changed.
 */

/* Kept while decisions are made: asking costs nothing. */
struct work_counts {
	uint64_t items; /* all; the rest counts files and links */
	uint64_t files;
	uint64_t undecided; /* must still be decided: read, not blocked, no decision */
	uint64_t approve, reject, hold, none; /* these four make up files */
	uint64_t blocked;                     /* read, and policy blocks them */
	uint64_t unread;                      /* not read, for whatever reason */
	uint64_t undo, redo;                  /* steps */
};
enum err work_counts(struct work *, struct work_counts *ret_counts);
/*
 * Other numbers whenever a draft may have changed, and whenever what is known
 * of the items may have; never those of another work, or of this file opened before.
 */
uint64_t work_generation(const struct work *);
uint64_t work_facts_generation(const struct work *);

/*
 * Decides the n items that can be decided so; ret_changed is how
 * many of them, the rest is left as it was.
 */
enum err work_decide(struct work *, const uint32_t *ids, size_t n, enum item_decision,
    const char *by, const char *reason, uint64_t *ret_changed);
/* Approves what is undecided and what policy lets pass; ret_left still need a person. */
enum err work_decide_proposed(
    struct work *, const char *by, uint64_t *ret_changed, uint64_t *ret_left);

/* What a decision would do to items. */
struct work_weight {
	uint64_t change, same;               /* will get the decision; have it already */
	uint64_t blocked;                    /* stay as they are: policy blocks them */
	uint64_t other;                      /* cannot be decided */
	uint64_t reasons;                    /* of change: not without a reason */
	uint64_t before[ITEM_DECISION__MAX]; /* of change: what they had */
};
/* ret_ids has room for n and gets the change; nothing is written. */
enum err work_weigh(struct work *, const uint32_t *ids, size_t n, enum item_decision,
    struct work_weight *ret_weight, uint32_t *ret_ids);

struct work_step {
	enum item_decision decision; /* that was taken back, or made again */
	uint64_t items;
	uint64_t item; /* the one, or 0 when there are more */
};
/*
 * Takes the last step back, or (redo) makes it again; ERR_NOTFOUND when there
 * is none, ERR_DENIED when a step of another officer would bring back a
 * decision that is not by's: it would stand in a name that did not make it so.
 */
enum err work_undo(struct work *, bool redo, const char *by, struct work_step *ret_step);
/* Forgets the steps: what was submitted stays. */
enum err work_settle(struct work *);

/* Officers who decided what stands now, in order of their ids, each once. */
enum err work_deciders(struct work *, void (*fn)(void *arg, const char *by), void *arg);
/* Files and links for each decision that occurs. */
enum err work_tally_decisions(
    struct work *, void (*fn)(void *arg, const char *word, uint64_t n), void *arg);

#endif
