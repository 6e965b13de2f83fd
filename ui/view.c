/* SPDX-License-Identifier: ISC */
#include "ui/view.h"
#include "src/base/mem.h"
#include "ui/app.h"

void *
view_new(struct app *app, const struct view_type *type, size_t size)
{
	struct view *v = mem_alloc(size);
	v->type = type;
	v->app = app;
	return v;
}

void
view_free(struct view *v)
{
	if (v == NULL)
		return;
	link_forget(v->app->link, v);
	if (v->type->done != NULL)
		v->type->done(v);
	free(v);
}
