/* links: src/proc/desk/flap src/proc/desk/follow src/core/device src/core/station src/core/setting src/core/item src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What the desk makes of udev's announcements: entries, news, and the end of a reading. */
#include "src/proc/desk/follow.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/udev.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW      1800000000

static struct udev_watcher watcher;
static bool runs, full;                /* udev does; the ledger is */
static bool starts;                    /* udevd is not there yet, but can be listened for */
static int looks;                      /* at everything that is there */
static struct buf said;                /* entries and ended readings, in their order */
static char reading[TRANSFER_ID_SIZE]; /* needs its medium */

/* --- what stands around it ---------------------------------------------------------- */

bool
udev_watch_runs(void)
{
	return runs;
}

struct udev_watch *
udev_watch_open(const struct udev_watcher *w, const char **ret_why)
{
	static int there;
	watcher = *w;
	*ret_why = "udev is not running";
	return runs || starts ? (struct udev_watch *)(void *)&there : NULL;
}

void
udev_watch_close(struct udev_watch *w)
{
	(void)w;
}

int
udev_watch_fd(const struct udev_watch *w)
{
	(void)w;
	return 0;
}

void
udev_watch_read(struct udev_watch *w)
{
	(void)w;
}

void
udev_watch_enumerate(struct udev_watch *w)
{
	(void)w;
	looks++;
}

void
loop_add_fd(struct loop *l, int fd, short events, loop_fd_fn *fn, void *arg)
{
	(void)l;
	(void)fd;
	(void)events;
	(void)fn;
	(void)arg;
}

void
loop_del_fd(struct loop *l, int fd)
{
	(void)l;
	(void)fd;
}

static int64_t timer_ms;
static loop_timer_fn *timer; /* the one that runs */
static void *timer_arg;

int
loop_add_timer(struct loop *l, int64_t in_ms, loop_timer_fn *fn, void *arg)
{
	(void)l;
	assert_null(timer);
	timer = fn;
	timer_arg = arg;
	timer_ms = in_ms;
	return 1;
}

void
loop_del_timer(struct loop *l, int id)
{
	(void)l;
	assert_int_equal(id, 1);
	timer = NULL;
}

bool
intake_pulled(struct desk *d, const char *transfer, const char *why)
{
	(void)d;
	if (strcmp(transfer, reading) != 0)
		return false;
	reading[0] = '\0';
	buf_addf(&said, "end %s %.26s\n", transfer, why);
	return true;
}

static const char *
text(const json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));
	return t != NULL ? t : "-";
}

enum err
book_event(
    struct desk *d, const char *type, const char *subj, json_t *data, char why[BOOK_WHY_SIZE])
{
	(void)d;
	assert_string_equal(subj, "station");
	if (full) {
		json_decref(data);
		snprintf(why, BOOK_WHY_SIZE, "no room");
		return ERR_IO;
	}
	buf_addf(&said, "%s %s %s %.12s", type, text(data, "port"), text(data, "serial"),
	    text(data, "why"));
	if (json_object_get(data, "transfer") != NULL)
		buf_addf(&said, " %s", text(data, "transfer"));
	if (json_object_get(data, "unwritten") != NULL)
		buf_addf(
		    &said, " +%lld", json_integer_value(json_object_get(data, "unwritten")));
	buf_add_str(&said, "\n");
	json_decref(data);
	return ERR_OK;
}

/* --- a station with two ports, and a terminal that listens ----------------------------- */

struct place {
	struct desk desk;
	struct session follows, other;
	struct channel *terminal, *silent;
};

static struct station_port ports[] = {
    {"left", STATION_BLOCK, "usb-0:1", STATION_MEDIA},
    {"disc", STATION_BLOCK, "ata-1", STATION_MEDIA},
};
static struct station station = {.ports = ports, .nports = COUNT(ports)};

static struct channel *
pair(struct channel **ret_other)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	struct channel *c = channel_new(fds[0], ROLE_DESK, ROLE_UI);
	*ret_other = channel_new(fds[1], ROLE_UI, ROLE_DESK);
	channel_set_phase(c, PH_OPEN);
	channel_set_phase(*ret_other, PH_OPEN);
	return c;
}

