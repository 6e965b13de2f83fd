/* SPDX-License-Identifier: ISC */
#include "src/ipc/landlock.h"
#include "src/base/mem.h"

#include <stdint.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights that headers of Debian 12 (ABI 2) do not have yet. */
#define LANDLOCK_FS_TRUNCATE  (1ULL << 14) /* ABI 3 */
#define LANDLOCK_FS_IOCTL_DEV (1ULL << 15) /* ABI 5 */
#define LANDLOCK_NET_ALL      3ULL         /* ABI 4: bind and connect by TCP */
#define LANDLOCK_SCOPE_ALL    3ULL         /* ABI 6: abstract unix sockets, signals */

/* struct landlock_ruleset_attr of ABI 6; an older kernel is told a smaller size. */
struct landlock_ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

#define LANDLOCK_READ \
	((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE | (uint64_t)LANDLOCK_ACCESS_FS_READ_DIR)
#define LANDLOCK_WRITE                                                             \
	((uint64_t)LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |         \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |            \
	    LANDLOCK_ACCESS_FS_REFER | LANDLOCK_FS_TRUNCATE)
/* Of these, what the kernel accepts for a path that is no directory. */
#define LANDLOCK_OF_FILE                                                          \
	((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_FS_TRUNCATE)

int
landlock_abi(void)
{
	long abi = syscall(
	    SYS_landlock_create_ruleset, NULL, 0, (unsigned)LANDLOCK_CREATE_RULESET_VERSION);
	return abi > 0 ? (int)abi : 0;
}

/* Every file right of that ABI. */
static uint64_t
landlock_fs_rights(int abi)
{
	if (abi >= 5)
		return (1ULL << 16) - 1;
	if (abi >= 3)
		return (1ULL << 15) - 1;
	return abi == 2 ? (1ULL << 14) - 1 : (1ULL << 13) - 1;
}

static int
landlock_new(int abi)
{
	struct landlock_ruleset r = {landlock_fs_rights(abi), 0, 0};
	size_t size = sizeof(r.fs);

	if (abi >= 4) {
		r.net = LANDLOCK_NET_ALL;
		size = sizeof(r.fs) + sizeof(r.net);
	}
	if (abi >= 6) {
		r.scoped = LANDLOCK_SCOPE_ALL;
		size = sizeof(r);
	}
	return (int)syscall(SYS_landlock_create_ruleset, &r, size, 0U);
}

static bool
landlock_add(int ruleset, int abi, const struct sandbox_path *p)
{
	struct landlock_path_beneath_attr a = {.parent_fd = p->fd};
	struct stat st;

	if (fstat(p->fd, &st) != 0)
		return false;
	if ((p->rights & SANDBOX_READ) != 0)
		a.allowed_access |= LANDLOCK_READ;
	if ((p->rights & SANDBOX_WRITE) != 0)
		a.allowed_access |= LANDLOCK_WRITE;
	if ((p->rights & SANDBOX_EXECUTE) != 0)
		a.allowed_access |= LANDLOCK_ACCESS_FS_EXECUTE;
	a.allowed_access &= landlock_fs_rights(abi);
	if (!S_ISDIR(st.st_mode))
		a.allowed_access &= LANDLOCK_OF_FILE;
	return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &a, 0U) == 0;
}

enum err
landlock_enter(const struct sandbox_path *paths, size_t n, const char **ret_why)
{
	int abi = landlock_abi();
	MEM_CLOSE int ruleset = abi > 0 ? landlock_new(abi) : -1;

	if (ruleset < 0) {
		*ret_why = "this kernel has no Landlock, or it is switched off";
		return ERR_SANDBOX;
	}
	for (size_t i = 0; i < n; i++) {
		if (!landlock_add(ruleset, abi, &paths[i])) {
			*ret_why = "Landlock refused a path";
			return ERR_SANDBOX;
		}
	}
	if (syscall(SYS_landlock_restrict_self, ruleset, 0U) != 0) {
		*ret_why = "Landlock could not be entered";
		return ERR_SANDBOX;
	}
	return ERR_OK;
}
