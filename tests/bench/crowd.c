/* links: src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * crowd IMAGE ITEMS: a FAT32 volume of so many small files in folders of a
 * thousand, written as it lies, because making a million files first takes
 * longer than all that is measured.  File k of a folder holds the number k + 1
 * and a line feed, so there are a thousand contents.
 */
#include "src/base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SECTOR   512 /* and cluster */
#define RESERVED 32
#define FOLDER   1000 /* files in it */
#define ENTRY    32
#define LONG     13 /* units of a name in one entry */
#define END      0x0fffffffu

struct volume {
	FILE *out;
	uint32_t folders, root_clusters, folder_clusters, clusters, fat_sectors;
	uint32_t *fat;
};

static void
put(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void
must_write(struct volume *v, const void *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, v->out) == n)
		return;
	perror("crowd");
	exit(1);
}

static uint32_t
folder_at(const struct volume *v, uint32_t folder)
{
	return 2 + v->root_clusters + folder * v->folder_clusters;
}

static uint32_t
file_at(const struct volume *v, uint32_t folder, uint32_t k)
{
	return folder_at(v, v->folders) + folder * FOLDER + k;
}

static uint32_t
clusters_of(size_t bytes)
{
	return (uint32_t)((bytes + SECTOR - 1) / SECTOR);
}

/* A short entry; returns where the next one goes. */
static uint8_t *
put_entry(uint8_t *p, const char short_name[12], bool folder, uint32_t cluster, uint32_t bytes)
{
	memcpy(p, short_name, 11);
	p[11] = folder ? 0x10 : 0x20;
	put(p + 16, 0x5a21, 2); /* 2025-01-01, made and written */
	put(p + 24, 0x5a21, 2);
	put(p + 20, cluster >> 16, 2);
	put(p + 26, cluster, 2);
	put(p + 28, bytes, 4);
	return p + ENTRY;
}

/* The entries of a name, then the short one they belong to. */
static uint8_t *
put_named(uint8_t *p, const char *name, uint32_t number, bool folder, uint32_t cluster,
    uint32_t bytes)
{
	static const uint8_t places[LONG] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	size_t len = strlen(name), parts = (len + LONG - 1) / LONG;
	char short_name[12];
	uint8_t sum = 0;
	snprintf(short_name, sizeof(short_name), "C%07uTXT", number % 10000000);
	for (size_t i = 0; i < 11; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + short_name[i]);
	for (size_t part = parts; part > 0; part--, p += ENTRY) {
		p[0] = (uint8_t)(part | (part == parts ? 0x40 : 0));
		p[11] = 0x0f;
		p[13] = sum;
		for (size_t i = 0; i < LONG; i++) {
			size_t at = (part - 1) * LONG + i;
			put(p + places[i],
			    at < len    ? (uint8_t)name[at]
			    : at == len ? 0
					: 0xffff,
			    2);
		}
	}
	return put_entry(p, short_name, folder, cluster, bytes);
}

static void
chain(struct volume *v, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		v->fat[first + i] = i + 1 < n ? first + i + 1 : END;
}

static void
write_head(struct volume *v)
{
	uint8_t boot[RESERVED * SECTOR] = {0xeb, 0x58, 0x90};
	uint32_t sectors = RESERVED + 2 * v->fat_sectors + v->clusters;
	memcpy(boot + 3, "MSWIN4.1", 8);
	put(boot + 11, SECTOR, 2);
	boot[13] = 1;
	put(boot + 14, RESERVED, 2);
	boot[16] = 2;
	boot[21] = 0xf8;
	put(boot + 24, 63, 2);
	put(boot + 26, 255, 2);
	put(boot + 32, sectors, 4);
	put(boot + 36, v->fat_sectors, 4);
	put(boot + 44, 2, 4);
	put(boot + 48, 1, 2);
	put(boot + 50, 6, 2);
	boot[64] = 0x80;
	boot[66] = 0x29;
	put(boot + 67, 0x20250101, 4);
	memcpy(boot + 71, "CROWD      FAT32   ", 19);
	put(boot + 510, 0xaa55, 2);
	put(boot + SECTOR, 0x41615252, 4);
	put(boot + SECTOR + 484, 0x61417272, 4);
	put(boot + SECTOR + 488, UINT32_MAX, 4);
	put(boot + SECTOR + 492, UINT32_MAX, 4);
	put(boot + SECTOR + 510, 0xaa55, 2);
	memcpy(boot + 6 * SECTOR, boot, SECTOR);
	must_write(v, boot, sizeof(boot));
}

