#!/bin/sh
# SPDX-License-Identifier: ISC
# Nothing that a medium, an officer or a scanner says reaches the terminal as
# anything but printable ASCII: a medium with every kind of hostile name,
# label, link and content, looked at in every screen on every kind of terminal.
# The judge is the oracle of tests/screens/pty.c, over every byte.
. "$(dirname "$0")/lib.sh"
pty=$B/tests/screens/pty

# --- a medium that lies wherever it can ------------------------------------------
tree=$work/tree
mkdir "$tree"
perl - "$tree" <<'END'
	use strict;
	my ($tree) = @ARGV;
	my @names = (
		"overlong\xC0\xAF", "surrogate\xED\xA0\x80", "above\xF4\x90\x80\x80", "lead\xC3", "\x80stray",
		"\xF5\xFF", "esc\e[2J\e[H", "title\e]0;owned\a", "bs" . "\b" x 20 . "APPROVED  evil.exe", "cr\rAPPROVED",
		"lf\nAPPROVED", "tab\tx", "del\x7F", "so\x0Elqqk", "c1\xC2\x9B2J", "raw\x9B2J", "raw\x9D0;x\x9C",
		"dcs\eP1\$r\e\\", "apc\e_x\e\\", "k\ekx\e\\", "bel\a", "csi\xC2\x90q\xC2\x9C",
		"invoice\xE2\x80\xAEgpj.exe", "isolate\xE2\x81\xA6z", "alm\xD8\x9C", "ls\xE2\x80\xA8b", "ps\xE2\x80\xA9b",
		"zws\xE2\x80\x8Bb.txt", "zwj\xE2\x80\x8Da", "shy\xC2\xADb", "filler\xE3\x85\xA4", "tag\xF3\xA0\x81\x81",
		"vs\xEF\xB8\x8F", "\xEF\xBB\xBFbom", "annot\xEF\xBF\xB9x", "nbsp\xC2\xA0b", "ideo\xE3\x80\x80b", " lead", "trail ",
		"two  blanks", "pua\xEF\x81\x81", "pua2\xF4\x80\x80\x80", "non\xEF\xB7\x90", "fffe\xEF\xBF\xBE", "e\xCC\x81\xCC\x81\xCC\x81",
		"\xEF\xBC\xA1.exe", "slash\xE2\x88\x95b", "dot\xE2\x80\xA4exe", "p\xD0\xB0ypal", "\xE4\xB8\xAD\xE6\x96\x87", "\xF0\x9F\x98\x80",
		"forged\\..{7}b", "forged\\x1B", "%n%s%99999d", "x" x 255, "\x1B" x 255, "-rf", "a;b`c`\$(d)|e", "=1+1", "plain.txt");
	for my $i (0 .. $#names) {
		open my $f, ">", "$tree/$names[$i]" or die "$i: $!";
		print $f "\e]0;owned\a\e[2J\x9B2J\xC2\x9B\b\b\b\r\nline $i \xE2\x80\xAE\x00\xFF\t\x7F\n" x 3;
		close $f;
	}
	mkdir "$tree/dir\e[2J\x9B\n" or die;
	open my $f, ">", "$tree/dir\e[2J\x9B\n/inside\b\b\b" or die;
	close $f;
	symlink "target\e[2J\x9B\n", "$tree/link" or die;
