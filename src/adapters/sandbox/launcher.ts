/**
 * What runs before the program, in its place and within its fence: a fixed shell text, to which the command comes as
 * arguments, so that no shell ever reads it.
 *
 * It speaks with us over fd 3: it writes `ready`, or the errno of a program that is not to be run, and waits for a line.
 * Until that line nothing of the command has happened. When we are gone, the read ends, and so does it.
 */
const LAUNCHER = `
exec 2>&1
fail() { echo "$1" >&3; exit 126; }
prlimit --pid $$ $1 >/dev/null 2>&1 || fail ELIMIT
# When the machine runs out of memory, this is what goes first.
{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
shift
found=
case $1 in
*/*) found=$1 ;;
*)
  IFS=:
  for dir in $PATH; do
    if [ -f "$dir/$1" ] && [ -x "$dir/$1" ]; then found=$dir/$1; break; fi
  done
  unset IFS
  ;;
esac
[ -e "$found" ] || fail ENOENT
{ [ -f "$found" ] && [ -x "$found" ]; } || fail EACCES
echo ready >&3
read -r go <&3 || exit 126
exec 3>&-
exec "$@"
`;

/** The whole command line of the launcher. */
export const launched = (options: string, argv: readonly string[]): string[] => [
  '/bin/sh',
  '-c',
  LAUNCHER,
  'launcher',
  options,
  ...argv,
];
