/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/fetch.h"

#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/ipc/channel.h"

#include <assert.h>
#include <stdio.h>

static enum err
fetch_ask(struct fetch *f)
{
	enum err e = ERR_OK;
	while (e == ERR_OK && f->asked < f->manifest->nfiles &&
	       f->asked < f->taken + FETCH_AHEAD) {
		char sha256[HEX_DIGEST_SIZE];
		hex_encode(f->manifest->files[f->asked].sha256, 32, sha256);
		e = channel_send_wait(
		    f->vault, MSG_STAGE_WANT, json_pack("{s:s}", "sha256", sha256), -1);
		f->asked += e == ERR_OK;
	}
	return e;
}

enum err
fetch_take(struct fetch *f, size_t i, int *ret_fd, char why[SHARE_WHY_SIZE])
{
	char sha256[HEX_DIGEST_SIZE];
	struct msg m;
	assert(i == f->taken);
	hex_encode(f->manifest->files[i].sha256, 32, sha256);
	enum err e = fetch_ask(f);
	if (e == ERR_OK)
		e = channel_recv_wait(f->vault, &m, LIM_CALL_MS);
	if (e != ERR_OK) {
		snprintf(why, SHARE_WHY_SIZE, "The vault does not answer: %s.", err_str(e));
		return e == ERR_AGAIN ? ERR_CLOSED : e;
	}
	f->taken++;
	if (m.id == MSG_VAULT_OBJECT && strcmp(msg_str(&m, "sha256"), sha256) == 0) {
		*ret_fd = msg_take_fd(&m);
		msg_done(&m);
		return ERR_OK;
	}
	if (m.id == MSG_VAULT_MISSING)
		snprintf(why, SHARE_WHY_SIZE, "Object %s: %.300s", sha256, msg_str(&m, "why"));
	else
		snprintf(why, SHARE_WHY_SIZE, "The vault answered another question.");
	e = m.id == MSG_VAULT_MISSING ? ERR_NOTFOUND : ERR_PROTO;
	msg_done(&m);
	return e;
}

void
fetch_done(struct fetch *f)
{
	struct msg m;
	for (; f->taken < f->asked; f->taken++) {
		if (channel_recv_wait(f->vault, &m, LIM_CALL_MS) != ERR_OK)
			return;
		msg_done(&m);
	}
}
