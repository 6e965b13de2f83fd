/* SPDX-License-Identifier: ISC */
/*
 * Tar, read strictly: ustar, pax, GNU and the format of Version 7.  Programs
 * that unpack tar disagree about headers that contradict each other; an archive
 * is read on only as long as there is one way to read it.
 */
#include "scanners/unpack_tar.h"
#include "src/base/mem.h"

#define TAR_FINE UNPACK_PROBLEM__MAX

/* Where the fields of a header are. */
#define NAME_AT     0
#define NAME_LEN    100
#define MODE_AT     100
#define SIZE_AT     124
#define SUM_AT      148
#define TYPE_AT     156
#define LINK_AT     157
#define MAGIC_AT    257
#define PREFIX_AT   345
#define PREFIX_LEN  155
#define SPARSE_AT   386           /* of GNU: four pieces, */
#define EXTENDED_AT 482           /* whether more follow, */
#define REAL_AT     483           /* the size with holes */
#define SIZE_MOST   077777777777u /* of an octal size */

struct tar {
	struct unpack_run *run;
	struct unpack_flow *flow;
	struct unpack_more more;
	uint64_t at; /* of the header under way */
	uint8_t block[UNPACK_BLOCK];
	uint8_t name[NAME_LEN + PREFIX_LEN + 1], link[NAME_LEN];
};

/* --- fields -------------------------------------------------------------------------- */

/* Octal digits between blanks, or a binary number; false for anything else. */
static bool
tar_number(const uint8_t *p, size_t n, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;
	if ((p[0] & 0x80) != 0) {
		if (p[0] != 0x80)
			return false;
		for (i = 1; i < n; i++)
			if (v >> 55 != 0)
				return false;
			else
				v = v << 8 | p[i];
		*ret = v;
		return true;
	}
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(p[i] - '0');
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return false;
	*ret = v;
	return true;
}

/* The checksum, with bytes taken as unsigned or, as some programs did, signed. */
static bool
tar_sum_holds(const uint8_t block[UNPACK_BLOCK])
{
	uint64_t said = 0;
	int64_t plain = 0, as_signed = 0;
	if (!tar_number(block + SUM_AT, 8, &said) || said > INT32_MAX)
		return false;
	for (size_t i = 0; i < UNPACK_BLOCK; i++) {
		uint8_t c = i >= SUM_AT && i < SUM_AT + 8 ? ' ' : block[i];
		plain += c;
		as_signed += (int8_t)c;
	}
	return plain == (int64_t)said || as_signed == (int64_t)said;
}

bool
unpack_tar_is(const uint8_t block[UNPACK_BLOCK])
{
	return tar_sum_holds(block);
}

static size_t
tar_text(const uint8_t *field, size_t n)
{
	const uint8_t *end = memchr(field, '\0', n);
	return end != NULL ? (size_t)(end - field) : n;
}

static bool
tar_is_zero(const uint8_t block[UNPACK_BLOCK])
{
	static const uint8_t zero[UNPACK_BLOCK];
	return memcmp(block, zero, UNPACK_BLOCK) == 0;
}

/* How many bytes of the next block there are. */
static size_t
tar_block(struct tar *t)
{
	size_t got = 0;
	while (got < UNPACK_BLOCK) {
		size_t n = 0;
		const uint8_t *p = unpack_flow_take(t->flow, UNPACK_BLOCK - got, &n);
		if (p == NULL)
			break;
		memcpy(t->block + got, p, n);
		got += n;
	}
	return got;
}

static void
tar_problem(struct tar *t, enum unpack_problem p)
{
	size_t n = tar_text(t->block, NAME_LEN);
	unpack_problem(t->run, p, t->block, n, t->at);
}

/* The bytes ended too early, or nobody wants more: then nothing is to be told. */
static bool
tar_cut(struct tar *t)
{
	if (!t->flow->broke && !t->run->over && !t->run->o->failed)
		unpack_problem(t->run, UNPACK_CUT, "tar", 3, t->at);
	return false;
}

static uint64_t
tar_padding(uint64_t size)
{
	return (UNPACK_BLOCK - size % UNPACK_BLOCK) % UNPACK_BLOCK;
}

/* --- additional headers ------------------------------------------------------------------ */

