/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What the record remembers: of media refused, of scanners tried, of the clock, of what stands.
 */
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "tests/unit/custody.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
newest_refused_media_are_known(void **state)
{
	char long_text[1000];
	(void)state;
	assert_null(custody_refused_at(m->custody, 0));
	for (int i = 0; i <= LIM_REFUSED_MEDIA; i++) {
		MEM_FREE char *source = mem_printf("/dev/%d", i);
		maker_add(m, LOG_CUSTODY, "device.refused", "station", &m->station,
		    json_pack("{s:s,s:s}", "source", source, "why", "no"));
	}
	assert_string_equal(custody_refused_at(m->custody, 0)->source, "/dev/16");
	assert_string_equal(
	    custody_refused_at(m->custody, LIM_REFUSED_MEDIA - 1)->source, "/dev/1");
	assert_null(custody_refused_at(m->custody, LIM_REFUSED_MEDIA));
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	maker_add(m, LOG_CUSTODY, "device.refused", "station", &m->station,
	    json_pack("{s:s,s:s}", "source", long_text, "why", long_text));
	const struct custody_refused *r = custody_refused_at(m->custody, 0);
	assert_int_equal(strlen(r->source), sizeof(r->source) - 1);
	assert_int_equal(strlen(r->at), 20);
	assert_string_equal(r->port, "");
	assert_string_equal(r->device, "");
	maker_add(m, LOG_CUSTODY, "device.refused", "station", &m->station,
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "source", "usb-0:1", "why", "a keyboard",
		"port", "left", "vendor", "Acme", "model", "", "serial", long_text));
	r = custody_refused_at(m->custody, 0);
	assert_string_equal(r->port, "left");
	assert_int_equal(strncmp(r->device, "Acme xxx", 8), 0);
	assert_int_equal(strlen(r->device), sizeof(r->device) - 1);
}

static void
selftest(const char *scanner, int pass)
{
	maker_add(m, LOG_CUSTODY, "scan.selftest", "station", &m->station,
	    json_pack("{s:s,s:b,s:s,s:s,s:s}", "engine", "", "pass", pass, "scanner", scanner,
		"signatures", "", "when", "manual"));
}

static void
signatures_are_those_of_the_last_proof(void **state)
{
	static const struct {
		const char *signatures, *date;
		int pass;
		const char *known, *known_date;
	} cases[] = {
	    {"27000", "2026-06-01T00:00:00Z", 0, "", ""},
	    {"27000", "2026-06-01T00:00:00Z", 1, "27000", "2026-06-01T00:00:00Z"},
	    {"26999", "2026-05-01T00:00:00Z", 0, "27000", "2026-06-01T00:00:00Z"},
	    {"27001", "", 1, "27001", ""},
	    {"27002", NULL, 1, "27002", ""},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *data =
		    json_pack("{s:s,s:b,s:s,s:s,s:s}", "engine", "", "pass", cases[i].pass,
			"scanner", "av", "signatures", cases[i].signatures, "when", "manual");
		if (cases[i].date != NULL)
			json_object_set_new(data, "date", json_string(cases[i].date));
		if (!cases[i].pass)
			json_object_set_new(data, "why", json_string("it is too old"));
		maker_add(m, LOG_CUSTODY, "scan.selftest", "station", &m->station, data);
		const struct custody_selftest *t = custody_selftest_at(m->custody, 0);
		assert_string_equal(t->signatures, cases[i].known);
		assert_string_equal(t->date, cases[i].known_date);
		assert_int_equal(t->pass, cases[i].pass);
	}
}

static void
last_proof_of_each_scanner_is_known(void **state)
{
	char name[16];
	(void)state;
	assert_null(custody_selftest_at(m->custody, 0));
	selftest("av", 0);
	selftest("type", 1);
	selftest("av", 1);
	assert_string_equal(custody_selftest_at(m->custody, 0)->scanner, "av");
	assert_true(custody_selftest_at(m->custody, 0)->pass);
	assert_string_equal(custody_selftest_at(m->custody, 1)->scanner, "type");
	assert_null(custody_selftest_at(m->custody, 2));
	for (int i = 0; i < LIM_SCANNERS; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		selftest(name, 1);
	}
	assert_non_null(custody_selftest_at(m->custody, LIM_SCANNERS - 1));
	assert_null(custody_selftest_at(m->custody, LIM_SCANNERS));
}

