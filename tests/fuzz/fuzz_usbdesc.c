/* links: src/core/usbdesc */
/* SPDX-License-Identifier: ISC */
/*
 * Descriptors of a USB device.  What is taken for good, udev's way of reading
 * (step by length, stop at one of less than three bytes) finds the same in.
 */
#include "src/core/usbdesc.h"

#include <stdbool.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool
has(const struct usbdesc *d, uint32_t class)
{
	for (size_t i = 0; i < d->nclasses; i++)
		if (d->classes[i] == class)
			return true;
	return false;
}

/* As usb_id of udev does it, with its way of missing an interface at the very end. */
static void
check_as_udev(const uint8_t *data, size_t n, const struct usbdesc *d)
{
	for (size_t at = 0; at + 9 < n; at += data[at]) {
		if (data[at] < 3)
			abort(); /* the rest would be hidden from it */
		if (data[at + 1] == 4 &&
		    !has(d, (uint32_t)data[at + 5] << 16 | (uint32_t)data[at + 6] << 8 |
				data[at + 7]))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct usbdesc d;
	const char *why = usbdesc_parse(data, n, &d);
	if (d.nclasses > USBDESC_CLASSES || d.configurations > USBDESC_CONFIGS ||
	    d.interfaces > 256)
		abort();
	if (why == NULL) {
		if (d.nclasses == 0 || d.interfaces == 0 || d.configurations != data[17])
			abort();
		check_as_udev(data, n, &d);
	}
	return 0;
}
