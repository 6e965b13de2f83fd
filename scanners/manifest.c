/* SPDX-License-Identifier: ISC */
#include "scanners/manifest.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <libconfig.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A number every timer and every message can carry. */
#define MANIFEST_MAX_MS    (24ll * 60 * 60 * 1000)
#define MANIFEST_MAX_BYTES (1ll << 50)

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
	KEY__MAX
};

static const struct manifest_row {
	const char *key;
	enum { TEXT, NUMBER, TRUTH } type;
	long long min, max; /* of a number; of the length of a text */
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
};

static const char *const manifest_kinds[] = {
    "type", "av", "code", "integrity", "format", "policy"};

struct manifest_value {
	const char *text;
	long long number;
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
	bool seen[KEY__MAX] = {false};
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
		seen[k] = true;
	}
	for (size_t k = 0; k < KEY__MAX; k++)
		if (!seen[k])
			return manifest_wrong(
			    ret_why, ERR_SYNTAX, "%s is missing", manifest_rows[k].key);
	return ERR_OK;
}

static enum err
manifest_check(const struct manifest_value v[KEY__MAX], char ret_why[MANIFEST_WHY_SIZE])
{
	bool kind = false;
	for (size_t i = 0; i < COUNT(manifest_kinds); i++)
		kind = kind || strcmp(manifest_kinds[i], v[KEY_KIND].text) == 0;
	if (!kind)
		return manifest_wrong(ret_why, ERR_RANGE,
		    "kind is none of type, av, code, integrity, format, policy");
	if (strcmp(v[KEY_SCOPE].text, "object") != 0)
		return manifest_wrong(ret_why, ERR_RANGE, "scope is not \"object\"");
	if (!manifest_is_word(v[KEY_NAME].text, true, "-"))
		return manifest_wrong(ret_why, ERR_RANGE,
		    "name is not small letters, digits and dashes, beginning with a letter");
	if (!manifest_is_word(v[KEY_PROGRAM].text, true, "-_."))
		return manifest_wrong(ret_why, ERR_RANGE,
		    "program is not a file name of small letters, digits, dashes and dots");
	for (const char *p = v[KEY_VERSION].text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			return manifest_wrong(
			    ret_why, ERR_RANGE, "version is not printable ASCII");
	return ERR_OK;
}

static void
manifest_fill(const struct manifest_value v[KEY__MAX], struct manifest *m)
{
	snprintf(m->name, sizeof(m->name), "%s", v[KEY_NAME].text);
	snprintf(m->version, sizeof(m->version), "%s", v[KEY_VERSION].text);
	snprintf(m->program, sizeof(m->program), "%s", v[KEY_PROGRAM].text);
	snprintf(m->kind, sizeof(m->kind), "%s", v[KEY_KIND].text);
	m->window = (unsigned)v[KEY_WINDOW].number;
	m->slots = (unsigned)v[KEY_SLOTS].number;
	m->engine_socket = v[KEY_ENGINE_SOCKET].number != 0;
	m->max_bytes = (uint64_t)v[KEY_MAX_BYTES].number;
	m->timeout_base_ms = (uint64_t)v[KEY_TIMEOUT_BASE_MS].number;
	m->timeout_per_mib_ms = (uint64_t)v[KEY_TIMEOUT_PER_MIB_MS].number;
	m->stall_ms = (uint64_t)v[KEY_STALL_MS].number;
	m->selftest = v[KEY_SELFTEST].number != 0;
}

enum err
manifest_parse(
    const void *bytes, size_t n, struct manifest *ret, char ret_why[MANIFEST_WHY_SIZE])
{
	struct manifest_value values[KEY__MAX] = {{NULL, 0}};
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
		e = manifest_read_all(&config, values, ret_why);
	if (e == ERR_OK)
		e = manifest_check(values, ret_why);
	if (e == ERR_OK) {
		*ret = (struct manifest){0};
		manifest_fill(values, ret);
	}
	config_destroy(&config);
	return e;
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
