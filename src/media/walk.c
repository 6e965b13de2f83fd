/* SPDX-License-Identifier: ISC */
#include "src/media/walk.h"
#include "src/base/mem.h"
#include "src/media/describe.h"
#include "src/media/idmap.h"
#include "src/media/listing.h"

#include <stdio.h>
#include <string.h>

/* A directory that waits to be listed. */
struct walk_dir {
	uint64_t inum, fat_size_bytes;
	uint32_t id;
	uint32_t depth;      /* directories above its entries */
	uint32_t path_bytes; /* of its own path and a slash, 0 for the root */
};

struct walk_state {
	struct walk *w;
	struct volume *v;
	struct walk_dir *dirs; /* a stack */
	size_t n_dirs, cap_dirs;
	struct walk_dir at; /* the one being listed */
	struct idmap seen;  /* directories by where they lie */
	struct idmap names; /* files with several names */
};

/* --- sending ------------------------------------------------------------------ */

static enum err
walk_emit(struct walk *w, struct walk_item *it)
{
	if (w->totals.items >= LIM_ITEMS) {
		w->why = "more items than one medium may have";
		return ERR_LIMIT;
	}
	it->id = ++w->totals.items;
	if (it->state == ITEM_UNREADABLE)
		w->totals.unreadable++;
	return w->item(w->arg, it);
}

enum err
walk_region(struct walk *w, uint64_t bytes, enum item_state state, const char *why)
{
	char name[16];
	int n = snprintf(name, sizeof(name), "v0-%u", ++w->regions);
	struct walk_item it = {.name = (const uint8_t *)name,
	    .name_len = (size_t)n,
	    .kind = ITEM_REGION,
	    .state = state,
	    .why = why,
	    .size_bytes = bytes,
	    .links = 1};

	return walk_emit(w, &it);
}

static void
walk_plan(struct walk *w, struct walk_file f)
{
	struct walk_plan *p = &w->plan;

	if (p->n == p->cap) {
		p->cap = p->cap == 0 ? 1024 : p->cap + p->cap / 2;
		p->files = mem_resize(p->files, p->cap, sizeof(*p->files));
	}
	p->files[p->n++] = f;
	w->totals.files++;
	if (f.same_as == 0)
		w->totals.bytes += f.size_bytes;
}

/* --- looking into a directory before it is sent --------------------------------- */

struct walk_look {
	uint64_t entries;
	size_t longest; /* bytes of the longest name */
};

static enum err
walk_look_entry(void *arg, const struct entry *e)
{
	struct walk_look *l = arg;

	if (e->name_len > l->longest)
		l->longest = e->name_len;
	return ++l->entries > LIM_DIR_ENTRIES ? ERR_LIMIT : ERR_OK;
}

/* Whether dir may be listed; otherwise says why not in the item. */
static bool
walk_look(struct walk_state *s, const struct walk_dir *dir, struct walk_item *it)
{
	struct walk_look look = {0, 0};
	const char *why = NULL;

	it->state = ITEM_UNREAD;
	if (dir->depth > LIM_PATH_DEPTH) {
		it->why = "what is in it lies below too many directories";
		return false;
	}
	if (listing_run(s->v, dir->inum, dir->fat_size_bytes, walk_look_entry, &look, &why) !=
	    ERR_OK) {
		it->why = "it has too many entries";
		return false;
	}
	if (dir->path_bytes + look.longest > LIM_PATH_BYTES - DESCRIBE_PREFIX_BYTES) {
		it->why = "the paths in it are too long";
		return false;
	}
	it->state = why == NULL ? ITEM_READ : ITEM_UNREADABLE;
	it->why = why == NULL ? "" : why;
	return true;
}

static void
walk_push(struct walk_state *s, const struct walk_dir *dir)
{
	if (s->n_dirs == s->cap_dirs) {
		s->cap_dirs = s->cap_dirs == 0 ? 64 : s->cap_dirs * 2;
		s->dirs = mem_resize(s->dirs, s->cap_dirs, sizeof(*s->dirs));
	}
	s->dirs[s->n_dirs++] = *dir;
}

/* --- one entry ---------------------------------------------------------------- */

