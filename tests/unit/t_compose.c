/* links: src/proc/desk/compose src/proc/desk/compose_item tests/unit/items db/work db/work_child db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/contain src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/release src/core/part src/core/release_weigh src/core/exception src/core/inventory src/core/inventory_check src/core/inventory_print src/core/tree src/core/canon src/core/digest src/base/clock src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/* Items as bad as the worst inside them, with its findings and the way there. */
#include "db/work_child.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/proc/desk/compose.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char policy_text[] =
    "name = \"test\"; approvals = 2;\n"
    "required = ( { scanner = \"av\"; types = \"*\"; },\n"
    "  { scanner = \"archive\"; types = \"zip\"; part = true; } );\n"
    "rules = ( { verdict = \"clean\"; gate = \"pass\"; } );\n";

/* Items 2 and 3 are object 1, item 4 is object 2: zip files, as all with an even number. */
struct set {
	struct work *work;
	struct policy *policy;
	struct release_under under;
};

static const uint8_t *
object(unsigned n)
{
	static uint8_t digests[8][32];
	static unsigned next;
	uint8_t *d = digests[next++ % 8];
	memset(d, 0, 32);
	d[0] = (uint8_t)n;
	d[1] = (uint8_t)(n >> 8);
	return d;
}

static void
set_up(struct set *s)
{
	char why[POLICY_WHY_SIZE];
	*s = (struct set){.work = items_fixture()};
	if (policy_parse(policy_text, strlen(policy_text), &s->policy, why) != ERR_OK)
		fail_msg("%s", why);
	s->under.policy = s->policy;
	assert_int_equal(work_opener_add(s->work, "archive"), ERR_OK);
	assert_int_equal(
	    work_object_type(s->work, object(1), "zip", "application/zip"), ERR_OK);
	assert_int_equal(
	    work_object_type(s->work, object(2), "zip", "application/zip"), ERR_OK);
}

static void
tear_down(struct set *s)
{
	policy_free(s->policy);
	work_close(s->work);
}

static void
say(struct set *s, unsigned n, const char *scanner, const char *verdict, const char *why)
{
	struct work_todo o;
	assert_int_equal(work_object_get(s->work, object(n), &o), ERR_OK);
	struct work_verdict v = {scanner, verdict, why, o.bytes, why[0] != '\0' ? 0 : o.bytes};
	assert_int_equal(work_verdict_put(s->work, object(n), &v), ERR_OK);
}

/* A member with bytes (0: without), whose engine says this; zip files are opened to their end.
 */
static void
put(struct set *s, unsigned parent, const char *name, unsigned n, const char *verdict)
{
	bool is_new;
	struct work_child c = {.parent = object(parent),
	    .scanner = "archive",
	    .name = (const uint8_t *)name,
	    .name_len = strlen(name),
	    .kind = "file",
	    .size_bytes = 7,
	    .link = (const uint8_t *)"",
	    .why = n == 0 ? "encrypted" : "",
	    .sha256 = n != 0 ? object(n) : NULL};
	assert_int_equal(work_child_add(s->work, &c), ERR_OK);
	if (n == 0)
		return;
	assert_int_equal(work_child_object(s->work, object(n), 7, 1, &is_new), ERR_OK);
	assert_int_equal(
	    work_object_type(s->work, object(n), n % 2 == 0 ? "zip" : "text", ""), ERR_OK);
	say(s, n, "av", verdict, "");
	if (n % 2 == 0)
		say(s, n, "archive", "clean", "");
}

static void
find(struct set *s, unsigned n, const char *class, const char *severity, const char *title)
{
	struct work_finding f = {.sha256 = object(n),
	    .scanner = "av",
	    .rule = "av/signature",
	    .class = class,
	    .severity = severity,
	    .title = title,
	    .detail = "seen"};
	assert_int_equal(work_finding_add(s->work, &f), ERR_OK);
}

struct said {
	char text[4096];
	unsigned n;
};

static void
note_finding(void *arg, const struct work_finding *f)
{
	struct said *s = arg;
	size_t n = strlen(s->text);
	snprintf(s->text + n, sizeof(s->text) - n, "%s/%s %s [%s] %u\n", f->class, f->severity,
	    f->title, f->detail, f->about != NULL ? (unsigned)f->about[0] : 0);
	s->n++;
}

