/* SPDX-License-Identifier: ISC */
#include "ui/app.h"
#include "ui/form.h"

enum form_event
app_form_key(struct app *app, struct form *form, int key)
{
	enum form_event e = form_key(form, key);
	if (e == FORM_FULL)
		app_say(app, "The field takes no more.");
	return e;
}
