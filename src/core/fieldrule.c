/* SPDX-License-Identifier: ISC */
#include "src/core/fieldrule.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDRULE_CLASS "classification"

/* --- the policy's text --------------------------------------------------------------- */

/* Words of a choice, or classifications: each once. */
static char **
parse_words(struct setting_file *f, const struct setting *g, const char *key, size_t *ret_n)
{
	size_t n = setting_words(f, g, key, LIM_POLICY_CHOICES);
	char **words = mem_array(n, sizeof(*words));
	for (size_t i = 0; i < n; i++) {
		words[i] = mem_strdup(setting_word(g, key, i));
		if (!field_word_ok(words[i]))
			setting_fail(f, g, ERR_RANGE,
			    "%s: a word has letters, digits, spaces and _ . / -, a letter or "
			    "digit first, and at most %d bytes",
			    key, LIM_FIELD_WORD_BYTES);
		for (size_t k = 0; k < i; k++)
			if (strcmp(words[k], words[i]) == 0)
				setting_fail(f, g, ERR_RANGE, "%s has a word twice", key);
	}
	*ret_n = n;
	return words;
}

static void
free_words(char **words, size_t n)
{
	for (size_t i = 0; words != NULL && i < n; i++)
		free(words[i]);
	free(words);
}

static void
parse_choices(struct setting_file *f, const struct setting *g, struct policy_field *ret)
{
	const char *word = setting_text(f, g, "kind", LIM_POLICY_TEXT_BYTES, "text");
	if (word != NULL && !field_kind_parse(word, &ret->kind))
		setting_fail(f, g, ERR_SYNTAX, "kind must be text, choice, date or person");
	ret->choices = parse_words(f, g, "choices", &ret->nchoices);
	if ((ret->kind == FIELD_CHOICE) != (ret->nchoices > 0))
		setting_fail(f, g, ERR_RANGE,
		    "choices are given with kind = \"choice\", and with no other");
}

/* A field of the site's own. */
static void
parse_site(struct setting_file *f, const struct setting *g, struct policy_field *ret)
{
	static const char *const keys[] = {
	    "name", "label", "kind", "choices", "max_bytes", "help", NULL};
	setting_keys(f, g, keys);
	const char *name = setting_text(f, g, "name", LIM_POLICY_TEXT_BYTES, NULL);
	ret->name = name != NULL ? name : "";
	ret->label = setting_text(f, g, "label", LIM_FIELD_LABEL_BYTES, ret->name);
	ret->help = setting_text(f, g, "help", LIM_POLICY_TEXT_BYTES, "");
	ret->max_bytes = (size_t)setting_number(
	    f, g, "max_bytes", 1, LIM_FIELD_BYTES, LIM_POLICY_TEXT_BYTES);
	if (!field_name_ok(ret->name))
		setting_fail(f, g, ERR_RANGE,
		    "site_fields: a name is a small letter, then small letters, digits and "
		    "_, at most %d in all",
		    LIM_FIELD_NAME_BYTES);
	else if (field_find(ret->name) != NULL)
		setting_fail(f, g, ERR_RANGE,
		    "site_fields: %s is a standard field and needs no definition", ret->name);
	parse_choices(f, g, ret);
}

static bool
standard(const char *name, struct policy_field *ret)
{
	const struct field_row *row = field_find(name);
	if (row == NULL)
		return false;
	*ret = (struct policy_field){.name = row->name,
	    .label = row->label,
	    .help = row->help,
	    .kind = row->kind,
	    .max_bytes = row->max_bytes};
	return true;
}

static struct policy_field *
listed(const struct policy_fields *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	return NULL;
}

/* The names of one key, in the order they stand there; takes what it uses out of site. */
static void
parse_names(struct setting_file *f, const struct setting *root, const char *key, bool required,
    struct policy_field *site, size_t nsite, struct policy_fields *p)
{
	size_t n = setting_words(f, root, key, LIM_POLICY_FIELDS);
	p->list = mem_resize(p->list, p->n + n + 1, sizeof(*p->list));
	for (size_t i = 0; i < n; i++) {
		const char *name = setting_word(root, key, i);
		struct policy_field row = {.name = NULL};
		size_t k = 0;
		if (listed(p, name) != NULL) {
			setting_fail(f, root, ERR_RANGE, "%s names %.64s twice", key, name);
			continue;
		}
		while (k < nsite && strcmp(site[k].name, name) != 0)
			k++;
		if (k < nsite) {
			row = site[k];
			site[k] = (struct policy_field){.name = ""};
		} else if (!standard(name, &row)) {
			setting_fail(f, root, ERR_RANGE,
			    "%s names %.64s, which is neither a standard field nor one of "
			    "site_fields",
			    key, name);
			continue;
		}
		row.required = required;
		p->list[p->n++] = row;
	}
}

