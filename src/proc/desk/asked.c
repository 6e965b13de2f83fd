/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/asked.h"
#include "db/work.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/request.h"
#include "src/core/sshsig.h"
#include "src/ipc/sandbox.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/tag.h"

#include <stdio.h>
#include <string.h>

#define ASKED_TEXT_CELLS 256 /* of a text of the request in an entry */
#define ASKED_NAME_CELLS 160 /* of a missing name */
#define ASKED_WHY_SIZE   512

/* What became of a name: the most that any item says of it. */
enum asked_met { ASKED_MISSING, ASKED_LEFT /* by an officer */, ASKED_MET };

struct asked {
	struct desk *desk;
	struct work *work;
	void (*fn)(void *arg);
	void *arg;
	char requester[LIM_PERSON_ID_BYTES + 1];
	bool given;   /* documents of the ledger, not objects */
	bool several; /* volumes: paths begin with v1/ */
	char document[HEX_DIGEST_SIZE], signature[HEX_DIGEST_SIZE]; /* signature may be "" */
	uint64_t items[2]; /* on the medium: the request and its signature; 0: none */
	uint64_t tag;
	struct channel *channel;
	int timer;
	bool over, said;
	/* what it says */
	struct request *request; /* NULL: it could not be read */
	const char *signed_word; /* "signed", "other key", "wrong", "no" */
	char key[SSHSIG_FINGERPRINT_SIZE];
	char why[ASKED_WHY_SIZE];
	/* against the items */
	uint8_t *met; /* of each name: enum asked_met */
	uint64_t asked, differ, other;
};

/* Where a request lies on the medium, and its signature (0: none). */
struct asked_place {
	uint64_t items[2];
	char sha256[2][HEX_DIGEST_SIZE]; /* "" when it was not read */
};

static void
asked_stop(struct asked *a)
{
	loop_del_timer(a->desk->loop, a->timer);
	a->timer = 0;
	if (a->channel != NULL)
		loop_del_channel(a->desk->loop, a->channel);
	a->channel = channel_free(a->channel);
	if (a->tag != 0) {
		tag_kill(a->desk, a->tag);
		tag_drop(a->desk, a->tag);
	}
	a->tag = 0;
}

struct asked *
asked_free(struct asked *a)
{
	if (a == NULL)
		return NULL;
	asked_stop(a);
	request_free(a->request);
	free(a->met);
	free(a);
	return NULL;
}

/* It was read, or cannot be: whoever waits goes on.  May free it. */
static void
asked_end(struct asked *a)
{
	asked_stop(a);
	a->over = true;
	a->fn(a->arg);
}

static void
asked_fail(struct asked *a, const char *why)
{
	a->request = request_free(a->request);
	snprintf(a->why, sizeof(a->why), "the request cannot be read: %s", why);
	asked_end(a);
}

/* --- what it says ----------------------------------------------------------------- */

/* Who is enrolled with this key, besides the requester; NULL: nobody. */
static const struct custody_person *
asked_signer(const struct asked *a, const uint8_t public[SSHSIG_PUBLIC_SIZE])
{
	for (size_t i = 0; i < custody_person_count(a->desk->custody); i++) {
		const struct custody_person *p = custody_person_at(a->desk->custody, i);
		if (p->has_key && memcmp(p->public_key, public, SSHSIG_PUBLIC_SIZE) == 0)
			return p;
	}
	return NULL;
}

/* Whose signature it is: the authority log knows the keys. */
static void
asked_take_signature(struct asked *a, const char *signature, const char *key)
{
	const struct custody_person *p = custody_person_find(a->desk->custody, a->requester);
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	const char *name = a->requester;
	if (strcmp(signature, "fits") == 0 && sshsig_public_parse(key, public) == ERR_OK) {
		sshsig_fingerprint(public, a->key);
		bool its = p != NULL && p->has_key &&
		           memcmp(p->public_key, public, sizeof(public)) == 0;
		a->signed_word = its ? "signed" : "other key";
		snprintf(a->why, sizeof(a->why),
		    its ? "signed by %s (enrolled key)"
		    : p != NULL && p->has_key
			? "signed with another key than the one enrolled for %s"
			: "signed, but no key is enrolled for %s",
		    name);
		const struct custody_person *who = its ? NULL : asked_signer(a, public);
		size_t n = strlen(a->why);
		if (who != NULL)
			snprintf(
			    a->why + n, sizeof(a->why) - n, "; it is the key of %s", who->id);
	} else if (strcmp(signature, "none") == 0) {
		a->signed_word = "no";
		snprintf(a->why, sizeof(a->why), "not signed");
	} else {
		a->signed_word = "wrong";
		snprintf(a->why, sizeof(a->why), "the signature does not fit");
	}
}

