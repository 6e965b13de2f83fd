/* SPDX-License-Identifier: ISC */
/* batch: many commands, one sign-in. */
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/files.h"
#include "ui/print.h"
#include "ui/words.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Lines of standard input, as they come: a script may wait for an answer. */
struct batch_input {
	char bytes[LIM_LINE_BYTES + 2];
	size_t start, end;
	bool over;
};

/* The next line without its LF; false at the end.  A line over the limit comes in one
 * piece too long for words_split. */
static bool
batch_line(struct batch_input *in, const char **ret_line, size_t *ret_len)
{
	for (;;) {
		char *line = in->bytes + in->start;
		char *end = memchr(line, '\n', in->end - in->start);
		size_t n = end != NULL ? (size_t)(end - line) : in->end - in->start;
		bool full = n > LIM_LINE_BYTES;
		if (end != NULL || full || (in->over && n > 0)) {
			*ret_line = line;
			*ret_len = n;
			in->start += n + (end != NULL);
			return true;
		}
		if (in->over)
			return false;
		memmove(in->bytes, line, n);
		in->start = 0;
		in->end = n;
		ssize_t r = read(STDIN_FILENO, in->bytes + n, sizeof(in->bytes) - n);
		if (r < 0 && errno == EINTR)
			continue;
		in->over = r <= 0;
		in->end += r > 0 ? (size_t)r : 0;
	}
}

static int
batch_run_line(struct ui *ui, struct words *w)
{
	int used;
	bool help;
	struct args args;
	const struct command *c = command_find((int)w->n, w->word, &used);
	if (c == NULL || c->need == NEED_NOTHING || c->run == batch) {
		print_problemf("sallyport -h lists the commands",
		    c == NULL ? "there is no command %.80s" : "%.80s cannot be in a batch",
		    w->word[0]);
		return UI_USAGE;
	}
	int status = command_parse(c, (int)w->n - used, w->word + used, &args, &help);
	if (status != UI_DONE)
		return status;
	if (help) {
		command_help(c);
		return UI_DONE;
	}
	status = files_open(&args);
	if (status == UI_DONE)
		status = command_run(c, ui, &args);
	files_close(&args);
	return status;
}

int
batch(struct ui *ui, struct args *a)
{
	struct batch_input *in = mem_alloc(sizeof(*in));
	struct words *w = mem_alloc(sizeof(*w));
	const char *line, *why;
	size_t n, number = 0;
	int worst = UI_DONE;
	bool whole = true; /* the rest of a line over the limit must not become a command */
	while (whole && !ui->gone && (worst == UI_DONE || args_has(a, "k")) &&
	       batch_line(in, &line, &n)) {
		number++;
		whole = n <= LIM_LINE_BYTES;
		int status = UI_USAGE;
		if (words_split(line, n, w, &why) != ERR_OK)
			print_problem(why, "sallyport(1) tells how lines are quoted");
		else
			status = w->n > 0 ? batch_run_line(ui, w) : UI_DONE;
		print_finish();
		if (status != UI_DONE)
			print_err("sallyport: batch: line %zu ended with status %d\n", number,
			    status);
		worst = status > worst ? status : worst;
	}
	free(w);
	free(in);
	return worst;
}
