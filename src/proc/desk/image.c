/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/image.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define IMAGE_NS 1000000000 /* in a second */

struct image {
	struct image *next; /* opened before */
	char transfer[TRANSFER_ID_SIZE];
	int64_t changed_ns;
};

static struct image **
image_find(struct image **at, const char *transfer)
{
	while (*at != NULL && strcmp((*at)->transfer, transfer) != 0)
		at = &(*at)->next;
	return at;
}

static void
image_drop(struct image **at)
{
	struct image *gone = *at;
	*at = gone->next;
	free(gone);
}

void
image_opened(struct desk *d, const char *transfer, int64_t changed_ns)
{
	struct image **at = image_find(&d->images, transfer), *i;
	if (*at != NULL)
		image_drop(at);
	i = mem_alloc(sizeof(*i));
	*i = (struct image){.next = d->images, .changed_ns = changed_ns};
	snprintf(i->transfer, sizeof(i->transfer), "%s", transfer);
	d->images = i;
	at = &d->images;
	for (size_t n = 0; *at != NULL && n < LIM_PORT_MEDIA; n++)
		at = &(*at)->next;
	if (*at != NULL)
		image_drop(at);
}

bool
image_is_of(const struct desk *d, const char *transfer, int64_t opened_s, int64_t changed_ns)
{
	const struct image *i = d->images;
	while (i != NULL && strcmp(i->transfer, transfer) != 0)
		i = i->next;
	return i != NULL ? i->changed_ns == changed_ns : changed_ns / IMAGE_NS <= opened_s;
}

void
image_end(struct desk *d)
{
	while (d->images != NULL)
		image_drop(&d->images);
}
