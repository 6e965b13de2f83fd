/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/loading.h"
#include "db/work.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/sigset.h"
#include "src/ipc/next.h"
#include "src/ipc/sandbox.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/intake_in.h"
#include "src/proc/desk/rows.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/tag.h"
#include "src/proc/desk/watch.h"

#include <stdio.h>
#include <string.h>

#define LOADING_WHY_SIZE 256
#define LOADING_SOON_MS  20 /* the vault's line is full: a little later */
#define LOADING_NEXT \
	"lay the whole set into one folder of a transfer, as " SIGSET_FILE " names it"

struct loading {
	struct desk *desk;
	uint64_t session; /* who waits for the answer; 0: nobody */
	uint64_t tag;
	struct channel *channel;
	int timer, soon;
	/* bringing in */
	char transfer[TRANSFER_ID_SIZE];
	char digests[2 + LIM_SIGSET_FILES][HEX_DIGEST_SIZE]; /* objects, as they are given */
	size_t objects, given;
	json_t *says; /* of the list */
	const char *signer;
	uint8_t *folder; /* with its slash, or empty */
	size_t folder_len;
	/* swapping */
	bool swap, back; /* back: the set before is put in its place again */
	char scanner[MANIFEST_NAME_SIZE], set[HEX_DIGEST_SIZE], was[HEX_DIGEST_SIZE];
	char refused[LOADING_WHY_SIZE];
	struct watch *watch; /* of an engine that loads it in its own time */
	struct scan *trial;
};

static void loading_begin_swap(struct desk *);
static void loading_give(struct loading *);

static void
loading_stop(struct loading *l)
{
	struct desk *d = l->desk;
	if (l->timer != 0)
		loop_del_timer(d->loop, l->timer);
	if (l->soon != 0)
		loop_del_timer(d->loop, l->soon);
	l->timer = l->soon = 0;
	if (l->channel != NULL)
		loop_del_channel(d->loop, l->channel);
	l->channel = channel_free(l->channel);
	if (l->tag != 0) {
		tag_kill(d, l->tag);
		tag_drop(d, l->tag);
	}
	l->tag = 0;
}

static void
loading_free(struct loading *l)
{
	loading_stop(l);
	watch_free(l->watch);
	scan_free(l->trial);
	l->desk->loading = NULL;
	json_decref(l->says);
	free(l->folder);
	free(l);
}

void
loading_end(struct desk *d)
{
	if (d->loading != NULL)
		loading_free(d->loading);
}

/* --- the end of a swap --------------------------------------------------------------- */

/* Transfers at work: what the scanner said before counts for the signatures before. */
static void
loading_renew(struct desk *d, const char *scanner)
{
	for (struct intake *in = d->intakes; in != NULL; in = in->next)
		if (in->scan != NULL)
			scan_renew(in->scan, scanner);
}

/* What came of it is an entry; then the next one that waits. */
static void
loading_record(struct loading *l, bool passed, const char *text)
{
	struct desk *d = l->desk;
	char refused[BOOK_WHY_SIZE];
	json_t *data = json_pack("{s:b, s:s, s:s, s:s}", "pass", (int)passed, "scanner",
	    l->scanner, "set", l->set, "why", text);
	log_info("signatures of %s: %s%s", l->scanner, passed ? "in use" : "refused: ", text);
	if (book_event(d, "signatures.loaded", "station", data, refused) != ERR_OK)
		log_warn("a swap of signatures could not be recorded: %s", refused);
	if (passed)
		loading_renew(d, l->scanner);
	loading_free(l);
	loading_begin_swap(d);
}

static void
loading_fail(struct loading *l, const char *text)
{
	struct session *s = session_find(l->desk, l->session);
	if (l->swap) {
		MEM_FREE char *copy =
		    mem_strdup(l->back && l->refused[0] != '\0' ? l->refused : text);
		loading_record(l, false, copy);
		return;
	}
	if (s != NULL)
		session_refuse(s, 1, text, LOADING_NEXT);
	loading_free(l);
}

static void
loading_on_late(void *arg)
{
	struct loading *l = arg;
	l->timer = 0;
	loading_fail(l, "the program that keeps sets of signatures did not answer in time");
}

/* --- trial ---------------------------------------------------------------------------------
 */

static size_t
loading_scanner(const struct desk *d, const char *name)
{
	size_t i = 0;
	while (i < d->nscanners && strcmp(d->scanners[i].name, name) != 0)
		i++;
	return i;
}

static void loading_spawn(struct loading *);
static void loading_go_back(struct loading *, const char *why);

