/* links: src/proc/desk/order src/proc/desk/room src/proc/desk/draft src/proc/desk/rows src/proc/desk/shown db/work db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/core/digest src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* A terminal that reviews: lists, searches and decisions, asked as messages. */
#include "db/work.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/answer.h"
#include "src/proc/desk/draft.h"
#include "src/proc/desk/order.h"
#include "src/proc/desk/shown.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#define TRANSFER "X1-000001"

static struct {
	struct work *work;
	struct custody_transfer transfer;
	struct session session;
	struct channel *terminal;
} rig;

/* --- the desk around the handlers ----------------------------------------------------------
 */

void
session_done(struct session *s, json_t *body)
{
	channel_send(s->channel, MSG_DESK_DONE, body, -1);
}

void
session_refuse(struct session *s, int status, const char *why, const char *next)
{
	channel_send(s->channel, MSG_DESK_REFUSED,
	    json_pack("{s:i, s:s, s:s}", "status", status, "why", why, "next", next), -1);
}

bool
session_is_officer(struct session *s)
{
	(void)s;
	return true;
}

const struct custody_transfer *
session_transfer(struct session *s, const char *id, unsigned states)
{
	if (strcmp(id, TRANSFER) == 0 && (states & 1u << rig.transfer.facts.state) != 0)
		return &rig.transfer;
	session_refuse(s, 1, "not in this state", "");
	return NULL;
}

struct work *
answer_work(struct session *s, const char *transfer)
{
	if (strcmp(transfer, TRANSFER) == 0)
		return rig.work;
	session_refuse(s, 1, "there is no such transfer", "");
	return NULL;
}

enum err
desk_work(struct desk *d, const char *transfer, struct work **ret_work)
{
	(void)d;
	(void)transfer;
	*ret_work = rig.work;
	return ERR_OK;
}

/* --- items and questions --------------------------------------------------------------------
 */

/* Item n, in place n - 1; every tenth needs a reason, every hundredth is blocked. */
static void
add_item(uint64_t n, const void *path, size_t path_len)
{
	bool is_new;
	uint8_t sha256[32] = {(uint8_t)n, (uint8_t)(n >> 8)};
	MEM_FREE char *name = mem_alloc(ESCAPE_SIZE(path_len));
	escape_bytes(path, path_len, name, ESCAPE_SIZE(path_len), NULL);
	struct work_item it = {.id = n,
	    .path = path,
	    .path_len = path_len,
	    .name = name,
	    .base = name,
	    .ext = "",
	    .kind = "file",
	    .state = "read",
	    .why = "",
	    .mtime = "",
	    .zone = "none",
	    .link = (const uint8_t *)"",
	    .links = 1};
	assert_int_equal(work_item_add(rig.work, &it, name, strlen(name)), ERR_OK);
	assert_int_equal(work_item_kept(rig.work, n, sha256, n, &is_new), ERR_OK);
	struct work_judged j = {.item = n,
	    .place = n - 1,
	    .kind = ITEM_FILE,
	    .state = ITEM_READ,
	    .gate = n % 100 == 0  ? POLICY_BLOCK
	            : n % 10 == 0 ? POLICY_REASON
	                          : POLICY_PASS,
	    .verdict = n % 100 == 0 ? VERDICT_MALICIOUS : VERDICT_CLEAN,
	    .severity = n % 100 == 0 ? FINDING_HIGH : FINDING_NO_SEVERITY,
	    .classes = n % 100 == 0 ? 1u << FINDING_MISMATCH : 0,
	    .size_bytes = n,
	    .type = "text",
	    .mime = ""};
	assert_int_equal(work_judged_put(rig.work, &j), ERR_OK);
}

