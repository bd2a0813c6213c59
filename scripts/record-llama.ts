/**
 * Records the cassette that the fast tests replay, from a real llama-server.
 *
 *     npm run cassettes:record
 */
import { renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LLAMA_CASSETTE } from '../test/cassettes/llama-asks.ts';
import { recordLlama } from './lib/record-llama.ts';

const file = fileURLToPath(LLAMA_CASSETTE);
const fresh = `${file}.new`;
rmSync(fresh, { force: true });
const answers = await recordLlama(fresh);
renameSync(fresh, file);
for (const [name, { text, end, error }] of Object.entries(answers)) {
  console.log(`${name.padEnd(9)} ${end?.finish ?? (error as Error).message}, ${text.length} characters`);
}
console.log(file);
