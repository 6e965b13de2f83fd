/* links: src/core/station src/core/setting src/core/item src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/station.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD     "site = \"lab.example\"; station = \"K1\";\n"

static void
parses(void **state)
{
	(void)state;
	static const char text[] =
	    HEAD "share = \"/srv/share\"; vault = \"objects\"; clamd = \"run/clamd\";\n"
		 "vault_floor = \"5G\"; share_floor = 10;\n"
		 "ports = ( { name = \"left\"; kind = \"block\"; path = "
		 "\"/dev/disk/by-path/x\"; },\n"
		 "          { name = \"out\"; kind = \"block\"; role = \"export\"; path = "
		 "\"pci-0000:00:14.0-usb-0:2\"; },\n"
		 "          { name = \"image\"; kind = \"image\"; path = \"images\"; } );\n";
	struct station *s;
	char why[STATION_WHY_SIZE];
	assert_int_equal(station_parse(text, strlen(text), "/h", &s, why), ERR_OK);
	assert_string_equal(s->share, "/srv/share");
	assert_string_equal(s->vault, "/h/objects");
	assert_int_equal(s->nclamd, 1);
	assert_string_equal(s->clamd[0], "/h/run/clamd");
	assert_int_equal(s->nyara, 0);
	assert_string_equal(s->policy, "");
	assert_int_equal(s->vault_floor_bytes, UINT64_C(5) << 30);
	assert_int_equal(s->share_floor_bytes, 10);
	assert_int_equal(s->nports, 3);
	assert_int_equal(s->ports[0].kind, STATION_BLOCK);
	assert_int_equal(s->ports[0].role, STATION_MEDIA);
	assert_string_equal(s->ports[0].path, "x");
	assert_int_equal(s->ports[1].role, STATION_EXPORT);
	assert_string_equal(s->ports[1].path, "pci-0000:00:14.0-usb-0:2");
	assert_string_equal(s->ports[2].path, "/h/images");
	assert_false(s->demo);
	station_free(s);
	assert_int_equal(station_parse(HEAD, strlen(HEAD), "/h", &s, why), ERR_OK);
	assert_string_equal(s->share, "/h/share");
	assert_int_equal(s->nclamd, 0);
	station_free(s);
}

/* One path, several, none; how many, and what none of them may be. */
static void
several_paths(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum err e;
		size_t nclamd, nyara;
		const char *last; /* of either */
	} cases[] = {
	    {"clamd = [ \"/run/a\", \"b\" ];", ERR_OK, 2, 0, "/h/b"},
	    {"clamd = ( \"/run/a\" );", ERR_OK, 1, 0, "/run/a"},
	    {"clamd = \"\";", ERR_OK, 0, 0, NULL},
	    {"yara = \"rules\";", ERR_OK, 0, 1, "/h/rules"},
	    {"yara = [ \"/etc/a\", \"b\", \"c\" ];", ERR_OK, 0, 3, "/h/c"},
	    {"yara = \"\";", ERR_OK, 0, 0, NULL},
	    {"clamd = [ \"/a\", \"/b\", \"/c\", \"/d\", \"/e\", \"/f\", \"/g\", \"/h\" ];",
		ERR_OK, LIM_ENGINES, 0, "/h"},
	    {"clamd = [ \"/a\", \"/b\", \"/c\", \"/d\", \"/e\", \"/f\", \"/g\", \"/h\", \"/i\" "
	     "];",
		ERR_LIMIT, 0, 0, NULL},
	    {"yara = [ \"/a\", \"/b\", \"/c\", \"/d\", \"/e\", \"/f\", \"/g\", \"/h\" ];",
		ERR_OK, 0, LIM_RULE_FOLDERS, "/h"},
	    {"yara = [ \"/a\", \"/b\", \"/c\", \"/d\", \"/e\", \"/f\", \"/g\", \"/h\", \"/i\" "
	     "];",
		ERR_LIMIT, 0, 0, NULL},
	    {"clamd = [ \"/a\", \"/a\" ];", ERR_EXISTS, 0, 0, NULL},
	    {"clamd = [ \"/h/a\", \"a\" ];", ERR_EXISTS, 0, 0, NULL},
	    {"clamd = [ \"/a\", \"\" ];", ERR_RANGE, 0, 0, NULL},
	    {"clamd = 1;", ERR_SYNTAX, 0, 0, NULL},
	    {"clamd = { a = \"b\"; };", ERR_SYNTAX, 0, 0, NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct station *s;
		char why[STATION_WHY_SIZE] = "";
		MEM_FREE char *text = mem_printf(HEAD "%s\n", cases[i].text);
		enum err e = station_parse(text, strlen(text), "/h", &s, why);
		if (e != cases[i].e)
			fail_msg("%s: %d %s", cases[i].text, e, why);
		if (e != ERR_OK)
			continue;
		assert_int_equal(s->nclamd, cases[i].nclamd);
		assert_int_equal(s->nyara, cases[i].nyara);
		if (s->nclamd > 0)
			assert_string_equal(s->clamd[s->nclamd - 1], cases[i].last);
		if (s->nyara > 0)
			assert_string_equal(s->yara[s->nyara - 1], cases[i].last);
		station_free(s);
	}
}

