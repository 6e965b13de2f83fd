/* links: @ui tests/screens/script tests/screens/player tests/screens/peer tests/screens/peer_list tests/screens/fixture tests/ledger/maker src/core/name src/core/name_type src/core/inventory_print */
/* SPDX-License-Identifier: ISC */
/* Every key on every screen: bound, refused with a sentence, or nothing on purpose. */
#include "tests/screens/script.h"
#include "ui/act.h"
#include "ui/dump.h"
#include "ui/key.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#define STORM_KEYS  60000
#define STORM_ROUND 400 /* keys from one opening of a screen */

static struct player player;

/* A screen and the keys that lead there from the home screen of anna. */
static const struct screen {
	const char *what, *view, *keys;
	enum map map; /* of what is on top then */
} screens[] = {
    {"home", "", "", MAP_HOME},
    {"home, media", "", "Tab", MAP_HOME},
    {"help", "", "?", MAP_HELP},
    {"messages", "", "m", MAP_SAID},
    {"lock", "", "F9", MAP_LOCK},
    {"sign out?", "", "F10", MAP_PROMPT},
    {"intake", "", "i", MAP_INTAKE},
    {"transfers", "transfers", "", MAP_TRANSFERS},
    {"report", "transfers", "P", MAP_REPORT},
    {"anchors", "", "5", MAP_ANCHORS},
    {"export", "transfers", "e", MAP_SENDING},
    {"fields", "review", "f", MAP_FIELDS},
    {"timeline", "timeline", "", MAP_TIMELINE},
    {"progress", "progress", "", MAP_PROGRESS},
    {"review", "review", "", MAP_REVIEW},
    {"review, limit", "review", "l", MAP_PROMPT},
    {"review, reason", "review", "Down r", MAP_PROMPT},
    {"review, order", "review", "o", MAP_PROMPT},
    {"details", "review", "Enter", MAP_DETAILS},
    {"preview, text", "review", "Down Down Enter t", MAP_PREVIEW},
    {"preview, hex", "review", "Down Down Enter x", MAP_PREVIEW},
    {"bulk", "review", "B 1", MAP_BULK},
    {"signature", "signature", "", MAP_SIGNATURE},
    {"looking", "signature", "Enter", MAP_LOOKING},
    {"withdraw?", "signature", "W", MAP_SIGNATURE},
};
#define SCREENS (sizeof(screens) / sizeof(screens[0]))

static void
answer(const char *request, const char *name, const char *text)
{
	const char *why = "";
	json_t *body = json_loads(text, 0, NULL);
	if (!peer_answer(player.peer, message_find(request), message_find(name), body, &why))
		fail_msg("%s: %s", request, why);
}

static void
go(const struct screen *s, int rows, int cols)
{
	struct script script = {.player = &player};
	char keys[64], *rest = keys;
	player_start(&player, rows, cols);
	assert_true(script_file(&script, "tests/screens/common.inc"));
	answer("ui.watch", "desk.progress",
	    "{\"transfer\": \"K1-000042\", \"state\": \"READING\", \"errors\": 0, "
	    "\"paused\": false, \"why\": \"\", \"last\": false, \"stages\": []}");
	answer("ui.preview", "desk.preview",
	    "{\"mode\": \"text\", \"at\": 0, \"next\": 5, \"total\": 5, \"found\": true, "
	    "\"lines\": [\"hello\"]}");
	answer("ui.bulk", "desk.bulk",
	    "{\"set\": \"9f31c0aa77e29f31c0aa77e29f31c0aa77e29f31c0aa77e29f31c0aa77e20000\", "
	    "\"total\": 39, \"change\": 17, \"same\": 12, \"blocked\": 2, \"other\": 4, "
	    "\"reasons\": 15, \"before\": {\"none\": 17}, \"sample\": [\"a\"], \"largest\": "
	    "\"a\", \"largest_bytes\": 1}");
	player_as(&player, "anna");
	if (s->view[0] != '\0')
		assert_true(player_open_view(&player, s->view, FIXTURE_TRANSFER));
	player_pass(&player, 500);
	snprintf(keys, sizeof(keys), "%s", s->keys);
	for (char *word = script_word(&rest); word[0] != '\0'; word = script_word(&rest))
		player_key(&player, key_parse(word));
}

/* --- the tables -------------------------------------------------------------------------- */

static void
no_key_is_bound_twice_in_one_map(void **state)
{
	const struct act_key *a, *b;
	(void)state;
	for (size_t i = 0; (a = act_key_at(i)) != NULL; i++)
		for (size_t k = 0; k < i; k++) {
			char name[10];
			b = act_key_at(k);
			if (a->map == b->map && a->key == b->key)
				fail_msg("%s twice in %s", key_name(a->key, name),
				    act_map_title(a->map));
		}
}

