/* SPDX-License-Identifier: ISC */
#include "src/core/report_json.h"

#include <stdlib.h>

enum err
report_json_print(const json_t *tree, struct buf *out)
{
	char *text = json_dumps(tree, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
	if (text == NULL)
		return ERR_RANGE;
	buf_add_str(out, text);
	free(text);
	return buf_add_byte(out, '\n');
}
