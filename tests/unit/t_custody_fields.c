/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Fields of a transfer, as part of the record: their entry, their signatures, what policy asks.
 */
#include "src/core/field.h"
#include "tests/unit/custody.h"

#define DEMAND                                                                             \
	" fields = [\"purpose\", \"medium\"]; classifications = [\"open\", \"internal\", " \
	"\"secret\"]; classification_ceiling = \"internal\";"

static char subj[80];

static enum err
try_xfer(const char *type, const char *who, json_t *data)
{
	struct maker_person *p = strcmp(who, "K1") == 0 ? &m->station : maker_find(m, who);
	return maker_try(m, LOG_CUSTODY, maker_body(m, LOG_CUSTODY, type, subj, p, data), p);
}

static void
add_xfer(const char *type, const char *who, json_t *data)
{
	struct maker_person *p = strcmp(who, "K1") == 0 ? &m->station : maker_find(m, who);
	maker_add(m, LOG_CUSTODY, type, subj, p, data);
}

static const struct custody_transfer *
transfer(void)
{
	return custody_transfer_find(m->custody, subj + strlen("xfer:"));
}

/* data of xfer.fields; rows as JSON text. */
static json_t *
fields(const char *rows)
{
	json_t *list = json_loads(rows, 0, NULL);
	assert_non_null(list);
	return json_pack("{s:o, s:s}", "fields", list, "officer", "anna");
}

static json_t *
with_class(json_t *data, const char *limit, const char *word)
{
	json_object_set_new(
	    data, "classes", json_pack("[{s:s, s:s}]", "limit", limit, "word", word));
	return data;
}

/* An approval that signs the fields as they are. */
static json_t *
approval(unsigned slot)
{
	char hex[HEX_DIGEST_SIZE];
	json_t *d = maker_approve_data(m, transfer()->id, 3, "anna", slot);
	assert_int_equal(
	    field_digest(custody_fields(transfer()), custody_fields_classes(transfer()), hex),
	    ERR_OK);
	if (hex[0] != '\0')
		json_object_set_new(d, "fields", json_string(hex));
	return d;
}

static const char good[] =
    "[{\"name\":\"purpose\",\"value\":\"x\"},{\"name\":\"classification\",\"value\":\"open\"}]";

static void
the_entry_is_judged(void **state)
{
	(void)state;
	static const struct {
		const char *rows, *words;
	} cases[] = {
	    {"[{\"name\":\"A\",\"value\":\"x\"}]", "small letter"},
	    {"[{\"name\":\"a\",\"value\":\"\"}]", "empty"},
	    {"[{\"name\":\"a\",\"value\":\"\\u001b[2J\"}]", "fields.value"},
	    {"[{\"name\":\"a\",\"value\":\"x\"},{\"name\":\"a\",\"value\":\"y\"}]", "twice"},
	    {"[{\"from\":\"me\",\"name\":\"a\",\"value\":\"x\"}]", "nowhere"},
	    {"[{\"name\":\"a\"}]", "fields"},
	};
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(
		    try_xfer("xfer.fields", "K1", fields(cases[i].rows)), cases[i].words);
	assert_refused(
	    try_xfer("xfer.fields", "K1", with_class(fields("[]"), "", "open")), "no limit");
	assert_refused(
	    try_xfer("xfer.fields", "K1", with_class(fields("[]"), "a", "a\"")), "no word");
	json_t *nobody = fields(good);
	json_object_set_new(nobody, "officer", json_string("rita"));
	assert_refused(try_xfer("xfer.fields", "K1", nobody), "not an officer");
	assert_refused(try_xfer("xfer.fields", "anna", fields(good)), "role");
	assert_int_equal(try_xfer("xfer.fields", "K1", fields(good)), ERR_OK);
	/* the same form at the beginning */
	char next[TRANSFER_ID_SIZE];
	custody_next_transfer(m->custody, next);
	snprintf(subj, sizeof(subj), "xfer:%s", next);
	json_t *open = maker_open_data(m);
	json_object_set_new(open, "fields", json_loads(cases[3].rows, 0, NULL));
	assert_refused(try_xfer("xfer.open", "K1", open), "twice");
}

