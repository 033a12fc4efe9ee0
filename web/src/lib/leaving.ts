/** What has to be said to the server before the session ends: the desk leaves its shift. */
let last: (() => Promise<unknown>) | undefined;

export const leaving = {
  set(action: (() => Promise<unknown>) | undefined): void {
    last = action;
  },
  async run(): Promise<void> {
    // A desk that cannot be reached must not keep the person signed in.
    await last?.().catch(() => undefined);
  },
};
