/* SPDX-License-Identifier: ISC */
/*
 * sallyport-rescan: scans again what is about to be published, for the stager.
 *
 * Holds     sockets to scanners of its own, which speak with nobody else, and to
 *           the stager (descriptor 3); the policy, the sealed inventory, and
 *           read-only descriptors of files on the share.
 * May       show these files to the scanners, hear what they say, and judge by the
 *           release rule what each item comes to by that.
 * Must never open, write or connect anything; believe the desk or the vault,
 *           to which it has no socket; go on when a scanner cannot be relied on.
 * Dies      when its one scan is done, fails, or the stager has gone.
 *
 * What opens containers, and what judges the set of a whole transfer, is not
 * asked again: their words stand as they were sealed.
 */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/inventory.h"
#include "src/core/policy.h"
#include "src/core/release.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/spawn.h"
#include "src/proc/rescan/crew.h"
#include "src/proc/rescan/weigh.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESCAN_PROGRAM "sallyport-rescan"
#define RESCAN_TYPE    "type" /* the scanner that tells what an object is */
#define RESCAN_WHY     1500

struct rescan {
	struct channel *stager;
	struct crew *crew;
	uint8_t *policy_text, *inventory_text;
	size_t policy_len, inventory_len;
	struct policy *policy;
	struct inventory *inventory;
	json_t *rows; /* of the scanners: what engines they are */
	struct weigh weigh;
	struct crew_object object;
	uint64_t item;
	size_t copies; /* of its descriptors that have come */
};

static void
rescan_say(struct rescan *r, enum msg_id id, json_t *body)
{
	/* nobody is left to tell */
	if (channel_send_wait(r->stager, id, body, -1) != ERR_OK)
		exit(0);
}

/* Nothing that was said counts. */
static _Noreturn void
rescan_fail(struct rescan *r, const char *why)
{
	log_warn("%s", why);
	rescan_say(r, MSG_RESCAN_FAILED, json_pack("{s:s}", "why", why));
	exit(1);
}

static void
rescan_on_waiting(void *arg)
{
	rescan_say(arg, MSG_RESCAN_PROGRESS, NULL);
}

static void
rescan_on_finding(void *arg, const struct finding *f)
{
	struct rescan *r = arg;
	weigh_finding(&r->weigh, f);
}

/* --- one object ----------------------------------------------------------------------- */

static void
rescan_digest(struct rescan *r)
{
	static uint8_t bytes[1 << 18];
	struct crew_object *o = &r->object;
	uint8_t sha256[DIGEST_SIZE];
	struct stat st;
	struct digest *d = digest_new();
	ssize_t n;
	uint64_t at = 0, told = 0;
	if (fstat(o->fds[0], &st) != 0 || !S_ISREG(st.st_mode))
		rescan_fail(r, "what the stager gave is no file");
	while ((n = pread(o->fds[0], bytes, sizeof(bytes), (off_t)at)) > 0) {
		digest_add(d, bytes, (size_t)n);
		at += (uint64_t)n;
		if (at - told >= (uint64_t)1 << 30) {
			rescan_on_waiting(r);
			told = at;
		}
	}
	digest_final(d, sha256);
	if (n < 0 || at != (uint64_t)st.st_size)
		rescan_fail(r, "a file on the share could not be read to its end");
	o->size_bytes = at;
	hex_encode(sha256, sizeof(sha256), o->sha256);
}

static void
rescan_show(struct rescan *r, struct crew_said said[LIM_SCANNERS])
{
	char why[CREW_WHY_SIZE];
	if (!crew_show(r->crew, &r->object, said, why))
		rescan_fail(r, why);
}

/* What it is decides who must see it. */
static void
rescan_type(struct rescan *r, struct crew_said said[LIM_SCANNERS])
{
	struct crew_said first[LIM_SCANNERS] = {{.asked = false}};
	size_t type = crew_find(r->crew, RESCAN_TYPE);
	first[type].asked = true;
	rescan_show(r, first);
	if (first[type].type[0] == '\0')
		rescan_fail(r, "the type scanner did not say what an object is");
	memcpy(r->object.type, first[type].type, sizeof(r->object.type));
	memcpy(r->object.mime, first[type].mime, sizeof(r->object.mime));
	said[type] = first[type];
}

