/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/media.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/image.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/rows.h"

#include <stdio.h>
#include <string.h>

#define MEDIA_BYTES 20000 /* of the answer for what lies in ports, as equal shares */

struct media_row {
	const char *port;
	enum station_port_kind kind;
	bool export;        /* its port is for exports */
	bool loose;         /* a device that is no medium of a port: it has no kind of one */
	const char *source; /* the raw path, or NULL */
	size_t source_len;
	const char *name, *device;  /* escaped; no device: NULL */
	const struct device *parts; /* the same in parts, or NULL */
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
	json_t *row =
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s}", "port", r->port,
		"kind", r->loose ? "device" : kinds[r->kind], "source", source, "name", r->name,
		"device", r->device != NULL ? r->device : "", "bytes", (json_int_t)r->bytes,
		"state", r->state, "why", r->why, "transfer", r->transfer, "at", r->at);
	if (r->export)
		json_object_set_new(row, "role", json_string("export"));
	if (r->parts != NULL)
		json_object_update_new(
		    row, json_pack("{s:s, s:s, s:s}", "model", r->parts->model, "serial",
			     r->parts->serial, "vendor", r->parts->vendor));
	rows_add(rows, row);
}

/* --- where a medium is ------------------------------------------------------------- */

/* The folder of a port as a source begins with it. */
static const char *
media_folder(const struct station_port *p)
{
	return p->kind == STATION_BLOCK ? STATION_BY_PATH : p->path;
}

static char *
media_source(const struct station_port *p, const char *name)
{
	const char *folder = media_folder(p);
	bool slash = folder[strlen(folder) - 1] == '/';
	return mem_printf("%s%s%s", folder, slash ? "" : "/", name);
}

/* The last part of what has this (escaped) source, when it lies in this folder, or NULL. */
static const char *
media_name(const char *folder, const char *source)
{
	size_t n = strlen(folder);
	if (strncmp(source, folder, n) != 0 || (folder[n - 1] != '/' && source[n] != '/'))
		return NULL;
	const char *name = source + n + (folder[n - 1] == '/' ? 0 : 1);
	return strchr(name, '/') == NULL ? name : NULL;
}

/* In a port for exports nothing is read from it: it is said what it is, and no more. */
static bool
media_is_for_export(struct media_row *r, const struct station_port *p)
{
	if (p->role != STATION_EXPORT)
		return false;
	const bool there = strcmp(r->state, "ready") == 0;
	r->export = true;
	r->source = "";
	r->source_len = 0;
	r->state = there ? "export" : "empty";
	r->why = there ? "it can be written to by an export; nothing is read from it"
	               : "this port is for exports";
	return true;
}

static const struct station_port *
media_port_of(const struct station *st, const char *source)
{
	const char *place = media_name(STATION_BY_PATH, source);
	if (place != NULL && station_port_find(st, place) != NULL)
		return station_port_find(st, place);
	for (size_t i = 0; i < st->nports; i++)
		if (st->ports[i].kind == STATION_IMAGE &&
		    media_name(st->ports[i].path, source) != NULL)
			return &st->ports[i];
	return NULL;
}