static void
write_fats(struct volume *v)
{
	size_t n = (size_t)v->fat_sectors * SECTOR;
	MEM_FREE uint8_t *bytes = mem_alloc(n);
	v->fat[0] = 0x0ffffff8;
	v->fat[1] = END;
	chain(v, 2, v->root_clusters);
	for (uint32_t f = 0; f < v->folders; f++) {
		chain(v, folder_at(v, f), v->folder_clusters);
		for (uint32_t k = 0; k < FOLDER; k++)
			chain(v, file_at(v, f, k), 1);
	}
	for (uint32_t i = 0; i < v->clusters + 2; i++)
		put(bytes + 4 * (size_t)i, v->fat[i], 4);
	must_write(v, bytes, n);
	must_write(v, bytes, n);
}

static void
write_folders(struct volume *v)
{
	size_t root_bytes = (size_t)v->root_clusters * SECTOR;
	size_t folder_bytes = (size_t)v->folder_clusters * SECTOR;
	MEM_FREE uint8_t *root = mem_alloc(root_bytes);
	MEM_FREE uint8_t *bytes = mem_alloc(folder_bytes);
	uint8_t *p = root;
	char name[64];
	for (uint32_t f = 0; f < v->folders; f++) {
		snprintf(name, sizeof(name), "folder-%04u", f);
		p = put_named(p, name, f, true, folder_at(v, f), 0);
	}
	must_write(v, root, root_bytes);
	for (uint32_t f = 0; f < v->folders; f++) {
		memset(bytes, 0, folder_bytes);
		p = put_entry(bytes, ".          ", true, folder_at(v, f), 0);
		p = put_entry(p, "..         ", true, 0, 0);
		for (uint32_t k = 0; k < FOLDER; k++) {
			snprintf(name, sizeof(name), "a-text-of-some-length-%03u.txt", k);
			p = put_named(p, name, k, false, file_at(v, f, k),
			    (uint32_t)snprintf(NULL, 0, "%u\n", k + 1));
		}
		must_write(v, bytes, folder_bytes);
	}
}

static void
write_files(struct volume *v)
{
	for (uint32_t i = 0; i < v->folders * FOLDER; i++) {
		char text[SECTOR] = "";
		snprintf(text, sizeof(text), "%u\n", i % FOLDER + 1);
		must_write(v, text, sizeof(text));
	}
}

int
main(int argc, char **argv)
{
	struct volume v = {0};
	unsigned long items = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (items < FOLDER || items > 4000000) {
		fprintf(stderr, "usage: crowd IMAGE ITEMS, in thousands\n");
		return 2;
	}
	v.folders = (uint32_t)(items / FOLDER);
	v.root_clusters = clusters_of((size_t)v.folders * 2 * ENTRY + ENTRY);
	v.folder_clusters = clusters_of((2 + FOLDER * 4 + 1) * ENTRY);
	v.clusters = v.root_clusters + v.folders * (v.folder_clusters + FOLDER);
	if (v.clusters < 65525) /* less is not FAT32: the rest stays free */
		v.clusters = 65525;
	v.fat_sectors = clusters_of(((size_t)v.clusters + 2) * 4);
	v.fat = mem_array(v.clusters + 2, sizeof(*v.fat));
	v.out = fopen(argv[1], "wb");
	if (v.out == NULL) {
		perror(argv[1]);
		return 1;
	}
	write_head(&v);
	write_fats(&v);
	write_folders(&v);
	write_files(&v);
	free(v.fat);
	uint64_t bytes =
	    ((uint64_t)RESERVED + 2 * (uint64_t)v.fat_sectors + v.clusters) * SECTOR;
	if (fseek(v.out, (long)bytes - 1, SEEK_SET) != 0)
		return 1;
	must_write(&v, "", 1);
	return fclose(v.out) == 0 ? 0 : 1;
}
