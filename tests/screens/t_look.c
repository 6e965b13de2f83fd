/* links: @ui tests/screens/fixture src/core/name src/core/name_type src/core/inventory_print */
/* SPDX-License-Identifier: ISC */
/* What a signer must look at, and that nothing else than what is sealed gets there. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "tests/screens/fixture.h"
#include "ui/look.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

struct sample {
	struct fixture *fixture;
	struct sealed sealed;
	struct look *look;
	struct buf inventory;
	char policy_hex[HEX_DIGEST_SIZE];
	bool flip;     /* a byte of the inventory after it was announced */
	uint64_t stop; /* after so many items; 0: never */
	uint64_t walked;
	char why[RELEASE_WHY_SIZE];
};

static void
hex_of(const void *bytes, size_t n, char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), out);
}

static void
begin(struct sample *s)
{
	*s = (struct sample){.fixture = fixture_new()};
	hex_of(fixture_policy(), strlen(fixture_policy()), s->policy_hex);
	buf_init(&s->inventory, 1 << 24);
	fixture_seal(s->fixture, s->policy_hex, &s->inventory);
}

static void
end(struct sample *s)
{
	look_free(s->look);
	sealed_done(&s->sealed);
	buf_done(&s->inventory);
	fixture_free(s->fixture);
}

static bool
on_item(void *arg, const struct inventory_item *it)
{
	struct sample *s = arg;
	look_take(s->look, it);
	return ++s->walked != s->stop;
}

/* As the desk's answers come in; the sentence of what is wrong. */
static const char *
take(struct sample *s, const char *transfer, const char *officer)
{
	char hex[HEX_DIGEST_SIZE];
	struct msg m = {.id = MSG_DESK_SEALED, .fd = -1};
	struct msg doc = {.id = MSG_DESK_DOC, .fd = -1};
	hex_of(s->inventory.data, s->inventory.len, hex);
	s->inventory.data[s->inventory.len / 2] ^= s->flip ? 1 : 0;
	m.body = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "inventory", hex, "findings", hex,
	    "policy", s->policy_hex, "scan", hex, "items", 1, "dest", "transfers/x");
	assert_int_equal(io_memfd("t", s->inventory.data, s->inventory.len, &m.fd), ERR_OK);
	assert_int_equal(
	    io_memfd("t", fixture_policy(), strlen(fixture_policy()), &doc.fd), ERR_OK);
	const char *wrong = sealed_take_inventory(&s->sealed, &m);
	if (wrong == NULL)
		wrong = sealed_take_policy(&s->sealed, &doc);
	if (wrong == NULL) {
		s->look = look_new(&s->sealed, officer);
		assert_non_null(s->look);
		wrong = sealed_derive(&s->sealed, transfer, on_item, s, s->why);
		look_settle(s->look);
	}
	msg_done(&m);
	msg_done(&doc);
	return wrong;
}

/* --- groups ---------------------------------------------------------------------------- */

static bool
belongs(enum look_group g, const struct inventory_item *it)
{
	bool heavy = finding_worst_severity(&it->worst) >= FINDING_MEDIUM;
	switch (g) {
	case LOOK_EXCEPTED:
		return it->outcome == ITEM_OUT_RELEASED && it->nexceptions > 0;
	case LOOK_FINDINGS:
		return it->outcome == ITEM_OUT_RELEASED && heavy;
	case LOOK_REASON:
		return it->outcome == ITEM_OUT_RELEASED && !heavy &&
		       it->proposed != POLICY_PASS;
	case LOOK_REJECTED:
		return it->outcome == ITEM_OUT_REJECTED;
	case LOOK_HELD:
		return it->outcome == ITEM_OUT_HELD;
	case LOOK_BLOCKED:
		return it->outcome == ITEM_OUT_BLOCKED;
	case LOOK_UNREADABLE:
		return it->outcome == ITEM_OUT_UNREADABLE;
	case LOOK_ENCRYPTED:
		return it->outcome == ITEM_OUT_ENCRYPTED;
	case LOOK_UNREAD:
		return it->outcome == ITEM_OUT_UNREAD;
	case LOOK_EXCLUDED:
		return it->outcome == ITEM_OUT_EXCLUDED;
	case LOOK_LOSSES:
		return sealed_loss(it) != NULL;
	case LOOK_NAMES:
		return look_flags(it) != 0 && it->path.len > 0 &&
		       strchr(it->name, '\\') != NULL;
	case LOOK_SAMPLE:
		return it->outcome == ITEM_OUT_RELEASED && it->kind == ITEM_FILE && !heavy &&
		       it->proposed == POLICY_PASS;
	case LOOK__MAX:
		break;
	}
	return false;
}

