# SPDX-License-Identifier: ISC
# Of what `dumpkeys --separate-lines` prints, the keys a kiosk does without: those that leave
# the screens, print the kernel's state, stop or scroll the output, or reset the machine.
/= *\(Console_[0-9]*\|Incr_Console\|Decr_Console\|Last_Console\|Spawn_Console\|KeyboardSignal\) *$/b
/= *\(Boot\|SAK\|Show_Memory\|Show_Registers\|Show_State\|Scroll_Forward\|Scroll_Backward\) *$/b
/= *\(Scroll_Lock\|Hold\|Compose\) *$/b
d
