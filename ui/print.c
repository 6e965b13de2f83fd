/* SPDX-License-Identifier: ISC */
#include "ui/print.h"
#include "src/base/escape.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool print_in_progress; /* the cursor stands behind a progress line */
static print_problem_fn *print_problem_taker;
static void *print_problem_arg;

void
print_problem_to(print_problem_fn *fn, void *arg)
{
	print_problem_taker = fn;
	print_problem_arg = arg;
}

/* The last check. */
static void
print_bytes(FILE *f, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '\n' || (c >= 0x20 && c <= 0x7e))
			putc(c, f);
		else
			fprintf(f, "\\x%02X", c);
	}
}

/* How many bytes of a dash or of a block begin here; 0: none. */
static size_t
print_mark(const char *p)
{
	static const char *const marks[] = {
	    "\xe2\x80\x94", "\xe2\x96\x80", "\xe2\x96\x84", "\xe2\x96\x88"};
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strncmp(p, marks[i], strlen(marks[i])) == 0)
			return strlen(marks[i]);
	return 0;
}

void
print_marks(const char *text)
{
	print_progress_end();
	while (*text != '\0') {
		char one[2] = {*text, '\0'};
		size_t n = print_mark(text);
		if (n > 0)
			fwrite(text, 1, n, stdout);
		else
			print_bytes(stdout, one);
		text += n > 0 ? n : 1;
	}
}

/* As vasprintf(3), but never fails. */
__attribute__((format(printf, 1, 0))) static char *
print_format(const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	char *text = mem_alloc((size_t)(n > 0 ? n : 0) + 1);
	vsnprintf(text, (size_t)(n > 0 ? n : 0) + 1, fmt, ap);
	return text;
}

void
print_out(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	MEM_FREE char *text = print_format(fmt, ap);
	va_end(ap);
	print_progress_end();
	print_bytes(stdout, text);
}

void
print_err(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	MEM_FREE char *text = print_format(fmt, ap);
	va_end(ap);
	print_progress_end();
	fflush(stdout);
	print_bytes(stderr, text);
}

void
print_problem(const char *why, const char *next)
{
	if (print_problem_taker != NULL) {
		print_problem_taker(print_problem_arg, why, next != NULL ? next : "");
		return;
	}
	print_err("sallyport: %s\n", why);
	if (next != NULL && next[0] != '\0')
		print_err("  next: %s\n", next);
}

void
print_problemf(const char *next, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	MEM_FREE char *text = print_format(fmt, ap);
	va_end(ap);
	print_problem(text, next);
}

/* Goes on behind `at` cells that are printed, or that indent the first word. */
static void
print_words(int at, int indent_cells, const char *text)
{
	int width = print_width();
	for (bool begun = false; *text != '\0'; begun = true) {
		int word = (int)strcspn(text, " ");
		if (begun && at + 1 + word > width) {
			print_out("\n%*s", indent_cells, "");
			at = indent_cells;
			begun = false;
		}
		print_out("%s%.*s", begun ? " " : "", word, text);
		at += begun + word;
		text += word;
		text += strspn(text, " ");
	}
	print_out("\n");
}

void
print_wrapped(int indent_cells, const char *text)
{
	print_out("%*s", *text != '\0' ? indent_cells : 0, "");
	print_words(indent_cells, indent_cells, text);
}

void
print_folded(const char *first, int indent_cells, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	MEM_FREE char *text = print_format(fmt, ap);
	va_end(ap);
	print_out("%s", first);
	print_words((int)strlen(first), indent_cells, text);
}

void
print_json(const json_t *value)
{
	MEM_FREE char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);
	/* the desk's texts were UTF-8 when they were read: nothing is left to fail */
	print_out("%s\n", text != NULL ? text : "null");
}

/* --- progress ----------------------------------------------------------------------- */

bool
print_is_terminal(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

int
print_width(void)
{
	struct winsize w;
	if (!print_is_terminal() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 ||
	    w.ws_col < PRINT_COLUMNS)
		return PRINT_COLUMNS;
	return w.ws_col;
}

void
print_progress(const char *line)
{
	char fitted[PRINT_FIT_SIZE];
	if (!print_is_terminal()) {
		print_out("%s\n", line);
		fflush(stdout);
		return;
	}
	/* the last cell stays free: a terminal may begin a new line behind it */
	int cells = print_width() - 1;
	if (cells >= PRINT_FIT_SIZE)
		cells = PRINT_FIT_SIZE - 1;
	snprintf(fitted, sizeof(fitted), "%-*.*s", cells, cells, line);
	putc('\r', stdout);
	print_bytes(stdout, fitted);
	fflush(stdout);
	print_in_progress = true;
}

void
print_progress_end(void)
{
	if (!print_in_progress)
		return;
	print_in_progress = false;
	putc('\n', stdout);
}

/* --- tables -------------------------------------------------------------------------- */

void
print_fit(const char *text, int cells, char out[PRINT_FIT_SIZE])
{
	size_t n = strlen(text), len;
	if (cells >= PRINT_FIT_SIZE)
		cells = PRINT_FIT_SIZE - 1;
	MEM_FREE uint8_t *raw = mem_alloc(n + 1);
	if (n <= (size_t)cells) {
		snprintf(out, PRINT_FIT_SIZE, "%s", text);
	} else if (cells < 16) {
		snprintf(out, PRINT_FIT_SIZE, "%.*s", cells, text);
	} else if (escape_undo(text, n, raw, &len)) {
		escape_fit(raw, len, out, PRINT_FIT_SIZE, (size_t)cells, NULL);
	} else {
		escape_fit(text, n, out, PRINT_FIT_SIZE, (size_t)cells, NULL);
	}
}

void
print_row(const struct print_column *columns, size_t n, const char *const *texts)
{
	int left = print_width();
	for (size_t i = 0; i < n; i++) {
		const struct print_column *c = &columns[i];
		char text[PRINT_FIT_SIZE];
		left -= c->gap;
		int cells = c->cells > 0 ? c->cells : left;
		print_fit(texts[i], cells, text);
		left -= cells;
		if (c->right)
			print_out("%*s%*s", c->gap, "", cells, text);
		else if (i + 1 == n)
			print_out("%*s%s", c->gap, "", text);
		else
			print_out("%*s%-*s", c->gap, "", cells, text);
	}
	print_out("\n");
}

void
print_titles(const struct print_column *columns, size_t n)
{
	const char **titles = mem_array(n, sizeof(*titles));
	for (size_t i = 0; i < n; i++)
		titles[i] = columns[i].title;
	print_row(columns, n, titles);
	free(titles);
}

void
print_size(uint64_t bytes, char out[PRINT_SIZE_SIZE])
{
	static const char units[] = "KMGTPE";
	if (bytes < 1024) {
		snprintf(out, PRINT_SIZE_SIZE, "%u", (unsigned)bytes);
		return;
	}
	size_t u = 0;
	double value = (double)bytes / 1024;
	while (value >= 1023.5 && u + 1 < sizeof(units) - 1) {
		value /= 1024;
		u++;
	}
	snprintf(out, PRINT_SIZE_SIZE, value < 9.95 ? "%.1f%c" : "%.0f%c", value, units[u]);
}

bool
print_finish(void)
{
	print_progress_end();
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