static bool
tar_more_text(struct tar *t, bool *has, bool *gnu, struct buf *b, const uint8_t *text, size_t n)
{
	if (*has || t->more.pax) {
		tar_problem(t, UNPACK_TAR_ORDER);
		return false;
	}
	*has = *gnu = true;
	return buf_add(b, text, tar_text(text, n)) == ERR_OK;
}

static bool
tar_more_records(struct tar *t, bool global, const uint8_t *bytes, size_t n)
{
	if (!global && (t->more.pax || t->more.gnu_path || t->more.gnu_link)) {
		tar_problem(t, UNPACK_TAR_ORDER);
		return false;
	}
	t->more.pax = t->more.pax || !global;
	enum unpack_problem p = unpack_pax(&t->more, bytes, n, global);
	if (p != TAR_FINE)
		tar_problem(t, p);
	return p == TAR_FINE;
}

/* A header that is about the next one: 'x', 'g', 'L', 'K'. */
static bool
tar_more(struct tar *t, char type, uint64_t size)
{
	struct unpack_more *m = &t->more;
	if (size > LIM_ARCHIVE_PAX_BYTES) {
		tar_problem(t, UNPACK_LONG);
		return false;
	}
	MEM_FREE uint8_t *bytes = mem_alloc((size_t)size + 1);
	if (!unpack_flow_copy(t->flow, bytes, (size_t)size) ||
	    !unpack_flow_skip(t->flow, tar_padding(size)))
		return tar_cut(t);
	if (type == 'L')
		return tar_more_text(
		    t, &m->has_path, &m->gnu_path, &m->path, bytes, (size_t)size);
	if (type == 'K')
		return tar_more_text(
		    t, &m->has_link, &m->gnu_link, &m->link, bytes, (size_t)size);
	return tar_more_records(t, type == 'g', bytes, (size_t)size);
}

/* --- members ---------------------------------------------------------------------------------
 */

static const struct {
	char type;
	const char *kind;
	bool known;
} tar_types[] = {
    {'0', "file", true},
    {'\0', "file", true},
    {'7', "file", true},
    {'S', "file", true},
    {'1', "hardlink", true},
    {'2', "link", true},
    {'3', "special", true},
    {'4', "special", true},
    {'5', "directory", true},
    {'6', "special", true},
    {'D', "directory", false},
};

static const char *
tar_kind(struct tar *t)
{
	char type = (char)t->block[TYPE_AT];
	for (size_t i = 0; i < sizeof(tar_types) / sizeof(tar_types[0]); i++)
		if (tar_types[i].type == type) {
			if (!tar_types[i].known)
				tar_problem(t, UNPACK_TAR_TYPE);
			return tar_types[i].kind;
		}
	tar_problem(t, UNPACK_TAR_TYPE);
	return "file";
}

/* Only POSIX has folders there; GNU has times, and some programs do not ask. */
static void
tar_prefix(struct tar *t)
{
	const uint8_t *p = t->block + PREFIX_AT;
	size_t n = tar_text(p, PREFIX_LEN);
	bool gnu = memcmp(t->block + MAGIC_AT, "ustar ", 6) == 0;
	if (n > 0 && (!gnu || memchr(p, '/', n) != NULL || memmem(p, n, "..", 2) != NULL))
		unpack_problem(t->run, UNPACK_NAME, p, n, t->at);
}

/* Name and link target, from wherever they are. */
static void
tar_names(struct tar *t, struct scan_child *c)
{
	const uint8_t *b = t->block;
	size_t n = tar_text(b + NAME_AT, NAME_LEN), prefix = 0;
	if (memcmp(b + MAGIC_AT, "ustar", 6) == 0)
		prefix = tar_text(b + PREFIX_AT, PREFIX_LEN);
	else
		tar_prefix(t);
	memcpy(t->name, b + PREFIX_AT, prefix);
	if (prefix > 0)
		t->name[prefix++] = '/';
	memcpy(t->name + prefix, b + NAME_AT, n);
	c->name = t->name;
	c->name_len = prefix + n;
	if (t->more.has_path) {
		c->name = buf_str(&t->more.path);
		c->name_len = t->more.path.len;
	}
	c->link = t->link;
	c->link_len = tar_text(b + LINK_AT, NAME_LEN);
	memcpy(t->link, b + LINK_AT, c->link_len);
	if (t->more.has_link) {
		c->link = buf_str(&t->more.link);
		c->link_len = t->more.link.len;
	}
	if (strcmp(c->kind, "link") != 0 && strcmp(c->kind, "hardlink") != 0)
		c->link_len = 0;
}

