/* links: src/media/fatdir src/media/exfatdir src/media/extdir src/media/ntfsdir src/media/wtf8 */
/* SPDX-License-Identifier: ISC */
/* The four directory decoders; the first byte chooses. */
#include "src/media/exfatdir.h"
#include "src/media/extdir.h"
#include "src/media/fatdir.h"
#include "src/media/ntfsdir.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum err
check(void *arg, const struct entry *e)
{
	(void)arg;
	if (e->name_len > LIM_NAME_BYTES)
		abort();
	for (size_t i = 0; i < e->name_len; i++)
		if (e->name[i] == '\0' || e->name[i] == '/')
			abort();
	return ERR_OK;
}

static void
fuzz_ntfs(const uint8_t *data, size_t n)
{
	uint32_t record;
	(void)ntfsdir_root(data, n, &record, check, NULL);
	uint8_t *copy = malloc(n);
	if (copy == NULL)
		abort();
	memcpy(copy, data, n);
	(void)ntfsdir_record(copy, n / 512 * 512, check, NULL);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fatdir fat;
	struct exfatdir exfat;
	struct extdir ext;

	if (n < 33)
		return 0;
	unsigned kind = data[0] & 3, flag = data[0] >> 2 & 1;
	data++;
	n--;
	if (kind == 0) {
		fatdir_init(&fat, flag, true);
		(void)fatdir_feed(&fat, data, n / 32 * 32, check, NULL);
	} else if (kind == 1) {
		exfatdir_init(&exfat);
		(void)exfatdir_feed(&exfat, data, n / 32 * 32, check, NULL);
		(void)exfatdir_end(&exfat, check, NULL);
	} else if (kind == 2) {
		extdir_init(&ext, flag, 2);
		(void)extdir_feed(&ext, data, n, check, NULL);
	} else {
		fuzz_ntfs(data, n);
	}
	return 0;
}
