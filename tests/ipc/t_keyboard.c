/* links: tests/ipc/place src/proc/desk/flap src/proc/desk/follow src/proc/desk/keyboard src/core/device src/core/portrule src/core/station src/core/setting src/core/item src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* A keyboard that appears while the desk works. */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "tests/ipc/place.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct device
keyboard(const char *serial, uint64_t minor)
{
	struct device d = {.kind = DEVICE_INPUT,
	    .id_path = "usb-0:7",
	    .usb = true,
	    .major = 189,
	    .minor = minor,
	    .interfaces = {0x030101},
	    .ninterfaces = 1,
	    .input = "a keyboard"};
	snprintf(d.serial, sizeof(d.serial), "%s", serial);
	return d;
}

/* What is there when the desk begins is the station's own. */
static void
begin_with_keyboard(struct place *p)
{
	place_world.watcher.all(&p->desk, true);
	place_seen(p, "/input0", keyboard("OWN", 2));
	place_world.watcher.all(&p->desk, false);
	place_expect("the station's own", "");
	place_expect_news(p, NULL, NULL);
}

static void
a_keyboard_that_comes_locks_the_screens(void **state)
{
	struct place *p = place_begin();
	(void)state;
	begin_with_keyboard(p);
	place_seen(p, "/input0", keyboard("OWN", 2));
	place_expect("announced again", "");
	place_seen(p, "/input1", keyboard("K1", 3));
	place_seen(p, "/input2", keyboard("K1", 3)); /* its keys for the volume */
	place_expect("another: one entry for all its parts", "device.keyboard  K1 -\n");
	place_expect_news(p, "keyboard", "K1");
	place_expect_news(p, "keyboard", "K1");
	place_seen(p, "/input3", keyboard("K2", 4));
	place_expect("one more", "device.keyboard  K2 -\n");
	place_expect_news(p, "keyboard", "K2");
	/* the station's own, taken out and plugged in again */
	place_world.watcher.gone(&p->desk, "/input0");
	place_expect("taken out", "");
	place_seen(p, "/input4", keyboard("OWN", 5));
	place_expect("and plugged in again", "device.keyboard  OWN -\n");
	place_expect_news(p, "keyboard", "OWN");
	/* not on USB: nothing tells its parts */
	struct device bare = keyboard("", 0);
	bare.major = 0;
	place_seen(p, "/input5", bare);
	place_seen(p, "/input6", bare);
	place_expect("of another kind", "device.keyboard   -\ndevice.keyboard   -\n");
	place_end(p);
}

/* Announcements can be lost: what is found then, and was not there before, came. */
static void
a_keyboard_that_was_missed_locks_all_the_same(void **state)
{
	struct place *p = place_begin();
	(void)state;
	begin_with_keyboard(p);
	place_world.watcher.all(&p->desk, true);
	place_seen(p, "/input0", keyboard("OWN", 2));
	place_seen(p, "/input9", keyboard("K9", 9));
	place_world.watcher.all(&p->desk, false);
	place_expect("found", "device.keyboard  K9 -\n");
	place_expect_news(p, "keyboard", "K9");
	place_end(p);
}

static void
a_keyboard_that_is_refused_locks_too(void **state)
{
	struct place *p = place_begin();
	struct device d = place_stick("DUCK", 0);
	(void)state;
	d.kind = DEVICE_USB;
	d.interfaces[1] = 0x030101;
	d.ninterfaces = 2;
	snprintf(d.id_path, sizeof(d.id_path), "usb-0:1");
	begin_with_keyboard(p);
	place_seen(p, "/u", d);
	place_expect("refused", "device.refused left DUCK besides stor\n");
	place_expect_news(p, "refused", "DUCK");
	place_expect_news(p, "keyboard", "DUCK");
	place_end(p);
}

/* With too many of them the oldest is forgotten: entered once more, never missed. */
static void
more_keyboards_than_there_can_be_lock_each(void **state)
{
	struct place *p = place_begin();
	(void)state;
	begin_with_keyboard(p);
	for (size_t i = 1; i <= LIM_DEVICES; i++) {
		char place[32];
		snprintf(place, sizeof(place), "/input%zu", i);
		if (i == LIM_DEVICES) {
			buf_done(&place_world.said);
			buf_init(&place_world.said, 65536);
			place_seen(p, "/input0", keyboard("OWN", 2));
			place_expect("still known", "");
		}
		place_seen(p, place, keyboard("K", 100 + i));
		/* faster than somebody can plug: counted, and each locks all the same */
		place_expect(place, i <= LIM_FLAPS ? "device.keyboard  K -\n" : "");
		place_expect_news(p, "keyboard", "K");
	}
	place_seen(p, "/input0", keyboard("OWN", 2));
	place_expect_news(p, "keyboard", "OWN");
	place_calm();
	MEM_FREE char *wanted =
	    mem_printf("device.keyboard  OWN - +%d\n", LIM_DEVICES - LIM_FLAPS);
	place_expect("forgotten", wanted);
	place_end(p);
}

/* Who does not read its news is cut off: the next connection is a locked one. */
static void
a_terminal_that_does_not_listen_is_cut_off(void **state)
{
	struct place *p = place_begin();
	struct msg m;
	enum err e;
	(void)state;
	begin_with_keyboard(p);
	while (channel_room(p->follows.channel) > 0)
		assert_int_equal(channel_send(p->follows.channel, MSG_DESK_MEDIA_NEWS,
				     json_pack("{s:s, s:s, s:s, s:s, s:s}", "event", "removed",
					 "port", "", "source", "", "name", "", "why", ""),
				     -1),
		    ERR_OK);
	place_seen(p, "/input1", keyboard("K1", 3));
	while ((e = channel_recv(p->terminal, &m)) == ERR_OK)
		msg_done(&m);
	assert_int_equal(e, ERR_CLOSED);
	place_end(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_keyboard_that_comes_locks_the_screens),
	    cmocka_unit_test(a_keyboard_that_was_missed_locks_all_the_same),
	    cmocka_unit_test(a_keyboard_that_is_refused_locks_too),
	    cmocka_unit_test(more_keyboards_than_there_can_be_lock_each),
	    cmocka_unit_test(a_terminal_that_does_not_listen_is_cut_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
