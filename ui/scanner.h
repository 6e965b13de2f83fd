/* SPDX-License-Identifier: ISC */
/* A scanner as the desk tells of it, in words: its signatures, last test, and pace. */
#ifndef UI_SCANNER_H
#define UI_SCANNER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define SCANNER_TEXT_SIZE 192

/* "27000 of 2026-11-20, 3 days old"; "" when it says nothing of signatures. */
void scanner_signatures(const json_t *row, char out[SCANNER_TEXT_SIZE]);
/* "2026-11-23 08:00Z, passed"; "" when it never was tested. */
void scanner_tested(const json_t *row, char out[SCANNER_TEXT_SIZE]);
/* "1,234 objects, 890 a second, median 0.8 ms, 99 % within 3.2 ms"; "" before the first. */
void scanner_pace(const json_t *row, char out[SCANNER_TEXT_SIZE]);
/* "0.8 ms", "12 s": microseconds for a person. */
void scanner_time(uint64_t us, char out[16]);

#endif
