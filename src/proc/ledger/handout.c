/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/handout.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/tarfile.h"
#include "src/proc/ledger/docs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HANDOUT_BLOCK (128 << 10)

#define refuse(why, e, ...) err_say(e, why, KEEPER_WHY_SIZE, __VA_ARGS__)

static enum err
handout_failed(char why[KEEPER_WHY_SIZE])
{
	if (errno == ENOSPC || errno == ENOMEM)
		return refuse(why, ERR_NOSPACE, "there is no room for a copy of the ledger");
	return refuse(
	    why, ERR_IO, "the copy of the ledger cannot be made: %s", strerrordesc_np(errno));
}

/* Nothing behind the limit is even begun. */
static enum err
handout_room(int out, uint64_t more, char why[KEEPER_WHY_SIZE])
{
	const off_t at = lseek(out, 0, SEEK_CUR);
	if (at < 0)
		return handout_failed(why);
	return more > LIM_SEALED_BYTES || (uint64_t)at > LIM_SEALED_BYTES - more
	           ? refuse(why, ERR_LIMIT,
			 "it is more than 1 GiB; ask for fewer documents, or copy the ledger "
			 "by a backup")
	           : ERR_OK;
}

static enum err
handout_header(int out, const char *name, uint64_t n, char why[KEEPER_WHY_SIZE])
{
	uint8_t header[TARFILE_BLOCK];
	enum err err = handout_room(out, TARFILE_BLOCK + n + tarfile_padding(n), why);
	if (err != ERR_OK)
		return err;
	err = tarfile_header(name, n, header);
	if (err != ERR_OK)
		return refuse(why, err, "%s does not fit into an archive", name);
	return io_write_all(out, header, sizeof(header)) == ERR_OK ? ERR_OK
	                                                           : handout_failed(why);
}

static enum err
handout_zeros(int out, size_t n, char why[KEEPER_WHY_SIZE])
{
	static const uint8_t zeros[2 * TARFILE_BLOCK];
	return io_write_all(out, zeros, n) == ERR_OK ? ERR_OK : handout_failed(why);
}

static enum err
handout_bytes(int from, int out, uint64_t n, char why[KEEPER_WHY_SIZE])
{
	MEM_FREE uint8_t *block = mem_array(HANDOUT_BLOCK, 1);
	while (n > 0) {
		const size_t now = n < HANDOUT_BLOCK ? (size_t)n : HANDOUT_BLOCK;
		if (io_read_all(from, block, now) != ERR_OK ||
		    io_write_all(out, block, now) != ERR_OK)
			return handout_failed(why);
		n -= now;
	}
	return ERR_OK;
}

/* The database, made beside itself, for SQLite writes to names; the name goes at once. */
static enum err
handout_database(
    struct keeper *k, const char *path, int out, bool packed, char why[KEEPER_WHY_SIZE])
{
	MEM_FREE char *part = mem_printf("%s/handout.part", path);
	struct stat st;
	enum err err = keeper_hand_out(k, part, why);
	MEM_CLOSE int from = open(part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	unlink(part);
	if (err != ERR_OK)
		return err;
	if (from < 0 || fstat(from, &st) != 0)
		return handout_failed(why);
	const uint64_t n = (uint64_t)st.st_size;
	err = packed ? handout_header(out, "ledger.db", n, why) : handout_room(out, n, why);
	if (err == ERR_OK)
		err = handout_bytes(from, out, n, why);
	return err == ERR_OK && packed ? handout_zeros(out, tarfile_padding(n), why) : err;
}

static enum err
handout_document(struct keeper *k, const char *sha256, int out, char why[KEEPER_WHY_SIZE])
{
	MEM_FREE uint8_t *bytes = NULL;
	size_t n;
	MEM_FREE char *name = mem_printf("docs/%s", sha256);
	enum err err = docs_get(keeper_docs(k), sha256, &bytes, &n);
	if (err != ERR_OK)
		return refuse(why, err, "the document %s %s", sha256,
		    err == ERR_NOTFOUND    ? "is not there"
		    : err == ERR_SIGNATURE ? "was changed on the disk"
					   : "cannot be read");
	err = handout_header(out, name, n, why);
	if (err == ERR_OK && io_write_all(out, bytes, n) != ERR_OK)
		err = handout_failed(why);
	return err == ERR_OK ? handout_zeros(out, tarfile_padding(n), why) : err;
}

static enum err
handout_write(struct keeper *k, const char *path, const json_t *documents, int out,
    char why[KEEPER_WHY_SIZE])
{
	const size_t n = json_array_size(documents);
	if (n > LIM_EXPORT_DOCUMENTS)
		return refuse(why, ERR_LIMIT, "at most %d documents go with one copy",
		    LIM_EXPORT_DOCUMENTS);
	enum err err = handout_database(k, path, out, n > 0, why);
	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		const char *sha256 = json_string_value(json_array_get(documents, i));
		err = handout_document(k, sha256 != NULL ? sha256 : "", out, why);
	}
	return err == ERR_OK && n > 0 ? handout_zeros(out, (size_t)2 * TARFILE_BLOCK, why)
	                              : err;
}

enum err
handout_make(struct keeper *k, const char *path, const json_t *documents, int *ret_fd,
    char why[KEEPER_WHY_SIZE])
{
	int out = memfd_create("ledger", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (out < 0)
		return handout_failed(why);
	enum err err = handout_write(k, path, documents, out, why);
	if (err == ERR_OK && io_memfd_seal(out) != ERR_OK)
		err = handout_failed(why);
	if (err != ERR_OK) {
		close(out);
		return err;
	}
	*ret_fd = out;
	return ERR_OK;
}
