/* SPDX-License-Identifier: ISC */
/* What each line of a text says by the word it begins with: libmagic's rules in one pass. */
#include "scanners/identify_line.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define FEW_LINES 100  /* makefiles show themselves early */
#define POD_BYTES 1024 /* Perl's manuals, too */

/* One line, without its end; and how it goes on in the text. */
struct line {
	const char *p, *end; /* from its first byte that is not blank */
	const char *text_end;
	bool indented;
	size_t number; /* from 0 */
	size_t at;     /* offset */
};

/* The line's last byte that is not blank; '\0' for an empty one. */
static char
last_of(const struct line *l)
{
	const char *p = l->end;
	while (p > l->p && isspace((unsigned char)p[-1]))
		p--;
	return p > l->p ? p[-1] : '\0';
}

/* --- checks of lines: what must follow the word; p is behind it ------------------ */

static bool
is_line(const struct line *l, const char *p)
{
	(void)l;
	(void)p;
	return true;
}

static bool
is_word_end(const struct line *l, const char *p)
{
	return p == l->end || isspace((unsigned char)*p);
}

/* "# pragma"; the ifs and what they guard are looked at by source_line. */
static bool
is_pragma(const struct line *l, const char *p)
{
	return begins(skip_blanks(p, l->end), l->end, "pragma");
}

static bool
is_objc(const struct line *l, const char *p)
{
	const char *q = skip_blanks(p, l->end);
	return q > p && q < l->end && (*q == '"' || *q == '<');
}

static bool
is_namespace(const struct line *l, const char *p)
{
	const char *q = skip_blanks(p, l->end), *name = q;
	q = skip_word(q, l->end, "_");
	const char *open = skip_space(q, l->text_end);
	return q > name && name > p && open < l->text_end && *open == '{';
}

static bool
is_using(const struct line *l, const char *p)
{
	const char *q = skip_blanks(p, l->end);
	if (q > p && begins(q, l->end, "namespace "))
		q += strlen("namespace ");
	if (q == p || !begins(q, l->end, "std"))
		return false;
	q = skip_word(q + 3, l->end, ":");
	q = skip_blanks(q, l->end);
	return q < l->end && *q == ';';
}

static bool
is_template(const struct line *l, const char *p)
{
	const char *q = skip_blanks(p, l->end);
	return q < l->end && *q == '<' && last_of(l) == '>';
}

static bool
is_virtual(const struct line *l, const char *p)
{
	char last = last_of(l);
	return is_word_end(l, p) && (last == ';' || last == '}');
}

/* class X { ... } of C++: the brace, and a line that ends it. */
static bool
is_cxx_class(const struct line *l, const char *p)
{
	const char *name = skip_blanks(p, l->end);
	const char *q = skip_word(name, l->end, "_:");
	const char *open = skip_space(q, l->text_end);
	return q > name && open < l->text_end && *open == '{' &&
	       (find(open, l->text_end, "}\n") != NULL ||
		   find(open, l->text_end, "};\n") != NULL);
}

static bool
is_python_class(const struct line *l, const char *p)
{
	const char *name = p, *q = p;
	while (q < l->end && (isalpha((unsigned char)*q) || *q == '_'))
		q++;
	if (q == name || l->indented)
		return false;
	if (q < l->end && *q == '(') {
		q = memrchr(q, ')', (size_t)(l->end - q));
		if (q == NULL)
			return false;
		q++;
	}
	while (q < l->end && *q == ' ')
		q++;
	if (q == l->end || *q++ != ':')
		return false;
	const char *rest = skip_blanks(q, l->end);
	return q == l->end || (rest > q && begins(rest, l->end, "pass"));
}

static bool
is_ruby_class(const struct line *l, const char *p)
{
	return p + 1 < l->end && is_blank(*p) && isupper((unsigned char)p[1]);
}

static bool
is_ruby_end(const struct line *l, const char *p)
{
	const char *q = skip_blanks(p, l->end);
	return q == l->end || *q == '\r' || (q > p && (*q == ';' || *q == '#'));
}

static bool
is_ruby_require(const struct line *l, const char *p)
{
	const char *q = p + 2;
	if (!begins(p, l->end, " '"))
		return false;
	while (q < l->end && (isalpha((unsigned char)*q) || strchr("_/.", *q) != NULL))
		q++;
	return q > p + 2 && q < l->end && *q == '\'';
}

static bool
is_ruby_def(const struct line *l, const char *p)
{
	return p < l->end && islower((unsigned char)*p);
}

static bool
is_python_def(const struct line *l, const char *p)
{
	return memchr(p, '(', (size_t)(l->end - p)) != NULL && last_of(l) == ':';
}

