/* links: scanners/sums scanners/sums_index scanners/sums_compare scanners/sums_tell scanners/sums_keys scanners/sums_pgp scanners/sums_ask scanners/sums_signed scanners/digests scanners/object src/core/sshsig src/core/seal src/core/digest src/base/buf src/base/err src/base/hex src/base/io src/base/mem src/base/escape src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Who signed a list, or any file: what is checked, and what is said of it. */
#include "tests/unit/sums_world.h"
#include "src/core/seal.h"

static void
integrity_is_not_authenticity(void **state)
{
	static const struct {
		struct file files[4];
		bool keys;
		const char *says;
	} rows[] = {
	    /* no signature: nobody is named */
	    {{{"S", EMPTY, true, false, ""}, {"empty", "", false, false, ""}}, true,
		"empty: [7]\n"},
	    {{{"S", EMPTY, true, false, ""}, {"S.sig", SIGNIFY, false, false, ""},
		 {"empty", "", false, false, ""}},
		true, "S: authentic signify, key obsd.pub\n"},
	    {{{"S", EMPTY, true, false, ""}, {"S.sig", SIGNIFY, false, false, ""},
		 {"empty", "", false, false, ""}},
		true, "empty: [7] signed\n"},
	    {{{"S", EMPTY, true, false, ""}, {"S.sig", SIGNIFY, false, false, ""},
		 {"empty", "", false, false, ""}},
		false, "S: signer signify\n"},
	    {{{"S", EMPTY, true, false, ""}, {"S.sig", SIGNIFY, false, false, ""},
		 {"empty", "", false, false, ""}},
		false, "empty: [7]\n"},
	    {{{"S", SIGNIFY EMPTY, true, false, ""}, {"empty", "", false, false, ""}}, true,
		"S: authentic signify, key obsd.pub\n"},
	    {{{"S", EMPTY EMPTY, true, false, ""}, {"S.sig", SIGNIFY, false, false, ""},
		 {"empty", "", false, false, ""}},
		true, "S: signature signify, key obsd.pub\n"},
	    {{{"S", EMPTY EMPTY, true, false, ""}, {"S.sig", SIGNIFY, false, false, ""},
		 {"empty", "", false, false, ""}},
		true, "S: [3]\n"},
	    {{{"S", EMPTY, true, false, ""},
		 {"S.asc", "-----BEGIN PGP SIGNATURE-----\n", false, false, ""}},
		true, "S: unchecked OpenPGP\n"},
	    {{{"S", EMPTY, true, false, ""}, {"S.asc", "x", false, true, ""}}, true,
		"S: signature-lost\n"},
	};
	struct sums_keys *k = sums_keys_new();
	(void)state;
	assert_int_equal(sums_keys_add(k, "obsd.pub", SIGNIFY_KEY, strlen(SIGNIFY_KEY)), 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w = {.n = 0};
		memcpy(w.files, rows[i].files, sizeof(rows[i].files));
		(void)compare(&w, rows[i].keys ? k : NULL);
		if (strstr(w.said, rows[i].says) == NULL)
			fail_msg("row %zu: no \"%s\" in:\n%s", i, rows[i].says, w.said);
	}
	sums_keys_free(k);
}

/* A file that is no list, with a signature beside it, on its own and inside an archive. */
static void
signatures_of_any_file(void **state)
{
	static const struct {
		struct file files[4];
		bool keys;
		const char *said; /* all of it */
	} rows[] = {
	    {{{"d/f", EMPTY, false, false, ""}, {"d/f.sig", SIGNIFY, false, false, ""}}, true,
		"d/f: authentic f.sig: signify, key obsd.pub\nd/f: [7] signed\n"},
	    {{{"f", EMPTY, false, false, ""}, {"f.sig", SIGNIFY, false, false, ""}}, false,
		"f: signer f.sig: signify\n"},
	    {{{"f", EMPTY "x", false, false, ""}, {"f.sig", SIGNIFY, false, false, ""}}, true,
		"f: signature f.sig: signify, key obsd.pub\nf: [3]\n"},
	    {{{"x.zip > f", EMPTY, false, false, ""},
		 {"x.zip > f.sig", SIGNIFY, false, false, ""}},
		true,
		"x.zip > f: authentic f.sig: signify, key obsd.pub\nx.zip > f: [7] signed\n"},
	    /* another archive, another folder, no file, no signature */
	    {{{"x.zip > f", EMPTY, false, false, ""}, {"f.sig", SIGNIFY, false, false, ""}},
		true, ""},
	    {{{"f", EMPTY, false, false, ""}, {"d/f.sig", SIGNIFY, false, false, ""}}, true,
		""},
	    {{{".sig", SIGNIFY, false, false, ""}, {"d/.sig", SIGNIFY "x", false, false, ""}},
		true, ""},
	    {{{"f", EMPTY, false, false, ""}, {"f.sig", "a picture", false, false, ""}}, true,
		""},
	    {{{"f", EMPTY, false, false, ""},
		 {"f.asc", "-----BEGIN PGP SIGNATURE-----\n", false, false, ""}},
		true, "f: unchecked f.asc: OpenPGP\n"},
	    {{{"f", EMPTY, false, true, ""}, {"f.sig", SIGNIFY, false, false, ""}}, true,
		"f: signature-lost f.sig: signify\n"},
	    {{{"f", EMPTY, false, false, ""}, {"f.sig", SIGNIFY, false, true, ""}}, true, ""},
	    /* a list's own is told once */
	    {{{"S", EMPTY, true, false, ""}, {"S.sig", SIGNIFY, false, false, ""},
		 {"empty", "", false, false, ""}},
		false, "S: signer signify\nS: match 1 of them\nempty: [7]\nS: [0]\n"},
	};
	struct sums_keys *k = sums_keys_new();
	(void)state;
	assert_int_equal(sums_keys_add(k, "obsd.pub", SIGNIFY_KEY, strlen(SIGNIFY_KEY)), 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w = {.n = 0};
		memcpy(w.files, rows[i].files, sizeof(rows[i].files));
		(void)compare(&w, rows[i].keys ? k : NULL);
		if (strlen(w.said) != strlen(rows[i].said) ||
		    (strstr(w.said, "[0]") == NULL && strcmp(w.said, rows[i].said) != 0))
			fail_msg("row %zu:\n%snot\n%s", i, w.said, rows[i].said);
	}
	sums_keys_free(k);
}

