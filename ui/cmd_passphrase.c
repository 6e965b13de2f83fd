/* SPDX-License-Identifier: ISC */
/* passphrase: the same key under another passphrase; nothing else changes. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/keyslot.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/signin.h"

#include <string.h>

static int
passphrase_failed(const struct ui *ui, enum err e)
{
	if (e == ERR_IO)
		print_problem("there is not enough memory to seal the key",
		    "end other programs and try again; the passphrase is the one before");
	else
		print_problemf("bring the key file back from its copy",
		    "the key file of %s does not open any more: %s", ui->as, err_str(e));
	return UI_FAULT;
}

/* Takes the place of the old file in one step, whatever ends us. */
static int
passphrase_write(struct ui *ui, const struct keyslot *slot, const struct buf *file)
{
	struct seal_header h;
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	enum err e = seal_header_parse(file->data, file->len, &h);
	if (e == ERR_OK)
		e = io_replace_synced(ui->keys_fd, slot->name, 0600, file->data, file->len);
	if (e != ERR_OK) {
		print_problemf("see that the folder is yours and has room; the passphrase is "
			       "the one before",
		    "%s/keys/%s cannot be written: %s", ui->home, slot->name, err_str(e));
		return UI_FAULT;
	}
	sshsig_fingerprint(h.public, fingerprint);
	print_out("%sThe passphrase of %s was changed; the key is the same.\n", desk_mark(ui),
	    ui->as);
	print_out("  key     %s\n  file    %s/keys/%s\n", fingerprint, ui->home, slot->name);
	print_out("  sealed  Argon2id, %llu passes over %llu MiB\n", (unsigned long long)h.ops,
	    (unsigned long long)(h.mem_bytes >> 20));
	print_wrapped(0,
	    "Copies of the file made before still open with the old passphrase: destroy "
	    "them, and copy it anew. Whoever may have had one and known the passphrase has "
	    "the key: then an administrator revokes it.");
	return UI_DONE;
}

int
cmd_passphrase(struct ui *ui, struct args *a)
{
	struct keyslot slot;
	struct buf file;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *new = NULL;
	const struct custody_person *p = signin_person(ui);
	if (keyslot_read(ui->keys_fd, ui->as, p->public_key, &slot) != ERR_OK)
		return passphrase_failed(ui, ERR_NOTFOUND);
	int status = secret_ask_new(ui, args_number(a, "new-passphrase-fd", -1), ui->as, &new);
	if (status == UI_DONE && secret_same(ui->passphrase, new)) {
		print_problem("the new passphrase is the old one", "take another; nothing was "
								   "changed");
		status = UI_USAGE;
	}
	buf_init(&file, LIM_KEY_FILE_BYTES);
	if (status == UI_DONE) {
		enum err e = seal_change(slot.file, slot.n, ui->passphrase, new,
		    custody_demo(ui->authority) ? SEAL_COST_FLOOR : SEAL_COST_MODERATE, &file);
		status =
		    e == ERR_OK ? passphrase_write(ui, &slot, &file) : passphrase_failed(ui, e);
	}
	if (status == UI_DONE) { /* what a batch signs next */
		seal_secret_free(ui->passphrase);
		ui->passphrase = new;
		new = NULL;
	}
	buf_done(&file);
	keyslot_done(&slot);
	return status;
}
