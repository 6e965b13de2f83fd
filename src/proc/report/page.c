/* SPDX-License-Identifier: ISC */
#include "src/proc/report/page.h"
#include "src/base/mem.h"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <string.h>

#define PAGE_GLYPHS 512 /* of one line: more than fit on it */
#define PAGE_ASCII  95  /* from blank to tilde */

static const struct {
	const char *font;
	double line;
} page_faces[PAGE__FACES] = {
    [PAGE_TITLE] = {"DejaVu Sans Bold 16", 24},
    [PAGE_HEADING] = {"DejaVu Sans Bold 11", 17},
    [PAGE_BOLD] = {"DejaVu Sans Bold 8", 11.5},
    [PAGE_SANS] = {"DejaVu Sans 8", 11.5},
    [PAGE_SMALL] = {"DejaVu Sans 7", 9.5},
    [PAGE_MONO] = {"DejaVu Sans Mono 7.5", 10.5},
};

static const char *const page_files[] = {"truetype/dejavu/DejaVuSans.ttf",
    "truetype/dejavu/DejaVuSans-Bold.ttf", "truetype/dejavu/DejaVuSansMono.ttf",
    "truetype/dejavu/DejaVuSansMono-Bold.ttf"};
/* For readings alone, where they are installed: Chinese, Japanese and Korean. */
static const char *const page_more[] = {
    "opentype/noto/NotoSansCJK-Regular.ttc", "truetype/droid/DroidSansFallbackFull.ttf"};

struct page_font {
	PangoFont *font;
	cairo_scaled_font_t *scaled; /* the font's */
	unsigned long glyph[PAGE_ASCII];
	double width[PAGE_ASCII];
};

struct page {
	struct page_about about;
	enum err (*put)(void *, const void *, size_t);
	void *arg;
	enum err error;
	cairo_surface_t *surface;
	cairo_t *cairo;
	FcConfig *fonts;
	PangoFontMap *map;
	PangoContext *context;
	PangoLayout *layout;
	struct page_font faces[PAGE__FACES];
	double y;
	unsigned number;
	unsigned rgb;
};

/* --- fonts ---------------------------------------------------------------------------------
 */

/* Our own files and no others: neither the system's choice nor its cache counts. */
static enum err
page_load_files(struct page *p)
{
	p->fonts = FcConfigCreate();
	if (p->fonts == NULL)
		return ERR_NOTFOUND;
	for (size_t i = 0; i < sizeof(page_files) / sizeof(page_files[0]); i++) {
		MEM_FREE char *path = mem_printf("%s/%s", PAGE_FONTS, page_files[i]);
		if (!FcConfigAppFontAddFile(p->fonts, (const FcChar8 *)path))
			return ERR_NOTFOUND;
	}
	for (size_t i = 0; i < sizeof(page_more) / sizeof(page_more[0]); i++) {
		MEM_FREE char *path = mem_printf("%s/%s", PAGE_FONTS, page_more[i]);
		FcConfigAppFontAddFile(p->fonts, (const FcChar8 *)path);
	}
	return ERR_OK;
}

/* Glyph and width of every printable ASCII character: most text needs no more. */
static enum err
page_load_face(struct page *p, enum page_face which)
{
	struct page_font *f = &p->faces[which];
	PangoFontDescription *d = pango_font_description_from_string(page_faces[which].font);
	f->font = pango_font_map_load_font(p->map, p->context, d);
	pango_font_description_free(d);
	if (f->font == NULL)
		return ERR_NOTFOUND;
	f->scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(f->font));
	for (int i = 0; i < PAGE_ASCII; i++) {
		const char text[2] = {(char)(' ' + i), '\0'};
		cairo_glyph_t *glyphs = NULL;
		cairo_text_extents_t size;
		int n = 0;
		if (cairo_scaled_font_text_to_glyphs(f->scaled, 0, 0, text, 1, &glyphs, &n,
			NULL, NULL, NULL) != CAIRO_STATUS_SUCCESS ||
		    n != 1)
			return ERR_NOTFOUND;
		cairo_scaled_font_glyph_extents(f->scaled, glyphs, 1, &size);
		f->glyph[i] = glyphs[0].index;
		f->width[i] = size.x_advance;
		cairo_glyph_free(glyphs);
	}
	return ERR_OK;
}

static enum err
page_load(struct page *p)
{
	cairo_font_options_t *options = cairo_font_options_create();
	enum err e = page_load_files(p);
	if (e == ERR_OK) {
		p->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
		pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(p->map), p->fonts);
		pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(p->map), 72);
		p->context = pango_font_map_create_context(p->map);
		/* Places do not depend on a screen. */
		cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
		cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
		cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
		pango_cairo_context_set_font_options(p->context, options);
		p->layout = pango_layout_new(p->context);
		PangoFontDescription *d = pango_font_description_from_string("DejaVu Sans 8");
		pango_layout_set_font_description(p->layout, d);
		pango_layout_set_single_paragraph_mode(p->layout, TRUE);
		pango_layout_set_ellipsize(p->layout, PANGO_ELLIPSIZE_END);
		pango_font_description_free(d);
	}
	cairo_font_options_destroy(options);
	for (int i = 0; e == ERR_OK && i < PAGE__FACES; i++)
		e = page_load_face(p, (enum page_face)i);
	return e;
}