static enum err
walk_directory(struct walk_state *s, const struct describe *d, struct walk_item *it)
{
	struct walk_dir dir = {d->inum, d->fat_size_bytes, 0, s->at.depth + 1,
	    s->at.path_bytes + (uint32_t)it->name_len + 1};
	bool enter = false;
	uint32_t known;

	/* its id is the next one: known before it is sent, so that loops end */
	if (!idmap_add(&s->seen, d->place, (uint32_t)s->w->totals.items + 1, &known)) {
		it->state = ITEM_UNREADABLE;
		it->why = "this directory was met before: the file system has a loop";
	} else {
		enter = walk_look(s, &dir, it);
	}
	enum err err = walk_emit(s->w, it);
	dir.id = (uint32_t)it->id;
	if (err == ERR_OK && enter)
		walk_push(s, &dir);
	return err;
}

static enum err
walk_file(struct walk_state *s, const struct describe *d, struct walk_item *it)
{
	struct walk_file f = {
	    .inum = d->inum,
	    .first = d->place,
	    .size_bytes = it->size_bytes,
	    .valid_bytes = d->valid_bytes,
	    .volume = s->v->number,
	};
	enum err err = walk_emit(s->w, it);

	f.id = (uint32_t)it->id;
	if (err != ERR_OK || it->state != ITEM_READ)
		return err;
	if (it->links > 1)
		(void)idmap_add(&s->names, d->inum, f.id, &f.same_as);
	walk_plan(s->w, f);
	return ERR_OK;
}

/* Named streams of an NTFS file or directory: told, not read. */
static enum err
walk_streams(struct walk_state *s, const struct describe *d, const struct walk_item *it)
{
	uint8_t name[LIM_NAME_BYTES];
	const char *stream;
	uint64_t bytes;
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && content_stream(&d->content, i, &stream, &bytes);
	     i++) {
		size_t n = strlen(stream);
		if (it->name_len + 1 + n > sizeof(name))
			n = sizeof(name) - it->name_len - 1;
		memcpy(name, it->name, it->name_len);
		name[it->name_len] = ':';
		memcpy(name + it->name_len + 1, stream, n);
		struct walk_item sub = *it;
		sub.name = name;
		sub.name_len += 1 + n;
		sub.kind = ITEM_OTHER;
		sub.state = ITEM_UNREAD;
		sub.why = "a named stream of the file";
		sub.size_bytes = bytes;
		err = walk_emit(s->w, &sub);
	}
	return err;
}

static enum err
walk_entry(void *arg, const struct entry *e)
{
	struct walk_state *s = arg;
	struct describe d;
	struct walk_item it = {.parent = s->at.id, .volume = s->v->number};
	enum err err;

	if (describe_is_system(s->v, s->at.inum, e))
		return ERR_OK;
	describe_entry(s->v, e, &d, &it);
	if (it.kind == ITEM_DIRECTORY && it.state == ITEM_READ)
		err = walk_directory(s, &d, &it);
	else if (it.kind == ITEM_FILE)
		err = walk_file(s, &d, &it);
	else
		err = walk_emit(s->w, &it);
	if (err == ERR_OK && d.open)
		err = walk_streams(s, &d, &it);
	describe_done(&d);
	return err;
}

/* --- a volume ----------------------------------------------------------------- */

static enum err
walk_root(struct walk_state *s)
{
	struct walk_dir root = {volume_root(s->v), 0, 0, 0, 0};
	struct walk_item it = {.why = ""};
	uint32_t known;

	(void)idmap_add(&s->seen, describe_root_place(s->v), 0, &known);
	bool enter = walk_look(s, &root, &it);
	enum err err = ERR_OK;
	if (it.state != ITEM_READ) {
		char why[160];
		snprintf(why, sizeof(why), "the top directory of volume %u: %s", s->v->number,
		    it.why);
		err = walk_region(s->w, 0, it.state, why);
	}
	if (enter)
		walk_push(s, &root);
	return err;
}

enum err
walk_volume(struct walk *w, struct volume *v)
{
	struct walk_state s = {.w = w, .v = v};
	const char *why; /* damage was told when the directory was looked into */
	enum err err = walk_root(&s);

	while (err == ERR_OK && s.n_dirs > 0) {
		s.at = s.dirs[--s.n_dirs];
		err = listing_run(v, s.at.inum, s.at.fat_size_bytes, walk_entry, &s, &why);
	}
	free(s.dirs);
	idmap_done(&s.seen);
	idmap_done(&s.names);
	return err;
}

void
walk_done(struct walk *w)
{
	free(w->plan.files);
	w->plan = (struct walk_plan){0};
}
