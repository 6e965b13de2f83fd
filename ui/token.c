/* SPDX-License-Identifier: ISC */
#include "ui/token.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/secret.h"
#include "src/ipc/spawn.h"
#include "ui/keyslot.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/signin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_HIDRAW     "/sys/class/hidraw"
#define TOKEN_USAGE_PAGE "\x06\xd0\xf1" /* FIDO alliance, in a report descriptor */
#define TOKEN_USAGE      3
#define TOKEN_KEYS       4 /* of one command: who signs, who gets a key, whose ends */

/* A key on its way: what sshsig asks with. */
struct token_way {
	struct ui *ui;
	struct tokenfile file;
	struct seal_secret *pin;
};

struct token {
	struct channel *channel; /* NULL: why and next say what is missing */
	const char *why, *next;
	bool met;
	struct token_way ways[TOKEN_KEYS];
	size_t nways;
};

/* --- the device --------------------------------------------------------------------- */

static bool
token_is_fido(const char *name)
{
	MEM_FREE char *path = mem_printf(TOKEN_HIDRAW "/%s/device/report_descriptor", name);
	uint8_t head[TOKEN_USAGE];
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
	       memcmp(head, TOKEN_USAGE_PAGE, sizeof(head)) == 0;
}

/* The one that is there; -1 with a sentence otherwise. */
static int
token_find(struct token *t)
{
	char found[64] = "";
	size_t count = 0;
	DIR *d = opendir(TOKEN_HIDRAW);
	const struct dirent *e;
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, "hidraw", 6) != 0 || !token_is_fido(e->d_name))
			continue;
		count++;
		snprintf(found, sizeof(found), "/dev/%.40s", e->d_name);
	}
	if (d != NULL)
		closedir(d);
	if (count != 1) {
		t->why = count == 0 ? "there is no token" : "there are two tokens or more";
		t->next = count == 0 ? "put it in, and try again"
		                     : "take out all but the one that is meant, and try again";
		return -1;
	}
	int fd = open(found, O_RDWR | O_CLOEXEC);
	t->why = "the token cannot be opened";
	t->next = errno == EACCES ? "its device belongs to who sits at the terminal; an "
	                            "administrator looks at the rules of udev"
	                          : "take it out, put it in, and try again";
	return fd;
}

static void
token_start(struct token *t, int device)
{
	int pair[2];
	struct spawn_child child;
	t->why = "sallyport-token does not start";
	t->next = "check the installation";
	if (spawn_pair(pair) != ERR_OK)
		return;
	const int fds[] = {pair[1], device};
	enum err e = spawn_start("sallyport-token", NULL, fds, 2, &child);
	close(pair[1]);
	if (e != ERR_OK) {
		close(pair[0]);
		return;
	}
	close(child.pidfd);
	t->channel = channel_new(pair[0], ROLE_UI, ROLE_TOKEN);
}

static bool
token_may_need(struct ui *ui, const struct args *a)
{
	const char *ids[] = {ui->as, args_text(a, "ID")};
	if (args_has(a, "token"))
		return true;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (ids[i] != NULL && custody_person_id_ok(ids[i]) &&
		    keyslot_any_token(ui->keys_fd, ids[i]))
			return true;
	return false;
}

void
token_begin(struct ui *ui, const struct args *a)
{
	if (!token_may_need(ui, a))
		return;
	struct token *t = ui->token = mem_alloc(sizeof(*t));
	MEM_CLOSE int found = ui->token_fd < 0 ? token_find(t) : -1;
	int device = ui->token_fd < 0 ? found : ui->token_fd;
	if (device >= 0)
		token_start(t, device);
}

void
token_end(struct ui *ui)
{
	if (ui->token == NULL)
		return;
	channel_free(ui->token->channel);
	free(ui->token);
	ui->token = NULL;
}

/* --- asking it ----------------------------------------------------------------------- */

static int
token_missing(const struct ui *ui)
{
	if (ui->token != NULL && ui->token->channel != NULL)
		return UI_DONE;
	if (ui->token != NULL)
		print_problem(ui->token->why, ui->token->next);
	else
		print_problem("the key is in a token, which the screens do not ask yet",
		    "sign on the command line: sallyport --as ID ...");
	return UI_NO;
}

static int
token_gone(struct ui *ui)
{
	ui->token->channel = channel_free(ui->token->channel);
	ui->token->why = "the token does not answer any more";
	ui->token->next = "take it out, put it in, and try again";
	return token_missing(ui);
}

static int
token_meet(struct ui *ui)
{
	struct token *t = ui->token;
	if (t->met)
		return UI_DONE;
	enum err e = channel_hello(t->channel, "sallyport", sandbox_active());
	if (e == ERR_OK)
		e = channel_greet(t->channel, LIM_CALL_MS, NULL);
	t->met = e == ERR_OK;
	return t->met ? UI_DONE : token_gone(ui);
}

