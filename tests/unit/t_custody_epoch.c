/* links: @rules tests/ledger/maker tests/ledger/maker_epoch src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Epochs: how the next is opened, what it continues, and what ends with the one before. */
#include "tests/unit/custody.h"
#include "src/core/canon.h"
#include "tests/ledger/maker_epoch.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ROOT     "11111111111111111111111111111111111111111111111111111111111111aa"

static struct maker_person station2;
static struct sshsig_key *second_log;

/* Three administrators, and so many of them must stand behind an act. */
static int
set_up_for(unsigned threshold)
{
	m = maker_new("site7.example", 3, threshold);
	maker_settle(m);
	maker_next_station(&station2, 2);
	maker_epoch_log_key(2, &second_log);
	return 0;
}

static int
one_of_three(void **state)
{
	(void)state;
	return set_up_for(1);
}

static int
two_of_three(void **state)
{
	(void)state;
	return set_up_for(2);
}

static int
drop(void **state)
{
	sshsig_key_free(station2.secret);
	sshsig_key_free(second_log);
	return tear_down(state);
}

/* As the station is, it goes on behind what there is. */
static json_t *
open_data(void)
{
	return maker_epoch_data(m, 2, 0);
}

static enum err
put(const char *type, json_t *data, const char *who)
{
	struct maker_person *p = maker_find(m, who);
	return maker_put(
	    m, LOG_AUTHORITY, maker_body(m, LOG_AUTHORITY, type, "station", p, data), p);
}

/* Proposed by root1 and, that it takes force, endorsed by root2. */
static void
open_epoch(json_t *data)
{
	char leaf[HEX_DIGEST_SIZE];
	assert_int_equal(put("epoch.open", data, "root1"), ERR_OK);
	custody_prev(m->custody, LOG_AUTHORITY, "station", leaf);
	if (custody_threshold(m->custody) > 1)
		assert_int_equal(
		    put("authority.endorse", json_pack("{s:s}", "leaf", leaf), "root2"),
		    ERR_OK);
	assert_true(custody_epoch_waits(m->custody));
}

static json_t *
begin_data(void)
{
	return maker_begin_data(m);
}

static enum err
begin_by(json_t *data, const struct maker_person *who)
{
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "ledger.genesis", "station", who, data), who);
}

static void
begin(void)
{
	if (begin_by(begin_data(), &station2) != ERR_OK)
		fail_msg("%s", m->why);
}

static json_t *
start_data(bool unclean)
{
	return json_pack("{s:[],s:b,s:b,s:s}", "interrupted", "sandbox", 1, "unclean",
	    (int)unclean, "version", "1.0");
}

static enum err
station_does(const char *type, json_t *data, const struct maker_person *who)
{
	return maker_put(
	    m, LOG_CUSTODY, maker_body(m, LOG_CUSTODY, type, "station", who, data), who);
}

/* --- epoch.open ---------------------------------------------------------------------- */

static void
one_is_opened_and_begun(void **state)
{
	(void)state;
	const uint64_t size = custody_size(m->custody, LOG_CUSTODY);
	const struct custody_epoch *e = custody_epoch_now(m->custody);
	assert_int_equal(e->number, 1);
	assert_string_equal(e->origin, "site7.example/K1/custody/1");
	open_epoch(open_data());
	assert_int_equal(custody_epoch_count(m->custody), 2);
	assert_true(custody_epoch_waits(m->custody));
	begin();
	assert_false(custody_epoch_waits(m->custody));
	e = custody_epoch_now(m->custody);
	assert_int_equal(e->number, 2);
	assert_int_equal(e->base, size);
	assert_int_equal(custody_size(m->custody, LOG_CUSTODY), 1);
	assert_int_equal(custody_places(m->custody, LOG_CUSTODY), size + 1);
	assert_string_equal(
	    custody_origin(m->custody, LOG_CUSTODY), "site7.example/K1/custody/2");
	assert_string_equal(custody_station_fingerprint(m->custody), station2.key);
	assert_int_equal(custody_epoch_lost(m->custody, 1), 0);
	assert_int_equal(custody_epoch_of(m->custody, size - 1)->number, 1);
	assert_int_equal(custody_epoch_of(m->custody, size)->number, 2);
	assert_null(custody_epoch_of(m->custody, size + 1));
	assert_int_equal(station_does("station.start", start_data(false), &station2), ERR_OK);
}

