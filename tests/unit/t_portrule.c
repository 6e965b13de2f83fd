/* links: src/core/portrule src/core/station src/core/setting src/core/item src/base/buf src/base/escape src/base/hex src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The lines that tell udev which sockets are ports. */
#include "src/core/portrule.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char conf[] =
    "site = \"lab.example\"; station = \"K1\";\n"
    "ports = (\n"
    "{ name = \"images\"; kind = \"image\"; path = \"/x\"; },\n"
    "{ name = \"left\"; kind = \"block\"; path = \"pci-0000:00:14.0-usb-0:1\"; allow = (\n"
    "  { vendor = \"0781\"; product = \"5581\"; serial = \"4C53\"; },\n"
    "  { descriptors = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"; "
    "}\n"
    "); },\n"
    "{ name = \"out\"; kind = \"block\"; role = \"export\"; path = "
    "\"pci-0000:00:14.0-usb-0:2\";\n"
    "  allow = ( { serial = \"1\"; } ); }\n"
    ");\n";

static const char rules[] =
    "SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", GOTO=\"sallyport_ports_where\"\n"
    "SUBSYSTEM!=\"block\", GOTO=\"sallyport_ports_end\"\n"
    "DEVPATH==\"/devices/virtual/*\", GOTO=\"sallyport_ports_end\"\n"
    "%sLABEL=\"sallyport_ports_where\"\n"
    "IMPORT{builtin}=\"path_id\"\n"
    "ENV{SALLYPORT_PORTS}=\"%s\"\n"
    "ENV{ID_PATH}==\"pci-0000:00:14.0-usb-0:1\", ENV{SALLYPORT_PORT}=\"2\"\n"
    "ENV{ID_PATH}==\"pci-0000:00:14.0-usb-0:1:*\", ENV{SALLYPORT_PORT}=\"2\"\n"
    "ENV{SALLYPORT_PORT}==\"2\", ENV{SALLYPORT_LISTED}=\"0\"\n"
    "ENV{SALLYPORT_PORT}==\"2\", ENV{ID_VENDOR_ID}==\"0781\", ENV{ID_MODEL_ID}==\"5581\", "
    "ENV{ID_SERIAL_SHORT}==\"4C53\", ENV{SALLYPORT_LISTED}=\"1\"\n"
    "ENV{SALLYPORT_PORT}==\"2\", ENV{SALLYPORT_LISTED}=\"1\"\n"
    "ENV{ID_PATH}==\"pci-0000:00:14.0-usb-0:2\", ENV{SALLYPORT_PORT}=\"3\"\n"
    "ENV{ID_PATH}==\"pci-0000:00:14.0-usb-0:2:*\", ENV{SALLYPORT_PORT}=\"3\"\n"
    "ENV{SALLYPORT_PORT}==\"3\", ENV{SALLYPORT_EXPORT}=\"1\"\n"
    "%sLABEL=\"sallyport_ports_end\"\n";

#define OTHER "ENV{SALLYPORT_DISK}=\"other\"\n"
#define OWN   "ENV{ID_PATH}==\"pci-0000:00:17.0-ata-1\", ENV{SALLYPORT_DISK}=\"own\"\n"

static struct station *
parse(const char *text)
{
	struct station *s = NULL;
	char why[STATION_WHY_SIZE] = "";
	if (station_parse(text, strlen(text), "/h", &s, why) != ERR_OK)
		fail_msg("%s", why);
	return s;
}

static void
each_block_port_and_its_list_is_a_line(void **state)
{
	(void)state;
	for (int disks = 0; disks < 2; disks++) {
		MEM_FREE char *text = mem_printf(
		    "%s%s", conf, disks ? "disks = \"pci-0000:00:17.0-ata-1\";" : "");
		struct station *s = parse(text);
		char mark[PORTRULE_MARK_SIZE];
		struct buf out;
		portrule_mark(s, mark);
		MEM_FREE char *wanted =
		    mem_printf(rules, disks ? OTHER : "", mark, disks ? OWN : "");
		buf_init(&out, 65536);
		assert_int_equal(portrule_print(s, &out), ERR_OK);
		assert_string_equal(buf_str(&out), wanted);
		buf_done(&out);
		/* what does not fit whole is none */
		buf_init(&out, strlen(wanted) - 1);
		assert_int_equal(portrule_print(s, &out), ERR_LIMIT);
		buf_done(&out);
		station_free(s);
	}
}

/* udev tells which lines it has: other ports, disks or lists, another mark. */
static void
the_mark_is_that_of_the_lines(void **state)
{
	static const char *const same = "site = \"b\"; station = \"K2\"; ports = ( { name = "
					"\"x\"; kind = \"block\"; path = \"usb-0:1\"; } );";
	static const char *const others[] = {
	    "site = \"b\"; station = \"K2\";",
	    "site = \"b\"; station = \"K2\"; ports = ( { name = \"x\"; kind = \"block\"; path "
	    "= \"usb-0:2\"; } );",
	    "site = \"b\"; station = \"K2\"; ports = ( { name = \"x\"; kind = \"block\"; path "
	    "= \"usb-0:1\"; } ); disks = \"ata-1\";",
	    "site = \"b\"; station = \"K2\"; ports = ( { name = \"x\"; kind = \"block\"; path "
	    "= \"usb-0:1\"; allow = ( { serial = \"1\"; } ); } );",
	};
	struct station *s = parse(same);
	char mark[PORTRULE_MARK_SIZE], again[PORTRULE_MARK_SIZE];
	(void)state;
	portrule_mark(s, mark);
	assert_int_equal(strlen(mark), PORTRULE_MARK_SIZE - 1);
	portrule_mark(s, again);
	assert_string_equal(mark, again);
	station_free(s);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		s = parse(others[i]);
		portrule_mark(s, again);
		assert_string_not_equal(mark, again);
		station_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_block_port_and_its_list_is_a_line),
	    cmocka_unit_test(the_mark_is_that_of_the_lines),
	};
	return cmocka_run_group_tests_name("portrule", tests, NULL, NULL);
}
