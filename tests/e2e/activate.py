# SPDX-License-Identifier: ISC
"""activate.py DIR HOME BIN SCANNERS: the part of a service manager that tests need.

Reads share/systemd as it is: makes the listening sockets of every .socket unit
in DIR, starts a service when somebody connects to one of its sockets (with
LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES), once for as long as it lives, and
keeps sallyportd running (Restart=always, here after a second).  All as one user.
DIR/NAME.pid holds the pid of a program that runs; lines in DIR/log tell each
start and end.  SIGTERM ends all, in the order of After= in sallyportd.service.
"""
import fcntl
import os
import re
import select
import signal
import socket
import sys
import time

UNITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../share/systemd")
PARENT = "sallyportd"
RESTART_S = 1.0


class Service:
    def __init__(self, name, argv):
        self.name, self.argv = name, argv
        self.sockets = []  # (name, socket)
        self.pid = None
        self.not_before = 0.0


def settings(path):
    """The settings of a unit, each with the list of its values."""
    found = {}
    with open(path, encoding="ascii") as f:
        for line in f:
            m = re.match(r"([A-Za-z]+)=(.*)", line)
            if m:
                found.setdefault(m[1], []).append(m[2])
    return found


def place(text, where):
    for old, new in where:
        text = text.replace(old, new)
    return text


def load(folder, home, programs, scanners):
    where = [("@sbindir@", programs), ("@libexecdir@", programs), ("@bindir@", programs),
             ("/run/sallyport", folder), ("/var/lib/sallyport", home)]
    services = {}
    for name in ("sallyport-ledger", "sallyport-vault", "sallyport-stager", PARENT):
        unit = settings(os.path.join(UNITS, name + ".service.in"))
        argv = place(unit["ExecStart"][0], where).split()
        services[name] = Service(name, argv + (["-s", scanners] if name == PARENT else []))
        for socket_unit in " ".join(unit.get("Sockets", [])).split():
            at = settings(os.path.join(UNITS, socket_unit))
            assert at["Service"] == [name + ".service"], socket_unit
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.bind(place(at["ListenSequentialPacket"][0], where))
            s.listen(128)
            s.setblocking(False)
            services[name].sockets.append((at["FileDescriptorName"][0], s))
    return services


def say(folder, text):
    with open(os.path.join(folder, "log"), "a", encoding="ascii") as f:
        f.write(text + "\n")


def start(folder, s):
    say(folder, "start " + s.name)
    s.pid = os.fork()
    if s.pid > 0:
        with open(os.path.join(folder, s.name + ".pid"), "w", encoding="ascii") as f:
            f.write("%d\n" % s.pid)
        return
    os.setsid()
    signal.set_wakeup_fd(-1)
    for n in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(n, signal.SIG_DFL)
    env = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    aside = [fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD_CLOEXEC, 100) for _, sock in s.sockets]
    os.closerange(3, 100)
    for i, fd in enumerate(aside):
        os.dup2(fd, 3 + i, inheritable=True)
    if aside:
        env["LISTEN_PID"] = str(os.getpid())
        env["LISTEN_FDS"] = str(len(aside))
        env["LISTEN_FDNAMES"] = ":".join(name for name, _ in s.sockets)
    os.execve(s.argv[0], s.argv, env)


def reap(folder, services):
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        for s in services.values():
            if s.pid == pid:
                say(folder, "end %s %d" % (s.name, os.waitstatus_to_exitcode(status)))
                s.pid = None
                s.not_before = time.monotonic() + (RESTART_S if s.name == PARENT else 0)
                os.unlink(os.path.join(folder, s.name + ".pid"))


def wait(wakeup, services, timeout):
    poll = select.poll()
    poll.register(wakeup, select.POLLIN)
    for s in services:
        for _, sock in s.sockets:
            poll.register(sock, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(timeout)}
    if wakeup in ready:
        os.read(wakeup, 4096)
    return ready


def serve(folder, services, wakeup, ending):
    parent = services[PARENT]
    while not ending:
        now = time.monotonic()
        if parent.pid is None and now >= parent.not_before:
            start(folder, parent)
        idle = [s for s in services.values() if s.pid is None]
        timeout = None if parent.pid else max(0, (parent.not_before - now) * 1000)
        ready = wait(wakeup, idle, timeout)
        reap(folder, services)
        for s in idle:
            if s.pid is None and any(sock.fileno() in ready for _, sock in s.sockets):
                start(folder, s)


def stop(folder, services, wakeup):
    # as systemd: first what comes after the others; a signal, and 15 seconds
    for names in ((PARENT,), ("sallyport-ledger", "sallyport-vault", "sallyport-stager")):
        deadline = time.monotonic() + 15
        for n in names:
            if services[n].pid:
                os.kill(services[n].pid, signal.SIGTERM)
        while any(services[n].pid for n in names):
            left = deadline - time.monotonic()
            if left <= 0:
                for n in names:
                    if services[n].pid:
                        os.kill(services[n].pid, signal.SIGKILL)
                left = 15
            wait(wakeup, [], max(0, left * 1000))
            reap(folder, services)


def main():
    folder, home, programs, scanners = sys.argv[1:]
    services = load(folder, home, programs, scanners)
    ending = []
    wakeup, bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(bell)
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    serve(folder, services, wakeup, ending)
    stop(folder, services, wakeup)


main()
