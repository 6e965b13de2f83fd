/* links: src/core/tlog src/core/note src/core/merkle src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/utf8 src/core/note_why */
/* SPDX-License-Identifier: ISC */
/* A proof or a request that is taken has no other spelling. */
#include "src/core/tlog.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
fuzz_same(struct buf *again, const uint8_t *bytes, size_t n)
{
	if (again->error != ERR_OK || again->len != n || memcmp(again->data, bytes, n) != 0)
		abort();
	buf_done(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct tlog_proof p;
	struct tlog_request r;
	struct buf again;
	buf_init(&again, LIM_TLOG_BYTES);
	if (tlog_proof_parse(bytes, n, &p) == ERR_OK) {
		tlog_proof_print(&p, &again);
		fuzz_same(&again, bytes, n);
	} else if (tlog_request_parse(bytes, n, &r) == ERR_OK) {
		tlog_request_print(&r, &again);
		fuzz_same(&again, bytes, n);
	}
	buf_done(&again);
	return 0;
}
