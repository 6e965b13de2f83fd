/* SPDX-License-Identifier: ISC */
#include "src/core/inventory_check.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/field.h"

#include <string.h>

#define INVENTORY_ID_MAX (UINT64_C(4) * LIM_ITEMS - 1)

static bool
inventory_check_hex(const char *text)
{
	uint8_t digest[32];
	return hex_decode(text, strlen(text), digest, sizeof(digest));
}

static bool
inventory_check_id(const char *id)
{
	size_t n = strlen(id);
	if (n == 0 || n > LIM_PERSON_ID_BYTES || id[0] < 'a' || id[0] > 'z')
		return false;
	return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static bool
inventory_check_time(const char *text)
{
	int64_t t;
	return text[0] == '\0' || clock_parse(text, &t);
}

static bool
inventory_check_scans(const struct inventory_item *it)
{
	if (it->nscans > LIM_SCANNERS)
		return false;
	for (size_t i = 0; i < it->nscans; i++) {
		const struct inventory_scan *s = &it->scans[i];
		if (s->scanner[0] == '\0' || strlen(s->scanner) > LIM_PERSON_ID_BYTES ||
		    (unsigned)s->verdict >= VERDICT__MAX || s->verdict == VERDICT_UNSCANNED ||
		    s->of_bytes > CANON_UINT_MAX || s->read_bytes > CANON_UINT_MAX ||
		    s->parts > it->inside.objects || strlen(s->why) > LIM_SCAN_WHY_BYTES ||
		    !canon_is_text(s->why) || !canon_is_text(s->scanner))
			return false;
		if (i > 0 && strcmp(it->scans[i - 1].scanner, s->scanner) >= 0)
			return false;
	}
	return true;
}

/* Numbers that can be, and nothing of what was not opened. */
static bool
inventory_check_inside(const struct inventory_item *it, bool content)
{
	const struct verdict_inside *in = &it->inside;
	const char *worst = it->inside_worst != NULL ? it->inside_worst : "";
	bool bad = in->verdict > VERDICT_CLEAN;
	if (in->members > CANON_UINT_MAX || in->links > in->members ||
	    in->objects > in->members || in->objects + in->links > in->members ||
	    (unsigned)in->verdict >= VERDICT__MAX || strlen(worst) > LIM_INSIDE_WAY_BYTES ||
	    !canon_is_text(worst) || (worst[0] != '\0' && !bad))
		return false;
	if (!content)
		return in->members == 0 && in->verdict == VERDICT_NA && !in->whole;
	/* what has no object in it is na, or a file in it could not be had */
	return in->objects > 0 || in->verdict == VERDICT_NA ||
	       in->verdict == VERDICT_INCOMPLETE;
}

/* What an item says of its exceptions: verdicts that can be set aside, and findings it has. */
static bool
inventory_check_exceptions(const struct inventory_item *it, bool content)
{
	uint64_t finds = 0;
	if (it->nexceptions > LIM_EXCEPTIONS)
		return false;
	for (size_t i = 0; i < it->nexceptions; i++) {
		const struct inventory_exception *x = &it->exceptions[i];
		bool set_aside =
		    x->verdict == VERDICT_SUSPICIOUS || x->verdict == VERDICT_MALICIOUS;
		if (!inventory_check_hex(x->leaf) ||
		    (i > 0 && strcmp(it->exceptions[i - 1].leaf, x->leaf) >= 0) ||
		    (!set_aside && (x->verdict != VERDICT_NA || x->finds == 0)) ||
		    (set_aside && !content) || x->finds > it->finds - finds)
			return false;
		finds += x->finds;
	}
	return true;
}

static bool
inventory_check_enums(const struct inventory_item *it)
{
	for (unsigned i = 0; i < FINDING_CLASS__MAX; i++)
		if ((unsigned)it->worst.of[i] >= FINDING_SEVERITY__MAX)
			return false;
	return (unsigned)it->kind < ITEM_KIND__MAX && (unsigned)it->state < ITEM_STATE__MAX &&
	       (unsigned)it->verdict < VERDICT__MAX &&
	       (unsigned)it->proposed < POLICY_GATE__MAX &&
	       (unsigned)it->decision < ITEM_DECISION__MAX &&
	       (unsigned)it->outcome < ITEM_OUTCOME__MAX;
}

/* What is wrong with an item, as a phrase; NULL when it is well formed. */
const char *
inventory_check_item(const struct inventory_item *it)
{
	bool content = it->kind == ITEM_FILE && it->state == ITEM_READ;
	if (!inventory_check_enums(it))
		return "a word is not in its list";
	if (it->id > INVENTORY_ID_MAX || it->size_bytes > CANON_UINT_MAX || it->mode > 07777 ||
	    it->finds > CANON_UINT_MAX)
		return "a number is out of range";
	if (it->path.len == 0 || it->path.len > LIM_PATH_BYTES ||
	    it->dest.len > LIM_PATH_BYTES || it->link.len > LIM_LINK_BYTES)
		return "path, dest or link is empty or too long";
	if (it->link.len > 0 && it->kind != ITEM_LINK)
		return "link is only for links";
	if (strlen(it->type) > LIM_TYPE_BYTES || strlen(it->mime) > LIM_TYPE_BYTES ||
	    strlen(it->reason) > LIM_REASON_BYTES || strlen(it->why) > LIM_REASON_BYTES)
		return "a text is too long";
	if (!canon_is_text(it->type) || !canon_is_text(it->mime) ||
	    !canon_is_text(it->reason) || !canon_is_text(it->why))
		return "a text holds what cannot be shown";
	if (!inventory_check_time(it->mtime))
		return "mtime is no time";
	if (it->by[0] != '\0' && !inventory_check_id(it->by))
		return "by is no person's id";
	if ((it->by[0] == '\0') != (it->decision == ITEM_NONE))
		return "a decision needs the one who took it";
	if (content ? !inventory_check_hex(it->sha256) : it->sha256[0] != '\0')
		return "sha256 is for files that were read";
	if (it->class != NULL && (it->kind == ITEM_DIRECTORY || !field_word_ok(it->class)))
		return "class is a classification, and no directory has one";
	if (!inventory_check_inside(it, content))
		return "inside is malformed";
	if (!inventory_check_scans(it) || (it->nscans > 0 && !content))
		return "scans are malformed";
	if (!content && it->verdict != VERDICT_NA)
		return "only a file that was read has a verdict";
	if (!inventory_check_exceptions(it, content))
		return "exceptions are malformed";
	if (!inventory_check_hex(it->finds_sha256) ||
	    (it->finds == inventory_excepted(it)) !=
		(finding_worst_severity(&it->worst) == FINDING_NO_SEVERITY))
		return "finds are malformed";
	return NULL;
}

const char *
inventory_check_header(const struct inventory_header *h)
{
	if (!inventory_check_hex(h->policy))
		return "policy is no digest";
	if (!inventory_check_id(h->officer) || !inventory_check_id(h->requester))
		return "officer or requester is no person's id";
	if (h->transfer[0] == '\0' || strlen(h->transfer) > 32 || h->station[0] == '\0' ||
	    strlen(h->station) > 8)
		return "transfer or station is empty or too long";
	if (h->approvals < 2 || h->approvals > LIM_APPROVALS)
		return "approvals is out of range";
	if (h->items > LIM_ITEMS + LIM_VOLUMES)
		return "too many items";
	for (size_t i = 0; i < h->ndeciders; i++)
		if (!inventory_check_id(h->deciders[i]) ||
		    (i > 0 && strcmp(h->deciders[i - 1], h->deciders[i]) >= 0))
			return "deciders are not sorted ids";
	if (h->nexceptions > LIM_EXCEPTIONS)
		return "too many exceptions";
	for (size_t i = 0; i < h->nexceptions; i++)
		if (!inventory_check_hex(h->exceptions[i].leaf) ||
		    exception_wrong(&h->exceptions[i]) != NULL ||
		    (i > 0 && strcmp(h->exceptions[i - 1].leaf, h->exceptions[i].leaf) >= 0))
			return "exceptions are malformed or not sorted";
	return NULL;
}
