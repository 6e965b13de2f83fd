#!/bin/sh
# SPDX-License-Identifier: ISC
# ui/term.c by itself, on every kind of terminal: a program that shows its keys
# (show.c) on a pseudo-terminal (pty.c) whose oracle judges every byte.
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 3
[ "$(id -u)" -ne 0 ] || exec sh share/demo/as-user sh "tests/screens/$(basename "$0")"
B=${B:-build/asan}
pty=$B/tests/screens/pty
show=$B/tests/screens/show
work=$(mktemp -d /tmp/sp.XXXXXX)
trap 'rm -rf "$work"' EXIT
unset NO_COLOR LINES COLUMNS TERMINFO ESCDELAY
n=0

# plays NAME STATUS PTY-OPTIONS... -- COMMAND...: the script is standard input.
plays() {
	name=$1 wanted=$2
	shift 2
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	n=$((n + 1))
	cat >"$work/script"
	# shellcheck disable=SC2086
	timeout 120 "$pty" $options "$work/script" "$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ $status -eq "$wanted" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		{
			echo "status $status, wanted $wanted"
			head -n 40 "$work/err"
		} | sed 's/^/# /'
	fi
}

for type in linux xterm-256color xterm vt220 tmux-256color screen; do
	plays "$type: keys, styles, themes, a redraw" 0 -t $type -- "$show" <<-'END'
		wait size 24x80
		wait keys 0
		expect (.)   (b)   (T)   (D)   (H)   (>)   (K)   (_)   (s)   (!)
		expect (f)   (F)   (\)   (o)   (m)   (x)   (a)   (r)   (h)   (u)
		cursor last
		key Up Down Left Right Home End PgUp
		wait last PgUp End Home Right Left Down Up
		key PgDn Ins Del Shift-Tab Tab Enter Space
		wait last Space Enter Tab Shift-Tab Del Ins PgDn
		key F1 F2 F3 F4 F5 F6
		wait last F6 F5 F4 F3 F2 F1
		key F7 F8 F9 F10 F11 F12
		wait last F12 F11 F10 F9 F8 F7
		key Backspace Ctrl-H Ctrl-? Ctrl-C Ctrl-Z Ctrl-S Ctrl-Q Ctrl-\
		wait last Ctrl-\ Ctrl-Q Ctrl-S Ctrl-Z Ctrl-C Backspace Backspace Backspace
		key Esc
		wait last Esc
		key Ctrl-@ Ctrl-J 0x80 0xFF ~
		wait last ~ 0xFF 0x80 Ctrl-J Ctrl-@ Esc
		key L t t t L
		wait last L t t t L
		key q
		end
	END
done

plays "sequences no description knows are one key, never Esc and letters" 0 -- "$show" <<'END'
wait keys 0
hex 1b5b313b3541
wait last other
key 1
wait last 1 other
hex 1b61
wait last other 1 other
hex 1b5d303b61416207
wait last other other 1 other
hex 1b5b3230307e
wait last other other other 1 other
hex 1b5b5b42
wait last F2 other other other 1 other
hex 1b5b31357e
wait last F5 F2
hex 1b5b41
wait last Up F5 F2
hex 1b4f41
wait last Up Up F5 F2
hex 1b1b
wait last Esc Esc Up Up F5 F2
hex 1b5b
wait last other Esc Esc
key a
wait last a other Esc Esc
key q
end
END

for size in 1x2 1x80 24x2 2x3 36x120 60x200; do
	plays "$size, a character in every corner" 0 -s $size -- "$show" -x <<-'END'
		settle 100
		expect #
		snapshot /dev/null
		resize 24x80
		wait size 24x80
		key q
		end
	END
done
# nothing can be shown there; it must only come back
for size in 1x1 24x1; do
	plays "$size, and back" 0 -s $size -- "$show" -x <<-'END'
		settle 100
		resize 24x80
		wait size 24x80
		key q
		end
	END
