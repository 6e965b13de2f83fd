/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/keeper.h"
#include "db/ledger.h"
#include "db/ledger_replay.h"
#include "src/base/boot.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/note.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "src/proc/ledger/docs.h"
#include "src/proc/ledger/watch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DB_FILE      "ledger.db"
#define LOG_KEY      "log.key"
#define STATION_KEY  "station.key"
#define CUSTODY_NAME "%s/%s/custody/1"

struct keeper {
	struct ledger *db;
	struct custody *custody;
	struct sshsig_key *log_key, *station_key;
	int docs_fd;
	int dirfd;        /* of the ledger; the caller's */
	uint64_t gave_up; /* bytes of ballast, not recorded yet */
	char boot[BOOT_ID_SIZE];
};

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
	ledger_close(k->db);
	custody_free(k->custody);
	sshsig_key_free(k->log_key);
	sshsig_key_free(k->station_key);
	if (k->docs_fd >= 0)
		close(k->docs_fd);
	free(k);
	return NULL;
}

/* --- keys ---------------------------------------------------------------------------- */

static enum err
load_key(int dirfd, const char *name, struct sshsig_key **ret, char *why)
{
	struct seal_secret *seed = NULL;
	MEM_CLOSE int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum err err = fd < 0 ? ERR_IO : seal_secret_load(fd, SSHSIG_SEED_SIZE, &seed);
	if (err == ERR_OK)
		err = seal_seed_key(seed, ret);
	seal_secret_free(seed);
	return err == ERR_OK ? ERR_OK
	                     : refuse(why, err, "%s cannot be read: %s", name, err_str(err));
}

static enum err
make_key(int dirfd, const char *name, struct sshsig_key **ret, char *why)
{
	struct seal_secret *seed = NULL;
	enum err err = seal_seed_new(&seed);
	if (err == ERR_OK)
		err = io_create_synced(
		    dirfd, name, 0400, seal_secret_bytes(seed), seal_secret_len(seed));
	if (err == ERR_OK)
		err = seal_seed_key(seed, ret);
	seal_secret_free(seed);
	return err == ERR_OK ? ERR_OK
	                     : refuse(why, err, "%s cannot be made: %s", name, err_str(err));
}

/* The keys on disk are those that genesis names. */
static enum err
check_keys(const struct keeper *k, char *why)
{
	char fingerprint[SSHSIG_FINGERPRINT_SIZE], text[NOTE_VKEY_SIZE];
	struct note_vkey vkey;
	sshsig_fingerprint(sshsig_key_public(k->station_key), fingerprint);
	if (strcmp(fingerprint, custody_station_fingerprint(k->custody)) != 0)
		return refuse(
		    why, ERR_DENIED, STATION_KEY " is not the key that genesis names");
	for (unsigned log = 0; log < 2; log++) {
		const char *origin = custody_origin(k->custody, (enum transfer_log)log);
		if (note_vkey_new(origin, sshsig_key_public(k->log_key), &vkey) != ERR_OK)
			return refuse(why, ERR_SYNTAX, "the origin is malformed");
		note_vkey_print(&vkey, text);
		if (strcmp(text, custody_vkey(k->custody, (enum transfer_log)log)) != 0)
			return refuse(
			    why, ERR_DENIED, LOG_KEY " is not the key that genesis names");
	}
	return ERR_OK;
}

/* --- opening --------------------------------------------------------------------------- */

