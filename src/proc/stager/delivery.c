/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/delivery.h"

#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/account.h"
#include "src/core/policy.h"
#include "src/core/release.h"
#include "src/proc/stager/bundle.h"
#include "src/proc/stager/fetch.h"
#include "src/proc/stager/papers.h"
#include "src/proc/stager/payload.h"
#include "src/proc/stager/rescan.h"
#include "src/proc/stager/shelf.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHY_SIZE SHARE_WHY_SIZE

struct passage {
	const struct delivery *d;
	char id[TRANSFER_ID_SIZE];
	const char *step;
	struct bundle_doc inventory, findings, policy;
	struct release_manifest *manifest;
	struct record_entries entries;
	bool published; /* transfers/<id> is there: an earlier run came that far */
	bool delivered; /* and so is the delivery entry */
	int part;       /* what is being made, or what is published */
	struct fetch fetch;
	uint8_t readback[32];
	struct buf *packed; /* where a bundle goes that leaves by itself */
	json_t *rescan;     /* what the scanners at release said; NULL: policy asks for none */
	char why[WHY_SIZE];
};

_Static_assert(RECORD_WHY_SIZE <= WHY_SIZE, "a record's sentence fits");

#define refuse(p, e, ...) err_say(e, (p)->why, sizeof((p)->why), __VA_ARGS__)

static const struct custody_transfer *
transfer_of(const struct passage *p)
{
	return record_transfer(p->d->record, p->id);
}

/* --- steps: what is decided --------------------------------------------------------- */

static enum err
step_record(struct passage *p)
{
	enum err e = record_refresh(p->d->record, p->why);
	if (e == ERR_OK && transfer_of(p) == NULL)
		return refuse(p, ERR_NOTFOUND, "The ledger knows no such transfer.");
	return e;
}

static enum err
step_share(struct passage *p)
{
	enum err e = share_there(p->d->share, p->why);
	return e == ERR_OK ? papers_share(p->d->record, p->d->share, p->why) : e;
}

/* Two people at least, nobody twice, never the requester: counted here once more. */
static enum err
check_people(struct passage *p, const struct custody_transfer *t)
{
	if (t->approvals_count < 2 || t->approvals_count < t->facts.slots_needed)
		return refuse(p, ERR_DENIED, "The transfer has %zu approvals and needs %u.",
		    t->approvals_count, t->facts.slots_needed > 2 ? t->facts.slots_needed : 2);
	for (size_t i = 0; i < t->approvals_count; i++) {
		const struct custody_approval *a = &t->approvals[i];
		if (strcmp(a->officer, t->requester) == 0)
			return refuse(p, ERR_DENIED, "The requester signed an approval.");
		for (size_t k = 0; k < i; k++)
			if (strcmp(a->officer, t->approvals[k].officer) == 0 ||
			    strcmp(a->key, t->approvals[k].key) == 0)
				return refuse(
				    p, ERR_DENIED, "Two approvals are by one person or key.");
	}
	return ERR_OK;
}

static enum err
step_approvals(struct passage *p)
{
	const struct custody_transfer *t = transfer_of(p);
	const struct transfer_facts *f = &t->facts;
	MEM_FREE char *dest = mem_printf("transfers/%s", p->id);
	bool again = f->state == TRANSFER_FAULT && f->fault_from == TRANSFER_APPROVED;
	p->delivered = papers_delivered(t);
	if (f->state != TRANSFER_APPROVED && !again && !p->delivered)
		return refuse(p, ERR_STATE, "The transfer is in state %s and not approved.",
		    transfer_state_name(f->state));
	if (t->tainted)
		return refuse(p, ERR_DENIED,
		    "A program served this transfer without its sandbox; it can never go.");
	if (!p->d->sandboxed)
		return refuse(p, ERR_DENIED,
		    "Ledger, vault or stager run without their sandbox: nothing goes.");
	if (t->dest == NULL || strcmp(t->dest, dest) != 0)
		return refuse(
		    p, ERR_DENIED, "The approvals name another destination than %s.", dest);
	return check_people(p, t);
}

