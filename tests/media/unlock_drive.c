/* links: src/ipc/channel src/ipc/msg src/ipc/message src/ipc/secret src/media/image src/media/layout src/media/decrypt src/core/digest src/base/io src/base/hex src/base/mem src/base/clock src/base/pin src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * Plays the desk to sallyport-unlock, then the reader to what it says.
 *   unlock_drive [-p PASSPHRASE] [-k KEYFILE]... [-m PIM] [-o OFFSET] [-n BYTES]
 *       [-w FILE] IMAGE KIND
 * One line for each: "opened LAYOUT", "sha256 HEX" of the decrypted view,
 * "key HEX"; or "wrong WHY", "failed WHY"; "peak MIB" of memory of the program.  -w writes the
 * view into FILE. Exit status 0 when it opened, 1 when not, 2 when something is broken.
 */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/secret.h"
#include "src/media/decrypt.h"
#include "src/media/image.h"
#include "src/media/layout.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 300000
#define PIECE   131072

struct drive {
	const char *passphrase, *key_files[LIM_UNLOCK_KEY_FILES], *write, *image, *kind;
	size_t n_key_files;
	uint64_t offset, bytes;
	int pim; /* -1: none */
	int medium;
};

#define MUST(x)                                              \
	do {                                                 \
		if (!(x)) {                                  \
			fprintf(stderr, "broken: %s\n", #x); \
			exit(2);                             \
		}                                            \
	} while (0)

/* bin/ of the tree this was built in. */
static char *
program_path(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	MUST(n > 0);
	self[n] = '\0';
	return mem_printf("%s/bin/sallyport-unlock", dirname(dirname(dirname(self))));
}

static struct channel *
start(const struct drive *d, pid_t *ret_pid)
{
	int pair[2];
	MEM_FREE char *program = program_path();

	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	*ret_pid = fork();
	if (*ret_pid == 0) {
		int fds[] = {fcntl(pair[1], F_DUPFD, 10), fcntl(d->medium, F_DUPFD, 10)};
		dup2(fds[0], 3);
		dup2(fds[1], 5);
		close(4);
		close_range(6, ~0u, 0);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	return channel_new(pair[0], ROLE_DESK, ROLE_UNLOCK);
}

static int
secret(const struct drive *d)
{
	struct secret_file files[LIM_UNLOCK_KEY_FILES];
	uint8_t *keys[LIM_UNLOCK_KEY_FILES];
	int fd = -1;

	for (size_t i = 0; i < d->n_key_files; i++) {
		MEM_CLOSE int file = open(d->key_files[i], O_RDONLY | O_CLOEXEC);
		MUST(file >= 0 && io_slurp(file, LIM_UNLOCK_KEY_FILE_BYTES, &keys[i],
				      &files[i].len) == ERR_OK);
		files[i].bytes = keys[i];
	}
	MUST(secret_pipe(d->passphrase, strlen(d->passphrase), files, d->n_key_files, &fd) ==
	     ERR_OK);
	for (size_t i = 0; i < d->n_key_files; i++)
		free(keys[i]);
	return fd;
}

static void
view(const struct drive *d, const struct layout *l, const uint8_t *key)
{
	struct image *medium, *view;
	const char *why = "";
	uint8_t sum[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	MEM_FREE uint8_t *buf = mem_alloc(PIECE);
	struct digest *digest = digest_new();
	int out = d->write == NULL
	              ? -1
	              : open(d->write, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(image_open(d->medium, &medium, &why) == ERR_OK);
	if (image_open_crypt(medium, d->offset, d->bytes, l, key, &view, &why) != ERR_OK) {
		printf("refused %s\n", why);
		exit(2);
	}
	for (uint64_t at = 0; at < image_bytes(view); at += PIECE) {
		size_t n =
		    image_bytes(view) - at < PIECE ? (size_t)(image_bytes(view) - at) : PIECE;
		MUST(image_read(view, at, buf, n) == ERR_OK);
		digest_add(digest, buf, n);
		MUST(out < 0 || io_write_all(out, buf, n) == ERR_OK);
	}
	digest_final(digest, sum);
	hex_encode(sum, sizeof(sum), hex);
	printf("sha256 %s\n", hex);
	digest_free(digest);
	image_close(view);
	image_close(medium);
}

static int
opened(const struct drive *d, struct msg *m)
{
	uint8_t key[LIM_VOLUME_KEY_BYTES], more;
	char hex[2 * LIM_VOLUME_KEY_BYTES + 1];
	struct layout l;
	MEM_CLOSE int pipe = msg_take_fd(m);
	MEM_FREE char *text = json_dumps(json_object_get(m->body, "layout"), JSON_COMPACT);

	printf("opened %s\n", text);
	MUST(layout_parse(json_object_get(m->body, "layout"), &l) == ERR_OK);
	MUST(io_read_all(pipe, key, l.key_bytes) == ERR_OK && read(pipe, &more, 1) == 0);
	hex_encode(key, l.key_bytes, hex);
	printf("key %s\n", hex);
	view(d, &l, key);
	return 0;
}

static int
ask(const struct drive *d, struct channel *ch)
{
	struct msg m;
	MEM_CLOSE int fd = secret(d);
	json_t *body = json_pack("{s:I, s:I, s:s}", "offset", (json_int_t)d->offset, "bytes",
	    (json_int_t)d->bytes, "kind", d->kind);
	int status = 2;

	if (d->pim >= 0)
		json_object_set_new(body, "pim", json_integer(d->pim));
	MUST(channel_hello(ch, "test", true) == ERR_OK);
	MUST(channel_greet(ch, WAIT_MS, NULL) == ERR_OK);
	MUST(channel_send_wait(ch, MSG_UNLOCK_OPEN, body, fd) == ERR_OK);
	enum err e = channel_recv_wait(ch, &m, WAIT_MS);
	if (e != ERR_OK) {
		printf("died %s\n", err_str(e));
		return 2;
	}
	if (m.id == MSG_UNLOCK_KEY) {
		status = opened(d, &m);
	} else if (m.id == MSG_UNLOCK_FAILED) {
		printf(
		    "%s %s\n", msg_bool(&m, "wrong") ? "wrong" : "failed", msg_str(&m, "why"));
		status = 1;
	}
	msg_done(&m);
	return status;
}

int
main(int argc, char **argv)
{
	struct drive d = {.passphrase = "", .pim = -1};
	struct stat st;
	pid_t pid;
	struct rusage use;
	int option, ended = 0;

	while ((option = getopt(argc, argv, "p:k:m:o:n:w:")) != -1) {
		switch (option) {
		case 'p':
			d.passphrase = optarg;
			break;
		case 'k':
			MUST(d.n_key_files < LIM_UNLOCK_KEY_FILES);
			d.key_files[d.n_key_files++] = optarg;
			break;
		case 'm':
			d.pim = (int)strtol(optarg, NULL, 10);
			break;
		case 'o':
			d.offset = strtoull(optarg, NULL, 10);
			break;
		case 'n':
			d.bytes = strtoull(optarg, NULL, 10);
			break;
		case 'w':
			d.write = optarg;
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 2)
		return 2;
	d.kind = argv[optind + 1];
	d.medium = open(argv[optind], O_RDONLY | O_CLOEXEC);
	MUST(d.medium >= 0 && fstat(d.medium, &st) == 0);
	if (d.bytes == 0)
		d.bytes = (uint64_t)st.st_size - d.offset;
	decrypt_init();
	struct channel *ch = start(&d, &pid);
	int status = ask(&d, ch);
	fflush(stdout);
	channel_free(ch);
	MUST(wait4(pid, &ended, 0, &use) == pid);
	printf("peak %ld\n", use.ru_maxrss / 1024);
	if (ended != 0) {
		printf("ended with status %x\n", (unsigned)ended);
		return 2;
	}
	return status;
}
