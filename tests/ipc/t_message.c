/* links: src/ipc/channel src/ipc/msg src/ipc/message src/base/hex src/base/mem src/base/clock src/base/buf src/base/err */
/* SPDX-License-Identifier: ISC */
/* Made from messages.def: for every row, what fits is taken and what does not ends the peer. */
#include "src/base/buf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Values of each type: the first is used where the case is about something else. */
static const struct {
	char type;
	bool fits;
	const char *what, *value;
} values[] = {
    {'s', true, "a text", "\"x\""},
    {'s', true, "an empty text", "\"\""},
    {'s', false, "a number for a text", "1"},
    {'s', false, "null for a text", "null"},
    {'s', false, "an array for a text", "[\"x\"]"},
    {'u', true, "the largest number", "9007199254740991"},
    {'u', true, "zero", "0"},
    {'u', false, "one more than the largest number", "9007199254740992"},
    {'u', false, "a negative number", "-1"},
    {'u', false, "a number with a fraction", "1.0"},
    {'u', false, "a number in quotes", "\"1\""},
    {'u', false, "true for a number", "true"},
    {'u', false, "null for a number", "null"},
    {'t', true, "true", "true"},
    {'t', true, "false", "false"},
    {'t', false, "1 for true", "1"},
    {'t', false, "a text for true", "\"true\""},
    {'t', false, "null for false", "null"},
    {'b', true, "bytes", "\"YQ==\""},
    {'b', true, "no bytes", "\"\""},
    {'b', false, "base64 without padding", "\"YQ\""},
    {'b', false, "base64 with unused bits set", "\"YR==\""},
    {'b', false, "base64 with a space", "\"YQ= \""},
    {'b', false, "base64 of the other alphabet", "\"Y_==\""},
    {'b', false, "a number for bytes", "1"},
    {'h', true, "a digest", "\"" DIGEST "\""},
    {'h', false, "a digest of 63 digits",
	"\"123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""},
    {'h', false, "a digest in capitals",
	"\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\""},
    {'h', false, "a digest with another letter",
	"\"g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""},
    {'h', false, "a digest of 65 digits", "\"" DIGEST "0\""},
    {'h', false, "an empty digest", "\"\""},
    {'h', false, "a number for a digest", "1"},
    {'o', true, "an object", "{\"k\":[1]}"},
    {'o', true, "an empty object", "{}"},
    {'o', false, "an array for an object", "[]"},
    {'o', false, "a text for an object", "\"{}\""},
    {'o', false, "a fraction inside an object", "{\"k\":[0.5]}"},
    {'a', true, "an array", "[{\"k\":1}]"},
    {'a', true, "an empty array", "[]"},
    {'a', false, "an object for an array", "{}"},
    {'a', false, "a fraction inside an array", "[[0.5]]"},
    {'a', false, "null for an array", "null"},
};

#define VALUES (sizeof(values) / sizeof(values[0]))

static const char *
value_of(char type)
{
	for (size_t i = 0; i < VALUES; i++)
		if (values[i].type == type)
			return values[i].value;
	fail_msg("no value for type %c", type);
	return NULL;
}

/* How one text differs from the plain good one. */
struct change {
	size_t field;      /* its number in the row; SIZE_MAX: none */
	const char *value; /* instead of the plain one; NULL: the field is left out */
	bool no_optional;
	const char *extra;
};

static const struct change plain = {SIZE_MAX, NULL, false, NULL};

/* The row's own field list, read a second time and differently. */
static size_t
field_at(const struct message_row *row, size_t n, char name[32], char *type, bool *optional)
{
	char list[512], *rest = list, *word;
	size_t i = 0;
	snprintf(list, sizeof(list), "%s", row->fields);
	while ((word = strsep(&rest, " ")) != NULL && *word != '\0') {
		if (i++ != n)
			continue;
		char *colon = strchr(word, ':');
		assert_non_null(colon);
		*colon = '\0';
		snprintf(name, 32, "%s", word);
		*type = colon[1];
		*optional = colon[2] == '?';
	}
	return i;
}

static void
make_text(struct buf *b, const struct message_row *row, const struct change *c)
{
	char name[32] = "", type = 0;
	bool optional = false;
	size_t n = field_at(row, SIZE_MAX, name, &type, &optional);
	buf_init(b, 2 * LIM_MESSAGE_BYTES);
	buf_addf(b, "{\"m\":\"%s\"", row->name);
	for (size_t i = 0; i < n; i++) {
		field_at(row, i, name, &type, &optional);
		const char *value = i == c->field ? c->value : value_of(type);
		if (value != NULL && !(optional && c->no_optional))
			buf_addf(b, ",\"%s\":%s", name, value);
	}
	if (c->extra != NULL)
		buf_addf(b, ",%s", c->extra);
	assert_int_equal(ERR_OK, buf_add_str(b, "}"));
}

static enum role
one_of(unsigned set)
{
	return (enum role)(set & (0U - set));
}

/* Says text on a fresh channel and returns what the receiver makes of it. */
static enum err
hear(const struct buf *text, enum role from, enum role to, enum phase phase, bool with_fd)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {text->data, text->len};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	int fds[2];
	struct msg m = {MSG_NONE, NULL, -1};
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	if (with_fd) {
		h.msg_control = control.room;
		h.msg_controllen = sizeof(control.room);
		struct cmsghdr *cm = CMSG_FIRSTHDR(&h);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fds[1], sizeof(int));
	}
	assert_int_equal(text->len, sendmsg(fds[1], &h, MSG_NOSIGNAL));
	struct channel *c = channel_new(fds[0], to, from);
	channel_set_phase(c, phase);
	enum err e = channel_recv(c, &m);
	if (e == ERR_OK) {
		assert_true((m.fd >= 0) == with_fd);
		msg_done(&m);
	}
	channel_free(c);
	close(fds[1]);
	return e;
}

