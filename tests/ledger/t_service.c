/* links: @rules src/ipc/channel src/ipc/msg src/ipc/message src/core/fold src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The ledger program itself, with founding terminal, desk and stager played by the test. */
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/custody.h"
#include "src/core/digest.h"
#include "src/core/note.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "src/ipc/channel.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000

static const char policy_text[] =
    "name=\"x\"; approvals=2; required=({scanner=\"av\"; types=\"*\";});"
    "rules=({verdict=\"clean\"; gate=\"pass\";});";

struct person {
	const char *id, *name, *role;
	struct sshsig_key *key;
	char line[SSHSIG_LINE_SIZE], fingerprint[SSHSIG_FINGERPRINT_SIZE];
};

struct station {
	char home[32];
	pid_t pid;
	struct channel *desk, *stager, *ui;
	struct custody *custody; /* what the desk has seen */
	char why[2048];          /* of the last refusal */
	bool fault;
};

static struct person root1 = {.id = "root1", .name = "Root One", .role = "admin"};
static struct person anna = {.id = "anna", .name = "Anna Berg", .role = "officer"};

/* --- starting and ending --------------------------------------------------------- */

static char *
program_path(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(n > 0);
	self[n] = '\0';
	return mem_printf("%s/bin/sallyport-ledger", dirname(dirname(dirname(self))));
}

static pid_t
spawn(const char *home, const char *option, int ours[2], int count)
{
	int theirs[2];
	MEM_FREE char *path = program_path();
	for (int i = 0; i < count; i++) {
		int pair[2];
		assert_int_equal(
		    0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
		ours[i] = pair[0];
		theirs[i] = fcntl(pair[1], F_DUPFD_CLOEXEC, 100);
		close(pair[1]);
	}
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < count; i++)
			dup2(theirs[i], 3 + i);
		execl(path, path, "-d", home, option, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < count; i++)
		close(theirs[i]);
	return pid;
}

static struct channel *
greet(int fd, enum role self)
{
	struct channel *c = channel_new(fd, self, ROLE_LEDGER);
	assert_int_equal(channel_hello(c, "test", true), ERR_OK);
	assert_int_equal(channel_greet(c, WAIT_MS, NULL), ERR_OK);
	return c;
}

