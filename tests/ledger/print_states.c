/* links: src/core/transfer src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Prints share/doc/STATES.md from transfer.def. */
#include "src/core/transfer.h"

#include <stdio.h>

int
main(void)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	if (transfer_print(&out) != ERR_OK || fwrite(out.data, 1, out.len, stdout) != out.len)
		return 3;
	buf_done(&out);
	return fflush(stdout) == 0 ? 0 : 3;
}
