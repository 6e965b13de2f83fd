/* links: src/core/tlog src/core/note src/core/merkle src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/utf8 src/base/err src/core/note_why */
/* SPDX-License-Identifier: ISC */
#include "src/core/tlog.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#define H1 "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=\n" /* SHA-256 of hash1, hash2 */
#define H2 "5784L25ZFbP4hhm4ZiI+vx1RxMUyHMzeLp/3AKMlkIY=\n"
#define P  "c2sp.org/tlog-proof@v1\n"

/* The facts of transparency.dev's own table, and what they leave open. */
static const struct {
	const char *what, *bytes;
	enum err err;
	uint64_t index;
	size_t hashes;
	const char *extra, *checkpoint;
} tlog_proofs[] = {
    {"without extra", P "index 5\n" H1 H2 "\ntest checkpoint\n", ERR_OK, 5, 2, NULL,
	"test checkpoint\n"},
    {"with extra", P "extra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n" H1 "\ncheckpoint data\n",
	ERR_OK, 10, 1, "ZXh0cmEgaW5mb3JtYXRpb24=", "checkpoint data\n"},
    {"no hashes", P "index 0\n\ncheckpoint\n", ERR_OK, 0, 0, NULL, "checkpoint\n"},
    {"blank lines of the checkpoint", P "index 0\n\na\n\nb\n", ERR_OK, 0, 0, NULL, "a\n\nb\n"},
    {"another header", "wrong-header\nindex 0\n\ncheckpoint\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"header with more", "c2sp.org/tlog-proof@v10\nindex 0\n\nc\n", ERR_SYNTAX, 0, 0, NULL,
	NULL},
    {"extra not base64", P "extra !!notbase64!!\nindex 0\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"extra empty", P "extra \nindex 0\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"extra twice", P "extra QQ==\nextra QQ==\nindex 0\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"extra after index", P "index 0\nextra QQ==\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"no index", P "\n\ncheckpoint\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"no number", P "index notanumber\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"negative", P "index -5\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"leading zero", P "index 05\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"two spaces", P "index  5\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"no space", P "index5\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"largest number", P "index 18446744073709551615\n\nc\n", ERR_OK, UINT64_MAX, 0, NULL,
	"c\n"},
    {"too large a number", P "index 18446744073709551616\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"hash not base64", P "index 0\n!!notbase64!!\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"hash of another length", P "index 0\nQQ==\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"hash with CR", P "index 0\r\n\nc\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"no blank line", P "index 0\n" H1 "checkpoint\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"no checkpoint", P "index 0\n" H1 "\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"checkpoint without LF", P "index 0\n\ncheckpoint", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"cut after the index", P "index 0\n", ERR_SYNTAX, 0, 0, NULL, NULL},
    {"nothing", "", ERR_SYNTAX, 0, 0, NULL, NULL},
};

static void
tlog_proof_has_one_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tlog_proofs) / sizeof(tlog_proofs[0]); i++) {
		struct tlog_proof p;
		const char *bytes = tlog_proofs[i].bytes;
		struct buf again;
		enum err e = tlog_proof_parse(bytes, strlen(bytes), &p);
		if (e != tlog_proofs[i].err)
			fail_msg("%s: %s", tlog_proofs[i].what, err_str(e));
		if (e != ERR_OK)
			continue;
		assert_int_equal(p.index, tlog_proofs[i].index);
		assert_int_equal(p.proof.count, tlog_proofs[i].hashes);
		assert_true((p.extra == NULL) == (tlog_proofs[i].extra == NULL));
		if (p.extra != NULL)
			assert_memory_equal(p.extra, tlog_proofs[i].extra, p.extra_len);
		assert_string_equal(p.checkpoint, tlog_proofs[i].checkpoint);
		buf_init(&again, LIM_TLOG_BYTES);
		assert_int_equal(tlog_proof_print(&p, &again), ERR_OK);
		assert_string_equal(buf_str(&again), bytes);
		buf_done(&again);
	}
}

