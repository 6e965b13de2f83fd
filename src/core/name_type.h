/* SPDX-License-Identifier: ISC */
/*
 * What a name promises about the content: extensions and the types they may
 * have.  Called by name_judge for each item.
 */
#ifndef CORE_NAME_TYPE_H
#define CORE_NAME_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All strings are printable ASCII; detail lives for the call. */
typedef void name_type_fn(void *arg, const char *rule, const char *class, const char *severity,
    const char *title, const char *detail);

/*
 * Judges one component: double extension, partial download, leavings of
 * operating systems, and whether the detected type is one that the extension
 * may have.  type and mime may be NULL or "" when they are not known.
 */
void name_type_judge(const uint8_t *name, size_t len, const char *kind, const char *type,
    const char *mime, bool executable, name_type_fn *fn, void *arg);

#endif
