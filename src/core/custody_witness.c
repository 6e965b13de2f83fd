/* SPDX-License-Identifier: ISC */
/*
 * Witnesses in the record: who they are is for the administrators, what they cosigned
 * is recorded as it came, and a policy can ask for it before anything is released.
 */
#include "src/core/custody_state.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/cosign.h"
#include "src/core/policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- asking ---------------------------------------------------------------------- */

/* The list at that size of the authority log, or NULL. */
static const struct custody_witnesses *
witnesses_then(const struct custody *c, uint64_t auth_size)
{
	size_t i = c->anchors.lists_count;
	while (i > 0 && c->anchors.lists[i - 1].since > auth_size)
		i--;
	return i > 0 ? &c->anchors.lists[i - 1] : NULL;
}

static struct custody_witness *
find_cosigned(const struct custody *c, const uint8_t public_key[32])
{
	for (size_t i = 0; i < c->anchors.cosigned_count; i++)
		if (memcmp(c->anchors.cosigned[i].public_key, public_key, 32) == 0)
			return &c->anchors.cosigned[i];
	return NULL;
}

const struct custody_witness *
custody_witness_at(const struct custody *c, size_t i)
{
	const struct custody_witnesses *now = witnesses_then(c, c->logs[LOG_AUTHORITY].size);
	if (now == NULL || i >= now->count)
		return NULL;
	const struct custody_witness *seen = find_cosigned(c, now->list[i].public_key);
	/* under another name it is the same machine, and says what it said */
	return seen != NULL && strcmp(seen->vkey, now->list[i].vkey) == 0 ? seen
	                                                                  : &now->list[i];
}

static uint64_t
cosigned_then(const struct custody *c, size_t n, uint64_t auth_size)
{
	const struct custody_witnesses *then = witnesses_then(c, auth_size);
	uint64_t sizes[LIM_WITNESSES] = {0};
	if (then == NULL || n == 0 || n > then->count)
		return 0;
	for (size_t i = 0; i < then->count; i++) {
		const struct custody_witness *w = find_cosigned(c, then->list[i].public_key);
		uint64_t size = w != NULL ? w->size : 0;
		size_t k = i;
		for (; k > 0 && sizes[k - 1] < size; k--)
			sizes[k] = sizes[k - 1];
		sizes[k] = size;
	}
	return sizes[n - 1];
}

uint64_t
custody_cosigned(const struct custody *c, size_t n)
{
	return cosigned_then(c, n, c->logs[LOG_AUTHORITY].size);
}

/* --- who they are ------------------------------------------------------------------- */

/* The key is nobody else's: neither the station's, nor the log's, nor a person's. */
static enum err
check_key(const struct custody *c, const struct note_vkey *vkey, const struct custody_act *act)
{
	struct note_vkey log;
	char line[SSHSIG_LINE_SIZE];
	uint8_t same[SSHSIG_PUBLIC_SIZE] = {0};
	memcpy(same, vkey->public, sizeof(vkey->public));
	sshsig_public_line(same, line);
	if (sshsig_public_parse(line, same) != ERR_OK)
		return custody_refuse(
		    act, ERR_SYNTAX, "the key of a witness is not a usable one");
	if (memcmp(vkey->public, c->station_public, SSHSIG_POINT_SIZE) == 0 ||
	    (note_vkey_parse(c->logs[LOG_CUSTODY].vkey, &log) == ERR_OK &&
		memcmp(vkey->public, log.public, SSHSIG_POINT_SIZE) == 0))
		return custody_refuse(act, ERR_DENIED,
		    "a witness has a key of this station: it is no other machine");
	for (size_t i = 0; i < c->people_count; i++)
		if (c->people[i].has_key &&
		    memcmp(c->people[i].public_key, vkey->public, SSHSIG_POINT_SIZE) == 0)
			return custody_refuse(
			    act, ERR_DENIED, "a witness has the key of %s", c->people[i].id);
	return ERR_OK;
}