static int
wait_for(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
start(struct station *s)
{
	int fds[2];
	s->pid = spawn(s->home, NULL, fds, 2);
	s->desk = greet(fds[0], ROLE_DESK);
	s->stager = greet(fds[1], ROLE_STAGER);
}

static void
drop(struct station *s)
{
	s->desk = channel_free(s->desk);
	s->stager = channel_free(s->stager);
	s->ui = channel_free(s->ui);
}

static void
stop(struct station *s)
{
	s->desk = channel_free(s->desk);
	s->ui = channel_free(s->ui);
	assert_int_equal(wait_for(s->pid), 0);
	drop(s);
}

/* --- asking -------------------------------------------------------------------------- */

/* ERR_OK and the answer, or ERR_DENIED with the sentence in s->why. */
static enum err
ask(struct station *s, struct channel *c, enum msg_id id, json_t *body, int fd,
    enum msg_id answer, struct msg *ret)
{
	const enum msg_id answers[] = {answer, MSG_LEDGER_REFUSED, MSG_NONE};
	assert_int_equal(channel_call(c, id, body, fd, answers, ret), ERR_OK);
	if (ret->id == answer)
		return ERR_OK;
	snprintf(s->why, sizeof(s->why), "%s", msg_str(ret, "why"));
	s->fault = msg_bool(ret, "fault");
	msg_done(ret);
	return ERR_DENIED;
}

static enum err
event(struct station *s, struct channel *c, const char *type, const char *subj, json_t *data)
{
	struct msg m;
	enum err err = ask(s, c, MSG_LEDGER_EVENT,
	    json_pack("{s:s,s:s,s:o}", "type", type, "subj", subj, "data", data), -1,
	    MSG_LEDGER_APPENDED, &m);
	if (err == ERR_OK)
		msg_done(&m);
	return err;
}

static enum err
append(struct station *s, struct channel *c, const char *log, const char *type,
    const char *subj, const struct person *who, json_t *data)
{
	struct msg p, m;
	struct buf e;
	int fd;
	assert_int_equal(
	    ask(s, c, MSG_LEDGER_PREPARE, json_pack("{s:s,s:s}", "log", log, "subj", subj), -1,
		MSG_LEDGER_PREPARED, &p),
	    ERR_OK);
	struct entry_new new = {
	    .log = msg_str(&p, "origin"),
	    .type = type,
	    .subj = subj,
	    .prev = msg_str(&p, "prev"),
	    .head = json_object_get(p.body, "head"),
	    .auth = json_object_get(p.body, "auth"),
	    .actor_id = who->id,
	    .actor_key = who->fingerprint,
	    .actor_name = who->name,
	    .actor_role = who->role,
	    .boot = "boot",
	    .data = data,
	};
	buf_init(&e, LIM_ENTRY_BYTES);
	assert_int_equal(entry_make(&new, who->key, &e), ERR_OK);
	assert_int_equal(io_memfd("entry", e.data, e.len, &fd), ERR_OK);
	enum err err = ask(s, c, MSG_LEDGER_APPEND, json_pack("{s:s}", "log", log), fd,
	    MSG_LEDGER_APPENDED, &m);
	if (err == ERR_OK)
		msg_done(&m);
	close(fd);
	buf_done(&e);
	json_decref(data);
	msg_done(&p);
	return err;
}

static enum err
put(struct station *s, struct channel *c, const char *text, const char *sha256)
{
	struct msg m;
	int fd;
	assert_int_equal(io_memfd("document", text, strlen(text), &fd), ERR_OK);
	enum err err = ask(s, c, MSG_LEDGER_PUT, json_pack("{s:s}", "sha256", sha256), fd,
	    MSG_LEDGER_STORED, &m);
	close(fd);
	if (err == ERR_OK)
		msg_done(&m);
	return err;
}

static void
digest_of(const char *text, char out[HEX_DIGEST_SIZE])
{
	uint8_t d[DIGEST_SIZE];
	digest_sha256(text, strlen(text), d);
	hex_encode(d, sizeof(d), out);
}

/* Reads what is new in both logs and replays it, checkpoint included. */
static void
sync_logs(struct station *s)
{
	static const char *const names[] = {"authority", "custody"};
	for (unsigned log = 0; log < 2; log++) {
		struct msg m;
		uint8_t *list;
		size_t n;
		char why[CUSTODY_WHY_SIZE] = "";
		struct note_vkey vkey;
		struct note_checkpoint cp;
		uint64_t from = custody_size(s->custody, (enum transfer_log)log);
		assert_int_equal(
		    ask(s, s->desk, MSG_LEDGER_READ,
			json_pack("{s:s,s:I}", "log", names[log], "from", (json_int_t)from), -1,
			MSG_LEDGER_ENTRIES, &m),
		    ERR_OK);
		assert_int_equal(io_memfd_read(m.fd, LIM_SEALED_BYTES, &list, &n), ERR_OK);
		if (custody_apply_list(s->custody, (enum transfer_log)log, list, n, why) !=
		    ERR_OK)
			fail_msg("%s", why);
		uint64_t size = custody_size(s->custody, (enum transfer_log)log);
		assert_int_equal(size, msg_uint(&m, "size"));
		assert_int_equal(size - from, msg_uint(&m, "count"));
		const char *note = msg_str(&m, "checkpoint");
		assert_int_equal(note_vkey_parse(msg_str(&m, "vkey"), &vkey), ERR_OK);
		assert_int_equal(note_checkpoint_open(note, strlen(note), &vkey, &cp), ERR_OK);
		assert_int_equal(cp.size, size);
		assert_memory_equal(
		    cp.root, custody_root(s->custody, (enum transfer_log)log, size), 32);
		free(list);
		msg_done(&m);
	}
}

/* --- founding ------------------------------------------------------------------------- */

static void
make_person(struct person *p)
{
	uint8_t seed[SSHSIG_SEED_SIZE];
	digest_sha256(p->id, strlen(p->id), seed);
	assert_int_equal(sshsig_key_new(seed, &p->key), ERR_OK);
	sshsig_public_line(sshsig_key_public(p->key), p->line);
	sshsig_fingerprint(sshsig_key_public(p->key), p->fingerprint);
}

static json_t *
founding(const char *site, const char *station)
{
	return json_pack("{s:s,s:s,s:b,s:[{s:s,s:s,s:s}],s:i}", "site", site, "station",
	    station, "demo", 1, "admins", "id", root1.id, "key", root1.line, "name", root1.name,
	    "threshold", 1);
}

static void
begin_founding(struct station *s)
{
	int fds[2];
	s->pid = spawn(s->home, "--found", fds, 1);
	s->ui = greet(fds[0], ROLE_UI);
}

/* Up to genesis; returns its leaf. */
static enum err
found(struct station *s, json_t *body, char genesis[HEX_DIGEST_SIZE])
{
	struct msg m;
	enum err err = ask(s, s->ui, MSG_LEDGER_FOUND, body, -1, MSG_LEDGER_FOUNDED, &m);
	if (err != ERR_OK)
		return err;
	snprintf(genesis, HEX_DIGEST_SIZE, "%s", msg_str(&m, "genesis"));
	assert_string_equal(msg_str(&m, "authority"), "demo/authority");
	assert_string_equal(msg_str(&m, "custody"), "demo/K1/custody/1");
	msg_done(&m);
	return ERR_OK;
}

static void
finish_founding(struct station *s, const char *genesis)
{
	char sha256[HEX_DIGEST_SIZE];
	digest_of(policy_text, sha256);
	assert_int_equal(append(s, s->ui, "authority", "authority.endorse", "station", &root1,
			     json_pack("{s:s}", "leaf", genesis)),
	    ERR_OK);
	assert_int_equal(put(s, s->ui, policy_text, sha256), ERR_OK);
	assert_int_equal(append(s, s->ui, "authority", "policy.set", "policy", &root1,
			     json_pack("{s:i,s:I,s:s}", "approvals", 2, "bytes",
				 (json_int_t)strlen(policy_text), "sha256", sha256)),
	    ERR_OK);
}

static int
set_up(void **state)
{
	struct station *s = mem_alloc(sizeof(*s));
	char genesis[HEX_DIGEST_SIZE];
	*s = (struct station){.home = "/tmp/sp-XXXXXX"};
	assert_non_null(mkdtemp(s->home));
	s->custody = custody_new();
	begin_founding(s);
	assert_int_equal(found(s, founding("demo", "K1"), genesis), ERR_OK);
	finish_founding(s, genesis);
	stop(s);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct station *s = *state;
	drop(s);
	custody_free(s->custody);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", s->home, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	free(s);
	return 0;
}

static void
enroll(struct station *s)
{
	char root[HEX_DIGEST_SIZE], proof[HEX_B64_SIZE(SSHSIG_BLOB_SIZE)];
	struct buf text, blob;
	sync_logs(s);
	hex_encode(
	    custody_root(s->custody, LOG_AUTHORITY, custody_size(s->custody, LOG_AUTHORITY)),
	    32, root);
	buf_init(&text, 512);
	buf_init(&blob, 512);
	custody_proof_text(anna.id, root, &text);
	assert_int_equal(sshsig_sign(anna.key, text.data, text.len, &blob), ERR_OK);
	hex_b64_encode(blob.data, blob.len, proof);
	buf_done(&text);
	buf_done(&blob);
	assert_int_equal(
	    append(s, s->desk, "authority", "officer.enroll", "person:anna", &root1,
		json_pack("{s:s,s:s,s:s,s:s,s:[s]}", "id", anna.id, "key", anna.line, "name",
		    anna.name, "proof", proof, "roles", "officer")),
	    ERR_OK);
	assert_int_equal(append(s, s->desk, "authority", "requester.enroll", "person:rita",
			     &root1, json_pack("{s:s,s:s}", "id", "rita", "name", "Rita Voss")),
	    ERR_OK);
	sync_logs(s);
}

static json_t *
open_data(const struct station *s)
{
	return json_pack("{s:[],s:{s:i,s:s,s:s},s:s,s:s,s:s,s:b}", "fields", "medium", "bytes",
	    9, "kind", "image", "source", "x.img", "officer", "anna", "policy",
	    custody_policy(s->custody), "requester", "rita", "sandbox", 1);
}

/* --- tests ------------------------------------------------------------------------------ */

static void
life_of_a_station_is_recorded(void **state)
{
	struct station *s = *state;
	start(s);
	enroll(s);
	assert_int_equal(append(s, s->desk, "custody", "sess.login", "officer:anna", &anna,
			     json_pack("{s:s}", "nonce", ENTRY_ZEROS)),
	    ERR_OK);
	assert_int_equal(
	    event(s, s->desk, "xfer.open", "xfer:K1-000001", open_data(s)), ERR_OK);
	sync_logs(s);
	assert_int_equal(
	    custody_transfer_find(s->custody, "K1-000001")->facts.state, TRANSFER_OPEN);
	assert_true(custody_demo(s->custody));
	stop(s);
	start(s);
	sync_logs(s);
	/* stop, start with what was interrupted */
	assert_int_equal(custody_size(s->custody, LOG_CUSTODY), 6);
	stop(s);
	/* a desk that met the ledger and came no further was no run of the station */
	for (int i = 0; i < 3; i++) {
		start(s);
		stop(s);
	}
	start(s);
	sync_logs(s);
	assert_int_equal(custody_size(s->custody, LOG_CUSTODY), 8);
	stop(s);
}

static void
killed_ledger_says_so_and_goes_on(void **state)
{
	struct station *s = *state;
	start(s);
	enroll(s);
	assert_int_equal(
	    event(s, s->desk, "xfer.open", "xfer:K1-000001", open_data(s)), ERR_OK);
	assert_int_equal(kill(s->pid, SIGKILL), 0);
	assert_int_equal(wait_for(s->pid), -SIGKILL);
	drop(s);
	start(s);
	sync_logs(s);
	json_t *interrupted = custody_interrupted(s->custody);
	assert_int_equal(json_array_size(interrupted), 1);
	json_decref(interrupted);
	assert_int_equal(
	    event(s, s->desk, "xfer.fault", "xfer:K1-000001",
		json_pack("{s:s,s:s}", "step", "reading", "why", "the station stopped")),
	    ERR_OK);
	stop(s);
}

static void
roles_may_ask_what_the_table_says(void **state)
{
	struct station *s = *state;
	start(s);
	enroll(s);
	static const char *const desk_not[] = {"xfer.release", "xfer.deliver", "station.start",
	    "station.stop", "ledger.genesis", "xfer.approve", "policy.set", "no.such"};
	static const char *const stager_not[] = {"xfer.open", "xfer.start", "xfer.scan",
	    "sess.logout", "vault.purge", "xfer.close", "station.stop"};
	for (size_t i = 0; i < sizeof(desk_not) / sizeof(desk_not[0]); i++) {
		assert_int_equal(
		    event(s, s->desk, desk_not[i], "station", json_object()), ERR_DENIED);
		assert_non_null(strstr(s->why, desk_not[i]));
		assert_false(s->fault);
	}
	for (size_t i = 0; i < sizeof(stager_not) / sizeof(stager_not[0]); i++)
		assert_int_equal(
		    event(s, s->stager, stager_not[i], "station", json_object()), ERR_DENIED);
	assert_int_equal(
	    event(s, s->stager, "xfer.release", "xfer:K1-000001", json_object()), ERR_DENIED);
	/* Nobody passes off a station's entry as his own. */
	struct person fake = anna;
	fake.role = "station";
	assert_int_equal(
	    append(s, s->desk, "custody", "station.stop", "station", &fake, json_object()),
	    ERR_DENIED);
	sync_logs(s);
	assert_int_equal(custody_size(s->custody, LOG_CUSTODY), 2);
	stop(s);
}

/* A list of documents: the same one n times. */
static json_t *
so_many(const char *sha256, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(sha256));
	return json_pack("{s:o}", "documents", list);
}