/* Every custody entry from here on claims this time. */
static void
claim(int64_t wall_s, int n)
{
	clock_set_wall_s(wall_s);
	for (int i = 0; i < n; i++)
		selftest("type", 1);
}

static void
clock_that_was_set_back_is_counted(void **state)
{
	(void)state;
	selftest("av", 1);
	const struct custody_clock *k = custody_clock(m->custody);
	int64_t now_s = k->newest_s;
	assert_true(now_s > 0);
	assert_int_equal(k->back, 0);
	claim(now_s + 1000, 2);
	claim(now_s + 1000 - LIM_CLOCK_BACK_S + 1, 1);
	assert_int_equal(k->back, 0);
	uint64_t first = custody_size(m->custody, LOG_CUSTODY);
	claim(now_s + 1000 - LIM_CLOCK_BACK_S, 2);
	claim(0, 1);
	assert_int_equal(k->back, 3);
	assert_int_equal(k->back_seq, first);
	assert_int_equal(k->newest_s, now_s + 1000);
	claim(now_s + 1001, 1);
	assert_int_equal(k->back, 3);
	clock_set_wall_s(-1);
}

/* In the transfer; why and step as it stands, or NULL. */
static void
then(const char *subj, const char *type, const struct maker_person *who, json_t *data,
    const char *why, const char *step)
{
	maker_add(m, LOG_CUSTODY, type, subj, who, data);
	const struct custody_transfer *t =
	    custody_transfer_find(m->custody, strchr(subj, ':') + 1);
	if ((t->why == NULL) != (why == NULL) || (t->step == NULL) != (step == NULL))
		fail_msg("%s: why %s, step %s", type, t->why, t->step);
	assert_string_equal(t->why != NULL ? t->why : "", why != NULL ? why : "");
	assert_string_equal(t->step != NULL ? t->step : "", step != NULL ? step : "");
}

static void
why_it_stands_is_known_until_it_goes_on(void **state)
{
	const struct maker_person *anna = maker_find(m, "anna"), *ben = maker_find(m, "ben");
	const char *fault = "{s:s,s:s}";
	char subj[80];
	(void)state;
	maker_transfer(m, MAKER_READING, 3, subj);
	then(subj, "xfer.fault", &m->station,
	    json_pack(fault, "step", "reading", "why", "pulled"), "pulled", "reading");
	then(subj, "xfer.take", ben, json_object(), "pulled", "reading");
	then(subj, "xfer.start", &m->station, maker_start_data(m), NULL, NULL);
	then(subj, "xfer.abort", anna, json_pack("{s:s}", "reason", "not asked for"),
	    "not asked for", NULL);
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	then(subj, "xfer.return", ben, json_pack("{s:s}", "reason", "one too many"),
	    "one too many", NULL);
	maker_transfer(m, MAKER_APPROVED, 3, subj);
	const char *id = strchr(subj, ':') + 1;
	then(subj, "xfer.release", &m->station, maker_release_data(m, id), NULL, NULL);
	then(subj, "xfer.fault", &m->station,
	    json_pack(fault, "step", "release", "why", "disk full"), "disk full", "release");
	then(subj, "xfer.release", &m->station, maker_release_data(m, id), NULL, NULL);
}

/* NULL: it goes into the record; else the words of the refusal. */
static void
machine_says(const char *type, json_t *data, const char *refused)
{
	json_t *b = maker_body(m, LOG_CUSTODY, type, "station", &m->station, data);
	if (refused != NULL)
		assert_refused(maker_try(m, LOG_CUSTODY, b, &m->station), refused);
	else
		assert_int_equal(maker_put(m, LOG_CUSTODY, b, &m->station), ERR_OK);
}

