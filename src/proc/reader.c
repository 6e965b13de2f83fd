/* SPDX-License-Identifier: ISC */
/*
 * sallyport-reader: reads one medium, once.
 *
 * Holds     one read-only descriptor of a device or image (5), the socket to
 *           the desk (3) and the pipe to the vault (4).
 * May       read the medium, tell the desk what is on it, and send contents
 *           down the pipe.
 * Must never open anything, write to the medium, mount or execute; send bytes
 *           it did not get from the medium; call a file read that was not read
 *           to its end.
 * Dies      when the medium has been read or cannot be, when the desk or the
 *           vault has gone, or when the desk breaks the protocol; by SIGPROF
 *           when it works and works and has nothing to give.  A hostile file
 *           system that crashes it costs what is left on that volume.
 */
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/media/decrypt.h"
#include "src/media/medium.h"
#include "src/media/medium_locked.h"
#include "src/proc/reader/busy.h"
#include "src/proc/reader/reader.h"
#include "src/proc/reader/unlock.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define READER_PROGRAM     "sallyport-reader"
#define READER_DESK_FD     3
#define READER_MEDIUM_FD   5
#define READER_PIPE_BYTES  (1 << 20)
#define READER_LABEL_CELLS 64
#define READER_UINT_MAX    ((uint64_t)9007199254740991u) /* 2^53-1: a number in a message */

json_int_t
reader_uint(uint64_t n)
{
	return (json_int_t)(n > READER_UINT_MAX ? READER_UINT_MAX : n);
}

enum err
reader_say(struct reader *r, enum msg_id id, json_t *body)
{
	r->said++;
	return channel_send_wait(r->desk, id, body, -1);
}

enum err
reader_progress(struct reader *r, bool now)
{
	int64_t now_ms = clock_mono_ms();

	if (!now && now_ms - r->told_ms < LIM_PROGRESS_MS)
		return ERR_OK;
	r->told_ms = now_ms;
	json_t *body = json_pack(
	    "{s:I, s:I}", "files", reader_uint(r->files), "bytes", reader_uint(r->bytes));
	if (r->step != NULL && r->of > 0) {
		json_object_set_new(body, "step", json_string(r->step));
		json_object_set_new(body, "at", json_integer(reader_uint(r->at)));
		json_object_set_new(body, "of", json_integer(reader_uint(r->of)));
	}
	return reader_say(r, MSG_READER_PROGRESS, body);
}

/* The medium has answered.  A desk that has gone is noticed by whoever speaks next. */
static void
reader_on_answer(void *arg)
{
	struct reader *r = arg;
	if (clock_mono_ms() - r->told_ms >= LIM_STALL_MS)
		r->said_stalled = r->said;
	(void)reader_progress(r, false);
}

/* What it is at, for those who have to tell why it died. */
static void
reader_on_at(void *arg, unsigned volume, const uint64_t *offset)
{
	const struct reader *r = arg;
	json_t *body = json_pack("{s:i}", "volume", (int)volume);
	if (offset != NULL)
		json_object_set_new(body, "offset", json_integer(reader_uint(*offset)));
	busy_given();
	/* not counted: it says nothing of an item, so a skip under way still means the same */
	(void)channel_send_wait(r->desk, MSG_READER_AT, body, -1);
}

/* --- metadata ----------------------------------------------------------------- */

/* What the bytes of the medium belong to: exactly all of them. */
static void
reader_account(const struct reader *r, json_t *body)
{
	struct medium_account a;
	medium_account(r->medium, &a);
	json_object_set_new(body, "tables", json_integer(reader_uint(a.tables)));
	json_object_set_new(body, "volume_bytes", json_integer(reader_uint(a.volumes)));
	json_object_set_new(body, "regions", json_integer(reader_uint(a.regions)));
}

