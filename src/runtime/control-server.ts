/** The kernel's end of `control.sock`. A client that sends nonsense, stalls or goes away harms nothing but itself. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { COMMAND, CommandParams, type CommandResult, type RunStatus, STATUS } from './control-protocol.ts';

export interface ControlHandlers {
  status(): RunStatus;
  command(params: CommandParams): Promise<CommandResult>;
}

export interface ControlServer {
  /** Stops listening, lets answers out, removes the socket. */
  close(): Promise<void>;
}

/** @param path no live server may listen there: who holds the journal's lock may take a stale socket away */
export const serveControl = async (path: string, handlers: ControlHandlers): Promise<ControlServer> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, handlers);
  });
  rmSync(path, { force: true });
  await listen(server, path);
  return {
    async close() {
      server.close();
      for (const socket of sockets) socket.end();
      rmSync(path, { force: true });
    },
  };
};

/** With the mask set while the socket is made there is no moment at which others could connect. */
const listen = async (server: Server, path: string): Promise<void> => {
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
};

const serve = (socket: Socket, handlers: ControlHandlers): void => {
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  socket.on('error', () => socket.destroy());
  connection.onError(() => socket.destroy());
  connection.onClose(() => connection.dispose());
  connection.onRequest(STATUS, () => handlers.status());
  connection.onRequest(COMMAND, async (params: unknown) => {
    const parsed = CommandParams.safeParse(params);
    if (!parsed.success) return new ResponseError(ErrorCodes.InvalidParams, problem(parsed.error.issues[0]));
    try {
      return await handlers.command(parsed.data);
    } catch (error) {
      return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
    }
  });
  connection.listen();
};

const problem = (issue: { path: PropertyKey[]; message: string } | undefined): string =>
  `no such command: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
