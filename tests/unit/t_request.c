/* links: src/core/request src/core/field src/core/canon src/core/digest src/core/seal src/core/shape src/core/sshsig src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Requests: what the form takes, what it refuses, and what is asked for. */
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/request.h"
#include "src/core/seal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "{\"sallyport_request\":1,\"id\":\"R-1\",\"requester\":\"rita\",\"purpose\":\"p\","
#define ONES "1111111111111111111111111111111111111111111111111111111111111111"

static char why[REQUEST_WHY_SIZE];

static enum err
parse(const char *text, struct request **ret)
{
	why[0] = '\0';
	return request_parse(text, strlen(text), ret, why);
}

static void
the_form_is_taken(void **state)
{
	struct request *r;
	(void)state;
	assert_int_equal(
	    parse("{\n \"sallyport_request\": 1, \"id\": \"R-1\", \"requester\": \"rita\",\n"
		  " \"purpose\": \"weights\", \"approval\": \"A-9\", \"target\": \"hpc\",\n"
		  " \"classification\": \"open\", \"files\": [\n"
		  "  {\"name\": \"b/z.bin\", \"sha256\": \"" ONES "\", \"bytes\": 5},\n"
		  "  {\"name\": \"a/\"}, {\"name_base64\": \"/3g=\"}]}\n",
		&r),
	    ERR_OK);
	assert_string_equal(r->texts[REQUEST_CLASSIFICATION], "open");
	assert_int_equal(r->nfiles, 3);
	assert_memory_equal(r->files[0].name, "a/", 2);
	assert_memory_equal(r->files[2].name, "\xffx", 2);
	assert_true(r->files[1].has_sha256 && r->files[1].has_bytes);
	request_free(r);
	assert_int_equal(parse(HEAD "\"files\":[]}", &r), ERR_OK);
	assert_string_equal(r->texts[REQUEST_TARGET], "");
	request_free(r);
}

static void
what_the_form_does_not_name_is_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
	    {"", "no JSON"},
	    {"[]", "sallyport_request"},
	    {"{\"sallyport_request\":2,\"files\":[]}", "sallyport_request"},
	    {HEAD "\"files\":[],\"id\":\"R-2\"}", "no JSON"}, /* the same member twice */
	    {HEAD "\"files\":[],\"more\":1}", "does not name"},
	    {HEAD "\"files\":[],\"i\":1}", "does not name"},
	    {HEAD "\"target\":\"x\"}", "files is missing"},
	    {HEAD "\"files\":{}}", "files is missing"},
	    {HEAD "\"files\":[1]}", "files[0]"},
	    {HEAD "\"files\":[{}]}", "files[0]"},
	    {HEAD "\"files\":[{\"name\":\"\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name\":\"/a\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name\":\"a/../b\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name\":\"./a\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name\":\"a//b\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name\":\"a//\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name\":\"a\",\"name_base64\":\"YQ==\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name_base64\":\"YQ\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name_base64\":\"AGE=\"}]}", "no path"},
	    {HEAD "\"files\":[{\"name\":\"a\\u0000b\"}]}", "no JSON"},
	    {HEAD "\"files\":[{\"name\":\"a/\",\"bytes\":1}]}", "folder"},
	    {HEAD "\"files\":[{\"name\":\"a\",\"sha256\":\"" ONES "1\"}]}", "64 digits"},
	    {HEAD "\"files\":[{\"name\":\"a\",\"sha256\":1}]}", "64 digits"},
	    {HEAD "\"files\":[{\"name\":\"a\",\"bytes\":-1}]}", "no size"},
	    {HEAD "\"files\":[{\"name\":\"a\",\"mode\":1}]}", "files[0]"},
	    {HEAD "\"files\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "twice"},
	    {"{\"sallyport_request\":1,\"id\":\"R\",\"requester\":\"Rita!\",\"purpose\":\"p\","
	     "\"files\":[]}",
		"person's id"},
	    {"{\"sallyport_request\":1,\"id\":\"\",\"requester\":\"rita\",\"purpose\":\"p\","
	     "\"files\":[]}",
		"id is empty"},
	    {"{\"sallyport_request\":1,\"id\":\"R\\u001b[2J\",\"requester\":\"rita\","
	     "\"purpose\":\"p\",\"files\":[]}",
		"id is empty, too long"},
	    {"{\"sallyport_request\":1,\"id\":\"R\",\"requester\":\"rita\",\"purpose\":7,"
	     "\"files\":[]}",
		"purpose is missing"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request *r = NULL;
		if (parse(cases[i].text, &r) == ERR_OK)
			fail_msg("taken: %s", cases[i].text);
		if (strstr(why, cases[i].words) == NULL)
			fail_msg("%s: wanted \"%s\", got \"%s\"", cases[i].text, cases[i].words,
			    why);
	}
}

