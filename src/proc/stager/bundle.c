/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/bundle.h"

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/merkle.h"
#include "src/core/policy.h"
#include "src/core/report.h"
#include "src/core/report_tell.h"
#include "src/core/slip.h"
#include "src/core/sshsig.h"
#include "src/core/tlog.h"
#include "src/proc/stager/folder.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char bundle_readme[] =
    "Custody folder of transfer %s\n"
    "\n"
    "It proves that each entry in entries/ is in the custody log\n"
    "  %s\n"
    "of %ju entries, and, by the chain of `prev` leaves, that no entry about this\n"
    "transfer up to entry %ju is missing.  It proves nothing about other transfers.\n"
    "%s"
    "What you need from elsewhere: the leaf of the authority log's genesis, from the\n"
    "founding page, and, against a ledger put back to an earlier state, any later\n"
    "checkpoint.  The genesis leaf is\n"
    "  %s\n"
    "\n"
    "  sallyport-verify --genesis LEAF .         checks everything below\n"
    "  sha256sum -c SHA256SUMS                   nothing here was damaged since\n"
    "\n"
    "authority/entries.txt   the whole authority log: people, keys, policy; entries\n"
    "                        are separated by an empty line\n"
    "authority/checkpoint    its signed head;  authority.vkey  the key to it\n"
    "entries/NNNNNNNN.entry  the entries about this transfer: line 1 is the body,\n"
    "                        line 2 the signature in base64\n"
    "proofs/                 the proof of each entry (C2SP tlog-proof)\n"
    "checkpoint              the signed head of the custody log;  log.vkey  its key\n"
    "witness-policy          whose signatures a checkpoint needs (C2SP tlog-policy)\n"
    "allowed_signers         everybody's public keys, for ssh-keygen; which one held\n"
    "                        at an entry is what the authority log says\n"
    "inventory               what was signed: every item, one JSON line each\n"
    "findings                what the scanners said, one JSON line each\n"
    "policy                  the rules that were in force\n"
    "manifest.sha256         what goes, from inventory and policy\n"
    "report.txt, .json       the same for reading; made from the files above\n"
    "slip.txt                for the requester: what went, what did not, and why\n"
    "\n"
    "One signature, with nothing but ssh-keygen (N is an entry, ID its actor.id):\n"
    "  sed -n 1p entries/N.entry > body\n"
    "  { echo -----BEGIN SSH SIGNATURE-----; sed -n 2p entries/N.entry\n"
    "    echo -----END SSH SIGNATURE-----; } > body.sig\n"
    "  ssh-keygen -Y verify -f allowed_signers -I ID \\\n"
    "    -n " SSHSIG_NAMESPACE " -s body.sig < body\n"
    "What was delivered, where the share is mounted:\n"
    "  cd transfers/%s/files && sha256sum -c ../MANIFEST.sha256\n"
    "  cmp transfers/%s/MANIFEST.sha256 custody/%s/manifest.sha256\n";

static void
bundle_put_buf(struct folder *f, const char *path, struct buf *text)
{
	/* Every limit here is far above what can come: reaching one is our bug. */
	assert(text->error == ERR_OK);
	folder_put(f, path, buf_str(text), text->len);
	buf_done(text);
}

static void
bundle_put_doc(struct folder *f, const char *path, const struct bundle_doc *doc)
{
	if (doc->bytes != NULL)
		folder_put(f, path, doc->bytes, doc->len);
}

static void
bundle_put_text(struct folder *f, const char *path, const char *text)
{
	folder_put(f, path, text, strlen(text));
}

static void
bundle_put_line(struct folder *f, const char *path, const char *text)
{
	MEM_FREE char *line = mem_printf("%s\n", text);
	bundle_put_text(f, path, line);
}

/* --- keys ------------------------------------------------------------------------- */

