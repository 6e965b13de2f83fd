/* SPDX-License-Identifier: ISC */
/*
 * work.db: items, objects, verdicts, findings and drafts of one transfer.
 * Disposable: what counts is sealed in the inventory.  Errors of the disk come
 * back as ERR_NOSPACE or ERR_IO; a caller that sees one must not go on.
 */
#ifndef DB_WORK_H
#define DB_WORK_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work;
struct where;
struct sql_stmt;

/* One item as it stands.  Pointers live until the next call on the work. */
struct work_item {
	uint64_t id, parent, volume;
	const uint8_t *path; /* raw bytes */
	size_t path_len;
	const char *name; /* path, escaped */
	const char *base; /* last component, escaped: only for work_item_add */
	const char *ext;  /* only for work_item_add */
	const char *kind, *state, *why;
	uint64_t size_bytes, mode, links;
	const char *mtime, *zone;
	const uint8_t *link;
	size_t link_len;
	const uint8_t *sha256; /* 32 bytes, or NULL */
	const char *type, *mime, *verdict, *gate;
	const uint8_t *dest;
	size_t dest_len;
	uint64_t finds;
	const char *severity, *decision, *reason, *by;
};

struct work_finding {
	const uint8_t *sha256; /* of an object, or NULL */
	uint64_t item;         /* of an item, or 0 */
	const char *scanner, *rule, *class, *severity, *title, *detail;
	uint64_t at;
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

/* Opens or creates the file. */
enum err work_open(const char *path, struct work **ret_work);
struct work *work_close(struct work *);
const char *work_why(const struct work *);

/* Starts a transaction when none is open; work_commit ends it, or takes it back and fails. */
enum err work_begin(struct work *);
enum err work_commit(struct work *);
/* Commits; from here on every commit is on the disk when it returns. */
enum err work_durable(struct work *);

/* --- facts ------------------------------------------------------------------ */
/* Uses id, parent, volume, path, name, base, ext, and kind to links. */
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
/* state: unreadable or unread. */
enum err work_item_bad(struct work *, uint64_t id, const char *state, const char *why);
/* Files that should have been read and were not: their number. */
enum err work_items_lost(struct work *, const char *why, uint64_t *ret_n);

struct work_totals {
	uint64_t items, files, bytes, unread;
	uint64_t objects, object_bytes;
};
enum err work_totals(struct work *, struct work_totals *ret_totals);

/* --- objects, scanners -------------------------------------------------------- */
enum err work_object_type(
    struct work *, const uint8_t sha256[32], const char *type, const char *mime);
enum err work_object_get(struct work *, const uint8_t sha256[32], struct work_todo *ret_object);
/* The next object after this digest; ERR_NOTFOUND at the end. */
enum err work_object_next(struct work *, const uint8_t after[32], struct work_todo *ret_object);
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
/* Forgets what a scanner said of an object, findings too. */
enum err work_verdict_clear(struct work *, const uint8_t sha256[32], const char *scanner);
/* A scanner proved unfit: all it said becomes `error`. */
enum err work_distrust(struct work *, const char *scanner, const char *why);
/* Calls fn for each verdict of an object, by scanner name. */
enum err work_verdicts(struct work *, const uint8_t sha256[32],
    void (*fn)(void *arg, const struct work_verdict *), void *arg);
/* Puts every object whose verdict is error or timeout back into the queue. */
enum err work_retry_errors(struct work *, uint64_t *ret_n);
enum err work_finding_add(struct work *, const struct work_finding *);
enum err work_findings_clear_items(struct work *);
/* Findings of an object and of an item, oldest first; sha256 may be NULL. */
enum err work_findings(struct work *, const uint8_t *sha256, uint64_t item,
    void (*fn)(void *arg, const struct work_finding *), void *arg);

/* --- judged and drafted ---------------------------------------------------------- */
/* Names in the same directory that fold to the same key, this one included. */
enum err work_collisions(struct work *, uint64_t parent, uint64_t volume, const void *fold,
    size_t fold_len, uint64_t *ret_n);
enum err work_judged_put(struct work *, uint64_t item, const char *verdict, const char *gate,
    const void *dest, size_t dest_len, uint64_t finds, const char *worst);
/* The first item whose path sorts after this one; ERR_NOTFOUND at the end. */
enum err work_item_after(
    struct work *, const uint8_t *path, size_t path_len, struct work_item *ret_item);
enum err work_item_get(struct work *, uint64_t id, struct work_item *ret_item);
/* Items with id > after that fit where (NULL: all), in order of id, until fn returns false. */
enum err work_page(struct work *, const struct where *, uint64_t after, size_t max,
    bool (*fn)(void *arg, const struct work_item *), void *arg);
enum err work_count(struct work *, const struct where *, uint64_t *ret_n);
/* Files and links that were read, are not blocked and have no decision. */
enum err work_undecided(struct work *, uint64_t *ret_n);
/*
 * Drafts a decision for the items of a limit (or all).  Items that cannot be
 * decided (directories, special files, unread) are left; approve leaves blocked
 * ones, too, and without a reason those that need one.
 */
enum err work_decide(struct work *, const struct where *, const char *decision, const char *by,
    const char *reason, uint64_t *ret_changed, uint64_t *ret_skipped);
/* Approves what is undecided and what policy lets pass; ret_skipped still need a person. */
enum err work_decide_proposed(
    struct work *, const char *by, uint64_t *ret_changed, uint64_t *ret_skipped);
enum err work_deciders(struct work *, void (*fn)(void *arg, const char *by), void *arg);
/* Number of items for each verdict word. */
enum err work_tally(
    struct work *, void (*fn)(void *arg, const char *word, uint64_t n), void *arg);
enum err work_tally_decisions(
    struct work *, void (*fn)(void *arg, const char *word, uint64_t n), void *arg);

#endif
