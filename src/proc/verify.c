/* SPDX-License-Identifier: ISC */
/*
 * sallyport-verify: checks a ledger, a custody folder or lists of entries.
 *
 * May:   read what it is given.
 * Must never: need the station, believe anything that is not signed, write.
 * Dies when: it has answered.  Status 0: verified, 1: untrue, 2: usage, 3:
 * it cannot be read as what it should be.
 */
#include "db/ledger.h"
#include "db/ledger_form.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/ipc/sandbox.h"
#include "src/proc/verify/leaves.h"
#include "src/proc/verify/tar.h"
#include "src/proc/verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERIFY_PROGRAM "sallyport-verify"
#define VERIFY_INPUTS  16

enum input { INPUT_LEDGER, INPUT_FOLDER, INPUT_TAR, INPUT_ENTRIES, INPUT_LEAVES };

struct given {
	enum input kind;
	int fds[VERIFY_INPUTS];
	size_t count;
	int docs_fd; /* or -1 */
};

/* --- findings --------------------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 0)))
set_why(struct verify *v, const char *fmt, va_list ap)
{
	v->bad = true;
	vsnprintf(v->why, sizeof(v->why), fmt, ap);
	for (char *p = v->why; *p; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
}

bool
verify_fail(struct verify *v, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!v->bad)
		set_why(v, fmt, ap);
	va_end(ap);
	return false;
}

bool
verify_unreadable(struct verify *v, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!v->bad) {
		v->unreadable = true;
		set_why(v, fmt, ap);
	}
	va_end(ap);
	return false;
}

bool
verify_fail_entry(struct verify *v, unsigned log, uint64_t seq, const char *why)
{
	if (!v->bad) {
		v->at_entry = true;
		v->bad_log = log;
		v->bad_seq = seq;
	}
	return verify_fail(v, "%s", why);
}

static void __attribute__((format(printf, 2, 0)))
add_sentence(json_t *list, const char *fmt, va_list ap)
{
	char text[512];
	vsnprintf(text, sizeof(text), fmt, ap);
	for (char *p = text; *p; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
	json_array_append_new(list, json_string(text));
}

void
verify_checked(struct verify *v, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add_sentence(v->checked, fmt, ap);
	va_end(ap);
}

void
verify_unchecked(struct verify *v, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add_sentence(v->unchecked, fmt, ap);
	va_end(ap);
}

/* --- what was given ------------------------------------------------------------------------
 */

static _Noreturn void
usage(int status)
{
	fprintf(status == 0 ? stdout : stderr,
	    "usage: %s [--json] [--anchor FILE]... [--genesis HEX] [--when all|SEQ]...\n"
	    "           [--leaves FILE]... RECORD\n"
	    "       %s ... --copy FOLDER LEDGER.db\n"
	    "       %s [--json] [--vkey FILE] [--anchor FILE]... LEAVES\n"
	    "RECORD is LEDGER.db, CUSTODY-FOLDER[.tar] or ENTRIES...\n",
	    VERIFY_PROGRAM, VERIFY_PROGRAM, VERIFY_PROGRAM);
	exit(status);
}

static int
open_input(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		log_fatal("%s: %s.", path, strerrordesc_np(errno));
	return fd;
}

