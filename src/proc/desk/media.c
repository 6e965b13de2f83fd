/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/media.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/rows.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MEDIA_BYTES 20000 /* of the answer for what lies in ports, as equal shares */

struct media_row {
	const char *port;
	enum station_port_kind kind;
	const char *source; /* the raw path, or NULL */
	size_t source_len;
	const char *name; /* escaped */
	uint64_t bytes;
	const char *state, *why, *transfer, *at;
};

static void
media_add(struct rows *rows, const struct media_row *r)
{
	static const char *const kinds[] = {
	    [STATION_IMAGE] = "image", [STATION_BLOCK] = "block"};
	MEM_FREE char *source = mem_alloc(HEX_B64_SIZE(r->source_len));
	hex_b64_encode((const uint8_t *)r->source, r->source_len, source);
	rows_add(rows, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s}", "port",
			   r->port, "kind", kinds[r->kind], "source", source, "name", r->name,
			   "bytes", (json_int_t)r->bytes, "state", r->state, "why", r->why,
			   "transfer", r->transfer, "at", r->at));
}

/* --- where a medium is ------------------------------------------------------------- */

/* How far the folder of a port reaches in a path that lies in it, with the slash. */
static size_t
media_folder_len(const struct station_port *p)
{
	size_t n = strlen(p->path);
	if (p->kind == STATION_BLOCK)
		return (size_t)(strrchr(p->path, '/') + 1 - p->path);
	return p->path[n - 1] == '/' ? n : n + 1;
}

static char *
media_source(const struct station_port *p, const char *name)
{
	size_t n = media_folder_len(p);
	return mem_printf("%.*s%s%s", (int)n, p->path, n > strlen(p->path) ? "/" : "", name);
}

static char *
media_escaped(const char *text, size_t n)
{
	char *out = mem_alloc(ESCAPE_SIZE(n));
	escape_bytes(text, n, out, ESCAPE_SIZE(n), NULL);
	return out;
}

/* The names of partitions stand beside the device they are parts of. */
static bool
media_is_part(const char *name)
{
	const char *part = NULL;
	for (const char *p = name; (p = strstr(p, "-part")) != NULL; p++)
		part = p + 5;
	if (part == NULL || *part == '\0')
		return false;
	while (isdigit((unsigned char)*part))
		part++;
	return *part == '\0';
}

/* --- what became of it -------------------------------------------------------------- */

static const char *
media_source_of(const struct custody_transfer *t)
{
	const char *source = json_string_value(
	    json_object_get(json_object_get(t->open_data, "medium"), "source"));
	return source != NULL ? source : "";
}

/* The newest transfer that was opened for what has this (escaped) path, or NULL. */
static const struct custody_transfer *
media_transfer(const struct custody *c, const char *source)
{
	for (size_t i = custody_transfer_count(c); i > 0; i--) {
		const struct custody_transfer *t = custody_transfer_at(c, i - 1);
		if (strcmp(media_source_of(t), source) == 0)
			return t;
	}
	return NULL;
}

/* The medium is the one that was handed in: same size, and nothing has happened to it since. */
static bool
media_same(const struct custody_transfer *t, uint64_t bytes, int64_t changed_s)
{
	int64_t opened_s;
	json_int_t then = json_integer_value(
	    json_object_get(json_object_get(t->open_data, "medium"), "bytes"));
	return clock_parse(t->opened_at, &opened_s) && changed_s <= opened_s &&
	       (uint64_t)then == bytes;
}

static void
media_judge(struct desk *d, struct media_row *r, const char *source, int64_t changed_s)
{
	const struct custody_transfer *t = media_transfer(d->custody, source);
	if (t == NULL)
		return;
	const struct intake *in = intake_find(d, t->id);
	bool same = media_same(t, r->bytes, changed_s);
	bool again = t->facts.state == TRANSFER_FAULT && strcmp(t->step, "release") != 0;
	if (in != NULL && intake_needs_medium(in))
		r->state = "reading";
	else if (same && in == NULL && again)
		r->why = "its reading was interrupted and can be repeated";
	else if (same && t->read_data != NULL)
		r->state = "read";
	else
		return;
	if (strcmp(r->state, "read") == 0)
		r->why = "it was read to its end and may be taken out";
	r->transfer = t->id;
	r->at = t->opened_at;
}

/* --- rows ---------------------------------------------------------------------------- */

