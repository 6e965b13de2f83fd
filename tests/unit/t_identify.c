/* links: scanners/identify scanners/identify_zip scanners/identify_pickle scanners/identify_line scanners/identify_locked scanners/identify_model scanners/identify_more scanners/identify_note scanners/identify_source scanners/identify_text scanners/identify_trailing scanners/identify_mime scanners/digests scanners/object src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "scanners/identify.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

struct object {
	const uint8_t *bytes;
	size_t n;
	uint64_t fail_at; /* reading at or behind it fails */
	size_t reads;
};

static bool
read_object(void *arg, uint64_t at, void *out, size_t n)
{
	struct object *o = arg;
	o->reads++;
	assert_true(n > 0 && at + n <= o->n);
	if (at + n > o->fail_at)
		return false;
	memcpy(out, o->bytes + at, n);
	return true;
}

static struct identify_result
look(const void *bytes, size_t n)
{
	struct object o = {bytes, n, UINT64_MAX, 0};
	const struct identify_input in = {n, read_object, &o};
	struct identify_result r;
	assert_int_equal(identify(&in, &r), ERR_OK);
	return r;
}

#define S(s) s, sizeof(s) - 1

static void
beginnings(void **state)
{
	(void)state;
	static const struct {
		const char *what, *bytes;
		size_t n;
		const char *type, *mime; /* MIME NULL: libmagic is asked */
	} cases[] = {
	    {"empty", S(""), "empty", "inode/x-empty"},
	    {"text", S("hello\n"), "text", NULL},
	    {"control character", S("hello\1\n"), "data", NULL},
	    {"UTF-8", S("d\xc3\xa9j\xc3\xa0"), "text", NULL},
	    {"cut UTF-8 at the end of a whole file", S("d\xc3"), "data", NULL},
	    {"script", S("#!/bin/sh\n"), "script", NULL},
	    {"html", S(" \n<!doctype HTML>"), "html", "text/html"},
	    {"xml", S("<?xml version='1.0'?>"), "xml", NULL},
	    {"json object", S("{\"a\": [1, -2.5e3, true, null, \"x\\\"\"]}"), "json",
		"application/json"},
	    {"json array", S("[]\n"), "json", "application/json"},
	    {"json lines", S("{}\n{}\n"), "json", "application/x-ndjson"},
	    {"json with a comma too many", S("[1,]"), "text", NULL},
	    {"json without a colon", S("{\"a\" 1}"), "text", NULL},
	    {"json that is not closed", S("[1"), "text", NULL},
	    {"json closed by another", S("[1}"), "text", NULL},
	    {"section of an ini file", S("[section]\nkey=1\n"), "text", NULL},
	    {"number alone is no json", S("12"), "text", NULL},
	    {"word that begins like true", S("[truly]"), "text", NULL},
	    {"npy", S("\x93NUMPY\1\0v\0{}"), "npy", "application/x-npy"},
	    {"npy of a version that is none", S("\x93NUMPY\4\0v\0{}"), "data", NULL},
	    {"gguf", S("GGUF\3\0\0\0"), "gguf", "application/x-gguf"},
	    {"gguf big endian", S("GGUF\0\0\0\3"), "gguf", "application/x-gguf"},
	    {"gguf of a version that is none", S("GGUF\x09\0\0\0"), "data", NULL},
	    {"parquet", S("PAR1xxxxxxxxPAR1"), "parquet", "application/vnd.apache.parquet"},
	    {"text that begins like parquet", S("PAR1"), "text", NULL},
	    {"safetensors", S("\2\0\0\0\0\0\0\0{}"), "safetensors",
		"application/x-safetensors"},
	    {"safetensors header beyond the end", S("\x22\0\0\0\0\0\0\0{\"a"), "data", NULL},
	    {"pickle", S("\x80\2}q\0."), "pickle", "application/x-pickle"},
	    {"pickle that does not end", S("\x80\2}q\0"), "data", NULL},
	    {"onnx", S("\x08\x08\x12\x07pytorch\x3a\x02\x12\x00"), "onnx",
		"application/x-onnx"},
	    {"protobuf without a graph", S("\x08\x08\x12\x07pytorch\x00"), "data", NULL},
	    {"elf",
		S("\x7f"
		  "ELF\2\1\1"),
		"elf", NULL},
	    {"MZ without PE", S("MZ\x90\0\3\0\0\0"), "data", NULL},
	    {"java", S("\xca\xfe\xba\xbe\0\0\0\x37\0\0"), "java-class", NULL},
	    {"mach-o for two processors", S("\xca\xfe\xba\xbe\0\0\0\2\0\0"), "macho", NULL},
	    {"ar", S("!<arch>\nfoo.o/"), "ar", "application/x-archive"},
	    {"deb", S("!<arch>\ndebian-binary   "), "deb",
		"application/vnd.debian.binary-package"},
	    {"empty zip", S("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "zip",
		"application/zip"},
	    {"word BZh", S("BZhello world"), "text", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct identify_result r = look(cases[i].bytes, cases[i].n);
		bool mime = cases[i].mime == NULL
		                ? r.mime == NULL
		                : r.mime != NULL && strcmp(r.mime, cases[i].mime) == 0;
		if (strcmp(r.type, cases[i].type) != 0 || !mime)
			fail_msg("%s: %s %s", cases[i].what, r.type, r.mime);
	}
}

/* --- zip ------------------------------------------------------------------------- */

static size_t
put(uint8_t *out, size_t at, const void *bytes, size_t n)
{
	memcpy(out + at, bytes, n);
	return at + n;
}

static size_t
put_le(uint8_t *out, size_t at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[at++] = (uint8_t)(v >> (8 * i));
	return at;
}

/* An archive of empty members with these names; returns its length. */
static size_t
make_zip(
    uint8_t *out, const char *const *names, size_t count, size_t extra, const char *comment)
{
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		at = put(out, at, "PK\3\4", 4);
		memset(out + at, 0, 22);
		at = put_le(out, at + 22, strlen(names[i]), 2);
		at = put_le(out, at, 0, 2);
		at = put(out, at, names[i], strlen(names[i]));
	}
	size_t directory = at;
	for (size_t i = 0; i < count; i++) {
		at = put(out, at, "PK\1\2", 4);
		memset(out + at, 0, 42);
		put_le(out, at + 24, strlen(names[i]), 2);
		put_le(out, at + 26, extra, 2);
		at = put(out, at + 42, names[i], strlen(names[i]));
		memset(out + at, 0, extra);
		at += extra;
	}
	size_t end = at;
	at = put(out, at, "PK\5\6\0\0\0\0", 8);
	at = put_le(out, at, count, 2);
	at = put_le(out, at, count, 2);
	at = put_le(out, at, end - directory, 4);
	at = put_le(out, at, directory, 4);
	at = put_le(out, at, strlen(comment), 2);
	return put(out, at, comment, strlen(comment));
}

#define ZIP_ROOM (1 << 22)

static void
zip_members_name_the_type(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		const char *names[4];
		const char *type;
	} cases[] = {
	    {"wheel", {"a/b.py", "a-1.dist-info/METADATA", "a-1.dist-info/WHEEL"}, "wheel"},
	    {"half a wheel", {"a-1.dist-info/WHEEL"}, "zip"},
	    {"conda", {"metadata.json", "pkg-a.tar.zst", "info-a.tar.zst"}, "conda"},
	    {"docx", {"[Content_Types].xml", "word/document.xml"}, "docx"},
	    {"xlsx", {"[Content_Types].xml", "xl/workbook.xml"}, "xlsx"},
	    {"pptx", {"[Content_Types].xml", "ppt/presentation.xml"}, "pptx"},
	    {"npz", {"a.npy", "b/c.npy"}, "npz"},
	    {"npy and something else", {"a.npy", "b"}, "zip"},
	    {"torch", {"m/data.pkl", "m/version", "m/data/0"}, "torch"},
	    {"jar", {"META-INF/MANIFEST.MF", "A.class"}, "jar"},
	    {"plain", {"a", "b"}, "zip"},
	};
	MEM_FREE uint8_t *zip = mem_alloc(ZIP_ROOM);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = 0;
		while (count < 4 && cases[i].names[count] != NULL)
			count++;
		/* extra fields longer than what is read at once must not hide names */
		for (size_t extra = 0; extra <= 65000; extra += 65000) {
			size_t n = make_zip(zip, cases[i].names, count, extra, "a comment");
			struct identify_result r = look(zip, n);
			if (strcmp(r.type, cases[i].type) != 0 || r.findings != 0)
				fail_msg("%s, %zu: %s %zu", cases[i].what, extra, r.type,
				    r.findings);
		}
	}
}

