/** Gives a directory and all in it to a user. Only root can. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  type Stats,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Entries between two turns of the event loop, so that a large tree does not stop the console. */
const AT_ONCE = 500;
const SET_ID = 0o6000;

/**
 * Every name is taken within an open directory, never by its whole path: a symbolic link that takes a directory's place
 * meanwhile leads nowhere. A file with a second name is left alone unless it is the user's already, since that name may
 * be outside; from inside, none can be made that is. So is what is mounted on the tree.
 */
export const ownTree = async (root: string, uid: number): Promise<void> => {
  const isOwned = (found: Stats): boolean => found.uid === uid && found.gid === uid;
  let left = AT_ONCE;
  const own = async (directory: string | Buffer, device?: number): Promise<void> => {
    const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      const here = fstatSync(fd);
      if (device !== undefined && here.dev !== device) return;
      if (!isOwned(here)) fchownSync(fd, uid, uid);
      for (const name of readdirSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' })) {
        if (--left <= 0) {
          left = AT_ONCE;
          await nextTurn();
        }
        const path = Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name]);
        const found = lstatSync(path);
        if (found.isDirectory()) await own(path, here.dev);
        else if (!isOwned(found) && found.nlink === 1) give(path, found, uid);
      }
    } finally {
      closeSync(fd);
    }
  };
  await own(root);
};

const give = (path: Buffer, { mode }: Stats, uid: number): void => {
  if ((mode & SET_ID) === 0 || (mode & constants.S_IFMT) !== constants.S_IFREG) {
    lchownSync(path, uid, uid);
    return;
  }
  // A change of owner takes these bits away, and the mode is part of the world's hash.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    fchownSync(fd, uid, uid);
    fchmodSync(fd, mode & 0o7777);
  } finally {
    closeSync(fd);
  }
};
