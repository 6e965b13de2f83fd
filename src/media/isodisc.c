/* SPDX-License-Identifier: ISC */
#include "src/media/isodisc.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#include <string.h>

#define SECTOR          2048
#define FIRST_SECTOR    16 /* of a session: its descriptors */
#define DESCRIPTORS_MAX 84 /* as many as Linux looks at */
#define TYPE_BOOT       0
#define TYPE_PRIMARY    1
#define TYPE_SUPPLEMENT 2
#define TYPE_END        255
/* A later session begins at most this far behind the end of the one before. */
#define GAP_SECTORS   32768
#define LOOK_SECTORS  64
#define MOVED_SECTORS 32 /* xorriso keeps the first session of an overwritable disc there */

/* --- one session ---------------------------------------------------------------- */

static bool
isodisc_is_joliet(const uint8_t *d)
{
	return d[88] == '%' && d[89] == '/' && (d[90] == '@' || d[90] == 'C' || d[90] == 'E');
}

static void
isodisc_tree(struct isodisc_tree *t, const uint8_t *d, uint64_t at)
{
	t->there = true;
	t->block = le32(d + 156 + 2);
	t->root_at = at + 156;
	memcpy(t->label, d + 40, sizeof(t->label));
}

static bool
isodisc_primary(struct isodisc *i, const uint8_t *d, uint64_t at)
{
	size_t block = le16(d + 128);

	if (block != 512 && block != 1024 && block != 2048)
		return false;
	i->block_bytes = block;
	i->blocks = le32(d + 80);
	isodisc_tree(&i->plain, d, at);
	return true;
}

/* One descriptor with a tree of names: the first of each kind counts. */
static bool
isodisc_names(struct isodisc *i, const uint8_t *d, uint64_t at)
{
	bool joliet = d[0] == TYPE_SUPPLEMENT && isodisc_is_joliet(d);
	uint32_t block = le32(d + 156 + 2);

	if (d[0] == TYPE_PRIMARY && !i->plain.there)
		return isodisc_primary(i, d, at);
	if (joliet && !i->joliet.there)
		isodisc_tree(&i->joliet, d, at);
	else
		i->others |= block != (joliet ? i->joliet.block : i->plain.block);
	return true;
}

/* The descriptors of the session at this place; ERR_SYNTAX when none are there. */
static enum err
isodisc_session(struct volume *v, uint64_t session_at, struct isodisc *ret)
{
	struct isodisc i = {.session_at = session_at};
	uint8_t d[SECTOR];

	for (unsigned n = 0; n < DESCRIPTORS_MAX; n++) {
		uint64_t at = session_at + (FIRST_SECTOR + n) * SECTOR;
		if (at + SECTOR > v->bytes)
			break;
		enum err err = volume_read(v, at, d, sizeof(d));
		if (err != ERR_OK)
			return err;
		if (memcmp(d + 1, "CD001", 5) != 0)
			continue; /* systems look behind what they do not know, too */
		if (d[0] == TYPE_END)
			break;
		if ((d[0] == TYPE_PRIMARY || d[0] == TYPE_SUPPLEMENT) &&
		    !isodisc_names(&i, d, at))
			return ERR_SYNTAX;
		if (d[0] == TYPE_BOOT && memcmp(d + 7, "EL TORITO SPECIFICATION", 23) == 0) {
			i.boot = true;
			i.boot_block = le32(d + 71);
		}
	}
	if (!i.plain.there)
		return ERR_SYNTAX;
	*ret = i;
	return ERR_OK;
}

/* Rock Ridge says so in the first record of the top directory. */
static enum err
isodisc_rock_ridge(struct volume *v, struct isodisc *i)
{
	uint8_t raw[ISODIR_RECORD_BYTES];
	struct isodir_record r;
	struct susp s = {0};
	enum err err = volume_read(v, i->plain.root_at, raw, 34);

	if (err != ERR_OK)
		return err;
	if (!isodir_record(raw, 34, &r))
		return ERR_SYNTAX;
	uint64_t at = (uint64_t)r.block * i->block_bytes;
	err = at > v->bytes || v->bytes - at < sizeof(raw)
	          ? ERR_SYNTAX
	          : volume_read(v, at, raw, sizeof(raw));
	if (err != ERR_OK)
		return err;
	if (!isodir_record(raw, sizeof(raw), &r) || r.area_len == 0)
		return ERR_OK;
	err = susp_parse(volume_read_fn, v, i->block_bytes, r.area, r.area_len, &s);
	i->rock_ridge = s.sharing && s.rock_ridge;
	i->skip = s.skip;
	return err;
}

/* --- sessions ------------------------------------------------------------------- */

static uint64_t
isodisc_end(const struct isodisc *i, bool from_session)
{
	return i->blocks * i->block_bytes + (from_session ? i->session_at : 0);
}

