/* SPDX-License-Identifier: ISC */
/* People and their keys: an admin enrols them, and gives them new keys. */
#include "ui/cmd_people.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/sshsig.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/people.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/sign.h"
#include "ui/token.h"
#include "ui/signin.h"

#include <string.h>
#include <unistd.h>

#define PEOPLE_WORDS_BYTES 8192 /* one act in words */

/* --- a new key --------------------------------------------------- */

static void
people_key_name(const struct ui *ui, const char *id, struct new_key *k)
{
	const struct custody_person *p = custody_person_find(ui->authority, id);
	keyslot_free_name(
	    ui->keys_fd, id, p != NULL && p->has_key ? p->public_key : NULL, k->name);
	sshsig_public_line(sshsig_key_public(k->key), k->line);
	sshsig_fingerprint(sshsig_key_public(k->key), k->fingerprint);
}

int
cmd_people_key_new(struct ui *ui, const char *id, int fd, struct new_key *k)
{
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *seed = NULL;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *passphrase = NULL;
	int status = secret_ask_new(ui, fd, id, &passphrase);
	if (status != UI_DONE)
		return status;
	enum err e = seal_seed_new(&seed);
	if (e == ERR_OK)
		e = seal_close(seed, passphrase, id,
		    custody_demo(ui->authority) ? SEAL_COST_FLOOR : SEAL_COST_MODERATE,
		    &k->file);
	if (e == ERR_OK)
		e = seal_seed_key(seed, &k->key);
	if (e != ERR_OK) {
		print_problemf("end other programs and try again", "the key cannot be made: %s",
		    err_str(e));
		return UI_FAULT;
	}
	people_key_name(ui, id, k);
	return UI_DONE;
}

int
cmd_people_key_token(struct ui *ui, const char *id, int pin_fd, struct new_key *k)
{
	struct tokenfile f;
	int status = token_make(ui, id, pin_fd, &k->pin, &f);
	if (status == UI_DONE)
		status = token_key(ui, &f, pin_fd, &k->pin, &k->key);
	if (status != UI_DONE)
		return status;
	if (tokenfile_print(&f, &k->file) != ERR_OK) {
		print_problem("the token's file cannot be made", "try again");
		return UI_FAULT;
	}
	people_key_name(ui, id, k);
	return UI_DONE;
}

/* In a file, or with --token in the token. */
static int
people_key_new(struct ui *ui, struct args *a, const char *id, struct new_key *k)
{
	int fd = args_number(a, "new-passphrase-fd", -1);
	return args_has(a, "token") ? cmd_people_key_token(ui, id, fd, k)
	                            : cmd_people_key_new(ui, id, fd, k);
}

void
cmd_people_key_done(struct new_key *k)
{
	sshsig_key_free(k->key);
	seal_secret_free(k->pin);
	buf_done(&k->file);
}

int
cmd_people_prove(
    struct sshsig_key *key, const char *id, const char *root, const char *field, json_t *data)
{
	struct buf text, blob;
	buf_init(&text, 1024);
	buf_init(&blob, LIM_ENTRY_SIG_BYTES);
	enum err e = custody_proof_text(id, root, &text);
	if (e == ERR_OK)
		e = sshsig_sign(key, text.data, text.len, &blob);
	if (e == ERR_OK)
		json_object_set_new(data, field, canon_b64_new(blob.data, blob.len));
	buf_done(&text);
	buf_done(&blob);
	if (e == ERR_OK)
		return UI_DONE;
	if (e == ERR_DENIED) /* a token: it was told */
		return UI_NO;
	print_problemf("try again", "the key does not sign: %s", err_str(e));
	return UI_FAULT;
}

