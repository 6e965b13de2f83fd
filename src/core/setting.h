/* SPDX-License-Identifier: ISC */
/*
 * Configuration text, read strictly: printable ASCII, no includes, every key
 * known, every value of its type and in its range.  The first error sticks,
 * with a sentence and its line; a reader asks for everything and looks once
 * at the end.  The only user of libconfig for policies and station.conf.
 */
#ifndef CORE_SETTING_H
#define CORE_SETTING_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SETTING_WHY_SIZE 256

struct setting_file;
struct setting; /* a group, list, array or value inside a file */

/* Always gives a file, even when the text is wrong: see setting_error. */
struct setting_file *setting_open(const void *text, size_t n, size_t max_bytes);
void setting_free(struct setting_file *);
enum err setting_error(const struct setting_file *);
const char *setting_why(const struct setting_file *);
/* Records an error of the reader's own at this setting, unless there is one. */
void setting_fail(struct setting_file *, const struct setting *, enum err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

const struct setting *setting_root(const struct setting_file *);
unsigned setting_line(const struct setting *);
/* Fails on any key of the group that is not in the list (ends with NULL). */
void setting_keys(struct setting_file *, const struct setting *group, const char *const *known);
bool setting_has(const struct setting *group, const char *key);

/*
 * Values.  An absent key gives `otherwise`; NULL from setting_text with
 * otherwise == NULL means a failure: the key is required.  Texts live as
 * long as the file.
 */
const char *setting_text(struct setting_file *, const struct setting *group, const char *key,
    size_t max_bytes, const char *otherwise);
/* Also "10M": a text of digits with K, M, G or T. */
uint64_t setting_number(struct setting_file *, const struct setting *group, const char *key,
    uint64_t min, uint64_t max, uint64_t otherwise);
bool setting_truth(
    struct setting_file *, const struct setting *group, const char *key, bool otherwise);

/* A list of groups: how many (0 when absent; more than max fails), and each. */
size_t setting_groups(
    struct setting_file *, const struct setting *group, const char *key, size_t max);
const struct setting *setting_group(const struct setting *group, const char *key, size_t i);
/* A sub-group, or NULL when absent. */
const struct setting *setting_sub(
    struct setting_file *, const struct setting *group, const char *key);

/* One text, or an array or list of texts: how many (0 when absent), and each. */
size_t setting_words(
    struct setting_file *, const struct setting *group, const char *key, size_t max);
const char *setting_word(const struct setting *group, const char *key, size_t i);

#endif
