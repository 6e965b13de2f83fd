/* SPDX-License-Identifier: ISC */
#include "src/core/inventory.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/inventory_check.h"

#include <stdarg.h>
#include <string.h>

#define INVENTORY_HEADER_KEYS                                                            \
	"approvals deciders exceptions inventory items medium officer policy requester " \
	"scanners station transfer"
#define INVENTORY_ITEM_KEYS                                                                   \
	"by decision dest exceptions finds id inside kind link mime mode mtime name outcome " \
	"path "                                                                               \
	"proposed "                                                                           \
	"reason scans sha256 size state type verdict why zone"
#define INVENTORY_IDS (UINT64_C(4) * LIM_ITEMS) /* ids are below this */

struct inventory {
	const uint8_t *at, *end;
	size_t line;   /* number of the line that was read last, from 1 */
	uint64_t read; /* items so far */
	struct inventory_header header;
	const char **deciders;
	struct exception exceptions[LIM_EXCEPTIONS];
	json_t *header_json;
	/* The item handed out last, and what it borrows from. */
	struct inventory_item item;
	json_t *item_json;
	uint8_t path[LIM_PATH_BYTES + 4], dest[LIM_PATH_BYTES + 4], link[LIM_LINK_BYTES + 4];
	uint8_t before[LIM_PATH_BYTES]; /* path of the item before */
	size_t before_len;
	uint8_t *ids; /* one bit for each id seen, as far as ids_bytes */
	size_t ids_bytes;
	char why[INVENTORY_WHY_SIZE];
};

