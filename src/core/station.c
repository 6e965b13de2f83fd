/* SPDX-License-Identifier: ISC */
#include "src/core/station.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/setting.h"

#include <assert.h>
#include <string.h>

#define STATION_PATH_BYTES 4096
#define STATION_FLOOR      (UINT64_C(1) << 30) /* bytes kept free unless said otherwise */

struct station_owned {
	struct station station;
	struct setting_file *file;
	char **paths; /* absolute forms of relative ones */
	size_t npaths;
};

static const char *const station_port_kinds[] = {
    [STATION_IMAGE] = "image",
    [STATION_BLOCK] = "block",
};

static const char *const station_port_roles[] = {
    [STATION_MEDIA] = "media",
    [STATION_EXPORT] = "export",
};

/* What init offers to begin with; a site writes its own. */
#define STATION_REASONS 4
static const char *const station_reasons[ITEM_DECISION__MAX][STATION_REASONS] = {
    [ITEM_APPROVE] = {"the requester asked for it by name",
	"checked by hand: it is what its name says", "known false alarm of the scanner"},
    [ITEM_REJECT] = {"not asked for", "not what its name says", "may not enter the enclave",
	"damaged or incomplete"},
    [ITEM_HOLD] = {"the requester is asked first", "a colleague looks at it first",
	"waits for newer signatures"},
};

