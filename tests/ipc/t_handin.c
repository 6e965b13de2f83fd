/* links: src/proc/desk/handin src/core/device src/core/station src/core/setting src/core/item src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Media that terminals name: images, devices in ports, paths of any length. */
#include "src/proc/desk/handin.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/intake.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SOURCE   STATION_BY_PATH "usb-0:1:1.0"

static size_t recorded;              /* bytes of the source in the entry */
static char port[32], serial[32];    /* in it */
static struct follow_device *device; /* the one that is followed, or NULL */
static const char *reading = "";     /* the transfer that is being read */
static struct custody_transfer *transfer;

static bool unfollowed; /* devices are not followed at all */
static bool block;      /* what is opened is 8:16, a disk */

bool
follow_active(const struct desk *d)
{
	(void)d;
	return device != NULL && !unfollowed;
}

void
follow_refresh(struct desk *d)
{
	(void)d;
}

const struct follow_device *
follow_find(const struct desk *d, const char *name)
{
	(void)d;
	return device != NULL && (strcmp(name, "left") == 0 || strcmp(name, SOURCE) == 0)
	           ? device
	           : NULL;
}

/* A second of the same port, or NULL. */
static struct follow_device *other;

const struct follow_device *
follow_next(const struct desk *d, const struct follow_device *f)
{
	(void)d;
	if (f == NULL)
		return device;
	return f == device ? other : NULL;
}

const struct follow_device *
follow_at(const struct desk *d, const char *place)
{
	(void)d;
	return device != NULL && strcmp(place, device->place) == 0 ? device : NULL;
}

bool
follow_is(const struct device *d, const struct custody_transfer *t)
{
	const json_t *is = json_object_get(json_object_get(t->open_data, "medium"), "device");
	return strcmp(d->serial, json_string_value(json_object_get(is, "serial"))) == 0;
}

struct intake *
intake_find(struct desk *d, const char *id)
{
	(void)d;
	return id[0] != '\0' && strcmp(id, reading) == 0 ? (struct intake *)(void *)&recorded
	                                                 : NULL;
}

bool
intake_needs_medium(const struct intake *in)
{
	return in != NULL;
}

const struct custody_transfer *
custody_transfer_find(const struct custody *c, const char *id)
{
	(void)c;
	return transfer != NULL && strcmp(id, transfer->id) == 0 ? transfer : NULL;
}

/* In place of the library's: nobody can make a disk to open here. */
int
fstat(int fd, struct stat *ret)
{
	int answer = fstatat(fd, "", ret, AT_EMPTY_PATH);
	if (block) {
		ret->st_mode = S_IFBLK | 0440;
		ret->st_rdev = makedev(8, 16);
		ret->st_size = 0;
	}
	return answer;
}

void
flap_enter(
    struct desk *d, const struct station_port *of, const char *type, json_t *data, bool sure)
{
	(void)d;
	assert_string_equal(type, "device.refused");
	assert_true(sure);
	assert_string_equal(
	    json_string_value(json_object_get(data, "port")), of != NULL ? of->name : "");
	recorded = strlen(json_string_value(json_object_get(data, "source")));
	snprintf(port, sizeof(port), "%s", json_string_value(json_object_get(data, "port")));
	snprintf(
	    serial, sizeof(serial), "%s", json_string_value(json_object_get(data, "serial")));
	json_decref(data);
}

