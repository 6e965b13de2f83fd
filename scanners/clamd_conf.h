/* SPDX-License-Identifier: ISC */
/*
 * clamd.conf, as far as it decides what "OK" means: how much of a file clamd
 * reads, and whether it says so when it does not.  Pure; the file is the
 * administrator's, so it is bounded rather than distrusted.
 */
#ifndef SCANNERS_CLAMD_CONF_H
#define SCANNERS_CLAMD_CONF_H

#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>

#define CLAMD_CONF_PATH_SIZE 256
#define CLAMD_CONF_WHY_SIZE  400
/* What no configuration can raise: libclamav takes INT_MAX - 2 bytes of a file. */
#define CLAMD_CONF_ENGINE_BYTES UINT64_C(2147483645)

enum clamd_conf_key {
	CLAMD_CONF_MAX_FILE_BYTES, /* of sizes and counts 0 is: no limit */
	CLAMD_CONF_MAX_SCAN_BYTES,
	CLAMD_CONF_MAX_SCAN_MS,
	CLAMD_CONF_MAX_FILES,
	CLAMD_CONF_MAX_RECURSION,
	CLAMD_CONF_ALERT_EXCEEDS,
	CLAMD_CONF_ALERT_ENCRYPTED,
	CLAMD_CONF_ALERT_ENCRYPTED_ARCHIVE,
	CLAMD_CONF_ALERT_ENCRYPTED_DOC,
	CLAMD_CONF_ALERT_BROKEN,
	CLAMD_CONF_ALERT_MACROS,
	CLAMD_CONF_SCAN_ARCHIVE,
	CLAMD_CONF_SCAN_PE,
	CLAMD_CONF_SCAN_ELF,
	CLAMD_CONF_SCAN_OLE2,
	CLAMD_CONF_SCAN_PDF,
	CLAMD_CONF_SCAN_HTML,
	CLAMD_CONF_SCAN_SWF,
	CLAMD_CONF_SCAN_XMLDOCS,
	CLAMD_CONF_SCAN_HWP3,
	CLAMD_CONF_SCAN_ONENOTE,
	CLAMD_CONF_SCAN_MAIL,
	CLAMD_CONF_SCAN_IMAGE,
	CLAMD_CONF__MAX
};

struct clamd_conf {
	char socket[CLAMD_CONF_PATH_SIZE]; /* LocalSocket; "" when it has none */
	uint64_t values[CLAMD_CONF__MAX];  /* truths are 0 and 1 */
};

/*
 * Keys it does not know are left out, of a key that stands twice the last one
 * counts, and what is not there has clamd's own default.  ERR_LIMIT for a file
 * longer than LIM_CLAMD_CONF_BYTES; ERR_SYNTAX for a value that clamd would
 * not start with either, its line in ret_line.
 */
enum err clamd_conf_parse(
    const void *text, size_t n, struct clamd_conf *ret, unsigned *ret_line);
/* The largest file that is read to its end. */
uint64_t clamd_conf_reads_bytes(const struct clamd_conf *);
/*
 * What makes clamd answer OK for what it has not looked at, as settings to
 * make: "AlertExceedsMax yes, ScanPDF yes"; "" when there is nothing.
 */
void clamd_conf_wrong(const struct clamd_conf *, char out[CLAMD_CONF_WHY_SIZE]);
/* The same for what is only less than a station should have. */
void clamd_conf_poor(const struct clamd_conf *, char out[CLAMD_CONF_WHY_SIZE]);

#endif
