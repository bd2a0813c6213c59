// A console on a scripted run, for terminal.test.ts. Needs dist; `how` says what is to go wrong when a key is pressed.
process.env.NODE_ENV = 'production';
const { runConsole } = await import('../../dist/app.js');
const { createConsoleStore } = await import('../../dist/store/console-store.js');
const { createUiStore } = await import('../../dist/store/ui-store.js');
const { eventfulRun } = await import('../store/demo-run.ts');

const how = process.argv[2];
const run = eventfulRun();
const store = createConsoleStore();
const ui = createUiStore();
store.feed(run.records);
if (how === 'component') ui.subscribe(() => store.store.setState({ view: null }));
if (how === 'exception') {
  ui.subscribe(() => {
    setImmediate(() => {
      throw new Error('it broke elsewhere');
    });
  });
}
const start = { id: '7f3a0c1d', console: store, ui, control: null, stop() {} };
const source = { home: '', list: async () => [], look: async () => undefined, measure: async () => 0 };
process.exit(await runConsole({ start, readOnly: false, source, open: () => start }));
