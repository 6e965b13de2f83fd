/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/purge.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/inventory.h"
#include "src/core/policy.h"
#include "src/proc/desk/book.h"

#include <stdio.h>
#include <string.h>

#define PURGE_DAY_S 86400

/* Digests, sorted when all are in. */
struct purge_list {
	uint8_t (*digests)[32];
	size_t n, cap;
};

static void
purge_add(struct purge_list *l, const uint8_t sha256[32])
{
	if (l->n == l->cap) {
		l->cap = l->cap < 64 ? 64 : l->cap * 2;
		l->digests = mem_resize(l->digests, l->cap, sizeof(*l->digests));
	}
	memcpy(l->digests[l->n++], sha256, 32);
}

static int
purge_compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static void
purge_sort(struct purge_list *l)
{
	if (l->n > 0)
		qsort(l->digests, l->n, sizeof(*l->digests), purge_compare);
}

static bool
purge_has(const struct purge_list *l, const uint8_t sha256[32])
{
	return l->n > 0 &&
	       bsearch(sha256, l->digests, l->n, sizeof(*l->digests), purge_compare) != NULL;
}

/* Every object of a transfer goes to this list. */
static enum err
purge_all_of(struct desk *d, const char *transfer, struct purge_list *to)
{
	struct work *work;
	uint8_t sha256[32] = {0}; /* nobody's digest */
	enum err e = desk_work(d, transfer, &work);
	if (e != ERR_OK)
		return e;
	while ((e = work_bytes_next(work, sha256, sha256)) == ERR_OK)
		purge_add(to, sha256);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Objects of a sealed transfer go by the outcome of their items. */
static enum err
purge_sealed(struct desk *d, const struct custody_transfer *t, const struct policy *policy,
    int64_t age_days, struct purge_list *may_go, struct purge_list *keep)
{
	uint8_t *bytes;
	size_t n;
	struct inventory *inventory;
	const struct inventory_item *it;
	char why[INVENTORY_WHY_SIZE];
	enum err e = book_get(d, t->inventory, &bytes, &n);
	if (e != ERR_OK)
		return e;
	e = inventory_open(bytes, n, &inventory, why);
	if (e != ERR_OK) {
		free(bytes);
		return e;
	}
	bool closed = t->facts.state != TRANSFER_RELEASED;
	while ((e = inventory_next(inventory, &it)) == ERR_OK) {
		uint8_t sha256[32];
		if (!hex_decode(it->sha256, strlen(it->sha256), sha256, 32))
			continue;
		bool over = age_days >= (int64_t)policy->keep_days[it->outcome];
		bool released = it->outcome == ITEM_OUT_RELEASED;
		purge_add(over && (closed || released) ? may_go : keep, sha256);
	}
	inventory_free(inventory);
	free(bytes);
	/* of an earlier reading of the medium, when it was another one: no item has them */
	if (closed && age_days >= (int64_t)policy->keep_days[ITEM_OUT_REJECTED])
		(void)purge_all_of(d, t->id, may_go);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err
purge_transfer(struct desk *d, const struct custody_transfer *t, struct purge_list *may_go,
    struct purge_list *keep, char *why)
{
	struct policy *policy;
	int64_t changed = 0;
	enum transfer_state state = t->facts.state;
	if (state == TRANSFER_OPEN || state == TRANSFER_READING) {
		/* the vault may have more of it than the desk has heard of */
		snprintf(
		    why, BOOK_WHY_SIZE, "%s is being read; purge when that has ended", t->id);
		return ERR_STATE;
	}
	enum err e = ERR_OK;
	if (state != TRANSFER_RELEASED && !transfer_state_ended(state)) {
		if ((e = purge_all_of(d, t->id, keep)) != ERR_OK)
			snprintf(why, BOOK_WHY_SIZE,
			    "the objects of %s cannot be listed, and it is not finished; abort "
			    "it, then purge",
			    t->id);
		return e;
	}
	e = book_policy(d, t->policy, &policy, why);
	if (e != ERR_OK)
		return e;
	clock_parse(t->changed_at, &changed);
	int64_t age_days = (clock_wall_s() - changed) / PURGE_DAY_S;
	if (state == TRANSFER_ABORTED) {
		e = purge_all_of(d, t->id,
		    age_days >= (int64_t)policy->keep_days[ITEM_OUT_REJECTED] ? may_go : keep);
		/* what nobody can list any more holds nothing in the vault, and stops nobody */
		if (e != ERR_OK) {
			log_warn("the objects of %s, which was aborted, cannot be listed: %s",
			    t->id, err_str(e));
			e = ERR_OK;
		}
	} else {
		e = purge_sealed(d, t, policy, age_days, may_go, keep);
	}
	policy_free(policy);
	return e;
}

/* One digest a line, each once, none that is kept. */
static void
purge_print(const struct purge_list *may_go, const struct purge_list *keep, struct buf *out)
{
	for (size_t i = 0; i < may_go->n; i++) {
		char text[HEX_DIGEST_SIZE];
		bool again =
		    i > 0 && memcmp(may_go->digests[i], may_go->digests[i - 1], 32) == 0;
		if (again || purge_has(keep, may_go->digests[i]))
			continue;
		hex_encode(may_go->digests[i], 32, text);
		buf_add_str(out, text);
		buf_add_byte(out, '\n');
	}
}

static enum err
purge_do(struct desk *d, const struct buf *list, struct purge_result *ret_result, char *why)
{
	static const enum msg_id answers[] = {MSG_VAULT_PURGED, MSG_NONE};
	char digest[HEX_DIGEST_SIZE];
	struct msg m;
	MEM_CLOSE int fd = -1;
	/* the list is in the ledger before anything goes */
	enum err e = book_put(d, list->data, list->len, digest, why);
	if (e == ERR_OK)
		e = io_memfd("purge", list->data, list->len, &fd);
	if (e != ERR_OK)
		return e;
	if (channel_call(d->vault, MSG_VAULT_PURGE, NULL, fd, answers, &m) != ERR_OK)
		log_fatal("the vault does not answer");
	struct purge_result r = {msg_uint(&m, "objects"), msg_uint(&m, "bytes")};
	msg_done(&m);
	if (r.objects > 0)
		e = book_event(d, "vault.purge", "station",
		    json_pack("{s:I, s:s, s:I}", "bytes", (json_int_t)r.bytes, "list", digest,
			"objects", (json_int_t)r.objects),
		    why);
	if (e == ERR_OK)
		*ret_result = r;
	return e;
}

enum err
purge_by_policy(struct desk *d, struct purge_result *ret_result, char *why)
{
	struct purge_list may_go = {0}, keep = {0};
	struct buf list;
	enum err e = ERR_OK;
	snprintf(why, BOOK_WHY_SIZE, "a transfer's objects cannot be listed");
	for (size_t i = 0; i < custody_transfer_count(d->custody) && e == ERR_OK; i++)
		e = purge_transfer(d, custody_transfer_at(d->custody, i), &may_go, &keep, why);
	purge_sort(&may_go);
	purge_sort(&keep);
	buf_init(&list, LIM_SEALED_BYTES);
	if (e == ERR_OK)
		purge_print(&may_go, &keep, &list);
	if (e == ERR_OK && list.len > 0)
		e = purge_do(d, &list, ret_result, why);
	else if (e == ERR_OK)
		*ret_result = (struct purge_result){0, 0};
	buf_done(&list);
	free(may_go.digests);
	free(keep.digests);
	return e;
}

void
purge_advice(struct desk *d, char *out, size_t size)
{
	char why[BOOK_WHY_SIZE];
	struct buf names;
	buf_init(&names, size / 2);
	for (size_t i = 0; i < custody_transfer_count(d->custody); i++) {
		const struct custody_transfer *t = custody_transfer_at(d->custody, i);
		struct purge_list may_go = {0}, keep = {0};
		if (purge_transfer(d, t, &may_go, &keep, why) == ERR_OK && may_go.n > 0)
			buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", t->id);
		free(may_go.digests);
		free(keep.digests);
	}
	if (names.len > 0)
		snprintf(out, size, "purge may remove what is left of %s", buf_str(&names));
	else
		snprintf(out, size,
		    "policy keeps all it holds: close or abort finished transfers, then purge");
	buf_done(&names);
}
