/* SPDX-License-Identifier: ISC */
#include "src/ipc/conf.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum err
conf_read(const char *home, struct station **ret, char ret_why[CONF_WHY_SIZE])
{
	char why[STATION_WHY_SIZE];
	uint8_t *text;
	size_t n;
	MEM_FREE char *path = mem_printf("%s/station.conf", home);
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e = fd >= 0           ? io_slurp(fd, LIM_SETTING_BYTES, &text, &n)
	             : errno == ENOENT ? ERR_NOTFOUND
	                               : ERR_IO;
	if (e != ERR_OK) {
		snprintf(ret_why, CONF_WHY_SIZE, "%s cannot be read: %s", path,
		    e == ERR_LIMIT ? "it is too long" : strerrordesc_np(errno));
		return e;
	}
	e = station_parse(text, n, home, ret, why);
	free(text);
	if (e != ERR_OK)
		snprintf(ret_why, CONF_WHY_SIZE, "%s: %s", path, why);
	return e;
}
