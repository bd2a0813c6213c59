/** Verbs about recorded answers of servers. */
import { port } from './args.ts';
import type { Builder } from './builder.ts';

export const cassetteVerbs = ({ program, end }: Builder): void => {
  const cassette = program.command('cassette').description('answers of real servers, kept for tests');

  cassette
    .command('record')
    .description('a proxy on loopback that keeps what a server answers, when, and how it ends; never keys')
    .requiredOption('--upstream <url>', 'the server; paths of requests go behind it')
    .requiredOption('--out <file>', 'where to; it must not be there yet')
    .option('--port <n>', 'to listen on (default: a free one)', port, 0)
    .option('--json', 'one JSON object a line')
    .action(async (options) => end(await (await import('../cassette.ts')).recordVerb(options)));

  cassette
    .command('serve')
    .description('answer as it was recorded: the same bytes at the same times, with the same end')
    .argument('<file>')
    .option('--port <n>', 'to listen on (default: a free one)', port, 0)
    .option('--json', 'one JSON object')
    .action(async (file: string, options) => end(await (await import('../cassette.ts')).serveVerb(file, options)));
};
