/* SPDX-License-Identifier: ISC */
/* People: an admin enrols officers, admins, auditors and requesters. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/sshsig.h"
#include "ui/cmd_exception.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/sign.h"

#include <string.h>
#include <unistd.h>

/* A new key, before and after it is sealed. */
struct new_key {
	struct sshsig_key *key;
	struct buf file;
	char name[LIM_PERSON_ID_BYTES + 8]; /* of the file */
	char line[SSHSIG_LINE_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
};

static int
new_key_make(struct ui *ui, const char *id, int fd, struct new_key *k)
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
	snprintf(k->name, sizeof(k->name), "%s.key", id);
	sshsig_public_line(sshsig_key_public(k->key), k->line);
	sshsig_fingerprint(sshsig_key_public(k->key), k->fingerprint);
	return UI_DONE;
}

static void
new_key_done(struct new_key *k)
{
	sshsig_key_free(k->key);
	buf_done(&k->file);
}

static json_t *
people_roles(const char *list)
{
	json_t *roles = json_array();
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		json_array_append_new(roles, json_stringn(list, n));
		list += n + (list[n] == ',');
	}
	return roles;
}

/* data of officer.enroll, with the proof that whoever made the key holds it. */
static int
people_enrolment(struct ui *ui, const struct args *a, const char *subj, const struct new_key *k,
    json_t **ret_data)
{
	char root[HEX_DIGEST_SIZE];
	struct buf text, blob;
	int status = sign_root(ui, subj, root);
	if (status != UI_DONE)
		return status;
	buf_init(&text, 1024);
	buf_init(&blob, LIM_ENTRY_SIG_BYTES);
	enum err e = custody_proof_text(args_text(a, "ID"), root, &text);
	if (e == ERR_OK)
		e = sshsig_sign(k->key, text.data, text.len, &blob);
	if (e == ERR_OK)
		*ret_data = json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", args_text(a, "ID"),
		    "key", k->line, "name", args_text(a, "name"), "proof",
		    canon_b64_new(blob.data, blob.len), "roles",
		    people_roles(args_text(a, "role")));
	buf_done(&text);
	buf_done(&blob);
	if (e == ERR_OK)
		return UI_DONE;
	print_problemf("try again", "the new key does not sign: %s", err_str(e));
	return UI_FAULT;
}

static bool
people_pending(const struct ui *ui, const char *subj)
{
	struct custody_proposal p;
	for (size_t i = 0; custody_pending_at(ui->authority, i, &p); i++) {
		if (strcmp(p.subj, subj) == 0)
			return true;
	}
	return false;
}

/* Nobody gets a second key, and no key is overwritten that may be in use. */
static int
people_is_new(const struct ui *ui, const char *id, const char *subj)
{
	const struct custody_person *p = custody_person_find(ui->authority, id);
	if (p != NULL && p->has_key) {
		print_problemf("a person has one id and one key; give all roles when enrolling",
		    "%s is enrolled already", id);
		return UI_NO;
	}
	if (!people_pending(ui, subj))
		return UI_DONE;
	print_problemf("sallyport --as ADMIN endorse", "%s was proposed already", id);
	return UI_NO;
}

/* Whether an admin's act is in force now, or what it waits for. */
static void
people_say_force(struct ui *ui, const char *subj, const char *what)
{
	if (desk_refresh(ui) == UI_DONE && people_pending(ui, subj))
		print_out(
		    "%s%s: proposed; %u admins must stand behind it: sallyport --as ADMIN "
		    "endorse\n",
		    desk_mark(ui), what, custody_threshold(ui->authority));
	else
		print_out("%s%s: in force\n", desk_mark(ui), what);
}

