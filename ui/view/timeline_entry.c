/* SPDX-License-Identifier: ISC */
/* One whole entry: every field, and by which key it is signed. */
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/custody.h"
#include "src/core/sshsig.h"
#include "ui/view/timeline.h"
#include "ui/wrap.h"

#include <string.h>

#define TIMELINE_LABEL_CELLS 13 /* a digest fits beside it in 80 columns */
#define TIMELINE_WAY_CELLS   24 /* labels that are ways into the data */
#define TIMELINE_INDENT      4

static void
timeline_add(struct timeline_page *p, struct safe line)
{
	if (p->n == p->room) {
		p->room = p->room > 0 ? 2 * p->room : 64;
		p->lines = mem_resize(p->lines, p->room, sizeof(*p->lines));
	}
	p->lines[p->n++] = line;
}

/*
 * A label in so many cells and its text, over as many lines as it needs.  A
 * text that has room on a line of its own is not broken for the label's sake.
 */
static void
timeline_say_at(struct timeline_page *p, int label_cells, const char *label, struct safe text)
{
	struct safe first = safe_text(p->frame, label);
	int cells = safe_cells(text);
	bool broken = cells > p->cells - label_cells && cells <= p->cells - TIMELINE_INDENT;
	if (broken || safe_cells(first) >= label_cells) {
		timeline_add(p, first);
		first = SAFE("");
		label_cells = TIMELINE_INDENT;
	}
	do {
		size_t next, n = wrap_words(text, p->cells - label_cells, &next);
		timeline_add(p, safe_printf(p->frame, "%-*s%s", label_cells, first.text,
				    wrap_head(p->frame, text, n).text));
		text = safe_from(text, next);
		first = SAFE("");
	} while (!safe_empty(text));
}

static void
timeline_say(struct timeline_page *p, const char *label, struct safe text)
{
	timeline_say_at(p, TIMELINE_LABEL_CELLS, label, text);
}

static void
timeline_say_data(struct timeline_page *p, const char *label, struct safe text)
{
	timeline_say_at(p, TIMELINE_WAY_CELLS, label, text);
}

/* Members below each other, with the way to each. */
static void
timeline_say_value(struct timeline_page *p, const char *way, const json_t *v)
{
	const char *key;
	json_t *member;
	size_t i;
	if (json_is_object(v)) {
		json_object_foreach ((json_t *)(uintptr_t)v, key, member) {
			MEM_FREE char *deeper =
			    mem_printf("%s%s%s", way, way[0] != '\0' ? "." : "", key);
			timeline_say_value(p, deeper, member);
		}
	} else if (json_is_array(v)) {
		json_array_foreach (v, i, member) {
			MEM_FREE char *deeper = mem_printf("%s.%zu", way, i + 1);
			timeline_say_value(p, deeper, member);
		}
	} else if (json_is_integer(v)) {
		timeline_say_data(
		    p, way, safe_printf(p->frame, "%lld", (long long)json_integer_value(v)));
	} else if (json_is_boolean(v)) {
		timeline_say_data(p, way, json_is_true(v) ? SAFE("yes") : SAFE("no"));
	} else {
		timeline_say_data(p, way, safe_text(p->frame, json_string_value(v)));
	}
}

/* Whose key that is or was, as the authority log says. */
static struct safe
timeline_owner(struct arena *a, const struct custody *c, const char *fingerprint)
{
	if (c == NULL)
		return SAFE("a key that cannot be looked up");
	const struct custody_epoch *e;
	for (size_t i = 0; (e = custody_epoch_at(c, i)) != NULL; i++)
		if (strcmp(e->station_key, fingerprint) == 0)
			return custody_epoch_count(c) == 1
			           ? SAFE("the key of the station")
			           : safe_printf(
					 a, "the key of the station in epoch %u", e->number);
	const struct custody_person *p;
	const struct custody_key *k = custody_person_of_key(c, fingerprint, &p);
	if (k == NULL)
		return SAFE("a key that nobody ever had");
	return safe_printf(
	    a, "%s of %s", k->until.size == CUSTODY_OPEN ? "the key" : "an earlier key", p->id);
}

/* The signature is checked here, over the bytes that came. */
static void
timeline_say_signature(struct timeline_page *p, const struct custody *c, const struct entry *e)
{
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	MEM_FREE char *signed_text = mem_alloc(e->text_len + 2);
	memcpy(signed_text, e->text, e->text_len);
	signed_text[e->text_len] = '\n';
	if (sshsig_verify(e->sig, e->sig_len, signed_text, e->text_len + 1, public_key) !=
	    ERR_OK) {
		timeline_say(p, "signature",
		    SAFE(
			"NOT GOOD: it does not match the entry. Do not go on; an administrator "
			"has to verify the record."));
		return;
	}
	sshsig_fingerprint(public_key, fingerprint);
	if (strcmp(fingerprint, e->actor_key) != 0)
		timeline_say(p, "signature",
		    SAFE("NOT GOOD: it is by another key than the entry names. Do not go on; "
			 "an administrator has to verify the record."));
	else
		timeline_say(p, "signature",
		    safe_printf(p->frame, "good, checked here; by %s",
			timeline_owner(p->frame, c, fingerprint).text));
	timeline_say(p, "key", safe_text(p->frame, fingerprint));
}

void
timeline_print(struct timeline_page *p, const struct timeline *t, const struct entry *e)
{
	char leaf[HEX_DIGEST_SIZE], prev[HEX_DIGEST_SIZE];
	struct arena *f = p->frame;
	hex_encode(e->leaf, sizeof(e->leaf), leaf);
	hex_encode(e->prev, sizeof(e->prev), prev);
	timeline_say(p, "what", timeline_what(f, e));
	timeline_say(p, "when (UTC)", safe_text(f, e->at));
	if (strcmp(e->actor_role, "station") == 0)
		timeline_say(p, "who", safe_text(f, e->actor_name));
	else
		timeline_say(p, "who",
		    safe_printf(f, "%s, %s, as %s", safe_text(f, e->actor_id).text,
			safe_text(f, e->actor_name).text, safe_text(f, e->actor_role).text));
	timeline_say(p, "says", safe_text(f, e->meaning));
	timeline_say_signature(p, t->export.view.app->ui->authority, e);
	timeline_add(p, SAFE(""));
	timeline_say_value(p, "", e->data);
	if (json_object_size(e->data) > 0)
		timeline_add(p, SAFE(""));
	timeline_say(p, "type", safe_text(f, e->type));
	timeline_say(p, "about", safe_text(f, e->subj));
	timeline_say(p, "log", safe_text(f, e->log));
	timeline_say(p, "position",
	    safe_printf(f, "entry %s or later: the signer saw that many before it",
		safe_count(f, e->head.size).text));
	timeline_say(p, "id", safe_text(f, e->id));
	timeline_say(p, "leaf", safe_text(f, leaf));
	timeline_say(p, "entry before", safe_text(f, prev));
}
