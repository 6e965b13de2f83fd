/* links: scanners/unpack scanners/unpack_codec scanners/unpack_flow scanners/unpack_iso scanners/unpack_kind scanners/unpack_lib scanners/unpack_pax scanners/unpack_cpio scanners/unpack_rar scanners/unpack_stream scanners/unpack_tar scanners/unpack_tree scanners/unpack_lock scanners/unpack_zip scanners/zipcrypt scanners/zipwalk scanners/object src/core/name src/core/name_type src/core/digest src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Containers of every kind but tar: what they hold, and what is wrong with them. */
#include "tests/unit/shell.h"
#include "tests/unit/unpacked.h"
#include "src/base/io.h"

#include <zlib.h>

/* --- deflate ------------------------------------------------------------------------ */

/* window 31: gzip, -15: bare */
static struct buf
deflated(const char *data, size_t n, int window)
{
	struct buf b;
	uint8_t out[65536];
	z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)data, .avail_in = (uInt)n};
	buf_init(&b, 1 << 24);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	int status = Z_OK;
	while (status == Z_OK) {
		z.next_out = out;
		z.avail_out = sizeof(out);
		status = deflate(&z, Z_FINISH);
		assert_int_equal(buf_add(&b, out, sizeof(out) - z.avail_out), ERR_OK);
	}
	assert_int_equal(status, Z_STREAM_END);
	deflateEnd(&z);
	return b;
}

static void
check(const char *what, const void *bytes, size_t n, enum scan_verdict verdict,
    const char *rules, const char *said)
{
	struct unpacked x = {.bytes = bytes, .n = n};
	unpacked_run(&x);
	assert_unpacked(what, &x, verdict, rules, said);
	unpacked_done(&x);
}

static void
a_gzip_stream_is_one_file(void **state)
{
	struct buf b = deflated("hello", 5, 31), two = deflated(" world", 6, 31);
	struct buf empty = deflated("", 0, 31);
	(void)state;
	check("one", b.data, b.len, SCAN_CLEAN, "", "contents=hello ");
	check("nothing", empty.data, empty.len, SCAN_CLEAN, "", "contents= ");
	size_t n = b.len;
	for (size_t cut = 3; cut < n; cut++)
		check("cut", b.data, cut, SCAN_INCOMPLETE, "archive/cut", NULL);
	(void)buf_add(&b, two.data, two.len);
	check("two", b.data, b.len, SCAN_CLEAN, "archive/streams", "contents=hello world ");
	for (size_t cut = n + 3; cut < b.len; cut++)
		check("the second cut", b.data, cut, SCAN_INCOMPLETE,
		    "archive/cut archive/streams", NULL);
	n = b.len;
	(void)buf_add(&b, "\0\0\0", 3);
	check("padding", b.data, b.len, SCAN_CLEAN, "archive/streams", "contents=hello world ");
	(void)buf_add(&b, "x", 1);
	check("something behind", b.data, b.len, SCAN_INCOMPLETE,
	    "archive/after archive/streams", "contents=hello world ");
	b.data[n - 1] ^= 1;
	check("another size", b.data, n, SCAN_INVALID, "archive/broken archive/streams", NULL);
	b.data[n - 1] ^= 1;
	b.data[n - 5] ^= 1;
	check("another sum", b.data, n, SCAN_INVALID, "archive/broken archive/streams", NULL);
	buf_done(&b);
	buf_done(&two);
	buf_done(&empty);
}

static void
the_name_in_a_gzip_header_is_the_members(void **state)
{
	static const struct {
		const char *name;
		enum scan_verdict verdict;
		const char *rules, *said;
	} rows[] = {
	    {"notes.txt", SCAN_CLEAN, "", "notes.txt=hello "},
	    {"../notes.txt", SCAN_SUSPICIOUS, "archive/leaves", "../notes.txt=hello "},
	    {"/etc/passwd", SCAN_SUSPICIOUS, "archive/leaves", "/etc/passwd=hello "},
	};
	struct buf b = deflated("hello", 5, 31);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf named;
		buf_init(&named, 1 << 16);
		(void)buf_add(&named, b.data, 10);
		(void)buf_add(&named, rows[i].name, strlen(rows[i].name) + 1);
		(void)buf_add(&named, b.data + 10, b.len - 10);
		named.data[3] |= 8;
		check(rows[i].name, named.data, named.len, rows[i].verdict, rows[i].rules,
		    rows[i].said);
		buf_done(&named);
	}
	buf_done(&b);
}

