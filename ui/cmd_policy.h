/* SPDX-License-Identifier: ISC */
#ifndef UI_CMD_POLICY_H
#define UI_CMD_POLICY_H

#include "src/core/policy.h"

#include <jansson.h>

/* What policy.set says of a policy of n bytes; caller decrefs. */
json_t *cmd_policy_said(const struct policy *, size_t n, const char *sha256);

#endif
