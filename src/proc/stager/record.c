/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/record.h"

#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/merkle.h"
#include "src/core/note.h"
#include "src/ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define RECORD_HEAD_BYTES 256

struct record {
	struct channel *ledger;
	int dirfd;
	bool demo;
	struct custody *custody;
	char *checkpoints[2]; /* by enum transfer_log */
	char **ended;         /* the last of each epoch that has ended */
	size_t ended_count;
	bool head_known;
	uint64_t head_size;
	uint8_t head_root[32];
	char head_origin[LIM_NOTE_NAME_BYTES + 1]; /* of the log it is of */
};

static const char *const record_logs[] = {
    [LOG_AUTHORITY] = "authority",
    [LOG_CUSTODY] = "custody",
};

#define record_refuse(why, e, ...) err_say(e, why, RECORD_WHY_SIZE, __VA_ARGS__)

struct record *
record_new(struct channel *ledger, int dirfd, bool demo)
{
	struct record *r = mem_alloc(sizeof(*r));
	r->ledger = ledger;
	r->dirfd = dirfd;
	r->demo = demo;
	r->custody = custody_new();
	return r;
}

struct record *
record_free(struct record *r)
{
	if (r == NULL)
		return NULL;
	custody_free(r->custody);
	free(r->checkpoints[LOG_AUTHORITY]);
	free(r->checkpoints[LOG_CUSTODY]);
	for (size_t i = 0; i < r->ended_count; i++)
		free(r->ended[i]);
	free(r->ended);
	free(r);
	return NULL;
}

const struct custody *
record_custody(const struct record *r)
{
	return r->custody;
}

const struct custody_transfer *
record_transfer(const struct record *r, const char *id)
{
	return custody_transfer_find(r->custody, id);
}

const char *
record_checkpoint(const struct record *r, enum transfer_log log)
{
	return r->checkpoints[log];
}

const char *
record_checkpoint_of(const struct record *r, const struct custody_epoch *e)
{
	return e->number <= r->ended_count ? r->ended[e->number - 1]
	                                   : r->checkpoints[LOG_CUSTODY];
}

/* --- asking the ledger ----------------------------------------------------------- */

static enum err
record_call(struct record *r, enum msg_id id, json_t *body, enum msg_id answer,
    struct msg *ret_msg, char why[RECORD_WHY_SIZE])
{
	const enum msg_id answers[] = {answer, MSG_LEDGER_REFUSED, MSG_NONE};
	struct msg m;
	enum err e = channel_call(r->ledger, id, body, -1, answers, &m);
	if (e != ERR_OK)
		return record_refuse(why, e, "The ledger does not answer: %s.", err_str(e));
	if (m.id == MSG_LEDGER_REFUSED) {
		e = msg_bool(&m, "fault") ? ERR_IO : ERR_DENIED;
		record_refuse(why, e, "The ledger refused: %s", msg_str(&m, "why"));
		msg_done(&m);
		return e;
	}
	*ret_msg = m;
	return ERR_OK;
}

/* Entries from `from` on; the memfd's bytes are the caller's. */
static enum err
record_read(struct record *r, enum transfer_log log, uint64_t from, struct msg *ret_msg,
    uint8_t **ret_list, size_t *ret_len, char why[RECORD_WHY_SIZE])
{
	struct msg m;
	enum err e = record_call(r, MSG_LEDGER_READ,
	    json_pack("{s:s,s:I}", "log", record_logs[log], "from", (json_int_t)from),
	    MSG_LEDGER_ENTRIES, &m, why);
	if (e != ERR_OK)
		return e;
	if (msg_uint(&m, "from") != from)
		e = record_refuse(why, ERR_PROTO, "The ledger answered another question.");
	if (e == ERR_OK && io_memfd_read(m.fd, LIM_SEALED_BYTES, ret_list, ret_len) != ERR_OK)
		e = record_refuse(why, ERR_PROTO, "The ledger's entries cannot be read.");
	if (e != ERR_OK) {
		msg_done(&m);
		return e;
	}
	*ret_msg = m;
	return ERR_OK;
}

/* --- replay ------------------------------------------------------------------------ */