/* Looks for a primary descriptor from `at` on; false when there is none. */
static bool
isodisc_search(struct volume *v, uint64_t at, struct isodisc *ret)
{
	MEM_FREE uint8_t *buf = mem_alloc(LOOK_SECTORS * SECTOR);

	at -= at % SECTOR;
	for (unsigned n = 0; n < GAP_SECTORS && at < v->bytes; n += LOOK_SECTORS) {
		uint64_t left = v->bytes - at;
		size_t size =
		    left < LOOK_SECTORS * SECTOR ? (size_t)left : LOOK_SECTORS * (size_t)SECTOR;
		if (volume_read(v, at, buf, size) != ERR_OK)
			return false;
		for (size_t i = 0; i + SECTOR <= size; i += SECTOR)
			if (memcmp(buf + i, "\001CD001\001", 7) == 0 &&
			    at + i >= FIRST_SECTOR * SECTOR &&
			    isodisc_session(v, at + i - FIRST_SECTOR * SECTOR, ret) == ERR_OK)
				return true;
		at += size;
	}
	return false;
}

static void
isodisc_tell_earlier(struct volume *v, const struct isodisc *i)
{
	volume_note(v, i->blocks * i->block_bytes, ITEM_UNREAD,
	    "an earlier session of the disc, at byte %llu, was not read: a later one is what "
	    "counts",
	    (unsigned long long)i->session_at);
}

/*
 * Sessions behind each other, as on a disc that was written in pieces.  What
 * stands first counts for whoever cannot ask the drive; the last one counts here.
 */
static void
isodisc_last(struct volume *v, struct isodisc *i)
{
	struct isodisc next;
	uint64_t end = isodisc_end(i, true);

	for (unsigned n = 1;; n++) {
		if (end >= v->bytes || !isodisc_search(v, end, &next) ||
		    next.session_at <= i->session_at)
			return;
		if (n == LIM_ISO_SESSIONS) {
			volume_note(v, 0, ITEM_UNREAD,
			    "the disc has more than %d sessions: those behind byte %llu were "
			    "not read",
			    LIM_ISO_SESSIONS, (unsigned long long)i->session_at);
			return;
		}
		isodisc_tell_earlier(v, i);
		*i = next;
		/* its size counts from the beginning of the disc or of the session */
		end = isodisc_end(i, false) > i->session_at ? isodisc_end(i, false)
		                                            : isodisc_end(i, true);
	}
}

/* An overwritable disc: the last session's descriptors were copied to the beginning. */
static void
isodisc_moved(struct volume *v, const struct isodisc *i)
{
	struct isodisc old;
	uint64_t at = (uint64_t)MOVED_SECTORS * SECTOR;

	for (unsigned n = 0; n < LIM_ISO_SESSIONS && at < isodisc_end(i, false); n++) {
		if (isodisc_session(v, at, &old) != ERR_OK ||
		    old.plain.root_at == i->plain.root_at)
			return;
		uint64_t end = isodisc_end(&old, false);
		if (end >= isodisc_end(i, false))
			return; /* the last one itself */
		isodisc_tell_earlier(v, &old);
		at = (end + MOVED_SECTORS * SECTOR - 1) / (MOVED_SECTORS * SECTOR) *
		     (MOVED_SECTORS * SECTOR);
		if (at <= old.session_at)
			return;
	}
}

enum err
isodisc_open(struct volume *v, struct isodisc *ret)
{
	struct isodisc i;
	enum err err = isodisc_session(v, 0, &i);

	if (err != ERR_OK)
		return err;
	isodisc_moved(v, &i);
	isodisc_last(v, &i);
	if (i.others)
		volume_note(v, 0, ITEM_UNREAD,
		    "the disc has one more tree of names, which was not read: some systems "
		    "show that one");
	err = isodisc_rock_ridge(v, &i);
	if (err == ERR_OK)
		*ret = i;
	return err;
}

/* --- El Torito ------------------------------------------------------------------ */

#define CATALOG_ENTRY 32
#define BOOTABLE      0x88

/* Bytes of a boot image: of a floppy by its kind, else as many sectors as are loaded. */
static uint64_t
isodisc_boot_bytes(const uint8_t *e)
{
	static const uint64_t floppies[] = {0, 1228800, 1474560, 2949120};
	unsigned kind = e[1] & 15;

	return kind >= 1 && kind <= 3 ? floppies[kind] : le16(e + 6) * 512ull;
}

void
isodisc_boot(struct volume *v, const struct isodisc *i)
{
	uint8_t c[SECTOR];

	if (!i->boot)
		return;
	if (volume_read(v, (uint64_t)i->boot_block * SECTOR, c, sizeof(c)) != ERR_OK ||
	    c[0] != 1 || c[30] != 0x55 || c[31] != 0xAA) {
		volume_note(v, 0, ITEM_UNREADABLE, "its list of boot images is damaged");
		return;
	}
	for (size_t at = CATALOG_ENTRY; at < sizeof(c); at += CATALOG_ENTRY) {
		const uint8_t *e = c + at;
		if (e[0] == BOOTABLE && le32(e + 8) != 0)
			volume_note(v, isodisc_boot_bytes(e), ITEM_UNREAD,
			    "a boot image at byte %llu was not read as one; files that lie "
			    "there are",
			    (unsigned long long)le32(e + 8) * SECTOR);
	}
}
