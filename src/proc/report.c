/* SPDX-License-Identifier: ISC */
/*
 * sallyport-report: entries, inventory, findings and policy in, one report out.
 *
 * May:   read the sealed descriptors it is given and the fonts, write its answer
 *        to memory.
 * Must never: open any other file, reach a key, a database or a network.
 * Dies when: its report is made, its peer has gone, or an input is unsound.
 */
#include "src/core/report.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/custody.h"
#include "src/core/digest.h"
#include "src/core/period.h"
#include "src/core/report_tell.h"
#include "src/core/seal.h"
#include "src/core/slip.h"
#include "src/core/veil.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/spawn.h"
#include "src/proc/report/csv.h"
#include "src/proc/report/html.h"
#include "src/proc/report/pdf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum input {
	INPUT_AUTHORITY,
	INPUT_CUSTODY,
	INPUT_INVENTORY,
	INPUT_FINDINGS,
	INPUT_POLICY,
	INPUT__MAX
};

static const char *const report_kinds[INPUT__MAX] = {
    "authority", "custody", "inventory", "findings", "policy"};

/* own_bytes: the memory of the format. */
static const struct report_format {
	const char *format, *name;
	const struct sheet_format *(*sheet)(void);
	enum err (*tell)(const struct report_input *, const json_t *, struct sheet *);
	const char *about;
	size_t own_bytes;
	bool general; /* fit for what is about no one transfer */
	bool twice;   /* told once before, to be measured: that gives nothing */
} report_formats[] = {
    {"text", "report.txt", sheet_text, report_tell, NULL, 0, true, false},
    {"json", "report.json", sheet_json, report_tell, NULL, 0, true, false},
    {"slip", "slip.txt", sheet_text, slip_tell, NULL, 0, false, false},
    {"csv", "items.csv", csv, report_tell, "items", sizeof(bool), true, false},
    {"csv-findings", "findings.csv", csv, report_tell, "findings", sizeof(bool), false, false},
    {"html", "report.html", html, report_tell, NULL, sizeof(struct html), true, false},
    {"pdf", "report.pdf", pdf, report_tell, NULL, sizeof(struct pdf), true, true},
};
#define REPORT_FORMAT_WORDS "text, json, csv, csv-findings, html, pdf or slip"
#define REPORT_FORMATS      (sizeof(report_formats) / sizeof(report_formats[0]))

struct report {
	struct channel *desk;
	const uint8_t *bytes[INPUT__MAX]; /* mapped */
	size_t len[INPUT__MAX];
	size_t format;
	int fd;           /* the report, as it grows */
	uint64_t written; /* bytes */
	uint8_t veil[VEIL_KEY_SIZE];
	bool veiled; /* the report may be released: with that key */
};

/* A document without a line is mapped as no document; findings may be empty. */
static enum err
report_map(int fd, const uint8_t **ret_bytes, size_t *ret_len)
{
	struct stat st;
	if (io_memfd_is_sealed(fd) && fstat(fd, &st) == 0 && st.st_size == 0) {
		*ret_bytes = (const uint8_t *)"";
		*ret_len = 0;
		return ERR_OK;
	}
	return io_memfd_map(fd, LIM_SEALED_BYTES, ret_bytes, ret_len);
}

static void
report_take(struct report *r, struct msg *m)
{
	for (int i = 0; i < INPUT__MAX; i++)
		if (strcmp(report_kinds[i], msg_str(m, "kind")) == 0 && r->bytes[i] == NULL &&
		    report_map(m->fd, &r->bytes[i], &r->len[i]) != ERR_OK)
			log_fatal("an input cannot be read");
}

/* Both logs replayed: what does not verify is not reported as fact. */
static struct custody *
report_replay(struct report *r, char why[CUSTODY_WHY_SIZE])
{
	struct custody *c = custody_new();
	for (int i = INPUT_AUTHORITY; i <= INPUT_CUSTODY; i++) {
		enum transfer_log log = i == INPUT_AUTHORITY ? LOG_AUTHORITY : LOG_CUSTODY;
		if (custody_apply_list(c, log, r->bytes[i], r->len[i], why) != ERR_OK)
			return custody_free(c);
	}
	return c;
}

