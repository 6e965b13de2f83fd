/* SPDX-License-Identifier: ISC */
#include "src/base/boot.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void
boot_id(char out[BOOT_ID_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, out, BOOT_ID_SIZE - 1) : -1;
	if (fd >= 0)
		close(fd);
	if (n != BOOT_ID_SIZE - 1) {
		snprintf(out, BOOT_ID_SIZE, "unknown");
		return;
	}
	out[n] = 0;
	for (ssize_t i = 0; i < n; i++) {
		char c = out[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'))
			out[i] = '-';
	}
}
