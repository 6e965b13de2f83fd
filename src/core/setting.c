/* SPDX-License-Identifier: ISC */
#include "src/core/setting.h"
#include "src/base/mem.h"

#include <libconfig.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

struct setting_file {
	config_t config;
	enum err error;
	char why[SETTING_WHY_SIZE];
};

/* What callers hold as struct setting is libconfig's own. */
static const config_setting_t *
setting_raw(const struct setting *s)
{
	return (const config_setting_t *)(const void *)s;
}

static const struct setting *
setting_wrap(const config_setting_t *s)
{
	return (const struct setting *)(const void *)s;
}

static const config_setting_t *
setting_member(const struct setting *group, const char *key)
{
	return config_setting_get_member(setting_raw(group), key);
}

static unsigned
setting_line_of(const char *text, size_t at)
{
	unsigned line = 1;
	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

void
setting_fail(
    struct setting_file *file, const struct setting *s, enum err error, const char *fmt, ...)
{
	if (file->error != ERR_OK)
		return;
	file->error = error;
	size_t used = 0;
	unsigned line = s != NULL ? setting_line(s) : 0;
	if (line > 0)
		used = (size_t)snprintf(file->why, sizeof(file->why), "line %u: ", line);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(file->why + used, sizeof(file->why) - used, fmt, ap);
	va_end(ap);
}

/* Text that libconfig may see; its @include would open files. */
static bool
setting_text_ok(struct setting_file *file, const char *text, size_t n, size_t max_bytes)
{
	if (n > max_bytes) {
		setting_fail(
		    file, NULL, ERR_LIMIT, "the text is longer than %zu bytes", max_bytes);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c != '\t' && c != '\n' && (c < 0x20 || c > 0x7e)) {
			setting_fail(file, NULL, ERR_SYNTAX,
			    "line %u: byte %02x is not printable ASCII",
			    setting_line_of(text, i), c);
			return false;
		}
	}
	const char *include = memmem(text, n, "@include", 8);
	if (include != NULL) {
		setting_fail(file, NULL, ERR_SYNTAX, "line %u: @include is not allowed",
		    setting_line_of(text, (size_t)(include - text)));
		return false;
	}
	return true;
}

struct setting_file *
setting_open(const void *text, size_t n, size_t max_bytes)
{
	struct setting_file *file = mem_alloc(sizeof(*file));
	config_init(&file->config);
	config_set_options(&file->config, 0);
	if (!setting_text_ok(file, n > 0 ? text : "", n, max_bytes))
		return file;
	char *copy = n > 0 ? mem_dup(text, n) : mem_strdup("");
	if (config_read_string(&file->config, copy) != CONFIG_TRUE)
		setting_fail(file, NULL, ERR_SYNTAX, "line %d: %s",
		    config_error_line(&file->config), config_error_text(&file->config));
	free(copy);
	return file;
}

void
setting_free(struct setting_file *file)
{
	if (file == NULL)
		return;
	config_destroy(&file->config);
	free(file);
}

enum err
setting_error(const struct setting_file *file)
{
	return file->error;
}

const char *
setting_why(const struct setting_file *file)
{
	return file->why;
}

const struct setting *
setting_root(const struct setting_file *file)
{
	return setting_wrap(config_root_setting(&file->config));
}

unsigned
setting_line(const struct setting *s)
{
	return config_setting_source_line(setting_raw(s));
}

void
setting_keys(struct setting_file *file, const struct setting *group, const char *const *known)
{
	const config_setting_t *g = setting_raw(group);
	for (int i = 0; i < config_setting_length(g); i++) {
		const config_setting_t *m = config_setting_get_elem(g, (unsigned)i);
		const char *const *k = known;
		while (*k != NULL && strcmp(*k, config_setting_name(m)) != 0)
			k++;
		if (*k == NULL)
			setting_fail(file, setting_wrap(m), ERR_SYNTAX, "no such key: %.64s",
			    config_setting_name(m));
	}
}

bool
setting_has(const struct setting *group, const char *key)
{
	return setting_member(group, key) != NULL;
}

/* "\x1b" in quotes has become a control byte by now. */
static void
setting_printable(struct setting_file *file, const config_setting_t *m, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			setting_fail(file, setting_wrap(m), ERR_SYNTAX,
			    "a text holds a byte that is not printable ASCII");
}

const char *
setting_text(struct setting_file *file, const struct setting *group, const char *key,
    size_t max_bytes, const char *otherwise)
{
	const config_setting_t *m = setting_member(group, key);
	if (m == NULL) {
		if (otherwise == NULL)
			setting_fail(file, group, ERR_SYNTAX, "%s is missing", key);
		return otherwise;
	}
	const char *text = config_setting_get_string(m);
	if (text == NULL) {
		setting_fail(
		    file, setting_wrap(m), ERR_SYNTAX, "%s must be a text in quotes", key);
		return otherwise;
	}
	setting_printable(file, m, text);
	if (strlen(text) > max_bytes)
		setting_fail(file, setting_wrap(m), ERR_LIMIT, "%s is longer than %zu bytes",
		    key, max_bytes);
	return text;
}

