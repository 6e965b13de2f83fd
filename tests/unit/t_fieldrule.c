/* links: src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/finding src/core/item src/core/verdict src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Fields: their form, what a policy says of them, and whether a transfer has them. */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/fieldrule.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD     "name = \"p\"; required = ( { scanner = \"av\"; types = \"*\"; } ); "

/* n times the letter. */
static const char *
times(size_t n, char letter)
{
	static char text[4][LIM_FIELDS_BYTES + 16];
	static unsigned turn;
	char *out = text[turn++ % 4];
	memset(out, letter, n);
	out[n] = '\0';
	return out;
}

static void
names_words_and_days(void **state)
{
	(void)state;
	static const struct {
		bool (*ok)(const char *);
		const char *text;
		bool want;
	} cases[] = {
	    {field_name_ok, "a", true},
	    {field_name_ok, "source_2", true},
	    {field_name_ok, "", false},
	    {field_name_ok, "2a", false},
	    {field_name_ok, "_a", false},
	    {field_name_ok, "aB", false},
	    {field_name_ok, "a b", false},
	    {field_name_ok, "a\x1b[2J", false},
	    {field_name_ok, "a\xc3\xa9", false},
	    {field_word_ok, "TLP Amber/2.0-x_y", true},
	    {field_word_ok, "", false},
	    {field_word_ok, " a", false},
	    {field_word_ok, "a\n", false},
	    {field_word_ok, "a\"", false},
	    {field_date_ok, "2026-02-28", true},
	    {field_date_ok, "2024-02-29", true},
	    {field_date_ok, "2000-02-29", true},
	    {field_date_ok, "2026-02-29", false},
	    {field_date_ok, "1900-02-29", false},
	    {field_date_ok, "2026-13-01", false},
	    {field_date_ok, "2026-00-01", false},
	    {field_date_ok, "2026-04-31", false},
	    {field_date_ok, "2026-04-00", false},
	    {field_date_ok, "0000-01-01", false},
	    {field_date_ok, "0001-01-01", true},
	    {field_date_ok, "9999-12-31", true},
	    {field_date_ok, "2026-1-01", false},
	    {field_date_ok, "2026/01/01", false},
	    {field_date_ok, "2026-01-01 ", false},
	    {field_date_ok, "20a6-01-01", false},
	    {field_date_ok, "", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (cases[i].ok(cases[i].text) != cases[i].want)
			fail_msg("%zu: %s", i, cases[i].text);
	assert_true(field_name_ok(times(LIM_FIELD_NAME_BYTES, 'a')));
	assert_false(field_name_ok(times(LIM_FIELD_NAME_BYTES + 1, 'a')));
	assert_true(field_word_ok(times(LIM_FIELD_WORD_BYTES, 'a')));
	assert_false(field_word_ok(times(LIM_FIELD_WORD_BYTES + 1, 'a')));
}

static json_t *
row(const char *name, const char *value)
{
	return json_pack("{s:s, s:s}", "name", name, "value", value);
}

static enum err
check(json_t *rows)
{
	char why[FIELD_WHY_SIZE] = "";
	enum err e = field_check_rows(rows, why);
	assert_int_equal(e != ERR_OK, why[0] != '\0');
	json_decref(rows);
	return e;
}

/* n fields called f0, f1, ... */
static json_t *
many(size_t n, const char *value)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < n; i++) {
		char name[16];
		snprintf(name, sizeof(name), "f%02zu", i);
		json_array_append_new(rows, row(name, value));
	}
	return rows;
}

