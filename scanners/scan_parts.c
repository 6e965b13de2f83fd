/* SPDX-License-Identifier: ISC */
/* Split sets, for scanners that join them: told before the first part is given. */
#include "scanners/scan_in.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SCAN_PARTS_LINE 96 /* a digest, a number, and what is between */

struct scan_parts *
scan_parts_free(struct scan_parts *p)
{
	if (p != NULL)
		free(p->name);
	free(p);
	return NULL;
}

/* "DIGEST BYTES"; the end of the line is a NUL by now. */
static bool
scan_parts_line(const char *line, struct scan_part *ret)
{
	uint8_t digest[32];
	int end = 0;
	return strlen(line) < SCAN_PARTS_LINE && hex_decode(line, 64, digest, 32) &&
	       line[64] == ' ' && line[65] >= '0' && line[65] <= '9' &&
	       sscanf(line + 65, "%" SCNu64 "%n", &ret->bytes, &end) == 1 &&
	       line[65 + end] == '\0' && snprintf(ret->sha256, 65, "%.64s", line) > 0;
}

/* NULL: it has not the form it needs. */
static struct scan_parts *
scan_parts_parse(char *text, size_t n)
{
	size_t lines = 0, at = 0;
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	if (lines < 2 || lines > LIM_SPLIT_PARTS || text[n - 1] != '\n')
		return NULL;
	struct scan_parts *p = mem_alloc(sizeof(*p) + lines * sizeof(p->parts[0]));
	for (; p->n < lines; p->n++) {
		char *end = memchr(text + at, '\n', n - at);
		*end = '\0';
		if (!scan_parts_line(text + at, &p->parts[p->n]))
			return scan_parts_free(p);
		at = (size_t)(end - text) + 1;
	}
	return p;
}

void
scan_on_parts(struct scan *s, struct msg *m)
{
	MEM_CLOSE int fd = msg_take_fd(m);
	MEM_FREE uint8_t *text = NULL;
	size_t n = 0;
	s->parts = scan_parts_free(s->parts);
	if (io_memfd_read(fd, (size_t)LIM_SPLIT_PARTS * SCAN_PARTS_LINE, &text, &n) == ERR_OK &&
	    n > 0)
		s->parts = scan_parts_parse((char *)text, n);
	if (s->parts == NULL)
		log_fatal("the parts of a split set are not what the desk says");
	s->parts->zip = msg_bool(m, "zip");
	s->parts->name = msg_bytes(m, "name", &s->parts->name_len);
	snprintf(s->parts_of, sizeof(s->parts_of), "%s", msg_str(m, "sha256"));
}

struct scan_parts *
scan_parts(struct scan *s, struct scan_job *job)
{
	/* they were sent before the object was asked for, but by another way */
	(void)scan_cancelled(s, job);
	struct scan_parts *p = s->parts;
	if (p == NULL || strcmp(s->parts_of, job->sha256) != 0)
		return NULL;
	s->parts = NULL;
	/* what was given is not what was told */
	if (strcmp(p->parts[0].sha256, job->sha256) != 0 ||
	    p->parts[0].bytes != job->size_bytes)
		log_fatal("the first part of a split set is another object");
	return p;
}
