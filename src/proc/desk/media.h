/* SPDX-License-Identifier: ISC */
/* What lies in the ports, what became of it, and what was refused. */
#ifndef DESK_MEDIA_H
#define DESK_MEDIA_H

#include "src/proc/desk/session.h"

/*
 * Answers ui.media; with follow:true the terminal is told desk.media_news from
 * now on.  Each row {port, kind, source, name, device, bytes, state, why,
 * transfer, at}: kind is the port's, image or block, or device for what was
 * refused and is no medium of a port; source as ui.intake_device wants it (""
 * when there is nothing to read), name and device (vendor, model, serial; ""
 * of an image) escaped.
 * state:
 *   ready    can be read; with transfer: again, for that one
 *   reading  is being read for transfer
 *   read     was read whole for transfer and has not changed since
 *   empty    the port holds nothing; why, when it cannot even be looked into
 *   pulled   went while it was read for transfer, and has not come back
 *   refused  a medium that was not taken, and why; newest first
 */
void media_answer(struct session *, struct msg *);

#endif
