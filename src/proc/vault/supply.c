/* SPDX-License-Identifier: ISC */
#include "src/proc/vault/supply.h"

#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/proc/vault/store.h"

#include <unistd.h>

struct supply_scanner {
	uint64_t tag;
	struct channel *channel;                  /* NULL: a free place */
	struct supply_item wait[LIM_SCAN_WINDOW]; /* a ring */
	size_t first, count;
};

struct supply {
	struct store *store;
	supply_missing_fn *missing;
	void *arg;
	struct supply_scanner scanners[LIM_VAULT_SCANNERS];
};

/* What every engine knows as harmless and must call bad; in no file of ours as a whole. */
static const char *const eicar_halves[2] = {
    "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAND", "ARD-ANTIVIRUS-TEST-FILE!$H+H*"};
static const char supply_good[] =
    "This text is harmless. A scanner that is fit calls it clean.\n";

static void
supply_item_done(struct supply_item *item)
{
	free(item->sha256);
	free(item->text);
	free(item->type);
	free(item->mime);
	*item = (struct supply_item){0};
}

struct supply *
supply_new(struct store *store, supply_missing_fn *missing, void *arg)
{
	struct supply *s = mem_alloc(sizeof(*s));
	s->store = store;
	s->missing = missing;
	s->arg = arg;
	return s;
}

static void
supply_scanner_done(struct supply_scanner *sc)
{
	for (; sc->count > 0; sc->count--) {
		supply_item_done(&sc->wait[sc->first]);
		sc->first = (sc->first + 1) % LIM_SCAN_WINDOW;
	}
	channel_free(sc->channel);
	*sc = (struct supply_scanner){0};
}

struct supply *
supply_free(struct supply *s)
{
	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < LIM_VAULT_SCANNERS; i++)
		supply_scanner_done(&s->scanners[i]);
	free(s);
	return NULL;
}

static struct supply_scanner *
supply_find(struct supply *s, uint64_t tag)
{
	for (size_t i = 0; i < LIM_VAULT_SCANNERS; i++)
		if (s->scanners[i].channel != NULL && s->scanners[i].tag == tag)
			return &s->scanners[i];
	return NULL;
}

enum err
supply_add(struct supply *s, uint64_t tag, struct channel *channel)
{
	if (supply_find(s, tag) != NULL)
		return ERR_EXISTS;
	for (size_t i = 0; i < LIM_VAULT_SCANNERS; i++) {
		if (s->scanners[i].channel != NULL)
			continue;
		s->scanners[i].tag = tag;
		s->scanners[i].channel = channel;
		return ERR_OK;
	}
	return ERR_LIMIT;
}

void
supply_del(struct supply *s, struct channel *channel)
{
	for (size_t i = 0; i < LIM_VAULT_SCANNERS; i++)
		if (s->scanners[i].channel == channel)
			supply_scanner_done(&s->scanners[i]);
}

/* A fresh sealed memfd with a self-test text, and its digest. */
static enum err
supply_open_test(const struct supply_item *item, int *ret_fd, uint64_t *ret_bytes,
    char out_hex[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	MEM_FREE char *text = item->bad ? mem_printf("%s%s", eicar_halves[0], eicar_halves[1])
	                                : mem_strdup(item->text ? item->text : supply_good);
	size_t n = strlen(text);
	int fd = -1;
	enum err e = io_memfd("selftest", text, n, &fd);
	if (e != ERR_OK)
		return e;
	digest_sha256(text, n, digest);
	hex_encode(digest, sizeof(digest), out_hex);
	*ret_fd = fd;
	*ret_bytes = n;
	return ERR_OK;
}

/* What may come out of it: a tenth of the room stays. */
static void
supply_add_room(struct supply *s, const struct supply_item *item, json_t *body)
{
	uint64_t room = store_room_inside(s->store);
	room -= room / 10;
	if (item->room_bytes < room)
		room = item->room_bytes;
	json_object_set_new(body, "room", json_integer((json_int_t)room));
	json_object_set_new(body, "depth", json_integer((json_int_t)item->depth));
}

/* ERR_AGAIN when the scanner cannot take it now; ret_why for everything else. */
static enum err
supply_send(struct supply *s, struct supply_scanner *sc, const struct supply_item *item,
    const char **ret_why)
{
	char sha256[HEX_DIGEST_SIZE];
	uint64_t bytes = 0;
	MEM_CLOSE int fd = -1;
	enum err e;
	if (channel_phase(sc->channel) == PH_HELLO || channel_room(sc->channel) == 0)
		return ERR_AGAIN;
	if (item->sha256 == NULL) {
		e = supply_open_test(item, &fd, &bytes, sha256);
	} else {
		snprintf(sha256, sizeof(sha256), "%s", item->sha256);
		e = store_get(s->store, sha256, &fd, &bytes);
	}
	if (e != ERR_OK) {
		*ret_why = e == ERR_NOTFOUND ? "The object is not in the vault."
		                             : "The object could not be opened.";
		return e;
	}
	json_t *body = json_pack("{s:I,s:s,s:I,s:s,s:s}", "id", (json_int_t)item->id, "sha256",
	    sha256, "size", (json_int_t)bytes, "type", item->type, "mime", item->mime);
	if (item->opens)
		supply_add_room(s, item, body);
	e = channel_send(sc->channel, MSG_SCAN_OBJECT, body, fd);
	if (e != ERR_OK && e != ERR_AGAIN)
		*ret_why = e == ERR_LIMIT
		               ? "The object's description is too long for a message."
		               : "The scanner has gone.";
	return e;
}

/* Sends one item; true when it is dealt with, for better or worse. */
static bool
supply_try(struct supply *s, struct supply_scanner *sc, const struct supply_item *item)
{
	const char *why = "";
	enum err e = supply_send(s, sc, item, &why);
	if (e == ERR_AGAIN)
		return false;
	if (e != ERR_OK)
		s->missing(s->arg, sc->tag, item, e == ERR_CLOSED, why);
	return true;
}

enum err
supply_give(struct supply *s, uint64_t tag, struct supply_item *item)
{
	struct supply_scanner *sc = supply_find(s, tag);
	enum err e = sc == NULL                     ? ERR_NOTFOUND
	             : sc->count == LIM_SCAN_WINDOW ? ERR_LIMIT
	                                            : ERR_OK;
	if (e == ERR_NOTFOUND)
		s->missing(s->arg, tag, item, true, "No scanner has this tag: it has gone.");
	else if (e == ERR_LIMIT)
		s->missing(s->arg, tag, item, false,
		    "More objects were given than a scanner's window.");
	else if (sc->count > 0 || !supply_try(s, sc, item)) {
		sc->wait[(sc->first + sc->count++) % LIM_SCAN_WINDOW] = *item;
		*item = (struct supply_item){0};
	}
	supply_item_done(item);
	return e;
}

bool
supply_pump(struct supply *s)
{
	bool waiting = false;
	for (size_t i = 0; i < LIM_VAULT_SCANNERS; i++) {
		struct supply_scanner *sc = &s->scanners[i];
		if (sc->channel == NULL)
			continue;
		while (sc->count > 0 && supply_try(s, sc, &sc->wait[sc->first])) {
			supply_item_done(&sc->wait[sc->first]);
			sc->first = (sc->first + 1) % LIM_SCAN_WINDOW;
			sc->count--;
		}
		/* One that has not said hello yet is served when it does. */
		waiting |= sc->count > 0 && channel_phase(sc->channel) != PH_HELLO;
	}
	return waiting;
}
