/* links: src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/finding src/core/item src/core/verdict src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD     "name = \"p\";\nrequired = ( { scanner = \"av\"; types = \"*\"; } );\n"

static struct policy *
parse(const char *text)
{
	struct policy *p = NULL;
	char why[POLICY_WHY_SIZE] = "";
	if (policy_parse(text, strlen(text), &p, why) != ERR_OK)
		fail_msg("%s", why);
	return p;
}

static void
refuses(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text, *why; /* why: part of the sentence */
	} cases[] = {
	    {"empty", "", "missing"},
	    {"no scanner", "name = \"p\";", "no scanner"},
	    {"unknown key", HEAD "aprovals = 2;", "line 3: no such key: aprovals"},
	    {"unknown key of a rule",
		HEAD "rules = ( { gate = \"pass\"; klass = \"name\"; } );",
		"no such key: klass"},
	    {"one approval", HEAD "approvals = 1;", "line 3: approvals must be from 2 to 9"},
	    {"ten approvals", HEAD "approvals = 10;", "approvals must be"},
	    {"approvals as text", HEAD "approvals = \"many\";", "must be a number"},
	    {"negative approvals", HEAD "approvals = -2;", "must be a number"},
	    {"unknown class", HEAD "rules = ( { class = \"virus\"; gate = \"pass\"; } );",
		"class: no such word"},
	    {"unknown verdict", HEAD "rules = (\n { verdict = \"ok\"; gate = \"pass\"; } );",
		"line 4: verdict: no such word: ok"},
	    {"unknown severity", HEAD "rules = ( { severity = \"none\"; gate = \"pass\"; } );",
		"severity: no such word"},
	    {"no gate", HEAD "rules = ( { class = \"name\"; } );", "gate is missing"},
	    {"unknown gate", HEAD "rules = ( { gate = \"approve\"; } );", "gate must be"},
	    {"rules are no list", HEAD "rules = { gate = \"pass\"; };", "must be a list"},
	    {"include", HEAD "@include \"/etc/passwd\"\n", "line 3: @include"},
	    {"include in a comment", HEAD "# @include\n", "@include"},
	    {"syntax", HEAD "approvals = ;", "line 3: "},
	    {"key twice", HEAD "name = \"q\";", "line 3: "},
	    {"control byte", HEAD "\x1b", "line 3: byte 1b"},
	    {"control byte by escape", "name = \"\\x1b\";", "not printable ASCII"},
	    {"byte above ASCII", HEAD "# \xc3\xa4", "byte c3"},
	    {"empty glob", HEAD "rules = ( { types = \"\"; gate = \"pass\"; } );", "empty"},
	    {"no types", "name = \"p\"; required = ( { scanner = \"av\"; } );",
		"types is missing"},
	    {"sizes crossed",
		"name = \"p\"; required = ( { scanner = \"av\"; types = \"*\"; min_bytes = 2; "
		"max_bytes = 1; } );",
		"larger than"},
	    {"medium without state",
		HEAD "block_medium = ( { kind = \"region\"; why = \"x\"; } );",
		"state is missing"},
	    {"keeping for ever", HEAD "keep_days = { held = 36501; };", "held must be"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct policy *p = NULL;
		char why[POLICY_WHY_SIZE] = "";
		enum err e = policy_parse(cases[i].text, strlen(cases[i].text), &p, why);
		if (e == ERR_OK || p != NULL || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: error %d, \"%s\"", cases[i].what, (int)e, why);
	}
}

static void
limit_of_the_text(void **state)
{
	(void)state;
	struct policy *p = NULL;
	char why[POLICY_WHY_SIZE];
	char *text = mem_alloc(LIM_POLICY_BYTES + 1);
	memset(text, ' ', LIM_POLICY_BYTES + 1);
	memcpy(text, HEAD, strlen(HEAD));
	assert_int_equal(policy_parse(text, LIM_POLICY_BYTES, &p, why), ERR_OK);
	policy_free(p);
	assert_int_equal(policy_parse(text, LIM_POLICY_BYTES + 1, &p, why), ERR_LIMIT);
	free(text);
	assert_int_equal(policy_parse(HEAD "\0x", strlen(HEAD) + 2, &p, why), ERR_SYNTAX);
}

