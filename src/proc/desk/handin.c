/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/handin.h"
#include "src/base/escape.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Why a descriptor of a terminal is no image, or NULL. */
static const char *
handin_refuse_image(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fstat(fd, &st) != 0)
		return "it cannot be looked at";
	if ((flags & O_ACCMODE) != O_RDONLY)
		return "it was opened for writing; an inbound medium is only ever read";
	return S_ISREG(st.st_mode) ? NULL
	                           : "it is no disk image; devices are opened by the station";
}

/* Asks the parent, the only one who may open a device. */
static enum err
handin_open_device(struct desk *d, const uint8_t *source, size_t source_len, int *ret_fd,
    char why[HANDIN_WHY_SIZE])
{
	static const enum msg_id answers[] = {
	    MSG_PARENT_OPENED, MSG_PARENT_NOT_OPENED, MSG_NONE};
	struct msg m;
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(source_len));
	hex_b64_encode(source, source_len, text);
	if (channel_call(d->parent, MSG_DESK_OPEN, json_pack("{s:s}", "source", text), -1,
		answers, &m) != ERR_OK)
		log_fatal("the parent does not answer");
	enum err e = m.id == MSG_PARENT_OPENED ? ERR_OK : ERR_DENIED;
	if (e == ERR_OK)
		*ret_fd = msg_take_fd(&m);
	else
		snprintf(why, HANDIN_WHY_SIZE, "%s", msg_str(&m, "why"));
	msg_done(&m);
	return e;
}

static void
handin_record(struct desk *d, const uint8_t *source, size_t source_len, const char *why)
{
	char refused[BOOK_WHY_SIZE];
	/* escaped, the beginning of what is too long for a path is text of an entry */
	if (source_len > LIM_PATH_BYTES)
		source_len = LIM_NAME_BYTES;
	MEM_FREE char *text = mem_alloc(ESCAPE_SIZE(source_len));
	escape_bytes(source, source_len, text, ESCAPE_SIZE(source_len), NULL);
	if (book_event(d, "device.refused", "station",
		json_pack("{s:s, s:s}", "source", text, "why", why), refused) != ERR_OK)
		log_warn("a refused device could not be recorded: %s", refused);
}

enum err
handin_take(struct desk *d, int fd, const uint8_t *source, size_t source_len, int *ret_fd,
    char why[HANDIN_WHY_SIZE])
{
	enum err e = ERR_OK;
	const char *refused = fd >= 0 ? handin_refuse_image(fd) : NULL;
	if (refused == NULL && source_len > LIM_PATH_BYTES)
		refused = "its path is longer than a path can be";
	if (refused != NULL) {
		snprintf(why, HANDIN_WHY_SIZE, "%s", refused);
		if (fd >= 0)
			close(fd);
		e = ERR_DENIED;
	} else if (fd >= 0) {
		*ret_fd = fd;
	} else {
		e = handin_open_device(d, source, source_len, ret_fd, why);
	}
	if (e != ERR_OK)
		handin_record(d, source, source_len, why);
	return e;
}