static void
zip_with_thousands_of_members(void **state)
{
	(void)state;
	enum { MANY = 20000 };
	MEM_FREE uint8_t *zip = mem_alloc(ZIP_ROOM);
	const char **names = mem_array(MANY, sizeof(*names));
	for (size_t i = 0; i < MANY; i++)
		names[i] = "some/where";
	names[MANY - 2] = "x-1.dist-info/WHEEL";
	names[MANY - 1] = "x-1.dist-info/METADATA";
	struct identify_result r = look(zip, make_zip(zip, names, MANY, 0, ""));
	assert_string_equal(r.type, "wheel");
	free(names);
}

static bool
has_rule(const struct identify_result *r, const char *rule)
{
	for (size_t i = 0; i < r->findings; i++)
		if (strcmp(r->finding[i].rule, rule) == 0)
			return true;
	return false;
}

/* R15: a type by its first bytes alone does not see the second half. */
static void
polyglots(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "b"};
	static const struct {
		const char *what, *before;
		size_t before_len;
		const char *after, *rule; /* NULL: none */
	} cases[] = {
	    {"zip alone", S(""), "", NULL},
	    {"zip behind ELF",
		S("\x7f"
		  "ELF\2\1\1"),
		"", "polyglot/zip"},
	    {"zip behind a script", S("#!/bin/sh\n"), "", "polyglot/zip"},
	    {"zip behind PDF", S("%PDF-1.4\n%%EOF\n"), "", "polyglot/zip"},
	    {"zip behind html", S("<html>"), "", "polyglot/zip"},
	    {"zip behind rubbish", S("\1\2\3"), "", "polyglot/zip"},
	    {"zip behind PK", S("PKzip"), "", "polyglot/zip"},
	    {"zip behind ELF, rubbish behind it",
		S("\x7f"
		  "ELF\2\1\1"),
		"rubbish", "polyglot/zip"},
	    {"zip in an ar archive", S("!<arch>\nx.zip/"), "\n", NULL},
	};
	MEM_FREE uint8_t *zip = mem_alloc(ZIP_ROOM);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(zip, cases[i].before, cases[i].before_len);
		size_t n =
		    cases[i].before_len + make_zip(zip + cases[i].before_len, names, 2, 0, "");
		n = put(zip, n, cases[i].after, strlen(cases[i].after));
		struct identify_result r = look(zip, n);
		if (cases[i].rule == NULL ? r.findings != 0 : !has_rule(&r, cases[i].rule))
			fail_msg("%s: %s, %zu findings", cases[i].what, r.type, r.findings);
	}
	struct identify_result r = look(S("GIF89axx%PDF-1.4"));
	assert_true(has_rule(&r, "polyglot/pdf"));
	r = look(S("text\n%PDF-1.4\n%%EOF\n"));
	assert_true(has_rule(&r, "polyglot/pdf"));
	r = look(S("text about %PDF-1.4\n"));
	assert_int_equal(r.findings, 0);
}

