/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/tag.h"
#include "src/base/mem.h"

#include <unistd.h>

struct tag {
	struct tag *next;
	uint64_t number;
	const struct tag_handler *handler;
	void *arg;
};

uint64_t
tag_new(struct desk *d, const struct tag_handler *handler, void *arg)
{
	struct tag *t = mem_alloc(sizeof(*t));
	*t = (struct tag){d->tags, ++d->next_tag, handler, arg};
	d->tags = t;
	return t->number;
}

static struct tag **
tag_find(struct desk *d, uint64_t number)
{
	struct tag **at = &d->tags;
	while (*at != NULL && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

void
tag_drop(struct desk *d, uint64_t number)
{
	struct tag **at = tag_find(d, number), *t = *at;
	if (t == NULL)
		return;
	*at = t->next;
	free(t);
}

void
tag_kill(struct desk *d, uint64_t number)
{
	channel_send(
	    d->parent, MSG_DESK_KILL, json_pack("{s:I}", "tag", (json_int_t)number), -1);
}

void
tag_dispatch(struct desk *d, uint64_t number, struct msg *m)
{
	struct tag *t = *tag_find(d, number);
	if (t == NULL)
		return;
	const struct tag_handler *h = t->handler;
	void *arg = t->arg;
	if (m->id == MSG_PARENT_SPAWNED) {
		/* of a scanner: it is the kernel's doing, and so the same for all */
		if (json_object_get(m->body, "apart") != NULL)
			d->apart = msg_bool(m, "apart") ? 1 : -1;
		h->spawned(arg, number, msg_take_fd(m));
	} else if (m->id == MSG_PARENT_REFUSED) {
		tag_drop(d, number);
		h->refused(arg, number, msg_str(m, "why"));
	} else if (m->id == MSG_PARENT_EXITED) {
		h->exited(arg, number, (int)msg_uint(m, "status"), (int)msg_uint(m, "signal"));
	} else if (h->vault != NULL) {
		h->vault(arg, number, m);
	}
}
