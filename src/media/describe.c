/* SPDX-License-Identifier: ISC */
#include "src/media/describe.h"
#include "src/media/family.h"

static const uint8_t no_name[] = {0xC0, 0x80}; /* as wtf8.h spells a NUL */

void
describe_bad(struct walk_item *it, enum item_state state, const char *why)
{
	it->state = state;
	it->why = why;
}

bool
describe_is_system(const struct volume *v, uint64_t dir_inum, const struct entry *e)
{
	return v->family->is_system != NULL && v->family->is_system(v, dir_inum, e);
}

/* "." and ".." where they have no business, and names of no bytes. */
static const char *
describe_name_problem(const struct entry *e)
{
	if (e->bad != NULL)
		return e->bad;
	if (e->name_len == 0)
		return "it has no name";
	if (e->name[0] == '.' && (e->name_len == 1 || (e->name_len == 2 && e->name[1] == '.')))
		return "its name means a directory itself";
	return NULL;
}

bool
describe_open(struct volume *v, struct describe *d, struct walk_item *it)
{
	if (content_open(v, d->inum, d->listed_bytes, &d->content) != ERR_OK) {
		if (it->state == ITEM_READ)
			describe_bad(it, ITEM_UNREADABLE, d->content.why);
		return false;
	}
	d->open = true;
	return true;
}

void
describe_runs(struct describe *d, struct walk_item *it)
{
	enum err err = content_part(&d->content, CONTENT_DATA);

	if (err == ERR_DENIED)
		describe_bad(it, ITEM_ENCRYPTED, d->content.why);
	else if (err == ERR_LIMIT)
		describe_bad(it, ITEM_UNREAD, d->content.why);
	else if (err == ERR_SYNTAX)
		describe_bad(it, ITEM_UNREADABLE, d->content.why);
	d->place = content_first(&d->content);
}

void
describe_file(struct describe *d, struct walk_item *it)
{
	describe_runs(d, it);
	d->valid_bytes = it->size_bytes = d->content.size_bytes;
}

void
describe_link(struct describe *d, struct walk_item *it)
{
	it->link = d->link;
	describe_runs(d, it);
	if (it->state == ITEM_READ && d->content.size_bytes > LIM_LINK_BYTES)
		describe_bad(it, ITEM_UNREAD, "its target is too long");
	if (it->state == ITEM_READ &&
	    content_fill(&d->content, d->link, sizeof(d->link), &it->link_len) != ERR_OK)
		describe_bad(it, ITEM_UNREADABLE, d->content.why);
	it->size_bytes = it->link_len;
}

void
describe_special(struct walk_item *it)
{
	describe_bad(it, ITEM_UNREAD,
	    it->kind == ITEM_OTHER ? "its kind is unknown" : "a special file has no bytes");
}

void
describe_entry(
    struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	const char *problem = describe_name_problem(e);

	d->open = false;
	d->inum = d->place = d->valid_bytes = d->listed_bytes = d->same = 0;
	it->name = e->name_len > 0 ? e->name : no_name;
	it->name_len = e->name_len > 0 ? e->name_len : sizeof(no_name);
	it->state = problem == NULL ? ITEM_READ : ITEM_UNREADABLE;
	it->why = problem == NULL ? "" : problem;
	it->kind = ITEM_OTHER;
	it->links = 1;
	it->utc = v->family->utc;
	it->link = d->link;
	v->family->describe(v, e, d, it);
	if (d->same == 0)
		d->same = d->inum;
}

void
describe_done(struct describe *d)
{
	if (d->open)
		content_close(&d->content);
	d->open = false;
}
