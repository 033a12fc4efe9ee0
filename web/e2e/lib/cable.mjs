// A cable between a browser and the server that can be pulled out.
import { connect, createServer } from 'node:net';

export class Cable {
  /** A port on loopback that leads to `port`. */
  static async lay(port) {
    const cable = new Cable();
    cable.ends = new Set();
    cable.plugged = true;
    cable.server = createServer((near) => cable.#join(near, port));
    await new Promise((done) => cable.server.listen(0, '127.0.0.1', done));
    cable.port = cable.server.address().port;
    return cable;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Pulled out: nothing travels any more, and neither side is told. */
  pull() {
    this.plugged = false;
    for (const end of this.ends) end.pause();
  }

  /** Torn: every connection ends at once, and no new one comes about. */
  tear() {
    this.plugged = false;
    for (const end of this.ends) end.destroy();
  }

  /** Plugged in again: what was open before is gone, new connections come through. */
  plug() {
    for (const end of this.ends) end.destroy();
    this.plugged = true;
  }

  async remove() {
    for (const end of this.ends) end.destroy();
    await new Promise((done) => this.server.close(done));
  }

  #join(near, port) {
    const far = connect(port, '127.0.0.1');
    for (const end of [near, far]) {
      this.ends.add(end);
      end.setNoDelay(true);
      end.on('error', () => end.destroy());
      end.on('close', () => {
        this.ends.delete(end);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
    if (!this.plugged) near.destroy();
  }
}
