/* SPDX-License-Identifier: ISC */
#include "src/core/request.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/shape.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define REQUEST_END   "-----END SSH SIGNATURE-----"
#define REQUEST_KEYS \
	"approval classification fields files id purpose requester sallyport_request target"

static const struct {
	const char *name;
	bool needed;
	const char *field; /* of the transfer, or NULL */
} request_texts[REQUEST_TEXT__MAX] = {
    [REQUEST_ID] = {"id", true, "request"},
    [REQUEST_REQUESTER] = {"requester", true, NULL},
    [REQUEST_PURPOSE] = {"purpose", true, "purpose"},
    [REQUEST_APPROVAL] = {"approval", false, "approval"},
    [REQUEST_TARGET] = {"target", false, "target"},
    [REQUEST_CLASSIFICATION] = {"classification", false, "classification"},
};

const char *
request_text_name(enum request_text t)
{
	return request_texts[t].name;
}

/* --- making one ------------------------------------------------------------------- */

struct request *
request_new(void)
{
	struct request *r = mem_alloc(sizeof(*r));
	for (size_t i = 0; i < REQUEST_TEXT__MAX; i++)
		r->texts[i] = mem_strdup("");
	r->fields = json_array();
	return r;
}

struct request *
request_free(struct request *r)
{
	if (r == NULL)
		return NULL;
	for (size_t i = 0; i < REQUEST_TEXT__MAX; i++)
		free(r->texts[i]);
	for (size_t i = 0; i < r->nfiles; i++)
		free(r->files[i].name);
	free(r->files);
	json_decref(r->fields);
	free(r);
	return NULL;
}

enum err
request_set(struct request *r, enum request_text t, const char *text)
{
	if (strlen(text) > LIM_REQUEST_TEXT_BYTES)
		return ERR_LIMIT;
	if (!canon_is_text(text) || (request_texts[t].needed && text[0] == '\0') ||
	    (t == REQUEST_REQUESTER && !shape_person_ok(text)))
		return ERR_SYNTAX;
	free(r->texts[t]);
	r->texts[t] = mem_strdup(text);
	return ERR_OK;
}

static bool
request_is_text_field(const char *name)
{
	for (size_t t = 0; t < REQUEST_TEXT__MAX; t++)
		if (request_texts[t].field != NULL && strcmp(request_texts[t].field, name) == 0)
			return true;
	return false;
}

enum err
request_set_fields(struct request *r, const json_t *object)
{
	char why[FIELD_WHY_SIZE];
	json_t *rows = json_array();
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)object, name, value) {
		const char *text = json_string_value(value);
		if (request_is_text_field(name) || text == NULL || !canon_is_text(text)) {
			json_decref(rows);
			return ERR_SYNTAX;
		}
		json_array_append_new(
		    rows, json_pack("{s:s, s:s}", "name", name, "value", text));
	}
	enum err e = field_check_rows(rows, why);
	if (e != ERR_OK) {
		json_decref(rows);
		return e;
	}
	json_decref(r->fields);
	r->fields = rows;
	return ERR_OK;
}

json_t *
request_fields(const struct request *r)
{
	json_t *rows = json_array();
	for (size_t t = 0; t < REQUEST_TEXT__MAX; t++)
		if (request_texts[t].field != NULL && r->texts[t][0] != '\0')
			json_array_append_new(
			    rows, json_pack("{s:s, s:s}", "name", request_texts[t].field,
				      "value", r->texts[t]));
	json_array_extend(rows, r->fields);
	return rows;
}

/* A path without empty, "." or ".." parts; the last may be empty: a folder. */
static bool
request_name_ok(const uint8_t *name, size_t n)
{
	if (n == 0 || n > LIM_PATH_BYTES || name[0] == '/' || memchr(name, '\0', n) != NULL)
		return false;
	for (size_t i = 0; i < n;) {
		const uint8_t *slash = memchr(name + i, '/', n - i);
		size_t len = slash != NULL ? (size_t)(slash - name) - i : n - i;
		if (len == 0 || (len == 1 && name[i] == '.') ||
		    (len == 2 && name[i] == '.' && name[i + 1] == '.'))
			return false;
		i += len + 1;
	}
	return true;
}

enum err
request_add(struct request *r, const struct request_file *file)
{
	bool folder = file->name_len > 0 && file->name[file->name_len - 1] == '/';
	if (r->nfiles >= LIM_REQUEST_FILES)
		return ERR_LIMIT;
	if (!request_name_ok(file->name, file->name_len) ||
	    (folder && (file->has_sha256 || file->has_bytes)))
		return ERR_SYNTAX;
	/* grows by halves: a list is as long as its writer likes */
	if ((r->nfiles & (r->nfiles - 1)) == 0)
		r->files =
		    mem_resize(r->files, r->nfiles > 0 ? r->nfiles * 2 : 1, sizeof(*r->files));
	struct request_file *f = &r->files[r->nfiles++];
	*f = *file;
	f->name = mem_alloc(file->name_len);
	memcpy(f->name, file->name, file->name_len);
	return ERR_OK;
}

