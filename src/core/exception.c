/* SPDX-License-Identifier: ISC */
#include "src/core/exception.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/canon.h"

#include <string.h>

#define EXCEPTION_DAY_SIZE 11 /* "2026-12-31" and NUL */
#define EXCEPTION_DAY_S    86400

/* Verdicts that say something was seen in the object. */
static const bool exception_verdicts[VERDICT__MAX] = {
    [VERDICT_SUSPICIOUS] = true,
    [VERDICT_MALICIOUS] = true,
};

/* Classes that say that nobody looked. */
static const bool exception_blind[FINDING_CLASS__MAX] = {
    [FINDING_INCOMPLETE] = true,
    [FINDING_SIGNATURE_AGE] = true,
};

/* --- the form --------------------------------------------------------------------- */

bool
exception_day(const char *day, int64_t *ret_end_s)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t begin_s;
	if (strlen(day) != EXCEPTION_DAY_SIZE - 1)
		return false;
	snprintf(text, sizeof(text), "%sT00:00:00Z", day);
	if (!clock_parse(text, &begin_s))
		return false;
	if (ret_end_s != NULL)
		*ret_end_s = begin_s + EXCEPTION_DAY_S;
	return true;
}

bool
exception_lasts(const struct exception *x, int64_t now_s)
{
	int64_t end_s;
	return exception_day(x->expires, &end_s) && now_s < end_s;
}

