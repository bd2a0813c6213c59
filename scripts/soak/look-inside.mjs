// Loaded into the console by the soak: on SIGUSR2 it collects its garbage and writes down what it holds.
import { readdirSync, writeFileSync } from 'node:fs';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const emitters = { process, stdin: process.stdin, stdout: process.stdout };
const count = (emitter) => emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
let asked = 0;

process.on('SIGUSR2', () => {
  collect();
  asked += 1;
  const { heapUsed, rss, external } = process.memoryUsage();
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size;
  const listeners = Object.values(emitters).reduce((sum, emitter) => sum + count(emitter), 0);
  const handles = process.getActiveResourcesInfo().length;
  const descriptors = readdirSync('/proc/self/fd').length;
  const report = { asked, heapUsed, old, rss, external, handles, listeners, descriptors };
  writeFileSync(process.env.SOAK_REPORT, JSON.stringify(report));
});
