/* SPDX-License-Identifier: ISC */
#include "src/media/volume.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/media/ext.h"
#include "src/media/family.h"
#include "src/media/fat.h"
#include "src/media/hfs.h"
#include "src/media/iso.h"
#include "src/media/ntfs.h"
#include "src/media/udf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The families that are read; probe.c has the same list as a column. */
static const struct family *(*const families[PROBE_KIND__MAX])(void) = {
    [PROBE_NTFS] = ntfs_family,
    [PROBE_EXFAT] = fat_family,
    [PROBE_FAT] = fat_family,
    [PROBE_EXT] = ext_family,
    [PROBE_HFS_PLUS] = hfs_family,
    [PROBE_UDF] = udf_family,
    [PROBE_ISO9660] = iso_family,
};

enum err
volume_open(struct image *image, enum probe_kind mark, uint64_t offset, uint64_t bytes,
    struct volume *ret_volume, const char **ret_why)
{
	struct volume v = {.image = image,
	    .family = families[mark] == NULL ? NULL : families[mark](),
	    .mark = mark,
	    .offset_bytes = offset,
	    .bytes = bytes};
	uint64_t failures = image_failures(image);

	*ret_why = "is damaged";
	enum err err = v.family == NULL ? ERR_SYNTAX : v.family->open(&v, ret_why);
	if (err == ERR_IO || image_failures(image) != failures) {
		*ret_why = "could not be read from the medium";
		err = ERR_IO;
	}
	if (err != ERR_OK) {
		volume_done(&v);
		return ERR_SYNTAX;
	}
	*ret_volume = v;
	return ERR_OK;
}

void
volume_done(struct volume *v)
{
	if (v->family != NULL)
		v->family->close(v);
	free(v->notes);
	*v = (struct volume){0};
}

void
volume_note(struct volume *v, uint64_t bytes, enum item_state state, const char *fmt, ...)
{
	va_list ap;

	if (v->n_notes == LIM_VOLUME_NOTES)
		return;
	if (v->notes == NULL)
		v->notes = mem_array(LIM_VOLUME_NOTES, sizeof(*v->notes));
	struct volume_note *n = &v->notes[v->n_notes++];
	n->bytes = bytes;
	n->state = state;
	if (v->n_notes == LIM_VOLUME_NOTES) {
		snprintf(n->text, sizeof(n->text), "there is more to tell than fits here");
		return;
	}
	va_start(ap, fmt);
	vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
}

enum err
volume_read(struct volume *v, uint64_t at, void *out, size_t n)
{
	if (at > INT64_MAX)
		return ERR_RANGE;
	return image_read(v->image, v->offset_bytes + at, out, n);
}

enum err
volume_read_fn(void *arg, uint64_t at, void *out, size_t n)
{
	return volume_read(arg, at, out, n);
}

size_t
volume_block_bytes(const struct volume *v)
{
	return v->block_bytes;
}
