/* SPDX-License-Identifier: ISC */
#include "scanners/manifest.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <libconfig.h>
#include <regex.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A number every timer and every message can carry. */
#define MANIFEST_MAX_MS      (24ll * 60 * 60 * 1000)
#define MANIFEST_MAX_BYTES   (1ll << 50)
#define MANIFEST_MIN_MIB     64
#define MANIFEST_MAX_MIB     65536
#define MANIFEST_MAX_OBJECTS 1000000000ll

enum manifest_key {
	KEY_NAME,
	KEY_VERSION,
	KEY_PROGRAM,
	KEY_KIND,
	KEY_SCOPE,
	KEY_WINDOW,
	KEY_SLOTS,
	KEY_ENGINE_SOCKET,
	KEY_MAX_BYTES,
	KEY_TIMEOUT_BASE_MS,
	KEY_TIMEOUT_PER_MIB_MS,
	KEY_STALL_MS,
	KEY_SELFTEST,
	KEY__OPTIONAL, /* those before it are needed */
	KEY_CHILDREN = KEY__OPTIONAL,
	KEY_PASSWORDS,
	KEY_JOINS,
	KEY_MEMORY_MIB,
	KEY_RECYCLE_OBJECTS,
	KEY_ACCEPT,
	KEY__ADAPTER, /* those from it on belong to a command */
	KEY_COMMAND = KEY__ADAPTER,
	KEY_EXITS,
	KEY_CLEAN_NEEDS,
	KEY_OUTPUT,
	KEY__MAX
};

static const struct manifest_row {
	const char *key;
	enum { TEXT, NUMBER, TRUTH, TEXTS, EXITS } type;
	long long min, max; /* of a number; of the length of a text, or each text of a list */
} manifest_rows[KEY__MAX] = {
    [KEY_NAME] = {"name", TEXT, 1, MANIFEST_NAME_SIZE - 1},
    [KEY_VERSION] = {"version", TEXT, 1, MANIFEST_VERSION_SIZE - 1},
    [KEY_PROGRAM] = {"program", TEXT, 1, MANIFEST_PROGRAM_SIZE - 1},
    [KEY_KIND] = {"kind", TEXT, 1, 15},
    [KEY_SCOPE] = {"scope", TEXT, 1, 15},
    [KEY_WINDOW] = {"window", NUMBER, 1, LIM_SCAN_WINDOW},
    [KEY_SLOTS] = {"slots", NUMBER, 1, LIM_SCAN_SLOTS},
    [KEY_ENGINE_SOCKET] = {"engine_socket", TRUTH, 0, 0},
    [KEY_MAX_BYTES] = {"max_bytes", NUMBER, 0, MANIFEST_MAX_BYTES},
    [KEY_TIMEOUT_BASE_MS] = {"timeout_base_ms", NUMBER, 1, MANIFEST_MAX_MS},
    [KEY_TIMEOUT_PER_MIB_MS] = {"timeout_per_mib_ms", NUMBER, 0, MANIFEST_MAX_MS},
    [KEY_STALL_MS] = {"stall_ms", NUMBER, 0, MANIFEST_MAX_MS},
    [KEY_SELFTEST] = {"selftest", TRUTH, 0, 0},
    [KEY_CHILDREN] = {"children", TRUTH, 0, 0},
    [KEY_PASSWORDS] = {"passwords", TRUTH, 0, 0},
    [KEY_JOINS] = {"joins", TRUTH, 0, 0},
    [KEY_MEMORY_MIB] = {"memory_mib", NUMBER, MANIFEST_MIN_MIB, MANIFEST_MAX_MIB},
    [KEY_RECYCLE_OBJECTS] = {"recycle_objects", NUMBER, 1, MANIFEST_MAX_OBJECTS},
    [KEY_ACCEPT] = {"accept", TEXTS, 1, LIM_TYPE_BYTES},
    [KEY_COMMAND] = {"command", TEXTS, 0, 1023},
    [KEY_EXITS] = {"exits", EXITS, 0, 255},
    [KEY_CLEAN_NEEDS] = {"clean_needs", TEXT, 1, MANIFEST_REGEX_SIZE - 1},
    [KEY_OUTPUT] = {"output", TEXT, 1, 15},
};

static const char *const manifest_kinds[] = {
    "type", "av", "code", "integrity", "format", "policy"};
static const char *const manifest_verdicts[] = {
    "clean", "suspicious", "malicious", "invalid", "incomplete", "error", "na"};

/* What was read; texts belong to the library. */
struct manifest_value {
	bool seen;
	const char *text;
	long long number;
	const config_setting_t *list;
};