static void
copy_is_a_ledger(void **state)
{
	struct station *s = *state;
	struct msg m;
	char sha256[HEX_DIGEST_SIZE];
	uint8_t *bytes;
	size_t n;
	start(s);
	assert_int_equal(
	    ask(s, s->desk, MSG_LEDGER_COPY, so_many("", 0), -1, MSG_LEDGER_COPIED, &m),
	    ERR_OK);
	assert_int_equal(io_memfd_read(m.fd, LIM_SEALED_BYTES, &bytes, &n), ERR_OK);
	assert_string_equal((char *)bytes, "SQLite format 3");
	assert_true(msg_uint(&m, "size") > 0 && n % 4096 == 0);
	free(bytes);
	msg_done(&m);
	MEM_FREE char *part = mem_printf("%s/ledger/handout.part", s->home);
	assert_int_equal(access(part, F_OK), -1);
	/* with documents; the first file of the archive is the database */
	digest_of("an inventory\n", sha256);
	assert_int_equal(
	    ask(s, s->desk, MSG_LEDGER_COPY, so_many(sha256, 1), -1, MSG_LEDGER_COPIED, &m),
	    ERR_DENIED);
	assert_non_null(strstr(s->why, "is not there"));
	assert_int_equal(put(s, s->desk, "an inventory\n", sha256), ERR_OK);
	assert_int_equal(ask(s, s->desk, MSG_LEDGER_COPY, so_many(sha256, LIM_EXPORT_DOCUMENTS),
			     -1, MSG_LEDGER_COPIED, &m),
	    ERR_OK);
	assert_int_equal(io_memfd_read(m.fd, LIM_SEALED_BYTES, &bytes, &n), ERR_OK);
	assert_string_equal((char *)bytes, "ledger.db");
	free(bytes);
	msg_done(&m);
	assert_int_equal(
	    ask(s, s->desk, MSG_LEDGER_COPY, so_many(sha256, LIM_EXPORT_DOCUMENTS + 1), -1,
		MSG_LEDGER_COPIED, &m),
	    ERR_DENIED);
	assert_non_null(strstr(s->why, "at most"));
}

