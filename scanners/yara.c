/* SPDX-License-Identifier: ISC */
/*
 * scan-yara: the site's YARA rules.
 * May:        before its sandbox, read station.conf and the folders with rules;
 *             map the one object it was given; say which rules match where.
 * Must never: open, connect, write, run anything; load compiled rules; call
 *             clean what not all rules were held against to the end.
 * Dies when:  the desk hangs up, or a peer breaks the protocol.
 */
#include "scanners/scan.h"
#include "scanners/yara_engine.h"
#include "scanners/yara_rules.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/ipc/conf.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define YARA_WINDOW      4
#define YARA_TIMEOUT_S   45 /* of one object: this ... */
#define YARA_TIMEOUT_MIB 4  /* ... and one second for so many MiB; the manifest gives more */
#define YARA_RULE_SIZE   160
#define YARA_TITLE_SIZE  400
#define YARA_OURS        "share/sallyport/yara" /* rules that come with the programs */
#define YARA_HOME        "yara"                 /* those of the site, in the station's folder */
#define YARA_SETS        "signatures/yara/current" /* brought in: sallyport-signatures(8) */

/* Set once before the sandbox. */
static struct yara_engine *yara;

/* What the rules that matched come to, for one object. */
struct yara_look {
	struct scan *scan;
	struct scan_job *job;
	enum scan_verdict worst;
};

/* --- set-up --------------------------------------------------------------------------- */

/* The folder beside the programs, installed or in a build tree; "" when there is none. */
static void
yara_find_ours(char out[PATH_MAX])
{
	static const char *const places[] = {"..", "../.."};
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		MEM_FREE char *path = mem_printf("%s/%s/" YARA_OURS, self, places[i]);
		if (slash != NULL && realpath(path, out) != NULL)
			return;
	}
	out[0] = '\0';
}

/* In the station's folder: rules of the site, and the set that two people brought in. */
static const char *const yara_sites[2] = {YARA_HOME, YARA_SETS};

/* Folders that station.conf names; else ours, and the site's when there is one. */
static enum err
yara_read_rules(struct scan *s, struct yara_rules *rules, int64_t *ret_newest_s)
{
	char why[YARA_RULES_WHY_SIZE] = "", conf[CONF_WHY_SIZE] = "", ours[PATH_MAX];
	const char *home = getenv("SALLYPORT_HOME");
	struct station *station = NULL;
	enum err e = ERR_OK;
	if (home != NULL && conf_read(home, &station, conf) != ERR_OK) {
		scan_unfit(s, "%.400s", conf);
		return ERR_SYNTAX;
	}
	for (size_t i = 0; e == ERR_OK && station != NULL && i < station->nyara; i++)
		e = yara_rules_read(rules, station->yara[i], why);
	*ret_newest_s = rules->newest_s;
	if (e == ERR_OK && (station == NULL || station->nyara == 0)) {
		for (size_t i = 0; e == ERR_OK && home != NULL && i < 2; i++) {
			MEM_FREE char *site = mem_printf("%s/%s", home, yara_sites[i]);
			e = yara_rules_read(rules, site, why);
			e = e == ERR_NOTFOUND ? ERR_OK : e;
		}
		/* ours do not age: only the site's tell how old the set is */
		*ret_newest_s = rules->newest_s;
		yara_find_ours(ours);
		if (e == ERR_OK && ours[0] != '\0')
			e = yara_rules_read(rules, ours, why);
	}
	station_free(station);
	if (e == ERR_OK && rules->n == 0)
		e = err_say(ERR_NOTFOUND, why, sizeof(why),
		    "there are no rules (*.yar): it would find nothing. Put some into the "
		    "folders that station.conf names with yara, or into the station's folder "
		    "yara");
	if (e != ERR_OK)
		scan_unfit(s, "%s", why);
	return e;
}

