/* SPDX-License-Identifier: ISC */
#include "tests/screens/peer_list.h"
#include "src/core/where.h"

#include <string.h>

#define PEER_LIST_PAGE 16 /* rows of one answer: fewer than asked, on purpose */

static bool
peer_list_shows(const struct peer_list *l, size_t item)
{
	return (!l->findings || fixture_has_finding(l->fixture, item)) &&
	       (!l->undecided || fixture_undecided(l->fixture, item));
}

static uint64_t
peer_list_total(const struct peer_list *l)
{
	uint64_t n = 0;
	for (size_t i = 0; i < fixture_count(l->fixture); i++)
		n += peer_list_shows(l, i);
	return n;
}

/* The item of a row of the list. */
static size_t
peer_list_at(const struct peer_list *l, uint64_t row)
{
	size_t count = fixture_count(l->fixture);
	for (size_t k = 0; k < count; k++) {
		size_t place = l->reverse ? count - 1 - k : k;
		size_t item = l->severity ? fixture_by_severity(l->fixture, place) : place;
		if (peer_list_shows(l, item) && row-- == 0)
			return item;
	}
	return count;
}

static enum msg_id
peer_list_make(struct peer_list *l, const struct msg *m, json_t **ret_body)
{
	const char *where = msg_str(m, "where");
	char why[WHERE_WHY_SIZE];
	struct where *parsed;
	size_t at;
	if (where[0] != '\0') {
		if (where_parse(where, strlen(where), &parsed, &at, why) != ERR_OK) {
			*ret_body = json_pack("{s:i, s:s, s:s, s:I}", "status", 2, "why", why,
			    "next", "see sallyport(1), LIMITS", "at", (json_int_t)at);
			return MSG_DESK_REFUSED;
		}
		free(parsed);
	}
	l->undecided = strstr(where, "decision=none") != NULL;
	l->findings = !l->undecided && where[0] != '\0';
	l->severity = strcmp(msg_str(m, "sort"), "severity") == 0;
	l->reverse = msg_bool(m, "reverse");
	*ret_body = json_pack("{s:i, s:I, s:o}", "list", 1, "total",
	    (json_int_t)peer_list_total(l), "counts", fixture_counts(l->fixture));
	return MSG_DESK_LIST;
}

static enum msg_id
peer_list_page(struct peer_list *l, const struct msg *m, json_t **ret_body)
{
	uint64_t from = msg_uint(m, "from"), count = msg_uint(m, "count");
	uint64_t total = peer_list_total(l), n = 0;
	json_t *rows = json_array();
	for (; n < count && n < PEER_LIST_PAGE && from + n < total; n++) {
		json_t *row = fixture_row(l->fixture, peer_list_at(l, from + n));
		json_object_set_new(row, "pos", json_integer((json_int_t)(from + n)));
		json_array_append_new(rows, row);
	}
	*ret_body = json_pack("{s:o, s:b, s:I, s:I}", "rows", rows, "more", from + n < total,
	    "next", (json_int_t)(from + n), "total", (json_int_t)total);
	return MSG_DESK_ROWS;
}

/* By the words of the expressions the screens make. */
static bool
peer_list_fits(const struct peer_list *l, const char *where, size_t item)
{
	unsigned long long id;
	if (sscanf(where, "id=%llu", &id) == 1) {
		json_t *one = fixture_row(l->fixture, item);
		bool same =
		    (uint64_t)json_integer_value(json_object_get(one, "id")) == (uint64_t)id;
		json_decref(one);
		return same;
	}
	if (strstr(where, "decision=none") != NULL)
		return fixture_undecided(l->fixture, item);
	if (strstr(where, "~") == NULL)
		return fixture_has_finding(l->fixture, item);
	char word[64] = "";
	json_t *row = fixture_row(l->fixture, item);
	sscanf(strstr(where, "~") + 1, "%*[\"]%63[^\"]", word);
	if (word[0] == '\0')
		sscanf(strstr(where, "~") + 1, "%63[^\" )]", word);
	bool fits = strstr(json_string_value(json_object_get(row, "name")), word) != NULL;
	json_decref(row);
	return fits;
}

static enum msg_id
peer_list_find(struct peer_list *l, const struct msg *m, json_t **ret_body)
{
	uint64_t total = peer_list_total(l), at = msg_uint(m, "from");
	bool back = msg_bool(m, "back"), found = false;
	while (!found) {
		if (back ? at == 0 : at + 1 >= total)
			break;
		at = back ? at - 1 : at + 1;
		found = peer_list_fits(l, msg_str(m, "where"), peer_list_at(l, at));
	}
	*ret_body = json_pack("{s:b, s:I}", "found", found, "at", (json_int_t)(found ? at : 0));
	return MSG_DESK_FOUND;
}

static enum msg_id
peer_list_item(struct peer_list *l, const struct msg *m, json_t **ret_body)
{
	json_t *item = fixture_item(l->fixture, msg_uint(m, "item"));
	if (item != NULL) {
		*ret_body = json_pack("{s:o}", "item", item);
		return MSG_DESK_ITEM;
	}
	*ret_body = json_pack("{s:i, s:s, s:s}", "status", 1, "why", "there is no such item",
	    "next", "items lists them");
	return MSG_DESK_REFUSED;
}

static enum msg_id
peer_list_decide(struct peer_list *l, const struct msg *m, json_t **ret_body)
{
	uint64_t id = msg_uint(m, "item");
	fixture_decide(l->fixture, id, msg_str(m, "decision"), msg_str(m, "reason"));
	*ret_body = json_pack("{s:i, s:I, s:o}", "count", 1, "item", (json_int_t)id, "counts",
	    fixture_counts(l->fixture));
	return MSG_DESK_DONE;
}

enum msg_id
peer_list_answer(struct peer_list *l, const struct msg *m, json_t **ret_body)
{
	if (m->id == MSG_UI_LIST)
		return peer_list_make(l, m, ret_body);
	if (m->id == MSG_UI_PAGE)
		return peer_list_page(l, m, ret_body);
	if (m->id == MSG_UI_FIND)
		return peer_list_find(l, m, ret_body);
	if (m->id == MSG_UI_ITEM)
		return peer_list_item(l, m, ret_body);
	return peer_list_decide(l, m, ret_body);
}
