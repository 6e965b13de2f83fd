/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/keeper.h"
#include "db/ledger.h"
#include "db/ledger_replay.h"
#include "src/base/boot.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/note.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "src/proc/ledger/docs.h"
#include "src/proc/ledger/keys.h"
#include "src/proc/ledger/watch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DB_FILE      "ledger.db"
#define CUSTODY_NAME "%s/%s/custody/%u"

struct keeper {
	struct ledger *db;
	struct custody *custody;
	struct keys keys;  /* of the epoch that is written now; none: nothing can be signed */
	struct keys next;  /* of the next, when they were made */
	struct copy *copy; /* or NULL */
	int docs_fd;
	int dirfd;        /* of the ledger; the caller's */
	uint64_t gave_up; /* bytes of ballast, not recorded yet */
	char boot[BOOT_ID_SIZE];
};

static enum err begin_epoch(struct keeper *, char *why);

#define refuse(why, e, ...) err_say(e, why, KEEPER_WHY_SIZE, __VA_ARGS__)

const struct custody *
keeper_custody(const struct keeper *k)
{
	return k->custody;
}

int
keeper_docs(const struct keeper *k)
{
	return k->docs_fd;
}

static enum err
fetch_doc(void *arg, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	const struct keeper *k = arg;
	return docs_get(k->docs_fd, sha256, ret_bytes, ret_len);
}

static struct keeper *
new_keeper(const char *boot)
{
	struct keeper *k = mem_alloc(sizeof(*k));
	k->docs_fd = -1;
	k->dirfd = -1;
	k->custody = custody_new();
	snprintf(k->boot, sizeof(k->boot), "%s", boot);
	return k;
}

struct keeper *
keeper_close(struct keeper *k)
{
	if (k == NULL)
		return NULL;
	copy_free(k->copy);
	ledger_close(k->db);
	custody_free(k->custody);
	keys_free(&k->keys);
	keys_free(&k->next);
	if (k->docs_fd >= 0)
		close(k->docs_fd);
	free(k);
	return NULL;
}

/* --- keys ---------------------------------------------------------------------------- */

bool
keeper_can_sign(const struct keeper *k)
{
	return k->keys.log != NULL;
}

/*
 * The keys on disk are those that the record names.  They are in no backup: a ledger
 * without them was put back, and waits for a new epoch.
 */
static enum err
take_keys(struct keeper *k, int dirfd, char *why)
{
	const struct custody_epoch *now = custody_epoch_now(k->custody), *next = now + 1;
	enum err err = keys_load(dirfd, now->number, &k->keys, why);
	if (err == ERR_OK && !keys_fit(&k->keys, now->vkey, now->station_line))
		return refuse(why, ERR_DENIED,
		    "the keys of epoch %u are not those that the record names", now->number);
	if (err == ERR_OK || err == ERR_NOTFOUND)
		err = keys_load(dirfd, now->number + 1, &k->next, why);
	if (err != ERR_OK && err != ERR_NOTFOUND)
		return err;
	if (custody_epoch_waits(k->custody) &&
	    !keys_fit(&k->next, next->vkey, next->station_line)) {
		/* opened before it was put back: only the one after that can go on */
		keys_free(&k->keys);
		return refuse(why, ERR_DENIED,
		    "epoch %u was opened, and its keys are not on this disk: bring them, or "
		    "what this disk held when it was opened",
		    next->number);
	}
	return ERR_OK;
}

/* --- opening --------------------------------------------------------------------------- */

static enum err
replay(struct keeper *k, char *why)
{
	struct ledger_replay r;
	char schema[HEX_DIGEST_SIZE];
	enum err err = ledger_replay(k->db, k->custody, false, &r);
	if (err != ERR_OK && r.at_entry)
		return refuse(why, err, "entry %" PRIu64 " of the %s log: %s", r.seq,
		    r.log == 0 ? "authority" : "custody", r.why);
	if (err != ERR_OK)
		return refuse(
		    why, err, "the %s log: %s", r.log == 0 ? "authority" : "custody", r.why);
	ledger_schema(schema);
	if (strcmp(schema, custody_schema(k->custody)) != 0)
		return refuse(
		    why, ERR_DENIED, "genesis names another schema than this program's");
	return ERR_OK;
}

