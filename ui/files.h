/* SPDX-License-Identifier: ISC */
/*
 * The files and folders a command names: opened before the sandbox is entered,
 * so that nothing else can be opened after it.
 */
#ifndef UI_FILES_H
#define UI_FILES_H

#include "src/ipc/sandbox.h"
#include "ui/args.h"
#include "ui/ui.h"

#define FILES_PATHS 8

/*
 * Opens what the arguments name: SOURCE (an image; a block device is never
 * opened here and keeps -1), FILE for reading, DIR for writing, made when it
 * is not there.  Prints what is wrong; an enum ui_status.
 */
int files_open(struct args *);
void files_close(struct args *);
/*
 * What the command may open in the sandbox.  The descriptors are made for this
 * and stay open.
 */
size_t files_paths(struct ui *, const struct args *, struct sandbox_path out[FILES_PATHS]);
/* HOME/keys; false, and ui->keys_fd is -1, when it is not there. */
bool files_open_keys(struct ui *);

#endif
