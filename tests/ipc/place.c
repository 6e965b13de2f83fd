/* SPDX-License-Identifier: ISC */
#include "tests/ipc/place.h"
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

struct place_world place_world;

/* --- what stands around it ---------------------------------------------------------- */

bool
udev_watch_runs(void)
{
	return place_world.runs;
}

struct udev_watch *
udev_watch_open(const struct udev_watcher *w, const char **ret_why)
{
	static int there;
	place_world.watcher = *w;
	*ret_why = "udev is not running";
	return place_world.runs || place_world.starts ? (struct udev_watch *)(void *)&there
	                                              : NULL;
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
	place_world.looks++;
}

void
udev_watch_controllers(struct udev_watch *w, const char *mark, struct udev_controllers *ret)
{
	(void)w;
	snprintf(place_world.mark, sizeof(place_world.mark), "%s", mark);
	*ret = place_world.controllers;
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

int
loop_add_timer(struct loop *l, int64_t in_ms, loop_timer_fn *fn, void *arg)
{
	(void)l;
	assert_null(place_world.timer);
	place_world.timer = fn;
	place_world.timer_arg = arg;
	place_world.timer_ms = in_ms;
	return 1;
}

void
loop_del_timer(struct loop *l, int id)
{
	(void)l;
	assert_int_equal(id, 1);
	place_world.timer = NULL;
}

bool
intake_pulled(struct desk *d, const char *transfer, const char *why)
{
	(void)d;
	if (strcmp(transfer, place_world.reading) != 0)
		return false;
	place_world.reading[0] = '\0';
	buf_addf(&place_world.said, "end %s %.26s\n", transfer, why);
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
	if (place_world.full) {
		json_decref(data);
		snprintf(why, BOOK_WHY_SIZE, "no room");
		return ERR_IO;
	}
	buf_addf(&place_world.said, "%s %s %s %.12s", type, text(data, "port"),
	    text(data, "serial"), text(data, "why"));
	if (json_object_get(data, "transfer") != NULL)
		buf_addf(&place_world.said, " %s", text(data, "transfer"));
	if (json_object_get(data, "unwritten") != NULL)
		buf_addf(&place_world.said, " +%lld",
		    json_integer_value(json_object_get(data, "unwritten")));
	buf_add_str(&place_world.said, "\n");
	json_decref(data);
	return ERR_OK;
}

/* --- a station with two ports, and a terminal that listens ----------------------------- */

static struct station_port place_ports[] = {
    {"left", STATION_BLOCK, "usb-0:1", STATION_MEDIA},
    {"disc", STATION_BLOCK, "ata-1", STATION_MEDIA},
};
struct station place_station = {.ports = place_ports, .nports = COUNT(place_ports)};

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

struct place *
place_begin(void)
{
	struct place *p = mem_alloc(sizeof(*p));
	buf_init(&place_world.said, 65536);
	place_world.reading[0] = '\0';
	place_world.runs = true;
	clock_set_wall_s(PLACE_NOW);
	p->desk.station = &place_station;
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

void
place_end(struct place *p)
{
	follow_close(&p->desk);
	flap_end(&p->desk);
	assert_null(place_world.timer);
	channel_free(p->follows.channel);
	channel_free(p->other.channel);
	channel_free(p->terminal);
	channel_free(p->silent);
	buf_done(&place_world.said);
	clock_set_wall_s(-1);
	free(p);
}

/* Everything that was recorded since the last time. */
void
place_expect(const char *what, const char *wanted)
{
	if (strcmp(buf_str(&place_world.said), wanted) != 0)
		fail_msg("%s:\n%swanted:\n%s", what, buf_str(&place_world.said), wanted);
	buf_done(&place_world.said);
	buf_init(&place_world.said, 65536);
}

void
place_expect_news(struct place *p, const char *event, const char *name)
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

struct device
place_stick(const char *serial, uint64_t diskseq)
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
	    .interfaces = {0x080650},
	    .ninterfaces = 1};
	snprintf(d.serial, sizeof(d.serial), "%s", serial);
	return d;
}

void
place_seen(struct place *p, const char *place, struct device d)
{
	place_world.watcher.seen(&p->desk, place, &d);
}

void
place_calm(void)
{
	loop_timer_fn *fn = place_world.timer;
	assert_non_null(fn);
	place_world.timer = NULL;
	fn(place_world.timer_arg);
}
