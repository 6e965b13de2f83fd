/* links: scanners/sums_keys src/core/sshsig src/core/seal src/core/digest src/base/buf src/base/err src/base/hex src/base/io src/base/mem src/base/escape src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Hostile bytes as a keyring, as a signature, and as a list with a signature around it. */
#include "scanners/sums_keys.h"
#include "src/base/limits.h"
#include "src/core/seal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (seal_init() != ERR_OK)
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char list[] = "e3b0  empty\n";
	struct sums_keys *k = sums_keys_new();
	char name[SUMS_KEY_NAME];
	const char *kind;
	size_t added = sums_keys_add(k, "fuzz", data, n);
	if (added != sums_keys_count(k) || added > LIM_SUMS_KEYS)
		abort();
	/* nobody signs by chance */
	if (sums_keys_check(k, data, n, list, sizeof(list) - 1, name, &kind) == SUMS_GOOD)
		abort();
	if (strnlen(name, sizeof(name)) == sizeof(name) || kind == NULL)
		abort();
	size_t at = sums_keys_embedded(data, n);
	if (at > n || (at == n && n > 0))
		abort();
	if (at > 0)
		(void)sums_keys_check(k, data, at, data + at, n - at, name, &kind);
	sums_keys_free(k);
	return 0;
}
