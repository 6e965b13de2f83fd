# SPDX-License-Identifier: ISC
# What tests with a software token share; a test has lib.sh before it.
# tess is the officer with the token, whose state is $token.
token=$work/token.json
pin=271828
set_token() { # JSON, over what there is
	/usr/bin/python3 - "$token" "$1" <<'PY'
import json, os, sys
path, more = sys.argv[1:]
state = json.load(open(path)) if os.path.exists(path) else {"pin": "271828"}
state.update(json.loads(more))
json.dump(state, open(path + ".set", "w"))
os.rename(path + ".set", path)
PY
}
get_token() { # FIELD
	/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get(sys.argv[2]))' "$token" "$1"
}
token_is() { # FIELD VALUE
	[ "$(get_token "$1")" = "$2" ]
}
with_token() { # COMMAND..., the PIN on 9 unless another is there
	/usr/bin/python3 tests/e2e/softtoken.py "$token" "$@"
}
tess() { # COMMAND...
	with_token "$bin/sallyport" --as tess --token-fd @TOKEN --passphrase-fd 9 "$@" 9<<END
$pin
END
}
enrol() { # ID NAME
	with_token "$bin/sallyport" --as ada --token-fd @TOKEN --passphrase-fd 9 authority add "$1" \
	    --name "$2" --role officer --token --new-passphrase-fd 8 9<<END 8<<NEW
ada opens the demo
END
$pin
NEW
}