static int
request_order(const void *name, size_t n, const struct request_file *f)
{
	size_t both = n < f->name_len ? n : f->name_len;
	int c = memcmp(name, f->name, both);
	return c != 0 ? c : n < f->name_len ? -1 : n > f->name_len;
}

static int
request_compare(const void *a, const void *b)
{
	const struct request_file *x = a;
	return request_order(x->name, x->name_len, b);
}

enum err
request_settle(struct request *r)
{
	if (r->nfiles > 0)
		qsort(r->files, r->nfiles, sizeof(*r->files), request_compare);
	for (size_t i = 1; i < r->nfiles; i++)
		if (request_compare(&r->files[i - 1], &r->files[i]) == 0)
			return ERR_EXISTS;
	return ERR_OK;
}

/* --- parsing ---------------------------------------------------------------------- */

struct request_reader {
	struct request *request;
	char *why;
};

static enum err request_deny(struct request_reader *, enum err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum err
request_deny(struct request_reader *rd, enum err e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(rd->why, REQUEST_WHY_SIZE, fmt, ap);
	va_end(ap);
	return e;
}

/* Every key of the object is among the names. */
static bool
request_keys_ok(const json_t *o, const char *names)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)o, key, value) {
		size_t n = strlen(key);
		const char *at = names;
		while (*at != '\0' && (strncmp(at, key, n) != 0 || (at[n] != ' ' && at[n]))) {
			at += strcspn(at, " ");
			at += *at == ' ';
		}
		if (n == 0 || *at == '\0')
			return false;
	}
	return true;
}

static enum err
request_read_texts(struct request_reader *rd, const json_t *o)
{
	for (unsigned t = 0; t < REQUEST_TEXT__MAX; t++) {
		const char *name = request_texts[t].name;
		const json_t *v = json_object_get(o, name);
		if (v == NULL && !request_texts[t].needed)
			continue;
		const char *text = json_string_value(v);
		if (text == NULL)
			return request_deny(rd, ERR_SYNTAX, "%s is missing or no text", name);
		enum err e = request_set(rd->request, (enum request_text)t, text);
		if (e != ERR_OK)
			return request_deny(rd, e,
			    t == REQUEST_REQUESTER
				? "%s is no person's id"
				: "%s is empty, too long, or holds what cannot be shown",
			    name);
	}
	const json_t *fields = json_object_get(o, "fields");
	if (fields != NULL &&
	    (!json_is_object(fields) || request_set_fields(rd->request, fields) != ERR_OK))
		return request_deny(rd, ERR_SYNTAX,
		    "fields is no object of names and texts, or names what has a member of "
		    "its own");
	return ERR_OK;
}

/* name or name_base64 into raw bytes; caller frees. */
static uint8_t *
request_read_name(const json_t *row, size_t *ret_len)
{
	const char *text = json_string_value(json_object_get(row, "name"));
	const char *coded = json_string_value(json_object_get(row, "name_base64"));
	uint8_t *name = NULL;
	if ((text == NULL) == (coded == NULL))
		return NULL;
	if (text != NULL) {
		*ret_len = strlen(text);
		name = mem_alloc(*ret_len + 1);
		memcpy(name, text, *ret_len);
		return name;
	}
	return canon_b64(row, "name_base64", LIM_PATH_BYTES, &name, ret_len) ? name : NULL;
}

static enum err
request_read_file(struct request_reader *rd, const json_t *row, size_t i)
{
	struct request_file f = {.name = NULL};
	const json_t *bytes = json_object_get(row, "bytes");
	if (!json_is_object(row) || !request_keys_ok(row, "bytes name name_base64 sha256"))
		return request_deny(
		    rd, ERR_SYNTAX, "files[%zu] is no object of name, sha256 and bytes", i);
	if (json_object_get(row, "sha256") != NULL) {
		f.has_sha256 = true;
		if (!canon_hex32(row, "sha256", f.sha256))
			return request_deny(rd, ERR_SYNTAX,
			    "files[%zu]: sha256 is not 64 digits of 0 to 9 and a to f", i);
	}
	if (bytes != NULL) {
		f.has_bytes = true;
		if (!canon_uint(row, "bytes", &f.bytes))
			return request_deny(rd, ERR_SYNTAX, "files[%zu]: bytes is no size", i);
	}
	f.name = request_read_name(row, &f.name_len);
	enum err e = f.name != NULL ? request_add(rd->request, &f) : ERR_SYNTAX;
	free(f.name);
	if (e == ERR_LIMIT)
		return request_deny(
		    rd, e, "it names more than %d files; name folders", LIM_REQUEST_FILES);
	if (e != ERR_OK)
		return request_deny(rd, e,
		    "files[%zu]: the name is no path below the root of a volume, or a folder "
		    "with a digest",
		    i);
	return ERR_OK;
}