/* --- pages
 * ------------------------------------------------------------------------------------ */

static cairo_status_t
page_write(void *arg, const unsigned char *bytes, unsigned n)
{
	struct page *p = arg;
	if (p->error == ERR_OK)
		p->error = p->put(p->arg, bytes, n);
	return p->error == ERR_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* Text at any height, for what stands outside the flow. */
static void
page_text_at(struct page *p, enum page_face face, double x, double y, const char *text)
{
	double before = p->y;
	p->y = y;
	page_text(p, face, x, text);
	p->y = before;
}

static void
page_margins(struct page *p)
{
	char number[48];
	static const char demo[] = "DEMO: made by a demo station, proves nothing";
	snprintf(number, sizeof(number), "page %u of %u", p->number, p->about.pages);
	page_colour(p, 0x444444);
	MEM_FREE char *head = mem_printf("%s %s", p->about.title, p->about.id);
	page_text_at(p, PAGE_SMALL, PAGE_LEFT, 30, head);
	page_text_at(p, PAGE_SMALL, PAGE_RIGHT - page_text_width(p, PAGE_SMALL, p->about.made),
	    30, p->about.made);
	page_text_at(p, PAGE_SMALL, PAGE_RIGHT - page_text_width(p, PAGE_SMALL, number),
	    PAGE_HEIGHT - 40, number);
	page_text_at(p, PAGE_SMALL, PAGE_LEFT, PAGE_HEIGHT - 40, p->about.id);
	if (p->about.demo) {
		double x = (PAGE_WIDTH - page_text_width(p, PAGE_BOLD, demo)) / 2;
		page_colour(p, 0xb00000);
		page_text_at(p, PAGE_BOLD, x, 40, demo);
		page_text_at(p, PAGE_BOLD, x, PAGE_HEIGHT - 41, demo);
	}
	page_colour(p, 0);
}

static void
page_open(struct page *p)
{
	p->number++;
	p->y = PAGE_TOP;
	page_margins(p);
}

void
page_need(struct page *p, double height)
{
	if (p->y + height <= PAGE_BOTTOM || p->y <= PAGE_TOP)
		return;
	unsigned rgb = p->rgb;
	if (p->cairo != NULL)
		cairo_show_page(p->cairo);
	page_open(p);
	page_colour(p, rgb);
}

void
page_skip(struct page *p, double height)
{
	p->y += height;
	page_need(p, 0);
}

unsigned
page_count(const struct page *p)
{
	return p->number;
}

double
page_y(const struct page *p)
{
	return p->y;
}

/* What is drawn on. */
static void
page_paper(struct page *p)
{
	const struct page_about *about = &p->about;
	p->surface =
	    cairo_pdf_surface_create_for_stream(page_write, p, PAGE_WIDTH, PAGE_HEIGHT);
	MEM_FREE char *title = mem_printf("%s %s", about->title, about->id);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(
	    p->surface, CAIRO_PDF_METADATA_CREATOR, "sallyport-report");
	/* Not now: the same facts are the same bytes. */
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, about->made);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_MOD_DATE, about->made);
	p->cairo = cairo_create(p->surface);
}

enum err
page_new(const struct page_about *about, enum err (*put)(void *, const void *, size_t),
    void *arg, struct page **ret)
{
	struct page *p = mem_alloc(sizeof(*p));
	*p = (struct page){.about = *about, .put = put, .arg = arg};
	enum err e = page_load(p);
	if (e != ERR_OK) {
		page_free(p);
		return e;
	}
	if (about->pages > 0)
		page_paper(p);
	page_open(p);
	*ret = p;
	return ERR_OK;
}

enum err
page_end(struct page *p)
{
	if (p->cairo == NULL)
		return p->error;
	cairo_show_page(p->cairo);
	cairo_surface_finish(p->surface);
	if (p->error == ERR_OK && cairo_surface_status(p->surface) != CAIRO_STATUS_SUCCESS)
		p->error = ERR_RANGE;
	return p->error;
}

void
page_free(struct page *p)
{
	if (p == NULL)
		return;
	if (p->cairo != NULL)
		cairo_destroy(p->cairo);
	if (p->surface != NULL)
		cairo_surface_destroy(p->surface);
	for (int i = 0; i < PAGE__FACES; i++)
		if (p->faces[i].font != NULL)
			g_object_unref(p->faces[i].font);
	if (p->layout != NULL)
		g_object_unref(p->layout);
	if (p->context != NULL)
		g_object_unref(p->context);
	if (p->map != NULL)
		g_object_unref(p->map);
	if (p->fonts != NULL)
		FcConfigDestroy(p->fonts);
	free(p);
}