static void
open_docs(struct given *g, const char *path)
{
	MEM_FREE char *copy = mem_strdup(path);
	MEM_FREE char *docs = mem_printf("%s/docs", dirname(copy));
	MEM_FREE char *journal = mem_printf("%s-journal", path);
	g->docs_fd = open(docs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (access(journal, F_OK) == 0)
		log_warn(
		    "%s lies beside the ledger: it is being written, or was not closed in good "
		    "order. If this fails, start the station once, or verify a copy.",
		    journal);
}

static void
open_given(struct given *g, char **paths, size_t n)
{
	uint8_t head[512] = {0};
	struct stat st;
	g->docs_fd = -1;
	for (g->count = 0; g->count < n; g->count++)
		g->fds[g->count] = open_input(paths[g->count]);
	if (fstat(g->fds[0], &st) != 0)
		log_fatal("%s: %s.", paths[0], strerrordesc_np(errno));
	g->kind = INPUT_ENTRIES;
	if (S_ISDIR(st.st_mode))
		g->kind = INPUT_FOLDER;
	else if (!S_ISREG(st.st_mode))
		log_fatal("%s is neither a file nor a folder.", paths[0]);
	else if (pread(g->fds[0], head, sizeof(head), 0) < 0)
		log_fatal("%s: %s.", paths[0], strerrordesc_np(errno));
	else if (ledger_form_is_sqlite(head, sizeof(head)))
		g->kind = INPUT_LEDGER;
	else if (tar_is(head, sizeof(head)))
		g->kind = INPUT_TAR;
	else if (memcmp(head, "# ", 2) == 0)
		g->kind = INPUT_LEAVES;
	if (g->kind != INPUT_ENTRIES && n > 1)
		usage(2);
	if (g->kind != INPUT_LEDGER)
		return;
	if (!whole_lock(g->fds[0]))
		log_fatal(
		    "%s is being written all the time; try again, or verify a copy.", paths[0]);
	open_docs(g, paths[0]);
}

static void
confine(const struct given *g, int copy_fd, const char *act)
{
	struct sandbox_path paths[2];
	size_t n = 0;
	const char *why = "";
	if (g->kind == INPUT_FOLDER)
		paths[n++] = (struct sandbox_path){g->fds[0], SANDBOX_READ};
	else if (g->docs_fd >= 0)
		paths[n++] = (struct sandbox_path){g->docs_fd, SANDBOX_READ};
	if (copy_fd >= 0)
		paths[n++] = (struct sandbox_path){copy_fd, SANDBOX_READ};
	if (sandbox_enter(ROLE_VERIFY, paths, n, &why) != ERR_OK)
		log_fatal("The sandbox cannot be entered: %s.", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("The verifier could do what its contract forbids: %s.", act);
	}
}

static void
check_times(struct verify *v)
{
	uint64_t seq;
	when_settle(v->when);
	if (!v->bad && when_missing(v->when, &seq))
		verify_unchecked(v, "Entry %" PRIu64 " of the custody log is not here.", seq);
}

static void
run(struct verify *v, const struct given *g)
{
	v->custody = custody_new();
	v->checked = json_array();
	v->unchecked = json_array();
	if (g->kind == INPUT_LEAVES) {
		leaves_check_alone(v, g->fds[0]);
		return;
	}
	when_watch(v->when, v->custody);
	if (g->kind == INPUT_FOLDER || g->kind == INPUT_TAR)
		when_ask_all(v->when);
	if (g->kind == INPUT_LEDGER)
		whole_ledger(v, g->fds[0], g->docs_fd);
	else if (g->kind == INPUT_FOLDER)
		folder_check(v, g->fds[0]);
	else if (g->kind == INPUT_TAR)
		folder_check_tar(v, g->fds[0]);
	else
		whole_entries(v, g->fds, g->count);
	anchor_check(v);
	check_times(v);
}

static void
finish(struct verify *v, struct given *g)
{
	for (size_t i = 0; i < g->count; i++)
		close(g->fds[i]);
	for (size_t i = 0; i < v->anchors_count; i++)
		close(v->anchors[i].fd);
	if (g->docs_fd >= 0)
		close(g->docs_fd);
	if (v->copy_fd >= 0)
		close(v->copy_fd);
	custody_free(v->custody);
	when_free(v->when);
	leaves_free(v->leaves);
	json_decref(v->checked);
	json_decref(v->unchecked);
}

static void
add_anchor(struct verify *v, const char *path)
{
	if (v->anchors_count == VERIFY_ANCHORS)
		usage(2);
	v->anchors[v->anchors_count++] = (struct verify_anchor){path, open_input(path)};
}

static void
add_leaves(struct verify *v, const char *path)
{
	if (!leaves_add(v->leaves, path, open_input(path)))
		usage(2);
}

/* A number of an entry, or all approvals and releases. */
static void
add_when(struct verify *v, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	if (strcmp(text, "all") == 0)
		when_ask_all(v->when);
	else if (digits == 0 || digits > 18 || text[digits] != 0 ||
		 !when_ask(v->when, strtoull(text, NULL, 10)))
		usage(2);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
	    {"anchor", required_argument, NULL, 'a'}, {"genesis", required_argument, NULL, 'g'},
	    {"when", required_argument, NULL, 'w'}, {"copy", required_argument, NULL, 'c'},
	    {"leaves", required_argument, NULL, 'l'}, {"vkey", required_argument, NULL, 'k'},
	    {"help", no_argument, NULL, 'h'}, {0}};
	struct verify v = {.when = when_new(), .leaves = leaves_new(), .copy_fd = -1};
	struct given g = {.docs_fd = -1, .kind = INPUT_ENTRIES};
	const char *act = NULL;
	bool json = false;
	int option;
	while ((option = getopt_long(argc, argv, "hT:", longs, NULL)) != -1) {
		if (option == 'j')
			json = true;
		else if (option == 'a')
			add_anchor(&v, optarg);
		else if (option == 'g' && strlen(optarg) == 64)
			v.genesis = optarg;
		else if (option == 'w')
			add_when(&v, optarg);
		else if (option == 'c' && v.copy_fd < 0)
			v.copy_fd = open_input(optarg);
		else if (option == 'l')
			add_leaves(&v, optarg);
		else if (option == 'k' && leaves_key(v.leaves, open_input(optarg)))
			continue;
		else if (option == 'T')
			act = optarg;
		else
			usage(option == 'h' ? 0 : 2);
	}
	log_init(VERIFY_PROGRAM);
	if ((optind == argc && act == NULL) || argc - optind > VERIFY_INPUTS)
		usage(2);
	if (optind < argc)
		open_given(&g, argv + optind, (size_t)(argc - optind));
	if (leaves_has_key(v.leaves) && g.kind != INPUT_LEAVES)
		usage(2);
	if (v.copy_fd >= 0 && g.kind != INPUT_LEDGER)
		usage(2);
	digest_init();
	ledger_init();
	if (seal_init() != ERR_OK)
		log_fatal("The cryptographic library does not start.");
	confine(&g, v.copy_fd, act);
	run(&v, &g);
	if (json)
		print_json(&v);
	else
		print_text(&v);
	int status = v.unreadable ? 3 : v.bad ? 1 : 0;
	if (fflush(stdout) != 0)
		status = 3;
	finish(&v, &g);
	return status;
}
