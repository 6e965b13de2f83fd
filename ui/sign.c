/* SPDX-License-Identifier: ISC */
#include "ui/sign.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/entry.h"
#include "src/core/sshsig.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/signin.h"

#include <string.h>

/* The role in which this person may sign such an entry, or NULL. */
static const char *
sign_role(const struct custody_person *p, const char *log, const char *type)
{
	static const struct {
		enum transfer_signer signer;
		enum custody_role role;
	} roles[] = {
	    {SIGNER_OFFICER, CUSTODY_OFFICER},
	    {SIGNER_ADMIN, CUSTODY_ADMIN},
	    {SIGNER_AUDITOR, CUSTODY_AUDITOR},
	};
	enum transfer_log l = strcmp(log, "authority") == 0 ? LOG_AUTHORITY : LOG_CUSTODY;
	enum transfer_event event = transfer_event_find(l, type);
	/* who becomes an admin by an act may endorse it; the ledger knows */
	if (event == EVENT_ENDORSE)
		return transfer_signer_name(SIGNER_ADMIN);
	unsigned signers = event != EVENT__MAX ? transfer_event_row(event)->signers : 0;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if ((signers & (unsigned)roles[i].signer) != 0 &&
		    (p->roles & (unsigned)roles[i].role) != 0)
			return transfer_signer_name(roles[i].signer);
	return NULL;
}

static int
sign_prepare(struct ui *ui, const char *log, const char *subj, struct msg *ret)
{
	return desk_call(ui, MSG_UI_PREPARE, json_pack("{s:s, s:s}", "log", log, "subj", subj),
	    -1, MSG_DESK_PREPARED, ret);
}

int
sign_root(struct ui *ui, const char *subj, char ret_root[HEX_DIGEST_SIZE])
{
	struct msg m;
	int status = sign_prepare(ui, "authority", subj, &m);
	if (status != UI_DONE)
		return status;
	snprintf(
	    ret_root, HEX_DIGEST_SIZE, "%s", row_text(json_object_get(m.body, "auth"), "root"));
	msg_done(&m);
	return UI_DONE;
}

/* The key lives to the end of this function. */
static int
sign_with_key(struct ui *ui, struct sshsig_key *key, const json_t *body, struct buf *ret_entry)
{
	enum err e = entry_sign(body, key, ret_entry);
	sshsig_key_free(key);
	if (e == ERR_OK)
		return UI_DONE;
	if (e == ERR_DENIED) { /* a token: it was told */
		seal_secret_free(ui->passphrase);
		ui->passphrase = NULL;
		return UI_NO;
	}
	if (e == ERR_SIGNATURE) {
		print_problem(
		    "what the token answers is no signature by the key that is enrolled",
		    "put in the token that was enrolled; nothing was signed");
		return UI_NO;
	}
	print_problemf("say less in one text", "this does not fit an entry: %s", err_str(e));
	return UI_USAGE;
}

/*
 * The key before the question: what is told about a subject holds until somebody else
 * enters something about it, and a passphrase takes its time.
 */
static int
sign_prepare_with_key(struct ui *ui, const char *log, const char *subj,
    struct sshsig_key **ret_key, struct msg *ret)
{
	int status = signin_key(ui, ret_key);
	if (status != UI_DONE)
		return status;
	status = sign_prepare(ui, log, subj, ret);
	if (status != UI_DONE)
		sshsig_key_free(*ret_key);
	return status;
}

int
sign_make(struct ui *ui, const char *log, const char *type, const char *subj, json_t *data,
    struct buf *ret_entry)
{
	struct msg m;
	struct sshsig_key *key;
	const struct custody_person *p = signin_person(ui);
	const char *role = sign_role(p, log, type);
	if (role == NULL) {
		print_problemf(
		    "somebody with the role must do it", "%s may not sign %s", ui->as, type);
		json_decref(data);
		return UI_NO;
	}
	int status = sign_prepare_with_key(ui, log, subj, &key, &m);
	if (status != UI_DONE) {
		json_decref(data);
		return status;
	}
	struct entry_new n = {.log = msg_str(&m, "origin"),
	    .type = type,
	    .subj = subj,
	    .prev = msg_str(&m, "prev"),
	    .head = json_object_get(m.body, "head"),
	    .auth = json_object_get(m.body, "auth"),
	    .actor_id = p->id,
	    .actor_key = p->key,
	    .actor_name = p->name,
	    .actor_role = role,
	    .boot = ui->boot,
	    .data = data};
	json_t *body = entry_body_new(&n);
	msg_done(&m);
	json_decref(data);
	status = sign_with_key(ui, key, body, ret_entry);
	json_decref(body);
	return status;
}

int
sign_memfd(const struct buf *entry, int *ret_fd)
{
	if (io_memfd("entry", entry->data, entry->len, ret_fd) == ERR_OK)
		return UI_DONE;
	print_problem("there is no memory for the entry", "end other programs and try again");
	return UI_FAULT;
}

int
sign_entry(struct ui *ui, const char *log, const char *type, const char *subj, json_t *data,
    struct msg *ret_done)
{
	struct buf entry;
	MEM_CLOSE int fd = -1;
	buf_init(&entry, LIM_ENTRY_BYTES);
	int status = sign_make(ui, log, type, subj, data, &entry);
	if (status == UI_DONE)
		status = sign_memfd(&entry, &fd);
	buf_done(&entry);
	if (status != UI_DONE)
		return status;
	return desk_call(ui, MSG_UI_ENTRY, json_object(), fd, MSG_DESK_DONE, ret_done);
}

int
sign_transfer(
    struct ui *ui, const char *type, const char *transfer, json_t *data, struct msg *ret_done)
{
	MEM_FREE char *subj = mem_printf("xfer:%s", transfer);
	return sign_entry(ui, "custody", type, subj, data, ret_done);
}
