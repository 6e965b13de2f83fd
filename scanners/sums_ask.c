/* SPDX-License-Identifier: ISC */
/* Signatures of OpenPGP: which are shown to gpgv, and what comes back. */
#include "scanners/sums_in.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

enum err
sums_ask(struct sums *s, struct sums_found *f, const uint8_t *bytes, size_t n)
{
	const bool clear = f->signature == f->object;
	char sig[HEX_DIGEST_SIZE], object[HEX_DIGEST_SIZE];
	if (f->is != SUMS_UNCHECKED || s->ops.openpgp == NULL)
		return ERR_OK;
	/* a text that was signed on its own: not what stands beside it; a list tells so itself
	 */
	if (!clear && sums_pgp_begins_clear(bytes, n)) {
		if (s->index.files[f->signature].list)
			f->is = SUMS_NO_SIGNATURE;
		return ERR_OK;
	}
	/* of anything else gpgv could see other bytes than we do */
	if (!(clear ? sums_pgp_is_clear(bytes, n) : sums_pgp_is_detached(bytes, n))) {
		f->is = SUMS_DOUBTED;
		f->kind = "OpenPGP, not in the form that is checked";
		return ERR_OK;
	}
	if (s->opened + 2 > LIM_SCAN_WANTS) { /* the signature again, and what it signs */
		s->limit = "More objects would have to be hashed than are given.";
		f->is = SUMS_WANTS;
		return ERR_OK;
	}
	s->opened += clear ? 1 : 2;
	hex_encode(s->index.files[f->signature].sha256, DIGEST_SIZE, sig);
	hex_encode(s->index.files[f->object].sha256, DIGEST_SIZE, object);
	MEM_FREE struct sums_pgp_said *said = mem_alloc(sizeof(*said));
	enum err e = s->ops.openpgp(s->ops.arg, sig, clear ? NULL : object, said);
	if (e == ERR_OK)
		f->is = sums_pgp_judge(said, clear, f->signer, &f->kind);
	else if (e == ERR_NOTFOUND)
		f->is = SUMS_WANTS;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
