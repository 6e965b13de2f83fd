/* SPDX-License-Identifier: ISC */
#include "scanners/identify.h"

#include <string.h>

/* From libmagic's word to ours; a row that ends in "/" is for the whole kind. */
static const struct {
	const char *mime, *type;
} mime_rows[] = {
    {"application/json", "json"},
    {"application/x-ndjson", "json"},
    {"text/html", "html"},
    {"text/xml", "xml"},
    {"application/xml", "xml"},
    {"image/svg+xml", "svg"},
    {"text/x-shellscript", "script"},
    {"text/rtf", "rtf"},
    {"application/postscript", "postscript"},
    {"application/zip", "zip"},
    {"application/java-archive", "jar"},
    {"application/x-tar", "tar"},
    {"application/x-cpio", "cpio"},
    {"application/x-rpm", "rpm"},
    {"application/vnd.ms-cab-compressed", "cab"},
    {"application/x-lz4", "lz4"},
    {"application/x-lzip", "lzip"},
    {"application/x-lzma", "lzma"},
    {"application/x-compress", "compress"},
    {"application/x-lha", "lha"},
    {"application/x-arj", "arj"},
    {"application/x-iso9660-image", "iso9660"},
    {"application/x-dosexec", "dos"},
    {"application/x-msdos-program", "dos"},
    {"application/x-executable", "elf"},
    {"application/x-bytecode.python", "pyc"},
    {"application/x-setupscript", "text"},
    {"application/x-wine-extension-ini", "text"},
    {"application/x-mswinurl", "shortcut"},
    {"application/x-ms-shortcut", "shortcut"},
    {"application/pgp-encrypted", "pgp"},
    {"application/pgp-keys", "pgp"},
    {"application/pgp-signature", "pgp"},
    {"application/ogg", "audio"},
    {"application/octet-stream", "data"},
    {"message/", "text"},
    {"text/", "text"},
    {"image/", "image"},
    {"audio/", "audio"},
    {"video/", "video"},
    {"font/", "font"},
};

const char *
identify_mime_type(const char *mime)
{
	for (size_t i = 0; i < sizeof(mime_rows) / sizeof(mime_rows[0]); i++) {
		const char *row = mime_rows[i].mime;
		size_t n = strlen(row);
		bool kind = row[n - 1] == '/';
		if (kind ? strncmp(mime, row, n) == 0 : strcmp(mime, row) == 0)
			return mime_rows[i].type;
	}
	return NULL;
}
