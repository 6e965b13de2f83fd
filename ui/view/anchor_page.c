/* SPDX-License-Identifier: ISC */
/* A page out: six words and what they are of, large enough to be copied without a mistake. */
#include "src/base/io.h"
#include "src/core/note.h"
#include "src/core/sixwords.h"
#include "ui/desk.h"
#include "ui/view/anchors.h"

#include <string.h>

struct anchor_page {
	struct view view;
	char words[SIXWORDS_SIZE];
	char origin[LIM_NOTE_NAME_BYTES + 1];
	uint64_t size;
	char root[HEX_DIGEST_SIZE];
};

static void
anchor_page_draw(struct view *v, const struct area *a)
{
	struct anchor_page *p = (struct anchor_page *)v;
	struct arena *f = v->app->frame;
	char words[SIXWORDS_SIZE], *at = words, *word;
	struct area foot = area_part(a, 13, 2, a->rows - 13, a->cols - 4);
	memcpy(words, p->words, sizeof(words));
	area_put(a, 1, 2, STYLE_HEAD, SAFE("Write on the page, by hand, and compare:"));
	area_cursor(a, 3, 6);
	for (int i = 0; (word = strsep(&at, " ")) != NULL; i++)
		area_put(a, 3 + i / 3 * 2, 6 + i % 3 * 16, STYLE_STRONG,
		    safe_printf(f, "%d  %s", i + 1, word));
	area_put(
	    a, 7, 2, STYLE_PLAIN, safe_printf(f, "Record    %s", safe_text(f, p->origin).text));
	area_put(
	    a, 8, 2, STYLE_PLAIN, safe_printf(f, "Entries   %s", safe_count(f, p->size).text));
	area_put(a, 9, 2, STYLE_PLAIN,
	    safe_printf(f, "Root      %s", safe_digest(f, p->root, 8).text));
	area_put(a, 10, 2, STYLE_PLAIN,
	    safe_printf(f, "          %s", safe_digest(f, p->root + 32, 8).text));
	area_put(a, 11, 2, STYLE_PLAIN, SAFE("Also      date, time, your name and signature"));
	area_words(&foot, 0, 0, 0, STYLE_PLAIN,
	    SAFE("Keep the page where nobody who can reach this station can change it. The "
		 "words are asked for from it; older pages stay good for whoever checks the "
		 "record later."));
}

static struct safe
anchor_page_status(struct view *v, struct arena *f)
{
	const struct anchor_page *p = (const struct anchor_page *)v;
	return safe_printf(f, "An anchor of %s entries; it is recorded that it was given out",
	    safe_count(f, p->size).text);
}

static const struct view_type anchor_page_type = {
    .title = "ANCHOR PAGE",
    .map = MAP_ANCHOR_PAGE,
    .also = MAP_BIT(MAP_ANY),
    .draw = anchor_page_draw,
    .status = anchor_page_status,
};

/* The words are of the text that was signed, by the key that the authority log names. */
static bool
anchor_page_read(
    struct anchor_page *p, const struct custody *authority, const uint8_t *bytes, size_t n)
{
	const struct custody_epoch *epoch;
	struct note_checkpoint c;
	struct note *note;
	if (custody_checkpoint_open(authority, bytes, n, &c, &epoch) != ERR_OK ||
	    epoch == NULL || epoch->number != custody_epoch_count(authority) ||
	    note_parse(bytes, n, &note) != ERR_OK)
		return false;
	sixwords_print(note->text, note->text_len, p->words);
	note_free(note);
	snprintf(p->origin, sizeof(p->origin), "%s", c.origin);
	p->size = c.size;
	hex_encode(c.root, sizeof(c.root), p->root);
	return true;
}

struct view *
anchor_page_view(struct app *app, struct msg *m)
{
	uint8_t *bytes;
	size_t n;
	if (io_memfd_read(m->fd, LIM_TLOG_BYTES, &bytes, &n) != ERR_OK)
		return NULL;
	struct anchor_page *p = view_new(app, &anchor_page_type, sizeof(*p));
	bool good = anchor_page_read(p, app->ui->authority, bytes, n);
	free(bytes);
	if (good)
		return &p->view;
	view_free(&p->view);
	return NULL;
}
