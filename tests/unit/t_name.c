/* links: src/core/name src/core/name_type src/core/digest src/base/escape src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/core/name.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Findings as "rule=severity rule=severity", in their order. */
static void
note(void *arg, const struct name_finding *f)
{
	struct buf *b = arg;
	static const char *const classes[] = {"name", "mismatch", "incomplete", "policy"};
	bool known = false;
	for (size_t i = 0; i < COUNT(classes); i++)
		known = known || strcmp(classes[i], f->class) == 0;
	assert_true(known);
	assert_true(f->title[0] != '\0' && strlen(f->detail) <= LIM_FINDING_TEXT);
	for (const char *p = f->detail; *p != '\0'; p++)
		assert_true(*p >= 0x20 && *p <= 0x7e);
	buf_addf(b, "%s%s=%s", b->len > 0 ? " " : "", f->rule, f->severity);
}

static void
check_item(const char *what, const struct name_item *item, const char *want)
{
	struct buf b;
	buf_init(&b, 4096);
	name_judge(item, note, &b);
	if (strcmp(buf_str(&b), want) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", what, buf_str(&b), want);
	buf_done(&b);
}

static void
names(void **state)
{
	(void)state;
	static const struct {
		const char *what, *name, *want;
	} cases[] = {
	    {"plain", "docs/report-2024.tar.gz", ""},
	    {"directory is judged as its own item", "\x1b/plain", ""},
	    {"escape sequence", "a\x1b[2J", "name/control=high name/changed=low"},
	    {"20 backspaces and APPROVED", "\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\bAPPROVED",
		"name/control=high name/changed=low"},
	    {"right-to-left override", "invoice\xe2\x80\xaegpj.exe",
		"name/bidi=high name/changed=low"},
	    {"zero width space",
		"a\xe2\x80\x8b"
		"b",
		"name/invisible=high name/changed=low"},
	    {"tag letter", "a\xf3\xa0\x81\x81", "name/invisible=high name/changed=low"},
	    {"soft hyphen",
		"a\xc2\xad"
		"b",
		"name/invisible=medium name/changed=low"},
	    {"bad byte", "a\xff", "name/invalid=medium name/changed=low"},
	    {"private use", "a\xee\x80\x80", "name/private-use=high name/changed=low"},
	    {"noncharacter", "a\xef\xb7\x90", "name/unassigned=medium name/changed=low"},
	    {"one dot leader",
		"a\xe2\x80\xa4"
		"exe",
		"name/lookalike=high name/compat=medium"},
	    {"Cyrillic in Latin", "p\xd0\xb0ypal", "name/mixed-scripts=medium"},
	    {"loose mark", "q\xcc\x81", "name/combining=medium"},
	    {"composing mark", "e\xcc\x81", "name/non-ascii=info"},
	    {"two spaces", "a  b", "name/space=medium"},
	    {"trailing space", "a ", "name/space=medium name/trailing=low"},
	    {"trailing dot", "a.", "name/trailing=low"},
	    {"French", "r\xc3\xa9sum\xc3\xa9.doc", "name/non-ascii=info"},
	    {"Japanese", "\xe6\x97\xa5\xe6\x9c\xac", "name/wide=info"},
	    {"leading dash", "x/-rf", "name/leading-dash=low"},
	    {"leading dot", ".bashrc", "name/leading-dot=low"},
	    {"device", "x/Con.txt", "name/reserved-device=low"},
	    {"not a device", "x/Cone.txt", ""},
	    {"colon", "a:b", "name/reserved-character=low"},
	    {"backslash", "a\\b", "name/reserved-character=low name/changed=low"},
	    {"dot dot", "x/..", "name/dots=high"},
	    {"double extension", "plan.pdf.exe", "name/double-extension=medium"},
	    {"double extension behind spaces", "plan.pdf    .exe",
		"name/space=medium name/double-extension=medium"},
	    {"honest second extension", "jquery.min.js", ""},
	    {"unfinished download", "model.safetensors.part", "name/partial=medium"},
	    {"leavings", "x/Thumbs.db", "name/leavings=low"},
	    {"starts programs", "AUTORUN.INF", "name/leavings=medium"},
	    {"shortcut", "photos.lnk", "name/leavings=medium"},
	    {"resource fork", "._a.txt", "name/leading-dot=low name/leavings=low"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct name_item item = {(const uint8_t *)cases[i].name, strlen(cases[i].name),
		    "file", NULL, NULL, false};
		check_item(cases[i].what, &item, cases[i].want);
	}
}

static void
content_against_extension(void **state)
{
	(void)state;
	static const struct {
		const char *what, *name, *type, *mime, *want;
		bool executable;
	} cases[] = {
	    {"report that is one", "report.pdf", "pdf", "application/pdf", "", false},
	    {"ELF named report.pdf", "report.pdf", "elf", "application/x-executable",
		"mismatch/program=high", false},
	    {"ELF named readme.txt", "a/readme.txt", "elf", "application/x-executable",
		"mismatch/program=high", false},
	    {"script named photo.JPG", "photo.JPG", "script", "text/x-shellscript",
		"mismatch/program=high", false},
	    {"script named notes.txt is text", "notes.txt", "script", "text/x-shellscript", "",
		false},
	    {"second name of the same bytes", "tool", "elf", "application/x-executable",
		"policy/program=info", true},
	    {"PNG named photo.jpg", "photo.jpg", "png", "image/png", "mismatch/type=medium",
		false},
	    {"random bytes named data.xlsx", "data.xlsx", "data", "application/octet-stream",
		"mismatch/type=medium", false},
	    {"error page as a wheel", "a-1.0-py3-none-any.whl", "html", "text/html",
		"mismatch/error-page=medium", false},
	    {"error body as weights", "m.safetensors", "json", "application/json",
		"mismatch/error-page=medium", false},
	    {"pointer as weights", "m.safetensors", "lfs-pointer", "text/plain",
		"mismatch/type=medium", false},
	    {"empty text", "__init__.py", "empty", "inode/x-empty", "", false},
	    {"empty wheel", "a.whl", "empty", "inode/x-empty", "mismatch/empty=low", false},
	    {"wheel in a zip's name", "a.zip", "wheel", "application/zip", "", false},
	    {"zip in a wheel's name", "a.whl", "zip", "application/zip", "mismatch/type=medium",
		false},
	    {"picture by its MIME", "a.tiff", "image", "image/tiff", "", false},
	    {"source code", "a.py", "text", "text/x-script.python", "", false},
	    {"compressed tar", "a.tar.gz", "gzip", "application/gzip", "", false},
	    {"unknown extension", "a.xyz", "elf", "application/x-executable", "", false},
	    {"extension before dots and spaces", "a.pdf. .", "elf", "application/x-executable",
		"name/trailing=low mismatch/program=high", false},
	    {"type not known yet", "a.pdf", "", "", "", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct name_item item = {(const uint8_t *)cases[i].name, strlen(cases[i].name),
		    "file", cases[i].type, cases[i].mime, cases[i].executable};
		check_item(cases[i].what, &item, cases[i].want);
	}
	struct name_item directory = {(const uint8_t *)"a.pdf", 5, "directory", "", "", true};
	check_item("directory has no content", &directory, "");
}

static void
destinations(void **state)
{
	(void)state;
	static const struct {
		const char *what, *path, *want; /* NULL: refused */
	} cases[] = {
	    {"plain", "a/b c/d.txt", "a/b c/d.txt"},
	    {"letters stay", "r\xc3\xa9sum\xc3\xa9", "r\xc3\xa9sum\xc3\xa9"},
	    {"newline", "a\nb/c", "a\\x0Ab/c"},
	    {"bad byte", "a\xff", "a\\xFF"},
	    {"what looks escaped already", "a\\x0Ab", "a\\\\x0Ab"},
	    {"what looks shortened already", "a\\..{0123456789abcdef}",
		"a\\\\..{0123456789abcdef}"},
	    {"direction", "x\xe2\x80\xaegpj", "x\\u{202E}gpj"},
	    {"leading dash and spaces stay", "-a /b ", "-a /b "},
	    {"three dots are a name", "...", "..."},
	    {"empty path", "", NULL},
	    {"leading slash", "/a", NULL},
	    {"trailing slash", "a/", NULL},
	    {"empty component", "a//b", NULL},
	    {"dot", "a/./b", NULL},
	    {"dot dot", "../b", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;
		buf_init(&b, LIM_PATH_BYTES);
		enum err e = name_dest(cases[i].path, strlen(cases[i].path), &b);
		if (e != (cases[i].want != NULL ? ERR_OK : ERR_RANGE) ||
		    (e == ERR_OK && strcmp(buf_str(&b), cases[i].want) != 0) ||
		    (e != ERR_OK && b.len != 0))
			fail_msg("%s: %d %s", cases[i].what, e, buf_str(&b));
		buf_done(&b);
	}
}

static void
dest_of(const char *prefix, const char *fill, size_t n, const char *suffix, struct buf *out)
{
	struct buf in;
	buf_init(&in, 8192);
	buf_add_str(&in, prefix);
	for (size_t i = 0; i < n; i++)
		buf_add_str(&in, fill);
	buf_add_str(&in, suffix);
	buf_init(out, LIM_PATH_BYTES);
	assert_int_equal(name_dest(in.data, in.len, out), ERR_OK);
	buf_done(&in);
}

static void
long_names_keep_their_extension(void **state)
{
	(void)state;
	struct buf a, b;
	dest_of("", "x", 255, "", &a);
	assert_int_equal(a.len, 255);
	assert_null(strchr(buf_str(&a), '\\'));
	buf_done(&a);

	dest_of("", "x", 256, "", &a);
	assert_int_equal(a.len, 255);
	assert_non_null(strstr(buf_str(&a), "x\\..{"));
	buf_done(&a);

	dest_of("1", "\x01", 200, ".tar.gz", &a);
	dest_of("2", "\x01", 200, ".tar.gz", &b);
	assert_true(a.len <= 255);
	assert_string_equal(buf_str(&a) + a.len - 8, "}.tar.gz");
	assert_string_not_equal(buf_str(&a), buf_str(&b));
	buf_done(&a);
	buf_done(&b);

	/* same beginning, same end: only the digest tells them apart */
	dest_of("", "\x01", 100, "1.gz", &a);
	dest_of("", "\x01", 100, "2.gz", &b);
	assert_string_not_equal(buf_str(&a), buf_str(&b));
	buf_done(&a);
	buf_done(&b);

	/* a NUL at the end is no part of an extension */
	struct buf nul;
	char raw[302];
	memset(raw, 1, sizeof(raw));
	memcpy(raw + 297, ".pdf", 5);
	buf_init(&nul, 255);
	assert_int_equal(name_dest(raw, sizeof(raw), &nul), ERR_OK);
	assert_int_equal(strlen(buf_str(&nul)), nul.len);
	buf_done(&nul);

	/* cut between code points, and never inside an escape */
	dest_of("", "\xc3\xa9", 128, ".pdf", &a);
	const char *mark = strstr(buf_str(&a), "\\..{");
	assert_non_null(mark);
	assert_int_equal((mark - buf_str(&a)) % 2, 0);
	buf_done(&a);
	dest_of("", "\xff", 256, "", &a);
	mark = strstr(buf_str(&a), "\\..{");
	assert_non_null(mark);
	assert_int_equal((mark - buf_str(&a)) % 4, 0);
	buf_done(&a);
}

static void
path_limit(void **state)
{
	(void)state;
	char path[LIM_PATH_BYTES + 2];
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 200 == 199 ? '/' : 'a';
	struct buf b;
	buf_init(&b, LIM_PATH_BYTES);
	assert_int_equal(name_dest(path, LIM_PATH_BYTES, &b), ERR_OK);
	buf_done(&b);
	assert_int_equal(name_dest(path, LIM_PATH_BYTES + 1, &b), ERR_LIMIT);
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 60 == 59 ? '/' : '\x01';
	assert_int_equal(name_dest(path, LIM_PATH_BYTES, &b), ERR_LIMIT);
	assert_int_equal(b.len, 0);
}

/* Two paths of one medium never become one on the share. */
static void
no_two_names_meet(void **state)
{
	(void)state;
	static const char *const raw[] = {"a\n", "a\\x0A", "a\\\\x0A", "a\\u{A}", "a\x85",
	    "a\xc2\x85", "a\\x85", "a\\u{85}", " a", "\\x20a", "a", "A", "a ", "a\\x20",
	    "\xe2\x80\xae", "\\u{202E}"};
	struct buf dest[COUNT(raw)];
	for (size_t i = 0; i < COUNT(raw); i++) {
		buf_init(&dest[i], 255);
		assert_int_equal(name_dest(raw[i], strlen(raw[i]), &dest[i]), ERR_OK);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(buf_str(&dest[i]), buf_str(&dest[k]));
	}
	for (size_t i = 0; i < COUNT(raw); i++)
		buf_done(&dest[i]);
}

static void
folding(void **state)
{
	(void)state;
	static const struct {
		const char *what, *a, *b;
		bool same;
	} cases[] = {
	    {"case", "README.txt", "readme.TXT", true},
	    {"composed or not", "r\xc3\xa9sum\xc3\xa9", "re\xcc\x81sume\xcc\x81", true},
	    {"sharp s",
		"stra\xc3\x9f"
		"e",
		"STRASSE", true},
	    {"ligature", "\xef\xac\x81le", "file", true},
	    {"zero width",
		"a\xe2\x80\x8b"
		"b",
		"ab", true},
	    {"trailing dot", "a.", "a", true},
	    {"different", "a1", "a2", false},
	    {"not UTF-8", "a\xff", "A\xff", true},
	    {"not UTF-8, different", "a\xff", "a\xfe", false},
	    {"bad byte is not its letter", "\xe9", "\xc3\xa9", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf a, b;
		buf_init(&a, 256);
		buf_init(&b, 256);
		assert_int_equal(name_fold(cases[i].a, strlen(cases[i].a), &a), ERR_OK);
		assert_int_equal(name_fold(cases[i].b, strlen(cases[i].b), &b), ERR_OK);
		if ((strcmp(buf_str(&a), buf_str(&b)) == 0) != cases[i].same)
			fail_msg("%s: %s %s", cases[i].what, buf_str(&a), buf_str(&b));
		buf_done(&a);
		buf_done(&b);
	}
}

static void
collision(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 256);
	name_collision("A\x1b", 2, note, &b);
	assert_string_equal(buf_str(&b), "name/collision=medium");
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(content_against_extension),
	    cmocka_unit_test(destinations),
	    cmocka_unit_test(long_names_keep_their_extension),
	    cmocka_unit_test(path_limit),
	    cmocka_unit_test(no_two_names_meet),
	    cmocka_unit_test(folding),
	    cmocka_unit_test(collision),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
