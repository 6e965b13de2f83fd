/* SPDX-License-Identifier: ISC */
#include "db/ledger_copy.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD_WORDS   "sallyport-copy v1 "
#define HEAD_BYTES   512
#define LINE_BYTES   160 /* three numbers and a digest */
#define RECORD_BYTES (LINE_BYTES + LIM_ENTRY_BYTES + LIM_NOTE_BYTES)
#define WINDOW_BYTES (8 * RECORD_BYTES)

struct ledger_copy {
	int fd;
	uint64_t at;     /* of the file, where the next record begins */
	uint64_t base;   /* of the file, where the window begins */
	size_t have;     /* bytes of the window */
	uint8_t *window; /* WINDOW_BYTES */
};

/* --- form --------------------------------------------------------------------------- */

enum err
ledger_copy_name(const char *origin, char out[LEDGER_COPY_NAME_SIZE])
{
	const char *last = strrchr(origin, '/');
	const char *custody = last != NULL && last - origin > 8 ? last - 8 : NULL;
	if (last != NULL && strcmp(last, "/authority") == 0) {
		snprintf(out, LEDGER_COPY_NAME_SIZE, "authority");
		return ERR_OK;
	}
	if (custody == NULL || strncmp(custody, "/custody/", 9) != 0 || last[1] == '\0' ||
	    strspn(last + 1, "0123456789") != strlen(last + 1) || strlen(last + 1) > 16)
		return ERR_RANGE;
	snprintf(out, LEDGER_COPY_NAME_SIZE, "custody-%s", last + 1);
	return ERR_OK;
}

enum err
ledger_copy_print_head(const char *origin, const char *genesis, struct buf *out)
{
	return buf_addf(out, HEAD_WORDS "%s %s\n", origin, genesis);
}

static void
digest_of(const char *numbers, const struct ledger_copy_row *row, char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	struct buf all;
	buf_init(&all, RECORD_BYTES);
	buf_add_str(&all, numbers);
	buf_add(&all, row->entry, row->entry_len);
	buf_add(&all, row->note, row->note_len);
	digest_sha256(all.data, all.len, digest);
	hex_encode(digest, sizeof(digest), out);
	buf_done(&all);
}

static void
print_numbers(const struct ledger_copy_row *row, char out[LINE_BYTES])
{
	snprintf(
	    out, LINE_BYTES, "%" PRIu64 " %zu %zu", row->seq, row->entry_len, row->note_len);
}

enum err
ledger_copy_print(const struct ledger_copy_row *row, struct buf *out)
{
	char numbers[LINE_BYTES], digest[HEX_DIGEST_SIZE];
	if (row->entry_len > LIM_ENTRY_BYTES || row->note_len > LIM_NOTE_BYTES)
		return ERR_LIMIT;
	print_numbers(row, numbers);
	digest_of(numbers, row, digest);
	buf_addf(out, "%s %s\n", numbers, digest);
	buf_add(out, row->entry, row->entry_len);
	return buf_add(out, row->note, row->note_len);
}

/* --- reading ------------------------------------------------------------------------ */

/* Bytes of the file from c->at on, as many as there are up to a record's length. */
static enum err
look(struct ledger_copy *c, const uint8_t **ret, size_t *ret_len)
{
	size_t skip = (size_t)(c->at - c->base);
	if (c->have - skip < RECORD_BYTES) {
		memmove(c->window, c->window + skip, c->have - skip);
		c->have -= skip;
		c->base = c->at;
		skip = 0;
		while (c->have < WINDOW_BYTES) {
			ssize_t n = pread(c->fd, c->window + c->have, WINDOW_BYTES - c->have,
			    (off_t)(c->base + c->have));
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				return ERR_IO;
			if (n == 0)
				break;
			c->have += (size_t)n;
		}
	}
	*ret = c->window + skip;
	*ret_len = c->have - skip;
	return ERR_OK;
}

enum err
ledger_copy_open(int fd, const char *origin, const char *genesis, struct ledger_copy **ret)
{
	const uint8_t *bytes;
	size_t n;
	struct buf head;
	struct ledger_copy *c = mem_alloc(sizeof(*c));
	c->fd = fd;
	c->window = mem_alloc(WINDOW_BYTES);
	buf_init(&head, HEAD_BYTES);
	enum err err = ledger_copy_print_head(origin, genesis, &head);
	if (err == ERR_OK)
		err = look(c, &bytes, &n);
	if (err == ERR_OK && memcmp(bytes, head.data, n < head.len ? n : head.len) != 0)
		err = ERR_SYNTAX;
	else if (err == ERR_OK && n < head.len)
		err = ERR_NOTFOUND;
	c->at = head.len;
	buf_done(&head);
	if (err != ERR_OK) {
		ledger_copy_close(c);
		return err;
	}
	*ret = c;
	return ERR_OK;
}

struct ledger_copy *
ledger_copy_close(struct ledger_copy *c)
{
	if (c == NULL)
		return NULL;
	free(c->window);
	free(c);
	return NULL;
}

uint64_t
ledger_copy_at(const struct ledger_copy *c)
{
	return c->at;
}

/* A number up to the next space; *at is moved behind that. */
static bool
take_number(const char **at, uint64_t max, uint64_t *ret)
{
	const char *p = *at;
	uint64_t n = 0;
	if (*p < '0' || *p > '9' || (*p == '0' && p[1] != ' '))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (uint64_t)(*p - '0');
		if (n > max)
			return false;
	}
	*ret = n;
	*at = p + 1;
	return *p == ' ';
}

