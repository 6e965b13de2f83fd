/* links: scanners/unpack scanners/unpack_codec scanners/unpack_flow scanners/unpack_iso scanners/unpack_kind scanners/unpack_lib scanners/unpack_pax scanners/unpack_cpio scanners/unpack_rar scanners/unpack_stream scanners/unpack_tar scanners/unpack_tree scanners/unpack_lock scanners/unpack_zip scanners/zipcrypt scanners/zipwalk scanners/object src/core/name src/core/name_type src/core/digest src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What other programs read where libarchive, or we, once read something else. */
#include "tests/unit/shell.h"
#include "tests/unit/unpacked.h"
#include "src/base/io.h"

#include <zlib.h>

static void
check(const char *what, const void *bytes, size_t n, enum scan_verdict verdict,
    const char *rules, const char *said)
{
	struct unpacked x = {.bytes = bytes, .n = n};
	unpacked_run(&x);
	assert_unpacked(what, &x, verdict, rules, said);
	unpacked_done(&x);
}

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

/* The header of the LZMA tools with other properties; frames without end before the first. */
static void
streams_that_other_programs_know_are_known(void **state)
{
	/* "hello", by lzma.compress(format=FORMAT_ALONE) with pb=0, and a dictionary of 3 MiB
	 */
	static const uint8_t other[] = {0x03, 0x00, 0x00, 0x80, 0x00, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0x00, 0x34, 0x1a, 0x15, 0x41, 0x19, 0x36, 0xd4, 0xbf, 0xff,
	    0xff, 0xba, 0x34, 0x00, 0x00};
	static const uint8_t three[] = {0x5d, 0x00, 0x00, 0x30, 0x00, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0x00, 0x34, 0x19, 0x49, 0xee, 0x8e, 0x68, 0x21, 0xff, 0xff,
	    0xff, 0xb9, 0xe0, 0x00, 0x00};
	static const char frame[] = "\x28\xb5\x2f\xfd\x20\0\1\0\0";
	struct buf b;
	(void)state;
	check("pb 0", other, sizeof(other), SCAN_CLEAN, "", "contents=hello ");
	check("3 MiB", three, sizeof(three), SCAN_CLEAN, "", "contents=hello ");
	buf_init(&b, 1 << 16);
	for (int i = 0; i < 100; i++)
		(void)buf_add(&b, "\x50\x2a\x4d\x18\0\0\0\0", 8);
	check("nothing but frames to pass over", b.data, b.len, SCAN_NA, "", "");
	(void)buf_add(&b, frame, 9);
	check("a hundred frames to pass over", b.data, b.len, SCAN_CLEAN, "", "contents= ");
	buf_done(&b);
}

/* Its header is so short that it may be something else: not because there was no room. */
static void
a_stream_for_which_there_is_no_room_is_no_unknown_thing(void **state)
{
	static const uint8_t plain[] = {0x5d, 0x00, 0x00, 0x80, 0x00, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0x00, 0x34, 0x19, 0x49, 0xee, 0x8e, 0x68, 0x21, 0xff, 0xff,
	    0xff, 0xb9, 0xe0, 0x00, 0x00};
	(void)state;
	for (uint64_t room = 4; room <= 5; room++) {
		struct unpacked x = {.bytes = plain, .n = sizeof(plain), .room = room};
		unpacked_run(&x);
		assert_unpacked("hello", &x, room < 5 ? SCAN_INCOMPLETE : SCAN_CLEAN,
		    room < 5 ? "archive/limit-room" : "", room < 5 ? "" : "contents=hello ");
		unpacked_done(&x);
	}
}

static void
put_cpio(struct buf *b, const char *name, unsigned mode, const char *data)
{
	size_t n = strlen(data);
	buf_addf(b, "070701%08x%08x%032x%08zx%032x%08zx%08x%s", 1u, mode, 0, n, 0,
	    strlen(name) + 1, 0, name);
	do
		(void)buf_add_byte(b, 0);
	while (b->len % 4 != 0);
	(void)buf_add(b, data, n);
	while (b->len % 4 != 0)
		(void)buf_add_byte(b, 0);
}

