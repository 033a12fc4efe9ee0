// Journeys of several steps.

/** One step of a journey; those behind a step that failed are not tried: they would only say the same again. */
export function steps(t) {
  let failed = false;
  return (name, run) =>
    t.test(name, { skip: failed }, async () => {
      failed = true;
      await run();
      failed = false;
    });
}
