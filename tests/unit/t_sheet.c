/* links: @rules src/proc/report/csv src/proc/report/html src/proc/report/pdf src/proc/report/page src/proc/report/colour src/core/qr src/core/report src/core/report_items src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/slip src/core/fact src/core/fold src/core/account src/core/inventory_print src/base/escape src/base/utf8 src/base/clock src/base/hex src/base/buf src/base/mem src/base/err src/core/report_exceptions src/base/io src/core/report_epochs src/core/report_recall src/core/veil */
/* SPDX-License-Identifier: ISC */
/* Formats of a report, each with names of an enemy; and what may be exported under which name.
 */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/export.h"
#include "src/core/fact.h"
#include "src/core/qr.h"
#include "src/core/reading.h"
#include "src/proc/report/csv.h"
#include "src/proc/report/html.h"
#include "src/proc/report/pdf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

/* Fontconfig keeps what it read of fonts for good. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
a_name_is_read_only_when_it_shows_what_it_is(void **state)
{
	static const struct {
		const char *name;
		bool safe;
	} rows[] = {
	    {"plain.txt", false}, /* its escaped form reads as well */
	    {"", false},
	    {"gr\xc3\xbc\xc3\x9f.txt", true},
	    {"\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7", true},
	    {"\xe4\xb8\xad\xe6\x96\x87 and more", true},
	    {"e\xcc\x81\xcc\x82\xcc\x83", true},
	    {"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84", false},
	    {"a\xe2\x80\xae"
	     "b",
		false},
	    {"a\xe2\x81\xa6\xc3\xbc", false},
	    {"a\xe2\x80\x8b\xc3\xbc", false},
	    {"\xc3\xbc\x1b[2J", false},
	    {"\xc3\xbc\n", false},
	    {"\xc3\xbc\x7f", false},
	    {"\xc3\xbc\xff", false},
	    {"\xed\xa0\x80", false},
	    {"\xee\x80\x80", false},
	    {"\xc2\xa0\xc3\xbc", false},
	};
	char longest[LIM_READING_BYTES + 3];
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (reading_is_safe(rows[i].name, strlen(rows[i].name)) != rows[i].safe)
			fail_msg("row %zu", i);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "\xc3\xbc", 2);
	assert_true(reading_is_safe(longest, LIM_READING_BYTES));
	assert_false(reading_is_safe(longest, LIM_READING_BYTES + 1));
}

/* One list with one item of that name, in one format. */
static void
tell(const struct sheet_format *format, void *own, const char *about, const char *name,
    const char *reading, struct buf *out)
{
	struct sheet s;
	json_t *facts = json_object(), *row = json_object();
	const struct sheet_head head = {"custody", "CUSTODY REPORT", "K1-000042",
	    "2026-11-23T10:33:20Z", SHEET_NAMES, true, facts};
	const struct sheet_part parts[] = {
	    {"released", 1, 7, ""}, {"in all", 1, 7, "as found on the medium"}};
	struct sheet_item it = {.tag = "held",
	    .name = name,
	    .reading = reading,
	    .lines = {"held: why"},
	    .nlines = 1,
	    .facts = row};
	fact_text(facts, "transfer", "K1-000042");
	fact_text(row, "name", name);
	fact_uint(row, "item", 7);
	buf_init(out, 1 << 24);
	sheet_init(&s, format, own, sheet_keep, out);
	s.about = about;
	sheet_begin(&s, &head);
	sheet_section(&s, name);
	sheet_field(&s, "label", name);
	sheet_bar(&s, parts, COUNT(parts));
	sheet_list(&s, "not_gone");
	sheet_item(&s, &it);
	sheet_item(&s, &it);
	sheet_list(&s, NULL);
	sheet_line(&s, 1, "%s", name);
	sheet_event(&s, 1, "2026-11-23T10:33:20Z", &it);
	sheet_code(&s, "origin\n1\nroot\n");
	sheet_end(&s);
	assert_int_equal(sheet_done(&s), ERR_OK);
	json_decref(facts);
	json_decref(row);
}

