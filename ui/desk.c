/* SPDX-License-Identifier: ISC */
#include "ui/desk.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/ipc/sandbox.h"
#include "ui/hint.h"
#include "ui/print.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#define DESK_SLICE_MS 250 /* between two words that an answer is waited for */
#define DESK_LEDGER_BLOCKS                                                 \
	16 /* free on the disk of the ledger: with less nothing is written \
	    */

int
desk_connect(const char *home, bool wait)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/run/desk.sock", home);
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK), 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

bool
desk_ledger_is_full(const struct ui *ui)
{
	struct statvfs v;
	MEM_FREE char *path = mem_printf("%s/ledger", ui->home);
	return statvfs(path, &v) == 0 && v.f_bavail < DESK_LEDGER_BLOCKS;
}

void
desk_no_connection(const struct ui *ui, int why)
{
	const char *next = "start it: sallyportd; or make one: sallyport init --admin ID";
	if (why == EACCES)
		next = "ask for membership in the group of the station's socket";
	if (why != EACCES && desk_ledger_is_full(ui))
		print_problemf("make room on it, then start sallyportd",
		    "the station in %s does not answer: the disk of its ledger is full",
		    ui->home);
	else if (why == ENAMETOOLONG)
		print_problem("the path of the station is too long for a socket",
		    "move the station, or use a symbolic link and --home");
	else
		print_problemf(next, "the station in %s does not answer: %s", ui->home,
		    strerrordesc_np(why));
}

int
desk_open(struct ui *ui)
{
	int fd = desk_connect(ui->home, true);
	if (fd < 0) {
		int why = errno;
		desk_no_connection(ui, why);
		return why == ENAMETOOLONG ? UI_USAGE : UI_FAULT;
	}
	ui->desk = channel_new(fd, ROLE_UI, ROLE_DESK);
	return UI_DONE;
}

/* The station sent away who had signed in: said where something is asked in his name. */
static int
desk_ended(const struct ui *ui)
{
	print_problem(signin_why(ui->ended), signin_next(ui->ended));
	return UI_NO;
}

int
desk_lost(struct ui *ui, enum err e)
{
	ui->gone = true;
	if (ui->ended != SIGNIN_HOLDS)
		return desk_ended(ui);
	if (e == ERR_PROTO)
		print_problemf("install all programs of one version and start sallyportd again",
		    "the station speaks another language: %s", channel_why(ui->desk));
	else if (e == ERR_AGAIN)
		print_problem("the station does not answer",
		    "an administrator looks at the log of sallyportd");
	else
		print_problem("the station has gone while at work",
		    "an administrator starts sallyportd again; what was recorded stays");
	return UI_FAULT;
}

int
desk_meet(struct ui *ui)
{
	enum err e = channel_hello(ui->desk, "sallyport", sandbox_active());
	if (e == ERR_OK)
		e = channel_greet(ui->desk, LIM_CALL_MS, NULL);
	return e == ERR_OK ? desk_refresh(ui) : desk_lost(ui, e);
}

void
desk_close(struct ui *ui)
{
	ui->desk = channel_free(ui->desk);
	ui->authority = custody_free(ui->authority);
}

/* --- calls ---------------------------------------------------------------------------- */

/* On the command line the command stands behind what is to be done. */
static void
desk_problem(const struct ui *ui, const char *why, const char *next)
{
	const char *command = ui->screens == NULL ? hint_command(next) : NULL;
	MEM_FREE char *both = command != NULL ? mem_printf("%s: %s", next, command) : NULL;
	print_problem(why, both != NULL ? both : next);
}

static int
desk_refused(const struct ui *ui, const struct msg *m)
{
	uint64_t status = msg_uint(m, "status");
	desk_problem(ui, msg_str(m, "why"), msg_str(m, "next"));
	return status >= UI_NO && status <= UI_FAULT ? (int)status : UI_FAULT;
}

/* The next message; that the sign-in has ended is noted, too. */
static enum err
desk_receive(struct ui *ui, struct msg *ret_msg, int timeout_ms)
{
	enum err e = channel_recv_wait(ui->desk, ret_msg, timeout_ms);
	if (e == ERR_OK && ret_msg->id == MSG_DESK_ENDED) {
		ui->ended = signin_find(msg_str(ret_msg, "why"));
		channel_set_phase(ui->desk, PH_OPEN);
	}
	return e;
}

enum err
desk_next(struct ui *ui, struct msg *ret_msg, int timeout_ms)
{
	enum err e = desk_receive(ui, ret_msg, timeout_ms);
	if (e != ERR_OK || ret_msg->id != MSG_DESK_ENDED)
		return e;
	msg_done(ret_msg);
	return ERR_CLOSED;
}

