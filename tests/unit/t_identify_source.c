/* links: scanners/identify_line scanners/identify_source src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/identify.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const char *
kind(const char *text)
{
	const char *mime = identify_source((const uint8_t *)text, strlen(text));
	return mime != NULL ? mime : "asks libmagic";
}

#define PLAIN  "text/plain"
#define ASKS   "asks libmagic"
#define PYTHON "text/x-script.python"

static void
lines_say_what_a_text_is(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text, *mime;
	} cases[] = {
	    {"one letter", "a", PLAIN},
	    {"prose", "The struct of it all\nis extern to us\n", PLAIN},
	    {"shell", "#!/bin/sh\nexit\n", "text/x-shellscript"},
	    {"shell with blanks", "#! /usr/bin/bash -e\n", "text/x-shellscript"},
	    {"env", "#!/usr/bin/env python3.11\n", PYTHON},
	    {"env of something unknown", "#!/usr/bin/env nonesuch\n", ASKS},
	    {"an interpreter who knows where", "#!perl -w\n", ASKS},
	    {"env of nothing", "#!/usr/bin/env", ASKS},
	    {"only the sign", "#!", ASKS},
	    {"node", "#!/usr/bin/env node\n", "application/javascript"},
	    {"php", "<?php echo 1;\npublic: x\n", "text/x-php"},
	    {"xml", "<?xml version='1.0'?>", ASKS},
	    {"key block", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", ASKS},
	    {"postscript", "%!PS-Adobe\n", ASKS},
	    {"rtf and others by their brace", "{\\rtf1 x}", ASKS},
	    {"batch", "@echo off\r\n", ASKS},
	    {"xpm", "/* XPM */\nstatic char *x[] = {", ASKS},
	    {"ebuild", "# x\nEAPI=7\n", ASKS},
	    {"include", "/* x */\n#include <a.h>\n", "text/x-c"},
	    {"include in a line", "see #include <a.h>\n", PLAIN},
	    {"guards", "#ifndef X\n#  define X\n#endif\n", "text/x-c"},
	    {"define alone", "#define X\n", PLAIN},
	    {"comment of a shell", "# define X\n# endif\n", PLAIN},
	    {"pragma", "# pragma once\n", "text/x-c"},
	    {"struct", "struct a {\n", "text/x-c"},
	    {"indented struct", "  struct a {\n", PLAIN},
	    {"declaration", "\tchar *a = b;\n", "text/x-c"},
	    {"no declaration", "char * is a type\n", PLAIN},
	    {"main", "int\nmain(void)\n{\n", "text/x-c"},
	    {"main of Java", "void main(String[] a) {\n", "text/x-java"},
	    {"namespace", "namespace a\n{\n", "text/x-c++"},
	    {"namespace of a document", "namespace a, b\n", PLAIN},
	    {"using", "using namespace std;\n", "text/x-c++"},
	    {"using something", "using std is fine\n", PLAIN},
	    {"template", "template <class T>\n", "text/x-c++"},
	    {"class with a brace", "class A {\n int x;\n};\n", "text/x-c++"},
	    {"class without end", "class A {\n int x;\n", PLAIN},
	    {"public:", "  public:\n", "text/x-c++"},
	    {"objective C", "#import <A/A.h>\n", "text/x-objective-c"},
	    {"from import", "from a.b import c\n", PYTHON},
	    {"from here", "from a to b import\n", PLAIN},
	    {"class of Python", "class A(B):\n", PYTHON},
	    {"class in prose", "class A of B:\n", PLAIN},
	    {"def", "  def a(b, c=1) -> int:\n", PYTHON},
	    {"try", "try:\n  x\nexcept E:\n", PYTHON},
	    {"except without try", "except E:\n", PLAIN},
	    {"docstring, as file(1) has it", "\"\"\"a\"\"\"\nfrom a import b\n", PLAIN},
	    {"main of Python", "if __name__ == '__main__':\n", PYTHON},
	    {"perl module, as file(1) has it", "package A::B;\npublic:\n", PLAIN},
	    {"manual of Perl", "struct a\n=head1 NAME\n", PLAIN},
	    {"package of Java", "package a.b;\nimport c.d;\n", "text/x-java"},
	    {"strict", "x\n\"use strict\";\n", "application/javascript"},
	    {"strict of Perl", "use strict;\n", PLAIN},
	    {"function", "(function() {\n", "application/javascript"},
	    {"exports", "module.exports = x\n", "application/javascript"},
	    {"require", "const a = require('a')\n", "application/javascript"},
	    {"import of JavaScript", "import a from 'a'\n", "application/javascript"},
	    {"typeof", "if (typeof a !== 'b')\n", "application/javascript"},
	    {"typeof, equals on the next line", "typeof a\n===\n", PLAIN},
	    {"ruby", "require 'a'\nclass A\ndef b\nend\n", "text/x-ruby"},
	    {"require of Perl", "require '_h2ph_pre.ph';\n", PLAIN},
	    {"end alone", "def a\n", PLAIN},
	    {"html", "a\n <TITLE>x\n", "text/html"},
	    {"html before TeX", "\\begin <a href=x>\n", "text/html"},
	    {"tex", "see \\documentclass{a}\n", "text/x-tex"},
	    {"m4", "dnl x\n", "text/x-m4"},
	    {"make", "all: x\n", "text/x-makefile"},
	    {"automake", "SUBDIRS = x\n", "text/x-makefile"},
	    {"lisp", ";; x\n(defun a ()\n", "text/x-lisp"},
	    {"clojure", "(ns a.b)\n", "text/x-clojure"},
	    {"manual page", ".\\\" x\n.TH A 1\n", "text/troff"},
	    {"macros", ".TH A 1\n", "text/troff"},
	    {"hidden file", ".hgignore\n", PLAIN},
	    {"assembler", "\t.globl\tx\n", "text/x-asm"},
	    {"style sheet", ".text-muted { }\n.file{}\n", PLAIN},
	    {"translations", "#\nmsgid \"a\"\nmsgstr \"b\"\n", "text/x-po"},
	    {"diff", "x\n--- a\n+++ b\n@@ -1 +1 @@\n", "text/x-diff"},
	    {"a rule and a list", "--- a\n@@ b\n", PLAIN},
	    {"commas", "a,b\n1,2\n3,4\n", "text/csv"},
	    {"commas in quotes", "a,b\n\"1,\"\"2\",2\n3,4\n", "text/csv"},
	    {"two lines of commas", "a,b\n1,2\n", PLAIN},
	    {"uneven commas", "a,b\n1,2\n3\n4,5\n", PLAIN},
	    {"open quote", "a,b\n\"", PLAIN},
	    {"carriage returns", "class A:\r\n", PYTHON},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(kind(cases[i].text), cases[i].mime) != 0)
			fail_msg("%s: %s", cases[i].what, kind(cases[i].text));
}

