/* SPDX-License-Identifier: ISC */
/* What the files of table.h share. */
#ifndef MEDIA_TABLE_IN_H
#define MEDIA_TABLE_IN_H

#include "src/media/table.h"

#define TABLE_PLACES (LIM_VOLUMES + 8)

/* What is being put together. */
struct table_work {
	table_read_fn *read;
	void *arg;
	uint64_t bytes;
	unsigned sector;
	struct table *t;
};

/* Room for one is always there: see TABLE_PLACES. */
void table_place(struct table_work *, uint64_t offset, uint64_t bytes);
/* Adds a partition of `sectors` from `first`, cut at the medium's end; NULL behind the limit.
 */
struct table_extent *table_add(struct table_work *, uint64_t first, uint64_t sectors);
void table_note(struct table_work *, bool damage, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* --- table_gpt.c --- */
/* Tries a GPT with this sector size; ERR_NOTFOUND when there is none. */
enum err table_gpt(struct table_work *, unsigned sector);
/* True when a valid first header exists. */
bool table_gpt_is_there(struct table_work *);

/* --- table_types.c --- */
/* What a type is for, where that is worth a word, or NULL; "0x27" or a GUID. */
const char *table_types_find(const char *type, bool *ret_hidden);

#endif
