/* SPDX-License-Identifier: ISC */
/* A record with people and a policy, anew for each test. */
#ifndef TESTS_UNIT_CUSTODY_H
#define TESTS_UNIT_CUSTODY_H

#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/merkle.h"
#include "tests/ledger/maker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct maker *m;

static inline int
set_up(void **state)
{
	(void)state;
	m = maker_new("site7.example", 1, 1);
	maker_settle(m);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	m = maker_free(m);
	return 0;
}

/* The sentence must hold this; else the rule that spoke is another one. */
static inline void
assert_refused(enum err got, const char *words)
{
	if (got == ERR_OK || strstr(m->why, words) == NULL)
		fail_msg("expected \"%s\", got %s: \"%s\"", words, err_str(got), m->why);
}

static inline void
set(json_t *object, const char *path, json_t *value)
{
	char *copy = mem_strdup(path), *p = copy, *dot;
	while ((dot = strchr(p, '.')) != NULL) {
		*dot = 0;
		object = json_object_get(object, p);
		p = dot + 1;
	}
	assert_non_null(object);
	if (value != NULL)
		json_object_set_new(object, p, value);
	else
		json_object_del(object, p);
	free(copy);
}

#endif
