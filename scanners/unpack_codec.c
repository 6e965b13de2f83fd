/* SPDX-License-Identifier: ISC */
#include "scanners/unpack_codec.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define CODEC_WINDOW_LOG 29 /* of zstd: LIM_ARCHIVE_MEMORY_BYTES */

/* --- zlib ---------------------------------------------------------------------------- */

static void *
codec_zlib_begin(int window)
{
	z_stream *z = mem_alloc(sizeof(*z));
	if (inflateInit2(z, window) == Z_OK)
		return z;
	free(z);
	return NULL;
}

static void *
codec_gzip_begin(void)
{
	return codec_zlib_begin(15 + 16);
}

static void *
codec_deflate_begin(void)
{
	return codec_zlib_begin(-15);
}

static enum unpack_status
codec_zlib_step(void *arg, struct unpack_turn *t)
{
	z_stream *z = arg;
	z->next_in = (z_const Bytef *)(uintptr_t)t->in;
	z->avail_in = (uInt)t->in_len;
	z->next_out = t->out;
	z->avail_out = (uInt)t->out_room;
	int status = inflate(z, Z_NO_FLUSH);
	t->in_used = t->in_len - z->avail_in;
	t->out_len = t->out_room - z->avail_out;
	return status == Z_STREAM_END                    ? UNPACK_STREAM_END
	       : status == Z_OK || status == Z_BUF_ERROR ? UNPACK_STREAM_MORE
	       : status == Z_MEM_ERROR                   ? UNPACK_STREAM_MEMORY
	                                                 : UNPACK_STREAM_BROKEN;
}

static void
codec_zlib_end(void *arg)
{
	inflateEnd(arg);
	free(arg);
}

/* --- bzip2 ---------------------------------------------------------------------------- */

static void *
codec_bzip2_begin(void)
{
	bz_stream *b = mem_alloc(sizeof(*b));
	if (BZ2_bzDecompressInit(b, 0, 0) == BZ_OK)
		return b;
	free(b);
	return NULL;
}

static enum unpack_status
codec_bzip2_step(void *arg, struct unpack_turn *t)
{
	bz_stream *b = arg;
	b->next_in = (char *)(uintptr_t)t->in;
	b->avail_in = (unsigned)t->in_len;
	b->next_out = (char *)t->out;
	b->avail_out = (unsigned)t->out_room;
	int status = BZ2_bzDecompress(b);
	t->in_used = t->in_len - b->avail_in;
	t->out_len = t->out_room - b->avail_out;
	return status == BZ_STREAM_END  ? UNPACK_STREAM_END
	       : status == BZ_OK        ? UNPACK_STREAM_MORE
	       : status == BZ_MEM_ERROR ? UNPACK_STREAM_MEMORY
	                                : UNPACK_STREAM_BROKEN;
}

static void
codec_bzip2_end(void *arg)
{
	BZ2_bzDecompressEnd(arg);
	free(arg);
}

/* --- liblzma --------------------------------------------------------------------------- */

static void *
codec_lzma_made(lzma_stream *l, lzma_ret status)
{
	if (status == LZMA_OK)
		return l;
	free(l);
	return NULL;
}

static void *
codec_xz_begin(void)
{
	lzma_stream *l = mem_alloc(sizeof(*l));
	return codec_lzma_made(
	    l, lzma_stream_decoder(l, LIM_ARCHIVE_MEMORY_BYTES, LZMA_TELL_UNSUPPORTED_CHECK));
}

static void *
codec_lzma_begin(void)
{
	lzma_stream *l = mem_alloc(sizeof(*l));
	return codec_lzma_made(l, lzma_alone_decoder(l, LIM_ARCHIVE_MEMORY_BYTES));
}

static void *
codec_lzip_begin(void)
{
	lzma_stream *l = mem_alloc(sizeof(*l));
	return codec_lzma_made(l, lzma_lzip_decoder(l, LIM_ARCHIVE_MEMORY_BYTES, 0));
}

