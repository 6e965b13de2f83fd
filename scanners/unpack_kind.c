/* SPDX-License-Identifier: ISC */
/* Which kinds of container there are, and how each is known. */
#include "scanners/unpack_in.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#include <ctype.h>

#define END_BYTES   22    /* of the end record of a zip archive */
#define END_NEAREST 65535 /* its comment may be so long */
#define ENDS_MOST   64    /* that are looked at */
#define ENTRY_BYTES 46    /* of one member, in the directory */

/* The first of several volumes says so itself, the others are known by this. */
static void
unpack_part(struct unpack_run *r, const struct unpack_kind *kind)
{
	unpack_problem(r, UNPACK_PART, kind->name, strlen(kind->name), 0);
}

static bool
kind_is_tar(struct object *o)
{
	const uint8_t *p = object_get(o, 0, UNPACK_BLOCK);
	return p != NULL && unpack_tar_is(p);
}

/* A stream of the LZMA tools has no magic, only a plausible header. */
static bool
kind_is_lzma(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 14);
	if (p == NULL || p[0] >= 9 * 5 * 5 || p[13] != 0)
		return false;
	uint32_t dictionary = le32(p + 1);
	uint64_t bytes = le64(p + 5);
	/* a power of two, or one and a half of it, as in xz */
	uint32_t rest = dictionary & (dictionary - 1), low = dictionary & (~dictionary + 1u);
	return dictionary >= 4096 && (rest == 0 || rest == low << 1) &&
	       (bytes == UINT64_MAX || bytes < 1ull << 38);
}

/* zstd and LZ4 share the frames that are passed over; real ones come behind. */
static bool
kind_is_frames(struct object *o, uint32_t magic)
{
	const uint8_t *p;
	for (uint64_t at = 0; (p = object_get(o, at, 8)) != NULL;) {
		if (le32(p) == magic)
			return true;
		if ((le32(p) & 0xfffffff0u) != 0x184d2a50u)
			return false;
		at += 8 + (uint64_t)le32(p + 4);
	}
	return false;
}

static bool
kind_is_zstd(struct object *o)
{
	return kind_is_frames(o, 0xfd2fb528u);
}

static bool
kind_is_lz4(struct object *o)
{
	return kind_is_frames(o, 0x184d2204u);
}

static bool
kind_is_lz4_of_old(struct object *o)
{
	return kind_is_frames(o, 0x184c2102u);
}

/* What gzip(1) unpacks besides: its own first magic, and pack. */
static bool
kind_is_gzip_of_old(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 8);
	return p != NULL && p[0] == 0x1f &&
	       ((p[1] == 0x9e && p[2] == 8 && (p[3] & 0xe0) == 0) ||
		   (p[1] == 0x1e && p[6] > 0 && p[6] <= 25 && p[2] == 0));
}

static bool
kind_is_bzip2(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 10);
	return p != NULL && memcmp(p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9' &&
	       (memcmp(p + 4, "1AY&SY", 6) == 0 || memcmp(p + 4, "\x17rE8P\x90", 6) == 0);
}

/* A header of text: the magic, then nothing but digits. */
static bool
kind_is_digits(struct object *o, const char *magic, size_t n, bool hex)
{
	const uint8_t *p = object_get(o, 0, n);
	if (p == NULL || memcmp(p, magic, 6) != 0)
		return false;
	for (size_t i = 6; i < n; i++)
		if (!(p[i] >= '0' && p[i] <= '7') && !(hex && isxdigit(p[i])))
			return false;
	return true;
}

static bool
kind_is_cpio(struct object *o)
{
	return kind_is_digits(o, "070701", 110, true) ||
	       kind_is_digits(o, "070702", 110, true) || kind_is_digits(o, "070707", 76, false);
}

static bool
kind_is_compress(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 4);
	return p != NULL && p[0] == 0x1f && p[1] == 0x9d && (p[2] & 0x60) == 0 &&
	       (p[2] & 0x1f) >= 9 && (p[2] & 0x1f) <= 16;
}

static bool
kind_is_lha(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 21);
	return p != NULL && memcmp(p + 2, "-l", 2) == 0 && (p[4] == 'h' || p[4] == 'z') &&
	       p[6] == '-' && p[20] <= 3;
}

static bool
kind_is_arj(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 12);
	return p != NULL && le16(p) == 0xea60 && le16(p + 2) >= 30 && le16(p + 2) <= 2600 &&
	       p[4] >= 30 && p[4] <= 46 && p[10] == 2;
}

