/* SPDX-License-Identifier: ISC */
/*
 * The token of a person: sallyport-token that speaks with it, the right one of those that
 * are plugged in, and a key that signs there.
 */
#ifndef UI_TOKEN_H
#define UI_TOKEN_H

#include "src/core/tokenfile.h"
#include "ui/args.h"
#include "ui/ui.h"

/*
 * Before the sandbox: when this command may need a token, those that are plugged in (or
 * ui->token_fds) are opened and a sallyport-token is started with each.  What is missing is
 * told when it is needed.  The screens have them from their guard when they are needed.
 */
void token_begin(struct ui *, const struct args *);
void token_end(struct ui *);
/*
 * A new key in the token, for this person; asks for the PIN (fd: a descriptor, or -1),
 * which the caller frees in any case.  Of several tokens it is made in the one that has
 * no key of this person or of who signs here.  Prints what is wrong; an enum ui_status.
 */
int token_make(struct ui *, const char *id, int pin_fd, struct seal_secret **ret_pin,
    struct tokenfile *ret);
/*
 * A key that signs in the token that has it; every signature waits for a touch.  pin is
 * asked for when *pin is NULL and the policy wants it, and stays the caller's, who keeps it
 * as long as the key.  What goes wrong while it signs is printed then, and the signature is
 * ERR_DENIED.
 */
int token_key(struct ui *, const struct tokenfile *, int pin_fd, struct seal_secret **pin,
    struct sshsig_key **ret);

#endif
