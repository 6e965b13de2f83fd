/* links: src/core/usbdesc */
/* SPDX-License-Identifier: ISC */
/* Descriptors of USB devices: what is found in them, and every way of hiding something. */
#include "src/core/usbdesc.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Parts of descriptors; a configuration's length is that of all it has. */
#define DEVICE(configs)                             18, 1, 0, 2, 0, 0, 0, 64, 0x81, 7, 0x81, 0x55, 0, 1, 1, 2, 3, configs
#define CONFIG(bytes, n)                            9, 2, (bytes)&255, (bytes) >> 8, n, 1, 0, 0x80, 50
#define INTERFACE(n, setting, class, sub, protocol) 9, 4, n, setting, 2, class, sub, protocol, 0
#define ENDPOINT                                    7, 5, 0x81, 2, 0, 2, 0
#define BOT                                         INTERFACE(0, 0, 8, 6, 0x50), ENDPOINT
#define UAS                                         INTERFACE(0, 1, 8, 6, 0x62), ENDPOINT, 4, 0x24, 1, 0
#define KEYS(n)                                     INTERFACE(n, 0, 3, 1, 1), 9, 0x21, 0x11, 1, 0, 1, 0x22, 63, 0, ENDPOINT
#define BYTES(...)                                  (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static const struct {
	const char *what;
	const uint8_t *bytes;
	size_t n;
	const char *why; /* NULL: nothing is wrong */
	unsigned interfaces;
	size_t nclasses;
	uint32_t last;
} cases[] = {
    {"a stick", BYTES(DEVICE(1), CONFIG(25, 1), BOT), NULL, 1, 1, 0x080650},
    {"both kinds of storage in one interface", BYTES(DEVICE(1), CONFIG(45, 1), BOT, UAS), NULL,
	1, 2, 0x080662},
    {"a stick that types", BYTES(DEVICE(1), CONFIG(50, 2), BOT, KEYS(1)), NULL, 2, 2, 0x030101},
    {"two disks", BYTES(DEVICE(1), CONFIG(41, 2), BOT, INTERFACE(1, 0, 8, 6, 0x50), ENDPOINT),
	NULL, 2, 1, 0x080650},
    {"keys in a second configuration",
	BYTES(DEVICE(2), CONFIG(25, 1), BOT, CONFIG(34, 1), KEYS(0)), NULL, 1, 2, 0x030101},
    {"keys in another setting", BYTES(DEVICE(1), CONFIG(34, 1), BOT, INTERFACE(0, 1, 3, 1, 1)),
	NULL, 1, 2, 0x030101},
    {"an interface at the very end",
	BYTES(DEVICE(1), CONFIG(34, 2), BOT, INTERFACE(1, 0, 0xff, 0, 0)), NULL, 2, 2,
	0xff0000},
    {"numbers that are not in a row",
	BYTES(DEVICE(1), CONFIG(34, 2), BOT, INTERFACE(255, 0, 3, 0, 0)), NULL, 2, 2, 0x030000},
    {"a descriptor of three bytes", BYTES(DEVICE(1), CONFIG(28, 1), BOT, 3, 0xff, 0), NULL, 1,
	1, 0x080650},
    {"a longer head of the configuration",
	BYTES(DEVICE(1), 10, 2, 26, 0, 1, 1, 0, 0x80, 50, 0, BOT), NULL, 1, 1, 0x080650},

    {"one of two bytes hides keys from udev",
	BYTES(DEVICE(1), CONFIG(52, 2), BOT, 2, 0xff, KEYS(1)), "length", 1, 1, 0x080650},
    {"one of no bytes", BYTES(DEVICE(1), CONFIG(52, 2), BOT, 0, 0xff, KEYS(1)), "length", 1, 1,
	0x080650},
    {"one of a byte", BYTES(DEVICE(1), CONFIG(51, 2), BOT, 1, KEYS(1)), "length", 1, 1,
	0x080650},
    {"one longer than its configuration", BYTES(DEVICE(1), CONFIG(29, 1), BOT, 200, 0xff, 0, 0),
	"length", 1, 1, 0x080650},
    {"one that reaches into the next configuration",
	BYTES(DEVICE(2), CONFIG(28, 1), BOT, 12, 0xff, 0, CONFIG(34, 1), KEYS(0)), "length", 1,
	1, 0x080650},
    {"one byte is left of a configuration", BYTES(DEVICE(1), CONFIG(26, 1), BOT, 7), "length",
	1, 1, 0x080650},
    {"an interface of eight bytes",
	BYTES(DEVICE(1), CONFIG(33, 2), BOT, 8, 4, 1, 0, 0, 3, 1, 1), "too shortly", 1, 1,
	0x080650},
    {"an interface of three bytes at the very end",
	BYTES(DEVICE(1), CONFIG(28, 1), BOT, 3, 4, 0), "too shortly", 1, 1, 0x080650},
    {"the same interface twice", BYTES(DEVICE(1), CONFIG(34, 1), BOT, INTERFACE(0, 0, 3, 1, 1)),
	"twice", 1, 1, 0x080650},
    {"more interfaces than it says", BYTES(DEVICE(1), CONFIG(50, 1), BOT, KEYS(1)),
	"another number", 2, 2, 0x030101},
    {"fewer interfaces than it says", BYTES(DEVICE(1), CONFIG(25, 2), BOT), "another number", 1,
	1, 0x080650},
    {"no interface at all", BYTES(DEVICE(1), CONFIG(9, 0)), "no interface", 0, 0, 0},
    {"a configuration in a configuration", BYTES(DEVICE(1), CONFIG(34, 1), BOT, CONFIG(9, 0)),
	"in another", 1, 1, 0x080650},
    {"a device in a configuration", BYTES(DEVICE(1), CONFIG(43, 1), BOT, DEVICE(1)),
	"in another", 1, 1, 0x080650},

    {"nothing", BYTES(0), "do not begin", 0, 0, 0},
    {"a device alone, a byte short",
	BYTES(18, 1, 0, 2, 0, 0, 0, 64, 0x81, 7, 0x81, 0x55, 0, 1, 1, 2, 3), "do not begin", 0,
	0, 0},
    {"a device of another length",
	BYTES(17, 1, 0, 2, 0, 0, 0, 64, 0x81, 7, 0x81, 0x55, 0, 1, 1, 2, 3, 1), "do not begin",
	0, 0, 0},
    {"no configuration is there", BYTES(DEVICE(1)), "cut short", 0, 0, 0},
    {"no configuration is named", BYTES(DEVICE(0)), "number of configurations", 0, 0, 0},
    {"too many configurations", BYTES(DEVICE(USBDESC_CONFIGS + 1), CONFIG(25, 1), BOT),
	"number of configurations", 0, 0, 0},
    {"the second is not there", BYTES(DEVICE(2), CONFIG(25, 1), BOT), "cut short", 1, 1,
	0x080650},
    {"a third that nobody named", BYTES(DEVICE(1), CONFIG(25, 1), BOT, CONFIG(34, 1), KEYS(0)),
	"behind", 1, 1, 0x080650},
    {"cut in a configuration", BYTES(DEVICE(1), CONFIG(26, 1), BOT), "cut short", 0, 0, 0},
    {"cut in its head", BYTES(DEVICE(1), 9, 2, 9, 0, 0, 1, 0, 0x80), "cut short", 0, 0, 0},
    {"a configuration shorter than its head", BYTES(DEVICE(1), CONFIG(8, 1), BOT),
	"does not begin", 0, 0, 0},
    {"a configuration without a head", BYTES(DEVICE(1), BOT), "does not begin", 0, 0, 0},
};

