/* SPDX-License-Identifier: ISC */
#include "tests/screens/peer.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "tests/screens/peer_list.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_ENTRIES 64

struct peer_script {
	enum msg_id answer; /* MSG_NONE: none */
	json_t *body;
};

struct peer {
	pthread_t thread;
	pthread_mutex_t lock;
	int wake; /* eventfd */
	bool stop, hold;
	struct channel *channel; /* the desk's end, or NULL */
	struct maker *maker;
	struct buf authority; /* the log as a list */
	uint64_t authority_size;
	struct buf record; /* the entries of one transfer */
	uint64_t record_size;
	int64_t clock_s;
	struct peer_list list;
	struct peer_script script[MSG__MAX];
	uint64_t taken, entries;
	enum msg_id unknown;
};

/* --- answers ---------------------------------------------------------------------------- */

static void
peer_send(struct peer *p, enum msg_id id, json_t *body)
{
	channel_send_wait(p->channel, id, body, -1);
}

static void
peer_send_bytes(struct peer *p, enum msg_id id, json_t *body, const void *bytes, size_t n)
{
	MEM_CLOSE int fd = -1;
	if (io_memfd("peer", bytes, n, &fd) == ERR_OK)
		channel_send_wait(p->channel, id, body, fd);
	else
		json_decref(body);
}

static void
peer_refuse(struct peer *p, const char *why)
{
	peer_send(p, MSG_DESK_REFUSED,
	    json_pack(
		"{s:i, s:s, s:s}", "status", 1, "why", why, "next", "look at the script"));
}

static void
peer_on_nonce(struct peer *p, struct msg *m)
{
	(void)m;
	peer_send(
	    p, MSG_DESK_NONCE, json_pack("{s:s, s:i}", "nonce", ENTRY_ZEROS, "refused", 0));
}

static void
peer_on_prepare(struct peer *p, struct msg *m)
{
	enum transfer_log log =
	    strcmp(msg_str(m, "log"), "authority") == 0 ? LOG_AUTHORITY : LOG_CUSTODY;
	peer_send(
	    p, MSG_DESK_PREPARED, custody_prepare(p->maker->custody, log, msg_str(m, "subj")));
}

static void
peer_on_done(struct peer *p, struct msg *m)
{
	(void)m;
	peer_send(p, MSG_DESK_DONE, json_object());
}

static void
peer_on_export(struct peer *p, struct msg *m)
{
	(void)m;
	peer_send_bytes(p, MSG_DESK_EXPORT,
	    json_pack("{s:s, s:s, s:I, s:s}", "origin", "site7/authority", "vkey", "", "count",
		(json_int_t)p->authority_size, "checkpoint", ""),
	    p->authority.data, p->authority.len);
}

static void
peer_on_seal(struct peer *p, struct msg *m)
{
	struct buf out;
	uint8_t digest[DIGEST_SIZE];
	char policy[HEX_DIGEST_SIZE], inventory[HEX_DIGEST_SIZE];
	(void)m;
	digest_sha256(fixture_policy(), strlen(fixture_policy()), digest);
	hex_encode(digest, sizeof(digest), policy);
	buf_init(&out, 1 << 24);
	fixture_seal(p->list.fixture, policy, &out);
	digest_sha256(out.data, out.len, digest);
	hex_encode(digest, sizeof(digest), inventory);
	peer_send_bytes(p, MSG_DESK_SEALED,
	    json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:[]}", "inventory", inventory,
		"findings", ENTRY_ZEROS, "policy", policy, "scan", ENTRY_ZEROS, "items",
		(json_int_t)fixture_count(p->list.fixture), "dest",
		"transfers/" FIXTURE_TRANSFER, "fields"),
	    out.data, out.len);
	buf_done(&out);
}

static void
peer_on_get(struct peer *p, struct msg *m)
{
	const char *text = fixture_policy();
	peer_send_bytes(p, MSG_DESK_DOC,
	    json_pack("{s:s, s:I}", "sha256", msg_str(m, "sha256"), "bytes",
		(json_int_t)strlen(text)),
	    text, strlen(text));
}

static void
peer_on_timeline(struct peer *p, struct msg *m)
{
	(void)m;
	peer_send_bytes(p, MSG_DESK_TIMELINE,
	    json_pack("{s:I}", "count", (json_int_t)p->record_size), p->record.data,
	    p->record.len);
}

static void
peer_on_list(struct peer *p, struct msg *m)
{
	json_t *body;
	enum msg_id answer = peer_list_answer(&p->list, m, &body);
	peer_send(p, answer, body);
}

