/* links: src/core/device src/core/station src/core/setting src/core/item src/base/buf src/base/escape src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Devices as udev tells them: what is read, what is refused, and with which words. */
#include "src/base/buf.h"
#include "src/base/mem.h"
#include "src/core/device.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define PORT "pci-0000:00:14.0-usb-0:1"
#define DISK PORT ":1.0-scsi-0:0:0:0"

/* What udev 252 of Debian 12 says of a stick, with our rules; a case changes single lines. */
#define STICK                                                                              \
	"DEVNAME=/dev/sdb\nDEVTYPE=disk\nDISKSEQ=12\nMAJOR=8\nMINOR=16\nSUBSYSTEM=block\n" \
	"USEC_INITIALIZED=8123456\nSALLYPORT_RO_HW=0\nID_BUS=usb\nID_MODEL=Cruzer\n"       \
	"ID_VENDOR=SanDisk\nID_SERIAL_SHORT=4C530001\nID_TYPE=disk\n"                      \
	"ID_USB_INTERFACES=:080650:\nID_PATH=" DISK "\nATTR{size}=2048\nATTR{ro}=1\n"

/* The last line with this key; texts are lines of KEY=VALUE. */
static const char *
get(void *arg, const char *key)
{
	static char value[8192];
	size_t n = strlen(key);
	const char *found = NULL;
	for (const char *line = arg; line != NULL && *line != '\0';) {
		const char *end = strchr(line, '\n');
		size_t len = end != NULL ? (size_t)(end - line) : strlen(line);
		if (len > n && strncmp(line, key, n) == 0 && line[n] == '=') {
			assert_true(len - n - 1 < sizeof(value));
			memcpy(value, line + n + 1, len - n - 1);
			value[len - n - 1] = '\0';
			found = value;
		}
		line = end != NULL ? end + 1 : NULL;
	}
	return found;
}

static struct device
read_text(const char *text)
{
	struct device d;
	char *copy = mem_strdup(text);
	device_read(get, copy, &d);
	free(copy);
	return d;
}

static struct device_judgement
judge(const char *text)
{
	static struct station_port ports[] = {
	    {"left", STATION_BLOCK, PORT, STATION_MEDIA},
	    {"out", STATION_BLOCK, "pci-0000:00:14.0-usb-0:2", STATION_EXPORT},
	    {"disc", STATION_BLOCK, "pci-0000:00:1f.2-ata-1", STATION_MEDIA},
	    {"images", STATION_IMAGE, "/ports/usb", STATION_MEDIA},
	};
	static const struct station station = {.ports = ports, .nports = COUNT(ports)};
	struct device d = read_text(text);
	struct device_judgement j;
	device_judge(&d, &station, &j);
	return j;
}

/* What udevadm info said in a guest (Debian 12, udev 252, our rules installed). */
static void
a_recorded_stick_is_read(void **state)
{
	static const char recorded[] =
	    "DEVPATH=/devices/pci0000:00/0000:00:04.0/usb2/2-1/2-1:1.0/host2/target2:0:0/"
	    "2:0:0:0"
	    "/block/sda\nDEVNAME=/dev/sda\nDEVTYPE=disk\nDISKSEQ=18\nMAJOR=8\nMINOR=0\n"
	    "SUBSYSTEM=block\nUSEC_INITIALIZED=72215671\nSYSTEMD_READY=0\nSALLYPORT_RO_HW=0\n"
	    "ID_BUS=usb\nID_MODEL=QEMU_HARDDISK\nID_MODEL_ENC=QEMU\\x20HARDDISK\\x20\\x20\n"
	    "ID_SERIAL=QEMU_QEMU_HARDDISK_S123-0:0\nID_SERIAL_SHORT=S123\nID_VENDOR=QEMU\n"
	    "ID_TYPE=disk\nID_USB_MODEL=QEMU_HARDDISK\nID_USB_SERIAL_SHORT=S123\n"
	    "ID_USB_VENDOR=QEMU\nID_USB_INTERFACES=:080650:\nID_USB_DRIVER=usb-storage\n"
	    "ID_PATH=pci-0000:00:04.0-usb-0:1:1.0-scsi-0:0:0:0\nATTR{size}=98304\nATTR{ro}=1\n";
	static struct station_port port = {
	    "R1", STATION_BLOCK, "pci-0000:00:04.0-usb-0:1", STATION_MEDIA};
	static const struct station station = {.ports = &port, .nports = 1};
	struct device d = read_text(recorded);
	struct device_judgement j;
	char words[DEVICE_WORDS_SIZE];
	(void)state;
	device_judge(&d, &station, &j);
	assert_int_equal(j.state, DEVICE_READY);
	assert_ptr_equal(j.port, &port);
	device_words(&d, words);
	assert_string_equal(words, "QEMU QEMU_HARDDISK S123");
	assert_int_equal(d.bytes, 50331648);
	assert_int_equal(d.diskseq, 18);
}

