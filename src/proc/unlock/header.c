/* SPDX-License-Identifier: ISC */
#include "src/proc/unlock/header.h"
#include "src/base/mem.h"
#include "src/media/le.h"
#include "src/proc/unlock/bitlocker.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADER_PIECE_BYTES 65536 /* read at once */
#define HEADER_PAGE_BYTES  4096  /* read when that fails; zeros are not written */
#define HEADER_TRUECRYPT   131072
#define LUKS_PHDR_BYTES    592

static uint32_t
header_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool
header_kind_parse(const char *word, enum header_kind *ret)
{
	static const char *const words[HEADER_KIND__MAX] = {
	    "luks", "bitlocker", "veracrypt", "veracrypt-backup"};

	for (int i = 0; i < HEADER_KIND__MAX; i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*ret = (enum header_kind)i;
		return true;
	}
	return false;
}

static enum err
header_put(int fd, uint64_t at, const uint8_t *bytes, size_t n)
{
	if (n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0))
		return ERR_OK; /* a hole reads the same */
	for (size_t done = 0; done < n;) {
		ssize_t w = pwrite(fd, bytes + done, n - done, (off_t)(at + done));
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return ERR_IO;
		done += (size_t)w;
	}
	return ERR_OK;
}

/* A part of the volume to the same place; what cannot be read stays zero. */
static enum err
header_part(const struct header *h, header_read_fn *read, void *arg, uint64_t at, uint64_t n)
{
	MEM_FREE uint8_t *piece = mem_alloc(HEADER_PIECE_BYTES);
	enum err e = ERR_OK;

	if (at >= h->bytes)
		return ERR_OK;
	if (n > h->bytes - at)
		n = h->bytes - at;
	for (uint64_t done = 0; done < n && e == ERR_OK;) {
		size_t want =
		    n - done < HEADER_PIECE_BYTES ? (size_t)(n - done) : HEADER_PIECE_BYTES;
		bool good = read(arg, at + done, piece, want) == ERR_OK;
		for (size_t p = 0; p < want && e == ERR_OK; p += HEADER_PAGE_BYTES) {
			size_t page =
			    want - p < HEADER_PAGE_BYTES ? want - p : HEADER_PAGE_BYTES;
			if (good || read(arg, at + done + p, piece + p, page) == ERR_OK)
				e = header_put(h->fd, at + done + p, piece + p, page);
		}
		done += want;
	}
	return e;
}

/* --- LUKS ------------------------------------------------------------------------- */

static enum err
header_luks(struct header *h, header_read_fn *read, void *arg, const char **ret_why)
{
	uint8_t head[LUKS_PHDR_BYTES];

	if (h->bytes < sizeof(head)) {
		*ret_why = "This is no LUKS volume: it is too small to have a header.";
		return ERR_SYNTAX;
	}
	/* LUKS1 says here what every try costs, before any keyslot is looked at */
	if (read(arg, 0, head, sizeof(head)) == ERR_OK &&
	    memcmp(head, "LUKS\xba\xbe\0\1", 8) == 0 &&
	    header_be32(head + 164) > LIM_UNLOCK_KDF_ROUNDS) {
		*ret_why = "The LUKS header asks for more rounds of key derivation than this "
			   "station spends on one try.";
		return ERR_RANGE;
	}
	return header_part(h, read, arg, 0, LIM_UNLOCK_HEADER_BYTES);
}

/* --- BitLocker -------------------------------------------------------------------- */

static enum err
header_bitlocker(struct header *h, header_read_fn *read, void *arg, const char **ret_why)
{
	MEM_FREE uint8_t *block = mem_alloc(BITLOCKER_BLOCK_BYTES);
	uint8_t boot[BITLOCKER_BOOT_BYTES];
	struct bitlocker b;
	size_t good = BITLOCKER_COPIES;

	*ret_why = "The first sector of the BitLocker volume is damaged.";
	if (h->bytes < sizeof(boot) || read(arg, 0, boot, sizeof(boot)) != ERR_OK ||
	    bitlocker_boot(boot, h->bytes, &b, ret_why) != ERR_OK)
		return ERR_SYNTAX;
	*ret_why = "None of the three copies of BitLocker's metadata is whole.";
	for (size_t i = 0; i < BITLOCKER_COPIES && good == BITLOCKER_COPIES; i++)
		if (b.metadata[i] <= h->bytes - BITLOCKER_BLOCK_BYTES &&
		    read(arg, b.metadata[i], block, BITLOCKER_BLOCK_BYTES) == ERR_OK &&
		    bitlocker_block_is_whole(block, b.metadata[i], i))
			good = i;
	if (good == BITLOCKER_COPIES)
		return ERR_SYNTAX;
	enum err e = bitlocker_metadata(block, h->bytes, &b, ret_why);
	if (e != ERR_OK)
		return e;
	h->layout = b.layout;
	h->cipher_known = b.cipher_known;
	h->cipher = b.cipher;
	h->clear_key = b.clear_key;
	e = header_put(h->fd, 0, boot, sizeof(boot));
	return e != ERR_OK ? e : header_put(h->fd, b.first, block, BITLOCKER_BLOCK_BYTES);
}

/* --- the whole -------------------------------------------------------------------- */

static enum err
header_fill(struct header *h, header_read_fn *read, void *arg, const char **ret_why)
{
	enum err e;

	switch (h->kind) {
	case HEADER_LUKS:
		return header_luks(h, read, arg, ret_why);
	case HEADER_BITLOCKER:
		return header_bitlocker(h, read, arg, ret_why);
	case HEADER_VERACRYPT:
	case HEADER_VERACRYPT_BACKUP:
	case HEADER_KIND__MAX:
		break;
	}
	e = header_part(h, read, arg, 0, HEADER_TRUECRYPT);
	if (e != ERR_OK || h->bytes <= HEADER_TRUECRYPT)
		return e;
	return header_part(h, read, arg, h->bytes - HEADER_TRUECRYPT, HEADER_TRUECRYPT);
}

enum err
header_copy(header_read_fn *read, void *arg, enum header_kind kind, uint64_t bytes,
    struct header *ret, const char **ret_why)
{
	struct header h = {.kind = kind, .bytes = bytes};

	*ret_why = "The size of the volume is impossible.";
	if (bytes < 512 || bytes > INT64_MAX)
		return ERR_RANGE;
	*ret_why = "The system has no memory for the header of the volume. Try again later.";
	h.fd = memfd_create("header", MFD_CLOEXEC);
	if (h.fd < 0)
		return ERR_IO;
	enum err e = ftruncate(h.fd, (off_t)bytes) == 0 ? ERR_OK : ERR_IO;
	if (e == ERR_OK)
		e = header_fill(&h, read, arg, ret_why);
	if (e != ERR_OK) {
		close(h.fd);
		return e;
	}
	*ret = h;
	return ERR_OK;
}

void
header_done(struct header *h)
{
	close(h->fd);
	*h = (struct header){.fd = -1};
}
