/* SPDX-License-Identifier: ISC */
#include "ui/args.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/shape.h"
#include "src/core/station.h"
#include "src/core/transfer.h"
#include "src/core/where.h"

#include <stdio.h>
#include <string.h>

/* --- what values must be ------------------------------------------------------------ */

static bool
args_all_of(const char *text, const char *characters)
{
	return text[0] != '\0' && strspn(text, characters) == strlen(text);
}

bool
args_transfer_ok(const char *id)
{
	char station[9];
	size_t n = strcspn(id, "-");
	if (n == 0 || n >= sizeof(station) || id[n] != '-' || strlen(id) >= TRANSFER_ID_SIZE)
		return false;
	memcpy(station, id, n);
	station[n] = '\0';
	return station_id_ok(station) && strlen(id + n + 1) >= 6 &&
	       args_all_of(id + n + 1, "0123456789.");
}

static const char *
args_check_transfer(const char *v, char *why)
{
	(void)why;
	return args_transfer_ok(v) ? NULL : "must be a transfer, such as K1-000042";
}

static const char *
args_check_id(const char *v, char *why)
{
	(void)why;
	return shape_person_ok(v) ? NULL
	                          : "must be an id: a small letter, then at most 31 small "
				    "letters, digits, dots, hyphens or underlines";
}

static const char *
args_check_text(const char *v, char *why)
{
	(void)why;
	if (v[0] == '\0')
		return "is empty";
	if (strlen(v) > LIM_REASON_BYTES)
		return "is longer than 1024 bytes";
	return canon_is_text(v) ? NULL : "holds control characters, or bytes that are not UTF-8";
}

static const char *
args_check_name(const char *v, char *why)
{
	const char *text = args_check_text(v, why);
	return text == NULL && strlen(v) > LIM_PERSON_NAME_BYTES ? "is longer than 128 bytes"
	                                                         : text;
}

static const char *
args_check_field(const char *v, char *why)
{
	const char *equal = strchr(v, '=');
	return equal == NULL || equal == v || equal[1] == '\0' ? "must be FIELD=VALUE"
	                                                       : args_check_text(v, why);
}

/* The expression, and a caret below the place. */
static const char *
args_check_where(const char *v, char *why)
{
	struct where *where;
	size_t at;
	char wrong[WHERE_WHY_SIZE];
	if (where_parse(v, strlen(v), &where, &at, wrong) == ERR_OK) {
		free(where);
		return NULL;
	}
	/* a long expression is shown around the place */
	size_t from = at > 60 ? at - 60 : 0;
	snprintf(why, ARGS_WHY_SIZE, "is no limit: %s\n  %.75s\n  %*s^", wrong, v + from,
	    (int)(at - from), "");
	return why;
}

static const char *
args_check_number(const char *v, char *why)
{
	(void)why;
	return args_all_of(v, "0123456789") && strlen(v) <= 4 ? NULL
	                                                      : "must be a small number";
}

static const char *
args_check_items(const char *v, char *why)
{
	(void)why;
	for (const char *p = v; *p != '\0'; p += strspn(p, ",")) {
		size_t n = strspn(p, "0123456789");
		if (n == 0 || n > 9 || (p[n] != '\0' && (p[n] != ',' || p[n + 1] == '\0')) ||
		    strstr(p, ",,") != NULL)
			return "must be numbers of items, parted by commas";
		p += n;
	}
	return v[0] != '\0' ? NULL : "is empty";
}

static const char *
args_check_item(const char *v, char *why)
{
	(void)why;
	return args_all_of(v, "0123456789") && strlen(v) <= 9 ? NULL
	                                                      : "must be the number of an item";
}

static const char *
args_check_site(const char *v, char *why)
{
	(void)why;
	return station_site_ok(v) ? NULL
	                          : "must be small letters, digits, dots and hyphens";
}

static const char *
args_check_station(const char *v, char *why)
{
	(void)why;
	return station_id_ok(v) ? NULL
	                        : "must be 1 to 8 capital letters and digits, a letter first";
}

static const char *
args_check_leaf(const char *v, char *why)
{
	uint8_t out[32];
	(void)why;
	return hex_decode(v, strlen(v), out, sizeof(out)) ? NULL
	                                                  : "must be 64 hexadecimal digits";
}

static const char *
args_check_path(const char *v, char *why)
{
	(void)why;
	return v[0] == '\0' ? "is empty" : strlen(v) > LIM_PATH_BYTES ? "is too long" : NULL;
}

/* Every word of a comma list is one of those in shown. */
static bool
args_words_ok(const char *list, const char *shown)
{
	while (true) {
		size_t n = strcspn(list, ",");
		const char *p = shown;
		while (*p != '\0' && (strncmp(p, list, n) != 0 || (p[n] != '|' && p[n] != '\0'))) {
			p += strcspn(p, "|");
			p += *p == '|';
		}
		if (n == 0 || *p == '\0')
			return false;
		if (list[n] == '\0')
			return true;
		list += n + 1;
	}
}

