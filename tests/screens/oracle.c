/* SPDX-License-Identifier: ISC */
#include "tests/screens/oracle.h"
#include "src/base/escape.h"
#include "src/base/mem.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#define ORACLE_SEQUENCE_BYTES 64
#define ORACLE_SHAPES         512

/* One sequence of the description.  Numbers are '#' when it has parameters. */
struct oracle_shape {
	char text[ORACLE_SEQUENCE_BYTES];
	bool exact;
};

enum oracle_state { IN_TEXT, IN_ESC, IN_CSI, IN_STRING };

struct oracle {
	struct oracle_shape shapes[ORACLE_SHAPES];
	size_t nshapes;
	bool tabs, colours;
	enum oracle_state state;
	char seq[ORACLE_SEQUENCE_BYTES]; /* without the ESC */
	size_t len;
	uint64_t at; /* bytes fed */
	size_t nfaults;
	struct {
		enum oracle_class class;
		char text[ORACLE_FAULT_SIZE];
	} faults[ORACLE_FAULTS];
};

/* --- what a description allows ----------------------------------------------- */

/* Capabilities that do something else than draw, or that the rules forbid. */
static const char *const oracle_never[] = {"bel", "flash", "civis", "blink", "dim", "invis",
    "smul", "rmul", "sitm", "initc", "initp", "oc", "rs1", "rs2", "rs3", "is1", "is2", "is3",
    "iprog", "if", "rf", "tsl", "fsl", "dsl", "wsl", "hs", "mc0", "mc4", "mc5", "mc5p", "mc5i",
    "pfkey", "pfloc", "pfx", "pfxl", "pln", "pctrm", "rfi", "dispc", "devt", "dial", "hup",
    "qdial", "tone", "pulse", "wait", "hook", "fln", "cmdch", "sclk", "rmclk", "dclk", "u0",
    "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9", "getm", "minfo", "reqmp", "tbc",
    "hts", "smgl", "smgr", "scs", "defc", "wind", "smm", "rmm"};

static bool
oracle_is_drawing(const char *name)
{
	if (name[0] == 'k' || strncmp(name, "meml", 4) == 0 || strncmp(name, "memu", 4) == 0)
		return false;
	for (size_t i = 0; i < sizeof(oracle_never) / sizeof(oracle_never[0]); i++)
		if (strcmp(name, oracle_never[i]) == 0)
			return false;
	return true;
}

/* A %-operator of terminfo; numbers that come out of it are digits. */
static const char *
oracle_skip_operator(const char *s, bool *ret_number)
{
	s++;
	if (*s == 'p' || *s == 'P' || *s == 'g')
		return s[1] != '\0' ? s + 2 : s + 1;
	if (*s == '\'')
		return s[1] != '\0' && s[2] != '\0' ? s + 3 : s + 1;
	if (*s == '{') {
		while (*s != '\0' && *s != '}')
			s++;
		return *s == '}' ? s + 1 : s;
	}
	while (*s == ':' || *s == '#' || *s == ' ' || *s == '.' || (*s >= '0' && *s <= '9'))
		s++;
	*ret_number |= *s == 'd';
	return *s != '\0' ? s + 1 : s;
}

/* The bytes of a capability without padding; operators become "#" or nothing. */
static bool
oracle_plain(const char *cap, char *out, size_t size)
{
	bool parameters = false;
	size_t n = 0;
	while (*cap != '\0' && n + 2 < size) {
		bool number = false;
		const char *end = strncmp(cap, "$<", 2) == 0 ? strchr(cap, '>') : NULL;
		if (end != NULL) {
			cap = end + 1;
		} else if (cap[0] == '%' && cap[1] != '%') {
			cap = oracle_skip_operator(cap, &number);
			parameters = true;
			if (number)
				out[n++] = '#';
		} else {
			cap += cap[0] == '%';
			out[n++] = *cap++;
		}
	}
	out[n] = '\0';
	return parameters;
}

/* Length of the sequence behind an ESC, 0 when it is not complete. */
static size_t
oracle_sequence_len(const char *s)
{
	size_t n = 0;
	if (s[0] == '[') {
		for (n = 1; s[n] >= 0x20 && s[n] < 0x40; n++)
			;
	} else {
		while (s[n] >= 0x20 && s[n] < 0x30)
			n++;
	}
	return s[n] != '\0' ? n + 1 : 0;
}

