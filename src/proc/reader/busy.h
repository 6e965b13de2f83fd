/* SPDX-License-Identifier: ISC */
/*
 * A file system can keep the program that reads it busy for ever: then it dies by
 * SIGPROF.  What counts is processor time, not the time on the wall, so that a
 * medium which does not answer may take as long as it likes.
 */
#ifndef READER_BUSY_H
#define READER_BUSY_H

/* After so many seconds of processor time without busy_given the process ends. */
void busy_begin(unsigned seconds);
/* Something was given: an item, contents, a region's bytes.  Costs little. */
void busy_given(void);

#endif
