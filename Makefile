# Sallyport.  `make help` lists the targets.
#
# One explicit makefile.  Objects go to build/$(TREE)/; TREE is `release`
# (what is installed) or `asan` (sanitizers, no sandbox).  What a program can
# do is what its line below links; what a test couples to is the first line of
# the test.

MAKEFLAGS += --no-builtin-rules

TREE    ?= release
B       := build/$(TREE)
V       ?= 0
Q_0     := @
Q       := $(Q_$(V))
CC      := $(if $(filter asan,$(TREE)),clang,gcc)
JOBS    ?= $(shell nproc 2>/dev/null || echo 1)

prefix     ?= /usr/local
bindir     := $(prefix)/bin
sbindir    := $(prefix)/sbin
libexecdir := $(prefix)/libexec/sallyport
datadir    := $(prefix)/share/sallyport
docdir     := $(prefix)/share/doc/sallyport
mandir     := $(prefix)/share/man
# systemd, udev and AppArmor look here; /etc only for a system's own prefix.
libdir     := $(prefix)/lib
sysconfdir ?= $(if $(filter /usr /usr/local,$(prefix)),,$(prefix))/etc

PKGS    := jansson libsodium libcrypto libconfig libutf8proc libseccomp sqlite3 libudev ncursesw \
	   libmagic yara tsk libcryptsetup zlib libarchive liblzma libzstd liblz4 libqrencode cairo pangocairo fontconfig libfido2
LIBS    := $(shell pkg-config --libs $(PKGS) pangoft2 2>/dev/null) -lbz2 -lpthread -lm
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	   -Wcast-qual -Wconversion -Wformat=2 -Wvla -Wswitch-enum -Werror
HARDEN  := -fstack-protector-strong -fPIE -ffunction-sections -fdata-sections
CFLAGS_release := -O2 -g -ftrivial-auto-var-init=zero -D_FORTIFY_SOURCE=3 $(HARDEN)
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all \
		  -fno-omit-frame-pointer -DSALLYPORT_NO_SANDBOX $(HARDEN)
LDFLAGS_release := -pie -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,--as-needed
LDFLAGS_asan    := -pie -Wl,--gc-sections -fsanitize=address,undefined,fuzzer-no-link -Wl,--as-needed
VERSION := 0.1.0
PAGE_CFLAGS := $(shell pkg-config --cflags cairo pangocairo pangoft2 fontconfig 2>/dev/null | sed 's/-I/-isystem /g')
CPPFLAGS := -I. -D_GNU_SOURCE -DSALLYPORT_VERSION='"$(VERSION)"' -include src/base/banned.h
CFLAGS  := -std=c11 $(WARN) $(CFLAGS_$(TREE))
LDFLAGS := $(LDFLAGS_$(TREE))

# --- programs: objs_NAME = the objects it links, main first -----------------
# The folder of a program is its own; what is shared is named file by file.
in      = $(patsubst %.c,%,$(wildcard $(addsuffix .c,$1)))
base    := $(addprefix src/base/,arena buf clock err escape hex io log mem utf8)
ipc     := $(addprefix src/ipc/,channel landlock loop message msg sandbox sandbox_probe)
crypto  := $(addprefix src/core/,canon digest merkle note note_why seal sshsig)
domain  := $(addprefix src/core/,exception field fieldrule finding inventory inventory_check item policy release \
	   release_manifest release_plan release_weigh part setting station tree verdict)
rules   := $(addprefix src/core/,addendum admit authority authority_admins authority_genesis authority_keys authority_pending \
	   authority_epoch authority_people authority_policy authority_withdraw cosign custody custody_anchor custody_copy custody_epoch custody_exception custody_fields custody_pending custody_person custody_sets custody_suspect custody_token custody_writing \
	   custody_witness dossier entry export map passage recall register sample shape signin tally \
	   transfer)
facts   := $(addprefix src/core/,account fact fold reading report report_exceptions report_recall report_items report_tell sheet sheet_json sheet_text slip veil)

objs_sallyport         := ui/main $(filter-out ui/main,$(call in,ui/* ui/*/*)) \
			  src/core/guess src/core/qr src/core/sixwords src/core/tokenfile src/core/where src/core/account src/core/fact src/core/fold src/core/sigset src/core/request src/core/veil src/base/boot src/base/pin src/ipc/secret src/ipc/spawn \
			  $(rules) $(domain) $(crypto) $(ipc) $(base)
