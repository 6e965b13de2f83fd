/* SPDX-License-Identifier: ISC */
#include "ui/view/wanted.h"
#include "src/base/mem.h"
#include "src/core/transfer.h"
#include "ui/desk.h"
#include "ui/view/review.h"
#include "ui/views.h"
#include "ui/wrap.h"

#include <string.h>

#define WANTED_LABEL 16 /* cells */
#define WANTED_LINES 256

struct wanted_line {
	struct safe label, text;
	enum style style;
};

struct wanted {
	struct view view;
	struct cursor cursor; /* of the lines */
	char transfer[TRANSFER_ID_SIZE];
	json_t *status; /* NULL until the desk said */
	/* of one frame */
	struct wanted_line *lines;
	size_t n;
	int cells;
};

static struct wanted *
wanted_of(struct view *v)
{
	return (struct wanted *)v;
}

/* --- in a status --------------------------------------------------------------------- */

const json_t *
wanted_find(const json_t *status, bool *ret_early)
{
	const json_t *choice = json_object_get(status, "choosing");
	*ret_early = choice != NULL;
	return json_object_get(
	    choice != NULL ? choice : json_object_get(status, "scan"), "request");
}

bool
wanted_is_good(const json_t *request)
{
	const json_t *good = json_object_get(request, "good");
	return good != NULL ? json_is_true(good) : row_text(request, "id")[0] != '\0';
}

bool
wanted_is_off(const json_t *request)
{
	return !wanted_is_good(request) || row_uint(request, "differ") > 0 ||
	       row_uint(request, "missing") > 0 ||
	       strcmp(row_text(request, "signed"), "wrong") == 0 ||
	       strcmp(row_text(request, "signed"), "other key") == 0;
}

struct safe
wanted_whose(struct arena *f, const json_t *request)
{
	struct safe why = safe_member(f, request, "why");
	return wanted_is_good(request)
	           ? safe_printf(f, "%s of %s, %s", safe_member(f, request, "id").text,
			 safe_member(f, request, "requester").text, why.text)
	           : why;
}

struct safe
wanted_counts(struct arena *f, const json_t *request)
{
	uint64_t differ = row_uint(request, "differ");
	return safe_printf(f, "%s asked for, %s differ%s, %s not asked for, %s missing",
	    safe_count(f, row_uint(request, "asked")).text, safe_count(f, differ).text,
	    differ == 1 ? "s" : "", safe_count(f, row_uint(request, "other")).text,
	    safe_count(f, row_uint(request, "missing")).text);
}

/* --- while a reading waits -------------------------------------------------------------- */

const char *
wanted_why_no_list(const json_t *choice)
{
	const json_t *r = json_object_get(choice, "request");
	if (choice == NULL)
		return "it is possible while a reading waits, before contents are read";
	if (r == NULL)
		return "no request was given, and none lies on the medium: x leaves out by "
		       "hand";
	if (!wanted_is_good(r))
		return "the request cannot be read; x leaves out by hand";
	if (row_uint(r, "names") == 0)
		return "the request names no files; x leaves out by hand";
	return row_uint(r, "other_files") > 0 ? NULL : "all files on the medium were asked for";
}

void
wanted_ask(struct view *v, const char *transfer, bool take, link_fn *fn)
{
	app_ask(v, MSG_UI_REQUESTED,
	    json_pack("{s:s, s:b}", "transfer", transfer, "take", (int)take), MSG_DESK_DONE,
	    fn);
}

void
wanted_said(struct app *app, const struct msg *m, bool take)
{
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(app, m);
		return;
	}
	if (take) {
		app_say(app, "Nothing is left out any more.");
		return;
	}
	uint64_t n = msg_uint(m, "count");
	app_say(app,
	    "Left out now: %s thing%s with %s; x shows them, X in there takes all back.",
	    safe_count(app->frame, n).text, n == 1 ? "" : "s",
	    safe_size(app->frame, msg_uint(m, "bytes")).text);
}

/* --- lines ---------------------------------------------------------------------------- */

static void
wanted_add(struct wanted *w, struct safe label, enum style style, struct safe text)
{
	int room = w->cells - WANTED_LABEL > 16 ? w->cells - WANTED_LABEL : 16;
	do {
		size_t next, n = wrap_words(text, room, &next);
		if (w->n == WANTED_LINES)
			return;
		w->lines[w->n++] =
		    (struct wanted_line){label, wrap_head(w->view.app->frame, text, n), style};
		label = SAFE("");
		text = safe_from(text, next);
	} while (!safe_empty(text));
}

