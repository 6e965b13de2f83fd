/* SPDX-License-Identifier: ISC */
/* Fields of a transfer: their form, who signed them, and what policy asks of them. */
#include "src/core/canon.h"
#include "src/core/custody_state.h"
#include "src/core/fieldrule.h"

#include <string.h>

const json_t *
custody_fields(const struct custody_transfer *t)
{
	return json_object_get(
	    t->fields_data != NULL ? t->fields_data : t->open_data, "fields");
}

const json_t *
custody_fields_classes(const struct custody_transfer *t)
{
	return json_object_get(t->fields_data, "classes");
}

const char *
custody_fields_marking(const struct custody *c, const struct custody_transfer *t)
{
	return c->partial ? NULL : t->marking;
}

enum err
custody_fields_check(const struct custody_act *act)
{
	char why[FIELD_WHY_SIZE];
	enum err e = field_check_rows(canon_array(act->e->data, "fields"), why);
	if (e == ERR_OK)
		e = field_check_classes(canon_array(act->e->data, "classes"), why);
	return e == ERR_OK ? e : custody_refuse(act, e, "%s", why);
}

enum err
custody_fields_check_signed(
    const struct custody_transfer *t, const char *sha256, const struct custody_act *act)
{
	char are[HEX_DIGEST_SIZE];
	enum err e = field_digest(custody_fields(t), custody_fields_classes(t), are);
	if (e != ERR_OK)
		return custody_refuse(act, e, "the fields of %s have no digest", t->id);
	if (strcmp(are, sha256 != NULL ? sha256 : "") == 0)
		return ERR_OK;
	return custody_refuse(act, ERR_DENIED,
	    sha256 == NULL ? "the approval of %s does not sign its fields"
			   : "the approval signs other fields than %s has",
	    t->id);
}

bool
custody_fields_bear(const struct custody_transfer *t, const char *word)
{
	size_t i;
	const json_t *row;
	json_array_foreach (custody_fields_classes(t), i, row)
		if (strcmp(canon_str(row, "word"), word) == 0)
			return true;
	return false;
}

enum err
custody_fields_check_policy(const struct custody *c, const struct custody_transfer *t,
    const struct policy_fields *policy, const struct custody_act *act)
{
	char why[FIELDRULE_WHY_SIZE];
	struct fieldrule_claim claim = {.fields = custody_fields(t),
	    .classes = custody_fields_classes(t),
	    .control = t->control,
	    .marking = custody_fields_marking(c, t)};
	enum err e = fieldrule_judge(policy, &claim, true, why);
	return e == ERR_OK ? e : custody_refuse(act, e, "%s", why);
}
