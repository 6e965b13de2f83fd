/* links: src/media/image src/media/layout src/media/decrypt src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * A layout as text, then reads of the decrypted view it describes.  Whatever
 * passes the check must never be read outside the partition, and one read must
 * give what many small ones give.
 */
#include "src/media/image.h"
#include "src/media/layout.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEDIUM_BYTES    (1 << 16)
#define PARTITION_AT    4096
#define PARTITION_BYTES 49152

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct image *
medium(void)
{
	static struct image *im;
	const char *why;

	if (im == NULL) {
		static uint8_t bytes[MEDIUM_BYTES];
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)(i * 7 + i / 512);
		int fd = memfd_create("medium", 0);
		if (fd < 0 || write(fd, bytes, sizeof(bytes)) != sizeof(bytes) ||
		    image_open(fd, &im, &why) != ERR_OK)
			abort();
	}
	return im;
}

static void
look(struct image *view, const struct layout *l)
{
	static uint8_t whole[PARTITION_BYTES], part[1000];

	if (image_bytes(view) != l->bytes || l->bytes > sizeof(whole) ||
	    image_read(view, 0, whole, (size_t)l->bytes) != ERR_OK)
		abort();
	for (uint64_t at = 0; at < l->bytes; at += 777) {
		size_t n =
		    l->bytes - at < sizeof(part) ? (size_t)(l->bytes - at) : sizeof(part);
		if (image_read(view, at, part, n) != ERR_OK || memcmp(part, whole + at, n) != 0)
			abort();
	}
	if (image_read(view, l->bytes, part, 1) == ERR_OK)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t key[LIM_VOLUME_KEY_BYTES] = "a key that is as good as any other";
	json_t *o = json_loadb((const char *)data, n, JSON_REJECT_DUPLICATES, NULL);
	struct image *view;
	struct layout l, again;
	const char *why;

	if (o == NULL)
		return 0;
	if (layout_parse(o, &l) == ERR_OK &&
	    image_open_crypt(medium(), PARTITION_AT, PARTITION_BYTES, &l, key, &view, &why) ==
		ERR_OK) {
		look(view, &l);
		image_close(view);
		json_t *printed = layout_print(&l);
		if (layout_parse(printed, &again) != ERR_OK ||
		    memcmp(&l, &again, sizeof(l)) != 0)
			abort();
		json_decref(printed);
	}
	json_decref(o);
	return 0;
}
