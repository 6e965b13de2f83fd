/* SPDX-License-Identifier: ISC */
#include "ui/view/export.h"

#include <string.h>

static const char *const export_formats[] = {"text", "json", "pdf", "slip"};
#define EXPORT_FORMATS (sizeof(export_formats) / sizeof(export_formats[0]))

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
	if (++x->step < EXPORT_FORMATS) {
		export_ask(x);
		return;
	}
	app_say(x->view.app, "On the share: %s", x->paths);
	x->transfer[0] = '\0';
}

static void
export_ask(struct export *x)
{
	app_ask(&x->view, MSG_UI_PUBLISH,
	    json_pack("{s:s, s:s}", "transfer", x->transfer, "format", export_formats[x->step]),
	    MSG_DESK_DONE, export_on_done);
}

void
export_start(struct export *x, const char *transfer)
{
	const char *gone = app_why_no_desk(x->view.app);
	if (gone != NULL || x->transfer[0] != '\0') {
		app_warn(x->view.app, "%s",
		    gone != NULL ? gone : "The papers are being written; wait for them.");
		return;
	}
	snprintf(x->transfer, sizeof(x->transfer), "%s", transfer);
	x->step = 0;
	x->paths[0] = '\0';
	app_say(x->view.app, "Report and slip of %s are being written.", x->transfer);
	export_ask(x);
}
