/* SPDX-License-Identifier: ISC */
#include "src/core/tlog.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/note.h"

#include <string.h>

#define TLOG_PROOF "c2sp.org/tlog-proof@v1"

/* What is still to be read. */
struct tlog_text {
	const char *at, *end;
};

/* The next line without its LF; false when there is none that ends. */
static bool
tlog_line(struct tlog_text *t, const char **ret_line, size_t *ret_len)
{
	const char *lf = t->at < t->end ? memchr(t->at, '\n', (size_t)(t->end - t->at)) : NULL;
	if (lf == NULL)
		return false;
	*ret_line = t->at;
	*ret_len = (size_t)(lf - t->at);
	t->at = lf + 1;
	return true;
}

/* What follows the word and a space; NULL when the line begins in another way. */
static const char *
tlog_after(const char *word, const char *line, size_t *len)
{
	size_t n = strlen(word);
	if (*len <= n || memcmp(line, word, n) != 0 || line[n] != ' ')
		return NULL;
	*len -= n + 1;
	return line + n + 1;
}

static bool
tlog_number(struct tlog_text *t, const char *word, uint64_t *ret)
{
	const char *line;
	size_t len;
	if (!tlog_line(t, &line, &len))
		return false;
	line = tlog_after(word, line, &len);
	return line != NULL && note_size_parse(line, len, ret);
}

/* Hashes up to the blank line, then the checkpoint. */
static enum err
tlog_rest(struct tlog_text *t, size_t max, struct merkle_proof *ret,
    const char **ret_checkpoint, size_t *ret_len)
{
	const char *line;
	size_t len, got;
	uint8_t node[MERKLE_SIZE + 4];
	ret->count = 0;
	for (;;) {
		if (!tlog_line(t, &line, &len))
			return ERR_SYNTAX;
		if (len == 0)
			break;
		if (len != HEX_B64_SIZE(MERKLE_SIZE) - 1 ||
		    !hex_b64_decode(line, len, node, &got) || got != MERKLE_SIZE)
			return ERR_SYNTAX;
		if (ret->count == max)
			return ERR_LIMIT;
		memcpy(ret->nodes[ret->count++], node, MERKLE_SIZE);
	}
	*ret_checkpoint = t->at;
	*ret_len = (size_t)(t->end - t->at);
	return *ret_len > 0 && t->end[-1] == '\n' ? ERR_OK : ERR_SYNTAX;
}

static void
tlog_print_rest(
    const struct merkle_proof *proof, const char *checkpoint, size_t len, struct buf *out)
{
	for (size_t i = 0; i < proof->count; i++) {
		char line[HEX_B64_SIZE(MERKLE_SIZE)];
		hex_b64_encode(proof->nodes[i], MERKLE_SIZE, line);
		buf_addf(out, "%s\n", line);
	}
	buf_add_byte(out, '\n');
	buf_add(out, checkpoint, len);
}

/* --- an entry is in the log ------------------------------------------------------- */

enum err
tlog_proof_print(const struct tlog_proof *p, struct buf *out)
{
	buf_add_str(out, TLOG_PROOF "\n");
	if (p->extra != NULL) {
		buf_add_str(out, "extra ");
		buf_add(out, p->extra, p->extra_len);
		buf_add_byte(out, '\n');
	}
	buf_addf(out, "index %llu\n", (unsigned long long)p->index);
	tlog_print_rest(&p->proof, p->checkpoint, p->checkpoint_len, out);
	return out->error;
}

static bool
tlog_is_b64(const char *text, size_t n)
{
	size_t got;
	MEM_FREE uint8_t *room = mem_alloc(n + 1);
	return n > 0 && hex_b64_decode(text, n, room, &got);
}

enum err
tlog_proof_parse(const void *bytes, size_t n, struct tlog_proof *ret)
{
	struct tlog_text t = {bytes, (const char *)bytes + n};
	struct tlog_proof p = {.extra = NULL};
	const char *line;
	size_t len;
	if (n > LIM_TLOG_BYTES)
		return ERR_LIMIT;
	if (!tlog_line(&t, &line, &len) || len != strlen(TLOG_PROOF) ||
	    memcmp(line, TLOG_PROOF, len) != 0)
		return ERR_SYNTAX;
	struct tlog_text before = t;
	if (!tlog_line(&t, &line, &len))
		return ERR_SYNTAX;
	p.extra = tlog_after("extra", line, &len);
	p.extra_len = p.extra != NULL ? len : 0;
	if (p.extra == NULL)
		t = before;
	else if (!tlog_is_b64(p.extra, p.extra_len))
		return ERR_SYNTAX;
	if (!tlog_number(&t, "index", &p.index))
		return ERR_SYNTAX;
	enum err e = tlog_rest(&t, LIM_PROOF_NODES, &p.proof, &p.checkpoint, &p.checkpoint_len);
	if (e == ERR_OK)
		*ret = p;
	return e;
}

/* --- what a witness is asked ------------------------------------------------------- */

enum err
tlog_request_print(const struct tlog_request *r, struct buf *out)
{
	buf_addf(out, "old %llu\n", (unsigned long long)r->old);
	tlog_print_rest(&r->proof, r->checkpoint, r->checkpoint_len, out);
	return out->error;
}

enum err
tlog_request_parse(const void *bytes, size_t n, struct tlog_request *ret)
{
	struct tlog_text t = {bytes, (const char *)bytes + n};
	struct tlog_request r;
	if (n > LIM_TLOG_BYTES)
		return ERR_LIMIT;
	if (!tlog_number(&t, "old", &r.old))
		return ERR_SYNTAX;
	enum err e =
	    tlog_rest(&t, LIM_TLOG_REQUEST_NODES, &r.proof, &r.checkpoint, &r.checkpoint_len);
	if (e == ERR_OK && r.old == 0 && r.proof.count > 0)
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		*ret = r;
	return e;
}