static void
what_comes_out_of_a_stream_is_limited(void **state)
{
	static char zeros[300000];
	struct buf b = deflated(zeros, sizeof(zeros), 31);
	(void)state;
	for (uint64_t less = 0; less < 2; less++) {
		struct unpacked x = {
		    .bytes = b.data, .n = b.len, .limits.bytes = sizeof(zeros) - less};
		unpacked_run(&x);
		assert_unpacked("zeros", &x, less ? SCAN_INCOMPLETE : SCAN_CLEAN,
		    less ? "archive/limit-bytes" : "", NULL);
		unpacked_done(&x);
	}
	buf_done(&b);
}

/* --- zip: what is in it ------------------------------------------------------------------- */

struct file {
	const char *name;
	const void *packed;
	size_t packed_len;
	const char *data;
	uint16_t method, flags;
	uint32_t mode;
	uint32_t bytes, sum; /* claimed, 0: the truth */
};

static void
put(struct buf *b, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		(void)buf_add_byte(b, (uint8_t)v);
}

static void
put_claims(struct buf *b, const struct file *f)
{
	size_t n = strlen(f->data);
	uint32_t sum = (uint32_t)crc32(0, (const Bytef *)f->data, (uInt)n);
	put(b, f->flags, 2);
	put(b, f->method, 2);
	put(b, 0, 4);
	put(b, f->sum != 0 ? f->sum : sum, 4);
	put(b, f->packed != NULL ? f->packed_len : n, 4);
	put(b, f->bytes != 0 ? f->bytes : n, 4);
	put(b, strlen(f->name), 2);
	put(b, 0, 2);
}

static struct buf
zip(const struct file *files, size_t n)
{
	struct buf b;
	size_t at[8];
	buf_init(&b, 1 << 24);
	for (size_t i = 0; i < n; i++) {
		const struct file *f = &files[i];
		at[i] = b.len;
		(void)buf_add(&b, "PK\3\4\24\0", 6);
		put_claims(&b, f);
		(void)buf_add_str(&b, f->name);
		if (f->packed != NULL)
			(void)buf_add(&b, f->packed, f->packed_len);
		else
			(void)buf_add_str(&b, f->data);
	}
	size_t directory = b.len;
	for (size_t i = 0; i < n; i++) {
		(void)buf_add(&b, "PK\1\2\24\3\24\0", 8);
		put_claims(&b, &files[i]);
		put(&b, 0, 2 + 2 + 2);
		put(&b, (uint64_t)files[i].mode << 16, 4);
		put(&b, at[i], 4);
		(void)buf_add_str(&b, files[i].name);
	}
	size_t end = b.len;
	(void)buf_add(&b, "PK\5\6\0\0\0\0", 8);
	put(&b, n, 2);
	put(&b, n, 2);
	put(&b, end - directory, 4);
	put(&b, directory, 4);
	put(&b, 0, 2);
	return b;
}

static void
check_zip(const char *what, const struct file *files, size_t n, enum scan_verdict verdict,
    const char *rules, const char *said)
{
	struct buf b = zip(files, n);
	check(what, b.data, b.len, verdict, rules, said);
	buf_done(&b);
}

