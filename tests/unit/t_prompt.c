/* links: @ui */
/* SPDX-License-Identifier: ISC */
/* Questions begin on No, take what was typed and nothing else, and go away whole. */
#include "ui/prompt.h"
#include "tests/unit/screen.h"
#include "ui/key.h"
#include "ui/view/work.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static struct ui ui = {.passphrase_fd = -1, .tty = -1, .keys_fd = -1, .as = "otto"};
static struct app *app;
static struct grid *grid;
static struct view *owner;

/* What the owner was told. */
static int yes, secrets;
static size_t choice;
static char taken[128];

static void
base_draw(struct view *v, const struct area *a)
{
	(void)v;
	(void)a;
}

static const struct view_type base_type = {.title = "BASE", .map = MAP_HOME, .draw = base_draw};

static int
setup(void **state)
{
	(void)state;
	assert_int_equal(seal_init(), ERR_OK);
	app = app_new(&ui, 1000, 1000);
	grid = grid_new();
	owner = view_new(app, &base_type, sizeof(*owner));
	app_push(app, owner);
	yes = secrets = 0;
	choice = SIZE_MAX;
	taken[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	app_free(app);
	grid_free(grid);
	return 0;
}

static void
type(const char *text)
{
	for (; *text != '\0'; text++)
		app_key(app, (unsigned char)*text);
}

/* Some row of the screen has it. */
static bool
shown(const char *text)
{
	app_draw(app, grid, 24, 80);
	for (int row = 0; row < 24; row++)
		if (strstr(screen_row(grid, row), text) != NULL)
			return true;
	return false;
}

static void
on_yes(struct view *v)
{
	assert_ptr_equal(v, owner);
	assert_ptr_equal(app->top, owner);
	yes++;
}

static void
on_secret(struct view *v, struct seal_secret *s)
{
	assert_ptr_equal(v, owner);
	secrets += (int)seal_secret_len(s);
	seal_secret_free(s);
}

static void
on_pick(struct view *v, size_t n, const char *text)
{
	assert_ptr_equal(v, owner);
	choice = n;
	snprintf(taken, sizeof(taken), "%s", text);
}

static bool
on_line(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	assert_ptr_equal(v, owner);
	if (strcmp(text, "later") == 0)
		return false;
	if (strcmp(text, "good") != 0) {
		*ret_at = 3;
		snprintf(ret_why, PROMPT_WHY_SIZE, "no such field");
		return false;
	}
	snprintf(taken, sizeof(taken), "%s", text);
	return true;
}

/* --- confirmations -------------------------------------------------------------------- */

static const struct {
	const char *what;
	int keys[4]; /* 0 ends */
	int yes;
	bool open;
} confirms[] = {
    {"Enter alone", {K_ENTER}, 0, false},
    {"Esc", {K_ESC}, 0, false},
    {"q", {'q'}, 0, false},
    {"Ctrl-C", {K_CTRL('C')}, 0, false},
    {"y is no answer", {'y'}, 0, true},
    {"Space is no answer", {K_SPACE}, 0, true},
    {"a letter and Enter", {'y', K_ENTER}, 0, false},
    {"moved and pressed", {K_TAB, K_ENTER}, 1, false},
    {"moved there and back", {K_RIGHT, K_LEFT, K_ENTER}, 0, false},
    {"around", {K_TAB, K_TAB, K_ENTER}, 0, false},
};

static void
a_confirmation_begins_on_no(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(confirms) / sizeof(confirms[0]); i++) {
		yes = 0;
		prompt_confirm(owner, SAFE("TITLE"), SAFE("Text."), SAFE("Do it"), on_yes);
		assert_true(app->flush);
		assert_true(shown("[ Cancel ]  [ Do it ]"));
		for (size_t k = 0; confirms[i].keys[k] != 0; k++)
			app_key(app, confirms[i].keys[k]);
		if (yes != confirms[i].yes || (app->top != owner) != confirms[i].open)
			fail_msg("%s: yes %d", confirms[i].what, yes);
		if (app->top != owner)
			app_pop(app);
	}
}

static void
texts_of_a_question_outlive_the_frame(void **state)
{
	(void)state;
	prompt_confirm(owner, safe_printf(app->frame, "TITLE %d", 7),
	    safe_printf(app->frame, "Text %d.", 8), safe_printf(app->frame, "Do %d", 9),
	    on_yes);
	assert_true(shown("TITLE 7"));
	assert_true(shown("Text 8."));
	assert_true(shown("[ Do 9 ]"));
}

