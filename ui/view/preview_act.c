/* SPDX-License-Identifier: ISC */
/* Keys of a preview. */
#include "ui/prompt.h"
#include "ui/view/preview.h"

#include <stdlib.h>
#include <string.h>

#define PREVIEW_OFFSET_BYTES 20 /* what is typed for an offset */
#define PREVIEW_SIDEWAYS     16 /* cells of one step */

/* --- moving ----------------------------------------------------------------------- */

void
preview_act_up(struct view *v)
{
	preview_move(preview_of(v), -1);
}

void
preview_act_down(struct view *v)
{
	preview_move(preview_of(v), 1);
}

void
preview_act_page_up(struct view *v)
{
	preview_move(preview_of(v), -preview_of(v)->rows);
}

void
preview_act_page_down(struct view *v)
{
	preview_move(preview_of(v), preview_of(v)->rows);
}

void
preview_act_top(struct view *v)
{
	preview_jump(preview_of(v), 0, false);
}

void
preview_act_bottom(struct view *v)
{
	struct preview *p = preview_of(v);
	if (p->known)
		preview_jump(p, p->total, true);
	else
		app_say(v->app, "The object is not read yet; press the key again.");
}

/* Scrolls lines of text that are not broken. */
static void
preview_scroll(struct view *v, int by)
{
	struct preview *p = preview_of(v);
	if (p->hex || p->wrap) {
		app_say(v->app, p->hex ? "Lines of hex are not wider than the screen."
				       : "Long lines are broken; w cuts them instead.");
		return;
	}
	p->left = p->left + by < 0                            ? 0
	          : p->left + by > 4 * LIM_PREVIEW_LINE_BYTES ? p->left
	                                                      : p->left + by;
}

void
preview_act_left(struct view *v)
{
	preview_scroll(v, -PREVIEW_SIDEWAYS);
}

void
preview_act_right(struct view *v)
{
	preview_scroll(v, PREVIEW_SIDEWAYS);
}

void
preview_act_wrap(struct view *v)
{
	struct preview *p = preview_of(v);
	if (p->hex) {
		app_say(v->app, "Lines of hex are not broken; t shows lines of text.");
		return;
	}
	p->wrap = !p->wrap;
	p->left = 0;
	p->skip = 0;
	app_say(v->app, p->wrap ? "Long lines are broken now; their rows have no number."
				: "Long lines are cut now; the mark tells how much is hidden.");
}

/* --- going to an offset --------------------------------------------------------------- */

/* An offset, decimal or 0x hex, or a percentage of total; false with a sentence. */
static bool
preview_parse_offset(const char *text, uint64_t total, uint64_t *ret_at, char *why)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	const char *set = hex ? "0123456789abcdefABCDEF" : "0123456789";
	size_t n = strspn(digits, set);
	bool percent = !hex && digits[n] == '%' && digits[n + 1] == '\0';
	if (n == 0 || n > 15 || (digits[n] != '\0' && !percent)) {
		snprintf(why, PROMPT_WHY_SIZE, "an offset is 1234, 0x4D2 or 50%%");
		return false;
	}
	uint64_t at = strtoull(digits, NULL, hex ? 16 : 10);
	if (percent && at <= 100)
		at = total / 100 * at + total % 100 * at / 100;
	else if (percent)
		at = UINT64_MAX;
	if (at > total) {
		snprintf(why, PROMPT_WHY_SIZE, "the object has %llu bytes",
		    (unsigned long long)total);
		return false;
	}
	*ret_at = at;
	return true;
}

static bool
preview_take_offset(
    struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	struct preview *p = preview_of(v);
	uint64_t at;
	*ret_at = 0;
	if (!preview_parse_offset(text, p->total, &at, ret_why))
		return false;
	preview_jump(p, at, at == p->total);
	return true;
}

void
preview_act_go(struct view *v)
{
	if (preview_of(v)->known)
		prompt_line(v, SAFE("Offset"), "", PREVIEW_OFFSET_BYTES, preview_take_offset);
	else
		app_say(v->app, "The object is not read yet; press the key again.");
}

/* --- searching --------------------------------------------------------------------------- */

/* From the first line of the screen on. */
static void
preview_begin(struct preview *p, const void *bytes, size_t n)
{
	memcpy(p->find, bytes, n);
	p->find_len = n;
	p->found = false;
	preview_search(p, false);
}

static bool
preview_take_text(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	size_t n = strlen(text);
	*ret_at = 0;
	if (n == 0 || n > LIM_PREVIEW_FIND_BYTES) {
		snprintf(ret_why, PROMPT_WHY_SIZE, "type what to search for; Esc leaves");
		return false;
	}
	preview_begin(preview_of(v), text, n);
	return true;
}

static int
preview_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	return at != NULL ? (int)((at - digits) % 16) : -1;
}

static bool
preview_take_hex(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	uint8_t bytes[LIM_PREVIEW_FIND_BYTES];
	size_t n = 0;
	const char *p = text + strspn(text, " ");
	while (*p != '\0' && n < sizeof(bytes)) {
		int high = preview_digit(p[0]), low = high >= 0 ? preview_digit(p[1]) : -1;
		if (low < 0)
			break;
		bytes[n++] = (uint8_t)(high << 4 | low);
		p += 2;
		p += strspn(p, " ");
	}
	*ret_at = (int)(p - text);
	if (*p != '\0' || n == 0) {
		snprintf(ret_why, PROMPT_WHY_SIZE, "two hex digits for each byte: 4D 5A 90");
		return false;
	}
	preview_begin(preview_of(v), bytes, n);
	return true;
}

void
preview_act_find(struct view *v)
{
	prompt_line(v, SAFE("Find text"), "", LIM_PREVIEW_FIND_BYTES, preview_take_text);
}

void
preview_act_find_hex(struct view *v)
{
	prompt_line(
	    v, SAFE("Find bytes in hex"), "", 3 * LIM_PREVIEW_FIND_BYTES, preview_take_hex);
}

void
preview_act_next(struct view *v)
{
	preview_search(preview_of(v), false);
}

void
preview_act_prev(struct view *v)
{
	preview_search(preview_of(v), true);
}
