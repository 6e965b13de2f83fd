/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/keyboard.h"
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/session.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define KEYBOARD_PARTS_NS (UINT64_C(5) * 1000000000) /* one keyboard shows several parts */

struct keyboard {
	struct keyboard *next;
	char *place;
	uint64_t major, minor; /* of its USB device, or 0 */
	uint64_t seen_ns;
	bool there;
};

struct keyboards {
	struct keyboard *first;
	size_t n;
};

struct keyboards *
keyboard_new(void)
{
	return mem_alloc(sizeof(struct keyboards));
}

static void
keyboard_drop(struct keyboards *all, struct keyboard *k)
{
	struct keyboard **at = &all->first;
	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	all->n--;
	free(k->place);
	free(k);
}

void
keyboard_free(struct keyboards *all)
{
	while (all != NULL && all->first != NULL)
		keyboard_drop(all, all->first);
	free(all);
}

static struct keyboard *
keyboard_find(const struct keyboards *all, const char *place)
{
	struct keyboard *k = all->first;
	while (k != NULL && strcmp(k->place, place) != 0)
		k = k->next;
	return k;
}

/* Another part of what came a moment ago: it is entered already. */
static bool
keyboard_is_part(const struct keyboards *all, const struct device *device, uint64_t now_ns)
{
	for (const struct keyboard *k = all->first; k != NULL; k = k->next)
		if (device->major != 0 && k->major == device->major &&
		    k->minor == device->minor && now_ns - k->seen_ns < KEYBOARD_PARTS_NS)
			return true;
	return false;
}

/* When there are too many to remember, the oldest is forgotten: an entry more, never one less.
 */
static void
keyboard_add(
    struct keyboards *all, const char *place, const struct device *device, uint64_t now_ns)
{
	struct keyboard *last = all->first;
	while (last != NULL && last->next != NULL)
		last = last->next;
	if (all->n >= LIM_DEVICES)
		keyboard_drop(all, last);
	struct keyboard *k = mem_alloc(sizeof(*k));
	*k = (struct keyboard){.next = all->first,
	    .place = mem_strdup(place),
	    .major = device->major,
	    .minor = device->minor,
	    .seen_ns = now_ns,
	    .there = true};
	all->first = k;
	all->n++;
}

static void
keyboard_enter(struct desk *d, const struct device *device)
{
	const struct station_port *port = station_port_find(d->station, device->id_path);
	json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", device->input,
	    "model", device->model, "port", port != NULL ? port->name : "", "serial",
	    device->serial, "source", device->id_path[0] != '\0' ? device->id_path : "unnamed",
	    "vendor", device->vendor);
	follow_add_usb(data, device);
	log_warn("%s was plugged in: the screens lock", device->input);
	flap_enter(d, port, "device.keyboard", data, false);
}

void
keyboard_lock(struct desk *d, const struct device *device)
{
	char name[DEVICE_WORDS_SIZE];
	device_words(device, name);
	for (struct session *s = d->sessions; s != NULL; s = s->next) {
		if (!s->follows)
			continue;
		/* one that does not listen is cut off: on the next connection it is locked, too
		 */
		if (channel_room(s->channel) == 0 ||
		    channel_send(s->channel, MSG_DESK_MEDIA_NEWS,
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "event", "keyboard", "port", "",
			    "source", "", "name", name, "why",
			    device->input != NULL ? device->input : "a keyboard"),
			-1) != ERR_OK)
			shutdown(channel_fd(s->channel), SHUT_RDWR);
	}
}

void
keyboard_seen(struct desk *d, struct keyboards *all, const char *place,
    const struct device *device, bool news)
{
	struct keyboard *k = keyboard_find(all, place);
	uint64_t now_ns = clock_mono_ns();
	if (k != NULL) {
		k->there = true;
		return;
	}
	bool part = keyboard_is_part(all, device, now_ns);
	keyboard_add(all, place, device, now_ns);
	if (!news)
		return;
	if (!part)
		keyboard_enter(d, device);
	keyboard_lock(d, device);
}

void
keyboard_gone(struct keyboards *all, const char *place)
{
	struct keyboard *k = keyboard_find(all, place);
	if (k != NULL)
		keyboard_drop(all, k);
}

void
keyboard_all(struct keyboards *all, bool begin)
{
	struct keyboard *next;
	for (struct keyboard *k = all->first; k != NULL; k = next) {
		next = k->next;
		if (begin)
			k->there = false;
		else if (!k->there)
			keyboard_drop(all, k);
	}
}
