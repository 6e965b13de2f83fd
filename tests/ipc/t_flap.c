/* links: tests/ipc/place src/proc/desk/flap src/proc/desk/follow src/proc/desk/keyboard src/core/device src/core/portrule src/core/station src/core/setting src/core/item src/ipc/channel src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What comes and goes faster than somebody can plug, and a ledger without room. */
#include "src/base/limits.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/follow.h"
#include "tests/ipc/place.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* n entries, one in and one out. */
static void
flap(struct place *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (i % 2 == 0)
			place_seen(p, "/b", place_stick("S1", 100 + i));
		else
			place_world.watcher.gone(&p->desk, "/b");
}

static size_t
lines(void)
{
	size_t n = 0;
	for (const char *c = buf_str(&place_world.said); *c != '\0'; c++)
		n += *c == '\n';
	return n;
}

static void
what_flaps_is_counted_until_it_is_calm(void **state)
{
	struct place *p = place_begin();
	(void)state;
	flap(p, LIM_FLAPS);
	assert_int_equal(lines(), LIM_FLAPS);
	assert_null(place_world.timer);
	buf_done(&place_world.said);
	buf_init(&place_world.said, 65536);
	/* one too many waits; another port knows nothing of it */
	flap(p, 1);
	place_expect("one more", "");
	assert_int_equal(place_world.timer_ms, LIM_FLAP_CALM_MS);
	struct device d = place_stick("D", 1);
	snprintf(d.id_path, sizeof(d.id_path), "ata-1");
	place_seen(p, "/r", d);
	place_expect("beside", "device.inserted disc D -\n");
	place_calm();
	place_expect("calm", "device.inserted left S1 -\n");
	place_world.watcher.gone(&p->desk, "/b");
	flap(p, 10000);
	place_expect("a fit", "");
	place_calm();
	place_expect("calm again", "device.removed left S1 - +10000\n");
	place_end(p);
}

static void
what_waits_is_written_before_what_must_not_wait(void **state)
{
	struct place *p = place_begin();
	(void)state;
	flap(p, LIM_FLAPS);
	buf_done(&place_world.said);
	buf_init(&place_world.said, 65536);
	flap(p, 4);
	place_seen(p, "/b", place_stick("S1", 5));
	flap_write(&p->desk);
	place_expect("a transfer opens", "device.inserted left S1 - +4\n");
	assert_null(place_world.timer);
	flap_write(&p->desk);
	place_expect("once", "");
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(place_world.reading, sizeof(place_world.reading), "K1-000007");
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("pulled", "end K1-000007 the medium was pulled out \n"
			       "device.removed left S1 - K1-000007\n");
	/* a ledger without room: it goes on waiting, and so does its number */
	flap(p, 2);
	place_world.full = true;
	place_calm();
	flap(p, 1);
	place_world.full = false;
	place_calm();
	place_expect("with room", "device.inserted left S1 - +2\n");
	/* the desk ends */
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("waits", "");
	flap_end(&p->desk);
	place_expect("written", "device.removed left S1 -\n");
	place_end(p);
}

static void
what_the_ledger_cannot_write_is_written_later_in_its_order(void **state)
{
	struct place *p = place_begin();
	struct device bad = place_stick("S2", 6);
	(void)state;
	bad.read_only = false;
	place_world.full = true;
	place_seen(p, "/b", place_stick("S1", 5));
	follow_opened(&p->desk, "/b", "K1-000007");
	snprintf(place_world.reading, sizeof(place_world.reading), "K1-000007");
	place_world.watcher.gone(&p->desk, "/b");
	place_seen(p, "/b", bad);
	place_world.watcher.gone(&p->desk, "/b");
	place_expect("no room", "end K1-000007 the medium was pulled out \n");
	place_calm();
	place_expect("still none", "");
	assert_int_equal(place_world.timer_ms, LIM_FLAP_CALM_MS);
	place_world.full = false;
	place_calm();
	place_expect("room", "device.inserted left S1 -\n"
			     "device.removed left S1 - K1-000007\n"
			     "device.refused left S2 it could sti\n");
	assert_null(place_world.timer);
	/* no more than so many are kept: the newest stands for those before it */
	place_world.full = true;
	for (int i = 0; i < LIM_FLAPS + 3; i++)
		flap_enter(&p->desk, &place_station.ports[0], "device.refused",
		    json_pack("{s:s,s:s}", "port", "left", "serial", "X"), true);
	place_world.full = false;
	flap_write(&p->desk);
	assert_int_equal(lines(), LIM_FLAPS + 1);
	assert_non_null(strstr(buf_str(&place_world.said), "device.refused left X - +2\n"));
	place_end(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_flaps_is_counted_until_it_is_calm),
	    cmocka_unit_test(what_waits_is_written_before_what_must_not_wait),
	    cmocka_unit_test(what_the_ledger_cannot_write_is_written_later_in_its_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
