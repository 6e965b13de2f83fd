/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/epoch.h"
#include "src/proc/desk/book.h"

void
epoch_offer(struct session *s, struct msg *m)
{
	char vkey[NOTE_VKEY_SIZE], station[SSHSIG_LINE_SIZE], why[BOOK_WHY_SIZE];
	char root[HEX_DIGEST_SIZE];
	const struct custody *c = s->desk->custody;
	const uint64_t size = custody_size(c, LOG_CUSTODY);
	(void)m;
	enum err e = book_next(s->desk, vkey, station, why);
	if (e != ERR_OK) {
		session_fail(s, e, why, "nothing was proposed");
		return;
	}
	hex_encode(custody_root(c, LOG_CUSTODY, size), 32, root);
	channel_send(s->channel, MSG_DESK_EPOCH,
	    json_pack("{s:I, s:s, s:s, s:I, s:I, s:s, s:s}", "epoch",
		(json_int_t)custody_epoch_count(c) + 1, "origin",
		custody_origin(c, LOG_CUSTODY), "root", root, "size", (json_int_t)size,
		"transfers", (json_int_t)custody_numbers(c), "log", vkey, "station", station),
	    -1);
}