#define manifest_wrong(why, e, ...) err_say(e, why, MANIFEST_WHY_SIZE, __VA_ARGS__)

static bool
manifest_is_word(const char *s, bool first_is_letter, const char *others)
{
	if (first_is_letter && (*s < 'a' || *s > 'z'))
		return false;
	for (; *s != '\0'; s++)
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9') &&
		    strchr(others, *s) == NULL)
			return false;
	return true;
}

static bool
manifest_is_printable(const char *s)
{
	while (*s >= 0x20 && *s <= 0x7e)
		s++;
	return *s == '\0';
}

static bool
manifest_is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* --- values ------------------------------------------------------------------------- */

static enum err
manifest_read_list(const config_setting_t *s, const struct manifest_row *row,
    struct manifest_value *ret, char ret_why[MANIFEST_WHY_SIZE])
{
	const int n = config_setting_length(s);
	const long long max =
	    row->type == EXITS ? (long long)LIM_MANIFEST_EXITS : (long long)LIM_MANIFEST_TEXTS;
	if (!config_setting_is_array(s) && !config_setting_is_list(s))
		return manifest_wrong(ret_why, ERR_SYNTAX, "%s is not a list", row->key);
	if (n < 1 || n > max)
		return manifest_wrong(
		    ret_why, ERR_RANGE, "%s has not 1 to %lld members", row->key, max);
	for (unsigned i = 0; row->type == TEXTS && i < (unsigned)n; i++) {
		const char *text = config_setting_get_string_elem(s, (int)i);
		if (text == NULL)
			return manifest_wrong(ret_why, ERR_SYNTAX,
			    "%s has a member that is not a text", row->key);
		if ((long long)strlen(text) < row->min || (long long)strlen(text) > row->max ||
		    !manifest_is_printable(text))
			return manifest_wrong(ret_why, ERR_RANGE,
			    "%s has a text that is not %lld to %lld printable characters long",
			    row->key, row->min, row->max);
	}
	ret->list = s;
	return ERR_OK;
}

static enum err
manifest_read_value(const config_setting_t *s, const struct manifest_row *row,
    struct manifest_value *ret, char ret_why[MANIFEST_WHY_SIZE])
{
	long long length = 0;
	switch (row->type) {
	case TEXT:
		if (config_setting_type(s) != CONFIG_TYPE_STRING)
			return manifest_wrong(
			    ret_why, ERR_SYNTAX, "%s is not a text", row->key);
		ret->text = config_setting_get_string(s);
		length = (long long)strlen(ret->text);
		break;
	case NUMBER:
		if (config_setting_type(s) != CONFIG_TYPE_INT &&
		    config_setting_type(s) != CONFIG_TYPE_INT64)
			return manifest_wrong(
			    ret_why, ERR_SYNTAX, "%s is not a whole number", row->key);
		length = ret->number = config_setting_get_int64(s);
		break;
	case TRUTH:
		if (config_setting_type(s) != CONFIG_TYPE_BOOL)
			return manifest_wrong(
			    ret_why, ERR_SYNTAX, "%s is neither true nor false", row->key);
		ret->number = config_setting_get_bool(s);
		return ERR_OK;
	case TEXTS:
	case EXITS:
		return manifest_read_list(s, row, ret, ret_why);
	}
	if (length < row->min || length > row->max)
		return manifest_wrong(ret_why, ERR_RANGE, "%s is not between %lld and %lld%s",
		    row->key, row->min, row->max, row->type == TEXT ? " characters long" : "");
	return ERR_OK;
}

static enum err
manifest_read_all(const config_t *config, struct manifest_value values[KEY__MAX],
    char ret_why[MANIFEST_WHY_SIZE])
{
	const config_setting_t *root = config_root_setting(config);
	for (unsigned i = 0; i < (unsigned)config_setting_length(root); i++) {
		const config_setting_t *s = config_setting_get_elem(root, i);
		size_t k = 0;
		while (
		    k < KEY__MAX && strcmp(manifest_rows[k].key, config_setting_name(s)) != 0)
			k++;
		if (k == KEY__MAX)
			return manifest_wrong(ret_why, ERR_SYNTAX, "line %u has an unknown key",
			    (unsigned)config_setting_source_line(s));
		enum err e = manifest_read_value(s, &manifest_rows[k], &values[k], ret_why);
		if (e != ERR_OK)
			return e;
		values[k].seen = true;
	}
	for (size_t k = 0; k < KEY__OPTIONAL; k++)
		if (!values[k].seen)
			return manifest_wrong(
			    ret_why, ERR_SYNTAX, "%s is missing", manifest_rows[k].key);
	return ERR_OK;
}