/* In the smallest slices; how many there were. */
static unsigned
compose(struct set *s)
{
	struct compose *c = compose_new(s->work, &s->under);
	unsigned n = 1;
	enum err e;
	while ((e = compose_run(c, 0)) == ERR_AGAIN)
		n++;
	assert_int_equal(e, ERR_OK);
	compose_free(c);
	assert_true(compose_is_done(s->work, &s->under));
	return n;
}

/* "m2 o2 whole clean (way)" of an object that was opened */
static void
expect(struct set *s, unsigned n, const char *want)
{
	struct verdict_inside in;
	char way[LIM_INSIDE_WAY_BYTES + 1], got[512];
	assert_int_equal(work_opened_get(s->work, object(n), &in, way), ERR_OK);
	snprintf(got, sizeof(got), "m%llu o%llu %s %s (%s)", (unsigned long long)in.members,
	    (unsigned long long)in.objects, in.whole ? "whole" : "part",
	    verdict_print(in.verdict), way);
	if (strcmp(got, want) != 0)
		fail_msg("%s, not %s", got, want);
}

static void
expect_findings(struct set *s, uint64_t item, const char *want)
{
	struct said said = {"", 0};
	assert_int_equal(work_findings(s->work, NULL, item, note_finding, &said), ERR_OK);
	if (strcmp(said.text, want) != 0)
		fail_msg("\"%s\", not \"%s\"", said.text, want);
}

static void
the_worst_inside_with_its_way(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "clean", "");
	put(&s, 2, "read me", 5, "clean");
	put(&s, 2, "dir/b.zip", 6, "clean");
	put(&s, 6, "c\x1b.exe", 7, "malicious");
	find(&s, 7, "malware", "critical", "EICAR");
	compose(&s);
	expect(&s, 2, "m3 o3 whole malicious (dir/b.zip > c\\x1B.exe)");
	expect(&s, 6, "m1 o1 whole malicious (c\\x1B.exe)");
	expect_findings(
	    &s, 4, "malware/critical EICAR [bad.exe > dir/b.zip > c\\x1B.exe: seen] 7\n");
	/* again: nothing twice */
	compose(&s);
	expect_findings(
	    &s, 4, "malware/critical EICAR [bad.exe > dir/b.zip > c\\x1B.exe: seen] 7\n");
	expect_findings(&s, 2, "");
	tear_down(&s);
}

static void
every_item_of_an_object_is_told(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	say(&s, 1, "av", "clean", "");
	say(&s, 1, "archive", "clean", "");
	put(&s, 1, "x", 5, "suspicious");
	find(&s, 5, "code-exec", "medium", "runs");
	compose(&s);
	expect_findings(&s, 2, "code-exec/medium runs [one.txt > x: seen] 5\n");
	expect_findings(&s, 3, "code-exec/medium runs [two.TXT > x: seen] 5\n");
	tear_down(&s);
}

/*
 * An archive with parts in it that are of no whole set was clean, and beside it the same
 * parts were incomplete: nobody looked at what they make.
 */
static void
parts_of_a_set_that_was_not_joined_are_no_cleaner_inside(void **state)
{
	static const struct {
		const char *name;
		unsigned object; /* even: a zip that was opened to its end */
		const char *type, *want;
	} rows[] = {
	    {"d/x.tgz.001", 5, "data",
		"part incomplete (d/x.tgz.001 (a part of a split set that "
		"was not joined))"},
	    {"d/x.tgz.001", 5, "text", "whole clean ()"},
	    {"x.z01", 5, "text",
		"part incomplete (x.z01 (a part of a split set that was not joined))"},
	    {"x.000", 5, "data", "whole clean ()"},
	    {"x.tgz", 5, "data", "whole clean ()"},
	    {"x.zip.001", 6, "zip", "whole clean ()"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct set s;
		char want[160];
		set_up(&s);
		say(&s, 2, "av", "clean", "");
		say(&s, 2, "archive", "clean", "");
		put(&s, 2, "read me", 7, "clean");
		put(&s, 2, rows[i].name, rows[i].object, "clean");
		assert_int_equal(
		    work_object_type(s.work, object(rows[i].object), rows[i].type, ""), ERR_OK);
		compose(&s);
		snprintf(want, sizeof(want), "m2 o2 %s", rows[i].want);
		expect(&s, 2, want);
		tear_down(&s);
	}
}

static void
read_in_parts(void **state)
{
	struct set s;
	uint64_t parts = 0;
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "incomplete", "size-limit");
	say(&s, 2, "archive", "clean", "");
	put(&s, 2, "a", 5, "clean");
	put(&s, 2, "b", 6, "clean");
	put(&s, 6, "c", 7, "clean");
	compose(&s);
	expect(&s, 2, "m3 o3 whole clean ()");
	/* one that nobody looked at: no result is an error */
	put(&s, 2, "d", 9, "clean");
	assert_int_equal(work_verdict_clear(s.work, object(9), "av"), ERR_OK);
	compose(&s);
	expect(&s, 2, "m4 o4 whole error (d)");
	(void)parts;
	tear_down(&s);
}

