/* SPDX-License-Identifier: ISC */
#include "src/proc/report/html.h"
#include "src/core/fold.h"
#include "src/core/qr.h"
#include "src/proc/report/colour.h"

#include <inttypes.h>
#include <string.h>

/* Nothing may be fetched or run, whatever gets into the text. */
static const char html_top[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n";
static const char html_style[] =
    "<style>\n"
    "body{font:14px/1.45 sans-serif;color:#111;max-width:62em;margin:2em auto;padding:0 1em}\n"
    "h1{font-size:1.6em;margin:0 0 .2em}\n"
    "h2{font-size:1.15em;margin:1.8em 0 .5em;border-bottom:1px solid #999;"
    "break-after:avoid}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:left;vertical-align:top;padding:.25em .6em .25em 0;"
    "overflow-wrap:anywhere}\n"
    "th{font-weight:600;width:8.5em;color:#444}\n"
    "td.n{text-align:right;white-space:nowrap;width:8em}\n"
    "tr{break-inside:avoid}\n"
    ".items tr{border-top:1px solid #ddd}\n"
    ".items th{text-transform:none}\n"
    "code{font:13px/1.4 monospace;overflow-wrap:anywhere}\n"
    ".read{color:#333;margin-left:.8em}\n"
    ".why{color:#333;font-size:.93em}\n"
    "p{margin:.25em 0}p.l1{margin-left:2em}p.l2{margin-left:4em}\n"
    ".bar{display:flex;height:1.6em;border:1px solid #333;margin:.6em 0}\n"
    ".bar span{display:block}\n"
    ".key{display:inline-block;width:.9em;height:.9em;border:1px solid #333;"
    "margin-right:.5em;vertical-align:-.1em}\n"
    ".demo{background:#b00;color:#fff;font-weight:700;padding:.4em 1em;margin:0 0 1em}\n"
    "footer{margin-top:2em;border-top:1px solid #999;color:#444}\n"
    "svg{margin:.6em 0}\n"
    ".mark{display:none}\n"
    "@media print{body{margin:0;max-width:none;font-size:11px}"
    ".demo,.bar span,.key{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    ".mark{display:block;position:fixed;top:45%;left:0;right:0;text-align:center;"
    "transform:rotate(-30deg);font-size:25px;font-weight:700;color:#f3d3d3;z-index:-1;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "@page{size:A4;margin:18mm 15mm}}\n"
    "</style>\n</head>\n<body>\n";
static const char html_demo[] =
    "<p class=\"demo\">DEMO: made by a demo station, proves nothing</p>\n";

/*
 * Behind the text of every page that is printed: browsers have no place of their own beside the
 * text for what is fixed.  On the screen there is the banner.
 */
static const char html_mark[] =
    "<p class=\"mark\" aria-hidden=\"true\">DEMO: made by a demo station, proves nothing</p>\n";

static void
html_text(struct buf *out, const char *text)
{
	static const char *const named[128] = {['&'] = "&amp;",
	    ['<'] = "&lt;",
	    ['>'] = "&gt;",
	    ['"'] = "&quot;",
	    ['\''] = "&#39;"};
	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		if (c < sizeof(named) / sizeof(named[0]) && named[c] != NULL)
			buf_add_str(out, named[c]);
		else
			buf_add_byte(out, c);
	}
}

static void
html_in(struct buf *out, const char *before, const char *text, const char *after)
{
	buf_add_str(out, before);
	html_text(out, text);
	buf_add_str(out, after);
}

/* Fields and items stand in tables, which begin and end by themselves. */
static void
html_block(struct sheet *s, const char *begin, const char *end)
{
	struct html *h = s->own;
	if (h->open == end)
		return;
	if (h->open != NULL)
		buf_add_str(&s->out, h->open);
	h->open = end;
	buf_add_str(&s->out, begin);
}

static const char html_end_fields[] = "</table>\n";
static const char html_end_items[] = "</tbody></table>\n";

static void
html_begin(struct sheet *s, const struct sheet_head *head)
{
	struct html *h = s->own;
	struct buf *out = &s->out;
	h->demo = head->demo;
	h->note = head->note;
	buf_add_str(out, html_top);
	html_in(out, "<title>", head->title, " ");
	html_in(out, "", head->id, "</title>\n");
	buf_add_str(out, html_style);
	if (h->demo)
		buf_addf(out, "%s%s", html_mark, html_demo);
	html_in(out, "<h1>", head->title, " ");
	html_in(out, "", head->id, "</h1>\n");
}

static void
html_section(struct sheet *s, const char *title)
{
	html_block(s, "", NULL);
	html_in(&s->out, "<h2>", title, "</h2>\n");
}

