// svc check | svc status
const { spawn } = require('node:child_process');
const { existsSync, lstatSync, readFileSync } = require('node:fs');
const { connect } = require('node:net');
const { createInterface } = require('node:readline');

const PATIENCE_MS = 5000;
const at = (file) => JSON.parse(readFileSync(file, 'utf8')).socket;

/** Starts the service. Resolves with it when it is ready; rejects with why it is not. */
const start = () =>
  new Promise((resolve, reject) => {
    const app = spawn('./bin/app', { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = 'it said nothing';
    app.on('error', ({ code }) => reject(new Error(`bin/app cannot be started: ${code}`)));
    app.on('close', (code) => reject(new Error(`bin/app ended with ${code}: ${said}`)));
    createInterface({ input: app.stdout }).on('line', (line) => {
      said = line;
      if (line === 'ready') resolve(app);
    });
    setTimeout(() => reject(new Error('bin/app is not ready after 5 s')), PATIENCE_MS).unref();
  });

const ask = (socket, question) =>
  new Promise((resolve, reject) => {
    const client = connect(socket).setEncoding('utf8');
    client.on('error', ({ code }) => reject(new Error(`the service runs, but nobody answers at ${socket}: ${code}`)));
    client.on('data', (line) => {
      client.destroy();
      resolve(JSON.parse(line));
    });
    client.on('connect', () => client.write(`${JSON.stringify(question)}\n`));
  });

const check = async () => {
  const app = await start();
  try {
    const { tickets } = await ask(at('etc/clients.json'), { op: 'count' });
    return `ok: ${tickets} tickets`;
  } finally {
    app.kill('SIGTERM');
    await new Promise((resolve) => app.once('exit', resolve));
  }
};

const status = async () => {
  const mode = (path) => (lstatSync(path).mode & 0o777).toString(8);
  const pid = existsSync('run/app.pid') ? Number(readFileSync('run/app.pid', 'utf8')) : undefined;
  const [listens, asks] = [at('etc/app.json'), at('etc/clients.json')];
  const lies = existsSync(asks) ? `${asks} is a plain file` : `${asks} is free`;
  const alive = pid !== undefined && existsSync(`/proc/${pid}`);
  return [
    `bin/app has mode ${mode('bin/app')}`,
    pid === undefined ? 'no run/app.pid' : `run/app.pid names process ${pid}, which is ${alive ? 'alive' : 'gone'}`,
    `it listens at ${listens}, clients ask at ${asks}`,
    lies,
  ].join('\n');
};

const verbs = { check, status };
const verb = verbs[process.argv[2]];
if (verb === undefined) {
  console.log('svc check | svc status');
  process.exit(2);
}
verb().then(
  (said) => console.log(said),
  ({ message }) => {
    console.log(message);
    process.exitCode = 1;
  },
);
