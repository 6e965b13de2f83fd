/* SPDX-License-Identifier: ISC */
/* The two lists of the home screen: the cursor is bound to what a row is about. */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/view/home.h"

#include <string.h>

json_t *
home_row(const struct home *h)
{
	const struct home_list *l = &h->lists[h->list];
	return json_array_get(l->rows, (size_t)l->cursor.at);
}

char *
home_list_key(const json_t *row)
{
	const char *transfer = row_text(row, "transfer"), *port = row_text(row, "port");
	if (row == NULL)
		return NULL;
	if (json_object_get(row, "source") == NULL)
		return mem_strdup(transfer);
	/* what was refused may be there many times, and what is not there has no source */
	const char *source = row_text(row, "source");
	bool refused = strcmp(row_text(row, "state"), "refused") == 0;
	return mem_printf("%s %s %s", port, source[0] != '\0' ? source : transfer,
	    refused ? row_text(row, "at") : "");
}

void
home_list_pick(struct home_list *l)
{
	free(l->picked);
	l->picked = home_list_key(json_array_get(l->rows, (size_t)l->cursor.at));
}

void
home_list_to(struct home_list *l, const char *key)
{
	size_t i;
	const json_t *row;
	json_array_foreach (l->rows, i, row) {
		MEM_FREE char *one = home_list_key(row);
		if (strcmp(one, key) == 0) {
			cursor_to(&l->cursor, i);
			break;
		}
	}
}

void
home_list_set(struct home_list *l, const json_t *rows)
{
	l->rows = rows;
	cursor_fit(&l->cursor, json_array_size(rows), l->cursor.rows);
	if (l->picked != NULL)
		home_list_to(l, l->picked);
	home_list_pick(l);
}
