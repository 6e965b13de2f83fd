/* SPDX-License-Identifier: ISC */
#include "src/ipc/message.h"
#include "src/base/hex.h"
#include "src/base/limits.h"

#include <assert.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#define MESSAGE_UINT_MAX ((json_int_t)9007199254740991) /* 2^53 - 1 */
#define MESSAGE_FIELDS   1024                           /* of all rows together */
#define MESSAGE_SLOTS    1024                           /* of the name table; a power of two */

struct message_field {
	char name[24];
	char type;
	bool optional;
};

/* The rows' field lists and names, taken apart once. */
struct message_table {
	struct message_field fields[MESSAGE_FIELDS];
	size_t first[MSG__MAX + 1]; /* fields of id: first[id] .. first[id + 1] */
	uint16_t slots[MESSAGE_SLOTS];
	char proto[17];
};

static const struct message_row message_rows[MSG__MAX] = {
#define MSG(id, name, from, to, fd, max, phase, fields) \
	[MSG_##id] = {name, from, to, fd, max, phase, fields},
#include "src/ipc/messages.def"
#undef MSG
};

static const struct {
	enum role role;
	const char *name;
} message_roles[] = {
    {ROLE_UI, "ui"},
    {ROLE_PARENT, "parent"},
    {ROLE_DESK, "desk"},
    {ROLE_READER, "reader"},
    {ROLE_VAULT, "vault"},
    {ROLE_SCANNER, "scanner"},
    {ROLE_LEDGER, "ledger"},
    {ROLE_STAGER, "stager"},
    {ROLE_REPORT, "report"},
    {ROLE_PREVIEW, "preview"},
    {ROLE_UNLOCK, "unlock"},
    {ROLE_LOADER, "loader"},
    {ROLE_RESCAN, "rescan"},
    {ROLE_TOKEN, "token"},
    {ROLE_WRITER, "writer"},
};

/* FNV-1a: tells tables and names apart, is no proof of anything. */
static uint64_t
message_hash(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return (h ^ 0xff) * 0x100000001b3u;
}

#define MESSAGE_HASH_START 0xcbf29ce484222325u

static void
message_parse_fields(struct message_table *t, enum msg_id id)
{
	size_t n = t->first[id];
	for (const char *p = message_rows[id].fields; *p != '\0';) {
		size_t word = strcspn(p, " "), name = strcspn(p, ":");
		assert(n < MESSAGE_FIELDS && name > 0 && name + 2 <= word);
		struct message_field *f = &t->fields[n++];
		assert(name < sizeof(f->name));
		memcpy(f->name, p, name);
		f->type = p[name + 1];
		f->optional = p[name + 2] == '?';
		assert(strchr("sutbhoa", f->type) != NULL);
		assert(word == name + 2 + (f->optional ? 1 : 0));
		p += word + (p[word] == ' ' ? 1 : 0);
	}
	t->first[id + 1] = n;
}

static void
message_add_name(struct message_table *t, enum msg_id id)
{
	size_t slot = message_hash(MESSAGE_HASH_START, message_rows[id].name) % MESSAGE_SLOTS;
	for (; t->slots[slot] != MSG_NONE; slot = (slot + 1) % MESSAGE_SLOTS)
		assert(strcmp(message_rows[t->slots[slot]].name, message_rows[id].name) != 0);
	t->slots[slot] = (uint16_t)id;
}

static const struct message_table *
message_table(void)
{
	static struct message_table t;
	if (t.proto[0] != '\0')
		return &t;
	uint64_t h = MESSAGE_HASH_START;
	for (enum msg_id id = MSG_NONE + 1; id < MSG__MAX; id++) {
		const struct message_row *r = &message_rows[id];
		char numbers[64];
		assert(r->max_bytes <= LIM_MESSAGE_BYTES);
		message_parse_fields(&t, id);
		message_add_name(&t, id);
		snprintf(numbers, sizeof(numbers), "%u %u %d %zu %d", r->from, r->to,
		    (int)r->fd, r->max_bytes, (int)r->phase);
		h = message_hash(message_hash(message_hash(h, r->name), numbers), r->fields);
	}
	snprintf(t.proto, sizeof(t.proto), "%016" PRIx64, h);
	return &t;
}

const struct message_row *
message_row(enum msg_id id)
{
	assert(id > MSG_NONE && id < MSG__MAX);
	return &message_rows[id];
}

enum msg_id
message_find(const char *name)
{
	const struct message_table *t = message_table();
	size_t slot = message_hash(MESSAGE_HASH_START, name) % MESSAGE_SLOTS;
	for (; t->slots[slot] != MSG_NONE; slot = (slot + 1) % MESSAGE_SLOTS)
		if (strcmp(message_rows[t->slots[slot]].name, name) == 0)
			return (enum msg_id)t->slots[slot];
	return MSG_NONE;
}

const char *
message_role_name(enum role role)
{
	for (size_t i = 0; i < sizeof(message_roles) / sizeof(message_roles[0]); i++)
		if (message_roles[i].role == role)
			return message_roles[i].name;
	return "nobody";
}

const char *
message_proto(void)
{
	return message_table()->proto;
}

/* Nesting within bounds, and no number that is not an integer. */
static bool
message_nested(const json_t *v, int depth)
{
	json_t *child;
	const char *key;
	size_t i;

	if (json_is_real(v))
		return false;
	if (!json_is_object(v) && !json_is_array(v))
		return true;
	if (depth > LIM_MESSAGE_DEPTH)
		return false;
	json_array_foreach (v, i, child)
		if (!message_nested(child, depth + 1))
			return false;
	/* The iterator wants a pointer that is not const and changes nothing. */
	union {
		const json_t *in;
		json_t *out;
	} o = {.in = v};
	json_object_foreach (o.out, key, child)
		if (!message_nested(child, depth + 1))
			return false;
	return true;
}

static bool
message_base64(const json_t *v)
{
	uint8_t bytes[LIM_MESSAGE_BYTES / 4 * 3];
	size_t n = json_string_length(v);
	return n <= LIM_MESSAGE_BYTES && hex_b64_decode(json_string_value(v), n, bytes, &n);
}

static bool
message_typed(char type, const json_t *v)
{
	uint8_t digest[32];

	switch (type) {
	case 's':
		return json_is_string(v);
	case 'u':
		return json_is_integer(v) && json_integer_value(v) >= 0 &&
		       json_integer_value(v) <= MESSAGE_UINT_MAX;
	case 't':
		return json_is_boolean(v);
	case 'b':
		return json_is_string(v) && message_base64(v);
	case 'h':
		return json_is_string(v) && hex_decode(json_string_value(v),
						json_string_length(v), digest, sizeof(digest));
	case 'o':
		return json_is_object(v) && message_nested(v, 2);
	default:
		return json_is_array(v) && message_nested(v, 2);
	}
}

enum err
message_check(enum msg_id id, const json_t *body, const char **ret_why)
{
	const struct message_table *t = message_table();
	const char *why = NULL;
	size_t known = 0;

	assert(id > MSG_NONE && id < MSG__MAX);
	if (!json_is_object(body))
		why = "(no object)";
	for (size_t i = t->first[id]; why == NULL && i < t->first[id + 1]; i++) {
		const struct message_field *f = &t->fields[i];
		const json_t *v = json_object_get(body, f->name);
		if (v != NULL ? !message_typed(f->type, v) : !f->optional)
			why = f->name;
		known += v != NULL;
	}
	known += json_object_get(body, "m") != NULL;
	if (why == NULL && known != json_object_size(body))
		why = "(one too many)";
	if (why == NULL)
		return ERR_OK;
	if (ret_why != NULL)
		*ret_why = why;
	return ERR_PROTO;
}
