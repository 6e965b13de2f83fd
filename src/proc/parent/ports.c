/* SPDX-License-Identifier: ISC */
#include "src/proc/parent/ports.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct ports_found {
	char *name;
	uint64_t bytes;
	int64_t changed_ns;
};

/* Everything a look at the ports needs. */
struct ports_look {
	const struct station *station;
	const char *by_path;
};

static const char *
ports_folder(const struct ports_look *l, const struct station_port *port)
{
	return port->kind == STATION_IMAGE ? port->path : l->by_path;
}

/* The names that stand for nothing on a medium, or for somewhere else. */
static bool
ports_name_ok(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

/* --- looking ------------------------------------------------------------------------ */

/* A link in an image port is no medium; the names of by-path are links. */
static bool
ports_stat(int dir, enum station_port_kind kind, const char *name, struct ports_found *ret)
{
	struct stat st;
	if (fstatat(dir, name, &st, kind == STATION_IMAGE ? AT_SYMLINK_NOFOLLOW : 0) != 0 ||
	    !(kind == STATION_IMAGE ? S_ISREG(st.st_mode) : S_ISBLK(st.st_mode)))
		return false;
	*ret = (struct ports_found){mem_strdup(name),
	    kind == STATION_IMAGE && st.st_size > 0 ? (uint64_t)st.st_size : 0,
	    io_changed_ns(&st)};
	return true;
}

/* Keeps the first names in byte order. */
static size_t
ports_keep(struct ports_found found[LIM_PORT_MEDIA], size_t n, struct ports_found f)
{
	size_t at = n;
	while (at > 0 && strcmp(found[at - 1].name, f.name) > 0)
		at--;
	if (at == LIM_PORT_MEDIA) {
		free(f.name);
		return n;
	}
	if (n == LIM_PORT_MEDIA)
		free(found[--n].name);
	memmove(&found[at + 1], &found[at], (n - at) * sizeof(*found));
	found[at] = f;
	return n + 1;
}

static void
ports_refuse(json_t *rows, const struct station_port *port, int error)
{
	const char *why = strerrordesc_np(error);
	json_array_append_new(rows, json_pack("{s:s, s:s}", "port", port->name, "why",
					why != NULL ? why : "unknown error"));
}

static void
ports_print(json_t *rows, const struct station_port *port, const struct ports_found *f)
{
	size_t n = strlen(f->name);
	MEM_FREE char *name = mem_alloc(HEX_B64_SIZE(n));
	hex_b64_encode((const uint8_t *)f->name, n, name);
	json_array_append_new(
	    rows, json_pack("{s:s, s:s, s:I, s:I}", "port", port->name, "name", name, "bytes",
		      (json_int_t)f->bytes, "changed", (json_int_t)f->changed_ns));
}

/* A name of the folder that stands for a medium of this port, by its form. */
static bool
ports_is_of(const struct ports_look *l, const struct station_port *port, const char *name)
{
	return ports_name_ok(name) &&
	       (port->kind == STATION_IMAGE || station_port_find(l->station, name) == port);
}

/* At most `most` rows. */
static void
ports_list_one(
    const struct ports_look *l, json_t *rows, const struct station_port *port, size_t most)
{
	struct ports_found found[LIM_PORT_MEDIA], f;
	struct dirent *e;
	size_t n = 0;
	DIR *dir = opendir(ports_folder(l, port));
	if (dir == NULL) {
		/* udev makes its folder with the first device */
		if (port->kind == STATION_IMAGE || errno != ENOENT)
			ports_refuse(rows, port, errno);
		return;
	}
	for (int i = 0; i < LIM_PORT_ENTRIES && (e = readdir(dir)) != NULL; i++)
		if (ports_is_of(l, port, e->d_name) &&
		    ports_stat(dirfd(dir), port->kind, e->d_name, &f))
			n = ports_keep(found, n, f);
	for (size_t i = 0; i < n; i++) {
		if (i < most)
			ports_print(rows, port, &found[i]);
		free(found[i].name);
	}
	closedir(dir);
}

json_t *
ports_list(const struct station *s, const char *by_path)
{
	const struct ports_look l = {s, by_path};
	json_t *rows = json_array();
	/* each has its share: a full folder does not hide the medium in another port */
	for (size_t i = 0; i < s->nports; i++)
		ports_list_one(&l, rows, &s->ports[i], LIM_PORT_MEDIA / s->nports);
	return rows;
}

/* --- opening ------------------------------------------------------------------------ */

/* The last part of source when it lies directly in the folder, or NULL. */
static const char *
ports_below(const char *folder, const char *source)
{
	size_t n = strlen(folder);
	if (n == 0 || strncmp(source, folder, n) != 0)
		return NULL;
	bool slash = folder[n - 1] == '/';
	if (!slash && source[n] != '/')
		return NULL;
	const char *name = source + n + (slash ? 0 : 1);
	return ports_name_ok(name) ? name : NULL;
}

static bool
ports_fail(const char **ret_why, int error)
{
	const char *text = error == ENOENT || error == ENXIO || error == ENOMEDIUM
	                       ? "it is not there any more"
	                       : strerrordesc_np(error);
	*ret_why = text != NULL ? text : "it cannot be opened";
	return false;
}

/* For what a medium is opened, in a port of which role. */
struct ports_way {
	enum station_port_role role;
	int flags;
	int read_only; /* what the kernel must say of a device */
	const char *nowhere, *other_role, *otherwise;
};

static const struct ports_way ports_reading = {STATION_MEDIA, O_RDONLY, 1,
    "it is on no port that station.conf names for media",
    "this port is for exports, and nothing is read from it; plug it into a port for media",
    "it is not proved read-only: the station's udev rules did not see it; "
    "an administrator installs them, then plug it in again"};
#define PORTS_NO_EXPORT "it is on no port that station.conf names for exports"
#define PORTS_CLOSED                                                                   \
	"it cannot be written to: it is write-protected, or the station's udev rules " \
	"take its port for one of another kind; an administrator runs sallyport-ports on"
#define PORTS_NO_UNIT                                                          \
	"the station's unit does not let it be opened; an administrator runs " \
	"sallyport-ports on, and starts the station again"
static const struct ports_way ports_looking = {
    STATION_EXPORT, O_RDONLY, 0, PORTS_NO_EXPORT, PORTS_NO_EXPORT, PORTS_CLOSED};
/* O_EXCL: of a device that nothing else uses. */
static const struct ports_way ports_writing = {
    STATION_EXPORT, O_RDWR | O_EXCL, 0, PORTS_NO_EXPORT, PORTS_NO_EXPORT, PORTS_CLOSED};

/*
 * Looked at before it is opened, because opening alone can do things to a
 * device; then exactly that is opened, whatever its name means by now.
 */
static bool
ports_open_name(const struct ports_look *l, const struct station_port *port, const char *name,
    int flags, int *ret_fd, const char **ret_why)
{
	bool image = port->kind == STATION_IMAGE;
	struct stat st;
	char path[32];
	MEM_CLOSE int dir = open(ports_folder(l, port), O_PATH | O_DIRECTORY | O_CLOEXEC);
	MEM_CLOSE int node =
	    dir < 0 ? -1 : openat(dir, name, O_PATH | O_CLOEXEC | (image ? O_NOFOLLOW : 0));
	if (node < 0 || fstat(node, &st) != 0)
		return ports_fail(ret_why, errno);
	if (!(image ? S_ISREG(st.st_mode) : S_ISBLK(st.st_mode))) {
		*ret_why = !image ? "it is no block device"
		           : S_ISLNK(st.st_mode)
		               ? "it is a link; put the image itself into the port"
		               : "it is no image file";
		return false;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", node);
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && !image && errno == EPERM) {
		/* the device is not write-protected (that is EACCES): it is the unit */
		*ret_why = PORTS_NO_UNIT;
		return false;
	}
	if (fd < 0)
		return ports_fail(ret_why, errno);
	*ret_fd = fd;
	return true;
}

/* What a device must prove, and what tells its insertion from the one before. */
static bool
ports_prove(int fd, const struct ports_way *way, uint64_t *ret_diskseq, const char **ret_why)
{
	int read_only = -1;
	uint64_t diskseq = 0;
	if (ioctl(fd, BLKROGET, &read_only) != 0 || read_only != way->read_only) {
		*ret_why = way->otherwise;
		return false;
	}
	if (ioctl(fd, BLKGETDISKSEQ, &diskseq) == 0)
		*ret_diskseq = diskseq;
	else if (errno != ENOTTY && errno != EINVAL) /* a kernel that does not count them */
		return ports_fail(ret_why, errno);
	return true;
}

static enum err
ports_open_as(const struct ports_look *l, const struct ports_way *way, const char *source,
    size_t n, int *ret_fd, uint64_t *ret_diskseq, const char **ret_why)
{
	const struct station *s = l->station;
	int fd = -1;
	*ret_diskseq = 0;
	*ret_why = s->demo
	               ? "this is a demo station; it reads images in its ports, never a real "
	                 "device"
	               : way->nowhere;
	if (strlen(source) != n)
		return ERR_DENIED;
	for (size_t i = 0; i < s->nports; i++) {
		const struct station_port *port = &s->ports[i];
		const char *name = ports_below(ports_folder(l, port), source);
		if (name == NULL || !ports_is_of(l, port, name))
			continue;
		if (port->role != way->role) {
			*ret_why = way->other_role;
			return ERR_DENIED;
		}
		/* O_EXCL means something for devices alone */
		const int flags = way->flags & (port->kind == STATION_BLOCK ? ~0 : ~O_EXCL);
		if (!ports_open_name(l, port, name, flags, &fd, ret_why))
			return ERR_DENIED;
		if (port->kind == STATION_BLOCK &&
		    !ports_prove(fd, way, ret_diskseq, ret_why)) {
			close(fd);
			return ERR_DENIED;
		}
		*ret_fd = fd;
		return ERR_OK;
	}
	return ERR_DENIED;
}

enum err
ports_open(const struct station *s, const char *by_path, const char *source, size_t n,
    int *ret_fd, uint64_t *ret_diskseq, const char **ret_why)
{
	const struct ports_look l = {s, by_path};
	return ports_open_as(&l, &ports_reading, source, n, ret_fd, ret_diskseq, ret_why);
}

enum err
ports_look_export(const struct station *s, const char *by_path, const char *source, size_t n,
    int *ret_fd, uint64_t *ret_diskseq, const char **ret_why)
{
	const struct ports_look l = {s, by_path};
	return ports_open_as(&l, &ports_looking, source, n, ret_fd, ret_diskseq, ret_why);
}

enum err
ports_open_export(const struct station *s, const char *by_path, const char *source, size_t n,
    int *ret_fd, uint64_t *ret_diskseq, const char **ret_why)
{
	const struct ports_look l = {s, by_path};
	return ports_open_as(&l, &ports_writing, source, n, ret_fd, ret_diskseq, ret_why);
}
