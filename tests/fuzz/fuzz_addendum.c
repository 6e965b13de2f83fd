/* links: src/core/addendum src/core/canon src/core/exception src/core/finding src/core/inventory src/core/inventory_check src/core/inventory_print src/core/item src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/verdict src/base/utf8 src/base/hex src/base/buf src/base/mem src/base/clock src/base/escape src/base/err */
/* SPDX-License-Identifier: ISC */
/* An addendum that is accepted is what the printers write, and counts its items right. */
#include "src/core/addendum.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct fuzz_again {
	struct buf items;
	uint64_t changed, worse;
};

static bool
fuzz_each(void *arg, const struct addendum_item *it)
{
	struct fuzz_again *f = arg;
	f->changed++;
	f->worse += addendum_is_worse(it);
	if (addendum_print_item(it, &f->items) != ERR_OK)
		abort();
	return true;
}

static void
fuzz_same(const struct addendum *a, const struct fuzz_again *f, const uint8_t *bytes, size_t n)
{
	struct buf out;
	buf_init(&out, 1 << 24);
	if (addendum_print_header(a, &out) != ERR_OK ||
	    buf_add(&out, f->items.data, f->items.len) != ERR_OK || out.len != n ||
	    memcmp(out.data, bytes, n) != 0 || a->changed != f->changed || a->worse != f->worse)
		abort();
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char why[ADDENDUM_WHY_SIZE] = "";
	struct fuzz_again f = {.changed = 0};
	struct addendum a;
	void *memory = NULL;
	buf_init(&f.items, 1 << 24);
	if (addendum_walk(bytes, n, &a, &memory, fuzz_each, &f, why) == ERR_OK) {
		fuzz_same(&a, &f, bytes, n);
		addendum_free(memory);
	} else if (why[0] == '\0') {
		abort();
	}
	buf_done(&f.items);
	return 0;
}
