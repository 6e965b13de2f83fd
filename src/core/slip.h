/* SPDX-License-Identifier: ISC */
/* The requester's slip: what went and where it is, what did not and why. */
#ifndef CORE_SLIP_H
#define CORE_SLIP_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <jansson.h>

/* Appends the slip as plain text; tree is from report_build. */
enum err slip_print(const json_t *tree, struct buf *out);

#endif
