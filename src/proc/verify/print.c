/* SPDX-License-Identifier: ISC */
/* The result.  Everything printed is of the station's making or checked to be printable. */
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/proc/verify/verify.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t
log_size(const struct verify *v, enum transfer_log log)
{
	return log == LOG_CUSTODY && !v->bad ? v->custody_size : custody_size(v->custody, log);
}

static json_t *
count_states(const struct verify *v)
{
	uint64_t counts[TRANSFER__MAX] = {0};
	json_t *o = json_object();
	for (size_t i = 0; i < custody_transfer_count(v->custody); i++)
		counts[custody_transfer_at(v->custody, i)->facts.state]++;
	for (unsigned s = 0; s < TRANSFER__MAX; s++) {
		if (counts[s] > 0)
			json_object_set_new(o, transfer_state_name((enum transfer_state)s),
			    json_integer((json_int_t)counts[s]));
	}
	return o;
}

static void
print_log(const struct verify *v, enum transfer_log log)
{
	if (custody_origin(v->custody, log)[0] != 0)
		printf("%-9s log  %s, %" PRIu64 " entries\n",
		    log == LOG_AUTHORITY ? "authority" : "custody",
		    custody_origin(v->custody, log), log_size(v, log));
}

static void
print_list(const char *title, const json_t *list)
{
	size_t i;
	json_t *s;
	if (json_array_size(list) > 0)
		printf("\n%s\n", title);
	json_array_foreach (list, i, s)
		printf("  - %s\n", json_string_value(s));
}

void
print_text(const struct verify *v)
{
	const char *state;
	json_t *n, *states = count_states(v);
	if (v->sha256[0] != 0)
		printf("sha256         %s\n", v->sha256);
	print_log(v, LOG_AUTHORITY);
	/* of a folder nothing is known but one head */
	bool whole = v->epoch != NULL && v->epoch->size == v->custody_size;
	for (size_t i = 0; whole && i + 1 < custody_epoch_count(v->custody); i++) {
		const struct custody_epoch *e = custody_epoch_at(v->custody, i);
		if (e + 1 <= v->epoch)
			printf("earlier   log  %s, %" PRIu64 " entries\n", e->origin, e->size);
	}
	print_log(v, LOG_CUSTODY);
	if (custody_genesis(v->custody)[0] != 0)
		printf("genesis        %s%s\n", custody_genesis(v->custody),
		    custody_demo(v->custody) ? "  DEMO" : "");
	printf("transfers      %zu", custody_transfer_count(v->custody));
	json_object_foreach (states, state, n)
		printf("  %s %" JSON_INTEGER_FORMAT, state, json_integer_value(n));
	printf("\n");
	json_decref(states);
	print_list("Holds:", v->checked);
	json_t *when = when_sentences(v->when);
	if (!v->bad)
		print_list("When, by witnesses:", when);
	json_decref(when);
	if (!v->bad)
		print_list("Could not be checked:", v->unchecked);
	if (v->bad && v->at_entry && v->bad_log > 1)
		printf("\nFAILED at entry %" PRIu64 " of the custody log of epoch %u: %s.\n",
		    v->bad_seq, v->bad_log, v->why);
	else if (v->bad && v->at_entry)
		printf("\nFAILED at entry %" PRIu64 " of the %s log: %s.\n", v->bad_seq,
		    v->bad_log == 0 ? "authority" : "custody", v->why);
	else if (v->bad)
		printf("\n%s: %s.\n", v->unreadable ? "UNREADABLE" : "FAILED", v->why);
	else
		printf("\nVERIFIED (%s).\n", v->kind);
}

static json_t *
log_object(const struct verify *v, enum transfer_log log)
{
	json_t *o = json_pack("{s:s,s:I}", "origin", custody_origin(v->custody, log), "size",
	    (json_int_t)log_size(v, log));
	const uint8_t *root =
	    log == LOG_CUSTODY ? v->custody_root
			       : custody_root(v->custody, log, custody_size(v->custody, log));
	if (!v->bad)
		json_object_set_new(o, "root", canon_hex_new(root, 32));
	return o;
}

void
print_json(const struct verify *v)
{
	json_t *o = json_pack("{s:b,s:s,s:s,s:b,s:o,s:o,s:s,s:o,s:O,s:O}", "verified",
	    (int)!v->bad, "kind", v->kind, "genesis", custody_genesis(v->custody), "demo",
	    (int)custody_demo(v->custody), "authority", log_object(v, LOG_AUTHORITY), "custody",
	    log_object(v, LOG_CUSTODY), "sha256", v->sha256, "transfers", count_states(v),
	    "checked", v->checked, "unchecked", v->unchecked);
	if (!v->bad)
		json_object_set_new(o, "when", when_rows(v->when));
	if (v->bad) {
		json_t *bad =
		    json_pack("{s:b,s:s}", "unreadable", (int)v->unreadable, "why", v->why);
		if (v->at_entry) {
			json_object_set_new(
			    bad, "log", json_string(v->bad_log == 0 ? "authority" : "custody"));
			if (v->bad_log > 1)
				json_object_set_new(
				    bad, "epoch", json_integer((json_int_t)v->bad_log));
			json_object_set_new(bad, "seq", json_integer((json_int_t)v->bad_seq));
		}
		json_object_set_new(o, "bad", bad);
	}
	char *text = json_dumps(o, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("%s\n", text);
	free(text);
	json_decref(o);
}
