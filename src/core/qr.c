/* SPDX-License-Identifier: ISC */
#include "src/core/qr.h"

#include <qrencode.h>
#include <string.h>

enum err
qr_make(const char *text, struct qr *ret)
{
	const size_t n = strlen(text);
	if (n == 0 || n > QR_TEXT_BYTES)
		return ERR_LIMIT;
	QRcode *code = QRcode_encodeData((int)n, (const unsigned char *)text, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return ERR_LIMIT;
	const size_t side = (size_t)code->width;
	enum err e = side <= QR_SIDE_MAX ? ERR_OK : ERR_LIMIT;
	if (e == ERR_OK) {
		ret->side = side;
		for (size_t i = 0; i < side * side; i++)
			ret->dark[i] = (code->data[i] & 1) != 0;
	}
	QRcode_free(code);
	return e;
}