static void
media_add_found(
    struct desk *d, struct rows *rows, const struct station_port *p, const json_t *found)
{
	uint8_t name[LIM_NAME_BYTES + 1];
	const char *text = json_string_value(json_object_get(found, "name"));
	size_t n = text != NULL ? strlen(text) : 0;
	if (n == 0 || n / 4 * 3 > LIM_NAME_BYTES || !hex_b64_decode(text, n, name, &n))
		return;
	name[n] = '\0';
	if (p->kind == STATION_BLOCK && media_is_part((const char *)name))
		return;
	MEM_FREE char *source = media_source(p, (const char *)name);
	MEM_FREE char *safe_source = media_escaped(source, strlen(source));
	MEM_FREE char *safe_name = media_escaped((const char *)name, n);
	struct media_row r = {.port = p->name,
	    .kind = p->kind,
	    .source = source,
	    .source_len = strlen(source),
	    .name = safe_name,
	    .bytes = (uint64_t)json_integer_value(json_object_get(found, "bytes")),
	    .state = "ready",
	    .why = "",
	    .transfer = "",
	    .at = ""};
	media_judge(d, &r, safe_source, json_integer_value(json_object_get(found, "changed")));
	media_add(rows, &r);
}

/* Stops behind the row that reaches until_bytes: false when there is more. */
static bool
media_add_port(struct desk *d, struct rows *rows, const struct station_port *p,
    const json_t *all, size_t until_bytes)
{
	bool left = false;
	const json_t *found;
	const char *why = "";
	size_t i, before = json_array_size(rows->list);
	json_array_foreach (all, i, found) {
		const char *port = json_string_value(json_object_get(found, "port"));
		if (port == NULL || strcmp(port, p->name) != 0)
			continue;
		if (json_object_get(found, "why") != NULL)
			why = json_string_value(json_object_get(found, "why"));
		else if (json_array_size(rows->list) > before && rows->bytes >= until_bytes)
			left = true;
		else
			media_add_found(d, rows, p, found);
	}
	if (json_array_size(rows->list) > before || rows->full)
		return !left;
	char text[128] = "";
	if (why != NULL && why[0] != '\0')
		snprintf(text, sizeof(text), "its folder cannot be looked into: %s", why);
	struct media_row r = {.port = p->name,
	    .kind = p->kind,
	    .name = "",
	    .state = "empty",
	    .why = text,
	    .transfer = "",
	    .at = ""};
	media_add(rows, &r);
	return true;
}

static const struct station_port *
media_port_of(const struct station *st, const char *source)
{
	for (size_t i = 0; i < st->nports; i++) {
		const struct station_port *p = &st->ports[i];
		size_t n = strlen(p->path);
		if (strncmp(source, p->path, n) != 0)
			continue;
		bool below =
		    p->kind == STATION_BLOCK || p->path[n - 1] == '/' || source[n] == '/';
		if (below && strchr(source + media_folder_len(p), '/') == NULL)
			return p;
	}
	return NULL;
}

/* What is being read although it lies in no port: an image that a terminal passed on. */
static void
media_add_others(struct desk *d, struct rows *rows)
{
	for (size_t i = 0; i < custody_transfer_count(d->custody); i++) {
		const struct custody_transfer *t = custody_transfer_at(d->custody, i);
		const struct intake *in = intake_find(d, t->id);
		const char *source = media_source_of(t);
		if (in == NULL || !intake_needs_medium(in) ||
		    media_port_of(d->station, source) != NULL)
			continue;
		struct media_row r = {.port = "",
		    .kind = STATION_IMAGE,
		    .name = source,
		    .bytes = (uint64_t)json_integer_value(
			json_object_get(json_object_get(t->open_data, "medium"), "bytes")),
		    .state = "reading",
		    .why = "",
		    .transfer = t->id,
		    .at = t->opened_at};
		media_add(rows, &r);
	}
}

static void
media_add_refused(struct desk *d, struct rows *rows)
{
	const struct custody_refused *f;
	for (size_t i = 0; (f = custody_refused_at(d->custody, i)) != NULL; i++) {
		const struct station_port *p = media_port_of(d->station, f->source);
		struct media_row r = {.port = p != NULL ? p->name : "",
		    .kind = p != NULL ? p->kind : STATION_IMAGE,
		    .name = p != NULL ? f->source + media_folder_len(p) : f->source,
		    .state = "refused",
		    .why = f->why,
		    .transfer = "",
		    .at = f->at};
		media_add(rows, &r);
	}
}

void
media_answer(struct session *s, struct msg *m)
{
	static const enum msg_id answers[] = {MSG_PARENT_PORTS, MSG_NONE};
	struct desk *d = s->desk;
	struct rows rows;
	struct msg ports;
	(void)m;
	if (channel_call(d->parent, MSG_DESK_PORTS, NULL, -1, answers, &ports) != ERR_OK)
		log_fatal("the parent does not answer");
	rows_init(&rows);
	bool all = true;
	for (size_t i = 0, n = d->station->nports; i < n; i++)
		all &= media_add_port(d, &rows, &d->station->ports[i],
		    json_object_get(ports.body, "rows"), MEDIA_BYTES * (i + 1) / n);
	msg_done(&ports);
	media_add_others(d, &rows);
	media_add_refused(d, &rows);
	rows.full |= !all;
	rows_send(&rows, s, json_array_size(rows.list));
}