enum err
keeper_open(int dirfd, const char *path, const char *boot, struct keeper **ret,
    char why[KEEPER_WHY_SIZE])
{
	struct keeper *k = new_keeper(boot);
	MEM_FREE char *file = mem_printf("%s/" DB_FILE, path);
	char db_why[LEDGER_WHY_SIZE];
	enum err err = docs_open(dirfd, &k->docs_fd);
	if (err != ERR_OK)
		refuse(why, err, "the documents cannot be opened: %s", err_str(err));
	if (err == ERR_OK) {
		err = ledger_open(file, &k->db, db_why);
		if (err != ERR_OK)
			refuse(why, err, "%s: %s", file, db_why);
	}
	if (err == ERR_OK)
		err = replay(k, why);
	if (err == ERR_OK)
		err = take_keys(k, dirfd, why);
	if (err != ERR_OK) {
		keeper_close(k);
		return err;
	}
	custody_set_docs(k->custody, fetch_doc, k);
	k->dirfd = dirfd;
	*ret = k;
	return ERR_OK;
}

enum err
keeper_finish_epoch(struct keeper *k, char why[KEEPER_WHY_SIZE])
{
	return custody_epoch_waits(k->custody) ? begin_epoch(k, why) : ERR_OK;
}

/* --- the copy on a second medium ------------------------------------------------------- */

enum copy_state
keeper_copy(struct keeper *k, struct copy *copy)
{
	copy_free(k->copy);
	k->copy = copy;
	return keeper_copy_again(k);
}

enum copy_state
keeper_copy_again(struct keeper *k)
{
	return copy_catch_up(k->copy, k->db, k->custody);
}

const struct copy *
keeper_copied(const struct keeper *k)
{
	return k->copy;
}

/* It is durable here, and nobody has been told of it. */
static void
copy_entry(struct keeper *k, unsigned log, uint64_t seq, const void *bytes, size_t n,
    const struct buf *note)
{
	const char *why;
	if (k->copy == NULL || copy_state(k->copy, &why) != COPY_WHOLE)
		return;
	struct ledger_copy_row row = {.seq = seq,
	    .entry = bytes,
	    .entry_len = n,
	    .note = note->data,
	    .note_len = note->len};
	copy_add(k->copy, log, &row);
	if (copy_state(k->copy, &why) != COPY_WHOLE)
		log_warn("The copy on a second medium has failed: %s.", why);
}

/* The same for a log that has begun: its file is begun, too. */
static void
copy_log(struct keeper *k)
{
	const char *why;
	if (k->copy == NULL)
		return;
	keeper_copy_again(k);
	if (copy_state(k->copy, &why) != COPY_WHOLE)
		log_warn("The copy on a second medium has failed: %s.", why);
}

/* --- appending -----------------------------------------------------------------------------
 */

bool
keeper_give_up(struct keeper *k)
{
	uint64_t bytes = k->dirfd >= 0 ? watch_ballast_drop(k->dirfd) : 0;
	k->gave_up += bytes;
	return bytes > 0;
}

bool
keeper_has_given_up(const struct keeper *k)
{
	return k->gave_up > 0;
}

uint64_t
keeper_gave_up(struct keeper *k)
{
	uint64_t bytes = k->gave_up;
	k->gave_up = 0;
	return bytes;
}

/* What is under way is closed, and nothing is begun. */
static enum err
has_to_wait(const struct keeper *k, enum transfer_event event, char *why)
{
	const char *copy_why = "station.conf names no folder for it";
	if (event != EVENT_OPEN && event != EVENT_READ_START && event != EVENT_RELEASE)
		return ERR_OK;
	if (custody_no_ballast(k->custody))
		return refuse(why, ERR_NOSPACE,
		    "the disk of the ledger was full, and what is kept free for that is used "
		    "up: "
		    "nothing new is begun. Make room on it; the ledger notices by itself");
	if ((k->copy != NULL && copy_state(k->copy, &copy_why) == COPY_WHOLE) ||
	    !copy_is_required(k->custody, k->docs_fd))
		return ERR_OK;
	return refuse(why, ERR_STATE,
	    "the policy wants a copy of every entry on a second medium, and there is none: %s. "
	    "An administrator sees to the copy; the ledger notices by itself",
	    copy_why);
}

