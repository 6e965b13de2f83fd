/* SPDX-License-Identifier: ISC */
/*
 * What the value of an argument or option must be: the word in capitals of a
 * specification (args.h) names its kind.
 */
#ifndef UI_KIND_H
#define UI_KIND_H

#define KIND_WHY_SIZE 480

/*
 * NULL when the value is one of that kind; else what is wrong with it, to be
 * read behind its name.  The sentence may live in why.
 */
const char *kind_check(const char *word, const char *value, char why[KIND_WHY_SIZE]);
/* The word as people see it in a usage line. */
const char *kind_shown(const char *word);

#endif