static void
rig_open(uint64_t items)
{
	int fds[2];
	char path[32];
	memset(&rig, 0, sizeof(rig));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	rig.session.channel = channel_new(fds[0], ROLE_DESK, ROLE_UI);
	rig.terminal = channel_new(fds[1], ROLE_UI, ROLE_DESK);
	channel_set_phase(rig.session.channel, PH_SIGNED);
	channel_set_phase(rig.terminal, PH_SIGNED);
	snprintf(rig.session.officer, sizeof(rig.session.officer), "otto");
	snprintf(rig.transfer.id, sizeof(rig.transfer.id), TRANSFER);
	snprintf(rig.transfer.holder, sizeof(rig.transfer.holder), "otto");
	rig.transfer.facts.state = TRANSFER_REVIEW;
	assert_int_equal(work_open(":memory:", &rig.work), ERR_OK);
	for (uint64_t n = 1; n <= items; n++) {
		snprintf(path, sizeof(path), "file-%06llu", (unsigned long long)n);
		add_item(n, path, strlen(path));
	}
}

static void
rig_close(void)
{
	order_free(&rig.session);
	draft_bulk_free(&rig.session);
	channel_free(rig.session.channel);
	channel_free(rig.terminal);
	work_close(rig.work);
}

static const struct {
	enum msg_id id;
	void (*fn)(struct session *, struct msg *);
} handlers[] = {
    {MSG_UI_LIST, order_list},
    {MSG_UI_PAGE, order_page},
    {MSG_UI_FIND, order_find},
    {MSG_UI_DECIDE, draft_decide},
    {MSG_UI_BULK, draft_bulk},
    {MSG_UI_BULK_DO, draft_bulk_do},
    {MSG_UI_UNDO, draft_undo},
};

/* Sends a question over the channel; the answer. */
static struct msg
ask(enum msg_id id, json_t *body)
{
	struct msg m, answer;
	assert_non_null(body);
	assert_int_equal(channel_send(rig.terminal, id, body, -1), ERR_OK);
	assert_int_equal(channel_recv(rig.session.channel, &m), ERR_OK);
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (handlers[i].id == id)
			handlers[i].fn(&rig.session, &m);
	msg_done(&m);
	assert_int_equal(channel_recv(rig.terminal, &answer), ERR_OK);
	return answer;
}

/* The question is refused with these words in the reason or in what to do next. */
static void
refused(enum msg_id id, json_t *body, const char *words)
{
	struct msg m = ask(id, body);
	if (m.id != MSG_DESK_REFUSED)
		fail_msg("not refused: %s", words);
	if (strstr(msg_str(&m, "why"), words) == NULL &&
	    strstr(msg_str(&m, "next"), words) == NULL)
		fail_msg("%s; %s", msg_str(&m, "why"), msg_str(&m, "next"));
	msg_done(&m);
}

static uint64_t
list(const char *where, const char *sort, uint64_t total)
{
	struct msg m = ask(MSG_UI_LIST, json_pack("{s:s, s:s, s:s, s:b}", "transfer", TRANSFER,
					    "where", where, "sort", sort, "reverse", 0));
	assert_int_equal(m.id, MSG_DESK_LIST);
	assert_int_equal(msg_uint(&m, "total"), total);
	uint64_t number = msg_uint(&m, "list");
	msg_done(&m);
	return number;
}

static struct msg
page(uint64_t number, uint64_t from, uint64_t count)
{
	return ask(MSG_UI_PAGE, json_pack("{s:I, s:I, s:I}", "list", (json_int_t)number, "from",
				    (json_int_t)from, "count", (json_int_t)count));
}

static uint64_t
row_uint(const struct msg *m, size_t i, const char *key)
{
	return (uint64_t)json_integer_value(
	    json_object_get(json_array_get(json_object_get(m->body, "rows"), i), key));
}

static const char *
row_text(const struct msg *m, size_t i, const char *key)
{
	return json_string_value(
	    json_object_get(json_array_get(json_object_get(m->body, "rows"), i), key));
}

static uint64_t
counted(const struct msg *m, const char *key)
{
	const json_t *n = json_object_get(json_object_get(m->body, "counts"), key);
	assert_true(json_is_integer(n));
	return (uint64_t)json_integer_value(n);
}

static json_t *
decision(const char *word, uint64_t item, const char *reason)
{
	return json_pack("{s:s, s:s, s:s, s:I}", "transfer", TRANSFER, "decision", word,
	    "reason", reason, "item", (json_int_t)item);
}