static void
asked_take_texts(struct asked *a, const json_t *texts)
{
	for (unsigned t = 0; a->request != NULL && t < REQUEST_TEXT__MAX; t++) {
		const char *text = json_string_value(
		    json_object_get(texts, request_text_name((enum request_text)t)));
		/* "" is right for what is not needed, and was refused there for the rest */
		if (text == NULL ||
		    (text[0] != '\0' &&
			request_set(a->request, (enum request_text)t, text) != ERR_OK))
			a->request = request_free(a->request);
	}
	const json_t *fields = json_object_get(texts, "fields");
	if (a->request != NULL && fields != NULL &&
	    request_set_fields(a->request, fields) != ERR_OK)
		a->request = request_free(a->request);
}

static void
asked_on_says(struct asked *a, struct msg *m)
{
	/* a program that was taken over does not take back what it said of the signature */
	if (a->said) {
		asked_fail(a, "the program that reads it said twice what it says");
		return;
	}
	a->said = true;
	asked_take_signature(a, msg_str(m, "signature"), msg_str(m, "key"));
	if (!msg_bool(m, "ok")) {
		MEM_FREE char *why = escape_checked(msg_str(m, "why"));
		asked_fail(a, why);
		return;
	}
	request_free(a->request);
	a->request = request_new();
	asked_take_texts(a, json_object_get(m->body, "texts"));
	if (a->request == NULL) {
		asked_fail(a, "its texts are not of the form");
		return;
	}
	const char *says = a->request->texts[REQUEST_REQUESTER];
	size_t n = strlen(a->why);
	if (strcmp(says, a->requester) != 0)
		snprintf(a->why + n, sizeof(a->why) - n,
		    "; it is a request of %s, and this transfer is for %s", says, a->requester);
}

static bool
asked_add_file(struct asked *a, const json_t *row)
{
	struct request_file f = {.name = NULL};
	const char *name = json_string_value(json_object_get(row, "name"));
	const char *sha256 = json_string_value(json_object_get(row, "sha256"));
	const json_t *bytes = json_object_get(row, "bytes");
	if (name == NULL || strlen(name) >= HEX_B64_SIZE(LIM_PATH_BYTES))
		return false;
	MEM_FREE uint8_t *raw = mem_alloc(strlen(name) + 1);
	f.name = raw;
	f.has_sha256 = sha256 != NULL;
	f.has_bytes = bytes != NULL;
	f.bytes = (uint64_t)json_integer_value(bytes);
	return hex_b64_decode(name, strlen(name), raw, &f.name_len) &&
	       (sha256 == NULL || hex_decode(sha256, strlen(sha256), f.sha256, 32)) &&
	       json_integer_value(bytes) >= 0 && request_add(a->request, &f) == ERR_OK;
}

static void
asked_on_files(struct asked *a, struct msg *m)
{
	size_t i;
	const json_t *row;
	json_array_foreach (json_object_get(m->body, "rows"), i, row) {
		if (a->request != NULL && asked_add_file(a, row))
			continue;
		asked_fail(a, "its list is not of the form");
		return;
	}
}

static void
asked_on_end(struct asked *a)
{
	if (a->request != NULL && request_settle(a->request) == ERR_OK)
		asked_end(a);
	else
		asked_fail(a, "its list is not of the form");
}

/* --- the process ------------------------------------------------------------------ */

static void
asked_send_document(struct asked *a, const char *kind, const char *sha256)
{
	MEM_CLOSE int fd = -1;
	if (sha256[0] != '\0' && book_get_fd(a->desk, sha256, &fd) == ERR_OK)
		channel_send(
		    a->channel, MSG_REQUEST_INPUT, json_pack("{s:s}", "kind", kind), fd);
}

static void
asked_give(struct asked *a, int id, const char *sha256)
{
	channel_send(a->desk->vault, MSG_VAULT_GIVE,
	    json_pack("{s:I, s:i, s:s, s:s, s:s}", "tag", (json_int_t)a->tag, "id", id,
		"sha256", sha256, "type", "", "mime", ""),
	    -1);
}

