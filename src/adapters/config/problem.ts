/** What is wrong with a YAML file, as one sentence: file, line, field, reason, and how it is written right. */
import type { z } from 'zod';
import { didYouMean } from './nearest.ts';
import { ConfigError, type Path, type YamlFile } from './yaml-file.ts';

/** @param example how the field is written right */
export const problemIn = (file: YamlFile, field: Path, why: string, example: string): ConfigError => {
  const shown = field
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
  const where = `${file.path}:${file.lineOf(field)}`;
  return new ConfigError('invalid', `${where}: ${shown === '' ? '' : `${shown}: `}${why}. For example: ${example}`);
};

/** Of all that is wrong what helps most: a misspelt field is also a missing one, and the spelling is what helps. */
export const tellingIssue = (issues: z.ZodError['issues']): z.ZodError['issues'][number] | undefined =>
  issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];

export const unknownField = (name: string, known: readonly string[]): string =>
  `there is no such field${didYouMean(name, known)}; there are ${known.join(', ')}`;

/** A schema's message as the end of a sentence about a field. */
export const reasonOf = (message: string): string => {
  if (message.endsWith('received undefined')) return 'is missing';
  const bare = message.replace(/^Invalid (input|option): /, '').replace(/\.$/, '');
  return bare.charAt(0).toLowerCase() + bare.slice(1);
};
