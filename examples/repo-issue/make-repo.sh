#!/bin/sh
# make-repo.sh DIR: the package with the open issue, as a repository. Prints DIR@COMMIT, always the same commit.
set -eu
if [ $# -ne 1 ]; then
  echo "make-repo.sh: one word is wanted: a directory" >&2
  exit 2
fi
dir=$1
here=$(cd "$(dirname "$0")" && pwd)
if [ -e "$dir" ] && [ -n "$(ls -A "$dir")" ]; then
  echo "make-repo.sh: $dir is there already: name another directory" >&2
  exit 2
fi
mkdir -p "$dir"
cp -R "$here/repo/." "$dir"
cd "$dir"
chmod -R u=rwX,go=rX .
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=retry GIT_AUTHOR_EMAIL=retry@example.invalid GIT_AUTHOR_DATE='2026-10-21T08:00:00Z'
export GIT_COMMITTER_NAME=retry GIT_COMMITTER_EMAIL=retry@example.invalid GIT_COMMITTER_DATE='2026-10-21T08:00:00Z'
git init -q -b main .
git add -A -f
git commit -q -m 'A test for dates in Retry-After, which fails'
echo "$dir@$(git rev-parse HEAD)"
