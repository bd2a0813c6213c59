/** Commands in namespaces of their own, by bubblewrap. */
import { accessSync, constants, existsSync, lstatSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { type Sandbox, type SandboxRequest, type SandboxResult, SandboxUnavailable } from './contract.ts';
import { execute, FIRST_INPUT_FD, type Launch } from './execute.ts';
import { launched } from './launcher.ts';
import { DEFAULT_LIMITS, prlimitOptions } from './limits.ts';
import { seccompFilter } from './seccomp.ts';
import { type Stage, stageFor } from './stage.ts';

const INSIDE_UID = '1000';
/** Where the running node is found inside, since tasks are checked with it wherever it is installed outside. */
const INSIDE_NODE = '/opt/bin/node';
const INSIDE_PATH = '/opt/bin:/usr/local/bin:/usr/bin:/bin';
const TMP_BYTES = String(64 * 1024 ** 2);
const SHM_BYTES = String(16 * 1024 ** 2);

/** For bwrap itself and what is started before it; nothing of it reaches the command. */
const OUTSIDE_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

const ETC: Record<string, string> = {
  '/etc/passwd': `sandbox:x:${INSIDE_UID}:${INSIDE_UID}::/workspace:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n`,
  '/etc/group': `sandbox:x:${INSIDE_UID}:\nnogroup:x:65534:\n`,
  '/etc/hosts': '127.0.0.1 localhost sandbox\n::1 localhost\n',
};

export const openBubblewrap = async (): Promise<Sandbox> => {
  const bwrap = (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'bwrap'))
    .find(isProgram);
  if (bwrap === undefined) throw new SandboxUnavailable('bwrap is not in PATH; install the package bubblewrap');
  const filter = seccompFilter();
  if (!filter) {
    throw new SandboxUnavailable(`there is no filter of system calls for ${process.arch}; use an x64 or arm64 machine`);
  }
  const stage = stageFor(process.getuid?.() ?? -1);
  const sandbox: Sandbox = {
    kind: 'bubblewrap',
    run: (request) => {
      const limits = { ...DEFAULT_LIMITS, ...request.limits };
      const launch = () => prepare(bwrap, filter, stage, request, prlimitOptions(limits, 'own'));
      return execute(launch, request, limits);
    },
  };
  await tryOut(sandbox);
  return sandbox;
};

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** One command that does nothing, with every namespace and limit. */
const tryOut = async (sandbox: Sandbox): Promise<void> => {
  const workspace = mkdtempSync(join(tmpdir(), 'turingos-sandbox-'));
  try {
    const signal = new AbortController().signal;
    const result = await sandbox.run({ argv: ['true'], workspace, signal, deadlineMs: 20_000 });
    if (result.ok && result.exit === 0) return;
    throw new SandboxUnavailable(reasonOf(result));
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
};

const reasonOf = (result: SandboxResult): string => {
  const said = (result.ok ? result.output : result.detail).split('\n')[0];
  if (!result.ok && result.errno === 'ELIMIT')
    return 'a hard limit of the shell (ulimit -H) is below what one command may use; raise it';
  return `bubblewrap fails (${said}); allow us to make namespaces, in a container by the settings of the container`;
};

const prepare = async (
  bwrap: string,
  filter: Buffer,
  stage: Stage,
  request: SandboxRequest,
  options: string,
): Promise<Launch> => {
  const { workspace, argv } = request;
  if (!isAbsolute(workspace) || !(await stat(workspace)).isDirectory()) {
    throw Object.assign(new Error(`the workspace ${workspace} is not an absolute path of a directory`), {
      code: 'ENOTDIR',
    });
  }
  await stage.own(workspace);
  const inputs: (string | Uint8Array)[] = [''];
  const input = (content: string | Uint8Array): string => String(FIRST_INPUT_FD + inputs.push(content) - 1);
  const fence = [
    ...['--unshare-user', '--uid', INSIDE_UID, '--gid', INSIDE_UID],
    ...['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--hostname', 'sandbox', '--die-with-parent', '--new-session', '--info-fd', '4'],
    ...['--clearenv', '--setenv', 'PATH', INSIDE_PATH, '--setenv', 'HOME', '/workspace', '--setenv', 'LANG', 'C.UTF-8'],
    ...['--seccomp', input(filter)],
    ...systemMounts(),
    ...Object.entries(ETC).flatMap(([path, content]) => ['--perms', '0444', '--file', input(content), path]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '1777', '--size', SHM_BYTES, '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...['--perms', '1777', '--size', TMP_BYTES, '--tmpfs', '/tmp'],
    ...['--perms', '0755', '--dir', '/opt', '--perms', '0755', '--dir', '/opt/bin'],
    ...['--ro-bind', stage.node, INSIDE_NODE],
    ...['--bind', stage.seen(workspace), '/workspace', '--chdir', '/workspace'],
    // Last, since all else is mounted on it: what is not mounted writable is read-only, and takes no memory.
    ...['--remount-ro', '/'],
  ];
  // By a pipe, so that no path of ours is to be read in /proc/1/cmdline.
  inputs[0] = fence.map((word) => `${word}\0`).join('');
  const [command, ...args] = stage.command(workspace, [
    bwrap,
    '--args',
    String(FIRST_INPUT_FD),
    '--',
    ...launched(options, argv),
  ]);
  return { command: command as string, args, env: OUTSIDE_ENV, cwd: '/', tree: 'namespace', user: stage.user, inputs };
};

/** The programs of the system, and of /etc no more than they need to start. */
const systemMounts = (): string[] => {
  const top = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']
    .map((name) => `/${name}`)
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path],
    );
  const etc = ['/etc/alternatives', '/etc/ld.so.cache'].flatMap((path) => ['--ro-bind-try', path, path]);
  return ['--ro-bind', '/usr', '/usr', ...top, '--perms', '0755', '--dir', '/etc', ...etc];
};