enum err
custody_witness_check_set(const struct custody *c, const struct custody_act *act)
{
	const json_t *rows = canon_array(act->e->data, "witnesses");
	size_t n = json_array_size(rows);
	struct note_vkey keys[LIM_WITNESSES];
	if (n > LIM_WITNESSES)
		return custody_refuse(
		    act, ERR_LIMIT, "a station has at most %d witnesses", LIM_WITNESSES);
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(rows, i);
		if (cosign_vkey_parse(canon_str(row, "vkey"), &keys[i]) != ERR_OK ||
		    strcmp(keys[i].name, canon_str(row, "name")) != 0)
			return custody_refuse(act, ERR_SYNTAX,
			    "witness %zu has no verifier key (type 04) that bears its name",
			    i + 1);
		enum err err = check_key(c, &keys[i], act);
		if (err != ERR_OK)
			return err;
		for (size_t k = 0; k < i; k++)
			if (strcmp(keys[k].name, keys[i].name) == 0 ||
			    memcmp(keys[k].public, keys[i].public, SSHSIG_POINT_SIZE) == 0)
				return custody_refuse(
				    act, ERR_EXISTS, "two witnesses have the same name or key");
	}
	return ERR_OK;
}

void
custody_witness_apply_set(struct custody *c, const json_t *data, uint64_t size)
{
	struct custody_anchors *all = &c->anchors;
	size_t i;
	json_t *row;
	all->lists = mem_resize(all->lists, all->lists_count + 1, sizeof(*all->lists));
	struct custody_witnesses *new = &all->lists[all->lists_count++];
	*new = (struct custody_witnesses){.since = size};
	json_array_foreach (canon_array(data, "witnesses"), i, row) {
		struct custody_witness *w = &new->list[new->count++];
		struct note_vkey key;
		if (cosign_vkey_parse(canon_str(row, "vkey"), &key) == ERR_OK)
			memcpy(w->public_key, key.public, sizeof(w->public_key));
		snprintf(w->name, sizeof(w->name), "%s", canon_str(row, "name"));
		snprintf(w->vkey, sizeof(w->vkey), "%s", canon_str(row, "vkey"));
	}
}

/* --- what they cosigned --------------------------------------------------------------- */

static const struct custody_witness *
find_named(const struct custody_witnesses *list, const char *name)
{
	for (size_t i = 0; list != NULL && i < list->count; i++)
		if (strcmp(list->list[i].name, name) == 0)
			return &list->list[i];
	return NULL;
}

/* The line is the witness's, over that size and root, and tells that time. */
static enum err
check_line(const struct custody *c, const struct custody_witness *w, uint64_t size,
    const struct custody_act *act)
{
	struct note_vkey key;
	struct buf text, line;
	uint8_t root[MERKLE_SIZE];
	uint64_t time_s = 0, said_s = 0;
	canon_uint(act->e->data, "time", &said_s);
	hex_decode(canon_str(act->e->data, "root"), HEX_DIGEST_SIZE - 1, root, sizeof(root));
	buf_init(&text, LIM_NOTE_BYTES);
	buf_init(&line, LIM_COSIGNATURE_BYTES);
	buf_addf(&line, "%s\n", canon_str(act->e->data, "line"));
	enum err err = cosign_vkey_parse(w->vkey, &key);
	if (err == ERR_OK)
		err = note_checkpoint_text(c->logs[LOG_CUSTODY].origin, size, root, &text);
	if (err == ERR_OK)
		err = line.error;
	if (err == ERR_OK)
		err = cosign_check(
		    &key, buf_str(&text), text.len, buf_str(&line), line.len, &time_s);
	buf_done(&text);
	buf_done(&line);
	if (err != ERR_OK)
		return custody_refuse(act, ERR_SIGNATURE,
		    "the line is no cosignature by %.80s over this checkpoint", w->name);
	return time_s == said_s
	           ? ERR_OK
	           : custody_refuse(act, ERR_DENIED, "the line tells another time");
}

