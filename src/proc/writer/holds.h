/* SPDX-License-Identifier: ISC */
/*
 * What a medium seems to hold, from its first bytes alone, so that whoever is about to lose it
 * can be asked.  Marks at fixed places are compared and nothing is followed.
 */
#ifndef WRITER_HOLDS_H
#define WRITER_HOLDS_H

#include <stddef.h>
#include <stdint.h>

#define HOLDS_BYTES       (68 << 10) /* are looked at */
#define HOLDS_LABEL_BYTES 32

/*
 * A few words that live for ever.  ret_label: bytes of the volume's name as they stand there,
 * without blanks and NULs behind it; none when it has none.
 */
const char *holds_what(const uint8_t *bytes, size_t n, uint8_t ret_label[HOLDS_LABEL_BYTES],
    size_t *ret_label_len);

#endif
