/* links: src/core/finding src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem src/core/station */
/* SPDX-License-Identifier: ISC */
/* Configuration: accepted, or refused with a sentence; a policy has its floor. */
#include "src/base/limits.h"
#include "src/core/policy.h"
#include "src/core/station.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets a text when its parser meets a syntax error. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct policy *p;
	struct station *s;
	char why[POLICY_WHY_SIZE] = "", words[STATION_WHY_SIZE] = "";
	if (policy_parse(bytes, n, &p, why) == ERR_OK) {
		if (p->approvals < 2 || p->approvals > LIM_APPROVALS || p->nrequired == 0)
			abort();
		policy_free(p);
	} else if (why[0] == '\0') {
		abort();
	}
	if (station_parse(bytes, n, "/home", &s, words) == ERR_OK)
		station_free(s);
	else if (words[0] == '\0')
		abort();
	return 0;
}
