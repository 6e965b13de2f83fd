/* links: src/core/sigset src/core/digest src/core/seal src/core/sshsig src/base/buf src/base/clock src/base/err src/base/hex src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
/* The list of a set, a zero byte, and the signature beside it; what is taken is printed the
 * same. */
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/core/sigset.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	digest_init();
	return seal_init() == ERR_OK ? 0 : 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char why[SIGSET_WHY_SIZE] = "";
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	struct sigset *s = NULL;
	const uint8_t *zero = n > 0 ? memchr(data, 0, n) : NULL;
	size_t first = zero != NULL ? (size_t)(zero - data) : n;
	if (zero != NULL)
		sigset_verify(data, first, zero + 1, n - first - 1, public);
	enum err e = sigset_parse(data, first, &s, why);
	if ((e == ERR_OK) != (why[0] == '\0'))
		abort();
	if (e == ERR_OK) {
		struct buf out;
		buf_init(&out, n);
		if (sigset_print(s, &out) != ERR_OK || out.len != first ||
		    memcmp(out.data, data, first) != 0)
			abort();
		buf_done(&out);
	}
	sigset_free(s);
	return 0;
}
