/* SPDX-License-Identifier: ISC */
#include "src/proc/unlock/volkey.h"
#include "src/base/mem.h"
#include "src/base/pin.h"
#include "src/proc/unlock/recovery.h"
#include "src/proc/unlock/volkey_in.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <jansson.h>
#include <libcryptsetup.h>

/* --- before the sandbox ---------------------------------------------------------- */

static void
volkey_silent(int level, const char *text, void *arg)
{
	(void)level;
	(void)text;
	(void)arg;
}

/* Ends as libargon2's threads do, for which the C library loads another one. */
static void *
volkey_thread(void *arg)
{
	(void)arg;
	pthread_exit(NULL);
}

void
volkey_path(int fd, char out[VOLKEY_PATH_SIZE])
{
	snprintf(out, VOLKEY_PATH_SIZE, "/proc/self/fd/%d", fd);
}

void
volkey_init(void)
{
	struct crypt_params_tcrypt p = {.passphrase = "x",
	    .passphrase_size = 1,
	    .hash_name = "sha1",
	    .flags = CRYPT_TCRYPT_LEGACY_MODES};
	static const uint8_t zeros[4096];
	char path[VOLKEY_PATH_SIZE];
	struct crypt_device *cd = NULL;
	pthread_t thread;

	crypt_set_log_callback(NULL, volkey_silent, NULL);
	crypt_metadata_locking(NULL, 0);
	if (pthread_create(&thread, NULL, volkey_thread, NULL) == 0)
		pthread_join(thread, NULL);
	/* a volume that opens with nothing */
	MEM_CLOSE int fd = memfd_create("none", MFD_CLOEXEC);
	volkey_path(fd, path);
	if (fd < 0 || write(fd, zeros, sizeof(zeros)) != sizeof(zeros) ||
	    crypt_init(&cd, path) != 0)
		return;
	(void)crypt_load(cd, CRYPT_TCRYPT, &p);
	(void)crypt_load(cd, CRYPT_LUKS, NULL);
	crypt_free(cd);
}

/* --- telling ---------------------------------------------------------------------- */

enum err
volkey_fail(struct volkey *k, enum err e, const char *fmt, ...)
{
	va_list ap;

	k->wrong = e == ERR_DENIED;
	va_start(ap, fmt);
	vsnprintf(k->why, sizeof(k->why), fmt, ap);
	va_end(ap);
	return e;
}

enum err
volkey_no_memory(struct volkey *k)
{
	return volkey_fail(k, ERR_IO,
	    "The station has not enough memory free to try the secret. Try again when other "
	    "transfers have ended.");
}

