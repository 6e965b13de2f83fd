/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/book.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/policy.h"
#include "src/proc/desk/failure.h"

#include <stdio.h>
#include <unistd.h>

static const char *const book_logs[] = {
    [LOG_AUTHORITY] = "authority",
    [LOG_CUSTODY] = "custody",
};

/*
 * A call whose failure to be answered at all is the end of the desk.  ERR_LIMIT
 * when it is too long to be asked: what others wrote may be.
 */
static enum err
book_call(struct desk *d, enum msg_id id, json_t *body, int fd, enum msg_id answer,
    struct msg *ret_msg)
{
	const enum msg_id answers[] = {answer, MSG_LEDGER_REFUSED, MSG_NONE};
	enum err e = channel_call(d->ledger, id, body, fd, answers, ret_msg);
	if (e == ERR_LIMIT)
		return e;
	if (e != ERR_OK)
		log_fatal(
		    "the ledger does not answer (%s): without it nothing goes on", err_str(e));
	return ERR_OK;
}

/* ERR_OK, or the refusal's class and words; frees a refusal. */
static enum err
book_refusal(struct msg *m, char why[BOOK_WHY_SIZE])
{
	if (m->id != MSG_LEDGER_REFUSED)
		return ERR_OK;
	enum err e = msg_bool(m, "fault") ? ERR_IO : ERR_DENIED;
	/* ASCII: cutting it leaves text */
	MEM_FREE char *said = escape_checked(msg_str(m, "why"));
	if (why != NULL)
		snprintf(why, BOOK_WHY_SIZE, "%s", said);
	msg_done(m);
	return e;
}

enum err
book_read(struct desk *d, const char *log, uint64_t from, struct msg *ret_answer)
{
	enum err e = book_call(d, MSG_LEDGER_READ,
	    json_pack("{s:s, s:I}", "log", log, "from", (json_int_t)from), -1,
	    MSG_LEDGER_ENTRIES, ret_answer);
	return e == ERR_OK ? book_refusal(ret_answer, NULL) : e;
}

enum err
book_read_subject(struct desk *d, const char *log, const char *subj, struct msg *ret_answer)
{
	enum err e = book_call(d, MSG_LEDGER_READ,
	    json_pack("{s:s, s:i, s:s}", "log", log, "from", 0, "subj", subj), -1,
	    MSG_LEDGER_ENTRIES, ret_answer);
	return e == ERR_OK ? book_refusal(ret_answer, NULL) : e;
}

void
book_sync(struct desk *d)
{
	char why[CUSTODY_WHY_SIZE];
	for (int log = LOG_AUTHORITY; log <= LOG_CUSTODY; log++) {
		struct msg m;
		uint8_t *list;
		size_t n;
		uint64_t size = custody_size(d->custody, (enum transfer_log)log);
		if (book_read(d, book_logs[log], size, &m) != ERR_OK)
			log_fatal("the ledger does not give its entries");
		if (io_memfd_read(m.fd, LIM_SEALED_BYTES, &list, &n) != ERR_OK)
			log_fatal("the ledger's entries cannot be read");
		if (custody_apply_list(d->custody, (enum transfer_log)log, list, n, why) !=
		    ERR_OK)
			log_fatal("the ledger's entries do not fit together: %s", why);
		if (log == LOG_CUSTODY)
			failure_replay(d, list, n);
		free(list);
		msg_done(&m);
	}
}

enum err
book_event(
    struct desk *d, const char *type, const char *subj, json_t *data, char why[BOOK_WHY_SIZE])
{
	struct msg m;
	enum err e = book_call(d, MSG_LEDGER_EVENT,
	    json_pack("{s:s, s:s, s:o}", "type", type, "subj", subj, "data", data), -1,
	    MSG_LEDGER_APPENDED, &m);
	if (e == ERR_LIMIT) {
		snprintf(why, BOOK_WHY_SIZE, "the texts are too long for one entry");
		return ERR_DENIED;
	}
	e = book_refusal(&m, why);
	if (e != ERR_OK)
		return e;
	msg_done(&m);
	book_sync(d);
	return ERR_OK;
}

