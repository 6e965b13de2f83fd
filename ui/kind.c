/* SPDX-License-Identifier: ISC */
#include "ui/kind.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/exception.h"
#include "src/core/register.h"
#include "src/core/shape.h"
#include "src/core/station.h"
#include "src/core/transfer.h"
#include "src/core/where.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
kind_all_of(const char *text, const char *characters)
{
	return text[0] != '\0' && strspn(text, characters) == strlen(text);
}

static bool
kind_transfer_ok(const char *id)
{
	char station[9];
	size_t n = strcspn(id, "-");
	if (n == 0 || n >= sizeof(station) || id[n] != '-' || strlen(id) >= TRANSFER_ID_SIZE)
		return false;
	memcpy(station, id, n);
	station[n] = '\0';
	return station_id_ok(station) && strlen(id + n + 1) >= 6 &&
	       kind_all_of(id + n + 1, "0123456789.");
}

static const char *
kind_check_transfer(const char *v, char *why)
{
	(void)why;
	return kind_transfer_ok(v) ? NULL : "must be a transfer, such as K1-000042";
}

static const char *
kind_check_id(const char *v, char *why)
{
	(void)why;
	return shape_person_ok(v) ? NULL
	                          : "must be an id: a small letter, then at most 31 small "
	                            "letters, digits, dots, hyphens or underlines";
}

static const char *
kind_check_text(const char *v, char *why)
{
	(void)why;
	if (v[0] == '\0')
		return "is empty";
	if (strlen(v) > LIM_REASON_BYTES)
		return "is longer than 1024 bytes";
	return canon_is_text(v) ? NULL
	                        : "holds control characters, or bytes that are not UTF-8";
}

static const char *
kind_check_control(const char *v, char *why)
{
	(void)why;
	return register_number_ok(v)
	           ? NULL
	           : "must be a control number: at most 32 capital letters, digits, dots, "
	             "hyphens and underlines";
}

static const char *
kind_check_name(const char *v, char *why)
{
	const char *text = kind_check_text(v, why);
	return text == NULL && strlen(v) > LIM_PERSON_NAME_BYTES ? "is longer than 128 bytes"
	                                                         : text;
}

static const char *
kind_check_field(const char *v, char *why)
{
	const char *equal = strchr(v, '=');
	return equal == NULL || equal == v || equal[1] == '\0' ? "must be FIELD=VALUE"
	                                                       : kind_check_text(v, why);
}

/* The expression, and a caret below the place. */
static const char *
kind_check_where(const char *v, char *why)
{
	struct where *where;
	size_t at;
	char wrong[WHERE_WHY_SIZE];
	if (where_parse(v, strlen(v), &where, &at, wrong) == ERR_OK) {
		free(where);
		return NULL;
	}
	/* a long expression is shown around the place */
	size_t from = at > 60 ? at - 60 : 0;
	snprintf(why, KIND_WHY_SIZE, "is no limit: %s\n  %.75s\n  %*s^", wrong, v + from,
	    (int)(at - from), "");
	return why;
}

static const char *
kind_check_number(const char *v, char *why)
{
	(void)why;
	return kind_all_of(v, "0123456789") && strlen(v) <= 4 ? NULL : "must be a small number";
}

static const char *
kind_check_items(const char *v, char *why)
{
	(void)why;
	for (const char *p = v; *p != '\0'; p += strspn(p, ",")) {
		size_t n = strspn(p, "0123456789");
		if (n == 0 || n > 9 || (p[n] != '\0' && (p[n] != ',' || p[n + 1] == '\0')) ||
		    strstr(p, ",,") != NULL)
			return "must be numbers of items, parted by commas";
		p += n;
	}
	return v[0] != '\0' ? NULL : "is empty";
}

static const char *
kind_check_item(const char *v, char *why)
{
	(void)why;
	return kind_all_of(v, "0123456789") && strlen(v) <= 9 ? NULL
	                                                      : "must be the number of an item";
}

static const char *
kind_check_volume(const char *v, char *why)
{
	(void)why;
	return kind_all_of(v + (v[0] == 'v'), "0123456789") && strlen(v) <= 3
	           ? NULL
	           : "must be the number of a volume, as 2 or v2";
}

static const char *
kind_check_pim(const char *v, char *why)
{
	(void)why;
	return kind_all_of(v, "0123456789") && strlen(v) <= 9 ? NULL : "must be a number";
}

static const char *
kind_check_offset(const char *v, char *why)
{
	bool hex = strncmp(v, "0x", 2) == 0;
	(void)why;
	return strlen(v) <= 15 && kind_all_of(hex ? v + 2 : v,
				      hex ? "0123456789abcdefABCDEF" : "0123456789")
	           ? NULL
	           : "must be a number of bytes, as 1234 or 0x4D2";
}

static const char *
kind_check_site(const char *v, char *why)
{
	(void)why;
	return station_site_ok(v) ? NULL : "must be small letters, digits, dots and hyphens";
}

static const char *
kind_check_station(const char *v, char *why)
{
	(void)why;
	return station_id_ok(v) ? NULL
	                        : "must be 1 to 8 capital letters and digits, a letter first";
}

static const char *
kind_check_leaf(const char *v, char *why)
{
	uint8_t out[32];
	(void)why;
	return hex_decode(v, strlen(v), out, sizeof(out)) ? NULL
	                                                  : "must be 64 hexadecimal digits";
}

