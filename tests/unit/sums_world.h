/* SPDX-License-Identifier: ISC */
/* The files of a transfer, for the tests that compare them with lists and signatures. */
#ifndef TESTS_UNIT_SUMS_WORLD_H
#define TESTS_UNIT_SUMS_WORLD_H

#include "scanners/sums_in.h"
#include "src/base/hex.h"
#include "src/base/limits.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define EMPTY       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n"
#define SIGNIFY_KEY "RWRUgWC+Jhey4tQH8gW9aGATw96pT+WIimoqdr3D9UXyiTAsM1be0gJr\n"
#define SIGNIFY                                                                                \
	"untrusted comment: verify with s.pub\n"                                               \
	"RWRUgWC+Jhey4srNE8jiYGGzGzKsk2Yg+fKIz+u0rEForhFp0qRrscI3G7VoT9mPZngdzJ5jMhflaocVWH3g" \
	"WferhSGw6pmvUwE=\n"

#define FILES 16

/* A file of a transfer: "path" or "item.zip > member"; text is its contents. */
struct file {
	const char *name, *text;
	bool list, lost; /* lost: the vault does not have it any more */
	char sha256[65];
};

struct world {
	struct file files[FILES];
	size_t n, wants;
	char said[4096]; /* findings, then verdicts, one a line */
	/* what gpgv says of every signature; NULL: the site has no keys for it */
	const char *gpgv;
	int gpgv_exit;
	enum err gpgv_error;
	char asked[256];
};

static inline const struct file *
by_digest(const struct world *w, const char *sha256)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->files[i].sha256, sha256) == 0)
			return &w->files[i];
	return NULL;
}

static inline bool
read_text(void *arg, uint64_t at, void *out, size_t n)
{
	const struct file *f = arg;
	memcpy(out, f->text + at, n);
	return true;
}

static inline enum err
open_object(void *arg, const char *sha256, struct object *o)
{
	struct world *w = arg;
	const struct file *f = by_digest(w, sha256);
	w->wants++;
	assert_non_null(f);
	if (f->lost)
		return ERR_NOTFOUND;
	o->size_bytes = strlen(f->text);
	o->read = read_text;
	o->arg = (void *)(uintptr_t)f;
	return ERR_OK;
}

static inline void
close_object(void *arg, struct object *o)
{
	(void)arg;
	(void)o;
}

static inline void
say(struct world *w, const char *a, const char *b, const char *c)
{
	size_t n = strlen(w->said);
	snprintf(
	    w->said + n, sizeof(w->said) - n, "%s: %s%s%s\n", a, b, c[0] != '\0' ? " " : "", c);
}

static inline void
hear(void *arg, const struct scan_finding *f)
{
	struct world *w = arg;
	char path[256], detail[LIM_FINDING_TEXT];
	assert_true((f->path != NULL) != (f->sha256 != NULL));
	if (f->path != NULL)
		snprintf(path, sizeof(path), "%.*s", (int)f->path_len, (const char *)f->path);
	else
		snprintf(path, sizeof(path), "%s", by_digest(w, f->sha256)->name);
	snprintf(detail, sizeof(detail), "%.*s", (int)f->detail_len,
	    f->detail != NULL ? f->detail : "");
	assert_true(strncmp(f->rule, "checksum/", 9) == 0);
	/* only a key of the site makes anything genuine, in whatever words */
	if (strcmp(f->rule, "checksum/authentic") != 0)
		assert_null(strstr(f->title, "verified"));
	say(w, path, f->rule + 9, detail);
}

static inline void
judge(void *arg, const char *sha256, enum scan_verdict verdict, const char *why, uint64_t read)
{
	struct world *w = arg;
	const struct file *f = by_digest(w, sha256);
	char text[64];
	assert_non_null(f);
	assert_true(read == 0 || read == strlen(f->text));
	snprintf(text, sizeof(text), "[%d]", (int)verdict);
	say(w, f->name, text,
	    strstr(why, "says that a key of the site") != NULL ||
		    strncmp(why, "It is what a key of the site", 28) == 0
		? "signed"
		: "");
}

static inline enum err
ask_gpgv(void *arg, const char *signature, const char *object, struct sums_pgp_said *ret)
{
	struct world *w = arg;
	size_t n = strlen(w->asked);
	snprintf(w->asked + n, sizeof(w->asked) - n, "%s over %s\n",
	    by_digest(w, signature)->name,
	    object != NULL ? by_digest(w, object)->name : "itself");
	ret->n = strlen(w->gpgv);
	memcpy(ret->text, w->gpgv, ret->n);
	ret->whole = true;
	ret->exit = w->gpgv_exit;
	return w->gpgv_error;
}

static inline void
put(struct world *w, struct sums *s, size_t i)
{
	struct file *f = &w->files[i];
	struct sums_name names[4];
	char parts[256];
	size_t n = 0;
	uint8_t digest[DIGEST_SIZE];
	digest_sha256(f->text, strlen(f->text), digest);
	hex_encode(digest, sizeof(digest), f->sha256);
	snprintf(parts, sizeof(parts), "%s", f->name);
	for (char *p = parts; p != NULL && n < 4;) {
		char *next = strstr(p, " > ");
		if (next != NULL)
			*next = '\0';
		names[n++] = (struct sums_name){(const uint8_t *)p, strlen(p)};
		p = next != NULL ? next + 3 : NULL;
	}
	sums_file(s, names[0], names + 1, n - 1, f->sha256, strlen(f->text));
}

static inline struct sums_result
compare(struct world *w, const struct sums_keys *keys)
{
	const struct sums_ops ops = {
	    open_object, close_object, w->gpgv != NULL ? ask_gpgv : NULL, hear, judge, w};
	struct sums *s = sums_new(&ops, keys);
	struct sums_result r;
	w->n = 0;
	while (w->n < FILES && w->files[w->n].name != NULL)
		put(w, s, w->n++);
	for (size_t i = 0; i < w->n; i++)
		if (w->files[i].list)
			sums_list(s, w->files[i].sha256);
	assert_int_equal(sums_run(s, &r), ERR_OK);
	sums_free(s);
	return r;
}

#endif