static enum err
parse_many(const char *head, const char *each, size_t n)
{
	struct buf b;
	struct policy *p = NULL;
	char why[POLICY_WHY_SIZE];
	buf_init(&b, LIM_POLICY_BYTES);
	buf_add_str(&b, head);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i > 0 ? "," : "", each);
	buf_add_str(&b, ");");
	enum err e = policy_parse(b.data, b.len, &p, why);
	policy_free(e == ERR_OK ? p : NULL);
	buf_done(&b);
	return e;
}

static void
limit_of_the_rules(void **state)
{
	(void)state;
	static const char *const rule = "{ gate = \"block\"; }";
	assert_int_equal(parse_many(HEAD "rules = (", rule, LIM_POLICY_RULES), ERR_OK);
	assert_int_equal(parse_many(HEAD "rules = (", rule, LIM_POLICY_RULES + 1), ERR_LIMIT);
}

static void
limit_of_the_scanners(void **state)
{
	(void)state;
	for (size_t n = LIM_SCANNERS; n <= LIM_SCANNERS + 1; n++) {
		struct buf b;
		struct policy *p = NULL;
		char why[POLICY_WHY_SIZE];
		buf_init(&b, 1 << 16);
		buf_add_str(&b, "name = \"p\"; required = (");
		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "%s{ scanner = \"s%zu\"; types = \"*\"; }",
			    i > 0 ? "," : "", i);
		buf_add_str(&b, ");");
		assert_int_equal(policy_parse(b.data, b.len, &p, why),
		    n <= LIM_SCANNERS ? ERR_OK : ERR_LIMIT);
		policy_free(n <= LIM_SCANNERS ? p : NULL);
		buf_done(&b);
	}
}