/* --- text
 * ------------------------------------------------------------------------------------- */

static size_t
page_index(char c)
{
	return c >= ' ' && c <= '~' ? (size_t)(c - ' ') : (size_t)('?' - ' ');
}

double
page_line_height(enum page_face face)
{
	return page_faces[face].line;
}

double
page_text_width(const struct page *p, enum page_face face, const char *text)
{
	double width = 0;
	for (; *text != '\0'; text++)
		width += p->faces[face].width[page_index(*text)];
	return width;
}

void
page_colour(struct page *p, unsigned rgb)
{
	p->rgb = rgb;
	if (p->cairo == NULL)
		return;
	cairo_set_source_rgb(
	    p->cairo, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

static void
page_show(struct page *p, enum page_face face, double x, const char *text, size_t n)
{
	const struct page_font *f = &p->faces[face];
	cairo_glyph_t glyphs[PAGE_GLYPHS];
	int count = 0;
	if (p->cairo == NULL)
		return;
	for (size_t i = 0; i < n && count < PAGE_GLYPHS; i++) {
		size_t k = page_index(text[i]);
		glyphs[count++] =
		    (cairo_glyph_t){f->glyph[k], x, p->y + page_faces[face].line * 0.75};
		x += f->width[k];
	}
	cairo_set_scaled_font(p->cairo, f->scaled);
	cairo_show_glyphs(p->cairo, glyphs, count);
}

void
page_text(struct page *p, enum page_face face, double x, const char *text)
{
	page_show(p, face, x, text, strlen(text));
}

/* Bytes of the next line: to the last blank that fits, or as many as fit. */
static size_t
page_break(const struct page *p, enum page_face face, double width, const char *text)
{
	const double *widths = p->faces[face].width;
	double sum = 0;
	size_t blank = 0, i;
	for (i = 0; text[i] != '\0'; i++) {
		sum += widths[page_index(text[i])];
		if (sum > width && i > 0)
			break;
		if (text[i] == ' ')
			blank = i;
	}
	return text[i] != '\0' && blank > i / 3 ? blank : i;
}

size_t
page_fold_count(const struct page *p, enum page_face face, double width, const char *text)
{
	size_t lines = 1;
	for (;;) {
		text += page_break(p, face, width, text);
		text += *text == ' ';
		if (*text == '\0')
			return lines;
		lines++;
	}
}

void
page_fold(struct page *p, enum page_face face, double x, double width, const char *text)
{
	do {
		size_t n = page_break(p, face, width, text);
		page_need(p, page_faces[face].line);
		page_show(p, face, x, text, n);
		p->y += page_faces[face].line;
		text += n;
		text += *text == ' ';
	} while (*text != '\0');
}

double
page_reading_width(struct page *p, const char *text)
{
	int width, height;
	pango_layout_set_width(p->layout, -1);
	pango_layout_set_text(p->layout, text, -1);
	pango_layout_get_size(p->layout, &width, &height);
	return (double)width / PANGO_SCALE;
}

bool
page_can_read(struct page *p, const char *text)
{
	pango_layout_set_width(p->layout, -1);
	pango_layout_set_text(p->layout, text, -1);
	return pango_layout_get_unknown_glyphs_count(p->layout) == 0;
}

double
page_reading(struct page *p, double x, double width, const char *text)
{
	double full = page_reading_width(p, text);
	if (full > width)
		pango_layout_set_width(p->layout, (int)(width * PANGO_SCALE));
	if (p->cairo != NULL) {
		cairo_move_to(p->cairo, x, p->y);
		pango_cairo_show_layout(p->cairo, p->layout);
	}
	return fmin(full, width);
}

/* --- shapes
 * ------------------------------------------------------------------------------------- */

void
page_box(struct page *p, double x, double dy, double width, double height, bool fill)
{
	if (p->cairo == NULL)
		return;
	cairo_rectangle(p->cairo, x, p->y + dy, width, height);
	cairo_set_line_width(p->cairo, 0.5);
	if (fill)
		cairo_fill(p->cairo);
	else
		cairo_stroke(p->cairo);
}

void
page_dot(struct page *p, double x, double dy, double radius)
{
	if (p->cairo == NULL)
		return;
	cairo_arc(p->cairo, x, p->y + dy, radius, 0, 2 * M_PI);
	cairo_fill(p->cairo);
}

void
page_mark(struct page *p, const char *title)
{
	char where[64];
	if (p->cairo == NULL)
		return;
	snprintf(where, sizeof(where), "page=%u pos=[0 %d]", p->number, (int)p->y);
	cairo_pdf_surface_add_outline(p->surface, CAIRO_PDF_OUTLINE_ROOT, title, where, 0);
}
