/* SPDX-License-Identifier: ISC */
#include "scanners/check.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/core/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHECK_DIGESTED (80u << 20)

static void
object_digest(struct check_object *o)
{
	uint8_t chunk[65536], digest[DIGEST_SIZE];
	struct digest *d = digest_new();
	/* what is larger is sparse, and only its size matters */
	for (uint64_t at = 0; at < o->size_bytes && at < CHECK_DIGESTED;) {
		ssize_t n = pread(o->fd, chunk, sizeof(chunk), (off_t)at);
		if (n <= 0)
			log_fatal("cannot read what was just written");
		digest_add(d, chunk, (size_t)n);
		at += (uint64_t)n;
	}
	digest_final(d, digest);
	digest_free(d);
	hex_encode(digest, sizeof(digest), o->sha256);
}

void
check_object_make(struct check_object *o, const char *text, uint64_t size_bytes)
{
	o->fd = memfd_create("object", MFD_CLOEXEC);
	o->size_bytes = size_bytes;
	if (o->fd < 0 || io_write_all(o->fd, text, strlen(text)) != ERR_OK ||
	    ftruncate(o->fd, (off_t)size_bytes) != 0)
		log_fatal("no memory for an object: %s", strerrordesc_np(errno));
	object_digest(o);
}

void
check_object_zip(struct check_object *o)
{
	/* one member, stored: inside.txt */
	static const char digits[] =
	    "504b03041400000000000000215c81cf8ec520000000200000000a000000696e"
	    "736964652e7478744e6f7468696e67206f6620696e7465726573742069732069"
	    "6e20686572652e0a504b010214031400000000000000215c81cf8ec520000000"
	    "200000000a0000000000000000000000a40100000000696e736964652e747874"
	    "504b0506000000000100010038000000480000000000";
	uint8_t zip[sizeof(digits) / 2];
	if (!hex_decode(digits, strlen(digits), zip, sizeof(zip)))
		abort();
	o->fd = memfd_create("object", MFD_CLOEXEC);
	o->size_bytes = sizeof(zip);
	if (o->fd < 0 || io_write_all(o->fd, zip, sizeof(zip)) != ERR_OK)
		log_fatal("no memory for an object: %s", strerrordesc_np(errno));
	object_digest(o);
}

void
check_object_bad(struct check_object *o)
{
	/* in two halves, so that no scanner takes this program for it */
	char text[80];
	snprintf(text, sizeof(text), "%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAND",
	    "ARD-ANTIVIRUS-TEST-FILE!$H+H*");
	check_object_make(o, text, strlen(text));
}

void
check_object_close(struct check_object *o)
{
	close(o->fd);
	o->fd = -1;
}

int
check_object_open(const struct check_object *o)
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", o->fd);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		log_fatal("cannot open an object again: %s", strerrordesc_np(errno));
	return fd;
}
