/* SPDX-License-Identifier: ISC */
#include "src/core/fold.h"
#include "src/base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static void
fold_blanks(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_add_byte(out, ' ');
}

void
fold_text(struct buf *out, const char *first, size_t indent, const char *text)
{
	size_t room = FOLD_CELLS - strlen(first);
	buf_add_str(out, first);
	for (;;) {
		size_t n = strlen(text);
		if (n <= room)
			break;
		size_t cut = room;
		while (cut > 0 && text[cut] != ' ')
			cut--;
		if (cut < room / 2)
			cut = room;
		buf_add(out, text, cut);
		buf_add_byte(out, '\n');
		fold_blanks(out, indent);
		text += cut;
		text += text[0] == ' ';
		room = FOLD_CELLS - indent;
	}
	buf_add_str(out, text);
	buf_add_byte(out, '\n');
}

void
fold_printf(struct buf *out, const char *first, size_t indent, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort(); /* no memory, as in mem.h */
	fold_text(out, first, indent, text);
	free(text);
}

void
fold_heading(struct buf *out, const char *text)
{
	buf_addf(out, "\n%s\n", text);
	for (size_t i = 0; i < strlen(text); i++)
		buf_add_byte(out, '-');
	buf_add_byte(out, '\n');
}

const char *
fold_number(uint64_t value, char out[32])
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	size_t k = 0;
	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			out[k++] = ',';
		out[k++] = digits[i];
	}
	out[k] = '\0';
	return out;
}
