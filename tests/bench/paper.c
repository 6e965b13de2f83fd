/* links: src/proc/report/csv src/proc/report/html src/proc/report/pdf src/proc/report/page src/proc/report/colour src/core/qr src/core/report src/core/report_items src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/slip src/core/fact src/core/fold src/core/tally src/core/account src/core/release src/core/part src/core/release_plan src/core/release_manifest src/core/tree src/core/merkle src/core/inventory src/core/inventory_check src/core/inventory_print src/core/finding src/core/item src/core/verdict src/core/policy src/core/setting src/core/canon src/core/digest src/base/escape src/base/utf8 src/base/clock src/base/hex src/base/buf src/base/mem src/base/err src/core/release_weigh src/core/exception src/core/report_exceptions src/base/io src/core/field src/core/fieldrule src/core/report_epochs src/core/report_recall src/core/veil */
/* SPDX-License-Identifier: ISC */
/*
 * paper ITEMS FORMAT FILE: the report of a made-up transfer of so many items; the first
 * of them bear the names of an enemy.  Says how long the telling took and how much
 * memory it needed beside the documents.
 */
#define SAMPLE_ITEMS 1
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/core/reading.h"
#include "src/core/report_tell.h"
#include "src/core/slip.h"
#include "src/core/tally.h"
#include "src/proc/report/csv.h"
#include "src/proc/report/html.h"
#include "src/proc/report/pdf.h"
#include "tests/unit/sample.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ENTRIES  9

/* In the order of their bytes; all come before "d". */
static const char *const hostile[] = {"\x1b]0;owned\x07.txt", "\"quoted\", with a comma.csv",
    "+1+cmd|' /C calc'!A0", "-rf", "</td><script>alert(1)</script>&amp;.html",
    "=HYPERLINK(\"a.example\")", "@SUM(1)", "a\nb\r\nc.txt",
    "bericht-\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f.txt", "broken-\xff\xfe.bin",
    "bytes-\xe4\xb8\xad\xe6\x96\x87.txt", "c-\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d.txt",
    "c-\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7.txt", "cod\xe2\x80\xae.exe.txt",
    "cz\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85.txt"};

static const char *const scanners[][4] = {
    {"av", "ClamAV 1.4.3", "27811", "2026-11-22"}, {"type", "libmagic 5.44", "", ""}};

struct world {
	struct buf inventory, findings;
	json_t *bodies[ENTRIES];
	struct report_entry entries[ENTRIES];
	struct report_input in;
	char digest[4][HEX_DIGEST_SIZE]; /* inventory, findings, policy, manifest */
};

static void
must(enum err e, const char *what)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "paper: %s: %s\n", what, err_str(e));
	exit(1);
}

static char *
world_name(uint64_t n)
{
	if (n < COUNT(hostile))
		return mem_printf("%s", hostile[n]);
	if (n == COUNT(hostile)) {
		char *path = mem_printf("%*s", LIM_PATH_BYTES, "");
		memset(path, 'd', LIM_PATH_BYTES);
		for (size_t i = 255; i < LIM_PATH_BYTES - 1; i += 256)
			path[i] = '/';
		return path;
	}
	return mem_printf("docs/%04llu/data set %08llu.csv", (unsigned long long)(n / 1000),
	    (unsigned long long)n);
}

/* Every tenth has something against it. */
static void
world_judge(struct world *w, struct sample *s, uint64_t n)
{
	struct inventory_item *it = &s->items[0];
	const size_t from = w->findings.len;
	char why[TALLY_WHY_SIZE] = "";
	struct tally *tally;
	struct finding f = {.item = it->id,
	    .class = n % 20 == 0 ? FINDING_MALWARE : FINDING_NAME,
	    .severity = n % 20 == 0 ? FINDING_CRITICAL : FINDING_LOW,
	    .scanner = "av",
	    .rule = "av/hit",
	    .title = "something was found",
	    .detail = "at the \x1b[2J beginning"};
	if (n % 20 == 0) {
		it->scans[0].verdict = VERDICT_MALICIOUS;
		it->scans[0].why = "Eicar-Test";
	} else if (n % 10 == 3) {
		sample_decide(it, ITEM_REJECT, "nobody asked for it");
	} else if (n % 10 == 7) {
		sample_decide(it, ITEM_HOLD, "ask the sender what it is");
	}
	if (n % 10 == 0)
		must(finding_print(&f, &w->findings), "finding");
	must(tally_new(w->findings.data + from, w->findings.len - from, NULL, 0, &tally, why),
	    why);
	tally_put(tally, it);
	tally_free(tally);
}

