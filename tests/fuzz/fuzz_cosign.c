/* links: src/core/cosign src/core/sixwords src/core/note src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/utf8 src/core/note_why */
/* SPDX-License-Identifier: ISC */
/*
 * A witness's key has one spelling, a line that is not the witness's own is not
 * taken, and words that are taken print as words that are taken.
 */
#include "src/core/cosign.h"
#include "src/core/seal.h"
#include "src/core/sixwords.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define TEXT                                                            \
	"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/" \
	"Xajj7h2fB2MPA3j2jxq2I=\n"

static void
fuzz_text(const uint8_t *bytes, size_t n)
{
	char text[512], again[NOTE_VKEY_SIZE], words[SIXWORDS_SIZE], same[SIXWORDS_SIZE];
	struct note_vkey vkey;
	if (n >= sizeof(text) || memchr(bytes, 0, n) != NULL)
		return;
	memcpy(text, bytes, n);
	text[n] = '\0';
	if (cosign_vkey_parse(text, &vkey) == ERR_OK) {
		note_vkey_print(&vkey, again);
		if (strcmp(text, again) != 0)
			abort();
	}
	if (sixwords_parse(text, words) &&
	    (!sixwords_parse(words, same) || strcmp(words, same) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char key[] =
	    "witness.example.com/w1+d46a2b1b+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	struct note_vkey vkey;
	uint64_t time_s = 0;
	if (seal_init() != ERR_OK || cosign_vkey_parse(key, &vkey) != ERR_OK)
		abort();
	/* the seed is of this text and time; nobody makes another without the key */
	if (cosign_check(&vkey, TEXT, strlen(TEXT), (const char *)bytes, n, &time_s) ==
		ERR_OK &&
	    time_s != 1679315147)
		abort();
	fuzz_text(bytes, n);
	return 0;
}
