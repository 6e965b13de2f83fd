/* SPDX-License-Identifier: ISC */
/*
 * sallyport-request: one request, read and taken apart for the desk.
 *
 * Holds:  read-only descriptors of one request and of the signature beside it:
 *         objects from the vault, or documents from the desk; descriptors
 *         3 desk, 4 vault.
 * May:    read them to their end, check the signature, and answer with what the
 *         form of a request names.
 * Must never: open, connect or write; look at a third object; say whose key it
 *         is: that is in the authority log, which it does not see.
 * Dies when: it has answered, the desk hangs up, a peer breaks the protocol, its
 *         processor time is used up.
 */
#include "src/core/request.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/spawn.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_PROGRAM    "sallyport-request"
#define REQUEST_ROWS_BYTES (LIM_MESSAGE_BYTES / 2) /* of names in one message, about */

enum part { PART_REQUEST, PART_SIGNATURE, PART__MAX };

static const struct {
	const char *kind;
	size_t max_bytes;
} parts_rows[PART__MAX] = {
    [PART_REQUEST] = {"request", LIM_REQUEST_BYTES},
    [PART_SIGNATURE] = {"signature", LIM_REQUEST_SIG_BYTES},
};

struct parts {
	uint8_t *bytes[PART__MAX];
	size_t len[PART__MAX];
	bool long_one;
};

/* All of it; one that is too long is left out, and that is said. */
static void
parts_take(struct parts *p, enum part part, int fd)
{
	struct stat st;
	size_t max = parts_rows[part].max_bytes, n = 0;
	if (p->bytes[part] != NULL || fstat(fd, &st) != 0)
		log_fatal("an input cannot be read");
	if (st.st_size < 0 || (uint64_t)st.st_size > max) {
		p->long_one = true;
		return;
	}
	p->bytes[part] = mem_alloc((size_t)st.st_size + 1);
	while (n < (size_t)st.st_size) {
		ssize_t got = pread(fd, p->bytes[part] + n, (size_t)st.st_size - n, (off_t)n);
		if (got <= 0)
			log_fatal("an input cannot be read");
		n += (size_t)got;
	}
	p->len[part] = n;
}

static void
request_take_objects(struct channel *vault, struct parts *p, uint64_t n)
{
	for (uint64_t i = 0; i < n && i < PART__MAX; i++) {
		struct msg m;
		if (channel_recv_wait(vault, &m, LIM_CALL_MS) != ERR_OK)
			exit(0); /* the vault has told the desk why */
		parts_take(p, (enum part)i, m.fd);
		msg_done(&m);
	}
}

/* --- the answer -------------------------------------------------------------------- */

static json_t *
request_row(const struct request_file *f)
{
	MEM_FREE char *name = mem_alloc(HEX_B64_SIZE(f->name_len));
	char sha256[HEX_DIGEST_SIZE];
	hex_b64_encode(f->name, f->name_len, name);
	json_t *row = json_pack("{s:s}", "name", name);
	hex_encode(f->sha256, sizeof(f->sha256), sha256);
	if (f->has_sha256)
		json_object_set_new(row, "sha256", json_string(sha256));
	if (f->has_bytes)
		json_object_set_new(row, "bytes", json_integer((json_int_t)f->bytes));
	return row;
}

static void
request_send_files(struct channel *desk, const struct request *r)
{
	size_t i = 0;
	while (i < r->nfiles) {
		json_t *rows = json_array();
		size_t used = 0;
		for (; i < r->nfiles; i++) {
			size_t n = HEX_B64_SIZE(r->files[i].name_len) + 160;
			if (used > 0 && used + n > REQUEST_ROWS_BYTES)
				break;
			used += n;
			json_array_append_new(rows, request_row(&r->files[i]));
		}
		if (channel_send_wait(desk, MSG_REQUEST_FILES, json_pack("{s:o}", "rows", rows),
			-1) != ERR_OK)
			log_fatal("the desk does not take the answer");
	}
}

static const char *
request_signature(const struct parts *p, char key[SSHSIG_LINE_SIZE])
{
	key[0] = '\0';
	if (p->bytes[PART_SIGNATURE] == NULL)
		return p->long_one ? "wrong" : "none";
	return request_verify(p->bytes[PART_REQUEST], p->len[PART_REQUEST],
		   p->bytes[PART_SIGNATURE], p->len[PART_SIGNATURE], key) == ERR_OK
	           ? "fits"
	           : "wrong";
}