static bool
is_python_from(const struct line *l, const char *p)
{
	const char *q = skip_blanks(p, l->end), *name = q;
	q = skip_word(q, l->end, "_.");
	const char *word = skip_blanks(q, l->end);
	return name > p && q > name && word > q && begins(word, l->end, "import");
}

static bool
is_java_import(const struct line *l, const char *p)
{
	(void)p;
	return l->end[-1] == ';';
}

static bool
is_js_import(const struct line *l, const char *p)
{
	return find(p, l->end, " from ") != NULL || begins(p, l->end, " \"./") ||
	       begins(p, l->end, " './");
}

static bool
is_js_export(const struct line *l, const char *p)
{
	static const char *const words[] = {
	    " function ", " class ", " default ", " const ", " var ", " let ", " async "};
	for (size_t i = 0; i < COUNT(words); i++)
		if (begins(p, l->end, words[i]))
			return true;
	return is_js_import(l, p);
}

static bool
is_js_require(const struct line *l, const char *p)
{
	const char *equals = memchr(p, '=', (size_t)(l->end - p));
	return equals != NULL && find(equals, l->end, "require(") != NULL;
}

static bool
is_quote(const struct line *l, const char *p)
{
	return p < l->end && (*p == '"' || *p == '\'');
}

/* A declaration: char *x = ...; */
static bool
is_declaration(const struct line *l, const char *p)
{
	const char *star = p < l->end && *p == ' ' ? p + 1 : p;
	return star + 1 < l->end && *star == '*' && last_of(l) == ';';
}

static bool
is_perl_package(const struct line *l, const char *p)
{
	const char *name = skip_blanks(p, l->end), *q = skip_word(name, l->end, "_:");
	while (q < l->end && *q == ' ')
		q++;
	return name > p && q > name && q < l->end && *q == ';';
}

static bool
is_early(const struct line *l, const char *p)
{
	(void)p;
	return l->number < FEW_LINES;
}

static bool
is_pod(const struct line *l, const char *p)
{
	(void)p;
	return l->at <= POD_BYTES;
}

static bool
is_subdirs(const struct line *l, const char *p)
{
	const char *q = skip_blanks(p, l->end);
	return is_early(l, p) && q > p && q < l->end && *q == '=';
}

static const struct line_word {
	const char *word;
	bool indented; /* may be */
	bool (*check)(const struct line *, const char *behind);
	uint32_t seen;
} line_words[] = {
    {"#include", false, is_line, SEEN_C},
    {"#import", false, is_objc, SEEN_OBJC},
    {"#", false, is_pragma, SEEN_C_WORD},
    {"extern", true, is_word_end, SEEN_C_WORD},
    {"struct", false, is_word_end, SEEN_C_WORD},
    {"union", false, is_word_end, SEEN_C_WORD},
    {"char", true, is_declaration, SEEN_C_WORD},
    {"double", true, is_declaration, SEEN_C_WORD},
    {"float", true, is_declaration, SEEN_C_WORD},
    {"namespace", false, is_namespace, SEEN_CXX},
    {"using", false, is_using, SEEN_CXX},
    {"template", true, is_template, SEEN_CXX},
    {"virtual", true, is_virtual, SEEN_CXX},
    {"public:", true, is_line, SEEN_CXX},
    {"private:", true, is_line, SEEN_CXX},
    {"protected:", true, is_line, SEEN_CXX},
    {"class ", true, is_cxx_class, SEEN_CXX},
    {"class ", false, is_python_class, SEEN_PYTHON},
    {"class", true, is_ruby_class, SEEN_RUBY_CLASS},
    {"module", true, is_ruby_class, SEEN_RUBY_CLASS},
    {"def ", true, is_ruby_def, SEEN_RUBY_DEF},
    {"end", true, is_ruby_end, SEEN_RUBY_END},
    {"require", true, is_ruby_require, SEEN_RUBY_REQUIRE},
    {"def ", true, is_python_def, SEEN_PYTHON},
    {"from", false, is_python_from, SEEN_PYTHON},
    {"import", false, is_java_import, SEEN_JAVA},
    {"import", false, is_js_import, SEEN_JS},
    {"export", false, is_js_export, SEEN_JS},
    {"const", false, is_js_require, SEEN_JS},
    {"var", false, is_js_require, SEEN_JS},
    {"let", false, is_js_require, SEEN_JS},
    {"require(", false, is_quote, SEEN_JS_WEAK},
    {"package", false, is_perl_package, SEEN_PERL},
    {"AC_DEFUN([", false, is_line, SEEN_M4},
    {"=pod", false, is_pod, SEEN_POD},
    {"=head1 ", false, is_pod, SEEN_POD},
    {"=head2 ", false, is_pod, SEEN_POD},
    {"=encoding ", false, is_pod, SEEN_POD},
    {"dnl ", false, is_line, SEEN_M4},
    {"CFLAGS", false, is_early, SEEN_MAKE},
    {"LDFLAGS", false, is_early, SEEN_MAKE},
    {"VPATH", false, is_early, SEEN_MAKE},
    {"all:", false, is_early, SEEN_MAKE},
    {".PRECIOUS", false, is_early, SEEN_MAKE},
    {".BEGIN", false, is_early, SEEN_MAKE},
    {".endif", false, is_early, SEEN_MAKE},
    {".include", false, is_early, SEEN_MAKE},
    {"SUBDIRS", false, is_subdirs, SEEN_MAKE},
    {".asciiz", true, is_word_end, SEEN_ASM},
    {".byte", true, is_word_end, SEEN_ASM},
    {".even", true, is_word_end, SEEN_ASM},
    {".globl", true, is_word_end, SEEN_ASM},
    {".text", true, is_word_end, SEEN_ASM},
    {".file", true, is_word_end, SEEN_ASM},
    {".type", true, is_word_end, SEEN_ASM},
    {"(ns ", false, is_line, SEEN_CLOJURE},
    {"(defn", false, is_line, SEEN_CLOJURE},
};