/* A policy of these texts, the middle one n times. */
static enum err
parse_filled(const char *before, const char *each, size_t n, const char *after)
{
	struct buf b;
	struct policy *p = NULL;
	char why[POLICY_WHY_SIZE];
	buf_init(&b, LIM_POLICY_BYTES);
	buf_add_str(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_add_str(&b, each);
	buf_add_str(&b, after);
	enum err e = policy_parse(b.data, b.len, &p, why);
	policy_free(e == ERR_OK ? p : NULL);
	buf_done(&b);
	return e;
}

static void
limits_of_texts_and_words(void **state)
{
	(void)state;
	static const struct {
		const char *what, *before, *each, *after;
		size_t max;
	} cases[] = {
	    {"words", HEAD "rules = ( { gate = \"pass\"; types = [ \"x\"", ", \"x\"",
		" ]; } );", LIM_POLICY_WORDS - 1},
	    {"text", HEAD "rules = ( { gate = \"pass\"; why = \"", "x", "\"; } );",
		LIM_POLICY_TEXT_BYTES},
	    {"glob", HEAD "rules = ( { gate = \"pass\"; types = \"", "x", "\"; } );",
		LIM_POLICY_TEXT_BYTES},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (parse_filled(
			cases[i].before, cases[i].each, cases[i].max, cases[i].after) != ERR_OK)
			fail_msg("%s: the largest was refused", cases[i].what);
		if (parse_filled(cases[i].before, cases[i].each, cases[i].max + 1,
			cases[i].after) == ERR_OK)
			fail_msg("%s: too large was accepted", cases[i].what);
	}
	char text[128];
	static const struct {
		unsigned minutes;
		enum err err;
	} locks[] = {{0, ERR_RANGE}, {1, ERR_OK}, {LIM_LOCK_MINUTES, ERR_OK},
	    {LIM_LOCK_MINUTES + 1, ERR_RANGE}};
	for (size_t i = 0; i < COUNT(locks); i++) {
		snprintf(text, sizeof(text), HEAD "lock_minutes = %u;", locks[i].minutes);
		assert_int_equal(parse_filled(text, "", 0, ""), locks[i].err);
	}
	static const struct {
		const char *word;
		enum err err;
	} requests[] = {{"none", ERR_OK}, {"present", ERR_OK}, {"signed", ERR_OK},
	    {"sign", ERR_SYNTAX}, {"", ERR_SYNTAX}};
	for (size_t i = 0; i < COUNT(requests); i++) {
		snprintf(
		    text, sizeof(text), HEAD "request_required = \"%s\";", requests[i].word);
		assert_int_equal(parse_filled(text, "", 0, ""), requests[i].err);
	}
	static const struct {
		const char *more;
		enum err err;
	} reuses[] = {{"reuse_verdicts = \"no\";", ERR_OK},
	    {"reuse_verdicts = \"show\";", ERR_OK}, {"reuse_verdicts = \"use\";", ERR_OK},
	    {"reuse_verdicts = \"yes\";", ERR_SYNTAX}, {"reuse_verdicts = true;", ERR_SYNTAX},
	    {"reuse_days = 0;", ERR_RANGE}, {"reuse_days = 1;", ERR_OK},
	    {"signature_date_required = true;", ERR_OK},
	    {"signature_date_required = 1;", ERR_SYNTAX}};
	for (size_t i = 0; i < COUNT(reuses); i++) {
		snprintf(text, sizeof(text), HEAD "%s", reuses[i].more);
		assert_int_equal(parse_filled(text, "", 0, ""), reuses[i].err);
	}
	for (unsigned days = LIM_POLICY_DAYS; days <= LIM_POLICY_DAYS + 1; days++) {
		snprintf(text, sizeof(text), HEAD "signature_max_days = %u;", days);
		assert_int_equal(parse_filled(text, "", 0, ""),
		    days == LIM_POLICY_DAYS ? ERR_OK : ERR_RANGE);
	}
}

static void
required_by_type_and_size(void **state)
{
	(void)state;
	struct policy *p =
	    parse("name = \"p\"; required = (\n"
		  "{ scanner = \"type\"; types = \"*\"; part = true; },\n"
		  "{ scanner = \"av\"; types = \"*\"; max_bytes = \"2K\"; },\n"
		  "{ scanner = \"deep\"; types = [\"zip\", \"pe-*\"]; min_bytes = 10; },\n"
		  "{ scanner = \"type\"; types = \"zip\"; } );");
	struct verdict_need needs[LIM_SCANNERS];
	static const struct {
		const char *what, *type;
		uint64_t size;
		const char *want; /* "name" or "name-" for a part scanner */
	} cases[] = {
	    {"text", "text", 100, "type- av "},
	    {"largest for av", "text", 2048, "type- av "},
	    {"too large for av", "text", 2049, "type- "},
	    {"glob, smallest", "pe-x86", 10, "type- av deep "},
	    {"glob, too small", "pe-x86", 9, "type- av "},
	    {"required twice, the stricter holds", "zip", 100, "type av deep "},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;
		buf_init(&b, 256);
		size_t n = policy_needs(p, cases[i].type, cases[i].size, needs, LIM_SCANNERS);
		for (size_t k = 0; k < n; k++)
			buf_addf(&b, "%s%s ", needs[k].scanner, needs[k].part ? "-" : "");
		if (strcmp(buf_str(&b), cases[i].want) != 0)
			fail_msg("%s: \"%s\"", cases[i].what, buf_str(&b));
		for (size_t k = 0; k < n; k++)
			assert_true(
			    policy_required(p, needs[k].scanner, cases[i].type, cases[i].size));
		buf_done(&b);
	}
	assert_false(policy_required(p, "deep", "text", 100));
	assert_true(policy_mentions(p, "deep"));
	assert_false(policy_mentions(p, "icap"));
	policy_free(p);
}

/* "engines" and "stand_in" of a policy that requires two antivirus scanners and type. */
#define ENGINES                                                                             \
	"name = \"p\"; required = ( { scanner = \"av\"; types = \"*\"; }, { scanner = "     \
	"\"yara\"; types = \"*\"; }, { scanner = \"type\"; types = \"*\"; part = true; }, " \
	"{ scanner = \"av\"; types = \"zip\"; } );\n"

static void
engines_and_stand_ins(void **state)
{
	static const struct {
		const char *more;
		enum err err;
		const char *why;
	} cases[] = {
	    {"engines = ( { types = \"*\"; at_least = 2; } );", ERR_OK, ""},
	    {"engines = ( { types = \"*\"; at_least = 1; } );", ERR_RANGE, "at_least"},
	    {"engines = ( { types = \"*\"; at_least = 3; } );", ERR_RANGE,
		"asks for 3 engines, and required names 2"},
	    {"engines = ( { types = \"*\"; } );", ERR_SYNTAX, "at_least is missing"},
	    {"engines = ( { at_least = 2; } );", ERR_SYNTAX, "types is missing"},
	    {"engines = ( { types = \"*\"; at_least = 2; min_bytes = 2; max_bytes = 1; } );",
		ERR_RANGE, "larger"},
	    {"engines = 2;", ERR_SYNTAX, "engines"},
	    {"stand_in = ( { types = \"gguf\"; scanner = \"av\"; by = \"type\"; } );", ERR_OK,
		""},
	    {"stand_in = ( { types = \"gguf\"; scanner = \"av\"; } );", ERR_SYNTAX, "by"},
	    {"stand_in = ( { scanner = \"av\"; by = \"type\"; } );", ERR_SYNTAX, "types"},
	    {"stand_in = ( { types = \"gguf\"; scanner = \"av\"; by = \"av\"; } );", ERR_RANGE,
		"itself"},
	    {"stand_in = ( { types = \"gguf\"; scanner = \"av\"; by = \"format\"; } );",
		ERR_RANGE, "does not name: format"},
	    {"stand_in = ( { types = \"gguf\"; scanner = \"icap\"; by = \"type\"; } );",
		ERR_RANGE, "does not name: icap"},
	};
	char text[2048], why[POLICY_WHY_SIZE];
	struct policy *p;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), ENGINES "%s", cases[i].more);
		why[0] = 0;
		enum err e = policy_parse(text, strlen(text), &p, why);
		if (e != cases[i].err || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %d, \"%s\"", cases[i].more, (int)e, why);
		if (e == ERR_OK)
			policy_free(p);
	}
	p = parse(
	    ENGINES "engines = ( { types = [\"elf\", \"pe-*\"]; at_least = 2; min_bytes = "
		    "10; max_bytes = 20; } );"
		    "stand_in = ( { types = \"g*\"; scanner = \"av\"; by = \"type\"; } );");
	assert_int_equal(policy_engines(p, "elf", 9), 0);
	assert_int_equal(policy_engines(p, "elf", 10), 2);
	assert_int_equal(policy_engines(p, "pe-dll", 20), 2);
	assert_int_equal(policy_engines(p, "elf", 21), 0);
	assert_int_equal(policy_engines(p, "text", 10), 0);
	assert_true(policy_stands_in(p, "av", "type", "gguf"));
	assert_false(policy_stands_in(p, "yara", "type", "gguf"));
	assert_false(policy_stands_in(p, "av", "yara", "gguf"));
	assert_false(policy_stands_in(p, "av", "type", "elf"));
	policy_free(p);
}

