/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/listing.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/item.h"
#include "src/core/name.h"

#include <string.h>

#define LISTING_TWIN_BYTES 12 /* behind a name that is not the only one: a NUL, a number */
#define LISTING_PATH_BYTES (LIM_PATH_BYTES + 1 + LIM_NAME_BYTES)

/* One volume as xfer.read records it; NULL when the reader's form is unknown. */
static json_t *
listing_volume(const json_t *v, size_t n)
{
	const json_t *bytes = json_object_get(v, "bytes");
	const char *said = json_string_value(json_object_get(v, "label"));
	const char *kind = json_string_value(json_object_get(v, "kind"));
	if (!json_is_integer(bytes) || said == NULL || kind == NULL)
		return NULL;
	MEM_FREE char *label = escape_checked(said);
	MEM_FREE char *safe_kind = escape_dup(kind);
	json_t *row = json_pack("{s:I, s:s, s:s, s:I}", "bytes", json_integer_value(bytes),
	    "kind", safe_kind, "label", label, "n", (json_int_t)n);
	if (json_is_true(json_object_get(v, "locked")))
		json_object_set_new(row, "locked", json_true());
	if (json_is_true(json_object_get(v, "stopped")))
		json_object_set_new(row, "stopped", json_true());
	return row;
}

json_t *
listing_volumes(const json_t *said)
{
	json_t *volumes = json_array(), *v;
	size_t i;
	json_array_foreach (said, i, v)
		json_array_append_new(volumes, listing_volume(v, i + 1));
	if (json_array_size(said) <= LIM_VOLUMES &&
	    json_array_size(volumes) == json_array_size(said))
		return volumes;
	json_decref(volumes);
	return NULL;
}

json_t *
listing_places(const json_t *said)
{
	json_t *places = json_array(), *v;
	size_t i;
	json_array_foreach (said, i, v) {
		uint64_t offset, bytes;
		bool known = json_is_true(json_object_get(v, "locked")) &&
		             canon_uint(v, "offset", &offset) && canon_uint(v, "bytes", &bytes);
		json_array_append_new(
		    places, known ? json_pack("{s:I, s:I}", "offset", (json_int_t)offset,
					"bytes", (json_int_t)bytes)
				  : json_null());
	}
	return places;
}

/* Raw path of a new item below its parent, at most LISTING_PATH_BYTES. */
static enum err
listing_path(struct work *work, const struct msg *m, bool prefix, const uint8_t *name,
    size_t name_len, struct buf *path)
{
	const uint8_t *parent;
	size_t parent_len;
	if (msg_uint(m, "parent") != 0) {
		enum err e = work_item_path(work, msg_uint(m, "parent"), &parent, &parent_len);
		if (e != ERR_OK)
			return e;
		buf_add(path, parent, parent_len);
		buf_add_byte(path, '/');
	} else if (strcmp(msg_str(m, "kind"), "region") == 0) {
		buf_add_str(path, ".region/");
	} else if (prefix) {
		buf_addf(path, "v%llu/", (unsigned long long)msg_uint(m, "volume"));
	}
	return buf_add(path, name, name_len);
}

