/* SPDX-License-Identifier: ISC */
/*
 * The only place that writes to the terminal.  What came from outside has been
 * through the escaper before; as a last check no byte but printable ASCII and
 * line ends gets out, whatever somebody forgot.
 */
#ifndef UI_PRINT_H
#define UI_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRINT_SIZE_SIZE 16
#define PRINT_COLUMNS   80 /* fewest cells anything is laid out for */
#define PRINT_FIT_SIZE  512

void print_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A text of our own: besides what print_out writes, em dashes and the blocks of a QR code. */
void print_marks(const char *text);
void print_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What happened, and what to do next ("" or NULL: nothing), on standard error. */
void print_problem(const char *why, const char *next);
/* The same, with what happened as a format. */
void print_problemf(const char *next, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* From now on problems go to fn instead: screens show them.  NULL: standard error again. */
typedef void print_problem_fn(void *arg, const char *why, const char *next);
void print_problem_to(print_problem_fn *, void *arg);
/* Words broken at blanks to the width; every line indented. */
void print_wrapped(int indent_cells, const char *text);
/* The same behind "first", which takes no fewer cells than the lines after it are indented. */
void print_folded(const char *first, int indent_cells, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* One JSON value on a line of its own, ASCII. */
void print_json(const json_t *);
/*
 * How far something is: on a terminal one line that is written again, else a
 * line.  print_progress_end ends that line.
 */
void print_progress(const char *line);
void print_progress_end(void);
/* Standard output is a terminal. */
bool print_is_terminal(void);
/* Cells of a line, at least PRINT_COLUMNS. */
int print_width(void);

struct print_column {
	const char *title;
	int cells;  /* 0 in the last column: what is left */
	bool right; /* numbers */
	int gap;    /* blanks before it */
};

void print_titles(const struct print_column *, size_t n);
/* Texts that do not fit are cut in the middle, by the escaper's rules. */
void print_row(const struct print_column *, size_t n, const char *const *texts);
/* An escaped text in at most `cells`; out holds PRINT_FIT_SIZE. */
void print_fit(const char *text, int cells, char out[PRINT_FIT_SIZE]);

/* "17", "1.2K", "34M": at most six cells. */
void print_size(uint64_t bytes, char out[PRINT_SIZE_SIZE]);
/* Flushes; false when what was printed did not get out. */
bool print_finish(void);

#endif