/* --- what fits together ----------------------------------------------------------------- */

static enum err
manifest_check_words(const struct manifest_value v[KEY__MAX], char ret_why[MANIFEST_WHY_SIZE])
{
	if (!manifest_is_one_of(v[KEY_KIND].text, manifest_kinds, COUNT(manifest_kinds)))
		return manifest_wrong(ret_why, ERR_RANGE,
		    "kind is none of type, av, code, integrity, format, policy");
	if (strcmp(v[KEY_SCOPE].text, "object") != 0 &&
	    strcmp(v[KEY_SCOPE].text, "transfer") != 0)
		return manifest_wrong(
		    ret_why, ERR_RANGE, "scope is neither \"object\" nor \"transfer\"");
	if (!manifest_is_word(v[KEY_NAME].text, true, "-"))
		return manifest_wrong(ret_why, ERR_RANGE,
		    "name is not small letters, digits and dashes, beginning with a letter");
	if (!manifest_is_word(v[KEY_PROGRAM].text, true, "-_."))
		return manifest_wrong(ret_why, ERR_RANGE,
		    "program is not a file name of small letters, digits, dashes and dots");
	if (!manifest_is_printable(v[KEY_VERSION].text))
		return manifest_wrong(ret_why, ERR_RANGE, "version is not printable ASCII");
	if (v[KEY_ACCEPT].seen && strcmp(v[KEY_KIND].text, "type") == 0)
		return manifest_wrong(
		    ret_why, ERR_RANGE, "accept: a scanner of kind \"type\" sees every object");
	return ERR_OK;
}

static enum err
manifest_check_scope(const struct manifest_value v[KEY__MAX], char ret_why[MANIFEST_WHY_SIZE])
{
	/* while it waits for a part nothing else may come */
	if (v[KEY_JOINS].number != 0 &&
	    (v[KEY_CHILDREN].number == 0 || v[KEY_WINDOW].number != 1))
		return manifest_wrong(
		    ret_why, ERR_RANGE, "joins: it needs children, and a window of 1");
	if (strcmp(v[KEY_SCOPE].text, "object") == 0)
		return ERR_OK;
	if (v[KEY_SLOTS].number != 1 || v[KEY_WINDOW].number != 1)
		return manifest_wrong(ret_why, ERR_RANGE,
		    "slots and window of a scanner of scope \"transfer\" are 1");
	if (v[KEY_SELFTEST].number != 0 || v[KEY_CHILDREN].number != 0 || v[KEY_COMMAND].seen)
		return manifest_wrong(ret_why, ERR_RANGE,
		    "a scanner of scope \"transfer\" has no selftest, children or command");
	return ERR_OK;
}

static enum err
manifest_check_exits(
    const config_setting_t *list, bool *ret_clean, char ret_why[MANIFEST_WHY_SIZE])
{
	bool seen[256] = {false};
	for (unsigned i = 0; i < (unsigned)config_setting_length(list); i++) {
		const config_setting_t *s = config_setting_get_elem(list, i);
		int status;
		const char *verdict;
		if (!config_setting_is_group(s) || config_setting_length(s) != 2 ||
		    !config_setting_lookup_int(s, "status", &status) ||
		    !config_setting_lookup_string(s, "verdict", &verdict))
			return manifest_wrong(ret_why, ERR_SYNTAX,
			    "a member of exits is not { status = 0; verdict = \"...\"; }");
		if (status < 0 || status > 255 || seen[status])
			return manifest_wrong(ret_why, ERR_RANGE,
			    "a status in exits is not from 0 to 255, or is there twice");
		if (!manifest_is_one_of(verdict, manifest_verdicts, COUNT(manifest_verdicts)))
			return manifest_wrong(ret_why, ERR_RANGE,
			    "a verdict in exits is none of clean, suspicious, malicious, "
			    "invalid, incomplete, error, na");
		seen[status] = true;
		*ret_clean |= strcmp(verdict, "clean") == 0;
	}
	return ERR_OK;
}

