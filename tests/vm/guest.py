#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""guest.py VERB ...: one QEMU guest, driven from tests in sh.

The guest's folder is $GUEST.  A supervisor holds the machine, its monitor
(QMP) and the agent in the guest (machine.py, agent.pl); every other verb is one question
to it.  The machine ends with its supervisor, and the supervisor with the
process --watch names: nothing outlives a test.  Every wait has a deadline.

  start [--base IMAGE] [--boot FOLDER] [--disk FILE]... [--rtc DATE]
        [--cpus N] [--watch PID] [--drive NAME] [--card IMAGE]
                    boots $GUEST/disk.qcow2, made over IMAGE when it is not
                    there, with the kernel and initramfs of FOLDER; --disk adds
                    a virtio disk, read only, --drive an empty drive for discs
                    on the machine's own controller, --card a memory card in
                    a reader of the machine's own; its size is a power of two
  wait [SECONDS]    until systemd says that the system runs; prints its word
  run [-t SECONDS] COMMAND    as root in the guest, with our standard input
                    when it is a file or a pipe; prints, ends as it ended
  put FILE PATH, get PATH FILE
  key NAME...       Enter, F8, a, ctrl-alt-delete, alt-sysrq-b, ...
  type TEXT         key by key, layout us
  screen [VT]       the text of a console, row by row
  wait-screen SECONDS REGEX   until a row of the first console has it;
                    prints the screen when none ever had
  plug NAME IMAGE [port=N] [serial=S] [vendor=V] [product=P] [bps=N] [ro=1]
                    [bad=SECTOR] [disc=1] [pci=1]   bad: reading that sector fails;
                    disc: in a drive for discs, on USB; IMAGE none: an empty
                    one, and without disc a card reader without a card; pci:
                    NVMe in a slot of the machine
  reader NAME IMAGE...   a card reader with a slot for each, by UAS
  change NAME IMAGE   another disc in the drive, or card in the reader
  eject NAME        takes it out; of a drive by its button
  tray NAME         open or closed
  pace NAME BPS     the medium gives so many bytes a second from now on; 0: all it has
  attach NAME DRIVER [port=N] [KEY=VALUE]...   some other device, such as usb-kbd
  unplug NAME
  cut               resets the machine as a power cut does, and waits for the
                    agent of the next boot
  renewed COMMAND   runs a command that reboots, and waits for that agent
  stop              powers off in order;  kill  ends it at once
  hmp COMMAND       a line for QEMU's own monitor
"""
import json
import os
import re
import socket
import stat
import subprocess
import sys
import time

sys.dont_write_bytecode = True	# the tree stays as it is
from machine import ASK_S, Failed, Supervisor, guest_dir

# Long enough for a machine that has its processors for a small part of the time.
BOOT_S = 600		# a boot that takes longer has failed
STOP_S = 240
RUN_S = 180
TAKE_S = 10		# the guest takes a key at once; a key of another keyboard is not counted


# --- verbs -------------------------------------------------------------------------

def ask(verb, given=b"", wait=ASK_S + 10, **request):
	"""One question to the supervisor: its reply and the bytes that came with it."""
	sock = socket.socket(socket.AF_UNIX)
	sock.settimeout(wait)
	try:
		sock.connect(guest_dir() + "/control")
		with sock, sock.makefile("rwb") as file:
			request.update(verb=verb, given=len(given))
			file.write(json.dumps(request).encode() + b"\n" + given)
			file.flush()
			reply = json.loads(file.readline() or '{"error":"the guest has ended","data":0}')
			data = file.read(reply["data"])
	except OSError as e:
		raise Failed("the guest does not answer: %s" % e)
	if "error" in reply:
		raise Failed(reply["error"])
	return reply, data


def run(command, given=b"", seconds=RUN_S, act="run"):
	reply, data = ask("agent", given, seconds + 30, act=act, command=command, seconds=seconds)
	return reply["status"], data


def read(path):
	return run(path, act="read")


def monitor(*asks):
	if not asks:
		return None
	return ask("ask", asks=asks)[0]["reply"]


def take(words, names):
	"""Splits --name value pairs off a verb's words."""
	rest = []
	taken = {n: [] for n in names}
	words = list(words)
	while words:
		word = words.pop(0)
		if word.startswith("--") and word[2:] in taken and words:
			taken[word[2:]].append(words.pop(0))
		else:
			rest.append(word)
	return taken, rest