/* Printable ASCII without blanks at the ends: it is compared byte by byte. */
static bool
exception_word_ok(const char *text, size_t max_bytes)
{
	size_t n = strlen(text);
	if (n == 0 || n > max_bytes || text[0] == ' ' || text[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

/* As a manifest names it. */
static bool
exception_scanner_ok(const char *name)
{
	size_t n = strlen(name);
	return n > 0 && n <= LIM_PERSON_ID_BYTES && name[0] >= 'a' && name[0] <= 'z' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static bool
exception_digest_ok(const char *hex)
{
	uint8_t digest[32];
	return hex_decode(hex, strlen(hex), digest, sizeof(digest));
}

const char *
exception_wrong(const struct exception *x)
{
	bool digest = x->sha256[0] != '\0', rule = x->rule[0] != '\0',
	     type = x->type[0] != '\0';
	if (!exception_scanner_ok(x->scanner))
		return "it names no scanner";
	if (digest == type)
		return "it is about one object (its SHA-256), or about objects of one type: "
		       "one of the two, not both";
	if (digest && !exception_digest_ok(x->sha256))
		return "sha256 is not a SHA-256 in 64 hexadecimal digits";
	if (type && !rule)
		return "for a type it must name a rule of the scanner: a whole scanner is "
		       "excepted for single objects only";
	if ((rule && !exception_word_ok(x->rule, LIM_TYPE_BYTES)) ||
	    (type && !exception_word_ok(x->type, LIM_TYPE_BYTES)))
		return "rule and type are names of at most 128 printable characters";
	if (x->reason[0] == '\0' || strlen(x->reason) > LIM_EXCEPTION_REASON_BYTES ||
	    !canon_is_text(x->reason))
		return "the reason is missing or longer than 256 bytes";
	if (!exception_day(x->expires, NULL))
		return "its last day is not a date such as 2026-12-31";
	return NULL;
}

static const char *
exception_text(const json_t *o, const char *key)
{
	const char *text = canon_str(o, key);
	return text != NULL ? text : "";
}

void
exception_of_entry(const json_t *data, const char *leaf, struct exception *ret)
{
	*ret = (struct exception){.leaf = leaf,
	    .scanner = exception_text(data, "scanner"),
	    .sha256 = exception_text(data, "sha256"),
	    .rule = exception_text(data, "rule"),
	    .type = exception_text(data, "type"),
	    .reason = exception_text(data, "reason"),
	    .expires = exception_text(data, "expires")};
}

json_t *
exception_entry(const struct exception *x)
{
	json_t *o = json_pack("{s:s, s:s, s:s}", "expires", x->expires, "reason", x->reason,
	    "scanner", x->scanner);
	const char *const more[][2] = {
	    {"sha256", x->sha256}, {"rule", x->rule}, {"type", x->type}};
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (more[i][1][0] != '\0')
			json_object_set_new(o, more[i][0], json_string(more[i][1]));
	return o;
}

bool
exception_parse(const json_t *row, struct exception *ret)
{
	struct exception x;
	const char *leaf = canon_str(row, "leaf");
	if (leaf == NULL || !exception_digest_ok(leaf) ||
	    !canon_only(row, "expires leaf reason rule scanner sha256 type"))
		return false;
	const char *const keys[] = {"expires", "reason", "rule", "scanner", "sha256", "type"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (canon_str(row, keys[i]) == NULL)
			return false;
	exception_of_entry(row, leaf, &x);
	if (exception_wrong(&x) != NULL)
		return false;
	*ret = x;
	return true;
}

json_t *
exception_print(const struct exception *x)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "expires", x->expires, "leaf",
	    x->leaf, "reason", x->reason, "rule", x->rule, "scanner", x->scanner, "sha256",
	    x->sha256, "type", x->type);
}

bool
exception_same(const struct exception *a, const struct exception *b)
{
	return strcmp(a->leaf, b->leaf) == 0 && strcmp(a->scanner, b->scanner) == 0 &&
	       strcmp(a->sha256, b->sha256) == 0 && strcmp(a->rule, b->rule) == 0 &&
	       strcmp(a->type, b->type) == 0 && strcmp(a->reason, b->reason) == 0 &&
	       strcmp(a->expires, b->expires) == 0;
}

/* --- what it covers ----------------------------------------------------------------- */

bool
exception_covers_verdict(
    const struct exception *x, const char *scanner, enum verdict verdict, const char *sha256)
{
	return (unsigned)verdict < VERDICT__MAX && exception_verdicts[verdict] &&
	       x->sha256[0] != '\0' && x->rule[0] == '\0' && strcmp(x->sha256, sha256) == 0 &&
	       strcmp(x->scanner, scanner) == 0;
}

bool
exception_covers_finding(
    const struct exception *x, const struct finding *f, const char *sha256, const char *type)
{
	if (exception_blind[f->class] || strcmp(x->scanner, f->scanner) != 0)
		return false;
	if (x->rule[0] != '\0' && strcmp(x->rule, f->rule) != 0)
		return false;
	return x->sha256[0] != '\0'
	           ? strcmp(x->sha256, sha256) == 0
	           : x->rule[0] != '\0' && x->type[0] != '\0' && strcmp(x->type, type) == 0;
}

size_t
exception_find_verdict(const struct exception *list, size_t n, const char *scanner,
    enum verdict verdict, const char *sha256)
{
	for (size_t i = 0; i < n; i++)
		if (exception_covers_verdict(&list[i], scanner, verdict, sha256))
			return i;
	return EXCEPTION_NONE;
}

size_t
exception_find_finding(const struct exception *list, size_t n, const struct finding *f,
    const char *sha256, const char *type)
{
	for (size_t i = 0; i < n; i++)
		if (exception_covers_finding(&list[i], f, sha256, type))
			return i;
	return EXCEPTION_NONE;
}

void
exception_words(const struct exception *x, struct buf *out)
{
	if (x->sha256[0] != '\0' && x->rule[0] == '\0')
		buf_addf(out, "what %s says of the object %.16s...", x->scanner, x->sha256);
	else if (x->sha256[0] != '\0')
		buf_addf(out, "findings of %s by the rule %s in the object %.16s...",
		    x->scanner, x->rule, x->sha256);
	else
		buf_addf(out, "findings of %s by the rule %s in objects of the type %s",
		    x->scanner, x->rule, x->type);
}
