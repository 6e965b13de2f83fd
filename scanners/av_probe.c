/* SPDX-License-Identifier: ISC */
#include "scanners/av_probe.h"
#include "scanners/clamd_conf.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define AV_PROBE_TOO_LONG ((INT64_C(1) << 31) + 5) /* bytes; no engine takes so many */

/* An archive of one encrypted file, as Info-ZIP makes it. */
static const uint8_t av_probe_locked[] = {0x50, 0x4b, 0x03, 0x04, 0x0a, 0x00, 0x09, 0x00, 0x00,
    0x00, 0x85, 0x43, 0x77, 0x5d, 0x25, 0xbd, 0x08, 0x6f, 0x1f, 0x00, 0x00, 0x00, 0x13, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x74, 0x7e, 0xd3, 0x01, 0x56, 0x55, 0x19, 0x43, 0x47,
    0x20, 0x77, 0x0f, 0xb3, 0x51, 0x3d, 0x5f, 0x27, 0xe8, 0xf4, 0x44, 0x22, 0xee, 0x0c, 0xb6,
    0xe3, 0xcb, 0x37, 0x93, 0xf5, 0x8d, 0x8f, 0x1c, 0x50, 0x4b, 0x07, 0x08, 0x25, 0xbd, 0x08,
    0x6f, 0x1f, 0x00, 0x00, 0x00, 0x13, 0x00, 0x00, 0x00, 0x50, 0x4b, 0x01, 0x02, 0x1e, 0x03,
    0x0a, 0x00, 0x09, 0x00, 0x00, 0x00, 0x85, 0x43, 0x77, 0x5d, 0x25, 0xbd, 0x08, 0x6f, 0x1f,
    0x00, 0x00, 0x00, 0x13, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0xa4, 0x81, 0x00, 0x00, 0x00, 0x00, 0x74, 0x50, 0x4b, 0x05, 0x06,
    0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x2f, 0x00, 0x00, 0x00, 0x4e, 0x00, 0x00,
    0x00, 0x00, 0x00};

/* The engine's configuration, when one was found. */
struct av_probe_conf {
	bool found;
	char path[PATH_MAX];
	struct clamd_conf conf;
};

/* --- its configuration ------------------------------------------------------------- */

/* Two names of one file, links and all. */
static bool
av_probe_same(const char *a, const char *b)
{
	char real_a[PATH_MAX], real_b[PATH_MAX];
	if (strcmp(a, b) == 0)
		return true;
	return realpath(a, real_a) != NULL && realpath(b, real_b) != NULL &&
	       strcmp(real_a, real_b) == 0;
}

/* A configuration is that of this engine when it names this socket. */
static bool
av_probe_read_conf(struct av_probe_conf *c, const char *path, const char *socket)
{
	uint8_t *text;
	size_t n;
	unsigned line;
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || io_slurp(fd, LIM_CLAMD_CONF_BYTES, &text, &n) != ERR_OK)
		return false;
	enum err e = clamd_conf_parse(text, n, &c->conf, &line);
	free(text);
	c->found = e == ERR_OK && av_probe_same(c->conf.socket, socket);
	snprintf(c->path, sizeof(c->path), "%s", path);
	return c->found;
}

static void
av_probe_find_conf(int engine, struct av_probe_conf *c)
{
	static const char *const others[] = {
	    "/etc/sallyport/clamd.conf", "/etc/clamav/clamd.conf"};
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	socklen_t n = sizeof(sun) - 1;
	c->found = false;
	if (getpeername(engine, (struct sockaddr *)&sun, &n) != 0 || sun.sun_path[0] != '/')
		return;
	MEM_FREE char *beside = mem_printf(
	    "%.*s/clamd.conf", (int)(strrchr(sun.sun_path, '/') - sun.sun_path), sun.sun_path);
	bool found = av_probe_read_conf(c, beside, sun.sun_path);
	for (size_t i = 0; !found && i < sizeof(others) / sizeof(others[0]); i++)
		found = av_probe_read_conf(c, others[i], sun.sun_path);
}

/* What is to be set, where: as much of it as is known. */
static void
av_probe_refuse(
    struct scan *s, const struct av_probe_conf *c, const char *what, const char *least)
{
	char wrong[CLAMD_CONF_WHY_SIZE] = "";
	if (c->found)
		clamd_conf_wrong(&c->conf, wrong);
	scan_unfit(s, "clamd answers OK for %s. Set \"%s\" in %.100s and start it again.", what,
	    wrong[0] != '\0' ? wrong : least, c->found ? c->path : "clamd.conf");
}