/* One reading; ret_more tells that the ledger holds more than it could send. */
static enum err
record_pull_some(
    struct record *r, enum transfer_log log, bool *ret_more, char why[RECORD_WHY_SIZE])
{
	uint64_t from = custody_places(r->custody, log);
	MEM_FREE uint8_t *list = NULL;
	size_t len = 0;
	struct msg m;
	char detail[CUSTODY_WHY_SIZE];
	enum err e = record_read(r, log, from, &m, &list, &len, why);
	if (e != ERR_OK)
		return e;
	uint64_t size = msg_uint(&m, "size");
	free(r->checkpoints[log]);
	r->checkpoints[log] = mem_strdup(msg_str(&m, "checkpoint"));
	msg_done(&m);
	if (size < from)
		return record_refuse(why, ERR_DENIED,
		    "The %s log has %ju entries now and had %ju: the ledger went back.",
		    record_logs[log], (uintmax_t)size, (uintmax_t)from);
	if (len > 0)
		e = custody_apply_list(r->custody, log, list, len, detail);
	if (e != ERR_OK)
		return record_refuse(why, e, "Entry %ju of the %s log does not verify: %.300s",
		    (uintmax_t)custody_places(r->custody, log), record_logs[log], detail);
	uint64_t now = custody_places(r->custody, log);
	if (now < size && now == from)
		return record_refuse(why, ERR_PROTO, "The ledger keeps entries back.");
	*ret_more = now < size;
	return ERR_OK;
}

static enum err
record_pull(struct record *r, enum transfer_log log, char why[RECORD_WHY_SIZE])
{
	bool more = true;
	enum err e = ERR_OK;
	while (e == ERR_OK && more)
		e = record_pull_some(r, log, &more, why);
	return e;
}

/* The checkpoint is of this log, signed by its key, and of what was replayed. */
static enum err
record_check_head(struct record *r, enum transfer_log log, char why[RECORD_WHY_SIZE])
{
	const char *text = r->checkpoints[log];
	uint64_t size = custody_size(r->custody, log);
	const uint8_t *root = custody_root(r->custody, log, size);
	struct note_checkpoint cp;
	enum err e = custody_checkpoint_open(r->custody, text, strlen(text), &cp, NULL);
	if (e != ERR_OK || strcmp(cp.origin, custody_origin(r->custody, log)) != 0)
		return record_refuse(why, ERR_SIGNATURE,
		    "The checkpoint of the %s log does not verify: %s.", record_logs[log],
		    err_str(e));
	if (cp.size != size || root == NULL || memcmp(cp.root, root, sizeof(cp.root)) != 0)
		return record_refuse(why, ERR_SIGNATURE,
		    "The checkpoint of the %s log is not of its entries.", record_logs[log]);
	return ERR_OK;
}

/* The last checkpoint of each epoch that has ended: once, for nothing is added to its log. */
static enum err
record_pull_ended(struct record *r, char why[RECORD_WHY_SIZE])
{
	const struct custody_epoch *now = custody_epoch_now(r->custody), *e, *said;
	while ((e = custody_epoch_at(r->custody, r->ended_count)) < now) {
		struct note_checkpoint cp;
		struct msg m;
		enum err err = record_call(r, MSG_LEDGER_READ,
		    json_pack("{s:s,s:I,s:I}", "log", "custody", "from",
			(json_int_t)custody_places(r->custody, LOG_CUSTODY), "epoch",
			(json_int_t)e->number),
		    MSG_LEDGER_ENTRIES, &m, why);
		if (err != ERR_OK)
			return err;
		char *note = mem_strdup(msg_str(&m, "checkpoint"));
		msg_done(&m);
		if (custody_checkpoint_open(r->custody, note, strlen(note), &cp, &said) !=
			ERR_OK ||
		    said != e || cp.size != e->size ||
		    memcmp(cp.root, custody_epoch_root(r->custody, r->ended_count, e->size),
			32) != 0) {
			free(note);
			return record_refuse(why, ERR_SIGNATURE,
			    "The last checkpoint of %s does not verify.", e->origin);
		}
		r->ended = mem_resize(r->ended, r->ended_count + 1, sizeof(*r->ended));
		r->ended[r->ended_count++] = note;
	}
	return ERR_OK;
}

