/* SPDX-License-Identifier: ISC */
/* How far the scanning of a transfer is, and what the record keeps of the scanners. */
#include "src/base/mem.h"
#include "src/proc/desk/scan_in.h"
#include "src/proc/desk/stage.h"

#include <string.h>

static enum stage_state
scan_state(const struct scan_scanner *sc, uint64_t total)
{
	const struct scan *s = sc->scan;
	if (sc->unfit)
		return STAGE_HAS_FAILED;
	if (s->no_more && sc->done >= total)
		return STAGE_IS_DONE;
	if (s->paused)
		return STAGE_IS_PAUSED;
	return sc->added > 0 ? STAGE_RUNS : STAGE_WAITS;
}

void
scan_stages(const struct scan *s, uint64_t files, uint64_t bytes, json_t *stages)
{
	/* what the type scanner has still to see may be for any of the others, too */
	uint64_t typing = 0, typing_bytes = 0;
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		if (strcmp(sc->manifest->name, SCAN_TYPE) == 0) {
			typing = sc->added - sc->done;
			typing_bytes = sc->added_bytes - sc->done_bytes;
		}
	}
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		bool first = strcmp(sc->manifest->name, SCAN_TYPE) == 0;
		MEM_FREE char *name = mem_printf("scan-%s", sc->manifest->name);
		uint64_t total = sc->added + files + (first ? 0 : typing), seen = 0;
		for (size_t k = 0; k < sc->manifest->slots; k++)
			seen += worker_seen(sc->workers[k]);
		struct stage stage = {name, scan_state(sc, total), sc->done, total,
		    sc->done_bytes + seen,
		    sc->added_bytes + bytes + (first ? 0 : typing_bytes)};
		if (s->unsized)
			stage.bytes = stage.bytes_total = 0;
		/* it begins behind all the others: its nothing of everything is no measure */
		if (sc->manifest->transfer && sc->set == SCAN_SET_NOT_YET &&
		    stage.state == STAGE_RUNS)
			stage = (struct stage){.name = name, .state = STAGE_WAITS};
		stage_add(stages, &stage);
	}
}

json_t *
scan_print(const struct scan *s)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "name",
		    sc->manifest->name, "kind", sc->manifest->kind, "version",
		    sc->about.version, "engine", sc->about.engine, "signatures",
		    sc->about.signatures, "sandbox", sc->sandboxed, "before",
		    sc->before[0] != '\0' ? sc->before : "fail", "after",
		    sc->after[0] != '\0' ? sc->after : "fail");
		if (sc->about.signature_date[0] != '\0')
			json_object_set_new(row, "date", json_string(sc->about.signature_date));
		if (sc->reuse.used > 0)
			json_object_set_new(
			    row, "reused", json_integer((json_int_t)sc->reuse.used));
		if (sc->changes > 0)
			json_object_set_new(row, "changes", json_integer(sc->changes));
		if (sc->strikes > 0)
			json_object_set_new(row, "strikes", json_integer(sc->strikes));
		if (s->desk->apart < 0)
			json_object_set_new(row, "apart", json_false());
		json_array_append_new(rows, row);
	}
	return rows;
}
