/* SPDX-License-Identifier: ISC */
/* The commands: one table, from which help and dispatch come. */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

#include "ui/args.h"
#include "ui/ui.h"

enum command_need {
	NEED_NOTHING,  /* no desk: runs before the sandbox and enters it by itself */
	NEED_DESK,     /* the desk, nobody signed in */
	NEED_SIGNED,   /* somebody signed in */
	NEED_TRANSFER, /* NEED_SIGNED when a transfer is named, else NEED_DESK */
};

struct command {
	const char *name; /* one to three words */
	enum command_need need;
	const char *spec; /* args.h */
	const char *help; /* one sentence without full stop */
	int (*run)(struct ui *, struct args *);
};

/* The command the first words name; *ret_used says how many words.  NULL: none. */
const struct command *command_find(int argc, char *const *argv, int *ret_used);
/* Prints all commands, or one with its options. */
void command_help_all(void);
void command_help(const struct command *);
/* Takes the words behind the name apart; prints what is wrong.  An enum ui_status. */
int command_parse(
    const struct command *, int argc, char *const *argv, struct args *ret, bool *ret_help);
/* Signs in when the command needs it, and runs it. */
int command_run(const struct command *, struct ui *, struct args *);

/* Every command. */
#define CMD(function, name, need, spec, help) int function(struct ui *, struct args *);
#include "ui/commands.def"
#undef CMD

#endif