/* The item of the inventory, which has them in the same order. */
static const struct inventory_item *
rescan_seek(struct rescan *r)
{
	const struct inventory_item *it;
	enum err e;
	while ((e = inventory_next(r->inventory, &it)) == ERR_OK)
		if (it->id == r->item)
			return it;
	rescan_fail(r, "the stager asks for an item that the inventory does not have there");
}

static void
rescan_judge(struct rescan *r)
{
	struct crew_said said[LIM_SCANNERS] = {{.asked = false}}, rest[LIM_SCANNERS];
	struct verdict_need needs[LIM_SCANNERS];
	const struct inventory_item *sealed = rescan_seek(r);
	rescan_digest(r);
	r->object.type[0] = r->object.mime[0] = '\0';
	weigh_begin(&r->weigh, sealed);
	rescan_type(r, said);
	size_t n =
	    policy_needs(r->policy, r->object.type, r->object.size_bytes, needs, LIM_SCANNERS);
	memset(rest, 0, sizeof(rest));
	for (size_t i = 0; i < n; i++) {
		size_t k = crew_find(r->crew, needs[i].scanner);
		if (k == crew_count(r->crew))
			rescan_fail(r, "a scanner that policy requires was not started");
		rest[k].asked = crew_asks(r->crew, k) && !said[k].asked;
	}
	rescan_show(r, rest);
	for (size_t i = 0; i < crew_count(r->crew); i++)
		if (rest[i].asked)
			said[i] = rest[i];
	for (size_t i = 0; i < crew_count(r->crew); i++)
		if (said[i].asked)
			weigh_said(&r->weigh, crew_manifest(r->crew, i)->name, &said[i]);
	if (!weigh_end(&r->weigh, &r->object))
		rescan_fail(r, "more scanners than an item can have");
	const struct inventory_item *it = &r->weigh.item;
	rescan_say(r, MSG_RESCAN_RESULT,
	    json_pack("{s:I, s:s, s:I, s:s, s:s, s:s}", "item", (json_int_t)r->item, "sha256",
		r->object.sha256, "bytes", (json_int_t)r->object.size_bytes, "verdict",
		verdict_print(it->verdict), "proposed", policy_proposed_print(it->proposed),
		"why", r->weigh.why));
}

static void
rescan_on_object(struct rescan *r, struct msg *m)
{
	if (r->rows == NULL || msg_uint(m, "scanner") != r->copies ||
	    (r->copies > 0 && msg_uint(m, "item") != r->item))
		rescan_fail(r, "the stager gave an object out of turn");
	r->item = msg_uint(m, "item");
	r->object.fds[r->copies++] = msg_take_fd(m);
	if (r->copies < crew_count(r->crew))
		return;
	rescan_judge(r);
	for (size_t i = 0; i < r->copies; i++)
		close(r->object.fds[i]);
	r->copies = 0;
}

/* --- the rest of the conversation --------------------------------------------------------- */

static void
rescan_on_input(struct rescan *r, struct msg *m)
{
	bool policy = strcmp(msg_str(m, "kind"), "policy") == 0;
	uint8_t **text = policy ? &r->policy_text : &r->inventory_text;
	size_t *n = policy ? &r->policy_len : &r->inventory_len;
	if (*text != NULL || io_memfd_read(m->fd, LIM_SEALED_BYTES, text, n) != ERR_OK)
		rescan_fail(r, "policy and inventory cannot be read");
}

