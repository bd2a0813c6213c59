/** Reads a playbook; what is wrong with one is a sentence with file, line and field. */
import { existsSync } from 'node:fs';
import { Playbook } from '../../runtime/playbook.ts';
import { ConfigError, readYaml } from './yaml-file.ts';

const EXAMPLE = 'name: mine, then planner: with start: and steps:';

/** @throws ConfigError */
export const readPlaybook = (path: string): Playbook => {
  if (!existsSync(path)) {
    throw new ConfigError(
      'missing',
      `there is no playbook ${path}: name one that is there, seen from its profile's file`,
    );
  }
  const file = readYaml(path, EXAMPLE);
  const parsed = Playbook.safeParse(file.value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...extra];
  const why =
    extra.length > 0 ? 'there is no such field' : (issue?.message ?? 'no playbook').replace(/^Invalid input: /, '');
  const shown = field.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`));
  throw new ConfigError('invalid', `${path}:${file.lineOf(field)}: ${shown.join('')}: ${why}. Begin with: ${EXAMPLE}`);
};
