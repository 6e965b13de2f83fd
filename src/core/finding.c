/* SPDX-License-Identifier: ISC */
#include "src/core/finding.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/canon.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char *const finding_classes[FINDING_CLASS__MAX] = {
    [FINDING_MALWARE] = "malware",
    [FINDING_CODE_EXEC] = "code-exec",
    [FINDING_CORRUPTION] = "corruption",
    [FINDING_TAMPER] = "tamper",
    [FINDING_INCOMPLETE] = "incomplete",
    [FINDING_PLATFORM] = "platform",
    [FINDING_ARCHIVE] = "archive",
    [FINDING_NAME] = "name",
    [FINDING_POLYGLOT] = "polyglot",
    [FINDING_POLICY] = "policy",
    [FINDING_PRIVACY] = "privacy",
    [FINDING_SIGNATURE_AGE] = "signature-age",
    [FINDING_MISMATCH] = "mismatch",
    [FINDING_REQUEST] = "request",
};

static const char *const finding_severities[FINDING_SEVERITY__MAX] = {
    [FINDING_NO_SEVERITY] = "none",
    [FINDING_INFO] = "info",
    [FINDING_LOW] = "low",
    [FINDING_MEDIUM] = "medium",
    [FINDING_HIGH] = "high",
    [FINDING_CRITICAL] = "critical",
};

#define FINDING_KEYS "at class detail item object rule scanner severity title type"

const char *finding_class_print(enum finding_class class)
{
	assert((unsigned)class < FINDING_CLASS__MAX);
	return finding_classes[class];
}

bool
finding_class_parse(const char *word, enum finding_class *ret)
{
	for (unsigned i = 0; i < FINDING_CLASS__MAX; i++)
		if (strcmp(finding_classes[i], word) == 0) {
			*ret = (enum finding_class)i;
			return true;
		}
	return false;
}

const char *
finding_severity_print(enum finding_severity severity)
{
	assert((unsigned)severity < FINDING_SEVERITY__MAX);
	return finding_severities[severity];
}

bool
finding_severity_parse(const char *word, enum finding_severity *ret)
{
	for (unsigned i = FINDING_INFO; i < FINDING_SEVERITY__MAX; i++)
		if (strcmp(finding_severities[i], word) == 0) {
			*ret = (enum finding_severity)i;
			return true;
		}
	return false;
}

void
finding_worst_add(
    struct finding_worst *worst, enum finding_class class, enum finding_severity severity)
{
	assert((unsigned)class < FINDING_CLASS__MAX);
	if (severity > worst->of[class])
		worst->of[class] = severity;
}

enum finding_severity
finding_worst_severity(const struct finding_worst *worst)
{
	enum finding_severity s = FINDING_NO_SEVERITY;
	for (unsigned i = 0; i < FINDING_CLASS__MAX; i++)
		if (worst->of[i] > s)
			s = worst->of[i];
	return s;
}

static bool
finding_texts_ok(const struct finding *f)
{
	const char *texts[] = {f->scanner, f->rule, f->title, f->detail};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i] == NULL || strlen(texts[i]) > LIM_FINDING_TEXT)
			return false;
	return f->scanner[0] != '\0';
}

static const char *
finding_or_none(const char *text)
{
	return text != NULL ? text : "";
}

/* A digest and a type, or neither. */
static bool
finding_object_ok(const struct finding *f)
{
	uint8_t digest[32];
	const char *object = finding_or_none(f->object), *type = finding_or_none(f->type);
	if (object[0] == '\0')
		return type[0] == '\0';
	return strlen(type) <= LIM_TYPE_BYTES &&
	       hex_decode(object, strlen(object), digest, sizeof(digest));
}

enum err
finding_print(const struct finding *f, struct buf *out)
{
	char at[24] = "";
	if ((unsigned)f->class >= FINDING_CLASS__MAX || f->severity == FINDING_NO_SEVERITY ||
	    (unsigned)f->severity >= FINDING_SEVERITY__MAX || f->item > CANON_UINT_MAX ||
	    !finding_texts_ok(f) || !finding_object_ok(f))
		return ERR_RANGE;
	if (f->has_at)
		snprintf(at, sizeof(at), "%" PRIu64, f->at_bytes);
	json_t *o = json_pack("{ss ss ss sI ss ss ss ss ss ss}", "at", at, "class",
	    finding_classes[f->class], "detail", f->detail, "item", (json_int_t)f->item,
	    "object", finding_or_none(f->object), "rule", f->rule, "scanner", f->scanner,
	    "severity", finding_severities[f->severity], "title", f->title, "type",
	    finding_or_none(f->type));
	if (o == NULL)
		return ERR_RANGE;
	enum err e = canon_print(o, out);
	json_decref(o);
	return e != ERR_OK ? e : buf_add_byte(out, '\n');
}

/* "" or the one decimal spelling of a 64-bit number. */
static bool
finding_parse_at(const char *text, struct finding *f)
{
	uint64_t v = 0;
	f->has_at = text[0] != '\0';
	f->at_bytes = 0;
	if (text[0] == '0' && text[1] != '\0')
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
	}
	f->at_bytes = v;
	return true;
}

enum err
finding_parse(const void *line, size_t n, struct finding *ret_finding, void **ret_memory)
{
	struct finding f = {0};
	json_t *o;
	enum err e = canon_parse(line, n, &o);
	if (e != ERR_OK)
		return e;
	const char *at = canon_str(o, "at"), *class = canon_str(o, "class");
	const char *severity = canon_str(o, "severity");
	f.scanner = canon_str(o, "scanner");
	f.rule = canon_str(o, "rule");
	f.title = canon_str(o, "title");
	f.detail = canon_str(o, "detail");
	f.object = canon_str(o, "object");
	f.type = canon_str(o, "type");
	if (f.object == NULL || f.type == NULL || !finding_object_ok(&f) ||
	    !canon_only(o, FINDING_KEYS) || at == NULL || class == NULL || severity == NULL ||
	    !canon_uint(o, "item", &f.item) || !finding_class_parse(class, &f.class) ||
	    !finding_severity_parse(severity, &f.severity) || !finding_parse_at(at, &f) ||
	    !finding_texts_ok(&f)) {
		json_decref(o);
		return ERR_SYNTAX;
	}
	*ret_finding = f;
	*ret_memory = o;
	return ERR_OK;
}

void
finding_free(void *memory)
{
	json_decref(memory);
}

enum err
finding_walk(const void *bytes, size_t n,
    enum err (*each)(void *ctx, const struct finding *, const void *line, size_t line_len),
    void *ctx, size_t *ret_line)
{
	const char *p = n > 0 ? bytes : "", *end = p + n;
	uint64_t item = 0;

	for (size_t number = 1; p < end; number++) {
		struct finding f;
		void *memory;
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		enum err e =
		    lf == NULL ? ERR_SYNTAX : finding_parse(p, (size_t)(lf - p), &f, &memory);
		if (e == ERR_OK) {
			e = f.item < item ? ERR_SYNTAX : each(ctx, &f, p, (size_t)(lf - p) + 1);
			item = f.item;
			finding_free(memory);
		}
		if (e != ERR_OK) {
			if (ret_line != NULL)
				*ret_line = number;
			return e;
		}
		p = lf + 1;
	}
	return ERR_OK;
}
