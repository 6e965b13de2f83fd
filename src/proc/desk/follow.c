/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/follow.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/portrule.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/keyboard.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/udev.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

struct follow {
	struct udev_watch *watch; /* NULL: nobody announces anything */
	const char *why;          /* then */
	bool started;             /* what is there from the beginning has been seen */
	int timer;                /* udevd is not there yet, or 0 */
	bool finding;             /* what is seen may have been there for long */
	struct follow_device *devices;
	size_t n;
	struct follow_pulled *pulled; /* at most one for each slot of each port */
	struct keyboards *keyboards;
};

/* --- telling -------------------------------------------------------------------------- */

static const char *
follow_port(const struct device_judgement *j)
{
	return j->port != NULL ? j->port->name : "";
}

/* The part of an entry that says which device it is about; with bytes when it was a medium. */
static json_t *
follow_data(const struct follow_device *f)
{
	const struct device *d = &f->device;
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "model", d->model, "port",
	    follow_port(&f->judgement), "serial", d->serial, "source", f->source, "vendor",
	    d->vendor);
}

/* What USB devices say of themselves, for the entry of what came. */
void
follow_add_usb(json_t *data, const struct device *d)
{
	char interfaces[DEVICE_INTERFACES * 7 + 1];
	device_interface_words(d, interfaces);
	const char *const fields[][2] = {
	    {"descriptors", d->descriptors}, {"id", d->id}, {"interfaces", interfaces}};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i][1][0] != '\0')
			json_object_set_new(data, fields[i][0], json_string(fields[i][1]));
}

static void
follow_news(struct desk *d, const char *event, const struct follow_device *f, const char *why)
{
	char source[HEX_B64_SIZE(sizeof(f->source))], name[DEVICE_WORDS_SIZE];
	hex_b64_encode((const uint8_t *)f->source, strlen(f->source), source);
	device_words(&f->device, name);
	for (struct session *s = d->sessions; s != NULL; s = s->next)
		/* a slow terminal misses it, and asks again some time */
		if (s->follows && channel_room(s->channel) >= 4)
			channel_send(s->channel, MSG_DESK_MEDIA_NEWS,
			    json_pack("{s:s, s:s, s:s, s:s, s:s}", "event", event, "port",
				follow_port(&f->judgement), "source", source, "name", name,
				"why", why),
			    -1);
}

/* --- coming and going ------------------------------------------------------------------- */

static void
follow_came(struct desk *d, struct follow_device *f)
{
	json_t *data = follow_data(f);
	json_object_set_new(data, "bytes", json_integer((json_int_t)f->device.bytes));
	follow_add_usb(data, &f->device);
	log_info("%s: a medium of %llu bytes came", f->judgement.port->name,
	    (unsigned long long)f->device.bytes);
	flap_enter(d, f->judgement.port, "device.inserted", data, false);
	follow_news(d, "inserted", f, "");
}

/* Kept until it is read to its end after all, or something else is pulled out of the port. */
static void
follow_keep_pulled(struct desk *d, const struct follow_device *f)
{
	struct follow_pulled **at = &d->follow->pulled;
	while (*at != NULL && ((*at)->port != f->judgement.port ||
				  !device_unit_is((*at)->device.id_path, f->device.id_path)))
		at = &(*at)->next;
	struct follow_pulled *p = *at;
	if (p == NULL)
		p = *at = mem_alloc(sizeof(*p));
	p->port = f->judgement.port;
	p->device = f->device;
	snprintf(p->transfer, sizeof(p->transfer), "%s", f->transfer);
}

/* A medium that could be read is not there any more, or not to be read any more. */
static void
follow_left(struct desk *d, struct follow_device *f, const char *why)
{
	bool reading = f->transfer[0] != '\0' && intake_pulled(d, f->transfer, why);
	json_t *data = follow_data(f);
	json_object_set_new(data, "bytes", json_integer((json_int_t)f->device.bytes));
	if (reading || f->lost) {
		json_object_set_new(data, "transfer", json_string(f->transfer));
		follow_keep_pulled(d, f);
	}
	log_info("%s: the medium has gone", f->judgement.port->name);
	flap_enter(d, f->judgement.port, "device.removed", data, reading || f->lost);
	follow_news(d, "removed", f, reading || f->lost ? why : "");
}

