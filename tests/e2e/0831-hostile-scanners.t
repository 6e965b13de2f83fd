#!/bin/sh
# SPDX-License-Identifier: ISC
# Every way a scanner can fail, each in a real station: what becomes of the
# verdict, and what the officer reads.  tests/e2e/hostile.rows is the list.
# Each scanner is needed for one type, and each type has one file, so that an
# item stands for one scanner alone.
. "$(dirname "$0")/lib.sh"

rows=$top/tests/e2e/hostile.rows
mkdir -p "$work/prog" "$work/m"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
manifests=$work/prog/share/sallyport/scanners.d
find "$manifests" -name '*.conf' ! -name type.conf -delete

field() { # NAME NUMBER
	awk -F' *[|] *' -v name="$1" -v n="$2" '!/^#/ && $1 == name { print $n }' "$rows"
}
names() { # GROUP
	awk -F' *[|] *' -v group="$1" '!/^#/ && $2 == group { print $1 }' "$rows"
}

# --- one file of each type, 50 bytes long ---------------------------------------------
types='text script json xml html png pdf npy safetensors gguf parquet arrow hdf5 gzip lfs'
perl -e '
	my %begin = (text => "plain words ", script => "#!/bin/sh\necho ", json => "[1, ", xml => "<?xml version=\"1.0\"?>\n<a>",
	    html => "<!DOCTYPE html>\n<html><body>", png => "\x89PNG\r\n\x1a\n" . pack("N", 13) . "IHDR" . pack("NN", 1, 1),
	    pdf => "%PDF-1.4\n1 0 obj\nendobj\n", npy => "\x93NUMPY\1\0" . pack("v", 40), safetensors => pack("Q<", 20) . q({"__metadata__":{} }),
	    gguf => "GGUF" . pack("L<Q<Q<", 3, 0, 0), parquet => "PAR1", arrow => "ARROW1\0\0", hdf5 => "\x89HDF\r\n\x1a\n",
	    gzip => "\x1f\x8b\x08\0\0\0\0\0\0\3", lfs => "BZh91AY&SY");
	my %end = (json => "1]", xml => "</a>", html => "</body></html>", parquet => pack("L<", 20) . "PAR1", arrow => "ARROW1",
	    pdf => "\n%%EOF\n");
	for my $type (keys %begin) {
		my ($b, $e) = ($begin{$type}, $end{$type} // "\n");
		open my $f, ">:raw", "$ARGV[0]/$type.x" or die;
		print $f $b, " " x (50 - length($b) - length($e)), $e;
		close $f;
	}' "$work/m"
types=$(echo "$types" | sed 's/lfs/bzip2/')
mv "$work/m/lfs.x" "$work/m/bzip2.x"
small_medium "$work/small.img" "$work/m"
(cd "$work/m" && sha256sum *.x) >"$work/before"

# --- their manifests and what they need ------------------------------------------------
# What a command says and does; $0 of each is its own name.
command_of() { # NAME
	case $1 in
	c-ok) echo 'cat >/dev/null; echo OK' ;;
	c-part) echo 'echo looked' ;;
	c-exit) echo 'exit 7' ;;
	c-crash) echo 'import faulthandler; faulthandler._read_null()' ;;
	c-flood) echo 'while :; do echo it goes on and on and on and on and on; done' ;;
	c-line) echo 'cat >/dev/null; echo finding awful; exit 1' ;;
	c-sleep) echo 'cat >/dev/null; sleep 4711 & echo looked' ;;
	c-hang) echo 'while :; do :; done' ;;
	c-write) echo 'cat >/dev/null; : >/tmp/sp-probe; echo looked' ;;
	c-other) echo 'cat >/dev/null; exec /usr/bin/id' ;;
	*) echo 'cat >/dev/null; echo looked' ;;
	esac
}
manifest() { # NAME
	program=scan-h-$1
	stall=60000
	base=60000
	[ "$(field "$1" 4)" != timeout ] || stall=1500 base=4000
	[ "$1" != slow ] || stall=60000
	more='memory_mib = 512;'
	case $1 in
	c-*)
		program=scan-exec
		shell=/bin/sh
		[ "$1" != c-crash ] || shell=/usr/bin/python3
		[ "$1" != c-gone ] || shell=/nowhere/scan
		[ "$1" != c-loose ] || shell=$work/loose
		more='command = [ "'$shell'", "-c", "'$(command_of "$1")'", "/bin/sh", "/bin/cat", "/bin/sleep" ];