/* n names, all different, in one request of about that length. */
static char *
many(size_t n)
{
	const size_t room = n * 24 + 256;
	char *text = mem_alloc(room);
	size_t at = (size_t)snprintf(text, room, "%s\"files\":[", HEAD);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(
		    text + at, room - at, "%s{\"name\":\"%zu\"}", i > 0 ? "," : "", i);
	snprintf(text + at, room - at, "]}");
	return text;
}

static void
limits_hold(void **state)
{
	struct request *r;
	char text[LIM_REQUEST_TEXT_BYTES + 2];
	(void)state;
	char *at_most = many(LIM_REQUEST_FILES), *over = many(LIM_REQUEST_FILES + 1);
	assert_int_equal(parse(at_most, &r), ERR_OK);
	assert_int_equal(r->nfiles, LIM_REQUEST_FILES);
	request_free(r);
	assert_int_equal(parse(over, &r), ERR_LIMIT);
	free(at_most);
	free(over);
	char *big = mem_alloc(LIM_REQUEST_BYTES + 2);
	memset(big, ' ', LIM_REQUEST_BYTES + 1);
	memcpy(big, HEAD "\"files\":[]}", strlen(HEAD "\"files\":[]}"));
	assert_int_equal(request_parse(big, LIM_REQUEST_BYTES, &r, why), ERR_OK);
	request_free(r);
	assert_int_equal(request_parse(big, LIM_REQUEST_BYTES + 1, &r, why), ERR_LIMIT);
	free(big);
	memset(text, 'a', sizeof(text));
	text[LIM_REQUEST_TEXT_BYTES] = '\0';
	r = request_new();
	assert_int_equal(request_set(r, REQUEST_PURPOSE, text), ERR_OK);
	text[LIM_REQUEST_TEXT_BYTES] = 'a';
	text[LIM_REQUEST_TEXT_BYTES + 1] = '\0';
	assert_int_equal(request_set(r, REQUEST_PURPOSE, text), ERR_LIMIT);
	request_free(r);
}