static void
refuses(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text, *why;
	} cases[] = {
	    {"empty", "", "site is missing"},
	    {"no station", "site = \"lab\";", "station is missing"},
	    {"unknown key", HEAD "shares = \"x\";", "line 2: no such key: shares"},
	    {"what is allowed is not here", HEAD "approvals = 1;", "no such key"},
	    {"include", HEAD "@include \"/etc/shadow\"", "line 2: @include"},
	    {"site", "site = \"Lab\"; station = \"K1\";", "site must be"},
	    {"station", "site = \"lab\"; station = \"k1\";", "station must be"},
	    {"port kind", HEAD "ports = ( { name = \"a\"; kind = \"usb\"; path = \"/x\"; } );",
		"kind must be"},
	    {"port twice",
		HEAD "ports = ( { name = \"a\"; kind = \"image\"; path = \"/x\"; },\n"
		     "{ name = \"a\"; kind = \"image\"; path = \"/y\"; } );",
		"another port a"},
	    {"port role",
		HEAD "ports = ( { name = \"a\"; kind = \"block\"; role = \"in\"; path = "
		     "\"x\"; } );",
		"role must be media or export"},
	    {"device node",
		HEAD "ports = ( { name = \"a\"; kind = \"block\"; path = \"/dev/sdb\"; } );",
		"what udev calls the port"},
	    {"partition",
		HEAD "ports = ( { name = \"a\"; kind = \"block\"; path = \"usb-0:1-part1\"; } "
		     ");",
		"a partition"},
	    {"port in a port",
		HEAD "ports = ( { name = \"a\"; kind = \"block\"; path = \"usb-0:1\"; },\n"
		     "{ name = \"b\"; kind = \"block\"; path = \"usb-0:1:1.0\"; } );",
		"same place as port a"},
	    {"floor", HEAD "vault_floor = \"lots\";", "vault_floor must be a number"},
	    {"one list for all decisions", HEAD "reasons = ( \"x\" );",
		"reasons must be a group"},
	    {"block port of a demo",
		"site = \"demo\"; station = \"K1\"; ports = ( { name = \"a\"; kind = "
		"\"block\"; path "
		"= \"/x\"; } );",
		"demo station has no port"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct station *s = NULL;
		char why[STATION_WHY_SIZE] = "";
		enum err e = station_parse(cases[i].text, strlen(cases[i].text), "/h", &s, why);
		if (e == ERR_OK || s != NULL || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: error %d, \"%s\"", cases[i].what, (int)e, why);
	}
}