static enum err
replay(struct keeper *k, char *why)
{
	static const char *const names[] = {"authority", "custody"};
	struct ledger_replay r;
	char schema[HEX_DIGEST_SIZE];
	enum err err = ledger_replay(k->db, k->custody, false, &r);
	if (err != ERR_OK && r.at_entry)
		return refuse(why, err, "entry %" PRIu64 " of the %s log: %s", r.seq,
		    names[r.log], r.why);
	if (err != ERR_OK)
		return refuse(why, err, "the %s log: %s", names[r.log], r.why);
	ledger_schema(schema);
	if (strcmp(schema, custody_schema(k->custody)) != 0)
		return refuse(
		    why, ERR_DENIED, "genesis names another schema than this program's");
	return check_keys(k, why);
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
	if (err == ERR_OK)
		err = load_key(dirfd, LOG_KEY, &k->log_key, why);
	if (err == ERR_OK)
		err = load_key(dirfd, STATION_KEY, &k->station_key, why);
	if (err == ERR_OK) {
		err = ledger_open(file, &k->db, db_why);
		if (err != ERR_OK)
			refuse(why, err, "%s: %s", file, db_why);
	}
	if (err == ERR_OK)
		err = replay(k, why);
	if (err != ERR_OK) {
		keeper_close(k);
		return err;
	}
	custody_set_docs(k->custody, fetch_doc, k);
	k->dirfd = dirfd;
	*ret = k;
	return ERR_OK;
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

/* Without a ballast what is under way is closed, and nothing is begun. */
static bool
has_to_wait(const struct keeper *k, enum transfer_event event)
{
	return custody_no_ballast(k->custody) &&
	       (event == EVENT_OPEN || event == EVENT_READ_START || event == EVENT_RELEASE);
}

/* The entry was checked: what can fail now is the disk. */
static enum err
write_entry(struct keeper *k, enum transfer_log log, const void *bytes, size_t n,
    struct keeper_place *ret, char *why)
{
	struct entry *e;
	struct buf note;
	uint8_t root[32];
	uint64_t seq = custody_size(k->custody, log);
	enum err err = entry_parse(bytes, n, why, &e);
	assert(err == ERR_OK);
	custody_next_root(k->custody, log, e->leaf, root);
	buf_init(&note, LIM_NOTE_BYTES);
	/* The entry's own word for its log: it was checked, and before genesis nobody else
	 * knows. */
	err = note_checkpoint_print(e->log, seq + 1, root, k->log_key, &note);
	assert(err == ERR_OK);
	err = ledger_append(k->db, log, seq, e, note.data, note.len);
	if (err == ERR_OK) {
		ret->log = log;
		ret->seq = seq;
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

enum err
keeper_append(struct keeper *k, enum transfer_log log, enum transfer_asker asker,
    const void *bytes, size_t n, struct keeper_place *ret, char why[KEEPER_WHY_SIZE])
{
	struct entry *e;
	enum err err = entry_parse(bytes, n, why, &e);
	if (err != ERR_OK)
		return err;
	enum transfer_event event = transfer_event_find(log, e->type);
	bool allowed = event != EVENT__MAX &&
	               (transfer_event_row(event)->askers & (unsigned)asker) &&
	               strcmp(e->actor_role, transfer_signer_name(SIGNER_STATION)) != 0;
	entry_free(e);
	if (!allowed)
		return refuse(
		    why, ERR_DENIED, "no entry of this type and signer is taken here");
	return add_entry(k, log, bytes, n, ret, why);
}

/* meaning and data as the table and the caller say. */
static enum err
add_own(struct keeper *k, enum transfer_event event, const char *subj, const json_t *data,
    struct keeper_place *ret, char *why)
{
	const struct transfer_event_row *row = transfer_event_row(event);
	json_t *p = custody_prepare(k->custody, row->log, subj);
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
	    .actor_key = custody_station_fingerprint(k->custody),
	    .actor_name = name,
	    .actor_role = transfer_signer_name(SIGNER_STATION),
	    .boot = k->boot,
	    .meaning = row->meaning,
	    .data = data,
	};
	struct buf entry;
	buf_init(&entry, LIM_ENTRY_BYTES);
	enum err err = entry_make(&new, k->station_key, &entry);
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
	if (has_to_wait(k, event))
		return refuse(why, ERR_NOSPACE,
		    "the disk of the ledger was full, and what is kept free for that is used "
		    "up: "
		    "nothing new is begun. Make room on it; the ledger notices by itself");
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
	static const char *const files[] = {DB_FILE "-journal", DB_FILE, LOG_KEY, STATION_KEY};
	if (is_founded(dirfd, path))
		return refuse(why, ERR_EXISTS,
		    "%s holds a founded ledger already; choose another directory", path);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (unlinkat(dirfd, files[i], 0) != 0 && errno != ENOENT)
			return refuse(why, ERR_IO, "%s/%s cannot be removed", path, files[i]);
	}
	return ERR_OK;
}

static json_t *
genesis_data(const struct keeper *k, const struct keeper_founding *f,
    const char *const origins[2], const char *const vkeys[2])
{
	char key[SSHSIG_LINE_SIZE], schema[HEX_DIGEST_SIZE];
	sshsig_public_line(sshsig_key_public(k->station_key), key);
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
	sshsig_fingerprint(sshsig_key_public(k->station_key), fingerprint);
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
	enum err err = entry_make(&new, k->station_key, &entry);
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
	MEM_FREE char *custody = mem_printf(CUSTODY_NAME, f->site, f->station);
	const char *const origins[] = {authority, custody};
	const char *const vkeys[] = {texts[0], texts[1]};
	enum err err = make_key(dirfd, LOG_KEY, &k->log_key, why);
	if (err == ERR_OK)
		err = make_key(dirfd, STATION_KEY, &k->station_key, why);
	for (unsigned log = 0; err == ERR_OK && log < 2; log++) {
		err = note_vkey_new(origins[log], sshsig_key_public(k->log_key), &vkey);
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

enum err
keeper_read(struct keeper *k, enum transfer_log log, uint64_t from, const char *subj,
    size_t max_bytes, struct buf *ret_list, uint64_t *ret_count, struct buf *ret_checkpoint)
{
	struct reading r = {ret_list, max_bytes, 0};
	enum err err = subj == NULL ? ledger_each(k->db, log, from, read_row, &r)
	                            : ledger_each_about(k->db, log, from, subj, read_row, &r);
	if (err != ERR_OK && !(err == ERR_LIMIT && r.count > 0))
		return err;
	*ret_count = r.count;
	return ledger_checkpoint(k->db, log, custody_size(k->custody, log), ret_checkpoint);
}

enum err
keeper_copy(struct keeper *k, const char *path, char why[KEEPER_WHY_SIZE])
{
	enum err err = ledger_copy(k->db, path);
	return err == ERR_OK ? err : refuse(why, err, "%s", ledger_why(k->db));
}