static const char *
kind_check_position(const char *v, char *why)
{
	(void)why;
	return kind_all_of(v, "0123456789") && strlen(v) <= 15
	           ? NULL
	           : "must be a position in the record, such as 1200";
}

static const char *
kind_check_entry(const char *v, char *why)
{
	(void)why;
	return v[0] >= '1' && v[0] <= '9' && strlen(v) < 19 &&
	               strspn(v, "0123456789") == strlen(v)
	           ? NULL
	           : "must be how many entries of the authority log count";
}

static const char *
kind_check_day(const char *v, char *why)
{
	(void)why;
	return exception_day(v, NULL) ? NULL : "must be a day, such as 2026-12-31";
}

static const char *
kind_check_path(const char *v, char *why)
{
	(void)why;
	return v[0] == '\0' ? "is empty" : strlen(v) > LIM_PATH_BYTES ? "is too long" : NULL;
}

/* Every word of a comma list is one of those in shown. */
static bool
kind_words_ok(const char *list, const char *shown)
{
	while (true) {
		size_t n = strcspn(list, ",");
		const char *p = shown;
		while (
		    *p != '\0' && (strncmp(p, list, n) != 0 || (p[n] != '|' && p[n] != '\0'))) {
			p += strcspn(p, "|");
			p += *p == '|';
		}
		if (n == 0 || *p == '\0')
			return false;
		if (list[n] == '\0')
			return true;
		list += n + 1;
	}
}

/*
 * What a word in capitals stands for.  shown: as people see it, NULL for the
 * word itself; words: the value is one (or a comma list) of those shown.
 */
static const struct kind {
	const char *word, *shown;
	enum { ANY, ONE_WORD, SOME_WORDS } words;
	const char *(*check)(const char *value, char *why); /* a sentence, or NULL */
} kind_rows[] = {
    {"TRANSFER", NULL, ANY, kind_check_transfer},
    {"ID", NULL, ANY, kind_check_id},
    {"TEXT", NULL, ANY, kind_check_text},
    {"NUMBER", NULL, ANY, kind_check_control},
    {"NAME", NULL, ANY, kind_check_name},
    {"FIELD=VALUE", NULL, ANY, kind_check_field},
    {"EXPR", NULL, ANY, kind_check_where},
    {"FD", NULL, ANY, kind_check_number},
    {"N", NULL, ANY, kind_check_number},
    {"ITEM", "ID", ANY, kind_check_item},
    {"ITEMS", "ID[,ID...]", ANY, kind_check_items},
    {"WHAT", "PATH|ID", ANY, kind_check_path},
    {"VOLUME", NULL, ANY, kind_check_volume},
    {"PIM", "N", ANY, kind_check_pim},
    {"OFFSET", NULL, ANY, kind_check_offset},
    {"POSITION", NULL, ANY, kind_check_position},
    {"ENTRY", NULL, ANY, kind_check_entry},
    {"SITE", NULL, ANY, kind_check_site},
    {"STATION", NULL, ANY, kind_check_station},
    {"LEAF", NULL, ANY, kind_check_leaf},
    {"SHA256", NULL, ANY, kind_check_leaf},
    {"DAY", NULL, ANY, kind_check_day},
    {"RULE", NULL, ANY, kind_check_name},
    {"TYPE", NULL, ANY, kind_check_name},
    {"SCANNER", NULL, ANY, kind_check_id},
    {"SOURCE", NULL, ANY, kind_check_path},
    {"FILE", NULL, ANY, kind_check_path},
    {"VKEY", NULL, ANY, kind_check_path},
    {"DIR", NULL, ANY, kind_check_path},
    {"PATH", NULL, ANY, kind_check_path},
    {"COMMITTED", "NAME", ANY, kind_check_path},
    {"DECISION", "approve|reject|hold|none", ONE_WORD, NULL},
    {"ROLES", "officer|auditor", SOME_WORDS, NULL},
    {"GRANTS", "officer|auditor|requester", SOME_WORDS, NULL},
    {"CAUSE", "rotated|lost|forgotten|compromised|left", ONE_WORD, NULL},
    {"LOG", "authority|custody", ONE_WORD, NULL},
    {"FORMATS", "text|json|csv|csv-findings|html|pdf|slip", SOME_WORDS, NULL},
};

static const struct kind *
kind_find(const char *word)
{
	for (size_t i = 0; i < sizeof(kind_rows) / sizeof(kind_rows[0]); i++)
		if (strcmp(kind_rows[i].word, word) == 0)
			return &kind_rows[i];
	return NULL;
}

const char *
kind_check(const char *word, const char *value, char why[KIND_WHY_SIZE])
{
	const struct kind *k = kind_find(word);
	if (k == NULL)
		return NULL;
	if (k->check != NULL)
		return k->check(value, why);
	if (kind_words_ok(value, k->shown) &&
	    (k->words == SOME_WORDS || strchr(value, ',') == NULL))
		return NULL;
	snprintf(why, KIND_WHY_SIZE, "must be of: %s", k->shown);
	return why;
}

const char *
kind_shown(const char *word)
{
	const struct kind *k = kind_find(word);
	return k != NULL && k->shown != NULL ? k->shown : word;
}