/* One refusal for each device: its disks are refused for the reason it was itself. */
static bool
follow_is_said(const struct follow *w, const struct follow_device *f)
{
	for (const struct follow_device *g = w->devices; g != NULL; g = g->next) {
		if (g == f || g->judgement.state != DEVICE_REFUSED ||
		    g->judgement.port != f->judgement.port ||
		    strcmp(g->judgement.why, f->judgement.why) != 0)
			continue;
		if (f->judgement.port != NULL ||
		    strcmp(g->device.serial, f->device.serial) == 0)
			return true;
	}
	return false;
}

static void
follow_refuse(struct desk *d, struct follow_device *f)
{
	json_t *data = follow_data(f);
	json_object_set_new(data, "why", json_string(f->judgement.why));
	follow_add_usb(data, &f->device);
	log_info("%s: a device was refused: %s",
	    f->judgement.port != NULL ? f->judgement.port->name : "in no port",
	    f->judgement.why);
	flap_enter(d, f->judgement.port, "device.refused", data, false);
	follow_news(d, "refused", f, f->judgement.why);
	/* whether it can type or not: somebody tried */
	if (d->follow->started && device_has_keys(&f->device))
		keyboard_lock(d, &f->device);
}

/* When it came: now, or when udev first saw it; a drive says nothing of its discs. */
static int64_t
follow_since_s(const struct follow *w, const struct device *d)
{
	uint64_t now_us = clock_mono_ns() / 1000;
	if (!w->finding || d->kind == DEVICE_OPTICAL || d->since_us == 0 ||
	    d->since_us > now_us)
		return clock_wall_s();
	return clock_wall_s() - (int64_t)((now_us - d->since_us) / 1000000);
}

static void
follow_drop(struct desk *d, struct follow_device *f)
{
	struct follow_device **at = &d->follow->devices;
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	d->follow->n--;
	if (f->judgement.state == DEVICE_READY)
		follow_left(d, f, FOLLOW_PULLED);
	free(f->place);
	free(f);
}

static struct follow_device *
follow_place(const struct follow *w, const char *place)
{
	struct follow_device *f = w->devices;
	while (f != NULL && strcmp(f->place, place) != 0)
		f = f->next;
	return f;
}

static struct follow_device *
follow_add(struct follow *w, const char *place)
{
	if (w->n >= LIM_DEVICES) {
		log_warn(
		    "more than %d devices are plugged in: one is not looked at", LIM_DEVICES);
		return NULL;
	}
	struct follow_device *f = mem_alloc(sizeof(*f));
	*f = (struct follow_device){.next = w->devices, .place = mem_strdup(place)};
	w->devices = f;
	w->n++;
	return f;
}

/* What it is called in entries: as the parent opens it, or what there is. */
static void
follow_name(struct follow_device *f)
{
	const struct device *d = &f->device;
	snprintf(f->source, sizeof(f->source), "%s%s",
	    d->id_path[0] != '\0' && d->kind != DEVICE_USB ? STATION_BY_PATH : "",
	    d->id_path[0] != '\0' ? d->id_path
	    : d->node[0] != '\0'  ? d->node
				  : "unnamed");
}

static void
follow_take(struct desk *d, struct follow_device *f, const struct device *device,
    const struct device_judgement *j)
{
	enum device_state before = f->judgement.state;
	bool same = before == j->state && f->device.diskseq == device->diskseq &&
	            f->device.bytes == device->bytes;
	bool said = before == DEVICE_REFUSED && strcmp(f->judgement.why, j->why) == 0;
	bool there = f->device.diskseq == device->diskseq && j->state == DEVICE_REFUSED;
	if (before == DEVICE_READY && !same)
		follow_left(d, f, there ? j->why : FOLLOW_PULLED);
	f->device = *device;
	f->judgement = *j;
	follow_name(f);
	if (!same) {
		f->since_s = follow_since_s(d->follow, device);
		f->transfer[0] = '\0';
		f->lost = false;
	}
	if (j->state == DEVICE_READY && !same)
		follow_came(d, f);
	if (j->state == DEVICE_REFUSED && !said && !follow_is_said(d->follow, f))
		follow_refuse(d, f);
}

/* --- what udev announces ------------------------------------------------------------------ */

