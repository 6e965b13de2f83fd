/* links: scanners/scan scanners/scan_child scanners/scan_parts scanners/scan_set src/ipc/channel src/ipc/landlock src/ipc/message src/ipc/msg src/ipc/sandbox src/ipc/sandbox_probe src/ipc/spawn src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Split sets in the skeleton: what a scanner is told, and how it gets the parts. */
#include "tests/unit/scan_peer.h"

/* Says what it was told of a split set, and reads the first byte of each part. */
static bool
fake_parts(struct scan *s, struct scan_job *job)
{
	char why[128];
	size_t n = 0;
	struct scan_parts *p = scan_parts(s, job);
	if (p == NULL)
		return false;
	n += (size_t)snprintf(why, sizeof(why), "%.*s %s:", (int)p->name_len,
	    (const char *)p->name, p->zip ? "zip" : "plain");
	for (size_t i = 0; i < p->n; i++) {
		uint64_t bytes = 0;
		char c = '?';
		int fd = -1;
		if (scan_want(s, job, p->parts[i].sha256, &fd, &bytes) == ERR_OK) {
			assert_int_equal(bytes, p->parts[i].bytes);
			assert_int_equal(pread(fd, &c, 1, 0), 1);
			close(fd);
		}
		n += (size_t)snprintf(why + n, sizeof(why) - n, " %c", c);
	}
	scan_parts_free(p);
	scan_result(s, job, SCAN_CLEAN, why, job->size_bytes);
	return true;
}

static void
fake_object(struct scan *s, struct scan_job *job)
{
	if (!fake_parts(s, job))
		scan_result(s, job, SCAN_CLEAN, "no set", job->size_bytes);
}

const struct scan_ops fake_ops = {
    .name = "fake", .window = 1, .children = true, .setup = fake_setup, .object = fake_object};

static const char other[] = "00000000000000000000000000000000000000000000000000000000000000fe";

static void
tell_parts(struct peer *p, const char *lines)
{
	int fd;
	assert_int_equal(io_memfd("parts", lines, strlen(lines), &fd), ERR_OK);
	assert_int_equal(
	    channel_send_wait(p->desk, MSG_SCAN_PARTS,
		json_pack("{s:s, s:s, s:b}", "sha256", digest, "name", "YmlnLjd6", "zip", 1),
		fd),
	    ERR_OK);
	close(fd);
}

static void
answer_want(struct peer *p, unsigned number, const char *sha256, const char *text)
{
	struct msg m = hear(p, MSG_SCAN_WANT);
	int fd;
	assert_int_equal(msg_uint(&m, "want"), number);
	assert_string_equal(msg_str(&m, "sha256"), sha256);
	msg_done(&m);
	if (text == NULL) {
		assert_int_equal(channel_send_wait(p->desk, MSG_SCAN_MISSING,
				     json_pack("{s:i, s:i, s:s}", "id", 1, "want", (int)number,
					 "why", "gone"),
				     -1),
		    ERR_OK);
		return;
	}
	assert_int_equal(io_memfd("object", text, strlen(text), &fd), ERR_OK);
	assert_int_equal(
	    channel_send_wait(p->vault, MSG_SCAN_OBJECT,
		json_pack("{s:i, s:s, s:I, s:s, s:s}", "id", (int)number, "sha256", sha256,
		    "size", (json_int_t)strlen(text), "type", "", "mime", ""),
		fd),
	    ERR_OK);
	close(fd);
}

static void
the_parts_of_a_set_are_had_by_asking(void **state)
{
	char lines[256];
	struct peer p;
	(void)state;
	start(&p);
	snprintf(lines, sizeof(lines), "%s 7\n%s 4\n%s 4\n", digest, other, other);
	tell_parts(&p, lines);
	give(&p, 1, "first..", -1, -1);
	answer_want(&p, 1, digest, "first..");
	answer_want(&p, 2, other, "next");
	answer_want(&p, 3, other, NULL);
	struct msg m = hear(&p, MSG_SCAN_RESULT);
	assert_string_equal(msg_str(&m, "why"), "big.7z zip: f n ?");
	msg_done(&m);
	/* the same object again, and nobody spoke of a set */
	give(&p, 2, "x", -1, -1);
	m = hear(&p, MSG_SCAN_RESULT);
	assert_string_equal(msg_str(&m, "why"), "no set");
	msg_done(&m);
	assert_int_equal(close_peer(&p), 0);
}

static void
parts_that_are_not_in_form_end_it(void **state)
{
	static const char *const forms[] = {
	    "%s 7\n",         /* one is no set */
	    "%s 7\n%s 4",     /* the last line does not end */
	    "%s 7\n%s\n",     /* no size */
	    "%s 7\n%s  4\n",  /* another form of it */
	    "%s 7\n%s -4\n",  /* and another */
	    "%s 7\n%s 4 4\n", /* something behind it */
	    "%s 7\n\n%s 4\n", /* an empty line */
	    "x%s 7\n%s 4\n",  /* no digest */
	    "%s 8\n%s 4\n",   /* the first is not the object that comes */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		char lines[256];
		struct peer p;
		start(&p);
		/* the forms are ours */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(lines, sizeof(lines), forms[i], digest, other);
#pragma GCC diagnostic pop
		tell_parts(&p, lines);
		give(&p, 1, "first..", -1, -1);
		struct msg m;
		assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
		assert_int_equal(close_peer(&p), 3);
	}
}

/* So many parts as lines, the first of them the object itself. */
static void
tell_many(struct peer *p, unsigned n)
{
	struct buf lines;
	buf_init(&lines, 1 << 20);
	for (unsigned i = 0; i < n; i++)
		buf_addf(&lines, "%s 7\n", digest);
	buf_add_byte(&lines, '\0');
	tell_parts(p, (const char *)lines.data);
	buf_done(&lines);
}

static void
as_many_parts_as_allowed_and_one_more(void **state)
{
	struct peer p;
	struct msg m;
	(void)state;
	start(&p);
	tell_many(&p, LIM_SPLIT_PARTS);
	give(&p, 1, "first..", -1, -1);
	m = hear(&p, MSG_SCAN_WANT);
	msg_done(&m);
	(void)close_peer(&p);
	start(&p);
	tell_many(&p, LIM_SPLIT_PARTS + 1);
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(close_peer(&p), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_parts_of_a_set_are_had_by_asking),
	    cmocka_unit_test(parts_that_are_not_in_form_end_it),
	    cmocka_unit_test(as_many_parts_as_allowed_and_one_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