/* Of the log as ledger.db numbers it: the newest epoch's. */
static unsigned
row_of(const struct keeper *k, enum transfer_log log)
{
	const struct custody_epoch *now = custody_epoch_now(k->custody);
	return log == LOG_AUTHORITY ? 0 : now != NULL ? now->number : 1;
}

/* Whether the authority entry puts an epoch in force: then its checkpoint is the new key's. */
static bool
opens_epoch(const struct keeper *k, const struct entry *e)
{
	struct custody_proposal p;
	enum transfer_event event = transfer_event_find(LOG_AUTHORITY, e->type);
	if (event == EVENT_EPOCH)
		return custody_threshold(k->custody) == 1;
	return event == EVENT_ENDORSE &&
	       custody_pending_find(k->custody, canon_str(e->data, "leaf"), &p) &&
	       transfer_event_find(LOG_AUTHORITY, p.type) == EVENT_EPOCH &&
	       p.has + 1 >= p.needs;
}

/* Where the entry goes: behind the log, or first into that of the next epoch. */
struct target {
	unsigned row;
	uint64_t seq;
	const struct custody_epoch *begins; /* or NULL */
	const struct sshsig_key *key;       /* of its checkpoint */
	uint8_t root[32];
};

static struct target
target_of(const struct keeper *k, enum transfer_log log, const struct entry *e)
{
	struct target t = {.row = row_of(k, log), .seq = custody_size(k->custody, log)};
	if (log == LOG_CUSTODY && custody_epoch_waits(k->custody) &&
	    transfer_event_find(log, e->type) == EVENT_BEGIN) {
		t.begins = custody_epoch_now(k->custody) + 1;
		t.row = t.begins->number;
		t.seq = 0;
		memcpy(t.root, e->leaf, sizeof(t.root));
	} else {
		custody_next_root(k->custody, log, e->leaf, t.root);
	}
	bool next = t.begins != NULL || k->keys.log == NULL ||
	            (log == LOG_AUTHORITY && opens_epoch(k, e));
	t.key = next ? k->next.log : k->keys.log;
	return t;
}

/* The entry was checked: what can fail now is the disk. */
static enum err
write_entry(struct keeper *k, enum transfer_log log, const void *bytes, size_t n,
    struct keeper_place *ret, char *why)
{
	struct entry *e;
	struct buf note;
	enum err err = entry_parse(bytes, n, why, &e);
	assert(err == ERR_OK);
	const struct target t = target_of(k, log, e);
	buf_init(&note, LIM_NOTE_BYTES);
	/* The entry's own word for its log: it was checked, and before genesis nobody else
	 * knows. */
	err = note_checkpoint_print(e->log, t.seq + 1, t.root, t.key, &note);
	assert(err == ERR_OK);
	err = t.begins == NULL ? ledger_append(k->db, t.row, t.seq, e, note.data, note.len)
	                       : ledger_append_first(k->db, t.row, t.begins->origin,
				     t.begins->vkey, e, note.data, note.len);
	if (err == ERR_OK) {
		if (t.begins == NULL)
			copy_entry(k, t.row, t.seq, bytes, n, &note);
		else
			copy_log(k);
		ret->log = log;
		ret->seq = custody_places(k->custody, log);
		hex_encode(e->leaf, sizeof(e->leaf), ret->leaf);
	} else {
		refuse(why, err, "the entry could not be written: %s", ledger_why(k->db));
	}
	entry_free(e);
	buf_done(&note);
	/* What the file holds is unknown now: only a new start may tell. */
	if (err != ERR_OK && err != ERR_NOSPACE && err != ERR_IO)
		log_fatal("The ledger ends: %s.", why);
	return err;
}

static enum err
add_entry(struct keeper *k, enum transfer_log log, const void *bytes, size_t n,
    struct keeper_place *ret, char *why)
{
	enum err err = custody_check(k->custody, log, bytes, n, why);
	if (err == ERR_IO || err == ERR_NOSPACE)
		err = ERR_DENIED;
	if (err == ERR_OK)
		err = write_entry(k, log, bytes, n, ret, why);
	if (err == ERR_NOSPACE && keeper_give_up(k))
		err = write_entry(k, log, bytes, n, ret, why);
	if (err != ERR_OK)
		return err;
	err = custody_apply(k->custody, log, bytes, n, why);
	assert(err == ERR_OK);
	return err;
}

