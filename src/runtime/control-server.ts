/** The kernel's end of `control.sock`. A client that sends nonsense, stalls or goes away harms nothing but itself. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import {
  COMMAND,
  CommandParams,
  type CommandResult,
  type Refusal,
  type RunStatus,
  STATUS,
} from './control-protocol.ts';
import { EXIT } from './exit-codes.ts';
import { UserError } from './user-error.ts';

/** Bytes of one message, and of answers that a client has not read, beyond which it is sent away. */
const MESSAGE_BYTES = 64 * 1024;
const UNREAD_BYTES = 1024 * 1024;
/** A client that does not read delays the kernel's end by this at most. */
const LAST_WORDS_MS = 50;

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
  const clients = new Set<Client>();
  const server = createServer((socket) => {
    const client = new Client(socket, handlers);
    clients.add(client);
    socket.once('close', () => clients.delete(client));
  });
  rmSync(path, { force: true });
  await listen(server, path);
  return {
    async close() {
      server.close();
      rmSync(path, { force: true });
      await Promise.race([Promise.all([...clients].map((client) => client.end())), sleep(LAST_WORDS_MS)]);
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

class Client {
  readonly #socket: Socket;
  readonly #handlers: ControlHandlers;
  /** Answers that are being made. */
  readonly #pending = new Set<Promise<unknown>>();

  constructor(socket: Socket, handlers: ControlHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    socket.on('error', () => socket.destroy());
    let unanswered = 0;
    socket.on('data', (chunk) => {
      unanswered += chunk.length;
      if (unanswered > MESSAGE_BYTES || socket.writableLength > UNREAD_BYTES) socket.destroy();
    });
    connection.onError(() => socket.destroy());
    connection.onClose(() => connection.dispose());
    connection.onRequest(STATUS, () => {
      unanswered = 0;
      return handlers.status();
    });
    connection.onRequest(COMMAND, (params: unknown) => {
      unanswered = 0;
      const answer = this.#command(params);
      this.#pending.add(answer);
      answer.finally(() => this.#pending.delete(answer));
      return answer;
    });
    connection.listen();
  }

  /** Lets out the answers that are due, above all the one to the command that ended the run. */
  async end(): Promise<void> {
    await Promise.all(this.#pending);
    // The connection writes an answer some turns of the loop after it was made.
    for (let i = 0; i < 4; i += 1) await macrotask();
    await new Promise<void>((resolve) => this.#socket.end(resolve));
  }

  async #command(params: unknown): Promise<CommandResult | ResponseError<Refusal>> {
    const parsed = CommandParams.safeParse(params);
    if (!parsed.success) return refusal(ErrorCodes.InvalidParams, problem(parsed.error.issues[0]), EXIT.usage);
    try {
      return await this.#handlers.command(parsed.data);
    } catch (error) {
      const exitCode = error instanceof UserError ? error.exitCode : EXIT.internal;
      return refusal(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error), exitCode);
    }
  }
}

const refusal = (code: number, message: string, exitCode: number): ResponseError<Refusal> =>
  new ResponseError(code, message, { exitCode });

const problem = (issue: { path: PropertyKey[]; message: string } | undefined): string =>
  `no such command: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
