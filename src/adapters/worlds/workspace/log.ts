/** SYS_GIT_LOG: the same lines as the memory world's. No git is run, so nothing in a request can be an option. */
import type { WorldRequest } from '../../../kernel/records/events.ts';
import { LOG_KEPT } from '../memory-core.ts';
import { asDir } from '../paths.ts';
import type { Commit } from './history.ts';
import { type Refusal, targetProblem } from './write.ts';

type LogRequest = Extract<WorldRequest, { op: 'SYS_GIT_LOG' }>;

/** @param line commits, oldest first, with the first, which is no op */
export const logOf = (line: readonly Commit[], { target, limit, grep, since }: LogRequest): string | Refusal => {
  const wrong = targetProblem(target);
  if (wrong !== undefined) return { errno: 'EINVAL', detail: `${target}: ${wrong.detail}` };
  const dir = asDir(target);
  const kept = line.slice(1).slice(-LOG_KEPT);
  const from = since === undefined ? -1 : kept.findLastIndex((commit) => short(commit) === since);
  if (since !== undefined && from === -1)
    return { errno: 'EINVAL', detail: `since ${since}: the log shows no such hash` };
  const about = ({ paths }: Commit): boolean =>
    paths.some((path) => path === '' || path === target || path.startsWith(dir));
  return kept
    .slice(from + 1)
    .filter(about)
    .map((commit) => `${short(commit)} ${commit.n} ${commit.op}`)
    .filter((text) => grep === undefined || text.includes(grep))
    .reverse()
    .slice(0, limit)
    .map((text) => `${text}\n`)
    .join('');
};

const short = ({ hash }: Commit): string => hash.slice(0, 8);
