/* SPDX-License-Identifier: ISC */
/* Pages being filled from top to bottom: the only user of cairo and pango. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Points. */
#define PAGE_WIDTH  595.0
#define PAGE_HEIGHT 842.0
#define PAGE_LEFT   42.0
#define PAGE_RIGHT  (PAGE_WIDTH - PAGE_LEFT)
#define PAGE_TOP    58.0
#define PAGE_BOTTOM (PAGE_HEIGHT - 52.0)

enum page_face {
	PAGE_TITLE,
	PAGE_HEADING,
	PAGE_BOLD,
	PAGE_SANS,
	PAGE_SMALL,
	PAGE_MONO,
	PAGE__FACES
};

struct page_about {
	const char *title, *id, *made; /* borrowed while the page is filled */
	bool demo;
	unsigned pages; /* how many there will be; 0: they are counted and nothing is drawn */
};

/*
 * Where the fonts are: below it, these folders are all that is read.  The first one must be
 * there.  Never the whole: fontconfig would look through it and try to keep what it found.
 */
#define PAGE_FONTS "/usr/share/fonts"
#define PAGE_FONT_FOLDERS                                            \
	{                                                            \
		"truetype/dejavu", "truetype/droid", "opentype/noto" \
	}

struct page;

/* put gets the bytes as they come.  ERR_NOTFOUND: the fonts are not there. */
enum err page_new(const struct page_about *, enum err (*put)(void *, const void *, size_t),
    void *arg, struct page **ret);
/* Ends the document; the first error of all. */
enum err page_end(struct page *);
/* The pages so far. */
unsigned page_count(const struct page *);
/* NULL is fine. */
void page_free(struct page *);

/* Where the next thing goes, from the top of the paper. */
double page_y(const struct page *);
/* So much of free room goes by; a new page when it does not fit. */
void page_skip(struct page *, double height);
/* A new page, unless so much fits on this one, or nothing is on it yet. */
void page_need(struct page *, double height);

/* ASCII; 0xRRGGBB. */
void page_colour(struct page *, unsigned rgb);
double page_line_height(enum page_face);
double page_text_width(const struct page *, enum page_face, const char *text);
/* One line at x, without moving on. */
void page_text(struct page *, enum page_face, double x, const char *text);
/* The lines that the text needs in that width. */
size_t page_fold_count(const struct page *, enum page_face, double width, const char *text);
/* The text broken into lines of that width; moves on, over pages when it must. */
void page_fold(struct page *, enum page_face, double x, double width, const char *text);
/* Whether there is a glyph for all of it: boxes in the place of letters tell nobody anything.
 */
bool page_can_read(struct page *, const char *text);
/* UTF-8 that reading_is_safe let through, cut at the width; returns how wide it became. */
double page_reading(struct page *, double x, double width, const char *text);
double page_reading_width(struct page *, const char *text);

/* From x at the height of the next thing plus dy. */
void page_box(struct page *, double x, double dy, double width, double height, bool fill);
void page_dot(struct page *, double x, double dy, double radius);
/* For the list of contents that readers show. */
void page_mark(struct page *, const char *title);

#endif
