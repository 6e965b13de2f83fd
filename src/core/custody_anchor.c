/* SPDX-License-Identifier: ISC */
/*
 * Anchors in the record: checkpoints that went to where the station cannot change
 * them, and what was found when they came back.
 */
#include "src/core/custody_state.h"
#include "src/core/canon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ANCHOR_WHY_BYTES 256

static const char *const anchor_names[CUSTODY_ANCHOR__MAX] = {"paper", "share", "witness"};

const char *
custody_anchor_name(enum custody_anchor_kind kind)
{
	return anchor_names[kind];
}

/* CUSTODY_ANCHOR__MAX for any other word. */
static enum custody_anchor_kind
anchor_kind(const struct custody_act *act)
{
	const char *word = canon_str(act->e->data, "kind");
	unsigned kind = 0;
	while (kind < CUSTODY_ANCHOR__MAX && strcmp(anchor_names[kind], word) != 0)
		kind++;
	return (enum custody_anchor_kind)kind;
}

static uint64_t
anchor_size(const struct custody_act *act)
{
	uint64_t size = 0;
	canon_uint(act->e->data, "size", &size);
	return size;
}

/* --- asking ---------------------------------------------------------------------- */

const struct custody_anchor *
custody_anchor_last(const struct custody *c, enum custody_anchor_kind kind)
{
	return c->anchors.last[kind].size > 0 ? &c->anchors.last[kind] : NULL;
}

const struct custody_anchor *
custody_anchor_at(const struct custody *c, size_t i)
{
	if (i >= LIM_ANCHORS || i >= c->anchors.asked_count)
		return NULL;
	return &c->anchors.asked[(c->anchors.asked_count - 1 - i) % LIM_ANCHORS];
}

const struct custody_anchor *
custody_anchored(const struct custody *c)
{
	return c->anchors.largest.size > 0 ? &c->anchors.largest : NULL;
}

bool
custody_restored(const struct custody *c, char why[CUSTODY_WHY_SIZE])
{
	bool open = c->anchors.open[CUSTODY_PAPER] || c->anchors.open[CUSTODY_SHARE];
	if (open && why != NULL)
		snprintf(why, CUSTODY_WHY_SIZE, "%s", c->anchors.why);
	return open;
}

/* --- rules --------------------------------------------------------------------------- */

/* The record as the entry found it had this root at this size. */
static bool
is_root(const struct custody *c, uint64_t size, const char *hex)
{
	char root[HEX_DIGEST_SIZE];
	const uint8_t *bytes = custody_root(c, LOG_CUSTODY, size);
	if (bytes == NULL)
		return false;
	hex_encode(bytes, MERKLE_SIZE, root);
	return strcmp(root, hex) == 0;
}

enum err
custody_anchor_check_head(const struct custody *c, const struct custody_act *act)
{
	uint64_t size = anchor_size(act);
	if (size == 0 || size > act->own)
		return custody_refuse(act, ERR_RANGE,
		    "size is not between 1 and the %" PRIu64 " entries that came before",
		    act->own);
	if (!c->partial && !is_root(c, size, canon_str(act->e->data, "root")))
		return custody_refuse(act, ERR_SIGNATURE,
		    "root is not the root of the log at %" PRIu64 " entries", size);
	return ERR_OK;
}

static enum err
check_officer(const struct custody *c, const struct custody_act *act)
{
	return custody_person_require(c, canon_str(act->e->data, "officer"), CUSTODY_OFFICER,
	    custody_moment_of_act(c, act), "is not an officer", act);
}

static enum err
check_out(const struct custody *c, const struct custody_act *act)
{
	if (anchor_kind(act) == CUSTODY_ANCHOR__MAX)
		return custody_refuse(act, ERR_SYNTAX, "kind is paper, share or witness");
	enum err err = check_officer(c, act);
	return err == ERR_OK ? custody_anchor_check_head(c, act) : err;
}

static enum err
check_in(const struct custody *c, const struct custody_act *act)
{
	enum custody_anchor_kind kind = anchor_kind(act);
	if (kind != CUSTODY_PAPER && kind != CUSTODY_SHARE)
		return custody_refuse(act, ERR_SYNTAX, "kind is paper or share");
	enum err err = check_officer(c, act);
	if (err == ERR_OK)
		err = custody_anchor_check_head(c, act);
	if (err != ERR_OK || kind != CUSTODY_PAPER || c->partial)
		return err;
	const struct custody_anchor *last = custody_anchor_last(c, CUSTODY_PAPER);
	if (last == NULL || last->size != anchor_size(act))
		return custody_refuse(
		    act, ERR_DENIED, "it is not the checkpoint that was printed last");
	return ERR_OK;
}

