/* SPDX-License-Identifier: ISC */
/*
 * Enough of a zip archive to tell what it is: the end record, and the names in
 * the central directory.  Whether the archive is sound is not judged here.
 */
#include "scanners/identify_in.h"
#include "src/base/mem.h"

#include <string.h>

#define ZIP_END_BYTES       22
#define ZIP_ENTRY_BYTES     46
#define ZIP_MAX_ENTRIES     65536     /* names looked at */
#define ZIP_DIRECTORY_BYTES (8 << 20) /* of the directory looked at */
#define ZIP_CHUNK_BYTES     65536

/* A member that tells what the archive is.  "*" at the beginning: any directory. */
enum zip_sign {
	SIGN_WHEEL = 1 << 0,
	SIGN_METADATA = 1 << 1,
	SIGN_CONDA_METADATA = 1 << 2,
	SIGN_CONDA_PACKAGE = 1 << 3,
	SIGN_CONTENT_TYPES = 1 << 4,
	SIGN_WORD = 1 << 5,
	SIGN_EXCEL = 1 << 6,
	SIGN_POWERPOINT = 1 << 7,
	SIGN_MANIFEST = 1 << 8,
	SIGN_TORCH_DATA = 1 << 9,
	SIGN_NPY = 1 << 10,
	SIGN_OTHER = 1 << 11, /* a member that is no .npy */
	SIGN_ANDROID = 1 << 12,
	SIGN_KERAS_CONFIG = 1 << 13,
	SIGN_KERAS_WEIGHTS = 1 << 14,
	SIGN_TORCH_SERVE = 1 << 15,
	SIGN_SKOPS = 1 << 16,
	SIGN_CLASS = 1 << 17,
};

static const struct {
	const char *name;
	enum { WHOLE, BEGIN, END } match;
	unsigned sign;
} zip_signs[] = {
    {".dist-info/WHEEL", END, SIGN_WHEEL},
    {".dist-info/METADATA", END, SIGN_METADATA},
    {"metadata.json", WHOLE, SIGN_CONDA_METADATA},
    {"pkg-", BEGIN, SIGN_CONDA_PACKAGE},
    {"[Content_Types].xml", WHOLE, SIGN_CONTENT_TYPES},
    {"word/", BEGIN, SIGN_WORD},
    {"xl/", BEGIN, SIGN_EXCEL},
    {"ppt/", BEGIN, SIGN_POWERPOINT},
    {"META-INF/MANIFEST.MF", WHOLE, SIGN_MANIFEST},
    {"AndroidManifest.xml", WHOLE, SIGN_ANDROID},
    {"/data.pkl", END, SIGN_TORCH_DATA},
    {"config.json", WHOLE, SIGN_KERAS_CONFIG},
    {"model.weights.h5", WHOLE, SIGN_KERAS_WEIGHTS},
    {"MAR-INF/MANIFEST.json", WHOLE, SIGN_TORCH_SERVE},
    {"schema.json", WHOLE, SIGN_SKOPS},
    {".class", END, SIGN_CLASS},
};

