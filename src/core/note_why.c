/* SPDX-License-Identifier: ISC */
/* What is wrong with a note, in words: for one who has to tell a person. */
#include "src/core/note.h"

#include <stdbool.h>
#include <string.h>

#define WHY_DASH "\xe2\x80\x94 "

static bool
why_has(const char *text, size_t n, const char *what)
{
	return memmem(text, n, what, strlen(what)) != NULL;
}

/* A signature line with a space too many: behind the dash, inside, or at its end. */
static bool
why_has_spaces(const char *at, const char *end)
{
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		size_t len = lf != NULL ? (size_t)(lf - at) : (size_t)(end - at), spaces = 0;
		for (size_t i = 0; i < len; i++)
			spaces += at[i] == ' ';
		if (len > 0 && spaces != 2)
			return true;
		at += len + 1;
	}
	return false;
}

static const char *
why_form(const char *text, size_t n)
{
	if (n > LIM_NOTE_BYTES)
		return "it is longer than a note may be";
	if (n == 0)
		return "it is empty";
	if (why_has(text, n, "\r"))
		return "its lines end in CR LF; a note has LF alone, so it was changed on the "
		       "way";
	if (text[n - 1] != '\n')
		return "its last line has no end";
	const char *blank = memmem(text, n, "\n\n", 2);
	if (blank == NULL)
		return "it has no blank line between text and signatures";
	const char *lines = blank + 2, *end = text + n;
	if (lines == end)
		return "it has no signature";
	if (memcmp(lines, WHY_DASH, n - (size_t)(lines - text) < 4 ? 1 : 4) != 0)
		return "a signature line does not begin with a dash and a space";
	if (why_has_spaces(lines, end))
		return "a signature line has a space too many or too few";
	return "it has not the form of a note";
}

static const char *
why_signatures(const struct note *note, const struct note_vkey *key)
{
	struct note_checkpoint c;
	switch ((int)note_verify(note, key, 1)) {
	case ERR_EXISTS:
		return "it has two signatures by one key";
	case ERR_NOTFOUND:
		return "none of its signatures is by this log's key";
	case ERR_OK:
		break;
	default:
		return "its signature is not one by this log's key over this text";
	}
	if (note_checkpoint_parse(note->text, note->text_len, &c) != ERR_OK)
		return "its text is not origin, size and root in three lines";
	return strcmp(c.origin, key->name) != 0 ? "it is about another log than its key's"
	                                        : "nothing is wrong";
}

const char *
note_why(const void *bytes, size_t n, const struct note_vkey *key)
{
	struct note *note = NULL;
	enum err err = note_parse(bytes, n, &note);
	if (err == ERR_LIMIT && n <= LIM_NOTE_BYTES)
		return "it has more signatures than a note may have";
	if (err != ERR_OK)
		return why_form(bytes, n);
	const char *why = why_signatures(note, key);
	note_free(note);
	return why;
}
