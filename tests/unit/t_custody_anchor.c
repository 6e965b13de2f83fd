/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Checkpoints that are kept elsewhere, and the machines that cosign them. */
#include "src/core/cosign.h"
#include "tests/unit/custody.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static const char *
root_at(uint64_t size)
{
	static char hex[HEX_DIGEST_SIZE];
	hex_encode(custody_root(m->custody, LOG_CUSTODY, size), 32, hex);
	return hex;
}

static uint64_t
size_now(void)
{
	return custody_size(m->custody, LOG_CUSTODY);
}

static enum err
station(const char *type, json_t *data)
{
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, type, "station", &m->station, data), &m->station);
}

static json_t *
anchor(const char *kind, const char *officer, uint64_t size, const char *root)
{
	return json_pack("{s:s,s:s,s:s,s:I}", "kind", kind, "officer", officer, "root", root,
	    "size", (json_int_t)size);
}

static json_t *
restored(const char *kind, uint64_t size, const char *root, const char *why)
{
	return json_pack("{s:s,s:s,s:I,s:s}", "kind", kind, "root", root, "size",
	    (json_int_t)size, "why", why);
}

static void
anchors_name_what_the_log_was(void **state)
{
	(void)state;
	assert_null(custody_anchored(m->custody));
	assert_refused(
	    station("anchor.out", anchor("stone", "anna", 1, root_at(1))), "kind is");
	assert_refused(
	    station("anchor.out", anchor("paper", "rita", 1, root_at(1))), "not an officer");
	assert_refused(
	    station("anchor.out", anchor("paper", "anna", 0, root_at(0))), "size is");
	assert_refused(
	    station("anchor.out", anchor("paper", "anna", size_now() + 1, ZEROS)), "size is");
	assert_refused(
	    station("anchor.out", anchor("paper", "anna", 1, root_at(2))), "not the root");
	assert_refused(
	    station("anchor.in", anchor("paper", "anna", 1, root_at(1))), "printed last");
	assert_int_equal(
	    station("anchor.out", anchor("paper", "anna", size_now(), root_at(size_now()))),
	    ERR_OK);
	uint64_t paper = size_now() - 1;
	assert_int_equal(custody_anchored(m->custody)->size, paper);
	assert_int_equal(station("anchor.out", anchor("share", "ben", 2, root_at(2))), ERR_OK);
	assert_int_equal(custody_anchored(m->custody)->size, paper);
	assert_int_equal(custody_anchor_last(m->custody, CUSTODY_SHARE)->size, 2);
	assert_refused(
	    station("anchor.in", anchor("witness", "anna", 2, root_at(2))), "paper or share");
	assert_refused(
	    station("anchor.in", anchor("paper", "anna", 1, root_at(1))), "printed last");
	assert_int_equal(
	    station("anchor.in", anchor("paper", "anna", paper, root_at(paper))), ERR_OK);
}

static enum err
open_transfer(void)
{
	return maker_put(m, LOG_CUSTODY,
	    maker_body(
		m, LOG_CUSTODY, "xfer.open", "xfer:K1-000001", &m->station, maker_open_data(m)),
	    &m->station);
}

static void
what_does_not_agree_bars_the_work(void **state)
{
	char long_why[258];
	uint64_t paper = size_now();
	(void)state;
	memset(long_why, 'w', sizeof(long_why) - 1);
	long_why[257] = '\0';
	assert_refused(station("restore.detected", restored("paper", 0, "", "")), "1 to 256");
	assert_refused(
	    station("restore.detected", restored("paper", 0, "", long_why)), "1 to 256");
	assert_refused(station("restore.detected", restored("paper", 1, "", "x")), "of paper");
	assert_refused(
	    station("restore.detected", restored("witness", 1, ZEROS, "x")), "kind is");
	assert_refused(station("restore.detected", restored("share", 1, "", "x")), "kind is");
	assert_refused(station("restore.detected", restored("share", 1, root_at(1), "x")),
	    "nothing is wrong");
	station("anchor.out", anchor("paper", "anna", paper, root_at(paper)));
	assert_false(custody_restored(m->custody, NULL));
	long_why[256] = '\0';
	assert_int_equal(
	    station("restore.detected", restored("paper", 0, "", long_why)), ERR_OK);
	assert_true(custody_restored(m->custody, NULL));
	assert_refused(open_transfer(), "does not agree");
	/* the share says nothing of the paper */
	station("anchor.in", anchor("share", "anna", 2, root_at(2)));
	assert_true(custody_restored(m->custody, NULL));
	station("anchor.in", anchor("paper", "anna", paper, root_at(paper)));
	assert_false(custody_restored(m->custody, NULL));
	assert_int_equal(open_transfer(), ERR_OK);
	/* a smaller head on the share does not answer for a larger one */
	assert_int_equal(
	    station("restore.detected", restored("share", 1000, ZEROS, "x")), ERR_OK);
	station("anchor.in", anchor("share", "anna", 2, root_at(2)));
	assert_true(custody_restored(m->custody, NULL));
}

