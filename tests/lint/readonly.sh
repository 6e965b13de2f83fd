# SPDX-License-Identifier: ISC
# Nothing of ours opens a medium for writing but in a port for exports.  What reads media opens nothing at
# all and has no call that writes to a file; what opens media or images opens
# them for reading; and nobody asks the kernel to write to a device by other ways.
{
	grep -nE '(^|[^_a-z.>])(open|openat|creat|pwrite|pwritev|ftruncate|fallocate) *\(|O_RDWR|O_WRONLY|O_CREAT|PROT_WRITE' \
	    $(find src/media src/proc/reader src/proc/reader.c -name '*.[ch]' 2>/dev/null) /dev/null |
	    grep -vE ':[0-9]+:[ 	]*(/?\*|//)' | sed 's/\([^:]*:[0-9]*\):.*/\1: what reads media opens nothing and writes to no file/'
	for opener in src/proc/parent/ports.c ui/files.c; do
		[ -e "$opener" ] || continue
		grep -nE '[^_a-z.>]open(at)? *\(' "$opener" | grep -vE 'O_RDONLY|O_PATH|->open|open\(path, flags \| O_CLOEXEC' |
		    sed "s,^\([0-9]*\):.*,$opener:\1: media and images are opened with O_RDONLY,"
	done
	# one row says how a medium is opened for writing, and it is of ports for exports
	grep -nE 'O_RDWR|O_WRONLY' src/proc/parent/*.c /dev/null | grep -vE 'ports\.c:[0-9]+: *STATION_EXPORT, O_RDWR' |
	    sed 's/\([^:]*:[0-9]*\):.*/\1: only what lies in a port for exports is opened for writing/'
	grep -rnE 'BLKROSET|BLKZEROOUT|BLKDISCARD|BLKSECDISCARD|SG_IO|BLKPG' src ui scanners db --include='*.[ch]' 2>/dev/null |
	    sed 's/\([^:]*:[0-9]*\):.*/\1: no command may change a device/'
} | grep . && exit 1
exit 0
