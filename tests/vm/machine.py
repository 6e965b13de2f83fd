# SPDX-License-Identifier: ISC
"""A QEMU machine, its monitor and the agent in it, held by one process that
answers guest.py over $GUEST/control.  The machine ends with this process, and
this process with the one that --watch names."""
import ctypes
import json
import os
import queue
import select
import signal
import socket
import subprocess
import threading
import time

ASK_S = 120		# the monitor answers at once, on a machine that is not loaded


class Failed(Exception):
	pass


def guest_dir():
	try:
		return os.environ["GUEST"]
	except KeyError:
		raise Failed("GUEST is not set: it names the guest's folder")


# --- the machine, its monitor and its agent --------------------------------------

class Monitor:
	"""QMP over a socket: asks, and keeps the events that came."""
	def __init__(self, sock):
		self.file = sock.makefile("rwb", buffering=0)
		self.lock = threading.Lock()
		self.answers = queue.Queue()
		self.events = []
		self.news = threading.Condition()
		threading.Thread(target=self.listen, daemon=True).start()
		self.ask("qmp_capabilities")

	def listen(self):
		for line in self.file:
			message = json.loads(line)
			if "event" in message:
				with self.news:
					self.events.append(message)
					self.news.notify_all()
			elif "QMP" not in message:
				self.answers.put(message)

	def ask(self, command, **arguments):
		with self.lock:
			request = {"execute": command, "arguments": arguments}
			self.file.write(json.dumps(request).encode() + b"\n")
			try:
				answer = self.answers.get(timeout=ASK_S)
			except queue.Empty:
				raise Failed("QEMU does not answer " + command)
		if "error" in answer:
			raise Failed("%s: %s" % (command, answer["error"]["desc"]))
		return answer["return"]

	def await_event(self, since, what, seconds):
		with self.news:
			if not self.news.wait_for(lambda: any(map(what, self.events[since:])), seconds):
				raise Failed("QEMU did not report it within %d s" % seconds)


class Agent:
	"""The root shell in the guest: one command at a time, framed as in agent.pl."""
	def __init__(self, sock):
		self.sock = sock
		self.lock = threading.Lock()
		self.file = sock.makefile("rb")
		self.answers = queue.Queue()
		self.news = threading.Condition()
		self.boots = 0
		self.boot = ""
		self.number = 0
		threading.Thread(target=self.listen, daemon=True).start()

	def listen(self):
		for line in self.file:
			words = line.decode(errors="replace").split()
			if len(words) == 2 and words[0] == "HELLO":
				with self.news:
					self.boots += self.boot != words[1]
					self.boot = words[1]
					self.news.notify_all()
				self.answers.put(None)
			elif len(words) == 3 and all(w.isdigit() for w in words):
				number, status, size = map(int, words)
				self.answers.put((number, status, self.file.read(size)))

	def await_boot(self, boots, seconds):
		with self.news:
			if not self.news.wait_for(lambda: self.boots > boots, seconds):
				raise Failed("the guest's agent did not come up within %d s" % seconds)

	def ask(self, verb, command, given, seconds):
		with self.lock:
			while not self.answers.empty():
				self.answers.get()
			self.number += 1
			head = "%d %s %d %d %d\n" % (self.number, verb, len(command), len(given), seconds)
			self.sock.sendall(head.encode() + command + given)
			limit = time.monotonic() + seconds + 15
			while True:
				try:
					answer = self.answers.get(timeout=max(0, limit - time.monotonic()))
				except queue.Empty:
					raise Failed("the guest's agent did not answer")
				if answer is None:
					raise Failed("the guest was reset meanwhile")
				if answer[0] == self.number:
					return answer[1], answer[2]


