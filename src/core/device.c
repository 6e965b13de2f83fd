/* SPDX-License-Identifier: ISC */
#include "src/core/device.h"
#include "src/base/escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE_SECTOR     512
#define DEVICE_MOST_BYTES (UINT64_C(1) << 53) /* a number in a message */
#define CLASS_STORAGE     0x08
#define CLASS_HID         0x03

/* --- reading -------------------------------------------------------------------- */

struct device_source {
	device_get_fn *get;
	void *arg;
};

static const char *
device_text(const struct device_source *s, const char *key)
{
	const char *text = s->get(s->arg, key);
	return text != NULL ? text : "";
}

static bool
device_says(const struct device_source *s, const char *key, const char *value)
{
	return strcmp(device_text(s, key), value) == 0;
}

/* Decimal digits alone, or 0. */
static uint64_t
device_number(const struct device_source *s, const char *key)
{
	const char *text = device_text(s, key);
	size_t n = strlen(text);
	if (n == 0 || n > 18 || strspn(text, "0123456789") != n)
		return 0;
	return strtoull(text, NULL, 10);
}

/* The first of two properties that says something, escaped. */
static void
device_word(const struct device_source *s, const char *key, const char *otherwise,
    char out[DEVICE_WORD_SIZE])
{
	if (device_text(s, key)[0] == '\0')
		key = otherwise;
	const char *text = device_text(s, key);
	size_t n = strnlen(text, LIM_DEVICE_TEXT_BYTES);
	escape_bytes(text, n, out, DEVICE_WORD_SIZE, NULL);
}

static enum device_kind
device_kind(const struct device_source *s)
{
	bool block = device_says(s, "SUBSYSTEM", "block") && device_says(s, "DEVTYPE", "disk");
	if (device_says(s, "SUBSYSTEM", "usb") && device_says(s, "DEVTYPE", "usb_device"))
		return DEVICE_USB;
	/* each has nodes below it, which say the same again */
	if (device_says(s, "SUBSYSTEM", "input") && device_says(s, "ID_INPUT", "1") &&
	    device_text(s, "DEVNAME")[0] == '\0')
		return DEVICE_INPUT;
	if (!block)
		return DEVICE_OTHER;
	return device_says(s, "ID_CDROM", "1") ? DEVICE_OPTICAL : DEVICE_DISK;
}

static bool
device_is_hex(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789abcdef") == n;
}

/* A kind of interface, once. */
static void
device_add_interface(struct device *d, uint32_t interface)
{
	for (size_t i = 0; i < d->ninterfaces; i++)
		if (d->interfaces[i] == interface)
			return;
	if (d->ninterfaces < DEVICE_INTERFACES)
		d->interfaces[d->ninterfaces++] = interface;
}

/* ":080650:030101:" is a list of class, subclass and protocol, two digits each. */
static void
device_interfaces(const char *text, struct device *d)
{
	while (*text == ':') {
		char digits[7] = {0};
		size_t n = strcspn(++text, ":");
		if (n == 0)
			return;
		if (n != 6 || strspn(text, "0123456789abcdefABCDEF") < 6) {
			device_add_interface(d, 0); /* none of those that are let in */
			return;
		}
		memcpy(digits, text, 6);
		device_add_interface(d, (uint32_t)strtoul(digits, NULL, 16));
		text += n;
	}
}

static bool
device_has_interface(const struct device *d, uint32_t interface)
{
	for (size_t i = 0; i < d->ninterfaces; i++)
		if (d->interfaces[i] == interface)
			return true;
	return false;
}

static bool
device_same_interfaces(const struct device *a, const struct device *b)
{
	for (size_t i = 0; i < a->ninterfaces; i++)
		if (!device_has_interface(b, a->interfaces[i]))
			return false;
	return a->ninterfaces == b->ninterfaces;
}

static void
device_say_odd(struct device *d, const char *why)
{
	if (d->odd[0] == '\0')
		snprintf(d->odd, sizeof(d->odd), "%s", why);
}

/*
 * What it is, said three times: by its descriptors as the station reads them, by
 * udev, which stops at a descriptor of a strange length, and by the kernel, which
 * counts what its drivers would get.
 */
