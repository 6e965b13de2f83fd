/* links: src/core/inventory src/core/inventory_check src/core/inventory_print src/core/release src/core/part src/core/release_plan src/core/release_manifest src/core/tree src/core/merkle src/core/finding src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/core/digest src/base/escape src/base/utf8 src/base/clock src/base/hex src/base/buf src/base/mem src/base/err src/core/release_weigh src/core/exception */
/* SPDX-License-Identifier: ISC */
#include "tests/unit/sample.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Reads to the end; the sentence when it fails. */
static enum err
read_all(const void *bytes, size_t n, uint64_t *ret_items, char why[INVENTORY_WHY_SIZE])
{
	struct inventory *inv;
	const struct inventory_item *it;
	enum err e = inventory_open(bytes, n, &inv, why);
	*ret_items = 0;
	if (e != ERR_OK)
		return e;
	while ((e = inventory_next(inv, &it)) == ERR_OK)
		++*ret_items;
	snprintf(why, INVENTORY_WHY_SIZE, "%s", inventory_why(inv));
	inventory_free(inv);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static void
seal(struct sample *s)
{
	char why[RELEASE_WHY_SIZE] = "";
	if (sample_judge(s, why) != ERR_OK)
		fail_msg("%s", why);
	assert_int_equal(sample_seal(s), ERR_OK);
}

static void
round_trip(void **state)
{
	(void)state;
	struct sample s;
	struct inventory *inv;
	const struct inventory_item *it;
	char why[INVENTORY_WHY_SIZE];
	sample_init(&s);
	sample_add(&s, ITEM_DIRECTORY, "a");
	struct inventory_item *odd = sample_file(&s, "a/\x1b[2J\xff\n");
	odd->finds = 3;
	odd->worst.of[FINDING_NAME] = FINDING_HIGH;
	odd->worst.of[FINDING_CODE_EXEC] = FINDING_LOW;
	odd->worst.of[FINDING_MISMATCH] = FINDING_INFO;
	sample_decide(odd, ITEM_REJECT, "no \"thanks\" \\ gr\xc3\xbc\xc3\x9f");
	odd->zone_utc = true;
	sample_link(&s, "a/l", "../b");
	struct inventory_item *last = sample_file(&s, "b");
	last->mode = 07777;
	last->mtime = "";
	last->class = "NATO / restricted-2.1";
	seal(&s);
	assert_int_equal(inventory_open(s.bytes.data, s.bytes.len, &inv, why), ERR_OK);
	const struct inventory_header *h = inventory_header(inv);
	assert_string_equal(h->transfer, "K1-000042");
	assert_int_equal(h->ndeciders, 2);
	assert_string_equal(h->deciders[1], "m.weber");
	for (size_t i = 0; i < s.n; i++) {
		const struct inventory_item *want = &s.items[i];
		assert_int_equal(inventory_next(inv, &it), ERR_OK);
		assert_int_equal(it->id, want->id);
		assert_int_equal(it->kind, want->kind);
		assert_int_equal(inventory_compare(it->path, want->path), 0);
		assert_int_equal(inventory_compare(it->dest, want->dest), 0);
		assert_int_equal(inventory_compare(it->link, want->link), 0);
		assert_string_equal(it->reason, want->reason);
		assert_string_equal(it->sha256, want->sha256);
		assert_string_equal(it->mtime, want->mtime);
		assert_int_equal(it->mode, want->mode);
		assert_int_equal(it->zone_utc, want->zone_utc);
		assert_int_equal(it->nscans, want->nscans);
		assert_int_equal(it->outcome, want->outcome);
		assert_true((it->class == NULL) == (want->class == NULL));
		if (want->class != NULL)
			assert_string_equal(it->class, want->class);
		assert_memory_equal(&it->worst, &want->worst, sizeof(it->worst));
	}
	assert_int_equal(inventory_next(inv, &it), ERR_NOTFOUND);
	inventory_free(inv);
	assert_non_null(strstr(buf_str(&s.bytes), "\"name\":\"a/\\\\x1B[2J\\\\xFF\\\\x0A\""));
	assert_non_null(strstr(buf_str(&s.bytes),
	    "\"worst\":[\"code-exec/low\",\"mismatch/info\",\"name/high\"]"));
	sample_done(&s);
}

/* No directory is marked on its own, and a word is as long as a word may be. */
static void
classes_to_their_limits(void **state)
{
	(void)state;
	char word[LIM_FIELD_WORD_BYTES + 2];
	struct sample s;
	sample_init(&s);
	struct inventory_item *it = sample_file(&s, "b");
	seal(&s);
	memset(word, 'w', sizeof(word));
	word[LIM_FIELD_WORD_BYTES] = '\0';
	it->class = word;
	assert_int_equal(inventory_print_item(it, &s.bytes), ERR_OK);
	word[LIM_FIELD_WORD_BYTES] = 'w';
	word[LIM_FIELD_WORD_BYTES + 1] = '\0';
	assert_int_equal(inventory_print_item(it, &s.bytes), ERR_RANGE);
	sample_done(&s);
	sample_init(&s);
	it = sample_add(&s, ITEM_DIRECTORY, "a");
	seal(&s);
	assert_int_equal(inventory_print_item(it, &s.bytes), ERR_OK);
	it->class = "secret";
	assert_int_equal(inventory_print_item(it, &s.bytes), ERR_RANGE);
	sample_done(&s);
}

/* Replaces the first `from` after the header (or in it) and reads again. */
static void
refuses(void **state)
{
	(void)state;
	static const struct {
		const char *what, *from, *to, *why;
	} cases[] = {
	    {"more items than the header says", "\"items\":2", "\"items\":1", "more lines"},
	    {"fewer items than the header says", "\"items\":2", "\"items\":3", "does not end"},
	    {"version", "\"inventory\":1", "\"inventory\":2", "version"},
	    {"unknown exception", "\"exceptions\":[]", "\"exceptions\":[{}]", "exceptions"},
	    {"one approval", "\"approvals\":2", "\"approvals\":1", "approvals"},
	    {"policy", "\"policy\":\"", "\"policy\":\"x", "policy"},
	    {"deciders unsorted", "[\"a.frey\",\"m.weber\"]", "[\"m.weber\",\"a.frey\"]",
		"sorted"},
	    {"deciders twice", "[\"a.frey\",\"m.weber\"]", "[\"a.frey\",\"a.frey\"]", "sorted"},
	    {"no such requester", "\"requester\":\"r.haas\"", "\"requester\":\"\"", "person"},
	    {"unknown word", "\"decision\":\"approve\"", "\"decision\":\"yes\"", "fields"},
	    {"unknown verdict", "\"verdict\":\"clean\",\"why\":\"\"}",
		"\"verdict\":\"ok\",\"why\":\"\"}", "fields"},
	    {"unknown key", "\"zone\":\"none\"", "\"zone\":\"none\",\"zz\":1", "fields"},
	    {"missing key", ",\"zone\":\"none\"", "", "fields"},
	    {"number as text", "\"mode\":420", "\"mode\":\"420\"", "fields"},
	    {"mode", "\"mode\":420", "\"mode\":4096", "fields"},
	    {"decision without a person", "\"by\":\"m.weber\"", "\"by\":\"\"", "decision"},
	    {"name is not the path", "\"name\":\"a\"", "\"name\":\"b\"", "escaped path"},
	    {"digest", "\"sha256\":\"ca978112", "\"sha256\":\"CA978112", "sha256"},
	    {"time", "\"mtime\":\"2024-01-02T03:04:05Z\"", "\"mtime\":\"2024-02-30T03:04:05Z\"",
		"mtime"},
	    {"path not base64", "\"path\":\"YQ==\"", "\"path\":\"YR==\"", "fields"},
	    {"order of paths", "\"path\":\"YQ==\"", "\"path\":\"Yw==\"", "escaped path"},
	    {"link of a file", "\"link\":\"\"", "\"link\":\"YQ==\"", "link"},
	    {"id twice", "\"id\":2", "\"id\":1", "id twice"},
	    {"id too large", "\"id\":2", "\"id\":8000000", "out of range"},
	    {"scans unsorted", "\"scanner\":\"av\"", "\"scanner\":\"zz\"", "scans"},
	    {"scanner says unscanned", "\"verdict\":\"clean\",\"why\":\"\"},{",
		"\"verdict\":\"unscanned\",\"why\":\"\"},{", "scans"},
	    {"inside of an unknown word", "\"objects\":0,\"verdict\":\"na\"",
		"\"objects\":0,\"verdict\":\"ok\"", "fields"},
	    {"inside without a word", "\"objects\":0,\"verdict\":\"na\",", "\"objects\":0,",
		"fields"},
	    {"whole as a number", "\"whole\":false", "\"whole\":0", "fields"},
	    {"more objects than members", "\"members\":0,\"objects\":0,\"verdict\":\"na\"",
		"\"members\":1,\"objects\":2,\"verdict\":\"clean\"", "inside"},
	    {"more links than members", "\"links\":0,\"members\":0",
		"\"links\":1,\"members\":0", "inside"},
	    {"nothing inside is malicious", "\"objects\":0,\"verdict\":\"na\"",
		"\"objects\":0,\"verdict\":\"malicious\"", "inside"},
	    {"a way to the worst of nothing", "\"worst\":\"\"}", "\"worst\":\"x\"}", "inside"},
	    {"more parts than objects", "\"parts\":0", "\"parts\":1", "scans"},
	    {"no parts", "\"parts\":0,", "", "fields"},
	    {"findings without a worst", "\"n\":0", "\"n\":1", "finds"},
	    {"unknown class", "\"worst\":[]", "\"worst\":[\"x/high\"]", "fields"},
	    {"class twice", "\"worst\":[]", "\"worst\":[\"name/high\",\"name/low\"]", "fields"},
	    {"class without a word",
		"\"decision\":", "\"class\":\"\",\"decision\":", "classification"},
	    {"class that is no word",
		"\"decision\":", "\"class\":\"-x\",\"decision\":", "classification"},
	    {"class as a list", "\"decision\":", "\"class\":[],\"decision\":", "fields"},
	    {"class out of its place", "\"by\":", "\"class\":\"x\",\"by\":", "canonical"},
	    {"blank", "\"id\":1", "\"id\": 1", "canonical"},
	    {"control character in a reason", "\"reason\":\"\"", "\"reason\":\"\\u001b\"",
		"fields"},
	};
	struct sample s;
	sample_init(&s);
	sample_file(&s, "a");
	sample_file(&s, "b");
	seal(&s);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;
		uint64_t items;
		char why[INVENTORY_WHY_SIZE] = "";
		const char *text = buf_str(&s.bytes), *at = strstr(text, cases[i].from);
		if (at == NULL)
			fail_msg("%s: not in the sample", cases[i].what);
		buf_init(&b, 1 << 20);
		buf_add(&b, text, (size_t)(at - text));
		buf_add_str(&b, cases[i].to);
		buf_add_str(&b, at + strlen(cases[i].from));
		enum err e = read_all(b.data, b.len, &items, why);
		if (e != ERR_SYNTAX || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: error %d, \"%s\"", cases[i].what, (int)e, why);
		buf_done(&b);
	}
	sample_done(&s);
}

