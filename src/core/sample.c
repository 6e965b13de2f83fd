/* SPDX-License-Identifier: ISC */
#include "src/core/sample.h"

#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"
#include "src/core/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_SLOTS 32768 /* open addressing, at most a third full */

_Static_assert(SAMPLE_SLOTS >= 3 * LIM_SAMPLE_FILES, "there is always a free slot");

struct draw {
	char root[HEX_DIGEST_SIZE];
	const char *seed;
	uint64_t count, counter;
	uint64_t *drawn; /* SAMPLE_SLOTS numbers plus one; 0 is free */
};

bool
sample_seed_ok(const char *seed)
{
	static const char all[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = strlen(seed);
	return n > 0 && n <= LIM_SAMPLE_SEED_BYTES && strspn(seed, all) == n;
}

static uint64_t
delivered_files(const struct custody_transfer *t)
{
	return transfer_delivered(&t->facts) ? t->files : 0;
}

static uint64_t
count_files(const struct custody *c)
{
	uint64_t n = 0;
	for (size_t i = 0; i < custody_transfer_count(c); i++)
		n += delivered_files(custody_transfer_at(c, i));
	return n;
}

/* False when it was drawn before. */
static bool
draw_note(struct draw *d, uint64_t number)
{
	size_t i = (size_t)(number % SAMPLE_SLOTS);
	while (d->drawn[i] != 0 && d->drawn[i] != number + 1)
		i = (i + 1) % SAMPLE_SLOTS;
	if (d->drawn[i] != 0)
		return false;
	d->drawn[i] = number + 1;
	return true;
}

/* One number of the sequence; false when it is left out. */
static bool
draw_next(struct draw *d, uint64_t *ret_number)
{
	char text[256];
	uint8_t digest[DIGEST_SIZE];
	uint64_t x = 0, rest = (UINT64_MAX % d->count + 1) % d->count; /* 2^64 modulo count */
	int n = snprintf(text, sizeof(text), "sallyport-sample-v1\n%s\n%s\n%" PRIu64 "\n",
	    d->root, d->seed, d->counter++);
	digest_sha256(text, (size_t)n, digest);
	for (size_t i = 0; i < 8; i++)
		x = x << 8 | digest[i];
	if (x > UINT64_MAX - rest)
		return false;
	*ret_number = x % d->count;
	return draw_note(d, *ret_number);
}

static void
print_file(const struct custody *c, uint64_t number, struct buf *out)
{
	for (size_t i = 0; i < custody_transfer_count(c); i++) {
		const struct custody_transfer *t = custody_transfer_at(c, i);
		uint64_t files = delivered_files(t);
		if (number < files) {
			buf_addf(out, "%s %" PRIu64 "\n", t->id, number + 1);
			return;
		}
		number -= files;
	}
}

enum err
sample_draw(
    const struct custody *c, const char *seed, uint64_t n, struct buf *out, uint64_t *ret_drawn)
{
	uint64_t size = custody_size(c, LOG_CUSTODY);
	struct draw d = {.seed = seed, .count = count_files(c)};
	if (d.count == 0)
		return ERR_NOTFOUND;
	uint64_t wanted = n < d.count ? n : d.count;
	hex_encode(custody_root(c, LOG_CUSTODY, size), MERKLE_SIZE, d.root);
	d.drawn = mem_array(SAMPLE_SLOTS, sizeof(*d.drawn));
	memset(d.drawn, 0, SAMPLE_SLOTS * sizeof(*d.drawn));
	buf_addf(out,
	    "sallyport-sample-v1\nlog %s\nsize %" PRIu64
	    "\nroot %s\nseed %s\npopulation %" PRIu64 "\ndrawn %" PRIu64 "\n",
	    custody_origin(c, LOG_CUSTODY), size, d.root, seed, d.count, wanted);
	for (uint64_t i = 0, number; i < wanted;) {
		if (!draw_next(&d, &number))
			continue;
		print_file(c, number, out);
		i++;
	}
	free(d.drawn);
	*ret_drawn = wanted;
	return out->error;
}

/* --- the entries ------------------------------------------------------------------------ */

static uint64_t
number(const struct custody_act *act, const char *field)
{
	uint64_t n = 0;
	canon_uint(act->e->data, field, &n);
	return n;
}

static enum err
check_draw(struct custody *c, const struct custody_act *act)
{
	struct buf text;
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	uint64_t drawn;
	buf_init(&text, LIM_SAMPLE_BYTES);
	enum err err =
	    sample_draw(c, canon_str(act->e->data, "seed"), number(act, "n"), &text, &drawn);
	digest_sha256(text.data, text.len, digest);
	buf_done(&text);
	if (err != ERR_OK)
		return custody_refuse(
		    act, ERR_STATE, "nothing is delivered: nothing to draw from");
	hex_encode(digest, sizeof(digest), hex);
	if (strcmp(hex, canon_str(act->e->data, "document")) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "document is not what the seed draws from this log");
	return ERR_OK;
}

static enum err
check_sample(struct custody *c, const struct custody_act *act)
{
	const char *officer = canon_str(act->e->data, "officer");
	const struct custody_person *p = custody_person_find(c, officer);
	unsigned roles = p != NULL ? custody_person_roles(p, custody_moment_of_act(c, act)) : 0;
	if (!(roles & (CUSTODY_OFFICER | CUSTODY_AUDITOR)))
		return custody_refuse(
		    act, ERR_DENIED, "%s is neither an officer nor an auditor", officer);
	if (!sample_seed_ok(canon_str(act->e->data, "seed")))
		return custody_refuse(act, ERR_SYNTAX,
		    "a seed is 1 to %d letters, digits, dots, underscores and hyphens",
		    LIM_SAMPLE_SEED_BYTES);
	if (number(act, "n") == 0 || number(act, "n") > LIM_SAMPLE_FILES)
		return custody_refuse(
		    act, ERR_LIMIT, "a sample is 1 to %d files", LIM_SAMPLE_FILES);
	if (number(act, "size") != act->own)
		return custody_refuse(
		    act, ERR_DENIED, "size is not that of the log before this entry");
	return check_draw(c, act);
}

static const struct custody_sample *
find(const struct custody *c, const char *leaf)
{
	for (size_t i = 0; i < c->samples_count; i++)
		if (strcmp(c->samples[i].leaf, leaf) == 0)
			return &c->samples[i];
	return NULL;
}

static enum err
check_attest(const struct custody *c, const struct custody_act *act)
{
	const struct custody_sample *s = find(c, canon_str(act->e->data, "sample"));
	uint64_t checked = number(act, "checked"), differ = number(act, "differ");
	if (s == NULL)
		return custody_refuse(act, ERR_NOTFOUND, "sample is not the leaf of a sample");
	if (checked == 0 || checked > s->drawn || differ > checked)
		return custody_refuse(act, ERR_DENIED,
		    "of a sample of %ju files, 1 to %ju can be checked, and no more can differ",
		    (uintmax_t)s->drawn, (uintmax_t)s->drawn);
	if (differ > 0 && canon_str(act->e->data, "note")[0] == '\0')
		return custody_refuse(act, ERR_SYNTAX, "it must say in note what differs");
	return ERR_OK;
}

enum err
sample_check(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_SAMPLE)
		return check_sample(c, act);
	return act->event == EVENT_ATTEST ? check_attest(c, act) : ERR_OK;
}

void
sample_apply(struct custody *c, const struct custody_act *act)
{
	if (act->event != EVENT_SAMPLE)
		return;
	uint64_t all = count_files(c), n = number(act, "n");
	c->samples = mem_resize(c->samples, c->samples_count + 1, sizeof(*c->samples));
	struct custody_sample *s = &c->samples[c->samples_count++];
	*s = (struct custody_sample){.drawn = n < all ? n : all};
	memcpy(s->leaf, act->leaf, sizeof(s->leaf));
	snprintf(s->document, sizeof(s->document), "%s", canon_str(act->e->data, "document"));
	snprintf(s->at, sizeof(s->at), "%s", act->e->at);
}

size_t
sample_count(const struct custody *c)
{
	return c->samples_count;
}

const struct custody_sample *
sample_at(const struct custody *c, size_t i)
{
	return &c->samples[i];
}
