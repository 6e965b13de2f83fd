/* links: scanners/clamd_conf src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/clamd_conf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define MIB(n) (UINT64_C(n) << 20)

static struct clamd_conf
parsed(const char *text)
{
	struct clamd_conf c;
	unsigned line;
	if (clamd_conf_parse(text, strlen(text), &c, &line) != ERR_OK)
		fail_msg("line %u of: %s", line, text);
	return c;
}

/* What clamd really reads of a file: the smaller of two limits, and never more than 2 GiB. */
static void
how_much_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
	    {"", MIB(100)},
	    {"MaxFileSize 25M\nMaxScanSize 100M\n", MIB(25)},
	    {"MaxFileSize 2000M\n", MIB(400)},
	    {"MaxFileSize 2000M\nMaxScanSize 4000M\n", MIB(2000)},
	    {"MaxFileSize 2000M\nMaxScanSize 1G", MIB(1024)},
	    {"MaxFileSize 0\nMaxScanSize 0\n", CLAMD_CONF_ENGINE_BYTES},
	    {"MaxFileSize 4G\nMaxScanSize 4G\n", CLAMD_CONF_ENGINE_BYTES},
	    {"MaxFileSize 2147483645\nMaxScanSize 0\n", CLAMD_CONF_ENGINE_BYTES},
	    {"MaxFileSize 2147483644\nMaxScanSize 0\n", CLAMD_CONF_ENGINE_BYTES - 1},
	    {"MaxFileSize 10k\n", 10240},
	    {"MaxFileSize 10M\nMaxFileSize 5M\n", MIB(5)},
	    {"#MaxFileSize 1M\n", MIB(100)},
	    {"  maxfilesize\t1m  \r\n", MIB(1)},
	    {"MaxFileSize \"3M\"\n", MIB(3)},
	    {"MaxFileSizes 3M\nExample\nUser clamav\n", MIB(100)},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct clamd_conf c = parsed(cases[i].text);
		if (clamd_conf_reads_bytes(&c) != cases[i].bytes)
			fail_msg(
			    "%s: %ju", cases[i].text, (uintmax_t)clamd_conf_reads_bytes(&c));
	}
}

#define HONEST "AlertExceedsMax yes\nAlertEncrypted yes\n"
#define ROOMY                                                                         \
	"MaxFileSize 2000M\nMaxScanSize 4000M\nMaxScanTime 600000\nMaxFiles 100000\n" \
	"MaxRecursion 17\nAlertBrokenExecutables yes\nAlertOLE2Macros yes\n"

