/* SPDX-License-Identifier: ISC */
#include "ui/token.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/secret.h"
#include "ui/keyslot.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/signin.h"
#include "ui/tokens.h"

#include <string.h>

#define TOKEN_KEYS     4   /* of one command: who signs, who gets a key, whose ends */
#define TOKEN_SLICE_MS 250 /* between two words that a touch is waited for */

/* A key on its way: what sshsig asks with. */
struct token_way {
	struct ui *ui;
	struct tokenfile file;
	struct seal_secret *pin; /* NULL: a touch alone */
};

struct token {
	struct channel *channels[LIM_TOKENS]; /* NULL: it does not answer any more */
	bool met[LIM_TOKENS];
	size_t n, now; /* the one that is spoken with */
	enum tokens_lack lack;
	struct token_way ways[TOKEN_KEYS];
	size_t nways;
};

/* --- those that are there -------------------------------------------------------------- */

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

static void
token_take(struct token *t, const struct tokens *started)
{
	for (size_t i = 0; i < LIM_TOKENS; i++) {
		t->channels[i] = channel_free(t->channels[i]);
		t->met[i] = false;
		if (i < started->n)
			t->channels[i] = channel_new(started->fds[i], ROLE_UI, ROLE_TOKEN);
	}
	t->n = started->n;
	t->lack = started->lack;
}

void
token_begin(struct ui *ui, const struct args *a)
{
	struct tokens started;
	if (!token_may_need(ui, a))
		return;
	ui->token = mem_alloc(sizeof(*ui->token));
	tokens_start(ui->token_fds, ui->ntoken_fds, &started);
	token_take(ui->token, &started);
}

void
token_end(struct ui *ui)
{
	static const struct tokens none = {.n = 0};
	if (ui->token == NULL)
		return;
	token_take(ui->token, &none);
	free(ui->token);
	ui->token = NULL;
}

/* The screens: what is plugged in now. */
static void
token_fetch(struct ui *ui)
{
	struct tokens started = {.lack = TOKENS_PROGRAM};
	if (ui->fetch_tokens == NULL)
		return;
	if (ui->token == NULL)
		ui->token = mem_alloc(sizeof(*ui->token));
	ui->fetch_tokens(ui->screens, &started);
	token_take(ui->token, &started);
}

/* What a person has to do is said to him, where a refusal else says nothing. */
static int
token_problem(struct ui *ui, const char *why, const char *next)
{
	ui->token_spoke = true;
	print_problem(why, next);
	return UI_NO;
}

static int
token_missing(struct ui *ui)
{
	enum tokens_lack lack = ui->token != NULL ? ui->token->lack : TOKENS_NONE;
	if (ui->token != NULL && ui->token->n > 0)
		return UI_DONE;
	return token_problem(ui, tokens_why(lack), tokens_next(lack));
}

/* --- asking one ------------------------------------------------------------------------ */

static int
token_gone(struct ui *ui)
{
	struct token *t = ui->token;
	t->channels[t->now] = channel_free(t->channels[t->now]);
	return token_problem(
	    ui, "the token does not answer any more", "take it out, put it in, and try again");
}

static int
token_meet(struct ui *ui)
{
	struct token *t = ui->token;
	struct channel *c = t->channels[t->now];
	if (c == NULL)
		return token_gone(ui);
	if (t->met[t->now])
		return UI_DONE;
	enum err e = channel_hello(c, "sallyport", sandbox_active());
	if (e == ERR_OK)
		e = channel_greet(c, LIM_CALL_MS, NULL);
	t->met[t->now] = e == ERR_OK;
	return e == ERR_OK ? UI_DONE : token_gone(ui);
}

/* The next word of the token; the screens say meanwhile for how long it waits.  ERR_DENIED:
 * the person gave up. */
static enum err
token_wait(struct ui *ui, const char *who, struct msg *ret)
{
	struct channel *c = ui->token->channels[ui->token->now];
	int64_t until_ms = clock_mono_ms() + LIM_CALL_MS, left_ms;
	int64_t touch_ms = clock_mono_ms() + LIM_TOKEN_MS;
	enum err e = ERR_AGAIN;
	while (e == ERR_AGAIN && (left_ms = until_ms - clock_mono_ms()) > 0) {
		int64_t touch_left_ms = touch_ms - clock_mono_ms();
		if (who != NULL && ui->touch != NULL)
			ui->touch(ui->screens, who,
			    touch_left_ms > 0 ? (int)((touch_left_ms + 999) / 1000) : 0);
		if (ui->waiting != NULL && left_ms > TOKEN_SLICE_MS)
			left_ms = TOKEN_SLICE_MS;
		e = channel_recv_wait(c, ret, (int)left_ms);
		if (e == ERR_AGAIN && ui->waiting != NULL && !ui->waiting(ui->screens))
			e = ERR_DENIED;
	}
	if (who != NULL && ui->touch != NULL)
		ui->touch(ui->screens, NULL, 0);
	return e;
}