static void
bundle_put_signers(const struct bundle *b, struct folder *f)
{
	const struct custody *c = record_custody(b->record);
	struct buf text;
	buf_init(&text, LIM_SEALED_BYTES);
	for (size_t i = 0; i < custody_person_count(c); i++) {
		const struct custody_person *p = custody_person_at(c, i);
		/* those that ended, too: they signed what lies here */
		for (size_t k = 0; k < p->keys_count; k++) {
			char line[SSHSIG_LINE_SIZE];
			sshsig_public_line(p->keys[k].public_key, line);
			buf_addf(
			    &text, "%s namespaces=\"%s\" %s\n", p->id, SSHSIG_NAMESPACE, line);
		}
	}
	for (const struct custody_epoch *e = custody_epoch_at(c, 0); e != NULL;
	     e = custody_epoch_at(c, e->number))
		buf_addf(&text, "%s namespaces=\"%s\" %s\n", custody_station(c),
		    SSHSIG_NAMESPACE, e->station_line);
	bundle_put_buf(f, "allowed_signers", &text);
}

static unsigned
bundle_quorum(const struct bundle *b)
{
	char why[POLICY_WHY_SIZE];
	struct policy *policy;
	if (b->policy.bytes == NULL ||
	    policy_parse(b->policy.bytes, b->policy.len, &policy, why) != ERR_OK)
		return 0;
	unsigned quorum = policy->witness_quorum;
	policy_free(policy);
	return quorum;
}

/* C2SP tlog-policy: both logs have one key, and a key stands there once. */
static void
bundle_put_witnesses(const struct bundle *b, struct folder *f)
{
	const struct custody *c = record_custody(b->record);
	const struct custody_witness *w;
	unsigned quorum = bundle_quorum(b);
	size_t n = 0;
	struct buf text, group;
	buf_init(&text, LIM_NOTE_BYTES);
	buf_init(&group, LIM_NOTE_BYTES);
	buf_addf(&text, "log %s\n", custody_vkey(c, LOG_CUSTODY));
	for (; (w = custody_witness_at(c, n)) != NULL; n++) {
		buf_addf(&text, "witness w%zu %s\n", n + 1, w->vkey);
		buf_addf(&group, " w%zu", n + 1);
	}
	if (quorum > 0 && quorum <= n)
		buf_addf(
		    &text, "group witnesses %u%s\nquorum witnesses\n", quorum, buf_str(&group));
	else
		buf_add_str(&text, "quorum none\n");
	buf_done(&group);
	bundle_put_buf(f, "witness-policy", &text);
}

static void
bundle_put_keys(const struct bundle *b, struct folder *f)
{
	const struct custody *c = record_custody(b->record);
	bundle_put_line(f, "authority.vkey", custody_vkey(c, LOG_AUTHORITY));
	bundle_put_line(f, "log.vkey", custody_vkey(c, LOG_CUSTODY));
	bundle_put_witnesses(b, f);
	bundle_put_signers(b, f);
}

/* --- logs --------------------------------------------------------------------------- */

static enum err
bundle_put_authority(const struct bundle *b, struct folder *f, char why[SHARE_WHY_SIZE])
{
	uint64_t size = custody_size(record_custody(b->record), LOG_AUTHORITY);
	MEM_FREE uint64_t *seqs = mem_array(size, sizeof(*seqs));
	struct record_entries all;
	struct buf text;
	for (uint64_t i = 0; i < size; i++)
		seqs[i] = i;
	enum err e = record_entries(b->record, LOG_AUTHORITY, seqs, size, &all, why);
	if (e != ERR_OK)
		return e;
	buf_init(&text, LIM_SEALED_BYTES);
	for (size_t i = 0; e == ERR_OK && i < all.count; i++)
		e = entry_list_add(&text, all.list[i].bytes, all.list[i].len);
	record_entries_done(&all);
	if (e != ERR_OK) {
		buf_done(&text);
		snprintf(why, SHARE_WHY_SIZE, "The authority log is too long to be exported.");
		return e;
	}
	bundle_put_buf(f, "authority/entries.txt", &text);
	bundle_put_text(f, "authority/checkpoint", record_checkpoint(b->record, LOG_AUTHORITY));
	return ERR_OK;
}

