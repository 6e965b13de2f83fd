/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/handin.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/intake.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What the officer named, while it is looked into. */
struct handin_try {
	struct desk *desk;
	const uint8_t *source; /* as named, or, of a device that is followed, as it is opened */
	size_t source_len;
	const struct follow_device *device; /* NULL: an image, or devices are not followed */
	char *why;                          /* HANDIN_WHY_SIZE */
};

static bool
handin_say(struct handin_try *t, const char *why)
{
	snprintf(t->why, HANDIN_WHY_SIZE, "%s", why);
	return false;
}

/* Why a descriptor of a terminal is no image, or NULL. */
static const char *
handin_refuse_image(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fstat(fd, &st) != 0)
		return "it cannot be looked at";
	if ((flags & O_ACCMODE) != O_RDONLY)
		return "it was opened for writing; an inbound medium is only ever read";
	return S_ISREG(st.st_mode) ? NULL
	                           : "it is no disk image; devices are opened by the station";
}

/* --- devices ---------------------------------------------------------------------- */

/* The name is that of a port, and there is more than one medium in it: which is meant? */
static bool
handin_is_unclear(const struct desk *d, const struct follow_device *f, const char *name)
{
	size_t n = 0;
	const struct follow_device *g = NULL;
	if (f->judgement.port == NULL || strcmp(f->judgement.port->name, name) != 0)
		return false;
	while ((g = follow_next(d, g)) != NULL)
		n += g->judgement.port == f->judgement.port &&
		     g->judgement.state == DEVICE_READY;
	return n > 1;
}

/* The device that was named, as far as it is followed; false when it is not to be read. */
static bool
handin_find(struct handin_try *t)
{
	MEM_FREE char *name = mem_alloc(t->source_len + 1);
	memcpy(name, t->source, t->source_len);
	follow_refresh(t->desk);
	const struct follow_device *f = follow_find(t->desk, name);
	if (f == NULL)
		return true;
	if (handin_is_unclear(t->desk, f, name))
		return handin_say(t,
		    "there are several media in this port; name the one that is "
		    "meant by its place (/dev/disk/by-path/...), or choose it "
		    "on the screen");
	t->device = f;
	t->source = (const uint8_t *)f->source;
	t->source_len = strlen(f->source);
	if (f->judgement.state == DEVICE_REFUSED)
		return handin_say(t, f->judgement.why);
	if (f->judgement.port != NULL && f->judgement.port->role == STATION_EXPORT)
		return handin_say(t, "this port is for exports, and nothing is read from it; "
				     "plug it into a port for media");
	if (f->judgement.state == DEVICE_EMPTY)
		return handin_say(t, "there is no medium in it; put one in");
	const struct intake *in = intake_find(t->desk, f->transfer);
	if (in != NULL && intake_needs_medium(in)) {
		snprintf(t->why, HANDIN_WHY_SIZE, "it is being read already, for transfer %s",
		    f->transfer);
		return false;
	}
	return true;
}

/* Asks the parent, the only one who may open a device. */
static bool
handin_ask(struct handin_try *t, int *ret_fd, uint64_t *ret_diskseq)
{
	static const enum msg_id answers[] = {
	    MSG_PARENT_OPENED, MSG_PARENT_NOT_OPENED, MSG_NONE};
	struct msg m;
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(t->source_len));
	hex_b64_encode(t->source, t->source_len, text);
	if (channel_call(t->desk->parent, MSG_DESK_OPEN, json_pack("{s:s}", "source", text), -1,
		answers, &m) != ERR_OK)
		log_fatal("the parent does not answer");
	bool opened = m.id == MSG_PARENT_OPENED;
	if (opened) {
		*ret_fd = msg_take_fd(&m);
		*ret_diskseq =
		    json_object_get(m.body, "diskseq") != NULL ? msg_uint(&m, "diskseq") : 0;
	} else {
		handin_say(t, msg_str(&m, "why"));
	}
	msg_done(&m);
	return opened;
}

/* What was opened is what was judged, and is there still. */
static bool
handin_is_it(struct handin_try *t, int fd, uint64_t diskseq)
{
	static const char again[] =
	    "it was taken out or exchanged while it was opened; look at "
	    "the port and try again";
	struct stat st;
	bool block = fstat(fd, &st) == 0 && S_ISBLK(st.st_mode);
	if (block && !follow_active(t->desk))
		return handin_say(t, "nobody has judged it: udev cannot be listened to; an "
				     "administrator looks at doctor, and starts the station "
				     "again");
	if (t->device == NULL)
		return block ? handin_say(t, "udev has not announced it; plug it in again")
		             : true;
	MEM_FREE char *place = mem_strdup(t->device->place);
	uint64_t judged = t->device->device.diskseq;
	t->device = NULL;
	follow_refresh(t->desk);
	const struct follow_device *f = follow_at(t->desk, place);
	if (f == NULL)
		return handin_say(t, again);
	t->device = f;
	/* of its source nothing changes with it: that is where it is plugged in */
	t->source = (const uint8_t *)f->source;
	t->source_len = strlen(f->source);
	bool same = block && f->judgement.state == DEVICE_READY &&
	            f->device.diskseq == judged && major(st.st_rdev) == f->device.major &&
	            minor(st.st_rdev) == f->device.minor &&
	            diskseq == judged; /* both 0: this kernel does not count insertions */
	return same ? true : handin_say(t, again);
}

/* --- the whole -------------------------------------------------------------------- */

