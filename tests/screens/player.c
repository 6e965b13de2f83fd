/* SPDX-License-Identifier: ISC */
#include "tests/screens/player.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "ui/dump.h"
#include "ui/views.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLAYER_SETTLE_MS 20000 /* real time, with sanitizers on a busy machine */
#define PLAYER_IDLE_MS   20    /* a slow desk does nothing: how long that is looked at */
#define PLAYER_CLOCK     "2026-11-22T14:02:00Z"

/* --- the station ---------------------------------------------------------------------- */

static void
player_must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "player: %s\n", what);
		abort();
	}
}

static struct seal_secret *
player_secret(const void *bytes, size_t n)
{
	struct seal_secret *s;
	player_must(seal_secret_new(n, &s) == ERR_OK, "secret");
	memcpy(seal_secret_bytes(s), bytes, n);
	return s;
}

/* The key of a person of tests/ledger/maker.c: its seed is the digest of the id. */
static void
player_make_key(int dir, const char *id)
{
	uint8_t seed[DIGEST_SIZE];
	struct buf file;
	digest_sha256(id, strlen(id), seed);
	struct seal_secret *s = player_secret(seed, sizeof(seed));
	struct seal_secret *pass = player_secret(PLAYER_PASSPHRASE, strlen(PLAYER_PASSPHRASE));
	MEM_FREE char *name = mem_printf("%s.key", id);
	buf_init(&file, LIM_KEY_FILE_BYTES);
	player_must(seal_close(s, pass, id, SEAL_COST_FLOOR, &file) == ERR_OK, "key file");
	MEM_CLOSE int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	player_must(fd >= 0 && io_write_all(fd, file.data, file.len) == ERR_OK, "key file");
	buf_done(&file);
	seal_secret_free(s);
	seal_secret_free(pass);
}

void
player_open(struct player *p)
{
	static const char *const people[] = {"root1", "anna", "ben", "cleo"};
	*p = (struct player){.home = "/tmp/sp-play-XXXXXX"};
	p->peer = peer_new();
	player_must(mkdtemp(p->home) != NULL, "mkdtemp");
	p->ui = (struct ui){.home = p->home, .passphrase_fd = -1, .tty = -1, .keys_fd = -1};
	snprintf(p->ui.boot, sizeof(p->ui.boot), "00000000-0000-4000-8000-000000000000");
	p->ui.keys_fd = open(p->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		player_make_key(p->ui.keys_fd, people[i]);
	p->grid = grid_new();
}

static void
player_end(struct player *p)
{
	app_free(p->app);
	p->app = NULL;
	seal_secret_free(p->ui.passphrase);
	p->ui.passphrase = NULL;
	p->ui.desk = channel_free(p->ui.desk);
	p->ui.authority = custody_free(p->ui.authority);
	p->ui.as = NULL;
	p->ui.gone = false;
	p->slow = false;
}

void
player_close(struct player *p)
{
	static const char *const files[] = {"root1.key", "anna.key", "ben.key", "cleo.key"};
	player_end(p);
	grid_free(p->grid);
	peer_free(p->peer);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(p->ui.keys_fd, files[i], 0);
	close(p->ui.keys_fd);
	rmdir(p->home);
}

/* --- frames ---------------------------------------------------------------------------- */

static void
player_check(struct player *p)
{
	const struct grid *g = p->grid;
	size_t n = (size_t)g->rows * (size_t)g->cols;
	for (size_t i = 0; i < n && p->bad[0] == '\0'; i++)
		if (g->cells[i].ch < 0x20 || g->cells[i].ch > 0x7e ||
		    g->cells[i].style >= STYLE__MAX)
			snprintf(p->bad, sizeof(p->bad), "row %zu, column %zu: byte 0x%02x",
			    i / (size_t)g->cols, i % (size_t)g->cols,
			    (unsigned)(unsigned char)g->cells[i].ch);
	if (n > 0 && (g->cursor_row < 0 || g->cursor_row >= g->rows || g->cursor_col < 0 ||
			 g->cursor_col >= g->cols))
		snprintf(p->bad, sizeof(p->bad), "the cursor is outside: %d %d", g->cursor_row,
		    g->cursor_col);
}

static void
player_draw(struct player *p)
{
	p->app->flush = p->app->redraw = false;
	app_draw(p->app, p->grid, p->rows, p->cols);
	p->frames++;
	player_check(p);
}

void
player_settle(struct player *p)
{
	struct pollfd fd = {.events = POLLIN};
	int64_t until_ms = clock_mono_ms() + (p->slow ? PLAYER_IDLE_MS : PLAYER_SETTLE_MS);
	for (;;) {
		app_tick(p->app, p->now_ms, p->now_s);
		if (link_pending(p->app->link) == 0 || p->app->end != APP_GOES_ON ||
		    clock_mono_ms() >= until_ms)
			break;
		fd.fd = link_fd(p->app->link);
		poll(&fd, 1, PLAYER_IDLE_MS / 2);
	}
	player_draw(p);
}

void
player_key(struct player *p, int key)
{
	if (p->app->end != APP_GOES_ON)
		return;
	app_key(p->app, key);
	player_settle(p);
}

void
player_pass(struct player *p, int64_t ms)
{
	/* no single step is longer than what a screen sleeps for */
	for (int64_t left = ms; left > 0; left -= 250) {
		int64_t before_s = p->now_ms / 1000;
		p->now_ms += left < 250 ? left : 250;
		p->now_s += p->now_ms / 1000 - before_s;
		player_settle(p);
	}
}

void
player_dump(const struct player *p, struct buf *out)
{
	dump_text(p->grid, out);
	buf_add_str(out, "--------------------------------------------------------------------"
			 "------------\n");
	dump_styles(p->grid, out);
}

/* --- the desk -------------------------------------------------------------------------- */

void
player_desk(struct player *p, bool up)
{
	if (!up) {
		peer_down(p->peer);
	} else {
		p->slow = false;
		p->ui.desk = channel_free(p->ui.desk);
		p->ui.desk = channel_new(peer_connect(p->peer), ROLE_UI, ROLE_DESK);
		channel_set_phase(p->ui.desk, PH_OPEN);
		app_connected(p->app);
	}
	player_settle(p);
}

void
player_slow(struct player *p, bool slow)
{
	p->slow = slow;
	peer_hold(p->peer, slow);
	player_settle(p);
}

void
player_start(struct player *p, int rows, int cols)
{
	player_end(p);
	peer_reset(p->peer);
	p->rows = rows;
	p->cols = cols;
	p->now_ms = 1000000;
	clock_parse(PLAYER_CLOCK, &p->now_s);
	p->bad[0] = '\0';
	p->app = app_new(&p->ui, p->now_ms, p->now_s);
}

void
player_as(struct player *p, const char *officer)
{
	p->ui.as = officer;
	channel_set_phase(p->ui.desk, PH_SIGNED);
	app_replace(p->app, p->app->top, home_view(p->app));
	player_settle(p);
}

bool
player_open_view(struct player *p, const char *name, const char *transfer)
{
	static const struct {
		const char *name;
		struct view *(*open)(struct app *, const char *transfer);
	} rows[] = {
	    {"review", review_view},
	    {"progress", progress_view},
	    {"signature", signature_view},
	    {"timeline", timeline_view},
	};
	if (strcmp(name, "transfers") == 0) {
		app_push(p->app, transfers_view(p->app));
		player_settle(p);
		return true;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0) {
			app_push(p->app, rows[i].open(p->app, transfer));
			player_settle(p);
			return true;
		}
	return false;
}