#define PGP         "-----BEGIN PGP SIGNATURE-----\n\niANhYmM=\n-----END PGP SIGNATURE-----\n"
#define CLEAR(text) "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" text PGP
#define FPR         "FD3806A5D68914A839E3304CC577ACF701081454"
#define GOOD                                                                           \
	"[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG C577ACF701081454 x\n[GNUPG:] VALIDSIG " FPR \
	" d t 0 4 0 22 8 00 " FPR "\n"
#define WRONG   "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG C577ACF701081454 x\n"
#define STRANGE "[GNUPG:] NEWSIG\n[GNUPG:] NO_PUBKEY C577ACF701081454\n"
#define OLD     "[GNUPG:] NEWSIG\n[GNUPG:] EXPSIG C577ACF701081454 x\n"

/* What is shown to gpgv, and what becomes of its answer. */
static void
openpgp_by_gpgv(void **state)
{
	static const struct {
		struct file files[4];
		const char *gpgv;
		int exit;
		enum err error;
		const char *asked, *said; /* said: all of it */
	} rows[] = {
	    {{{"f", "x", false, false, ""}, {"f.asc", PGP, false, false, ""}}, GOOD, 0, ERR_OK,
		"f.asc over f\n", "f: authentic f.asc: OpenPGP, key " FPR "\nf: [7] signed\n"},
	    {{{"f", "x", false, false, ""}, {"f.gpg",
						"\x88\x10"
						"sixteen bytes of",
						false, false, ""}},
		WRONG, 1, ERR_OK, "f.gpg over f\n",
		"f: signature f.gpg: OpenPGP, key C577ACF701081454\nf: [3]\n"},
	    {{{"f", "x", false, false, ""}, {"f.sign", PGP, false, false, ""}}, STRANGE, 2,
		ERR_OK, "f.sign over f\n", "f: signer f.sign: OpenPGP, key C577ACF701081454\n"},
	    {{{"f", "x", false, false, ""}, {"f.sig", PGP, false, false, ""}}, OLD, 1, ERR_OK,
		"f.sig over f\n", "f: doubtful f.sig: OpenPGP, and it has expired\n"},
	    {{{"f", "x", false, false, ""}, {"f.sig", PGP, false, false, ""}}, GOOD, 2, ERR_OK,
		"f.sig over f\n",
		"f: doubtful f.sig: OpenPGP, and what gpgv says of it is not enough, key " FPR
		"\n"},
	    {{{"z > f", "x", false, false, ""}, {"z > f.asc", PGP, false, false, ""}}, GOOD, 0,
		ERR_OK, "z > f.asc over z > f\n",
		"z > f: authentic f.asc: OpenPGP, key " FPR "\nz > f: [7] signed\n"},
	    /* it is not asked about what it could see otherwise, nor about other signatures */
	    {{{"f", "x", false, false, ""}, {"f.asc", PGP "x", false, false, ""}}, GOOD, 0,
		ERR_OK, "", "f: doubtful f.asc: OpenPGP, not in the form that is checked\n"},
	    {{{"f", "x", false, false, ""}, {"f.asc", CLEAR("x\n"), false, false, ""}}, GOOD, 0,
		ERR_OK, "", "f: unchecked f.asc: OpenPGP\n"},
	    {{{"f", EMPTY, false, false, ""}, {"f.sig", SIGNIFY, false, false, ""}}, GOOD, 0,
		ERR_OK, "", "f: signer f.sig: signify\n"},
	    {{{"f", "x", false, false, ""}, {"f.asc", PGP, false, false, ""}}, GOOD, 0,
		ERR_NOTFOUND, "f.asc over f\n", "f: signature-lost f.asc: OpenPGP\n"},
	    /* lists: beside them, around them */
	    {{{"S", EMPTY, true, false, ""}, {"S.asc", PGP, false, false, ""},
		 {"empty", "", false, false, ""}},
		GOOD, 0, ERR_OK, "S.asc over S\n",
		"S: authentic OpenPGP, key " FPR "\nS: match 1 of them\nempty: [7] signed\n"
		"S: [0]\n"},
	    {{{"S", CLEAR(EMPTY), true, false, ""}, {"empty", "", false, false, ""}}, GOOD, 0,
		ERR_OK, "S over itself\n",
		"S: authentic OpenPGP, key " FPR "\nS: match 1 of them\nempty: [7] signed\n"
		"S: [0]\n"},
	    {{{"S", CLEAR(EMPTY), true, false, ""}, {"empty", "", false, false, ""}}, WRONG, 1,
		ERR_OK, "S over itself\n",
		"S: signature OpenPGP, key C577ACF701081454\nS: match 1 of them\nempty: [7]\n"
		"S: [3]\n"},
	    {{{"S", CLEAR(EMPTY) "\nx", true, false, ""}, {"empty", "", false, false, ""}},
		GOOD, 0, ERR_OK, "",
		"S: doubtful OpenPGP, not in the form that is checked\nS: match 1 of them\n"
		"empty: [7]\nS: [0]\n"},
	    {{{"S", CLEAR(EMPTY), true, false, ""}, {"empty", "", false, false, ""}}, GOOD, 0,
		ERR_NOTFOUND, "S over itself\n",
		"S: signature-lost\nS: match 1 of them\nempty: [7]\nS: [4]\n"},
	    /* a signed copy of a list is a list of its own, not the list's signature */
	    {{{"S", EMPTY, true, false, ""}, {"S.asc", CLEAR(EMPTY), true, false, ""},
		 {"empty", "", false, false, ""}},
		GOOD, 0, ERR_OK, "S.asc over itself\n",
		"S: match 1 of them\nS.asc: authentic OpenPGP, key " FPR
		"\nS.asc: match 1 of them\nempty: [7] signed\nS: [0]\nS.asc: [0]\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w = {.gpgv = rows[i].gpgv,
		    .gpgv_exit = rows[i].exit,
		    .gpgv_error = rows[i].error};
		memcpy(w.files, rows[i].files, sizeof(rows[i].files));
		(void)compare(&w, NULL);
		/* verdicts come in the order of digests */
		bool same = strlen(w.said) == strlen(rows[i].said);
		for (const char *p = rows[i].said; same && *p != '\0';
		     p = strchr(p, '\n') + 1) {
			char line[256];
			snprintf(line, sizeof(line), "%.*s", (int)(strchr(p, '\n') + 1 - p), p);
			same = strstr(w.said, line) != NULL;
		}
		if (!same || strcmp(w.asked, rows[i].asked) != 0)
			fail_msg("row %zu: asked %s, said\n%snot\n%s", i, w.asked, w.said,
			    rows[i].said);
	}
}

