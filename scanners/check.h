/* SPDX-License-Identifier: ISC */
/*
 * sallyport-check: plays desk and vault for one scanner and says what it does of
 * the contract (sallyport-scanner(7)) and what it breaks.
 */
#ifndef SCANNERS_CHECK_H
#define SCANNERS_CHECK_H

#include "scanners/manifest.h"
#include "src/base/err.h"
#include "src/ipc/channel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHECK_TEXT  256
#define CHECK_MANY  64   /* objects under way */
#define CHECK_BEGUN 4096 /* things inside that are followed */

struct check {
	struct manifest manifest;
	bool has_manifest;
	char *program;       /* path */
	char *manifest_path; /* NULL: only a program was named */
	const char *engine;  /* path of a socket, or NULL */
	int64_t patience_ms;
	unsigned kept, broken, noted;
	const char *now; /* the conversation that is had */
};

/* What it does, and what it breaks; each is one line. */
enum check_mark { CHECK_KEEPS, CHECK_BREAKS, CHECK_NOTES };
__attribute__((format(printf, 3, 4))) void check_say(
    struct check *, enum check_mark, const char *fmt, ...);

/* --- bytes to be looked at (check_object.c) --------------------------------------------- */

struct check_object {
	int fd; /* of a memfd; the scanner gets a read-only one of its own */
	uint64_t size_bytes;
	char sha256[65];
};

/* text, then zeros up to size_bytes, which is not digested when it is large. */
void check_object_make(struct check_object *, const char *text, uint64_t size_bytes);
void check_object_bad(struct check_object *); /* the EICAR test file */
void check_object_zip(struct check_object *); /* one file in an archive */
void check_object_close(struct check_object *);
/* A read-only descriptor of its own; caller closes. */
int check_object_open(const struct check_object *);

/* --- the scanner and what it says (check_peer.c) ------------------------------------------ */

struct check_said {
	uint64_t id;
	char sha256[65];
	uint64_t size_bytes;
	bool answered;
	char verdict[32], why[CHECK_TEXT];
	char one[32]; /* of a set: the last verdict about one object */
	uint64_t bytes, read_bytes;
	unsigned findings, facts, children, progress;
	char odd[CHECK_TEXT]; /* what of its words the station would not take as they are */
};

enum check_end {
	CHECK_ANSWERED,
	CHECK_GONE,   /* it closed its socket */
	CHECK_BROKE,  /* it said what it may not; see broke */
	CHECK_SILENT, /* not within the time it has */
};

struct check_peer {
	struct check *check;
	pid_t pid;
	struct channel *desk, *vault;
	int inside; /* our end of the pipe for what is inside, or -1 */
	bool sandboxed;
	unsigned window;
	uint64_t max_bytes, next_id;
	char name[64], engine[CHECK_TEXT], signatures[CHECK_TEXT], date[64];
	char broke[CHECK_TEXT];
	struct check_said said[CHECK_MANY]; /* of the objects it was given */
	size_t nsaid;
	/* what came through the pipe */
	uint8_t header[16];
	size_t header_len;
	uint64_t left_bytes, inside_bytes;
	uint64_t begun[CHECK_BEGUN], told[CHECK_BEGUN];
	size_t nbegun, ntold;
	/* what a scanner of whole transfers may ask for */
	const struct check_object *set;
	size_t nset;
	unsigned wants;
	int64_t started_ms;
};

/* Starts it and exchanges first words; false when it did not become ready, and broke says why.
 */
bool check_peer_meet(struct check_peer *, struct check *);
/* Only starts it. */
bool check_peer_start(struct check_peer *, struct check *);
/* From here until check_peer_wait its answers are about one object less. */
struct check_said *check_peer_give(
    struct check_peer *, const struct check_object *, uint64_t said_bytes, int fd);
/* The usual case: what the object is, with a descriptor of its own. */
struct check_said *check_peer_ask(struct check_peer *, const struct check_object *);
/* A sealed set of these, whose text is n bytes; they can be asked for. */
struct check_said *check_peer_set(struct check_peer *, const char *text, size_t n,
    const struct check_object *objects, size_t nobjects);
/* Until everything given was answered. */
enum check_end check_peer_wait(struct check_peer *, int64_t timeout_ms);
/* Bytes as they are, by the desk's or the vault's socket; fd -1: none. */
void check_peer_raw(struct channel *, const char *text, size_t n, int fd);
/* Waits until the process has ended: its status as a sentence; false when it has not. */
bool check_peer_ended(struct check_peer *, int64_t timeout_ms, char how[CHECK_TEXT]);
/*
 * Hangs up, waits, kills what is left; true when nothing was left but a
 * process that had ended by itself.
 */
bool check_peer_done(struct check_peer *);
const char *check_peer_end_words(enum check_end, const struct check_peer *);

/* --- conversations --------------------------------------------------------------------------
 */

/* Whom a conversation is for. */
enum check_whom { CHECK_ALL, CHECK_OBJECTS, CHECK_SETS };

struct check_talk {
	const char *name, *what; /* what of the contract it is about */
	enum check_whom whom;
	void (*have)(struct check *);
};

/* Lists, each ended by one without a name. */
const struct check_talk *check_good_talks(void);
const struct check_talk *check_harm_talks(void);
const struct check_talk *check_set_talks(void);

#endif