static void
zip_members_must_be_what_they_claim(void **state)
{
	struct buf d = deflated("hello hello hello", 17, -15);
	struct buf more = deflated("hello hello hello", 17, -15);
	(void)state;
	(void)buf_add_byte(&more, 0);
#define PACKED .packed = d.data, .packed_len = d.len, .method = 8
	const struct {
		const char *what;
		struct file file;
		enum scan_verdict verdict;
		const char *rules, *said;
	} rows[] = {
	    {"stored", {.name = "a", .data = "alpha"}, SCAN_CLEAN, "", "a=alpha "},
	    {"deflated", {.name = "a", .data = "hello hello hello", PACKED}, SCAN_CLEAN, "",
		"a=hello hello hello "},
	    {"a folder", {.name = "d/", .data = "", .mode = 0040755}, SCAN_CLEAN, "",
		"d/:directory "},
	    {"a link", {.name = "l", .data = "a", .mode = 0120777}, SCAN_CLEAN,
		"archive/link-dangling", "l:link>a l=a "},
	    {"a packed link",
		{.name = "l", .data = "hello hello hello", PACKED, .mode = 0120777}, SCAN_CLEAN,
		"archive/link-dangling", "l:link>hello hello hello l=hello hello hello "},
	    {"a link that leaves", {.name = "l", .data = "../a", .mode = 0120777},
		SCAN_SUSPICIOUS, "archive/link-leaves", "l:link>../a l=../a "},
	    {"longer than it claims",
		{.name = "a", .data = "hello hello hello", PACKED, .bytes = 16}, SCAN_INVALID,
		"archive/size", NULL},
	    {"shorter than it claims",
		{.name = "a", .data = "hello hello hello", PACKED, .bytes = 18}, SCAN_INVALID,
		"archive/size", NULL},
	    {"another sum", {.name = "a", .data = "hello hello hello", PACKED, .sum = 1},
		SCAN_INVALID, "archive/sum", "a=hello hello hello(broken) "},
	    {"another sum, stored", {.name = "a", .data = "alpha", .sum = 1}, SCAN_INVALID,
		"archive/sum", "a=alpha(broken) "},
	    {"bytes behind the data",
		{.name = "a",
		    .data = "hello hello hello",
		    .packed = more.data,
		    .packed_len = more.len,
		    .method = 8},
		SCAN_INVALID, "archive/size", NULL},
	    {"data that end too early",
		{.name = "a",
		    .data = "hello hello hello",
		    .packed = d.data,
		    .packed_len = d.len - 1,
		    .method = 8},
		SCAN_INVALID, "archive/size", NULL},
	    {"no data of deflate",
		{.name = "a", .data = "x", .packed = "\7\7\7\7", .packed_len = 4, .method = 8},
		SCAN_INVALID, "archive/broken", "a=(broken) "},
	    {"encrypted", {.name = "a", .data = "xyzxyzxyzxyz", .flags = 1}, SCAN_INCOMPLETE,
		"archive/encrypted", "a:file(encrypted) "},
	    {"an unknown way", {.name = "a", .data = "x", .method = 77}, SCAN_INCOMPLETE,
		"archive/method", "a:file(packed in an unknown way) "},
	    {"patched", {.name = "a", .data = "x", .flags = 0x20}, SCAN_INCOMPLETE,
		"archive/zip-flags archive/method", "a:file(packed in an unknown way) "},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_zip(rows[i].what, &rows[i].file, 1, rows[i].verdict, rows[i].rules,
		    rows[i].said);
	buf_done(&d);
	buf_done(&more);
}

static void
an_encrypted_zip_says_so_in_one_word(void **state)
{
	const struct file f[] = {
	    {.name = "a", .data = "xyzxyzxyzxyz", .flags = 1}, {.name = "b", .data = "beta"}};
	struct buf b = zip(f, 2);
	(void)state;
	struct unpacked x = {.bytes = b.data, .n = b.len};
	unpacked_run(&x);
	assert_unpacked(
	    "encrypted", &x, SCAN_INCOMPLETE, "archive/encrypted", "a:file(encrypted) b=beta ");
	assert_string_equal(x.u.why, "encrypted");
	unpacked_done(&x);
	buf_done(&b);
}

static void
a_refused_zip_gives_nothing_back(void **state)
{
	const struct file f[] = {{.name = "a", .data = "alpha"}, {.name = "a", .data = "beta"}};
	(void)state;
	check_zip("same name", f, 2, SCAN_INVALID, "archive/same-name", "");
}

/* --- what else bytes may be ------------------------------------------------------------------
 */

static void
what_is_no_container_is_none(void **state)
{
	static const char *const texts[] = {"", "P", "PK", "hello", "BZh9 is a word",
	    "070701 text", "sqsh is a shell", "xar!", "LRZIP", "!<arch", "\x1f\x8b",
	    "\x1f\x9d text", "\x60\xea text that is no archive", "]\0\0"};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(texts[i], texts[i], strlen(texts[i]), SCAN_NA, "", "");
}

static void
a_kind_that_cannot_be_opened_is_named(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
	} rows[] = {
#define KIND(name, text) {name, text "\0", sizeof(text "\0") - 1}
	    KIND("rpm", "\xed\xab\xee\xdb\3\0"),
	    KIND("xar", "xar!\0\x1c\0\1"),
	    KIND("thin ar", "!<thin>\n"),
	    KIND("compress (.Z)", "\x1f\x9d\x90xyz"),
	    KIND("gzip of old", "\x1f\x9e\x08\0\0\0\0\0\0\3"),
	    KIND("gzip of old", "\x1f\x1e\0\0\0\5\3abc"),
	    KIND("LZ4 of old", "\x02\x21\x4c\x18\0\0\0\0"),
	    KIND("LZ4 of old", "\x50\x2a\x4d\x18\0\0\0\0\x02\x21\x4c\x18\0\0\0\0"),
	    KIND("squashfs", "hsqs\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0"),
	    KIND("disk image (QCOW)", "QFI\xfb\0\0\0\3"),
	    KIND("Windows image", "MSWIM\0\0\0"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct unpacked x = {.bytes = (const uint8_t *)rows[i].bytes, .n = rows[i].n};
		unpacked_run(&x);
		assert_unpacked(rows[i].name, &x, SCAN_INCOMPLETE, "archive/not-opened", "");
		assert_string_equal(x.u.kind, rows[i].name);
		assert_memory_equal(x.details.data, rows[i].name, strlen(rows[i].name));
		unpacked_done(&x);
	}
}

static void
a_zip_behind_something_is_seen(void **state)
{
	const struct file f[] = {{.name = "a", .data = "alpha"}};
	struct buf b = zip(f, 1), whole;
	(void)state;
	buf_init(&whole, 1 << 20);
	(void)buf_add_str(&whole, "#!/usr/bin/python3\n");
	(void)buf_add(&whole, b.data, b.len);
	check("behind a script", whole.data, whole.len, SCAN_INCOMPLETE, "archive/before", "");
	/* Python, unzip and 7-Zip find it all the same */
	for (size_t n = 0; n < 30000; n += n + 1) {
		(void)buf_add_byte(&whole, 'x');
		for (size_t i = 0; i < n; i++)
			(void)buf_add_byte(&whole, '-');
		check("before something", whole.data, whole.len, SCAN_INCOMPLETE,
		    "archive/before", "");
	}
	/* nothing is behind two letters that look like it */
	check("a word of it", "a program that knows PK\5\6, and the zeros ...........", 50,
	    SCAN_NA, "", "");
	/* one of several volumes says so in front */
	check("a part", "PK\7\10rest", 8, SCAN_INCOMPLETE, "archive/part", "");
	buf_done(&whole);
	buf_done(&b);
}

/* What a program passes over in a header is an archive to another one. */
static void
a_zip_in_a_gzip_header_is_seen(void **state)
{
	const struct file f[] = {{.name = "a", .data = "alpha"}};
	struct buf hidden = zip(f, 1), b = deflated("hello", 5, 31), second;
	(void)state;
	const size_t rows[] = {64, 65, hidden.len};
	for (size_t i = 0; i < 6; i++) {
		const size_t n = rows[i / 2];
		buf_init(&second, 1 << 16);
		if (i % 2 == 1)
			(void)buf_add(&second, b.data, b.len);
		size_t at = second.len;
		(void)buf_add(&second, b.data, 10);
		second.data[at + 3] |= 4;
		(void)buf_add_byte(&second, (uint8_t)n);
		(void)buf_add_byte(&second, (uint8_t)(n >> 8));
		for (size_t k = 0; k < n; k++)
			(void)buf_add_byte(&second, n == hidden.len ? hidden.data[k] : 0);
		(void)buf_add(&second, b.data + 10, b.len - 10);
		check(i % 2 == 1 ? "of the second" : "of the first", second.data, second.len,
		    n > 64 ? SCAN_SUSPICIOUS : SCAN_CLEAN,
		    n <= 64      ? (i % 2 == 1 ? "archive/streams" : "")
		    : i % 2 == 1 ? "archive/streams archive/header-data"
				 : "archive/header-data",
		    NULL);
		buf_done(&second);
	}
	buf_done(&hidden);
	buf_done(&b);
}

/* The same bytes, a gzip stream to one and an image of a disc to another. */
static void
two_kinds_at_once_are_told(void **state)
{
	static uint8_t bytes[40000];
	struct buf b = deflated("hello", 5, 31);
	(void)state;
	memcpy(bytes, b.data, b.len);
	memcpy(bytes + 32769, "BEA01", 5);
	struct unpacked x = {.bytes = bytes, .n = sizeof(bytes)};
	unpacked_run(&x);
	assert_unpacked("two", &x, SCAN_INCOMPLETE,
	    "archive/two-kinds archive/not-opened archive/after", "contents=hello ");
	unpacked_done(&x);
	buf_done(&b);
}

static void
frames_that_are_passed_over_are_told(void **state)
{
	/* an empty frame of zstd, with and without something to pass over */
	static const char frame[] = "\x28\xb5\x2f\xfd\x20\0\1\0\0";
	char bytes[128];
	(void)state;
	check("none", frame, 9, SCAN_CLEAN, "", "contents= ");
	for (uint8_t n = 16; n <= 17; n++) {
		memcpy(bytes, frame, 9);
		memcpy(bytes + 9, "\x50\x2a\x4d\x18", 4);
		memset(bytes + 13, 0, sizeof(bytes) - 13);
		bytes[13] = (char)n;
		check("one", bytes, 17u + n, n > 16 ? SCAN_SUSPICIOUS : SCAN_CLEAN,
		    n > 16 ? "archive/skipped-frames" : "", "contents= ");
	}
}

/* --- RAR, block by block: nothing in Debian makes one ------------------------------ */

static void
put_sealed(struct buf *b, const struct buf *body, size_t sum_bytes)
{
	put(b, crc32(0, body->data, (uInt)body->len), sum_bytes);
	(void)buf_add(b, body->data, body->len);
}

static void
put_rar4(struct buf *b, uint8_t type, uint16_t flags, const char *name, const char *data)
{
	struct buf body;
	size_t n = strlen(data);
	buf_init(&body, 4096);
	put(&body, type, 1);
	put(&body, flags, 2);
	put(&body, type == 0x73 ? 13 : type == 0x74 ? 32 + strlen(name) : 7, 2);
	if (type == 0x73)
		put(&body, 0, 6);
	if (type == 0x74) {
		put(&body, n, 4);
		put(&body, n, 4);
		put(&body, 3, 1);
		put(&body, crc32(0, (const Bytef *)data, (uInt)n), 4);
		put(&body, 0x50000000, 4);
		put(&body, 20, 1);
		put(&body, 0x30, 1);
		put(&body, strlen(name), 2);
		put(&body, 0100644, 4);
		(void)buf_add_str(&body, name);
	}
	put_sealed(b, &body, 2);
	(void)buf_add_str(b, data);
	buf_done(&body);
}

/* Numbers below 128 are one byte. */
static void
put_rar5(struct buf *b, uint8_t type, uint8_t flags, const char *name, const char *data)
{
	struct buf body, sized;
	size_t n = strlen(data);
	buf_init(&body, 4096);
	buf_init(&sized, 4096);
	put(&body, type, 1);
	put(&body, type == 2 ? 2 : 0, 1);
	if (type == 2) {
		put(&body, n, 1);
		put(&body, 4, 1);
		put(&body, n, 1);
		put(&body, 0x24, 1);
		put(&body, crc32(0, (const Bytef *)data, (uInt)n), 4);
		put(&body, 0, 1);
		put(&body, 1, 1);
		put(&body, strlen(name), 1);
		(void)buf_add_str(&body, name);
	} else
		put(&body, flags, 1);
	put(&sized, body.len, 1);
	(void)buf_add(&sized, body.data, body.len);
	put_sealed(b, &sized, 4);
	(void)buf_add_str(b, data);
	buf_done(&body);
	buf_done(&sized);
}

static struct buf
rar(unsigned version, bool volume, bool end)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	if (version == 4) {
		(void)buf_add(&b, "Rar!\x1a\7", 7);
		put_rar4(&b, 0x73, volume, "", "");
		put_rar4(&b, 0x74, 0x8000, "a", "alpha");
		put_rar4(&b, 0x74, 0x8000, "b", "beta");
		if (end)
			put_rar4(&b, 0x7b, 0x4000, "", "");
	} else {
		(void)buf_add(&b, "Rar!\x1a\7\1", 8);
		put_rar5(&b, 1, volume, "", "");
		put_rar5(&b, 2, 0, "a", "alpha");
		put_rar5(&b, 2, 0, "b", "beta");
		if (end)
			put_rar5(&b, 5, 0, "", "");
	}
	return b;
}

