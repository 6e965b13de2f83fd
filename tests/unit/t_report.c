/* links: src/core/report src/core/report_items src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/slip src/core/fact src/core/fold src/core/tally src/core/account src/core/release src/core/part src/core/release_plan src/core/release_manifest src/core/tree src/core/merkle src/core/inventory src/core/inventory_check src/core/inventory_print src/core/finding src/core/item src/core/verdict src/core/policy src/core/setting src/core/canon src/core/digest src/base/escape src/base/utf8 src/base/clock src/base/hex src/base/buf src/base/mem src/base/err src/core/release_weigh src/core/exception src/core/report_exceptions src/core/field src/core/fieldrule src/core/report_epochs src/core/report_recall src/core/veil */
/* SPDX-License-Identifier: ISC */
#include "src/core/account.h"
#include "src/core/report.h"
#include "src/core/report_tell.h"
#include "src/core/slip.h"
#include "src/core/tally.h"
#include "src/core/veil.h"
#include "tests/unit/sample.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ENTRIES  8

/* A transfer with its entries, from open to delivery. */
struct story {
	struct sample sample;
	struct buf findings;
	json_t *bodies[ENTRIES];
	struct report_entry entries[ENTRIES];
	struct report_input input;
	char manifest[HEX_DIGEST_SIZE];
};

static void
story_entry(struct story *st, const char *type, const char *id, const char *role, json_t *data)
{
	size_t n = st->input.nentries++;
	assert_true(n < ENTRIES && data != NULL);
	st->bodies[n] = json_pack("{ss ss ss s{ss ss ss ss} so}", "type", type, "at",
	    "2024-05-06T07:08:09Z", "meaning", "I mean it.", "actor", "id", id, "name",
	    "Printed Name", "role", role, "key", "SHA256:abc", "data", data);
	st->entries[n] = (struct report_entry){.seq = n + 10, .body = st->bodies[n]};
	st->entries[n].leaf[31] = (uint8_t)n;
}

static void
story_hex(const void *bytes, size_t n, char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), out);
}

static void
story_documents(struct story *st)
{
	struct sample *s = &st->sample;
	struct tally *tally;
	struct release_manifest *m;
	char why[RELEASE_WHY_SIZE] = "";
	const struct finding f = {.item = 2,
	    .class = FINDING_MALWARE,
	    .severity = FINDING_CRITICAL,
	    .scanner = "av",
	    .rule = "av/hit",
	    .title = "signature found",
	    .detail = "\x1b]0;owned\x07"};
	sample_init(s);
	sample_file(s, "data.csv");
	struct inventory_item *bad = sample_file(s, "eicar\x1b[2J.com");
	bad->scans[0].verdict = VERDICT_MALICIOUS;
	bad->scans[0].why = "Eicar-Test";
	sample_decide(sample_file(s, "hold me"), ITEM_HOLD, "ask the sender");
	buf_init(&st->findings, 1 << 16);
	assert_int_equal(finding_print(&f, &st->findings), ERR_OK);
	assert_int_equal(
	    tally_new(st->findings.data, st->findings.len, NULL, 0, &tally, why), ERR_OK);
	for (size_t i = 0; i < s->n; i++)
		tally_put(tally, &s->items[i]);
	tally_free(tally);
	assert_int_equal(sample_judge(s, why), ERR_OK);
	assert_int_equal(sample_seal(s), ERR_OK);
	assert_int_equal(sample_manifest(s, &m, why), ERR_OK);
	hex_encode(m->sha256, 32, st->manifest);
	release_manifest_free(m);
}

static json_t *
story_approval(const struct story *st, unsigned slot)
{
	char inventory[HEX_DIGEST_SIZE], findings[HEX_DIGEST_SIZE], policy[HEX_DIGEST_SIZE];
	story_hex(st->sample.bytes.data, st->sample.bytes.len, inventory);
	story_hex(st->findings.data, st->findings.len, findings);
	story_hex(st->sample.policy, strlen(st->sample.policy), policy);
	return json_pack("{si s{ss} ss ss s{ss} ss}", "slot", (int)slot, "inventory", "sha256",
	    inventory, "findings", findings, "policy", policy, "manifest", "sha256",
	    st->manifest, "dest", "transfers/K1-000042");
}

