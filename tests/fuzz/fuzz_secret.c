/* links: src/ipc/secret src/proc/unlock/recovery src/base/pin src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * What comes through the pipe of a secret, and recovery keys as they are typed.
 * Whatever is taken must come out again as it went in, and a recovery key that
 * is good is good again as it is printed.
 */
#include "src/ipc/secret.h"
#include "src/proc/unlock/recovery.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIPE_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
same_again(const struct secret *s)
{
	struct secret again;
	int fd = -1;

	if (secret_pipe(s->passphrase, s->passphrase_len, s->files, s->n_files, &fd) !=
		ERR_OK ||
	    secret_read(fd, &again) != ERR_OK || again.n_files != s->n_files ||
	    again.passphrase_len != s->passphrase_len)
		abort();
	for (size_t i = 0; i < s->n_files; i++)
		if (again.files[i].len != s->files[i].len ||
		    memcmp(again.files[i].bytes, s->files[i].bytes, s->files[i].len) != 0)
			abort();
	secret_done(&again);
	close(fd);
}

static void
recovery(const uint8_t *data, size_t n)
{
	uint8_t out[RECOVERY_BYTES], again[RECOVERY_BYTES];
	char why[RECOVERY_WHY_SIZE] = "";
	enum recovery r = recovery_parse(data, n, out, why);

	if ((r == RECOVERY_WRONG) != (why[0] != '\0'))
		abort();
	if (r == RECOVERY_GOOD && (recovery_parse(out, sizeof(out), again, why) != r ||
				      memcmp(out, again, sizeof(out)) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct secret s;
	int ends[2];

	recovery(data, n);
	if (n > PIPE_BYTES || pipe2(ends, O_CLOEXEC) != 0)
		return 0;
	if (n > 0 && write(ends[1], data, n) != (ssize_t)n)
		abort();
	close(ends[1]);
	if (secret_read(ends[0], &s) == ERR_OK) {
		same_again(&s);
		secret_done(&s);
	}
	close(ends[0]);
	return 0;
}
