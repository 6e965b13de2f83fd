/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/udev.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <errno.h>
#include <fcntl.h>
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

/* What is told of, and the USB device that it is or hangs on. */
struct udev_told {
	struct udev_device *device, *usb;
	bool looked; /* at its descriptors */
	struct udev_described described;
	char text[USBDESC_CLASSES * 7 + 2]; /* what was asked for last */
};

/* "NAME{key}" with this name: its key, or false. */
static bool
udev_key(const char *text, const char *name, char *ret_key, size_t size)
{
	size_t n = strlen(name), len = strlen(text);
	if (strncmp(text, name, n) != 0 || text[n] != '{' || len - n - 2 >= size)
		return false;
	snprintf(ret_key, size, "%.*s", (int)(len - n - 2), text + n + 1);
	return true;
}

bool
udev_describe_file(const char *path, struct udev_described *ret)
{
	uint8_t digest[DIGEST_SIZE];
	size_t n = 0;
	ssize_t r;
	*ret = (struct udev_described){.wrong = ""};
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	/* to its end: the size that sysfs tells is that of the largest there can be */
	MEM_FREE uint8_t *bytes = mem_alloc(LIM_DESCRIPTOR_BYTES + 1);
	do {
		r = pread(fd, bytes + n, LIM_DESCRIPTOR_BYTES + 1 - n, (off_t)n);
		n += r > 0 ? (size_t)r : 0;
	} while (r > 0 || (r < 0 && errno == EINTR));
	if (r < 0 || n == 0 || n > LIM_DESCRIPTOR_BYTES)
		return false;
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), ret->hash);
	const char *wrong = usbdesc_parse(bytes, n, &ret->usb);
	ret->wrong = wrong != NULL ? wrong : "";
	return true;
}

/* ":080650:080662:", as udev writes them. */
static const char *
udev_classes(struct udev_told *t)
{
	const struct usbdesc *u = &t->described.usb;
	size_t n = 0;
	for (size_t i = 0; i < u->nclasses; i++)
		n += (size_t)snprintf(t->text + n, sizeof(t->text) - n, ":%06x",
		    (unsigned)(u->classes[i] & 0xffffff));
	snprintf(t->text + n, sizeof(t->text) - n, "%s", n > 0 ? ":" : "");
	return t->text;
}

static const char *
udev_describe(struct udev_told *t, const char *key)
{
	if (t->usb == NULL)
		return NULL;
	if (!t->looked) {
		MEM_FREE char *path =
		    mem_printf("%s/descriptors", udev_device_get_syspath(t->usb));
		t->looked = true;
		(void)udev_describe_file(path, &t->described);
	}
	if (strcmp(key, "hash") == 0)
		return t->described.hash;
	if (strcmp(key, "wrong") == 0)
		return t->described.wrong;
	if (strcmp(key, "classes") == 0)
		return udev_classes(t);
	bool all = strcmp(key, "configurations") == 0;
	snprintf(t->text, sizeof(t->text), "%u",
	    all ? t->described.usb.configurations : t->described.usb.interfaces);
	return t->text;
}

static const char *
udev_get(void *arg, const char *key)
{
	struct udev_told *t = arg;
	char name[64];
	if (strcmp(key, "DESCRIPTORS") == 0)
		return udev_describe(t, "hash");
	if (udev_key(key, "DESCRIBED", name, sizeof(name)))
		return udev_describe(t, name);
	if (udev_key(key, "USB", name, sizeof(name)))
		return t->usb != NULL ? udev_device_get_property_value(t->usb, name) : NULL;
	if (udev_key(key, "USBATTR", name, sizeof(name)))
		return t->usb != NULL ? udev_device_get_sysattr_value(t->usb, name) : NULL;
	if (udev_key(key, "ATTR", name, sizeof(name)))
		return udev_device_get_sysattr_value(t->device, name);
	if (!udev_key(key, "MMC", name, sizeof(name)))
		return udev_device_get_property_value(t->device, key);
	struct udev_device *card =
	    udev_device_get_parent_with_subsystem_devtype(t->device, "mmc", NULL);
	return card != NULL ? udev_device_get_sysattr_value(card, name) : NULL;
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
	/* pulled out again already: that will be announced, and nothing can be read of it */
	if (access(udev_device_get_syspath(d), F_OK) != 0)
		return;
	const char *type = udev_device_get_devtype(d);
	bool usb = type != NULL && strcmp(type, "usb_device") == 0;
	struct udev_told told = {.device = d,
	    .usb = usb ? d
	               : udev_device_get_parent_with_subsystem_devtype(d, "usb", "usb_device")};
	struct device device;
	device_read(udev_get, &told, &device);
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
		0 ||
	    udev_monitor_filter_add_match_subsystem_devtype(w->monitor, "input", NULL) < 0)
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
	    udev_enumerate_add_match_subsystem(all, "input") < 0 ||
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

static bool
udev_attr_is(struct udev_device *d, const char *name, const char *value)
{
	const char *text = udev_device_get_sysattr_value(d, name);
	return text != NULL && strcmp(text, value) == 0;
}

static void
udev_count(struct udev_device *d, const char *mark, struct udev_controllers *c)
{
	const char *has = udev_device_get_property_value(d, "SALLYPORT_PORTS");
	c->all++;
	c->told += has != NULL && strcmp(has, mark) == 0;
	c->otherwise += has != NULL && strcmp(has, mark) != 0;
	c->shut += udev_attr_is(d, "authorized_default", "0") &&
	           udev_attr_is(d, "interface_authorized_default", "0");
}

void
udev_watch_controllers(struct udev_watch *w, const char *mark, struct udev_controllers *ret)
{
	struct udev_list_entry *e;
	struct udev_enumerate *all = udev_enumerate_new(w->udev);
	*ret = (struct udev_controllers){.all = 0};
	if (all == NULL)
		return;
	if (udev_enumerate_add_match_subsystem(all, "usb") < 0 ||
	    udev_enumerate_add_match_sysname(all, "usb[0-9]*") < 0 ||
	    udev_enumerate_scan_devices(all) < 0)
		log_warn(
		    "udev does not tell which USB controllers there are: %s", strerror(errno));
	udev_list_entry_foreach(e, udev_enumerate_get_list_entry(all))
	{
		struct udev_device *d =
		    udev_device_new_from_syspath(w->udev, udev_list_entry_get_name(e));
		if (d != NULL)
			udev_count(d, mark, ret);
		udev_device_unref(d);
	}
	udev_enumerate_unref(all);
}
