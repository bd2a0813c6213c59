// First light, as a newcomer has it: the demonstration with the embedded pair in a real terminal, from its start to a
// kill in the middle of a stream. One run serves all the tests of a size.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { groupMembers } from '../../src/runtime/liveness.ts';
import { type Desk, newDesk, recordsOf } from './harness/desk.ts';
import { marksOf, streamMoves, streamsOf } from './harness/live-text.ts';
import { KEYS, type Pty } from './harness/pty.ts';

describe.each([
  { cols: 80, rows: 24 },
  { cols: 120, rows: 40 },
])('turingos demo at $cols×$rows', (size) => {
  let desk: Desk;
  let pty: Pty;
  let id: string;
  beforeAll(() => {
    desk = newDesk();
    // Twice as fast as for people; the streams are still seen to move.
    pty = desk.open(['demo', '--pace', '15'], size);
  });
  afterAll(() => desk.close());

  /** Opens the fault chooser, picks the n-th fault, any target, and waits until its effect is on the time line. */
  const inject = async (n: number): Promise<void> => {
    const before = marksOf(pty.screen().join('\n')).split('F').length;
    pty.keys('X');
    await pty.waitFor('INJECT A FAULT');
    pty.keys(String(n));
    pty.keys(KEYS.enter);
    await pty.waitFor((screen) => !screen.includes('INJECT A FAULT'));
    await pty.waitFor((screen) => marksOf(screen).split('F').length > before, 30_000);
  };

  test('the live screen appears, says who works, and which brains', async () => {
    const screen = await pty.waitFor(/LIVE +RUNNING/, 20_000);
    expect(screen).toMatch(/P tiny +W tiny-early/);
    for (const pane of ['2 WORKERS', '4 CAP', '6 TRAPS', '7 TIMELINE']) expect(screen).toContain(pane);
    id = await desk.last();
  });

  test("the planner's stream moves, then a worker's, while the planner is idle and says why", async () => {
    await streamMoves(pty, 'planner');
    await pty.waitFor((screen) => /PLANNER.* idle: \S.*WORKERS/.test(streamsOf(screen).title), 20_000);
    await streamMoves(pty, 'workers');
  });

  test('a stream that is cut lands on the time line and in the trap log', async () => {
    await inject(1);
    const screen = await pty.waitFor(/CPU_FAULT/);
    expect(marksOf(screen)).toContain('F');
    const cut = (await recordsOf(desk.dir(id))).find(({ kind, applied }) => kind === 'brain.failed' && applied === 1);
    expect(cut).toMatchObject({ error: 'cut_off' });
  });

  test('a write that is denied lands on the time line and in the trap log', async () => {
    await inject(2);
    await pty.waitFor(/IO_FAULT/);
  });

  test('a handle that is revoked lands on the time line and in the table', async () => {
    await inject(3);
    await pty.waitFor('revoked');
    expect((await recordsOf(desk.dir(id))).filter(({ kind }) => kind === 'capability.revoked')).not.toHaveLength(0);
  });

  test('kill in mid-stream: the screen says so, the process group is gone, the partial text is kept', async () => {
    const kernel = desk.kernel(id);
    expect(groupMembers(kernel)).toContain(kernel);
    pty.keys('K');
    await pty.waitFor(/(is|are) being written/, 20_000);
    pty.keys('y');
    await pty.waitFor('KILLED');
    await vi.waitFor(() => expect(groupMembers(kernel)).toEqual([]));
    const records = await recordsOf(desk.dir(id));
    const aborted = records.filter(({ kind }) => kind === 'stream.aborted');
    expect(aborted.some(({ text }) => String(text).length > 0)).toBe(true);
  });

  test('what it leaves behind verifies', async () => {
    const verified = await desk.call('verify', id, '--json');
    expect(verified).toMatchObject({ code: 0, stderr: '' });
  });

  test('nothing of this cleared the whole screen', () => {
    expect(pty.counts()).toMatchObject({ clearScreen: 0, clearScrollback: 0, reset: 0, altEnter: 1, altLeave: 0 });
  });

  test('q leaves a run that has ended without a question, with its exit code', async () => {
    pty.keys('q');
    expect(await pty.exit).toEqual({ code: 130, signal: undefined });
    expect(pty.counts().altLeave).toBe(1);
    expect(pty.cursor().hidden).toBe(false);
    expect(pty.screen().join('\n')).toMatch(/KILLED/);
  });
});
