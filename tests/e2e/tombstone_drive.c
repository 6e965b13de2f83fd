/* links: src/proc/stager/tombstone src/proc/stager/share src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * tombstone_drive SHARE TRANSFER [retire]: moves a delivery out of sight as the stager does,
 * and ends with 0; for 0941-recall-kill.t, which kills it at every system call.
 */
#include "src/proc/stager/tombstone.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct custody_transfer *
transfer_new(const char *id, bool retire)
{
	static char reason[] = "the wrong one";
	static struct custody_transfer t;
	snprintf(t.id, sizeof(t.id), "%s", id);
	t.recall = (struct custody_recall){.retire = retire, .reason = reason};
	snprintf(t.recall.proposal.officer, sizeof(t.recall.proposal.officer), "anna");
	snprintf(t.recall.agreement.officer, sizeof(t.recall.agreement.officer), "ben");
	return &t;
}

int
main(int argc, char **argv)
{
	char why[SHARE_WHY_SIZE] = "";
	struct share share;
	struct buf text;
	bool found = false, retire = argc > 3;
	umask(022);
	int root = argc > 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (root < 0 || share_open(root, 0, &share) != ERR_OK)
		return 2;
	buf_init(&text, 65536);
	if (tombstone_print(transfer_new(argv[2], retire), &text) != ERR_OK)
		return 2;
	enum err e = share_sweep(&share);
	if (e == ERR_OK)
		e = tombstone_put(
		    &share, argv[2], &(struct tombstone){&text, NULL}, &found, why);
	if (e == ERR_OK && retire)
		e = tombstone_clear(&share, argv[2], why);
	if (e == ERR_OK && !tombstone_stands(&share, argv[2], &text))
		e = ERR_STATE;
	printf("%s found=%d\n", e == ERR_OK ? "done" : why, found);
	buf_done(&text);
	return e == ERR_OK ? 0 : 1;
}