static void
asked_on_hello(struct asked *a, struct msg *m)
{
	bool sandboxed = false;
	int objects = 0;
	if (channel_accept_hello(a->channel, m, &sandboxed) != ERR_OK ||
	    (!sandboxed && sandbox_active())) {
		asked_fail(a, "the program for it speaks another protocol, or has no sandbox");
		return;
	}
	if (a->given) {
		asked_send_document(a, "request", a->document);
		asked_send_document(a, "signature", a->signature);
	} else {
		objects = a->signature[0] != '\0' ? 2 : 1;
		asked_give(a, 1, a->document);
		if (objects == 2)
			asked_give(a, 2, a->signature);
	}
	channel_send(a->channel, MSG_REQUEST_READ, json_pack("{s:i}", "objects", objects), -1);
}

static void
asked_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct asked *a = arg;
	(void)ch;
	if (m->id == MSG_HELLO)
		asked_on_hello(a, m);
	else if (m->id == MSG_REQUEST_SAYS)
		asked_on_says(a, m);
	else if (m->id == MSG_REQUEST_FILES)
		asked_on_files(a, m);
	else if (m->id == MSG_REQUEST_END)
		asked_on_end(a);
}

static void
asked_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)ch;
	(void)why;
	asked_fail(arg, "the program that reads it ended while at work");
}

static void
asked_on_late(void *arg)
{
	struct asked *a = arg;
	a->timer = 0;
	asked_fail(a, "the program that reads it did not answer in time");
}

static void
asked_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct asked *a = arg;
	(void)tag;
	a->channel = channel_new(fd, ROLE_DESK, ROLE_PREVIEW);
	channel_hello(a->channel, "sallyport-desk", true);
	loop_add_channel(a->desk->loop, a->channel, asked_on_message, asked_on_gone, a);
}

static void
asked_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct asked *a = arg;
	(void)tag;
	a->tag = 0;
	asked_fail(a, why);
}

static void
asked_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct asked *a = arg;
	(void)tag;
	(void)status;
	(void)signum;
	/* what it said last is still in the socket */
	if (a->channel == NULL)
		asked_fail(a, "the program that reads it could not start");
}

static void
asked_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	(void)tag;
	if (m->id == MSG_VAULT_MISSING)
		asked_fail(arg, "the vault does not hold it any more");
}

static const struct tag_handler asked_tag = {
    .spawned = asked_on_spawned,
    .refused = asked_on_refused,
    .exited = asked_on_exited,
    .vault = asked_on_vault,
};

/* --- finding it -------------------------------------------------------------------- */

/* The file with this path, when it is not too long; 0: there is none. */
static uint64_t
asked_find_path(struct work *w, const char *path, size_t max_bytes, char ret_sha256[65])
{
	struct work_item it;
	uint64_t id;
	ret_sha256[0] = '\0';
	if (work_item_find(w, (const uint8_t *)path, strlen(path), &id) != ERR_OK ||
	    work_item_get(w, id, &it) != ERR_OK || strcmp(it.kind, "file") != 0 ||
	    strcmp(it.state, "read") != 0 || it.size_bytes > max_bytes)
		return 0;
	if (it.sha256 != NULL)
		hex_encode(it.sha256, 32, ret_sha256);
	return it.id;
}

/* At the root of the medium, else of the first volume that has one. */
static bool
asked_look(struct work *w, bool several, struct asked_place *ret)
{
	for (unsigned v = 0; v <= (several ? LIM_VOLUMES : 0); v++) {
		char path[64], prefix[16] = "";
		if (v > 0)
			snprintf(prefix, sizeof(prefix), "v%u/", v);
		snprintf(path, sizeof(path), "%s%s", prefix, REQUEST_FILE);
		ret->items[0] = asked_find_path(w, path, LIM_REQUEST_BYTES, ret->sha256[0]);
		if (ret->items[0] == 0)
			continue;
		snprintf(path, sizeof(path), "%s%s", prefix, REQUEST_SIGNATURE);
		ret->items[1] = asked_find_path(w, path, LIM_REQUEST_SIG_BYTES, ret->sha256[1]);
		return true;
	}
	return false;
}

bool
asked_find(struct work *w, bool several, uint64_t ret_items[2])
{
	struct asked_place place;
	if (!asked_look(w, several, &place))
		return false;
	memcpy(ret_items, place.items, sizeof(place.items));
	return true;
}

/* Read, and in the vault. */
static bool
asked_take_place(struct asked *a)
{
	struct asked_place place;
	if (!asked_look(a->work, a->several, &place) || place.sha256[0][0] == '\0')
		return false;
	memcpy(a->items, place.items, sizeof(a->items));
	snprintf(a->document, sizeof(a->document), "%s", place.sha256[0]);
	snprintf(a->signature, sizeof(a->signature), "%s",
	    place.items[1] != 0 ? place.sha256[1] : "");
	return true;
}

