/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Samples for an audit: the draw, and the rules of its entries. */
#include "src/core/digest.h"
#include "src/core/sample.h"
#include "tests/unit/custody.h"

static char subj[80];

static enum err
try_entry(const char *type, const char *who, json_t *data)
{
	struct maker_person *p = strcmp(who, "K1") == 0 ? &m->station : maker_find(m, who);
	return maker_try(
	    m, LOG_CUSTODY, maker_body(m, LOG_CUSTODY, type, "station", p, data), p);
}

/* The text of a draw; caller frees. */
static char *
drawn(const char *seed, uint64_t n, uint64_t *ret_drawn)
{
	struct buf text;
	buf_init(&text, LIM_SAMPLE_BYTES);
	if (sample_draw(m->custody, seed, n, &text, ret_drawn) != ERR_OK)
		fail_msg("nothing was drawn");
	char *copy = mem_strdup(buf_str(&text));
	buf_done(&text);
	return copy;
}

static json_t *
sample_data(const char *seed, uint64_t n)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	uint64_t count;
	MEM_FREE char *text = drawn(sample_seed_ok(seed) ? seed : "x", n, &count);
	digest_sha256(text, strlen(text), digest);
	hex_encode(digest, sizeof(digest), hex);
	return json_pack("{s:s,s:I,s:s,s:s,s:I}", "document", hex, "n", (json_int_t)n,
	    "officer", "anna", "seed", seed, "size",
	    (json_int_t)custody_size(m->custody, LOG_CUSTODY));
}

static json_t *
attest_data(const char *sample, uint64_t checked, uint64_t differ, const char *note)
{
	return json_pack("{s:I,s:I,s:s,s:s}", "checked", (json_int_t)checked, "differ",
	    (json_int_t)differ, "note", note, "sample", sample);
}

static size_t
lines(const char *text)
{
	size_t n = 0;
	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

/* Recomputed here from the words of sample.h, without its code. */
static void
draw_is_what_the_words_say(void **state)
{
	char root[HEX_DIGEST_SIZE], text[256], line[80];
	uint8_t digest[DIGEST_SIZE];
	uint64_t count, at = 0, size = 0;
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 3, subj);
	maker_transfer(m, MAKER_REVIEW, 7, subj);
	maker_transfer(m, MAKER_RELEASED, 5, subj);
	MEM_FREE char *got = drawn("2026-audit.1", 8, &count);
	assert_int_equal(count, 8);
	size = custody_size(m->custody, LOG_CUSTODY);
	hex_encode(custody_root(m->custody, LOG_CUSTODY, size), 32, root);
	MEM_FREE char *want = mem_printf("sallyport-sample-v1\nlog %s\nsize %ju\nroot %s\nseed "
					 "2026-audit.1\npopulation 8\ndrawn 8\n",
	    custody_origin(m->custody, LOG_CUSTODY), (uintmax_t)size, root);
	assert_int_equal(strncmp(got, want, strlen(want)), 0);
	const char *p = got + strlen(want);
	bool seen[8] = {false};
	for (unsigned j = 0; at < 8; j++) {
		uint64_t x = 0;
		int n = snprintf(
		    text, sizeof(text), "sallyport-sample-v1\n%s\n2026-audit.1\n%u\n", root, j);
		digest_sha256(text, (size_t)n, digest);
		for (size_t i = 0; i < 8; i++)
			x = x * 256 + digest[i];
		if (seen[x % 8])
			continue;
		seen[x % 8] = true;
		at++;
		snprintf(line, sizeof(line), "K1-00000%d %ju\n", x % 8 < 3 ? 1 : 3,
		    (uintmax_t)(x % 8 < 3 ? x % 8 + 1 : x % 8 - 2));
		assert_int_equal(strncmp(p, line, strlen(line)), 0);
		p += strlen(line);
	}
	assert_int_equal(*p, '\0');
}