/* Nobody looked at what an opener passed over: the engine has not read that in parts. */
static void
what_was_opened_in_part_is_not_whole(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "incomplete", "size-limit");
	struct work_verdict v = {"archive", "clean", "", 5000, 4999};
	assert_int_equal(work_verdict_put(s.work, object(2), &v), ERR_OK);
	put(&s, 2, "a", 5, "clean");
	compose(&s);
	expect(&s, 2, "m1 o1 part clean ()");
	tear_down(&s);
}

static void
what_has_no_bytes_is_named(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "incomplete", "encrypted");
	put(&s, 2, "b.zip", 6, "clean");
	put(&s, 6, "secret", 0, "");
	compose(&s);
	expect(&s, 2, "m2 o1 part incomplete (b.zip > secret (encrypted))");
	tear_down(&s);
}

static void
what_is_inside_itself_is_found(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "clean", "");
	put(&s, 2, "r.zip", 6, "clean");
	put(&s, 6, "r.zip", 6, "clean");
	compose(&s);
	expect(&s, 2, "m2 o2 part incomplete (r.zip (it is inside itself))");
	expect_findings(&s, 4,
	    "archive/high an archive is inside itself, and cannot be opened to its end "
	    "[bad.exe > r.zip] 6\n");
	tear_down(&s);
}

/* A thousand of the same kind are a few, and a number. */
static void
many_of_a_kind_are_counted(void **state)
{
	struct set s;
	struct said said = {"", 0};
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "clean", "");
	for (unsigned i = 0; i < 1000; i++) {
		put(&s, 2, "x", 1001 + 2 * i, "clean");
		find(&s, 1001 + 2 * i, "code-exec", "low", "a script");
	}
	compose(&s);
	assert_int_equal(work_findings(s.work, NULL, 4, note_finding, &said), ERR_OK);
	assert_int_equal(said.n, LIM_INSIDE_EACH + 1);
	assert_non_null(strstr(said.text, "[bad.exe: and 992 more like it inside] 0\n"));
	tear_down(&s);
}

/* What is only noted does not push what matters off the screen. */
static void
few_notes_of_a_kind_are_listed(void **state)
{
	(void)state;
	for (unsigned n = LIM_INSIDE_NOTES; n <= LIM_INSIDE_NOTES + 1; n++) {
		struct set s;
		struct said said = {"", 0};
		set_up(&s);
		say(&s, 2, "av", "clean", "");
		say(&s, 2, "archive", "clean", "");
		for (unsigned i = 0; i < n; i++) {
			put(&s, 2, "x", 1001 + 2 * i, "clean");
			find(&s, 1001 + 2 * i, "policy", "info", "it runs");
		}
		compose(&s);
		assert_int_equal(work_findings(s.work, NULL, 4, note_finding, &said), ERR_OK);
		assert_int_equal(said.n, n);
		assert_int_equal(strstr(said.text, "and 1 more like it inside") != NULL,
		    n > LIM_INSIDE_NOTES);
		tear_down(&s);
	}
}

