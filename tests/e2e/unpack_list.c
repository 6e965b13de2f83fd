/* links: scanners/unpack scanners/unpack_codec scanners/unpack_flow scanners/unpack_iso scanners/unpack_kind scanners/unpack_lib scanners/unpack_pax scanners/unpack_cpio scanners/unpack_rar scanners/unpack_stream scanners/unpack_tar scanners/unpack_tree scanners/unpack_lock scanners/unpack_zip scanners/zipcrypt scanners/zipwalk scanners/object src/core/name src/core/name_type src/core/digest src/base/buf src/base/err src/base/escape src/base/hex src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * unpack_list FILE...: opens each container and prints what is inside, a line each:
 *   KIND MODE BYTES SHA256 NAME [-> LINK] [(WHY)]
 * then the findings (! RULE: DETAIL), then "= VERDICT KIND READ/SIZE WHY".
 * With -q only findings and verdicts; -t adds how long it took and memory.
 */
#include "scanners/unpack.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct list {
	int fd;
	bool quiet;
	struct digest *digest; /* of the member under way */
	uint64_t bytes;
	char name[ESCAPE_SIZE(LIM_PATH_BYTES)];
	uint32_t mode;
};

static bool
list_read(void *arg, uint64_t at, void *out, size_t n)
{
	const struct list *l = arg;
	return pread(l->fd, out, n, (off_t)at) == (ssize_t)n;
}

static void
list_find(void *arg, const struct scan_finding *f)
{
	char detail[ESCAPE_SIZE(2 * LIM_FINDING_TEXT)];
	(void)arg;
	escape_bytes(
	    f->detail != NULL ? f->detail : "", f->detail_len, detail, sizeof(detail), NULL);
	printf("! %s: %s\n", f->rule, detail);
}

static bool
list_child(void *arg, const struct scan_child *c)
{
	static char link[ESCAPE_SIZE(LIM_PATH_BYTES)];
	struct list *l = arg;
	escape_bytes(c->name, c->name_len < LIM_PATH_BYTES ? c->name_len : LIM_PATH_BYTES,
	    l->name, sizeof(l->name), NULL);
	l->mode = c->mode;
	if (strcmp(c->kind, "file") == 0 && c->why[0] == '\0') {
		l->digest = digest_new();
		l->bytes = 0;
		return true;
	}
	escape_bytes(c->link, c->link_len < LIM_LINK_BYTES ? c->link_len : LIM_LINK_BYTES, link,
	    sizeof(link), NULL);
	if (!l->quiet)
		printf("%s %o %" PRIu64 " - %s%s%s%s%s%s\n", c->kind, c->mode, c->size_bytes,
		    l->name, c->link_len > 0 ? " -> " : "", link, c->why[0] != '\0' ? " (" : "",
		    c->why, c->why[0] != '\0' ? ")" : "");
	return true;
}

static bool
list_write(void *arg, const void *bytes, size_t n)
{
	struct list *l = arg;
	digest_add(l->digest, bytes, n);
	l->bytes += n;
	return true;
}

static bool
list_end(void *arg, bool whole)
{
	struct list *l = arg;
	uint8_t digest[DIGEST_SIZE];
	char sha256[HEX_DIGEST_SIZE];
	digest_final(l->digest, digest);
	digest_free(l->digest);
	hex_encode(digest, sizeof(digest), sha256);
	if (!l->quiet)
		printf("file %o %" PRIu64 " %s %s%s\n", l->mode, l->bytes, sha256, l->name,
		    whole ? "" : " (broken)");
	return true;
}

static bool
list_stop(void *arg, uint64_t done_bytes)
{
	(void)arg;
	(void)done_bytes;
	return false;
}

static int
list_file(const char *path, bool quiet)
{
	struct list l = {.fd = open(path, O_RDONLY | O_CLOEXEC), .quiet = quiet};
	struct unpack u = {.child = list_child,
	    .write = list_write,
	    .end = list_end,
	    .stop = list_stop,
	    .arg = &l,
	    .room_bytes = UINT64_MAX};
	MEM_FREE struct object *o = mem_alloc(sizeof(*o));
	struct stat st;
	if (l.fd < 0 || fstat(l.fd, &st) != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	o->size_bytes = (uint64_t)st.st_size;
	o->read = list_read;
	o->find = list_find;
	o->arg = &l;
	enum err e = unpack(o, &u);
	close(l.fd);
	printf("= %s %s %" PRIu64 "/%" PRIu64 " %s\n",
	    e != ERR_OK ? err_str(e) : scan_verdict_word(u.verdict),
	    u.kind[0] != '\0' ? u.kind : "-", u.read_bytes, o->size_bytes, u.why);
	return 0;
}

const char *
scan_verdict_word(enum scan_verdict v)
{
	static const char *const words[] = {"clean", "suspicious", "malicious", "invalid",
	    "incomplete", "error", "timeout", "na"};
	return words[v];
}

int
main(int argc, char **argv)
{
	int option, status = 0;
	bool quiet = false, tell = false;
	while ((option = getopt(argc, argv, "qt")) != -1)
		if (option == 'q')
			quiet = true;
		else if (option == 't')
			tell = true;
		else
			return 2;
	unpack_warm_up();
	for (int i = optind; i < argc; i++)
		status |= list_file(argv[i], quiet);
	struct rusage used;
	if (tell && getrusage(RUSAGE_SELF, &used) == 0)
		fprintf(stderr, "%ld ms, %ld KiB\n",
		    used.ru_utime.tv_sec * 1000 + used.ru_utime.tv_usec / 1000 +
			used.ru_stime.tv_sec * 1000 + used.ru_stime.tv_usec / 1000,
		    used.ru_maxrss);
	return status;
}
