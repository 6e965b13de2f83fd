/* links: @media src/core/item src/core/digest src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "src/media/volume.h"
#include "src/base/limits.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* LIM_VOLUME_NOTES: the last one is kept for saying that there is more. */
static void
notes_end_with_a_word(void **state)
{
	struct volume v = {0};

	(void)state;
	for (int i = 1; i < LIM_VOLUME_NOTES; i++)
		volume_note(&v, 1, ITEM_UNREAD, "note %d", i);
	assert_int_equal(v.n_notes, LIM_VOLUME_NOTES - 1);
	assert_string_equal(v.notes[LIM_VOLUME_NOTES - 2].text, "note 127");
	volume_note(&v, 1, ITEM_UNREAD, "one too many");
	assert_int_equal(v.n_notes, LIM_VOLUME_NOTES);
	assert_string_equal(
	    v.notes[LIM_VOLUME_NOTES - 1].text, "there is more to tell than fits here");
	volume_note(&v, 1, ITEM_UNREAD, "two too many");
	assert_int_equal(v.n_notes, LIM_VOLUME_NOTES);
	volume_done(&v);
}

static void
a_note_is_cut(void **state)
{
	struct volume v = {0};

	(void)state;
	volume_note(&v, 7, ITEM_UNREADABLE, "%400s", "x");
	assert_int_equal(strlen(v.notes[0].text), VOLUME_NOTE_SIZE - 1);
	assert_int_equal(v.notes[0].bytes, 7);
	volume_done(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(notes_end_with_a_word),
	    cmocka_unit_test(a_note_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