int
cmd_people_key_enrol(struct ui *ui, const struct new_key *k, const char *type, const char *subj,
    json_t *data, char ret_leaf[HEX_DIGEST_SIZE])
{
	/* a key nobody enrolled does no harm; an enrolment without its key would */
	enum err e = io_replace_synced(ui->keys_fd, k->name, 0600, k->file.data, k->file.len);
	if (e != ERR_OK) {
		json_decref(data);
		print_problemf("see that the folder is yours and has room; nothing was signed",
		    "%s/keys/%s cannot be written: %s", ui->home, k->name, err_str(e));
		return UI_FAULT;
	}
	int status = cmd_people_sign(ui, type, subj, data, ret_leaf);
	if (status != UI_DONE && !ui->gone)
		unlinkat(ui->keys_fd, k->name, 0);
	return status;
}

/* --- acts -------------------------------------------------------- */

int
cmd_people_sign(struct ui *ui, const char *type, const char *subj, json_t *data,
    char ret_leaf[HEX_DIGEST_SIZE])
{
	struct msg m;
	int status = sign_entry(ui, "authority", type, subj, data, &m);
	if (status != UI_DONE)
		return status;
	snprintf(ret_leaf, HEX_DIGEST_SIZE, "%s", msg_str(&m, "leaf"));
	msg_done(&m);
	return UI_DONE;
}

int
cmd_people_say(struct ui *ui, const char *leaf, const char *done)
{
	struct custody_proposal p;
	struct buf words;
	int status = desk_refresh(ui);
	if (status != UI_DONE)
		return status;
	if (!custody_pending_find(ui->authority, leaf, &p)) {
		print_out("%s%s: in force\n", desk_mark(ui), done);
		return UI_DONE;
	}
	buf_init(&words, PEOPLE_WORDS_BYTES);
	people_act_waits(ui->authority, &p, &words);
	print_out("%s%s: proposed, not in force\n", desk_mark(ui), done);
	print_folded("  ", 2, "%s", buf_str(&words));
	print_out("  sallyport --as ADMIN authority endorse %s\n", leaf);
	buf_done(&words);
	return UI_DONE;
}

int
cmd_people_find(struct ui *ui, const char *id, const struct custody_person **ret)
{
	*ret = custody_person_find(ui->authority, id);
	if (*ret != NULL)
		return UI_DONE;
	print_problemf("sallyport people lists them", "nobody with the id %s is enrolled", id);
	return UI_NO;
}

/* An act of this type about him, that still waits. */
static bool
people_waits(const struct ui *ui, const char *type, const char *subj)
{
	struct custody_proposal p;
	for (size_t i = 0; custody_pending_at(ui->authority, i, &p); i++)
		if (strcmp(p.subj, subj) == 0 && strcmp(p.type, type) == 0)
			return true;
	return false;
}

/* Nobody gets a second key, and no key file is overwritten that may be in use. */
static int
people_is_new(const struct ui *ui, const char *id, const char *subj, const char *type)
{
	const struct custody_person *p = custody_person_find(ui->authority, id);
	if (strcmp(type, "officer.enroll") == 0 && p != NULL && p->has_key) {
		print_problemf("sallyport authority grant gives a further role, authority key "
			       "enroll another key",
		    "%s is enrolled already", id);
		return UI_NO;
	}
	if (!people_waits(ui, type, subj))
		return UI_DONE;
	print_problemf("sallyport --as ADMIN authority pending", "%s was proposed already", id);
	return UI_NO;
}

/* --- enrolling --------------------------------------------------- */

