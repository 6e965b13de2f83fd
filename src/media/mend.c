/* SPDX-License-Identifier: ISC */
#include "src/media/mend.h"
#include "src/base/buf.h"

#include <stdio.h>
#include <string.h>

#define MEND_PART 4096 /* smaller parts a kernel does not read */

/* False when there is no room for one more. */
static bool
mend_add(struct mend *m, uint64_t from, uint64_t to)
{
	if (m->n > 0 && m->bad[m->n - 1].to == from) {
		m->bad[m->n - 1].to = to;
		return true;
	}
	if (m->n == LIM_BAD_RANGES)
		return false;
	m->bad[m->n++] = (struct mend_range){from, to};
	return true;
}

struct mend_work {
	struct mend *m;
	table_read_fn *read;
	mend_between_fn *between;
	void *arg;
};

/* One part, again and again.  ERR_IO when it stays unreadable. */
static enum err
mend_part(struct mend_work *w, uint64_t at, uint8_t *out, size_t n, unsigned tries)
{
	enum err err = ERR_IO;

	while (err == ERR_IO && tries-- > 0) {
		if (w->m->failed >= LIM_BAD_READS)
			return ERR_LIMIT;
		err = w->read(w->arg, at, out, n);
		if (err != ERR_IO)
			return err;
		w->m->failed++;
		enum err stop = w->between(w->arg);
		if (stop != ERR_OK)
			return stop;
	}
	return err;
}

/* The part that ends where the next one begins, so that parts do not straddle pages. */
static size_t
mend_size(uint64_t at, size_t part, size_t left)
{
	size_t n = part - (size_t)(at % MEND_PART);
	return n < left ? n : left;
}

enum err
mend_read(struct mend *m, table_read_fn *read, mend_between_fn *between, void *arg, uint64_t at,
    uint8_t *out, size_t n)
{
	struct mend_work w = {m, read, between, arg};
	size_t part = n / 2 / MEND_PART * MEND_PART, done = 0;

	while (done < n) {
		if (part < MEND_PART)
			part = MEND_PART;
		size_t want = mend_size(at + done, part, n - done);
		bool least = part == MEND_PART;
		enum err err =
		    mend_part(&w, at + done, out + done, want, least ? LIM_BAD_TRIES : 1);
		if (err == ERR_OK) {
			done += want;
			part *= 2;
		} else if (err == ERR_IO && !least) {
			part = part / 2 / MEND_PART * MEND_PART;
		} else if (err == ERR_IO && mend_add(m, at + done, at + done + want)) {
			memset(out + done, 0, want);
			done += want;
		} else if (err == ERR_IO || err == ERR_LIMIT) {
			m->more = true;
			return ERR_LIMIT;
		} else {
			return err;
		}
	}
	return ERR_OK;
}

/* 1048576 as 1,048,576. */
static void
mend_put_count(struct buf *b, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_add_byte(b, ',');
		buf_add_byte(b, (uint8_t)digits[i]);
	}
}

void
mend_print(const struct mend *m, uint64_t of_bytes, char out[MEND_TEXT_SIZE])
{
	struct buf b;

	buf_init(&b, MEND_TEXT_SIZE - 1);
	if (m->n == 0)
		buf_add_str(&b, "some ");
	buf_add_str(&b, "bytes ");
	for (size_t i = 0; i < m->n; i++)
		buf_addf(&b, "%s%llu-%llu",
		    i == 0                      ? ""
		    : i + 1 == m->n && !m->more ? " and "
						: ", ",
		    (unsigned long long)m->bad[i].from, (unsigned long long)(m->bad[i].to - 1));
	if (m->more && m->n > 0)
		buf_add_str(&b, " and more behind them");
	buf_add_str(&b, " of ");
	mend_put_count(&b, of_bytes);
	buf_add_str(&b, " cannot be read");
	snprintf(out, MEND_TEXT_SIZE, "%.*s", (int)b.len, (const char *)b.data);
	buf_done(&b);
}