/* --- passphrases ----------------------------------------------------------------------- */

static void
no_signature_without_a_passphrase(void **state)
{
	(void)state;
	prompt_secret(owner, SAFE("SIGN"), SAFE("Text."), SAFE("Sign"), on_secret);
	app_key(app, K_ENTER);
	assert_ptr_not_equal(app->top, owner);
	app_key(app, K_UP); /* to the button, around the end */
	app_key(app, K_ENTER);
	assert_ptr_not_equal(app->top, owner);
	assert_int_equal(secrets, 0);
	assert_true(shown("Passphrase of otto"));
	type("opensesame");
	assert_false(shown("opensesame"));
	app_key(app, K_ENTER);
	assert_ptr_equal(app->top, owner);
	assert_int_equal(secrets, 10);
}

static void
a_passphrase_that_is_cancelled_goes_nowhere(void **state)
{
	(void)state;
	prompt_secret(owner, SAFE("SIGN"), SAFE("Text."), SAFE("Sign"), on_secret);
	type("opensesame");
	app_key(app, K_TAB);
	app_key(app, K_ENTER);
	assert_ptr_equal(app->top, owner);
	assert_int_equal(secrets, 0);
}

static void
a_passphrase_half_typed_does_not_outlive_the_lock(void **state)
{
	(void)state;
	prompt_secret(owner, SAFE("SIGN"), SAFE("Text."), SAFE("Sign"), on_secret);
	type("opensesame");
	app_key(app, K_F9);
	assert_int_equal(app->top->type->map, MAP_LOCK);
	app_pop(app);
	assert_false(shown("*"));
	app_key(app, K_ENTER);
	assert_int_equal(secrets, 0);
}

/* A bystander could fill the memory that holds passphrases. */
static void
locks_do_not_pile_up_over_their_help(void **state)
{
	(void)state;
	app_key(app, K_F9);
	const struct view *lock = app->top;
	for (int i = 0; i < 100; i++) {
		app_key(app, K_F1);
		assert_ptr_not_equal(app->top, lock);
		app_key(app, K_F9);
		assert_ptr_equal(app->top, lock);
	}
	assert_ptr_equal(lock->below, owner);
	app_pop(app);
}

/* --- one of some texts ------------------------------------------------------------------- */

static const struct {
	const char *what;
	bool free_text;
	const char *typed;
	int keys[3];
	size_t choice; /* SIZE_MAX: none */
	const char *taken;
} picks[] = {
    {"Enter alone is Cancel", true, "", {K_ENTER}, SIZE_MAX, ""},
    {"a number takes it", true, "2", {0}, 1, "second"},
    {"a number behind the last", false, "4", {K_ENTER}, SIZE_MAX, ""},
    {"down from Cancel is the first", true, "", {K_DOWN, K_ENTER}, 0, "first"},
    {"up from Cancel is the line", true, "", {K_UP, K_ENTER}, SIZE_MAX, ""},
    {"without a line the last choice", false, "", {K_UP, K_ENTER}, 2, "third"},
    {"typing goes to the line", true, "my own", {K_ENTER}, 3, "my own"},
    {"numbers there are text", true, "in 2 days", {K_ENTER}, 3, "in 2 days"},
    {"blanks are no reason", true, "x", {K_BACKSPACE, K_SPACE, K_ENTER}, SIZE_MAX, ""},
};

static void
a_pick_takes_what_is_meant(void **state)
{
	static const struct safe choices[] = {{"first"}, {"second"}, {"third"}};
	(void)state;
	for (size_t i = 0; i < sizeof(picks) / sizeof(picks[0]); i++) {
		choice = SIZE_MAX;
		taken[0] = '\0';
		prompt_pick(owner, SAFE("WHY?"), choices, 3, picks[i].free_text, on_pick);
		assert_true(shown("second"));
		type(picks[i].typed);
		for (size_t k = 0; k < 3 && picks[i].keys[k] != 0; k++)
			app_key(app, picks[i].keys[k]);
		if (choice != picks[i].choice || strcmp(taken, picks[i].taken) != 0)
			fail_msg("%s: %zu \"%s\"", picks[i].what, choice, taken);
		if (app->top != owner)
			app_pop(app);
	}
}

