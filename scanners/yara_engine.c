/* SPDX-License-Identifier: ISC */
#include "scanners/yara_engine.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <yara.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define YARA_TRY_S       20  /* for the test file, at the start */
#define YARA_WHERE_SIZE  320 /* of a finding's detail */
#define YARA_WHERE_SHOWN 4   /* offsets of one string */

/* In two halves, so that no antivirus finds the test file in this program. */
static const char yara_own_rule[] =
    "rule EICAR_test_file { meta: description = \"the EICAR test file\" severity = "
    "\"critical\" strings: $first = \"X5O!P%@AP[4\\\\PZX54(P^)7CC)7}$EICAR-STAND\" "
    "$second = \"ARD-ANTIVIRUS-TEST-FILE!$H+H*\" condition: $first at 0 and $second at 39 }";
static const char *const yara_own_test[] = {
    "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAND", "ARD-ANTIVIRUS-TEST-FILE!$H+H*"};

/* They look at the bytes they are given and at nothing else. */
static const char *const yara_modules[] = {
    "pe", "elf", "math", "hash", "dotnet", "macho", "dex", "string"};

static const char *const yara_severities[] = {"info", "low", "medium", "high", "critical"};

struct yara_engine {
	YR_COMPILER *compiler;
	YR_RULES *rules;
	YR_SCANNER *scanner;
	size_t nrules;
	const char *name; /* of the file that is being compiled */
	char *why;        /* where its first error goes */
	struct yara_cut cut;
	bool modules;     /* a rule needs one */
	char refused[64]; /* the name of one that is not ours to use */
	/* the scan under way */
	const struct yara_sink *sink;
	bool over; /* a string matched too often */
};

/* --- rules -------------------------------------------------------------------------- */

/* Only the first error of a file is kept: the others are often its echo. */
static void
yara_on_compiler(
    int level, const char *file, int line, const YR_RULE *rule, const char *message, void *arg)
{
	struct yara_engine *y = arg;
	(void)file;
	(void)rule;
	if (level == YARA_ERROR_LEVEL_ERROR && y->why != NULL && y->why[0] == '\0')
		snprintf(y->why, YARA_ENGINE_WHY_SIZE, "%.200s, line %d: %.150s", y->name, line,
		    message);
}

struct yara_engine *
yara_engine_new(void)
{
	struct yara_engine *y = mem_alloc(sizeof(*y));
	y->cut = (struct yara_cut){UINT64_C(1) << 30, UINT64_C(256) << 20, UINT64_C(1) << 20};
	if (yr_initialize() != ERROR_SUCCESS ||
	    yr_compiler_create(&y->compiler) != ERROR_SUCCESS)
		log_fatal("libyara cannot be set up");
	yr_compiler_set_callback(y->compiler, yara_on_compiler, y);
	yr_compiler_set_include_callback(y->compiler, NULL, NULL, NULL);
	return y;
}

void
yara_engine_free(struct yara_engine *y)
{
	if (y == NULL)
		return;
	if (y->scanner != NULL)
		yr_scanner_destroy(y->scanner);
	if (y->rules != NULL)
		yr_rules_destroy(y->rules);
	if (y->compiler != NULL)
		yr_compiler_destroy(y->compiler);
	yr_finalize();
	free(y);
}

enum err
yara_engine_add(struct yara_engine *y, const char *name, const char *text,
    char ret_why[YARA_ENGINE_WHY_SIZE])
{
	y->name = name;
	y->why = ret_why;
	ret_why[0] = '\0';
	/* each file is a namespace: two of them may use one name for a rule */
	int errors = yr_compiler_add_string(y->compiler, text, name);
	y->why = NULL;
	if (errors == 0)
		return ERR_OK;
	if (ret_why[0] == '\0')
		snprintf(ret_why, YARA_ENGINE_WHY_SIZE, "%.300s: it cannot be compiled", name);
	return ERR_SYNTAX;
}

