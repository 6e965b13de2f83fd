/* SPDX-License-Identifier: ISC */
#include "src/core/signin.h"

#include <string.h>

#define SIGNIN_ROLES (CUSTODY_OFFICER | CUSTODY_ADMIN | CUSTODY_AUDITOR)

static const struct signin_words {
	const char *word, *why, *next;
} signin_words[SIGNIN__MAX] = {
    [SIGNIN_HOLDS] = {"", "", ""},
    [SIGNIN_SUSPENDED] = {"suspended", "you were signed out: you are suspended",
	"ask an administrator; what you drafted is kept, and another officer can take it over"},
    [SIGNIN_RETIRED] = {"retired", "you were signed out: you are retired at this station",
	"this id does not come back; another officer can take over what you drafted"},
    [SIGNIN_NO_ROLE] = {"role", "you were signed out: you hold no role any more",
	"an administrator appoints you again; what you drafted is kept"},
    [SIGNIN_KEY] = {"key", "you were signed out: the key you signed in with was revoked",
	"an administrator enrols a new key; what you drafted is kept"},
};

/* The key ended for a reason other than that a new one took its place. */
static bool
is_revoked(const struct custody *c, const struct custody_person *p, const char *key)
{
	const struct custody_key *k = custody_person_of_key(c, key, NULL);
	if (!p->has_key)
		return true;
	return k == NULL ||
	       (k->until.size != CUSTODY_OPEN && strcmp(k->until.why, "rotated") != 0);
}

enum signin_end
signin_end(const struct custody *c, const char *id, const char *key)
{
	const struct custody_person *p = custody_person_find(c, id);
	if (p == NULL)
		return SIGNIN_NO_ROLE;
	if (p->standing == CUSTODY_SUSPENDED)
		return SIGNIN_SUSPENDED;
	if (p->standing == CUSTODY_RETIRED)
		return SIGNIN_RETIRED;
	if ((p->roles & SIGNIN_ROLES) == 0)
		return SIGNIN_NO_ROLE;
	return is_revoked(c, p, key) ? SIGNIN_KEY : SIGNIN_HOLDS;
}

const char *
signin_word(enum signin_end end)
{
	return signin_words[end].word;
}

enum signin_end
signin_find(const char *word)
{
	unsigned i = SIGNIN__MAX - 1;
	while (i > SIGNIN_HOLDS && strcmp(signin_words[i].word, word) != 0)
		i--;
	return (enum signin_end)i;
}

const char *
signin_why(enum signin_end end)
{
	return signin_words[end].why;
}

const char *
signin_next(enum signin_end end)
{
	return signin_words[end].next;
}