static enum err
fetch_doc(struct passage *p, const char *what, const char *sha256, struct bundle_doc *ret_doc)
{
	struct bundle_doc doc = {NULL, 0};
	enum err e =
	    sha256[0] != '\0' ? record_doc(p->d->record, sha256, &doc.bytes, &doc.len) : ERR_OK;
	if (e != ERR_OK)
		return refuse(p, e, "The ledger does not give the %s: %s.", what, err_str(e));
	*ret_doc = doc;
	return ERR_OK;
}

static enum err
fetch_docs(struct passage *p)
{
	const struct custody_transfer *t = transfer_of(p);
	enum err e = fetch_doc(p, "policy", t->policy, &p->policy);
	if (e == ERR_OK)
		e = fetch_doc(p, "inventory", t->inventory, &p->inventory);
	return e == ERR_OK ? fetch_doc(p, "findings", t->findings, &p->findings) : e;
}

static enum err
make_manifest(struct passage *p)
{
	char detail[RELEASE_WHY_SIZE] = "";
	enum err e = release_manifest(p->inventory.bytes, p->inventory.len, p->policy.bytes,
	    p->policy.len, &p->manifest, detail);
	if (e != ERR_OK)
		return refuse(p, e, "Inventory and policy give no manifest: %.400s", detail);
	const struct release_manifest *m = p->manifest;
	const struct custody_transfer *t = transfer_of(p);
	char sha256[HEX_DIGEST_SIZE], root[HEX_DIGEST_SIZE];
	hex_encode(m->sha256, sizeof(m->sha256), sha256);
	hex_encode(m->root, sizeof(m->root), root);
	if (strcmp(sha256, t->manifest) != 0 || strcmp(root, t->manifest_root) != 0 ||
	    m->nfiles != t->files || m->bytes != t->bytes || m->items != t->items)
		return refuse(p, ERR_SIGNATURE,
		    "The manifest made from the inventory is not the one that was signed.");
	return ERR_OK;
}

static enum err
step_documents(struct passage *p)
{
	enum err e = record_check_documents(p->d->record, transfer_of(p), p->why);
	if (e == ERR_OK)
		e = fetch_docs(p);
	if (e == ERR_OK)
		e = make_manifest(p);
	if (e == ERR_OK && p->manifest->nfiles == 0)
		return refuse(
		    p, ERR_STATE, "Nothing was approved: there is nothing to release.");
	return e;
}

static enum err
step_space(struct passage *p)
{
	uint64_t free_bytes;
	enum err e = share_find(p->d->share->transfers, p->id, &p->part);
	p->published = e == ERR_OK;
	if (p->published || p->delivered)
		return ERR_OK;
	if (e != ERR_NOTFOUND)
		return refuse(p, e, "transfers/%s is on the share and is no directory.", p->id);
	return share_ready(p->d->share, p->manifest->nfiles + p->manifest->ndirs,
	    p->manifest->bytes, &free_bytes, p->why);
}

/* --- steps: what is recorded --------------------------------------------------------- */

static json_t *
manifest_json(const struct passage *p)
{
	const struct custody_transfer *t = transfer_of(p);
	return json_pack("{s:I,s:I,s:s,s:s}", "bytes", (json_int_t)t->bytes, "files",
	    (json_int_t)t->files, "root", t->manifest_root, "sha256", t->manifest);
}

/* Witnesses that the policy asks for; the record's rules judge what they cosigned. */
static unsigned
quorum_of(const struct passage *p)
{
	char why[POLICY_WHY_SIZE];
	struct policy *policy;
	if (p->policy.bytes == NULL ||
	    policy_parse(p->policy.bytes, p->policy.len, &policy, why) != ERR_OK)
		return 0;
	unsigned quorum = policy->witness_quorum;
	policy_free(policy);
	return quorum;
}

