/* SPDX-License-Identifier: ISC */
#include "tests/ipc/rig.h"

#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the played ledger ---------------------------------------------------------------- */

static void
shop_taken(void *arg, enum transfer_log log, const void *entry, size_t n, const void *note,
    size_t note_len)
{
	struct shop *s = arg;
	uint64_t seq = s->sizes[log]++;
	buf_init(&s->entries[log][seq], LIM_ENTRY_BYTES);
	buf_init(&s->notes[log][seq], LIM_NOTE_BYTES);
	buf_add(&s->entries[log][seq], entry, n);
	buf_add(&s->notes[log][seq], note, note_len);
}

static void
ledger_send_bytes(struct channel *c, enum msg_id id, json_t *body, const void *bytes, size_t n)
{
	int fd;
	if (io_memfd("t", bytes, n, &fd) != ERR_OK ||
	    channel_send_wait(c, id, body, fd) != ERR_OK)
		_exit(1);
	close(fd);
}

static void
ledger_refuse(struct channel *c, const char *why)
{
	channel_send_wait(
	    c, MSG_LEDGER_REFUSED, json_pack("{s:b,s:s}", "fault", 0, "why", why), -1);
}

/* What an officer signs meanwhile. */
static void
ledger_sign(struct shop *s)
{
	struct mischief *mischief = s->mischief;
	const struct custody *c = s->maker->custody;
	const struct custody_transfer *t =
	    custody_transfer_at(c, custody_transfer_count(c) - 1);
	MEM_FREE char *subj = mem_printf("xfer:%s", t->id);
	bool asks = t->recall.proposal.leaf[0] == '\0';
	bool keeps = strcmp(mischief->sign, "xfer.keep") == 0;
	if (mischief->sign[0] == '\0')
		return;
	maker_add(s->maker, LOG_CUSTODY, mischief->sign, subj,
	    maker_find(s->maker, mischief->who),
	    json_pack("{s:s*,s:s*}", "leaf", asks ? NULL : t->recall.proposal.leaf, "reason",
		asks || keeps ? "the wrong one" : NULL));
	mischief->sign[0] = '\0';
}

static void
ledger_read(struct shop *s, struct channel *c, const struct msg *m)
{
	ledger_sign(s);
	bool custody = strcmp(msg_str(m, "log"), "custody") == 0;
	int log = custody ? LOG_CUSTODY : LOG_AUTHORITY;
	uint64_t from = msg_uint(m, "from"), size = s->sizes[log];
	struct buf list;
	if (custody)
		size -= s->mischief->hide;
	buf_init(&list, 1 << 24);
	/* in two goes, as with a ledger longer than one answer */
	uint64_t to = from == 0 && size > 3 ? 3 : size;
	for (uint64_t i = from; i < to; i++)
		entry_list_add(&list, s->entries[log][i].data, s->entries[log][i].len);
	ledger_send_bytes(c, MSG_LEDGER_ENTRIES,
	    json_pack("{s:s,s:s,s:I,s:I,s:I,s:s}", "origin", "x", "vkey", "y", "from",
		(json_int_t)from, "count", (json_int_t)(to > from ? to - from : 0), "size",
		(json_int_t)size, "checkpoint", buf_str(&s->notes[log][size - 1])),
	    list.data, list.len);
	buf_done(&list);
}

static void
ledger_event(struct shop *s, struct channel *c, const struct msg *m)
{
	const char *type = msg_str(m, "type"), *subj = msg_str(m, "subj");
	if (strcmp(s->mischief->refuse, type) == 0) {
		ledger_refuse(c, "not today");
		return;
	}
	json_t *body = maker_body(s->maker, LOG_CUSTODY, type, subj, &s->maker->station,
	    json_deep_copy(json_object_get(m->body, "data")));
	if (maker_put(s->maker, LOG_CUSTODY, body, &s->maker->station) != ERR_OK) {
		ledger_refuse(c, s->maker->why);
		return;
	}
	channel_send_wait(c, MSG_LEDGER_APPENDED,
	    json_pack("{s:s,s:I,s:s}", "log", "custody", "seq",
		(json_int_t)(s->sizes[LOG_CUSTODY] - 1), "leaf", ENTRY_ZEROS),
	    -1);
}

static void
ledger_get(struct shop *s, struct channel *c, const struct msg *m)
{
	for (size_t i = 0; i < MAKER_DOCS; i++) {
		const struct maker_doc *d = &s->maker->docs[i];
		if (d->bytes == NULL || strcmp(d->sha256, msg_str(m, "sha256")) != 0)
			continue;
		uint8_t *copy = mem_dup(d->bytes, d->len);
		if (s->mischief->bad_doc && d->len > 0)
			copy[d->len / 2] ^= 1;
		ledger_send_bytes(c, MSG_LEDGER_DOC,
		    json_pack("{s:s,s:I}", "sha256", d->sha256, "bytes", (json_int_t)d->len),
		    copy, d->len);
		free(copy);
		return;
	}
	ledger_refuse(c, "no such document");
}