/* --- witnesses ------------------------------------------------------------------ */

static struct sshsig_key *keys[3];

static void
witness_row(json_t *rows, const char *name, unsigned key)
{
	uint8_t seed[32];
	struct note_vkey vkey;
	char text[NOTE_VKEY_SIZE];
	memset(seed, (int)key + 7, sizeof(seed));
	if (key < 3 && keys[key] == NULL)
		assert_int_equal(sshsig_key_new(seed, &keys[key]), ERR_OK);
	struct sshsig_key *own = NULL;
	if (key >= 3)
		assert_int_equal(sshsig_key_new(seed, &own), ERR_OK);
	assert_int_equal(
	    cosign_vkey_new(name, sshsig_key_public(key < 3 ? keys[key] : own), &vkey), ERR_OK);
	sshsig_key_free(own);
	note_vkey_print(&vkey, text);
	json_array_append_new(rows, json_pack("{s:s,s:s}", "name", name, "vkey", text));
}

static enum err
set_witnesses(json_t *rows)
{
	const struct maker_person *root = maker_find(m, "root1");
	return maker_put(m, LOG_AUTHORITY,
	    maker_body(m, LOG_AUTHORITY, "witness.set", "station", root,
		json_pack("{s:o}", "witnesses", rows)),
	    root);
}

static json_t *
cosig(const char *name, unsigned key, uint64_t size, uint64_t time_s)
{
	struct buf text, line;
	buf_init(&text, 1024);
	buf_init(&line, LIM_COSIGNATURE_BYTES);
	note_checkpoint_text(custody_origin(m->custody, LOG_CUSTODY), size,
	    custody_root(m->custody, LOG_CUSTODY, size), &text);
	assert_int_equal(
	    cosign_sign(buf_str(&text), text.len, time_s, name, keys[key], &line), ERR_OK);
	json_t *data = json_pack("{s:s#,s:s,s:I,s:I,s:s}", "line", buf_str(&line),
	    (int)line.len - 1, "root", root_at(size), "size", (json_int_t)size, "time",
	    (json_int_t)time_s, "witness", name);
	buf_done(&text);
	buf_done(&line);
	return data;
}

static void
witnesses_are_other_machines(void **state)
{
	json_t *rows = json_array();
	(void)state;
	witness_row(rows, "w1", 0);
	witness_row(rows, "w1", 1);
	assert_refused(set_witnesses(rows), "same name or key");
	rows = json_array();
	witness_row(rows, "w1", 0);
	witness_row(rows, "w2", 0);
	assert_refused(set_witnesses(rows), "same name or key");
	rows = json_array();
	witness_row(rows, "w1", 0);
	json_object_set_new(json_array_get(rows, 0), "name", json_string("w2"));
	assert_refused(set_witnesses(rows), "bears its name");
	rows = json_array();
	json_array_append_new(
	    rows, json_pack("{s:s,s:s}", "name", custody_origin(m->custody, LOG_CUSTODY),
		      "vkey", custody_vkey(m->custody, LOG_CUSTODY)));
	assert_refused(set_witnesses(rows), "type 04");
	rows = json_array();
	for (unsigned i = 0; i <= LIM_WITNESSES; i++) {
		char name[8];
		snprintf(name, sizeof(name), "w%u", i);
		witness_row(rows, name, i);
	}
	assert_refused(set_witnesses(json_copy(rows)), "at most 16");
	json_array_remove(rows, LIM_WITNESSES);
	assert_int_equal(set_witnesses(rows), ERR_OK);
	assert_string_equal(custody_witness_at(m->custody, LIM_WITNESSES - 1)->name, "w15");
	assert_null(custody_witness_at(m->custody, LIM_WITNESSES));
	assert_int_equal(set_witnesses(json_array()), ERR_OK);
	assert_null(custody_witness_at(m->custody, 0));
}

