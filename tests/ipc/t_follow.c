/* links: tests/ipc/place src/proc/desk/flap src/proc/desk/follow src/proc/desk/keyboard src/core/device src/core/portrule src/core/station src/core/setting src/core/item src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What the desk makes of udev's announcements: entries, news, and the end of a reading. */
#include "src/proc/desk/follow.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/portrule.h"
#include "src/proc/desk/intake.h"
#include "tests/ipc/place.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* --- coming and going ------------------------------------------------------------------ */

static void
a_stick_that_comes_and_goes_is_entered_once_each(void **state)
{
	struct place *p = place_begin();
	(void)state;
	place_seen(p, "/b", place_stick("S1", 5));
	place_expect("in", "device.inserted left S1 -\n");
	place_expect_news(p, "inserted", "S1");
	place_seen(p, "/b", place_stick("S1", 5));
	place_expect("announced again", "");
	place_expect_news(p, NULL, NULL);
	assert_non_null(follow_find(&p->desk, "/dev/disk/by-path/usb-0:1:1.0-scsi-0:0:0:0"));
	assert_non_null(follow_find(&p->desk, "/dev/sdb"));
	assert_non_null(follow_find(&p->desk, "left"));
	assert_null(follow_find(&p->desk, "disc"));
	assert_null(follow_find(&p->desk, ""));
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("out", "device.removed left S1 -\n");
	place_expect_news(p, "removed", "S1");
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("gone already", "");
	for (unsigned i = 0; i < LIM_FLAPS / 2 - 1; i++) {
		place_seen(p, "/b", place_stick("S1", 6 + i));
		place_world.watcher.gone(&p->desk, "/b");
		place_expect("again", "device.inserted left S1 -\ndevice.removed left S1 -\n");
		place_expect_news(p, "inserted", "S1");
		place_expect_news(p, "removed", "S1");
	}
	assert_null(follow_next(&p->desk, NULL));
	place_end(p);
}

static void
media_are_looked_for_when_udev_starts_late(void **state)
{
	struct desk d = {.station = &place_station};
	(void)state;
	place_world.runs = false;
	place_world.starts = true;
	place_world.looks = 0;
	follow_open(&d);
	assert_true(follow_active(&d));
	follow_start(&d);
	assert_int_equal(place_world.timer_ms, LIM_UDEV_MS);
	place_calm();
	assert_int_equal(place_world.looks, 0);
	assert_non_null(place_world.timer);
	place_world.runs = true;
	place_calm();
	assert_int_equal(place_world.looks, 1);
	assert_null(place_world.timer);
	follow_close(&d);
	place_world.runs = false;
	follow_open(&d);
	follow_start(&d);
	follow_close(&d);
	assert_null(place_world.timer);
	place_world.starts = false;
}

static void
a_stick_pulled_while_it_is_read_ends_the_reading(void **state)
{
	struct place *p = place_begin();
	(void)state;
	place_seen(p, "/b", place_stick("S1", 5));
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(place_world.reading, sizeof(place_world.reading), "K1-000007");
	place_expect("in", "device.inserted left S1 -\n");
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("pulled", "end K1-000007 the medium was pulled out \n"
			       "device.removed left S1 - K1-000007\n");
	assert_string_equal(follow_pulled_next(&p->desk, NULL)->transfer, "K1-000007");
	/* the reader says it first */
	place_seen(p, "/b", place_stick("S1", 6));
	follow_opened(&p->desk, "/b", "K1-000008");
	follow_lost(&p->desk, "K1-000007");
	follow_lost(&p->desk, "K1-000008");
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("lost", "device.inserted left S1 -\ndevice.removed left S1 - K1-000008\n");
	assert_string_equal(follow_pulled_next(&p->desk, NULL)->transfer, "K1-000008");
	assert_null(
	    follow_pulled_next(&p->desk, follow_pulled_next(&p->desk, NULL))); /* one a port */
	/* read to its end: nothing is interrupted */
	place_seen(p, "/b", place_stick("S1", 7));
	follow_opened(&p->desk, "/b", "K1-000009");
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("after", "device.inserted left S1 -\ndevice.removed left S1 -\n");
	place_end(p);
}

