/* SPDX-License-Identifier: ISC */
/* What came of it, in words.  Integrity and authenticity never share one. */
#include "scanners/sums_in.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
sums_tell_finding(struct sums *s, size_t file, const char *rule, const char *class,
    const char *severity, const char *title, const char *detail, uint64_t at)
{
	const struct sums_entry *f = &s->index.files[file];
	char hex[HEX_DIGEST_SIZE];
	struct scan_finding out = {.rule = rule,
	    .class = class,
	    .severity = severity,
	    .title = title,
	    .detail = detail,
	    .detail_len = detail != NULL ? strlen(detail) : 0,
	    .at = at};
	/* two items may have the same bytes, and only one of them the wrong ones */
	if (f->depth == 0) {
		out.path = sums_index_key(&s->index, file);
		out.path_len = f->key_len;
	} else {
		hex_encode(f->sha256, DIGEST_SIZE, hex);
		out.sha256 = hex;
	}
	s->ops.find(s->ops.arg, &out);
}

void
sums_judge(struct sums *s, size_t file, enum scan_verdict verdict, const char *why,
    uint64_t read_bytes)
{
	if (s->nverdicts == s->verdicts_cap) {
		s->verdicts_cap = (s->verdicts_cap + 64) * 2;
		s->verdicts = mem_resize(s->verdicts, s->verdicts_cap, sizeof(*s->verdicts));
	}
	struct sums_verdict *v = &s->verdicts[s->nverdicts++];
	*v = (struct sums_verdict){.verdict = verdict, .why = why, .read_bytes = read_bytes};
	memcpy(v->sha256, s->index.files[file].sha256, DIGEST_SIZE);
}

/* --- one list ------------------------------------------------------------------------ */

static void
tell_count(struct sums *s, const struct sums_list *l, const struct sums_count *c,
    const char *rule, const char *class, const char *severity, const char *title)
{
	char detail[LIM_FINDING_TEXT];
	if (c->n == 0)
		return;
	snprintf(detail, sizeof(detail), "%" PRIu64 " of them%s%s", c->n,
	    c->names[0] != '\0' ? ": " : "", c->names);
	sums_tell_finding(s, l->file, rule, class, severity, title, detail, c->at);
}

/* What each outcome of a signature is; a title NULL: nothing is told. */
static const struct {
	const char *rule, *class, *severity, *list, *file;
} tell_signatures[] = {
    [SUMS_NO_SIGNATURE] = {.list = NULL},
    [SUMS_GOOD] = {"checksum/authentic", "policy", "info",
	"The list is signed by a key of the site: it is from who has that key.",
	"The file is signed by a key of the site: it is from who has that key."},
    [SUMS_BAD] = {"checksum/signature", "tamper", "high",
	"The list is not what a key of the site has signed: the list or its signature was "
	"changed.",
	"The file is not what a key of the site has signed: the file or its signature was "
	"changed."},
    [SUMS_UNKNOWN] = {"checksum/signer", "policy", "info",
	"The list is signed by a key that the site does not have: who made it is not shown.",
	"The file is signed by a key that the site does not have: who made it is not shown."},
    [SUMS_UNCHECKED] = {"checksum/unchecked", "policy", "info",
	"The list has a signature of a kind that this station does not check: who made it is "
	"not shown.",
	"The file has a signature of a kind that this station does not check: who made it is "
	"not shown."},
    [SUMS_DOUBTED] = {"checksum/doubtful", "policy", "low",
	"The list has a signature that shows nothing: it cannot be relied on, or its key "
	"cannot.",
	"The file has a signature that shows nothing: it cannot be relied on, or its key "
	"cannot."},
    /* of a list by itself: the list goes on without it */
    [SUMS_WANTS] = {"checksum/signature-lost", "incomplete", "low", NULL,
	"The signature of the file could not be checked: the file is too long for its kind, "
	"or could not be read."},
};

void
sums_tell_signature(
    struct sums *s, size_t file, enum sums_signature is, bool list, const char *detail)
{
	const char *title = list ? tell_signatures[is].list : tell_signatures[is].file;
	if (title != NULL)
		sums_tell_finding(s, file, tell_signatures[is].rule, tell_signatures[is].class,
		    tell_signatures[is].severity, title, detail, 0);
}

static void
tell_signature(struct sums *s, const struct sums_list *l)
{
	char detail[LIM_FINDING_TEXT];
	snprintf(detail, sizeof(detail), "%s%s%s", l->signature_kind,
	    l->signer[0] != '\0' ? ", key " : "", l->signer);
	if (l->signature_lost)
		sums_tell_finding(s, l->file, "checksum/signature-lost", "incomplete", "medium",
		    "The signature of the list could not be checked: it is too long, or could "
		    "not be read.",
		    NULL, 0);
	sums_tell_signature(s, l->file, l->signature, true, detail);
}

static void
tell_summary(struct sums *s, const struct sums_list *l)
{
	char detail[LIM_FINDING_TEXT];
	if (l->matched.n == 0)
		return;
	snprintf(detail, sizeof(detail), "%" PRIu64 " of them", l->matched.n);
	if (l->signature == SUMS_GOOD && !l->weak)
		sums_tell_finding(s, l->file, "checksum/match", "policy", "info",
		    "Files are what this list says; a key of the site has signed it.", detail,
		    0);
	else
		sums_tell_finding(s, l->file, "checksum/match", "policy", "info",
		    "Files are what this list says. It came with them: it shows that they are "
		    "whole, not who made them.",
		    detail, 0);
}