static enum err
step_release(struct passage *p)
{
	const struct custody_transfer *t = transfer_of(p);
	/* An earlier run was interrupted after this entry. */
	if (t->facts.state == TRANSFER_APPROVED && t->facts.releasing)
		return ERR_OK;
	json_t *approvals = json_array();
	for (size_t i = 0; i < t->approvals_count; i++)
		json_array_append_new(approvals, json_string(t->approvals[i].leaf));
	json_t *data =
	    json_pack("{s:o,s:o}", "approvals", approvals, "manifest", manifest_json(p));
	unsigned quorum = quorum_of(p);
	if (quorum > 0)
		json_object_set_new(data, "cosig_size",
		    json_integer(
			(json_int_t)custody_cosigned(record_custody(p->d->record), quorum)));
	return record_event(p->d->record, "xfer.release", p->id, data, p->why);
}

static enum err
step_deliver(struct passage *p)
{
	char readback[HEX_DIGEST_SIZE];
	hex_encode(p->readback, sizeof(p->readback), readback);
	json_t *data = json_pack("{s:s,s:o,s:s}", "dest", transfer_of(p)->dest, "manifest",
	    manifest_json(p), "readback", readback);
	if (p->rescan != NULL)
		json_object_set(data, "rescan", p->rescan);
	return record_event(p->d->record, "xfer.deliver", p->id, data, p->why);
}

/* --- steps: what is made ----------------------------------------------------------------- */

static enum err
open_object(void *arg, size_t i, int *ret_fd, char why[WHY_SIZE])
{
	struct passage *p = arg;
	return fetch_take(&p->fetch, i, ret_fd, why);
}

static void
tell_progress(void *arg, uint64_t files, uint64_t bytes)
{
	const struct passage *p = arg;
	p->d->progress(
	    p->d->arg, p->id, p->step, files, p->manifest->nfiles, bytes, p->manifest->bytes);
}

static struct payload
payload_of(struct passage *p)
{
	return (struct payload){p->manifest, open_object, tell_progress, p};
}

static enum err
step_copy(struct passage *p)
{
	struct payload payload = payload_of(p);
	enum err e = share_part_new(p->d->share->transfers, p->id, &p->part, p->why);
	if (e != ERR_OK)
		return e;
	p->fetch = (struct fetch){.vault = p->d->vault, .manifest = p->manifest};
	e = payload_build(&payload, p->part, p->why);
	fetch_done(&p->fetch);
	return e;
}

static enum err
step_sync(struct passage *p)
{
	struct payload payload = payload_of(p);
	return payload_sync(&payload, p->part, p->why);
}

static enum err
step_readback(struct passage *p)
{
	struct payload payload = payload_of(p);
	return payload_read_back(&payload, p->part, p->readback, p->why);
}

static enum err
step_rescan(struct passage *p)
{
	bool asked = false;
	enum err e = rescan_asked(p->policy.bytes, p->policy.len, &asked, p->why);
	if (e != ERR_OK || !asked)
		return e;
	const struct rescan rescan = {.bridge = p->d->bridge,
	    .bridge_arg = p->d->arg,
	    .policy = p->policy.bytes,
	    .policy_len = p->policy.len,
	    .inventory = p->inventory.bytes,
	    .inventory_len = p->inventory.len,
	    .manifest = p->manifest,
	    .part = p->part,
	    .progress = tell_progress,
	    .arg = p};
	return rescan_run(&rescan, &p->rescan, p->why);
}

static enum err
step_publish(struct passage *p)
{
	return share_publish(p->d->share->transfers, p->id, p->why);
}

/* --- steps: what is written about it -------------------------------------------------------
 */

static enum err
load_entries(struct passage *p)
{
	const struct custody_transfer *t = transfer_of(p);
	record_entries_done(&p->entries);
	return record_entries(
	    p->d->record, LOG_CUSTODY, t->seqs, t->seqs_count, &p->entries, p->why);
}