static void
form_of_the_rows(void **state)
{
	(void)state;
	assert_int_equal(check(json_array()), ERR_OK);
	assert_int_equal(
	    check(json_pack("[o]", row("a", times(LIM_FIELD_BYTES, 'x')))), ERR_OK);
	assert_int_equal(
	    check(json_pack("[o]", row("a", times(LIM_FIELD_BYTES + 1, 'x')))), ERR_SYNTAX);
	assert_int_equal(check(json_pack("[o]", row("a", ""))), ERR_SYNTAX);
	assert_int_equal(check(json_pack("[o]", row("a", "b\x1b[2J"))), ERR_SYNTAX);
	assert_int_equal(check(json_pack("[o]", row("a", "b\x7f"))), ERR_SYNTAX);
	assert_int_equal(check(json_pack("[o]", row("A", "b"))), ERR_SYNTAX);
	assert_int_equal(check(json_pack("[o, o]", row("a", "b"), row("a", "c"))), ERR_SYNTAX);
	assert_int_equal(check(json_pack("[{s:s}]", "name", "a")), ERR_SYNTAX);
	assert_int_equal(check(json_pack("[i]", 1)), ERR_SYNTAX);
	assert_int_equal(
	    check(json_pack("[{s:s, s:s, s:s}]", "name", "a", "value", "b", "from", "request")),
	    ERR_OK);
	assert_int_equal(
	    check(json_pack("[{s:s, s:s, s:s}]", "name", "a", "value", "b", "from", "me")),
	    ERR_SYNTAX);
	assert_int_equal(check(many(LIM_FIELDS, "v")), ERR_OK);
	assert_int_equal(check(many(LIM_FIELDS + 1, "v")), ERR_LIMIT);
	/* eight names of three bytes, and values that fill the rest */
	assert_int_equal(check(many(8, times(LIM_FIELDS_BYTES / 8 - 3, 'x'))), ERR_OK);
	assert_int_equal(check(many(8, times(LIM_FIELDS_BYTES / 8 - 2, 'x'))), ERR_LIMIT);
}

static enum err
check_classes(size_t n, const char *limit, const char *word)
{
	char why[FIELD_WHY_SIZE] = "";
	json_t *rows = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    rows, json_pack("{s:s, s:s}", "limit", limit, "word", word));
	enum err e = field_check_classes(rows, why);
	json_decref(rows);
	return e;
}

static void
form_of_the_classes(void **state)
{
	(void)state;
	assert_int_equal(check_classes(LIM_FIELD_CLASSES, "path~x", "open"), ERR_OK);
	assert_int_equal(check_classes(LIM_FIELD_CLASSES + 1, "path~x", "open"), ERR_LIMIT);
	assert_int_equal(check_classes(1, times(LIM_FIELD_LIMIT_BYTES, 'x'), "open"), ERR_OK);
	assert_int_equal(
	    check_classes(1, times(LIM_FIELD_LIMIT_BYTES + 1, 'x'), "open"), ERR_SYNTAX);
	assert_int_equal(check_classes(1, "", "open"), ERR_SYNTAX);
	assert_int_equal(check_classes(1, "a\nb", "open"), ERR_SYNTAX);
	assert_int_equal(check_classes(1, "a", ""), ERR_SYNTAX);
	assert_int_equal(check_classes(1, "a", "b\""), ERR_SYNTAX);
}

static void
laid_over(void **state)
{
	(void)state;
	json_t *rows = json_pack("[o, o]", row("a", "1"), row("b", "2"));
	json_t *over =
	    json_pack("[o, o, o, o]", row("b", "3"), row("a", ""), row("c", "4"), row("d", ""));
	json_t *typed = field_lay(rows, over, NULL);
	assert_int_equal(json_array_size(typed), 2);
	assert_null(field_value(typed, "a"));
	assert_string_equal(field_value(typed, "b"), "3");
	assert_string_equal(field_value(typed, "c"), "4");
	json_t *asked = field_lay(rows, over, "request");
	assert_int_equal(json_array_size(asked), 3);
	assert_string_equal(field_value(asked, "a"), "1");
	assert_string_equal(field_value(asked, "b"), "2");
	assert_string_equal(
	    json_string_value(json_object_get(json_array_get(asked, 2), "from")), "request");
	assert_null(json_object_get(json_array_get(asked, 1), "from"));
	/* what an officer types over it is his */
	json_t *his = json_pack("[o]", row("c", "5")), *both = field_lay(asked, his, NULL);
	assert_string_equal(field_value(both, "c"), "5");
	assert_null(json_object_get(json_array_get(both, 2), "from"));
	json_decref(both);
	json_decref(his);
	json_decref(asked);
	json_decref(typed);
	json_decref(over);
	json_decref(rows);
}

