/* SPDX-License-Identifier: ISC */
#include "src/proc/vault/events.h"

#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct events {
	pthread_mutex_t lock;
	pthread_cond_t room;
	int fd;
	size_t first, count;
	struct event ring[LIM_VAULT_EVENTS];
};

struct events *
events_new(void)
{
	struct events *q = mem_alloc(sizeof(*q));
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->room, NULL);
	q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	if (q->fd < 0)
		log_fatal("The vault could not make an eventfd: %s.", strerrordesc_np(errno));
	return q;
}

struct events *
events_free(struct events *q)
{
	if (q == NULL)
		return NULL;
	close(q->fd);
	pthread_cond_destroy(&q->room);
	pthread_mutex_destroy(&q->lock);
	free(q);
	return NULL;
}

int
events_fd(const struct events *q)
{
	return q->fd;
}

void
events_put(struct events *q, const struct event *event)
{
	pthread_mutex_lock(&q->lock);
	while (q->count == LIM_VAULT_EVENTS)
		pthread_cond_wait(&q->room, &q->lock);
	q->ring[(q->first + q->count++) % LIM_VAULT_EVENTS] = *event;
	eventfd_write(q->fd, 1);
	pthread_mutex_unlock(&q->lock);
}

bool
events_take(struct events *q, struct event *ret_event)
{
	pthread_mutex_lock(&q->lock);
	bool some = q->count > 0;
	if (some) {
		eventfd_t ignored;
		*ret_event = q->ring[q->first];
		q->first = (q->first + 1) % LIM_VAULT_EVENTS;
		q->count--;
		eventfd_read(q->fd, &ignored);
		pthread_cond_broadcast(&q->room);
	}
	pthread_mutex_unlock(&q->lock);
	return some;
}