static void
device_compare(const struct device_source *s, struct device *d)
{
	struct device described = {.kind = d->kind}, seen = {.kind = d->kind};
	const char *wrong = device_text(s, "DESCRIBED{wrong}");
	if (wrong[0] != '\0')
		snprintf(d->odd, sizeof(d->odd), "%.90s", wrong);
	device_interfaces(device_text(s, "DESCRIBED{classes}"), &described);
	device_interfaces(device_text(s, "ID_USB_INTERFACES"), &seen);
	d->units = device_number(s, "DESCRIBED{interfaces}");
	if (d->units == 0)
		device_say_odd(d, "they cannot be read");
	if (!device_same_interfaces(&described, &seen))
		device_say_odd(d, "udev reads other interfaces in them");
	/* what it has, whoever says so: one of them may have missed the keyboard */
	for (size_t i = 0; i < seen.ninterfaces; i++)
		device_add_interface(d, seen.interfaces[i]);
	for (size_t i = 0; i < described.ninterfaces; i++)
		device_add_interface(d, described.interfaces[i]);
	/* none while the kernel gives it to no driver */
	const char *counted = device_text(s, "USBATTR{bNumInterfaces}");
	uint64_t bound = strtoull(counted, NULL, 10);
	if (counted[0] != '\0' && device_number(s, "DESCRIBED{configurations}") == 1 &&
	    bound != d->units)
		device_say_odd(d, "the kernel counts other interfaces in them");
	if (bound > d->units)
		d->units = bound;
}

/* Numbers of vendor and product, and the digest of the descriptors. */
static void
device_identity(
    const struct device_source *s, const char *vendor, const char *product, struct device *d)
{
	char first[8] = "";
	if (device_is_hex(device_text(s, vendor), 4))
		snprintf(first, sizeof(first), "%s", device_text(s, vendor));
	const char *second = device_text(s, product);
	if (first[0] != '\0' && device_is_hex(second, 4))
		snprintf(d->id, sizeof(d->id), "%s:%s", first, second);
	const char *hash = device_text(s, "DESCRIPTORS");
	if (device_is_hex(hash, DEVICE_HASH_SIZE - 1))
		snprintf(d->descriptors, sizeof(d->descriptors), "%s", hash);
}

static void
device_read_block(const struct device_source *s, struct device *d)
{
	uint64_t sectors = device_number(s, "ATTR{size}");
	if (sectors <= DEVICE_MOST_BYTES / DEVICE_SECTOR)
		d->bytes = sectors * DEVICE_SECTOR;
	/* a drive keeps the size of the disc that was in it */
	d->medium = d->bytes > 0 &&
	            (d->kind != DEVICE_OPTICAL || device_says(s, "ID_CDROM_MEDIA", "1"));
	if (!d->medium)
		d->bytes = 0;
	d->read_only = device_says(s, "ATTR{ro}", "1");
	d->ruled = device_text(s, "SALLYPORT_RO_HW")[0] != '\0';
	d->write_protected = device_says(s, "SALLYPORT_RO_HW", "1");
	d->virtual = strncmp(device_text(s, "DEVPATH"), "/devices/virtual/", 17) == 0;
	const char *card = device_text(s, "MMC{type}");
	if (card[0] != '\0' && strcmp(card, "MMC") != 0)
		d->loose = "a memory card";
	else if (device_says(s, "ID_BUS", "ieee1394") ||
		 strstr(d->id_path, "-ieee1394-") != NULL)
		d->loose = "a disk on FireWire";
}

/* What the kernel takes keys from; on USB its words are those of the device it is part of. */
static void
device_read_input(const struct device_source *s, struct device *d)
{
	static const struct {
		const char *key, *what;
	} kinds[] = {
	    {"ID_INPUT_KEYBOARD", "a keyboard"},
	    {"ID_INPUT_MOUSE", "a mouse"},
	    {"ID_INPUT_KEY", "a device with keys"},
	};
	d->input = "an input device";
	for (size_t i = sizeof(kinds) / sizeof(kinds[0]); i > 0; i--)
		if (device_says(s, kinds[i - 1].key, "1"))
			d->input = kinds[i - 1].what;
	device_word(s, "USB{ID_VENDOR}", "ID_VENDOR", d->vendor);
	device_word(s, "USB{ID_MODEL}", "NAME", d->model);
	device_word(s, "USB{ID_SERIAL_SHORT}", "ID_SERIAL_SHORT", d->serial);
	d->major = device_number(s, "USB{MAJOR}");
	d->minor = device_number(s, "USB{MINOR}");
	d->usb = d->major != 0;
	device_interfaces(device_text(s, "USB{ID_USB_INTERFACES}"), d);
	device_identity(s, "USB{ID_VENDOR_ID}", "USB{ID_MODEL_ID}", d);
}