static void
cpio_headers_lie_one_behind_the_other(void **state)
{
	static const struct {
		const char *what, *between;
		unsigned mode;
		const char *data, *trailer;
		enum scan_verdict verdict;
		const char *rules;
	} rows[] = {
	    {"as it should be", "", 0100644, "beta", "", SCAN_CLEAN, ""},
	    {"bytes between", "junkjunk", 0100644, "beta", "", SCAN_INVALID, "archive/broken"},
	    {"a folder with contents", "", 0040755, "beta", "", SCAN_INVALID,
		"archive/tar-data"},
	    {"a folder without", "", 0040755, "", "", SCAN_CLEAN, ""},
	    {"an end with contents", "", 0100644, "beta", "x", SCAN_INVALID,
		"archive/tar-data"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b;
		buf_init(&b, 1 << 16);
		put_cpio(&b, "a", 0100644, "alpha");
		(void)buf_add_str(&b, rows[i].between);
		put_cpio(&b, "b", rows[i].mode, rows[i].data);
		size_t end = b.len;
		put_cpio(&b, "TRAILER!!!", 0, rows[i].trailer);
		check(rows[i].what, b.data, b.len, rows[i].verdict, rows[i].rules, NULL);
		if (i == 0)
			check("without an end", b.data, end, SCAN_INCOMPLETE, "archive/cut",
			    NULL);
		buf_done(&b);
	}
}

static void
whatever_its_mode_a_member_of_ar_is_a_file(void **state)
{
	static const char *const modes[] = {"100644", "40755", "120777", "10644", "0"};
	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct buf b;
		buf_init(&b, 1 << 16);
		buf_addf(&b, "!<arch>\n%-16s%-12s%-6s%-6s%-8s%-10s`\n%s", "a/", "0", "0", "0",
		    modes[i], "4", "beta");
		check(modes[i], b.data, b.len, SCAN_CLEAN, "", "a=beta ");
		buf_done(&b);
	}
}

/* libarchive takes both for one file; others show the rest of the longer one. */
static void
files_of_a_disc_at_one_place_have_one_size(void **state)
{
	static const char *const names[] = {"plain.iso", "rock.iso", "joliet.iso", "both.iso"};
	static const uint8_t alpha[] = {5, 0, 0, 0, 0, 0, 0, 5},
			     beta[] = {4, 0, 0, 0, 0, 0, 0, 4};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buf b = made(names[i]);
		const uint8_t *from = memmem(b.data, b.len, beta, 8);
		uint8_t *to, *at = b.data;
		assert_non_null(from);
		while ((to = memmem(at, b.len - (size_t)(at - b.data), alpha, 8)) != NULL) {
			memcpy(to - 8, from - 8, 8);
			at = to + 8;
		}
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_int_equal(x.u.verdict, SCAN_INVALID);
		assert_non_null(strstr(buf_str(&x.rules), "archive/tar-size"));
		unpacked_done(&x);
		buf_done(&b);
	}
}

static void
contents_of_a_disc_begin_where_the_file_does(void **state)
{
	static const uint8_t alpha[] = {5, 0, 0, 0, 0, 0, 0, 5};
	(void)state;
	/* from the size: attributes before the contents, and contents in turns with gaps */
	static const int where[] = {-9, 16, 17};
	for (size_t i = 0; i < 3; i++) {
		struct buf b = made("plain.iso");
		uint8_t *at = memmem(b.data, b.len, alpha, 8);
		assert_non_null(at);
		at[where[i]] = 1;
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_int_not_equal(x.u.verdict, SCAN_CLEAN);
		assert_non_null(strstr(buf_str(&x.rules), "archive/two-views"));
		unpacked_done(&x);
		buf_done(&b);
	}
}

static void
put(struct buf *b, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		(void)buf_add_byte(b, (uint8_t)v);
}