static enum err add_own(struct keeper *, enum transfer_event, const char *subj, const json_t *,
    struct keeper_place *, char *why);

/* --- epochs -------------------------------------------------------------------------- */

/* A proposal of the next epoch that this disk can begin, and that fits what it holds. */
static enum err
check_proposal(const struct keeper *k, const json_t *d, char *why)
{
	char root[HEX_DIGEST_SIZE];
	uint64_t size = 0, transfers = 0;
	const struct custody *c = k->custody;
	const json_t *continues = json_object_get(d, "continues");
	const char *log = json_string_value(json_object_get(d, "log"));
	const char *station = json_string_value(json_object_get(d, "station"));
	if (log == NULL || station == NULL || !keys_fit(&k->next, log, station))
		return refuse(why, ERR_DENIED,
		    "it names other keys than this ledger has made: let sallyport authority "
		    "epoch propose it");
	canon_uint(continues, "size", &size);
	canon_uint(d, "transfers", &transfers);
	const uint8_t *held = custody_root(c, LOG_CUSTODY, size);
	const char *said = json_string_value(json_object_get(continues, "root"));
	if (held != NULL && said != NULL) {
		hex_encode(held, 32, root);
		if (strcmp(root, said) != 0)
			return refuse(why, ERR_DENIED,
			    "this ledger has another root at %" PRIu64
			    " entries: continue what it holds, or bring the ledger that fits",
			    size);
	}
	if (transfers < custody_numbers(c))
		return refuse(why, ERR_DENIED, "%" PRIu64 " numbers of transfers are used",
		    custody_numbers(c));
	return ERR_OK;
}

#define PUT_BACK                                                                  \
	"this ledger was put back, or its keys are gone: nothing goes on in it. " \
	"Administrators open a new epoch: sallyport authority epoch"

/* Without keys nothing is taken but what opens an epoch; and that only if it can begin. */
static enum err
check_epoch(const struct keeper *k, enum transfer_log log, enum transfer_event event,
    const struct entry *e, char *why)
{
	struct custody_proposal p;
	if (log == LOG_AUTHORITY && event == EVENT_EPOCH)
		return check_proposal(k, e->data, why);
	if (log == LOG_AUTHORITY && event == EVENT_ENDORSE &&
	    canon_str(e->data, "leaf") != NULL &&
	    custody_pending_find(k->custody, canon_str(e->data, "leaf"), &p) &&
	    transfer_event_find(LOG_AUTHORITY, p.type) == EVENT_EPOCH)
		return check_proposal(k, p.data, why);
	return keeper_can_sign(k) ? ERR_OK : refuse(why, ERR_STATE, PUT_BACK);
}

/* The first entry of its log, and the keys that it is signed by. */
static enum err
begin_epoch(struct keeper *k, char *why)
{
	struct keeper_place place;
	const struct custody_epoch *now = custody_epoch_now(k->custody), *next = now + 1;
	json_t *data = json_pack("{s:{s:s,s:o,s:I},s:i,s:o,s:s,s:s}", "continues", "origin",
	    now->origin, "root", canon_hex_new(next->continues_root, 32), "size",
	    (json_int_t)next->continues_size, "epoch", (int)next->number, "held",
	    custody_head(k->custody, LOG_CUSTODY), "kind", "custody", "schema",
	    custody_schema(k->custody));
	keys_free(&k->keys);
	k->keys = k->next;
	enum err err = add_own(k, EVENT_BEGIN, "station", data, &place, why);
	json_decref(data);
	k->next = (struct keys){NULL, NULL};
	if (err != ERR_OK)
		log_fatal("Epoch %u is open and cannot begin: %s. Make sure that the disk of "
			  "the ledger has room, and start again.",
		    next->number, why);
	return ERR_OK;
}

