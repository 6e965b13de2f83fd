/* SPDX-License-Identifier: ISC */
#include "scanners/clamd.h"
#include "src/base/clock.h"
#include "src/base/escape.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *prefix;
	struct clamd_meaning meaning;
} clamd_meanings[] = {
    {"Heuristics.Limits.Exceeded", {SCAN_INCOMPLETE, "size-limit", "av/limit", "incomplete",
				       "medium", "The antivirus stopped at one of its limits"}},
    {"Heuristics.Encrypted", {SCAN_INCOMPLETE, "encrypted", "av/encrypted", "incomplete",
				 "medium", "The antivirus cannot look into what is encrypted"}},
    {"Heuristics.Broken", {SCAN_INVALID, "broken", "av/broken", "corruption", "medium",
			      "The antivirus calls the file broken"}},
    {"Heuristics.OLE2.ContainsMacros", {SCAN_SUSPICIOUS, "macros", "av/macros", "code-exec",
					   "medium", "The document has macros"}},
    {"PUA.", {SCAN_SUSPICIOUS, "unwanted", "av/unwanted", "malware", "medium",
		 "The antivirus calls it possibly unwanted"}},
    {"", {SCAN_MALICIOUS, "", "av/signature", "malware", "critical",
	     "Known malware, by the antivirus"}},
};

static bool
clamd_ends(const char *s, size_t n, const char *end)
{
	size_t len = strlen(end);
	return n >= len && memcmp(s + n - len, end, len) == 0;
}

enum err
clamd_parse(const char *reply, size_t n, struct clamd_reply *ret)
{
	unsigned id = 0;
	size_t i = 0;
	for (; i < n && reply[i] >= '0' && reply[i] <= '9'; i++) {
		if (i == 9)
			return ERR_SYNTAX;
		id = id * 10 + (unsigned)(reply[i] - '0');
	}
	if (i == 0 || n - i < 2 || reply[i] != ':' || reply[i + 1] != ' ')
		return ERR_SYNTAX;
	const char *s = reply + i + 2;
	size_t len = n - i - 2;
	bool descriptor = len >= 3 && memcmp(s, "fd[", 3) == 0;
	if (descriptor) {
		const char *colon = memmem(s, len, "]: ", 3);
		if (colon == NULL)
			return ERR_SYNTAX;
		len -= (size_t)(colon + 3 - s);
		s = colon + 3;
	}
	/* names may hold anything: only the end of a reply tells what it is */
	*ret = (struct clamd_reply){id, CLAMD_TEXT, s, len};
	if (descriptor && len == 2 && memcmp(s, "OK", 2) == 0) {
		ret->kind = CLAMD_OK;
	} else if (descriptor && clamd_ends(s, len, " FOUND")) {
		ret->kind = CLAMD_FOUND;
		ret->len -= 6;
	} else if (clamd_ends(s, len, " ERROR")) {
		ret->kind = CLAMD_ERROR;
		ret->len -= 6;
	}
	return ERR_OK;
}

const struct clamd_meaning *
clamd_meaning(const char *name, size_t n)
{
	size_t i = 0;
	while (i + 1 < COUNT(clamd_meanings)) {
		size_t len = strlen(clamd_meanings[i].prefix);
		if (n >= len && memcmp(name, clamd_meanings[i].prefix, len) == 0)
			break;
		i++;
	}
	return &clamd_meanings[i].meaning;
}

/* "Thu Nov 21 09:31:02 2024" as RFC 3339; "" when it is not one. */
static void
clamd_date(const char *text, char out[SCAN_TEXT_SIZE])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char day[4], month[4], date[SCAN_TEXT_SIZE];
	unsigned d, h, m, s, y;
	int64_t wall;
	out[0] = '\0';
	if (sscanf(text, "%3s %3s %2u %2u:%2u:%2u %4u", day, month, &d, &h, &m, &s, &y) != 7)
		return;
	const char *at = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (at == NULL || (at - months) % 3 != 0)
		return;
	snprintf(date, sizeof(date), "%04u-%02u-%02uT%02u:%02u:%02uZ", y,
	    (unsigned)(at - months) / 3 + 1, d, h, m, s);
	if (clock_parse(date, &wall))
		snprintf(out, SCAN_TEXT_SIZE, "%s", date);
}

void
clamd_version(const char *text, size_t n, struct scan_about *about)
{
	char date[SCAN_TEXT_SIZE];
	const char *slash = memchr(text, '/', n), *end = text + n;
	size_t len = slash != NULL ? (size_t)(slash - text) : n;
	escape_fit(
	    text, len, about->engine, sizeof(about->engine), sizeof(about->engine) - 1, NULL);
	if (slash == NULL)
		return;
	const char *second = memchr(slash + 1, '/', (size_t)(end - slash - 1));
	size_t sig = (size_t)((second != NULL ? second : end) - slash - 1);
	escape_fit(slash + 1, sig, about->signatures, sizeof(about->signatures),
	    sizeof(about->signatures) - 1, NULL);
	if (second == NULL)
		return;
	snprintf(date, sizeof(date), "%.*s",
	    (int)(end - second - 1 < 64 ? end - second - 1 : 64), second + 1);
	clamd_date(date, about->signature_date);
}
