/* SPDX-License-Identifier: ISC */
#include "ui/release.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/watch.h"

#include <string.h>

int
release_follow(struct ui *ui, const char *transfer)
{
	struct watch w;
	int status = watch(ui, transfer, &w);
	if (status != UI_DONE || w.left)
		return status;
	print_out("%s%s  %s\n", desk_mark(ui), transfer, w.state);
	if (strcmp(w.state, "RELEASED") == 0 || strcmp(w.state, "CLOSED") == 0) {
		print_folded("  next: ", 8,
		    "hand the medium back, then: sallyport --as ID close %s --disposition TEXT",
		    transfer);
		return UI_DONE;
	}
	print_problemf("remove the cause, then: sallyport --as ID release TRANSFER",
	    "the release of %s did not end: %s", transfer,
	    w.why[0] != '\0' ? w.why : "see the log of sallyportd");
	return UI_FAULT;
}
