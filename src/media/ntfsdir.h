/* SPDX-License-Identifier: ISC */
/*
 * NTFS directory indexes ($I30): the root in the file record, then index
 * records.  Names are UTF-16 units, kept exactly.
 */
#ifndef MEDIA_NTFSDIR_H
#define MEDIA_NTFSDIR_H

#include "src/media/entry.h"

/* Value of $INDEX_ROOT.  ret_record_bytes: size of one index record. */
enum err ntfsdir_root(
    const uint8_t *value, size_t n, uint32_t *ret_record_bytes, entry_fn *, void *arg);
/*
 * One index record, changed in place (its fixups are undone).  ERR_SYNTAX when
 * the record is damaged.
 */
enum err ntfsdir_record(uint8_t *record, size_t n, entry_fn *, void *arg);
/*
 * Undoes the fixups of any record: the last two bytes of each sector were
 * swapped with a sequence number.  ERR_SYNTAX when a write was torn.
 */
enum err ntfsdir_fixup(uint8_t *record, size_t n);

/* The records that a node points to: what systems walk, whatever the bitmap says. */
void ntfsdir_children(
    const uint8_t *node, size_t n, void (*fn)(void *arg, uint64_t vcn), void *arg);

#endif