static struct msg
decide(const char *word, uint64_t item, const char *reason)
{
	struct msg m = ask(MSG_UI_DECIDE, decision(word, item, reason));
	assert_int_equal(m.id, MSG_DESK_DONE);
	return m;
}

/* Position of the next that fits, or -1. */
static int64_t
find(uint64_t number, const char *where, uint64_t from, bool back)
{
	struct msg m =
	    ask(MSG_UI_FIND, json_pack("{s:I, s:s, s:I, s:b}", "list", (json_int_t)number,
				 "where", where, "from", (json_int_t)from, "back", back));
	assert_int_equal(m.id, MSG_DESK_FOUND);
	int64_t at = msg_bool(&m, "found") ? (int64_t)msg_uint(&m, "at") : -1;
	msg_done(&m);
	return at;
}

static struct msg
bulk(uint64_t number, const char *word)
{
	return ask(
	    MSG_UI_BULK, json_pack("{s:I, s:s}", "list", (json_int_t)number, "decision", word));
}

static json_t *
confirm(const char *set, uint64_t count, const char *reason)
{
	return json_pack(
	    "{s:s, s:I, s:s}", "set", set, "count", (json_int_t)count, "reason", reason);
}

static json_t *
undo(bool redo)
{
	return json_pack("{s:s, s:b}", "transfer", TRANSFER, "redo", redo);
}

/* --- lists
 * ------------------------------------------------------------------------------------ */

static void
a_list_is_read_page_by_page(void **state)
{
	(void)state;
	rig_open(150);
	uint64_t number = list("", "", 150);
	/* no more at once than a page has, whatever was asked for */
	struct msg m = page(number, 0, LIM_PAGE_ITEMS + 1);
	assert_int_equal(m.id, MSG_DESK_ROWS);
	assert_int_equal(json_array_size(json_object_get(m.body, "rows")), LIM_PAGE_ITEMS);
	assert_true(msg_bool(&m, "more"));
	assert_int_equal(msg_uint(&m, "next"), LIM_PAGE_ITEMS);
	assert_int_equal(msg_uint(&m, "total"), 150);
	msg_done(&m);
	m = page(number, 99, 2);
	assert_int_equal(row_uint(&m, 0, "pos"), 99);
	assert_int_equal(row_uint(&m, 0, "id"), 100);
	assert_string_equal(row_text(&m, 0, "base"), "file-000100");
	assert_string_equal(row_text(&m, 0, "gate"), "block");
	assert_non_null(strchr(row_text(&m, 0, "flags"), 'X'));
	assert_string_equal(row_text(&m, 1, "flags"), "");
	msg_done(&m);
	m = page(number, 149, LIM_PAGE_ITEMS);
	assert_int_equal(json_array_size(json_object_get(m.body, "rows")), 1);
	assert_false(msg_bool(&m, "more"));
	msg_done(&m);
	m = page(number, 4000000000u, 1);
	assert_int_equal(json_array_size(json_object_get(m.body, "rows")), 0);
	assert_false(msg_bool(&m, "more"));
	msg_done(&m);
	rig_close();
}

static void
decided_rows_stay_where_they_are(void **state)
{
	(void)state;
	rig_open(10);
	uint64_t number = list("decision=none", "severity", 10);
	struct msg m = decide("hold", 3, "wait");
	assert_int_equal(msg_uint(&m, "item"), 3);
	assert_int_equal(msg_uint(&m, "count"), 1);
	assert_int_equal(counted(&m, "hold"), 1);
	assert_int_equal(counted(&m, "undecided"), 9);
	msg_done(&m);
	m = page(number, 2, 1);
	assert_int_equal(row_uint(&m, 0, "id"), 3);
	assert_string_equal(row_text(&m, 0, "decision"), "hold");
	assert_string_equal(row_text(&m, 0, "by"), "otto");
	assert_int_equal(msg_uint(&m, "total"), 10);
	msg_done(&m);
	list("decision=none", "severity", 9);
	rig_close();
}

