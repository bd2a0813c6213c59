/**
 * Builds llama.cpp's server for the conformance tests, or says where it is already.
 *
 *     npm run llama:server -- [--json]
 */
import { parseArgs } from 'node:util';
import { llamaServer } from './lib/llama-build.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

try {
  const server = await llamaServer((line) => console.error(line));
  const { binary, release, seconds, processors } = server;
  if (values.json) console.log(JSON.stringify(server));
  else console.log(`${binary}\nllama.cpp ${release}, built in ${seconds} s on ${processors} processors`);
} catch (error) {
  console.error(`llama:server: ${(error as Error).message}`);
  process.exitCode = 1;
}
