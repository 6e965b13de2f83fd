/* SPDX-License-Identifier: ISC */
#include "scanners/adapter.h"
#include "src/base/escape.h"

#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

#define ADAPTER_RULE 64 /* bytes of RULE and of KEY */

static const char adapter_key_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789._-/";
static const char *const adapter_severities[] = {"info", "low", "medium", "high", "critical"};
static const char *const adapter_classes[] = {"malware", "code-exec", "corruption", "tamper",
    "incomplete", "platform", "archive", "name", "polyglot", "policy", "privacy",
    "signature-age", "mismatch"};

void
adapter_begin(
    struct adapter *a, const struct adapter_rules *rules, const struct adapter_sink *sink)
{
	*a = (struct adapter){.rules = rules, .sink = sink};
}

/* Cuts the next word off *at; false when there is none.  Words are parted by one blank. */
static bool
adapter_word(char **at, char **ret_word)
{
	char *word = *at, *blank = strchr(word, ' ');
	if (*word == '\0' || *word == ' ')
		return false;
	*at = blank != NULL ? blank + 1 : word + strlen(word);
	if (blank != NULL)
		*blank = '\0';
	*ret_word = word;
	return true;
}

static const char *
adapter_known(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return words[i];
	return NULL;
}

static bool
adapter_key_ok(const char *key)
{
	return strlen(key) <= ADAPTER_RULE && strspn(key, adapter_key_chars) == strlen(key);
}

static bool
adapter_finding(struct adapter *a, char *text)
{
	char *severity, *class, *rule, whole[2 * ADAPTER_RULE + 2];
	if (!adapter_word(&text, &severity) || !adapter_word(&text, &class) ||
	    !adapter_word(&text, &rule) || !adapter_key_ok(rule) || *text == '\0')
		return false;
	char *detail = strchr(text, '\t');
	if (detail != NULL)
		*detail++ = '\0';
	snprintf(whole, sizeof(whole), "%s/%s", a->rules->scanner, rule);
	const struct scan_finding f = {
	    .rule = whole,
	    .severity = adapter_known(severity, adapter_severities,
		sizeof(adapter_severities) / sizeof(adapter_severities[0])),
	    .class = adapter_known(
		class, adapter_classes, sizeof(adapter_classes) / sizeof(adapter_classes[0])),
	    .title = text,
	    .detail = detail,
	    .detail_len = detail != NULL ? strlen(detail) : 0,
	};
	if (f.severity == NULL || f.class == NULL || *text == '\0')
		return false;
	a->sink->finding(a->sink->arg, &f);
	return true;
}

static bool
adapter_fact(struct adapter *a, char *text)
{
	char *key;
	if (!adapter_word(&text, &key) || !adapter_key_ok(key) || *text == '\0')
		return false;
	a->sink->fact(a->sink->arg, key, text);
	return true;
}

/* A whole line, without its end. */
static void
adapter_line(struct adapter *a, bool standard_error, struct adapter_line *line)
{
	static const struct {
		const char *word;
		bool (*take)(struct adapter *, char *rest);
	} kinds[] = {{"finding ", adapter_finding}, {"fact ", adapter_fact}};
	/* no text of ours has a NUL: what stands behind one is not seen */
	bool whole = !line->over && memchr(line->text, '\0', line->len) == NULL;
	line->text[line->len] = '\0';
	if (standard_error && line->len > 0)
		escape_fit(line->text, line->len, a->words, sizeof(a->words),
		    sizeof(a->words) - 1, NULL);
	a->number += !standard_error;
	if (whole && a->rules->clean_needs != NULL &&
	    regexec(a->rules->clean_needs, line->text, 0, NULL, 0) == 0)
		a->proved = true;
	for (size_t i = 0; i < 2 && a->rules->lines && !standard_error; i++) {
		size_t n = strlen(kinds[i].word);
		if (strncmp(line->text, kinds[i].word, n) == 0 &&
		    (!whole || !kinds[i].take(a, line->text + n)) && a->bad_line == 0)
			a->bad_line = a->number;
	}
	line->len = 0;
	line->over = false;
}