static void
a_terminal_keeps_two_lists(void **state)
{
	uint64_t numbers[LIM_LISTS];
	struct msg m;
	(void)state;
	rig_open(3);
	for (size_t i = 0; i < LIM_LISTS; i++)
		numbers[i] = list("", "id", 3);
	m = page(numbers[0], 0, 1); /* so the other one is older */
	assert_int_equal(m.id, MSG_DESK_ROWS);
	msg_done(&m);
	uint64_t more = list("", "size", 3);
	refused(MSG_UI_PAGE,
	    json_pack("{s:I, s:I, s:I}", "list", (json_int_t)numbers[1], "from", (json_int_t)0,
		"count", (json_int_t)1),
	    "not kept any more");
	m = page(numbers[0], 0, 1);
	assert_int_equal(m.id, MSG_DESK_ROWS);
	msg_done(&m);
	m = page(more, 0, 1);
	assert_int_equal(row_uint(&m, 0, "id"), 3);
	msg_done(&m);
	refused(MSG_UI_PAGE, json_pack("{s:i, s:i, s:i}", "list", 0, "from", 0, "count", 1),
	    "not kept any more");
	rig_close();
}

static void
a_mistake_in_a_limit_is_pointed_at(void **state)
{
	(void)state;
	rig_open(1);
	struct msg m =
	    ask(MSG_UI_LIST, json_pack("{s:s, s:s, s:s, s:b}", "transfer", TRANSFER, "where",
				 "size>1 and severty=high", "sort", "", "reverse", 0));
	assert_int_equal(m.id, MSG_DESK_REFUSED);
	assert_int_equal(msg_uint(&m, "at"), 11);
	assert_int_equal(msg_uint(&m, "status"), 2);
	msg_done(&m);
	refused(MSG_UI_LIST,
	    json_pack("{s:s, s:s, s:s, s:b}", "transfer", TRANSFER, "where", "", "sort",
		"colour", "reverse", 0),
	    "no such order");
	refused(MSG_UI_LIST,
	    json_pack("{s:s, s:s, s:s, s:b}", "transfer", "X1-000009", "where", "", "sort", "",
		"reverse", 0),
	    "no such transfer");
	rig_close();
}

/* The longest path, of bytes that all need an escape, with the longest reason. */
static void
the_longest_row_fits_a_message(void **state)
{
	MEM_FREE uint8_t *path = mem_alloc(LIM_PATH_BYTES);
	char reason[LIM_REASON_BYTES + 2];
	(void)state;
	rig_open(1);
	memset(path, 1, LIM_PATH_BYTES);
	memset(reason, 'x', sizeof(reason));
	reason[LIM_REASON_BYTES + 1] = '\0';
	add_item(2, path, LIM_PATH_BYTES);
	path[0] = 3;
	add_item(3, path, LIM_PATH_BYTES);
	refused(MSG_UI_DECIDE, decision("hold", 2, reason), "too long");
	memset(reason, 1, sizeof(reason));
	reason[LIM_REASON_BYTES] = '\0';
	struct msg m = decide("hold", 2, reason);
	msg_done(&m);
	uint64_t number = list("", "", 3);
	/* two of them do not */
	m = page(number, 0, 3);
	assert_int_equal(json_array_size(json_object_get(m.body, "rows")), 2);
	assert_int_equal(row_uint(&m, 1, "id"), 2);
	assert_non_null(strchr(row_text(&m, 1, "flags"), 'C'));
	assert_int_equal(msg_uint(&m, "next"), 2);
	assert_true(msg_bool(&m, "more"));
	msg_done(&m);
	m = page(number, 2, 3);
	assert_int_equal(row_uint(&m, 0, "id"), 3);
	msg_done(&m);
	m = bulk(number, "reject");
	assert_int_equal(m.id, MSG_DESK_BULK);
	msg_done(&m);
	rig_close();
}

