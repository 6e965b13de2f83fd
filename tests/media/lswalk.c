/* links: tests/media/faults @media src/core/item src/core/digest src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * Lists an image the way the reader sees it: one line for each item, sorted by
 * path, with the SHA-256 of what was read.  "lswalk -t IMAGE" reads and hashes
 * nothing but says how long walking and reading took; "lswalk -p N IMAGE" pulls
 * the medium out (empties the image) when N files have been read; "lswalk -d
 * metadata|full IMAGE" prints its digest and nothing else; "lswalk -s ITEM IMAGE" leaves
 * an item out; "lswalk -c IMAGE" says how often it asked the
 * medium and for how much; "lswalk -b IMAGE" too, and only lists.  Bad
 * sectors: faults.c.
 */
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/media/medium.h"
#include "tests/media/faults.h"

#include <fcntl.h>
#include <unistd.h>

struct row {
	uint8_t *path;
	size_t len;
	char *facts; /* kind, state, size … as text */
	char *why;
	uint64_t as;
	bool zero; /* a region: proved to be all zero */
	char sha[HEX_DIGEST_SIZE];
};

struct list {
	struct row *rows; /* by id - 1 */
	size_t n, cap;
	bool many; /* more than one volume: prefixes */
	bool quiet;
	const char *pulled; /* the image that is emptied after `pull` files, or NULL */
	long pull;
	struct digest *digest;
};

static enum err
list_item(void *arg, const struct walk_item *it)
{
	struct list *l = arg;
	char prefix[16] = "", link[ESCAPE_SIZE(LIM_LINK_BYTES)] = "";

	if (l->quiet)
		return ERR_OK;
	if (l->n == l->cap) {
		l->cap = l->cap * 2 + 64;
		l->rows = mem_resize(l->rows, l->cap, sizeof(*l->rows));
	}
	struct row *r = &l->rows[l->n++];
	*r = (struct row){0};
	if (it->volume == 0)
		snprintf(prefix, sizeof(prefix), ".region/");
	else if (it->parent == 0 && l->many)
		snprintf(prefix, sizeof(prefix), "v%u/", it->volume);
	const struct row *up = it->parent > 0 ? &l->rows[it->parent - 1] : NULL;
	size_t n = up != NULL ? up->len + 1 : strlen(prefix);
	r->path = mem_alloc(n + it->name_len + 1);
	if (up != NULL) {
		memcpy(r->path, up->path, up->len);
		r->path[up->len] = '/';
	} else {
		memcpy(r->path, prefix, n);
	}
	memcpy(r->path + n, it->name, it->name_len);
	r->len = n + it->name_len;
	if (it->link_len > 0)
		escape_bytes(it->link, it->link_len, link, sizeof(link), NULL);
	r->facts = mem_printf("%s %s %llu %04o %s%s%s%s", item_kind_print(it->kind),
	    item_state_print(it->state), (unsigned long long)it->size_bytes, it->mode,
	    it->mtime[0] != '\0' ? it->mtime : "-", it->utc ? "" : "?",
	    it->link_len > 0 ? " -> " : "", link);
	r->why = mem_strdup(it->why);
	return ERR_OK;
}

static enum err
list_begin(void *arg, uint64_t item)
{
	(void)arg;
	(void)item;
	return ERR_OK;
}

static enum err
list_data(void *arg, uint64_t item, const uint8_t *bytes, size_t n)
{
	struct list *l = arg;
	(void)item;
	if (!l->quiet)
		digest_add(l->digest, bytes, n);
	return ERR_OK;
}

static enum err
list_end(void *arg, uint64_t item)
{
	struct list *l = arg;
	uint8_t sum[DIGEST_SIZE];
	if (!l->quiet) {
		digest_final(l->digest, sum);
		hex_encode(sum, sizeof(sum), l->rows[item - 1].sha);
	}
	if (l->pulled != NULL && --l->pull == 0 && truncate(l->pulled, 0) != 0)
		return ERR_IO;
	return ERR_OK;
}

static enum err
list_bad(void *arg, uint64_t item, bool begun, const char *why, uint64_t at)
{
	struct list *l = arg;
	uint8_t sum[DIGEST_SIZE];
	if (l->quiet)
		return ERR_OK;
	if (begun)
		digest_final(l->digest, sum);
	free(l->rows[item - 1].why);
	l->rows[item - 1].why = mem_printf("bad at %llu: %s", (unsigned long long)at, why);
	return ERR_OK;
}

static enum err
list_same(void *arg, uint64_t item, uint64_t as)
{
	struct list *l = arg;
	if (!l->quiet)
		l->rows[item - 1].as = as;
	return ERR_OK;
}

static enum err
list_region(void *arg, uint64_t item, bool zero, uint64_t at, const char *why)
{
	struct list *l = arg;
	(void)at;
	if (l->quiet)
		return ERR_OK;
	struct row *r = &l->rows[item - 1];
	char *more = mem_printf("%s: %s", r->why, why);
	free(r->why);
	r->why = more;
	r->zero = zero;
	return ERR_OK;
}

static enum err
list_tick(void *arg, uint64_t bytes)
{
	(void)arg;
	(void)bytes;
	return ERR_OK;
}

