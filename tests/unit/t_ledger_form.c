/* links: db/ledger_form src/base/err */
/* SPDX-License-Identifier: ISC */
#include "db/ledger_form.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define PAGE 4096

static void
make_file(uint8_t bytes[2 * PAGE])
{
	memset(bytes, 0, 2 * PAGE);
	memcpy(bytes, "SQLite format 3", 16);
	memcpy(bytes + 16, "\x10\x00\x01\x01\x00\x40\x20\x20", 8);
	bytes[31] = 2;
	bytes[47] = 4;
	bytes[59] = 1;
	bytes[63] = 1;
	memcpy(bytes + 68, "CSTY", 4);
}

static const struct {
	const char *what, *why;
	size_t at;
	uint8_t byte;
} spoiled[] = {
    {"no SQLite", "not an SQLite database", 0, 's'},
    {"page size 512", "page size", 16, 2},
    {"page size 65536", "page size", 17, 1},
    {"written in WAL mode", "WAL mode", 18, 2},
    {"read in WAL mode", "WAL mode", 19, 2},
    {"reserved bytes", "reserved bytes", 20, 8},
    {"auto-vacuum", "vacuumed", 55, 3},
    {"UTF-16le", "UTF-8", 59, 2},
    {"another version", "version", 63, 2},
    {"no application id", "application id", 68, 0},
    {"another application id", "application id", 71, 'Z'},
};

static void
another_form_is_refused(void **state)
{
	uint8_t bytes[2 * PAGE];
	const char *why = "";
	(void)state;
	make_file(bytes);
	assert_int_equal(ledger_form_file(bytes, sizeof(bytes), &why), ERR_OK);
	assert_true(ledger_form_is_sqlite(bytes, sizeof(bytes)));
	assert_false(ledger_form_is_sqlite(bytes, 15));
	for (size_t i = 0; i < sizeof(spoiled) / sizeof(spoiled[0]); i++) {
		make_file(bytes);
		bytes[spoiled[i].at] = spoiled[i].byte;
		if (ledger_form_file(bytes, sizeof(bytes), &why) !=
			(i == 0 ? ERR_SYNTAX : ERR_RANGE) ||
		    strstr(why, spoiled[i].why) == NULL)
			fail_msg("%s: %s", spoiled[i].what, why);
	}
}

static void
its_length_is_what_it_says(void **state)
{
	static const size_t lengths[] = {0, 15, 99, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1};
	uint8_t bytes[2 * PAGE];
	const char *why = "";
	(void)state;
	make_file(bytes);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		assert_int_equal(ledger_form_file(bytes, lengths[i], &why), ERR_SYNTAX);
	bytes[31] = 3;
	assert_int_equal(ledger_form_file(bytes, sizeof(bytes), &why), ERR_SYNTAX);
	assert_non_null(strstr(why, "not as long as"));
	assert_int_equal(ledger_form_header(bytes, &why), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(another_form_is_refused),
	    cmocka_unit_test(its_length_is_what_it_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