static void
first_rule_that_matches(void **state)
{
	(void)state;
	struct policy *p =
	    parse(HEAD "rules = (\n"
		       "{ class = \"malware\"; gate = \"block\"; why = \"malware\"; },\n"
		       "{ types = [\"pe-*\", \"elf\"]; gate = \"block\"; },\n"
		       "{ class = \"name\"; severity = \"medium\"; gate = \"reason\"; },\n"
		       "{ severity = \"high\"; gate = \"reason\"; },\n"
		       "{ verdict = [\"clean\"]; kind = \"file\"; gate = \"pass\"; } );");
	static const struct {
		const char *what, *type;
		enum item_kind kind;
		enum verdict verdict;
		enum finding_class class;
		enum finding_severity severity;
		enum policy_gate gate;
		size_t rule;
	} cases[] = {
	    {"clean", "text", ITEM_FILE, VERDICT_CLEAN, 0, 0, POLICY_PASS, 4},
	    {"malware of any severity", "text", ITEM_FILE, VERDICT_CLEAN, FINDING_MALWARE,
		FINDING_INFO, POLICY_BLOCK, 0},
	    {"type", "pe-x86", ITEM_FILE, VERDICT_CLEAN, 0, 0, POLICY_BLOCK, 1},
	    {"class below its severity", "text", ITEM_FILE, VERDICT_CLEAN, FINDING_NAME,
		FINDING_LOW, POLICY_PASS, 4},
	    {"class at its severity", "text", ITEM_FILE, VERDICT_CLEAN, FINDING_NAME,
		FINDING_MEDIUM, POLICY_REASON, 2},
	    {"any class", "text", ITEM_FILE, VERDICT_CLEAN, FINDING_PRIVACY, FINDING_CRITICAL,
		POLICY_REASON, 3},
	    {"no rule: in writing", "text", ITEM_FILE, VERDICT_SUSPICIOUS, 0, 0, POLICY_REASON,
		POLICY_NO_RULE},
	    {"other kind", "text", ITEM_LINK, VERDICT_CLEAN, 0, 0, POLICY_REASON,
		POLICY_NO_RULE},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct finding_worst worst = {0};
		size_t rule = 0;
		finding_worst_add(&worst, cases[i].class, cases[i].severity);
		enum policy_gate gate = policy_gate(
		    p, cases[i].kind, cases[i].type, cases[i].verdict, &worst, &rule);
		if (gate != cases[i].gate || rule != cases[i].rule)
			fail_msg(
			    "%s: %s by rule %zu", cases[i].what, policy_gate_print(gate), rule);
	}
	assert_string_equal(policy_rule_why(p, 0), "rule 1 (line 4): malware");
	assert_string_equal(policy_rule_why(p, 1), "rule 2 (line 5)");
	assert_non_null(policy_rule_why(p, POLICY_NO_RULE));
	policy_free(p);
}

