/* SPDX-License-Identifier: ISC */
#include "db/ledger_pool.h"
#include "src/base/mem.h"
#include "src/core/sshsig.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define POOL_QUEUE 256

struct job {
	struct ledger_pool_bad bad;   /* what to tell when it is */
	const struct note_vkey *vkey; /* NULL: an entry */
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	uint8_t *bytes; /* note; or body, LF, signature blob */
	size_t len;     /* of the note; or of body and LF */
	size_t sig_len;
};

struct ledger_pool {
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	pthread_t thread;
	bool threaded, closing;
	struct job *queue[POOL_QUEUE];
	size_t head, count;
	struct ledger_pool_bad bad;
};

static bool
is_good(const struct job *j)
{
	uint8_t signer[SSHSIG_PUBLIC_SIZE];
	struct note_checkpoint cp;
	if (j->vkey != NULL)
		return note_checkpoint_open(j->bytes, j->len, j->vkey, &cp) == ERR_OK;
	return sshsig_verify(j->bytes + j->len, j->sig_len, j->bytes, j->len, signer) ==
	           ERR_OK &&
	       memcmp(signer, j->public_key, sizeof(signer)) == 0;
}

/* Entries of the authority log, of the custody log, checkpoints: the order a reader goes. */
static bool
is_before(const struct ledger_pool_bad *a, const struct ledger_pool_bad *b)
{
	if (!b->any || a->note != b->note)
		return !b->any || b->note;
	return a->log != b->log ? a->log < b->log : a->seq < b->seq;
}

static void
do_job(struct ledger_pool *p, struct job *j)
{
	if (!is_good(j)) {
		pthread_mutex_lock(&p->mutex);
		if (is_before(&j->bad, &p->bad))
			p->bad = j->bad;
		pthread_mutex_unlock(&p->mutex);
	}
	free(j->bytes);
	free(j);
}

/* NULL when the queue is empty (and closing, if the caller waits). */
static struct job *
take_job(struct ledger_pool *p, bool wait)
{
	struct job *j = NULL;
	pthread_mutex_lock(&p->mutex);
	while (wait && p->count == 0 && !p->closing)
		pthread_cond_wait(&p->wake, &p->mutex);
	if (p->count > 0) {
		j = p->queue[p->head];
		p->head = (p->head + 1) % POOL_QUEUE;
		p->count--;
	}
	pthread_mutex_unlock(&p->mutex);
	return j;
}

static void *
work(void *arg)
{
	struct ledger_pool *p = arg;
	struct job *j;
	while ((j = take_job(p, true)) != NULL)
		do_job(p, j);
	return NULL;
}

static void
add_job(struct ledger_pool *p, struct job *j)
{
	pthread_mutex_lock(&p->mutex);
	bool queued = p->threaded && p->count < POOL_QUEUE;
	if (queued) {
		p->queue[(p->head + p->count++) % POOL_QUEUE] = j;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->mutex);
	if (!queued)
		do_job(p, j);
}

struct ledger_pool *
ledger_pool_new(void)
{
	struct ledger_pool *p = mem_alloc(sizeof(*p));
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->wake, NULL);
	p->threaded = pthread_create(&p->thread, NULL, work, p) == 0;
	return p;
}

void
ledger_pool_add_entry(struct ledger_pool *p, enum transfer_log log, uint64_t seq,
    const struct entry *e, const uint8_t public_key[SSHSIG_PUBLIC_SIZE])
{
	struct job *j = mem_alloc(sizeof(*j));
	j->bad = (struct ledger_pool_bad){.any = true, .log = log, .seq = seq};
	snprintf(j->bad.who, sizeof(j->bad.who), "%s", e->actor_id);
	memcpy(j->public_key, public_key, sizeof(j->public_key));
	j->len = e->text_len + 1;
	j->sig_len = e->sig_len;
	j->bytes = mem_alloc(j->len + j->sig_len);
	memcpy(j->bytes, e->text, e->text_len);
	j->bytes[e->text_len] = '\n';
	memcpy(j->bytes + j->len, e->sig, e->sig_len);
	add_job(p, j);
}

void
ledger_pool_add_note(struct ledger_pool *p, enum transfer_log log, uint64_t size,
    const struct note_vkey *vkey, const void *note, size_t n)
{
	struct job *j = mem_alloc(sizeof(*j));
	j->bad = (struct ledger_pool_bad){.any = true, .note = true, .log = log, .seq = size};
	j->vkey = vkey;
	j->bytes = mem_dup(note, n);
	j->len = n;
	add_job(p, j);
}

struct ledger_pool_bad
ledger_pool_finish(struct ledger_pool *p)
{
	struct job *j;
	while ((j = take_job(p, false)) != NULL)
		do_job(p, j);
	pthread_mutex_lock(&p->mutex);
	p->closing = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->mutex);
	if (p->threaded)
		pthread_join(p->thread, NULL);
	struct ledger_pool_bad bad = p->bad;
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->mutex);
	free(p);
	return bad;
}
