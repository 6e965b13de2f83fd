/* links: src/proc/desk/listing db/work db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/name src/core/name_type src/core/digest src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/ipc/channel src/ipc/msg src/ipc/message src/base/io src/base/clock src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/listing.h"
#include "db/work.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static enum err
add(struct work *w, uint64_t id, uint64_t parent, const char *kind, char letter, size_t n)
{
	MEM_FREE uint8_t *name = mem_alloc(n);
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(n));
	memset(name, letter, n);
	hex_b64_encode(name, n, text);
	struct msg m = {MSG_READER_ITEM,
	    json_pack("{s:I s:I s:I s:s s:s s:s s:s s:I s:I s:s s:s s:s s:I s:I}", "id",
		(json_int_t)id, "parent", (json_int_t)parent, "volume", (json_int_t)1, "name",
		text, "kind", kind, "state", "read", "why", "", "size", (json_int_t)0, "mode",
		(json_int_t)0, "mtime", "", "zone", "utc", "link", "", "links", (json_int_t)1,
		"place", (json_int_t)0),
	    -1};
	assert_non_null(m.body);
	enum err e = listing_add(w, &m, false);
	json_decref(m.body);
	return e;
}

static size_t
path_of(struct work *w, uint64_t id, const uint8_t **ret_path)
{
	size_t n = 0;
	assert_int_equal(work_item_path(w, id, ret_path, &n), ERR_OK);
	return n;
}

/* A path of 4096 bytes whose directory is there twice: one hostile name ended the transfer. */
static void
a_name_that_is_there_twice_always_has_room(void **state)
{
	(void)state;
	struct work *w;
	const uint8_t *path;
	uint64_t id = 0;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	for (int i = 0; i < 15; i++, id++) /* 15 * 256 */
		assert_int_equal(add(w, id + 1, id, "directory", 'd', 255), ERR_OK);
	assert_int_equal(add(w, 16, 15, "directory", 'e', 254), ERR_OK);
	assert_int_equal(add(w, 17, 16, "file", 'f', 1), ERR_OK);
	assert_int_equal(path_of(w, 17, &path), LIM_PATH_BYTES);
	/* the same name, with no room for what tells it apart */
	assert_int_equal(add(w, 18, 16, "file", 'f', 1), ERR_OK);
	assert_in_range(path_of(w, 18, &path), LIM_PATH_BYTES - 12, LIM_PATH_BYTES);
	/* a directory twice, and what is in the second one */
	assert_int_equal(add(w, 19, 15, "directory", 'e', 254), ERR_OK);
	assert_int_equal(add(w, 20, 19, "file", 'f', 1), ERR_OK);
	assert_int_equal(add(w, 21, 19, "file", 'f', LIM_NAME_BYTES), ERR_OK);
	for (uint64_t i = 18; i <= 21; i++) {
		size_t n = path_of(w, i, &path);
		assert_in_range(n, 1, LIM_PATH_BYTES);
		assert_non_null(memchr(path, '\0', n));
	}
	work_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_name_that_is_there_twice_always_has_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
