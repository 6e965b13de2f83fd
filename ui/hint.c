/* SPDX-License-Identifier: ISC */
#include "ui/hint.h"
#include "src/ipc/next.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *next, *command;
} hint_commands[] = {
    {NEXT_TRANSFERS, "sallyport status"},
    {NEXT_STATUS, "sallyport status TRANSFER"},
    {NEXT_ITEMS, "sallyport --as ID items TRANSFER"},
    {NEXT_ITEM, "sallyport --as ID item TRANSFER ITEM"},
    {NEXT_CHECKS, "sallyport doctor"},
    {NEXT_WORDS, "sallyport anchor in"},
    {NEXT_WITNESSES, "sallyport witness"},
    {NEXT_TAKE, "sallyport --as ID take TRANSFER"},
    {NEXT_RECORD, "or sallyport --as ID report TRANSFER"},
    {NEXT_REPORT, "sallyport --as ID report TRANSFER"},
    {NEXT_PEOPLE, "sallyport people; sallyport authority pending"},
    {NEXT_VERIFY, "sallyport verify"},
    {NEXT_ROLE, "sallyport --as ADMIN authority add ID --name NAME --role officer"},
    {NEXT_ENDORSE, "sallyport --as ADMIN authority pending"},
    {NEXT_POLICY, "sallyport --as ADMIN authority policy FILE"},
    {NEXT_OFFICER, "sallyport --as ADMIN authority add ID --name NAME --role officer"},
    {NEXT_REQUESTER, "sallyport --as ADMIN authority requester ID --name NAME"},
    {NEXT_VAULT, "sallyport --as ID purge"},
    {NEXT_ANTIVIRUS, "scan-av(8) tells how"},
    {NEXT_ENGINE, "systemctl status sallyport-clamd; ls /var/lib/sallyport-clamd; "
		  "journalctl -k -g apparmor"},
    {NEXT_CLAMD, "scan-av(8) tells how"},
    {NEXT_SCANNERS, "sallyport scanners --selftest"},
};

const char *
hint_command(const char *next)
{
	for (size_t i = 0; i < sizeof(hint_commands) / sizeof(hint_commands[0]); i++)
		if (strcmp(hint_commands[i].next, next) == 0)
			return hint_commands[i].command;
	return NULL;
}
