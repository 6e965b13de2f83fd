/* SPDX-License-Identifier: ISC */
/*
 * BitLocker's recovery key: eight groups of six digits, each divisible by 11,
 * with hyphens, with blanks or with nothing between.  Pure.
 */
#ifndef UNLOCK_RECOVERY_H
#define UNLOCK_RECOVERY_H

#include <stddef.h>
#include <stdint.h>

#define RECOVERY_BYTES    55 /* with hyphens */
#define RECOVERY_WHY_SIZE 160

enum recovery {
	RECOVERY_NONE, /* it is something else: a passphrase */
	RECOVERY_GOOD,
	RECOVERY_WRONG, /* typed wrongly */
};

/*
 * out: the key as Windows prints it.  why, when it is wrong: a sentence, which
 * names the group and nothing of what was typed.
 */
enum recovery recovery_parse(
    const uint8_t *typed, size_t n, uint8_t out[RECOVERY_BYTES], char why[RECOVERY_WHY_SIZE]);

#endif
