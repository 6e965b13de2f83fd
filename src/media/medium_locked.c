/* SPDX-License-Identifier: ISC */
#include "src/media/medium_locked.h"
#include "src/base/mem.h"
#include "src/media/listing.h"
#include "src/media/medium_in.h"

#include <string.h>

#define LOCKED_NOISE_BYTES 65536 /* looked at, to tell noise from data */
#define LOCKED_NOISE_MIN   16384
#define LOCKED_TAIL_BYTES  131072 /* VeraCrypt keeps copies of its headers there */

enum locked_kind { LOCKED_NONE, LOCKED_LUKS, LOCKED_BITLOCKER, LOCKED_NOISE };

static const struct {
	const char *kind, *words;
} locked_kinds[] = {
    [LOCKED_LUKS] = {"luks",
	"an encrypted volume (LUKS); its passphrase or a key file opens it"},
    [LOCKED_BITLOCKER] = {"bitlocker", "an encrypted volume (BitLocker); its passphrase, "
				       "recovery key or start-up key file opens it"},
    [LOCKED_NOISE] = {"veracrypt", "nothing but random bytes: an encrypted volume of VeraCrypt "
				   "or TrueCrypt, which its passphrase opens, or noise"},
};

/* --- finding them ----------------------------------------------------------------- */

/*
 * Every byte value about as often as every other: chi squared of 255 degrees of
 * freedom is 255, give or take 23; eight times that is allowed.  Data that are
 * compressed, or of one kind, are far off.
 */
static bool
locked_is_noise(struct image *im, uint64_t at, uint64_t bytes)
{
	MEM_FREE uint8_t *buf = mem_alloc(LOCKED_NOISE_BYTES);
	size_t n = bytes < LOCKED_NOISE_BYTES ? (size_t)bytes : LOCKED_NOISE_BYTES;
	uint64_t seen[256] = {0}, sum = 0;

	n -= n % 512;
	if (n < LOCKED_NOISE_MIN || image_read(im, at, buf, n) != ERR_OK)
		return false;
	for (size_t i = 0; i < n; i++)
		seen[buf[i]]++;
	for (int i = 0; i < 256; i++)
		sum += seen[i] * seen[i];
	/* sum * 256 / n - n: all integers */
	uint64_t chi = sum * 256 / n;
	return chi >= n + 75 && chi <= n + 435;
}

static enum locked_kind
locked_find(
    struct medium *m, const struct table_extent *x, const enum probe_kind *kinds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (kinds[i] == PROBE_LUKS)
			return LOCKED_LUKS;
		if (kinds[i] == PROBE_BITLOCKER)
			return LOCKED_BITLOCKER;
	}
	return n == 0 && locked_is_noise(m->image, x->offset_bytes, x->bytes) ? LOCKED_NOISE
	                                                                      : LOCKED_NONE;
}

bool
medium_locked_add(struct medium *m, const struct table_extent *x, const enum probe_kind *kinds,
    size_t n_kinds, const char *what)
{
	enum locked_kind kind = locked_find(m, x, kinds, n_kinds);

	if (kind == LOCKED_NONE || m->n_volumes == LIM_VOLUMES)
		return false;
	size_t i = m->n_volumes++;
	size_t r = medium_region_add(m, x->offset_bytes, x->bytes, ITEM_ENCRYPTED,
	    "%s at byte %llu: %s", what, (unsigned long long)x->offset_bytes,
	    locked_kinds[kind].words);
	m->regions[r].look = false; /* it is known what it is */
	m->regions[r].volume = (unsigned)i + 1;
	m->volumes[i] = (struct volume){.image = m->image,
	    .offset_bytes = x->offset_bytes,
	    .bytes = x->bytes,
	    .number = (unsigned)i + 1,
	    .kind = locked_kinds[kind].kind};
	m->spans[i] = (struct medium_span){
	    .offset_bytes = x->offset_bytes, .bytes = x->bytes, .locked = true, .region = r};
	return true;
}

bool
medium_locked(const struct medium *m, size_t i)
{
	return i < m->n_volumes && m->spans[i].locked && !m->spans[i].stopped;
}

