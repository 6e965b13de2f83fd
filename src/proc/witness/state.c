/* SPDX-License-Identifier: ISC */
#include "src/proc/witness/state.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/cosign.h"
#include "src/core/digest.h"
#include "src/core/merkle.h"
#include "src/core/seal.h"
#include "src/core/tlog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_KEY    "key"
#define STATE_NAME   "name"
#define STATE_PLACE  "place"
#define STATE_SUFFIX 8

#define refuse(why, e, ...) err_say(e, why, STATE_WHY_SIZE, __VA_ARGS__)

/* A small file as text; ERR_NOTFOUND. */
static enum err
read_text(int dir, const char *name, char **ret)
{
	uint8_t *bytes;
	size_t n;
	MEM_CLOSE int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	enum err e = io_slurp(fd, LIM_NOTE_BYTES, &bytes, &n);
	if (e != ERR_OK)
		return e;
	*ret = mem_printf("%.*s", (int)n, (const char *)bytes);
	free(bytes);
	return ERR_OK;
}

/* Where the key was made: device, inode and birth of its file.  A copy has another. */
static enum err
print_place(int dir, struct buf *out)
{
	struct statx st;
	if (statx(dir, STATE_KEY, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &st) != 0)
		return ERR_IO;
	return buf_addf(out, "%ju %jd.%u\n", (uintmax_t)st.stx_ino,
	    (intmax_t)((st.stx_mask & STATX_BTIME) != 0 ? st.stx_btime.tv_sec : 0),
	    (st.stx_mask & STATX_BTIME) != 0 ? st.stx_btime.tv_nsec : 0);
}

/* One at a time; and never on a copy of the folder. */
static enum err
hold(int dir, char why[STATE_WHY_SIZE])
{
	struct buf place;
	char *was = NULL;
	if (flock(dir, LOCK_EX | LOCK_NB) != 0)
		return refuse(why, ERR_AGAIN, "another sallyport-witness is at work here");
	buf_init(&place, 256);
	enum err e = print_place(dir, &place);
	if (e == ERR_OK)
		e = read_text(dir, STATE_PLACE, &was);
	if (e != ERR_OK)
		refuse(why, e, "this folder holds no witness: begin with init");
	else if (strcmp(was, buf_str(&place)) != 0)
		e = refuse(why, ERR_DENIED,
		    "this folder is a copy: a witness is never restored. Retire its key and "
		    "make "
		    "a new one");
	buf_done(&place);
	free(was);
	return e;
}

static void
log_file(const char *origin, const char *suffix, char out[HEX_DIGEST_SIZE + STATE_SUFFIX])
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(origin, strlen(origin), digest);
	hex_encode(digest, sizeof(digest), hex);
	snprintf(out, HEX_DIGEST_SIZE + STATE_SUFFIX, "%s%s", hex, suffix);
}

