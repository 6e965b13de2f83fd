/* SPDX-License-Identifier: ISC */
/* Conversations with a scanner of whole transfers. */
#include "scanners/check.h"
#include "src/base/hex.h"
#include "src/base/mem.h"

#include <string.h>

#define SET_TEXT "Nothing of interest stands in this text.\n"

static bool
set_meet(struct check *c, struct check_peer *p)
{
	if (check_peer_meet(p, c))
		return true;
	check_say(c, CHECK_BREAKS, "it does not come up: %s", p->broke);
	check_peer_done(p);
	return false;
}

/* The line of a set about one file; caller frees. */
static char *
set_line(const char *path, const struct check_object *o)
{
	char name[128];
	hex_b64_encode((const uint8_t *)path, strlen(path), name);
	return mem_printf("{\"path\":\"%s\",\"inside\":[],\"sha256\":\"%s\",\"size\":%ju,"
			  "\"type\":\"text\"}\n",
	    name, o->sha256, (uintmax_t)o->size_bytes);
}

/* What the type scanner says of a file that is a list of digests; caller frees. */
static char *
set_fact(const struct check_object *o)
{
	return mem_printf("{\"sha256\":\"%s\",\"scanner\":\"type\",\"key\":\"list\","
			  "\"value\":\"digests\"}\n",
	    o->sha256);
}

/* One set, one answer. */
static void
set_give(struct check *c, struct check_peer *p, const char *what, const char *text,
    const struct check_object *objects, size_t nobjects)
{
	struct check_said *s = check_peer_set(p, text, strlen(text), objects, nobjects);
	enum check_end e = check_peer_wait(p, c->patience_ms);
	if (e != CHECK_ANSWERED) {
		check_say(c, CHECK_BREAKS, "%s: %s", what, check_peer_end_words(e, p));
		return;
	}
	if (s->bytes != s->size_bytes)
		check_say(c, CHECK_BREAKS, "%s: it answers for %ju bytes, the set has %ju",
		    what, (uintmax_t)s->bytes, (uintmax_t)s->size_bytes);
	check_say(c, CHECK_KEEPS, "%s is %s%s%s, %u findings, %u objects asked for", what,
	    s->verdict, s->one[0] != '\0' ? ", one object " : "", s->one, s->findings,
	    p->wants);
}

static void
set_files(struct check *c)
{
	struct check_peer p;
	struct check_object o[2];
	if (!set_meet(c, &p))
		return;
	check_object_make(&o[0], SET_TEXT, strlen(SET_TEXT));
	MEM_FREE char *sums = mem_printf("%s  a.txt\n", o[0].sha256);
	check_object_make(&o[1], sums, strlen(sums));
	MEM_FREE char *first = set_line("SHA256SUMS", &o[1]),
		      *second = set_line("a.txt", &o[0]);
	MEM_FREE char *fact = set_fact(&o[1]),
		      *text = mem_printf("%s%s%s", first, second, fact);
	set_give(c, &p, "a set of two files", text, o, 2);
	check_object_close(&o[0]);
	check_object_close(&o[1]);
	check_peer_done(&p);
}

/* What is in the set and cannot be had: the vault has let it go. */
static void
set_missing(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	if (!set_meet(c, &p))
		return;
	check_object_make(&o, SET_TEXT, strlen(SET_TEXT));
	MEM_FREE char *line = set_line("SHA256SUMS", &o), *fact = set_fact(&o);
	MEM_FREE char *text = mem_printf("%s%s", line, fact);
	set_give(c, &p, "a set whose file cannot be had", text, &o, 0);
	check_object_close(&o);
	check_peer_done(&p);
}

static void
set_empty(struct check *c)
{
	struct check_peer p;
	struct check_object none = {.fd = -1};
	if (!set_meet(c, &p))
		return;
	set_give(c, &p, "a set of nothing", "", &none, 0);
	check_peer_done(&p);
}

static void
set_broken(struct check *c)
{
	/* cut off, no JSON, and a file with a size that is none */
	static const char negative[] =
	    "{\"path\":\"YQ==\",\"inside\":[],\"sha256\":\"00\",\"size\":-1,"
	    "\"type\":\"text\"}\n";
	static const char *const texts[] = {
	    "{\"path\":\"YQ==\"\n", "no set at all\n", negative};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct check_peer p;
		struct check_object none = {.fd = -1};
		if (!set_meet(c, &p))
			return;
		struct check_said *s = check_peer_set(&p, texts[i], strlen(texts[i]), &none, 0);
		enum check_end e = check_peer_wait(&p, c->patience_ms);
		if (e == CHECK_ANSWERED)
			check_say(c,
			    strcmp(s->verdict, "clean") == 0 || strcmp(s->verdict, "na") == 0
				? CHECK_BREAKS
				: CHECK_KEEPS,
			    "lines that are none are %s", s->verdict);
		else
			check_say(c, e == CHECK_GONE ? CHECK_KEEPS : CHECK_BREAKS,
			    "lines that are none: %s", check_peer_end_words(e, &p));
		check_peer_done(&p);
	}
}

static const struct check_talk set_talks[] = {
    {"set", "the files of a transfer", CHECK_SETS, set_files},
    {"missing", "what cannot be had", CHECK_SETS, set_missing},
    {"none", "a transfer of no files", CHECK_SETS, set_empty},
    {"lines", "a set that is none", CHECK_SETS, set_broken},
    {NULL, NULL, CHECK_ALL, NULL},
};

const struct check_talk *
check_set_talks(void)
{
	return set_talks;
}