static void
ledger_play(struct shop *s, struct channel *c)
{
	struct msg m;
	while (channel_recv_wait(c, &m, -1) == ERR_OK) {
		if (m.id == MSG_LEDGER_READ)
			ledger_read(s, c, &m);
		else if (m.id == MSG_LEDGER_EVENT)
			ledger_event(s, c, &m);
		else
			ledger_get(s, c, &m);
		msg_done(&m);
	}
}

/* --- the played vault ------------------------------------------------------------------- */

static void
vault_want(struct mischief *mischief, struct channel *c, const char *sha256)
{
	char text[32], hex[HEX_DIGEST_SIZE];
	uint8_t digest[DIGEST_SIZE];
	for (int i = 0; i < RIG_FILES; i++) {
		int n = snprintf(text, sizeof(text), "file-%06d.txt", i);
		digest_sha256(text, (size_t)n, digest);
		hex_encode(digest, sizeof(digest), hex);
		if (strcmp(hex, sha256) != 0 || i == mischief->missing)
			continue;
		if (i == mischief->flip)
			text[5] ^= 1;
		ledger_send_bytes(c, MSG_VAULT_OBJECT,
		    json_pack("{s:s,s:i}", "sha256", sha256, "bytes", n), text,
		    (size_t)n - (mischief->cut ? 1 : 0));
		return;
	}
	channel_send_wait(c, MSG_VAULT_MISSING,
	    json_pack("{s:i,s:i,s:s,s:s}", "tag", 0, "id", 0, "sha256", sha256, "why", "gone"),
	    -1);
}

static void
vault_play(struct mischief *mischief, struct channel *c)
{
	struct msg m;
	while (channel_recv_wait(c, &m, -1) == ERR_OK) {
		vault_want(mischief, c, msg_str(&m, "sha256"));
		msg_done(&m);
	}
}

/* --- the rig ------------------------------------------------------------------------------ */

int
rig_fork(struct rig *r, enum role role, bool hello, pid_t *ret_pid)
{
	int pair[2];
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pair[0]);
		struct channel *c = channel_new(pair[1], role, ROLE_STAGER);
		if (!hello)
			channel_set_phase(c, PH_OPEN);
		else if (channel_hello(c, "test", true) != ERR_OK ||
			 channel_greet(c, 20000, NULL) != ERR_OK)
			_exit(1);
		if (role == ROLE_LEDGER)
			ledger_play(r->shop, c);
		else
			vault_play(r->mischief, c);
		_exit(0);
	}
	close(pair[1]);
	*ret_pid = pid;
	return pair[0];
}

static struct channel *
rig_play(struct rig *r, enum role role, pid_t *ret_pid)
{
	struct channel *c = channel_new(rig_fork(r, role, false, ret_pid), ROLE_STAGER, role);
	channel_set_phase(c, PH_OPEN);
	return c;
}

static void
no_progress(void *arg, const char *transfer, const char *step, uint64_t done, uint64_t total,
    uint64_t bytes, uint64_t bytes_total)
{
	(void)arg;
	(void)transfer;
	assert_non_null(step);
	assert_true(done <= total && bytes <= bytes_total);
}

void
rig_put_text(const struct rig *r, const char *path, const char *text)
{
	MEM_FREE char *full = mem_printf("%s/%s", r->dir, path);
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text)), ERR_OK);
	close(fd);
}

void
rig_new_record(struct rig *r)
{
	record_free(r->record);
	r->record = record_new(r->ledger, r->own, false);
	r->delivery.record = r->record;
}

void
rig_open(struct rig *r, enum maker_until until, unsigned files)
{
	rig_open_under(r, until, files, NULL);
}