static void
loading_on_tried(void *arg, struct scan *scan)
{
	struct loading *l = arg;
	struct desk *d = l->desk;
	size_t i = loading_scanner(d, l->scanner);
	(void)scan;
	l->trial = scan_free(l->trial);
	if (l->back) {
		MEM_FREE char *text = mem_strdup(l->refused);
		loading_record(l, false, text);
	} else if (i < d->nscanners && d->unfit[i][0] == '\0') {
		loading_record(l, true, "");
	} else {
		loading_go_back(
		    l, i < d->nscanners ? d->unfit[i] : "there is no such scanner here");
	}
}

static void
loading_prove(struct loading *l)
{
	struct desk *d = l->desk;
	bool which[LIM_SCANNERS] = {false};
	which[loading_scanner(d, l->scanner)] = true;
	l->trial = scan_try(d, which, "signatures", loading_on_tried, l);
}

/* The set before is put in its place again. */
static void
loading_go_back(struct loading *l, const char *why)
{
	snprintf(l->refused, sizeof(l->refused), "%s", why);
	l->back = true;
	loading_spawn(l);
}

/* What the engine has loaded is what the trial is about. */
static void
loading_on_watched(void *arg, enum watch_end end, const char *why)
{
	struct loading *l = arg;
	l->watch = NULL;
	if (end == WATCH_SEEN || l->back)
		loading_prove(l);
	else
		loading_go_back(l, why);
}

static void
loading_try(struct loading *l)
{
	struct desk *d = l->desk;
	size_t i = loading_scanner(d, l->scanner);
	loading_stop(l);
	if (i == d->nscanners) {
		loading_fail(l, "there is no such scanner at this station");
		return;
	}
	bool none = l->back && l->was[0] == '\0';
	const char *set = l->back && !none ? l->was : l->set;
	if (d->scanners[i].engine_socket)
		l->watch = watch_new(d, &d->scanners[i], set, !none, loading_on_watched, l);
	else
		loading_prove(l);
}

static void
loading_on_swapped(struct loading *l, const struct msg *m)
{
	MEM_FREE char *text = escape_checked(msg_str(m, "why"));
	const char *was = msg_str(m, "was");
	if (!msg_bool(m, "ok")) {
		loading_fail(l, text);
		return;
	}
	const struct custody_set *used =
	    custody_set_find(l->desk->custody, l->scanner, CUSTODY_SET_USED);
	/* a swap that an earlier desk did and did not try: the record says what was before */
	if (strcmp(was, l->set) == 0)
		was = used != NULL ? used->set : "";
	if (!l->back)
		snprintf(l->was, sizeof(l->was), "%s", strlen(was) < sizeof(l->was) ? was : "");
	loading_try(l);
}

/* --- what the list says --------------------------------------------------------------------
 */

/* The administrator who has this key, or NULL. */
static const char *
loading_signer(const struct desk *d, const char *line)
{
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	if (sshsig_public_parse(line, public) != ERR_OK)
		return NULL;
	for (size_t i = 0; i < custody_person_count(d->custody); i++) {
		const struct custody_person *p = custody_person_at(d->custody, i);
		if ((p->roles & CUSTODY_ADMIN) != 0 && p->has_key &&
		    memcmp(p->public_key, public, sizeof(public)) == 0)
			return p->id;
	}
	return NULL;
}

/* The object of a file beside the list, as it was read; false when there is none. */
static bool
loading_find(struct loading *l, struct work *work, const char *name, char out[HEX_DIGEST_SIZE])
{
	size_t n = strlen(name);
	MEM_FREE uint8_t *path = mem_alloc(l->folder_len + n + 1);
	struct work_item it;
	uint64_t id;
	if (l->folder_len > 0)
		memcpy(path, l->folder, l->folder_len);
	memcpy(path + l->folder_len, name, n);
	if (work_item_find(work, path, l->folder_len + n, &id) != ERR_OK ||
	    work_item_get(work, id, &it) != ERR_OK || it.sha256 == NULL)
		return false;
	hex_encode(it.sha256, 32, out);
	return true;
}

/* NULL, or what is wrong with a file that the list names. */
static const char *
loading_file(struct loading *l, struct work *work, const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "name"));
	const char *sha256 = json_string_value(json_object_get(row, "sha256"));
	char *out = l->digests[l->objects];
	if (name == NULL || sha256 == NULL || strlen(sha256) != HEX_DIGEST_SIZE - 1 ||
	    l->objects == sizeof(l->digests) / sizeof(l->digests[0]))
		return "the list of the set was not told as it should be";
	if (!loading_find(l, work, name, out))
		return "a file that the list names is not in its folder, or was not read";
	if (strcmp(out, sha256) != 0)
		return "a file in the folder is not the one that the list names";
	l->objects++;
	return NULL;
}

