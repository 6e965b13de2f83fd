/* links: ui/hint */
/* SPDX-License-Identifier: ISC */
#include "src/ipc/next.h"
#include "ui/hint.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* A refusal that names no command leaves whoever has only commands alone. */
static void
what_has_a_command_says_it(void **state)
{
	static const struct {
		const char *next, *word;
	} rows[] = {
	    {NEXT_TRANSFERS, "status"},
	    {NEXT_STATUS, "status TRANSFER"},
	    {NEXT_ITEMS, "items"},
	    {NEXT_ITEM, "item TRANSFER ITEM"},
	    {NEXT_CHECKS, "doctor"},
	    {NEXT_WORDS, "anchor in"},
	    {NEXT_WITNESSES, "witness"},
	    {NEXT_TAKE, "take TRANSFER"},
	    {NEXT_RECORD, "report"},
	    {NEXT_REPORT, "report"},
	    {NEXT_VERIFY, "verify"},
	    {NEXT_ROLE, "--role officer"},
	    {NEXT_PEOPLE, "people"},
	    {NEXT_ENDORSE, "authority pending"},
	    {NEXT_POLICY, "authority policy"},
	    {NEXT_OFFICER, "authority add"},
	    {NEXT_REQUESTER, "authority requester"},
	    {NEXT_VAULT, "purge"},
	    {NEXT_ANTIVIRUS, "scan-av(8)"},
	    {NEXT_ENGINE, "systemctl status sallyport-clamd"},
	    {NEXT_ENGINE, "ls /var/lib/sallyport-clamd"},
	    {NEXT_ENGINE, "journalctl -k -g apparmor"},
	    {NEXT_CLAMD, "scan-av(8)"},
	    {NEXT_SCANNERS, "scanners --selftest"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *command = hint_command(rows[i].next);
		if (command == NULL || strstr(command, rows[i].word) == NULL)
			fail_msg("%s: %s", rows[i].next, command != NULL ? command : "none");
		/* the screens show the words alone */
		assert_null(strstr(rows[i].next, "sallyport "));
	}
}

static void
what_has_none_says_none(void **state)
{
	static const char *const others[] = {"", "try again", NEXT_SHARE, NEXT_CLOCK,
	    NEXT_SANDBOX, "see the list of transfers "};
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_null(hint_command(others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_has_a_command_says_it),
	    cmocka_unit_test(what_has_none_says_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