/* "[0;10;7m" and "[#;#m" are "[#m": any numbers, as many as one likes. */
static void
oracle_shape(const char *seq, size_t n, char out[ORACLE_SEQUENCE_BYTES])
{
	size_t len = 0;
	for (size_t i = 0; i < n && len + 1 < ORACLE_SEQUENCE_BYTES; i++) {
		bool number =
		    (seq[i] >= '0' && seq[i] <= '9') || seq[i] == ';' || seq[i] == '#';
		if (!number || seq[0] != '[')
			out[len++] = seq[i];
		else if (out[len - 1] != '#')
			out[len++] = '#';
	}
	out[len] = '\0';
}

static void
oracle_add(struct oracle *o, const char *cap)
{
	char text[1024];
	bool exact = !oracle_plain(cap, text, sizeof(text));
	for (const char *s = strchr(text, 0x1b); s != NULL; s = strchr(s + 1, 0x1b)) {
		size_t n = oracle_sequence_len(s + 1);
		if (n == 0 || n >= ORACLE_SEQUENCE_BYTES || o->nshapes == ORACLE_SHAPES)
			continue;
		/* modes and window requests are what they are, never any number */
		if (!exact && strchr("hlt", s[n]) != NULL)
			continue;
		struct oracle_shape *shape = &o->shapes[o->nshapes++];
		shape->exact = exact;
		if (exact)
			memcpy(shape->text, s + 1, n);
		else
			oracle_shape(s + 1, n, shape->text);
	}
}

struct oracle *
oracle_new(const char *type)
{
	struct oracle *o = mem_alloc(sizeof(*o));
	int found = 0;
	if (type[0] == '\0')
		return o;
	if (setupterm(type, STDERR_FILENO, &found) != OK) {
		free(o);
		return NULL;
	}
	for (size_t i = 0; strnames[i] != NULL; i++) {
		const char *cap = tigetstr(strnames[i]);
		if (cap == NULL || cap == (char *)-1)
			continue;
		if (strcmp(strnames[i], "ht") == 0)
			o->tabs = true;
		else if (oracle_is_drawing(strnames[i]))
			oracle_add(o, cap);
	}
	o->colours = tigetnum("colors") >= 8;
	del_curterm(cur_term);
	return o;
}

void
oracle_free(struct oracle *o)
{
	free(o);
}

/* --- the judge --------------------------------------------------------------- */

static void
oracle_say(struct oracle *o, enum oracle_class class, const char *bytes, size_t n)
{
	char shown[ESCAPE_SIZE(ORACLE_SEQUENCE_BYTES + 1)];
	escape_bytes(bytes, n, shown, sizeof(shown), NULL);
	if (o->nfaults < ORACLE_FAULTS) {
		o->faults[o->nfaults].class = class;
		snprintf(o->faults[o->nfaults].text, ORACLE_FAULT_SIZE, "%s, byte %llu: %.100s",
		    oracle_class_name(class), (unsigned long long)o->at, shown);
	}
	o->nfaults++;
}

static void
oracle_say_sequence(struct oracle *o, enum oracle_class class)
{
	char bytes[ORACLE_SEQUENCE_BYTES + 1] = {0x1b};
	memcpy(bytes + 1, o->seq, o->len);
	oracle_say(o, class, bytes, o->len + 1);
}

/* Numbers of ESC [ ... m that nobody can rely on, or that are not among 8 colours. */
static bool
oracle_style_is_fine(const char *s, bool colours)
{
	while (*s != '\0') {
		int n = 0;
		for (s++; *s >= '0' && *s <= '9' && n < 1000; s++)
			n = n * 10 + (*s - '0');
		bool off =
		    n == 0 || n == 10 || n == 22 || n == 27 || n == 24 || n == 25 || n == 28;
		bool on = n == 1 || n == 7;
		bool colour =
		    (n >= 30 && n <= 37) || (n >= 40 && n <= 47) || n == 39 || n == 49;
		if (!off && !on && !(colour && colours))
			return false;
		if (*s == 'm')
			break;
	}
	return true;
}