enum err
keeper_next_keys(struct keeper *k, char ret_vkey[NOTE_VKEY_SIZE],
    char ret_station[SSHSIG_LINE_SIZE], char why[KEEPER_WHY_SIZE])
{
	struct note_vkey vkey;
	const unsigned number = (unsigned)custody_epoch_count(k->custody) + 1;
	enum err err =
	    k->next.log != NULL ? ERR_OK : keys_make(k->dirfd, number, &k->next, why);
	if (err != ERR_OK)
		return err;
	MEM_FREE char *origin = mem_printf(
	    CUSTODY_NAME, custody_site(k->custody), custody_station(k->custody), number);
	err = note_vkey_new(origin, sshsig_key_public(k->next.log), &vkey);
	if (err != ERR_OK)
		return refuse(why, err, "the name of the log is too long");
	note_vkey_print(&vkey, ret_vkey);
	sshsig_public_line(sshsig_key_public(k->next.station), ret_station);
	return ERR_OK;
}

enum err
keeper_append(struct keeper *k, enum transfer_log log, enum transfer_asker asker,
    const void *bytes, size_t n, struct keeper_place *ret, char why[KEEPER_WHY_SIZE])
{
	struct entry *e;
	enum err err = entry_parse(bytes, n, why, &e);
	if (err != ERR_OK)
		return err;
	enum transfer_event event = transfer_event_find(log, e->type);
	enum err held = check_epoch(k, log, event, e, why);
	bool allowed = event != EVENT__MAX &&
	               (transfer_event_row(event)->askers & (unsigned)asker) &&
	               strcmp(e->actor_role, transfer_signer_name(SIGNER_STATION)) != 0;
	entry_free(e);
	if (!allowed)
		return refuse(
		    why, ERR_DENIED, "no entry of this type and signer is taken here");
	if (held != ERR_OK)
		return held;
	err = add_entry(k, log, bytes, n, ret, why);
	if (err == ERR_OK && custody_epoch_waits(k->custody))
		err = begin_epoch(k, why);
	return err;
}

/* meaning and data as the table and the caller say. */
static enum err
add_own(struct keeper *k, enum transfer_event event, const char *subj, const json_t *data,
    struct keeper_place *ret, char *why)
{
	const struct transfer_event_row *row = transfer_event_row(event);
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	json_t *p = custody_prepare(k->custody, row->log, subj);
	sshsig_fingerprint(sshsig_key_public(k->keys.station), fingerprint);
	const char *station = custody_station(k->custody);
	MEM_FREE char *name = mem_printf("station %s", station);
	struct entry_new new = {
	    .log = json_string_value(json_object_get(p, "origin")),
	    .type = row->type,
	    .subj = subj,
	    .prev = json_string_value(json_object_get(p, "prev")),
	    .head = json_object_get(p, "head"),
	    .auth = json_object_get(p, "auth"),
	    .actor_id = station,
	    .actor_key = fingerprint,
	    .actor_name = name,
	    .actor_role = transfer_signer_name(SIGNER_STATION),
	    .boot = k->boot,
	    .meaning = row->meaning,
	    .data = data,
	};
	struct buf entry;
	buf_init(&entry, LIM_ENTRY_BYTES);
	enum err err = entry_make(&new, k->keys.station, &entry);
	if (err != ERR_OK)
		refuse(why, ERR_RANGE, "%s: the data do not fit an entry", row->type);
	else
		err = add_entry(k, row->log, entry.data, entry.len, ret, why);
	buf_done(&entry);
	json_decref(p);
	return err;
}

enum err
keeper_event(struct keeper *k, enum transfer_asker asker, const char *type, const char *subj,
    const json_t *data, struct keeper_place *ret, char why[KEEPER_WHY_SIZE])
{
	enum transfer_event event = transfer_event_find(LOG_CUSTODY, type);
	if (event == EVENT__MAX)
		return refuse(why, ERR_DENIED, "the station signs no %.40s", type);
	const struct transfer_event_row *row = transfer_event_row(event);
	if (!(row->signers & SIGNER_STATION) || !(row->askers & (unsigned)asker))
		return refuse(why, ERR_DENIED, "%s cannot be asked for here", row->type);
	if (!keeper_can_sign(k))
		return refuse(why, ERR_STATE, PUT_BACK);
	enum err err = has_to_wait(k, event, why);
	if (err != ERR_OK)
		return err;
	return add_own(k, event, subj, data, ret, why);
}

/* --- founding -------------------------------------------------------------------------------
 */