static void
a_stick_exchanged_between_two_looks_is_another(void **state)
{
	struct place *p = place_begin();
	(void)state;
	place_seen(p, "/b", place_stick("S1", 5));
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(place_world.reading, sizeof(place_world.reading), "K1-000007");
	place_seen(p, "/b", place_stick("S2", 6));
	place_expect("exchanged", "device.inserted left S1 -\n"
				  "end K1-000007 the medium was pulled out \n"
				  "device.removed left S1 - K1-000007\n"
				  "device.inserted left S2 -\n");
	assert_string_equal(follow_next(&p->desk, NULL)->transfer, "");
	place_end(p);
}

static void
a_drive_is_there_without_its_disc(void **state)
{
	struct place *p = place_begin();
	struct device d = place_stick("D", 1);
	(void)state;
	d.kind = DEVICE_OPTICAL;
	d.usb = false;
	d.ninterfaces = 0;
	d.medium = false;
	snprintf(d.id_path, sizeof(d.id_path), "ata-1");
	place_seen(p, "/r", d);
	place_expect("empty", "");
	d.medium = true;
	d.diskseq = 2;
	place_seen(p, "/r", d);
	place_expect("a disc", "device.inserted disc D -\n");
	d.diskseq = 3;
	place_seen(p, "/r", d);
	place_expect("another disc", "device.removed disc D -\ndevice.inserted disc D -\n");
	d.medium = false;
	place_seen(p, "/r", d);
	place_expect("taken out", "device.removed disc D -\n");
	place_end(p);
}

/* --- what is refused --------------------------------------------------------------------- */

static void
a_refusal_is_entered_once_for_each_insertion(void **state)
{
	struct place *p = place_begin();
	struct device d = place_stick("S1", 5), whole = place_stick("", 0),
		      other = place_stick("S1", 6);
	(void)state;
	d.interfaces[1] = 0x030101;
	d.ninterfaces = 2;
	whole = d;
	whole.kind = DEVICE_USB;
	snprintf(whole.id_path, sizeof(whole.id_path), "usb-0:1");
	place_seen(p, "/u", whole);
	place_expect("the device", "device.refused left S1 besides stor\n");
	place_expect_news(p, "refused", "S1");
	place_seen(p, "/b", d);
	place_seen(p, "/b", d);
	place_expect("its disk, for the same reason", "");
	place_expect_news(p, NULL, NULL);
	place_world.watcher.gone(&p->desk, "/b");
	place_world.watcher.gone(&p->desk, "/u");
	place_expect("out", "");
	place_seen(p, "/u", whole);
	place_expect("in again", "device.refused left S1 besides stor\n");
	other.read_only = false;
	place_seen(p, "/b", other);
	place_expect("for another reason", "device.refused left S1 it could sti\n");
	snprintf(other.id_path, sizeof(other.id_path), "usb-0:10:1.0-scsi-0:0:0:0");
	place_seen(p, "/b", other);
	place_expect("somewhere else", "device.refused  S1 it is in no \n");
	place_end(p);
}

static void
a_medium_that_can_be_written_to_suddenly_is_read_no_more(void **state)
{
	struct place *p = place_begin();
	struct device d = place_stick("S1", 5);
	(void)state;
	place_seen(p, "/b", d);
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(place_world.reading, sizeof(place_world.reading), "K1-000007");
	d.read_only = false;
	place_seen(p, "/b", d);
	place_expect("unlocked", "device.inserted left S1 -\n"
				 "end K1-000007 it could still be written \n"
				 "device.removed left S1 - K1-000007\n"
				 "device.refused left S1 it could sti\n");
	place_end(p);
}

static void
more_devices_than_there_can_be_are_not_kept(void **state)
{
	struct place *p = place_begin();
	size_t n = 0;
	(void)state;
	for (size_t i = 0; i <= LIM_DEVICES; i++) {
		char place[32];
		struct device d = place_stick("S", i + 1);
		snprintf(place, sizeof(place), "/b%zu", i);
		d.read_only = false;
		place_seen(p, place, d);
	}
	for (const struct follow_device *f = NULL; (f = follow_next(&p->desk, f)) != NULL;)
		n++;
	assert_int_equal(n, LIM_DEVICES);
	place_end(p);
}

/* --- what udev lost -------------------------------------------------------------------------
 */