static void
av_probe_advise(const struct av_probe_conf *c, uint64_t max_bytes, struct scan_about *about)
{
	char poor[CLAMD_CONF_WHY_SIZE];
	if (!c->found) {
		snprintf(about->advice, sizeof(about->advice),
		    "no clamd.conf names its socket, so nobody knows what it leaves out; put "
		    "it, or a link to it, beside the socket");
		return;
	}
	clamd_conf_poor(&c->conf, poor);
	if (poor[0] != '\0')
		snprintf(about->advice, sizeof(about->advice),
		    "it reads %ju MiB of a file, what is larger is incomplete; better in "
		    "%.40s: %.130s",
		    (uintmax_t)(max_bytes >> 20), c->path, poor);
}

/* --- how it behaves ------------------------------------------------------------------ */

/* It must say that it did not look at all of this; anything else is not honest. */
static enum err
av_probe_show(struct scan *s, struct av_session *session, int fd, bool *ret_honest)
{
	char text[CLAMD_REPLY_BYTES];
	struct clamd_reply r;
	enum err e = av_session_ask(session, "zFILDES", fd, text, &r);
	if (e != ERR_OK)
		scan_unfit(s, "clamd does not take descriptors: %s. See its log.", err_str(e));
	else
		*ret_honest = r.kind == CLAMD_FOUND &&
		              clamd_meaning(r.text, r.len)->verdict == SCAN_INCOMPLETE;
	return e;
}

static enum err
av_probe_limits(struct scan *s, struct av_session *session, const struct av_probe_conf *c)
{
	bool honest = false;
	MEM_CLOSE int fd = memfd_create("too-long", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, AV_PROBE_TOO_LONG) != 0) {
		scan_unfit(
		    s, "it cannot make a test file in memory: %s", strerrordesc_np(errno));
		return ERR_IO;
	}
	enum err e = av_probe_show(s, session, fd, &honest);
	if (e == ERR_OK && !honest) {
		av_probe_refuse(s, c, "files it does not read", "AlertExceedsMax yes");
		e = ERR_DENIED;
	}
	return e;
}

static enum err
av_probe_encrypted(struct scan *s, struct av_session *session, const struct av_probe_conf *c)
{
	bool honest = false;
	int fd;
	if (io_memfd("locked", av_probe_locked, sizeof(av_probe_locked), &fd) != ERR_OK) {
		scan_unfit(
		    s, "it cannot make a test file in memory: %s", strerrordesc_np(errno));
		return ERR_IO;
	}
	enum err e = av_probe_show(s, session, fd, &honest);
	close(fd);
	if (e == ERR_OK && !honest) {
		av_probe_refuse(
		    s, c, "what is encrypted, or in an archive", "AlertEncrypted yes");
		e = ERR_DENIED;
	}
	return e;
}

/* What cannot be seen from here, its configuration tells. */
static enum err
av_probe_settings(struct scan *s, const struct av_probe_conf *c)
{
	char wrong[CLAMD_CONF_WHY_SIZE] = "";
	if (c->found)
		clamd_conf_wrong(&c->conf, wrong);
	if (wrong[0] == '\0')
		return ERR_OK;
	av_probe_refuse(s, c, "files it does not look into", "");
	return ERR_DENIED;
}

static enum err
av_probe_version(struct scan *s, struct av_session *session, struct scan_about *about)
{
	char text[CLAMD_REPLY_BYTES];
	struct clamd_reply r;
	enum err e = av_session_ask(session, "zVERSION", -1, text, &r);
	if (e == ERR_STATE)
		scan_unfit(s, "clamd takes the connection and does not answer: it hangs, or is "
			      "still loading its signatures. Wait a minute or start it again.");
	else if (e != ERR_OK || r.kind != CLAMD_TEXT)
		scan_unfit(s, "clamd does not answer on its socket: %s. See its log.",
		    err_str(e != ERR_OK ? e : ERR_PROTO));
	else
		clamd_version(r.text, r.len, about);
	return e == ERR_OK && r.kind != CLAMD_TEXT ? ERR_PROTO : e;
}

enum err
av_probe(struct scan *s, struct av_session *session, struct scan_about *about)
{
	struct av_probe_conf conf;
	av_probe_find_conf(session->fd, &conf);
	enum err e = av_probe_version(s, session, about);
	if (e == ERR_OK)
		e = av_probe_limits(s, session, &conf);
	if (e == ERR_OK)
		e = av_probe_encrypted(s, session, &conf);
	if (e == ERR_OK)
		e = av_probe_settings(s, &conf);
	if (e != ERR_OK)
		return e;
	uint64_t most =
	    conf.found ? clamd_conf_reads_bytes(&conf.conf) : CLAMD_CONF_ENGINE_BYTES;
	if (scan_max_bytes(s) == 0 || scan_max_bytes(s) > most)
		scan_set_max_bytes(s, most);
	av_probe_advise(&conf, scan_max_bytes(s), about);
	return ERR_OK;
}