/* What is inside comes through as it is, and counts. */
static void
inside(void **state)
{
	struct sample s;
	struct inventory *inv;
	const struct inventory_item *it;
	char why[INVENTORY_WHY_SIZE], way[LIM_INSIDE_WAY_BYTES + 2];
	(void)state;
	sample_init(&s);
	struct inventory_item *zip = sample_file(&s, "a.zip");
	zip->inside = (struct verdict_inside){12, 3, 7, VERDICT_INCOMPLETE, false};
	zip->inside_worst = "b.tar > secret.txt (encrypted)";
	zip->scans[0].parts = 7;
	seal(&s);
	assert_int_equal(zip->verdict, VERDICT_INCOMPLETE);
	assert_int_equal(inventory_open(s.bytes.data, s.bytes.len, &inv, why), ERR_OK);
	assert_int_equal(inventory_next(inv, &it), ERR_OK);
	assert_int_equal(it->inside.members, 12);
	assert_int_equal(it->inside.links, 3);
	assert_int_equal(it->inside.objects, 7);
	assert_int_equal(it->inside.verdict, VERDICT_INCOMPLETE);
	assert_false(it->inside.whole);
	assert_string_equal(it->inside_worst, "b.tar > secret.txt (encrypted)");
	assert_int_equal(it->scans[0].parts, 7);
	inventory_free(inv);

	memset(way, 'w', sizeof(way));
	way[LIM_INSIDE_WAY_BYTES] = '\0';
	zip->inside_worst = way;
	assert_int_equal(inventory_print_item(zip, &s.bytes), ERR_OK);
	way[LIM_INSIDE_WAY_BYTES] = 'w';
	way[LIM_INSIDE_WAY_BYTES + 1] = '\0';
	assert_int_equal(inventory_print_item(zip, &s.bytes), ERR_RANGE);
	zip->inside_worst = "";
	zip->scans[0].parts = 8;
	assert_int_equal(inventory_print_item(zip, &s.bytes), ERR_RANGE);
	zip->scans[0].parts = 0;
	zip->kind = ITEM_OTHER;
	assert_int_equal(inventory_print_item(zip, &s.bytes), ERR_RANGE);
	sample_done(&s);
}

