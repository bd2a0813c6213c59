/**
 * A process with a workspace of its own, which it works on until it is killed. Prints each op's state once it is done, one JSON
 * a line: `{n, hash, writes}`.
 */
import { spawnSync } from 'node:child_process';
import { openWorkspaceWorld } from '../../../src/adapters/worlds/workspace/workspace.ts';
import type { WorldRequest } from '../../../src/kernel/records/events.ts';
import { unfenced } from './worlds.ts';

const [dir, shadow, count] = process.argv.slice(2) as [string, string, string];
const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i % 5}/f${i}`, `${i}\n`.repeat(i * 20)]));
const sandbox = unfenced((workspace) => {
  const { status } = spawnSync('sh', ['-c', script], { cwd: workspace });
  return { ok: true, exit: status ?? 128, output: '' };
});
let script = '';
const world = await openWorkspaceWorld({ dir, shadow, files, sandbox });
let writes = 0;
const say = async (n: number): Promise<void> => {
  process.stdout.write(`${JSON.stringify({ n, hash: await world.hash(), writes })}\n`);
};
await say(0);
for (let n = 1; n <= Number(count); n++) {
  script = `rm -rf d${n % 5}; mkdir -p e${n % 7}/x; for i in 1 2 3 4 5 6; do echo ${n} > e${n % 7}/g$i; done; chmod ${n % 2 ? '000' : '4755'} e${n % 7}/g1`;
  const request: WorldRequest =
    n % 3 === 0
      ? { op: 'SYS_EXEC', argv: ['sh'] }
      : {
          op: 'SYS_WRITE',
          target: `d${n % 5}/f${n % 40}`,
          mode: n % 2 ? 'append' : 'replace',
          content: `${n}\n`.repeat(500),
        };
  const done = await world.perform(request, new AbortController().signal);
  if (!done.ok) throw new Error(`${done.errno} ${done.detail}`);
  if (request.op === 'SYS_WRITE') writes += 1;
  await say(n);
}