int
cmd_people_officer(struct ui *ui, struct args *a)
{
	struct new_key k = {.key = NULL};
	char root[HEX_DIGEST_SIZE], leaf[HEX_DIGEST_SIZE];
	const char *id = args_text(a, "ID");
	MEM_FREE char *subj = mem_printf("person:%s", id);
	json_t *data = NULL;
	int status = people_is_new(ui, id, subj, "officer.enroll");
	if (status != UI_DONE)
		return status;
	buf_init(&k.file, LIM_KEY_FILE_BYTES);
	status = people_key_new(ui, a, id, &k);
	if (status == UI_DONE)
		status = sign_root(ui, subj, root);
	if (status == UI_DONE) {
		data = json_pack("{s:s, s:s, s:s, s:o}", "id", id, "key", k.line, "name",
		    args_text(a, "name"), "roles", people_roles_parse(args_text(a, "role")));
		status = cmd_people_prove(k.key, id, root, "proof", data);
	}
	if (status == UI_DONE)
		status = cmd_people_key_enrol(
		    ui, &k, "officer.enroll", subj, json_incref(data), leaf);
	json_decref(data);
	if (status == UI_DONE) {
		MEM_FREE char *what =
		    mem_printf("%s (%s) as %s", id, args_text(a, "name"), args_text(a, "role"));
		status = cmd_people_say(ui, leaf, what);
		print_out("  key   %s\n  file  %s/keys/%s\n", k.fingerprint, ui->home, k.name);
	}
	cmd_people_key_done(&k);
	return status;
}

/* A public key as ssh-keygen writes it: the line without its comment. */
static int
people_public_key(const struct arg *file, json_t *data)
{
	uint8_t *bytes = NULL, public[SSHSIG_PUBLIC_SIZE];
	char line[SSHSIG_LINE_SIZE] = "";
	size_t n = 0;
	enum err e = io_slurp(file->fd, LIM_ENTRY_SIG_BYTES, &bytes, &n);
	if (e == ERR_OK) {
		/* the kind and the key; what stands behind a second blank is the comment */
		const uint8_t *blank = memchr(bytes, ' ', n);
		size_t key = blank != NULL ? (size_t)(blank + 1 - bytes) : n;
		while (key < n && strchr(" \r\n", bytes[key]) == NULL)
			key++;
		if (key < sizeof(line))
			memcpy(line, bytes, key);
	}
	free(bytes);
	if (e == ERR_OK && sshsig_public_parse(line, public) == ERR_OK) {
		json_object_set_new(data, "key", json_string(line));
		return UI_DONE;
	}
	print_problemf(
	    "give the .pub file that ssh-keygen -t ed25519 wrote; nobody was enrolled",
	    "%s holds no ssh-ed25519 public key", file->value);
	return UI_NO;
}

int
cmd_people_requester(struct ui *ui, struct args *a)
{
	const char *id = args_text(a, "ID");
	char leaf[HEX_DIGEST_SIZE];
	MEM_FREE char *subj = mem_printf("person:%s", id);
	json_t *data = json_pack("{s:s, s:s}", "id", id, "name", args_text(a, "name"));
	int status = people_is_new(ui, id, subj, "requester.enroll");
	if (status == UI_DONE && args_has(a, "key"))
		status = people_public_key(args_at(a, "key", 0), data);
	if (status == UI_DONE)
		status = cmd_people_sign(ui, "requester.enroll", subj, json_incref(data), leaf);
	json_decref(data);
	if (status != UI_DONE)
		return status;
	MEM_FREE char *what = mem_printf("%s (%s) as requester", id, args_text(a, "name"));
	return cmd_people_say(ui, leaf, what);
}

/* --- another key ------------------------------------------------- */

/* The same by a token. */
static int
people_cross_token(struct ui *ui, const struct custody_person *p, const struct keyslot *slot,
    int fd, const char *root, json_t *data)
{
	struct tokenfile f;
	struct sshsig_key *key = NULL;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *pin = NULL;
	if (tokenfile_parse(slot->file, slot->n, &f) != ERR_OK) {
		print_problemf("bring it back from its copy, or revoke the key",
		    "the key file of %s is damaged", p->id);
		return UI_NO;
	}
	int status = token_key(ui, &f, fd, &pin, &key);
	if (status == UI_DONE)
		status = cmd_people_prove(key, p->id, root, "cross", data);
	sshsig_key_free(key);
	return status;
}

