// What models, tasks and commands write is shown, never obeyed: a run full of terminal escapes, seen through the built
// console in a real terminal. All that reaches the terminal is looked at byte by byte.
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Journal, openJournal, type Payload } from '../../src/journal/index.ts';
import { probeQuestion } from '../../src/screens/terminal-probe.ts';
import type { Rec } from '../../src/store/record.ts';
import { DemoRun, replies } from '../store/demo-run.ts';
import { type Desk, newDesk } from './harness/desk.ts';
import { KEYS, type Pty } from './harness/pty.ts';

const ATTACKS = [
  '\x1b]0;pwned\x07',
  '\x1b]2;pwned\x1b\\',
  '\x1b]52;c;cHduZWQ=\x07',
  '\x1b]8;;http://pwned\x1b\\',
  '\x1b[2J\x1b[13;37H',
  '\x1b[?1049l\x1b[?25h\x1b[?1000h',
  '\x1bc\x1b7\x1b[6n\x1b[c',
  '\x1bP+q544e\x1b\\',
  '\x9b13;37H',
  '\x9d0;pwned\x9c',
  '\x07\b\b\b\r\v\f\x0e\x7f',
  '\u202epwned\u2066',
  '\x1b[5mSHOWN\x1b[0m',
];
const EVIL = `be${ATTACKS.join('')}fore`;
const ID = '7f3a0c1d';

let desk: Desk;
let journal: Journal;
let run: DemoRun;
let written = 0;

/** Appends what the run has brought forth since, in batches as a kernel writes them. */
const write = async (): Promise<void> => {
  let input: Payload | undefined;
  let events: Payload[] = [];
  const flush = (): void => {
    if (input !== undefined) journal.appendBatch(input, events);
    [input, events] = [undefined, []];
  };
  for (const record of run.records.slice(written)) {
    const payload = evilTask(record);
    if (record.class !== 'event') flush();
    if (record.class === 'input') input = payload;
    else if (record.class === 'event') events.push(payload);
    else journal.appendNote(payload);
  }
  flush();
  written = run.records.length;
  await journal.written();
};

/** The task's name and goal come from outside as well. */
const evilTask = ({ seq: _seq, ts: _ts, run: _run, class: _class, ...payload }: Rec): Payload => {
  const text = JSON.stringify(payload);
  const evil = JSON.stringify(EVIL).slice(1, -1);
  return JSON.parse(text.replaceAll('ledger-12', `ledger${evil}`).replaceAll('into ANSWER', `into ${evil}`)) as Payload;
};

const halts = (text: string): string => JSON.stringify({ q: text, mind: [], world: { op: 'SYS_HALT', result: text } });

beforeAll(async () => {
  desk = newDesk();
  mkdirSync(desk.dir(ID), { recursive: true });
  journal = await openJournal(desk.dir(ID), { run: ID, fsync: 'never' });
  const planner = [
    replies.push(EVIL, 'read rows'),
    replies.map(`sum ${EVIL}`, 'sum r02'),
    EVIL,
    JSON.stringify({ q: EVIL, mind: [], world: { op: EVIL } }),
    JSON.stringify({ q: EVIL, mind: [], world: { op: 'SYS_GOTO', cap: EVIL } }),
    JSON.stringify({ q: EVIL, mind: [], world: { op: 'SYS_WRITE', cap: 'h2', mode: 'replace', content: EVIL } }),
    JSON.stringify({ q: EVIL, mind: [], world: { op: 'SYS_GOTO', cap: 'h1', path: EVIL } }),
  ];
  const brains = { planner: `brain${EVIL}`, worker: `hand${EVIL}` };
  run = new DemoRun(
    { planner: (n) => planner[n], worker: (pid, n) => (n === 0 ? EVIL : halts(EVIL + pid)) },
    { brains },
  );
  run.play();
  await write();
});
afterAll(async () => {
  await journal.close();
  await desk.close();
});

/** Everything that a terminal would act on, apart from colours and the few moves that drawing takes. */
const actedOn = (output: string): string[] =>
  (
    output.match(
      /\x1b\[[0-9;:?<=>!]*[ -/]*[@-~]|\x1b[^[]|[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    ) ?? []
  ).filter((found) => !/^\x1b\[(?:[\d;]*m|\d*[ABCDEGK]|1;1H|J|\?(?:25|1049|2026|2004)[hl])$/.test(found));

const look = async (pty: Pty): Promise<void> => {
  for (const pane of ['1', '2', '3', '4', '5', '6', '8']) {
    pty.keys(pane);
    pty.keys('z');
    await pty.quiet(40, 500);
    pty.keys('z');
  }
  pty.keys('e');
  pty.keys(KEYS.enter);
  await pty.waitFor('0 TICKS');
  pty.keys('q');
  await pty.waitFor('2 WORKERS');
  pty.keys('X');
  await pty.waitFor('INJECT A FAULT');
  pty.keys('q');
  await pty.waitFor((screen) => !screen.includes('INJECT A FAULT'));
  pty.keys('l');
};

test.each([
  { cols: 80, rows: 24 },
  { cols: 120, rows: 40 },
])('the console at $cols×$rows draws a hostile run and passes nothing of it on', async (size) => {
  const pty = desk.open(['attach', ID], size);
  await pty.waitFor(/LIVE +\w+/);
  await look(pty);
  // A stream in pieces: each escape is cut in two.
  for (const attack of ATTACKS) {
    const half = Math.ceil(attack.length / 2);
    run.say(1, attack.slice(0, half));
    await write();
    run.say(1, `${attack.slice(half)} `);
    await write();
  }
  run.say(1, `SEEN${size.cols}`);
  await write();
  await pty.waitFor(`SEEN${size.cols}`);
  expect(pty.screen().join('\n')).toContain('SHOWN');
  pty.keys('q');
  await pty.waitFor('QUIT');
  pty.keys('d');
  expect(await pty.exit).toMatchObject({ code: 0 });
  // The console itself asks the terminal one question, at its start.
  const output = pty.output().replace(probeQuestion(true), '');
  expect(actedOn(output)).toEqual([]);
  expect(output).not.toContain('\x1b]');
  expect(pty.counts()).toMatchObject({ clearScreen: 0, reset: 0, altEnter: 1, altLeave: 1 });
});