/* {name: value} again. */
static json_t *
request_members(const struct request *r)
{
	json_t *all = json_object();
	const json_t *row;
	size_t i;
	json_array_foreach (r->fields, i, row)
		json_object_set(all, json_string_value(json_object_get(row, "name")),
		    json_object_get(row, "value"));
	return all;
}

/* The signature first: nothing is parsed before it. */
static void
request_answer(struct channel *desk, const struct parts *p)
{
	char key[SSHSIG_LINE_SIZE] = "", why[REQUEST_WHY_SIZE];
	const char *signature = "none";
	struct request *r = NULL;
	json_t *texts = json_object();
	snprintf(why, sizeof(why), "%s",
	    p->long_one ? "it is longer than a request may be" : "it is not there");
	if (p->bytes[PART_REQUEST] != NULL) {
		signature = request_signature(p, key);
		if (request_parse(p->bytes[PART_REQUEST], p->len[PART_REQUEST], &r, why) ==
		    ERR_OK)
			why[0] = '\0';
	}
	for (unsigned t = 0; r != NULL && t < REQUEST_TEXT__MAX; t++)
		json_object_set_new(
		    texts, request_text_name((enum request_text)t), json_string(r->texts[t]));
	if (r != NULL && json_array_size(r->fields) > 0)
		json_object_set_new(texts, "fields", request_members(r));
	channel_send_wait(desk, MSG_REQUEST_SAYS,
	    json_pack("{s:b, s:s, s:s, s:s, s:o, s:I}", "ok", (int)(r != NULL), "why", why,
		"signature", signature, "key", key, "texts", texts, "files",
		(json_int_t)(r != NULL ? r->nfiles : 0)),
	    -1);
	if (r != NULL)
		request_send_files(desk, r);
	channel_send_wait(desk, MSG_REQUEST_END, NULL, -1);
	request_free(r);
}

/* --- life ---------------------------------------------------------------------------- */

static void
request_serve(struct channel *desk, struct channel *vault, struct parts *p)
{
	struct msg m;
	bool answered = false;
	while (!answered && channel_recv_wait(desk, &m, -1) == ERR_OK) {
		if (m.id == MSG_REQUEST_INPUT) {
			for (unsigned i = 0; i < PART__MAX; i++)
				if (strcmp(msg_str(&m, "kind"), parts_rows[i].kind) == 0)
					parts_take(p, (enum part)i, m.fd);
		} else if (m.id == MSG_REQUEST_READ) {
			request_take_objects(vault, p, msg_uint(&m, "objects"));
			request_answer(desk, p);
			answered = true;
		}
		msg_done(&m);
	}
	/* what was said is read before the line breaks */
	while (answered && channel_recv_wait(desk, &m, -1) == ERR_OK)
		msg_done(&m);
}

static struct channel *
request_meet(int fd, enum role peer)
{
	struct channel *c = channel_new(fd, ROLE_PREVIEW, peer);
	if (channel_hello(c, REQUEST_PROGRAM, sandbox_active()) != ERR_OK ||
	    channel_greet(c, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("the %s does not answer", message_role_name(peer));
	return c;
}

static _Noreturn void
request_usage(void)
{
	fprintf(stderr, "usage: %s\nStarted by sallyportd with descriptors 3 desk, 4 vault.\n",
	    REQUEST_PROGRAM);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct parts p = {.long_one = false};
	const char *why = NULL;
	const char *act = argc == 3 && strcmp(argv[1], "-T") == 0 ? argv[2] : NULL;
	if (act == NULL && argc != 1)
		request_usage();
	log_init(REQUEST_PROGRAM);
	signal(SIGPIPE, SIG_IGN);
	json_object_seed(0);
	digest_init();
	if (seal_init() != ERR_OK)
		log_fatal("the cryptographic library cannot be set up");
	if (sandbox_enter(ROLE_PREVIEW, NULL, 0, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	if (act != NULL)
		sandbox_probe(act);
	struct channel *desk = request_meet(SPAWN_FD_FIRST, ROLE_DESK);
	struct channel *vault = request_meet(SPAWN_FD_FIRST + 1, ROLE_VAULT);
	request_serve(desk, vault, &p);
	channel_free(desk);
	channel_free(vault);
	for (int i = 0; i < PART__MAX; i++)
		free(p.bytes[i]);
	return 0;
}
