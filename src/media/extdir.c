/* SPDX-License-Identifier: ISC */
#include "src/media/extdir.h"
#include "src/media/le.h"
#include "src/media/wtf8.h"

#include <string.h>

#define HEAD_BYTES 8

void
extdir_init(struct extdir *d, bool typed, uint64_t self)
{
	*d = (struct extdir){.typed = typed, .self = self};
}

static bool
extdir_is_dot(const struct extdir *d, const uint8_t *name, size_t n, uint64_t inode)
{
	if (d->seen == 0)
		return n == 1 && name[0] == '.' && inode == d->self;
	return d->seen == 1 && n == 2 && name[0] == '.' && name[1] == '.';
}

static enum err
extdir_one(
    struct extdir *d, uint64_t inode, const uint8_t *raw, size_t n, entry_fn *fn, void *arg)
{
	uint8_t name[2 * 256];
	struct entry entry = {.name = name, .record = inode};

	bool dot = extdir_is_dot(d, raw, n, inode);
	d->seen++;
	if (dot)
		return ERR_OK;
	entry.name_len = wtf8_put_bytes(raw, n, name);
	if (entry.name_len != n)
		entry.bad = ENTRY_BAD_NAME;
	return fn(arg, &entry);
}

enum err
extdir_feed(struct extdir *d, const uint8_t *block, size_t n, entry_fn *fn, void *arg)
{
	for (size_t at = 0; at + HEAD_BYTES <= n;) {
		const uint8_t *e = block + at;
		uint64_t inode = le32(e);
		size_t record = le16(e + 4);
		size_t name = d->typed ? e[6] : le16(e + 6);
		if (n >= 65536 && (record == 0 || record == 65535))
			record = 65536; /* how a 64 KiB block says "all of it" */
		if (record < HEAD_BYTES || record % 4 != 0 || record > n - at ||
		    (inode != 0 && (name > record - HEAD_BYTES || name > 255))) {
			d->damaged = true;
			return ERR_OK;
		}
		if (inode != 0) {
			enum err err = extdir_one(d, inode, e + HEAD_BYTES, name, fn, arg);
			if (err != ERR_OK)
				return err;
		}
		at += record;
	}
	return ERR_OK;
}
