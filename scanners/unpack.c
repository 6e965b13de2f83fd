/* SPDX-License-Identifier: ISC */
#include "scanners/unpack_in.h"
#include "scanners/zipcrypt.h"
#include "src/base/mem.h"

#include <assert.h>
#include <inttypes.h>

#define UNPACK_TICK_BYTES  (1u << 20)
#define UNPACK_RATIO_TIMES 200          /* worth a word when more than this ... */
#define UNPACK_RATIO_BYTES (1ull << 30) /* ... and that came out */

/* What is told, and what it makes of the verdict: clean changes nothing. */
static const struct {
	const char *rule, *class, *severity, *title;
	enum scan_verdict verdict;
} problems[UNPACK_PROBLEM__MAX] = {
    [UNPACK_TWO_KINDS] = {"archive/two-kinds", "polyglot", "high",
	"The same bytes are containers of several kinds: programs will read different things.",
	SCAN_SUSPICIOUS},
    [UNPACK_NOT_OPENED] = {"archive/not-opened", "incomplete", "high",
	"The object is a container of a kind this station cannot open: what is inside was not "
	"looked at.",
	SCAN_INCOMPLETE},
    [UNPACK_BEFORE] = {"archive/before", "polyglot", "high",
	"A zip archive lies behind other bytes: what is inside was not looked at.",
	SCAN_INCOMPLETE},
    [UNPACK_AFTER] = {"archive/after", "polyglot", "high",
	"Something lies behind the end of the archive: it was not looked at.", SCAN_INCOMPLETE},
    [UNPACK_BROKEN] = {"archive/broken", "corruption", "high",
	"The archive is broken, or made to look like one.", SCAN_INVALID},
    [UNPACK_CUT] = {"archive/cut", "incomplete", "high",
	"The archive ends in the middle: it was cut short, or is the first part of a set.",
	SCAN_INCOMPLETE},
    [UNPACK_PART] = {"archive/part", "incomplete", "high",
	"The archive is one part of a set: the others are needed to read it.", SCAN_INCOMPLETE},
    [UNPACK_ENCRYPTED] = {"archive/encrypted", "incomplete", "high",
	"Members are encrypted: what they hold was not looked at.", SCAN_INCOMPLETE},
    [UNPACK_UNLOCKED] = {"archive/password", "archive", "info",
	"Members were encrypted: they were opened with a password that an officer typed.",
	SCAN_CLEAN},
    [UNPACK_METHOD] = {"archive/method", "incomplete", "high",
	"Members are packed in a way this station cannot unpack.", SCAN_INCOMPLETE},
    [UNPACK_SIZE_LIES] = {"archive/size", "corruption", "high",
	"Members are not as long as the archive says.", SCAN_INVALID},
    [UNPACK_SUM_LIES] = {"archive/sum", "corruption", "high",
	"Members do not have the checksum the archive gives.", SCAN_INVALID},
    [UNPACK_RATIO] = {"archive/ratio-high", "archive", "low",
	"The archive unpacks to far more bytes than it has.", SCAN_CLEAN},
    [UNPACK_TWO_VIEWS] = {"archive/two-views", "tamper", "high",
	"The image shows other files to other systems: not all of them were looked at.",
	SCAN_INCOMPLETE},
    [UNPACK_HYBRID] = {"archive/hybrid", "incomplete", "high",
	"The image is a disk with partitions or a UDF disc, too: those were not looked at.",
	SCAN_INCOMPLETE},
    [UNPACK_STREAMS] = {"archive/streams", "archive", "info",
	"Several compressed streams lie one behind the other and make one file.", SCAN_CLEAN},
    [UNPACK_SKIPPED] = {"archive/skipped-frames", "polyglot", "medium",
	"The archive has frames that programs pass over: something may hide there.",
	SCAN_SUSPICIOUS},
    [UNPACK_HEADER] = {"archive/header-data", "polyglot", "medium",
	"A header has room for something that programs pass over: another file may hide there.",
	SCAN_SUSPICIOUS},
    [UNPACK_NAME] = {"archive/name", "name", "high",
	"Members have names that no file can have, or that mean another one.", SCAN_SUSPICIOUS},
    [UNPACK_LEAVES] = {"archive/leaves", "archive", "critical",
	"Members would be unpacked outside the folder they are unpacked in.", SCAN_SUSPICIOUS},
    [UNPACK_DRIVE] = {"archive/drive", "archive", "high",
	"Members would be unpacked to another drive or computer on Windows.", SCAN_SUSPICIOUS},
    [UNPACK_BACKSLASH] = {"archive/backslash", "name", "medium",
	"Members have a backslash in their name: on Windows it parts folders.", SCAN_CLEAN},
    [UNPACK_SAME_NAME] = {"archive/same-name", "tamper", "medium",
	"Several members have the same name: the last one replaces the others.", SCAN_CLEAN},
    [UNPACK_CASE] = {"archive/case", "name", "low",
	"Members have names that are the same on Windows and macOS.", SCAN_CLEAN},
    [UNPACK_FILE_FOLDER] = {"archive/file-as-folder", "tamper", "medium",
	"Members lie in something that is a file in the same archive.", SCAN_CLEAN},
    [UNPACK_SPECIAL] = {"archive/special", "archive", "high",
	"Members are devices, pipes or sockets.", SCAN_SUSPICIOUS},
    [UNPACK_SETUID] = {"archive/setuid", "archive", "medium",
	"Members run with the rights of their owner, whoever starts them.", SCAN_CLEAN},
    [UNPACK_LINK_ABSOLUTE] = {"archive/link-absolute", "archive", "low",
	"Links lead to fixed places of the computer they are unpacked on.", SCAN_CLEAN},
    [UNPACK_LINK_LEAVES] = {"archive/link-leaves", "archive", "high",
	"Links lead out of the folder the archive is unpacked in.", SCAN_SUSPICIOUS},
    [UNPACK_LINK_DANGLING] = {"archive/link-dangling", "archive", "low",
	"Links lead to nothing in the archive.", SCAN_CLEAN},
    [UNPACK_LINK_LOOP] = {"archive/link-loop", "archive", "medium",
	"Links lead to each other in a circle.", SCAN_CLEAN},
    [UNPACK_THROUGH] = {"archive/through-link", "archive", "medium",
	"Members are written through a link of the same archive.", SCAN_CLEAN},
    [UNPACK_WRITES_OUT] = {"archive/writes-out", "archive", "critical",
	"Members are written through a link that leads out of the folder the archive is "
	"unpacked in.",
	SCAN_SUSPICIOUS},
    [UNPACK_HARD_MISSING] = {"archive/hard-link-missing", "incomplete", "high",
	"Hard links name members that did not come before them.", SCAN_INCOMPLETE},
    [UNPACK_HARD_OUT] = {"archive/hard-link-leaves", "archive", "critical",
	"Hard links name files outside the folder the archive is unpacked in.",
	SCAN_SUSPICIOUS},
    [UNPACK_TAR_HEADER] = {"archive/tar-header", "corruption", "high",
	"Where a header of the tar archive should be is something else.", SCAN_INVALID},
    [UNPACK_TAR_NUMBER] = {"archive/tar-number", "tamper", "high",
	"Headers have numbers that programs read in different ways.", SCAN_INVALID},
    [UNPACK_TAR_GLOBAL] = {"archive/tar-global", "tamper", "critical",
	"A global header changes names or sizes of all members behind it.", SCAN_INVALID},
    [UNPACK_TAR_SIZE] = {"archive/tar-size", "tamper", "critical",
	"Headers give two sizes for one member: programs will see different members.",
	SCAN_INVALID},
    [UNPACK_TAR_PAX] = {"archive/tar-pax", "tamper", "high",
	"Additional headers are broken or say the same thing twice.", SCAN_INVALID},
    [UNPACK_TAR_ORDER] = {"archive/tar-order", "tamper", "high",
	"Additional headers belong to no member, or to one that has another already.",
	SCAN_INVALID},
    [UNPACK_TAR_DATA] = {"archive/tar-data", "tamper", "high",
	"Members that can have no contents have some: programs will see different members.",
	SCAN_INVALID},
    [UNPACK_TAR_ZERO] = {"archive/tar-zero", "tamper", "high",
	"An empty block lies between members: some programs end there.", SCAN_INVALID},
    [UNPACK_TAR_SECOND] = {"archive/tar-second", "polyglot", "high",
	"Another tar archive lies behind the end of the first: some programs unpack it, too.",
	SCAN_INVALID},
    [UNPACK_TAR_NO_END] = {"archive/tar-no-end", "incomplete", "low",
	"The tar archive has no end mark: members may be missing.", SCAN_CLEAN},
    [UNPACK_TAR_TYPE] = {"archive/tar-type", "tamper", "medium",
	"Members are of a kind that this program does not know.", SCAN_SUSPICIOUS},
    [UNPACK_TAR_SPARSE] = {"archive/tar-sparse", "corruption", "high",
	"The map of a file with holes is broken.", SCAN_INVALID},
    [UNPACK_DEEP] = {"archive/limit-depth", "incomplete", "high",
	"The container lies inside more containers than this station opens.", SCAN_INCOMPLETE},
    [UNPACK_MEMBERS] = {"archive/limit-members", "incomplete", "high",
	"The archive has more members than this station takes.", SCAN_INCOMPLETE},
    [UNPACK_NAMES] = {"archive/limit-names", "incomplete", "high",
	"The names in the archive are longer in all than this station takes.", SCAN_INCOMPLETE},
    [UNPACK_LONG] = {"archive/limit-name", "incomplete", "high",
	"Members have names or link targets longer than this station takes.", SCAN_INCOMPLETE},
    [UNPACK_FOLDERS] = {"archive/limit-folders", "incomplete", "high",
	"Members lie in more folders, one inside the other, than this station takes.",
	SCAN_INCOMPLETE},
    [UNPACK_NODES] = {"archive/limit-nodes", "incomplete", "high",
	"The archive has more members and folders than this station takes.", SCAN_INCOMPLETE},
    [UNPACK_STEPS] = {"archive/limit-links", "incomplete", "high",
	"The links of the archive take too long to follow.", SCAN_INCOMPLETE},
    [UNPACK_ROOM] = {"archive/limit-room", "incomplete", "high",
	"The archive unpacks to more bytes than there is room for.", SCAN_INCOMPLETE},
    [UNPACK_BYTES] = {"archive/limit-bytes", "incomplete", "high",
	"The archive unpacks to more bytes than this station takes from one of its size.",
	SCAN_INCOMPLETE},
    [UNPACK_MEMORY] = {"archive/limit-memory", "incomplete", "high",
	"The archive needs more memory to unpack than a scanner may use.", SCAN_INCOMPLETE},
    [UNPACK_HOLES] = {"archive/limit-holes", "incomplete", "high",
	"A file has more holes than this station takes.", SCAN_INCOMPLETE},
};

