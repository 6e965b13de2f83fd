/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/rescan.h"

#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/addendum.h"
#include "src/core/inventory.h"
#include "src/core/policy.h"
#include "src/ipc/channel.h"
#include "src/proc/stager/place.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RESCAN_TYPE "type" /* the scanner that tells what an object is */

struct rescan_run {
	const struct rescan *r;
	struct channel *channel;
	size_t scanners;                   /* how many copies of a descriptor each file needs */
	const struct release_file **files; /* sorted by item */
	struct place place;
	uint64_t done, bytes, worse;
	char first[SHARE_WHY_SIZE / 2]; /* the first that is worse, in words */
	char *why;
};

#define rescan_refuse(why, e, ...) err_say(e, why, SHARE_WHY_SIZE, __VA_ARGS__)

enum err
rescan_asked(const void *policy, size_t n, bool *ret, char why[SHARE_WHY_SIZE])
{
	char detail[POLICY_WHY_SIZE];
	struct policy *p;
	enum err e = policy_parse(policy, n, &p, detail);
	if (e != ERR_OK)
		return rescan_refuse(why, e, "The policy cannot be read: %s", detail);
	*ret = p->rescan_at_release;
	policy_free(p);
	return ERR_OK;
}

/* Everybody whom the policy requires of anything, and who tells types. */
static json_t *
rescan_names(const struct rescan *r)
{
	char detail[POLICY_WHY_SIZE];
	struct policy *p;
	json_t *names = json_pack("[s]", RESCAN_TYPE);
	if (policy_parse(r->policy, r->policy_len, &p, detail) != ERR_OK)
		return names; /* and it was read before */
	for (size_t i = 0; i < p->nrequired; i++) {
		size_t k = 0;
		while (k < json_array_size(names) &&
		       strcmp(json_string_value(json_array_get(names, k)),
			   p->required[i].scanner) != 0)
			k++;
		if (k == json_array_size(names))
			json_array_append_new(names, json_string(p->required[i].scanner));
	}
	policy_free(p);
	return names;
}

/* --- the conversation ------------------------------------------------------------------- */

/* The next word that is more than a sign of life. */
static enum err
rescan_hear(struct rescan_run *x, enum msg_id wanted, struct msg *ret)
{
	for (;;) {
		enum err e = channel_recv_wait(x->channel, ret, LIM_CALL_MS);
		if (e != ERR_OK)
			return rescan_refuse(x->why, ERR_CLOSED,
			    "The program that scans again at release ended in the middle of "
			    "it, or does not answer.");
		if (ret->id == wanted)
			return ERR_OK;
		if (ret->id == MSG_RESCAN_FAILED)
			e = rescan_refuse(x->why, ERR_STATE,
			    "What was approved cannot be scanned again: %.300s.",
			    msg_str(ret, "why"));
		else if (ret->id != MSG_RESCAN_PROGRESS)
			e = rescan_refuse(x->why, ERR_PROTO,
			    "The program that scans again at release spoke out of turn.");
		msg_done(ret);
		if (e != ERR_OK)
			return e;
	}
}

static enum err
rescan_tell(struct rescan_run *x, enum msg_id id, json_t *body, int fd)
{
	if (channel_send_wait(x->channel, id, body, fd) == ERR_OK)
		return ERR_OK;
	/* what it said before it ended */
	struct msg m;
	enum err e = rescan_hear(x, MSG_RESCAN_FAILED, &m);
	if (e != ERR_OK)
		return e;
	e = rescan_refuse(x->why, ERR_STATE,
	    "What was approved cannot be scanned again: %.300s.", msg_str(&m, "why"));
	msg_done(&m);
	return e;
}

static enum err
rescan_input(struct rescan_run *x, const char *kind, const void *bytes, size_t n)
{
	MEM_CLOSE int fd = -1;
	if (io_memfd(kind, bytes, n, &fd) != ERR_OK)
		return rescan_refuse(x->why, ERR_IO, "There is no memory for the %s.", kind);
	return rescan_tell(x, MSG_RESCAN_INPUT, json_pack("{s:s}", "kind", kind), fd);
}

