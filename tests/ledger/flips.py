# SPDX-License-Identifier: ISC
"""flips(NUMBER, TREE): single bits turned over in a ledger and in a bundle's archive; both
verifiers answer each with the same status.  SEED chooses the bits."""
import collections, os, random, shutil, subprocess, sys, tarfile, tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forge import Forge, judged, top, write_folder


def flips(number, B):
    build = os.path.join(top, B)
    verify = os.path.join(build, "bin/sallyport-verify")
    tmp = tempfile.mkdtemp(prefix="sp-flips-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    seed = int(os.environ.get("SEED", "7"))
    rng = random.Random(seed)
    subprocess.run([os.path.join(build, "tests/ledger/make_ledger"), tmp + "/made", "2"], check=True)
    made = Forge(tmp + "/made")
    folder = write_folder(tmp + "/K1-000002", made.folder("xfer:K1-000002"))
    with tarfile.open(tmp + "/bundle.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
        tar.add(folder, "K1-000002")
    plan = bad = 0
    for name, path, share in (("a ledger", made.write(tmp + "/made2"), 4), ("a bundle", tmp + "/bundle.tar", 1)):
        with open(path, "rb") as f:
            raw = bytearray(f.read())
        answers, differ = collections.Counter(), []
        for _ in range(max(1, number * share // 5)):
            bit = rng.randrange(len(raw) * 8)
            raw[bit // 8] ^= 1 << bit % 8
            with open(path, "wb") as f:
                f.write(raw)
            raw[bit // 8] ^= 1 << bit % 8
            one, two = subprocess.run([verify, path], capture_output=True, text=True, timeout=120), judged(path)
            answers[one.returncode] += 1
            if one.returncode != two[0] or two[0] not in (0, 1, 3):
                differ.append((bit, one.returncode, one.stdout[-200:] + one.stderr[-200:], two))
        plan += 1
        told = ", ".join(f"{n} x {status}" for status, n in sorted(answers.items()))
        print(f"{'not ok' if differ else 'ok'} {plan} - {name}: both say the same of {sum(answers.values())} single bits ({told}; seed {seed})", flush=True)
        for d in differ[:10]:
            print("# " + str(d).replace("\n", " "))
        bad += len(differ)
    shutil.rmtree(tmp)
    return bad