static void
bundle_put_proof(const struct bundle *b, struct folder *f, uint64_t seq)
{
	const struct custody *c = record_custody(b->record);
	const struct custody_epoch *epoch = custody_epoch_of(c, seq);
	assert(epoch != NULL);
	struct tlog_proof proof = {
	    .index = seq - epoch->base, .checkpoint = record_checkpoint_of(b->record, epoch)};
	struct buf text;
	enum err e = merkle_inclusion(
	    custody_leaf(c, LOG_CUSTODY, epoch->base), epoch->size, proof.index, &proof.proof);
	assert(e == ERR_OK);
	proof.checkpoint_len = strlen(proof.checkpoint);
	buf_init(&text, LIM_TLOG_BYTES);
	tlog_proof_print(&proof, &text);
	MEM_FREE char *path = mem_printf("proofs/%08ju.tlog-proof", (uintmax_t)seq);
	bundle_put_buf(f, path, &text);
}

static void
bundle_put_custody(const struct bundle *b, struct folder *f)
{
	bundle_put_text(f, "checkpoint", record_checkpoint(b->record, LOG_CUSTODY));
	for (size_t i = 0; i < b->entries->count; i++) {
		const struct record_entry *entry = &b->entries->list[i];
		MEM_FREE char *path = mem_printf("entries/%08ju.entry", (uintmax_t)entry->seq);
		folder_put(f, path, entry->bytes, entry->len);
		bundle_put_proof(b, f, entry->seq);
	}
}

/* --- what is read by people ------------------------------------------------------------ */

/* What the report is made from; entries are freed by the caller. */
static struct report_input
bundle_input(const struct bundle *b, const uint8_t genesis[32])
{
	const struct custody *c = record_custody(b->record);
	struct report_entry *entries = mem_array(b->entries->count, sizeof(*entries));
	for (size_t i = 0; i < b->entries->count; i++) {
		entries[i].seq = b->entries->list[i].seq;
		memcpy(entries[i].leaf, b->entries->list[i].entry->leaf, 32);
		entries[i].body = b->entries->list[i].entry->body;
	}
	return (struct report_input){
	    .transfer = b->transfer->id,
	    .state = transfer_state_name(b->transfer->facts.state),
	    .origin = custody_origin(c, LOG_CUSTODY),
	    .genesis = genesis,
	    .checkpoint = record_checkpoint(b->record, LOG_CUSTODY),
	    .entries = entries,
	    .nentries = b->entries->count,
	    .inventory = b->inventory.bytes,
	    .inventory_len = b->inventory.len,
	    .findings = b->findings.bytes,
	    .findings_len = b->findings.len,
	    .policy = b->policy.bytes,
	    .policy_len = b->policy.len,
	    .now_s = clock_wall_s(),
	};
}

static enum err
bundle_put_forms(const struct report_input *in, const json_t *tree, struct folder *f,
    char why[SHARE_WHY_SIZE])
{
	static const struct {
		const char *path;
		const struct sheet_format *(*format)(void);
		enum err (*tell)(const struct report_input *, const json_t *, struct sheet *);
	} forms[] = {{"report.txt", sheet_text, report_tell},
	    {"report.json", sheet_json, report_tell}, {"slip.txt", sheet_text, slip_tell}};
	enum err e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct buf text;
		struct sheet sheet;
		buf_init(&text, LIM_SEALED_BYTES);
		sheet_init(&sheet, forms[i].format(), NULL, sheet_keep, &text);
		sheet_fail(&sheet, forms[i].tell(in, tree, &sheet));
		e = sheet_done(&sheet);
		if (e == ERR_OK)
			folder_put(f, forms[i].path, buf_str(&text), text.len);
		else
			snprintf(why, SHARE_WHY_SIZE, "%s cannot be made: %s.", forms[i].path,
			    err_str(e));
		buf_done(&text);
	}
	return e;
}