static json_t *
story_delivery(const struct story *st)
{
	return json_pack("{ss s{ss si si} ss}", "dest", "transfers/K1-000042", "manifest",
	    "sha256", st->manifest, "files", 1, "bytes", 8, "readback", st->manifest);
}

static void
story_init(struct story *st, const char *origin)
{
	memset(st, 0, sizeof(*st));
	story_documents(st);
	st->input = (struct report_input){.transfer = "K1-000042",
	    .state = "APPROVED",
	    .origin = origin,
	    .checkpoint = "lab/K1/custody/1\n21\nGvYY=\n\n",
	    .entries = st->entries,
	    .inventory = st->sample.bytes.data,
	    .inventory_len = st->sample.bytes.len,
	    .findings = st->findings.data,
	    .findings_len = st->findings.len,
	    .policy = st->sample.policy,
	    .policy_len = strlen(st->sample.policy),
	    .now_s = 1700000000};
	story_entry(st, "xfer.open", "K1", "station",
	    json_pack("{ss ss s[{ss ss}] s{ss ss si s{ss ss ss ss}}}", "officer", "m.weber",
		"requester", "r.haas", "fields", "name", "purpose", "value",
		"gr\xc3\xbc\xc3\x9f\x1b[2J", "medium", "source", "stick", "kind", "image",
		"bytes", 1000, "device", "port", "R1", "vendor", "ACME", "model",
		"Stick\\x1B[2J", "serial", "4C53-0001"));
	story_entry(st, "xfer.approve", "m.weber", "officer", story_approval(st, 1));
	story_entry(st, "xfer.approve", "a.frey", "officer", story_approval(st, 2));
}

static void
story_done(struct story *st)
{
	for (size_t i = 0; i < st->input.nentries; i++)
		json_decref(st->bodies[i]);
	buf_done(&st->findings);
	sample_done(&st->sample);
}

/* Text, JSON and slip, one after the other, all printable. */
static void
render(struct story *st, struct buf *text, struct buf *json, struct buf *slip)
{
	json_t *tree;
	char why[REPORT_WHY_SIZE] = "";
	if (report_build(&st->input, &tree, why) != ERR_OK)
		fail_msg("%s", why);
	struct buf *all[] = {text, json, slip};
	for (size_t i = 0; i < COUNT(all); i++) {
		struct sheet sheet;
		buf_init(all[i], 1 << 20);
		sheet_init(
		    &sheet, i == 1 ? sheet_json() : sheet_text(), NULL, sheet_keep, all[i]);
		assert_int_equal(
		    (i == 2 ? slip_tell : report_tell)(&st->input, tree, &sheet), ERR_OK);
		assert_int_equal(sheet_done(&sheet), ERR_OK);
	}
	json_decref(tree);
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t k = 0, cells = 0; k < all[i]->len; k++) {
			uint8_t c = all[i]->data[k];
			cells = c == '\n' ? 0 : cells + 1;
			if ((c != '\n' && (c < 0x20 || c > 0x7e)) ||
			    (cells > 96 && all[i] != json))
				fail_msg(
				    "byte %02x, cell %zu of %s", c, cells, buf_str(all[i]));
		}
	json_t *again = json_loadb((const char *)json->data, json->len, 0, NULL);
	assert_non_null(again);
	json_decref(again);
}

static void
render_done(struct buf *text, struct buf *json, struct buf *slip)
{
	buf_done(text);
	buf_done(json);
	buf_done(slip);
}

