/* SPDX-License-Identifier: ISC */
#include "src/core/custody_state.h"
#include "src/base/mem.h"
#include "src/core/canon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- asking ---------------------------------------------------------------------- */

size_t
custody_epoch_count(const struct custody *c)
{
	return c->epochs_count;
}

const struct custody_epoch *
custody_epoch_at(const struct custody *c, size_t i)
{
	return i < c->epochs_count ? &c->epochs[i] : NULL;
}

const struct custody_epoch *
custody_epoch_now(const struct custody *c)
{
	return custody_epoch_at(c, c->epoch);
}

bool
custody_epoch_waits(const struct custody *c)
{
	/* a reader knows of all of them before the first log begins */
	return c->epoch + 1 < c->epochs_count &&
	       (c->logs[LOG_CUSTODY].size > 0 || c->epochs[c->epoch].begun);
}

const uint8_t *
custody_epoch_root(const struct custody *c, size_t i, uint64_t size)
{
	const struct custody_epoch *e = custody_epoch_at(c, i);
	if (e == NULL || i > c->epoch || size > e->size)
		return NULL;
	return c->logs[LOG_CUSTODY].roots[e->roots_base + size];
}

const struct custody_epoch *
custody_epoch_find(const struct custody *c, const char *origin)
{
	for (size_t i = 0; i < c->epochs_count; i++)
		if (strcmp(c->epochs[i].origin, origin) == 0)
			return &c->epochs[i];
	return NULL;
}

const struct custody_epoch *
custody_epoch_of(const struct custody *c, uint64_t place)
{
	for (size_t i = 0; i < c->epochs_count; i++)
		if (place >= c->epochs[i].base && place < c->epochs[i].base + c->epochs[i].size)
			return &c->epochs[i];
	return NULL;
}

uint64_t
custody_epoch_lost(const struct custody *c, size_t i)
{
	if (i == 0 || i >= c->epochs_count)
		return 0;
	uint64_t known = c->epochs[i].continues_size, held = c->epochs[i - 1].size;
	return known > held ? known - held : 0;
}

bool
custody_epoch_reason_ok(const char *reason)
{
	static const char *const words[] = {"restored", "disk", "check", "key", "replaced"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], reason) == 0)
			return true;
	return false;
}

/* --- checkpoints ------------------------------------------------------------------- */

const uint8_t *
custody_authority_signer(const struct custody *c, uint64_t size, size_t i)
{
	for (size_t k = 0; k < c->signers_count; k++) {
		const struct custody_signer *s = &c->signers[k];
		if (size >= s->from && size < s->until && i-- == 0)
			return s->public_key;
	}
	return NULL;
}

static enum err
open_authority(const struct custody *c, const void *note, size_t n, struct note_checkpoint *ret)
{
	struct note_checkpoint said = *ret;
	struct note_vkey key;
	const uint8_t *public_key;
	enum err err = ERR_NOTFOUND;
	for (size_t i = 0; (public_key = custody_authority_signer(c, said.size, i)) != NULL;
	     i++) {
		err = note_vkey_new(c->logs[LOG_AUTHORITY].origin, public_key, &key);
		if (err == ERR_OK)
			err = note_checkpoint_open(note, n, &key, ret);
		if (err == ERR_OK)
			break;
	}
	return err;
}

enum err
custody_checkpoint_open(const struct custody *c, const void *note, size_t n,
    struct note_checkpoint *ret, const struct custody_epoch **ret_epoch)
{
	struct note_checkpoint cp;
	struct note_vkey key;
	const char *blank = n > 1 ? memmem(note, n, "\n\n", 2) : NULL;
	if (blank == NULL)
		return ERR_SYNTAX;
	enum err err =
	    note_checkpoint_parse(note, (size_t)(blank + 1 - (const char *)note), &cp);
	if (err != ERR_OK)
		return err;
	const struct custody_epoch *e = custody_epoch_find(c, cp.origin);
	if (e != NULL) {
		err = note_vkey_parse(e->vkey, &key);
		if (err == ERR_OK)
			err = note_checkpoint_open(note, n, &key, &cp);
	} else {
		err = strcmp(cp.origin, c->logs[LOG_AUTHORITY].origin) == 0
		          ? open_authority(c, note, n, &cp)
		          : ERR_NOTFOUND;
	}
	if (err != ERR_OK)
		return err;
	*ret = cp;
	if (ret_epoch != NULL)
		*ret_epoch = e;
	return ERR_OK;
}

/* A key may sign the authority log's checkpoints from that size on. */
void
custody_signer_add(
    struct custody *c, const uint8_t public_key[32], const char *leaf, uint64_t from)
{
	c->signers = mem_resize(c->signers, c->signers_count + 1, sizeof(*c->signers));
	struct custody_signer *s = &c->signers[c->signers_count++];
	*s = (struct custody_signer){.from = from, .until = CUSTODY_OPEN};
	memcpy(s->public_key, public_key, sizeof(s->public_key));
	snprintf(s->leaf, sizeof(s->leaf), "%s", leaf);
}

void
custody_signer_end(struct custody *c, const char *leaf, uint64_t size)
{
	for (size_t i = 0; i < c->signers_count; i++) {
		struct custody_signer *s = &c->signers[i];
		if (s->until == CUSTODY_OPEN && (leaf == NULL || strcmp(s->leaf, leaf) == 0))
			s->until = size;
	}
}

/* --- an epoch begins ------------------------------------------------------------------ */