/* A line is looked at as far as 8 KiB, markup as far as 4 KiB, makefiles 100 lines. */
static void
what_stands_late_is_not_looked_at(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		size_t largest; /* blanks before it that let it be seen */
	} cases[] = {
	    {"\n#include <a>\n", 8192 - 9},
	    {"\n<title>", 4096 - 8},
	};
	for (size_t i = 0; i < 2; i++)
		for (size_t more = 0; more < 2; more++) {
			size_t blanks = cases[i].largest + more, n = strlen(cases[i].line);
			MEM_FREE char *text = mem_alloc(blanks + n + 1);
			memset(text, ' ', blanks);
			memcpy(text + blanks, cases[i].line, n);
			assert_int_equal(more, strcmp(kind(text), PLAIN) == 0);
		}
	MEM_FREE char *lines = mem_alloc(128);
	memset(lines, '\n', 99);
	memcpy(lines + 99, "all: x", 7);
	assert_string_equal(kind(lines), "text/x-makefile");
	lines[99] = '\n';
	memcpy(lines + 100, "all: x", 7);
	assert_string_equal(kind(lines), PLAIN);
}

/* Every beginning of hostile texts, in memory that ends with them. */
static void
cut_texts_are_not_read_beyond(void **state)
{
	(void)state;
	static const char *const texts[] = {"#!/usr/bin/env python3", "class A(B): pass",
	    "using namespace std::a;", "(async function(", "module['exports'] = 1",
	    "a,\"b\"\"c\"\n", "if __name__ == '__main__'", "main(String", "\tchar *a;",
	    "require 'a'", "import a as b", "msgid\nmsgstr",
	    "try:\nexcept a:", "def a(b):", "namespace a {", "template < >", "#ifdef\n#endif",
	    "package a::b ;", ".TH x"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t n = 1; n <= strlen(texts[i]); n++) {
			MEM_FREE uint8_t *copy = mem_dup(texts[i], n);
			(void)identify_source(copy, n);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_say_what_a_text_is),
	    cmocka_unit_test(what_stands_late_is_not_looked_at),
	    cmocka_unit_test(cut_texts_are_not_read_beyond),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
