/* SPDX-License-Identifier: ISC */
#include "src/proc/unlock/bitlocker.h"
#include "src/media/le.h"

#include <string.h>

#define FVE_SIGNATURE      "-FVE-FS-"
#define BOOT_NORMAL_GUID   160 /* then three offsets */
#define BOOT_TOGO_GUID     424
#define BLOCK_SIZE         8 /* in units of 16 bytes, without the sum behind it */
#define BLOCK_VERSION      10
#define BLOCK_STATE        12
#define BLOCK_NEXT_STATE   14
#define BLOCK_VOLUME_BYTES 16
#define BLOCK_OFFSETS      32
#define BLOCK_HEADER_BYTES 64
#define HEADER_BYTES       48
#define HEADER_ENCRYPTION  36 /* in the header behind the block's */
#define STATE_ENCRYPTED    4
#define ENTRY_HEADER_BYTES 8
#define ENTRY_VMK          0x0002
#define ENTRY_VOLUME_HEAD  0x000f
#define VMK_PROTECTION     26 /* in a VMK entry, behind its header */

static const uint8_t guid_normal[16] = {0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83,
    0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01};

static const struct bitlocker_method {
	unsigned number;
	const char *name;
	bool known;
	enum layout_cipher cipher;
	enum layout_iv iv;
	unsigned key_bytes;
} methods[] = {
    {0x8000, "AES-CBC-128 with Elephant diffuser", false, LAYOUT_AES_CBC, LAYOUT_EBOIV, 16},
    {0x8001, "AES-CBC-256 with Elephant diffuser", false, LAYOUT_AES_CBC, LAYOUT_EBOIV, 32},
    {0x8002, "AES-CBC-128", true, LAYOUT_AES_CBC, LAYOUT_EBOIV, 16},
    {0x8003, "AES-CBC-256", true, LAYOUT_AES_CBC, LAYOUT_EBOIV, 32},
    {0x8004, "AES-XTS-128", true, LAYOUT_AES_XTS, LAYOUT_PLAIN64_LARGE, 32},
    {0x8005, "AES-XTS-256", true, LAYOUT_AES_XTS, LAYOUT_PLAIN64_LARGE, 64},
};

