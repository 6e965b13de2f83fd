/* SPDX-License-Identifier: ISC */
/*
 * Judges every byte that a program writes to a terminal.  What a terminal's
 * description (terminfo) does not contain, or what could do anything but draw,
 * is a fault: a name from a medium that got through would be one.
 *
 * Allowed: printable ASCII, CR LF BS SO SI (HT when the description has tabs),
 * and the sequences of the description's capabilities, those excepted that do
 * not draw: keys, palette, titles, printer, reset, bell, function-key
 * programming, a hidden cursor, blinking, dim, invisible and underlined text.
 */
#ifndef TESTS_SCREENS_ORACLE_H
#define TESTS_SCREENS_ORACLE_H

#include <stddef.h>
#include <stdint.h>

#define ORACLE_FAULTS     16 /* kept with their text */
#define ORACLE_FAULT_SIZE 160

enum oracle_class {
	ORACLE_CLEAN,
	ORACLE_BYTE,     /* 0x80 to 0xFF, or DEL */
	ORACLE_CONTROL,  /* a control character that is not allowed */
	ORACLE_STRING,   /* OSC, DCS, APC, PM, SOS */
	ORACLE_SEQUENCE, /* a CSI or ESC sequence that is not in the description */
	ORACLE_BROKEN,   /* a sequence that is cut off, too long, or has a control in it */
};

struct oracle;

/* NULL when there is no such description.  "" knows no sequence at all. */
struct oracle *oracle_new(const char *type);
void oracle_free(struct oracle *); /* NULL is allowed */
void oracle_feed(struct oracle *, const void *bytes, size_t n);
/* The program has ended: a sequence that is not complete is a fault. */
void oracle_end(struct oracle *);
size_t oracle_faults(const struct oracle *);
/* Number i: the class, and what it was in printable ASCII. */
enum oracle_class oracle_fault(const struct oracle *, size_t i, const char **ret_text);
const char *oracle_class_name(enum oracle_class);

#endif
