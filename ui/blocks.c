/* SPDX-License-Identifier: ISC */
#include "ui/blocks.h"

#define BLOCKS_FRAME 4 /* light dots around it */

static bool
blocks_is_dark(const struct qr *code, int row, int col)
{
	const int side = (int)code->side;
	if (row < 0 || col < 0 || row >= side || col >= side)
		return false;
	return code->dark[row * side + col];
}

/* Dark dots are drawn: that is what paper wants. */
static const char *
blocks_of(bool upper, bool lower)
{
	static const char *const blocks[2][2] = {
	    {" ", "\xe2\x96\x84"}, {"\xe2\x96\x80", "\xe2\x96\x88"}};
	return blocks[upper][lower];
}

enum err
blocks_print(const struct qr *code, int indent, struct buf *out)
{
	const int end = (int)code->side + BLOCKS_FRAME;
	for (int row = -BLOCKS_FRAME; row < end; row += 2) {
		buf_addf(out, "%*s", indent, "");
		for (int col = -BLOCKS_FRAME; col < end; col++)
			buf_add_str(out, blocks_of(blocks_is_dark(code, row, col),
					     blocks_is_dark(code, row + 1, col)));
		buf_add_byte(out, '\n');
	}
	return out->error;
}