/* The digest of the canonical text, written down from outside: printf %s | sha256sum. */
static void
digest_of_the_statement(void **state)
{
	(void)state;
	char hex[HEX_DIGEST_SIZE], other[HEX_DIGEST_SIZE];
	json_t *rows = json_pack("[o]", row("purpose", "x")), *none = json_array();
	assert_int_equal(field_digest(none, NULL, hex), ERR_OK);
	assert_string_equal(hex, "");
	assert_int_equal(field_digest(rows, NULL, hex), ERR_OK);
	/* {"classes":[],"fields":[{"name":"purpose","value":"x"}]} */
	assert_string_equal(
	    hex, "fa5db0bcd9fd1e72aa888e6317df2028157b1da259fc89b29422a63845a7f4c4");
	json_t *classes = json_pack("[{s:s, s:s}]", "limit", "a", "word", "b");
	assert_int_equal(field_digest(rows, classes, other), ERR_OK);
	assert_string_not_equal(hex, other);
	json_object_set_new(json_array_get(rows, 0), "from", json_string("request"));
	assert_int_equal(field_digest(rows, NULL, other), ERR_OK);
	assert_string_not_equal(hex, other);
	json_decref(classes);
	json_decref(rows);
	json_decref(none);
}

/* --- what a policy says --------------------------------------------------------------- */

static struct policy *
parse(const char *more, char why[POLICY_WHY_SIZE])
{
	struct policy *p = NULL;
	char *text = mem_printf("%s%s", HEAD, more);
	if (policy_parse(text, strlen(text), &p, why) != ERR_OK)
		p = NULL;
	free(text);
	return p;
}

static void
policies_that_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} cases[] = {
	    {"fields = [\"purpos\"];", "neither a standard field"},
	    {"fields = [\"purpose\", \"purpose\"];", "twice"},
	    {"fields = [\"purpose\"]; fields_optional = [\"purpose\"];", "twice"},
	    {"fields = 1;", "fields"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; }, { name = \"t\"; } );",
		"twice"},
	    {"site_fields = ( { name = \"t\"; } );", "neither fields nor fields_optional"},
	    {"fields = [\"T\"]; site_fields = ( { name = \"T\"; } );", "small letter"},
	    {"site_fields = ( { name = \"purpose\"; } );", "standard field"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; kind = \"class\"; } );",
		"kind"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; kind = \"choice\"; } );",
		"choices"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; choices = [\"a\"]; } );",
		"choices"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; kind = \"choice\"; choices = "
	     "[\"a\", \"a\"]; } );",
		"twice"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; max_bytes = 1025; } );",
		"max_bytes"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; max_bytes = 0; } );",
		"max_bytes"},
	    {"fields = [\"t\"]; site_fields = ( { name = \"t\"; colour = \"red\"; } );",
		"colour"},
	    {"classifications = [\"a\", \"a\"];", "twice"},
	    {"classifications = [\" a\"];", "word"},
	    {"classifications = [\"a\"]; classification_ceiling = \"b\";", "not one of"},
	    {"classification_ceiling = \"b\";", "not one of"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char why[POLICY_WHY_SIZE] = "";
		struct policy *p = parse(cases[i].text, why);
		if (p != NULL || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].text, why);
	}
}

/* As many fields, and as many words, as fit; and one more. */
static void
limits_of_a_policy(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct buf names, site, words;
		char why[POLICY_WHY_SIZE];
		buf_init(&names, 1 << 16);
		buf_init(&site, 1 << 16);
		buf_init(&words, 1 << 16);
		for (size_t i = 0; i < LIM_POLICY_FIELDS + more; i++) {
			buf_addf(&names, "%s\"f%zu\"", i > 0 ? ", " : "", i);
			buf_addf(&site, "%s{ name = \"f%zu\"; }", i > 0 ? ", " : "", i);
		}
		for (size_t i = 0; i < LIM_POLICY_CHOICES + more; i++)
			buf_addf(&words, "%s\"w%zu\"", i > 0 ? ", " : "", i);
		buf_add_byte(&names, 0);
		buf_add_byte(&site, 0);
		buf_add_byte(&words, 0);
		char *text = mem_printf("fields = [%s]; site_fields = (%s);",
		    (const char *)names.data, (const char *)site.data);
		struct policy *p = parse(text, why);
		assert_int_equal(p != NULL, more == 0);
		policy_free(p);
		free(text);
		text = mem_printf("classifications = [%s];", (const char *)words.data);
		p = parse(text, why);
		assert_int_equal(p != NULL, more == 0);
		policy_free(p);
		free(text);
		buf_done(&names);
		buf_done(&site);
		buf_done(&words);
	}
}

