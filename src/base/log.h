/* SPDX-License-Identifier: ISC */
/*
 * One line on standard error for each event worth a person's time:
 * "name[pid]: sentence".  Only the edge of a process logs.  Untrusted bytes
 * go through escape.h first; as a second net, bytes outside
 * printable ASCII become question marks.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* name must live as long as the process. */
void log_init(const char *name);
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Logs and ends the process with status 3. */
_Noreturn void log_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
