/* SPDX-License-Identifier: ISC */
/* The password that an officer typed for one object, for scanners that open containers. */
#include "scanners/scan_in.h"
#include "src/ipc/secret.h"

#include <string.h>
#include <unistd.h>

bool
scan_secret(struct scan *s, struct scan_job *job, uint8_t *room, size_t *ret_len)
{
	/* it was sent before the object was asked for, but by another way */
	(void)scan_cancelled(s, job);
	if (s->secret_fd < 0 || strcmp(s->secret_of, job->sha256) != 0)
		return false;
	enum err e = secret_read_text(s->secret_fd, room, ret_len);
	close(s->secret_fd);
	s->secret_fd = -1;
	job->secret = "wrong";
	return e == ERR_OK;
}
