/* SPDX-License-Identifier: ISC */
#include "ui/words.h"

#include <stdbool.h>
#include <string.h>

struct words_line {
	const char *at, *end;
	char *out; /* where the next character of a word goes */
};

static bool
words_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* One quoted part; at stands behind the opening quote. */
static const char *
words_quoted(struct words_line *l, char quote)
{
	for (; l->at < l->end && *l->at != quote; l->at++) {
		if (quote == '"' && *l->at == '\\' && l->at + 1 < l->end &&
		    (l->at[1] == '"' || l->at[1] == '\\'))
			l->at++;
		*l->out++ = *l->at;
	}
	if (l->at == l->end)
		return "a quotation mark is not closed";
	l->at++;
	return NULL;
}

static const char *
words_take(struct words_line *l)
{
	while (l->at < l->end && !words_blank(*l->at)) {
		char c = *l->at++;
		const char *why = NULL;
		if (c == '\'' || c == '"') {
			why = words_quoted(l, c);
		} else if (c == '\\') {
			if (l->at == l->end)
				return "a backslash stands at the end of the line";
			*l->out++ = *l->at++;
		} else {
			*l->out++ = c;
		}
		if (why != NULL)
			return why;
	}
	*l->out++ = '\0';
	return NULL;
}

enum err
words_split(const char *line, size_t n, struct words *ret, const char **ret_why)
{
	*ret_why = "the line is too long";
	if (n > LIM_LINE_BYTES)
		return ERR_LIMIT;
	*ret_why = "the line holds a zero byte";
	if (memchr(line, '\0', n) != NULL)
		return ERR_SYNTAX;
	/* words and their ends never need more room than the line and its end */
	struct words_line l = {line, line + n, ret->text};
	ret->n = 0;
	for (;;) {
		while (l.at < l.end && words_blank(*l.at))
			l.at++;
		if (l.at == l.end || *l.at == '#')
			break;
		*ret_why = "the line has too many words";
		if (ret->n == LIM_LINE_WORDS)
			return ERR_LIMIT;
		ret->word[ret->n++] = l.out;
		const char *why = words_take(&l);
		if (why != NULL) {
			*ret_why = why;
			return ERR_SYNTAX;
		}
	}
	ret->word[ret->n] = NULL;
	return ERR_OK;
}
