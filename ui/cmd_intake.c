/* SPDX-License-Identifier: ISC */
/* Reading a medium: start, follow, pause, stop, scan again. */
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "ui/cmd_intake.h"
#include "ui/cmd_status.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/prefill.h"
#include "ui/print.h"
#include "ui/watch.h"

#include <string.h>
#include <unistd.h>

/* An absolute path in base64, as `media --json` prints the source of a medium. */
static bool
intake_is_printed(const char *text)
{
	size_t n = strlen(text), len = 0;
	MEM_FREE uint8_t *path = mem_alloc(n / 4 * 3 + 1);
	return hex_b64_decode(text, n, path, &len) && len > 0 && path[0] == '/' &&
	       memchr(path, '\0', len) == NULL;
}

/*
 * The path as bytes; a device's is made absolute, because another process opens
 * it.  A device without a slash is the name of the port it is in, or a source
 * that was printed.
 */
static json_t *
intake_source(const struct arg *source)
{
	char here[LIM_PATH_BYTES];
	if (source->fd < 0 && intake_is_printed(source->value))
		return json_string(source->value);
	bool relative =
	    source->fd < 0 && source->value[0] != '/' && strchr(source->value, '/') != NULL;
	MEM_FREE char *path = relative && getcwd(here, sizeof(here)) != NULL
	                          ? mem_printf("%s/%s", here, source->value)
	                          : mem_strdup(source->value);
	size_t n = strlen(path);
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(n));
	hex_b64_encode((const uint8_t *)path, n, text);
	return json_string(text);
}

/* Who it is for: named, or known from the reading that is repeated. */
static int
intake_requester(struct ui *ui, const struct args *a, const struct prefill *p, json_t **ret)
{
	const char *resume = args_text(a, "resume");
	json_t *status;
	if (p->requester[0] != '\0') {
		*ret = json_string(p->requester);
		return UI_DONE;
	}
	if (resume == NULL) {
		print_problem(
		    "--requester is missing", "say who the data is for: --requester ID");
		return UI_USAGE;
	}
	int answer = desk_status(ui, resume, &status);
	if (answer != UI_DONE)
		return answer;
	*ret = json_string(row_text(status, "requester"));
	json_decref(status);
	return UI_DONE;
}

int
cmd_intake_follow(struct ui *ui, const char *transfer)
{
	static const struct {
		const char *state;
		int status;
	} ends[] = {
	    {"REVIEW", UI_DONE},
	    {"BLOCKED", UI_NO},
	    {"ABORTED", UI_NO},
	    {"FAULT", UI_FAULT},
	    {"choosing", UI_DONE},
	};
	struct watch w;
	int answer = watch(ui, transfer, &w), end = UI_DONE;
	if (answer != UI_DONE || w.left)
		return answer;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(ends[i].state, w.state) == 0)
			end = ends[i].status;
	answer = cmd_status_print(ui, transfer);
	if (end != UI_DONE)
		print_problemf("sallyport status tells what comes next", "%s is %s: %s",
		    transfer, w.state, w.why[0] != '\0' ? w.why : "no reason was given");
	return answer != UI_DONE ? answer : end;
}

/* The medium's control number, and the request that was given with it. */
static void
intake_add_papers(json_t *body, const struct args *a, const struct prefill *p)
{
	if (args_has(a, "medium"))
		json_object_set_new(body, "control", json_string(args_text(a, "medium")));
	if (p->request[0] != '\0')
		json_object_set_new(body, "request", json_string(p->request));
	if (p->signature[0] != '\0')
		json_object_set_new(body, "signature", json_string(p->signature));
}

int
cmd_intake(struct ui *ui, struct args *a)
{
	const struct arg *source = args_at(a, "SOURCE", 0);
	json_t *requester = NULL;
	struct prefill p;
	struct msg m;
	int status = prefill(ui, a, &p);
	if (status == UI_DONE)
		status = intake_requester(ui, a, &p, &requester);
	if (status != UI_DONE) {
		json_decref(p.fields);
		return status;
	}
	json_t *body = json_pack("{s:o, s:o, s:o}", "source", intake_source(source),
	    "requester", requester, "fields", p.fields);
	intake_add_papers(body, a, &p);
	if (args_has(a, "hold"))
		json_object_set_new(body, "hold", json_string("always"));
	if (args_has(a, "resume"))
		json_object_set_new(body, "resume", json_string(args_text(a, "resume")));
	status = desk_call(ui, source->fd >= 0 ? MSG_UI_INTAKE : MSG_UI_INTAKE_DEVICE, body,
	    source->fd, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	MEM_FREE char *transfer =
	    mem_strdup(msg_str(&m, "transfer") != NULL ? msg_str(&m, "transfer") : "");
	msg_done(&m);
	print_out("%stransfer %s\n", desk_mark(ui), transfer);
	return args_has(a, "no-wait") ? UI_DONE : cmd_intake_follow(ui, transfer);
}

int
cmd_intake_watch(struct ui *ui, struct args *a)
{
	return cmd_intake_follow(ui, args_text(a, "TRANSFER"));
}

static int
intake_ask(struct ui *ui, enum msg_id id, json_t *body)
{
	return desk_call(ui, id, body, -1, MSG_DESK_DONE, NULL);
}

static int
intake_set_paused(struct ui *ui, const struct args *a, bool paused)
{
	const char *transfer = args_text(a, "TRANSFER");
	int status = intake_ask(ui, MSG_UI_PAUSE,
	    json_pack("{s:s, s:b}", "transfer", transfer, "paused", (int)paused));
	if (status == UI_DONE)
		print_out("%s%s %s\n", desk_mark(ui), transfer, paused ? "paused" : "goes on");
	return status;
}

int
cmd_intake_pause(struct ui *ui, struct args *a)
{
	return intake_set_paused(ui, a, true);
}

int
cmd_intake_continue(struct ui *ui, struct args *a)
{
	return intake_set_paused(ui, a, false);
}

int
cmd_intake_skip(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	int status = intake_ask(ui, MSG_UI_GIVE_UP, json_pack("{s:s}", "transfer", transfer));
	if (status == UI_DONE)
		print_out("%s%s it is given up: a file as soon as the medium answers\n",
		    desk_mark(ui), transfer);
	return status;
}

int
cmd_intake_stop(struct ui *ui, struct args *a)
{
	int status = intake_ask(ui, MSG_UI_STOP,
	    json_pack("{s:s, s:s}", "transfer", args_text(a, "TRANSFER"), "reason",
		args_text(a, "reason")));
	return status == UI_DONE ? cmd_status_print(ui, args_text(a, "TRANSFER")) : status;
}

int
cmd_intake_rescan(struct ui *ui, struct args *a)
{
	struct msg m;
	int status = desk_call(ui, MSG_UI_RESCAN,
	    json_pack("{s:s}", "transfer", args_text(a, "TRANSFER")), -1, MSG_DESK_DONE, &m);
	if (status == UI_DONE && msg_str(&m, "text") != NULL)
		print_err("%s\n", msg_str(&m, "text"));
	if (status == UI_DONE)
		msg_done(&m);
	return status == UI_DONE ? cmd_intake_follow(ui, args_text(a, "TRANSFER")) : status;
}