/* A station whose genesis is endorsed is founded; less than that may be begun again. */
static bool
is_founded(int dirfd, const char *path)
{
	struct keeper *k;
	char why[KEEPER_WHY_SIZE];
	if (faccessat(dirfd, DB_FILE, F_OK, 0) != 0)
		return false;
	if (keeper_open(dirfd, path, "", &k, why) != ERR_OK) {
		/* Both genesis entries missing is an unfinished founding; else hands off. */
		return strstr(why, "the log is empty") == NULL;
	}
	bool founded = custody_founded(k->custody);
	keeper_close(k);
	return founded;
}

static enum err
clean_up(int dirfd, const char *path, char *why)
{
	static const char *const files[] = {DB_FILE "-journal", DB_FILE};
	if (is_founded(dirfd, path))
		return refuse(why, ERR_EXISTS,
		    "%s holds a founded ledger already; choose another directory", path);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (unlinkat(dirfd, files[i], 0) != 0 && errno != ENOENT)
			return refuse(why, ERR_IO, "%s/%s cannot be removed", path, files[i]);
	}
	return keys_remove(dirfd)
	           ? ERR_OK
	           : refuse(why, ERR_IO, "the keys in %s cannot be removed", path);
}

static json_t *
genesis_data(const struct keeper *k, const struct keeper_founding *f,
    const char *const origins[2], const char *const vkeys[2])
{
	char key[SSHSIG_LINE_SIZE], schema[HEX_DIGEST_SIZE];
	sshsig_public_line(sshsig_key_public(k->keys.station), key);
	ledger_schema(schema);
	json_t *d = json_pack("{s:O,s:s,s:s,s:b,s:s,s:s}", "admins", f->admins,
	    "custody_origin", origins[LOG_CUSTODY], "custody_vkey", vkeys[LOG_CUSTODY], "demo",
	    (int)f->demo, "kind", "authority", "log_vkey", vkeys[LOG_AUTHORITY]);
	json_object_set_new(d, "schema", json_string(schema));
	json_object_set_new(d, "site", json_string(f->site));
	json_object_set_new(d, "station", json_string(f->station));
	json_object_set_new(d, "station_key", json_string(key));
	json_object_set_new(d, "threshold", json_integer((json_int_t)f->threshold));
	return d;
}

/* The one entry that cannot lean on a record: it begins it. */
static enum err
add_genesis(struct keeper *k, const struct keeper_founding *f, const char *const origins[2],
    const char *const vkeys[2], char *why)
{
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	struct keeper_place place;
	struct buf entry;
	MEM_FREE char *name = mem_printf("station %s", f->station);
	json_t *data = genesis_data(k, f, origins, vkeys);
	json_t *head = custody_head(k->custody, LOG_AUTHORITY);
	sshsig_fingerprint(sshsig_key_public(k->keys.station), fingerprint);
	struct entry_new new = {
	    .log = origins[LOG_AUTHORITY],
	    .type = transfer_event_row(EVENT_FOUND)->type,
	    .subj = "station",
	    .prev = ENTRY_ZEROS,
	    .head = head,
	    .auth = head,
	    .actor_id = f->station,
	    .actor_key = fingerprint,
	    .actor_name = name,
	    .actor_role = transfer_signer_name(SIGNER_STATION),
	    .boot = k->boot,
	    .meaning = transfer_event_row(EVENT_FOUND)->meaning,
	    .data = data,
	};
	buf_init(&entry, LIM_ENTRY_BYTES);
	enum err err = entry_make(&new, k->keys.station, &entry);
	if (err != ERR_OK)
		refuse(why, err, "the genesis does not fit an entry");
	else
		err = add_entry(k, LOG_AUTHORITY, entry.data, entry.len, &place, why);
	buf_done(&entry);
	json_decref(head);
	json_decref(data);
	return err;
}