/* The key in force signs as well that the new one takes its place: its owner is here. */
static int
people_cross(
    struct ui *ui, const struct custody_person *p, int fd, const char *root, json_t *data)
{
	struct keyslot slot;
	struct sshsig_key *key = NULL;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *passphrase = NULL;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *seed = NULL;
	if (keyslot_read(ui->keys_fd, p->id, p->public_key, &slot) != ERR_OK) {
		print_problemf("if it is lost, revoke it first: sallyport authority key revoke",
		    "there is no key of %s on this station", p->id);
		return UI_NO;
	}
	if (tokenfile_is(slot.file, slot.n)) {
		int told = people_cross_token(ui, p, &slot, fd, root, data);
		keyslot_done(&slot);
		return told;
	}
	int status = secret_ask(ui, fd, p->id, &passphrase);
	enum err e =
	    status == UI_DONE ? seal_open(slot.file, slot.n, passphrase, NULL, &seed) : ERR_OK;
	if (status == UI_DONE && e == ERR_OK)
		e = seal_seed_key(seed, &key);
	keyslot_done(&slot);
	if (e != ERR_OK) {
		print_problemf(
		    e == ERR_DENIED
			? "try again; if it is forgotten, revoke the key first: sallyport "
			  "authority key revoke"
			: "bring the key file back from its copy, or revoke the key",
		    "the key of %s in force does not open: %s", p->id,
		    e == ERR_DENIED ? "this is not its passphrase" : err_str(e));
		return UI_NO;
	}
	if (status == UI_DONE)
		status = cmd_people_prove(key, p->id, root, "cross", data);
	sshsig_key_free(key);
	return status;
}

/* In force, it takes the place of the file before. */
static void
people_settle(struct ui *ui, const char *id, struct new_key *k)
{
	const struct custody_person *p = custody_person_find(ui->authority, id);
	MEM_FREE char *name = mem_printf("%s.key", id);
	if (p == NULL || !p->has_key || strcmp(k->name, name) == 0 ||
	    strcmp(p->key, k->fingerprint) != 0)
		return;
	if (renameat(ui->keys_fd, k->name, ui->keys_fd, name) == 0)
		snprintf(k->name, sizeof(k->name), "%s", name);
}

int
cmd_people_key(struct ui *ui, struct args *a)
{
	struct new_key k = {.key = NULL};
	const struct custody_person *p;
	char root[HEX_DIGEST_SIZE], leaf[HEX_DIGEST_SIZE];
	const char *id = args_text(a, "ID");
	MEM_FREE char *subj = mem_printf("person:%s", id);
	json_t *data = json_pack("{s:s}", "id", id);
	int status = cmd_people_find(ui, id, &p);
	if (status == UI_DONE)
		status = people_is_new(ui, id, subj, "key.enroll");
	if (status == UI_DONE)
		status = sign_root(ui, subj, root);
	if (status == UI_DONE && p->has_key)
		status =
		    people_cross(ui, p, args_number(a, "old-passphrase-fd", -1), root, data);
	buf_init(&k.file, LIM_KEY_FILE_BYTES);
	if (status == UI_DONE)
		status = people_key_new(ui, a, id, &k);
	if (status == UI_DONE) {
		json_object_set_new(data, "key", json_string(k.line));
		status = cmd_people_prove(k.key, id, root, "proof", data);
	}
	if (status == UI_DONE)
		status =
		    cmd_people_key_enrol(ui, &k, "key.enroll", subj, json_incref(data), leaf);
	json_decref(data);
	if (status == UI_DONE) {
		MEM_FREE char *what = mem_printf("a new key for %s", id);
		status = cmd_people_say(ui, leaf, what);
		people_settle(ui, id, &k);
		print_out("  key   %s\n  file  %s/keys/%s\n", k.fingerprint, ui->home, k.name);
	}
	cmd_people_key_done(&k);
	return status;
}
