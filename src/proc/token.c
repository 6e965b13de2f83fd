/* SPDX-License-Identifier: ISC */
/*
 * sallyport-token: one FIDO2 token, for the person in front of it.
 *
 * Holds     the descriptor of the token (4), the socket to the terminal's program
 *           that started it (3), and the PIN while the token is asked: in locked
 *           memory, wiped after.
 * May       have the token make a key of its own for Sallyport, or sign one hash with
 *           one, and hand over what it answers.
 * Must never open anything, reach a network, say or log a PIN, have a token make or sign
 *           anything without a touch.
 * Dies      when the terminal's program has gone or breaks the protocol; a touch that is
 *           waited for is cancelled then.
 */
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/base/pin.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/secret.h"
#include "src/proc/token/device.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_PROGRAM   "sallyport-token"
#define TOKEN_UI_FD     3
#define TOKEN_DEVICE_FD 4
#define TOKEN_PIN_LEAST 4 /* CTAP 2.1, 6.5.1 */
#define TOKEN_PIN_MOST  63

struct token {
	struct channel *ui;
	struct device *device;
	char *pin; /* TOKEN_PIN_MOST + 1 bytes, pinned */
};

static enum err
token_failed(struct token *t, const struct device_why *w)
{
	return channel_send_wait(t->ui, MSG_TOKEN_FAILED,
	    json_pack(
		"{s:s, s:s, s:b}", "why", w->why, "next", w->next, "wrong", (int)w->wrong),
	    -1);
}

/* The PIN out of its pipe. */
static bool
token_take_pin(struct token *t, int fd, struct device_why *ret_why)
{
	size_t n = 0;
	uint8_t room[LIM_UNLOCK_PASSPHRASE_BYTES];
	*ret_why = (struct device_why){.wrong = false};
	enum err e = secret_read_text(fd, room, &n);
	bool good = e == ERR_OK && n >= TOKEN_PIN_LEAST && n <= TOKEN_PIN_MOST &&
	            memchr(room, 0, n) == NULL;
	if (good) {
		memcpy(t->pin, room, n);
		t->pin[n] = '\0';
	}
	explicit_bzero(room, sizeof(room));
	snprintf(ret_why->why, sizeof(ret_why->why), "a PIN has %d to %d characters",
	    TOKEN_PIN_LEAST, TOKEN_PIN_MOST);
	snprintf(ret_why->next, sizeof(ret_why->next), "try again; the token was not asked");
	return good;
}

static enum err
token_make(struct token *t, const struct msg *m, struct device_why *w)
{
	struct device_key k;
	char credential[HEX_B64_SIZE(sizeof(k.credential))],
	    point[HEX_B64_SIZE(sizeof(k.point))];
	enum err e = device_make(t->device, msg_str(m, "person"), t->pin, &k, w);
	if (e != ERR_OK)
		return e;
	hex_b64_encode(k.credential, k.credential_len, credential);
	hex_b64_encode(k.point, sizeof(k.point), point);
	return channel_send_wait(t->ui, MSG_TOKEN_MADE,
	    json_pack("{s:s, s:s}", "credential", credential, "point", point), -1);
}

static enum err
token_sign(struct token *t, const struct msg *m, struct device_why *w)
{
	struct device_signature s;
	uint8_t hash[32];
	char sig[HEX_B64_SIZE(sizeof(s.sig))];
	size_t n = 0;
	MEM_FREE uint8_t *credential = msg_bytes(m, "credential", &n);
	const char *hex = msg_str(m, "hash");
	if (n == 0 || n > LIM_TOKEN_CREDENTIAL_BYTES ||
	    !hex_decode(hex, strlen(hex), hash, sizeof(hash)))
		return ERR_PROTO;
	const char *pin = m->id == MSG_TOKEN_SIGN ? t->pin : NULL;
	enum err e = device_sign(t->device, credential, n, hash, pin, &s, w);
	if (e != ERR_OK)
		return e;
	hex_b64_encode(s.sig, sizeof(s.sig), sig);
	return channel_send_wait(t->ui, MSG_TOKEN_SIGNED,
	    json_pack("{s:s, s:i, s:I}", "sig", sig, "flags", (int)s.flags, "counter",
		(json_int_t)s.counter),
	    -1);
}

