/* SPDX-License-Identifier: ISC */
#include "src/proc/parent/trust.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
trust_command(const struct manifest_list *command, char why[TRUST_WHY_SIZE])
{
	struct stat st;
	for (unsigned i = 0; i < command->n; i++) {
		const char *word = manifest_text(command, i);
		if (word[0] != '/' || stat(word, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		if ((st.st_uid == 0 || st.st_uid == geteuid()) && (st.st_mode & 022) == 0)
			continue;
		snprintf(why, TRUST_WHY_SIZE,
		    "%.100s in its command is not owned by root or the station's user, or "
		    "others can write it",
		    word);
		return false;
	}
	return true;
}

bool
trust_manifest(
    const char *dir, const char *name, struct manifest *ret, int *ret_fd, const char **ret_why)
{
	struct stat st;
	uint8_t *text;
	size_t n;
	char why[MANIFEST_WHY_SIZE];
	*ret_why = "there is no such scanner";
	if (strchr(name, '/') != NULL || name[0] == '.')
		return false;
	MEM_FREE char *path = mem_printf("%s/%s.conf", dir, name);
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	*ret_why =
	    "its manifest is not owned by root or the station's user, or others can write it";
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022) != 0)
		return false;
	*ret_why = "its manifest cannot be read";
	if (io_slurp(fd, LIM_MANIFEST_BYTES, &text, &n) != ERR_OK)
		return false;
	bool ok = manifest_parse(text, n, ret, why) == ERR_OK;
	if (!ok)
		log_warn("%s: %s", path, why);
	free(text);
	if (ok) {
		*ret_fd = fd;
		fd = -1;
	}
	return ok;
}