static void
put_sealed(struct buf *b, const struct buf *body, size_t sum_bytes)
{
	put(b, crc32(0, body->data, (uInt)body->len), sum_bytes);
	(void)buf_add(b, body->data, body->len);
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

/* unrar makes a second stream of the file before it, where there are such. */
static void
a_second_stream_in_a_rar_archive_was_not_looked_at(void **state)
{
	struct buf b, body, sized;
	(void)state;
	buf_init(&b, 1 << 16);
	buf_init(&body, 4096);
	buf_init(&sized, 4096);
	(void)buf_add(&b, "Rar!\x1a\7\1", 8);
	put_rar5(&b, 1, 0, "", "");
	put_rar5(&b, 2, 0, "a", "alpha");
	/* type, with data, bytes of data, file flags, unpacked, attributes, method, system */
	(void)buf_add(&body, "\3\2\4\0\4\0\0\0\3STM", 12);
	put(&sized, body.len, 1);
	(void)buf_add(&sized, body.data, body.len);
	put_sealed(&b, &sized, 4);
	(void)buf_add_str(&b, "evil");
	put_rar5(&b, 5, 0, "", "");
	check("a stream", b.data, b.len, SCAN_INCOMPLETE, "archive/method", "a=alpha ");
	uint8_t *name = memmem(b.data, b.len, "STM", 3);
	memcpy(name, "CMT", 3);
	uint32_t sum = (uint32_t)crc32(0, name - 10, 13);
	for (size_t i = 0; i < 4; i++)
		name[-14 + (int)i] = (uint8_t)(sum >> (8 * i));
	check("a comment", b.data, b.len, SCAN_CLEAN, "", "a=alpha ");
	buf_done(&b);
	buf_done(&body);
	buf_done(&sized);
}

/* A header of a file, its contents in one block. */
static void
put_tar(struct buf *b, const char *magic, const char *prefix)
{
	uint8_t h[1024] = {"x"};
	unsigned sum = 0;
	memcpy(h + 100, "0000644", 7);
	memcpy(h + 124, "00000000001", 11);
	h[156] = '0';
	memcpy(h + 257, magic, strlen(magic));
	memcpy(h + 345, prefix, strlen(prefix));
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	h[512] = '1';
	(void)buf_add(b, h, sizeof(h));
}

/* Only POSIX has folders there; Python does not ask. */
static void
folders_in_front_of_a_name_of_tar_are_told(void **state)
{
	static const uint8_t end[1024];
	static const struct {
		const char *magic, *prefix;
		enum scan_verdict verdict;
		const char *rules;
	} rows[] = {
	    {"", "", SCAN_CLEAN, ""},
	    {"", "../up", SCAN_SUSPICIOUS, "archive/name"},
	    {"ustar  ", "../up", SCAN_SUSPICIOUS, "archive/name"},
	    {"ustar  ", "14700123456", SCAN_CLEAN, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b;
		buf_init(&b, 1 << 16);
		put_tar(&b, rows[i].magic, rows[i].prefix);
		(void)buf_add(&b, end, sizeof(end));
		check(rows[i].prefix, b.data, b.len, rows[i].verdict, rows[i].rules, "x=1 ");
		buf_done(&b);
	}
}

/* Programs that look for the end of a zip archive find one in less than a block. */
static void
less_than_a_block_behind_an_empty_one_was_not_looked_at(void **state)
{
	static const uint8_t zeros[512 + 511];
	(void)state;
	for (size_t n = 1; n <= 511; n += 255)
		for (unsigned with = 0; with < 2; with++) {
			struct buf b;
			buf_init(&b, 1 << 16);
			put_tar(&b, "", "");
			(void)buf_add(&b, zeros, 512 + n);
			b.data[b.len - 1] = with ? 'x' : 0;
			check("behind", b.data, b.len, with ? SCAN_INCOMPLETE : SCAN_CLEAN,
			    with ? "archive/after" : "", "x=1 ");
			buf_done(&b);
		}
}

static int
make_all(void **state)
{
	static const char *const script =
	    "set -e; exec 2>log; mkdir t t/d; cd t; printf alpha >a; printf beta >d/b\n"
	    "genisoimage -quiet -o ../plain.iso .\n"
	    "genisoimage -quiet -R -o ../rock.iso .\n"
	    "genisoimage -quiet -J -o ../joliet.iso .\n"
	    "genisoimage -quiet -R -J -o ../both.iso .\n";
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
	    cmocka_unit_test(streams_that_other_programs_know_are_known),
	    cmocka_unit_test(a_stream_for_which_there_is_no_room_is_no_unknown_thing),
	    cmocka_unit_test(a_second_stream_in_a_rar_archive_was_not_looked_at),
	    cmocka_unit_test(folders_in_front_of_a_name_of_tar_are_told),
	    cmocka_unit_test(less_than_a_block_behind_an_empty_one_was_not_looked_at),
	    cmocka_unit_test(cpio_headers_lie_one_behind_the_other),
	    cmocka_unit_test(whatever_its_mode_a_member_of_ar_is_a_file),
	    cmocka_unit_test(files_of_a_disc_at_one_place_have_one_size),
	    cmocka_unit_test(contents_of_a_disc_begin_where_the_file_does),
	};
	return cmocka_run_group_tests(tests, make_all, remove_all);
}