static void
R6_before_delivery_it_says_so(void **state)
{
	(void)state;
	struct story st;
	struct buf text, json, slip;
	story_init(&st, "lab/K1/custody/1");
	render(&st, &text, &json, &slip);
	assert_non_null(strstr(buf_str(&text), "NOT DELIVERED"));
	assert_null(strstr(buf_str(&text), "  DELIVERED"));
	assert_non_null(strstr(buf_str(&json), "\"delivered\": false"));
	assert_null(strstr(buf_str(&json), "\"delivery\""));
	assert_non_null(strstr(buf_str(&slip), "Nothing has been delivered"));
	assert_null(strstr(buf_str(&slip), "On the share"));
	render_done(&text, &json, &slip);
	/* An entry that only says the release began changes nothing. */
	story_entry(&st, "xfer.release", "K1", "station",
	    json_pack("{s{ss}}", "manifest", "sha256", st.manifest));
	render(&st, &text, &json, &slip);
	assert_non_null(strstr(buf_str(&slip), "Nothing has been delivered"));
	render_done(&text, &json, &slip);
	story_entry(&st, "xfer.deliver", "K1", "station", story_delivery(&st));
	st.input.state = "RELEASED";
	render(&st, &text, &json, &slip);
	assert_null(strstr(buf_str(&text), "NOT DELIVERED"));
	assert_non_null(strstr(buf_str(&json), "\"delivered\": true"));
	assert_non_null(strstr(buf_str(&slip), "On the share"));
	assert_non_null(strstr(buf_str(&slip), "transfers/K1-000042/files"));
	assert_null(strstr(buf_str(&text), "scanned again at release"));
	render_done(&text, &json, &slip);
	story_done(&st);
}

static void
a_scan_at_release_is_told_with_its_scanners(void **state)
{
	struct story st;
	struct buf text, json, slip;
	json_t *d;
	(void)state;
	story_init(&st, "site7/K1/custody/1");
	d = story_delivery(&st);
	json_object_set_new(d, "rescan",
	    json_pack("{si si s[{ss ss ss ss ss sb ss ss}]}", "bytes", 8, "objects", 1,
		"scanners", "after", "pass", "before", "pass", "engine", "ClamAV 1.4.6", "kind",
		"av", "name", "av", "sandbox", 1, "signatures", "27811", "version", "1"));
	story_entry(&st, "xfer.deliver", "K1", "station", d);
	st.input.state = "RELEASED";
	render(&st, &text, &json, &slip);
	assert_non_null(strstr(buf_str(&text), "1 files scanned again at release"));
	assert_non_null(strstr(buf_str(&text), "av, engine ClamAV 1.4.6, signatures 27811"));
	assert_non_null(strstr(buf_str(&json), "\"rescan\""));
	render_done(&text, &json, &slip);
	story_done(&st);
}

static void
every_item_that_did_not_go_is_named_with_its_reason(void **state)
{
	(void)state;
	static const char *const words[] = {"eicar\\x1B[2J.com", "malicious by av: Eicar-Test",
	    "hold me", "by m.weber: ask the sender"};
	static const char *const types[] = {"item 2, text, text/plain, 13 bytes",
	    "  model        Stick\\x1B[2J\n  serial       4C53-0001\n",
	    "  data.csv\n      text, text/plain, 8 bytes, clean\n"};
	struct story st;
	struct buf text, json, slip;
	story_init(&st, "lab/K1/custody/1");
	story_entry(&st, "xfer.deliver", "K1", "station", story_delivery(&st));
	render(&st, &text, &json, &slip);
	for (size_t i = 0; i < COUNT(words); i++) {
		if (strstr(buf_str(&text), words[i]) == NULL ||
		    strstr(buf_str(&slip), words[i]) == NULL)
			fail_msg("%s is not in %s", words[i], buf_str(&slip));
	}
	for (size_t i = 0; i < COUNT(types); i++)
		if (strstr(buf_str(&text), types[i]) == NULL)
			fail_msg("%s is not in %s", types[i], buf_str(&text));
	assert_non_null(strstr(buf_str(&text), "Printed Name (a.frey, officer)"));
	assert_non_null(strstr(buf_str(&text), "\"I mean it.\""));
	assert_non_null(strstr(buf_str(&text), "1 critical"));
	assert_null(strstr(buf_str(&text), "DEMO"));
	render_done(&text, &json, &slip);
	story_done(&st);
}

