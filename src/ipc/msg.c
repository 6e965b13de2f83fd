/* SPDX-License-Identifier: ISC */
/* A received message: its fields, its descriptor, its end. */
#include "src/ipc/channel.h"
#include "src/base/hex.h"
#include "src/base/mem.h"

#include <unistd.h>

void
msg_done(struct msg *m)
{
	json_decref(m->body);
	if (m->fd >= 0)
		close(m->fd);
	*m = (struct msg){MSG_NONE, NULL, -1};
}

const char *
msg_str(const struct msg *m, const char *field)
{
	return json_string_value(json_object_get(m->body, field));
}

uint64_t
msg_uint(const struct msg *m, const char *field)
{
	return (uint64_t)json_integer_value(json_object_get(m->body, field));
}

bool
msg_bool(const struct msg *m, const char *field)
{
	return json_is_true(json_object_get(m->body, field));
}

uint8_t *
msg_bytes(const struct msg *m, const char *field, size_t *ret_len)
{
	const json_t *v = json_object_get(m->body, field);
	size_t n = json_string_length(v);

	if (!json_is_string(v))
		return NULL;
	/* one more byte, zero: the bytes of a name can be used as a string */
	uint8_t *bytes = mem_alloc(n / 4 * 3 + 1);
	if (!hex_b64_decode(json_string_value(v), n, bytes, &n)) {
		free(bytes);
		return NULL;
	}
	bytes[n] = 0;
	*ret_len = n;
	return bytes;
}

int
msg_take_fd(struct msg *m)
{
	int fd = m->fd;
	m->fd = -1;
	return fd;
}
