/* SPDX-License-Identifier: ISC */
#include "ui/args.h"
#include "ui/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	char long_why[KIND_WHY_SIZE];
	const char *hyphens = !w->option ? "" : w->name[1] == '\0' ? "-" : "--";
	if (!w->repeated && args_has(a, w->name)) {
		snprintf(why, ARGS_WHY_SIZE, "%s%s is given twice", hyphens, w->name);
		return ERR_SYNTAX;
	}
	if (a->n == LIM_OPTIONS) {
		snprintf(why, ARGS_WHY_SIZE, "too many options");
		return ERR_SYNTAX;
	}
	const char *wrong = kind_check(w->kind, value, long_why);
	if (wrong != NULL) {
		snprintf(why, ARGS_WHY_SIZE, "%s%s %s", hyphens, w->name, wrong);
		return ERR_SYNTAX;
	}
	a->list[a->n++] = (struct arg){w->spec, value, -1};
	return ERR_OK;
}

/* One option; *i is moved to its last word. */
static enum err
args_option(const char *spec, int argc, char *const *argv, int *i, struct args *a, char *why)
{
	struct args_word w;
	const char *name = argv[*i] + strspn(argv[*i], "-"), *equal = strchr(name, '=');
	size_t n = equal != NULL ? (size_t)(equal - name) : strlen(name);
	const char *value = equal != NULL ? equal + 1 : NULL;
	const ptrdiff_t hyphens = name - argv[*i];
	/* a word has two hyphens, one letter has one, or two when a value follows */
	bool known = args_find(spec, name, n, 0, &w);
	if (!known || hyphens != (n > 1 || (hyphens == 2 && w.kind[0] != '\0') ? 2 : 1)) {
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
		const char *shown = kind_shown(w.kind);
		buf_addf(out, "%s%s", first ? "" : " ", w.optional ? "[" : "");
		if (w.option)
			buf_addf(out, "%s%s%s", w.name[1] == '\0' ? "-" : "--", w.name,
			    w.kind[0] != '\0' ? " " : "");
		buf_addf(out, "%s%s%s", shown, w.optional ? "]" : "", w.repeated ? "..." : "");
		first = false;
	}
	return out->error;
}
