/* SPDX-License-Identifier: ISC */
#include "src/core/name.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/core/digest.h"
#include "src/core/name_type.h"

#include <assert.h>
#include <ctype.h>
#include <utf8proc.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define NAME_DIGEST_DIGITS 16
#define NAME_TAIL_BYTES    24 /* extensions of a shortened name, at most */

struct name_judge {
	const uint8_t *name; /* last component of the path */
	size_t len;
	name_finding_fn *fn;
	void *arg;
	bool worse; /* something above info was said about its code points */
};

/* One class of code points; `most` is for the members that deceive best. */
struct name_class {
	unsigned flag;
	const char *rule, *severity, *title;
};

static const struct name_class name_classes[] = {
    {ESCAPE_INVALID, "name/invalid", "medium", "The name has bytes that are not UTF-8"},
    {ESCAPE_CONTROL, "name/control", "high", "The name has control characters"},
    {ESCAPE_BIDI, "name/bidi", "high", "The name changes the writing direction"},
    {ESCAPE_INVISIBLE, "name/invisible", "medium", "The name has invisible characters"},
    {ESCAPE_PRIVATE, "name/private-use", "high", "The name has private-use characters"},
    {ESCAPE_UNASSIGNED, "name/unassigned", "medium", "The name has unassigned characters"},
    {ESCAPE_LOOKALIKE, "name/lookalike", "high",
	"The name has characters that look like a dot, a slash or a colon"},
    {ESCAPE_COMPAT, "name/compat", "medium", "The name has characters that stand for others"},
    {ESCAPE_MIXED, "name/mixed-scripts", "medium",
	"The name mixes scripts, or looks Latin and is not"},
    {ESCAPE_COMBINING, "name/combining", "medium", "The name has loose combining marks"},
    {ESCAPE_SPACE, "name/space", "medium",
	"The name has odd, leading, trailing or repeated spaces"},
};

static void
name_emit(struct name_judge *j, const char *rule, const char *class, const char *severity,
    const char *title, const char *detail)
{
	const struct name_finding f = {rule, class, severity, title, detail};
	j->fn(j->arg, &f);
}

/* --- classes of code points ------------------------------------------------ */

/* Tags and zero-width code points: invisible everywhere, and used to deceive. */
static bool
name_hides(uint32_t code)
{
	return (code >= 0x200b && code <= 0x200d) || code == 0x2060 || code == 0xfeff ||
	       (code >= 0xe0000 && code <= 0xe0fff);
}

/* Says where the first code point with this flag is; true when one hides well. */
static bool
name_where(const struct name_judge *j, unsigned flag, char *out, size_t out_size)
{
	bool hides = false;
	out[0] = '\0';
	for (size_t i = 0; i < j->len;) {
		uint32_t code = j->name[i];
		size_t used = utf8_next(j->name + i, j->len - i, &code);
		unsigned flags = used != 0 ? escape_class(code) : (unsigned)ESCAPE_INVALID;
		hides = hides || (used != 0 && name_hides(code));
		if ((flags & flag) != 0 && out[0] == '\0') {
			if (used == 0)
				snprintf(out, out_size, "byte %02X at byte %zu", code, i);
			else
				snprintf(out, out_size, "U+%04X at byte %zu", code, i);
		}
		i += used != 0 ? used : 1;
	}
	return hides;
}

static void
name_judge_classes(struct name_judge *j, unsigned flags)
{
	for (size_t i = 0; i < COUNT(name_classes); i++) {
		const struct name_class *c = &name_classes[i];
		char detail[64];
		if ((flags & c->flag) == 0)
			continue;
		bool hides = name_where(j, c->flag, detail, sizeof(detail));
		const char *severity =
		    hides && c->flag == ESCAPE_INVISIBLE ? "high" : c->severity;
		name_emit(j, c->rule, "name", severity, c->title, detail);
		j->worse = true;
	}
	if (j->worse)
		return;
	if ((flags & ESCAPE_WIDE) != 0)
		name_emit(j, "name/wide", "name", "info", "The name has wide characters", "");
	else if ((flags & ESCAPE_NON_ASCII) != 0)
		name_emit(j, "name/non-ascii", "name", "info",
		    "The name has letters outside ASCII", "");
}

/* --- what other systems reserve ---------------------------------------------- */

static bool
name_is_device(const uint8_t *p, size_t n)
{
	unsigned flags;
	char text[ESCAPE_SIZE(8)];
	const uint8_t *dot = memchr(p, '.', n);
	size_t len = dot != NULL ? (size_t)(dot - p) : n;
	while (len > 0 && p[len - 1] == ' ')
		len--;
	if (len != 3 && len != 4)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum(p[i]))
			return false;
	escape_bytes(p, len, text, sizeof(text), &flags);
	return (flags & ESCAPE_RESERVED) != 0;
}