/*
 * What a word in capitals stands for.  shown: as people see it, NULL for the
 * word itself; words: the value is one (or a comma list) of those shown.
 */
static const struct args_kind {
	const char *word, *shown;
	enum { ANY, ONE_WORD, SOME_WORDS } words;
	const char *(*check)(const char *value, char *why); /* a sentence, or NULL */
} args_kinds[] = {
    {"TRANSFER", NULL, ANY, args_check_transfer},
    {"ID", NULL, ANY, args_check_id},
    {"TEXT", NULL, ANY, args_check_text},
    {"NAME", NULL, ANY, args_check_name},
    {"FIELD=VALUE", NULL, ANY, args_check_field},
    {"EXPR", NULL, ANY, args_check_where},
    {"FD", NULL, ANY, args_check_number},
    {"N", NULL, ANY, args_check_number},
    {"ITEM", "ID", ANY, args_check_item},
    {"ITEMS", "ID[,ID...]", ANY, args_check_items},
    {"SITE", NULL, ANY, args_check_site},
    {"STATION", NULL, ANY, args_check_station},
    {"LEAF", NULL, ANY, args_check_leaf},
    {"SOURCE", NULL, ANY, args_check_path},
    {"FILE", NULL, ANY, args_check_path},
    {"DIR", NULL, ANY, args_check_path},
    {"PATH", NULL, ANY, args_check_path},
    {"DECISION", "approve|reject|hold|none", ONE_WORD, NULL},
    {"ROLES", "officer|admin|auditor", SOME_WORDS, NULL},
    {"FORMATS", "text|json|slip", SOME_WORDS, NULL},
};

static const struct args_kind *
args_kind_find(const char *word)
{
	for (size_t i = 0; i < sizeof(args_kinds) / sizeof(args_kinds[0]); i++)
		if (strcmp(args_kinds[i].word, word) == 0)
			return &args_kinds[i];
	return NULL;
}

/* --- the specification ----------------------------------------------------------------- */

/* One word of it, taken apart. */
struct args_word {
	const char *spec;
	char name[32]; /* of the option without hyphens, or of the argument */
	char kind[32]; /* the word in capitals; "" for an option without value */
	bool option, optional, repeated;
};

static bool
args_next(const char **at, struct args_word *ret)
{
	char text[64];
	const char *p = *at + strspn(*at, " ");
	size_t n = strcspn(p, " ");
	if (n == 0 || n >= sizeof(text))
		return false;
	*ret = (struct args_word){.spec = p};
	*at = p + n;
	memcpy(text, p, n);
	text[n] = '\0';
	char *word = text;
	if (n > 0 && text[n - 1] == '*') {
		ret->repeated = true;
		text[--n] = '\0';
	}
	if (text[0] == '[') {
		ret->optional = true;
		text[n - 1] = '\0';
		word++;
	}
	ret->option = word[0] == '-';
	char *name = word + strspn(word, "-");
	size_t len = ret->option ? strcspn(name, "=") : strlen(name);
	const char *kind = !ret->option ? name : name[len] == '=' ? name + len + 1 : "";
	snprintf(ret->name, sizeof(ret->name), "%.*s", (int)(len < 31 ? len : 31), name);
	snprintf(ret->kind, sizeof(ret->kind), "%.31s", kind);
	return true;
}

/* The option with this name (n bytes of it), or the position-th argument. */
static bool
args_find(const char *spec, const char *name, size_t n, size_t position, struct args_word *ret)
{
	while (args_next(&spec, ret)) {
		if (name != NULL && ret->option && strlen(ret->name) == n &&
		    memcmp(ret->name, name, n) == 0)
			return true;
		if (name == NULL && !ret->option && (position-- == 0 || ret->repeated))
			return true;
	}
	return false;
}

static bool
args_same(const struct arg *a, const char *name)
{
	struct args_word w;
	const char *at = a->spec;
	return args_next(&at, &w) && strcmp(w.name, name) == 0;
}

const struct arg *
args_at(const struct args *a, const char *name, size_t i)
{
	for (size_t k = 0; k < a->n; k++)
		if (args_same(&a->list[k], name) && i-- == 0)
			return &a->list[k];
	return NULL;
}

const char *
args_text(const struct args *a, const char *name)
{
	const struct arg *arg = args_at(a, name, 0);
	return arg != NULL ? arg->value : NULL;
}

bool
args_has(const struct args *a, const char *name)
{
	return args_at(a, name, 0) != NULL;
}

int
args_number(const struct args *a, const char *name, int otherwise)
{
	const char *text = args_text(a, name);
	return text != NULL ? (int)strtol(text, NULL, 10) : otherwise;
}