done
plays "the last cell of the last row is drawn and does not scroll" 0 -s 24x80 -- "$show" -x <<END
wait keys 0
snapshot $work/corner
key q
end
END
n=$((n + 1))
if [ "$(awk 'length == 80 { print substr($0, 1, 1) substr($0, 80) }' "$work/corner" | grep -c '##')" -eq 24 ]; then
	echo "ok $n - all four corners are there"
else
	echo "not ok $n - all four corners are there"
	sed 's/^/# |/' "$work/corner"
fi

plays "a window system that does not know the size" 0 -s 0x0 -- "$show" <<'END'
wait size 24x80
resize 30x0
wait size 30x80
resize 65535x65535
wait size 1000x1000
resize 24x80
wait size 24x80
key q
end
END

plays "LINES and COLUMNS that lie" 0 -s 30x90 -- env LINES=5 COLUMNS=999999 "$show" <<'END'
wait size 30x90
resize 24x80
wait size 24x80
key q
end
END

for lie in LC_ALL=xx_YY.UTF-9 LC_ALL=C LC_ALL=C.UTF-8 TERMINFO=/nowhere ESCDELAY=99999 NCURSES_NO_UTF8_ACS=1 TERMCAP=x; do
	plays "environment: $lie" 0 -- env $lie "$show" <<-'END'
		wait keys 0
		clock
		key Esc
		wait last Esc
		key q
		end
	END
done

plays "NO_COLOR is heard" 0 -- env NO_COLOR=1 "$show" <<'END'
wait theme monochrome
key q
end
END
plays "an empty NO_COLOR is none" 0 -- env NO_COLOR= "$show" <<'END'
wait theme normal
key q
end
END
plays "no colours, no theme with colours" 0 -t vt220 -- "$show" <<'END'
wait theme monochrome
key t
wait keys 1
expect theme monochrome
key q
end
END

for type in dumb no-such-terminal unknown ../../etc/passwd; do
	plays "TERM=$type is refused politely" 0 -t $type -- "$show" <<-'END'
		end 3
		expect show: the terminal type
		expect use the commands
	END
done
plays "a TERM that lies about what it is" 0 -t "$(printf 'x\033]0;a\007\342\200\256y')" -- "$show" <<'END'
end 3
expect show: the terminal type "x\x1B]0;
END
plays "no TERM at all" 0 -- env -u TERM "$show" <<'END'
end 3
expect show: the terminal type
END
plays "no terminal at all" 0 -- sh -c "\"$show\" </dev/null" <<'END'
end 3
expect this is not a terminal
END

plays "a storm of sizes down to 1x1" 0 -- "$show" -x <<'END'
wait keys 0
storm 300
wait size 24x80
key a
wait last a
key q
end
END

plays "a paste of a megabyte" 0 -w 60 -- "$show" -p <<'END'
wait keys 0
fill 1048576 abcdefgh
wait keys 1048576
signal TERM
end 1
END
plays "a megabyte of any bytes draws nothing foreign" 0 -w 60 -- "$show" -p <<'END'
wait keys 0
paste 1048576
settle 300
fill 40 z
wait last z z z z z z z z
signal TERM
end 1
END

plays "what was typed before is thrown away" 0 -- "$show" <<'END'
wait keys 0
signal STOP
text fabc
signal CONT
wait keys 1
settle 100
expect keys 1
key q
end
END

plays "a hang-up ends it" 0 -- "$show" <<'END'
wait keys 0
signal STOP
hangup
signal CONT
end SIG1
END
plays "a hang-up ends it, though the signal is ignored" 0 -- sh -c "trap '' HUP; exec \"$show\"" <<'END'
wait keys 0
hangup
end 5
END
plays "SIGTSTP stops nobody" 0 -- "$show" <<'END'
wait keys 0
signal TSTP
key a
wait last a
key q
end
END

plays "the terminal is as it was before" 0 -- sh -c "stty -a >$work/before; \"$show\"; stty -a >$work/after; cmp $work/before $work/after && echo THE SAME" <<'END'
wait keys 0
key q
wait THE SAME
end
END
plays "after the end nothing of the last frame is left" 0 -t linux -- "$show" <<'END'
wait keys 0
key q
end
refuse keys
END

echo "1..$n"
