/* SPDX-License-Identifier: ISC */
#include "ui/volume.h"

#include <string.h>

/* By what the kind begins with; what says nothing of itself may be VeraCrypt. */
static const struct {
	const char *begins, *kind, *backup;
	bool pim;
} volume_kinds[] = {
    {"luks", "luks", "luks", false},
    {"bitlocker", "bitlocker", "bitlocker", false},
    {"", "veracrypt", "veracrypt-backup", true},
};

static size_t
volume_row(const char *kind)
{
	size_t i = 0;
	while (strncmp(kind, volume_kinds[i].begins, strlen(volume_kinds[i].begins)) != 0)
		i++;
	return i;
}

const char *
volume_kind(const char *kind, bool backup)
{
	size_t i = volume_row(kind);
	return backup ? volume_kinds[i].backup : volume_kinds[i].kind;
}

bool
volume_has_pim(const char *kind)
{
	return volume_kinds[volume_row(kind)].pim;
}