static enum err
load_key(int dir, struct sshsig_key **ret_key, char **ret_name, char why[STATE_WHY_SIZE])
{
	struct seal_secret *seed = NULL;
	MEM_CLOSE int fd = openat(dir, STATE_KEY, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum err e = fd < 0 ? ERR_IO : seal_secret_load(fd, SSHSIG_SEED_SIZE, &seed);
	if (e == ERR_OK)
		e = read_text(dir, STATE_NAME, ret_name);
	if (e == ERR_OK)
		e = seal_seed_key(seed, ret_key);
	seal_secret_free(seed);
	return e == ERR_OK ? e : refuse(why, e, "the key cannot be read: %s", err_str(e));
}

enum err
state_init(int dir, const char *name, char ret_vkey[NOTE_VKEY_SIZE], char why[STATE_WHY_SIZE])
{
	struct seal_secret *seed = NULL;
	struct sshsig_key *key = NULL;
	struct note_vkey vkey;
	struct buf place;
	enum err e = seal_seed_new(&seed);
	if (e == ERR_OK)
		e = seal_seed_key(seed, &key);
	if (e == ERR_OK)
		e = cosign_vkey_new(name, sshsig_key_public(key), &vkey);
	if (e == ERR_SYNTAX)
		refuse(why, e, "a name has 1 to %d bytes, without blanks and +",
		    LIM_NOTE_NAME_BYTES);
	else if (e == ERR_OK && faccessat(dir, STATE_KEY, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		e = refuse(why, ERR_EXISTS, "there is a witness in this folder");
	buf_init(&place, 256);
	if (e == ERR_OK) {
		e = io_create_synced(
		    dir, STATE_KEY, 0400, seal_secret_bytes(seed), seal_secret_len(seed));
		if (e == ERR_OK)
			e = io_create_synced(dir, STATE_NAME, 0400, name, strlen(name));
		if (e == ERR_OK)
			e = print_place(dir, &place);
		if (e == ERR_OK)
			e = io_create_synced(dir, STATE_PLACE, 0400, place.data, place.len);
		if (e != ERR_OK)
			refuse(why, e, "the folder cannot be written: %s", err_str(e));
	}
	if (e == ERR_OK)
		note_vkey_print(&vkey, ret_vkey);
	buf_done(&place);
	sshsig_key_free(key);
	seal_secret_free(seed);
	return e;
}

enum err
state_add(int dir, const char *vkey, char why[STATE_WHY_SIZE])
{
	struct note_vkey key;
	char file[HEX_DIGEST_SIZE + STATE_SUFFIX];
	enum err e = note_vkey_parse(vkey, &key);
	if (e != ERR_OK)
		return refuse(
		    why, ERR_SYNTAX, "this is no verifier key of a log: see sallyport witness");
	e = hold(dir, why);
	if (e != ERR_OK)
		return e;
	log_file(key.name, ".log", file);
	e = io_create_synced(dir, file, 0400, vkey, strlen(vkey));
	if (e == ERR_OK)
		return e;
	return faccessat(dir, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0
	           ? refuse(why, ERR_EXISTS, "this log was added; its key never changes")
	           : refuse(why, e, "the folder cannot be written: %s", err_str(e));
}

/* --- signing ------------------------------------------------------------------------- */

/* What was cosigned last; size 0 when nothing was. */
static enum err
read_head(int dir, const char *file, const char *origin, struct note_checkpoint *ret,
    char why[STATE_WHY_SIZE])
{
	char *text = NULL;
	*ret = (struct note_checkpoint){.size = 0};
	enum err e = read_text(dir, file, &text);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e == ERR_OK)
		e = note_checkpoint_parse(text, strlen(text), ret);
	if (e == ERR_OK && strcmp(ret->origin, origin) != 0)
		e = ERR_RANGE;
	free(text);
	return e == ERR_OK ? e
	                   : refuse(why, ERR_IO,
				 "the state of this log is damaged: retire this witness");
}

/* The checkpoint of the request, signed by a log that was added. */
static enum err
open_checkpoint(int dir, const struct tlog_request *r, struct note_checkpoint *ret,
    char why[STATE_WHY_SIZE])
{
	struct note *note;
	struct note_vkey key;
	char file[HEX_DIGEST_SIZE + STATE_SUFFIX], *vkey = NULL;
	enum err e = note_parse(r->checkpoint, r->checkpoint_len, &note);
	if (e == ERR_OK) {
		e = note_checkpoint_parse(note->text, note->text_len, ret);
		note_free(note);
	}
	if (e != ERR_OK)
		return refuse(why, ERR_SYNTAX, "the request holds no checkpoint");
	log_file(ret->origin, ".log", file);
	if (read_text(dir, file, &vkey) != ERR_OK)
		return refuse(why, ERR_NOTFOUND, "this log was not added here");
	e = note_vkey_parse(vkey, &key);
	free(vkey);
	if (e == ERR_OK)
		e = note_checkpoint_open(r->checkpoint, r->checkpoint_len, &key, ret);
	return e == ERR_OK
	           ? e
	           : refuse(why, ERR_SIGNATURE, "the checkpoint is not signed by its log");
}

/* Whether the checkpoint continues what was cosigned. */
static enum err
check_growth(const struct tlog_request *r, const struct note_checkpoint *last,
    const struct note_checkpoint *c, struct buf *answer, char why[STATE_WHY_SIZE])
{
	if (r->old > c->size)
		return refuse(why, ERR_SYNTAX, "the request begins behind its own checkpoint");
	if (r->old != last->size) {
		buf_addf(answer, "%ju\n", (uintmax_t)last->size);
		return refuse(why, ERR_STATE,
		    "the request begins at %ju entries, and %ju were cosigned: %s",
		    (uintmax_t)r->old, (uintmax_t)last->size,
		    c->size < last->size
			? "the log went back, or this is an old request; ask the station why"
			: "make the request anew");
	}
	if (r->old == 0)
		return ERR_OK;
	if (c->size == last->size && memcmp(c->root, last->root, sizeof(c->root)) != 0)
		return refuse(why, ERR_DENIED,
		    "the log signed two different checkpoints of %ju entries: keep this "
		    "request, it "
		    "is evidence",
		    (uintmax_t)c->size);
	if (merkle_consistency_check(last->size, c->size, &r->proof, last->root, c->root) !=
	    ERR_OK)
		return refuse(why, ERR_SIGNATURE,
		    "it is not proved that the checkpoint continues what was cosigned: keep "
		    "this "
		    "request");
	return ERR_OK;
}

/* First on the disk, then signed. */
static enum err
commit(int dir, const struct note_checkpoint *c, uint64_t time_s, struct buf *answer,
    char why[STATE_WHY_SIZE])
{
	char file[HEX_DIGEST_SIZE + STATE_SUFFIX], *name = NULL;
	struct sshsig_key *key = NULL;
	struct buf text;
	log_file(c->origin, ".head", file);
	buf_init(&text, LIM_NOTE_BYTES);
	enum err e = note_checkpoint_text(c->origin, c->size, c->root, &text);
	if (e == ERR_OK)
		e = load_key(dir, &key, &name, why);
	if (e == ERR_OK) {
		e = io_replace_synced(dir, file, 0400, text.data, text.len);
		if (e != ERR_OK)
			refuse(why, e, "the state cannot be written: %s", err_str(e));
	}
	if (e == ERR_OK)
		e = cosign_sign(buf_str(&text), text.len, time_s, name, key, answer);
	buf_done(&text);
	sshsig_key_free(key);
	free(name);
	return e;
}

enum err
state_sign(int dir, const void *request, size_t n, uint64_t time_s, struct buf *ret_answer,
    char why[STATE_WHY_SIZE])
{
	struct tlog_request r;
	struct note_checkpoint last, c;
	char file[HEX_DIGEST_SIZE + STATE_SUFFIX];
	enum err e = hold(dir, why);
	if (e != ERR_OK)
		return e;
	if (tlog_request_parse(request, n, &r) != ERR_OK)
		return refuse(why, ERR_SYNTAX, "this is no request to a witness");
	e = open_checkpoint(dir, &r, &c, why);
	if (e != ERR_OK)
		return e;
	log_file(c.origin, ".head", file);
	e = read_head(dir, file, c.origin, &last, why);
	if (e == ERR_OK)
		e = check_growth(&r, &last, &c, ret_answer, why);
	return e == ERR_OK ? commit(dir, &c, time_s, ret_answer, why) : e;
}

/* --- looking ------------------------------------------------------------------------- */

/* A name that ends so. */
static bool
ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);
	return n > m && strcmp(name + n - m, suffix) == 0;
}

enum err
state_print(int dir, struct buf *out, char why[STATE_WHY_SIZE])
{
	struct sshsig_key *key = NULL;
	char *name = NULL, vkey[NOTE_VKEY_SIZE];
	struct note_vkey v;
	struct dirent *d;
	enum err e = hold(dir, why);
	if (e == ERR_OK)
		e = load_key(dir, &key, &name, why);
	if (e == ERR_OK)
		e = cosign_vkey_new(name, sshsig_key_public(key), &v);
	if (e == ERR_OK) {
		note_vkey_print(&v, vkey);
		buf_addf(out, "%s\n", vkey);
	}
	int copy = e == ERR_OK ? openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *all = copy >= 0 ? fdopendir(copy) : NULL;
	while (all != NULL && (d = readdir(all)) != NULL) {
		char *text = NULL;
		struct note_checkpoint c;
		if (ends_in(d->d_name, ".head") && read_text(dir, d->d_name, &text) == ERR_OK &&
		    note_checkpoint_parse(text, strlen(text), &c) == ERR_OK)
			buf_addf(out, "%s %ju\n", c.origin, (uintmax_t)c.size);
		free(text);
	}
	if (all != NULL)
		closedir(all);
	sshsig_key_free(key);
	free(name);
	return e;
}
