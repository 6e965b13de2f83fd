/* SPDX-License-Identifier: ISC */
/* Rules of form of an inventory, the same for its printer and its parser. */
#ifndef CORE_INVENTORY_CHECK_H
#define CORE_INVENTORY_CHECK_H

#include "src/core/inventory.h"

/* What is wrong, as a phrase; NULL when it is well formed. */
const char *inventory_check_header(const struct inventory_header *);
const char *inventory_check_item(const struct inventory_item *);

#endif