/* The transfer's entries, in the order of the log; *ret_entries is freed by the caller. */
static size_t
report_entries(struct report *r, struct custody *c, const struct custody_transfer *t,
    struct entry ***ret_parsed, struct report_entry **ret_entries)
{
	struct entry **parsed = mem_array(t->seqs_count, sizeof(*parsed));
	struct report_entry *entries = mem_array(t->seqs_count, sizeof(*entries));
	const uint8_t *bytes;
	size_t cursor = 0, n, k = 0;
	for (uint64_t seq = 0;
	     k < t->seqs_count && entry_list_next(r->bytes[INPUT_CUSTODY],
				      r->len[INPUT_CUSTODY], &cursor, &bytes, &n) == ERR_OK;
	     seq++) {
		if (seq != t->seqs[k] || entry_parse(bytes, n, NULL, &parsed[k]) != ERR_OK)
			continue;
		entries[k] = (struct report_entry){.seq = seq, .body = parsed[k]->body};
		memcpy(entries[k].leaf, custody_leaf(c, LOG_CUSTODY, seq), 32);
		k++;
	}
	*ret_parsed = parsed;
	*ret_entries = entries;
	return k;
}

/* The head of the replayed log in the words of a checkpoint; freed by the caller. */
static char *
report_checkpoint(struct custody *c)
{
	uint64_t size = custody_size(c, LOG_CUSTODY);
	char root[HEX_B64_SIZE(32)];
	hex_b64_encode(custody_root(c, LOG_CUSTODY, size), 32, root);
	return mem_printf(
	    "%s\n%ju\n%s\n", custody_origin(c, LOG_CUSTODY), (uintmax_t)size, root);
}

static enum err
report_put(void *arg, const void *bytes, size_t n)
{
	struct report *r = arg;
	if (n > LIM_SEALED_BYTES - r->written)
		return ERR_LIMIT;
	r->written += n;
	return io_write_all(r->fd, bytes, n);
}

/* What is told, and by whom. */
struct report_teller {
	const void *about; /* the format's row, when it has several (csv) */
	enum err (*tell)(const struct report_teller *, struct sheet *);
	const struct report_format *format; /* of one transfer: */
	const struct report_input *in;
	const json_t *tree;
	const struct period_input *period; /* of no one transfer */
};