static void
rar_archives_are_held_against_their_blocks(void **state)
{
	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		struct buf b = rar(version, false, true);
		check("whole", b.data, b.len, SCAN_CLEAN, "", "a=alpha b=beta ");
		for (size_t n = 8; n < b.len; n++) {
			struct unpacked x = {.bytes = b.data, .n = n};
			unpacked_run(&x);
			assert_int_not_equal(x.u.verdict, SCAN_CLEAN);
			unpacked_done(&x);
		}
		(void)buf_add_str(&b, "more");
		check("something behind", b.data, b.len, SCAN_INCOMPLETE, "archive/after",
		    "a=alpha b=beta ");
		/* libarchive lets this pass */
		uint8_t *data = memmem(b.data, b.len, "alpha", 5);
		assert_non_null(data);
		data[0] ^= 1;
		check("other contents", b.data, b.len - 4, SCAN_INVALID, "archive/sum",
		    "a=`lpha(broken) b=beta ");
		buf_done(&b);
		b = rar(version, true, true);
		check("a volume", b.data, b.len, SCAN_INCOMPLETE, "archive/part", "");
		buf_done(&b);
		b = rar(version, false, false);
		check("no end", b.data, b.len, SCAN_INCOMPLETE, "archive/cut", "");
		buf_done(&b);
	}
}

