/* SPDX-License-Identifier: ISC */
/*
 * The screens: a guard, and one child for each sign-in.
 *
 * The guard holds no secret and is not sandboxed.  It keeps the terminal's
 * settings, starts a child, hands it connected sockets of the desk when it asks,
 * waits for its end, puts the terminal back and starts the next.  What an
 * officer leaves in memory ends with the child.  It opens the tokens, too, and starts
 * sallyport-token for each: the child has the sockets of those, and no device.
 *
 * A child that dies by a signal could not leave the alternate screen.  The
 * guard restores the settings only: the next child takes over the same
 * screen and writes it whole, and when there is no next one the guard opens and
 * closes the terminal once by its own description, so that nothing is written
 * that this terminal does not know.
 */
#ifndef UI_SCREENS_H
#define UI_SCREENS_H

#include "ui/ui.h"

/*
 * What a child asks the guard with, and the exit status that asks for the next one: with an
 * enum signin_end added, why the station ended this one.
 */
#define SCREENS_ASK    'c' /* for a connection to the desk */
#define SCREENS_TOKENS 't' /* for the tokens that are plugged in */
#define SCREENS_NEXT   64
/*
 * The guard's answer: what was asked for, and a status, with a descriptor or without.  For
 * the desk it is an errno, or SCREENS_ANEW when a new child has more to work with; each
 * token comes with SCREENS_MORE, and last an enum tokens_lack without one.
 */
#define SCREENS_ANSWER 2
#define SCREENS_ANEW   255
#define SCREENS_MORE   254

/*
 * Runs sign-ins one after the other until somebody leaves; with kiosk nobody
 * can, and what fails is tried again until a signal ends it.  Needs ui->tty.  Prints what is
 * wrong; an enum ui_status.
 */
int screens_run(struct ui *, bool kiosk);
/*
 * One sign-in, in the child.  guard: connected to the guard; before: how the
 * last one ended, "" when it ended as it should.  SCREENS_NEXT, or an enum
 * ui_status that ends the program.
 */
int screens_child(struct ui *, int guard, bool kiosk, const char *before);

#endif