/* The bytes that are stored; false when headers contradict each other. */
static bool
tar_size(struct tar *t, uint64_t *ret)
{
	if (!tar_number(t->block + SIZE_AT, 12, ret)) {
		tar_problem(t, UNPACK_TAR_NUMBER);
		return false;
	}
	if (!t->more.has_size)
		return true;
	/* a size that fits in the header must be there */
	if (t->more.size != *ret && t->more.size <= SIZE_MOST) {
		tar_problem(t, UNPACK_TAR_SIZE);
		return false;
	}
	*ret = t->more.size;
	return true;
}

/* The map in GNU's own header, and in the blocks behind it. */
static enum unpack_problem
tar_sparse_gnu(struct tar *t)
{
	struct unpack_sparse *s = &t->more.sparse;
	const uint8_t *p = t->block + SPARSE_AT;
	bool more = t->block[EXTENDED_AT] != 0;
	size_t n = 4;
	s->is = s->has_real = tar_number(t->block + REAL_AT, 12, &s->real);
	if (!s->is)
		return UNPACK_TAR_NUMBER;
	for (;;) {
		for (size_t i = 0; i < n && p[24 * i] != '\0'; i++) {
			uint64_t at, len;
			if (!tar_number(p + 24 * i, 12, &at) ||
			    !tar_number(p + 24 * i + 12, 12, &len))
				return UNPACK_TAR_NUMBER;
			enum unpack_problem problem = unpack_sparse_add(s, at, len);
			if (problem != TAR_FINE)
				return problem;
		}
		if (!more)
			return TAR_FINE;
		if (tar_block(t) != UNPACK_BLOCK)
			return UNPACK_CUT;
		p = t->block;
		n = 21;
		more = p[504] != 0;
	}
}

/* Everything that must be known of holes before the member is told of. */
static bool
tar_sparse(struct tar *t, char type, uint64_t *stored)
{
	struct unpack_sparse *s = &t->more.sparse;
	enum unpack_problem p = TAR_FINE;
	if (type == 'S')
		p = s->is ? UNPACK_TAR_SPARSE : tar_sparse_gnu(t);
	else if (s->is && s->major == 1)
		p = unpack_sparse_read(s, t->flow, stored);
	if (p == TAR_FINE && s->is && !unpack_sparse_holds(s, *stored))
		p = UNPACK_TAR_SPARSE;
	if (p != TAR_FINE)
		unpack_problem(t->run, p, NULL, 0, t->at);
	return p == TAR_FINE;
}

/* The contents of a file, whether somebody wants them or not. */
static bool
tar_data(struct tar *t, uint64_t stored)
{
	struct unpack_run *r = t->run;
	const struct unpack_sparse *s = &t->more.sparse;
	if (!r->open) {
		return (unpack_flow_skip(t->flow, stored) &&
			   unpack_flow_skip(t->flow, tar_padding(stored))) ||
		       tar_cut(t);
	}
	bool whole = s->is ? unpack_sparse_pass(s, t->flow) : unpack_flow_pass(t->flow, stored);
	if (!whole)
		(void)tar_cut(t);
	if (!unpack_end(r, whole) || !whole)
		return false;
	return unpack_flow_skip(t->flow, tar_padding(stored)) || tar_cut(t);
}

/* A name that ends with a slash makes a folder of a file, as Version 7 had it. */
static bool
tar_is_folder(const struct scan_child *c)
{
	return strcmp(c->kind, "file") == 0 && c->name_len > 0 &&
	       ((const char *)c->name)[c->name_len - 1] == '/';
}