static enum err
list_digest_tick(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	(void)done;
	(void)total;
	return ERR_OK;
}

static int
list_compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->path, y->path, n);
	return c != 0 ? c : (x->len > y->len) - (x->len < y->len);
}

static void
list_print(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].as > 0)
			memcpy(l->rows[i].sha, l->rows[l->rows[i].as - 1].sha, HEX_DIGEST_SIZE);
	if (l->n > 0)
		qsort(l->rows, l->n, sizeof(l->rows[0]), list_compare);
	for (size_t i = 0; i < l->n; i++) {
		struct row *r = &l->rows[i];
		char *path = mem_alloc(ESCAPE_SIZE(r->len));
		escape_bytes(r->path, r->len, path, ESCAPE_SIZE(r->len), NULL);
		printf("%s | %s | %.16s%s | %s\n", path, r->facts, r->sha[0] ? r->sha : "-",
		    r->as > 0 ? " same" : "", r->why);
		free(path);
		free(r->path);
		free(r->facts);
		free(r->why);
	}
	free(l->rows);
}

static void
list_account(const struct medium *m)
{
	struct medium_account a;
	medium_account(m, &a);
	printf("# tables %llu, volumes %llu, regions %llu\n", (unsigned long long)a.tables,
	    (unsigned long long)a.volumes, (unsigned long long)a.regions);
}

static void
list_head(const struct medium *m)
{
	printf("# %llu bytes, sector %u, table %s, %zu volumes\n",
	    (unsigned long long)medium_bytes(m), medium_sector_bytes(m), medium_table(m),
	    medium_volumes(m));
	for (size_t i = 0; i < medium_volumes(m); i++) {
		const struct volume *v = medium_volume(m, i);
		char label[ESCAPE_SIZE(VOLUME_LABEL_BYTES)];
		escape_bytes(v->label, v->label_len, label, sizeof(label), NULL);
		printf("# v%u %s %llu \"%s\"\n", v->number, v->kind,
		    (unsigned long long)v->bytes, label);
	}
	list_account(m);
}

static void
list_asked(void)
{
	unsigned long long reads, bytes;
	faults_count(&reads, &bytes);
	printf("# asked %llu times for %llu bytes\n", reads, bytes);
}

static int
list_digest(struct medium *m, const char *word)
{
	enum medium_digest kind;
	char text[MEDIUM_DIGEST_SIZE];
	if (!medium_digest_parse(word, &kind) ||
	    medium_digest(m, kind, list_digest_tick, NULL, text) != ERR_OK)
		return 2;
	printf("%s\n", text);
	medium_close(m);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct medium_sink sink = {
	    list_begin, list_data, list_end, list_bad, list_same, list_region, list_tick};
	struct list l = {
	    .quiet = argc > 2 && strcmp(argv[1], "-t") == 0, .digest = digest_new()};
	struct medium *m;
	const char *why = "";

	if (argc > 3 && strcmp(argv[1], "-p") == 0) {
		l.pull = strtol(argv[2], NULL, 10);
		l.pulled = argv[argc - 1];
	}
	if (argc < 2)
		return 2;
	setenv("TZ", "UTC0", 1);
	MEM_CLOSE int fd = open(argv[argc - 1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || medium_open(fd, &m, &why) != ERR_OK) {
		printf("failed: %s\n", why);
		digest_free(l.digest);
		return 1;
	}
	if (argc > 3 && strcmp(argv[1], "-d") == 0) {
		digest_free(l.digest);
		return list_digest(m, argv[2]);
	}
	list_head(m);
	l.many = medium_volumes(m) > 1;
	int64_t t0 = clock_mono_ms();
	enum err err = medium_walk(m, list_item, &l, &why);
	int64_t t1 = clock_mono_ms();
	uint64_t out = argc > 3 && strcmp(argv[1], "-s") == 0 ? strtoull(argv[2], NULL, 10) : 0;
	if (out > 0)
		medium_leave_out(m, &out, 1);
	bool only = argc > 2 && strcmp(argv[1], "-b") == 0;
	if (err == ERR_OK && !only)
		err = medium_read(m, &sink, &l);
	int64_t t2 = clock_mono_ms();
	if (err != ERR_OK)
		printf("failed: %s\n", err == ERR_NOTFOUND ? "the medium has gone" : why);
	const struct walk_totals *t = medium_totals(m);
	printf("# %llu items, %llu files, %llu bytes, %llu unreadable; read %llu files, %llu "
	       "bytes, "
	       "%llu bad\n",
	    (unsigned long long)t->items, (unsigned long long)t->files,
	    (unsigned long long)t->bytes, (unsigned long long)t->unreadable,
	    (unsigned long long)medium_result(m)->files,
	    (unsigned long long)medium_result(m)->bytes,
	    (unsigned long long)medium_result(m)->unreadable);
	if (l.quiet)
		printf("# walk %lld ms, read %lld ms\n", (long long)(t1 - t0),
		    (long long)(t2 - t1));
	if (only || (argc > 2 && strcmp(argv[1], "-c") == 0))
		list_asked();
	list_print(&l);
	medium_close(m);
	digest_free(l.digest);
	return err == ERR_OK ? 0 : 1;
}