static enum err
check_restored(const struct custody *c, const struct custody_act *act)
{
	enum custody_anchor_kind kind = anchor_kind(act);
	const char *root = canon_str(act->e->data, "root");
	const char *why = canon_str(act->e->data, "why");
	uint8_t bytes[MERKLE_SIZE];
	uint64_t size = anchor_size(act);
	if (why[0] == '\0' || strlen(why) > ANCHOR_WHY_BYTES)
		return custody_refuse(
		    act, ERR_RANGE, "why has 1 to %d bytes", ANCHOR_WHY_BYTES);
	if (kind == CUSTODY_PAPER)
		return root[0] == '\0' && size == 0
		           ? ERR_OK
		           : custody_refuse(
				 act, ERR_SYNTAX, "of paper nothing but its words is known");
	if (kind != CUSTODY_SHARE || strlen(root) != HEX_DIGEST_SIZE - 1 || size == 0 ||
	    !hex_decode(root, HEX_DIGEST_SIZE - 1, bytes, sizeof(bytes)))
		return custody_refuse(
		    act, ERR_SYNTAX, "kind is paper or share, and of the share root and size");
	if (!c->partial && size <= act->own && is_root(c, size, root))
		return custody_refuse(act, ERR_DENIED,
		    "this log has that root at %" PRIu64 " entries: nothing is wrong", size);
	return ERR_OK;
}

enum err
custody_anchor_check(const struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_ANCHOR_OUT)
		return check_out(c, act);
	if (act->event == EVENT_ANCHOR_IN)
		return check_in(c, act);
	if (act->event == EVENT_RESTORED)
		return check_restored(c, act);
	return act->event == EVENT_COSIG ? custody_witness_check_cosig(c, act) : ERR_OK;
}

enum err
custody_anchor_bars(const struct custody *c, const struct custody_act *act)
{
	char why[CUSTODY_WHY_SIZE];
	if ((act->event != EVENT_OPEN && act->event != EVENT_READ_START &&
		act->event != EVENT_APPROVE && act->event != EVENT_RELEASE) ||
	    !custody_restored(c, why))
		return ERR_OK;
	return custody_refuse(
	    act, ERR_STATE, "an anchor does not agree with this record: %.300s", why);
}

/* --- changes --------------------------------------------------------------------------- */

void
custody_anchor_take(struct custody *c, const struct custody_anchor *a)
{
	if (a->size >= c->anchors.largest.size)
		c->anchors.largest = *a;
}

static void
apply_out(struct custody *c, const struct custody_act *act)
{
	struct custody_anchors *all = &c->anchors;
	struct custody_anchor a = {.kind = anchor_kind(act), .size = anchor_size(act)};
	hex_decode(
	    canon_str(act->e->data, "root"), HEX_DIGEST_SIZE - 1, a.root, sizeof(a.root));
	snprintf(a.at, sizeof(a.at), "%s", act->e->at);
	snprintf(a.officer, sizeof(a.officer), "%s", canon_str(act->e->data, "officer"));
	all->last[a.kind] = a;
	if (a.kind != CUSTODY_PAPER)
		all->asked[all->asked_count++ % LIM_ANCHORS] = a;
	if (a.kind != CUSTODY_WITNESS)
		custody_anchor_take(c, &a);
}

void
custody_anchor_forget(struct custody *c)
{
	struct custody_anchors *all = &c->anchors;
	memset(all->last, 0, sizeof(all->last));
	memset(&all->largest, 0, sizeof(all->largest));
	memset(all->open, 0, sizeof(all->open));
	memset(all->open_size, 0, sizeof(all->open_size));
	all->asked_count = 0;
	all->cosigned_count = 0;
	all->why[0] = '\0';
}

void
custody_anchor_apply(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_ANCHOR_OUT) {
		apply_out(c, act);
	} else if (act->event == EVENT_ANCHOR_IN) {
		enum custody_anchor_kind kind = anchor_kind(act);
		/* words are typed, and may be mistyped; what the share says it says */
		if (kind == CUSTODY_PAPER)
			c->anchors.open[kind] = false;
	} else if (act->event == EVENT_RESTORED) {
		enum custody_anchor_kind kind = anchor_kind(act);
		c->anchors.open[kind] = true;
		c->anchors.open_size[kind] = anchor_size(act);
		snprintf(c->anchors.why, sizeof(c->anchors.why), "%s",
		    canon_str(act->e->data, "why"));
	} else if (act->event == EVENT_COSIG) {
		custody_witness_apply_cosig(c, act);
	}
}