/* --- made by other programs -------------------------------------------------------- */

static struct shell shell;

static struct buf
made(const char *name)
{
	struct buf b;
	char path[64];
	uint8_t *bytes = NULL;
	size_t n = 0;
	buf_init(&b, 1 << 24);
	snprintf(path, sizeof(path), "%s/%s", shell.dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, 1 << 24, &bytes, &n) != ERR_OK)
		fail_msg("%s was not made", name);
	close(fd);
	(void)buf_add(&b, bytes, n);
	free(bytes);
	return b;
}

#define ALL  "a=alpha d/b=beta "
#define BACK "d/b=beta a=alpha "

static const struct {
	const char *name, *said;
} archives[] = {
    {"s.7z", NULL},
    {"b.7z", ALL},
    {"x.tar.xz", ALL},
    {"x.tar.lzma", ALL},
    {"x.tar.lz", ALL},
    {"x.tar.zst", ALL},
    {"x.tar.lz4", ALL},
    {"x.tar.bz2", ALL},
    {"x.tar.gz", ALL},
    {"x.newc", ALL},
    {"x.odc", ALL},
    {"x.a", "a=alpha "},
    {"x.cab", ALL},
    {"x.zip", ALL},
    {"bzip2.zip", NULL},
    {"lzma.zip", NULL},
    {"xz.zip", NULL},
};

