/* SPDX-License-Identifier: ISC */
#include "src/core/register.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/map.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct register_book {
	struct register_medium *media;
	size_t count;
	struct map by_number;
};

/* --- the rules ------------------------------------------------------------------ */

static const struct {
	const char *name, *next;
	bool open;
} register_states[REGISTER__MAX] = {
    [REGISTER_NONE] = {"NONE", "register it", false},
    [REGISTER_HELD] = {"HELD", "return, retain, sanitise or destroy it", true},
    [REGISTER_RETAINED] = {"RETAINED", "return, sanitise or destroy it", true},
    [REGISTER_WIPED] = {"WIPED", "have another officer confirm that it was sanitised", true},
    [REGISTER_SANITISED] = {"SANITISED", "return, retain or destroy it", true},
    [REGISTER_RETURNED] = {"RETURNED", "register it when it comes again", false},
    [REGISTER_ENDING] = {"ENDING", "have another officer confirm that it was destroyed", true},
    [REGISTER_DESTROYED] = {"DESTROYED", "nothing; its number is not given again", false},
};

static const struct {
	enum transfer_event event;
	const char *name;
} register_moves[REGISTER_MOVE__MAX] = {
    [REGISTER_REGISTER] = {EVENT_MED_REGISTER, "register"},
    [REGISTER_RETURN] = {EVENT_MED_RETURN, "return"},
    [REGISTER_RETAIN] = {EVENT_MED_RETAIN, "retain"},
    [REGISTER_SANITISE] = {EVENT_MED_SANITISE, "sanitise"},
    [REGISTER_DESTROY] = {EVENT_MED_DESTROY, "destroy"},
    [REGISTER_CONFIRM] = {EVENT_MED_CONFIRM, "confirm"},
};

/* What is not here is refused. */
static const struct {
	enum register_state state;
	enum register_move move;
	enum register_state next;
} register_rows[] = {
    {REGISTER_NONE, REGISTER_REGISTER, REGISTER_HELD},
    {REGISTER_RETURNED, REGISTER_REGISTER, REGISTER_HELD},
    {REGISTER_HELD, REGISTER_RETURN, REGISTER_RETURNED},
    {REGISTER_HELD, REGISTER_RETAIN, REGISTER_RETAINED},
    {REGISTER_HELD, REGISTER_SANITISE, REGISTER_WIPED},
    {REGISTER_HELD, REGISTER_DESTROY, REGISTER_ENDING},
    {REGISTER_RETAINED, REGISTER_RETURN, REGISTER_RETURNED},
    {REGISTER_RETAINED, REGISTER_SANITISE, REGISTER_WIPED},
    {REGISTER_RETAINED, REGISTER_DESTROY, REGISTER_ENDING},
    {REGISTER_WIPED, REGISTER_CONFIRM, REGISTER_SANITISED},
    {REGISTER_SANITISED, REGISTER_RETURN, REGISTER_RETURNED},
    {REGISTER_SANITISED, REGISTER_RETAIN, REGISTER_RETAINED},
    {REGISTER_SANITISED, REGISTER_DESTROY, REGISTER_ENDING},
    {REGISTER_ENDING, REGISTER_CONFIRM, REGISTER_DESTROYED},
};

