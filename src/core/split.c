/* SPDX-License-Identifier: ISC */
#include "src/core/split.h"
#include "src/base/mem.h"
#include "src/core/part.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SPLIT_LAST   UINT32_MAX /* the number of the .zip */
#define SPLIT_HOLDER 33         /* one byte that says where, and a digest */

/* What all parts of a set have in common, and nothing else has. */
struct split_key {
	const uint8_t *bytes; /* holder and path up to the number */
	size_t len;
	enum part_way way;
};

struct split_row {
	struct split_key key;
	uint8_t *text; /* owned; the key points into it */
	uint32_t number;
	uint8_t sha256[32];
	uint64_t bytes;
};

struct split_group {
	struct split_set set;
	struct split_key key;
	struct split_part *parts;
	uint8_t *name;
	char why[SPLIT_WHY_SIZE];
};

/* A digest among the parts of whole sets. */
struct split_object {
	uint8_t sha256[32];
	uint64_t files; /* that have these bytes */
	uint64_t parts; /* of sets that are joined */
	size_t set;     /* the first of them */
};

struct split {
	struct split_row *rows;
	size_t nrows;
	struct split_group *groups;
	size_t ngroups;
	struct split_object *objects;
	size_t nobjects;
	size_t whole; /* sets so far that nothing is missing of */
	bool letters; /* there is a part with letters */
	bool zips;    /* there is a part of a zip */
	bool second;  /* and now files called .zip are taken, and no others */
};

struct split *
split_new(void)
{
	return mem_alloc(sizeof(struct split));
}

struct split *
split_free(struct split *s)
{
	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < s->nrows; i++)
		free(s->rows[i].text);
	for (size_t i = 0; i < s->ngroups; i++) {
		free(s->groups[i].parts);
		free(s->groups[i].name);
	}
	free(s->rows);
	free(s->groups);
	free(s->objects);
	free(s);
	return NULL;
}

/* --- names ---------------------------------------------------------------------------- */

/* The .zip of a set is its last part: it goes by the same letter, "x.z" of "x.zip". */
static bool
split_is_zip(const uint8_t *path, size_t n, struct part *ret)
{
	if (n < 5 ||
	    (memcmp(path + n - 4, ".zip", 4) != 0 && memcmp(path + n - 4, ".ZIP", 4) != 0))
		return false;
	*ret = (struct part){.number = SPLIT_LAST, .way = PART_ZIP};
	return true;
}

/* The bytes that the key of a file is made of, up to its number. */
static bool
split_key(const uint8_t *holder, const uint8_t *path, size_t n, struct part *ret_part,
    uint8_t **ret_text, struct split_key *ret)
{
	size_t stem;
	if (part_named(path, n, ret_part))
		stem = (size_t)(ret_part->set - path) + ret_part->stem_len;
	else if (split_is_zip(path, n, ret_part))
		stem = n - 2;
	else
		return false;
	uint8_t *text = mem_alloc(SPLIT_HOLDER + stem);
	if (holder != NULL) {
		text[0] = 1;
		memcpy(text + 1, holder, 32);
	}
	memcpy(text + SPLIT_HOLDER, path, stem);
	*ret_text = text;
	*ret = (struct split_key){text, SPLIT_HOLDER + stem, ret_part->way};
	return true;
}

static int
split_key_order(const struct split_key *a, const struct split_key *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int c = memcmp(a->bytes, b->bytes, n);
	if (c == 0)
		c = (a->len > b->len) - (a->len < b->len);
	return c != 0 ? c : (a->way > b->way) - (a->way < b->way);
}

static int
split_row_order(const void *a, const void *b)
{
	const struct split_row *x = a, *y = b;
	int c = split_key_order(&x->key, &y->key);
	return c != 0 ? c : (x->number > y->number) - (x->number < y->number);
}

enum err
split_add(struct split *s, const struct split_file *f)
{
	struct split_row row = {.bytes = f->bytes};
	struct part part;
	if (!split_key(f->holder, f->path, f->path_len, &part, &row.text, &row.key))
		return ERR_OK;
	if ((part.number == SPLIT_LAST) != s->second) {
		free(row.text);
		return ERR_OK;
	}
	if (s->nrows == LIM_SPLIT_NAMES) {
		free(row.text);
		return ERR_LIMIT;
	}
	row.number = part.number;
	memcpy(row.sha256, f->sha256, 32);
	s->zips |= part.way == PART_ZIP;
	s->letters |= part.way == PART_LETTERS;
	/* doubled at each power of two */
	if ((s->nrows & (s->nrows - 1)) == 0)
		s->rows =
		    mem_resize(s->rows, s->nrows == 0 ? 1 : s->nrows * 2, sizeof(*s->rows));
	s->rows[s->nrows++] = row;
	return ERR_OK;
}

bool
split_wants_letters(const struct split *s)
{
	return s->letters;
}

