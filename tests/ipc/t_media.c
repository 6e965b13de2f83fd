/* links: src/proc/desk/media src/proc/desk/image src/core/device src/core/station src/core/setting src/core/item src/proc/desk/rows src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What a terminal hears of the ports: full of long names, and of devices that come and go. */
#include "src/proc/desk/media.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/image.h"
#include "src/proc/desk/intake.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

static size_t refusals;
static const struct custody_refused *refusal; /* that many times; NULL: of an image */
static struct follow_device *devices;
static struct follow_pulled *pulled;
static struct custody_transfer *transfer; /* the only one, or NULL */
static const char *at_work = "";          /* it is being read */

size_t
custody_transfer_count(const struct custody *c)
{
	(void)c;
	return transfer != NULL;
}

const struct custody_transfer *
custody_transfer_at(const struct custody *c, size_t i)
{
	(void)c;
	assert_int_equal(i, 0);
	return transfer;
}

const struct custody_transfer *
custody_transfer_find(const struct custody *c, const char *id)
{
	(void)c;
	return transfer != NULL && strcmp(transfer->id, id) == 0 ? transfer : NULL;
}

bool
follow_active(const struct desk *d)
{
	return d->follow != NULL;
}

void
follow_refresh(struct desk *d)
{
	(void)d;
}

const struct follow_device *
follow_next(const struct desk *d, const struct follow_device *f)
{
	(void)d;
	return f != NULL ? f->next : devices;
}

const struct follow_pulled *
follow_pulled_next(const struct desk *d, const struct follow_pulled *p)
{
	(void)d;
	return p != NULL ? p->next : pulled;
}

bool
follow_is(const struct device *d, const struct custody_transfer *t)
{
	const json_t *is = json_object_get(json_object_get(t->open_data, "medium"), "device");
	return is != NULL &&
	       strcmp(d->serial, json_string_value(json_object_get(is, "serial"))) == 0;
}

const struct custody_refused *
custody_refused_at(const struct custody *c, size_t i)
{
	static const struct custody_refused one = {.source = "/ports/b/device",
	    .why = "it is no image file",
	    .at = "2026-01-01T00:00:00Z"};
	(void)c;
	return i >= refusals ? NULL : refusal != NULL ? refusal : &one;
}

struct intake *
intake_find(struct desk *d, const char *id)
{
	(void)d;
	return strcmp(id, at_work) == 0 ? (struct intake *)(void *)&refusals : NULL;
}

bool
intake_needs_medium(const struct intake *in)
{
	return in != NULL;
}

static struct channel *
pair(enum role self, enum role peer, enum phase phase, struct channel **ret_other)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	struct channel *c = channel_new(fds[0], self, peer);
	*ret_other = channel_new(fds[1], peer, self);
	channel_set_phase(c, phase);
	channel_set_phase(*ret_other, phase);
	return c;
}

/* `hostile` names of 255 bytes that all need an escape in port A, one medium in port B. */
static struct msg
look(size_t hostile, size_t refused)
{
	struct station_port ports[2] = {{"A", STATION_IMAGE, "/ports/a", STATION_MEDIA},
	    {"B", STATION_IMAGE, "/ports/b", STATION_MEDIA}};
	struct station station = {.ports = ports, .nports = 2};
	struct channel *parent, *terminal;
	struct desk d = {
	    .station = &station, .parent = pair(ROLE_DESK, ROLE_PARENT, PH_OPEN, &parent)};
	struct session s = {
	    .desk = &d, .channel = pair(ROLE_DESK, ROLE_UI, PH_OPEN, &terminal)};
	uint8_t name[255];
	char text[HEX_B64_SIZE(sizeof(name))];
	struct msg m;
	json_t *rows = json_array();
	memset(name, 1, sizeof(name));
	for (size_t i = 0; i < hostile; i++) {
		name[0] = (uint8_t)(i + 1);
		hex_b64_encode(name, sizeof(name), text);
		json_array_append_new(rows, json_pack("{s:s, s:s, s:i, s:i}", "port", "A",
						"name", text, "bytes", 0, "changed", 0));
	}
	hex_b64_encode((const uint8_t *)"stick.img", 9, text);
	json_array_append_new(rows, json_pack("{s:s, s:s, s:i, s:i}", "port", "B", "name", text,
					"bytes", 0, "changed", 0));
	refusals = refused;
	channel_send(parent, MSG_PARENT_PORTS, json_pack("{s:o}", "rows", rows), -1);
	struct msg asked = {.id = MSG_UI_MEDIA, .fd = -1};
	media_answer(&s, &asked);
	assert_int_equal(channel_recv_wait(terminal, &m, 1000), ERR_OK);
	assert_int_equal(m.id, MSG_DESK_ROWS);
	channel_free(parent);
	channel_free(terminal);
	channel_free(d.parent);
	channel_free(s.channel);
	return m;
}