static void
a_stick_is_read_as_udev_tells_it(void **state)
{
	(void)state;
	struct device d = read_text(STICK);
	char words[DEVICE_WORDS_SIZE];
	assert_int_equal(d.kind, DEVICE_DISK);
	assert_string_equal(d.id_path, DISK);
	assert_string_equal(d.node, "/dev/sdb");
	assert_int_equal(d.bytes, 2048 * 512);
	assert_int_equal(d.major, 8);
	assert_int_equal(d.minor, 16);
	assert_int_equal(d.diskseq, 12);
	assert_int_equal(d.since_us, 8123456);
	assert_true(d.usb && d.medium && d.read_only && d.ruled);
	assert_int_equal(d.nclasses, 1);
	device_words(&d, words);
	assert_string_equal(words, "SanDisk Cruzer 4C530001");
	d = read_text("");
	assert_int_equal(d.kind, DEVICE_OTHER);
	device_words(&d, words);
	assert_string_equal(words, "unnamed device");
	/* a drive keeps the size of what was in it, or makes one up */
	d = read_text("SUBSYSTEM=block\nDEVTYPE=disk\nID_CDROM=1\nATTR{size}=2097151\n");
	assert_int_equal(d.kind, DEVICE_OPTICAL);
	assert_int_equal(d.bytes, 0);
	/* a disk in a case: ata_id took the words of udev's first choice */
	d = read_text("SUBSYSTEM=block\nDEVTYPE=disk\nID_BUS=ata\nID_MODEL=WDC\n"
		      "ID_USB_VENDOR=Case\nID_USB_MODEL=Case\nID_USB_SERIAL_SHORT=7\n"
		      "ID_USB_INTERFACES=:080650:080662:\n");
	device_words(&d, words);
	assert_string_equal(words, "Case WDC 7");
	assert_true(d.usb);
}