enum err
custody_witness_check_cosig(const struct custody *c, const struct custody_act *act)
{
	const char *name = canon_str(act->e->data, "witness");
	const struct custody_witness *w =
	    find_named(witnesses_then(c, act->e->auth.size), name);
	uint64_t size = 0;
	canon_uint(act->e->data, "size", &size);
	if (w == NULL)
		return custody_refuse(
		    act, ERR_DENIED, "%.80s is not a witness of this station", name);
	enum err err = custody_anchor_check_head(c, act);
	if (err == ERR_OK)
		err = check_line(c, w, size, act);
	if (err != ERR_OK)
		return err;
	const struct custody_witness *seen = find_cosigned(c, w->public_key);
	if (seen != NULL && seen->size >= size)
		return custody_refuse(act, ERR_EXISTS,
		    "%.80s has cosigned %" PRIu64 " entries already", w->name, seen->size);
	return ERR_OK;
}

void
custody_witness_apply_cosig(struct custody *c, const struct custody_act *act)
{
	struct custody_anchors *all = &c->anchors;
	const struct custody_witness *w = find_named(
	    witnesses_then(c, act->e->auth.size), canon_str(act->e->data, "witness"));
	struct custody_witness *seen = find_cosigned(c, w->public_key);
	struct custody_anchor a = {.kind = CUSTODY_WITNESS};
	if (seen == NULL) {
		all->cosigned =
		    mem_resize(all->cosigned, all->cosigned_count + 1, sizeof(*all->cosigned));
		seen = &all->cosigned[all->cosigned_count++];
	}
	*seen = *w;
	canon_uint(act->e->data, "size", &seen->size);
	snprintf(seen->at, sizeof(seen->at), "%s", act->e->at);
	a.size = seen->size;
	hex_decode(
	    canon_str(act->e->data, "root"), HEX_DIGEST_SIZE - 1, a.root, sizeof(a.root));
	memcpy(a.at, seen->at, sizeof(a.at));
	custody_anchor_take(c, &a);
}

/* --- before a release ---------------------------------------------------------------------
 */

/* The quorum of the policy the transfer was opened under. */
static enum err
quorum_of(const struct custody *c, const struct custody_transfer *t,
    const struct custody_act *act, size_t *ret)
{
	struct policy *policy;
	enum err err = dossier_policy(c, t, act, &policy);
	if (err != ERR_OK)
		return err;
	*ret = policy->witness_quorum;
	policy_free(policy);
	return ERR_OK;
}

/* So many have cosigned a checkpoint of that size or a larger one. */
static enum err
check_count(const struct custody *c, size_t n, uint64_t size, const struct custody_act *act)
{
	if (cosigned_then(c, n, act->e->auth.size) >= size)
		return ERR_OK;
	return custody_refuse(act, ERR_DENIED,
	    "fewer than %zu witnesses have cosigned %" PRIu64 " entries", n, size);
}

enum err
custody_witness_check_release(
    const struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	uint64_t size = 0;
	size_t quorum = 0;
	bool said = json_object_get(act->e->data, "cosig_size") != NULL;
	enum err err = c->doc != NULL ? quorum_of(c, t, act, &quorum) : ERR_OK;
	if (err != ERR_OK)
		return err;
	canon_uint(act->e->data, "cosig_size", &size);
	if (!said && quorum > 0)
		return custody_refuse(act, ERR_DENIED,
		    "policy asks that %zu witnesses have cosigned the approvals of %s", quorum,
		    t->id);
	if (!said)
		return ERR_OK;
	if (c->doc != NULL && quorum == 0)
		return custody_refuse(
		    act, ERR_SYNTAX, "policy asks for no witnesses, and cosig_size is there");
	for (size_t i = 0; i < t->approvals_count; i++)
		if (t->approvals[i].seq >= size)
			return custody_refuse(act, ERR_DENIED,
			    "no witness has cosigned the approval by %s (entry %" PRIu64 ")",
			    t->approvals[i].officer, t->approvals[i].seq);
	return c->partial ? ERR_OK : check_count(c, quorum > 0 ? quorum : 1, size, act);
}

void
custody_witness_done(struct custody *c)
{
	free(c->anchors.lists);
	free(c->anchors.cosigned);
}
