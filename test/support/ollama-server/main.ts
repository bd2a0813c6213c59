/** The server as a process: `node main.ts [PORT]`. What it sees is told on standard output, a line of JSON each. */
import { startServer } from './server.ts';

await startServer(Number(process.argv[2] ?? 0), (seen) => void process.stdout.write(`${JSON.stringify(seen)}\n`));
