/* links: scanners/clamd_conf */
/* SPDX-License-Identifier: ISC */
#include "scanners/clamd_conf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct clamd_conf c;
	char text[CLAMD_CONF_WHY_SIZE];
	unsigned line;
	if (clamd_conf_parse(data, n, &c, &line) != ERR_OK)
		return 0;
	uint64_t bytes = clamd_conf_reads_bytes(&c);
	if (bytes == 0 || bytes > CLAMD_CONF_ENGINE_BYTES ||
	    strlen(c.socket) >= sizeof(c.socket))
		abort();
	clamd_conf_wrong(&c, text);
	/* nothing makes an engine honest that does not say what it skips */
	if (c.values[CLAMD_CONF_ALERT_EXCEEDS] == 0 && text[0] == '\0')
		abort();
	clamd_conf_poor(&c, text);
	return 0;
}
