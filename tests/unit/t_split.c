/* links: src/core/split src/core/part src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Which files make split sets, and which of them are whole. */
#include "src/core/split.h"
#include "src/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define FILES 8

/* Files are told as "name=digest": a letter stands for bytes; "!" before: in a container. */
struct given {
	const char *files[FILES];
	const char *name; /* of the whole; NULL: there is no set at all */
	const char *why;  /* why it is not joined, "" when it is */
};

static enum err
add(struct split *s, const char *text)
{
	static const uint8_t holder[32] = {7};
	const bool inside = text[0] == '!';
	const char *path = text + inside, *equals = strchr(path, '=');
	struct split_file f = {.holder = inside ? holder : NULL,
	    .path = (const uint8_t *)path,
	    .path_len = equals != NULL ? (size_t)(equals - path) : strlen(path),
	    .bytes = 100};
	/* without a digest of its own: one that nobody else has */
	if (equals != NULL)
		f.sha256[0] = (uint8_t)equals[1];
	else
		snprintf((char *)f.sha256, 32, "%.31s", text);
	if (equals != NULL && equals[1] == '0')
		f.bytes = 0;
	enum err e = split_add(s, &f);
	return e;
}

/* Each file counts for its bytes, whatever it is called. */
static void
see(struct split *s, const char *text)
{
	const char *equals = strchr(text, '=');
	uint8_t sha256[32] = {0};
	if (equals != NULL)
		sha256[0] = (uint8_t)equals[1];
	else
		snprintf((char *)sha256, 32, "%.31s", text);
	split_seen(s, sha256, 1);
}

static struct split *
find(const char *const files[FILES])
{
	struct split *s = split_new();
	for (int again = 1; again >= 0; again--) {
		for (size_t i = 0; i < FILES && files[i] != NULL; i++)
			assert_int_equal(add(s, files[i]), ERR_OK);
		if (again == 1 && !split_wants_zips(s))
			break;
	}
	split_find(s);
	for (size_t i = 0; i < FILES && files[i] != NULL; i++)
		see(s, files[i]);
	split_settle(s);
	return s;
}

#define WHOLE "" /* it is joined */

static const struct given rows[] = {
    /* the ways to cut */
    {{"d/big.7z.001", "d/big.7z.002", "d/big.7z.003"}, "big.7z", WHOLE},
    {{"film.001", "film.002"}, "film", WHOLE},
    {{"b.tar.gz.part-aa", "b.tar.gz.part-ab"}, "b.tar.gz", WHOLE},
    {{"b.zip.partaa", "b.zip.partab"}, "b.zip", WHOLE},
    {{"b.tgzaa", "b.tgzab"}, "b.tgz", WHOLE},
    {{"b.img.aa", "b.img.ab"}, "b.img", WHOLE},
    {{"xaa", "xab", "xac"}, "x", WHOLE},
    {{"s.z01", "s.zip"}, "s.zip", WHOLE},
    {{"S.Z01", "S.Z02", "S.ZIP"}, "S.ZIP", WHOLE},
    {{"!in/a.001", "!in/a.002"}, "a", WHOLE},
    /* they come in any order */
    {{"a.003", "a.001", "a.002"}, "a", WHOLE},
    /* one part is no set */
    {{"a.001"}, "a", "number 2 is missing"},
    {{"a.002"}, "a", "number 1 is missing"},
    {{"s.z01"}, "s.zip", "its last part, the .zip, is missing"},
    {{"s.zip"}, NULL, ""},
    /* gaps */
    {{"a.001", "a.003"}, "a", "number 2 is missing"},
    {{"a.002", "a.003"}, "a", "number 1 is missing"},
    {{"s.z02", "s.zip"}, "s.zip", "number 1 is missing"},
    {{"s.z01", "s.z03", "s.zip"}, "s.zip", "number 2 is missing"},
    {{"s.z01", "s.z02"}, "s.zip", "its last part, the .zip, is missing"},
    {{"b.part-aa", "b.part-ac"}, "b", "number 2 is missing"},
    /* where to begin is not guessed */
    {{"a.000", "a.001", "a.002"}, "a",
	"its numbers begin with 0, and sets are joined from number 1"},
    {{"s.z00", "s.z01", "s.zip"}, "s.zip",
	"its numbers begin with 0, and sets are joined from number 1"},
    /* the same number in two ways */
    {{"s.z01", "s.z001", "s.zip"}, "s.zip", "number 1 is there twice"},
    {{"!a.001=a", "!a.001=b", "!a.002"}, "a", "number 1 is there twice"},
    {{"!s.z01", "!s.zip=a", "!s.zip=b"}, "s.zip", "number 2 is there twice"},
    /* names that are not the same up to the number */
    {{"a.001", "A.002"}, "A", "number 1 is missing"},
    {{"s.z01", "s.Z02", "s.zip"}, "s.ZIP", "number 1 is missing"},
    {{"s.z01", "s.ZIP"}, "s.zip", "its last part, the .zip, is missing"},
    {{"b.part-aa", "b.part_ab"}, "b", "number 2 is missing"},
    /* other places */
    {{"one/a.001", "two/a.002"}, "a", "number 2 is missing"},
    {{"a.001", "!a.002"}, "a", "number 2 is missing"},
    /* nothing in one of them */
    {{"a.001", "a.002=0"}, "a", "number 2 of it is empty"},
    /* volumes of RAR */
    {{"r.part1.rar", "r.part2.rar"}, "r.part", "volumes of RAR are not joined here"},
    {{"r.r00", "r.r01"}, "r.r", "volumes of RAR are not joined here"},
    /* parts with the same bytes, as of an image with much nothing in it */
    {{"a.001=a", "a.002=z", "a.003=z"}, "a", WHOLE},
    /* the same set twice, one set in two ways, and a part that is something else, too */
    {{"1/a.001=a", "1/a.002=b", "2/a.001=a", "2/a.002=b"}, "a", WHOLE},
    {{"1/a.001=a", "1/a.002=b", "2/a.001=a", "2/a.002=c"}, "a",
	"number 1 of it is there under another name, too"},
    {{"1/a.001=a", "1/a.002=b", "2/a.002=b"}, "a",
	"number 2 of it is there under another name, too"},
    {{"a.001=a", "a.002=b", "b.zip=b"}, "a", "number 2 of it is there under another name, too"},
    /* not names of parts */
    {{"a.txt", "a.01", "a.02", "notes"}, NULL, ""},
};

