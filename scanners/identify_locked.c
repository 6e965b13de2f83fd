/* SPDX-License-Identifier: ISC */
/* Files that are encrypted: nothing in them can be looked at. */
#include "scanners/identify_in.h"

#include <string.h>

#define PGP_LENGTH_MAX 4096 /* of a packet with a session key */

/* An OpenPGP packet at `at`: its tag and where its body begins and ends; false: none. */
static bool
locked_packet(const struct identify_look *l, size_t at, unsigned *ret_tag, size_t *ret_body,
    size_t *ret_end)
{
	const uint8_t *p = l->head + at;
	size_t n;

	if (at + 6 > l->head_len || (p[0] & 0x80) == 0)
		return false;
	if ((p[0] & 0x40) != 0) {
		*ret_tag = p[0] & 0x3f;
		n = p[1] < 192 ? p[1] : (size_t)(p[1] - 192) * 256 + p[2] + 192;
		*ret_body = at + (p[1] < 192 ? 2 : 3);
	} else {
		*ret_tag = p[0] >> 2 & 15;
		n = (p[0] & 3) == 0 ? p[1] : (size_t)p[1] * 256 + p[2];
		*ret_body = at + ((p[0] & 3) == 0 ? 2 : 3);
	}
	*ret_end = *ret_body + n;
	return true;
}

/* A session key for somebody or under a passphrase, and then another packet that belongs. */
static bool
locked_is_pgp(const struct identify_look *l)
{
	unsigned tag, next;
	size_t body, end, next_body, next_end;

	if (!locked_packet(l, 0, &tag, &body, &end) || (tag != 1 && tag != 3) ||
	    end - body > PGP_LENGTH_MAX || end - body < 4)
		return false;
	uint8_t version = l->head[body];
	if (tag == 1 ? version != 3 && version != 6 : version < 4 || version > 6)
		return false;
	return locked_packet(l, end, &next, &next_body, &next_end) &&
	       (next == 1 || next == 3 || next == 9 || next == 18 || next == 20);
}

static bool
locked_is_zip(const struct identify_look *l)
{
	return l->head_len >= 30 && (l->head[6] & 1) != 0;
}

static bool
locked_is_aescrypt(const struct identify_look *l)
{
	return l->head_len >= 132 && l->head[3] <= 3 && l->head[4] == 0;
}

/* An OLE container with a stream "EncryptedPackage": Word, Excel, PowerPoint. */
static bool
locked_is_office(const struct identify_look *l)
{
	static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	return memmem(l->head, l->head_len, name, sizeof(name)) != NULL;
}

#define PLAIN    "; ask for the plain files, or decrypt it before it is handed in"
#define MAGIC(s) s, sizeof(s) - 1

static const struct identify_locked {
	size_t at;
	const char *bytes;
	size_t n;
	bool (*check)(const struct identify_look *);
	const char *what;
} identify_lockeds[] = {
    {0, MAGIC(""), locked_is_pgp, "GnuPG or another OpenPGP program encrypted it" PLAIN},
    {0, MAGIC("-----BEGIN PGP MESSAGE-----"), NULL, "It is an OpenPGP message (gpg)" PLAIN},
    {0, MAGIC("age-encryption.org/v1\n"), NULL, "age encrypted it" PLAIN},
    {0, MAGIC("-----BEGIN AGE ENCRYPTED FILE-----"), NULL, "age encrypted it" PLAIN},
    {0, MAGIC("Salted__"), NULL, "openssl enc encrypted it with a passphrase" PLAIN},
    {0, MAGIC("U2FsdGVkX1"), NULL, "openssl enc encrypted it with a passphrase" PLAIN},
    {0, MAGIC("LUKS\xba\xbe\0\1"), NULL,
	"It is a LUKS volume in a file, or the header of one; hand in the volume as a medium, "
	"or "
	"the plain files"},
    {0, MAGIC("LUKS\xba\xbe\0\2"), NULL,
	"It is a LUKS volume in a file, or the header of one; hand in the volume as a medium, "
	"or "
	"the plain files"},
    {3, MAGIC("-FVE-FS-"), NULL,
	"It is an image of a BitLocker volume; hand in the volume as a medium, or the plain "
	"files"},
    {0, MAGIC("AES"), locked_is_aescrypt, "AES Crypt encrypted it" PLAIN},
    {0, MAGIC("$ANSIBLE_VAULT;"), NULL, "ansible-vault encrypted it" PLAIN},
    {0, MAGIC("\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5"), NULL,
	"It is a KeePass database of passwords, which should not leave its owner"},
    {0, MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), locked_is_office,
	"A Word, Excel or PowerPoint document was saved with a password; ask for it without"},
    {0, MAGIC("PK\3\4"), locked_is_zip,
	"The first file of the archive is encrypted; ask for the archive without a password"},
};

void
identify_locked(struct identify_look *l)
{
	for (size_t i = 0; i < sizeof(identify_lockeds) / sizeof(identify_lockeds[0]); i++) {
		const struct identify_locked *k = &identify_lockeds[i];
		if (!identify_has(l, k->at, k->bytes, k->n) ||
		    (k->check != NULL && !k->check(l)))
			continue;
		identify_find(l, "type/encrypted", "incomplete", "medium",
		    "An encrypted file: nothing in it can be checked", k->what, 0);
		return;
	}
}