void
args_kind(const struct arg *a, char out[32])
{
	struct args_word w;
	const char *at = a->spec;
	snprintf(out, 32, "%s", args_next(&at, &w) ? w.kind : "");
}

/* --- the words of a person ---------------------------------------------------------------- */

static enum err
args_add(struct args *a, const struct args_word *w, const char *value, char *why)
{
	char long_why[ARGS_WHY_SIZE];
	const char *hyphens = w->option ? "--" : "";
	const struct args_kind *kind = args_kind_find(w->kind);
	const char *wrong = NULL;
	if (!w->repeated && args_has(a, w->name)) {
		snprintf(why, ARGS_WHY_SIZE, "%s%s is given twice", hyphens, w->name);
		return ERR_SYNTAX;
	}
	if (a->n == LIM_OPTIONS) {
		snprintf(why, ARGS_WHY_SIZE, "too many options");
		return ERR_SYNTAX;
	}
	if (kind != NULL && kind->check != NULL)
		wrong = kind->check(value, long_why);
	else if (kind != NULL && (!args_words_ok(value, kind->shown) ||
				     (kind->words == ONE_WORD && strchr(value, ',') != NULL)))
		wrong = kind->shown;
	if (wrong != NULL) {
		snprintf(why, ARGS_WHY_SIZE, "%s%s %s%s", hyphens, w->name,
		    wrong == (kind != NULL ? kind->shown : NULL) ? "must be of: " : "", wrong);
		return ERR_SYNTAX;
	}
	a->list[a->n++] = (struct arg){w->spec, value, -1};
	return ERR_OK;
}

/* One option; *i is moved to its last word. */
static enum err
args_option(
    const char *spec, int argc, char *const *argv, int *i, struct args *a, char *why)
{
	struct args_word w;
	const char *name = argv[*i] + strspn(argv[*i], "-"), *equal = strchr(name, '=');
	size_t n = equal != NULL ? (size_t)(equal - name) : strlen(name);
	const char *value = equal != NULL ? equal + 1 : NULL;
	/* one letter has one hyphen, a word has two */
	if (name - argv[*i] != (n == 1 ? 1 : 2) || !args_find(spec, name, n, 0, &w)) {
		snprintf(why, ARGS_WHY_SIZE, "there is no option %.60s here", argv[*i]);
		return ERR_SYNTAX;
	}
	if (w.kind[0] == '\0' && value != NULL) {
		snprintf(why, ARGS_WHY_SIZE, "--%s takes no value", w.name);
		return ERR_SYNTAX;
	}
	if (w.kind[0] != '\0' && value == NULL) {
		if (*i + 1 == argc) {
			snprintf(why, ARGS_WHY_SIZE, "--%s needs a value", w.name);
			return ERR_SYNTAX;
		}
		value = argv[++*i];
	}
	return args_add(a, &w, value != NULL ? value : "", why);
}

static enum err
args_complete(const char *spec, const struct args *a, char *why)
{
	struct args_word w;
	while (args_next(&spec, &w)) {
		if (w.optional || args_has(a, w.name))
			continue;
		snprintf(why, ARGS_WHY_SIZE, "%s%s is missing", w.option ? "--" : "", w.name);
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

enum err
args_parse(
    const char *spec, int argc, char *const *argv, struct args *ret, char why[ARGS_WHY_SIZE])
{
	size_t position = 0;
	bool options = true;
	struct args_word w;
	enum err e = ERR_OK;
	ret->n = 0;
	ret->help = false;
	for (int i = 0; i < argc && e == ERR_OK; i++) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options &&
			   (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)) {
			ret->help = true;
			return ERR_OK;
		} else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
			e = args_option(spec, argc, argv, &i, ret, why);
		} else if (args_find(spec, NULL, 0, position++, &w)) {
			e = args_add(ret, &w, argv[i], why);
		} else {
			snprintf(why, ARGS_WHY_SIZE, "%.80s is one word too many", argv[i]);
			e = ERR_SYNTAX;
		}
	}
	return e == ERR_OK ? args_complete(spec, ret, why) : e;
}

enum err
args_usage(const char *spec, struct buf *out)
{
	struct args_word w;
	bool first = true;
	while (args_next(&spec, &w)) {
		const struct args_kind *kind = args_kind_find(w.kind);
		const char *shown = kind != NULL && kind->shown != NULL ? kind->shown : w.kind;
		buf_addf(out, "%s%s", first ? "" : " ", w.optional ? "[" : "");
		if (w.option)
			buf_addf(out, "%s%s%s", w.name[1] == '\0' ? "-" : "--", w.name,
			    w.kind[0] != '\0' ? " " : "");
		buf_addf(out, "%s%s%s", shown, w.optional ? "]" : "", w.repeated ? "..." : "");
		first = false;
	}
	return out->error;
}