static enum err
reader_medium(struct reader *r, const char *before)
{
	json_t *volumes = json_array();

	for (size_t i = 0; i < medium_volumes(r->medium); i++) {
		const struct volume *v = medium_volume(r->medium, i);
		char label[READER_LABEL_CELLS + 1];
		escape_fit(
		    v->label, v->label_len, label, sizeof(label), READER_LABEL_CELLS, NULL);
		json_t *row = json_pack("{s:I, s:s, s:I, s:s}", "n", (json_int_t)v->number,
		    "kind", v->kind, "bytes", reader_uint(v->bytes), "label", label);
		if (medium_stopped(r->medium, i))
			json_object_set_new(row, "stopped", json_true());
		if (medium_locked(r->medium, i)) {
			json_object_set_new(row, "locked", json_true());
			json_object_set_new(row, "offset",
			    json_integer(reader_uint(medium_locked_offset(r->medium, i))));
		}
		json_array_append_new(volumes, row);
	}
	json_t *body = json_pack("{s:I, s:I, s:s, s:o, s:b}", "bytes",
	    reader_uint(medium_bytes(r->medium)), "sector",
	    (json_int_t)medium_sector_bytes(r->medium), "table", medium_table(r->medium),
	    "volumes", volumes, "write_protected", (int)medium_write_protected(r->medium));
	reader_account(r, body);
	json_object_set_new(body, "before", json_string(before));
	return reader_say(r, MSG_READER_MEDIUM, body);
}

static enum err
reader_item(void *arg, const struct walk_item *it)
{
	struct reader *r = arg;
	char name[HEX_B64_SIZE(LIM_NAME_BYTES)], link[HEX_B64_SIZE(LIM_LINK_BYTES)];

	busy_given();
	hex_b64_encode(it->name, it->name_len, name);
	hex_b64_encode(it->link, it->link_len, link);
	json_t *body = json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:I}", "id",
	    (json_int_t)it->id, "parent", (json_int_t)it->parent, "volume",
	    (json_int_t)it->volume, "name", name, "kind", item_kind_print(it->kind), "state",
	    item_state_print(it->state), "why", it->why, "size", reader_uint(it->size_bytes));
	json_object_set_new(body, "mode", json_integer((json_int_t)it->mode));
	json_object_set_new(body, "mtime", json_string(it->mtime));
	json_object_set_new(body, "zone", json_string(it->utc ? "utc" : "none"));
	json_object_set_new(body, "link", json_string(link));
	json_object_set_new(body, "links", json_integer(reader_uint(it->links)));
	if (it->place != 0)
		json_object_set_new(body, "place", json_integer(reader_uint(it->place)));
	return reader_say(r, MSG_READER_ITEM, body);
}

/* --- the whole ---------------------------------------------------------------- */

/* Waits for this message; caller calls msg_done. */
static enum err
reader_wait(struct reader *r, enum msg_id id, struct msg *ret_msg)
{
	enum err err = channel_recv_wait(r->desk, ret_msg, -1);

	if (err != ERR_OK)
		return err;
	if (ret_msg->id == id)
		return ERR_OK;
	msg_done(ret_msg);
	return ERR_PROTO;
}

/* Tells the desk why there is nothing to read; ERR_DENIED ends the program. */
static enum err
reader_failed(struct reader *r, const char *why)
{
	enum err err = reader_say(
	    r, MSG_READER_FAILED, json_pack("{s:s}", "why", why[0] ? why : "unknown"));
	return err == ERR_OK ? ERR_DENIED : err;
}

/* The vault drops what is half there, and has nothing to say that the desk hears first. */
static enum err
reader_gone(struct reader *r)
{
	enum err err = reader_abort(r);
	if (err == ERR_OK)
		err = reader_say(r, MSG_READER_FAILED,
		    json_pack(
			"{s:s, s:b}", "why", "the medium does not answer any more", "gone", 1));
	return err == ERR_OK ? ERR_DENIED : err;
}

static enum err
reader_totals(struct reader *r)
{
	busy_given();
	const struct walk_totals *t = medium_totals(r->medium);
	return reader_say(r, MSG_READER_TOTALS,
	    json_pack("{s:I, s:I, s:I}", "items", reader_uint(t->items), "files",
		reader_uint(t->files), "bytes", reader_uint(t->bytes)));
}

static enum err
reader_digest(struct reader *r, const char *step, char out[MEDIUM_DIGEST_SIZE])
{
	r->step = step;
	enum err err = medium_digest(r->medium, r->digest, reader_digest_tick, r, out);
	r->step = NULL;
	return err;
}