static void
searching_goes_near_and_far_and_never_around(void **state)
{
	static const struct {
		const char *what, *where;
		uint64_t from;
		bool back;
		int64_t at;
	} cases[] = {
	    {"the next one", "gate=block", 0, false, 99},
	    {"behind the cursor, not on it", "gate=block", 99, false, 199},
	    {"before it", "gate=block", 99, true, -1},
	    {"the previous one", "gate=block", 250, true, 199},
	    {"far away", "id=2900", 5, false, 2899},
	    {"far away again", "id=2900", 6, false, 2899},
	    {"far back", "id=3", 2999, true, 2},
	    {"exactly at the end of what is near", "id=1025", 0, false, 1024},
	    {"one behind it", "id=1026", 0, false, 1025},
	    {"the last row", "id=3000", 2998, false, 2999},
	    {"nothing behind the last", "id=3000", 2999, false, -1},
	    {"from behind the end", "id=3000", 9999, true, 2999},
	    {"no wrapping around", "id=1", 2, false, -1},
	    {"nowhere", "name~zebra", 0, false, -1},
	    {"nowhere back", "name~zebra", 3000, true, -1},
	};
	(void)state;
	rig_open(3000);
	uint64_t number = list("", "", 3000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t at = find(number, cases[i].where, cases[i].from, cases[i].back);
		if (at != cases[i].at)
			fail_msg("%s: %lld", cases[i].what, (long long)at);
	}
	/* what was found before is forgotten when a decision changes it */
	assert_int_equal(find(number, "decision=hold", 0, false), -1);
	struct msg m = decide("hold", 2500, "wait");
	msg_done(&m);
	assert_int_equal(find(number, "decision=hold", 0, false), 2499);
	refused(MSG_UI_FIND,
	    json_pack("{s:I, s:s, s:i, s:b}", "list", (json_int_t)number, "where", "", "from",
		0, "back", 0),
	    "field is missing");
	rig_close();
}

/* --- deciding -------------------------------------------------------------------------------
 */

