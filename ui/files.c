/* SPDX-License-Identifier: ISC */
#include "ui/files.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "ui/print.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
files_complain(const char *path, const char *what, const char *next)
{
	MEM_FREE char *shown = escape_dup(path);
	print_problemf(next, "%s: %s", shown, what);
	return UI_NO;
}

/* An image is opened; of a device only the name goes to the station. */
static int
files_open_source(struct arg *a)
{
	static const char next[] = "name a disk image, or a device on a port of the station";
	struct stat st;
	if (stat(a->value, &st) != 0)
		return files_complain(a->value, strerrordesc_np(errno), next);
	if (S_ISBLK(st.st_mode))
		return UI_DONE;
	if (!S_ISREG(st.st_mode))
		return files_complain(a->value,
		    S_ISDIR(st.st_mode) ? "a folder is not a medium"
					: "this is neither a disk image nor a block device",
		    next);
	/* not to hang on a pipe that took the file's place meanwhile */
	a->fd = open(a->value, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (a->fd < 0)
		return files_complain(
		    a->value, strerrordesc_np(errno), "see that you may read the image");
	if (fstat(a->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return files_complain(a->value, "it was exchanged while it was opened", next);
	return UI_DONE;
}

static int
files_open_file(struct arg *a)
{
	struct stat st;
	a->fd = open(a->value, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (a->fd < 0)
		return files_complain(a->value, strerrordesc_np(errno), "name a readable file");
	if (fstat(a->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return files_complain(a->value, "this is no ordinary file", "name a file");
	return UI_DONE;
}

static int
files_open_dir(struct arg *a)
{
	if (mkdir(a->value, 0777) != 0 && errno != EEXIST)
		return files_complain(a->value, strerrordesc_np(errno),
		    "name a folder that can be made; in a batch, one below the folder the "
		    "batch was started in");
	a->fd = open(a->value, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->fd < 0)
		return files_complain(a->value, strerrordesc_np(errno), "name a folder");
	return UI_DONE;
}

static const struct {
	const char *kind;
	int (*open)(struct arg *);
} files_kinds[] = {
    {"SOURCE", files_open_source},
    {"FILE", files_open_file},
    {"DIR", files_open_dir},
};

int
files_open(struct args *args)
{
	for (size_t i = 0; i < args->n; i++) {
		char kind[32];
		args_kind(&args->list[i], kind);
		/* the station opens it */
		if (strcmp(kind, "SOURCE") == 0 && args_has(args, "device"))
			continue;
		for (size_t k = 0; k < sizeof(files_kinds) / sizeof(files_kinds[0]); k++) {
			if (strcmp(kind, files_kinds[k].kind) != 0)
				continue;
			int status = files_kinds[k].open(&args->list[i]);
			if (status != UI_DONE)
				return status;
		}
	}
	return UI_DONE;
}

void
files_close(struct args *args)
{
	for (size_t i = 0; i < args->n; i++) {
		if (args->list[i].fd >= 0)
			close(args->list[i].fd);
		args->list[i].fd = -1;
	}
}

bool
files_open_keys(struct ui *ui)
{
	MEM_FREE char *path = mem_printf("%s/keys", ui->home);
	ui->keys_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ui->keys_fd >= 0;
}

size_t
files_paths(struct ui *ui, const struct args *args, struct sandbox_path out[FILES_PATHS])
{
	size_t n = 0;
	if (ui->keys_fd >= 0)
		out[n++] = (struct sandbox_path){
		    ui->keys_fd, SANDBOX_READ | (ui->writes_keys ? SANDBOX_WRITE : 0u)};
	if (ui->batch) {
		/* which files its lines will name is not known yet */
		out[n] = (struct sandbox_path){open("/", O_PATH | O_CLOEXEC), SANDBOX_READ};
		n += out[n].fd >= 0;
		out[n] = (struct sandbox_path){
		    open(".", O_PATH | O_CLOEXEC), SANDBOX_READ | SANDBOX_WRITE};
		n += out[n].fd >= 0;
	}
	for (size_t i = 0; i < args->n && n < FILES_PATHS; i++) {
		char kind[32];
		args_kind(&args->list[i], kind);
		if (strcmp(kind, "DIR") == 0 && args->list[i].fd >= 0)
			out[n++] = (struct sandbox_path){
			    args->list[i].fd, SANDBOX_READ | SANDBOX_WRITE};
	}
	return n;
}