static uint32_t
bitlocker_crc(const uint8_t *p, size_t n)
{
	uint32_t crc = ~0u;

	while (n-- > 0) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

enum err
bitlocker_boot(const uint8_t boot[BITLOCKER_BOOT_BYTES], uint64_t volume_bytes,
    struct bitlocker *ret, const char **ret_why)
{
	struct bitlocker b = {.sector_bytes = le16(boot + 11)};
	size_t guid = memcmp(boot + 3, FVE_SIGNATURE, 8) == 0 ? BOOT_NORMAL_GUID
	              : memcmp(boot + 3, "MSWIN4.1", 8) == 0  ? BOOT_TOGO_GUID
	                                                      : 0;

	*ret_why = "This BitLocker volume was made by Windows Vista, whose form is not read.";
	if (boot[0] == 0xeb && boot[1] == 0x52)
		return ERR_RANGE;
	*ret_why = "The first sector of the BitLocker volume is damaged.";
	if (guid == 0 || boot[0] != 0xeb || boot[1] != 0x58 || boot[2] != 0x90)
		return ERR_SYNTAX;
	if (b.sector_bytes == 0)
		b.sector_bytes = 512;
	if ((b.sector_bytes != 512 && b.sector_bytes != 4096) ||
	    volume_bytes < BITLOCKER_BLOCK_BYTES)
		return ERR_SYNTAX;
	*ret_why = "This BitLocker volume encrypts only what is written to it, a form that is "
		   "not read. Have it encrypted whole in Windows.";
	if (memcmp(boot + guid, guid_normal, 16) != 0)
		return ERR_RANGE;
	for (size_t i = 0; i < BITLOCKER_COPIES; i++)
		b.metadata[i] = le64(boot + guid + 16 + 8 * i);
	*ret_why = "The first sector of the BitLocker volume is damaged.";
	if (b.metadata[0] > volume_bytes - BITLOCKER_BLOCK_BYTES)
		return ERR_SYNTAX;
	b.first = b.metadata[0];
	*ret = b;
	return ERR_OK;
}

bool
bitlocker_block_is_whole(const uint8_t block[BITLOCKER_BLOCK_BYTES], uint64_t at, size_t copy)
{
	size_t size = (size_t)le16(block + BLOCK_SIZE) * 16;

	if (memcmp(block, FVE_SIGNATURE, 8) != 0 || le16(block + BLOCK_VERSION) != 2 ||
	    size < BLOCK_HEADER_BYTES + HEADER_BYTES || size > BITLOCKER_BLOCK_BYTES - 8)
		return false;
	/* behind it: two numbers, then the sum */
	return le64(block + BLOCK_OFFSETS + 8 * copy) == at &&
	       bitlocker_crc(block, size) == le32(block + size + 4);
}

/* --- entries: keys, and where the beginning of the volume lies ------------------------ */

static bool
bitlocker_entries(const uint8_t *block, struct bitlocker *b, struct layout_part *ret_head)
{
	const uint8_t *p = block + BLOCK_HEADER_BYTES + HEADER_BYTES;
	size_t left = (size_t)le32(block + BLOCK_HEADER_BYTES);
	bool has_head = false;

	if (left < HEADER_BYTES || left > BITLOCKER_BLOCK_BYTES - BLOCK_HEADER_BYTES)
		return false;
	left -= HEADER_BYTES;
	while (left >= ENTRY_HEADER_BYTES && le16(p) != 0) {
		size_t n = le16(p);
		if (n < ENTRY_HEADER_BYTES || n > left)
			return false;
		const uint8_t *data = p + ENTRY_HEADER_BYTES;
		if (le16(p + 2) == ENTRY_VMK && n >= ENTRY_HEADER_BYTES + VMK_PROTECTION + 2)
			b->clear_key |= le16(data + VMK_PROTECTION) == 0;
		if (le16(p + 2) == ENTRY_VOLUME_HEAD && n >= ENTRY_HEADER_BYTES + 16) {
			*ret_head = (struct layout_part){0, le64(data + 8), le64(data)};
			has_head = true;
		}
		p += n;
		left -= n;
	}
	return has_head && ret_head->bytes > 0;
}

/* What is hidden, in order; the old beginning lies where `head` says. */
static bool
bitlocker_layout(struct bitlocker *b, uint64_t bytes, const struct layout_part *head)
{
	struct layout *l = &b->layout;
	const char *why;

	l->sector_bytes = b->sector_bytes;
	l->bytes = bytes / b->sector_bytes * b->sector_bytes;
	l->moved[l->n_moved++] = *head;
	l->zeros[l->n_zeros++] = (struct layout_part){head->from, head->bytes, 0};
	for (size_t i = 0; i < BITLOCKER_COPIES; i++)
		l->zeros[l->n_zeros++] =
		    (struct layout_part){b->metadata[i], BITLOCKER_BLOCK_BYTES, 0};
	for (size_t i = 1; i < l->n_zeros; i++) {
		struct layout_part p = l->zeros[i];
		size_t k = i;
		for (; k > 0 && l->zeros[k - 1].at > p.at; k--)
			l->zeros[k] = l->zeros[k - 1];
		l->zeros[k] = p;
	}
	return layout_check(l, bytes, &why) == ERR_OK;
}

enum err
bitlocker_metadata(const uint8_t block[BITLOCKER_BLOCK_BYTES], uint64_t volume_bytes,
    struct bitlocker *b, const char **ret_why)
{
	unsigned method = le16(block + BLOCK_HEADER_BYTES + HEADER_ENCRYPTION);
	uint64_t own = le64(block + BLOCK_VOLUME_BYTES);
	struct layout_part head = {0, 0, 0};
	size_t i = 0;

	for (size_t k = 0; k < BITLOCKER_COPIES; k++)
		b->metadata[k] = le64(block + BLOCK_OFFSETS + 8 * k);
	*ret_why = "Windows has not finished encrypting or decrypting this BitLocker volume. "
		   "Have it finished there, then hand the medium in again.";
	if (le16(block + BLOCK_STATE) != STATE_ENCRYPTED ||
	    le16(block + BLOCK_NEXT_STATE) != STATE_ENCRYPTED)
		return ERR_RANGE;
	*ret_why =
	    "The BitLocker volume is encrypted in a way that this station does not know.";
	while (i < sizeof(methods) / sizeof(methods[0]) && methods[i].number != method)
		i++;
	if (i == sizeof(methods) / sizeof(methods[0]))
		return ERR_RANGE;
	b->cipher = methods[i].name;
	b->cipher_known = methods[i].known;
	b->layout = (struct layout){.cipher = methods[i].cipher,
	    .iv = methods[i].iv,
	    .key_bytes = methods[i].key_bytes};
	*ret_why = "BitLocker's metadata is damaged.";
	if (!bitlocker_entries(block, b, &head))
		return ERR_SYNTAX;
	*ret_why = "The BitLocker volume says that it is larger than its place on the medium.";
	if (own > volume_bytes)
		return ERR_SYNTAX;
	*ret_why = "BitLocker's metadata is damaged: it points outside the volume.";
	if (!bitlocker_layout(b, own > 0 ? own : volume_bytes, &head))
		return ERR_SYNTAX;
	return ERR_OK;
}
