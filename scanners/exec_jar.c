/* SPDX-License-Identifier: ISC */
/*
 * Archives that run as they are: JAR, by META-INF/MANIFEST.MF or classes among
 * its members.  Reads the names in the zip's directory; whether the archive can
 * be read in one way only is not judged here (zipwalk), and what is in it is
 * looked at by itself.
 */
#include "scanners/exec_in.h"
#include "src/base/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define JAR_END   22
#define JAR_END64 56
#define JAR_ENTRY 46

struct jar {
	uint64_t at, bytes;        /* of the directory */
	uint64_t classes, natives; /* members of each kind */
	bool manifest, signature, android, more;
};

/* The directory's place, from the record at the end. */
static bool
jar_find(struct object *o, struct jar *f)
{
	uint64_t size = o->size_bytes;
	size_t n = size < OBJECT_WINDOW ? (size_t)size : OBJECT_WINDOW;
	const uint8_t *p = object_get(o, size - n, n);
	for (size_t i = n >= JAR_END ? n - JAR_END + 1 : 0; p != NULL && i-- > 0;) {
		if (memcmp(p + i, "PK\5\6", 4) != 0)
			continue;
		uint64_t end = size - n + i;
		f->bytes = exec_number(p + i + 12, 4, false);
		f->at = exec_number(p + i + 16, 4, false);
		if (f->at == UINT32_MAX || f->bytes == UINT32_MAX) {
			p = end >= 20 + JAR_END64 ? object_get(o, end - 20 - JAR_END64, 60)
			                          : NULL;
			if (p == NULL || memcmp(p, "PK\6\6", 4) != 0)
				return false;
			f->bytes = exec_number(p + 40, 8, false);
			f->at = exec_number(p + 48, 8, false);
			return f->at <= size && f->bytes <= size - f->at;
		}
		/* something may stand before the archive */
		if (f->bytes > end)
			return false;
		f->at = end - f->bytes;
		return true;
	}
	return false;
}

static bool
jar_ends(const uint8_t *p, size_t n, const char *word)
{
	size_t len = strlen(word);
	return n >= len && memcmp(p + n - len, word, len) == 0;
}

static void
jar_name(struct jar *f, const uint8_t *p, size_t n)
{
	static const char meta[] = "META-INF/";
	bool in_meta = n > 9 && memcmp(p, meta, 9) == 0;
	f->manifest |= n == 20 && memcmp(p, "META-INF/MANIFEST.MF", 20) == 0;
	f->android |= n == 19 && memcmp(p, "AndroidManifest.xml", 19) == 0;
	f->classes += jar_ends(p, n, ".class") || jar_ends(p, n, ".dex");
	f->natives += jar_ends(p, n, ".so") || jar_ends(p, n, ".dll") ||
	              jar_ends(p, n, ".dylib") || jar_ends(p, n, ".jnilib");
	f->signature |= in_meta && (jar_ends(p, n, ".RSA") || jar_ends(p, n, ".DSA") ||
				       jar_ends(p, n, ".EC"));
}

static void
jar_names(struct object *o, struct jar *f)
{
	uint64_t at = f->at, end = f->at + f->bytes, members = 0;
	while (end - at >= JAR_ENTRY) {
		const uint8_t *p = object_get(o, at, JAR_ENTRY);
		if (p == NULL || memcmp(p, "PK\1\2", 4) != 0)
			return;
		size_t name = (size_t)exec_number(p + 28, 2, false);
		uint64_t step = JAR_ENTRY + name + exec_number(p + 30, 2, false) +
		                exec_number(p + 32, 2, false);
		if (++members > LIM_ARCHIVE_MEMBERS) {
			f->more = true;
			return;
		}
		if (step > end - at || (p = object_get(o, at + JAR_ENTRY, name)) == NULL)
			return;
		jar_name(f, p, name);
		at += step;
	}
}

bool
exec_jar(struct object *o, struct exec *e)
{
	struct jar f = {0};
	const uint8_t *p = object_get(o, 0, 4);
	if (p == NULL || memcmp(p, "PK\3\4", 4) != 0 || !jar_find(o, &f))
		return false;
	jar_names(o, &f);
	if (f.more) {
		e->verdict = SCAN_INCOMPLETE;
		e->why = "The archive has more members than are looked at.";
	}
	if (!f.manifest && f.classes == 0 && !f.android)
		return f.more;
	snprintf(e->what, sizeof(e->what),
	    "%s, %" PRIu64 " classes, %" PRIu64 " libraries of machine code%s",
	    f.android ? "Android program" : "Java archive", f.classes, f.natives,
	    f.signature ? ", signed (not checked)" : "");
	if (f.signature)
		exec_signed(o, f.at);
	return true;
}
