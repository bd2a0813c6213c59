/** As whom commands run, seen from outside, and how that user reaches what is mounted for it. */
import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { guarded } from './guard.ts';
import { ownTree } from './own-tree.ts';

export interface Stage {
  /** Its uid and gid from outside, if they are not ours. */
  user: number | undefined;
  /** The node program, at a path that the user can reach. */
  node: string;
  /** Makes the workspace's files the user's. */
  own(workspace: string): Promise<void>;
  /** Where the user sees the workspace. */
  seen(workspace: string): string;
  /** What to start so that `command` runs as the user, under its guard. */
  command(workspace: string, command: readonly string[]): string[];
}

/** Ours is the user: inside, 1000 stands for it, and it has no more rights than we have. */
const ownUser: Stage = {
  user: undefined,
  node: process.execPath,
  own: async () => {},
  seen: (workspace) => workspace,
  command: (_, command) => guarded('namespace', command),
};

/**
 * For root: limits on processes do not bind root, and root's files would be its files. So the command runs as a user
 * that nobody else is: of the range that systemd's list of uids keeps unused, and small enough for a container with
 * 65,536 of them.
 */
const FENCED_UID = 65_533;

/** Empty, and nothing but places to mount on; what is mounted there is seen by one exec alone. */
const PLACES = '/run/turingos-sandbox';

// That user cannot walk through /root or a run's private directory. Root mounts what it needs where it can, in a mount
// namespace that ends with the exec.
// Each mount is a program to start, so node is left where it is if that user can reach it.
const MOUNTED = `
mount --bind "$1" ${PLACES}/workspace || exit 1
if [ "$2" != "$3" ]; then mount --bind "$2" "$3" || exit 1; fi
shift 3
`;
const AS_FENCED = ['setpriv', '--reuid', `${FENCED_UID}`, '--regid', `${FENCED_UID}`, '--clear-groups', '--'];

const rootsUser = (): Stage => {
  mkdirSync(`${PLACES}/workspace`, { recursive: true, mode: 0o755 });
  writeFileSync(`${PLACES}/node`, '', { mode: 0o644 });
  const node = isForAll(process.execPath) ? process.execPath : `${PLACES}/node`;
  return {
    user: FENCED_UID,
    node,
    own: (workspace) => ownTree(workspace, FENCED_UID),
    seen: () => `${PLACES}/workspace`,
    command: (workspace, command) => [
      ...['unshare', '--mount', '--propagation', 'private', '--'],
      ...guarded('namespace', [workspace, process.execPath, node, ...AS_FENCED, ...command], MOUNTED),
    ],
  };
};

/** Whether anybody may read and start a program, and walk through every directory on the way to it. */
const isForAll = (path: string): boolean => {
  const real = realpathSync(path);
  if ((statSync(real).mode & 0o5) !== 0o5) return false;
  for (let dir = dirname(real); ; dir = dirname(dir)) {
    if ((statSync(dir).mode & 0o1) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
};

/**
 * The root of a user namespace without that user (a container of one uid) is nobody's root: from outside it is the user
 * who made the namespace, whom limits bind.
 */
const canDrop = (): boolean =>
  ['uid', 'gid'].every((kind) =>
    readFileSync(`/proc/self/${kind}_map`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .some(([first = 0, , count = 0]) => first <= FENCED_UID && FENCED_UID < first + count),
  );

export const stageFor = (uid: number): Stage => (uid === 0 && canDrop() ? rootsUser() : ownUser);
