/* SPDX-License-Identifier: ISC */
#include "src/media/walk.h"
#include "src/base/mem.h"
#include "src/media/describe.h"
#include "src/media/family.h"
#include "src/media/idmap.h"
#include "src/media/listing.h"

#include <stdio.h>
#include <string.h>

/* A directory that waits to be listed. */
struct walk_dir {
	uint64_t inum, listed_bytes;
	uint64_t entries; /* when it was looked into */
	bool damaged;     /* and that was told */
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
	uint64_t entries;   /* of it, so far */
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
	struct walk_item it = {.volume = w->region_volume,
	    .name = (const uint8_t *)name,
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
walk_look(struct walk_state *s, struct walk_dir *dir, struct walk_item *it)
{
	struct walk_look look = {0, 0};
	const char *why = NULL;

	it->state = ITEM_UNREAD;
	if (dir->depth > LIM_PATH_DEPTH) {
		it->why = "what is in it lies below too many directories";
		return false;
	}
	if (listing_run(s->v, dir->inum, dir->listed_bytes, walk_look_entry, &look, &why) !=
	    ERR_OK) {
		it->why = "it has too many entries";
		return false;
	}
	if (dir->path_bytes + look.longest > LIM_PATH_BYTES - DESCRIBE_PREFIX_BYTES) {
		it->why = "the paths in it are too long";
		return false;
	}
	dir->entries = look.entries;
	dir->damaged = why != NULL;
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
	struct walk_dir dir = {.inum = d->inum,
	    .listed_bytes = d->listed_bytes,
	    .depth = s->at.depth + 1,
	    .path_bytes = s->at.path_bytes + (uint32_t)it->name_len + 1};
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

/* What was planned for an item: ids only grow. */
static const struct walk_file *
walk_planned(const struct walk *w, uint32_t id)
{
	size_t low = 0, high = w->plan.n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (w->plan.files[mid].id <= id)
			low = mid;
		else
			high = mid;
	}
	return &w->plan.files[low];
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
	it->place = d->place;
	enum err err = walk_emit(s->w, it);

	f.id = (uint32_t)it->id;
	if (err != ERR_OK || it->state != ITEM_READ)
		return err;
	if (it->links > 1 && !idmap_add(&s->names, d->same, f.id, &f.same_as))
		f.inum = walk_planned(s->w, f.same_as)->inum;
	walk_plan(s->w, f);
	return ERR_OK;
}

/* Named streams and resource forks: files beside their file or directory. */
static enum err
walk_streams(struct walk_state *s, const struct describe *d, const struct walk_item *it)
{
	uint8_t name[LIM_NAME_BYTES];
	struct content_stream stream;
	size_t room = LIM_PATH_BYTES - DESCRIBE_PREFIX_BYTES - s->at.path_bytes;
	enum err err = ERR_OK;

	if (room > sizeof(name))
		room = sizeof(name);
	for (size_t i = 0; err == ERR_OK && content_stream(&d->content, i, &stream); i++) {
		struct describe sub = {.inum = stream.inum, .same = stream.inum};
		struct walk_item item = *it;
		bool fits = it->name_len + stream.name_len <= room;
		size_t n = fits ? stream.name_len : room - it->name_len;
		memcpy(name, it->name, it->name_len);
		memcpy(name + it->name_len, stream.name, n);
		item.name = name;
		item.name_len += n;
		item.kind = ITEM_FILE;
		item.state = ITEM_READ;
		item.why = "";
		item.size_bytes = stream.bytes;
		item.link_len = 0;
		if (it->kind == ITEM_DIRECTORY)
			item.links = 1;
		if (stream.bad != NULL || !fits)
			describe_bad(
			    &item, ITEM_UNREADABLE, fits ? stream.bad : "its name is too long");
		else if (describe_open(s->v, &sub, &item))
			describe_file(&sub, &item);
		err = walk_file(s, &sub, &item);
		describe_done(&sub);
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

	s->entries++;
	if (image_spent(s->v->image))
		return ERR_LIMIT;
	image_allow_more(s->v->image, LIM_LIST_ITEM_BYTES);
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

/* The top directory has no name: its streams are called ":stream". */
static enum err
walk_root_streams(struct walk_state *s)
{
	struct describe d = {.inum = s->v->root};
	struct walk_item it = {.volume = s->v->number,
	    .name = (const uint8_t *)"",
	    .kind = ITEM_DIRECTORY,
	    .utc = s->v->family->utc};
	enum err err = ERR_OK;

	if (s->v->family->file_stream != NULL && describe_open(s->v, &d, &it))
		err = walk_streams(s, &d, &it);
	describe_done(&d);
	return err;
}

static enum err
walk_root(struct walk_state *s)
{
	struct walk_dir root = {.inum = s->v->root};
	struct walk_item it = {.why = ""};
	uint32_t known;

	(void)idmap_add(&s->seen, s->v->root_place, 0, &known);
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
	return err == ERR_OK ? walk_root_streams(s) : err;
}

static enum err
walk_notes(struct walk *w, const struct volume *v, size_t *told)
{
	enum err err = ERR_OK;

	while (*told < v->n_notes && err == ERR_OK) {
		const struct volume_note *n = &v->notes[(*told)++];
		char why[VOLUME_NOTE_SIZE + 32];
		snprintf(why, sizeof(why), "volume %u: %s", v->number, n->text);
		err = walk_region(w, n->bytes, n->state, why);
	}
	return err;
}

/* The names of a directory become items: all that were seen when it was looked into. */
static enum err
walk_list(struct walk_state *s)
{
	const char *why = NULL;
	char text[160];

	s->entries = 0;
	enum err err = listing_run(s->v, s->at.inum, s->at.listed_bytes, walk_entry, s, &why);
	if (err != ERR_OK || s->at.damaged || (why == NULL && s->entries == s->at.entries))
		return err;
	if (s->at.id == 0)
		snprintf(text, sizeof(text),
		    "the top directory of volume %u did not give the same names when it was "
		    "read again: some may be missing",
		    s->v->number);
	else
		snprintf(text, sizeof(text),
		    "the directory that is item %u did not give the same names when it was "
		    "read again: "
		    "some may be missing",
		    s->at.id);
	return walk_region(s->w, 0, ITEM_UNREADABLE, text);
}

/* What was listed stays; the rest of the volume is given up. */
static enum err
walk_spent(struct walk_state *s)
{
	char text[160];

	snprintf(text, sizeof(text),
	    "volume %u: its file system leads to the same bytes again and again: not all of it "
	    "was listed",
	    s->v->number);
	return walk_region(s->w, 0, ITEM_UNREADABLE, text);
}

enum err
walk_volume(struct walk *w, struct volume *v)
{
	struct walk_state s = {.w = w, .v = v};
	size_t told = 0;

	image_allow(v->image, v->bytes > (UINT64_MAX - LIM_LIST_BYTES) / LIM_LIST_TIMES
				  ? UINT64_MAX
				  : LIM_LIST_TIMES * v->bytes + LIM_LIST_BYTES);
	if (v->family->survey != NULL)
		v->family->survey(v);
	enum err err = walk_notes(w, v, &told);
	if (err == ERR_OK)
		err = walk_root(&s);

	while (err == ERR_OK && s.n_dirs > 0) {
		s.at = s.dirs[--s.n_dirs];
		err = walk_list(&s);
	}
	if (err == ERR_LIMIT && w->why == NULL && image_spent(v->image))
		err = walk_spent(&s);
	if (err == ERR_OK) /* what listing it has shown */
		err = walk_notes(w, v, &told);
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