static const struct {
	enum msg_id request;
	void (*fn)(struct peer *, struct msg *);
} peer_rows[] = {
    {MSG_UI_NONCE, peer_on_nonce},
    {MSG_UI_PREPARE, peer_on_prepare},
    {MSG_UI_SIGNIN, peer_on_done},
    {MSG_UI_FAILED, peer_on_done},
    {MSG_UI_EXPORT, peer_on_export},
    {MSG_UI_SEAL, peer_on_seal},
    {MSG_UI_GET, peer_on_get},
    {MSG_UI_TIMELINE, peer_on_timeline},
    {MSG_UI_LIST, peer_on_list},
    {MSG_UI_PAGE, peer_on_list},
    {MSG_UI_FIND, peer_on_list},
    {MSG_UI_ITEM, peer_on_list},
    {MSG_UI_DECIDE, peer_on_list},
};

static void
peer_take(struct peer *p, struct msg *m)
{
	const struct peer_script *s = &p->script[m->id];
	p->taken++;
	p->entries += m->id == MSG_UI_ENTRY;
	if (s->answer != MSG_NONE) {
		peer_send(p, s->answer, json_deep_copy(s->body));
		return;
	}
	for (size_t i = 0; i < sizeof(peer_rows) / sizeof(peer_rows[0]); i++)
		if (peer_rows[i].request == m->id) {
			peer_rows[i].fn(p, m);
			return;
		}
	p->unknown = m->id;
	peer_refuse(p, "nobody told the desk what to answer");
}

/* --- the thread --------------------------------------------------------------------------- */

static void
peer_serve(struct peer *p)
{
	struct msg m;
	enum err e = ERR_AGAIN;
	while (p->channel != NULL && !p->hold && (e = channel_recv(p->channel, &m)) == ERR_OK) {
		peer_take(p, &m);
		msg_done(&m);
	}
	if (p->channel != NULL && !p->hold && e != ERR_AGAIN)
		p->channel = channel_free(p->channel);
}

static void *
peer_run(void *arg)
{
	struct peer *p = arg;
	uint64_t n;
	for (bool stop = false; !stop;) {
		pthread_mutex_lock(&p->lock);
		peer_serve(p);
		stop = p->stop;
		struct pollfd fds[] = {{.fd = p->wake, .events = POLLIN},
		    {.fd = p->channel != NULL && !p->hold ? channel_fd(p->channel) : -1,
			.events = POLLIN}};
		pthread_mutex_unlock(&p->lock);
		if (!stop && poll(fds, 2, -1) > 0 && fds[0].revents != 0 &&
		    read(p->wake, &n, sizeof(n)) < 0)
			break;
	}
	return NULL;
}

static void
peer_wake(struct peer *p)
{
	uint64_t one = 1;
	if (write(p->wake, &one, sizeof(one)) < 0)
		abort();
}

/* --- for the player -------------------------------------------------------------------------
 */

static void
peer_taken_entry(void *arg, enum transfer_log log, const void *entry, size_t n,
    const void *note, size_t note_len)
{
	struct peer *p = arg;
	(void)note;
	(void)note_len;
	struct buf *list = log == LOG_AUTHORITY ? &p->authority : &p->record;
	entry_list_add(list, entry, n);
	p->authority_size += log == LOG_AUTHORITY;
	p->record_size += log == LOG_CUSTODY;
	clock_set_wall_s(p->clock_s += 420);
}

/* A transfer from its beginning to its end: nine entries. */
static void
peer_make_record(struct peer *p)
{
	char subj[80];
	buf_done(&p->record);
	p->record_size = 0;
	maker_transfer(p->maker, MAKER_CLOSED, 3, subj);
	clock_set_wall_s(-1);
}

static json_t *
peer_admin(struct peer *p, const char *id)
{
	const struct maker_person *one = maker_find(p->maker, id);
	return json_pack("{s:s, s:s, s:s}", "id", id, "key", one->line, "name", one->name);
}

void
peer_people(struct peer *p)
{
	struct maker *m = p->maker;
	struct maker_person *root = maker_find(m, "root1"), anna = *maker_find(m, "anna");
	char leaf[HEX_DIGEST_SIZE];
	struct custody_proposal act;
	if (custody_threshold(m->custody) > 1)
		return; /* an earlier script wanted them */
	pthread_mutex_lock(&p->lock);
	clock_set_wall_s(p->clock_s);
	maker_add(m, LOG_AUTHORITY, "role.grant", "person:ben", root,
	    json_pack("{s:s, s:s, s:s, s:[s]}", "basis", "letter 17 of the data office",
		"expires", "2199-12-31", "id", "ben", "roles", "auditor"));
	struct maker_person *dora = maker_person(m, "dora", "Dora Lind", "officer");
	maker_add(m, LOG_AUTHORITY, "officer.enroll", "person:dora", root,
	    maker_enroll_data(m, dora, json_pack("[s]", "officer")));
	maker_add(m, LOG_AUTHORITY, "officer.suspend", "person:dora", root,
	    json_pack("{s:s, s:s}", "id", "dora", "reason", "on leave until further notice"));
	maker_add(m, LOG_AUTHORITY, "admin.set", "station", root,
	    json_pack("{s:[o, o, o], s:i}", "admins", peer_admin(p, "root1"),
		peer_admin(p, "anna"), peer_admin(p, "ben"), "threshold", 2));
	custody_pending_at(m->custody, 0, &act);
	if (strcmp(act.type, "ledger.genesis") == 0)
		custody_pending_at(m->custody, 1, &act);
	snprintf(leaf, sizeof(leaf), "%s", act.leaf);
	snprintf(anna.role, sizeof(anna.role), "admin");
	maker_add(m, LOG_AUTHORITY, "authority.endorse", "station", &anna,
	    json_pack("{s:s}", "leaf", leaf));
	maker_add(m, LOG_AUTHORITY, "officer.resume", "person:dora", root,
	    json_pack("{s:s, s:s}", "id", "dora", "reason", "back and well"));
	maker_add(m, LOG_AUTHORITY, "key.revoke", "person:anna", root,
	    json_pack("{s:s, s:s, s:s, s:i}", "id", "anna", "key", anna.key, "reason",
		"compromised", "suspect_from", 4));
	clock_set_wall_s(-1);
	pthread_mutex_unlock(&p->lock);
}

