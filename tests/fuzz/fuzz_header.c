/* links: src/proc/unlock/header src/proc/unlock/bitlocker src/media/layout src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * Headers of encrypted volumes: the first byte chooses the kind, the next one
 * whether sums are made right; then pairs of a place and the bytes there.
 */
#include "src/media/le.h"
#include "src/proc/unlock/bitlocker.h"
#include "src/proc/unlock/header.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define VOLUME_BYTES 524288

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint8_t volume[VOLUME_BYTES];
static size_t reads;

static enum err
read_volume(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	reads += n;
	if (at > sizeof(volume) || n > sizeof(volume) - at)
		return ERR_RANGE;
	memcpy(out, volume + at, n);
	return ERR_OK;
}

/* The fuzzer cannot guess a CRC: metadata blocks get the right one. */
static void
mend(void)
{
	for (size_t at = 0; at + BITLOCKER_BLOCK_BYTES <= sizeof(volume); at += 4096) {
		uint8_t *p = volume + at;
		size_t size = (size_t)le16(p + 8) * 16;
		uint32_t crc = ~0u;
		if (memcmp(p, "-FVE-FS-", 8) != 0 || size > BITLOCKER_BLOCK_BYTES - 8)
			continue;
		for (size_t i = 0; i < size; i++) {
			crc ^= p[i];
			for (int k = 0; k < 8; k++)
				crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
		}
		crc = ~crc;
		for (int i = 0; i < 4; i++)
			p[size + 4 + (size_t)i] = (uint8_t)(crc >> (8 * i));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct header h;
	const char *why;
	struct stat st;

	if (n < 2)
		return 0;
	memset(volume, 0, sizeof(volume));
	for (size_t i = 2; i + 4 <= n;) {
		size_t at = (size_t)le16(data + i) * 16, len = le16(data + i + 2);
		i += 4;
		len = len > n - i ? n - i : len;
		if (at < sizeof(volume))
			memcpy(volume + at, data + i,
			    len > sizeof(volume) - at ? sizeof(volume) - at : len);
		i += len;
	}
	if (data[1] & 1)
		mend();
	reads = 0;
	if (header_copy(read_volume, NULL, (enum header_kind)(data[0] % HEADER_KIND__MAX),
		VOLUME_BYTES, &h, &why) == ERR_OK) {
		if (fstat(h.fd, &st) != 0 || st.st_size != VOLUME_BYTES)
			abort();
		if (h.kind == HEADER_BITLOCKER &&
		    layout_check(&h.layout, VOLUME_BYTES, &why) != ERR_OK)
			abort();
		header_done(&h);
	}
	if (reads > 2 * LIM_UNLOCK_HEADER_BYTES)
		abort();
	return 0;
}
