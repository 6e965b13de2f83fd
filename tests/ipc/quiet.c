/* SPDX-License-Identifier: ISC */
/* The rest of a desk around its scanners, for tests: it asks nothing and says nothing. */
#include "src/proc/desk/gather.h"
#include "src/proc/desk/inside.h"
#include "src/proc/desk/life.h"
#include "src/proc/desk/members.h"
#include "src/proc/desk/metrics.h"
#include "src/proc/desk/password.h"
#include "src/proc/desk/reuse.h"
#include "src/proc/desk/stage.h"
#include "src/proc/desk/weigh.h"
#include "src/proc/desk/worker.h"

#include <string.h>

bool
life_judge(struct desk *d, const struct policy *p, const struct manifest *m,
    const struct worker_about *a, char why[LIFE_WHY_SIZE])
{
	(void)d;
	(void)p;
	(void)m;
	(void)a;
	why[0] = '\0';
	return true;
}
bool
life_same(const struct worker_about *a, const struct worker_about *b)
{
	return strcmp(a->engine, b->engine) == 0 && strcmp(a->signatures, b->signatures) == 0;
}
void
life_record_change(struct desk *d, const struct manifest *m, const char *transfer,
    const struct worker_about *was, const struct worker_about *now, uint64_t objects)
{
	(void)d;
	(void)m;
	(void)transfer;
	(void)was;
	(void)now;
	(void)objects;
}
void
life_record_test(struct desk *d, const struct manifest *m, const struct worker_about *a,
    bool passed, const char *when, const char *why)
{
	(void)d;
	(void)m;
	(void)a;
	(void)passed;
	(void)when;
	(void)why;
}
void
metrics_object(struct desk *d, const struct manifest *m, uint64_t from_ns)
{
	(void)d;
	(void)m;
	(void)from_ns;
}
void
metrics_strike(struct desk *d, const struct manifest *m)
{
	(void)d;
	(void)m;
}
void
metrics_tested(struct desk *d, const struct manifest *m, const struct worker_about *a,
    bool passed, const char *why)
{
	(void)d;
	(void)m;
	(void)a;
	(void)passed;
	(void)why;
}
void
reuse_begin(struct desk *d, const struct policy *p, const struct manifest *m,
    const struct worker_about *a, struct reuse_run *run)
{
	(void)d;
	(void)p;
	(void)m;
	(void)a;
	static uint64_t runs;
	run->run = ++runs;
}
bool
reuse_find(struct desk *d, struct reuse_run *r, const struct manifest *m, struct work *w,
    const struct work_todo *t, struct reuse_said *said)
{
	(void)d;
	(void)r;
	(void)m;
	(void)w;
	(void)t;
	(void)said;
	return false;
}
void
reuse_keep(struct desk *d, const struct reuse_run *r, const struct manifest *m, struct work *w,
    const struct work_todo *t, const struct worker_result *said)
{
	(void)d;
	(void)r;
	(void)m;
	(void)w;
	(void)t;
	(void)said;
}
void
reuse_end(struct desk *d, struct reuse_run *r, bool good)
{
	(void)d;
	(void)good;
	r->run = 0;
}
void
weigh_result(const struct policy *p, const struct manifest *m, const struct work_todo *t,
    struct worker_result *r, char words[WEIGH_WHY_SIZE])
{
	(void)p;
	(void)m;
	(void)t;
	(void)r;
	(void)words;
}
void
stage_add(json_t *stages, const struct stage *s)
{
	(void)stages;
	(void)s;
}
enum err
gather_set(struct work *w, struct gather_set *ret_set)
{
	(void)w;
	*ret_set = (struct gather_set){.fd = -1};
	return ERR_OK;
}
/* and no set of signatures is in use, unless a test says so */
const struct custody_set *quiet_set;
const struct custody_set *
custody_set_find(const struct custody *c, const char *scanner, unsigned states)
{
	(void)c;
	(void)scanner;
	(void)states;
	return quiet_set;
}
/* nobody types passwords */
int
password_take(struct scan *s, const char *scanner, const uint8_t sha256[32])
{
	(void)s;
	(void)scanner;
	(void)sha256;
	return -1;
}
bool
password_leads(struct scan *s, const char *scanner, const uint8_t sha256[32])
{
	(void)s;
	(void)scanner;
	(void)sha256;
	return false;
}
void
password_result(
    struct scan *s, const char *scanner, const uint8_t sha256[32], const char *secret)
{
	(void)s;
	(void)scanner;
	(void)sha256;
	(void)secret;
}
void
password_end(struct scan *s)
{
	(void)s;
}
/* nothing is opened here */
struct inside *
inside_new(struct desk *d, struct work *w)
{
	(void)d;
	(void)w;
	return NULL;
}
struct inside *
inside_free(struct inside *in)
{
	(void)in;
	return NULL;
}
enum err
inside_lost(const struct inside *in)
{
	(void)in;
	return ERR_OK;
}
void
inside_read(struct inside *in, uint64_t bytes)
{
	(void)in;
	(void)bytes;
}
void
inside_opener(struct inside *in, const char *scanner)
{
	(void)in;
	(void)scanner;
}
const char *
inside_refuses(struct inside *in, const struct work_todo *t, const char *scanner)
{
	(void)in;
	(void)t;
	(void)scanner;
	return NULL;
}
void
inside_open(
    struct inside *in, const struct work_todo *t, const char *scanner, struct inside_room *room)
{
	(void)in;
	(void)t;
	(void)scanner;
	(void)room;
}
bool
inside_member(struct inside *in, const uint8_t parent[32], const char *scanner,
    const struct work_child *c)
{
	(void)in;
	(void)parent;
	(void)scanner;
	(void)c;
	return false;
}
void
inside_end(
    struct inside *in, const uint8_t parent[32], const char *scanner, struct worker_result *r)
{
	(void)in;
	(void)parent;
	(void)scanner;
	(void)r;
}
void
inside_cut(struct inside *in, const uint8_t parent[32], const char *scanner)
{
	(void)in;
	(void)parent;
	(void)scanner;
}
void
inside_share(
    struct inside *in, const uint8_t from[32], const uint8_t to[32], const char *scanner)
{
	(void)in;
	(void)from;
	(void)to;
	(void)scanner;
}
bool
inside_deeper(struct inside *in)
{
	(void)in;
	return false;
}
void
inside_room_add(const struct inside_room *room, json_t *give)
{
	(void)room;
	(void)give;
}
struct members *
members_new(struct desk *d, const struct members_events *e, void *arg)
{
	(void)d;
	(void)e;
	(void)arg;
	return NULL;
}
struct members *
members_free(struct members *m)
{
	(void)m;
	return NULL;
}
uint64_t
members_tag(const struct members *m)
{
	(void)m;
	return 0;
}
void
members_tell(struct members *m, struct msg *msg)
{
	(void)m;
	(void)msg;
}
bool
members_settled(const struct members *m, uint64_t job)
{
	(void)m;
	(void)job;
	return true;
}