objs_sallyportd        := src/proc/parent $(call in,src/proc/parent/*) scanners/manifest \
			  src/core/item src/core/portrule src/core/setting src/core/station src/ipc/conf \
			  src/ipc/service src/ipc/spawn $(ipc) $(base)
objs_sallyport-desk    := src/proc/desk $(call in,src/proc/desk/* db/work* db/index*) db/sql src/base/histogram src/core/guess src/core/sixwords src/core/tlog src/core/signature src/core/sigset \
			  scanners/manifest src/core/contain src/core/split src/core/device src/core/portrule src/core/usbdesc src/core/name src/core/name_type src/core/where \
			  src/core/inventory_print src/core/request src/ipc/conf $(rules) $(domain) $(crypto) $(ipc) $(base)
objs_sallyport-reader  := src/proc/reader $(call in,src/proc/reader/* src/media/*) src/core/item \
			  src/core/digest $(ipc) $(base)
objs_sallyport-unlock  := src/proc/unlock $(call in,src/proc/unlock/*) src/media/layout src/base/pin \
			  src/ipc/secret $(ipc) $(base)
objs_sallyport-token   := src/proc/token $(call in,src/proc/token/*) src/base/pin src/ipc/secret $(ipc) $(base)
objs_sallyport-vault   := src/proc/vault $(call in,src/proc/vault/*) src/core/digest src/core/item src/core/setmark \
			  src/core/setting src/core/station src/ipc/conf src/ipc/service $(ipc) $(base)
objs_sallyport-ledger  := src/proc/ledger $(call in,src/proc/ledger/*) $(call in,db/ledger*) db/sql src/core/tarfile src/ipc/service \
			  src/base/boot src/ipc/conf $(rules) $(domain) $(crypto) $(ipc) $(base)
objs_sallyport-stager  := src/proc/stager $(call in,src/proc/stager/*) src/core/tarfile src/core/tlog src/ipc/conf src/ipc/service \
			  $(facts) $(rules) $(domain) $(crypto) $(ipc) $(base)
objs_sallyport-rescan  := src/proc/rescan $(call in,src/proc/rescan/*) scanners/manifest \
			  $(rules) $(domain) $(crypto) $(ipc) $(base)
objs_sallyport-report  := src/proc/report $(call in,src/proc/report/*) src/core/qr src/core/period \
			  $(facts) $(rules) $(domain) $(crypto) $(ipc) $(base)
objs_sallyport-writer  := src/proc/writer $(call in,src/proc/writer/*) src/core/digest $(ipc) $(base)
objs_sallyport-preview := src/proc/preview $(call in,src/proc/preview/*) $(ipc) $(base)
objs_sallyport-request := src/proc/request src/core/request src/core/field src/core/canon src/core/digest src/core/seal \
			  src/core/shape src/core/sshsig $(ipc) $(base)
objs_sallyport-signatures := src/proc/signatures $(call in,src/proc/signatures/*) \
			  $(addprefix src/core/,canon digest seal shape setmark sigset sshsig) $(ipc) $(base)
objs_sallyport-verify  := src/proc/verify $(call in,src/proc/verify/* db/ledger*) db/sql \
			  $(rules) $(domain) $(crypto) $(ipc) $(base)
objs_sallyport-witness := src/proc/witness $(call in,src/proc/witness/*) \
			  $(addprefix src/core/,cosign digest merkle note seal sshsig tlog) $(ipc) $(base)
skeleton               := scanners/scan scanners/scan_child scanners/scan_parts scanners/scan_set scanners/set $(ipc) $(base)
objs_scan-type         := scanners/type $(call in,scanners/identify*) scanners/digests scanners/object scanners/object_job $(skeleton)
objs_scan-text         := scanners/text $(call in,scanners/text_look*) scanners/paper scanners/object scanners/object_job \
			  $(skeleton)
objs_scan-code         := scanners/code $(call in,scanners/exec*) scanners/paper scanners/object scanners/object_job $(skeleton)
objs_scan-checksum     := scanners/checksum $(call in,scanners/sums*) scanners/digests scanners/object scanners/object_job src/core/digest \
			  scanners/gpgv scanners/adapter_box scanners/adapter_run scanners/manifest \
			  src/core/seal src/core/sshsig $(skeleton)
objs_scan-av           := $(addprefix scanners/,av av_probe av_session clamd clamd_conf) $(skeleton)
objs_scan-yara         := $(addprefix scanners/,yara yara_engine yara_rules) src/core/digest src/core/item \
			  src/core/setting src/core/station src/ipc/conf $(skeleton)
objs_scan-archive      := scanners/archive scanners/archive_join scanners/join $(call in,scanners/unpack*) scanners/zipwalk scanners/zipcrypt scanners/object scanners/object_job \
			  scanners/scan_secret src/ipc/secret src/base/pin \
			  src/core/name src/core/name_type src/core/digest $(skeleton)
objs_scan-exec         := scanners/adapter_exec scanners/adapter scanners/adapter_box scanners/adapter_run \
			  scanners/manifest $(skeleton)
objs_sallyport-check   := scanners/check $(call in,scanners/check_*) scanners/manifest src/core/digest src/core/finding \
			  src/core/canon src/ipc/spawn $(ipc) $(base)

bin_programs     := sallyport sallyport-verify sallyport-witness
sbin_programs    := sallyportd
libexec_programs := sallyport-desk sallyport-reader sallyport-unlock sallyport-token sallyport-vault sallyport-ledger \
		    sallyport-stager sallyport-rescan sallyport-report sallyport-writer sallyport-preview sallyport-request sallyport-signatures scan-type scan-av scan-archive scan-yara scan-exec scan-text scan-code scan-checksum sallyport-check
programs         := $(bin_programs) $(sbin_programs) $(libexec_programs)
program_bins     := $(foreach p,$(programs),$(if $(wildcard $(firstword $(objs_$p)).c),$(B)/bin/$p))

# --- what to make -------------------------------------------------------------
.PHONY: all
all: $(program_bins) $(B)/share/sallyport/made ## build the programs into build/$(TREE)/bin

# Every object depends on the flags it was made with and on the packages.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(shell mkdir -p $(B); printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $(B)/flags || \
	printf '%s\n' '$(subst ','\'',$(FLAGS))' > $(B)/flags)

$(B)/packages: share/demo/packages
	@sh share/demo/need check build $(if $(filter asan,$(TREE)),test)
	@touch $@

$(B)/%.o: %.c $(B)/flags | $(B)/packages
	@mkdir -p $(@D)
	@$(if $(Q),echo "  CC    $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# libtsk's headers use words that banned.h poisons: they are read before it.
$(addprefix $(B)/src/media/,image.o tskfile.o ntfs.o hfs.o): CPPFLAGS := -include tsk/libtsk.h $(CPPFLAGS)
$(B)/src/media/ntfs.o: CPPFLAGS := -include tsk/libtsk.h -include tsk/fs/tsk_ntfs.h $(CPPFLAGS)

# So do those of glib.
$(B)/src/proc/report/page.o: CPPFLAGS := $(PAGE_CFLAGS) -include pango/pangocairo.h -include pango/pangofc-fontmap.h $(CPPFLAGS)

.SECONDEXPANSION:
# A listed object whose source has gone fails here, by name.
$(program_bins): $(B)/bin/%: $$(addprefix $(B)/,$$(addsuffix .o,$$(objs_$$*)))
	@mkdir -p $(@D)
	@$(if $(Q),echo "  LD    $@")
	$(Q)$(CC) $(LDFLAGS) -o $@ $(sort $^) $(LIBS)

# The build tree looks like an installed one: programs find their data from bin/.
manifests := $(wildcard scanners/*.conf scanners/*/*.conf)
policies  := $(wildcard share/policy/*)
yara_files := $(wildcard share/yara/*)
$(B)/share/sallyport/made: $(manifests) $(policies) $(yara_files)
	@rm -rf $(@D) && mkdir -p $(@D)/scanners.d $(@D)/policy && install -d -m 755 $(@D)/yara
	@$(if $(yara_files),install -m 644 $(yara_files) $(@D)/yara/)
	@$(if $(manifests),install -m 644 $(manifests) $(@D)/scanners.d/)
	@$(if $(policies),install -m 644 $(policies) $(@D)/policy/)
	@touch $@

# --- tests: the first line of tests/*/t_foo.c names the objects it links -------
# @ui there are all objects of the screens, @media those of src/media, @rules the rule
# engine of the record and what it judges.
objs_ui = $(filter-out ui/main,$(objs_sallyport))
objs_media = $(call in,src/media/*)
objs_rules = $(rules) $(domain) $(crypto)
links = $(addprefix $(B)/,$(addsuffix .o,$(foreach o,$(shell sed -n '1s,^/\* links: \(.*\) \*/$$,\1,p' $1),$(if \
	$(filter @%,$o),$(objs_$(o:@%=%)),$o))))

unit_tests := $(sort $(wildcard tests/*/t_*.c))
unit_bins  := $(unit_tests:%.c=$(B)/%)
$(unit_bins): $(B)/%: $(B)/%.o $$(call links,$$*.c)
	@$(if $(Q),echo "  LD    $@")
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# Programs that tests start: image builders, peers that misbehave.
tool_srcs := $(sort $(shell grep -lsw '^main' $(filter-out $(unit_tests),$(wildcard tests/*/*.c)) /dev/null))
tool_bins := $(tool_srcs:%.c=$(B)/%)
$(tool_bins): $(B)/%: $(B)/%.o $$(call links,$$*.c)
	@$(if $(Q),echo "  LD    $@")
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# The terminal that tests type at: nothing that is installed links it.
$(B)/tests/screens/pty: LIBS += -lvterm

