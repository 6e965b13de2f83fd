/* links: src/proc/desk/media src/proc/desk/rows src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What a terminal hears of the ports when they are full of long names. */
#include "src/proc/desk/media.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
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

size_t
custody_transfer_count(const struct custody *c)
{
	(void)c;
	return 0;
}

const struct custody_transfer *
custody_transfer_at(const struct custody *c, size_t i)
{
	(void)c;
	(void)i;
	return NULL;
}

const struct custody_refused *
custody_refused_at(const struct custody *c, size_t i)
{
	static const struct custody_refused one = {
	    "/ports/b/device", "it is no image file", "2026-01-01T00:00:00Z"};
	(void)c;
	return i < refusals ? &one : NULL;
}

struct intake *
intake_find(struct desk *d, const char *transfer)
{
	(void)d;
	(void)transfer;
	return NULL;
}

bool
intake_needs_medium(const struct intake *in)
{
	(void)in;
	return false;
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
	struct station_port ports[2] = {
	    {"A", STATION_IMAGE, "/ports/a"}, {"B", STATION_IMAGE, "/ports/b"}};
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
	media_answer(&s, NULL);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(long_names_in_one_port_do_not_empty_another),
	};
	return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