/* --- what needs more than a word ---------------------------------------------------- */

static bool
is_troff(const struct line *l)
{
	const char *p = l->p;
	return l->number < 20 && !l->indented && l->end - p >= 3 && p[0] == '.' &&
	       isalpha((unsigned char)p[1]) && isalnum((unsigned char)p[2]) &&
	       (l->end - p == 3 || is_blank(p[3]));
}

/* Lines that mean something only behind others. */
static uint32_t
seen_in_order(const struct line *l, uint32_t seen)
{
	const char *p = l->p, *end = l->end;
	if ((seen & SEEN_PYTHON_TRY) != 0 &&
	    ((begins(p, end, "except") && end[-1] == ':') || begins(p, end, "finally:")))
		return SEEN_PYTHON;
	if (l->indented)
		return 0;
	switch (*p) {
	case '#':
		p = skip_blanks(p + 1, end);
		if (begins(p, end, "ifdef") || begins(p, end, "ifndef"))
			return SEEN_C_IF;
		return (seen & SEEN_C_IF) != 0 &&
		               (begins(p, end, "define") || begins(p, end, "endif"))
		           ? SEEN_C_WORD
		           : 0;
	case 'm':
		if (begins(p, end, "msgid"))
			return SEEN_PO_ID;
		return (seen & SEEN_PO_ID) != 0 && begins(p, end, "msgstr") ? SEEN_PO : 0;
	case '-':
		return begins(p, end, "--- ") ? SEEN_DIFF_OLD : 0;
	case '+':
		return (seen & SEEN_DIFF_OLD) != 0 && begins(p, end, "+++ ") ? SEEN_DIFF_NEW
		                                                             : 0;
	case '@':
		return (seen & SEEN_DIFF_NEW) != 0 && begins(p, end, "@@") ? SEEN_DIFF : 0;
	default:
		return 0;
	}
}

static uint32_t
line_seen(const struct line *l, uint32_t seen)
{
	uint32_t now = seen_in_order(l, seen);
	if (begins(l->p, l->end, "try:"))
		now |= SEEN_PYTHON_TRY;
	if (*l->p == '.' && is_troff(l))
		now |= SEEN_TROFF;
	for (size_t i = 0; i < COUNT(line_words); i++) {
		const struct line_word *w = &line_words[i];
		if (w->word[0] != *l->p || (l->indented && !w->indented) ||
		    !begins(l->p, l->end, w->word))
			continue;
		if (w->check(l, l->p + strlen(w->word)))
			now |= w->seen;
	}
	return now;
}

uint32_t
identify_line_all(const char *p, const char *end)
{
	uint32_t seen = 0;
	struct line l = {.text_end = end};
	while (p < end) {
		const char *next = memchr(p, '\n', (size_t)(end - p));
		l.end = next != NULL ? next : end;
		if (l.end > p && l.end[-1] == '\r')
			l.end--;
		l.p = skip_blanks(p, l.end);
		l.indented = l.p > p;
		if (l.p < l.end)
			seen |= line_seen(&l, seen);
		l.number++;
		l.at += (size_t)((next != NULL ? next + 1 : end) - p);
		p = next != NULL ? next + 1 : end;
	}
	return seen;
}