static void
steps_of_the_clock_are_steps(void **state)
{
	static const char none[] = "a step of the clock that is none";
	static const struct {
		const char *kind, *expected, *found;
		bool good;
	} cases[] = {
	    {"ahead", "2026-11-23T12:00:00Z", "2026-11-23T12:00:03Z", true},
	    {"ahead", "2026-11-23T12:00:00Z", "2026-11-23T12:00:02Z", false},
	    {"ahead", "2026-11-23T12:00:03Z", "2026-11-23T12:00:00Z", false},
	    {"back", "2026-11-23T12:00:03Z", "2026-11-23T12:00:00Z", true},
	    {"back", "2026-11-23T12:00:02Z", "2026-11-23T12:00:00Z", false},
	    {"back", "2026-11-23T12:00:00Z", "2023-12-31T23:59:59Z", false},
	    {"unset", "2026-11-23T12:00:00Z", "2023-12-31T23:59:59Z", true},
	    {"unset", "2026-11-23T12:00:00Z", "2024-01-01T00:00:00Z", false},
	    {"ahead", "2026-02-30T12:00:00Z", "2026-11-23T12:00:03Z", false},
	    {"ahead", "2026-11-23T12:00:00Z", "2026-11-23T12:00:60Z", false},
	    {"sideways", "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z", false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		machine_says("clock.step",
		    json_pack("{s:s,s:s,s:s}", "expected", cases[i].expected, "found",
			cases[i].found, "kind", cases[i].kind),
		    cases[i].good ? NULL : none);
}

static void
ballast_is_given_up_once(void **state)
{
	(void)state;
	machine_says("disk.low", json_pack("{s:i,s:i}", "bytes", 9, "floor", 9), "is not");
	machine_says("disk.low", json_pack("{s:i,s:i}", "bytes", 8, "floor", 9), NULL);
	machine_says("disk.room", json_pack("{s:i}", "ballast", 9), "was not given up");
	machine_says("disk.full", json_pack("{s:i}", "ballast", 0), "of no bytes");
	assert_false(custody_no_ballast(m->custody));
	machine_says("disk.full", json_pack("{s:i}", "ballast", 9), NULL);
	assert_true(custody_no_ballast(m->custody));
	machine_says("disk.full", json_pack("{s:i}", "ballast", 9), "given up already");
	machine_says("disk.room", json_pack("{s:i}", "ballast", 0), "of no bytes");
	machine_says("disk.room", json_pack("{s:i}", "ballast", 9), NULL);
	assert_false(custody_no_ballast(m->custody));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static enum err export(const char *format, const char *name, const char *officer) {
	static const char document[] =
	    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "audit.export", "station", &m->station,
		json_pack("{s:s,s:s,s:s,s:s}", "document", document, "format", format, "name",
		    name, "officer", officer)),
	    &m->station);
}

static enum err
export_to_medium(const char *name, const char *port)
{
	static const char image[] =
	    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "audit.export", "station", &m->station,
		json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s},s:s,s:s}", "document", image,
		    "format", "ledger", "medium", "image", image, "model", "Stick", "port",
		    port, "serial", "4C53", "vendor", "", "name", name, "officer", "anna")),
	    &m->station);
}

static void
the_record_leaves_from_its_own_folder(void **state)
{
	(void)state;
	assert_int_equal(export("ledger", "reports/record/ledger.db", "anna"), ERR_OK);
	assert_int_equal(export("leaves", "record/leaves.txt", "anna"), ERR_OK);
	assert_refused(export("ledger", "reports/people/ledger.db", "anna"), "is no place for");
	assert_refused(export("pdf", "reports/record/report.pdf", "anna"), "is no place for");
	assert_refused(
	    export("bundle", "reports/record/bundle.tar", "anna"), "is no place for");
	assert_refused(export("bundle", "period/bundle.tar", "anna"), "is no place for");
	assert_refused(export("bundle", "K1-000042/bundle.tar", "anna"), "no transfer");
	assert_int_equal(export_to_medium("record/ledger.db", "E1"), ERR_OK);
	assert_refused(
	    export_to_medium("reports/record/ledger.db", "E1"), "not below reports/");
	assert_refused(export_to_medium("record/ledger.db", ""), "a port that has a name");
}

static const char written_image[] =
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