static void
order_of_paths(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
	} cases[] = {{"a", "b"}, {"a", "aa"}, {"a-", "a/x"}, {"a/z", "b"}, {"z", "\xc3\xa4"}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sample s;
		uint64_t items;
		char why[INVENTORY_WHY_SIZE];
		assert_true(
		    inventory_compare(sample_bytes(cases[i].a), sample_bytes(cases[i].b)) < 0);
		sample_init(&s);
		sample_file(&s, cases[i].b);
		sample_file(&s, cases[i].a);
		seal(&s);
		assert_int_equal(read_all(s.bytes.data, s.bytes.len, &items, why), ERR_SYNTAX);
		assert_non_null(strstr(why, "order"));
		sample_done(&s);
	}
}

static void
every_cut_is_noticed(void **state)
{
	(void)state;
	struct sample s;
	uint64_t items;
	char why[INVENTORY_WHY_SIZE];
	sample_init(&s);
	sample_file(&s, "a");
	sample_file(&s, "b");
	seal(&s);
	for (size_t n = 0; n < s.bytes.len; n++)
		if (read_all(s.bytes.data, n, &items, why) == ERR_OK)
			fail_msg("cut at %zu", n);
	assert_int_equal(read_all(s.bytes.data, s.bytes.len, &items, why), ERR_OK);
	assert_int_equal(items, 2);
	sample_done(&s);
}

