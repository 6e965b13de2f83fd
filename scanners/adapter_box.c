/* SPDX-License-Identifier: ISC */
/* What a command may reach, from the words of its manifest. */
#include "scanners/adapter_run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define box_wrong(why, ...) err_say(ERR_DENIED, why, MANIFEST_WHY_SIZE, __VA_ARGS__)

static const struct {
	const char *path;
	unsigned rights;
} box_system[] = {
    {"/usr", SANDBOX_READ},
    {"/bin", SANDBOX_READ},
    {"/sbin", SANDBOX_READ},
    {"/lib", SANDBOX_READ},
    {"/lib64", SANDBOX_READ},
    {"/etc/ld.so.cache", SANDBOX_READ},
    {"/dev/null", SANDBOX_READ | SANDBOX_WRITE},
    {"/dev/zero", SANDBOX_READ},
    {"/dev/urandom", SANDBOX_READ},
    {"/proc/self", SANDBOX_READ},
    /* what the kernel runs first, whatever the program */
    {"/lib64/ld-linux-x86-64.so.2", SANDBOX_READ | SANDBOX_EXECUTE},
    {"/lib/ld-linux-aarch64.so.1", SANDBOX_READ | SANDBOX_EXECUTE},
};

/* False when there is no such thing. */
static bool
box_add(struct adapter_box *box, const char *path, unsigned rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || box->n == ADAPTER_PATHS) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	box->paths[box->n++] = (struct sandbox_path){fd, rights};
	return true;
}

/* The program behind "#!", which the kernel runs for a script; "" when it is none. */
static void
box_interpreter(const char *path, char out[256])
{
	char line[256];
	out[0] = '\0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, line, sizeof(line) - 1) : 0;
	if (fd >= 0)
		close(fd);
	if (n < 3 || line[0] != '#' || line[1] != '!')
		return;
	line[n] = '\0';
	const char *word = line + 2 + strspn(line + 2, " \t");
	snprintf(out, 256, "%.*s", (int)strcspn(word, " \t\n"), word);
}

/*
 * Root's or our own, and for nobody else to write.  The parent has looked at it
 * before: in a namespace of users all owners look alike from here.
 */
static bool
box_trusted(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && (st->st_mode & 022) == 0;
}

static enum err
box_add_word(struct adapter_box *box, const char *word, bool first, char why[MANIFEST_WHY_SIZE])
{
	struct stat st;
	char interpreter[256];
	if (word[0] != '/' || word[strspn(word, "/")] == '\0' || stat(word, &st) != 0)
		return first ? box_wrong(why, "there is no program %.100s: %s", word,
				   strerrordesc_np(errno))
		             : ERR_OK;
	bool file = S_ISREG(st.st_mode), program = file && (st.st_mode & 0111) != 0;
	if (first && !program)
		return box_wrong(why, "%.100s is not a program", word);
	if (file && !box_trusted(&st))
		return box_wrong(why,
		    "%.80s: its owner is neither root nor the station's user, or others can "
		    "write it",
		    word);
	if (!box_add(box, word, SANDBOX_READ | (program ? (unsigned)SANDBOX_EXECUTE : 0u)))
		return box_wrong(why, "%.100s cannot be reached", word);
	if (!program)
		return ERR_OK;
	box_interpreter(word, interpreter);
	if (interpreter[0] != '\0' &&
	    !box_add(box, interpreter, SANDBOX_READ | SANDBOX_EXECUTE))
		return box_wrong(
		    why, "%.60s needs %.60s, which is not there", word, interpreter);
	return ERR_OK;
}

enum err
adapter_box_open(
    const struct manifest_list *command, struct adapter_box *box, char why[MANIFEST_WHY_SIZE])
{
	box->n = 0;
	for (size_t i = 0; i < sizeof(box_system) / sizeof(box_system[0]); i++)
		box_add(box, box_system[i].path, box_system[i].rights);
	return adapter_box_add(command, box, why);
}

enum err
adapter_box_add(
    const struct manifest_list *command, struct adapter_box *box, char why[MANIFEST_WHY_SIZE])
{
	enum err e = ERR_OK;
	for (unsigned i = 0; i < command->n && e == ERR_OK; i++)
		e = box_add_word(box, manifest_text(command, i), i == 0, why);
	return e;
}
