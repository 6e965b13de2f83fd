/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/papers.h"

#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/loop.h"
#include "src/proc/stager/recall.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct papers {
	struct loop *loop;
	struct delivery d;
	int timer;
	bool looking; /* a look is under way, and `at` is where */
	size_t at;
	bool failed; /* in this look */
	char why[SHARE_WHY_SIZE];
};

bool
papers_delivered(const struct custody_transfer *t)
{
	return transfer_delivered(&t->facts) || transfer_moved(&t->facts);
}

const char *
papers_state(const struct custody_transfer *t)
{
	if (t->recalled.reason != NULL)
		return "recalled"; /* and retired since: copies must still not be used */
	if (t->recall.agreement.leaf[0] == '\0')
		return "delivered";
	return t->recall.retire ? "retired" : "recalled";
}

static bool
papers_there(int dir, const char *path)
{
	return faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
papers_behind(const struct share *s, const struct custody_transfer *t)
{
	if (!papers_delivered(t) && t->facts.state != TRANSFER_CLOSED)
		return false;
	MEM_FREE char *entry = mem_printf("%s/entries/%08ju.entry", t->id,
	    (uintmax_t)(t->seqs_count > 0 ? t->seqs[t->seqs_count - 1] : 0));
	if (papers_there(s->custody, entry))
		return false;
	/* A delivery that was taken off the share whole, by whoever keeps it, stays away. */
	return papers_there(s->custody, t->id) || papers_there(s->transfers, t->id) ||
	       !papers_delivered(t);
}

enum err
papers_share(const struct record *r, const struct share *s, char why[SHARE_WHY_SIZE])
{
	const struct custody *c = record_custody(r);
	uint64_t delivered = 0;
	if (papers_there(s->root, "INDEX"))
		return ERR_OK;
	for (size_t i = 0; i < custody_transfer_count(c); i++) {
		const struct custody_transfer *t = custody_transfer_at(c, i);
		/* an earlier run may have ended between the first delivery and INDEX */
		if (papers_delivered(t) && papers_there(s->transfers, t->id))
			return ERR_OK;
		delivered += papers_delivered(t);
	}
	if (delivered == 0)
		return ERR_OK;
	snprintf(why, SHARE_WHY_SIZE,
	    "The share holds neither INDEX nor any of the %ju transfers that were delivered: "
	    "it "
	    "is not mounted, or it is another one. An administrator mounts it and starts the "
	    "station again; on a new share a copy of the old INDEX, or an empty one, says that "
	    "it is right.",
	    (uintmax_t)delivered);
	return ERR_STATE;
}

static void papers_look(void *arg);

static void
papers_again(struct papers *p, int64_t in_ms)
{
	if (p->timer == 0)
		p->timer = loop_add_timer(p->loop, in_ms, papers_look, p);
}

void
papers_failed(struct papers *p, const char *transfer, const char *why)
{
	snprintf(p->why, sizeof(p->why), "The papers of %s are not on the share: %.400s",
	    transfer, why);
	p->failed = true;
	if (!p->looking)
		papers_again(p, LIM_PAPERS_MS);
}

/* What two officers signed is done, and if it has to be repeated until it is. */
static void
papers_recall(struct papers *p, const char *id)
{
	struct delivery_result r;
	if (recall_run(&p->d, id, &r) == ERR_OK)
		log_info("%s was recalled or retired, and that is done now.", id);
	else
		papers_failed(p, id, r.why);
}

/* One transfer that is behind, if there is one, from where the look stands. */
static bool
papers_next(struct papers *p)
{
	const struct custody *c = record_custody(p->d.record);
	while (p->at < custody_transfer_count(c)) {
		const struct custody_transfer *t = custody_transfer_at(c, p->at++);
		struct delivery_result r;
		char id[TRANSFER_ID_SIZE];
		snprintf(id, sizeof(id), "%s", t->id);
		if (recall_due(t)) {
			papers_recall(p, id);
			return true;
		}
		if (!papers_behind(p->d.share, t))
			continue;
		if (delivery_custody(&p->d, id, &r) == ERR_OK)
			log_info("The papers of %s were behind and are written.", id);
		else
			papers_failed(p, id, r.why);
		return true;
	}
	return false;
}

/* The desk is served between two transfers. */
static void
papers_look(void *arg)
{
	struct papers *p = arg;
	char unused[RECORD_WHY_SIZE];
	p->timer = 0;
	if (!p->looking) {
		/* who asks for a release is told why the record or the share is not right */
		if (share_there(p->d.share, unused) != ERR_OK ||
		    record_refresh(p->d.record, unused) != ERR_OK)
			return;
		p->looking = true;
		p->at = 0;
		p->failed = false;
	}
	if (papers_next(p)) {
		papers_again(p, 0);
		return;
	}
	p->looking = false;
	if (p->failed)
		papers_again(p, LIM_PAPERS_MS);
	else
		p->why[0] = '\0';
}

struct papers *
papers_new(struct loop *loop, const struct delivery *d)
{
	struct papers *p = mem_alloc(sizeof(*p));
	p->loop = loop;
	p->d = *d;
	papers_again(p, 0);
	return p;
}

struct papers *
papers_free(struct papers *p)
{
	if (p == NULL)
		return NULL;
	if (p->timer != 0)
		loop_del_timer(p->loop, p->timer);
	free(p);
	return NULL;
}

const char *
papers_why(const struct papers *p)
{
	return p->why;
}
