/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/password.h"
#include "db/work_child.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/proc/desk/answer.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/intake_in.h"
#include "src/proc/desk/scan_in.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD_WHY_SIZE 512
#define PASSWORD_LOOKS    4096 /* things inside an item that are looked at for an archive */
#define PASSWORD_STEP     " > "
#define PASSWORD_WRONG    "password" /* of strikes: no scanner has these names */
#define PASSWORD_FITTED   "password-fitted"
#define PASSWORD_WAY      (LIM_ARCHIVE_DEPTH + 2) /* containers in each other */

struct password {
	struct password *next;
	char scanner[MANIFEST_NAME_SIZE];
	struct password_way {
		uint8_t sha256[PASSWORD_WAY][32]; /* from the item's object to the archive */
		size_t n;
	} way;
	unsigned led; /* bit i: that one waits, or was opened, again */
	uint64_t item;
	uint64_t session; /* who waits for the answer, or 0 */
	char officer[LIM_PERSON_ID_BYTES + 1];
	int fd; /* the terminal's pipe; -1 when it was passed on */
};

/* --- which archive is meant ----------------------------------------------------------- */

/* One that was found locked, and the way to it as people read it. */
struct password_find {
	struct work *work;
	const char *way; /* that was asked for; "" for none */
	unsigned looks, found;
	struct password_way at, is; /* where the search is; the first that was found */
	char scanner[MANIFEST_NAME_SIZE];
	char first[LIM_INSIDE_WAY_BYTES + 1], second[LIM_INSIDE_WAY_BYTES + 1];
};

struct password_said {
	const struct desk *desk;
	char scanner[MANIFEST_NAME_SIZE]; /* whose verdict it is; "" for none */
};

/* The desk's scanner of this name takes passwords. */
static bool
password_takes(const struct desk *d, const char *scanner)
{
	for (size_t i = 0; i < d->nscanners; i++)
		if (d->scanners[i].passwords && strcmp(d->scanners[i].name, scanner) == 0)
			return true;
	return false;
}

static void
password_note(void *arg, const struct work_verdict *v)
{
	struct password_said *said = arg;
	if (strcmp(v->verdict, "incomplete") != 0 || strcmp(v->why, VERDICT_LOCKED) != 0)
		return;
	if (password_takes(said->desk, v->scanner))
		snprintf(said->scanner, sizeof(said->scanner), "%s", v->scanner);
}

/* A scanner that takes passwords found this object locked. */
static bool
password_is_locked(const struct desk *d, struct work *work, const uint8_t sha256[32],
    char ret_scanner[MANIFEST_NAME_SIZE])
{
	struct password_said said = {.desk = d};
	if (work_verdicts(work, sha256, password_note, &said) != ERR_OK ||
	    said.scanner[0] == '\0')
		return false;
	snprintf(ret_scanner, MANIFEST_NAME_SIZE, "%s", said.scanner);
	return true;
}

/* What lies right in one object, as far as it has bytes. */
struct password_page {
	struct password_find *find;
	struct password_row {
		uint8_t sha256[32];
		char name[LIM_INSIDE_WAY_BYTES + 1];
	} * rows;
	size_t n;
};

static bool
password_take_row(void *arg, const struct work_child *c)
{
	struct password_page *p = arg;
	if (p->find->looks++ >= PASSWORD_LOOKS)
		return false;
	if (c->sha256 == NULL)
		return true;
	p->rows = mem_resize(p->rows, p->n + 1, sizeof(*p->rows));
	struct password_row *row = &p->rows[p->n++];
	memcpy(row->sha256, c->sha256, 32);
	escape_fit(
	    c->name, c->name_len, row->name, sizeof(row->name), LIM_INSIDE_WAY_BYTES, NULL);
	return true;
}

static void
password_found(struct password_find *f, const char *scanner, const char *way)
{
	const uint8_t *sha256 = f->at.sha256[f->at.n - 1];
	if (f->way[0] != '\0' && strcmp(f->way, way) != 0)
		return;
	if (f->found > 0 && memcmp(f->is.sha256[f->is.n - 1], sha256, 32) == 0)
		return;
	snprintf(f->found == 0 ? f->first : f->second, sizeof(f->first), "%s", way);
	if (f->found++ > 0)
		return;
	f->is = f->at;
	snprintf(f->scanner, sizeof(f->scanner), "%s", scanner);
}

