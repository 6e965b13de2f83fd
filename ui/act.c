/* SPDX-License-Identifier: ISC */
#include "ui/act.h"
#include "ui/anchors.h"
#include "ui/app.h"
#include "ui/key.h"

#include <string.h>

static const struct act_row act_rows[ACT__MAX] = {
#define ACT(id, function, may, bar, help) [ACT_##id] = {function, may, bar, help},
#include "ui/acts.def"
#undef ACT
};

static const struct act_key act_keys[] = {
#define KEY(map, key, act) {MAP_##map, key, ACT_##act},
#include "ui/keys.def"
#undef KEY
};
#define ACT_KEYS (sizeof(act_keys) / sizeof(act_keys[0]))

static const char *const act_titles[MAP__MAX] = {
    [MAP_ANY] = "Everywhere",
    [MAP_LIST] = "Lists",
    [MAP_LOGIN] = "Sign-in",
    [MAP_LOCK] = "Lock",
    [MAP_HOME] = "Home",
    [MAP_HELP] = "Help",
    [MAP_SAID] = "Messages",
    [MAP_PROMPT] = "Questions",
    [MAP_INTAKE] = "Intake form",
    [MAP_PROGRESS] = "Intake and release",
    [MAP_FIELDS] = "Fields of a transfer",
    [MAP_UNLOCK] = "Opening a volume",
    [MAP_SCOPE] = "What is left out",
    [MAP_WANTED] = "Request",
    [MAP_REVIEW] = "Review",
    [MAP_DETAILS] = "Details of an item",
    [MAP_MEMBERS] = "What is inside an item",
    [MAP_BULK] = "Bulk decision",
    [MAP_PREVIEW] = "Preview",
    [MAP_SIGNATURE] = "Signature",
    [MAP_LOOKING] = "What a signer looks at",
    [MAP_TRANSFERS] = "Transfers",
    [MAP_TIMELINE] = "Record of a transfer",
    [MAP_REPORT] = "Reports of a period and of people",
    [MAP_SENDING] = "What leaves the station",
    [MAP_REGISTER] = "Medium register",
    [MAP_PEOPLE] = "People",
    [MAP_ANCHORS] = "Anchors of the record",
    [MAP_ANCHOR_PAGE] = "A page with an anchor",
    [MAP_MOVE] = "A medium of the register",
};

const char *
act_always(struct view *v)
{
	(void)v;
	return NULL;
}

const struct act_row *
act_row(enum act act)
{
	return &act_rows[act];
}

const struct act_key *
act_key_at(size_t i)
{
	return i < ACT_KEYS ? &act_keys[i] : NULL;
}

const char *
act_map_title(enum map map)
{
	return act_titles[map];
}

static bool
act_find_in(enum map map, int key, enum act *ret_act)
{
	for (size_t i = 0; i < ACT_KEYS; i++)
		if (act_keys[i].map == map && act_keys[i].key == key) {
			*ret_act = act_keys[i].act;
			return true;
		}
	return false;
}

bool
act_find(const struct view *v, int key, enum act *ret_act)
{
	static const enum map common[] = {MAP_LIST, MAP_ANY};
	if (act_find_in(v->type->map, key, ret_act))
		return true;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if ((v->type->also & MAP_BIT(common[i])) != 0 &&
		    act_find_in(common[i], key, ret_act))
			return true;
	return false;
}

/* What the station refuses as long as an anchor stands against all work. */
static const enum act act_work[] = {ACT_HOME_INTAKE, ACT_SUBMIT, ACT_SIGN};

static const char *
act_why_not(struct view *v, enum act act)
{
	const char *bar = anchors_bar(v->app->anchors);
	for (size_t i = 0; bar != NULL && i < sizeof(act_work) / sizeof(act_work[0]); i++)
		if (act_work[i] == act)
			return bar;
	return act_rows[act].may(v);
}

void
act_press(struct view *v, int key)
{
	char name[10];
	enum act act;
	if (!act_find(v, key, &act)) {
		app_hint(v->app, "%s does nothing on this screen; %s lists the keys",
		    key_name(key, name), v->type->bare ? "F1" : "?");
		return;
	}
	const char *why = act_why_not(v, act);
	if (why != NULL)
		app_hint(v->app, "%s: %s", key_name(key, name), why);
	else
		act_rows[act].run(v);
}

