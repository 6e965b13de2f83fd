/* SPDX-License-Identifier: ISC */
/*
 * What a token says of itself with each signature: that it was touched, that it was
 * asked for its PIN, and how many it has signed.  A counter that does not grow is that
 * of a copy, or of the token that was copied.
 */
#include "src/base/mem.h"
#include "src/core/custody_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In the authority log: which entry, and what the counter was. */
struct custody_count {
	uint64_t seq;
	uint32_t counter;
};

struct custody_token {
	char key[CUSTODY_KEY_SIZE];
	struct custody_count *authority; /* in the order of seq */
	size_t authority_count;
	bool used; /* in the custody log: the last counter there */
	uint32_t custody;
};

static struct custody_token *
find_token(const struct custody *c, const char *key)
{
	for (size_t i = 0; i < c->tokens_count; i++)
		if (strcmp(c->tokens[i].key, key) == 0)
			return &c->tokens[i];
	return NULL;
}

static bool
pin_asked(const struct custody *c, const struct custody_act *act)
{
	const struct custody_policy *shown = custody_policy_then(c, act->e->auth.size);
	const struct custody_policy *here =
	    act->log == LOG_AUTHORITY ? custody_policy_then(c, act->seq) : shown;
	return shown == NULL || here == NULL || shown->token_pin || here->token_pin;
}

/* The last that came before, or that the signer of this one was shown: none is false. */
static bool
grows(uint32_t last, uint32_t now)
{
	return now > last || (now == 0 && last == 0);
}

static enum err
check_counter(const struct custody *c, const struct custody_act *act, uint32_t now)
{
	const struct custody_token *t = find_token(c, act->e->actor_key);
	uint64_t before = act->log == LOG_AUTHORITY ? act->seq : act->e->auth.size;
	uint32_t last = 0;
	bool fits = true;
	if (t == NULL)
		return ERR_OK;
	for (size_t i = t->authority_count; i > 0; i--) {
		if (t->authority[i - 1].seq < before) {
			last = t->authority[i - 1].counter;
			fits = grows(last, now);
			break;
		}
	}
	if (fits && act->log == LOG_CUSTODY && t->used) {
		last = t->custody;
		fits = grows(last, now);
	}
	if (fits)
		return ERR_OK;
	return custody_refuse(act, ERR_DENIED,
	    "the counter of %.40s's token went from %" PRIu32 " to %" PRIu32
	    ": the token may have been copied. Sign again; when it is refused again, an "
	    "administrator ends this key as compromised",
	    act->e->actor_id, last, now);
}

enum err
custody_token_check(const struct custody *c, const struct custody_act *act,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE])
{
	uint8_t signer[SSHSIG_PUBLIC_SIZE];
	struct sshsig_touch t;
	if (!sshsig_is_token(public_key))
		return ERR_OK;
	if (sshsig_look(act->e->sig, act->e->sig_len, signer, &t) != ERR_OK ||
	    memcmp(signer, public_key, sizeof(signer)) != 0)
		return custody_refuse(act, ERR_SIGNATURE,
		    "the signature is not one by the token of %.40s", act->e->actor_id);
	if (!(t.flags & SSHSIG_TOUCHED))
		return custody_refuse(act, ERR_DENIED,
		    "the token of %.40s was not touched for this signature", act->e->actor_id);
	if (!(t.flags & SSHSIG_PIN) && pin_asked(c, act))
		return custody_refuse(act, ERR_DENIED,
		    "the token of %.40s was not asked for its PIN, and the policy wants it",
		    act->e->actor_id);
	return check_counter(c, act, t.counter);
}

static struct custody_token *
get_token(struct custody *c, const char *key)
{
	struct custody_token *t = find_token(c, key);
	if (t != NULL)
		return t;
	c->tokens = mem_resize(c->tokens, c->tokens_count + 1, sizeof(*c->tokens));
	t = &c->tokens[c->tokens_count++];
	*t = (struct custody_token){.used = false};
	snprintf(t->key, sizeof(t->key), "%s", key);
	return t;
}

void
custody_token_apply(struct custody *c, const struct custody_act *act)
{
	uint8_t signer[SSHSIG_PUBLIC_SIZE];
	struct sshsig_touch touch;
	if (sshsig_look(act->e->sig, act->e->sig_len, signer, &touch) != ERR_OK ||
	    !sshsig_is_token(signer))
		return;
	struct custody_token *t = get_token(c, act->e->actor_key);
	if (act->log == LOG_CUSTODY) {
		t->used = true;
		t->custody = touch.counter;
		return;
	}
	t->authority = mem_resize(t->authority, t->authority_count + 1, sizeof(*t->authority));
	t->authority[t->authority_count++] =
	    (struct custody_count){.seq = act->seq, .counter = touch.counter};
}

void
custody_token_done(struct custody *c)
{
	for (size_t i = 0; i < c->tokens_count; i++)
		free(c->tokens[i].authority);
	free(c->tokens);
}
