/* SPDX-License-Identifier: ISC */
#include "ui/init_key.h"
#include "src/core/tokenfile.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/token.h"

#include <string.h>

/* The key of an admin, made in his token. */
static int
init_key_token(struct ui *ui, int fd, struct founding_admin *a)
{
	struct tokenfile f;
	int status = token_make(ui, a->id, fd, &a->pin, &f);
	if (status == UI_DONE)
		status = token_key(ui, &f, fd, &a->pin, &a->key);
	if (status != UI_DONE || tokenfile_print(&f, &a->file) == ERR_OK)
		return status;
	print_problem("the token's file cannot be made", "try again");
	return UI_FAULT;
}

static int
init_key_file(struct ui *ui, int fd, bool demo, struct founding_admin *a)
{
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *seed = NULL;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *passphrase = NULL;
	int status = secret_ask_new(ui, fd, a->id, &passphrase);
	if (status != UI_DONE)
		return status;
	enum err e = seal_seed_new(&seed);
	if (e == ERR_OK)
		e = seal_close(seed, passphrase, a->id,
		    demo ? SEAL_COST_FLOOR : SEAL_COST_MODERATE, &a->file);
	if (e == ERR_OK)
		e = seal_seed_key(seed, &a->key);
	if (e != ERR_OK) {
		print_problemf("end other programs and try again",
		    "the key of %s cannot be made: %s", a->id, err_str(e));
		return UI_FAULT;
	}
	return UI_DONE;
}

int
init_key(struct ui *ui, const struct args *args, bool demo, struct founding_admin *a)
{
	int fd = args_number(args, "new-passphrase-fd", -1);
	const char *token = args_text(args, "token");
	int status = token != NULL && strcmp(token, a->id) == 0
	                 ? init_key_token(ui, fd, a)
	                 : init_key_file(ui, fd, demo, a);
	if (status != UI_DONE)
		return status;
	sshsig_public_line(sshsig_key_public(a->key), a->line);
	sshsig_fingerprint(sshsig_key_public(a->key), a->fingerprint);
	return UI_DONE;
}
