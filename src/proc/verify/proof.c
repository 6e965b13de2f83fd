/* SPDX-License-Identifier: ISC */
#include "src/proc/verify/proof.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/note.h"

#include <string.h>

#define PROOF_HEAD "c2sp.org/tlog-proof@v1"

struct line {
	const char *at;
	size_t len;
};

/* One line without its LF; false at the end and before the blank line. */
static bool
next_line(const char **rest, struct line *ret)
{
	const char *end = strchr(*rest, '\n');
	if (end == NULL || end == *rest)
		return false;
	*ret = (struct line){*rest, (size_t)(end - *rest)};
	*rest = end + 1;
	return true;
}

static bool
is_text(struct line l, const char *text)
{
	return l.len == strlen(text) && memcmp(l.at, text, l.len) == 0;
}

bool
proof_parse(const char *text, size_t n, uint64_t *ret_index, struct merkle_proof *ret,
    const char **ret_note)
{
	uint64_t index;
	const char *rest = text;
	struct line line;
	struct merkle_proof proof = {.count = 0};
	if (strlen(text) != n || !next_line(&rest, &line) || !is_text(line, PROOF_HEAD) ||
	    !next_line(&rest, &line))
		return false;
	if (line.len > 6 && memcmp(line.at, "extra ", 6) == 0 && !next_line(&rest, &line))
		return false;
	if (line.len < 7 || memcmp(line.at, "index ", 6) != 0 ||
	    !note_size_parse(line.at + 6, line.len - 6, &index))
		return false;
	while (next_line(&rest, &line)) {
		uint8_t node[MERKLE_SIZE + 4];
		size_t node_len;
		if (proof.count == LIM_PROOF_NODES ||
		    line.len != HEX_B64_SIZE(MERKLE_SIZE) - 1 ||
		    !hex_b64_decode(line.at, line.len, node, &node_len) ||
		    node_len != MERKLE_SIZE)
			return false;
		memcpy(proof.nodes[proof.count++], node, MERKLE_SIZE);
	}
	if (*rest != '\n')
		return false;
	*ret_index = index;
	*ret = proof;
	*ret_note = rest + 1;
	return true;
}
