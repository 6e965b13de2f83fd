/* links: src/proc/desk/classing tests/unit/items db/work db/work_split db/work_child db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/fold src/core/name src/core/name_type src/core/part src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/release src/core/release_plan src/core/release_weigh src/core/exception src/core/inventory src/core/inventory_check src/core/inventory_print src/core/tree src/core/canon src/core/digest src/base/clock src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/* Which items limits mark: the highest word counts, and directories have none. */
#include "src/proc/desk/classing.h"
#include "src/core/policy.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char policy_text[] = "name = \"test\"; approvals = 2; "
				  "required = ( { scanner = \"av\"; types = \"*\"; } );"
				  "rules = ( { verdict = \"clean\"; gate = \"pass\"; } );"
				  "classifications = [ \"open\", \"internal\", \"secret\" ];";

static struct policy *policy;
static struct work *work;

static int
set_up(void **state)
{
	(void)state;
	char why[POLICY_WHY_SIZE];
	work = items_fixture();
	return policy_parse(policy_text, strlen(policy_text), &policy, why) == ERR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	policy_free(policy);
	work_close(work);
	return 0;
}

/* Limits and words by turns, NULL at the end. */
static json_t *
rows(const char *const *texts)
{
	json_t *all = json_array();
	for (; texts[0] != NULL; texts += 2)
		json_array_append_new(
		    all, json_pack("{s:s, s:s}", "limit", texts[0], "word", texts[1]));
	return all;
}

static void
marks(void **state)
{
	(void)state;
	static const struct {
		const char *limits[7];
		const char *words[ITEMS + 1]; /* by number of the item */
		unsigned counts[3];
	} cases[] = {
	    {{NULL}, {NULL}, {0}},
	    {{"name~txt", "internal", NULL}, {NULL, NULL, "internal", "internal"}, {2}},
	    /* the directory fits, and is not marked */
	    {{"path~a*", "internal", NULL}, {NULL, NULL, "internal", "internal"}, {2}},
	    {{"kind=directory", "secret", NULL}, {NULL}, {0}},
	    /* the highest, in either order; as high as another: the first */
	    {{"name~txt", "internal", "name=two.TXT", "secret", NULL},
		{NULL, NULL, "internal", "secret"}, {1, 1}},
	    {{"name=two.TXT", "secret", "name~txt", "internal", NULL},
		{NULL, NULL, "internal", "secret"}, {1, 1}},
	    {{"name~txt", "secret", "name=two.TXT", "secret", NULL},
		{NULL, NULL, "secret", "secret"}, {2, 0}},
	    {{"name=bad.exe", "internal", "kind=link", "secret", NULL},
		{NULL, NULL, NULL, NULL, "internal", NULL, "secret"}, {1, 1}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[CLASSING_WHY_SIZE] = "";
		struct classing *c;
		json_t *classes = rows(cases[i].limits);
		if (classing_new(work, &policy->fields, classes, &c, why) != ERR_OK)
			fail_msg("%zu: %s", i, why);
		for (uint64_t id = 1; id <= ITEMS; id++) {
			const char *want = cases[i].words[id], *is = classing_of(c, id);
			const char *one = classing_item(work, &policy->fields, classes, id);
			if (strcmp(want != NULL ? want : "", is != NULL ? is : "") != 0 ||
			    strcmp(want != NULL ? want : "", one != NULL ? one : "") != 0)
				fail_msg("%zu: item %u: %s, %s", i, (unsigned)id,
				    is != NULL ? is : "", one != NULL ? one : "");
		}
		assert_null(classing_of(c, ITEMS + 1000));
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(classing_count(c, k), cases[i].counts[k]);
		classing_free(c);
		json_decref(classes);
	}
}

static void
refuses_what_is_no_limit(void **state)
{
	(void)state;
	static const char *const texts[] = {"colour=1", "secret", NULL};
	char why[CLASSING_WHY_SIZE] = "";
	struct classing *c = NULL;
	json_t *classes = rows(texts);
	assert_int_equal(classing_new(work, &policy->fields, classes, &c, why), ERR_DENIED);
	assert_non_null(strstr(why, "colour=1"));
	assert_null(classing_item(work, &policy->fields, classes, 2));
	json_decref(classes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(marks, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(refuses_what_is_no_limit, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
