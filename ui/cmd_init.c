/* SPDX-License-Identifier: ISC */
/* init: a new station in HOME, and its founding page. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/core/station.h"
#include "src/ipc/sandbox.h"
#include "ui/init_key.h"
#include "ui/init_word.h"
#include "ui/command.h"
#include "ui/founding.h"
#include "ui/print.h"
#include "ui/token.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Here the services of share/systemd work, each as its own user. */
#define INIT_INSTALLED "/var/lib/sallyport"

static const struct {
	const char *name;
	mode_t mode;
} init_folders[] = {
    {"keys", 0700},
    {"work", 0700},
    {"vault", 0700},
    {"stager", 0700},
    {"share", 0755},
    {"run", 0755},
    {"ports", 0755},
    {"ports/R1", 0755},
};

static int
init_complain(const char *path, const char *next)
{
	print_problemf(next, "%s: %s", path, strerrordesc_np(errno));
	return UI_FAULT;
}

/* --- what is asked for ---------------------------------------------------------------------
 */

/* The machine's name, where it can be a site's. */
static void
init_site(const struct args *a, char out[65])
{
	struct utsname u;
	const char *site = args_has(a, "demo") ? "demo" : args_text(a, "site");
	if (site == NULL && uname(&u) == 0) {
		for (char *p = u.nodename; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		site = u.nodename;
		if (!station_site_ok(site) || strcmp(site, "demo") == 0)
			site = NULL;
	}
	snprintf(out, 65, "%s", site != NULL ? site : "local");
}

static int
init_check(const struct args *a, const struct founding *f)
{
	if (!args_has(a, "demo") && f->demo) {
		print_problem(
		    "the site demo is for demo stations", "give --demo, or another --site");
		return UI_USAGE;
	}
	if (args_has(a, "demo") && args_has(a, "site")) {
		print_problem("a demo station's site is always demo", "leave --site out");
		return UI_USAGE;
	}
	if (f->nadmins > LIM_ADMINS || f->threshold < 1 || f->threshold > f->nadmins) {
		print_problem("the threshold must be between 1 and the number of admins",
		    "give --admin ID several times, and --threshold N; 2 of 3 is good");
		return UI_USAGE;
	}
	const char *token = args_text(a, "token");
	bool admin = token == NULL;
	for (size_t i = 0; i < f->nadmins; i++)
		admin |= token != NULL && strcmp(token, f->admins[i].id) == 0;
	if (!admin) {
		print_problem("the token is of nobody who is an admin",
		    "give --token ID, with the id of one --admin");
		return UI_USAGE;
	}
	return UI_DONE;
}

static int
init_plan(struct ui *ui, const struct args *a, char site[65], struct founding *f)
{
	const struct arg *admin, *name;
	init_site(a, site);
	f->home = ui->home;
	f->boot = ui->boot;
	f->site = site;
	f->station = args_has(a, "station") ? args_text(a, "station") : "K1";
	f->demo = strcmp(site, "demo") == 0;
	f->threshold = (unsigned)args_number(a, "threshold", 1);
	for (size_t i = 0; (admin = args_at(a, "admin", i)) != NULL; i++) {
		f->nadmins = i + 1;
		if (i >= LIM_ADMINS)
			break;
		name = args_at(a, "name", i);
		f->admins[i].id = admin->value;
		f->admins[i].name = name != NULL ? name->value : admin->value;
		buf_init(&f->admins[i].file, LIM_KEY_FILE_BYTES);
	}
	int status = init_check(a, f);
	if (f->nadmins > LIM_ADMINS)
		f->nadmins = LIM_ADMINS;
	return status;
}

/* The policy to begin with: named, or the one that was installed. */
static int
init_policy(const struct args *a, uint8_t **ret_bytes, size_t *ret_len)
{
	char self[LIM_PATH_BYTES], why[POLICY_WHY_SIZE];
	struct policy *policy;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');
	MEM_FREE char *path = args_has(a, "policy")
	                          ? mem_strdup(args_text(a, "policy"))
	                          : mem_printf("%.*s/../share/sallyport/policy/default.policy",
					(int)(slash != NULL ? slash - self : 0), self);
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return init_complain(path, "name a policy: --policy FILE");
	if (io_slurp(fd, LIM_POLICY_BYTES, ret_bytes, ret_len) != ERR_OK)
		return init_complain(path, "name a policy: --policy FILE");
	if (policy_parse(*ret_bytes, *ret_len, &policy, why) != ERR_OK) {
		print_problemf("mend it, see sallyport-policy(5)", "%s: %s", path, why);
		return UI_NO;
	}
	policy_free(policy);
	return UI_DONE;
}

/* --- the folder ----------------------------------------------------------------------------
 */

/* HOME, where no station may be yet. */
static int
init_open_home(const struct ui *ui, int *ret_fd)
{
	if (mkdir(ui->home, 0755) != 0 && errno != EEXIST)
		return init_complain(
		    ui->home, "make the folder above it, or choose another: --home");
	int fd = open(ui->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return init_complain(ui->home, "choose a folder of yours: --home");
	*ret_fd = fd;
	if (faccessat(fd, INIT_WAITING, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		print_problemf(
		    "with its page in hand: sallyport init --word GROUP; without it, "
		    "remove the folder and begin again",
		    "a station was founded in %s, and its page was not typed back", ui->home);
		return UI_NO;
	}
	if (faccessat(fd, "station.conf", F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return UI_DONE;
	print_problemf("choose another folder: --home DIR, or SALLYPORT_HOME",
	    "there is a station in %s already; nothing was changed", ui->home);
	return UI_NO;
}

static int
init_make_folders(const struct founding *f, int home_fd)
{
	for (size_t i = 0; i < sizeof(init_folders) / sizeof(init_folders[0]); i++) {
		if (mkdirat(home_fd, init_folders[i].name, init_folders[i].mode) != 0 &&
		    errno != EEXIST)
			return init_complain(
			    f->home, "see that the folder is yours and has room");
	}
	return UI_DONE;
}

/* HOME/folder/name, or HOME/name. */
static enum err
init_write(
    int home_fd, const char *folder, const char *name, mode_t mode, const struct buf *text)
{
	MEM_CLOSE int fd =
	    openat(home_fd, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? ERR_IO : io_replace_synced(fd, name, mode, text->data, text->len);
}

static int
init_write_keys(const struct founding *f, int home_fd)
{
	for (size_t i = 0; i < f->nadmins; i++) {
		MEM_FREE char *name = mem_printf("%s.key", f->admins[i].id);
		if (init_write(home_fd, "keys", name, 0600, &f->admins[i].file) != ERR_OK)
			return init_complain(
			    f->home, "see that the folder is yours and has room");
	}
	return UI_DONE;
}

/* The pinned genesis, and last of all what makes the folder a station once it has its name. */
static int
init_write_station(const struct founding *f, const struct args *a, int home_fd)
{
	struct buf text;
	const char *clamd = args_text(a, "clamd");
	buf_init(&text, LIM_SETTING_BYTES);
	buf_addf(&text, "%s\n", msg_str(&f->founded, "genesis"));
	enum err e = init_write(home_fd, "stager", "genesis", 0644, &text);
	buf_done(&text);
	if (clamd == NULL)
		clamd = f->demo ? "clamav/clamd.sock"
		        : strcmp(f->home, INIT_INSTALLED) == 0
		            ? "/run/sallyport-clamd/clamd.sock"
		            : "/run/clamav/clamd.ctl";
	if (e == ERR_OK)
		e = station_print_default(f->site, f->station, clamd, &text);
	if (e == ERR_OK)
		e = init_write(home_fd, ".", INIT_WAITING, 0644, &text);
	buf_done(&text);
	return e == ERR_OK
	           ? UI_DONE
	           : init_complain(f->home, "see that the folder is yours and has room");
}

/* --- the page --------------------------------------------------------------------------------
 */

/* What makes a founded station work. */
static void
init_print_next(const struct ui *ui, const char *admin)
{
	if (strcmp(ui->home, INIT_INSTALLED) == 0)
		print_out(
		    "\nNext, as root: hand the folders to the users of the services, and "
		    "start them\n"
		    "  systemd-tmpfiles --create sallyport.conf\n"
		    "  systemctl enable --now sallyport.target\n"
		    "then, as the user of the screens: runuser -u sallyport-officer -- ...\n");
	else
		print_out("\nNext: start sallyportd, then\n");
	print_out(
	    "  sallyport --as %s authority add ID --name NAME --role officer   (two at least)\n"
	    "  sallyport --as %s authority requester ID --name NAME\n",
	    admin, admin);
}

static void
init_print_page(const struct founding *f)
{
	const char *genesis = msg_str(&f->founded, "genesis");
	print_out("%sFOUNDING PAGE of station %s, site %s\n\n", f->demo ? "DEMO " : "",
	    f->station, f->site);
	print_out("Genesis of the authority log (leaf):\n");
	for (int i = 0; i < 64; i += 4)
		print_out("%s%.4s%s", i % 32 == 0 ? "  " : " ", genesis + i,
		    i % 32 == 28 ? "\n" : "");
	print_out("\nAdmins, of whom %u must stand behind each act:\n", f->threshold);
	for (size_t i = 0; i < f->nadmins; i++)
		print_out("  %s (%s)\n      %s\n      %s\n", f->admins[i].id, f->admins[i].name,
		    f->admins[i].fingerprint, f->admins[i].line);
	print_out("\nStation key:\n  %s\n", msg_str(&f->founded, "station_key"));
	print_out(
	    "\nLogs and the keys of their checkpoints:\n  %s\n      %s\n  %s\n      %s\n\n",
	    msg_str(&f->founded, "authority"), msg_str(&f->founded, "authority_vkey"),
	    msg_str(&f->founded, "custody"), msg_str(&f->founded, "custody_vkey"));
	print_wrapped(0,
	    "Print this page, let the admins sign it, and keep it away from the station: who "
	    "checks the record later compares it with the genesis and the keys above. Copy "
	    "the key files; without passphrase and file nobody can sign.");
	if (f->threshold < 2)
		print_wrapped(0,
		    "One admin alone can enrol people on this station. For real data found it "
		    "with --threshold 2 and three admins.");
	print_out("\nThe station begins to work when this part of the page was typed back:\n"
		  "  group %u of the genesis (of 16, row by row)\n",
	    init_word_group(genesis));
}

/* Whoever types passphrases types the word, too; a script gives it afterwards. */
static int
init_type_word(const struct ui *ui, const struct args *a, const struct founding *f, int home_fd)
{
	const char *genesis = msg_str(&f->founded, "genesis");
	if (ui->tty < 0 || args_has(a, "new-passphrase-fd")) {
		print_out("\nNext: sallyport init --word GROUP\n");
		return UI_DONE;
	}
	int status = init_word_ask(ui, genesis);
	if (status == UI_DONE)
		status = init_word_accept(ui, home_fd);
	if (status == UI_DONE)
		init_print_next(ui, f->admins[0].id);
	return status;
}

/* --- all together
 * ------------------------------------------------------------------------------ */

/* From here on only HOME can be opened, and the ledger speaks. */
int
cmd_init_confine(int home_fd)
{
	const struct sandbox_path path = {home_fd, SANDBOX_READ | SANDBOX_WRITE};
	const char *why = "";
	if (sandbox_enter(ROLE_UI, &path, 1, &why) == ERR_OK)
		return UI_DONE;
	print_problemf("this kernel cannot run a station", "no sandbox: %s", why);
	return UI_FAULT;
}

static int
init_found(struct ui *ui, struct founding *f, const struct args *a, int home_fd,
    const uint8_t *policy, size_t n)
{
	int status = init_make_folders(f, home_fd);
	if (status == UI_DONE)
		status = founding_start(f);
	if (status == UI_DONE)
		status = cmd_init_confine(home_fd);
	if (status == UI_DONE)
		status = founding_genesis(f);
	/* only now: a founded ledger refuses before a key could be overwritten */
	if (status == UI_DONE)
		status = init_write_keys(f, home_fd);
	if (status == UI_DONE)
		status = founding_endorse(f);
	if (status == UI_DONE)
		status = founding_policy(f, policy, n);
	if (status == UI_DONE)
		status = init_write_station(f, a, home_fd);
	if (status == UI_DONE)
		init_print_page(f);
	return status == UI_DONE ? init_type_word(ui, a, f, home_fd) : status;
}

int
cmd_init(struct ui *ui, struct args *a)
{
	if (args_has(a, "word")) {
		int given = init_word_given(ui, args_text(a, "word"));
		if (given == UI_DONE)
			init_print_next(ui, "ADMIN");
		return given;
	}
	struct founding *f = mem_alloc(sizeof(*f));
	char site[65];
	uint8_t *policy = NULL;
	size_t n = 0;
	MEM_CLOSE int home_fd = -1;
	int status = init_plan(ui, a, site, f);
	token_begin(ui, a);
	if (status == UI_DONE)
		status = init_open_home(ui, &home_fd);
	if (status == UI_DONE)
		status = init_policy(a, &policy, &n);
	for (size_t i = 0; i < f->nadmins && status == UI_DONE; i++)
		status = init_key(ui, a, f->demo, &f->admins[i]);
	if (status == UI_DONE)
		status = init_found(ui, f, a, home_fd, policy, n);
	founding_done(f);
	token_end(ui);
	free(f);
	free(policy);
	return status;
}