/* The list's own verdict: that of the set it describes. */
static void
tell_verdict(struct sums *s, const struct sums_list *l)
{
	uint64_t read = s->index.files[l->file].size_bytes;
	enum scan_verdict v = SCAN_CLEAN;
	const char *why = "";
	if (l->unread.n > 0 || l->unknown.n > 0 || l->signature_lost) {
		v = SCAN_INCOMPLETE;
		why = "Not all that the list says could be compared.";
	}
	if (l->parsed == SCAN_INVALID) {
		v = SCAN_INVALID;
		why = "The list of digests has lines that are none.";
	}
	if (l->missing.n > 0) {
		v = SCAN_INVALID;
		why = "Files that the list names are not here.";
	}
	if (l->differs.n > 0) {
		v = SCAN_INVALID;
		why = "Files are not what the list says.";
	}
	if (l->signature == SUMS_BAD) {
		v = SCAN_INVALID;
		why = "The list is not what a key of the site has signed.";
	}
	/* what could not be read was not looked at */
	sums_judge(s, l->file, v, why, l->unread.n > 0 && l->matched.n == 0 ? 0 : read);
}

static void
tell_list(struct sums *s, const struct sums_list *l)
{
	tell_signature(s, l);
	tell_summary(s, l);
	tell_count(s, l, &l->differs, "checksum/list-mismatch", "corruption", "high",
	    "Files are not what this list says.");
	tell_count(s, l, &l->missing, "checksum/missing", "incomplete", "medium",
	    "Files that this list names are not beside it: the delivery is not complete, or "
	    "they were left out.");
	tell_count(s, l, &l->extra, "checksum/extra", "tamper", "low",
	    "Files lie beside this list that it does not name: nothing says that they belong "
	    "here.");
	tell_count(s, l, &l->elsewhere, "checksum/elsewhere", "policy", "low",
	    "This list names files that cannot be found by what it says: whole paths, or none "
	    "at all.");
	tell_count(s, l, &l->unknown, "checksum/algorithm", "incomplete", "low",
	    "This list has digests of a kind that cannot be computed here.");
	tell_count(s, l, &l->unread, "checksum/unread", "incomplete", "medium",
	    "Files that this list names, or the list, could not be read for comparison.");
	tell_count(s, l, &l->passed, "checksum/passed-over", "policy", "info",
	    "There are more files in Debian packages than are compared with the packages' own "
	    "lists.");
	if (l->weak && !l->package)
		sums_tell_finding(s, l->file, "checksum/weak", "policy", "low",
		    "This list is made with MD5 or SHA-1: it shows damage by accident; "
		    "somebody "
		    "who means harm can make other files with the same digests.",
		    NULL, 0);
	tell_verdict(s, l);
}

/* --- all of them ------------------------------------------------------------------------- */

/* From what says least to what says most. */
static int
tell_rank(const struct sums_verdict *v)
{
	static const enum scan_verdict order[] = {
	    SCAN_NA, SCAN_CLEAN, SCAN_SUSPICIOUS, SCAN_INCOMPLETE, SCAN_INVALID};
	for (int i = 0; i < (int)(sizeof(order) / sizeof(order[0])); i++)
		if (order[i] == v->verdict)
			return i;
	return 0;
}

static int
tell_order(const void *a, const void *b)
{
	const struct sums_verdict *v = a, *w = b;
	int c = memcmp(v->sha256, w->sha256, DIGEST_SIZE);
	if (c == 0)
		c = tell_rank(w) - tell_rank(v);
	return c != 0 ? c : strcmp(v->why, w->why);
}

static void
tell_verdicts(struct sums *s)
{
	char hex[HEX_DIGEST_SIZE];
	if (s->nverdicts > 0)
		qsort(s->verdicts, s->nverdicts, sizeof(*s->verdicts), tell_order);
	for (size_t i = 0; i < s->nverdicts; i++) {
		const struct sums_verdict *v = &s->verdicts[i];
		if (i > 0 && memcmp(v->sha256, v[-1].sha256, DIGEST_SIZE) == 0)
			continue;
		hex_encode(v->sha256, DIGEST_SIZE, hex);
		s->ops.verdict(s->ops.arg, hex, v->verdict, v->why, v->read_bytes);
	}
}

void
sums_tell(struct sums *s, struct sums_result *ret)
{
	for (size_t i = 0; i < s->nlists; i++) {
		const struct sums_list *l = &s->lists[i];
		tell_list(s, l);
		ret->matched += l->matched.n;
		ret->mismatched += l->differs.n;
		ret->missing += l->missing.n;
		ret->extra += l->extra.n;
	}
	ret->lists = s->nlists;
	ret->lines = s->lines;
	tell_verdicts(s);
	if (s->limit != NULL) {
		ret->verdict = SCAN_INCOMPLETE;
		ret->why = s->limit;
	}
}