void
yara_engine_cut(struct yara_engine *y, const struct yara_cut *cut)
{
	assert(cut->overlap_bytes < cut->piece_bytes && cut->piece_bytes <= cut->whole_bytes);
	y->cut = *cut;
}

const char *
yara_engine_version(void)
{
	return YR_VERSION;
}

size_t
yara_engine_rules(const struct yara_engine *y)
{
	return y->nrules;
}

/* --- what a scan says ------------------------------------------------------------------ */

static const char *
yara_meta(const YR_RULE *rule, const char *name)
{
	const YR_META *meta;
	yr_rule_metas_foreach(rule, meta)
	{
		if (meta->type == META_TYPE_STRING && strcmp(meta->identifier, name) == 0)
			return meta->string;
	}
	return "";
}

static const char *
yara_severity(const YR_RULE *rule)
{
	const char *said = yara_meta(rule, "severity");
	for (size_t i = 0; i < COUNT(yara_severities); i++)
		if (strcasecmp(said, yara_severities[i]) == 0)
			return yara_severities[i];
	return "high"; /* a rule that does not say means it */
}

/* One string's matches behind what is in out; *at becomes the least offset. */
static void
yara_where_string(
    YR_SCAN_CONTEXT *context, const YR_STRING *string, char out[YARA_WHERE_SIZE], uint64_t *at)
{
	YR_MATCH match;
	size_t n = strlen(out), shown = 0, more = 0;
	for (const void *p = context->matches[string->idx].head; p != NULL; p = match.next) {
		/* the library packs them, whatever their alignment */
		memcpy(&match, p, sizeof(match));
		uint64_t offset = (uint64_t)(match.base + match.offset);
		if (match.is_private)
			continue;
		*at = offset < *at ? offset : *at;
		if (shown == YARA_WHERE_SHOWN || YARA_WHERE_SIZE - n < 100) {
			more++;
			continue;
		}
		int w = shown++ > 0
		            ? snprintf(out + n, YARA_WHERE_SIZE - n, ", %ju", (uintmax_t)offset)
		            : snprintf(out + n, YARA_WHERE_SIZE - n, "%s%.40s at %ju",
				  n > 0 ? "; " : "", string->identifier, (uintmax_t)offset);
		n += (size_t)w;
	}
	if (more > 0 && shown > 0)
		snprintf(out + n, YARA_WHERE_SIZE - n, " and %zu more", more);
}

static void
yara_on_match(struct yara_engine *y, YR_SCAN_CONTEXT *context, const YR_RULE *rule)
{
	char where[YARA_WHERE_SIZE] = "";
	uint64_t at = UINT64_MAX;
	const YR_STRING *string;
	yr_rule_strings_foreach(rule, string) yara_where_string(context, string, where, &at);
	const struct yara_hit hit = {rule->identifier, yara_meta(rule, "description"),
	    yara_severity(rule), where, at == UINT64_MAX ? 0 : at};
	y->sink->hit(y->sink->arg, &hit);
}

static int
yara_on_import(struct yara_engine *y, const char *module)
{
	for (size_t i = 0; i < COUNT(yara_modules); i++)
		if (strcmp(yara_modules[i], module) == 0) {
			y->modules = true;
			return CALLBACK_CONTINUE;
		}
	snprintf(y->refused, sizeof(y->refused), "%s", module);
	return CALLBACK_ERROR;
}

static int
yara_on_scan(YR_SCAN_CONTEXT *context, int message, void *data, void *arg)
{
	struct yara_engine *y = arg;
	switch (message) {
	case CALLBACK_MSG_RULE_MATCHING:
		yara_on_match(y, context, data);
		return CALLBACK_CONTINUE;
	case CALLBACK_MSG_IMPORT_MODULE:
		return yara_on_import(y, ((YR_MODULE_IMPORT *)data)->module_name);
	case CALLBACK_MSG_TOO_MANY_MATCHES:
		/* that string is not looked for any more, all others are */
		y->over = true;
		return CALLBACK_CONTINUE;
	default:
		return CALLBACK_CONTINUE;
	}
}

