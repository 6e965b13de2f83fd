/* SPDX-License-Identifier: ISC */
#include "scanners/identify.h"
#include "scanners/identify_in.h"
#include "src/base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define IDENTIFY_TAIL_BYTES (65535 + 22 + 1024) /* a zip comment, its record, and leavings */
#define IDENTIFY_EICAR_MAX  128                 /* the test file with its white space */

/* --- looking --------------------------------------------------------------------- */

bool
identify_get(struct identify_look *l, uint64_t at, void *out, size_t n)
{
	uint64_t size = l->in->size_bytes;
	if (l->failed || at > size || n > size - at)
		return false;
	if (at + n <= l->head_len) {
		memcpy(out, l->head + at, n);
		return true;
	}
	if (at >= size - l->tail_len) {
		memcpy(out, l->tail + (at - (size - l->tail_len)), n);
		return true;
	}
	if (!l->in->read(l->in->arg, at, out, n))
		l->failed = true;
	return !l->failed;
}

bool
identify_has(const struct identify_look *l, size_t at, const void *bytes, size_t n)
{
	return at <= l->head_len && n <= l->head_len - at &&
	       memcmp(l->head + at, bytes, n) == 0;
}

void
identify_find(struct identify_look *l, const char *rule, const char *class,
    const char *severity, const char *title, const char *detail, uint64_t at)
{
	if (l->ret->findings == IDENTIFY_FINDINGS)
		return;
	struct identify_finding *f = &l->ret->finding[l->ret->findings++];
	*f = (struct identify_finding){
	    .rule = rule, .class = class, .severity = severity, .title = title, .at = at};
	snprintf(f->detail, sizeof(f->detail), "%s", detail != NULL ? detail : "");
}

void
identify_fact(struct identify_look *l, const char *key, const char *value, size_t n)
{
	if (l->ret->facts == IDENTIFY_FACTS)
		return;
	struct identify_fact *f = &l->ret->fact[l->ret->facts++];
	f->key = key;
	snprintf(f->value, sizeof(f->value), "%.*s", (int)n, value);
}

int
identify_byte(struct identify_walk *w)
{
	if (w->at < w->chunk_at || w->at - w->chunk_at >= w->chunk_len) {
		uint64_t left = w->look->in->size_bytes;
		if (w->at >= left)
			return -1;
		left -= w->at;
		w->chunk_at = w->at;
		w->chunk_len = left < IDENTIFY_CHUNK ? (size_t)left : IDENTIFY_CHUNK;
		if (!identify_get(w->look, w->at, w->chunk, w->chunk_len)) {
			w->chunk_len = 0;
			return -1;
		}
	}
	return w->chunk[w->at++ - w->chunk_at];
}

void
identify_set(struct identify_look *l, const char *type, const char *mime, bool certain)
{
	l->ret->type = type;
	l->ret->mime = mime;
	l->ret->certain = certain;
}

/* --- magic numbers, each with what else must hold ------------------------------------ */

static bool
magic_is_gguf(struct identify_look *l)
{
	if (l->head_len < 8)
		return false;
	const uint8_t *p = l->head + 4;
	uint32_t little = identify_le32(p);
	uint32_t big = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return (little >= 1 && little <= 3) || (big >= 2 && big <= 3);
}

static bool
magic_is_npy(struct identify_look *l)
{
	return l->head_len >= 10 && l->head[6] >= 1 && l->head[6] <= 3;
}

static bool
magic_is_parquet(struct identify_look *l)
{
	const char *end = identify_has(l, 0, "PARE", 4) ? "PARE" : "PAR1";
	if (l->in->size_bytes < 12)
		return false;
	if (memcmp(l->tail + l->tail_len - 4, end, 4) != 0)
		identify_find(l, "type/parquet-no-end", "incomplete", "medium",
		    "A Parquet file without its end: an unfinished download?", NULL, 0);
	return true;
}

static bool
magic_is_pe(struct identify_look *l)
{
	uint8_t magic[4];
	return l->head_len >= 64 && identify_get(l, identify_le32(l->head + 60), magic, 4) &&
	       memcmp(magic, "PE\0\0", 4) == 0;
}

/* CAFEBABE is Java or a Mach-O for several processors: small counts are the latter. */
static bool
magic_is_fat_macho(struct identify_look *l)
{
	return l->head_len >= 8 && l->head[4] == 0 && l->head[5] == 0 && l->head[6] == 0 &&
	       l->head[7] >= 1 && l->head[7] < 43;
}

static bool
magic_is_java(struct identify_look *l)
{
	return l->head_len >= 10 && !magic_is_fat_macho(l);
}

static bool
magic_is_deb(struct identify_look *l)
{
	return identify_has(l, 8, "debian-binary", 13);
}