static void
documents_are_their_digests(void **state)
{
	struct station *s = *state;
	struct msg m;
	char sha256[HEX_DIGEST_SIZE];
	uint8_t *bytes;
	size_t n;
	start(s);
	digest_of("an inventory\n", sha256);
	assert_int_equal(put(s, s->desk, "another\n", sha256), ERR_DENIED);
	assert_non_null(strstr(s->why, "digest"));
	assert_int_equal(ask(s, s->stager, MSG_LEDGER_GET, json_pack("{s:s}", "sha256", sha256),
			     -1, MSG_LEDGER_DOC, &m),
	    ERR_DENIED);
	assert_int_equal(put(s, s->desk, "an inventory\n", sha256), ERR_OK);
	assert_int_equal(put(s, s->desk, "an inventory\n", sha256), ERR_OK);
	assert_int_equal(ask(s, s->stager, MSG_LEDGER_GET, json_pack("{s:s}", "sha256", sha256),
			     -1, MSG_LEDGER_DOC, &m),
	    ERR_OK);
	assert_int_equal(io_memfd_read(m.fd, 100, &bytes, &n), ERR_OK);
	assert_int_equal(n, 13);
	assert_memory_equal(bytes, "an inventory\n", 13);
	free(bytes);
	msg_done(&m);
	/* Changed on the disk: not given out, and mended by putting it again. */
	MEM_FREE char *path = mem_printf("%s/ledger/docs/%s", s->home, sha256);
	assert_int_equal(chmod(path, 0600), 0);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "A", 1, 0), 1);
	close(fd);
	assert_int_equal(ask(s, s->stager, MSG_LEDGER_GET, json_pack("{s:s}", "sha256", sha256),
			     -1, MSG_LEDGER_DOC, &m),
	    ERR_DENIED);
	assert_non_null(strstr(s->why, "changed"));
	assert_int_equal(put(s, s->desk, "an inventory\n", sha256), ERR_OK);
	/* A descriptor that can still change is not looked at. */
	fd = memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ask(s, s->desk, MSG_LEDGER_PUT, json_pack("{s:s}", "sha256", sha256),
			     fd, MSG_LEDGER_STORED, &m),
	    ERR_DENIED);
	assert_non_null(strstr(s->why, "sealed"));
	close(fd);
	stop(s);
}