static enum err
rescan_begin(struct rescan_run *x)
{
	const struct rescan *r = x->r;
	bool sandboxed = false;
	struct msg m;
	if (channel_hello(x->channel, "sallyport-stager", true) != ERR_OK ||
	    channel_greet(x->channel, LIM_CALL_MS, &sandboxed) != ERR_OK)
		return rescan_refuse(x->why, ERR_CLOSED,
		    "The program that scans again at release did not say hello.");
	if (!sandboxed)
		return rescan_refuse(x->why, ERR_DENIED,
		    "The program that scans again at release runs without its sandbox.");
	enum err e = rescan_input(x, "policy", r->policy, r->policy_len);
	if (e == ERR_OK)
		e = rescan_input(x, "inventory", r->inventory, r->inventory_len);
	if (e == ERR_OK)
		e = rescan_tell(x, MSG_RESCAN_BEGIN, NULL, -1);
	if (e == ERR_OK)
		e = rescan_hear(x, MSG_RESCAN_READY, &m);
	if (e == ERR_OK)
		msg_done(&m);
	return e;
}

/* --- one file ----------------------------------------------------------------------------- */

static enum err
rescan_give(struct rescan_run *x, const struct inventory_item *it, const struct release_file *f)
{
	if (place_set(&x->place, f->dest.data, f->dest.len) != ERR_OK)
		return rescan_refuse(
		    x->why, ERR_IO, "%.200s cannot be found on the share.", it->name);
	for (size_t i = 0; i < x->scanners; i++) {
		MEM_CLOSE int fd = openat(x->place.dirfd, x->place.name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			return rescan_refuse(
			    x->why, ERR_IO, "%.200s cannot be read on the share.", it->name);
		enum err e = rescan_tell(x, MSG_RESCAN_OBJECT,
		    json_pack(
			"{s:I,s:I}", "item", (json_int_t)it->id, "scanner", (json_int_t)i),
		    fd);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* The answer is about this file, whole, and says what words mean. */
static bool
rescan_fits(const struct msg *m, const struct inventory_item *it, const struct release_file *f,
    struct addendum_item *ret)
{
	uint8_t sha256[32];
	*ret = (struct addendum_item){
	    it->id, it->name, it->verdict, VERDICT_MALICIOUS, it->proposed, POLICY_BLOCK};
	return msg_uint(m, "item") == it->id && msg_uint(m, "bytes") == f->size_bytes &&
	       hex_decode(msg_str(m, "sha256"), 64, sha256, 32) &&
	       memcmp(sha256, f->sha256, 32) == 0 &&
	       verdict_parse(msg_str(m, "verdict"), &ret->verdict) &&
	       policy_proposed_parse(msg_str(m, "proposed"), &ret->proposed);
}

static void
rescan_note(struct rescan_run *x, const struct addendum_item *a, const char *said)
{
	if (x->worse++ > 0)
		return;
	if (a->verdict != a->was)
		snprintf(x->first, sizeof(x->first), "%.60s was %s and is %s (%.160s)", a->name,
		    verdict_print(a->was), verdict_print(a->verdict), said);
	else
		snprintf(x->first, sizeof(x->first), "policy says %s of %.60s, not %s (%.120s)",
		    policy_proposed_print(a->proposed), a->name,
		    policy_proposed_print(a->was_proposed), said);
}

static enum err
rescan_file(struct rescan_run *x, const struct inventory_item *it, const struct release_file *f)
{
	struct addendum_item a;
	struct msg m;
	enum err e = rescan_give(x, it, f);
	if (e == ERR_OK)
		e = rescan_hear(x, MSG_RESCAN_RESULT, &m);
	if (e != ERR_OK)
		return e;
	if (!rescan_fits(&m, it, f, &a))
		e = rescan_refuse(x->why, ERR_SIGNATURE,
		    "What was scanned again is not %.200s as it was approved.", it->name);
	else if (addendum_is_worse(&a))
		rescan_note(x, &a, msg_str(&m, "why"));
	msg_done(&m);
	x->done++;
	x->bytes += f->size_bytes;
	x->r->progress(x->r->arg, x->done, x->bytes);
	return e;
}

/* --- all files ------------------------------------------------------------------------------
 */

static int
rescan_compare(const void *a, const void *b)
{
	const struct release_file *const *f = a, *const *g = b;
	return (*f)->item < (*g)->item ? -1 : (*f)->item > (*g)->item;
}

static const struct release_file *
rescan_find(const struct rescan_run *x, uint64_t item)
{
	const struct release_file key = {.item = item}, *at = &key;
	const struct release_file **found = bsearch(&at, x->files, x->r->manifest->nfiles,
	    sizeof(struct release_file *), rescan_compare);
	return found != NULL ? *found : NULL;
}

static enum err
rescan_files(struct rescan_run *x)
{
	char detail[INVENTORY_WHY_SIZE] = "";
	struct inventory *inv = NULL;
	const struct inventory_item *it;
	enum err e = inventory_open(x->r->inventory, x->r->inventory_len, &inv, detail);
	if (e != ERR_OK)
		return rescan_refuse(x->why, e, "The inventory cannot be read: %s", detail);
	while ((e = inventory_next(inv, &it)) == ERR_OK) {
		const struct release_file *f = rescan_find(x, it->id);
		e = f != NULL ? rescan_file(x, it, f) : ERR_OK;
		if (e != ERR_OK)
			break;
	}
	inventory_free(inv);
	if (e == ERR_NOTFOUND && x->done == x->r->manifest->nfiles)
		return ERR_OK;
	return e != ERR_NOTFOUND
	           ? e
	           : rescan_refuse(x->why, ERR_SYNTAX,
			 "The inventory does not have every file of the manifest.");
}

/* A row as the ledger takes it, of a scanner that proved itself, in its sandbox. */
static bool
rescan_proved(const json_t *row)
{
	static const char *const texts[] = {
	    "after", "before", "engine", "kind", "name", "signatures", "version"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!json_is_string(json_object_get(row, texts[i])))
			return false;
	const json_t *date = json_object_get(row, "date");
	return json_object_size(row) == (date != NULL ? 9 : 8) &&
	       (date == NULL || json_is_string(date)) &&
	       json_is_true(json_object_get(row, "sandbox")) &&
	       strcmp(json_string_value(json_object_get(row, "before")), "pass") == 0 &&
	       strcmp(json_string_value(json_object_get(row, "after")), "pass") == 0;
}

/* Before anything is published: the ledger would see it only behind that. */
static enum err
rescan_check(struct rescan_run *x, const json_t *scanners)
{
	bool ok = json_array_size(scanners) > 0;
	for (size_t i = 0; i < json_array_size(scanners); i++)
		ok = ok && rescan_proved(json_array_get(scanners, i));
	return ok ? ERR_OK
	          : rescan_refuse(x->why, ERR_STATE,
			"What was approved cannot be scanned again: a scanner did not prove "
			"itself before and after, or had no sandbox.");
}

static enum err
rescan_end(struct rescan_run *x, json_t **ret_said)
{
	struct msg m;
	enum err e = rescan_tell(x, MSG_RESCAN_END, NULL, -1);
	if (e == ERR_OK)
		e = rescan_hear(x, MSG_RESCAN_ENDED, &m);
	if (e != ERR_OK)
		return e;
	e = rescan_check(x, json_object_get(m.body, "scanners"));
	if (e != ERR_OK) {
		msg_done(&m);
		return e;
	}
	*ret_said = json_pack("{s:I,s:I,s:O}", "bytes", (json_int_t)x->bytes, "objects",
	    (json_int_t)x->done, "scanners", json_object_get(m.body, "scanners"));
	msg_done(&m);
	return ERR_OK;
}

static enum err
rescan_walk(struct rescan_run *x, json_t **ret_said)
{
	const struct release_manifest *m = x->r->manifest;
	x->files = mem_array(m->nfiles, sizeof(struct release_file *));
	for (size_t i = 0; i < m->nfiles; i++)
		x->files[i] = &m->files[i];
	x->r->progress(x->r->arg, 0, 0);
	qsort(x->files, m->nfiles, sizeof(struct release_file *), rescan_compare);
	enum err e = rescan_begin(x);
	if (e == ERR_OK)
		e = rescan_files(x);
	/* it proves itself after the last file: before that nothing it said is worth anything
	 */
	if (e == ERR_OK)
		e = rescan_end(x, ret_said);
	free(x->files);
	if (e != ERR_OK || x->worse == 0)
		return e;
	json_decref(*ret_said);
	*ret_said = NULL;
	return rescan_refuse(x->why, ERR_DENIED,
	    "Scanned again before release: %s; %" PRIu64 " of %" PRIu64
	    " files are worse than they were approved as.",
	    x->first, x->worse, x->done);
}

enum err
rescan_run(const struct rescan *r, json_t **ret_said, char why[SHARE_WHY_SIZE])
{
	struct rescan_run x = {.r = r, .why = why};
	MEM_CLOSE int files = openat(r->part, "files", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = -1;
	*ret_said = NULL;
	if (files < 0)
		return share_errno(why, "What was built cannot be opened");
	json_t *names = rescan_names(r);
	x.scanners = json_array_size(names);
	enum err e = r->bridge(r->bridge_arg, names, &fd, why);
	json_decref(names);
	if (e != ERR_OK)
		return e;
	x.channel = channel_new(fd, ROLE_STAGER, ROLE_RESCAN);
	place_init(&x.place, files);
	e = rescan_walk(&x, ret_said);
	place_done(&x.place);
	channel_free(x.channel);
	return e;
}