/* Asks the present one and waits; steals body.  who: a touch of his is waited for, or NULL. */
static int
token_ask(struct ui *ui, enum msg_id question, json_t *body, int fd, enum msg_id answer,
    const char *who, struct msg *ret)
{
	struct token *t = ui->token;
	int status = token_meet(ui);
	if (status != UI_DONE) {
		json_decref(body);
		return status;
	}
	enum err e = channel_send_wait(t->channels[t->now], question, body, fd);
	if (e == ERR_OK)
		e = token_wait(ui, who, ret);
	if (e == ERR_DENIED) { /* hanging up tells the token to stop */
		t->channels[t->now] = channel_free(t->channels[t->now]);
		return token_problem(
		    ui, "the token was not touched", "nothing was signed; try again");
	}
	if (e != ERR_OK)
		return token_gone(ui);
	if (ret->id == answer)
		return UI_DONE;
	if (ret->id == MSG_TOKEN_FAILED) {
		if (msg_bool(ret, "wrong"))
			signin_tell_failure(ui, "wrong PIN");
		token_problem(ui, msg_str(ret, "why"), msg_str(ret, "next"));
	}
	bool failed = ret->id == MSG_TOKEN_FAILED;
	msg_done(ret);
	return failed ? UI_NO : token_gone(ui);
}

/* Sends the question with the PIN; steals body.  The answer is of that kind. */
static int
token_call(struct ui *ui, enum msg_id question, json_t *body, struct seal_secret *pin,
    enum msg_id answer, const char *who, struct msg *ret)
{
	MEM_CLOSE int pipe = -1;
	if (pin != NULL && secret_pipe(seal_secret_bytes(pin), seal_secret_len(pin), NULL, 0,
			       &pipe) != ERR_OK) {
		print_problem(
		    "the PIN cannot be handed on", "end other programs and try again");
		json_decref(body);
		return UI_FAULT;
	}
	if (ui->screens == NULL)
		print_err("Touch the token of %s when it blinks.\n", who);
	return token_ask(ui, question, body, pipe, answer, who, ret);
}

/* --- the right one --------------------------------------------------------------------- */

/* Whether the present one has this key. */
static int
token_holds(struct ui *ui, const struct tokenfile *f, bool *ret)
{
	char credential[HEX_B64_SIZE(LIM_TOKEN_CREDENTIAL_BYTES)];
	struct msg m;
	hex_b64_encode(f->credential, f->credential_len, credential);
	int status = token_ask(ui, MSG_TOKEN_FIND, json_pack("{s:s}", "credential", credential),
	    -1, MSG_TOKEN_FOUND, NULL, &m);
	if (status != UI_DONE)
		return status;
	*ret = msg_bool(&m, "held");
	msg_done(&m);
	return UI_DONE;
}

/* Makes the one that has this key the present one: no other is asked for a PIN. */
static int
token_choose(struct ui *ui, const struct tokenfile *f)
{
	struct token *t = ui->token;
	int status = token_missing(ui);
	bool held = false, answered = false;
	for (size_t i = 0; status == UI_DONE && i < t->n; i++) {
		t->now = i;
		bool said = token_holds(ui, f, &held) == UI_DONE;
		if (said && held)
			return UI_DONE;
		answered |= said;
	}
	if (status != UI_DONE || !answered)
		return UI_NO;
	return token_problem(ui,
	    t->n == 1 ? "this token does not hold the key" : "no token here holds the key",
	    "take it out, put in the one that was enrolled, and try again");
}

/* Whether the present one has a key of this person that is here. */
static bool
token_is_of(struct ui *ui, const char *id)
{
	struct tokenfile files[KEYSLOT_TOKENS];
	size_t n = id != NULL ? keyslot_tokens(ui->keys_fd, id, files) : 0;
	bool held = false;
	for (size_t i = 0; i < n && !held; i++)
		if (token_holds(ui, &files[i], &held) != UI_DONE)
			held = false;
	return held;
}

/* Makes the one that a new key of this person belongs in the present one. */
static int
token_choose_new(struct ui *ui, const char *id)
{
	struct token *t = ui->token;
	size_t count = 0, free_one = 0;
	bool other = ui->as != NULL && strcmp(ui->as, id) != 0;
	int status = token_missing(ui);
	if (status != UI_DONE)
		return status;
	for (t->now = 0; t->now < t->n; t->now++) {
		if ((other && token_is_of(ui, ui->as)) || (t->n > 1 && token_is_of(ui, id)))
			continue;
		count++;
		free_one = t->now;
	}
	t->now = free_one;
	if (count == 1)
		return UI_DONE;
	return token_problem(ui,
	    count > 1  ? "there are two tokens or more that the key could be made in"
	    : t->n > 1 ? "all tokens here have a key already"
		       : "this token has the key of who signs here",
	    count > 1 ? "take out all but the one that is meant, and try again"
		      : "put in the one that the key is for, and try again");
}

static int
token_ask_pin(struct ui *ui, int fd, const char *id, struct seal_secret **ret)
{
	MEM_FREE char *prompt = mem_printf("PIN of the token of %s: ", id);
	if (ui->screens != NULL)
		return token_problem(ui, "the token needs its PIN", "type it, and try again");
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
	if (token_choose(w->ui, &w->file) != UI_DONE ||
	    token_call(w->ui, w->pin != NULL ? MSG_TOKEN_SIGN : MSG_TOKEN_TAP,
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
	token_fetch(ui);
	int status = token_missing(ui);
	if (status == UI_DONE && *pin == NULL && custody_token_pin(ui->authority))
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
	int status = token_choose_new(ui, id);
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
