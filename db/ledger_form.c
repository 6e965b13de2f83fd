/* SPDX-License-Identifier: ISC */
#include "db/ledger_form.h"

#include <string.h>

#define PAGE 4096

/* The fields of the header that say which kind of database this is: all are constant. */
static const struct field {
	size_t at, len;
	uint32_t want;
	const char *why;
} fields[] = {
    {16, 2, PAGE, "its page size is not that of a ledger"},
    {18, 1, 1, "it is in WAL mode, and a ledger never is: another program wrote to it"},
    {19, 1, 1, "it is in WAL mode, and a ledger never is: another program wrote to it"},
    {20, 1, 0, "its pages have reserved bytes, and those of a ledger have none"},
    {52, 4, 0, "it is kept so that it can be vacuumed, and a ledger never is"},
    {56, 4, 1, "its texts are not in UTF-8"},
    {60, 4, 1, "its version is not that of a ledger"},
    {68, 4, 0x43535459, "its application id is not that of a ledger"},
};

static uint32_t
number_at(const uint8_t *bytes, size_t len)
{
	uint32_t n = 0;
	for (size_t i = 0; i < len; i++)
		n = n << 8 | bytes[i];
	return n;
}

bool
ledger_form_is_sqlite(const uint8_t *bytes, size_t n)
{
	return n >= LEDGER_FORM_MAGIC &&
	       memcmp(bytes, "SQLite format 3", LEDGER_FORM_MAGIC) == 0;
}

enum err
ledger_form_header(const uint8_t header[LEDGER_FORM_HEADER], const char **ret_why)
{
	*ret_why = "it is not an SQLite database";
	if (!ledger_form_is_sqlite(header, LEDGER_FORM_HEADER))
		return ERR_SYNTAX;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		*ret_why = fields[i].why;
		if (number_at(header + fields[i].at, fields[i].len) != fields[i].want)
			return ERR_RANGE;
	}
	return ERR_OK;
}

enum err
ledger_form_file(const uint8_t *bytes, size_t n, const char **ret_why)
{
	*ret_why = "it is cut off in its first page";
	if (n < PAGE)
		return ERR_SYNTAX;
	enum err err = ledger_form_header(bytes, ret_why);
	if (err != ERR_OK)
		return err;
	*ret_why =
	    "it is not as long as its header says: it was cut off, or something was added";
	if (n % PAGE != 0 || n / PAGE != number_at(bytes + 28, 4))
		return ERR_SYNTAX;
	return ERR_OK;
}
