/* SPDX-License-Identifier: ISC */
/* Conversations in which desk or vault lie, break the protocol, or go. */
#include "scanners/check.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HARM_TEXT  "Nothing of interest stands in this text.\n"
#define HARM_LARGE (64ull << 20)

static bool
harm_meet(struct check *c, struct check_peer *p)
{
	if (check_peer_meet(p, c))
		return true;
	check_say(c, CHECK_BREAKS, "it does not come up: %s", p->broke);
	check_peer_done(p);
	return false;
}

static bool
harm_believes(const struct check_said *s)
{
	return strcmp(s->verdict, "clean") == 0 || strcmp(s->verdict, "na") == 0;
}

/* Given something that is not what it is said to be: anything but clean, and no waiting. */
static void
harm_lie(struct check *c, const struct check_object *o, uint64_t said_bytes, int fd,
    const char *what)
{
	struct check_peer p;
	char how[CHECK_TEXT];
	if (!harm_meet(c, &p))
		return;
	struct check_said *s = check_peer_give(&p, o, said_bytes, fd);
	enum check_end e = check_peer_wait(&p, c->patience_ms);
	if (e == CHECK_ANSWERED)
		check_say(c, harm_believes(s) ? CHECK_BREAKS : CHECK_KEEPS, "%s is %s", what,
		    s->verdict);
	else if (e == CHECK_GONE && check_peer_ended(&p, c->patience_ms, how))
		check_say(c, strncmp(how, "signal", 6) == 0 ? CHECK_BREAKS : CHECK_KEEPS,
		    "%s: it ended with %s", what, how);
	else
		check_say(c, CHECK_BREAKS, "%s: %s", what, check_peer_end_words(e, &p));
	check_peer_done(&p);
}

static void
harm_size(struct check *c)
{
	struct check_object o;
	check_object_make(&o, HARM_TEXT, strlen(HARM_TEXT));
	int fd = check_object_open(&o);
	harm_lie(c, &o, o.size_bytes + 1, fd, "an object shorter than the vault says");
	close(fd);
	fd = check_object_open(&o);
	harm_lie(c, &o, o.size_bytes - 1, fd, "an object longer than the vault says");
	close(fd);
	check_object_close(&o);
}

static void
harm_not_a_file(struct check *c)
{
	struct check_object o;
	int ends[2];
	check_object_make(&o, HARM_TEXT, strlen(HARM_TEXT));
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	harm_lie(c, &o, o.size_bytes, folder, "a folder in place of an object");
	close(folder);
	if (pipe2(ends, O_CLOEXEC) == 0) {
		harm_lie(c, &o, o.size_bytes, ends[0], "a pipe nobody writes to");
		close(ends[0]);
		close(ends[1]);
	}
	check_object_close(&o);
}

/* It shrinks under its eyes: what maps it into memory dies of that. */
static void
harm_shrinks(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	char how[CHECK_TEXT];
	if (!harm_meet(c, &p))
		return;
	check_object_make(&o, HARM_TEXT, HARM_LARGE);
	struct check_said *s = check_peer_ask(&p, &o);
	if (ftruncate(o.fd, 10) != 0)
		check_say(c, CHECK_NOTES, "the object could not be cut");
	enum check_end e = check_peer_wait(&p, c->patience_ms);
	if (e == CHECK_GONE && check_peer_ended(&p, c->patience_ms, how))
		check_say(c, CHECK_BREAKS, "an object that shrinks: it ended with %s", how);
	else if (e != CHECK_ANSWERED)
		check_say(
		    c, CHECK_BREAKS, "an object that shrinks: %s", check_peer_end_words(e, &p));
	else
		check_say(c, CHECK_KEEPS, "an object that shrinks meanwhile is %s", s->verdict);
	check_object_close(&o);
	check_peer_done(&p);
}

/* --- a broken protocol ------------------------------------------------------------------- */

/* Behind this nothing may be believed: it ends. */
static void
harm_must_end(struct check *c, struct check_peer *p, const char *what)
{
	char how[CHECK_TEXT];
	if (!check_peer_ended(p, c->patience_ms, how))
		check_say(c, CHECK_BREAKS, "%s: it goes on", what);
	else
		check_say(c, strncmp(how, "signal", 6) == 0 ? CHECK_NOTES : CHECK_KEEPS,
		    "%s: it ended with %s", what, how);
	check_peer_done(p);
}