static void
a_look_at_everything_finds_what_was_missed(void **state)
{
	struct place *p = place_begin();
	struct device d = place_stick("S2", 6);
	(void)state;
	place_seen(p, "/b", place_stick("S1", 5));
	place_expect("in", "device.inserted left S1 -\n");
	place_world.watcher.all(&p->desk, true);
	d.since_us = clock_mono_ns() / 1000 - 100 * 1000000ull;
	place_seen(p, "/c", d);
	place_world.watcher.all(&p->desk, false);
	place_expect("missed", "device.inserted left S2 -\ndevice.removed left S1 -\n");
	const struct follow_device *f = follow_next(&p->desk, NULL);
	assert_string_equal(f->place, "/c");
	assert_in_range(f->since_s, PLACE_NOW - 101, PLACE_NOW - 99);
	place_world.watcher.all(&p->desk, true);
	place_seen(p, "/c", d);
	place_world.watcher.all(&p->desk, false);
	place_expect("nothing new", "");
	place_end(p);
}

static void
transfer_knows_its_medium_again(void **state)
{
	struct device d = place_stick("S1", 5);
	json_t *open = json_pack("{s:{s:i, s:{s:s, s:s, s:s, s:s}}}", "medium", "bytes",
	    1 << 20, "device", "port", "right", "vendor", "", "model", "", "serial", "S1");
	struct custody_transfer t = {.open_data = open};
	(void)state;
	assert_true(follow_is(&d, &t));
	d.bytes++;
	assert_false(follow_is(&d, &t));
	d.bytes--;
	/* the slot it was in */
	json_object_set_new(json_object_get(open, "medium"), "source",
	    json_string(STATION_BY_PATH "usb-0:2:1.0-scsi-0:0:0:0"));
	assert_true(follow_is(&d, &t));
	json_object_set_new(json_object_get(open, "medium"), "source",
	    json_string(STATION_BY_PATH "usb-0:2:1.0-scsi-0:0:0:1"));
	assert_false(follow_is(&d, &t));
	json_object_del(json_object_get(open, "medium"), "device");
	assert_false(follow_is(&d, &t));
	json_decref(open);
}

/* A card reader: one serial, four slots. */
static void
each_slot_of_a_reader_is_a_medium_of_its_own(void **state)
{
	struct place *p = place_begin();
	struct device one = place_stick("R", 5), two = place_stick("R", 6);
	const struct follow_pulled *pulled;
	(void)state;
	snprintf(two.id_path, sizeof(two.id_path), "usb-0:1:1.0-scsi-0:0:0:1");
	place_seen(p, "/b", one);
	place_seen(p, "/c", two);
	place_expect("both", "device.inserted left R -\ndevice.inserted left R -\n");
	assert_ptr_equal(follow_find(&p->desk, STATION_BY_PATH "usb-0:1:1.0-scsi-0:0:0:0"),
	    follow_at(&p->desk, "/b"));
	assert_ptr_equal(follow_find(&p->desk, STATION_BY_PATH "usb-0:1:1.0-scsi-0:0:0:1"),
	    follow_at(&p->desk, "/c"));
	/* the reader goes while both are read: both are remembered */
	follow_opened(&p->desk, "/b", "K1-000001");
	follow_opened(&p->desk, "/c", "K1-000002");
	follow_lost(&p->desk, "K1-000001");
	follow_lost(&p->desk, "K1-000002");
	place_world.watcher.gone(&p->desk, "/b");
	place_world.watcher.gone(&p->desk, "/c");
	place_expect("gone", "device.removed left R - K1-000001\n"
			     "device.removed left R - K1-000002\n");
	pulled = follow_pulled_next(&p->desk, NULL);
	assert_non_null(pulled);
	assert_non_null(follow_pulled_next(&p->desk, pulled));
	/* the second slot again */
	two.diskseq = 7;
	place_seen(p, "/c", two);
	follow_opened(&p->desk, "/c", "K1-000003");
	follow_lost(&p->desk, "K1-000003");
	place_world.watcher.gone(&p->desk, "/c");
	pulled = follow_pulled_next(&p->desk, pulled);
	assert_string_equal(pulled->transfer, "K1-000003");
	assert_null(follow_pulled_next(&p->desk, pulled));
	place_end(p);
}

