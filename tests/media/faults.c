/* SPDX-License-Identifier: ISC */
/*
 * A medium with bad sectors, for programs of ours that link this instead of
 * asking the C library: FAULTS=4096-4608,9000-9001 are the bytes whose reading
 * fails, FAULTS_HEAL=3 is after how many failures they can be read, FAULTS_LATER=3 how
 * many reads of them are good before the first that fails.
 */
#include "tests/media/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t pread(int fd, void *buf, size_t n, off_t at);
ssize_t __pread_chk(int fd, void *buf, size_t n, off_t at, size_t size);

#define FAULTS_PAGE 4096

static bool faults_traced;
static unsigned long long faults_reads, faults_bytes;

void
faults_count(unsigned long long *ret_reads, unsigned long long *ret_bytes)
{
	*ret_reads = faults_reads;
	*ret_bytes = faults_bytes;
}

void
faults_trace(void)
{
	faults_traced = true;
}

/* Bytes that can be read from `at`: as a kernel, up to the page that is bad. */
static long
faults_good(long at, long n)
{
	static long failed;
	static long met;
	const char *p = getenv("FAULTS"), *heal = getenv("FAULTS_HEAL");
	const char *later = getenv("FAULTS_LATER");
	char *end;

	while (p != NULL && *p != '\0') {
		long from = strtol(p, &end, 10);
		long to = *end == '-' ? strtol(end + 1, &end, 10) : from + 1;
		if (at < to && at + n > from) {
			if (later != NULL && ++met <= strtol(later, NULL, 10))
				return n;
			if (heal != NULL && ++failed > strtol(heal, NULL, 10))
				return n;
			from -= from % FAULTS_PAGE;
			if (from < at)
				from = at;
			n = from - at;
		}
		p = *end == ',' ? end + 1 : NULL;
	}
	return n;
}

ssize_t
pread(int fd, void *buf, size_t n, off_t at)
{
	long good = faults_good(at, (long)n);
	faults_reads++;
	faults_bytes += n;
	if (faults_traced)
		printf("read %lld %zu\n", (long long)at, n);
	if (n > 0 && good == 0) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_pread64, fd, buf, good, at);
}

ssize_t
__pread_chk(int fd, void *buf, size_t n, off_t at, size_t size)
{
	return pread(fd, buf, n < size ? n : size, at);
}