static void
name_judge_reserved(struct name_judge *j)
{
	const uint8_t *p = j->name;
	uint8_t last = p[j->len - 1];
	for (size_t i = 0; i < j->len; i++) {
		char detail[] = {(char)p[i], '\0'};
		if (p[i] >= 0x80 || p[i] < 0x20 || (escape_class(p[i]) & ESCAPE_RESERVED) == 0)
			continue;
		name_emit(j, "name/reserved-character", "name", "low",
		    "The name has a character that Windows reserves", detail);
		break;
	}
	if (name_is_device(p, j->len))
		name_emit(j, "name/reserved-device", "name", "low",
		    "The name is a device on Windows", "");
	if (p[0] == '-')
		name_emit(j, "name/leading-dash", "name", "low",
		    "The name begins with a dash and can be taken for an option", "");
	if (p[0] == '.')
		name_emit(j, "name/leading-dot", "name", "low",
		    "The name begins with a dot and is hidden", "");
	if (last == '.' || last == ' ')
		name_emit(j, "name/trailing", "name", "low",
		    "The name ends with a dot or a space, which Windows drops", "");
}

/* --- destination ---------------------------------------------------------------- */

static bool
name_is_dots(const uint8_t *p, size_t n)
{
	return n == 0 || (n <= 2 && p[0] == '.' && p[n - 1] == '.');
}

static bool
name_is_harmless(const uint8_t *p, size_t n)
{
	const unsigned harm = ESCAPE_CONTROL | ESCAPE_BIDI | ESCAPE_INVISIBLE | ESCAPE_PRIVATE |
	                      ESCAPE_UNASSIGNED;
	for (size_t i = 0; i < n;) {
		uint32_t code;
		size_t used = utf8_next(p + i, n - i, &code);
		if (used == 0 || code == '\\')
			return false;
		if ((code < 0x20 || code > 0x7e) && (escape_class(code) & harm) != 0)
			return false;
		i += used;
	}
	return true;
}

/* The name as it is, or escaped; n is at most LIM_PATH_BYTES. */
static void
name_add_form(const uint8_t *p, size_t n, bool harmless, struct buf *out)
{
	if (harmless) {
		buf_add(out, p, n);
		return;
	}
	MEM_FREE char *text = mem_array(n + 1, 4);
	buf_add(out, text, escape_bytes(p, n, text, ESCAPE_SIZE(n), NULL));
}

/* Bytes at the end of a long name that are its extensions and plain; 0 for none. */
static size_t
name_tail(const uint8_t *p, size_t n)
{
	size_t len = 0;
	for (size_t k = 1; k <= NAME_TAIL_BYTES && k < n; k++) {
		uint8_t c = p[n - k];
		if (!isalnum(c) && (c == '\0' || strchr("._-+", c) == NULL))
			break;
		if (c == '.' && k > 1)
			len = k;
	}
	return len;
}

/* "<begin>\..{<digest>}<extensions>", at most NAME_DEST_BYTES. */
static void
name_add_short(const uint8_t *p, size_t n, bool harmless, struct buf *out)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[NAME_DIGEST_DIGITS + 1];
	size_t tail = name_tail(p, n);
	size_t room = NAME_DEST_BYTES - 5 - NAME_DIGEST_DIGITS - tail;
	struct buf head;
	digest_sha256(p, n, digest);
	hex_encode(digest, NAME_DIGEST_DIGITS / 2, hex);
	buf_init(&head, ESCAPE_SIZE(NAME_DEST_BYTES));
	for (size_t k = room < n ? room : n;; k--) {
		if (k > 0 && k < n && (p[k] & 0xc0) == 0x80)
			continue; /* inside a code point */
		buf_done(&head);
		name_add_form(p, k, harmless, &head);
		if (head.len <= room)
			break;
	}
	buf_add(out, head.data, head.len);
	buf_addf(out, "\\..{%s}", hex);
	buf_add(out, p + n - tail, tail);
	buf_done(&head);
}

static enum err
name_add_component(const uint8_t *p, size_t n, struct buf *out)
{
	if (name_is_dots(p, n))
		return ERR_RANGE;
	bool harmless = name_is_harmless(p, n);
	struct buf form;
	buf_init(&form, ESCAPE_SIZE(LIM_PATH_BYTES));
	name_add_form(p, n, harmless, &form);
	if (form.len <= NAME_DEST_BYTES)
		buf_add(out, form.data, form.len);
	else
		name_add_short(p, n, harmless, out);
	buf_done(&form);
	return ERR_OK;
}