/* Items that did not go; directories are counted apart. */
static enum err
count_left(struct passage *p, uint64_t *ret_left)
{
	char detail[INVENTORY_WHY_SIZE] = "";
	struct inventory *inv = NULL;
	const struct inventory_item *item;
	struct account account = {0};
	enum err e = inventory_open(p->inventory.bytes, p->inventory.len, &inv, detail);
	while (e == ERR_OK && (e = inventory_next(inv, &item)) == ERR_OK)
		account_add(&account, item);
	inventory_free(inv);
	if (e != ERR_NOTFOUND)
		return refuse(p, ERR_SYNTAX, "The inventory cannot be counted.");
	*ret_left = account.items - account.count[ITEM_OUT_RELEASED] -
	            account.count[ITEM_OUT_STRUCTURAL];
	return ERR_OK;
}

/* What the officer typed into the first field named request or reference. */
static const char *
request_of(const struct custody_transfer *t)
{
	const json_t *fields = custody_fields(t);
	size_t i;
	const json_t *field;
	json_array_foreach (fields, i, field) {
		const char *name = json_string_value(json_object_get(field, "name"));
		if (name != NULL &&
		    (strcmp(name, "request") == 0 || strcmp(name, "reference") == 0))
			return json_string_value(json_object_get(field, "value"));
	}
	return "";
}

static const char *
delivery_date(const struct passage *p)
{
	for (size_t i = p->entries.count; i > 0; i--)
		if (strcmp(p->entries.list[i - 1].entry->type, "xfer.deliver") == 0)
			return p->entries.list[i - 1].entry->at;
	return NULL;
}

static enum err
step_index(struct passage *p)
{
	uint64_t left = 0;
	enum err e = load_entries(p);
	const char *date = delivery_date(p);
	/* Nothing was delivered: a folder and a slip, and no line. */
	if (e != ERR_OK || date == NULL)
		return e;
	e = count_left(p, &left);
	if (e != ERR_OK)
		return e;
	const struct custody_transfer *t = transfer_of(p);
	const struct shelf_line line = {.transfer = p->id,
	    .date = date,
	    .requester = t->requester,
	    .request = request_of(t),
	    .demo = custody_demo(record_custody(p->d->record)),
	    .files = t->files,
	    .bytes = t->bytes,
	    .not_delivered = left,
	    .state = papers_state(t)} /* changed before anything is moved */;
	return shelf_put(p->d->share, &line, p->why);
}

static struct bundle
bundle_of(const struct passage *p)
{
	struct bundle_doc manifest = {NULL, 0};
	if (p->manifest != NULL)
		manifest = (struct bundle_doc){p->manifest->text, p->manifest->text_len};
	return (struct bundle){p->d->record, transfer_of(p), &p->entries, p->inventory,
	    p->findings, p->policy, manifest};
}

static enum err
step_pack(struct passage *p)
{
	enum err e = load_entries(p);
	const struct bundle bundle = bundle_of(p);
	return e == ERR_OK ? bundle_write(&bundle, folder_new_packed(p->packed), p->why) : e;
}

static enum err
step_custody(struct passage *p)
{
	int dir = p->d->share->custody;
	const struct bundle bundle = bundle_of(p);
	MEM_CLOSE int part = -1;
	enum err e = share_part_new(dir, p->id, &part, p->why);
	if (e != ERR_OK)
		return e;
	e = bundle_write(&bundle, folder_new(part), p->why);
	if (e == ERR_OK && fchmod(part, 0555) != 0)
		e = share_errno(p->why, "The custody folder cannot be shut");
	if (e == ERR_OK)
		return share_swap(dir, p->id, p->why);
	share_part_del(dir, p->id);
	return e;
}

/* Documents of a transfer in any state: it may have been aborted before anything was sealed. */
static enum err
step_papers(struct passage *p)
{
	const struct custody_transfer *t = transfer_of(p);
	enum err e = fetch_docs(p);
	if (e == ERR_OK && t->inventory[0] != '\0')
		e = make_manifest(p);
	return e;
}

/* --- the tables --------------------------------------------------------------------------- */

