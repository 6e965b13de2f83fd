/* SPDX-License-Identifier: ISC */
#include "src/core/sheet.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/fact.h"
#include "src/core/fold.h"

#include <stdarg.h>

void
sheet_init(struct sheet *s, const struct sheet_format *format, void *own,
    enum err (*put)(void *arg, const void *bytes, size_t n), void *arg)
{
	*s = (struct sheet){.format = format, .own = own, .put = put, .arg = arg};
	buf_init(&s->out, LIM_SEALED_BYTES);
}

enum err
sheet_keep(void *arg, const void *bytes, size_t n)
{
	return buf_add(arg, bytes, n);
}

void
sheet_fail(struct sheet *s, enum err e)
{
	if (s->error == ERR_OK)
		s->error = e;
}

static void
sheet_give(struct sheet *s)
{
	sheet_fail(s, s->out.error);
	if (s->error == ERR_OK && s->out.len > 0)
		sheet_fail(s, s->put(s->arg, s->out.data, s->out.len));
	s->out.len = 0;
}

enum err
sheet_pass(struct sheet *s)
{
	if (s->out.len >= SHEET_FLUSH_BYTES || s->out.error != ERR_OK)
		sheet_give(s);
	return s->error;
}

enum err
sheet_done(struct sheet *s)
{
	sheet_give(s);
	buf_done(&s->out);
	return s->error;
}

void
sheet_begin(struct sheet *s, const struct sheet_head *head)
{
	if (s->format->begin != NULL)
		s->format->begin(s, head);
}

void
sheet_section(struct sheet *s, const char *title)
{
	if (s->format->section != NULL)
		s->format->section(s, title);
}

void
sheet_field(struct sheet *s, const char *label, const char *value)
{
	if (s->format->field != NULL && value[0] != '\0')
		s->format->field(s, label, value);
}

void
sheet_field_of(struct sheet *s, const char *label, const json_t *o, const char *key)
{
	sheet_field(s, label, fact_str(o, key));
}

void
sheet_number_of(
    struct sheet *s, const char *label, const json_t *o, const char *key, const char *unit)
{
	char digits[32];
	if (json_object_get(o, key) == NULL)
		return;
	char *text = mem_printf("%s %s", fold_number(fact_num(o, key), digits), unit);
	sheet_field(s, label, text);
	free(text);
}

void
sheet_line(struct sheet *s, unsigned level, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	if (s->format->line == NULL)
		return;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort(); /* no memory, as in mem.h */
	s->format->line(s, level, text);
	free(text);
}

void
sheet_bar(struct sheet *s, const struct sheet_part *parts, size_t n)
{
	if (s->format->bar != NULL)
		s->format->bar(s, parts, n);
}

void
sheet_list(struct sheet *s, const char *name)
{
	if (s->format->list != NULL)
		s->format->list(s, name);
}

void
sheet_item(struct sheet *s, const struct sheet_item *it)
{
	if (s->format->item != NULL)
		s->format->item(s, it);
	sheet_pass(s);
}

void
sheet_event(struct sheet *s, uint64_t seq, const char *at, const struct sheet_item *it)
{
	if (s->format->event != NULL)
		s->format->event(s, seq, at, it);
	sheet_pass(s);
}

void
sheet_code(struct sheet *s, const char *text)
{
	if (s->format->code != NULL)
		s->format->code(s, text);
}

void
sheet_end(struct sheet *s)
{
	if (s->format->end != NULL)
		s->format->end(s);
}