/* Two storage devices in one: refused with its disks, which are no media. */
static void
two_disks_in_one_device_are_refused_once(void **state)
{
	struct place *p = place_begin();
	struct device whole = place_stick("T", 0), one = place_stick("T", 5),
		      two = place_stick("T", 6);
	(void)state;
	whole.kind = DEVICE_USB;
	whole.units = one.units = two.units = 2;
	snprintf(whole.id_path, sizeof(whole.id_path), "usb-0:1");
	snprintf(two.id_path, sizeof(two.id_path), "usb-0:1:1.1-scsi-0:0:0:0");
	place_seen(p, "/u", whole);
	place_seen(p, "/b", one);
	place_seen(p, "/c", two);
	place_expect("once", "device.refused left T it is 2 stor\n");
	place_expect_news(p, "refused", "T");
	place_expect_news(p, NULL, NULL);
	place_end(p);
}

/* What udev was told of the ports, against station.conf. */
static void
the_ready_check_knows_whether_the_rules_hold(void **state)
{
	static const struct {
		struct udev_controllers there;
		bool good;
		const char *what;
	} cases[] = {
	    {{.all = 2, .told = 2, .shut = 2}, true, "2 USB controllers wait"},
	    {{.all = 0}, true, "0 USB"},
	    {{.all = 2}, false, "udev knows no ports"},
	    {{.all = 2, .told = 1, .shut = 2}, false, "udev knows no ports"},
	    {{.all = 2, .otherwise = 2, .shut = 2}, false, "other ports than station.conf"},
	    {{.all = 2, .told = 2, .shut = 1}, false, "1 of 2 USB controllers let in"},
	};
	(void)state;
	struct place *p = place_begin();
	assert_true(follow_has_ports(&p->desk));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char what[256], mark[PORTRULE_MARK_SIZE];
		place_world.controllers = cases[i].there;
		if (follow_check_rules(&p->desk, what, sizeof(what)) != cases[i].good ||
		    strstr(what, cases[i].what) == NULL)
			fail_msg("case %zu: %s", i, what);
		portrule_mark(&place_station, mark);
		assert_string_equal(place_world.mark, mark);
	}
	place_end(p);
}

static void
the_ready_check_tells_what_is_wrong(void **state)
{
	struct place *p = place_begin();
	struct device d = place_stick("S1", 5);
	char what[256];
	(void)state;
	assert_true(follow_check(&p->desk, what, sizeof(what)));
	assert_string_equal(what, "2 ports for devices, 0 media in them");
	place_seen(p, "/b", d);
	assert_true(follow_check(&p->desk, what, sizeof(what)));
	d.ruled = false;
	place_seen(p, "/b", d);
	assert_false(follow_check(&p->desk, what, sizeof(what)));
	assert_non_null(strstr(what, "port left"));
	follow_close(&p->desk);
	place_world.runs = false;
	follow_open(&p->desk);
	assert_false(follow_active(&p->desk));
	assert_false(follow_check(&p->desk, what, sizeof(what)));
	assert_non_null(strstr(what, "udev is not running"));
	place_end(p);
}

static void
a_demo_follows_nothing(void **state)
{
	struct station demo = {.demo = true};
	struct desk d = {.station = &demo};
	char what[256];
	(void)state;
	place_world.runs = true;
	follow_open(&d);
	follow_start(&d);
	assert_null(d.follow);
	assert_null(follow_next(&d, NULL));
	assert_true(follow_check(&d, what, sizeof(what)));
	follow_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_stick_that_comes_and_goes_is_entered_once_each),
	    cmocka_unit_test(media_are_looked_for_when_udev_starts_late),
	    cmocka_unit_test(a_stick_pulled_while_it_is_read_ends_the_reading),
	    cmocka_unit_test(a_stick_exchanged_between_two_looks_is_another),
	    cmocka_unit_test(a_drive_is_there_without_its_disc),
	    cmocka_unit_test(each_slot_of_a_reader_is_a_medium_of_its_own),
	    cmocka_unit_test(two_disks_in_one_device_are_refused_once),
	    cmocka_unit_test(the_ready_check_knows_whether_the_rules_hold),
	    cmocka_unit_test(a_refusal_is_entered_once_for_each_insertion),
	    cmocka_unit_test(a_medium_that_can_be_written_to_suddenly_is_read_no_more),
	    cmocka_unit_test(more_devices_than_there_can_be_are_not_kept),
	    cmocka_unit_test(a_look_at_everything_finds_what_was_missed),
	    cmocka_unit_test(transfer_knows_its_medium_again),
	    cmocka_unit_test(the_ready_check_tells_what_is_wrong),
	    cmocka_unit_test(a_demo_follows_nothing),
	};
	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