static bool
magic_is_bzip2(struct identify_look *l)
{
	return l->head_len >= 10 && l->head[3] >= '1' && l->head[3] <= '9' &&
	       (memcmp(l->head + 4, "1AY&SY", 6) == 0 ||
		   memcmp(l->head + 4, "\x17rE8P\x90", 6) == 0);
}

/* Chunks up to IEND; something behind it is not part of the picture. */
static bool
magic_is_png(struct identify_look *l)
{
	uint8_t c[8];
	uint64_t at = 8;
	for (int n = 0; n < 100000; n++) {
		if (!identify_get(l, at, c, sizeof(c)))
			break;
		at += 12 + ((uint64_t)c[0] << 24 | (uint64_t)c[1] << 16 | (uint64_t)c[2] << 8 |
			       c[3]);
		if (memcmp(c + 4, "IEND", 4) != 0)
			continue;
		if (at < l->in->size_bytes)
			identify_find(l, "type/trailing", "polyglot", "medium",
			    "There is more behind the end of the picture", NULL, at);
		return true;
	}
	if (!l->failed)
		identify_find(l, "type/png-no-end", "incomplete", "low",
		    "A PNG picture without its end", NULL, 0);
	return true;
}

/* A compiled terminal description: its names begin like one. */
static bool
magic_is_terminfo(struct identify_look *l)
{
	return l->head_len > 16 && isalnum(l->head[12]) &&
	       (isalnum(l->head[13]) || l->head[13] == '.') && l->head[16] > ' ';
}

struct identify_magic {
	const char *bytes;
	size_t n;
	bool (*check)(struct identify_look *);
	const char *type, *mime;
};

#define MAGIC(s) s, sizeof(s) - 1

static const struct identify_magic identify_magics[] = {
    {MAGIC("GGUF"), magic_is_gguf, "gguf", "application/x-gguf"},
    {MAGIC("\x93NUMPY"), magic_is_npy, "npy", "application/x-npy"},
    {MAGIC("PAR1"), magic_is_parquet, "parquet", "application/vnd.apache.parquet"},
    {MAGIC("PARE"), magic_is_parquet, "parquet", "application/vnd.apache.parquet"},
    {MAGIC("ARROW1\0\0"), NULL, "arrow", "application/vnd.apache.arrow.file"},
    {MAGIC("FEA1"), NULL, "feather", "application/x-feather"},
    {MAGIC("%PDF-"), NULL, "pdf", "application/pdf"},
    {MAGIC("\x7f"
	   "ELF"),
	NULL, "elf", NULL},
    {MAGIC("MZ"), magic_is_pe, "pe", NULL},
    {MAGIC("\xfe\xed\xfa\xce"), NULL, "macho", NULL},
    {MAGIC("\xfe\xed\xfa\xcf"), NULL, "macho", NULL},
    {MAGIC("\xce\xfa\xed\xfe"), NULL, "macho", NULL},
    {MAGIC("\xcf\xfa\xed\xfe"), NULL, "macho", NULL},
    {MAGIC("\xca\xfe\xba\xbe"), magic_is_fat_macho, "macho", NULL},
    {MAGIC("\xca\xfe\xba\xbe"), magic_is_java, "java-class", NULL},
    {MAGIC("\0asm"), NULL, "wasm", "application/wasm"},
    {MAGIC("\x89PNG\r\n\x1a\n"), magic_is_png, "png", "image/png"},
    {MAGIC("\xff\xd8\xff"), NULL, "jpeg", "image/jpeg"},
    {MAGIC("GIF87a"), NULL, "gif", "image/gif"},
    {MAGIC("GIF89a"), NULL, "gif", "image/gif"},
    {MAGIC("\x1f\x8b"), NULL, "gzip", "application/gzip"},
    {MAGIC("\xfd"
	   "7zXZ\0"),
	NULL, "xz", "application/x-xz"},
    {MAGIC("\x28\xb5\x2f\xfd"), NULL, "zstd", "application/zstd"},
    {MAGIC("BZh"), magic_is_bzip2, "bzip2", "application/x-bzip2"},
    {MAGIC("7z\xbc\xaf\x27\x1c"), NULL, "7z", "application/x-7z-compressed"},
    {MAGIC("Rar!\x1a\x07"), NULL, "rar", "application/x-rar"},
    {MAGIC("!<arch>\n"), magic_is_deb, "deb", "application/vnd.debian.binary-package"},
    {MAGIC("!<arch>\n"), NULL, "ar", "application/x-archive"},
    {MAGIC("SQLite format 3\0"), NULL, "sqlite", "application/vnd.sqlite3"},
    {MAGIC("-----BEGIN PGP SIGNED MESSAGE-----"), NULL, "clearsigned", NULL},
    {MAGIC("JM\1\0PK\3\4"), NULL, "jmod", "application/x-java-jmod"},
    {MAGIC("Cr24"), NULL, "crx", "application/x-chrome-extension"},
    {MAGIC("\0\5\x16\7"), NULL, "appledouble", "multipart/appledouble"},
    {MAGIC("\0\0\0\1Bud1"), NULL, "ds-store", "application/octet-stream"},
    {MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), NULL, "ole", NULL},
    {MAGIC("{\\rtf"), NULL, "rtf", "text/rtf"},
    {MAGIC("\xde\x12\x04\x95"), NULL, "other", "application/x-gettext-translation"},
    {MAGIC("\x95\x04\x12\xde"), NULL, "other", "application/x-gettext-translation"},
    {MAGIC("\x1a\x01"), magic_is_terminfo, "other", "application/x-terminfo"},
    {MAGIC("\x1e\x02"), magic_is_terminfo, "other", "application/x-terminfo2"},
};

