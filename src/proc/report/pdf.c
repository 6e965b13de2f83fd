/* SPDX-License-Identifier: ISC */
#include "src/proc/report/pdf.h"
#include "src/base/mem.h"
#include "src/core/fold.h"
#include "src/core/qr.h"
#include "src/proc/report/colour.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PDF_LABEL   78.0 /* width of the left column */
#define PDF_TEXT    (PAGE_LEFT + PDF_LABEL)
#define PDF_WIDTH   (PAGE_RIGHT - PDF_TEXT)
#define PDF_GREY    0x555555
#define PDF_RULE    0xcccccc
#define PDF_CODE    104.0 /* side of a QR code */
#define PDF_RAIL    (PAGE_LEFT + 4)
#define PDF_EVENT   (PDF_TEXT + 78) /* behind time and number */
#define PDF_AT_ONCE 220.0           /* an item that is higher may be torn over two pages */

static enum err
pdf_put(void *arg, const void *bytes, size_t n)
{
	struct sheet *s = arg;
	buf_add(&s->out, bytes, n);
	return sheet_pass(s);
}

static struct page *
pdf_page(struct sheet *s, bool rail)
{
	struct pdf *d = s->own;
	if (d->rail && !rail)
		page_skip(d->page, 6);
	d->rail = rail;
	return d->page;
}

static void
pdf_begin(struct sheet *s, const struct sheet_head *head)
{
	struct pdf *d = s->own;
	const struct page_about about = {
	    head->title, head->id, head->made, head->demo, d->pages};
	enum err e = page_new(&about, pdf_put, s, &d->page);
	sheet_fail(s, e);
	if (e != ERR_OK)
		return;
	MEM_FREE char *title = mem_printf("%s %s", head->title, head->id);
	page_fold(d->page, PAGE_TITLE, PAGE_LEFT, PAGE_RIGHT - PAGE_LEFT, title);
	page_skip(d->page, 6);
}

static void
pdf_section(struct sheet *s, const char *title)
{
	struct page *p = pdf_page(s, false);
	if (p == NULL)
		return;
	page_need(p, 70);
	if (page_y(p) > PAGE_TOP)
		page_skip(p, 12);
	page_mark(p, title);
	page_text(p, PAGE_HEADING, PAGE_LEFT, title);
	page_skip(p, 15);
	page_colour(p, 0x888888);
	page_box(p, PAGE_LEFT, 0, PAGE_RIGHT - PAGE_LEFT, 0.6, true);
	page_colour(p, 0);
	page_skip(p, 5);
}

static void
pdf_field(struct sheet *s, const char *label, const char *value)
{
	struct page *p = pdf_page(s, false);
	if (p == NULL)
		return;
	page_need(p, page_line_height(PAGE_SANS));
	page_colour(p, PDF_GREY);
	page_text(p, PAGE_SANS, PAGE_LEFT, label);
	page_colour(p, 0);
	page_fold(p, PAGE_SANS, PDF_TEXT, PDF_WIDTH, value);
}

static void
pdf_line(struct sheet *s, unsigned level, const char *text)
{
	struct page *p = pdf_page(s, false);
	double x = PAGE_LEFT + 16.0 * level;
	if (p != NULL)
		page_fold(p, PAGE_SANS, x, PAGE_RIGHT - x, text);
}

/* --- accounting ----------------------------------------------------------------------------
 */

static void
pdf_legend(struct page *p, const struct sheet_part *part, bool sum)
{
	char items[32], bytes[32];
	const double line = page_line_height(PAGE_SANS);
	const enum page_face face = sum ? PAGE_BOLD : PAGE_SANS;
	page_need(p, line);
	if (!sum) {
		page_colour(p, colour_of(part->word));
		page_box(p, PAGE_LEFT, 2, 7, 7, true);
		page_colour(p, 0x333333);
		page_box(p, PAGE_LEFT, 2, 7, 7, false);
	}
	page_colour(p, 0);
	page_text(p, face, PAGE_LEFT + 12, part->word);
	MEM_FREE char *count = mem_printf("%s items", fold_number(part->count, items));
	MEM_FREE char *size = mem_printf("%s bytes", fold_number(part->bytes, bytes));
	page_text(p, face, PAGE_LEFT + 170 - page_text_width(p, face, count), count);
	page_text(p, face, PAGE_LEFT + 300 - page_text_width(p, face, size), size);
	page_text(p, PAGE_SANS, PAGE_LEFT + 312, part->note);
	page_skip(p, line);
}

