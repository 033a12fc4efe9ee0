// Waiting for conditions, never for time.

/** Asks `condition` again until it answers something true, and says what was awaited when it never does. */
export async function until(what, condition, { seconds = 15, everyMs = 50 } = {}) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const answer = await condition();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, everyMs));
  }
  throw new Error(`waited ${seconds} s in vain until ${what}; the last answer was ${last}`);
}

/** A TCP port that is free now. */
export async function freePort() {
  const { createServer } = await import('node:net');
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
