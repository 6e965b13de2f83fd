/* SPDX-License-Identifier: ISC */
#include "src/media/ntfsattr.h"
#include "src/media/idmap.h"
#include "src/media/le.h"

#define HEAD_BYTES        24
#define RECORD_HEAD_BYTES 42
#define LISTED_BYTES      26
#define STORED_BYTES      56 /* head of a value that lies elsewhere, up to its size */
#define TYPE_END          0xFFFFFFFFu
#define TYPE_LIST         0x20
#define LIST_NAMES        255
#define LIST_RECORDS      256

bool
ntfsattr_next(const uint8_t *r, size_t n, size_t *at, struct ntfsattr *ret)
{
	if (n < RECORD_HEAD_BYTES)
		return false;
	if (*at == 0)
		*at = le16(r + 20);
	if (*at >= n || n - *at < HEAD_BYTES || le32(r + *at) == TYPE_END)
		return false;
	const uint8_t *a = r + *at;
	size_t len = le32(a + 4), name = le16(a + 10), units = a[9];
	if (len < HEAD_BYTES || len > n - *at || len % 8 != 0 || name + 2 * units > len)
		return false;
	*ret = (struct ntfsattr){.type = le32(a),
	    .id = le16(a + 14),
	    .units = a + name,
	    .n_units = units,
	    .first = a[8] == 0 || le64(a + 16) == 0,
	    .bytes = a[8] == 0             ? le32(a + 16)
	             : len >= STORED_BYTES ? le64(a + 48)
	                                   : 0};
	*at += len;
	return true;
}

bool
ntfsattr_listed(const uint8_t *value, size_t n, size_t *at, struct ntfsattr *ret)
{
	if (*at >= n || n - *at < LISTED_BYTES)
		return false;
	const uint8_t *a = value + *at;
	size_t len = le16(a + 4), name = a[7], units = a[6];
	if (len < LISTED_BYTES || len > n - *at || name + 2 * units > len)
		return false;
	*ret = (struct ntfsattr){.type = le32(a),
	    .id = le16(a + 24),
	    .units = a + name,
	    .n_units = units,
	    .first = le64(a + 8) == 0,
	    .record = le64(a + 16) & 0xFFFFFFFFFFFFu};
	*at += len;
	return true;
}

uint64_t
ntfsattr_list_bytes(const uint8_t *r, size_t n)
{
	struct ntfsattr a;
	size_t at = 0;

	while (ntfsattr_next(r, n, &at, &a))
		if (a.type == TYPE_LIST)
			return a.bytes;
	return 0;
}

bool
ntfsattr_list_fits(const uint8_t *value, size_t n)
{
	struct idmap records = {0};
	unsigned n_names = 0, n_records = 0;
	size_t at = 0;
	uint32_t known;
	struct ntfsattr a;

	while (n_names <= LIST_NAMES && n_records <= LIST_RECORDS &&
	       ntfsattr_listed(value, n, &at, &a)) {
		n_names += a.first;
		n_records += idmap_add(&records, a.record, 0, &known);
	}
	idmap_done(&records);
	return n_names <= LIST_NAMES && n_records <= LIST_RECORDS;
}
