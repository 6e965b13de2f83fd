/* SPDX-License-Identifier: ISC */
/*
 * One write of SQLite that does less than it was asked to: the environment says
 * SHORT_WRITE="N CUT END", N counted from 1 and from the call of short_write_init.
 *
 *   CUT  one | half | but-one   how many bytes of it are written
 *   END  on                     nothing else happens: a writer has to write the rest
 *        EIO | ENOSPC           and the next write fails so
 *        KILL                   and the program dies there: a torn page
 *
 * Says "SHORT" on standard error when it happens.
 */
#ifndef TESTS_LEDGER_SHORT_WRITE_H
#define TESTS_LEDGER_SHORT_WRITE_H

#include <stdbool.h>

/* Before a database is opened.  False: the environment says what is not above. */
bool short_write_init(void);

#endif