uint64_t
medium_locked_offset(const struct medium *m, size_t i)
{
	return m->spans[i].offset_bytes;
}

/* --- opening one --------------------------------------------------------------------- */

/* As of a partition: what else it might be taken for. */
static void
locked_also(
    struct medium *m, unsigned number, const enum probe_kind *kinds, size_t n, size_t used)
{
	for (size_t k = 0; k < n; k++) {
		if (k == used)
			continue;
		size_t r = medium_region_add(m, 0, 0, ITEM_UNREAD,
		    "volume %u also bears the mark of %s, which was not read", number,
		    probe_kind_print(kinds[k]));
		m->regions[r].volume = number;
	}
}

/* The file system in the view: the first candidate that opens. */
static enum err
locked_open(struct medium *m, struct image *view, size_t i, const char **ret_why)
{
	enum probe_kind kinds[PROBE_KIND__MAX];
	size_t n = probe_volume(image_read_fn, view, 0, image_bytes(view), kinds);
	const char *why = "";
	bool known = false;

	for (size_t k = 0; k < n; k++) {
		struct volume v;
		if (!probe_kind_is_read(kinds[k]))
			continue;
		known = true;
		if (volume_open(view, kinds[k], 0, image_bytes(view), &v, &why) != ERR_OK)
			continue;
		v.number = (unsigned)i + 1;
		listing_label(&v);
		m->volumes[i] = v;
		locked_also(m, v.number, kinds, n, k);
		return ERR_OK;
	}
	*ret_why = known ? "The volume was opened, but the file system in it is damaged: it "
	                   "stays unread."
	           : n > 0
	               ? "The volume was opened, but what is in it is of a kind that is not "
	                 "read."
	               : "The volume was opened, but no file system was recognised in it.";
	return ERR_SYNTAX;
}

/* Bytes of the partition that are neither header nor contents: nothing looks at them. */
static void
locked_outside(
    struct medium *m, const struct medium_span *s, const struct layout *l, unsigned n)
{
	uint64_t head = l->offset_bytes, tail = s->bytes - head - l->bytes, bytes = 0;

	bytes += head > LIM_UNLOCK_HEADER_BYTES ? head - LIM_UNLOCK_HEADER_BYTES : 0;
	bytes += tail > LOCKED_TAIL_BYTES ? tail : 0;
	if (bytes == 0)
		return;
	size_t r = medium_region_add(m, 0, 0, ITEM_UNREAD,
	    "volume %u: %llu bytes of its partition are neither the header nor the contents of "
	    "the encrypted volume, and were not looked at",
	    n, (unsigned long long)bytes);
	m->regions[r].volume = n;
}

enum err
medium_unlock(struct medium *m, unsigned number, const struct layout *l, const uint8_t *key,
    const char **ret_why)
{
	struct image *view = NULL;
	const char *why = "";
	size_t i = (size_t)number - 1;

	*ret_why = "The medium has no locked volume of this number.";
	if (number == 0 || !medium_locked(m, i))
		return ERR_RANGE;
	struct medium_span *s = &m->spans[i];
	*ret_why = "The volume cannot be read as its header says: the header is damaged.";
	if (image_open_crypt(m->image, s->offset_bytes, s->bytes, l, key, &view, &why) !=
	    ERR_OK)
		return ERR_RANGE;
	medium_at(m, number, s->offset_bytes);
	enum err e = locked_open(m, view, i, ret_why);
	medium_at(m, 0, 0);
	if (e != ERR_OK) {
		image_close(view);
		return e;
	}
	m->views[i] = view;
	s->locked = false;
	m->regions[s->region].gone = true;
	locked_outside(m, s, l, number);
	*ret_why = "";
	return ERR_OK;
}