/* Into memory that grows, as it is told; twice when the first time only counts pages. */
static enum err
report_write(struct report *r, const struct report_teller *teller)
{
	struct sheet sheet;
	MEM_FREE void *own = mem_alloc(report_formats[r->format].own_bytes + 1);
	r->fd = memfd_create("report", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (r->fd < 0)
		return ERR_IO;
	enum err e = ERR_OK;
	for (int times = report_formats[r->format].twice ? 2 : 1; e == ERR_OK && times > 0;
	     times--) {
		sheet_init(&sheet, report_formats[r->format].sheet(), own, report_put, r);
		sheet.about = teller->about;
		sheet_fail(&sheet, teller->tell(teller, &sheet));
		e = sheet_done(&sheet);
	}
	return e == ERR_OK ? io_memfd_seal(r->fd) : e;
}

static enum err
report_tell_transfer(const struct report_teller *t, struct sheet *sheet)
{
	return t->format->tell(t->in, t->tree, sheet);
}

static enum err
report_tell_period(const struct report_teller *t, struct sheet *sheet)
{
	return period_tell(t->period, sheet);
}

static enum err
report_tell_people(const struct report_teller *t, struct sheet *sheet)
{
	return period_tell_people(t->period, sheet);
}

static enum err
report_print(struct report *r, struct report_input *in, char why[REPORT_WHY_SIZE])
{
	json_t *tree = NULL;
	enum err e = report_build(in, &tree, why);
	if (e != ERR_OK)
		return e;
	const struct report_format *format = &report_formats[r->format];
	e = report_write(r, &(struct report_teller){.about = format->about,
				.tell = report_tell_transfer,
				.format = format,
				.in = in,
				.tree = tree});
	json_decref(tree);
	if (e == ERR_LIMIT)
		snprintf(why, REPORT_WHY_SIZE,
		    "the report would be larger than 1 GiB; take another format");
	else if (e == ERR_NOTFOUND)
		snprintf(why, REPORT_WHY_SIZE,
		    "a font is missing below " PAGE_FONTS
		    "/truetype/dejavu: install fonts-dejavu-core");
	else if (e != ERR_OK)
		snprintf(why, REPORT_WHY_SIZE, "the report cannot be made: %s", err_str(e));
	return e;
}

static enum err
report_transfer(struct report *r, struct custody *c, const struct custody_transfer *t,
    char why[REPORT_WHY_SIZE])
{
	struct entry **parsed;
	struct report_entry *entries;
	uint8_t genesis[32];
	size_t n = report_entries(r, c, t, &parsed, &entries);
	bool sealed = t->inventory[0] != '\0';
	MEM_FREE char *checkpoint = report_checkpoint(c);
	const struct register_medium *medium =
	    t->control[0] != '\0' ? register_find(custody_register(c), t->control) : NULL;
	json_t *row = medium != NULL ? register_row(medium) : NULL;
	json_t *exceptions = custody_exception_rows(c, t->exceptions);
	json_t *epochs = custody_epoch_rows(c);
	struct report_input in = {.transfer = t->id,
	    .state = transfer_state_name(t->facts.state),
	    .origin = custody_origin(c, LOG_CUSTODY),
	    .genesis = hex_decode(custody_genesis(c), 64, genesis, 32) ? genesis : NULL,
	    .checkpoint = checkpoint,
	    .entries = entries,
	    .nentries = n,
	    .inventory = sealed ? r->bytes[INPUT_INVENTORY] : NULL,
	    .inventory_len = sealed ? r->len[INPUT_INVENTORY] : 0,
	    .findings = sealed ? r->bytes[INPUT_FINDINGS] : NULL,
	    .findings_len = sealed ? r->len[INPUT_FINDINGS] : 0,
	    .policy = sealed ? r->bytes[INPUT_POLICY] : NULL,
	    .policy_len = sealed ? r->len[INPUT_POLICY] : 0,
	    .medium = row,
	    .exceptions = exceptions,
	    .epochs = epochs,
	    .veil = r->veiled ? r->veil : NULL,
	    .now_s = clock_wall_s()};
	enum err e = report_print(r, &in, why);
	json_decref(row);
	json_decref(exceptions);
	json_decref(epochs);
	for (size_t i = 0; i < n; i++)
		entry_free(parsed[i]);
	free(parsed);
	free(entries);
	return e;
}

static void
report_fail(struct report *r, const char *why)
{
	channel_send_wait(r->desk, MSG_REPORT_FAILED, json_pack("{s:s}", "why", why), -1);
}

/* --- what is about no one transfer ------------------------------------------------------ */

static enum err
report_general(struct report *r, const struct period_input *in, bool people)
{
	return report_write(r, &(struct report_teller){.about = people ? "people" : "transfers",
				   .tell = people ? report_tell_people : report_tell_period,
				   .period = in});
}

/* The first entries of the authority log alone. */
static struct custody *
report_people_at(struct report *r, uint64_t at, char why[CUSTODY_WHY_SIZE])
{
	struct custody *c = custody_new();
	const uint8_t *bytes;
	size_t cursor = 0, n;
	for (uint64_t seq = 0;
	     seq < at && entry_list_next(r->bytes[INPUT_AUTHORITY], r->len[INPUT_AUTHORITY],
			     &cursor, &bytes, &n) == ERR_OK;
	     seq++)
		if (custody_apply(c, LOG_AUTHORITY, bytes, n, why) != ERR_OK)
			return custody_free(c);
	if (custody_size(c, LOG_AUTHORITY) == at && at > 0)
		return c;
	snprintf(why, CUSTODY_WHY_SIZE, "the authority log has no %ju entries", (uintmax_t)at);
	return custody_free(c);
}

/* A period's people are those of its last day; caller frees what is returned. */
static struct custody *
report_people_then(struct report *r, struct period_input *in, bool people)
{
	char why[CUSTODY_WHY_SIZE];
	struct custody *then = NULL;
	in->people = in->custody;
	in->at = custody_size(in->custody, LOG_AUTHORITY);
	if (!people) {
		in->at =
		    period_size(r->bytes[INPUT_AUTHORITY], r->len[INPUT_AUTHORITY], in->to);
		in->people = then = report_people_at(r, in->at, why);
	}
	return then;
}

/* "report.pdf" of a transfer is "period-2026-01-01-2026-01-31.pdf" here. */
static char *
report_general_name(struct report *r, const struct period_input *in, bool people)
{
	const char *ending = strrchr(report_formats[r->format].name, '.');
	return people ? mem_printf("people%s", ending)
	              : mem_printf("period-%s-%s%s", in->from, in->to, ending);
}

static void
report_make_general(struct report *r, struct msg *m, bool people)
{
	char why[CUSTODY_WHY_SIZE] = "the record cannot be replayed";
	const bool at = people && json_object_get(m->body, "at") != NULL;
	struct period_input in = {.custody_list = r->bytes[INPUT_CUSTODY],
	    .custody_len = r->len[INPUT_CUSTODY],
	    .from = msg_str(m, "from") != NULL ? msg_str(m, "from") : "",
	    .to = msg_str(m, "to") != NULL ? msg_str(m, "to") : "",
	    .now_s = clock_wall_s()};
	if (!report_formats[r->format].general) {
		report_fail(r, "a report of this kind is text, json, csv, html or pdf");
		return;
	}
	if (!people && !period_is_span(in.from, in.to)) {
		report_fail(r, "the days are not two days in their order");
		return;
	}
	in.custody = at ? report_people_at(r, msg_uint(m, "at"), why) : report_replay(r, why);
	if (in.custody != NULL) {
		struct custody *then = report_people_then(r, &in, people);
		enum err e = report_general(r, &in, people);
		MEM_FREE char *name = report_general_name(r, &in, people);
		if (e == ERR_OK)
			channel_send_wait(r->desk, MSG_REPORT_OUTPUT,
			    json_pack("{s:s}", "name", name), r->fd);
		else
			report_fail(r, err_str(e));
		custody_free(then);
	} else {
		report_fail(r, why);
	}
	custody_free(in.custody);
}

static bool
report_is_general(const char *about)
{
	return strcmp(about, "people") == 0 || strcmp(about, "period") == 0;
}

static bool
report_find_format(struct report *r, const char *format)
{
	for (r->format = 0; r->format < REPORT_FORMATS; r->format++)
		if (strcmp(report_formats[r->format].format, format) == 0)
			return true;
	return false;
}

/* What was asked for with a key is never made without one. */
static bool
report_take_key(struct report *r, struct msg *m)
{
	const char *key = msg_str(m, "key");
	r->veiled = key != NULL;
	if (r->veiled && (report_formats[r->format].tell != report_tell ||
			     report_is_general(msg_str(m, "transfer")))) {
		report_fail(r, "only the custody report of a transfer is made without names");
		return false;
	}
	if (r->veiled && !hex_decode(key, strlen(key), r->veil, sizeof(r->veil))) {
		report_fail(r, "the key of a report without names is 64 hexadecimal digits");
		return false;
	}
	return true;
}

static void
report_make(struct report *r, struct msg *m)
{
	char why[CUSTODY_WHY_SIZE] = "the record cannot be replayed";
	if (!report_find_format(r, msg_str(m, "format"))) {
		report_fail(r, "there is no such format; use " REPORT_FORMAT_WORDS);
		return;
	}
	if (!report_take_key(r, m))
		return;
	if (report_is_general(msg_str(m, "transfer"))) {
		report_make_general(r, m, strcmp(msg_str(m, "transfer"), "people") == 0);
		return;
	}
	struct custody *c = report_replay(r, why);
	const struct custody_transfer *t =
	    c != NULL ? custody_transfer_find(c, msg_str(m, "transfer")) : NULL;
	if (c != NULL && t == NULL)
		snprintf(why, sizeof(why), "the record holds no such transfer");
	MEM_FREE char *name =
	    mem_printf("%s%s", r->veiled ? "releasable-" : "", report_formats[r->format].name);
	if (t != NULL && report_transfer(r, c, t, why) == ERR_OK)
		channel_send_wait(
		    r->desk, MSG_REPORT_OUTPUT, json_pack("{s:s}", "name", name), r->fd);
	else
		report_fail(r, why);
	custody_free(c);
}

/* Without the fonts all is made but PDF, which says what is missing. */
static void
report_confine(void)
{
	static const char *const folders[] = PAGE_FONT_FOLDERS;
	enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };
	struct sandbox_path paths[FOLDERS];
	size_t n = 0;
	for (size_t i = 0; i < FOLDERS; i++) {
		MEM_FREE char *path = mem_printf("%s/%s", PAGE_FONTS, folders[i]);
		int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			paths[n++] = (struct sandbox_path){fd, SANDBOX_READ};
	}
	const char *why = NULL;
	if (sandbox_enter(ROLE_REPORT, paths, n, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	while (n > 0)
		close(paths[--n].fd);
}

static _Noreturn void
report_usage(void)
{
	fprintf(stderr, "usage: sallyport-report\n"
			"Started by sallyportd with descriptor 3, the desk.\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct report r = {.fd = -1};
	struct msg m;
	const char *act = argc == 3 && strcmp(argv[1], "-T") == 0 ? argv[2] : NULL;
	if (act == NULL && argc != 1)
		report_usage();
	log_init("sallyport-report");
	json_object_seed(0);
	digest_init();
	if (seal_init() != ERR_OK)
		log_fatal("the cryptographic library cannot be set up");
	report_confine();
	if (act != NULL)
		sandbox_probe(act);
	r.desk = channel_new(SPAWN_FD_FIRST, ROLE_REPORT, ROLE_DESK);
	if (channel_hello(r.desk, "sallyport-report", sandbox_active()) != ERR_OK ||
	    channel_greet(r.desk, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("the desk does not answer");
	for (bool made = false; !made && channel_recv_wait(r.desk, &m, -1) == ERR_OK;
	     msg_done(&m)) {
		if (m.id == MSG_REPORT_INPUT)
			report_take(&r, &m);
		made = m.id == MSG_REPORT_MAKE;
		if (made)
			report_make(&r, &m);
	}
	channel_free(r.desk);
	return 0;
}