/* --- the key bar ----------------------------------------------------------------- */

/* The row's act was named by an earlier key of the same map. */
static bool
act_is_alias(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (act_keys[k].map == act_keys[i].map && act_keys[k].act == act_keys[i].act)
			return true;
	return false;
}

/* Some key of the map does it. */
static bool
act_has(enum map map, enum act act)
{
	for (size_t k = 0; k < ACT_KEYS; k++)
		if (act_keys[k].map == map && act_keys[k].act == act)
			return true;
	return false;
}

static bool
act_in_bar(struct view *v, size_t i, enum map map)
{
	const struct act_row *row = &act_rows[act_keys[i].act];
	enum act act;
	if (map != v->type->map && act_has(v->type->map, act_keys[i].act))
		return false; /* the view's own key for it was shown */
	return act_keys[i].map == map && row->bar[0] != '\0' && act_keys[i].act != ACT_HELP &&
	       !act_is_alias(i) && act_find(v, act_keys[i].key, &act) &&
	       act == act_keys[i].act && act_why_not(v, act) == NULL;
}

static int
act_put_key(const struct area *a, struct arena *frame, int row, int col, size_t i)
{
	char name[10];
	key_name(act_keys[i].key, name);
	col = area_put(a, row, col, STYLE_KEY, safe_text(frame, name));
	col = area_put(
	    a, row, col + 1, STYLE_BAR, safe_text(frame, act_rows[act_keys[i].act].bar));
	return col + 2;
}

static int
act_key_cells(size_t i)
{
	char name[10];
	return (int)(strlen(key_name(act_keys[i].key, name)) +
		     strlen(act_rows[act_keys[i].act].bar)) +
	       1;
}

void
act_draw_bar(struct view *v, const struct area *a, int row)
{
	struct arena *frame = v->app->frame;
	enum map maps[] = {v->type->map, MAP_LIST, MAP_ANY};
	int col = 1, help_cells = 8; /* two blanks and "? Help" */
	for (size_t m = 0; m < sizeof(maps) / sizeof(maps[0]); m++) {
		if (m > 0 && (v->type->also & MAP_BIT(maps[m])) == 0)
			continue;
		for (size_t i = 0; i < ACT_KEYS; i++)
			if (act_in_bar(v, i, maps[m]) &&
			    col + act_key_cells(i) + help_cells <= a->cols)
				col = act_put_key(a, frame, row, col, i);
	}
	for (size_t i = 0; i < ACT_KEYS; i++) {
		enum act act;
		if (act_keys[i].act == ACT_HELP && act_find(v, act_keys[i].key, &act) &&
		    act == ACT_HELP) {
			act_put_key(a, frame, row, col, i);
			return;
		}
	}
}

/* --- the manual ------------------------------------------------------------------- */

static void
act_print_keys(struct buf *out, size_t first)
{
	char name[10];
	for (size_t i = first; i < ACT_KEYS; i++) {
		if (act_keys[i].map != act_keys[first].map ||
		    act_keys[i].act != act_keys[first].act)
			continue;
		key_name(act_keys[i].key, name);
		buf_add_str(out, i > first ? " , \\&" : "\\&"); /* no word of mdoc */
		for (const char *p = name; *p != '\0'; p++)
			buf_addf(out, *p == '\\' ? "\\e" : "%c", *p);
	}
}

void
act_print_manual(struct buf *out)
{
	for (unsigned map = 0; map < MAP__MAX; map++) {
		bool any = false;
		for (size_t i = 0; i < ACT_KEYS; i++) {
			if (act_keys[i].map != (enum map)map || act_is_alias(i))
				continue;
			if (!any)
				buf_addf(out, ".Ss %s\n.Bl -tag -width \"Ctrl-D , PgDn\"\n",
				    act_titles[map]);
			any = true;
			buf_add_str(out, ".It ");
			act_print_keys(out, i);
			const char *help = act_rows[act_keys[i].act].help;
			buf_addf(out, "\n%c%s.\n", help[0] & ~0x20, help + 1);
		}
		if (any)
			buf_add_str(out, ".El\n");
	}
}
