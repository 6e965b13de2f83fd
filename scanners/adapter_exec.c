/* SPDX-License-Identifier: ISC */
/*
 * scan-exec: a site's command as a scanner.
 * May:        give each object to the command its manifest names, one at a time, and
 *             say what its exit status and its lines mean.
 * Must never: call clean what the command did not prove to have looked at; let
 *             anything of the command live on behind its object.
 * Dies when:  the desk hangs up, a peer breaks the protocol, or its runner has gone.
 * The speaker (this file) has the sandbox of every scanner; the runner, a process
 * beside it, may start programs; the command may not even see the runner.
 */
#include "scanners/adapter.h"
#include "scanners/adapter_run.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXEC_FD_MANIFEST 7

/* One scanner, one process: what the skeleton's callbacks share. */
static struct {
	struct manifest manifest;
	char unfit[MANIFEST_WHY_SIZE]; /* the manifest cannot be used */
	struct adapter_exit exits[LIM_MANIFEST_EXITS];
	struct adapter_rules rules;
	regex_t clean_needs;
	bool copies;

	struct scan *scan;
	struct scan_job *job; /* NULL: none, or nobody wants it any more */
	struct adapter said;
	unsigned dropped; /* ends of commands that nobody waits for */
	bool stopping;
	uint64_t seen;
} adapter_exec;

/* --- the command speaks ------------------------------------------------------------- */

static void
adapter_on_finding(void *arg, const struct scan_finding *f)
{
	(void)arg;
	scan_put_finding(adapter_exec.scan, adapter_exec.job, f);
}

static void
adapter_on_fact(void *arg, const char *key, const char *value)
{
	(void)arg;
	scan_put_fact(adapter_exec.scan, adapter_exec.job, key, value);
}

static const struct adapter_sink adapter_sink = {adapter_on_finding, adapter_on_fact, NULL};

/* How far the command has read: its standard input is the descriptor we have, too. */
static uint64_t
adapter_read_bytes(const struct scan_job *job)
{
	off_t at = adapter_exec.copies ? (off_t)job->size_bytes : lseek(job->fd, 0, SEEK_CUR);
	if (at < 0)
		return 0;
	return (uint64_t)at < job->size_bytes ? (uint64_t)at : job->size_bytes;
}

/* --- to the runner --------------------------------------------------------------------- */

static void
adapter_stop(void)
{
	if (!adapter_exec.stopping)
		(void)adapter_run_order(SCAN_FD_ENGINE, 's', NULL, 0);
	adapter_exec.stopping = true;
}

/* --- callbacks of the skeleton ------------------------------------------------------------ */

static void
adapter_object(struct scan *s, struct scan_job *job)
{
	assert(adapter_exec.job == NULL);
	adapter_exec.scan = s;
	adapter_exec.job = job;
	adapter_exec.stopping = false;
	adapter_exec.seen = 0;
	adapter_begin(&adapter_exec.said, &adapter_exec.rules, &adapter_sink);
	/* a runner that has gone is seen as such at once */
	(void)adapter_run_order(SCAN_FD_ENGINE, 'r', &job->fd, 1);
}

static void
adapter_cancel(struct scan *s, struct scan_job *job)
{
	(void)s;
	(void)job;
	adapter_stop();
	adapter_exec.job = NULL;
	adapter_exec.dropped++;
}

static void
adapter_ended(const struct adapter_ran *ran)
{
	char why[ADAPTER_WHY_SIZE];
	uint64_t read_bytes;
	struct scan_job *job = adapter_exec.job;
	if (adapter_exec.dropped > 0) {
		adapter_exec.dropped--;
		return;
	}
	if (job == NULL)
		return;
	const struct adapter_end end = {
	    ran->wait_status, ran->start_error, job->size_bytes, adapter_read_bytes(job)};
	enum scan_verdict v = adapter_conclude(&adapter_exec.said, &end, why, &read_bytes);
	adapter_exec.job = NULL;
	scan_result(adapter_exec.scan, job, v, why, read_bytes);
}

static void
adapter_said(bool standard_error, const char *bytes, size_t n)
{
	if (adapter_exec.dropped > 0 || adapter_exec.job == NULL)
		return;
	if (!adapter_take(&adapter_exec.said, standard_error, bytes, n))
		adapter_stop();
}

static short
adapter_engine_events(struct scan *s)
{
	(void)s;
	return POLLIN;
}

