/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/second.h"
#include "src/base/log.h"
#include "src/ipc/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

_Noreturn void
second_ahead(const char *why)
{
	log_fatal(
	    "An older ledger was put in the place of a newer one: %s. Nothing is changed "
	    "and nothing is recorded. sallyport-restore --tail puts back what is missing, "
	    "byte for byte; RECOVERY.md tells what else to look at.",
	    why);
}

json_t *
second_news(const struct copy *copy, const struct custody *custody, const char **ret_type)
{
	enum custody_copy told = custody_copied(custody, NULL);
	const char *why = "station.conf names no folder for it any more";
	enum copy_state state = copy != NULL ? copy_state(copy, &why) : COPY_STATE__MAX;
	if (state == COPY_AHEAD)
		second_ahead(why);
	*ret_type = state == COPY_WHOLE ? "copy.whole" : "copy.failed";
	if (state == COPY_WHOLE)
		return told == CUSTODY_COPY_WHOLE
		           ? NULL
		           : json_pack("{s:I}", "entries", (json_int_t)copy_entries(copy));
	if (state == COPY_STATE__MAX)
		return told != CUSTODY_COPY_WHOLE
		           ? NULL
		           : json_pack("{s:s,s:s}", "kind", "removed", "why", why);
	return told == CUSTODY_COPY_FAILED
	           ? NULL
	           : json_pack("{s:s,s:s}", "kind", copy_state_name(state), "why", why);
}

/* Why the folder is of no use, or "". */
static const char *
judge(int fd, int dirfd, bool demo)
{
	struct stat own, there;
	if (fd < 0 || fstat(dirfd, &own) != 0 || fstat(fd, &there) != 0)
		return strerrordesc_np(errno);
	/* What the disk of the ledger holds goes with that disk; in a demo nothing is lost. */
	return own.st_dev == there.st_dev && !demo
	           ? "it lies on the disk of the ledger; mount the second medium"
	           : "";
}

/* A folder that is not there now is out of reach for this run. */
struct copy *
second_open(const char *home, int dirfd, int *ret_fd)
{
	char why[CONF_WHY_SIZE];
	struct station *station;
	struct copy *copy = NULL;
	*ret_fd = -1;
	enum err e = conf_read(home, &station, why);
	if (e == ERR_NOTFOUND)
		return NULL;
	if (e != ERR_OK)
		log_fatal("%s", why);
	if (station->copy[0] != '\0') {
		*ret_fd = open(station->copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		const char *wrong = judge(*ret_fd, dirfd, station->demo);
		snprintf(why, sizeof(why),
		    "%.200s cannot be used: %.60s; then start the station again", station->copy,
		    wrong);
		copy = copy_new(wrong[0] == '\0' ? *ret_fd : -1, station->copy, why);
		if (wrong[0] != '\0')
			log_warn("The copy of the ledger in %s", why);
	}
	station_free(station);
	return copy;
}
