/* SPDX-License-Identifier: ISC */
#include "ui/signin.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/sign.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const struct custody_person *
signin_person(const struct ui *ui)
{
	return ui->as != NULL ? custody_person_find(ui->authority, ui->as) : NULL;
}

void
signin_forget(struct ui *ui)
{
	if (ui->batch || ui->passphrase_fd >= 0)
		return;
	seal_secret_free(ui->passphrase);
	ui->passphrase = NULL;
}

/* A refused sign-in is an entry, too. */
static void
signin_tell_failure(struct ui *ui, const char *why)
{
	struct msg m;
	static const enum msg_id answers[] = {MSG_DESK_DONE, MSG_DESK_REFUSED, MSG_NONE};
	if (ui->desk == NULL || channel_call(ui->desk, MSG_UI_FAILED,
				    json_pack("{s:s, s:s}", "officer", ui->as, "why", why), -1,
				    answers, &m) != ERR_OK)
		return;
	msg_done(&m);
}

/* The file HOME/keys/ID.key; caller frees. */
static int
signin_key_file(struct ui *ui, uint8_t **ret_bytes, size_t *ret_len)
{
	MEM_FREE char *name = mem_printf("%s.key", ui->as);
	MEM_CLOSE int fd =
	    ui->keys_fd < 0 ? -1 : openat(ui->keys_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && io_slurp(fd, LIM_KEY_FILE_BYTES, ret_bytes, ret_len) == ERR_OK)
		return UI_DONE;
	signin_tell_failure(ui, "no key file at this station");
	print_problemf(
	    "sign in where the key is; an administrator enrols people with officer add",
	    "there is no key of %s on this station (%s/keys/%s)", ui->as, ui->home, name);
	return UI_NO;
}

static int
signin_unseal_failed(struct ui *ui, enum err e)
{
	if (e == ERR_DENIED) {
		signin_tell_failure(ui, "wrong passphrase");
		print_problemf("try again; the refusal is recorded",
		    "this is not the passphrase of %s", ui->as);
		return UI_NO;
	}
	if (e == ERR_IO) {
		print_problem("there is not enough memory to unseal the key",
		    "end other programs and try again; nothing was signed");
		return UI_FAULT;
	}
	signin_tell_failure(ui, "damaged key file");
	print_problemf("bring the key file back from its copy, or enrol a new key",
	    "the key file of %s is damaged: %s", ui->as, err_str(e));
	return UI_FAULT;
}

int
signin_key(struct ui *ui, struct sshsig_key **ret)
{
	uint8_t *file = NULL;
	size_t n = 0;
	struct seal_header header;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *seed = NULL;
	int status = signin_key_file(ui, &file, &n);
	if (status == UI_DONE && ui->passphrase == NULL)
		status = secret_ask(ui, ui->passphrase_fd, ui->as, &ui->passphrase);
	if (status != UI_DONE) {
		free(file);
		return status;
	}
	enum err e = seal_open(file, n, ui->passphrase, &header, &seed);
	free(file);
	if (e == ERR_OK && strcmp(header.officer, ui->as) != 0)
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		e = seal_seed_key(seed, ret);
	if (e == ERR_OK)
		return UI_DONE;
	seal_secret_free(ui->passphrase);
	ui->passphrase = NULL;
	return signin_unseal_failed(ui, e);
}

/* A person that may sign anything at all. */
static int
signin_known(struct ui *ui)
{
	if (ui->as == NULL) {
		print_problem("this needs somebody who signs in", "sallyport --as ID ...");
		return UI_USAGE;
	}
	const struct custody_person *p = signin_person(ui);
	if (p != NULL && p->has_key)
		return UI_DONE;
	signin_tell_failure(ui, p == NULL ? "nobody of this id is enrolled" : "has no key");
	print_problemf("check the id; an administrator enrols people with officer add",
	    p == NULL ? "nobody with the id %s is enrolled"
		      : "%s is a requester and has no key",
	    ui->as);
	return UI_NO;
}

int
signin(struct ui *ui)
{
	struct msg m;
	struct buf entry;
	MEM_CLOSE int fd = -1;
	if (channel_phase(ui->desk) == PH_SIGNED)
		return UI_DONE;
	int status = signin_known(ui);
	if (status == UI_DONE)
		status = desk_call(ui, MSG_UI_NONCE, NULL, -1, MSG_DESK_NONCE, &m);
	if (status != UI_DONE)
		return status;
	json_t *data = json_pack("{s:s}", "nonce", msg_str(&m, "nonce"));
	msg_done(&m);
	MEM_FREE char *subj = mem_printf("officer:%s", ui->as);
	buf_init(&entry, LIM_ENTRY_BYTES);
	status = sign_make(ui, "custody", "sess.login", subj, data, &entry);
	if (status == UI_DONE)
		status = sign_memfd(&entry, &fd);
	buf_done(&entry);
	if (status == UI_DONE)
		status = desk_call(ui, MSG_UI_SIGNIN, json_pack("{s:s}", "officer", ui->as), fd,
		    MSG_DESK_DONE, NULL);
	if (status == UI_DONE)
		channel_set_phase(ui->desk, PH_SIGNED);
	return status;
}
