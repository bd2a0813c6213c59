/** A console's or a verb's end of `control.sock`. */
import { connect, type Socket } from 'node:net';
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import {
  COMMAND,
  type CommandParams,
  type CommandResult,
  type Refusal,
  RunStatus,
  STATUS,
} from './control-protocol.ts';
import { EXIT } from './exit-codes.ts';
import { UserError } from './user-error.ts';

/** Nobody listens, or nobody answers in time. */
export class NoKernel extends Error {
  /** It was asked, and had not answered yet: whether it will do what it was asked is not known. */
  silent = false;

  constructor(why: string) {
    super(why);
    this.name = 'NoKernel';
  }
}

export class ControlClient {
  readonly #socket: Socket;
  readonly #connection: MessageConnection;
  readonly #gone: Promise<never>;

  /** @param socket connected */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    this.#gone = new Promise((_, reject) => {
      socket.once('close', () => reject(new NoKernel('the kernel closed the connection')));
    });
    this.#gone.catch(() => {});
    socket.on('error', () => {});
    this.#connection.onError(() => socket.destroy());
    this.#connection.listen();
  }

  /** Rejects with `NoKernel` when the kernel goes away, or is silent for `timeoutMs`. */
  async status(timeoutMs: number): Promise<RunStatus> {
    return RunStatus.parse(await this.#ask(STATUS, undefined, timeoutMs));
  }

  /** Resolves when the command is journalled. Rejects like `status`, or with the kernel's sentence as a `UserError`. */
  async command(params: CommandParams, timeoutMs: number): Promise<CommandResult> {
    try {
      return (await this.#ask(COMMAND, params, timeoutMs)) as CommandResult;
    } catch (error) {
      if (!(error instanceof ResponseError)) throw error;
      throw new UserError(error.message, (error.data as Refusal | undefined)?.exitCode ?? EXIT.internal);
    }
  }

  close(): void {
    this.#connection.dispose();
    this.#socket.destroy();
  }

  async #ask(method: string, params: unknown, timeoutMs: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const silent = Object.assign(new NoKernel(`the kernel did not answer within ${timeoutMs} ms`), { silent: true });
      timer = setTimeout(() => reject(silent), timeoutMs);
    });
    try {
      const answer = this.#connection.sendRequest(method, params);
      // Its rejection after a lost race is nobody's business.
      answer.catch(() => {});
      return await Promise.race([answer, this.#gone, late]);
    } catch (error) {
      if (error instanceof NoKernel || error instanceof ResponseError) throw error;
      // The connection broke while it was written to: what the system says of that helps nobody.
      throw new NoKernel('the kernel closed the connection');
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Rejects with `NoKernel` where nobody listens. */
export const connectControl = (path: string, timeoutMs: number): Promise<ControlClient> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (why: string): void => {
      socket.destroy();
      reject(new NoKernel(why));
    };
    const timer = setTimeout(() => fail(`nobody answered on ${path} within ${timeoutMs} ms`), timeoutMs);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(`nobody listens on ${path} (${error.code})`);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(new ControlClient(socket));
    });
  });