static enum err
bundle_put_report(const struct bundle *b, struct folder *f, char why[SHARE_WHY_SIZE])
{
	const struct custody *c = record_custody(b->record);
	const char *control = b->transfer->control;
	const struct register_medium *medium =
	    control[0] != '\0' ? register_find(custody_register(c), control) : NULL;
	uint8_t genesis[32];
	char detail[REPORT_WHY_SIZE] = "";
	json_t *tree = NULL, *row = medium != NULL ? register_row(medium) : NULL;
	json_t *exceptions = custody_exception_rows(c, b->transfer->exceptions);
	json_t *epochs = custody_epoch_rows(c);
	hex_decode(custody_genesis(c), HEX_DIGEST_SIZE - 1, genesis, sizeof(genesis));
	struct report_input in = bundle_input(b, genesis);
	in.medium = row;
	in.exceptions = exceptions;
	in.epochs = epochs;
	enum err e = report_build(&in, &tree, detail);
	if (e == ERR_OK)
		e = bundle_put_forms(&in, tree, f, why);
	else
		snprintf(why, SHARE_WHY_SIZE, "The report cannot be made: %s", detail);
	json_decref(tree);
	json_decref(row);
	json_decref(exceptions);
	json_decref(epochs);
	free((void *)(uintptr_t)in.entries);
	return e;
}

/* What an earlier epoch changes for whoever reads the folder. */
static void
bundle_say_epochs(const struct custody *c, struct buf *out)
{
	const struct custody_epoch *now = custody_epoch_now(c), *e;
	for (size_t i = 0; (e = custody_epoch_at(c, i)) != now; i++) {
		const uint64_t lost = custody_epoch_lost(c, i + 1);
		buf_addf(out,
		    "Entries %ju to %ju are of an earlier log, which that one continues:\n"
		    "  %s\n"
		    "Their proofs lead to its last checkpoint, which each of them holds.\n",
		    (uintmax_t)e->base, (uintmax_t)(e->base + e->size - 1), e->origin);
		if (lost > 0)
			buf_addf(out,
			    "%ju ENTRIES OF THAT LOG ARE MISSING, as the administrators "
			    "declare "
			    "by\nepoch.open in authority/entries.txt.\n",
			    (uintmax_t)lost);
	}
}

static void
bundle_put_readme(const struct bundle *b, struct folder *f)
{
	const struct custody *c = record_custody(b->record);
	const struct custody_transfer *t = b->transfer;
	const uint64_t size = custody_size(c, LOG_CUSTODY);
	struct buf text, epochs;
	buf_init(&text, LIM_NOTE_BYTES);
	buf_init(&epochs, LIM_NOTE_BYTES);
	bundle_say_epochs(c, &epochs);
	buf_addf(&text, bundle_readme, t->id, custody_origin(c, LOG_CUSTODY), (uintmax_t)size,
	    (uintmax_t)(custody_places(c, LOG_CUSTODY) - 1), buf_str(&epochs),
	    custody_genesis(c), t->id, t->id, t->id);
	buf_done(&epochs);
	bundle_put_buf(f, "README.txt", &text);
}

enum err
bundle_write(const struct bundle *b, struct folder *f, char why[SHARE_WHY_SIZE])
{
	char unused[SHARE_WHY_SIZE];
	enum err e = bundle_put_authority(b, f, why);
	if (e == ERR_OK) {
		bundle_put_custody(b, f);
		bundle_put_keys(b, f);
		bundle_put_doc(f, "inventory", &b->inventory);
		bundle_put_doc(f, "findings", &b->findings);
		bundle_put_doc(f, "policy", &b->policy);
		bundle_put_doc(f, "manifest.sha256", &b->manifest);
		bundle_put_readme(b, f);
		e = bundle_put_report(b, f, why);
	}
	if (e != ERR_OK) {
		folder_close(f, unused);
		return e;
	}
	return folder_close(f, why);
}