/* Lower-case escaped extension, "" when there is none. */
static void
listing_ext(const char *base, char out[64])
{
	const char *dot = strrchr(base, '.');
	size_t n = 0;
	for (const char *p = dot != NULL && dot != base ? dot + 1 : ""; *p != '\0' && n < 63;
	     p++)
		out[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
	out[n] = '\0';
}

static enum err
listing_add_item(struct work *work, const struct msg *m, const uint8_t *name, size_t name_len,
    const struct buf *path)
{
	char ext[64];
	size_t link_len = 0;
	struct buf fold;
	MEM_FREE uint8_t *link = msg_bytes(m, "link", &link_len);
	MEM_FREE char *text = mem_alloc(ESCAPE_SIZE(path->len));
	MEM_FREE char *base = mem_alloc(ESCAPE_SIZE(name_len));
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	escape_bytes(path->data, path->len, text, ESCAPE_SIZE(path->len), NULL);
	escape_bytes(name, name_len, base, ESCAPE_SIZE(name_len), NULL);
	listing_ext(base, ext);
	buf_init(&fold, LIM_PATH_BYTES * 8);
	if (name_fold(name, name_len, &fold) != ERR_OK)
		fold.len = 0;
	struct work_item it = {.id = msg_uint(m, "id"),
	    .parent = msg_uint(m, "parent"),
	    .volume = msg_uint(m, "volume"),
	    .path = path->data,
	    .path_len = path->len,
	    .name = text,
	    .base = base,
	    .ext = ext,
	    .kind = msg_str(m, "kind"),
	    .state = msg_str(m, "state"),
	    .why = why,
	    .size_bytes = msg_uint(m, "size"),
	    .mode = msg_uint(m, "mode"),
	    .mtime = msg_str(m, "mtime"),
	    .zone = msg_str(m, "zone"),
	    .link = link,
	    .link_len = link_len,
	    .links = msg_uint(m, "links"),
	    .place = msg_uint(m, "place")};
	enum err e = work_item_add(work, &it, fold.data, fold.len);
	buf_done(&fold);
	return e;
}

/*
 * A damaged or hostile directory can hold a name twice.  Both are items: the
 * later one gets a path that no medium can have (a NUL, then its number), and
 * is judged by that name.  What is in a directory with such a path may be left
 * no room: its path is cut, and told apart in the same way.
 */
static enum err
listing_add_twin(struct work *work, const struct msg *m, const uint8_t *name, size_t name_len,
    struct buf *path)
{
	struct buf twin;
	buf_init(&twin, LIM_NAME_BYTES + 32);
	if (path->len > LIM_PATH_BYTES - LISTING_TWIN_BYTES)
		path->len = LIM_PATH_BYTES - LISTING_TWIN_BYTES;
	buf_add(&twin, name, name_len);
	buf_add_byte(&twin, '\0');
	buf_addf(&twin, "%llu", (unsigned long long)msg_uint(m, "id"));
	buf_add(path, twin.data + name_len, twin.len - name_len);
	enum err e = path->error != ERR_OK
	                 ? path->error
	                 : listing_add_item(work, m, twin.data, twin.len, path);
	buf_done(&twin);
	return e;
}

/* Words of the closed lists, a time, texts within their limits. */
static bool
listing_fits(const struct msg *m)
{
	enum item_kind kind;
	enum item_state state;
	int64_t t;
	const char *mtime = msg_str(m, "mtime"), *zone = msg_str(m, "zone");
	return msg_uint(m, "id") != 0 && msg_uint(m, "id") <= LIM_ITEMS &&
	       item_kind_parse(msg_str(m, "kind"), &kind) &&
	       item_state_parse(msg_str(m, "state"), &state) &&
	       strlen(msg_str(m, "why")) <= LIM_FINDING_TEXT &&
	       (mtime[0] == '\0' || clock_parse(mtime, &t)) &&
	       (strcmp(zone, "utc") == 0 || strcmp(zone, "none") == 0);
}

enum err
listing_add(struct work *work, const struct msg *m, bool prefix)
{
	size_t n;
	struct buf path;
	MEM_FREE uint8_t *name = msg_bytes(m, "name", &n);
	if (n == 0 || n > LIM_NAME_BYTES || memchr(name, '/', n) != NULL ||
	    memchr(name, '\0', n) != NULL || !listing_fits(m))
		return ERR_RANGE;
	buf_init(&path, LISTING_PATH_BYTES);
	enum err e = listing_path(work, m, prefix, name, n, &path);
	if (e == ERR_OK && path.len > LIM_PATH_BYTES)
		e = ERR_EXISTS;
	if (e == ERR_OK)
		e = listing_add_item(work, m, name, n, &path);
	if (e == ERR_EXISTS)
		e = listing_add_twin(work, m, name, n, &path);
	buf_done(&path);
	return e;
}
