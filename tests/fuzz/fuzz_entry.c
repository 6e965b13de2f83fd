/* links: src/core/entry src/core/transfer src/core/shape src/core/canon src/core/digest src/core/merkle src/core/seal src/core/sshsig src/base/buf src/base/clock src/base/err src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Entries and lists of entries from anybody; what parses prints as it came. */
#include "src/base/limits.h"
#include "src/core/entry.h"
#include "src/core/shape.h"
#include "src/core/transfer.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
try_entry(const uint8_t *bytes, size_t n)
{
	struct entry *e;
	struct buf again;
	char why[ENTRY_WHY_SIZE], field[128];
	if (entry_parse(bytes, n, why, &e) != ERR_OK)
		return;
	buf_init(&again, LIM_ENTRY_BYTES);
	assert(entry_print(e, &again) == ERR_OK);
	assert(again.len == n && memcmp(again.data, bytes, n) == 0);
	for (unsigned log = 0; log < 2; log++) {
		enum transfer_event event =
		    transfer_event_find((enum transfer_log)log, e->type);
		if (event != EVENT__MAX)
			shape_check(
			    transfer_event_row(event)->fields, e->data, field, sizeof(field));
	}
	transfer_subject_parse(e->subj, NULL);
	static const uint8_t nobody[SSHSIG_PUBLIC_SIZE];
	assert(entry_verify(e, nobody) != ERR_OK);
	buf_done(&again);
	entry_free(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	size_t cursor = 0, len;
	const uint8_t *entry;
	try_entry(bytes, n);
	while (entry_list_next(bytes, n, &cursor, &entry, &len) == ERR_OK)
		try_entry(entry, len);
	return 0;
}
