/* links: scanners/scan scanners/scan_child scanners/scan_parts scanners/scan_set scanners/set src/ipc/channel src/ipc/landlock src/ipc/message src/ipc/msg src/ipc/sandbox src/ipc/sandbox_probe src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * scan-whole: a scanner of scope "transfer" that asks for every file and does
 * what its first word says:
 *   bad        this object is invalid, with a finding
 *   place      a finding about the item, by its path
 *   vouch      this object is clean, and was read
 *   twice      this object is judged twice
 *   strange    asks for an object that is not in the set
 *   unread     says that it read an object which it did not ask for
 *   half       all in all incomplete
 *   unknown    all in all na, and the set was not read to its end
 *   crash      ends; hang: says nothing any more
 * At the end a finding about the first object says how many files and facts there were.
 */
#include "scanners/scan.h"
#include "scanners/set.h"
#include "src/base/mem.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct whole {
	struct scan *scan;
	struct scan_job *set;
	const struct set_row *row;
	enum scan_verdict verdict;
	uint64_t read_bytes;
};

static enum err
whole_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	snprintf(about->engine, sizeof(about->engine), "whole 1");
	return ERR_OK;
}

static void
whole_find(struct whole *w, const char *title, bool place)
{
	const struct scan_finding f = {.rule = "whole/word",
	    .class = "corruption",
	    .severity = "medium",
	    .title = title,
	    .sha256 = place ? NULL : w->row->sha256,
	    .path = place ? w->row->path.bytes : NULL,
	    .path_len = w->row->path.len};
	scan_put_finding(w->scan, w->set, &f);
}

static void
whole_judge(struct whole *w, enum scan_verdict verdict, uint64_t read_bytes)
{
	scan_put_object_verdict(
	    w->scan, w->set, w->row->sha256, verdict, "said so", read_bytes);
}

static void
whole_strange(struct whole *w)
{
	char sha256[65];
	int fd = -1;
	uint64_t bytes;
	snprintf(sha256, sizeof(sha256), "%064d", 1);
	if (scan_want(w->scan, w->set, sha256, &fd, &bytes) == ERR_OK)
		close(fd);
}

static void
whole_word(struct whole *w, const char *word)
{
	if (strcmp(word, "bad") == 0) {
		whole_find(w, "it is bad", false);
		whole_judge(w, SCAN_INVALID, 0);
	} else if (strcmp(word, "place") == 0) {
		whole_find(w, "in this place", true);
	} else if (strcmp(word, "vouch") == 0) {
		whole_judge(w, SCAN_CLEAN, w->row->size_bytes);
	} else if (strcmp(word, "twice") == 0) {
		whole_judge(w, SCAN_CLEAN, 0);
		whole_judge(w, SCAN_CLEAN, 0);
	} else if (strcmp(word, "strange") == 0) {
		whole_strange(w);
	} else if (strcmp(word, "half") == 0) {
		w->verdict = SCAN_INCOMPLETE;
	} else if (strcmp(word, "unknown") == 0) {
		w->verdict = SCAN_NA;
		w->read_bytes = 1;
	} else if (strcmp(word, "crash") == 0) {
		_exit(42);
	}
	while (strcmp(word, "hang") == 0)
		poll(NULL, 0, -1);
}

static void
whole_file(struct whole *w)
{
	char word[64] = "";
	int fd = -1;
	uint64_t bytes;
	/* what is not asked for has no words */
	static const char unread[] = "unread.txt";
	const size_t n_unread = sizeof(unread) - 1;
	if (w->row->path.len >= n_unread &&
	    memcmp(w->row->path.bytes + w->row->path.len - n_unread, unread, n_unread) == 0) {
		whole_judge(w, SCAN_CLEAN, w->row->size_bytes);
		return;
	}
	if (scan_want(w->scan, w->set, w->row->sha256, &fd, &bytes) != ERR_OK)
		return;
	ssize_t n = pread(fd, word, sizeof(word) - 1, 0);
	close(fd);
	word[n > 0 ? n : 0] = '\0';
	word[strcspn(word, " \n")] = '\0';
	whole_word(w, word);
}

static void
whole_set(struct scan *s, struct scan_job *job)
{
	struct whole w = {s, job, NULL, SCAN_CLEAN, job->size_bytes};
	struct set *set = set_open(job->fd, job->size_bytes);
	unsigned files = 0, facts = 0;
	char first[65] = "";
	enum err e;
	while ((e = set_next(set, &w.row)) == ERR_OK) {
		if (!w.row->is_fact && files == 0)
			snprintf(first, sizeof(first), "%s", w.row->sha256);
		files += !w.row->is_fact;
		facts += w.row->is_fact;
		if (!w.row->is_fact)
			whole_file(&w);
	}
	MEM_FREE char *title = mem_printf("saw %u files and %u facts", files, facts);
	const struct scan_finding f = {.rule = "whole/count",
	    .class = "policy",
	    .severity = "info",
	    .title = title,
	    .sha256 = first};
	if (files > 0)
		scan_put_finding(s, job, &f);
	set_free(set);
	scan_result(
	    s, job, e == ERR_NOTFOUND ? w.verdict : SCAN_ERROR, "all of it", w.read_bytes);
}

static const struct scan_ops whole_ops = {
    .name = "whole", .window = 1, .setup = whole_setup, .set = whole_set};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &whole_ops);
}