def die_with_parent():
	ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def machine(options, monitor, agent):
	"""The command line of the machine."""
	where = guest_dir()
	boot = options["boot"]
	words = [
	    "nice", "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-name", "sallyport-guest",
	    "-machine", "pc,vmport=off", "-accel", "tcg,thread=multi", "-cpu", "qemu64",
	    "-smp", options["cpus"], "-m", "2048", "-display", "none", "-vga", "std",
	    "-rtc", "base=" + options["rtc"],
	    "-kernel", boot + "/vmlinuz", "-initrd", boot + "/initrd",
	    "-append", "console=ttyS0 console=tty0 nomodeset loglevel=1 panic=10 " + options["append"],
	    "-chardev", "file,id=console,append=on,path=%s/console" % where, "-serial", "chardev:console",
	    "-chardev", "socket,id=qmp,fd=%d" % monitor, "-mon", "chardev=qmp,mode=control",
	    "-chardev", "socket,id=agent,fd=%d" % agent,
	    "-device", "virtio-serial-pci,addr=6",
	    "-device", "virtserialport,chardev=agent,name=agent",
	    "-device", "virtio-rng-pci,addr=7",
	    "-device", "qemu-xhci,id=usb,addr=4",
	    "-drive", "if=none,id=disk,format=qcow2,cache=unsafe,discard=unmap,file=%s/disk.qcow2" % where,
	    "-device", "virtio-blk-pci,drive=disk,addr=8",
	]
	for n, disk in enumerate(options["disk"]):
		words += ["-drive", "if=none,id=d%d,format=raw,readonly=on,file=%s" % (n, disk),
		    "-device", "virtio-blk-pci,drive=d%d,addr=%d" % (n, 9 + n)]
	if options["drive"]:
		words += ["-device", "ide-cd,bus=ide.1,id=%s-lun" % options["drive"]]
	if options["card"]:
		words += ["-drive", "if=none,id=card,format=raw,file=" + options["card"],
		    "-device", "sdhci-pci", "-device", "sd-card,drive=card"]
	return words


class Supervisor:
	"""Holds the machine and answers the verbs over $GUEST/control."""
	def __init__(self, options):
		ours, theirs = zip(socket.socketpair(), socket.socketpair())
		fds = [s.fileno() for s in theirs]
		self.process = subprocess.Popen(machine(options, *fds), pass_fds=fds, stdin=subprocess.DEVNULL,
		    preexec_fn=die_with_parent)
		for s in theirs:
			s.close()
		self.monitor = Monitor(ours[0])
		self.agent = Agent(ours[1])
		self.watched = os.pidfd_open(int(options["watch"]))
		self.control = socket.socket(socket.AF_UNIX)
		self.control.bind(guest_dir() + "/control.new")
		self.control.listen(8)
		os.rename(guest_dir() + "/control.new", guest_dir() + "/control")

	def serve(self):
		ends = os.pidfd_open(self.process.pid)
		while True:
			ready = select.select([self.control, ends, self.watched], [], [])[0]
			if ends in ready or self.watched in ready:
				break
			peer = self.control.accept()[0]
			threading.Thread(target=self.answer, args=(peer,), daemon=True).start()
		self.process.kill()
		self.process.wait()
		os.unlink(guest_dir() + "/control")

	def answer(self, peer):
		with peer, peer.makefile("rwb") as file:
			head = json.loads(file.readline())
			given = file.read(head.pop("given", 0))
			data = b""
			try:
				reply, data = getattr(self, "on_" + head.pop("verb"))(given, **head)
			except Failed as e:
				reply = {"error": str(e)}
			except (BrokenPipeError, ValueError):
				reply = {"error": "the guest has ended"}
			reply["data"] = len(data)
			file.write(json.dumps(reply).encode() + b"\n" + data)

	def on_agent(self, given, act, command, seconds):
		status, output = self.agent.ask(act, command.encode(), given, seconds)
		return {"status": status}, output

	def on_ask(self, given, asks):
		for command, arguments in asks:
			reply = self.monitor.ask(command, **arguments)
		return {"reply": reply}, b""

	def on_unplug(self, given, name):
		since = len(self.monitor.events)
		self.monitor.ask("device_del", id=name)
		self.monitor.await_event(since, lambda e: e["event"] == "DEVICE_DELETED" and
		    e["data"].get("device") == name, ASK_S)
		return {}, b""

	def on_boot(self, given, boots, seconds):
		self.agent.await_boot(boots, seconds)
		return {"boots": self.agent.boots}, b""

	def on_boots(self, given):
		return {"boots": self.agent.boots}, b""

	def on_kill(self, given):
		self.process.kill()
		return {}, b""
