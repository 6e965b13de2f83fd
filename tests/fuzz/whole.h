/* SPDX-License-Identifier: ISC */
/*
 * A whole medium from a fuzzer's input: pieces of {sector, length, bytes}, so
 * that a small input makes a large image.  whole_read opens it as the reader
 * does, lists it and reads it.
 */
#ifndef TESTS_FUZZ_WHOLE_H
#define TESTS_FUZZ_WHOLE_H

#include <stddef.h>
#include <stdint.h>

#define WHOLE_BYTES (1u << 20)
#define WHOLE_MOST  (48u << 20)

/* Fills a zeroed image of WHOLE_BYTES. */
void whole_fill(uint8_t *image, const uint8_t *data, size_t n);
void whole_read(const uint8_t *image);

/* A zeroed medium of so many bytes, at most WHOLE_MOST, to be filled. */
uint8_t *whole_medium(uint64_t bytes);
/* Lists it, and reads the beginning and the end of every file. */
void whole_look(void);

#endif
