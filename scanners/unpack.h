/* SPDX-License-Identifier: ISC */
/*
 * Containers: archives, compressed streams, packages, images of discs.  Opens
 * one and hands on everything inside, in its order, without a file system: what
 * would happen to one is worked out from the names.  Clean means that every byte
 * of the container is accounted for and every member with contents was handed on
 * whole; everything short of that has a name.
 */
#ifndef SCANNERS_UNPACK_H
#define SCANNERS_UNPACK_H

#include "scanners/object.h"

#define UNPACK_WHY_SIZE 160

/* What one container may cost; 0 stands for the limit of limits.h. */
struct unpack_limits {
	uint64_t members;
	uint64_t names_bytes; /* all names and link targets together */
	uint64_t nodes;       /* members, and folders that only their names tell of */
	uint64_t steps;       /* of following links */
	uint64_t bytes;       /* that come out; 0: by the size of the container */
};

struct unpack {
	/*
	 * Receives each member.  A file without a why has bytes: they follow by
	 * write, then end says whether they are all.  False: nobody takes any more.
	 */
	bool (*child)(void *arg, const struct scan_child *);
	bool (*write)(void *arg, const void *bytes, size_t n);
	bool (*end)(void *arg, bool whole);
	/* Now and then: so much of the container is done.  True: give up. */
	bool (*stop)(void *arg, uint64_t done_bytes);
	void *arg;
	uint64_t room_bytes; /* UINT64_MAX: nobody said */
	uint64_t depth;      /* containers around this one */
	struct unpack_limits limits;
	const uint8_t *password; /* that an officer typed for this container; NULL: none */
	size_t password_len;

	/* What came of it. */
	enum scan_verdict verdict; /* na: not a container */
	char why[UNPACK_WHY_SIZE]; /* ours, printable; "" when clean */
	const char *kind;          /* "zip", "tar", ...; "" when na */
	uint64_t read_bytes;       /* of the container that were really looked at */
	uint64_t members, bytes;   /* told of; handed on */
	uint64_t password_used;    /* members that were opened with it */
	uint64_t password_wrong;   /* that it does not fit, or are broken */
	uint64_t password_unable;  /* that nothing here opens */
	bool stopped;              /* by stop, or because nobody took any more */
};

/* ERR_IO when the container could not be read; the verdict says everything else. */
enum err unpack(struct object *o, struct unpack *u);
/* Before the sandbox: whatever a library would load at first use. */
void unpack_warm_up(void);
/* The libraries that unpack: "libarchive 3.6.2, zlib 1.2.13". */
const char *unpack_engine(void);

#endif