static void
only_the_holder_decides_and_only_in_review(void **state)
{
	(void)state;
	rig_open(3);
	uint64_t number = list("", "", 3);
	struct msg m = bulk(number, "reject");
	MEM_FREE char *set = mem_strdup(msg_str(&m, "set"));
	msg_done(&m);
	snprintf(rig.transfer.holder, sizeof(rig.transfer.holder), "paula");
	refused(MSG_UI_DECIDE, decision("hold", 1, ""), "paula has this transfer");
	refused(MSG_UI_DECIDE, decision("hold", 1, ""), "take it over first");
	refused(MSG_UI_UNDO, undo(false), "take it over first");
	refused(MSG_UI_BULK,
	    json_pack("{s:I, s:s}", "list", (json_int_t)number, "decision", "reject"),
	    "take it over first");
	refused(MSG_UI_BULK_DO, confirm(set, 3, ""), "take it over first");
	snprintf(rig.transfer.holder, sizeof(rig.transfer.holder), "otto");
	rig.transfer.facts.state = TRANSFER_SUBMITTED;
	refused(MSG_UI_DECIDE, decision("hold", 1, ""), "not in this state");
	refused(MSG_UI_BULK_DO, confirm(set, 3, ""), "not in this state");
	refused(MSG_UI_UNDO, undo(true), "not in this state");
	m = page(number, 0, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(row_text(&m, i, "decision"), "none");
	msg_done(&m);
	rig_close();
}

static void
what_cannot_be_decided_is_counted_as_left(void **state)
{
	(void)state;
	rig_open(100);
	struct msg m = decide("approve", 100, "please");
	assert_int_equal(msg_uint(&m, "count"), 0);
	assert_int_equal(msg_uint(&m, "skipped"), 1);
	msg_done(&m);
	m = decide("approve", 5000, ""); /* there is none */
	assert_int_equal(msg_uint(&m, "count"), 0);
	assert_int_equal(msg_uint(&m, "skipped"), 0);
	msg_done(&m);
	m = decide("approve", (1ull << 32) + 1, ""); /* and this is not item 1 */
	assert_int_equal(msg_uint(&m, "count"), 0);
	assert_int_equal(counted(&m, "approve"), 0);
	msg_done(&m);
	refused(MSG_UI_DECIDE, decision("perhaps", 1, ""), "a decision is");
	m = ask(MSG_UI_DECIDE, json_pack("{s:s, s:s, s:s, s:s}", "transfer", TRANSFER,
				   "decision", "approve", "reason", "", "where", "id<=20"));
	assert_int_equal(msg_uint(&m, "count"), 18); /* 10 and 20 want a reason */
	assert_int_equal(msg_uint(&m, "skipped"), 2);
	msg_done(&m);
	m = ask(MSG_UI_DECIDE, json_pack("{s:s, s:s, s:s, s:b}", "transfer", TRANSFER,
				   "decision", "approve", "reason", "", "proposed", 1));
	assert_int_equal(msg_uint(&m, "count"), 72);
	assert_int_equal(msg_uint(&m, "skipped"), 9);
	assert_int_equal(counted(&m, "undo"), 2);
	msg_done(&m);
	rig_close();
}

static void
a_bulk_decision_does_what_was_shown_and_nothing_else(void **state)
{
	static const char zeros[] =
	    "0000000000000000000000000000000000000000000000000000000000000000";
	(void)state;
	rig_open(100);
	refused(MSG_UI_BULK_DO, confirm(zeros, 0, ""), "not the bulk decision");
	struct msg m = decide("hold", 1, "wait");
	msg_done(&m);
	m = decide("approve", 2, "");
	msg_done(&m);
	uint64_t number = list("", "", 100);
	m = bulk(number, "approve");
	assert_int_equal(m.id, MSG_DESK_BULK);
	assert_int_equal(msg_uint(&m, "total"), 100);
	assert_int_equal(msg_uint(&m, "change"), 98);
	assert_int_equal(msg_uint(&m, "same"), 1);
	assert_int_equal(msg_uint(&m, "blocked"), 1);
	assert_int_equal(msg_uint(&m, "other"), 0);
	assert_int_equal(msg_uint(&m, "reasons"), 9);
	assert_int_equal(msg_uint(&m, "largest_bytes"), 99);
	assert_string_equal(msg_str(&m, "largest"), "file-000099");
	assert_int_equal(json_array_size(json_object_get(m.body, "sample")), 5);
	const json_t *before = json_object_get(m.body, "before");
	assert_int_equal(json_integer_value(json_object_get(before, "hold")), 1);
	assert_int_equal(json_integer_value(json_object_get(before, "none")), 97);
	MEM_FREE char *set = mem_strdup(msg_str(&m, "set"));
	msg_done(&m);
	/* the same question has the same answer, another decision another set */
	m = bulk(number, "reject");
	assert_string_not_equal(msg_str(&m, "set"), set);
	msg_done(&m);
	refused(MSG_UI_BULK_DO, confirm(set, 98, "all"), "not the bulk decision");
	m = bulk(number, "approve");
	assert_string_equal(msg_str(&m, "set"), set);
	msg_done(&m);
	refused(MSG_UI_BULK_DO, confirm(set, 97, "all"), "the number");
	refused(MSG_UI_BULK_DO, confirm(set, 98, ""), "reason for 9");
	/* a decision made meanwhile does not change which items it is about */
	m = decide("none", 2, "");
	msg_done(&m);
	m = ask(MSG_UI_BULK_DO, confirm(set, 98, "all"));
	assert_int_equal(m.id, MSG_DESK_DONE);
	assert_int_equal(msg_uint(&m, "count"), 98);
	assert_int_equal(counted(&m, "approve"), 98);
	assert_int_equal(counted(&m, "undecided"), 1); /* item 2 */
	msg_done(&m);
	refused(MSG_UI_BULK_DO, confirm(set, 98, "all"), "not the bulk decision");
	m = ask(MSG_UI_UNDO, undo(false));
	assert_string_equal(msg_str(&m, "text"), "approval of 98 items taken back");
	assert_int_equal(counted(&m, "approve"), 0);
	assert_int_equal(counted(&m, "hold"), 1);
	msg_done(&m);
	rig_close();
}

/* Another terminal of the same officer, or one who had the transfer in between. */
static void
a_bulk_decision_does_not_undo_what_was_decided_since_it_was_shown(void **state)
{
	(void)state;
	rig_open(100);
	uint64_t number = list("id<=9", "", 9);
	struct msg m = bulk(number, "approve");
	MEM_FREE char *set = mem_strdup(msg_str(&m, "set"));
	msg_done(&m);
	m = decide("reject", 5, "looks wrong");
	msg_done(&m);
	refused(MSG_UI_BULK_DO, confirm(set, 9, ""), "decided otherwise since");
	refused(MSG_UI_BULK_DO, confirm(set, 9, ""), "not the bulk decision");
	m = page(number, 4, 1);
	assert_string_equal(row_text(&m, 0, "decision"), "reject");
	msg_done(&m);
	/* shown again it says so, and is as good as before */
	m = bulk(number, "approve");
	assert_int_equal(
	    json_integer_value(json_object_get(json_object_get(m.body, "before"), "reject")),
	    1);
	assert_string_equal(msg_str(&m, "set"), set);
	msg_done(&m);
	m = ask(MSG_UI_BULK_DO, confirm(set, 9, ""));
	assert_int_equal(counted(&m, "approve"), 9);
	msg_done(&m);
	rig_close();
}

static void
a_blank_reason_is_none(void **state)
{
	static const char *const blanks[] = {"", " ", " \t \n"};
	(void)state;
	rig_open(10);
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		struct msg m = decide("approve", 10, blanks[i]);
		assert_int_equal(msg_uint(&m, "count"), 0);
		msg_done(&m);
	}
	uint64_t number = list("", "", 10);
	struct msg m = bulk(number, "approve");
	MEM_FREE char *set = mem_strdup(msg_str(&m, "set"));
	msg_done(&m);
	refused(MSG_UI_BULK_DO, confirm(set, 10, "  "), "reason for 1");
	rig_close();
}

