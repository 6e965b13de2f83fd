/* SPDX-License-Identifier: ISC */
/* The entries of one transfer. */
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/entry.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>

/* What a person or a program had to say, in whichever of these it stands. */
static const char *
timeline_words(const struct entry *e)
{
	static const char *const keys[] = {"why", "reason", "disposition"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = json_string_value(json_object_get(e->data, keys[i]));
		if (text != NULL)
			return text;
	}
	return "";
}

static void
timeline_print(const struct entry *e, bool json)
{
	if (json) {
		print_json(e->body);
		return;
	}
	MEM_FREE char *who = escape_dup(e->actor_id), *type = escape_dup(e->type);
	MEM_FREE char *meaning = escape_dup(e->meaning), *at = escape_dup(e->at);
	MEM_FREE char *words = escape_checked(timeline_words(e));
	print_out("%s  %-12s %s\n", at, type, who);
	print_wrapped(22, meaning);
	if (words[0] != '\0')
		print_wrapped(22, words);
}

/* Where the record went on in another log, and why. */
static void
timeline_print_epoch(const struct custody *c, const char *origin)
{
	const struct custody_epoch *e = custody_epoch_find(c, origin);
	if (e == NULL || e->number == 1)
		return;
	MEM_FREE char *why = escape_dup(e->opened.why);
	print_out("%s  epoch %u\n", e->opened.at, e->number);
	MEM_FREE char *text =
	    mem_printf("The record goes on in a new epoch (%s): %s", e->reason, why);
	print_wrapped(22, text);
}

int
cmd_timeline(struct ui *ui, struct args *a)
{
	struct msg m;
	uint8_t *list;
	const uint8_t *bytes;
	size_t n, cursor = 0, len;
	enum err e = ERR_OK;
	MEM_FREE char *log = mem_strdup("");
	int status = desk_call(ui, MSG_UI_TIMELINE,
	    json_pack("{s:s}", "transfer", args_text(a, "TRANSFER")), -1, MSG_DESK_TIMELINE,
	    &m);
	if (status != UI_DONE)
		return status;
	e = io_memfd_read(m.fd, LIM_TIMELINE_BYTES, &list, &n);
	msg_done(&m);
	if (e != ERR_OK)
		return desk_lost(ui, ERR_PROTO);
	if (!args_has(a, "json"))
		print_out("%s%s\n", desk_mark(ui), args_text(a, "TRANSFER"));
	while ((e = entry_list_next(list, n, &cursor, &bytes, &len)) == ERR_OK) {
		struct entry *entry;
		if ((e = entry_parse(bytes, len, NULL, &entry)) != ERR_OK)
			break;
		if (log[0] != '\0' && strcmp(log, entry->log) != 0 && !args_has(a, "json"))
			timeline_print_epoch(ui->authority, entry->log);
		free(log);
		log = mem_strdup(entry->log);
		timeline_print(entry, args_has(a, "json"));
		entry_free(entry);
	}
	free(list);
	return e == ERR_NOTFOUND ? UI_DONE : desk_lost(ui, ERR_PROTO);
}