static void
proposals_that_are_refused(void **state)
{
	static const struct {
		const char *path, *text;
		int number; /* when there is no text */
		const char *why;
	} cases[] = {
	    {"epoch", NULL, 1, "epoch 1 is open: the next is 2"},
	    {"epoch", NULL, 3, "epoch 1 is open: the next is 2"},
	    {"continues.origin", "site7.example/K1/custody/2", 0, "does not continue"},
	    {"continues.origin", "site7.example/authority", 0, "does not continue"},
	    {"continues.size", NULL, 0, "does not continue"},
	    {"reason", "fire", 0, "the reason is"},
	    {"why", "", 0, "why has 1 to"},
	    {"transfers", NULL, LIM_TRANSFER_NUMBER + 1, "transfers is at most"},
	    {"log", "nothing", 0, "log is not a checkpoint key"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *d = open_data();
		set(d, cases[i].path,
		    cases[i].text != NULL ? json_string(cases[i].text)
					  : json_integer(cases[i].number));
		assert_refused(put("epoch.open", d, "root1"), cases[i].why);
	}
	json_t *d = open_data();
	char why[LIM_PERSON_REASON_BYTES + 2];
	memset(why, 'x', sizeof(why));
	why[LIM_PERSON_REASON_BYTES + 1] = '\0';
	set(d, "why", json_string(why));
	assert_refused(put("epoch.open", d, "root1"), "why has 1 to");
	why[LIM_PERSON_REASON_BYTES] = '\0';
	d = open_data();
	set(d, "why", json_string(why));
	set(d, "transfers", json_integer(LIM_TRANSFER_NUMBER));
	assert_int_equal(put("epoch.open", d, "root1"), ERR_OK);
}

static void
keys_are_new(void **state)
{
	(void)state;
	json_t *d = open_data();
	set(d, "station", json_string(m->station.line));
	assert_refused(put("epoch.open", d, "root1"), "a new epoch has new keys");
	d = open_data();
	set(d, "station", json_string(maker_find(m, "anna")->line));
	assert_refused(put("epoch.open", d, "root1"), "the station key is a person's");
	d = open_data();
	char vkey[NOTE_VKEY_SIZE];
	maker_vkey(m->log_key, "site7.example/K1/custody/2", vkey);
	set(d, "log", json_string(vkey));
	assert_refused(put("epoch.open", d, "root1"), "a new epoch has new keys");
	d = open_data();
	maker_vkey(station2.secret, "site7.example/K1/custody/2", vkey);
	set(d, "log", json_string(vkey));
	assert_refused(put("epoch.open", d, "root1"), "log and station have one key");
	d = open_data();
	maker_vkey(maker_find(m, "ben")->secret, "site7.example/K1/custody/2", vkey);
	set(d, "log", json_string(vkey));
	assert_refused(put("epoch.open", d, "root1"), "the log key is a person's");
}

static void
one_signature_is_not_enough(void **state)
{
	(void)state;
	assert_int_equal(put("epoch.open", open_data(), "root1"), ERR_OK);
	assert_int_equal(custody_epoch_count(m->custody), 1);
	assert_refused(begin_by(json_pack("{s:i,s:s,s:s}", "epoch", 2, "kind", "custody",
				    "schema", custody_schema(m->custody)),
			   &m->station),
	    "a log has one genesis");
	/* the log that there is goes on */
	assert_int_equal(station_does("station.stop", json_object(), &m->station), ERR_OK);
}

static void
of_two_proposals_one_takes_force(void **state)
{
	char leaf[HEX_DIGEST_SIZE];
	(void)state;
	assert_int_equal(put("epoch.open", open_data(), "root3"), ERR_OK);
	custody_prev(m->custody, LOG_AUTHORITY, "station", leaf);
	open_epoch(open_data());
	assert_refused(put("authority.endorse", json_pack("{s:s}", "leaf", leaf), "root2"),
	    "no act with this leaf awaits");
	json_t *d = open_data();
	assert_refused(put("epoch.open", d, "root1"), "epoch 2 is open: the next is 3");
}

/* --- the genesis ------------------------------------------------------------------------ */

static void
genesis_that_is_refused(void **state)
{
	static const struct {
		const char *path, *text;
		int number;
		const char *why;
	} cases[] = {
	    {"epoch", NULL, 3, "epoch, continues or held"},
	    {"epoch", NULL, 1, "epoch, continues or held"},
	    {"kind", "authority", 0, "kind or epoch"},
	    {"schema", ROOT, 0, "the schema is not that"},
	    {"continues.origin", "site7.example/K1/custody/9", 0, "continues something else"},
	    {"continues.root", ROOT, 0, "continues something else"},
	    {"continues.size", NULL, 1, "continues something else"},
	    {"held.root", ROOT, 0, "held is not the head"},
	    {"held.size", NULL, 1, "held is not the head"},
	};
	(void)state;
	open_epoch(open_data());
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *d = begin_data();
		set(d, cases[i].path,
		    cases[i].text != NULL ? json_string(cases[i].text)
					  : json_integer(cases[i].number));
		assert_refused(begin_by(d, &station2), cases[i].why);
	}
	assert_refused(begin_by(begin_data(), &m->station), "the actor is not this station");
	json_t *d = begin_data();
	json_object_del(d, "held");
	assert_refused(begin_by(d, &station2), "epoch, continues or held");
	begin();
	assert_refused(begin_by(json_pack("{s:i,s:s,s:s}", "epoch", 3, "kind", "custody",
				    "schema", custody_schema(m->custody)),
			   &station2),
	    "a log has one genesis");
}

