/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/judge.h"
#include "db/work.h"
#include "db/work_child.h"
#include "db/work_split.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/finding.h"
#include "src/core/name.h"
#include "src/core/part.h"
#include "src/core/release.h"
#include "src/core/release_weigh.h"
#include "src/core/verdict.h"
#include "src/proc/desk/asked.h"
#include "src/proc/desk/classing.h"
#include "src/proc/desk/compose.h"
#include "src/proc/desk/join.h"

#include <stdio.h>
#include <string.h>

#define JUDGE_SET_BYTES 120          /* of the name of a split set, in a finding */
#define JUDGE_OVER      "exceptions" /* who says that there are too many of them */

/* An item of work.db in the form the release rule takes, and what it points to. */
struct judge_item {
	struct inventory_item item;
	const struct release_under *under;
	struct buf lines; /* its lines of the findings document */
	struct buf dest;
	char scanners[LIM_SCANNERS][MANIFEST_NAME_SIZE];
	char whys[LIM_SCANNERS][256];
	char sha256[HEX_DIGEST_SIZE];
	char way[LIM_INSIDE_WAY_BYTES + 1];
	uint64_t over; /* counts, although one exception too many covers it */
	bool anew;     /* what was said of that when it was judged last is left out ... */
	bool was_over; /* ... and there was something */
	enum err error;
};

/* --- name findings ------------------------------------------------------------------- */

struct judge_name {
	struct work *work;
	uint64_t item;
	enum err error;
};

static void
judge_name_finding(void *arg, const struct name_finding *f)
{
	struct judge_name *n = arg;
	struct work_finding w = {.item = n->item,
	    .scanner = "name",
	    .rule = f->rule,
	    .class = f->class,
	    .severity = f->severity,
	    .title = f->title,
	    .detail = f->detail};
	if (n->error == ERR_OK)
		n->error = work_finding_add(n->work, &w);
}

/* A file system that the reader died of. */
static enum err
judge_region(struct work *w, const struct work_item *row)
{
	struct work_finding f = {.item = row->id,
	    .scanner = "reader",
	    .rule = "reader.stopped",
	    .class = finding_class_print(FINDING_CORRUPTION),
	    .severity = finding_severity_print(FINDING_HIGH),
	    .title = "the reader stopped on this volume",
	    .detail = "The program that reads file systems crashed on it, or was busy and gave "
		      "nothing: it is damaged, or made to do that."};
	return strcmp(row->type, WORK_REGION_STOPPED) == 0 ? work_finding_add(w, &f) : ERR_OK;
}

static void
judge_note_joined(void *arg, const struct work_verdict *v)
{
	bool *joined = arg;
	*joined |= strncmp(v->why, JOIN_WORD, strlen(JOIN_WORD)) == 0;
}

/* One file of a split set, by its name. */
static enum err
judge_part(struct work *w, const struct work_item *row)
{
	char set[JUDGE_SET_BYTES + 1], why[WORK_APART_SIZE],
	    detail[JUDGE_SET_BYTES + WORK_APART_SIZE + 64];
	const uint64_t item = row->id;
	struct part part;
	bool joined = false;
	if (strcmp(row->kind, "file") != 0 || row->sha256 == NULL ||
	    !part_is(row->path, row->path_len, row->type, &part))
		return ERR_OK;
	escape_fit(part.set, part.set_len, set, sizeof(set), JUDGE_SET_BYTES, NULL);
	enum err e = work_verdicts(w, row->sha256, judge_note_joined, &joined);
	if (e == ERR_OK)
		e = work_apart_get(w, item, why);
	if (e != ERR_OK)
		return e;
	snprintf(detail, sizeof(detail), "number %u of the set \"%s\"%s%s", part.number, set,
	    why[0] != '\0' ? ": " : "", why);
	struct work_finding f = {.item = item,
	    .scanner = "name",
	    .rule = "name/part",
	    .class = finding_class_print(joined ? FINDING_ARCHIVE : FINDING_INCOMPLETE),
	    .severity = finding_severity_print(joined ? FINDING_INFO : FINDING_MEDIUM),
	    .title = joined ? "A part of a split set: all parts were joined and looked at as "
	                      "one; let all of them go, or none"
	                    : "A part of a split set: what all parts make together was not "
	                      "looked at; ask for the whole in one file",
	    .detail = detail};
	return work_finding_add(w, &f);
}

