/* SPDX-License-Identifier: ISC */
#include "src/core/entry.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/merkle.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "src/core/transfer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ENTRY_VERSION 1
#define ENTRY_FIELDS  "v log id type subj prev head auth actor at clk meaning data"

static enum err
refuse(char *why, enum err e, const char *text)
{
	if (why != NULL)
		snprintf(why, ENTRY_WHY_SIZE, "%s", text);
	return e;
}

/* --- taking apart ------------------------------------------------------------- */

static bool
parse_head(const json_t *body, const char *field, struct entry_head *ret)
{
	const json_t *h = canon_object(body, field);
	return canon_only(h, "size root") && canon_uint(h, "size", &ret->size) &&
	       canon_hex32(h, "root", ret->root);
}

static bool
parse_actor(const json_t *body, struct entry *e)
{
	const json_t *a = canon_object(body, "actor");
	if (!canon_only(a, "id key name role"))
		return false;
	e->actor_id = canon_text(a, "id");
	e->actor_key = canon_text(a, "key");
	e->actor_name = canon_text(a, "name");
	e->actor_role = canon_text(a, "role");
	return e->actor_id && e->actor_key && e->actor_name && e->actor_role;
}

static bool
parse_clock(const json_t *body, struct entry *e)
{
	int64_t ignored;
	const json_t *c = canon_object(body, "clk");
	e->at = canon_str(body, "at");
	return e->at != NULL && clock_parse(e->at, &ignored) &&
	       canon_only(c, "boot mono src") && canon_text(c, "boot") &&
	       canon_text(c, "mono") && canon_text(c, "src");
}

static bool
is_id(const char *id)
{
	uint8_t bytes[16];
	return id != NULL && hex_decode(id, strlen(id), bytes, sizeof(bytes));
}

static enum err
parse_body(struct entry *e, char *why)
{
	uint64_t v;
	const json_t *b = e->body;
	if (!canon_only(b, ENTRY_FIELDS))
		return refuse(
		    why, ERR_SYNTAX, "the body does not have exactly the common fields");
	if (!canon_uint(b, "v", &v) || v != ENTRY_VERSION)
		return refuse(why, ERR_SYNTAX, "the entry's version is not 1");
	e->log = canon_text(b, "log");
	e->id = canon_str(b, "id");
	e->type = canon_text(b, "type");
	e->subj = canon_text(b, "subj");
	e->meaning = canon_text(b, "meaning");
	e->data = canon_object(b, "data");
	if (!e->log || !e->type || !e->subj || !e->meaning || !e->data)
		return refuse(
		    why, ERR_SYNTAX, "log, type, subj, meaning or data is not of its kind");
	if (!is_id(e->id))
		return refuse(why, ERR_SYNTAX, "the id is not 32 hex digits");
	if (!canon_hex32(b, "prev", e->prev))
		return refuse(why, ERR_SYNTAX, "prev is not 64 hex digits");
	if (!parse_head(b, "head", &e->head) || !parse_head(b, "auth", &e->auth))
		return refuse(why, ERR_SYNTAX, "head or auth is not a size and a root");
	if (!parse_actor(b, e))
		return refuse(why, ERR_SYNTAX, "actor is not id, key, name and role");
	if (!parse_clock(b, e))
		return refuse(why, ERR_SYNTAX, "at or clk is not a time");
	return ERR_OK;
}

static enum err
parse_signature(struct entry *e, const char *line, size_t n, char *why)
{
	if (n == 0 || n > HEX_B64_SIZE(LIM_ENTRY_SIG_BYTES) - 1)
		return refuse(why, ERR_LIMIT, "the signature line is empty or too long");
	e->sig = mem_alloc(n);
	if (!hex_b64_decode(line, n, e->sig, &e->sig_len))
		return refuse(why, ERR_SYNTAX, "the signature line is not canonical base64");
	return ERR_OK;
}

static enum err
parse_lines(struct entry *e, const char *text, size_t n, char *why)
{
	if (n > LIM_ENTRY_BYTES)
		return refuse(why, ERR_LIMIT, "the entry is too long");
	const char *end = memchr(text, '\n', n);
	if (end == NULL || n < 3 || text[n - 1] != '\n' || end == text + n - 1)
		return refuse(why, ERR_SYNTAX, "the entry is not two lines");
	e->text_len = (size_t)(end - text);
	if (e->text_len > LIM_ENTRY_BODY_BYTES)
		return refuse(why, ERR_LIMIT, "the body is longer than 65,536 bytes");
	enum err err = canon_parse(text, e->text_len, &e->body);
	if (err != ERR_OK)
		return refuse(why, err, "the body is not canonical JSON");
	e->text = mem_dup(text, e->text_len);
	err = parse_body(e, why);
	if (err == ERR_OK)
		err = parse_signature(e, end + 1, (size_t)(text + n - 1 - (end + 1)), why);
	return err;
}

enum err
entry_parse(const void *bytes, size_t n, char why[ENTRY_WHY_SIZE], struct entry **ret)
{
	struct entry *e = mem_alloc(sizeof(*e));
	enum err err = parse_lines(e, bytes, n, why);
	if (err != ERR_OK) {
		entry_free(e);
		return err;
	}
	merkle_leaf(bytes, n, e->leaf);
	*ret = e;
	return ERR_OK;
}

struct entry *
entry_free(struct entry *e)
{
	if (e == NULL)
		return NULL;
	json_decref(e->body);
	free(e->text);
	free(e->sig);
	free(e);
	return NULL;
}