/* The list is kept while items are judged again: what was found before is no answer. */
static void
a_search_sees_what_was_judged_since(void **state)
{
	(void)state;
	rig_open(3000);
	uint64_t number = list("", "", 3000);
	assert_int_equal(find(number, "verdict=timeout", 0, false), -1);
	struct work_judged j = {.item = 2500,
	    .place = 2499,
	    .kind = ITEM_FILE,
	    .state = ITEM_READ,
	    .gate = POLICY_BLOCK,
	    .verdict = VERDICT_TIMEOUT,
	    .type = "text",
	    .mime = ""};
	assert_int_equal(work_judged_put(rig.work, &j), ERR_OK);
	assert_int_equal(find(number, "verdict=timeout", 0, false), 2499);
	rig_close();
}

/* Two works never have the same generation: a list may outlive the one it was made of. */
static void
a_search_is_not_answered_from_a_database_that_was_opened_before(void **state)
{
	struct work *a, *b;
	struct work_counts c;
	(void)state;
	assert_int_equal(work_open(":memory:", &a), ERR_OK);
	assert_int_equal(work_open(":memory:", &b), ERR_OK);
	assert_int_not_equal(work_generation(a), work_generation(b));
	assert_int_not_equal(work_facts_generation(a), work_facts_generation(b));
	assert_int_equal(work_counts(a, &c), ERR_OK);
	assert_int_equal(work_counts(b, &c), ERR_OK);
	assert_int_not_equal(work_generation(a), work_generation(b));
	work_close(a);
	work_close(b);
}

