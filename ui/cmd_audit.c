/* SPDX-License-Identifier: ISC */
/* For an auditor: a sample of what was delivered, and his word on what he found of it. */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/sign.h"

#include <stdlib.h>
#include <string.h>

/* One line of the list, as the command that checks the file; false when it is none. */
static bool
audit_print_file(const char *line, size_t n)
{
	char transfer[TRANSFER_ID_SIZE];
	const char *blank = memchr(line, ' ', n);
	size_t len = blank != NULL ? (size_t)(blank - line) : 0;
	if (len == 0 || len >= sizeof(transfer))
		return false;
	memcpy(transfer, line, len);
	transfer[len] = '\0';
	print_out("(cd transfers/%s/files && sed -n %sp ../MANIFEST.sha256 | sha256sum -c)\n",
	    transfer, blank + 1);
	return true;
}

/* The head is told apart from what was drawn by the line that says how many. */
static bool
audit_print_list(char *text)
{
	char *files = strstr(text, "\ndrawn ");
	files = files != NULL ? strchr(files + 1, '\n') : NULL;
	if (files == NULL)
		return false;
	for (char *line = files + 1, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (!audit_print_file(line, (size_t)(end - line)))
			return false;
	}
	return true;
}

/* The list is the one that the entry names. */
static int
audit_show(struct ui *ui, const char *sha256)
{
	struct msg m;
	MEM_FREE uint8_t *bytes = NULL;
	size_t n = 0;
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	int status = desk_call(
	    ui, MSG_UI_GET, json_pack("{s:s}", "sha256", sha256), -1, MSG_DESK_DOC, &m);
	if (status != UI_DONE)
		return status;
	enum err e = io_memfd_read(m.fd, LIM_SAMPLE_BYTES, &bytes, &n);
	msg_done(&m);
	if (e == ERR_OK) {
		digest_sha256(bytes, n, digest);
		hex_encode(digest, sizeof(digest), hex);
	}
	if (e == ERR_OK && strcmp(hex, sha256) == 0) {
		MEM_FREE char *text = mem_printf("%.*s", (int)n, (const char *)bytes);
		if (audit_print_list(text))
			return UI_DONE;
	}
	print_problem("the list of what was drawn is not the one that was recorded",
	    "an administrator verifies the record");
	return UI_FAULT;
}

int
cmd_audit_sample(struct ui *ui, struct args *a)
{
	struct msg m;
	int status = desk_call(ui, MSG_UI_SAMPLE,
	    json_pack("{s:i, s:s}", "n", args_number(a, "n", 0), "seed", args_text(a, "seed")),
	    -1, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	unsigned long long count = msg_uint(&m, "count");
	MEM_FREE char *leaf = mem_strdup(msg_str(&m, "leaf"));
	MEM_FREE char *document = mem_strdup(msg_str(&m, "text"));
	msg_done(&m);
	print_out("# %ssample of %llu files, list %s\n", desk_mark(ui), count, document);
	print_out("# on the enclave, in the folder of the share:\n");
	status = audit_show(ui, document);
	if (status == UI_DONE)
		print_out("# then: sallyport --as ID attest %s --checked %llu --differ 0\n",
		    leaf, count);
	return status;
}

int
cmd_audit_attest(struct ui *ui, struct args *a)
{
	struct msg m;
	const char *note = args_text(a, "note");
	int status = sign_entry(ui, "custody", "audit.attest", "station",
	    json_pack("{s:i, s:i, s:s, s:s}", "checked", args_number(a, "checked", 0), "differ",
		args_number(a, "differ", 0), "note", note != NULL ? note : "", "sample",
		args_text(a, "LEAF")),
	    &m);
	if (status != UI_DONE)
		return status;
	print_out(
	    "%ssigned: entry %llu\n", desk_mark(ui), (unsigned long long)msg_uint(&m, "seq"));
	msg_done(&m);
	return UI_DONE;
}