/* Every state before submission takes it and stays; none after does. */
static void
only_before_submission(void **state)
{
	(void)state;
	static const struct {
		enum maker_until until;
		bool taken;
	} cases[] = {
	    {MAKER_OPEN, true},
	    {MAKER_READING, true},
	    {MAKER_SCANNING, true},
	    {MAKER_REVIEW, true},
	    {MAKER_SUBMITTED, false},
	    {MAKER_APPROVED, false},
	    {MAKER_RELEASED, false},
	    {MAKER_CLOSED, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		maker_transfer(m, cases[i].until, 3, subj);
		enum transfer_state before = transfer()->facts.state;
		if (!cases[i].taken) {
			assert_refused(
			    try_xfer("xfer.fields", "K1", fields(good)), "cannot follow");
			continue;
		}
		add_xfer("xfer.fields", "K1", fields(good));
		assert_int_equal(transfer()->facts.state, before);
		assert_string_equal(field_value(custody_fields(transfer()), "purpose"), "x");
	}
	/* a fault before submission, and after approval */
	maker_transfer(m, MAKER_READING, 3, subj);
	add_xfer(
	    "xfer.fault", "K1", json_pack("{s:s, s:s}", "step", "reading", "why", "pulled"));
	add_xfer("xfer.fields", "K1", fields(good));
	assert_int_equal(try_xfer("xfer.start", "K1", maker_start_data(m)), ERR_OK);
	maker_transfer(m, MAKER_APPROVED, 3, subj);
	add_xfer(
	    "xfer.fault", "K1", json_pack("{s:s, s:s}", "step", "release", "why", "no room"));
	assert_refused(try_xfer("xfer.fields", "K1", fields(good)), "cannot follow");
}

static void
both_officers_sign_them(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	json_t *extra = approval(1);
	json_object_set_new(extra, "fields", json_string(ENTRY_ZEROS));
	assert_refused(try_xfer("xfer.approve", "anna", extra), "signs other fields");
	add_xfer("xfer.fields", "K1", fields(good));
	json_t *bare = approval(1);
	json_object_del(bare, "fields");
	assert_refused(try_xfer("xfer.approve", "anna", bare), "does not sign its fields");
	json_t *old = approval(1);
	add_xfer("xfer.fields", "K1", fields("[{\"name\":\"purpose\",\"value\":\"another\"}]"));
	assert_refused(try_xfer("xfer.approve", "anna", old), "signs other fields");
	add_xfer("xfer.approve", "anna", approval(1));
	bare = approval(2);
	json_object_del(bare, "fields");
	assert_refused(try_xfer("xfer.approve", "ben", bare), "does not sign its fields");
	add_xfer("xfer.approve", "ben", approval(2));
	assert_int_equal(transfer()->facts.state, TRANSFER_APPROVED);
}

static json_t *
receipt(const char *marking)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "classification", marking, "from",
	    "K. Ode", "label", "blue", "owner", "", "seal", "", "sealed", 0);
}

/* A transfer in review, of a medium with this marking (NULL: not of the register). */
static void
in_review(unsigned n, const char *marking)
{
	char next[TRANSFER_ID_SIZE], number[16], medium[32];
	json_t *open = maker_open_data(m);
	snprintf(number, sizeof(number), "M-%u", n);
	snprintf(medium, sizeof(medium), "medium:%s", number);
	if (marking != NULL) {
		maker_add(m, LOG_CUSTODY, "medium.register", medium, maker_find(m, "anna"),
		    receipt(marking));
		json_object_set_new(open, "control", json_string(number));
	}
	custody_next_transfer(m->custody, next);
	snprintf(subj, sizeof(subj), "xfer:%s", next);
	add_xfer("xfer.open", "K1", open);
	add_xfer("xfer.start", "K1", maker_start_data(m));
	add_xfer("xfer.read", "K1", maker_read_data(m, 3));
	add_xfer("xfer.scan", "K1", maker_scan_data(m));
}

#define F(name, value) "{\"name\":\"" name "\",\"value\":\"" value "\"}"

