/* SPDX-License-Identifier: ISC */
/*
 * The inventory: the sealed record of all items of a transfer.  Canonical JSON
 * lines (CJ1), LF after each, all keys but "class" always present:
 *
 * header {"approvals":u,"deciders":[ids, sorted],"exceptions":[{}],"inventory":1,
 *   "items":u,"medium":{},"officer":id,"policy":hex,"requester":id,
 *   "scanners":[{}],"station":s,"transfer":id}
 * item {"by":id|"","class":w (where there is one),"decision":w,"dest":b64,
 *   "exceptions":[{"finds":u,"leaf":hex,"verdict":w}],"finds":{"n":u,"sha256":hex,
 *   "worst":["class/severity",…]},"id":u,"inside":{"links":u,"members":u,
 *   "objects":u,"verdict":w,"whole":bool,"worst":s},"kind":w,"link":b64,"mime":s,
 *   "mode":u,"mtime":time|"","name":escaped path,"outcome":w,"path":b64,
 *   "proposed":w,"reason":s,
 *   "scans":[{"of":u,"parts":u,"read":u,"scanner":s,"verdict":w,"why":s}],
 *   "sha256":hex|"","size":u,"state":w,"type":s,"verdict":w,"why":s,
 *   "zone":"utc|none"}
 *
 * "inside" is what was found in a file that was opened, at any depth (verdict.h);
 * its "worst" is the way to the worst of it, "" when that is clean or nothing;
 * "parts" of a scan: the objects inside that this scanner called clean.
 *
 * The header's exceptions (exception.h) are those that items use; an item's say
 * how many of its findings each covers, and the worst verdict it sets aside (na:
 * none).  "worst" is of the findings that count.
 *
 * "class" is the classification of an item that a limit gave another one than its
 * transfer has (field.h): no directory has one.
 *
 * Items are strictly increasing by raw path bytes (memcmp, shorter first).
 * Texts are fit for display (canon_is_text): what a scanner or a medium said
 * was escaped and cut before it got here.  "name" is made from "path" by the
 * printer and checked by the parser, so that it cannot lie.
 * The parser accepts exactly what the printer can write.
 */
#ifndef CORE_INVENTORY_H
#define CORE_INVENTORY_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/exception.h"
#include "src/core/finding.h"
#include "src/core/item.h"
#include "src/core/policy.h"
#include "src/core/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INVENTORY_WHY_SIZE 256

struct inventory_bytes {
	const uint8_t *data; /* may be NULL when len is 0 */
	size_t len;
};

struct inventory_scan {
	const char *scanner;
	enum verdict verdict;
	uint64_t of_bytes, read_bytes;
	const char *why; /* <= LIM_SCAN_WHY_BYTES; may be "" */
	uint64_t parts;  /* struct verdict_result */
};

/* What an exception does for one item. */
struct inventory_exception {
	const char *leaf;
	enum verdict verdict; /* the worst it sets aside; na: none */
	uint64_t finds;       /* findings it covers */
};

/* One item.  The struct borrows everything it points to. */
struct inventory_item {
	uint64_t id; /* unique in the inventory, < 4 * LIM_ITEMS */
	enum item_kind kind;
	enum item_state state;
	struct inventory_bytes path; /* 1 .. LIM_PATH_BYTES, no leading slash */
	struct inventory_bytes dest; /* below files/; empty when it cannot go */
	struct inventory_bytes link; /* target; links only */
	const char *name;            /* filled by the parser: the escaped path */
	unsigned mode;               /* permission bits, <= 07777 */
	const char *mtime;           /* clock_format form or "" */
	bool zone_utc;               /* false: the medium does not say which zone */
	const char *sha256;          /* 64 hex digits for a file that was read, else "" */
	uint64_t size_bytes;
	const char *type, *mime; /* "" unless a file that was read (links etc. may name one) */
	struct inventory_scan scans[LIM_SCANNERS]; /* sorted by scanner, each once */
	size_t nscans;
	struct verdict_inside inside; /* zeroed: it was not opened */
	const char
	    *inside_worst; /* the way to the worst inside, <= LIM_INSIDE_WAY_BYTES; or "" */
	uint64_t finds;    /* number of findings */
	char
	    finds_sha256[HEX_DIGEST_SIZE]; /* over this item's lines of the findings document */
	struct finding_worst worst;        /* of the findings that count */
	struct inventory_exception exceptions[LIM_EXCEPTIONS]; /* sorted by leaf */
	size_t nexceptions;
	enum verdict verdict;      /* na unless a file that was read */
	enum policy_gate proposed; /* the gate of policy */
	enum item_decision decision;
	const char *class;       /* NULL: that of the transfer */
	const char *by, *reason; /* who decided, and in which words; "" for none */
	enum item_outcome outcome;
	const char *why; /* reader's or station's word on state or outcome; may be "" */
};

struct inventory_header {
	const char *transfer, *station, *officer, *requester;
	const char *policy; /* hex digest of the policy text */
	unsigned approvals;
	uint64_t items;
	const char *const *deciders; /* sorted ids of all who decided an item */
	size_t ndeciders;
	const struct exception *exceptions; /* sorted by leaf */
	size_t nexceptions;
	json_t *medium;   /* object, as in xfer.read */
	json_t *scanners; /* array, as in xfer.scan */
};

/* --- writing -------------------------------------------------------------- */

/* Appends the header line.  ERR_RANGE when a value is outside the format. */
enum err inventory_print_header(const struct inventory_header *, struct buf *out);
/* Appends one item line; the caller keeps the order of paths. */
enum err inventory_print_item(const struct inventory_item *, struct buf *out);
/* Order of the lines: < 0, 0, > 0. */
int inventory_compare(struct inventory_bytes a, struct inventory_bytes b);

/*
 * An exception (its leaf is borrowed) sets this verdict of the item aside (na:
 * none) and covers so many more of its findings.  False when it has too many.
 */
bool inventory_except(struct inventory_item *, const char *leaf, enum verdict, uint64_t finds);
/* Findings that exceptions cover. */
uint64_t inventory_excepted(const struct inventory_item *);

/* --- reading -------------------------------------------------------------- */

struct inventory; /* a walk over inventory bytes that the caller keeps alive */

enum err inventory_open(
    const void *bytes, size_t n, struct inventory **ret, char ret_why[INVENTORY_WHY_SIZE]);
void inventory_free(struct inventory *);
const struct inventory_header *inventory_header(const struct inventory *);
/*
 * The next item, valid until the next call.  ERR_NOTFOUND after the last one,
 * when their number is the header's and no byte is left; ERR_SYNTAX for
 * anything wrong, see inventory_why.
 */
enum err inventory_next(struct inventory *, const struct inventory_item **ret);
/* Sentence with the line number of what was wrong. */
const char *inventory_why(const struct inventory *);

#endif
