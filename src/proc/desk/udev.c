/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/udev.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <errno.h>
#include <libudev.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UDEV_CONTROL      UDEV_WATCH_DATA "/control"
#define UDEV_AT_ONCE      256       /* announcements between two turns of the loop */
#define UDEV_BUFFER_BYTES (1 << 20) /* announcements that wait for the desk */

struct udev_watch {
	struct udev_watcher watcher;
	struct udev *udev;
	struct udev_monitor *monitor;
};

/* "ATTR{size}" is a file in sysfs, anything else a property. */
static const char *
udev_get(void *arg, const char *key)
{
	char name[64];
	size_t n = strlen(key);
	if (strncmp(key, "ATTR{", 5) != 0 || n - 6 >= sizeof(name))
		return udev_device_get_property_value(arg, key);
	snprintf(name, sizeof(name), "%.*s", (int)(n - 6), key + 5);
	return udev_device_get_sysattr_value(arg, name);
}

static void
udev_tell(struct udev_watch *w, struct udev_device *d)
{
	const char *action = udev_device_get_action(d);
	const char *place = udev_device_get_devpath(d);
	if (place == NULL)
		return;
	if (action != NULL && strcmp(action, "remove") == 0) {
		w->watcher.gone(w->watcher.arg, place);
		return;
	}
	/* its driver leaves it just before it goes, when nothing can be read of it any more */
	if (action != NULL && strcmp(action, "unbind") == 0)
		return;
	struct device device;
	device_read(udev_get, d, &device);
	if (device.kind != DEVICE_OTHER)
		w->watcher.seen(w->watcher.arg, place, &device);
}

bool
udev_watch_runs(void)
{
	return access(UDEV_CONTROL, F_OK) == 0;
}

static bool
udev_listen(struct udev_watch *w)
{
	w->monitor = udev_monitor_new_from_netlink(w->udev, "udev");
	if (w->monitor == NULL ||
	    udev_monitor_filter_add_match_subsystem_devtype(w->monitor, "block", "disk") < 0 ||
	    udev_monitor_filter_add_match_subsystem_devtype(w->monitor, "usb", "usb_device") <
		0)
		return false;
	(void)udev_monitor_set_receive_buffer_size(w->monitor, UDEV_BUFFER_BYTES);
	return udev_monitor_enable_receiving(w->monitor) >= 0;
}

struct udev_watch *
udev_watch_open(const struct udev_watcher *watcher, const char **ret_why)
{
	*ret_why = "there is no udev";
	if (access(UDEV_WATCH_DATA, F_OK) != 0)
		return NULL;
	struct udev_watch *w = mem_alloc(sizeof(*w));
	*w = (struct udev_watch){.watcher = *watcher, .udev = udev_new()};
	*ret_why = "udev cannot be listened to";
	if (w->udev == NULL || !udev_listen(w)) {
		udev_watch_close(w);
		return NULL;
	}
	return w;
}

void
udev_watch_close(struct udev_watch *w)
{
	if (w == NULL)
		return;
	if (w->monitor != NULL)
		udev_monitor_unref(w->monitor);
	if (w->udev != NULL)
		udev_unref(w->udev);
	free(w);
}

int
udev_watch_fd(const struct udev_watch *w)
{
	return udev_monitor_get_fd(w->monitor);
}

void
udev_watch_enumerate(struct udev_watch *w)
{
	struct udev_list_entry *e;
	struct udev_enumerate *all = udev_enumerate_new(w->udev);
	if (all == NULL || udev_enumerate_add_match_subsystem(all, "block") < 0 ||
	    udev_enumerate_add_match_subsystem(all, "usb") < 0 ||
	    /* what udevd has not seen yet it will announce */
	    udev_enumerate_add_match_is_initialized(all) < 0 ||
	    udev_enumerate_scan_devices(all) < 0) {
		log_warn("udev does not tell which devices there are: %s", strerror(errno));
		if (all != NULL)
			udev_enumerate_unref(all);
		return;
	}
	w->watcher.all(w->watcher.arg, true);
	udev_list_entry_foreach(e, udev_enumerate_get_list_entry(all))
	{
		struct udev_device *d =
		    udev_device_new_from_syspath(w->udev, udev_list_entry_get_name(e));
		if (d != NULL) /* else it went meanwhile */
			udev_tell(w, d);
		udev_device_unref(d);
	}
	w->watcher.all(w->watcher.arg, false);
	udev_enumerate_unref(all);
}

void
udev_watch_read(struct udev_watch *w)
{
	struct udev_device *d;
	bool lost = false;
	for (int i = 0; i < UDEV_AT_ONCE; i++) {
		errno = 0;
		d = udev_monitor_receive_device(w->monitor);
		if (d == NULL && errno != ENOBUFS)
			break;
		lost |= d == NULL;
		if (d != NULL)
			udev_tell(w, d);
		udev_device_unref(d);
	}
	if (lost)
		udev_watch_enumerate(w);
}
