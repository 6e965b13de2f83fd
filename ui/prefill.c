/* SPDX-License-Identifier: ISC */
#include "ui/prefill.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/request.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A field that nobody filled yet. */
static void
prefill_field(struct prefill *p, const char *name, const char *value)
{
	const json_t *f;
	size_t i;
	json_array_foreach (p->fields, i, f)
		if (strcmp(row_text(f, "name"), name) == 0)
			return;
	if (value[0] != '\0')
		json_array_append_new(
		    p->fields, json_pack("{s:s, s:s}", "name", name, "value", value));
}

static void
prefill_requester(struct prefill *p, const char *id)
{
	if (p->requester[0] == '\0')
		snprintf(p->requester, sizeof(p->requester), "%s", id);
}

static void
prefill_rows(struct prefill *p, const json_t *fields)
{
	const json_t *f;
	size_t i;
	json_array_foreach (fields, i, f)
		prefill_field(p, row_text(f, "name"), row_text(f, "value"));
}

/* The same, and that they are the request's is told with them. */
static void
prefill_request_rows(struct prefill *p, const json_t *fields)
{
	size_t before = json_array_size(p->fields);
	prefill_rows(p, fields);
	for (size_t i = before; i < json_array_size(p->fields); i++)
		json_object_set_new(
		    json_array_get(p->fields, i), "from", json_string("request"));
}

/* --- a request -------------------------------------------------------------------- */

