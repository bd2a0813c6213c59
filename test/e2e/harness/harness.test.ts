import { afterEach, expect, test } from 'vitest';
import { paletteColour } from './cells.ts';
import { KEYS, type Pty, type PtyOptions, spawnPty } from './pty.ts';

const open: Pty[] = [];
afterEach(async () => {
  for (const pty of open.splice(0)) await pty.close();
});

function start(script: string, options: Partial<PtyOptions> = {}): Pty {
  const pty = spawnPty({ command: process.execPath, args: ['-e', script], ...options });
  open.push(pty);
  return pty;
}

test('a program has a terminal of the given size, and sees it change', async () => {
  const pty = start(
    `const size = () => console.log(process.stdout.isTTY, process.stdout.columns + 'x' + process.stdout.rows);
     process.stdout.on('resize', size); size(); setInterval(() => {}, 1000);`,
    { cols: 120, rows: 40 },
  );
  await pty.waitFor('true 120x40');
  expect(pty.screen()).toHaveLength(40);
  pty.resize(60, 20);
  await pty.waitFor('true 60x20');
  expect(pty.screen()).toHaveLength(20);
});

test('keys reach the program as they are typed', async () => {
  const pty = start(
    `process.stdin.setRawMode(true); console.log('ready');
     process.stdin.on('data', (d) => d[0] === 3 ? process.exit(5) : console.log('got', JSON.stringify(String(d))));`,
  );
  await pty.waitFor('ready');
  pty.keys('K');
  await pty.waitFor('got "K"');
  pty.keys(KEYS.up);
  await pty.waitFor('got "\\u001b[A"');
  pty.keys(KEYS.ctrlC);
  expect(await pty.exit).toEqual({ code: 5, signal: undefined });
});

test('waiting fails, and shows the screen, when time is up or the program is gone', async () => {
  const waiting = start(`console.log('one'); setInterval(() => {}, 1000);`);
  await waiting.waitFor('one');
  await expect(waiting.waitFor(/two/, 50)).rejects.toThrow(/^50 ms passed while waiting for \/two\/\n-+\none\n/);
  const gone = start(`console.log('one'); process.exitCode = 3;`);
  await expect(gone.waitFor('two')).rejects.toThrow(/^the program ended \(3\) while waiting for two\n-+\none\n/);
});

test('half a frame is not looked at: what it shows is a mixture of two', async () => {
  const pty = start(
    `process.stdin.setRawMode(true); console.log('old head\\nold foot'); let key = 0;
     process.stdin.on('data', () => process.stdout.write(
       key++ ? '\\nnew foot\\x1b[?2026l' : '\\x1b[?2026h\\x1b[Hnew head'));`,
  );
  await pty.waitFor('old foot');
  pty.keys('1');
  await expect(pty.waitFor(/new head/, 500)).rejects.toThrow(/new head\nold foot/);
  pty.keys('2');
  expect(await pty.waitFor(/new head/)).toMatch(/new foot/);
});

test('a signal that ended the program is named', async () => {
  const pty = start(`console.log('up'); setInterval(() => {}, 1000);`);
  await pty.waitFor('up');
  pty.kill('SIGHUP');
  expect(await pty.exit).toEqual({ code: undefined, signal: 'SIGHUP' });
});

test('questions to the terminal are answered', async () => {
  const pty = start(
    `process.stdin.setRawMode(true); process.stdout.write('ab\\x1b[6n');
     process.stdin.once('data', (d) => { console.log(JSON.stringify(String(d))); process.exit(); });`,
  );
  await pty.exit;
  expect(pty.screen()[0]).toBe('ab"\\u001b[1;3R"');
});

test('clears, resets and screen changes are counted, also when cut in two', async () => {
  const pty = start(
    `const out = (s) => new Promise((done) => process.stdout.write(s, done));
     (async () => { await out('\\x1b[?1049h\\x1b[?25l\\x1b['); await out('2J\\x1b[2J\\x1b[3J\\x1bc\\x1b[J\\x1b[?1049;25l'); })();`,
  );
  await pty.exit;
  expect(pty.counts()).toEqual({
    bytes: Buffer.byteLength(pty.output()),
    clearScreen: 2,
    clearScrollback: 1,
    reset: 1,
    altEnter: 1,
    altLeave: 1,
  });
});

test('cells carry colours and attributes', async () => {
  const pty = start(
    `process.stdout.write('\\x1b[31mr\\x1b[1mR\\x1b[0m\\x1b[38;5;208mo\\x1b[38;2;1;2;3;7mt\\x1b[0;2;3;4;9md\\x1b[0m漢')`,
  );
  await pty.exit;
  const [row] = pty.cells();
  expect(row).toHaveLength(80);
  expect(row?.slice(0, 8)).toMatchObject([
    { text: 'r', fg: paletteColour(1), bold: false },
    { text: 'R', fg: paletteColour(9), bold: true },
    { text: 'o', fg: '#ff8700' },
    { text: 't', fg: '#010203', inverse: true },
    { text: 'd', fg: undefined, dim: true, italic: true, underline: true, strike: true },
    { text: '漢', width: 2 },
    { text: '', width: 0 },
    { text: ' ', width: 1, fg: undefined, bg: undefined },
  ]);
});

test('the program does not see that it runs in a test', async () => {
  const pty = start(`console.log(process.env.CI, process.env.VITEST, process.env.NODE_ENV, process.env.EXTRA)`, {
    env: { EXTRA: 'yes' },
  });
  await pty.exit;
  expect(pty.screen()[0]).toBe('undefined undefined undefined yes');
});