static void
device_read_storage(const struct device_source *s, struct device *d)
{
	/* a memory card has a name and a number of its own */
	bool card = device_text(s, "MMC{type}")[0] != '\0';
	device_word(s, "ID_VENDOR", "ID_USB_VENDOR", d->vendor);
	device_word(s, "ID_MODEL", card ? "ID_NAME" : "ID_USB_MODEL", d->model);
	device_word(
	    s, "ID_SERIAL_SHORT", card ? "ID_SERIAL" : "ID_USB_SERIAL_SHORT", d->serial);
	device_word(s, d->kind == DEVICE_USB ? "ID_SERIAL_SHORT" : "USB{ID_SERIAL_SHORT}",
	    "ID_SERIAL_SHORT", d->outer_serial);
	d->major = device_number(s, "MAJOR");
	d->minor = device_number(s, "MINOR");
	d->diskseq = device_number(s, "DISKSEQ");
	d->usb = d->kind == DEVICE_USB || device_text(s, "ID_USB_INTERFACES")[0] != '\0' ||
	         device_says(s, "ID_BUS", "usb") || strstr(d->id_path, "-usb-") != NULL;
	if (d->usb)
		device_compare(s, d);
	d->shut = d->kind == DEVICE_USB && device_says(s, "ATTR{authorized}", "0");
	if (d->kind == DEVICE_USB)
		device_identity(s, "ID_VENDOR_ID", "ID_MODEL_ID", d);
	else if (d->usb)
		device_identity(s, "USB{ID_VENDOR_ID}", "USB{ID_MODEL_ID}", d);
	if (d->kind == DEVICE_DISK || d->kind == DEVICE_OPTICAL)
		device_read_block(s, d);
}

void
device_read(device_get_fn *get, void *arg, struct device *ret)
{
	const struct device_source s = {get, arg};
	struct device d = {.kind = device_kind(&s)};
	const char *text = d.kind == DEVICE_INPUT ? device_text(&s, "USB{ID_PATH}") : "";
	if (text[0] == '\0')
		text = device_text(&s, "ID_PATH");
	if (station_id_path_ok(text))
		snprintf(d.id_path, sizeof(d.id_path), "%s", text);
	text = device_text(&s, "DEVNAME");
	if (strlen(text) < sizeof(d.node))
		escape_fit(
		    text, strlen(text), d.node, sizeof(d.node), sizeof(d.node) - 1, NULL);
	d.since_us = device_number(&s, "USEC_INITIALIZED");
	if (d.kind == DEVICE_INPUT)
		device_read_input(&s, &d);
	else
		device_read_storage(&s, &d);
	*ret = d;
}

/* --- judging ------------------------------------------------------------------------ */

static const struct {
	uint8_t class;
	const char *name;
} device_classes[] = {
    {0x01, "a sound device"},
    {0x02, "a modem or network card"},
    {0x03, "a keyboard or mouse"},
    {0x06, "a camera or telephone"},
    {0x07, "a printer"},
    {0x09, "a hub"},
    {0x0a, "a modem or network card"},
    {0x0b, "a card for signatures"},
    {0x0e, "a camera"},
    {0xe0, "a radio or network card"},
    {CLASS_STORAGE, "storage of a kind this station does not read, such as a floppy drive"},
};

/*
 * Storage that the kernel talks to as to a disk or a drive: "bulk only" with the
 * commands of disks or discs, or UAS.  The rules of share/udev let the same in.
 */
static bool
device_is_medium(uint32_t interface)
{
	static const uint32_t media[] = {0x080250, 0x080550, 0x080650, 0x080662};
	for (size_t i = 0; i < sizeof(media) / sizeof(media[0]); i++)
		if (interface == media[i])
			return true;
	return false;
}

static const char *
device_class_name(uint32_t interface)
{
	uint32_t class = interface >> 16;
	for (size_t i = 0; i < sizeof(device_classes) / sizeof(device_classes[0]); i++)
		if (device_classes[i].class == class)
			return device_classes[i].name;
	return "of a kind this station does not know";
}

static void
device_refuse(struct device_judgement *j, const char *why)
{
	j->state = DEVICE_REFUSED;
	snprintf(j->why, sizeof(j->why), "%s", why);
}

/* Nothing but storage, as far as it tells: false when there is nothing against that. */
static bool
device_refuse_units(const struct device *d, struct device_judgement *j)
{
	if (d->odd[0] == '\0' && d->units <= 1)
		return false;
	j->state = DEVICE_REFUSED;
	if (d->odd[0] != '\0')
		snprintf(j->why, sizeof(j->why),
		    "its descriptors do not show what it is: %s; take it out and bring the "
		    "data on another medium",
		    d->odd);
	else
		snprintf(j->why, sizeof(j->why),
		    "it is %llu storage devices in one, and a medium is one; take it out and "
		    "bring the data on a plain medium",
		    (unsigned long long)d->units);
	return true;
}