void
unpack_problem(
    struct unpack_run *r, enum unpack_problem p, const void *detail, size_t n, uint64_t at)
{
	/* the old way to lock a member knows a wrong password by one byte alone */
	if (r->locked && problems[p].verdict == SCAN_INVALID)
		p = UNPACK_ENCRYPTED;
	if (r->counts[p]++ > 0)
		return;
	r->first_at[p] = at;
	r->first_len[p] = (uint16_t)(n < sizeof(r->first[p]) ? n : sizeof(r->first[p]));
	if (n > 0)
		memcpy(r->first[p], detail, r->first_len[p]);
}

bool
unpack_refused(const struct unpack_run *r)
{
	for (size_t i = 0; i < UNPACK_PROBLEM__MAX; i++)
		if (r->counts[i] > 0 && problems[i].verdict == SCAN_INVALID)
			return true;
	return false;
}

/* --- members ------------------------------------------------------------------------ */

static void
unpack_stop(struct unpack_run *r)
{
	r->u->stopped = true;
	r->over = true;
}

/* One limit after the other; false: the member is not told of. */
static bool
unpack_counted(struct unpack_run *r, const struct scan_child *c)
{
	struct unpack *u = r->u;
	if (u->members >= r->limits.members) {
		unpack_problem(r, UNPACK_MEMBERS, NULL, 0, r->done_bytes);
		r->over = true;
		return false;
	}
	if (c->name_len + c->link_len > r->limits.names_bytes - r->names_bytes) {
		unpack_problem(r, UNPACK_NAMES, c->name, c->name_len, r->done_bytes);
		r->over = true;
		return false;
	}
	r->names_bytes += c->name_len + c->link_len;
	if (c->name_len > LIM_PATH_BYTES || c->link_len > LIM_LINK_BYTES)
		unpack_problem(r, UNPACK_LONG, c->name, c->name_len, r->done_bytes);
	u->members++;
	return true;
}

