/* SPDX-License-Identifier: ISC */
/*
 * sallyport, the program in front of a person.
 *
 * May:   speak to a terminal and to the desk; open an image that is named and
 *        pass it on; hold an officer's key for one signature.
 * Must never: open a device, a database or the share; interpret content.
 * Dies when: its command has ended, or the desk has gone.
 * On a terminal without a command it is the guard of the screens (screens.h),
 * and each of its children is held to the same.
 */
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/sandbox.h"
#include "ui/cmd_scanners.h"
#include "ui/command.h"
#include "ui/commitment.h"
#include "ui/desk.h"
#include "ui/files.h"
#include "ui/print.h"
#include "ui/screens.h"
#include "ui/token.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define MAIN_HOME "/var/lib/sallyport"

struct main_options {
	const char *home, *act;
	bool help, version, kiosk;
	int rest; /* index of the command */
};

static int
main_usage(const char *why)
{
	print_problem(why, "sallyport -h");
	return UI_USAGE;
}

/* One more token that is open already. */
static bool
main_token(struct ui *ui, const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);
	if (*end != '\0' || end == text || fd < 0 || fd > INT_MAX ||
	    fcntl((int)fd, F_GETFD) < 0 || ui->ntoken_fds == LIM_TOKENS)
		return false;
	ui->token_fds[ui->ntoken_fds++] = (int)fd;
	return true;
}

