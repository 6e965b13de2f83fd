/* SPDX-License-Identifier: ISC */
/* An encrypted volume is opened while the reading is held. */
#ifndef READER_UNLOCK_H
#define READER_UNLOCK_H

#include "src/proc/reader/reader.h"

/*
 * read.unlock: answers reader.unlocked and, when the volume opened, sends its
 * items; the totals are the caller's to send then (ret_opened).  ERR_LIMIT with
 * ret_why when there are more items than a medium may have; else what ended
 * the reader.
 */
enum err reader_unlock(struct reader *, struct msg *, bool *ret_opened, const char **ret_why);

#endif
