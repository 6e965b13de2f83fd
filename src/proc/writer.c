/* SPDX-License-Identifier: ISC */
/*
 * sallyport-writer: the only program that writes to a medium.
 *
 * Holds     the socket to the desk (3), two files without a name that it made in the temporary
 *           folder, and, when they are handed over, a descriptor of a medium to look at and,
 *           after the export was entered in the record, one to write to.
 * May       make the image of a file system from the documents it is given, say what the first
 *           bytes of the medium look like, write the image, sync, read it back and compare.
 * Must never open anything, follow what is on the medium, reach a network.
 * Dies      after it has written, when the desk has gone or breaks the protocol.
 */
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/proc/writer/disk.h"
#include "src/proc/writer/holds.h"
#include "src/proc/writer/image.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define WRITER_PROGRAM "sallyport-writer"
#define WRITER_DESK_FD 3

struct writer {
	struct channel *desk;
	struct image *image;
	int fd; /* of the image, when it is finished; else -1 */
	uint64_t bytes;
	char sha256[HEX_DIGEST_SIZE];
	char why[IMAGE_WHY_SIZE]; /* it cannot be made */
	const char *step;         /* that was told last */
	uint64_t told;
};

static void
writer_take(struct writer *w, struct msg *m)
{
	const uint8_t *bytes;
	size_t n;
	if (w->why[0] != '\0' || w->fd >= 0)
		return;
	if (io_memfd_map(m->fd, LIM_SEALED_BYTES, &bytes, &n) != ERR_OK) {
		snprintf(w->why, sizeof(w->why), "a document is empty, or not sealed");
		return;
	}
	image_add(w->image, msg_str(m, "name"), bytes, n, w->why);
	munmap((void *)(uintptr_t)bytes, n);
}

/* The first bytes of the medium in words; false: it cannot be read. */
static bool
writer_read_head(int fd, uint64_t *ret_bytes, json_t *says)
{
	MEM_FREE uint8_t *head = mem_array(HOLDS_BYTES, 1);
	uint8_t label[HOLDS_LABEL_BYTES];
	char text[ESCAPE_SIZE(HOLDS_LABEL_BYTES)];
	size_t n = 0, label_len;
	ssize_t got = 1;
	if (disk_size(fd, ret_bytes) != ERR_OK)
		return false;
	while (n < HOLDS_BYTES && got > 0) {
		got = pread(fd, head + n, HOLDS_BYTES - n, (off_t)n);
		n += got > 0 ? (size_t)got : 0;
	}
	json_object_set_new(says, "holds", json_string(holds_what(head, n, label, &label_len)));
	escape_bytes(label, label_len, text, sizeof(text), NULL);
	json_object_set_new(says, "label", json_string(text));
	return got >= 0;
}

static void
writer_look(struct writer *w, struct msg *m)
{
	uint64_t size = 0;
	json_t *says = json_object();
	if (w->fd < 0 && w->why[0] == '\0')
		image_finish(w->image, &w->fd, &w->bytes, w->sha256, w->why);
	const bool read = writer_read_head(m->fd, &size, says);
	if (w->why[0] == '\0' && !read)
		snprintf(
		    w->why, sizeof(w->why), "the medium does not answer; take another one");
	const char *why = w->why;
	char small[IMAGE_WHY_SIZE];
	if (why[0] == '\0' && size < w->bytes) {
		snprintf(small, sizeof(small),
		    "the medium has %ju bytes and %ju are needed; take a larger one",
		    (uintmax_t)size, (uintmax_t)w->bytes);
		why = small;
	}
	json_object_update_new(
	    says, json_pack("{s:s,s:I,s:I,s:s}", "why", why, "needs", (json_int_t)w->bytes,
		      "bytes", (json_int_t)size, "image", w->sha256));
	if (json_object_get(says, "holds") == NULL)
		json_object_update_new(says, json_pack("{s:s,s:s}", "holds", "", "label", ""));
	channel_send_wait(w->desk, MSG_WRITER_SAYS, says, -1);
}

/* A step of 1/64, and each beginning: more would not be read. */
static void
writer_progress(void *arg, const char *step, uint64_t done, uint64_t total)
{
	struct writer *w = arg;
	if (w->step == step && done - w->told < total / 64 && done < total)
		return;
	w->step = step;
	w->told = done;
	/* who does not take it is told of the next one */
	channel_send(w->desk, MSG_WRITER_PROGRESS,
	    json_pack("{s:s,s:I,s:I}", "step", step, "done", (json_int_t)done, "total",
		(json_int_t)total),
	    -1);
}

/* Ends the program, whatever came of it. */
static bool
writer_write(struct writer *w, struct msg *m)
{
	char why[DISK_WHY_SIZE] = "";
	const struct disk_job job = {w->fd, m->fd, w->bytes, w->sha256, writer_progress, w};
	if (w->fd < 0)
		return false;
	const enum err e = disk_write(&job, why);
	channel_send_wait(w->desk, MSG_WRITER_WRITTEN,
	    json_pack("{s:b,s:s}", "ok", (int)(e == ERR_OK), "why", why), -1);
	return false;
}

static void
writer_serve(struct writer *w)
{
	struct msg m;
	bool on = true;
	while (on && channel_recv_wait(w->desk, &m, -1) == ERR_OK) {
		if (m.id == MSG_WRITER_TAKE)
			writer_take(w, &m);
		else if (m.id == MSG_WRITER_LOOK)
			writer_look(w, &m);
		else if (m.id == MSG_WRITER_WRITE)
			on = writer_write(w, &m);
		msg_done(&m);
	}
}

static _Noreturn void
writer_usage(void)
{
	fprintf(stderr, "usage: %s\nStarted by sallyportd with descriptor 3 desk.\n",
	    WRITER_PROGRAM);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct writer w = {.fd = -1, .sha256 = "", .step = ""};
	const char *act = NULL, *why = "";
	int option;
	log_init(WRITER_PROGRAM);
	while ((option = getopt(argc, argv, "T:")) != -1) {
		if (option != 'T')
			writer_usage();
		act = optarg;
	}
	if (optind != argc)
		writer_usage();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	digest_init();
	tzset();
	w.image = image_new();
	if (w.image == NULL)
		log_fatal("No file can be made in the temporary folder for an image.");
	if (sandbox_enter(ROLE_WRITER, NULL, 0, &why) != ERR_OK)
		log_fatal("The writer cannot enter its sandbox: %s.", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("The writer could do what its contract forbids: %s.", act);
	}
	w.desk = channel_new(WRITER_DESK_FD, ROLE_WRITER, ROLE_DESK);
	if (channel_hello(w.desk, WRITER_PROGRAM, sandbox_active()) != ERR_OK ||
	    channel_greet(w.desk, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("The desk does not answer.");
	writer_serve(&w);
	channel_free(w.desk);
	image_free(w.image);
	return 0;
}