bool
station_site_ok(const char *site)
{
	size_t n = strlen(site);
	if (n == 0 || n > 64 || site[0] == '.' || site[0] == '-')
		return false;
	return strspn(site, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

bool
station_id_ok(const char *id)
{
	size_t n = strlen(id);
	if (n == 0 || n > 8 || id[0] < 'A' || id[0] > 'Z')
		return false;
	return strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n;
}

bool
station_id_path_ok(const char *id_path)
{
	size_t n = strlen(id_path);
	return n > 0 && n <= LIM_PORT_PATH_BYTES &&
	       strspn(id_path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			       "#+-.:=@_") == n;
}

/* The names of partitions stand beside the device they are parts of. */
static bool
station_is_part(const char *id_path)
{
	size_t n = strlen(id_path), digits = 0;
	while (digits < n && id_path[n - 1 - digits] >= '0' && id_path[n - 1 - digits] <= '9')
		digits++;
	return digits > 0 && n - digits >= 5 &&
	       strncmp(id_path + n - digits - 5, "-part", 5) == 0;
}

const struct station_port *
station_port_find(const struct station *s, const char *id_path)
{
	if (!station_id_path_ok(id_path) || station_is_part(id_path))
		return NULL;
	for (size_t i = 0; i < s->nports; i++) {
		const struct station_port *p = &s->ports[i];
		size_t n = strlen(p->path);
		if (p->kind == STATION_BLOCK && strncmp(id_path, p->path, n) == 0 &&
		    (id_path[n] == '\0' || id_path[n] == ':'))
			return p;
	}
	return NULL;
}

const struct station_allow *
station_allow_next(
    const struct station *s, const struct station_port *port, const struct station_allow *allow)
{
	for (size_t i = allow != NULL ? (size_t)(allow - s->allow) + 1 : 0; i < s->nallow; i++)
		if (s->allow[i].port == port)
			return &s->allow[i];
	return NULL;
}

bool
station_disk_find(const struct station *s, const char *id_path)
{
	for (size_t i = 0; i < s->ndisks; i++)
		if (strcmp(s->disks[i], id_path) == 0)
			return true;
	return false;
}

/* A path that is not empty: absolute as it is, relative below home. */
static const char *
station_below(struct station_owned *o, const char *home, const char *path)
{
	if (path[0] == '/')
		return path;
	char *whole = mem_printf("%s/%s", home, path);
	o->paths = mem_resize(o->paths, o->npaths + 1, sizeof(*o->paths));
	o->paths[o->npaths++] = whole;
	return whole;
}

/* A path of the file, or "". */
static const char *
station_path(struct station_owned *o, const char *home, const struct setting *g,
    const char *key, const char *otherwise)
{
	const char *path = setting_text(o->file, g, key, STATION_PATH_BYTES, otherwise);
	return path == NULL || path[0] == '\0' ? path : station_below(o, home, path);
}

/* One path or a list of them; caller frees the list.  Twice the same is an error. */
static const char **
station_paths(struct station_owned *o, const char *home, const struct setting *g,
    const char *key, size_t max, size_t *ret_n)
{
	size_t n = setting_words(o->file, g, key, max);
	const char **paths = mem_array(n, sizeof(*paths));
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *path = setting_word(g, key, i);
		if (path[0] == '\0' || strlen(path) > STATION_PATH_BYTES) {
			/* the empty text says that there is none */
			if (n > 1 || path[0] != '\0')
				setting_fail(o->file, g, ERR_RANGE,
				    "path %zu of %s is empty or too long", i + 1, key);
			continue;
		}
		paths[*ret_n] = station_below(o, home, path);
		for (size_t k = 0; k < *ret_n; k++)
			if (strcmp(paths[k], paths[*ret_n]) == 0)
				setting_fail(o->file, g, ERR_EXISTS,
				    "path %zu of %s is there twice", i + 1, key);
		++*ret_n;
	}
	return paths;
}

/* Which of two words a setting is; any other is an error. */
static int
station_word(struct station_owned *o, const struct setting *g, const char *key,
    const char *const *words, const char *otherwise)
{
	const char *text = setting_text(o->file, g, key, 16, otherwise);
	for (int i = 0; i < 2; i++)
		if (text != NULL && strcmp(text, words[i]) == 0)
			return i;
	setting_fail(o->file, g, ERR_SYNTAX, "%s must be %s or %s", key, words[0], words[1]);
	return 0;
}

/* What udev calls the port; with the folder of such names before it, that is left out. */
static const char *
station_place(struct station_owned *o, const struct setting *g)
{
	const char *path = setting_text(o->file, g, "path", STATION_PATH_BYTES, NULL);
	if (path == NULL || path[0] == '\0')
		return path;
	if (strncmp(path, STATION_BY_PATH, strlen(STATION_BY_PATH)) == 0)
		path += strlen(STATION_BY_PATH);
	if (!station_id_path_ok(path))
		setting_fail(o->file, g, ERR_RANGE,
		    "path of a block port must be what udev calls the port (ID_PATH), such as "
		    "pci-0000:00:14.0-usb-0:1");
	else if (station_is_part(path))
		setting_fail(o->file, g, ERR_RANGE, "path is that of a partition");
	return path;
}

/* "" or a text of these characters alone, exactly n of them or, when n is 0, not too many. */
static const char *
station_code(struct station_owned *o, const struct setting *g, const char *key, size_t n,
    const char *characters, const char *what)
{
	size_t most = n > 0 ? n : LIM_DEVICE_TEXT_BYTES - 1;
	const char *text = setting_text(o->file, g, key, STATION_PATH_BYTES, "");
	if (text == NULL || !setting_has(g, key))
		return "";
	size_t len = strlen(text);
	if (len == 0 || len > most || (n > 0 && len != n) || strspn(text, characters) != len)
		setting_fail(o->file, g, ERR_RANGE, "%s must be %s", key, what);
	return text;
}

static void
station_parse_allow(struct station_owned *o, const struct setting *g, struct station_allow *ret)
{
	static const char *const keys[] = {"vendor", "product", "serial", "descriptors", NULL};
	static const char hex[] = "0123456789abcdef";
	setting_keys(o->file, g, keys);
	ret->vendor = station_code(o, g, "vendor", 4, hex, "4 digits of 0 to 9 and a to f");
	ret->product = station_code(o, g, "product", 4, hex, "4 digits of 0 to 9 and a to f");
	ret->serial = station_code(o, g, "serial", 0,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#+-.:=@_",
	    "1 to 127 letters, digits and # + - . : = @ _, as udev says it "
	    "(ID_SERIAL_SHORT)");
	ret->descriptors =
	    station_code(o, g, "descriptors", 64, hex, "64 digits of 0 to 9 and a to f");
	if (ret->vendor[0] == '\0' && ret->product[0] == '\0' && ret->serial[0] == '\0' &&
	    ret->descriptors[0] == '\0')
		setting_fail(o->file, g, ERR_RANGE,
		    "an entry of allow must have vendor, product, serial or descriptors");
}

/* The list of a port; its rows go behind those of the ports before it. */
static void
station_parse_list(
    struct station_owned *o, const struct setting *g, const struct station_port *port)
{
	struct station *s = &o->station;
	if (!setting_has(g, "allow"))
		return;
	size_t n = setting_groups(o->file, g, "allow", LIM_PORT_ALLOW);
	if (n == 0)
		setting_fail(o->file, g, ERR_RANGE,
		    "allow has no entry; leave it out to let every medium in");
	if (port->kind != STATION_BLOCK)
		setting_fail(o->file, g, ERR_RANGE, "only a block port can have allow");
	s->allow = mem_resize(s->allow, s->nallow + n, sizeof(*s->allow));
	for (size_t i = 0; i < n; i++) {
		struct station_allow *a = &s->allow[s->nallow++];
		*a = (struct station_allow){.port = port};
		station_parse_allow(o, setting_group(g, "allow", i), a);
	}
}

static void
station_parse_port(struct station_owned *o, const char *home, const struct setting *g,
    struct station_port *ret)
{
	static const char *const keys[] = {"name", "kind", "role", "path", "allow", NULL};
	setting_keys(o->file, g, keys);
	ret->name = setting_text(o->file, g, "name", LIM_PERSON_ID_BYTES, NULL);
	if (ret->name != NULL && ret->name[0] == '\0')
		setting_fail(o->file, g, ERR_RANGE, "name is empty");
	ret->kind =
	    (enum station_port_kind)station_word(o, g, "kind", station_port_kinds, NULL);
	ret->role =
	    (enum station_port_role)station_word(o, g, "role", station_port_roles, "media");
	if (o->station.demo && ret->kind == STATION_BLOCK)
		setting_fail(
		    o->file, g, ERR_RANGE, "a demo station has no port for real block devices");
	ret->path = ret->kind == STATION_BLOCK ? station_place(o, g)
	                                       : station_path(o, home, g, "path", NULL);
	if (ret->path != NULL && ret->path[0] == '\0')
		setting_fail(o->file, g, ERR_RANGE, "path is empty");
	station_parse_list(o, g, ret);
}

/* The i-th against those before it: a device is in one port, or in none. */
static void
station_compare_ports(struct station_owned *o, const struct setting *g, size_t i)
{
	const struct station *s = &o->station;
	const struct station_port *a = &s->ports[i];
	for (size_t j = 0; j < i; j++) {
		const struct station_port *b = &s->ports[j];
		struct station one_a = {.ports = &s->ports[i], .nports = 1},
			       one_b = {.ports = &s->ports[j], .nports = 1};
		if (strcmp(a->name, b->name) == 0)
			setting_fail(
			    o->file, g, ERR_EXISTS, "there is another port %s", a->name);
		if (a->kind == STATION_BLOCK && b->kind == STATION_BLOCK &&
		    (station_port_find(&one_a, b->path) != NULL ||
			station_port_find(&one_b, a->path) != NULL))
			setting_fail(o->file, g, ERR_EXISTS,
			    "port %s is in the same place as port %s", a->name, b->name);
	}
}

static void
station_parse_ports(struct station_owned *o, const char *home, const struct setting *root)
{
	struct station *s = &o->station;
	s->nports = setting_groups(o->file, root, "ports", LIM_PORTS);
	s->ports = mem_array(s->nports, sizeof(*s->ports));
	for (size_t i = 0; i < s->nports; i++)
		station_parse_port(o, home, setting_group(root, "ports", i), &s->ports[i]);
	for (size_t i = 0; i < s->nports && setting_error(o->file) == ERR_OK; i++)
		station_compare_ports(o, setting_group(root, "ports", i), i);
}

/* Where the machine's own disks are: in no port, for a medium in it is read, not started from.
 */
static void
station_parse_disks(struct station_owned *o, const struct setting *root)
{
	struct station *s = &o->station;
	size_t n = setting_words(o->file, root, "disks", LIM_STATION_DISKS);
	s->disks = mem_array(n, sizeof(*s->disks));
	for (size_t i = 0; i < n && setting_error(o->file) == ERR_OK; i++) {
		const char *place = setting_word(root, "disks", i);
		if (strncmp(place, STATION_BY_PATH, strlen(STATION_BY_PATH)) == 0)
			place += strlen(STATION_BY_PATH);
		if (!station_id_path_ok(place) || station_is_part(place))
			setting_fail(o->file, root, ERR_RANGE,
			    "disk %zu of disks must be what udev calls its place (ID_PATH), "
			    "such as pci-0000:00:17.0-ata-1",
			    i + 1);
		else if (station_port_find(s, place) != NULL)
			setting_fail(o->file, root, ERR_EXISTS,
			    "disk %zu of disks is in the port %s", i + 1,
			    station_port_find(s, place)->name);
		else if (station_disk_find(s, place))
			setting_fail(o->file, root, ERR_EXISTS,
			    "disk %zu of disks is there twice", i + 1);
		s->disks[s->ndisks++] = place;
	}
}

static void
station_parse_reasons(struct station_owned *o, const struct setting *g,
    enum item_decision decision, struct station_reasons *ret)
{
	const char *key = item_decision_print(decision);
	size_t n = setting_words(o->file, g, key, LIM_REASONS);
	ret->texts = mem_array(n, sizeof(*ret->texts));
	for (; ret->n < n; ret->n++) {
		const char *text = setting_word(g, key, ret->n);
		if (text[0] == '\0' || strlen(text) > LIM_SITE_REASON_BYTES)
			setting_fail(o->file, g, ERR_LIMIT,
			    "reason %zu of %s must have from 1 to %d characters", ret->n + 1,
			    key, LIM_SITE_REASON_BYTES);
		ret->texts[ret->n] = text;
	}
}

static void
station_parse_all_reasons(struct station_owned *o, const struct setting *root)
{
	static const char *const keys[] = {"approve", "reject", "hold", NULL};
	const struct setting *g = setting_sub(o->file, root, "reasons");
	if (g == NULL)
		return;
	setting_keys(o->file, g, keys);
	for (enum item_decision d = ITEM_APPROVE; d < ITEM_DECISION__MAX; d++)
		station_parse_reasons(o, g, d, &o->station.reasons[d]);
}

static void
station_parse_preset(
    struct station_owned *o, const struct setting *g, struct station_preset *ret)
{
	static const char *const keys[] = {"name", "requester", "fields", NULL};
	static const char *const pair[] = {"name", "value", NULL};
	setting_keys(o->file, g, keys);
	ret->name = setting_text(o->file, g, "name", LIM_SITE_REASON_BYTES, NULL);
	if (ret->name != NULL && ret->name[0] == '\0')
		setting_fail(o->file, g, ERR_RANGE, "name is empty");
	ret->requester = setting_text(o->file, g, "requester", LIM_PERSON_ID_BYTES, "");
	size_t n = setting_groups(o->file, g, "fields", LIM_POLICY_FIELDS);
	ret->fields = mem_array(2 * n, sizeof(*ret->fields));
	for (; ret->nfields < n; ret->nfields++) {
		const struct setting *f = setting_group(g, "fields", ret->nfields);
		setting_keys(o->file, f, pair);
		for (size_t i = 0; i < 2; i++)
			ret->fields[2 * ret->nfields + i] =
			    setting_text(o->file, f, pair[i], LIM_SITE_REASON_BYTES, NULL);
	}
}

/* As JSON has it: a quote or backslash takes two bytes there, a control sign six. */
static size_t
station_told_bytes(const char *text)
{
	size_t n = 0;
	for (; text != NULL && *text != '\0'; text++)
		n += *text == '"' || *text == '\\' ? 2 : (unsigned char)*text < 0x20 ? 6 : 1;
	return n;
}

/* What surrounds the texts of a preset, and of one of its fields, is not more than this. */
static size_t
station_preset_bytes(const struct station_preset *p)
{
	size_t n = station_told_bytes(p->name) + station_told_bytes(p->requester) + 40;
	for (size_t i = 0; i < 2 * p->nfields; i++)
		n += station_told_bytes(p->fields[i]) + 12;
	return n;
}

static void
station_parse_presets(struct station_owned *o, const struct setting *root)
{
	size_t told = 0;
	struct station *s = &o->station;
	size_t n = setting_groups(o->file, root, "presets", LIM_PRESETS);
	s->presets = mem_array(n, sizeof(*s->presets));
	for (; s->npresets < n; s->npresets++)
		station_parse_preset(
		    o, setting_group(root, "presets", s->npresets), &s->presets[s->npresets]);
	for (size_t i = 0; i < n; i++)
		told += station_preset_bytes(&s->presets[i]);
	if (told > LIM_PRESETS_BYTES)
		setting_fail(o->file, root, ERR_LIMIT,
		    "presets take more bytes together than a terminal can be told; shorten "
		    "them");
}

static void
station_parse_root(struct station_owned *o, const char *home)
{
	static const char *const keys[] = {"site", "station", "share", "vault", "policy",
	    "copy", "clamd", "yara", "vault_floor", "share_floor", "ports", "disks", "banner",
	    "contact", "reasons", "presets", NULL};
	struct station *s = &o->station;
	const struct setting *root = setting_root(o->file);
	setting_keys(o->file, root, keys);
	s->site = setting_text(o->file, root, "site", 64, NULL);
	if (s->site != NULL && !station_site_ok(s->site))
		setting_fail(o->file, root, ERR_RANGE,
		    "site must be lower-case letters, digits, dots and hyphens");
	s->station = setting_text(o->file, root, "station", 8, NULL);
	if (s->station != NULL && !station_id_ok(s->station))
		setting_fail(o->file, root, ERR_RANGE,
		    "station must be 1 to 8 upper-case letters and digits, a letter first");
	s->demo = s->site != NULL && strcmp(s->site, "demo") == 0;
	s->share = station_path(o, home, root, "share", "share");
	s->vault = station_path(o, home, root, "vault", "vault");
	s->copy = station_path(o, home, root, "copy", "");
	s->policy = station_path(o, home, root, "policy", "");
	s->clamd = station_paths(o, home, root, "clamd", LIM_ENGINES, &s->nclamd);
	s->yara = station_paths(o, home, root, "yara", LIM_RULE_FOLDERS, &s->nyara);
	s->vault_floor_bytes =
	    setting_number(o->file, root, "vault_floor", 0, INT64_MAX, STATION_FLOOR);
	s->share_floor_bytes =
	    setting_number(o->file, root, "share_floor", 0, INT64_MAX, STATION_FLOOR);
	s->banner = setting_text(o->file, root, "banner", LIM_REASON_BYTES, "");
	s->contact = setting_text(o->file, root, "contact", LIM_REASON_BYTES, "");
	station_parse_all_reasons(o, root);
	station_parse_presets(o, root);
	station_parse_ports(o, home, root);
	if (setting_error(o->file) == ERR_OK)
		station_parse_disks(o, root);
}

enum err
station_parse(const void *text, size_t n, const char *home, struct station **ret,
    char ret_why[STATION_WHY_SIZE])
{
	assert(home[0] == '/');
	struct station_owned *o = mem_alloc(sizeof(*o));
	o->file = setting_open(text, n, LIM_SETTING_BYTES);
	if (setting_error(o->file) == ERR_OK)
		station_parse_root(o, home);
	enum err e = setting_error(o->file);
	if (e != ERR_OK) {
		snprintf(ret_why, STATION_WHY_SIZE, "station.conf: %s", setting_why(o->file));
		station_free(&o->station);
		return e;
	}
	*ret = &o->station;
	return ERR_OK;
}

void
station_free(struct station *s)
{
	if (s == NULL)
		return;
	struct station_owned *o = (struct station_owned *)(void *)s; /* its first member */
	for (size_t i = 0; i < o->npaths; i++)
		free(o->paths[i]);
	free(o->paths);
	free(s->clamd);
	free(s->yara);
	free(s->ports);
	free(s->allow);
	free(s->disks);
	for (size_t i = 0; i < s->npresets; i++)
		free(s->presets[i].fields);
	free(s->presets);
	for (size_t i = 0; i < ITEM_DECISION__MAX; i++)
		free(s->reasons[i].texts);
	setting_free(o->file);
	free(o);
}

/* Printable ASCII without what would end a text in quotes. */
static bool
station_quotable(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e || *p == '"' || *p == '\\' || *p == '@')
			return false;
	return true;
}