bool
adapter_take(struct adapter *a, bool standard_error, const void *bytes, size_t n)
{
	struct adapter_line *line = standard_error ? &a->err : &a->out;
	const char *text = bytes;
	a->said_bytes += n;
	if (a->said_bytes > LIM_ADAPTER_OUTPUT)
		a->flooded = true;
	for (size_t i = 0; i < n && !a->flooded; i++) {
		if (text[i] == '\n')
			adapter_line(a, standard_error, line);
		else if (line->len < LIM_ADAPTER_LINE)
			line->text[line->len++] = text[i];
		else
			line->over = true;
	}
	return !a->flooded;
}

/* The verdict is error, and why is this. */
__attribute__((format(printf, 3, 4))) static enum scan_verdict
adapter_fault(const struct adapter *a, char why[ADAPTER_WHY_SIZE], const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, ADAPTER_WHY_SIZE, fmt, ap);
	va_end(ap);
	size_t n = strlen(why);
	if (a->words[0] != '\0')
		snprintf(why + n, ADAPTER_WHY_SIZE - n, ": %s", a->words);
	return SCAN_ERROR;
}

static const struct adapter_exit *
adapter_find_exit(const struct adapter_rules *r, int status)
{
	for (size_t i = 0; i < r->nexits; i++)
		if (r->exits[i].status == status)
			return &r->exits[i];
	return NULL;
}

/* Its word is clean: is there reason to believe it? */
static enum scan_verdict
adapter_clean(
    const struct adapter *a, const struct adapter_end *end, char why[ADAPTER_WHY_SIZE])
{
	if (!a->proved)
		return adapter_fault(a, why,
		    "the command ended as if all were well, and did not say what proves that "
		    "it looked");
	if (end->read_bytes >= end->size_bytes)
		return SCAN_CLEAN;
	snprintf(why, ADAPTER_WHY_SIZE, "the command read %ju of %ju bytes",
	    (uintmax_t)end->read_bytes, (uintmax_t)end->size_bytes);
	return SCAN_INCOMPLETE;
}

enum scan_verdict
adapter_conclude(struct adapter *a, const struct adapter_end *end, char why[ADAPTER_WHY_SIZE],
    uint64_t *ret_read)
{
	why[0] = '\0';
	*ret_read = end->read_bytes < end->size_bytes ? end->read_bytes : end->size_bytes;
	if (a->out.len > 0)
		adapter_line(a, false, &a->out);
	if (a->err.len > 0)
		adapter_line(a, true, &a->err);
	if (end->start_error != 0)
		return adapter_fault(a, why, "the command cannot be started: %s",
		    strerrordesc_np(end->start_error));
	if (a->flooded)
		return adapter_fault(
		    a, why, "the command said more than %d bytes", LIM_ADAPTER_OUTPUT);
	if (WIFSIGNALED(end->wait_status))
		return adapter_fault(
		    a, why, "the command ended with signal %d", WTERMSIG(end->wait_status));
	if (a->bad_line != 0)
		return adapter_fault(a, why, "line %ju of its output has not the form it needs",
		    (uintmax_t)a->bad_line);
	int status = WIFEXITED(end->wait_status) ? WEXITSTATUS(end->wait_status) : -1;
	const struct adapter_exit *e = adapter_find_exit(a->rules, status);
	if (e == NULL)
		return adapter_fault(a, why,
		    "the command ended with status %d, which its manifest does not know",
		    status);
	if (e->verdict == SCAN_CLEAN)
		return adapter_clean(a, end, why);
	if (e->verdict == SCAN_ERROR)
		return adapter_fault(a, why, "the command ended with status %d", status);
	return e->verdict;
}