static size_t
count(const struct msg *m, const char *key, const char *value)
{
	size_t i, n = 0;
	json_t *row;
	json_array_foreach (json_object_get(m->body, "rows"), i, row)
		n += strcmp(json_string_value(json_object_get(row, key)), value) == 0;
	return n;
}

static void
long_names_in_one_port_do_not_empty_another(void **state)
{
	static const struct {
		size_t hostile, refused;
		bool more;
	} cases[] = {
	    {0, 0, false}, {3, 1, false}, {LIM_PORT_MEDIA / 2, LIM_REFUSED_MEDIA, true}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct msg m = look(cases[i].hostile, cases[i].refused);
		assert_int_equal(count(&m, "name", "stick.img"), 1);
		assert_int_equal(count(&m, "state", "refused"), cases[i].refused);
		assert_int_equal(count(&m, "state", "empty"), cases[i].hostile == 0);
		assert_int_equal(msg_bool(&m, "more"), cases[i].more);
		msg_done(&m);
	}
}

static void
a_refused_device_is_not_called_an_image(void **state)
{
	static const struct {
		const char *what;
		struct custody_refused refused;
		const char *kind;
	} cases[] = {
	    {"an image in a port", {.source = "/ports/b/link.img"}, "image"},
	    {"an image elsewhere", {.source = "/tmp/stick.img"}, "image"},
	    {"a keyboard in a port",
		{.source = "pci-usb-0:1", .port = "left", .device = "ACME Keyboard"}, "device"},
	    {"one in no port", {.source = "pci-usb-0:9", .device = "ACME Keyboard"}, "device"},
	    {"one that says nothing of itself", {.source = "unnamed"}, "device"},
	    {"a disk in no port", {.source = STATION_BY_PATH "pci-usb-0:9"}, "device"},
	    {"a node", {.source = "/dev/sda"}, "device"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		refusal = &cases[i].refused;
		struct msg m = look(0, 1);
		json_t *rows = json_object_get(m.body, "rows");
		json_t *last = json_array_get(rows, json_array_size(rows) - 1);
		const char *kind = json_string_value(json_object_get(last, "kind"));
		if (strcmp(kind, cases[i].kind) != 0)
			fail_msg("%s: %s", cases[i].what, kind);
		msg_done(&m);
	}
	refusal = NULL;
}

/* --- images ----------------------------------------------------------------------- */

/* The state of the image in port B, which was changed then. */
static char *
look_at_image(struct desk *d, int64_t changed_ns)
{
	static struct station_port port = {"B", STATION_IMAGE, "/ports/b", STATION_MEDIA};
	static struct station station = {.ports = &port, .nports = 1};
	struct channel *parent, *terminal;
	struct msg m, asked = {.id = MSG_UI_MEDIA, .fd = -1};
	char name[HEX_B64_SIZE(9)];
	hex_b64_encode((const uint8_t *)"stick.img", 9, name);
	d->station = &station;
	d->parent = pair(ROLE_DESK, ROLE_PARENT, PH_OPEN, &parent);
	struct session s = {.desk = d, .channel = pair(ROLE_DESK, ROLE_UI, PH_OPEN, &terminal)};
	channel_send(parent, MSG_PARENT_PORTS,
	    json_pack("{s:[{s:s, s:s, s:i, s:I}]}", "rows", "port", "B", "name", name, "bytes",
		4096, "changed", (json_int_t)changed_ns),
	    -1);
	media_answer(&s, &asked);
	assert_int_equal(channel_recv_wait(terminal, &m, 1000), ERR_OK);
	char *state = mem_strdup(json_string_value(
	    json_object_get(json_array_get(json_object_get(m.body, "rows"), 0), "state")));
	msg_done(&m);
	channel_free(parent);
	channel_free(terminal);
	channel_free(d->parent);
	channel_free(s.channel);
	return state;
}

/* Read and taken out, and another put in, all within the second in which it was opened. */
static void
an_image_put_in_within_the_second_is_ready(void **state)
{
	static const int64_t second_ns = INT64_C(1780272000) * 1000000000; /* 2026-06-01 */
	static const struct {
		const char *what;
		bool known; /* the desk is the one that opened it */
		int64_t opened_ns, now_ns;
		const char *wanted;
	} cases[] = {
	    {"read", true, -5, -5, "read"},
	    {"read, put in within the second", true, 100, 100, "read"},
	    {"another, within the second", true, 100, 900000000, "ready"},
	    {"another, with an earlier time", true, 100, -5, "ready"},
	    {"the desk began anew", false, 0, -5, "read"},
	    {"the desk began anew, another", false, 0, 1000000000, "ready"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk d = {.images = NULL};
		struct custody_transfer t = {.id = "K1-1",
		    .facts = {.state = TRANSFER_RELEASED},
		    .opened_at = "2026-06-01T00:00:00Z",
		    .read_data = json_object(),
		    .open_data = json_pack("{s:{s:s, s:i}}", "medium", "source",
			"/ports/b/stick.img", "bytes", 4096)};
		transfer = &t;
		at_work = "";
		refusals = 0;
		if (cases[i].known) {
			image_opened(&d, "K1-1", 1);
			image_opened(&d, "K1-0", 1);
			image_opened(&d, "K1-1", second_ns + cases[i].opened_ns);
		}
		MEM_FREE char *said = look_at_image(&d, second_ns + cases[i].now_ns);
		if (strcmp(said, cases[i].wanted) != 0)
			fail_msg("%s: %s", cases[i].what, said);
		image_end(&d);
		json_decref(t.open_data);
		json_decref(t.read_data);
	}
	transfer = NULL;
}

/* What was opened is forgotten at some time: then its second counts. */
static void
only_the_newest_images_are_remembered(void **state)
{
	struct desk d = {.images = NULL};
	char id[TRANSFER_ID_SIZE];
	(void)state;
	for (unsigned i = 0; i <= LIM_PORT_MEDIA; i++) {
		snprintf(id, sizeof(id), "K1-%u", i);
		image_opened(&d, id, 5);
	}
	assert_true(image_is_of(&d, "K1-0", 7, 6));
	assert_true(image_is_of(&d, "K1-0", 7, INT64_C(7999999999)));
	assert_false(image_is_of(&d, "K1-0", 7, INT64_C(8000000000)));
	assert_true(image_is_of(&d, "K1-1", 7, 5));
	assert_false(image_is_of(&d, "K1-1", 7, 6));
	image_end(&d);
}

/* --- devices ---------------------------------------------------------------------- */

/* The state of the row of port L, and its transfer, as "state transfer". */
static char *
look_at_device(struct desk *d)
{
	struct channel *parent, *terminal;
	struct msg m,
	    asked = {.id = MSG_UI_MEDIA, .fd = -1, .body = json_pack("{s:b}", "follow", 1)};
	json_t *row;
	size_t i, n = 0;
	char *said = NULL;
	d->parent = pair(ROLE_DESK, ROLE_PARENT, PH_OPEN, &parent);
	struct session s = {.desk = d, .channel = pair(ROLE_DESK, ROLE_UI, PH_OPEN, &terminal)};
	channel_send(parent, MSG_PARENT_PORTS, json_pack("{s:[]}", "rows"), -1);
	media_answer(&s, &asked);
	assert_true(s.follows);
	assert_int_equal(channel_recv_wait(terminal, &m, 1000), ERR_OK);
	json_array_foreach (json_object_get(m.body, "rows"), i, row) {
		const char *state = json_string_value(json_object_get(row, "state"));
		if (strcmp(json_string_value(json_object_get(row, "port")), "X") == 0) {
			assert_string_equal(json_string_value(json_object_get(row, "why")),
			    "this port is for exports");
			continue;
		}
		n++;
		assert_string_equal(json_string_value(json_object_get(row, "port")), "L");
		free(said);
		said = mem_printf(
		    "%s %s", state, json_string_value(json_object_get(row, "transfer")));
		if (strcmp(state, "ready") == 0 || strcmp(state, "pulled") == 0)
			assert_string_equal(
			    json_string_value(json_object_get(row, "device")), "SanDisk S1");
		size_t source = json_string_length(json_object_get(row, "source"));
		assert_int_equal(
		    source > 0, strcmp(state, "empty") != 0 && strcmp(state, "pulled") != 0);
	}
	assert_int_equal(n, 1);
	msg_done(&m);
	msg_done(&asked);
	channel_free(parent);
	channel_free(terminal);
	channel_free(d->parent);
	channel_free(s.channel);
	return said;
}

static void
a_device_is_what_became_of_its_transfer(void **state)
{
	static struct station_port port[] = {
	    {"L", STATION_BLOCK, "usb-0:1", STATION_MEDIA},
	    {"X", STATION_BLOCK, "usb-0:2", STATION_EXPORT},
	};
	static struct station station = {.ports = port, .nports = 2};
	static const struct {
		const char *what;
		enum device_state device; /* IGNORED: none is there */
		const char *serial, *opened;
		enum transfer_state state;
		bool read, work, pulled, older;
		const char *wanted;
	} cases[] = {
	    {"nothing", DEVICE_IGNORED, "", "", 0, false, false, false, false, "empty "},
	    {"an empty reader", DEVICE_EMPTY, "S1", "", 0, false, false, false, false,
		"empty "},
	    {"a refused one has its own row", DEVICE_REFUSED, "S1", "", 0, false, false, false,
		false, "empty "},
	    {"a new stick", DEVICE_READY, "S1", "", 0, false, false, false, false, "ready "},
	    {"being read", DEVICE_READY, "S1", "K1-1", TRANSFER_READING, false, true, false,
		false, "reading K1-1"},
	    {"its twin beside it", DEVICE_READY, "S1", "", TRANSFER_READING, false, true, false,
		false, "ready "},
	    {"read", DEVICE_READY, "S1", "K1-1", TRANSFER_REVIEW, true, false, false, false,
		"read K1-1"},
	    {"read, and the desk started anew", DEVICE_READY, "S1", "", TRANSFER_REVIEW, true,
		false, false, true, "read K1-1"},
	    {"read, taken out, put in again", DEVICE_READY, "S1", "", TRANSFER_REVIEW, true,
		false, false, false, "ready "},
	    {"another stick", DEVICE_READY, "S1", "", TRANSFER_NONE, false, false, false, false,
		"ready "},
	    {"interrupted, and back", DEVICE_READY, "S1", "", TRANSFER_FAULT, false, false,
		true, false, "ready K1-1"},
	    {"interrupted, and away", DEVICE_IGNORED, "", "", TRANSFER_FAULT, false, false,
		true, false, "pulled K1-1"},
	    {"aborted since", DEVICE_IGNORED, "", "", TRANSFER_ABORTED, false, false, true,
		false, "empty "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct follow_device f = {
		    .device = {.vendor = "SanDisk", .serial = "S1", .bytes = 4096},
		    .judgement = {.state = cases[i].device, .port = &port[0]},
		    .source = STATION_BY_PATH "usb-0:1:1.0",
		    .since_s = cases[i].older ? 1767225600 : 1800000000};
		struct follow_pulled p = {.port = &port[0], .device = f.device};
		struct custody_transfer t = {.id = "K1-1",
		    .facts = {.state = cases[i].state},
		    .opened_at = "2026-06-01T00:00:00Z"};
		char step[] = "reading";
		struct desk d = {.station = &station, .follow = (struct follow *)(void *)&port};
		t.step = step;
		t.read_data = cases[i].read ? json_object() : NULL;
		t.open_data = json_pack("{s:{s:s, s:i, s:{s:s}}}", "medium", "source", f.source,
		    "bytes", 4096, "device", "serial", "S1");
		snprintf(f.transfer, sizeof(f.transfer), "%s", cases[i].opened);
		snprintf(p.transfer, sizeof(p.transfer), "K1-1");
		devices = cases[i].device != DEVICE_IGNORED ? &f : NULL;
		pulled = cases[i].pulled ? &p : NULL;
		transfer = cases[i].state != TRANSFER_NONE ? &t : NULL;
		at_work = cases[i].work ? "K1-1" : "";
		refusals = 0;
		MEM_FREE char *said = look_at_device(&d);
		if (strcmp(said, cases[i].wanted) != 0)
			fail_msg("%s: %s", cases[i].what, said);
		json_decref(t.open_data);
		json_decref(t.read_data);
	}
	devices = NULL;
	pulled = NULL;
	transfer = NULL;
	at_work = "";
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_image_put_in_within_the_second_is_ready),
	    cmocka_unit_test(only_the_newest_images_are_remembered),
	    cmocka_unit_test(a_device_is_what_became_of_its_transfer),
	    cmocka_unit_test(long_names_in_one_port_do_not_empty_another),
	    cmocka_unit_test(a_refused_device_is_not_called_an_image),
	};
	return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