static void
limits(void **state)
{
	(void)state;
	struct station *s;
	char why[STATION_WHY_SIZE];
	char *text = mem_alloc(LIM_SETTING_BYTES + 1);
	memset(text, ' ', LIM_SETTING_BYTES + 1);
	memcpy(text, HEAD, strlen(HEAD));
	assert_int_equal(station_parse(text, LIM_SETTING_BYTES, "/h", &s, why), ERR_OK);
	station_free(s);
	assert_int_equal(station_parse(text, LIM_SETTING_BYTES + 1, "/h", &s, why), ERR_LIMIT);
	free(text);
	for (unsigned n = LIM_PORTS; n <= LIM_PORTS + 1; n++) {
		struct buf b;
		buf_init(&b, LIM_SETTING_BYTES);
		buf_add_str(&b, HEAD "ports = (");
		for (unsigned i = 0; i < n; i++)
			buf_addf(&b, "%s{ name = \"p%u\"; kind = \"image\"; path = \"/x\"; }",
			    i > 0 ? "," : "", i);
		buf_add_str(&b, ");");
		enum err e = station_parse(b.data, b.len, "/h", &s, why);
		assert_int_equal(e, n == LIM_PORTS ? ERR_OK : ERR_LIMIT);
		station_free(e == ERR_OK ? s : NULL);
		buf_done(&b);
	}
}

static void
a_place_is_as_long_as_a_name_can_be(void **state)
{
	(void)state;
	for (size_t n = LIM_PORT_PATH_BYTES; n <= LIM_PORT_PATH_BYTES + 1; n++) {
		char path[LIM_PORT_PATH_BYTES + 2] = "", why[STATION_WHY_SIZE];
		struct station *s = NULL;
		memset(path, 'x', n);
		MEM_FREE char *text = mem_printf(HEAD
		    "ports = ( { name = \"a\"; kind = \"block\"; path = \"%s\"; } );",
		    path);
		assert_int_equal(station_parse(text, strlen(text), "/h", &s, why),
		    n == LIM_PORT_PATH_BYTES ? ERR_OK : ERR_RANGE);
		station_free(s);
	}
}

#define LISTED(rows)                                                                          \
	HEAD "ports = ( { name = \"a\"; kind = \"block\"; path = \"usb-0:1\"; allow = (" rows \
	     "); } );"

static void
a_port_has_its_list(void **state)
{
	(void)state;
	static const char text[] =
	    HEAD "ports = ( { name = \"a\"; kind = \"block\"; path = \"usb-0:1\"; allow = ("
		 " { vendor = \"0781\"; product = \"5581\"; serial = \"4C53#+-.:=@_\"; },"
		 " { descriptors = "
		 "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		 "\"; } ); },"
		 " { name = \"b\"; kind = \"block\"; path = \"usb-0:2\"; },"
		 " { name = \"c\"; kind = \"block\"; path = \"usb-0:3\"; allow = ( { serial = "
		 "\"7\"; } "
		 "); } );";
	struct station *s;
	char why[STATION_WHY_SIZE] = "";
	if (station_parse(text, strlen(text), "/h", &s, why) != ERR_OK)
		fail_msg("%s", why);
	assert_int_equal(s->nallow, 3);
	const struct station_allow *a = station_allow_next(s, &s->ports[0], NULL);
	assert_string_equal(a->vendor, "0781");
	assert_string_equal(a->product, "5581");
	assert_string_equal(a->serial, "4C53#+-.:=@_");
	assert_string_equal(a->descriptors, "");
	a = station_allow_next(s, &s->ports[0], a);
	assert_string_equal(a->serial, "");
	assert_int_equal(strlen(a->descriptors), 64);
	assert_null(station_allow_next(s, &s->ports[0], a));
	assert_null(station_allow_next(s, &s->ports[1], NULL));
	a = station_allow_next(s, &s->ports[2], NULL);
	assert_string_equal(a->serial, "7");
	assert_null(station_allow_next(s, &s->ports[2], a));
	station_free(s);
}