static void
founded_station_is_not_founded_again(void **state)
{
	struct station *s = *state;
	char genesis[HEX_DIGEST_SIZE];
	begin_founding(s);
	assert_int_equal(found(s, founding("demo", "K1"), genesis), ERR_DENIED);
	assert_non_null(strstr(s->why, "founded"));
	stop(s);
	start(s);
	sync_logs(s);
	assert_int_equal(custody_size(s->custody, LOG_AUTHORITY), 3);
	stop(s);
}

static void
broken_off_founding_can_be_begun_again(void **state)
{
	struct station *s = *state;
	char genesis[HEX_DIGEST_SIZE], second[HEX_DIGEST_SIZE], *old = mem_strdup(s->home);
	snprintf(s->home, sizeof(s->home), "/tmp/sp-XXXXXX");
	assert_non_null(mkdtemp(s->home));
	begin_founding(s);
	assert_int_equal(found(s, founding("no site", "K1"), genesis), ERR_DENIED);
	assert_int_equal(found(s, founding("demo", "k1"), genesis), ERR_DENIED);
	assert_int_equal(found(s, founding("demo", "K1"), genesis), ERR_OK);
	assert_int_equal(found(s, founding("demo", "K1"), second), ERR_DENIED);
	/* Only what founding is about may be done here. */
	assert_int_equal(append(s, s->ui, "authority", "requester.enroll", "person:rita",
			     &root1, json_pack("{s:s,s:s}", "id", "rita", "name", "Rita Voss")),
	    ERR_DENIED);
	stop(s);
	int fds[2];
	s->pid = spawn(s->home, NULL, fds, 2);
	assert_int_equal(wait_for(s->pid), 3);
	close(fds[0]);
	close(fds[1]);
	begin_founding(s);
	assert_int_equal(found(s, founding("demo", "K1"), second), ERR_OK);
	assert_string_not_equal(genesis, second);
	finish_founding(s, second);
	stop(s);
	start(s);
	stop(s);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", s->home, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	snprintf(s->home, sizeof(s->home), "%s", old);
	free(old);
}