/* All signs of a row make the type; the first row that fits counts. */
static const struct {
	unsigned signs;
	const char *type, *mime;
} zip_types[] = {
    {SIGN_CONTENT_TYPES | SIGN_WORD, "docx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {SIGN_CONTENT_TYPES | SIGN_EXCEL, "xlsx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {SIGN_CONTENT_TYPES | SIGN_POWERPOINT, "pptx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {SIGN_WHEEL | SIGN_METADATA, "wheel", "application/zip"},
    {SIGN_CONDA_METADATA | SIGN_CONDA_PACKAGE, "conda", "application/zip"},
    {SIGN_TORCH_DATA, "torch", "application/zip"},
    {SIGN_KERAS_CONFIG | SIGN_KERAS_WEIGHTS, "keras", "application/zip"},
    {SIGN_TORCH_SERVE, "torch-serve", "application/zip"},
    {SIGN_SKOPS | SIGN_NPY, "skops", "application/zip"},
    {SIGN_ANDROID, "apk", "application/vnd.android.package-archive"},
    {SIGN_MANIFEST, "jar", "application/java-archive"},
    {SIGN_CLASS, "jar", "application/java-archive"},
};

static bool
zip_name_matches(const uint8_t *name, size_t n, size_t row)
{
	const char *want = zip_signs[row].name;
	size_t len = strlen(want);
	if (n < len)
		return false;
	switch (zip_signs[row].match) {
	case WHOLE:
		return n == len && memcmp(name, want, len) == 0;
	case BEGIN:
		return memcmp(name, want, len) == 0;
	case END:
		return memcmp(name + n - len, want, len) == 0;
	}
	return false;
}

static unsigned
zip_signs_of(const uint8_t *name, size_t n)
{
	unsigned signs = n >= 4 && memcmp(name + n - 4, ".npy", 4) == 0 ? SIGN_NPY : SIGN_OTHER;
	for (size_t i = 0; i < sizeof(zip_signs) / sizeof(zip_signs[0]); i++)
		if (zip_name_matches(name, n, i))
			signs |= zip_signs[i].sign;
	return signs;
}

/* The directory's size and offset from a zip64 record, when the plain one defers to it. */
static bool
zip_end64(struct identify_look *l, uint64_t end_at, uint64_t *ret_bytes, uint64_t *ret_at)
{
	uint8_t locator[20], end[56];
	if (end_at < sizeof(locator) ||
	    !identify_get(l, end_at - sizeof(locator), locator, sizeof(locator)) ||
	    memcmp(locator, "PK\6\7", 4) != 0)
		return false;
	uint64_t at = identify_le64(locator + 8);
	if (!identify_get(l, at, end, sizeof(end)) || memcmp(end, "PK\6\6", 4) != 0) {
		/* something may stand before the archive: then it is right before its locator
		 */
		at = end_at - sizeof(locator);
		if (at < sizeof(end) || !identify_get(l, at - sizeof(end), end, sizeof(end)) ||
		    memcmp(end, "PK\6\6", 4) != 0)
			return false;
		at -= sizeof(end);
	}
	*ret_bytes = identify_le64(end + 40);
	*ret_at = at;
	return true;
}

/* Judges the end record at `at`; p are its 22 bytes. */
static bool
zip_end_is_real(
    struct identify_look *l, const uint8_t *p, uint64_t at, struct identify_zip_end *ret)
{
	uint8_t magic[4];
	uint64_t bytes = identify_le32(p + 12), offset = identify_le32(p + 16), before = at;
	if (identify_le16(p + 4) != identify_le16(p + 6) && identify_le16(p + 4) != 0xffff)
		return false; /* parts of a set: nothing that can be read here */
	if (bytes == 0xffffffff || offset == 0xffffffff || identify_le16(p + 10) == 0xffff)
		(void)zip_end64(l, at, &bytes, &before);
	if (bytes == 0 || bytes > before)
		return false;
	ret->at = at;
	ret->directory_bytes = bytes;
	ret->exact = at + ZIP_END_BYTES + identify_le16(p + 20) == l->in->size_bytes;
	/* right before the end, or where the offset says: readers differ */
	const uint64_t places[2] = {before - bytes, offset};
	for (size_t i = 0; i < 2; i++) {
		ret->directory = places[i];
		if (identify_get(l, places[i], magic, 4) && memcmp(magic, "PK\1\2", 4) == 0)
			return places[i] <= before - bytes;
	}
	return false;
}

bool
identify_zip_find(struct identify_look *l, struct identify_zip_end *ret)
{
	uint64_t tail_at = l->in->size_bytes - l->tail_len;
	const uint8_t *end = l->tail + l->tail_len;
	for (size_t tries = 0; tries < 16 && (size_t)(end - l->tail) >= 4; tries++) {
		/* backwards: the last record is the one that counts */
		const uint8_t *p = end - 4;
		while (p > l->tail && memcmp(p, "PK\5\6", 4) != 0)
			p--;
		if (memcmp(p, "PK\5\6", 4) != 0)
			return false;
		size_t at = (size_t)(p - l->tail);
		if (l->tail_len - at >= ZIP_END_BYTES &&
		    zip_end_is_real(l, p, tail_at + at, ret))
			return true;
		end = p + 3;
	}
	return false;
}

/* All signs of the names in the directory; bounded. */
static unsigned
zip_read_names(struct identify_look *l, const struct identify_zip_end *z)
{
	uint64_t bytes =
	    z->directory_bytes < ZIP_DIRECTORY_BYTES ? z->directory_bytes : ZIP_DIRECTORY_BYTES;
	MEM_FREE uint8_t *chunk = mem_alloc(ZIP_CHUNK_BYTES);
	uint64_t done = 0;
	size_t have = 0, at = 0; /* the chunk holds [done, done + have) of the directory */
	unsigned signs = 0;
	for (size_t i = 0; i < ZIP_MAX_ENTRIES; i++) {
		/* an entry needs its header and its name */
		if (have - at < ZIP_ENTRY_BYTES ||
		    have - at < ZIP_ENTRY_BYTES + identify_le16(chunk + at + 28)) {
			done += at;
			have = bytes - done < ZIP_CHUNK_BYTES ? (size_t)(bytes - done)
			                                      : ZIP_CHUNK_BYTES;
			at = 0;
			if (have < ZIP_ENTRY_BYTES ||
			    !identify_get(l, z->directory + done, chunk, have))
				break;
		}
		const uint8_t *e = chunk + at;
		size_t name = identify_le16(e + 28);
		uint64_t step =
		    ZIP_ENTRY_BYTES + name + identify_le16(e + 30) + identify_le16(e + 32);
		if (memcmp(e, "PK\1\2", 4) != 0 || have - at < ZIP_ENTRY_BYTES + name)
			break;
		signs |= zip_signs_of(e + ZIP_ENTRY_BYTES, name);
		if (step > bytes - done - at)
			break;
		if (step > have - at) {
			/* extra fields reach beyond the chunk: go on behind them */
			done += at + step;
			have = at = 0;
		} else {
			at += (size_t)step;
		}
	}
	return signs;
}

/* OpenDocument and EPUB: the first member is "mimetype", stored. */
static bool
zip_is_opendocument(const struct identify_look *l)
{
	static const char odf[] = "mimetypeapplication/vnd.oasis.opendocument.";
	static const char epub[] = "mimetypeapplication/epub+zip";
	if (identify_has(l, 30, odf, sizeof(odf) - 1)) {
		l->ret->type = "odf";
		return true;
	}
	if (identify_has(l, 30, epub, sizeof(epub) - 1)) {
		l->ret->type = "epub";
		return true;
	}
	return false;
}

void
identify_zip(struct identify_look *l)
{
	struct identify_zip_end z;
	identify_set(l, "zip", "application/zip", true);
	if (identify_has(l, 0, "PK\5\6", 4))
		return; /* an archive of nothing */
	if (!identify_zip_find(l, &z)) {
		identify_find(l, "type/zip-no-end", "incomplete", "medium",
		    "A zip archive without its end: an unfinished download?", NULL, 0);
		return;
	}
	if (zip_is_opendocument(l)) {
		l->ret->mime = NULL; /* libmagic reads which of them it is */
		return;
	}
	unsigned signs = zip_read_names(l, &z);
	if (signs == SIGN_NPY) {
		identify_set(l, "npz", "application/zip", true);
		return;
	}
	for (size_t i = 0; i < sizeof(zip_types) / sizeof(zip_types[0]); i++)
		if ((signs & zip_types[i].signs) == zip_types[i].signs) {
			identify_set(l, zip_types[i].type, zip_types[i].mime, true);
			return;
		}
}
