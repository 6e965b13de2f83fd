/* SPDX-License-Identifier: ISC */
/*
 * Memory for secrets of others (passphrases of encrypted volumes): never
 * written to swap or a core file, wiped when it is given back.  Keys of the
 * station are in src/core/seal.h.
 */
#ifndef BASE_PIN_H
#define BASE_PIN_H

#include <stddef.h>
#include <stdint.h>

/* n zero bytes; NULL, with errno, when the system has no memory to lock. */
uint8_t *pin_new(size_t n);
/* Wipes and gives back what pin_new gave for n; NULL is fine. */
void pin_free(uint8_t *, size_t n);

#endif