static struct place *
begin(void)
{
	struct place *p = mem_alloc(sizeof(*p));
	buf_init(&said, 65536);
	reading[0] = '\0';
	runs = true;
	clock_set_wall_s(NOW);
	p->desk.station = &station;
	p->follows = (struct session){.desk = &p->desk,
	    .next = &p->other,
	    .follows = true,
	    .channel = pair(&p->terminal)};
	p->other = (struct session){.desk = &p->desk, .channel = pair(&p->silent)};
	p->desk.sessions = &p->follows;
	follow_open(&p->desk);
	follow_start(&p->desk);
	return p;
}

static void
end(struct place *p)
{
	follow_close(&p->desk);
	flap_end(&p->desk);
	assert_null(timer);
	channel_free(p->follows.channel);
	channel_free(p->other.channel);
	channel_free(p->terminal);
	channel_free(p->silent);
	buf_done(&said);
	clock_set_wall_s(-1);
	free(p);
}

/* Everything that was recorded since the last time. */
static void
expect(const char *what, const char *wanted)
{
	if (strcmp(buf_str(&said), wanted) != 0)
		fail_msg("%s:\n%swanted:\n%s", what, buf_str(&said), wanted);
	buf_done(&said);
	buf_init(&said, 65536);
}

static void
expect_news(struct place *p, const char *event, const char *name)
{
	struct msg m;
	assert_int_equal(channel_recv(p->terminal, &m), event != NULL ? ERR_OK : ERR_AGAIN);
	if (event != NULL) {
		assert_int_equal(m.id, MSG_DESK_MEDIA_NEWS);
		assert_string_equal(msg_str(&m, "event"), event);
		assert_string_equal(msg_str(&m, "name"), name);
		msg_done(&m);
	}
	assert_int_equal(channel_recv(p->silent, &m), ERR_AGAIN);
}

static struct device
stick(const char *serial, uint64_t diskseq)
{
	struct device d = {.kind = DEVICE_DISK,
	    .id_path = "usb-0:1:1.0-scsi-0:0:0:0",
	    .node = "/dev/sdb",
	    .usb = true,
	    .medium = true,
	    .read_only = true,
	    .ruled = true,
	    .major = 8,
	    .minor = 16,
	    .bytes = 1 << 20,
	    .diskseq = diskseq,
	    .classes = {8},
	    .nclasses = 1};
	snprintf(d.serial, sizeof(d.serial), "%s", serial);
	return d;
}

static void
seen(struct place *p, const char *place, struct device d)
{
	watcher.seen(&p->desk, place, &d);
}

/* --- coming and going ------------------------------------------------------------------ */

static void
a_stick_that_comes_and_goes_is_entered_once_each(void **state)
{
	struct place *p = begin();
	(void)state;
	seen(p, "/b", stick("S1", 5));
	expect("in", "device.inserted left S1 -\n");
	expect_news(p, "inserted", "S1");
	seen(p, "/b", stick("S1", 5));
	expect("announced again", "");
	expect_news(p, NULL, NULL);
	assert_non_null(follow_find(&p->desk, "/dev/disk/by-path/usb-0:1:1.0-scsi-0:0:0:0"));
	assert_non_null(follow_find(&p->desk, "/dev/sdb"));
	assert_non_null(follow_find(&p->desk, "left"));
	assert_null(follow_find(&p->desk, "disc"));
	assert_null(follow_find(&p->desk, ""));
	watcher.gone(&p->desk, "/b");
	expect("out", "device.removed left S1 -\n");
	expect_news(p, "removed", "S1");
	watcher.gone(&p->desk, "/b");
	expect("gone already", "");
	for (unsigned i = 0; i < LIM_FLAPS / 2 - 1; i++) {
		seen(p, "/b", stick("S1", 6 + i));
		watcher.gone(&p->desk, "/b");
		expect("again", "device.inserted left S1 -\ndevice.removed left S1 -\n");
		expect_news(p, "inserted", "S1");
		expect_news(p, "removed", "S1");
	}
	assert_null(follow_next(&p->desk, NULL));
	end(p);
}

/* n entries, one in and one out. */
static void
flap(struct place *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (i % 2 == 0)
			seen(p, "/b", stick("S1", 100 + i));
		else
			watcher.gone(&p->desk, "/b");
}

static void
calm(void)
{
	loop_timer_fn *fn = timer;
	assert_non_null(fn);
	timer = NULL;
	fn(timer_arg);
}

