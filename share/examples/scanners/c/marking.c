/* SPDX-License-Identifier: ISC */
/*
 * scan-marking: a scanner for Sallyport in C, with the station's own skeleton.
 * May:        read the one object it was given; say what it found.
 * Must never: open, connect, write, run anything: the skeleton's sandbox sees to it.
 * Dies when:  the desk hangs up, or a peer breaks the protocol.
 *
 * It looks for the words a site puts on what must not leave it.  The skeleton
 * (scanners/scan.h) speaks the protocol; what is left are two callbacks.
 */
#include "scanners/scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MARKING_CHUNK (1 << 20)
#define MARKING_MOST  64 /* bytes of the longest */

static const char *const markings[] = {"COMPANY CONFIDENTIAL", "NOT FOR RELEASE"};

#define MARKINGS (sizeof(markings) / sizeof(markings[0]))

/* Everything that needs a file is done here: afterwards nothing can be opened. */
static enum err
marking_setup(struct scan *s, struct scan_about *about)
{
	for (size_t i = 0; i < MARKINGS; i++)
		if (strlen(markings[i]) > MARKING_MOST) {
			scan_unfit(s, "a marking is longer than %d bytes", MARKING_MOST);
			return ERR_RANGE;
		}
	snprintf(about->engine, sizeof(about->engine), "%zu markings", MARKINGS);
	return ERR_OK;
}

static ssize_t
marking_read(const struct scan_job *job, char *out, size_t n, uint64_t at)
{
	ssize_t r;
	do
		r = pread(job->fd, out, n, (off_t)at);
	while (r < 0 && errno == EINTR);
	return r;
}

/* The first place of each marking is told once. */
static bool
marking_look(struct scan *s, struct scan_job *job, const char *bytes, size_t n, uint64_t at,
    bool seen[MARKINGS])
{
	bool any = false;
	for (size_t i = 0; i < MARKINGS; i++) {
		size_t length = strlen(markings[i]);
		const char *place = seen[i] ? NULL : memmem(bytes, n, markings[i], length);
		if (place == NULL)
			continue;
		const struct scan_finding f = {.rule = "marking/word",
		    .class = "policy",
		    .severity = "high",
		    .title = "It bears a marking of this site",
		    .detail = place,
		    .detail_len = length,
		    .at = at + (uint64_t)(place - bytes)};
		scan_put_finding(s, job, &f);
		any = seen[i] = true;
	}
	return any;
}

static void
marking_object(struct scan *s, struct scan_job *job)
{
	/* what is left of the chunk before, so that no marking falls between two */
	static char bytes[MARKING_MOST + MARKING_CHUNK];
	bool seen[MARKINGS] = {false}, any = false;
	size_t kept = 0;
	uint64_t at = 0;
	while (at < job->size_bytes) {
		ssize_t n = marking_read(job, bytes + kept, MARKING_CHUNK, at);
		if (n <= 0) {
			scan_result(s, job, SCAN_ERROR, "the object cannot be read", at);
			return;
		}
		size_t all = kept + (size_t)n;
		any |= marking_look(s, job, bytes, all, at - kept, seen);
		at += (uint64_t)n;
		kept = all < MARKING_MOST ? all : MARKING_MOST;
		memmove(bytes, bytes + all - kept, kept);
		if (scan_cancelled(s, job)) {
			scan_result(s, job, SCAN_TIMEOUT, "given up by the desk", at);
			return;
		}
		scan_put_progress(s, job, at);
	}
	/* clean is said only here: everything was looked at */
	scan_result(s, job, any ? SCAN_SUSPICIOUS : SCAN_CLEAN, "", at);
}

static const struct scan_ops marking_ops = {
    .name = "marking",
    .window = 8,
    .setup = marking_setup,
    .object = marking_object,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &marking_ops);
}
