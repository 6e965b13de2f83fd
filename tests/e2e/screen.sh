# SPDX-License-Identifier: ISC
# What tests of the screens in tmux share.  A test begins:
#   . "$(dirname "$0")/lib.sh"
#   . "$(dirname "$0")/screen.sh"
# Keys that are typed before a new screen is there are thrown away, so every
# step waits for what it has brought about.

command -v tmux >/dev/null || {
	fail "tmux is missing: the terminal was not tested"
	done_testing
}
# The account of a service has nologin for a shell; tmux must not ask it.
tty="env SHELL=/bin/sh tmux -L sp$$ -f /dev/null"
at_end_of_screens() {
	ended=$?
	$tty kill-server 2>/dev/null
	(exit $ended) # at_end takes the status of the test from here
	at_end
}
trap at_end_of_screens EXIT

# Officers sit at terminals; $on is the one that is typed at and looked at.
on=first
terminal() { # NAME [COLUMNS ROWS]
	on=$1
	$tty new-session -d -s "$on" -x "${2:-80}" -y "${3:-24}" "exec env PS1='ready> ' sh"
	$tty set -g status off
}
screen() {
	$tty capture-pane -p -t "$on"
}
has() { # REGEX
	screen | grep -qE -- "$1"
}
lacks() { # REGEX
	! has "$1"
}

# What was typed, key by key.
typed=0
press() { # KEY...
	typed=$((typed + $#))
	$tty send-keys -t "$on" "$@"
}
enter() { # TEXT
	typed=$((typed + ${#1}))
	$tty send-keys -t "$on" -l -- "$1"
}

# A screen that is read once right after a key is the one before it, half of either, or
# its own rows without its numbers, which come from the station later.  So nothing is
# asserted of one look: a test says what it waits for.
# becomes NAME WANTED COMMAND...: within a while the command prints it.
becomes() {
	becomes_name=$1
	becomes_wanted=$2
	shift 2
	if wait_for 20 prints "$becomes_wanted" "$@"; then
		pass "$becomes_name"
	else
		fail "$becomes_name" "got:    $("$@")" "wanted: $becomes_wanted" "$(screen)"
	fi
}
# hides NAME REGEX: within a while the screen has it no more.
hides() {
	if wait_for 20 lacks "$2"; then
		pass "$1"
	else
		fail "$1" "wanted no more on the screen: $2" "$(screen)"
	fi
}
prints() { # WANTED COMMAND...
	prints_wanted=$1
	shift
	[ "$("$@")" = "$prints_wanted" ]
}
# shows NAME REGEX: within a while the screen has it.
shows() {
	if wait_for 20 has "$2"; then
		pass "$1"
	else
		fail "$1" "wanted on the screen: $2" "$(screen)"
	fi
}
# says NAME REGEX: within a while the line of messages has it.
message() {
	screen | sed -n "$(($($tty display-message -p -t "$on" '#{pane_height}') - 1))p"
}
message_has() {
	message | grep -qE -- "$1"
}
says() {
	if wait_for 20 message_has "$2"; then
		pass "$1"
	else
		fail "$1" "wanted as a message: $2" "$(screen)"
	fi
}
# Without it the rest makes no sense.
need() { # REGEX
	wait_for 20 has "$1" && return
	fail "needed on the screen: $1" "$(screen)" "$(tail -n 5 "$SALLYPORT_HOME/run/sallyportd.log" 2>/dev/null)"
	done_testing
}
# go REGEX KEY...: presses the keys, and needs what the screen then shows.
go() {
	go_to=$1
	shift
	press "$@"
	need "$go_to"
}

# gone REGEX KEY...: presses the keys, and needs the screen without it.
gone() {
	go_to=$1
	shift
	press "$@"
	wait_for 20 lacks "$go_to" && return
	fail "still on the screen: $go_to" "$(screen)"
	done_testing
}

begin_screens() { # PROGRAM ARGUMENT...
	$tty send-keys -t "$on" "clear; $*; echo ended \$?" Enter
	need 'Officer id  \['
	need 'System +(\[|[0-9])'
}
sign_in() { # ID [PASSPHRASE]
	need 'Officer id  \['
	need 'System +(\[|[0-9])'
	enter "$1"
	press Tab
	enter "${2:-$(passphrase "$1")}"
	press Enter
}
sign_out() {
	go 'Sign out \]' F10
	go 'Officer id  \[' Tab Enter
	need 'System +(\[|[0-9])'
}

# The guard is the child of the terminal's shell, a session the guard's child.
guard() {
	pgrep -x sallyport -P "$($tty display-message -p -t "$on" '#{pane_pid}')"
}
child() {
	guard_pid=$(guard) && pgrep -x sallyport -P "$guard_pid"
}

# strike PID: kills the children of a process, each as soon as it is there, until it has
# ended or makes no more of them for half of the time after which a kiosk tries again.
strike() {
	perl -MTime::HiRes=time -e 'my ($pid) = @ARGV;
		my ($last, %struck) = time;
		while (kill(0, $pid) && time - $last < 5) {
			open my $f, "<", "/proc/$pid/task/$pid/children" or last;
			for (split " ", <$f> // "") {
				next if $struck{$_}++;
				kill 9, $_;
				$last = time;
			}
		}' "$1"
}

# The counter of the review, word by word: counter APPR.  The title is drawn before the
# counters are: it waits until the word has its number, and is empty when it never has.
counter() {
	wait_for 20 counted "$1" || :
	cat "$work/counted"
}
counted() { # WORD
	screen | sed -n "2s/.* $1 \([0-9,]*\).*/\1/p" >"$work/counted"
	[ -s "$work/counted" ]
}
# Entries of a type in the record of the transfer, whatever the screens say.
entries() { # TYPE
	as ada timeline "$transfer" --json | grep -o "\"type\": *\"$1\"" | wc -l
}

# Opens every group that must be looked at, each to its end.
look_at_all() {
	need 'not before you opened'
	while need 'not before you opened|Sign: F8, then' && has 'not before you opened'; do
		need ' not yet$'
		has '> .*not yet$' || go '> .*not yet$' Down
		go 'seen by you' Enter
		while ! screen | grep -qE '^-- ([0-9]+) of [0-9]+, [0-9]+ seen' ||
		    [ "$(looked rest)" -gt 0 ]; do
			before=$(screen)
			press PageDown
			wait_for 20 is_not "$before" || break
		done
		"${1:-:}" "$(screen | sed -n 1p)"
		go 'You must look at' Escape
	done
}
looked() { # rest: how many of the group were not on the screen yet
	screen | tr -d , | sed -n 's/^-- [0-9]* of \([0-9]*\) \([0-9]*\) seen.*/\1 \2/p' | awk '{ print $1 - $2 }'
}
is_not() { # SCREEN
	[ "$(screen)" != "$1" ]
}