static void
parse_classes(struct setting_file *f, const struct setting *root, struct policy_fields *p)
{
	p->classes = parse_words(f, root, "classifications", &p->nclasses);
	const char *ceiling =
	    setting_text(f, root, "classification_ceiling", LIM_FIELD_WORD_BYTES, "");
	p->ceiling = p->nclasses > 0 ? p->nclasses - 1 : 0;
	if (ceiling == NULL || ceiling[0] == '\0')
		return;
	if (!fieldrule_class(p, ceiling, &p->ceiling))
		setting_fail(f, root, ERR_RANGE,
		    "classification_ceiling is not one of classifications: %.64s", ceiling);
}

void
fieldrule_parse(struct setting_file *f, const struct setting *root, struct policy_fields *p)
{
	size_t n = setting_groups(f, root, "site_fields", LIM_POLICY_FIELDS);
	struct policy_field *site = mem_array(n, sizeof(*site));
	for (size_t i = 0; i < n; i++) {
		parse_site(f, setting_group(root, "site_fields", i), &site[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(site[k].name, site[i].name) == 0)
				setting_fail(f, root, ERR_RANGE,
				    "site_fields defines %.64s twice", site[i].name);
	}
	parse_names(f, root, "fields", true, site, n, p);
	parse_names(f, root, "fields_optional", false, site, n, p);
	for (size_t i = 0; i < n; i++) {
		if (site[i].name[0] != '\0')
			setting_fail(f, root, ERR_RANGE,
			    "site_fields defines %.64s, and neither fields nor "
			    "fields_optional names it",
			    site[i].name);
		free_words(site[i].choices, site[i].nchoices);
	}
	free(site);
	parse_classes(f, root, p);
}

void
fieldrule_done(struct policy_fields *p)
{
	for (size_t i = 0; i < p->n; i++)
		free_words(p->list[i].choices, p->list[i].nchoices);
	free(p->list);
	free_words(p->classes, p->nclasses);
	*p = (struct policy_fields){.list = NULL};
}

/* --- judging --------------------------------------------------------------------------- */

bool
fieldrule_find(const struct policy_fields *p, const char *name, struct policy_field *ret)
{
	const struct policy_field *row = listed(p, name);
	if (row == NULL)
		return standard(name, ret);
	*ret = *row;
	return true;
}

bool
fieldrule_class(const struct policy_fields *p, const char *word, size_t *ret_height)
{
	for (size_t i = 0; i < p->nclasses; i++)
		if (strcmp(p->classes[i], word) == 0) {
			*ret_height = i;
			return true;
		}
	return false;
}

static enum err refuse(char why[FIELDRULE_WHY_SIZE], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static enum err
refuse(char why[FIELDRULE_WHY_SIZE], const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, FIELDRULE_WHY_SIZE, fmt, ap);
	va_end(ap);
	return ERR_DENIED;
}

static enum err
judge_choice(const struct policy_field *row, const char *value, char why[FIELDRULE_WHY_SIZE])
{
	for (size_t i = 0; i < row->nchoices; i++)
		if (strcmp(row->choices[i], value) == 0)
			return ERR_OK;
	return refuse(
	    why, "the field %s (%s) has no such choice: %.64s", row->name, row->label, value);
}

/* A word at a height that may go in. */
static enum err
judge_class(const struct policy_fields *p, const char *what, const char *word, size_t ceiling,
    size_t *ret_height, char why[FIELDRULE_WHY_SIZE])
{
	if (!fieldrule_class(p, word, ret_height))
		return refuse(why,
		    "%s is \"%.64s\", which is none of the policy's "
		    "classifications: %s to %s",
		    what, word, p->classes[0], p->classes[p->nclasses - 1]);
	if (*ret_height <= ceiling)
		return ERR_OK;
	return refuse(why, "%s is \"%s\", and nothing above \"%s\" may go into this enclave",
	    what, word, p->classes[p->ceiling]);
}

static enum err
judge_value(const struct policy_fields *p, const char *name, const char *value,
    char why[FIELDRULE_WHY_SIZE])
{
	struct policy_field row;
	size_t height;
	if (!fieldrule_find(p, name, &row))
		return refuse(why,
		    "the field %.40s is neither a standard one nor one of the policy's", name);
	if (row.kind == FIELD_REGISTER)
		return refuse(why,
		    "the field %s is not typed: it is the medium's number in the register",
		    name);
	if (strlen(value) > row.max_bytes)
		return refuse(why, "the field %s (%s) is longer than %zu bytes", row.name,
		    row.label, row.max_bytes);
	if (row.kind == FIELD_DATE && !field_date_ok(value))
		return refuse(why, "the field %s (%s) is no day: write it as YYYY-MM-DD",
		    row.name, row.label);
	if (row.kind == FIELD_CHOICE)
		return judge_choice(&row, value, why);
	if (row.kind != FIELD_CLASS || p->nclasses == 0)
		return ERR_OK;
	bool own = strcmp(name, FIELDRULE_CLASS) == 0;
	return judge_class(
	    p, row.label, value, own ? p->ceiling : p->nclasses - 1, &height, why);
}

static bool
has(const struct fieldrule_claim *c, const struct policy_field *row)
{
	if (row->kind == FIELD_REGISTER)
		return c->control != NULL && c->control[0] != '\0';
	const char *value = field_value(c->fields, row->name);
	return value != NULL && value[strspn(value, " ")] != '\0';
}

json_t *
fieldrule_missing(const struct policy_fields *p, const struct fieldrule_claim *c)
{
	json_t *names = json_array();
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].required && !has(c, &p->list[i]))
			json_array_append_new(names, json_string(p->list[i].name));
	const struct policy_field *own = listed(p, FIELDRULE_CLASS);
	if (p->nclasses > 0 && (own == NULL || !own->required) &&
	    field_value(c->fields, FIELDRULE_CLASS) == NULL)
		json_array_append_new(names, json_string(FIELDRULE_CLASS));
	return names;
}

