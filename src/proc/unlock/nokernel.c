/* SPDX-License-Identifier: ISC */
/*
 * The kernel's ciphers (AF_ALG) are not for this program.  libcryptsetup asks
 * for them with the names of ciphers that libcrypto has not; told that the
 * kernel has none of that name it goes on to the next cipher, told that there
 * is no AF_ALG it gives up altogether.  So its two calls end here.  No socket
 * is ever made: what the library gets is a second descriptor of standard error,
 * which it closes at once.
 */
#include <errno.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

int
socket(int domain, int type, int protocol)
{
	if (domain == AF_ALG)
		return dup(STDERR_FILENO);
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int
bind(int fd, const struct sockaddr *address, socklen_t n)
{
	if (address->sa_family == AF_ALG) {
		errno = ENOENT;
		return -1;
	}
	return (int)syscall(SYS_bind, fd, address, n);
}