def verb_start(*words):
	names = {"base": "", "boot": "", "rtc": "utc", "cpus": "2", "append": "", "watch": str(os.getppid()),
	    "drive": "", "card": ""}
	taken, rest = take(words, [*names, "disk"])
	if rest:
		raise Failed("start: what is %s?" % rest[0])
	options = {n: (taken[n] or [d])[-1] for n, d in names.items()}
	options["disk"] = taken["disk"]
	where = guest_dir()
	disk = where + "/disk.qcow2"
	os.makedirs(where, exist_ok=True)
	if os.path.exists(where + "/control"):
		raise Failed("a guest runs in %s already" % where)
	if options["base"]:
		form = "qcow2" if options["base"].endswith(".qcow2") else "raw"
		made = subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b",
		    os.path.abspath(options["base"]), "-F", form, disk])
		if made.returncode != 0:
			raise Failed("there is no disk over " + options["base"])
	log = os.open(where + "/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
	if os.fork() == 0:
		os.setsid()
		null = os.open("/dev/null", os.O_RDWR)
		for to, fd in enumerate((null, log, log)):
			os.dup2(fd, to)
		os.closerange(3, 256)
		try:
			Supervisor(options).serve()
		finally:
			os._exit(0)
	limit = time.monotonic() + ASK_S
	while True:
		try:
			ask("boots")
			return 0
		except Failed:
			if time.monotonic() > limit:
				raise Failed("QEMU did not start: " + open(where + "/log").read()[-500:])
			time.sleep(0.1)


def verb_wait(seconds=str(BOOT_S)):
	ask("boot", boots=0, seconds=int(seconds), wait=int(seconds) + 5)
	print(run("systemctl is-system-running --wait", seconds=int(seconds))[1].decode().strip())
	return 0


def verb_run(*words):
	seconds = RUN_S
	if words[:1] == ("-t",):
		seconds, words = int(words[1]), words[2:]
	mode = os.fstat(0).st_mode
	given = sys.stdin.buffer.read() if stat.S_ISREG(mode) or stat.S_ISFIFO(mode) else b""
	status, data = run(" ".join(words), given, seconds)
	sys.stdout.buffer.write(data)
	return status


def verb_put(file, path):
	with open(file, "rb") as f:
		status, data = run("cat >'%s'" % path, f.read())
	sys.stderr.buffer.write(data)
	return status


def verb_get(path, file):
	status, data = read(path)
	if status == 0:
		with open(file, "wb") as f:
			f.write(data)
	return status


KEYS = {"enter": "ret", "escape": "esc", "space": "spc", "bspace": "backspace", "pagedown": "pgdn",
    "pageup": "pgup", "del": "delete", "dc": "delete", "btab": "shift-tab", "plus": "kp_add"}
SIGNS = dict(zip("`-=[]\\;',./ \t\n", ("grave_accent minus equal bracket_left bracket_right backslash "
    "semicolon apostrophe comma dot slash spc tab ret").split()))
SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./"))


def codes(name):
	"""The key codes of a name: 'a', 'A', '?', 'F8', 'ctrl-alt-f2'."""
	if len(name) == 1:
		if name in SHIFTED:
			return ["shift"] + codes(SHIFTED[name])
		if name.isupper():
			return ["shift", name.lower()]
		return [SIGNS.get(name, name)]
	if name.lower() in KEYS:
		return KEYS[name.lower()].split("-")
	return [c for part in name.split("-") for c in (codes(part) if len(part) == 1 else
	    [KEYS.get(part.lower(), part.lower())])]


def taken():
	"""How many bytes the guest has taken from its keyboard: an interrupt for each."""
	try:
		rows = read("/proc/interrupts")[1].decode().splitlines()
	except Failed:
		return None	# it has been reset by the key
	return sum(int(w) for row in rows if re.match(r"\s*1:.*i8042", row) for w in row.split()[1:] if w.isdigit())


def strike(names):
	"""Down in order, up in reverse.  The queue of a keyboard holds 16 bytes, and what comes
	when it is full is lost: the next key waits until the guest has taken this one."""
	counted = True
	for name in names:
		pressed = codes(name)
		before = taken() if counted else None
		for down in (True, False):
			events = [{"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": c}}}
			    for c in (pressed if down else reversed(pressed))]
			monitor(("input-send-event", {"events": events}))
			time.sleep(0.02)
		limit = time.monotonic() + TAKE_S
		while before is not None:
			now = taken()
			if now is None or now >= before + 2 * len(pressed):
				break
			if now == before and time.monotonic() > limit - TAKE_S + 3:
				counted = False	# the keys go to a keyboard on USB
				break
			if time.monotonic() > limit:
				raise Failed("the guest does not take the key " + name)
			time.sleep(0.01)
	return 0