static void
follow_on_seen(void *arg, const char *place, const struct device *device)
{
	struct desk *d = arg;
	struct device_judgement j;
	if (device->kind == DEVICE_INPUT) {
		keyboard_seen(d, d->follow->keyboards, place, device, d->follow->started);
		return;
	}
	struct follow_device *f = follow_place(d->follow, place);
	device_judge(device, d->station, &j);
	if (j.state == DEVICE_IGNORED) {
		if (f != NULL)
			follow_drop(d, f);
		return;
	}
	if (f == NULL)
		f = follow_add(d->follow, place);
	if (f == NULL)
		return;
	f->there = true;
	follow_take(d, f, device, &j);
}

static void
follow_on_gone(void *arg, const char *place)
{
	struct desk *d = arg;
	struct follow_device *f = follow_place(d->follow, place);
	if (f != NULL)
		follow_drop(d, f);
	else
		keyboard_gone(d->follow->keyboards, place);
}

static void
follow_on_all(void *arg, bool begin)
{
	struct desk *d = arg;
	struct follow *w = d->follow;
	struct follow_device *next;
	w->finding = begin;
	for (struct follow_device *f = w->devices; f != NULL; f = next) {
		next = f->next;
		if (begin)
			f->there = false;
		else if (!f->there)
			follow_drop(d, f);
	}
	keyboard_all(w->keyboards, begin);
	w->started |= !begin;
}

static void
follow_on_ready(void *arg, int fd, short revents)
{
	(void)fd;
	(void)revents;
	follow_refresh(arg);
}

/* --- life ------------------------------------------------------------------------------------
 */

void
follow_open(struct desk *d)
{
	const struct udev_watcher watcher = {follow_on_seen, follow_on_gone, follow_on_all, d};
	if (d->station->demo)
		return;
	d->follow = mem_alloc(sizeof(*d->follow));
	*d->follow = (struct follow){.why = "", .keyboards = keyboard_new()};
	d->follow->watch = udev_watch_open(&watcher, &d->follow->why);
	if (d->follow->watch == NULL)
		log_warn("media in block ports are not noticed, and none is read: %s",
		    d->follow->why);
}

/* What came before udevd did, nobody announced. */
static void
follow_look(void *arg)
{
	struct desk *d = arg;
	struct follow *w = d->follow;
	w->timer = 0;
	if (udev_watch_runs())
		udev_watch_enumerate(w->watch);
	else
		w->timer = loop_add_timer(d->loop, LIM_UDEV_MS, follow_look, d);
}

void
follow_start(struct desk *d)
{
	if (!follow_active(d))
		return;
	loop_add_fd(d->loop, udev_watch_fd(d->follow->watch), POLLIN, follow_on_ready, d);
	follow_look(d);
}

/* Says nothing: that the desk ends takes no medium out. */
void
follow_close(struct desk *d)
{
	struct follow *w = d->follow;
	if (w == NULL)
		return;
	while (w->devices != NULL) {
		struct follow_device *f = w->devices;
		w->devices = f->next;
		free(f->place);
		free(f);
	}
	while (w->pulled != NULL) {
		struct follow_pulled *p = w->pulled;
		w->pulled = p->next;
		free(p);
	}
	if (w->timer != 0)
		loop_del_timer(d->loop, w->timer);
	if (w->watch != NULL)
		loop_del_fd(d->loop, udev_watch_fd(w->watch));
	udev_watch_close(w->watch);
	keyboard_free(w->keyboards);
	free(w);
	d->follow = NULL;
}

bool
follow_active(const struct desk *d)
{
	return d->follow != NULL && d->follow->watch != NULL;
}

void
follow_refresh(struct desk *d)
{
	if (follow_active(d))
		udev_watch_read(d->follow->watch);
}

/* --- what is there -------------------------------------------------------------------------
 */

const struct follow_device *
follow_next(const struct desk *d, const struct follow_device *f)
{
	if (f != NULL)
		return f->next;
	return d->follow != NULL ? d->follow->devices : NULL;
}

const struct follow_device *
follow_find(const struct desk *d, const char *name)
{
	const struct follow_device *f = NULL, *found = NULL;
	while ((f = follow_next(d, f)) != NULL) {
		if (f->device.kind == DEVICE_USB)
			continue;
		if (strcmp(f->source, name) == 0 ||
		    (f->device.node[0] != '\0' && strcmp(f->device.node, name) == 0))
			return f;
		/* what can be read goes before what was refused beside it */
		if (strcmp(follow_port(&f->judgement), name) == 0 &&
		    (found == NULL || f->judgement.state == DEVICE_READY))
			found = f;
	}
	return name[0] != '\0' ? found : NULL;
}

