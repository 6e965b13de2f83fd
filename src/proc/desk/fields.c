/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/fields.h"
#include "db/work.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/where.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/classing.h"

#include <stdio.h>
#include <string.h>

#define NEXT_FIELDS \
	"sallyport-policy(5) and FIELDS.md say what a field takes; nothing was recorded"

static void
fields_put(json_t *row, const char *key, const char *text)
{
	MEM_FREE char *safe = escape_checked(text != NULL ? text : "");
	json_object_set_new(row, key, json_string(safe));
}

json_t *
fields_printable(const json_t *rows)
{
	static const char *const keys[] = {"name", "value", "from", "limit", "word"};
	json_t *all = json_array();
	const json_t *row;
	size_t i;
	json_array_foreach (rows, i, row) {
		json_t *safe = json_object();
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			const json_t *text = json_object_get(row, keys[k]);
			if (text != NULL)
				fields_put(safe, keys[k], json_string_value(text));
		}
		json_array_append_new(all, safe);
	}
	return all;
}

/* Form first, then what the policy says of it. */
static enum err
fields_judge(
    const struct policy *policy, const struct fieldrule_claim *c, char why[FIELDRULE_WHY_SIZE])
{
	enum err e = field_check_rows(c->fields, why);
	if (e == ERR_OK)
		e = field_check_classes(c->classes, why);
	if (e == ERR_OK)
		e = fieldrule_judge(&policy->fields, c, false, why);
	return e == ERR_OK ? e : ERR_DENIED;
}

enum err
fields_may_open(struct desk *d, const struct policy *policy, const json_t *rows,
    const char *control, char why[FIELDRULE_WHY_SIZE])
{
	const struct register_medium *m =
	    control != NULL && control[0] != '\0'
		? register_find(custody_register(d->custody), control)
		: NULL;
	json_t *safe = fields_printable(rows);
	struct fieldrule_claim c = {.fields = safe,
	    .control = control,
	    .marking = m != NULL ? m->classification : NULL};
	enum err e = fields_judge(policy, &c, why);
	json_decref(safe);
	return e;
}

/* --- a change ---------------------------------------------------------------------- */

/* The classes with others laid over them: the same limit once, "" takes it away. */
static json_t *
fields_lay_classes(const json_t *rows, const json_t *over)
{
	json_t *all = rows != NULL ? json_deep_copy(rows) : json_array();
	const json_t *row;
	size_t i;
	json_array_foreach (over, i, row) {
		const char *limit = json_string_value(json_object_get(row, "limit"));
		const char *word = json_string_value(json_object_get(row, "word"));
		for (size_t k = json_array_size(all); limit != NULL && k > 0; k--) {
			const json_t *is = json_object_get(json_array_get(all, k - 1), "limit");
			if (strcmp(json_string_value(is), limit) == 0)
				json_array_remove(all, k - 1);
		}
		if (word == NULL || word[0] != '\0')
			json_array_append(all, (json_t *)(uintptr_t)row);
	}
	return all;
}

static enum err
fields_check_limits(const json_t *classes, char why[FIELDRULE_WHY_SIZE])
{
	const json_t *row;
	size_t i, at;
	json_array_foreach (classes, i, row) {
		const char *limit = json_string_value(json_object_get(row, "limit"));
		char detail[WHERE_WHY_SIZE];
		struct where *w;
		if (where_parse(limit, strlen(limit), &w, &at, detail) != ERR_OK) {
			snprintf(
			    why, FIELDRULE_WHY_SIZE, "the limit %.200s: %s", limit, detail);
			return ERR_DENIED;
		}
		free(w);
	}
	return ERR_OK;
}

/* Records the lists when they are not what is there already. */
static enum err
fields_record(struct desk *d, const struct custody_transfer *t, const char *officer,
    const json_t *rows, const json_t *classes, char why[FIELDRULE_WHY_SIZE])
{
	char said[BOOK_WHY_SIZE] = "";
	const json_t *now = custody_fields_classes(t);
	bool none = json_array_size(classes) == 0;
	if (json_equal(custody_fields(t), rows) &&
	    (now == NULL ? none : json_equal(now, classes)))
		return ERR_OK;
	json_t *data =
	    json_pack("{s:O, s:s}", "fields", (json_t *)(uintptr_t)rows, "officer", officer);
	if (!none)
		json_object_set(data, "classes", (json_t *)(uintptr_t)classes);
	enum err e = book_transfer(d, "xfer.fields", t->id, data, said);
	if (e != ERR_OK)
		snprintf(why, FIELDRULE_WHY_SIZE, "%s", said);
	return e;
}

static enum err
fields_lay_all(struct session *s, const struct custody_transfer *t, const struct policy *policy,
    const struct msg *m, char why[FIELDRULE_WHY_SIZE])
{
	json_t *over = fields_printable(json_object_get(m->body, "fields"));
	json_t *more = fields_printable(json_object_get(m->body, "classes"));
	json_t *rows = field_lay(custody_fields(t), over, NULL);
	json_t *classes = fields_lay_classes(custody_fields_classes(t), more);
	struct fieldrule_claim c = {.fields = rows,
	    .classes = classes,
	    .control = t->control,
	    .marking = custody_fields_marking(s->desk->custody, t)};
	enum err e = fields_judge(policy, &c, why);
	if (e == ERR_OK)
		e = fields_check_limits(classes, why);
	if (e == ERR_OK)
		e = fields_record(s->desk, t, s->officer, rows, classes, why);
	json_decref(over);
	json_decref(more);
	json_decref(rows);
	json_decref(classes);
	return e;
}