static size_t
lines(void)
{
	size_t n = 0;
	for (const char *c = buf_str(&said); *c != '\0'; c++)
		n += *c == '\n';
	return n;
}

static void
what_flaps_is_counted_until_it_is_calm(void **state)
{
	struct place *p = begin();
	(void)state;
	flap(p, LIM_FLAPS);
	assert_int_equal(lines(), LIM_FLAPS);
	assert_null(timer);
	buf_done(&said);
	buf_init(&said, 65536);
	/* one too many waits; another port knows nothing of it */
	flap(p, 1);
	expect("one more", "");
	assert_int_equal(timer_ms, LIM_FLAP_CALM_MS);
	struct device d = stick("D", 1);
	snprintf(d.id_path, sizeof(d.id_path), "ata-1");
	seen(p, "/r", d);
	expect("beside", "device.inserted disc D -\n");
	calm();
	expect("calm", "device.inserted left S1 -\n");
	watcher.gone(&p->desk, "/b");
	flap(p, 10000);
	expect("a fit", "");
	calm();
	expect("calm again", "device.removed left S1 - +10000\n");
	end(p);
}

static void
what_waits_is_written_before_what_must_not_wait(void **state)
{
	struct place *p = begin();
	(void)state;
	flap(p, LIM_FLAPS);
	buf_done(&said);
	buf_init(&said, 65536);
	flap(p, 4);
	seen(p, "/b", stick("S1", 5));
	flap_write(&p->desk);
	expect("a transfer opens", "device.inserted left S1 - +4\n");
	assert_null(timer);
	flap_write(&p->desk);
	expect("once", "");
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(reading, sizeof(reading), "K1-000007");
	watcher.gone(&p->desk, "/b");
	expect("pulled", "end K1-000007 the medium was pulled out \n"
			 "device.removed left S1 - K1-000007\n");
	/* a ledger without room: it goes on waiting, and so does its number */
	flap(p, 2);
	full = true;
	calm();
	flap(p, 1);
	full = false;
	calm();
	expect("with room", "device.inserted left S1 - +2\n");
	/* the desk ends */
	watcher.gone(&p->desk, "/b");
	expect("waits", "");
	flap_end(&p->desk);
	expect("written", "device.removed left S1 -\n");
	end(p);
}

static void
what_the_ledger_cannot_write_is_written_later_in_its_order(void **state)
{
	struct place *p = begin();
	struct device bad = stick("S2", 6);
	(void)state;
	bad.read_only = false;
	full = true;
	seen(p, "/b", stick("S1", 5));
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(reading, sizeof(reading), "K1-000007");
	watcher.gone(&p->desk, "/b");
	seen(p, "/b", bad);
	watcher.gone(&p->desk, "/b");
	expect("no room", "end K1-000007 the medium was pulled out \n");
	calm();
	expect("still none", "");
	assert_int_equal(timer_ms, LIM_FLAP_CALM_MS);
	full = false;
	calm();
	expect("room", "device.inserted left S1 -\n"
		       "device.removed left S1 - K1-000007\n"
		       "device.refused left S2 it could sti\n");
	assert_null(timer);
	/* no more than so many are kept: the newest stands for those before it */
	full = true;
	for (int i = 0; i < LIM_FLAPS + 3; i++)
		flap_enter(&p->desk, &ports[0], "device.refused",
		    json_pack("{s:s,s:s}", "port", "left", "serial", "X"), true);
	full = false;
	flap_write(&p->desk);
	assert_int_equal(lines(), LIM_FLAPS + 1);
	assert_non_null(strstr(buf_str(&said), "device.refused left X - +2\n"));
	end(p);
}

static void
media_are_looked_for_when_udev_starts_late(void **state)
{
	struct desk d = {.station = &station};
	(void)state;
	runs = false;
	starts = true;
	looks = 0;
	follow_open(&d);
	assert_true(follow_active(&d));
	follow_start(&d);
	assert_int_equal(timer_ms, LIM_UDEV_MS);
	calm();
	assert_int_equal(looks, 0);
	assert_non_null(timer);
	runs = true;
	calm();
	assert_int_equal(looks, 1);
	assert_null(timer);
	follow_close(&d);
	runs = false;
	follow_open(&d);
	follow_start(&d);
	follow_close(&d);
	assert_null(timer);
	starts = false;
}

