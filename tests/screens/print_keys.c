/* links: @ui */
/* SPDX-License-Identifier: ISC */
/* Prints the key table of sallyport-screens(7) from keys.def and acts.def. */
#include "ui/act.h"

#include <stdio.h>

int
main(void)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	act_print_manual(&out);
	if (out.error != ERR_OK || fwrite(out.data, 1, out.len, stdout) != out.len)
		return 3;
	buf_done(&out);
	return fflush(stdout) == 0 ? 0 : 3;
}
