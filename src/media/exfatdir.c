/* SPDX-License-Identifier: ISC */
#include "src/media/exfatdir.h"
#include "src/media/fatdir.h"
#include "src/media/le.h"
#include "src/media/wtf8.h"

#include <string.h>

#define TYPE_FILE      0x85
#define TYPE_STREAM    0xC0
#define TYPE_NAME      0xC1
#define TYPE_LABEL     0x83
#define ATTR_DIRECTORY 0x10
#define NAME_UNITS     15
#define UTC_AT         23 /* zone of the time of writing */

void
exfatdir_init(struct exfatdir *d)
{
	memset(d, 0, sizeof(*d));
}

/* Section 6.3.3: over all entries of the set but the two bytes of the sum. */
static uint16_t
exfatdir_sum(uint16_t sum, const uint8_t *e, bool first)
{
	for (int i = 0; i < 32; i++) {
		if (first && (i == 2 || i == 3))
			continue;
		sum = (uint16_t)(((sum & 1) ? 0x8000 : 0) + (sum >> 1) + e[i]);
	}
	return sum;
}

/* The set is complete as far as it goes: reports it, whole or not. */
static enum err
exfatdir_report(struct exfatdir *d, bool whole, entry_fn *fn, void *arg)
{
	uint8_t units[(EXFATDIR_SET_MAX - 2) * NAME_UNITS * 2];
	uint8_t name[WTF8_SIZE((EXFATDIR_SET_MAX - 2) * NAME_UNITS)];
	const uint8_t *file = d->set, *stream = d->set + 32;
	struct entry entry = {.name = name};
	size_t n = 0;

	for (unsigned i = 2; i < d->have; i++, n += NAME_UNITS)
		memcpy(units + 2 * n, d->set + 32 * i + 2, 2 * NAME_UNITS);
	if (d->have >= 2 && stream[3] <= n) {
		n = stream[3];
	} else {
		while (n > 0 && le16(units + 2 * (n - 1)) == 0)
			n--;
		whole = false;
	}
	entry.name_len = wtf8_put(units, n, name);
	if (!wtf8_is_name(units, n))
		entry.bad = ENTRY_BAD_NAME;
	if (!whole)
		entry.bad = "its directory entry is damaged";
	else if ((uint16_t)(d->checked[0] | d->checked[1] << 8) != le16(file + 2))
		entry.bad = "the checksum of its directory entry is wrong";
	entry.directory = (le16(file + 4) & ATTR_DIRECTORY) != 0;
	if (d->have >= 2) {
		entry.valid_bytes = le64(stream + 8);
		entry.first_cluster = le32(stream + 20);
		entry.contiguous = (stream[1] & 2) != 0;
		entry.size_bytes = le64(stream + 24);
		if (entry.valid_bytes > entry.size_bytes)
			entry.bad = "its directory entry is damaged";
	}
	entry.has_mtime = fatdir_time(le16(file + 14), le16(file + 12), &entry.mtime_s);
	entry.utc = entry.has_mtime && (file[UTC_AT] & 0x80) != 0;
	if (entry.utc) /* quarters of an hour, seven bits with sign */
		entry.mtime_s -= (int64_t)((file[UTC_AT] & 0x7F) ^ 0x40) * 900 - 0x40 * 900;
	d->have = 0;
	return fn(arg, &entry);
}

static void
exfatdir_add(struct exfatdir *d, const uint8_t *e)
{
	uint16_t sum = (uint16_t)(d->checked[0] | d->checked[1] << 8);
	bool first = d->have == 0;

	sum = exfatdir_sum(first ? 0 : sum, e, first);
	d->checked[0] = (uint8_t)sum;
	d->checked[1] = (uint8_t)(sum >> 8);
	if (d->have < EXFATDIR_SET_MAX && (first || e[0] == TYPE_STREAM || e[0] == TYPE_NAME))
		memcpy(d->set + 32 * d->have++, e, 32);
	else
		d->extra++;
}

static enum err
exfatdir_primary(struct exfatdir *d, const uint8_t *e)
{
	if (e[0] == TYPE_FILE) {
		d->have = 0;
		d->extra = 0;
		d->expected = 1 + e[1];
		exfatdir_add(d, e);
	} else if (e[0] == TYPE_LABEL) {
		d->label_units = e[1] <= 11 ? e[1] : 11;
		for (size_t i = 0; i < d->label_units; i++)
			d->label[i] = le16(e + 2 + 2 * i);
	}
	return ERR_OK;
}

/* Whether e is what the set under way needs next. */
static bool
exfatdir_fits(const struct exfatdir *d, const uint8_t *e)
{
	if (d->have == 1)
		return e[0] == TYPE_STREAM;
	if (e[0] == TYPE_NAME)
		return d->extra == 0;
	return (e[0] & 0xE0) == 0xE0; /* benign secondary: vendor's */
}

enum err
exfatdir_feed(struct exfatdir *d, const uint8_t *bytes, size_t n, entry_fn *fn, void *arg)
{
	for (size_t i = 0; i + 32 <= n && !d->ended; i += 32) {
		const uint8_t *e = bytes + i;
		enum err err = ERR_OK;
		bool secondary = e[0] >= 0xC0;
		if (d->have > 0 && (!secondary || !exfatdir_fits(d, e)))
			err = exfatdir_report(d, false, fn, arg);
		if (err != ERR_OK)
			return err;
		if (e[0] == 0)
			d->ended = true;
		else if (d->have > 0)
			exfatdir_add(d, e);
		else if (e[0] >= 0x80 && !secondary)
			err = exfatdir_primary(d, e);
		if (d->have > 0 && d->have + d->extra == d->expected)
			err = exfatdir_report(d, d->have >= 3, fn, arg);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
exfatdir_end(struct exfatdir *d, entry_fn *fn, void *arg)
{
	return d->have > 0 && !d->ended ? exfatdir_report(d, false, fn, arg) : ERR_OK;
}