static enum err
judge_name(struct work *w, const struct work_item *row)
{
	struct judge_name n = {w, row->id, ERR_OK};
	struct name_item item = {
	    row->path, row->path_len, row->kind, row->type, row->mime, (row->mode & 0111) != 0};
	uint64_t same = 0;
	struct buf fold;
	const uint8_t *base = row->path;
	if (strcmp(row->kind, "region") == 0)
		return judge_region(w, row);
	name_judge(&item, judge_name_finding, &n);
	const uint8_t *slash = memrchr(row->path, '/', row->path_len);
	if (slash != NULL)
		base = slash + 1;
	size_t base_len = row->path_len - (size_t)(base - row->path);
	buf_init(&fold, LIM_PATH_BYTES * 8);
	if (name_fold(base, base_len, &fold) == ERR_OK) {
		enum err e =
		    work_collisions(w, row->parent, row->volume, fold.data, fold.len, &same);
		if (e != ERR_OK)
			n.error = e;
		else if (same > 1)
			name_collision("", 0, judge_name_finding, &n);
	}
	buf_done(&fold);
	return n.error == ERR_OK ? judge_part(w, row) : n.error;
}

/* --- one item ---------------------------------------------------------------------------- */

static void
judge_add_verdict(void *arg, const struct work_verdict *v)
{
	struct judge_item *j = arg;
	size_t n = j->item.nscans;
	if (n == LIM_SCANNERS) {
		j->error = ERR_LIMIT;
		return;
	}
	snprintf(j->scanners[n], sizeof(j->scanners[n]), "%s", v->scanner);
	snprintf(j->whys[n], sizeof(j->whys[n]), "%s", v->why);
	j->item.scans[n] = (struct inventory_scan){.scanner = j->scanners[n],
	    .verdict = verdict_parse_scanner(v->verdict),
	    .of_bytes = v->bytes,
	    .read_bytes = v->read_bytes,
	    .why = j->whys[n]};
	j->item.nscans++;
}

/*
 * It counts, unless an exception covers it.  An item that takes no more of them is no
 * reason to stop the transfer: it counts there all the same, and the item says so.
 */
static void
judge_weigh_finding(struct judge_item *j, const struct finding *f)
{
	const struct release_under *u = j->under;
	bool own = f->object == NULL || f->object[0] == '\0';
	const char *sha256 = own ? j->item.sha256 : f->object;
	const char *type = own ? j->item.type : f->type;
	if (release_weigh_finding(u, &j->item, f, sha256, type))
		return;
	finding_worst_add(&j->item.worst, f->class, f->severity);
	j->over += exception_find_finding(u->exceptions, u->nexceptions, f, sha256, type) !=
	           EXCEPTION_NONE;
}

/* What its word is about, when it has read everything inside. */
static void
judge_add_parts(void *arg, const char *scanner, uint64_t parts)
{
	struct judge_item *j = arg;
	for (size_t i = 0; i < j->item.nscans; i++)
		if (strcmp(j->scanners[i], scanner) == 0)
			j->item.scans[i].parts = parts;
}

static enum err
judge_inside(struct work *w, const uint8_t sha256[32], struct judge_item *j)
{
	enum err e = work_opened_get(w, sha256, &j->item.inside, j->way);
	j->item.inside_worst = j->way;
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	return e == ERR_OK ? work_opened_parts(w, sha256, judge_add_parts, j) : e;
}