static void
a_path_longer_than_a_path_is_refused_before_it_is_asked_for(void **state)
{
	static const struct {
		const char *what, *why;
		size_t n, recorded;
	} cases[] = {
	    {"the longest", "not there", LIM_PATH_BYTES, (size_t)LIM_PATH_BYTES * 4},
	    {"one longer", "longer than a path", LIM_PATH_BYTES + 1,
		(size_t)LIM_NAME_BYTES * 4},
	    {"as long as a terminal can send", "longer than a path", 12000,
		(size_t)LIM_NAME_BYTES * 4},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fds[2];
		struct handin h;
		char why[HANDIN_WHY_SIZE];
		struct desk d = {.lost = false};
		MEM_FREE uint8_t *source = mem_alloc(cases[i].n);
		memset(source, 1, cases[i].n);
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
		d.parent = channel_new(fds[0], ROLE_DESK, ROLE_PARENT);
		struct channel *parent = channel_new(fds[1], ROLE_PARENT, ROLE_DESK);
		channel_set_phase(d.parent, PH_OPEN);
		channel_set_phase(parent, PH_OPEN);
		channel_send(
		    parent, MSG_PARENT_NOT_OPENED, json_pack("{s:s}", "why", "not there"), -1);
		recorded = 0;
		assert_int_equal(handin_take(&d, -1, source, cases[i].n, &h, why), ERR_DENIED);
		if (strstr(why, cases[i].why) == NULL || recorded != cases[i].recorded)
			fail_msg("%s: %s, %zu", cases[i].what, why, recorded);
		channel_free(parent);
		channel_free(d.parent);
	}
}

/* --- devices ---------------------------------------------------------------------- */

static struct desk
desk_with_parent(struct channel **ret_parent)
{
	int fds[2];
	struct desk d = {.lost = false};
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	d.parent = channel_new(fds[0], ROLE_DESK, ROLE_PARENT);
	*ret_parent = channel_new(fds[1], ROLE_PARENT, ROLE_DESK);
	channel_set_phase(d.parent, PH_OPEN);
	channel_set_phase(*ret_parent, PH_OPEN);
	return d;
}

static struct follow_device
stick(enum device_state state)
{
	static const struct station_port left = {
	    "left", STATION_BLOCK, "usb-0:1", STATION_MEDIA};
	static char place[] = "/devices/usb/sdb";
	struct follow_device f = {.place = place,
	    .device = {.kind = DEVICE_DISK,
		.serial = "S1",
		.major = 8,
		.minor = 16,
		.bytes = 4096,
		.diskseq = 5},
	    .judgement = {.state = state, .port = &left},
	    .source = SOURCE};
	snprintf(f.judgement.why, sizeof(f.judgement.why), "it is a keyboard");
	return f;
}