static const struct {
	const char *what, *text;
	enum device_state state;
	const char *port, *why;
} judged[] = {
    {"a stick", STICK, DEVICE_READY, "left", ""},
    {"its partition", STICK "DEVTYPE=partition\n", DEVICE_IGNORED, "left", ""},
    {"one that can be written to", STICK "ATTR{ro}=0\n", DEVICE_REFUSED, "left",
	"udev rules did not see it"},
    {"write-protected, no rules", STICK "SALLYPORT_RO_HW=\n", DEVICE_READY, "left", ""},
    {"nothing is known of writing", STICK "ATTR{ro}=\n", DEVICE_REFUSED, "left",
	"could still be written"},
    {"an empty card reader", STICK "ATTR{size}=0\n", DEVICE_EMPTY, "left", ""},
    {"a size that is none", STICK "ATTR{size}=-1\n", DEVICE_EMPTY, "left", ""},
    {"a size beyond sense", STICK "ATTR{size}=17592186044417\n", DEVICE_EMPTY, "left", ""},
    {"a second disk", STICK "ID_PATH=" PORT ":1.0-scsi-0:0:0:1\n", DEVICE_REFUSED, "left",
	"second disk"},
    {"an empty second slot", STICK "ID_PATH=" PORT ":1.0-scsi-0:0:0:1\nATTR{size}=0\n",
	DEVICE_IGNORED, "left", ""},
    {"the port with two digits", STICK "ID_PATH=pci-0000:00:14.0-usb-0:10:1.0-scsi-0:0:0:0\n",
	DEVICE_REFUSED, NULL, "in no port"},
    {"behind a hub in the port", STICK "ID_PATH=pci-0000:00:14.0-usb-0:1.2:1.0-scsi-0:0:0:0\n",
	DEVICE_REFUSED, NULL, "not through a hub"},
    {"in the port for exports", STICK "ID_PATH=pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0\n",
	DEVICE_REFUSED, "out", "for exports"},
    {"without a place", STICK "ID_PATH=\n", DEVICE_REFUSED, NULL, "in no port"},
    {"with a place of other characters", STICK "ID_PATH=" PORT ":../x\n", DEVICE_REFUSED, NULL,
	"in no port"},
    {"empty, in no port", STICK "ID_PATH=\nATTR{size}=0\n", DEVICE_IGNORED, NULL, ""},
    {"a disk of the machine",
	"SUBSYSTEM=block\nDEVTYPE=disk\nID_BUS=ata\n"
	"ID_PATH=pci-0000:00:1f.2-ata-2\nATTR{size}=99\nATTR{ro}=0\n",
	DEVICE_IGNORED, NULL, ""},
    {"a loop", "SUBSYSTEM=block\nDEVTYPE=disk\nDEVNAME=/dev/loop0\nATTR{size}=9\n",
	DEVICE_IGNORED, NULL, ""},
    {"a stick with a keyboard in it", STICK "ID_USB_INTERFACES=:080650:030101:\n",
	DEVICE_REFUSED, "left", "besides storage it is a keyboard or mouse"},
    {"interfaces in no form", STICK "ID_USB_INTERFACES=:0806\n", DEVICE_REFUSED, "left",
	"does not know"},
    {"a disc",
	"SUBSYSTEM=block\nDEVTYPE=disk\nID_CDROM=1\nID_CDROM_MEDIA=1\nID_BUS=ata\n"
	"ID_PATH=pci-0000:00:1f.2-ata-1\nATTR{size}=1000\nATTR{ro}=1\n",
	DEVICE_READY, "disc", ""},
    {"a drive that remembers a disc",
	"SUBSYSTEM=block\nDEVTYPE=disk\nID_CDROM=1\nID_BUS=ata\n"
	"ID_PATH=pci-0000:00:1f.2-ata-1\nATTR{size}=1000\nATTR{ro}=1\n",
	DEVICE_EMPTY, "disc", ""},
    {"the stick as a USB device",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT "\nID_USB_INTERFACES=:080650:\n",
	DEVICE_IGNORED, "left", ""},
    {"an interface of it", "SUBSYSTEM=usb\nDEVTYPE=usb_interface\nID_PATH=" PORT ":1.0\n",
	DEVICE_IGNORED, "left", ""},
    {"a keyboard",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT
	"\nID_USB_INTERFACES=:030101:030000:\n",
	DEVICE_REFUSED, "left", "it is no storage: it is a keyboard or mouse"},
    {"a network card",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT
	"\nID_USB_INTERFACES=:020600:0a0000:\n",
	DEVICE_REFUSED, "left", "a modem or network card"},
    {"a hub",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT "\nID_USB_INTERFACES=:090000:\n",
	DEVICE_REFUSED, "left", "a hub"},
    {"what no class fits",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT "\nID_USB_INTERFACES=:ffffff:\n",
	DEVICE_REFUSED, "left", "does not know"},
    {"a device that says nothing", "SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT "\n",
	DEVICE_REFUSED, "left", "does not say what it is"},
    {"the station's keyboard",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=pci-0000:00:14.0-usb-0:7\n"
	"ID_USB_INTERFACES=:030101:\n",
	DEVICE_IGNORED, NULL, ""},
    {"a keyboard in the port for exports",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=pci-0000:00:14.0-usb-0:2\n"
	"ID_USB_INTERFACES=:030101:\n",
	DEVICE_IGNORED, "out", ""},
};

static void
every_device_is_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(judged); i++) {
		struct device_judgement j = judge(judged[i].text);
		const char *port = j.port != NULL ? j.port->name : "";
		if (j.state != judged[i].state ||
		    strcmp(port, judged[i].port != NULL ? judged[i].port : "") != 0 ||
		    strstr(j.why, judged[i].why) == NULL ||
		    (j.why[0] == '\0') != (j.state != DEVICE_REFUSED))
			fail_msg("%s: state %d in \"%s\", %s", judged[i].what, (int)j.state,
			    port, j.why);
		assert_true(strlen(j.why) < DEVICE_WHY_SIZE - 1);
	}
}

