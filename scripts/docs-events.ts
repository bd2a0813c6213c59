// `npm run docs:events`: writes docs/events.md, the catalogue of every record that a journal can hold, from its schemas.
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CATALOGUE, type RecordClass } from '../src/kernel/records/index.ts';
import { cell, type JsonSchema, typeText } from './lib/schema-text.ts';

const OUT = new URL('../docs/events.md', import.meta.url);

const WHAT: Record<RecordClass, string> = {
  input: 'What happened outside. Written before the events that the kernel concludes from it.',
  event: 'What the kernel concludes. Each carries `cause`, the seq of its input.',
  note: 'What the runtime says for people. The kernel never sees one.',
};

const section = (kind: string, zodSchema: z.ZodType): string => {
  const schema = z.toJSONSchema(zodSchema) as JsonSchema;
  const rows = Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== 'kind')
    .map(([name, field]) => {
      const optional = schema.required?.includes(name) ? '' : ' (optional)';
      return `| \`${name}\`${optional} | ${cell(typeText(field))} |`;
    });
  const table = rows.length === 0 ? '' : `\n| field | type |\n|---|---|\n${rows.join('\n')}\n`;
  return `### ${kind}\n\n${schema.description ?? ''}\n${table}`;
};

const classes = Object.entries(CATALOGUE).map(([name, kinds]) => {
  const sections = Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1));
  return `## ${name}s\n\n${WHAT[name as RecordClass]}\n\n${sections.map(([kind, schema]) => section(kind, schema)).join('\n')}`;
});

const envelope = `Every record is one line: \`{"v":1,"seq":n,"ts":"ISO 8601, ms, Z","run":"id","class":"input|event|note","kind":…, fields…,
"prev":"hex","hash":"hex"}\`. A text of more than 4,096 UTF-16 units stands in a blob; its field then holds \`{"blob":"sha256","chars":n}\`.`;

export const catalogue = (): string =>
  `# Records\n\nMade from the schemas by \`npm run docs:events\`; do not edit.\n\n${envelope}\n\n${classes.join('\n')}`;

if (import.meta.main) writeFileSync(OUT, catalogue());
