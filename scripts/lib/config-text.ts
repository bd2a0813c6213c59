/** docs/configuration.md: what stands around its tables. */
export const configText = (tables: Record<'profile' | 'brain' | 'console' | 'notify' | 'policy', string>): string =>
  `# Configuration

Its tables are made from the schemas by \`npm run docs:config\`; do not edit.

Two kinds of file, both YAML or JSON, and neither is needed: \`turingos.config.yaml\` says which brains there are and how the console behaves; a
policy file says what a run may do and spend. What is wrong with either is told in one sentence with the field, before anything begins.

## turingos.config.yaml

Looked for here, then as \`turingos/config.yaml\` under \`$XDG_CONFIG_HOME\` (default \`~/.config\`); \`--config FILE\` names another. The first that is there
counts alone. It has four sections, each optional: \`profiles\`, \`console\`, \`keys\`, \`notify\`. An [example](../examples/turingos.config.yaml) has all
of them. Keys of model servers never stand in it: a value that looks like one is refused. A run keeps what its brains are made of in its \`run.json\`,
so resume and fork need no configuration.

### profiles

Names, up to 40 letters, digits, dots and dashes, and what \`--profile NAME\` (of \`run\`, \`demo\`, \`swap\` and others) then means. A name of a shipped
profile takes its place; \`turingos profiles\` lists all, \`turingos doctor --profile NAME\` tries one.

${tables.profile}

A brain is a line or fields. Lines: \`tiny\`, \`tiny-early\`, \`sim\`; a vendor that has a usual model, \`VENDOR/MODEL\`; \`MODEL:TAG\` for the Ollama of this
machine, \`MODEL @ URL[, URL…]\` for one elsewhere. Fields, of which \`provider\` (simulated, embedded, ollama, openai) is required:

${tables.brain}

#### Prices

\`price\` is in dollars for a million tokens, in and out apart, as vendors print it: \`price: {in: 0.60, out: 2.50}\`. Tokens are counted as the server
reports them. What a run has cost stands among the live screen's gauges, and \`limits.cost\` of the policy ends the run there. A run keeps the
prices that it began with; a brain that is swapped in brings its own.

### console

${tables.console}

\`--theme\` and \`--mouse\` stand above it.

### keys

Actions and the key, or up to eight keys, that they have instead of their own: \`keys: {next-trap: f, live.zoom: [z, o]}\`. The names are in
[keys.md](keys.md); with a screen before the name (\`live.\`, \`runs.\`, \`inspect.\`) on that one only. Only a capital may be the key of an action that changes a
run. A key is a character, \`Ctrl+d\`, or a name such as \`PgDn\`, \`Enter\`, \`Space\`.

### notify

${tables.notify}

A command gets none of your keys in its environment. One that does not work is told of once, and the run goes on.

## Policy

What the kernel judges by. Each layer is laid over the one before it, field by field; lists are replaced:

1. the default, below;
2. \`policy:\` of the profile;
3. \`limits:\` of the task's \`task.yaml\`;
4. \`--policy FILE\`; \`--pause-on\` stands in place of its \`pauseOn\`;
5. \`turingos set\` while the run is under way.

\`fork\` begins with the origin's policy in place of 1 to 3, with that of a \`--profile\` over it.

\`null\` takes a field away, which turns off what it governs: \`traps: {WATCHDOG: null}\`. Absent means *off*, or *no limit*. The whole policy is written
into the journal when a run begins, so an old run is judged by the rules of its day. Temperatures are in thousandths: 700 is 0.7. Each trap also
has a \`phase\`, which is fixed and comes from the default.

\`\`\`yaml
# turingos run TASK --policy policy.yaml
limits: { maxTicks: 400, wallMs: 1800000, tokens: 200000, cost: 2000000 }
pauseOn: { panic: 1 }
traps: { WATCHDOG: null }
\`\`\`

${tables.policy}

### Limits

A run ends as LIMIT, exit code 1, at the first of these that it reaches; its last record says which, as in \`cost limit $2.00 reached\`.

- \`limits.maxTicks\`, \`limits.tokens\`, \`limits.cost\` are looked at before each dispatch, so the reply that passes one may go over it. Other
  replies that are in flight then are cut off; their partial text is kept, what they would have counted is not.
- \`limits.wallMs\` holds at once, also in mid-stream. Time paused, and time between a lost kernel and its resume, do not count.
- A run whose cost is limited does not begin (65) where a brain behind an address has no price: 0 says that it costs nothing.

\`limits.brainMs\`, \`limits.opMs\` and \`limits.outageMs\` are no such limits: a reply or an op that takes too long is a trap, and an endpoint that stays away
ends the run as INTR (interrupted).

### While a run is under way

\`turingos set RUN FIELD VALUE …\` takes the names of the last column or the paths of the first, and several pairs at once; all are applied or none.
From the next decision on they are in force, and in the journal. Values as people write them: \`30m\` or \`1h30m\` for times (a bare number is ms),
\`2.00\` for dollars, \`0.7\` or \`700\` for temperatures, \`0.2,0.7\` for lists, \`off\` to take a field away, \`on\` to bring a trap back with the default's values;
for \`pace\` also \`max\` and \`launch\`. \`pause-on thrash,panic=1\` sets all of \`pauseOn\`. What has no name there cannot be changed under way, since
a run has been built on it; the panic budget rises by \`grant RUN panic UNITS\` only.
`;