static int
prefill_put(struct ui *ui, const uint8_t *bytes, size_t n, char ret_sha256[HEX_DIGEST_SIZE])
{
	MEM_CLOSE int fd = -1;
	uint8_t sha256[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(bytes, n, sha256);
	hex_encode(sha256, sizeof(sha256), hex);
	if (io_memfd("request", bytes, n, &fd) != ERR_OK) {
		print_problem("there is no memory for the request", "end other programs");
		return UI_FAULT;
	}
	int status = desk_call(
	    ui, MSG_UI_DOC, json_pack("{s:s}", "sha256", hex), fd, MSG_DESK_DONE, NULL);
	if (status == UI_DONE)
		memcpy(ret_sha256, hex, sizeof(hex));
	return status;
}

static int
prefill_slurp(const struct arg *a, size_t max, uint8_t **ret_bytes, size_t *ret_len)
{
	enum err e = io_slurp(a->fd, max, ret_bytes, ret_len);
	if (e == ERR_OK)
		return UI_DONE;
	print_problemf("see sallyport-request(5); nothing was recorded",
	    "%s cannot be read: %s", a->value, e == ERR_LIMIT ? "it is too long" : err_str(e));
	return UI_NO;
}

/* What it says; that it is none is told before anything is recorded. */
static int
prefill_parse(const struct arg *a, const uint8_t *bytes, size_t n, struct prefill *p)
{
	char why[REQUEST_WHY_SIZE];
	struct request *r;
	if (request_parse(bytes, n, &r, why) != ERR_OK) {
		print_problemf("see sallyport-request(5); nothing was recorded",
		    "%s is no request: %s", a->value, why);
		return UI_NO;
	}
	prefill_requester(p, r->texts[REQUEST_REQUESTER]);
	json_t *fields = request_fields(r);
	prefill_request_rows(p, fields);
	json_decref(fields);
	request_free(r);
	return UI_DONE;
}

int
prefill_request(struct ui *ui, const struct args *a, const char *option, struct prefill *p)
{
	const struct arg *file = args_at(a, option, 0);
	const struct arg *beside = args_at(a, "request-signature", 0);
	uint8_t *bytes = NULL, *signature = NULL;
	size_t n = 0, signature_len = 0;
	int status = prefill_slurp(file, LIM_REQUEST_BYTES, &bytes, &n);
	if (status == UI_DONE && beside != NULL)
		status =
		    prefill_slurp(beside, LIM_REQUEST_SIG_BYTES, &signature, &signature_len);
	if (status == UI_DONE)
		status = prefill_parse(file, bytes, n, p);
	if (status == UI_DONE)
		status = prefill_put(ui, bytes, n, p->request);
	if (status == UI_DONE && beside != NULL)
		status = prefill_put(ui, signature, signature_len, p->signature);
	free(bytes);
	free(signature);
	return status;
}

/* --- a preset --------------------------------------------------------------------- */

static int
prefill_preset(struct ui *ui, const char *name, struct prefill *p)
{
	struct msg m;
	const json_t *preset;
	size_t i;
	bool found = false;
	int status = desk_call(ui, MSG_UI_SITE, json_object(), -1, MSG_DESK_SITE, &m);
	if (status != UI_DONE)
		return status;
	json_array_foreach (json_object_get(m.body, "presets"), i, preset) {
		if (strcmp(row_text(preset, "name"), name) != 0)
			continue;
		found = true;
		prefill_requester(p, row_text(preset, "requester"));
		prefill_rows(p, json_object_get(preset, "fields"));
	}
	msg_done(&m);
	if (found)
		return UI_DONE;
	print_problemf(
	    "presets are in station.conf, see station.conf(5)", "there is no preset %s", name);
	return UI_NO;
}

/* --- as last time ----------------------------------------------------------------- */

struct prefill_last {
	const char *key, *value; /* what the row must have */
	char transfer[TRANSFER_ID_SIZE];
};

static void
prefill_last_row(void *arg, const json_t *row)
{
	struct prefill_last *l = arg;
	const char *transfer = row_text(row, "transfer");
	if (transfer[0] != '\0' && strcmp(row_text(row, l->key), l->value) == 0)
		snprintf(l->transfer, sizeof(l->transfer), "%s", transfer);
}

/* The last transfer of the requester; without one, that of the medium. */
static int
prefill_last(struct ui *ui, const char *medium, struct prefill *p)
{
	bool named = p->requester[0] != '\0';
	struct prefill_last l = {named ? "requester" : "number",
	    named            ? p->requester
	    : medium != NULL ? medium
			     : "",
	    ""};
	json_t *s;
	if (l.value[0] == '\0') {
		print_problem("--as-last does not know whose last transfer",
		    "name the requester or the medium: --requester ID, or --medium NUMBER");
		return UI_USAGE;
	}
	int status = desk_rows(ui, named ? MSG_UI_TRANSFERS : MSG_UI_REGISTER,
	    named ? json_object() : json_pack("{s:b}", "all", 1), prefill_last_row, &l, NULL);
	if (status != UI_DONE)
		return status;
	if (l.transfer[0] == '\0') {
		print_problemf("leave --as-last out, and fill the fields with --set",
		    "there is no transfer of %s yet", l.value);
		return UI_NO;
	}
	status = desk_status(ui, l.transfer, &s);
	if (status != UI_DONE)
		return status;
	prefill_requester(p, row_text(s, "requester"));
	prefill_rows(p, json_object_get(s, "fields"));
	json_decref(s);
	return UI_DONE;
}

/* --- all of it -------------------------------------------------------------------- */

int
prefill(struct ui *ui, const struct args *a, struct prefill *p)
{
	const struct arg *set;
	int status = UI_DONE;
	*p = (struct prefill){.fields = json_array()};
	for (size_t i = 0; (set = args_at(a, "set", i)) != NULL; i++) {
		size_t n = strcspn(set->value, "=");
		json_array_append_new(p->fields, json_pack("{s:s%, s:s}", "name", set->value, n,
						     "value", set->value + n + 1));
	}
	if (args_has(a, "requester"))
		prefill_requester(p, args_text(a, "requester"));
	if (args_has(a, "resume") && (args_has(a, "request") || args_has(a, "medium"))) {
		print_problem("a reading that is repeated keeps its request and its medium",
		    "leave --request and --medium out");
		return UI_USAGE;
	}
	if (args_has(a, "request-signature") && !args_has(a, "request")) {
		print_problem("a signature alone is no request", "give both: --request FILE");
		return UI_USAGE;
	}
	if (args_has(a, "request"))
		status = prefill_request(ui, a, "request", p);
	if (status == UI_DONE && args_has(a, "preset"))
		status = prefill_preset(ui, args_text(a, "preset"), p);
	if (status == UI_DONE && args_has(a, "as-last"))
		status = prefill_last(ui, args_text(a, "medium"), p);
	return status;
}
