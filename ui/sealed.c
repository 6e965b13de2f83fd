/* SPDX-License-Identifier: ISC */
#include "ui/sealed.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/base/clock.h"
#include "src/core/addendum.h"
#include "src/core/digest.h"
#include "src/core/field.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>
#include <sys/mman.h>

#define SEALED_REST_ITEMS 8192      /* between two times that read pages are let go */
#define SEALED_REST_BYTES (4 << 20) /* the same while they are hashed */

static bool
sealed_digest_is(const uint8_t *bytes, size_t n, const char *hex)
{
	uint8_t sha256[DIGEST_SIZE], said[DIGEST_SIZE];
	digest_sha256(bytes, n, sha256);
	return hex_decode(hex, strlen(hex), said, sizeof(said)) &&
	       memcmp(sha256, said, sizeof(said)) == 0;
}

void
sealed_rest(const struct sealed *s)
{
	if (s->inventory != NULL)
		madvise((void *)(uintptr_t)s->inventory, s->inventory_len, MADV_DONTNEED);
}

/* Its digest is the one it was announced with; never all of it in memory at once. */
static bool
sealed_inventory_is(const struct sealed *s)
{
	uint8_t sha256[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	struct digest *d = digest_new();
	for (size_t at = 0, n; at < s->inventory_len; at += n) {
		n = s->inventory_len - at < SEALED_REST_BYTES ? s->inventory_len - at
		                                              : SEALED_REST_BYTES;
		digest_add(d, s->inventory + at, n);
		sealed_rest(s);
	}
	digest_final(d, sha256);
	digest_free(d);
	hex_encode(sha256, sizeof(sha256), hex);
	return strcmp(hex, s->inventory_hex) == 0;
}

const char *
sealed_take_inventory(struct sealed *s, struct msg *m)
{
	snprintf(s->inventory_hex, sizeof(s->inventory_hex), "%s", msg_str(m, "inventory"));
	snprintf(s->findings_hex, sizeof(s->findings_hex), "%s", msg_str(m, "findings"));
	snprintf(s->policy_hex, sizeof(s->policy_hex), "%s", msg_str(m, "policy"));
	snprintf(s->scan_hex, sizeof(s->scan_hex), "%s", msg_str(m, "scan"));
	snprintf(s->dest, sizeof(s->dest), "%s", msg_str(m, "dest"));
	json_decref(s->fields);
	json_decref(s->classes);
	s->fields = json_incref(json_object_get(m->body, "fields"));
	s->classes = json_incref(json_object_get(m->body, "classes"));
	if (field_digest(s->fields, s->classes, s->fields_hex) != ERR_OK)
		return "the fields have no digest";
	if (msg_str(m, "addendum") != NULL && msg_str(m, "addendum_document") != NULL) {
		snprintf(
		    s->addendum_hex, sizeof(s->addendum_hex), "%s", msg_str(m, "addendum"));
		snprintf(s->addendum_document_hex, sizeof(s->addendum_document_hex), "%s",
		    msg_str(m, "addendum_document"));
	}
	if (io_memfd_map(m->fd, LIM_SEALED_BYTES, &s->inventory, &s->inventory_len) != ERR_OK)
		return "the inventory is not sealed, or cannot be read";
	if (!sealed_inventory_is(s))
		return "the inventory is not the one the desk named";
	return NULL;
}

const char *
sealed_take_policy(struct sealed *s, struct msg *m)
{
	if (io_memfd_read(m->fd, LIM_POLICY_BYTES, &s->policy, &s->policy_len) != ERR_OK)
		return "the policy is not sealed, or cannot be read";
	if (!sealed_digest_is(s->policy, s->policy_len, s->policy_hex))
		return "the policy is not the one the desk named";
	return NULL;
}

/* The inventory is of this transfer and policy. */
static const char *
sealed_check_header(const struct sealed *s, const char *transfer, char why[RELEASE_WHY_SIZE])
{
	struct inventory *inventory;
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return why;
	const struct inventory_header *h = inventory_header(inventory);
	bool same = strcmp(h->transfer, transfer) == 0 && strcmp(h->policy, s->policy_hex) == 0;
	inventory_free(inventory);
	return same ? NULL : "the inventory is of another transfer or policy";
}

/* --- exceptions and addenda -------------------------------------------------------------- */

bool
sealed_has_exceptions(const struct sealed *s)
{
	char why[INVENTORY_WHY_SIZE];
	struct inventory *inventory;
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return false;
	bool some = inventory_header(inventory)->nexceptions > 0;
	inventory_free(inventory);
	return some;
}

static const char *
sealed_check_exception(
    const struct custody *authority, const struct exception *said, char why[RELEASE_WHY_SIZE])
{
	const struct custody_exception *x = custody_exception_find(authority, said->leaf);
	if (x == NULL || !exception_same(&x->exception, said))
		snprintf(why, RELEASE_WHY_SIZE,
		    "it was sealed with an exception that the authority log does not have: "
		    "%.16s...",
		    said->leaf);
	else if (!custody_exception_holds(
		     x, custody_size(authority, LOG_AUTHORITY), clock_wall_s()))
		snprintf(why, RELEASE_WHY_SIZE,
		    "it was sealed with an exception that does not hold any more: %.16s...",
		    said->leaf);
	else
		return NULL;
	return why;
}

const char *
sealed_check_exceptions(
    struct sealed *s, const struct custody *authority, char why[RELEASE_WHY_SIZE])
{
	struct inventory *inventory;
	const char *wrong = NULL;
	if (inventory_open(s->inventory, s->inventory_len, &inventory, why) != ERR_OK)
		return why;
	const struct inventory_header *h = inventory_header(inventory);
	json_decref(s->exceptions);
	s->exceptions = h->nexceptions > 0 ? json_array() : NULL;
	for (size_t i = 0; i < h->nexceptions && wrong == NULL; i++) {
		wrong = sealed_check_exception(authority, &h->exceptions[i], why);
		json_array_append_new(s->exceptions, json_string(h->exceptions[i].leaf));
	}
	inventory_free(inventory);
	return wrong;
}

const char *
sealed_take_addendum(
    struct sealed *s, const char *transfer, struct msg *m, char why[RELEASE_WHY_SIZE])
{
	uint8_t *bytes;
	size_t n;
	struct addendum a = {.transfer = ""};
	void *memory = NULL;
	char words[ADDENDUM_WHY_SIZE] = "it is another one than the desk named";
	if (io_memfd_read(m->fd, LIM_SEALED_BYTES, &bytes, &n) != ERR_OK)
		return "the addendum is not sealed, or cannot be read";
	enum err e = ERR_DENIED;
	if (sealed_digest_is(bytes, n, s->addendum_document_hex))
		e = addendum_walk(bytes, n, &a, &memory, NULL, NULL, words);
	if (e == ERR_OK) {
		struct addendum said = a;
		said.transfer = transfer;
		said.inventory = s->inventory_hex;
		said.worse = 0;
		e = addendum_check(bytes, n, &said, s->inventory, s->inventory_len, words);
	}
	s->addendum_objects = a.objects;
	s->addendum_changed = a.changed;
	addendum_free(memory);
	free(bytes);
	if (e == ERR_OK)
		return NULL;
	snprintf(why, RELEASE_WHY_SIZE, "the addendum does not hold: %.300s", words);
	return why;
}

/* --- the manifest ------------------------------------------------------------------------ */

struct sealed_walk {
	struct sealed *sealed;
	bool (*each)(void *arg, const struct inventory_item *);
	void *arg;
};

static bool
sealed_item(void *arg, const struct inventory_item *it)
{
	struct sealed_walk *w = arg;
	account_add(&w->sealed->account, it);
	if (w->sealed->account.items % SEALED_REST_ITEMS == 0)
		sealed_rest(w->sealed);
	return w->each == NULL || w->each(w->arg, it);
}

const char *
sealed_derive(struct sealed *s, const char *transfer,
    bool (*each)(void *arg, const struct inventory_item *), void *arg,
    char why[RELEASE_WHY_SIZE])
{
	struct release_manifest *m;
	struct sealed_walk walk = {s, each, arg};
	const char *wrong = sealed_check_header(s, transfer, why);
	if (wrong != NULL)
		return wrong;
	if (release_manifest_with(s->inventory, s->inventory_len, s->policy, s->policy_len,
		sealed_item, &walk, &m, why) != ERR_OK)
		return why;
	hex_encode(m->sha256, DIGEST_SIZE, s->manifest_hex);
	hex_encode(m->root, DIGEST_SIZE, s->root_hex);
	s->items = m->items;
	s->files = m->nfiles;
	s->links = m->nlinks;
	s->bytes = m->bytes;
	s->approvals = m->approvals;
	release_manifest_free(m);
	sealed_rest(s);
	return s->account.items == s->items && account_adds_up(&s->account)
	           ? NULL
	           : "the inventory does not account for every item";
}

void
sealed_done(struct sealed *s)
{
	if (s->inventory != NULL)
		munmap((void *)(uintptr_t)s->inventory, s->inventory_len);
	free(s->policy);
	json_decref(s->fields);
	json_decref(s->classes);
	json_decref(s->exceptions);
	*s = (struct sealed){.inventory = NULL};
}

/* --- for one who waits -------------------------------------------------------------------- */

static int
sealed_ask(struct ui *ui, struct sealed *s, enum msg_id id, const char *key, const char *value,
    enum msg_id answer, const char *(*take)(struct sealed *, struct msg *))
{
	struct msg m;
	int status = desk_call(ui, id, json_pack("{s:s}", key, value), -1, answer, &m);
	if (status != UI_DONE)
		return status;
	const char *wrong = take(s, &m);
	msg_done(&m);
	if (wrong == NULL)
		return UI_DONE;
	print_problem(wrong, SEALED_NEXT);
	return UI_FAULT;
}

static int
sealed_ask_addendum(struct ui *ui, const char *transfer, struct sealed *s)
{
	struct msg m;
	char why[RELEASE_WHY_SIZE];
	int status = desk_call(ui, MSG_UI_GET,
	    json_pack("{s:s}", "sha256", s->addendum_document_hex), -1, MSG_DESK_DOC, &m);
	if (status != UI_DONE)
		return status;
	const char *wrong = sealed_take_addendum(s, transfer, &m, why);
	msg_done(&m);
	if (wrong == NULL)
		return UI_DONE;
	print_problem(wrong, SEALED_NEXT);
	return UI_FAULT;
}

int
sealed_get(struct ui *ui, const char *transfer, struct sealed *ret)
{
	char why[RELEASE_WHY_SIZE];
	*ret = (struct sealed){.inventory = NULL};
	int status = sealed_ask(
	    ui, ret, MSG_UI_SEAL, "transfer", transfer, MSG_DESK_SEALED, sealed_take_inventory);
	if (status == UI_DONE)
		status = sealed_ask(ui, ret, MSG_UI_GET, "sha256", ret->policy_hex,
		    MSG_DESK_DOC, sealed_take_policy);
	if (status != UI_DONE)
		return status;
	if (sealed_has_exceptions(ret))
		status = desk_refresh(ui);
	if (status == UI_DONE && ret->addendum_hex[0] != '\0')
		status = sealed_ask_addendum(ui, transfer, ret);
	if (status != UI_DONE)
		return status;
	const char *wrong = sealed_check_exceptions(ret, ui->authority, why);
	if (wrong == NULL)
		wrong = sealed_derive(ret, transfer, NULL, NULL, why);
	if (wrong == NULL)
		return UI_DONE;
	print_problem(wrong, SEALED_NEXT);
	return UI_FAULT;
}

json_t *
sealed_approval(const struct sealed *s, unsigned slot)
{
	json_t *data = json_pack(
	    "{s:s, s:s, s:s, s:s, s:{s:I, s:s}, s:{s:I, s:I, s:s, s:s}, s:s, s:s, s:I}", "dest",
	    s->dest, "dir", "in", "expires", "", "findings", s->findings_hex, "inventory",
	    "items", (json_int_t)s->items, "sha256", s->inventory_hex, "manifest", "bytes",
	    (json_int_t)s->bytes, "files", (json_int_t)s->files, "root", s->root_hex, "sha256",
	    s->manifest_hex, "policy", s->policy_hex, "scan", s->scan_hex, "slot",
	    (json_int_t)slot);
	if (s->fields_hex[0] != '\0')
		json_object_set_new(data, "fields", json_string(s->fields_hex));
	if (s->exceptions != NULL)
		json_object_set(data, "exceptions", s->exceptions);
	if (s->addendum_hex[0] != '\0')
		json_object_set_new(data, "addendum", json_string(s->addendum_hex));
	return data;
}

/* --- questions about an item -------------------------------------------------------------- */

bool
sealed_must_look(const struct inventory_item *it)
{
	return it->outcome == ITEM_OUT_RELEASED &&
	       (finding_worst_severity(&it->worst) >= FINDING_MEDIUM ||
		   it->proposed != POLICY_PASS || it->nexceptions > 0);
}

const char *
sealed_loss(const struct inventory_item *it)
{
	bool approved = it->decision == ITEM_APPROVE;
	if (it->kind == ITEM_LINK)
		return approved && it->outcome != ITEM_OUT_RELEASED ? "link that leads nowhere"
		                                                    : NULL;
	if (it->kind == ITEM_FIFO || it->kind == ITEM_SOCKET || it->kind == ITEM_CHAR ||
	    it->kind == ITEM_BLOCK)
		return "not made again";
	if (it->outcome != ITEM_OUT_RELEASED)
		return NULL;
	if ((it->mode & 07000) != 0)
		return "loses set-user, set-group or sticky";
	return inventory_compare(it->path, it->dest) != 0 ? "renamed" : NULL;
}