/* Everything inside the last object of f->at, down to where archives are opened. */
static void
password_search(const struct desk *d, struct password_find *f, const char *way)
{
	struct password_page p = {.find = f};
	char scanner[MANIFEST_NAME_SIZE];
	if (f->at.n == PASSWORD_WAY || f->looks >= PASSWORD_LOOKS)
		return;
	work_child_page(f->work, f->at.sha256[f->at.n - 1], 0, password_take_row, &p);
	f->at.n++;
	for (size_t i = 0; i < p.n; i++) {
		MEM_FREE char *down = mem_printf(
		    "%s%s%s", way, way[0] != '\0' ? PASSWORD_STEP : "", p.rows[i].name);
		/* only on the way that was asked for */
		if (strlen(down) > LIM_INSIDE_WAY_BYTES ||
		    (f->way[0] != '\0' && strncmp(f->way, down, strlen(down)) != 0))
			continue;
		memcpy(f->at.sha256[f->at.n - 1], p.rows[i].sha256, 32);
		if (password_is_locked(d, f->work, p.rows[i].sha256, scanner))
			password_found(f, scanner, down);
		password_search(d, f, down);
	}
	f->at.n--;
	free(p.rows);
}

/* The one that is meant; false with a sentence. */
static bool
password_find(const struct desk *d, struct work *work, const uint8_t sha256[32],
    const char *way, struct password *ret, char why[PASSWORD_WHY_SIZE])
{
	struct password_find f = {.work = work, .way = way, .at.n = 1};
	char scanner[MANIFEST_NAME_SIZE];
	memcpy(f.at.sha256[0], sha256, 32);
	if (way[0] == '\0' && password_is_locked(d, work, sha256, scanner))
		password_found(&f, scanner, "");
	else
		password_search(d, &f, "");
	if (f.found == 1 && (way[0] != '\0' || f.looks < PASSWORD_LOOKS)) {
		ret->way = f.is;
		snprintf(ret->scanner, sizeof(ret->scanner), "%s", f.scanner);
		return true;
	}
	if (f.found > 1)
		snprintf(why, PASSWORD_WHY_SIZE,
		    "%u archives in it are locked: say which, \"%.120s\" or \"%.120s\"%s",
		    f.found, f.first, f.second, f.found > 2 ? " or another" : "");
	else if (f.looks >= PASSWORD_LOOKS)
		snprintf(why, PASSWORD_WHY_SIZE,
		    "more is inside it than is looked through: say the way to the archive");
	else if (way[0] != '\0')
		snprintf(why, PASSWORD_WHY_SIZE,
		    "nothing inside it that was found locked has this name: %.200s", way);
	else
		snprintf(why, PASSWORD_WHY_SIZE,
		    "it is no archive that was found locked, and holds none");
	return false;
}

/* --- for a scan ------------------------------------------------------------------------- */

/* The archive it is for. */
static const uint8_t *
password_of(const struct password *p)
{
	return p->way.sha256[p->way.n - 1];
}

static struct password **
password_at(struct scan *s, const char *scanner, const uint8_t sha256[32])
{
	for (struct password **at = &s->passwords; *at != NULL; at = &(*at)->next)
		if (memcmp(password_of(*at), sha256, 32) == 0 &&
		    strcmp((*at)->scanner, scanner) == 0)
			return at;
	return NULL;
}

