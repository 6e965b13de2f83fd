/* SPDX-License-Identifier: ISC */
/*
 * station.conf: where things are and what the site calls them; never what is
 * allowed (that is policy).  libconfig text, see station.conf(5).
 */
#ifndef CORE_STATION_H
#define CORE_STATION_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/core/item.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATION_WHY_SIZE 256
/* Where udev names devices by the place they are plugged into. */
#define STATION_BY_PATH "/dev/disk/by-path/"

enum station_port_kind { STATION_IMAGE, STATION_BLOCK };
/* Nothing is taken in from a port for exports, and only there anything is written. */
enum station_port_role { STATION_MEDIA, STATION_EXPORT };

struct station_port {
	const char *name;
	enum station_port_kind kind;
	const char *path; /* image: directory; block: what udev calls the port (ID_PATH) */
	enum station_port_role role;
};

/* A device that may be in a port with a list; "" where anything will do. */
struct station_allow {
	const struct station_port *port;
	const char *vendor, *product; /* 4 hex digits each, as USB numbers them */
	const char *serial;           /* characters that udev leaves as they are */
	const char *descriptors;      /* SHA-256 of its descriptors */
};

/* What officers are offered as the reason of a decision. */
struct station_reasons {
	const char **texts;
	size_t n;
};

/* What an intake can be filled with by one word. */
struct station_preset {
	const char *name, *requester; /* requester may be "" */
	const char **fields;          /* name and value by turns */
	size_t nfields;               /* pairs */
};

/* Texts are owned by the station.  Paths are absolute. */
struct station {
	const char *site;    /* [a-z0-9][a-z0-9.-]*; "demo" for a demo station */
	const char *station; /* [A-Z][A-Z0-9]{0,7} */
	bool demo;           /* site is "demo" */
	const char *share;   /* default HOME/share */
	const char *vault;   /* default HOME/vault */
	const char *copy; /* folder on a second medium for a copy of every entry; default "" */
	const char *policy; /* file offered by `authority policy`; default "" */
	const char **clamd; /* sockets of antivirus engines */
	size_t nclamd;
	const char **yara; /* folders with rules; none: where scan-yara looks of its own */
	size_t nyara;
	uint64_t vault_floor_bytes; /* free space reading must leave */
	uint64_t share_floor_bytes; /* free space a release must leave */
	struct station_port *ports;
	size_t nports;
	struct station_allow *allow; /* in the order of the ports */
	size_t nallow;
	const char **disks; /* what udev calls the places of the machine's own disks */
	size_t ndisks;      /* 0: whatever hangs inside is one of them */
	const char *banner; /* site texts; may be "" */
	const char *contact;
	struct station_preset *presets;
	size_t npresets;
	struct station_reasons reasons[ITEM_DECISION__MAX]; /* none for ITEM_NONE */
};

/*
 * Parses; relative paths and defaults are below home (absolute).  ret_why gets
 * a sentence with the line number when it fails.
 */
enum err station_parse(const void *text, size_t n, const char *home, struct station **ret,
    char ret_why[STATION_WHY_SIZE]);
void station_free(struct station *);
/* Appends the station.conf that init writes. */
enum err station_print_default(
    const char *site, const char *station, const char *clamd, struct buf *out);
/*
 * The block port that a device with this ID_PATH is in, or NULL: the port's
 * text, or that and ':' and more.  So usb-0:1 is neither usb-0:10 nor a socket
 * of a hub in it, usb-0:1.2; and a partition (-part1) is in no port.
 */
const struct station_port *station_port_find(const struct station *, const char *id_path);
/* The next row of the port's list behind this one (NULL: its first), or NULL. */
const struct station_allow *station_allow_next(
    const struct station *, const struct station_port *, const struct station_allow *);
/* It is the place of one of the machine's own disks. */
bool station_disk_find(const struct station *, const char *id_path);
/* The form of an ID_PATH: 1 to LIM_PORT_PATH_BYTES characters that udev uses. */
bool station_id_path_ok(const char *id_path);
/* Forms of names, shared with genesis and command line. */
bool station_site_ok(const char *site);
bool station_id_ok(const char *id);

#endif