static void
what_hides_something(void **state)
{
	(void)state;
	static const struct {
		const char *text, *wrong, *poor;
	} cases[] = {
	    {HONEST ROOMY, "", ""},
	    {ROOMY, "AlertExceedsMax yes, AlertEncrypted yes", ""},
	    {ROOMY "AlertExceedsMax true\nAlertEncrypted 1\n", "", ""},
	    {HONEST ROOMY "AlertExceedsMax false\n", "AlertExceedsMax yes", ""},
	    {ROOMY "AlertExceedsMax yes\nAlertEncryptedArchive yes\nAlertEncryptedDoc yes\n",
		"", ""},
	    {ROOMY "AlertExceedsMax yes\nAlertEncryptedArchive yes\n", "AlertEncrypted yes",
		""},
	    {HONEST ROOMY "ScanPDF no\nScanArchive false\n", "ScanArchive yes, ScanPDF yes",
		""},
	    {HONEST ROOMY "MaxFileSize 25M\nMaxScanTime 120000\n", "",
		"MaxFileSize 2000M, MaxScanTime 600000"},
	    {HONEST ROOMY "MaxScanTime 0\nMaxFiles 0\nMaxRecursion 16\n", "", ""},
	    {HONEST ROOMY "MaxScanTime 599999\nMaxFiles 99999\nMaxRecursion 15\n", "",
		"MaxScanTime 600000, MaxFiles 100000, MaxRecursion 17"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char wrong[CLAMD_CONF_WHY_SIZE], poor[CLAMD_CONF_WHY_SIZE];
		struct clamd_conf c = parsed(cases[i].text);
		clamd_conf_wrong(&c, wrong);
		clamd_conf_poor(&c, poor);
		assert_string_equal(wrong, cases[i].wrong);
		assert_string_equal(poor, cases[i].poor);
	}
}

/* Everything wrong at once still fits. */
static void
all_that_can_be_wrong(void **state)
{
	(void)state;
	char wrong[CLAMD_CONF_WHY_SIZE];
	struct clamd_conf c =
	    parsed("ScanArchive no\nScanPE no\nScanELF no\nScanOLE2 no\n"
		   "ScanPDF no\nScanHTML no\nScanSWF no\nScanXMLDOCS no\n"
		   "ScanHWP3 no\nScanOneNote no\nScanMail no\nScanImage no\n");
	clamd_conf_wrong(&c, wrong);
	assert_non_null(strstr(wrong, "AlertExceedsMax yes"));
	assert_non_null(strstr(wrong, "ScanImage yes"));
}

static void
sockets(void **state)
{
	(void)state;
	char text[CLAMD_CONF_PATH_SIZE + 32];
	struct clamd_conf c = parsed("LocalSocket /run/clamav/clamd.ctl\n");
	unsigned line;
	assert_string_equal(c.socket, "/run/clamav/clamd.ctl");
	c = parsed("LocalSocketMode 666\n");
	assert_string_equal(c.socket, "");
	/* the longest that is taken, and one more */
	size_t n = (size_t)snprintf(
	    text, sizeof(text), "LocalSocket %0*d", CLAMD_CONF_PATH_SIZE - 1, 0);
	c = parsed(text);
	assert_int_equal(strlen(c.socket), CLAMD_CONF_PATH_SIZE - 1);
	n = (size_t)snprintf(text, sizeof(text), "LocalSocket %0*d", CLAMD_CONF_PATH_SIZE, 0);
	assert_int_equal(clamd_conf_parse(text, n, &c, &line), ERR_SYNTAX);
	assert_int_equal(clamd_conf_parse("LocalSocket /a\0b\n", 17, &c, &line), ERR_SYNTAX);
}

/* clamd would not start with any of these. */
static void
what_is_no_configuration(void **state)
{
	(void)state;
	static const char *const cases[] = {
	    "AlertExceedsMax\n",
	    "AlertExceedsMax maybe\n",
	    "AlertExceedsMax yes yes\n",
	    "MaxFileSize\n",
	    "MaxFileSize M\n",
	    "MaxFileSize -1\n",
	    "MaxFileSize 1T\n",
	    "MaxFileSize 1MM\n",
	    "MaxFileSize 18446744073709551616\n",
	    "MaxFileSize 18446744073709551615K\n",
	    "MaxScanTime 10M\n",
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct clamd_conf c;
		unsigned line;
		MEM_FREE char *text = mem_printf("# a remark\n%s", cases[i]);
		if (clamd_conf_parse(text, strlen(text), &c, &line) != ERR_SYNTAX || line != 2)
			fail_msg("%s: line %u", cases[i], line);
	}
}

static void
the_longest(void **state)
{
	(void)state;
	struct clamd_conf c;
	unsigned line;
	char *text = mem_alloc(LIM_CLAMD_CONF_BYTES + 1);
	memset(text, '#', LIM_CLAMD_CONF_BYTES + 1);
	assert_int_equal(clamd_conf_parse(text, LIM_CLAMD_CONF_BYTES, &c, &line), ERR_OK);
	assert_int_equal(
	    clamd_conf_parse(text, LIM_CLAMD_CONF_BYTES + 1, &c, &line), ERR_LIMIT);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(how_much_is_read),
	    cmocka_unit_test(what_hides_something),
	    cmocka_unit_test(all_that_can_be_wrong),
	    cmocka_unit_test(sockets),
	    cmocka_unit_test(what_is_no_configuration),
	    cmocka_unit_test(the_longest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