static void
more_choices_than_rows_scroll_with_the_focus(void **state)
{
	struct safe many[40];
	(void)state;
	for (size_t i = 0; i < 40; i++)
		many[i] = safe_printf(app->frame, "choice no. %zu;", i);
	prompt_pick(owner, SAFE("WHY?"), many, 40, true, on_pick);
	assert_true(shown("choice no. 0;"));
	assert_true(shown("[ Cancel ]"));
	for (int i = 0; i < 40; i++)
		app_key(app, K_DOWN);
	assert_true(shown("choice no. 39;"));
	assert_true(shown("[ Cancel ]"));
	app_key(app, K_ENTER);
	assert_int_equal(choice, 39);
}

/* --- one line ----------------------------------------------------------------------------- */

static void
a_mistake_is_pointed_at_and_mended(void **state)
{
	(void)state;
	prompt_line(owner, SAFE("Limit: "), "bad", 64, on_line);
	type(" x");
	app_key(app, K_ENTER);
	app_draw(app, grid, 24, 80);
	assert_memory_equal(screen_row(grid, 22), " Limit: bad x ", 14);
	/* over byte 3, which is the blank */
	assert_memory_equal(screen_row(grid, 21), "           v no such field", 26);
	assert_int_equal(grid->cursor_row, 22);
	app_key(app, K_CTRL('U'));
	assert_false(shown("no such field"));
	type("good");
	app_key(app, K_ENTER);
	assert_ptr_equal(app->top, owner);
	assert_string_equal(taken, "good");
}

static void
a_line_takes_its_limit_and_no_more(void **state)
{
	(void)state;
	prompt_line(owner, SAFE("Row: "), "", 4, on_line);
	type("good");
	assert_false(shown("takes no more"));
	type("!");
	assert_true(shown("takes no more"));
	app_key(app, K_ENTER);
	assert_string_equal(taken, "good");
}

/* --- work ------------------------------------------------------------------------------------
 */

static void
every_state_that_is_not_over_has_a_next_step(void **state)
{
	(void)state;
	for (unsigned s = TRANSFER_NONE + 1; s < TRANSFER__MAX; s++) {
		bool over = transfer_state_ended((enum transfer_state)s);
		const char *name = transfer_state_name((enum transfer_state)s);
		if ((work_next(name)[0] == '\0') != over)
			fail_msg("%s: \"%s\"", name, work_next(name));
	}
}

static const struct {
	const char *what, *rows, *words;
} works[] = {
    {"nothing", "[]", "no transfer waits for anybody"},
    {"one", "[{\"state\":\"SUBMITTED\"}]", "1 transfer waits for a second officer"},
    {"in review nobody is waited for", "[{\"state\":\"REVIEW\"}]",
	"no transfer waits for anybody"},
    {"what needs somebody comes first, OPEN is READING",
	"[{\"state\":\"OPEN\"},{\"state\":\"READING\"},{\"state\":\"SUBMITTED\"},"
	"{\"state\":\"SUBMITTED\"},{\"state\":\"FAULT\"}]",
	"2 transfers wait for a second officer, 1 needs a step repeated, 2 are being read"},
    {"a state that is a part of another, and none",
	"[{\"state\":\"READ\"},{\"state\":\"\"},{}]", "no transfer waits for anybody"},
};

static void
work_is_counted_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		struct work w = {.rows = json_loads(works[i].rows, 0, NULL)};
		assert_non_null(w.rows);
		if (strcmp(work_words(&w, app->frame).text, works[i].words) != 0)
			fail_msg("%s: %s", works[i].what, work_words(&w, app->frame).text);
		work_done(&w);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_confirmation_begins_on_no),
	    TEST(texts_of_a_question_outlive_the_frame),
	    TEST(no_signature_without_a_passphrase),
	    TEST(a_passphrase_that_is_cancelled_goes_nowhere),
	    TEST(a_passphrase_half_typed_does_not_outlive_the_lock),
	    TEST(locks_do_not_pile_up_over_their_help),
	    TEST(a_pick_takes_what_is_meant),
	    TEST(more_choices_than_rows_scroll_with_the_focus),
	    TEST(a_mistake_is_pointed_at_and_mended),
	    TEST(a_line_takes_its_limit_and_no_more),
	    TEST(every_state_that_is_not_over_has_a_next_step),
	    TEST(work_is_counted_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
