/* links: src/core/name src/core/name_type src/core/digest src/base/escape src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/core/name.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
said(void *arg, const struct name_finding *f)
{
	(void)arg;
	check(strlen(f->detail) <= LIM_FINDING_TEXT);
	for (const char *p = f->detail; *p != '\0'; p++)
		check(*p >= 0x20 && *p <= 0x7e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out;
	const struct name_item item = {
	    data, n, "file", "elf", "application/x-executable", true};
	(void)name_judge(&item, said, NULL);
	buf_init(&out, LIM_PATH_BYTES);
	if (name_dest(data, n, &out) == ERR_OK) {
		size_t component = 0;
		for (size_t i = 0; i <= out.len; i++) {
			if (i < out.len && out.data[i] != '/') {
				check(out.data[i] >= 0x20 && out.data[i] != 0x7f);
				component++;
				continue;
			}
			check(component >= 1 && component <= NAME_DEST_BYTES);
			component = 0;
		}
	}
	buf_done(&out);
	buf_init(&out, 1 << 20);
	(void)name_fold(data, n, &out);
	buf_done(&out);
	return 0;
}
