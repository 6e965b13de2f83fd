/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/anchor.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/cosign.h"
#include "src/core/policy.h"
#include "src/core/sixwords.h"
#include "src/core/tlog.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/deliver.h"

#include <stdio.h>
#include <string.h>

#define ANCHOR_NEXT_EPOCH \
	"keep this disk and every anchor, and call an administrator: the record was put back"

/* What the stager says of the share. */
struct anchor_seen {
	bool any, agrees, anchors;
	uint64_t size;
	char root[HEX_DIGEST_SIZE];
};

static json_t *
anchor_data(const char *kind, const char *officer, uint64_t size, const char *root)
{
	return json_pack("{s:s, s:s, s:s, s:I}", "kind", kind, "officer", officer, "root", root,
	    "size", (json_int_t)size);
}

/* The root of the record at this size. */
static void
anchor_root(const struct desk *d, uint64_t size, char ret[HEX_DIGEST_SIZE])
{
	hex_encode(custody_root(d->custody, LOG_CUSTODY, size), 32, ret);
}

/* --- the share ---------------------------------------------------------------------- */

static enum err
anchor_call(struct desk *d, bool put, struct anchor_seen *ret, char why[BOOK_WHY_SIZE])
{
	static const enum msg_id answers[] = {MSG_STAGE_ANCHORED, MSG_NONE};
	struct msg m;
	if (d->deliveries != NULL)
		return err_say(ERR_AGAIN, why, BOOK_WHY_SIZE,
		    "a release is under way; ask again when it has ended");
	if (channel_call(d->stager, MSG_STAGE_ANCHOR, json_pack("{s:b}", "put", (int)put), -1,
		answers, &m) != ERR_OK)
		log_fatal("the stager does not answer");
	bool ok = msg_bool(&m, "ok");
	snprintf(why, BOOK_WHY_SIZE, "%s", msg_str(&m, "why"));
	*ret = (struct anchor_seen){.any = msg_bool(&m, "any"),
	    .agrees = msg_bool(&m, "agrees"),
	    .anchors = msg_bool(&m, "anchors"),
	    .size = msg_uint(&m, "size")};
	snprintf(ret->root, sizeof(ret->root), "%s", msg_str(&m, "root"));
	msg_done(&m);
	return ok ? ERR_OK : ERR_DENIED;
}

/* Records that an anchor does not agree: once for each start. */
static void
anchor_mismatch(
    struct desk *d, const char *kind, uint64_t size, const char *root, const char *text)
{
	char why[BOOK_WHY_SIZE];
	log_warn("an anchor does not agree with the record: %s", text);
	if (book_event(d, "restore.detected", "station",
		json_pack("{s:s, s:s, s:I, s:s}", "kind", kind, "root", root, "size",
		    (json_int_t)size, "why", text),
		why) != ERR_OK)
		log_warn("restore.detected could not be recorded: %s", why);
}

/* The station against the share; put: and then the newest goes there. */
static enum err
anchor_share(struct desk *d, const char *officer, bool put, struct anchor_seen *seen,
    char why[BOOK_WHY_SIZE])
{
	enum err e = anchor_call(d, put, seen, why);
	if (e != ERR_OK || !seen->any)
		return e;
	if (!seen->agrees) {
		snprintf(why, BOOK_WHY_SIZE,
		    "the share has a checkpoint of %ju entries, signed by this station's log, "
		    "that "
		    "is not in this record of %ju",
		    (uintmax_t)seen->size, (uintmax_t)custody_size(d->custody, LOG_CUSTODY));
		anchor_mismatch(d, "share", seen->size, seen->root, why);
		return ERR_DENIED;
	}
	if (!put && !seen->anchors)
		return ERR_OK;
	return book_event(d, put ? "anchor.out" : "anchor.in", "station",
	    anchor_data("share", officer, seen->size, seen->root), why);
}

void
anchor_begin(struct desk *d, const char *officer)
{
	char why[BOOK_WHY_SIZE] = "";
	struct anchor_seen seen;
	const struct custody_person *p = custody_person_find(d->custody, officer);
	if (d->anchored || p == NULL || (p->roles & CUSTODY_OFFICER) == 0)
		return;
	enum err e = anchor_share(d, officer, false, &seen, why);
	d->anchored = e == ERR_OK || custody_restored(d->custody, NULL);
	if (e != ERR_OK)
		log_warn("the station could not be held against the share: %s", why);
}

/* --- what stands against work ---------------------------------------------------------- */

