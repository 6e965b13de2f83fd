/* SPDX-License-Identifier: ISC */
#include "scanners/yara_rules.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define yara_rules_wrong(why, e, ...) err_say(e, why, YARA_RULES_WHY_SIZE, __VA_ARGS__)

/* What a file of compiled rules begins with: code for a machine, and never run. */
static const char yara_rules_compiled[] = "YARA";

static bool
yara_rules_is_one(const char *name)
{
	const char *dot = strrchr(name, '.');
	return name[0] != '.' && dot != NULL &&
	       (strcmp(dot, ".yar") == 0 || strcmp(dot, ".yara") == 0);
}

/* Nobody but root and the station's user may have written it. */
static bool
yara_rules_trusted(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && (st->st_mode & 022) == 0;
}

static int
yara_rules_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names that count, sorted; caller frees each and the list. */
static enum err
yara_rules_list(DIR *dir, const char *folder, char ***ret_names, size_t *ret_n,
    char ret_why[YARA_RULES_WHY_SIZE])
{
	char **names = NULL;
	size_t n = 0;
	struct dirent *e;
	while ((e = readdir(dir)) != NULL && n <= LIM_RULE_FILES) {
		if (!yara_rules_is_one(e->d_name))
			continue;
		names = mem_resize(names, n + 1, sizeof(*names));
		names[n++] = mem_strdup(e->d_name);
	}
	if (n > 0)
		qsort(names, n, sizeof(*names), yara_rules_by_name);
	*ret_names = names;
	*ret_n = n;
	if (n > LIM_RULE_FILES)
		return yara_rules_wrong(ret_why, ERR_LIMIT,
		    "%s has more than %d files with rules", folder, LIM_RULE_FILES);
	return ERR_OK;
}

static enum err
yara_rules_read_file(struct yara_rules *r, int dirfd, const char *folder, const char *name,
    char ret_why[YARA_RULES_WHY_SIZE])
{
	struct stat st;
	uint8_t *text;
	size_t n;
	MEM_CLOSE int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return yara_rules_wrong(
		    ret_why, ERR_IO, "%s/%s is not a file that can be read", folder, name);
	if (!yara_rules_trusted(&st))
		return yara_rules_wrong(ret_why, ERR_DENIED,
		    "%s/%s is not owned by root or the station's user, or others can write it",
		    folder, name);
	if (io_slurp(fd, LIM_RULE_BYTES - r->bytes, &text, &n) != ERR_OK)
		return yara_rules_wrong(ret_why, ERR_LIMIT,
		    "%s/%s cannot be read, or all rules together are more than %d MiB", folder,
		    name, LIM_RULE_BYTES >> 20);
	r->files = mem_resize(r->files, r->n + 1, sizeof(*r->files));
	r->files[r->n++] =
	    (struct yara_rules_file){mem_printf("%s/%s", folder, name), (char *)text, n};
	r->bytes += n;
	if (st.st_mtim.tv_sec > r->newest_s)
		r->newest_s = st.st_mtim.tv_sec;
	const char *whole = r->files[r->n - 1].text;
	if (strncmp(whole, yara_rules_compiled, strlen(yara_rules_compiled)) == 0)
		return yara_rules_wrong(ret_why, ERR_SYNTAX,
		    "%s/%s holds compiled rules, which are never loaded: put its source there",
		    folder, name);
	if (strlen(whole) != n)
		return yara_rules_wrong(
		    ret_why, ERR_SYNTAX, "%s/%s has a NUL byte", folder, name);
	return ERR_OK;
}

enum err
yara_rules_read(struct yara_rules *r, const char *folder, char ret_why[YARA_RULES_WHY_SIZE])
{
	struct stat st;
	char **names = NULL;
	size_t n = 0;
	DIR *dir = opendir(folder);
	if (dir == NULL)
		return yara_rules_wrong(ret_why, errno == ENOENT ? ERR_NOTFOUND : ERR_IO,
		    "the folder %s cannot be listed: %s", folder, strerrordesc_np(errno));
	enum err e = ERR_OK;
	if (fstat(dirfd(dir), &st) != 0 || !yara_rules_trusted(&st))
		e = yara_rules_wrong(ret_why, ERR_DENIED,
		    "the folder %s is not owned by root or the station's user, or others can "
		    "write it",
		    folder);
	if (e == ERR_OK)
		e = yara_rules_list(dir, folder, &names, &n, ret_why);
	for (size_t i = 0; i < n; i++) {
		if (e == ERR_OK)
			e = yara_rules_read_file(r, dirfd(dir), folder, names[i], ret_why);
		free(names[i]);
	}
	free(names);
	closedir(dir);
	return e;
}

void
yara_rules_digest(const struct yara_rules *r, char out[65])
{
	uint8_t digest[DIGEST_SIZE];
	struct digest *d = digest_new();
	for (size_t i = 0; i < r->n; i++) {
		const char *slash = strrchr(r->files[i].path, '/');
		/* with their NULs: no two sets give the same bytes */
		digest_add(d, slash + 1, strlen(slash + 1) + 1);
		digest_add(d, r->files[i].text, r->files[i].len + 1);
	}
	digest_final(d, digest);
	digest_free(d);
	hex_encode(digest, sizeof(digest), out);
}

void
yara_rules_done(struct yara_rules *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->files[i].path);
		free(r->files[i].text);
	}
	free(r->files);
	*r = (struct yara_rules){.files = NULL};
}
