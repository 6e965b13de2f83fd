/* SPDX-License-Identifier: ISC */
/*
 * A strict walk through a zip archive (APPNOTE.TXT 6.3.10).  Readers of zip
 * disagree about which members an archive has whenever its two descriptions,
 * the local headers and the central directory, differ, or bytes belong to
 * neither.  So an archive is read only when there is one way to read it: the
 * headers lie one behind the other from the first byte to the last and say the
 * same as the directory.  Whatever else there is, is refused by name.
 *
 * Contents are not unpacked here: that a member really has the size and sum it
 * claims is checked by whoever unpacks it.
 */
#ifndef SCANNERS_ZIPWALK_H
#define SCANNERS_ZIPWALK_H

#include "scanners/object.h"

#define ZIPWALK_FLAG_ENCRYPTED 0x0001u
#define ZIPWALK_FLAG_UTF8      0x0800u

/* Of a member that AES locks (WinZip); all 0 for others. */
struct zipwalk_lock {
	uint16_t version;  /* 1: the sum of the contents is there, too; 2: it is not */
	uint16_t strength; /* 1 to 3 for keys of 128, 192, 256 bits */
	uint16_t method;   /* how its contents are packed */
};

/* One member, as both of its headers say.  Lives for the call. */
struct zipwalk_member {
	uint64_t number; /* from 0, in the order of the bytes of the archive */
	uint64_t data_at, packed_bytes, bytes;
	uint32_t crc32;
	uint32_t mode; /* of Unix, with its kind; 0 when the archive has none */
	uint16_t method, flags, time;
	struct zipwalk_lock lock;
	const uint8_t *name;
	size_t name_len;
	bool directory;
};

struct zipwalk {
	/* Called for each member only when nothing was refused; may be NULL. */
	void (*member)(void *arg, const struct zipwalk_member *);
	void *arg;
	uint64_t members_max; /* more are incomplete; at most LIM_ARCHIVE_MEMBERS */
	/* What came of it. */
	enum scan_verdict verdict; /* clean: one way to read it */
	const char *why;           /* a sentence of ours, "" when clean */
	uint64_t members, encrypted, bytes;
};

/*
 * Walks o, which claims to be a zip archive, and tells its findings through
 * it.  ERR_IO when it could not be read; the verdict says everything else.
 */
enum err zipwalk(struct object *o, struct zipwalk *z);

#endif