static void
expect_as(enum err want, const char *what, const struct message_row *row,
    const struct change *change, enum role from, enum role to, enum phase phase, bool with_fd)
{
	struct buf text;
	make_text(&text, row, change);
	enum err e = hear(&text, from, to, phase, with_fd);
	if (e != want)
		fail_msg("%s: %s: %s; said: %s", row->name, what, err_str(e), buf_str(&text));
	buf_done(&text);
}

static void
expect(enum err want, const char *what, const struct message_row *row, const struct change *c)
{
	expect_as(want, what, row, c, one_of(row->from), one_of(row->to), row->phase,
	    row->fd == FD_ONE);
}

#define EACH_ROW(row)                                            \
	for (enum msg_id id = MSG_NONE + 1; id < MSG__MAX; id++) \
		for (const struct message_row *row = message_row(id); row != NULL; row = NULL)

static void
a_good_message_is_taken_from_every_sender_by_every_receiver(void **state)
{
	(void)state;
	EACH_ROW(row)
	for (unsigned from = 1; from <= ROLE_ANY; from <<= 1)
		for (unsigned to = 1; to <= ROLE_ANY; to <<= 1) {
			bool may = (row->from & from) != 0 && (row->to & to) != 0;
			expect_as(may ? ERR_OK : ERR_PROTO, may ? "good" : "wrong roles", row,
			    &plain, (enum role)from, (enum role)to, row->phase,
			    row->fd == FD_ONE);
		}
}

static void
a_message_before_its_phase_is_refused(void **state)
{
	(void)state;
	EACH_ROW(row)
	for (enum phase p = PH_HELLO; p <= PH_SIGNED; p++) {
		bool may = p >= row->phase && (id != MSG_HELLO || p == PH_HELLO);
		expect_as(may ? ERR_OK : ERR_PROTO, may ? "in time" : "not its time", row,
		    &plain, one_of(row->from), one_of(row->to), p, row->fd == FD_ONE);
	}
}

static void
a_descriptor_comes_exactly_where_the_table_says(void **state)
{
	(void)state;
	EACH_ROW(row)
	expect_as(ERR_PROTO, row->fd == FD_ONE ? "no descriptor" : "a descriptor", row, &plain,
	    one_of(row->from), one_of(row->to), row->phase, row->fd == FD_NONE);
}