static enum err
reader_walk(struct reader *r)
{
	char before[MEDIUM_DIGEST_SIZE];
	const char *why = "";
	enum err err = medium_open_how(READER_MEDIUM_FD, &r->how, &r->medium, &why);

	if (err != ERR_OK)
		return reader_failed(r, why);
	medium_look_at_most(r->medium, r->look_bytes);
	r->told_ms = clock_mono_ms();
	medium_watch(r->medium, reader_on_answer, r);
	err = reader_digest(r, "digest", before);
	if (err == ERR_OK)
		err = reader_medium(r, before);
	if (err == ERR_OK)
		err = medium_walk(r->medium, reader_item, r, &why);
	if (err == ERR_LIMIT)
		return reader_failed(r, why);
	if (err == ERR_NOTFOUND || (err == ERR_OK && medium_gone(r->medium)))
		return reader_gone(r);
	return err == ERR_OK ? reader_totals(r) : err;
}

/* --- between the metadata and the contents ------------------------------------- */

/* Items that are not to be read. */
static enum err
reader_on_skip(struct reader *r, struct msg *m)
{
	const json_t *items = json_object_get(m->body, "items"), *item;
	size_t i, n = json_array_size(items);
	MEM_FREE uint64_t *ids = mem_array(n, sizeof(*ids));

	json_array_foreach (items, i, item) {
		if (!json_is_integer(item) || json_integer_value(item) <= 0)
			return ERR_PROTO;
		ids[i] = (uint64_t)json_integer_value(item);
	}
	medium_leave_out(r->medium, ids, n);
	return reader_totals(r);
}

/* Files that somebody waits for: which of them were read is told. */
static enum err
reader_on_first(struct reader *r, struct msg *m)
{
	const json_t *items = json_object_get(m->body, "items"), *item;
	json_t *read = json_array();
	enum err err = ERR_OK;
	size_t i;

	r->told_ms = clock_mono_ms();
	json_array_foreach (items, i, item) {
		err = !json_is_integer(item) || json_integer_value(item) <= 0
		          ? ERR_PROTO
		          : medium_read_first(r->medium, (uint64_t)json_integer_value(item),
				reader_sink(), r);
		if (err == ERR_OK)
			json_array_append(read, (json_t *)(uintptr_t)item);
		else if (err != ERR_EXISTS)
			break;
		err = ERR_OK;
	}
	if (err == ERR_OK)
		return reader_say(r, MSG_READER_FIRST, json_pack("{s:o}", "items", read));
	json_decref(read);
	return err == ERR_NOTFOUND ? reader_gone(r) : err;
}

/* What an earlier reading brought into the vault. */
static enum err
reader_on_have(struct reader *r, struct msg *m)
{
	MEM_FREE uint8_t *bits = NULL;
	size_t n = 0;
	enum err err = io_memfd_read(m->fd, LIM_ITEMS / 8 + 1, &bits, &n);

	if (err != ERR_OK)
		return ERR_PROTO;
	medium_have(r->medium, bits, n);
	return reader_totals(r);
}

/* A volume's key: its items follow, and new totals. */
static enum err
reader_on_unlock(struct reader *r, struct msg *m)
{
	const char *why = "";
	bool opened = false;
	enum err err = reader_unlock(r, m, &opened, &why);

	if (err == ERR_LIMIT)
		return reader_failed(r, why);
	if (err == ERR_OK && opened && medium_gone(r->medium))
		return reader_gone(r);
	return err == ERR_OK && opened ? reader_totals(r) : err;
}

static const struct {
	enum msg_id id;
	enum err (*fn)(struct reader *, struct msg *);
} reader_choices[] = {
    {MSG_READ_UNLOCK, reader_on_unlock},
    {MSG_READ_SKIP, reader_on_skip},
    {MSG_READ_HAVE, reader_on_have},
    {MSG_READ_FIRST, reader_on_first},
};

/* What the desk chooses, until it says go. */
static enum err
reader_hold(struct reader *r)
{
	for (;;) {
		struct msg m;
		enum err err = channel_recv_wait(r->desk, &m, -1);
		if (err != ERR_OK)
			return err;
		bool go = m.id == MSG_READ_GO;
		err = go ? ERR_OK : ERR_PROTO;
		for (size_t i = 0; i < sizeof(reader_choices) / sizeof(reader_choices[0]); i++)
			if (reader_choices[i].id == m.id)
				err = reader_choices[i].fn(r, &m);
		msg_done(&m);
		if (go || err != ERR_OK)
			return err;
	}
}

/* --- the whole ------------------------------------------------------------------ */