fuzz_srcs := $(sort $(wildcard tests/fuzz/fuzz_*.c))
fuzz_bins := $(if $(filter asan,$(TREE)),$(fuzz_srcs:%.c=$(B)/%))
$(fuzz_bins): $(B)/%: $(B)/%.o $$(call links,$$*.c)
	@$(if $(Q),echo "  LD    $@")
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PHONY: tests check check-unit check-e2e check-fuzz check-vm check-auditor check-long fuzz bench
tests: $(unit_bins) $(tool_bins) $(fuzz_bins) ## build the test programs of this tree

check: ## install what tests need (as root), build both trees, run everything but the long suites
	@sh tests/run unit fuzz sandbox e2e
check-unit: ## unit, ipc and ledger tests in the sanitizer tree
	@sh tests/run unit
check-e2e: ## end to end and sandbox tests in the release tree
	@sh tests/run sandbox e2e
check-fuzz: ## each fuzz target for SECS seconds (20), one on each core
	@SECS=$${SECS:-20} sh tests/run fuzz-all
check-vm: ## boot Debian in QEMU, install there offline, try the kiosk by keyboard (about 30 minutes)
	@sh tests/run vm
check-auditor: ## as root: a bare Debian with nothing of ours judges a bundle and ten damaged ones
	@sh tests/ledger/auditor
