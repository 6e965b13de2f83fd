/* links: tests/media/faults @media src/core/item src/core/digest src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * Reading alone: walks a medium and reads all its contents by the reader's own
 * code, and keeps nothing.
 *   reading [-o] [-r] [-l LAYOUT -k KEY] IMAGE
 *     -o  contents go to standard output, as the reader's go into the vault's pipe,
 *         which it makes as large
 *     -r  for each item "begin ID", then "read OFFSET BYTES" for each read of the
 *         medium, "end ID"; reads outside begin and end are of metadata
 *     -l  first opens volume 1, which is encrypted: the layout that unlock_drive says
 * To standard error one line: how long it took, what was read, and the most
 * memory that the process ever had.
 */
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/media/decrypt.h"
#include "src/media/medium_locked.h"
#include "tests/media/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READING_PIPE_BYTES (1 << 20)

struct reading {
	const char *image, *layout, *key;
	bool out, trace;
};

#define MUST(x)                                              \
	do {                                                 \
		if (!(x)) {                                  \
			fprintf(stderr, "broken: %s\n", #x); \
			exit(2);                             \
		}                                            \
	} while (0)

static enum err
reading_item(void *arg, const struct walk_item *it)
{
	(void)arg;
	(void)it;
	return ERR_OK;
}

static enum err
reading_mark(const struct reading *r, const char *what, uint64_t item)
{
	if (r->trace)
		printf("%s %llu\n", what, (unsigned long long)item);
	return ERR_OK;
}

static enum err
reading_begin(void *arg, uint64_t item)
{
	return reading_mark(arg, "begin", item);
}

static enum err
reading_data(void *arg, uint64_t item, const uint8_t *bytes, size_t n)
{
	const struct reading *r = arg;

	(void)item;
	for (size_t done = 0; r->out && done < n;) {
		ssize_t w = write(STDOUT_FILENO, bytes + done, n - done);
		if (w < 0 && errno != EINTR)
			return ERR_IO;
		done += w < 0 ? 0 : (size_t)w;
	}
	return ERR_OK;
}

static enum err
reading_end(void *arg, uint64_t item)
{
	return reading_mark(arg, "end", item);
}

static enum err
reading_bad(void *arg, uint64_t item, bool begun, const char *why, uint64_t at)
{
	(void)why;
	(void)at;
	return begun ? reading_mark(arg, "end", item) : ERR_OK;
}

static enum err
reading_same(void *arg, uint64_t item, uint64_t as)
{
	(void)arg;
	(void)item;
	(void)as;
	return ERR_OK;
}

static enum err
reading_region(void *arg, uint64_t item, bool zero, uint64_t at, const char *why)
{
	(void)arg;
	(void)item;
	(void)zero;
	(void)at;
	(void)why;
	return ERR_OK;
}

static enum err
reading_tick(void *arg, uint64_t bytes)
{
	(void)arg;
	(void)bytes;
	return ERR_OK;
}

static void
reading_unlock(const struct reading *r, struct medium *m)
{
	uint8_t key[LIM_VOLUME_KEY_BYTES];
	const char *why = "";
	struct layout l;
	json_t *text = json_loads(r->layout, 0, NULL);

	MUST(text != NULL && layout_parse(text, &l) == ERR_OK && r->key != NULL);
	MUST(strlen(r->key) == 2 * (size_t)l.key_bytes &&
	     hex_decode(r->key, strlen(r->key), key, l.key_bytes));
	json_decref(text);
	if (medium_unlock(m, 1, &l, key, &why) != ERR_OK ||
	    medium_walk_unlocked(m, 1, &why) != ERR_OK) {
		fprintf(stderr, "failed: %s\n", why);
		exit(1);
	}
}

/* KiB of memory, the most there ever were. */
static long
reading_memory(void)
{
	char line[256];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (f != NULL)
		fclose(f);
	return kib;
}

static int
reading_all(struct reading *r, struct medium *m)
{
	static const struct medium_sink sink = {reading_begin, reading_data, reading_end,
	    reading_bad, reading_same, reading_region, reading_tick};
	const char *why = "";
	int64_t t0 = clock_mono_ms();

	MUST(medium_walk(m, reading_item, r, &why) == ERR_OK);
	if (r->layout != NULL)
		reading_unlock(r, m);
	int64_t t1 = clock_mono_ms();
	uint64_t items = medium_totals(m)->items;
	if (r->trace)
		faults_trace();
	MUST(medium_read(m, &sink, r) == ERR_OK);
	int64_t t2 = clock_mono_ms();
	const struct medium_result *got = medium_result(m);
	fprintf(stderr,
	    "walk %lld ms, read %lld ms, items %llu, files %llu, bytes %llu, %ld KiB\n",
	    (long long)(t1 - t0), (long long)(t2 - t1), (unsigned long long)items,
	    (unsigned long long)got->files, (unsigned long long)got->bytes, reading_memory());
	return got->unreadable == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct reading r = {.image = NULL};
	struct medium *m;
	const char *why = "";
	int option;

	while ((option = getopt(argc, argv, "ork:l:")) != -1) {
		if (option == 'o')
			r.out = true;
		else if (option == 'r')
			r.trace = true;
		else if (option == 'k')
			r.key = optarg;
		else if (option == 'l')
			r.layout = optarg;
		else
			return 2;
	}
	if (argc - optind != 1)
		return 2;
	setenv("TZ", "UTC0", 1);
	if (r.out)
		(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, READING_PIPE_BYTES);
	decrypt_init();
	MEM_CLOSE int fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || medium_open(fd, &m, &why) != ERR_OK) {
		fprintf(stderr, "failed: %s\n", why);
		return 1;
	}
	int status = reading_all(&r, m);
	medium_close(m);
	return status;
}