static void
every_act_is_built_and_has_help_and_a_key(void **state)
{
	(void)state;
	for (unsigned a = 0; a < ACT__MAX; a++) {
		const struct act_row *row = act_row((enum act)a);
		bool bound = false;
		assert_non_null(row->help);
		if (row->help[0] == '\0' || row->help[strlen(row->help) - 1] == '.')
			fail_msg("act %u: help is \"%s\"", a, row->help);
		if (row->run == NULL || row->may == NULL)
			fail_msg("act %u is not built: %s", a, row->help);
		for (size_t i = 0; act_key_at(i) != NULL; i++)
			bound |= act_key_at(i)->act == (enum act)a;
		if (!bound)
			fail_msg("act %u has no key: %s", a, row->help);
	}
}

static void
every_bound_key_has_a_name_that_is_read_back(void **state)
{
	(void)state;
	for (int key = 0; key < K__MAX; key++) {
		char name[10];
		key_name(key, name);
		assert_in_range(strlen(name), 1, 9);
		for (size_t i = 0; act_key_at(i) != NULL; i++)
			if (act_key_at(i)->key == key && key_parse(name) != key)
				fail_msg("%s is read as %d", name, key_parse(name));
	}
}

/* A list of letters for a row, a function key or a control key beside each commit. */
static void
nothing_is_reached_by_control_or_function_keys_alone(void **state)
{
	(void)state;
	for (unsigned a = 0; a < ACT__MAX; a++) {
		bool plain = false;
		for (size_t i = 0; act_key_at(i) != NULL; i++) {
			const struct act_key *k = act_key_at(i);
			if (k->act != (enum act)a)
				continue;
			plain |= (k->key > 0x20 && k->key < 0x7f) || k->key == K_ENTER ||
			         k->key == K_TAB || k->key == K_ESC || k->key == K_SPACE ||
			         k->key == K_UP || k->key == K_DOWN || k->key == K_LEFT ||
			         k->key == K_RIGHT || k->key == K_HOME || k->key == K_END ||
			         k->key == K_PAGE_UP || k->key == K_PAGE_DOWN ||
			         k->map == MAP_LOGIN || k->map == MAP_LOCK;
		}
		/* these suspend or redraw: whoever cannot press them needs neither */
		bool spare = a == ACT_NOTHING || a == ACT_REDRAW || a == ACT_CANCEL ||
		             a == ACT_HALF_UP || a == ACT_HALF_DOWN || a == ACT_RELOAD;
		if (!plain && !spare)
			fail_msg("only by a control or function key: %s",
			    act_row((enum act)a)->help);
	}
}

/* --- the screens -------------------------------------------------------------------------- */

static void
every_screen_of_the_table_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCREENS; i++) {
		go(&screens[i], 24, 80);
		if (player.app->top->type->map != screens[i].map)
			fail_msg("%s: the keys led to %s (%s)", screens[i].what,
			    player.app->top->type->title,
			    act_map_title(player.app->top->type->map));
	}
}

static void
the_key_bar_shows_help_whole_at_80_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCREENS; i++) {
		struct buf out;
		go(&screens[i], 24, 80);
		buf_init(&out, 1 << 16);
		dump_text(player.grid, &out);
		const char *bar = buf_str(&out);
		for (int row = 0; row < 23; row++)
			bar = strchr(bar, '\n') + 1;
		if (screens[i].map != MAP_HELP && strstr(bar, "? Help\n") == NULL &&
		    strstr(bar, "F1 Help\n") == NULL)
			fail_msg("%s: the bar is \"%s\"", screens[i].what, bar);
		assert_in_range(strlen(bar), 1, 80);
		buf_done(&out);
	}
}

/* A key that is not bound, or not possible now, and that no field took, says so. */
static void
press_and_judge(const struct screen *s, int key)
{
	struct app *app = player.app;
	struct view *v = app->top;
	enum act act;
	char name[10];
	bool bound = act_find(v, key, &act);
	bool possible = bound && act_row(act)->may != NULL && act_row(act)->may(v) == NULL;
	bool fields = v->type->key != NULL;
	size_t said = app->nsaid;
	uint64_t entries = peer_entries(player.peer);
	player_key(&player, key);
	if (!possible && !fields && key != K_SIZE && key != K_F9 && app->nsaid == said &&
	    app->hint[0] == '\0')
		fail_msg("%s: %s is %s and says nothing", s->what, key_name(key, name),
		    bound ? "not possible" : "not bound");
	if (player.bad[0] != '\0')
		fail_msg("%s: %s: %s", s->what, key_name(key, name), player.bad);
	if (peer_entries(player.peer) != entries)
		fail_msg("%s: %s signed something", s->what, key_name(key, name));
}