/* The last part is the sum; a part that is there at all can be seen. */
static void
pdf_bar(struct sheet *s, const struct sheet_part *parts, size_t n)
{
	struct page *p = pdf_page(s, false);
	const double least = 3, width = PAGE_RIGHT - PAGE_LEFT, height = 18;
	double x = PAGE_LEFT, room = width;
	if (p == NULL || n == 0)
		return;
	for (size_t i = 0; i + 1 < n; i++)
		room -= parts[i].count > 0 ? least : 0;
	page_need(p, height + 20 + page_line_height(PAGE_SANS) * (double)n);
	for (size_t i = 0; i + 1 < n; i++) {
		if (parts[i].count == 0)
			continue;
		double w = least + room * (double)parts[i].count / (double)parts[n - 1].count;
		page_colour(p, colour_of(parts[i].word));
		page_box(p, x, 0, w, height, true);
		x += w;
	}
	page_colour(p, 0x333333);
	page_box(p, PAGE_LEFT, 0, width, height, false);
	page_skip(p, height + 6);
	for (size_t i = 0; i < n; i++)
		pdf_legend(p, &parts[i], i + 1 == n);
}

/* --- items and events -----------------------------------------------------------------------
 */

/* Without the tag, which stands beside it. */
static const char *
pdf_untagged(const struct sheet_item *it, const char *line)
{
	size_t n = strlen(it->tag);
	return n > 0 && strncmp(line, it->tag, n) == 0 && strncmp(line + n, ": ", 2) == 0
	           ? line + n + 2
	           : line;
}

static double
pdf_height(const struct page *p, const struct sheet_item *it, double width)
{
	double height = 6 + page_line_height(PAGE_MONO) *
	                        (double)page_fold_count(p, PAGE_MONO, width, it->name);
	for (size_t i = 0; i < it->nlines; i++)
		height +=
		    page_line_height(PAGE_SMALL) * (double)page_fold_count(p, PAGE_SMALL, width,
						       pdf_untagged(it, it->lines[i]));
	return it->reading != NULL ? height + page_line_height(PAGE_SANS) : height;
}

/* Beside the name where there is room, else below. */
static void
pdf_reading(struct page *p, const struct sheet_item *it)
{
	double name = page_text_width(p, PAGE_MONO, it->name) + 12;
	page_colour(p, 0x003366);
	if (name + page_reading_width(p, it->reading) < PDF_WIDTH) {
		page_need(p, page_line_height(PAGE_MONO));
		page_reading(p, PDF_TEXT + name, PDF_WIDTH - name, it->reading);
		page_colour(p, 0);
		page_fold(p, PAGE_MONO, PDF_TEXT, PDF_WIDTH, it->name);
		return;
	}
	page_colour(p, 0);
	page_fold(p, PAGE_MONO, PDF_TEXT, PDF_WIDTH, it->name);
	page_need(p, page_line_height(PAGE_SANS));
	page_colour(p, 0x003366);
	page_reading(p, PDF_TEXT, PDF_WIDTH, it->reading);
	page_colour(p, 0);
	page_skip(p, page_line_height(PAGE_SANS));
}

