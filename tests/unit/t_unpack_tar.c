/* links: scanners/unpack scanners/unpack_codec scanners/unpack_flow scanners/unpack_iso scanners/unpack_kind scanners/unpack_lib scanners/unpack_pax scanners/unpack_cpio scanners/unpack_rar scanners/unpack_stream scanners/unpack_tar scanners/unpack_tree scanners/unpack_lock scanners/unpack_zip scanners/zipcrypt scanners/zipwalk scanners/object src/core/name src/core/name_type src/core/digest src/base/buf src/base/err src/base/escape src/base/hex src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Tar archives that are read in one way, and those that are not; names and links. */
#include "tests/unit/unpacked.h"

/* tables say what matters */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* --- an archive made header by header --------------------------------------------- */

struct part {
	const char *name;
	char type;        /* '\0' stands for '0' */
	const char *data; /* NULL: none */
	const char *link;
	const char *size_text; /* instead of the truth */
	const char *prefix;    /* of ustar */
	uint32_t mode;         /* 0: 644 */
	enum { USTAR, GNU, V7 } format;
	bool bad_sum, raw;  /* raw: data are blocks of their own, without a header */
	size_t data_len;    /* 0: strlen */
	const char *sparse; /* from SPARSE_AT on, 110 bytes at most */
	size_t sparse_len;
	bool v7_type; /* really '\0' */
};

static void
put_octal(uint8_t *at, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i-- > 0; v >>= 3)
		at[i] = (uint8_t)('0' + (v & 7));
}

static void
put_padding(struct buf *b)
{
	static const uint8_t zero[512];
	(void)buf_add(b, zero, (512 - b->len % 512) % 512);
}

static void
put_text(uint8_t *at, size_t n, const char *text)
{
	size_t len = strlen(text);
	memcpy(at, text, len < n ? len : n);
}

static void
put_part(struct buf *b, const struct part *p)
{
	uint8_t h[512] = {0};
	const char *data = p->data != NULL ? p->data : "";
	size_t n = p->data_len > 0 ? p->data_len : strlen(data);
	uint64_t sum = 0;
	if (p->raw) {
		(void)buf_add(b, data, n);
		put_padding(b);
		return;
	}
	put_text(h, 100, p->name);
	put_octal(h + 100, 8, p->mode != 0 ? p->mode : 0644);
	put_octal(h + 108, 8, 0);
	put_octal(h + 116, 8, 0);
	put_octal(h + 124, 12, n);
	if (p->size_text != NULL) {
		memset(h + 124, 0, 12);
		put_text(h + 124, 12, p->size_text);
	}
	put_octal(h + 136, 12, 0);
	h[156] = (uint8_t)(p->type != '\0' || p->v7_type ? p->type : '0');
	put_text(h + 157, 100, p->link != NULL ? p->link : "");
	if (p->format != V7)
		memcpy(h + 257, p->format == USTAR ? "ustar\00000" : "ustar  \0", 8);
	put_text(h + 345, 155, p->prefix != NULL ? p->prefix : "");
	if (p->sparse != NULL)
		memcpy(h + 386, p->sparse, p->sparse_len);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += h[i];
	put_octal(h + 148, 7, sum + p->bad_sum);
	h[154] = '\0';
	(void)buf_add(b, h, 512);
	(void)buf_add(b, data, n);
	put_padding(b);
}

static void
put_zeros(struct buf *b, size_t blocks)
{
	static const uint8_t zero[512];
	while (blocks-- > 0)
		(void)buf_add(b, zero, 512);
}

#define PARTS 6

static struct buf
make(const struct part *parts, size_t end_blocks)
{
	struct buf b;
	buf_init(&b, 1 << 24);
	for (size_t i = 0; i < PARTS && (parts[i].name != NULL || parts[i].raw); i++)
		put_part(&b, &parts[i]);
	put_zeros(&b, end_blocks);
	return b;
}

static void
check_limits(const char *what, const struct part *parts, size_t end_blocks,
    enum scan_verdict verdict, const char *rules, const char *said,
    const struct unpack_limits *limits)
{
	struct buf b = make(parts, end_blocks);
	struct unpacked x = {.bytes = b.data, .n = b.len};
	if (limits != NULL)
		x.limits = *limits;
	unpacked_run(&x);
	assert_unpacked(what, &x, verdict, rules, said);
	unpacked_done(&x);
	buf_done(&b);
}

static void
check(const char *what, const struct part *parts, size_t end_blocks, enum scan_verdict verdict,
    const char *rules, const char *said)
{
	check_limits(what, parts, end_blocks, verdict, rules, said, NULL);
}

struct row {
	const char *what;
	struct part parts[PARTS];
	enum scan_verdict verdict;
	const char *rules, *said;
	size_t no_end; /* blocks that the end lacks, of 2 */
};

static void
check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(rows[i].what, rows[i].parts, 2 - rows[i].no_end, rows[i].verdict,
		    rows[i].rules, rows[i].said);
}

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])
#define LONG100                                                                           \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678" \
	"901234567890123456789"