static enum err
token_find(struct token *t, const struct msg *m, struct device_why *w)
{
	size_t n = 0;
	bool held = false;
	MEM_FREE uint8_t *credential = msg_bytes(m, "credential", &n);
	if (n == 0 || n > LIM_TOKEN_CREDENTIAL_BYTES)
		return ERR_PROTO;
	enum err e = device_find(t->device, credential, n, &held, w);
	if (e != ERR_OK)
		return e;
	return channel_send_wait(
	    t->ui, MSG_TOKEN_FOUND, json_pack("{s:b}", "held", (int)held), -1);
}

static const struct {
	enum msg_id id;
	bool pin; /* comes with it */
	enum err (*fn)(struct token *, const struct msg *, struct device_why *);
} token_handlers[] = {
    {MSG_TOKEN_MAKE, true, token_make},
    {MSG_TOKEN_SIGN, true, token_sign},
    {MSG_TOKEN_TAP, false, token_sign},
    {MSG_TOKEN_FIND, false, token_find},
};

static enum err
token_answer(struct token *t, struct msg *m)
{
	struct device_why w;
	size_t i = 0;
	MEM_CLOSE int pipe = msg_take_fd(m);
	while (i < sizeof(token_handlers) / sizeof(token_handlers[0]) &&
	       token_handlers[i].id != m->id)
		i++;
	if (i == sizeof(token_handlers) / sizeof(token_handlers[0]))
		return ERR_PROTO;
	if (token_handlers[i].pin && !token_take_pin(t, pipe, &w))
		return token_failed(t, &w);
	enum err e = ERR_OK;
	if (t->device == NULL)
		e = device_open(TOKEN_DEVICE_FD, TOKEN_UI_FD, &t->device, &w);
	if (e == ERR_OK)
		e = token_handlers[i].fn(t, m, &w);
	explicit_bzero(t->pin, TOKEN_PIN_MOST + 1);
	return e == ERR_DENIED || e == ERR_IO ? token_failed(t, &w) : e;
}

static enum err
token_serve(struct token *t)
{
	enum err e = channel_greet(t->ui, -1, NULL);
	while (e == ERR_OK) {
		struct msg m;
		e = channel_recv_wait(t->ui, &m, -1);
		if (e != ERR_OK)
			break;
		e = token_answer(t, &m);
		msg_done(&m);
	}
	return e == ERR_CLOSED ? ERR_OK : e;
}

static _Noreturn void
token_usage(void)
{
	fprintf(stderr, "usage: " TOKEN_PROGRAM "\n"
			"Started by sallyport with descriptors 3 terminal, 4 token.\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct token t = {.ui = NULL};
	const char *act = NULL, *why = "";
	int option;

	while ((option = getopt(argc, argv, "T:")) != -1) {
		if (option != 'T')
			token_usage();
		act = optarg;
	}
	if (optind != argc)
		token_usage();
	log_init(TOKEN_PROGRAM);
	signal(SIGPIPE, SIG_IGN);
	json_object_seed(0);
	device_init();
	t.pin = (char *)pin_new(TOKEN_PIN_MOST + 1);
	if (t.pin == NULL)
		log_fatal("no memory can be locked for a PIN");
	if (sandbox_enter(ROLE_TOKEN, NULL, 0, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("this program could do what its contract forbids: %s", act);
	}
	t.ui = channel_new(TOKEN_UI_FD, ROLE_TOKEN, ROLE_UI);
	enum err e = channel_hello(t.ui, TOKEN_PROGRAM, sandbox_active());
	if (e == ERR_OK)
		e = token_serve(&t);
	if (e == ERR_PROTO)
		log_warn("%s", channel_why(t.ui));
	device_close(t.device);
	pin_free((uint8_t *)t.pin, TOKEN_PIN_MOST + 1);
	channel_free(t.ui);
	return e == ERR_OK ? 0 : 1;
}
