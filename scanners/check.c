/* SPDX-License-Identifier: ISC */
/*
 * sallyport-check: tries a scanner without a station.
 * May:        start the scanner that is named, and no other program; play desk and
 *             vault for it, truthful and hostile ones.
 * Must never: touch a station.
 * Dies when:  all conversations were had, or the scanner cannot be started.
 * Exit status: 0 it keeps the contract, 1 it breaks it, 2 usage, 3 it cannot be tried.
 */
#include "scanners/check.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_PATIENCE_S 20

void
check_say(struct check *c, enum check_mark mark, const char *fmt, ...)
{
	static const char *const marks[] = {"ok", "BREAKS", "note"};
	char text[2 * CHECK_TEXT];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("%-7s %-8s %s\n", marks[mark], c->now, text);
	c->kept += mark == CHECK_KEEPS;
	c->broken += mark == CHECK_BREAKS;
	c->noted += mark == CHECK_NOTES;
}

static int
check_usage(FILE *to, int status)
{
	fprintf(to,
	    "usage: sallyport-check [-e SOCKET] [-t SECONDS] [-o CONVERSATION]... PATH\n"
	    "       sallyport-check -l\n");
	return status;
}

/* --- what is to be tried ------------------------------------------------------------------ */

/* The manifest's program: beside the manifest, or where the station's programs are. */
static char *
check_find_program(const char *manifest_path, const char *program)
{
	const char *slash = strrchr(manifest_path, '/');
	char *beside = mem_printf("%.*s%s",
	    slash != NULL ? (int)(slash - manifest_path) + 1 : 0, manifest_path, program);
	if (slash == NULL) {
		char *here = mem_printf("./%s", beside);
		free(beside);
		beside = here;
	}
	if (access(beside, X_OK) == 0)
		return beside;
	free(beside);
	return spawn_path(program);
}

static bool
check_read_manifest(struct check *c, const char *path)
{
	char why[MANIFEST_WHY_SIZE];
	uint8_t *text;
	size_t n;
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e = fd < 0 ? ERR_IO : io_slurp(fd, LIM_MANIFEST_BYTES, &text, &n);
	if (e != ERR_OK) {
		log_warn("%s cannot be read: %s", path, strerrordesc_np(errno));
		return false;
	}
	e = manifest_parse(text, n, &c->manifest, why);
	free(text);
	if (e != ERR_OK) {
		log_warn("%s is no manifest: %s", path, why);
		return false;
	}
	c->has_manifest = true;
	c->manifest_path = mem_strdup(path);
	c->program = check_find_program(path, c->manifest.program);
	return true;
}

static bool
check_find(struct check *c, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		log_warn("%s: %s", path, strerrordesc_np(errno));
		return false;
	}
	if (S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0)
		c->program =
		    strchr(path, '/') != NULL ? mem_strdup(path) : mem_printf("./%s", path);
	else if (!check_read_manifest(c, path))
		return false;
	if (access(c->program, X_OK) != 0) {
		log_warn(
		    "the program %s cannot be started: %s", c->program, strerrordesc_np(errno));
		return false;
	}
	if (c->manifest.engine_socket && c->engine == NULL) {
		log_warn("this scanner needs the socket of its engine: -e SOCKET");
		return false;
	}
	return true;
}

/* --- conversations ---------------------------------------------------------------------------
 */

struct check_choice {
	const char *only[32];
	size_t n;
};

static bool
check_wants(const struct check_choice *choice, const char *name)
{
	for (size_t i = 0; i < choice->n; i++)
		if (strcmp(choice->only[i], name) == 0)
			return true;
	return choice->n == 0;
}

static void
check_have(struct check *c, const struct check_talk *talks, const struct check_choice *choice)
{
	/* one that does not come up would break them all alike */
	for (; talks->name != NULL && (c->kept > 0 || c->broken == 0); talks++) {
		bool other = talks->whom == (c->manifest.transfer ? CHECK_OBJECTS : CHECK_SETS);
		if (other || !check_wants(choice, talks->name))
			continue;
		c->now = talks->name;
		talks->have(c);
		fflush(stdout);
	}
}

static int
check_list(void)
{
	const struct check_talk *const lists[] = {
	    check_good_talks(), check_set_talks(), check_harm_talks()};
	for (size_t i = 0; i < 3; i++)
		for (const struct check_talk *t = lists[i]; t->name != NULL; t++)
			printf("%-8s %s\n", t->name, t->what);
	return 0;
}

static int
check_all(struct check *c, const struct check_choice *choice)
{
	printf("%s%s%s\n", c->program, c->has_manifest ? ", manifest " : "",
	    c->has_manifest ? c->manifest_path : "");
	check_have(c, check_good_talks(), choice);

	check_have(c, check_set_talks(), choice);
	check_have(c, check_harm_talks(), choice);
	printf("%u kept, %u broken, %u notes\n", c->kept, c->broken, c->noted);
	return c->broken == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct check c = {.patience_ms = CHECK_PATIENCE_S * 1000};
	struct check_choice choice = {.n = 0};
	int option;
	log_init("sallyport-check");
	while ((option = getopt(argc, argv, "e:t:o:lh")) != -1) {
		if (option == 'h')
			return check_usage(stdout, 0);
		if (option == 'l')
			return check_list();
		if (option == 'e')
			c.engine = optarg;
		else if (option == 'o' &&
			 choice.n < sizeof(choice.only) / sizeof(choice.only[0]))
			choice.only[choice.n++] = optarg;
		else if (option == 't')
			c.patience_ms = strtol(optarg, NULL, 10) * 1000;
		else
			return check_usage(stderr, 2);
	}
	if (optind + 1 != argc || c.patience_ms < 1000 || c.patience_ms > 3600000)
		return check_usage(stderr, 2);
	digest_init();
	json_object_seed(0);
	(void)signal(SIGPIPE, SIG_IGN);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		log_fatal("cannot be told of processes that are left behind: %s",
		    strerrordesc_np(errno));
	int status = check_find(&c, argv[optind]) ? check_all(&c, &choice) : 3;
	free(c.program);
	free(c.manifest_path);
	return status;
}