static const char *
loading_judge(struct loading *l)
{
	struct desk *d = l->desk;
	struct work *work;
	const json_t *row;
	size_t i;
	const char *scanner = json_string_value(json_object_get(l->says, "scanner"));
	l->signer = loading_signer(d, json_string_value(json_object_get(l->says, "key")));
	if (l->signer == NULL)
		return "the list is not signed with the key of an administrator of this "
		       "station";
	if (loading_scanner(d, scanner) == d->nscanners)
		return "this station has no scanner that the set is for";
	if (desk_work(d, l->transfer, &work) != ERR_OK)
		return "the work database cannot be opened";
	json_array_foreach (json_object_get(l->says, "files"), i, row) {
		const char *wrong = loading_file(l, work, row);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static void
loading_on_says(struct loading *l, const struct msg *m)
{
	MEM_FREE char *text = escape_checked(msg_str(m, "why"));
	if (!msg_bool(m, "ok") || l->says != NULL) {
		loading_fail(l, text);
		return;
	}
	l->says = json_incref(m->body);
	const char *wrong = loading_judge(l);
	if (wrong != NULL)
		loading_fail(l, wrong);
	else
		loading_give(l);
}

static void
loading_on_kept(struct loading *l, const struct msg *m)
{
	struct session *s = session_find(l->desk, l->session);
	MEM_FREE char *text = escape_checked(msg_str(m, "why"));
	if (!msg_bool(m, "ok") || l->says == NULL) {
		loading_fail(l, text);
		return;
	}
	json_t *body = json_pack("{s:I, s:I, s:s}", "bytes", (json_int_t)msg_uint(m, "bytes"),
	    "files", (json_int_t)(l->objects - 2), "signer", l->signer);
	static const char *const keys[] = {"scanner", "version", "date", "set"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set(body, keys[i], json_object_get(l->says, keys[i]));
	if (s != NULL)
		channel_send(s->channel, MSG_DESK_SIGNATURES, body, -1);
	else
		json_decref(body);
	loading_free(l);
}

/* --- the process
 * ------------------------------------------------------------------------------ */

static void
loading_on_soon(void *arg)
{
	struct loading *l = arg;
	l->soon = 0;
	loading_give(l);
}

/* Objects in their order, as fast as the vault's line takes them. */
static void
loading_give(struct loading *l)
{
	struct desk *d = l->desk;
	for (; l->given < l->objects; l->given++) {
		if (channel_room(d->vault) < 4) {
			if (l->soon == 0)
				l->soon = loop_add_timer(
				    d->loop, LOADING_SOON_MS, loading_on_soon, l);
			return;
		}
		channel_send(d->vault, MSG_VAULT_GIVE,
		    json_pack("{s:I, s:I, s:s, s:s, s:s}", "tag", (json_int_t)l->tag, "id",
			(json_int_t)l->given + 1, "sha256", l->digests[l->given], "type", "",
			"mime", ""),
		    -1);
	}
}

static void
loading_on_hello(struct loading *l, struct msg *m)
{
	bool sandboxed = false;
	if (channel_accept_hello(l->channel, m, &sandboxed) != ERR_OK) {
		loading_fail(l, "the program that keeps sets speaks another protocol");
		return;
	}
	if (!sandboxed && sandbox_active()) {
		loading_fail(l, "the program that keeps sets runs without its sandbox");
		return;
	}
	if (l->swap)
		channel_send(l->channel, MSG_LOAD_SWAP,
		    json_pack(
			"{s:s, s:s}", "scanner", l->scanner, "set", l->back ? l->was : l->set),
		    -1);
	else
		loading_give(l);
}

static void
loading_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct loading *l = arg;
	(void)ch;
	if (m->id == MSG_HELLO)
		loading_on_hello(l, m);
	else if (m->id == MSG_LOAD_SAYS)
		loading_on_says(l, m);
	else if (m->id == MSG_LOAD_KEPT)
		loading_on_kept(l, m);
	else if (m->id == MSG_LOAD_SWAPPED && l->swap)
		loading_on_swapped(l, m);
}

static void
loading_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)ch;
	(void)why;
	loading_fail(arg, "the program that keeps sets of signatures ended while at work");
}

static void
loading_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct loading *l = arg;
	(void)tag;
	l->channel = channel_new(fd, ROLE_DESK, ROLE_LOADER);
	channel_hello(l->channel, "sallyport-desk", true);
	loop_add_channel(l->desk->loop, l->channel, loading_on_message, loading_on_gone, l);
}

static void
loading_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct loading *l = arg;
	(void)tag;
	l->tag = 0;
	loading_fail(l, why);
}

static void
loading_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct loading *l = arg;
	(void)tag;
	(void)status;
	(void)signum;
	/* what it said last is still in the socket */
	if (l->channel == NULL)
		loading_fail(l, "the program that keeps sets of signatures could not start");
}

