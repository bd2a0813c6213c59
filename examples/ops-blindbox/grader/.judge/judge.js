// Starts the service on a copy of the workspace and asks it what no brain was told would be asked. It says only by its exit status
// what is wrong; the task file has the words for each. What it knows of a service lies beside it, under the service's name; of one
// that it does not know it asks `svc check`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const LACKS = { report: 10, sections: 11, program: 12, start: 13, answer: 14, data: 15 };
const SECTIONS = ['Symptom', 'Cause', 'Recovery'];
const PATIENCE_MS = 10_000;

const fail = (what) => process.exit(LACKS[what]);
const textOf = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

if (!existsSync('REPORT.md')) fail('report');
const report = textOf('REPORT.md');
const bodyOf = (section) => new RegExp(`^#+ ${section}\\s*\\n([^#]*)`, 'm').exec(report)?.[1].trim() ?? '';
if (SECTIONS.some((section) => bodyOf(section).length < 10)) fail('sections');

const name = /"name":\s*"([\w-]+)"/.exec(textOf('etc/app.json'))?.[1] ?? '';
const known = join(import.meta.dirname, name || 'none');
if (!existsSync(known)) {
  process.exit(spawnSync(process.execPath, ['bin/svc.js', 'check']).status === 0 ? 0 : LACKS.start);
}
if (readdirSync(known).some((file) => textOf(join(known, file)) !== textOf(join('bin', file)))) fail('program');

const app = spawn('./bin/app', { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('exit', () => app.kill('SIGKILL'));
app.on('error', () => fail('start'));
setTimeout(() => fail('answer'), PATIENCE_MS);
let ready = false;
for await (const line of createInterface({ input: app.stdout })) {
  ready = line === 'ready';
  if (ready) break;
}
if (!ready) fail('start');

const client = connect('run/app.sock').setEncoding('utf8');
client.on('error', () => fail('answer'));
const ask = async (question) => {
  client.write(`${JSON.stringify(question)}\n`);
  return JSON.parse((await once(client, 'data'))[0]);
};
const { tickets } = await ask({ op: 'count' });
const second = await ask({ op: 'get', id: 2 });
const third = await ask({ op: 'get', id: 3 });
if (tickets !== 3 || second.title !== 'No hot water on the second floor' || third.title !== 'Lamp in the hall flickers')
  fail('data');
const added = await ask({ op: 'add', title: 'Window does not close' });
if (added.id !== 4 || (await ask({ op: 'get', id: 4 })).title !== added.title) fail('data');
process.exit(0);