END
mkdir "$work/zip"
(cd "$work/zip" && printf x >"$(printf 'member\033[2J\b\b')" && printf x >"$(printf '\342\200\256gpj.exe')" &&
	zip -q "$tree/archive.zip" ./*)
truncate -s 16M "$work/hostile.img"
must mke2fs -q -F -t ext4 -L "$(printf '\033]0;L\007\233\010\012x')" -d "$tree" "$work/hostile.img"

station_policy=$top/tests/bench/noengine.policy
station noclamd
intake "$work/hostile.img"
items=$(find "$tree" -mindepth 1 -printf x | wc -c)

# --- every screen --------------------------------------------------------------------
repeat() { # COUNT LINE...
	count=$1
	shift
	while [ "$count" -gt 0 ]; do
		printf '%s\n' "$@"
		count=$((count - 1))
	done
}
sign_in() {
	cat <<-END
		wait Officer id
		wait checks are good
		hex 1b5b324a9b0ac3a9e280aec302
		text zoe
		key Tab
		hex 9bc29be280ae08
		key Enter
		wait refused
		key Up Ctrl-U
		text otto
		key Tab Ctrl-U
		text $(passphrase otto)
		key Enter
		wait HOME
		wait $transfer
		settle 150
	END
}
# Each part begins in the review and may end anywhere.
part() {
	printf '%s\n' "$@" 'settle 150' 'key Esc' 'settle 150' 'key 1' 'wait DEMO HOME' 'settle 150' 'key Enter' \
	    'wait DEMO REVIEW' 'settle 150'
}
journey() {
	sign_in
	part 'key Enter'
	part "$(repeat $((items + 2)) 'key Down' 'settle 20')" 'key Right Right' 'settle 50' 'key Left Left Home'
	part 'key Home Enter' 'wait DETAILS' "$(repeat $((items + 2)) 'key n' 'settle 30')"
	part 'key Home Enter' 'wait DETAILS' 'key x' 'settle 300' 'key PgDn' 'settle 100' 'key t' 'settle 300'
	part 'key Home Down' 'settle 50' 'key r' 'settle 150' 'hex e280aec29b' 'settle 50' 'hex 4142c3' 'settle 50' 'hex 1b'
	part 'key Home Down' 'settle 50' 'key r' 'settle 150' 'key 5' 'settle 150' 'key u'
	part 'key /' 'settle 150' 'hex e280ae9bc3a9' 'settle 50' 'key Enter'
	part 'key l' 'wait Limit:' 'settle 50' 'hex 6e616d657e22e280ae9b22' 'settle 50' 'key Enter'
	part 'key l' 'wait Limit:' 'settle 50' 'hex 6e616d65203d3d9b' 'settle 50' 'key Enter'
	part 'key B' 'settle 300' 'key s' 'settle 200'
	part 'key F8' 'settle 400'
	part 'key m' 'settle 150' 'key ?'
	part 'key 2' 'settle 300' 'key c' 'settle 300' 'key Down Down Down Enter'
	part 'key Ctrl-L' 'settle 100' 'storm 12' 'settle 200' 'resize 36x120'
	printf '%s\n' 'key F9' 'settle 300' 'fill 3000 any' 'settle 300' 'hangup'
}
for type in linux xterm-256color vt220 tmux-256color; do
	journey >"$work/journey"
	ok "$type: nothing but what it knows" "$pty" -w 30 -t $type -o "$work/bytes-$type" "$work/journey" "$bin/sallyport"
done
journey >"$work/journey"
ok "a large window" "$pty" -w 30 -s 60x200 "$work/journey" env LC_ALL=C "$bin/sallyport"
# Of a window of one column curses drew what lay before its cells in memory.
{
	printf '%s\n' 'wait Officer id' 'wait checks are good'
	for rows in $(seq 1 60) $(seq 1 60); do
		printf '%s\n' "resize ${rows}x1" 'settle 20' "resize ${rows}x$((rows * 3))" 'settle 20'
	done
	printf '%s\n' 'resize 24x80' 'wait Officer id' 'hangup'
} >"$work/narrow"
ok "windows of one column" "$pty" -w 30 -t tmux-256color "$work/narrow" env MALLOC_PERTURB_=198 "$bin/sallyport"
# The same names, drawn by a program that does not care.
echo end >"$work/end"
run "$pty" "$work/end" sh -c "cd '$tree' && printf '%s\n' *"
is "the judge is awake" "$status" 3
ok "the names were drawn, escaped" grep -aq 'invoice.*\\u{202E}.*gpj.exe' "$work/bytes-linux"

# --- a paste of a megabyte into each screen ------------------------------------------
{
	sign_in
	printf '%s\n' 'paste 1048576' 'settle 500' 'hangup'
} >"$work/paste"
ok "a megabyte of any bytes at home" "$pty" -w 60 "$work/paste" "$bin/sallyport"
printf '%s\n' 'wait Officer id' 'paste 1048576' 'settle 500' 'hangup' >"$work/paste"
ok "and at sign-in" "$pty" -w 60 "$work/paste" "$bin/sallyport"
is "nothing was decided by it" "$(as otto items "$transfer" --where 'decision=approve' --json 2>/dev/null | grep -c '"id"')" 0

done_testing
