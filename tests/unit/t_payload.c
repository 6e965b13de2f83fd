/* links: src/proc/stager/payload src/proc/stager/payload_read src/proc/stager/place src/proc/stager/share src/core/account src/core/fold src/core/canon src/core/digest src/core/finding src/core/inventory src/core/inventory_check src/core/inventory_print src/core/item src/core/merkle src/core/policy src/core/field src/core/fieldrule src/core/release src/core/part src/core/release_manifest src/core/release_plan src/core/setting src/core/tree src/core/verdict src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 src/core/release_weigh src/core/exception */
/* SPDX-License-Identifier: ISC */
/* Files, directories and links as they are put on the share, and read back. */
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/proc/stager/payload.h"
#include "src/proc/stager/place.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIME_A "2001-02-03T04:05:06Z"
#define TIME_B "2038-01-19T03:14:08Z"

#define DEST(s)                                 \
	{                                       \
		(const uint8_t *)(s), strlen(s) \
	}

struct rig {
	char dir[32];
	int dirfd, part;
	struct release_manifest m;
	struct release_file files[8];
	const char *contents[8];
	struct release_dir dirs[4];
	struct release_link links[4];
	struct payload payload;
};

static enum err
open_object(void *arg, size_t i, int *ret_fd, char why[SHARE_WHY_SIZE])
{
	const struct rig *r = arg;
	(void)why;
	return io_memfd("t", r->contents[i], strlen(r->contents[i]), ret_fd);
}

static void
no_progress(void *arg, uint64_t files, uint64_t bytes)
{
	(void)arg;
	(void)files;
	(void)bytes;
}

static void
add_file(struct rig *r, const char *dest, const char *text, unsigned mode, const char *mtime)
{
	struct release_file *f = &r->files[r->m.nfiles];
	*f =
	    (struct release_file){.dest = DEST(dest), .size_bytes = strlen(text), .mode = mode};
	snprintf(f->mtime, sizeof(f->mtime), "%s", mtime);
	digest_sha256(text, strlen(text), f->sha256);
	r->contents[r->m.nfiles++] = text;
}

static void
rig_seal(struct rig *r)
{
	struct buf text;
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < r->m.nfiles; i++) {
		assert_int_equal(
		    release_manifest_line(r->files[i].sha256, r->files[i].dest, &text), ERR_OK);
		buf_add_byte(&text, '\n');
	}
	r->m.text = buf_steal(&text, &r->m.text_len);
	digest_sha256(r->m.text, r->m.text_len, r->m.sha256);
}