static void
loading_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	(void)tag;
	if (m->id == MSG_VAULT_MISSING)
		loading_fail(arg, "the vault does not hold a file of the set any more");
}

static const struct tag_handler loading_tag = {
    .spawned = loading_on_spawned,
    .refused = loading_on_refused,
    .exited = loading_on_exited,
    .vault = loading_on_vault,
};

static void
loading_spawn(struct loading *l)
{
	loading_stop(l);
	l->tag = tag_new(l->desk, &loading_tag, l);
	l->timer = loop_add_timer(l->desk->loop, LIM_SIGSET_MS, loading_on_late, l);
	channel_send(l->desk->parent, MSG_DESK_SPAWN,
	    json_pack(
		"{s:I, s:s, s:s}", "tag", (json_int_t)l->tag, "role", "signatures", "name", ""),
	    -1);
}

static struct loading *
loading_new(struct desk *d)
{
	struct loading *l = mem_alloc(sizeof(*l));
	*l = (struct loading){.desk = d};
	d->loading = l;
	return l;
}

/* --- swaps
 * ------------------------------------------------------------------------------------ */

/* One that has both signatures and was not tried yet. */
static void
loading_begin_swap(struct desk *d)
{
	const struct custody_set *s;
	if (d->loading != NULL)
		return;
	for (size_t i = 0; (s = custody_set_at(d->custody, i)) != NULL; i++) {
		if (s->state != CUSTODY_SET_TRIED)
			continue;
		struct loading *l = loading_new(d);
		l->swap = true;
		snprintf(l->scanner, sizeof(l->scanner), "%s", s->scanner);
		snprintf(l->set, sizeof(l->set), "%s", s->set);
		loading_spawn(l);
		return;
	}
}

void
loading_start(struct desk *d)
{
	loading_begin_swap(d);
}

void
loading_on_entry(struct desk *d, const char *type)
{
	if (strcmp(type, "signatures.confirm") == 0)
		loading_begin_swap(d);
}

/* --- requests
 * ----------------------------------------------------------------------------------- */

static void
loading_list(struct session *s)
{
	static const struct {
		unsigned state;
		const char *word;
	} words[] = {{CUSTODY_SET_WAITS, "waits"}, {CUSTODY_SET_TRIED, "being tried"},
	    {CUSTODY_SET_USED, "used"}, {CUSTODY_SET_REFUSED, "refused"}};
	const struct custody *c = s->desk->custody;
	const struct custody_set *set;
	struct rows rows;
	rows_init(&rows);
	for (size_t i = 0; (set = custody_set_at(c, i)) != NULL; i++) {
		const char *word = "";
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			if (words[k].state == (unsigned)set->state)
				word = words[k].word;
		bool now = set == custody_set_find(c, set->scanner, CUSTODY_SET_USED);
		rows_add(&rows,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:b}",
			"scanner", set->scanner, "set", set->set, "version", set->version,
			"date", set->date, "state", word, "now", (int)now, "by", set->by, "at",
			set->at, "leaf", set->leaf, "why", set->why, "back", (int)set->back));
	}
	rows_send(&rows, s, json_array_size(rows.list));
}

/* Why this session's person may not bring a set in, or NULL. */
static const char *
loading_refuses(const struct session *s, const char *transfer)
{
	const struct custody_person *p = custody_person_find(s->desk->custody, s->officer);
	if (p == NULL || (p->roles & CUSTODY_ADMIN) == 0)
		return "only an administrator brings signatures in";
	if (custody_transfer_find(s->desk->custody, transfer) == NULL)
		return "there is no such transfer";
	if (s->desk->loading != NULL)
		return "another set of signatures is being brought in or tried at this moment";
	return NULL;
}

void
loading_answer(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	const char *transfer = msg_str(m, "transfer");
	struct work *work;
	if (transfer == NULL) {
		loading_list(s);
		return;
	}
	const char *refused = loading_refuses(s, transfer);
	if (refused != NULL) {
		session_refuse(s, 1, refused, NEXT_ROLE);
		return;
	}
	if (desk_work(d, transfer, &work) != ERR_OK) {
		session_refuse(s, 3, "the work database cannot be opened", NEXT_CHECKS);
		return;
	}
	struct loading *l = loading_new(d);
	l->session = s->number;
	l->folder = msg_bytes(m, "folder", &l->folder_len);
	snprintf(l->transfer, sizeof(l->transfer), "%s", transfer);
	if (!loading_find(l, work, SIGSET_FILE, l->digests[0]) ||
	    !loading_find(l, work, SIGSET_SIGNATURE, l->digests[1])) {
		loading_fail(l,
		    "there is no " SIGSET_FILE " with its signature in this folder of "
		    "the transfer");
		return;
	}
	l->objects = 2;
	loading_spawn(l);
}