/* What an exception sets aside inside it. */
static void
judge_add_waived(void *arg, const char *leaf, enum verdict verdict)
{
	struct judge_item *j = arg;
	const struct release_under *u = j->under;
	for (size_t i = 0; i < u->nexceptions; i++)
		if (strcmp(u->exceptions[i].leaf, leaf) == 0 &&
		    !inventory_except(&j->item, u->exceptions[i].leaf, verdict, 0)) {
			/* one too many: what it would set aside inside stays as it is */
			j->item.inside.verdict = verdict_worst(j->item.inside.verdict, verdict);
			j->over++;
		}
}

static void
judge_add_finding(void *arg, const struct work_finding *f)
{
	struct judge_item *j = arg;
	if (j->anew && strcmp(f->scanner, JUDGE_OVER) == 0) {
		j->was_over = true;
		return;
	}
	struct finding out = {.item = j->item.id,
	    .scanner = f->scanner,
	    .rule = f->rule,
	    .title = f->title,
	    .detail = f->detail,
	    .at_bytes = f->at,
	    .has_at = f->at != 0};
	char object[HEX_DIGEST_SIZE] = "";
	if (f->about != NULL) {
		hex_encode(f->about, 32, object);
		out.object = object;
		out.type = f->about_type;
	}
	/* a word nobody knows counts as the worst: it is not for the scanner to choose */
	if (!finding_class_parse(f->class, &out.class))
		out.class = FINDING_TAMPER;
	if (!finding_severity_parse(f->severity, &out.severity))
		out.severity = FINDING_HIGH;
	judge_weigh_finding(j, &out);
	enum err e = finding_print(&out, &j->lines);
	if (e != ERR_OK)
		j->error = e;
	j->item.finds++;
}

static void
judge_done(struct judge_item *j)
{
	buf_done(&j->lines);
	buf_done(&j->dest);
}

/* Fills j from a row; the row's pointers must stay alive. */
static enum err
judge_fill(struct work *w, const struct release_under *under, const struct work_item *row,
    bool anew, struct judge_item *j)
{
	uint8_t digest[DIGEST_SIZE];
	struct inventory_item *it = &j->item;
	memset(j, 0, sizeof(*j));
	j->under = under;
	j->anew = anew;
	buf_init(&j->lines, LIM_SEALED_BYTES);
	buf_init(&j->dest, LIM_PATH_BYTES);
	if (!item_kind_parse(row->kind, &it->kind))
		it->kind = ITEM_OTHER;
	if (!item_state_parse(row->state, &it->state))
		it->state = ITEM_UNREAD;
	if (!item_decision_parse(row->decision, &it->decision))
		it->decision = ITEM_NONE;
	it->id = row->id;
	it->path = (struct inventory_bytes){row->path, row->path_len};
	it->link = (struct inventory_bytes){row->link, row->link_len};
	it->mode = (unsigned)row->mode & 07777;
	it->mtime = row->mtime;
	it->zone_utc = strcmp(row->zone, "utc") == 0;
	it->size_bytes = row->size_bytes;
	it->type = row->sha256 != NULL || it->kind == ITEM_REGION ? row->type : "";
	it->mime = row->sha256 != NULL ? row->mime : "";
	it->by = row->by;
	it->reason = row->reason;
	it->why = row->why;
	it->sha256 = j->sha256;
	if (row->sha256 != NULL) {
		hex_encode(row->sha256, 32, j->sha256);
		enum err e = work_verdicts(w, row->sha256, judge_add_verdict, j);
		if (e == ERR_OK)
			e = judge_inside(w, row->sha256, j);
		if (e != ERR_OK)
			return e;
	}
	release_weigh_exceptions(under, it);
	enum err e = work_waived_each(w, row->id, judge_add_waived, j);
	if (e != ERR_OK)
		return e;
	e = work_findings(w, row->sha256, row->id, judge_add_finding, j);
	if (e != ERR_OK)
		return e;
	digest_sha256(j->lines.data, j->lines.len, digest);
	hex_encode(digest, sizeof(digest), it->finds_sha256);
	bool can_go =
	    it->state == ITEM_READ && (it->kind == ITEM_FILE || it->kind == ITEM_LINK);
	if (can_go && name_dest(row->path, row->path_len, &j->dest) == ERR_OK)
		it->dest = (struct inventory_bytes){j->dest.data, j->dest.len};
	else if (it->kind == ITEM_DIRECTORY && it->state == ITEM_READ &&
		 name_dest(row->path, row->path_len, &j->dest) == ERR_OK)
		it->dest = (struct inventory_bytes){j->dest.data, j->dest.len};
	return j->error;
}

