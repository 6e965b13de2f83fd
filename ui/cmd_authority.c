/* SPDX-License-Identifier: ISC */
/* What admins do about people and keys that are enrolled: one row for each act. */
#include "src/base/mem.h"
#include "ui/cmd_people.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/people.h"
#include "ui/print.h"

#include <stdlib.h>
#include <string.h>

enum authority_act { ACT_SUSPEND, ACT_RESUME, ACT_RETIRE, ACT_GRANT, ACT_REVOKE };

/* The fields of the entry's data, each from its option. */
static const struct {
	const char *type, *fields, *done;
} authority_acts[] = {
    [ACT_SUSPEND] = {"officer.suspend", "id reason", "is suspended"},
    [ACT_RESUME] = {"officer.resume", "id reason", "is suspended no more"},
    [ACT_RETIRE] = {"officer.retire", "id reason", "is retired for good"},
    [ACT_GRANT] = {"role.grant", "id basis expires roles", "is appointed"},
    [ACT_REVOKE] = {"role.revoke", "id reason roles", "is appointed no more"},
};

static const struct {
	const char *field, *option;
	bool list;
} authority_fields[] = {
    {"id", "ID", false},
    {"reason", "reason", false},
    {"basis", "basis", false},
    {"expires", "until", false},
    {"roles", "role", true},
};

static json_t *
authority_data(const struct args *a, const char *fields)
{
	json_t *data = json_object();
	for (size_t i = 0; i < sizeof(authority_fields) / sizeof(authority_fields[0]); i++) {
		const char *text = args_text(a, authority_fields[i].option);
		if (strstr(fields, authority_fields[i].field) == NULL)
			continue;
		json_object_set_new(data, authority_fields[i].field,
		    authority_fields[i].list ? people_roles_parse(text)
					     : json_string(text != NULL ? text : ""));
	}
	return data;
}

static int
authority_act(struct ui *ui, const struct args *a, enum authority_act act)
{
	const struct custody_person *p;
	const char *id = args_text(a, "ID");
	char leaf[HEX_DIGEST_SIZE];
	MEM_FREE char *subj = mem_printf("person:%s", id);
	MEM_FREE char *done = mem_printf("%s %s", id, authority_acts[act].done);
	int status = cmd_people_find(ui, id, &p);
	if (status == UI_DONE)
		status = cmd_people_sign(ui, authority_acts[act].type, subj,
		    authority_data(a, authority_acts[act].fields), leaf);
	return status == UI_DONE ? cmd_people_say(ui, leaf, done) : status;
}

int
cmd_authority_suspend(struct ui *ui, struct args *a)
{
	return authority_act(ui, a, ACT_SUSPEND);
}

int
cmd_authority_resume(struct ui *ui, struct args *a)
{
	return authority_act(ui, a, ACT_RESUME);
}

int
cmd_authority_retire(struct ui *ui, struct args *a)
{
	return authority_act(ui, a, ACT_RETIRE);
}

int
cmd_authority_grant(struct ui *ui, struct args *a)
{
	return authority_act(ui, a, ACT_GRANT);
}

int
cmd_authority_revoke(struct ui *ui, struct args *a)
{
	return authority_act(ui, a, ACT_REVOKE);
}

/* --- a key ------------------------------------------------------- */

int
cmd_authority_key_revoke(struct ui *ui, struct args *a)
{
	const struct custody_person *p;
	const char *id = args_text(a, "ID"), *key = args_text(a, "key");
	const char *reason = args_text(a, "reason"), *from = args_text(a, "suspect-from");
	char leaf[HEX_DIGEST_SIZE];
	MEM_FREE char *subj = mem_printf("person:%s", id);
	if ((strcmp(reason, "compromised") == 0) != (from != NULL)) {
		print_problem("--suspect-from goes with --reason compromised, and only with it",
		    "give the number of the first entry of the custody log that is in doubt; "
		    "0 for all");
		return UI_USAGE;
	}
	int status = cmd_people_find(ui, id, &p);
	if (status == UI_DONE && key == NULL && !p->has_key) {
		print_problemf("sallyport people --json shows the keys he had: give one with "
			       "--key",
		    "%s has no key in force", id);
		status = UI_NO;
	}
	if (status != UI_DONE)
		return status;
	json_t *data = json_pack(
	    "{s:s, s:s, s:s}", "id", id, "key", key != NULL ? key : p->key, "reason", reason);
	if (from != NULL)
		json_object_set_new(
		    data, "suspect_from", json_integer(strtoll(from, NULL, 10)));
	status = cmd_people_sign(ui, "key.revoke", subj, data, leaf);
	if (status != UI_DONE)
		return status;
	MEM_FREE char *done = mem_printf("the key of %s is revoked (%s)", id, reason);
	status = cmd_people_say(ui, leaf, done);
	if (status == UI_DONE && from != NULL)
		print_out("  what it approved since then: sallyport --as ID people suspects\n");
	return status;
}

/* --- the admins -------------------------------------------------- */

static int
authority_admin_row(struct ui *ui, const char *id, json_t *admins)
{
	const struct custody_person *p;
	char line[SSHSIG_LINE_SIZE];
	int status = cmd_people_find(ui, id, &p);
	if (status != UI_DONE)
		return status;
	if (!p->has_key) {
		print_problemf("give him one first: sallyport authority key enroll",
		    "%s has no key in force", id);
		return UI_NO;
	}
	sshsig_public_line(p->public_key, line);
	json_array_append_new(
	    admins, json_pack("{s:s, s:s, s:s}", "id", id, "key", line, "name", p->name));
	return UI_DONE;
}

int
cmd_authority_admins(struct ui *ui, struct args *a)
{
	const struct arg *admin;
	char leaf[HEX_DIGEST_SIZE];
	json_t *admins = json_array();
	int status = UI_DONE;
	for (size_t i = 0; (admin = args_at(a, "admin", i)) != NULL && status == UI_DONE; i++)
		status = authority_admin_row(ui, admin->value, admins);
	if (status == UI_DONE)
		status = cmd_people_sign(ui, "admin.set", "station",
		    json_pack("{s:O, s:i}", "admins", admins, "threshold",
			args_number(a, "threshold", 0)),
		    leaf);
	json_decref(admins);
	return status == UI_DONE ? cmd_people_say(ui, leaf, "the administrators are changed")
	                         : status;
}
