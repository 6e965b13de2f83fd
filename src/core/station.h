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

enum station_port_kind { STATION_IMAGE, STATION_BLOCK };

struct station_port {
	const char *name;
	enum station_port_kind kind;
	const char *path; /* image: directory; block: prefix of the device's by-path name */
};

/* What officers are offered as the reason of a decision. */
struct station_reasons {
	const char **texts;
	size_t n;
};

/* Texts are owned by the station.  Paths are absolute. */
struct station {
	const char *site;           /* [a-z0-9][a-z0-9.-]*; "demo" for a demo station */
	const char *station;        /* [A-Z][A-Z0-9]{0,7} */
	bool demo;                  /* site is "demo" */
	const char *share;          /* default HOME/share */
	const char *vault;          /* default HOME/vault */
	const char *policy;         /* file offered by `policy set`; default "" */
	const char *clamd;          /* socket; default "" (none) */
	uint64_t vault_floor_bytes; /* free space reading must leave */
	uint64_t share_floor_bytes; /* free space a release must leave */
	struct station_port *ports;
	size_t nports;
	const char *banner; /* site texts; may be "" */
	const char *contact;
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
/* Forms of names, shared with genesis and command line. */
bool station_site_ok(const char *site);
bool station_id_ok(const char *id);

#endif