static void
eicar(void **state)
{
	(void)state;
	char text[160];
	int n = snprintf(text, sizeof(text), "%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-",
	    "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");
	assert_int_equal(n, 68);
	memset(text + n, ' ', sizeof(text) - (size_t)n);
	static const struct {
		size_t len;
		bool malicious;
	} cases[] = {{67, false}, {68, true}, {69, true}, {128, true}, {129, false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct identify_result r = look(text, cases[i].len);
		assert_int_equal(r.malicious, cases[i].malicious);
		assert_int_equal(has_rule(&r, "type/eicar"), cases[i].malicious);
	}
	text[70] = 'x';
	assert_false(look(text, 80).malicious);
}

static void
unfinished_downloads(void **state)
{
	(void)state;
	enum { MIB = 1 << 20 };
	MEM_FREE uint8_t *big = mem_alloc(3 * MIB);
	memset(big, 1, 2 * MIB);
	struct identify_result r = look(big, 3 * MIB);
	assert_true(has_rule(&r, "type/zero-tail"));
	big[2 * MIB] = 1;
	r = look(big, 3 * MIB);
	assert_int_equal(r.findings, 0);
	r = look(S("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"));
	assert_string_equal(r.type, "lfs-pointer");
	assert_string_equal(r.finding[0].detail, "oid sha256:00 size 12");
	r = look(S("PK\3\4 and no more"));
	assert_true(has_rule(&r, "type/zip-no-end"));
	r = look(S("PAR1xxxxxxxxxxxx"));
	assert_true(has_rule(&r, "type/parquet-no-end"));
}

static void
pickles(void **state)
{
	(void)state;
	/* a length that leads beyond the end; one that is negative */
	struct identify_result r =
	    look(S("\x80\4}q\0}q\1\x8e\xff\xff\xff\xff\xff\xff\xff\xff."));
	assert_string_equal(r.type, "pickle");
	assert_true(has_rule(&r, "type/pickle-broken"));
	r = look(S("\x80\2}q\0}q\1T\xff\xff\xff\xff."));
	assert_true(has_rule(&r, "type/pickle-broken"));
	/* a large argument is skipped, not read */
	size_t n = 50 << 20;
	uint8_t *big = mem_alloc(n);
	size_t at = put(big, 0, "\x80\4\x8e", 3);
	put_le(big, at, n - 12, 8);
	big[n - 1] = '.';
	struct object o = {big, n, UINT64_MAX, 0};
	const struct identify_input in = {n, read_object, &o};
	assert_int_equal(identify(&in, &r), ERR_OK);
	assert_string_equal(r.type, "pickle");
	assert_false(has_rule(&r, "type/pickle-broken"));
	assert_true(o.reads < 64);
	free(big);
}

static void
a_failed_read_is_no_answer(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "b"};
	MEM_FREE uint8_t *zip = mem_alloc(ZIP_ROOM);
	size_t n = make_zip(zip, names, 2, 60000, "");
	for (uint64_t at = 0; at < n; at += 5000) {
		struct object o = {zip, n, at, 0};
		const struct identify_input in = {n, read_object, &o};
		struct identify_result r;
		assert_int_equal(identify(&in, &r), ERR_IO);
	}
}