static void
world_items(struct world *w, uint64_t items)
{
	struct policy *policy;
	struct sample s;
	char why[RELEASE_WHY_SIZE] = "";
	must(policy_parse(SAMPLE_POLICY, strlen(SAMPLE_POLICY), &policy, why), why);
	for (uint64_t n = 0; n < items; n++) {
		MEM_FREE char *name = world_name(n);
		sample_init(&s);
		const struct release_under under = {policy, s.exceptions, 0, NULL};
		struct inventory_item *it = sample_file(&s, name);
		MEM_FREE char *dest = reading_is_safe(name, strlen(name))
		                          ? mem_printf("%s", name)
		                          : escape_dup(name);
		it->id = n + 1;
		it->dest = sample_bytes(dest);
		if (n == COUNT(hostile))
			it->dest.len = 0;
		world_judge(w, &s, n);
		release_weigh_exceptions(&under, it);
		struct release_plan *plan = release_plan_new(&under);
		must(release_plan_add(plan, it, why), why);
		must(release_plan_settle(plan, why), why);
		release_judge(&under, release_plan_tree(plan), it);
		release_plan_free(plan);
		must(inventory_print_item(it, &w->inventory), "item");
		sample_done(&s);
	}
	policy_free(policy);
}

static void
world_hex(const void *bytes, size_t n, char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), out);
}

static void
world_entry(struct world *w, const char *type, const char *id, const char *role, json_t *data)
{
	size_t n = w->in.nentries++;
	char at[32];
	if (data == NULL)
		must(ERR_RANGE, type);
	snprintf(at, sizeof(at), "2026-11-23T08:%02zu:00Z", n * 4);
	w->bodies[n] =
	    json_pack("{ss ss ss s{ss ss ss ss} so}", "type", type, "at", at, "meaning",
		"I reviewed the inventory and the scan results and approve the release of this "
		"manifest.",
		"actor", "id", id, "name",
		strcmp(id, "K1") == 0 ? "station K1" : "Printed Name", "role", role, "key",
		"SHA256:Vb3mV0jRkO3lKq9oS8w3bH1h0r1Jx2vXJcQn5dE6f7g", "data", data);
	w->entries[n] = (struct report_entry){.seq = n + 10, .body = w->bodies[n]};
	digest_sha256(&n, sizeof(n), w->entries[n].leaf);
}

static json_t *
world_approval(const struct world *w, const struct release_manifest *m, int slot)
{
	char hex[HEX_DIGEST_SIZE];
	hex_encode(m->sha256, 32, hex);
	return json_pack("{si s{ss} ss ss s{ss} ss}", "slot", slot, "inventory", "sha256",
	    w->digest[0], "findings", w->digest[1], "policy", w->digest[2], "manifest",
	    "sha256", hex, "dest", "transfers/K1-000042");
}

static void
world_entries(struct world *w)
{
	struct release_manifest *m;
	char why[RELEASE_WHY_SIZE], hex[HEX_DIGEST_SIZE];
	json_t *list = json_array();
	must(release_manifest(w->inventory.data, w->inventory.len, SAMPLE_POLICY,
		 strlen(SAMPLE_POLICY), &m, why),
	    why);
	hex_encode(m->sha256, 32, hex);
	for (size_t i = 0; i < COUNT(scanners); i++)
		json_array_append_new(list,
		    json_pack("{ss ss ss ss ss ss ss sb}", "name", scanners[i][0], "engine",
			scanners[i][1], "signatures", scanners[i][2], "date", scanners[i][3],
			"version", "1", "before", "pass", "after", "pass", "sandbox", 1));
	world_entry(w, "xfer.open", "K1", "station",
	    json_pack("{ss ss s[{ss ss}] s{ss ss si s{ss ss ss ss}}}", "officer", "m.weber",
		"requester", "r.haas", "fields", "name", "purpose", "value", "spectra of run 7",
		"medium", "source", "usb:1-2", "kind", "disk", "bytes", 64000000, "device",
		"port", "R1", "vendor", "ACME", "model", "Stick\\x1B[2J", "serial", "4C53-01"));
	world_entry(w, "xfer.start", "K1", "station", json_object());
	world_entry(w, "xfer.read", "K1", "station",
	    json_pack("{s{si ss s[{si ss si ss}]}}", "medium", "bytes", 64000000, "table",
		"mbr", "volumes", "n", 1, "kind", "fat32", "bytes", 63000000, "label", "DATA"));
	world_entry(w, "xfer.scan", "K1", "station",
	    json_pack("{si so}", "objects", 1, "scanners", list));
	world_entry(w, "xfer.approve", "m.weber", "officer", world_approval(w, m, 1));
	world_entry(w, "xfer.approve", "a.frey", "officer", world_approval(w, m, 2));
	world_entry(w, "xfer.release", "K1", "station", json_object());
	world_entry(w, "xfer.deliver", "K1", "station",
	    json_pack("{ss s{ss sI sI} ss}", "dest", "transfers/K1-000042", "manifest",
		"sha256", hex, "files", (json_int_t)m->nfiles, "bytes", (json_int_t)m->bytes,
		"readback", hex));
	world_entry(w, "xfer.close", "m.weber", "officer",
	    json_pack("{ss}", "disposition", "returned to the sender"));
	release_manifest_free(m);
}

