/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/reconcile.h"

#include "src/ipc/next.h"

void
reconcile_answer(struct session *s, struct msg *m)
{
	const char *transfer = msg_str(m, "transfer");
	if (transfer[0] != '\0' && custody_transfer_find(s->desk->custody, transfer) == NULL)
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
	else if (channel_send(s->desk->stager, MSG_STAGE_RECONCILE,
		     json_pack(
			 "{s:s, s:I}", "transfer", transfer, "req", (json_int_t)s->number),
		     -1) != ERR_OK)
		session_refuse(
		    s, 3, "the stager does not take requests", "try again in a moment");
}

void
reconcile_over(struct desk *d, struct msg *m)
{
	struct session *s = session_find(d, msg_uint(m, "req"));
	json_t *rows = json_object_get(m->body, "rows");
	if (s == NULL)
		return;
	if (msg_str(m, "why")[0] != '\0')
		session_refuse(s, 3, msg_str(m, "why"), msg_str(m, "next"));
	else
		channel_send(s->channel, MSG_DESK_ROWS,
		    json_pack("{s:O, s:b, s:I}", "rows", rows, "more", 0, "total",
			(json_int_t)json_array_size(rows)),
		    -1);
}