static void
every_key_of_every_screen_does_something_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCREENS; i++) {
		go(&screens[i], 24, 80);
		struct view *there = player.app->top;
		for (int key = 0; key < K__MAX; key++) {
			/* a view that was freed and made again may lie at the same place */
			if (player.app->top != there || player.app->end != APP_GOES_ON ||
			    player.app->top->type->map != screens[i].map) {
				go(&screens[i], 24, 80);
				there = player.app->top;
			}
			press_and_judge(&screens[i], key);
		}
	}
}

/* --- storms
 * ------------------------------------------------------------------------------------- */

static uint32_t storm_state;

static uint32_t
storm_next(uint32_t below)
{
	storm_state = storm_state * 1664525u + 1013904223u;
	return (storm_state >> 8) % below;
}

static int
storm_key(void)
{
	static const int often[] = {K_ENTER, K_TAB, K_ESC, K_DOWN, K_UP, K_PAGE_DOWN, K_END,
	    K_F8, 'a', 'r', 'h', 'y', 'S', 'B', 'l', ':', '1', 'u', 'x', 't', K_SPACE, K_RIGHT};
	size_t n = 0;
	uint32_t kind = storm_next(8);
	if (kind < 2)
		return (int)storm_next(K__MAX);
	if (kind < 5)
		return often[storm_next(sizeof(often) / sizeof(often[0]))];
	while (act_key_at(n) != NULL)
		n++;
	return act_key_at(storm_next((uint32_t)n))->key;
}

static void
storm_round(const struct screen *s, unsigned keys)
{
	/* mostly the size that is quick to draw */
	static const int sizes[][2] = {
	    {24, 80}, {24, 80}, {24, 80}, {24, 80}, {24, 80}, {36, 120}, {60, 200}, {1, 1}};
	const int *size = sizes[storm_next(sizeof(sizes) / sizeof(sizes[0]))];
	go(s, size[0] > 1 ? size[0] : 24, size[0] > 1 ? size[1] : 80);
	player.rows = size[0];
	player.cols = size[1];
	for (unsigned i = 0; i < keys && player.app->end == APP_GOES_ON; i++) {
		int key = storm_key();
		enum map map = player.app->top->type->map;
		/* unsealing a key is slow: here it is left out, and tried below */
		if ((map == MAP_LOCK || map == MAP_LOGIN) && key == K_ENTER)
			continue;
		player_key(&player, key);
		if (player.bad[0] != '\0')
			fail_msg("%s: %s", s->what, player.bad);
	}
	assert_int_equal(peer_entries(player.peer), 0);
}

static void
no_storm_of_keys_crashes_or_signs(void **state)
{
	int keys_fd = player.ui.keys_fd;
	(void)state;
	storm_state = 20261122;
	player.ui.keys_fd = -1; /* refused before it is unsealed */
	for (unsigned n = 0; n < STORM_KEYS; n += STORM_ROUND)
		storm_round(&screens[storm_next(SCREENS)], STORM_ROUND);
	player.ui.keys_fd = keys_fd;
}

/* --- type-ahead
 * ------------------------------------------------------------------------------------ */

/* A hand that knows the way signs nothing before the groups were opened. */
static void
what_is_typed_blindly_signs_nothing(void **state)
{
	static const struct screen there = {"signature", "signature", "", MAP_SIGNATURE};
	(void)state;
	go(&there, 24, 80);
	for (int round = 0; round < 3; round++) {
		player_key(&player, round == 1 ? 'S' : K_F8);
		for (const char *c = PLAYER_PASSPHRASE "\r\r"; *c != '\0'; c++)
			player_key(&player, *c);
	}
	assert_int_equal(peer_entries(player.peer), 0);
}

static int
begin(void **state)
{
	(void)state;
	if (access("tests/screens/common.inc", R_OK) != 0)
		return 1; /* tests run at the top */
	player_open(&player);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	player_close(&player);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_key_is_bound_twice_in_one_map),
	    cmocka_unit_test(every_act_is_built_and_has_help_and_a_key),
	    cmocka_unit_test(every_bound_key_has_a_name_that_is_read_back),
	    cmocka_unit_test(nothing_is_reached_by_control_or_function_keys_alone),
	    cmocka_unit_test(every_screen_of_the_table_is_there),
	    cmocka_unit_test(the_key_bar_shows_help_whole_at_80_columns),
	    cmocka_unit_test(every_key_of_every_screen_does_something_or_says_why_not),
	    cmocka_unit_test(no_storm_of_keys_crashes_or_signs),
	    cmocka_unit_test(what_is_typed_blindly_signs_nothing),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