static void
defaults_and_medium(void **state)
{
	(void)state;
	struct policy *p =
	    parse(HEAD "block_medium = ( { kind = \"region\"; state = [\"encrypted\", "
		       "\"unread\"]; why = \"w\"; } );"
		       "keep_days = { held = 7; }; fields = [\"purpose\", \"label\"]; "
		       "site_fields = ( { name = \"label\"; } );");
	assert_int_equal(p->approvals, 2);
	assert_int_equal(p->lock_minutes, 5);
	assert_int_equal(p->request, POLICY_REQUEST_NONE);
	assert_int_equal(p->keep_days[ITEM_OUT_HELD], 7);
	assert_int_equal(p->keep_days[ITEM_OUT_REJECTED], 30);
	assert_int_equal(p->fields.n, 2);
	assert_string_equal(p->fields.list[1].name, "label");
	assert_string_equal(p->fields.list[1].label, "label");
	assert_true(p->fields.list[1].required);
	assert_string_equal(policy_blocks_medium(p, ITEM_REGION, ITEM_UNREAD, ""), "w");
	assert_null(policy_blocks_medium(p, ITEM_REGION, ITEM_READ, ""));
	assert_null(policy_blocks_medium(p, ITEM_FILE, ITEM_UNREAD, ""));
	assert_true(p->write_protect);
	assert_string_equal(p->medium_digest, "metadata");
	assert_true(p->region_look_bytes == UINT64_MAX);
	policy_free(p);
}