/* --- bytes ------------------------------------------------------------------------------- */

/* A file as the library sees it: one piece after the other, each mapped when it is its turn. */
struct yara_source {
	int fd;
	uint64_t size_bytes, piece_bytes, step_bytes, told_bytes;
	uint8_t *map;
	YR_MEMORY_BLOCK block; /* the piece that is mapped */
	const struct yara_sink *sink;
	bool stopped;
};

static void
yara_source_close(struct yara_source *s)
{
	if (s->map != NULL)
		munmap(s->map, s->block.size);
	s->map = NULL;
}

static const uint8_t *
yara_source_bytes(YR_MEMORY_BLOCK *block)
{
	return ((struct yara_source *)block->context)->map;
}

static YR_MEMORY_BLOCK *
yara_source_open(YR_MEMORY_BLOCK_ITERATOR *it, uint64_t at)
{
	struct yara_source *s = it->context;
	uint64_t left = s->size_bytes - at;
	yara_source_close(s);
	/* conditions may go through the pieces again: that is no news */
	if (at > s->told_bytes && s->sink->keep_on != NULL) {
		s->told_bytes = at;
		s->stopped = !s->sink->keep_on(s->sink->arg, at);
	}
	s->block.size = (size_t)(left < s->piece_bytes ? left : s->piece_bytes);
	s->block.base = at;
	void *map = s->stopped
	                ? MAP_FAILED
	                : mmap(NULL, s->block.size, PROT_READ, MAP_PRIVATE, s->fd, (off_t)at);
	if (map == MAP_FAILED) {
		it->last_error = ERROR_COULD_NOT_MAP_FILE;
		return NULL;
	}
	s->map = map;
	it->last_error = ERROR_SUCCESS;
	return &s->block;
}

static YR_MEMORY_BLOCK *
yara_source_first(YR_MEMORY_BLOCK_ITERATOR *it)
{
	return yara_source_open(it, 0);
}

static YR_MEMORY_BLOCK *
yara_source_next(YR_MEMORY_BLOCK_ITERATOR *it)
{
	struct yara_source *s = it->context;
	if (s->size_bytes - s->block.base > s->piece_bytes)
		return yara_source_open(it, s->block.base + s->step_bytes);
	it->last_error = ERROR_SUCCESS;
	return NULL;
}

static uint64_t
yara_source_size(YR_MEMORY_BLOCK_ITERATOR *it)
{
	return ((struct yara_source *)it->context)->size_bytes;
}

static enum yara_end
yara_end_of(
    const struct yara_engine *y, const struct yara_source *s, int error, const char **ret_why)
{
	static const struct {
		int error;
		enum yara_end end;
		const char *why;
	} ends[] = {
	    {ERROR_SUCCESS, YARA_WHOLE, ""},
	    {ERROR_SCAN_TIMEOUT, YARA_TIMEOUT, "the rules took longer than its size allows"},
	    {ERROR_TOO_MANY_MATCHES, YARA_PART, "a string of a rule matches too often"},
	    {ERROR_TOO_MANY_RE_FIBERS, YARA_PART, "an expression of a rule branches too often"},
	    {ERROR_INSUFFICIENT_MEMORY, YARA_PART, "the rules need more memory than they get"},
	    {ERROR_EXEC_STACK_OVERFLOW, YARA_PART, "a condition of a rule is too deep"},
	};
	*ret_why = "libyara gave up";
	if (s->stopped)
		return YARA_STOPPED;
	if (error == ERROR_SUCCESS && y->over)
		error = ERROR_TOO_MANY_MATCHES;
	for (size_t i = 0; i < COUNT(ends); i++)
		if (ends[i].error == error) {
			*ret_why = ends[i].why;
			return ends[i].end;
		}
	return YARA_FAILED;
}