enum err
ledger_copy_next(struct ledger_copy *c, struct ledger_copy_row *ret)
{
	const uint8_t *bytes;
	size_t n;
	char line[LINE_BYTES + 1], numbers[LINE_BYTES], digest[HEX_DIGEST_SIZE];
	uint64_t entry_len, note_len;
	struct ledger_copy_row row = {0};
	enum err err = look(c, &bytes, &n);
	if (err != ERR_OK)
		return err;
	if (n == 0)
		return ERR_NOTFOUND;
	const uint8_t *end = memchr(bytes, '\n', n < LINE_BYTES ? n : LINE_BYTES);
	if (end == NULL)
		return ERR_SYNTAX;
	size_t line_len = (size_t)(end - bytes);
	memcpy(line, bytes, line_len);
	line[line_len] = '\0';
	const char *at = line;
	if (!take_number(&at, (UINT64_C(1) << 53) - 1, &row.seq) ||
	    !take_number(&at, LIM_ENTRY_BYTES, &entry_len) ||
	    !take_number(&at, LIM_NOTE_BYTES, &note_len) ||
	    n - line_len - 1 < entry_len + note_len)
		return ERR_SYNTAX;
	row.entry = end + 1;
	row.entry_len = (size_t)entry_len;
	row.note = row.entry + row.entry_len;
	row.note_len = (size_t)note_len;
	print_numbers(&row, numbers);
	digest_of(numbers, &row, digest);
	if (strcmp(at, digest) != 0)
		return ERR_SYNTAX;
	c->at += line_len + 1 + entry_len + note_len;
	*ret = row;
	return ERR_OK;
}

/* --- comparing ---------------------------------------------------------------------- */

struct comparing {
	struct ledger *ledger;
	unsigned log;
	struct ledger_copy *copy;
	uint64_t file_bytes;
	struct ledger_copy_found *found;
	bool ended; /* what is wrong is known, or the copy is at its end */
};

/* What follows is no record: cut off if it is not longer than the one that belongs there. */
static void
judge_torn(struct comparing *k, const struct ledger_copy_row *should)
{
	struct buf record;
	buf_init(&record, RECORD_BYTES);
	bool cut = ledger_copy_print(should, &record) == ERR_OK &&
	           k->file_bytes <= k->found->bytes + record.len;
	k->found->fit = cut ? LEDGER_COPY_TORN : LEDGER_COPY_CHANGED;
	buf_done(&record);
}

static bool
is_same(const struct ledger_copy_row *a, const struct ledger_copy_row *b)
{
	return a->seq == b->seq && a->entry_len == b->entry_len && a->note_len == b->note_len &&
	       memcmp(a->entry, b->entry, a->entry_len) == 0 &&
	       memcmp(a->note, b->note, a->note_len) == 0;
}

static enum err
compare_row(void *arg, const struct ledger_row *row)
{
	struct comparing *k = arg;
	struct ledger_copy_row there, should = {.seq = row->seq};
	struct buf note;
	if (k->ended)
		return ERR_OK;
	buf_init(&note, LIM_NOTE_BYTES);
	enum err err = ledger_checkpoint(k->ledger, k->log, row->seq + 1, &note);
	should.entry = row->entry;
	should.entry_len = row->entry_len;
	should.note = note.data;
	should.note_len = note.len;
	if (err == ERR_OK)
		err = ledger_copy_next(k->copy, &there);
	k->ended = err != ERR_OK;
	if (err == ERR_SYNTAX) {
		judge_torn(k, &should);
	} else if (err == ERR_OK && !is_same(&there, &should)) {
		k->ended = true;
		k->found->fit = LEDGER_COPY_ANOTHER;
	} else if (err == ERR_OK) {
		k->found->records++;
		k->found->bytes = ledger_copy_at(k->copy);
	}
	buf_done(&note);
	return err == ERR_NOTFOUND || err == ERR_SYNTAX ? ERR_OK : err;
}

/* All entries of the log are there: is there anything more? */
static enum err
compare_end(struct comparing *k)
{
	struct ledger_copy_row more;
	enum err err = ledger_copy_next(k->copy, &more);
	if (err == ERR_NOTFOUND)
		return ERR_OK;
	if (err == ERR_SYNTAX || (err == ERR_OK && more.seq != k->found->records)) {
		k->found->fit = LEDGER_COPY_CHANGED;
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	k->found->fit = LEDGER_COPY_AHEAD;
	k->found->next_len = more.entry_len;
	k->found->next = mem_dup(more.entry, more.entry_len);
	return ERR_OK;
}

enum err
ledger_copy_compare(
    struct ledger *l, unsigned log, const char *genesis, int fd, struct ledger_copy_found *ret)
{
	struct ledger_copy_found found = {.fit = LEDGER_COPY_FITS};
	struct comparing k = {.ledger = l, .log = log, .found = &found};
	const char *origin, *vkey;
	off_t end = lseek(fd, 0, SEEK_END);
	enum err err = end < 0 ? ERR_IO : ledger_log(l, log, &origin, &vkey);
	if (err == ERR_OK)
		err = ledger_copy_open(fd, origin, genesis, &k.copy);
	if (err == ERR_SYNTAX || err == ERR_NOTFOUND) {
		found.fit = err == ERR_SYNTAX ? LEDGER_COPY_ANOTHER : LEDGER_COPY_ABSENT;
		*ret = found;
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	k.file_bytes = (uint64_t)end;
	found.bytes = ledger_copy_at(k.copy);
	err = ledger_each(l, log, 0, compare_row, &k);
	if (err == ERR_OK && !k.ended)
		err = compare_end(&k);
	ledger_copy_close(k.copy);
	if (err == ERR_OK)
		*ret = found;
	return err;
}
