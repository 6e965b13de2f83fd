/* SPDX-License-Identifier: ISC */
/* What lies in the ports, what became of it, and what was refused. */
#ifndef DESK_MEDIA_H
#define DESK_MEDIA_H

#include "src/proc/desk/session.h"

/*
 * Answers ui.media.  Each row {port, kind, source, name, bytes, state, why,
 * transfer, at}: source as ui.intake_device wants it ("" when there is nothing
 * to read), name escaped.  state:
 *   ready    can be read
 *   reading  is being read for transfer
 *   read     was read whole for transfer and has not changed since
 *   empty    the port holds nothing; why, when it cannot even be looked into
 *   refused  a medium that was not taken, and why; newest first
 */
void media_answer(struct session *, struct msg *);

#endif
