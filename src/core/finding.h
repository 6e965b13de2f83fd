/* SPDX-License-Identifier: ISC */
/*
 * Findings: single things scanners and checks have to say.  The findings
 * document of a transfer has one canonical JSON line (reference CJ1) for each,
 * ended by LF, sorted by item, then in the order they were reported:
 *   {"at":"<decimal offset>" or "","class":s,"detail":s,"item":u,"object":hex|"",
 *    "rule":s,"scanner":s,"severity":s,"title":s,"type":s|""}
 * object and type: of what lies inside the item, when the finding is about that.
 * Title and detail are hostile text: escape before showing.
 */
#ifndef CORE_FINDING_H
#define CORE_FINDING_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum finding_class {
	FINDING_MALWARE,
	FINDING_CODE_EXEC,
	FINDING_CORRUPTION,
	FINDING_TAMPER,
	FINDING_INCOMPLETE,
	FINDING_PLATFORM,
	FINDING_ARCHIVE,
	FINDING_NAME,
	FINDING_POLYGLOT,
	FINDING_POLICY,
	FINDING_PRIVACY,
	FINDING_SIGNATURE_AGE,
	FINDING_MISMATCH,
	FINDING_REQUEST,
	FINDING_CLASS__MAX
};

/* Ascending; FINDING_NO_SEVERITY is "no finding", never of a finding. */
enum finding_severity {
	FINDING_NO_SEVERITY,
	FINDING_INFO,
	FINDING_LOW,
	FINDING_MEDIUM,
	FINDING_HIGH,
	FINDING_CRITICAL,
	FINDING_SEVERITY__MAX
};

struct finding {
	uint64_t item;
	enum finding_class class;
	enum finding_severity severity;
	bool has_at;
	uint64_t at_bytes; /* offset in the object */
	const char *scanner;
	const char *rule;
	const char *title;  /* <= LIM_FINDING_TEXT bytes */
	const char *detail; /* <= LIM_FINDING_TEXT bytes */
	/* Of an object inside the item that it is about, and its type; NULL or "": the item's
	 * own. */
	const char *object, *type;
};

/* The worst severity met in each class: what policy rules look at. */
struct finding_worst {
	enum finding_severity of[FINDING_CLASS__MAX];
};

const char *finding_class_print(enum finding_class);
bool finding_class_parse(const char *word, enum finding_class *ret);
const char *finding_severity_print(enum finding_severity); /* "none" for no severity */
/* Does not accept "none". */
bool finding_severity_parse(const char *word, enum finding_severity *ret);

void finding_worst_add(struct finding_worst *, enum finding_class, enum finding_severity);
/* The worst of all classes. */
enum finding_severity finding_worst_severity(const struct finding_worst *);

/* Appends one line with its LF; ERR_RANGE when a text is too long or not UTF-8. */
enum err finding_print(const struct finding *, struct buf *out);
/*
 * One line without its LF, exactly as finding_print writes it.  The strings of
 * *ret_finding live in *ret_memory; caller frees that with finding_free.
 */
enum err finding_parse(
    const void *line, size_t n, struct finding *ret_finding, void **ret_memory);
void finding_free(void *memory);

/*
 * Walks a findings document: splits at LF, checks each line and the order by
 * item, calls each(ctx, finding, line with LF, n).  A non-zero answer stops
 * with that code.  ret_line (may be NULL) is the number, from 1, of the line
 * that is wrong.
 */
enum err finding_walk(const void *bytes, size_t n,
    enum err (*each)(void *ctx, const struct finding *, const void *line, size_t line_len),
    void *ctx, size_t *ret_line);

#endif