static void
cosignatures_are_counted_by_witness(void **state)
{
	json_t *rows = json_array(), *data;
	(void)state;
	witness_row(rows, "w1", 0);
	witness_row(rows, "w2", 1);
	assert_int_equal(set_witnesses(rows), ERR_OK);
	witness_row(rows = json_array(), "w3", 2);
	json_decref(rows);
	while (size_now() < 4)
		station("anchor.out", anchor("witness", "anna", 2, root_at(2)));
	assert_null(custody_anchored(m->custody));
	assert_int_equal(custody_cosigned(m->custody, 1), 0);
	assert_refused(station("witness.cosig", cosig("w3", 2, 2, 9)), "not a witness");
	assert_refused(station("witness.cosig", cosig("w1", 1, 2, 9)), "no cosignature by w1");
	data = cosig("w1", 0, 2, 9);
	set(data, "time", json_integer(10));
	assert_refused(station("witness.cosig", data), "another time");
	data = cosig("w1", 0, 2, 9);
	set(data, "size", json_integer(3));
	assert_refused(station("witness.cosig", data), "not the root");
	assert_int_equal(station("witness.cosig", cosig("w1", 0, 3, 9)), ERR_OK);
	assert_refused(station("witness.cosig", cosig("w1", 0, 3, 10)), "already");
	assert_refused(station("witness.cosig", cosig("w1", 0, 2, 10)), "already");
	assert_int_equal(custody_cosigned(m->custody, 1), 3);
	assert_int_equal(custody_cosigned(m->custody, 2), 0);
	assert_int_equal(station("witness.cosig", cosig("w2", 1, 2, 9)), ERR_OK);
	assert_int_equal(custody_cosigned(m->custody, 2), 2);
	assert_int_equal(custody_cosigned(m->custody, 3), 0);
	assert_int_equal(custody_anchored(m->custody)->size, 3);
	assert_int_equal(custody_witness_at(m->custody, 1)->size, 2);
}

static void
release_waits_for_the_witnesses_of_the_policy(void **state)
{
	char subj[80];
	json_t *rows = json_array(), *data;
	(void)state;
	maker_demand(m, "witness_quorum = 2;");
	witness_row(rows, "w1", 0);
	witness_row(rows, "w2", 1);
	assert_int_equal(set_witnesses(rows), ERR_OK);
	maker_transfer(m, MAKER_APPROVED, 1, subj);
	const char *id = strchr(subj, ':') + 1;
	uint64_t size = size_now();
	json_t *release = maker_release_data(m, id);
	data = json_deep_copy(release);
	assert_refused(maker_try(m, LOG_CUSTODY,
			   maker_body(m, LOG_CUSTODY, "xfer.release", subj, &m->station, data),
			   &m->station),
	    "policy asks that 2 witnesses");
	station("witness.cosig", cosig("w1", 0, size, 9));
	station("witness.cosig", cosig("w2", 1, size - 1, 9));
	for (uint64_t n = size - 1; n <= size + 1; n++) {
		data = json_deep_copy(release);
		json_object_set_new(data, "cosig_size", json_integer((json_int_t)n));
		assert_refused(
		    maker_try(m, LOG_CUSTODY,
			maker_body(m, LOG_CUSTODY, "xfer.release", subj, &m->station, data),
			&m->station),
		    n < size ? "has cosigned the approval by" : "fewer than 2 witnesses");
	}
	station("witness.cosig", cosig("w2", 1, size, 10));
	json_object_set_new(release, "cosig_size", json_integer((json_int_t)size));
	assert_int_equal(
	    maker_put(m, LOG_CUSTODY,
		maker_body(m, LOG_CUSTODY, "xfer.release", subj, &m->station, release),
		&m->station),
	    ERR_OK);
}

static void
release_tells_of_no_witnesses_when_nobody_asked(void **state)
{
	char subj[80];
	(void)state;
	maker_transfer(m, MAKER_APPROVED, 1, subj);
	json_t *release = maker_release_data(m, strchr(subj, ':') + 1);
	json_object_set_new(release, "cosig_size", json_integer((json_int_t)size_now()));
	assert_refused(
	    maker_put(m, LOG_CUSTODY,
		maker_body(m, LOG_CUSTODY, "xfer.release", subj, &m->station, release),
		&m->station),
	    "asks for no witnesses");
}

static int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		sshsig_key_free(keys[i]);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(anchors_name_what_the_log_was),
	    TEST(what_does_not_agree_bars_the_work),
	    TEST(witnesses_are_other_machines),
	    TEST(cosignatures_are_counted_by_witness),
	    TEST(release_waits_for_the_witnesses_of_the_policy),
	    TEST(release_tells_of_no_witnesses_when_nobody_asked),
	};
	return cmocka_run_group_tests_name("custody_anchor", tests, NULL, end);
}
