/* SPDX-License-Identifier: ISC */
/*
 * Opens media without waiting for them: each in a process of its own, which
 * passes the descriptor back and ends.  A medium that does not answer holds up
 * that process, and nobody else.
 */
#ifndef PARENT_OPENER_H
#define PARENT_OPENER_H

#include "src/base/err.h"
#include "src/core/station.h"
#include "src/ipc/loop.h"

#include <stddef.h>
#include <stdint.h>

#define OPENER_SILENT                                                                \
	"the medium does not answer; take it out, and try it again, or another one " \
	"in the same port"

struct opener;

struct opener_plan {
	struct loop *loop;
	const struct station *station;
	/* ports_open; runs in the process of its own */
	enum err (*open)(const struct station *, const char *by_path, const char *source,
	    size_t n, int *ret_fd, uint64_t *ret_diskseq, const char **ret_why);
	int64_t limit_ms; /* then it does not answer; what comes later is closed */
};

/* fd is closed behind the call; -1, and why, when it was not opened.  diskseq as ports_open's.
 */
typedef void opener_told_fn(void *arg, int fd, uint64_t diskseq, const char *why);

/* The plan's pointers stay the caller's and must live as long. */
struct opener *opener_new(const struct opener_plan *);
/* Gives up what is under way, and tells nobody.  NULL is fine.  Always returns NULL. */
struct opener *opener_free(struct opener *);
/* told is called once, at once or out of the loop.  source: n bytes and a NUL. */
void opener_ask(struct opener *, const char *source, size_t n, opener_told_fn *told, void *arg);

#endif
