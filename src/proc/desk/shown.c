/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/shown.h"
#include "db/work.h"

#include <stdio.h>
#include <string.h>

void
shown_put(struct shown *s, const char *transfer, const char *inventory, struct work *work)
{
	struct work_counts counts;
	/* what sealing composed anew is read now, not when somebody next looks at a list */
	(void)work_counts(work, &counts);
	*s = (struct shown){.generation = work_generation(work)};
	snprintf(s->transfer, sizeof(s->transfer), "%s", transfer);
	snprintf(s->inventory, sizeof(s->inventory), "%s", inventory);
}

const char *
shown_refuse(
    const struct shown *s, const char *transfer, const json_t *data, const struct work *work)
{
	const char *inventory =
	    json_string_value(json_object_get(json_object_get(data, "inventory"), "sha256"));
	if (strcmp(s->transfer, transfer) != 0)
		return "it is in review: nothing was sealed for this terminal";
	if (inventory == NULL || strcmp(s->inventory, inventory) != 0)
		return "this is not the inventory that the desk made for this terminal";
	if (s->generation != work_generation(work))
		return "decisions changed since the inventory was made; look at it again";
	return NULL;
}
