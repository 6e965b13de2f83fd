/* SPDX-License-Identifier: ISC */
#include "src/proc/token/device.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#include <errno.h>
/* libcrypto has an ERR_STATE of its own, for which we have no use. */
#define ERR_STATE openssl_err_state
#include <fido.h>
#include <fido/eddsa.h>
#undef ERR_STATE
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define DEVICE_APPLICATION  "ssh:sallyport" /* SSHSIG_APPLICATION */
#define DEVICE_REPORT_BYTES 64
#define DEVICE_TOUCHED      0x01
#define DEVICE_PIN          0x04
#define DEVICE_STALE        256  /* reports that nobody waits for any more, at most */
#define DEVICE_CANCEL_MS    1000 /* for the last word of a token that was told to stop */
#define DEVICE_KEEPALIVE    0xbb

struct device {
	fido_dev_t *dev;
	int fd, peer_fd;
	bool gone; /* the peer hung up */
};

/*
 * libfido2 opens "a path" through these, and keeps what the first gives as a handle:
 * there is one device in this process.
 */
static struct device *device_one;

static void *
device_io_open(const char *path)
{
	(void)path;
	return device_one;
}

static void
device_io_close(void *handle)
{
	(void)handle;
}

/* One report; with the hand of the peer off, nobody waits for a touch any more. */
static int
device_io_read(void *handle, unsigned char *out, size_t n, int timeout_ms)
{
	struct device *d = handle;
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	for (;;) {
		struct pollfd p[2] = {{d->fd, POLLIN, 0}, {d->peer_fd, POLLRDHUP, 0}};
		int64_t left_ms = until_ms - clock_mono_ms();
		if (left_ms < 0)
			left_ms = 0;
		int ready = poll(p, 2, timeout_ms < 0 ? -1 : (int)left_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		d->gone |= (p[1].revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0;
		if (ready <= 0 || d->gone || n > DEVICE_REPORT_BYTES)
			return -1;
		ssize_t got = read(d->fd, out, n);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		return got == (ssize_t)n ? (int)got : -1;
	}
}

/* The number of the report comes first: it is 0, and hidraw wants it. */
static int
device_io_write(void *handle, const unsigned char *bytes, size_t n)
{
	const struct device *d = handle;
	ssize_t put;
	do
		put = write(d->fd, bytes, n);
	while (put < 0 && errno == EINTR);
	return put == (ssize_t)n ? (int)put : -1;
}

/* The answers to a question that was given up would answer the next one. */
static void
device_drain(const struct device *d, int timeout_ms)
{
	uint8_t report[DEVICE_REPORT_BYTES];
	for (int i = 0; i < DEVICE_STALE; i++) {
		struct pollfd p = {d->fd, POLLIN, 0};
		if (poll(&p, 1, timeout_ms) != 1 ||
		    read(d->fd, report, sizeof(report)) != (ssize_t)sizeof(report))
			return;
		if (report[4] != DEVICE_KEEPALIVE) /* its last word */
			timeout_ms = 0;
	}
}

/* --- what went wrong ------------------------------------------------------------------ */

static const struct {
	int code;
	bool wrong;
	const char *why, *next;
} device_whys[] = {
    {FIDO_ERR_PIN_INVALID, true, "this is not the PIN of the token", "try again"},
    {FIDO_ERR_PIN_AUTH_BLOCKED, true, "the token takes no more PINs until it was taken out",
	"take it out, put it in again, and try once more"},
    {FIDO_ERR_PIN_BLOCKED, true, "the token is blocked: its PIN was wrong too often",
	"it has to be reset, which ends its key; an administrator gives the person another"},
    {FIDO_ERR_PIN_NOT_SET, false, "the token has no PIN yet",
	"set one where the token is managed (fido2-token -S), and try again"},
    {FIDO_ERR_PIN_POLICY_VIOLATION, false, "the token wants its PIN changed first",
	"change it where the token is managed (fido2-token -C), and try again"},
    {FIDO_ERR_ACTION_TIMEOUT, false, "the token was not touched in time", "try again"},
    {FIDO_ERR_USER_ACTION_TIMEOUT, false, "the token was not touched in time", "try again"},
    {FIDO_ERR_TIMEOUT, false, "the token was not touched in time", "try again"},
    {FIDO_ERR_KEEPALIVE_CANCEL, false, "the token was not touched", "try again"},
    {FIDO_ERR_OPERATION_DENIED, false, "it was refused at the token", "try again"},
    {FIDO_ERR_NO_CREDENTIALS, false, "this token does not hold the key",
	"take it out, put in the one that was enrolled, and try again"},
    {FIDO_ERR_INVALID_CREDENTIAL, false, "this token does not hold the key",
	"take it out, put in the one that was enrolled, and try again"},
    {FIDO_ERR_UNSUPPORTED_ALGORITHM, false, "this token makes no Ed25519 keys",
	"take a token that does"},
    {FIDO_ERR_UNSUPPORTED_OPTION, false, "this token cannot do what is asked of it",
	"take a FIDO2 token with a PIN"},
    {FIDO_ERR_KEY_STORE_FULL, false, "the token has no room for another key",
	"remove one where the token is managed"},
    {FIDO_ERR_UV_BLOCKED, true, "the token knows no finger any more",
	"take it out, put it in again, and use the PIN"},
    {FIDO_ERR_RX, false, "the token does not answer", "take it out, put it in, try again"},
    {FIDO_ERR_TX, false, "the token does not answer", "take it out, put it in, try again"},
};

static enum err
device_say(struct device *d, int code, struct device_why *ret)
{
	int left = 0;
	if (d->gone) {
		fido_dev_cancel(d->dev);
		device_drain(d, DEVICE_CANCEL_MS);
		return ERR_CLOSED;
	}
	*ret = (struct device_why){.wrong = false};
	snprintf(ret->why, sizeof(ret->why), "the token refuses, with error 0x%02x",
	    (unsigned)code & 0xff);
	snprintf(ret->next, sizeof(ret->next), "try again, or with another token");
	for (size_t i = 0; i < sizeof(device_whys) / sizeof(device_whys[0]); i++) {
		if (device_whys[i].code != code)
			continue;
		ret->wrong = device_whys[i].wrong;
		snprintf(ret->why, sizeof(ret->why), "%s", device_whys[i].why);
		snprintf(ret->next, sizeof(ret->next), "%s", device_whys[i].next);
	}
	if (code == FIDO_ERR_PIN_INVALID && fido_dev_get_retry_count(d->dev, &left) == FIDO_OK)
		snprintf(ret->next, sizeof(ret->next),
		    "try again; after %d more the token blocks itself for good", left);
	return ERR_DENIED;
}

static enum err
device_lied(struct device_why *ret)
{
	*ret = (struct device_why){.wrong = false};
	snprintf(ret->why, sizeof(ret->why), "the token answers what no token should");
	snprintf(ret->next, sizeof(ret->next), "take another token");
	return ERR_DENIED;
}

/* --- open and close ------------------------------------------------------------------- */

void
device_init(void)
{
	/* libcrypto, which comes with fido.h, would read a configuration at its first use */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
}

enum err
device_open(int fd, int peer_fd, struct device **ret, struct device_why *ret_why)
{
	static const fido_dev_io_t io = {
	    device_io_open, device_io_close, device_io_read, device_io_write};
	struct device *d = mem_alloc(sizeof(*d));
	*d = (struct device){.dev = fido_dev_new(), .fd = fd, .peer_fd = peer_fd};
	device_one = d;
	device_drain(d, 0);
	int code = d->dev == NULL ? FIDO_ERR_INTERNAL : fido_dev_set_io_functions(d->dev, &io);
	if (code == FIDO_OK)
		code = fido_dev_set_timeout(d->dev, LIM_TOKEN_MS);
	if (code == FIDO_OK)
		code = fido_dev_open(d->dev, "token");
	if (code == FIDO_OK && fido_dev_is_fido2(d->dev)) {
		*ret = d;
		return ERR_OK;
	}
	if (code == FIDO_OK)
		code = FIDO_ERR_UNSUPPORTED_OPTION;
	device_say(d, code, ret_why);
	device_close(d);
	return ERR_IO;
}

void
device_close(struct device *d)
{
	if (d == NULL)
		return;
	if (d->dev != NULL)
		fido_dev_close(d->dev);
	fido_dev_free(&d->dev);
	device_one = NULL;
	free(d);
}

/* --- a key ---------------------------------------------------------------------------- */

static int
device_ask_make(struct device *d, fido_cred_t *c, const char *person, const char *pin)
{
	uint8_t random[64];
	int code = getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random)
	               ? fido_cred_set_type(c, COSE_EDDSA)
	               : FIDO_ERR_INTERNAL;
	if (code == FIDO_OK)
		code = fido_cred_set_clientdata_hash(c, random, 32);
	if (code == FIDO_OK)
		code = fido_cred_set_rp(c, DEVICE_APPLICATION, "Sallyport");
	if (code == FIDO_OK)
		code = fido_cred_set_user(c, random + 32, 32, person, NULL, NULL);
	if (code == FIDO_OK)
		code = fido_cred_set_rk(c, FIDO_OPT_FALSE);
	return code == FIDO_OK ? fido_dev_make_cred(d->dev, c, pin) : code;
}

enum err
device_make(struct device *d, const char *person, const char *pin, struct device_key *ret,
    struct device_why *ret_why)
{
	fido_cred_t *c = fido_cred_new();
	if (c == NULL)
		return device_say(d, FIDO_ERR_INTERNAL, ret_why);
	enum err e = ERR_OK;
	int code = device_ask_make(d, c, person, pin);
	if (code != FIDO_OK)
		e = device_say(d, code, ret_why);
	else if (fido_cred_type(c) != COSE_EDDSA || fido_cred_pubkey_len(c) != 32 ||
		 fido_cred_id_len(c) == 0 || fido_cred_id_len(c) > LIM_TOKEN_CREDENTIAL_BYTES)
		e = device_lied(ret_why);
	if (e == ERR_OK) {
		ret->credential_len = fido_cred_id_len(c);
		memcpy(ret->credential, fido_cred_id_ptr(c), ret->credential_len);
		memcpy(ret->point, fido_cred_pubkey_ptr(c), sizeof(ret->point));
	}
	fido_cred_free(&c);
	return e;
}

/* --- a signature ---------------------------------------------------------------------- */

static int
device_ask(struct device *d, fido_assert_t *a, const uint8_t *credential, size_t n,
    const uint8_t hash[32], const char *pin, fido_opt_t touch)
{
	int code = fido_assert_set_rp(a, DEVICE_APPLICATION);
	if (code == FIDO_OK)
		code = fido_assert_set_clientdata_hash(a, hash, 32);
	if (code == FIDO_OK)
		code = fido_assert_allow_cred(a, credential, n);
	if (code == FIDO_OK)
		code = fido_assert_set_up(a, touch);
	return code == FIDO_OK ? fido_dev_get_assert(d->dev, a, pin) : code;
}

enum err
device_sign(struct device *d, const uint8_t *credential, size_t credential_len,
    const uint8_t hash[32], const char *pin, struct device_signature *ret,
    struct device_why *ret_why)
{
	fido_assert_t *a = fido_assert_new();
	if (a == NULL)
		return device_say(d, FIDO_ERR_INTERNAL, ret_why);
	enum err e = ERR_OK;
	unsigned flags = DEVICE_TOUCHED | (pin != NULL ? DEVICE_PIN : 0);
	int code = device_ask(d, a, credential, credential_len, hash, pin, FIDO_OPT_TRUE);
	if (code != FIDO_OK)
		e = device_say(d, code, ret_why);
	else if (fido_assert_count(a) != 1 || fido_assert_sig_len(a, 0) != sizeof(ret->sig) ||
		 (fido_assert_flags(a, 0) & flags) != flags)
		e = device_lied(ret_why);
	if (e == ERR_OK) {
		memcpy(ret->sig, fido_assert_sig_ptr(a, 0), sizeof(ret->sig));
		ret->flags = fido_assert_flags(a, 0);
		ret->counter = fido_assert_sigcount(a, 0);
	}
	fido_assert_free(&a);
	return e;
}

enum err
device_find(struct device *d, const uint8_t *credential, size_t credential_len, bool *ret_held,
    struct device_why *ret_why)
{
	static const uint8_t nothing[32];
	fido_assert_t *a = fido_assert_new();
	if (a == NULL)
		return device_say(d, FIDO_ERR_INTERNAL, ret_why);
	int code = device_ask(d, a, credential, credential_len, nothing, NULL, FIDO_OPT_FALSE);
	fido_assert_free(&a);
	if (code != FIDO_OK && code != FIDO_ERR_NO_CREDENTIALS &&
	    code != FIDO_ERR_INVALID_CREDENTIAL)
		return device_say(d, code, ret_why);
	*ret_held = code == FIDO_OK;
	return ERR_OK;
}