static void
station_print_reasons(enum item_decision d, struct buf *out)
{
	buf_addf(out, "\t%s = (", item_decision_print(d));
	for (size_t i = 0; i < STATION_REASONS && station_reasons[d][i] != NULL; i++)
		buf_addf(out, "%s\n\t\t\"%s\"", i > 0 ? "," : "", station_reasons[d][i]);
	buf_add_str(out, "\n\t);\n");
}

enum err
station_print_default(const char *site, const char *station, const char *clamd, struct buf *out)
{
	if (!station_site_ok(site) || !station_id_ok(station) || !station_quotable(clamd))
		return ERR_RANGE;
	bool demo = strcmp(site, "demo") == 0;
	buf_addf(out,
	    "# Where things are on this station; see station.conf(5).\n"
	    "# What is allowed is in the policy, which only an admin's signature changes.\n\n"
	    "site = \"%s\";\nstation = \"%s\";\n\n"
	    "# Relative paths are below the station's directory.\n"
	    "share = \"share\";\nvault = \"vault\";\nclamd = \"%s\";\n\n"
	    "# Free space that reading and releasing must leave.\n"
	    "vault_floor = \"%s\";\nshare_floor = \"%s\";\n\n"
	    "# Where media lie: image files in a folder, or a socket, by what udev calls it\n"
	    "# (ID_PATH; udevadm info says it of a device that is plugged in).\n"
	    "ports = (\n\t{ name = \"R1\"; kind = \"image\"; path = \"ports/R1\"; }\n%s);\n\n"
	    "banner = \"%s\";\ncontact = \"\";\n\n"
	    "# Reasons to pick from, for each decision.\nreasons = {\n",
	    site, station, clamd, demo ? "64M" : "1G", demo ? "64M" : "1G",
	    demo ? ""
		 : "#\t{ name = \"R2\"; kind = \"block\"; "
		   "path = \"pci-0000:00:14.0-usb-0:1\"; }\n",
	    demo ? "DEMO STATION: not for real data" : "");
	for (enum item_decision d = ITEM_APPROVE; d < ITEM_DECISION__MAX; d++)
		station_print_reasons(d, out);
	buf_add_str(out, "};\n");
	return out->error;
}