static void
a_stick_pulled_while_it_is_read_ends_the_reading(void **state)
{
	struct place *p = begin();
	(void)state;
	seen(p, "/b", stick("S1", 5));
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(reading, sizeof(reading), "K1-000007");
	expect("in", "device.inserted left S1 -\n");
	watcher.gone(&p->desk, "/b");
	expect("pulled", "end K1-000007 the medium was pulled out \n"
			 "device.removed left S1 - K1-000007\n");
	assert_string_equal(follow_pulled_next(&p->desk, NULL)->transfer, "K1-000007");
	/* the reader says it first */
	seen(p, "/b", stick("S1", 6));
	follow_opened(&p->desk, "/b", "K1-000008");
	follow_lost(&p->desk, "K1-000007");
	follow_lost(&p->desk, "K1-000008");
	watcher.gone(&p->desk, "/b");
	expect("lost", "device.inserted left S1 -\ndevice.removed left S1 - K1-000008\n");
	assert_string_equal(follow_pulled_next(&p->desk, NULL)->transfer, "K1-000008");
	assert_null(
	    follow_pulled_next(&p->desk, follow_pulled_next(&p->desk, NULL))); /* one a port */
	/* read to its end: nothing is interrupted */
	seen(p, "/b", stick("S1", 7));
	follow_opened(&p->desk, "/b", "K1-000009");
	watcher.gone(&p->desk, "/b");
	expect("after", "device.inserted left S1 -\ndevice.removed left S1 -\n");
	end(p);
}

static void
a_stick_exchanged_between_two_looks_is_another(void **state)
{
	struct place *p = begin();
	(void)state;
	seen(p, "/b", stick("S1", 5));
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(reading, sizeof(reading), "K1-000007");
	seen(p, "/b", stick("S2", 6));
	expect("exchanged", "device.inserted left S1 -\n"
			    "end K1-000007 the medium was pulled out \n"
			    "device.removed left S1 - K1-000007\n"
			    "device.inserted left S2 -\n");
	assert_string_equal(follow_next(&p->desk, NULL)->transfer, "");
	end(p);
}

static void
a_drive_is_there_without_its_disc(void **state)
{
	struct place *p = begin();
	struct device d = stick("D", 1);
	(void)state;
	d.kind = DEVICE_OPTICAL;
	d.usb = false;
	d.nclasses = 0;
	d.medium = false;
	snprintf(d.id_path, sizeof(d.id_path), "ata-1");
	seen(p, "/r", d);
	expect("empty", "");
	d.medium = true;
	d.diskseq = 2;
	seen(p, "/r", d);
	expect("a disc", "device.inserted disc D -\n");
	d.diskseq = 3;
	seen(p, "/r", d);
	expect("another disc", "device.removed disc D -\ndevice.inserted disc D -\n");
	d.medium = false;
	seen(p, "/r", d);
	expect("taken out", "device.removed disc D -\n");
	end(p);
}

/* --- what is refused --------------------------------------------------------------------- */

static void
a_refusal_is_entered_once_for_each_insertion(void **state)
{
	struct place *p = begin();
	struct device d = stick("S1", 5), whole = stick("", 0), other = stick("S1", 6);
	(void)state;
	d.classes[1] = 3;
	d.nclasses = 2;
	whole = d;
	whole.kind = DEVICE_USB;
	snprintf(whole.id_path, sizeof(whole.id_path), "usb-0:1");
	seen(p, "/u", whole);
	expect("the device", "device.refused left S1 besides stor\n");
	expect_news(p, "refused", "S1");
	seen(p, "/b", d);
	seen(p, "/b", d);
	expect("its disk, for the same reason", "");
	expect_news(p, NULL, NULL);
	watcher.gone(&p->desk, "/b");
	watcher.gone(&p->desk, "/u");
	expect("out", "");
	seen(p, "/u", whole);
	expect("in again", "device.refused left S1 besides stor\n");
	other.read_only = false;
	seen(p, "/b", other);
	expect("for another reason", "device.refused left S1 it could sti\n");
	snprintf(other.id_path, sizeof(other.id_path), "usb-0:10:1.0-scsi-0:0:0:0");
	seen(p, "/b", other);
	expect("somewhere else", "device.refused  S1 it is in no \n");
	end(p);
}