/* An interface that is no storage, or more than one: false when there is none. */
static bool
device_refuse_interfaces(const struct device *d, struct device_judgement *j)
{
	const char *other = NULL;
	bool storage = false;
	for (size_t i = 0; i < d->ninterfaces; i++) {
		storage |= device_is_medium(d->interfaces[i]);
		if (!device_is_medium(d->interfaces[i]) && other == NULL)
			other = device_class_name(d->interfaces[i]);
	}
	if (other == NULL && d->ninterfaces < DEVICE_INTERFACES)
		return device_refuse_units(d, j);
	j->state = DEVICE_REFUSED;
	if (other == NULL)
		device_refuse(j, "it has more interfaces than a medium can have; take it out");
	else if (storage)
		snprintf(j->why, sizeof(j->why),
		    "besides storage it is %s, and a medium may be nothing else; take it out "
		    "and bring the data on a plain medium",
		    other);
	else if (strncmp(other, "storage", 7) == 0)
		snprintf(j->why, sizeof(j->why),
		    "it is %s; take it out and bring the data on another medium", other);
	else
		snprintf(j->why, sizeof(j->why),
		    "it is no storage: it is %s; take it out, this port is for media", other);
	return true;
}

static bool
device_fits(const char *wanted, const char *is, size_t n)
{
	return wanted[0] == '\0' || (strlen(wanted) == n && strncmp(wanted, is, n) == 0);
}

/* The port has a list, and the device is not on it: one row must fit in everything it says. */
static bool
device_refuse_unlisted(
    const struct device *d, const struct station *s, struct device_judgement *j)
{
	const struct station_allow *a = NULL;
	bool some = false, usual = false;
	size_t half = d->id[0] != '\0' ? 4 : 0;
	while ((a = station_allow_next(s, j->port, a)) != NULL) {
		bool named = device_fits(a->vendor, d->id, half) &&
		             device_fits(a->product, d->id + half + (half > 0), half) &&
		             device_fits(a->serial, d->outer_serial, strlen(d->outer_serial));
		some = true;
		usual |= named;
		if (named &&
		    device_fits(a->descriptors, d->descriptors, strlen(d->descriptors)))
			return false;
	}
	if (!some)
		return false;
	j->state = DEVICE_REFUSED;
	snprintf(j->why, sizeof(j->why),
	    "this medium is not on the list of port %s%s; take it out, and ask an "
	    "administrator which media may come here",
	    j->port->name,
	    usual ? ": it has the numbers of one that is, but describes itself otherwise" : "");
	return true;
}

static void
device_judge_usb(const struct device *d, const struct station *s, struct device_judgement *j)
{
	/* what is in no port is the station's own keyboard, or its disk is refused itself */
	if (j->port == NULL)
		return;
	if (d->ninterfaces == 0)
		device_refuse(j, "it does not say what it is; take it out");
	else if (device_refuse_interfaces(d, j))
		return;
	else if (j->port->role == STATION_MEDIA && device_refuse_unlisted(d, s, j))
		return;
	else if (d->shut)
		device_refuse(j, "the station's udev rules did not let it in, although it says "
				 "it is storage; plug it in again, or ask an administrator to "
				 "run sallyport-ports on");
}

/* A disk in no port: one of the machine's own, or one that nobody expects. */
static void
device_judge_elsewhere(
    const struct device *d, const struct station *s, struct device_judgement *j)
{
	bool named = s->ndisks > 0 && !d->virtual && d->kind == DEVICE_DISK;
	if (!d->medium)
		return;
	if (d->usb) {
		device_refuse(j, "it is in no port of the station; plug it into a port for "
				 "media, directly and not through a hub");
	} else if (d->loose != NULL) {
		j->state = DEVICE_REFUSED;
		snprintf(j->why, sizeof(j->why),
		    "it is %s and in no port of the station; take it out, and bring the data "
		    "by a port for media",
		    d->loose);
	} else if (named && !station_disk_find(s, d->id_path)) {
		device_refuse(j, "it is in no port, and not among the machine's own disks "
				 "that station.conf names; take it out, or ask an "
				 "administrator");
	}
}

