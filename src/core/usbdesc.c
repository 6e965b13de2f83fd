/* SPDX-License-Identifier: ISC */
#include "src/core/usbdesc.h"

#include <stdbool.h>
#include <string.h>

enum { USBDESC_DEVICE = 1, USBDESC_CONFIG = 2, USBDESC_INTERFACE = 4 };

#define USBDESC_DEVICE_BYTES    18
#define USBDESC_CONFIG_BYTES    9
#define USBDESC_INTERFACE_BYTES 9
/* The kernel steps over one of 2 bytes, udev stops at it. */
#define USBDESC_LEAST_BYTES 3

/* One configuration while it is read. */
struct usbdesc_config {
	struct usbdesc *device;
	unsigned interfaces; /* with different numbers */
	bool numbers[256];
	uint8_t settings[256][32]; /* of an interface that were there, a bit each */
};

/* False when there is no room for one more. */
static bool
usbdesc_add(struct usbdesc *d, uint32_t class)
{
	for (size_t i = 0; i < d->nclasses; i++)
		if (d->classes[i] == class)
			return true;
	if (d->nclasses == USBDESC_CLASSES)
		return false;
	d->classes[d->nclasses++] = class;
	return true;
}

static const char *
usbdesc_interface(struct usbdesc_config *c, const uint8_t *b)
{
	if (b[0] < USBDESC_INTERFACE_BYTES)
		return "an interface is described too shortly";
	uint8_t number = b[2], setting = b[3];
	uint8_t bit = (uint8_t)(1 << setting % 8);
	if ((c->settings[number][setting / 8] & bit) != 0)
		return "one interface is described twice";
	c->settings[number][setting / 8] |= bit;
	c->interfaces += !c->numbers[number];
	c->numbers[number] = true;
	if (!usbdesc_add(
		c->device, (uint32_t)b[5] << 16 | (uint32_t)b[6] << 8 | (uint32_t)b[7]))
		return "it has too many kinds of interfaces";
	return NULL;
}

/* n: from its first byte to its last. */
static const char *
usbdesc_config(struct usbdesc *d, const uint8_t *bytes, size_t n)
{
	struct usbdesc_config c = {.device = d};
	const char *why = NULL;
	for (size_t at = bytes[0]; at < n && why == NULL; at += bytes[at]) {
		size_t left = n - at;
		if (left < USBDESC_LEAST_BYTES || bytes[at] < USBDESC_LEAST_BYTES ||
		    bytes[at] > left)
			why = "the length of a descriptor is wrong";
		else if (bytes[at + 1] == USBDESC_DEVICE || bytes[at + 1] == USBDESC_CONFIG)
			why = "a configuration lies in another";
		else if (bytes[at + 1] == USBDESC_INTERFACE)
			why = usbdesc_interface(&c, bytes + at);
	}
	if (c.interfaces > d->interfaces)
		d->interfaces = c.interfaces;
	if (why == NULL && c.interfaces != bytes[4])
		why = "it has another number of interfaces than it says";
	if (why == NULL && c.interfaces == 0)
		why = "it has no interface";
	return why;
}

const char *
usbdesc_parse(const uint8_t *bytes, size_t n, struct usbdesc *ret)
{
	*ret = (struct usbdesc){.nclasses = 0};
	if (n < USBDESC_DEVICE_BYTES || bytes[0] != USBDESC_DEVICE_BYTES ||
	    bytes[1] != USBDESC_DEVICE)
		return "they do not begin with a device";
	unsigned wanted = bytes[17];
	if (wanted == 0 || wanted > USBDESC_CONFIGS)
		return "the number of configurations is wrong";
	size_t at = USBDESC_DEVICE_BYTES;
	for (; ret->configurations < wanted; ret->configurations++) {
		const uint8_t *config = bytes + at;
		if (n - at < USBDESC_CONFIG_BYTES)
			return "they are cut short";
		size_t whole = (size_t)config[2] | (size_t)config[3] << 8;
		if (config[0] < USBDESC_CONFIG_BYTES || config[1] != USBDESC_CONFIG ||
		    whole < config[0])
			return "a configuration does not begin as one does";
		if (whole > n - at)
			return "they are cut short";
		const char *why = usbdesc_config(ret, config, whole);
		if (why != NULL)
			return why;
		at += whole;
	}
	return at == n ? NULL : "there is something behind their end";
}