/* --- what is pinned and remembered ---------------------------------------------------- */

/* A small text file of HOME/stager; "" when there is none. */
static enum err
record_read_file(const struct record *r, const char *name, char out[RECORD_HEAD_BYTES])
{
	uint8_t *bytes = NULL;
	size_t n = 0;
	MEM_CLOSE int fd = openat(r->dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	out[0] = '\0';
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	enum err e = io_slurp(fd, RECORD_HEAD_BYTES - 1, &bytes, &n);
	if (e != ERR_OK)
		return e;
	memcpy(out, bytes, n);
	out[n] = '\0';
	free(bytes);
	return ERR_OK;
}

static enum err
record_check_genesis(const struct record *r, char why[RECORD_WHY_SIZE])
{
	char text[RECORD_HEAD_BYTES];
	uint8_t digest[32];
	if (record_read_file(r, "genesis", text) != ERR_OK || text[0] == '\0')
		return record_refuse(why, ERR_STATE,
		    "No genesis is pinned in stager/genesis: the stager cannot tell whose "
		    "ledger "
		    "this is.");
	text[strcspn(text, "\n")] = '\0';
	if (!hex_decode(text, strlen(text), digest, sizeof(digest)))
		return record_refuse(
		    why, ERR_SYNTAX, "stager/genesis does not hold 64 lower-case hex digits.");
	if (strcmp(text, custody_genesis(r->custody)) != 0)
		return record_refuse(why, ERR_DENIED,
		    "The ledger's genesis is not the one pinned in stager/genesis: it is "
		    "another "
		    "station's ledger.");
	if (custody_demo(r->custody) != r->demo)
		return record_refuse(why, ERR_DENIED,
		    r->demo ? "This is a demo station and the ledger is not."
			    : "The ledger is that of a demo station; this station is not one.");
	if (!custody_founded(r->custody))
		return record_refuse(why, ERR_STATE,
		    "The station is not founded: administrators have to endorse its genesis.");
	return ERR_OK;
}

/* "<size> <root> <origin>\n"; anything else is refused, never taken for "none yet". */
static enum err
record_load_head(struct record *r, char why[RECORD_WHY_SIZE])
{
	char text[RECORD_HEAD_BYTES], *end;
	if (record_read_file(r, "head", text) != ERR_OK)
		return record_refuse(why, ERR_IO, "stager/head cannot be read.");
	if (text[0] == '\0')
		return ERR_OK;
	errno = 0;
	unsigned long long size = strtoull(text, &end, 10);
	const size_t n = strlen(end), at = HEX_DIGEST_SIZE + 1;
	if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != ' ' || n < at + 2 ||
	    n - at - 1 >= sizeof(r->head_origin) || end[at - 1] != ' ' || end[n - 1] != '\n' ||
	    !hex_decode(end + 1, HEX_DIGEST_SIZE - 1, r->head_root, sizeof(r->head_root)))
		return record_refuse(why, ERR_SYNTAX,
		    "stager/head is damaged.  Compare the ledger with an anchor before it is "
		    "written anew.");
	snprintf(r->head_origin, sizeof(r->head_origin), "%.*s", (int)(n - at - 1), end + at);
	r->head_size = size;
	r->head_known = true;
	return ERR_OK;
}

static enum err
record_check_remembered(struct record *r, char why[RECORD_WHY_SIZE])
{
	enum err e = r->head_known ? ERR_OK : record_load_head(r, why);
	if (e != ERR_OK || !r->head_known)
		return e;
	const struct custody_epoch *epoch = custody_epoch_find(r->custody, r->head_origin);
	if (epoch == NULL || epoch > custody_epoch_now(r->custody))
		return record_refuse(why, ERR_DENIED,
		    "The stager has seen entries of %s, of which the ledger knows nothing: it "
		    "was put back to an earlier state.",
		    r->head_origin);
	/* what an epoch continues is what its administrators said */
	if (epoch != custody_epoch_now(r->custody))
		return ERR_OK;
	const uint8_t *root = custody_root(r->custody, LOG_CUSTODY, r->head_size);
	if (root == NULL)
		return record_refuse(why, ERR_DENIED,
		    "The stager has seen %ju custody entries and the ledger has %ju: it was "
		    "put "
		    "back to an earlier state.",
		    (uintmax_t)r->head_size, (uintmax_t)custody_size(r->custody, LOG_CUSTODY));
	if (memcmp(root, r->head_root, sizeof(r->head_root)) != 0)
		return record_refuse(why, ERR_DENIED,
		    "The first %ju custody entries are not those the stager has seen: the "
		    "ledger "
		    "was rewritten.",
		    (uintmax_t)r->head_size);
	return ERR_OK;
}