static void
every_item_of_a_group_is_given_back_and_belongs_there(void **state)
{
	struct sample s;
	(void)state;
	begin(&s);
	assert_null(take(&s, FIXTURE_TRANSFER, "ben"));
	for (unsigned g = 0; g < LOOK__MAX; g++) {
		uint64_t before = 0;
		for (size_t i = 0; i < look_count(s.look, (enum look_group)g); i++) {
			const struct inventory_item *it =
			    look_item(s.look, (enum look_group)g, i);
			assert_non_null(it);
			if (!belongs((enum look_group)g, it))
				fail_msg(
				    "%s holds %s", look_title((enum look_group)g), it->name);
			assert_true(it->id > before); /* the fixture numbers by path */
			before = it->id;
		}
		assert_null(look_item(
		    s.look, (enum look_group)g, look_count(s.look, (enum look_group)g)));
	}
	end(&s);
}

static void
no_item_that_stays_is_missing_from_the_groups(void **state)
{
	static const struct {
		enum look_group group;
		enum item_outcome outcome;
	} rows[] = {
	    {LOOK_REJECTED, ITEM_OUT_REJECTED},
	    {LOOK_HELD, ITEM_OUT_HELD},
	    {LOOK_BLOCKED, ITEM_OUT_BLOCKED},
	    {LOOK_UNREADABLE, ITEM_OUT_UNREADABLE},
	    {LOOK_ENCRYPTED, ITEM_OUT_ENCRYPTED},
	    {LOOK_UNREAD, ITEM_OUT_UNREAD},
	    {LOOK_EXCLUDED, ITEM_OUT_EXCLUDED},
	};
	struct sample s;
	(void)state;
	begin(&s);
	assert_null(take(&s, FIXTURE_TRANSFER, "ben"));
	assert_int_equal(s.walked, fixture_count(s.fixture));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    look_count(s.look, rows[i].group), s.sealed.account.count[rows[i].outcome]);
	/* nothing that goes: weight, reason, sample and links are all of it */
	assert_true(look_count(s.look, LOOK_FINDINGS) > 0);
	assert_int_equal(look_count(s.look, LOOK_FINDINGS) + look_count(s.look, LOOK_REASON) +
			     look_count(s.look, LOOK_SAMPLE) + s.sealed.links,
	    s.sealed.account.count[ITEM_OUT_RELEASED]);
	end(&s);
}

static void
a_group_counts_as_looked_at_only_when_its_items_were_shown(void **state)
{
	struct sample s;
	unsigned groups = 0;
	(void)state;
	begin(&s);
	assert_null(take(&s, FIXTURE_TRANSFER, "ben"));
	for (unsigned g = 0; g < LOOK__MAX; g++)
		groups += look_count(s.look, (enum look_group)g) > 0;
	assert_int_equal(look_left(s.look), groups);
	look_see(s.look, LOOK_HELD, 0, 0);
	assert_int_equal(look_left(s.look), groups);
	look_see(s.look, LOOK_HELD, 2, 5);
	look_see(s.look, LOOK_HELD, 4, 6); /* two of them again */
	assert_int_equal(look_seen(s.look, LOOK_HELD), 4);
	assert_int_equal(look_left(s.look), groups - 1);
	look_see(s.look, LOOK_HELD, 0, SIZE_MAX); /* a screen higher than the list */
	assert_int_equal(look_seen(s.look, LOOK_HELD), look_count(s.look, LOOK_HELD));
	for (unsigned g = 0; g < LOOK__MAX; g++)
		look_see(s.look, (enum look_group)g, 0, 1);
	assert_int_equal(look_left(s.look), 0);
	end(&s);
}

/* --- what is not what it says ------------------------------------------------------------- */

