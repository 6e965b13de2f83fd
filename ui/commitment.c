/* SPDX-License-Identifier: ISC */
#include "ui/commitment.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/seal.h"
#include "src/core/veil.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COMMITMENT_MARK 16 /* digits of the mark in the name of a key's file */

/* Named after its mark, so that a new one is never written over an older one. */
static int
commitment_keep(struct ui *ui, const struct arg *out, const uint8_t *key, const char *hex)
{
	char mark[HEX_DIGEST_SIZE], line[HEX_DIGEST_SIZE + 1];
	veil_commit(key, "", 0, mark);
	MEM_FREE char *name = mem_printf("releasable-%.*s.key", COMMITMENT_MARK, mark);
	int n = snprintf(line, sizeof(line), "%s\n", hex);
	enum err e = io_replace_synced(out->fd, name, 0600, line, (size_t)n);
	seal_wipe(line, sizeof(line));
	if (e != ERR_OK) {
		print_problemf("see that the folder is yours and has room",
		    "%s cannot be written to %s: %s", name, out->value, err_str(e));
		return UI_FAULT;
	}
	print_out("%s%s/%s (the key: keep it apart from the report, nobody else has it)\n",
	    desk_mark(ui), out->value, name);
	return UI_DONE;
}

int
commitment_key(struct ui *ui, const struct args *a, char hex[HEX_DIGEST_SIZE])
{
	uint8_t key[VEIL_KEY_SIZE];
	const struct arg *out = args_at(a, "out", 0);
	int status = UI_DONE;
	seal_random(key, sizeof(key));
	hex_encode(key, sizeof(key), hex);
	if (out != NULL)
		status = commitment_keep(ui, out, key, hex);
	else
		print_out("%sthe key, which is shown only now and kept nowhere: %s\n",
		    desk_mark(ui), hex);
	seal_wipe(key, sizeof(key));
	return status;
}

/* 64 digits, with or without the end of the line. */
static bool
commitment_read(int fd, uint8_t key[VEIL_KEY_SIZE])
{
	char text[HEX_DIGEST_SIZE + 1];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	if (n == HEX_DIGEST_SIZE && text[n - 1] == '\n')
		n--;
	bool ok = n == HEX_DIGEST_SIZE - 1 && hex_decode(text, (size_t)n, key, VEIL_KEY_SIZE);
	seal_wipe(text, sizeof(text));
	return ok;
}

int
commitment_open(const struct args *a)
{
	uint8_t key[VEIL_KEY_SIZE];
	char hex[HEX_DIGEST_SIZE];
	const char *name = args_text(a, "open");
	const struct arg *file = args_at(a, "key", 0);
	if (name == NULL || file == NULL || args_has(a, "TRANSFER")) {
		print_problem("a commitment is opened with a name and a key, and nothing else",
		    "give --open NAME --key FILE");
		return UI_USAGE;
	}
	if (!commitment_read(file->fd, key)) {
		print_problem("the file is no key of a report: it is not 64 hexadecimal digits",
		    "give the file releasable-....key that was made with the report");
		return UI_NO;
	}
	veil_commit(key, name, strlen(name), hex);
	seal_wipe(key, sizeof(key));
	print_out("%s\n", hex);
	return UI_DONE;
}
