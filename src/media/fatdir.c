/* SPDX-License-Identifier: ISC */
#include "src/media/fatdir.h"
#include "src/media/le.h"
#include "src/media/wtf8.h"

#include <string.h>

#define ATTR_VOLUME    0x08
#define ATTR_DIRECTORY 0x10
#define ATTR_LONG      0x0F
#define SHORT_BYTES    11

void
fatdir_init(struct fatdir *d, bool root, bool wide)
{
	memset(d, 0, sizeof(*d));
	d->root = root;
	d->wide = wide;
}

bool
fatdir_time(uint16_t date, uint16_t time, int64_t *ret_s)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned year = 1980 + (date >> 9), month = date >> 5 & 15, day = date & 31;
	unsigned hour = time >> 11, minute = time >> 5 & 63, second = (time & 31) * 2u;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59)
		return false;
	unsigned last = days[month - 1] + (month == 2 && leap ? 1u : 0u);
	if (day < 1 || day > last)
		return false;
	/* 1980-01-01 is day 3652; 2100 is the one century year before 2108 */
	int64_t n = 3652 + 365 * (int64_t)(year - 1980) + (year - 1977) / 4 - (year > 2100);
	for (unsigned m = 1; m < month; m++)
		n += days[m - 1] + (m == 2 && leap ? 1 : 0);
	n += day - 1;
	*ret_s = n * 86400 + (int64_t)hour * 3600 + minute * 60 + second;
	return true;
}

/* The checksum that ties long parts to their short entry. */
static uint8_t
fatdir_checksum(const uint8_t *short_name)
{
	uint8_t sum = 0;

	for (int i = 0; i < SHORT_BYTES; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + short_name[i]);
	return sum;
}

/* Parts come last first: 0x40|n, n-1, ... 1, all with one checksum. */
static void
fatdir_long(struct fatdir *d, const uint8_t *e)
{
	static const uint8_t at[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	unsigned number = e[0] & 0x3Fu;

	if (e[0] & 0x40) {
		d->parts = number >= 1 && number <= FATDIR_LONG_PARTS ? number : 0;
		d->expected = d->parts;
		d->checksum = e[13];
	}
	if (d->parts == 0 || number != d->expected || e[13] != d->checksum) {
		d->parts = 0;
		return;
	}
	d->expected--;
	for (unsigned i = 0; i < 13; i++)
		d->units[(number - 1) * 13 + i] = le16(e + at[i]);
}

/* The long name that belongs to this short entry; without it name_len stays 0. */
static void
fatdir_long_name(const struct fatdir *d, const uint8_t *e, uint8_t *out, struct entry *entry)
{
	uint8_t le[FATDIR_LONG_PARTS * 13 * 2];
	size_t n = 0;

	if (d->parts == 0 || d->expected != 0 || d->checksum != fatdir_checksum(e))
		return;
	for (; n < d->parts * 13u && d->units[n] != 0; n++) {
		le[2 * n] = (uint8_t)d->units[n];
		le[2 * n + 1] = (uint8_t)(d->units[n] >> 8);
	}
	entry->name_len = wtf8_put(le, n, out);
	if (!wtf8_is_name(le, n))
		entry->bad = ENTRY_BAD_NAME;
}

static size_t
fatdir_trim(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == ' ')
		n--;
	return n;
}

/*
 * 8.3 as systems show it: trailing spaces off, the flags of byte 12 put ASCII
 * letters in lower case.  Bytes above 7F stay: their code page is not stored.
 */
static void
fatdir_short_name(const uint8_t *e, uint8_t *out, struct entry *entry)
{
	uint8_t name[SHORT_BYTES + 1];
	size_t base = fatdir_trim(e, 8), ext = fatdir_trim(e + 8, 3), n = 0;

	for (size_t i = 0; i < base + ext; i++) {
		uint8_t c = i < base ? e[i] : e[8 + i - base];
		bool lower = (e[12] & (i < base ? 0x08 : 0x10)) != 0;
		if (i == 0 && c == 0x05)
			c = 0xE5;
		if (i == base)
			name[n++] = '.';
		name[n++] = lower && c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
	}
	entry->name_len = wtf8_put_bytes(name, n, out);
	if (entry->name_len != n)
		entry->bad = ENTRY_BAD_NAME;
}

static bool
fatdir_is_dot(const struct fatdir *d, const uint8_t *e)
{
	if (d->root || d->seen > 1 || (e[11] & ATTR_DIRECTORY) == 0)
		return false;
	return memcmp(e, d->seen == 0 ? ".          " : "..         ", SHORT_BYTES) == 0;
}

static enum err
fatdir_one(struct fatdir *d, const uint8_t *e, entry_fn *fn, void *arg)
{
	uint8_t name[WTF8_SIZE(FATDIR_LONG_PARTS * 13) + 64];
	struct entry entry = {.name = name};

	if (fatdir_is_dot(d, e))
		return ERR_OK;
	if ((e[11] & ATTR_VOLUME) && d->root && d->label_len == 0) {
		memcpy(d->label, e, SHORT_BYTES);
		d->label_len = fatdir_trim(e, SHORT_BYTES);
		return ERR_OK;
	}
	fatdir_long_name(d, e, name, &entry);
	if (entry.name_len == 0)
		fatdir_short_name(e, name, &entry);
	entry.odd = (e[11] & ATTR_VOLUME) != 0;
	entry.directory = (e[11] & ATTR_DIRECTORY) != 0;
	entry.size_bytes = le32(e + 28);
	entry.valid_bytes = entry.size_bytes;
	entry.first_cluster = le16(e + 26) | (d->wide ? (uint32_t)le16(e + 20) << 16 : 0);
	entry.has_mtime = fatdir_time(le16(e + 24), le16(e + 22), &entry.mtime_s);
	return fn(arg, &entry);
}

enum err
fatdir_feed(struct fatdir *d, const uint8_t *bytes, size_t n, entry_fn *fn, void *arg)
{
	for (size_t i = 0; i + FATDIR_ENTRY_BYTES <= n && !d->ended; i += FATDIR_ENTRY_BYTES) {
		const uint8_t *e = bytes + i;
		enum err err = ERR_OK;
		if (e[0] == 0) {
			d->ended = true;
		} else if (e[0] == 0xE5) {
			d->parts = 0;
			d->seen++;
		} else if ((e[11] & 0x3F) == ATTR_LONG) {
			fatdir_long(d, e);
			d->seen++;
		} else {
			err = fatdir_one(d, e, fn, arg);
			d->parts = 0;
			d->seen++;
		}
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}
