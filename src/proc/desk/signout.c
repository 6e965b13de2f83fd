/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/signout.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/signin.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/draft.h"
#include "src/proc/desk/look.h"
#include "src/proc/desk/order.h"

void
signout_record(struct session *s, const char *why)
{
	char refused[BOOK_WHY_SIZE];
	MEM_FREE char *subj = mem_printf("officer:%s", s->officer);
	json_t *data = json_pack("{s:s, s:s*}", "officer", s->officer, "why", why);
	if (book_event(s->desk, "sess.logout", subj, data, refused) != ERR_OK)
		log_warn("a sign-out could not be recorded: %s", refused);
}

/* The terminal stays connected, as one at which nobody has signed in. */
static void
signout_send_away(struct session *s, enum signin_end end)
{
	signout_record(s, signin_word(end));
	s->officer[0] = s->key[0] = s->nonce[0] = s->watching[0] = '\0';
	look_free(s->look);
	s->look = NULL;
	order_free(s);
	draft_bulk_free(s);
	s->shown = (struct shown){0};
	channel_set_phase(s->channel, PH_OPEN);
	channel_send(
	    s->channel, MSG_DESK_ENDED, json_pack("{s:s}", "why", signin_word(end)), -1);
}

void
signout_look(struct desk *d)
{
	for (struct session *s = d->sessions; s != NULL; s = s->next) {
		enum signin_end end = s->officer[0] != '\0'
		                          ? signin_end(d->custody, s->officer, s->key)
		                          : SIGNIN_HOLDS;
		if (end != SIGNIN_HOLDS)
			signout_send_away(s, end);
	}
}