static void
what_is_continued_was_there(void **state)
{
	(void)state;
	json_t *d = open_data();
	set(d, "continues.root", json_string(ROOT));
	open_epoch(d);
	assert_refused(begin_by(begin_data(), &station2), "another root");
}

static void
more_is_known_than_there_is(void **state)
{
	(void)state;
	const uint64_t size = custody_size(m->custody, LOG_CUSTODY);
	json_t *d = open_data();
	set(d, "continues.root", json_string(ROOT));
	set(d, "continues.size", json_integer((json_int_t)size + 7));
	set(d, "transfers", json_integer(12));
	open_epoch(d);
	begin();
	assert_int_equal(custody_epoch_lost(m->custody, 1), 7);
	char next[TRANSFER_ID_SIZE];
	custody_next_transfer(m->custody, next);
	assert_string_equal(next, "K1-000013");
}

static void
numbers_are_not_used_twice(void **state)
{
	char subj[80];
	(void)state;
	maker_transfer(m, MAKER_REVIEW, 2, subj);
	json_t *d = open_data();
	set(d, "transfers", json_integer(0));
	open_epoch(d);
	assert_refused(begin_by(begin_data(), &station2), "numbers were used");
}

/* --- what ends and what goes on -------------------------------------------------------------
 */

static void
an_ended_log_takes_nothing(void **state)
{
	(void)state;
	json_t *late =
	    maker_body(m, LOG_CUSTODY, "station.stop", "station", &m->station, json_object());
	open_epoch(open_data());
	set(late, "auth", custody_head(m->custody, LOG_AUTHORITY));
	assert_refused(maker_put(m, LOG_CUSTODY, late, &m->station), "epoch 1 has ended");
	begin();
	json_t *old = maker_body(
	    m, LOG_CUSTODY, "station.start", "station", &m->station, start_data(true));
	set(old, "log", json_string("site7.example/K1/custody/1"));
	assert_refused(maker_put(m, LOG_CUSTODY, old, &m->station),
	    "the entry belongs to the log site7.example/K1/custody/1");
	assert_refused(
	    station_does("station.start", start_data(false), &m->station), "the actor is not");
	assert_refused(station_does("station.stop", json_object(), &station2),
	    "no station.start came before");
	assert_refused(
	    station_does("station.start", start_data(true), &station2), "the last run ended");
}

/* What the log lost, byte for byte, may come back until then. */
static void
an_entry_of_before_is_taken_until_then(void **state)
{
	(void)state;
	json_t *lost =
	    maker_body(m, LOG_CUSTODY, "station.stop", "station", &m->station, json_object());
	open_epoch(open_data());
	assert_int_equal(maker_put(m, LOG_CUSTODY, lost, &m->station), ERR_OK);
	begin();
}

static void
transfers_end_unless_they_are_delivered(void **state)
{
	static const struct {
		enum maker_until until;
		enum transfer_state state;
	} cases[] = {
	    {MAKER_OPEN, TRANSFER_ABORTED},
	    {MAKER_READING, TRANSFER_ABORTED},
	    {MAKER_SCANNING, TRANSFER_ABORTED},
	    {MAKER_REVIEW, TRANSFER_ABORTED},
	    {MAKER_SUBMITTED, TRANSFER_ABORTED},
	    {MAKER_APPROVED, TRANSFER_ABORTED},
	    {MAKER_RELEASED, TRANSFER_RELEASED},
	    {MAKER_CLOSED, TRANSFER_CLOSED},
	};
	char subj[80];
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		maker_transfer(m, cases[i].until, 2, subj);
	open_epoch(open_data());
	begin();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct custody_transfer *t = custody_transfer_at(m->custody, i);
		assert_int_equal(t->facts.state, cases[i].state);
		if (cases[i].state == TRANSFER_ABORTED) {
			assert_non_null(strstr(t->why, "went on in a new epoch"));
			assert_int_equal(t->approvals_count, 0);
		}
	}
}

