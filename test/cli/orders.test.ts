import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { liveRun } from '../../src/cli/live-run.ts';
import { watchRun } from '../../src/cli/watch.ts';
import { groupMembers, lockHolder } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { allRecords } from '../runtime/rig.ts';
import { begin, firstRecord, lastJson, newHome, slowRun, turingos } from './harness.ts';

describe('kill', () => {
  test('in mid-stream: says what it ended, keeps the partial text, leaves no process', async () => {
    const home = newHome();
    const { id, dir, pid, ended } = await slowRun(home);
    const killed = await turingos('kill', id.slice(0, 6), '--home', home);
    expect(killed).toMatchObject({ code: 0, stderr: '' });
    expect(killed.stdout).toMatch(
      new RegExp(`^killed ${id} at t\\d+: (P1|w\\d+) mid-stream, \\d+ tokens kept; .*process group ${pid} ended\\n$`),
    );
    expect(groupMembers(pid)).toEqual([]);
    expect((await ended).code).toBe(130);
    const records = await allRecords(dir);
    const aborted = records.filter(({ kind }) => kind === 'stream.aborted');
    expect(aborted.length).toBeGreaterThan(0);
    expect(aborted.every(({ partial }) => (partial as string).startsWith('{"q":'))).toBe(true);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
    expect(await turingos('kill', id, '--home', home)).toMatchObject({
      code: 75,
      stderr: `turingos: run ${id} is not alive: \`turingos ps --all\` says how it ended\n`,
    });
  });

  test('without its socket a kernel still ends by its own word: the end and the partial text are journalled', async () => {
    const home = newHome();
    const { id, dir, ended } = await slowRun(home);
    rmSync(join(dir, 'control.sock'));
    const killed = lastJson(await turingos('kill', id, '--json', '--home', home));
    expect(killed).toMatchObject({ id, by: 'command', tick: expect.any(Number) });
    expect((await ended).code).toBe(130);
    const kinds = (await allRecords(dir)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['run.ended', 'stream.aborted']));
  });

  test('without its run.json a run can still be killed', async () => {
    const home = newHome();
    const { id, dir, ended } = await slowRun(home);
    rmSync(join(dir, 'run.json'));
    expect(lastJson(await turingos('kill', id, '--json', '--home', home))).toMatchObject({ id, by: 'command' });
    expect((await ended).code).toBe(130);
  });

  test('a kernel that does not answer is ended all the same, and lists say who killed it', async () => {
    const home = newHome();
    const { id, pid, ended } = await slowRun(home);
    process.kill(pid, 'SIGSTOP');
    const killed = lastJson(await turingos('kill', id, '--json', '--home', home));
    expect(killed).toMatchObject({ id, by: 'force', tick: null, group: pid });
    expect(killed).not.toHaveProperty('unmarked');
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining(`run ${id} was killed by cli`) });
    const { runs } = lastJson(await turingos('ps', '--all', '--json', '--home', home));
    expect(runs).toMatchObject([{ id, state: 'killed', forced: { by: 'cli', reason: 'turingos kill' } }]);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
    expect((await turingos('attach', id, '--json', '--home', home)).code).toBe(130);
  });
});

