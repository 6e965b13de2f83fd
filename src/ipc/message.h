/* SPDX-License-Identifier: ISC */
/*
 * The protocol between programs: one table, messages.def.  Enum, names and
 * checks come from its rows; what is not in the table ends that peer.
 *
 * A message on the wire is one JSON object in one SOCK_SEQPACKET datagram:
 * {"m":"<name>", fields...}.  The table gives each field's name and type, so a
 * handler may rely on them.
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

/* Who speaks.  A role is bound to a descriptor, never claimed in a message. */
enum role {
	ROLE_UI = 1 << 0,
	ROLE_PARENT = 1 << 1,
	ROLE_DESK = 1 << 2,
	ROLE_READER = 1 << 3,
	ROLE_VAULT = 1 << 4,
	ROLE_SCANNER = 1 << 5,
	ROLE_LEDGER = 1 << 6,
	ROLE_STAGER = 1 << 7,
	ROLE_REPORT = 1 << 8,
	ROLE_PREVIEW = 1 << 9,
	ROLE_UNLOCK = 1 << 10,
	ROLE_LOADER = 1 << 14, /* sallyport-signatures */
	ROLE_RESCAN = 1 << 15,
	ROLE_TOKEN = 1 << 16, /* a FIDO2 token, for the terminal */
	ROLE_WRITER = 1 << 17,
	ROLE_ANY = ((1 << 11) - 1) | ROLE_LOADER | ROLE_RESCAN | ROLE_TOKEN | ROLE_WRITER,
	ROLE_VERIFY = 1 << 11, /* sallyport-verify: speaks to nobody, has a sandbox */
	/* of scan-exec: it starts a site's command for each object, and the command */
	ROLE_RUNNER = 1 << 12,
	ROLE_COMMAND = 1 << 13,
	ROLE_WITNESS = 1 << 18, /* sallyport-witness: speaks to nobody, has a sandbox */
};

enum message_fd { FD_NONE, FD_ONE };

/* When a message is legal on a channel; each includes the ones before it. */
enum phase {
	PH_HELLO,  /* nothing but hello has been said */
	PH_OPEN,   /* hello was accepted */
	PH_SIGNED, /* an officer has signed in on this channel */
};

enum msg_id {
	MSG_NONE,
#define MSG(id, name, from, to, fd, max, phase, fields) MSG_##id,
#include "src/ipc/messages.def"
#undef MSG
	MSG__MAX
};

struct message_row {
	const char *name;
	unsigned from, to; /* sets of enum role */
	enum message_fd fd;
	size_t max_bytes;
	enum phase phase;
	const char *fields; /* "name:type name:type?", see messages.def */
};

/* The row of id; id must be a real one. */
const struct message_row *message_row(enum msg_id);
/* MSG_NONE when there is no such name. */
enum msg_id message_find(const char *name);
const char *message_role_name(enum role);
/* Fingerprint of the table: programs built from different tables refuse each other. */
const char *message_proto(void);

/*
 * Checks that body has exactly the fields of the row, each of its type.
 * ret_why (may be NULL) names the field.
 */
enum err message_check(enum msg_id, const json_t *body, const char **ret_why);

#endif