static enum err
yara_setup(struct scan *s, struct scan_about *about)
{
	struct yara_rules rules = {.files = NULL};
	char why[YARA_ENGINE_WHY_SIZE] = "";
	int64_t newest_s = 0;
	enum err e = yara_read_rules(s, &rules, &newest_s);
	if (e == ERR_OK) {
		yara = yara_engine_new();
		for (size_t i = 0; e == ERR_OK && i < rules.n; i++)
			e = yara_engine_add(
			    yara, rules.files[i].path, rules.files[i].text, why);
		if (e == ERR_OK)
			e = yara_engine_ready(yara, why);
		if (e == ERR_OK && yara_engine_rules(yara) == 0)
			e = err_say(ERR_NOTFOUND, why, sizeof(why),
			    "%.200s has no rule in it: it would find nothing",
			    rules.files[0].path);
		if (e != ERR_OK)
			scan_unfit(s, "the rules cannot be used: %s", why);
	}
	if (e == ERR_OK) {
		snprintf(
		    about->engine, sizeof(about->engine), "YARA %s", yara_engine_version());
		yara_rules_digest(&rules, about->signatures);
		if (newest_s > 0)
			clock_format(newest_s, about->signature_date);
	}
	yara_rules_done(&rules);
	return e;
}

/* --- objects ----------------------------------------------------------------------------- */

static void
yara_on_hit(void *arg, const struct yara_hit *hit)
{
	static const struct {
		const char *severity, *class;
		enum scan_verdict verdict;
	} meanings[] = {
	    {"info", "policy", SCAN_CLEAN},
	    {"low", "policy", SCAN_SUSPICIOUS},
	    {"medium", "policy", SCAN_SUSPICIOUS},
	    {"high", "malware", SCAN_MALICIOUS},
	    {"critical", "malware", SCAN_MALICIOUS},
	};
	struct yara_look *look = arg;
	char rule[YARA_RULE_SIZE], title[YARA_TITLE_SIZE];
	size_t i = 0;
	while (strcmp(meanings[i].severity, hit->severity) != 0)
		i++;
	snprintf(rule, sizeof(rule), "yara/%s", hit->rule);
	snprintf(title, sizeof(title), "The rule %s matches%s%s", hit->rule,
	    hit->description[0] != '\0' ? ": " : "", hit->description);
	const char *where = hit->where[0] != '\0' ? hit->where : "its condition holds";
	const struct scan_finding f = {.rule = rule,
	    .class = meanings[i].class,
	    .severity = hit->severity,
	    .title = title,
	    .detail = where,
	    .detail_len = strlen(where),
	    .at = hit->at};
	scan_put_finding(look->scan, look->job, &f);
	if (meanings[i].verdict > look->worst)
		look->worst = meanings[i].verdict;
}

static bool
yara_keep_on(void *arg, uint64_t done_bytes)
{
	struct yara_look *look = arg;
	scan_put_progress(look->scan, look->job, done_bytes);
	return !scan_cancelled(look->scan, look->job);
}

static void
yara_object(struct scan *s, struct scan_job *job)
{
	static const enum scan_verdict ends[] = {
	    [YARA_WHOLE] = SCAN_CLEAN,
	    [YARA_PART] = SCAN_INCOMPLETE,
	    [YARA_TIMEOUT] = SCAN_TIMEOUT,
	    [YARA_STOPPED] = SCAN_TIMEOUT,
	    [YARA_TOO_LARGE] = SCAN_INCOMPLETE,
	    [YARA_FAILED] = SCAN_ERROR,
	};
	struct yara_look look = {s, job, SCAN_CLEAN};
	const struct yara_sink sink = {yara_on_hit, yara_keep_on, &look};
	const char *why = "";
	if (job->size_bytes == 0) {
		scan_result(s, job, SCAN_CLEAN, "empty", 0);
		return;
	}
	uint64_t seconds = YARA_TIMEOUT_S + (job->size_bytes >> 20) / YARA_TIMEOUT_MIB;
	enum yara_end end = yara_engine_scan(yara, job->fd, job->size_bytes,
	    seconds < INT_MAX ? (unsigned)seconds : INT_MAX, &sink, &why);
	if (end == YARA_TOO_LARGE)
		why = SCAN_WHY_TOO_LARGE ": rules with modules need it in one piece";
	/* what was found counts, whatever was not looked at; a doubt does not excuse the rest
	 */
	bool found = look.worst == SCAN_MALICIOUS ||
	             (look.worst == SCAN_SUSPICIOUS && end == YARA_WHOLE);
	scan_result(s, job, found ? look.worst : ends[end], found ? "" : why,
	    end == YARA_WHOLE || found ? job->size_bytes : 0);
}

static const struct scan_ops yara_ops = {
    .name = "yara",
    .window = YARA_WINDOW,
    .max_bytes = 0,
    .setup = yara_setup,
    .object = yara_object,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &yara_ops);
}
