/* SPDX-License-Identifier: ISC */
/*
 * Devices in the ports, followed: what comes is judged, what goes is noticed
 * at once, and both are entries and news to the terminals that asked.
 */
#ifndef DESK_FOLLOW_H
#define DESK_FOLLOW_H

#include "src/core/device.h"
#include "src/proc/desk/desk.h"

/* A medium that was pulled out, in words for the record and the screens. */
#define FOLLOW_PULLED                                                                \
	"the medium was pulled out while it was read, or does not answer any more; " \
	"insert it again and repeat the intake (intake --resume, or Enter on the "   \
	"transfer): what was read is not read again"

struct follow_device {
	struct follow_device *next;
	char *place; /* udev's, as long as it is plugged in */
	struct device device;
	struct device_judgement judgement; /* its port is the station's */
	char source[sizeof(STATION_BY_PATH) + LIM_PORT_PATH_BYTES]; /* as the parent opens it */
	int64_t since_s;                 /* wall clock: when the medium came, as far as known */
	char transfer[TRANSFER_ID_SIZE]; /* opened for it since it came, or "" */
	bool lost;                       /* it stopped answering while it was read */
	bool there;                      /* seen since an enumeration began */
};

/* A medium that went while it was read. */
struct follow_pulled {
	struct follow_pulled *next;
	const struct station_port *port;
	struct device device;
	char transfer[TRANSFER_ID_SIZE];
};

/* --- life ------------------------------------------------------------------------- */

/* Before the sandbox: listens to udev.  A demo station follows nothing. */
void follow_open(struct desk *);
/* When entries can be made: finds what is there, and follows from now on. */
void follow_start(struct desk *);
void follow_close(struct desk *);
/* Media in block ports come by follow_next; otherwise by the parent's look at by-path. */
bool follow_active(const struct desk *);
/* Takes what udev announced until now. */
void follow_refresh(struct desk *);

/* --- what is there ---------------------------------------------------------------- */

/* The first (NULL) or next device; good until the loop goes on. */
const struct follow_device *follow_next(const struct desk *, const struct follow_device *);
/* By its source, its node or the name of the port it is in; NULL when there is none. */
const struct follow_device *follow_find(const struct desk *, const char *name);
const struct follow_device *follow_at(const struct desk *, const char *place);
const struct follow_pulled *follow_pulled_next(
    const struct desk *, const struct follow_pulled *);
/* The transfer was opened for this medium, now or at an earlier insertion. */
bool follow_is(const struct device *, const struct custody_transfer *);

/* Numbers, interfaces and descriptors of a device on USB, into the data of its entry. */
void follow_add_usb(json_t *data, const struct device *);

/* --- what is done with it ------------------------------------------------------------ */

/* It was opened for this transfer. */
void follow_opened(struct desk *, const char *place, const char *transfer);
/* The reader of this transfer gets no answer from its medium any more. */
void follow_lost(struct desk *, const char *transfer);
/* For the ready checks: false, and what is wrong. */
bool follow_check(const struct desk *, char *ret_text, size_t size);
/* There are ports for devices, and devices are followed. */
bool follow_has_ports(const struct desk *);
/* The same as follow_check, of the rules that shut the ports; where there are such ports. */
bool follow_check_rules(const struct desk *, char *ret_text, size_t size);

#endif