static void
rig_open(struct rig *r)
{
	char why[SHARE_WHY_SIZE];
	*r = (struct rig){.dir = "/tmp/sp-XXXXXX"};
	assert_non_null(mkdtemp(r->dir));
	r->dirfd = open(r->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(share_part_new(r->dirfd, "T", &r->part, why), ERR_OK);
	r->m.files = r->files;
	r->m.dirs = r->dirs;
	r->m.links = r->links;
	r->payload = (struct payload){&r->m, open_object, no_progress, r};
}

static void
rig_close(struct rig *r)
{
	free(r->m.text);
	close(r->part);
	close(r->dirfd);
	assert_int_equal(share_remove(AT_FDCWD, r->dir), ERR_OK);
}

/* A directory in a directory, empty and not, a program, odd names, links. */
static void
fill(struct rig *r)
{
	r->dirs[0] = (struct release_dir){DEST("a"), 0755, TIME_A};
	r->dirs[1] = (struct release_dir){DEST("a/b"), 0700, TIME_B};
	r->dirs[2] = (struct release_dir){DEST("empty"), 0755, ""};
	r->m.ndirs = 3;
	add_file(r, "a/b/run.sh", "#!/bin/sh\n", 0755, TIME_A);
	add_file(r, "a/new\nline", "x", 0644, TIME_B);
	add_file(r, "a/nothing", "", 0600, "");
	add_file(r, "back\\slash \xff", "y", 0666, TIME_A);
	r->links[0] = (struct release_link){
	    .dest = DEST("a/b/up"), .target = DEST("../nothing"), .mtime = TIME_A};
	r->links[1] =
	    (struct release_link){.dest = DEST("link"), .target = DEST("a"), .mtime = ""};
	r->m.nlinks = 2;
	rig_seal(r);
}

static void
must_build(struct rig *r)
{
	char why[SHARE_WHY_SIZE] = "";
	if (payload_build(&r->payload, r->part, why) != ERR_OK ||
	    payload_sync(&r->payload, r->part, why) != ERR_OK)
		fail_msg("%s", why);
}

static struct stat
look(const struct rig *r, const char *name)
{
	struct stat st;
	assert_int_equal(fstatat(r->part, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static void
modes_times_and_links_are_those_of_the_medium(void **state)
{
	static const struct {
		const char *what, *name;
		mode_t mode;
		const char *mtime;
	} cases[] = {
	    {"a program", "files/a/b/run.sh", S_IFREG | 0555, TIME_A},
	    {"a file with a newline", "files/a/new\nline", S_IFREG | 0444, TIME_B},
	    {"a private file", "files/a/nothing", S_IFREG | 0444, NULL},
	    {"a file no one may run", "files/back\\slash \xff", S_IFREG | 0444, TIME_A},
	    {"a directory", "files/a", S_IFDIR | 0555, TIME_A},
	    {"a directory in it", "files/a/b", S_IFDIR | 0555, TIME_B},
	    {"an empty directory", "files/empty", S_IFDIR | 0555, NULL},
	    {"a link", "files/a/b/up", S_IFLNK | 0777, TIME_A},
	    {"all of them", "files", S_IFDIR | 0555, NULL},
	    {"the manifest", "MANIFEST.sha256", S_IFREG | 0444, NULL},
	};
	struct rig r;
	char target[32] = "", why[SHARE_WHY_SIZE] = "";
	uint8_t sha256[32];
	(void)state;
	rig_open(&r);
	fill(&r);
	must_build(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stat st = look(&r, cases[i].name);
		int64_t wall_s = st.st_mtime;
		if (cases[i].mtime != NULL)
			assert_true(clock_parse(cases[i].mtime, &wall_s));
		if (st.st_mode != cases[i].mode || st.st_mtime != wall_s)
			fail_msg("%s", cases[i].what);
	}
	assert_int_equal(readlinkat(r.part, "files/a/b/up", target, sizeof(target)), 10);
	assert_string_equal(target, "../nothing");
	if (payload_read_back(&r.payload, r.part, sha256, why) != ERR_OK)
		fail_msg("%s", why);
	assert_memory_equal(sha256, r.m.sha256, 32);
	rig_close(&r);
}

static void
another_link_or_directory_is_found_on_reading_back(void **state)
{
	static const struct {
		const char *what;
		int act;
		const char *why;
	} cases[] = {
	    {"a link that leads elsewhere", 0, "is not the link"},
	    {"a link that is gone", 1, "is not the link"},
	    {"one more directory", 2, "not hold just"},
	    {"a fifo in place of a file", 3, "not on the share as a file"},
	    {"a second name of a file", 4, "another name besides"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		char why[SHARE_WHY_SIZE] = "";
		uint8_t sha256[32];
		rig_open(&r);
		fill(&r);
		must_build(&r);
		assert_int_equal(fchmodat(r.part, "files", 0755, 0), 0);
		assert_int_equal(fchmodat(r.part, "files/a", 0755, 0), 0);
		switch (cases[i].act) {
		case 0:
			unlinkat(r.part, "files/link", 0);
			assert_int_equal(symlinkat("b", r.part, "files/link"), 0);
			break;
		case 1:
			assert_int_equal(unlinkat(r.part, "files/link", 0), 0);
			break;
		case 2:
			assert_int_equal(mkdirat(r.part, "files/more", 0555), 0);
			break;
		case 3:
			unlinkat(r.part, "files/a/nothing", 0);
			assert_int_equal(mkfifoat(r.part, "files/a/nothing", 0444), 0);
			break;
		default:
			assert_int_equal(
			    linkat(r.part, "files/a/nothing", r.part, "files/more", 0), 0);
		}
		if (payload_read_back(&r.payload, r.part, sha256, why) != ERR_SIGNATURE ||
		    strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].what, why);
		rig_close(&r);
	}
}

/* A manifest is a pure function of signed bytes; still no name of it leaves files/. */
static void
name_that_would_leave_the_tree_is_refused(void **state)
{
	char deep[2 * (LIM_PATH_DEPTH + 3) + 1] = "", long_name[257];
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[256] = '\0';
	for (size_t i = 0; i < LIM_PATH_DEPTH + 3; i++) {
		deep[2 * i] = 'd';
		deep[2 * i + 1] = i + 1 < LIM_PATH_DEPTH + 3 ? '/' : '\0';
	}
	const char *const bad[] = {"..", ".", "../x", "a/../x", "/etc/passwd", "a//b", "a/", "",
	    "a/./b", "out/x", "out/y/z", deep, long_name};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rig r;
		char why[SHARE_WHY_SIZE] = "";
		rig_open(&r);
		add_file(&r, bad[i], "x", 0644, "");
		rig_seal(&r);
		/* a directory of that name that leads outside */
		assert_int_equal(mkdirat(r.part, "files", 0700), 0);
		assert_int_equal(symlinkat("..", r.part, "files/out"), 0);
		struct place *p = mem_alloc(sizeof(*p));
		int files = openat(r.part, "files", O_RDONLY | O_DIRECTORY);
		place_init(p, files);
		if (place_set(p, (const uint8_t *)bad[i], strlen(bad[i])) == ERR_OK)
			fail_msg("accepted: %s", bad[i]);
		place_done(p);
		free(p);
		close(files);
		assert_int_equal(unlinkat(r.part, "files/out", 0), 0);
		assert_int_equal(unlinkat(r.part, "files", AT_REMOVEDIR), 0);
		assert_int_not_equal(payload_build(&r.payload, r.part, why), ERR_OK);
		rig_close(&r);
	}
}

static void
deepest_and_longest_names_have_a_place(void **state)
{
	char deep[2 * (LIM_PATH_DEPTH + 2)] = "";
	struct place *p = mem_alloc(sizeof(*p));
	struct rig r;
	(void)state;
	rig_open(&r);
	place_init(p, r.part);
	for (size_t i = 0; i < LIM_PATH_DEPTH + 2; i++) {
		deep[2 * i] = 'd';
		assert_int_equal(place_set(p, (const uint8_t *)deep, strlen(deep)), ERR_OK);
		assert_int_equal(mkdirat(p->dirfd, p->name, 0700), 0);
		if (i + 1 < LIM_PATH_DEPTH + 2)
			deep[2 * i + 1] = '/';
	}
	char name[256];
	memset(name, 'n', 255);
	name[255] = '\0';
	assert_int_equal(place_set(p, (const uint8_t *)name, 255), ERR_OK);
	assert_int_equal(p->dirfd, r.part);
	place_done(p);
	free(p);
	rig_seal(&r);
	rig_close(&r);
}

static void
publishing_never_replaces(void **state)
{
	struct rig r;
	char why[SHARE_WHY_SIZE];
	int fd = -1;
	(void)state;
	rig_open(&r);
	fill(&r);
	must_build(&r);
	assert_int_equal(mkdirat(r.dirfd, "T", 0755), 0);
	assert_int_equal(share_publish(r.dirfd, "T", why), ERR_EXISTS);
	assert_int_equal(share_find(r.dirfd, ".T.part", &fd), ERR_OK);
	close(fd);
	assert_int_equal(unlinkat(r.dirfd, "T", AT_REMOVEDIR), 0);
	assert_int_equal(share_publish(r.dirfd, "T", why), ERR_OK);
	assert_int_equal(share_find(r.dirfd, ".T.part", &fd), ERR_NOTFOUND);
	assert_int_equal(share_find(r.dirfd, "T", &fd), ERR_OK);
	close(fd);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(modes_times_and_links_are_those_of_the_medium),
	    cmocka_unit_test(another_link_or_directory_is_found_on_reading_back),
	    cmocka_unit_test(name_that_would_leave_the_tree_is_refused),
	    cmocka_unit_test(deepest_and_longest_names_have_a_place),
	    cmocka_unit_test(publishing_never_replaces),
	};
	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