static void
rescan_on_begin(struct rescan *r)
{
	char why[RESCAN_WHY] = "";
	if (r->rows != NULL || r->policy_text == NULL || r->inventory_text == NULL ||
	    policy_parse(r->policy_text, r->policy_len, &r->policy, why) != ERR_OK ||
	    inventory_open(r->inventory_text, r->inventory_len, &r->inventory, why) != ERR_OK)
		rescan_fail(r, "policy and inventory cannot be used");
	size_t type = crew_find(r->crew, RESCAN_TYPE);
	if (type == crew_count(r->crew) || !crew_asks(r->crew, type))
		rescan_fail(r, "there is no scanner that tells types");
	if (!crew_begin(r->crew, why))
		rescan_fail(r, why);
	r->rows = crew_rows(r->crew);
	const struct inventory_header *h = inventory_header(r->inventory);
	r->weigh.under =
	    (struct release_under){r->policy, h->exceptions, h->nexceptions, r->rows};
	rescan_say(r, MSG_RESCAN_READY, NULL);
}

static void
rescan_on_end(struct rescan *r)
{
	char why[CREW_WHY_SIZE];
	if (r->rows == NULL || r->copies > 0)
		rescan_fail(r, "the stager ended out of turn");
	if (!crew_end(r->crew, why))
		rescan_fail(r, why);
	rescan_say(r, MSG_RESCAN_ENDED, json_pack("{s:o}", "scanners", crew_rows(r->crew)));
}

static void
rescan_serve(struct rescan *r)
{
	struct msg m;
	bool ended = false;
	while (!ended && channel_recv_wait(r->stager, &m, -1) == ERR_OK) {
		ended = m.id == MSG_RESCAN_END;
		if (m.id == MSG_RESCAN_INPUT)
			rescan_on_input(r, &m);
		else if (m.id == MSG_RESCAN_BEGIN)
			rescan_on_begin(r);
		else if (m.id == MSG_RESCAN_OBJECT)
			rescan_on_object(r, &m);
		else if (ended)
			rescan_on_end(r);
		msg_done(&m);
	}
}

/* --- life ------------------------------------------------------------------------------------
 */

static _Noreturn void
rescan_usage(void)
{
	fprintf(stderr,
	    "usage: %s -n SCANNERS\n"
	    "Started by sallyportd with descriptor 3, the stager, and those of scanners.\n",
	    RESCAN_PROGRAM);
	exit(2);
}

static size_t
rescan_count(const char *text)
{
	char *end;
	errno = 0;
	unsigned long n = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || n < 1 ||
	    n > LIM_SCANNERS)
		rescan_usage();
	return (size_t)n;
}

static void
rescan_confine(const char *act)
{
	const char *why = "";
	if (sandbox_enter(ROLE_RESCAN, NULL, 0, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	if (act == NULL)
		return;
	sandbox_probe(act);
	log_fatal("could do what its contract forbids: %s", act);
}

int
main(int argc, char **argv)
{
	static const struct crew_events events = {rescan_on_finding, rescan_on_waiting};
	struct rescan r = {.stager = NULL};
	const char *act = NULL;
	char why[CREW_WHY_SIZE];
	size_t n = 0;
	int option;
	log_init(RESCAN_PROGRAM);
	while ((option = getopt(argc, argv, "n:T:")) != -1) {
		if (option == 'n')
			n = rescan_count(optarg);
		else if (option == 'T')
			act = optarg;
		else
			rescan_usage();
	}
	if (optind != argc || (n == 0 && act == NULL))
		rescan_usage();
	(void)signal(SIGPIPE, SIG_IGN);
	json_object_seed(0);
	digest_init();
	rescan_confine(act);
	r.stager = channel_new(SPAWN_FD_FIRST, ROLE_RESCAN, ROLE_STAGER);
	if (channel_hello(r.stager, RESCAN_PROGRAM, sandbox_active()) != ERR_OK ||
	    channel_greet(r.stager, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("the stager does not answer");
	r.crew = crew_new(SPAWN_FD_FIRST + 1, n, &events, &r, why);
	if (r.crew == NULL)
		rescan_fail(&r, why);
	rescan_serve(&r);
	channel_free(r.stager);
	crew_free(r.crew);
	inventory_free(r.inventory);
	policy_free(r.policy);
	free(r.inventory_text);
	free(r.policy_text);
	json_decref(r.rows);
	return 0;
}