/* Whether the policy in force asks for the words, they were not given, and there are some. */
static bool
anchor_wants_words(struct desk *d)
{
	const char *digest = custody_policy(d->custody);
	struct policy *policy;
	char why[BOOK_WHY_SIZE];
	if (d->words_given || custody_anchor_last(d->custody, CUSTODY_PAPER) == NULL ||
	    digest[0] == '\0' || book_policy(d, digest, &policy, why) != ERR_OK)
		return false;
	bool wants = policy->anchor_words;
	policy_free(policy);
	return wants;
}

const char *
anchor_bar(struct desk *d, const char **ret_next)
{
	static char text[CUSTODY_WHY_SIZE + 64];
	char why[CUSTODY_WHY_SIZE];
	if (custody_restored(d->custody, why)) {
		snprintf(
		    text, sizeof(text), "an anchor does not agree with this record: %s", why);
		*ret_next = ANCHOR_NEXT_EPOCH;
		return text;
	}
	*ret_next = NEXT_WORDS;
	return anchor_wants_words(d)
	           ? "the words of the newest anchor on paper were not typed since the start"
	           : NULL;
}

bool
anchor_witnessed(struct desk *d, const struct custody_transfer *t, char why[256])
{
	struct policy *policy;
	char detail[BOOK_WHY_SIZE];
	if (book_policy(d, t->policy, &policy, detail) != ERR_OK)
		return true; /* the stager says what is wrong */
	unsigned quorum = policy->witness_quorum;
	policy_free(policy);
	uint64_t size = quorum > 0 ? custody_cosigned(d->custody, quorum) : UINT64_MAX;
	const uint64_t base = custody_epoch_now(d->custody)->base;
	for (size_t i = 0; i < t->approvals_count; i++)
		if (t->approvals[i].seq - base >= size) {
			snprintf(why, 256,
			    "the policy asks that %u witnesses have cosigned all its "
			    "approvals",
			    quorum);
			return false;
		}
	return true;
}

/* --- out -------------------------------------------------------------------------------- */

/* The newest checkpoint; the caller frees. */
static enum err
anchor_checkpoint(struct desk *d, struct note_checkpoint *ret, char **ret_note)
{
	struct note_vkey key;
	struct msg m;
	enum err e = book_read(d, "custody", custody_places(d->custody, LOG_CUSTODY), &m);
	if (e != ERR_OK)
		return e;
	*ret_note = mem_strdup(msg_str(&m, "checkpoint"));
	msg_done(&m);
	e = note_vkey_parse(custody_vkey(d->custody, LOG_CUSTODY), &key);
	if (e == ERR_OK)
		e = note_checkpoint_open(*ret_note, strlen(*ret_note), &key, ret);
	if (e == ERR_OK &&
	    (ret->size != custody_size(d->custody, LOG_CUSTODY) ||
		memcmp(ret->root, custody_root(d->custody, LOG_CUSTODY, ret->size), 32) != 0))
		e = ERR_SIGNATURE;
	if (e != ERR_OK)
		free(*ret_note);
	return e;
}

/* What a witness of this name is asked: from the size it cosigned last. */
static enum err
anchor_request(struct desk *d, const char *name, const char *note, struct buf *out,
    char why[BOOK_WHY_SIZE])
{
	struct tlog_request r = {.checkpoint = note, .checkpoint_len = strlen(note)};
	const struct custody_witness *w = NULL;
	for (size_t i = 0; (w = custody_witness_at(d->custody, i)) != NULL; i++)
		if (strcmp(w->name, name) == 0)
			break;
	if (w == NULL)
		return err_say(ERR_NOTFOUND, why, BOOK_WHY_SIZE,
		    "the station has no witness of this name");
	r.old = w->size;
	enum err e = r.old > 0 ? merkle_consistency(custody_leaves(d->custody, LOG_CUSTODY),
				     r.old, custody_size(d->custody, LOG_CUSTODY), &r.proof)
	                       : ERR_OK;
	return e == ERR_OK ? tlog_request_print(&r, out) : e;
}

/* Records it, and hands over the bytes. */
static void
anchor_give(struct session *s, const char *kind, const struct note_checkpoint *c,
    const void *bytes, size_t n)
{
	char root[HEX_DIGEST_SIZE], why[BOOK_WHY_SIZE];
	MEM_CLOSE int fd = -1;
	anchor_root(s->desk, c->size, root);
	enum err e = io_memfd("anchor", bytes, n, &fd);
	snprintf(why, sizeof(why), "there is no memory for it");
	if (e == ERR_OK)
		e = book_event(s->desk, "anchor.out", "station",
		    anchor_data(kind, s->officer, c->size, root), why);
	if (e != ERR_OK) {
		session_fail(s, e, why, "nothing was given out");
		return;
	}
	if (strcmp(kind, "paper") == 0)
		s->desk->words_given = true;
	channel_send(s->channel, MSG_DESK_ANCHOR,
	    json_pack("{s:s, s:I}", "root", root, "size", (json_int_t)c->size), fd);
}