/* A sparse piece of GNU: offset and length. */
#define PIECE(at, n) at "\0" n "\0"

static void
what_is_read(void **state)
{
	static const struct row rows[] = {
	    {"a file", {{"a", .data = "alpha"}}, SCAN_CLEAN, "", "a=alpha "},
	    {"an empty file", {{"a"}}, SCAN_CLEAN, "", "a= "},
	    {"of Version 7", {{"a", .data = "alpha", .format = V7, .v7_type = true}},
		SCAN_CLEAN, "", "a=alpha "},
	    {"a folder of Version 7", {{"d/", .format = V7, .v7_type = true}}, SCAN_CLEAN, "",
		"d/:directory "},
	    {"prefix and name", {{"a", .prefix = "d/e", .data = "x"}}, SCAN_CLEAN, "",
		"d/e/a=x "},
	    {"GNU has no prefix", {{"a", .prefix = "d", .data = "x", .format = GNU}},
		SCAN_CLEAN, "", "a=x "},
	    {"a name that fills its field", {{LONG100 "\0", .data = "x"}}, SCAN_CLEAN, "",
		LONG100 "=x "},
	    {"a number with blanks", {{"a", .data = "12345", .size_text = "         5 "}},
		SCAN_CLEAN, "", "a=12345 "},
	    {"links and folders",
		{{"d/", '5'}, {"d/a", .data = "x"}, {"l", '2', .link = "d/a"},
		    {"h", '1', .link = "d/a"}},
		SCAN_CLEAN, "", "d/:directory d/a=x l:link>d/a h:hardlink>d/a "},
	    {"a long name of GNU",
		{{"././@LongLink", 'L', .data = "long/name\0", .data_len = 10},
		    {"short", .data = "x"}},
		SCAN_CLEAN, "", "long/name=x "},
	    {"a long link of GNU",
		{{"a", .data = "x"}, {"././@LongLink", 'K', .data = "a\0", .data_len = 2},
		    {"l", '2', .link = "other"}},
		SCAN_CLEAN, "", "a=x l:link>a "},
	    {"both",
		{{"L", 'L', .data = "n"}, {"K", 'K', .data = "n2"}, {"x", '2', .link = "y"}},
		SCAN_CLEAN, "archive/link-dangling", "n:link>n2 "},
	    {"pax", {{"p", 'x', .data = "12 path=abc\n"}, {"x", .data = "1"}}, SCAN_CLEAN, "",
		"abc=1 "},
	    {"pax with things nobody minds",
		{{"p", 'x', .data = "15 comment=abc\n20 mtime=1700000000\n"},
		    {"x", .data = "1"}},
		SCAN_CLEAN, "", "x=1 "},
	    {"pax is for one member only",
		{{"p", 'x', .data = "12 path=abc\n"}, {"x", .data = "1"}, {"y", .data = "2"}},
		SCAN_CLEAN, "", "abc=1 y=2 "},
	    {"the size of pax, the same",
		{{"p", 'x', .data = "10 size=3\n"}, {"x", .data = "123"}}, SCAN_CLEAN, "",
		"x=123 "},
	    {"a global comment, as git writes",
		{{"pax_global_header", 'g', .data = "15 comment=abc\n"}, {"x", .data = "1"}},
		SCAN_CLEAN, "", "x=1 "},
	    {"a volume label", {{"label", 'V'}, {"x", .data = "1"}}, SCAN_CLEAN, "", "x=1 "},
	    {"a folder told of twice", {{"d/", '5'}, {"d/", '5'}}, SCAN_CLEAN, "",
		"d/:directory d/:directory "},
	    {"a folder that is told of after what is in it", {{"d/a", .data = "x"}, {"d", '5'}},
		SCAN_CLEAN, "", "d/a=x d:directory "},
	};
	(void)state;
	check_rows(ROWS(rows));
}