/* More kinds than are told apart: their classes and severities count all the same. */
static void
too_many_kinds_hide_nothing(void **state)
{
	struct set s;
	struct said said = {"", 0};
	char title[32];
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "clean", "");
	put(&s, 2, "x", 5, "clean");
	for (unsigned i = 0; i < LIM_INSIDE_KINDS; i++) {
		snprintf(title, sizeof(title), "kind %u", i);
		find(&s, 5, "code-exec", "low", title);
	}
	find(&s, 5, "malware", "critical", "the last");
	compose(&s);
	assert_int_equal(work_findings(s.work, NULL, 4, note_finding, &said), ERR_OK);
	assert_int_equal(said.n, LIM_INSIDE_KINDS - 2 + 2);
	said = (struct said){"", 0};
	expect_findings(&s, 2, "");
	struct work_finding f;
	unsigned worst = 0;
	for (uint64_t n = 1; n < 2000; n++)
		if (work_finding_get(s.work, n, &f) == ERR_OK && f.sha256 == NULL &&
		    strcmp(f.class, "malware") == 0)
			worst += strcmp(f.severity, "critical") == 0;
	assert_int_equal(worst, 1);
	tear_down(&s);
}

/* What an administrator's exception covers counts as clean, inside as well, and is told. */
static void
note_waived(void *arg, const char *leaf, enum verdict verdict)
{
	assert_string_equal(leaf, "leaf");
	*(enum verdict *)arg = verdict;
}

static void
an_exception_inside_is_told(void **state)
{
	struct set s;
	char sha256[HEX_DIGEST_SIZE];
	enum verdict waived = VERDICT_NA;
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "clean", "");
	put(&s, 2, "x", 5, "malicious");
	compose(&s);
	expect(&s, 2, "m1 o1 whole malicious (x)");
	hex_encode(object(5), 32, sha256);
	const struct exception x = {.leaf = "leaf",
	    .scanner = "av",
	    .sha256 = sha256,
	    .rule = "",
	    .type = "",
	    .reason = "ours",
	    .expires = "2030-01-01"};
	s.under.exceptions = &x;
	s.under.nexceptions = 1;
	compose(&s);
	expect(&s, 2, "m1 o1 whole clean ()");
	assert_int_equal(work_waived_each(s.work, 4, note_waived, &waived), ERR_OK);
	assert_int_equal(waived, VERDICT_MALICIOUS);
	tear_down(&s);
}

static void
note_rest(void *arg, const struct work_finding *f)
{
	unsigned *about = arg;
	if (strstr(f->detail, "more like it") != NULL)
		*about =
		    f->about != NULL ? (unsigned)f->about[0] | (unsigned)f->about[1] << 8 : 0;
}

/*
 * An exception for the archive itself is none for what is inside: the ones that are only
 * counted are about one of them, not about the archive.
 */
static void
what_is_only_counted_goes_by_no_exception_of_the_archive(void **state)
{
	struct set s;
	char sha256[HEX_DIGEST_SIZE];
	unsigned about = 0;
	(void)state;
	set_up(&s);
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "clean", "");
	for (unsigned i = 0; i < LIM_FINDINGS + 2; i++) {
		put(&s, 2, "x", 1001 + 2 * i, "clean");
		find(&s, 1001 + 2 * i, "code-exec", "low", "a script");
	}
	hex_encode(object(2), 32, sha256);
	const struct exception x = {.leaf = "leaf",
	    .scanner = "av",
	    .sha256 = sha256,
	    .rule = "",
	    .type = "",
	    .reason = "ours",
	    .expires = "2030-01-01"};
	s.under.exceptions = &x;
	s.under.nexceptions = 1;
	compose(&s);
	assert_int_equal(work_findings(s.work, NULL, 4, note_rest, &about), ERR_OK);
	assert_in_range(about, 1001, 1001 + 2 * (LIM_FINDINGS + 2));
	tear_down(&s);
}

/* --- when it is done, and in slices ----------------------------------------------------- */

static const struct exception excepted = {.leaf = "leaf",
    .scanner = "av",
    .sha256 = "",
    .rule = "av/signature",
    .type = "text",
    .reason = "ours",
    .expires = "2030-01-01"};