describe('orders to a live run', () => {
  test('pause, step, unpause; what does nothing says so', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    const order = (...args: string[]) => turingos(...args, '--home', home);
    expect(await order('step', id)).toMatchObject({
      code: 1,
      stderr: 'turingos: step did nothing: only a paused run can be stepped\n',
    });
    expect((await order('pause', id)).code).toBe(0);
    expect((await order('ps')).stdout).toContain('PAUSED');
    expect(await order('pause', id)).toMatchObject({
      code: 0,
      stdout: `${id}: nothing to do: the run is paused already\n`,
    });
    const stepped = lastJson(await order('step', id, '--json'));
    expect(stepped).toMatchObject({ id, events: expect.arrayContaining([{ kind: 'run.stepped' }]) });
    expect((await order('unpause', id)).code).toBe(0);
    await firstRecord(dir, ({ kind, seq }) => kind === 'route.dispatched' && seq > (stepped.seq as number));
    await order('kill', id);
  });

  test('a target that no task file may give is not granted either', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    for (const [target, why] of [
      ['../../etc/passwd', 'a path must not hold the segment ".."'],
      ['/etc/passwd', 'a path must be relative'],
    ] as const) {
      expect(await turingos('grant', id, 'P1', 'rw', target, '--home', home)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`"${target}" cannot be granted: ${why}; for example`),
      });
    }
    expect((await allRecords(dir)).some(({ kind }) => kind === 'operator.commanded')).toBe(false);
  });

  test('every order has a verb, with its reason in the journal; what is so already is no failure', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    const order = (...args: string[]) => turingos(...args, '--home', home, '--reason', 'to see');
    const told = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await order(...args);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return stdout.replace(`${id}: `, '').trim();
    };
    await told('pause', id);
    expect(await told('tell', id, 'P1', 'look', 'at', 'ANSWER.txt')).toBe('P1 is told in its next frame');
    expect(await told('grant', id, 'panic', '2')).toBe('panic budget raised by 2 to 5');
    expect(await told('grant', id, 'P1', 'r', 'NEW.txt')).toMatch(/^P1 holds h\d+ r NEW.txt$/);
    expect(await told('grant', id, 'P1', 'r', 'NEW.txt')).toMatch(/^nothing to do: .* already/);
    expect(await told('revoke', id, 'P1', 'h1')).toContain('revoked h1 of P1');
    expect(await told('revoke', id, 'P1', 'h1')).toContain('nothing to do');
    expect(await told('set', id, 'thrash.same', '6', 'wall', '30m')).toBe(
      'thrash.same from 4 to 6, wall from off to 30m',
    );
    expect(await told('set', id, 'thrash.same', '6')).toContain('nothing to do');
    expect(await told('pardon', id, 'P1')).toMatch(/^P1 is pardoned|nothing to do/);
    expect(await order('grant', id, 'P1', 'x', 'rm')).toMatchObject({ code: 1 });
    expect(await order('set', id, 'ahead', '99')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('set did nothing: that would be no policy: workers: '),
    });
    expect(await order('set', id, 'handleStyle', 'url')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /there is no field handleStyle; .*: for example `set thrash.same 6`; see `turingos set --help`\n$/,
      ),
    });
    await turingos('kill', id, '--home', home);
    const orders = (await allRecords(dir)).filter(({ kind }) => kind === 'operator.commanded');
    expect(orders.slice(0, -1).every(({ by, reason }) => by === 'cli' && reason === 'to see')).toBe(true);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  });

  test('an order with an id is done once, and answered with what it did the first time', async () => {
    const home = newHome();
    const { id } = await slowRun(home);
    const order = (...args: string[]) => turingos(...args, '--id', 'a1', '--home', home);
    const first = await order('grant', id, 'panic', '2');
    expect(first.stdout).toBe(`${id}: panic budget raised by 2 to 5\n`);
    expect(await order('grant', id, 'panic', '2')).toMatchObject({
      code: 0,
      stdout: `${id}: done before, under this id: panic budget raised by 2 to 5\n`,
    });
    expect(await order('grant', id, 'panic', '3')).toMatchObject({
      code: 1,
      stderr: 'turingos: grant did nothing: the id a1 was given to another order before\n',
    });
    await turingos('kill', id, '--home', home);
  });

  test('--dry-run tells what would happen, and writes nothing', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    await turingos('pause', id, '--home', home);
    const dry = await turingos('kill', id, '--dry-run', '--json', '--home', home);
    expect(lastJson(dry)).toMatchObject({ dryRun: true, order: 'kill', outcome: expect.stringContaining('killed') });
    expect((lastJson(dry).events as { kind: string }[]).map(({ kind }) => kind)).toContain('run.ended');
    expect((await turingos('ps', '--home', home)).stdout).toContain('PAUSED');
    await turingos('kill', id, '--home', home);
    const orders = (await allRecords(dir)).filter(({ kind }) => kind === 'operator.commanded');
    expect(orders).toHaveLength(2);
  });

  test('an injected fault strikes, and is seen in the journal', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    const injected = await turingos('inject', id, 'brain.cut', '--target', 'any', '--home', home);
    expect(injected).toMatchObject({ code: 0, stderr: '' });
    expect(await firstRecord(dir, ({ kind }) => kind === 'fault.triggered')).toMatchObject({ fault: 'brain.cut' });
    await turingos('kill', id, '--home', home);
  });

  test('several verbs at once are all journalled', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    const verbs = await Promise.all([
      turingos('pause', id, '--home', home),
      turingos('inject', id, 'write.denied', '--home', home),
      turingos('inject', id, 'cap.revoked', '--target', '1', '--handle', 'h2', '--home', home),
      turingos('ps', '--home', home),
    ]);
    expect(verbs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    await turingos('kill', id, '--home', home);
    const orders = (await allRecords(dir)).filter(({ kind }) => kind === 'operator.commanded');
    expect(orders.map(({ order }) => (order as { command: string }).command).sort()).toEqual([
      'inject',
      'inject',
      'kill',
      'pause',
    ]);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  });

  test('attach --json tells the whole run, from its first event to its end', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    const attached = turingos('attach', id, '--json', '--home', home);
    await turingos('kill', id, '--home', home);
    const ended = await attached;
    expect(ended.code).toBe(130);
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ kind: 'run.created' });
    // What was cut off is noted after the end.
    expect(lines.at(-2)).toMatchObject({ kind: 'stream.aborted', partial: expect.stringContaining('{"q":') });
    expect(lines.at(-1)).toMatchObject({ id, outcome: 'killed', records: (await allRecords(dir)).at(-1)?.seq });
  });

  test('a run that is starting is waited for, by who watches it and by who kills it', async () => {
    const home = newHome();
    const run = begin('run', 'ledger-12', '--headless', '--profile', 'sim', '--pace', '40', '--home', home);
    while (runIds(home).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const id = runIds(home)[0] as string;
    expect(lockHolder(runDir(home, id))).toBeUndefined();
    const seen: string[] = [];
    const watched = watchRun(runDir(home, id), ({ kind }) => void seen.push(kind));
    const { holder } = await liveRun(id, home);
    expect(seen).not.toContain('run.ended');
    expect(lastJson(await turingos('kill', id, '--json', '--home', home))).toMatchObject({ group: holder?.pid });
    expect(await watched).toMatchObject({ outcome: 'killed' });
    expect((await run.ended).code).toBe(130);
  });
});
