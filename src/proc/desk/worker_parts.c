/* SPDX-License-Identifier: ISC */
/* A split set with a scanner that joins them: what it asks for. */
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/proc/desk/worker_in.h"

#include <string.h>
#include <unistd.h>

bool
worker_give_parts(struct worker *w, const struct worker_parts *p)
{
	char sha256[HEX_DIGEST_SIZE];
	struct buf list;
	MEM_CLOSE int fd = -1;
	buf_init(&list, LIM_SEALED_BYTES);
	for (size_t i = 0; i < p->n; i++) {
		hex_encode(p->parts[i].sha256, 32, sha256);
		buf_addf(&list, "%s %ju\n", sha256, (uintmax_t)p->parts[i].bytes);
	}
	enum err e = list.error;
	if (e == ERR_OK)
		e = io_memfd("parts", list.data, list.len, &fd);
	buf_done(&list);
	if (e != ERR_OK)
		return false;
	MEM_FREE char *name = mem_alloc(HEX_B64_SIZE(p->name_len));
	hex_b64_encode(p->name, p->name_len, name);
	hex_encode(p->parts[0].sha256, 32, sha256);
	channel_send(w->channel, MSG_SCAN_PARTS,
	    json_pack("{s:s, s:s, s:b}", "sha256", sha256, "name", name, "zip", (int)p->zip),
	    fd);
	/* what an earlier process asked for, this one has not seen */
	memset(p->asked, 0, p->n * sizeof(*p->asked));
	w->parts = p;
	return true;
}

uint64_t
worker_parts_bytes(const struct worker_job *j)
{
	uint64_t bytes = 0;
	for (size_t i = 1; j->parts != NULL && i < j->parts->n; i++)
		bytes += j->parts->parts[i].bytes;
	return bytes;
}

void
worker_parts_ask(struct worker *w, struct worker_job *j)
{
	char sha256[HEX_DIGEST_SIZE];
	j->want_waits = channel_room(w->desk->vault) < 4;
	if (j->want_waits)
		return;
	hex_encode(j->want, 32, sha256);
	channel_send(w->desk->vault, MSG_VAULT_GIVE,
	    json_pack("{s:I, s:I, s:s, s:s, s:s}", "tag", (json_int_t)w->tag, "id",
		(json_int_t)w->wants, "sha256", sha256, "type", "", "mime", ""),
	    -1);
}

/* The one that a split set was given with. */
static struct worker_job *
worker_parts_job(struct worker *w)
{
	for (size_t i = 0; i < w->njobs; i++)
		if (w->jobs[i].parts != NULL)
			return &w->jobs[i];
	return NULL;
}

/* False: it is not in the set. */
static bool
worker_parts_mark(const struct worker_parts *p, const uint8_t sha256[32])
{
	bool found = false;
	/* several parts may have the same bytes */
	for (size_t i = 0; i < p->n; i++)
		if (memcmp(p->parts[i].sha256, sha256, 32) == 0)
			p->asked[i] = found = true;
	return found;
}

bool
worker_parts_takes(struct worker *w, const struct msg *m)
{
	struct worker_job *j = worker_parts_job(w);
	if (m->id != MSG_SCAN_WANT || j == NULL || msg_uint(m, "id") != j->id)
		return false;
	if (msg_uint(m, "want") != w->wants + 1 || j->want_waits || j->answered)
		worker_lose(w, "it asked for two objects under one number");
	else if (!hex_decode(msg_str(m, "sha256"), 64, j->want, 32) ||
		 !worker_parts_mark(j->parts, j->want))
		worker_lose(w, "it asked for an object that is no part of its set");
	else if (j->wants == LIM_SCAN_WANTS)
		worker_lose(w, "it asked for more objects than one set allows");
	else {
		w->wants++;
		j->wants++;
		j->heard_ms = clock_mono_ms();
		worker_parts_ask(w, j);
	}
	return true;
}

bool
worker_parts_missing(struct worker *w, const struct msg *m)
{
	struct worker_job *j = worker_parts_job(w);
	if (j == NULL || j->wants == 0 || msg_uint(m, "id") != w->wants)
		return false;
	/* its own end is on the way when it is the one that has gone */
	if (json_object_get(m->body, "gone") == NULL || !msg_bool(m, "gone"))
		channel_send(w->channel, MSG_SCAN_MISSING,
		    json_pack("{s:I, s:I, s:s}", "id", (json_int_t)j->id, "want",
			(json_int_t)w->wants, "why", "the vault does not give this object"),
		    -1);
	return true;
}