static void
types_of_mime(void **state)
{
	(void)state;
	assert_string_equal(identify_mime_type("text/x-c"), "text");
	assert_string_equal(identify_mime_type("image/svg+xml"), "svg");
	assert_string_equal(identify_mime_type("image/tiff"), "image");
	assert_string_equal(identify_mime_type("application/octet-stream"), "data");
	assert_null(identify_mime_type("application/x-what"));
	assert_null(identify_mime_type("text"));
}

static const char *
fact(const struct identify_result *r, const char *key)
{
	for (size_t i = 0; i < r->facts; i++)
		if (strcmp(r->fact[i].key, key) == 0)
			return r->fact[i].value;
	return "";
}

/* R11: protocols 0 and 1 have no mark and look like a text. */
static void
old_pickles(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *type, *rule;
	} rows[] = {
	    {S("cos\nsystem\n(S'id'\ntR."), "pickle", NULL},
	    {S("cposix\nsystem\np0\n(S'id'\np1\ntp2\nRp3\n."), "pickle", NULL},
	    {S("(ios\nsystem\n."), "pickle", NULL},
	    {S("(S'id'\nios\nsystem\n."), "pickle", NULL},
	    {S("(dp0\nS'a'\np1\nI1\ns."), "pickle", NULL},
	    {S("(lp0\nI1\naI2\na."), "pickle", NULL},
	    {S("}q\0X\1\0\0\0aq\1K\1s."), "pickle", NULL},
	    /* what was called has been called, whatever follows */
	    {S("cos\nsystem\n(S'id'\ntRhello"), "pickle", "type/pickle-broken"},
	    {S("cos\nsystem\n(S'id'\ntR"), "pickle", "type/pickle-broken"},
	    /* nothing is made or kept: too little to tell */
	    {S("I1\n."), "text", NULL},
	    {S("N."), "text", NULL},
	    {S("(."), "text", NULL},
	    {S("]."), "text", NULL},
	    {S("I am a text.\nLike any other.\n"), "text", NULL},
	    {S("cos\nsystem\n"), "text", NULL},
	    {S("Software is what this is about.\n"), "text", NULL},
	    {S("(c) 2020 by nobody\np0\n."), "text", NULL},
	    {S("p0\n.\n"), "text", NULL},
	    {S("Gabcdefghp0\n."), "pickle", NULL},
	    {S("(((((((((tttttttttp0\n."), "pickle", NULL},
	    {S("ttp0\n."), "text", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identify_result r = look(rows[i].bytes, rows[i].n);
		if (strcmp(r.type, rows[i].type) != 0 ||
		    (rows[i].rule != NULL ? !has_rule(&r, rows[i].rule) : r.findings != 0))
			fail_msg("row %zu: %s", i, r.type);
	}
}