static void
what_is_refused(void **state)
{
	static const struct row rows[] = {
	    {"a broken sum", {{"a", .data = "x"}, {"b", .data = "y", .bad_sum = true}},
		SCAN_INVALID, "archive/tar-header", "a=x ", 0},
	    {"something else than a header",
		{{"a", .data = "x"}, {.raw = true, .data = "junk"}}, SCAN_INVALID,
		"archive/tar-header", "a=x ", 0},
	    {"a size with letters", {{"a", .data = "x", .size_text = "00000000001x"}},
		SCAN_INVALID, "archive/tar-number", "", 0},
	    {"a size below zero",
		{{"a", .data = "x",
		    .size_text = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"}},
		SCAN_INVALID, "archive/tar-number", "", 0},
	    {"two sizes", {{"p", 'x', .data = "10 size=3\n"}, {"x", .data = "123456"}},
		SCAN_INVALID, "archive/tar-size", "", 0},
	    {"a size only in pax",
		{{"p", 'x', .data = "10 size=3\n"}, {"x", .data = "123", .size_text = "0"}},
		SCAN_INVALID, "archive/tar-size", "", 0},
	    {"a global path", {{"g", 'g', .data = "12 path=abc\n"}, {"x", .data = "1"}},
		SCAN_INVALID, "archive/tar-global", "", 0},
	    {"a global size", {{"g", 'g', .data = "10 size=0\n"}, {"x", .data = "1"}},
		SCAN_INVALID, "archive/tar-global", "", 0},
	    {"a global link", {{"g", 'g', .data = "16 linkpath=abc\n"}, {"x", .data = "1"}},
		SCAN_INVALID, "archive/tar-global", "", 0},
	    {"two paths in one header",
		{{"p", 'x', .data = "12 path=abc\n12 path=abd\n"}, {"x", .data = "1"}},
		SCAN_INVALID, "archive/tar-pax", "", 0},
	    {"a record longer than it says", {{"p", 'x', .data = "11 path=abc\n"}, {"x"}},
		SCAN_INVALID, "archive/tar-pax", "", 0},
	    {"a record shorter than it says", {{"p", 'x', .data = "13 path=abc\n"}, {"x"}},
		SCAN_INVALID, "archive/tar-pax", "", 0},
	    {"a length with a zero before it", {{"p", 'x', .data = "013 path=abc\n"}, {"x"}},
		SCAN_INVALID, "archive/tar-pax", "", 0},
	    {"a record without a name", {{"p", 'x', .data = "8 =abcd\n"}, {"x"}}, SCAN_INVALID,
		"archive/tar-pax", "", 0},
	    {"a NUL in a path", {{"p", 'x', .data = "14 path=abc\0d\n", .data_len = 14}, {"x"}},
		SCAN_INVALID, "archive/tar-pax", "", 0},
	    {"an empty path", {{"p", 'x', .data = "8 path=\n"}, {"x"}}, SCAN_INVALID,
		"archive/tar-pax", "", 0},
	    {"two additional headers",
		{{"p", 'x', .data = "12 path=abc\n"}, {"p", 'x', .data = "12 path=abd\n"},
		    {"x"}},
		SCAN_INVALID, "archive/tar-order", "", 0},
	    {"two long names", {{"L", 'L', .data = "abc"}, {"L", 'L', .data = "abd"}, {"x"}},
		SCAN_INVALID, "archive/tar-order", "", 0},
	    {"a long name and pax",
		{{"L", 'L', .data = "abc"}, {"p", 'x', .data = "12 path=abd\n"}, {"x"}},
		SCAN_INVALID, "archive/tar-order", "", 0},
	    {"pax and a long name",
		{{"p", 'x', .data = "12 path=abd\n"}, {"L", 'L', .data = "abc"}, {"x"}},
		SCAN_INVALID, "archive/tar-order", "", 0},
	    {"an additional header of nothing", {{"a"}, {"p", 'x', .data = "12 path=abc\n"}},
		SCAN_INVALID, "archive/tar-order", "a= ", 0},
	    {"a link with contents", {{"a"}, {"l", '2', .link = "a", .data = "x"}},
		SCAN_INVALID, "archive/tar-data", "a= ", 0},
	    {"a hard link with contents", {{"a"}, {"l", '1', .link = "a", .data = "x"}},
		SCAN_INVALID, "archive/tar-data", "a= ", 0},
	    {"a folder with contents", {{"d", '5', .data = "x"}}, SCAN_INVALID,
		"archive/tar-data", "", 0},
	    {"a folder by its slash, with contents", {{"d/", .data = "x"}}, SCAN_INVALID,
		"archive/tar-data", "", 0},
	    {"an empty block between members",
		{{"a"}, {.raw = true, .data = "\0", .data_len = 1}, {"b"}}, SCAN_INVALID,
		"archive/tar-zero", "a= ", 0},
	    {"a second archive behind the end",
		{{"a"}, {.raw = true, .data = "\0", .data_len = 1},
		    {.raw = true, .data = "\0", .data_len = 1}, {"b"}},
		SCAN_INVALID, "archive/tar-second", "a= ", 0},
	    {"something behind the end",
		{{"a"}, {.raw = true, .data = "\0", .data_len = 1},
		    {.raw = true, .data = "\0", .data_len = 1}, {.raw = true, .data = "MZ"}},
		SCAN_INCOMPLETE, "archive/after", "a= ", 0},
	    {"no end mark", {{"a", .data = "x"}}, SCAN_CLEAN, "archive/tar-no-end", "a=x ", 2},
	    {"half an end mark", {{"a", .data = "x"}}, SCAN_CLEAN, "", "a=x ", 1},
	    {"a kind nobody knows", {{"a", 'Q', .data = "x"}}, SCAN_SUSPICIOUS,
		"archive/tar-type", "a=x ", 0},
	    {"a list of a folder, as GNU has for increments", {{"d", 'D', .data = "Ya"}},
		SCAN_SUSPICIOUS, "archive/tar-type", "d:directory ", 0},
	    {"one part of several", {{"a", 'M', .data = "x"}}, SCAN_INCOMPLETE, "archive/part",
		"", 0},
	    {"a label that holds something", {{"a", .data = "x"}, {"l", 'V', .data = "evil"}},
		SCAN_INVALID, "archive/tar-data", "a=x ", 0},
	    {"a label between a header and its member",
		{{"p", 'x', .data = "12 path=abc\n"}, {"l", 'V'}, {"x", .data = "1"}},
		SCAN_INVALID, "archive/tar-order", "", 0},
	};
	(void)state;
	check_rows(ROWS(rows));
}

static void
sizes_in_binary_are_read(void **state)
{
	struct part p = {"a", .data = "12345"};
	struct buf b;
	uint64_t sum = 0;
	(void)state;
	buf_init(&b, 1 << 16);
	put_part(&b, &p);
	memcpy(b.data + 124, "\x80\0\0\0\0\0\0\0\0\0\0\5", 12);
	memset(b.data + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += b.data[i];
	put_octal(b.data + 148, 7, sum);
	put_zeros(&b, 2);
	struct unpacked x = {.bytes = b.data, .n = b.len};
	unpacked_run(&x);
	assert_unpacked("binary", &x, SCAN_CLEAN, "", "a=12345 ");
	unpacked_done(&x);
	buf_done(&b);
}

static void
one_cut_short_is_never_clean(void **state)
{
	static const struct part parts[PARTS] = {{"a", .data = "alpha"}, {"b", .data = "beta"}};
	struct buf b = make(parts, 2);
	(void)state;
	for (size_t n = 513; n < 4 * 512; n++) {
		struct unpacked x = {.bytes = b.data, .n = n};
		unpacked_run(&x);
		/* at the end of a member only the end mark is missing */
		assert_unpacked("cut", &x, n == 1024 ? SCAN_CLEAN : SCAN_INCOMPLETE,
		    n == 1024 ? "archive/tar-no-end" : "archive/cut", NULL);
		unpacked_done(&x);
	}
	buf_done(&b);
}

/* --- holes ------------------------------------------------------------------------- */

static void
holes_are_filled(void **state)
{
	static const char map[] = "2\n1\n2\n5\n1\n";
	static const struct row rows[] = {
	    {"of GNU",
		{{"a", 'S', .data = "xyz", .format = GNU,
		    .sparse = PIECE("00000000001", "00000000002")
			PIECE("00000000005", "00000000001") "\0\0\0\0\0\0\0\0\0\0\0\0"
							    "\0\0\0\0\0\0\0\0\0\0\0\0"
							    "\0\0\0\0\0\0\0\0\0\0\0\0"
							    "\0\0\0\0\0\0\0\0\0\0\0\0\0"
							    "00000000007",
		    .sparse_len = 108}},
		SCAN_CLEAN, "", NULL, 0},
	    {"0.0",
		{{"p", 'x', .data = "22 GNU.sparse.size=7\n25 GNU.sparse.numblocks=2\n"},
		    {"a", .data = "x"}},
		SCAN_INVALID, "archive/tar-pax", NULL, 0},
	    {"0.0, whole",
		{{"p", 'x',
		     .data = "21 GNU.sparse.size=7\n23 GNU.sparse.offset=1\n"
			     "25 GNU.sparse.numbytes=2\n23 GNU.sparse.offset=5\n"
			     "25 GNU.sparse.numbytes=1\n"},
		    {"a", .data = "xyz"}},
		SCAN_CLEAN, "", NULL, 0},
	    {"0.1",
		{{"p", 'x',
		     .data = "21 GNU.sparse.size=7\n21 GNU.sparse.name=a\n"
			     "26 GNU.sparse.map=1,2,5,1\n"},
		    {"GNUSparseFile.0/a", .data = "xyz"}},
		SCAN_CLEAN, "", NULL, 0},
	};
	struct buf b;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		b = make(rows[i].parts, 2);
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked(rows[i].what, &x, rows[i].verdict, rows[i].rules, NULL);
		if (rows[i].verdict == SCAN_CLEAN) {
			assert_int_equal(x.said.len, 10);
			assert_memory_equal(x.said.data, "a=\0xy\0\0z\0 ", 10);
		}
		unpacked_done(&x);
		buf_done(&b);
	}
	/* 1.0: the map is the first block of the data */
	char data[515] = {0};
	memcpy(data, map, sizeof(map) - 1);
	memcpy(data + 512, "xyz", 3);
	const struct part ten[PARTS] = {
	    {"p", 'x',
		.data = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
			"25 GNU.sparse.realsize=7\n21 GNU.sparse.name=a\n"},
	    {"GNUSparseFile.0/a", .data = data, .data_len = sizeof(data)}};
	b = make(ten, 2);
	struct unpacked x = {.bytes = b.data, .n = b.len};
	unpacked_run(&x);
	assert_unpacked("1.0", &x, SCAN_CLEAN, "", NULL);
	assert_memory_equal(x.said.data, "a=\0xy\0\0z\0 ", 10);
	unpacked_done(&x);
	buf_done(&b);
}

static void
maps_that_do_not_hold_are_refused(void **state)
{
	static const char *const maps[] = {
	    "26 GNU.sparse.map=5,1,1,2\n", /* backwards */
	    "26 GNU.sparse.map=1,2,6,2\n", /* past the end */
	    "26 GNU.sparse.map=1,1,5,1\n", /* fewer bytes than there are */
	    "24 GNU.sparse.map=1,2,5\n",   /* half a piece */
	    "26 GNU.sparse.map=1,x,5,1\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		char records[128];
		snprintf(records, sizeof(records), "21 GNU.sparse.size=7\n%s", maps[i]);
		const struct part parts[PARTS] = {
		    {"p", 'x', .data = records}, {"a", .data = "xyz"}};
		check(maps[i], parts, 2, SCAN_INVALID, "archive/tar-sparse", "");
	}
}

static void
check_holes(uint64_t pieces, enum scan_verdict verdict, const char *rules)
{
	struct buf map, b;
	buf_init(&map, 1 << 22);
	buf_init(&b, 1 << 23);
	buf_addf(&map, "%u\n", (unsigned)pieces);
	for (uint64_t i = 0; i < pieces; i++)
		buf_addf(&map, "%u\n0\n", (unsigned)i);
	put_padding(&map);
	struct part parts[2] = {{"p", 'x',
				    .data = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
					    "29 GNU.sparse.realsize=65536\n"},
	    {"a", .data = buf_str(&map), .data_len = map.len}};
	put_part(&b, &parts[0]);
	put_part(&b, &parts[1]);
	put_zeros(&b, 2);
	struct unpacked x = {.bytes = b.data, .n = b.len};
	unpacked_run(&x);
	assert_unpacked("holes", &x, verdict, rules, NULL);
	unpacked_done(&x);
	buf_done(&b);
	buf_done(&map);
}

static void
holes_have_a_limit(void **state)
{
	(void)state;
	check_holes(LIM_ARCHIVE_HOLES, SCAN_CLEAN, "");
	check_holes(LIM_ARCHIVE_HOLES + 1, SCAN_INCOMPLETE, "archive/limit-holes");
}

/* --- names and links ------------------------------------------------------------------ */

static void
names_that_harm_are_told(void **state)
{
	static const struct row rows[] = {
	    {"up", {{"../a", .data = "x"}}, SCAN_SUSPICIOUS, "archive/leaves", "../a=x ", 0},
	    {"up in the middle", {{"d/../../a", .data = "x"}}, SCAN_SUSPICIOUS,
		"archive/leaves", "d/../../a=x ", 0},
	    {"up at the end", {{"d/..", '5'}}, SCAN_SUSPICIOUS, "archive/leaves",
		"d/..:directory ", 0},
	    {"absolute", {{"/etc/passwd", .data = "x"}}, SCAN_SUSPICIOUS, "archive/leaves",
		"/etc/passwd=x ", 0},
	    {"two dots and more", {{"..a", .data = "x"}}, SCAN_CLEAN, "", "..a=x ", 0},
	    {"here", {{"./a", .data = "x"}}, SCAN_CLEAN, "", "./a=x ", 0},
	    {"a drive", {{"C:a", .data = "x"}}, SCAN_SUSPICIOUS, "archive/drive", "C:a=x ", 0},
	    {"another computer", {{"\\\\host\\a", .data = "x"}}, SCAN_SUSPICIOUS,
		"archive/drive", "\\\\host\\a=x ", 0},
	    {"a backslash", {{"a\\b", .data = "x"}}, SCAN_CLEAN, "archive/backslash", "a\\b=x ",
		0},
	    {"a slash of Windows that goes up", {{"..\\a", .data = "x"}}, SCAN_CLEAN,
		"archive/backslash", "..\\a=x ", 0},
	    {"no name", {{"", .data = "x"}}, SCAN_SUSPICIOUS, "archive/name", "?=x ", 0},
	    {"twice the same name", {{"a", .data = "1"}, {"./a", .data = "2"}}, SCAN_CLEAN,
		"archive/same-name", "a=1 ./a=2 ", 0},
	    {"a folder and a file of one name", {{"a", '5'}, {"a", .data = "2"}}, SCAN_CLEAN,
		"archive/same-name", "a:directory a=2 ", 0},
	    {"the same in capitals", {{"Read", .data = "1"}, {"rEAD", .data = "2"}}, SCAN_CLEAN,
		"archive/case", "Read=1 rEAD=2 ", 0},
	    {"the same in another spelling",
		{{"\xc3\xa9", .data = "1"}, {"e\xcc\x81", .data = "2"}}, SCAN_CLEAN,
		"archive/case", NULL, 0},
	    {"folders in capitals", {{"D/x", .data = "1"}, {"d/y", .data = "2"}}, SCAN_CLEAN,
		"archive/case", NULL, 0},
	    {"a file as a folder", {{"a", .data = "1"}, {"a/b", .data = "2"}}, SCAN_CLEAN,
		"archive/file-as-folder", NULL, 0},
	    {"a device", {{"a", '3'}}, SCAN_SUSPICIOUS, "archive/special", "a:special ", 0},
	    {"a pipe", {{"a", '6'}}, SCAN_SUSPICIOUS, "archive/special", "a:special ", 0},
	    {"runs as its owner", {{"a", .mode = 04755, .data = "x"}}, SCAN_CLEAN,
		"archive/setuid", "a=x ", 0},
	    {"runs as its group", {{"a", .mode = 02755, .data = "x"}}, SCAN_CLEAN,
		"archive/setuid", "a=x ", 0},
	    {"a folder may", {{"d", '5', .mode = 02755}}, SCAN_CLEAN, "", NULL, 0},
	};
	(void)state;
	check_rows(ROWS(rows));
}

static void
links_are_followed_without_a_disk(void **state)
{
	static const struct row rows[] = {
	    {"to a file", {{"d/a"}, {"l", '2', .link = "d/a"}}, SCAN_CLEAN, "", NULL, 0},
	    {"to what comes later", {{"l", '2', .link = "a"}, {"a"}}, SCAN_CLEAN, "", NULL, 0},
	    {"up and down again", {{"a"}, {"d/l", '2', .link = "../a"}}, SCAN_CLEAN, "", NULL,
		0},
	    {"to the folder itself", {{"d/l", '2', .link = ".."}}, SCAN_CLEAN, "", NULL, 0},
	    {"to nothing", {{"l", '2', .link = "b"}}, SCAN_CLEAN, "archive/link-dangling", NULL,
		0},
	    {"absolute", {{"l", '2', .link = "/etc"}}, SCAN_CLEAN, "archive/link-absolute",
		NULL, 0},
	    {"out", {{"d/l", '2', .link = "../../a"}}, SCAN_SUSPICIOUS, "archive/link-leaves",
		NULL, 0},
	    {"out by another link",
		{{"d/e/f"}, {"up", '2', .link = "d/e"}, {"l", '2', .link = "up/../../../x"}},
		SCAN_SUSPICIOUS, "archive/link-leaves", NULL, 0},
	    {"in by another link",
		{{"d/e/f"}, {"up", '2', .link = "d/e"}, {"l", '2', .link = "up/../e/f"}},
		SCAN_CLEAN, "", NULL, 0},
	    {"to itself", {{"l", '2', .link = "l"}}, SCAN_CLEAN, "archive/link-loop", NULL, 0},
	    {"in a circle", {{"a", '2', .link = "b"}, {"b", '2', .link = "a"}}, SCAN_CLEAN,
		"archive/link-loop", NULL, 0},
	    {"written through", {{"d/a"}, {"l", '2', .link = "d"}, {"l/b", .data = "x"}},
		SCAN_CLEAN, "archive/through-link", "d/a= l:link>d l/b=x ", 0},
	    {"written out through a link", {{"l", '2', .link = "../out"}, {"l/b", .data = "x"}},
		SCAN_SUSPICIOUS, "archive/link-leaves archive/writes-out",
		"l:link>../out l/b=x ", 0},
	    {"written out through a fixed one",
		{{"l", '2', .link = "/etc"}, {"l/b", .data = "x"}}, SCAN_SUSPICIOUS,
		"archive/link-absolute archive/writes-out", NULL, 0},
	    {"a link, then a file of its name",
		{{"l", '2', .link = "/etc/passwd"}, {"l", .data = "x"}}, SCAN_CLEAN,
		"archive/same-name archive/link-absolute", NULL, 0},
	    {"hard, to what came", {{"a"}, {"h", '1', .link = "a"}}, SCAN_CLEAN, "", NULL, 0},
	    {"hard, to itself", {{"a", '1', .link = "a"}}, SCAN_INCOMPLETE,
		"archive/hard-link-missing", NULL, 0},
	    {"hard, to what comes later", {{"h", '1', .link = "a"}, {"a"}}, SCAN_INCOMPLETE,
		"archive/hard-link-missing", NULL, 0},
	    {"hard, to the outside", {{"h", '1', .link = "../a"}}, SCAN_SUSPICIOUS,
		"archive/hard-link-leaves", NULL, 0},
	    {"hard, absolute", {{"h", '1', .link = "/etc/shadow"}}, SCAN_SUSPICIOUS,
		"archive/hard-link-leaves", NULL, 0},
	};
	(void)state;
	check_rows(ROWS(rows));
}

/* A chain of links, each to the one before. */
static void
check_hops(unsigned links, const char *rules)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	put_part(&b, &(struct part){"l0"});
	for (unsigned i = 1; i <= links; i++) {
		char name[16], link[16];
		snprintf(name, sizeof(name), "l%u", i);
		snprintf(link, sizeof(link), "l%u", i - 1);
		put_part(&b, &(struct part){name, '2', .link = link});
	}
	put_zeros(&b, 2);
	struct unpacked x = {.bytes = b.data, .n = b.len};
	unpacked_run(&x);
	assert_unpacked("a chain", &x, SCAN_CLEAN, rules, NULL);
	unpacked_done(&x);
	buf_done(&b);
}

static void
links_behind_links_have_a_limit(void **state)
{
	(void)state;
	/* the last link itself is not one of the hops */
	check_hops(LIM_LINK_HOPS + 1, "");
	check_hops(LIM_LINK_HOPS + 2, "archive/link-loop");
}

/* --- limits ------------------------------------------------------------------------------ */

static void
names_have_limits(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		/* one component */
		struct buf b, name;
		buf_init(&b, 1 << 20);
		buf_init(&name, 1 << 20);
		for (size_t i = 0; i < 255 + over; i++)
			(void)buf_add_byte(&name, 'n');
		put_part(&b, &(struct part){"L", 'L', .data = buf_str(&name)});
		put_part(&b, &(struct part){"x"});
		put_zeros(&b, 2);
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked("component", &x, over ? SCAN_SUSPICIOUS : SCAN_CLEAN,
		    over ? "archive/name" : "", NULL);
		unpacked_done(&x);
		buf_done(&b);
		/* folders one inside the other */
		name.len = 0;
		for (size_t i = 0; i < LIM_PATH_DEPTH + over; i++)
			(void)buf_add_str(&name, "d/");
		(void)buf_add_str(&name, "f");
		put_part(&b, &(struct part){"L", 'L', .data = buf_str(&name)});
		put_part(&b, &(struct part){"x"});
		put_zeros(&b, 2);
		x = (struct unpacked){.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked("folders", &x, over ? SCAN_INCOMPLETE : SCAN_CLEAN,
		    over ? "archive/limit-folders" : "", NULL);
		unpacked_done(&x);
		buf_done(&b);
		/* the whole path */
		name.len = 0;
		while (name.len < LIM_PATH_BYTES + over)
			(void)buf_add_byte(&name, name.len % 100 == 99 ? '/' : 'p');
		put_part(&b, &(struct part){"L", 'L', .data = buf_str(&name)});
		put_part(&b, &(struct part){"x"});
		put_zeros(&b, 2);
		x = (struct unpacked){.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked("path", &x, over ? SCAN_INCOMPLETE : SCAN_CLEAN,
		    over ? "archive/limit-name" : "", NULL);
		unpacked_done(&x);
		buf_done(&b);
		/* a target */
		name.len = 0;
		while (name.len < LIM_LINK_BYTES + over)
			(void)buf_add_byte(&name, 'l');
		put_part(&b, &(struct part){"K", 'K', .data = buf_str(&name)});
		put_part(&b, &(struct part){"x", '2'});
		put_zeros(&b, 2);
		x = (struct unpacked){.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked("target", &x, over ? SCAN_INCOMPLETE : SCAN_CLEAN,
		    over ? "archive/link-dangling archive/limit-name" : "archive/link-dangling",
		    NULL);
		unpacked_done(&x);
		buf_done(&b);
		buf_done(&name);
	}
}

static void
additional_headers_have_a_limit(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b, record;
		buf_init(&b, 1 << 22);
		buf_init(&record, 1 << 22);
		buf_addf(&record, "%u comment=", (unsigned)(LIM_ARCHIVE_PAX_BYTES + over));
		while (record.len < LIM_ARCHIVE_PAX_BYTES + over - 1)
			(void)buf_add_byte(&record, 'c');
		(void)buf_add_byte(&record, '\n');
		put_part(&b, &(struct part){"p", 'x', .data = buf_str(&record)});
		put_part(&b, &(struct part){"x"});
		put_zeros(&b, 2);
		struct unpacked x = {.bytes = b.data, .n = b.len};
		unpacked_run(&x);
		assert_unpacked("record", &x, over ? SCAN_INCOMPLETE : SCAN_CLEAN,
		    over ? "archive/limit-name" : "", over ? "" : "x= ");
		unpacked_done(&x);
		buf_done(&b);
		buf_done(&record);
	}
}

/* Each budget with so much that it is just enough, and one less. */
static void
budgets_are_kept_to_the_last(void **state)
{
	static const struct part parts[PARTS] = {{"a", .data = "alpha"},
	    {"d/b", .data = "beta"}, {"l", '2', .link = "d/b"}, {"m", '2', .link = "l"}};
	static const struct {
		const char *what;
		struct unpack_limits enough, less;
		const char *rule, *said;
	} rows[] = {
	    {"members", {.members = 4}, {.members = 3}, "archive/limit-members",
		"a=alpha d/b=beta l:link>d/b "},
	    {"names", {.names_bytes = 10}, {.names_bytes = 9}, "archive/limit-names",
		"a=alpha d/b=beta l:link>d/b "},
	    {"nodes", {.nodes = 5}, {.nodes = 4}, "archive/limit-nodes",
		"a=alpha d/b=beta l:link>d/b m:link>l "},
	    {"steps", {.steps = 5}, {.steps = 4}, "archive/limit-links",
		"a=alpha d/b=beta l:link>d/b m:link>l "},
	    {"bytes", {.bytes = 9}, {.bytes = 8}, "archive/limit-bytes",
		"a=alpha d/b:file(too large) l:link>d/b m:link>l "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_limits(rows[i].what, parts, 2, SCAN_CLEAN, "",
		    "a=alpha d/b=beta l:link>d/b m:link>l ", &rows[i].enough);
		check_limits(rows[i].what, parts, 2, SCAN_INCOMPLETE, rows[i].rule,
		    rows[i].said, &rows[i].less);
	}
}

static void
room_is_what_the_vault_has(void **state)
{
	static const struct part parts[PARTS] = {{"a", .data = "alpha"}, {"b", .data = "beta"}};
	struct buf b = make(parts, 2);
	(void)state;
	for (uint64_t room = 9; room >= 8; room--) {
		struct unpacked x = {.bytes = b.data, .n = b.len, .room = room};
		unpacked_run(&x);
		assert_unpacked("room", &x, room == 9 ? SCAN_CLEAN : SCAN_INCOMPLETE,
		    room == 9 ? "" : "archive/limit-room",
		    room == 9 ? "a=alpha b=beta " : "a=alpha b:file(too large) ");
		unpacked_done(&x);
	}
	buf_done(&b);
}

static void
depth_ends_where_it_says(void **state)
{
	static const struct part parts[PARTS] = {{"a", .data = "x"}};
	struct buf b = make(parts, 2);
	(void)state;
	struct unpacked x = {.bytes = b.data, .n = b.len, .depth = LIM_ARCHIVE_DEPTH};
	unpacked_run(&x);
	assert_unpacked("the deepest", &x, SCAN_CLEAN, "", "a=x ");
	unpacked_done(&x);
	x = (struct unpacked){.bytes = b.data, .n = b.len, .depth = LIM_ARCHIVE_DEPTH + 1};
	unpacked_run(&x);
	assert_unpacked("one deeper", &x, SCAN_INCOMPLETE, "archive/limit-depth", "");
	unpacked_done(&x);
	/* what is no container is none, however deep it lies */
	x = (struct unpacked){
	    .bytes = (const uint8_t *)"text", .n = 4, .depth = LIM_ARCHIVE_DEPTH + 1};
	unpacked_run(&x);
	assert_unpacked("a text", &x, SCAN_NA, "", "");
	unpacked_done(&x);
	buf_done(&b);
}

/* --- ends that come from elsewhere -----------------------------------------------------------
 */

static void
giving_up_ends_at_once(void **state)
{
	static char big[3 << 20];
	const struct part parts[PARTS] = {
	    {"a", .data = big, .data_len = sizeof(big)}, {"b", .data = "beta"}};
	struct buf b = make(parts, 2);
	(void)state;
	struct unpacked x = {.bytes = b.data, .n = b.len, .stop_after = 2};
	unpacked_run(&x);
	assert_true(x.u.stopped && x.children == 1 && x.ended == 1 && x.written < sizeof(big));
	unpacked_done(&x);
	x = (struct unpacked){.bytes = b.data, .n = b.len, .refuse_child = 2};
	unpacked_run(&x);
	assert_true(x.u.stopped && x.children == 2 && x.ended == 1);
	unpacked_done(&x);
	x = (struct unpacked){.bytes = b.data, .n = b.len, .fail_at = 1 << 20};
	unpacked_run(&x);
	assert_int_equal(x.e, ERR_IO);
	unpacked_done(&x);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_read),
	    cmocka_unit_test(what_is_refused),
	    cmocka_unit_test(sizes_in_binary_are_read),
	    cmocka_unit_test(one_cut_short_is_never_clean),
	    cmocka_unit_test(holes_are_filled),
	    cmocka_unit_test(maps_that_do_not_hold_are_refused),
	    cmocka_unit_test(holes_have_a_limit),
	    cmocka_unit_test(names_that_harm_are_told),
	    cmocka_unit_test(links_are_followed_without_a_disk),
	    cmocka_unit_test(links_behind_links_have_a_limit),
	    cmocka_unit_test(names_have_limits),
	    cmocka_unit_test(additional_headers_have_a_limit),
	    cmocka_unit_test(budgets_are_kept_to_the_last),
	    cmocka_unit_test(room_is_what_the_vault_has),
	    cmocka_unit_test(depth_ends_where_it_says),
	    cmocka_unit_test(giving_up_ends_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