enum err
name_dest(const void *path, size_t n, struct buf *out)
{
	const uint8_t *p = path;
	struct buf dest;
	enum err e = ERR_OK;
	if (n > LIM_PATH_BYTES)
		return ERR_LIMIT;
	/* room for the worst case; the limit is on the result */
	buf_init(&dest, (size_t)(LIM_PATH_BYTES + 1) * (NAME_DEST_BYTES + 1));
	for (size_t i = 0; i <= n && e == ERR_OK;) {
		const uint8_t *slash = i < n ? memchr(p + i, '/', n - i) : NULL;
		size_t len = slash != NULL ? (size_t)(slash - p) - i : n - i;
		if (i > 0)
			buf_add_byte(&dest, '/');
		e = name_add_component(p + i, len, &dest);
		i += len + 1;
	}
	if (e == ERR_OK && dest.len > LIM_PATH_BYTES)
		e = ERR_LIMIT;
	if (e == ERR_OK)
		e = buf_add(out, dest.data, dest.len);
	buf_done(&dest);
	return e;
}

static void
name_judge_dest(struct name_judge *j)
{
	char detail[LIM_FINDING_TEXT];
	struct buf dest;
	buf_init(&dest, NAME_DEST_BYTES);
	if (name_add_component(j->name, j->len, &dest) != ERR_OK) {
		name_emit(j, "name/dots", "name", "high",
		    "The name is empty or a directory's own name and cannot be released", "");
	} else if (dest.len != j->len || memcmp(dest.data, j->name, j->len) != 0) {
		/* the new name may hold harmless code points, still not for a terminal */
		escape_fit(
		    dest.data, dest.len, detail, sizeof(detail), sizeof(detail) - 1, NULL);
		name_emit(j, "name/changed", "name", "low",
		    "The share cannot hold this name: it will be released under another",
		    detail);
	}
	buf_done(&dest);
}

/* --- the whole judgement ------------------------------------------------------------ */

static void
name_type_said(void *arg, const char *rule, const char *class, const char *severity,
    const char *title, const char *detail)
{
	name_emit(arg, rule, class, severity, title, detail);
}

unsigned
name_judge(const struct name_item *item, name_finding_fn *fn, void *arg)
{
	const uint8_t *slash = memrchr(item->path, '/', item->path_len);
	size_t at = slash != NULL ? (size_t)(slash - item->path) + 1 : 0;
	struct name_judge j = {
	    .name = item->path + at, .len = item->path_len - at, .fn = fn, .arg = arg};
	unsigned flags;
	MEM_FREE char *text = mem_array(j.len + 1, 4);
	escape_bytes(j.name, j.len, text, ESCAPE_SIZE(j.len), &flags);
	name_judge_classes(&j, flags);
	if ((flags & ESCAPE_RESERVED) != 0 && !name_is_dots(j.name, j.len))
		name_judge_reserved(&j);
	/* a plain name goes as it is */
	if (flags != 0 || j.len == 0 || j.len > NAME_DEST_BYTES)
		name_judge_dest(&j);
	name_type_judge(j.name, j.len, item->kind, item->type, item->mime, item->executable,
	    name_type_said, &j);
	return flags;
}

void
name_collision(const void *other, size_t other_len, name_finding_fn *fn, void *arg)
{
	char detail[LIM_FINDING_TEXT];
	struct name_judge j = {.fn = fn, .arg = arg};
	escape_fit(other, other_len, detail, sizeof(detail), sizeof(detail) - 1, NULL);
	name_emit(&j, "name/collision", "name", "medium",
	    "Another name of this directory is the same where case or spelling is ignored",
	    detail);
}

enum err
name_fold(const void *name, size_t n, struct buf *out)
{
	const uint8_t *p = name;
	const unsigned options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
	                         UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_uint8_t *folded = NULL;
	bool ascii = true;
	while (n > 0 && (p[n - 1] == '.' || p[n - 1] == ' '))
		n--;
	for (size_t i = 0; i < n; i++)
		ascii = ascii && p[i] < 0x80 && p[i] != 0;
	if (!ascii && n > 0 && utf8_is_valid(p, n)) {
		utf8proc_ssize_t len =
		    utf8proc_map(p, (utf8proc_ssize_t)n, &folded, (utf8proc_option_t)options);
		assert(len >= 0);
		enum err e = buf_add(out, folded, (size_t)len);
		free(folded);
		return e;
	}
	for (size_t i = 0; i < n; i++)
		buf_add_byte(out, p[i] < 0x80 ? (uint8_t)tolower(p[i]) : p[i]);
	return out->error;
}
