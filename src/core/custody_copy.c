/* SPDX-License-Identifier: ISC */
/* What the record knows of its own copies: on a second medium, and in backups. */
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"

#include <stdio.h>
#include <string.h>

enum custody_copy
custody_copied(const struct custody *c, char why[CUSTODY_WHY_SIZE])
{
	if (c->copy == CUSTODY_COPY_FAILED && why != NULL)
		snprintf(why, CUSTODY_WHY_SIZE, "%s", c->copy_why);
	return c->copy;
}

const char *
custody_backed_up(const struct custody *c, uint64_t *ret_size)
{
	if (c->backup_at[0] == '\0')
		return NULL;
	*ret_size = c->backup_size;
	return c->backup_at;
}

static enum err
check_failed(const struct custody *c, const struct custody_act *act)
{
	static const char *const kinds[] = {"write", "changed", "another", "removed"};
	const char *kind = canon_str(act->e->data, "kind");
	size_t n = strlen(canon_str(act->e->data, "why")), i = 0;
	while (i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kind, kinds[i]) != 0)
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return custody_refuse(
		    act, ERR_SYNTAX, "kind is write, changed, another or removed");
	if (n == 0 || n > LIM_COPY_WHY_BYTES)
		return custody_refuse(
		    act, ERR_RANGE, "why has 1 to %d bytes", LIM_COPY_WHY_BYTES);
	if (c->copy == CUSTODY_COPY_FAILED)
		return custody_refuse(act, ERR_STATE, "the copy had failed already");
	return ERR_OK;
}

enum err
custody_copy_check(const struct custody *c, const struct custody_act *act)
{
	uint64_t entries = 0;
	if (act->event == EVENT_COPY_FAILED)
		return check_failed(c, act);
	if (act->event == EVENT_BACKUP)
		return custody_anchor_check_head(c, act);
	if (act->event != EVENT_COPY_WHOLE)
		return ERR_OK;
	canon_uint(act->e->data, "entries", &entries);
	if (entries == 0)
		return custody_refuse(act, ERR_RANGE, "a copy of no entries");
	if (c->copy == CUSTODY_COPY_WHOLE)
		return custody_refuse(act, ERR_STATE, "the copy was whole already");
	return ERR_OK;
}

void
custody_copy_apply(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_COPY_WHOLE)
		c->copy = CUSTODY_COPY_WHOLE;
	if (act->event == EVENT_COPY_FAILED) {
		c->copy = CUSTODY_COPY_FAILED;
		snprintf(
		    c->copy_why, sizeof(c->copy_why), "%s", canon_str(act->e->data, "why"));
	}
	if (act->event == EVENT_BACKUP) {
		canon_uint(act->e->data, "size", &c->backup_size);
		c->backup_size += c->logs[LOG_CUSTODY].base;
		snprintf(c->backup_at, sizeof(c->backup_at), "%s", act->e->at);
	}
}