static enum err
found(struct keeper *k, int dirfd, const char *path, const struct keeper_founding *f, char *why)
{
	char db_why[LEDGER_WHY_SIZE], texts[2][NOTE_VKEY_SIZE], schema[HEX_DIGEST_SIZE];
	struct keeper_place place;
	struct note_vkey vkey;
	MEM_FREE char *file = mem_printf("%s/" DB_FILE, path);
	MEM_FREE char *authority = mem_printf("%s/authority", f->site);
	MEM_FREE char *custody = mem_printf(CUSTODY_NAME, f->site, f->station, 1u);
	const char *const origins[] = {authority, custody};
	const char *const vkeys[] = {texts[0], texts[1]};
	enum err err = keys_make(dirfd, 1, &k->keys, why);
	for (unsigned log = 0; err == ERR_OK && log < 2; log++) {
		err = note_vkey_new(origins[log], sshsig_key_public(k->keys.log), &vkey);
		if (err != ERR_OK)
			return refuse(why, err, "site or station has not the form of one");
		note_vkey_print(&vkey, texts[log]);
	}
	if (err != ERR_OK)
		return err;
	err = ledger_create(file, origins, vkeys, &k->db, db_why);
	if (err != ERR_OK)
		return refuse(why, err, "%s cannot be made: %s", file, db_why);
	err = add_genesis(k, f, origins, vkeys, why);
	if (err != ERR_OK)
		return err;
	ledger_schema(schema);
	json_t *data =
	    json_pack("{s:i,s:s,s:s}", "epoch", 1, "kind", "custody", "schema", schema);
	err = add_own(k, EVENT_BEGIN, "station", data, &place, why);
	json_decref(data);
	return err;
}

enum err
keeper_found(int dirfd, const char *path, const char *boot, const struct keeper_founding *f,
    struct keeper **ret, char why[KEEPER_WHY_SIZE])
{
	enum err err = clean_up(dirfd, path, why);
	if (err != ERR_OK)
		return err;
	struct keeper *k = new_keeper(boot);
	err = docs_open(dirfd, &k->docs_fd);
	if (err != ERR_OK)
		refuse(why, err, "the documents cannot be opened: %s", err_str(err));
	else
		err = found(k, dirfd, path, f, why);
	if (err != ERR_OK) {
		keeper_close(k);
		return err;
	}
	custody_set_docs(k->custody, fetch_doc, k);
	k->dirfd = dirfd;
	*ret = k;
	return ERR_OK;
}

/* --- reading
 * ---------------------------------------------------------------------------------- */

struct reading {
	struct buf *list;
	size_t max_bytes;
	uint64_t count;
};

static enum err
read_row(void *arg, const struct ledger_row *row)
{
	struct reading *r = arg;
	if (r->list->len + row->entry_len + 1 > r->max_bytes)
		return ERR_LIMIT;
	r->count++;
	return entry_list_add(r->list, row->entry, row->entry_len);
}

static enum err
read_log(struct keeper *k, unsigned log, uint64_t from, const char *subj, struct reading *r)
{
	return subj == NULL ? ledger_each(k->db, log, from, read_row, r)
	                    : ledger_each_about(k->db, log, from, subj, read_row, r);
}

/* The epochs one after the other, from that place on. */
static enum err
read_epochs(struct keeper *k, uint64_t from, const char *subj, struct reading *r)
{
	enum err err = ERR_OK;
	const struct custody_epoch *e;
	for (size_t i = 0;
	     err == ERR_OK && (e = custody_epoch_at(k->custody, i)) != NULL && e->begun; i++) {
		if (from < e->base + e->size)
			err = read_log(
			    k, e->number, from > e->base ? from - e->base : 0, subj, r);
	}
	return err;
}

enum err
keeper_read(struct keeper *k, enum transfer_log log, uint64_t from, const char *subj,
    uint64_t epoch, size_t max_bytes, struct buf *ret_list, uint64_t *ret_count,
    struct buf *ret_checkpoint)
{
	struct reading r = {ret_list, max_bytes, 0};
	enum err err = log == LOG_AUTHORITY ? read_log(k, 0, from, subj, &r)
	                                    : read_epochs(k, from, subj, &r);
	if (err != ERR_OK && !(err == ERR_LIMIT && r.count > 0))
		return err;
	*ret_count = r.count;
	const struct custody_epoch *e =
	    epoch > 0 ? custody_epoch_at(k->custody, (size_t)epoch - 1) : NULL;
	if (e != NULL && e->begun)
		return ledger_checkpoint(k->db, e->number, e->size, ret_checkpoint);
	return ledger_checkpoint(
	    k->db, row_of(k, log), custody_size(k->custody, log), ret_checkpoint);
}

enum err
keeper_hand_out(struct keeper *k, const char *path, char why[KEEPER_WHY_SIZE])
{
	enum err err = ledger_snapshot(k->db, path);
	return err == ERR_OK ? err : refuse(why, err, "%s", ledger_why(k->db));
}