static void
gpgv_gets_objects_up_to_the_limit(void **state)
{
	static const struct {
		uint64_t opened;
		bool clear;
		enum sums_signature is;
	} rows[] = {
	    {LIM_SCAN_WANTS - 2, false, SUMS_GOOD},
	    {LIM_SCAN_WANTS - 1, false, SUMS_WANTS},
	    {LIM_SCAN_WANTS - 1, true, SUMS_WANTS},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w = {.files = {{"f", CLEAR("x\n"), false, false, ""},
				      {"f.asc", PGP, false, false, ""}},
		    .n = 2,
		    .gpgv = GOOD};
		const struct sums_ops ops = {
		    open_object, close_object, ask_gpgv, hear, judge, &w};
		struct sums *s = sums_new(&ops, NULL);
		put(&w, s, 0);
		put(&w, s, 1);
		sums_index_sort(&s->index);
		s->opened = rows[i].opened;
		struct sums_found f = {
		    .signature = rows[i].clear ? 0 : 1, .is = SUMS_UNCHECKED};
		const char *text = w.files[f.signature].text;
		assert_int_equal(sums_ask(s, &f, (const uint8_t *)text, strlen(text)), ERR_OK);
		assert_int_equal(f.is, rows[i].is);
		assert_int_equal(s->limit != NULL, rows[i].is == SUMS_WANTS);
		assert_true(s->opened <= LIM_SCAN_WANTS);
		sums_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(integrity_is_not_authenticity),
	    cmocka_unit_test(signatures_of_any_file),
	    cmocka_unit_test(openpgp_by_gpgv),
	    cmocka_unit_test(gpgv_gets_objects_up_to_the_limit),
	};
	if (seal_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