static void
only_the_inventory_of_what_stands_is_submitted(void **state)
{
	static const char digest[] =
	    "1111111111111111111111111111111111111111111111111111111111111111";
	struct shown shown = {.generation = 0};
	(void)state;
	rig_open(3);
	json_t *data = json_pack("{s:{s:s}}", "inventory", "sha256", digest);
	json_t *other = json_pack("{s:{s:s}}", "inventory", "sha256", "22");
	json_t *none = json_object();
	assert_non_null(shown_refuse(&shown, TRANSFER, data, rig.work));
	struct msg m = decide("approve", 1, "");
	msg_done(&m);
	shown_put(&shown, TRANSFER, digest, rig.work);
	assert_null(shown_refuse(&shown, TRANSFER, data, rig.work));
	assert_non_null(shown_refuse(&shown, "X1-000002", data, rig.work));
	assert_non_null(shown_refuse(&shown, TRANSFER, other, rig.work));
	assert_non_null(shown_refuse(&shown, TRANSFER, none, rig.work));
	list("decision=none", "severity", 2); /* looking changes nothing */
	assert_null(shown_refuse(&shown, TRANSFER, data, rig.work));
	/* nor when sealing has just composed anew what is inside */
	assert_int_equal(work_findings_clear_items(rig.work), ERR_OK);
	shown_put(&shown, TRANSFER, digest, rig.work);
	list("decision=none", "severity", 2);
	assert_null(shown_refuse(&shown, TRANSFER, data, rig.work));
	m = decide("reject", 1, "");
	msg_done(&m);
	assert_non_null(shown_refuse(&shown, TRANSFER, data, rig.work));
	json_decref(data);
	json_decref(other);
	json_decref(none);
	rig_close();
}

static void
a_bulk_decision_about_nothing_changes_nothing(void **state)
{
	(void)state;
	rig_open(3);
	uint64_t number = list("size>1G", "", 0);
	struct msg m = bulk(number, "hold");
	assert_int_equal(msg_uint(&m, "change"), 0);
	assert_string_equal(msg_str(&m, "largest"), "");
	MEM_FREE char *set = mem_strdup(msg_str(&m, "set"));
	msg_done(&m);
	m = ask(MSG_UI_BULK_DO, confirm(set, 0, ""));
	assert_int_equal(m.id, MSG_DESK_DONE);
	assert_int_equal(counted(&m, "undo"), 0);
	msg_done(&m);
	rig_close();
}

static void
steps_are_taken_back_and_made_again_in_words(void **state)
{
	(void)state;
	rig_open(3);
	refused(MSG_UI_UNDO, undo(false), "no decision to take back");
	refused(MSG_UI_UNDO, undo(true), "nothing was taken back");
	struct msg m = decide("reject", 2, "no");
	msg_done(&m);
	m = ask(MSG_UI_UNDO, undo(false));
	assert_int_equal(m.id, MSG_DESK_DONE);
	assert_int_equal(msg_uint(&m, "item"), 2);
	assert_int_equal(msg_uint(&m, "count"), 1);
	assert_string_equal(msg_str(&m, "text"), "rejection of item 2 taken back");
	assert_int_equal(counted(&m, "redo"), 1);
	msg_done(&m);
	m = ask(MSG_UI_UNDO, undo(true));
	assert_string_equal(msg_str(&m, "text"), "rejection of item 2 made again");
	assert_int_equal(counted(&m, "reject"), 1);
	msg_done(&m);
	draft_settle(NULL, TRANSFER);
	refused(MSG_UI_UNDO, undo(false), "until the transfer is submitted");
	rig_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_read_page_by_page),
	    cmocka_unit_test(decided_rows_stay_where_they_are),
	    cmocka_unit_test(a_terminal_keeps_two_lists),
	    cmocka_unit_test(a_mistake_in_a_limit_is_pointed_at),
	    cmocka_unit_test(the_longest_row_fits_a_message),
	    cmocka_unit_test(searching_goes_near_and_far_and_never_around),
	    cmocka_unit_test(only_the_holder_decides_and_only_in_review),
	    cmocka_unit_test(what_cannot_be_decided_is_counted_as_left),
	    cmocka_unit_test(a_bulk_decision_does_what_was_shown_and_nothing_else),
	    cmocka_unit_test(a_bulk_decision_does_not_undo_what_was_decided_since_it_was_shown),
	    cmocka_unit_test(a_blank_reason_is_none),
	    cmocka_unit_test(a_search_sees_what_was_judged_since),
	    cmocka_unit_test(a_search_is_not_answered_from_a_database_that_was_opened_before),
	    cmocka_unit_test(only_the_inventory_of_what_stands_is_submitted),
	    cmocka_unit_test(a_bulk_decision_about_nothing_changes_nothing),
	    cmocka_unit_test(steps_are_taken_back_and_made_again_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