static enum err
judge_missing(const struct policy_fields *p, const struct fieldrule_claim *c,
    char why[FIELDRULE_WHY_SIZE])
{
	json_t *names = fieldrule_missing(p, c);
	size_t n = json_array_size(names), len = 0;
	for (size_t i = 0; i < n && len < FIELDRULE_WHY_SIZE; i++)
		len += (size_t)snprintf(why + len, FIELDRULE_WHY_SIZE - len, "%s%s",
		    i > 0 ? ", " : "the policy asks for fields that are empty: ",
		    json_string_value(json_array_get(names, i)));
	json_decref(names);
	return n == 0 ? ERR_OK : ERR_DENIED;
}

/* The marking of the medium: it may go in, and carries nothing above it. */
static enum err
judge_marking(const struct policy_fields *p, const struct fieldrule_claim *c, const char *what,
    const char *word, char why[FIELDRULE_WHY_SIZE])
{
	size_t marking = 0, height = 0;
	if (c->marking == NULL || p->nclasses == 0)
		return ERR_OK;
	enum err e =
	    judge_class(p, "the medium's marking", c->marking, p->ceiling, &marking, why);
	if (e != ERR_OK || word == NULL || !fieldrule_class(p, word, &height) ||
	    height <= marking)
		return e;
	return refuse(
	    why, "%s is \"%s\", and the medium is marked only \"%s\"", what, word, c->marking);
}

/* What a limit picks stands above the transfer: what is beneath it is covered by that. */
static enum err
judge_above(const struct policy_fields *p, const struct fieldrule_claim *c, const char *word,
    size_t height, char why[FIELDRULE_WHY_SIZE])
{
	const char *own = field_value(c->fields, FIELDRULE_CLASS);
	size_t floor = 0;
	if (own == NULL || !fieldrule_class(p, own, &floor) || height > floor)
		return ERR_OK;
	return refuse(why,
	    "the classification of a limit is \"%s\", which is not above that of the "
	    "transfer, \"%s\"",
	    word, own);
}

static enum err
judge_limit(const struct policy_fields *p, const struct fieldrule_claim *c, const char *word,
    char why[FIELDRULE_WHY_SIZE])
{
	static const char what[] = "the classification of a limit";
	size_t height = 0;
	if (p->nclasses == 0)
		return refuse(
		    why, "the policy has no classifications, and a limit was given one");
	enum err e = judge_class(p, what, word, p->ceiling, &height, why);
	if (e == ERR_OK)
		e = judge_marking(p, c, what, word, why);
	return e == ERR_OK ? judge_above(p, c, word, height, why) : e;
}

static enum err
judge_classes(const struct policy_fields *p, const struct fieldrule_claim *c,
    char why[FIELDRULE_WHY_SIZE])
{
	const json_t *row;
	size_t i;
	enum err e = judge_marking(
	    p, c, "the classification", field_value(c->fields, FIELDRULE_CLASS), why);
	json_array_foreach (c->classes, i, row) {
		if (e == ERR_OK)
			e = judge_limit(
			    p, c, json_string_value(json_object_get(row, "word")), why);
	}
	return e;
}

enum err
fieldrule_judge(const struct policy_fields *p, const struct fieldrule_claim *c, bool complete,
    char why[FIELDRULE_WHY_SIZE])
{
	const json_t *row;
	size_t i;
	enum err e = ERR_OK;
	json_array_foreach (c->fields, i, row) {
		if (e == ERR_OK)
			e = judge_value(p, json_string_value(json_object_get(row, "name")),
			    json_string_value(json_object_get(row, "value")), why);
	}
	if (e == ERR_OK && complete)
		e = judge_missing(p, c, why);
	return e == ERR_OK ? judge_classes(p, c, why) : e;
}
