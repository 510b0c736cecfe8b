#!/bin/sh
# Ends processes once the one that started us is gone, in whatever way: it told us their ids by our
# standard input, whose end says that it is gone. A shell, because `killall node` must not end it.
#   end <id>:<signal>   this process is to be ended, by this signal
#   forget <id>         it has ended by itself
#   remove <directory>  what to remove when all have ended
trap '' HUP INT TERM
entries=
directory=
while read -r verb value; do
  case $verb in
    end) entries="$entries $value" ;;
    forget)
      kept=
      for entry in $entries; do
        [ "${entry%%:*}" = "$value" ] || kept="$kept $entry"
      done
      entries=$kept
      ;;
    remove) directory=$value ;;
  esac
done

alive() {
  kill -0 "$1" 2>/dev/null || return 1
  # A dead process that nobody has asked for its end is still there by name.
  case $(cat "/proc/$1/stat" 2>/dev/null) in
    *') Z '*) return 1 ;;
  esac
}

for entry in $entries; do
  kill -s "${entry#*:}" "${entry%%:*}" 2>/dev/null
done
left=100
for entry in $entries; do
  while [ "$left" -gt 0 ] && alive "${entry%%:*}"; do
    sleep 0.1
    left=$((left - 1))
  done
  if alive "${entry%%:*}"; then kill -s KILL "${entry%%:*}"; fi
done
[ -z "$directory" ] || rm -rf "$directory"
