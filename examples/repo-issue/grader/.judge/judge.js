// Judges a copy of the workspace. It says only by its exit status what is wrong; the task file has the words for each.
//
// What it knows of a package lies beside it under the package's name: `visible` holds the tests as they were, `hidden` those that
// nobody is shown. Of a package that it does not know, it can only run the tests that are there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LACKS = { draft: 10, sections: 11, visible: 12, tests: 13, hidden: 14 };
const SECTIONS = ['Summary', 'Cause', 'Fix', 'Tests'];

const here = import.meta.dirname;
const nameOf = () => {
  try {
    return String(JSON.parse(readFileSync('package.json', 'utf8')).name).replaceAll('/', '__');
  } catch {
    return '';
  }
};
const known = join(here, nameOf() || 'none');
const filesIn = (dir) => (existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.js')) : []);
const fail = (what) => process.exit(LACKS[what]);

/** Whether all tests pass, and as many as there should be: code that ends the process early makes none of them pass. */
const allPass = (patterns, least) => {
  const run = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...patterns], { encoding: 'utf8' });
  // The last one is the runner's own: code may print such a line, too, but not after it.
  const passed = Number([...run.stdout.matchAll(/^# pass (\d+)$/gm)].at(-1)?.[1] ?? 0);
  return run.status === 0 && passed >= least;
};
const countTests = (dir) =>
  filesIn(dir).reduce((sum, name) => sum + (readFileSync(join(dir, name), 'utf8').match(/^test\(/gm)?.length ?? 0), 0);

if (!existsSync('PR.md')) fail('draft');
const draft = readFileSync('PR.md', 'utf8');
const bodyOf = (section) => new RegExp(`^#+ ${section}\\s*\\n([^#]*)`, 'm').exec(draft)?.[1].trim() ?? '';
if (SECTIONS.some((section) => bodyOf(section).length < 10)) fail('sections');

const visible = join(known, 'visible');
for (const name of filesIn(visible)) {
  const now = join('test', name);
  if (!existsSync(now) || readFileSync(now, 'utf8') !== readFileSync(join(visible, name), 'utf8')) fail('visible');
}
if (!allPass(['test/**/*.test.js'], Math.max(1, countTests(visible)))) fail('tests');

const hidden = join(known, 'hidden');
if (filesIn(hidden).length > 0 && !allPass([`${hidden}/*.test.js`], countTests(hidden))) fail('hidden');
