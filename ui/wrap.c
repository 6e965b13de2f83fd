/* SPDX-License-Identifier: ISC */
#include "ui/wrap.h"

#include <string.h>

/* Length of the escape a text begins with, or 1; 0 at its end. */
static size_t
wrap_unit(const char *s)
{
	if (s[0] != '\\' || s[1] == '\0')
		return s[0] != '\0';
	if (s[1] == 'x')
		return s[2] != '\0' && s[3] != '\0' ? 4 : 1;
	if (s[1] == 'u' || s[1] == '.') {
		const char *end = strchr(s, '}');
		return end != NULL ? (size_t)(end - s) + 1 : 1;
	}
	/* \t and \r are a preview's */
	return s[1] == '\\' || s[1] == 't' || s[1] == 'r' ? 2 : 1;
}

size_t
wrap_cut(struct safe s, int cells)
{
	size_t room = cells > 0 ? (size_t)cells : 0, at = 0, n = wrap_unit(s.text);
	if (n > room)
		return n;
	for (; n > 0 && at + n <= room; n = wrap_unit(s.text + at))
		at += n;
	return at;
}

struct safe
wrap_head(struct arena *a, struct safe s, size_t n)
{
	return safe_printf(a, "%.*s", (int)n, s.text);
}

struct safe
wrap_from(struct safe s, int skip)
{
	size_t at = 0, n = 1;
	while (at < (size_t)(skip > 0 ? skip : 0) && n > 0) {
		n = wrap_unit(s.text + at);
		at += n;
	}
	return safe_from(s, at);
}

size_t
wrap_words(struct safe s, int cells, size_t *ret_next)
{
	size_t n = wrap_cut(s, cells), cut = n;
	if (s.text[n] != '\0')
		while (cut > 0 && s.text[cut] != ' ')
			cut--;
	if (cut == 0)
		cut = n;
	*ret_next = cut + strspn(s.text + cut, " ");
	return cut;
}

struct safe
wrap_folder(struct arena *a, struct safe path)
{
	const char *slash = strrchr(path.text, '/');
	return slash != NULL ? wrap_head(a, path, (size_t)(slash - path.text) + 1) : SAFE("");
}

struct safe
wrap_base(struct arena *a, struct safe path)
{
	const char *slash = strrchr(path.text, '/');
	struct safe base =
	    slash != NULL ? safe_from(path, (size_t)(slash - path.text) + 1) : path;
	return base.text[0] == ' ' ? safe_printf(a, "\\x20%s", base.text + 1) : base;
}