static void
pdf_item(struct sheet *s, const struct sheet_item *told)
{
	struct page *p = pdf_page(s, false);
	struct sheet_item item = *told, *it = &item;
	if (p == NULL)
		return;
	if (it->reading != NULL && !page_can_read(p, it->reading))
		it->reading = NULL;
	double height = pdf_height(p, it, PDF_WIDTH);
	page_need(p, height < PDF_AT_ONCE ? height : PDF_AT_ONCE);
	page_text(p, PAGE_BOLD, PAGE_LEFT, it->tag);
	if (it->reading != NULL)
		pdf_reading(p, it);
	else
		page_fold(p, PAGE_MONO, PDF_TEXT, PDF_WIDTH, it->name);
	page_colour(p, 0x333333);
	for (size_t i = 0; i < it->nlines; i++)
		page_fold(p, PAGE_SMALL, PDF_TEXT, PDF_WIDTH, pdf_untagged(it, it->lines[i]));
	page_colour(p, PDF_RULE);
	page_box(p, PAGE_LEFT, 2, PAGE_RIGHT - PAGE_LEFT, 0.3, true);
	page_colour(p, 0);
	page_skip(p, 5);
}

/* A line from top to bottom with a dot for every entry. */
static void
pdf_event(struct sheet *s, uint64_t seq, const char *at, const struct sheet_item *it)
{
	struct page *p = pdf_page(s, true);
	char number[32];
	if (p == NULL)
		return;
	double height = page_line_height(PAGE_SANS) + 2;
	for (size_t i = 0; i < it->nlines; i++)
		height +=
		    page_line_height(PAGE_SMALL) * (double)page_fold_count(p, PAGE_SMALL,
						       PAGE_RIGHT - PDF_EVENT, it->lines[i]);
	page_need(p, height);
	page_colour(p, 0xaaaaaa);
	page_box(p, PDF_RAIL - 0.5, 0, 1, height, true);
	page_colour(p, 0x1f4e79);
	page_dot(p, PDF_RAIL, 6, 2.6);
	page_colour(p, 0);
	page_text(p, PAGE_SANS, PAGE_LEFT + 14, at);
	snprintf(number, sizeof(number), "%" PRIu64, seq);
	page_text(
	    p, PAGE_SMALL, PDF_TEXT + 70 - page_text_width(p, PAGE_SMALL, number), number);
	page_text(p, PAGE_BOLD, PDF_EVENT, it->tag);
	page_text(
	    p, PAGE_SANS, PDF_EVENT + 6 + page_text_width(p, PAGE_BOLD, it->tag), it->name);
	page_skip(p, page_line_height(PAGE_SANS));
	page_colour(p, PDF_GREY);
	for (size_t i = 0; i < it->nlines; i++)
		page_fold(p, PAGE_SMALL, PDF_EVENT, PAGE_RIGHT - PDF_EVENT, it->lines[i]);
	page_colour(p, 0);
	page_skip(p, 2);
}

static void
pdf_code(struct sheet *s, const char *text)
{
	struct page *p = pdf_page(s, false);
	MEM_FREE struct qr *code = mem_alloc(sizeof(*code));
	if (p == NULL || qr_make(text, code) != ERR_OK)
		return;
	const double cell = PDF_CODE / (double)(code->side + 8);
	page_need(p, PDF_CODE + 8);
	for (size_t i = 0; i < code->side * code->side; i++)
		if (code->dark[i])
			page_box(p, PAGE_LEFT + cell * (double)(i % code->side + 4),
			    cell * (double)(i / code->side + 4), cell, cell, true);
	page_skip(p, PDF_CODE + 4);
}

static void
pdf_end(struct sheet *s)
{
	struct pdf *d = s->own;
	if (d->page == NULL)
		return;
	sheet_fail(s, page_end(d->page));
	d->pages = d->pages == 0 ? page_count(d->page) : 0;
	page_free(d->page);
	d->page = NULL;
}

const struct sheet_format *
pdf(void)
{
	static const struct sheet_format format = {
	    .begin = pdf_begin,
	    .section = pdf_section,
	    .field = pdf_field,
	    .line = pdf_line,
	    .bar = pdf_bar,
	    .item = pdf_item,
	    .event = pdf_event,
	    .code = pdf_code,
	    .end = pdf_end,
	};
	return &format;
}
