/* links: */
/* SPDX-License-Identifier: ISC */
/*
 * plain_names PROGRAM ARGUMENT...: runs a program for which every file system is
 * one without hard links and without a rename that refuses to replace or
 * exchanges (as NFS and FAT have none): the calls fail as they do there.  A
 * filter of its own later only adds to this one.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORD(field) (unsigned)offsetof(struct seccomp_data, field)
#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))

static struct sock_filter plain_filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_link, 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_linkat, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 2),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(args[4])),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
};

int
main(int argc, char **argv)
{
	struct sock_fprog program = {
	    .len = (unsigned short)COUNT(plain_filter), .filter = plain_filter};
	if (argc < 2) {
		fprintf(stderr, "usage: plain_names PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		perror("plain_names");
		return 3;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 3;
}