/* How officers begin what they say became of a medium. */
static const struct {
	const char *word;
	enum register_move move;
} register_words[] = {
    {"returned", REGISTER_RETURN},
    {"handed back", REGISTER_RETURN},
    {"sent", REGISTER_RETURN},
    {"retained", REGISTER_RETAIN},
    {"kept", REGISTER_RETAIN},
    {"sanitised", REGISTER_SANITISE},
    {"destroyed", REGISTER_DESTROY},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum register_move
register_move_of(enum transfer_event event)
{
	unsigned m = 0;
	while (m < REGISTER_MOVE__MAX && register_moves[m].event != event)
		m++;
	return (enum register_move)m;
}

const char *
register_move_name(enum register_move move)
{
	return register_moves[move].name;
}

const char *
register_state_name(enum register_state state)
{
	return register_states[state].name;
}

const char *
register_state_next(enum register_state state)
{
	return register_states[state].next;
}

enum register_state
register_next(enum register_state state, enum register_move move)
{
	for (size_t i = 0; i < COUNT(register_rows); i++)
		if (register_rows[i].state == state && register_rows[i].move == move)
			return register_rows[i].next;
	return REGISTER_NONE;
}

bool
register_is_open(enum register_state state)
{
	return register_states[state].open;
}

bool
register_is_readable(enum register_state state)
{
	return state == REGISTER_HELD || state == REGISTER_RETAINED;
}

bool
register_number_ok(const char *number)
{
	size_t n = strlen(number);
	return n > 0 && n <= LIM_CONTROL_BYTES && strchr("._-", number[0]) == NULL &&
	       strspn(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

enum register_move
register_disposition(const char *text, const char **ret_words)
{
	for (size_t i = 0; i < COUNT(register_words); i++) {
		size_t n = strlen(register_words[i].word);
		if (strncmp(text, register_words[i].word, n) != 0 ||
		    (text[n] != '\0' && text[n] != ' '))
			continue;
		if (ret_words != NULL)
			*ret_words = text + n + strspn(text + n, " ");
		return register_words[i].move;
	}
	return REGISTER_MOVE__MAX;
}

/* --- the book -------------------------------------------------------------------- */

struct register_book *
register_new(void)
{
	return mem_alloc(sizeof(struct register_book));
}

static char **
register_texts(struct register_medium *m, size_t i)
{
	char **const texts[] = {&m->label, &m->owner, &m->classification, &m->from, &m->seal,
	    &m->vendor, &m->model, &m->serial, &m->words};
	return i < COUNT(texts) ? texts[i] : NULL;
}

struct register_book *
register_free(struct register_book *b)
{
	if (b == NULL)
		return NULL;
	for (size_t i = 0; i < b->count; i++) {
		char **text;
		for (size_t k = 0; (text = register_texts(&b->media[i], k)) != NULL; k++)
			free(*text);
	}
	free(b->media);
	map_done(&b->by_number);
	free(b);
	return NULL;
}

static struct register_medium *
register_get(const struct register_book *b, const char *number)
{
	uint64_t i;
	return map_get(&b->by_number, number, &i) ? &b->media[i] : NULL;
}

const struct register_medium *
register_find(const struct register_book *b, const char *number)
{
	return register_get(b, number);
}

size_t
register_count(const struct register_book *b)
{
	return b->count;
}

const struct register_medium *
register_at(const struct register_book *b, size_t i)
{
	return &b->media[i];
}

/* --- checks ---------------------------------------------------------------------- */

static enum err register_refuse(char *why, enum err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum err
register_refuse(char *why, enum err e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, REGISTER_WHY_SIZE, fmt, ap);
	va_end(ap);
	return e;
}

static enum err
register_check_state(
    const struct register_medium *m, const char *number, enum register_move move, char *why)
{
	if (register_next(m != NULL ? m->state : REGISTER_NONE, move) != REGISTER_NONE)
		return ERR_OK;
	if (m == NULL)
		return register_refuse(
		    why, ERR_NOTFOUND, "there is no medium %.32s in the register", number);
	if (move == REGISTER_REGISTER)
		return register_refuse(why, ERR_EXISTS,
		    "%s was given to a medium already, which is %s; a number is given once",
		    number, register_states[m->state].name);
	return register_refuse(why, ERR_STATE, "%s is %s; what can be done: %s", number,
	    register_states[m->state].name, register_states[m->state].next);
}

static bool
register_is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " ")] == '\0';
}

