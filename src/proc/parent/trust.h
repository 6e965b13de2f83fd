/* SPDX-License-Identifier: ISC */
/* Only what root or the station's user wrote is started: manifests, and what they name. */
#ifndef PARENT_TRUST_H
#define PARENT_TRUST_H

#include "scanners/manifest.h"

#define TRUST_WHY_SIZE 256

/*
 * The manifest of this name in that folder; ret_fd: the file itself, the caller closes it.
 * False with a sentence when there is none, or somebody else could have written it.
 */
bool trust_manifest(
    const char *dir, const char *name, struct manifest *ret, int *ret_fd, const char **ret_why);
/*
 * Files that the command's words name by an absolute path: each must be root's
 * or the station's user's, and for nobody else to write.  False with a sentence.
 * The scanner itself cannot tell: in a namespace of its own all owners look alike.
 */
bool trust_command(const struct manifest_list *command, char why[TRUST_WHY_SIZE]);

#endif
