# SPDX-License-Identifier: ISC
# share/doc/PROTOCOL.md says what src/ipc/messages.def says.
#   sh tests/lint/protocol.sh           compares
#   sh tests/lint/protocol.sh --write   writes it again
doc=share/doc/PROTOCOL.md
print() {
	limit() {
		sed -n "s/^#define $1 *\([0-9]*\).*/\1/p" src/base/limits.h
	}
	sed "s/@DEPTH@/$(limit LIM_MESSAGE_DEPTH)/; s/@FLIGHT@/$(limit LIM_IN_FLIGHT)/" <<'END'
# The protocol between programs

Made from `src/ipc/messages.def` by `sh tests/lint/protocol.sh --write`; do not edit.

**Framing.** Programs talk over connected `AF_UNIX` sockets of type `SOCK_SEQPACKET`. A message is one datagram: one JSON object, UTF-8,
`{"m":"<name>", ...}`, with the fields of its row and no others. At most one descriptor travels with it (`SCM_RIGHTS`), and only where the
row says so. A key given twice, a number that is not an integer, a text with a NUL, nesting deeper than @DEPTH@ levels, a datagram longer than its row allows, or bytes
after the object are refused.

**Roles.** A role is bound to a descriptor, never claimed in a message: the parent hands each program its sockets, and the numbers are in
`src/ipc/spawn.h`. A message from a role that the row does not name ends that peer, as does anything else that is not in this table. Nothing after it
is read.

**Phases.** *hello*: nothing but `hello` has been said. *open*: the peer's `hello` was accepted. *signed*: an officer has signed in on this
connection. A message is legal in its phase and the later ones; `hello` comes once, first, in both directions, and carries the fingerprint of this table
(`proto`): programs built from different tables refuse each other. `sandbox` tells whether the program runs inside its sandbox.

**Flow.** At most @FLIGHT@ messages are queued for one peer, and the desk never waits for one. Inventories, entries and long texts travel as sealed memory
files (`memfd`); their receiver refuses one that is not sealed. Contents go from reader to vault through a pipe of their own: each frame is a header of 16 bytes, little endian
(kind: 1 begin, 2 data, 3 end, 4 abort; length; item), and its bytes; see `src/ipc/frame.h`.

**Types.** `s` text. `u` integer from 0 to 2^53-1. `t` true or false. `b` bytes in base64, padded. `h` a SHA-256 digest, 64 hexadecimal digits in lower case. `o` object. `a`
array. A `?` after the type: the field may be absent.
END
	awk -v bytes="$(limit LIM_MESSAGE_BYTES)" '
	function tidy(s) {
		gsub(/ROLE_/, "", s)
		gsub(/ *\| */, ", ", s)
		return tolower(s)
	}
	function trim(s) {
		gsub(/^[ \t]+|[ \t]+$/, "", s)
		return s
	}
	function row(text, part, n, fields) {
		sub(/^MSG\(/, "", text)
		fields = text
		sub(/^.*PH_[A-Z]+, *"/, "", fields)
		sub(/"\).*$/, "", fields)
		gsub(/" *"/, "", fields)
		gsub(/\|/, "\\|", fields)
		n = split(text, part, ",")
		for (i = 1; i <= n; i++)
			part[i] = trim(part[i])
		gsub(/"/, "", part[2])
		if (part[6] == "LIM_MESSAGE_BYTES")
			part[6] = bytes
		printf "| `%s` | %s → %s | %s | %s | %s | %s |\n", part[2], tidy(part[3]), tidy(part[4]),
		    part[5] == "FD_ONE" ? "yes" : "", part[6], tolower(substr(part[7], 4)), fields == "" ? "" : "`" fields "`"
		if (note != "")
			notes = notes "\n`" part[2] "`: " note "\n"
		note = ""
	}
	function heading(text) {
		printf "%s\n## %s\n\n| message | from → to | descriptor | bytes | phase | fields |\n|---|---|---|---|---|---|\n", notes, text
		notes = ""
	}
	/^\/\* --- / { sub(/^\/\* --- /, ""); sub(/ -+ \*\/$/, ""); heading($0); next }
	NR == 1 { next }
	/^\/\*.*\*\/$/ { note = $0; sub(/^\/\* */, "", note); sub(/ *\*\/$/, "", note); next }
	/^\/\*/ { comment = 1 }
	comment { if (/\*\//) comment = 0; next }
	/^MSG\(/ { text = "" }
	/^MSG\(|^ / { text = text (text == "" ? "" : " ") trim($0); if (/\)$/) row(text) }
	END { printf "%s", notes }' src/ipc/messages.def
}
if [ "${1:-}" = --write ]; then
	print >$doc
else
	print | cmp -s - $doc || {
		echo "$doc:1: is not what src/ipc/messages.def says: sh tests/lint/protocol.sh --write"
		exit 1
	}
fi
