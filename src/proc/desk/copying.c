/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/copying.h"
#include "src/base/buf.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/custody_epoch.h"
#include "src/core/export.h"
#include "src/core/merkle.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/parcel.h"
#include "src/proc/desk/publish.h"
#include "src/proc/desk/session.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COPYING_SILENT "the stager does not take requests"

static void
copying_leave(
    struct session *s, const char *format, const char *folder, const char *name, int fd)
{
	char why[BOOK_WHY_SIZE];
	MEM_FREE char *path = mem_printf("reports/%s/%s", folder, name);
	if (s->copies_to_medium) {
		parcel_answer(s, folder, name, format, fd);
		return;
	}
	enum err e = publish_enter(s->desk, s->officer, format, path, NULL, fd, why);
	if (e != ERR_OK)
		session_fail(s, e, why, NEXT_VERIFY);
	else
		publish(s->desk, s->number, folder, name, fd);
}

/* --- the bundle of a transfer --------------------------------------------------------- */

static void
copying_bundle(struct session *s, const struct msg *m)
{
	const char *transfer = msg_str(m, "transfer");
	if (transfer == NULL || custody_transfer_find(s->desk->custody, transfer) == NULL)
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
	else if (channel_send(s->desk->stager, MSG_STAGE_BUNDLE,
		     json_pack(
			 "{s:s, s:I}", "transfer", transfer, "req", (json_int_t)s->number),
		     -1) != ERR_OK)
		session_refuse(s, 3, COPYING_SILENT, "try again in a moment");
}

void
copying_bundled(struct desk *d, struct msg *m)
{
	struct session *s = session_find(d, msg_uint(m, "req"));
	char name[LIM_EXPORT_FILE_BYTES];
	if (s == NULL)
		return;
	snprintf(name, sizeof(name), "bundle-%08ju.tar", (uintmax_t)msg_uint(m, "size"));
	copying_leave(s, "bundle", msg_str(m, "transfer"), name, m->fd);
}

void
copying_not_bundled(struct desk *d, struct msg *m)
{
	struct session *s = session_find(d, msg_uint(m, "req"));
	if (s != NULL)
		session_refuse(s, 3, msg_str(m, "why"), msg_str(m, "next"));
}

/* --- the ledger ------------------------------------------------------------------------ */

static void
copying_add_document(json_t *list, const char *sha256)
{
	if (sha256[0] == '\0')
		return;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), sha256) == 0)
			return;
	json_array_append_new(list, json_string(sha256));
}

/* What was sealed for these transfers; NULL when one is none. */
static json_t *
copying_documents(struct desk *d, const json_t *transfers)
{
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(transfers); i++) {
		const char *id = json_string_value(json_array_get(transfers, i));
		const struct custody_transfer *t =
		    id != NULL ? custody_transfer_find(d->custody, id) : NULL;
		if (t == NULL) {
			json_decref(list);
			return NULL;
		}
		copying_add_document(list, t->inventory);
		copying_add_document(list, t->findings);
		copying_add_document(list, t->policy);
	}
	return list;
}

static void
copying_ledger(struct session *s, const struct msg *m)
{
	char why[BOOK_WHY_SIZE], name[LIM_EXPORT_FILE_BYTES];
	json_t *documents = copying_documents(s->desk, json_object_get(m->body, "documents"));
	uint64_t size = 0;
	MEM_CLOSE int fd = -1;
	if (documents == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return;
	}
	const bool packed = json_array_size(documents) > 0;
	enum err e = book_copy(s->desk, documents, &fd, &size, why);
	if (e != ERR_OK) {
		session_fail(s, e, why, NEXT_CHECKS);
		return;
	}
	snprintf(name, sizeof(name), "ledger-%08ju.%s", (uintmax_t)size, packed ? "tar" : "db");
	copying_leave(s, "ledger", EXPORT_RECORD, name, fd);
}

/* --- the leaves of a log --------------------------------------------------------------- */

/* `size` leaves of the log of this origin, the first of them at that place. */
static void
copying_add_leaves(const struct custody *c, enum transfer_log log, const char *origin,
    uint64_t place, uint64_t size, struct buf *text)
{
	char hex[HEX_DIGEST_SIZE];
	uint8_t root[MERKLE_SIZE];
	merkle_root_of(custody_leaf(c, log, place), size, root);
	hex_encode(root, sizeof(root), hex);
	buf_addf(text, "# %s\n# %ju leaves, root %s\n", origin, (uintmax_t)size, hex);
	for (uint64_t i = place; i < place + size; i++) {
		hex_encode(custody_leaf(c, log, i), MERKLE_SIZE, hex);
		buf_add_str(text, hex);
		buf_add_byte(text, '\n');
	}
}

/* Of the custody log that of each epoch, one after the other. */
static enum err
copying_print_leaves(const struct custody *c, enum transfer_log log, int *ret_fd)
{
	const struct custody_epoch *epoch;
	struct buf text;
	buf_init(&text, LIM_SEALED_BYTES);
	if (log == LOG_AUTHORITY)
		copying_add_leaves(
		    c, log, custody_origin(c, log), 0, custody_size(c, log), &text);
	for (size_t i = 0; log == LOG_CUSTODY && (epoch = custody_epoch_at(c, i)) != NULL; i++)
		if (epoch->size > 0)
			copying_add_leaves(
			    c, log, epoch->origin, epoch->base, epoch->size, &text);
	enum err e = text.error;
	if (e == ERR_OK)
		e = io_memfd("leaves", text.data, text.len, ret_fd);
	buf_done(&text);
	return e;
}

static void
copying_leaves(struct session *s, const struct msg *m)
{
	const char *word = msg_str(m, "log");
	char name[LIM_EXPORT_FILE_BYTES];
	MEM_CLOSE int fd = -1;
	if (word == NULL || (strcmp(word, "authority") != 0 && strcmp(word, "custody") != 0)) {
		session_refuse(s, 2, "there is no such log", "use authority or custody");
		return;
	}
	const enum transfer_log log = word[0] == 'a' ? LOG_AUTHORITY : LOG_CUSTODY;
	const uint64_t size = custody_places(s->desk->custody, log);
	if (copying_print_leaves(s->desk->custody, log, &fd) != ERR_OK) {
		session_refuse(s, 3, "the list of leaves is too long, or there is no memory",
		    "copy the ledger instead");
		return;
	}
	const struct custody_epoch *epoch = custody_epoch_now(s->desk->custody);
	char which[16] = "";
	if (log == LOG_CUSTODY && epoch->number > 1)
		snprintf(which, sizeof(which), "%u-", epoch->number);
	snprintf(name, sizeof(name), "leaves-%s-%s%08ju.txt", word, which, (uintmax_t)size);
	copying_leave(s, "leaves", EXPORT_RECORD, name, fd);
}

void
copying_answer(struct session *s, struct msg *m)
{
	static const struct {
		const char *what;
		void (*fn)(struct session *, const struct msg *);
	} rows[] = {
	    {"bundle", copying_bundle}, {"ledger", copying_ledger}, {"leaves", copying_leaves}};
	s->copies_to_medium = msg_bool(m, "medium");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].what, msg_str(m, "what")) == 0) {
			rows[i].fn(s, m);
			return;
		}
	session_refuse(
	    s, 2, "there is no such part of the record", "use bundle, ledger or leaves");
}