/* The second person, and what else a move must not leave empty. */
static enum err
register_check_words(enum register_move move, const json_t *data, char *why)
{
	static const struct {
		enum register_move move;
		const char *field, *what;
	} needed[] = {
	    {REGISTER_REGISTER, "from", "from whom it was received"},
	    {REGISTER_REGISTER, "label", "what is written on it"},
	    {REGISTER_RETURN, "to", "to whom it was handed"},
	    {REGISTER_RETAIN, "place", "where it is kept"},
	    {REGISTER_SANITISE, "method", "by which method"},
	    {REGISTER_DESTROY, "method", "by which method"},
	};
	for (size_t i = 0; i < COUNT(needed); i++)
		if (needed[i].move == move &&
		    register_is_blank(canon_str(data, needed[i].field)))
			return register_refuse(why, ERR_DENIED, "the register asks %s (%s)",
			    needed[i].what, needed[i].field);
	return ERR_OK;
}

static bool
register_differs(const char *known, const char *now)
{
	return known[0] != '\0' && now != NULL && now[0] != '\0' && strcmp(known, now) != 0;
}

/* What is here under another number is this very device, as far as it says of itself. */
static const struct register_medium *
register_twin(const struct register_book *b, const struct register_act *act)
{
	const json_t *device = canon_object(act->data, "device");
	const char *vendor = canon_str(device, "vendor"), *model = canon_str(device, "model"),
		   *serial = canon_str(device, "serial");
	if (vendor == NULL || model == NULL || serial == NULL || serial[0] == '\0')
		return NULL;
	for (size_t i = 0; i < b->count; i++) {
		const struct register_medium *m = &b->media[i];
		if (strcmp(m->number, act->number) != 0 && register_states[m->state].open &&
		    strcmp(m->serial, serial) == 0 && strcmp(m->vendor, vendor) == 0 &&
		    strcmp(m->model, model) == 0)
			return m;
	}
	return NULL;
}

static enum err
register_check_receipt(const struct register_book *b, const struct register_medium *m,
    const struct register_act *act, char *why)
{
	const struct register_medium *twin = register_twin(b, act);
	bool sealed = false;
	const char *seal = canon_str(act->data, "seal");
	const char *serial = canon_str(canon_object(act->data, "device"), "serial");
	canon_bool(act->data, "sealed", &sealed);
	if (!register_number_ok(act->number))
		return register_refuse(why, ERR_SYNTAX,
		    "a control number has 1 to %d capital letters, digits, dots, hyphens and "
		    "underlines",
		    LIM_CONTROL_BYTES);
	if (!sealed && !register_is_blank(seal))
		return register_refuse(why, ERR_DENIED, "only what is sealed has a seal");
	if (m != NULL && register_differs(m->serial, serial))
		return register_refuse(why, ERR_EXISTS,
		    "%s was given to the device with the serial %.80s; a number is given once",
		    act->number, m->serial);
	if (twin != NULL)
		return register_refuse(why, ERR_EXISTS,
		    "this device is here already, as %s, which is %s; a medium has one number",
		    twin->number, register_states[twin->state].name);
	return ERR_OK;
}

/* What stands in lists must fit there. */
static enum err
register_check_texts(const json_t *data, char *why)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)data, key, value) {
		const char *text = json_string_value(value);
		if (json_is_object(value)) {
			enum err e = register_check_texts(value, why);
			if (e != ERR_OK)
				return e;
		} else if (text != NULL &&
			   (strlen(text) > LIM_REGISTER_TEXT_BYTES || !canon_is_text(text))) {
			return register_refuse(why, ERR_LIMIT,
			    "%s is longer than %d bytes, or holds what cannot be shown", key,
			    LIM_REGISTER_TEXT_BYTES);
		}
	}
	return ERR_OK;
}