static const char site_policy[] = "fields = [\"purpose\", \"medium\", \"grade\"];"
				  "fields_optional = [\"approved\", \"ticket\"];"
				  "site_fields = ( { name = \"grade\"; label = \"Grade\"; kind "
				  "= \"choice\"; choices = [\"a\", "
				  "\"b\"]; }, { name = \"ticket\"; max_bytes = 4; } );"
				  "classifications = [\"open\", \"internal\", \"secret\"];"
				  "classification_ceiling = \"internal\";";

/* What a transfer says in a short form: name=value, separated by '|'. */
static json_t *
rows_of(const char *text)
{
	json_t *rows = json_array();
	char *copy = mem_strdup(text), *rest = copy, *one;
	while ((one = strsep(&rest, "|")) != NULL) {
		char *value = strchr(one, '=');
		if (value == NULL)
			continue;
		*value++ = '\0';
		json_array_append_new(rows, row(one, value));
	}
	free(copy);
	return rows;
}

#define FULL "purpose=x|grade=a|classification=internal"

static void
transfers_against_a_policy(void **state)
{
	(void)state;
	static const struct {
		const char *fields, *control, *marking, *word;
		bool complete;
		const char *why; /* NULL: it may stand */
	} cases[] = {
	    {FULL, "M-1", "internal", NULL, true, NULL},
	    {FULL, "M-1", NULL, NULL, true, NULL},
	    {"", "", NULL, NULL, false, NULL},
	    {"", "", NULL, NULL, true, "purpose, medium, grade, classification"},
	    {"grade=a|classification=open", "M-1", NULL, NULL, true, "empty: purpose"},
	    {"purpose=  |grade=a|classification=open", "M-1", NULL, NULL, true,
		"empty: purpose"},
	    {FULL, "", NULL, NULL, true, "empty: medium"},
	    {FULL, NULL, NULL, NULL, true, "empty: medium"},
	    {"purpose=x|grade=a", "M-1", NULL, NULL, true, "empty: classification"},
	    {"medium=M-1", "M-1", NULL, NULL, false, "not typed"},
	    {"grade=c", "", NULL, NULL, false, "no such choice"},
	    {"grade=A", "", NULL, NULL, false, "no such choice"},
	    {"approved=2026-02-29", "", NULL, NULL, false, "no day"},
	    {"approved=2026-02-28", "", NULL, NULL, false, NULL},
	    {"downloaded=yesterday", "", NULL, NULL, false, "no day"},
	    {"ticket=1234", "", NULL, NULL, false, NULL},
	    {"ticket=12345", "", NULL, NULL, false, "longer than 4"},
	    {"colour=red", "", NULL, NULL, false, "neither a standard"},
	    /* classification */
	    {"classification=open", "", NULL, NULL, false, NULL},
	    {"classification=secret", "", NULL, NULL, false, "nothing above \"internal\""},
	    {"classification=public", "", NULL, NULL, false, "none of the policy's"},
	    {"source_classification=secret", "", NULL, NULL, false, NULL},
	    {"source_classification=public", "", NULL, NULL, false, "none of the policy's"},
	    {"classification=open", "M-1", "internal", NULL, false, NULL},
	    {"classification=internal", "M-1", "open", NULL, false, "marked only \"open\""},
	    {"classification=open", "M-1", "secret", NULL, false, "the medium's marking"},
	    {"classification=open", "M-1", "", NULL, false, "the medium's marking"},
	    /* a limit with its own */
	    {"classification=open", "", NULL, "internal", false, NULL},
	    {"classification=open", "", NULL, "open", false, "not above"},
	    {"classification=internal", "", NULL, "open", false, "not above"},
	    {"purpose=x", "", NULL, "open", false, NULL},
	    {"classification=open", "", NULL, "secret", false, "nothing above"},
	    {"classification=open", "", NULL, "public", false, "none of the policy's"},
	    {"classification=open", "M-1", "open", "internal", false, "marked only \"open\""},
	};
	char why[POLICY_WHY_SIZE];
	struct policy *p = parse(site_policy, why);
	assert_non_null(p);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char said[FIELDRULE_WHY_SIZE] = "";
		json_t *rows = rows_of(cases[i].fields);
		json_t *classes = cases[i].word != NULL ? json_pack("[{s:s, s:s}]", "limit",
							      "path~a", "word", cases[i].word)
		                                        : NULL;
		struct fieldrule_claim c = {.fields = rows,
		    .classes = classes,
		    .control = cases[i].control,
		    .marking = cases[i].marking};
		enum err e = fieldrule_judge(&p->fields, &c, cases[i].complete, said);
		if ((e == ERR_OK) != (cases[i].why == NULL) ||
		    (cases[i].why != NULL && strstr(said, cases[i].why) == NULL))
			fail_msg("%zu: %s: %s", i, cases[i].fields, said);
		json_decref(rows);
		json_decref(classes);
	}
	policy_free(p);
}

