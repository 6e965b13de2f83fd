/* links: src/ipc/message src/ipc/msg src/base/hex src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/ipc/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static int
depth_of(json_t *v)
{
	json_t *child;
	const char *key;
	size_t i;
	int deepest = 0, d;
	json_array_foreach (v, i, child)
		if ((d = depth_of(child)) > deepest)
			deepest = d;
	json_object_foreach (v, key, child)
		if ((d = depth_of(child)) > deepest)
			deepest = d;
	return json_is_object(v) || json_is_array(v) ? deepest + 1 : 0;
}

/* What a handler relies on: a checked message keeps its shape when it is said again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	union {
		const uint8_t *bytes;
		const char *text;
	} in = {.bytes = data};
	json_error_t unused;
	if (n > LIM_MESSAGE_BYTES)
		return 0;
	json_t *body = json_loadb(in.text, n, JSON_REJECT_DUPLICATES, &unused);
	const char *name = json_string_value(json_object_get(body, "m"));
	enum msg_id id = name != NULL ? message_find(name) : MSG_NONE;
	if (id != MSG_NONE && message_check(id, body, NULL) == ERR_OK) {
		check(depth_of(body) <= LIM_MESSAGE_DEPTH);
		char *again = json_dumps(body, JSON_COMPACT);
		json_t *copy = json_loads(again, JSON_REJECT_DUPLICATES, &unused);
		check(copy != NULL && json_equal(body, copy) == 1);
		check(message_check(id, copy, NULL) == ERR_OK);
		free(again);
		json_decref(copy);
	}
	json_decref(body);
	return 0;
}
