/* SPDX-License-Identifier: ISC */
#include "scanners/clamd.h"
#include "src/base/clock.h"
#include "src/base/escape.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define CLAMD_NO_VERSION "4294967295"

#define CLAMD_PARTITIONS                                                                      \
	{                                                                                     \
		SCAN_SUSPICIOUS, "overlapping partitions", "av/overlap", "archive", "medium", \
		    "The antivirus finds partitions in the image that overlap"                \
	}
#define CLAMD_LIMIT(why)                                                  \
	{                                                                 \
		SCAN_INCOMPLETE, why, "av/limit", "incomplete", "medium", \
		    "The antivirus stopped at one of its limits"          \
	}

/* The first whose prefix fits.  Behind "size-limit" only what is read when it comes in parts.
 */
static const struct {
	const char *prefix;
	struct clamd_meaning meaning;
} clamd_meanings[] = {
    {"Heuristics.Limits.Exceeded.MaxFileSize", CLAMD_LIMIT(SCAN_WHY_TOO_LARGE)},
    {"Heuristics.Limits.Exceeded.MaxScanSize", CLAMD_LIMIT(SCAN_WHY_TOO_LARGE)},
    {"Heuristics.Limits.Exceeded.MaxFiles", CLAMD_LIMIT(SCAN_WHY_TOO_LARGE ": MaxFiles")},
    {"Heuristics.Limits.Exceeded.MaxRecursion",
	CLAMD_LIMIT(SCAN_WHY_TOO_LARGE ": MaxRecursion")},
    {"Heuristics.Limits.Exceeded.MaxScanTime", CLAMD_LIMIT(SCAN_WHY_TOO_LARGE ": MaxScanTime")},
    {"Heuristics.Limits.Exceeded", CLAMD_LIMIT("a limit of the engine")},
    {"Heuristics.XZ.DicSizeLimit", CLAMD_LIMIT("a limit of the engine")},
    {"Heuristics.Encrypted", {SCAN_INCOMPLETE, "encrypted", "av/encrypted", "incomplete",
				 "medium", "The antivirus cannot look into what is encrypted"}},
    {"Heuristics.Broken", {SCAN_INVALID, "broken", "av/broken", "corruption", "medium",
			      "The antivirus calls the file broken"}},
    {"Heuristics.BoundsCheck", {SCAN_INVALID, "broken", "av/broken", "corruption", "medium",
				   "The antivirus calls the file broken"}},
    {"Heuristics.Zip.OverlappingFiles",
	{SCAN_SUSPICIOUS, "overlapping files", "av/overlap", "archive", "high",
	    "The antivirus finds files in the archive that overlap"}},
    {"Heuristics.APMPartition", CLAMD_PARTITIONS},
    {"Heuristics.GPTPartition", CLAMD_PARTITIONS},
    {"Heuristics.MBRPartition", CLAMD_PARTITIONS},
    {"Heuristics.OLE2.ContainsMacros", {SCAN_SUSPICIOUS, "macros", "av/macros", "code-exec",
					   "medium", "The document has macros"}},
    {"Heuristics.PDF.Obfuscated",
	{SCAN_SUSPICIOUS, "obfuscated", "av/obfuscated", "code-exec", "medium",
	    "The antivirus finds hidden names in the document"}},
    {"Heuristics.Phishing", {SCAN_SUSPICIOUS, "phishing", "av/phishing", "malware", "low",
				"The antivirus finds links that deceive"}},
    {"Heuristics.Safebrowsing", {SCAN_SUSPICIOUS, "phishing", "av/phishing", "malware", "low",
				    "The antivirus finds links that deceive"}},
    {"Heuristics.Structured", {SCAN_SUSPICIOUS, "personal data", "av/personal", "privacy",
				  "medium", "The antivirus finds numbers of cards or persons"}},
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
	/* what clamd 1.4 says when it could not load new ones: it has none that it can name */
	if (sig == strlen(CLAMD_NO_VERSION) && memcmp(slash + 1, CLAMD_NO_VERSION, sig) == 0)
		return;
	escape_fit(slash + 1, sig, about->signatures, sizeof(about->signatures),
	    sizeof(about->signatures) - 1, NULL);
	if (second == NULL)
		return;
	snprintf(date, sizeof(date), "%.*s",
	    (int)(end - second - 1 < 64 ? end - second - 1 : 64), second + 1);
	clamd_date(date, about->signature_date);
}
