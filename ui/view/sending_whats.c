/* SPDX-License-Identifier: ISC */
#include "ui/view/sending.h"

static const struct sending_what sending_whats[SENDING_WHATS] = {
    {"report and slip", NULL, true,
	"The custody report as text, JSON and PDF, and the slip for the requester.",
	{{MSG_UI_PUBLISH, "format", "text"}, {MSG_UI_PUBLISH, "format", "json"},
	    {MSG_UI_PUBLISH, "format", "pdf"}, {MSG_UI_PUBLISH, "format", "slip"}}},
    {"bundle", "bundle", true,
	"All that an auditor needs to check this transfer by himself: its entries with their "
	"proofs, the authority log, what was sealed, and the reports.",
	{{MSG_UI_COPY, NULL, NULL}}},
    {"ledger, and what was sealed here", "ledger", true,
	"A copy of the whole record, with inventory, findings and policy of this transfer.",
	{{MSG_UI_COPY, NULL, NULL}}},
    {"ledger", "ledger", false,
	"A copy of the whole record: every entry of both logs, with names of people and files.",
	{{MSG_UI_COPY, NULL, NULL}}},
    {"leaves of the custody log", "leaves", false,
	"A line of hex for each entry: enough to tell later that none was changed, and nothing "
	"of what they say.",
	{{MSG_UI_COPY, "log", "custody"}}},
    {"leaves of the authority log", "leaves", false,
	"A line of hex for each entry: enough to tell later that none was changed, and nothing "
	"of what they say.",
	{{MSG_UI_COPY, "log", "authority"}}},
};

const struct sending_what *
sending_what_at(size_t i)
{
	return &sending_whats[i];
}