enum yara_end
yara_engine_scan(struct yara_engine *y, int fd, uint64_t size_bytes, unsigned timeout_s,
    const struct yara_sink *sink, const char **ret_why)
{
	bool whole = size_bytes <= y->cut.whole_bytes;
	assert(size_bytes > 0 && y->scanner != NULL);
	if (!whole && y->modules) {
		*ret_why = "rules with modules need it in one piece";
		return YARA_TOO_LARGE;
	}
	struct yara_source s = {.fd = fd,
	    .size_bytes = size_bytes,
	    .piece_bytes = whole ? size_bytes : y->cut.piece_bytes,
	    .step_bytes = y->cut.piece_bytes - y->cut.overlap_bytes,
	    .sink = sink};
	s.block.context = &s;
	s.block.fetch_data = yara_source_bytes;
	YR_MEMORY_BLOCK_ITERATOR it = {
	    &s, yara_source_first, yara_source_next, yara_source_size, ERROR_SUCCESS};
	y->sink = sink;
	y->over = false;
	yr_scanner_set_timeout(y->scanner, timeout_s < INT32_MAX ? (int)timeout_s : INT32_MAX);
	int error = yr_scanner_scan_mem_blocks(y->scanner, &it);
	yara_source_close(&s);
	y->sink = NULL;
	return yara_end_of(y, &s, error, ret_why);
}

/* --- ready ------------------------------------------------------------------------------- */

static void
yara_on_own_hit(void *arg, const struct yara_hit *hit)
{
	*(bool *)arg |= strcmp(hit->rule, "EICAR_test_file") == 0;
}

/* The test file, with all the rules; ret_known: ours matches. */
static enum yara_end
yara_try(struct yara_engine *y, bool *ret_known)
{
	const char *why;
	const struct yara_sink sink = {yara_on_own_hit, NULL, ret_known};
	MEM_FREE char *text = mem_printf("%s%s", yara_own_test[0], yara_own_test[1]);
	MEM_CLOSE int fd = -1;
	if (io_memfd("test", text, strlen(text), &fd) != ERR_OK)
		return YARA_FAILED;
	return yara_engine_scan(y, fd, strlen(text), YARA_TRY_S, &sink, &why);
}

enum err
yara_engine_ready(struct yara_engine *y, char ret_why[YARA_ENGINE_WHY_SIZE])
{
	const YR_RULE *rule;
	enum err e = yara_engine_add(y, "(our own)", yara_own_rule, ret_why);
	if (e != ERR_OK)
		return e;
	if (yr_compiler_get_rules(y->compiler, &y->rules) != ERROR_SUCCESS ||
	    yr_scanner_create(y->rules, &y->scanner) != ERROR_SUCCESS)
		return err_say(ERR_LIMIT, ret_why, YARA_ENGINE_WHY_SIZE,
		    "the rules take more memory than there is");
	yr_scanner_set_callback(y->scanner, yara_on_scan, y);
	yr_scanner_set_flags(
	    y->scanner, SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_REPORT_RULES_MATCHING);
	yr_rules_foreach(y->rules, rule) y->nrules++;
	y->nrules--; /* our own */
	bool known = false;
	enum yara_end end = yara_try(y, &known);
	if (y->refused[0] != '\0')
		return err_say(ERR_DENIED, ret_why, YARA_ENGINE_WHY_SIZE,
		    "a rule imports the module %s, which is not for scanning a file: take the "
		    "rule out",
		    y->refused);
	if (end == YARA_TIMEOUT)
		return err_say(ERR_LIMIT, ret_why, YARA_ENGINE_WHY_SIZE,
		    "the rules take more than %d seconds for a file of 68 bytes: take out what "
		    "loops",
		    YARA_TRY_S);
	if (end != YARA_WHOLE || !known)
		return err_say(ERR_STATE, ret_why, YARA_ENGINE_WHY_SIZE,
		    "with these rules libyara does not find the EICAR test file: try one file "
		    "of them after the other");
	return ERR_OK;
}