/* Why a file's bytes are not taken, "" when they are. */
static const char *
unpack_left_out(struct unpack_run *r, const struct scan_child *c)
{
	if (c->why[0] != '\0')
		return c->why;
	if (c->size_bytes <= r->limits.bytes - r->u->bytes)
		return "";
	unpack_problem(r, r->bytes_problem, c->name, c->name_len, r->done_bytes);
	return "too large";
}

bool
unpack_begin(struct unpack_run *r, const struct scan_child *c)
{
	struct unpack *u = r->u;
	struct scan_child told = *c;
	bool file = strcmp(c->kind, "file") == 0;
	assert(!r->open);
	if (r->over || !unpack_counted(r, c))
		return false;
	if (c->name_len == 0) {
		told.name = "?";
		told.name_len = 1;
		unpack_problem(r, UNPACK_NAME, NULL, 0, r->done_bytes);
	}
	if (!r->again)
		unpack_tree_add(r, c);
	if (strcmp(c->kind, "special") == 0 && !r->names_checked)
		unpack_problem(r, UNPACK_SPECIAL, c->name, c->name_len, r->done_bytes);
	if (file && (c->mode & 06000u) != 0)
		unpack_problem(r, UNPACK_SETUID, c->name, c->name_len, r->done_bytes);
	if (file)
		told.why = unpack_left_out(r, c);
	if (!u->child(u->arg, &told))
		unpack_stop(r);
	r->open = file && told.why[0] == '\0' && !r->over;
	return !r->over;
}