static void
second_ledger_on_one_station_refuses(void **state)
{
	struct station *s = *state;
	int fds[2];
	start(s);
	pid_t pid = spawn(s->home, NULL, fds, 2);
	assert_int_equal(wait_for(pid), 3);
	close(fds[0]);
	close(fds[1]);
	stop(s);
}

static void
changed_file_does_not_start(void **state)
{
	struct station *s = *state;
	int fds[2];
	MEM_FREE char *path = mem_printf("%s/ledger/ledger.db", s->home);
	static const char needle[] = "I have read this policy";
	uint8_t *bytes;
	size_t n;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(io_slurp(fd, 1 << 24, &bytes, &n), ERR_OK);
	uint8_t *at = memmem(bytes, n, needle, strlen(needle));
	assert_non_null(at);
	assert_int_equal(pwrite(fd, "U", 1, at - bytes), 1);
	close(fd);
	free(bytes);
	s->pid = spawn(s->home, NULL, fds, 2);
	assert_int_equal(wait_for(s->pid), 3);
	close(fds[0]);
	close(fds[1]);
}

static void
stager_may_go_and_the_desk_has_its_last_words(void **state)
{
	struct station *s = *state;
	start(s);
	s->stager = channel_free(s->stager);
	assert_int_equal(event(s, s->desk, "device.refused", "station",
			     json_pack("{s:s,s:s}", "source", "usb", "why", "no disk")),
	    ERR_OK);
	stop(s);
}