/* What stands here is part of a rule that udev reads as root. */
static void
a_list_holds_nothing_odd(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} cases[] = {
	    {LISTED(""), "allow has no entry"},
	    {LISTED("{ }"), "must have vendor, product, serial or descriptors"},
	    {LISTED("{ vendor = \"781\"; }"), "vendor must be 4 digits"},
	    {LISTED("{ vendor = \"078G\"; }"), "vendor must be 4 digits"},
	    {LISTED("{ vendor = \"07811\"; }"), "vendor must be 4 digits"},
	    {LISTED("{ product = \"ABCD\"; }"), "product must be 4 digits"},
	    {LISTED("{ serial = \"\"; }"), "serial must be"},
	    {LISTED("{ serial = \"*\"; }"), "serial must be"},
	    {LISTED("{ serial = \"a|b\"; }"), "serial must be"},
	    {LISTED("{ serial = \"a b\"; }"), "serial must be"},
	    {LISTED("{ serial = \"a\\\", RUN+=\\\"x\"; }"), "serial must be"},
	    {LISTED("{ descriptors = \"00\"; }"), "descriptors must be 64 digits"},
	    {LISTED("{ serial = \"1\"; class = \"08\"; }"), "class"},
	    {HEAD
		"ports = ( { name = \"a\"; kind = \"image\"; path = \"/x\"; allow = ( { serial "
		"= \"1\"; } ); } );",
		"only a block port"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct station *s = NULL;
		char why[STATION_WHY_SIZE] = "";
		enum err e = station_parse(cases[i].text, strlen(cases[i].text), "/h", &s, why);
		if (e == ERR_OK || s != NULL || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: error %d, \"%s\"", cases[i].text, (int)e, why);
	}
	for (size_t n = LIM_DEVICE_TEXT_BYTES - 1; n <= LIM_DEVICE_TEXT_BYTES; n++) {
		struct station *s = NULL;
		char serial[LIM_DEVICE_TEXT_BYTES + 1] = "", why[STATION_WHY_SIZE];
		memset(serial, '7', n);
		MEM_FREE char *text = mem_printf(LISTED("{ serial = \"%s\"; }"), serial);
		assert_int_equal(station_parse(text, strlen(text), "/h", &s, why),
		    n < LIM_DEVICE_TEXT_BYTES ? ERR_OK : ERR_RANGE);
		station_free(s);
	}
	for (size_t n = LIM_PORT_ALLOW; n <= LIM_PORT_ALLOW + 1; n++) {
		struct station *s = NULL;
		struct buf b;
		char why[STATION_WHY_SIZE];
		buf_init(&b, LIM_SETTING_BYTES);
		buf_add_str(&b, HEAD "ports = ( { name = \"a\"; kind = \"block\"; path = "
				     "\"usb-0:1\"; allow = (");
		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "%s{ serial = \"%zu\"; }", i > 0 ? "," : "", i);
		buf_add_str(&b, "); } );");
		assert_int_equal(station_parse(b.data, b.len, "/h", &s, why),
		    n == LIM_PORT_ALLOW ? ERR_OK : ERR_LIMIT);
		station_free(s);
		buf_done(&b);
	}
}

