/* links: src/proc/parent/ports src/core/station src/core/setting src/core/item src/base/buf src/base/hex src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
/* What the parent sees in ports, and the only things it opens there. */
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/parent/ports.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char dir[] = "/tmp/sp-ports.XXXXXX";
static char by_path[64];
static struct station_port ports[2];
static struct station station = {.ports = ports, .nports = 1};
static uint64_t diskseq;

static char *
below(const char *name)
{
	return mem_printf("%s/%s", dir, name);
}

static void
put(const char *name, const char *text)
{
	MEM_FREE char *path = below(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static int
set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	MEM_FREE char *port = below("port"), *link = below("port/link"),
		      *pipe = below("port/pipe");
	MEM_FREE char *folder = below("port/folder"), *loop = below("port/loop");
	assert_int_equal(mkdir(port, 0755), 0);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	put("outside", "outside");
	put("port/b.img", "12345");
	put("port/a.img", "");
	put("port/.hidden", "x");
	put("port/folder/c.img", "c");
	assert_int_equal(symlink("../outside", link), 0);
	assert_int_equal(symlink("loop", loop), 0);
	ports[0] = (struct station_port){"R1", STATION_IMAGE, mem_strdup(port), STATION_MEDIA};
	MEM_FREE char *named = below("by-path");
	assert_int_equal(mkdir(named, 0755), 0);
	snprintf(by_path, sizeof(by_path), "%s/", named);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	MEM_FREE char *command = mem_printf("%s", dir);
	free((void *)(uintptr_t)ports[0].path);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(127);
	}
	return 0;
}

/* The i-th name that is listed. */
static const char *
name_at(const json_t *rows, size_t i)
{
	static uint8_t name[LIM_NAME_BYTES];
	const char *text = json_string_value(json_object_get(json_array_get(rows, i), "name"));
	size_t n;
	assert_non_null(text);
	assert_true(hex_b64_decode(text, strlen(text), name, &n));
	name[n] = '\0';
	return (const char *)name;
}

static void
only_files_of_the_folder_are_listed(void **state)
{
	(void)state;
	json_t *rows = ports_list(&station, by_path);
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(name_at(rows, 0), "a.img");
	assert_string_equal(name_at(rows, 1), "b.img");
	const json_t *b = json_array_get(rows, 1);
	assert_int_equal(json_integer_value(json_object_get(b, "bytes")), 5);
	assert_true(
	    json_integer_value(json_object_get(b, "changed")) / 1000000000 > 1700000000);
	assert_string_equal(json_string_value(json_object_get(b, "port")), "R1");
	json_decref(rows);
}

static void
port_that_is_not_there_says_so(void **state)
{
	(void)state;
	struct station_port lost = {"R2", STATION_IMAGE, "/nonexistent/port", STATION_MEDIA};
	struct station s = {.ports = &lost, .nports = 1};
	json_t *rows = ports_list(&s, by_path);
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "why")),
	    "No such file or directory");
	json_decref(rows);
}

/* What is opened goes by the port's rule, and must be a device. */
static void
nothing_but_a_device_in_a_port_for_media_is_opened(void **state)
{
	static struct station_port two[] = {
	    {"in", STATION_BLOCK, "usb-0:1", STATION_MEDIA},
	    {"out", STATION_BLOCK, "usb-0:2", STATION_EXPORT},
	};
	static const struct station s = {.ports = two, .nports = COUNT(two)};
	static const struct {
		const char *what, *name;
		bool there;
		const char *why;
	} cases[] = {
	    {"a file by the name of a device", "usb-0:1:1.0", true, "it is no block device"},
	    {"nothing", "usb-0:1:1.1", false, "not there any more"},
	    {"another port", "usb-0:10:1.0", true, "on no port"},
	    {"a partition", "usb-0:1:1.0-part1", true, "on no port"},
	    {"the port for exports", "usb-0:2:1.0", true, "is for exports"},
	    {"the way out", "usb-0:1:/../usb-0:2:1.0", false, "on no port"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		MEM_FREE char *name = mem_printf("by-path/%s", cases[i].name);
		MEM_FREE char *source = below(name);
		const char *why = "";
		int fd;
		if (cases[i].there)
			put(name, "x");
		if (ports_open(&s, by_path, source, strlen(source), &fd, &diskseq, &why) !=
			ERR_DENIED ||
		    strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].what, why);
	}
	json_t *rows = ports_list(&s, by_path);
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
}

/* The name is a link, as udev makes them; what it leads to is judged, and only then opened. */
static void
what_a_name_leads_to_is_no_block_device(void **state)
{
	static struct station_port port = {"in", STATION_BLOCK, "usb-0:1", STATION_MEDIA};
	static const struct station s = {.ports = &port, .nports = 1};
	static const char *const targets[] = {"/dev/null", "/proc/self/status", "../by-path"};
	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		MEM_FREE char *name = mem_printf("by-path/usb-0:1:2.%zu", i);
		MEM_FREE char *link = below(name);
		const char *why = "";
		int fd;
		assert_int_equal(symlink(targets[i], link), 0);
		assert_int_equal(
		    ports_open(&s, by_path, link, strlen(link), &fd, &diskseq, &why),
		    ERR_DENIED);
		assert_string_equal(why, "it is no block device");
	}
}

