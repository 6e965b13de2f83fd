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

/* A memory card, as sdhci-pci shows it: udev knows no place of it. */
#define CARD                                                                            \
	"DEVNAME=/dev/mmcblk0\nDEVTYPE=disk\nDISKSEQ=12\nMAJOR=179\nMINOR=0\n"          \
	"SUBSYSTEM=block\nID_NAME=QEMU!\nID_SERIAL=0xdeadbeef\nATTR{size}=131072\n"     \
	"ATTR{ro}=0\nDEVPATH=/devices/pci0000:00/0000:00:05.0/mmc_host/mmc0/mmc0:4567/" \
	"block/mmcblk0\n"

/* The last line with this key; texts are lines of KEY=VALUE. */
static const char *
line_of(void *arg, const char *key)
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

/* Descriptors say what udev says, of one interface, where a case does not say otherwise. */
static const char *
get(void *arg, const char *key)
{
	const char *text = line_of(arg, key);
	bool described = line_of(arg, "ID_USB_INTERFACES") != NULL;
	if (text == NULL && described && strcmp(key, "DESCRIBED{classes}") == 0)
		return line_of(arg, "ID_USB_INTERFACES");
	if (text == NULL && described && strcmp(key, "DESCRIBED{interfaces}") == 0)
		return "1";
	if (text == NULL && described && strcmp(key, "DESCRIBED{configurations}") == 0)
		return "1";
	return line_of(arg, key);
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
	    {"cards", STATION_BLOCK, "platform-mmc0", STATION_MEDIA},
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
	assert_int_equal(d.ninterfaces, 1);
	assert_int_equal(d.interfaces[0], 0x080650);
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
    {"a second disk", STICK "ID_PATH=" PORT ":1.0-scsi-0:0:0:1\n", DEVICE_READY, "left", ""},
    {"an empty second slot", STICK "ID_PATH=" PORT ":1.0-scsi-0:0:0:1\nATTR{size}=0\n",
	DEVICE_IGNORED, "left", ""},
    {"the port with two digits", STICK "ID_PATH=pci-0000:00:14.0-usb-0:10:1.0-scsi-0:0:0:0\n",
	DEVICE_REFUSED, NULL, "in no port"},
    {"behind a hub in the port", STICK "ID_PATH=pci-0000:00:14.0-usb-0:1.2:1.0-scsi-0:0:0:0\n",
	DEVICE_REFUSED, NULL, "not through a hub"},
    {"in the port for exports", STICK "ID_PATH=pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0\n",
	DEVICE_REFUSED, "out", "cannot be written to"},
    {"to be written to in the port for exports",
	STICK "ID_PATH=pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0\nATTR{ro}=0\n", DEVICE_READY,
	"out", ""},
    {"an empty slot in the port for exports",
	STICK "ID_PATH=pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0\nATTR{size}=0\n", DEVICE_EMPTY,
	"out", ""},
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
	DEVICE_REFUSED, "out", "it is a keyboard or mouse"},
    {"a stick in the port for exports",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=pci-0000:00:14.0-usb-0:2\n"
	"ID_USB_INTERFACES=:080650:\n",
	DEVICE_IGNORED, "out", ""},
    {"a disk on USB that says nothing of its interfaces", STICK "ID_USB_INTERFACES=\n",
	DEVICE_REFUSED, "left", "does not say what it is"},
    {"UAS beside bulk-only", STICK "ID_USB_INTERFACES=:080650:080662:\n", DEVICE_READY, "left",
	""},
    {"a drive for discs in a USB case", STICK "ID_USB_INTERFACES=:080250:\n", DEVICE_READY,
	"left", ""},
    {"a floppy drive", STICK "ID_USB_INTERFACES=:080400:\n", DEVICE_REFUSED, "left",
	"storage of a kind this station does not read"},
    {"a floppy drive beside a disk", STICK "ID_USB_INTERFACES=:080650:080400:\n",
	DEVICE_REFUSED, "left", "besides storage it is storage of a kind"},
    {"a camera", STICK "ID_USB_INTERFACES=:060101:080650:\n", DEVICE_REFUSED, "left",
	"a camera or telephone"},
    /* --- what udev, the kernel and the descriptors say --- */
    {"the descriptors cannot be read",
	STICK "DESCRIBED{classes}=\nDESCRIBED{interfaces}=0\nDESCRIBED{configurations}=0\n",
	DEVICE_REFUSED, "left", "cannot be read"},
    {"the descriptors are cut short", STICK "DESCRIBED{wrong}=they are cut short\n",
	DEVICE_REFUSED, "left", "do not show what it is: they are cut short"},
    {"a keyboard hidden from udev", STICK "DESCRIBED{classes}=:080650:030101:\n",
	DEVICE_REFUSED, "left", "besides storage it is a keyboard"},
    {"storage hidden from udev", STICK "DESCRIBED{classes}=:080650:080662:\n", DEVICE_REFUSED,
	"left", "udev reads other interfaces"},
    {"a keyboard that only udev sees",
	STICK "ID_USB_INTERFACES=:080650:030101:\nDESCRIBED{classes}=:080650:\n",
	DEVICE_REFUSED, "left", "besides storage it is a keyboard"},
    {"the kernel counts one", STICK "USBATTR{bNumInterfaces}= 1\n", DEVICE_READY, "left", ""},
    {"the kernel counts none yet", STICK "USBATTR{bNumInterfaces}=\n", DEVICE_READY, "left",
	""},
    {"the kernel counts more", STICK "USBATTR{bNumInterfaces}= 2\n", DEVICE_REFUSED, "left",
	"the kernel counts other interfaces"},
    {"the kernel counts fewer", STICK "USBATTR{bNumInterfaces}= 0\n", DEVICE_REFUSED, "left",
	"the kernel counts other interfaces"},
    {"the smaller of two configurations",
	STICK "DESCRIBED{configurations}=2\nUSBATTR{bNumInterfaces}= 1\n", DEVICE_READY, "left",
	""},
    {"the kernel counts more in two configurations",
	STICK "DESCRIBED{configurations}=2\nUSBATTR{bNumInterfaces}= 2\n", DEVICE_REFUSED,
	"left", "2 storage devices in one"},
    {"two storage interfaces", STICK "DESCRIBED{interfaces}=2\nUSBATTR{bNumInterfaces}= 2\n",
	DEVICE_REFUSED, "left", "2 storage devices in one"},
    {"the same, as a USB device",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT
	"\nID_USB_INTERFACES=:080650:\nDESCRIBED{interfaces}=2\nATTR{authorized}=0\n",
	DEVICE_REFUSED, "left", "2 storage devices in one"},
    {"strange, but in no port",
	"SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=pci-0000:00:14.0-usb-0:7\n"
	"ID_USB_INTERFACES=:030101:\nDESCRIBED{wrong}=they are cut short\n",
	DEVICE_IGNORED, NULL, ""},
    /* --- on other buses --- */
    {"a memory card in a reader of the machine", CARD "MMC{type}=SD\n", DEVICE_REFUSED, NULL,
	"it is a memory card and in no port"},
    {"memory soldered to the board", CARD "MMC{type}=MMC\n", DEVICE_IGNORED, NULL, ""},
    {"a memory card in a port", CARD "MMC{type}=SD\nID_PATH=platform-mmc0\nATTR{ro}=1\n",
	DEVICE_READY, "cards", ""},
    {"the same, that can be written to", CARD "MMC{type}=SD\nID_PATH=platform-mmc0\n",
	DEVICE_REFUSED, "cards", "could still be written"},
    {"a disk on FireWire",
	"SUBSYSTEM=block\nDEVTYPE=disk\nATTR{size}=9\nID_PATH="
	"pci-0000:03:00.0-ieee1394-0x0011\n",
	DEVICE_REFUSED, NULL, "it is a disk on FireWire and in no port"},
    {"a disk on SATA in a port",
	"SUBSYSTEM=block\nDEVTYPE=disk\nATTR{size}=9\nATTR{ro}=1\n"
	"ID_PATH=pci-0000:00:1f.2-ata-1\n",
	DEVICE_READY, "disc", ""},
    {"a keyboard of the kernel's", "SUBSYSTEM=input\nID_INPUT=1\nID_PATH=" PORT ":1.0\n",
	DEVICE_IGNORED, "left", ""},
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

