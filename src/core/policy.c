/* SPDX-License-Identifier: ISC */
#include "src/core/policy.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/fieldrule.h"
#include "src/core/setting.h"

#include <assert.h>
#include <string.h>

/* The policy as callers see it, with what its texts live in. */
struct policy_owned {
	struct policy policy;
	struct setting_file *file;
	char **rule_why; /* "rule 3 (line 40): ..." */
};

static const char *const policy_gates[POLICY_GATE__MAX] = {
    [POLICY_BLOCK] = "block",
    [POLICY_REASON] = "reason",
    [POLICY_PASS] = "pass",
};

static const char *const policy_proposals[POLICY_GATE__MAX] = {
    [POLICY_BLOCK] = "block",
    [POLICY_REASON] = "reason",
    [POLICY_PASS] = "approve",
};

static bool
policy_word(const char *const words[POLICY_GATE__MAX], const char *word, enum policy_gate *ret)
{
	for (unsigned g = 0; g < POLICY_GATE__MAX; g++)
		if (strcmp(words[g], word) == 0) {
			*ret = (enum policy_gate)g;
			return true;
		}
	return false;
}

const char *
policy_gate_print(enum policy_gate gate)
{
	assert((unsigned)gate < POLICY_GATE__MAX);
	return policy_gates[gate];
}

bool
policy_gate_parse(const char *word, enum policy_gate *ret)
{
	return policy_word(policy_gates, word, ret);
}

const char *
policy_proposed_print(enum policy_gate gate)
{
	assert((unsigned)gate < POLICY_GATE__MAX);
	return policy_proposals[gate];
}

bool
policy_proposed_parse(const char *word, enum policy_gate *ret)
{
	return policy_word(policy_proposals, word, ret);
}

