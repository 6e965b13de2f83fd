/* links: src/core/field src/core/canon src/core/digest src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Prints share/doc/FIELDS.md from field.def. */
#include "src/core/field.h"

#include <stdio.h>

int
main(void)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	if (field_print(&out) != ERR_OK || fwrite(out.data, 1, out.len, stdout) != out.len)
		return 3;
	buf_done(&out);
	return fflush(stdout) == 0 ? 0 : 3;
}
