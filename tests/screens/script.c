/* SPDX-License-Identifier: ISC */
#include "tests/screens/script.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "ui/dump.h"
#include "ui/key.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
script_wrong(struct script *p, const char *fmt, ...)
{
	va_list ap;
	printf("# %s: ", p->where);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	p->failed = true;
	return false;
}

/* The lines of a text behind # so that TAP readers leave it alone. */
static void
script_show(const char *text)
{
	for (const char *at = text; *at != '\0';) {
		size_t n = strcspn(at, "\n");
		printf("#  |%.*s\n", (int)n, at);
		at += n + (at[n] == '\n');
	}
}

/* --- golden files ------------------------------------------------------------------------ */

static void
script_differ(const char *want, const char *got)
{
	unsigned shown = 0;
	for (unsigned line = 1; (*want != '\0' || *got != '\0') && shown < 12; line++) {
		size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");
		if (w != g || memcmp(want, got, w) != 0) {
			printf(
			    "#  %3u - %.*s\n#      + %.*s\n", line, (int)w, want, (int)g, got);
			shown++;
		}
		want += w + (want[w] == '\n');
		got += g + (got[g] == '\n');
	}
}

static bool
script_golden(struct script *p, const char *name)
{
	struct buf out;
	uint8_t *want = NULL;
	size_t n = 0;
	bool ok = true;
	MEM_FREE char *path = mem_printf(
	    "tests/screens/golden/%s-%dx%d.txt", name, p->player->cols, p->player->rows);
	buf_init(&out, 1 << 20);
	player_dump(p->player, &out);
	MEM_CLOSE int fd = open(path,
	    p->write ? O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		ok = script_wrong(p, "%s cannot be opened; play --write makes it", path);
	else if (p->write)
		ok = io_write_all(fd, out.data, out.len) == ERR_OK;
	else if (io_slurp(fd, 1 << 20, &want, &n) != ERR_OK || n != out.len ||
		 memcmp(want, out.data, n) != 0) {
		ok = script_wrong(p, "not what %s shows", path);
		script_differ(want != NULL ? (const char *)want : "", buf_str(&out));
	}
	free(want);
	buf_done(&out);
	return ok;
}

/* --- commands ------------------------------------------------------------------------------
 */

/* Takes one word off the front. */
char *
script_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	size_t n = strcspn(word, " \t");
	*rest = word + n + (word[n] != '\0');
	word[n] = '\0';
	return word;
}

/* What stands between the first and the last quote; \xHH is a byte. */
static char *
script_quoted(char *rest)
{
	char *from = strchr(rest, '"'), *to = strrchr(rest, '"'), *out;
	if (from == NULL || to == from)
		return rest;
	*to = '\0';
	out = from;
	for (char *c = from + 1; *c != '\0'; c++) {
		unsigned byte;
		if (c[0] == '\\' && c[1] == 'x' && sscanf(c + 2, "%2x", &byte) == 1) {
			*out++ = (char)byte;
			c += 3;
		} else {
			*out++ = *c;
		}
	}
	*out = '\0';
	return from;
}

static bool
script_json(
    struct script *p, const char *name, char *rest, enum msg_id *ret_id, json_t **ret_body)
{
	json_error_t e;
	*ret_id = message_find(name);
	if (*ret_id == MSG_NONE)
		return script_wrong(p, "there is no message %s", name);
	*ret_body = json_loads(rest, 0, &e);
	return *ret_body != NULL || script_wrong(p, "JSON of %s: %s", name, e.text);
}

static bool
script_desk(struct script *p, char *rest)
{
	enum msg_id request, answer;
	json_t *body;
	const char *why = "", *word = script_word(&rest);
	if (strcmp(word, "up") == 0 || strcmp(word, "down") == 0) {
		player_desk(p->player, word[0] == 'u');
		return true;
	}
	if (strcmp(word, "slow") == 0 || strcmp(word, "fast") == 0) {
		player_slow(p->player, word[0] == 's');
		return true;
	}
	request = message_find(word);
	if (request == MSG_NONE)
		return script_wrong(p, "there is no message %s", word);
	if (rest[strspn(rest, " ")] == '\0')
		return peer_answer(p->player->peer, request, MSG_NONE, NULL, &why);
	const char *name = script_word(&rest);
	if (!script_json(p, name, rest, &answer, &body))
		return false;
	return peer_answer(p->player->peer, request, answer, body, &why) ||
	       script_wrong(p, "%s: %s", name, why);
}

static bool
script_news(struct script *p, char *rest)
{
	enum msg_id id;
	json_t *body;
	const char *why = "", *name = script_word(&rest);
	if (!script_json(p, name, rest, &id, &body))
		return false;
	if (!peer_news(p->player->peer, id, body, &why))
		return script_wrong(p, "%s: %s", name, why);
	player_settle(p->player);
	return true;
}

static bool
script_keys(struct script *p, char *rest)
{
	for (char *word = script_word(&rest); word[0] != '\0'; word = script_word(&rest)) {
		int key = key_parse(word);
		if (key == K_NONE)
			return script_wrong(p, "there is no key %s", word);
		player_key(p->player, key);
	}
	return true;
}

