/* SPDX-License-Identifier: ISC */
/* The items of one group of the signature screen, with everything a signer should know. */
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "ui/row.h"
#include "ui/view/signature.h"

#include <string.h>

#define LOOKING_BELOW   9 /* rows under the list */
#define LOOKING_RESERVE 4 /* rows the list always has */

struct looking {
	struct view view;
	struct cursor cursor;
	char transfer[TRANSFER_ID_SIZE];
	struct look *look;
	const struct policy *policy;
	enum look_group group;
};

static struct looking *
looking_of(struct view *v)
{
	return (struct looking *)v;
}

static const struct inventory_item *
looking_item(struct looking *l)
{
	return look_item(l->look, l->group, (size_t)l->cursor.at);
}

/* --- drawing ------------------------------------------------------------------------- */

static enum style
looking_style(enum finding_severity severity)
{
	return severity >= FINDING_HIGH     ? STYLE_FAIL
	       : severity == FINDING_MEDIUM ? STYLE_MEDIUM
	                                    : STYLE_PLAIN;
}

static struct safe
looking_name(struct arena *frame, const struct inventory_item *it)
{
	return safe_text(frame, it->name);
}

/* The group has items of several outcomes. */
static bool
looking_mixed(const struct looking *l)
{
	return l->group == LOOK_NAMES || l->group == LOOK_LOSSES;
}

static void
looking_draw_row(struct looking *l, const struct area *a, int row, uint64_t at)
{
	struct arena *frame = l->view.app->frame;
	const struct inventory_item *it = look_item(l->look, l->group, (size_t)at);
	char letters[16];
	bool here = at == l->cursor.at;
	if (it == NULL)
		return;
	enum finding_severity severity = finding_worst_severity(&it->worst);
	escape_letters(look_flags(it), letters);
	area_put(a, row, 0, STYLE_PLAIN, here ? SAFE(">") : SAFE(" "));
	int col = 2;
	if (looking_mixed(l)) {
		area_field(a, frame, row, col, 10, STYLE_PLAIN,
		    safe_text(frame, item_outcome_print(it->outcome)));
		col += 11;
	}
	area_field(a, frame, row, col, 8, looking_style(severity),
	    safe_text(frame, finding_severity_print(severity)));
	area_field(a, frame, row, col + 9, 9, STYLE_PLAIN,
	    safe_text(frame, it->type[0] != '\0' ? it->type : item_kind_print(it->kind)));
	area_right(a, row, col + 19, 6, STYLE_PLAIN,
	    it->kind == ITEM_FILE ? safe_size(frame, it->size_bytes) : SAFE("-"));
	area_field(a, frame, row, col + 26, 4, STYLE_PLAIN, safe_text(frame, letters));
	struct safe name = safe_from(looking_name(frame, it), (size_t)l->cursor.left);
	area_name(a, frame, row, col + 31, a->cols - col - 32, STYLE_PLAIN, name);
	if (here) {
		area_style(a, row, 0, 2, STYLE_ROW);
		area_cursor(a, row, 0);
	}
}

/* "malware high, name medium" */
static struct safe
looking_worst(struct arena *frame, const struct inventory_item *it)
{
	struct safe text = SAFE("");
	for (unsigned c = 0; c < FINDING_CLASS__MAX; c++)
		if (it->worst.of[c] != FINDING_NO_SEVERITY)
			text = safe_printf(frame, "%s%s%s %s", text.text,
			    safe_empty(text) ? "" : ", ",
			    finding_class_print((enum finding_class)c),
			    finding_severity_print(it->worst.of[c]));
	return text;
}

/* What one scanner said: of what it could only read in parts, that. */
static struct safe
looking_scan(
    struct arena *frame, const struct inventory_item *it, const struct inventory_scan *s)
{
	const struct verdict_result r = {.verdict = s->verdict,
	    .too_large = verdict_parts_word(s->verdict, s->why) != NULL,
	    .parts = s->parts};
	if (verdict_in_parts(&r, &it->inside))
		return safe_printf(frame, "%s read it in %s parts", s->scanner,
		    safe_count(frame, s->parts).text);
	return safe_printf(frame, "%s %s%s%s", s->scanner,
	    row_verdict_words(verdict_print(s->verdict)), s->why[0] != '\0' ? ": " : "",
	    s->why);
}