bool
split_wants_zips(struct split *s)
{
	s->second = true;
	return s->zips;
}

/* --- sets ----------------------------------------------------------------------------- */

/* The first reason is told. */
static void __attribute__((format(printf, 2, 3)))
split_refuse(struct split_group *g, const char *fmt, ...)
{
	va_list ap;
	if (g->why[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(g->why, sizeof(g->why), fmt, ap);
	va_end(ap);
}

/* What all parts make: the name without its end, "x.tar" of "x.tar.part-aa". */
static void
split_name(struct split_group *g)
{
	static const char *const ends[] = {".part", ".split", ".chunk", "-part", "_part"};
	const uint8_t *key = g->key.bytes + SPLIT_HOLDER;
	size_t n = g->key.len - SPLIT_HOLDER;
	const uint8_t *slash = n > 0 ? memrchr(key, '/', n) : NULL;
	if (slash != NULL) {
		n -= (size_t)(slash + 1 - key);
		key = slash + 1;
	}
	size_t cut = n;
	if (g->key.way == PART_ZIP) {
		cut -= 2;
	} else if (cut > 1 && strchr("-_.", key[cut - 1]) != NULL) {
		cut--;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t k = strlen(ends[i]);
		if (g->key.way == PART_LETTERS && cut > k &&
		    strncasecmp((const char *)key + cut - k, ends[i], k) == 0) {
			cut -= k;
			break;
		}
	}
	const char *zip = g->key.way != PART_ZIP ? "" : key[n - 1] == 'Z' ? ".ZIP" : ".zip";
	size_t zip_len = strlen(zip);
	g->name = mem_alloc(cut + zip_len + 1);
	memcpy(g->name, key, cut);
	memcpy(g->name + cut, zip, zip_len);
	g->set.name = g->name;
	g->set.name_len = cut + zip_len;
}

/* Whether the rows of one group, in order of their numbers, are all parts of a set. */
static void
split_judge(struct split_group *g, const struct split_row *rows, size_t n)
{
	uint64_t bytes = 0;
	bool last = rows[n - 1].number == SPLIT_LAST;
	if (g->key.way == PART_RAR)
		split_refuse(g, "volumes of RAR are not joined here");
	if (rows[0].number == 0)
		split_refuse(g, "its numbers begin with 0, and sets are joined from number 1");
	for (size_t i = 0; i < n; i++) {
		uint32_t number = rows[i].number, want = (uint32_t)i + 1;
		if (i > 0 && number == rows[i - 1].number)
			split_refuse(g, "number %u is there twice",
			    number == SPLIT_LAST ? (unsigned)n - 1 : number);
		else if (number != want && number != SPLIT_LAST)
			split_refuse(g, "number %u is missing", want);
		if (rows[i].bytes == 0)
			split_refuse(g, "number %u of it is empty", want);
		if (rows[i].bytes > INT64_MAX - bytes)
			split_refuse(g, "it is too large");
		else
			bytes += rows[i].bytes;
	}
	if (g->key.way == PART_ZIP && !last)
		split_refuse(g, "its last part, the .zip, is missing");
	if (n > LIM_SPLIT_PARTS)
		split_refuse(g, "it has more than %u parts", LIM_SPLIT_PARTS);
	if (n == 1)
		split_refuse(g, "number 2 is missing");
}

static void
split_group(struct split *s, const struct split_row *rows, size_t n)
{
	/* a .zip by itself is no part of anything */
	if (rows[0].number == SPLIT_LAST)
		return;
	struct split_group *g = &s->groups[s->ngroups++];
	*g = (struct split_group){.key = rows[0].key};
	split_name(g);
	split_judge(g, rows, n);
	if (g->why[0] == '\0' && ++s->whole > LIM_SPLIT_SETS)
		split_refuse(g, "the transfer has more than %d sets", LIM_SPLIT_SETS);
	g->parts = mem_array(n, sizeof(*g->parts));
	for (size_t i = 0; i < n; i++) {
		memcpy(g->parts[i].sha256, rows[i].sha256, 32);
		g->parts[i].bytes = rows[i].bytes;
	}
	g->set.zip = g->key.way == PART_ZIP;
	g->set.parts = g->parts;
	g->set.n = n;
}

static int
split_object_order(const void *a, const void *b)
{
	const struct split_object *x = a, *y = b;
	int c = memcmp(x->sha256, y->sha256, 32);
	return c != 0 ? c : (x->set > y->set) - (x->set < y->set);
}

/* Each digest once, under the first set that has it. */
static void
split_objects(struct split *s)
{
	size_t n = 0, kept = 0;
	s->objects = mem_array(s->nrows + 1, sizeof(*s->objects));
	for (size_t i = 0; i < s->ngroups; i++)
		for (size_t k = 0; k < s->groups[i].set.n && s->groups[i].why[0] == '\0'; k++) {
			s->objects[n] = (struct split_object){.set = i};
			memcpy(s->objects[n++].sha256, s->groups[i].parts[k].sha256, 32);
		}
	qsort(s->objects, n, sizeof(*s->objects), split_object_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 ||
		    memcmp(s->objects[i].sha256, s->objects[kept - 1].sha256, 32) != 0)
			s->objects[kept++] = s->objects[i];
	s->nobjects = kept;
}

void
split_find(struct split *s)
{
	size_t from = 0;
	if (s->nrows > 0)
		qsort(s->rows, s->nrows, sizeof(*s->rows), split_row_order);
	s->groups = mem_array(s->nrows + 1, sizeof(*s->groups));
	for (size_t i = 1; i <= s->nrows; i++) {
		if (i < s->nrows && split_key_order(&s->rows[from].key, &s->rows[i].key) == 0)
			continue;
		split_group(s, s->rows + from, i - from);
		from = i;
	}
	split_objects(s);
	for (size_t i = 0; i < s->ngroups; i++)
		s->groups[i].set.why = s->groups[i].why;
}

/* --- what its bytes are besides ----------------------------------------------------------- */

static struct split_object *
split_object(const struct split *s, const uint8_t sha256[32])
{
	size_t low = 0, high = s->nobjects;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = memcmp(s->objects[middle].sha256, sha256, 32);
		if (c == 0)
			return &s->objects[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

size_t
split_digests(const struct split *s)
{
	return s->nobjects;
}

const uint8_t *
split_digest(const struct split *s, size_t i)
{
	assert(i < s->nobjects);
	return s->objects[i].sha256;
}

void
split_alone(struct split *s, size_t i, size_t part, const char *is)
{
	assert(i < s->ngroups);
	split_refuse(&s->groups[i], "number %u of it %s by itself", (unsigned)part + 1, is);
}

void
split_seen(struct split *s, const uint8_t sha256[32], uint64_t files)
{
	struct split_object *o = split_object(s, sha256);
	if (o != NULL)
		o->files += files;
}

static bool
split_same(const struct split_set *a, const struct split_set *b)
{
	if (a->n != b->n || a->zip != b->zip)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (memcmp(a->parts[i].sha256, b->parts[i].sha256, 32) != 0)
			return false;
	return true;
}

/* One of its parts is something else, too. */
static void
split_check(struct split *s, struct split_group *g)
{
	for (size_t i = 0; i < g->set.n && g->why[0] == '\0'; i++) {
		const struct split_object *o = split_object(s, g->parts[i].sha256);
		if (o->files != o->parts)
			split_refuse(g, "number %u of it is there under another name, too",
			    (unsigned)i + 1);
		else if (!split_same(&g->set, &s->groups[o->set].set))
			split_refuse(
			    g, "number %u of it belongs to another set, too", (unsigned)i + 1);
	}
}

/* A set that goes takes others with it: until none does.  True when one has gone. */
static bool
split_check_all(struct split *s)
{
	size_t before = 0, after = 0;
	for (size_t i = 0; i < s->nobjects; i++)
		s->objects[i].parts = 0;
	for (size_t i = 0; i < s->ngroups; i++)
		for (size_t k = 0; k < s->groups[i].set.n && s->groups[i].why[0] == '\0'; k++)
			split_object(s, s->groups[i].parts[k].sha256)->parts++;
	for (size_t i = 0; i < s->ngroups; i++)
		before += s->groups[i].why[0] == '\0';
	for (size_t i = 0; i < s->ngroups; i++)
		split_check(s, &s->groups[i]);
	for (size_t i = 0; i < s->ngroups; i++)
		after += s->groups[i].why[0] == '\0';
	return after < before;
}

void
split_settle(struct split *s)
{
	unsigned rounds = 0;
	while (split_check_all(s))
		if (++rounds == LIM_SPLIT_ROUNDS)
			for (size_t i = 0; i < s->ngroups; i++)
				split_refuse(
				    &s->groups[i], "its parts are shared with too many others");
}

/* --- answers ---------------------------------------------------------------------------------
 */

size_t
split_count(const struct split *s)
{
	return s->ngroups;
}

const struct split_set *
split_get(const struct split *s, size_t i)
{
	assert(i < s->ngroups);
	return &s->groups[i].set;
}

const struct split_set *
split_of(const struct split *s, const uint8_t *holder, const uint8_t *path, size_t path_len)
{
	struct split_key key;
	struct part part;
	uint8_t *text;
	size_t low = 0, high = s->ngroups;
	const struct split_set *found = NULL;
	if (!split_key(holder, path, path_len, &part, &text, &key))
		return NULL;
	while (low < high && found == NULL) {
		size_t middle = low + (high - low) / 2;
		int c = split_key_order(&s->groups[middle].key, &key);
		if (c == 0)
			found = &s->groups[middle].set;
		else if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	free(text);
	return found;
}