/* Digits with an optional K, M, G or T. */
static bool
setting_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	uint64_t v = 0;
	const char *p = text;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
	if (p == text)
		return false;
	const char *unit = *p != '\0' ? strchr(units, *p) : NULL;
	if (*p != '\0' && (unit == NULL || p[1] != '\0'))
		return false;
	unsigned shift = unit != NULL ? (unsigned)(unit - units + 1) * 10 : 0;
	if (v > UINT64_MAX >> shift)
		return false;
	*ret = v << shift;
	return true;
}

uint64_t
setting_number(struct setting_file *file, const struct setting *group, const char *key,
    uint64_t min, uint64_t max, uint64_t otherwise)
{
	const config_setting_t *m = setting_member(group, key);
	if (m == NULL)
		return otherwise;
	uint64_t v = 0;
	bool ok = false;
	int type = config_setting_type(m);
	if (type == CONFIG_TYPE_STRING)
		ok = setting_size(config_setting_get_string(m), &v);
	if (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64) {
		long long ll = config_setting_get_int64(m);
		ok = ll >= 0;
		v = ok ? (uint64_t)ll : 0;
	}
	if (!ok) {
		setting_fail(file, setting_wrap(m), ERR_SYNTAX, "%s must be a number", key);
		return otherwise;
	}
	if (v < min || v > max) {
		setting_fail(file, setting_wrap(m), ERR_RANGE, "%s must be from %llu to %llu",
		    key, (unsigned long long)min, (unsigned long long)max);
		return otherwise;
	}
	return v;
}

bool
setting_truth(
    struct setting_file *file, const struct setting *group, const char *key, bool otherwise)
{
	const config_setting_t *m = setting_member(group, key);
	if (m == NULL)
		return otherwise;
	if (config_setting_type(m) != CONFIG_TYPE_BOOL) {
		setting_fail(
		    file, setting_wrap(m), ERR_SYNTAX, "%s must be true or false", key);
		return otherwise;
	}
	return config_setting_get_bool(m) == CONFIG_TRUE;
}

size_t
setting_groups(
    struct setting_file *file, const struct setting *group, const char *key, size_t max)
{
	const config_setting_t *m = setting_member(group, key);
	if (m == NULL)
		return 0;
	size_t n = (size_t)config_setting_length(m);
	bool ok = config_setting_is_list(m) == CONFIG_TRUE;
	for (size_t i = 0; ok && i < n; i++)
		ok = config_setting_is_group(config_setting_get_elem(m, (unsigned)i)) ==
		     CONFIG_TRUE;
	if (!ok) {
		setting_fail(file, setting_wrap(m), ERR_SYNTAX,
		    "%s must be a list of groups: ( { ... }, { ... } )", key);
		return 0;
	}
	if (n > max) {
		setting_fail(
		    file, setting_wrap(m), ERR_LIMIT, "%s has more than %zu groups", key, max);
		return 0;
	}
	return n;
}

const struct setting *
setting_group(const struct setting *group, const char *key, size_t i)
{
	return setting_wrap(config_setting_get_elem(setting_member(group, key), (unsigned)i));
}

const struct setting *
setting_sub(struct setting_file *file, const struct setting *group, const char *key)
{
	const config_setting_t *m = setting_member(group, key);
	if (m != NULL && config_setting_is_group(m) != CONFIG_TRUE) {
		setting_fail(
		    file, setting_wrap(m), ERR_SYNTAX, "%s must be a group: { ... }", key);
		return NULL;
	}
	return setting_wrap(m);
}

size_t
setting_words(
    struct setting_file *file, const struct setting *group, const char *key, size_t max)
{
	const config_setting_t *m = setting_member(group, key);
	if (m == NULL)
		return 0;
	if (config_setting_type(m) == CONFIG_TYPE_STRING) {
		setting_printable(file, m, config_setting_get_string(m));
		return 1;
	}
	size_t n = (size_t)config_setting_length(m);
	bool ok = (config_setting_is_array(m) == CONFIG_TRUE ||
		      config_setting_is_list(m) == CONFIG_TRUE) &&
	          n > 0;
	for (size_t i = 0; ok && i < n; i++) {
		const char *text = config_setting_get_string_elem(m, (int)i);
		ok = text != NULL;
		if (ok)
			setting_printable(file, m, text);
	}
	if (!ok) {
		setting_fail(file, setting_wrap(m), ERR_SYNTAX,
		    "%s must be a text or an array of texts: [ \"a\", \"b\" ]", key);
		return 0;
	}
	if (n > max) {
		setting_fail(
		    file, setting_wrap(m), ERR_LIMIT, "%s has more than %zu texts", key, max);
		return 0;
	}
	return n;
}

const char *
setting_word(const struct setting *group, const char *key, size_t i)
{
	const config_setting_t *m = setting_member(group, key);
	if (config_setting_type(m) == CONFIG_TYPE_STRING)
		return config_setting_get_string(m);
	return config_setting_get_string_elem(m, (int)i);
}
