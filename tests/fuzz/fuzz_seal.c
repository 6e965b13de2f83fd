/* links: src/core/seal src/core/sshsig src/core/digest src/base/buf src/base/io src/base/mem src/base/hex */
/* SPDX-License-Identifier: ISC */
/* Key files: the part that is read without a passphrase. */
#include "src/base/hex.h"
#include "src/core/digest.h"
#include "src/core/seal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct seal_header h;
	uint8_t sum[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	struct buf file;
	if (seal_init() != ERR_OK)
		abort();
	seal_header_parse(bytes, n, &h);
	/* the same with a sum that is right, or nothing behind it is ever reached */
	buf_init(&file, 2 * LIM_KEY_FILE_BYTES);
	buf_add(&file, bytes, n);
	digest_sha256(bytes, n, sum);
	hex_encode(sum, sizeof(sum), hex);
	buf_addf(&file, "sum %s\n", hex);
	if (file.error == ERR_OK && seal_header_parse(file.data, file.len, &h) == ERR_OK &&
	    (h.ops < 2 || h.mem_bytes < (64 << 20) || strlen(h.officer) > LIM_PERSON_ID_BYTES))
		abort();
	buf_done(&file);
	return 0;
}
