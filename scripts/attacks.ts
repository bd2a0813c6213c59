// `npm run attacks [-- --json]`: tries every escape from a workspace and every attack on the sandbox that the tests know, names
// each, and counts those that succeeded. 1 where one did, or none could be tried for want of a sandbox.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

/** Where they are; of some files only the groups that are attacks. */
const KINDS: Record<string, { file: string; groups?: RegExp }[]> = {
  'escapes from a workspace': [
    { file: 'test/adapters/worlds/workspace-escapes.test.ts' },
    { file: 'test/adapters/worlds/workspace-hash.test.ts', groups: /^what a world cannot hold/ },
  ],
  'attacks on the sandbox': [{ file: 'test/adapters/sandbox/attacks.test.ts' }],
  'attacks on the grader': [{ file: 'test/adapters/tasks/command-grader.test.ts' }],
};

interface Report {
  testResults: { name: string; assertionResults: { fullName: string; status: 'passed' | 'failed' | 'pending' }[] }[];
}

const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
const out = mkdtempSync(join(tmpdir(), 'turingos-attacks-'));
const file = join(out, 'report.json');
const files = Object.values(KINDS).flatMap((parts) => parts.map((part) => part.file));
spawnSync('vitest', ['run', '--reporter=json', `--outputFile=${file}`, ...files], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
rmSync(out, { recursive: true });

const found = Object.entries(KINDS).map(([kind, parts]) => {
  const all = parts.flatMap(({ file: path, groups }) =>
    testResults
      .filter(({ name }) => relative(process.cwd(), name) === path)
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ fullName }) => groups?.test(fullName.trim()) ?? true),
  );
  const tried = all.filter(({ status }) => status !== 'pending');
  const succeeded = tried.filter(({ status }) => status === 'failed');
  return { kind, tried: tried.length, succeeded: succeeded.length, skipped: all.length - tried.length, all };
});

if (values.json === true) {
  const shown = found.map(({ all, ...rest }) => ({ ...rest, names: all.map(({ fullName }) => fullName.trim()) }));
  console.log(JSON.stringify({ kinds: shown }));
} else {
  for (const { kind, tried, succeeded, skipped, all } of found) {
    for (const { fullName, status } of all) {
      const word = { passed: 'held', failed: 'SUCCEEDED', pending: 'not tried' }[status];
      console.log(`${word}  ${fullName.trim()}`);
    }
    console.log(`\n${kind}: ${tried} tried, ${succeeded} succeeded${skipped === 0 ? '' : `, ${skipped} not tried`}\n`);
  }
}
process.exitCode = found.every(({ tried, succeeded }) => tried > 0 && succeeded === 0) ? 0 : 1;
