/* links: src/proc/verify/proof src/core/merkle src/core/note src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/utf8 src/base/err src/core/note_why */
/* SPDX-License-Identifier: ISC */
/* A tlog-proof that is accepted has no other spelling, and proves nothing about a leaf of our
 * own. */
#include "src/proc/verify/proof.h"
#include "src/base/buf.h"
#include "src/base/hex.h"
#include "src/base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const uint8_t leaf[MERKLE_SIZE] = "a leaf that nobody has put there";
	struct merkle_proof p;
	const char *note;
	uint64_t index;
	struct buf again;
	MEM_FREE char *text = mem_dup(bytes, n);
	if (!proof_parse(text, n, &index, &p, &note))
		return 0;
	buf_init(&again, n + 1);
	buf_add_str(&again, "c2sp.org/tlog-proof@v1\n");
	if (strncmp(text + again.len, "extra ", 6) == 0)
		buf_add(&again, text + again.len, strcspn(text + again.len, "\n") + 1);
	buf_addf(&again, "index %" PRIu64 "\n", index);
	for (size_t i = 0; i < p.count; i++) {
		char node[HEX_B64_SIZE(MERKLE_SIZE)];
		hex_b64_encode(p.nodes[i], MERKLE_SIZE, node);
		buf_addf(&again, "%s\n", node);
	}
	buf_addf(&again, "\n%s", note);
	if (again.len != n || memcmp(again.data, bytes, n) != 0)
		abort();
	buf_done(&again);
	if (merkle_inclusion_check(1000, index, leaf, &p, leaf) == ERR_OK)
		abort();
	return 0;
}
