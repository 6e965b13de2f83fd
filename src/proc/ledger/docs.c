/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/docs.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "docs"

enum err
docs_open(int dirfd, int *ret_fd)
{
	if (mkdirat(dirfd, FOLDER, 0700) != 0 && errno != EEXIST)
		return errno == ENOSPC ? ERR_NOSPACE : ERR_IO;
	int fd = openat(dirfd, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	if (fsync(dirfd) != 0) {
		close(fd);
		return ERR_IO;
	}
	*ret_fd = fd;
	return ERR_OK;
}

static bool
has_digest(const void *bytes, size_t n, const char *sha256)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), hex);
	return strcmp(hex, sha256) == 0;
}

enum err
docs_get(int docs_fd, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	uint8_t name[DIGEST_SIZE], *bytes;
	size_t n;
	if (!hex_decode(sha256, strlen(sha256), name, sizeof(name)))
		return ERR_SYNTAX;
	MEM_CLOSE int fd = openat(docs_fd, sha256, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	enum err err = io_slurp(fd, LIM_SEALED_BYTES, &bytes, &n);
	if (err != ERR_OK)
		return err;
	if (!has_digest(bytes, n, sha256)) {
		free(bytes);
		return ERR_SIGNATURE;
	}
	*ret_bytes = bytes;
	*ret_len = n;
	return ERR_OK;
}

enum err
docs_put(int docs_fd, const char *sha256, const void *bytes, size_t n)
{
	uint8_t *there;
	size_t there_len;
	if (!has_digest(bytes, n, sha256))
		return ERR_SIGNATURE;
	if (docs_get(docs_fd, sha256, &there, &there_len) == ERR_OK) {
		free(there);
		return ERR_OK;
	}
	return io_replace_synced(docs_fd, sha256, 0400, bytes, n);
}