void
rig_open_under(struct rig *r, enum maker_until until, unsigned files, const char *settings)
{
	char subj[80];
	*r = (struct rig){.dir = "/tmp/sp-XXXXXX"};
	assert_non_null(mkdtemp(r->dir));
	MEM_FREE char *own = mem_printf("%s/stager", r->dir);
	MEM_FREE char *root = mem_printf("%s/share", r->dir);
	assert_int_equal(mkdir(own, 0700), 0);
	assert_int_equal(mkdir(root, 0755), 0);
	r->own = open(own, O_RDONLY | O_DIRECTORY);
	r->root = open(root, O_RDONLY | O_DIRECTORY);
	r->mischief = mmap(NULL, sizeof(*r->mischief), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*r->mischief = (struct mischief){.flip = -1, .missing = -1};
	r->shop = mem_alloc(sizeof(*r->shop));
	r->shop->mischief = r->mischief;
	r->shop->maker = maker_new_with("site7", 1, 1, ENTRY_ZEROS, shop_taken, NULL, r->shop);
	maker_settle(r->shop->maker);
	if (settings != NULL)
		maker_demand(r->shop->maker, settings);
	maker_transfer(r->shop->maker, until, files, subj);
	snprintf(r->id, sizeof(r->id), "%s", strchr(subj, ':') + 1);
	rig_put_text(r, "stager/genesis", custody_genesis(r->shop->maker->custody));
	r->ledger = rig_play(r, ROLE_LEDGER, &r->ledger_pid);
	r->vault = rig_play(r, ROLE_VAULT, &r->vault_pid);
	assert_int_equal(share_open(r->root, 0, &r->share), ERR_OK);
	r->delivery =
	    (struct delivery){NULL, &r->share, r->vault, true, no_progress, NULL, NULL};
	rig_new_record(r);
}

void
rig_close(struct rig *r)
{
	record_free(r->record);
	channel_free(r->ledger);
	channel_free(r->vault);
	waitpid(r->ledger_pid, NULL, 0);
	waitpid(r->vault_pid, NULL, 0);
	share_remove(AT_FDCWD, r->dir);
	share_close(&r->share);
	close(r->own);
	close(r->root);
	for (int log = 0; log < 2; log++)
		for (uint64_t i = 0; i < r->shop->sizes[log]; i++) {
			buf_done(&r->shop->entries[log][i]);
			buf_done(&r->shop->notes[log][i]);
		}
	maker_free(r->shop->maker);
	free(r->shop);
	munmap(r->mischief, sizeof(*r->mischief));
}

void
rig_sign(struct rig *r, const char *type, const char *who)
{
	char why[RECORD_WHY_SIZE] = "";
	snprintf(r->mischief->who, sizeof(r->mischief->who), "%s", who);
	snprintf(r->mischief->sign, sizeof(r->mischief->sign), "%s", type);
	if (record_refresh(r->record, why) != ERR_OK)
		fail_msg("%s by %s: %s", type, who, why);
}

int
rig_shell(const struct rig *r, const char *script)
{
	/* made before the fork: the child leaves nothing behind */
	MEM_FREE char *dir = mem_printf("%s/share", r->dir);
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		if (chdir(dir) == 0)
			execlp("sh", "sh", "-c", script, r->id, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

/* --- what came of it --- */

enum err
rig_release(struct rig *r)
{
	return delivery_release(&r->delivery, r->id, &r->result);
}

void
rig_released(struct rig *r)
{
	if (rig_release(r) != ERR_OK)
		fail_msg("%s: %s", r->result.step, r->result.why);
}

/* The release fails at this step with these words in its reason. */
void
rig_fails(struct rig *r, const char *step, const char *words)
{
	if (rig_release(r) == ERR_OK)
		fail_msg("released although: %s", words);
	if (strcmp(r->result.step, step) != 0 || strstr(r->result.why, words) == NULL)
		fail_msg("%s: %s", r->result.step, r->result.why);
	assert_non_null(r->result.next);
}

enum transfer_state
rig_state(struct rig *r)
{
	char why[RECORD_WHY_SIZE];
	assert_int_equal(record_refresh(r->record, why), ERR_OK);
	return record_transfer(r->record, r->id)->facts.state;
}

/* '@' in the path stands for the transfer's id. */
bool
rig_exists(const struct rig *r, const char *pattern)
{
	const char *at = strchr(pattern, '@');
	size_t head = at != NULL ? (size_t)(at - pattern) : strlen(pattern);
	MEM_FREE char *path = mem_printf("%s/share/%.*s%s%s", r->dir, (int)head, pattern,
	    at != NULL ? r->id : "", at != NULL ? at + 1 : "");
	return access(path, F_OK) == 0;
}

/* Nothing of the transfer is on the share, in no form. */
void
rig_invisible(const struct rig *r)
{
	assert_false(rig_exists(r, "transfers/@"));
	assert_false(rig_exists(r, "transfers/.@.part"));
	assert_false(rig_exists(r, "custody/@"));
	assert_false(rig_exists(r, "INDEX"));
}

size_t
rig_entries(struct rig *r, const char *type)
{
	char why[RECORD_WHY_SIZE];
	struct record_entries all;
	size_t n = 0;
	assert_int_equal(record_refresh(r->record, why), ERR_OK);
	const struct custody_transfer *t = record_transfer(r->record, r->id);
	assert_int_equal(
	    record_entries(r->record, LOG_CUSTODY, t->seqs, t->seqs_count, &all, why), ERR_OK);
	for (size_t i = 0; i < all.count; i++)
		n += strcmp(all.list[i].entry->type, type) == 0;
	record_entries_done(&all);
	return n;
}
