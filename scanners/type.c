/* SPDX-License-Identifier: ISC */
/*
 * scan-type: what an object is.
 * May:        read the one object it was given; say type, MIME and findings.
 * Must never: open, connect, write, run anything; unpack; trust a name.
 * Dies when:  the desk hangs up, or a peer breaks the protocol.
 */
#include "scanners/identify.h"
#include "scanners/object.h"
#include "src/base/log.h"

#include <ctype.h>
#include <errno.h>
#include <magic.h>
#include <unistd.h>

#define TYPE_WINDOW     32
#define TYPE_MIME_BYTES 127

/* Set once before the sandbox; libmagic keeps its state there. */
static magic_t type_magic;

static enum err
type_setup(struct scan *s, struct scan_about *about)
{
	size_t bytes_max = IDENTIFY_WINDOW;
	(void)s;
	/* MAGIC_NO_CHECK_COMPRESS: that check may start programs */
	type_magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
	if (type_magic == NULL || magic_load(type_magic, NULL) != 0 ||
	    magic_setparam(type_magic, MAGIC_PARAM_BYTES_MAX, &bytes_max) != 0) {
		log_warn("libmagic cannot load its database: %s. Install libmagic-mgc.",
		    type_magic != NULL ? magic_error(type_magic) : strerrordesc_np(errno));
		return ERR_IO;
	}
	/* what it does at first use, it does while files can still be opened */
	(void)magic_buffer(type_magic, "warm up\n", 8);
	snprintf(about->engine, sizeof(about->engine), "libmagic %d.%02d",
	    magic_version() / 100, magic_version() % 100);
	return ERR_OK;
}

/* libmagic's word, when it is one; NULL otherwise. */
static const char *
type_ask_magic(const struct scan_job *job)
{
	if (lseek(job->fd, 0, SEEK_SET) != 0)
		return NULL;
	const char *mime = magic_descriptor(type_magic, job->fd);
	if (mime == NULL || strlen(mime) > TYPE_MIME_BYTES)
		return NULL;
	const char *slash = strchr(mime, '/');
	if (slash == NULL || slash == mime || slash[1] == '\0' ||
	    strchr(slash + 1, '/') != NULL)
		return NULL;
	for (const char *p = mime; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("/.+-_", *p) == NULL)
			return NULL;
	return mime;
}

/* Joins what the structure says with what the lines of a text, or libmagic, say. */
static void
type_settle(struct identify_result *r, const char *mime)
{
	const char *type = identify_mime_type(mime);
	bool text = strcmp(r->type, "text") == 0;
	r->mime = mime;
	/* libmagic calls very short texts, and odd ones, octet-stream */
	if (text && strcmp(mime, "application/octet-stream") == 0)
		r->mime = "text/plain";
	else if (!r->certain && type != NULL)
		r->type = type;
	else if (strcmp(r->type, "data") == 0)
		r->type = "other";
}

static void
type_object(struct scan *s, struct scan_job *job)
{
	struct object_job j = {s, job};
	const struct identify_input in = {job->size_bytes, object_read_job, &j};
	struct identify_result r;
	if (identify(&in, &r) != ERR_OK) {
		scan_result(s, job, SCAN_ERROR, "the object could not be read", 0);
		return;
	}
	bool failed = false;
	if (r.mime == NULL) {
		const char *mime = r.text_mime != NULL ? r.text_mime : type_ask_magic(job);
		failed = mime == NULL;
		type_settle(&r, failed ? "application/octet-stream" : mime);
	}
	scan_put_fact(s, job, "type", r.type);
	scan_put_fact(s, job, "mime", r.mime);
	for (size_t i = 0; i < r.facts; i++)
		scan_put_fact(s, job, r.fact[i].key, r.fact[i].value);
	for (size_t i = 0; i < r.findings; i++) {
		const struct identify_finding *f = &r.finding[i];
		const struct scan_finding out = {.rule = f->rule,
		    .class = f->class,
		    .severity = f->severity,
		    .title = f->title,
		    .detail = f->detail,
		    .detail_len = strlen(f->detail),
		    .at = f->at};
		scan_put_finding(s, job, &out);
	}
	/* the type of an object is about all of it, wherever its structure was looked at */
	if (r.malicious)
		scan_result(s, job, SCAN_MALICIOUS, "", job->size_bytes);
	else if (failed)
		scan_result(s, job, SCAN_INCOMPLETE, "libmagic failed", job->size_bytes);
	else
		scan_result(s, job, SCAN_CLEAN, "", job->size_bytes);
}

static const struct scan_ops type_ops = {
    .name = "type",
    .window = TYPE_WINDOW,
    .max_bytes = 0,
    .setup = type_setup,
    .object = type_object,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &type_ops);
}
