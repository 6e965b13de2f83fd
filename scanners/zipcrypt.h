/* SPDX-License-Identifier: ISC */
/*
 * The two ways in which a password locks a member of a zip archive: the old
 * cipher of PKWARE (APPNOTE.TXT 6.1), and AES as WinZip has it (AE-1 and AE-2).
 * Bytes are unlocked one after the other; what they are is checked by whoever
 * unpacks them, for the old cipher knows a wrong password only by one byte.
 */
#ifndef SCANNERS_ZIPCRYPT_H
#define SCANNERS_ZIPCRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZIPCRYPT_HEAD_MAX 18 /* bytes before the locked ones */
#define ZIPCRYPT_TAIL_MAX 10 /* and behind them */

/* 0: the old cipher; else AES with keys of 128, 192, 256 bits. */
#define ZIPCRYPT_OLD     0u
#define ZIPCRYPT_AES_MAX 3u

struct zipcrypt;

/* Before the sandbox: what libcrypto would load at first use. */
void zipcrypt_warm_up(void);
size_t zipcrypt_head(unsigned strength);
size_t zipcrypt_tail(unsigned strength);
/*
 * head has zipcrypt_head bytes; check is the byte by which the old cipher knows
 * its password.  NULL: the password does not fit, or libcrypto does not have what
 * it takes.
 */
struct zipcrypt *zipcrypt_new(
    unsigned strength, const uint8_t *password, size_t n, const uint8_t *head, uint8_t check);
/* Wipes; NULL is fine. */
void zipcrypt_free(struct zipcrypt *);
/* The next n bytes, in place. */
void zipcrypt_step(struct zipcrypt *, uint8_t *bytes, size_t n);
/* All were unlocked, and these are the bytes behind them: whether nobody changed them. */
bool zipcrypt_ends(struct zipcrypt *, const uint8_t *tail);

#endif
