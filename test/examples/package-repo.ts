/** The real source of an installed package, with one fix taken back, as a repository; and the task of repo-issue for it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPO_ISSUE } from './example-run.ts';

export const PACKAGE_PLAYBOOK = 'test/examples/fixtures/diff/playbook.yaml';

// Release notes of diff 9.0.0: "formatPatch no longer mutates its input".
const FIXED = `        const oldStart = hunk.oldLines === 0 ? hunk.oldStart - 1 : hunk.oldStart;
        const newStart = hunk.newLines === 0 ? hunk.newStart - 1 : hunk.newStart;
        ret.push('@@ -' + oldStart + ',' + hunk.oldLines
            + ' +' + newStart + ',' + hunk.newLines
`;
const REVERTED = `        if (hunk.oldLines === 0) {
            hunk.oldStart -= 1;
        }
        if (hunk.newLines === 0) {
            hunk.newStart -= 1;
        }
        ret.push('@@ -' + hunk.oldStart + ',' + hunk.oldLines
            + ' +' + hunk.newStart + ',' + hunk.newLines
`;

/** @param dir an empty directory. @returns the task file, and `PATH@COMMIT` of the repository */
export const packageTask = (dir: string): { task: string; repo: string } => {
  const fixtures = 'test/examples/fixtures/diff';
  const repo = join(dir, 'repo');
  mkdirSync(join(repo, 'test'), { recursive: true });
  for (const part of ['libesm', 'package.json', 'README.md', 'LICENSE']) {
    cpSync(join('node_modules/diff', part), join(repo, part), { recursive: true });
  }
  const source = join(repo, 'libesm/patch/create.js');
  const text = readFileSync(source, 'utf8');
  if (!text.includes(FIXED)) throw new Error('node_modules/diff is another version: take back a fix that it has');
  writeFileSync(source, text.replace(FIXED, REVERTED));
  cpSync(join(fixtures, 'visible.js'), join(repo, 'test/format.test.js'));

  const own = join(dir, 'task');
  const knows = join(own, 'grader/.judge/diff');
  mkdirSync(join(knows, 'visible'), { recursive: true });
  mkdirSync(join(knows, 'hidden'));
  cpSync(join(REPO_ISSUE, 'task.yaml'), join(own, 'task.yaml'));
  cpSync(join(REPO_ISSUE, 'grader/.judge/judge.js'), join(own, 'grader/.judge/judge.js'));
  cpSync(join(fixtures, 'visible.js'), join(knows, 'visible/format.test.js'));
  cpSync(join(fixtures, 'hidden.js'), join(knows, 'hidden/format.test.js'));

  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repo, '-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
      encoding: 'utf8',
    });
  git('init', '-q');
  git('add', '-A', '-f');
  git('commit', '-q', '-m', 'A fix taken back');
  return { task: join(own, 'task.yaml'), repo: `${repo}@HEAD` };
};