static void
items_are_asked_for_or_not(void **state)
{
	static const struct {
		const char *path;
		uint64_t volume;
		int byte; /* of the digest; -1: none */
		uint64_t bytes;
		enum request_match want;
	} cases[] = {
	    {"b/z.bin", 0, 0x11, 5, REQUEST_ASKED},
	    {"b/z.bin", 0, 0x12, 5, REQUEST_DIFFERS},
	    {"b/z.bin", 0, 0x11, 6, REQUEST_DIFFERS},
	    {"b/z.bin", 0, -1, 5, REQUEST_DIFFERS}, /* it could not be read */
	    {"b/z.bin.old", 0, 0x11, 5, REQUEST_OTHER},
	    {"b", 0, 0x11, 5, REQUEST_OTHER},
	    {"B/Z.BIN", 0, 0x11, 5, REQUEST_OTHER},
	    {"a/x", 0, 0x12, 9, REQUEST_ASKED},
	    {"a/deep/er/x", 0, 0x12, 9, REQUEST_ASKED},
	    {"a", 0, 0x12, 9, REQUEST_OTHER},
	    {"ab/x", 0, 0x12, 9, REQUEST_OTHER},
	    {"sized", 0, 0x12, 7, REQUEST_ASKED},
	    {"sized", 0, 0x12, 8, REQUEST_DIFFERS},
	    {"v2/a/x", 2, 0x12, 9, REQUEST_ASKED},
	    {"v2/a/x", 3, 0x12, 9, REQUEST_OTHER},
	    {"v2/a/x", 0, 0x12, 9, REQUEST_OTHER},
	};
	struct request *r;
	(void)state;
	assert_int_equal(
	    parse(HEAD "\"files\":[{\"name\":\"b/z.bin\",\"sha256\":\"" ONES "\",\"bytes\":5},"
		       "{\"name\":\"a/\"},{\"name\":\"sized\",\"bytes\":7}]}",
		&r),
	    ERR_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t sha256[32];
		size_t file;
		memset(sha256, cases[i].byte, sizeof(sha256));
		enum request_match got = request_judge(r, cases[i].path, strlen(cases[i].path),
		    cases[i].volume, cases[i].byte < 0 ? NULL : sha256, cases[i].bytes, &file);
		if (got != cases[i].want)
			fail_msg("%s: %d", cases[i].path, got);
		assert_int_equal(file == REQUEST_NOBODY, got == REQUEST_OTHER);
	}
	request_free(r);
}

/* Of ssh-keygen -Y sign -n request-v1@sallyport over "hello\n". */
static const char signature[] =
#include "tests/unit/request_signature.inc"
    ;
static const char elsewhere[] =
#include "tests/unit/request_elsewhere.inc"
    ;

static void
signatures_are_checked(void **state)
{
	char key[SSHSIG_LINE_SIZE], *bent = mem_strdup(signature);
	(void)state;
	size_t n = strlen(signature);
	assert_int_equal(request_verify("hello\n", 6, signature, n, key), ERR_OK);
	assert_int_equal(strncmp(key, "ssh-ed25519 ", 12), 0);
	assert_int_equal(request_verify("hallo\n", 6, signature, n, key), ERR_SIGNATURE);
	assert_int_equal(request_verify("hello\n", 6, signature, n - 2, key), ERR_SYNTAX);
	assert_int_equal(request_verify("hello\n", 6, "", 0, key), ERR_SYNTAX);
	/* good, and over the same bytes, but for another use */
	assert_int_equal(
	    request_verify("hello\n", 6, elsewhere, strlen(elsewhere), key), ERR_SYNTAX);
	bent[40] = '*';
	assert_int_equal(request_verify("hello\n", 6, bent, n, key), ERR_SYNTAX);
	free(bent);
}

static void
signatures_have_a_limit(void **state)
{
	char key[SSHSIG_LINE_SIZE], *text = mem_alloc(LIM_REQUEST_SIG_BYTES + 2);
	size_t n = strlen(signature);
	(void)state;
	memcpy(text, signature, n);
	/* line ends after the last line are cut before anything is counted */
	memset(text + n, '\n', LIM_REQUEST_SIG_BYTES + 1 - n);
	assert_int_equal(
	    request_verify("hello\n", 6, text, LIM_REQUEST_SIG_BYTES, key), ERR_OK);
	memset(text, 'A', LIM_REQUEST_SIG_BYTES + 1);
	assert_int_equal(
	    request_verify("hello\n", 6, text, LIM_REQUEST_SIG_BYTES + 1, key), ERR_SYNTAX);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_form_is_taken),
	    cmocka_unit_test(what_the_form_does_not_name_is_refused),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(items_are_asked_for_or_not),
	    cmocka_unit_test(signatures_are_checked),
	    cmocka_unit_test(signatures_have_a_limit),
	};
	digest_init();
	if (seal_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