static int
people_enrol(struct ui *ui, const struct args *a, const char *subj, const struct new_key *k)
{
	json_t *data = NULL;
	int status = people_enrolment(ui, a, subj, k, &data);
	if (status != UI_DONE)
		return status;
	/* a key nobody enrolled does no harm; an enrolment without its key would */
	enum err e = io_replace_synced(ui->keys_fd, k->name, 0600, k->file.data, k->file.len);
	if (e != ERR_OK) {
		json_decref(data);
		print_problemf("see that the folder is yours and has room; nobody was enrolled",
		    "%s/keys/%s cannot be written: %s", ui->home, k->name, err_str(e));
		return UI_FAULT;
	}
	status = sign_entry(ui, "authority", "officer.enroll", subj, data, NULL);
	if (status != UI_DONE && !ui->gone)
		unlinkat(ui->keys_fd, k->name, 0);
	return status;
}

int
cmd_people_officer(struct ui *ui, struct args *a)
{
	struct new_key k = {.key = NULL};
	const char *id = args_text(a, "ID");
	MEM_FREE char *subj = mem_printf("person:%s", id);
	int status = people_is_new(ui, id, subj);
	if (status != UI_DONE)
		return status;
	buf_init(&k.file, LIM_KEY_FILE_BYTES);
	status = new_key_make(ui, id, args_number(a, "new-passphrase-fd", -1), &k);
	if (status == UI_DONE)
		status = people_enrol(ui, a, subj, &k);
	if (status == UI_DONE) {
		MEM_FREE char *what =
		    mem_printf("%s (%s) as %s", id, args_text(a, "name"), args_text(a, "role"));
		people_say_force(ui, subj, what);
		print_out("  key   %s\n  file  %s/keys/%s\n", k.fingerprint, ui->home, k.name);
	}
	new_key_done(&k);
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
	if (e == ERR_OK && n >= sizeof(line) - 1) {
		memcpy(line, bytes, sizeof(line) - 1);
		line[sizeof(line) - 1] = '\0';
	}
	bool ends = n == sizeof(line) - 1 ||
	            (n >= sizeof(line) && strchr(" \r\n", bytes[sizeof(line) - 1]) != NULL);
	free(bytes);
	if (e == ERR_OK && ends && sshsig_public_parse(line, public) == ERR_OK) {
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
	MEM_FREE char *subj = mem_printf("person:%s", id);
	json_t *data = json_pack("{s:s, s:s}", "id", id, "name", args_text(a, "name"));
	int status = UI_DONE;
	if (args_has(a, "key"))
		status = people_public_key(args_at(a, "key", 0), data);
	if (status != UI_DONE) {
		json_decref(data);
		return status;
	}
	status = sign_entry(ui, "authority", "requester.enroll", subj, data, NULL);
	if (status == UI_DONE) {
		MEM_FREE char *what =
		    mem_printf("%s (%s) as requester", id, args_text(a, "name"));
		people_say_force(ui, subj, what);
	}
	return status;
}

static void
people_print_pending(const struct ui *ui, const struct custody_proposal *p)
{
	print_out("%s%s %s\n  %s\n", desk_mark(ui), p->type, p->subj, p->leaf);
	if (strcmp(p->subj, "exception") == 0)
		cmd_exception_show(p->type, p->data);
}

int
cmd_people_endorse(struct ui *ui, struct args *a)
{
	const char *wanted = args_text(a, "LEAF");
	struct custody_proposal p;
	if (wanted == NULL) {
		size_t n = 0;
		while (custody_pending_at(ui->authority, n, &p)) {
			people_print_pending(ui, &p);
			n++;
		}
		if (n == 0)
			print_out("%snothing awaits an endorsement\n", desk_mark(ui));
		return UI_DONE;
	}
	if (!custody_pending_find(ui->authority, wanted, &p)) {
		print_problem("no act with this leaf awaits an endorsement",
		    "sallyport --as ADMIN endorse lists what does");
		return UI_NO;
	}
	MEM_FREE char *subj = mem_strdup(p.subj);
	int status = sign_entry(ui, "authority", "authority.endorse", subj,
	    json_pack("{s:s}", "leaf", wanted), NULL);
	if (status == UI_DONE)
		people_say_force(ui, subj, subj);
	return status;
}
