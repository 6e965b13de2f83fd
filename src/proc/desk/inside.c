/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/inside.h"
#include "db/work_split.h"
#include "src/base/buf.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/finding.h"
#include "src/proc/desk/intake_in.h"
#include "src/proc/desk/worker.h"

#include <string.h>

#define INSIDE_DIGESTS 1024 /* taken from the work at once */
#define INSIDE_DEEP    "it lies too deep in other containers and was not opened"
#define INSIDE_FULL \
	"it was not opened: what is inside this transfer takes more room than allowed"
#define INSIDE_MANY "it was not opened: this transfer has more inside than the station keeps"
#define INSIDE_OVER \
	"not all that is inside was kept: it is over what one transfer may have inside"

#define INSIDE_SHUT "it was answered for after it was shut"

/* An object that is open now. */
struct inside_open {
	struct inside_open *next;
	uint8_t sha256[32];
	char scanner[MANIFEST_NAME_SIZE];
	uint64_t depth, members, bytes;
	bool over;     /* not all of it was kept */
	char why[128]; /* a file of it did not arrive: why */
};

struct inside {
	struct desk *desk;
	struct work *work;
	enum err lost;
	uint64_t read_bytes;     /* from the medium */
	uint64_t expanded_bytes; /* out of what is on it */
	uint64_t members;
	bool deep;  /* something was not opened because it lies too deep */
	bool moved; /* and something was told since depths were counted */
	struct inside_open *open;
};

static void
inside_check(struct inside *in, enum err e)
{
	if (in->lost == ERR_OK)
		in->lost = e;
}

enum err
inside_lost(const struct inside *in)
{
	return in->lost;
}

struct inside *
inside_new(struct desk *d, struct work *work)
{
	struct work_totals totals = {0};
	struct inside *in = mem_alloc(sizeof(*in));
	bool again = false;
	*in = (struct inside){.desk = d, .work = work};
	inside_check(in, work_child_again(work, &again));
	inside_check(in, work_totals(work, &totals));
	inside_check(in, work_child_count(work, &in->members));
	in->read_bytes = totals.bytes;
	return in;
}

/* --- letting go ----------------------------------------------------------------------- */

/* Another transfer is being scanned: what both have inside stays for it. */
static bool
inside_is_wanted(const struct inside *in, const uint8_t sha256[32])
{
	struct work_todo todo;
	for (const struct intake *other = in->desk->intakes; other != NULL; other = other->next)
		if (other->work != NULL && other->work != in->work && other->scan != NULL &&
		    work_object_get(other->work, sha256, &todo) == ERR_OK)
			return true;
	return false;
}

static bool
inside_is_alone(const struct inside *in)
{
	for (const struct intake *other = in->desk->intakes; other != NULL; other = other->next)
		if (other->work != in->work && other->scan != NULL)
			return false;
	return true;
}

/* Digests of what is only inside others, one a line; true when there is any. */
static bool
inside_list(struct inside *in, struct buf *out)
{
	uint8_t(*digests)[32] = mem_array(INSIDE_DIGESTS, 32), after[32] = {0};
	size_t n = INSIDE_DIGESTS;
	bool any = false;
	while (n == INSIDE_DIGESTS && in->lost == ERR_OK) {
		n = 0;
		inside_check(
		    in, work_child_objects(in->work, after, digests, INSIDE_DIGESTS, &n));
		for (size_t i = 0; i < n; i++) {
			char text[HEX_DIGEST_SIZE];
			any = true;
			memcpy(after, digests[i], 32);
			if (inside_is_wanted(in, digests[i]))
				continue;
			hex_encode(digests[i], 32, text);
			buf_add_str(out, text);
			buf_add_byte(out, '\n');
		}
	}
	free(digests);
	return any;
}