const struct follow_device *
follow_at(const struct desk *d, const char *place)
{
	return d->follow != NULL ? follow_place(d->follow, place) : NULL;
}

const struct follow_pulled *
follow_pulled_next(const struct desk *d, const struct follow_pulled *p)
{
	if (p != NULL)
		return p->next;
	return d->follow != NULL ? d->follow->pulled : NULL;
}

static const char *
follow_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));
	return text != NULL ? text : "";
}

bool
follow_is(const struct device *d, const struct custody_transfer *t)
{
	const json_t *medium = json_object_get(t->open_data, "medium");
	const json_t *device = json_object_get(medium, "device");
	json_int_t bytes = json_integer_value(json_object_get(medium, "bytes"));
	const struct device_known known = {
	    .bytes = bytes > 0 ? (uint64_t)bytes : 0,
	    .vendor = follow_text(device, "vendor"),
	    .model = follow_text(device, "model"),
	    .serial = follow_text(device, "serial"),
	    .place = follow_text(medium, "source"),
	};
	return device != NULL && bytes > 0 && device_is(d, &known);
}

/* --- what is done with it
 * --------------------------------------------------------------------- */

void
follow_opened(struct desk *d, const char *place, const char *transfer)
{
	struct follow_device *f = d->follow != NULL ? follow_place(d->follow, place) : NULL;
	if (f == NULL)
		return;
	snprintf(f->transfer, sizeof(f->transfer), "%s", transfer);
	f->lost = false;
}

void
follow_lost(struct desk *d, const char *transfer)
{
	if (d->follow == NULL)
		return;
	for (struct follow_device *f = d->follow->devices; f != NULL; f = f->next)
		f->lost |= strcmp(f->transfer, transfer) == 0;
}

bool
follow_has_ports(const struct desk *d)
{
	size_t ports = 0;
	for (size_t i = 0; i < d->station->nports; i++)
		ports += d->station->ports[i].kind == STATION_BLOCK;
	return ports > 0 && follow_active(d);
}

/* The lines that sallyport-ports(8) makes of station.conf, and whether udev has them. */
bool
follow_check_rules(const struct desk *d, char *ret_text, size_t size)
{
	char mark[PORTRULE_MARK_SIZE];
	struct udev_controllers c;
	portrule_mark(d->station, mark);
	udev_watch_controllers(d->follow->watch, mark, &c);
	bool good = c.told == c.all && c.shut == c.all;
	if (good)
		snprintf(ret_text, size, "%zu USB controllers wait for the rules of the ports",
		    c.all);
	else if (c.otherwise > 0)
		snprintf(ret_text, size, "udev knows other ports than station.conf names");
	else if (c.told < c.all)
		snprintf(ret_text, size,
		    "udev knows no ports: what is plugged in reaches a driver before it is "
		    "refused");
	else
		snprintf(ret_text, size,
		    "%zu of %zu USB controllers let in what is plugged into them",
		    c.all - c.shut, c.all);
	return good;
}

bool
follow_check(const struct desk *d, char *ret_text, size_t size)
{
	size_t ports = 0, media = 0;
	const struct follow_device *f = NULL;
	for (size_t i = 0; i < d->station->nports; i++)
		ports += d->station->ports[i].kind == STATION_BLOCK;
	if (ports == 0) {
		snprintf(ret_text, size, "no port for devices; images only");
		return true;
	}
	if (!follow_active(d) || !udev_watch_runs()) {
		snprintf(ret_text, size,
		    "udev is not running: media in block ports are not noticed");
		return false;
	}
	while ((f = follow_next(d, f)) != NULL) {
		if (f->judgement.port == NULL || f->device.kind == DEVICE_USB ||
		    f->judgement.port->role != STATION_MEDIA)
			continue;
		if (!f->device.ruled || (f->device.medium && !f->device.read_only)) {
			snprintf(ret_text, size,
			    "the udev rules did not see the device in port %s",
			    f->judgement.port->name);
			return false;
		}
		media += f->device.medium;
	}
	snprintf(ret_text, size, "%zu ports for devices, %zu media in them", ports, media);
	return true;
}
