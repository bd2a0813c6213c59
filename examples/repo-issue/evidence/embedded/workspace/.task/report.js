export default async function* report(events) {
  let [passed, failed] = [0, 0];
  for await (const { type, data } of events) {
    if (type === 'test:pass') passed += 1;
    if (type !== 'test:fail') continue;
    failed += 1;
    const { cause, message } = data.details.error;
    yield `not ok ${data.name}: ${(cause?.message ?? message).replace(/\s+/g, ' ').slice(0, 160)}\n`;
  }
  yield `${passed} passed, ${failed} failed\n`;
}