/* "not asked for" must not hide that it is a virus. */
static void
an_item_that_is_rejected_keeps_its_bad_verdict(void **state)
{
	(void)state;
	struct sample s;
	struct buf out;
	sample_init(&s);
	struct inventory_item *it = sample_file(&s, "invoice.com");
	it->scans[0].verdict = it->verdict = VERDICT_MALICIOUS;
	it->scans[0].why = "Eicar-Test";
	it->outcome = ITEM_OUT_REJECTED;
	it->by = "m.weber";
	sample_decide(it, ITEM_REJECT, "not asked for");
	buf_init(&out, 1024);
	assert_int_equal(account_sentence(it, NULL, &out), ERR_OK);
	assert_string_equal(
	    buf_str(&out), "by m.weber: not asked for; malicious by av: Eicar-Test");
	buf_done(&out);
	sample_done(&s);
}

/* Fixed with openssl: printf 'sallyport-name-v1\0data.csv' | openssl dgst -sha256 -mac HMAC. */
#define VEIL_OF_DATA "81a9660235580b3c4a0e31765a63cf56409e16e15d90447405b138806d78a2f1"
#define VEIL_OF_NONE "36c80c2102ea1ab8f1cb2199ae1181f000df03e3d883f3f87ddbff84e5f3d895"

static void
a_commitment_is_that_of_openssl(void **state)
{
	(void)state;
	uint8_t key[VEIL_KEY_SIZE];
	char hex[HEX_DIGEST_SIZE];
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	veil_commit(key, "data.csv", 8, hex);
	assert_string_equal(hex, VEIL_OF_DATA);
	veil_commit(key, "", 0, hex);
	assert_string_equal(hex, VEIL_OF_NONE);
	veil_commit(key, "data.csv\0", 9, hex);
	assert_string_not_equal(hex, VEIL_OF_DATA);
}

/* Nothing but what is known to be harmless stays, wherever it is put. */
static void
a_fact_that_nobody_thought_of_is_veiled(void **state)
{
	(void)state;
	const uint8_t key[VEIL_KEY_SIZE] = {1};
	char hex[HEX_DIGEST_SIZE];
	json_t *facts =
	    json_pack("{ss si s[ss] s{ss si sb} ss}", "new", "word", "count", 7, "rows", "word",
		"", "state", "deep", "word", "n", 9, "yes", 1, "transfer", "K1-000042");
	json_t *v = veil_facts(key, "", facts);
	const json_t *deep = json_object_get(v, "state");
	veil_commit(key, "word", 4, hex);
	assert_string_equal(json_string_value(json_object_get(v, "new")), hex);
	assert_null(json_object_get(v, "count"));
	const json_t *rows = json_object_get(v, "rows");
	assert_string_equal(json_string_value(json_array_get(rows, 0)), hex);
	assert_string_equal(json_string_value(json_array_get(rows, 1)), "");
	assert_string_equal(json_string_value(json_object_get(deep, "deep")), hex);
	assert_null(json_object_get(deep, "n"));
	assert_true(json_is_true(json_object_get(deep, "yes")));
	assert_string_equal(json_string_value(json_object_get(v, "transfer")), "K1-000042");
	json_decref(v);
	json_decref(facts);
}

static void
a_releasable_report_names_nothing(void **state)
{
	(void)state;
	static const char *const secrets[] = {"data.csv", "eicar", "hold me", "ask the sender",
	    "ACME", "4C53-0001", "stick", "Eicar-Test", "owned", ", 13 bytes", "text/plain"};
	static const char *const told[] = {"RELEASABLE", "Printed Name", "3 items", "malicious",
	    "1 critical", "m.weber", "Names are not told"};
	struct story st;
	struct buf text, json, slip;
	uint8_t key[VEIL_KEY_SIZE];
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	story_init(&st, "lab/K1/custody/1");
	story_entry(&st, "xfer.deliver", "K1", "station", story_delivery(&st));
	st.input.veil = key;
	render(&st, &text, &json, &slip);
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (strstr(buf_str(&text), secrets[i]) != NULL ||
		    strstr(buf_str(&json), secrets[i]) != NULL)
			fail_msg("%s is in %s", secrets[i], buf_str(&text));
	for (size_t i = 0; i < COUNT(told); i++)
		if (strstr(buf_str(&text), told[i]) == NULL)
			fail_msg("%s is not in %s", told[i], buf_str(&text));
	assert_null(strstr(buf_str(&json), st.manifest));
	assert_null(strstr(buf_str(&text), st.manifest));
	assert_non_null(strstr(buf_str(&text), VEIL_OF_DATA));
	assert_non_null(strstr(buf_str(&json), VEIL_OF_DATA));
	assert_non_null(strstr(buf_str(&text), VEIL_OF_NONE));
	render_done(&text, &json, &slip);
	story_done(&st);
}