/* Of the machine itself: places, none of them in a port, each once. */
static void
disks_of_the_machine_are_in_no_port(void **state)
{
	static const struct {
		const char *disks;
		enum err error;
		const char *why;
	} cases[] = {
	    {"disks = \"ata-1\";", ERR_OK, ""},
	    {"disks = [ \"ata-1\", \"/dev/disk/by-path/pci-0000:01:00.0-nvme-1\" ];", ERR_OK,
		""},
	    {"disks = ();", ERR_SYNTAX, "disks must be"},
	    {"disks = \"\";", ERR_RANGE, "disk 1 of disks"},
	    {"disks = [ \"ata-1\", \"a*\" ];", ERR_RANGE, "disk 2 of disks"},
	    {"disks = \"ata-1-part1\";", ERR_RANGE, "disk 1 of disks"},
	    {"disks = [ \"ata-1\", \"ata-1\" ];", ERR_EXISTS, "there twice"},
	    {"disks = \"ata-2\";", ERR_EXISTS, "in the port bay"},
	    {"disks = \"ata-2:1\";", ERR_EXISTS, "in the port bay"},
	    {"disks = 1;", ERR_SYNTAX, ""},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct station *s = NULL;
		char why[STATION_WHY_SIZE] = "";
		MEM_FREE char *text = mem_printf(HEAD "ports = ( { name = \"bay\"; kind = "
						      "\"block\"; path = \"ata-2\"; } ); %s",
		    cases[i].disks);
		enum err e = station_parse(text, strlen(text), "/h", &s, why);
		if (e != cases[i].error || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: error %d, \"%s\"", cases[i].disks, (int)e, why);
		if (e == ERR_OK) {
			assert_true(station_disk_find(s, "ata-1"));
			assert_false(station_disk_find(s, "ata-11"));
			assert_false(station_disk_find(s, ""));
			assert_int_equal(
			    station_disk_find(s, "pci-0000:01:00.0-nvme-1"), s->ndisks > 1);
		}
		station_free(s);
	}
	for (size_t n = LIM_STATION_DISKS; n <= LIM_STATION_DISKS + 1; n++) {
		struct station *s = NULL;
		struct buf b;
		char why[STATION_WHY_SIZE];
		buf_init(&b, LIM_SETTING_BYTES);
		buf_add_str(&b, HEAD "disks = [");
		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "%s\"ata-%zu\"", i > 0 ? "," : "", i);
		buf_add_str(&b, "];");
		assert_int_equal(station_parse(b.data, b.len, "/h", &s, why),
		    n == LIM_STATION_DISKS ? ERR_OK : ERR_LIMIT);
		station_free(s);
		buf_done(&b);
	}
}

/* A port is itself and what hangs on it, never a neighbour whose number begins like it. */
static void
device_is_in_its_own_port_alone(void **state)
{
	static struct station_port ports[] = {
	    {"1", STATION_BLOCK, "pci-0000:00:14.0-usb-0:1", STATION_MEDIA},
	    {"2", STATION_BLOCK, "pci-0000:00:14.0-usb-0:2", STATION_EXPORT},
	    {"images", STATION_IMAGE, "images", STATION_MEDIA},
	};
	static const struct station s = {.ports = ports, .nports = COUNT(ports)};
	static const struct {
		const char *id_path, *port;
	} cases[] = {
	    {"pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0", "1"},
	    {"pci-0000:00:14.0-usb-0:1", "1"},
	    {"pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0", "2"},
	    {"pci-0000:00:14.0-usb-0:10:1.0-scsi-0:0:0:0", NULL},
	    {"pci-0000:00:14.0-usb-0:1.1:1.0-scsi-0:0:0:0", NULL},
	    {"pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0-part1", NULL},
	    {"pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0-part", "1"},
	    {"pci-0000:00:14.0-usb-0", NULL},
	    {"pci-0000:00:14.0-usb-0:1:../../sda", NULL},
	    {"images", NULL},
	    {"", NULL},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct station_port *p = station_port_find(&s, cases[i].id_path);
		if ((p == NULL) != (cases[i].port == NULL) ||
		    (p != NULL && strcmp(p->name, cases[i].port) != 0))
			fail_msg("%s", cases[i].id_path);
	}
}

static void
default_is_parsed_again(void **state)
{
	(void)state;
	static const struct {
		const char *site;
		bool demo;
		size_t ports;
	} cases[] = {{"demo", true, 1}, {"lab.example", false, 1}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct station *s;
		struct buf b;
		char why[STATION_WHY_SIZE];
		buf_init(&b, 8192);
		assert_int_equal(
		    station_print_default(cases[i].site, "K1", "/run/clamd", &b), ERR_OK);
		if (station_parse(b.data, b.len, "/h", &s, why) != ERR_OK)
			fail_msg("%s", why);
		assert_int_equal(s->demo, cases[i].demo);
		assert_int_equal(s->nports, cases[i].ports);
		assert_string_equal(s->clamd[0], "/run/clamd");
		assert_string_equal(s->ports[0].path, "/h/ports/R1");
		for (int d = ITEM_APPROVE; d < ITEM_DECISION__MAX; d++)
			assert_true(s->reasons[d].n > 0);
		station_free(s);
		assert_int_equal(
		    station_print_default(cases[i].site, "K1", "\"; share = \"/", &b),
		    ERR_RANGE);
		assert_int_equal(station_print_default("Demo", "K1", "", &b), ERR_RANGE);
		buf_done(&b);
	}
}