static void
every_device_is_described_in_one_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct usbdesc d;
		const char *why = usbdesc_parse(cases[i].bytes, cases[i].n, &d);
		if ((why == NULL) != (cases[i].why == NULL) ||
		    (why != NULL && strstr(why, cases[i].why) == NULL))
			fail_msg("%s: %s", cases[i].what, why != NULL ? why : "(nothing)");
		if (d.interfaces != cases[i].interfaces || d.nclasses != cases[i].nclasses ||
		    (d.nclasses > 0 && d.classes[d.nclasses - 1] != cases[i].last))
			fail_msg("%s: %u interfaces, %zu kinds", cases[i].what, d.interfaces,
			    d.nclasses);
	}
}

/* At most so many kinds, and so many configurations: one more is wrong. */
static void
there_are_limits(void **state)
{
	(void)state;
	for (uint8_t n = USBDESC_CLASSES; n <= USBDESC_CLASSES + 1; n++) {
		uint8_t bytes[1024] = {DEVICE(1), CONFIG(9, n)};
		struct usbdesc d;
		unsigned whole = 9 + 9U * n;
		bytes[20] = (uint8_t)whole;
		bytes[21] = (uint8_t)(whole >> 8);
		for (uint8_t i = 0; i < n; i++)
			memcpy(bytes + 27 + 9 * i, BYTES(INTERFACE(i, 0, 8, 6, i)));
		assert_int_equal(
		    usbdesc_parse(bytes, 27 + 9 * (size_t)n, &d) == NULL, n == USBDESC_CLASSES);
	}
	for (uint8_t n = USBDESC_CONFIGS; n <= USBDESC_CONFIGS + 1; n++) {
		uint8_t bytes[1024] = {DEVICE(n)};
		struct usbdesc d;
		for (uint8_t i = 0; i < n; i++)
			memcpy(bytes + 18 + 25 * i, BYTES(CONFIG(25, 1), BOT));
		assert_int_equal(usbdesc_parse(bytes, 18 + 25 * (size_t)n, &d) == NULL,
		    n == USBDESC_CONFIGS);
	}
}

/* Whatever is cut off, or of another length, is noticed. */
static void
no_byte_can_be_left_out(void **state)
{
	static const uint8_t duck[] = {DEVICE(1), CONFIG(50, 2), BOT, KEYS(1)};
	struct usbdesc d;
	(void)state;
	for (size_t n = 0; n < sizeof(duck); n++) {
		uint8_t copy[sizeof(duck)];
		memcpy(copy, duck, n);
		assert_non_null(usbdesc_parse(copy, n, &d));
	}
	/* every length but the right one */
	for (unsigned length = 0; length < 256; length++) {
		uint8_t copy[sizeof(duck)];
		memcpy(copy, duck, sizeof(duck));
		copy[43 - 7] = (uint8_t)length;
		if (length != 7)
			assert_non_null(usbdesc_parse(copy, sizeof(copy), &d));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_device_is_described_in_one_way),
	    cmocka_unit_test(there_are_limits),
	    cmocka_unit_test(no_byte_can_be_left_out),
	};
	return cmocka_run_group_tests_name("usbdesc", tests, NULL, NULL);
}
