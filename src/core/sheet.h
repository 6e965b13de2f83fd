/* SPDX-License-Identifier: ISC */
/*
 * A report as it is told, part by part, to one format: a title, sections with
 * fields and lines, lists of items, a bar, a code.  Nothing is kept but the
 * part at hand, so that a report of any length needs the same memory.
 *
 * A format is one file with one row of functions; what it has no use for is
 * NULL.  All texts are printable ASCII (fact.h) but one: the reading of a name.
 */
#ifndef CORE_SHEET_H
#define CORE_SHEET_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHEET_FLUSH_BYTES (256 * 1024)
#define SHEET_LINES       8 /* of one item */

#define SHEET_NAMES                                                                  \
	"Names are shown in escaped form, \\x.. and \\u{..} for what is not plain; " \
	"beside it, in another face, as a person reads them."

struct sheet;

struct sheet_head {
	const char *kind;    /* "custody", "period", "people" */
	const char *title;   /* "CUSTODY REPORT" */
	const char *id;      /* of the transfer; of the period */
	const char *made;    /* when, as clock_format says it */
	const char *note;    /* how names are shown, below all; NULL: there are none */
	bool demo;           /* is marked on every page */
	const json_t *facts; /* all that is not a list; borrowed until sheet_end */
};

/* Something with a name, and lines about it. */
struct sheet_item {
	const char *tag;     /* one word on what became of it; "" for none */
	const char *name;    /* escaped */
	const char *reading; /* the name as a person reads it: UTF-8, safe to draw; or NULL */
	const char *lines[SHEET_LINES];
	size_t nlines;
	const json_t *facts; /* its row, for formats that are read by programs; or NULL */
};

struct sheet_part {
	const char *word;
	uint64_t count, bytes;
	const char *note;
};

struct sheet_format {
	void (*begin)(struct sheet *, const struct sheet_head *);
	void (*section)(struct sheet *, const char *title);
	void (*field)(struct sheet *, const char *label, const char *value);
	void (*line)(struct sheet *, unsigned level, const char *text);
	void (*bar)(struct sheet *, const struct sheet_part *, size_t n);
	/* Items from here on belong to this list; NULL: to none. */
	void (*list)(struct sheet *, const char *name);
	void (*item)(struct sheet *, const struct sheet_item *);
	/* One event of a timeline. */
	void (*event)(struct sheet *, uint64_t seq, const char *at, const struct sheet_item *);
	void (*code)(struct sheet *, const char *text);
	void (*end)(struct sheet *);
};

struct sheet {
	const struct sheet_format *format;
	void *own;         /* the format's */
	const char *about; /* which of its tables, for a format that has several (csv) */
	struct buf out;    /* told and not yet given away */
	enum err (*put)(void *arg, const void *bytes, size_t n);
	void *arg;
	enum err error; /* the first one sticks */
};

/* own is the format's memory, zeroed; put takes the bytes. */
void sheet_init(struct sheet *, const struct sheet_format *, void *own,
    enum err (*put)(void *arg, const void *bytes, size_t n), void *arg);
/* Gives the rest away; what is not given back by the format is freed.  The first error. */
enum err sheet_done(struct sheet *);
/* A put that keeps all: arg is a struct buf. */
enum err sheet_keep(void *arg, const void *bytes, size_t n);
/* Gives away what was told, when it is much; every teller of a long list calls it. */
enum err sheet_pass(struct sheet *);
/* Keeps the first error. */
void sheet_fail(struct sheet *, enum err);

void sheet_begin(struct sheet *, const struct sheet_head *);
void sheet_section(struct sheet *, const char *title);
/* Nothing when there is no value. */
void sheet_field(struct sheet *, const char *label, const char *value);
void sheet_field_of(struct sheet *, const char *label, const json_t *object, const char *key);
/* "1,234 unit"; nothing when there is no such key. */
void sheet_number_of(
    struct sheet *, const char *label, const json_t *object, const char *key, const char *unit);
/* level 0 is the margin. */
void sheet_line(struct sheet *, unsigned level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void sheet_bar(struct sheet *, const struct sheet_part *, size_t n);
void sheet_list(struct sheet *, const char *name);
void sheet_item(struct sheet *, const struct sheet_item *);
void sheet_event(struct sheet *, uint64_t seq, const char *at, const struct sheet_item *);
void sheet_code(struct sheet *, const char *text);
void sheet_end(struct sheet *);

/* --- formats that need no library ------------------------------------------------- */

/* Plain text, at most 96 columns, printable ASCII. */
const struct sheet_format *sheet_text(void);
/* One object: the facts, and "lists" with an array for each list. */
const struct sheet_format *sheet_json(void);

#endif
