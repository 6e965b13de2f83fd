/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/sampling.h"

#include "src/core/sample.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"

#define SAMPLING_TRIES                                                        \
	5 /* an entry of the stager's may come between the draw and its entry \
	   */

struct sampling {
	const char *seed;
	uint64_t n, drawn;
	char document[HEX_DIGEST_SIZE], why[BOOK_WHY_SIZE];
};

/* Over the record as the desk knows it; ERR_DENIED when it has grown since. */
static enum err
sampling_record(struct session *s, struct sampling *p)
{
	struct desk *d = s->desk;
	struct buf text;
	book_sync(d);
	buf_init(&text, LIM_SAMPLE_BYTES);
	enum err e = sample_draw(d->custody, p->seed, p->n, &text, &p->drawn);
	if (e == ERR_NOTFOUND)
		snprintf(p->why, sizeof(p->why),
		    "nothing is delivered and stands: there is nothing to draw from");
	if (e == ERR_OK)
		e = book_put(d, text.data, text.len, p->document, p->why);
	buf_done(&text);
	if (e != ERR_OK)
		return e;
	return book_event(d, "audit.sample", "station",
	    json_pack("{s:s, s:I, s:s, s:s, s:I}", "document", p->document, "n",
		(json_int_t)p->n, "officer", s->officer, "seed", p->seed, "size",
		(json_int_t)custody_size(d->custody, LOG_CUSTODY)),
	    p->why);
}

void
sampling_answer(struct session *s, struct msg *m)
{
	const struct custody *c = s->desk->custody;
	struct sampling p = {.seed = msg_str(m, "seed"), .n = msg_uint(m, "n")};
	if (!sample_seed_ok(p.seed) || p.n == 0 || p.n > LIM_SAMPLE_FILES) {
		session_refuse(s, 1,
		    "a sample is 1 to 10000 files, and its seed 1 to 64 letters, digits, dots, "
		    "underscores and hyphens",
		    "give --n and --seed");
		return;
	}
	enum err e = ERR_DENIED;
	for (size_t i = 0; e == ERR_DENIED && i < SAMPLING_TRIES; i++)
		e = sampling_record(s, &p);
	if (e != ERR_OK) {
		session_refuse(s, e == ERR_IO ? 3 : 1, p.why, NEXT_CHECKS);
		return;
	}
	book_sync(s->desk);
	size_t n = sample_count(c);
	session_done(s,
	    json_pack("{s:s, s:s, s:I}", "text", p.document, "leaf",
		n > 0 ? sample_at(c, n - 1)->leaf : p.document, "count", (json_int_t)p.drawn));
}
