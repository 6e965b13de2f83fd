/* links: src/core/finding src/core/tally src/core/inventory src/core/inventory_check src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/core/digest src/base/escape src/base/utf8 src/base/clock src/base/hex src/base/buf src/base/mem src/base/err src/core/exception */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/core/digest.h"
#include "src/core/finding.h"
#include "src/core/tally.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LINE                                                                               \
	"{\"at\":\"68\",\"class\":\"malware\",\"detail\":\"Eicar\",\"item\":7,\"object\":" \
	"\"\",\"rule\":\"av/"                                                              \
	"hit\","                                                                           \
	"\"scanner\":\"av\",\"severity\":\"critical\",\"title\":\"signature "              \
	"found\",\"type\":\"\"}"

static struct finding
sample(void)
{
	return (struct finding){.item = 7,
	    .class = FINDING_MALWARE,
	    .severity = FINDING_CRITICAL,
	    .has_at = true,
	    .at_bytes = 68,
	    .scanner = "av",
	    .rule = "av/hit",
	    .title = "signature found",
	    .detail = "Eicar"};
}

static void
prints_and_parses(void **state)
{
	(void)state;
	struct buf b;
	struct finding f = sample(), g;
	void *memory;
	buf_init(&b, 1 << 16);
	assert_int_equal(finding_print(&f, &b), ERR_OK);
	assert_string_equal(buf_str(&b), LINE "\n");
	assert_int_equal(finding_parse(b.data, b.len - 1, &g, &memory), ERR_OK);
	assert_int_equal(g.item, 7);
	assert_int_equal(g.class, FINDING_MALWARE);
	assert_int_equal(g.severity, FINDING_CRITICAL);
	assert_true(g.has_at && g.at_bytes == 68);
	assert_string_equal(g.detail, "Eicar");
	finding_free(memory);
	buf_done(&b);
}

static void
limits_of_texts(void **state)
{
	(void)state;
	char text[LIM_FINDING_TEXT + 2];
	struct buf b;
	struct finding f = sample();
	memset(text, 'x', sizeof(text));
	f.title = text;
	buf_init(&b, 1 << 16);
	text[LIM_FINDING_TEXT + 1] = '\0';
	assert_int_equal(finding_print(&f, &b), ERR_RANGE);
	assert_int_equal(b.len, 0);
	text[LIM_FINDING_TEXT] = '\0';
	assert_int_equal(finding_print(&f, &b), ERR_OK);
	f.title = "\xff";
	assert_int_equal(finding_print(&f, &b), ERR_RANGE);
	f = sample();
	f.severity = FINDING_NO_SEVERITY;
	assert_int_equal(finding_print(&f, &b), ERR_RANGE);
	buf_done(&b);
}

static void
refuses(void **state)
{
	(void)state;
	static const struct {
		const char *what, *from, *to;
	} cases[] = {
	    {"unknown class", "malware", "virus"},
	    {"unknown severity", "critical", "none"},
	    {"leading zero", "\"68\"", "\"068\""},
	    {"no number", "\"68\"", "\"6x\""},
	    {"too large", "\"68\"", "\"18446744073709551616\""},
	    {"number as text", "\"item\":7", "\"item\":\"7\""},
	    {"one more field", "\"item\":7", "\"item\":7,\"more\":1"},
	    {"half a digest of an object", "\"object\":\"\"", "\"object\":\"22\""},
	    {"a type of nothing", "\"type\":\"\"", "\"type\":\"elf\""},
	    {"no scanner", "\"scanner\":\"av\"", "\"scanner\":\"\""},
	    {"blank", "\"item\":7", "\"item\": 7"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;
		struct finding f;
		void *memory;
		const char *at = strstr(LINE, cases[i].from);
		assert_non_null(at);
		buf_init(&b, 4096);
		buf_add(&b, LINE, (size_t)(at - LINE));
		buf_add_str(&b, cases[i].to);
		buf_add_str(&b, at + strlen(cases[i].from));
		if (finding_parse(b.data, b.len, &f, &memory) == ERR_OK)
			fail_msg("%s was accepted", cases[i].what);
		buf_done(&b);
	}
}

static enum err
count(void *ctx, const struct finding *f, const void *line, size_t n)
{
	(void)f;
	assert_int_equal(((const char *)line)[n - 1], '\n');
	++*(unsigned *)ctx;
	return ERR_OK;
}

static void
document_is_sorted_by_item(void **state)
{
	(void)state;
	struct buf b;
	struct finding f = sample();
	unsigned n = 0;
	size_t line = 0;
	buf_init(&b, 1 << 16);
	finding_print(&f, &b);
	finding_print(&f, &b);
	f.item = 9;
	finding_print(&f, &b);
	assert_int_equal(finding_walk(b.data, b.len, count, &n, &line), ERR_OK);
	assert_int_equal(n, 3);
	assert_int_equal(finding_walk(NULL, 0, count, &n, &line), ERR_OK);
	assert_int_equal(finding_walk(b.data, b.len - 1, count, &n, &line), ERR_SYNTAX);
	assert_int_equal(line, 3);
	f.item = 8;
	finding_print(&f, &b);
	assert_int_equal(finding_walk(b.data, b.len, count, &n, &line), ERR_SYNTAX);
	assert_int_equal(line, 4);
	buf_done(&b);
}

static void
tally_binds_findings_to_items(void **state)
{
	(void)state;
	struct buf b;
	struct tally *t;
	char why[TALLY_WHY_SIZE];
	struct finding f = sample();
	struct inventory_item seven = {.id = 7}, eight = {.id = 8};
	buf_init(&b, 1 << 16);
	f.severity = FINDING_LOW;
	finding_print(&f, &b);
	f.severity = FINDING_HIGH;
	finding_print(&f, &b);
	assert_int_equal(tally_new(b.data, b.len, NULL, 0, &t, why), ERR_OK);
	assert_int_equal(tally_total(t), 2);
	tally_put(t, &seven);
	tally_put(t, &eight);
	assert_int_equal(seven.finds, 2);
	assert_int_equal(seven.worst.of[FINDING_MALWARE], FINDING_HIGH);
	assert_int_equal(eight.finds, 0);
	assert_true(tally_agrees(t, &eight));
	assert_false(tally_all_seen(t));
	assert_true(tally_agrees(t, &seven));
	assert_true(tally_all_seen(t));
	seven.worst.of[FINDING_MALWARE] = FINDING_LOW;
	assert_false(tally_agrees(t, &seven));
	tally_free(t);
	assert_int_equal(tally_new("x", 1, NULL, 0, &t, why), ERR_SYNTAX);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(prints_and_parses),
	    cmocka_unit_test(limits_of_texts),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(document_is_sorted_by_item),
	    cmocka_unit_test(tally_binds_findings_to_items),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