static void
nothing_but_an_image_of_the_folder_is_opened(void **state)
{
	(void)state;
	static const struct {
		const char *what, *name;
		enum err err;
		const char *why;
	} cases[] = {
	    {"an image", "port/b.img", ERR_OK, ""},
	    {"an empty one", "port/a.img", ERR_OK, ""},
	    {"a link", "port/link", ERR_DENIED, "it is a link"},
	    {"a link to itself", "port/loop", ERR_DENIED, "it is a link"},
	    {"a pipe", "port/pipe", ERR_DENIED, "no image file"},
	    {"a folder", "port/folder", ERR_DENIED, "no image file"},
	    {"a file below", "port/folder/c.img", ERR_DENIED, "on no port"},
	    {"a file beside", "outside", ERR_DENIED, "on no port"},
	    {"the way up", "port/../outside", ERR_DENIED, "on no port"},
	    {"up and down again", "port/../port/b.img", ERR_DENIED, "on no port"},
	    {"the folder itself", "port/.", ERR_DENIED, "on no port"},
	    {"its end", "port/", ERR_DENIED, "on no port"},
	    {"without its end", "port", ERR_DENIED, "on no port"},
	    {"a name that begins like it", "portable", ERR_DENIED, "on no port"},
	    {"two slashes", "port//b.img", ERR_DENIED, "on no port"},
	    {"a hidden file", "port/.hidden", ERR_DENIED, "on no port"},
	    {"nothing", "port/nothing", ERR_DENIED, "not there"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		MEM_FREE char *source = below(cases[i].name);
		const char *why = "";
		int fd = -1;
		enum err e =
		    ports_open(&station, by_path, source, strlen(source), &fd, &diskseq, &why);
		if (e != cases[i].err || (e != ERR_OK && strstr(why, cases[i].why) == NULL))
			fail_msg("%s: error %d, \"%s\"", cases[i].what, (int)e, why);
		if (e == ERR_OK) {
			assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
			close(fd);
		}
	}
}

static void
name_with_a_nul_is_not_cut(void **state)
{
	(void)state;
	MEM_FREE char *source = below("port/b.img");
	const char *why;
	int fd;
	size_t n = strlen(source);
	MEM_FREE char *longer = mem_alloc(n + 5);
	memcpy(longer, source, n);
	memcpy(longer + n, "\0/..", 4);
	assert_int_equal(
	    ports_open(&station, by_path, longer, n + 4, &fd, &diskseq, &why), ERR_DENIED);
	assert_int_equal(ports_open(&station, by_path, "", 0, &fd, &diskseq, &why), ERR_DENIED);
}

static void
list_is_cut_at_its_limit_with_the_first_names(void **state)
{
	(void)state;
	char name[32];
	for (int i = 0; i < LIM_PORT_MEDIA - 2; i++) {
		snprintf(name, sizeof(name), "port/c%03d.img", i);
		put(name, "");
	}
	json_t *rows = ports_list(&station, by_path);
	assert_int_equal(json_array_size(rows), LIM_PORT_MEDIA);
	json_decref(rows);
	put("port/c000a.img", "");
	rows = ports_list(&station, by_path);
	assert_int_equal(json_array_size(rows), LIM_PORT_MEDIA);
	assert_string_equal(name_at(rows, 0), "a.img");
	assert_string_equal(name_at(rows, 3), "c000a.img");
	snprintf(name, sizeof(name), "c%03d.img", LIM_PORT_MEDIA - 4);
	assert_string_equal(name_at(rows, LIM_PORT_MEDIA - 1), name);
	json_decref(rows);
}

static void
a_full_folder_does_not_hide_another_port(void **state)
{
	(void)state;
	MEM_FREE char *full = below("full"), *other = below("other");
	struct station_port two[2] = {{"A", STATION_IMAGE, full, STATION_MEDIA},
	    {"B", STATION_IMAGE, other, STATION_MEDIA}};
	struct station s = {.ports = two, .nports = 2};
	char name[32];
	assert_int_equal(mkdir(full, 0755), 0);
	assert_int_equal(mkdir(other, 0755), 0);
	for (int i = 0; i < LIM_PORT_MEDIA + 3; i++) {
		snprintf(name, sizeof(name), "full/%03d.img", i);
		put(name, "");
	}
	put("other/stick.img", "");
	json_t *rows = ports_list(&s, by_path);
	assert_int_equal(json_array_size(rows), LIM_PORT_MEDIA / 2 + 1);
	assert_string_equal(name_at(rows, LIM_PORT_MEDIA / 2), "stick.img");
	json_decref(rows);
}

/* What lies behind the limit is not looked at: the look ends in time. */
static void
folder_with_too_many_entries_is_looked_at_in_part(void **state)
{
	(void)state;
	MEM_FREE char *folder = below("many");
	struct station_port port = {"R3", STATION_IMAGE, folder, STATION_MEDIA};
	struct station s = {.ports = &port, .nports = 1};
	char name[40];
	assert_int_equal(mkdir(folder, 0755), 0);
	for (int i = 0; i <= LIM_PORT_ENTRIES; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		put(name, "");
	}
	json_t *rows = ports_list(&s, by_path);
	assert_int_equal(json_array_size(rows), LIM_PORT_MEDIA);
	json_decref(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_files_of_the_folder_are_listed),
	    cmocka_unit_test(port_that_is_not_there_says_so),
	    cmocka_unit_test(nothing_but_a_device_in_a_port_for_media_is_opened),
	    cmocka_unit_test(what_a_name_leads_to_is_no_block_device),
	    cmocka_unit_test(nothing_but_an_image_of_the_folder_is_opened),
	    cmocka_unit_test(name_with_a_nul_is_not_cut),
	    cmocka_unit_test(list_is_cut_at_its_limit_with_the_first_names),
	    cmocka_unit_test(a_full_folder_does_not_hide_another_port),
	    cmocka_unit_test(folder_with_too_many_entries_is_looked_at_in_part),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
