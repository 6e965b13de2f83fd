/* SPDX-License-Identifier: ISC */
/*
 * What an engine is worth, found out before the sandbox: its version, that it
 * says so when it does not read or cannot look into something, and what its
 * clamd.conf makes of it.
 */
#ifndef SCANNERS_AV_PROBE_H
#define SCANNERS_AV_PROBE_H

#include "scanners/av_session.h"

/*
 * For a session that has just begun.  Fills about, lowers the scanner's
 * max_bytes to what clamd reads; says by scan_unfit what is wrong and what to
 * do when the engine cannot be relied on.
 */
enum err av_probe(struct scan *, struct av_session *, struct scan_about *);

#endif
