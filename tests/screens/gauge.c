/* SPDX-License-Identifier: ISC */
#include "tests/screens/gauge.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

struct gauge {
	size_t keys, pressed, answered;
	double *ms, *bytes;
	uint64_t from_ns, from_bytes;
};

struct gauge *
gauge_new(size_t keys)
{
	struct gauge *g = mem_alloc(sizeof(*g));
	g->keys = keys;
	g->ms = mem_array(keys, sizeof(double));
	g->bytes = mem_array(keys, sizeof(double));
	return g;
}

void
gauge_free(struct gauge *g)
{
	if (g == NULL)
		return;
	free(g->ms);
	free(g->bytes);
	free(g);
}

void
gauge_begin(struct gauge *g, const struct emu *e)
{
	g->from_bytes = emu_bytes(e);
	g->from_ns = clock_mono_ns();
}

void
gauge_end(struct gauge *g, struct emu *e)
{
	int64_t until = clock_mono_ms() + GAUGE_ANSWER_MS;
	assert(g->pressed < g->keys);
	g->pressed++;
	while (emu_bytes(e) == g->from_bytes && clock_mono_ms() < until)
		emu_pump(e, 10);
	if (emu_bytes(e) == g->from_bytes)
		return;
	emu_settle(e, GAUGE_QUIET_MS);
	g->ms[g->answered] = (double)(emu_last_ns(e) - g->from_ns) / 1e6;
	g->bytes[g->answered++] = (double)(emu_bytes(e) - g->from_bytes);
}

static int
gauge_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

bool
gauge_print(struct gauge *g, const char *name)
{
	size_t n = g->answered;
	if (n == 0)
		return false;
	qsort(g->ms, n, sizeof(double), gauge_compare);
	qsort(g->bytes, n, sizeof(double), gauge_compare);
	printf("measure %s n=%zu silent=%zu p50_ms=%.2f p99_ms=%.2f max_ms=%.2f p50_bytes=%.0f "
	       "max_bytes=%.0f\n",
	    name, g->pressed, g->pressed - n, g->ms[n / 2], g->ms[n * 99 / 100], g->ms[n - 1],
	    g->bytes[n / 2], g->bytes[n - 1]);
	return true;
}

/* --- memory ------------------------------------------------------------------ */

static long
gauge_status(long pid, const char *field)
{
	char path[64], line[256];
	long value = -1;
	snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	FILE *f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, field, strlen(field)) == 0)
			value = strtol(line + strlen(field), NULL, 10);
	if (f != NULL)
		fclose(f);
	return value;
}

static bool
gauge_descends(long pid, long from)
{
	while (pid > 1 && pid != from)
		pid = gauge_status(pid, "PPid:");
	return pid == from;
}

void
gauge_print_memory(const struct emu *e, const char *name)
{
	long peak = 0, now = 0;
	DIR *d = opendir("/proc");
	for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
		long pid = strtol(entry->d_name, NULL, 10);
		if (pid <= 0 || !gauge_descends(pid, emu_pid(e)))
			continue;
		long hwm = gauge_status(pid, "VmHWM:"), rss = gauge_status(pid, "VmRSS:");
		peak = hwm > peak ? hwm : peak;
		now = rss > now ? rss : now;
	}
	if (d != NULL)
		closedir(d);
	printf("memory %s peak_kib=%ld now_kib=%ld\n", name, peak, now);
}