/* Without classifications the word is a text like any other, and no limit has one. */
static void
without_classifications(void **state)
{
	(void)state;
	char why[POLICY_WHY_SIZE], said[FIELDRULE_WHY_SIZE];
	struct policy *p = parse("", why);
	json_t *rows = rows_of("classification=whatever"),
	       *classes = json_pack("[{s:s, s:s}]", "limit", "a", "word", "b");
	struct fieldrule_claim c = {.fields = rows, .marking = "anything", .control = "M-1"};
	assert_int_equal(fieldrule_judge(&p->fields, &c, true, said), ERR_OK);
	c.classes = classes;
	assert_int_equal(fieldrule_judge(&p->fields, &c, true, said), ERR_DENIED);
	json_decref(rows);
	json_decref(classes);
	policy_free(p);
}

/* Every standard field holds as much as the table says, and not a byte more. */
static void
standard_fields_to_their_limits(void **state)
{
	(void)state;
	char why[POLICY_WHY_SIZE], said[FIELDRULE_WHY_SIZE];
	struct policy *p = parse("", why);
	const struct field_row *f;
	for (size_t i = 0; (f = field_at(i)) != NULL; i++) {
		assert_ptr_equal(field_find(f->name), f);
		assert_true(field_name_ok(f->name) && f->max_bytes <= LIM_FIELD_BYTES);
		assert_true(f->label[0] != '\0' && strlen(f->label) <= LIM_FIELD_LABEL_BYTES);
		if (f->kind == FIELD_DATE || f->kind == FIELD_REGISTER)
			continue;
		for (size_t more = 0; more < 2; more++) {
			json_t *rows =
			    json_pack("[o]", row(f->name, times(f->max_bytes + more, 'x')));
			struct fieldrule_claim c = {.fields = rows};
			assert_int_equal(fieldrule_judge(&p->fields, &c, false, said),
			    more == 0 ? ERR_OK : ERR_DENIED);
			json_decref(rows);
		}
	}
	assert_null(field_find("nothing"));
	policy_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_words_and_days),
	    cmocka_unit_test(form_of_the_rows),
	    cmocka_unit_test(form_of_the_classes),
	    cmocka_unit_test(laid_over),
	    cmocka_unit_test(digest_of_the_statement),
	    cmocka_unit_test(policies_that_are_refused),
	    cmocka_unit_test(limits_of_a_policy),
	    cmocka_unit_test(transfers_against_a_policy),
	    cmocka_unit_test(without_classifications),
	    cmocka_unit_test(standard_fields_to_their_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
