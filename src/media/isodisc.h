/* SPDX-License-Identifier: ISC */
/* The descriptors of an ISO 9660 disc: sessions, trees of names, boot images. */
#ifndef MEDIA_ISODISC_H
#define MEDIA_ISODISC_H

#include "src/media/isodir.h"
#include "src/media/volume.h"

struct isodisc_tree {
	bool there;
	uint64_t root_at; /* where the record of its top directory lies */
	uint32_t block;   /* and the directory itself */
	uint8_t label[32];
};

struct isodisc {
	uint64_t session_at; /* where the session begins; its descriptors lie 32 KiB behind */
	size_t block_bytes;
	uint64_t blocks; /* as it says, from the beginning of the disc or the session */
	struct isodisc_tree plain, joliet;
	bool others; /* there are more trees, which are not looked at */
	bool rock_ridge;
	unsigned skip; /* as susp.h */
	uint32_t boot_block;
	bool boot;
};

/*
 * The session that counts: the last one.  Earlier ones and what is odd become
 * notes of the volume.  ERR_SYNTAX when there is none.
 */
enum err isodisc_open(struct volume *, struct isodisc *ret);
/* Boot images (El Torito), as notes. */
void isodisc_boot(struct volume *, const struct isodisc *);

#endif
