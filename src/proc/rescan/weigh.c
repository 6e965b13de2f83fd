/* SPDX-License-Identifier: ISC */
#include "src/proc/rescan/weigh.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

void
weigh_begin(struct weigh *w, const struct inventory_item *sealed)
{
	w->item = *sealed;
	w->worst[0] = w->why[0] = '\0';
	w->severity = FINDING_NO_SEVERITY;
	w->full = false;
}

void
weigh_finding(struct weigh *w, const struct finding *f)
{
	w->finds = mem_resize(w->finds, w->nfinds + 1, sizeof(*w->finds));
	w->finds[w->nfinds++] =
	    (struct weigh_find){f->class, f->severity, mem_strdup(f->scanner),
		mem_strdup(f->rule), mem_strdup(f->title), mem_strdup(f->detail)};
}

/* It counts, unless an exception covers it. */
static void
weigh_one(struct weigh *w, const struct weigh_find *said)
{
	const struct release_under *u = &w->under;
	const struct finding f = {.class = said->class,
	    .severity = said->severity,
	    .scanner = said->scanner,
	    .rule = said->rule,
	    .title = said->title,
	    .detail = said->detail};
	if (exception_find_finding(u->exceptions, u->nexceptions, &f, w->item.sha256,
		w->item.type) != EXCEPTION_NONE)
		return;
	finding_worst_add(&w->item.worst, f.class, f.severity);
	if (f.severity <= w->severity)
		return;
	w->severity = f.severity;
	snprintf(w->worst, sizeof(w->worst), "%.32s found: %.100s%s%.80s", f.scanner, f.title,
	    f.detail[0] != '\0' ? ": " : "", f.detail);
}

static void
weigh_findings(struct weigh *w)
{
	for (size_t i = 0; i < w->nfinds; i++) {
		weigh_one(w, &w->finds[i]);
		free(w->finds[i].scanner);
		free(w->finds[i].rule);
		free(w->finds[i].title);
		free(w->finds[i].detail);
	}
	free(w->finds);
	w->finds = NULL;
	w->nfinds = 0;
}

void
weigh_said(struct weigh *w, const char *scanner, const struct crew_said *said)
{
	struct inventory_item *it = &w->item;
	size_t at = 0;
	while (at < it->nscans && strcmp(it->scans[at].scanner, scanner) < 0)
		at++;
	bool known = at < it->nscans && strcmp(it->scans[at].scanner, scanner) == 0;
	if (!known && it->nscans == LIM_SCANNERS) {
		w->full = true;
		return;
	}
	if (!known) {
		memmove(&it->scans[at + 1], &it->scans[at],
		    (it->nscans++ - at) * sizeof(it->scans[0]));
		memset(&it->scans[at], 0, sizeof(it->scans[at]));
	}
	/* parts: what it said of what is inside stands */
	it->scans[at].scanner = scanner;
	it->scans[at].verdict = said->verdict;
	it->scans[at].of_bytes = said->of_bytes;
	it->scans[at].read_bytes = said->read_bytes;
	it->scans[at].why = said->why;
}

/* Who said the worst. */
static void
weigh_words(struct weigh *w, const struct inventory_item *sealed)
{
	const struct inventory_item *it = &w->item;
	const struct inventory_scan *worst = NULL;
	int n = 0;
	for (size_t i = 0; i < it->nscans; i++)
		if (worst == NULL || it->scans[i].verdict > worst->verdict)
			worst = &it->scans[i];
	if (strcmp(it->type, sealed->type) != 0)
		n = snprintf(w->why, sizeof(w->why), "it was taken for %.63s and is %.63s; ",
		    sealed->type, it->type);
	if (w->worst[0] != '\0')
		snprintf(w->why + n, sizeof(w->why) - (size_t)n, "%s", w->worst);
	else if (worst != NULL)
		snprintf(w->why + n, sizeof(w->why) - (size_t)n, "%.32s says %s%s%.200s",
		    worst->scanner, verdict_print(worst->verdict),
		    worst->why[0] != '\0' ? ": " : "", worst->why);
}

bool
weigh_end(struct weigh *w, const struct crew_object *o)
{
	struct inventory_item *it = &w->item;
	const struct inventory_item sealed = {.type = it->type};
	it->type = o->type;
	it->mime = o->mime;
	it->size_bytes = o->size_bytes;
	it->sha256 = o->sha256;
	weigh_findings(w);
	release_judge(&w->under, NULL, it);
	weigh_words(w, &sealed);
	return !w->full;
}
