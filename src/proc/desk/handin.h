/* SPDX-License-Identifier: ISC */
/* What an officer hands in to be read: taken, or refused with an entry. */
#ifndef DESK_HANDIN_H
#define DESK_HANDIN_H

#include "src/proc/desk/desk.h"

#define HANDIN_WHY_SIZE 1024

struct handin {
	int fd;             /* the medium, opened for reading */
	json_t *medium;     /* as xfer.open records it */
	bool hardware;      /* a device that refused writes before the station's rules did */
	int64_t changed_ns; /* of an image: when it was changed last (io_changed_ns) */
	char *place; /* udev's, when it is a device that is followed (follow.h), or NULL */
};

/*
 * The medium: fd (taken over) when the terminal opened an image, else (-1)
 * what the parent opens for source: an image in a port, or a device, by its
 * name in by-path or, when devices are followed, its node or the name of its
 * port.  Caller calls handin_done.  ERR_DENIED with a sentence for anything
 * else; the refusal is in the ledger then, and no transfer begins.
 */
enum err handin_take(struct desk *, int fd, const uint8_t *source, size_t source_len,
    struct handin *ret, char why[HANDIN_WHY_SIZE]);
/*
 * False, with a sentence, when it is another medium than the one the transfer
 * (NULL: a new one) was opened for: another device, or, when none was recorded,
 * another kind, source or size.  The refusal is in the ledger then.
 */
bool handin_is_of(
    struct desk *, const struct handin *, const char *transfer, char why[HANDIN_WHY_SIZE]);
void handin_done(struct handin *);

#endif
