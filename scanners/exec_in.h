/* SPDX-License-Identifier: ISC */
/* Inside of exec_look(): one file for each family of things that run. */
#ifndef SCANNERS_EXEC_IN_H
#define SCANNERS_EXEC_IN_H

#include "scanners/exec.h"

/* Each: true when it is of this family; e is filled then. */
bool exec_elf(struct object *o, struct exec *e);
bool exec_pe(struct object *o, struct exec *e);
bool exec_macho(struct object *o, struct exec *e);
bool exec_jar(struct object *o, struct exec *e);
bool exec_link(struct object *o, struct exec *e);
bool exec_small(struct object *o, struct exec *e);

/* n bytes, at most 8, as a number. */
uint64_t exec_number(const uint8_t *p, size_t n, bool big);
/* It is damaged: a finding, and invalid. */
void exec_broken(struct object *o, struct exec *e, const char *title, uint64_t at);
/* It unpacks itself: a finding, once.  detail may be NULL. */
void exec_packed(
    struct object *o, struct exec *e, const char *title, const char *detail, uint64_t at);
/* It carries a signature: a finding. */
void exec_signed(struct object *o, uint64_t at);
/* A piece of code; what lies outside of the object is cut off. */
void exec_code(struct object *o, struct exec *e, uint64_t at, uint64_t bytes);
/* What lies behind the end of the program, if anything but zeros: an archive, say. */
void exec_behind(struct object *o, uint64_t at);

#endif
