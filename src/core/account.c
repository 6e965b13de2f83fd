/* SPDX-License-Identifier: ISC */
#include "src/core/account.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/fold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
account_class(struct account *a, const struct inventory_item *it)
{
	size_t i = 0;
	while (i < a->nclasses && strcmp(a->classes[i].word, it->class) != 0)
		i++;
	if (i == LIM_FIELD_CLASSES)
		return;
	if (i == a->nclasses)
		snprintf(a->classes[a->nclasses++].word, sizeof(a->classes[i].word), "%s",
		    it->class);
	a->classes[i].items++;
	a->classes[i].went += it->outcome == ITEM_OUT_RELEASED;
}

void
account_add(struct account *a, const struct inventory_item *it)
{
	uint64_t bytes = it->kind == ITEM_FILE ? it->size_bytes : 0;
	bool goes = it->outcome == ITEM_OUT_RELEASED;
	if (it->class != NULL)
		account_class(a, it);
	a->items++;
	a->files += it->kind == ITEM_FILE;
	a->bytes += bytes;
	a->count[it->outcome]++;
	a->size_bytes[it->outcome] += bytes;
	switch (it->kind) {
	case ITEM_FILE:
		a->lost_mode += goes && (it->mode & 07000) != 0;
		break;
	case ITEM_LINK:
		a->lost_links += it->decision == ITEM_APPROVE && !goes;
		break;
	case ITEM_FIFO:
	case ITEM_SOCKET:
	case ITEM_CHAR:
	case ITEM_BLOCK:
	case ITEM_OTHER:
		a->lost_special++;
		break;
	case ITEM_DIRECTORY:
	case ITEM_REGION:
	case ITEM_KIND__MAX:
		break;
	}
	if (!goes)
		return;
	a->lost_time += it->mtime[0] == '\0';
	a->lost_zone += it->mtime[0] != '\0' && !it->zone_utc;
	a->renamed += inventory_compare(it->path, it->dest) != 0;
}

bool
account_adds_up(const struct account *a)
{
	uint64_t count = 0, bytes = 0;
	for (unsigned o = 0; o < ITEM_OUTCOME__MAX; o++) {
		count += a->count[o];
		bytes += a->size_bytes[o];
	}
	return count == a->items && bytes == a->bytes;
}

static void
account_escaped(struct buf *out, const char *text)
{
	char *shown = escape_dup(text);
	buf_add_str(out, shown);
	free(shown);
}

/* ": words", escaped, when there are any. */
static void
account_words(struct buf *out, const char *words)
{
	if (words[0] == '\0')
		return;
	buf_add_str(out, ": ");
	account_escaped(out, words);
}

/* The verdict, and the scanner whose word it is. */
static void
account_verdict(const struct inventory_item *it, struct buf *out)
{
	buf_addf(out, "%s", verdict_print(it->verdict));
	for (size_t i = 0; i < it->nscans; i++) {
		if (it->scans[i].verdict != it->verdict)
			continue;
		buf_addf(out, " by ");
		account_escaped(out, it->scans[i].scanner);
		account_words(out, it->scans[i].why);
		return;
	}
	if (it->inside.verdict == it->verdict)
		return; /* it says so of what is inside */
	if (it->verdict == VERDICT_ERROR)
		buf_add_str(out, ": a required scanner gave no usable result");
	if (it->verdict == VERDICT_UNSCANNED)
		buf_add_str(out, ": no required scanner looked at it");
}

static void
account_rule(const struct inventory_item *it, const struct policy *policy, struct buf *out)
{
	size_t rule;
	if (policy == NULL) {
		buf_add_str(out, "policy blocks it");
		return;
	}
	policy_gate(policy, it->kind, it->type, it->verdict, &it->worst, &rule);
	buf_addf(out, "policy %s", policy_rule_why(policy, rule));
}