static enum err
record_remember(struct record *r, char why[RECORD_WHY_SIZE])
{
	uint64_t size = custody_size(r->custody, LOG_CUSTODY);
	const uint8_t *root = custody_root(r->custody, LOG_CUSTODY, size);
	char hex[HEX_DIGEST_SIZE], text[RECORD_HEAD_BYTES];
	const char *origin = custody_origin(r->custody, LOG_CUSTODY);
	if (r->head_known && size == r->head_size && strcmp(origin, r->head_origin) == 0)
		return ERR_OK;
	hex_encode(root, 32, hex);
	int n = snprintf(text, sizeof(text), "%ju %s %s\n", (uintmax_t)size, hex, origin);
	if (io_replace_synced(r->dirfd, "head", 0600, text, (size_t)n) != ERR_OK)
		return record_refuse(
		    why, ERR_IO, "stager/head cannot be written: %s.", strerrordesc_np(errno));
	memcpy(r->head_root, root, sizeof(r->head_root));
	snprintf(r->head_origin, sizeof(r->head_origin), "%s", origin);
	r->head_size = size;
	r->head_known = true;
	return ERR_OK;
}

enum err
record_refresh(struct record *r, char why[RECORD_WHY_SIZE])
{
	enum err e = record_pull(r, LOG_AUTHORITY, why);
	uint64_t authority = custody_size(r->custody, LOG_AUTHORITY);
	if (e == ERR_OK)
		e = record_pull(r, LOG_CUSTODY, why);
	if (e != ERR_OK && e != ERR_CLOSED) {
		/* A custody entry may name authority entries that came after our reading. */
		char again[RECORD_WHY_SIZE];
		if (record_pull(r, LOG_AUTHORITY, again) == ERR_OK &&
		    custody_size(r->custody, LOG_AUTHORITY) > authority)
			e = record_pull(r, LOG_CUSTODY, why);
	}
	if (e == ERR_OK && custody_size(r->custody, LOG_AUTHORITY) == 0)
		e = record_refuse(why, ERR_STATE, "The station is not founded yet.");
	if (e == ERR_OK)
		e = record_check_genesis(r, why);
	if (e == ERR_OK)
		e = record_check_head(r, LOG_AUTHORITY, why);
	if (e == ERR_OK)
		e = record_check_head(r, LOG_CUSTODY, why);
	if (e == ERR_OK)
		e = record_pull_ended(r, why);
	if (e == ERR_OK)
		e = record_check_remembered(r, why);
	return e == ERR_OK ? record_remember(r, why) : e;
}

/* --- documents, events, entries --------------------------------------------------------- */

enum err
record_doc(struct record *r, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	char unused[RECORD_WHY_SIZE], hex[HEX_DIGEST_SIZE];
	struct msg m;
	uint8_t *bytes = NULL, digest[DIGEST_SIZE];
	size_t n = 0;
	enum err e = record_call(r, MSG_LEDGER_GET, json_pack("{s:s}", "sha256", sha256),
	    MSG_LEDGER_DOC, &m, unused);
	if (e != ERR_OK)
		return e == ERR_DENIED ? ERR_NOTFOUND : e;
	e = io_memfd_read(m.fd, LIM_SEALED_BYTES, &bytes, &n);
	msg_done(&m);
	if (e != ERR_OK)
		return e;
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), hex);
	if (strcmp(hex, sha256) != 0) {
		free(bytes);
		return ERR_SIGNATURE;
	}
	*ret_bytes = bytes;
	*ret_len = n;
	return ERR_OK;
}

