/* SPDX-License-Identifier: ISC */
/* Inside of text_look(): one look at one text, shared by its parts. */
#ifndef SCANNERS_TEXT_LOOK_IN_H
#define SCANNERS_TEXT_LOOK_IN_H

#include "scanners/text_look.h"

#define TEXT_CELL_BYTES 160 /* of a cell that are looked at */

enum text_kind {
	TEXT_NUL,
	TEXT_CONTROL,
	TEXT_TERMINAL,
	TEXT_COLOUR,
	TEXT_BIDI_OPEN,
	TEXT_BIDI_OVERRIDE,
	TEXT_BIDI,
	TEXT_BIDI_MARK,
	TEXT_HIDDEN,
	TEXT_INVISIBLE,
	TEXT_UNSEEN,
	TEXT_LOOKALIKE,
	TEXT_FAR,
	TEXT_CELL_RUNS,
	TEXT_FORMULA,
	TEXT_INVALID,
	TEXT_LEGACY,
	TEXT_REPLACED,
	TEXT_NO_MARK,
	TEXT_LONG,
	TEXT_ENDS,
	TEXT_LAST,
	TEXT__KINDS
};

struct text_seen {
	uint64_t count, at, line; /* of the first */
	uint32_t code;            /* 0: none to tell */
};

enum text_cell { CELL_OVER, CELL_START, CELL_QUOTE, CELL_GATHER };

struct text_state {
	struct object *o;
	struct text_seen seen[TEXT__KINDS];
	uint8_t plain[256]; /* bytes that mean nothing but themselves */
	uint64_t at;        /* of the code point at hand */
	uint64_t line, line_at, longest;
	uint64_t lf, crlf, cr; /* line ends of each kind */
	bool after_cr;
	uint32_t before; /* the code point before; any plain one may stand for others */
	size_t step;     /* bytes of a line's end */
	unsigned escape; /* inside a control sequence: 1 behind ESC, 2 behind its [ */
	unsigned mark;   /* inside a mark of info(1): 1 behind its NUL, 2 behind its BS */
	uint64_t mark_at;
	uint32_t unseen; /* not shown, behind a letter: the next one tells what it is */
	uint64_t unseen_at;
	uint64_t escape_at;
	/* directions that are open in this line */
	unsigned embedded, isolated;
	bool overridden;
	uint64_t bidi_at;
	uint32_t bidi_code;
	/* the word at hand */
	bool latin, looks, other, flag;
	uint64_t looks_at;
	uint32_t looks_code;
	struct text_seen whole; /* words that only look Latin */
	bool others;            /* letters that neither are Latin nor look so */
	uint64_t blanks;        /* in a row, so far */
	/* cells */
	uint8_t between; /* ends a cell; 0: this is no table */
	bool quoted;
	enum text_cell cell;
	char gathered[TEXT_CELL_BYTES];
	size_t gathered_len;
	uint64_t cell_at;
	char formula[2][TEXT_CELL_BYTES]; /* the first of TEXT_CELL_RUNS and TEXT_FORMULA */
	/* how many code points beyond ASCII, and bytes that are none */
	uint64_t wide, invalid;
};

void text_look_see(struct text_state *s, enum text_kind kind, uint64_t at, uint32_t code);
/* One code point at s->at that is more than itself; in UTF-16, every one. */
void text_look_code(struct text_state *s, uint32_t code);
/* Some plain ASCII in a row. */
void text_look_run(struct text_state *s, const uint8_t *p, size_t n);
/* A line has ended before s->at. */
void text_look_line(struct text_state *s);
/* What the code point behind it tells of the one before; 0: there is none. */
void text_look_pending(struct text_state *s, uint32_t code);
/* A word has ended. */
void text_look_word(struct text_state *s);
/* One byte of a cell; what is no byte is told as 0x80. */
void text_look_cell(struct text_state *s, uint8_t c);
void text_look_cell_end(struct text_state *s);
/* What stands between the cells of a table that begins so; 0 when it is none. */
uint8_t text_look_table(const uint8_t *p, size_t n);

#endif