enum err
register_check(const struct register_book *b, enum register_move move,
    const struct register_act *act, char why[REGISTER_WHY_SIZE])
{
	const struct register_medium *m = register_get(b, act->number);
	enum err e = register_check_state(m, act->number, move, why);
	if (e == ERR_OK)
		e = register_check_texts(act->data, why);
	if (e == ERR_OK)
		e = register_check_words(move, act->data, why);
	if (e == ERR_OK && move == REGISTER_REGISTER)
		e = register_check_receipt(b, m, act, why);
	if (e == ERR_OK && move == REGISTER_CONFIRM && strcmp(m->officer, act->officer) == 0)
		e = register_refuse(why, ERR_DENIED,
		    "%s did it, and another officer confirms it", act->officer);
	return e;
}

enum err
register_check_open(const struct register_book *b, const char *number, const json_t *device,
    char why[REGISTER_WHY_SIZE])
{
	const struct register_medium *m = register_get(b, number);
	const char *serial = canon_str(device, "serial");
	if (m == NULL)
		return register_refuse(why, ERR_NOTFOUND,
		    "there is no medium %.32s in the register; it is registered first", number);
	if (!register_is_readable(m->state))
		return register_refuse(why, ERR_DENIED, "%s is %s and cannot be read", number,
		    register_states[m->state].name);
	if (m->serial[0] != '\0' && (serial == NULL || strcmp(m->serial, serial) != 0))
		return register_refuse(why, ERR_DENIED,
		    "%s is the device with the serial %.80s, and this one has %.80s", number,
		    m->serial, serial != NULL && serial[0] != '\0' ? serial : "none");
	return ERR_OK;
}

/* The medium is here, and came before the transfer that speaks of it began. */
static bool
register_is_its(const struct register_medium *m, uint64_t opened_seq)
{
	return m != NULL && m->received_seq < opened_seq &&
	       (register_is_readable(m->state) || m->state == REGISTER_SANITISED);
}

enum err
register_check_leave(const struct register_book *b, uint64_t opened_seq,
    const char *disposition, const struct register_act *act, char why[REGISTER_WHY_SIZE])
{
	const struct register_medium *m = register_get(b, act->number);
	const char *words = "";
	if (!register_is_its(m, opened_seq))
		return ERR_OK;
	enum register_move move = register_disposition(disposition, &words);
	/* said again: nothing moves */
	if (move == REGISTER_RETAIN && m->state == REGISTER_RETAINED)
		return ERR_OK;
	if (move == REGISTER_MOVE__MAX)
		return register_refuse(why, ERR_DENIED,
		    "the medium is %s of the register: say what became of it in words that "
		    "begin "
		    "with returned, handed back, sent, retained, kept, sanitised or destroyed",
		    act->number);
	if (words[0] == '\0')
		return register_refuse(why, ERR_DENIED,
		    "the register asks to whom, where or how: \"%.40s ...\"", disposition);
	if (strlen(words) > LIM_REGISTER_TEXT_BYTES || !canon_is_text(words))
		return register_refuse(why, ERR_LIMIT,
		    "what became of the medium is longer than %d bytes, or holds what cannot "
		    "be shown",
		    LIM_REGISTER_TEXT_BYTES);
	return register_check_state(m, act->number, move, why);
}

/* --- changes ---------------------------------------------------------------------- */

static void
register_put(char **where, const char *text)
{
	free(*where);
	*where = mem_strdup(text != NULL ? text : "");
}

static struct register_medium *
register_add(struct register_book *b, const char *number)
{
	char **text;
	b->media = mem_resize(b->media, b->count + 1, sizeof(*b->media));
	struct register_medium *m = &b->media[b->count];
	*m = (struct register_medium){.state = REGISTER_NONE};
	snprintf(m->number, sizeof(m->number), "%s", number);
	for (size_t i = 0; (text = register_texts(m, i)) != NULL; i++)
		*text = mem_strdup("");
	map_put(&b->by_number, number, b->count++);
	return m;
}