bool
unpack_put(struct unpack_run *r, const void *bytes, size_t n)
{
	struct unpack *u = r->u;
	assert(r->open);
	if (r->over)
		return false;
	if (n > r->limits.bytes - u->bytes) {
		unpack_problem(r, r->bytes_problem, NULL, 0, r->done_bytes);
		r->over = true;
		return false;
	}
	if (n > 0 && !u->write(u->arg, bytes, n))
		unpack_stop(r);
	u->bytes += n;
	return unpack_tick(r, r->done_bytes);
}

bool
unpack_zeros(struct unpack_run *r, uint64_t n)
{
	static const uint8_t zeros[65536];
	while (n > 0) {
		size_t part = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);
		if (!unpack_put(r, zeros, part))
			return false;
		n -= part;
	}
	return true;
}

bool
unpack_end(struct unpack_run *r, bool whole)
{
	struct unpack *u = r->u;
	assert(r->open);
	r->open = false;
	if (!u->end(u->arg, whole))
		unpack_stop(r);
	return !r->over;
}

bool
unpack_tick(struct unpack_run *r, uint64_t done_bytes)
{
	uint64_t worked = r->u->bytes + r->flow_bytes + done_bytes;
	if (done_bytes > r->done_bytes)
		r->done_bytes = done_bytes < r->o->size_bytes ? done_bytes : r->o->size_bytes;
	if (worked >= r->ticked && worked - r->ticked < UNPACK_TICK_BYTES)
		return !r->over;
	r->ticked = worked;
	if (r->u->stop(r->u->arg, r->done_bytes))
		unpack_stop(r);
	return !r->over;
}

