/* SPDX-License-Identifier: ISC */
#include "src/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *log_name = "sallyport";

void
log_init(const char *name)
{
	log_name = name;
}

__attribute__((format(printf, 2, 0))) static void
log_line(const char *mark, const char *fmt, va_list ap)
{
	char text[2048];
	int head = snprintf(text, sizeof(text), "%s[%d]: %s", log_name, (int)getpid(), mark);
	if (head < 0 || vsnprintf(text + head, sizeof(text) - (size_t)head - 1, fmt, ap) < 0)
		return;
	size_t n = 0;
	for (; text[n] != '\0'; n++)
		if (text[n] < 0x20 || text[n] > 0x7e)
			text[n] = '?';
	text[n++] = '\n';
	/* one write, so that lines of several processes do not mix */
	if (write(STDERR_FILENO, text, n) < 0)
		return;
}

void
log_info(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_line("", fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_line("warning: ", fmt, ap);
	va_end(ap);
}

void
log_fatal(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_line("fatal: ", fmt, ap);
	va_end(ap);
	exit(3);
}
