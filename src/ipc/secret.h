/* SPDX-License-Identifier: ISC */
/*
 * The secret of an encrypted volume on its way from the officer's terminal to
 * sallyport-unlock: a passphrase, key files, or both; or the password of an
 * archive on its way to the scanner that opens it.  It travels in a pipe
 * that is written and closed before anybody reads it, never in a message, and
 * the desk forwards the pipe unread.  In the pipe: "SPSECRT2", the length of
 * the passphrase, how many key files, the length of each of them (32 bits each,
 * little endian), the bytes of all in this order, the end.
 *
 * Key files may have LIM_UNLOCK_KEY_FILE_BYTES together: a pipe holds 1 MiB at
 * most before somebody reads it (/proc/sys/fs/pipe-max-size).
 */
#ifndef IPC_SECRET_H
#define IPC_SECRET_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stddef.h>
#include <stdint.h>

struct secret_file {
	const uint8_t *bytes;
	size_t len;
};

struct secret {
	const uint8_t *passphrase; /* passphrase_len bytes, none is NULL */
	size_t passphrase_len;
	struct secret_file files[LIM_UNLOCK_KEY_FILES];
	size_t n_files;
	uint8_t *pinned; /* locked memory that holds all of it */
	size_t pinned_len;
};

/*
 * A filled pipe, its writing end closed; the caller closes ret_fd.  ERR_LIMIT
 * when one is too long or there are too many, ERR_RANGE when there is nothing or a
 * key file is empty, ERR_IO when the system gives no pipe of that size, or no
 * memory to lock.
 */
enum err secret_pipe(const void *passphrase, size_t passphrase_len,
    const struct secret_file *files, size_t n_files, int *ret_fd);
/*
 * Reads such a pipe to its end, into locked memory.  ERR_SYNTAX, ERR_LIMIT or
 * ERR_RANGE when it does not hold what secret_pipe writes; ERR_IO.  The caller
 * calls secret_done.
 */
enum err secret_read(int fd, struct secret *ret);
/*
 * The same for one who may not lock memory any more: a passphrase alone, into
 * room for LIM_UNLOCK_PASSPHRASE_BYTES that stays the caller's.
 */
enum err secret_read_text(int fd, uint8_t *room, size_t *ret_len);
/* Wipes and frees; an empty one is fine. */
void secret_done(struct secret *);

#endif