static void
anchor_out_share(struct session *s)
{
	char why[BOOK_WHY_SIZE];
	struct anchor_seen seen;
	enum err e = anchor_share(s->desk, s->officer, true, &seen, why);
	if (e == ERR_OK)
		session_done(s, json_pack("{s:I, s:s}", "count", (json_int_t)seen.size, "text",
				    "anchors/checkpoint"));
	else
		session_fail(s, e, why, "nothing was put on the share");
}

void
anchor_out(struct session *s, struct msg *m)
{
	const char *to = msg_str(m, "to"), *next;
	const char *name = msg_str(m, "witness");
	const char *bar = anchor_bar(s->desk, &next);
	struct note_checkpoint c;
	struct buf out;
	char *note, why[BOOK_WHY_SIZE] = "the newest checkpoint cannot be read";
	if (!session_is_officer(s))
		return;
	if (custody_restored(s->desk->custody, NULL)) {
		session_refuse(s, 1, bar, next);
		return;
	}
	if (strcmp(to, "share") == 0) {
		anchor_out_share(s);
		return;
	}
	enum err e = anchor_checkpoint(s->desk, &c, &note);
	if (e != ERR_OK) {
		session_fail(s, e, why, NEXT_CHECKS);
		return;
	}
	buf_init(&out, LIM_TLOG_BYTES);
	e = name != NULL ? anchor_request(s->desk, name, note, &out, why)
	                 : buf_add_str(&out, note);
	if (e != ERR_OK)
		session_refuse(s, 1, why, NEXT_WITNESSES);
	else
		anchor_give(s, name != NULL ? "witness" : "paper", &c, out.data, out.len);
	buf_done(&out);
	free(note);
}

/* --- in --------------------------------------------------------------------------------- */

/* The words of the paper that was printed last, as this record knows it. */
static bool
anchor_words_fit(const struct desk *d, const char *typed)
{
	const struct custody_anchor *a = custody_anchor_last(d->custody, CUSTODY_PAPER);
	char words[SIXWORDS_SIZE];
	struct buf text;
	if (a == NULL)
		return false;
	buf_init(&text, LIM_NOTE_BYTES);
	note_checkpoint_text(custody_origin(d->custody, LOG_CUSTODY), a->size, a->root, &text);
	sixwords_print(text.data, text.len, words);
	buf_done(&text);
	return strcmp(words, typed) == 0;
}

static void
anchor_in_wrong(struct session *s)
{
	struct desk *d = s->desk;
	if (++d->words_wrong < LIM_ANCHOR_TRIES) {
		session_refuse(s, 1, "these are not the words of the last anchor on paper",
		    "look for the newest page in the paper log, and type its words; after "
		    "three "
		    "tries the record counts as put back");
		return;
	}
	d->words_wrong = 0;
	anchor_mismatch(d, "paper", 0, "",
	    "the words typed from the newest page are not those of this record's last anchor "
	    "on "
	    "paper");
	session_refuse(
	    s, 1, "these are not the words of the last anchor on paper", ANCHOR_NEXT_EPOCH);
}

static void
anchor_in_words(struct session *s, const char *typed)
{
	struct desk *d = s->desk;
	char words[SIXWORDS_SIZE], root[HEX_DIGEST_SIZE], why[BOOK_WHY_SIZE];
	if (!sixwords_parse(typed, words)) {
		session_refuse(s, 2, "these are not six words of the list",
		    "type the six words as they stand on the page; four letters of each are "
		    "enough");
		return;
	}
	if (!anchor_words_fit(d, words)) {
		anchor_in_wrong(s);
		return;
	}
	uint64_t size = custody_anchor_last(d->custody, CUSTODY_PAPER)->size;
	anchor_root(d, size, root);
	enum err e = book_event(
	    d, "anchor.in", "station", anchor_data("paper", s->officer, size, root), why);
	if (e != ERR_OK) {
		session_fail(s, e, why, "nothing was recorded");
		return;
	}
	d->words_wrong = 0;
	d->words_given = true;
	session_done(s, json_pack("{s:I, s:s}", "count", (json_int_t)size, "text", "paper"));
}

