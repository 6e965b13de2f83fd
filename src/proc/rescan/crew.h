/* SPDX-License-Identifier: ISC */
/*
 * The scanners of a scan at release: to each this program is desk and vault at
 * once.  One object at a time, shown to all that must see it; an answer that does
 * not belong to it is the end of its scanner, and then of the scan.
 */
#ifndef RESCAN_CREW_H
#define RESCAN_CREW_H

#include "scanners/manifest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/finding.h"
#include "src/core/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREW_WHY_SIZE  512
#define CREW_TYPE_SIZE 64
#define CREW_MIME_SIZE 128

struct crew;

struct crew_object {
	/* Read-only, for each scanner one that shares its position with no other; or -1. */
	int fds[LIM_SCANNERS];
	uint64_t size_bytes;
	char sha256[HEX_DIGEST_SIZE];
	char type[CREW_TYPE_SIZE], mime[CREW_MIME_SIZE]; /* "" until they are known */
};

struct crew_said {
	bool asked;
	enum verdict verdict;
	uint64_t of_bytes, read_bytes;
	char why[LIM_SCAN_WHY_BYTES];                    /* escaped */
	char type[CREW_TYPE_SIZE], mime[CREW_MIME_SIZE]; /* of the scanner "type"; else "" */
};

struct crew_events {
	/* Texts are escaped. */
	void (*finding)(void *arg, const struct finding *);
	/* Now and then, while something takes long. */
	void (*waiting)(void *arg);
};

/*
 * Descriptors of n scanners from first_fd on, three each: the desk's of its
 * sockets, the vault's, its manifest; the first two closed for one that is not
 * asked again.  They are taken over.  NULL and a sentence when a manifest is none.
 */
struct crew *crew_new(
    int first_fd, size_t n, const struct crew_events *, void *arg, char ret_why[CREW_WHY_SIZE]);
struct crew *crew_free(struct crew *);
/* Waits until all are ready, and shows them known bad and known good; false: a sentence. */
bool crew_begin(struct crew *, char ret_why[CREW_WHY_SIZE]);
/* Known bad and known good again. */
bool crew_end(struct crew *, char ret_why[CREW_WHY_SIZE]);

size_t crew_count(const struct crew *);
const struct manifest *crew_manifest(const struct crew *, size_t i);
/* The one of this name, or crew_count. */
size_t crew_find(const struct crew *, const char *name);
/* It scans single objects and opens none: what it says is asked for again. */
bool crew_asks(const struct crew *, size_t i);
/*
 * Shows an object to those with said[i].asked and waits for their answers.  False
 * and a sentence when one of them cannot be relied on.
 */
bool crew_show(struct crew *, const struct crew_object *, struct crew_said said[LIM_SCANNERS],
    char ret_why[CREW_WHY_SIZE]);
/* Rows of those that were asked, as they stand in xfer.deliver; caller decrefs. */
json_t *crew_rows(const struct crew *);

#endif