/* The names of a cipher come from the medium. */
static const char *
volkey_word(const char *s, char out[32])
{
	size_t n = 0;

	for (; s != NULL && s[n] != '\0' && n < 31; n++)
		out[n] = s[n];
	out[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (out[i] < '!' || out[i] > '~')
			out[i] = '?';
	return out;
}

/* cipher and mode, "xts-plain64", as a layout's. */
enum err
volkey_cipher(struct crypt_device *cd, struct volkey *k)
{
	char cipher[32], mode[32], name[64];
	struct layout *l = &k->layout;

	volkey_word(crypt_get_cipher(cd), cipher);
	volkey_word(crypt_get_cipher_mode(cd), mode);
	const char *dash = strchr(mode, '-');
	snprintf(
	    name, sizeof(name), "%s-%.*s", cipher, dash != NULL ? (int)(dash - mode) : 0, mode);
	if (dash == NULL || !layout_cipher_parse(name, &l->cipher) ||
	    !layout_iv_parse(dash + 1, &l->iv))
		return volkey_fail(k, ERR_RANGE,
		    "The volume is encrypted with %s-%s, which this station does not read. Ask "
		    "for a medium encrypted with AES.",
		    cipher, mode);
	l->key_bytes = (unsigned)crypt_get_volume_key_size(cd);
	return ERR_OK;
}

enum err
volkey_layout(struct volkey *k, uint64_t volume_bytes)
{
	const char *why;

	if (layout_check(&k->layout, volume_bytes, &why) == ERR_OK)
		return ERR_OK;
	return volkey_fail(
	    k, ERR_SYNTAX, "The header of the encrypted volume is damaged: %s.", why);
}

/* --- LUKS ------------------------------------------------------------------------- */

bool
volkey_kdf_fits(const char *type, uint32_t passes, uint32_t memory_kib)
{
	if (strcmp(type, CRYPT_KDF_PBKDF2) == 0)
		return passes <= LIM_UNLOCK_KDF_ROUNDS;
	return memory_kib <= LIM_UNLOCK_KDF_KIB &&
	       (uint64_t)passes * memory_kib <= LIM_UNLOCK_KDF_WORK;
}

/* What a try did not find, in order of what an officer should hear. */
struct volkey_tries {
	unsigned slots, heavy;
	bool memory, other;
};

static bool
volkey_try(struct crypt_device *cd, int slot, const void *secret, size_t n, struct volkey *k,
    struct volkey_tries *t)
{
	size_t len = LIM_VOLUME_KEY_BYTES;

	if (n == 0)
		return false;
	int r = crypt_volume_key_get(cd, slot, (char *)k->key, &len, secret, n);
	if (r >= 0 && len == k->layout.key_bytes)
		return true;
	t->memory |= r == -ENOMEM;
	t->other |= r != -EPERM && r != -ENOMEM && r != -ENOENT;
	return false;
}

/* The key files, then the passphrase: one that fits is enough. */
static bool
volkey_try_all(struct crypt_device *cd, int slot, const struct secret *s, struct volkey *k,
    struct volkey_tries *t)
{
	for (size_t i = 0; i < s->n_files; i++)
		if (volkey_try(cd, slot, s->files[i].bytes, s->files[i].len, k, t))
			return true;
	return volkey_try(cd, slot, s->passphrase, s->passphrase_len, k, t);
}

static bool
volkey_slots(
    struct crypt_device *cd, const struct secret *s, struct volkey *k, struct volkey_tries *t)
{
	int slots = crypt_keyslot_max(crypt_get_type(cd));

	for (int i = 0; i < slots; i++) {
		struct crypt_pbkdf_type kdf = {.type = NULL};
		crypt_keyslot_info status = crypt_keyslot_status(cd, i);
		if (status != CRYPT_SLOT_ACTIVE && status != CRYPT_SLOT_ACTIVE_LAST)
			continue;
		t->slots++;
		if (crypt_keyslot_get_pbkdf(cd, i, &kdf) != 0 || kdf.type == NULL ||
		    !volkey_kdf_fits(kdf.type, kdf.iterations, kdf.max_memory_kb)) {
			t->heavy++;
			continue;
		}
		if (volkey_try_all(cd, i, s, k, t))
			return true;
	}
	return false;
}

static enum err
volkey_luks_missed(struct volkey *k, const struct volkey_tries *t)
{
	if (t->slots == 0)
		return volkey_fail(k, ERR_SYNTAX,
		    "The LUKS volume has no key slot: nothing can open it. Ask for another "
		    "medium.");
	if (t->memory)
		return volkey_no_memory(k);
	if (t->slots == t->heavy)
		return volkey_fail(k, ERR_LIMIT,
		    "Every key slot of the LUKS volume asks for more work or memory than this "
		    "station spends on one try (%u MiB). Have a key slot added with less: "
		    "cryptsetup luksConvertKey --pbkdf-memory.",
		    LIM_UNLOCK_KDF_KIB / 1024);
	if (t->heavy > 0)
		return volkey_fail(k, ERR_DENIED,
		    "The secret fits none of %u key slots; %u more ask for more work or memory "
		    "than this station spends on one try, and were not tried.",
		    t->slots - t->heavy, t->heavy);
	if (t->other)
		return volkey_fail(k, ERR_SYNTAX,
		    "A key slot of the LUKS volume is damaged or of an unknown form, and the "
		    "secret fits no other.");
	return volkey_fail(k, ERR_DENIED,
	    "The passphrase or key file does not fit this LUKS volume. Look for capital "
	    "letters and the keyboard's layout, and try again.");
}

/*
 * What of a LUKS2 header the library has no call for: its contents are in one
 * piece, without sums beside the sectors, its first sector has the number 0,
 * and proving a key costs no more than finding it.
 */
static const char *
volkey_luks2_odd(json_t *header)
{
	json_t *segments = json_object_get(header, "segments");
	const json_t *segment = json_object_get(segments, "0"), *digest;
	const char *id, *iv = json_string_value(json_object_get(segment, "iv_tweak"));

	if (json_object_size(segments) != 1 || segment == NULL)
		return "its contents are in several pieces, as while it is encrypted anew";
	if (json_object_get(segment, "integrity") != NULL)
		return "it keeps sums of its sectors (dm-integrity)";
	if (iv == NULL || strcmp(iv, "0") != 0)
		return "its sectors are numbered in an unusual way";
	json_object_foreach (json_object_get(header, "digests"), id, digest)
		if (json_integer_value(json_object_get(digest, "iterations")) >
		    LIM_UNLOCK_KDF_ROUNDS)
			return "it asks for more rounds of key derivation than this station "
			       "spends on one try";
	return NULL;
}

static enum err
volkey_luks_check(struct crypt_device *cd, struct volkey *k)
{
	const char *text = NULL, *odd = NULL;

	if (strcmp(crypt_get_type(cd), CRYPT_LUKS2) != 0)
		return volkey_cipher(cd, k);
	json_t *header = crypt_dump_json(cd, &text, 0) == 0 && text != NULL
	                     ? json_loads(text, JSON_REJECT_DUPLICATES, NULL)
	                     : NULL;
	odd = header == NULL ? "its header cannot be understood" : volkey_luks2_odd(header);
	json_decref(header);
	if (odd == NULL && crypt_reencrypt_status(cd, NULL) != CRYPT_REENCRYPT_NONE)
		odd = "it is half way through being encrypted anew";
	if (odd == NULL)
		return volkey_cipher(cd, k);
	return volkey_fail(k, ERR_RANGE,
	    "This form of LUKS volume is not read: %s. Ask for a medium that cryptsetup "
	    "luksFormat made in the ordinary way.",
	    odd);
}

static enum err
volkey_luks(
    struct crypt_device *cd, const struct header *h, const struct secret *s, struct volkey *k)
{
	struct volkey_tries t = {0, 0, false, false};
	struct layout *l = &k->layout;

	if (crypt_load(cd, CRYPT_LUKS, NULL) != 0)
		return volkey_fail(k, ERR_SYNTAX,
		    "The header of the LUKS volume is damaged, or of a form that this station "
		    "does not know. Without it nothing can open the volume: ask for another "
		    "medium.");
	enum err e = volkey_luks_check(cd, k);
	if (e != ERR_OK)
		return e;
	l->sector_bytes = (unsigned)crypt_get_sector_size(cd);
	uint64_t offset = crypt_get_data_offset(cd);
	if (offset > h->bytes / 512 || l->sector_bytes == 0)
		return volkey_fail(k, ERR_SYNTAX,
		    "The header of the LUKS volume says that its contents lie outside it.");
	l->offset_bytes = offset * 512;
	l->bytes = (h->bytes - l->offset_bytes) / l->sector_bytes * l->sector_bytes;
	l->iv_offset = crypt_get_iv_offset(cd);
	e = volkey_layout(k, h->bytes);
	if (e == ERR_OK && !volkey_slots(cd, s, k, &t))
		e = volkey_luks_missed(k, &t);
	return e;
}

/* --- BitLocker -------------------------------------------------------------------- */

/* A recovery key as the library wants it, when it was typed otherwise; why, when wrongly. */
static bool
volkey_recovery(struct crypt_device *cd, const struct secret *s, struct volkey *k,
    struct volkey_tries *t, char why[RECOVERY_WHY_SIZE])
{
	uint8_t *key = pin_new(RECOVERY_BYTES);
	bool good = false;

	if (key == NULL) {
		t->memory = true;
		return false;
	}
	if (recovery_parse(s->passphrase, s->passphrase_len, key, why) == RECOVERY_GOOD &&
	    (s->passphrase_len != RECOVERY_BYTES ||
		memcmp(s->passphrase, key, RECOVERY_BYTES) != 0))
		good = volkey_try(cd, CRYPT_ANY_SLOT, key, RECOVERY_BYTES, k, t);
	pin_free(key, RECOVERY_BYTES);
	return good;
}

static enum err
volkey_bitlocker(
    struct crypt_device *cd, const struct header *h, const struct secret *s, struct volkey *k)
{
	struct volkey_tries t = {0, 0, false, false};
	char mistyped[RECOVERY_WHY_SIZE] = "";

	if (!h->cipher_known)
		return volkey_fail(k, ERR_RANGE,
		    "The BitLocker volume is encrypted with %s, which this station does not "
		    "read. Have it encrypted anew by Windows 8 or later.",
		    h->cipher);
	if (crypt_load(cd, CRYPT_BITLK, NULL) != 0)
		return volkey_fail(k, ERR_SYNTAX,
		    "BitLocker's metadata is damaged: nothing can open the volume. Ask for "
		    "another medium.");
	k->layout = h->layout;
	if (volkey_try_all(cd, CRYPT_ANY_SLOT, s, k, &t) ||
	    volkey_recovery(cd, s, k, &t, mistyped))
		return volkey_layout(k, h->bytes);
	if (t.memory)
		return volkey_no_memory(k);
	if (h->clear_key)
		return volkey_fail(k, ERR_RANGE,
		    "Protection of the BitLocker volume is suspended: its key lies in the "
		    "clear beside it, a form that this station does not read. Have it resumed "
		    "in Windows.");
	if (mistyped[0] != '\0')
		return volkey_fail(k, ERR_DENIED, "%s", mistyped);
	for (size_t i = 0; i < s->passphrase_len; i++)
		if (s->passphrase[i] > 0x7e)
			return volkey_fail(k, ERR_DENIED,
			    "The passphrase does not fit, or it holds letters beyond ASCII, "
			    "which "
			    "this station cannot try on a BitLocker volume. Give the recovery "
			    "key "
			    "instead.");
	return volkey_fail(k, ERR_DENIED,
	    "The passphrase, recovery key or start-up key file does not fit this BitLocker "
	    "volume. A recovery key has eight groups of six digits; smart cards and TPMs "
	    "cannot be used here.");
}

/* --- the whole -------------------------------------------------------------------- */

enum err
volkey_find(const struct header *h, const struct secret *s, unsigned pim, struct volkey *ret)
{
	struct crypt_device *cd = NULL;
	char path[VOLKEY_PATH_SIZE];
	enum err e;

	*ret = (struct volkey){.key = pin_new(LIM_VOLUME_KEY_BYTES)};
	volkey_path(h->fd, path);
	if (ret->key == NULL || crypt_init(&cd, path) != 0)
		return volkey_no_memory(ret);
	if (h->kind == HEADER_LUKS)
		e = volkey_luks(cd, h, s, ret);
	else if (h->kind == HEADER_BITLOCKER)
		e = volkey_bitlocker(cd, h, s, ret);
	else
		e = volkey_truecrypt(cd, h, s, pim, ret);
	crypt_free(cd);
	return e;
}

void
volkey_done(struct volkey *k)
{
	pin_free(k->key, LIM_VOLUME_KEY_BYTES);
	*k = (struct volkey){.key = NULL};
}