static void
csv_disarms_what_a_spreadsheet_would_run(void **state)
{
	static const struct {
		const char *name, *cell;
	} rows[] = {
	    {"plain", "\"plain\""},
	    {"=1+1", "\"'=1+1\""},
	    {"+1", "\"'+1\""},
	    {"-rf", "\"'-rf\""},
	    {"@SUM(A1)", "\"'@SUM(A1)\""},
	    {"a=b", "\"a=b\""},
	    {"say \"no\", please", "\"say \"\"no\"\", please\""},
	    {"", "\"\""},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out;
		bool own = false;
		tell(csv(), &own, "items", rows[i].name, NULL, &out);
		MEM_FREE char *want = mem_printf("7,\"held\",%s,\"\",", rows[i].cell);
		if (strstr(buf_str(&out), want) == NULL)
			fail_msg("%s is not in %s", want, buf_str(&out));
		assert_int_equal(strncmp(buf_str(&out), "item,outcome,name,", 18), 0);
		assert_string_equal(buf_str(&out) + out.len - 2, "\r\n");
		buf_done(&out);
		/* of another table */
		tell(csv(), &own, "findings", rows[i].name, NULL, &out);
		assert_null(strstr(buf_str(&out), "held"));
		buf_done(&out);
	}
}

static void
html_escapes_what_would_be_markup(void **state)
{
	struct buf out;
	struct html own = {0};
	(void)state;
	tell(html(), &own, NULL, "</td><script>alert('1')</script>&\"", "gr\xc3\xbc<b>", &out);
	assert_null(strstr(buf_str(&out), "<script"));
	assert_null(strstr(buf_str(&out), "<b>\xc3"));
	assert_non_null(strstr(buf_str(&out),
	    "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"));
	assert_non_null(strstr(buf_str(&out), "gr\xc3\xbc&lt;b&gt;</bdi>"));
	assert_non_null(strstr(buf_str(&out), "default-src 'none'"));
	assert_non_null(strstr(buf_str(&out), "DEMO"));
	buf_done(&out);
}

