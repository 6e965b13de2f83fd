/* SPDX-License-Identifier: ISC */
/* verify: the separate verifier does it; this only knows where the station's ledger is. */
#include "src/base/mem.h"
#include "src/ipc/spawn.h"
#include "ui/command.h"
#include "ui/print.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int
cmd_verify(struct ui *ui, struct args *a)
{
	char *argv[2 * LIM_OPTIONS + 8];
	const struct arg *anchor;
	size_t n = 0;
	MEM_FREE char *own = mem_printf("%s/ledger/ledger.db", ui->home);
	MEM_FREE char *program = spawn_path("sallyport-verify");
	const char *ledger = args_text(a, "ledger");
	argv[n++] = mem_strdup("sallyport-verify");
	if (ledger == NULL && !args_has(a, "FOLDER"))
		ledger = own;
	if (ledger == own && access(own, R_OK) != 0) {
		print_problemf(
		    "run it as the ledger's user (installed: runuser -u sallyport-ledger -- "
		    "sallyport verify), or name a copy: --ledger FILE",
		    "the ledger %s cannot be read: %s", own, strerrordesc_np(errno));
		return UI_FAULT;
	}
	if (args_has(a, "json"))
		argv[n++] = mem_strdup("--json");
	if (args_has(a, "genesis")) {
		argv[n++] = mem_strdup("--genesis");
		argv[n++] = mem_strdup(args_text(a, "genesis"));
	}
	if (ledger != NULL)
		argv[n++] = mem_strdup(ledger);
	for (size_t i = 0; (anchor = args_at(a, "anchor", i)) != NULL; i++) {
		argv[n++] = mem_strdup("--anchor");
		argv[n++] = mem_strdup(anchor->value);
	}
	if (args_has(a, "FOLDER"))
		argv[n++] = mem_strdup(args_text(a, "FOLDER"));
	argv[n] = NULL;
	print_finish();
	execv(program, argv);
	print_problemf("install it beside sallyport", "%s cannot be started: %s", program,
	    strerrordesc_np(errno));
	return UI_FAULT;
}