struct custody_epoch *
custody_epoch_add(struct custody *c)
{
	c->epochs = mem_resize(c->epochs, c->epochs_count + 1, sizeof(*c->epochs));
	struct custody_epoch *e = &c->epochs[c->epochs_count++];
	*e = (struct custody_epoch){.number = (unsigned)c->epochs_count};
	return e;
}

/* Its names and keys are those of the custody log and of the station from here on. */
static void
take_names(struct custody *c, const struct custody_epoch *e)
{
	struct custody_chain *l = &c->logs[LOG_CUSTODY];
	snprintf(l->origin, sizeof(l->origin), "%s", e->origin);
	snprintf(l->vkey, sizeof(l->vkey), "%s", e->vkey);
}

void
custody_epoch_found(struct custody *c)
{
	take_names(c, &c->epochs[0]);
	c->epochs[0].roots_base = c->logs[LOG_CUSTODY].roots_base;
}

void
custody_epoch_enter(struct custody *c)
{
	struct custody_chain *l = &c->logs[LOG_CUSTODY];
	struct custody_epoch *e = &c->epochs[++c->epoch];
	custody_chain_restart(l);
	e->base = l->base;
	e->roots_base = l->roots_base;
	take_names(c, e);
	c->running = false;
	custody_anchor_forget(c);
	custody_writing_forget(c);
	passage_end_epoch(c);
	if (e->transfers > c->numbers)
		c->numbers = e->transfers;
}

static enum err
check_first(const struct custody *c, const struct custody_act *act, uint64_t epoch)
{
	const json_t *d = act->e->data;
	(void)c;
	if (epoch != 1)
		return custody_refuse(
		    act, ERR_DENIED, "kind or epoch of the genesis are wrong");
	if (json_object_get(d, "continues") != NULL || json_object_get(d, "held") != NULL)
		return custody_refuse(act, ERR_DENIED, "the first epoch continues nothing");
	return ERR_OK;
}

static bool
is_head(const json_t *head, uint64_t size, const uint8_t *root)
{
	char hex[HEX_DIGEST_SIZE];
	uint64_t said = 0;
	canon_uint(head, "size", &said);
	hex_encode(root, MERKLE_SIZE, hex);
	return said == size && strcmp(canon_str(head, "root"), hex) == 0;
}

static enum err
check_next(const struct custody *c, const struct custody_act *act, uint64_t epoch)
{
	const struct custody_chain *l = &c->logs[LOG_CUSTODY];
	const struct custody_epoch *was = &c->epochs[c->epoch], *e = was + 1;
	const json_t *continues = canon_object(act->e->data, "continues");
	const json_t *held = canon_object(act->e->data, "held");
	if (epoch != e->number || continues == NULL || held == NULL)
		return custody_refuse(
		    act, ERR_DENIED, "epoch, continues or held of the genesis are wrong");
	if (!is_head(continues, e->continues_size, e->continues_root) ||
	    strcmp(canon_str(continues, "origin"), was->origin) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "it continues something else than the epoch.open says");
	if (!is_head(held, l->size, custody_root(c, LOG_CUSTODY, l->size)))
		return custody_refuse(act, ERR_SIGNATURE,
		    "held is not the head of epoch %u, which has %" PRIu64
		    " entries: some were added or left out after it ended",
		    was->number, l->size);
	if (e->continues_size <= l->size &&
	    memcmp(custody_root(c, LOG_CUSTODY, e->continues_size), e->continues_root,
		MERKLE_SIZE) != 0)
		return custody_refuse(act, ERR_SIGNATURE,
		    "epoch %u had another root at %" PRIu64 " entries than is continued",
		    was->number, e->continues_size);
	if (e->transfers < c->numbers)
		return custody_refuse(act, ERR_DENIED,
		    "epoch.open says that %" PRIu64 " numbers were used, and it were %" PRIu64,
		    e->transfers, c->numbers);
	return ERR_OK;
}

enum err
custody_epoch_check_begin(const struct custody *c, const struct custody_act *act)
{
	uint64_t epoch = 0;
	canon_uint(act->e->data, "epoch", &epoch);
	if (strcmp(canon_str(act->e->data, "kind"), "custody") != 0)
		return custody_refuse(
		    act, ERR_DENIED, "kind or epoch of the genesis are wrong");
	if (strcmp(canon_str(act->e->data, "schema"), custody_schema(c)) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "the schema is not that of the authority's genesis");
	return custody_epoch_waits(c) ? check_next(c, act, epoch) : check_first(c, act, epoch);
}

enum err
custody_epoch_check_entry(const struct custody *c, const struct custody_act *act)
{
	const struct custody_epoch *e = custody_epoch_now(c);
	if (act->event == EVENT_BEGIN && custody_epoch_waits(c))
		e++;
	if (e == NULL || act->log != LOG_CUSTODY)
		return ERR_OK;
	if (act->e->auth.size < e->since)
		return custody_refuse(act, ERR_STATE,
		    "the signer was not shown that epoch %u was opened", e->number);
	if (e->number < c->epochs_count && act->e->auth.size >= (e + 1)->since)
		return custody_refuse(act, ERR_STATE,
		    "epoch %u has ended: nothing is added to its log after epoch %u was opened",
		    e->number, e->number + 1);
	return ERR_OK;
}

void
custody_epoch_done(struct custody *c)
{
	free(c->epochs);
	free(c->signers);
}
