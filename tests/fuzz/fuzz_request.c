/* links: src/core/request src/core/field src/core/canon src/core/digest src/core/seal src/core/shape src/core/sshsig src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* A request, a zero byte, and the signature beside it; then the request is asked. */
#include "src/core/digest.h"
#include "src/core/request.h"
#include "src/core/seal.h"

#include <stdint.h>
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
	char why[REQUEST_WHY_SIZE] = "", key[SSHSIG_LINE_SIZE];
	struct request *r = NULL;
	const uint8_t *zero = n > 0 ? memchr(data, 0, n) : NULL;
	size_t first = zero != NULL ? (size_t)(zero - data) : n;
	if (zero != NULL)
		request_verify(data, first, zero + 1, n - first - 1, key);
	enum err e = request_parse(data, first, &r, why);
	if ((e == ERR_OK) != (why[0] == '\0') || (e == ERR_OK && r->texts[REQUEST_ID][0] == 0))
		abort();
	for (size_t i = 0; e == ERR_OK && i < r->nfiles; i++) {
		const struct request_file *f = &r->files[i];
		if (request_find(r, f->name, f->name_len) != i)
			abort();
		request_judge(r, f->name, f->name_len, i, f->sha256, f->bytes, NULL);
	}
	request_free(r);
	return 0;
}
