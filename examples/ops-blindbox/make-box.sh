#!/bin/sh
# make-box.sh killed|permission|socket DIR: a repository of the ticket desk, broken in that way. Prints DIR@COMMIT, always the same commit.
set -eu
if [ $# -ne 2 ]; then
  echo "make-box.sh: two words are wanted: killed, permission or socket, and a directory" >&2
  exit 2
fi
kind=$1 dir=$2
here=$(cd "$(dirname "$0")" && pwd)
if [ -e "$dir" ] && [ -n "$(ls -A "$dir")" ]; then
  echo "make-box.sh: $dir is there already: name another directory" >&2
  exit 2
fi
mkdir -p "$dir"
cp -R "$here/box/." "$dir"
cd "$dir"
chmod -R u=rwX,go=rX .
chmod 644 bin/app bin/svc.js
log() { printf '02:00 backup written to var/backup.ndjson\n02:10 %s\n02:10 the desk does not answer\n' "$1" >var/app.log; }
case $kind in
killed)
  chmod 755 bin/app
  echo 4711 >run/app.pid
  printf '{"id":4,"title":"Stairs are slip' >>var/tickets.ndjson
  log 'killed: process 4711 by signal 9, out of memory'
  ;;
permission)
  log 'permission: files were put back by a copy that keeps no modes'
  ;;
socket)
  chmod 755 bin/app
  echo '{ "name": "tickets", "socket": "run/desk.sock", "store": "var/tickets.ndjson" }' >etc/app.json
  echo 'moved to run/desk.sock' >run/app.sock
  log 'socket: the desk was moved to another one'
  ;;
*)
  echo "make-box.sh: there is no way to break it called $kind; there are killed, permission and socket" >&2
  exit 2
  ;;
esac
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=desk GIT_AUTHOR_EMAIL=desk@example.invalid GIT_AUTHOR_DATE='2026-10-21T02:10:00Z'
export GIT_COMMITTER_NAME=desk GIT_COMMITTER_EMAIL=desk@example.invalid GIT_COMMITTER_DATE='2026-10-21T02:10:00Z'
git init -q -b main .
git add -A -f
git -c core.fileMode=true commit -q -m "The ticket desk: $kind"
echo "$dir@$(git rev-parse HEAD)"
