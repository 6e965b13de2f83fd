// Rules that come with Sallyport.  They know a handful of things by which a
// text gives itself away, and EICAR is built in.  They are where a site begins,
// not a collection that somebody keeps up to date: get one, read it, and put it
// into the station's folder yara; see scan-yara(8).
//
// severity: info is only told; low and medium make an object suspicious; high
// and critical, and a rule that does not say, make it malicious.

rule Shell_to_the_network
{
	meta:
		description = "a command that hands a shell to somebody on the network"
		severity = "medium"
	strings:
		$bash = /\b(ba)?sh -i[ \t]{0,8}[0-9&]{0,2}>&[ \t]{0,8}\/dev\/(tcp|udp)\//
		$netcat = /\bnc(at)? (-[a-z]{1,8} ){0,4}-[a-z]{0,8}e[ \t]{1,8}\/bin\/(ba|da|z)?sh\b/
		$fifo = /mkfifo [^;|&\n]{1,80}[;&]{1,2} ?cat [^|\n]{1,80}\|[ \t]{0,4}\/bin\/(ba)?sh -i/
	condition:
		any of them
}

rule Web_shell_in_PHP
{
	meta:
		description = "a page that runs what its visitors send"
		severity = "high"
	strings:
		$direct = /\b(eval|assert|system|passthru|shell_exec|exec|popen)[ \t]{0,4}\([ \t]{0,4}@?\$_(GET|POST|REQUEST|COOKIE)[ \t]{0,4}\[/ nocase
		$packed = /\beval[ \t]{0,4}\([ \t]{0,4}(base64_decode|gzinflate|gzuncompress|str_rot13)[ \t]{0,4}\([ \t]{0,4}@?\$_(GET|POST|REQUEST|COOKIE)/ nocase
	condition:
		any of them
}

rule PowerShell_loader
{
	meta:
		description = "a PowerShell command that fetches code and runs it"
		severity = "medium"
	strings:
		$shell = "powershell" nocase wide ascii
		$hidden = /-(w|win|windowstyle)[ \t]{1,8}hidden/ nocase wide ascii
		$encoded = /-e(nc|ncodedcommand)?[ \t]{1,8}[A-Za-z0-9+\/]{64}/ nocase wide ascii
		$run = /\b(iex|invoke-expression)\b/ nocase wide ascii
		$fetch = /\.download(string|data|file)[ \t]{0,4}\(/ nocase wide ascii
	condition:
		$shell and (($hidden and $encoded) or ($run and $fetch))
}

rule Miner_of_coins
{
	meta:
		description = "an address at which miners of coins ask for work"
		severity = "low"
	strings:
		$pool = /stratum\+(tcp|ssl|tls):\/\/[a-z0-9.-]{4,64}:[0-9]{2,5}/ nocase
	condition:
		$pool
}

rule Private_key
{
	meta:
		description = "a private key that anybody can read"
		severity = "info"
	strings:
		$key = /-----BEGIN ((RSA|EC|DSA|OPENSSH) )?PRIVATE KEY-----\r?\n/
	condition:
		$key
}