static struct safe
looking_scans(struct arena *frame, const struct inventory_item *it)
{
	struct safe text = SAFE("");
	for (size_t i = 0; i < it->nscans; i++)
		text = safe_printf(frame, "%s%s%s", text.text, safe_empty(text) ? "" : "; ",
		    looking_scan(frame, it, &it->scans[i]).text);
	return text;
}

/* What was found in it, and the worst of that. */
static struct safe
looking_inside(struct arena *frame, const struct inventory_item *it)
{
	struct buf out;
	buf_init(&out, LIM_INVENTORY_LINE_BYTES);
	account_inside(&it->inside, it->inside_worst != NULL ? it->inside_worst : "", &out);
	struct safe text = safe_text(frame, buf_str(&out));
	buf_done(&out);
	return text;
}

/* What exceptions set aside: "malicious and 2 findings by 43a1b0c2..., until 2026-12-31:
 * reason". */
static struct safe
looking_exceptions(struct looking *l, const struct inventory_item *it)
{
	struct arena *frame = l->view.app->frame;
	const struct inventory_header *h = look_header(l->look);
	struct safe text = SAFE("");
	for (size_t i = 0; i < it->nexceptions; i++) {
		const struct inventory_exception *x = &it->exceptions[i];
		const struct exception *said = NULL;
		for (size_t k = 0; k < h->nexceptions; k++)
			if (strcmp(h->exceptions[k].leaf, x->leaf) == 0)
				said = &h->exceptions[k];
		text = safe_printf(frame,
		    "%s%s%s%s%s findings of %s do not count, until %s: %s", text.text,
		    safe_empty(text) ? "" : "; ",
		    x->verdict != VERDICT_NA ? verdict_print(x->verdict) : "",
		    x->verdict != VERDICT_NA ? " and " : "", safe_count(frame, x->finds).text,
		    said != NULL ? said->scanner : "", said != NULL ? said->expires : "",
		    said != NULL ? safe_text(frame, said->reason).text : "");
	}
	return text;
}

static struct safe
looking_sentence(struct looking *l, const struct inventory_item *it)
{
	struct arena *frame = l->view.app->frame;
	struct buf out;
	if (it->outcome == ITEM_OUT_RELEASED)
		return SAFE("goes to the share");
	if (it->outcome == ITEM_OUT_STRUCTURAL)
		return SAFE("a directory: it is made for what goes into it");
	/* who and why is in the line of the decision */
	if ((it->outcome == ITEM_OUT_REJECTED && it->decision == ITEM_REJECT) ||
	    (it->outcome == ITEM_OUT_HELD && it->decision == ITEM_HOLD))
		return safe_printf(
		    frame, "%s: stays behind, as decided", item_outcome_print(it->outcome));
	buf_init(&out, LIM_INVENTORY_LINE_BYTES);
	account_sentence(it, l->policy, &out);
	struct safe text =
	    safe_printf(frame, "%s: %s", item_outcome_print(it->outcome), buf_str(&out));
	buf_done(&out);
	return text;
}

static struct safe
looking_decision(struct arena *frame, const struct inventory_item *it)
{
	if (it->decision == ITEM_NONE)
		return SAFE("nobody decided");
	return safe_printf(frame, "%s by %s%s%s", item_decision_print(it->decision), it->by,
	    it->reason[0] != '\0' ? ": " : "", it->reason);
}

/* What changes on the share, with the name it will have there. */
static struct safe
looking_loss(struct arena *frame, const struct inventory_item *it)
{
	const char *loss = sealed_loss(it);
	if (loss == NULL)
		return SAFE("");
	if (it->dest.len == 0 || inventory_compare(it->path, it->dest) == 0)
		return safe_text(frame, loss);
	return safe_printf(
	    frame, "%s: %s", loss, safe_bytes(frame, it->dest.data, it->dest.len).text);
}

