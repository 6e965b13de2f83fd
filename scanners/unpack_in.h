/* SPDX-License-Identifier: ISC */
/* What the parts of unpack share. */
#ifndef SCANNERS_UNPACK_IN_H
#define SCANNERS_UNPACK_IN_H

#include "scanners/unpack.h"
#include "src/base/limits.h"

/* Everything there may be to tell; the table in unpack.c has the words. */
enum unpack_problem {
	UNPACK_TWO_KINDS,
	UNPACK_NOT_OPENED,
	UNPACK_BEFORE,
	UNPACK_AFTER,
	UNPACK_BROKEN,
	UNPACK_CUT,
	UNPACK_PART,
	UNPACK_ENCRYPTED,
	UNPACK_UNLOCKED,
	UNPACK_METHOD,
	UNPACK_SIZE_LIES,
	UNPACK_SUM_LIES,
	UNPACK_RATIO,
	UNPACK_TWO_VIEWS,
	UNPACK_HYBRID,
	UNPACK_STREAMS,
	UNPACK_SKIPPED,
	UNPACK_HEADER,
	/* names and links */
	UNPACK_NAME,
	UNPACK_LEAVES,
	UNPACK_DRIVE,
	UNPACK_BACKSLASH,
	UNPACK_SAME_NAME,
	UNPACK_CASE,
	UNPACK_FILE_FOLDER,
	UNPACK_SPECIAL,
	UNPACK_SETUID,
	UNPACK_LINK_ABSOLUTE,
	UNPACK_LINK_LEAVES,
	UNPACK_LINK_DANGLING,
	UNPACK_LINK_LOOP,
	UNPACK_THROUGH,
	UNPACK_WRITES_OUT,
	UNPACK_HARD_MISSING,
	UNPACK_HARD_OUT,
	/* tar */
	UNPACK_TAR_HEADER,
	UNPACK_TAR_NUMBER,
	UNPACK_TAR_GLOBAL,
	UNPACK_TAR_SIZE,
	UNPACK_TAR_PAX,
	UNPACK_TAR_ORDER,
	UNPACK_TAR_DATA,
	UNPACK_TAR_ZERO,
	UNPACK_TAR_SECOND,
	UNPACK_TAR_NO_END,
	UNPACK_TAR_TYPE,
	UNPACK_TAR_SPARSE,
	/* budgets */
	UNPACK_DEEP,
	UNPACK_MEMBERS,
	UNPACK_NAMES,
	UNPACK_LONG,
	UNPACK_FOLDERS,
	UNPACK_NODES,
	UNPACK_STEPS,
	UNPACK_ROOM,
	UNPACK_BYTES,
	UNPACK_MEMORY,
	UNPACK_HOLES,
	UNPACK_PROBLEM__MAX
};

struct unpack_tree;

struct unpack_run {
	struct unpack *u;
	struct object *o;
	struct unpack_tree *tree;
	struct unpack_limits limits;       /* none is 0 */
	enum unpack_problem bytes_problem; /* which limit limits.bytes is */
	uint64_t flow_bytes;               /* came out of a compressed stream */
	uint64_t ticked;                   /* bytes that came out when stop was last asked */
	uint64_t done_bytes;               /* of the container */
	uint64_t names_bytes;
	bool open;           /* the bytes of a member are wanted now */
	bool over;           /* nothing more is wanted */
	bool locked;         /* what is wrong may be so for another password is needed */
	bool names_checked;  /* by somebody else */
	bool again;          /* the member before, told in another way */
	bool table_names;    /* "/" and "//" are tables, and names repeat (ar) */
	uint64_t *sums;      /* of the members to come, UINT64_MAX: none (RAR) */
	size_t nsums, entry; /* which of them is next */
	uint64_t nheaders;   /* of members that were walked before (cpio) */
	uint64_t counts[UNPACK_PROBLEM__MAX];
	uint64_t first_at[UNPACK_PROBLEM__MAX];
	uint16_t first_len[UNPACK_PROBLEM__MAX];
	char first[UNPACK_PROBLEM__MAX][LIM_FINDING_TEXT / 2];
};

/* One more of a kind; the first of each is told with its detail, may be hostile. */
void unpack_problem(
    struct unpack_run *, enum unpack_problem, const void *detail, size_t n, uint64_t at);
/* Problems up to now make the container unfit to go on with. */
bool unpack_refused(const struct unpack_run *);

/*
 * The next member.  Then r->open says whether its bytes are wanted: they go by
 * unpack_put and end with unpack_end.  False: nothing more is wanted.
 */
