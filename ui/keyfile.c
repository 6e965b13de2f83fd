/* SPDX-License-Identifier: ISC */
#include "ui/keyfile.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/base/pin.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
keyfile_add(struct keyfiles *k, int fd)
{
	struct stat st;
	size_t all = 0;

	for (size_t i = 0; i < k->n; i++)
		all += k->v[i].len;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return ERR_IO;
	if (st.st_size <= 0)
		return ERR_RANGE;
	if (k->n == LIM_UNLOCK_KEY_FILES ||
	    st.st_size > (off_t)(LIM_UNLOCK_KEY_FILE_BYTES - all))
		return ERR_LIMIT;
	size_t n = (size_t)st.st_size;
	uint8_t *bytes = pin_new(n);
	if (bytes == NULL || io_read_all(fd, bytes, n) != ERR_OK) {
		pin_free(bytes, n);
		return ERR_IO;
	}
	k->v[k->n++] = (struct secret_file){bytes, n};
	return ERR_OK;
}

const char *
keyfile_why(enum err e)
{
	if (e == ERR_RANGE)
		return "A key file is empty: name the one that the volume was made with.";
	if (e == ERR_LIMIT)
		return "A station takes 8 key files at most, with 1,044,480 bytes together.";
	return "A key file cannot be read, or no memory can be locked for it. Try again.";
}

static enum err
keyfile_open(struct keyfiles *k, int keys_fd, const char *name)
{
	MEM_FREE char *path = mem_printf(KEYFILE_FOLDER "/%s", name);

	if (keys_fd < 0 || name[0] == '.' || strchr(name, '/') != NULL)
		return ERR_NOTFOUND;
	MEM_CLOSE int fd =
	    openat(keys_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? ERR_NOTFOUND : keyfile_add(k, fd);
}

bool
keyfile_add_named(
    struct keyfiles *k, int keys_fd, const char *names, char why[KEYFILE_WHY_SIZE])
{
	char name[KEYFILE_NAME_BYTES + 1];

	while (*names != '\0') {
		size_t n = strcspn(names, ","), from = strspn(names, " ");
		const char *next = names + n + (names[n] == ',');
		if (from > n)
			from = n;
		while (n > from && names[n - 1] == ' ')
			n--;
		if (n - from > KEYFILE_NAME_BYTES)
			n = from + KEYFILE_NAME_BYTES;
		memcpy(name, names + from, n - from);
		name[n - from] = '\0';
		enum err e = name[0] == '\0' ? ERR_OK : keyfile_open(k, keys_fd, name);
		if (e == ERR_NOTFOUND)
			snprintf(why, KEYFILE_WHY_SIZE,
			    "The station has no key file %s. An administrator puts key files "
			    "into "
			    "keys/" KEYFILE_FOLDER " of the station.",
			    name);
		else if (e != ERR_OK)
			snprintf(why, KEYFILE_WHY_SIZE, "%s", keyfile_why(e));
		if (e != ERR_OK)
			return false;
		names = next;
	}
	return true;
}

void
keyfile_done(struct keyfiles *k)
{
	/* pin_new gave them, not const */
	for (size_t i = 0; i < k->n; i++)
		pin_free((uint8_t *)(uintptr_t)k->v[i].bytes, k->v[i].len);
	*k = (struct keyfiles){.n = 0};
}
