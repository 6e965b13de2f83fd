/* SPDX-License-Identifier: ISC */
/* What the families that libtsk opens have in common. */
#ifndef MEDIA_TSKFILE_H
#define MEDIA_TSKFILE_H

#include "src/media/content.h"

/* Opens v->fs and fills block_bytes, n_blocks and fs_bytes; type is libtsk's number. */
enum err tskfile_volume(struct volume *, unsigned type, const char **ret_why);
void tskfile_volume_close(struct volume *);
/* Fills file, kind, links and mtime_s from the record inum. */
enum err tskfile_open(struct content *, uint64_t inum);
void tskfile_close(struct content *);
/* content_part for c->attr. */
enum err tskfile_part(struct content *);
enum err tskfile_unpack(struct content *, uint8_t *out, size_t *n);

#endif
