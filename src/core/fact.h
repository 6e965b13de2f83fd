/* SPDX-License-Identifier: ISC */
/*
 * Facts of a report: JSON objects whose texts are all printable ASCII.  What
 * already is stays as it is; anything else goes through the escaper.
 */
#ifndef CORE_FACT_H
#define CORE_FACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* NULL stands for "". */
void fact_text(json_t *object, const char *key, const char *text);
void fact_uint(json_t *object, const char *key, uint64_t value);
void fact_bool(json_t *object, const char *key, bool value);
void fact_hex(json_t *object, const char *key, const uint8_t digest[32]);
/* Takes the reference of value. */
void fact_put(json_t *object, const char *key, json_t *value);
/* Copies these fields ("a b c") from another object; absent ones are left out. */
void fact_copy(json_t *object, const json_t *from, const char *keys);
/* A copy of any value with all its texts made printable; caller decrefs. */
json_t *fact_value(const json_t *);

/* Reading back: "" and 0 when absent. */
const char *fact_str(const json_t *object, const char *key);
uint64_t fact_num(const json_t *object, const char *key);

#endif
