/* SPDX-License-Identifier: ISC */
/*
 * What the images in ports were when they were opened.  The record has the second; another
 * image under the name of the first can lie there within it.
 */
#ifndef DESK_IMAGE_H
#define DESK_IMAGE_H

#include "src/proc/desk/desk.h"

/* The transfer's medium is opened (again), as it was changed last (io_changed_ns). */
void image_opened(struct desk *, const char *transfer, int64_t changed_ns);
/*
 * Whether what was changed then is what was opened for the transfer.  Of what was opened
 * before the desk began, or long ago, only the second is known: opened_s.
 */
bool image_is_of(
    const struct desk *, const char *transfer, int64_t opened_s, int64_t changed_ns);
void image_end(struct desk *);

#endif