/* The desk tells the reader: more than a message bears ended the desk at each intake. */
static void
no_policy_has_a_number_that_no_message_bears(void **state)
{
	struct policy *p;
	char why[POLICY_WHY_SIZE];
	static const char most[] = HEAD "region_look_bytes = 9007199254740991L;";
	static const char over[] = HEAD "region_look_bytes = 9007199254740992L;";
	(void)state;
	assert_int_equal(policy_parse(most, strlen(most), &p, why), ERR_OK);
	assert_true(p->region_look_bytes == CANON_UINT_MAX);
	policy_free(p);
	assert_int_not_equal(policy_parse(over, strlen(over), &p, why), ERR_OK);
}

static void
a_policy_can_hold_a_medium_for_what_lies_outside(void **state)
{
	(void)state;
	struct policy *p = parse(
	    HEAD "block_medium = ( { kind = \"region\"; types = \"region-data\"; state = "
		 "[\"unread\", \"unreadable\"]; why = \"w\"; } ); medium_digest = \"full\"; "
		 "write_protect_required = false; region_look_bytes = \"1M\";");
	assert_string_equal(
	    policy_blocks_medium(p, ITEM_REGION, ITEM_UNREAD, "region-data"), "w");
	assert_null(policy_blocks_medium(p, ITEM_REGION, ITEM_UNREAD, "region-zero"));
	assert_null(policy_blocks_medium(p, ITEM_REGION, ITEM_UNREAD, ""));
	assert_false(p->write_protect);
	assert_false(p->rescan_at_release);
	assert_string_equal(p->medium_digest, "full");
	assert_int_equal(p->region_look_bytes, 1 << 20);
	policy_free(p);
}