static enum err
parse_reasons(const char *decision, size_t count, size_t bytes)
{
	struct station *s = NULL;
	struct buf b;
	char why[STATION_WHY_SIZE];
	buf_init(&b, LIM_SETTING_BYTES);
	buf_addf(&b, HEAD "reasons = { %s = (", decision);
	for (size_t i = 0; i < count; i++) {
		buf_add_str(&b, i > 0 ? ", \"" : "\"");
		for (size_t k = 0; k < bytes; k++)
			buf_add_byte(&b, 'r');
		buf_add_str(&b, "\"");
	}
	buf_add_str(&b, "); };");
	enum err e = station_parse(b.data, b.len, "/h", &s, why);
	if (e == ERR_OK) {
		enum item_decision d = ITEM_NONE;
		assert_true(item_decision_parse(decision, &d));
		assert_int_equal(s->reasons[d].n, count);
	}
	station_free(s);
	buf_done(&b);
	return e;
}

/* "Not asked for" is no reason to approve: each decision has reasons of its own. */
static void
each_decision_has_its_reasons(void **state)
{
	(void)state;
	static const char text[] =
	    HEAD "reasons = { reject = [ \"one\", \"two words\" ]; approve = \"yes\"; };";
	struct station *s;
	char why[STATION_WHY_SIZE];
	assert_int_equal(station_parse(text, strlen(text), "/h", &s, why), ERR_OK);
	assert_int_equal(s->reasons[ITEM_NONE].n, 0);
	assert_int_equal(s->reasons[ITEM_APPROVE].n, 1);
	assert_int_equal(s->reasons[ITEM_REJECT].n, 2);
	assert_int_equal(s->reasons[ITEM_HOLD].n, 0);
	assert_string_equal(s->reasons[ITEM_APPROVE].texts[0], "yes");
	assert_string_equal(s->reasons[ITEM_REJECT].texts[1], "two words");
	station_free(s);
	assert_int_equal(station_parse(HEAD, strlen(HEAD), "/h", &s, why), ERR_OK);
	for (int d = 0; d < ITEM_DECISION__MAX; d++)
		assert_int_equal(s->reasons[d].n, 0);
	station_free(s);
}

static enum err
parse_presets(size_t count)
{
	struct station *s = NULL;
	struct buf b;
	char why[STATION_WHY_SIZE];
	buf_init(&b, LIM_SETTING_BYTES);
	buf_add_str(&b, HEAD "presets = (");
	for (size_t i = 0; i < count; i++)
		buf_addf(&b,
		    "%s{ name = \"p%zu\"; fields = ( { name = \"purpose\"; value = \"v\"; } ); "
		    "}",
		    i > 0 ? "," : "", i);
	buf_add_str(&b, ");");
	enum err e = station_parse(b.data, b.len, "/h", &s, why);
	if (e == ERR_OK) {
		assert_int_equal(s->npresets, count);
		assert_string_equal(s->presets[count - 1].requester, "");
		assert_int_equal(s->presets[count - 1].nfields, 1);
		assert_string_equal(s->presets[count - 1].fields[0], "purpose");
		assert_string_equal(s->presets[count - 1].fields[1], "v");
	}
	station_free(s);
	buf_done(&b);
	return e;
}

/* Texts full of quotes made what a terminal is told longer than a message: no screen began. */
static enum err
parse_quotes(size_t count, const char *value)
{
	struct station *s = NULL;
	struct buf b;
	char why[STATION_WHY_SIZE];
	buf_init(&b, LIM_SETTING_BYTES);
	buf_add_str(&b, HEAD "presets = (");
	for (size_t i = 0; i < count; i++)
		buf_addf(&b,
		    "%s{ name = \"p\"; fields = ( { name = \"n\"; value = \"%s\"; }, "
		    "{ name = \"n\"; value = \"%s\"; } ); }",
		    i > 0 ? "," : "", value, value);
	buf_add_str(&b, ");");
	enum err e = station_parse(b.data, b.len, "/h", &s, why);
	station_free(s);
	buf_done(&b);
	return e;
}

