/* links: @ui tests/screens/script tests/screens/player tests/screens/peer tests/screens/peer_list tests/screens/fixture tests/ledger/maker src/core/name src/core/name_type src/core/inventory_print */
/* SPDX-License-Identifier: ISC */
/*
 * play [--write] SCRIPT...: plays each script (tests/screens/script.h) at each
 * size, compares frames with tests/screens/golden, prints TAP.  --write makes
 * the golden files anew.
 */
#include "tests/screens/script.h"

#include <stdio.h>
#include <string.h>

#define PLAY_SIZES 8

struct play_size {
	int cols, rows;
};

/* Sizes of the script that is looked at. */
static struct play_size play_sizes[PLAY_SIZES];
static size_t play_nsizes;

static bool
play_find_sizes(struct script *s, char *line)
{
	char *rest = line;
	if (strcmp(script_word(&rest), "sizes") != 0)
		return true;
	play_nsizes = 0;
	for (char *word = script_word(&rest); word[0] != '\0' && play_nsizes < PLAY_SIZES;
	     word = script_word(&rest)) {
		struct play_size *size = &play_sizes[play_nsizes++];
		if (sscanf(word, "%dx%d", &size->cols, &size->rows) != 2)
			return script_wrong(s, "a size is like 80x24");
	}
	return true;
}

static unsigned
play_script(struct script *s, const char *path, unsigned tests)
{
	static const struct play_size usual[] = {{80, 24}, {120, 36}, {200, 60}};
	memcpy(play_sizes, usual, sizeof(usual));
	play_nsizes = sizeof(usual) / sizeof(usual[0]);
	script_lines(s, path, play_find_sizes);
	for (size_t i = 0; i < play_nsizes; i++) {
		player_start(s->player, play_sizes[i].rows, play_sizes[i].cols);
		player_settle(s->player);
		bool ok = script_file(s, path);
		printf("%sok %u - %s %dx%d\n", ok ? "" : "not ", ++tests, path,
		    play_sizes[i].cols, play_sizes[i].rows);
		fflush(stdout);
	}
	return tests;
}

int
main(int argc, char **argv)
{
	struct player player;
	struct script s = {
	    .player = &player, .write = argc > 1 && strcmp(argv[1], "--write") == 0};
	unsigned tests = 0;
	if (argc < 2) {
		fprintf(stderr, "usage: play [--write] SCRIPT...\n");
		return 2;
	}
	player_open(&player);
	for (int i = s.write ? 2 : 1; i < argc; i++)
		tests = play_script(&s, argv[i], tests);
	player_close(&player);
	printf("1..%u\n", tests);
	return s.failed ? 1 : 0;
}