static void
archives_of_other_programs_are_opened(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++) {
		struct buf b = made(archives[i].name);
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked(archives[i].name, &x, SCAN_CLEAN, "", archives[i].said);
		assert_non_null(strstr(buf_str(&x.said), "a=alpha "));
		assert_true(
		    archives[i].said != NULL || strstr(buf_str(&x.said), "b=beta ") != NULL);
		unpacked_done(&x);
		buf_done(&b);
	}
}

/* Whatever is cut off, it is not clean; nor when something is added. */
static void
none_of_them_is_clean_when_it_is_not_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++) {
		struct buf b = made(archives[i].name);
		size_t step = b.len > 4096 ? b.len / 512 : 1;
		for (size_t n = 0; n < b.len; n += step) {
			struct unpacked x = {.bytes = b.data, .n = n};
			unpacked_run(&x);
			bool padding = true;
			for (size_t k = n; k < b.len; k++)
				padding &= b.data[k] == 0;
			/* an ar archive has no end mark: one without members is whole */
			bool whole = n == 8 && strcmp(archives[i].name, "x.a") == 0;
			if (x.u.verdict == SCAN_CLEAN && !padding && !whole)
				fail_msg("%s of %zu bytes, cut to %zu, is clean: %s",
				    archives[i].name, b.len, n, buf_str(&x.rules));
			unpacked_done(&x);
		}
		(void)buf_add_str(&b, "MZ and more");
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		if (x.u.verdict == SCAN_CLEAN)
			fail_msg("%s is clean with something behind it", archives[i].name);
		unpacked_done(&x);
		buf_done(&b);
	}
}