enum err
entry_verify(const struct entry *e, const uint8_t public_key[SSHSIG_PUBLIC_SIZE])
{
	uint8_t signer[SSHSIG_PUBLIC_SIZE];
	char *message = mem_alloc(e->text_len + 1);
	memcpy(message, e->text, e->text_len);
	message[e->text_len] = '\n';
	enum err err = sshsig_verify(e->sig, e->sig_len, message, e->text_len + 1, signer);
	free(message);
	if (err != ERR_OK)
		return err;
	return memcmp(signer, public_key, sizeof(signer)) == 0 ? ERR_OK : ERR_SIGNATURE;
}

/* --- putting together ---------------------------------------------------------- */

static enum err
add_lines(
    struct buf *out, const void *body, size_t body_len, const uint8_t *sig, size_t sig_len)
{
	char *text = mem_alloc(HEX_B64_SIZE(sig_len));
	size_t n = hex_b64_encode(sig, sig_len, text);
	buf_add(out, body, body_len);
	buf_add_byte(out, '\n');
	buf_add(out, text, n);
	enum err err = buf_add_byte(out, '\n');
	free(text);
	return err;
}

enum err
entry_print(const struct entry *e, struct buf *out)
{
	return add_lines(out, e->text, e->text_len, e->sig, e->sig_len);
}

static json_t *
random_id(void)
{
	uint8_t bytes[16];
	char text[ENTRY_ID_SIZE];
	seal_random(bytes, sizeof(bytes));
	hex_encode(bytes, sizeof(bytes), text);
	return json_string(text);
}

static json_t *
clock_object(const char *boot)
{
	char mono[24];
	snprintf(mono, sizeof(mono), "%" PRIu64, clock_mono_ns());
	return json_pack("{s:s,s:s,s:s}", "boot", boot, "mono", mono, "src", "manual");
}

static const char *
meaning_of(const char *type)
{
	for (unsigned i = 0; i < EVENT__MAX; i++) {
		const struct transfer_event_row *row =
		    transfer_event_row((enum transfer_event)i);
		if (strcmp(row->type, type) == 0)
			return row->meaning;
	}
	return "";
}

json_t *
entry_body_new(const struct entry_new *n)
{
	char at[CLOCK_TEXT_SIZE];
	clock_format(clock_wall_s(), at);
	json_t *data = n->data != NULL ? json_deep_copy(n->data) : json_object();
	const char *meaning = n->meaning != NULL ? n->meaning : meaning_of(n->type);
	json_t *b = json_object();
	json_object_set_new(b, "v", json_integer(ENTRY_VERSION));
	json_object_set_new(b, "log", json_string(n->log));
	json_object_set_new(b, "id", random_id());
	json_object_set_new(b, "type", json_string(n->type));
	json_object_set_new(b, "subj", json_string(n->subj));
	json_object_set_new(b, "prev", json_string(n->prev));
	json_object_set_new(b, "head", json_deep_copy(n->head));
	json_object_set_new(b, "auth", json_deep_copy(n->auth));
	json_object_set_new(b, "actor",
	    json_pack("{s:s,s:s,s:s,s:s}", "id", n->actor_id, "key", n->actor_key, "name",
		n->actor_name, "role", n->actor_role));
	json_object_set_new(b, "at", json_string(at));
	json_object_set_new(b, "clk", clock_object(n->boot));
	json_object_set_new(b, "meaning", json_string(meaning));
	json_object_set_new(b, "data", data);
	return b;
}

enum err
entry_sign(const json_t *body, const struct sshsig_key *key, struct buf *out)
{
	struct buf text, blob;
	buf_init(&text, LIM_ENTRY_BODY_BYTES + 1);
	buf_init(&blob, LIM_ENTRY_SIG_BYTES);
	enum err err = canon_print(body, &text);
	if (err == ERR_OK)
		err = buf_add_byte(&text, '\n');
	if (err == ERR_OK)
		err = sshsig_sign(key, text.data, text.len, &blob);
	if (err == ERR_OK)
		err = add_lines(out, text.data, text.len - 1, blob.data, blob.len);
	buf_done(&text);
	buf_done(&blob);
	return err;
}

enum err
entry_make(const struct entry_new *n, const struct sshsig_key *key, struct buf *out)
{
	json_t *body = entry_body_new(n);
	enum err err = entry_sign(body, key, out);
	json_decref(body);
	return err;
}

/* --- lists ---------------------------------------------------------------------- */

enum err
entry_list_next(
    const uint8_t *list, size_t n, size_t *cursor, const uint8_t **ret_entry, size_t *ret_len)
{
	if (*cursor == n)
		return ERR_NOTFOUND;
	const uint8_t *start = list + *cursor;
	size_t left = n - *cursor;
	const uint8_t *one = memchr(start, '\n', left);
	if (one == NULL)
		return ERR_SYNTAX;
	size_t used = (size_t)(one + 1 - start);
	const uint8_t *two = memchr(one + 1, '\n', left - used);
	if (two == NULL)
		return ERR_SYNTAX;
	used = (size_t)(two + 1 - start);
	*ret_entry = start;
	*ret_len = used;
	if (used < left && start[used] != '\n')
		return ERR_SYNTAX;
	*cursor += used + (used < left);
	/* A blank line stands between entries, never after the last. */
	return used < left && *cursor == n ? ERR_SYNTAX : ERR_OK;
}

enum err
entry_list_add(struct buf *list, const void *entry, size_t n)
{
	if (list->len > 0)
		buf_add_byte(list, '\n');
	return buf_add(list, entry, n);
}
