/* SPDX-License-Identifier: ISC */
/*
 * A program on a pseudo-terminal, the screen it draws (libvterm), and the
 * oracle over every byte it writes.
 */
#ifndef TESTS_SCREENS_EMU_H
#define TESTS_SCREENS_EMU_H

#include "tests/screens/oracle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct emu;

/*
 * Starts argv on a terminal of this type and size.  LINES and COLUMNS are taken
 * from the environment as they are here.  A type without a description is
 * judged by an oracle that knows no sequences.  NULL when it cannot be started.
 */
struct emu *emu_start(const char *type, int rows, int cols, char *const argv[]);
/* Ends the program by SIGKILL when it has not ended; NULL is allowed. */
void emu_free(struct emu *);
/* Every byte goes to this descriptor, too; -1: nowhere.  Stays the caller's. */
void emu_record(struct emu *, int fd);

/* Waits at most so long for output, and takes it.  False: there was none. */
bool emu_pump(struct emu *, int timeout_ms);
/* Takes output until there is none for so long. */
void emu_settle(struct emu *, int quiet_ms);
/* Types; output is taken meanwhile.  False when the program takes no more. */
bool emu_send(struct emu *, const void *bytes, size_t n);
/* What the terminal sends for a key of ui/key.h, by its description. */
size_t emu_key_bytes(const struct emu *, int key, char out[32]);
void emu_resize(struct emu *, int rows, int cols);
void emu_kill(struct emu *, int signal);
/* The terminal goes away, as a connection does. */
void emu_hang_up(struct emu *);
/* Waits for the end; the status as of wait(2), or -1 when it goes on. */
int emu_wait(struct emu *, int timeout_ms);

int emu_rows(const struct emu *);
int emu_cols(const struct emu *);
/* A row without blanks at its end; until the next call. */
const char *emu_row(const struct emu *, int row);
/* The first place of a text on the screen. */
bool emu_find(const struct emu *, const char *text, int *ret_row, int *ret_col);
void emu_cursor(const struct emu *, int *ret_row, int *ret_col);

/* Bytes written so far, and when the last of them came (clock_mono_ns). */
uint64_t emu_bytes(const struct emu *);
uint64_t emu_last_ns(const struct emu *);
pid_t emu_pid(const struct emu *);
struct oracle *emu_oracle(struct emu *);

#endif
