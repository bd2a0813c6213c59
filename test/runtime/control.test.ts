import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { connectControl, NoKernel } from '../../src/runtime/control-client.ts';
import type { RunStatus } from '../../src/runtime/control-protocol.ts';
import { type ControlServer, serveControl } from '../../src/runtime/control-server.ts';
import { scratch } from './rig.ts';

const STATUS: RunStatus = {
  id: '00c0ffee',
  pid: 1,
  phase: 'active',
  outcome: null,
  tick: 3,
  seq: 9,
  stalled: null,
  simulated: true,
  planner: { name: 'SIM', simulated: true },
  worker: { name: 'SIM', simulated: true },
};

let server: ControlServer | undefined;
afterEach(() => server?.close());

const serve = async (command = async () => ({ seq: 10, events: [] })): Promise<string> => {
  const path = join(scratch(), 'control.sock');
  server = await serveControl(path, { status: () => STATUS, command });
  return path;
};

const pause = { by: 'test', reason: '', order: { command: 'pause' } } as const;

describe('control.sock', () => {
  test('is for its owner alone', async () => {
    expect(statSync(await serve()).mode & 0o777).toBe(0o600);
  });

  test('answers any number of clients', async () => {
    const path = await serve();
    const clients = await Promise.all([1, 2, 3].map(() => connectControl(path, 5000)));
    expect(await Promise.all(clients.map((client) => client.status(5000)))).toEqual([STATUS, STATUS, STATUS]);
    expect(await clients[1]?.command(pause, 5000)).toEqual({ seq: 10, events: [] });
    for (const client of clients) client.close();
  });

  test('takes the place of what a lost kernel left behind', async () => {
    const path = join(scratch(), 'control.sock');
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    server = await serveControl(path, { status: () => STATUS, command: async () => ({ seq: 1, events: [] }) });
    const client = await connectControl(path, 5000);
    expect((await client.status(5000)).tick).toBe(3);
    client.close();
  });

  test('refuses a command that there is not, with its field', async () => {
    const client = await connectControl(await serve(), 5000);
    const order = { command: 'tell', pid: 0, text: 'x' } as const;
    await expect(client.command({ by: 'test', reason: '', order }, 5000)).rejects.toThrow(
      /no such command: order\.pid/,
    );
    client.close();
  });

  test('survives a client that sends nonsense', async () => {
    const path = await serve();
    const vandal = connect(path);
    await new Promise<void>((resolve) => {
      vandal.on('error', () => {});
      vandal.once('close', () => resolve());
      vandal.resume();
      vandal.end('GET / HTTP/1.1\r\nContent-Length: 1e9\r\n\r\n\u0000{{{');
    });
    const client = await connectControl(path, 5000);
    expect((await client.status(5000)).id).toBe('00c0ffee');
    client.close();
  });

  test('lets the last answer out before it closes, and takes the socket away', async () => {
    let closing: Promise<void> | undefined;
    const path = await serve(async () => {
      closing = server?.close();
      return { seq: 11, events: [] };
    });
    const client = await connectControl(path, 5000);
    expect(await client.command(pause, 5000)).toEqual({ seq: 11, events: [] });
    await closing;
    expect(existsSync(path)).toBe(false);
    client.close();
  });
});

describe('without a kernel', () => {
  test('nobody listens', async () => {
    await expect(connectControl(join(scratch(), 'none.sock'), 1000)).rejects.toBeInstanceOf(NoKernel);
  });

  test('a kernel that does not answer is given up', async () => {
    const path = join(scratch(), 'mute.sock');
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    const client = await connectControl(path, 1000);
    await expect(client.status(20)).rejects.toThrow('did not answer within 20 ms');
    client.close();
    mute.close();
  });
});