static bool
identify_by_magic(struct identify_look *l)
{
	for (size_t i = 0; i < COUNT(identify_magics); i++) {
		const struct identify_magic *m = &identify_magics[i];
		if (!identify_has(l, 0, m->bytes, m->n))
			continue;
		if (m->check != NULL && !m->check(l))
			continue;
		identify_set(l, m->type, m->mime, true);
		return true;
	}
	return false;
}

/* --- structures without a magic number at the beginning -------------------------------- */

static bool
identify_is_hdf5(struct identify_look *l)
{
	uint8_t magic[8];
	/* 0, then 512 and doubling: a user block may stand before it */
	for (uint64_t at = 0; at < l->in->size_bytes; at = at == 0 ? 512 : at * 2) {
		if (!identify_get(l, at, magic, sizeof(magic)))
			return false;
		if (memcmp(magic, "\x89HDF\r\n\x1a\n", 8) == 0)
			return true;
	}
	return false;
}

static bool
identify_is_safetensors(const struct identify_look *l)
{
	if (l->head_len < 10)
		return false;
	uint64_t n = identify_le64(l->head);
	return n >= 2 && n <= 100000000 && n <= l->in->size_bytes - 8 && l->head[8] == '{' &&
	       (l->head[9] == '"' || l->head[9] == '}' || l->head[9] == ' ');
}

/* The header of a tar member: its sum is right. */
bool
identify_is_tar(const struct identify_look *l)
{
	if (l->head_len < 512 || l->head[0] == 0)
		return false;
	long want = strtol((const char *)l->head + 148, NULL, 8), sum = 0;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : l->head[i];
	return want == sum && sum > 0;
}

/* Python 3.7 and later: a version, a line end, flags of which there are two. */
static bool
identify_is_pyc(const struct identify_look *l)
{
	return l->head_len >= 16 && l->head[1] == 0x0d && l->head[2] == '\r' &&
	       l->head[3] == '\n' && identify_le32(l->head + 4) < 4;
}

bool
identify_is_iso9660(struct identify_look *l)
{
	uint8_t magic[5];
	return identify_get(l, IDENTIFY_ISO_AT, magic, 5) && memcmp(magic, "CD001", 5) == 0;
}

/* One field of a protobuf message; false when it is none.  *at moves past it. */
static bool
onnx_field(const struct identify_look *l, size_t *at, unsigned *ret_number, uint64_t *ret_value)
{
	uint64_t v[2] = {0, 0};
	for (int k = 0; k < 2; k++) {
		unsigned shift = 0;
		uint8_t c;
		if (k == 1 && (v[0] & 7) != 0 && (v[0] & 7) != 2)
			return false; /* a model has integers, texts and messages */
		do {
			if (*at >= l->head_len || shift > 63)
				return false;
			c = l->head[(*at)++];
			v[k] |= (uint64_t)(c & 0x7f) << shift;
			shift += 7;
		} while ((c & 0x80) != 0);
	}
	if (v[0] >> 3 == 0 || v[0] >> 3 > 25)
		return false;
	if ((v[0] & 7) == 2) {
		if (v[1] > l->in->size_bytes - *at)
			return false;
		*at += (size_t)v[1];
	}
	*ret_number = (unsigned)(v[0] >> 3);
	*ret_value = v[1];
	return true;
}

/*
 * ONNX has no magic: ModelProto begins with ir_version, has only its own
 * fields, and a graph (7) or an operator set (8).
 */
