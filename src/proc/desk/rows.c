/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/rows.h"

#include <string.h>

#define ROWS_BYTES 28000 /* of one message, with room for the frame */

void
rows_init(struct rows *r)
{
	*r = (struct rows){.list = json_array()};
}

void
rows_add(struct rows *r, json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT);
	size_t n = text != NULL ? strlen(text) + 1 : ROWS_BYTES;
	free(text);
	r->full |= r->bytes + n > ROWS_BYTES;
	if (!r->full) {
		r->bytes += n;
		json_array_append(r->list, row);
	}
	json_decref(row);
}

void
rows_send(struct rows *r, struct session *s, uint64_t total)
{
	channel_send(s->channel, MSG_DESK_ROWS,
	    json_pack("{s:o, s:b, s:I, s:I}", "rows", r->list, "more", r->full, "next",
		(json_int_t)json_array_size(r->list), "total", (json_int_t)total),
	    -1);
	r->list = NULL;
}
