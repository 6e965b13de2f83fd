/* SPDX-License-Identifier: ISC */
#include "ui/scanner.h"
#include "ui/row.h"

#include <stdio.h>
#include <string.h>

void
scanner_signatures(const json_t *row, char out[SCANNER_TEXT_SIZE])
{
	const char *version = row_text(row, "signatures"), *date = row_text(row, "date");
	size_t n = 0;
	snprintf(out, SCANNER_TEXT_SIZE, "%.80s%s%.10s", version,
	    version[0] != '\0' && date[0] != '\0' ? " of " : "", date);
	n = strlen(out);
	if (n == 0 || json_object_get(row, "age_days") == NULL)
		return;
	uint64_t days = row_uint(row, "age_days");
	snprintf(out + n, SCANNER_TEXT_SIZE - n, ", %llu day%s old", (unsigned long long)days,
	    days == 1 ? "" : "s");
}

void
scanner_tested(const json_t *row, char out[SCANNER_TEXT_SIZE])
{
	const char *at = row_text(row, "tested");
	out[0] = '\0';
	if (strlen(at) == 20)
		snprintf(out, SCANNER_TEXT_SIZE, "%.10s %.5sZ, %s", at, at + 11,
		    json_is_true(json_object_get(row, "passed")) ? "passed" : "FAILED");
}

void
scanner_time(uint64_t us, char out[16])
{
	unsigned long long ms = us / 1000;
	if (us < 100)
		snprintf(out, 16, "under 0.1 ms");
	else if (us < 10000)
		snprintf(out, 16, "%llu.%llu ms", ms, (unsigned long long)us / 100 % 10);
	else if (us < 10000000)
		snprintf(out, 16, "%llu ms", ms);
	else
		snprintf(out, 16, "%llu s", ms / 1000 % 100000000);
}

void
scanner_pace(const json_t *row, char out[SCANNER_TEXT_SIZE])
{
	static const struct {
		const char *key, *one, *more;
	} counts[] = {
	    {"strikes", "process died over an object", "processes died over an object"},
	    {"reused", "verdict used again", "verdicts used again"}};
	uint64_t objects = row_uint(row, "objects");
	char median[16], most[16];
	size_t n = 0;
	out[0] = '\0';
	if (objects > 0) {
		scanner_time(row_uint(row, "median_us"), median);
		scanner_time(row_uint(row, "p99_us"), most);
		snprintf(out, SCANNER_TEXT_SIZE,
		    "%llu object%s, %llu a second, median %s, 99 %% within %s",
		    (unsigned long long)objects, objects == 1 ? "" : "s",
		    (unsigned long long)row_uint(row, "per_s"), median, most);
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint64_t v = row_uint(row, counts[i].key);
		n = strlen(out);
		if (v > 0)
			snprintf(out + n, SCANNER_TEXT_SIZE - n, "%s%llu %s", n > 0 ? "; " : "",
			    (unsigned long long)v, v == 1 ? counts[i].one : counts[i].more);
	}
}