static bool
script_text(struct script *p, char *rest)
{
	for (char *c = script_quoted(rest); *c != '\0'; c++)
		player_key(p->player, (unsigned char)*c);
	return true;
}

static bool
script_seen(struct script *p, char *rest, bool want)
{
	struct buf out;
	const char *text = script_quoted(rest);
	buf_init(&out, 1 << 20);
	dump_text(p->player->grid, &out);
	bool seen = strstr(buf_str(&out), text) != NULL;
	if (seen != want) {
		script_wrong(p, "\"%s\" is %s the screen:", text, want ? "not on" : "on");
		script_show(buf_str(&out));
	}
	buf_done(&out);
	return seen == want;
}

static bool
script_size(struct script *p, char *rest)
{
	p->player->cols = (int)strtol(script_word(&rest), NULL, 10);
	p->player->rows = (int)strtol(script_word(&rest), NULL, 10);
	player_settle(p->player);
	return true;
}

static bool
script_clock(struct script *p, char *rest)
{
	if (!clock_parse(script_word(&rest), &p->player->now_s))
		return script_wrong(p, "a time is like 2026-11-22T14:02:00Z");
	player_settle(p->player);
	return true;
}

static bool
script_open(struct script *p, char *rest)
{
	const char *name = script_word(&rest), *transfer = script_word(&rest);
	return player_open_view(p->player, name, transfer) ||
	       script_wrong(p, "there is no screen %s", name);
}

static bool
script_as(struct script *p, char *rest)
{
	const struct custody_person *person =
	    p->player->ui.authority != NULL
		? custody_person_find(p->player->ui.authority, script_word(&rest))
		: NULL;
	if (person == NULL)
		return script_wrong(p, "nobody of this id is enrolled, or the desk is down");
	/* the authority log is read again when the desk comes back: the maker's stays */
	player_as(p->player,
	    custody_person_find(peer_maker(p->player->peer)->custody, person->id)->id);
	return true;
}

static bool
script_command(struct script *p, char *line)
{
	char *rest = line;
	const char *word = script_word(&rest);
	static const struct {
		const char *word;
		bool (*fn)(struct script *, char *);
	} rows[] = {
	    {"desk", script_desk},
	    {"news", script_news},
	    {"key", script_keys},
	    {"text", script_text},
	    {"size", script_size},
	    {"clock", script_clock},
	    {"open", script_open},
	    {"as", script_as},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(word, rows[i].word) == 0)
			return rows[i].fn(p, rest);
	if (strcmp(word, "pass") == 0)
		player_pass(p->player, strtol(rest, NULL, 10));
	else if (strcmp(word, "people") == 0)
		peer_people(p->player->peer);
	else if (strcmp(word, "golden") == 0)
		return script_golden(p, script_word(&rest));
	else if (strcmp(word, "expect") == 0 || strcmp(word, "refuse") == 0)
		return script_seen(p, rest, word[0] == 'e');
	else if (strcmp(word, "include") == 0) {
		MEM_FREE char *path = mem_printf("tests/screens/%s", script_word(&rest));
		return script_file(p, path);
	} else if (strcmp(word, "sizes") != 0)
		return script_wrong(p, "there is no command %s", word);
	return true;
}

/* --- scripts
 * ---------------------------------------------------------------------------------- */

/* Calls fn for each command, its lines joined; false ends it. */
bool
script_lines(struct script *p, const char *path, bool (*fn)(struct script *, char *line))
{
	uint8_t *bytes = NULL;
	size_t n = 0;
	bool ok = true;
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(p->where, sizeof(p->where), "%s", path);
	if (fd < 0 || io_slurp(fd, 1 << 20, &bytes, &n) != ERR_OK)
		return script_wrong(p, "cannot be read");
	char *at = (char *)bytes;
	for (unsigned number = 1; ok && *at != '\0';) {
		unsigned first = number;
		char *end = at + strcspn(at, "\n");
		number++;
		while (end[0] == '\n' && (end[1] == ' ' || end[1] == '\t')) {
			*end = ' ';
			end += strcspn(end, "\n");
			number++;
		}
		bool last = *end == '\0';
		*end = '\0';
		snprintf(p->where, sizeof(p->where), "%s:%u", path, first);
		if (at[0] != '#' && at[0] != '\0')
			ok = fn(p, at);
		if (last)
			break;
		at = end + 1;
	}
	free(bytes);
	return ok;
}

static bool
script_one(struct script *p, char *line)
{
	if (!script_command(p, line))
		return false;
	const char *unknown = peer_unknown(p->player->peer);
	if (unknown != NULL)
		return script_wrong(p, "the script has no answer to %s", unknown);
	if (p->player->bad[0] != '\0')
		return script_wrong(p, "%s", p->player->bad);
	return true;
}

bool
script_file(struct script *p, const char *path)
{
	return script_lines(p, path, script_one);
}
