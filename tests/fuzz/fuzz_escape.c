/* links: src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/escape.h"
#include "src/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	MEM_FREE char *text = mem_array(n + 1, 4);
	MEM_FREE uint8_t *back = mem_array(n + 1, 4);
	size_t back_len = 0, len = escape_bytes(data, n, text, ESCAPE_SIZE(n), NULL);
	for (size_t i = 0; i < len; i++)
		check(text[i] >= 0x20 && text[i] <= 0x7e);
	check(escape_undo(text, len, back, &back_len));
	check(back_len == n && (n == 0 || memcmp(back, data, n) == 0));

	char fit[81];
	size_t cells = n > 0 ? 16 + data[0] % 64u : 16;
	check(escape_fit(data, n, fit, sizeof(fit), cells, NULL) <= cells);

	/* the input itself as an escaped form */
	(void)escape_undo((const char *)data, n, back, &back_len);
	return 0;
}
