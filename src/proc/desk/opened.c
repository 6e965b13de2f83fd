/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/opened.h"
#include "db/work_child.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/ipc/next.h"
#include "src/proc/desk/answer.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/compose.h"
#include "src/proc/desk/excepted.h"
#include "src/proc/desk/rows.h"

#include <string.h>

#define OPENED_NAME_CELLS 1024 /* of one name; the rest is cut in the middle */

static json_t *
opened_print(const struct verdict_inside *in, const char *way)
{
	return json_pack("{s:I, s:I, s:I, s:s, s:b, s:s}", "links", (json_int_t)in->links,
	    "members", (json_int_t)in->members, "objects", (json_int_t)in->objects, "verdict",
	    verdict_print(in->verdict), "whole", (int)in->whole, "worst", way);
}

static void
opened_add_parts(void *arg, const char *scanner, uint64_t parts)
{
	json_t *scans = arg, *row;
	size_t i;
	json_array_foreach (scans, i, row) {
		const char *name = json_string_value(json_object_get(row, "scanner"));
		if (name != NULL && strcmp(name, scanner) == 0)
			json_object_set_new(row, "parts", json_integer((json_int_t)parts));
	}
}

void
opened_add(struct work *work, const uint8_t sha256[32], json_t *row, json_t *scans)
{
	struct verdict_inside in;
	char way[LIM_INSIDE_WAY_BYTES + 1];
	if (work_opened_get(work, sha256, &in, way) != ERR_OK)
		return;
	json_object_set_new(row, "inside", opened_print(&in, way));
	work_opened_parts(work, sha256, opened_add_parts, scans);
}

/* --- what lies right in one object ------------------------------------------------------- */

struct opened_page {
	struct work *work;
	const struct release_under *under;
	struct rows rows;
	uint64_t last; /* row that was taken */
};

static json_t *
opened_escaped(const uint8_t *bytes, size_t n)
{
	char text[OPENED_NAME_CELLS + 1];
	escape_fit(n > 0 ? bytes : (const uint8_t *)"", n, text, sizeof(text),
	    OPENED_NAME_CELLS, NULL);
	return json_string(text);
}

static json_t *
opened_row(struct opened_page *p, const struct work_child *c)
{
	struct work_todo object = {0};
	struct verdict_inside in = {0};
	char way[LIM_INSIDE_WAY_BYTES + 1] = "", sha256[HEX_DIGEST_SIZE] = "";
	const char *verdict = "";
	json_t *row = json_pack("{s:I, s:o, s:s, s:I, s:I, s:o, s:s}", "n", (json_int_t)c->n,
	    "name", opened_escaped(c->name, c->name_len), "kind", c->kind, "size",
	    (json_int_t)c->size_bytes, "mode", (json_int_t)c->mode, "link",
	    opened_escaped(c->link, c->link_len), "why", c->why);
	bool lacks = strcmp(c->kind, "file") == 0 && c->sha256 == NULL;
	if (c->sha256 != NULL && work_object_get(p->work, c->sha256, &object) == ERR_OK) {
		hex_encode(object.sha256, sizeof(object.sha256), sha256);
		verdict = verdict_print(compose_object(p->work, p->under, &object));
		if (work_opened_get(p->work, object.sha256, &in, way) == ERR_OK)
			json_object_set_new(row, "inside", opened_print(&in, way));
	}
	json_object_set_new(row, "sha256", json_string(sha256));
	json_object_set_new(row, "type", json_string(object.type));
	json_object_set_new(row, "mime", json_string(object.mime));
	json_object_set_new(row, "verdict", json_string(lacks ? "incomplete" : verdict));
	return row;
}

static bool
opened_take(void *arg, const struct work_child *c)
{
	struct opened_page *p = arg;
	uint64_t n = c->n;
	if (json_array_size(p->rows.list) == LIM_PAGE_ITEMS) {
		p->rows.full = true;
		return false;
	}
	rows_add(&p->rows, opened_row(p, c));
	if (!p->rows.full)
		p->last = n;
	return !p->rows.full;
}

/*
 * Down from an item's object by the numbers of the rows on the way; false when there is
 * no such way.
 */
static bool
opened_down(struct work *work, const json_t *way, uint8_t sha256[32])
{
	const json_t *step;
	size_t i;
	json_array_foreach (way, i, step) {
		struct work_child c;
		if (i > LIM_ARCHIVE_DEPTH + 1 || json_integer_value(step) <= 0 ||
		    work_child_get(work, (uint64_t)json_integer_value(step), &c) != ERR_OK ||
		    memcmp(c.parent, sha256, 32) != 0 || c.sha256 == NULL)
			return false;
		memcpy(sha256, c.sha256, 32);
	}
	return true;
}

static void
opened_send(struct session *s, struct opened_page *p, uint64_t total)
{
	channel_send(s->channel, MSG_DESK_ROWS,
	    json_pack("{s:o, s:b, s:I, s:I}", "rows", p->rows.list, "more", (int)p->rows.full,
		"next", (json_int_t)p->last, "total", (json_int_t)total),
	    -1);
	p->rows.list = NULL;
}

void
opened_answer(struct session *s, struct msg *m)
{
	const struct custody_transfer *t =
	    custody_transfer_find(s->desk->custody, msg_str(m, "transfer"));
	struct work *work = answer_work(s, msg_str(m, "transfer"));
	struct policy *policy = NULL;
	struct work_item it;
	uint8_t sha256[32];
	uint64_t total = 0;
	char why[BOOK_WHY_SIZE];
	if (work == NULL)
		return;
	if (work_item_get(work, msg_uint(m, "item"), &it) != ERR_OK || it.sha256 == NULL) {
		session_refuse(s, 1, "there is no such file, or it was not read", NEXT_ITEMS);
		return;
	}
	memcpy(sha256, it.sha256, sizeof(sha256));
	if (!opened_down(work, json_object_get(m->body, "way"), sha256)) {
		session_refuse(s, 1, "there is no such thing inside this item", NEXT_ITEMS);
		return;
	}
	if (book_policy(s->desk, t->policy, &policy, why) != ERR_OK) {
		session_refuse(s, 3, why, NEXT_CHECKS);
		return;
	}
	MEM_FREE struct excepted *x = mem_alloc(sizeof(*x));
	excepted_under(s->desk, policy, json_object_get(t->scan_data, "scanners"), x);
	struct opened_page p = {.work = work, .under = &x->under, .last = msg_uint(m, "from")};
	rows_init(&p.rows);
	work_child_page(work, sha256, p.last, opened_take, &p);
	work_child_inside(work, sha256, &total);
	opened_send(s, &p, total);
	policy_free(policy);
}
