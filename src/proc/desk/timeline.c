/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/timeline.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"

void
timeline_answer(struct session *s, struct msg *m)
{
	const struct custody_transfer *t =
	    custody_transfer_find(s->desk->custody, msg_str(m, "transfer"));
	struct msg a;
	if (t == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return;
	}
	MEM_FREE char *subj = mem_printf("xfer:%s", t->id);
	if (book_read_subject(s->desk, "custody", subj, &a) != ERR_OK) {
		session_refuse(
		    s, 3, "the ledger does not give the entries of the transfer", NEXT_CHECKS);
		return;
	}
	if (msg_uint(&a, "count") < t->seqs_count)
		session_refuse(
		    s, 1, "the transfer has more entries than a screen takes", NEXT_RECORD);
	else
		channel_send(s->channel, MSG_DESK_TIMELINE,
		    json_pack("{s:I}", "count", (json_int_t)msg_uint(&a, "count")), a.fd);
	msg_done(&a);
}
