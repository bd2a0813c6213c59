/** A server's side of its connections, as the system has it: for servers that are not ours. Linux, IPv4. */
import { readFileSync } from 'node:fs';

const ESTABLISHED = '01';
const LOCAL = 1;
const REMOTE = 2;
const STATE = 3;

/**
 * The connections of a server on loopback that neither side has closed, each as the address of its client. One whose client
 * has left is in another state, or gone, as soon as the server's end of it knows.
 */
export const openConnections = (port: number): Set<string> => {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Set(
    rows.filter((row) => row[LOCAL] === local && row[STATE] === ESTABLISHED).map((row) => row[REMOTE] as string),
  );
};
