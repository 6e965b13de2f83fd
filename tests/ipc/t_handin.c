/* links: src/proc/desk/handin src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Media that terminals name: the longest path is asked for, a longer one does not end the desk.
 */
#include "src/proc/desk/handin.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

static size_t recorded; /* bytes of the source in the entry */

enum err
book_event(
    struct desk *d, const char *type, const char *subj, json_t *data, char why[BOOK_WHY_SIZE])
{
	(void)d;
	(void)subj;
	(void)why;
	assert_string_equal(type, "device.refused");
	recorded = strlen(json_string_value(json_object_get(data, "source")));
	json_decref(data);
	return ERR_OK;
}

static void
a_path_longer_than_a_path_is_refused_before_it_is_asked_for(void **state)
{
	static const struct {
		const char *what, *why;
		size_t n, recorded;
	} cases[] = {
	    {"the longest", "not there", LIM_PATH_BYTES, (size_t)LIM_PATH_BYTES * 4},
	    {"one longer", "longer than a path", LIM_PATH_BYTES + 1,
		(size_t)LIM_NAME_BYTES * 4},
	    {"as long as a terminal can send", "longer than a path", 12000,
		(size_t)LIM_NAME_BYTES * 4},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fds[2], fd = -1;
		char why[HANDIN_WHY_SIZE];
		struct desk d = {.lost = false};
		MEM_FREE uint8_t *source = mem_alloc(cases[i].n);
		memset(source, 1, cases[i].n);
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
		d.parent = channel_new(fds[0], ROLE_DESK, ROLE_PARENT);
		struct channel *parent = channel_new(fds[1], ROLE_PARENT, ROLE_DESK);
		channel_set_phase(d.parent, PH_OPEN);
		channel_set_phase(parent, PH_OPEN);
		channel_send(
		    parent, MSG_PARENT_NOT_OPENED, json_pack("{s:s}", "why", "not there"), -1);
		recorded = 0;
		assert_int_equal(handin_take(&d, -1, source, cases[i].n, &fd, why), ERR_DENIED);
		if (strstr(why, cases[i].why) == NULL || recorded != cases[i].recorded)
			fail_msg("%s: %s, %zu", cases[i].what, why, recorded);
		channel_free(parent);
		channel_free(d.parent);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_path_longer_than_a_path_is_refused_before_it_is_asked_for),
	};
	return cmocka_run_group_tests_name("handin", tests, NULL, NULL);
}