int
inventory_compare(struct inventory_bytes a, struct inventory_bytes b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n > 0 ? memcmp(a.data, b.data, n) : 0;
	if (c != 0)
		return c;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool
inventory_except(
    struct inventory_item *it, const char *leaf, enum verdict verdict, uint64_t finds)
{
	size_t i = 0;
	while (i < it->nexceptions && strcmp(it->exceptions[i].leaf, leaf) < 0)
		i++;
	if (i == it->nexceptions || strcmp(it->exceptions[i].leaf, leaf) != 0) {
		if (it->nexceptions == LIM_EXCEPTIONS)
			return false;
		memmove(&it->exceptions[i + 1], &it->exceptions[i],
		    (it->nexceptions++ - i) * sizeof(it->exceptions[0]));
		it->exceptions[i] = (struct inventory_exception){.leaf = leaf};
	}
	it->exceptions[i].verdict = verdict_worst(it->exceptions[i].verdict, verdict);
	it->exceptions[i].finds += finds;
	return true;
}

uint64_t
inventory_excepted(const struct inventory_item *it)
{
	uint64_t n = 0;
	for (size_t i = 0; i < it->nexceptions; i++)
		n += it->exceptions[i].finds;
	return n;
}

static enum err inventory_wrong(struct inventory *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static enum err
inventory_wrong(struct inventory *inv, const char *fmt, ...)
{
	int used = snprintf(inv->why, sizeof(inv->why), "inventory line %zu: ", inv->line);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(inv->why + used, sizeof(inv->why) - (size_t)used, fmt, ap);
	va_end(ap);
	return ERR_SYNTAX;
}

/* The next line as canonical JSON. */
static enum err
inventory_line(struct inventory *inv, json_t **ret)
{
	size_t left = (size_t)(inv->end - inv->at);
	inv->line++;
	const uint8_t *lf = left > 0 ? memchr(inv->at, '\n', left) : NULL;
	if (lf == NULL)
		return inventory_wrong(inv, "the line does not end");
	size_t n = (size_t)(lf - inv->at);
	if (n > LIM_INVENTORY_LINE_BYTES)
		return inventory_wrong(inv, "longer than %d bytes", LIM_INVENTORY_LINE_BYTES);
	if (canon_parse(inv->at, n, ret) != ERR_OK)
		return inventory_wrong(inv, "not canonical JSON");
	inv->at = lf + 1;
	return ERR_OK;
}

/* --- header ------------------------------------------------------------------- */

static bool
inventory_header_texts(struct inventory_header *h, const json_t *o)
{
	const struct {
		const char *key, **ret;
	} texts[] = {
	    {"officer", &h->officer},
	    {"policy", &h->policy},
	    {"requester", &h->requester},
	    {"station", &h->station},
	    {"transfer", &h->transfer},
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i].ret = canon_text(o, texts[i].key);
		if (*texts[i].ret == NULL)
			return false;
	}
	return true;
}

static bool
inventory_header_deciders(struct inventory *inv, const json_t *o)
{
	const json_t *a = canon_array(o, "deciders");
	if (a == NULL)
		return false;
	size_t n = json_array_size(a);
	inv->deciders = mem_array(n, sizeof(*inv->deciders));
	for (size_t i = 0; i < n; i++) {
		inv->deciders[i] = json_string_value(json_array_get(a, i));
		if (inv->deciders[i] == NULL)
			return false;
	}
	inv->header.deciders = inv->deciders;
	inv->header.ndeciders = n;
	return true;
}

static bool
inventory_header_exceptions(struct inventory *inv, const json_t *o)
{
	const json_t *a = canon_array(o, "exceptions");
	size_t n = json_array_size(a);
	if (a == NULL || n > LIM_EXCEPTIONS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!exception_parse(json_array_get(a, i), &inv->exceptions[i]))
			return false;
	inv->header.exceptions = inv->exceptions;
	inv->header.nexceptions = n;
	return true;
}

static enum err
inventory_read_header(struct inventory *inv)
{
	struct inventory_header *h = &inv->header;
	uint64_t version, approvals;
	enum err e = inventory_line(inv, &inv->header_json);
	if (e != ERR_OK)
		return e;
	const json_t *o = inv->header_json;
	h->medium = canon_object(o, "medium");
	h->scanners = canon_array(o, "scanners");
	if (!canon_only(o, INVENTORY_HEADER_KEYS) || !inventory_header_texts(h, o) ||
	    !inventory_header_deciders(inv, o) || h->medium == NULL || h->scanners == NULL ||
	    !canon_uint(o, "inventory", &version) || !canon_uint(o, "items", &h->items) ||
	    !canon_uint(o, "approvals", &approvals) || approvals > LIM_APPROVALS)
		return inventory_wrong(inv, "the header has not the fields of a header");
	if (version != 1)
		return inventory_wrong(inv, "version is not 1");
	if (!inventory_header_exceptions(inv, o))
		return inventory_wrong(inv, "the exceptions are malformed, or too many");
	h->approvals = (unsigned)approvals;
	const char *wrong = inventory_check_header(h);
	return wrong != NULL ? inventory_wrong(inv, "%s", wrong) : ERR_OK;
}

enum err
inventory_open(
    const void *bytes, size_t n, struct inventory **ret, char ret_why[INVENTORY_WHY_SIZE])
{
	struct inventory *inv = mem_alloc(sizeof(*inv));
	inv->at = n > 0 ? bytes : (const void *)"";
	inv->end = inv->at + n;
	enum err e = inventory_read_header(inv);
	if (e != ERR_OK) {
		snprintf(ret_why, INVENTORY_WHY_SIZE, "%s", inv->why);
		inventory_free(inv);
		return e;
	}
	*ret = inv;
	return ERR_OK;
}

void
inventory_free(struct inventory *inv)
{
	if (inv == NULL)
		return;
	json_decref(inv->header_json);
	json_decref(inv->item_json);
	free(inv->deciders);
	free(inv->ids);
	free(inv);
}

const struct inventory_header *
inventory_header(const struct inventory *inv)
{
	return &inv->header;
}

const char *
inventory_why(const struct inventory *inv)
{
	return inv->why;
}

/* --- items ---------------------------------------------------------------------- */

static bool
inventory_bytes_field(const json_t *o, const char *key, uint8_t *out, size_t max_bytes,
    struct inventory_bytes *ret)
{
	const char *text = canon_str(o, key);
	size_t n;
	if (text == NULL || strlen(text) >= HEX_B64_SIZE(max_bytes) ||
	    !hex_b64_decode(text, strlen(text), out, &n) || n > max_bytes)
		return false;
	*ret = (struct inventory_bytes){.data = out, .len = n};
	return true;
}

static bool
inventory_item_texts(struct inventory_item *it, const json_t *o)
{
	const struct {
		const char *key, **ret;
	} texts[] = {
	    {"by", &it->by},
	    {"mime", &it->mime},
	    {"mtime", &it->mtime},
	    {"name", &it->name},
	    {"reason", &it->reason},
	    {"sha256", &it->sha256},
	    {"type", &it->type},
	    {"why", &it->why},
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i].ret = canon_text(o, texts[i].key);
		if (*texts[i].ret == NULL)
			return false;
	}
	return true;
}

/* The one field that may be absent. */
static bool
inventory_item_class(struct inventory_item *it, const json_t *o)
{
	if (json_object_get(o, "class") == NULL)
		return canon_only(o, INVENTORY_ITEM_KEYS);
	it->class = canon_text(o, "class");
	return it->class != NULL && canon_only(o, "class " INVENTORY_ITEM_KEYS);
}

