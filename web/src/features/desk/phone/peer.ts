/** What the browser does for the softphone: one RTCPeerConnection at a time, G.711 only. */

/** How long to wait for the browser's own addresses; the server is ICE-lite, host candidates suffice. */
const GATHER_MS = 1_500;
/** Chrome says "disconnected" at every hiccup; only this long a silence counts. */
const HICCUP_MS = 3_000;

export interface PeerEvents {
  up(): void;
  lost(): void;
  sound(stream: MediaStream): void;
}

/** PCMA and PCMU, and nothing that the server would have to transcode. */
export function g711Only<T extends { mimeType: string }>(codecs: readonly T[]): T[] {
  const order = ['audio/pcma', 'audio/pcmu'];
  return order.flatMap((name) => codecs.filter((codec) => codec.mimeType.toLowerCase() === name));
}

function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS);
    pc.addEventListener('icegatheringstatechange', () => {
      if (pc.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
}

export class Peer {
  private readonly pc = new RTCPeerConnection({
    bundlePolicy: 'max-bundle',
    rtcpMuxPolicy: 'require',
  });
  private readonly transceiver: RTCRtpTransceiver;
  private hiccup: ReturnType<typeof setTimeout> | undefined;

  constructor(events: PeerEvents) {
    this.transceiver = this.pc.addTransceiver('audio', { direction: 'sendrecv' });
    const codecs = g711Only(RTCRtpReceiver.getCapabilities('audio')?.codecs ?? []);
    if (codecs.length > 0) this.transceiver.setCodecPreferences(codecs);
    this.pc.ontrack = (event) => {
      events.sound(event.streams[0] ?? new MediaStream([event.track]));
    };
    this.pc.onconnectionstatechange = () => {
      clearTimeout(this.hiccup);
      const state = this.pc.connectionState;
      if (state === 'connected') events.up();
      else if (state === 'failed' || state === 'closed') events.lost();
      else if (state === 'disconnected') this.hiccup = setTimeout(() => events.lost(), HICCUP_MS);
    };
  }

  async offer(): Promise<string> {
    await this.pc.setLocalDescription(await this.pc.createOffer());
    await gathered(this.pc);
    const sdp = this.pc.localDescription?.sdp;
    if (!sdp) throw new Error('the browser made no offer');
    return sdp;
  }

  async answer(sdp: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: 'answer', sdp });
  }

  /** `null` sends nothing at all, which is what an idle desk does. */
  async send(track: MediaStreamTrack | null): Promise<void> {
    await this.transceiver.sender.replaceTrack(track);
  }

  close(): void {
    clearTimeout(this.hiccup);
    this.pc.ontrack = null;
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }
}