static bool
oracle_knows(const struct oracle *o)
{
	char seq[ORACLE_SEQUENCE_BYTES + 1] = {0}, shape[ORACLE_SEQUENCE_BYTES];
	memcpy(seq, o->seq, o->len);
	oracle_shape(o->seq, o->len, shape);
	for (size_t i = 0; i < o->nshapes; i++)
		if (strcmp(o->shapes[i].exact ? seq : shape, o->shapes[i].text) == 0)
			return seq[0] != '[' || seq[o->len - 1] != 'm' ||
			       oracle_style_is_fine(seq, o->colours);
	return false;
}

static void
oracle_text(struct oracle *o, unsigned char c)
{
	static const char allowed[] = {0x08, 0x0a, 0x0d, 0x0e, 0x0f};
	char byte = (char)c;
	if (c == 0x1b) {
		o->state = IN_ESC;
		o->len = 0;
	} else if (c >= 0x7f) {
		oracle_say(o, ORACLE_BYTE, &byte, 1);
	} else if (c < 0x20 && memchr(allowed, c, sizeof(allowed)) == NULL &&
		   !(c == 0x09 && o->tabs)) {
		oracle_say(o, ORACLE_CONTROL, &byte, 1);
	}
}

/* A byte of a sequence; true when it is the last. */
static bool
oracle_is_last(const struct oracle *o, unsigned char c)
{
	if (o->state == IN_CSI)
		return c >= 0x40;
	return c >= 0x30 && !(c == '[' && o->len == 1);
}

static void
oracle_sequence(struct oracle *o, unsigned char c)
{
	if (c < 0x20 || c >= 0x7f || o->len + 1 >= ORACLE_SEQUENCE_BYTES) {
		oracle_say_sequence(o, ORACLE_BROKEN);
		o->state = IN_TEXT;
		oracle_text(o, c);
		return;
	}
	o->seq[o->len++] = (char)c;
	if (o->state == IN_ESC && o->len == 1 && strchr("]PX^_", c) != NULL) {
		oracle_say_sequence(o, ORACLE_STRING);
		o->state = IN_STRING;
	} else if (oracle_is_last(o, c)) {
		if (!oracle_knows(o))
			oracle_say_sequence(o, ORACLE_SEQUENCE);
		o->state = IN_TEXT;
	} else if (c == '[' && o->len == 1) {
		o->state = IN_CSI;
	}
}

void
oracle_feed(struct oracle *o, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++, o->at++) {
		if (o->state == IN_TEXT) {
			oracle_text(o, p[i]);
		} else if (o->state == IN_STRING) {
			/* said already; to its end nothing is shown */
			if (p[i] == 0x07 || p[i] == 0x1b)
				o->state = p[i] == 0x07 ? IN_TEXT : IN_ESC;
			o->len = 0;
		} else if (o->state == IN_ESC && o->len == 0 && p[i] == '\\') {
			o->state = IN_TEXT; /* the end of a string */
		} else {
			oracle_sequence(o, p[i]);
		}
	}
}

void
oracle_end(struct oracle *o)
{
	if (o->state == IN_ESC || o->state == IN_CSI)
		oracle_say_sequence(o, ORACLE_BROKEN);
	o->state = IN_TEXT;
}

size_t
oracle_faults(const struct oracle *o)
{
	return o->nfaults;
}

enum oracle_class
oracle_fault(const struct oracle *o, size_t i, const char **ret_text)
{
	if (i >= o->nfaults || i >= ORACLE_FAULTS)
		return ORACLE_CLEAN;
	*ret_text = o->faults[i].text;
	return o->faults[i].class;
}

const char *oracle_class_name(enum oracle_class class)
{
	static const char *const names[] = {
	    [ORACLE_CLEAN] = "clean",
	    [ORACLE_BYTE] = "a byte outside ASCII",
	    [ORACLE_CONTROL] = "a control character",
	    [ORACLE_STRING] = "a control string (OSC, DCS, APC, PM, SOS)",
	    [ORACLE_SEQUENCE] = "a sequence the terminal description does not have",
	    [ORACLE_BROKEN] = "a broken sequence",
	};
	return names[class];
}