/* --- all items ------------------------------------------------------------------------------
 */

typedef enum err judge_each_fn(void *arg, const struct work_item *, struct judge_item *);

/* Walks the items in the order of their paths; anew: to judge them. */
static enum err
judge_each(
    struct work *w, const struct release_under *under, bool anew, judge_each_fn *fn, void *arg)
{
	struct judge_item *j = mem_alloc(sizeof(*j));
	MEM_FREE uint8_t *path = mem_alloc(LIM_PATH_BYTES + 1);
	size_t path_len = 0;
	struct work_item row;
	enum err e;
	while ((e = work_item_after(w, path, path_len, &row)) == ERR_OK) {
		if (row.path_len > LIM_PATH_BYTES) {
			e = ERR_LIMIT;
			break;
		}
		e = judge_fill(w, under, &row, anew, j);
		if (e == ERR_OK)
			e = fn(arg, &row, j);
		memcpy(path, row.path, row.path_len);
		path_len = row.path_len;
		judge_done(j);
		if (e != ERR_OK)
			break;
	}
	free(j);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

struct judge_pass {
	struct work *work;
	const struct release_under *under;
	char *medium;
	uint64_t place; /* of the next item: they come in the order of their paths */
};

/* The item takes no more exceptions: whoever decides about it is told. */
static enum err
judge_tell_over(struct work *w, struct judge_item *j, uint64_t item)
{
	char detail[128];
	enum err e = j->was_over ? work_finding_cut(w, item, JUDGE_OVER) : ERR_OK;
	if (j->over == 0 || e != ERR_OK)
		return e;
	snprintf(detail, sizeof(detail),
	    "%llu findings or verdicts count here although an exception is in force for them",
	    (unsigned long long)j->over);
	struct work_finding f = {.item = item,
	    .scanner = JUDGE_OVER,
	    .rule = "exceptions/too-many",
	    .class = finding_class_print(FINDING_POLICY),
	    .severity = finding_severity_print(FINDING_INFO),
	    .title = "More exceptions cover it than one transfer may use: the rest of what was "
		     "found counts; ask for its parts in transfers of their own",
	    .detail = detail};
	finding_worst_add(&j->item.worst, FINDING_POLICY, FINDING_INFO);
	j->item.finds++;
	return work_finding_add(w, &f);
}

static enum err
judge_one(void *arg, const struct work_item *row, struct judge_item *j)
{
	struct judge_pass *p = arg;
	enum err e = judge_tell_over(p->work, j, row->id);
	if (e != ERR_OK)
		return e;
	const char *blocks =
	    policy_blocks_medium(p->under->policy, j->item.kind, j->item.state, j->item.type);
	if (blocks != NULL && p->medium[0] == '\0')
		snprintf(p->medium, JUDGE_WHY_SIZE, "%s: %.200s", blocks, row->name);
	release_judge(p->under, NULL, &j->item);
	struct work_judged judged = {.item = row->id,
	    .place = p->place++,
	    .kind = j->item.kind,
	    .state = j->item.state,
	    .gate = j->item.proposed,
	    .verdict = j->item.verdict,
	    .severity = finding_worst_severity(&j->item.worst),
	    .finds = j->item.finds,
	    .size_bytes = row->size_bytes,
	    .type = row->type,
	    .mime = row->mime};
	for (unsigned c = 0; c < FINDING_CLASS__MAX; c++)
		if (j->item.worst.of[c] != FINDING_NO_SEVERITY)
			judged.classes |= 1u << c;
	if (j->item.nexceptions > 0)
		judged.classes |= WORK_EXCEPTED;
	return work_judged_put(p->work, &judged);
}

enum err
judge_all(struct work *w, const struct release_under *under, char ret_medium[JUDGE_WHY_SIZE])
{
	struct judge_pass pass = {w, under, ret_medium, 0};
	ret_medium[0] = '\0';
	return compose_is_done(w, under) ? judge_each(w, under, true, judge_one, &pass)
	                                 : ERR_STATE;
}

/* A row lives until the next call on the database: it is fetched anew. */
static enum err
judge_asked(struct work *w, struct asked *asked, uint64_t item)
{
	struct work_item row;
	enum err e = work_item_get(w, item, &row);
	return e == ERR_OK ? asked_item(asked, &row) : e;
}

enum err
judge_names(struct work *w, struct asked *asked)
{
	MEM_FREE uint8_t *path = mem_alloc(LIM_PATH_BYTES + 1);
	size_t path_len = 0;
	struct work_item row;
	enum err e = work_findings_clear_items(w);
	if (e != ERR_OK)
		return e;
	if (asked != NULL)
		asked_begin(asked);
	while ((e = work_item_after(w, path, path_len, &row)) == ERR_OK) {
		uint64_t item = row.id;
		if (row.path_len > LIM_PATH_BYTES) {
			e = ERR_LIMIT;
			break;
		}
		memcpy(path, row.path, row.path_len);
		path_len = row.path_len;
		e = judge_name(w, &row);
		if (e == ERR_OK && asked != NULL)
			e = judge_asked(w, asked, item);
		if (e != ERR_OK)
			break;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- sealing
 * ----------------------------------------------------------------------------------- */

struct judge_sealing {
	struct work *work;
	const struct release_under *under; /* with every exception that holds now */
	const struct classing *classing;
	struct exception used[LIM_EXCEPTIONS];
	size_t nused;
	struct release_plan *plan;
	struct buf *inventory;
	uint64_t items;
	char **deciders;
	size_t ndeciders;
	char *why;
};

/* Those that were used, sorted by leaf as all are. */
static enum err
judge_note_exceptions(struct judge_sealing *s, const struct inventory_item *it)
{
	for (size_t i = 0; i < it->nexceptions; i++) {
		const char *leaf = it->exceptions[i].leaf;
		size_t at = 0, k = 0;
		while (at < s->nused && strcmp(s->used[at].leaf, leaf) < 0)
			at++;
		if (at < s->nused && strcmp(s->used[at].leaf, leaf) == 0)
			continue;
		if (s->nused == LIM_EXCEPTIONS) {
			snprintf(s->why, JUDGE_WHY_SIZE,
			    "more than %d exceptions are used: an administrator ends "
			    "those that matter least (exceptions, exception end)",
			    LIM_EXCEPTIONS);
			return ERR_DENIED;
		}
		while (strcmp(s->under->exceptions[k].leaf, leaf) != 0)
			k++;
		memmove(&s->used[at + 1], &s->used[at], (s->nused++ - at) * sizeof(s->used[0]));
		s->used[at] = s->under->exceptions[k];
	}
	return ERR_OK;
}

static enum err
judge_plan_one(void *arg, const struct work_item *row, struct judge_item *j)
{
	struct judge_sealing *s = arg;
	(void)row;
	s->items++;
	enum err e = judge_note_exceptions(s, &j->item);
	return e == ERR_OK ? release_plan_add(s->plan, &j->item, s->why) : e;
}

static enum err
judge_print_one(void *arg, const struct work_item *row, struct judge_item *j)
{
	struct judge_sealing *s = arg;
	j->item.class = classing_of(s->classing, row->id);
	release_judge(s->under, release_plan_tree(s->plan), &j->item);
	enum err e = inventory_print_item(&j->item, s->inventory);
	if (e != ERR_OK)
		snprintf(s->why, JUDGE_WHY_SIZE,
		    "an item does not fit the inventory's format: %.200s", row->name);
	return e;
}

static void
judge_add_decider(void *arg, const char *by)
{
	struct judge_sealing *s = arg;
	s->deciders = mem_resize(s->deciders, s->ndeciders + 1, sizeof(*s->deciders));
	s->deciders[s->ndeciders++] = mem_strdup(by);
}

struct judge_document {
	struct work *work;
	const struct release_under *under;
	struct buf *findings;
	enum err error;
};

/* The findings document is in the order of item numbers. */
static bool
judge_document_one(void *arg, const struct work_item *row)
{
	struct judge_document *d = arg;
	struct judge_item *j = mem_alloc(sizeof(*j));
	d->error = judge_fill(d->work, d->under, row, false, j);
	if (d->error == ERR_OK)
		d->error = buf_add(d->findings, j->lines.data, j->lines.len);
	judge_done(j);
	free(j);
	return d->error == ERR_OK;
}

static enum err
judge_print(struct judge_sealing *s, const struct custody_transfer *t, const char *station,
    struct buf *findings)
{
	struct inventory_header h = {.transfer = t->id,
	    .station = station,
	    .officer = t->holder,
	    .requester = t->requester,
	    .policy = t->policy,
	    .approvals = s->under->policy->approvals,
	    .exceptions = s->used,
	    .nexceptions = s->nused,
	    .items = s->items,
	    .ndeciders = s->ndeciders,
	    .medium = json_object_get(t->read_data, "medium"),
	    .scanners = json_object_get(t->scan_data, "scanners")};
	h.deciders = (const char *const *)(const void *)s->deciders;
	/* a database that was lost or set back must not make items disappear */
	if (json_integer_value(json_object_get(t->read_data, "items")) !=
	    (json_int_t)s->items) {
		snprintf(s->why, JUDGE_WHY_SIZE,
		    "the work database does not hold every item that was read; abort this "
		    "transfer and read the medium again");
		return ERR_DENIED;
	}
	enum err e = inventory_print_header(&h, s->inventory);
	if (e != ERR_OK) {
		snprintf(s->why, JUDGE_WHY_SIZE, "the inventory's header cannot be made");
		return e;
	}
	e = judge_each(s->work, s->under, false, judge_print_one, s);
	struct judge_document d = {s->work, s->under, findings, ERR_OK};
	if (e == ERR_OK)
		e = work_items(s->work, judge_document_one, &d);
	return e == ERR_OK ? d.error : e;
}

enum err
judge_seal(struct work *w, const struct release_under *under, const struct classing *classing,
    const struct custody_transfer *t, const char *station, struct buf *inventory,
    struct buf *findings, char why[JUDGE_WHY_SIZE])
{
	struct judge_sealing s = {.work = w,
	    .under = under,
	    .classing = classing,
	    .plan = release_plan_new(under),
	    .inventory = inventory,
	    .why = why};
	snprintf(why, JUDGE_WHY_SIZE, "the work database cannot be read");
	/* what exceptions set aside inside may have ended since it was judged */
	enum err e = compose_is_done(w, under) ? ERR_OK : ERR_STATE;
	if (e == ERR_OK)
		e = judge_each(w, under, false, judge_plan_one, &s);
	if (e == ERR_OK)
		e = release_plan_settle(s.plan, why);
	if (e == ERR_OK)
		e = work_deciders(w, judge_add_decider, &s);
	if (e == ERR_OK)
		e = judge_print(&s, t, station, findings);
	for (size_t i = 0; i < s.ndeciders; i++)
		free(s.deciders[i]);
	free(s.deciders);
	release_plan_free(s.plan);
	return e;
}