static bool
manifest_is_regex(const char *text)
{
	regex_t r;
	if (regcomp(&r, text, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&r);
	return true;
}

static enum err
manifest_check_command(const struct manifest_value v[KEY__MAX], char ret_why[MANIFEST_WHY_SIZE])
{
	bool clean = false;
	if (v[KEY_COMMAND].seen != (strcmp(v[KEY_PROGRAM].text, MANIFEST_ADAPTER) == 0))
		return manifest_wrong(ret_why, ERR_SYNTAX,
		    "command belongs to the program " MANIFEST_ADAPTER ", and to no other");
	for (size_t k = KEY_COMMAND; !v[KEY_COMMAND].seen && k < KEY__MAX; k++)
		if (v[k].seen)
			return manifest_wrong(
			    ret_why, ERR_SYNTAX, "%s needs a command", manifest_rows[k].key);
	if (!v[KEY_COMMAND].seen)
		return ERR_OK;
	const bool speaks = v[KEY_OUTPUT].seen && strcmp(v[KEY_OUTPUT].text, "protocol") == 0;
	if (!v[KEY_OUTPUT].seen || v[KEY_EXITS].seen == speaks)
		return manifest_wrong(ret_why, ERR_SYNTAX,
		    "a command needs exits and output, or output = \"protocol\" and no exits");
	if (config_setting_get_string_elem(v[KEY_COMMAND].list, 0)[0] != '/')
		return manifest_wrong(
		    ret_why, ERR_RANGE, "command does not begin with an absolute path");
	if (!speaks && strcmp(v[KEY_OUTPUT].text, "lines") != 0 &&
	    strcmp(v[KEY_OUTPUT].text, "ignore") != 0)
		return manifest_wrong(ret_why, ERR_RANGE,
		    "output is none of \"lines\", \"ignore\", \"protocol\"");
	if (speaks)
		return v[KEY_CLEAN_NEEDS].seen
		           ? manifest_wrong(ret_why, ERR_SYNTAX,
				 "clean_needs has no meaning with output = \"protocol\"")
		           : ERR_OK;
	enum err e = manifest_check_exits(v[KEY_EXITS].list, &clean, ret_why);
	if (e != ERR_OK)
		return e;
	if (clean && !v[KEY_CLEAN_NEEDS].seen)
		return manifest_wrong(ret_why, ERR_SYNTAX,
		    "clean_needs is missing: a status alone proves nothing clean");
	if (v[KEY_CLEAN_NEEDS].seen && !manifest_is_regex(v[KEY_CLEAN_NEEDS].text))
		return manifest_wrong(
		    ret_why, ERR_SYNTAX, "clean_needs is not a regular expression");
	return ERR_OK;
}

/* --- the result ----------------------------------------------------------------------------
 */

/* ERR_LIMIT when they are longer than a list can be. */
static enum err
manifest_fill_list(const struct manifest_value *v, const char *key, struct manifest_list *ret,
    char ret_why[MANIFEST_WHY_SIZE])
{
	size_t at = 0;
	for (int i = 0; v->seen && i < config_setting_length(v->list); i++) {
		const char *text = config_setting_get_string_elem(v->list, i);
		size_t n = strlen(text) + 1;
		if (n > sizeof(ret->texts) - at)
			return manifest_wrong(ret_why, ERR_LIMIT,
			    "%s is longer than %zu characters", key, sizeof(ret->texts));
		memcpy(ret->texts + at, text, n);
		at += n;
		ret->n++;
	}
	return ERR_OK;
}

static void
manifest_fill_exits(const struct manifest_value *v, struct manifest *m)
{
	for (unsigned i = 0; v->seen && i < (unsigned)config_setting_length(v->list); i++) {
		const config_setting_t *s = config_setting_get_elem(v->list, i);
		struct manifest_exit *x = &m->exits[m->nexits++];
		int status = 0;
		const char *verdict = "";
		config_setting_lookup_int(s, "status", &status);
		config_setting_lookup_string(s, "verdict", &verdict);
		x->status = (uint8_t)status;
		snprintf(x->verdict, sizeof(x->verdict), "%s", verdict);
	}
}

static enum err
manifest_fill(const struct manifest_value v[KEY__MAX], struct manifest *m,
    char ret_why[MANIFEST_WHY_SIZE])
{
	snprintf(m->name, sizeof(m->name), "%s", v[KEY_NAME].text);
	snprintf(m->version, sizeof(m->version), "%s", v[KEY_VERSION].text);
	snprintf(m->program, sizeof(m->program), "%s", v[KEY_PROGRAM].text);
	snprintf(m->kind, sizeof(m->kind), "%s", v[KEY_KIND].text);
	m->transfer = strcmp(v[KEY_SCOPE].text, "transfer") == 0;
	m->window = (unsigned)v[KEY_WINDOW].number;
	m->slots = (unsigned)v[KEY_SLOTS].number;
	m->engine_socket = v[KEY_ENGINE_SOCKET].number != 0;
	m->max_bytes = (uint64_t)v[KEY_MAX_BYTES].number;
	m->timeout_base_ms = (uint64_t)v[KEY_TIMEOUT_BASE_MS].number;
	m->timeout_per_mib_ms = (uint64_t)v[KEY_TIMEOUT_PER_MIB_MS].number;
	m->stall_ms = (uint64_t)v[KEY_STALL_MS].number;
	m->selftest = v[KEY_SELFTEST].number != 0;
	m->children = v[KEY_CHILDREN].number != 0;
	m->passwords = v[KEY_PASSWORDS].number != 0;
	m->joins = v[KEY_JOINS].number != 0;
	m->memory_mib = (unsigned)v[KEY_MEMORY_MIB].number;
	m->recycle_objects = (uint64_t)v[KEY_RECYCLE_OBJECTS].number;
	m->output_lines = v[KEY_OUTPUT].seen && strcmp(v[KEY_OUTPUT].text, "lines") == 0;
	m->output_protocol = v[KEY_OUTPUT].seen && strcmp(v[KEY_OUTPUT].text, "protocol") == 0;
	if (v[KEY_CLEAN_NEEDS].seen)
		snprintf(m->clean_needs, sizeof(m->clean_needs), "%s", v[KEY_CLEAN_NEEDS].text);
	manifest_fill_exits(&v[KEY_EXITS], m);
	enum err e = manifest_fill_list(&v[KEY_ACCEPT], "accept", &m->accept, ret_why);
	if (e == ERR_OK)
		e = manifest_fill_list(&v[KEY_COMMAND], "command", &m->command, ret_why);
	return e;
}

static enum err
manifest_read(const config_t *config, struct manifest *ret, char ret_why[MANIFEST_WHY_SIZE])
{
	struct manifest_value values[KEY__MAX] = {{.seen = false}};
	enum err e = manifest_read_all(config, values, ret_why);
	if (e == ERR_OK)
		e = manifest_check_words(values, ret_why);
	if (e == ERR_OK)
		e = manifest_check_scope(values, ret_why);
	if (e == ERR_OK)
		e = manifest_check_command(values, ret_why);
	if (e != ERR_OK)
		return e;
	struct manifest *m = mem_alloc(sizeof(*m));
	e = manifest_fill(values, m, ret_why);
	if (e == ERR_OK)
		*ret = *m;
	free(m);
	return e;
}

enum err
manifest_parse(
    const void *bytes, size_t n, struct manifest *ret, char ret_why[MANIFEST_WHY_SIZE])
{
	config_t config;
	ret_why[0] = '\0';
	if (n > LIM_MANIFEST_BYTES)
		return manifest_wrong(
		    ret_why, ERR_LIMIT, "the file is longer than %d bytes", LIM_MANIFEST_BYTES);
	if (memchr(bytes, '\0', n) != NULL)
		return manifest_wrong(ret_why, ERR_SYNTAX, "the file has a NUL byte");
	MEM_FREE char *text = mem_dup(bytes, n);
	/* the library would open other files; a manifest is one file */
	if (strstr(text, "@include") != NULL)
		return manifest_wrong(ret_why, ERR_SYNTAX, "@include is not allowed");
	config_init(&config);
	enum err e;
	if (config_read_string(&config, text) != CONFIG_TRUE)
		e = manifest_wrong(ret_why, ERR_SYNTAX, "line %d: %s",
		    config_error_line(&config), config_error_text(&config));
	else
		e = manifest_read(&config, ret, ret_why);
	config_destroy(&config);
	return e;
}

const char *
manifest_text(const struct manifest_list *list, unsigned i)
{
	const char *text = list->texts;
	while (i-- > 0)
		text += strlen(text) + 1;
	return text;
}

uint64_t
manifest_timeout_ms(const struct manifest *m, uint64_t size_bytes)
{
	const uint64_t mib = (size_bytes >> 20) + ((size_bytes & 0xfffff) != 0);
	uint64_t ms;
	if (__builtin_mul_overflow(mib, m->timeout_per_mib_ms, &ms) ||
	    __builtin_add_overflow(ms, m->timeout_base_ms, &ms))
		return UINT64_MAX;
	return ms;
}

void
manifest_limit_arg(const struct manifest *m, char out[21])
{
	snprintf(out, 21, "%ju", (uintmax_t)m->max_bytes);
}

/* One of the site's commands brings an interpreter of its own. */
uint64_t
manifest_memory_bytes(const struct manifest *m)
{
	const uint64_t otherwise =
	    m->command.n > 0 ? 2 * (uint64_t)LIM_SCAN_MEMORY_MIB : LIM_SCAN_MEMORY_MIB;
	return (m->memory_mib != 0 ? m->memory_mib : otherwise) << 20;
}
