/* SPDX-License-Identifier: ISC */
#include "ui/signin.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/guess.h"
#include "ui/desk.h"
#include "ui/keyslot.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/sign.h"
#include "ui/token.h"

#include <poll.h>
#include <string.h>

#define SIGNIN_NAMESPACE   "unlock@sallyport"
#define SIGNIN_NONCE_BYTES 32
#define SIGNIN_SLICE_MS    250 /* between two looks at whether somebody gave up */

const struct custody_person *
signin_person(const struct ui *ui)
{
	return ui->as != NULL && ui->authority != NULL
	           ? custody_person_find(ui->authority, ui->as)
	           : NULL;
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
void
signin_tell_failure(struct ui *ui, const char *why)
{
	struct msg m;
	static const enum msg_id answers[] = {MSG_DESK_DONE, MSG_DESK_REFUSED, MSG_NONE};
	ui->refused++; /* the station knows better, when it is there */
	if (ui->desk == NULL || channel_call(ui->desk, MSG_UI_FAILED,
				    json_pack("{s:s, s:s}", "officer", ui->as, "why", why), -1,
				    answers, &m) != ERR_OK)
		return;
	if (m.id == MSG_DESK_DONE && msg_uint(&m, "count") > 0)
		ui->refused = msg_uint(&m, "count");
	msg_done(&m);
}

/* Guessing is slow: after some refusals each further try waits, longer each time. */
static int
signin_wait(struct ui *ui)
{
	int64_t until_ms = clock_mono_ms() + guess_wait_ms(ui->refused), left_ms;
	if (guess_wait_ms(ui->refused) > 0 && ui->screens == NULL)
		print_err("%llu sign-ins as %s were refused; the next is tried in %d s.\n",
		    (unsigned long long)ui->refused, ui->as, guess_wait_ms(ui->refused) / 1000);
	while ((left_ms = until_ms - clock_mono_ms()) > 0) {
		poll(NULL, 0, left_ms < SIGNIN_SLICE_MS ? (int)left_ms : SIGNIN_SLICE_MS);
		if (ui->waiting != NULL && !ui->waiting(ui->screens)) {
			print_problem("you did not wait", "try again; the wait begins anew");
			return UI_NO;
		}
	}
	return UI_DONE;
}

/* The file of the key in force; caller ends it. */
static int
signin_key_file(struct ui *ui, struct keyslot *ret)
{
	const struct custody_person *p = signin_person(ui);
	if (keyslot_read(ui->keys_fd, ui->as, p != NULL ? p->public_key : NULL, ret) == ERR_OK)
		return UI_DONE;
	signin_tell_failure(ui, "no key file at this station");
	print_problemf(
	    "sign in where the key is; an administrator enrols people with authority add",
	    "there is no key of %s on this station (%s/keys/%s.key)", ui->as, ui->home, ui->as);
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

/* A key as cheap to guess as those of a demo signs nothing at a station that is none. */
static int
signin_key_cost(struct ui *ui, const struct keyslot *slot)
{
	struct seal_header h;
	if (custody_demo(ui->authority) ||
	    seal_header_parse(slot->file, slot->n, &h) != ERR_OK /* told when it is opened */
	    || seal_header_meets(&h, SEAL_COST_MODERATE))
		return UI_DONE;
	signin_tell_failure(ui, "a key file of demo strength");
	print_problemf("nothing was signed; an administrator gives another key: sallyport "
		       "authority key enroll",
	    "the key file of %s is sealed like those of a demo, Argon2id with %llu passes over "
	    "%llu MiB: whoever copied it guesses its passphrase too cheaply",
	    ui->as, (unsigned long long)h.ops, (unsigned long long)(h.mem_bytes >> 20));
	return UI_FAULT;
}

/* The token counts its wrong PINs itself; they are entered all the same. */
static int
signin_token(struct ui *ui, const struct keyslot *slot, struct sshsig_key **ret)
{
	struct tokenfile f;
	enum err e = tokenfile_parse(slot->file, slot->n, &f);
	if (e == ERR_OK && strcmp(f.officer, ui->as) != 0)
		e = ERR_SYNTAX;
	if (e != ERR_OK)
		return signin_unseal_failed(ui, e);
	int status = signin_wait(ui);
	return status == UI_DONE ? token_key(ui, &f, ui->passphrase_fd, &ui->passphrase, ret)
	                         : status;
}

int
signin_key(struct ui *ui, struct sshsig_key **ret)
{
	struct keyslot slot = {.file = NULL};
	struct seal_header header;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *seed = NULL;
	int status = signin_key_file(ui, &slot);
	if (status == UI_DONE && tokenfile_is(slot.file, slot.n)) {
		status = signin_token(ui, &slot, ret);
		keyslot_done(&slot);
		return status;
	}
	if (status == UI_DONE)
		status = signin_key_cost(ui, &slot);
	if (status == UI_DONE && ui->passphrase == NULL && ui->screens != NULL) {
		signin_tell_failure(ui, "no passphrase");
		print_problemf("type it", "the key of %s needs its passphrase", ui->as);
		status = UI_NO;
	}
	if (status == UI_DONE && ui->passphrase == NULL)
		status = secret_ask(ui, ui->passphrase_fd, ui->as, &ui->passphrase);
	if (status == UI_DONE)
		status = signin_wait(ui);
	if (status != UI_DONE) {
		keyslot_done(&slot);
		return status;
	}
	enum err e = seal_open(slot.file, slot.n, ui->passphrase, &header, &seed);
	keyslot_done(&slot);
	if (e == ERR_OK && strcmp(header.officer, ui->as) != 0)
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		e = seal_seed_key(seed, ret);
	if (e == ERR_OK) {
		ui->refused = 0;
		return UI_DONE;
	}
	seal_secret_free(ui->passphrase);
	ui->passphrase = NULL;
	return signin_unseal_failed(ui, e);
}

enum signin_means
signin_means(const struct ui *ui)
{
	const struct custody_person *p = signin_person(ui);
	if (p == NULL || !p->has_key || !sshsig_is_token(p->public_key))
		return SIGNIN_PASSPHRASE;
	return custody_token_pin(ui->authority) ? SIGNIN_PIN : SIGNIN_TOUCH;
}

int
signin_prove(struct ui *ui)
{
	struct sshsig_key *key;
	struct buf blob;
	uint8_t nonce[SIGNIN_NONCE_BYTES];
	int status = signin_key(ui, &key);
	if (status != UI_DONE)
		return status;
	/* a key file was opened by its passphrase; of a token nothing is known yet */
	seal_random(nonce, sizeof(nonce));
	buf_init(&blob, LIM_ENTRY_SIG_BYTES);
	enum err e = sshsig_sign_as(SIGNIN_NAMESPACE, key, nonce, sizeof(nonce), &blob);
	buf_done(&blob);
	sshsig_key_free(key);
	if (e == ERR_SIGNATURE) {
		ui->token_spoke = true;
		print_problem(
		    "what the token answers is no signature by the key that is enrolled",
		    "put in the token that was enrolled");
	}
	return e == ERR_OK ? UI_DONE : UI_NO;
}

/* A person that may sign anything at all. */
static int
signin_known(struct ui *ui)
{
	const struct custody_person *p = signin_person(ui);
	if (p != NULL && p->has_key)
		return UI_DONE;
	int status = signin_wait(ui); /* as long as for somebody who is enrolled */
	if (status != UI_DONE)
		return status;
	signin_tell_failure(ui, p == NULL ? "nobody of this id is enrolled" : "has no key");
	print_problemf("check the id; an administrator enrols people with authority add",
	    p == NULL ? "nobody with the id %s is enrolled"
		      : "%s is a requester and has no key",
	    ui->as);
	return UI_NO;
}

/* The desk's nonce, which the sign-in answers; and how often he was refused. */
static int
signin_nonce(struct ui *ui, struct msg *ret)
{
	if (ui->as == NULL) {
		print_problem("this needs somebody who signs in", "sallyport --as ID ...");
		return UI_USAGE;
	}
	int status = desk_call(
	    ui, MSG_UI_NONCE, json_pack("{s:s}", "officer", ui->as), -1, MSG_DESK_NONCE, ret);
	if (status == UI_DONE)
		ui->refused = msg_uint(ret, "refused");
	return status;
}

int
signin(struct ui *ui)
{
	struct msg m;
	struct buf entry;
	MEM_CLOSE int fd = -1;
	if (channel_phase(ui->desk) == PH_SIGNED)
		return UI_DONE;
	int status = signin_nonce(ui, &m);
	if (status != UI_DONE)
		return status;
	json_t *data = json_pack("{s:s}", "nonce", msg_str(&m, "nonce"));
	msg_done(&m);
	status = signin_known(ui);
	if (status != UI_DONE) {
		json_decref(data);
		return status;
	}
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