static void
a_delivery_goes_on_in_the_next_epoch(void **state)
{
	char subj[80], before[HEX_DIGEST_SIZE];
	(void)state;
	maker_transfer(m, MAKER_RELEASED, 2, subj);
	custody_prev(m->custody, LOG_CUSTODY, subj, before);
	open_epoch(open_data());
	begin();
	maker_move(m, &station2, &second_log);
	assert_int_equal(station_does("station.start", start_data(false), &m->station), ERR_OK);
	struct maker_person *anna = maker_find(m, "anna");
	json_t *body = maker_body(m, LOG_CUSTODY, "xfer.close", subj, anna,
	    json_pack("{s:s}", "disposition", "returned to Rita Voss"));
	assert_string_equal(canon_str(body, "prev"), before);
	if (maker_put(m, LOG_CUSTODY, body, anna) != ERR_OK)
		fail_msg("%s", m->why);
	const struct custody_transfer *t = custody_transfer_at(m->custody, 0);
	assert_int_equal(t->facts.state, TRANSFER_CLOSED);
	assert_int_equal(
	    t->seqs[t->seqs_count - 1], custody_places(m->custody, LOG_CUSTODY) - 1);
	char next[80];
	maker_transfer(m, MAKER_RELEASED, 2, next);
	assert_string_equal(next, "xfer:K1-000002");
}

/* A reader takes the whole authority log first: the same record comes of it. */
struct kept {
	struct buf lists[2];
};

static void
keep(void *arg, enum transfer_log log, const void *entry, size_t n, const void *note,
    size_t note_len)
{
	struct kept *k = arg;
	(void)note;
	(void)note_len;
	assert_int_equal(entry_list_add(&k->lists[log], entry, n), ERR_OK);
}

static void
the_order_of_reading_is_of_no_account(void **state)
{
	struct kept k;
	char subj[80];
	(void)state;
	tear_down(state);
	buf_init(&k.lists[LOG_AUTHORITY], LIM_SEALED_BYTES);
	buf_init(&k.lists[LOG_CUSTODY], LIM_SEALED_BYTES);
	m = maker_new_with("site7.example", 3, 1,
	    "5c5e3a0000000000000000000000000000000000000000000000000000000000", keep, NULL, &k);
	maker_settle(m);
	maker_transfer(m, MAKER_RELEASED, 2, subj);
	maker_transfer(m, MAKER_SUBMITTED, 2, subj);
	open_epoch(open_data());
	begin();
	struct custody *c = custody_new();
	for (unsigned log = 0; log < 2; log++)
		if (custody_apply_list(c, (enum transfer_log)log, k.lists[log].data,
			k.lists[log].len, m->why) != ERR_OK)
			fail_msg("log %u: %s", log, m->why);
	assert_int_equal(
	    custody_places(c, LOG_CUSTODY), custody_places(m->custody, LOG_CUSTODY));
	assert_memory_equal(
	    custody_root(c, LOG_CUSTODY, 1), custody_root(m->custody, LOG_CUSTODY, 1), 32);
	assert_int_equal(custody_transfer_at(c, 1)->facts.state, TRANSFER_ABORTED);
	custody_free(c);
	buf_done(&k.lists[LOG_AUTHORITY]);
	buf_done(&k.lists[LOG_CUSTODY]);
}

/* --- anchors and checkpoints ------------------------------------------------------------- */

static void
a_share_that_disagrees_is_settled_by_an_epoch_alone(void **state)
{
	char root[HEX_DIGEST_SIZE];
	(void)state;
	assert_int_equal(station_does("restore.detected",
			     json_pack("{s:s,s:s,s:i,s:s}", "kind", "share", "root", ROOT,
				 "size", 3, "why", "the share holds another root"),
			     &m->station),
	    ERR_OK);
	assert_true(custody_restored(m->custody, NULL));
	uint64_t size = custody_size(m->custody, LOG_CUSTODY);
	hex_encode(custody_root(m->custody, LOG_CUSTODY, size), 32, root);
	assert_int_equal(station_does("anchor.in",
			     json_pack("{s:s,s:s,s:s,s:I}", "kind", "share", "officer", "anna",
				 "root", root, "size", (json_int_t)size),
			     &m->station),
	    ERR_OK);
	assert_true(custody_restored(m->custody, NULL));
	open_epoch(open_data());
	assert_true(custody_restored(m->custody, NULL));
	begin();
	assert_false(custody_restored(m->custody, NULL));
	assert_null(custody_anchored(m->custody));
}