static void
demo_is_on_everything(void **state)
{
	(void)state;
	struct story st;
	struct buf text, json, slip;
	story_init(&st, "demo/K1/custody/1");
	render(&st, &text, &json, &slip);
	assert_int_equal(strncmp(buf_str(&text), "*** DEMO", 8), 0);
	assert_int_equal(strncmp(buf_str(&slip), "*** DEMO", 8), 0);
	assert_non_null(strstr(buf_str(&json), "\"demo\": true"));
	render_done(&text, &json, &slip);
	story_done(&st);
}

static void
a_report_that_does_not_add_up_is_not_made(void **state)
{
	(void)state;
	static const char *const whats[] = {"other manifest signed", "other manifest delivered",
	    "read-back differs", "other findings", "other policy", "documents missing",
	    "inventory of another transfer", "inventory cut"};
	for (size_t i = 0; i < COUNT(whats); i++) {
		struct story st;
		json_t *tree = NULL, *data;
		char why[REPORT_WHY_SIZE] = "", zeros[HEX_DIGEST_SIZE];
		memset(zeros, '0', HEX_DIGEST_SIZE - 1);
		zeros[HEX_DIGEST_SIZE - 1] = '\0';
		story_init(&st, "lab/K1/custody/1");
		story_entry(&st, "xfer.deliver", "K1", "station", story_delivery(&st));
		data = json_object_get(st.bodies[i == 0 ? 2 : 3], "data");
		switch (i) {
		case 0:
		case 1:
			json_object_set_new(
			    json_object_get(data, "manifest"), "sha256", json_string(zeros));
			break;
		case 2:
			json_object_set_new(data, "readback", json_string(zeros));
			break;
		case 3:
			st.input.findings_len = 0;
			break;
		case 4:
			st.input.policy_len--;
			break;
		case 5:
			st.input.inventory = NULL;
			break;
		case 6:
			st.input.transfer = "K1-000043";
			break;
		default:
			st.input.inventory_len--;
			break;
		}
		if (report_build(&st.input, &tree, why) == ERR_OK || tree != NULL ||
		    why[0] == '\0')
			fail_msg("%s", whats[i]);
		story_done(&st);
	}
}

static void
returned_signatures_do_not_stand(void **state)
{
	(void)state;
	struct story st;
	struct buf text, json, slip;
	story_init(&st, "lab/K1/custody/1");
	story_entry(
	    &st, "xfer.return", "a.frey", "officer", json_pack("{ss}", "reason", "look again"));
	st.input.inventory = st.input.policy = st.input.findings = NULL;
	st.input.inventory_len = st.input.policy_len = st.input.findings_len = 0;
	st.input.state = "REVIEW";
	render(&st, &text, &json, &slip);
	assert_non_null(strstr(buf_str(&text), "[returned or withdrawn]"));
	assert_non_null(strstr(buf_str(&text), "look again"));
	assert_null(strstr(buf_str(&slip), "Printed Name"));
	render_done(&text, &json, &slip);
	story_done(&st);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(R6_before_delivery_it_says_so),
	    cmocka_unit_test(a_scan_at_release_is_told_with_its_scanners),
	    cmocka_unit_test(every_item_that_did_not_go_is_named_with_its_reason),
	    cmocka_unit_test(an_item_that_is_rejected_keeps_its_bad_verdict),
	    cmocka_unit_test(a_commitment_is_that_of_openssl),
	    cmocka_unit_test(a_fact_that_nobody_thought_of_is_veiled),
	    cmocka_unit_test(a_releasable_report_names_nothing),
	    cmocka_unit_test(demo_is_on_everything),
	    cmocka_unit_test(a_report_that_does_not_add_up_is_not_made),
	    cmocka_unit_test(returned_signatures_do_not_stand),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