static void
password_free(struct password *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

bool
password_leads(struct scan *s, const char *scanner, const uint8_t sha256[32])
{
	bool leads = false;
	for (struct password *p = s->passwords; p != NULL; p = p->next)
		for (size_t i = 1; i < p->way.n && strcmp(p->scanner, scanner) == 0; i++)
			if ((p->led & 1u << i) == 0 &&
			    memcmp(p->way.sha256[i], sha256, 32) == 0) {
				p->led |= 1u << i;
				leads = true;
			}
	return leads;
}

int
password_take(struct scan *s, const char *scanner, const uint8_t sha256[32])
{
	struct password **at = password_at(s, scanner, sha256);
	if (at == NULL)
		return -1;
	int fd = (*at)->fd;
	(*at)->fd = -1;
	return fd;
}

/* What a scanner's word means. */
static const struct {
	const char *word;
	bool ok, all;
	const char *why, *next;
} password_words[] = {
    {"fits", true, true, "opened", ""},
    {"part", true, false,
	"the password opens some of what is locked in the archive; the rest has another one",
	"what it opened was scanned; the archive counts as incomplete"},
    {"wrong", false, false, "the password does not fit, or the archive is broken",
	"ask who sent it, and type it again: capital and small letters count"},
    {"unable", false, false,
	"archives of this kind cannot be opened with a password here: only zip can",
	"ask for the archive without a password, or as zip"},
    {"unneeded", false, false, "nothing in the archive is locked", NEXT_ITEM},
    {"", false, false, "the program that opens archives ended, or did not take it",
	"type it again"},
};

void
password_result(
    struct scan *s, const char *scanner, const uint8_t sha256[32], const char *secret)
{
	struct password **at = password_at(s, scanner, sha256), *p;
	char object[HEX_DIGEST_SIZE], refused[BOOK_WHY_SIZE];
	size_t i = 0;
	/* not asked for, or the pipe goes with the object the next time */
	if (at == NULL || (*at)->fd >= 0)
		return;
	p = *at;
	*at = p->next;
	while (password_words[i].word[0] != '\0' &&
	       (secret == NULL || strcmp(password_words[i].word, secret) != 0))
		i++;
	hex_encode(sha256, 32, object);
	enum err e = book_transfer(s->desk, "xfer.password", s->transfer,
	    json_pack("{s:I, s:s, s:s, s:b, s:s}", "item", (json_int_t)p->item, "object",
		object, "officer", p->officer, "ok", (int)password_words[i].ok, "why",
		password_words[i].why),
	    refused);
	/* what was opened and is not in the record does not count */
	if (e != ERR_OK) {
		log_warn("transfer %s: that a password was typed could not be recorded: %s",
		    s->transfer, refused);
		scan_check(s, e);
	}
	unsigned times = 0;
	if (password_words[i].ok || strcmp(password_words[i].word, "wrong") == 0)
		scan_check(s, work_strike_add(s->work, sha256,
				  password_words[i].ok ? PASSWORD_FITTED : PASSWORD_WRONG,
				  password_words[i].why, &times));
	struct session *waits = session_find(s->desk, p->session);
	if (waits != NULL && password_words[i].all && e == ERR_OK)
		session_done(waits, json_object());
	else if (waits != NULL)
		session_refuse(waits, 1, e == ERR_OK ? password_words[i].why : refused,
		    e == ERR_OK ? password_words[i].next : NEXT_STATUS);
	password_free(p);
}

void
password_end(struct scan *s)
{
	struct password *p;
	while ((p = s->passwords) != NULL) {
		s->passwords = p->next;
		struct session *waits = session_find(s->desk, p->session);
		if (waits != NULL)
			session_refuse(waits, 1,
			    "the scanning ended before the archive was opened again",
			    NEXT_STATUS);
		password_free(p);
	}
}

/* --- scanned again ---------------------------------------------------------------------- */

/*
 * A password is asked for again when its archive is scanned again.  To keep it, even in
 * locked memory, somebody would have to read it out of the pipe: the desk, which talks to
 * everybody and lives as long as the station, instead of the one process that opens the
 * archive and is gone afterwards.  So it is kept nowhere, and people are told.
 */
#define PASSWORD_AGAIN "it was opened with a password, which is not kept: type it again"

void
password_earlier(
    const struct desk *d, struct work *work, const uint8_t sha256[32], json_t *scans)
{
	uint8_t digest[32];
	unsigned times = 0;
	json_t *row;
	size_t i;
	memcpy(digest, sha256, sizeof(digest)); /* of a row that lives until the next call */
	if (work_strike_get(work, digest, PASSWORD_FITTED, &times) != ERR_OK || times == 0)
		return;
	json_array_foreach (scans, i, row) {
		const char *why = json_string_value(json_object_get(row, "why"));
		const char *scanner = json_string_value(json_object_get(row, "scanner"));
		if (why != NULL && strcmp(why, VERDICT_LOCKED) == 0 && scanner != NULL &&
		    password_takes(d, scanner))
			json_object_set_new(row, "earlier", json_string(PASSWORD_AGAIN));
	}
}

static void
password_count(void *arg, const char *scanner, uint64_t n)
{
	if (strcmp(scanner, PASSWORD_FITTED) == 0)
		*(uint64_t *)arg += n;
}

const char *
password_forgotten(struct work *work)
{
	uint64_t n = 0;
	return work_strike_tally(work, password_count, &n) == ERR_OK && n > 0
	           ? "Passwords are not kept: what was opened with one is locked again when "
	             "this is over; type it again then, with: password"
	           : NULL;
}

/* --- ui.password ---------------------------------------------------------------------------
 */

/* A pipe that can be read: nothing else carries a secret. */
static bool
password_is_pipe(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
	       (flags & O_ACCMODE) == O_RDONLY;
}

/* Why nothing of this transfer can be opened now, or NULL. */
static const char *
password_refuses(const struct custody_transfer *t, const struct intake *in)
{
	if (in != NULL)
		return in->scan != NULL && in->stage <= STAGE_SCANNING
		           ? NULL
		           : "it is not being scanned, and not in review yet";
	return t->facts.state == TRANSFER_REVIEW || t->facts.state == TRANSFER_BLOCKED
	           ? NULL
	           : "an archive is opened with a password while its transfer is scanned, in "
	             "review or blocked";
}

/*
 * The item's object waits for its scanner: what is inside it comes into the vault again,
 * down to the archive.  ret_scan is where.
 */
static enum err
password_begin(struct desk *d, const struct custody_transfer *t, struct work *work,
    const struct password *p, struct scan **ret_scan, char why[PASSWORD_WHY_SIZE])
{
	const struct intake *in = intake_find(d, t->id);
	const uint8_t *top = p->way.sha256[0];
	struct work_todo object;
	enum err e = work_object_get(work, top, &object);
	if (e == ERR_OK && in != NULL) {
		bool tried = in->scan->passwords != NULL;
		*ret_scan = in->scan;
		if (!tried && scan_again(in->scan, p->scanner, top, object.bytes))
			return ERR_OK;
		snprintf(why, PASSWORD_WHY_SIZE, "%s",
		    tried ? "another password is being tried; wait for its end"
			  : "the scanning is about to end; type it again in review");
		return ERR_DENIED;
	}
	if (e == ERR_OK)
		e = work_verdict_clear(work, top, p->scanner);
	if (e == ERR_OK)
		e = work_todo_add(work, p->scanner, top);
	if (e == ERR_OK)
		return intake_scan_waiting(d, t, p->officer, work, ret_scan, why);
	snprintf(why, PASSWORD_WHY_SIZE, "the work database fails: %s", err_str(e));
	return e;
}

static enum err
password_try(struct session *s, const struct msg *m, const struct custody_transfer *t,
    struct work *work, int fd, char why[PASSWORD_WHY_SIZE])
{
	struct desk *d = s->desk;
	struct work_item it;
	struct scan *scan = NULL;
	uint8_t sha256[32];
	const char *way = msg_str(m, "inside");
	const struct intake *running = intake_find(d, t->id);
	bool wait = json_object_get(m->body, "wait") != NULL && msg_bool(m, "wait");
	if (work_item_get(work, msg_uint(m, "item"), &it) != ERR_OK || it.sha256 == NULL) {
		snprintf(why, PASSWORD_WHY_SIZE, "there is no such file, or it was not read");
		return ERR_DENIED;
	}
	memcpy(sha256, it.sha256, sizeof(sha256));
	/* people see it with the item's own name in front */
	size_t n = strlen(it.base);
	if (way != NULL && strncmp(way, it.base, n) == 0 &&
	    strncmp(way + n, PASSWORD_STEP, strlen(PASSWORD_STEP)) == 0)
		way += n + strlen(PASSWORD_STEP);
	struct password *p = mem_alloc(sizeof(*p));
	unsigned wrong = 0;
	*p = (struct password){.item = it.id, .session = wait ? s->number : 0, .fd = -1};
	snprintf(p->officer, sizeof(p->officer), "%s", s->officer);
	enum err e = ERR_DENIED;
	bool found = password_find(d, work, sha256, way != NULL ? way : "", p, why);
	/* nobody guesses by the station; what is counted outlasts a restart, not the transfer
	 */
	if (found && work_strike_get(work, password_of(p), PASSWORD_WRONG, &wrong) != ERR_OK)
		snprintf(why, PASSWORD_WHY_SIZE, "the work database fails");
	else if (found && wrong >= LIM_PASSWORD_WRONG)
		snprintf(why, PASSWORD_WHY_SIZE,
		    "%u passwords did not fit this archive: it takes no more in this "
		    "transfer; ask for it without a password, or in a transfer of its own",
		    wrong);
	else if (found)
		e = password_begin(d, t, work, p, &scan, why);
	if (e != ERR_OK) {
		password_free(p);
		return e;
	}
	p->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	p->next = scan->passwords;
	scan->passwords = p;
	if (!wait)
		session_done(s, json_object());
	if (running)
		scan_soon(scan);
	else
		scan_finish(scan);
	return ERR_OK;
}

void
password_answer(struct session *s, struct msg *m)
{
	char why[PASSWORD_WHY_SIZE] = "";
	MEM_CLOSE int fd = msg_take_fd(m);
	if (!session_is_officer(s))
		return;
	const char *id = msg_str(m, "transfer");
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, id);
	struct work *work = answer_work(s, id);
	if (work == NULL)
		return;
	const char *refused = password_refuses(t, intake_find(s->desk, id));
	if (refused == NULL && !password_is_pipe(fd))
		refused = "the terminal did not send a password in the form that is asked for";
	if (refused != NULL) {
		session_refuse(s, 1, refused, NEXT_STATUS);
		return;
	}
	enum err e = password_try(s, m, t, work, fd, why);
	if (e != ERR_OK)
		session_fail(s, e, why, NEXT_ITEM);
}