check-long: ## random kills, full disks, and each fuzz target for SECS seconds (about 15 minutes)
	@sh tests/run long fuzz-all
fuzz: ## one fuzz target: make fuzz T=canon_parse SECS=60
	@T='$(T)' SECS='$(or $(SECS),60)' sh tests/run fuzz-one
bench: ## measure the ratios of the design (tests/bench)
	@sh tests/run bench

# --- habits ----------------------------------------------------------------------
c_files := $(sort $(shell find src scanners db ui tests -name '*.[ch]' 2>/dev/null))

.PHONY: lint fmt run clean help deps objects programs sources
objects: $(patsubst %.c,$(B)/%.o,$(filter-out tests/%,$(filter %.c,$(c_files))))
programs:
	@printf '%s\n' $(programs)
sources: # what any program links
	@printf '%s\n' $(sort $(foreach p,$(programs),$(objs_$p:%=%.c)))
lint: ## layering, names, sizes, banned functions, formatting, man pages
	@sh tests/lint/run
fmt: ## clang-format every C file in place
	$(Q)clang-format -i $(c_files)
run: ## one whole transfer on a demo station in var/demo
	@sh share/demo/run
deps: ## install the packages for building, running, testing and packaging (as root)
	@sh share/demo/need install build run test package
clean: ## remove build/ (var/ stays: rm -r var)
	rm -rf build
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "  Variables: V=1 shows commands, TREE=release|asan, prefix=, DESTDIR="

# --- install ----------------------------------------------------------------------
into = install -d $(DESTDIR)$1 && install -m $2 $3 $(DESTDIR)$1/
some = $(if $(strip $3),$(call into,$1,$2,$3),:)
built = $(filter $(addprefix $(B)/bin/,$1),$(program_bins))

