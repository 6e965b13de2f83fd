/* SPDX-License-Identifier: ISC */
#include "src/core/portrule.h"

#include <inttypes.h>
#include <stdio.h>

/* Of all lines: each port its two, each row of a list and each disk one. */
#define PORTRULE_BYTES (1 << 22)

static void
portrule_match(struct buf *out, const char *key, const char *value)
{
	if (value[0] != '\0')
		buf_addf(out, "ENV{%s}==\"%s\", ", key, value);
}

/* Rules have no way to say "one of": each row is a line of its own. */
static void
portrule_print_list(
    const struct station *s, const struct station_port *port, size_t n, struct buf *out)
{
	const struct station_allow *a = station_allow_next(s, port, NULL);
	if (a == NULL || port->role == STATION_EXPORT)
		return;
	buf_addf(out, "ENV{SALLYPORT_PORT}==\"%zu\", ENV{SALLYPORT_LISTED}=\"0\"\n", n);
	for (; a != NULL; a = station_allow_next(s, port, a)) {
		buf_addf(out, "ENV{SALLYPORT_PORT}==\"%zu\", ", n);
		portrule_match(out, "ID_VENDOR_ID", a->vendor);
		portrule_match(out, "ID_MODEL_ID", a->product);
		portrule_match(out, "ID_SERIAL_SHORT", a->serial);
		buf_add_str(out, "ENV{SALLYPORT_LISTED}=\"1\"\n");
	}
}

/* A disk in a port of its own has the port's text, one on USB more behind a colon. */
static void
portrule_print_ports(const struct station *s, struct buf *out)
{
	for (size_t i = 0; i < s->nports; i++) {
		const struct station_port *p = &s->ports[i];
		if (p->kind != STATION_BLOCK)
			continue;
		for (size_t below = 0; below < 2; below++)
			buf_addf(out, "ENV{ID_PATH}==\"%s%s\", ENV{SALLYPORT_PORT}=\"%zu\"\n",
			    p->path, below ? ":*" : "", i + 1);
		portrule_print_list(s, p, i + 1, out);
		/* 99-sallyport-media.rules makes everything else read-only */
		if (p->role == STATION_EXPORT)
			buf_addf(out,
			    "ENV{SALLYPORT_PORT}==\"%zu\", ENV{SALLYPORT_EXPORT}=\"1\"\n",
			    i + 1);
	}
}

/* mark: NULL for the lines it is made of. */
static enum err
portrule_print_marked(const struct station *s, const char *mark, struct buf *out)
{
	buf_add_str(out,
	    "SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", GOTO=\"sallyport_ports_where\"\n"
	    "SUBSYSTEM!=\"block\", GOTO=\"sallyport_ports_end\"\n"
	    "DEVPATH==\"/devices/virtual/*\", GOTO=\"sallyport_ports_end\"\n");
	if (s->ndisks > 0)
		buf_add_str(out, "ENV{SALLYPORT_DISK}=\"other\"\n");
	buf_add_str(out, "LABEL=\"sallyport_ports_where\"\n"
			 "IMPORT{builtin}=\"path_id\"\n");
	if (mark != NULL)
		buf_addf(out, "ENV{SALLYPORT_PORTS}=\"%s\"\n", mark);
	portrule_print_ports(s, out);
	for (size_t i = 0; i < s->ndisks; i++)
		buf_addf(
		    out, "ENV{ID_PATH}==\"%s\", ENV{SALLYPORT_DISK}=\"own\"\n", s->disks[i]);
	buf_add_str(out, "LABEL=\"sallyport_ports_end\"\n");
	return out->error;
}

void
portrule_mark(const struct station *s, char ret[PORTRULE_MARK_SIZE])
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	struct buf lines;
	buf_init(&lines, PORTRULE_BYTES);
	(void)portrule_print_marked(s, NULL, &lines);
	/* FNV-1a: it tells old lines from new ones, and protects from nobody */
	for (size_t i = 0; i < lines.len; i++)
		sum = (sum ^ lines.data[i]) * UINT64_C(0x100000001b3);
	snprintf(ret, PORTRULE_MARK_SIZE, "%016" PRIx64, sum);
	buf_done(&lines);
}

enum err
portrule_print(const struct station *s, struct buf *out)
{
	char mark[PORTRULE_MARK_SIZE];
	portrule_mark(s, mark);
	return portrule_print_marked(s, mark, out);
}
