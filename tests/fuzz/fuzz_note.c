/* links: src/core/note src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/utf8 src/core/note_why */
/* SPDX-License-Identifier: ISC */
/*
 * An accepted note is its text, a blank line and its lines, nothing lost; an
 * accepted checkpoint or verifier key has no other spelling.
 */
#include "src/core/note.h"
#include "src/base/hex.h"
#include "src/core/seal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
fuzz_checkpoint(const struct note *note)
{
	struct note_checkpoint c;
	struct buf again;
	char root[HEX_B64_SIZE(NOTE_ROOT_SIZE)];
	if (note_checkpoint_parse(note->text, note->text_len, &c) != ERR_OK)
		return;
	buf_init(&again, LIM_NOTE_BYTES);
	hex_b64_encode(c.root, sizeof(c.root), root);
	buf_addf(&again, "%s\n%llu\n%s\n", c.origin, (unsigned long long)c.size, root);
	if (again.len != note->text_len || memcmp(again.data, note->text, again.len) != 0)
		abort();
	buf_done(&again);
}

static void
fuzz_vkey(const uint8_t *bytes, size_t n)
{
	char text[512], again[NOTE_VKEY_SIZE];
	struct note_vkey vkey;
	if (n >= sizeof(text) || memchr(bytes, 0, n) != NULL)
		return;
	memcpy(text, bytes, n);
	text[n] = '\0';
	if (note_vkey_parse(text, &vkey) != ERR_OK)
		return;
	note_vkey_print(&vkey, again);
	if (strcmp(text, again) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char go[] =
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	struct note_vkey key;
	struct note *note;
	struct buf again;
	if (seal_init() != ERR_OK || note_vkey_parse(go, &key) != ERR_OK)
		abort();
	fuzz_vkey(bytes, n);
	if (note_parse(bytes, n, &note) != ERR_OK)
		return 0;
	note_verify(note, &key, 1);
	fuzz_checkpoint(note);
	buf_init(&again, LIM_NOTE_BYTES);
	buf_add(&again, note->text, note->text_len);
	buf_add_byte(&again, '\n');
	for (size_t i = 0; i < note->count; i++)
		buf_add(&again, note->signatures[i].line, note->signatures[i].line_len);
	if (again.len != n || memcmp(again.data, bytes, n) != 0)
		abort();
	buf_done(&again);
	note_free(note);
	return 0;
}
