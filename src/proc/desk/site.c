/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/site.h"
#include "src/core/policy.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"

#include <string.h>

#define SITE_LOCK_MINUTES 5 /* while no policy is in force */

/* {"approve": [...], "reject": [...], "hold": [...]} */
static json_t *
site_reasons(const struct station *st)
{
	json_t *all = json_object();
	for (enum item_decision d = ITEM_APPROVE; d < ITEM_DECISION__MAX; d++) {
		json_t *texts = json_array();
		for (size_t i = 0; i < st->reasons[d].n; i++)
			json_array_append_new(texts, json_string(st->reasons[d].texts[i]));
		json_object_set_new(all, item_decision_print(d), texts);
	}
	return all;
}

static json_t *
site_field(const struct policy_field *f)
{
	json_t *row = json_pack("{s:s, s:s, s:b, s:s, s:s, s:I}", "name", f->name, "title",
	    f->label, "required", f->required, "kind", field_kind_print(f->kind), "help",
	    f->help, "bytes", (json_int_t)f->max_bytes);
	return row;
}

/* Words as an array; NULL when there are none. */
static json_t *
site_words(char *const *words, size_t n)
{
	json_t *all = n > 0 ? json_array() : NULL;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, json_string(words[i]));
	return all;
}

/* Those the policy asks for or offers, in its order. */
static json_t *
site_fields(const struct policy *policy)
{
	json_t *fields = json_array();
	struct policy_fields none = {.list = NULL};
	const struct policy_fields *p = policy != NULL ? &policy->fields : &none;
	for (size_t i = 0; i < p->n; i++) {
		const struct policy_field *f = &p->list[i];
		bool class = f->kind == FIELD_CLASS;
		if (f->kind == FIELD_REGISTER)
			continue;
		json_t *one = site_field(f);
		json_t *words = class ? site_words(p->classes, p->nclasses)
		                      : site_words(f->choices, f->nchoices);
		if (words != NULL)
			json_object_set_new(one, "choices", words);
		if (class && p->nclasses > 0 && strcmp(f->name, "classification") == 0)
			json_object_set_new(
			    one, "ceiling", json_string(p->classes[p->ceiling]));
		json_array_append_new(fields, one);
	}
	return fields;
}

/* [{name, requester, fields: [{name, value}]}], as many as fit beside the rest. */
static json_t *
site_presets(const struct station *st)
{
	json_t *presets = json_array();
	size_t room = LIM_PRESETS_BYTES;
	for (size_t i = 0; i < st->npresets; i++) {
		const struct station_preset *p = &st->presets[i];
		json_t *fields = json_array();
		for (size_t k = 0; k < p->nfields; k++) {
			const char *name = p->fields[2 * k], *value = p->fields[2 * k + 1];
			json_array_append_new(
			    fields, json_pack("{s:s, s:s}", "name", name, "value", value));
		}
		json_t *preset = json_pack("{s:s, s:s, s:o}", "name", p->name, "requester",
		    p->requester, "fields", fields);
		/* as it is written: a sign may take six bytes there */
		size_t n = json_dumpb(preset, NULL, 0, JSON_COMPACT) + 1;
		if (n <= room)
			json_array_append(presets, preset);
		room -= n <= room ? n : room;
		json_decref(preset);
	}
	return presets;
}

void
site_answer(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	const struct station *st = d->station;
	const char *digest = custody_policy(d->custody);
	struct policy *policy = NULL;
	char why[BOOK_WHY_SIZE];
	(void)m;
	if (digest[0] != '\0' && book_policy(d, digest, &policy, why) != ERR_OK) {
		session_refuse(s, 3, why, NEXT_CHECKS);
		return;
	}
	unsigned minutes = policy != NULL ? policy->lock_minutes : SITE_LOCK_MINUTES;
	unsigned approvals = policy != NULL ? policy->approvals : 2;
	channel_send(s->channel, MSG_DESK_SITE,
	    json_pack("{s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:i, s:i, s:o}", "site", st->site,
		"station", st->station, "demo", custody_demo(d->custody), "banner", st->banner,
		"contact", st->contact, "reasons", site_reasons(st), "fields",
		site_fields(policy), "lock_s", (int)minutes * 60, "approvals", (int)approvals,
		"presets", site_presets(st)),
	    -1);
	policy_free(policy);
}