static bool
tar_member(struct tar *t, char type)
{
	struct scan_child c = {.kind = tar_kind(t), .why = ""};
	uint64_t stored = 0, mode = 0;
	tar_names(t, &c);
	if (tar_is_folder(&c))
		c.kind = "directory";
	if (!tar_size(t, &stored))
		return false;
	if (stored != 0 && strcmp(c.kind, "file") != 0 && type != 'D') {
		tar_problem(t, UNPACK_TAR_DATA);
		return false;
	}
	if (tar_number(t->block + MODE_AT, 8, &mode))
		c.mode = (uint32_t)(mode & 07777u);
	if (!tar_sparse(t, type, &stored))
		return false;
	c.size_bytes = t->more.sparse.is ? t->more.sparse.real : stored;
	if (strcmp(c.kind, "file") != 0)
		c.size_bytes = 0;
	if (!unpack_begin(t->run, &c) || !tar_data(t, stored))
		return false;
	unpack_more_done(&t->more);
	return true;
}

/* --- the archive
 * ---------------------------------------------------------------------------------- */

/* The label of a volume: some programs make a file of it, with what belongs to a file. */
static bool
tar_label(struct tar *t, uint64_t size)
{
	bool more = t->more.pax || t->more.has_path || t->more.has_link;
	if (size != 0 || more)
		tar_problem(t, size != 0 ? UNPACK_TAR_DATA : UNPACK_TAR_ORDER);
	return size == 0 && !more;
}

/* One header and all that belongs to it; false: that was the last one. */
static bool
tar_header(struct tar *t)
{
	char type = (char)t->block[TYPE_AT];
	uint64_t size = 0;
	if (!tar_sum_holds(t->block)) {
		tar_problem(t, UNPACK_TAR_HEADER);
		return false;
	}
	if (type == 'X')
		type = 'x';
	if (type == 'M') {
		tar_problem(t, UNPACK_PART);
		return false;
	}
	if (strchr("xgLKV", type) == NULL || type == '\0')
		return tar_member(t, type);
	if (!tar_number(t->block + SIZE_AT, 12, &size)) {
		tar_problem(t, UNPACK_TAR_NUMBER);
		return false;
	}
	return type == 'V' ? tar_label(t, size) : tar_more(t, type, size);
}

/* Behind the end: nothing but padding. */
static void
tar_after(struct tar *t)
{
	size_t n;
	for (;;) {
		t->at = t->flow->taken;
		n = tar_block(t);
		if (n == 0)
			return;
		memset(t->block + n, 0, UNPACK_BLOCK - n);
		if (!tar_is_zero(t->block))
			break;
	}
	unpack_problem(t->run,
	    n == UNPACK_BLOCK && tar_sum_holds(t->block) ? UNPACK_TAR_SECOND : UNPACK_AFTER,
	    NULL, 0, t->at);
}

/* The next header; false at the end. */
static bool
tar_next(struct tar *t)
{
	t->at = t->flow->taken;
	size_t n = tar_block(t);
	if (n == 0 && !t->flow->broke && !t->run->over) {
		unpack_problem(t->run, UNPACK_TAR_NO_END, NULL, 0, t->at);
		return false;
	}
	if (n != UNPACK_BLOCK)
		return tar_cut(t);
	if (!tar_is_zero(t->block))
		return true;
	n = tar_block(t);
	memset(t->block + n, 0, UNPACK_BLOCK - n);
	if (!tar_is_zero(t->block))
		unpack_problem(
		    t->run, n == UNPACK_BLOCK ? UNPACK_TAR_ZERO : UNPACK_AFTER, NULL, 0, t->at);
	else if (n == UNPACK_BLOCK)
		tar_after(t);
	return false;
}

void
unpack_tar(struct unpack_run *r, struct unpack_flow *f)
{
	MEM_FREE struct tar *t = mem_alloc(sizeof(*t));
	t->run = r;
	t->flow = f;
	unpack_more_init(&t->more);
	bool header = true;
	while (header && tar_next(t))
		header = tar_header(t);
	if (header && (t->more.pax || t->more.has_path || t->more.has_link) && !r->over &&
	    !f->broke && r->counts[UNPACK_CUT] == 0)
		unpack_problem(r, UNPACK_TAR_ORDER, NULL, 0, t->at);
	unpack_more_done(&t->more);
}

void
unpack_tar_object(struct unpack_run *r, const struct unpack_kind *kind)
{
	struct unpack_object_flow of;
	(void)kind;
	unpack_flow_object(&of, r);
	unpack_tar(r, &of.flow);
}
