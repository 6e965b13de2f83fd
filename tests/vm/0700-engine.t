#!/bin/sh
# SPDX-License-Identifier: ISC
# Surroundings that are wrong: an engine that AppArmor or its configuration
# keeps from reading, an engine without signatures, a clock in 1970.  The words
# of doctor and of the sign-in say what is wrong and what to do, nothing is
# called clean, and all is well when the cause is gone.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'a note' >"$work/m/note.txt"
stick "$work/stick.img" "$work/m" 40

doctor() {
	sallyport doctor 2>&1
}
doctor_says() { # REGEX
	doctor | tr '\n' ' ' | grep -qE -- "$1"
}
well() {
	! doctor | grep -qE '^\[FAIL'
}
kiosk
ok "all is well" wait_for 20 well
diag "$(doctor)"

wrong() { # NAME REGEX
	if wait_for 40 doctor_says "$2"; then
		pass "$1: doctor says so"
	else
		fail "$1: doctor says so" "wanted: $2" "$(doctor)"
	fi
	shows "$1: so does the sign-in" '\[(FAIL|WARN)\]'
	diag "$(doctor | grep -A 3 -E 'FAIL|WARN')"
}
restart() {
	inside 'systemctl restart sallyport-clamd' >/dev/null 2>&1
	sallyport scanners --selftest >/dev/null 2>&1
}

# --- AppArmor keeps the engine from its signatures ------------------------------------
inside 'mkdir -p /etc/apparmor.d/local && echo "deny /var/lib/sallyport-clamd/** r," >/etc/apparmor.d/local/sallyport-clamd &&
    apparmor_parser -r /etc/apparmor.d/sallyport-clamd'
restart
wrong "AppArmor forbids the signatures" '(FAIL|WARN)[^[]*(antivirus|av)[^[]*'
inside 'rm /etc/apparmor.d/local/sallyport-clamd && apparmor_parser -r /etc/apparmor.d/sallyport-clamd'
restart
ok "without that line all is well again" wait_for 40 well

# --- its configuration makes it say OK for what it has not read ---------------------------
inside 'cp -p /etc/sallyport/clamd.conf /root/ && sed -i "s/^MaxFileSize.*/MaxFileSize 1M/; s/^AlertExceedsMax.*/AlertExceedsMax no/" /etc/sallyport/clamd.conf'
restart
wrong "the engine would skip large files silently" '(FAIL|WARN)[^[]*(antivirus|av)[^[]*'
guest plug stick "$work/stick.img" port=1 serial=E1
wait_for 20 media_says R1 '"ready"'
run as otto intake "$(source_of R1)" --device --requester rita
unlike "nothing is ready for a release with such an engine" "$(as otto status K1-000001 --json)" '"(SUBMITTED|RELEASED)"'
run as otto items K1-000001 --json
unlike "nothing is called clean by it" "$out" '"verdict": *"clean"'
inside 'cp -p /root/clamd.conf /etc/sallyport/clamd.conf'
restart
ok "with its own configuration all is well again" wait_for 40 well
run as otto rescan K1-000001
clean_now() {
	as otto items K1-000001 --json | grep -q '"clean"'
}
ok "and what was not scanned is scanned now" wait_for 20 clean_now

# --- without signatures --------------------------------------------------------------------
inside 'mv /var/lib/sallyport-clamd/sallyport-test.ndb /root/'
restart
wrong "an engine without signatures" '(FAIL|WARN)[^[]*(antivirus|av)[^[]*'
inside 'mv /root/sallyport-test.ndb /var/lib/sallyport-clamd/; systemctl start sallyport-clamd'
ok "with them all is well again" wait_for 60 well
guest stop

# --- a clock in 1970 -------------------------------------------------------------------------
kiosk --rtc 1970-01-02
like "the machine's clock says 1970" "$(inside 'date +%Y')" '^(1970|2022|2023|2024|2025|2026)$'
diag "$(inside date)" "$(doctor | grep -A 2 -i clock)"
inside 'date -s 1970-01-02T03:04:05Z; systemctl restart sallyportd' >/dev/null
if wait_for 40 doctor_says '(FAIL|WARN)[^[]*clock'; then
	pass "a clock in 1970: doctor says so"
else
	fail "a clock in 1970: doctor says so" "$(doctor)"
fi
diag "$(doctor | grep -A 3 -E 'FAIL|WARN')"
shows "and the sign-in, too" '\[FAIL\] clock|\[WARN\] clock|[Cc]lock'
ok "the record verifies all the same" verifies
done_testing
