/* SPDX-License-Identifier: ISC */
/*
 * Proofs as text: that an entry is in a log (C2SP tlog-proof), and what a witness is
 * asked (the body of C2SP tlog-witness add-checkpoint; as a file it is the same bytes).
 * Both end with a blank line and the checkpoint, which is not judged here.
 */
#ifndef CORE_TLOG_H
#define CORE_TLOG_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/core/merkle.h"

#include <stddef.h>
#include <stdint.h>

/* Pointers lead into what was parsed. */
struct tlog_proof {
	uint64_t index;
	struct merkle_proof proof;
	const char *extra; /* base64, as it stands there; NULL: none */
	size_t extra_len;
	const char *checkpoint;
	size_t checkpoint_len;
};

/* Appends it; of extra nothing but its base64, which the caller made. */
enum err tlog_proof_print(const struct tlog_proof *, struct buf *);
/* ERR_SYNTAX; ERR_LIMIT above LIM_TLOG_BYTES or LIM_PROOF_NODES. */
enum err tlog_proof_parse(const void *bytes, size_t n, struct tlog_proof *ret);

struct tlog_request {
	uint64_t old; /* size the witness has cosigned last; 0: none, and no proof */
	struct merkle_proof proof;
	const char *checkpoint;
	size_t checkpoint_len;
};

enum err tlog_request_print(const struct tlog_request *, struct buf *);
/* As above, with LIM_TLOG_REQUEST_NODES. */
enum err tlog_request_parse(const void *bytes, size_t n, struct tlog_request *ret);

#endif
