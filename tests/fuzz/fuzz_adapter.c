/* links: scanners/adapter src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * What a command says: the first byte is its status and the size of the
 * pieces, the rest its output.  Nothing is clean without the line that proves it.
 */
#include "scanners/adapter.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
on_finding(void *arg, const struct scan_finding *f)
{
	(void)arg;
	check(strncmp(f->rule, "site/", 5) == 0 && strlen(f->rule) <= 5 + 64);
	check(f->title[0] != '\0' && f->severity != NULL && f->class != NULL);
	check(f->detail == NULL || strlen(f->detail) == f->detail_len);
}

static void
on_fact(void *arg, const char *key, const char *value)
{
	(void)arg;
	check(key[0] != '\0' && strlen(key) <= 64 && value[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct adapter_sink sink = {on_finding, on_fact, NULL};
	static const struct adapter_exit exits[] = {
	    {0, SCAN_CLEAN}, {1, SCAN_MALICIOUS}, {2, SCAN_ERROR}};
	static regex_t looked;
	static bool made;
	static struct adapter a;
	if (!made && regcomp(&looked, "^looked$", REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	made = true;
	if (n == 0)
		return 0;
	const struct adapter_rules rules = {"site", exits, 3, &looked, true};
	const struct adapter_end end = {(data[0] & 3) << 8, 0, 10, 10};
	size_t step = (size_t)(data[0] >> 2) + 1;
	char why[ADAPTER_WHY_SIZE];
	uint64_t read_bytes;
	adapter_begin(&a, &rules, &sink);
	for (size_t at = 1; at < n; at += step)
		adapter_take(&a, false, data + at, step < n - at ? step : n - at);
	enum scan_verdict v = adapter_conclude(&a, &end, why, &read_bytes);
	for (const char *p = why; *p != '\0'; p++)
		check(*p >= 0x20 && *p <= 0x7e);
	check(v != SCAN_CLEAN || (a.proved && memmem(data, n, "looked", 6) != NULL));
	return 0;
}