/* A witness more than a station can have is a mistake: nothing could ever go. */
static void
anchors_are_asked_for_by_choice(void **state)
{
	static const struct {
		const char *text;
		unsigned quorum;
		bool words, good;
	} rows[] = {
	    {"", 0, false, true},
	    {"witness_quorum = 0; anchor_words = \"none\";", 0, false, true},
	    {"witness_quorum = 2; anchor_words = \"start\";", 2, true, true},
	    {"witness_quorum = 16;", LIM_WITNESSES, false, true},
	    {"witness_quorum = 17;", 0, false, false},
	    {"witness_quorum = -1;", 0, false, false},
	    {"witness_quorum = \"two\";", 0, false, false},
	    {"anchor_words = \"always\";", 0, false, false},
	    {"anchor_words = true;", 0, false, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		MEM_FREE char *text = mem_printf("%s%s", HEAD, rows[i].text);
		char why[POLICY_WHY_SIZE];
		struct policy *p = NULL;
		enum err e = policy_parse(text, strlen(text), &p, why);
		if ((e == ERR_OK) != rows[i].good)
			fail_msg("%s: %s", rows[i].text, e == ERR_OK ? "taken" : why);
		if (e != ERR_OK)
			continue;
		assert_int_equal(p->witness_quorum, rows[i].quorum);
		assert_int_equal(p->anchor_words, rows[i].words);
		policy_free(p);
	}
}

static void
a_token_is_asked_for_its_pin_unless_the_policy_says_no(void **state)
{
	static const struct {
		const char *text;
		bool pin, good;
	} rows[] = {
	    {"", true, true},
	    {"token_pin = true;", true, true},
	    {"token_pin = false;", false, true},
	    {"token_pin = 0;", false, false},
	    {"token_pin = \"no\";", false, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		MEM_FREE char *text = mem_printf("%s%s", HEAD, rows[i].text);
		char why[POLICY_WHY_SIZE];
		struct policy *p = NULL;
		enum err e = policy_parse(text, strlen(text), &p, why);
		if ((e == ERR_OK) != rows[i].good)
			fail_msg("%s: %s", rows[i].text, e == ERR_OK ? "taken" : why);
		if (e != ERR_OK)
			continue;
		assert_int_equal(p->token_pin, rows[i].pin);
		policy_free(p);
	}
}

static void
a_policy_can_ask_for_a_scan_at_release(void **state)
{
	(void)state;
	struct policy *p = parse(HEAD "rescan_at_release = true;");
	assert_true(p->rescan_at_release);
	assert_false(p->copy_required);
	policy_free(p);
	p = parse(HEAD "copy_required = true;");
	assert_true(p->copy_required);
	policy_free(p);
}

static void
globs(void **state)
{
	(void)state;
	static const struct {
		const char *glob, *text;
		bool want;
	} cases[] = {
	    {"*", "", true},
	    {"*", "x", true},
	    {"", "", true},
	    {"", "x", false},
	    {"pe-*", "pe-x86", true},
	    {"pe-*", "xpe-x86", false},
	    {"*a*b", "aXbXb", true},
	    {"*a*b", "aXbXc", false},
	    {"?", "", false},
	    {"?x", "ax", true},
	    {"[a]", "a", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (policy_glob(cases[i].glob, cases[i].text) != cases[i].want)
			fail_msg("%s on %s", cases[i].glob, cases[i].text);
}

/* The policy that is installed parses, and blocks what it must. */
static void
default_policy(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		enum item_kind kind;
		enum verdict verdict;
		enum finding_class class;
		enum finding_severity severity;
		enum policy_gate gate;
	} cases[] = {
	    {"clean", ITEM_FILE, VERDICT_CLEAN, 0, 0, POLICY_PASS},
	    {"malware", ITEM_FILE, VERDICT_MALICIOUS, FINDING_MALWARE, FINDING_HIGH,
		POLICY_BLOCK},
	    {"suspicious", ITEM_FILE, VERDICT_SUSPICIOUS, FINDING_MALWARE, FINDING_LOW,
		POLICY_REASON},
	    {"incomplete", ITEM_FILE, VERDICT_INCOMPLETE, 0, 0, POLICY_REASON},
	    {"program called report.pdf", ITEM_FILE, VERDICT_CLEAN, FINDING_MISMATCH,
		FINDING_MEDIUM, POLICY_REASON},
	    {"unscanned", ITEM_FILE, VERDICT_UNSCANNED, 0, 0, POLICY_BLOCK},
	    {"link", ITEM_LINK, VERDICT_NA, 0, 0, POLICY_PASS},
	    {"device", ITEM_CHAR, VERDICT_NA, 0, 0, POLICY_BLOCK},
	};
	char text[65536];
	FILE *f = fopen("share/policy/default.policy", "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	struct policy *p = parse(text);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct finding_worst worst = {0};
		finding_worst_add(&worst, cases[i].class, cases[i].severity);
		enum policy_gate gate =
		    policy_gate(p, cases[i].kind, "text", cases[i].verdict, &worst, NULL);
		if (gate != cases[i].gate)
			fail_msg("%s: %s", cases[i].what, policy_gate_print(gate));
	}
	assert_true(policy_required(p, "av", "elf", 0));
	policy_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(anchors_are_asked_for_by_choice),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(limit_of_the_text),
	    cmocka_unit_test(limit_of_the_rules),
	    cmocka_unit_test(limit_of_the_scanners),
	    cmocka_unit_test(limits_of_texts_and_words),
	    cmocka_unit_test(required_by_type_and_size),
	    cmocka_unit_test(engines_and_stand_ins),
	    cmocka_unit_test(first_rule_that_matches),
	    cmocka_unit_test(defaults_and_medium),
	    cmocka_unit_test(no_policy_has_a_number_that_no_message_bears),
	    cmocka_unit_test(a_policy_can_hold_a_medium_for_what_lies_outside),
	    cmocka_unit_test(a_token_is_asked_for_its_pin_unless_the_policy_says_no),
	    cmocka_unit_test(a_policy_can_ask_for_a_scan_at_release),
	    cmocka_unit_test(globs),
	    cmocka_unit_test(default_policy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
