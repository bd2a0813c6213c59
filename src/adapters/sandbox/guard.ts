/**
 * What ends a tree when we are killed and can end nothing any more: a shell between us and the tree, which reads fd 5.
 *
 * bwrap alone does not do: killed, by its own --die-with-parent, between making its child and letting it go on, it leaves
 * that child waiting for ever. So nobody kills bwrap. Its parent is the guard, which lives on when we die. It is told the
 * init before the command may begin, and kills that when the pipe ends. Before, there is nothing to kill: the launcher's
 * pipe ends as well, and the sandbox by itself.
 */
export const GUARD_FD = 5;

const NAMESPACE = `
{ read -r init <&5 && { read -r end <&5; kill -9 "$init"; }; } &
"$@" 5<&-
status=$?
kill -9 $!
exit $status
`;

// Twice in the background, so that the program does not find a child that it did not make.
const GROUP = `
( { read -r end <&5; kill -9 0; } & )
exec "$@" 5<&-
`;

/** `before` is shell text that runs first, with its own arguments in front of the command, which it shifts away. */
export const guarded = (tree: 'namespace' | 'group', command: readonly string[], before = ''): string[] => [
  '/bin/sh',
  '-c',
  `${before}${tree === 'namespace' ? NAMESPACE : GROUP}`,
  'guard',
  ...command,
];