bool unpack_begin(struct unpack_run *, const struct scan_child *);
bool unpack_put(struct unpack_run *, const void *bytes, size_t n);
bool unpack_zeros(struct unpack_run *, uint64_t n);
bool unpack_end(struct unpack_run *, bool whole);
/* So much of the container is done; false: nothing more is wanted. */
bool unpack_tick(struct unpack_run *, uint64_t done_bytes);
/* Bytes behind the end: zeros are padding, anything else is told. */
void unpack_after(struct unpack_run *, uint64_t at);
/* --- names and links (unpack_tree.c) ------------------------------------------------- */

struct unpack_tree *unpack_tree_new(void);
void unpack_tree_free(struct unpack_tree *);
/* Judges the name of one member and what it does to those before. */
void unpack_tree_add(struct unpack_run *, const struct scan_child *);
/* A hard link names something that came before it. */
bool unpack_tree_has(struct unpack_run *, const void *path, size_t n);
/* Where links lead, once everything is known. */
void unpack_tree_links(struct unpack_run *);

/* --- bytes that come one after the other (unpack_flow.c) -------------------------------- */

#define UNPACK_BLOCK 512

struct unpack_flow {
	struct unpack_run *run;
	/* The next bytes, kept until the next call; NULL at the end and when broke. */
	const uint8_t *(*more)(struct unpack_flow *, size_t *ret_n);
	bool broke; /* and what was wrong has been told */
	/* of the functions below */
	const uint8_t *piece;
	size_t left;
	uint64_t taken;
	uint8_t ahead[UNPACK_BLOCK];
	size_t ahead_at, ahead_len;
};

/* Up to max bytes, kept until the next call; NULL at the end. */
const uint8_t *unpack_flow_take(struct unpack_flow *, uint64_t max, size_t *ret_n);
/* Exactly n bytes; false when there are fewer. */
bool unpack_flow_copy(struct unpack_flow *, void *out, size_t n);
bool unpack_flow_skip(struct unpack_flow *, uint64_t n);
/* The next bytes, at most UNPACK_BLOCK, which stay; returns how many. */
size_t unpack_flow_peek(struct unpack_flow *, const uint8_t **ret_bytes);
/* n bytes on to the open member; false when there are fewer or nobody wants them. */
bool unpack_flow_pass(struct unpack_flow *, uint64_t n);
/* The object itself. */
struct unpack_object_flow {
	struct unpack_flow flow; /* first */
	uint64_t at;
};
void unpack_flow_object(struct unpack_object_flow *, struct unpack_run *);
/* What a compressed stream holds: a tar, or one file of that name. */
void unpack_flow_contents(struct unpack_flow *, const void *name, size_t name_len);

/* --- kinds of containers --------------------------------------------------------------------
 */

struct unpack_kind {
	const char *name;
	void (*open)(struct unpack_run *, const struct unpack_kind *); /* NULL: cannot be */
	bool (*is)(struct object *);                                   /* or by magic */
	uint64_t at;
	const char *magic;
	size_t magic_len;
	bool weak; /* few bytes tell: when nothing comes out, it was something else */
	int code;  /* of libarchive, for unpack_lib */
};

/* The first kind of that many (from `from` on) that o is; NULL: none. */
const struct unpack_kind *unpack_kind_find(struct object *o, size_t *from);
/* A zip archive that does not begin where the object begins. */
bool unpack_kind_zip_behind(struct object *o);

void unpack_zip(struct unpack_run *, const struct unpack_kind *);
void unpack_stream(struct unpack_run *, const struct unpack_kind *);
void unpack_tar_object(struct unpack_run *, const struct unpack_kind *);
void unpack_lib(struct unpack_run *, const struct unpack_kind *);
void unpack_lib_warm_up(void);
const char *unpack_lib_engine(void);

bool unpack_tar_is(const uint8_t block[UNPACK_BLOCK]);
void unpack_tar(struct unpack_run *, struct unpack_flow *);

/* The packed bytes of one member of a zip archive. */
struct unpack_part {
	struct object *o;
	uint64_t at, packed_bytes; /* in o */
	uint64_t bytes;            /* unpacked, as is claimed */
	uint64_t before_bytes;     /* of the container, when o is not the container */
	unsigned method;           /* one that unpack_stream_knows */
	unsigned flags;
};
/*
 * They, unpacked.  The flow has told what was wrong; done frees it and says
 * whether it ended where the packed bytes end.
 */
bool unpack_stream_knows(unsigned method);
struct unpack_flow *unpack_stream_member(struct unpack_run *, const struct unpack_part *);
bool unpack_stream_done(struct unpack_flow *);

/* What lies between the blocks of a RAR archive and behind them (unpack_rar.c). */
void unpack_rar_edges(struct unpack_run *);
void unpack_rar5_edges(struct unpack_run *);
/* The headers of a cpio archive, one right behind the other (unpack_cpio.c). */
void unpack_cpio_edges(struct unpack_run *);
/* The directories of an image of a disc (unpack_iso.c). */
void unpack_iso_edges(struct unpack_run *);
#endif