/* With files and image of export_to_medium; readback NULL: none. */
static enum err
written(const char *how, const char *port, int files, const char *readback, size_t why_len)
{
	char why[LIM_WRITING_WHY_BYTES + 2];
	memset(why, 'x', sizeof(why));
	why[why_len] = '\0';
	json_t *data = json_pack("{s:i,s:i,s:s,s:s,s:s,s:s,s:s}", "bytes", 4096, "files", files,
	    "how", how, "image", written_image, "officer", "anna", "port", port, "why", why);
	if (readback != NULL)
		json_object_set_new(data, "readback", json_string(readback));
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "export.written", "station", &m->station, data),
	    &m->station);
}

static void
an_export_to_a_medium_ends_once(void **state)
{
	(void)state;
	assert_null(custody_writing_at(m->custody, 0));
	assert_refused(written("written", "E1", 1, written_image, 0), "nothing is being");
	assert_int_equal(export_to_medium("record/ledger.db", "E1"), ERR_OK);
	assert_int_equal(export_to_medium("record/leaves.txt", "E1"), ERR_OK);
	assert_int_equal(export_to_medium("record/ledger.db", "E2"), ERR_OK);
	assert_int_equal(custody_writing_at(m->custody, 0)->files, 2);
	assert_string_equal(custody_writing_at(m->custody, 1)->port, "E2");
	assert_null(custody_writing_at(m->custody, 2));
	assert_refused(written("written", "E1", 1, written_image, 0), "are not those");
	assert_int_equal(written("written", "E1", 2, written_image, 0), ERR_OK);
	assert_refused(written("written", "E1", 2, written_image, 0), "nothing is being");
	assert_int_equal(written("cancelled", "E2", 1, NULL, 0), ERR_OK);
	assert_null(custody_writing_at(m->custody, 0));
}

static void
how_a_writing_ended_fits_together(void **state)
{
	(void)state;
	assert_int_equal(export_to_medium("record/ledger.db", "E1"), ERR_OK);
	assert_refused(written("burnt", "E1", 1, NULL, 1), "no export ends like that");
	assert_refused(written("written", "E1", 1, NULL, 0), "read back as the image");
	assert_refused(written("written", "E1", 1, ENTRY_ZEROS, 0), "read back as the image");
	assert_refused(written("failed", "E1", 1, written_image, 1), "read back as the image");
	assert_refused(written("failed", "E1", 1, NULL, 0), "why has");
	assert_refused(written("failed", "E1", 1, NULL, LIM_WRITING_WHY_BYTES + 1), "why has");
	assert_refused(written("cancelled", "E1", 1, NULL, 1), "why has");
	assert_int_equal(written("failed", "E1", 1, NULL, LIM_WRITING_WHY_BYTES), ERR_OK);
	assert_int_equal(export_to_medium("record/ledger.db", "E1"), ERR_OK);
	assert_int_equal(written("unwritten", "E1", 1, NULL, 1), ERR_OK);
	assert_int_equal(export_to_medium("record/ledger.db", "E1"), ERR_OK);
	assert_int_equal(written("interrupted", "E1", 1, NULL, 1), ERR_OK);
}

/* Of another document, and so of another image, or by somebody else. */
static enum err
export_beside(const char *image, const char *officer)
{
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "audit.export", "station", &m->station,
		json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s},s:s,s:s}", "document", image,
		    "format", "ledger", "medium", "image", image, "model", "", "port", "E1",
		    "serial", "", "vendor", "", "name", "record/ledger.db", "officer",
		    officer)),
	    &m->station);
}

static void
one_port_takes_one_image_at_a_time(void **state)
{
	(void)state;
	assert_int_equal(export_to_medium("record/ledger.db", "E1"), ERR_OK);
	assert_refused(export_beside(ENTRY_ZEROS, "anna"), "has not ended");
	assert_refused(export_beside(written_image, "root1"), "has not ended");
	assert_int_equal(export_beside(written_image, "anna"), ERR_OK);
	assert_int_equal(written("failed", "E1", 2, NULL, 1), ERR_OK);
	assert_int_equal(export_beside(ENTRY_ZEROS, "anna"), ERR_OK);
}