/* source: escaped. */
static void
handin_enter(struct desk *d, const struct follow_device *f, const char *source, const char *why)
{
	const struct station_port *port = f != NULL ? f->judgement.port : NULL;
	json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "model",
	    f != NULL ? f->device.model : "", "port", port != NULL ? port->name : "", "serial",
	    f != NULL ? f->device.serial : "", "source", source, "vendor",
	    f != NULL ? f->device.vendor : "", "why", why);
	flap_enter(d, port, "device.refused", data, true);
}

static void
handin_record(const struct handin_try *t)
{
	/* escaped, the beginning of what is too long for a path is text of an entry */
	size_t n = t->source_len > LIM_PATH_BYTES ? LIM_NAME_BYTES : t->source_len;
	MEM_FREE char *text = mem_alloc(ESCAPE_SIZE(n));
	escape_bytes(t->source, n, text, ESCAPE_SIZE(n), NULL);
	handin_enter(t->desk, t->device, text, t->why);
}

/* As xfer.open records it. */
static json_t *
handin_medium(const struct handin_try *t, int fd)
{
	struct stat st = {0};
	MEM_FREE char *source = mem_alloc(ESCAPE_SIZE(t->source_len));
	escape_bytes(t->source, t->source_len, source, ESCAPE_SIZE(t->source_len), NULL);
	uint64_t bytes = fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
	if (t->device != NULL)
		bytes = t->device->device.bytes;
	json_t *medium = json_pack("{s:I, s:s, s:s}", "bytes", (json_int_t)bytes, "kind",
	    S_ISBLK(st.st_mode) ? "block" : "image", "source", source);
	if (t->device != NULL)
		json_object_set_new(medium, "device",
		    json_pack("{s:s, s:s, s:s, s:s}", "model", t->device->device.model, "port",
			t->device->judgement.port->name, "serial", t->device->device.serial,
			"vendor", t->device->device.vendor));
	return medium;
}

static bool
handin_try(struct handin_try *t, int given, int *ret_fd)
{
	const char *refused = given >= 0 ? handin_refuse_image(given) : NULL;
	uint64_t diskseq = 0;
	int fd = given;
	if (refused == NULL && t->source_len > LIM_PATH_BYTES)
		refused = "its path is longer than a path can be";
	bool good = refused == NULL ? true : handin_say(t, refused);
	if (good && given < 0)
		good = handin_find(t) && handin_ask(t, &fd, &diskseq) &&
		       handin_is_it(t, fd, diskseq);
	if (!good && fd >= 0)
		close(fd);
	if (good)
		*ret_fd = fd;
	return good;
}

enum err
handin_take(struct desk *d, int fd, const uint8_t *source, size_t source_len,
    struct handin *ret, char why[HANDIN_WHY_SIZE])
{
	struct handin_try t = {d, source, source_len, NULL, why};
	int opened = -1;
	if (!handin_try(&t, fd, &opened)) {
		handin_record(&t);
		return ERR_DENIED;
	}
	struct stat st = {0};
	bool image = fstat(opened, &st) == 0 && S_ISREG(st.st_mode);
	*ret = (struct handin){.fd = opened,
	    .medium = handin_medium(&t, opened),
	    .changed_ns = image ? io_changed_ns(&st) : 0};
	if (t.device != NULL) {
		ret->place = mem_strdup(t.device->place);
		ret->hardware = t.device->device.write_protected;
	}
	return ERR_OK;
}

static const char *
handin_text(const json_t *medium, const char *key)
{
	const char *text = json_string_value(json_object_get(medium, key));
	return text != NULL ? text : "";
}

/* As far as it can be known: a device by what it says of itself, anything else by its name. */
static bool
handin_is_medium(
    const struct handin *h, const struct follow_device *f, const struct custody_transfer *t)
{
	const json_t *was = json_object_get(t->open_data, "medium");
	if (json_object_get(was, "device") != NULL)
		return f != NULL && follow_is(&f->device, t);
	return strcmp(handin_text(was, "kind"), handin_text(h->medium, "kind")) == 0 &&
	       strcmp(handin_text(was, "source"), handin_text(h->medium, "source")) == 0 &&
	       json_integer_value(json_object_get(was, "bytes")) ==
	           json_integer_value(json_object_get(h->medium, "bytes"));
}

bool
handin_is_of(
    struct desk *d, const struct handin *h, const char *transfer, char why[HANDIN_WHY_SIZE])
{
	const struct custody_transfer *t =
	    transfer != NULL ? custody_transfer_find(d->custody, transfer) : NULL;
	const struct follow_device *f = h->place != NULL ? follow_at(d, h->place) : NULL;
	if (t == NULL || handin_is_medium(h, f, t))
		return true;
	const json_t *was = json_object_get(t->open_data, "medium");
	const json_t *device = json_object_get(was, "device");
	const char *name =
	    handin_text(device != NULL ? device : was, device != NULL ? "serial" : "source");
	snprintf(why, HANDIN_WHY_SIZE,
	    "this is not the medium of %s: its %s or size differs from that of %.600s; "
	    "insert the same medium, or abort the transfer and open a new one",
	    t->id, device != NULL ? "serial" : "name",
	    name[0] != '\0' ? name : "the one that was handed in");
	handin_enter(d, f, handin_text(h->medium, "source"), why);
	return false;
}

void
handin_done(struct handin *h)
{
	if (h->fd >= 0)
		close(h->fd);
	json_decref(h->medium);
	free(h->place);
}