bool
policy_glob(const char *glob, const char *text)
{
	const char *star = NULL, *resume = NULL;
	while (*text != '\0') {
		if (*glob == '*') {
			star = ++glob;
			resume = text;
		} else if (*glob == '?' || *glob == *text) {
			glob++;
			text++;
		} else if (star != NULL) {
			glob = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

/* --- parsing -------------------------------------------------------------- */

static char **
policy_parse_words(
    struct setting_file *f, const struct setting *g, const char *key, size_t max, size_t *ret_n)
{
	size_t n = setting_words(f, g, key, max);
	char **words = mem_array(n, sizeof(*words));
	for (size_t i = 0; i < n; i++) {
		const char *word = setting_word(g, key, i);
		if (word[0] == '\0' || strlen(word) > LIM_POLICY_TEXT_BYTES)
			setting_fail(
			    f, g, ERR_RANGE, "%s has a text that is empty or too long", key);
		words[i] = mem_strdup(word);
	}
	*ret_n = n;
	return words;
}

static void
policy_free_words(char **words, size_t n)
{
	for (size_t i = 0; words != NULL && i < n; i++)
		free(words[i]);
	free(words);
}

/* Words of a closed list as a set; false when the key is absent. */
static bool
policy_parse_set(struct setting_file *f, const struct setting *g, const char *key,
    bool (*parse)(const char *, unsigned *), bool *set)
{
	size_t n = setting_words(f, g, key, LIM_POLICY_WORDS);
	for (size_t i = 0; i < n; i++) {
		unsigned value;
		if (parse(setting_word(g, key, i), &value))
			set[value] = true;
		else
			setting_fail(f, g, ERR_SYNTAX, "%s: no such word: %.64s", key,
			    setting_word(g, key, i));
	}
	return n > 0;
}

static bool
policy_parse_verdict(const char *word, unsigned *ret)
{
	enum verdict v;
	bool ok = verdict_parse(word, &v);
	*ret = ok ? (unsigned)v : 0;
	return ok;
}

static bool
policy_parse_kind(const char *word, unsigned *ret)
{
	enum item_kind v;
	bool ok = item_kind_parse(word, &v);
	*ret = ok ? (unsigned)v : 0;
	return ok;
}

static bool
policy_parse_state(const char *word, unsigned *ret)
{
	enum item_state v;
	bool ok = item_state_parse(word, &v);
	*ret = ok ? (unsigned)v : 0;
	return ok;
}

static void
policy_parse_required(
    struct setting_file *f, const struct setting *g, struct policy_required *ret)
{
	static const char *const keys[] = {
	    "scanner", "types", "min_bytes", "max_bytes", "part", NULL};
	setting_keys(f, g, keys);
	ret->scanner = setting_text(f, g, "scanner", LIM_PERSON_ID_BYTES, NULL);
	if (ret->scanner != NULL && ret->scanner[0] == '\0')
		setting_fail(f, g, ERR_RANGE, "scanner is empty");
	ret->types = policy_parse_words(f, g, "types", LIM_POLICY_WORDS, &ret->ntypes);
	if (ret->ntypes == 0)
		setting_fail(f, g, ERR_SYNTAX, "types is missing");
	ret->min_bytes = setting_number(f, g, "min_bytes", 0, INT64_MAX, 0);
	ret->max_bytes = setting_number(f, g, "max_bytes", 0, INT64_MAX, UINT64_MAX);
	if (ret->min_bytes > ret->max_bytes)
		setting_fail(f, g, ERR_RANGE, "min_bytes is larger than max_bytes");
	ret->part = setting_truth(f, g, "part", false);
}

static void
policy_parse_rule(struct setting_file *f, const struct setting *g, struct policy_rule *ret)
{
	static const char *const keys[] = {
	    "class", "severity", "verdict", "types", "kind", "gate", "why", NULL};
	setting_keys(f, g, keys);
	ret->line = setting_line(g);
	if (setting_has(g, "class")) {
		const char *word = setting_text(f, g, "class", LIM_POLICY_TEXT_BYTES, "");
		ret->has_class = finding_class_parse(word, &ret->class);
		if (!ret->has_class)
			setting_fail(f, g, ERR_SYNTAX, "class: no such word: %.64s", word);
		ret->severity = FINDING_INFO;
	}
	if (setting_has(g, "severity")) {
		const char *word = setting_text(f, g, "severity", LIM_POLICY_TEXT_BYTES, "");
		if (!finding_severity_parse(word, &ret->severity))
			setting_fail(f, g, ERR_SYNTAX, "severity: no such word: %.64s", word);
	}
	ret->has_verdicts =
	    policy_parse_set(f, g, "verdict", policy_parse_verdict, ret->verdicts);
	ret->has_kinds = policy_parse_set(f, g, "kind", policy_parse_kind, ret->kinds);
	ret->types = policy_parse_words(f, g, "types", LIM_POLICY_WORDS, &ret->ntypes);
	const char *gate = setting_text(f, g, "gate", LIM_POLICY_TEXT_BYTES, NULL);
	if (gate != NULL && !policy_gate_parse(gate, &ret->gate))
		setting_fail(f, g, ERR_SYNTAX, "gate must be pass, reason or block");
	ret->why = setting_text(f, g, "why", LIM_POLICY_TEXT_BYTES, "");
}

static void
policy_parse_medium(struct setting_file *f, const struct setting *g, struct policy_medium *ret)
{
	static const char *const keys[] = {"kind", "state", "types", "why", NULL};
	setting_keys(f, g, keys);
	bool any = policy_parse_set(f, g, "kind", policy_parse_kind, ret->kinds);
	for (unsigned k = 0; !any && k < ITEM_KIND__MAX; k++)
		ret->kinds[k] = true;
	if (!policy_parse_set(f, g, "state", policy_parse_state, ret->states))
		setting_fail(f, g, ERR_SYNTAX, "state is missing");
	ret->types = policy_parse_words(f, g, "types", LIM_POLICY_WORDS, &ret->ntypes);
	ret->why = setting_text(f, g, "why", LIM_POLICY_TEXT_BYTES, NULL);
}

static void
policy_parse_engines(
    struct setting_file *f, const struct setting *g, struct policy_engines *ret)
{
	static const char *const keys[] = {"types", "min_bytes", "max_bytes", "at_least", NULL};
	setting_keys(f, g, keys);
	ret->types = policy_parse_words(f, g, "types", LIM_POLICY_WORDS, &ret->ntypes);
	if (ret->ntypes == 0)
		setting_fail(f, g, ERR_SYNTAX, "types is missing");
	ret->min_bytes = setting_number(f, g, "min_bytes", 0, INT64_MAX, 0);
	ret->max_bytes = setting_number(f, g, "max_bytes", 0, INT64_MAX, UINT64_MAX);
	if (ret->min_bytes > ret->max_bytes)
		setting_fail(f, g, ERR_RANGE, "min_bytes is larger than max_bytes");
	if (!setting_has(g, "at_least"))
		setting_fail(f, g, ERR_SYNTAX, "at_least is missing");
	ret->at_least = (unsigned)setting_number(f, g, "at_least", 2, LIM_SCANNERS, 2);
}

static void
policy_parse_stand_in(
    struct setting_file *f, const struct setting *g, struct policy_stand_in *ret)
{
	static const char *const keys[] = {"types", "scanner", "by", NULL};
	setting_keys(f, g, keys);
	ret->types = policy_parse_words(f, g, "types", LIM_POLICY_WORDS, &ret->ntypes);
	if (ret->ntypes == 0)
		setting_fail(f, g, ERR_SYNTAX, "types is missing");
	ret->scanner = setting_text(f, g, "scanner", LIM_PERSON_ID_BYTES, NULL);
	ret->by = setting_text(f, g, "by", LIM_PERSON_ID_BYTES, NULL);
	if (ret->scanner != NULL && ret->by != NULL && strcmp(ret->scanner, ret->by) == 0)
		setting_fail(f, g, ERR_RANGE, "%s cannot stand in for itself", ret->by);
}

/* What is asked of the medium itself. */
static void
policy_parse_whole(struct setting_file *f, const struct setting *root, struct policy *p)
{
	static const char *const digests[] = {"none", "metadata", "full"};
	size_t i = 0;
	p->write_protect = setting_truth(f, root, "write_protect_required", true);
	p->region_look_bytes =
	    setting_number(f, root, "region_look_bytes", 0, CANON_UINT_MAX, UINT64_MAX);
	p->medium_digest =
	    setting_text(f, root, "medium_digest", LIM_POLICY_TEXT_BYTES, "metadata");
	while (i < 3 && p->medium_digest != NULL && strcmp(p->medium_digest, digests[i]) != 0)
		i++;
	if (i == 3)
		setting_fail(
		    f, root, ERR_SYNTAX, "medium_digest must be none, metadata or full");
}

static void
policy_parse_keep(struct setting_file *f, const struct setting *root, struct policy *p)
{
	static const char *const keys[] = {"released", "rejected", "held", "blocked", NULL};
	static const unsigned otherwise[ITEM_OUTCOME__MAX] = {
	    [ITEM_OUT_REJECTED] = 30, [ITEM_OUT_HELD] = 90, [ITEM_OUT_BLOCKED] = 90};
	const struct setting *g = setting_sub(f, root, "keep_days");
	memcpy(p->keep_days, otherwise, sizeof(otherwise));
	if (g == NULL)
		return;
	setting_keys(f, g, keys);
	for (const char *const *k = keys; *k != NULL; k++) {
		enum item_outcome o = ITEM_OUT_BLOCKED;
		item_outcome_parse(*k, &o);
		p->keep_days[o] =
		    (unsigned)setting_number(f, g, *k, 0, LIM_POLICY_DAYS, otherwise[o]);
	}
}

static void
policy_parse_lists(struct setting_file *f, const struct setting *root, struct policy *p)
{
	p->nrequired = setting_groups(f, root, "required", LIM_POLICY_RULES);
	p->required = mem_array(p->nrequired, sizeof(*p->required));
	for (size_t i = 0; i < p->nrequired; i++)
		policy_parse_required(f, setting_group(root, "required", i), &p->required[i]);
	p->nrules = setting_groups(f, root, "rules", LIM_POLICY_RULES);
	p->rules = mem_array(p->nrules, sizeof(*p->rules));
	for (size_t i = 0; i < p->nrules; i++)
		policy_parse_rule(f, setting_group(root, "rules", i), &p->rules[i]);
	p->nmedium = setting_groups(f, root, "block_medium", LIM_POLICY_RULES);
	p->medium = mem_array(p->nmedium, sizeof(*p->medium));
	for (size_t i = 0; i < p->nmedium; i++)
		policy_parse_medium(f, setting_group(root, "block_medium", i), &p->medium[i]);
	p->nengines = setting_groups(f, root, "engines", LIM_POLICY_RULES);
	p->engines = mem_array(p->nengines, sizeof(*p->engines));
	for (size_t i = 0; i < p->nengines; i++)
		policy_parse_engines(f, setting_group(root, "engines", i), &p->engines[i]);
	p->nstand_ins = setting_groups(f, root, "stand_in", LIM_POLICY_RULES);
	p->stand_ins = mem_array(p->nstand_ins, sizeof(*p->stand_ins));
	for (size_t i = 0; i < p->nstand_ins; i++)
		policy_parse_stand_in(f, setting_group(root, "stand_in", i), &p->stand_ins[i]);
	fieldrule_parse(f, root, &p->fields);
}

/* One of n words; the one at `absent` where the key is not there, or is wrong. */
static unsigned
policy_parse_choice(struct setting_file *f, const struct setting *root, const char *key,
    const char *const *words, unsigned n, unsigned absent, const char *why)
{
	const char *word = setting_text(f, root, key, LIM_POLICY_TEXT_BYTES, words[absent]);
	unsigned i = 0;
	while (word != NULL && i < n && strcmp(words[i], word) != 0)
		i++;
	if (i < n)
		return i;
	setting_fail(f, root, ERR_SYNTAX, "%s", why);
	return absent;
}

static void
policy_parse_request(struct setting_file *f, const struct setting *root, struct policy *p)
{
	static const char *const words[POLICY_REQUEST__MAX] = {
	    [POLICY_REQUEST_NONE] = "none",
	    [POLICY_REQUEST_PRESENT] = "present",
	    [POLICY_REQUEST_SIGNED] = "signed",
	};
	p->request = (enum policy_request)policy_parse_choice(f, root, "request_required",
	    words, POLICY_REQUEST__MAX, POLICY_REQUEST_NONE,
	    "request_required must be none, present or signed");
}

static void
policy_parse_reuse(struct setting_file *f, const struct setting *root, struct policy *p)
{
	static const char *const words[POLICY_REUSE__MAX] = {
	    [POLICY_REUSE_NO] = "no",
	    [POLICY_REUSE_SHOW] = "show",
	    [POLICY_REUSE_USE] = "use",
	};
	p->reuse = (enum policy_reuse)policy_parse_choice(f, root, "reuse_verdicts", words,
	    POLICY_REUSE__MAX, POLICY_REUSE_SHOW, "reuse_verdicts must be no, show or use");
	p->reuse_days = (unsigned)setting_number(f, root, "reuse_days", 1, LIM_POLICY_DAYS, 7);
}

static void
policy_parse_anchors(struct setting_file *f, const struct setting *root, struct policy *p)
{
	static const char *const words[] = {"none", "start"};
	p->witness_quorum =
	    (unsigned)setting_number(f, root, "witness_quorum", 0, LIM_WITNESSES, 0);
	p->anchor_words = policy_parse_choice(f, root, "anchor_words", words, 2, 0,
			      "anchor_words must be none or start") == 1;
	p->copy_required = setting_truth(f, root, "copy_required", false);
}

static void
policy_parse_root(struct setting_file *f, struct policy *p)
{
	static const char *const keys[] = {"name", "approvals", "required", "rules",
	    "block_medium", "fields", "keep_days", "signature_warn_days", "signature_max_days",
	    "signature_date_required", "engines", "stand_in", "reuse_verdicts", "reuse_days",
	    "lock_minutes", "medium_digest", "region_look_bytes", "write_protect_required",
	    "request_required", "rescan_at_release", "witness_quorum", "anchor_words",
	    "token_pin", "copy_required", "fields_optional", "site_fields", "classifications",
	    "classification_ceiling", NULL};
	const struct setting *root = setting_root(f);
	setting_keys(f, root, keys);
	p->name = setting_text(f, root, "name", LIM_POLICY_TEXT_BYTES, NULL);
	p->approvals = (unsigned)setting_number(f, root, "approvals", 2, LIM_APPROVALS, 2);
	p->signature_warn_days =
	    (unsigned)setting_number(f, root, "signature_warn_days", 0, LIM_POLICY_DAYS, 7);
	p->signature_max_days =
	    (unsigned)setting_number(f, root, "signature_max_days", 0, LIM_POLICY_DAYS, 30);
	p->signature_date = setting_truth(f, root, "signature_date_required", false);
	policy_parse_reuse(f, root, p);
	p->lock_minutes =
	    (unsigned)setting_number(f, root, "lock_minutes", 1, LIM_LOCK_MINUTES, 5);
	p->token_pin = setting_truth(f, root, "token_pin", true);
	p->rescan_at_release = setting_truth(f, root, "rescan_at_release", false);
	policy_parse_anchors(f, root, p);
	policy_parse_request(f, root, p);
	policy_parse_whole(f, root, p);
	policy_parse_keep(f, root, p);
	policy_parse_lists(f, root, p);
	if (p->nrequired == 0)
		setting_fail(f, NULL, ERR_RANGE,
		    "required names no scanner: nothing could ever be clean");
}

/* Distinct scanner names, so that policy_needs always fits. */
static void
policy_check_scanners(struct setting_file *f, const struct policy *p)
{
	size_t distinct = 0;
	for (size_t i = 0; i < p->nrequired && setting_error(f) == ERR_OK; i++) {
		size_t j = 0;
		while (j < i && strcmp(p->required[j].scanner, p->required[i].scanner) != 0)
			j++;
		distinct += j == i;
	}
	if (distinct > LIM_SCANNERS)
		setting_fail(
		    f, NULL, ERR_LIMIT, "required names more than %d scanners", LIM_SCANNERS);
}

/* A row that nothing can fulfil is a mistake: nothing of these types could ever go. */
static void
policy_check_engines(struct setting_file *f, const struct policy *p)
{
	size_t whole = 0;
	for (size_t i = 0; i < p->nrequired; i++) {
		size_t j = 0;
		while (j < i && (p->required[j].part || strcmp(p->required[j].scanner,
							    p->required[i].scanner) != 0))
			j++;
		whole += j == i && !p->required[i].part;
	}
	for (size_t i = 0; i < p->nengines && setting_error(f) == ERR_OK; i++)
		if (p->engines[i].at_least > whole)
			setting_fail(f, NULL, ERR_RANGE,
			    "engines asks for %u engines, and required names %zu scanners that "
			    "look at every byte",
			    p->engines[i].at_least, whole);
	for (size_t i = 0; i < p->nstand_ins && setting_error(f) == ERR_OK; i++) {
		const struct policy_stand_in *r = &p->stand_ins[i];
		if (!policy_mentions(p, r->scanner) || !policy_mentions(p, r->by))
			setting_fail(f, NULL, ERR_RANGE,
			    "stand_in names a scanner that required does not name: %s",
			    policy_mentions(p, r->scanner) ? r->by : r->scanner);
	}
}

static void
policy_print_rules(struct policy_owned *o)
{
	const struct policy *p = &o->policy;
	o->rule_why = mem_array(p->nrules, sizeof(*o->rule_why));
	for (size_t i = 0; i < p->nrules; i++)
		o->rule_why[i] = mem_printf("rule %zu (line %u)%s%s", i + 1, p->rules[i].line,
		    p->rules[i].why[0] != '\0' ? ": " : "", p->rules[i].why);
}

enum err
policy_parse(const void *text, size_t n, struct policy **ret, char ret_why[POLICY_WHY_SIZE])
{
	struct policy_owned *o = mem_alloc(sizeof(*o));
	o->file = setting_open(text, n, LIM_POLICY_BYTES);
	if (setting_error(o->file) == ERR_OK)
		policy_parse_root(o->file, &o->policy);
	if (setting_error(o->file) == ERR_OK)
		policy_check_scanners(o->file, &o->policy);
	if (setting_error(o->file) == ERR_OK)
		policy_check_engines(o->file, &o->policy);
	enum err e = setting_error(o->file);
	if (e != ERR_OK) {
		snprintf(ret_why, POLICY_WHY_SIZE, "%s", setting_why(o->file));
		policy_free(&o->policy);
		return e;
	}
	policy_print_rules(o);
	*ret = &o->policy;
	return ERR_OK;
}

void
policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	struct policy_owned *o = (struct policy_owned *)(void *)p; /* its first member */
	policy_free_words(o->rule_why, p->nrules);
	for (size_t i = 0; p->required != NULL && i < p->nrequired; i++)
		policy_free_words(p->required[i].types, p->required[i].ntypes);
	for (size_t i = 0; p->rules != NULL && i < p->nrules; i++)
		policy_free_words(p->rules[i].types, p->rules[i].ntypes);
	for (size_t i = 0; p->medium != NULL && i < p->nmedium; i++)
		policy_free_words(p->medium[i].types, p->medium[i].ntypes);
	for (size_t i = 0; p->engines != NULL && i < p->nengines; i++)
		policy_free_words(p->engines[i].types, p->engines[i].ntypes);
	for (size_t i = 0; p->stand_ins != NULL && i < p->nstand_ins; i++)
		policy_free_words(p->stand_ins[i].types, p->stand_ins[i].ntypes);
	fieldrule_done(&p->fields);
	free(p->engines);
	free(p->stand_ins);
	free(p->required);
	free(p->rules);
	free(p->medium);
	setting_free(o->file);
	free(o);
}

/* --- asking --------------------------------------------------------------- */

static bool
policy_any_glob(char *const *globs, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (policy_glob(globs[i], text))
			return true;
	return false;
}

static bool
policy_required_matches(const struct policy_required *r, const char *type, uint64_t size_bytes)
{
	return size_bytes >= r->min_bytes && size_bytes <= r->max_bytes &&
	       policy_any_glob(r->types, r->ntypes, type);
}

size_t
policy_needs(const struct policy *p, const char *type, uint64_t size_bytes,
    struct verdict_need out[], size_t out_max)
{
	size_t n = 0;
	for (size_t i = 0; i < p->nrequired; i++) {
		const struct policy_required *r = &p->required[i];
		if (!policy_required_matches(r, type, size_bytes))
			continue;
		size_t k = 0;
		while (k < n && strcmp(out[k].scanner, r->scanner) != 0)
			k++;
		if (k < n) {
			/* Required twice: the stricter of the two. */
			out[k].part = out[k].part && r->part;
			continue;
		}
		assert(n < out_max);
		out[n++] = (struct verdict_need){.scanner = r->scanner, .part = r->part};
	}
	return n;
}

bool
policy_required(
    const struct policy *p, const char *scanner, const char *type, uint64_t size_bytes)
{
	for (size_t i = 0; i < p->nrequired; i++)
		if (strcmp(p->required[i].scanner, scanner) == 0 &&
		    policy_required_matches(&p->required[i], type, size_bytes))
			return true;
	return false;
}

bool
policy_mentions(const struct policy *p, const char *scanner)
{
	for (size_t i = 0; i < p->nrequired; i++)
		if (strcmp(p->required[i].scanner, scanner) == 0)
			return true;
	return false;
}

unsigned
policy_engines(const struct policy *p, const char *type, uint64_t size_bytes)
{
	unsigned n = 0;
	for (size_t i = 0; i < p->nengines; i++) {
		const struct policy_engines *r = &p->engines[i];
		if (r->at_least > n && size_bytes >= r->min_bytes &&
		    size_bytes <= r->max_bytes && policy_any_glob(r->types, r->ntypes, type))
			n = r->at_least;
	}
	return n;
}

bool
policy_stands_in(const struct policy *p, const char *scanner, const char *by, const char *type)
{
	for (size_t i = 0; i < p->nstand_ins; i++) {
		const struct policy_stand_in *r = &p->stand_ins[i];
		if (strcmp(r->scanner, scanner) == 0 && strcmp(r->by, by) == 0 &&
		    policy_any_glob(r->types, r->ntypes, type))
			return true;
	}
	return false;
}

static bool
policy_rule_matches(const struct policy_rule *r, enum item_kind kind, const char *type,
    enum verdict verdict, const struct finding_worst *worst)
{
	if (r->has_kinds && !r->kinds[kind])
		return false;
	if (r->has_verdicts && !r->verdicts[verdict])
		return false;
	if (r->ntypes > 0 && !policy_any_glob(r->types, r->ntypes, type))
		return false;
	if (r->has_class)
		return worst->of[r->class] >= r->severity;
	return r->severity == FINDING_NO_SEVERITY ||
	       finding_worst_severity(worst) >= r->severity;
}

enum policy_gate
policy_gate(const struct policy *p, enum item_kind kind, const char *type, enum verdict verdict,
    const struct finding_worst *worst, size_t *ret_rule)
{
	assert((unsigned)kind < ITEM_KIND__MAX && (unsigned)verdict < VERDICT__MAX);
	size_t i = 0;
	while (i < p->nrules && !policy_rule_matches(&p->rules[i], kind, type, verdict, worst))
		i++;
	if (ret_rule != NULL)
		*ret_rule = i < p->nrules ? i : POLICY_NO_RULE;
	return i < p->nrules ? p->rules[i].gate : POLICY_REASON;
}

const char *
policy_rule_why(const struct policy *p, size_t rule)
{
	const struct policy_owned *o = (const struct policy_owned *)(const void *)p;
	return rule < p->nrules ? o->rule_why[rule] : "no rule of the policy matches";
}

const char *
policy_blocks_medium(
    const struct policy *p, enum item_kind kind, enum item_state state, const char *type)
{
	assert((unsigned)kind < ITEM_KIND__MAX && (unsigned)state < ITEM_STATE__MAX);
	for (size_t i = 0; i < p->nmedium; i++)
		if (p->medium[i].kinds[kind] && p->medium[i].states[state] &&
		    (p->medium[i].ntypes == 0 ||
			policy_any_glob(p->medium[i].types, p->medium[i].ntypes, type)))
			return p->medium[i].why;
	return NULL;
}
