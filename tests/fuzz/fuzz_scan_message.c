/* links: src/ipc/channel src/ipc/message src/ipc/msg src/base/clock src/base/hex src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * A scanner's datagrams as the desk receives them, through a real socket: each
 * input is one datagram or, at its LF bytes, several.  Whatever is let through
 * is what the table says, and behind a broken rule nothing comes.
 */
#include "src/base/limits.h"
#include "src/ipc/channel.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
look(struct msg *m)
{
	check((message_row(m->id)->from & ROLE_SCANNER) != 0);
	check((message_row(m->id)->to & ROLE_DESK) != 0);
	check(m->fd < 0 && message_check(m->id, m->body, NULL) == ERR_OK);
	if (m->id == MSG_SCAN_RESULT)
		check(strlen(msg_str(m, "sha256")) == 64 && msg_str(m, "verdict") != NULL &&
		      msg_uint(m, "read") < 1ull << 53);
	if (m->id == MSG_SCAN_FINDING)
		check(msg_str(m, "title") != NULL && msg_str(m, "rule") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int pair[2];
	if (n > LIM_MESSAGE_BYTES + 16 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		return 0;
	struct channel *desk = channel_new(pair[0], ROLE_DESK, ROLE_SCANNER);
	channel_set_phase(desk, PH_OPEN);
	size_t at = 0;
	bool broken = false;
	for (int i = 0; i < 8 && at < n; i++) {
		const uint8_t *lf = memchr(data + at, '\n', n - at);
		size_t len = lf != NULL ? (size_t)(lf - (data + at)) : n - at;
		struct msg m;
		/* a datagram of nothing means the end to who receives it */
		if (len > 0 && send(pair[1], data + at, len, MSG_NOSIGNAL) == (ssize_t)len) {
			enum err e = channel_recv(desk, &m);
			check(e == ERR_OK || e == ERR_PROTO);
			check(!broken || e == ERR_PROTO);
			broken = e == ERR_PROTO;
			if (e == ERR_OK) {
				look(&m);
				msg_done(&m);
			}
		}
		at += len + 1;
	}
	channel_free(desk);
	close(pair[1]);
	return 0;
}