struct asked *
asked_start(struct desk *d, struct work *work, const struct custody_transfer *t, bool several,
    void (*fn)(void *arg), void *arg)
{
	struct asked *a = mem_alloc(sizeof(*a));
	*a = (struct asked){.desk = d, .work = work, .fn = fn, .arg = arg, .signed_word = "no"};
	snprintf(a->requester, sizeof(a->requester), "%s", t->requester);
	a->several = several;
	a->given = t->request[0] != '\0';
	if (a->given) {
		snprintf(a->document, sizeof(a->document), "%s", t->request);
		snprintf(a->signature, sizeof(a->signature), "%s", t->signature);
	} else if (!asked_take_place(a)) {
		free(a);
		return NULL;
	}
	a->tag = tag_new(d, &asked_tag, a);
	a->timer = loop_add_timer(d->loop, LIM_REQUEST_MS, asked_on_late, a);
	channel_send(d->parent, MSG_DESK_SPAWN,
	    json_pack(
		"{s:I, s:s, s:s}", "tag", (json_int_t)a->tag, "role", "request", "name", ""),
	    -1);
	return a;
}

/* --- items --------------------------------------------------------------------------- */

void
asked_begin(struct asked *a)
{
	free(a->met);
	a->met = mem_array(a->request != NULL ? a->request->nfiles + 1 : 1, sizeof(*a->met));
	a->asked = a->differ = a->other = 0;
}

static enum err
asked_add_finding(struct asked *a, const struct work_item *it, const char *rule,
    const char *severity, const char *title, const char *detail)
{
	struct work_finding f = {.item = it->id,
	    .scanner = "request",
	    .rule = rule,
	    .class = "request",
	    .severity = severity,
	    .title = title,
	    .detail = detail};
	return work_finding_add(a->work, &f);
}

/* The request itself: it asks for nothing, and what is wrong with it is said there. */
static enum err
asked_own_item(struct asked *a, const struct work_item *it)
{
	bool bad = a->request == NULL || strcmp(a->signed_word, "wrong") == 0;
	return bad ? asked_add_finding(a, it, "request/unfit", "medium",
			 "A request that is not taken", a->why)
	           : ERR_OK;
}

/* Names of an item that was left out, or of what is in it: they are on the medium. */
static void
asked_left_out(struct asked *a, const struct work_item *it)
{
	size_t above;
	char prefix[32];
	size_t skip = (size_t)snprintf(prefix, sizeof(prefix), "v%ju/", (uintmax_t)it->volume);
	const uint8_t *bare = it->path + skip;
	bool shorter = a->several && it->path_len > skip && memcmp(it->path, prefix, skip) == 0;
	for (size_t i = 0; a->request != NULL && i < a->request->nfiles; i++) {
		const struct request_file *f = &a->request->files[i];
		bool in = request_is_in(f, it->path, it->path_len) ||
		          (shorter && request_is_in(f, bare, it->path_len - skip));
		if (in && a->met[i] == ASKED_MISSING)
			a->met[i] = ASKED_LEFT;
	}
	/* or a folder that was asked for, with all that is in it */
	if (a->request == NULL)
		return;
	(void)request_judge(a->request, it->path, it->path_len, a->several ? it->volume : 0,
	    NULL, it->size_bytes, &above);
	if (above != REQUEST_NOBODY && a->met[above] == ASKED_MISSING)
		a->met[above] = ASKED_LEFT;
}

/* A folder that is named, or lies in one that is, is there, even with nothing in it. */
static enum request_match
asked_folder(struct asked *a, const struct work_item *it)
{
	size_t file;
	/* a folder is named with its slash */
	MEM_FREE uint8_t *path = mem_alloc(it->path_len + 1);
	memcpy(path, it->path, it->path_len);
	path[it->path_len] = '/';
	(void)request_judge(
	    a->request, path, it->path_len + 1, a->several ? it->volume : 0, NULL, 0, &file);
	if (file == REQUEST_NOBODY)
		return REQUEST_OTHER;
	a->met[file] = ASKED_MET;
	return REQUEST_ASKED;
}