static enum err
adapter_engine_ready(struct scan *s, short revents)
{
	char text[1 + ADAPTER_CHUNK];
	struct adapter_ran ran;
	(void)s;
	(void)revents;
	ssize_t n = recv(SCAN_FD_ENGINE, text, sizeof(text), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return ERR_OK;
	if (n <= 0)
		return ERR_CLOSED;
	if (text[0] == 'o' || text[0] == 'e') {
		adapter_said(text[0] == 'e', text + 1, (size_t)n - 1);
	} else if (text[0] == 'x' && n == 1 + (ssize_t)sizeof(ran)) {
		memcpy(&ran, text + 1, sizeof(ran));
		adapter_ended(&ran);
	}
	return ERR_OK;
}

static enum err
adapter_tick(struct scan *s)
{
	struct scan_job *job = adapter_exec.job;
	uint64_t seen = job != NULL && !adapter_exec.copies ? adapter_read_bytes(job) : 0;
	if (seen > adapter_exec.seen)
		scan_put_progress(s, job, seen);
	adapter_exec.seen = seen;
	return ERR_OK;
}

/* --- set-up --------------------------------------------------------------------------------
 */

static bool
adapter_verdict(const char *word, enum scan_verdict *ret)
{
	for (enum scan_verdict v = SCAN_CLEAN; v <= SCAN_NA; v++)
		if (strcmp(scan_verdict_word(v), word) == 0) {
			*ret = v;
			return true;
		}
	return false;
}

/* From the manifest to what adapter_conclude needs. */
static bool
adapter_fill(void)
{
	const struct manifest *m = &adapter_exec.manifest;
	struct adapter_rules *r = &adapter_exec.rules;
	*r = (struct adapter_rules){.scanner = m->name,
	    .exits = adapter_exec.exits,
	    .nexits = m->nexits,
	    .lines = m->output_lines};
	for (unsigned i = 0; i < m->nexits; i++) {
		adapter_exec.exits[i].status = m->exits[i].status;
		if (!adapter_verdict(m->exits[i].verdict, &adapter_exec.exits[i].verdict))
			return false;
	}
	if (m->clean_needs[0] == '\0')
		return true;
	r->clean_needs = &adapter_exec.clean_needs;
	return regcomp(&adapter_exec.clean_needs, m->clean_needs, REG_EXTENDED | REG_NOSUB) ==
	       0;
}

static enum err
adapter_setup(struct scan *s, struct scan_about *about)
{
	const struct manifest *m = &adapter_exec.manifest;
	char why[MANIFEST_WHY_SIZE];
	int fd;
	if (adapter_exec.unfit[0] != '\0' || !adapter_fill()) {
		scan_unfit(s, "its manifest cannot be used: %s", adapter_exec.unfit);
		return ERR_SYNTAX;
	}
	adapter_exec.copies = adapter_run_copies(&m->command);
	if (adapter_exec.copies &&
	    (scan_max_bytes(s) == 0 || scan_max_bytes(s) > LIM_ADAPTER_COPY))
		scan_set_max_bytes(s, LIM_ADAPTER_COPY);
	if (adapter_run_start(&m->command, NULL, &fd, why) != ERR_OK) {
		scan_unfit(s, "its command cannot run here: %s", why);
		return ERR_DENIED;
	}
	if (fd != SCAN_FD_ENGINE) {
		if (dup2(fd, SCAN_FD_ENGINE) < 0) {
			scan_unfit(s, "its runner has no place: %s", strerrordesc_np(errno));
			return ERR_IO;
		}
		close(fd);
	}
	snprintf(about->engine, sizeof(about->engine), "%.80s, manifest %s",
	    manifest_text(&m->command, 0), m->version);
	return ERR_OK;
}

/* The manifest that the parent has opened; without one there is only the usage to be said. */
static void
adapter_read_manifest(void)
{
	uint8_t *text;
	size_t n;
	if (io_slurp(EXEC_FD_MANIFEST, LIM_MANIFEST_BYTES, &text, &n) != ERR_OK) {
		snprintf(adapter_exec.unfit, sizeof(adapter_exec.unfit),
		    "descriptor %d is no manifest; sallyportd starts this program",
		    EXEC_FD_MANIFEST);
		return;
	}
	if (manifest_parse(text, n, &adapter_exec.manifest, adapter_exec.unfit) == ERR_OK &&
	    adapter_exec.manifest.command.n == 0)
		snprintf(adapter_exec.unfit, sizeof(adapter_exec.unfit), "it has no command");
	free(text);
	close(EXEC_FD_MANIFEST);
}

/*
 * A command that speaks for itself takes this program's place, inside its sandbox.
 * Where that is not possible the skeleton goes on, and tells the desk why.
 */
static void
adapter_become(void)
{
	char limit[21];
	manifest_limit_arg(&adapter_exec.manifest, limit);
	if (adapter_run_become(&adapter_exec.manifest, limit, adapter_exec.unfit) != ERR_OK &&
	    adapter_exec.unfit[0] == '\0')
		snprintf(
		    adapter_exec.unfit, sizeof(adapter_exec.unfit), "it cannot be started");
}

int
main(int argc, char **argv)
{
	adapter_read_manifest();
	const bool named = adapter_exec.unfit[0] == '\0';
	if (named && adapter_exec.manifest.output_protocol)
		adapter_become();
	const struct scan_ops ops = {
	    .name = named ? adapter_exec.manifest.name : "exec",
	    .window = 1,
	    .setup = adapter_setup,
	    .object = adapter_object,
	    .cancel = adapter_cancel,
	    .engine_events = adapter_engine_events,
	    .engine_ready = adapter_engine_ready,
	    .tick = adapter_tick,
	};
	return scan_main(argc, argv, &ops);
}
