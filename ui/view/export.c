/* SPDX-License-Identifier: ISC */
#include "ui/view/export.h"

#include <string.h>

/* Of one transfer, and of many. */
static const char *const export_formats[][6] = {
    {"text", "json", "pdf", "slip", NULL}, {"text", "json", "csv", "html", "pdf", NULL}};

/* The format that is asked for next; NULL: all were. */
static const char *
export_format(const struct export *x)
{
	return export_formats[x->more != NULL][x->step];
}

static void export_ask(struct export *);

static void
export_on_done(void *owner, struct msg *m)
{
	struct export *x = owner;
	size_t n = strlen(x->paths);
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(x->view.app, m);
		x->transfer[0] = '\0';
		return;
	}
	const char *path = msg_str(m, "text") != NULL ? msg_str(m, "text") : "";
	const char *slash = strrchr(path, '/');
	/* the folder is said once */
	if (n > 0 && slash != NULL && strncmp(x->paths, path, (size_t)(slash - path)) == 0)
		path = slash + 1;
	snprintf(x->paths + n, sizeof(x->paths) - n, "%s%s", n > 0 ? ", " : "", path);
	x->step++;
	if (export_format(x) != NULL) {
		export_ask(x);
		return;
	}
	app_say(x->view.app, "On the share: %s", x->paths);
	x->transfer[0] = '\0';
}

static void
export_ask(struct export *x)
{
	json_t *body =
	    json_pack("{s:s, s:s}", "transfer", x->transfer, "format", export_format(x));
	json_object_update(body, x->more);
	app_ask(&x->view, MSG_UI_PUBLISH, body, MSG_DESK_DONE, export_on_done);
}

/* False, and said: it cannot be begun now. */
static bool
export_begin(struct export *x, const char *transfer)
{
	const char *gone = app_why_no_desk(x->view.app);
	if (gone != NULL || x->transfer[0] != '\0') {
		app_warn(x->view.app, "%s",
		    gone != NULL ? gone : "The papers are being written; wait for them.");
		return false;
	}
	snprintf(x->transfer, sizeof(x->transfer), "%s", transfer);
	x->step = 0;
	x->paths[0] = '\0';
	return true;
}

void
export_start(struct export *x, const char *transfer)
{
	if (!export_begin(x, transfer))
		return;
	app_say(x->view.app, "Report and slip of %s are being written.", x->transfer);
	export_ask(x);
}

void
export_start_all(struct export *x, const char *what, json_t *more)
{
	if (!export_begin(x, what)) {
		json_decref(more);
		return;
	}
	json_decref(x->more);
	x->more = more;
	app_say(x->view.app, "The report is being written.");
	export_ask(x);
}