static void
harm_words(struct check *c)
{
	static char huge[40000];
	static const struct {
		const char *what, *text;
	} words[] = {
	    {"a message nobody knows", "{\"m\":\"scan.dance\",\"id\":1}"},
	    {"a message that is not for it", "{\"m\":\"scan.progress\",\"id\":1,\"bytes\":1}"},
	    {"a field too many", "{\"m\":\"scan.cancel\",\"id\":1,\"more\":1}"},
	    {"a field twice", "{\"m\":\"scan.cancel\",\"id\":1,\"id\":2}"},
	    {"a field of another type", "{\"m\":\"scan.cancel\",\"id\":\"1\"}"},
	    {"bytes that are no JSON", "\xff\xfe\x00"},
	    {"a message that is too long", huge},
	};
	memset(huge, ' ', sizeof(huge) - 1);
	memcpy(huge, "{\"m\":\"scan.cancel\",\"id\":1}", 26);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct check_peer p;
		if (!harm_meet(c, &p))
			return;
		check_peer_raw(p.desk, words[i].text, strlen(words[i].text), -1);
		harm_must_end(c, &p, words[i].what);
	}
}

static void
harm_no_object(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	char text[512];
	if (!harm_meet(c, &p))
		return;
	check_object_make(&o, HARM_TEXT, strlen(HARM_TEXT));
	int n = snprintf(text, sizeof(text),
	    "{\"m\":\"scan.object\",\"id\":1,\"sha256\":\"%s\",\"size\":%ju,\"type\":\"\","
	    "\"mime\":\"\"}",
	    o.sha256, (uintmax_t)o.size_bytes);
	check_peer_raw(p.vault, text, (size_t)n, -1);
	check_object_close(&o);
	harm_must_end(c, &p, "an object without a descriptor");
}

static void
harm_two(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	if (!harm_meet(c, &p))
		return;
	check_object_make(&o, HARM_TEXT, strlen(HARM_TEXT));
	for (unsigned i = 0; i <= p.window && i < CHECK_MANY; i++)
		check_peer_ask(&p, &o);
	enum check_end e =
	    p.window < CHECK_MANY ? check_peer_wait(&p, c->patience_ms) : CHECK_GONE;
	check_object_close(&o);
	if (e == CHECK_ANSWERED)
		check_say(
		    c, CHECK_KEEPS, "one object more than its window: each was answered once");
	else
		check_say(c, e == CHECK_GONE ? CHECK_KEEPS : CHECK_BREAKS,
		    "one object more than its window: %s", check_peer_end_words(e, &p));
	check_peer_done(&p);
}

static void
harm_too_early(struct check *c)
{
	struct check_peer p;
	static const char text[] = "{\"m\":\"scan.cancel\",\"id\":1}";
	if (!check_peer_start(&p, c))
		return;
	check_peer_raw(p.desk, text, strlen(text), -1);
	(void)channel_hello(p.vault, "sallyport-vault", true);
	harm_must_end(c, &p, "no hello from the desk");
}

/* --- they go
 * ---------------------------------------------------------------------------------- */

static void
harm_vault_goes(struct check *c)
{
	struct check_peer p;
	if (!harm_meet(c, &p))
		return;
	p.vault = channel_free(p.vault);
	harm_must_end(c, &p, "the vault hung up");
}

static void
harm_desk_goes(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	char how[CHECK_TEXT];
	if (!harm_meet(c, &p))
		return;
	check_object_make(&o, HARM_TEXT, HARM_LARGE);
	check_peer_ask(&p, &o);
	p.desk = channel_free(p.desk);
	p.vault = channel_free(p.vault);
	if (!check_peer_ended(&p, c->patience_ms, how))
		check_say(c, CHECK_BREAKS, "both hung up while it was at work: it lives on");
	else
		check_say(
		    c, CHECK_KEEPS, "both hung up while it was at work: it ended with %s", how);
	check_object_close(&o);
	if (!check_peer_done(&p))
		check_say(c, CHECK_BREAKS, "it left processes behind, or had to be killed");
}

static const struct check_talk harm_talks[] = {
    {"size", "an object whose size lies", CHECK_OBJECTS, harm_size},
    {"thing", "what is no file", CHECK_OBJECTS, harm_not_a_file},
    {"shrinks", "an object that is cut meanwhile", CHECK_OBJECTS, harm_shrinks},
    {"words", "messages that break the protocol", CHECK_ALL, harm_words},
    {"nothing", "a message without its descriptor", CHECK_OBJECTS, harm_no_object},
    {"more", "more objects than it takes", CHECK_OBJECTS, harm_two},
    {"early", "an order before the first words", CHECK_ALL, harm_too_early},
    {"vault", "the vault hangs up", CHECK_ALL, harm_vault_goes},
    {"work", "everybody hangs up while it is at work", CHECK_OBJECTS, harm_desk_goes},
    {NULL, NULL, CHECK_ALL, NULL},
};

const struct check_talk *
check_harm_talks(void)
{
	return harm_talks;
}
