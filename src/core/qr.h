/* SPDX-License-Identifier: ISC */
/* A QR code of a short text: the only user of libqrencode. */
#ifndef CORE_QR_H
#define CORE_QR_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define QR_TEXT_BYTES 1024 /* longest text */
#define QR_SIDE_MAX   177  /* modules on a side */

struct qr {
	size_t side; /* modules, without the quiet zone of 4 that belongs around it */
	bool dark[QR_SIDE_MAX * QR_SIDE_MAX]; /* row by row */
};

/* Error correction M, 8-bit.  ERR_LIMIT for a text longer than QR_TEXT_BYTES. */
enum err qr_make(const char *text, struct qr *ret);

#endif
