/* links: scanners/sums_pgp src/base/hex src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Hostile bytes as a signature, as a signed text, as a keyring, and as what gpgv says. */
#include "scanners/sums_pgp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
has(const uint8_t *data, size_t n, const char *word)
{
	return memmem(data, n, word, strlen(word)) != NULL;
}

static void
judge(const uint8_t *data, size_t n, bool clear)
{
	struct sums_pgp_said *said = calloc(1, sizeof(*said));
	char name[SUMS_KEY_NAME];
	const char *kind = NULL;
	if (said == NULL)
		abort();
	said->n = n < sizeof(said->text) ? n : sizeof(said->text);
	memcpy(said->text, data, said->n);
	said->whole = true;
	enum sums_signature is = sums_pgp_judge(said, clear, name, &kind);
	if (kind == NULL || strnlen(name, sizeof(name)) == sizeof(name))
		abort();
	/* nothing that gpgv said against it is overheard */
	if (is == SUMS_GOOD &&
	    (!has(data, n, "[GNUPG:] VALIDSIG ") || !has(data, n, "[GNUPG:] GOODSIG") ||
		has(data, n, "\n[GNUPG:] BADSIG ") || has(data, n, "\n[GNUPG:] REVKEYSIG ") ||
		strlen(name) != 40))
		abort();
	if (is != SUMS_GOOD && is != SUMS_BAD && is != SUMS_UNKNOWN && is != SUMS_DOUBTED)
		abort();
	said->exit = 2;
	if (sums_pgp_judge(said, clear, name, &kind) == SUMS_GOOD)
		abort();
	free(said);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *why;
	bool clear = sums_pgp_is_clear(data, n);
	if (clear && (!sums_pgp_begins_clear(data, n) || sums_pgp_is_detached(data, n)))
		abort();
	if (sums_pgp_keys(data, n, &why) > n || (n > 0 && why == NULL))
		abort();
	judge(data, n, false);
	judge(data, n, true);
	return 0;
}