static char *
media_escaped(const char *text, size_t n)
{
	char *out = mem_alloc(ESCAPE_SIZE(n));
	escape_bytes(text, n, out, ESCAPE_SIZE(n), NULL);
	return out;
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

static int64_t
media_opened_s(const struct custody_transfer *t)
{
	int64_t opened_s;
	return clock_parse(t->opened_at, &opened_s) ? opened_s : -1;
}

static bool
media_same_size(const struct custody_transfer *t, uint64_t bytes)
{
	json_int_t then = json_integer_value(
	    json_object_get(json_object_get(t->open_data, "medium"), "bytes"));
	return (uint64_t)then == bytes;
}

/* How far the transfer is that was opened for it; same: for just this, as it is now. */
static void
media_state(struct desk *d, struct media_row *r, const struct custody_transfer *t, bool same,
    bool again)
{
	const struct intake *in = intake_find(d, t->id);
	again &= t->facts.state == TRANSFER_FAULT && strcmp(t->step, "release") != 0;
	if (in != NULL && intake_needs_medium(in))
		r->state = "reading";
	else if (in == NULL && again)
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

static void
media_judge(struct desk *d, struct media_row *r, const char *source, int64_t changed_ns)
{
	const struct custody_transfer *t = media_transfer(d->custody, source);
	if (t == NULL)
		return;
	/* the one that was handed in, and nothing has happened to it since */
	bool same = media_same_size(t, r->bytes) &&
	            image_is_of(d, t->id, media_opened_s(t), changed_ns);
	media_state(d, r, t, same, same);
}

/* --- devices ------------------------------------------------------------------------- */

/* The newest transfer opened for this device, whatever port it was in; NULL when there is none.
 */
static const struct custody_transfer *
media_transfer_of(const struct custody *c, const struct device *d)
{
	for (size_t i = custody_transfer_count(c); i > 0; i--)
		if (follow_is(d, custody_transfer_at(c, i - 1)))
			return custody_transfer_at(c, i - 1);
	return NULL;
}

static void
media_add_device(struct desk *d, struct rows *rows, const struct follow_device *f)
{
	char words[DEVICE_WORDS_SIZE];
	bool opened = f->transfer[0] != '\0';
	const struct custody_transfer *t = opened
	                                       ? custody_transfer_find(d->custody, f->transfer)
	                                       : media_transfer_of(d->custody, &f->device);
	bool ready = f->judgement.state == DEVICE_READY;
	device_words(&f->device, words);
	struct media_row r = {.port = f->judgement.port->name,
	    .kind = STATION_BLOCK,
	    .source = ready ? f->source : "",
	    .source_len = ready ? strlen(f->source) : 0,
	    .name = f->device.id_path,
	    .device = words,
	    .parts = &f->device,
	    .bytes = f->device.bytes,
	    .state = ready ? "ready" : "empty",
	    .why = ready ? "" : "there is no medium in the drive",
	    .transfer = "",
	    .at = ""};
	/* another that says the same of itself is not the one that is being read */
	if (!media_is_for_export(&r, f->judgement.port) && ready && t != NULL &&
	    (opened || intake_find(d, t->id) == NULL))
		/* what was read at an earlier insertion can have been written to since */
		media_state(d, &r, t,
		    opened || (media_same_size(t, r.bytes) && f->since_s <= media_opened_s(t)),
		    true);
	media_add(rows, &r);
}

static bool
media_is_back(const struct desk *d, const struct custody_transfer *t)
{
	const struct follow_device *f = NULL;
	while ((f = follow_next(d, f)) != NULL)
		if (f->judgement.state == DEVICE_READY && follow_is(&f->device, t))
			return true;
	return false;
}

/* What went while it was read, until it is back or nobody waits for it any more. */
static void
media_add_pulled(struct desk *d, struct rows *rows, const struct station_port *p)
{
	const struct follow_pulled *f = NULL;
	while ((f = follow_pulled_next(d, f)) != NULL) {
		char words[DEVICE_WORDS_SIZE];
		const struct custody_transfer *t =
		    custody_transfer_find(d->custody, f->transfer);
		if (f->port != p || t == NULL || t->facts.state != TRANSFER_FAULT ||
		    intake_find(d, t->id) != NULL || media_is_back(d, t))
			continue;
		device_words(&f->device, words);
		struct media_row r = {.port = p->name,
		    .kind = STATION_BLOCK,
		    .name = f->device.id_path,
		    .device = words,
		    .bytes = f->device.bytes,
		    .state = "pulled",
		    .why = FOLLOW_PULLED,
		    .transfer = t->id,
		    .at = t->opened_at};
		media_add(rows, &r);
	}
}

static void
media_add_followed(struct desk *d, struct rows *rows, const struct station_port *p)
{
	size_t before = json_array_size(rows->list);
	const struct follow_device *f = NULL;
	media_add_pulled(d, rows, p);
	while ((f = follow_next(d, f)) != NULL)
		if (f->judgement.port == p &&
		    (f->judgement.state == DEVICE_READY || f->judgement.state == DEVICE_EMPTY))
			media_add_device(d, rows, f);
	struct media_row empty = {.port = p->name,
	    .kind = STATION_BLOCK,
	    .name = "",
	    .state = "empty",
	    .why = "",
	    .transfer = "",
	    .at = ""};
	(void)media_is_for_export(&empty, p);
	if (json_array_size(rows->list) == before && !rows->full)
		media_add(rows, &empty);
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
	if (!media_is_for_export(&r, p))
		media_judge(
		    d, &r, safe_source, json_integer_value(json_object_get(found, "changed")));
	media_add(rows, &r);
}

/* Stops behind the row that reaches until_bytes: false when there is more. */
static bool
media_add_port(struct desk *d, struct rows *rows, const struct station_port *p,
    const json_t *all, size_t until_bytes)
{
	if (p->kind == STATION_BLOCK && follow_active(d)) {
		media_add_followed(d, rows, p);
		return true;
	}
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
	if (text[0] == '\0')
		(void)media_is_for_export(&r, p);
	media_add(rows, &r);
	return true;
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

/* What was refused is a device: it says its name, has a port, or is named as no file is. */
static bool
media_is_device(const struct custody_refused *f)
{
	return f->device[0] != '\0' || f->port[0] != '\0' || f->source[0] != '/' ||
	       strncmp(f->source, "/dev/", 5) == 0;
}

static void
media_add_refused(struct desk *d, struct rows *rows)
{
	const struct custody_refused *f;
	for (size_t i = 0; (f = custody_refused_at(d->custody, i)) != NULL; i++) {
		const struct station_port *p = media_port_of(d->station, f->source);
		const char *port = p != NULL ? p->name : f->port;
		struct media_row r = {.port = port,
		    .device = f->device,
		    .kind = p != NULL ? p->kind : STATION_IMAGE,
		    .loose = p == NULL && media_is_device(f),
		    .name = p != NULL ? media_name(media_folder(p), f->source) : f->source,
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
	s->follows = msg_bool(m, "follow");
	follow_refresh(d);
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