/* Options before the command. */
static int
main_parse(int argc, char **argv, struct ui *ui, struct main_options *o)
{
	static const struct option longs[] = {{"as", required_argument, NULL, 'a'},
	    {"passphrase-fd", required_argument, NULL, 'p'},
	    {"token-fd", required_argument, NULL, 't'}, {"home", required_argument, NULL, 'd'},
	    {"kiosk", no_argument, NULL, 'k'}, {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'}, {0}};
	int c;
	char *end;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+hT:", longs, NULL)) != -1) {
		if (c == 'a')
			ui->as = optarg;
		else if (c == 'p')
			ui->passphrase_fd = (int)strtol(optarg, &end, 10);
		else if (c == 't' && !main_token(ui, optarg))
			return main_usage("--token-fd needs the number of an open descriptor");
		else if (c == 'd')
			o->home = optarg;
		else if (c == 'T')
			o->act = optarg;
		else if (c == 'h')
			o->help = true;
		else if (c == 'V')
			o->version = true;
		else if (c == 'k')
			o->kiosk = true;
		else if (c != 't')
			return main_usage(
			    "an option before the command is not known or lacks its value");
		if (c == 'p' && (*end != '\0' || end == optarg || ui->passphrase_fd < 0 ||
				    fcntl(ui->passphrase_fd, F_GETFD) < 0))
			return main_usage(
			    "--passphrase-fd needs the number of an open descriptor");
	}
	o->rest = optind;
	if (ui->as != NULL && !custody_person_id_ok(ui->as))
		return main_usage("--as needs the id of a person");
	if (o->kiosk && (o->rest < argc || ui->as != NULL || ui->passphrase_fd >= 0))
		return main_usage("--kiosk is for the screens: no command goes with it");
	return UI_DONE;
}

/* The station's folder, absolute; what does not exist yet (init) keeps its name. */
static char *
main_home(const char *named)
{
	char here[PATH_MAX];
	const char *home = named != NULL ? named : getenv("SALLYPORT_HOME");
	if (home == NULL || home[0] == '\0')
		home = MAIN_HOME;
	char *whole = realpath(home, NULL);
	if (whole != NULL)
		return whole;
	if (home[0] == '/' || getcwd(here, sizeof(here)) == NULL)
		return mem_strdup(home);
	return mem_printf("%s/%s", here, home);
}

static int
main_confine(struct ui *ui, const struct args *a, const char *act)
{
	struct sandbox_path paths[FILES_PATHS];
	const char *why = "";
	size_t n = files_paths(ui, a, paths);
	if (sandbox_enter(ROLE_UI, paths, n, &why) != ERR_OK) {
		print_problemf("this kernel cannot run a station", "no sandbox: %s", why);
		return UI_FAULT;
	}
	if (act != NULL) {
		sandbox_probe(act);
		print_problemf(NULL, "what must be impossible was possible: %s", act);
		return UI_FAULT;
	}
	return UI_DONE;
}

/* A command that speaks to the desk: everything it opens is opened first. */
static int
main_with_desk(struct ui *ui, const struct command *c, struct args *a)
{
	ui->batch = c->run == batch;
	ui->writes_keys = ui->batch || strstr(c->spec, "new-passphrase-fd") != NULL;
	int status = files_open(a);
	if (status == UI_DONE)
		status = desk_open(ui);
	if (status == UI_DONE) {
		token_begin(ui, a);
		status = main_confine(ui, a, NULL);
	}
	if (status == UI_DONE)
		status = desk_meet(ui);
	if (status == UI_DONE)
		status = command_run(c, ui, a);
	files_close(a);
	token_end(ui);
	desk_close(ui);
	return status;
}

/* An auditor opens a commitment where there is no station. */
static int
main_open(struct args *a)
{
	int status = files_open(a);
	if (status == UI_DONE)
		status = commitment_open(a);
	files_close(a);
	return status;
}

static int
main_command(struct ui *ui, int argc, char **argv)
{
	struct args a;
	bool help;
	int used;
	const struct command *c = command_find(argc, argv, &used);
	if (c == NULL) {
		print_problemf("sallyport -h lists the commands",
		    argc > 0 ? "there is no command %.80s" : "no command was given%.0s",
		    argc > 0 ? argv[0] : "");
		return UI_USAGE;
	}
	int status = command_parse(c, argc - used, argv + used, &a, &help);
	if (status != UI_DONE)
		return status;
	if (help) {
		command_help(c);
		return UI_DONE;
	}
	if (c->run == cmd_status_scanners && args_has(&a, "check"))
		return cmd_scanners_check(&a);
	if (c->run == cmd_report && args_has(&a, "open"))
		return main_open(&a);
	return c->need == NEED_NOTHING ? c->run(ui, &a) : main_with_desk(ui, c, &a);
}

/* What libraries open at first use is opened before the sandbox. */
static int
main_set_up(struct ui *ui)
{
	digest_init();
	if (seal_init() != ERR_OK) {
		print_problem(
		    "the cryptographic libraries do not start", "check the installation");
		return UI_FAULT;
	}
	json_object_seed(0);
	boot_id(ui->boot);
	files_open_keys(ui);
	ui->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return UI_DONE;
}

/* No command and nobody named: the screens, where there is a terminal for them. */
static bool
main_is_screens(const struct ui *ui, const struct main_options *o, int argc)
{
	bool terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
	return o->rest == argc && o->act == NULL && ui->as == NULL && ui->passphrase_fd < 0 &&
	       (o->kiosk || terminal);
}

int
main(int argc, char **argv)
{
	struct ui ui = {.passphrase_fd = -1, .tty = -1, .keys_fd = -1};
	struct main_options o = {.home = NULL};
	struct args none = {.n = 0};
	log_init("sallyport");
	if (setenv("TZ", "UTC0", 1) != 0)
		return UI_FAULT;
	int status = main_parse(argc, argv, &ui, &o);
	MEM_FREE char *home = main_home(o.home);
	ui.home = home;
	if (status == UI_DONE && o.version) {
		print_out("sallyport %s\n", SALLYPORT_VERSION);
	} else if (status == UI_DONE &&
		   (o.help || (argc == 1 && !main_is_screens(&ui, &o, argc)))) {
		command_help_all();
		status = o.help ? UI_DONE : UI_USAGE;
	} else if (status == UI_DONE) {
		status = main_set_up(&ui);
		if (status == UI_DONE && main_is_screens(&ui, &o, argc))
			status = screens_run(&ui, o.kiosk);
		else if (status == UI_DONE)
			status = o.act != NULL
			             ? main_confine(&ui, &none, o.act)
			             : main_command(&ui, argc - o.rest, argv + o.rest);
	}
	seal_secret_free(ui.passphrase);
	if (!print_finish() && status == UI_DONE)
		status = UI_FAULT;
	return status;
}
