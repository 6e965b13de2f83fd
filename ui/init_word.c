/* SPDX-License-Identifier: ISC */
/*
 * The word of the founding page: a founded station begins to work when a part
 * of the page was typed back, so that nobody has a station without having read
 * what he has to keep.  Until then its configuration waits under another name.
 */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/ipc/sandbox.h"
#include "ui/init_word.h"
#include "ui/print.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define WORD_CELLS 4 /* hex digits of a group */
#define WORD_TRIES 3

unsigned
init_word_group(const char *genesis)
{
	char last[2] = {genesis[HEX_DIGEST_SIZE - 2], '\0'};
	return 1 + (unsigned)strtoul(last, NULL, 16);
}

/* Whether this is that group; blanks around it and capitals do not matter. */
static bool
word_fits(const char *genesis, const char *word)
{
	const char *want = genesis + (init_word_group(genesis) - 1) * WORD_CELLS;
	while (*word == ' ')
		word++;
	for (int i = 0; i < WORD_CELLS; i++)
		if (tolower((unsigned char)word[i]) != want[i])
			return false;
	word += WORD_CELLS;
	return word[strspn(word, " ")] == '\0';
}

int
init_word_accept(const struct ui *ui, int home_fd)
{
	if (renameat(home_fd, INIT_WAITING, home_fd, "station.conf") == 0 &&
	    fsync(home_fd) == 0)
		return UI_DONE;
	print_problemf("see that the folder is yours, and give the word again",
	    "%s/station.conf: %s", ui->home, strerrordesc_np(errno));
	return UI_FAULT;
}

int
init_word_ask(const struct ui *ui, const char *genesis)
{
	char line[128];
	for (int i = 0; i < WORD_TRIES; i++) {
		size_t n = 0;
		ssize_t got;
		print_err("\nGroup %u of the genesis on the page: ", init_word_group(genesis));
		while ((got = read(ui->tty, &line[n], 1)) == 1 && line[n] != '\n')
			n += n < sizeof(line) - 1;
		line[n] = '\0';
		if (got == 1 && word_fits(genesis, line))
			return UI_DONE;
		if (got != 1)
			break;
		print_err("That is not what the page says.\n");
	}
	print_problem("the page was not typed back, so that the station does not work yet",
	    "with the page in hand: sallyport init --word GROUP");
	return UI_NO;
}

/* The genesis of the station that waits in home. */
static int
word_genesis(const struct ui *ui, int home_fd, char genesis[HEX_DIGEST_SIZE])
{
	MEM_CLOSE int fd = openat(home_fd, "stager/genesis", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	uint8_t *text = NULL, digest[32];
	size_t n = 0;
	bool waits = faccessat(home_fd, INIT_WAITING, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	bool good = waits && fd >= 0 && io_slurp(fd, HEX_DIGEST_SIZE, &text, &n) == ERR_OK &&
	            n == HEX_DIGEST_SIZE && text[n - 1] == '\n' &&
	            hex_decode((const char *)text, n - 1, digest, sizeof(digest));
	if (good)
		hex_encode(digest, sizeof(digest), genesis);
	free(text);
	if (good)
		return UI_DONE;
	print_problemf("sallyport init --admin ID founds one; a station at work needs no word",
	    "no station in %s waits for a word of its founding page", ui->home);
	return UI_NO;
}

int
init_word_given(struct ui *ui, const char *word)
{
	char genesis[HEX_DIGEST_SIZE];
	MEM_CLOSE int home_fd = open(ui->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home_fd < 0) {
		print_problemf("name the folder of the station: --home", "%s: %s", ui->home,
		    strerrordesc_np(errno));
		return UI_FAULT;
	}
	int status = cmd_init_confine(home_fd);
	if (status == UI_DONE)
		status = word_genesis(ui, home_fd, genesis);
	if (status != UI_DONE)
		return status;
	if (!word_fits(genesis, word)) {
		print_problemf(
		    "take it from the page that init printed; without the page, remove "
		    "the folder and begin again",
		    "this is not group %u of the genesis", init_word_group(genesis));
		return UI_NO;
	}
	return init_word_accept(ui, home_fd);
}