/* What may be written to; it is overwritten from its beginning, so there is no list of them. */
static void
device_judge_export(const struct device *d, struct device_judgement *j)
{
	if (d->usb && d->ninterfaces == 0)
		device_refuse(j, "it does not say what it is; take it out");
	else if (d->usb && device_refuse_interfaces(d, j))
		return;
	else if (d->kind != DEVICE_DISK)
		device_refuse(j, "this port is for exports, which are written to sticks and "
				 "disks; plug it into a port for media");
	else if (!d->medium && !device_unit_is(d->id_path, ""))
		j->state = DEVICE_IGNORED;
	else if (!d->medium)
		j->state = DEVICE_EMPTY;
	else if (d->read_only)
		device_refuse(j,
		    "it is in a port for exports and cannot be written to: move "
		    "its switch, or ask an administrator to run sallyport-ports on");
	else
		j->state = DEVICE_READY;
}

static void
device_judge_block(const struct device *d, const struct station *s, struct device_judgement *j)
{
	if (j->port == NULL)
		device_judge_elsewhere(d, s, j);
	else if (j->port->role == STATION_EXPORT)
		device_judge_export(d, j);
	else if (d->usb && d->ninterfaces == 0)
		device_refuse(j, "it does not say what it is; take it out");
	else if ((d->usb && device_refuse_interfaces(d, j)) || device_refuse_unlisted(d, s, j))
		return;
	else if (!d->medium && !device_unit_is(d->id_path, ""))
		j->state = DEVICE_IGNORED; /* an empty slot beside the first */
	else if (!d->medium)
		j->state = DEVICE_EMPTY;
	else if (!d->read_only)
		device_refuse(j, "it could still be written to, because the station's udev "
				 "rules did not see it; an administrator installs them, then "
				 "plug it in again");
	else
		j->state = DEVICE_READY;
}

void
device_judge(const struct device *d, const struct station *s, struct device_judgement *ret)
{
	struct device_judgement j = {
	    .state = DEVICE_IGNORED, .port = station_port_find(s, d->id_path)};
	if (d->kind == DEVICE_USB)
		device_judge_usb(d, s, &j);
	else if (d->kind == DEVICE_DISK || d->kind == DEVICE_OPTICAL)
		device_judge_block(d, s, &j);
	*ret = j;
}

/* --- saying --------------------------------------------------------------------------- */

bool
device_has_keys(const struct device *d)
{
	for (size_t i = 0; i < d->ninterfaces; i++)
		if (d->interfaces[i] >> 16 == CLASS_HID)
			return true;
	return d->kind == DEVICE_INPUT;
}

void
device_interface_words(const struct device *d, char out[DEVICE_INTERFACES * 7 + 1])
{
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < d->ninterfaces; i++)
		n += (size_t)snprintf(out + n, DEVICE_INTERFACES * 7 + 1 - n, "%s%06x",
		    i > 0 ? " " : "", (unsigned)(d->interfaces[i] & 0xffffff));
}

void
device_words(const struct device *d, char out[DEVICE_WORDS_SIZE])
{
	const char *const words[] = {d->vendor, d->model, d->serial};
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < 3; i++)
		if (words[i][0] != '\0')
			n += (size_t)snprintf(
			    out + n, DEVICE_WORDS_SIZE - n, "%s%s", n > 0 ? " " : "", words[i]);
	if (n == 0)
		snprintf(out, DEVICE_WORDS_SIZE, "unnamed device");
}

/* Interface and LUN of "...:1.0-scsi-0:0:0:1". */
static void
device_unit(const char *place, unsigned long ret_unit[2])
{
	const char *scsi = strstr(place, "-scsi-");
	const char *dot = scsi;
	ret_unit[0] = ret_unit[1] = 0;
	if (scsi == NULL)
		return;
	while (dot > place && *dot != '.' && *dot != ':')
		dot--;
	if (*dot == '.')
		ret_unit[0] = strtoul(dot + 1, NULL, 10);
	ret_unit[1] =
	    strtoul(strrchr(scsi, ':') != NULL ? strrchr(scsi, ':') + 1 : "", NULL, 10);
}

bool
device_unit_is(const char *place, const char *other)
{
	unsigned long a[2], b[2];
	device_unit(place, a);
	device_unit(other, b);
	return a[0] == b[0] && a[1] == b[1];
}

bool
device_is(const struct device *d, const struct device_known *known)
{
	if (d->bytes != known->bytes || strcmp(d->serial, known->serial) != 0 ||
	    !device_unit_is(d->id_path, known->place))
		return false;
	return known->serial[0] != '\0' ||
	       (strcmp(d->vendor, known->vendor) == 0 && strcmp(d->model, known->model) == 0);
}