static void
world_make(struct world *w, uint64_t items)
{
	static const char *const deciders[] = {"a.frey", "m.weber"};
	buf_init(&w->inventory, LIM_SEALED_BYTES);
	buf_init(&w->findings, LIM_SEALED_BYTES);
	world_hex(SAMPLE_POLICY, strlen(SAMPLE_POLICY), w->digest[2]);
	const struct inventory_header h = {.transfer = "K1-000042",
	    .station = "K1",
	    .officer = "m.weber",
	    .requester = "r.haas",
	    .policy = w->digest[2],
	    .approvals = 2,
	    .items = items,
	    .deciders = deciders,
	    .ndeciders = 2,
	    .medium = json_object(),
	    .scanners = json_array()};
	must(inventory_print_header(&h, &w->inventory), "header");
	json_decref(h.medium);
	json_decref(h.scanners);
	world_items(w, items);
	world_hex(w->inventory.data, w->inventory.len, w->digest[0]);
	world_hex(w->findings.data, w->findings.len, w->digest[1]);
	w->in = (struct report_input){.transfer = "K1-000042",
	    .state = "CLOSED",
	    .origin = "demo/K1/custody/1",
	    .genesis = w->entries[0].leaf,
	    .checkpoint =
		"demo/K1/custody/1\n21\nGvYYv3X2nJ9h1ldLDpJkKkTnCqf0R3PjN6a2yQ0z0nE=\n\n",
	    .entries = w->entries,
	    .inventory = w->inventory.data,
	    .inventory_len = w->inventory.len,
	    .findings = w->findings.data,
	    .findings_len = w->findings.len,
	    .policy = SAMPLE_POLICY,
	    .policy_len = strlen(SAMPLE_POLICY),
	    .now_s = 1795430000};
	world_entries(w);
}

/* --- formats ------------------------------------------------------------------------ */

static const struct {
	const char *name;
	const struct sheet_format *(*format)(void);
	enum err (*tell)(const struct report_input *, const json_t *, struct sheet *);
	const char *about;
	size_t own_bytes;
} formats[] = {
    {"text", sheet_text, report_tell, NULL, 1},
    {"json", sheet_json, report_tell, NULL, 1},
    {"slip", sheet_text, slip_tell, NULL, 1},
    {"csv", csv, report_tell, "items", sizeof(bool)},
    {"csv-findings", csv, report_tell, "findings", sizeof(bool)},
    {"html", html, report_tell, NULL, sizeof(struct html)},
    {"pdf", pdf, report_tell, NULL, sizeof(struct pdf)},
};

static enum err
put(void *arg, const void *bytes, size_t n)
{
	return io_write_all(*(int *)arg, bytes, n);
}

/* Kilobytes this process ever had. */
static long
peak_kb(void)
{
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

static void
tell(struct world *w, size_t k, const char *file)
{
	struct sheet sheet;
	json_t *tree = NULL;
	char why[REPORT_WHY_SIZE] = "";
	MEM_FREE void *own = mem_alloc(formats[k].own_bytes);
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	must(fd >= 0 ? ERR_OK : ERR_IO, file);
	const long before_kb = peak_kb();
	const uint64_t begin = clock_mono_ns();
	must(report_build(&w->in, &tree, why), why);
	/* a PDF is told twice: its pages are counted first */
	for (int times = formats[k].format == pdf ? 2 : 1; times > 0; times--) {
		sheet_init(&sheet, formats[k].format(), own, put, &fd);
		sheet.about = formats[k].about;
		sheet_fail(&sheet, formats[k].tell(&w->in, tree, &sheet));
		must(sheet_done(&sheet), formats[k].name);
	}
	printf("seconds %.2f\nmegabytes %.1f\n", (double)(clock_mono_ns() - begin) / 1e9,
	    (double)(peak_kb() - before_kb) / 1024);
	json_decref(tree);
	close(fd);
}

int
main(int argc, char **argv)
{
	static struct world w;
	size_t k = 0;
	while (argc == 4 && k < COUNT(formats) && strcmp(formats[k].name, argv[2]) != 0)
		k++;
	if (argc != 4 || k == COUNT(formats)) {
		fprintf(stderr, "usage: paper ITEMS FORMAT FILE\n");
		return 2;
	}
	digest_init();
	world_make(&w, strtoull(argv[1], NULL, 10));
	tell(&w, k, argv[3]);
	for (size_t i = 0; i < w.in.nentries; i++)
		json_decref(w.bodies[i]);
	buf_done(&w.inventory);
	buf_done(&w.findings);
	return 0;
}