def verb_key(*names):
	return strike(names)


def verb_type(text):
	return strike(text)


def console(vt):
	status, data = read("/dev/vcsa" + vt)
	if status != 0 or len(data) < 4:
		raise Failed("the console %s cannot be read: %s" % (vt, data.decode(errors="replace")))
	columns = data[1]
	text = data[4::2].decode("cp437").replace("\0", " ")
	return [text[i:i + columns] for i in range(0, len(text), columns)]


def verb_screen(vt="1"):
	for row in console(vt):
		print(row.rstrip())
	return 0


def verb_wait_screen(seconds, regex):
	limit = time.monotonic() + float(seconds)
	pattern = re.compile(regex)
	while True:
		rows = console("1")
		if any(pattern.search(row.rstrip()) for row in rows):
			return 0
		if time.monotonic() > limit:
			print("\n".join(row.rstrip() for row in rows))
			return 1
		time.sleep(0.1)


def verb_plug(name, image, *words):
	given = dict(w.split("=", 1) for w in words)
	file = {"driver": "file", "filename": os.path.abspath(image), "node-name": name + "-file",
	    "read-only": "ro" in given}
	asks = [("blockdev-add", file)]
	node = {"driver": "raw", "file": name + "-file", "node-name": name + "-disk", "read-only": "ro" in given}
	if "bad" in given:
		asks.append(("blockdev-add", {"driver": "blkdebug", "image": name + "-file", "node-name": name + "-debug",
		    "inject-error": [{"event": "none", "iotype": "read", "errno": 5, "sector": int(given["bad"])}]}))
		node["file"] = name + "-debug"
	if "bps" in given:
		asks.append(("object-add", {"qom-type": "throttle-group", "id": name + "-pace",
		    "limits": {"bps-total": int(given["bps"])}}))
		node = {"driver": "throttle", "throttle-group": name + "-pace", "file": name + "-file",
		    "node-name": name + "-disk", "read-only": "ro" in given}
	asks.append(("blockdev-add", node))
	port = given.get("port", "1")
	disk = {"drive": name + "-disk"}
	if image == "none":
		asks, disk = [], {}
		if "disc" not in given:	# only this way there is a disk without a medium
			monitor(("human-monitor-command", {"command-line": "drive_add 0 if=none,id=%s-card" % name}))
			disk = {"drive": name + "-card"}
			given["product"] = given.get("product", "CARD READER")
	if "serial" in given:
		disk["serial"] = given["serial"]
	if "disc" in given:
		asks += [("device_add", dict(driver="usb-bot", id=name, bus="usb.0", port=port, attached=False)),
		    ("device_add", dict(disk, driver="scsi-cd", id=name + "-lun", bus=name + ".0")),
		    ("qom-set", {"path": "/machine/peripheral/" + name, "property": "attached", "value": True})]
	elif "pci" in given:
		asks.append(("device_add", dict(disk, driver="nvme", id=name)))
	elif "vendor" in given or "product" in given:
		disk.update({n: given[n] for n in ("vendor", "product") if n in given})
		asks += [("device_add", dict(driver="usb-bot", id=name, bus="usb.0", port=port, attached=False)),
		    ("device_add", dict(disk, driver="scsi-hd", id=name + "-lun", bus=name + ".0", removable=True)),
		    ("qom-set", {"path": "/machine/peripheral/" + name, "property": "attached", "value": True})]
	else:
		asks.append(("device_add", dict(disk, driver="usb-storage", id=name, bus="usb.0", port=port,
		    removable=True)))
	monitor(*asks)
	return 0