void
unpack_after(struct unpack_run *r, uint64_t at)
{
	size_t n = 0;
	const uint8_t *p;
	uint64_t begin = at;
	while (!r->over && (p = object_some(r->o, at, &n)) != NULL) {
		for (size_t i = 0; i < n; i++)
			if (p[i] != 0) {
				char detail[64];
				int len = snprintf(detail, sizeof(detail), "%" PRIu64 " bytes",
				    r->o->size_bytes - begin);
				unpack_problem(r, UNPACK_AFTER, detail, (size_t)len, at + i);
				return;
			}
		at += n;
		(void)unpack_tick(r, at);
	}
}

/* --- one container ------------------------------------------------------------------------ */

static int
unpack_rank(enum scan_verdict v)
{
	return v == SCAN_INVALID ? 3 : v == SCAN_INCOMPLETE ? 2 : v == SCAN_SUSPICIOUS ? 1 : 0;
}

static void
unpack_tell(struct unpack_run *r, enum unpack_problem p)
{
	char detail[LIM_FINDING_TEXT];
	struct scan_finding f = {.rule = problems[p].rule,
	    .class = problems[p].class,
	    .severity = problems[p].severity,
	    .title = problems[p].title,
	    .detail = detail,
	    .at = r->first_at[p]};
	int n = snprintf(detail, sizeof(detail), "%s", "");
	if (r->counts[p] > 1)
		n = snprintf(detail, sizeof(detail), "%" PRIu64 " times%s", r->counts[p],
		    r->first_len[p] > 0 ? "; first: " : "");
	memcpy(detail + n, r->first[p], r->first_len[p]);
	f.detail_len = (size_t)n + r->first_len[p];
	r->o->find(r->o->arg, &f);
}

/* Adds what was met to what the walk of a zip may have concluded already. */
static void
unpack_conclude(struct unpack_run *r)
{
	struct unpack *u = r->u;
	for (int p = 0; p < UNPACK_PROBLEM__MAX; p++) {
		if (r->counts[p] == 0)
			continue;
		unpack_tell(r, (enum unpack_problem)p);
		if (unpack_rank(problems[p].verdict) <= unpack_rank(u->verdict))
			continue;
		u->verdict = problems[p].verdict;
		snprintf(u->why, sizeof(u->why), "%s",
		    p == UNPACK_ENCRYPTED ? "encrypted" : problems[p].title);
	}
	u->read_bytes = u->verdict == SCAN_CLEAN || u->verdict == SCAN_SUSPICIOUS
	                    ? r->o->size_bytes
	                    : r->done_bytes;
}

static uint64_t
unpack_or(uint64_t n, uint64_t otherwise)
{
	return n != 0 ? n : otherwise;
}

static void
unpack_limit(struct unpack_run *r)
{
	const struct unpack_limits *asked = &r->u->limits;
	uint64_t by_size;
	if (__builtin_mul_overflow(r->o->size_bytes, LIM_ARCHIVE_TIMES, &by_size) ||
	    by_size < LIM_ARCHIVE_BYTES)
		by_size = by_size < LIM_ARCHIVE_BYTES ? LIM_ARCHIVE_BYTES : UINT64_MAX;
	r->limits = (struct unpack_limits){
	    .members = unpack_or(asked->members, LIM_ARCHIVE_MEMBERS),
	    .names_bytes = unpack_or(asked->names_bytes, LIM_ARCHIVE_NAMES_BYTES),
	    .nodes = unpack_or(asked->nodes, LIM_ARCHIVE_NODES),
	    .steps = unpack_or(asked->steps, LIM_ARCHIVE_STEPS),
	    .bytes = unpack_or(asked->bytes, by_size),
	};
	r->bytes_problem = UNPACK_BYTES;
	if (r->u->room_bytes < r->limits.bytes) {
		r->limits.bytes = r->u->room_bytes;
		r->bytes_problem = UNPACK_ROOM;
	}
}