enum err
book_transfer(struct desk *d, const char *type, const char *transfer, json_t *data,
    char why[BOOK_WHY_SIZE])
{
	MEM_FREE char *subj = mem_printf("xfer:%s", transfer);
	return book_event(d, type, subj, data, why);
}

enum err
book_append(struct desk *d, const char *log, int fd, struct book_entry *ret_entry,
    char why[BOOK_WHY_SIZE])
{
	struct msg m;
	enum err e = book_call(
	    d, MSG_LEDGER_APPEND, json_pack("{s:s}", "log", log), fd, MSG_LEDGER_APPENDED, &m);
	if (e == ERR_OK)
		e = book_refusal(&m, why);
	if (e != ERR_OK)
		return e;
	ret_entry->seq = msg_uint(&m, "seq");
	snprintf(ret_entry->leaf, sizeof(ret_entry->leaf), "%s", msg_str(&m, "leaf"));
	msg_done(&m);
	book_sync(d);
	return ERR_OK;
}

enum err
book_put(struct desk *d, const void *bytes, size_t n, char ret_sha256[HEX_DIGEST_SIZE],
    char why[BOOK_WHY_SIZE])
{
	uint8_t sha256[DIGEST_SIZE];
	char name[HEX_DIGEST_SIZE];
	MEM_CLOSE int fd = -1;
	struct msg m;
	digest_sha256(bytes, n, sha256);
	hex_encode(sha256, sizeof(sha256), name);
	enum err e = io_memfd("document", bytes, n, &fd);
	if (e != ERR_OK) {
		snprintf(why, BOOK_WHY_SIZE, "no memory for a document: %s", err_str(e));
		return e;
	}
	e = book_call(
	    d, MSG_LEDGER_PUT, json_pack("{s:s}", "sha256", name), fd, MSG_LEDGER_STORED, &m);
	if (e == ERR_OK)
		e = book_refusal(&m, why);
	if (e != ERR_OK)
		return e;
	msg_done(&m);
	snprintf(ret_sha256, HEX_DIGEST_SIZE, "%s", name);
	return ERR_OK;
}

enum err
book_get_fd(struct desk *d, const char *sha256, int *ret_fd)
{
	struct msg m;
	enum err e = book_call(
	    d, MSG_LEDGER_GET, json_pack("{s:s}", "sha256", sha256), -1, MSG_LEDGER_DOC, &m);
	if (e == ERR_OK)
		e = book_refusal(&m, NULL);
	if (e != ERR_OK)
		return ERR_NOTFOUND;
	*ret_fd = msg_take_fd(&m);
	msg_done(&m);
	return ERR_OK;
}

enum err
book_get(struct desk *d, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	MEM_CLOSE int fd = -1;
	enum err e = book_get_fd(d, sha256, &fd);
	return e == ERR_OK ? io_memfd_read(fd, LIM_SEALED_BYTES, ret_bytes, ret_len) : e;
}

enum err
book_copy(
    struct desk *d, json_t *documents, int *ret_fd, uint64_t *ret_size, char why[BOOK_WHY_SIZE])
{
	struct msg m;
	enum err e = book_call(d, MSG_LEDGER_COPY, json_pack("{s:o}", "documents", documents),
	    -1, MSG_LEDGER_COPIED, &m);
	if (e == ERR_LIMIT) {
		snprintf(why, BOOK_WHY_SIZE, "so many documents are too many at once");
		return ERR_DENIED;
	}
	e = book_refusal(&m, why);
	if (e != ERR_OK)
		return e;
	*ret_size = msg_uint(&m, "size");
	*ret_fd = msg_take_fd(&m);
	msg_done(&m);
	return ERR_OK;
}

enum err
book_policy(
    struct desk *d, const char *sha256, struct policy **ret_policy, char why[BOOK_WHY_SIZE])
{
	uint8_t *text;
	size_t n;
	char syntax[POLICY_WHY_SIZE];
	enum err e = book_get(d, sha256, &text, &n);
	if (e != ERR_OK) {
		snprintf(why, BOOK_WHY_SIZE, "the ledger does not hold the policy");
		return e;
	}
	e = policy_parse(text, n, ret_policy, syntax);
	if (e != ERR_OK)
		snprintf(why, BOOK_WHY_SIZE, "the policy cannot be read: %s", syntax);
	free(text);
	return e;
}