static void
json_has_its_lists_behind_the_facts(void **state)
{
	struct buf out;
	(void)state;
	tell(sheet_json(), NULL, NULL, "a\"b\\c", NULL, &out);
	json_t *j = json_loadb((const char *)out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	json_t *list = json_object_get(json_object_get(j, "lists"), "not_gone");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(fact_str(json_array_get(list, 1), "name"), "a\"b\\c");
	assert_string_equal(fact_str(j, "transfer"), "K1-000042");
	json_decref(j);
	buf_done(&out);
}

static void
pdf_is_the_same_for_the_same_facts(void **state)
{
	static char name[4 * LIM_PATH_BYTES + 1];
	struct buf a, b;
	struct pdf own = {.pages = 1};
	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	tell(pdf(), &own, NULL, name, "gr\xc3\xbc\xd9\x85", &a);
	own.pages = 1;
	tell(pdf(), &own, NULL, name, "gr\xc3\xbc\xd9\x85", &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	assert_memory_equal(a.data, "%PDF-", 5);
	assert_null(own.page);
	buf_done(&a);
	buf_done(&b);
}

/* The first telling gives nothing but the number. */
static void
pdf_pages_are_counted_before_they_are_drawn(void **state)
{
	static char name[4 * LIM_PATH_BYTES + 1];
	struct buf out;
	struct pdf own = {NULL, false, 0};
	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	tell(pdf(), &own, NULL, name, NULL, &out);
	assert_int_equal(out.len, 0);
	assert_true(own.pages > 1);
	const unsigned pages = own.pages;
	buf_done(&out);
	tell(pdf(), &own, NULL, name, NULL, &out);
	MEM_FREE char *count = mem_printf("/Count %u\n", pages);
	assert_non_null(memmem(out.data, out.len, count, strlen(count)));
	buf_done(&out);
}

static bool
pdf_shows(const char *reading)
{
	struct buf with, without;
	struct pdf own = {.pages = 1};
	tell(pdf(), &own, NULL, "name", reading, &with);
	own.pages = 1;
	tell(pdf(), &own, NULL, "name", NULL, &without);
	bool same = with.len == without.len && memcmp(with.data, without.data, with.len) == 0;
	buf_done(&with);
	buf_done(&without);
	return !same;
}

/* Cuneiform has no font here, and Chinese has one where somebody installed it. */
static void
a_reading_without_letters_is_left_out(void **state)
{
	(void)state;
	const bool cjk =
	    access(PAGE_FONTS "/truetype/droid/DroidSansFallbackFull.ttf", R_OK) == 0 ||
	    access(PAGE_FONTS "/opentype/noto/NotoSansCJK-Regular.ttc", R_OK) == 0;
	assert_true(pdf_shows("gr\xc3\xbc"));
	assert_false(pdf_shows("\xf0\x92\x80\x80"));
	assert_false(pdf_shows("gr\xc3\xbc \xf0\x92\x80\x80"));
	assert_int_equal(pdf_shows("\xe6\x97\xa5\xe6\x9c\xac"), cjk);
}

static void
a_code_holds_so_much(void **state)
{
	static char text[QR_TEXT_BYTES + 2];
	static struct qr code;
	(void)state;
	assert_int_equal(qr_make("", &code), ERR_LIMIT);
	memset(text, 'x', QR_TEXT_BYTES);
	assert_int_equal(qr_make(text, &code), ERR_OK);
	assert_true(code.side <= QR_SIDE_MAX && code.dark[0]);
	text[QR_TEXT_BYTES] = 'x';
	assert_int_equal(qr_make(text, &code), ERR_LIMIT);
	assert_int_equal(qr_make("origin\n21\nroot=\n", &code), ERR_OK);
	assert_true(code.dark[0] && code.dark[6] && !code.dark[7]);
}

static void
an_export_has_a_name_of_ours(void **state)
{
	static const struct {
		const char *name;
		bool ok;
	} rows[] = {
	    {"K1-000042/report.pdf", true},
	    {"reports/K1-000042/report.pdf", true},
	    {"reports/period/period.csv", true},
	    {"people/people.json", true},
	    {"", false},
	    {"report.pdf", false},
	    {"reports/report.pdf", false},
	    {"K1-000042/", false},
	    {"K1-000042/../x", false},
	    {"K1-000042/.hidden", false},
	    {"K1-000042/a/b", false},
	    {"K1-000042/Report.pdf", false},
	    {"../K1-000042/report.pdf", false},
	    {"/period/x", false},
	    {"K1-000042/r\nx", false},
	};
	char file[LIM_EXPORT_FILE_BYTES + 2];
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (export_is_name(rows[i].name) != rows[i].ok)
			fail_msg("%s", rows[i].name);
	memset(file, 'x', sizeof(file));
	for (size_t n = LIM_EXPORT_FILE_BYTES; n <= LIM_EXPORT_FILE_BYTES + 1; n++) {
		MEM_FREE char *name = mem_printf("reports/period/%.*s", (int)n, file);
		assert_true(strlen(name) <= LIM_EXPORT_NAME_BYTES);
		assert_int_equal(export_is_name(name), n == LIM_EXPORT_FILE_BYTES);
	}
	assert_true(export_is_format("csv-findings"));
	assert_false(export_is_format("docx"));
	assert_false(export_is_format(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_name_is_read_only_when_it_shows_what_it_is),
	    cmocka_unit_test(csv_disarms_what_a_spreadsheet_would_run),
	    cmocka_unit_test(html_escapes_what_would_be_markup),
	    cmocka_unit_test(json_has_its_lists_behind_the_facts),
	    cmocka_unit_test(pdf_is_the_same_for_the_same_facts),
	    cmocka_unit_test(pdf_pages_are_counted_before_they_are_drawn),
	    cmocka_unit_test(a_reading_without_letters_is_left_out),
	    cmocka_unit_test(a_code_holds_so_much),
	    cmocka_unit_test(an_export_has_a_name_of_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
