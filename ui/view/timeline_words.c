/* SPDX-License-Identifier: ISC */
/* Entries in words. */
#include "ui/desk.h"
#include "ui/view/timeline.h"

#include <string.h>

/*
 * What an entry is called and what of its data is shown in one line.  In the
 * facts, a sign and the way to a member stand for its value: @ a text, # a
 * number, % a size in bytes, & the beginning of a digest.
 */
static const struct timeline_word {
	const char *type, *what, *facts;
} timeline_words[] = {
    {"xfer.open", "handed in", "for @requester, by @officer; @medium.kind, %medium.bytes"},
    {"xfer.start", "reading began", "by @officer"},
    {"xfer.unlock", "unlocking", "volume #volume (@kind) by @officer: @why"},
    {"xfer.password", "password", "item #item by @officer: @why"},
    {"xfer.stopped", "volume stopped", "volume #volume: @why"},
    {"xfer.read", "read", "#items items, %bytes; #unreadable unreadable"},
    {"xfer.scan", "scanned", "#verdicts.clean clean, #verdicts.malicious malicious"},
    {"xfer.addendum", "rescanned",
	"#objects objects, #changed otherwise, #worse worse; by @officer; &document"},
    {"xfer.request", "request", "laid to it by @officer; &document"},
    {"xfer.fields", "fields", "given by @officer"},
    {"xfer.block", "blocked", "@why"},
    {"xfer.fault", "fault", "@step: @why"},
    {"xfer.take", "taken over", ""},
    {"xfer.approve", "signed",
	"no. #slot: #manifest.files files, %manifest.bytes; &manifest.sha256"},
    {"xfer.return", "returned", "@reason"},
    {"xfer.withdraw", "withdrawn", "@reason"},
    {"xfer.release", "release began", "#manifest.files files; &manifest.sha256"},
    {"xfer.deliver", "delivered", "#manifest.files files, %manifest.bytes; read back, same"},
    {"xfer.medium", "medium left", "@disposition; by @officer"},
    {"xfer.abort", "ended", "@reason"},
    {"xfer.close", "closed", "@disposition"},
    {"xfer.recall", "recall", "proposed: @reason"},
    {"xfer.retire", "retirement", "proposed: @reason"},
    {"xfer.confirm", "agreed", ""},
    {"xfer.keep", "kept", "@reason"},
    {"xfer.recalled", "recalled", "off the share; a tombstone stands at @dest"},
    {"xfer.retired", "retired", "removed; a tombstone stands at @dest"},
};

static const struct timeline_word *
timeline_word(const struct entry *e)
{
	for (size_t i = 0; i < sizeof(timeline_words) / sizeof(timeline_words[0]); i++)
		if (strcmp(timeline_words[i].type, e->type) == 0)
			return &timeline_words[i];
	return NULL;
}

/* The member a way leads to ("medium.bytes"), or NULL. */
static const json_t *
timeline_member(const json_t *data, const char *way, size_t n)
{
	while (n > 0 && data != NULL) {
		size_t k = strcspn(way, ".");
		k = k < n ? k : n;
		data = json_object_getn(data, way, k);
		k += k < n;
		way += k;
		n -= k;
	}
	return data;
}

static struct safe
timeline_value(struct arena *a, char sign, const json_t *v)
{
	const char *text = json_string_value(v);
	uint64_t number = json_integer_value(v) > 0 ? (uint64_t)json_integer_value(v) : 0;
	if (sign == '#')
		return safe_count(a, number);
	if (sign == '%')
		return safe_size(a, number);
	if (sign == '&')
		return safe_digest(a, text != NULL ? text : "", 2);
	return safe_text(a, text);
}

struct safe
timeline_facts(struct arena *a, const struct entry *e)
{
	const struct timeline_word *w = timeline_word(e);
	const char *p = w != NULL ? w->facts : "";
	struct safe all = SAFE("");
	while (*p != '\0') {
		size_t n = strcspn(p, "@#%&");
		all = safe_printf(a, "%s%.*s", all.text, (int)n, p);
		p += n;
		if (*p == '\0')
			break;
		size_t way = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
		while (p[1 + way] == '.')
			way += 1 + strspn(p + 2 + way, "abcdefghijklmnopqrstuvwxyz0123456789_");
		all = safe_printf(a, "%s%s", all.text,
		    timeline_value(a, *p, timeline_member(e->data, p + 1, way)).text);
		p += 1 + way;
	}
	return all;
}

struct safe
timeline_what(struct arena *a, const struct entry *e)
{
	const struct timeline_word *w = timeline_word(e);
	return safe_text(a, w != NULL ? w->what : e->type);
}

struct safe
timeline_who(struct arena *a, const struct entry *e)
{
	return strcmp(e->actor_role, "station") == 0 ? SAFE("station")
	                                             : safe_text(a, e->actor_id);
}