static bool
identify_is_onnx(const struct identify_look *l)
{
	static const uint32_t fields = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 |
	                               1u << 6 | 1u << 7 | 1u << 8 | 1u << 14 | 1u << 20 |
	                               1u << 25;
	size_t at = 0;
	uint32_t seen = 0;
	if (l->head_len < 8 || l->head[0] != 0x08)
		return false;
	while (at < l->head_len) {
		unsigned number;
		uint64_t value;
		if (!onnx_field(l, &at, &number, &value) || (fields >> number & 1) == 0)
			return false;
		if (number == 1 && (value < 1 || value > 20))
			return false;
		seen |= 1u << number;
	}
	return at <= l->in->size_bytes && (seen & 1u << 7) != 0 &&
	       (seen & (1u << 2 | 1u << 8)) != 0;
}

/* The antivirus test file: in two halves, so that no file of ours is one. */
static bool
identify_is_eicar(const struct identify_look *l)
{
	static const char first[] = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-";
	static const char second[] = "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
	size_t n = sizeof(first) + sizeof(second) - 2;
	if (l->in->size_bytes > IDENTIFY_EICAR_MAX ||
	    !identify_has(l, 0, first, sizeof(first) - 1) ||
	    !identify_has(l, sizeof(first) - 1, second, sizeof(second) - 1))
		return false;
	for (size_t i = n; i < l->head_len; i++)
		if (memchr(" \t\r\n\x1a", l->head[i], 5) == NULL)
			return false;
	return true;
}

static void
identify_type(struct identify_look *l)
{
	identify_set(l, "data", NULL, false);
	if (l->in->size_bytes == 0) {
		identify_set(l, "empty", "inode/x-empty", true);
	} else if (identify_is_eicar(l)) {
		identify_set(l, "eicar", "text/plain", true);
		identify_find(l, "type/eicar", "malware", "high",
		    "The EICAR antivirus test file", NULL, 0);
		l->ret->malicious = true;
	} else if (identify_has(l, 0, "PK\3\4", 4) || identify_has(l, 0, "PK\5\6", 4)) {
		identify_zip(l);
	} else if (identify_by_magic(l)) {
		return;
	} else if (identify_is_pyc(l)) {
		identify_set(l, "pyc", "application/x-bytecode.python", true);
	} else if (identify_is_safetensors(l)) {
		identify_set(l, "safetensors", "application/x-safetensors", true);
	} else if (identify_is_torch_old(l)) {
		identify_set(l, "torch-legacy", "application/x-pickle", true);
	} else if (identify_pickle(l)) {
		identify_set(l, "pickle", "application/x-pickle", true);
	} else if (identify_is_tar(l)) {
		identify_set(l, "tar", "application/x-tar", true);
		if (identify_is_torch_tar(l))
			identify_set(l, "torch-tar", "application/x-tar", true);
	} else if (identify_is_iso9660(l)) {
		identify_set(l, "iso9660", "application/x-iso9660-image", true);
	} else if (identify_is_hdf5(l)) {
		identify_set(l, "hdf5", "application/x-hdf5", true);
	} else if (identify_is_onnx(l)) {
		identify_set(l, "onnx", "application/x-onnx", true);
	} else if (identify_is_saved_model(l)) {
		identify_set(l, "saved-model", "application/x-tensorflow", true);
	} else if (identify_pickle_old(l)) {
		identify_set(l, "pickle", "application/x-pickle", true);
	} else {
		(void)identify_text(l);
	}
}

enum err
identify(const struct identify_input *in, struct identify_result *ret)
{
	struct identify_look l = {.in = in, .ret = ret};
	size_t head_len =
	    in->size_bytes < IDENTIFY_WINDOW ? (size_t)in->size_bytes : IDENTIFY_WINDOW;
	size_t tail_len =
	    in->size_bytes < IDENTIFY_TAIL_BYTES ? (size_t)in->size_bytes : IDENTIFY_TAIL_BYTES;
	MEM_FREE uint8_t *head = mem_alloc(head_len + 1);
	MEM_FREE uint8_t *tail = mem_alloc(tail_len + 1);
	*ret = (struct identify_result){.type = "data"};
	if (head_len > 0 && !in->read(in->arg, 0, head, head_len))
		return ERR_IO;
	if (tail_len <= head_len)
		memcpy(tail, head, tail_len);
	else if (!in->read(in->arg, in->size_bytes - tail_len, tail, tail_len))
		return ERR_IO;
	l.head = head;
	l.head_len = head_len;
	l.tail = tail;
	l.tail_len = tail_len;
	identify_type(&l);
	if (in->size_bytes > 0) {
		identify_locked(&l);
		identify_polyglot(&l);
		identify_trailing(&l);
		identify_incomplete(&l);
		identify_notes(&l);
	}
	return l.failed ? ERR_IO : ERR_OK;
}