static bool
inventory_item_words(struct inventory_item *it, const json_t *o)
{
	const char *decision = canon_str(o, "decision"), *kind = canon_str(o, "kind");
	const char *outcome = canon_str(o, "outcome"), *proposed = canon_str(o, "proposed");
	const char *state = canon_str(o, "state"), *verdict = canon_str(o, "verdict");
	const char *zone = canon_str(o, "zone");
	if (decision == NULL || kind == NULL || outcome == NULL || proposed == NULL ||
	    state == NULL || verdict == NULL || zone == NULL)
		return false;
	it->zone_utc = strcmp(zone, "utc") == 0;
	return item_decision_parse(decision, &it->decision) &&
	       item_kind_parse(kind, &it->kind) && item_outcome_parse(outcome, &it->outcome) &&
	       policy_proposed_parse(proposed, &it->proposed) &&
	       item_state_parse(state, &it->state) && verdict_parse(verdict, &it->verdict) &&
	       (it->zone_utc || strcmp(zone, "none") == 0);
}

static bool
inventory_item_numbers(struct inventory_item *it, const json_t *o)
{
	uint64_t mode;
	if (!canon_uint(o, "id", &it->id) || !canon_uint(o, "mode", &mode) || mode > 07777 ||
	    !canon_uint(o, "size", &it->size_bytes))
		return false;
	it->mode = (unsigned)mode;
	return true;
}

static bool
inventory_item_scans(struct inventory_item *it, const json_t *o)
{
	const json_t *a = canon_array(o, "scans");
	if (a == NULL || json_array_size(a) > LIM_SCANNERS)
		return false;
	it->nscans = json_array_size(a);
	for (size_t i = 0; i < it->nscans; i++) {
		const json_t *r = json_array_get(a, i);
		struct inventory_scan *s = &it->scans[i];
		const char *verdict = canon_str(r, "verdict");
		s->scanner = canon_text(r, "scanner");
		s->why = canon_text(r, "why");
		if (!canon_only(r, "of parts read scanner verdict why") || verdict == NULL ||
		    s->scanner == NULL || s->why == NULL ||
		    !canon_uint(r, "of", &s->of_bytes) || !canon_uint(r, "parts", &s->parts) ||
		    !canon_uint(r, "read", &s->read_bytes) ||
		    !verdict_parse(verdict, &s->verdict))
			return false;
	}
	return true;
}

static bool
inventory_item_inside(struct inventory_item *it, const json_t *o)
{
	const json_t *in = canon_object(o, "inside");
	const json_t *whole = json_object_get(in, "whole");
	const char *verdict = canon_str(in, "verdict");
	it->inside_worst = canon_text(in, "worst");
	it->inside.whole = json_is_true(whole);
	return in != NULL && canon_only(in, "links members objects verdict whole worst") &&
	       canon_uint(in, "links", &it->inside.links) &&
	       canon_uint(in, "members", &it->inside.members) &&
	       canon_uint(in, "objects", &it->inside.objects) && verdict != NULL &&
	       verdict_parse(verdict, &it->inside.verdict) && json_is_boolean(whole) &&
	       it->inside_worst != NULL;
}

static bool
inventory_item_exceptions(struct inventory_item *it, const json_t *o)
{
	const json_t *a = canon_array(o, "exceptions");
	if (a == NULL || json_array_size(a) > LIM_EXCEPTIONS)
		return false;
	it->nexceptions = json_array_size(a);
	for (size_t i = 0; i < it->nexceptions; i++) {
		const json_t *r = json_array_get(a, i);
		struct inventory_exception *x = &it->exceptions[i];
		const char *verdict = canon_str(r, "verdict");
		x->leaf = canon_str(r, "leaf");
		if (!canon_only(r, "finds leaf verdict") || verdict == NULL ||
		    x->leaf == NULL || !canon_uint(r, "finds", &x->finds) ||
		    !verdict_parse(verdict, &x->verdict))
			return false;
	}
	return true;
}

/* "class/severity", strictly increasing, each class once. */
static bool
inventory_item_worst(struct inventory_item *it, const json_t *a)
{
	const char *before = "";
	for (size_t i = 0; i < json_array_size(a); i++) {
		const char *word = json_string_value(json_array_get(a, i));
		const char *slash = word != NULL ? strchr(word, '/') : NULL;
		char class[32];
		enum finding_class c;
		enum finding_severity s;
		if (slash == NULL || (size_t)(slash - word) >= sizeof(class) ||
		    strcmp(before, word) >= 0)
			return false;
		memcpy(class, word, (size_t)(slash - word));
		class[slash - word] = '\0';
		if (!finding_class_parse(class, &c) || !finding_severity_parse(slash + 1, &s) ||
		    it->worst.of[c] != FINDING_NO_SEVERITY)
			return false;
		it->worst.of[c] = s;
		before = word;
	}
	return true;
}