/* Interfaces behind the last that is looked at could be anything. */
static void
a_device_with_too_many_interfaces_is_refused(void **state)
{
	(void)state;
	for (size_t n = DEVICE_CLASSES - 1; n <= DEVICE_CLASSES + 1; n++) {
		struct buf text;
		buf_init(&text, 4096);
		buf_add_str(&text, STICK "ID_USB_INTERFACES=:");
		for (size_t i = 0; i < n; i++)
			buf_add_str(&text, i < DEVICE_CLASSES ? "080650:" : "030101:");
		assert_int_equal(judge(buf_str(&text)).state,
		    n < DEVICE_CLASSES ? DEVICE_READY : DEVICE_REFUSED);
		buf_done(&text);
	}
}

static void
hostile_words_are_escaped_and_cut(void **state)
{
	(void)state;
	struct device d = read_text(STICK "ID_MODEL=\033[2Jx\nID_VENDOR=\xff\xfe\n");
	assert_string_equal(d.model, "\\x1B[2Jx");
	assert_string_equal(d.vendor, "\\xFF\\xFE");
	for (size_t n = LIM_DEVICE_TEXT_BYTES; n <= LIM_DEVICE_TEXT_BYTES + 1; n++) {
		char text[1024] = STICK "ID_SERIAL_SHORT=";
		memset(text + strlen(text), '\001', n);
		d = read_text(text);
		assert_int_equal(strlen(d.serial), LIM_DEVICE_TEXT_BYTES * 4);
	}
}

static void
a_place_is_no_longer_than_a_name(void **state)
{
	(void)state;
	for (size_t n = LIM_PORT_PATH_BYTES; n <= LIM_PORT_PATH_BYTES + 1; n++) {
		char text[1024] = STICK "ID_PATH=" PORT ":";
		memset(text + strlen(text), '1', n - strlen(PORT ":"));
		struct device d = read_text(text);
		assert_int_equal(strlen(d.id_path), n <= LIM_PORT_PATH_BYTES ? n : 0);
	}
}

static void
a_medium_is_known_again_by_serial_and_size(void **state)
{
	(void)state;
	static const struct {
		const char *what, *change;
		uint64_t bytes;
		const char *vendor, *model, *serial;
		bool same;
	} cases[] = {
	    {"itself", "", 1048576, "SanDisk", "Cruzer", "4C530001", true},
	    {"renamed by another udev", "", 1048576, "Sandisk", "Cruzer_Blade", "4C530001",
		true},
	    {"another serial", "", 1048576, "SanDisk", "Cruzer", "4C530002", false},
	    {"another size", "", 1048577, "SanDisk", "Cruzer", "4C530001", false},
	    {"none has a serial", "ID_SERIAL_SHORT=\n", 1048576, "SanDisk", "Cruzer", "", true},
	    {"none, another model", "ID_SERIAL_SHORT=\n", 1048576, "SanDisk", "Ultra", "",
		false},
	    {"one has a serial", "ID_SERIAL_SHORT=\n", 1048576, "SanDisk", "Cruzer", "4C530001",
		false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		MEM_FREE char *text = mem_printf("%s%s", STICK, cases[i].change);
		struct device d = read_text(text);
		if (device_is(&d, cases[i].bytes, cases[i].vendor, cases[i].model,
			cases[i].serial) != cases[i].same)
			fail_msg("%s", cases[i].what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_recorded_stick_is_read),
	    cmocka_unit_test(a_stick_is_read_as_udev_tells_it),
	    cmocka_unit_test(every_device_is_judged),
	    cmocka_unit_test(a_device_with_too_many_interfaces_is_refused),
	    cmocka_unit_test(hostile_words_are_escaped_and_cut),
	    cmocka_unit_test(a_place_is_no_longer_than_a_name),
	    cmocka_unit_test(a_medium_is_known_again_by_serial_and_size),
	};
	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
