/**
 * A command as a grader: it runs in the sandbox, on a copy of the workspace over which its own files are laid. Brains' commands
 * never see that copy, nor what the command prints: what is printed may hold what is expected, and code of the brain's may
 * print too. A brain hears one fixed sentence for each exit status.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Grader, Verdict } from '../../runtime/ports.ts';
import type { Sandbox, SandboxResult } from '../sandbox/sandbox.ts';
import type { WorkspaceWorld } from '../worlds/workspace/workspace.ts';
import type { CommandJudge } from './task-schema.ts';

/** Where a command grader works. */
export interface GradingPlace {
  world: Pick<WorkspaceWorld, 'copyTo'>;
  sandbox: Sandbox;
  /** The run's directory. */
  runDir: string;
}

export const commandGrader =
  (judge: CommandJudge, { world, sandbox, runDir }: GradingPlace): Grader =>
  async (_files, _result, signal) => {
    const dir = join(runDir, 'grading');
    const paths = Object.keys(judge.files);
    const remove = await world.copyTo(dir, paths);
    try {
      for (const [path, text] of Object.entries(judge.files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text, { flag: 'wx', mode: 0o644 });
      }
      const ran = await sandbox.run({
        argv: judge.command,
        workspace: dir,
        signal,
        deadlineMs: judge.timeoutMs,
        limits: { cpuSeconds: Math.max(60, Math.ceil(judge.timeoutMs / 1000)) },
      });
      keepOutput(runDir, ran);
      return verdictOf(ran, judge);
    } finally {
      remove();
    }
  };

/** For the operator, who may read in the run's directory what no brain may. */
const keepOutput = (runDir: string, ran: SandboxResult): void => {
  const how = ran.ok ? `exit ${ran.exit}` : `${ran.errno}: ${ran.detail}`;
  const text = `--- ${new Date().toISOString()} ${how}\n${ran.ok ? ran.output : ''}`;
  appendFileSync(join(runDir, 'grader.log'), text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
};

/** Ended by a bound, which what is judged can run into; anything else is no fault of what is judged. */
const BOUNDS = new Set(['ETIMEDOUT', 'ENOMEM', 'ETIME', 'EFBIG']);

const verdictOf = (ran: SandboxResult, { words, timeoutMs }: CommandJudge): Verdict => {
  if (ran.ok && ran.exit === 0) return { verdict: 'pass', words: 'ok' };
  if (ran.ok) return { verdict: 'fail', words: words[ran.exit] ?? `the grader's command failed with exit ${ran.exit}` };
  if (ran.timedOut) return { verdict: 'fail', words: `the grader's command did not end within ${timeoutMs} ms` };
  if (BOUNDS.has(ran.errno)) return { verdict: 'fail', words: `the grader's command was ${ran.detail}` };
  return { verdict: 'error', words: `its command could not be run (${ran.errno}: ${ran.detail})` };
};