static void
a_set_is_whole_when_no_number_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct given *row = &rows[i];
		struct split *s = find(row->files);
		if ((split_count(s) == 0) != (row->name == NULL))
			fail_msg("%s: %zu sets", row->files[0], split_count(s));
		if (row->name != NULL) {
			const struct split_set *set = split_get(s, 0);
			if (set->name_len != strlen(row->name) ||
			    memcmp(set->name, row->name, set->name_len) != 0)
				fail_msg("%s: makes %.*s", row->files[0], (int)set->name_len,
				    (const char *)set->name);
			if (strcmp(set->why, row->why) != 0)
				fail_msg("%s: %s", row->files[0], set->why);
		}
		split_free(s);
	}
}

static void
parts_are_in_the_order_of_their_numbers(void **state)
{
	static const char *const files[FILES] = {"s.zip=c", "s.z02=b", "s.z01=a"};
	struct split *s = find(files);
	const struct split_set *set = split_get(s, 0);
	(void)state;
	assert_true(set->zip);
	assert_int_equal(set->n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(set->parts[i].sha256[0], 'a' + i);
		assert_int_equal(set->parts[i].bytes, 100);
	}
	split_free(s);
}

static void
a_file_leads_to_its_set(void **state)
{
	static const char *const files[FILES] = {
	    "d/a.001", "d/a.002", "b.001", "s.z01", "s.zip"};
	static const uint8_t holder[32] = {7};
	struct split *s = find(files);
	const struct split_set *set;
	(void)state;
	set = split_of(s, NULL, (const uint8_t *)"d/a.002", 7);
	assert_non_null(set);
	assert_int_equal(set->n, 2);
	set = split_of(s, NULL, (const uint8_t *)"b.001", 5);
	assert_string_equal(set->why, "number 2 is missing");
	set = split_of(s, NULL, (const uint8_t *)"s.zip", 5);
	assert_true(set->zip);
	assert_null(split_of(s, NULL, (const uint8_t *)"a.001", 5));
	assert_null(split_of(s, holder, (const uint8_t *)"d/a.001", 7));
	assert_null(split_of(s, NULL, (const uint8_t *)"other.zip", 9));
	assert_null(split_of(s, NULL, (const uint8_t *)"", 0));
	split_free(s);
}

