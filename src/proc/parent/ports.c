/* SPDX-License-Identifier: ISC */
#include "src/proc/parent/ports.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the media of a port are: a folder, and what their names begin with. */
struct ports_place {
	char *folder; /* owned */
	const char *prefix;
};

struct ports_found {
	char *name;
	uint64_t bytes;
	int64_t changed_s;
};

static struct ports_place
ports_place(const struct station_port *port)
{
	if (port->kind == STATION_IMAGE)
		return (struct ports_place){mem_strdup(port->path), ""};
	const char *slash = strrchr(port->path, '/');
	return (struct ports_place){
	    mem_printf("%.*s", (int)(slash - port->path + 1), port->path), slash + 1};
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
ports_look(int dir, enum station_port_kind kind, const char *name, struct ports_found *ret)
{
	struct stat st;
	if (fstatat(dir, name, &st, kind == STATION_IMAGE ? AT_SYMLINK_NOFOLLOW : 0) != 0 ||
	    !(kind == STATION_IMAGE ? S_ISREG(st.st_mode) : S_ISBLK(st.st_mode)))
		return false;
	int64_t changed_s =
	    st.st_ctim.tv_sec > st.st_mtim.tv_sec ? st.st_ctim.tv_sec : st.st_mtim.tv_sec;
	*ret = (struct ports_found){mem_strdup(name),
	    kind == STATION_IMAGE && st.st_size > 0 ? (uint64_t)st.st_size : 0,
	    changed_s > 0 ? changed_s : 0};
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
		      (json_int_t)f->bytes, "changed", (json_int_t)f->changed_s));
}

/* At most `most` rows. */
static void
ports_list_one(json_t *rows, const struct station_port *port, size_t most)
{
	struct ports_found found[LIM_PORT_MEDIA], f;
	struct ports_place place = ports_place(port);
	struct dirent *e;
	size_t n = 0;
	DIR *dir = opendir(place.folder);
	if (dir == NULL) {
		ports_refuse(rows, port, errno);
		free(place.folder);
		return;
	}
	for (int i = 0; i < LIM_PORT_ENTRIES && (e = readdir(dir)) != NULL; i++)
		if (ports_name_ok(e->d_name) &&
		    strncmp(e->d_name, place.prefix, strlen(place.prefix)) == 0 &&
		    ports_look(dirfd(dir), port->kind, e->d_name, &f))
			n = ports_keep(found, n, f);
	for (size_t i = 0; i < n; i++) {
		if (i < most)
			ports_print(rows, port, &found[i]);
		free(found[i].name);
	}
	closedir(dir);
	free(place.folder);
}

json_t *
ports_list(const struct station *s)
{
	json_t *rows = json_array();
	/* each has its share: a full folder does not hide the medium in another port */
	for (size_t i = 0; i < s->nports; i++)
		ports_list_one(rows, &s->ports[i], LIM_PORT_MEDIA / s->nports);
	return rows;
}

/* --- opening ------------------------------------------------------------------------ */

/* The last part of source when it names a medium of this port, or NULL. */
static const char *
ports_match(const struct station_port *port, const char *source)
{
	size_t n = strlen(port->path);
	if (strncmp(source, port->path, n) != 0)
		return NULL;
	if (port->kind == STATION_IMAGE) {
		bool slash = n > 0 && port->path[n - 1] == '/';
		if (!slash && source[n] != '/')
			return NULL;
		const char *name = source + n + (slash ? 0 : 1);
		return ports_name_ok(name) ? name : NULL;
	}
	/* what follows is the rest of a name, never a way out of the folder */
	return strchr(source + n, '/') == NULL ? strrchr(source, '/') + 1 : NULL;
}

static enum err
ports_open_in(
    const struct station_port *port, const char *name, int *ret_fd, const char **ret_why)
{
	struct ports_place place = ports_place(port);
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct stat st;
	bool image = port->kind == STATION_IMAGE;
	MEM_CLOSE int dir = open(place.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(place.folder);
	int fd = dir < 0 ? -1 : openat(dir, name, flags | (image ? O_NOFOLLOW : 0));
	if (fd < 0 || fstat(fd, &st) != 0) {
		*ret_why = errno == ELOOP ? "it is a link; put the image itself into the port"
		           : errno == ENOENT ? "it is not there any more"
		                             : strerrordesc_np(errno);
		if (*ret_why == NULL)
			*ret_why = "it cannot be opened";
		if (fd >= 0)
			close(fd);
		return ERR_DENIED;
	}
	if (!(image ? S_ISREG(st.st_mode) : S_ISBLK(st.st_mode))) {
		*ret_why = image ? "it is no image file" : "it is no block device";
		close(fd);
		return ERR_DENIED;
	}
	*ret_fd = fd;
	return ERR_OK;
}

enum err
ports_open(
    const struct station *s, const char *source, size_t n, int *ret_fd, const char **ret_why)
{
	*ret_why = s->demo
	               ? "this is a demo station; it reads images in its ports, never a real "
	                 "device"
	               : "it is on no port that station.conf names for media";
	if (strlen(source) != n)
		return ERR_DENIED;
	for (size_t i = 0; i < s->nports; i++) {
		const char *name = ports_match(&s->ports[i], source);
		if (name != NULL)
			return ports_open_in(&s->ports[i], name, ret_fd, ret_why);
	}
	return ERR_DENIED;
}