static const struct {
	const char *what, *bytes;
	enum err err;
	uint64_t old;
	size_t hashes;
} tlog_requests[] = {
    {"the first", "old 0\n\ncheckpoint\n", ERR_OK, 0, 0},
    {"with a proof", "old 20852014\n" H1 H2 "\ncheckpoint\n", ERR_OK, 20852014, 2},
    {"same size", "old 7\n\ncheckpoint\n", ERR_OK, 7, 0},
    {"a proof from nothing", "old 0\n" H1 "\ncheckpoint\n", ERR_SYNTAX, 0, 0},
    {"leading zero", "old 00\n\ncheckpoint\n", ERR_SYNTAX, 0, 0},
    {"no number", "old \n\ncheckpoint\n", ERR_SYNTAX, 0, 0},
    {"another word", "new 7\n\ncheckpoint\n", ERR_SYNTAX, 0, 0},
    {"upper case", "Old 7\n\ncheckpoint\n", ERR_SYNTAX, 0, 0},
    {"no blank line", "old 7\n" H1, ERR_SYNTAX, 0, 0},
    {"no checkpoint", "old 7\n" H1 "\n", ERR_SYNTAX, 0, 0},
    {"nothing", "", ERR_SYNTAX, 0, 0},
};

static void
tlog_request_has_one_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tlog_requests) / sizeof(tlog_requests[0]); i++) {
		struct tlog_request r;
		const char *bytes = tlog_requests[i].bytes;
		struct buf again;
		enum err e = tlog_request_parse(bytes, strlen(bytes), &r);
		if (e != tlog_requests[i].err)
			fail_msg("%s: %s", tlog_requests[i].what, err_str(e));
		if (e != ERR_OK)
			continue;
		assert_int_equal(r.old, tlog_requests[i].old);
		assert_int_equal(r.proof.count, tlog_requests[i].hashes);
		buf_init(&again, LIM_TLOG_BYTES);
		assert_int_equal(tlog_request_print(&r, &again), ERR_OK);
		assert_string_equal(buf_str(&again), bytes);
		buf_done(&again);
	}
}

/* So many hashes, then a checkpoint. */
static enum err
tlog_with_hashes(const char *head, size_t hashes, bool request)
{
	struct buf text;
	struct tlog_request r;
	struct tlog_proof p;
	buf_init(&text, LIM_TLOG_BYTES);
	buf_add_str(&text, head);
	for (size_t i = 0; i < hashes; i++)
		buf_add_str(&text, H1);
	buf_add_str(&text, "\nc\n");
	enum err e = request ? tlog_request_parse(text.data, text.len, &r)
	                     : tlog_proof_parse(text.data, text.len, &p);
	buf_done(&text);
	return e;
}

/* As many bytes as said, all but the head of the checkpoint. */
static enum err
tlog_with_bytes(const char *head, size_t n, bool request)
{
	struct tlog_request r;
	struct tlog_proof p;
	MEM_FREE char *text = mem_alloc(n);
	memset(text, 'c', n);
	memcpy(text, head, strlen(head));
	text[n - 1] = '\n';
	return request ? tlog_request_parse(text, n, &r) : tlog_proof_parse(text, n, &p);
}

static void
tlog_limits_are_exact(void **state)
{
	(void)state;
	assert_int_equal(tlog_with_hashes("old 1\n", LIM_TLOG_REQUEST_NODES, true), ERR_OK);
	assert_int_equal(
	    tlog_with_hashes("old 1\n", LIM_TLOG_REQUEST_NODES + 1, true), ERR_LIMIT);
	assert_int_equal(tlog_with_hashes(P "index 0\n", LIM_PROOF_NODES, false), ERR_OK);
	assert_int_equal(
	    tlog_with_hashes(P "index 0\n", LIM_PROOF_NODES + 1, false), ERR_LIMIT);
	assert_int_equal(tlog_with_bytes("old 0\n\n", LIM_TLOG_BYTES, true), ERR_OK);
	assert_int_equal(tlog_with_bytes("old 0\n\n", LIM_TLOG_BYTES + 1, true), ERR_LIMIT);
	assert_int_equal(tlog_with_bytes(P "index 0\n\n", LIM_TLOG_BYTES, false), ERR_OK);
	assert_int_equal(
	    tlog_with_bytes(P "index 0\n\n", LIM_TLOG_BYTES + 1, false), ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tlog_proof_has_one_spelling),
	    cmocka_unit_test(tlog_request_has_one_spelling),
	    cmocka_unit_test(tlog_limits_are_exact),
	};
	return cmocka_run_group_tests_name("tlog", tests, NULL, NULL);
}
