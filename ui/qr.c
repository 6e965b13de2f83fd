/* SPDX-License-Identifier: ISC */
#include "ui/qr.h"

#include <qrencode.h>
#include <stdbool.h>

#define QR_FRAME 4 /* light dots around it */

static bool
qr_is_dark(const QRcode *code, int row, int col)
{
	if (row < 0 || col < 0 || row >= code->width || col >= code->width)
		return false;
	return (code->data[row * code->width + col] & 1) != 0;
}

/* Dark dots are drawn: that is what paper wants. */
static const char *
qr_block(bool upper, bool lower)
{
	static const char *const blocks[2][2] = {
	    {" ", "\xe2\x96\x84"}, {"\xe2\x96\x80", "\xe2\x96\x88"}};
	return blocks[upper][lower];
}

enum err
qr_print(const void *bytes, size_t n, int indent, struct buf *out)
{
	QRcode *code =
	    n <= INT32_MAX ? QRcode_encodeData((int)n, bytes, 0, QR_ECLEVEL_M) : NULL;
	if (code == NULL)
		return ERR_LIMIT;
	for (int row = -QR_FRAME; row < code->width + QR_FRAME; row += 2) {
		buf_addf(out, "%*s", indent, "");
		for (int col = -QR_FRAME; col < code->width + QR_FRAME; col++)
			buf_add_str(out, qr_block(qr_is_dark(code, row, col),
					     qr_is_dark(code, row + 1, col)));
		buf_add_byte(out, '\n');
	}
	QRcode_free(code);
	return out->error;
}
