/* SPDX-License-Identifier: ISC */
/* One descriptor beside the bytes of a message: the kernel's SCM_RIGHTS, as it goes out. */
#ifndef IPC_FDROOM_H
#define IPC_FDROOM_H

#include <string.h>
#include <sys/socket.h>

union fdroom {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* The message carries fd, which stays the caller's, in this room; nothing for -1. */
static inline void
fdroom_put(struct msghdr *h, union fdroom *room, int fd)
{
	if (fd < 0)
		return;
	memset(room, 0, sizeof(*room));
	h->msg_control = room->bytes;
	h->msg_controllen = sizeof(room->bytes);
	struct cmsghdr *cm = CMSG_FIRSTHDR(h);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
}

#endif