static enum err
authority_note(const struct sshsig_key *key, uint64_t size)
{
	struct buf note;
	struct note_checkpoint cp;
	const struct custody_epoch *e;
	const struct custody *c = m->custody;
	buf_init(&note, LIM_NOTE_BYTES);
	note_checkpoint_print(custody_origin(c, LOG_AUTHORITY), size,
	    custody_root(c, LOG_AUTHORITY, size), key, &note);
	enum err err = custody_checkpoint_open(c, note.data, note.len, &cp, &e);
	buf_done(&note);
	return err;
}

static void
who_signs_the_authority_log(void **state)
{
	(void)state;
	const uint64_t before = custody_size(m->custody, LOG_AUTHORITY);
	open_epoch(open_data());
	/* old key, new key: before the proposal, when it waits, when it is in force */
	assert_int_equal(authority_note(m->log_key, before), ERR_OK);
	assert_int_not_equal(authority_note(second_log, before), ERR_OK);
	assert_int_equal(authority_note(m->log_key, before + 1), ERR_OK);
	assert_int_equal(authority_note(second_log, before + 1), ERR_OK);
	assert_int_not_equal(authority_note(m->log_key, before + 2), ERR_OK);
	assert_int_equal(authority_note(second_log, before + 2), ERR_OK);
}

static void
checkpoints_are_of_the_epoch_they_name(void **state)
{
	struct buf note;
	struct note_checkpoint cp;
	const struct custody_epoch *e = NULL;
	(void)state;
	const uint64_t size = custody_size(m->custody, LOG_CUSTODY);
	buf_init(&note, LIM_NOTE_BYTES);
	note_checkpoint_print("site7.example/K1/custody/1", size,
	    custody_root(m->custody, LOG_CUSTODY, size), m->log_key, &note);
	open_epoch(open_data());
	begin();
	assert_int_equal(
	    custody_checkpoint_open(m->custody, note.data, note.len, &cp, &e), ERR_OK);
	assert_int_equal(e->number, 1);
	assert_memory_equal(cp.root, custody_epoch_root(m->custody, 0, size), 32);
	note.len = 0;
	note_checkpoint_print("site7.example/K1/custody/2", 1,
	    custody_root(m->custody, LOG_CUSTODY, 1), m->log_key, &note);
	assert_int_not_equal(
	    custody_checkpoint_open(m->custody, note.data, note.len, &cp, &e), ERR_OK);
	note.len = 0;
	note_checkpoint_print("site7.example/K1/custody/3", 1,
	    custody_root(m->custody, LOG_CUSTODY, 1), m->log_key, &note);
	assert_int_equal(
	    custody_checkpoint_open(m->custody, note.data, note.len, &cp, &e), ERR_NOTFOUND);
	buf_done(&note);
}

#define TEST(name)  cmocka_unit_test_setup_teardown(name, one_of_three, drop)
#define TEST2(name) cmocka_unit_test_setup_teardown(name, two_of_three, drop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_is_opened_and_begun),
	    TEST2(proposals_that_are_refused),
	    TEST(keys_are_new),
	    TEST2(one_signature_is_not_enough),
	    TEST2(of_two_proposals_one_takes_force),
	    TEST(genesis_that_is_refused),
	    TEST(what_is_continued_was_there),
	    TEST(more_is_known_than_there_is),
	    TEST(numbers_are_not_used_twice),
	    TEST(an_ended_log_takes_nothing),
	    TEST(an_entry_of_before_is_taken_until_then),
	    TEST(transfers_end_unless_they_are_delivered),
	    TEST(a_delivery_goes_on_in_the_next_epoch),
	    TEST(the_order_of_reading_is_of_no_account),
	    TEST(a_share_that_disagrees_is_settled_by_an_epoch_alone),
	    TEST2(who_signs_the_authority_log),
	    TEST(checkpoints_are_of_the_epoch_they_name),
	};
	return cmocka_run_group_tests_name("custody_epoch", tests, NULL, NULL);
}
