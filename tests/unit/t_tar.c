/* links: src/proc/verify/tar src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
#include "src/proc/verify/tar.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 512

/* An archive that grows. */
struct made {
	uint8_t bytes[32 * BLOCK];
	size_t len;
};

static void
set_sum(uint8_t *h)
{
	char text[16];
	unsigned sum = 0;
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += h[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(h + 148, text, 7);
}

/* type 'g': a regular file with a GNU header */
static uint8_t *
add(struct made *m, const char *name, char type, const char *text)
{
	uint8_t *h = m->bytes + m->len;
	char size[16];
	memset(h, 0, BLOCK);
	memcpy(h, name, strlen(name));
	snprintf(size, sizeof(size), "%011o", (unsigned)strlen(text));
	memcpy(h + 124, size, 12);
	h[156] = (uint8_t)(type == 'g' ? '0' : type);
	memcpy(h + 257,
	    type == 'g' ? "ustar  "
			: "ustar\0"
			  "00",
	    8);
	set_sum(h);
	m->len += BLOCK;
	size_t n = strlen(text);
	memcpy(m->bytes + m->len, text, n);
	m->len += (n + BLOCK - 1) / BLOCK * BLOCK;
	return h;
}

static void
add_end(struct made *m)
{
	m->len += (size_t)2 * BLOCK;
}

static void
folder_is_found_by_its_paths(void **state)
{
	static const char *const tops[] = {"", "./", "K1-000001/"};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made m = {.len = 0};
		struct tar *t;
		const char *why = "";
		char path[64];
		snprintf(path, sizeof(path), "%sentries/", tops[i]);
		add(&m, path, '5', "");
		snprintf(path, sizeof(path), "%sSHA256SUMS", tops[i]);
		add(&m, path, '0', "sums");
		snprintf(path, sizeof(path), "%sentries/00000001.entry", tops[i]);
		add(&m, path, i == 1 ? 'g' : '0', "one");
		add_end(&m);
		assert_true(tar_is(m.bytes, m.len));
		assert_int_equal(tar_open(m.bytes, m.len, &t, &why), ERR_OK);
		const struct tar_file *f = tar_find(t, "entries/00000001.entry");
		assert_non_null(f);
		assert_int_equal(f->len, 3);
		assert_memory_equal(f->bytes, "one", 3);
		assert_non_null(tar_find(t, "SHA256SUMS"));
		assert_null(tar_find(t, "entries"));
		assert_null(tar_find(t, "x"));
		assert_non_null(tar_at(t, 1));
		assert_null(tar_at(t, 2));
		tar_close(t);
	}
	tar_close(NULL);
}

/* The first header of a good archive, spoiled: what it is called, what is said. */
static const struct {
	const char *what, *why;
	const char *name;
	char type;
	size_t at; /* of the header; BLOCK: nothing */
	char byte;
	bool keep_sum;
} spoiled[] = {
    {"a link", "other than files", "a", '2', BLOCK, 0, false},
    {"a device", "other than files", "a", '3', BLOCK, 0, false},
    {"a pax header", "other than files", "a", 'x', BLOCK, 0, false},
    {"an absolute name", "no custody folder has", "/a", '0', BLOCK, 0, false},
    {"a name that leads out", "no custody folder has", "a/../../b", '0', BLOCK, 0, false},
    {"an empty part", "no custody folder has", "a//b", '0', BLOCK, 0, false},
    {"a dot inside", "no custody folder has", "a/./b", '0', BLOCK, 0, false},
    {"no name", "no custody folder has", "", '0', BLOCK, 0, false},
    {"a name with LF", "no custody folder has", "a\nb", '0', BLOCK, 0, false},
    {"a name with ESC", "no custody folder has", "a\033b", '0', BLOCK, 0, false},
    {"a file as a directory's name", "no custody folder has", "a/", '0', BLOCK, 0, false},
    {"a byte without its sum", "damaged", "a", '0', 100, '7', true},
    {"another magic", "damaged", "a", '0', 258, 'x', false},
    {"a size of letters", "damaged", "a", '0', 125, 'x', false},
    {"a size in base 256", "damaged", "a", '0', 124, '\x80', false},
    {"a size beyond the end", "ends in the middle", "a", '0', 129, '7', false},
    {"the same name twice", "a name twice", "b", '0', BLOCK, 0, false},
};

static void
what_is_no_folder_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spoiled) / sizeof(spoiled[0]); i++) {
		struct made m = {.len = 0};
		struct tar *t;
		const char *why = "";
		uint8_t *h = add(&m, spoiled[i].name, spoiled[i].type, "text");
		if (spoiled[i].at < BLOCK)
			h[spoiled[i].at] = (uint8_t)spoiled[i].byte;
		if (!spoiled[i].keep_sum)
			set_sum(h);
		add(&m, "b", '0', "more");
		add_end(&m);
		if (tar_open(m.bytes, m.len, &t, &why) != ERR_SYNTAX ||
		    strstr(why, spoiled[i].why) == NULL)
			fail_msg("%s: %s", spoiled[i].what, why);
	}
}

static void
its_end_is_looked_at(void **state)
{
	struct made m = {.len = 0};
	struct tar *t;
	const char *why = "";
	(void)state;
	add(&m, "a", '0', "text");
	add_end(&m);
	for (size_t n = BLOCK; n < m.len; n++) {
		if (tar_open(m.bytes, n, &t, &why) != ERR_SYNTAX)
			fail_msg("cut off at %zu", n);
	}
	m.bytes[m.len - 1] = 1;
	assert_int_equal(tar_open(m.bytes, m.len, &t, &why), ERR_SYNTAX);
	m.bytes[m.len - 1] = 0;
	m.bytes[BLOCK + 4] = 1; /* behind the file, in its last block */
	assert_int_equal(tar_open(m.bytes, m.len, &t, &why), ERR_SYNTAX);
	m.bytes[BLOCK + 4] = 0;
	assert_int_equal(tar_open(m.bytes, m.len, &t, &why), ERR_OK);
	tar_close(t);
}

static void
limit_is_exact(void **state)
{
	size_t n = ((size_t)LIM_TAR_FILES + 3) * BLOCK;
	uint8_t *bytes = mem_alloc(n);
	struct tar *t;
	const char *why = "";
	(void)state;
	for (size_t i = 0; i <= LIM_TAR_FILES; i++) {
		struct made m = {.len = 0};
		char name[16];
		snprintf(name, sizeof(name), "%zu", i);
		if (i < 2 || i == LIM_TAR_FILES) {
			add(&m, name, '0', "");
		} else { /* the last of the numbers before, changed, is cheaper than a new one
			  */
			memcpy(m.bytes, bytes + (i - 1) * BLOCK, BLOCK);
			memcpy(m.bytes, name, strlen(name) + 1);
			set_sum(m.bytes);
		}
		memcpy(bytes + i * BLOCK, m.bytes, BLOCK);
	}
	assert_int_equal(tar_open(bytes, n, &t, &why), ERR_SYNTAX);
	assert_non_null(strstr(why, "more files"));
	memset(bytes + (size_t)LIM_TAR_FILES * BLOCK, 0, BLOCK);
	assert_int_equal(tar_open(bytes, n, &t, &why), ERR_OK);
	tar_close(t);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(folder_is_found_by_its_paths),
	    cmocka_unit_test(what_is_no_folder_is_refused),
	    cmocka_unit_test(its_end_is_looked_at),
	    cmocka_unit_test(limit_is_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
