#!/bin/sh
# Asks a running platform what it promises, as a client inside the cluster. A line for each check, `ok` or `FAILED` with what
# was seen; exit code 0 when all are ok, 1 when one failed, 2 when the platform did not answer at all.
#
# Everything comes from the environment:
#   GATEWAY            host:port of the gateway's Service
#   MODEL_URL          URL of a chat completion at the model's public host
#   UNKNOWN_URL        the same at a host of the domain that no model has
#   DIRECT_URLS        URLs of the model's own Service, of which none may answer, with blanks between; empty: not checked
#   CHAT, STREAM       bodies: a short chat completion, and the same as a stream
#   LONG_CHAT          body: a longer one, to use up the limit
#   KEY_PREFIX API_KEY a key of the tier of this test
#   TOKENS_PER_MINUTE  the limit of that tier; empty: the engine of the limits tells no client
#   OTHER_TIER         a tier that the key does not belong to
#   READY_SECONDS      how long the first answer may take to come
set -u
umask 077

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failures=0
# Files, so that neither the key nor a body stands in an argument.
printf 'authorization: %s %s\n' "$KEY_PREFIX" "$API_KEY" >"$work/key"
printf '%s' "$CHAT" >"$work/chat"
printf '%s' "$STREAM" >"$work/stream"
printf '%s' "$LONG_CHAT" >"$work/long"
with_key="header = \"@$work/key\""

# transfer NAME URL BODY [LINE...]: one request as curl's configuration, whose answer goes to files of that name.
transfer() {
  name=$1 url=$2 body=$3
  shift 3
  rm -f "$work/$name.headers"
  printf '%s = "%s"\n' url "$url" connect-to "::$GATEWAY" data "@$work/$body" header 'content-type: application/json' \
    output "$work/$name.body" dump-header "$work/$name.headers" max-time 120
  # The certificate is for clients outside; this one comes by the name of a Service.
  printf '%s\n' silent insecure "$@"
}

# ask URL BODY [LINE...]: sends one request; its answer is called `one`.
ask() {
  transfer one "$@" | curl -q --config -
}

# status NAME: of an answer.
status() {
  code=$(sed -n 's/^HTTP[^ ]* \([0-9][0-9]*\).*/\1/p' "$work/$1.headers" 2>/dev/null | tail -n 1)
  printf '%s\n' "${code:-no answer}"
}

# number NAME HEADER: a header of an answer that is a whole number, else nothing.
number() {
  tr -d '\r' <"$work/$1.headers" 2>/dev/null | tr '[:upper:]' '[:lower:]' | sed -n "s/^$2: *\([0-9][0-9]*\)\$/\1/p" | tail -n 1
}

# verdict CHECK SEEN EXPECTED: prints what was seen, and counts it where it is something else.
verdict() {
  if [ "$2" = "$3" ]; then
    printf 'ok      %s: %s\n' "$1" "$2"
  else
    printf 'FAILED  %s: got %s, expected %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
  fi
}

# spend BODY [LINE...]: asks with the key; over the limit it waits for the next window and asks again.
spend() {
  ask "$MODEL_URL" "$@" "$with_key"
  if [ "$(status one)" = 429 ]; then
    rest=$(number one retry-after)
    sleep "$((${rest:-60} + 1))"
    ask "$MODEL_URL" "$@" "$with_key"
  fi
}

# A new platform needs a while: the model loads, policies come into force.
wait_for_platform() {
  waited=0
  while
    spend chat
    [ "$(status one)" != 200 ]
  do
    if [ "$waited" -ge "$READY_SECONDS" ]; then
      printf 'FAILED  the platform answers: got %s after %s s, expected 200\n' "$(status one)" "$READY_SECONDS"
      exit 2
    fi
    sleep 5
    waited=$((waited + 5))
  done
}