/* What was typed when the medium was handed in, when the request says something else. */
static void
wanted_add_typed(struct wanted *w, const char *field, struct safe says)
{
	struct arena *f = w->view.app->frame;
	const json_t *fields = json_object_get(w->status, "fields"), *row;
	size_t i;
	json_array_foreach (fields, i, row) {
		struct safe typed = safe_member(f, row, "value");
		if (strcmp(row_text(row, "name"), field) != 0 || safe_empty(typed) ||
		    strcmp(typed.text, says.text) == 0)
			continue;
		wanted_add(w, SAFE(""), safe_empty(says) ? STYLE_PLAIN : STYLE_WARN,
		    safe_printf(f, "%s: %s",
			safe_empty(says) ? "typed, and not in the request"
					 : "typed otherwise, and kept",
			typed.text));
	}
}

static void
wanted_add_texts(struct wanted *w, const json_t *r)
{
	static const struct {
		const char *key, *field, *label;
	} texts[] = {
	    {"id", "request", "Request"},
	    {"purpose", "purpose", "Purpose"},
	    {"approval", "approval", "Approval"},
	    {"target", "target", "Target"},
	    {"classification", "classification", "Classification"},
	};
	struct arena *f = w->view.app->frame;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct safe says = safe_member(f, r, texts[i].key);
		wanted_add(w, safe_text(f, texts[i].label), STYLE_PLAIN,
		    safe_empty(says) ? SAFE("-") : says);
		wanted_add_typed(w, texts[i].field, says);
	}
	struct safe whom = safe_member(f, r, "requester"),
		    ours = safe_member(f, w->status, "requester");
	bool other = strcmp(whom.text, ours.text) != 0;
	wanted_add(w, SAFE("Requester"), other ? STYLE_WARN : STYLE_PLAIN,
	    other ? safe_printf(f, "%s; this transfer is for %s", whom.text, ours.text) : whom);
}

static void
wanted_add_source(struct wanted *w, const json_t *r)
{
	struct arena *f = w->view.app->frame;
	const char *word = row_text(r, "signed");
	bool fits = strcmp(word, "signed") == 0, none = strcmp(word, "no") == 0;
	wanted_add(w, SAFE("Signature"), fits || none ? STYLE_PLAIN : STYLE_WARN,
	    safe_member(f, r, "why"));
	wanted_add(w, SAFE("Where from"), STYLE_PLAIN,
	    strcmp(row_text(r, "source"), "given") == 0
		? SAFE("an officer gave it; its bytes are in the record")
		: SAFE("it lies on the medium, as sallyport-request.json"));
	wanted_add(w, SAFE("sha256"), STYLE_PLAIN, safe_digest(f, row_text(r, "document"), 16));
}

static void
wanted_add_count(struct wanted *w, const char *label, uint64_t n, bool bad, const char *one,
    const char *many)
{
	struct arena *f = w->view.app->frame;
	wanted_add(w, safe_text(f, label), bad && n > 0 ? STYLE_WARN : STYLE_PLAIN,
	    safe_printf(f, "%s %s", safe_count(f, n).text, n == 1 ? one : many));
}

static void
wanted_add_judgement(struct wanted *w, const json_t *r, bool early)
{
	struct arena *f = w->view.app->frame;
	uint64_t missing = row_uint(r, "missing");
	const json_t *names = json_object_get(r, "missing_names"), *name;
	size_t i;
	wanted_add_count(w, "Names", row_uint(r, "names"), false, "file or folder is asked for",
	    "files and folders are asked for");
	wanted_add_count(w, "As asked", row_uint(r, "asked"), false,
	    early ? "item has such a name; its digest is not known yet"
		  : "item is what was asked for",
	    early ? "items have such names; their digests are not known yet"
		  : "items are what was asked for");
	wanted_add_count(w, "Differ", row_uint(r, "differ"), true,
	    early ? "item has another size" : "item has another digest or size",
	    early ? "items have another size" : "items have another digest or size");
	wanted_add_count(w, "Others", row_uint(r, "other"), false, "item that nobody asked for",
	    "items that nobody asked for");
	if (row_uint(r, "left") > 0)
		wanted_add_count(w, "Left out", row_uint(r, "left"), true,
		    "name that an officer left out", "names that an officer left out");
	wanted_add_count(w, "Missing", missing, true, "name that nothing on the medium has",
	    "names that nothing on the medium has");
	json_array_foreach (names, i, name)
		wanted_add(w, SAFE(""), STYLE_PLAIN, safe_text(f, json_string_value(name)));
	if (missing > json_array_size(names))
		wanted_add(w, SAFE(""), STYLE_PLAIN,
		    safe_printf(f, "and %s more",
			safe_count(f, missing - json_array_size(names)).text));
}

