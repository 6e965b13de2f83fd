/* SPDX-License-Identifier: ISC */
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/proc/desk/compose_in.h"

#include <stdio.h>
#include <string.h>

#define COMPOSE_WAY   16   /* places on one way; LIM_ARCHIVE_DEPTH and some */
#define COMPOSE_NAME  96   /* cells of one name on it */
#define COMPOSE_QUINE 0    /* this kind of finding is our own */
#define COMPOSE_FINDS 1024 /* findings of one object that are taken at once */

/* --- findings ------------------------------------------------------------------------- */

/* Somebody excepts something of this scanner's. */
static bool
compose_is_named(const struct compose *c, const char *scanner)
{
	const struct release_under *u = c->under;
	for (size_t i = 0; i < u->nexceptions; i++)
		if (strcmp(u->exceptions[i].scanner, scanner) == 0)
			return true;
	return false;
}

/* The exception that covers a finding about something inside, or EXCEPTION_NONE. */
static size_t
compose_excepted(struct compose *c, const struct work_finding *f)
{
	struct finding out = {.scanner = f->scanner, .rule = f->rule, .class = FINDING_TAMPER};
	struct work_todo object = {.bytes = 0};
	char sha256[HEX_DIGEST_SIZE];
	if (!compose_is_named(c, f->scanner))
		return EXCEPTION_NONE;
	finding_class_parse(f->class, &out.class);
	compose_check(c, work_object_get(c->work, f->sha256, &object));
	hex_encode(f->sha256, 32, sha256);
	return exception_find_finding(
	    c->under->exceptions, c->under->nexceptions, &out, sha256, object.type);
}

static void
compose_kind_add(struct compose *c, const char *scanner, const char *rule, const char *class,
    const char *severity, const char *title)
{
	c->kinds[c->nkinds++] = (struct compose_kind){mem_strdup(scanner), mem_strdup(rule),
	    mem_strdup(class), mem_strdup(severity), mem_strdup(title), EXCEPTION_NONE,
	    compose_is_named(c, scanner)};
}

static size_t
compose_kind(struct compose *c, const struct work_finding *f)
{
	size_t i = COMPOSE_OTHER + 1, exception = compose_excepted(c, f);
	for (; i < c->nkinds; i++) {
		const struct compose_kind *k = &c->kinds[i];
		if (k->exception == exception && strcmp(k->scanner, f->scanner) == 0 &&
		    strcmp(k->rule, f->rule) == 0 && strcmp(k->class, f->class) == 0 &&
		    strcmp(k->severity, f->severity) == 0 && strcmp(k->title, f->title) == 0)
			return i;
	}
	if (c->nkinds == LIM_INSIDE_KINDS)
		return COMPOSE_OTHER;
	compose_kind_add(c, f->scanner, f->rule, f->class, f->severity, f->title);
	c->kinds[i].exception = exception;
	return i;
}

static void
compose_find_add(void *arg, uint64_t n, const struct work_finding *f)
{
	struct compose *c = arg;
	if (c->nfinds == c->finds_cap) {
		c->finds_cap = c->finds_cap == 0 ? 256 : c->finds_cap * 2;
		c->finds = mem_resize(c->finds, c->finds_cap, sizeof(*c->finds));
	}
	c->finds[c->nfinds++] =
	    (struct compose_find){n, (uint32_t)c->object, (uint32_t)compose_kind(c, f)};
	c->after_row = n;
}

bool
compose_item_load(struct compose *c, size_t object)
{
	size_t n = 0;
	compose_check(c, work_inside_findings(c->work, contain_sha256(c->graph, object),
			     c->after_row, COMPOSE_FINDS, &n, compose_find_add, c));
	return n == COMPOSE_FINDS && c->error == ERR_OK;
}

/* The first finding of an object, or one behind it. */
static size_t
compose_finds_of(const struct compose *c, size_t object)
{
	size_t low = 0, high = c->nfinds;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c->finds[middle].object < object)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- ways ------------------------------------------------------------------------------- */

/* " > name", of a row. */
static void
compose_step(struct compose *c, struct buf *out, uint64_t row)
{
	struct work_child child;
	char name[COMPOSE_NAME + 1];
	if (work_child_get(c->work, row, &child) != ERR_OK)
		return;
	escape_fit(child.name_len > 0 ? child.name : (const void *)"", child.name_len, name,
	    sizeof(name), COMPOSE_NAME, NULL);
	buf_addf(out, "%s%s", out->len > 0 ? " > " : "", name);
}

/* So that it fits: cut in the middle. */
static void
compose_fit(const struct buf *way, char out[LIM_INSIDE_WAY_BYTES + 1])
{
	escape_shorten((const char *)way->data, way->len, out, LIM_INSIDE_WAY_BYTES + 1,
	    LIM_INSIDE_WAY_BYTES);
}