static void
desk_and_stager_of_two_conversations_do_not_stay_so(void **state)
{
	struct station *s = *state;
	start(s);
	int64_t since_ms = clock_mono_ms();
	s->stager = channel_free(s->stager);
	assert_int_equal(wait_for(s->pid), 0);
	assert_true(clock_mono_ms() - since_ms >= LIM_ALONE_MS);
	drop(s);
	/* it has ended in good order, and begins again */
	start(s);
	stop(s);
}

/* How many entries about subj the ledger gives, all of them checked to be about it. */
static uint64_t
about(struct station *s, const char *log, const char *subj, uint64_t from)
{
	struct msg m;
	uint8_t *list;
	const uint8_t *entry;
	size_t n, cursor = 0, len;
	uint64_t count = 0;
	struct entry *e;
	assert_int_equal(
	    ask(s, s->desk, MSG_LEDGER_READ,
		json_pack("{s:s,s:I,s:s}", "log", log, "from", (json_int_t)from, "subj", subj),
		-1, MSG_LEDGER_ENTRIES, &m),
	    ERR_OK);
	assert_int_equal(io_memfd_read(m.fd, LIM_TIMELINE_BYTES, &list, &n), ERR_OK);
	while (entry_list_next(list, n, &cursor, &entry, &len) == ERR_OK) {
		assert_int_equal(entry_parse(entry, len, NULL, &e), ERR_OK);
		assert_string_equal(e->subj, subj);
		entry_free(e);
		count++;
	}
	assert_int_equal(count, msg_uint(&m, "count"));
	assert_true(msg_uint(&m, "size") >= count);
	free(list);
	msg_done(&m);
	return count;
}

static void
entries_about_one_subject_alone_are_read(void **state)
{
	struct station *s = *state;
	start(s);
	uint64_t before = about(s, "custody", "station", 0);
	assert_true(before >= 2);
	assert_int_equal(about(s, "custody", "xfer:K1-000001", 0), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(event(s, s->desk, "device.refused", "station",
				     json_pack("{s:s,s:s}", "source", "usb", "why", "no disk")),
		    ERR_OK);
	assert_int_equal(about(s, "custody", "station", 0), before + 3);
	sync_logs(s);
	uint64_t size = custody_size(s->custody, LOG_CUSTODY);
	assert_int_equal(about(s, "custody", "station", size - 1), 1);
	assert_int_equal(about(s, "custody", "station", size), 0);
	/* a quotation mark is a letter like any other */
	assert_int_equal(about(s, "custody", "station' OR '1'='1", 0), 0);
	assert_int_equal(about(s, "authority", "policy", 0), 1);
	stop(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(life_of_a_station_is_recorded),
	    TEST(killed_ledger_says_so_and_goes_on),
	    TEST(roles_may_ask_what_the_table_says),
	    TEST(documents_are_their_digests),
	    TEST(copy_is_a_ledger),
	    TEST(founded_station_is_not_founded_again),
	    TEST(broken_off_founding_can_be_begun_again),
	    TEST(second_ledger_on_one_station_refuses),
	    TEST(changed_file_does_not_start),
	    TEST(stager_may_go_and_the_desk_has_its_last_words),
	    TEST(desk_and_stager_of_two_conversations_do_not_stay_so),
	    TEST(entries_about_one_subject_alone_are_read),
	};
	signal(SIGPIPE, SIG_IGN);
	if (seal_init() != ERR_OK)
		return 1;
	make_person(&root1);
	make_person(&anna);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	sshsig_key_free(root1.key);
	sshsig_key_free(anna.key);
	return failed;
}
