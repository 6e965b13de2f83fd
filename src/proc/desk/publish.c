/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/publish.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/proc/desk/session.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PUBLISH_NAME_SIZE (LIM_EXPORT_FILE_BYTES + 1)

struct publication {
	struct publication *next; /* asked for later */
	uint64_t session;
	char transfer[TRANSFER_ID_SIZE], name[PUBLISH_NAME_SIZE];
};

enum err
publish_digest(int fd, char ret_sha256[HEX_DIGEST_SIZE])
{
	const uint8_t *bytes;
	size_t n;
	uint8_t digest[DIGEST_SIZE];
	enum err e = io_memfd_map(fd, LIM_SEALED_BYTES, &bytes, &n);
	if (e != ERR_OK)
		return e;
	digest_sha256(bytes, n, digest);
	munmap((void *)(uintptr_t)bytes, n);
	hex_encode(digest, sizeof(digest), ret_sha256);
	return ERR_OK;
}

enum err
publish_enter(struct desk *d, const char *officer, const char *format, const char *path, int fd,
    char why[BOOK_WHY_SIZE])
{
	char sha256[HEX_DIGEST_SIZE];
	enum err e = publish_digest(fd, sha256);
	if (e != ERR_OK) {
		snprintf(why, BOOK_WHY_SIZE, "what was made cannot be read");
		return e;
	}
	return book_event(d, "audit.export", "station",
	    json_pack("{s:s, s:s, s:s, s:s}", "document", sha256, "format", format, "name",
		path, "officer", officer),
	    why);
}

void
publish(struct desk *d, uint64_t session, const char *transfer, const char *name, int fd)
{
	struct publication **at = &d->publications;
	struct session *s = session_find(d, session);
	if (strlen(name) >= PUBLISH_NAME_SIZE ||
	    channel_send(d->stager, MSG_STAGE_REPORT,
		json_pack("{s:s, s:s}", "transfer", transfer, "name", name), fd) != ERR_OK) {
		if (s != NULL)
			session_refuse(
			    s, 3, "the stager does not take requests", "try again in a moment");
		return;
	}
	while (*at != NULL)
		at = &(*at)->next;
	*at = mem_alloc(sizeof(**at));
	(*at)->session = session;
	snprintf((*at)->transfer, sizeof((*at)->transfer), "%s", transfer);
	snprintf((*at)->name, sizeof((*at)->name), "%s", name);
}

/* The stager answers in the order it was asked. */
void
publish_over(struct desk *d, struct msg *m, bool written)
{
	struct publication **at = &d->publications, *p;
	while ((p = *at) != NULL && (strcmp(p->transfer, msg_str(m, "transfer")) != 0 ||
					strcmp(p->name, msg_str(m, "name")) != 0))
		at = &p->next;
	if (p == NULL)
		return;
	*at = p->next;
	struct session *s = session_find(d, p->session);
	MEM_FREE char *path = mem_printf("reports/%s/%s", p->transfer, p->name);
	if (s != NULL && written)
		session_done(s, json_pack("{s:s, s:s}", "transfer", p->transfer, "text", path));
	else if (s != NULL)
		session_refuse(s, 3, msg_str(m, "why"), msg_str(m, "next"));
	free(p);
}

void
publish_end_all(struct desk *d)
{
	while (d->publications != NULL) {
		struct publication *p = d->publications;
		d->publications = p->next;
		free(p);
	}
}