void
compose_item_worst(struct compose *c, size_t object, char out[LIM_INSIDE_WAY_BYTES + 1])
{
	uint64_t rows[COMPOSE_WAY];
	struct work_child lacking;
	struct buf way;
	size_t at = object;
	bool bare = false;
	size_t n = contain_worst(c->graph, object, rows, COMPOSE_WAY, &at, &bare);
	buf_init(&way, 65536);
	for (size_t i = 0; i < n; i++)
		compose_step(c, &way, rows[i]);
	if (bare &&
	    work_child_lacking(c->work, contain_sha256(c->graph, at), &lacking) == ERR_OK) {
		MEM_FREE char *why = mem_strdup(lacking.why);
		compose_step(c, &way, lacking.n);
		buf_addf(&way, " (%.64s)", why);
	} else if (bare && contain_lacking(c->graph, at) != 0) {
		compose_step(c, &way, contain_lacking(c->graph, at));
		buf_addf(&way, " (a part of a split set that was not joined)");
	}
	if (contain_is_quine(c->graph, at))
		buf_addf(&way, "%s(it is inside itself)", way.len > 0 ? " " : "");
	compose_fit(&way, out);
	buf_done(&way);
}

/* --- items ------------------------------------------------------------------------------- */

struct compose_walk {
	struct compose *compose;
	uint64_t item;
	char *base;
	uint64_t count[LIM_INSIDE_KINDS];
	size_t rest[LIM_INSIDE_KINDS]; /* the object of the first that is only counted */
	uint64_t of_class[FINDING_CLASS__MAX][FINDING_SEVERITY__MAX]; /* of other kinds */
	enum verdict *waived; /* by exception: the worst it sets aside here; na: none */
};

/* One finding of the item: what it says, and where inside; about which object, if one. */
static void
compose_say(struct compose_walk *w, const struct compose_kind *k, size_t object,
    const char *where, const char *detail, uint64_t at)
{
	MEM_FREE char *text =
	    mem_printf("%s%s%s", where, detail[0] != '\0' ? ": " : "", detail);
	char cut[LIM_FINDING_TEXT + 1];
	escape_shorten(text, strlen(text), cut, sizeof(cut), LIM_FINDING_TEXT);
	struct work_finding f = {.item = w->item,
	    .scanner = k->scanner,
	    .rule = k->rule,
	    .class = k->class,
	    .severity = k->severity,
	    .title = k->title,
	    .detail = cut,
	    .at = at,
	    .inside = true};
	if (object != CONTAIN_NONE)
		f.about = contain_sha256(w->compose->graph, object);
	compose_check(w->compose, work_finding_add(w->compose->work, &f));
}

static void
compose_where(struct compose_walk *w, size_t object, char out[LIM_INSIDE_WAY_BYTES + 1])
{
	uint64_t rows[COMPOSE_WAY];
	struct buf way;
	size_t n = contain_way(w->compose->graph, object, rows, COMPOSE_WAY);
	buf_init(&way, 65536);
	buf_add_str(&way, w->base);
	for (size_t i = 0; i < n && i < COMPOSE_WAY; i++)
		compose_step(w->compose, &way, rows[i]);
	if (n > COMPOSE_WAY)
		buf_add_str(&way, " > ...");
	compose_fit(&way, out);
	buf_done(&way);
}

/* Of a kind beyond those that are told apart: its class and severity count all the same. */
static void
compose_other(struct compose_walk *w, const struct work_finding *f)
{
	enum finding_class class = FINDING_TAMPER;
	enum finding_severity severity = FINDING_HIGH;
	finding_class_parse(f->class, &class);
	finding_severity_parse(f->severity, &severity);
	w->of_class[class][severity]++;
}

/* So many of a kind are listed: all, when an exception may be about some of them. */
static uint64_t
compose_listed(const struct compose *c, size_t kind)
{
	if (c->kinds[kind].named)
		return LIM_FINDINGS;
	return strcmp(c->kinds[kind].severity, "info") == 0 ? LIM_INSIDE_NOTES
	                                                    : LIM_INSIDE_EACH;
}

static void
compose_note_waived(struct compose_walk *w, size_t object)
{
	const struct compose *c = w->compose;
	size_t low = 0, high = c->nwaived;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c->waived[middle].object < object)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < c->nwaived && c->waived[low].object == object; low++) {
		enum verdict *worst = &w->waived[c->waived[low].exception];
		*worst = verdict_worst(*worst, c->waived[low].verdict);
	}
}

static void
compose_one(struct compose_walk *w, size_t object, const struct compose_find *find)
{
	struct compose *c = w->compose;
	struct work_finding f;
	char where[LIM_INSIDE_WAY_BYTES + 1];
	bool other = find->kind == COMPOSE_OTHER;
	if (!other && w->count[find->kind]++ >= compose_listed(c, find->kind)) {
		if (w->count[find->kind] == compose_listed(c, find->kind) + 1)
			w->rest[find->kind] = object;
		return;
	}
	if (!other)
		compose_where(w, object, where);
	enum err e = work_finding_get(c->work, find->n, &f);
	compose_check(c, e);
	if (e != ERR_OK)
		return;
	if (other) {
		compose_other(w, &f);
		return;
	}
	/* the row lives until the next call */
	MEM_FREE char *detail = mem_strdup(f.detail);
	compose_say(w, &c->kinds[find->kind], object, where, detail, f.at);
}

