/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/keys.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/note.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEYS_NAME_SIZE      32
#define refuse(why, e, ...) err_say(e, why, CUSTODY_WHY_SIZE, __VA_ARGS__)

static const char *const words[] = {"log", "station"};

/* The first epoch's are log.key and station.key. */
static void
name_of(const char *word, unsigned epoch, char out[KEYS_NAME_SIZE])
{
	if (epoch == 1)
		snprintf(out, KEYS_NAME_SIZE, "%s.key", word);
	else
		snprintf(out, KEYS_NAME_SIZE, "%s.%u.key", word, epoch);
}

static enum err
load(int dirfd, const char *name, struct sshsig_key **ret, char *why)
{
	struct seal_secret *seed = NULL;
	MEM_CLOSE int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return refuse(why, ERR_NOTFOUND, "%s is not there", name);
	enum err err = fd < 0 ? ERR_IO : seal_secret_load(fd, SSHSIG_SEED_SIZE, &seed);
	if (err == ERR_OK)
		err = seal_seed_key(seed, ret);
	seal_secret_free(seed);
	return err == ERR_OK ? ERR_OK
	                     : refuse(why, err == ERR_NOTFOUND ? ERR_IO : err,
				   "%s cannot be read: %s", name, err_str(err));
}

static enum err
make(int dirfd, const char *name, struct sshsig_key **ret, char *why)
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

void
keys_free(struct keys *k)
{
	sshsig_key_free(k->log);
	sshsig_key_free(k->station);
	*k = (struct keys){NULL, NULL};
}

static enum err
both(enum err (*fn)(int, const char *, struct sshsig_key **, char *), int dirfd, unsigned epoch,
    struct keys *ret, char *why)
{
	char name[KEYS_NAME_SIZE];
	struct keys k = {NULL, NULL};
	name_of(words[0], epoch, name);
	enum err err = fn(dirfd, name, &k.log, why);
	name_of(words[1], epoch, name);
	if (err == ERR_OK)
		err = fn(dirfd, name, &k.station, why);
	if (err == ERR_OK)
		*ret = k;
	else
		keys_free(&k);
	return err;
}

enum err
keys_load(int dirfd, unsigned epoch, struct keys *ret, char why[CUSTODY_WHY_SIZE])
{
	return both(load, dirfd, epoch, ret, why);
}

enum err
keys_make(int dirfd, unsigned epoch, struct keys *ret, char why[CUSTODY_WHY_SIZE])
{
	char name[KEYS_NAME_SIZE];
	/* one of two that was made when the power went is no use to anybody */
	for (size_t i = 0; epoch > 1 && i < 2; i++) {
		name_of(words[i], epoch, name);
		if (unlinkat(dirfd, name, 0) != 0 && errno != ENOENT)
			return refuse(why, ERR_IO, "%s cannot be removed", name);
	}
	return both(make, dirfd, epoch, ret, why);
}

bool
keys_fit(const struct keys *k, const char *vkey, const char *station_line)
{
	struct note_vkey key;
	char line[SSHSIG_LINE_SIZE];
	if (k->log == NULL || note_vkey_parse(vkey, &key) != ERR_OK)
		return false;
	sshsig_public_line(sshsig_key_public(k->station), line);
	return memcmp(key.public, sshsig_key_public(k->log), sizeof(key.public)) == 0 &&
	       strcmp(line, station_line) == 0;
}

bool
keys_remove(int dirfd)
{
	char name[KEYS_NAME_SIZE];
	for (size_t i = 0; i < 2; i++) {
		name_of(words[i], 1, name);
		if (unlinkat(dirfd, name, 0) != 0 && errno != ENOENT)
			return false;
	}
	return true;
}
