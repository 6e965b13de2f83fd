/* SPDX-License-Identifier: ISC */
#include "ui/keyslot.h"
#include "src/base/io.h"
#include "src/base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const char *const keyslot_ends[KEYSLOT_TOKENS] = {"key", "key.next"};
#define KEYSLOTS (sizeof(keyslot_ends) / sizeof(keyslot_ends[0]))

static enum err
keyslot_load(int keys_fd, const char *id, size_t i, struct keyslot *ret)
{
	struct keyslot k = {.file = NULL};
	snprintf(k.name, sizeof(k.name), "%s.%s", id, keyslot_ends[i]);
	MEM_CLOSE int fd =
	    keys_fd < 0 ? -1 : openat(keys_fd, k.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, LIM_KEY_FILE_BYTES, &k.file, &k.n) != ERR_OK)
		return ERR_NOTFOUND;
	*ret = k;
	return ERR_OK;
}

static bool
keyslot_has(const struct keyslot *k, const uint8_t *public_key)
{
	struct seal_header h;
	struct tokenfile t;
	if (public_key != NULL && tokenfile_parse(k->file, k->n, &t) == ERR_OK)
		return memcmp(t.public, public_key, sizeof(t.public)) == 0;
	return public_key != NULL && seal_header_parse(k->file, k->n, &h) == ERR_OK &&
	       memcmp(h.public, public_key, sizeof(h.public)) == 0;
}

enum err
keyslot_read(int keys_fd, const char *id, const uint8_t *public_key, struct keyslot *ret)
{
	for (size_t i = 0; i < KEYSLOTS; i++) {
		struct keyslot k;
		if (keyslot_load(keys_fd, id, i, &k) != ERR_OK)
			continue;
		if (keyslot_has(&k, public_key)) {
			*ret = k;
			return ERR_OK;
		}
		keyslot_done(&k);
	}
	return keyslot_load(keys_fd, id, 0, ret);
}

bool
keyslot_any_token(int keys_fd, const char *id)
{
	bool any = false;
	for (size_t i = 0; i < KEYSLOTS; i++) {
		struct keyslot k;
		if (keyslot_load(keys_fd, id, i, &k) != ERR_OK)
			continue;
		any |= tokenfile_is(k.file, k.n);
		keyslot_done(&k);
	}
	return any;
}

size_t
keyslot_tokens(int keys_fd, const char *id, struct tokenfile ret[KEYSLOT_TOKENS])
{
	size_t n = 0;
	for (size_t i = 0; i < KEYSLOTS; i++) {
		struct keyslot k;
		if (keyslot_load(keys_fd, id, i, &k) != ERR_OK)
			continue;
		if (tokenfile_parse(k.file, k.n, &ret[n]) == ERR_OK)
			n++;
		keyslot_done(&k);
	}
	return n;
}

void
keyslot_done(struct keyslot *k)
{
	free(k->file);
	*k = (struct keyslot){.file = NULL};
}

void
keyslot_free_name(
    int keys_fd, const char *id, const uint8_t *public_key, char ret_name[KEYSLOT_NAME_SIZE])
{
	struct keyslot k = {.file = NULL};
	bool taken = keyslot_load(keys_fd, id, 0, &k) == ERR_OK && keyslot_has(&k, public_key);
	snprintf(ret_name, KEYSLOT_NAME_SIZE, "%s.%s", id, keyslot_ends[taken]);
	keyslot_done(&k);
}