static bool
inventory_item_finds(struct inventory_item *it, const json_t *o)
{
	const json_t *finds = canon_object(o, "finds");
	const json_t *worst = canon_array(finds, "worst");
	const char *sha256 = canon_str(finds, "sha256");
	if (finds == NULL || !canon_only(finds, "n sha256 worst") || worst == NULL ||
	    sha256 == NULL || strlen(sha256) != HEX_DIGEST_SIZE - 1 ||
	    !canon_uint(finds, "n", &it->finds))
		return false;
	memcpy(it->finds_sha256, sha256, HEX_DIGEST_SIZE);
	return inventory_item_worst(it, worst);
}

/* The escaped name must be the escaped path: nobody may show another one. */
static bool
inventory_item_name_ok(const struct inventory_item *it)
{
	char *name = mem_alloc(ESCAPE_SIZE(it->path.len));
	escape_bytes(it->path.data, it->path.len, name, ESCAPE_SIZE(it->path.len), NULL);
	bool ok = strcmp(name, it->name) == 0;
	free(name);
	return ok;
}

static bool
inventory_id_new(struct inventory *inv, uint64_t id)
{
	if (id >= INVENTORY_IDS)
		return false;
	if (id / 8 >= inv->ids_bytes) {
		/* a transfer of few items is not asked for a MiB */
		size_t bytes = (size_t)(id / 8 + 1) * 2;
		inv->ids = mem_resize(inv->ids, bytes, 1);
		memset(inv->ids + inv->ids_bytes, 0, bytes - inv->ids_bytes);
		inv->ids_bytes = bytes;
	}
	if ((inv->ids[id / 8] & 1u << id % 8) != 0)
		return false;
	inv->ids[id / 8] |= (uint8_t)(1u << id % 8);
	return true;
}

static enum err
inventory_read_item(struct inventory *inv, const json_t *o)
{
	struct inventory_item *it = &inv->item;
	*it = (struct inventory_item){0};
	if (!inventory_item_class(it, o) || !inventory_item_texts(it, o) ||
	    !inventory_item_words(it, o) || !inventory_item_numbers(it, o) ||
	    !inventory_item_scans(it, o) || !inventory_item_inside(it, o) ||
	    !inventory_item_exceptions(it, o) || !inventory_item_finds(it, o) ||
	    !inventory_bytes_field(o, "path", inv->path, LIM_PATH_BYTES, &it->path) ||
	    !inventory_bytes_field(o, "dest", inv->dest, LIM_PATH_BYTES, &it->dest) ||
	    !inventory_bytes_field(o, "link", inv->link, LIM_LINK_BYTES, &it->link))
		return inventory_wrong(inv, "the item has not the fields of an item");
	const char *wrong = inventory_check_item(it);
	if (wrong != NULL)
		return inventory_wrong(inv, "%s", wrong);
	if (!inventory_item_name_ok(it))
		return inventory_wrong(inv, "name is not the escaped path");
	struct inventory_bytes before = {.data = inv->before, .len = inv->before_len};
	if (inventory_compare(before, it->path) >= 0)
		return inventory_wrong(inv, "not in the order of paths, or a path twice");
	if (!inventory_id_new(inv, it->id))
		return inventory_wrong(inv, "an id twice, or too large");
	memcpy(inv->before, it->path.data, it->path.len);
	inv->before_len = it->path.len;
	return ERR_OK;
}

enum err
inventory_next(struct inventory *inv, const struct inventory_item **ret)
{
	if (inv->why[0] != '\0')
		return ERR_SYNTAX;
	if (inv->read == inv->header.items) {
		if (inv->at == inv->end)
			return ERR_NOTFOUND;
		inv->line++;
		return inventory_wrong(inv, "more lines than the header says");
	}
	json_decref(inv->item_json);
	inv->item_json = NULL;
	enum err e = inventory_line(inv, &inv->item_json);
	if (e == ERR_OK)
		e = inventory_read_item(inv, inv->item_json);
	if (e != ERR_OK)
		return e;
	inv->read++;
	*ret = &inv->item;
	return ERR_OK;
}
