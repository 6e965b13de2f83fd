/* SPDX-License-Identifier: ISC */
/* Rows of desk.progress: how far each stage of the work on a transfer is. */
#ifndef DESK_STAGE_H
#define DESK_STAGE_H

#include <jansson.h>
#include <stdint.h>

enum stage_state { STAGE_WAITS, STAGE_RUNS, STAGE_IS_DONE, STAGE_IS_PAUSED, STAGE_HAS_FAILED };

/* done never counts beyond total, except where total is 0: not known yet. */
struct stage {
	const char *name;
	enum stage_state state;
	uint64_t done, total;
	uint64_t bytes, bytes_total;
};

void stage_add(json_t *stages, const struct stage *);
/* A whole body of desk.progress without "last"; steals stages. */
json_t *stage_progress(const char *transfer, const char *state, json_t *stages, uint64_t errors,
    int paused, const char *why);

#endif
