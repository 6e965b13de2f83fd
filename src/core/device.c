/* SPDX-License-Identifier: ISC */
#include "src/core/device.h"
#include "src/base/escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE_SECTOR     512
#define DEVICE_MOST_BYTES (UINT64_C(1) << 53) /* a number in a message */
#define CLASS_STORAGE     0x08

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
	if (!block)
		return DEVICE_OTHER;
	return device_says(s, "ID_CDROM", "1") ? DEVICE_OPTICAL : DEVICE_DISK;
}

/* ":080650:030101:" is a list of class, subclass and protocol, two digits each. */
static void
device_interfaces(const char *text, struct device *d)
{
	while (*text == ':' && d->nclasses < DEVICE_CLASSES) {
		char class[3] = {0};
		size_t n = strcspn(++text, ":");
		if (n == 0)
			return;
		if (n != 6 || strspn(text, "0123456789abcdefABCDEF") < 6) {
			d->classes[d->nclasses++] = 0; /* none of those that are let in */
			return;
		}
		memcpy(class, text, 2);
		d->classes[d->nclasses++] = (uint8_t)strtoul(class, NULL, 16);
		text += n;
	}
}

/* The last number of "...-scsi-0:0:0:1". */
static unsigned
device_lun(const char *id_path)
{
	const char *scsi = strstr(id_path, "-scsi-");
	const char *last = scsi != NULL ? strrchr(scsi, ':') : NULL;
	return last != NULL ? (unsigned)strtoul(last + 1, NULL, 10) : 0;
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
	d->lun = device_lun(d->id_path);
}

void
device_read(device_get_fn *get, void *arg, struct device *ret)
{
	const struct device_source s = {get, arg};
	struct device d = {.kind = device_kind(&s)};
	const char *text = device_text(&s, "ID_PATH");
	if (station_id_path_ok(text))
		snprintf(d.id_path, sizeof(d.id_path), "%s", text);
	text = device_text(&s, "DEVNAME");
	if (strlen(text) < sizeof(d.node))
		escape_fit(
		    text, strlen(text), d.node, sizeof(d.node), sizeof(d.node) - 1, NULL);
	device_word(&s, "ID_VENDOR", "ID_USB_VENDOR", d.vendor);
	device_word(&s, "ID_MODEL", "ID_USB_MODEL", d.model);
	device_word(&s, "ID_SERIAL_SHORT", "ID_USB_SERIAL_SHORT", d.serial);
	d.major = device_number(&s, "MAJOR");
	d.minor = device_number(&s, "MINOR");
	d.diskseq = device_number(&s, "DISKSEQ");
	d.since_us = device_number(&s, "USEC_INITIALIZED");
	device_interfaces(device_text(&s, "ID_USB_INTERFACES"), &d);
	d.usb = d.kind == DEVICE_USB || d.nclasses > 0 || device_says(&s, "ID_BUS", "usb") ||
	        strstr(d.id_path, "-usb-") != NULL;
	if (d.kind == DEVICE_DISK || d.kind == DEVICE_OPTICAL)
		device_read_block(&s, &d);
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
};

static const char *
device_class_name(uint8_t class)
{
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

/* An interface that is no storage: false when there is none. */
static bool
device_refuse_interfaces(const struct device *d, struct device_judgement *j)
{
	const char *other = NULL;
	bool storage = false;
	for (size_t i = 0; i < d->nclasses; i++) {
		storage |= d->classes[i] == CLASS_STORAGE;
		if (d->classes[i] != CLASS_STORAGE && other == NULL)
			other = device_class_name(d->classes[i]);
	}
	if (other == NULL && d->nclasses < DEVICE_CLASSES)
		return false;
	j->state = DEVICE_REFUSED;
	if (other == NULL)
		device_refuse(j, "it has more interfaces than a medium can have; take it out");
	else if (storage)
		snprintf(j->why, sizeof(j->why),
		    "besides storage it is %s, and a medium may be nothing else; take it out "
		    "and bring the data on a plain medium",
		    other);
	else
		snprintf(j->why, sizeof(j->why),
		    "it is no storage: it is %s; take it out, this port is for media", other);
	return true;
}

static void
device_judge_usb(const struct device *d, struct device_judgement *j)
{
	/* what is in no port is the station's own keyboard, or its disk is refused itself */
	if (j->port == NULL || j->port->role == STATION_EXPORT)
		return;
	if (d->nclasses == 0)
		device_refuse(j, "it does not say what it is; take it out");
	else
		device_refuse_interfaces(d, j);
}

static void
device_judge_block(const struct device *d, struct device_judgement *j)
{
	/* disks of the machine itself are neither on USB nor in a port */
	if (j->port == NULL && (!d->usb || !d->medium))
		return;
	if (j->port == NULL)
		device_refuse(j, "it is in no port of the station; plug it into a port for "
				 "media, directly and not through a hub");
	else if (j->port->role == STATION_EXPORT)
		device_refuse(j, "this port is for exports, and nothing is read from it; plug "
				 "it into a port for media");
	else if (device_refuse_interfaces(d, j))
		return;
	else if (d->lun > 0 && d->medium)
		device_refuse(j, "the device shows a second disk, and only the first is read; "
				 "bring the data on a medium with one disk, or use the first "
				 "slot of the card reader");
	else if (d->lun > 0)
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
		device_judge_usb(d, &j);
	else if (d->kind != DEVICE_OTHER)
		device_judge_block(d, &j);
	*ret = j;
}

/* --- saying --------------------------------------------------------------------------- */

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

bool
device_is(const struct device *d, uint64_t bytes, const char *vendor, const char *model,
    const char *serial)
{
	if (d->bytes != bytes || strcmp(d->serial, serial) != 0)
		return false;
	return serial[0] != '\0' ||
	       (strcmp(d->vendor, vendor) == 0 && strcmp(d->model, model) == 0);
}