/* One set falls because another did, and so on: all of them in the end. */
static void
sets_that_share_parts_fall_together(void **state)
{
	static const char *const files[FILES] = {"1/a.001=a", "1/a.002=b", "2/a.001=b",
	    "2/a.002=c", "3/a.001=c", "3/a.002=d", "d.txt"};
	struct split *s = find(files);
	(void)state;
	assert_int_equal(split_count(s), 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_not_equal(split_get(s, i)->why, "");
	split_free(s);
}

static void
add_zip_parts(struct split *s, unsigned n)
{
	char text[32];
	for (unsigned i = 1; i < n; i++) {
		snprintf(text, sizeof(text), "s.z%02u", i);
		assert_int_equal(add(s, text), ERR_OK);
	}
	assert_true(split_wants_zips(s));
	assert_int_equal(add(s, "s.zip"), ERR_OK);
}

static const char *
why_of_parts(unsigned n, struct split **ret)
{
	struct split *s = split_new();
	char text[32];
	add_zip_parts(s, n);
	split_find(s);
	for (unsigned i = 1; i < n; i++) {
		snprintf(text, sizeof(text), "s.z%02u", i);
		see(s, text);
	}
	see(s, "s.zip");
	split_settle(s);
	assert_int_equal(split_count(s), 1);
	*ret = s;
	return split_get(s, 0)->why;
}

static void
as_many_parts_as_allowed_and_one_more(void **state)
{
	struct split *s;
	(void)state;
	assert_string_equal(why_of_parts(LIM_SPLIT_PARTS, &s), "");
	split_free(s);
	assert_string_equal(
	    why_of_parts(LIM_SPLIT_PARTS + 1, &s), "it has more than 1000 parts");
	split_free(s);
}

static void
as_many_names_as_allowed_and_one_more(void **state)
{
	struct split *s = split_new();
	char text[32];
	(void)state;
	for (unsigned i = 0; i < LIM_SPLIT_NAMES; i++) {
		snprintf(text, sizeof(text), "%u/a.001", i);
		assert_int_equal(add(s, text), ERR_OK);
	}
	assert_int_equal(add(s, "a.txt"), ERR_OK);
	assert_int_equal(add(s, "b.001"), ERR_LIMIT);
	split_free(s);
}

static void
as_many_sets_as_allowed_and_one_more(void **state)
{
	struct split *s = split_new();
	char text[32];
	(void)state;
	for (unsigned i = 0; i <= LIM_SPLIT_SETS; i++)
		for (unsigned k = 1; k <= 2; k++) {
			snprintf(text, sizeof(text), "%06u/a.00%u", i, k);
			assert_int_equal(add(s, text), ERR_OK);
		}
	split_find(s);
	assert_int_equal(split_count(s), LIM_SPLIT_SETS + 1);
	assert_string_equal(split_get(s, LIM_SPLIT_SETS - 1)->why, "");
	assert_string_equal(
	    split_get(s, LIM_SPLIT_SETS)->why, "the transfer has more than 10000 sets");
	split_free(s);
}

/* Each set shares a part with the next: the fall of the last reaches so many in time. */
static void
a_chain_of_sets_longer_than_the_rounds_falls_at_once(void **state)
{
	struct split *s = split_new();
	char text[64];
	(void)state;
	for (unsigned i = 0; i < 4 * LIM_SPLIT_ROUNDS; i++) {
		snprintf(text, sizeof(text), "%u/a.001=%c", i, (char)('A' + i));
		assert_int_equal(add(s, text), ERR_OK);
		snprintf(text, sizeof(text), "%u/a.002=%c", i, (char)('B' + i));
		assert_int_equal(add(s, text), ERR_OK);
	}
	split_find(s);
	assert_true(split_digests(s) > 0);
	for (size_t i = 0; i < split_digests(s); i++)
		split_seen(s, split_digest(s, i), i + 1 == split_digests(s) ? 3 : 2);
	split_settle(s);
	for (size_t i = 0; i < split_count(s); i++)
		assert_string_not_equal(split_get(s, i)->why, "");
	split_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_set_is_whole_when_no_number_is_missing),
	    cmocka_unit_test(parts_are_in_the_order_of_their_numbers),
	    cmocka_unit_test(a_file_leads_to_its_set),
	    cmocka_unit_test(sets_that_share_parts_fall_together),
	    cmocka_unit_test(as_many_parts_as_allowed_and_one_more),
	    cmocka_unit_test(as_many_names_as_allowed_and_one_more),
	    cmocka_unit_test(as_many_sets_as_allowed_and_one_more),
	    cmocka_unit_test(a_chain_of_sets_longer_than_the_rounds_falls_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
