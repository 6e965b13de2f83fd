/* SPDX-License-Identifier: ISC */
/* Inside of identify(): one look at one object, shared by its parts. */
#ifndef SCANNERS_IDENTIFY_IN_H
#define SCANNERS_IDENTIFY_IN_H

#include "scanners/identify.h"

#define IDENTIFY_ISO_AT 32769 /* "CD001" */

struct identify_look {
	const struct identify_input *in;
	const uint8_t *head; /* the first head_len bytes */
	size_t head_len;
	const uint8_t *tail; /* the last tail_len bytes; may overlap the head */
	size_t tail_len;
	bool failed; /* the callback failed: what was found is worth nothing */
	struct identify_result *ret;
};

/* Exactly n bytes at `at`; false when the object is shorter, or reading failed. */
bool identify_get(struct identify_look *, uint64_t at, void *out, size_t n);
/* The head has these bytes at `at`. */
bool identify_has(const struct identify_look *, size_t at, const void *bytes, size_t n);
/* Adds a finding; detail may be NULL.  More than IDENTIFY_FINDINGS are dropped. */
void identify_find(struct identify_look *, const char *rule, const char *class,
    const char *severity, const char *title, const char *detail, uint64_t at);
void identify_set(struct identify_look *, const char *type, const char *mime, bool certain);

/* More than IDENTIFY_FACTS are dropped. */
void identify_fact(struct identify_look *, const char *key, const char *value, size_t n);

/* The object byte by byte, from `at` on, through a chunk of its own. */
#define IDENTIFY_CHUNK 16384
struct identify_walk {
	struct identify_look *look;
	uint64_t at;
	uint64_t chunk_at; /* offset of the chunk */
	size_t chunk_len;
	uint8_t chunk[IDENTIFY_CHUNK];
};
/* The byte at w->at, which moves on; -1 at the end. */
int identify_byte(struct identify_walk *w);

static inline uint32_t
identify_le16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t
identify_le32(const uint8_t *p)
{
	return identify_le16(p) | identify_le16(p + 2) << 16;
}

static inline uint64_t
identify_le64(const uint8_t *p)
{
	return identify_le32(p) | (uint64_t)identify_le32(p + 4) << 32;
}

/* Where a zip directory is, by the record at the end. */
struct identify_zip_end {
	uint64_t at;        /* of the end record */
	uint64_t directory; /* offset as it really is */
	uint64_t directory_bytes;
	bool exact; /* the record's comment ends where the object ends */
};

/* True when the end record points at a directory that is there. */
bool identify_zip_find(struct identify_look *, struct identify_zip_end *ret);
/* The object begins as a zip: names the type by the members. */
void identify_zip(struct identify_look *);
/* True when it is a pickle of protocol 2 to 5; findings were added. */
bool identify_pickle(struct identify_look *);
/*
 * The same of protocol 0 or 1, which have no mark: they look like a text, and like
 * nothing.  Only one that makes or remembers objects is told from those.
 */
bool identify_pickle_old(struct identify_look *);
/* A protobuf message of TensorFlow. */
bool identify_is_saved_model(const struct identify_look *);
/* PyTorch before zip: several pickles, the first is a number; or a tar of fixed members. */
bool identify_is_torch_old(const struct identify_look *);
bool identify_is_torch_tar(struct identify_look *);
/* The header of a tar member; the mark of a disc. */
bool identify_is_tar(const struct identify_look *);
bool identify_is_iso9660(struct identify_look *);
/* Findings: it is something else, too; it was cut. */
void identify_polyglot(struct identify_look *);
void identify_incomplete(struct identify_look *);
/* What lies behind the end that a picture or a sound has by itself. */
void identify_trailing(struct identify_look *);
/* Leavings of operating systems, pages of errors, lists of digests: facts and findings. */
void identify_notes(struct identify_look *);
/* A finding when the object is encrypted, with what to do. */
void identify_locked(struct identify_look *);
/* True when the head is text; the type was set. */
bool identify_text(struct identify_look *);

#endif