/* --- the view -------------------------------------------------------------------------- */

static void
wanted_on_status(void *owner, struct msg *m)
{
	struct wanted *w = owner;
	if (m == NULL || m->id != MSG_DESK_STATUS) {
		if (m != NULL)
			app_refused(w->view.app, m);
		return;
	}
	json_decref(w->status);
	w->status = json_incref(json_object_get(m->body, "status"));
}

static void
wanted_print(struct wanted *w)
{
	bool early;
	const json_t *r = wanted_find(w->status, &early);
	if (w->status == NULL)
		wanted_add(
		    w, SAFE(""), STYLE_PLAIN, SAFE("The station is asked what was asked for."));
	else if (r == NULL)
		wanted_add(w, SAFE(""), STYLE_PLAIN,
		    SAFE("No request was given, and none lies at the root of the medium."));
	else if (!wanted_is_good(r))
		wanted_add(
		    w, SAFE("Request"), STYLE_WARN, safe_member(w->view.app->frame, r, "why"));
	else {
		wanted_add_texts(w, r);
		wanted_add_source(w, r);
		wanted_add(w, SAFE(""), STYLE_PLAIN, SAFE(""));
		wanted_add_judgement(w, r, early);
	}
}

static void
wanted_draw(struct view *v, const struct area *a)
{
	struct wanted *w = wanted_of(v);
	struct arena *f = v->app->frame;
	w->lines = arena_alloc(f, WANTED_LINES * sizeof(*w->lines));
	w->n = 0;
	w->cells = a->cols - 3;
	wanted_print(w);
	cursor_fit(&w->cursor, w->n, a->rows);
	for (int i = 0; i < a->rows && w->cursor.top + (uint64_t)i < w->n; i++) {
		uint64_t at = w->cursor.top + (uint64_t)i;
		const struct wanted_line *l = &w->lines[at];
		area_put(a, i, 0, STYLE_PLAIN, at == w->cursor.at ? SAFE(">") : SAFE(" "));
		area_put(a, i, 2, STYLE_HEAD, l->label);
		area_name(
		    a, f, i, 2 + WANTED_LABEL, a->cols - 3 - WANTED_LABEL, l->style, l->text);
		if (at == w->cursor.at)
			area_cursor(a, i, 0);
	}
}

static struct safe
wanted_subject(struct view *v, struct arena *a)
{
	return safe_text(a, wanted_of(v)->transfer);
}

static struct safe
wanted_status(struct view *v, struct arena *a)
{
	const struct wanted *w = wanted_of(v);
	bool early;
	const json_t *r = wanted_find(w->status, &early);
	if (r == NULL || !wanted_is_good(r))
		return SAFE("");
	return safe_printf(a, "%s%s", early ? "so far: " : "", wanted_counts(a, r).text);
}

static void
wanted_shown(struct view *v)
{
	if (app_why_no_desk(v->app) == NULL)
		app_ask(v, MSG_UI_STATUS,
		    json_pack("{s:s}", "transfer", wanted_of(v)->transfer), MSG_DESK_STATUS,
		    wanted_on_status);
}

static void
wanted_done(struct view *v)
{
	json_decref(wanted_of(v)->status);
}

static const struct view_type wanted_type = {
    .title = "REQUEST",
    .map = MAP_WANTED,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = wanted_draw,
    .subject = wanted_subject,
    .status = wanted_status,
    .shown = wanted_shown,
    .done = wanted_done,
};

struct view *
wanted_view(struct app *app, const char *transfer)
{
	struct wanted *w = view_new(app, &wanted_type, sizeof(*w));
	w->view.cursor = &w->cursor;
	snprintf(w->transfer, sizeof(w->transfer), "%s", transfer);
	wanted_shown(&w->view);
	return &w->view;
}

/* --- acts ------------------------------------------------------------------------------- */

const char *
wanted_may_items(struct view *v)
{
	const struct wanted *w = wanted_of(v);
	bool early;
	const json_t *r = wanted_find(w->status, &early);
	if (app_why_no_desk(v->app) != NULL)
		return app_why_no_desk(v->app);
	if (r == NULL)
		return "there is no request";
	if (early)
		return "contents are not read yet; Esc, then O leaves out what nobody asked "
		       "for";
	return row_uint(r, "differ") + row_uint(r, "other") > 0
	           ? NULL
	           : "everything on the medium is what was asked for";
}

void
wanted_act_items(struct view *v)
{
	app_push(v->app, review_view_limited(v->app, wanted_of(v)->transfer, "class=request"));
}