static enum unpack_status
codec_lzma_step(void *arg, struct unpack_turn *t)
{
	static const struct {
		lzma_ret status;
		enum unpack_status means;
	} rows[] = {
	    {LZMA_OK, UNPACK_STREAM_MORE},
	    {LZMA_BUF_ERROR, UNPACK_STREAM_MORE},
	    {LZMA_STREAM_END, UNPACK_STREAM_END},
	    {LZMA_MEM_ERROR, UNPACK_STREAM_MEMORY},
	    {LZMA_MEMLIMIT_ERROR, UNPACK_STREAM_MEMORY},
	    {LZMA_OPTIONS_ERROR, UNPACK_STREAM_METHOD},
	    {LZMA_UNSUPPORTED_CHECK, UNPACK_STREAM_METHOD},
	};
	lzma_stream *l = arg;
	l->next_in = t->in;
	l->avail_in = t->in_len;
	l->next_out = t->out;
	l->avail_out = t->out_room;
	lzma_ret status = lzma_code(l, LZMA_RUN);
	t->in_used = t->in_len - l->avail_in;
	t->out_len = t->out_room - l->avail_out;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].means;
	return UNPACK_STREAM_BROKEN;
}

static void
codec_lzma_end(void *arg)
{
	lzma_end(arg);
	free(arg);
}

/* --- zstd, LZ4 --------------------------------------------------------------------------- */

static void *
codec_zstd_begin(void)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	if (d != NULL)
		(void)ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, CODEC_WINDOW_LOG);
	return d;
}

static enum unpack_status
codec_zstd_step(void *arg, struct unpack_turn *t)
{
	ZSTD_inBuffer in = {t->in, t->in_len, 0};
	ZSTD_outBuffer out = {t->out, t->out_room, 0};
	size_t left = ZSTD_decompressStream(arg, &out, &in);
	t->in_used = in.pos;
	t->out_len = out.pos;
	if (!ZSTD_isError(left))
		return left == 0 ? UNPACK_STREAM_END : UNPACK_STREAM_MORE;
	ZSTD_ErrorCode error = ZSTD_getErrorCode(left);
	if (error == ZSTD_error_frameParameter_windowTooLarge ||
	    error == ZSTD_error_memory_allocation)
		return UNPACK_STREAM_MEMORY;
	return error == ZSTD_error_dictionary_wrong || error == ZSTD_error_version_unsupported
	           ? UNPACK_STREAM_METHOD
	           : UNPACK_STREAM_BROKEN;
}

static void
codec_zstd_end(void *arg)
{
	ZSTD_freeDCtx(arg);
}

static void *
codec_lz4_begin(void)
{
	LZ4F_dctx *d = NULL;
	return LZ4F_isError(LZ4F_createDecompressionContext(&d, LZ4F_VERSION)) ? NULL : d;
}

static enum unpack_status
codec_lz4_step(void *arg, struct unpack_turn *t)
{
	t->in_used = t->in_len;
	t->out_len = t->out_room;
	size_t left = LZ4F_decompress(arg, t->out, &t->out_len, t->in, &t->in_used, NULL);
	if (!LZ4F_isError(left))
		return left == 0 ? UNPACK_STREAM_END : UNPACK_STREAM_MORE;
	t->in_used = t->out_len = 0;
	return UNPACK_STREAM_BROKEN;
}

static void
codec_lz4_end(void *arg)
{
	(void)LZ4F_freeDecompressionContext(arg);
}

/* --- all of them -----------------------------------------------------------------------------
 */

static const struct unpack_codec codecs[] = {
    {'g', "\x1f\x8b\x08", 3, 0, false, codec_gzip_begin, codec_zlib_step, codec_zlib_end},
    {'d', NULL, 0, 8, false, codec_deflate_begin, codec_zlib_step, codec_zlib_end},
    {'b', "BZh", 3, 12, false, codec_bzip2_begin, codec_bzip2_step, codec_bzip2_end},
    {'x', "\xfd\x37zXZ\0", 6, 95, false, codec_xz_begin, codec_lzma_step, codec_lzma_end},
    {'l', NULL, 0, 14, false, codec_lzma_begin, codec_lzma_step, codec_lzma_end},
    {'i', "LZIP", 4, 0, false, codec_lzip_begin, codec_lzma_step, codec_lzma_end},
    {'z', "\x28\xb5\x2f\xfd", 4, 93, true, codec_zstd_begin, codec_zstd_step, codec_zstd_end},
    {'4', "\x04\x22\x4d\x18", 4, 0, true, codec_lz4_begin, codec_lz4_step, codec_lz4_end},
};

const struct unpack_codec *
unpack_codec_kind(int code)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (codecs[i].code == code)
			return &codecs[i];
	return NULL;
}

const struct unpack_codec *
unpack_codec_method(unsigned method)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (codecs[i].method == method && method != 0)
			return &codecs[i];
	return NULL;
}
