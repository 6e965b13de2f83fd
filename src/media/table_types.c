/* SPDX-License-Identifier: ISC */
#include "src/media/table_in.h"

#include <string.h>

/* Types that hide a partition from users, or say that it is no place for their files. */
static const struct {
	const char *type, *what;
	bool hidden;
} table_types[] = {
    {"0x11", "hidden FAT12", true},
    {"0x12", "the maker's diagnostics", true},
    {"0x14", "hidden FAT16", true},
    {"0x16", "hidden FAT16", true},
    {"0x17", "hidden NTFS or exFAT", true},
    {"0x1b", "hidden FAT32", true},
    {"0x1c", "hidden FAT32", true},
    {"0x1e", "hidden FAT16", true},
    {"0x27", "Windows recovery", true},
    {"0x84", "hibernation", true},
    {"0x91", "hidden extended partition", true},
    {"0x9b", "hidden extended partition", true},
    {"0xa0", "hibernation", true},
    {"0xde", "the maker's utilities", true},
    {"0xef", "EFI system", true},
    {"0xfe", "the maker's utilities", true},
    {"C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "EFI system", true},
    {"E3C9E316-0B5C-4DB8-817D-F92DF00215AE", "Microsoft reserved", true},
    {"DE94BBA4-06D1-4D40-A16A-BFD50179D6AC", "Windows recovery", true},
    {"5808C8AA-7E8F-42E0-85D2-E1E90434CFB3", "Windows disk manager", true},
    {"AF9B60A0-1431-4F62-BC68-3311714A69AD", "Windows disk manager", true},
    {"21686148-6449-6E6F-744E-656564454649", "BIOS boot", true},
    {"9E1A2D38-C612-4316-AA26-8B49521E5A8B", "PowerPC boot", true},
    {"426F6F74-0000-11AA-AA11-00306543ECAC", "Apple boot", true},
    {"5265636F-7665-11AA-AA11-00306543ECAC", "Apple recovery", true},
    {"8DA63339-0007-60C0-C436-083AC8230908", "Linux reserved", true},
};

const char *
table_types_find(const char *type, bool *ret_hidden)
{
	for (size_t i = 0; i < sizeof(table_types) / sizeof(table_types[0]); i++) {
		if (strcmp(table_types[i].type, type) != 0)
			continue;
		*ret_hidden = table_types[i].hidden;
		return table_types[i].what;
	}
	return NULL;
}
