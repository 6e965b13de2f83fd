/* links: scanners/identify scanners/identify_zip scanners/identify_pickle scanners/identify_line scanners/identify_locked scanners/identify_source scanners/identify_text scanners/identify_mime src/base/mem src/base/utf8 */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