static void
what_stands_is_drawn_from_and_nothing_else(void **state)
{
	uint64_t count;
	struct buf text;
	(void)state;
	buf_init(&text, LIM_SAMPLE_BYTES);
	maker_transfer(m, MAKER_APPROVED, 0, subj);
	assert_int_equal(sample_draw(m->custody, "x", 1, &text, &count), ERR_NOTFOUND);
	buf_done(&text);
	maker_transfer(m, MAKER_CLOSED, 3, subj);
	const char *id = subj + strlen("xfer:");
	maker_add(m, LOG_CUSTODY, "xfer.recall", subj, maker_find(m, "anna"),
	    json_pack("{s:s}", "reason", "x"));
	MEM_FREE char *asked = drawn("x", 9, &count);
	assert_int_equal(count, 3);
	assert_int_equal(lines(asked), 7 + 3);
	const struct custody_transfer *t = custody_transfer_find(m->custody, id);
	maker_add(m, LOG_CUSTODY, "xfer.confirm", subj, maker_find(m, "ben"),
	    json_pack("{s:s}", "leaf", t->recall.proposal.leaf));
	t = custody_transfer_find(m->custody, id);
	maker_add(m, LOG_CUSTODY, "xfer.recalled", subj, &m->station,
	    json_pack("{s:s,s:s,s:b}", "confirm", t->recall.agreement.leaf, "dest", t->dest,
		"found", 1));
	buf_init(&text, LIM_SAMPLE_BYTES);
	assert_int_equal(sample_draw(m->custody, "x", 1, &text, &count), ERR_NOTFOUND);
	/* nor from what is to be retired after its recall */
	maker_add(m, LOG_CUSTODY, "xfer.retire", subj, maker_find(m, "anna"),
	    json_pack("{s:s}", "reason", "room"));
	assert_int_equal(sample_draw(m->custody, "x", 1, &text, &count), ERR_NOTFOUND);
	buf_done(&text);
}

static void
sample_is_judged(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 5, subj);
	static const struct {
		const char *field, *json, *words;
	} cases[] = {
	    {"officer", "\"rita\"", "neither an officer nor an auditor"},
	    {"seed", "\"\"", "a seed is"},
	    {"seed", "\"a b\"", "a seed is"},
	    {"n", "0", "1 to 10000 files"},
	    {"n", "10001", "1 to 10000 files"},
	    {"n", "3", "not what the seed draws"},
	    {"seed", "\"other\"", "not what the seed draws"},
	    {"size", "1", "size is not that"},
	    {"document", "\"00000000000000000000000000000000000000000000000000000000000000ff\"",
		"not what the seed draws"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *d = sample_data("seed", 2);
		set(d, cases[i].field, json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
		assert_refused(try_entry("audit.sample", "K1", d), cases[i].words);
	}
	assert_refused(
	    try_entry("audit.sample", "anna", sample_data("seed", 2)), "cannot be signed");
	assert_int_equal(try_entry("audit.sample", "K1", sample_data("seed", 2)), ERR_OK);
	assert_int_equal(
	    try_entry("audit.sample", "K1", sample_data("seed", LIM_SAMPLE_FILES)), ERR_OK);
	char seed[LIM_SAMPLE_SEED_BYTES + 2];
	memset(seed, 's', sizeof(seed));
	seed[LIM_SAMPLE_SEED_BYTES + 1] = '\0';
	assert_refused(try_entry("audit.sample", "K1", sample_data(seed, 2)), "a seed is");
	seed[LIM_SAMPLE_SEED_BYTES] = '\0';
	assert_int_equal(try_entry("audit.sample", "K1", sample_data(seed, 2)), ERR_OK);
}

static void
attestation_is_of_a_sample(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 5, subj);
	maker_add(m, LOG_CUSTODY, "audit.sample", "station", &m->station, sample_data("s", 3));
	assert_int_equal(sample_count(m->custody), 1);
	MEM_FREE char *leaf = mem_strdup(sample_at(m->custody, 0)->leaf);
	assert_int_equal(sample_at(m->custody, 0)->drawn, 3);
	assert_refused(try_entry("audit.attest", "anna", attest_data(ENTRY_ZEROS, 1, 0, "")),
	    "not the leaf of a sample");
	assert_refused(
	    try_entry("audit.attest", "anna", attest_data(leaf, 0, 0, "")), "1 to 3 can be");
	assert_refused(
	    try_entry("audit.attest", "anna", attest_data(leaf, 4, 0, "")), "1 to 3 can be");
	assert_refused(
	    try_entry("audit.attest", "anna", attest_data(leaf, 2, 3, "x")), "no more can");
	assert_refused(
	    try_entry("audit.attest", "anna", attest_data(leaf, 2, 1, "")), "say in note");
	assert_refused(
	    try_entry("audit.attest", "K1", attest_data(leaf, 3, 0, "")), "cannot be signed");
	assert_int_equal(
	    try_entry("audit.attest", "anna", attest_data(leaf, 3, 0, "")), ERR_OK);
	struct maker_person *audrey = maker_person(m, "audrey", "Audrey Auditor", "auditor");
	maker_add(m, LOG_AUTHORITY, "officer.enroll", "person:audrey", maker_find(m, "root1"),
	    maker_enroll_data(m, audrey, json_pack("[s]", "auditor")));
	assert_int_equal(
	    try_entry("audit.attest", "audrey", attest_data(leaf, 3, 1, "file 2 differs")),
	    ERR_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(draw_is_what_the_words_say),
	    TEST(what_stands_is_drawn_from_and_nothing_else),
	    TEST(sample_is_judged),
	    TEST(attestation_is_of_a_sample),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