struct peer *
peer_new(void)
{
	struct peer *p = mem_alloc(sizeof(*p));
	buf_init(&p->authority, 1 << 24);
	buf_init(&p->record, 1 << 24);
	clock_parse("2026-11-22T09:00:00Z", &p->clock_s);
	clock_set_wall_s(p->clock_s);
	/* a demo's keys are quick to unseal */
	p->maker = maker_new_with("demo", 1, 1, ENTRY_ZEROS, peer_taken_entry, NULL, p);
	maker_settle(p->maker);
	peer_make_record(p);
	p->list.fixture = fixture_new();
	p->wake = eventfd(0, EFD_CLOEXEC);
	pthread_mutex_init(&p->lock, NULL);
	if (p->wake < 0 || pthread_create(&p->thread, NULL, peer_run, p) != 0)
		abort();
	return p;
}

static void
peer_clear(struct peer *p)
{
	for (unsigned i = 0; i < MSG__MAX; i++) {
		json_decref(p->script[i].body);
		p->script[i] = (struct peer_script){MSG_NONE, NULL};
	}
}

void
peer_free(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_mutex_unlock(&p->lock);
	peer_wake(p);
	pthread_join(p->thread, NULL);
	pthread_mutex_destroy(&p->lock);
	peer_clear(p);
	channel_free(p->channel);
	fixture_free(p->list.fixture);
	maker_free(p->maker);
	buf_done(&p->authority);
	buf_done(&p->record);
	close(p->wake);
	free(p);
}

struct maker *
peer_maker(struct peer *p)
{
	return p->maker;
}

int
peer_connect(struct peer *p)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	pthread_mutex_lock(&p->lock);
	channel_free(p->channel);
	p->channel = channel_new(pair[1], ROLE_DESK, ROLE_UI);
	channel_set_phase(p->channel, PH_SIGNED);
	p->hold = false;
	pthread_mutex_unlock(&p->lock);
	peer_wake(p);
	return pair[0];
}

void
peer_down(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->channel = channel_free(p->channel);
	pthread_mutex_unlock(&p->lock);
	peer_wake(p);
}

void
peer_hold(struct peer *p, bool hold)
{
	pthread_mutex_lock(&p->lock);
	p->hold = hold;
	pthread_mutex_unlock(&p->lock);
	peer_wake(p);
}

bool
peer_answer(
    struct peer *p, enum msg_id request, enum msg_id answer, json_t *body, const char **ret_why)
{
	if (answer != MSG_NONE && message_check(answer, body, ret_why) != ERR_OK) {
		json_decref(body);
		return false;
	}
	pthread_mutex_lock(&p->lock);
	json_decref(p->script[request].body);
	p->script[request] = (struct peer_script){answer, body};
	pthread_mutex_unlock(&p->lock);
	return true;
}

bool
peer_news(struct peer *p, enum msg_id id, json_t *body, const char **ret_why)
{
	if (message_check(id, body, ret_why) != ERR_OK) {
		json_decref(body);
		return false;
	}
	pthread_mutex_lock(&p->lock);
	if (p->channel != NULL)
		peer_send(p, id, body);
	else
		json_decref(body);
	pthread_mutex_unlock(&p->lock);
	return true;
}

void
peer_reset(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->channel = channel_free(p->channel); /* with what was not read */
	peer_clear(p);
	fixture_free(p->list.fixture);
	p->list = (struct peer_list){.fixture = fixture_new()};
	p->unknown = MSG_NONE;
	p->hold = false;
	pthread_mutex_unlock(&p->lock);
}

uint64_t
peer_taken(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	uint64_t n = p->taken;
	pthread_mutex_unlock(&p->lock);
	return n;
}

uint64_t
peer_entries(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	uint64_t n = p->entries;
	pthread_mutex_unlock(&p->lock);
	return n;
}

const char *
peer_unknown(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	enum msg_id id = p->unknown;
	p->unknown = MSG_NONE;
	pthread_mutex_unlock(&p->lock);
	return id != MSG_NONE ? message_row(id)->name : NULL;
}