/* Why an item that was read, and that nobody rejected or held, is blocked. */
static void
account_blocked(const struct inventory_item *it, const struct policy *policy, struct buf *out)
{
	bool link = it->kind == ITEM_LINK;
	if (it->kind != ITEM_FILE && !link) {
		buf_addf(
		    out, "%s: only files and links can be released", item_kind_print(it->kind));
		return;
	}
	enum release_why why = release_rule(link ? VERDICT_CLEAN : it->verdict, it->proposed,
	    it->decision, it->reason[0] != '\0');
	if (why == RELEASE_NO_VERDICT)
		account_verdict(it, out);
	else if (why == RELEASE_NO_GATE)
		account_rule(it, policy, out);
	else if (why != RELEASE_OK)
		buf_add_str(out, release_why_str(why));
	else if (it->dest.len == 0)
		buf_add_str(out, release_why_str(RELEASE_NO_NAME));
	else
		buf_add_str(out, release_why_str(RELEASE_NO_TARGET));
}

/* The reader's words, which it has escaped already. */
static void
account_reader(struct buf *out, const char *why)
{
	MEM_FREE char *text = escape_checked(why);
	buf_add_str(out, text[0] != '\0' ? text : "the reader gave no reason");
}

void
account_inside(const struct verdict_inside *in, const char *way, struct buf *out)
{
	char digits[32];
	if (in->members == 0 && in->verdict == VERDICT_NA && !in->whole)
		return;
	if (in->members == 0)
		buf_addf(out, "opened: %s", in->whole ? "nothing in it" : "nothing came out");
	else
		buf_addf(out, "opened%s: %s member%s", in->whole ? "" : " in part",
		    fold_number(in->members, digits), in->members == 1 ? "" : "s");
	if (in->verdict == VERDICT_CLEAN)
		buf_add_str(out, "; everything inside is clean");
	else if (in->verdict != VERDICT_NA)
		buf_addf(out, "; worst inside: %s%s%s", verdict_print(in->verdict),
		    way[0] != '\0' ? ", " : "", way);
}

void
account_parts(uint64_t parts, struct buf *out)
{
	char digits[32];
	buf_addf(out, "read in %s part%s", fold_number(parts, digits), parts == 1 ? "" : "s");
}

/* What is inside is no better than the sentence so far: its worst has a name. */
static void
account_worst(const struct inventory_item *it, struct buf *out)
{
	if (it->inside.verdict <= VERDICT_CLEAN)
		return;
	buf_addf(out, "; worst inside: %s", verdict_print(it->inside.verdict));
	if (it->inside_worst != NULL && it->inside_worst[0] != '\0') {
		buf_add_str(out, ", ");
		buf_add_str(out, it->inside_worst);
	}
}

enum err
account_sentence(const struct inventory_item *it, const struct policy *policy, struct buf *out)
{
	switch (it->outcome) {
	case ITEM_OUT_RELEASED:
		buf_add_str(out, "released");
		break;
	case ITEM_OUT_REJECTED:
	case ITEM_OUT_HELD:
		if (it->decision == ITEM_NONE) {
			buf_add_str(out, "nobody decided; held");
			break;
		}
		buf_addf(out, "by %s", it->by);
		account_words(out, it->reason);
		/* what the scanners said is not for the officer to leave out */
		if (it->verdict != VERDICT_CLEAN && it->verdict != VERDICT_NA) {
			buf_add_str(out, "; ");
			account_verdict(it, out);
		}
		account_worst(it, out);
		break;
	case ITEM_OUT_BLOCKED:
		account_blocked(it, policy, out);
		account_worst(it, out);
		break;
	case ITEM_OUT_UNREADABLE:
	case ITEM_OUT_ENCRYPTED:
	case ITEM_OUT_UNREAD:
	case ITEM_OUT_EXCLUDED:
		account_reader(out, it->why);
		break;
	case ITEM_OUT_STRUCTURAL:
		buf_add_str(out, "a directory");
		break;
	case ITEM_OUTCOME__MAX:
		break;
	}
	return out->error;
}