/* What is refused is never asked for; what is opened must be what was judged. */
static void
a_device_is_opened_only_when_it_is_the_one_that_was_judged(void **state)
{
	static const struct {
		const char *what, *name, *transfer;
		enum device_state state;
		bool asked;
		const char *why, *port;
	} cases[] = {
	    {"refused", "left", "", DEVICE_REFUSED, false, "it is a keyboard", "left"},
	    {"empty", "left", "", DEVICE_EMPTY, false, "no medium in it", "left"},
	    {"at work", SOURCE, "K1-000001", DEVICE_READY, false, "for transfer K1-000001",
		"left"},
	    {"something else opens", SOURCE, "", DEVICE_READY, true, "taken out or exchanged",
		"left"},
	    {"by its port", "left", "K1-000002", DEVICE_READY, true, "taken out or exchanged",
		"left"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct channel *parent;
		struct desk d = desk_with_parent(&parent);
		struct follow_device f = stick(cases[i].state);
		struct handin h;
		struct msg m;
		char why[HANDIN_WHY_SIZE];
		snprintf(f.transfer, sizeof(f.transfer), "%s", cases[i].transfer);
		device = &f;
		reading = "K1-000001";
		MEM_CLOSE int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
		channel_send(parent, MSG_PARENT_OPENED, NULL, file);
		assert_int_equal(handin_take(&d, -1, (const uint8_t *)cases[i].name,
				     strlen(cases[i].name), &h, why),
		    ERR_DENIED);
		bool asked = channel_recv(parent, &m) == ERR_OK;
		if (asked) {
			size_t n;
			MEM_FREE uint8_t *source = msg_bytes(&m, "source", &n);
			assert_string_equal((char *)source, SOURCE);
			msg_done(&m);
		}
		if (strstr(why, cases[i].why) == NULL || asked != cases[i].asked ||
		    strcmp(port, cases[i].port) != 0 || strcmp(serial, "S1") != 0)
			fail_msg("%s: %s, %s, %d", cases[i].what, why, port, (int)asked);
		channel_free(parent);
		channel_free(d.parent);
	}
	device = NULL;
	reading = "";
}

/* A card reader with two cards: the port's name alone does not say which. */
static void
two_media_in_one_port_must_be_told_apart(void **state)
{
	static const struct {
		const char *what, *name;
		enum device_state state; /* of the other */
		const char *why;
	} cases[] = {
	    {"by the port", "left", DEVICE_READY, "several media in this port"},
	    {"by the place", SOURCE, DEVICE_READY, "not there"},
	    {"the other is refused", "left", DEVICE_REFUSED, "not there"},
	    {"the other is empty", "left", DEVICE_EMPTY, "not there"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct channel *parent;
		struct desk d = desk_with_parent(&parent);
		struct follow_device f = stick(DEVICE_READY), g = stick(cases[i].state);
		struct handin h;
		char why[HANDIN_WHY_SIZE];
		device = &f;
		other = &g;
		channel_send(
		    parent, MSG_PARENT_NOT_OPENED, json_pack("{s:s}", "why", "not there"), -1);
		assert_int_equal(handin_take(&d, -1, (const uint8_t *)cases[i].name,
				     strlen(cases[i].name), &h, why),
		    ERR_DENIED);
		if (strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].what, why);
		channel_free(parent);
		channel_free(d.parent);
	}
	device = other = NULL;
}

static void
an_image_in_a_port_is_no_device(void **state)
{
	struct channel *parent;
	struct desk d = desk_with_parent(&parent);
	struct follow_device f = stick(DEVICE_READY);
	struct handin h;
	char why[HANDIN_WHY_SIZE];
	char path[] = "/tmp/sp-handin.XXXXXX";
	(void)state;
	device = &f;
	MEM_CLOSE int file = mkstemp(path);
	assert_int_equal(ftruncate(file, 100), 0);
	unlink(path);
	channel_send(parent, MSG_PARENT_OPENED, NULL, file);
	assert_int_equal(
	    handin_take(&d, -1, (const uint8_t *)"/ports/a.img", 12, &h, why), ERR_OK);
	assert_null(h.place);
	assert_int_equal(json_integer_value(json_object_get(h.medium, "bytes")), 100);
	assert_string_equal(json_string_value(json_object_get(h.medium, "kind")), "image");
	assert_null(json_object_get(h.medium, "device"));
	handin_done(&h);
	channel_free(parent);
	channel_free(d.parent);
	device = NULL;
}

/* A stick that was judged as insertion `judged` and is opened as `opened`. */
static void
an_insertion_is_told_from_the_one_before(void **state)
{
	static const struct {
		const char *what;
		uint64_t judged, opened;
		bool unfollowed;
		const char *why; /* "": it is taken */
	} cases[] = {
	    {"the same", 5, 5, false, ""},
	    {"a kernel that does not count them", 0, 0, false, ""},
	    {"another", 5, 6, false, "taken out or exchanged"},
	    {"one whose number nobody knows", 5, 0, false, "taken out or exchanged"},
	    {"one that was judged without its number", 0, 5, false, "taken out or exchanged"},
	    {"nobody listens to udev", 5, 5, true, "nobody has judged it"},
	};
	(void)state;
	block = true;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct channel *parent;
		struct desk d = desk_with_parent(&parent);
		struct follow_device f = stick(DEVICE_READY);
		struct handin h;
		char why[HANDIN_WHY_SIZE] = "";
		f.device.diskseq = cases[i].judged;
		device = &f;
		unfollowed = cases[i].unfollowed;
		MEM_CLOSE int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
		channel_send(parent, MSG_PARENT_OPENED,
		    cases[i].opened > 0
			? json_pack("{s:I}", "diskseq", (json_int_t)cases[i].opened)
			: NULL,
		    file);
		enum err e =
		    handin_take(&d, -1, (const uint8_t *)SOURCE, strlen(SOURCE), &h, why);
		if ((e == ERR_OK) != (cases[i].why[0] == '\0') ||
		    strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s, %s", cases[i].what, err_str(e), why);
		if (e == ERR_OK)
			handin_done(&h);
		channel_free(parent);
		channel_free(d.parent);
	}
	block = unfollowed = false;
	device = NULL;
}

static void
reading_is_repeated_from_the_same_medium_alone(void **state)
{
	static const struct {
		const char *what, *id;
		const char *serial;        /* of the device; NULL: it is an image */
		const char *kind, *source; /* of what is handed in */
		int bytes;
		bool same;
	} cases[] = {
	    {"a new transfer", NULL, "S2", "block", "a", 9, true},
	    {"no such transfer", "K1-000009", "S2", "block", "a", 9, true},
	    {"the same medium", "K1-000001", "S1", "block", "b", 9, true},
	    {"another", "K1-000001", "S2", "block", "a", 9, false},
	    {"an image in its place", "K1-000001", NULL, "block", "a", 9, false},
	    {"the same image", "K1-000002", NULL, "image", "a", 9, true},
	    {"another of the same size", "K1-000002", NULL, "image", "b", 9, false},
	    {"one that grew", "K1-000002", NULL, "image", "a", 10, false},
	    {"a device in the place of an image", "K1-000002", "S1", "block", "a", 9, false},
	};
	struct custody_transfer t[] = {
	    {.id = "K1-000001",
		.open_data = json_pack("{s:{s:i, s:{s:s}, s:s, s:s}}", "medium", "bytes", 9,
		    "device", "serial", "S1", "kind", "block", "source", "a")},
	    {.id = "K1-000002",
		.open_data = json_pack("{s:{s:i, s:s, s:s}}", "medium", "bytes", 9, "kind",
		    "image", "source", "a")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct follow_device f = stick(DEVICE_READY);
		struct desk d = {.lost = false};
		char why[HANDIN_WHY_SIZE] = "";
		bool no_device = cases[i].serial == NULL;
		struct handin h = {.fd = -1,
		    .place = no_device ? NULL : f.place,
		    .medium = json_pack("{s:i, s:s, s:s}", "bytes", cases[i].bytes, "kind",
			cases[i].kind, "source", cases[i].source)};
		snprintf(f.device.serial, sizeof(f.device.serial), "%s",
		    no_device ? "" : cases[i].serial);
		transfer = cases[i].id != NULL && strcmp(cases[i].id, "K1-000002") == 0 ? &t[1]
		                                                                        : &t[0];
		device = &f;
		recorded = 0;
		if (handin_is_of(&d, &h, cases[i].id, why) != cases[i].same ||
		    (why[0] == '\0') != cases[i].same || (recorded == 0) != cases[i].same)
			fail_msg("%s: %s, %zu", cases[i].what, why, recorded);
		json_decref(h.medium);
	}
	json_decref(t[0].open_data);
	json_decref(t[1].open_data);
	transfer = NULL;
	device = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_device_is_opened_only_when_it_is_the_one_that_was_judged),
	    cmocka_unit_test(two_media_in_one_port_must_be_told_apart),
	    cmocka_unit_test(an_image_in_a_port_is_no_device),
	    cmocka_unit_test(an_insertion_is_told_from_the_one_before),
	    cmocka_unit_test(reading_is_repeated_from_the_same_medium_alone),
	    cmocka_unit_test(a_path_longer_than_a_path_is_refused_before_it_is_asked_for),
	};
	return cmocka_run_group_tests_name("handin", tests, NULL, NULL);
}