static void
what_the_policy_asks(void **state)
{
	(void)state;
	static const struct {
		const char *marking, *rows, *word, *words; /* words NULL: it may be submitted */
	} cases[] = {
	    {"internal", "[]", NULL, "purpose, classification"},
	    {"internal", "[" F("purpose", "x") "]", NULL, "empty: classification"},
	    {"internal", "[" F("classification", "open") "]", NULL, "empty: purpose"},
	    {NULL, "[" F("purpose", "x") "," F("classification", "open") "]", NULL,
		"empty: medium"},
	    {"internal", "[" F("purpose", "x") "," F("classification", "secret") "]", NULL,
		"nothing above"},
	    {"internal", "[" F("purpose", "x") "," F("classification", "blue") "]", NULL,
		"none of the policy's"},
	    {"open", "[" F("purpose", "x") "," F("classification", "internal") "]", NULL,
		"marked only"},
	    {"secret", "[" F("purpose", "x") "," F("classification", "open") "]", NULL,
		"the medium's marking"},
	    {"blue", "[" F("purpose", "x") "," F("classification", "open") "]", NULL,
		"the medium's marking"},
	    {"internal",
		"[" F("purpose", "x") "," F("classification", "open") "," F(
		    "colour", "red") "]",
		NULL, "neither a standard"},
	    {"internal",
		"[" F("purpose", "x") "," F("classification", "open") "," F(
		    "approved", "now") "]",
		NULL, "no day"},
	    {"internal", "[" F("purpose", "x") "," F("classification", "open") "]", "secret",
		"nothing above"},
	    {"open", "[" F("purpose", "x") "," F("classification", "open") "]", "internal",
		"marked only"},
	    {"internal", "[" F("purpose", "x") "," F("classification", "open") "]", "internal",
		NULL},
	    {"open", "[" F("purpose", "x") "," F("classification", "open") "]", NULL, NULL},
	};
	maker_demand(m, DEMAND);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *data = fields(cases[i].rows);
		in_review((unsigned)i + 1, cases[i].marking);
		if (cases[i].word != NULL)
			with_class(data, "path~a", cases[i].word);
		add_xfer("xfer.fields", "K1", data);
		enum err e = try_xfer("xfer.approve", "anna", approval(1));
		if (cases[i].words != NULL)
			assert_refused(e, cases[i].words);
		else if (e != ERR_OK)
			fail_msg("%zu: %s", i, m->why);
	}
}

/* The approval's inventory with its first file marked so. */
static json_t *
marked(const char *word)
{
	json_t *d = approval(1), *inventory = json_object_get(d, "inventory");
	const char *sha256 = json_string_value(json_object_get(inventory, "sha256"));
	struct maker_doc *doc = NULL;
	for (size_t i = 0; i < MAKER_DOCS; i++)
		if (strcmp(m->docs[i].sha256, sha256) == 0)
			doc = &m->docs[i];
	assert_non_null(doc);
	uint8_t *at = memmem(doc->bytes, doc->len, "\"decision\":", 11);
	assert_non_null(at);
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_add(&b, doc->bytes, (size_t)(at - doc->bytes));
	buf_addf(&b, "\"class\":\"%s\",", word);
	buf_add(&b, at, doc->len - (size_t)(at - doc->bytes));
	json_object_set_new(inventory, "sha256", json_string(maker_store(m, b.data, b.len)));
	buf_done(&b);
	return d;
}

/* An item bears what a limit of the fields that were signed gives, and nothing else. */
static void
items_bear_what_limits_give(void **state)
{
	(void)state;
	json_t *open = fields("[" F("purpose", "x") "," F("classification", "open") "]");
	maker_demand(m, DEMAND);
	in_review(1, "internal");
	add_xfer("xfer.fields", "K1", open);
	assert_refused(try_xfer("xfer.approve", "anna", marked("internal")),
	    "\"internal\", which none of its limits gives");
	open = fields("[" F("purpose", "x") "," F("classification", "open") "]");
	add_xfer("xfer.fields", "K1", with_class(open, "path~a", "internal"));
	assert_refused(
	    try_xfer("xfer.approve", "anna", marked("secret")), "none of its limits gives");
	assert_refused(
	    try_xfer("xfer.approve", "anna", marked("open")), "none of its limits gives");
	assert_int_equal(try_xfer("xfer.approve", "anna", marked("internal")), ERR_OK);
	/* beneath the transfer, or as it is */
	open = fields("[" F("purpose", "x") "," F("classification", "internal") "]");
	add_xfer("xfer.fields", "K1", with_class(open, "path~a", "internal"));
	assert_refused(try_xfer("xfer.approve", "anna", marked("internal")), "not above");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_entry_is_judged, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(only_before_submission, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(both_officers_sign_them, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_the_policy_asks, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(items_bear_what_limits_give, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