/* In which cases a step is left out. */
enum skip { SKIP_NEVER = 0, SKIP_PUBLISHED = 1 << 0, SKIP_DELIVERED = 1 << 1 };

struct step {
	const char *name;
	enum err (*fn)(struct passage *);
	unsigned skip; /* set of enum skip */
	const char *next;
};

#define NEXT_VERIFY \
	"An administrator verifies the record; do not release before it is understood."
#define NEXT_SHARE "See that the share is mounted, then repeat the release."
#define NEXT_DISK  "Look at the share's disk, then repeat the release."
#define NEXT_VAULT "If the object is damaged, abort and read the medium again."
#define NEXT_SCAN                                                                              \
	"See what the scanners say, and that they are fit; then repeat the release, or abort " \
	"it."
#define NEXT_AGAIN "The files are delivered; repeat the release to finish the papers."

static const struct step release_steps[] = {
    {"record", step_record, SKIP_NEVER, NEXT_VERIFY},
    {"share", step_share, SKIP_NEVER, NEXT_SHARE},
    {"approvals", step_approvals, SKIP_NEVER, "See the transfer's status."},
    {"documents", step_documents, SKIP_NEVER, NEXT_VERIFY},
    {"space", step_space, SKIP_NEVER, "Make room on the share, then repeat the release."},
    {"release", step_release, SKIP_DELIVERED, "Look at the ledger, then repeat the release."},
    {"copy", step_copy, SKIP_PUBLISHED | SKIP_DELIVERED, NEXT_VAULT},
    {"sync", step_sync, SKIP_PUBLISHED | SKIP_DELIVERED, NEXT_DISK},
    {"read-back", step_readback, SKIP_DELIVERED, NEXT_VAULT},
    {"rescan", step_rescan, SKIP_DELIVERED, NEXT_SCAN},
    {"publish", step_publish, SKIP_PUBLISHED | SKIP_DELIVERED, NEXT_DISK},
    {"deliver", step_deliver, SKIP_DELIVERED, "Look at the ledger, then repeat the release."},
    {"index", step_index, SKIP_NEVER, NEXT_AGAIN},
    {"custody", step_custody, SKIP_NEVER, NEXT_AGAIN},
};

static const struct step custody_steps[] = {
    {"record", step_record, SKIP_NEVER, NEXT_VERIFY},
    {"share", step_share, SKIP_NEVER, NEXT_SHARE},
    {"papers", step_papers, SKIP_NEVER, NEXT_VERIFY},
    {"index", step_index, SKIP_NEVER, NEXT_DISK},
    {"custody", step_custody, SKIP_NEVER, NEXT_DISK},
};

static const struct step bundle_steps[] = {
    {"record", step_record, SKIP_NEVER, NEXT_VERIFY},
    {"papers", step_papers, SKIP_NEVER, NEXT_VERIFY},
    {"bundle", step_pack, SKIP_NEVER, NEXT_VERIFY},
};

static enum err
step_open(struct passage *p)
{
	enum err e = share_find(p->d->share->transfers, p->id, &p->part);
	if (e == ERR_NOTFOUND)
		return refuse(p, e, "The share does not have it.");
	return e == ERR_OK ? e
	                   : refuse(p, e, "What the share has in its place is no directory.");
}

static const struct step compare_steps[] = {
    {"record", step_record, SKIP_NEVER, NEXT_VERIFY},
    {"share", step_share, SKIP_NEVER, NEXT_SHARE},
    {"documents", step_documents, SKIP_NEVER, NEXT_VERIFY},
    {"open", step_open, SKIP_NEVER, NEXT_SHARE},
    {"read-back", step_readback, SKIP_NEVER, NEXT_VERIFY},
};

static void
passage_done(struct passage *p)
{
	if (p->part >= 0)
		close(p->part);
	free(p->inventory.bytes);
	free(p->findings.bytes);
	free(p->policy.bytes);
	release_manifest_free(p->manifest);
	json_decref(p->rescan);
	record_entries_done(&p->entries);
}