check_refusals() {
  ask "$MODEL_URL" chat
  verdict 'no key' "$(status one)" 401
  ask "$MODEL_URL" chat "header = \"authorization: $KEY_PREFIX no-such-key\""
  verdict 'an unknown key' "$(status one)" 401
  ask "$MODEL_URL" chat 'header = "x-maas-user: somebody"' "header = \"x-maas-tier: $OTHER_TIER\""
  verdict 'an identity without a key' "$(status one)" 401
  ask "$UNKNOWN_URL" chat "$with_key"
  verdict 'an unknown host' "$(status one)" 404
}

# told NAME HEADER: whether an answer has a header, whose number changes from one to the next.
told() {
  [ -n "$(number "$1" "$2")" ] && echo told || echo missing
}

# limit_of NAME: what an answer says of the limit.
limit_of() {
  limit=$(number "$1" x-ratelimit-limit-tokens)
  printf '%s, limit %s, remaining %s, reset %s\n' "$(status "$1")" "${limit:-missing}" \
    "$(told "$1" x-ratelimit-remaining-tokens)" "$(told "$1" x-ratelimit-reset-tokens)"
}

check_headers() {
  expected="200, limit $TOKENS_PER_MINUTE, remaining told, reset told"
  spend chat
  verdict 'limit headers' "$(limit_of one)" "$expected"
  spend chat 'header = "x-maas-user: somebody"' "header = \"x-maas-tier: $OTHER_TIER\""
  verdict 'a forged identity beside a key' "$(limit_of one)" "$expected"
}

# Three requests over one connection, so that one gateway pod counts them: what the third finds gone, and has not used
# itself, is the stream's. Where a window turns between them, or ends, once more.
stream_use() {
  attempt=1
  while [ "$attempt" -le 3 ]; do
    {
      transfer first "$MODEL_URL" chat "$with_key" && echo next
      transfer second "$MODEL_URL" stream "$with_key" && echo next
      transfer third "$MODEL_URL" chat "$with_key"
    } | curl -q --config -
    before=$(number first x-ratelimit-reset-tokens)
    after=$(number third x-ratelimit-reset-tokens)
    if [ "$(status first) $(status second) $(status third)" = '200 200 200' ] && [ "${after:-0}" -le "${before:-0}" ]; then
      had=$(number first x-ratelimit-remaining-tokens)
      has=$(number third x-ratelimit-remaining-tokens)
      own=$(number third x-ratelimit-consumed-tokens)
      [ "$((${had:-0} - ${has:-0} - ${own:-0}))" -gt 0 ] && echo counted || echo 'not counted'
      return
    fi
    sleep "$((${before:-60} + 1))"
    attempt=$((attempt + 1))
  done
  printf '%s, %s, %s\n' "$(status first)" "$(status second)" "$(status third)"
}

# What the limit leaves of a minute is used up, at most in a hundred requests.
check_limit() {
  asked=0
  while [ "$asked" -lt 100 ]; do
    ask "$MODEL_URL" long "$with_key"
    [ "$(status one)" = 200 ] || break
    asked=$((asked + 1))
  done
  verdict 'over the limit' "$(status one), retry-after $(told one retry-after)" '429, retry-after told'
}

# Refused (7) or silent (28); a name that nobody knows (6) shows nothing. The first that is neither is the verdict.
check_direct() {
  for url in $DIRECT_URLS; do
    seen=$(curl -q --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$url")
    case $? in
      0) ;;
      7 | 28) seen='no answer' ;;
      *) seen='another failure' ;;
    esac
    [ "$seen" = 'no answer' ] || break
  done
  verdict 'the model past the gateway' "$seen" 'no answer'
}

wait_for_platform
check_refusals
if [ -n "$TOKENS_PER_MINUTE" ]; then
  check_headers
  verdict 'a stream' "$(stream_use)" counted
fi
[ -z "$DIRECT_URLS" ] || check_direct
check_limit

if [ "$failures" -gt 0 ]; then
  printf '%s checks FAILED\n' "$failures"
  exit 1
fi
echo 'all checks ok'