static enum err
request_read(struct request_reader *rd, const json_t *o)
{
	const json_t *files = json_object_get(o, "files"), *row;
	uint64_t version = 0;
	size_t i;
	if (!json_is_object(o) || !canon_uint(o, "sallyport_request", &version) || version != 1)
		return request_deny(rd, ERR_SYNTAX, "it is no object with sallyport_request 1");
	if (!request_keys_ok(o, REQUEST_KEYS))
		return request_deny(
		    rd, ERR_SYNTAX, "it has a member that the form does not name");
	if (!json_is_array(files))
		return request_deny(rd, ERR_SYNTAX, "files is missing or no list");
	enum err e = request_read_texts(rd, o);
	json_array_foreach (files, i, row) {
		if (e != ERR_OK)
			break;
		e = request_read_file(rd, row, i);
	}
	if (e == ERR_OK && request_settle(rd->request) != ERR_OK)
		e = request_deny(rd, ERR_SYNTAX, "it names a file twice");
	return e;
}

enum err
request_parse(const void *bytes, size_t n, struct request **ret, char ret_why[REQUEST_WHY_SIZE])
{
	struct request_reader rd = {.why = ret_why};
	json_error_t at;
	if (n > LIM_REQUEST_BYTES)
		return request_deny(&rd, ERR_LIMIT, "it is longer than %d bytes; name folders",
		    LIM_REQUEST_BYTES);
	json_t *o = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &at);
	if (o == NULL)
		return request_deny(&rd, ERR_SYNTAX, "it is no JSON: line %d", at.line);
	rd.request = request_new();
	enum err e = request_read(&rd, o);
	json_decref(o);
	if (e != ERR_OK) {
		request_free(rd.request);
		return e;
	}
	*ret = rd.request;
	return ERR_OK;
}

/* --- the signature ------------------------------------------------------------------ */

/* The base64 between the two lines, without its line ends. */
static bool
request_unarmour(const char *text, size_t n, uint8_t *out, size_t *ret_len)
{
	const size_t head = strlen(REQUEST_BEGIN), foot = strlen(REQUEST_END);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (n < head + foot || n > LIM_REQUEST_SIG_BYTES ||
	    memcmp(text, REQUEST_BEGIN, head) != 0 ||
	    memcmp(text + n - foot, REQUEST_END, foot) != 0)
		return false;
	MEM_FREE char *digits = mem_alloc(n);
	size_t k = 0;
	for (size_t i = head; i < n - foot; i++)
		if (text[i] != '\n' && text[i] != '\r')
			digits[k++] = text[i];
	return hex_b64_decode(digits, k, out, ret_len);
}

enum err
request_verify(const void *bytes, size_t n, const void *armoured, size_t armoured_len,
    char ret_key[SSHSIG_LINE_SIZE])
{
	uint8_t blob[LIM_REQUEST_SIG_BYTES], public[SSHSIG_PUBLIC_SIZE];
	size_t len;
	if (!request_unarmour(armoured, armoured_len, blob, &len))
		return ERR_SYNTAX;
	enum err e = sshsig_verify_as(REQUEST_NAMESPACE, blob, len, bytes, n, public);
	if (e == ERR_OK)
		sshsig_public_line(public, ret_key);
	return e == ERR_OK || e == ERR_SIGNATURE ? e : ERR_SYNTAX;
}

bool
request_is_in(const struct request_file *f, const void *path, size_t path_len)
{
	return f->name_len >= path_len && memcmp(f->name, path, path_len) == 0 &&
	       (f->name_len == path_len || f->name[path_len] == '/');
}

/* --- items -------------------------------------------------------------------------- */

static size_t
request_look(const struct request *r, const void *name, size_t n)
{
	size_t low = 0, high = r->nfiles;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = request_order(name, n, &r->files[mid]);
		if (c == 0)
			return mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return REQUEST_NOBODY;
}

size_t
request_find(const struct request *r, const void *path, size_t path_len)
{
	const uint8_t *p = path;
	size_t at = request_look(r, path, path_len);
	/* the nearest folder that is named */
	for (size_t n = path_len; at == REQUEST_NOBODY && n > 0; n--)
		if (p[n - 1] == '/')
			at = request_look(r, path, n);
	return at;
}

enum request_match
request_judge(const struct request *r, const void *path, size_t path_len, uint64_t volume,
    const uint8_t *sha256, uint64_t bytes, size_t *ret_file)
{
	char prefix[32];
	size_t at = request_find(r, path, path_len);
	size_t n = (size_t)snprintf(prefix, sizeof(prefix), "v%ju/", (uintmax_t)volume);
	if (at == REQUEST_NOBODY && volume > 0 && path_len > n && memcmp(path, prefix, n) == 0)
		at = request_find(r, (const uint8_t *)path + n, path_len - n);
	if (ret_file != NULL)
		*ret_file = at;
	if (at == REQUEST_NOBODY)
		return REQUEST_OTHER;
	const struct request_file *f = &r->files[at];
	bool differs =
	    (f->has_sha256 && (sha256 == NULL || memcmp(f->sha256, sha256, 32) != 0)) ||
	    (f->has_bytes && f->bytes != bytes);
	return differs ? REQUEST_DIFFERS : REQUEST_ASKED;
}
