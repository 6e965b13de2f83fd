/* SPDX-License-Identifier: ISC */
/*
 * An object in hex or as text.  Lines come from the desk in windows; those
 * around the screen are kept, in order and without a gap, so that a key moves
 * at once while more is asked for.
 */
#ifndef UI_VIEW_PREVIEW_H
#define UI_VIEW_PREVIEW_H

#include "src/base/limits.h"
#include "src/core/transfer.h"
#include "ui/app.h"

#define PREVIEW_MARGIN 2 /* screens of lines kept on each side */

enum preview_asked {
	PREVIEW_NOTHING,
	PREVIEW_JUMP,   /* other lines in place of those that are kept */
	PREVIEW_BEFORE, /* more in front of them */
	PREVIEW_AFTER,  /* more behind them */
	PREVIEW_SEARCH,
};

struct preview {
	struct view view;
	char transfer[TRANSFER_ID_SIZE];
	uint64_t item;
	char *name;    /* escaped */
	bool hex;      /* what the lines that are kept are; else text */
	bool want_hex; /* what is asked for */
	bool wrap;

	json_t *lines;       /* rows of desk.preview */
	uint64_t from, next; /* the bytes they stand for */
	uint64_t total;      /* of the object */
	bool known;          /* there was an answer */
	bool stuck;          /* the last one was no; a key asks again */
	size_t top;          /* the first line on the screen */
	int skip;            /* rows of it above the screen, when lines are broken */
	int left;            /* cells scrolled sideways */
	int rows, cells;     /* of the last frame: rows for lines, cells for their text */
	int64_t debt;        /* rows still to move, when the lines are there */

	enum preview_asked asked;
	bool jump, to_end; /* the next question is another place; its end on the last row */
	uint64_t jump_at;

	uint8_t find[LIM_PREVIEW_FIND_BYTES];
	size_t find_len;
	bool searching, search_back, found;
	uint64_t search_at, found_at;
};

struct preview *preview_of(struct view *);
/* A line that is kept, or NULL. */
const json_t *preview_line(const struct preview *, size_t i);
uint64_t preview_line_at(const struct preview *, size_t i);
/* Where the screen begins. */
uint64_t preview_at(const struct preview *);
/* Rows a line takes. */
int preview_height(const struct preview *, size_t i);
/* Nothing is left below the last row of the screen. */
bool preview_at_end(const struct preview *);
/* Moves as far as there are lines; what is left stays a debt. */
void preview_pay(struct preview *);
/* Lines far from the screen are let go. */
void preview_trim(struct preview *);
/* Shows another place: the line with this byte, or, to_end, the lines before it. */
void preview_jump(struct preview *, uint64_t at, bool to_end);
/* So many rows down, or up. */
void preview_move(struct preview *, int64_t rows);
/* Begins a search, or goes on from the last place. */
void preview_search(struct preview *, bool back);
/* Asks for what is wanted next, if nothing is under way. */
void preview_settle(struct preview *);

void preview_draw(struct view *, const struct area *);

#endif