/* --- lists ---------------------------------------------------------------------------- */

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* One row is enough; a row must fit in everything it says. */
static void
a_list_lets_in_what_fits_one_row(void **state)
{
	(void)state;
	static struct station_port ports[] = {
	    {"left", STATION_BLOCK, PORT, STATION_MEDIA},
	    {"free", STATION_BLOCK, "pci-0000:00:14.0-usb-0:2", STATION_MEDIA},
	};
	static struct station_allow allow[] = {
	    {&ports[0], "0781", "5581", "4C53", ""},
	    {&ports[0], "", "", "4C54", HASH_A},
	    {&ports[0], "1234", "", "", ""},
	};
	static const struct station station = {
	    .ports = ports, .nports = 2, .allow = allow, .nallow = COUNT(allow)};
	static const struct {
		const char *what, *id, *serial, *hash;
		const char *why; /* "" : let in */
	} cases[] = {
	    {"numbers and serial", "0781:5581", "4C53", HASH_B, ""},
	    {"no serial", "0781:5581", "", HASH_B, "not on the list of port left; take"},
	    {"the beginning of a serial", "0781:5581", "4C5", HASH_B, "not on the list"},
	    {"more than a serial", "0781:5581", "4C533", HASH_B, "not on the list"},
	    {"another product", "0781:5582", "4C53", HASH_B, "not on the list"},
	    {"another maker", "0782:5581", "4C53", HASH_B, "not on the list"},
	    {"serial and descriptors", "0781:5581", "4C54", HASH_A, ""},
	    {"other descriptors", "0781:5581", "4C54", HASH_B, "describes itself otherwise"},
	    {"descriptors nobody knows", "0781:5581", "4C54", "", "describes itself otherwise"},
	    {"a maker alone", "1234:0000", "", "", ""},
	    {"numbers in no form", "1234", "", "", "not on the list"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool disk = i % 2 == 0;
		MEM_FREE char *text = mem_printf(
		    "%sUSB{ID_VENDOR_ID}=%.4s\nUSB{ID_MODEL_ID}=%s\nID_VENDOR_ID=%.4s\n"
		    "ID_MODEL_ID=%s\nUSB{ID_SERIAL_SHORT}=%s\nID_SERIAL_SHORT=%s\n"
		    "DESCRIPTORS=%s\n",
		    disk ? STICK
			 : "SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT
			   "\nID_USB_INTERFACES=:080650:\n",
		    cases[i].id, strlen(cases[i].id) > 5 ? cases[i].id + 5 : "", cases[i].id,
		    strlen(cases[i].id) > 5 ? cases[i].id + 5 : "", cases[i].serial,
		    disk && cases[i].serial[0] != '\0' ? "of the disk in it" : cases[i].serial,
		    cases[i].hash);
		struct device d = read_text(text);
		struct device_judgement j;
		device_judge(&d, &station, &j);
		enum device_state in = disk ? DEVICE_READY : DEVICE_IGNORED;
		if (j.state != (cases[i].why[0] == '\0' ? in : DEVICE_REFUSED) ||
		    strstr(j.why, cases[i].why) == NULL)
			fail_msg("%s: %d, %s", cases[i].what, (int)j.state, j.why);
		/* a port without a list takes all of them */
		snprintf(d.id_path, sizeof(d.id_path), "%s", ports[1].path);
		device_judge(&d, &station, &j);
		assert_int_equal(j.state, in);
	}
}

static void
what_the_station_did_not_let_in_is_said(void **state)
{
	(void)state;
	struct device_judgement j = judge("SUBSYSTEM=usb\nDEVTYPE=usb_device\nID_PATH=" PORT
					  "\nID_USB_INTERFACES=:080650:\nATTR{authorized}=0\n");
	assert_int_equal(j.state, DEVICE_REFUSED);
	assert_non_null(strstr(j.why, "udev rules did not let it in"));
}

/* --- keyboards -------------------------------------------------------------------------- */

static void
a_keyboard_has_the_words_of_its_usb_device(void **state)
{
	(void)state;
	char words[DEVICE_WORDS_SIZE], list[DEVICE_INTERFACES * 7 + 1];
	struct device d = read_text(
	    "SUBSYSTEM=input\nID_INPUT=1\nID_INPUT_KEY=1\nID_INPUT_KEYBOARD=1\n"
	    "NAME=\"Tip \033[2J\"\nUSB{ID_VENDOR}=QEMU\nUSB{ID_MODEL}=Keyboard\n"
	    "USB{ID_SERIAL_SHORT}=7\nUSB{MAJOR}=189\nUSB{MINOR}=130\n"
	    "USB{ID_PATH}=" PORT "\nUSB{ID_USB_INTERFACES}=:030101:030000:\n"
	    "USB{ID_VENDOR_ID}=0627\nUSB{ID_MODEL_ID}=0001\nDESCRIPTORS=" HASH_A "\n");
	assert_int_equal(d.kind, DEVICE_INPUT);
	assert_string_equal(d.input, "a keyboard");
	device_words(&d, words);
	assert_string_equal(words, "QEMU Keyboard 7");
	device_interface_words(&d, list);
	assert_string_equal(list, "030101 030000");
	assert_string_equal(d.id, "0627:0001");
	assert_string_equal(d.descriptors, HASH_A);
	assert_string_equal(d.id_path, PORT);
	assert_int_equal(d.minor, 130);
	assert_true(d.usb && device_has_keys(&d));
	/* one that is not on USB; its nodes say the same again */
	d = read_text("SUBSYSTEM=input\nID_INPUT=1\nID_INPUT_MOUSE=1\nNAME=\"Tip \033[2J\"\n");
	assert_string_equal(d.input, "a mouse");
	assert_string_equal(d.model, "\"Tip \\x1B[2J\"");
	assert_true(!d.usb && device_has_keys(&d));
	d = read_text("SUBSYSTEM=input\nID_INPUT=1\nDEVNAME=/dev/input/event3\n");
	assert_int_equal(d.kind, DEVICE_OTHER);
	d = read_text("SUBSYSTEM=input\nID_INPUT=1\n");
	assert_string_equal(d.input, "an input device");
	/* refused, it has keys all the same */
	d = read_text(STICK "ID_USB_INTERFACES=:080650:030101:\n");
	assert_true(device_has_keys(&d));
	d = read_text(STICK);
	assert_false(device_has_keys(&d));
}

static void
numbers_and_digests_in_no_form_are_none(void **state)
{
	(void)state;
	static const char *const usb = "SUBSYSTEM=usb\nDEVTYPE=usb_device\n";
	static const struct {
		const char *lines, *id, *hash;
	} cases[] = {
	    {"ID_VENDOR_ID=0781\nID_MODEL_ID=5581\n", "0781:5581", ""},
	    {"ID_VENDOR_ID=0781\n", "", ""},
	    {"ID_VENDOR_ID=0781\nID_MODEL_ID=55810\n", "", ""},
	    {"ID_VENDOR_ID=078G\nID_MODEL_ID=5581\n", "", ""},
	    {"DESCRIPTORS=" HASH_A "\n", "", HASH_A},
	    {"DESCRIPTORS=" HASH_A "a\n", "", ""},
	    {"DESCRIPTORS=aa\n", "", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		MEM_FREE char *text = mem_printf("%s%s", usb, cases[i].lines);
		struct device d = read_text(text);
		assert_string_equal(d.id, cases[i].id);
		assert_string_equal(d.descriptors, cases[i].hash);
	}
}

/* Interfaces behind the last that is looked at could be anything. */
static void
a_device_with_too_many_interfaces_is_refused(void **state)
{
	(void)state;
	for (size_t n = DEVICE_INTERFACES - 1; n <= DEVICE_INTERFACES + 1; n++) {
		struct buf text;
		buf_init(&text, 4096);
		buf_add_str(&text, STICK "ID_USB_INTERFACES=:");
		for (size_t i = 0; i < n; i++)
			buf_addf(&text, "08%04zx:", 0x0700 + i);
		buf_add_str(&text, "\n");
		const char *why = judge(buf_str(&text)).why;
		assert_non_null(strstr(why, "storage of a kind"));
		struct device d = read_text(buf_str(&text));
		assert_int_equal(d.ninterfaces, n < DEVICE_INTERFACES ? n : DEVICE_INTERFACES);
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
#define AT STATION_BY_PATH "usb-0:2:1.0-scsi-0:0:0:0"
	static const struct {
		const char *what, *change;
		struct device_known known;
		bool same;
	} cases[] = {
	    {"itself", "", {1048576, "SanDisk", "Cruzer", "4C530001", AT}, true},
	    {"renamed by another udev", "",
		{1048576, "Sandisk", "Cruzer_Blade", "4C530001", AT}, true},
	    {"another serial", "", {1048576, "SanDisk", "Cruzer", "4C530002", AT}, false},
	    {"another size", "", {1048577, "SanDisk", "Cruzer", "4C530001", AT}, false},
	    {"none has a serial", "ID_SERIAL_SHORT=\n", {1048576, "SanDisk", "Cruzer", "", AT},
		true},
	    {"none, another model", "ID_SERIAL_SHORT=\n", {1048576, "SanDisk", "Ultra", "", AT},
		false},
	    {"one has a serial", "ID_SERIAL_SHORT=\n",
		{1048576, "SanDisk", "Cruzer", "4C530001", AT}, false},
	    {"nothing is known of its place", "",
		{1048576, "SanDisk", "Cruzer", "4C530001", ""}, true},
	    {"another slot of the same reader", "ID_PATH=" PORT ":1.0-scsi-0:0:0:1\n",
		{1048576, "SanDisk", "Cruzer", "4C530001", AT}, false},
	    {"another disk of the same device", "ID_PATH=" PORT ":1.1-scsi-0:0:0:0\n",
		{1048576, "SanDisk", "Cruzer", "4C530001", AT}, false},
	    {"the slot it was in, in another port", "ID_PATH=" PORT ":1.0-scsi-0:0:0:3\n",
		{1048576, "SanDisk", "Cruzer", "4C530001",
		    STATION_BY_PATH "usb-0:2:1.0-scsi-0:0:0:3"},
		true},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		MEM_FREE char *text = mem_printf("%s%s", STICK, cases[i].change);
		struct device d = read_text(text);
		if (device_is(&d, &cases[i].known) != cases[i].same)
			fail_msg("%s", cases[i].what);
	}
}

static void
disks_of_one_device_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
	    {"usb-0:1:1.0-scsi-0:0:0:0", "usb-0:2:1.0-scsi-0:0:0:0", true},
	    {"usb-0:1:1.0-scsi-0:0:0:0", "usb-0:1:1.0-scsi-0:0:0:1", false},
	    {"usb-0:1:1.0-scsi-0:0:0:1", "usb-0:1:1.0-scsi-0:0:0:11", false},
	    {"usb-0:1:1.0-scsi-0:0:0:0", "usb-0:1:1.1-scsi-0:0:0:0", false},
	    {"usb-0:1:1.10-scsi-0:0:0:2", "usb-0:1:1.10-scsi-0:0:0:2", true},
	    {"usb-0:1.2:1.0-scsi-0:0:0:0", "usb-0:1.3:1.0-scsi-0:0:0:0", true},
	    {"usb-0:1:1.0-scsi-0:0:0:0", "", true},
	    {"pci-0000:00:1f.2-ata-1", "pci-0000:00:1f.2-ata-2", true},
	    {"-scsi-", "", true},
	    {"-scsi-:::7", "x.0-scsi-0:0:0:7", true},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		if (device_unit_is(cases[i].a, cases[i].b) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
}

/* Once station.conf names the machine's own disks, every other is somebody's. */
static void
a_disk_that_is_not_the_machines_is_refused(void **state)
{
	static struct station_port port = {"bay", STATION_BLOCK, "ata-2", STATION_MEDIA};
	static const char *disks[] = {"ata-1"};
	static const struct {
		const char *what, *text;
		enum device_state named, unnamed; /* disks in station.conf, and none */
	} cases[] = {
	    {"its own", "ID_PATH=ata-1\n", DEVICE_IGNORED, DEVICE_IGNORED},
	    {"another", "ID_PATH=ata-3\n", DEVICE_REFUSED, DEVICE_IGNORED},
	    {"one whose name begins like its own", "ID_PATH=ata-11\n", DEVICE_REFUSED,
		DEVICE_IGNORED},
	    {"on Thunderbolt", "ID_PATH=pci-0000:05:00.0-nvme-1\n", DEVICE_REFUSED,
		DEVICE_IGNORED},
	    {"without a place", "", DEVICE_REFUSED, DEVICE_IGNORED},
	    {"nothing in it", "ID_PATH=ata-3\nATTR{size}=0\n", DEVICE_IGNORED, DEVICE_IGNORED},
	    {"a loop", "DEVPATH=/devices/virtual/block/loop0\n", DEVICE_IGNORED,
		DEVICE_IGNORED},
	    {"in a port", "ID_PATH=ata-2\nATTR{ro}=1\n", DEVICE_READY, DEVICE_READY},
	    {"a disc in a drive", "ID_PATH=ata-3\nID_CDROM=1\nID_CDROM_MEDIA=1\n",
		DEVICE_IGNORED, DEVICE_IGNORED},
	};
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		bool named = i % 2 == 0;
		struct station station = {
		    .ports = &port, .nports = 1, .disks = disks, .ndisks = named ? 1 : 0};
		MEM_FREE char *text = mem_printf(
		    "SUBSYSTEM=block\nDEVTYPE=disk\nDEVPATH=/devices/pci0/x\nID_BUS=ata\n"
		    "ATTR{size}=99\nATTR{ro}=0\n%s",
		    cases[i / 2].text);
		struct device d = read_text(text);
		struct device_judgement j;
		device_judge(&d, &station, &j);
		if (j.state != (named ? cases[i / 2].named : cases[i / 2].unnamed))
			fail_msg("%s: %d, %s", cases[i / 2].what, (int)j.state, j.why);
	}
}

/* A card has no vendor: what it says of itself is its name and number. */
static void
a_memory_card_has_its_own_words(void **state)
{
	(void)state;
	char words[DEVICE_WORDS_SIZE];
	struct device d = read_text(CARD "MMC{type}=SD\nID_NAME=\033[1m\n");
	device_words(&d, words);
	assert_string_equal(words, "\\x1B[1m 0xdeadbeef");
	assert_string_equal(d.loose, "a memory card");
	assert_false(d.usb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_recorded_stick_is_read),
	    cmocka_unit_test(a_stick_is_read_as_udev_tells_it),
	    cmocka_unit_test(every_device_is_judged),
	    cmocka_unit_test(a_list_lets_in_what_fits_one_row),
	    cmocka_unit_test(what_the_station_did_not_let_in_is_said),
	    cmocka_unit_test(a_keyboard_has_the_words_of_its_usb_device),
	    cmocka_unit_test(numbers_and_digests_in_no_form_are_none),
	    cmocka_unit_test(a_device_with_too_many_interfaces_is_refused),
	    cmocka_unit_test(hostile_words_are_escaped_and_cut),
	    cmocka_unit_test(a_place_is_no_longer_than_a_name),
	    cmocka_unit_test(a_medium_is_known_again_by_serial_and_size),
	    cmocka_unit_test(disks_of_one_device_are_told_apart),
	    cmocka_unit_test(a_disk_that_is_not_the_machines_is_refused),
	    cmocka_unit_test(a_memory_card_has_its_own_words),
	};
	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