/* What is behind the file system, in words: it lies nowhere on the medium as it is. */
static void
locked_slack(struct medium *m, const struct volume *v, uint64_t view_bytes)
{
	size_t r;

	if (view_bytes > v->fs_bytes && view_bytes - v->fs_bytes >= volume_block_bytes(v)) {
		r = medium_region_add(m, 0, 0, ITEM_UNREAD,
		    "volume %u: %llu bytes of the encrypted volume behind the end of its file "
		    "system were not read",
		    v->number, (unsigned long long)(view_bytes - v->fs_bytes));
		m->regions[r].volume = v->number;
	}
	if (v->fs_bytes > view_bytes) {
		r = medium_region_add(m, 0, 0, ITEM_UNREAD,
		    "volume %u: its file system says it is larger than its place on the medium",
		    v->number);
		m->regions[r].volume = v->number;
	}
}

enum err
medium_walk_unlocked(struct medium *m, unsigned number, const char **ret_why)
{
	struct volume *v = &m->volumes[number - 1];
	uint64_t gone = m->regions[m->spans[number - 1].region].id;

	locked_slack(m, v, image_bytes(v->image));
	enum err e = medium_walk_regions(m);
	m->walk.region_volume = number;
	medium_at(m, number, m->spans[number - 1].offset_bytes);
	if (e == ERR_OK)
		e = walk_volume(&m->walk, v);
	medium_at(m, 0, 0);
	m->walk.region_volume = 0;
	*ret_why = e == ERR_LIMIT && m->walk.why != NULL ? m->walk.why : "";
	/* its region is no item any more; totals are counted anew with that */
	if (e == ERR_OK)
		medium_leave_out(m, &gone, gone != 0);
	return e;
}

/* --- sticks encrypted by their makers -------------------------------------------------- */

/* What such a stick shows before it is unlocked: a disc with one of these at its top. */
static const struct {
	const char *file, *maker;
} locked_makers[] = {
    {"ironkey.exe", "IronKey"},
    {"unlocker.exe", "IronKey"},
    {"dtvp.exe", "Kingston DataTraveler Vault"},
    {"dtvp_launcher.exe", "Kingston DataTraveler Vault"},
    {"dtlocker.exe", "Kingston DataTraveler Locker"},
    {"dtlocker+.exe", "Kingston DataTraveler Locker"},
    {"dtlocker+g3.exe", "Kingston DataTraveler Locker"},
    {"dtlplus_launcher.exe", "Kingston DataTraveler Locker"},
    {"dt4000.exe", "Kingston DataTraveler 4000"},
    {"launchu3.exe", "U3"},
    {"safestick.exe", "SafeStick"},
    {"wd unlocker.exe", "WD My Passport"},
    {"wd drive unlock.exe", "WD My Passport"},
    {"unlock.exe", "its maker"},
    {"verbatim security.exe", "Verbatim"},
    {"vsafe100.exe", "Verbatim"},
    {"jetflashunlock.exe", "Transcend"},
    {"securelock.exe", "its maker"},
};

static bool
locked_same(const uint8_t *name, size_t n, const char *file)
{
	size_t i = 0;

	for (; i < n && file[i] != '\0'; i++) {
		uint8_t c = name[i];
		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 'a' - 'A');
		if (c != (uint8_t)file[i])
			return false;
	}
	return i == n && file[i] == '\0';
}

static bool
locked_is_disc(const struct volume *v)
{
	return v->mark == PROBE_ISO9660 || v->mark == PROBE_UDF;
}

void
medium_locked_see(struct medium *m, const struct walk_item *it)
{
	if (m->vendor || it->parent != 0 || it->kind != ITEM_FILE || it->volume == 0 ||
	    !locked_is_disc(&m->volumes[it->volume - 1]))
		return;
	for (size_t i = 0; i < sizeof(locked_makers) / sizeof(locked_makers[0]); i++) {
		if (!locked_same(it->name, it->name_len, locked_makers[i].file))
			continue;
		m->vendor = true;
		medium_region_add(m, 0, 0, ITEM_ENCRYPTED,
		    "volume %u: the disc that a stick encrypted by %s shows until its Windows "
		    "program "
		    "(%s) unlocks it; nothing behind it was seen: ask for a medium encrypted "
		    "with "
		    "LUKS, BitLocker or VeraCrypt",
		    it->volume, locked_makers[i].maker, locked_makers[i].file);
		return;
	}
}
