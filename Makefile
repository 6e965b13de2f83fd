# Sallyport.  `make help` lists the targets.
#
# One explicit makefile.  Objects go to build/$(TREE)/; TREE is `release`
# (what is installed) or `asan` (sanitizers, no sandbox).  What a program can
# do is what its line below links; what a test couples to is the first line of
# the test.

TREE    ?= release
B       := build/$(TREE)
prefix  ?= /usr/local
V       ?= 0
Q_0     := @
Q       := $(Q_$(V))
CC      := $(if $(filter asan,$(TREE)),clang,gcc)

PKGS    := jansson libsodium libcrypto libconfig libutf8proc libseccomp sqlite3 libudev ncursesw
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lmagic -ltsk -lpthread
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	   -Wcast-qual -Wconversion -Wformat=2 -Wvla -Wswitch-enum -Werror
HARDEN  := -fstack-protector-strong -fPIE -ftrivial-auto-var-init=zero
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=3 $(HARDEN)
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
		  -fno-omit-frame-pointer -DSALLYPORT_NO_SANDBOX $(HARDEN)
LDFLAGS_release := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LDFLAGS_asan    := -pie -fsanitize=address,undefined -Wl,--as-needed
VERSION := 0.1.0
CPPFLAGS := -I. -D_GNU_SOURCE -DSALLYPORT_VERSION='"$(VERSION)"' -include src/base/banned.h
CFLAGS  := -std=c11 $(WARN) $(CFLAGS_$(TREE))
LDFLAGS := $(LDFLAGS_$(TREE))

base := $(addprefix src/base/,buf clock err escape hex io log mem)
ipc  := $(addprefix src/ipc/,channel loop message sandbox spawn)

# --- programs: name = the objects it links ---------------------------------
programs :=

.PHONY: all
all:

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@$(if $(Q),echo "  CC    $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# --- unit tests: the first line of tests/unit/t_foo.c names its objects ----
unit_tests := $(sort $(wildcard tests/unit/t_*.c tests/ipc/t_*.c tests/ledger/t_*.c))
unit_bins  := $(unit_tests:%.c=$(B)/%)

.SECONDEXPANSION:
$(unit_bins): $(B)/%: $(B)/%.o $$(addprefix $(B)/,$$(addsuffix .o,$$(shell sed -n '1s,^/\* links: \(.*\) \*/$$$$,\1,p' $$*.c)))
	@$(if $(Q),echo "  LD    $@")
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

-include $(shell find build -name '*.d' 2>/dev/null)
