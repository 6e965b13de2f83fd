/* SPDX-License-Identifier: ISC */
/* scanners --check: a program of its own does it; no station is needed. */
#include "src/base/mem.h"
#include "src/ipc/spawn.h"
#include "ui/cmd_scanners.h"
#include "ui/command.h"
#include "ui/print.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int
cmd_scanners_check(struct args *a)
{
	char *argv[6];
	size_t n = 0;
	MEM_FREE char *program = spawn_path("sallyport-check");
	argv[n++] = mem_strdup("sallyport-check");
	if (args_has(a, "engine")) {
		argv[n++] = mem_strdup("-e");
		argv[n++] = mem_strdup(args_text(a, "engine"));
	}
	argv[n++] = mem_strdup("--");
	argv[n++] = mem_strdup(args_text(a, "check"));
	argv[n] = NULL;
	print_finish();
	execv(program, argv);
	print_problemf("install it with the other programs of the station",
	    "%s cannot be started: %s", program, strerrordesc_np(errno));
	return UI_FAULT;
}
