/* links: src/core/inventory src/core/inventory_check src/core/inventory_print src/core/finding src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem src/base/escape src/base/clock src/core/exception */
/* SPDX-License-Identifier: ISC */
/* An inventory that is accepted is byte for byte what the printer writes. */
#include "src/core/inventory.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct inventory *inv;
	const struct inventory_item *it;
	struct buf again;
	char why[INVENTORY_WHY_SIZE] = "";
	enum err e = inventory_open(bytes, n, &inv, why);
	if (e != ERR_OK) {
		if (why[0] == '\0')
			abort();
		return 0;
	}
	buf_init(&again, 1u << 28);
	if (inventory_print_header(inventory_header(inv), &again) != ERR_OK)
		abort();
	while ((e = inventory_next(inv, &it)) == ERR_OK)
		if (inventory_print_item(it, &again) != ERR_OK)
			abort();
	if (e == ERR_NOTFOUND ? again.len != n || memcmp(again.data, bytes, n) != 0
			      : inventory_why(inv)[0] == '\0')
		abort();
	buf_done(&again);
	inventory_free(inv);
	return 0;
}