/* The stream of the LZMA tools asks for a dictionary: the decoder needs that and a little. */
static void
memory_to_unpack_is_limited(void **state)
{
	struct buf b = made("x.tar.lzma");
	(void)state;
	for (uint32_t bytes = LIM_ARCHIVE_MEMORY_BYTES / 2; bytes <= LIM_ARCHIVE_MEMORY_BYTES;
	     bytes *= 2) {
		bool over = bytes == LIM_ARCHIVE_MEMORY_BYTES;
		for (size_t i = 0; i < 4; i++)
			b.data[1 + i] = (uint8_t)(bytes >> (8 * i));
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked("a dictionary", &x, over ? SCAN_INCOMPLETE : SCAN_CLEAN,
		    over ? "archive/limit-memory" : "", over ? "" : ALL);
		unpacked_done(&x);
	}
	buf_done(&b);
}

static void
encrypted_archives_say_so(void **state)
{
	static const struct {
		const char *name, *said;
	} rows[] = {{"e.7z", "a:file(encrypted) "}, {"eh.7z", ""},
	    {"e.zip", "a:file(encrypted) "}, {"aes.zip", "a:file(encrypted) "}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = made(rows[i].name);
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked(
		    rows[i].name, &x, SCAN_INCOMPLETE, "archive/encrypted", rows[i].said);
		assert_string_equal(x.u.why, "encrypted");
		unpacked_done(&x);
		buf_done(&b);
	}
}

static void
images_of_discs_are_opened(void **state)
{
	static const struct {
		const char *name;
		enum scan_verdict verdict;
		const char *rules;
	} rows[] = {{"plain.iso", SCAN_CLEAN, ""}, {"rock.iso", SCAN_CLEAN, ""},
	    {"joliet.iso", SCAN_CLEAN, ""}, {"both.iso", SCAN_CLEAN, ""},
	    {"udf.iso", SCAN_INCOMPLETE, "archive/hybrid"},
	    {"hidden.iso", SCAN_INCOMPLETE, "archive/two-views"}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = made(rows[i].name);
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked(rows[i].name, &x, rows[i].verdict, rows[i].rules, NULL);
		assert_non_null(strstr(buf_str(&x.said), "=beta "));
		unpacked_done(&x);
		/* a partition table in front */
		if (rows[i].verdict == SCAN_CLEAN) {
			memcpy(b.data + 510, "\x55\xaa", 2);
			b.data[450] = 0xef;
			check("hybrid", b.data, b.len, SCAN_INCOMPLETE, "archive/hybrid", NULL);
			check("cut", b.data, b.len / 2, SCAN_INCOMPLETE,
			    "archive/cut archive/hybrid", "");
		}
		buf_done(&b);
	}
}