static void
looking_draw_item(struct looking *l, const struct area *a)
{
	struct arena *frame = l->view.app->frame;
	const struct inventory_item *it = looking_item(l);
	if (it == NULL)
		return;
	struct safe sha = safe_digest(frame, it->sha256, 4);
	const struct {
		const char *name;
		struct safe text;
		int rows;
	} lines[] = {
	    {"name", looking_name(frame, it), 2},
	    {"what", looking_sentence(l, it), 2},
	    {"decision", looking_decision(frame, it), 1},
	    {"findings",
		it->finds == 0 ? SAFE("none")
			       : safe_printf(frame, "%s: %s", safe_count(frame, it->finds).text,
				     looking_worst(frame, it).text),
		1},
	    {"except", looking_exceptions(l, it), 2},
	    {"inside", looking_inside(frame, it), 1},
	    {"scans", looking_scans(frame, it), 1},
	    {"share", looking_loss(frame, it), 1},
	    {"sha256", sha, 1},
	};
	int row = 0;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && row < a->rows; i++) {
		if (safe_empty(lines[i].text))
			continue;
		area_put(a, row, 1, STYLE_HEAD, safe_text(frame, lines[i].name));
		struct area text = area_part(a, row, 10, lines[i].rows, a->cols - 11);
		row += area_words(&text, 0, 0, lines[i].rows, STYLE_PLAIN, lines[i].text);
	}
}

static void
looking_draw(struct view *v, const struct area *a)
{
	struct looking *l = looking_of(v);
	struct arena *frame = v->app->frame;
	size_t total = look_count(l->look, l->group);
	int below = a->rows > LOOKING_BELOW + LOOKING_RESERVE + 1 ? LOOKING_BELOW : 0;
	int rows = a->rows - below - 1;
	struct area list = area_part(a, 0, 0, rows, a->cols);
	cursor_fit(&l->cursor, total, rows);
	for (int row = 0; row < rows && l->cursor.top + (uint64_t)row < total; row++)
		looking_draw_row(l, &list, row, l->cursor.top + (uint64_t)row);
	look_see(
	    l->look, l->group, (size_t)l->cursor.top, (size_t)l->cursor.top + (size_t)rows);
	area_fill(a, rows, 0, a->cols, STYLE_PLAIN, '-');
	area_put(a, rows, 2, STYLE_PLAIN,
	    safe_printf(frame, " %s of %s, %s seen by you ",
		safe_count(frame, l->cursor.at + 1).text, safe_count(frame, total).text,
		safe_count(frame, look_seen(l->look, l->group)).text));
	struct area item = area_part(a, rows + 1, 0, below, a->cols);
	looking_draw_item(l, &item);
}

/* --- the rest -------------------------------------------------------------------------- */

static struct safe
looking_status(struct view *v, struct arena *frame)
{
	return safe_text(frame, look_help(looking_of(v)->group));
}

static struct safe
looking_subject(struct view *v, struct arena *frame)
{
	struct looking *l = looking_of(v);
	return safe_printf(frame, "%s  %s", l->transfer, look_title(l->group));
}

const char *
looking_may_preview(struct view *v)
{
	const struct inventory_item *it = looking_item(looking_of(v));
	return it != NULL && it->kind == ITEM_FILE && it->sha256[0] != '\0'
	           ? NULL
	           : "there are no bytes to show: it is no file, or was not read";
}

static void
looking_preview(struct view *v, const char *mode)
{
	struct looking *l = looking_of(v);
	const struct inventory_item *it = looking_item(l);
	if (it != NULL)
		app_push(v->app, preview_view(v->app, l->transfer, it->id,
				     safe_text(v->app->frame, it->name), mode));
}

void
looking_act_hex(struct view *v)
{
	looking_preview(v, "hex");
}

void
looking_act_text(struct view *v)
{
	looking_preview(v, "text");
}

static const struct view_type looking_type = {
    .title = "SIGN",
    .map = MAP_LOOKING,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = looking_draw,
    .subject = looking_subject,
    .status = looking_status,
};

struct view *
looking_view(struct app *app, const char *transfer, struct look *look,
    const struct policy *policy, enum look_group group)
{
	struct looking *l = view_new(app, &looking_type, sizeof(*l));
	l->view.cursor = &l->cursor;
	snprintf(l->transfer, sizeof(l->transfer), "%s", transfer);
	l->look = look;
	l->policy = policy;
	l->group = group;
	return &l->view;
}