/* A limit was met since: what is behind it is not known. */
static bool
unpack_limited(const struct unpack_run *r, const uint64_t before[UNPACK_PROBLEM__MAX])
{
	for (int p = UNPACK_DEEP; p <= UNPACK_HOLES; p++)
		if (r->counts[p] > before[p])
			return true;
	return false;
}

/* False: its few bytes told nothing, and what followed is not of that kind. */
static bool
unpack_one(struct unpack_run *r, const struct unpack_kind *kind)
{
	struct unpack *u = r->u;
	uint64_t counts[UNPACK_PROBLEM__MAX];
	uint64_t members = u->members;
	memcpy(counts, r->counts, sizeof(counts));
	if (kind->open == NULL)
		unpack_problem(r, UNPACK_NOT_OPENED, kind->name, strlen(kind->name), 0);
	else
		kind->open(r, kind);
	if (!kind->weak || u->members > members || r->o->failed || u->stopped ||
	    unpack_limited(r, counts))
		return true;
	memcpy(r->counts, counts, sizeof(counts));
	r->over = false;
	return false;
}

/* Everything the object may be, one after the other. */
static void
unpack_all(struct unpack_run *r)
{
	struct unpack *u = r->u;
	const struct unpack_kind *kind;
	for (size_t from = 0; !r->over && (kind = unpack_kind_find(r->o, &from)) != NULL;) {
		if (u->depth > LIM_ARCHIVE_DEPTH) {
			unpack_problem(r, UNPACK_DEEP, kind->name, strlen(kind->name), 0);
			r->over = true;
		} else if (!unpack_one(r, kind))
			continue;
		else if (u->kind[0] != '\0')
			unpack_problem(r, UNPACK_TWO_KINDS, kind->name, strlen(kind->name), 0);
		if (u->kind[0] == '\0')
			u->kind = kind->name;
	}
	if (u->kind[0] == '\0' && unpack_kind_zip_behind(r->o)) {
		u->kind = "zip";
		unpack_problem(r, UNPACK_BEFORE, NULL, 0, 0);
	}
}

enum err
unpack(struct object *o, struct unpack *u)
{
	MEM_FREE struct unpack_run *r = mem_alloc(sizeof(*r));
	u->verdict = SCAN_CLEAN;
	u->why[0] = '\0';
	u->kind = "";
	u->read_bytes = u->members = u->bytes = 0;
	u->password_used = u->password_wrong = u->password_unable = 0;
	u->stopped = false;
	r->u = u;
	r->o = o;
	unpack_limit(r);
	r->tree = unpack_tree_new();
	unpack_all(r);
	if (!u->stopped && !o->failed)
		unpack_tree_links(r);
	unpack_tree_free(r->tree);
	free(r->sums);
	if (o->failed)
		return ERR_IO;
	if (u->bytes > UNPACK_RATIO_BYTES && u->bytes / UNPACK_RATIO_TIMES > o->size_bytes)
		unpack_problem(r, UNPACK_RATIO, NULL, 0, 0);
	if (u->password_used > 0)
		unpack_problem(r, UNPACK_UNLOCKED, NULL, 0, 0);
	if (u->kind[0] == '\0')
		u->verdict = SCAN_NA;
	else
		unpack_conclude(r);
	return ERR_OK;
}

void
unpack_warm_up(void)
{
	unpack_lib_warm_up();
	zipcrypt_warm_up();
}

const char *
unpack_engine(void)
{
	return unpack_lib_engine();
}