void
anchor_in(struct session *s, struct msg *m)
{
	char why[BOOK_WHY_SIZE];
	struct anchor_seen seen;
	if (!session_is_officer(s))
		return;
	if (msg_str(m, "words") != NULL) {
		anchor_in_words(s, msg_str(m, "words"));
		return;
	}
	enum err e = anchor_share(s->desk, s->officer, false, &seen, why);
	if (e != ERR_OK)
		session_fail(s, e, why, ANCHOR_NEXT_EPOCH);
	else
		session_done(s, json_pack("{s:I, s:s}", "count",
				    (json_int_t)(seen.any ? seen.size : 0), "text", "share"));
}

void
anchor_state(struct session *s, struct msg *m)
{
	const struct custody *c = s->desk->custody;
	const struct custody_anchor *a = custody_anchored(c);
	uint64_t size = custody_size(c, LOG_CUSTODY);
	char why[CUSTODY_WHY_SIZE] = "";
	json_t *rows = json_array();
	const struct custody_witness *w;
	(void)m;
	for (size_t i = 0; (w = custody_witness_at(c, i)) != NULL; i++)
		json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:I, s:s}", "name", w->name, "vkey", w->vkey,
			      "size", (json_int_t)w->size, "at", w->at));
	custody_restored(c, why);
	json_t *body = json_pack("{s:I, s:I, s:s, s:s, s:s, s:b, s:o, s:s}", "size",
	    (json_int_t)size, "anchored", (json_int_t)(a != NULL ? a->size : 0), "at",
	    a != NULL ? a->at : "", "kind", a != NULL ? custody_anchor_name(a->kind) : "",
	    "restored", why, "words", (int)anchor_wants_words(s->desk), "witnesses", rows,
	    "vkey", custody_vkey(c, LOG_CUSTODY));
	if (custody_epoch_count(c) > 1)
		json_object_set_new(body, "epochs", custody_epoch_rows(c));
	channel_send(s->channel, MSG_DESK_ANCHORS, body, -1);
}

/* --- witnesses ---------------------------------------------------------------------------- */

/* Records the line if it is this witness's over that checkpoint. */
static enum err
anchor_try_line(struct desk *d, const struct custody_witness *w, const struct custody_anchor *a,
    const char *line, char why[BOOK_WHY_SIZE])
{
	struct note_vkey key;
	struct buf text, whole;
	uint64_t time_s = 0;
	char root[HEX_DIGEST_SIZE];
	buf_init(&text, LIM_NOTE_BYTES);
	buf_init(&whole, LIM_COSIGNATURE_BYTES);
	buf_addf(&whole, "%s\n", line);
	note_checkpoint_text(custody_origin(d->custody, LOG_CUSTODY), a->size, a->root, &text);
	enum err e = cosign_vkey_parse(w->vkey, &key);
	if (e == ERR_OK)
		e = whole.error;
	if (e == ERR_OK)
		e = cosign_check(
		    &key, buf_str(&text), text.len, buf_str(&whole), whole.len, &time_s);
	buf_done(&text);
	buf_done(&whole);
	if (e != ERR_OK)
		return ERR_NOTFOUND;
	hex_encode(a->root, sizeof(a->root), root);
	return book_event(d, "witness.cosig", "station",
	    json_pack("{s:s, s:s, s:I, s:I, s:s}", "line", line, "root", root, "size",
		(json_int_t)a->size, "time", (json_int_t)time_s, "witness", w->name),
	    why);
}

/* What waited for this goes on. */
static void
anchor_release_waiting(struct desk *d)
{
	char why[DELIVER_WHY_SIZE];
	for (size_t i = 0; i < custody_transfer_count(d->custody); i++) {
		const struct custody_transfer *t = custody_transfer_at(d->custody, i);
		if (t->facts.state == TRANSFER_APPROVED &&
		    deliver_start(d, t->id, why) != ERR_OK)
			log_info("release of %s: %s", t->id, why);
	}
}

void
anchor_witness(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	const char *line = msg_str(m, "line");
	char why[BOOK_WHY_SIZE] =
	    "no witness of this station signed this line, over a checkpoint "
	    "that was given out";
	const struct custody_witness *w;
	const struct custody_anchor *a;
	enum err e = ERR_NOTFOUND;
	if (!session_is_officer(s))
		return;
	for (size_t i = 0; e == ERR_NOTFOUND && (w = custody_witness_at(d->custody, i)) != NULL;
	     i++)
		for (size_t k = 0;
		     e == ERR_NOTFOUND && (a = custody_anchor_at(d->custody, k)) != NULL; k++)
			e = anchor_try_line(d, w, a, line, why);
	if (e != ERR_OK) {
		session_refuse(s, e == ERR_IO ? 3 : 1, why, NEXT_WITNESSES);
		return;
	}
	session_done(s, json_object());
	anchor_release_waiting(d);
}