exits = ( { status = 0; verdict = "clean"; }, { status = 1; verdict = "malicious"; }, { status = 2; verdict = "error"; } );
clean_needs = "^looked$"; output = "lines";'
		;;
	*) ln -sf "$B/tests/scanners/hostile" "$bin/$program" ;;
	esac
	[ "$1" = absent ] || cat >"$manifests/h-$1.conf" <<END
name = "h-$1"; version = "1"; program = "$program"; kind = "policy"; scope = "object";
window = 1; slots = 1; engine_socket = false; max_bytes = 0;
timeout_base_ms = $base; timeout_per_mib_ms = 0; stall_ms = $stall; selftest = false;
$more
END
}
type_of() { # NAME GROUP
	names "$2" | awk -v name="$1" -v types="$types" 'BEGIN { split(types, t, " ") } $1 == name { print t[NR] }'
}
policy() { # GROUP
	{
		sed '/^required = (/,/^);/d' "$plain_policy"
		echo 'required = ('
		for name in $(names "$1"); do
			echo "	{ scanner = \"h-$name\"; types = \"$(type_of "$name" "$1")\"; },"
		done
		echo '	{ scanner = "type"; types = "*"; part = true; }'
		echo ');'
	} >"$work/hostile.policy"
	as ada authority policy "$work/hostile.policy"
}

# --- what the officer sees ------------------------------------------------------------
# Of every file: "TYPE|verdict|gate|SCANNER's verdict|why|titles".
look() {
	as otto items "$transfer" --where kind=file --json >"$work/items.json"
	python3 -c 'import json, sys
for line in sys.stdin:
    print(json.loads(line)["id"])' <"$work/items.json" | while read -r item; do
		as otto item "$transfer" "$item" --json
	done | python3 -c 'import json, sys
for line in sys.stdin:
    item = json.loads(line)
    scan = [s for s in item["scans"] if s["scanner"].startswith("h-")]
    for s in scan or [{"scanner": "", "verdict": "", "why": ""}]:
        titles = [f["title"] for f in item["findings"] if f["scanner"] == s["scanner"]]
        print(item["type"], item["verdict"], item["gate"], s["verdict"], s["why"] or "".join(titles), sep="|")' |
	    # where there are no namespaces abort(3) ends a process with its own signal
	    sed "s|$work|/srv|; s/signal 6$/signal 11/" >"$work/seen"
}
printf '#!/bin/sh\n' >"$work/loose"
chmod 777 "$work/loose"

# Those that other transfer stations had, by their number (R3: over a limit, R10: not bound to
# the contents, R11: a long message ends the next process).
defect() { # NAME
	case $1 in
	absent | zero) echo 'R1: ' ;;
	hang | crash | nothing) echo 'R2: ' ;;
	unread | part) echo 'R3: ' ;;
	other) echo 'R10: ' ;;
	long) echo 'R11: ' ;;
	esac
}

first=yes
for group in 1 2 3; do
	rm -f "$manifests"/h-*.conf
	for name in $(names "$group"); do
		manifest "$name"
	done
	[ $first = yes ] || station_stop
	if [ $first = yes ]; then
		station noclamd
	else
		must station_start
	fi
	first=no
	must policy "$group"
	run as otto intake "$work/small.img" --requester rita
	transfer=$(transfer_of "$out$err")
	look
	refused "R4: nothing that a scanner failed on can be approved, whatever the reason ($group)" 1 . \
	    as otto decide "$transfer" approve --where 'verdict=error' --reason 'please'
	for name in $(names "$group"); do
		verdict=$(field "$name" 4)
		is "$(defect "$name")$(field "$name" 3)" "$(grep "^$(type_of "$name" "$group")|" "$work/seen")" \
		    "$(type_of "$name" "$group")|$verdict|$(field "$name" 5)|$verdict|$(field "$name" 6)"
	done
done
is "nothing of a command lives on" "$(pgrep -u "$(id -u)" -f '^sleep 4711' || :)" ""
no "and it has written nothing" test -e /tmp/sp-probe
done_testing
