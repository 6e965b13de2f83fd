/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/stage.h"

static json_int_t
stage_within(uint64_t n, uint64_t total)
{
	return (json_int_t)(total != 0 && n > total ? total : n);
}

void
stage_add(json_t *stages, const struct stage *s)
{
	static const char *const words[] = {
	    [STAGE_WAITS] = "waiting",
	    [STAGE_RUNS] = "running",
	    [STAGE_IS_DONE] = "done",
	    [STAGE_IS_PAUSED] = "paused",
	    [STAGE_HAS_FAILED] = "failed",
	};
	json_array_append_new(
	    stages, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "name", s->name, "state",
			words[s->state], "done", stage_within(s->done, s->total), "total",
			(json_int_t)s->total, "bytes", stage_within(s->bytes, s->bytes_total),
			"bytes_total", (json_int_t)s->bytes_total));
}

json_t *
stage_progress(const char *transfer, const char *state, json_t *stages, uint64_t errors,
    int paused, const char *why)
{
	return json_pack("{s:s, s:s, s:o, s:I, s:b, s:s}", "transfer", transfer, "state", state,
	    "stages", stages, "errors", (json_int_t)errors, "paused", paused, "why", why);
}