static void
models(void **state)
{
	static const char *const keras[] = {"config.json", "model.weights.h5", "metadata.json"};
	static const char *const mar[] = {"MAR-INF/MANIFEST.json", "model.pt"};
	static const char *const skops[] = {"schema.json", "1.npy"};
	static const char *const classes[] = {"a/B.class"};
	static const struct {
		const char *const *names;
		size_t n;
		const char *type;
	} zips[] = {{keras, 3, "keras"}, {mar, 2, "torch-serve"}, {skops, 2, "skops"},
	    {classes, 1, "jar"}};
	static const char *const members[] = {"pickle", "storages", "tensors", "sys_info"};
	MEM_FREE uint8_t *zip = mem_alloc(ZIP_ROOM);
	(void)state;
	for (size_t i = 0; i < sizeof(zips) / sizeof(zips[0]); i++) {
		size_t n = make_zip(zip, zips[i].names, zips[i].n, 0, "");
		assert_string_equal(look(zip, n).type, zips[i].type);
	}
	struct identify_result r =
	    look(S("\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3."));
	assert_string_equal(r.type, "torch-legacy");
	r = look(S("\x08\1\x12\x06\x0a\x02\x12\x00\x12\x00"));
	assert_string_equal(r.type, "saved-model");
	r = look(S("\x08\1\x12\x07\x0a\x02\x12\x00\x12\x00"));
	assert_string_equal(r.type, "data");
	for (size_t count = 3; count <= 4; count++) {
		memset(zip, 0, 512 * 6);
		for (size_t i = 0; i < count; i++) {
			uint8_t *h = zip + 512 * i;
			unsigned sum = 256;
			snprintf((char *)h, 100, "%s", members[i]);
			snprintf((char *)h + 124, 12, "%011o", 0u);
			for (size_t k = 0; k < 512; k++)
				sum += h[k];
			snprintf((char *)h + 148, 8, "%06o", sum);
			h[155] = ' ';
		}
		r = look(zip, 512 * 6);
		assert_string_equal(r.type, count == 4 ? "torch-tar" : "tar");
	}
}

#define JPEG "\xff\xd8\xff\xe0\0\4ab\xff\xda\0\2\1\xff\0\2\xff\xd3\3\xff\xd9"
#define GIF                                                                        \
	"GIF89a\1\0\1\0\x80\0\0abcdef\x21\xf9\4\0\0\0\0\0\x2c\0\0\0\0\1\0\1\0\0\2" \
	"\2\x44\1\0\x3b"

/* R15: what is behind the end of a picture is seen by nobody else. */
static void
behind_the_end_of_a_picture(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *rule; /* NULL: none */
		uint64_t at;
	} rows[] = {
	    {S(JPEG), NULL, 0},
	    {S(JPEG "\0\0\0"), NULL, 0},
	    {S(JPEG "hello"), "type/trailing", sizeof(JPEG) - 1},
	    {S(JPEG "\xff\xd8\xff"), "type/trailing", sizeof(JPEG) - 1},
	    {S("\xff\xd8\xff\xe0\0\4ab\xff\xda\0\2\1\xff\0"), "type/no-end", 0},
	    {S("\xff\xd8\xff\xe0\xff\xff"), "type/no-end", 0},
	    {S("\xff\xd8\xff\xe0\0\1"), "type/no-end", 0},
	    {S(GIF), NULL, 0},
	    {S(GIF "x"), "type/trailing", sizeof(GIF) - 1},
	    {S("GIF89a\1\0\1\0\x80\0\0abcdef\x21\xf9\4\0"), "type/no-end", 0},
	    {S("RIFF\4\0\0\0WAVE"), "type/no-end", 0},
	    {S("RIFF\6\0\0\0WAVEab"), NULL, 0},
	    {S("RIFF\6\0\0\0WAVEabc"), "type/trailing", 14},
	    {S("RIFF\5\0\0\0WAVEa"), NULL, 0},
	    {S("RIFF\5\0\0\0WAVEa\0"), NULL, 0},
	    {S("RIFF\xff\0\0\0WAVEa"), "type/no-end", 0},
	    {S("RIFF\6\0\0\0AVI abc"), NULL, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identify_result r = look(rows[i].bytes, rows[i].n);
		if (rows[i].rule == NULL
			? r.findings != 0
			: !has_rule(&r, rows[i].rule) || r.finding[0].at != rows[i].at)
			fail_msg("row %zu: %zu findings, %s", i, r.findings,
			    r.findings > 0 ? r.finding[0].rule : "");
	}
}

