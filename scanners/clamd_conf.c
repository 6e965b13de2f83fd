/* SPDX-License-Identifier: ISC */
#include "scanners/clamd_conf.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MIB(n) (UINT64_C(n) << 20)

/* What it is for a station when a value is less than `wanted`. */
enum clamd_conf_grade { GRADE_NONE, GRADE_POOR, GRADE_WRONG };

static const struct clamd_conf_row {
	const char *key;
	enum { CONF_TRUTH, CONF_SIZE, CONF_COUNT } type;
	uint64_t otherwise; /* clamd's own */
	enum clamd_conf_grade grade;
	uint64_t wanted;     /* at least */
	const char *setting; /* how to say that in the file */
} clamd_conf_rows[CLAMD_CONF__MAX] = {
    [CLAMD_CONF_MAX_FILE_BYTES] = {"MaxFileSize", CONF_SIZE, MIB(100), GRADE_POOR, MIB(2000),
	"MaxFileSize 2000M"},
    [CLAMD_CONF_MAX_SCAN_BYTES] = {"MaxScanSize", CONF_SIZE, MIB(400), GRADE_POOR, MIB(4000),
	"MaxScanSize 4000M"},
    [CLAMD_CONF_MAX_SCAN_MS] = {"MaxScanTime", CONF_COUNT, 120000, GRADE_POOR, 600000,
	"MaxScanTime 600000"},
    [CLAMD_CONF_MAX_FILES] = {"MaxFiles", CONF_COUNT, 10000, GRADE_POOR, 100000,
	"MaxFiles 100000"},
    [CLAMD_CONF_MAX_RECURSION] = {"MaxRecursion", CONF_COUNT, 17, GRADE_POOR, 16,
	"MaxRecursion 17"},
    [CLAMD_CONF_ALERT_EXCEEDS] = {"AlertExceedsMax", CONF_TRUTH, 0, GRADE_WRONG, 1,
	"AlertExceedsMax yes"},
    [CLAMD_CONF_ALERT_ENCRYPTED] = {"AlertEncrypted", CONF_TRUTH, 0, GRADE_WRONG, 1,
	"AlertEncrypted yes"},
    [CLAMD_CONF_ALERT_ENCRYPTED_ARCHIVE] = {"AlertEncryptedArchive", CONF_TRUTH, 0, GRADE_NONE,
	0, ""},
    [CLAMD_CONF_ALERT_ENCRYPTED_DOC] = {"AlertEncryptedDoc", CONF_TRUTH, 0, GRADE_NONE, 0, ""},
    [CLAMD_CONF_ALERT_BROKEN] = {"AlertBrokenExecutables", CONF_TRUTH, 0, GRADE_POOR, 1,
	"AlertBrokenExecutables yes"},
    [CLAMD_CONF_ALERT_MACROS] = {"AlertOLE2Macros", CONF_TRUTH, 0, GRADE_POOR, 1,
	"AlertOLE2Macros yes"},
    [CLAMD_CONF_SCAN_ARCHIVE] = {"ScanArchive", CONF_TRUTH, 1, GRADE_WRONG, 1,
	"ScanArchive yes"},
    [CLAMD_CONF_SCAN_PE] = {"ScanPE", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanPE yes"},
    [CLAMD_CONF_SCAN_ELF] = {"ScanELF", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanELF yes"},
    [CLAMD_CONF_SCAN_OLE2] = {"ScanOLE2", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanOLE2 yes"},
    [CLAMD_CONF_SCAN_PDF] = {"ScanPDF", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanPDF yes"},
    [CLAMD_CONF_SCAN_HTML] = {"ScanHTML", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanHTML yes"},
    [CLAMD_CONF_SCAN_SWF] = {"ScanSWF", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanSWF yes"},
    [CLAMD_CONF_SCAN_XMLDOCS] = {"ScanXMLDOCS", CONF_TRUTH, 1, GRADE_WRONG, 1,
	"ScanXMLDOCS yes"},
    [CLAMD_CONF_SCAN_HWP3] = {"ScanHWP3", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanHWP3 yes"},
    [CLAMD_CONF_SCAN_ONENOTE] = {"ScanOneNote", CONF_TRUTH, 1, GRADE_WRONG, 1,
	"ScanOneNote yes"},
    [CLAMD_CONF_SCAN_MAIL] = {"ScanMail", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanMail yes"},
    [CLAMD_CONF_SCAN_IMAGE] = {"ScanImage", CONF_TRUTH, 1, GRADE_WRONG, 1, "ScanImage yes"},
};

struct clamd_conf_text {
	const char *at;
	size_t n;
};

static bool
clamd_conf_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
clamd_conf_trim(struct clamd_conf_text *t)
{
	while (t->n > 0 && clamd_conf_space(t->at[0])) {
		t->at++;
		t->n--;
	}
	while (t->n > 0 && clamd_conf_space(t->at[t->n - 1]))
		t->n--;
	if (t->n >= 2 && t->at[0] == '"' && t->at[t->n - 1] == '"') {
		t->at++;
		t->n -= 2;
	}
}

static bool
clamd_conf_is(const struct clamd_conf_text *t, const char *word)
{
	return t->n == strlen(word) && strncasecmp(t->at, word, t->n) == 0;
}

static bool
clamd_conf_truth(const struct clamd_conf_text *t, uint64_t *ret)
{
	static const char *const words[2][4] = {
	    {"no", "false", "0", "off"}, {"yes", "true", "1", "on"}};
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 4; k++)
			if (clamd_conf_is(t, words[i][k])) {
				*ret = i;
				return true;
			}
	return false;
}

/* Digits, and for a size K, M or G behind them. */
static bool
clamd_conf_number(const struct clamd_conf_text *t, bool size, uint64_t *ret)
{
	static const char units[] = "KkMmGg";
	uint64_t v = 0;
	size_t i = 0;
	for (; i < t->n && t->at[i] >= '0' && t->at[i] <= '9'; i++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(t->at[i] - '0'), &v))
			return false;
	if (i == 0 || t->n - i > 1)
		return false;
	if (i < t->n) {
		const char *unit = size ? memchr(units, t->at[i], 6) : NULL;
		if (unit == NULL || __builtin_mul_overflow(
					v, UINT64_C(1) << (10 * ((unit - units) / 2 + 1)), &v))
			return false;
	}
	*ret = v;
	return true;
}

static bool
clamd_conf_value(
    const struct clamd_conf_row *row, const struct clamd_conf_text *t, uint64_t *ret)
{
	switch (row->type) {
	case CONF_TRUTH:
		return clamd_conf_truth(t, ret);
	case CONF_SIZE:
		return clamd_conf_number(t, true, ret);
	case CONF_COUNT:
		return clamd_conf_number(t, false, ret);
	}
	return false;
}

/* One line: a key, white space, its value; "#" begins a remark. */
static bool
clamd_conf_line(struct clamd_conf *c, struct clamd_conf_text line)
{
	clamd_conf_trim(&line);
	if (line.n == 0 || line.at[0] == '#')
		return true;
	struct clamd_conf_text key = {line.at, 0};
	while (key.n < line.n && !clamd_conf_space(line.at[key.n]))
		key.n++;
	struct clamd_conf_text value = {line.at + key.n, line.n - key.n};
	clamd_conf_trim(&value);
	if (clamd_conf_is(&key, "LocalSocket")) {
		if (value.n >= sizeof(c->socket) || memchr(value.at, '\0', value.n) != NULL)
			return false;
		memcpy(c->socket, value.at, value.n);
		c->socket[value.n] = '\0';
		return true;
	}
	for (size_t i = 0; i < CLAMD_CONF__MAX; i++)
		if (clamd_conf_is(&key, clamd_conf_rows[i].key))
			return clamd_conf_value(&clamd_conf_rows[i], &value, &c->values[i]);
	return true;
}

enum err
clamd_conf_parse(const void *text, size_t n, struct clamd_conf *ret, unsigned *ret_line)
{
	struct clamd_conf c = {.socket = ""};
	const char *at = text, *end = at + n;
	*ret_line = 0;
	if (n > LIM_CLAMD_CONF_BYTES)
		return ERR_LIMIT;
	for (size_t i = 0; i < CLAMD_CONF__MAX; i++)
		c.values[i] = clamd_conf_rows[i].otherwise;
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct clamd_conf_text line = {at, (size_t)((lf != NULL ? lf : end) - at)};
		++*ret_line;
		if (!clamd_conf_line(&c, line))
			return ERR_SYNTAX;
		at = lf != NULL ? lf + 1 : end;
	}
	*ret = c;
	return ERR_OK;
}

uint64_t
clamd_conf_reads_bytes(const struct clamd_conf *c)
{
	static const enum clamd_conf_key keys[] = {
	    CLAMD_CONF_MAX_FILE_BYTES, CLAMD_CONF_MAX_SCAN_BYTES};
	uint64_t least = CLAMD_CONF_ENGINE_BYTES;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (c->values[keys[i]] != 0 && c->values[keys[i]] < least)
			least = c->values[keys[i]];
	return least;
}

static bool
clamd_conf_falls_short(const struct clamd_conf *c, enum clamd_conf_key key)
{
	const struct clamd_conf_row *row = &clamd_conf_rows[key];
	/* both halves of it are as good */
	if (key == CLAMD_CONF_ALERT_ENCRYPTED &&
	    c->values[CLAMD_CONF_ALERT_ENCRYPTED_ARCHIVE] &&
	    c->values[CLAMD_CONF_ALERT_ENCRYPTED_DOC])
		return false;
	bool unlimited = row->type != CONF_TRUTH && c->values[key] == 0;
	return !unlimited && c->values[key] < row->wanted;
}

static void
clamd_conf_list(
    const struct clamd_conf *c, enum clamd_conf_grade grade, char out[CLAMD_CONF_WHY_SIZE])
{
	size_t n = 0;
	out[0] = '\0';
	for (enum clamd_conf_key k = 0; k < CLAMD_CONF__MAX; k++) {
		const struct clamd_conf_row *row = &clamd_conf_rows[k];
		if (row->grade == grade && clamd_conf_falls_short(c, k) &&
		    n + strlen(row->setting) + 3 < CLAMD_CONF_WHY_SIZE)
			n += (size_t)snprintf(out + n, CLAMD_CONF_WHY_SIZE - n, "%s%s",
			    n > 0 ? ", " : "", row->setting);
	}
}

void
clamd_conf_wrong(const struct clamd_conf *c, char out[CLAMD_CONF_WHY_SIZE])
{
	clamd_conf_list(c, GRADE_WRONG, out);
}

void
clamd_conf_poor(const struct clamd_conf *c, char out[CLAMD_CONF_WHY_SIZE])
{
	clamd_conf_list(c, GRADE_POOR, out);
}