/* A failed release is an entry, where the transfer's state has one. */
static void
record_fault(struct passage *p)
{
	char unused[RECORD_WHY_SIZE];
	if (record_refresh(p->d->record, unused) != ERR_OK)
		return;
	const struct custody_transfer *t = transfer_of(p);
	if (t == NULL || t->facts.state != TRANSFER_APPROVED)
		return;
	enum err e = record_event(p->d->record, "xfer.fault", p->id,
	    json_pack("{s:s,s:s}", "step", "release", "why", p->why), unused);
	if (e != ERR_OK)
		log_warn("The fault could not be recorded: %s", unused);
}

static enum err
walk(struct passage *p, const struct step *steps, size_t n, struct delivery_result *r)
{
	for (size_t i = 0; i < n; i++) {
		unsigned now =
		    (p->published ? SKIP_PUBLISHED : 0u) | (p->delivered ? SKIP_DELIVERED : 0u);
		if ((steps[i].skip & now) != 0)
			continue;
		p->step = steps[i].name;
		p->d->progress(p->d->arg, p->id, p->step, 0, 0, 0, 0);
		enum err e = steps[i].fn(p);
		if (e != ERR_OK) {
			r->step = steps[i].name;
			r->next = steps[i].next;
			return e;
		}
	}
	return ERR_OK;
}

/* What scanners say of it now is worse than what was signed. */
static bool
is_worse(const struct passage *p, enum err e)
{
	return e == ERR_DENIED && strcmp(p->step, "rescan") == 0;
}

enum err
delivery_release(
    const struct delivery *d, const char *transfer, struct delivery_result *ret_result)
{
	struct passage p = {.d = d, .part = -1};
	struct delivery_result r = {0};
	snprintf(p.id, sizeof(p.id), "%s", transfer);
	enum err e =
	    walk(&p, release_steps, sizeof(release_steps) / sizeof(release_steps[0]), &r);
	if (e != ERR_OK) {
		/* The name is an id of the ledger's if a part could have been made of it. */
		if (p.part >= 0 && !p.published)
			share_part_del(d->share->transfers, p.id);
		/* published, never recorded, and not what was signed, or worse: must not stay
		 */
		if (p.published && !p.delivered && (e == ERR_SIGNATURE || is_worse(&p, e)))
			share_remove(d->share->transfers, p.id);
		record_fault(&p);
	} else {
		r.files = p.manifest->nfiles;
		r.bytes = p.manifest->bytes;
	}
	memcpy(r.why, p.why, sizeof(r.why));
	passage_done(&p);
	*ret_result = r;
	return e;
}

static enum err
run_steps(const struct delivery *d, const char *transfer, const struct step *steps, size_t n,
    struct buf *packed, struct delivery_result *ret_result)
{
	struct passage p = {.d = d, .part = -1, .packed = packed};
	struct delivery_result r = {0};
	snprintf(p.id, sizeof(p.id), "%s", transfer);
	enum err e = walk(&p, steps, n, &r);
	memcpy(r.why, p.why, sizeof(r.why));
	passage_done(&p);
	*ret_result = r;
	return e;
}

enum err
delivery_custody(
    const struct delivery *d, const char *transfer, struct delivery_result *ret_result)
{
	return run_steps(d, transfer, custody_steps,
	    sizeof(custody_steps) / sizeof(custody_steps[0]), NULL, ret_result);
}

enum err
delivery_bundle(const struct delivery *d, const char *transfer, struct buf *out,
    struct delivery_result *ret_result)
{
	return run_steps(d, transfer, bundle_steps,
	    sizeof(bundle_steps) / sizeof(bundle_steps[0]), out, ret_result);
}

enum err
delivery_compare(
    const struct delivery *d, const char *transfer, struct delivery_result *ret_result)
{
	return run_steps(d, transfer, compare_steps,
	    sizeof(compare_steps) / sizeof(compare_steps[0]), NULL, ret_result);
}