static void
register_receive(struct register_medium *m, const struct register_act *act)
{
	const json_t *device = canon_object(act->data, "device");
	register_put(&m->label, canon_str(act->data, "label"));
	register_put(&m->owner, canon_str(act->data, "owner"));
	register_put(&m->classification, canon_str(act->data, "classification"));
	register_put(&m->from, canon_str(act->data, "from"));
	register_put(&m->seal, canon_str(act->data, "seal"));
	if (device != NULL) {
		register_put(&m->vendor, canon_str(device, "vendor"));
		register_put(&m->model, canon_str(device, "model"));
		register_put(&m->serial, canon_str(device, "serial"));
	}
	m->sealed = false;
	canon_bool(act->data, "sealed", &m->sealed);
	snprintf(m->received_at, sizeof(m->received_at), "%s", act->at);
	m->received_seq = act->seq;
	m->transfer[0] = '\0';
}

static void
register_step(struct register_medium *m, enum register_move move,
    const struct register_act *act, const char *words)
{
	m->state = register_next(m->state, move);
	assert(m->state != REGISTER_NONE);
	/* who did it and how stays beside who saw it */
	bool seen = move == REGISTER_CONFIRM;
	if (!seen) {
		register_put(&m->words, words);
		snprintf(m->officer, sizeof(m->officer), "%s", act->officer);
	}
	snprintf(m->witness, sizeof(m->witness), "%s", seen ? act->officer : "");
	snprintf(m->changed_at, sizeof(m->changed_at), "%s", act->at);
}

void
register_apply(struct register_book *b, enum register_move move, const struct register_act *act)
{
	static const char *const words[REGISTER_MOVE__MAX] = {
	    [REGISTER_REGISTER] = "from",
	    [REGISTER_RETURN] = "to",
	    [REGISTER_RETAIN] = "place",
	    [REGISTER_SANITISE] = "method",
	    [REGISTER_DESTROY] = "method",
	    [REGISTER_CONFIRM] = "note",
	};
	struct register_medium *m = register_get(b, act->number);
	if (m == NULL)
		m = register_add(b, act->number);
	if (move == REGISTER_REGISTER)
		register_receive(m, act);
	register_step(m, move, act, canon_str(act->data, words[move]));
}

void
register_open(struct register_book *b, const char *number, const char *transfer)
{
	struct register_medium *m = register_get(b, number);
	if (m != NULL)
		snprintf(m->transfer, sizeof(m->transfer), "%s", transfer);
}

void
register_leave(struct register_book *b, uint64_t opened_seq, const char *disposition,
    const struct register_act *act)
{
	struct register_medium *m = register_get(b, act->number);
	const char *words = "";
	if (!register_is_its(m, opened_seq))
		return;
	enum register_move move = register_disposition(disposition, &words);
	if (move != REGISTER_MOVE__MAX && register_next(m->state, move) != REGISTER_NONE)
		register_step(m, move, act, words);
}

json_t *
register_row(const struct register_medium *m)
{
	const struct {
		const char *key, *text;
	} texts[] = {
	    {"number", m->number},
	    {"state", register_states[m->state].name},
	    {"label", m->label},
	    {"owner", m->owner},
	    {"classification", m->classification},
	    {"from", m->from},
	    {"seal", m->seal},
	    {"vendor", m->vendor},
	    {"model", m->model},
	    {"serial", m->serial},
	    {"words", m->words},
	    {"officer", m->officer},
	    {"witness", m->witness},
	    {"transfer", m->transfer},
	    {"received", m->received_at},
	    {"changed", m->changed_at},
	    {"next", register_states[m->state].next},
	};
	json_t *row = json_pack("{s:b, s:b}", "sealed", (int)m->sealed, "open",
	    (int)register_states[m->state].open);
	for (size_t i = 0; i < COUNT(texts); i++) {
		/* an entry's text is fit to be shown, and a device's was escaped for it */
		MEM_FREE char *safe = canon_is_text(texts[i].text) ? mem_strdup(texts[i].text)
		                                                   : escape_dup(texts[i].text);
		json_object_set_new(row, texts[i].key, json_string(safe));
	}
	return row;
}