static enum err
record_fetch_doc(void *arg, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	return record_doc(arg, sha256, ret_bytes, ret_len);
}

enum err
record_check_documents(
    struct record *r, const struct custody_transfer *t, char why[RECORD_WHY_SIZE])
{
	char detail[CUSTODY_WHY_SIZE] = "";
	/* Only here: a replay of years would fetch every document there ever was. */
	custody_set_docs(r->custody, record_fetch_doc, r);
	enum err e = custody_check_documents(r->custody, t, detail);
	custody_set_docs(r->custody, NULL, NULL);
	if (e != ERR_OK)
		record_refuse(
		    why, e, "The documents do not agree with the approvals: %.300s", detail);
	return e;
}

enum err
record_event(struct record *r, const char *type, const char *transfer, json_t *data,
    char why[RECORD_WHY_SIZE])
{
	struct msg m;
	MEM_FREE char *subj = mem_printf("xfer:%s", transfer);
	enum err e = record_call(r, MSG_LEDGER_EVENT,
	    json_pack("{s:s,s:s,s:o}", "type", type, "subj", subj, "data", data),
	    MSG_LEDGER_APPENDED, &m, why);
	if (e != ERR_OK)
		return e;
	msg_done(&m);
	return record_refresh(r, why);
}

static void
record_take(struct record_entries *all, uint64_t seq, const uint8_t *bytes, size_t len,
    struct entry *entry)
{
	all->list = mem_resize(all->list, all->count + 1, sizeof(*all->list));
	all->list[all->count++] = (struct record_entry){
	    .seq = seq, .bytes = mem_dup(bytes, len), .len = len, .entry = entry};
}

/* Takes the wanted ones out of a list that begins at *seq. */
static enum err
record_pick(struct record *r, enum transfer_log log, const uint8_t *list, size_t len,
    const uint64_t *seqs, size_t n, uint64_t *seq, struct record_entries *all)
{
	size_t cursor = 0, entry_len = 0;
	const uint8_t *bytes = NULL;
	enum err e = ERR_OK;
	while (all->count < n &&
	       (e = entry_list_next(list, len, &cursor, &bytes, &entry_len)) == ERR_OK) {
		struct entry *entry = NULL;
		if (*seq == seqs[all->count]) {
			const uint8_t *leaf = custody_leaf(r->custody, log, *seq);
			e = entry_parse(bytes, entry_len, NULL, &entry);
			if (e == ERR_OK && (leaf == NULL || memcmp(entry->leaf, leaf, 32) != 0))
				e = ERR_SIGNATURE;
			if (e != ERR_OK) {
				entry_free(entry);
				return e;
			}
			record_take(all, *seq, bytes, entry_len, entry);
		}
		(*seq)++;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
record_entries(struct record *r, enum transfer_log log, const uint64_t *seqs, size_t n,
    struct record_entries *ret_entries, char why[RECORD_WHY_SIZE])
{
	struct record_entries all = {NULL, 0};
	enum err e = ERR_OK;
	uint64_t seq = n > 0 ? seqs[0] : 0;
	while (e == ERR_OK && all.count < n) {
		MEM_FREE uint8_t *list = NULL;
		size_t len = 0;
		struct msg m;
		uint64_t before = seq;
		e = record_read(r, log, seq, &m, &list, &len, why);
		if (e != ERR_OK)
			break;
		msg_done(&m);
		e = record_pick(r, log, list, len, seqs, n, &seq, &all);
		if (e == ERR_OK && seq == before)
			e = ERR_PROTO;
		if (e != ERR_OK)
			record_refuse(why, e,
			    "The ledger gives other entries of the %s log than before.",
			    record_logs[log]);
	}
	if (e != ERR_OK) {
		record_entries_done(&all);
		return e;
	}
	*ret_entries = all;
	return ERR_OK;
}

void
record_entries_done(struct record_entries *all)
{
	for (size_t i = 0; i < all->count; i++) {
		free(all->list[i].bytes);
		entry_free(all->list[i].entry);
	}
	free(all->list);
	*all = (struct record_entries){NULL, 0};
}