static void
limits(void **state)
{
	(void)state;
	static char path[LIM_PATH_BYTES + 2], reason[LIM_REASON_BYTES + 2],
	    why[LIM_SCAN_WHY_BYTES + 2], target[LIM_LINK_BYTES + 2];
	static char type[LIM_TYPE_BYTES + 2];
	struct sample s;
	struct buf b;
	memset(path, '\x01', LIM_PATH_BYTES); /* its escaped form is the longest */
	memset(reason, '"', LIM_REASON_BYTES);
	memset(why, '\\', LIM_SCAN_WHY_BYTES);
	memset(target, 't', LIM_LINK_BYTES);
	buf_init(&b, 1 << 24);
	sample_init(&s);
	struct inventory_item *it = sample_file(&s, path);
	it->reason = it->why = reason;
	for (it->nscans = 0; it->nscans < LIM_SCANNERS; it->nscans++) {
		static char names[LIM_SCANNERS][LIM_PERSON_ID_BYTES + 1];
		snprintf(names[it->nscans], sizeof(names[0]), "%032zu", it->nscans);
		it->scans[it->nscans] = (struct inventory_scan){
		    names[it->nscans], VERDICT_INCOMPLETE, 1u << 30, 1u << 30, why, 0};
	}
	static char leaves[LIM_EXCEPTIONS][HEX_DIGEST_SIZE];
	for (it->finds = 0; it->finds < LIM_EXCEPTIONS; it->finds++) {
		snprintf(leaves[it->finds], sizeof(leaves[0]), "%064zx", (size_t)it->finds);
		assert_true(inventory_except(it, leaves[it->finds], VERDICT_NA, 1));
	}
	/* The largest item there can be fits a line. */
	assert_int_equal(inventory_print_item(it, &b), ERR_OK);
	assert_true(b.len <= LIM_INVENTORY_LINE_BYTES);
	reason[LIM_REASON_BYTES] = 'x';
	assert_int_equal(inventory_print_item(it, &b), ERR_RANGE);
	reason[LIM_REASON_BYTES] = '\0';
	why[LIM_SCAN_WHY_BYTES] = 'x';
	assert_int_equal(inventory_print_item(it, &b), ERR_RANGE);
	why[LIM_SCAN_WHY_BYTES] = '\0';
	it->path.len = LIM_PATH_BYTES + 1;
	assert_int_equal(inventory_print_item(it, &b), ERR_RANGE);
	it->path.len = LIM_PATH_BYTES;
	it->nscans = LIM_SCANNERS + 1;
	assert_int_equal(inventory_print_item(it, &b), ERR_RANGE);
	it->nscans = 2;
	memset(type, 't', LIM_TYPE_BYTES);
	it->type = it->mime = type;
	assert_int_equal(inventory_print_item(it, &b), ERR_OK);
	type[LIM_TYPE_BYTES] = 't';
	assert_int_equal(inventory_print_item(it, &b), ERR_RANGE);
	it = sample_link(&s, "l", target);
	assert_int_equal(inventory_print_item(it, &b), ERR_OK);
	it->link.len = LIM_LINK_BYTES + 1;
	assert_int_equal(inventory_print_item(it, &b), ERR_RANGE);
	buf_done(&b);
	sample_done(&s);
}

/* 4,128 bytes of a scanner's words killed the next program elsewhere. */
static void
R11_long_words_of_a_scanner_do_not_break_an_item(void **state)
{
	(void)state;
	static char words[4129];
	struct sample s;
	uint64_t items;
	char why[INVENTORY_WHY_SIZE];
	memset(words, 'y', sizeof(words) - 1);
	sample_init(&s);
	struct inventory_item *it = sample_file(&s, "a");
	seal(&s);
	it->scans[0].why = words;
	assert_int_equal(sample_seal(&s), ERR_RANGE);
	words[LIM_SCAN_WHY_BYTES] = '\0';
	assert_int_equal(sample_seal(&s), ERR_OK);
	assert_int_equal(read_all(s.bytes.data, s.bytes.len, &items, why), ERR_OK);
	sample_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(classes_to_their_limits),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(inside),
	    cmocka_unit_test(order_of_paths),
	    cmocka_unit_test(every_cut_is_noticed),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(R11_long_words_of_a_scanner_do_not_break_an_item),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