static void
html_field(struct sheet *s, const char *label, const char *value)
{
	html_block(s, "<table class=\"fields\">\n", html_end_fields);
	html_in(&s->out, "<tr><th scope=\"row\">", label, "</th><td>");
	html_in(&s->out, "", value, "</td></tr>\n");
}

static void
html_line(struct sheet *s, unsigned level, const char *text)
{
	html_block(s, "", NULL);
	buf_addf(&s->out, "<p class=\"l%u\">", level < 2 ? level : 2);
	html_in(&s->out, "", text, "</p>\n");
}

/* The last part is the sum of the others. */
static void
html_bar(struct sheet *s, const struct sheet_part *parts, size_t n)
{
	char items[32], bytes[32];
	html_block(s, "", NULL);
	buf_add_str(
	    &s->out, "<div class=\"bar\" role=\"img\" aria-label=\"items by outcome\">");
	for (size_t i = 0; i + 1 < n; i++)
		if (parts[i].count > 0)
			buf_addf(&s->out,
			    "<span style=\"flex:%" PRIu64 " 0 2px;background:#%06x\"></span>",
			    parts[i].count, colour_of(parts[i].word));
	buf_add_str(&s->out, "</div>\n<table>\n");
	for (size_t i = 0; i < n; i++) {
		buf_add_str(&s->out, "<tr><th scope=\"row\">");
		if (i + 1 < n)
			buf_addf(&s->out,
			    "<span class=\"key\" style=\"background:#%06x\"></span>",
			    colour_of(parts[i].word));
		html_in(&s->out, "", parts[i].word, "</th>");
		buf_addf(&s->out, "<td class=\"n\">%s items</td><td class=\"n\">%s bytes</td>",
		    fold_number(parts[i].count, items), fold_number(parts[i].bytes, bytes));
		html_in(&s->out, "<td>", parts[i].note, "</td></tr>\n");
	}
	buf_add_str(&s->out, "</table>\n");
}

static void
html_lines(struct buf *out, const struct sheet_item *it)
{
	for (size_t i = 0; i < it->nlines; i++)
		html_in(out, "<br><span class=\"why\">", it->lines[i], "</span>");
	buf_add_str(out, "</td></tr>\n");
}

static void
html_item(struct sheet *s, const struct sheet_item *it)
{
	html_block(s, "<table class=\"items\"><tbody>\n", html_end_items);
	html_in(&s->out, "<tr><th scope=\"row\">", it->tag, "</th><td><code>");
	html_in(&s->out, "", it->name, "</code>");
	if (it->reading != NULL)
		html_in(&s->out, " <bdi class=\"read\">", it->reading, "</bdi>");
	html_lines(&s->out, it);
}

static void
html_event(struct sheet *s, uint64_t seq, const char *at, const struct sheet_item *it)
{
	html_block(s, "<table class=\"items\"><tbody>\n", html_end_items);
	html_in(&s->out, "<tr><th scope=\"row\">", at, "</th>");
	buf_addf(&s->out, "<td class=\"n\">%" PRIu64 "</td>", seq);
	html_in(&s->out, "<td><b>", it->tag, "</b> ");
	html_in(&s->out, "", it->name, "");
	html_lines(&s->out, it);
}

static void
html_code(struct sheet *s, const char *text)
{
	struct qr code;
	html_block(s, "", NULL);
	if (qr_make(text, &code) != ERR_OK)
		return;
	buf_addf(&s->out,
	    "<svg role=\"img\" aria-label=\"checkpoint as a QR code\" width=\"160\" "
	    "height=\"160\" "
	    "viewBox=\"-4 -4 %zu %zu\" shape-rendering=\"crispEdges\"><path d=\"",
	    code.side + 8, code.side + 8);
	for (size_t i = 0; i < code.side * code.side; i++)
		if (code.dark[i])
			buf_addf(&s->out, "M%zu %zuh1v1h-1z", i % code.side, i / code.side);
	buf_add_str(&s->out, "\"/></svg>\n");
}

static void
html_end(struct sheet *s)
{
	const struct html *h = s->own;
	html_block(s, "", NULL);
	if (h->demo)
		buf_add_str(&s->out, html_demo);
	if (h->note != NULL)
		html_in(&s->out, "<footer>", h->note, "</footer>\n");
	buf_add_str(&s->out, "</body>\n</html>\n");
}

const struct sheet_format *
html(void)
{
	static const struct sheet_format format = {
	    .begin = html_begin,
	    .section = html_section,
	    .field = html_field,
	    .line = html_line,
	    .bar = html_bar,
	    .item = html_item,
	    .event = html_event,
	    .code = html_code,
	    .end = html_end,
	};
	return &format;
}