static bool
compose_found(void *arg, size_t object)
{
	struct compose_walk *w = arg;
	struct compose *c = w->compose;
	char where[LIM_INSIDE_WAY_BYTES + 1];
	if (contain_is_quine(c->graph, object) && w->count[COMPOSE_QUINE]++ < LIM_INSIDE_EACH) {
		compose_where(w, object, where);
		compose_say(w, &c->kinds[COMPOSE_QUINE], object, where, "", 0);
	}
	compose_note_waived(w, object);
	for (size_t i = compose_finds_of(c, object);
	     i < c->nfinds && c->finds[i].object == object; i++)
		compose_one(w, object, &c->finds[i]);
	if (c->left > 0)
		c->left--;
	return c->error == ERR_OK && c->left > 0;
}

/* What was only counted. */
static void
compose_rest(struct compose_walk *w)
{
	struct compose *c = w->compose;
	char text[64];
	for (size_t i = 0; i < c->nkinds; i++) {
		uint64_t listed = compose_listed(c, i);
		if (w->count[i] <= listed)
			continue;
		snprintf(text, sizeof(text), "and %llu more like it inside",
		    (unsigned long long)(w->count[i] - listed));
		/* an exception covers all of them or none: never by the object that holds them
		 */
		compose_say(w, &c->kinds[i], c->kinds[i].named ? w->rest[i] : CONTAIN_NONE,
		    w->base, text, 0);
	}
	for (unsigned k = 0; k < FINDING_CLASS__MAX; k++)
		for (unsigned s = FINDING_INFO; s < FINDING_SEVERITY__MAX; s++) {
			struct compose_kind kind = c->kinds[COMPOSE_OTHER];
			MEM_FREE char *class =
			    mem_strdup(finding_class_print((enum finding_class)k));
			MEM_FREE char *severity =
			    mem_strdup(finding_severity_print((enum finding_severity)s));
			if (w->of_class[k][s] == 0)
				continue;
			kind.class = class;
			kind.severity = severity;
			snprintf(text, sizeof(text), "%llu of them",
			    (unsigned long long)w->of_class[k][s]);
			compose_say(w, &kind, CONTAIN_NONE, w->base, text, 0);
		}
}

/* Goes into an item; NULL when nothing of it is in the graph. */
static struct compose_walk *
compose_enter(struct compose *c, uint64_t item, size_t *ret_object)
{
	struct work_item row;
	enum err e = work_item_get(c->work, item, &row);
	size_t object = e == ERR_OK && row.sha256 != NULL ? contain_find(c->graph, row.sha256)
	                                                  : CONTAIN_NONE;
	compose_check(c, e);
	if (object == CONTAIN_NONE)
		return NULL;
	struct compose_walk *w = mem_alloc(sizeof(*w));
	*w = (struct compose_walk){.compose = c,
	    .item = item,
	    .base = mem_strdup(row.base),
	    .waived = mem_array(c->under->nexceptions + 1, sizeof(*w->waived))};
	*ret_object = object;
	return w;
}

static void
compose_leave(struct compose *c)
{
	if (c->walk == NULL)
		return;
	free(c->walk->base);
	free(c->walk->waived);
	free(c->walk);
	c->walk = NULL;
}

bool
compose_item_tell(struct compose *c, uint64_t item)
{
	size_t object = CONTAIN_NONE;
	bool over;
	if (c->walk == NULL) {
		c->left--;
		struct compose_walk *w = c->walk = compose_enter(c, item, &object);
		if (w == NULL)
			return true;
		if (contain_is_quine(c->graph, object)) {
			w->count[COMPOSE_QUINE]++;
			compose_say(w, &c->kinds[COMPOSE_QUINE], CONTAIN_NONE, w->base, "", 0);
		}
		over = contain_walk(c->graph, object, compose_found, w);
	} else {
		over = contain_walk_on(c->graph, compose_found, c->walk);
	}
	if (!over)
		return false;
	compose_rest(c->walk);
	for (size_t i = 0; i < c->under->nexceptions; i++)
		if (c->walk->waived[i] != VERDICT_NA)
			compose_check(c, work_waived_put(c->work, item,
					     c->under->exceptions[i].leaf, c->walk->waived[i]));
	compose_leave(c);
	return true;
}

/* --- life ------------------------------------------------------------------------------- */

void
compose_item_begin(struct compose *c)
{
	compose_kind_add(c, "inside", "archive/quine", "archive", "high",
	    "an archive is inside itself, and cannot be opened to its end");
	compose_kind_add(c, "inside", "inside/others", "archive", "high",
	    "there are findings of too many kinds inside to list them all");
}

void
compose_item_end(struct compose *c)
{
	compose_leave(c);
	for (size_t i = 0; i < c->nkinds; i++) {
		free(c->kinds[i].scanner);
		free(c->kinds[i].rule);
		free(c->kinds[i].class);
		free(c->kinds[i].severity);
		free(c->kinds[i].title);
	}
	c->nkinds = 0;
}