/* Sends the question with the PIN; steals body.  The answer is of that kind. */
static int
token_call(struct ui *ui, enum msg_id question, json_t *body, struct seal_secret *pin,
    enum msg_id answer, const char *who, struct msg *ret)
{
	const enum msg_id answers[] = {answer, MSG_TOKEN_FAILED, MSG_NONE};
	MEM_CLOSE int pipe = -1;
	int status = token_missing(ui);
	if (status == UI_DONE)
		status = token_meet(ui);
	if (status == UI_DONE && secret_pipe(seal_secret_bytes(pin), seal_secret_len(pin), NULL,
				     0, &pipe) != ERR_OK) {
		print_problem(
		    "the PIN cannot be handed on", "end other programs and try again");
		status = UI_FAULT;
	}
	if (status != UI_DONE) {
		json_decref(body);
		return status;
	}
	print_err("Touch the token of %s when it blinks.\n", who);
	if (channel_call(ui->token->channel, question, body, pipe, answers, ret) != ERR_OK)
		return token_gone(ui);
	if (ret->id == answer)
		return UI_DONE;
	if (msg_bool(ret, "wrong"))
		signin_tell_failure(ui, "wrong PIN");
	print_problem(msg_str(ret, "why"), msg_str(ret, "next"));
	msg_done(ret);
	return UI_NO;
}

static int
token_ask_pin(struct ui *ui, int fd, const char *id, struct seal_secret **ret)
{
	MEM_FREE char *prompt = mem_printf("PIN of the token of %s: ", id);
	return secret_ask_text(ui, fd, prompt, "passphrase-fd", ret);
}

/* --- keys ---------------------------------------------------------------------------- */

static enum err
token_sign(void *arg, const uint8_t hash[32], struct sshsig_touch *ret)
{
	struct token_way *w = arg;
	char credential[HEX_B64_SIZE(LIM_TOKEN_CREDENTIAL_BYTES)], hex[HEX_DIGEST_SIZE];
	struct msg m;
	size_t n = 0;
	hex_b64_encode(w->file.credential, w->file.credential_len, credential);
	hex_encode(hash, 32, hex);
	if (token_call(w->ui, MSG_TOKEN_SIGN,
		json_pack("{s:s, s:s}", "credential", credential, "hash", hex), w->pin,
		MSG_TOKEN_SIGNED, w->file.officer, &m) != UI_DONE)
		return ERR_DENIED;
	MEM_FREE uint8_t *sig = msg_bytes(&m, "sig", &n);
	bool whole = n == sizeof(ret->sig) && msg_uint(&m, "flags") <= UINT8_MAX &&
	             msg_uint(&m, "counter") <= UINT32_MAX;
	if (whole) {
		memcpy(ret->sig, sig, n);
		ret->flags = (uint8_t)msg_uint(&m, "flags");
		ret->counter = (uint32_t)msg_uint(&m, "counter");
	}
	msg_done(&m);
	return whole ? ERR_OK : ERR_SIGNATURE;
}

int
token_key(struct ui *ui, const struct tokenfile *f, int pin_fd, struct seal_secret **pin,
    struct sshsig_key **ret)
{
	int status = token_missing(ui);
	if (status == UI_DONE && *pin == NULL)
		status = token_ask_pin(ui, pin_fd, f->officer, pin);
	if (status != UI_DONE)
		return status;
	/* a command signs in turn: the oldest way is nobody's any more */
	struct token_way *w = &ui->token->ways[ui->token->nways++ % TOKEN_KEYS];
	*w = (struct token_way){.ui = ui, .file = *f, .pin = *pin};
	if (sshsig_key_new_token(f->public, token_sign, w, ret) == ERR_OK)
		return UI_DONE;
	print_problem("no memory can be locked", "end other programs and try again");
	return UI_FAULT;
}

int
token_make(struct ui *ui, const char *id, int pin_fd, struct seal_secret **ret_pin,
    struct tokenfile *ret)
{
	struct tokenfile f = {.credential_len = 0};
	struct msg m;
	size_t n = 0;
	int status = token_missing(ui);
	if (status == UI_DONE)
		status = token_ask_pin(ui, pin_fd, id, ret_pin);
	if (status == UI_DONE)
		status = token_call(ui, MSG_TOKEN_MAKE, json_pack("{s:s}", "person", id),
		    *ret_pin, MSG_TOKEN_MADE, id, &m);
	if (status != UI_DONE)
		return status;
	MEM_FREE uint8_t *credential = msg_bytes(&m, "credential", &f.credential_len);
	MEM_FREE uint8_t *point = msg_bytes(&m, "point", &n);
	msg_done(&m);
	if (n != SSHSIG_POINT_SIZE || f.credential_len == 0 ||
	    f.credential_len > sizeof(f.credential))
		return token_gone(ui);
	memcpy(f.credential, credential, f.credential_len);
	memcpy(f.public, point, n);
	f.public[SSHSIG_POINT_SIZE] = SSHSIG_TOKEN;
	snprintf(f.officer, sizeof(f.officer), "%s", id);
	*ret = f;
	return UI_DONE;
}