static void
change(struct set *s, unsigned n)
{
	struct work_finding f = {.item = 4,
	    .scanner = "name",
	    .rule = "name/x",
	    .class = "policy",
	    .severity = "low",
	    .title = "t",
	    .detail = ""};
	struct work_judged j = {.item = 4, .type = "zip", .mime = ""};
	uint64_t changed;
	bool is_new;
	switch (n) {
	case 0:
		assert_int_equal(work_finding_add(s->work, &f), ERR_OK);
		break;
	case 1:
		assert_int_equal(work_findings_clear_items(s->work), ERR_OK);
		break;
	case 2:
		assert_int_equal(work_judged_put(s->work, &j), ERR_OK);
		break;
	case 3:
		assert_int_equal(
		    items_decide(s->work, "name~one", ITEM_HOLD, "otto", "", &changed), ERR_OK);
		break;
	case 4:
		say(s, 5, "av", "suspicious", "");
		break;
	case 5:
		find(s, 5, "code-exec", "low", "a script");
		break;
	case 6:
		put(s, 2, "more", 7, "clean");
		break;
	case 7:
		assert_int_equal(work_verdict_clear(s->work, object(5), "av"), ERR_OK);
		break;
	case 8:
		assert_int_equal(work_object_type(s->work, object(5), "zip", ""), ERR_OK);
		break;
	case 9:
		assert_int_equal(work_opener_add(s->work, "unpack"), ERR_OK);
		break;
	case 10:
		assert_int_equal(work_item_kept(s->work, 5, object(5), 7, &is_new), ERR_OK);
		break;
	default:
		s->under.exceptions = &excepted;
		s->under.nexceptions = 1;
		break;
	}
}

/* What comes of judging and deciding leaves it as it is; all else does not. */
static void
only_what_it_goes_by_composes_again(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= 11; n++) {
		struct set s;
		set_up(&s);
		say(&s, 2, "av", "clean", "");
		say(&s, 2, "archive", "clean", "");
		put(&s, 2, "x", 5, "clean");
		assert_false(compose_is_done(s.work, &s.under));
		assert_true(compose(&s) > 1);
		assert_int_equal(compose(&s), 1);
		change(&s, n);
		if (compose_is_done(s.work, &s.under) != (n < 4))
			fail_msg("change %u", n);
		tear_down(&s);
	}
}

/* Engines tell apart what counts: other ones, another composition. */
static void
other_engines_compose_again(void **state)
{
	struct set s;
	json_t *old = json_pack("[{s:s, s:s, s:s, s:i}]", "name", "av", "kind", "av", "engine",
	    "ClamAV 1.4", "objects", 1);
	json_t *new = json_deep_copy(old);
	(void)state;
	set_up(&s);
	s.under.scanners = old;
	compose(&s);
	json_object_set_new(json_array_get(new, 0), "objects", json_integer(2));
	s.under.scanners = new;
	assert_true(compose_is_done(s.work, &s.under));
	json_object_set_new(json_array_get(new, 0), "engine", json_string("Other 1"));
	assert_false(compose_is_done(s.work, &s.under));
	tear_down(&s);
	json_decref(old);
	json_decref(new);
}

/* Nothing of what was seen before the change is left. */
static void
a_change_in_the_middle_begins_it_anew(void **state)
{
	unsigned slices = UINT32_MAX;
	(void)state;
	for (unsigned at = 1; at < slices; at++) {
		struct set s;
		unsigned n = 1;
		enum err e;
		set_up(&s);
		say(&s, 2, "av", "clean", "");
		say(&s, 2, "archive", "clean", "");
		for (unsigned i = 0; i < 300; i++)
			put(&s, 2, "x", 1001 + 2 * i, "clean");
		find(&s, 1001, "code-exec", "low", "a script");
		if (slices == UINT32_MAX) {
			slices = compose(&s);
			say(&s, 2, "av", "clean", "");
		}
		struct compose *c = compose_new(s.work, &s.under);
		while ((e = compose_run(c, 0)) == ERR_AGAIN)
			if (n++ == at) {
				say(&s, 1003, "av", "malicious", "");
				find(&s, 1003, "malware", "critical", "EICAR");
			}
		assert_int_equal(e, ERR_OK);
		compose_free(c);
		expect(&s, 2, "m300 o300 whole malicious (x)");
		expect_findings(&s, 4,
		    "code-exec/low a script [bad.exe > x: seen] 233\n"
		    "malware/critical EICAR [bad.exe > x: seen] 235\n");
		tear_down(&s);
	}
	assert_true(slices > 8 && slices < 100);
}