static void
inside_let_go(struct inside *in)
{
	struct buf list;
	MEM_CLOSE int fd = -1;
	buf_init(&list, LIM_SEALED_BYTES);
	/* some of it may be in items as well: then the vault has that twice */
	bool any = inside_list(in, &list) || in->members > 0;
	/* nobody else needs anything: what nobody was told of goes, too */
	if (inside_is_alone(in))
		list.len = 0;
	else if (list.len == 0)
		any = false;
	if (any && !in->desk->lost && io_memfd("inside", list.data, list.len, &fd) == ERR_OK)
		channel_send(in->desk->vault, MSG_VAULT_LET_GO,
		    json_pack("{s:I}", "told", (json_int_t)in->desk->told), fd);
	buf_done(&list);
	if (any && in->lost == ERR_OK)
		inside_check(in, work_child_tidy(in->work));
	if (in->lost != ERR_OK)
		log_warn(
		    "what was inside objects could not be tidied up: %s", work_why(in->work));
}

struct inside *
inside_free(struct inside *in)
{
	if (in == NULL)
		return NULL;
	inside_let_go(in);
	while (in->open != NULL) {
		struct inside_open *next = in->open->next;
		free(in->open);
		in->open = next;
	}
	free(in);
	return NULL;
}

/* --- bounds ------------------------------------------------------------------------------ */

void
inside_read(struct inside *in, uint64_t bytes)
{
	in->read_bytes += bytes;
}

void
inside_opener(struct inside *in, const char *scanner)
{
	inside_check(in, work_opener_add(in->work, scanner));
}

static uint64_t
inside_allowed(const struct inside *in)
{
	uint64_t times;
	if (__builtin_mul_overflow(in->read_bytes, (uint64_t)LIM_INSIDE_TIMES, &times))
		times = UINT64_MAX;
	return times > LIM_INSIDE_LEAST ? times : LIM_INSIDE_LEAST;
}

/* What other programs still have to bring into the vault. */
static uint64_t
inside_spare(const struct inside *in)
{
	uint64_t spare = 0;
	for (const struct intake *i = in->desk->intakes; i != NULL; i = i->next)
		if (i->stage <= STAGE_READING && i->bytes > i->bytes_done)
			spare += i->bytes - i->bytes_done;
	return spare < CANON_UINT_MAX ? spare : CANON_UINT_MAX;
}

static struct inside_open *
inside_find(struct inside *in, const uint8_t parent[32], const char *scanner)
{
	for (struct inside_open *o = in->open; o != NULL; o = o->next)
		if (memcmp(o->sha256, parent, 32) == 0 && strcmp(o->scanner, scanner) == 0)
			return o;
	return NULL;
}

static void
inside_close(struct inside *in, struct inside_open *o)
{
	struct inside_open **at = &in->open;
	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	free(o);
}

/* It stays closed: a finding says so, beside the verdict. */
static const char *
inside_refuse(struct inside *in, const struct work_todo *t, const char *scanner,
    const char *rule, const char *why)
{
	struct work_finding f = {.sha256 = t->sha256,
	    .scanner = scanner,
	    .rule = rule,
	    .class = finding_class_print(FINDING_INCOMPLETE),
	    .severity = finding_severity_print(FINDING_MEDIUM),
	    .title = why,
	    .detail = ""};
	inside_check(in, work_finding_add(in->work, &f));
	return why;
}

static uint64_t
inside_depth(struct inside *in, const struct work_todo *t)
{
	uint64_t depth = 0;
	enum err e = work_child_depth(in->work, t->sha256, &depth);
	inside_check(in, e == ERR_NOTFOUND ? ERR_OK : e);
	return depth;
}

const char *
inside_refuses(struct inside *in, const struct work_todo *t, const char *scanner)
{
	if (inside_depth(in, t) > LIM_ARCHIVE_DEPTH) {
		in->deep = in->moved = true;
		return inside_refuse(in, t, scanner, "archive/depth", INSIDE_DEEP);
	}
	if (in->members >= LIM_INSIDE_MEMBERS)
		return inside_refuse(in, t, scanner, "archive/members", INSIDE_MANY);
	if (in->expanded_bytes >= inside_allowed(in))
		return inside_refuse(in, t, scanner, "archive/room", INSIDE_FULL);
	return NULL;
}

