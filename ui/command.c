/* SPDX-License-Identifier: ISC */
#include "ui/command.h"
#include "ui/files.h"
#include "ui/print.h"
#include "ui/signin.h"

#include <string.h>

static const struct command command_rows[] = {
#define CMD(function, name, need, spec, help) {name, need, spec, help, function},
#include "ui/commands.def"
#undef CMD
};

#define COMMAND_COUNT (sizeof(command_rows) / sizeof(command_rows[0]))

/* How many of the words are the name, all of it; 0 when they are another. */
static int
command_words(const char *name, int argc, char *const *argv)
{
	int used = 0;
	for (const char *word = name; *word != '\0'; used++) {
		size_t n = strcspn(word, " ");
		if (used == argc || strlen(argv[used]) != n || memcmp(argv[used], word, n) != 0)
			return 0;
		word += n + (word[n] == ' ');
	}
	return used;
}

const struct command *
command_find(int argc, char *const *argv, int *ret_used)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		*ret_used = command_words(command_rows[i].name, argc, argv);
		if (*ret_used > 0)
			return &command_rows[i];
	}
	return NULL;
}

void
command_help_all(void)
{
	print_out(
	    "usage: sallyport [--as ID] [--passphrase-fd FD] [--home DIR] COMMAND ...\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		char name[32];
		snprintf(name, sizeof(name), "  %-14s ", command_rows[i].name);
		print_folded(name, 17, "%s", command_rows[i].help);
	}
	print_out(
	    "\n"
	    "sallyport COMMAND -h shows the options of a command; sallyport(1) tells all.\n"
	    "The station is in $SALLYPORT_HOME, else in /var/lib/sallyport.\n"
	    "Exit status: 0 done, 1 the answer is no, 2 usage, 3 fault.\n");
}

void
command_help(const struct command *c)
{
	static const char *const needs[] = {
	    [NEED_NOTHING] = "",
	    [NEED_DESK] = "",
	    [NEED_SIGNED] = "--as ID ",
	    [NEED_TRANSFER] = "[--as ID] ",
	};
	struct buf usage;
	buf_init(&usage, 4096);
	args_usage(c->spec, &usage);
	print_folded("usage: sallyport ", 17, "%s%s%s%s", needs[c->need], c->name,
	    usage.len > 0 ? " " : "", buf_str(&usage));
	print_folded("", 0, "%s.", c->help);
	buf_done(&usage);
}

int
command_parse(
    const struct command *c, int argc, char *const *argv, struct args *ret, bool *ret_help)
{
	char why[ARGS_WHY_SIZE];
	*ret_help = false;
	if (args_parse(c->spec, argc, argv, ret, why) == ERR_OK) {
		*ret_help = ret->help;
		return UI_DONE;
	}
	struct buf usage;
	buf_init(&usage, 4096);
	args_usage(c->spec, &usage);
	print_problemf(NULL, "%s: %s", c->name, why);
	print_err("  usage: sallyport %s %s\n", c->name, buf_str(&usage));
	buf_done(&usage);
	return UI_USAGE;
}

int
command_run(const struct command *c, struct ui *ui, struct args *a)
{
	bool sign =
	    c->need == NEED_SIGNED || (c->need == NEED_TRANSFER && args_has(a, "TRANSFER"));
	int status = sign ? signin(ui) : UI_DONE;
	return status == UI_DONE ? c->run(ui, a) : status;
}
