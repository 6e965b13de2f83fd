/* SPDX-License-Identifier: ISC */
/*
 * What is to be done next, in words that are true on the screens and on the
 * command line alike.  Refusals and remedies of the desk say them; ui/hint.c
 * knows the commands, and they are added only where commands can be typed.
 */
#ifndef IPC_NEXT_H
#define IPC_NEXT_H

#define NEXT_TRANSFERS "see the list of transfers"
#define NEXT_STATUS    "see where the transfer stands"
#define NEXT_ITEMS     "see the list of its items"
#define NEXT_ITEM      "see what is known of the item"
#define NEXT_WORDS     "type the six words of the newest page in the paper log"
#define NEXT_WITNESSES "nothing was recorded; see the witnesses of the station"
#define NEXT_CHECKS    "see the ready checks of the station"
#define NEXT_TAKE      "take it over first"
#define NEXT_RECORD    "the custody folder on the share holds them all"
#define NEXT_REPORT    "its custody report has it in full"
#define NEXT_PEOPLE    "see who may do what, and what waits"
#define NEXT_VERIFY    "an administrator verifies the record before anything else is done"
#define NEXT_ROLE      "an administrator grants the role when enrolling"

/* Remedies of the ready checks. */
#define NEXT_ENDORSE   "an administrator endorses the founding of the station"
#define NEXT_POLICY    "an administrator puts one in force"
#define NEXT_OFFICER   "a release needs two: an administrator enrols officers"
#define NEXT_REQUESTER "an administrator enrols those the data is for"
#define NEXT_VAULT \
	"close finished transfers; then an officer purges the vault on a command line"
#define NEXT_LEDGER                                                                           \
	"an administrator makes room on the ledger's disk: nothing new is begun until then, " \
	"and without it the station stops"
#define NEXT_WORK                                                                        \
	"an administrator makes room on the disk of the work databases: nothing new is " \
	"begun until then"
#define NEXT_COPY                                                                          \
	"an administrator sees to the second medium (RECOVERY.md): where it is not to be " \
	"mended, move the copy aside and the station begins another"
#define NEXT_SHARE "an administrator makes room on it, or sees that the stager can write to it"
#define NEXT_CLOCK "an administrator sets the machine's clock and sees to its battery"
#define NEXT_SANDBOX \
	"nothing can be released; an administrator starts the installed programs instead"
#define NEXT_NAMESPACES                                                                    \
	"what a scanner starts can outlive it; an administrator lets ordinary users have " \
	"namespaces: sysctl user.max_user_namespaces and kernel.unprivileged_userns_clone"
#define NEXT_ANTIVIRUS "an administrator starts clamd with the socket that station.conf names"
#define NEXT_ENGINE                                                                    \
	"an administrator starts clamd, or looks why it does not run: there are no "   \
	"signatures in its folder (/var/lib/sallyport-clamd), or AppArmor refuses it " \
	"something"
#define NEXT_CLAMD                                                                         \
	"an administrator puts that into clamd.conf and starts clamd again; a clamd.conf " \
	"with all of it comes with Sallyport"
#define NEXT_MEDIA \
	"an administrator starts udev and installs the station's rules; then plug it in again"
#define NEXT_PORTS                                                                    \
	"an administrator runs sallyport-ports on after each change of the ports in " \
	"station.conf, and starts the station again"
#define NEXT_EXPORTS                                                              \
	"an administrator runs sallyport-ports on, and starts the station again " \
	"(systemctl restart sallyport.target)"
#define NEXT_SCANNERS                                                                   \
	"check the station again: each is tried on known bad and known good; one that " \
	"stays unfit needs an administrator"
#define NEXT_SIGNATURES                                                                  \
	"bring in newer signatures: an administrator puts them where the engine looks, " \
	"or imports them from a transfer"

#endif