#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
facts_for_others(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *key, *value; /* "": none */
	} rows[] = {
	    {S("version https://git-lfs.github.com/spec/v1\noid sha256:" SHA "\nsize 12\n"),
		"lfs_sha256", SHA},
	    {S("version https://git-lfs.github.com/spec/v1\noid sha256:" SHA "\nsize 12\n"),
		"lfs_bytes", "12"},
	    {S("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize x\n"),
		"lfs_sha256", ""},
	    {S("<html><head><title>404 Not Found</title>"), "error_page", "html"},
	    {S("<html><head><title>A manual</title>"), "error_page", ""},
	    {S("{\"error\": \"Repository not found\"}"), "error_page", "json"},
	    {S("{\"name\": \"error\"}"), "error_page", ""},
	    {S("<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code></Error>"), "error_page",
		"xml"},
	    {S(SHA "  a\n"), "list", "digests"},
	    {S("SHA256 (a) = " SHA "\n"), "list", "digests"},
	    {S("\xef\xbb\xbf" SHA "  a\r\n"), "list", "digests"},
	    {S(SHA "  a\0" SHA "  b\0"), "list", "digests"},
	    {S("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" SHA "  a\n"), "list",
		"digests"},
	    {S(SHA "\n" SHA "\n"), "list", ""},
	    {S("a text\n"), "list", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identify_result r = look(rows[i].bytes, rows[i].n);
		if (strcmp(fact(&r, rows[i].key), rows[i].value) != 0)
			fail_msg("row %zu: %s", i, fact(&r, rows[i].key));
	}
}

static void
leavings_by_their_content(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} rows[] = {
	    {S("\0\0\0\1Bud1\0\0\x10\0")},
	    {S("\0\5\x16\7\0\2\0\0Mac OS X        ")},
	    {S("[.ShellClassInfo]\r\nIconFile=x\r\n")},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identify_result r = look(rows[i].bytes, rows[i].n);
		assert_true(has_rule(&r, "type/leavings"));
	}
}

/* One byte less than 4 GiB, and twice that, is where FAT32 cuts. */
static bool
read_nothing(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	(void)at;
	memset(out, 'x', n);
	return true;
}

static void
cut_by_fat(void **state)
{
	static const struct {
		uint64_t size;
		bool said;
	} rows[] = {{UINT64_C(4294967294), false}, {UINT64_C(4294967295), true},
	    {UINT64_C(4294967296), false}, {UINT64_C(8589934591), true}};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct identify_input in = {rows[i].size, read_nothing, NULL};
		struct identify_result r;
		assert_int_equal(identify(&in, &r), ERR_OK);
		assert_int_equal(has_rule(&r, "type/fat-limit"), rows[i].said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(old_pickles),
	    cmocka_unit_test(models),
	    cmocka_unit_test(behind_the_end_of_a_picture),
	    cmocka_unit_test(facts_for_others),
	    cmocka_unit_test(leavings_by_their_content),
	    cmocka_unit_test(cut_by_fat),
	    cmocka_unit_test(beginnings),
	    cmocka_unit_test(zip_members_name_the_type),
	    cmocka_unit_test(zip_with_thousands_of_members),
	    cmocka_unit_test(polyglots),
	    cmocka_unit_test(eicar),
	    cmocka_unit_test(unfinished_downloads),
	    cmocka_unit_test(pickles),
	    cmocka_unit_test(a_failed_read_is_no_answer),
	    cmocka_unit_test(types_of_mime),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