static void
several_volumes_are_parts(void **state)
{
	struct buf b = made("v.7z.001");
	(void)state;
	check("the first of 7z", b.data, b.len, SCAN_INCOMPLETE, "archive/cut", "");
	buf_done(&b);
}

static int
make_all(void **state)
{
	static const char *const script =
	    "set -e; exec 2>log; mkdir t t/d; cd t; printf alpha >a; printf beta >d/b\n"
	    "for z in xz lzma zstd lz4 bzip2 gzip lzip; do\n"
	    "  case $z in zstd) e=zst ;; bzip2) e=bz2 ;; gzip) e=gz ;; lzip) e=lz ;; *) e=$z "
	    ";; "
	    "esac\n"
	    "  bsdtar --format=ustar --$z -cf ../x.tar.$e a d/b; done\n"
	    "bsdtar --format=newc -cf ../x.newc a d/b\n"
	    "bsdtar --format=cpio -cf ../x.odc a d/b\n"
	    "bsdtar --format=ar -cf ../x.a a\n"
	    "bsdtar --format=7zip -cf ../b.7z a d/b\n"
	    "zip -qX ../x.zip a d/b\n"
	    "gcab -c ../x.cab a d/b\n"
	    "7zz a -bso0 -bsp0 ../s.7z a d/b\n"
	    "for m in bzip2 lzma xz; do 7zz a -bso0 -bsp0 -tzip -mm=$m ../$m.zip a d/b; done\n"
	    "7zz a -bso0 -bsp0 -ppw ../e.7z a\n"
	    "7zz a -bso0 -bsp0 -ppw -mhe ../eh.7z a\n"
	    "7zz a -bso0 -bsp0 -tzip -ppw ../e.zip a\n"
	    "7zz a -bso0 -bsp0 -tzip -ppw -mem=AES256 ../aes.zip a\n"
	    "head -c 20000 /dev/urandom >../r; 7zz a -bso0 -bsp0 -v8k ../v.7z ../r\n"
	    "genisoimage -quiet -o ../plain.iso .\n"
	    "genisoimage -quiet -R -o ../rock.iso .\n"
	    "genisoimage -quiet -J -o ../joliet.iso .\n"
	    "genisoimage -quiet -R -J -o ../both.iso .\n"
	    "genisoimage -quiet -udf -o ../udf.iso .\n"
	    "genisoimage -quiet -R -J -hide-joliet a -o ../hidden.iso .\n";
	(void)state;
	unpack_warm_up();
	if (shell_open(&shell) != 0 || shell_run(&shell, script) != 0) {
		(void)shell_run(&shell, "cat log >&2");
		return -1;
	}
	return 0;
}

static int
remove_all(void **state)
{
	(void)state;
	shell_close(&shell);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_gzip_stream_is_one_file),
	    cmocka_unit_test(the_name_in_a_gzip_header_is_the_members),
	    cmocka_unit_test(what_comes_out_of_a_stream_is_limited),
	    cmocka_unit_test(zip_members_must_be_what_they_claim),
	    cmocka_unit_test(an_encrypted_zip_says_so_in_one_word),
	    cmocka_unit_test(a_refused_zip_gives_nothing_back),
	    cmocka_unit_test(what_is_no_container_is_none),
	    cmocka_unit_test(a_kind_that_cannot_be_opened_is_named),
	    cmocka_unit_test(a_zip_behind_something_is_seen),
	    cmocka_unit_test(a_zip_in_a_gzip_header_is_seen),
	    cmocka_unit_test(two_kinds_at_once_are_told),
	    cmocka_unit_test(frames_that_are_passed_over_are_told),
	    cmocka_unit_test(rar_archives_are_held_against_their_blocks),
	    cmocka_unit_test(archives_of_other_programs_are_opened),
	    cmocka_unit_test(none_of_them_is_clean_when_it_is_not_whole),
	    cmocka_unit_test(memory_to_unpack_is_limited),
	    cmocka_unit_test(encrypted_archives_say_so),
	    cmocka_unit_test(images_of_discs_are_opened),
	    cmocka_unit_test(several_volumes_are_parts),
	};
	return cmocka_run_group_tests(tests, make_all, remove_all);
}