static void
a_datagram_may_be_as_long_as_its_row_says_and_no_longer(void **state)
{
	(void)state;
	EACH_ROW(row)
	{
		struct buf text;
		make_text(&text, row, &plain);
		/* digests and largest numbers included, it must fit its own limit */
		if (text.len > row->max_bytes)
			fail_msg("%s: %zu bytes do not fit its %zu", row->name, text.len,
			    row->max_bytes);
		while (text.len < row->max_bytes)
			assert_int_equal(ERR_OK, buf_add_byte(&text, ' '));
		enum role from = one_of(row->from), to = one_of(row->to);
		assert_int_equal(ERR_OK, hear(&text, from, to, row->phase, row->fd == FD_ONE));
		assert_int_equal(ERR_OK, buf_add_byte(&text, ' '));
		assert_int_equal(
		    ERR_PROTO, hear(&text, from, to, row->phase, row->fd == FD_ONE));
		buf_done(&text);
	}
}

static void
a_field_is_there_and_of_its_type(void **state)
{
	(void)state;
	EACH_ROW(row)
	{
		char name[32] = "", type = 0;
		bool optional = false;
		size_t n = field_at(row, SIZE_MAX, name, &type, &optional);
		for (size_t f = 0; f < n; f++) {
			struct change c = {f, NULL, false, NULL};
			field_at(row, f, name, &type, &optional);
			expect(optional ? ERR_OK : ERR_PROTO, "a field is missing", row, &c);
			for (size_t v = 0; v < VALUES; v++) {
				c.value = values[v].value;
				if (values[v].type == type)
					expect(values[v].fits ? ERR_OK : ERR_PROTO,
					    values[v].what, row, &c);
			}
		}
		struct change c = plain;
		c.no_optional = true;
		expect(ERR_OK, "without what is optional", row, &c);
	}
}

static void
a_field_that_the_table_does_not_know_is_refused(void **state)
{
	(void)state;
	EACH_ROW(row)
	{
		struct change c = plain;
		c.extra = "\"zz\":1";
		expect(ERR_PROTO, "an extra field", row, &c);
		c.extra = "\"\":null";
		expect(ERR_PROTO, "an extra field without a name", row, &c);
		c.no_optional = true;
		expect(ERR_PROTO, "an extra field in place of an optional one", row, &c);
	}
}

static void
names_are_found_and_only_they(void **state)
{
	(void)state;
	EACH_ROW(row)
	{
		MEM_FREE char *longer = mem_printf("%s.", row->name);
		MEM_FREE char *shorter = mem_strdup(row->name);
		shorter[strlen(shorter) - 1] = '\0';
		assert_int_equal(id, message_find(row->name));
		assert_int_equal(MSG_NONE, message_find(longer));
		if (message_find(shorter) != MSG_NONE)
			assert_string_equal(shorter, message_row(message_find(shorter))->name);
		assert_true(row->max_bytes <= LIM_MESSAGE_BYTES);
		assert_true(row->from != 0 && row->to != 0);
		assert_true(row->from <= ROLE_ANY && row->to <= ROLE_ANY);
	}
	assert_int_equal(MSG_NONE, message_find(""));
	assert_int_equal(16, strlen(message_proto()));
	assert_string_equal("stager", message_role_name(ROLE_STAGER));
	assert_string_equal("nobody", message_role_name((enum role)0));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_message_is_taken_from_every_sender_by_every_receiver),
	    cmocka_unit_test(a_message_before_its_phase_is_refused),
	    cmocka_unit_test(a_descriptor_comes_exactly_where_the_table_says),
	    cmocka_unit_test(a_datagram_may_be_as_long_as_its_row_says_and_no_longer),
	    cmocka_unit_test(a_field_is_there_and_of_its_type),
	    cmocka_unit_test(a_field_that_the_table_does_not_know_is_refused),
	    cmocka_unit_test(names_are_found_and_only_they),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
