/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/paper.h"
#include "src/base/mem.h"
#include "src/core/export.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/publish.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/tag.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct paper {
	struct desk *desk;
	uint64_t session, tag;
	char transfer[TRANSFER_ID_SIZE], format[16];
	json_t *asked; /* what the report program is told */
	bool publish;
	struct channel *channel;
};

static void
paper_free(struct paper *p)
{
	if (p->channel != NULL)
		loop_del_channel(p->desk->loop, p->channel);
	channel_free(p->channel);
	json_decref(p->asked);
	if (p->tag != 0)
		tag_drop(p->desk, p->tag);
	free(p);
}

static void
paper_fail(struct paper *p, const char *why)
{
	struct session *s = session_find(p->desk, p->session);
	if (s != NULL)
		session_refuse(s, 3, why, NEXT_VERIFY);
	paper_free(p);
}

/* One document of the transfer, when there is one. */
static void
paper_send_doc(struct paper *p, const char *kind, const char *sha256)
{
	MEM_CLOSE int fd = -1;
	if (sha256[0] != '\0' && book_get_fd(p->desk, sha256, &fd) == ERR_OK)
		channel_send(
		    p->channel, MSG_REPORT_INPUT, json_pack("{s:s}", "kind", kind), fd);
}

static void
paper_send_inputs(struct paper *p)
{
	static const char *const logs[] = {"authority", "custody"};
	const struct custody_transfer *t = custody_transfer_find(p->desk->custody, p->transfer);
	for (size_t i = 0; i < 2; i++) {
		struct msg m;
		if (book_read(p->desk, logs[i], 0, &m) != ERR_OK)
			continue;
		channel_send(
		    p->channel, MSG_REPORT_INPUT, json_pack("{s:s}", "kind", logs[i]), m.fd);
		msg_done(&m);
	}
	if (t != NULL) {
		paper_send_doc(p, "inventory", t->inventory);
		paper_send_doc(p, "findings", t->findings);
		paper_send_doc(p, "policy", t->policy);
	}
	channel_send(p->channel, MSG_REPORT_MAKE, json_incref(p->asked), -1);
}

/* Nothing leaves before its entry is in the record. */
static bool
paper_record(struct paper *p, const char *name, int fd, char why[BOOK_WHY_SIZE])
{
	const struct session *s = session_find(p->desk, p->session);
	if (s == NULL) {
		snprintf(why, BOOK_WHY_SIZE, "nobody waits for the report");
		return false;
	}
	MEM_FREE char *path =
	    mem_printf("%s%s/%s", p->publish ? "reports/" : "", p->transfer, name);
	return publish_enter(p->desk, s->officer, p->format, path, fd, why) == ERR_OK;
}

static void
paper_on_output(struct paper *p, struct msg *m)
{
	char why[BOOK_WHY_SIZE];
	if (!paper_record(p, msg_str(m, "name"), m->fd, why)) {
		paper_fail(p, why);
		return;
	}
	struct session *s = session_find(p->desk, p->session);
	if (p->publish)
		publish(p->desk, p->session, p->transfer, msg_str(m, "name"), m->fd);
	else if (s != NULL)
		channel_send(s->channel, MSG_DESK_REPORT,
		    json_pack("{s:s}", "name", msg_str(m, "name")), m->fd);
	paper_free(p);
}

static void
paper_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct paper *p = arg;
	if (m->id == MSG_HELLO) {
		if (channel_accept_hello(ch, m, NULL) == ERR_OK)
			paper_send_inputs(p);
	} else if (m->id == MSG_REPORT_OUTPUT) {
		paper_on_output(p, m);
	} else if (m->id == MSG_REPORT_FAILED) {
		paper_fail(p, msg_str(m, "why"));
	}
}

static void
paper_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)ch;
	(void)why;
	paper_fail(arg, "the report program ended while at work");
}

static void
paper_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct paper *p = arg;
	(void)tag;
	p->channel = channel_new(fd, ROLE_DESK, ROLE_REPORT);
	channel_hello(p->channel, "sallyport-desk", true);
	loop_add_channel(p->desk->loop, p->channel, paper_on_message, paper_on_gone, p);
}

static void
paper_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct paper *p = arg;
	(void)tag;
	p->tag = 0;
	paper_fail(p, why);
}

static void
paper_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct paper *p = arg;
	(void)tag;
	(void)status;
	(void)signum;
	if (p->channel == NULL)
		paper_fail(p, "the report program ended while at work");
}

static const struct tag_handler paper_tag = {
    .spawned = paper_on_spawned,
    .refused = paper_on_refused,
    .exited = paper_on_exited,
};

/* The fields of ui.report are those of report.make. */
static json_t *
paper_asked(const struct msg *m)
{
	static const char *const texts[] = {"transfer", "format", "from", "to", "key"};
	json_t *asked = json_object();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (msg_str(m, texts[i]) != NULL)
			json_object_set_new(asked, texts[i], json_string(msg_str(m, texts[i])));
	if (json_object_get(m->body, "at") != NULL)
		json_object_set(asked, "at", json_object_get(m->body, "at"));
	return asked;
}

/* What is no transfer has the folder of its kind. */
static bool
paper_is_known(struct desk *d, const char *transfer)
{
	return strcmp(transfer, "period") == 0 || strcmp(transfer, "people") == 0 ||
	       custody_transfer_find(d->custody, transfer) != NULL;
}

void
paper_make(struct desk *d, uint64_t session, const struct msg *asked, bool publish)
{
	struct session *s = session_find(d, session);
	if (!paper_is_known(d, msg_str(asked, "transfer"))) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return;
	}
	if (!export_is_format(msg_str(asked, "format"))) {
		session_refuse(s, 2, "there is no such format",
		    "use text, json, csv, csv-findings, html, pdf or slip");
		return;
	}
	struct paper *p = mem_alloc(sizeof(*p));
	*p = (struct paper){
	    .desk = d, .session = session, .publish = publish, .asked = paper_asked(asked)};
	snprintf(p->transfer, sizeof(p->transfer), "%s", msg_str(asked, "transfer"));
	snprintf(p->format, sizeof(p->format), "%s", msg_str(asked, "format"));
	p->tag = tag_new(d, &paper_tag, p);
	channel_send(d->parent, MSG_DESK_SPAWN,
	    json_pack(
		"{s:I, s:s, s:s}", "tag", (json_int_t)p->tag, "role", "report", "name", ""),
	    -1);
}