enum err
asked_item(struct asked *a, const struct work_item *it)
{
	size_t file;
	if (strcmp(it->state, "excluded") == 0) {
		asked_left_out(a, it);
		return ERR_OK;
	}
	if (it->id == a->items[0] || it->id == a->items[1])
		return asked_own_item(a, it);
	if (a->request == NULL || strcmp(it->kind, "region") == 0)
		return ERR_OK;
	if (strcmp(it->kind, "directory") == 0) {
		(void)asked_folder(a, it);
		return ERR_OK;
	}
	enum request_match match = request_judge(a->request, it->path, it->path_len,
	    a->several ? it->volume : 0, it->sha256, it->size_bytes, &file);
	if (file != REQUEST_NOBODY)
		a->met[file] = ASKED_MET;
	a->asked += match == REQUEST_ASKED;
	a->differ += match == REQUEST_DIFFERS;
	a->other += match == REQUEST_OTHER;
	if (match == REQUEST_ASKED)
		return ERR_OK;
	if (match == REQUEST_OTHER)
		return asked_add_finding(a, it, "request/other", "low", "Not asked for",
		    "the request does not name it");
	return asked_add_finding(a, it, "request/differs", "high", "Not what was asked for",
	    it->sha256 == NULL ? "the request names a digest, and its contents were not read"
			       : "the request names this file with another digest or size");
}

enum request_match
asked_foresee(struct asked *a, const struct work_item *it)
{
	size_t file;
	if (it->id == a->items[0] || it->id == a->items[1])
		return REQUEST_ASKED;
	if (a->request == NULL || strcmp(it->kind, "region") == 0)
		return REQUEST_OTHER;
	if (strcmp(it->kind, "directory") == 0)
		return asked_folder(a, it);
	enum request_match match = request_judge(a->request, it->path, it->path_len,
	    a->several ? it->volume : 0, NULL, it->size_bytes, &file);
	if (file == REQUEST_NOBODY) {
		a->other++;
		return REQUEST_OTHER;
	}
	/* its digest is not known yet */
	const struct request_file *f = &a->request->files[file];
	if (match == REQUEST_DIFFERS && (!f->has_bytes || f->bytes == it->size_bytes))
		match = REQUEST_ASKED;
	a->met[file] = ASKED_MET;
	a->asked += match == REQUEST_ASKED;
	a->differ += match == REQUEST_DIFFERS;
	return match;
}

const struct request *
asked_request(const struct asked *a)
{
	return a->over ? a->request : NULL;
}

const char *
asked_why(const struct asked *a)
{
	return a->why;
}

/* --- the summary ---------------------------------------------------------------------- */

static json_t *
asked_text(const struct asked *a, enum request_text t)
{
	const char *text = a->request != NULL ? a->request->texts[t] : "";
	char out[ASKED_TEXT_CELLS + 1];
	escape_fit(text, strlen(text), out, sizeof(out), ASKED_TEXT_CELLS, NULL);
	return json_string(out);
}

/* Names that nothing on the medium has, how many, and how many an officer left out. */
static json_t *
asked_missing(const struct asked *a, uint64_t *ret_n, uint64_t *ret_left)
{
	json_t *names = json_array();
	*ret_n = *ret_left = 0;
	for (size_t i = 0; a->request != NULL && a->met != NULL && i < a->request->nfiles;
	     i++) {
		const struct request_file *f = &a->request->files[i];
		char out[ASKED_NAME_CELLS + 1];
		*ret_left += a->met[i] == ASKED_LEFT;
		if (a->met[i] != ASKED_MISSING)
			continue;
		escape_fit(f->name, f->name_len, out, sizeof(out), ASKED_NAME_CELLS, NULL);
		if (++*ret_n <= LIM_REQUEST_SHOWN)
			json_array_append_new(names, json_string(out));
	}
	return names;
}

json_t *
asked_summary(const struct asked *a)
{
	uint64_t missing, left;
	json_t *names = asked_missing(a, &missing, &left);
	json_t *s =
	    json_pack("{s:s, s:s, s:s, s:I, s:o, s:I, s:I, s:I, s:I, s:s, s:s}", "document",
		a->document, "key", a->key, "source", a->given ? "given" : "medium", "missing",
		(json_int_t)missing, "missing_names", names, "asked", (json_int_t)a->asked,
		"differ", (json_int_t)a->differ, "other", (json_int_t)a->other, "names",
		(json_int_t)(a->request != NULL ? a->request->nfiles : 0), "signed",
		a->signed_word, "why", a->why);
	json_object_set_new(s, "left", json_integer((json_int_t)left));
	for (unsigned t = 0; t < REQUEST_TEXT__MAX; t++)
		json_object_set_new(s, request_text_name((enum request_text)t),
		    asked_text(a, (enum request_text)t));
	return s;
}

json_t *
asked_fields(const struct asked *a)
{
	bool his = a->over && a->request != NULL &&
	           strcmp(a->request->texts[REQUEST_REQUESTER], a->requester) == 0;
	return his ? request_fields(a->request) : json_array();
}
