/** Server time on this machine: the smallest difference seen lately is the one with the least delay in it. */
const KEPT = 30;

export class Skew {
  private samples: number[] = [];
  private best = 0;

  constructor(private readonly clock: () => number = Date.now) {}

  sample(serverTime: string): void {
    const at = Date.parse(serverTime);
    if (Number.isNaN(at)) return;
    this.samples.push(this.clock() - at);
    if (this.samples.length > KEPT) this.samples.shift();
    this.best = Math.min(...this.samples);
  }

  /** Now, by the server's clock, in milliseconds since 1970. */
  now(): number {
    return this.clock() - this.best;
  }
}

export const skew = new Skew();