/* The next message; whoever shows screens is asked now and then whether to go on. */
static enum err
desk_wait(struct ui *ui, struct msg *ret_msg, int64_t until_ms)
{
	for (;;) {
		int64_t left_ms = until_ms - clock_mono_ms();
		int64_t slice_ms =
		    ui->waiting != NULL && left_ms > DESK_SLICE_MS ? DESK_SLICE_MS : left_ms;
		enum err e = desk_receive(ui, ret_msg, slice_ms > 0 ? (int)slice_ms : 0);
		if (e != ERR_AGAIN || slice_ms == left_ms || !ui->waiting(ui->screens))
			return e;
	}
}

int
desk_call(struct ui *ui, enum msg_id id, json_t *body, int fd, enum msg_id answer,
    struct msg *ret_msg)
{
	struct msg m;
	int64_t until_ms = clock_mono_ms() + LIM_ANSWER_MS;
	if (ui->ended != SIGNIN_HOLDS && message_row(id)->phase == PH_SIGNED) {
		json_decref(body);
		return desk_ended(ui);
	}
	enum err e = channel_send_wait(ui->desk, id, body, fd);
	if (e == ERR_LIMIT) {
		print_problem("the request is too long for one message", "say less at once");
		return UI_USAGE;
	}
	while (e == ERR_OK) {
		e = desk_wait(ui, &m, until_ms);
		/* a word about progress that was asked for earlier is no answer */
		if (e == ERR_OK && (m.id == answer || m.id == MSG_DESK_REFUSED))
			break;
		if (e == ERR_OK && ui->stray != NULL)
			ui->stray(ui->screens, &m);
		if (e == ERR_OK)
			msg_done(&m);
	}
	if (e != ERR_OK)
		return desk_lost(ui, e);
	int status = m.id == MSG_DESK_REFUSED ? desk_refused(ui, &m) : UI_DONE;
	if (status == UI_DONE && ret_msg != NULL)
		*ret_msg = m;
	else
		msg_done(&m);
	return status;
}

int
desk_refresh(struct ui *ui)
{
	struct msg m;
	uint8_t *list;
	size_t n;
	char why[CUSTODY_WHY_SIZE];
	int status = desk_call(
	    ui, MSG_UI_EXPORT, json_pack("{s:s}", "log", "authority"), -1, MSG_DESK_EXPORT, &m);
	if (status != UI_DONE)
		return status;
	enum err e = io_memfd_read(m.fd, LIM_SEALED_BYTES, &list, &n);
	msg_done(&m);
	if (e != ERR_OK)
		return desk_lost(ui, ERR_PROTO);
	custody_free(ui->authority);
	ui->authority = custody_new();
	e = custody_apply_list(ui->authority, LOG_AUTHORITY, list, n, why);
	free(list);
	if (e == ERR_OK)
		return UI_DONE;
	MEM_FREE char *text = mem_printf("do not use this station; the authority log: %s", why);
	desk_problem(ui, text, NEXT_VERIFY);
	return UI_FAULT;
}

int
desk_rows(struct ui *ui, enum msg_id id, json_t *body, void (*fn)(void *, const json_t *row),
    void *arg, uint64_t *ret_total)
{
	bool more = true,
	     paged = id == MSG_UI_PAGE || id == MSG_UI_FOLDERS || id == MSG_UI_INSIDE ||
	             id == MSG_UI_EXCEPTIONS,
	     named = id == MSG_UI_TRANSFERS || id == MSG_UI_REGISTER;
	const char *name = id == MSG_UI_REGISTER ? "number" : "transfer";
	int status = UI_DONE;
	while (more && status == UI_DONE) {
		struct msg m;
		size_t i;
		json_t *row, *rows;
		status = desk_call(ui, id, json_deep_copy(body), -1, MSG_DESK_ROWS, &m);
		if (status != UI_DONE)
			break;
		rows = json_object_get(m.body, "rows");
		json_array_foreach (rows, i, row) {
			fn(arg, row);
			if (named)
				json_object_set(body, "after", json_object_get(row, name));
		}
		if (paged)
			json_object_set(body, "from", json_object_get(m.body, "next"));
		more = msg_bool(&m, "more") && json_array_size(rows) > 0 && (paged || named);
		if (ret_total != NULL)
			*ret_total = msg_uint(&m, "total");
		msg_done(&m);
	}
	json_decref(body);
	return status;
}

int
desk_status(struct ui *ui, const char *transfer, json_t **ret_status)
{
	struct msg m;
	int status = desk_call(ui, MSG_UI_STATUS, json_pack("{s:s}", "transfer", transfer), -1,
	    MSG_DESK_STATUS, &m);
	if (status != UI_DONE)
		return status;
	*ret_status = json_incref(json_object_get(m.body, "status"));
	msg_done(&m);
	return UI_DONE;
}

const char *
desk_mark(const struct ui *ui)
{
	return ui->authority != NULL && custody_demo(ui->authority) ? "DEMO " : "";
}
