/** Servers that only this machine can reach. */
import type { IncomingMessage, Server } from 'node:http';
import { EXIT } from '../../runtime/exit-codes.ts';
import { UserError } from '../../runtime/user-error.ts';

export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

/** @param port 0 for any. @returns the address. @throws UserError 69 */
export const listen = (server: Server, port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'something listens there already; give another --port' : message;
      reject(new UserError(`port ${port} cannot be had: ${why}`, EXIT.unavailable));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`);
    });
  });

/** Ends the server and every connection of it. */
export const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