/* It was opened, and is not any more: neither a row nor a finding nor an exception is left. */
static void
what_is_not_opened_any_more_is_taken_back(void **state)
{
	struct set s;
	char sha256[HEX_DIGEST_SIZE];
	struct verdict_inside in;
	char way[LIM_INSIDE_WAY_BYTES + 1];
	enum verdict waived = VERDICT_NA;
	uint64_t n;
	(void)state;
	set_up(&s);
	hex_encode(object(5), 32, sha256);
	struct exception x = excepted;
	x.sha256 = sha256;
	x.rule = x.type = "";
	s.under.exceptions = &x;
	s.under.nexceptions = 1;
	say(&s, 2, "av", "clean", "");
	say(&s, 2, "archive", "clean", "");
	put(&s, 2, "x", 5, "malicious");
	find(&s, 5, "malware", "critical", "EICAR");
	compose(&s);
	assert_int_equal(work_waived_each(s.work, 4, note_waived, &waived), ERR_OK);
	assert_int_equal(waived, VERDICT_MALICIOUS);
	say(&s, 2, "archive", "na", "");
	assert_int_equal(work_child_cut(s.work, object(2), "archive", &n), ERR_OK);
	assert_int_equal(work_child_tidy(s.work), ERR_OK);
	compose(&s);
	assert_int_equal(work_opened_get(s.work, object(2), &in, way), ERR_NOTFOUND);
	expect_findings(&s, 4, "");
	waived = VERDICT_NA;
	assert_int_equal(work_waived_each(s.work, 4, note_waived, &waived), ERR_OK);
	assert_int_equal(waived, VERDICT_NA);
	tear_down(&s);
}

/* More than a page of containers, each an item's, with findings in all of them. */
static void
pages_of_everything(void **state)
{
	struct set s;
	char name[16];
	bool is_new;
	(void)state;
	set_up(&s);
	for (unsigned i = 0; i < 600; i++) {
		snprintf(name, sizeof(name), "z%u.zip", i);
		items_add(s.work, 100 + i, name, "file", "read", 7);
		assert_int_equal(
		    work_item_kept(s.work, 100 + i, object(2000 + 2 * i), 7, &is_new), ERR_OK);
		assert_int_equal(
		    work_object_type(s.work, object(2000 + 2 * i), "zip", ""), ERR_OK);
		say(&s, 2000 + 2 * i, "av", "clean", "");
		say(&s, 2000 + 2 * i, "archive", "clean", "");
		put(&s, 2000 + 2 * i, "x", 4001 + 2 * i, i % 3 == 0 ? "malicious" : "clean");
		find(&s, 4001 + 2 * i, "malware", "critical", "EICAR");
	}
	compose(&s);
	for (unsigned i = 0; i < 600; i++) {
		struct said said = {"", 0};
		expect(&s, 2000 + 2 * i,
		    i % 3 == 0 ? "m1 o1 whole malicious (x)" : "m1 o1 whole clean ()");
		assert_int_equal(
		    work_findings(s.work, NULL, 100 + i, note_finding, &said), ERR_OK);
		assert_int_equal(said.n, 1);
	}
	tear_down(&s);
}

static void
a_transfer_without_containers_is_left_alone(void **state)
{
	struct set s;
	struct verdict_inside in;
	char way[LIM_INSIDE_WAY_BYTES + 1];
	(void)state;
	set_up(&s);
	say(&s, 1, "archive", "na", "");
	compose(&s);
	assert_int_equal(work_opened_get(s.work, object(1), &in, way), ERR_NOTFOUND);
	tear_down(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_worst_inside_with_its_way),
	    cmocka_unit_test(every_item_of_an_object_is_told),
	    cmocka_unit_test(parts_of_a_set_that_was_not_joined_are_no_cleaner_inside),
	    cmocka_unit_test(read_in_parts),
	    cmocka_unit_test(what_was_opened_in_part_is_not_whole),
	    cmocka_unit_test(what_has_no_bytes_is_named),
	    cmocka_unit_test(what_is_inside_itself_is_found),
	    cmocka_unit_test(many_of_a_kind_are_counted),
	    cmocka_unit_test(few_notes_of_a_kind_are_listed),
	    cmocka_unit_test(too_many_kinds_hide_nothing),
	    cmocka_unit_test(an_exception_inside_is_told),
	    cmocka_unit_test(what_is_only_counted_goes_by_no_exception_of_the_archive),
	    cmocka_unit_test(only_what_it_goes_by_composes_again),
	    cmocka_unit_test(other_engines_compose_again),
	    cmocka_unit_test(a_change_in_the_middle_begins_it_anew),
	    cmocka_unit_test(what_is_not_opened_any_more_is_taken_back),
	    cmocka_unit_test(pages_of_everything),
	    cmocka_unit_test(a_transfer_without_containers_is_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
