/* SPDX-License-Identifier: ISC */
/*
 * A sample of what was delivered, for an auditor: drawn from the record alone, so that
 * anybody can draw it again.  The auditor brings the seed; the root binds it to the log.
 *
 * The files of all deliveries that stand, in the order the transfers were opened and each
 * in the order of its manifest, are numbered from 0.  The numbers drawn are the first eight
 * bytes, big-endian, of
 *   SHA-256("sallyport-sample-v1\n" root "\n" seed "\n" counter "\n")
 * for counter 0, 1, ..., modulo their count; one at or above the largest multiple of the
 * count, or drawn before, is left out.
 */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H

#include "src/core/custody.h"

/* True for [A-Za-z0-9._-]{1,64}. */
bool sample_seed_ok(const char *seed);
/*
 * Draws n files, or all when there are no more, over the custody log as it is.  The text
 * is what the entry audit.sample names: a head, and "<transfer> <file>" for each, in the
 * order drawn; files count from 1, as the lines of a manifest do.  ERR_NOTFOUND when
 * nothing was delivered.
 */
enum err sample_draw(
    const struct custody *, const char *seed, uint64_t n, struct buf *out, uint64_t *ret_drawn);

/* Samples of the record, in the order they were drawn. */
size_t sample_count(const struct custody *);
const struct custody_sample *sample_at(const struct custody *, size_t i);

#endif