void
inside_open(struct inside *in, const struct work_todo *t, const char *scanner,
    struct inside_room *ret_room)
{
	uint64_t allowed = inside_allowed(in), used = in->expanded_bytes;
	struct inside_open *o = mem_alloc(sizeof(*o));
	inside_cut(in, t->sha256, scanner);
	*o = (struct inside_open){.next = in->open, .depth = inside_depth(in, t)};
	memcpy(o->sha256, t->sha256, 32);
	snprintf(o->scanner, sizeof(o->scanner), "%s", scanner);
	in->open = o;
	*ret_room = (struct inside_room){
	    allowed > used ? allowed - used : 0, o->depth, inside_spare(in)};
}

void
inside_room_add(const struct inside_room *r, json_t *give)
{
	uint64_t room = r->room_bytes < CANON_UINT_MAX ? r->room_bytes : CANON_UINT_MAX;
	json_object_set_new(give, "room", json_integer((json_int_t)room));
	json_object_set_new(give, "depth", json_integer((json_int_t)r->depth));
	json_object_set_new(give, "spare", json_integer((json_int_t)r->spare_bytes));
}

/* --- what is told ---------------------------------------------------------------------------
 */

bool
inside_member(struct inside *in, const uint8_t parent[32], const char *scanner,
    const struct work_child *told)
{
	struct inside_open *o = inside_find(in, parent, scanner);
	struct work_child row = *told;
	bool is_new = false;
	if (o == NULL)
		return false;
	row.parent = parent;
	row.scanner = scanner;
	if (told->sha256 != NULL) {
		in->moved = true;
		in->expanded_bytes += told->size_bytes;
		o->bytes += told->size_bytes;
	}
	bool over = o->members >= LIM_ARCHIVE_MEMBERS || in->members >= LIM_INSIDE_MEMBERS ||
	            in->expanded_bytes > inside_allowed(in);
	if (told->sha256 != NULL) {
		/* also of what is not kept: its bytes are let go with the others */
		inside_check(in, work_child_object(in->work, told->sha256, told->size_bytes,
				     over ? WORK_CHILD_UNASKED : o->depth + 1, &is_new));
	} else if (strcmp(told->kind, "file") == 0 && o->why[0] == '\0') {
		snprintf(
		    o->why, sizeof(o->why), "a file in it could not be had: %.90s", told->why);
	}
	if (over) {
		o->over = true;
		return false;
	}
	o->members++;
	in->members++;
	inside_check(in, work_child_add(in->work, &row));
	return is_new;
}

void
inside_end(
    struct inside *in, const uint8_t parent[32], const char *scanner, struct worker_result *r)
{
	static char why[128]; /* until the next one: the result is kept at once */
	struct inside_open *o = inside_find(in, parent, scanner);
	if (o == NULL) {
		r->verdict = VERDICT_ERROR;
		r->why = INSIDE_SHUT;
		return;
	}
	if ((o->over || o->why[0] != '\0') &&
	    (r->verdict == VERDICT_CLEAN || r->verdict == VERDICT_NA ||
		r->verdict == VERDICT_SUSPICIOUS)) {
		snprintf(why, sizeof(why), "%s", o->over ? INSIDE_OVER : o->why);
		r->verdict = VERDICT_INCOMPLETE;
		r->why = why;
	}
	inside_close(in, o);
}

void
inside_cut(struct inside *in, const uint8_t parent[32], const char *scanner)
{
	struct inside_open *o = inside_find(in, parent, scanner);
	uint64_t gone = 0;
	if (o != NULL) {
		in->expanded_bytes -= o->bytes;
		inside_close(in, o);
	}
	inside_check(in, work_child_cut(in->work, parent, scanner, &gone));
	in->members -= gone < in->members ? gone : in->members;
}

void
inside_share(
    struct inside *in, const uint8_t from[32], const uint8_t to[32], const char *scanner)
{
	uint64_t n = 0;
	inside_cut(in, to, scanner);
	inside_check(in, work_split_share(in->work, from, to, scanner, &n));
	in->members += n;
}

bool
inside_deeper(struct inside *in)
{
	uint64_t n = 0;
	/* asked each time that nothing waits: it walks over all that is inside */
	if (!in->deep || !in->moved)
		return false;
	in->moved = false;
	inside_check(in, work_child_deep(in->work, INSIDE_DEEP, LIM_ARCHIVE_DEPTH, &n));
	return n > 0;
}