def verb_reader(name, *images):
	asks = []
	for n, image in enumerate(images):
		asks.append(("blockdev-add", {"driver": "file", "filename": os.path.abspath(image),
		    "node-name": "%s-slot%d" % (name, n), "read-only": True}))
	asks.append(("device_add", dict(driver="usb-uas", id=name, bus="usb.0", port="1")))
	for n in range(len(images)):
		asks.append(("device_add", dict(driver="scsi-hd", id="%s-lun%d" % (name, n), bus=name + ".0", lun=n,
		    drive="%s-slot%d" % (name, n), removable=True)))
	asks.append(("qom-set", {"path": "/machine/peripheral/" + name, "property": "attached", "value": True}))
	monitor(*asks)
	return 0


def block_of(name):
	"""What QEMU says of the medium in the drive or reader."""
	for device in monitor(("query-block", {})):
		if device.get("qdev", "").split("/")[-1] == name + "-lun":
			return device
	raise Failed("there is no drive " + name)


def is_card(name):
	return block_of(name)["device"] == name + "-card"


def verb_change(name, image):
	disc = not is_card(name)
	monitor(("blockdev-change-medium", {"id": name + "-lun", "filename": os.path.abspath(image),
	    "format": "raw", "read-only-mode": "read-only" if disc else "read-write", "force": True}))
	return 0


def verb_eject(name):
	# A drive has a button: the guest is asked, and opens it.  A card is just pulled.
	monitor(("blockdev-open-tray", {"id": name + "-lun", "force": is_card(name)}))
	limit = time.monotonic() + ASK_S
	while not block_of(name)["tray_open"]:
		if time.monotonic() > limit:
			raise Failed("the drive does not open its tray")
		time.sleep(0.1)
	monitor(("blockdev-remove-medium", {"id": name + "-lun"}))
	return 0


def verb_tray(name):
	print("open" if block_of(name)["tray_open"] else "closed")
	return 0


def verb_pace(name, bps):
	for device in monitor(("query-block", {})):
		if device.get("inserted", {}).get("node-name") == name + "-disk":
			limits = dict.fromkeys(("bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"), 0)
			monitor(("block_set_io_throttle", dict(limits, id=device["qdev"], bps=int(bps))))
			return 0
	raise Failed("nothing is plugged in as " + name)


def verb_attach(name, driver, *words):
	given = dict({"port": "1"}, **dict(w.split("=", 1) for w in words))
	monitor(("device_add", dict(given, driver=driver, id=name, bus="usb.0")))
	return 0


def verb_unplug(name):
	ask("unplug", name=name)
	nodes = [n["node-name"] for n in monitor(("query-named-block-nodes", {}))]
	names = [name + "-disk", name + "-debug", name + "-file"] + [n for n in nodes if n.startswith(name + "-slot")]
	asks = [("blockdev-del", {"node-name": n}) for n in names if n in nodes]
	if any(o["name"] == name + "-pace" for o in monitor(("qom-list", {"path": "/objects"}))):
		asks.append(("object-del", {"id": name + "-pace"}))
	monitor(*asks)
	return 0


def again(act):
	boots = ask("boots")[0]["boots"]
	act()
	ask("boot", boots=boots, seconds=BOOT_S, wait=BOOT_S + 5)
	return 0


def verb_cut():
	return again(lambda: monitor(("system_reset", {})))


def verb_renewed(command):
	def act():
		try:
			run(command)
		except Failed:
			pass
	return again(act)


def ended(seconds):
	limit = time.monotonic() + seconds
	while os.path.exists(guest_dir() + "/control"):
		if time.monotonic() > limit:
			return False
		time.sleep(0.1)
	return True


def verb_stop():
	run("systemctl --no-block poweroff")
	if ended(STOP_S):
		return 0
	verb_kill()
	raise Failed("the guest did not power off within %d s" % STOP_S)


def verb_kill():
	if os.path.exists(guest_dir() + "/control"):
		try:
			ask("kill")
		except Failed:
			pass
		ended(ASK_S)
	return 0


def verb_hmp(*words):
	print(monitor(("human-monitor-command", {"command-line": " ".join(words)})), end="")
	return 0


def main(words):
	verb = globals().get("verb_" + (words[0].replace("-", "_") if words else ""))
	if verb is None:
		print(__doc__, file=sys.stderr)
		return 2
	try:
		status = verb(*words[1:])
		sys.stdout.flush()
		return status
	except BrokenPipeError:
		os.dup2(os.open("/dev/null", os.O_WRONLY), 1)	# `| grep -q` has seen enough
		return 0
	except Failed as e:
		print("guest: %s: %s" % (words[0], e), file=sys.stderr)
		return 125


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