# What the system starts: units with the paths of this prefix, and one clamd of our own.
units    := $(wildcard share/systemd/*)
unit_sed := -e 's|@bindir@|$(bindir)|' -e 's|@sbindir@|$(sbindir)|' \
	    -e 's|@libexecdir@|$(libexecdir)|' -e 's|@sysconfdir@|$(sysconfdir)|'
clamd_sed := -e 's|@SOCKET@|/run/sallyport-clamd/clamd.sock|' -e 's|@TEMPORARY@|/tmp|' \
	    -e 's|@SIGNATURES@|/var/lib/sallyport-clamd|' -e /@LOG@/d -e /@PID@/d
filled = sed $1 $2 > $(DESTDIR)$3 && chmod 644 $(DESTDIR)$3

.PHONY: install install-system
install: all install-system ## install under $(DESTDIR)$(prefix)
	$(Q)$(call some,$(bindir),755,$(call built,$(bin_programs)))
	$(Q)$(call some,$(sbindir),755,$(call built,$(sbin_programs)))
	$(Q)$(call some,$(libexecdir),755,$(call built,$(libexec_programs)))
	$(Q)$(call some,$(datadir)/scanners.d,644,$(manifests))
	$(Q)$(call some,$(datadir)/policy,644,$(policies))
	$(Q)$(call some,$(datadir)/clamav,644,$(filter-out %/sallyport-clamd-sets,$(wildcard share/clamav/*)))
	$(Q)$(call into,$(libexecdir),755,share/clamav/sallyport-clamd-sets)
	$(Q)$(call some,$(datadir)/yara,644,$(yara_files))
	$(Q)$(call some,$(datadir)/schema,644,$(wildcard share/schema/*.json))
	$(Q)$(call some,$(datadir)/audit,755,$(wildcard share/audit/*.py))
	$(Q)$(call some,$(datadir)/examples/scanners/c,644,$(wildcard share/examples/scanners/c/*))
	$(Q)$(call some,$(datadir)/examples/scanners/python,644,$(wildcard share/examples/scanners/python/*))
	$(Q)$(call some,$(datadir)/examples/scanners/sh,644,$(wildcard share/examples/scanners/sh/*))
	$(Q)$(call some,$(docdir),644,README.md LICENSE $(wildcard share/doc/*.md))
	$(Q)$(foreach s,1 5 7 8,$(call some,$(mandir)/man$s,644,$(wildcard share/man/*.$s)) &&) :

install-system:
	$(Q)$(call into,$(libdir)/systemd/system,644,$(filter-out %.in,$(units)))
	$(Q)$(foreach u,$(filter %.in,$(units)),$(call filled,$(unit_sed),$u,$(libdir)/systemd/system/$(basename $(notdir $u))) &&) :
	$(Q)$(call into,$(libdir)/sysusers.d,644,share/sysusers/sallyport.conf)
	$(Q)$(call into,$(libdir)/tmpfiles.d,644,share/tmpfiles/sallyport.conf)
	$(Q)$(call some,$(libdir)/udev/rules.d,644,$(wildcard share/udev/*.rules))
	$(Q)$(call some,$(datadir)/kiosk,644,$(filter-out %/sallyport-kiosk,$(wildcard share/kiosk/*)))
	$(Q)$(call into,$(sysconfdir)/apparmor.d,644,share/apparmor/sallyport-clamd)
	$(Q)install -d $(DESTDIR)$(sysconfdir)/sallyport && $(call filled,$(clamd_sed),share/clamav/clamd.conf,$(sysconfdir)/sallyport/clamd.conf)

# --- packages ------------------------------------------------------------------------
# share/package has the recipes; OUT is where the package and what it needs on the way go.
OUT ?= build
.PHONY: deb dist-offline install-kiosk
install: install-kiosk
install-kiosk:
	$(Q)$(call into,$(sbindir),755,share/kiosk/sallyport-kiosk share/udev/sallyport-ports $(wildcard share/recovery/*))
deb: all ## a Debian package in build/, from the installed release tree
	$(Q)B='$(B)' OUT='$(OUT)' VERSION='$(VERSION)' MAKE='$(MAKE)' sh share/package/deb.sh
dist-offline: deb ## all a machine without a network needs, in DIR: make dist-offline DIR=...
	$(Q)OUT='$(OUT)' sh share/package/offline.sh '$(OUT)' '$(VERSION)' '$(DIR)'

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