static void
nothing_is_signed_that_is_not_what_the_desk_announced(void **state)
{
	static const struct {
		const char *what, *transfer;
		bool flip;
		uint64_t stop;
		const char *want; /* in the sentence */
	} cases[] = {
	    {"as it is", FIXTURE_TRANSFER, false, 0, NULL},
	    {"a byte was changed", FIXTURE_TRANSFER, true, 0, "not the one the desk named"},
	    {"another transfer", "K1-000041", false, 0, "another transfer"},
	    {"the officer gave up", FIXTURE_TRANSFER, false, 3, "stopped"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample s;
		begin(&s);
		s.flip = cases[i].flip;
		s.stop = cases[i].stop;
		const char *wrong = take(&s, cases[i].transfer, "ben");
		if ((wrong == NULL) != (cases[i].want == NULL) ||
		    (wrong != NULL && strstr(wrong, cases[i].want) == NULL))
			fail_msg("%s: %s", cases[i].what, wrong != NULL ? wrong : "accepted");
		end(&s);
	}
}

/* --- the sample ------------------------------------------------------------------------------
 */

/* An inventory of n clean files. */
static void
many(struct sample *s, unsigned n)
{
	char path[32], sha256[HEX_DIGEST_SIZE], empty[HEX_DIGEST_SIZE], why[POLICY_WHY_SIZE];
	static const char *const deciders[] = {"anna"};
	struct policy *policy;
	struct inventory_header h = {.transfer = FIXTURE_TRANSFER,
	    .station = "K1",
	    .officer = "anna",
	    .requester = "rita",
	    .policy = s->policy_hex,
	    .approvals = 2,
	    .items = n,
	    .deciders = deciders,
	    .ndeciders = 1,
	    .medium = json_object(),
	    .scanners = json_array()};
	buf_done(&s->inventory);
	hex_of("", 0, empty);
	assert_int_equal(
	    policy_parse(fixture_policy(), strlen(fixture_policy()), &policy, why), ERR_OK);
	assert_int_equal(inventory_print_header(&h, &s->inventory), ERR_OK);
	for (unsigned i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "f%06u", i);
		hex_of(path, strlen(path), sha256);
		struct inventory_item it = {.id = i + 1,
		    .kind = ITEM_FILE,
		    .state = ITEM_READ,
		    .path = {(const uint8_t *)path, strlen(path)},
		    .dest = {(const uint8_t *)path, strlen(path)},
		    .mtime = "",
		    .sha256 = sha256,
		    .size_bytes = 1,
		    .type = "text",
		    .mime = "text/plain",
		    .scans = {{"av", VERDICT_CLEAN, 1, 1, "", 0},
			{"type", VERDICT_NA, 1, 1, "", 0}},
		    .nscans = 2,
		    .decision = ITEM_APPROVE,
		    .by = "anna",
		    .reason = "",
		    .why = ""};
		memcpy(it.finds_sha256, empty, sizeof(empty));
		release_judge(&(struct release_under){.policy = policy}, NULL, &it);
		assert_int_equal(inventory_print_item(&it, &s->inventory), ERR_OK);
	}
	policy_free(policy);
	json_decref(h.medium);
	json_decref(h.scanners);
}

static void
sample_of(unsigned files, const char *officer, struct buf *ids)
{
	struct sample s;
	buf_init(ids, 1 << 16);
	begin(&s);
	many(&s, files);
	assert_null(take(&s, FIXTURE_TRANSFER, officer));
	assert_int_equal(look_count(s.look, LOOK_SAMPLE),
	    files < LOOK_SAMPLE_ITEMS ? files : LOOK_SAMPLE_ITEMS);
	for (size_t i = 0; i < look_count(s.look, LOOK_SAMPLE); i++)
		buf_addf(
		    ids, "%llu ", (unsigned long long)look_item(s.look, LOOK_SAMPLE, i)->id);
	end(&s);
}

static void
the_sample_is_bounded_and_another_for_each_signer(void **state)
{
	struct buf few, anna, again, ben;
	(void)state;
	sample_of(LOOK_SAMPLE_ITEMS - 1, "anna", &few);
	buf_done(&few);
	sample_of(LOOK_SAMPLE_ITEMS, "anna", &few);
	buf_done(&few);
	sample_of(400, "anna", &anna);
	sample_of(400, "anna", &again);
	sample_of(400, "ben", &ben);
	assert_string_equal(buf_str(&anna), buf_str(&again));
	assert_string_not_equal(buf_str(&anna), buf_str(&ben));
	buf_done(&anna);
	buf_done(&again);
	buf_done(&ben);
}

static void
titles_and_help_fit_their_places(void **state)
{
	(void)state;
	for (unsigned g = 0; g < LOOK__MAX; g++) {
		assert_in_range(strlen(look_title((enum look_group)g)), 1, 27);
		assert_in_range(strlen(look_help((enum look_group)g)), 1, 78);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_item_of_a_group_is_given_back_and_belongs_there),
	    cmocka_unit_test(no_item_that_stays_is_missing_from_the_groups),
	    cmocka_unit_test(a_group_counts_as_looked_at_only_when_its_items_were_shown),
	    cmocka_unit_test(nothing_is_signed_that_is_not_what_the_desk_announced),
	    cmocka_unit_test(the_sample_is_bounded_and_another_for_each_signer),
	    cmocka_unit_test(titles_and_help_fit_their_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