static void
a_medium_that_can_be_written_to_suddenly_is_read_no_more(void **state)
{
	struct place *p = begin();
	struct device d = stick("S1", 5);
	(void)state;
	seen(p, "/b", d);
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(reading, sizeof(reading), "K1-000007");
	d.read_only = false;
	seen(p, "/b", d);
	expect("unlocked", "device.inserted left S1 -\n"
			   "end K1-000007 it could still be written \n"
			   "device.removed left S1 - K1-000007\n"
			   "device.refused left S1 it could sti\n");
	end(p);
}

static void
more_devices_than_there_can_be_are_not_kept(void **state)
{
	struct place *p = begin();
	size_t n = 0;
	(void)state;
	for (size_t i = 0; i <= LIM_DEVICES; i++) {
		char place[32];
		struct device d = stick("S", i + 1);
		snprintf(place, sizeof(place), "/b%zu", i);
		d.read_only = false;
		seen(p, place, d);
	}
	for (const struct follow_device *f = NULL; (f = follow_next(&p->desk, f)) != NULL;)
		n++;
	assert_int_equal(n, LIM_DEVICES);
	end(p);
}

/* --- what udev lost -------------------------------------------------------------------------
 */

static void
a_look_at_everything_finds_what_was_missed(void **state)
{
	struct place *p = begin();
	struct device d = stick("S2", 6);
	(void)state;
	seen(p, "/b", stick("S1", 5));
	expect("in", "device.inserted left S1 -\n");
	watcher.all(&p->desk, true);
	d.since_us = clock_mono_ns() / 1000 - 100 * 1000000ull;
	seen(p, "/c", d);
	watcher.all(&p->desk, false);
	expect("missed", "device.inserted left S2 -\ndevice.removed left S1 -\n");
	const struct follow_device *f = follow_next(&p->desk, NULL);
	assert_string_equal(f->place, "/c");
	assert_in_range(f->since_s, NOW - 101, NOW - 99);
	watcher.all(&p->desk, true);
	seen(p, "/c", d);
	watcher.all(&p->desk, false);
	expect("nothing new", "");
	end(p);
}

static void
transfer_knows_its_medium_again(void **state)
{
	struct device d = stick("S1", 5);
	json_t *open = json_pack("{s:{s:i, s:{s:s, s:s, s:s, s:s}}}", "medium", "bytes",
	    1 << 20, "device", "port", "right", "vendor", "", "model", "", "serial", "S1");
	struct custody_transfer t = {.open_data = open};
	(void)state;
	assert_true(follow_is(&d, &t));
	d.bytes++;
	assert_false(follow_is(&d, &t));
	json_object_del(json_object_get(open, "medium"), "device");
	d.bytes--;
	assert_false(follow_is(&d, &t));
	json_decref(open);
}

static void
the_ready_check_tells_what_is_wrong(void **state)
{
	struct place *p = begin();
	struct device d = stick("S1", 5);
	char what[256];
	(void)state;
	assert_true(follow_check(&p->desk, what, sizeof(what)));
	assert_string_equal(what, "2 ports for devices, 0 media in them");
	seen(p, "/b", d);
	assert_true(follow_check(&p->desk, what, sizeof(what)));
	d.ruled = false;
	seen(p, "/b", d);
	assert_false(follow_check(&p->desk, what, sizeof(what)));
	assert_non_null(strstr(what, "port left"));
	follow_close(&p->desk);
	runs = false;
	follow_open(&p->desk);
	assert_false(follow_active(&p->desk));
	assert_false(follow_check(&p->desk, what, sizeof(what)));
	assert_non_null(strstr(what, "udev is not running"));
	end(p);
}

static void
a_demo_follows_nothing(void **state)
{
	struct station demo = {.demo = true};
	struct desk d = {.station = &demo};
	char what[256];
	(void)state;
	runs = true;
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
	    cmocka_unit_test(what_flaps_is_counted_until_it_is_calm),
	    cmocka_unit_test(what_waits_is_written_before_what_must_not_wait),
	    cmocka_unit_test(what_the_ledger_cannot_write_is_written_later_in_its_order),
	    cmocka_unit_test(media_are_looked_for_when_udev_starts_late),
	    cmocka_unit_test(a_stick_pulled_while_it_is_read_ends_the_reading),
	    cmocka_unit_test(a_stick_exchanged_between_two_looks_is_another),
	    cmocka_unit_test(a_drive_is_there_without_its_disc),
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
