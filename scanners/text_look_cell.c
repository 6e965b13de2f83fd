/* SPDX-License-Identifier: ISC */
/*
 * Cells that a spreadsheet computes.  A formula can fetch from a network, and
 * by DDE (=PROGRAM|'arguments'!cell) start any program.  That one is looked for
 * at the beginning of every line of every text: what opens it, its name decides.
 */
#include "scanners/text_look_in.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TABLE_LINES 10 /* with as many cells in each */

/* How often c stands outside of quotes in the first lines: 0 when it differs. */
static size_t
cell_count(const uint8_t *p, size_t n, uint8_t c)
{
	size_t now = 0, each = 0, lines = 0;
	bool quoted = false;
	for (size_t i = 0; i < n && lines < TABLE_LINES; i++) {
		if (p[i] == '"')
			quoted = !quoted;
		else if (!quoted && p[i] == c)
			now++;
		if ((p[i] != '\n' || quoted) && i + 1 < n)
			continue;
		/* the last line may be cut, and need not be ended */
		if (lines > 0 && now != each && i + 1 < n)
			return 0;
		if (lines == 0)
			each = now;
		lines++;
		now = 0;
	}
	return lines > 1 ? each : 0;
}

uint8_t
text_look_table(const uint8_t *p, size_t n)
{
	static const uint8_t between[] = {',', ';', '\t', '|'};
	size_t most = 0;
	uint8_t best = 0;
	for (size_t i = 0; i < sizeof(between); i++) {
		size_t count = cell_count(p, n, between[i]);
		if (count > most) {
			most = count;
			best = between[i];
		}
	}
	return best;
}

/* Functions that reach out of the sheet. */
static bool
cell_reaches(const char *p)
{
	static const char *const words[] = {"HYPERLINK(", "WEBSERVICE(", "IMPORTXML(",
	    "IMPORTDATA(", "IMPORTHTML(", "IMPORTFEED(", "IMPORTRANGE(", "FILTERXML(", "DDE(",
	    "CALL(", "REGISTER(", "REGISTER.ID(", "EXEC(", "RTD(", "MSEXCEL|", "CMD|"};
	for (; *p != '\0'; p++)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strncasecmp(p, words[i], strlen(words[i])) == 0)
				return true;
	return false;
}

/* =PROGRAM|TOPIC!ITEM */
static bool
cell_is_dde(const char *p)
{
	const char *bar = strchr(p, '|');
	if (bar == NULL || bar == p || strchr(bar, '!') == NULL)
		return false;
	for (const char *q = p; q < bar; q++)
		if (!isalnum((unsigned char)*q) && strchr(" ._-+*=@,;&'\"\\/:()", *q) == NULL)
			return false;
	bool before = isalnum((unsigned char)bar[-1]) || strchr("'\")", bar[-1]) != NULL;
	return before && (isalnum((unsigned char)bar[1]) || bar[1] == '\'' || bar[1] == '"');
}

static bool
cell_is_formula(const char *p)
{
	char first = *p++;
	if (first == '=')
		return isalnum((unsigned char)*p) || (*p != '\0' && strchr("(+-\"'@$", *p));
	/* +49 30 1234, -5 and @name are none */
	if (!isalpha((unsigned char)*p))
		return false;
	while (isalnum((unsigned char)*p) || *p == '.' || *p == '_')
		p++;
	return *p == '(';
}

void
text_look_cell_end(struct text_state *s)
{
	bool gathered = s->cell == CELL_GATHER;
	s->cell = CELL_OVER;
	if (!gathered)
		return;
	s->gathered[s->gathered_len] = '\0';
	const char *p = s->gathered;
	enum text_kind kind;
	if (cell_is_dde(p + 1) || (s->between != 0 && cell_reaches(p + 1)))
		kind = TEXT_CELL_RUNS;
	else if (s->between != 0 && cell_is_formula(p))
		kind = TEXT_FORMULA;
	else
		return;
	char *kept = s->formula[kind - TEXT_CELL_RUNS];
	if (s->seen[kind].count == 0)
		memcpy(kept, p, s->gathered_len + 1);
	text_look_see(s, kind, s->cell_at, 0);
}

/* At the beginning: is it worth gathering? */
static void
cell_begin(struct text_state *s, uint8_t c)
{
	if (c == '"' && s->cell == CELL_START) {
		s->cell = CELL_QUOTE;
		return;
	}
	s->cell = c == '=' || c == '+' || c == '-' || c == '@' ? CELL_GATHER : CELL_OVER;
	s->gathered_len = 0;
	s->cell_at = s->at;
}

void
text_look_cell(struct text_state *s, uint8_t c)
{
	bool end = c == '\n' || c == '\r';
	/* a line that is no part of a table ends all; in a table, quotes hold lines together */
	if (s->between != 0 && c == '"')
		s->quoted = !s->quoted;
	if (s->between == 0 ? end : !s->quoted && (end || c == s->between)) {
		text_look_cell_end(s);
		s->cell = CELL_START;
		return;
	}
	if (s->cell == CELL_START || s->cell == CELL_QUOTE)
		cell_begin(s, c);
	/* the quotes of a table are around a cell, not in it */
	if (s->cell != CELL_GATHER || (s->between != 0 && c == '"'))
		return;
	if (s->gathered_len + 1 == sizeof(s->gathered)) {
		text_look_cell_end(s);
		return;
	}
	s->gathered[s->gathered_len++] = c == '\0' ? ' ' : (char)c;
}