static void
what_leaves_is_of_a_known_kind_place_and_person(void **state)
{
	(void)state;
	assert_int_equal(export("pdf", "reports/period/period.pdf", "anna"), ERR_OK);
	assert_int_equal(export("csv", "people/people.csv", "root1"), ERR_OK);
	assert_refused(export("docx", "reports/period/period.pdf", "anna"), "no such format");
	assert_refused(export("pdf", "reports/period.pdf", "anna"), "no report has the name");
	assert_refused(export("pdf", "reports/period/../x", "anna"), "no report has the name");
	assert_refused(
	    export("pdf", "reports/period/period.pdf", "nobody"), "is nobody to whom");
	assert_refused(export("pdf", "reports/period/period.pdf", "rita"), "is nobody to whom");
	assert_refused(export("pdf", "reports/K1-000042/report.pdf", "anna"), "no transfer");
}

static enum err
copy_failed(const char *kind, size_t why_len)
{
	char why[LIM_COPY_WHY_BYTES + 2];
	memset(why, 'x', sizeof(why));
	why[why_len] = '\0';
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "copy.failed", "station", &m->station,
		json_pack("{s:s,s:s}", "kind", kind, "why", why)),
	    &m->station);
}

static enum err
copy_whole(int entries)
{
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "copy.whole", "station", &m->station,
		json_pack("{s:i}", "entries", entries)),
	    &m->station);
}

static void
copy_fails_and_is_whole_by_turns(void **state)
{
	char why[CUSTODY_WHY_SIZE] = "";
	(void)state;
	assert_int_equal(custody_copied(m->custody, NULL), CUSTODY_COPY_NONE);
	assert_refused(copy_failed("lost", 1), "kind is");
	assert_refused(copy_failed("write", 0), "why has");
	assert_refused(copy_failed("write", LIM_COPY_WHY_BYTES + 1), "why has");
	assert_refused(copy_whole(0), "no entries");
	assert_int_equal(copy_failed("write", LIM_COPY_WHY_BYTES), ERR_OK);
	assert_int_equal(custody_copied(m->custody, why), CUSTODY_COPY_FAILED);
	assert_int_equal(strlen(why), LIM_COPY_WHY_BYTES);
	assert_refused(copy_failed("changed", 1), "failed already");
	assert_int_equal(copy_whole(9), ERR_OK);
	assert_int_equal(custody_copied(m->custody, why), CUSTODY_COPY_WHOLE);
	assert_refused(copy_whole(10), "whole already");
	assert_int_equal(copy_failed("removed", 1), ERR_OK);
}

static enum err
backup(uint64_t size, bool good)
{
	char root[HEX_DIGEST_SIZE];
	const uint8_t *bytes = custody_root(m->custody, LOG_CUSTODY, good ? size : size - 1);
	hex_encode(bytes, MERKLE_SIZE, root);
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "backup.made", "station", &m->station,
		json_pack("{s:s,s:s,s:I}", "root", root, "sha256", ENTRY_ZEROS, "size",
		    (json_int_t)size)),
	    &m->station);
}

static void
backup_is_of_a_head_that_was(void **state)
{
	uint64_t size = custody_size(m->custody, LOG_CUSTODY), of = 0;
	(void)state;
	assert_null(custody_backed_up(m->custody, &of));
	assert_refused(backup(size, false), "root is not");
	assert_int_equal(backup(size, true), ERR_OK);
	assert_int_equal(strlen(custody_backed_up(m->custody, &of)), 20);
	assert_int_equal(of, size);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(newest_refused_media_are_known),
	    TEST(last_proof_of_each_scanner_is_known),
	    TEST(signatures_are_those_of_the_last_proof),
	    TEST(clock_that_was_set_back_is_counted),
	    TEST(steps_of_the_clock_are_steps),
	    TEST(ballast_is_given_up_once),
	    TEST(why_it_stands_is_known_until_it_goes_on),
	    TEST(copy_fails_and_is_whole_by_turns),
	    TEST(backup_is_of_a_head_that_was),
	    TEST(what_leaves_is_of_a_known_kind_place_and_person),
	    TEST(the_record_leaves_from_its_own_folder),
	    TEST(an_export_to_a_medium_ends_once),
	    TEST(how_a_writing_ended_fits_together),
	    TEST(one_port_takes_one_image_at_a_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