static bool
kind_is_squashfs(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 32);
	return p != NULL && ((memcmp(p, "hsqs", 4) == 0 && le16(p + 28) <= 4) ||
				(memcmp(p, "sqsh", 4) == 0 && p[28] == 0 && p[29] <= 4));
}

/* Header of a cpio archive in binary, either way round. */
static bool
kind_is_cpio_binary(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 26);
	if (p == NULL)
		return false;
	bool little = p[0] == 0xc7 && p[1] == 0x71, big = p[0] == 0x71 && p[1] == 0xc7;
	unsigned name = little ? le16(p + 20) : (unsigned)(p[20] << 8 | p[21]);
	return (little || big) && name > 1 && name <= LIM_PATH_BYTES;
}

static bool
kind_is_dmg(struct object *o)
{
	const uint8_t *p = o->size_bytes >= 512 ? object_get(o, o->size_bytes - 512, 8) : NULL;
	return p != NULL && memcmp(p, "koly\0\0\0\4", 8) == 0;
}

/* Images of discs have their descriptor at 32 KiB. */
static bool
kind_is_udf(struct object *o)
{
	const uint8_t *p = object_get(o, 32769, 5);
	return p != NULL && (memcmp(p, "BEA01", 5) == 0 || memcmp(p, "NSR0", 4) == 0);
}

static bool
kind_is_ext(struct object *o)
{
	const uint8_t *p = object_get(o, 1024, 96);
	return p != NULL && le16(p + 56) == 0xef53 && le32(p + 24) <= 6 && le32(p + 76) <= 1 &&
	       le32(p + 0) != 0 && le32(p + 4) != 0;
}

/* Disks and volumes have a boot sector. */
static bool
kind_is_fat(struct object *o)
{
	const uint8_t *p = object_get(o, 0, 512);
	return p != NULL && le16(p + 510) == 0xaa55 &&
	       (memcmp(p + 54, "FAT1", 4) == 0 || memcmp(p + 82, "FAT32", 5) == 0 ||
		   memcmp(p + 3, "NTFS    ", 8) == 0 || memcmp(p + 3, "EXFAT   ", 8) == 0);
}

#define MAGIC(text) NULL, 0, (text), sizeof(text) - 1

static const struct unpack_kind kinds[] = {
    {"zip", unpack_zip, MAGIC("PK\3\4"), false, 0},
    {"zip", unpack_zip, MAGIC("PK\5\6"), false, 0},
    {"zip", unpack_part, MAGIC("PK\7\10"), false, 0},
    {"zip", unpack_part, MAGIC("PK00PK\3\4"), false, 0},
    {"gzip", unpack_stream, MAGIC("\x1f\x8b\x08"), false, 'g'},
    {"bzip2", unpack_stream, kind_is_bzip2, 0, NULL, 0, false, 'b'},
    {"xz", unpack_stream, MAGIC("\xfd\x37zXZ\0"), false, 'x'},
    {"lzma", unpack_stream, kind_is_lzma, 0, NULL, 0, true, 'l'},
    {"lzip", unpack_stream, MAGIC("LZIP\1"), false, 'i'},
    {"lzip", unpack_stream, MAGIC("LZIP\0"), false, 'i'},
    {"zstd", unpack_stream, kind_is_zstd, 0, NULL, 0, false, 'z'},
    {"lz4", unpack_stream, kind_is_lz4, 0, NULL, 0, false, '4'},
    {"7z", unpack_lib, MAGIC("7z\xbc\xaf\x27\x1c"), false, '7'},
    {"rar", unpack_lib, MAGIC("Rar!\x1a\x07\0"), false, 'r'},
    {"rar", unpack_lib, MAGIC("Rar!\x1a\x07\1\0"), false, 'R'},
    {"cab", unpack_lib, MAGIC("MSCF\0\0\0\0"), false, 'c'},
    {"cpio", unpack_lib, kind_is_cpio, 0, NULL, 0, false, 'o'},
    {"cpio", unpack_lib, kind_is_cpio_binary, 0, NULL, 0, true, 'o'},
    {"ar", unpack_lib, MAGIC("!<arch>\n"), false, 'a'},
    {"tar", unpack_tar_object, kind_is_tar, 0, NULL, 0, false, 0},
    {"ISO 9660", unpack_lib, NULL, 32769, "CD001", 5, false, '9'},
    /* known, and not opened */
    {"compress (.Z)", NULL, kind_is_compress, 0, NULL, 0, false, 0},
    {"gzip of old", NULL, kind_is_gzip_of_old, 0, NULL, 0, false, 0},
    {"LZ4 of old", NULL, kind_is_lz4_of_old, 0, NULL, 0, false, 0},
    {"thin ar", NULL, MAGIC("!<thin>\n"), false, 0},
    {"lzop", NULL, MAGIC("\x89LZO\0\r\n\x1a\n"), false, 0},
    {"lrzip", NULL, MAGIC("LRZI\0"), false, 0},
    {"rpm", NULL, MAGIC("\xed\xab\xee\xdb"), false, 0},
    {"lha", NULL, kind_is_lha, 0, NULL, 0, false, 0},
    {"arj", NULL, kind_is_arj, 0, NULL, 0, false, 0},
    {"ace", NULL, NULL, 7, "**ACE**", 7, false, 0},
    {"xar", NULL, MAGIC("xar!\0\x1c"), false, 0},
    {"zpaq", NULL, MAGIC("7kSt\xa0"), false, 0},
    {"InstallShield cabinet", NULL, MAGIC("ISc("), false, 0},
    {"Windows image", NULL, MAGIC("MSWIM\0\0\0"), false, 0},
    {"squashfs", NULL, kind_is_squashfs, 0, NULL, 0, false, 0},
    {"cramfs", NULL, MAGIC("\x45\x3d\xcd\x28"), false, 0},
    {"romfs", NULL, MAGIC("-rom1fs-"), false, 0},
    {"erofs", NULL, NULL, 1024, "\xe2\xe1\xf5\xe0", 4, false, 0},
    {"disk image (QCOW)", NULL, MAGIC("QFI\xfb"), false, 0},
    {"disk image (VMDK)", NULL, MAGIC("KDMV"), false, 0},
    {"disk image (VHDX)", NULL, MAGIC("vhdxfile"), false, 0},
    {"disk image (VHD)", NULL, MAGIC("conectix"), false, 0},
    {"disk image (macOS)", NULL, kind_is_dmg, 0, NULL, 0, false, 0},
    {"volume (ext)", NULL, kind_is_ext, 0, NULL, 0, false, 0},
    {"volume (FAT or NTFS)", NULL, kind_is_fat, 0, NULL, 0, false, 0},
    {"UDF", NULL, kind_is_udf, 0, NULL, 0, false, 0},
};