static void
presets_are_no_longer_than_a_terminal_can_be_told(void **state)
{
	char plain[129] = "", quotes[257] = "";
	(void)state;
	memset(plain, 'a', 128);
	for (size_t i = 0; i < 128; i++)
		memcpy(quotes + 2 * i, "\\\"", 2);
	quotes[256] = '\0';
	assert_int_equal(parse_quotes(LIM_PRESETS, plain), ERR_OK);
	/* as JSON has it, 40 + 1 + 2 * (13 + 12 + 256) bytes each */
	assert_int_equal(parse_quotes(LIM_PRESETS_BYTES / 603, quotes), ERR_OK);
	assert_int_equal(parse_quotes(LIM_PRESETS_BYTES / 603 + 1, quotes), ERR_LIMIT);
}

static void
presets_fill_an_intake(void **state)
{
	static const char *const wrong[] = {HEAD "presets = ( { requester = \"rita\"; } );",
	    HEAD "presets = ( { name = \"\"; } );", HEAD "presets = \"weekly\";",
	    HEAD "presets = ( { name = \"a\"; fields = ( { name = \"b\"; } ); } );",
	    HEAD "presets = ( { name = \"a\"; officer = \"otto\"; } );"};
	struct station *s = NULL;
	char why[STATION_WHY_SIZE];
	(void)state;
	assert_int_equal(parse_presets(1), ERR_OK);
	assert_int_equal(parse_presets(LIM_PRESETS), ERR_OK);
	assert_int_equal(parse_presets(LIM_PRESETS + 1), ERR_LIMIT);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_not_equal(
		    station_parse(wrong[i], strlen(wrong[i]), "/h", &s, why), ERR_OK);
}

static void
reasons_are_few_and_short(void **state)
{
	(void)state;
	static const char *const decisions[] = {"approve", "reject", "hold"};
	for (size_t i = 0; i < COUNT(decisions); i++) {
		const char *d = decisions[i];
		assert_int_equal(parse_reasons(d, LIM_REASONS, LIM_SITE_REASON_BYTES), ERR_OK);
		assert_int_equal(parse_reasons(d, LIM_REASONS + 1, 1), ERR_LIMIT);
		assert_int_equal(parse_reasons(d, 1, LIM_SITE_REASON_BYTES + 1), ERR_LIMIT);
		assert_int_equal(parse_reasons(d, 1, 0), ERR_LIMIT);
	}
	assert_int_equal(parse_reasons("none", 1, 1), ERR_SYNTAX);
}

/* A key or a passphrase in a configuration is a default nobody changes. */
static void
R12_no_secret_can_be_configured(void **state)
{
	(void)state;
	static const char *const keys[] = {"password", "passphrase", "key", "secret"};
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct station *s;
		char why[STATION_WHY_SIZE], *text = mem_printf(HEAD "%s = \"x\";", keys[i]);
		assert_int_equal(station_parse(text, strlen(text), "/h", &s, why), ERR_SYNTAX);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(several_paths),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(a_place_is_as_long_as_a_name_can_be),
	    cmocka_unit_test(a_port_has_its_list),
	    cmocka_unit_test(a_list_holds_nothing_odd),
	    cmocka_unit_test(disks_of_the_machine_are_in_no_port),
	    cmocka_unit_test(device_is_in_its_own_port_alone),
	    cmocka_unit_test(default_is_parsed_again),
	    cmocka_unit_test(presets_fill_an_intake),
	    cmocka_unit_test(presets_are_no_longer_than_a_terminal_can_be_told),
	    cmocka_unit_test(each_decision_has_its_reasons),
	    cmocka_unit_test(reasons_are_few_and_short),
	    cmocka_unit_test(R12_no_secret_can_be_configured),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