static enum err
reader_begin_with(struct reader *r)
{
	struct msg m;
	const json_t *offset;
	size_t i;
	enum err err = reader_wait(r, MSG_READ_BEGIN, &m);

	if (err != ERR_OK)
		return err;
	const char *digest = msg_str(&m, "digest");
	r->digest = MEDIUM_DIGEST_METADATA;
	if (digest != NULL && !medium_digest_parse(digest, &r->digest))
		err = ERR_PROTO;
	r->look_bytes =
	    json_object_get(m.body, "look") != NULL ? msg_uint(&m, "look") : UINT64_MAX;
	r->how = (struct medium_how){.at = reader_on_at, .arg = r, .without = r->without};
	json_array_foreach (json_object_get(m.body, "without"), i, offset) {
		if (i == LIM_VOLUMES || !json_is_integer(offset) ||
		    json_integer_value(offset) < 0)
			err = ERR_PROTO;
		else
			r->without[r->how.n_without++] = (uint64_t)json_integer_value(offset);
	}
	msg_done(&m);
	return err;
}

static enum err
reader_done(struct reader *r)
{
	const struct medium_result *done = medium_result(r->medium);
	char after[MEDIUM_DIGEST_SIZE];
	enum err err = reader_digest(r, "digest again", after);

	if (err != ERR_OK)
		return err;
	json_t *body = json_pack("{s:I, s:I, s:I, s:s}", "files", reader_uint(done->files),
	    "bytes", reader_uint(done->bytes), "unreadable", reader_uint(done->unreadable),
	    "after", after);
	reader_account(r, body);
	return reader_say(r, MSG_READER_DONE, body);
}

static enum err
reader_serve(struct reader *r)
{
	enum err err = channel_greet(r->desk, LIM_CALL_MS, NULL);

	if (err == ERR_OK)
		err = reader_begin_with(r);
	if (err == ERR_OK)
		err = reader_walk(r);
	if (err == ERR_OK)
		err = reader_hold(r);
	if (err != ERR_OK)
		return err;
	r->told_ms = clock_mono_ms();
	r->step = "regions";
	r->at = 0;
	r->of = medium_to_look(r->medium);
	err = medium_read(r->medium, reader_sink(), r);
	if (err == ERR_OK)
		err = reader_done(r);
	return err == ERR_NOTFOUND ? reader_gone(r) : err;
}

static _Noreturn void
reader_usage(void)
{
	fprintf(stderr, "usage: " READER_PROGRAM "\n"
			"Started by sallyportd with descriptors 3 desk, 4 vault, 5 medium.\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct reader r = {0};
	const char *act = NULL, *why = "";
	int option;

	while ((option = getopt(argc, argv, "T:")) != -1) {
		if (option != 'T')
			reader_usage();
		act = optarg;
	}
	if (optind != argc)
		reader_usage();
	log_init(READER_PROGRAM);
	signal(SIGPIPE, SIG_IGN);
	setenv("TZ", "UTC0", 1); /* libtsk looks for a zone with every time it converts */
	tzset();
	json_object_seed(0);
	decrypt_init();
	/* larger is faster; a pipe that stays small still works */
	(void)fcntl(READER_VAULT_FD, F_SETPIPE_SZ, READER_PIPE_BYTES);
	/* a vault that is slow must not look like a medium that is */
	if (fcntl(READER_VAULT_FD, F_SETFL, O_NONBLOCK) != 0)
		log_fatal("The reader's pipe to the vault cannot be used.");
	digest_init();
	if (sandbox_enter(ROLE_READER, NULL, 0, &why) != ERR_OK)
		log_fatal("The reader cannot enter its sandbox: %s.", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("The reader could do what its contract forbids: %s.", act);
	}
	busy_begin(LIM_READER_BUSY_S);
	r.desk = channel_new(READER_DESK_FD, ROLE_READER, ROLE_DESK);
	enum err err = channel_hello(r.desk, READER_PROGRAM, sandbox_active());
	if (err == ERR_OK)
		err = reader_serve(&r);
	if (err == ERR_PROTO)
		log_warn("%s", channel_why(r.desk));
	else if (err != ERR_OK && err != ERR_DENIED)
		log_warn("stopped: %s", err_str(err));
	medium_close(r.medium);
	channel_free(r.desk);
	return err == ERR_OK ? 0 : 1;
}
