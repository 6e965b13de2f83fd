/* SPDX-License-Identifier: ISC */
#include "src/media/udfdir.h"
#include "src/media/le.h"
#include "src/media/udfvolume.h"
#include "src/media/wtf8.h"

#include <string.h>

#define HEAD_BYTES  38
#define USE_MAX     4096        /* bytes an implementation may keep with a name */
#define IN_VAIN_MAX (16u << 20) /* bytes whose sum was wrong, of one directory */
#define DIRECTORY   0x02
#define DELETED     0x04
#define PARENT      0x08

bool
udfdir_text(const uint8_t *cs0, size_t n, uint8_t *out, size_t *ret_len, bool *ret_is_name)
{
	uint8_t units[2 * 255];
	size_t k = 0;

	if (n == 0 || n > 255 || (cs0[0] != 8 && cs0[0] != 16))
		return false;
	if (cs0[0] == 16 && n % 2 == 0)
		return false;
	for (size_t i = 1; i < n; k++) {
		units[2 * k + 1] = cs0[0] == 16 ? cs0[i++] : 0;
		units[2 * k] = cs0[i++];
	}
	*ret_len = wtf8_put(units, k, out);
	*ret_is_name = wtf8_is_name(units, k);
	return true;
}

static enum err
udfdir_one(const uint8_t *d, size_t use, entry_fn *fn, void *arg)
{
	uint8_t name[WTF8_SIZE(255)];
	struct entry e = {.name = name, .directory = (d[18] & DIRECTORY) != 0};
	bool is_name = true;

	if (d[18] & (DELETED | PARENT))
		return ERR_OK;
	if (!udfdir_text(d + HEAD_BYTES + use, d[19], name, &e.name_len, &is_name)) {
		e.name_len = wtf8_put_bytes(d + HEAD_BYTES + use, d[19], name);
		e.bad = "its name is in no known alphabet";
	}
	if (!is_name)
		e.bad = ENTRY_BAD_NAME;
	e.record = le32(d + 24) | (uint64_t)le16(d + 28) << UDFDIR_PART_SHIFT;
	return fn(arg, &e);
}

enum err
udfdir_feed(struct udfdir *dir, const uint8_t *bytes, size_t n, bool last, size_t *ret_used,
    entry_fn *fn, void *arg)
{
	size_t at = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && n - at >= HEAD_BYTES) {
		const uint8_t *d = bytes + at;
		size_t use = le16(d + 36), len = (HEAD_BYTES + use + d[19] + 3) / 4 * 4;
		bool fits = le16(d) == UDF_TAG_NAME && use <= USE_MAX;
		if (fits && len > n - at && !last)
			break;
		if (fits && len <= n - at && udfvolume_is_sound(d, len)) {
			err = udfdir_one(d, use, fn, arg);
			at += len;
		} else {
			dir->damaged = true;
			dir->in_vain += fits ? len : 0;
			at = dir->in_vain < IN_VAIN_MAX ? at + 4 : n; /* until the next one */
		}
	}
	if (last && at < n)
		dir->damaged = true;
	*ret_used = at;
	return err;
}