static bool
kind_is(const struct unpack_kind *k, struct object *o)
{
	if (k->is != NULL)
		return k->is(o);
	const uint8_t *p = object_get(o, k->at, k->magic_len);
	return p != NULL && memcmp(p, k->magic, k->magic_len) == 0;
}

const struct unpack_kind *
unpack_kind_find(struct object *o, size_t *from)
{
	while (*from < sizeof(kinds) / sizeof(kinds[0])) {
		const struct unpack_kind *k = &kinds[(*from)++];
		if (kind_is(k, o))
			return k;
	}
	return NULL;
}

/* A directory that has a member begins there. */
static bool
kind_has_entry(struct object *o, uint64_t at)
{
	const uint8_t *p = object_get(o, at, 4);
	return p != NULL && memcmp(p, "PK\1\2", 4) == 0;
}

/* What stands at `at` ends an archive, as programs see it that search for it. */
static bool
kind_is_end(struct object *o, uint64_t at, const uint8_t end[END_BYTES])
{
	const uint8_t *p;
	uint64_t bytes = le32(end + 12), from = le32(end + 16);
	if (bytes == 0 && at + END_BYTES + le16(end + 20) == o->size_bytes)
		return true; /* an empty one */
	if (at >= 20 && (p = object_get(o, at - 20, 4)) != NULL && memcmp(p, "PK\6\7", 4) == 0)
		return true;
	return (bytes >= ENTRY_BYTES && bytes <= at && kind_has_entry(o, at - bytes)) ||
	       (from < at && kind_has_entry(o, from));
}

bool
unpack_kind_zip_behind(struct object *o)
{
	uint64_t size = o->size_bytes;
	if (size < END_BYTES)
		return false;
	/* bytes behind the end, or a comment that is longer than it says, are no obstacle */
	size_t n = size < END_BYTES + END_NEAREST ? (size_t)size : END_BYTES + END_NEAREST;
	MEM_FREE uint8_t *tail = mem_alloc(n);
	for (size_t have = 0, some = 0; have < n; have += some) {
		const uint8_t *p = object_some(o, size - n + have, &some);
		if (p == NULL)
			return false;
		some = some < n - have ? some : n - have;
		memcpy(tail + have, p, some);
	}
	unsigned ends = 0;
	for (size_t at = n - END_BYTES + 1; at-- > 0;) {
		if (memcmp(tail + at, "PK\5\6", 4) != 0)
			continue;
		/* so many ends are there for somebody */
		if (kind_is_end(o, size - n + at, tail + at) || ++ends == ENDS_MOST)
			return true;
	}
	return false;
}