enum err
fields_may_submit(struct desk *d, const struct custody_transfer *t, const struct policy *policy,
    char why[FIELDRULE_WHY_SIZE])
{
	struct fieldrule_claim c = {.fields = custody_fields(t),
	    .classes = custody_fields_classes(t),
	    .control = t->control,
	    .marking = custody_fields_marking(d->custody, t)};
	enum err e = fieldrule_judge(&policy->fields, &c, true, why);
	size_t n = strlen(why);
	if (e != ERR_OK)
		snprintf(why + n, FIELDRULE_WHY_SIZE - n,
		    "; the fields of %s can be filled as long as it is not submitted", t->id);
	return e;
}

void
fields_change(struct session *s, struct msg *m)
{
	char why[FIELDRULE_WHY_SIZE] = "";
	const struct custody_transfer *t =
	    custody_transfer_find(s->desk->custody, msg_str(m, "transfer"));
	struct policy *policy;
	if (!session_is_officer(s))
		return;
	if (t == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return;
	}
	if (transfer_find(&t->facts, EVENT_FIELDS) == NULL) {
		session_refuse(s, 1,
		    "the fields of a transfer change only before it is submitted",
		    "withdraw or return it first");
		return;
	}
	enum err e = book_policy(s->desk, t->policy, &policy, why);
	if (e != ERR_OK) {
		session_refuse(s, 3, why, NEXT_CHECKS);
		return;
	}
	e = fields_lay_all(s, t, policy, m, why);
	policy_free(policy);
	if (e == ERR_OK)
		session_done(s, json_pack("{s:s}", "transfer", t->id));
	else
		session_refuse(s, e == ERR_DENIED ? 1 : 3, why, NEXT_FIELDS);
}

/* --- a request ---------------------------------------------------------------------- */

enum err
fields_from_request(struct desk *d, const struct custody_transfer *t,
    const struct policy *policy, const struct asked *asked, const char *officer, char why[])
{
	json_t *says = asked_fields(asked), *one = NULL;
	json_t *rows = json_deep_copy(custody_fields(t));
	enum err e = ERR_OK;
	size_t i;
	json_array_foreach (says, i, one) {
		char not [FIELDRULE_WHY_SIZE];
		json_t *single = json_pack("[O]", one);
		json_t *safe = fields_printable(single);
		json_t *with = field_lay(rows, safe, "request");
		struct fieldrule_claim c = {.fields = with,
		    .classes = custody_fields_classes(t),
		    .control = t->control,
		    .marking = custody_fields_marking(d->custody, t)};
		bool fits = fields_judge(policy, &c, not ) == ERR_OK;
		json_decref(single);
		json_decref(safe);
		json_decref(fits ? rows : with);
		rows = fits ? with : rows;
	}
	e = fields_record(d, t, officer, rows, custody_fields_classes(t), why);
	json_decref(says);
	json_decref(rows);
	return e;
}

/* --- telling ------------------------------------------------------------------------ */

/* The rows with how many items bear each word; counted anew only when it may differ. */
static json_t *
fields_marked(
    struct desk *d, const struct custody_transfer *t, const struct policy_fields *policy)
{
	const json_t *classes = custody_fields_classes(t);
	struct work *work;
	struct classing *c;
	char why[CLASSING_WHY_SIZE];
	if (desk_work(d, t->id, &work) != ERR_OK)
		return json_deep_copy(classes);
	json_t *key = json_pack("{s:I, s:O}", "generation", (json_int_t)work_generation(work),
	    "classes", (json_t *)(uintptr_t)classes);
	if (!json_equal(key, json_object_get(d->marked, "key")) &&
	    classing_new(work, policy, classes, &c, why) == ERR_OK) {
		json_t *rows = json_deep_copy(classes), *row;
		size_t i;
		json_array_foreach (rows, i, row)
			json_object_set_new(
			    row, "items", json_integer((json_int_t)classing_count(c, i)));
		classing_free(c);
		json_decref(d->marked);
		d->marked = json_pack("{s:O, s:o}", "key", key, "rows", rows);
	}
	bool same = json_equal(key, json_object_get(d->marked, "key"));
	json_decref(key);
	return same ? json_incref(json_object_get(d->marked, "rows")) : json_deep_copy(classes);
}

void
fields_item(struct desk *d, const struct custody_transfer *t, struct work *work, uint64_t id,
    json_t *row)
{
	char why[BOOK_WHY_SIZE];
	struct policy *policy;
	if (t == NULL || custody_fields_classes(t) == NULL ||
	    book_policy(d, t->policy, &policy, why) != ERR_OK)
		return;
	const char *word = classing_item(work, &policy->fields, custody_fields_classes(t), id);
	if (word != NULL)
		fields_put(row, "classification", word);
	policy_free(policy);
}

void
fields_status(struct desk *d, const struct custody_transfer *t, json_t *status)
{
	char why[BOOK_WHY_SIZE];
	struct policy *policy;
	json_object_set(status, "fields", (json_t *)(uintptr_t)custody_fields(t));
	if (custody_fields_classes(t) != NULL)
		json_object_set(
		    status, "classes", (json_t *)(uintptr_t)custody_fields_classes(t));
	if (transfer_state_ended(t->facts.state) ||
	    book_policy(d, t->policy, &policy, why) != ERR_OK)
		return;
	if (custody_fields_classes(t) != NULL)
		json_object_set_new(status, "classes", fields_marked(d, t, &policy->fields));
	struct fieldrule_claim c = {.fields = custody_fields(t), .control = t->control};
	json_object_set_new(status, "missing", fieldrule_missing(&policy->fields, &c));
	policy_free(policy);
}
