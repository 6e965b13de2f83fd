/* SPDX-License-Identifier: ISC */
/*
 * Approvals by keys that were found to be compromised.  They stay what they are;
 * somebody looks at them again.  The two logs come in any order, so every
 * approval is remembered.
 */
#include "src/base/mem.h"
#include "src/core/custody_state.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

size_t
custody_suspect_count(const struct custody *c)
{
	return c->suspects_count;
}

const struct custody_suspect *
custody_suspect_at(const struct custody *c, size_t i)
{
	return i < c->suspects_count ? &c->suspects[i] : NULL;
}

static void
add_if_suspect(struct custody *c, const struct custody_mark *mark)
{
	const struct custody_person *p = &c->people[mark->person];
	const struct custody_key *k = &p->keys[mark->key];
	if (mark->seq < k->suspect_from)
		return;
	c->suspects = mem_resize(c->suspects, c->suspects_count + 1, sizeof(*c->suspects));
	struct custody_suspect *s = &c->suspects[c->suspects_count++];
	*s = (struct custody_suspect){.seq = mark->seq, .suspect_from = k->suspect_from};
	hex_encode(mark->leaf, sizeof(mark->leaf), s->leaf);
	memcpy(s->at, mark->at, sizeof(s->at));
	memcpy(s->transfer, c->transfers[mark->transfer]->id, sizeof(s->transfer));
	memcpy(s->officer, p->id, sizeof(s->officer));
	memcpy(s->key, k->key, sizeof(s->key));
}

void
custody_suspect_mark(struct custody *c, const struct custody_act *act)
{
	uint64_t transfer = 0;
	const struct custody_person *p = NULL;
	const struct custody_key *k = custody_person_of_key(c, act->e->actor_key, &p);
	bool found = map_get(&c->transfers_by_id, act->subject_id, &transfer);
	assert(k != NULL && found);
	(void)found;
	c->marks = mem_resize(c->marks, c->marks_count + 1, sizeof(*c->marks));
	struct custody_mark *mark = &c->marks[c->marks_count++];
	*mark = (struct custody_mark){.seq = act->seq,
	    .transfer = (size_t)transfer,
	    .person = (size_t)(p - c->people),
	    .key = (size_t)(k - p->keys)};
	memcpy(mark->leaf, act->e->leaf, sizeof(mark->leaf));
	snprintf(mark->at, sizeof(mark->at), "%s", act->e->at);
	add_if_suspect(c, mark);
}

void
custody_suspect_settle(struct custody *c)
{
	c->suspects_count = 0;
	for (size_t i = 0; i < c->marks_count; i++)
		add_if_suspect(c, &c->marks[i]);
}

void
custody_suspect_done(struct custody *c)
{
	free(c->marks);
	free(c->suspects);
}
