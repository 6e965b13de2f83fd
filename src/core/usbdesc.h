/* SPDX-License-Identifier: ISC */
/*
 * What a USB device says of itself, from the raw bytes that the kernel keeps
 * (sysfs: descriptors): the device descriptor, and each configuration with all
 * that hangs on it.  Read strictly: what two readers could read in two ways is
 * said to be wrong, for udev, the kernel and this must not see three devices.
 */
#ifndef CORE_USBDESC_H
#define CORE_USBDESC_H

#include <stddef.h>
#include <stdint.h>

#define USBDESC_CLASSES 32 /* kinds of interfaces of one device */
#define USBDESC_CONFIGS 8  /* configurations of one device, as in the kernel */

struct usbdesc {
	/* Class, subclass and protocol, a byte each, of every interface in every setting of
	   every configuration, in order, each once. */
	uint32_t classes[USBDESC_CLASSES];
	size_t nclasses;
	unsigned configurations;
	unsigned interfaces; /* of the configuration that has most */
};

/*
 * NULL, or, in words, what is wrong with them: then ret has what was found in
 * front of it.  n is at most what the kernel keeps; any bytes will do.
 */
const char *usbdesc_parse(const uint8_t *bytes, size_t n, struct usbdesc *ret);

#endif
